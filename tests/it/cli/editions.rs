//! Jobs that make editions, and `verify` of their files: good, edited, foreign, of another quarter, from a tampered
//! ledger.

use std::collections::BTreeSet;
use std::path::Path;

use gongjian_api::offline::report::claimed;
use gongjian_tests::cli::{Ledger, Ran, run_in, text};
use gongjian_tests::http::Server;
use gongjian_tests::run_python;
use serde_json::{Value, json};

use super::periods::{edition, freeze, frozen, late};
use crate::attacks::{edit, rewrite};

const JOB: [&str; 8] = ["report", "--quarter", "2022-Q2", "--record", "--actor", "统计岗", "-o", "out"];

fn job(ledger: &Ledger) -> Ran {
    ledger.run(&[&JOB[..], &["--json"]].concat())
}

/// The names and bytes of a folder's files.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap()))
        .collect();
    files.sort();
    files
}

/// Five jobs at once: one of them records, all answer the same.
fn five(ledger: &Ledger) -> Vec<Value> {
    std::thread::scope(|scope| {
        let jobs: Vec<_> = (0..5).map(|_| scope.spawn(|| job(ledger).exits(0).json())).collect();
        jobs.into_iter().map(|job| job.join().unwrap()).collect()
    })
}

#[test]
fn jobs_that_run_twice_or_at_once_leave_one_edition() {
    let (ledger, frozen) = frozen();
    let server = Server::start(&ledger.data());
    let answers = five(&ledger);
    let positions: BTreeSet<u64> = answers.iter().map(|it| it["position"].as_u64().unwrap()).collect();
    assert_eq!(positions.len(), 1, "{answers:?}");
    assert_eq!(answers.iter().filter(|it| it["replayed"] == false).count(), 1, "{answers:?}");
    let written = files(&ledger.folder.path().join("out"));
    let names: Vec<&str> = written.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        ["csv", "docx", "html", "json", "md", "pdf", "xlsx"]
            .map(|end| format!("co-building-2022-Q2-1.{end}"))
    );
    // The next night, by another post, beside the server and without it.
    let again = ledger.run(&[&JOB[..5], &["另一岗", "-o", "out"]].concat()).exits(0);
    again.says("此前已出具").says(&format!("位置 {}", positions.first().unwrap()));
    assert!(server.terminate().success());
    for answer in [job(&ledger).exits(0).json(), job(&ledger).exits(0).json()] {
        assert_eq!((&answer["replayed"], &answer["edition"]), (&true.into(), &1.into()));
    }
    assert_eq!(files(&ledger.folder.path().join("out")), written);
    let list = ledger.run(&["list", "reports", "--json"]).exits(0).json();
    assert_eq!(list["items"][0]["editions"], 1);
    let events = ledger.run(&["events", "--kind", "report.generated"]).exits(0).lines();
    let data = &events[0]["data"];
    assert_eq!((events.len(), &data["position"], &data["size"]), (1, &frozen.into(), &(frozen + 1).into()));
    assert!(data["rules"].as_array().unwrap().contains(&"R12@1".into()), "{data}");
    // Freezing again is no error for a job either.
    let frozen_again = ["period", "freeze", "2022-Q2", "--actor", "统计岗", "--json"];
    assert_eq!(
        ledger.run(&frozen_again).exits(0).json(),
        json!({"quarter": "2022-Q2", "frozenAt": frozen, "replayed": true})
    );
}

#[test]
fn exit_codes_tell_a_job_whose_fault_it_is() {
    let ledger = Ledger::june();
    let record =
        |quarter: &str| ledger.run(&["report", "--quarter", quarter, "--record", "--actor", "统计岗"]);
    record("2022-Q2").exits(1).says("period-not-frozen").says("gongjian period freeze 2022-Q2");
    record("二季度").exits(2);
    ledger.run(&["report", "--quarter", "2022-Q2", "--record"]).exits(2);
    ledger.run(&["period", "freeze", "2199-Q4", "--actor", "统计岗"]).exits(1).says("period-not-over");
    ledger.run(&["period", "freeze", "2022-Q7", "--actor", "统计岗"]).exits(1).says("quarter-name");
    freeze(&ledger);
    let file = ledger.file("taken", b"a file where a folder should be");
    ledger.run(&[&JOB[..7], &[&file]].concat()).exits(3);
    // What could not be written is written by the next run.
    job(&ledger).exits(0);
}

#[test]
fn an_edition_is_served_as_it_was_recorded() {
    let (ledger, _) = frozen();
    edition(&ledger);
    late(&ledger);
    let server = Server::start(&ledger.data());
    let file = |path: &str| server.get(&format!("/api/v1/reports/2022-Q2/editions/{path}"));
    let json = file("1/json");
    assert_eq!((json.status, json.header("content-type")), (200, Some("application/json")));
    assert_eq!(json.bytes, server.get("/api/v1/reports/co-building?quarter=2022-Q2").bytes);
    assert!(json.header("content-disposition").unwrap().contains("co-building-2022-q2-1.json"));
    for missing in ["0/json", "2/json", "1/exe"] {
        assert_eq!(file(missing).status, 404, "{missing}");
    }
    assert_eq!(file("x/json").status, 400);
    // One format says the same as another.
    let of = |bytes: &[u8]| claimed(bytes).unwrap().1;
    assert_eq!(of(&json.bytes), of(&file("1/csv").bytes));
}

/// A ledger whose report of the second quarter is published, with its files.
fn published() -> Ledger {
    let (ledger, _) = frozen();
    job(&ledger).exits(0);
    for (verb, actor) in [("review", "审核岗"), ("approve", "审批岗")] {
        ledger.run(&["report", verb, "2022-Q2", "--actor", actor]).exits(0);
    }
    ledger.run(&["report", "publish", "2022-Q2", "--actor", "统计岗", "--audience", "公开"]).exits(0);
    ledger
}

#[test]
fn a_published_file_is_known_and_recomputed() {
    let ledger = published();
    late(&ledger);
    for format in ["json", "csv", "md", "xlsx", "html", "docx", "pdf"] {
        let file = format!("out/co-building-2022-Q2-1.{format}");
        let told = ledger.run(&["verify", &file]).exits(0);
        told.says("第1版的文件，一个字节未改").says("公布（公开）").says("全部相同").says("核对无误");
        let json = ledger.run(&["verify", &file, "--json"]).exits(0).json();
        assert_eq!((&json["format"], &json["sound"]), (&"report".into(), &true.into()));
        let recorded = &json["report"]["recorded"];
        assert_eq!((&recorded["state"], &recorded["format"]), (&"published".into(), &format.into()));
        assert_eq!(json["report"]["recomputed"], true);
    }
    let file = "out/co-building-2022-Q2-1.csv";
    ledger.run(&["verify", file, "--quarter", "2022-Q2"]).exits(0);
    let other = ledger.run(&["verify", file, "--quarter", "2022-Q1"]).exits(1);
    other.says("应是 2022-Q1 的报告，这一份是 2022-Q2 的");
    // A report that nobody recorded fits by its figures, and is told apart.
    ledger.run(&["report", "--quarter", "2022-Q1", "--format", "json", "-o", "q1.json"]).exits(0);
    ledger.run(&["verify", "q1.json"]).exits(0).says("不是账本所记某一版的文件").says("全部相同");
    // Without a ledger only its own word is left.
    let alone = run_in(ledger.folder.path(), &["verify", file], b"").exits(1);
    alone.says("自称").says("2022-Q2").says("没有账本可供核对").never_says("核对无误");
    // The second edition does not make the first untrue.
    ledger.run(&["period", "reopen", "2022-Q2", "--actor", "分管岗", "--reason", "漏报"]).exits(0);
    freeze(&ledger);
    edition(&ledger);
    ledger.run(&["verify", file]).exits(0).says("此后另有新版，共 2 版").says("公布（公开）");
}

#[test]
fn an_edited_figure_is_named_with_both_values() {
    let ledger = published();
    let path = ledger.folder.path().join("out/co-building-2022-Q2-1.json");
    let mut whole: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let right = whole["figures"]["projects_claimed"]["value"].as_u64().unwrap();
    whole["figures"]["projects_claimed"]["value"] = (right + 7).into();
    whole["communities"]["C01"]["figures"]["decisions_due"]["value"] = 9_999.into();
    ledger.file("edited.json", whole.to_string().as_bytes());
    let told = ledger.run(&["verify", "edited.json"]).exits(1);
    told.says(&format!("county 认领项目（projects_claimed）：文件为 {}，账本为 {right}", right + 7))
        .says("community/C01 到期事项")
        .says("核对有误");
    let json = ledger.run(&["verify", "edited.json", "--json"]).exits(1).json();
    let named = |it: &Value| (it["scope"].clone(), it["name"].clone());
    let differences = json["report"]["differences"].as_array().unwrap();
    assert_eq!(named(&differences[0]), ("county".into(), "projects_claimed".into()));
    assert_eq!(differences.len(), 2, "{differences:?}");

    let csv = std::fs::read_to_string(path.with_extension("csv")).unwrap();
    let line = csv.lines().find(|line| line.contains(",balance.projects_open.closing,")).unwrap();
    let edited = csv.replace(line, &line.replacen(",平衡,", ",平衡,1", 1));
    ledger.file("edited.csv", edited.as_bytes());
    ledger
        .run(&["verify", "edited.csv"])
        .exits(1)
        .says("balance.projects_open.closing")
        .says("在办项目·closing");
    // A line taken out is missed.
    ledger.file("shorter.csv", csv.replace(&format!("{line}\r\n"), "").as_bytes());
    ledger.run(&["verify", "shorter.csv"]).exits(1).says("文件为 -");
}

#[test]
fn a_file_of_another_quarter_ledger_or_history_is_refused() {
    let ledger = published();
    let path = ledger.folder.path().join("out/co-building-2022-Q2-1.json");
    let whole: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let with = |name: &str, value: Value| {
        let mut whole = whole.clone();
        match name.split_once('.') {
            Some((outer, inner)) => whole[outer][inner] = value,
            None => whole[name] = value,
        }
        ledger.file("claim.json", whole.to_string().as_bytes());
        ledger.run(&["verify", "claim.json"]).exits(1)
    };
    with("quarter", "2022-Q1".into()).says("个数与账本不同");
    with("scope", "street/S01".into()).says("个数与账本不同");
    with("scope", "street/无此".into()).says("没有 2022-Q2、范围 street/无此 这样的报告");
    with("origin", "example.org/other".into()).says("example.org/other").says("不是这个账本的");
    with("asOf.position", 99_999.into()).says("文件截至位置 99999");
    with("asOf.position", 5.into()).says("另一段历史");
    with("asOf.digest", "0".repeat(64).into()).says("另一段历史");
    with("asOf.on", "2022-05-31".into()).says("个数与账本不同");
    with("origin", Value::Null).says("没有写明");

    // Another county under the same name has other events at the same positions.
    let other = Ledger::county();
    let file = text(&path);
    other.run(&["verify", &file]).exits(1).says("另一段历史");
    // A ledger that somebody rewrote, and a report made from it.
    let tampered = ledger.copy();
    rewrite(&tampered, |records| edit(records, 1_000));
    tampered.run(&["verify", &file]).exits(1).says("账本重算不符");
    let _ = std::fs::remove_file(tampered.data().join("tiles/checkpoint"));
    let _ = std::fs::remove_file(tampered.data().join("keys/log.head"));
    tampered.run(&["verify", &file]).exits(1).says("另一段历史");
    let made = ["report", "--quarter", "2022-Q2", "--format", "json", "-o", "made.json"];
    tampered.run(&made).exits(0);
    let made = text(&tampered.folder.path().join("made.json"));
    ledger.run(&["verify", &made]).exits(1).says("另一段历史");
}

#[test]
fn a_document_is_known_by_itself_and_a_changed_one_is_refused() {
    let ledger = published();
    // One that nobody recorded says of what it is, and the ledger makes the same.
    for format in ["xlsx", "html", "docx", "pdf"] {
        let file = format!("q1.{format}");
        ledger.run(&["report", "--quarter", "2022-Q1", "--format", format, "-o", &file]).exits(0);
        ledger.run(&["verify", &file]).exits(0).says("逐字节相同").says("核对无误");
        let other = ledger.run(&["verify", &file, "--quarter", "2022-Q2"]).exits(1);
        other.says("应是 2022-Q2 的报告，这一份是 2022-Q1 的");
        // A byte more, and it is another file.
        let path = ledger.folder.path().join(&file);
        let mut bytes = std::fs::read(&path).unwrap();
        bytes.push(b'\n');
        std::fs::write(&path, bytes).unwrap();
        ledger.run(&["verify", &file]).exits(1).never_says("核对无误");
    }
    // A figure changed by hand is named with both values.
    ledger.run(&["report", "--quarter", "2022-Q1", "--format", "xlsx", "-o", "q1.xlsx"]).exits(0);
    let path = ledger.folder.path().join("q1.xlsx");
    run_python("change_figure.py", &[path.to_str().unwrap(), "decisions_recorded"]);
    ledger.run(&["verify", "q1.xlsx"]).exits(1).says("decisions_recorded").says("议定事项");
    // Of a frozen quarter too, in either language, whether it was made before the edition was recorded or after.
    let (unrecorded, _) = frozen();
    for (language, format) in [("en", "pdf"), ("zh", "xlsx")] {
        let file = format!("{language}.{format}");
        let made = ["--lang", language, "report", "--quarter", "2022-Q2", "--format", format, "-o", &file];
        unrecorded.run(&made).exits(0);
        unrecorded.run(&["verify", &file]).exits(0).says("逐字节相同");
    }
    job(&unrecorded).exits(0);
    unrecorded.run(&["verify", "en.pdf"]).exits(0).says("逐字节相同");
    // One changed where only people look is named by its cell.
    ledger.run(&["report", "--quarter", "2022-Q1", "--format", "xlsx", "-o", "q1.xlsx"]).exits(0);
    run_python("change_figure.py", &[path.to_str().unwrap(), "有效协议"]);
    ledger.run(&["verify", "q1.xlsx"]).exits(1).says("指标总表!C").says("账本制成的为");
    // One of a ledger that knows more is not of this one.
    let other = Ledger::county();
    other.run(&["report", "--quarter", "2022-Q1", "--format", "pdf", "-o", "q1.pdf"]).exits(0);
    let foreign = std::fs::read(other.folder.path().join("q1.pdf")).unwrap();
    std::fs::write(ledger.folder.path().join("foreign.pdf"), foreign).unwrap();
    ledger.run(&["verify", "foreign.pdf"]).exits(1).says("账本只有");
}
