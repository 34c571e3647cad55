//! Backups and the way back: nothing secret in them, nothing lost, nothing taken that was changed.

use std::path::{Path, PathBuf};

use gongjian_tests::cli::{Ledger, Ran, run_in, text};
use gongjian_tests::http::Server;
use serde_json::{Value, json};

use crate::cli::vault::{TEXT, holding};

/// A street of a number, as a command.
fn street(number: u64) -> Value {
    json!({
        "commandId": format!("00000000-0000-4000-8000-{number:012}"),
        "command": "street.register", "stream": format!("street/T{number:04}"), "actor": "党建专干岗",
        "occurredOn": "2022-09-30", "data": { "name": format!("新街道{number}") },
    })
}

/// Records streets, one command each.
pub(crate) fn record(ledger: &Ledger, numbers: std::ops::Range<u64>) {
    let id = street(numbers.start)["commandId"].clone();
    let list = numbers.map(|number| {
        let mut command = street(number);
        command["commandId"] = id.clone();
        command
    });
    ledger.record(&Value::Array(list.collect())).exits(0);
}

fn folder(ledger: &Ledger, name: &str) -> PathBuf {
    ledger.folder.path().join(name)
}

fn backup(ledger: &Ledger, name: &str) -> Value {
    ledger.run(&["backup", "-o", name, "--json"]).exits(0).json()
}

/// Runs a verb on another folder beside the ledger.
#[track_caller]
fn on(ledger: &Ledger, data: &str, args: &[&str]) -> Ran {
    run_in(ledger.folder.path(), &[&["--data", data], args].concat(), b"")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for file in files(from) {
        let target = to.join(file.strip_prefix(from).unwrap());
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        std::fs::copy(&file, &target).unwrap();
    }
}

fn root(ran: &Ran) -> (Value, Value) {
    let json = ran.json();
    (json["size"].clone(), json["root"].clone())
}

#[test]
fn a_restored_ledger_is_the_same_to_the_byte() {
    let ledger = Ledger::county();
    let told = backup(&ledger, "backup");
    let restored = on(&ledger, "again", &["restore", "--from", "backup", "--json"]).exits(0);
    assert_eq!((&restored.json()["root"], &restored.json()["behind"]), (&told["root"], &Value::Null));
    let dump = ["events", "--raw"];
    assert!(on(&ledger, "again", &dump).exits(0).out == ledger.run(&dump).exits(0).out);
    let verify = ["verify", "--json"];
    assert_eq!(root(&on(&ledger, "again", &verify).exits(0)), root(&ledger.run(&verify).exits(0)));
    // There is a ledger now.
    on(&ledger, "again", &["restore", "--from", "backup"]).exits(1).says("again");
    // The second backup copies only what is new.
    let full = folder(&ledger, "backup/tile/entries/000");
    let before = std::fs::metadata(&full).unwrap().modified().unwrap();
    record(&ledger, 0..3);
    assert_eq!(backup(&ledger, "backup")["size"].as_u64(), told["size"].as_u64().map(|size| size + 3));
    assert_eq!(std::fs::metadata(&full).unwrap().modified().unwrap(), before);
}

#[test]
fn a_backup_holds_no_key_and_is_no_ledgers_folder() {
    let ledger = Ledger::registry();
    std::fs::create_dir_all(ledger.data().join("vault/objects/ab")).unwrap();
    std::fs::write(ledger.data().join("vault/objects/ab/object"), "sealed").unwrap();
    std::fs::write(ledger.data().join("keys/vault.keys"), "wrapped keys of the vault").unwrap();
    backup(&ledger, "backup");
    let secrets: Vec<Vec<u8>> = ["log.seed", "vault.keys"]
        .map(|name| std::fs::read(ledger.data().join("keys").join(name)).unwrap())
        .into();
    let copied = files(&folder(&ledger, "backup"));
    for file in &copied {
        let bytes = std::fs::read(file).unwrap();
        for secret in &secrets {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret), "{}", file.display());
        }
    }
    for name in ["log.seed", "vault.keys", "log.head", "lock", "socket", "conf"] {
        assert!(copied.iter().all(|file| file.file_name().unwrap() != name), "{name}");
    }
    ledger.run(&["backup", "-o", "ledger"]).exits(2).says("不得有密钥");
    on(&ledger, "again", &["restore", "--from", "backup"]).exits(0);
    assert_eq!(std::fs::read(folder(&ledger, "again/vault/objects/ab/object")).unwrap(), b"sealed");
}

#[test]
fn a_backup_taken_while_writers_are_at_work_verifies() {
    let ledger = Ledger::registry();
    let server = Server::start(&ledger.data());
    let told = std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            (0..300).for_each(|number| assert_eq!(server.record(&street(number)).status, 201));
        });
        let told: Vec<Value> = (0..3).map(|_| backup(&ledger, "backup")).collect();
        writer.join().unwrap();
        told
    });
    drop(server);
    let last = told.last().unwrap();
    let restored = on(&ledger, "again", &["restore", "--from", "backup", "--json"]).exits(0);
    assert_eq!(
        (restored.json()["size"].clone(), restored.json()["root"].clone()),
        (last["size"].clone(), last["root"].clone())
    );
    on(&ledger, "again", &["verify"]).exits(0);
}

/// A ledger put back to yesterday's backup beside the keys of today; today's tiles are in `tiles`.
fn yesterday() -> (Ledger, (Value, Value)) {
    let ledger = Ledger::registry();
    backup(&ledger, "yesterday");
    record(&ledger, 0..300);
    ledger.run(&["export", "tiles", "-o", "tiles"]).exits(0);
    let today = root(&ledger.run(&["verify", "--json"]).exits(0));
    copy(&ledger.data().join("keys"), &folder(&ledger, "again/keys"));
    let told = on(&ledger, "again", &["restore", "--from", "yesterday"]).exits(0);
    told.says("现在只可读").says("restore --tiles");
    (ledger, today)
}

#[test]
fn yesterdays_backup_takes_nothing_until_newer_tiles_mend_it() {
    let (ledger, today) = yesterday();
    let report = on(&ledger, "again", &["verify", "--json"]).exits(1).json();
    assert_eq!(report["faults"][0]["code"], "size-of-the-checkpoint");
    assert_eq!(report["faults"][0]["position"], report["size"]);
    on(&ledger, "again", &["list", "streets"]).exits(0);
    let one = street(900).to_string();
    let refused = run_in(ledger.folder.path(), &["--data", "again", "record", "--json"], one.as_bytes());
    assert_eq!(refused.exits(3).json()["code"], "log-behind");
    on(&ledger, "again", &["checkpoint"]).exits(3);

    on(&ledger, "again", &["restore", "--tiles", "tiles"]).exits(0).says("逐字节核对无误");
    assert_eq!(root(&on(&ledger, "again", &["verify", "--json"]).exits(0)), today);
    run_in(ledger.folder.path(), &["--data", "again", "record"], one.as_bytes()).exits(0);
    // Tiles that end before the log are of no use, and do no harm.
    on(&ledger, "again", &["restore", "--tiles", "tiles"]).exits(1).says("更新的树片");
    on(&ledger, "again", &["verify"]).exits(0);
}

#[test]
fn an_older_backup_and_newer_tiles_give_the_whole_log() {
    let (ledger, today) = yesterday();
    let both = ["restore", "--from", "yesterday", "--tiles", "tiles", "--json"];
    assert_eq!(root(&on(&ledger, "third", &both).exits(0)), today);
    assert_eq!(root(&on(&ledger, "third", &["verify", "--json"]).exits(0)), today);
}

#[test]
fn what_was_changed_is_not_taken() {
    let ledger = Ledger::county();
    backup(&ledger, "backup");
    let restore = |name: &str, change: &dyn Fn(&Path)| {
        let copy_of = folder(&ledger, name);
        copy(&folder(&ledger, "backup"), &copy_of);
        change(&copy_of);
        let into = format!("{name}-ledger");
        let ran = on(&ledger, &into, &["restore", "--from", name]).exits(1);
        // Nothing of it is opened.
        let opened = on(&ledger, &into, &["list", "streets"]);
        assert!([2, 3].contains(&opened.code), "{}", opened.all());
        ran
    };
    let flip = |file: PathBuf, at: usize| {
        let mut bytes = std::fs::read(&file).unwrap();
        bytes[at] ^= 1;
        std::fs::write(file, bytes).unwrap();
    };
    restore("entry", &|dir| flip(dir.join("tile/entries/001"), 5_000)).says("被改过");
    restore("leaf", &|dir| flip(dir.join("tile/0/001"), 40)).says("被改过");
    restore("missing", &|dir| std::fs::remove_file(dir.join("tile/entries/002")).unwrap())
        .says("tile/entries/002");
    restore("checkpoint", &|dir| {
        let note = std::fs::read_to_string(dir.join("checkpoint")).unwrap();
        let mut lines: Vec<&str> = note.lines().collect();
        lines[1] = "3";
        std::fs::write(dir.join("checkpoint"), lines.join("\n") + "\n").unwrap();
    })
    .says("不符");
    let other = Ledger::none();
    other.run(&["init"]).exits(0);
    let key = other.run(&["checkpoint", "--public-key"]).exits(0).text().trim_end().to_owned();
    on(&ledger, "other", &["restore", "--from", "backup", "--key", &key]).exits(1).says("不是这个账本的密钥");
    ledger.run(&["verify", "--key", &key]).exits(1).says("可信公钥");
    let own = ledger.run(&["checkpoint", "--public-key"]).exits(0).text().trim_end().to_owned();
    on(&ledger, "own", &["restore", "--from", "backup", "--key", &own]).exits(0);
    ledger.run(&["verify", "--key", &own]).exits(0);
}

#[test]
fn another_history_is_not_taken_and_the_ledger_stays_as_it_was() {
    let ledger = Ledger::registry();
    let twin = ledger.copy();
    record(&ledger, 0..5);
    let head = ledger.head();
    record(&twin, 100..120);
    twin.run(&["export", "tiles", "-o", "tiles"]).exits(0);
    let tiles = text(&folder(&twin, "tiles"));
    ledger.run(&["restore", "--tiles", &tiles]).exits(1).says("历史不同");
    ledger.run(&["verify"]).exits(0);
    assert_eq!(ledger.head(), head);
}

#[test]
fn an_interrupted_restore_keeps_the_ledger_shut_and_is_taken_up() {
    let (ledger, today) = yesterday();
    let mark = folder(&ledger, "again/restore.unfinished");
    std::fs::write(&mark, "").unwrap();
    on(&ledger, "again", &["list", "streets"]).exits(3).says("没有完成");
    on(&ledger, "again", &["init"]).exits(1);
    on(&ledger, "again", &["restore", "--tiles", "tiles"]).exits(0);
    assert!(!mark.exists());
    assert_eq!(root(&on(&ledger, "again", &["verify", "--json"]).exits(0)), today);
}

#[test]
fn a_new_log_names_the_checkpoint_of_the_one_it_continues() {
    let ledger = Ledger::registry();
    let old = backup(&ledger, "backup");
    let begin = ["restore", "--from", "backup", "--new-origin", "new.example/ledger", "--json"];
    let told = on(&ledger, "new", &begin).exits(0).json();
    assert_eq!(told["continues"]["size"], old["size"]);
    let opened = on(&ledger, "new", &["events", "--limit", "1", "--json"]).exits(0);
    let note = std::fs::read_to_string(folder(&ledger, "backup/checkpoint")).unwrap();
    let first = &opened.lines()[0];
    let first = first["items"].get(0).unwrap_or(first);
    assert_eq!((&first["version"], &first["data"]["continues"]), (&2.into(), &note.into()), "{first}");
    on(&ledger, "new", &["verify"]).exits(0);
}

/// Records a text that should not be there.
pub(crate) fn record_by_mistake(ledger: &Ledger) -> u64 {
    let draft = json!({
        "command": "topic.propose", "stream": "topic/YT-误", "actor": "党建专干岗", "occurredOn": "2022-07-01",
        "data": { "title": TEXT, "category": "停车难", "proposer": "居民代表" },
    });
    ledger.record(&draft).exits(0).json()["position"].as_u64().unwrap()
}

pub(crate) fn erase(ledger: &Ledger, position: u64) {
    let at = position.to_string();
    let ask = ["erase", "ask", "--position", &at, "--reason", "误录", "--basis", "法律", "--id", "SC-1"];
    ledger.run(&[&ask[..], &["--actor", "党建专干岗"]].concat()).exits(0);
    ledger.run(&["erase", "decide", "SC-1", "--approve", "--actor", "组织部审批岗"]).exits(0);
    ledger.run(&["erase", "execute", "SC-1", "--actor", "管理岗"]).exits(0);
}

#[test]
fn what_was_erased_stays_erased_in_every_backup_and_after_every_restore() {
    let ledger = Ledger::june();
    let position = record_by_mistake(&ledger);
    backup(&ledger, "before");
    backup(&ledger, "reused");
    assert!(!holding(&folder(&ledger, "before"), TEXT).is_empty());
    erase(&ledger, position);
    // So that more than one bundle and page follow.
    record(&ledger, 0..300);
    let today = root(&ledger.run(&["verify", "--json"]).exits(0));
    for name in ["after", "reused"] {
        backup(&ledger, name);
        assert_eq!(holding(&folder(&ledger, name), TEXT), Vec::<PathBuf>::new());
        let into = format!("{name}-again");
        assert_eq!(root(&on(&ledger, &into, &["restore", "--from", name, "--json"]).exits(0)), today);
        assert_eq!(root(&on(&ledger, &into, &["verify", "--json"]).exits(0)), today);
        let at = position.to_string();
        on(&ledger, &into, &["events", "--from", &at, "--limit", "1"]).exits(0).says("\"withheld\":true");
    }
    // The older backup still has the bytes; with what came later, the order is carried out again.
    let both = ["restore", "--from", "before", "--tiles", "after", "--json"];
    assert_eq!(root(&on(&ledger, "mended", &both).exits(0)), today);
    assert_eq!(holding(&folder(&ledger, "mended"), TEXT), Vec::<PathBuf>::new());
    on(&ledger, "mended", &["verify"]).exits(0);
    // Without the line nobody knows what was there, and a line that names another order is found out.
    let lines = std::fs::read_to_string(folder(&ledger, "after/erased")).unwrap();
    let mut words: Vec<&str> = lines.trim_end().split(' ').collect();
    let other = (position + 2).to_string();
    words[1] = &other;
    std::fs::write(folder(&ledger, "after/erased"), words.join(" ") + "\n").unwrap();
    on(&ledger, "false", &["restore", "--from", "after"]).exits(1).says("没有打开");
    std::fs::write(folder(&ledger, "after/erased"), "").unwrap();
    on(&ledger, "none", &["restore", "--from", "after"]).exits(1).says("erased");
}
