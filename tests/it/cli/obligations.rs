//! `list obligations`, `list heat-map`, exemptions, duties, and the rule book as of a day.

use gongjian_tests::cli::Ledger;
use serde_json::{Value, json};

fn items(ledger: &Ledger, args: &[&str]) -> Vec<Value> {
    let json = ledger.run(&[&["list"], args, &["--json"]].concat()).exits(0).json();
    json["items"].as_array().unwrap().clone()
}

/// An exemption of an alliance from a quarter, by a decision of the county.
fn exemption(alliance: &str, quarter: &str) -> Value {
    json!({
        "command": "obligation.exempt", "stream": format!("obligation/R12-{alliance}-{quarter}"),
        "occurredOn": "2022-09-30", "actor": "组织部审批岗",
        "data": { "rule": "R12", "subject": format!("alliance/{alliance}"), "period": quarter,
            "decision": "HY-2022-0046-J1-1", "reason": "社区规模调整" },
    })
}

#[test]
fn what_is_owed_is_listed_with_what_met_it() {
    let ledger = Ledger::county();
    let second = ["obligations", "--rule", "R12", "--quarter", "2022-Q2"];
    let all = items(&ledger, &second);
    let state = |word: &str| all.iter().filter(|it| it["state"] == word).count();
    assert_eq!((all.len(), state("met"), state("missed")), (26, 24, 2));
    for met in all.iter().filter(|it| it["state"] == "met") {
        let position = met["metBy"][0].as_u64().unwrap().to_string();
        let event = ledger.run(&["events", "--from", &position, "--limit", "1"]).exits(0).lines().remove(0);
        assert_eq!(event["kind"], "meeting.held");
        let held = event["occurredOn"].as_str().unwrap();
        assert!(("2022-04-01"..="2022-06-30").contains(&held), "{held}");
        assert_eq!(met["ruleVersion"], "R12@1");
    }
    let missed = items(&ledger, &[&second[..], &["--state", "missed"]].concat());
    assert_eq!(missed.len(), 2);
    let id = missed[0]["id"].as_str().unwrap();
    let (alliance, community) = (missed[0]["subjectName"].as_str().unwrap(), &missed[0]["community"]);
    let told = ledger.run(&[&["list"], &second[..], &["--state", "missed"]].concat()).exits(0);
    told.says(id).says(alliance).says("未履行").says("依据规则").never_says("missed");
    let here = items(&ledger, &[&second[..], &["--community", community.as_str().unwrap()]].concat());
    assert_eq!((here.len(), &here[0]["id"]), (1, &missed[0]["id"]));
    // On the last day but one there was still time.
    let before = items(&ledger, &[&second[..], &["--on", "2022-06-29", "--state", "open"]].concat());
    assert!(before.iter().any(|it| it["id"] == id));
    // Before the county was imported nobody knew anything.
    assert!(items(&ledger, &["obligations", "--as-of", "50"]).is_empty());
    let csv = ledger.run(&[&["list"], &second[..], &["--format", "csv"]].concat()).exits(0);
    assert_eq!(csv.text().matches("\r\n").count(), 27);
    ledger.run(&["list", "obligations", "--rule", "R99"]).exits(2).says("R12").says("DUE");
    ledger.run(&["list", "obligations", "--due", "someday"]).exits(2).says("this-week");
    ledger.run(&["list", "issues", "--rule", "R12"]).exits(2).says("rule");
}

#[test]
fn what_is_due_this_week() {
    let ledger = Ledger::county();
    let week = items(&ledger, &["obligations", "--due", "this-week", "--on", "2022-06-22"]);
    assert!(!week.is_empty());
    let days: Vec<&str> = week.iter().map(|it| it["dueOn"].as_str().unwrap()).collect();
    assert!(
        days.is_sorted() && days.iter().all(|day| ("2022-06-20"..="2022-06-26").contains(day)),
        "{days:?}"
    );
    let open =
        items(&ledger, &["obligations", "--due", "this-week", "--on", "2022-06-22", "--state", "open"]);
    assert!(open.iter().all(|it| it["dueOn"].as_str().unwrap() > "2022-06-22"), "due today is missed or met");
    let issues = items(&ledger, &["issues", "--due", "this-week", "--on", "2022-06-22"]);
    assert!(!issues.is_empty() && issues.iter().all(|it| it["dueOn"].is_string()));
}

#[test]
fn a_heat_map_shows_who_met_what_when() {
    let ledger = Ledger::county();
    let map = ["list", "heat-map", "--rule", "R12", "--from", "2022-Q1", "--to", "2022-Q3"];
    let json = ledger.run(&[&map[..], &["--json"]].concat()).exits(0).json();
    assert_eq!(json["columns"], json!(["2022-Q1", "2022-Q2", "2022-Q3"]));
    assert_eq!((json["rows"].as_array().unwrap().len(), &json["totals"][1]["met"]), (26, &json!(24)));
    let told = ledger.run(&map).exits(0).says("R12 党建联盟每季度召开一次联席会议（截至 2022-09-30）");
    let told = told.says("东门社区党建联盟").says("✓").says("✗").says("61/78").says("已豁免的另列");
    let lines = told.text().lines().count();
    assert_eq!(lines, 26 + 1 + 6, "{}", told.text());
    let csv = ledger.run(&[&map[..], &["--format", "csv"]].concat()).exits(0);
    assert_eq!(csv.text().matches("\r\n").count(), 28);
    let english = ledger.run(&[&["--lang", "en"], &map[..]].concat()).exits(0);
    english.says("as of 2022-09-30").says("exempted ones beside them");
    // Four quarters up to the day asked, where nobody names any.
    let usual = ledger.run(&["list", "heat-map", "--json"]).exits(0).json();
    assert_eq!((&usual["rule"], &usual["columns"][3]), (&json!("R12"), &json!("2022-Q3")));
    let community = ["list", "heat-map", "--rule", "R16", "--community", "东门社区", "--json"];
    let community = ledger.run(&community).exits(0).json();
    assert_eq!(
        (&community["scope"], community["rows"].as_array().unwrap().len()),
        (&json!("community/C01"), 1)
    );
    ledger.run(&["list", "heat-map", "--rule", "M01"]).exits(2).says("R12");
    ledger.run(&["list", "heat-map", "--from", "2022-Q3", "--to", "2022-Q2"]).exits(2).says("to");
    ledger.run(&["list", "heat-map", "--from", "2001-Q1", "--to", "2022-Q2"]).exits(2).says("40");
    ledger.run(&["list", "heat-map", "--community", "火星社区"]).exits(1).says("火星社区");
    ledger.run(&["list", "heat-map", "--state", "met"]).exits(2).says("state");
}

#[test]
fn a_decision_exempts_and_the_register_says_so() {
    let ledger = Ledger::county();
    let missed =
        items(&ledger, &["obligations", "--rule", "R12", "--quarter", "2022-Q2", "--state", "missed"]);
    let id = missed[0]["id"].as_str().unwrap();
    let alliance = missed[0]["subject"].as_str().unwrap().strip_prefix("alliance/").unwrap();
    let wrong = ledger.record(&exemption(alliance, "2022年")).exits(1).json();
    assert_eq!(wrong["code"], "period-unreadable");
    let receipt = ledger.record(&exemption(alliance, "2022-Q2")).exits(0).json();
    // A live command ends the time in which only imports speak.
    let on = ["--on", "2022-09-30"];
    let state = ["obligations", "--rule", "R12", "--quarter", "2022-Q2", "--state", "exempted"];
    let exempted = items(&ledger, &[&state[..], &on].concat());
    assert_eq!((exempted.len(), &exempted[0]["id"]), (1, &json!(id)));
    assert_eq!(exempted[0]["exemptedBy"]["decision"], "HY-2022-0046-J1-1");
    assert_eq!(exempted[0]["exemptedBy"]["position"], receipt["position"]);
    let told = ledger.run(&[&["list", "exemptions"][..], &on].concat()).exits(0);
    told.says(id).says("已豁免").says("社区规模调整").says("HY-2022-0046-J1-1");
    let map = ["list", "heat-map", "--from", "2022-Q2", "--to", "2022-Q2", "--on", "2022-09-30"];
    ledger.run(&map).exits(0).says("24/25 免1");
    // The same question as of the position before knows nothing of it.
    let before = (receipt["position"].as_u64().unwrap() - 1).to_string();
    assert!(items(&ledger, &[&state[..], &on, &["--as-of", &before]].concat()).is_empty());
    assert!(items(&ledger, &["exemptions", "--as-of", &before]).is_empty());
    // The decision's trail tells that somebody was exempted by it.
    ledger.run(&["trail", "HY-2022-0046-J1-1"]).exits(0).says("应办事项豁免");
}

#[test]
fn a_rule_is_amended_enforced_and_shown_as_of_a_day() {
    let ledger = Ledger::county();
    let rules = items(&ledger, &["rules"]);
    for id in ["R01", "R05", "R06", "R07", "R08", "R09", "R10", "R17", "R18", "R24", "R26"] {
        assert!(rules.iter().any(|rule| rule["id"] == id), "{id}");
    }
    let told = ledger.run(&["list", "rules"]).exits(0).says("enforced=0、perMonth=1").says("含默认值");
    told.says("《社区党建联盟运行规则》").never_says("in-force");
    let amend = json!({
        "command": "rule.amend", "stream": "rule/R10", "occurredOn": "2022-07-01", "actor": "组织部审批岗",
        "data": { "source": "县委组织部通知", "validFrom": "2022-07-01", "parameters": [
            { "name": "enforced", "value": 1 }, { "name": "perMonth", "value": 1 }] },
    });
    let visit = json!({
        "command": "duty.perform", "stream": "duty/LZ-1", "occurredOn": "2022-08-09", "actor": "党建专干岗",
        "data": { "rule": "R10", "subject": "community/东门社区", "topics": ["物业服务"],
            "handedOver": "WT-2022-0000" },
    });
    ledger.record(&json!([amend, visit])).exits(0);
    let on = ["--on", "2022-09-30"];
    let august =
        items(&ledger, &[&["obligations", "--rule", "R10", "--quarter", "2022-Q3"][..], &on].concat());
    assert_eq!(august.len(), 26 * 3);
    let met: Vec<&Value> = august.iter().filter(|it| it["state"] == "met").collect();
    assert_eq!((met.len(), &met[0]["id"]), (1, &json!("R10-C01-2022-08")));
    let duties = ledger.run(&["list", "duties"]).exits(0);
    duties.says("东门社区（community/C01）").says("2022-08-09").says("issue/WT-2022-0000");
    // What was handed over and the visit are one matter.
    ledger.run(&["trail", "WT-2022-0000"]).exits(0).says("履职记录");
    let version = |on: &str| {
        let rules = items(&ledger, &["rules", "--on", on, "--contains", "R10"]);
        (rules[0]["version"].clone(), rules[0]["default"].clone(), rules[0]["validFrom"].clone())
    };
    assert_eq!(version("2022-06-30"), (json!(1), json!(true), json!(null)));
    assert_eq!(version("2022-07-01"), (json!(2), json!(false), json!("2022-07-01")));
    let refused = json!({
        "command": "duty.perform", "stream": "duty/LZ-2", "occurredOn": "2022-08-09", "actor": "党建专干岗",
        "data": { "rule": "R10", "subject": "person/甲" },
    });
    ledger.record(&refused).exits(1).says("choice-unknown");
}
