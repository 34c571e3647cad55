//! Commitments: one responsible party, a date, a verifier that is another unit (`domain.md` 4.2, 6.1).

use serde_json::json;

use super::county::sample;
use super::{Accepted, Ledger, Refused, Step, check, check_corrected, check_corrections, correct, step};

const TK: &str = "commitment/XY-1-1";

fn draft() -> Vec<Step> {
    vec![step("agreement/XY-1", "agreement.draft", sample("agreement.draft"))]
}

fn open() -> Vec<Step> {
    [draft(), vec![step(TK, "commitment.add", sample("commitment.add"))]].concat()
}

fn delivered() -> Vec<Step> {
    let start = step(TK, "commitment.start", json!({}));
    [open(), vec![start, step(TK, "commitment.deliver", json!({})).on("2022-07-15")]].concat()
}

fn add(field: &str, value: serde_json::Value) -> Step {
    let mut data = sample("commitment.add");
    data[field] = value;
    step(TK, "commitment.add", data)
}

#[test]
fn a_clause_has_a_party_a_date_and_one_of_the_five_joints() {
    check(
        &draft(),
        add("responsible", json!("县水务局")),
        Accepted("commitment.added", json!({"responsible": "D1"})),
    );
    for (field, value, code) in [
        ("agreement", json!("XY-9"), "reference-unknown"),
        ("text", json!(""), "field-empty"),
        ("joint", json!("六联"), "choice-unknown"),
        ("dueOn", json!(null), "field-empty"),
        ("responsible", json!("D2"), "not-a-party"),
        ("responsible", json!("D9"), "reference-unknown"),
    ] {
        check(&draft(), add(field, value), Refused(code, &[]));
    }
    let ledger = |field, value| add(field, value).by(Ledger);
    check(&draft(), ledger("dueOn", json!(null)), Accepted("commitment.added", json!({"dueOn": null})));
    check(
        &draft(),
        ledger("responsible", json!("D2")),
        Accepted("commitment.added", json!({"responsible": "D2"})),
    );
}

#[test]
fn clauses_are_added_and_reworded_only_while_their_agreement_is_a_draft() {
    let submitted = [open(), vec![step("agreement/XY-1", "agreement.submit", json!({}))]].concat();
    let parent = &[("stream", "agreement/XY-1"), ("state", "signing")][..];
    let second = step("commitment/XY-1-2", "commitment.add", sample("commitment.add"));
    check(&submitted, second.clone(), Refused("state-wrong", parent));
    check(&submitted, second.by(Ledger), Accepted("commitment.added", json!({})));
    let amend = |responsible: &str| {
        let data = json!({"text": "疏通", "responsible": responsible, "dueOn": "2022-10-31"});
        step(TK, "commitment.amend", data)
    };
    check(&submitted, amend("D1"), Refused("state-wrong", parent));
    check(&open(), amend("P1"), Accepted("commitment.amended", json!({"responsible": "P1"})));
    check(&open(), amend("D2"), Refused("not-a-party", &[("unit", "D2")]));
}

#[test]
fn the_date_changes_until_it_is_done() {
    let to = |day| step(TK, "commitment.reschedule", json!({"dueOn": day}));
    check(
        &open(),
        to(Some("2022-10-01")),
        Accepted("commitment.rescheduled", json!({"dueOn": "2022-10-01"})),
    );
    check(&open(), to(None), Refused("field-empty", &[("field", "dueOn")]));
    check(&open(), to(None).by(Ledger), Accepted("commitment.rescheduled", json!({"dueOn": null})));
    check(&delivered(), to(Some("2022-10-01")), Refused("state-wrong", &[("state", "completed")]));
}

#[test]
fn another_unit_verifies_and_not_before_it_was_done() {
    let verify = |unit: &str, day: &str| step(TK, "commitment.verify", json!({"unit": unit})).on(day);
    let story = check(
        &delivered(),
        verify("P1", "2022-07-20"),
        Accepted("commitment.verified", json!({"unit": "P1"})),
    );
    assert_eq!(story.word(TK), "verified");
    check(&delivered(), verify("县水务局", "2022-07-20"), Refused("same-unit", &[("unit", "D1")]));
    check(&delivered(), verify("P1", "2022-07-14"), Refused("dates-before", &[("earliest", "2022-07-15")]));
    check(&delivered(), verify("P1", "2023-07-14"), Refused("dates-future", &[]));
    check(&open(), verify("P1", "2022-07-20"), Refused("state-wrong", &[("state", "open")]));
}

#[test]
fn a_report_is_returned_and_made_again() {
    let back = step(TK, "commitment.return", json!({"reason": "未通"}));
    let story = check(&delivered(), back.clone(), Accepted("commitment.returned", json!({})));
    assert_eq!(
        (story.word(TK).as_str(), story.world.commitment.get("XY-1-1").unwrap().work.returns),
        ("in-progress", 1)
    );
    let again =
        [delivered(), vec![back, step(TK, "commitment.deliver", json!({})).on("2022-08-01")]].concat();
    check(
        &again,
        step(TK, "commitment.verify", json!({"unit": "O1"})).on("2022-08-01"),
        Accepted("commitment.verified", json!({})),
    );
    check(&delivered(), step(TK, "commitment.return", json!({"reason": ""})), Refused("field-empty", &[]));
}

#[test]
fn live_work_begins_before_it_is_done_and_an_old_ledger_does_not_say_so() {
    let deliver = step(TK, "commitment.deliver", json!({}));
    check(
        &open(),
        deliver.clone(),
        Refused("state-wrong", &[("state", "open"), ("command", "commitment.deliver")]),
    );
    check(&open(), deliver.by(Ledger), Accepted("commitment.delivered", json!({})));
}

#[test]
fn a_waiver_rests_on_a_decision() {
    let waive = |data| step(TK, "commitment.waive", data);
    check(
        &open(),
        waive(sample("commitment.waive")),
        Accepted("commitment.waived", json!({"decision": "HY-0-J1"})),
    );
    check(&open(), waive(json!({"reason": "不再需要"})), Refused("field-empty", &[("field", "decision")]));
    check(&open(), waive(json!({"reason": "不再需要"})).by(Ledger), Accepted("commitment.waived", json!({})));
    check(&delivered(), waive(sample("commitment.waive")), Refused("state-wrong", &[("state", "completed")]));
}

#[test]
fn corrections_obey_the_invariants() {
    let verified =
        [delivered(), vec![step(TK, "commitment.verify", json!({"unit": "P1"})).on("2022-07-20")]].concat();
    check_corrections(&verified, TK, "text", "疏通主次管道");
    check_corrected(&verified, TK, "verifier", "P1", "O1");
    check_corrected(&verified, TK, "number", "1", "2");
    let story = check_corrected(&verified, TK, "agreement", "XY-1", "XY-0");
    assert_eq!(story.world.children_of("agreement/XY-0"), ["XY-0-1", "XY-1-1"]);
    for (field, now, code) in [
        ("verifier", "D1", "same-unit"),
        ("verifier", "", "verifier-missing"),
        ("responsible", "P1", "same-unit"),
        ("responsible", "", "field-empty"),
        ("completedOn", "", "completion-missing"),
        ("completedOn", "2022-07-21", "dates-before"),
        ("verifiedOn", "2022-07-14", "dates-before"),
        ("joint", "六联", "choice-unknown"),
        ("number", "一", "correction-value"),
        ("agreement", "XY-9", "reference-unknown"),
    ] {
        check(&verified, correct(TK, field, now), Refused(code, &[]));
    }
    // What was waived by mistake is corrected, too.
    let waived = [open(), vec![step(TK, "commitment.waive", sample("commitment.waive"))]].concat();
    check_corrected(&waived, TK, "text", "清淤治理", "清淤");
}

#[test]
fn it_belongs_to_the_trail_of_its_agreement() {
    let story = check(
        &draft(),
        step(TK, "commitment.add", sample("commitment.add")),
        Accepted("commitment.added", json!({})),
    );
    assert_eq!(story.world.trail_of(TK).unwrap(), "agreement/XY-1");
}
