//! The log as JSON Lines and back: the same bytes, or nothing.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gongjian_tests::cli::{Ledger, Ran, run_in};
use gongjian_tests::http::Server;
use gongjian_tests::python;
use serde_json::{Value, json};

use crate::cli::vault::TEXT;
use crate::restore::{erase, record, record_by_mistake};

/// Runs a verb on another folder beside the ledger.
#[track_caller]
fn on(ledger: &Ledger, data: &str, args: &[&str]) -> Ran {
    run_in(ledger.folder.path(), &[&["--data", data], args].concat(), b"")
}

fn path(ledger: &Ledger, name: &str) -> PathBuf {
    ledger.folder.path().join(name)
}

/// Exports the log of a folder and reads the file.
#[track_caller]
fn exported(ledger: &Ledger, data: &str, name: &str) -> String {
    on(ledger, data, &["export", "jsonl", "-o", name]).exits(0);
    std::fs::read_to_string(path(ledger, name)).unwrap()
}

fn root_of(ran: &Ran) -> (Value, Value) {
    let json = ran.json();
    (json["size"].clone(), json["root"].clone())
}

#[test]
fn a_log_comes_back_to_the_byte_and_goes_out_as_it_came() {
    let ledger = Ledger::county();
    let before = root_of(&ledger.run(&["verify", "--json"]).exits(0));
    let log = exported(&ledger, "ledger", "log.jsonl");
    let header: Value = serde_json::from_str(log.lines().next().unwrap()).unwrap();
    assert_eq!((header["format"].as_str(), &header["size"]), (Some("gongjian-log/1"), &before.0));
    assert_eq!(
        hex::encode(STANDARD.decode(header["root"].as_str().unwrap()).unwrap()),
        before.1.as_str().unwrap()
    );
    // Taking everything away is an event, which the file does not have.
    let last = ledger.run(&["events", "--kind", "access.recorded"]).exits(0);
    assert_eq!(last.lines().last().unwrap()["data"]["subject"], "jsonl");
    let key = ledger.run(&["checkpoint", "--public-key"]).exits(0).text().trim_end().to_owned();
    let told = on(&ledger, "again", &["import", "log.jsonl", "--key", &key, "--json"]).exits(0);
    assert_eq!(root_of(&told), before);
    assert_eq!(root_of(&on(&ledger, "again", &["verify", "--json"]).exits(0)), before);
    let count = before.0.to_string();
    let dump = ["events", "--raw", "--limit", &count];
    assert!(on(&ledger, "again", &dump).exits(0).out == ledger.run(&dump).exits(0).out);
    assert!(exported(&ledger, "again", "again.jsonl") == log, "the file is another");
    // There is a ledger now.
    on(&ledger, "again", &["import", "log.jsonl"]).exits(1).says("again");
    // A decoder that knows the format alone finds the root.
    let interpreter = std::env::var("GONGJIAN_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let mut child = Command::new(interpreter)
        .arg(python("decode.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (_, events) = log.split_once('\n').unwrap();
    child.stdin.take().unwrap().write_all(events.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{errors}");
    let root = before.1.as_str().unwrap();
    assert!(errors.contains(root) || errors.contains(header["root"].as_str().unwrap()), "{errors}");
}

/// A change of the lines of a log, and what is said of it.
type Fault = (&'static str, fn(&mut Vec<String>), &'static str);

const FAULTS: &[Fault] = &[
    ("another version", |lines| lines[0] = lines[0].replace("gongjian-log/1", "gongjian-log/2"), "no header"),
    (
        "another origin",
        |lines| lines[0] = lines[0].replacen("gongjian.local", "gongjian.other", 1),
        "the header says",
    ),
    (
        "another root",
        |lines| lines[0] = lines[0].replacen("\"root\":\"", "\"root\":\"A", 1),
        "the header says",
    ),
    ("one event less", |lines| drop(lines.pop()), "ends early"),
    ("one event more", |lines| lines.push(lines[1].clone()), "more behind"),
    ("no end", |lines| lines.last_mut().unwrap().truncate(20), "ends early"),
    ("a gap", |lines| drop(lines.remove(9)), "position 8 should come"),
    ("two exchanged", |lines| lines.swap(4, 5), "should come"),
    (
        "an edited view",
        |lines| edit(lines, "\"event\":{\"kind\":\"", "\"event\":{\"kind\":\"x"),
        "does not say what",
    ),
    ("a blank", |lines| edit(lines, "\"event\":", "\"event\": "), "does not say what"),
    ("a doubled name", |lines| edit(lines, "\"bytes\":", "\"bytes\":\"\",\"bytes\":"), "does not read"),
    ("a foreign name", |lines| edit(lines, "\"event\":", "\"note\":1,\"event\":"), "does not read"),
    ("no base64", |lines| edit(lines, "\"bytes\":\"", "\"bytes\":\"*"), "no base64"),
    ("other bytes", |lines| other_bytes(lines, 30), "previous"),
    ("other last bytes", |lines| other_last_bytes(lines), "give the root"),
    ("another signature", |lines| lines[0] = signature_changed(&lines[0]), "not signed"),
];

fn edit(lines: &mut [String], from: &str, to: &str) {
    lines[30] = lines[30].replacen(from, to, 1);
}

/// Changes the time of recording in the bytes of a line, which nothing in the readable half shows.
fn other_bytes(lines: &mut [String], index: usize) {
    let mut line: Value = serde_json::from_str(&lines[index]).unwrap();
    let old = line["bytes"].take().as_str().unwrap().to_owned();
    let mut bytes = STANDARD.decode(&old).unwrap();
    bytes[42] ^= 1;
    lines[index] = lines[index].replace(&old, &STANDARD.encode(bytes));
}

fn other_last_bytes(lines: &mut [String]) {
    let last = lines.len() - 1;
    other_bytes(lines, last);
}

/// Another letter in the middle of the signature.
fn signature_changed(header: &str) -> String {
    let at = header.rfind('/').or(header.rfind('+')).unwrap_or(header.len() - 20).max(header.len() - 40);
    let mut bytes = header.as_bytes().to_vec();
    bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_log_that_was_changed_is_refused_and_leaves_nothing() {
    let ledger = Ledger::registry();
    let log = exported(&ledger, "ledger", "log.jsonl");
    let lines: Vec<String> = log.split_inclusive('\n').map(str::to_owned).collect();
    for (what, change, said) in FAULTS {
        let mut changed = lines.clone();
        change(&mut changed);
        assert_ne!(changed, lines, "{what}");
        ledger.file("changed.jsonl", changed.concat().as_bytes());
        let ran = on(&ledger, "bad", &["import", "changed.jsonl"]).exits(1);
        assert!(
            ran.all().contains(said) || (*what == "another signature" && ran.all().contains("密钥")),
            "{what}: {}",
            ran.all()
        );
        assert!(!path(&ledger, "bad").exists(), "{what} left something");
    }
    let other = Ledger::june().run(&["checkpoint", "--public-key"]).exits(0).text().trim_end().to_owned();
    on(&ledger, "bad", &["import", "log.jsonl", "--key", &other]).exits(1).says("密钥");
    on(&ledger, "bad", &["import", "log.jsonl", "--dry-run"]).exits(0).says("没有写入");
    on(&ledger, "bad", &["import", "log.jsonl", "log.jsonl"]).exits(2).says("单独导入");
    assert!(!path(&ledger, "bad").exists());
    // Without the readable half it is the same log.
    let bare: Vec<String> =
        lines[1..].iter().map(|line| line.split(",\"event\":").next().unwrap().to_owned() + "}\n").collect();
    ledger.file("bare.jsonl", (lines[0].clone() + bare.concat().as_str()).as_bytes());
    on(&ledger, "bare", &["import", "bare.jsonl"]).exits(0);
    assert!(exported(&ledger, "bare", "whole.jsonl") == log);
}

#[test]
fn what_was_erased_is_in_no_export_and_keeps_its_place() {
    let ledger = Ledger::june();
    let position = record_by_mistake(&ledger);
    assert!(says_anywhere(&exported(&ledger, "ledger", "before.jsonl"), TEXT));
    erase(&ledger, position);
    record(&ledger, 0..300);
    let before = root_of(&ledger.run(&["verify", "--json"]).exits(0));
    let log = exported(&ledger, "ledger", "log.jsonl");
    assert!(!says_anywhere(&log, TEXT));
    let told = on(&ledger, "again", &["import", "log.jsonl", "--json"]).exits(0);
    assert_eq!(root_of(&told), before);
    assert_eq!(root_of(&on(&ledger, "again", &["verify", "--json"]).exits(0)), before);
    let at = position.to_string();
    on(&ledger, "again", &["events", "--from", &at, "--limit", "1"]).exits(0).says("\"withheld\":true");
    assert!(exported(&ledger, "again", "again.jsonl") == log);
    // An order that is none is found when everything is verified, and the folder stays shut.
    let order = format!("\"order\":{}", order_of(&log));
    let other = log.replacen(&order, &format!("\"order\":{}", order_of(&log) + 3), 1);
    ledger.file("false.jsonl", other.as_bytes());
    on(&ledger, "false", &["import", "false.jsonl"]).exits(1).says("没有打开");
    on(&ledger, "false", &["list", "streets"]).exits(3).says("没有完成");
    // What was interrupted is taken up.
    on(&ledger, "late", &["import", "log.jsonl"]).exits(0);
    std::fs::write(path(&ledger, "late/restore.unfinished"), "").unwrap();
    on(&ledger, "late", &["list", "streets"]).exits(3).says("没有完成");
    let taken = on(&ledger, "late", &["import", "log.jsonl", "--json"]).exits(0).json();
    assert_eq!((&taken["taken"], &taken["root"]), (&json!(0), &before.1));
    on(&ledger, "late", &["verify"]).exits(0);
}

fn order_of(log: &str) -> u64 {
    let line = log.lines().find(|line| line.contains("\"withheld\"")).unwrap();
    serde_json::from_str::<Value>(line).unwrap()["withheld"]["order"].as_u64().unwrap()
}

/// Whether a text stands in a log, readable or in base64.
fn says_anywhere(log: &str, text: &str) -> bool {
    log.contains(text)
        || log.lines().skip(1).any(|line| {
            let line: Value = serde_json::from_str(line).unwrap();
            let bytes =
                line["bytes"].as_str().map(|bytes| STANDARD.decode(bytes).unwrap()).unwrap_or_default();
            bytes.windows(text.len()).any(|window| window == text.as_bytes())
        })
}

#[test]
fn a_server_streams_the_log_and_records_who_took_it() {
    let ledger = Ledger::registry();
    let server = Server::start(&ledger.data());
    let body = json!({ "actor": "档案管理岗", "reason": "移交" }).to_string();
    let reply = server.try_ask("POST", "/api/v1/exports/jsonl", &[], body.as_bytes()).unwrap();
    assert_eq!((reply.status, reply.header("content-type")), (200, Some("application/x-ndjson")));
    let size = reply.body.lines().count() as u64 - 1;
    let taken = server.get(&format!("/api/v1/events?from={size}&kind=access.recorded")).json();
    assert_eq!(taken["items"][0]["data"]["reason"], "移交");
    // The command line finds the server and its socket.
    ledger.run(&["export", "jsonl", "-o", "-"]).exits(0).says("gongjian-log/1");
    let reply =
        server.try_ask("POST", "/api/v1/exports/ocel?objects=unit,compound", &[], body.as_bytes()).unwrap();
    let log = reply.json();
    assert_eq!((reply.status, log["objectTypes"].as_array().unwrap().len()), (200, 2));
    let wrong = server.try_ask("POST", "/api/v1/exports/ocel?objects=units", &[], body.as_bytes()).unwrap();
    assert_eq!(wrong.status, 400);
    assert_eq!(server.try_ask("POST", "/api/v1/exports/jsonl", &[], b"{}").unwrap().status, 400);
}
