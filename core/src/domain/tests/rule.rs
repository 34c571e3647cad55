//! The rule book: an old quarter is judged by the rules of its time (`domain.md` 2, 4.7).

use serde_json::{Value, json};

use super::county::sample;
use super::{Accepted, Refused, Step, check, step};

fn amend(data: Value) -> Step {
    step("rule/M01", "rule.amend", data)
}

fn parameters(numerator: u32) -> Value {
    json!([{"name": "quorumNumerator", "value": numerator}, {"name": "quorumDenominator", "value": 3}])
}

#[test]
fn a_rule_names_its_source() {
    check(
        &[],
        step("rule/M02", "rule.adopt", sample("rule.adopt")),
        Accepted("rule.adopted", json!({"source": "默认值"})),
    );
    for field in ["title", "source"] {
        let mut data = sample("rule.adopt");
        data[field] = json!("");
        check(&[], step("rule/M02", "rule.adopt", data), Refused("field-empty", &[("field", field)]));
    }
    let mut data = sample("rule.adopt");
    data["parameters"] = json!([{"name": "电话13800001000", "value": 1}]);
    check(
        &[],
        step("rule/M02", "rule.adopt", data),
        Refused("text-mobile-number", &[("field", "parameters")]),
    );
    check(&[], step("rule/M01", "rule.adopt", sample("rule.adopt")), Refused("stream-exists", &[]));
    check(&[], step("rule/M09", "rule.amend", sample("rule.amend")), Refused("stream-absent", &[]));
}

#[test]
fn each_day_has_its_version() {
    let given = [amend(json!({"source": "决定", "validFrom": "2022-07-01", "parameters": parameters(2)}))];
    let repeal = step("rule/M01", "rule.repeal", json!({"reason": "另行规定"})).on("2022-10-01");
    let story = check(&given, repeal, Accepted("rule.repealed", json!({})));
    let rule = story.world.rule.get("M01").unwrap();
    let on = |day: &str| rule.parameter("quorumNumerator", day.parse().unwrap());
    assert_eq!(on("2022-06-30"), Some((1, 1)));
    assert_eq!(on("2022-07-01"), Some((2, 2)));
    assert_eq!(on("2022-10-01"), None);
}

#[test]
fn an_amendment_has_the_parameters_that_the_rule_has() {
    let strange =
        json!({"source": "决定", "validFrom": "2022-07-01", "parameters": [{"name": "days", "value": 1}]});
    check(&[], amend(strange), Refused("rule-parameter", &[("parameter", "days")]));
    check(&[], step("rule/M01", "rule.repeal", json!({"reason": ""})), Refused("field-empty", &[]));
}

#[test]
fn an_import_names_its_files() {
    let import = |data| step("import/1", "import.record", data);
    check(&[], import(sample("import.record")), Accepted("import.recorded", json!({"missing": []})));
    check(&[], import(json!({"files": []})), Refused("field-empty", &[("field", "files")]));
    let mut data = sample("import.record");
    data["files"][0]["reportingUnit"] = json!("");
    check(&[], import(data), Refused("field-empty", &[("field", "reportingUnit")]));
}

#[test]
fn a_ledger_is_opened_once_and_its_clock_accepted_with_a_reason() {
    let open = step("ledger/main", "ledger.open", sample("ledger.open"));
    check(&[], open.clone(), Accepted("ledger.opened", json!({"origin": "county.example"})));
    check(std::slice::from_ref(&open), open.clone(), Refused("stream-exists", &[]));
    let rotate = |reason: &str| {
        step("ledger/main", "ledger.rotate-key", json!({"publicKey": "AQ==", "reason": reason}))
    };
    let rotated = Accepted("ledger.key-rotated", json!({"publicKey": "AQ=="}));
    check(std::slice::from_ref(&open), rotate("换人保管"), rotated);
    check(std::slice::from_ref(&open), rotate(" "), Refused("field-empty", &[("field", "reason")]));
    check(&[], rotate("换人保管"), Refused("stream-absent", &[]));
    let accept = |reason: &str| {
        step("ledger/main", "ledger.accept-clock", json!({"clock": 2, "last": 1, "reason": reason}))
    };
    check(
        std::slice::from_ref(&open),
        accept("已校时"),
        Accepted("ledger.clock-accepted", json!({"clock": 2})),
    );
    check(&[open], accept(""), Refused("field-empty", &[]));
    check(
        &[],
        step("schema/street.renamed-1", "schema.declare", sample("schema.declare")),
        Accepted("schema.declared", json!({"version": 1})),
    );
}
