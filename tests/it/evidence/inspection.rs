//! The report of the four properties, and who may change it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use gongjian_tests::cli::{Ledger, Ran};
use serde_json::Value;

use super::{beside, county};

fn inspect(ledger: &Ledger) -> (Ran, Value) {
    let ran = ledger.run(&["inspect", "-o", "report"]);
    let report = serde_json::from_slice(&fs::read(beside(ledger, "report/report.json")).unwrap()).unwrap();
    (ran, report)
}

/// The result of an item.
fn result(report: &Value, id: &str) -> String {
    let items = report["items"].as_array().unwrap();
    let item = items.iter().find(|item| item["id"] == id).unwrap();
    item["result"].as_str().unwrap().to_owned()
}

#[test]
fn a_sound_ledger_gets_a_signed_report() {
    let (ledger, key) = county();
    let (ran, report) = inspect(&ledger);
    ran.exits(0).says("未检测").says("report.json.note");
    for id in ["A1", "A2", "A4", "B1", "B2", "B3", "C1", "C2", "D1", "D2", "D5"] {
        assert_eq!(result(&report, id), "pass", "{id}: {report}");
    }
    // What a program cannot tell is said, and never called good.
    for id in ["A6", "B6", "B7", "C3", "D6", "D7"] {
        assert_eq!(result(&report, id), "unchecked", "{id}");
    }
    ledger
        .run(&["verify", "report/report.json", "--key", &key])
        .exits(0)
        .says("四性检测报告")
        .says("核对无误");
    ledger.run(&["verify", "report/report.json"]).exits(1).never_says("核对无误");
    let page = fs::read_to_string(beside(&ledger, "report/report.html")).unwrap();
    assert!(page.contains("一、真实性") && page.contains("四、安全性") && !page.contains("<script"));
}

#[test]
fn a_changed_report_is_refused() {
    let (ledger, key) = county();
    inspect(&ledger).0.exits(0);
    let path = beside(&ledger, "report/report.json");
    let good = fs::read(&path).unwrap();
    let kind = || {
        let ran = ledger.run(&["verify", "report/report.json", "--key", &key, "--json"]).exits(1);
        ran.json()["fault"]["kind"].as_str().unwrap().to_owned()
    };
    let text = String::from_utf8(good.clone()).unwrap();
    fs::write(&path, text.replacen("\"warn\"", "\"pass\"", 1)).unwrap();
    assert_eq!(kind(), "altered");
    fs::write(&path, &good[..good.len() / 2]).unwrap();
    assert_eq!(kind(), "malformed");
    fs::write(&path, &good).unwrap();
    fs::remove_file(beside(&ledger, "report/report.json.note")).unwrap();
    assert_eq!(kind(), "missing");
}

#[test]
fn what_is_wrong_with_a_folder_is_named() {
    let ledger = Ledger::county();
    fs::write(ledger.data().join("名单.xlsx"), b"x").unwrap();
    fs::set_permissions(ledger.data().join("keys/log.seed"), fs::Permissions::from_mode(0o644)).unwrap();
    let (ran, report) = inspect(&ledger);
    ran.exits(1).says("名单.xlsx").says("keys/log.seed 644");
    assert_eq!((result(&report, "D1"), result(&report, "D2")), ("fail".to_owned(), "warn".to_owned()));
    assert_eq!(report["result"], "fail");
}

#[test]
fn without_the_key_the_report_says_that_it_is_unsigned() {
    let (ledger, key) = county();
    fs::rename(ledger.data().join("keys"), beside(&ledger, "keys")).unwrap();
    let (ran, report) = inspect(&ledger);
    ran.exits(0).says("报告没有签名");
    assert_eq!((&report["signed"], result(&report, "A4")), (&false.into(), "unchecked".to_owned()));
    ledger.run(&["verify", "report/report.json", "--key", &key]).exits(1).says("没有签名");
}
