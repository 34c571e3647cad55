//! What an inspector asks: findings, and late entries and corrections wherever they show.

use gongjian_tests::cli::{Ledger, text};
use gongjian_tests::data;
use serde_json::{Value, json};

/// A verification that is recorded years after it happened.
fn late(ledger: &Ledger) -> u64 {
    let command = json!({
        "commandId": "018142a0-0000-7000-8000-000000000001",
        "command": "decision.verify", "stream": "decision/HY-2022-0004-J1-1", "expectedRevision": 1,
        "occurredOn": "2022-10-12", "actor": "党建专干岗", "data": {"unit": "路街社区党委"},
    });
    ledger.record(&command).exits(0).json()["position"].as_u64().unwrap()
}

#[test]
fn a_late_entry_is_marked_in_trail_register_report_and_findings() {
    let ledger = Ledger::county();
    let position = late(&ledger);
    ledger.run(&["trail", "HY-2022-0004-J1-1"]).exits(0).says("补录，").says("才得知，迟 ");
    let trail = ledger.run(&["trail", "HY-2022-0004-J1-1", "--json"]).exits(0).json();
    let steps = trail["matters"][0]["steps"].as_array().unwrap();
    let step = steps.iter().find(|step| step["position"] == position).unwrap();
    let days = step["late"].as_i64().unwrap();
    assert!(days > 1_000 && step["heardOn"].is_string(), "{step}");

    let row = ["list", "decisions", "--contains", "HY-2022-0004-J1-1"];
    ledger.run(&row).exits(0).says("补录/更正").says(&format!("补录，迟 {days} 天"));
    let row = ledger.run(&[&row[..], &["--json"]].concat()).json();
    assert_eq!((&row["items"][0]["lateDays"], &row["items"][0]["corrections"]), (&days.into(), &0.into()));

    let report = ["report", "--quarter", "2022-Q4", "--community", "路街社区", "--on", "2022-12-31"];
    let records = ledger.run(&[&report[..], &["--json"]].concat()).exits(0).json()["records"].clone();
    assert_eq!((&records["lateEntryCount"], &records["lateDaysMax"]), (&1.into(), &days.into()));
    assert_eq!(records["lateEntries"][0]["position"], position);
    assert_eq!(records["lateEntries"][0]["kind"], "decision.verified");
    for format in ["text", "md", "csv"] {
        let told = ledger.run(&[&report[..], &["--format", format]].concat()).exits(0);
        told.says(&days.to_string());
    }
    let elsewhere = ["report", "--quarter", "2022-Q4", "--community", "C01", "--on", "2022-12-31"];
    ledger.run(&elsewhere).exits(0).says("没有补录，也没有更正");

    let found = ledger.run(&["list", "findings", "--kind", "late-entry", "--json"]).exits(0).json();
    assert_eq!((&found["total"], &found["items"][0]["positions"]), (&1.into(), &json!([position])));
}

#[test]
fn a_correction_is_told_with_both_values_and_its_reason() {
    let ledger = Ledger::june();
    let path = text(&data("drift/签订日期不同.xlsx"));
    ledger.run(&["import", "--correct", "档案核对", &path]).exits(0);
    let said = "签订日期由“2022-06-08”改为“2021-09-30”";
    ledger.run(&["trail", "XY-2022-0001"]).exits(0).says("更正").says(said).says("档案核对");
    ledger.run(&["list", "findings", "--kind", "corrected"]).exits(0).says(said).says("档案核对");
    ledger.run(&["list", "agreements", "--contains", "XY-2022-0001"]).exits(0).says("更正 1 次");
    for format in ["md", "csv"] {
        let report = ledger.run(&["report", "--quarter", "2022-Q2", "--format", format]).exits(0);
        report.says(said).says("档案核对");
    }
    let english = ledger.run(&["--lang", "en", "list", "findings", "--kind", "corrected"]).exits(0);
    english.says("was “2022-06-08”, is “2021-09-30”. Reason: 档案核对");
}

#[test]
fn findings_are_filtered_sorted_and_paged() {
    let ledger = Ledger::county();
    let all = ledger.run(&["list", "findings", "--json"]).exits(0).json();
    let items = all["items"].as_array().unwrap();
    let weights: Vec<&str> = items.iter().map(|item| item["severity"].as_str().unwrap()).collect();
    let rank = |weight: &&str| ["serious", "attention", "note"].iter().position(|it| it == weight);
    assert!(weights.is_sorted_by_key(rank), "the gravest first");
    // As many in all communities and quarters as there are.
    let same = |args: &[&str]| -> Vec<Value> {
        let found = ledger.run(&[&["list", "findings", "--json"], args].concat()).exits(0).json();
        found["items"].as_array().unwrap().clone()
    };
    for item in same(&["--kind", "same-day-verification", "--quarter", "2022-Q2", "--street", "汶上街道"])
    {
        assert_eq!((&item["code"], &item["street"]), (&"same-day-verification".into(), &"S01".into()));
        assert!(("2022-04-01"..="2022-06-30").contains(&item["day"].as_str().unwrap()), "{item}");
        assert_eq!(item["positions"].as_array().unwrap().len(), 2, "{item}");
    }
    // Texts that several communities share are found under each.
    assert!(!same(&["--kind", "identical-text", "--community", "东门社区"]).is_empty());
    let days = same(&["--sort", "-day"]);
    assert!(days.is_sorted_by(|a, b| a["day"].as_str() >= b["day"].as_str()));
    // By its id each is found alone, and its events are there.
    let one = &items[0];
    let first = one["positions"][0].to_string();
    let event = &ledger.run(&["events", "--from", &first, "--limit", "1"]).lines()[0];
    assert!(one["streams"].as_array().unwrap().contains(&event["stream"]), "{one} {event}");
    ledger.run(&["list", "findings", "--limit", "3"]).exits(0).says("严重");
}
