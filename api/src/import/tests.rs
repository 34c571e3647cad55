//! The county's workbooks as they are, as they drift, and as they are broken.

use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use gongjian_core::clock::FixedClock;
use gongjian_core::domain::World;
use gongjian_core::ledger::{self, Writer};
use gongjian_core::log::Log;
use gongjian_core::log::storage::MemoryStorage;
use serde_json::Value as Json;

use super::*;
use crate::workbook::Problem;

fn data(path: &str) -> PathBuf {
    FilePath::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data").join(path)
}

fn writer() -> Writer {
    // 1 October 2026, so that nothing in the workbooks lies in the future.
    let clock = Arc::new(FixedClock::at(1_790_784_000_000_000));
    let log = Log::with_storage(Arc::new(MemoryStorage::default()), None).unwrap();
    Writer::with_log(log, &ledger::Options::new(clock)).unwrap()
}

fn inputs(paths: &[PathBuf]) -> Vec<Input> {
    let read = |path: &PathBuf| Input {
        name: path.file_name().unwrap().to_string_lossy().into_owned(),
        bytes: std::fs::read(path).unwrap(),
    };
    paths.iter().map(read).collect()
}

fn folder(name: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(data(name))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "xlsx"))
        .collect();
    files.sort();
    files
}

fn run(writer: &mut Writer, paths: &[PathBuf], options: &Options) -> Result<Outcome, ImportError> {
    let mut id = [1; 16];
    id[..8].copy_from_slice(&writer.reader().size().to_be_bytes());
    import(writer, read_all(&inputs(paths)), options, id)
}

#[track_caller]
fn good(writer: &mut Writer, paths: &[PathBuf]) -> Outcome {
    match run(writer, paths, &Options::default()) {
        Ok(outcome) => outcome,
        Err(ImportError::Faults(faults)) => {
            let shown: Vec<String> = faults.iter().take(12).map(|fault| format!("{fault:?}")).collect();
            panic!("{} faults\n{}", faults.len(), shown.join("\n"));
        }
        Err(other) => panic!("{other}"),
    }
}

fn faults(writer: &mut Writer, paths: &[PathBuf]) -> Vec<Fault> {
    match run(writer, paths, &Options::default()) {
        Err(ImportError::Faults(faults)) => faults,
        other => panic!("{other:?}"),
    }
}

/// The state of every stream as the registers show it: by which way it came there does not count.
fn state(world: &World) -> Vec<String> {
    let mut lines = Vec::new();
    for kind in Kind::ALL {
        for sheet in kind.spec().sheets {
            let streams = missing::streams_of(world, sheet.name);
            for stream in streams {
                let cells = sheet.columns.iter().map(|column| row::recorded(world, &stream, column.field));
                lines.push(format!("{stream}: {}", cells.collect::<Vec<_>>().join("|")));
            }
        }
    }
    lines.sort();
    lines
}

#[test]
fn the_county_is_imported_and_again_adds_nothing() {
    let mut writer = writer();
    let outcome = good(&mut writer, &folder("wenshang-2022"));
    let world = writer.world();
    assert_eq!(world.agreement.count(), 176);
    assert_eq!(world.commitment.count(), 417);
    assert_eq!(world.occurrence.count(), 938);
    assert_eq!(world.issue.count(), 364);
    assert_eq!(world.unit.count() + world.branch.count(), 342);
    let golden = world.decision.get("HY-2022-0046-J1-1").unwrap();
    assert_eq!(golden.work.verifier.as_deref(), Some("Y001"));
    assert_eq!(
        world.decision.entry("HY-2022-0046-J1-1").unwrap().trail.as_deref(),
        Some("issue/WT-2022-0000")
    );
    assert!(!outcome.events.keys().any(|kind| kind.ends_with(".corrected")), "{:?}", outcome.events);
    let size = writer.reader().size();
    let again = good(&mut writer, &folder("wenshang-2022"));
    assert_eq!(again.import, None);
    assert!(again.files.iter().all(|file| file.known));
    assert_eq!(writer.reader().size(), size);
}

#[test]
fn a_later_month_ends_where_it_alone_would_end() {
    for (earlier, later) in [
        ("wenshang-2022-06-30", "wenshang-2022"),
        ("wenshang-2022-05-18", "wenshang-2022"),
        ("wenshang-2022-05-18", "wenshang-2022-06-30"),
        ("county-2023-mid", "county-2023"),
    ] {
        let mut both = writer();
        good(&mut both, &folder(earlier));
        let outcome = good(&mut both, &folder(later));
        let mut alone = writer();
        good(&mut alone, &folder(later));
        let (both, alone) = (state(both.world()), state(alone.world()));
        let differ: Vec<_> = both.iter().filter(|line| !alone.contains(line)).take(5).collect();
        assert_eq!(both.len(), alone.len(), "{earlier} then {later}");
        assert!(differ.is_empty(), "{earlier} then {later}: {differ:#?}");
        assert!(outcome.missing.is_empty(), "{earlier} then {later}: {:?}", outcome.missing);
    }
}

#[test]
fn other_counties_are_imported_too() {
    for county in ["county-2021", "county-2023", "county-2023-mid"] {
        let mut writer = writer();
        let outcome = good(&mut writer, &folder(county));
        let supplements: Vec<_> =
            outcome.events.iter().filter(|(kind, _)| kind.ends_with(".corrected")).collect();
        eprintln!("{county}: {} events, {supplements:?}", outcome.events.values().sum::<usize>());
    }
}

#[test]
fn every_drifted_workbook_is_taken_as_it_should_be() {
    let cases: Json = serde_json::from_slice(&std::fs::read(data("drift/drift.json")).unwrap()).unwrap();
    for case in cases.as_array().unwrap() {
        let file = case["file"].as_str().unwrap();
        let mut writer = writer();
        good(&mut writer, &folder("wenshang-2022-06-30"));
        let size = writer.reader().size();
        let result = run(&mut writer, &[data("drift").join(file)], &Options::default());
        let added = writer.reader().size() - size;
        match (case["exit"].as_i64().unwrap(), result) {
            (0, Ok(outcome)) => {
                let others = outcome.events.keys().filter(|kind| *kind != "import.recorded").count();
                match case["adds"].as_str().unwrap() {
                    "import" => assert_eq!((added, others), (1, 0), "{file}: {:?}", outcome.events),
                    _ => assert!(others > 0, "{file}: {:?}", outcome.events),
                }
                let gone: Vec<&str> = outcome.missing.iter().map(|missing| missing.stream.as_str()).collect();
                if let Some(names) = case["names"].as_array() {
                    let wanted: Vec<String> =
                        names.iter().map(|name| format!("project/{}", name.as_str().unwrap())).collect();
                    assert_eq!(gone, wanted, "{file}");
                } else {
                    assert!(gone.is_empty(), "{file}: {gone:?}");
                }
            }
            (1, Err(ImportError::Faults(faults))) => {
                assert_eq!(added, 0, "{file}");
                let places: Vec<(&str, &str)> =
                    faults.iter().map(|fault| (fault.sheet.as_str(), fault.cell.as_str())).collect();
                let wanted = (case["sheet"].as_str().unwrap(), case["cell"].as_str().unwrap());
                assert!(places.contains(&wanted), "{file}: {places:?}");
            }
            (exit, other) => panic!("{file}: {exit} {other:?}"),
        }
    }
}

#[test]
fn every_broken_workbook_is_refused_at_its_cell() {
    let cases: Json = serde_json::from_slice(&std::fs::read(data("broken/broken.json")).unwrap()).unwrap();
    for case in cases.as_array().unwrap() {
        let file = case["file"].as_str().unwrap();
        for base in [vec![data("wenshang-2022/机构台账.xlsx")], folder("wenshang-2022")] {
            let mut writer = writer();
            good(&mut writer, &base);
            let size = writer.reader().size();
            let found = faults(&mut writer, &[data("broken").join(file)]);
            let wanted = (case["sheet"].as_str().unwrap(), case["cell"].as_str().unwrap());
            let places: Vec<(&str, &str)> =
                found.iter().map(|f| (f.sheet.as_str(), f.cell.as_str())).collect();
            assert!(places.contains(&wanted), "{file} after {} files: {places:?}", base.len());
            assert_eq!(writer.reader().size(), size, "{file}");
        }
    }
}

#[test]
fn a_contradiction_is_corrected_when_a_reason_is_given_and_both_values_stay() {
    let mut writer = writer();
    good(&mut writer, &folder("wenshang-2022-06-30"));
    let options = Options { correct: Some("纸质协议日期为准".to_owned()), ..Options::default() };
    let outcome = run(&mut writer, &[data("drift/签订日期不同.xlsx")], &options).unwrap();
    assert_eq!(outcome.events.get("agreement.corrected"), Some(&1));
    let size = writer.reader().size();
    let bytes = writer.reader().get(size - 1).unwrap().unwrap();
    let record = gongjian_core::record::RecordRef::decode(&bytes).unwrap();
    let event = gongjian_core::domain::Event::decode(record.kind, record.version, record.payload).unwrap();
    let gongjian_core::domain::Event::Agreement(gongjian_core::domain::agreement::AgreementEvent::Corrected(
        e,
    )) = event
    else {
        panic!("{event:?}")
    };
    assert_eq!(e.changes[0].field, "signedOn");
    assert_ne!(e.changes[0].was, e.changes[0].now);
    assert_eq!(e.reason, "纸质协议日期为准");
}

#[test]
fn a_trial_says_what_would_be_recorded_and_records_nothing() {
    let mut writer = writer();
    let size = writer.reader().size();
    let options = Options { dry_run: true, ..Options::default() };
    let outcome = run(&mut writer, &folder("wenshang-2022"), &options).unwrap();
    assert_eq!(outcome.plan.len(), outcome.events.values().sum::<usize>());
    assert!(outcome.plan.iter().any(|planned| planned.stream == "issue/WT-2022-0000"));
    assert_eq!(writer.reader().size(), size);
    assert_eq!(writer.world().issue.count(), 0);
}

#[test]
fn no_name_or_number_of_a_person_is_kept() {
    let mut writer = writer();
    let outcome = good(&mut writer, &folder("wenshang-2022"));
    let dropped: Vec<&String> = outcome.files.iter().flat_map(|file| &file.dropped).collect();
    assert!(dropped.iter().any(|header| header.ends_with("责任人")));
    let reader = writer.reader();
    for position in 0..reader.size() {
        let bytes = reader.get(position).unwrap().unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(
            !["王某", "李某", "赵某", "陈某", "1380000"].iter().any(|name| text.contains(name)),
            "{position}"
        );
    }
}

/// Every register as files beside each other.
fn exported(writer: &Writer, dir: &FilePath) -> Vec<PathBuf> {
    let paths = Kind::ALL.iter().map(|kind| {
        let path = dir.join(format!("{}.xlsx", kind.name()));
        std::fs::write(&path, export::register(writer.world(), *kind, Day(20_000)).unwrap()).unwrap();
        path
    });
    paths.collect()
}

#[test]
fn a_register_written_as_a_workbook_comes_back_unchanged() {
    for county in ["wenshang-2022", "wenshang-2022-06-30", "county-2021", "county-2023"] {
        let dir = tempfile::tempdir().unwrap();
        let mut first = writer();
        good(&mut first, &folder(county));
        let files = exported(&first, dir.path());
        // Into the same ledger: nothing but the record of the import.
        let outcome = good(&mut first, &files);
        assert_eq!(outcome.events.keys().collect::<Vec<_>>(), ["import.recorded"], "{county}");
        assert!(outcome.missing.is_empty(), "{county}: {:?}", outcome.missing);
        // Into an empty one: the same county.
        let mut second = writer();
        good(&mut second, &files);
        let (first, second) = (state(first.world()), state(second.world()));
        let differ: Vec<_> = first.iter().filter(|line| !second.contains(line)).take(5).collect();
        assert!(differ.is_empty() && first.len() == second.len(), "{county}: {differ:#?}");
    }
}

#[test]
fn an_identity_number_is_refused_as_such_and_never_repeated() {
    for base in [vec![data("wenshang-2022/机构台账.xlsx")], folder("wenshang-2022")] {
        let mut writer = writer();
        good(&mut writer, &base);
        let file = [data("broken/身份证号.xlsx")];
        for correct in [None, Some("更正".to_owned())] {
            let options = Options { correct, ..Options::default() };
            let Err(ImportError::Faults(found)) = run(&mut writer, &file, &options) else {
                panic!("accepted")
            };
            let at_cell: Vec<&Fault> = found.iter().filter(|fault| fault.cell == "E7").collect();
            assert_eq!(at_cell.len(), 1);
            let refused = |rule: &str| rule == "text-identity-number";
            assert!(
                matches!(&at_cell[0].problem, Problem::Refused { rule, .. } if refused(rule)),
                "{at_cell:?}"
            );
            let all = format!("{found:?}");
            let digits = all.split(|c: char| !c.is_ascii_digit()).map(str::len).max();
            assert!(digits < Some(17), "a long number is repeated: {all}");
        }
    }
}
