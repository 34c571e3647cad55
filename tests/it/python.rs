//! Programs in another language: a decoder written from docs/FORMAT.md alone, and counties of random size and year.

use std::io::Write as _;
use std::process::{Command, Stdio};

use base64::Engine as _;
use gongjian_core::record::{Digest, RecordRef};
use gongjian_core::{command, domain, schema};
use gongjian_tests::{import_folder, memory_ledger, python};
use serde_json::{Value, json};

/// The interpreter that `tests/run` has prepared, or the system's.
pub(crate) fn interpreter() -> String {
    std::env::var("GONGJIAN_PYTHON").unwrap_or_else(|_| "python3".to_owned())
}

#[test]
fn a_decoder_written_from_the_format_alone_agrees_on_the_whole_county() {
    let mut writer = memory_ledger();
    import_folder(&mut writer, "wenshang-2022-06-30");
    import_folder(&mut writer, "wenshang-2022");
    let reader = writer.reader();
    let mut lines = String::new();
    let mut expected = Vec::new();
    for pair in reader.scan(0..reader.size()) {
        let (position, bytes) = pair.unwrap();
        let encoded = base64::engine::general_purpose::STANDARD.encode(&*bytes);
        lines += &format!("{}\n", json!({ "position": position, "bytes": encoded }));
        let record = RecordRef::decode(&bytes).unwrap();
        let stream = domain::schema::stream_id(record.kind, record.version);
        let declared = writer.world().schema.get(&stream).map(|schema| schema.pairs());
        let declared = declared.unwrap_or_else(|| {
            let kind = domain::kinds().into_iter().find(|kind| kind.name == record.kind).unwrap();
            (kind.fields)().into_iter().map(|field| (field.name.to_owned(), field.kind)).collect()
        });
        expected.push(json!({
            "position": position,
            "kind": record.kind,
            "version": record.version,
            "stream": record.stream,
            "revision": record.revision,
            "occurredOn": command::occurred_text(record.occurred_day, record.occurred_second),
            "data": schema::to_json(&declared, record.payload).unwrap(),
        }));
    }
    let mut child = Command::new(interpreter())
        .arg(python("decode.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let feeder = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{errors}");
    let found: Vec<Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!(found, expected);
    }
    // The last lines name the number of events and the root of the Merkle tree over them.
    let root = reader.head().root;
    assert!(
        errors.contains(&hex::encode(root.0))
            || errors.contains(&base64::engine::general_purpose::STANDARD.encode(root.0)),
        "{errors}"
    );
    assert_ne!(Digest::ZERO, reader.head().digest);
}

#[test]
fn counties_of_random_size_and_year_come_out_as_the_separate_program_says() {
    let dir = tempfile::tempdir().unwrap();
    let cases = [
        ("31", "2024", "9", "3", "2024-11-20", "2024-08-09"),
        ("32", "2020", "1", "1", "2020-03-31", "2020-02-12"),
        ("33", "2026", "14", "2", "2026-09-30", "2026-06-30"),
    ];
    let more: u32 = std::env::var("MORE_COUNTIES").ok().and_then(|count| count.parse().ok()).unwrap_or(0);
    let more = (0..more).map(|n| {
        let year = 2019 + n % 9;
        let (month, day) = (n % 9 + 4, n % 28 + 1);
        [
            (1000 + n).to_string(),
            year.to_string(),
            (n % 13 + 1).to_string(),
            (n % 2 + 1).min(n % 13 + 1).to_string(),
            format!("{year}-{month:02}-{day:02}"),
            format!("{year}-{:02}-{day:02}", month - 2),
        ]
    });
    let cases: Vec<[String; 6]> = cases
        .into_iter()
        .map(|(a, b, c, d, e, f)| [a, b, c, d, e, f].map(str::to_owned))
        .chain(more)
        .collect();
    for [seed, year, communities, streets, as_of, earlier] in &cases {
        let late = dir.path().join(format!("late-{seed}"));
        let early = dir.path().join(format!("early-{seed}"));
        let made = Command::new(interpreter())
            .arg(python("county.py"))
            .args([
                "--seed",
                seed,
                "--year",
                year,
                "--communities",
                communities,
                "--streets",
                streets,
                "--messy",
            ])
            .args(["--as-of", as_of, "--also-as-of", earlier, "-o"])
            .arg(&late)
            .arg("-o2")
            .arg(&early)
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        super::figures::check(&[late.to_str().unwrap()]);
        super::figures::check(&[early.to_str().unwrap(), late.to_str().unwrap()]);
    }
}
