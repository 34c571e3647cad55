//! The object-centric event log, read by a library for process mining.

use std::time::Duration;

use gongjian_api::ocel::{Counts, Options, write};
use gongjian_core::log::LogReader;
use gongjian_tests::{import_folder, memory_ledger};
use serde_json::{Value, json};

use super::{file, run_python, without_digests};
use crate::expect_file;

fn written(reader: &LogReader, size: u64, options: &Options) -> (Vec<u8>, Counts) {
    let mut bytes = Vec::new();
    let counts = write(reader, size, options, |piece| {
        bytes.extend_from_slice(&piece);
        true
    });
    (bytes, counts.unwrap())
}

fn county() -> LogReader {
    let mut writer = memory_ledger();
    import_folder(&mut writer, "wenshang-2022-06-30");
    import_folder(&mut writer, "wenshang-2022");
    writer.reader()
}

fn of(categories: &str) -> Options {
    Options { objects: Options::categories(categories).unwrap(), ..Options::default() }
}

#[test]
fn a_library_for_process_mining_finds_what_we_wrote() {
    let reader = county();
    let dir = tempfile::tempdir().unwrap();
    let (bytes, counts) = written(&reader, reader.size(), &Options::default());
    assert_eq!(counts.events, reader.size(), "every event has an object");
    let mine = |bytes: &[u8], name: &str| {
        let path = file(&dir, name, bytes);
        run_python("GONGJIAN_PYTHON_OCEL", "ocel.py", &[path.to_str().unwrap()])
    };
    let found = mine(&bytes, "all.jsonocel");
    let expected = json!({
        "events": counts.events, "objects": counts.objects, "relations": counts.relations,
        "links": counts.links, "changes": counts.changes,
    });
    assert_eq!(found["counts"], expected);
    assert_eq!(
        found["golden"],
        json!([
            ["decision.recorded", "2022-06-06"],
            ["decision.completed", "2022-07-15"],
            ["decision.verified", "2022-07-20"],
        ])
    );
    for kind in ["issue", "topic", "meeting", "decision", "unit"] {
        assert!(found["ocdfg"].as_array().unwrap().contains(&json!(kind)), "{kind}: {}", found["ocdfg"]);
    }
    // A selection at the source, and values as JSON has them.
    let options = Options { native: true, ..of("issue,topic,meeting,decision") };
    let (bytes, counts) = written(&reader, reader.size(), &options);
    let found = mine(&bytes, "some.jsonocel");
    assert_eq!(found["counts"]["events"], counts.events);
    assert_eq!(found["counts"]["relations"], counts.relations);
    assert!(counts.events < reader.size() && counts.objects > 0);
}

#[test]
fn the_same_position_gives_the_same_bytes_whenever_it_is_asked() {
    let reader = county();
    let options = of("issue,topic,meeting,decision");
    let size = reader.size() - 100;
    let first = written(&reader, size, &options);
    // A clock that crept into a file would show.
    std::thread::sleep(Duration::from_secs(3));
    assert!(written(&reader, size, &options) == first);
    assert!(written(&reader, size - 1, &options) != first);
    let recorded = Options { recorded_time: true, ..options };
    let (bytes, counts) = written(&reader, size, &recorded);
    assert_eq!(counts.events, first.1.events);
    let log: Value = serde_json::from_slice(&bytes).unwrap();
    let event = &log["events"][0];
    assert_eq!(event["time"], event["attributes"][2]["value"]);
}

#[test]
fn the_golden_case_is_written_so() {
    let reader = county();
    let (bytes, _) = written(&reader, reader.size(), &Options::default());
    let text = String::from_utf8(bytes).unwrap();
    let names = ["decision/HY-2022-0046-J1-1", "topic/HY-2022-0046-Y1", "issue/WT-2022-0000"];
    let quoted = names.map(|name| format!("\"{name}\""));
    let lines = text.lines().filter(|line| quoted.iter().any(|name| line.contains(name)));
    let origin = text.lines().last().unwrap();
    let shown: Vec<String> = lines.chain([origin]).map(|line| without_digests(line) + "\n").collect();
    expect_file("ocel-golden.txt", &shown.concat());
}
