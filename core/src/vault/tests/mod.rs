//! The vault beside a real ledger: what is erased is in no file, whatever the crash, and verification tells.
#![allow(clippy::unwrap_used, reason = "tests")]

mod erasing;
mod keeping;

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::*;
use crate::accounts::By;
use crate::clock::FixedClock;
use crate::command::{Envelope, Receipt, Request};
use crate::day::Day;
use crate::domain::document::{self, DocumentCommand};
use crate::domain::erasure::ErasureCommand;
use crate::domain::holder::{self, HolderCommand};
use crate::domain::{Command, World};
use crate::ledger::{Options, Refused, Writer, fold_world};
use crate::log::LogOptions;

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
        erase(self.writer(), erasure, &By { post: "执行岗".to_owned(), account: [0; 16] }, id, &mut |_| {
            Ok(())
        })
    }

    /// Carries it out until a step, then the process is gone.
    fn killed_before(&mut self, erasure: &str, step: EraseStep) {
        let id = self.id();
        let stopped = erase(
            self.writer(),
            erasure,
            &By { post: "执行岗".to_owned(), account: [0; 16] },
            id,
            &mut |next| match next == step {
                true => Err(EraseError::Stopped(next)),
                false => Ok(()),
            },
        );
        assert!(matches!(stopped, Err(EraseError::Stopped(_))), "{stopped:?}");
        self.reopen();
    }

    /// The log as it is now, without vault and keys.
    fn closed_copy(&mut self) -> tempfile::TempDir {
        self.writer = None;
        let kept = tempfile::tempdir().unwrap();
        copy_log(self.dir.path(), kept.path());
        self.writer = Some(Writer::open(self.dir.path(), options(&self.clock)).unwrap());
        kept
    }

    /// Puts another log beside the vault and the keys, and opens it.
    fn put_back(&mut self, log: &tempfile::TempDir) {
        self.writer = None;
        for name in LOG {
            let _ = fs::remove_dir_all(self.dir.path().join(name));
        }
        copy_log(log.path(), self.dir.path());
        self.writer = Some(Writer::open(self.dir.path(), options(&self.clock)).unwrap());
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

/// The folders of a log and of what was folded from it.
const LOG: [&str; 3] = ["sled", "tiles", "snapshots"];

fn copy_log(from: &Path, to: &Path) {
    fn copy(from: &Path, to: &Path) {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let (from, to) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
            if from.is_dir() {
                copy(&from, &to);
            } else {
                fs::copy(&from, &to).unwrap();
            }
        }
    }
    for name in LOG.into_iter().filter(|name| from.join(name).exists()) {
        copy(&from.join(name), &to.join(name));
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
