//! What is erased is in no file, whatever the crash.

use super::*;
use crate::domain::agreement::AgreementCommand;
use crate::log::ReadError;

#[test]
fn what_is_erased_in_the_vault_is_gone_and_the_log_stays_sound() {
    let mut bench = Bench::new();
    let added = bench.document("ZL-1", SECRET.as_bytes(), &[]);
    let field = bench.field("ZL-2", "签字人", SECRET);
    let holder = bench.holder("RZ-1", SECRET);
    let root = bench.writer().reader().head().root;
    let items = ["document/ZL-1", "document/ZL-2", "holder/RZ-1"].map(|subject| bench.item(subject));
    for (erasure, scope, of) in
        [("SC-1", "document", &added), ("SC-2", "document", &field), ("SC-3", "holder", &holder)]
    {
        bench.approved(erasure, scope, of);
        let executed = bench.execute(erasure).unwrap().unwrap();
        assert_eq!(executed.kind, "erasure.executed");
        // Done again, it is done and not told twice.
        assert_eq!(bench.execute(erasure).unwrap(), None);
    }
    assert_ne!(bench.writer().reader().head().root, root, "the erasures are events");
    for _ in 0..2 {
        assert!(bench.verified().iter().all(|(_, word)| *word == "erased"), "{:?}", bench.verified());
        for item in &items {
            assert!(!bench.object_path(item.object).exists());
            // The events name objects; the files of the keys do not hold their keys any more.
            let keys = fs::read_to_string(bench.dir.path().join("keys/vault.keys")).unwrap();
            let backup = fs::read_to_string(bench.dir.path().join("keys/vault.keys.backup")).unwrap();
            assert!(!keys.contains("\nkey ") && keys == backup, "{keys}");
            let vault = bench.writer().vault().unwrap();
            assert!(matches!(vault.get(item), Err(VaultError::NoKey(_))));
        }
        bench.reopen();
    }
}

#[test]
fn a_crash_before_any_step_of_an_erasure_in_the_vault_is_finished_at_the_start() {
    use EraseStep::{Event, Key, Object, Ordered, Tombstone};
    for step in [Ordered, Tombstone, Key, Object, Event] {
        let mut bench = Bench::new();
        let added = bench.document("ZL-1", SECRET.as_bytes(), &[]);
        bench.approved("SC-1", "document", &added);
        bench.killed_before("SC-1", step);
        let begun = !matches!(step, Ordered | Tombstone);
        let expected = if begun { "erased" } else { "disclosed" };
        assert_eq!(bench.verified(), [("document/ZL-1".to_owned(), expected)], "{step:?}");
        let state = bench.writer().world().erasure.get("SC-1").unwrap().state();
        assert_eq!(state, if begun { "executed" } else { "approved" }, "{step:?}");
        bench.execute("SC-1").unwrap();
        assert_eq!(bench.verified()[0].1, "erased");
    }
}

/// An agreement whose text should never have been entered, with many events before and behind it.
fn with_record(events_before: usize, events_behind: usize) -> (Bench, Receipt) {
    let mut bench = Bench::new();
    let fill = |bench: &mut Bench, prefix: &str, count: usize| {
        for n in 0..count {
            let data = serde_json::json!({"name": format!("单位{prefix}{n}"), "kind": "县直部门单位"});
            let command = Command::from_json("unit.register", data).unwrap();
            bench.tell(command, &format!("unit/{prefix}{n}"), "记录岗").unwrap();
        }
    };
    fill(&mut bench, "V", events_before);
    let draft = AgreementCommand::Draft {
        name: SECRET.to_owned(),
        kind: "党建协议".into(),
        alliance: "A1".into(),
        party_a: "P1".into(),
        party_b: "D1".into(),
        other_parties: vec![],
        evidence: None,
    };
    let drafted = bench.tell(draft, "agreement/XY-2", "记录岗").unwrap();
    fill(&mut bench, "N", events_behind);
    bench.writer().save_snapshot();
    (bench, drafted)
}

#[test]
fn a_whole_record_is_withheld_and_its_text_is_in_no_file() {
    for (before, behind) in [(0, 0), (0, 90), (260, 260)] {
        let (mut bench, drafted) = with_record(before, behind);
        assert!(!bench.holds(SECRET).is_empty(), "there is something to destroy");
        let root = |bench: &mut Bench| bench.writer().reader().head().root;
        bench.approved("SC-1", "record", &drafted);
        let head = root(&mut bench);
        bench.killed_before("SC-1", EraseStep::Ordered);
        assert_eq!(root(&mut bench), head);
        bench.execute("SC-1").unwrap().unwrap();
        for _ in 0..2 {
            assert_eq!(bench.holds(SECRET), Vec::<PathBuf>::new(), "{before} {behind}");
            assert_eq!(bench.verified(), [("agreement/XY-2".to_owned(), "erased")]);
            let reader = bench.writer().reader();
            assert!(matches!(reader.get(drafted.position), Err(ReadError::Withheld { .. })));
            assert_eq!(reader.digest(drafted.position).unwrap().unwrap().to_string(), drafted.digest);
            drop(reader);
            assert!(bench.writer().world().agreement.get("XY-2").is_none());
            bench.reopen();
        }
        // The stream goes on where it was, and so does the log.
        let again = bench.tell(
            Command::from_json(
                "agreement.draft",
                serde_json::json!({"name": "党建协议", "kind": "党建协议",
                "alliance": "A1", "partyA": "P1", "partyB": "D1"}),
            )
            .unwrap(),
            "agreement/XY-2",
            "记录岗",
        );
        assert_eq!(again.unwrap().revision, 1);
        for n in 0..70 {
            let data = serde_json::json!({"name": format!("后{n}"), "kind": "县直部门单位"});
            bench
                .tell(Command::from_json("unit.register", data).unwrap(), &format!("unit/H{n}"), "岗")
                .unwrap();
        }
        bench.verified();
        bench.reopen();
        bench.verified();
    }
}

#[test]
fn a_crash_before_any_step_of_withholding_is_finished_at_the_start() {
    use EraseStep::{Bundle, Event, Page, Snapshots, Store, Tombstone};
    for step in [Tombstone, Page, Store, Bundle, Snapshots, Event] {
        for behind in [0, 260] {
            let (mut bench, drafted) = with_record(3, behind);
            bench.approved("SC-1", "record", &drafted);
            bench.killed_before("SC-1", step);
            if step == Tombstone {
                assert!(!bench.holds(SECRET).is_empty(), "nothing was begun");
                bench.execute("SC-1").unwrap().unwrap();
            }
            assert_eq!(bench.holds(SECRET), Vec::<PathBuf>::new(), "{step:?} {behind}");
            assert_eq!(bench.verified(), [("agreement/XY-2".to_owned(), "erased")], "{step:?} {behind}");
            assert_eq!(bench.writer().world().erasure.get("SC-1").unwrap().state(), "executed");
        }
    }
}

#[test]
fn an_order_for_another_record_withholds_nothing() {
    let (mut bench, drafted) = with_record(0, 0);
    let wrong = Receipt { digest: "0".repeat(64), ..drafted };
    bench.approved("SC-1", "record", &wrong);
    assert!(matches!(bench.execute("SC-1"), Err(EraseError::Withhold(_))));
    assert!(!bench.holds(SECRET).is_empty());
    bench.reopen();
    assert!(bench.verified().is_empty());
}
