//! The vault beside a real ledger: what is erased is in no file, whatever the crash, and verification tells.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::*;
use crate::clock::FixedClock;
use crate::command::{Envelope, Receipt, Request};
use crate::day::Day;
use crate::domain::agreement::AgreementCommand;
use crate::domain::document::{self, DocumentCommand};
use crate::domain::erasure::ErasureCommand;
use crate::domain::holder::{self, HolderCommand};
use crate::domain::{Command, World};
use crate::ledger::{Options, Refused, Writer, fold_world};
use crate::log::{LogOptions, ReadError};

const NOW: i64 = 1_664_500_000_000_000;
/// What must be gone: long enough that nothing else holds it by chance.
const SECRET: &str = "签字人甲某，联系方式见附页一二三四五六七八九";
const TEXT: &str = "text/plain; charset=utf-8";

struct Bench {
    dir: tempfile::TempDir,
    writer: Option<Writer>,
    clock: Arc<FixedClock>,
    next: u64,
}

fn options(clock: &Arc<FixedClock>) -> Options {
    let log = LogOptions { ballast_bytes: 0, tiles: true };
    Options { log, ..Options::new(Arc::clone(clock) as Arc<dyn crate::clock::Clock>) }
}

impl Bench {
    /// A ledger with a street, a community, an alliance, two units and an agreement.
    fn new() -> Bench {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(FixedClock::at(NOW));
        let writer = Writer::create(dir.path(), options(&clock)).unwrap();
        let mut bench = Bench { dir, writer: Some(writer), clock, next: 1 };
        for (stream, name, data) in [
            ("street/S1", "street.register", serde_json::json!({"name": "汶上街道"})),
            ("community/C1", "community.register", serde_json::json!({"name": "东门社区", "street": "S1"})),
            ("unit/P1", "unit.register", serde_json::json!({"name": "东门社区党委", "kind": "社区党组织"})),
            ("unit/D1", "unit.register", serde_json::json!({"name": "县水务局", "kind": "县直部门单位"})),
            ("alliance/A1", "alliance.establish", serde_json::json!({"name": "东门联盟", "community": "C1"})),
            ("membership/A1-D1", "membership.admit", serde_json::json!({"alliance": "A1", "unit": "D1"})),
            (
                "agreement/XY-1",
                "agreement.draft",
                serde_json::json!({"name": "党建协议", "kind": "党建协议",
                "alliance": "A1", "partyA": "P1", "partyB": "D1"}),
            ),
        ] {
            bench.tell(Command::from_json(name, data).unwrap(), stream, "记录岗").unwrap();
        }
        bench
    }

    fn writer(&mut self) -> &mut Writer {
        self.writer.as_mut().unwrap()
    }

    fn id(&mut self) -> [u8; 16] {
        self.next += 1;
        let mut id = [9; 16];
        id[..8].copy_from_slice(&self.next.to_be_bytes());
        id
    }

    fn tell(&mut self, command: impl Into<Command>, stream: &str, post: &str) -> Result<Receipt, Refused> {
        let id = self.id();
        let request = Request::new(id, vec![Envelope::new(command, stream, Day::of_micros(NOW), post)]);
        self.writer().handle(vec![request]).pop().unwrap().map(|mut answer| answer.receipts.pop().unwrap())
    }

    fn document(&mut self, id: &str, content: &[u8], posts: &[&str]) -> Receipt {
        let vault = self.writer().vault().unwrap();
        let stored = vault.put(&document::path(id, None), "image/png", content).unwrap();
        let command = DocumentCommand::Add {
            matter: "XY-1".into(),
            kind: "扫描件".into(),
            field: None,
            media_type: "image/png".into(),
            size: content.len() as u64,
            object: stored.object.to_string(),
            commitment: stored.commitment.to_string(),
            posts: posts.iter().map(|post| (*post).to_owned()).collect(),
            units: vec![],
        };
        self.tell(command, &format!("document/{id}"), "记录岗").unwrap()
    }

    fn field(&mut self, id: &str, field: &str, content: &str) -> Receipt {
        let vault = self.writer().vault().unwrap();
        let stored = vault.put(&document::path(id, Some(field)), TEXT, content.as_bytes()).unwrap();
        let command = DocumentCommand::Add {
            matter: "agreement/XY-1".into(),
            kind: document::PERSONAL.into(),
            field: Some(field.into()),
            media_type: TEXT.into(),
            size: content.len() as u64,
            object: stored.object.to_string(),
            commitment: stored.commitment.to_string(),
            posts: vec![],
            units: vec![],
        };
        self.tell(command, &format!("document/{id}"), "记录岗").unwrap()
    }

    fn holder(&mut self, id: &str, name: &str) -> Receipt {
        let vault = self.writer().vault().unwrap();
        let stored = vault.put(&holder::path(id), holder::NAME_TYPE, name.as_bytes()).unwrap();
        let command = HolderCommand::Name {
            post: "书记岗".into(),
            from: Day::of_micros(NOW),
            until: None,
            object: stored.object.to_string(),
            commitment: stored.commitment.to_string(),
        };
        self.tell(command, &format!("holder/{id}"), "记录岗").unwrap()
    }

    /// Asked for and approved.
    fn approved(&mut self, erasure: &str, scope: &str, of: &Receipt) {
        let stream = format!("erasure/{erasure}");
        let ask = ErasureCommand::Ask {
            scope: scope.into(),
            subject: of.stream.clone(),
            position: of.position,
            digest: of.digest.clone(),
            reason: "误录个人信息".into(),
            basis: "个人信息保护法第四十七条".into(),
        };
        self.tell(ask, &stream, "申请岗").unwrap();
        self.tell(ErasureCommand::Approve { reason: None }, &stream, "审批岗").unwrap();
    }

    fn execute(&mut self, erasure: &str) -> Result<Option<Receipt>, EraseError> {
        let id = self.id();
        erase(self.writer(), erasure, "执行岗", id, &mut |_| Ok(()))
    }

    /// Carries it out until a step, then the process is gone.
    fn killed_before(&mut self, erasure: &str, step: EraseStep) {
        let id = self.id();
        let stopped = erase(self.writer(), erasure, "执行岗", id, &mut |next| match next == step {
            true => Err(EraseError::Stopped(next)),
            false => Ok(()),
        });
        assert!(matches!(stopped, Err(EraseError::Stopped(_))), "{stopped:?}");
        self.reopen();
    }

    fn reopen(&mut self) {
        self.writer = None;
        self.writer = Some(Writer::open(self.dir.path(), options(&self.clock)).unwrap());
    }

    /// The log is sound, the world is what the log gives, and the vault has these statuses.
    #[track_caller]
    fn verified(&mut self) -> Vec<(String, &'static str)> {
        let writer = self.writer();
        let report = writer.verify(|_, _| ()).unwrap();
        assert_eq!(report.faults, vec![]);
        let mut world = World::default();
        fold_world(&mut world, &writer.reader(), 0).unwrap();
        let bytes = |world: &World| crate::codec::encode_snapshot(world).unwrap();
        assert!(bytes(&world) == bytes(writer.world()), "the world differs");
        let vault = writer.vault().unwrap();
        let report = check(&vault, &world, &writer.reader()).unwrap();
        report.checked.into_iter().map(|it| (it.subject, it.status.word())).collect()
    }

    fn holds(&self, text: &str) -> Vec<PathBuf> {
        // Also a part of it: a text cut in the middle is no less personal.
        let middle: String = text.chars().skip(3).take(8).collect();
        let mut found = Vec::new();
        search(self.dir.path(), &[text.as_bytes(), middle.as_bytes()], &mut found);
        found
    }

    fn object_path(&self, object: ObjectName) -> PathBuf {
        let name = object.to_string();
        self.dir.path().join("vault/objects").join(&name[..2]).join(name)
    }

    fn item(&mut self, subject: &str) -> Item {
        Item::of(self.writer().world(), subject).unwrap()
    }
}

/// Every file whose bytes, or whose zstd frames when decompressed, hold one of the texts.
fn search(dir: &Path, texts: &[&[u8]], found: &mut Vec<PathBuf>) {
    let has = |bytes: &[u8]| texts.iter().any(|text| bytes.windows(text.len()).any(|part| part == *text));
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            search(&path, texts, found);
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        let frames = bytes.windows(4).enumerate().filter(|(_, part)| *part == [0x28, 0xb5, 0x2f, 0xfd]);
        let unpacked = |start: usize| {
            let mut out = Vec::new();
            // What is no frame ends early; what was read of it counts.
            if let Ok(reader) = zstd::stream::read::Decoder::new(&bytes[start..]) {
                let _ = reader.single_frame().take(1 << 20).read_to_end(&mut out);
            }
            out
        };
        if has(&bytes) || frames.map(|(start, _)| unpacked(start)).any(|out| has(&out)) {
            found.push(path);
        }
    }
}

#[test]
fn a_document_is_kept_closed_and_opens_to_what_its_event_commits_to() {
    let mut bench = Bench::new();
    bench.document("ZL-1", SECRET.as_bytes(), &[]);
    bench.document("ZL-2", b"scan", &["审批岗"]);
    bench.field("ZL-3", "签字人", SECRET);
    bench.holder("RZ-1", "乙某");
    assert_eq!(bench.holds(SECRET), Vec::<PathBuf>::new(), "nothing of it lies open");
    for _ in 0..2 {
        let item = bench.item("document/ZL-1");
        let vault = bench.writer().vault().unwrap();
        assert_eq!(vault.get(&item).unwrap().as_slice(), SECRET.as_bytes());
        let statuses: Vec<_> = bench.verified().into_iter().map(|(_, word)| word).collect();
        assert_eq!(statuses, ["disclosed", "restricted", "disclosed", "restricted"]);
        bench.reopen();
    }
    use std::os::unix::fs::PermissionsExt as _;
    let item = bench.item("document/ZL-1");
    let keys = bench.dir.path().join("keys");
    for path in [bench.object_path(item.object), keys.join("vault.keys"), keys.join("vault.master")] {
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "{}", path.display());
    }
}

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

#[test]
fn what_was_tampered_with_is_told() {
    let mut bench = Bench::new();
    for id in ["ZL-1", "ZL-2", "ZL-3", "ZL-4"] {
        bench.document(id, SECRET.as_bytes(), &[]);
    }
    let [one, two, three, _] =
        ["ZL-1", "ZL-2", "ZL-3", "ZL-4"].map(|id| bench.item(&format!("document/{id}")));
    // A flipped bit; another object under the name; nothing at all.
    let path = bench.object_path(one.object);
    let mut bytes = fs::read(&path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&path, bytes).unwrap();
    fs::copy(bench.object_path(three.object), bench.object_path(two.object)).unwrap();
    fs::remove_file(bench.object_path(three.object)).unwrap();
    let words: Vec<_> = bench.verified().into_iter().map(|(_, word)| word).collect();
    assert_eq!(words, ["mismatch", "mismatch", "missing", "disclosed"]);
}

#[test]
fn keys_put_back_after_an_erasure_are_told_and_destroyed_again() {
    let mut bench = Bench::new();
    let added = bench.document("ZL-1", SECRET.as_bytes(), &[]);
    let item = bench.item("document/ZL-1");
    let keys = bench.dir.path().join("keys");
    let files = [keys.join("vault.keys"), keys.join("vault.keys.backup"), bench.object_path(item.object)];
    let before: Vec<Vec<u8>> = files.iter().map(|path| fs::read(path).unwrap()).collect();
    bench.approved("SC-1", "document", &added);
    bench.execute("SC-1").unwrap();
    // Only one of the two key files rolled back: the other still knows.
    fs::write(&files[0], &before[0]).unwrap();
    bench.reopen();
    assert_eq!(bench.verified()[0].1, "erased");
    assert!(!fs::read_to_string(&files[0]).unwrap().contains("\nkey "));
    // Both, and the object too: all that the ledger's own word can do is tell.
    for (path, bytes) in files.iter().zip(&before) {
        fs::write(path, bytes).unwrap();
    }
    bench.reopen();
    assert_eq!(bench.verified()[0].1, "present");
    assert_eq!(bench.execute("SC-1").unwrap(), None);
    assert_eq!(bench.verified()[0].1, "erased");
}

#[test]
fn a_lost_key_file_is_made_again_from_its_backup_and_a_lost_both_is_told() {
    let mut bench = Bench::new();
    bench.document("ZL-1", SECRET.as_bytes(), &[]);
    let keys = bench.dir.path().join("keys");
    fs::remove_file(keys.join("vault.keys")).unwrap();
    bench.reopen();
    assert_eq!(bench.verified()[0].1, "disclosed");
    assert!(keys.join("vault.keys").exists());
    // A line that a crash cut off is none.
    let mut text = fs::read_to_string(keys.join("vault.keys")).unwrap();
    text.push_str("key 00");
    fs::write(keys.join("vault.keys"), text).unwrap();
    bench.reopen();
    assert_eq!(bench.verified()[0].1, "disclosed");
    for name in ["vault.keys", "vault.keys.backup"] {
        fs::remove_file(keys.join(name)).unwrap();
    }
    bench.reopen();
    assert_eq!(bench.verified()[0].1, "missing");
    // A copy of the ledger without any keys withholds and is sound.
    fs::remove_dir_all(&keys).unwrap();
    bench.reopen();
    assert_eq!(bench.verified()[0].1, "withheld");
    assert!(!keys.exists(), "opening a copy makes no keys");
}

#[test]
fn the_backup_may_be_on_another_disk_and_is_never_behind() {
    let mut bench = Bench::new();
    let elsewhere = tempfile::tempdir().unwrap();
    let path = elsewhere.path().join("keys.copy");
    fs::write(bench.dir.path().join("keys/vault.backup-path"), format!("{}\n", path.display())).unwrap();
    bench.reopen();
    let added = bench.document("ZL-1", SECRET.as_bytes(), &[]);
    let same = |bench: &Bench| {
        let file = fs::read(bench.dir.path().join("keys/vault.keys")).unwrap();
        assert_eq!(file, fs::read(&path).unwrap());
        String::from_utf8(file).unwrap()
    };
    assert!(same(&bench).contains("\nkey "));
    bench.approved("SC-1", "document", &added);
    bench.execute("SC-1").unwrap();
    assert!(!same(&bench).contains("\nkey "));
    // A disk that is not there stops an erasure before the key goes in one place only.
    let added = bench.document("ZL-2", b"scan", &[]);
    bench.approved("SC-2", "document", &added);
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert!(matches!(bench.execute("SC-2"), Err(EraseError::Vault(_))));
}

#[test]
fn what_a_crash_left_between_storing_and_recording_goes_at_the_start() {
    let mut bench = Bench::new();
    bench.document("ZL-1", b"scan", &[]);
    let vault = bench.writer().vault().unwrap();
    let orphan = vault.put("document/ZL-2", TEXT, SECRET.as_bytes()).unwrap();
    drop(vault);
    let path = bench.object_path(orphan.object);
    fs::write(path.with_extension("tmp"), b"half").unwrap();
    assert!(path.exists());
    bench.reopen();
    assert!(!path.exists() && !path.with_extension("tmp").exists());
    assert!(!bench.writer().vault().unwrap().has_key(orphan.object));
    assert_eq!(bench.verified(), [("document/ZL-1".to_owned(), "disclosed")]);
}

#[test]
fn a_master_key_that_is_gone_is_not_replaced_by_another() {
    let mut bench = Bench::new();
    bench.document("ZL-1", b"scan", &[]);
    fs::remove_file(bench.dir.path().join("keys/vault.master")).unwrap();
    bench.reopen();
    let vault = bench.writer().vault().unwrap();
    assert!(matches!(vault.put("document/ZL-2", TEXT, b"x"), Err(VaultError::Master(_))));
    assert_eq!(bench.verified()[0].1, "missing");
}
