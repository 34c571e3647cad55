//! Wednesday meetings and property issues (`domain.md` 4.5, 6.4).

use serde_json::{Value, json};

use super::county::sample;
use super::{Accepted, Ledger, Refused, Step, check, check_corrected, check_corrections, correct, step};

const LH: &str = "occurrence/LH-2";
const WT: &str = "issue/WT-1";

fn held(name: &str, data: Value) -> Step {
    step(LH, &format!("occurrence.{name}"), data)
}

fn planned() -> Vec<Step> {
    vec![held("schedule", sample("occurrence.schedule"))]
}

fn ask(name: &str, data: Value) -> Step {
    step(WT, &format!("issue.{name}"), data)
}

fn good(name: &str) -> Step {
    ask(name, sample(&format!("issue.{name}")))
}

fn until(last: &str) -> Vec<Step> {
    let way = ["raise", "triage", "assign", "progress", "fix", "verify", "close"];
    let length = way.iter().position(|name| *name == last).unwrap() + 1;
    way[..length].iter().map(|name| good(name)).collect()
}

#[test]
fn it_is_planned_for_a_wednesday() {
    let plan = |day: &str| held("schedule", json!({"community": "东门社区", "plannedOn": day}));
    let story = check(&[], plan("2022-06-15"), Accepted("occurrence.scheduled", json!({"community": "C1"})));
    let occurrence = story.world.occurrence.get("LH-2").unwrap();
    assert_eq!(occurrence.status("2022-06-15".parse().unwrap()), "计划中");
    assert_eq!(occurrence.status("2022-06-16".parse().unwrap()), "未召开");
    let thursday = &[("day", "2022-06-16"), ("weekday", "周四")][..];
    check(&[], plan("2022-06-16"), Refused("not-wednesday", thursday));
    check(&[], plan("2022-06-16").by(Ledger), Refused("not-wednesday", thursday));
}

#[test]
fn another_weekday_needs_a_reason() {
    let moved = |data| held("reschedule", data);
    check(
        &planned(),
        moved(json!({"plannedOn": "2022-06-22"})),
        Accepted("occurrence.rescheduled", json!({})),
    );
    check(
        &planned(),
        moved(json!({"plannedOn": "2022-06-16", "reason": "停电"})),
        Accepted("occurrence.rescheduled", json!({})),
    );
    check(
        &planned(),
        moved(json!({"plannedOn": "2022-06-16"})),
        Refused("wednesday-needs-reason", &[("day", "2022-06-16")]),
    );
    check(
        &planned(),
        moved(json!({"plannedOn": "2022-06-16", "reason": " "})),
        Refused("wednesday-needs-reason", &[]),
    );
}

#[test]
fn it_is_held_on_the_planned_day_or_says_why_not() {
    let hold = |data, day: &str| held("hold", data).on(day);
    check(
        &planned(),
        hold(json!({"participants": ["业主委员会"]}), "2022-06-15"),
        Accepted("occurrence.held", json!({"participants": ["业主委员会"]})),
    );
    check(&planned(), hold(json!({}), "2022-06-16"), Refused("wednesday-needs-reason", &[]));
    check(&planned(), hold(json!({"reason": "停电"}), "2022-06-16"), Accepted("occurrence.held", json!({})));
    check(&planned(), hold(json!({}), "2022-06-16").by(Ledger), Accepted("occurrence.held", json!({})));
    check(&planned(), hold(json!({}), "2023-01-04"), Refused("dates-future", &[]));
}

#[test]
fn it_is_called_off_with_a_reason() {
    check(
        &planned(),
        held("cancel", json!({})),
        Refused("reason-missing", &[("command", "occurrence.cancel")]),
    );
    check(&planned(), held("cancel", json!({})).by(Ledger), Accepted("occurrence.cancelled", json!({})));
}

#[test]
fn corrections_of_an_occurrence() {
    check_corrections(&planned(), LH, "plannedOn", "2022-06-22");
    check(&planned(), correct(LH, "plannedOn", "2022-06-23"), Refused("not-wednesday", &[]));
    let moved = [planned(), vec![held("reschedule", sample("occurrence.reschedule"))]].concat();
    check_corrected(&moved, LH, "plannedOn", "2022-06-16", "2022-06-17");
    check(&moved, correct(LH, "reason", ""), Refused("not-wednesday", &[]));
    check(&planned(), correct(LH, "community", "C9"), Refused("reference-unknown", &[]));
}

#[test]
fn an_issue_has_an_occurrence_a_compound_and_one_of_six_categories() {
    check(&[], good("raise"), Accepted("issue.raised", json!({"compound": "X1", "responsible": null})));
    for (field, value, code) in [
        ("occurrence", "LH-9", "reference-unknown"),
        ("compound", "X9", "reference-unknown"),
        ("category", "噪音", "choice-unknown"),
        ("text", "", "field-empty"),
        ("text", "住17号楼2单元301室的居民反映", "text-dwelling"),
        ("source", "", "field-empty"),
        ("responsible", "W9", "reference-unknown"),
    ] {
        let mut data = sample("issue.raise");
        data[field] = json!(value);
        check(&[], ask("raise", data), Refused(code, &[]));
    }
    let mut named = sample("issue.raise");
    named["responsible"] = json!("W1");
    let story = check(&[], ask("raise", named), Accepted("issue.raised", json!({"responsible": "W1"})));
    assert_eq!(story.word(WT), "assigned", "a unit named at once is responsible");
}

#[test]
fn the_enterprise_cannot_verify_its_own_fix() {
    check(&until("fix"), ask("verify", json!({"unit": "W1"})), Refused("same-unit", &[("unit", "W1")]));
    check(
        &until("fix"),
        ask("verify", json!({"unit": "O1"})),
        Accepted("issue.verified", json!({"unit": "O1"})),
    );
    check(&until("fix"), good("verify").on("2022-06-05"), Refused("dates-before", &[]));
    check(
        &until("progress"),
        good("fix").on("2022-06-05"),
        Refused("dates-before", &[("field", "completedOn")]),
    );
    let story = check(&until("fix"), good("return"), Accepted("issue.returned", json!({})));
    assert_eq!(story.word(WT), "in-progress");
}

#[test]
fn what_came_back_is_assigned_again() {
    let story = check(&until("close"), good("reopen"), Accepted("issue.reopened", json!({})));
    assert_eq!(story.word(WT), "assigned");
    check(&until("verify"), good("reopen"), Refused("state-wrong", &[("state", "verified")]));
    check(&until("verify"), good("reopen").by(Ledger), Accepted("issue.reopened", json!({})));
}

#[test]
fn only_what_was_escalated_becomes_a_project() {
    check(&until("assign"), good("convert"), Refused("state-wrong", &[("state", "assigned")]));
    let escalated = [until("assign"), vec![good("escalate")]].concat();
    let story = check(&escalated, good("convert"), Accepted("issue.converted", json!({"project": "XM-0"})));
    assert_eq!(story.word(WT), "converted");
    check(&escalated, ask("convert", json!({"project": "XM-9"})), Refused("reference-unknown", &[]));
    let story = check(&escalated, good("assign"), Accepted("issue.assigned", json!({"unit": "W1"})));
    assert_eq!(story.word(WT), "assigned");
    check(&until("raise"), good("convert").by(Ledger), Accepted("issue.converted", json!({})));
    check(&until("triage"), good("escalate"), Refused("state-wrong", &[("state", "triaged")]));
    check(&until("assign"), ask("escalate", json!({"to": ""})), Refused("field-empty", &[("field", "to")]));
}

#[test]
fn it_is_carried_over_sent_elsewhere_or_merged() {
    let story =
        check(&until("progress"), good("carry-over"), Accepted("issue.carried-over", json!({"to": "LH-1"})));
    assert_eq!(story.word(WT), "in-progress");
    check(&until("raise"), ask("carry-over", json!({"to": "LH-9"})), Refused("reference-unknown", &[]));
    check(
        &until("triage"),
        ask("mark-out-of-scope", json!({"reason": "x", "sentTo": ""})),
        Refused("field-empty", &[("field", "sentTo")]),
    );
    check(&until("triage"), ask("merge", json!({"into": "WT-1"})), Refused("reference-unknown", &[]));
    check(&until("assign"), good("merge"), Refused("state-wrong", &[("state", "assigned")]));
    check(&until("raise"), good("assign"), Refused("state-wrong", &[("state", "raised")]));
    check(&until("raise"), good("assign").by(Ledger), Accepted("issue.assigned", json!({})));
    check(&until("raise"), good("fix").by(Ledger), Accepted("issue.fixed", json!({})));
}

#[test]
fn corrections_of_an_issue() {
    check_corrections(&until("verify"), WT, "text", "主次管道倒灌");
    check_corrected(&until("verify"), WT, "category", "污水排放", "环境卫生");
    for (field, now, code) in [
        ("category", "噪音", "choice-unknown"),
        ("verifier", "W1", "same-unit"),
        ("verifier", "", "verifier-missing"),
        ("completedOn", "", "completion-missing"),
        ("raisedOn", "2022-06-07", "dates-before"),
        ("compound", "", "field-empty"),
        ("occurrence", "LH-9", "reference-unknown"),
        ("dueOn", "六月", "correction-value"),
    ] {
        check(&until("verify"), correct(WT, field, now), Refused(code, &[]));
    }
}
