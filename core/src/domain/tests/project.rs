//! Projects and their claims (`domain.md` 4.3, 6.2).

use serde_json::{Value, json};

use super::county::sample;
use super::{Accepted, Ledger, Refused, Step, check, check_corrected, check_corrections, correct, step};

const XM: &str = "project/XM-1";

fn ask(name: &str, data: Value) -> Step {
    step(XM, &format!("project.{name}"), data)
}

fn good(name: &str) -> Step {
    ask(name, sample(&format!("project.{name}")))
}

/// The story up to a command, that one included.
fn until(last: &str) -> Vec<Step> {
    let way = ["propose", "list", "claim", "accept-claim", "start", "submit", "accept", "close"];
    let length = way.iter().position(|name| *name == last).unwrap() + 1;
    way[..length].iter().map(|name| good(name)).collect()
}

#[test]
fn a_proposal_names_its_place_and_what_it_came_from() {
    let story = check(
        &[],
        good("propose"),
        Accepted("project.proposed", json!({"source": "issue/WT-0", "compound": "X1"})),
    );
    assert_eq!(story.world.trail_of(XM).unwrap(), "issue/WT-0");
    for (field, value, code) in [
        ("name", json!(""), "field-empty"),
        ("category", json!(""), "field-empty"),
        ("community", json!("C9"), "reference-unknown"),
        ("compound", json!("X9"), "reference-unknown"),
        ("source", json!("WT-9"), "reference-unknown"),
    ] {
        let mut data = sample("project.propose");
        data[field] = value;
        check(&[], ask("propose", data), Refused(code, &[]));
    }
}

#[test]
fn members_of_the_alliance_and_property_enterprises_claim() {
    let claim = |unit: &str| ask("claim", json!({"unit": unit, "dueOn": "2022-08-31"}));
    check(&until("list"), claim("D1"), Accepted("project.claimed", json!({"unit": "D1"})));
    check(&until("list"), claim("W2"), Accepted("project.claimed", json!({"unit": "W2"})));
    check(&until("list"), claim("N1"), Refused("not-a-member", &[("unit", "N1"), ("community", "C1")]));
    check(&until("list"), claim("N1").by(Ledger), Accepted("project.claimed", json!({})));
    // Membership is asked as of the day of the claim.
    let left = step("membership/A1-D1", "membership.end", json!({})).on("2022-06-10");
    let given = [until("list"), vec![left]].concat();
    check(&given, claim("D1").on("2022-06-09"), Accepted("project.claimed", json!({})));
    check(&given, claim("D1").on("2022-06-10"), Refused("not-a-member", &[]));
}

#[test]
fn there_is_one_lead_claimant_at_a_time() {
    let other = ask("claim", json!({"unit": "D2"}));
    check(&until("claim"), other.clone(), Refused("state-wrong", &[("state", "claim-pending")]));
    let released =
        [until("accept-claim"), vec![ask("release-claim", json!({"reason": "力量不足"}))]].concat();
    let story = check(&released, other, Accepted("project.claimed", json!({"unit": "D2"})));
    let project = story.world.project.get("XM-1").unwrap();
    let claims: Vec<_> = project.claims().map(|(unit, _)| unit).collect();
    assert_eq!(claims, ["D1", "D2"]);
    assert_eq!((project.due_on, project.percent), (None, 0));
    check(&until("claim"), ask("release-claim", json!({"reason": ""})), Refused("field-empty", &[]));
}

#[test]
fn progress_of_a_released_claim_is_not_the_next_claimants() {
    let given = [
        until("start"),
        vec![ask("progress", json!({"percent": 80})), ask("release-claim", json!({"reason": "力量不足"}))],
        vec![good("claim"), good("accept-claim"), good("start")],
    ]
    .concat();
    check(
        &given,
        ask("progress", json!({"percent": 10})),
        Accepted("project.progressed", json!({"percent": 10})),
    );
}

#[test]
fn a_claim_is_accepted_by_another_unit_with_a_date() {
    let undated = [until("list"), vec![ask("claim", json!({"unit": "D1"}))]].concat();
    check(
        &undated,
        ask("accept-claim", json!({"unit": "P1"})),
        Refused("field-empty", &[("field", "dueOn")]),
    );
    check(
        &until("claim"),
        ask("accept-claim", json!({"unit": "P1"})),
        Accepted("project.claim-accepted", json!({"dueOn": "2022-08-31"})),
    );
    check(
        &until("claim"),
        ask("accept-claim", json!({"unit": "D1"})),
        Refused("same-unit", &[("unit", "D1")]),
    );
}

#[test]
fn progress_is_a_percentage_and_does_not_go_back() {
    let progress = |percent: u16| ask("progress", json!({"percent": percent}));
    let half = [until("start"), vec![progress(50)]].concat();
    check(&half, progress(50), Accepted("project.progressed", json!({"percent": 50})));
    check(&half, progress(49), Refused("progress-backwards", &[("percent", "49"), ("before", "50")]));
    check(&half, progress(101), Refused("percent-out-of-range", &[("percent", "101")]));
    check(&until("accept"), progress(100), Refused("state-wrong", &[("state", "accepted")]));
}

#[test]
fn dates_are_in_order_and_not_in_the_future() {
    for (given, name, field) in [
        (until("propose"), "list", "listedOn"),
        (until("list"), "claim", "claimedOn"),
        (until("accept-claim"), "start", "startedOn"),
        (until("start"), "submit", "submittedOn"),
        (until("submit"), "accept", "acceptedOn"),
        (until("list"), "cancel", "cancelledOn"),
    ] {
        let before = &[("field", field), ("day", "2022-06-05"), ("earliest", "2022-06-06")][..];
        check(&given, good(name).on("2022-06-05"), Refused("dates-before", before));
        check(&given, good(name).on("2023-01-01"), Refused("dates-future", &[]));
    }
}

#[test]
fn the_result_is_accepted_by_another_unit_or_returned() {
    check(
        &until("submit"),
        ask("accept", json!({"unit": "县水务局"})),
        Refused("same-unit", &[("unit", "D1")]),
    );
    check(&until("submit"), good("accept"), Accepted("project.accepted", json!({"unit": "P1"})));
    let story = check(
        &until("submit"),
        ask("return", json!({"reason": "未通"})),
        Accepted("project.returned", json!({})),
    );
    assert_eq!(story.word(XM), "in-progress");
    let story = check(
        &until("close"),
        ask("reopen", json!({"reason": "又堵"})),
        Accepted("project.reopened", json!({})),
    );
    assert_eq!(story.word(XM), "in-progress");
    assert_eq!(story.world.project.get("XM-1").unwrap().acceptor, None);
}

#[test]
fn more_time_is_later_time() {
    let extend = |until: Option<&str>| ask("extend", json!({"until": until}));
    check(
        &until("start"),
        extend(Some("2022-09-30")),
        Accepted("project.extended", json!({"until": "2022-09-30"})),
    );
    let late = &[("until", "2022-08-31"), ("due", "2022-08-31")][..];
    check(&until("start"), extend(Some("2022-08-31")), Refused("extension-not-later", late));
    check(&until("start"), extend(Some("2022-08-31")).by(Ledger), Accepted("project.extended", json!({})));
    check(
        &until("start"),
        ask("reschedule", json!({"dueOn": null})),
        Refused("field-empty", &[("field", "dueOn")]),
    );
}

#[test]
fn cancelling_needs_a_reason_and_a_decision() {
    let cancel = |data| ask("cancel", data);
    check(&until("claim"), good("cancel"), Accepted("project.cancelled", json!({"decision": "HY-0-J1"})));
    check(&until("claim"), cancel(json!({"reason": "重复"})), Refused("cancel-needs-reason", &[]));
    check(
        &until("claim"),
        cancel(json!({"reason": "", "decision": "HY-0-J1"})),
        Refused("cancel-needs-reason", &[]),
    );
    check(
        &until("claim"),
        cancel(json!({"reason": "重复", "decision": "J9"})),
        Refused("reference-unknown", &[]),
    );
    check(&until("claim"), cancel(json!({})).by(Ledger), Accepted("project.cancelled", json!({})));
}

/// Proposal, listing, claim, submission and acceptance; who accepted the claim and when work began is unknown.
#[test]
fn an_old_ledger_leaves_steps_out() {
    let claimed = vec![good("propose"), good("claim").by(Ledger)];
    check(&claimed, good("list").by(Ledger), Accepted("project.listed", json!({})));
    check(&claimed, good("submit").by(Ledger), Accepted("project.submitted", json!({"problemsSolved": 2})));
    check(&until("claim"), good("list").by(Ledger), Refused("state-wrong", &[("state", "claim-pending")]));
    check(&until("claim"), good("submit"), Refused("state-wrong", &[("state", "claim-pending")]));
}

#[test]
fn corrections_obey_the_invariants() {
    check_corrections(&until("accept"), XM, "name", "主次管网清淤");
    check_corrected(&until("accept"), XM, "claimant", "D1", "D2");
    check_corrected(&until("accept"), XM, "problemsSolved", "2", "1");
    check_corrected(&until("accept"), XM, "source", "issue/WT-0", "topic/YT-0");
    for (field, now, code) in [
        ("acceptor", "D1", "same-unit"),
        ("claimant", "P1", "same-unit"),
        ("acceptedOn", "2022-06-05", "dates-before"),
        ("listedOn", "2022-06-07", "dates-before"),
        ("problemsSolved", "两个", "correction-value"),
        ("community", "", "field-empty"),
        ("source", "WT-9", "reference-unknown"),
    ] {
        check(&until("accept"), correct(XM, field, now), Refused(code, &[]));
    }
}

#[test]
fn it_can_be_tied_to_what_it_solves() {
    let link = |stream: &str| step("project/XM-0", "project.link", json!({"stream": stream}));
    check(&[], link("WT-0"), Accepted("project.linked", json!({"stream": "issue/WT-0"})));
    check(&[], link("WT-9"), Refused("reference-unknown", &[("what", "source")]));
}
