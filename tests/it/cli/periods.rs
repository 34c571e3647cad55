//! `period` and `report`: a quarter frozen, what comes after it, reopened and frozen again; three posts publish.

use gongjian_tests::cli::{Ledger, Ran};
use serde_json::{Value, json};

const Q2: [&str; 3] = ["report", "--quarter", "2022-Q2"];

/// The county of June, frozen; the last position that its report knows.
pub(super) fn frozen() -> (Ledger, u64) {
    let ledger = Ledger::june();
    let frozen = freeze(&ledger);
    (ledger, frozen)
}

#[track_caller]
pub(super) fn freeze(ledger: &Ledger) -> u64 {
    let frozen = ledger.run(&["period", "freeze", "2022-Q2", "--actor", "统计岗", "--json"]).exits(0).json();
    assert_eq!((&frozen["quarter"], &frozen["replayed"]), (&"2022-Q2".into(), &false.into()));
    frozen["frozenAt"].as_u64().unwrap()
}

#[track_caller]
pub(super) fn edition(ledger: &Ledger) -> Value {
    ledger.run(&[&Q2[..], &["--record", "--actor", "统计岗", "--json"]].concat()).exits(0).json()
}

fn report(ledger: &Ledger, more: &[&str]) -> Value {
    ledger.run(&[&Q2[..], more, &["--json"]].concat()).exits(0).json()
}

fn items(ledger: &Ledger, what: &str) -> Vec<Value> {
    ledger.run(&["list", what, "--json"]).exits(0).json()["items"].as_array().unwrap().clone()
}

/// A late membership and a corrected agreement, both of the second quarter: their positions, and the community of
/// the membership.
pub(super) fn late(ledger: &Ledger) -> (u64, u64, String) {
    let alliance = items(ledger, "alliances").remove(0);
    let code = alliance["id"].as_str().unwrap();
    let members: Vec<Value> = items(ledger, "memberships");
    let is_member =
        |unit: &Value| members.iter().any(|it| it["alliance"] == *code && it["unit"] == unit["id"]);
    let unit = items(ledger, "units").into_iter().find(|unit| !is_member(unit)).unwrap();
    let unit = unit["id"].as_str().unwrap();
    let signed = |it: &Value| it["signedOn"].as_str().unwrap_or_default().to_owned();
    let agreements = items(ledger, "agreements");
    let agreement = agreements.iter().find(|it| signed(it).as_str() >= "2022-04-01").unwrap();
    let stream = agreement["stream"].as_str().unwrap();
    let told = ledger.record(&json!([
        {"command": "membership.admit", "stream": format!("membership/{code}-{unit}-late"), "actor": "社区专干岗",
         "occurredOn": "2022-06-15", "data": {"alliance": code, "unit": unit}},
        {"command": "agreement.correct", "stream": stream, "actor": "社区专干岗",
         "data": {"changes": [{"field": "signedOn", "now": "2022-03-31"}], "reason": "录错一季"}},
    ]));
    let told = told.exits(0).json();
    let at = |place: usize| told[place]["position"].as_u64().unwrap();
    (at(0), at(1), alliance["community"].as_str().unwrap().to_owned())
}

#[test]
fn a_frozen_report_stays_and_the_next_one_lists_what_came_after() {
    let (ledger, frozen) = frozen();
    let formats = ["json", "csv", "md", "text"];
    let files = || formats.map(|format| ledger.run(&[&Q2[..], &["--format", format]].concat()).exits(0).out);
    let before = files();
    let whole: Value = serde_json::from_slice(&before[0]).unwrap();
    let digest = &whole["asOf"]["digest"];
    assert_eq!(whole["period"], json!({"state": "frozen", "frozenAt": frozen, "digest": digest}));
    assert_eq!(whole["asOf"]["position"], frozen);
    assert_eq!(whole["supplements"], json!([]));
    let event = ledger.run(&["events", "--from", &(frozen + 1).to_string(), "--limit", "1"]).exits(0).lines();
    assert_eq!(event[0]["kind"], "period.frozen");

    let (admitted, corrected, community) = late(&ledger);
    assert_eq!(files(), before, "not a byte of the frozen report changes");

    let next = ["report", "--quarter", "2022-Q3"];
    let of = |more: &[&str]| ledger.run(&[&next[..], more, &["--json"]].concat()).exits(0).json();
    let supplements = of(&[])["supplements"].as_array().unwrap().clone();
    assert_eq!(supplements.len(), 2, "{supplements:?}");
    let [entry, correction] = &supplements[..] else { panic!("{supplements:?}") };
    assert_eq!((&entry["kind"], &entry["position"]), (&"membership.admitted".into(), &admitted.into()));
    assert_eq!((&entry["quarter"], &entry["occurredOn"]), (&"2022-Q2".into(), &"2022-06-15".into()));
    assert_eq!(entry["community"], *community);
    assert!(entry["days"].as_i64().unwrap() > 365, "told years later: {entry}");
    assert_eq!(
        (&correction["kind"], &correction["position"]),
        (&"agreement.corrected".into(), &corrected.into())
    );
    assert_eq!((&correction["reason"], &correction["days"]), (&"录错一季".into(), &Value::Null));
    assert_eq!(correction["changes"][0]["now"], "2022-03-31");
    // Of the communities only those that it concerns.
    assert!(of(&["--community", &community])["supplements"].as_array().unwrap().contains(entry));
    let elsewhere = if community == "C02" { "C01" } else { "C02" };
    assert!(!of(&["--community", elsewhere])["supplements"].as_array().unwrap().contains(entry));
    for format in ["md", "text", "csv", "html"] {
        let told = ledger.run(&[&next[..], &["--format", format]].concat()).exits(0);
        match format {
            "csv" => told.says("supplement,2022-Q2 membership/"),
            "md" => told.says("## 补记、更正").says("录错一季"),
            "html" => told.says("对已冻结季度的补记和更正").says("录错一季"),
            _ => told.says("补记、更正 2 条"),
        };
    }
    // Who names what to know gets that, and the freeze has no say.
    let now = report(&ledger, &["--on", "2022-09-30"]);
    assert_eq!(
        (&now["period"], now["asOf"]["position"].as_u64().unwrap() >= corrected),
        (&Value::Null, true)
    );
    let joined = |report: &Value| report["figures"]["memberships_joined"]["value"].as_u64().unwrap();
    assert_eq!(joined(&now), joined(&whole) + 1);
}

#[test]
fn a_reopened_quarter_has_a_second_edition_and_the_difference_is_listed() {
    let (ledger, first) = frozen();
    let old = edition(&ledger);
    assert_eq!((&old["edition"], &old["asOf"]["position"]), (&1.into(), &first.into()));
    let (admitted, corrected, community) = late(&ledger);
    let reopen =
        |actor: &str| ledger.run(&["period", "reopen", "2022-Q2", "--actor", actor, "--reason", "漏报"]);
    reopen("统计岗").exits(1).says("请由另一个岗位办理").says("step-same-post");
    reopen("分管岗").exits(0).says("已重开");
    let open = report(&ledger, &[]);
    assert_eq!(open["period"], json!({"state": "reopened", "frozenAt": null, "digest": null}));
    assert!(open["asOf"]["position"].as_u64().unwrap() >= corrected);
    ledger.run(&[&Q2[..], &["--record", "--actor", "统计岗"]].concat()).exits(1).says("period-not-frozen");
    let second = freeze(&ledger);
    assert!(second > corrected);
    let new = edition(&ledger);
    assert_eq!((&new["edition"], &new["asOf"]["position"]), (&2.into(), &second.into()));
    assert_eq!(report(&ledger, &[])["period"]["edition"], 2);

    let row = items(&ledger, "reports").remove(0);
    let positions: Vec<u64> =
        row["history"].as_array().unwrap().iter().map(|it| it["position"].as_u64().unwrap()).collect();
    assert_eq!(positions, [first, second]);
    assert_eq!(items(&ledger, "periods")[0]["history"].as_array().unwrap().len(), 2);

    let found = report(&ledger, &["--against", &first.to_string()]);
    assert_eq!((&found["from"], &found["to"]), (&first.into(), &second.into()));
    let figures = found["figures"].as_array().unwrap();
    let of = |scope: &str, name: &str| {
        figures.iter().find(|it| it["scope"] == *scope && it["name"] == *name).cloned().unwrap_or_default()
    };
    let numbers = |it: &Value| (it["from"].as_i64().unwrap(), it["to"].as_i64().unwrap());
    for scope in ["county", &format!("community/{community}")] {
        let joined = of(scope, "memberships_joined");
        let (from, to) = numbers(&joined);
        assert_eq!((to - from, &joined["events"]), (1, &json!([admitted])), "{scope}");
    }
    let signed = of("county", "agreements_signed");
    let (from, to) = numbers(&signed);
    assert_eq!((to - from, &signed["events"]), (-1, &json!([corrected])));
    assert_eq!(of("county", "alliances"), Value::Null, "what is equal is not listed");
    let events: Vec<&Value> =
        found["events"].as_array().unwrap().iter().map(|event| &event["position"]).collect();
    assert_eq!(events, [&json!(admitted), &json!(corrected)]);
    // Where nobody names positions: this freeze and the one before.
    let told = ledger.run(&[&Q2[..], &["--against", &first.to_string()]].concat()).exits(0);
    told.says("差异").says("加入").says(&format!("#{admitted}"));
    ledger.run(&[&Q2[..], &["--against", &second.to_string()]].concat()).exits(2);
}

#[test]
fn three_posts_publish_and_none_confirms_its_own_step() {
    let (ledger, _) = frozen();
    edition(&ledger);
    let step = |verb: &str, actor: &str, more: &[&str]| -> Ran {
        ledger.run(&[&["report", verb, "2022-Q2", "--actor", actor], more].concat())
    };
    step("approve", "审批岗", &[]).exits(1).says("待审核").says("审核报告");
    step("review", "统计岗", &[]).exits(1).says("step-same-post");
    step("review", "审核岗", &["--note", "数字已核"]).exits(0);
    for own in ["统计岗", "审核岗"] {
        step("approve", own, &[]).exits(1).says("请由另一个岗位办理");
    }
    step("return", "审批岗", &["--reason", "请核对逾期事项"]).exits(0);
    step("approve", "审批岗", &[]).exits(1).says("state-wrong");
    step("review", "审核岗", &[]).exits(0);
    step("approve", "审批岗", &[]).exits(0).says("审批报告");
    step("publish", "统计岗", &["--audience", "大家"]).exits(1).says("内部、公开");
    step("erratum", "统计岗", &["--text", "错字"]).exits(1);
    step("publish", "统计岗", &["--audience", "公开"]).exits(0);
    step("erratum", "统计岗", &["--text", "第3页单位名称应为县水务局", "--causes", "20"]).exits(0);
    let row = items(&ledger, "reports").remove(0);
    assert_eq!(
        (&row["state"], &row["audience"], &row["errata"]),
        (&"published".into(), &"公开".into(), &1.into())
    );
    let edition = &row["history"][0];
    assert_eq!(edition["reviewed"]["post"], "审核岗");
    assert_eq!(edition["returned"][0]["text"], "请核对逾期事项");
    assert_eq!(edition["errata"][0]["causes"], json!([20]));
    // From outside nobody may say that an edition was made.
    let forged =
        json!({"command": "report.generate", "stream": "report/2022-Q2", "actor": "统计岗", "data": {}});
    ledger.record(&forged).exits(2);
}
