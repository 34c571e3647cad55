//! The calendar, read by libraries that calendars are read with.

use std::time::Duration;

use gongjian_api::ical::{self, Wanted};
use gongjian_api::messages::Language;
use gongjian_core::day::Day;
use gongjian_tests::cli::Ledger;
use gongjian_tests::http::Server;
use gongjian_tests::{import_folder, memory_ledger, views};
use serde_json::{Value, json};

use super::{file, run_python};
use crate::expect_file;

fn day(text: &str) -> Option<Day> {
    Some(text.parse().unwrap())
}

/// What the libraries read in a feed, by UID.
fn read(folder: &tempfile::TempDir, bytes: &[u8]) -> Value {
    let path = file(folder, "feed.ics", bytes);
    run_python("GONGJIAN_PYTHON", "calendar_feed.py", &[path.to_str().unwrap()])
}

#[test]
fn a_county_is_a_calendar_that_others_read() {
    let mut writer = memory_ledger();
    import_folder(&mut writer, "wenshang-2022");
    let (views, reader) = (views(&writer), writer.reader());
    let on = day("2022-09-30").unwrap();
    let feed = |wanted: &Wanted| {
        ical::feed(&views, &reader, "ledger.example/governance", on, wanted, Language::Chinese.text())
            .unwrap()
    };
    let dir = tempfile::tempdir().unwrap();
    let june = Wanted {
        community: Some("东门社区".to_owned()),
        from: day("2022-06-06"),
        to: day("2022-06-10"),
        ..Wanted::default()
    };
    let first = feed(&june);
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(feed(&june), first, "no clock");
    let text = String::from_utf8(first.bytes.clone()).unwrap().replace("\r\n", "\n");
    // Another name of the place is another feed, though no newer event is in it.
    let english =
        ical::feed(&views, &reader, "ledger.example/governance", on, &june, Language::English.text());
    assert_ne!(english.unwrap().tag, first.tag, "the tag follows the content");
    // The digest of an event is random with its nonce.
    let (head, rest) = text.split_once("X-GONGJIAN-DIGEST:").unwrap();
    let (_, entries) = rest.split_once("BEGIN:VEVENT").unwrap();
    expect_file("calendar.ics", &format!("{head}BEGIN:VEVENT{entries}"));
    let all = feed(&Wanted::default());
    let found = read(&dir, &all.bytes);
    let meeting = &read(&dir, &first.bytes)["meeting-HY-2022-0046@ledger.example"];
    assert_eq!((&meeting["start"], &meeting["end"]), (&json!("2022-06-06"), &json!("2022-06-07")));
    assert_eq!((&meeting["status"], &meeting["component"]), (&json!("CONFIRMED"), &json!("VEVENT")));
    let due = found.as_object().unwrap().keys().filter(|uid| uid.starts_with("due-")).count();
    let todos = read(&dir, &feed(&Wanted { todos: true, ..Wanted::default() }).bytes);
    let tasks = todos.as_object().unwrap().values().filter(|entry| entry["component"] == "VTODO");
    assert!(due > 100 && tasks.count() == due, "{due}");
    let golden = Wanted {
        unit: Some("东门物业服务有限公司".to_owned()),
        from: day("2022-07-22"),
        to: day("2022-07-22"),
        todos: true,
        ..Wanted::default()
    };
    let task = &read(&dir, &feed(&golden).bytes)["due-decision-HY-2022-0046-J1-1@ledger.example"];
    assert_eq!((&task["status"], &task["due"]), (&json!("COMPLETED"), &json!("2022-07-22")));
    assert_eq!(task["completed"], "2022-07-15T04:00:00+00:00");
}

/// Commands on one meeting, each with its day or time.
fn meeting(ledger: &Ledger, id: &str, commands: &[(&str, &str, Value)]) {
    for (command, occurred, data) in commands {
        let json = json!({
            "command": command, "stream": format!("meeting/{id}"), "actor": "党建专干岗",
            "occurredOn": occurred, "data": data,
        });
        ledger.record(&json).exits(0);
    }
}

#[test]
fn a_postponed_meeting_keeps_its_name_and_a_cancelled_one_its_place() {
    let ledger = Ledger::registry();
    let plan = |day: &str| json!({ "meetingType": "六号联席会议", "community": "C01", "date": day, "place": "一楼;东,西" });
    meeting(&ledger, "HY-1", &[("meeting.schedule", "2022-10-01", plan("2022-10-06"))]);
    meeting(&ledger, "HY-2", &[("meeting.schedule", "2022-10-01", plan("2022-10-07"))]);
    let server = Server::start(&ledger.data());
    let address = "/api/v1/calendar.ics?community=C01&from=2022-10-01&to=2022-10-31";
    let dir = tempfile::tempdir().unwrap();
    let ask = |tag: Option<&str>| {
        let headers: Vec<(&str, &str)> = tag.map(|tag| ("if-none-match", tag)).into_iter().collect();
        server.try_ask("GET", address, &headers, b"").unwrap()
    };
    let planned = ask(None);
    assert_eq!(planned.status, 200);
    assert_eq!(planned.header("content-type"), Some("text/calendar; charset=utf-8"));
    assert_eq!(planned.header("cache-control"), Some("private, max-age=300"));
    // The client of the tests reads heads in lower case.
    let tag = planned.header("etag").unwrap().replacen("w/", "W/", 1);
    let uid = read(&dir, &planned.bytes);
    let uid = uid.as_object().unwrap().keys().find(|uid| uid.contains("HY-1")).unwrap().clone();
    let first = &read(&dir, &planned.bytes)[&uid];
    assert_eq!((&first["sequence"], &first["status"]), (&json!(0), &json!("TENTATIVE")));
    assert_eq!(first["location"], "一楼;东,西");
    let same = ask(Some(&format!("\"other\", {tag}")));
    assert_eq!((same.status, same.bytes.len()), (304, 0));
    assert_eq!(same.header("etag"), planned.header("etag"));
    meeting(
        &ledger,
        "HY-1",
        &[
            ("meeting.postpone", "2022-10-03", json!({ "date": "2022-10-12", "reason": "与街道会议冲突" })),
            ("meeting.call-topics", "2022-10-03", json!({})),
            ("meeting.freeze-agenda", "2022-10-03", json!({ "routine": true })),
            ("meeting.notice", "2022-10-04", json!({})),
            ("meeting.open", "2022-10-12T14:30:00", json!({})),
            ("meeting.attend", "2022-10-12", json!({ "units": ["P01"], "expectedUnits": 1 })),
            ("meeting.hold", "2022-10-12T16:00:00", json!({})),
        ],
    );
    let reason = "场地不便，改期；另行通知,谢";
    meeting(&ledger, "HY-2", &[("meeting.cancel", "2022-10-03", json!({ "reason": reason }))]);
    let changed = ask(Some(&tag));
    assert_eq!(changed.status, 200);
    let found = read(&dir, &changed.bytes);
    let held = &found[&uid];
    assert_eq!(
        (&held["start"], &held["end"]),
        (&json!("2022-10-12T14:30:00+08:00"), &json!("2022-10-12T16:00:00+08:00"))
    );
    assert_eq!((&held["status"], &held["sequence"]), (&json!("CONFIRMED"), &json!(4)));
    let cancelled = found.as_object().unwrap().iter().find(|(uid, _)| uid.contains("HY-2")).unwrap().1;
    assert_eq!((&cancelled["status"], &cancelled["start"]), (&json!("CANCELLED"), &json!("2022-10-07")));
    assert_eq!(cancelled["comment"], format!("取消原因：{reason}"));
    // The command line asks the same handlers.
    let args = ["--community", "C01", "--from", "2022-10-01", "--to", "2022-10-31"];
    let ran = ledger.run(&[&["export", "ical", "-o", "-"][..], &args].concat()).exits(0);
    assert_eq!(ran.out, changed.bytes);
    ledger.run(&["export", "ical", "-o", "-", "--objects", "issue"]).exits(2).says("objects");
    assert_eq!(server.get("/api/v1/calendar.ics?community=C99").status, 404);
    assert_eq!(server.get("/api/v1/calendar.ics?from=2022-10-02&to=2022-10-01").status, 400);
}
