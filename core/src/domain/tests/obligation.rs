//! Duties done, and exemptions from obligations (`domain.md` 2, 4.7, 5).

use serde_json::{Value, json};

use super::county::sample;
use super::{Accepted, Refused, Step, check, check_corrected, check_corrections, correct, step};

/// `duty.perform` with some fields changed.
fn perform(changes: Value) -> Step {
    step("duty/LZ-1", "duty.perform", changed("duty.perform", changes))
}

/// `obligation.exempt` with some fields changed.
fn exempt(id: &str, changes: Value) -> Step {
    step(&format!("obligation/{id}"), "obligation.exempt", changed("obligation.exempt", changes))
}

fn changed(name: &str, changes: Value) -> Value {
    let mut data = sample(name);
    for (field, value) in changes.as_object().unwrap() {
        data[field] = value.clone();
    }
    data
}

#[test]
fn a_duty_is_done_for_somebody_by_a_post() {
    let fields = json!({"rule": "M01", "subject": "community/C1", "round": "月度", "post": "G-1",
        "topics": ["班子建设", "物业服务"], "handedOver": "issue/WT-0"});
    let story = check(&[], perform(json!({})), Accepted("duty.performed", fields));
    // What was handed over and the visit that found it are one matter.
    assert_eq!(story.world.trail_of("duty/LZ-1").as_deref(), Some("issue/WT-0"));
    let alone = perform(json!({"handedOver": null, "round": null, "topics": [], "post": null, "note": null}));
    let story = check(&[], alone, Accepted("duty.performed", json!({"handedOver": null})));
    assert_eq!(story.world.trail_of("duty/LZ-1").as_deref(), Some("duty/LZ-1"));
    assert!(story.world.duty.get("LZ-1").unwrap().by("2022-06-06".parse().unwrap()));
    assert!(!story.world.duty.get("LZ-1").unwrap().by("2022-06-05".parse().unwrap()));
}

#[test]
fn a_subject_is_called_by_code_or_name() {
    for (given, stream) in [
        ("community/东门社区", "community/C1"),
        ("street/汶上街道", "street/S1"),
        ("alliance/东门社区党建联盟", "alliance/A1"),
        ("unit/东门物业服务有限公司", "unit/W1"),
        ("branch/水利局小区党支部", "branch/B1"),
        ("post/社区党委书记岗", "post/G-1"),
        ("compound/老水利局家属楼", "compound/X1"),
        ("grid/G1", "grid/G1"),
    ] {
        let subject = json!({"subject": given});
        check(&[], perform(subject), Accepted("duty.performed", json!({"subject": stream})));
    }
    for (given, code) in [
        ("person/甲", "choice-unknown"),
        ("issue/WT-0", "choice-unknown"),
        ("", "choice-unknown"),
        ("community/火星社区", "reference-unknown"),
        ("post/无此岗", "reference-unknown"),
        ("unit/水利局小区党支部", "reference-unknown"),
        ("grid/G9", "reference-unknown"),
    ] {
        check(&[], perform(json!({"subject": given})), Refused(code, &[]));
    }
}

#[test]
fn a_duty_names_a_rule_and_a_round_that_exist_and_no_person() {
    check(&[], perform(json!({"rule": "R99"})), Refused("reference-unknown", &[("what", "rule")]));
    check(&[], perform(json!({"rule": ""})), Refused("field-empty", &[("field", "rule")]));
    check(&[], perform(json!({"round": "每天"})), Refused("choice-unknown", &[("field", "round")]));
    check(&[], perform(json!({"topics": [" "]})), Refused("field-empty", &[("field", "topics")]));
    check(&[], perform(json!({"handedOver": "无此"})), Refused("reference-unknown", &[("what", "source")]));
    let telephone = json!({"note": "联系13800001000"});
    check(&[], perform(telephone), Refused("text-mobile-number", &[("field", "note")]));
    check(&[], perform(json!({})).on("2023-01-01"), Refused("dates-future", &[]));
    check(&[perform(json!({}))], perform(json!({})), Refused("stream-exists", &[]));
}

#[test]
fn a_duty_is_corrected() {
    let given = [perform(json!({}))];
    check_corrections(&given, "duty/LZ-1", "note", "到社区指导");
    check_corrected(&given, "duty/LZ-1", "performedOn", "2022-06-06", "2022-05-31");
    check_corrected(&given, "duty/LZ-1", "handedOver", "issue/WT-0", "");
    let named = correct("duty/LZ-1", "subject", "community/永续社区");
    check(
        &given,
        named,
        Accepted(
            "duty.corrected",
            json!({"changes": [{"field": "subject", "was": "community/C1", "now": "community/C2"}]}),
        ),
    );
    check(&given, correct("duty/LZ-1", "round", "每天"), Refused("choice-unknown", &[]));
    check(&given, correct("duty/LZ-1", "rule", ""), Refused("field-empty", &[("field", "rule")]));
    check(&given, correct("duty/LZ-1", "subject", ""), Refused("field-empty", &[("field", "subject")]));
}

#[test]
fn an_exemption_rests_on_a_decision() {
    let id = "M01-A1-2022-Q2";
    let fields = json!({"rule": "M01", "subject": "alliance/A1", "period": "2022-Q2", "decision": "HY-0-J1"});
    let story = check(&[], exempt(id, json!({})), Accepted("obligation.exempted", fields));
    assert_eq!(story.world.trail_of(&format!("obligation/{id}")), story.world.trail_of("decision/HY-0-J1"));
    let no_decision = exempt(id, json!({"decision": "YD-9"}));
    check(&[], no_decision, Refused("reference-unknown", &[("what", "decision"), ("given", "YD-9")]));
    check(&[], exempt(id, json!({"reason": ""})), Refused("field-empty", &[("field", "reason")]));
    check(&[], exempt(id, json!({"rule": "R99"})), Refused("reference-unknown", &[("what", "rule")]));
    check(&[], exempt(id, json!({"subject": "alliance/A9"})), Refused("reference-unknown", &[]));
    check(&[], exempt(id, json!({"period": "2022年"})), Refused("period-unreadable", &[("given", "2022年")]));
    check(&[exempt(id, json!({}))], exempt(id, json!({})), Refused("state-wrong", &[("state", "exempted")]));
}

#[test]
fn the_stream_of_an_exemption_is_the_id_of_the_obligation() {
    let wrong = exempt("M01-A1-2022-Q3", json!({}));
    check(&[], wrong, Refused("obligation-id", &[("wanted", "M01-A1-2022-Q2")]));
    let named = json!({"subject": "unit/东门物业服务有限公司", "community": "东门社区", "period": null});
    let fields = json!({"subject": "unit/W1", "community": "C1"});
    check(&[], exempt("M01-W1-C1", named), Accepted("obligation.exempted", fields));
    let due = |subject: &str| json!({"rule": "DUE", "subject": subject, "period": null});
    check(&[], exempt("DUE-issue-WT-0", due("issue/WT-0")), Accepted("obligation.exempted", json!({})));
    check(&[], exempt("DUE-issue-WT-9", due("issue/WT-9")), Refused("reference-unknown", &[]));
    check(&[], exempt("DUE-A1", due("alliance/A1")), Refused("reference-unknown", &[]));
    // A decision does not excuse itself.
    let itself = exempt("DUE-decision-HY-0-J1", due("decision/HY-0-J1"));
    check(&[], itself, Refused("reference-unknown", &[("what", "decision")]));
}

#[test]
fn an_exemption_holds_until_it_is_withdrawn() {
    let id = "M01-A1-2022-Q2";
    let stream = format!("obligation/{id}");
    let withdraw = |reason: &str| {
        step(&stream, "obligation.withdraw-exemption", json!({"reason": reason})).on("2022-06-20")
    };
    let given = [exempt(id, json!({}))];
    check(&given, withdraw(" "), Refused("field-empty", &[("field", "reason")]));
    check(&[], withdraw("决定撤销"), Refused("stream-absent", &[]));
    let story = check(&given, withdraw("决定撤销"), Accepted("obligation.exemption-withdrawn", json!({})));
    let on = |story: &super::Story, day: &str| {
        story.world.obligation.get(id).unwrap().exempted_on(day.parse().unwrap()).is_some()
    };
    assert!(!on(&story, "2022-06-05") && on(&story, "2022-06-06") && on(&story, "2022-06-19"));
    assert!(!on(&story, "2022-06-20"));
    let again = exempt(id, json!({"reason": "复议"})).on("2022-06-25");
    let given = [exempt(id, json!({})), withdraw("决定撤销")];
    let story = check(&given, again, Accepted("obligation.exempted", json!({})));
    assert!(!on(&story, "2022-06-24") && on(&story, "2022-06-25"));
    check(&given, withdraw("决定撤销"), Refused("state-wrong", &[("allowed", "obligation.exempt")]));
}
