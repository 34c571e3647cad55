//! Follow-up tasks (`domain.md` 6.3).

use serde_json::{Value, json};

use super::county::sample;
use super::{Accepted, Ledger, Refused, Step, check, step};

const RW: &str = "task/RW-1";

fn ask(name: &str, data: Value) -> Step {
    step(RW, &format!("task.{name}"), data)
}

fn good(name: &str) -> Step {
    ask(name, sample(&format!("task.{name}")))
}

fn until(last: &str) -> Vec<Step> {
    let way = ["assign", "accept", "start", "report", "verify", "close"];
    let length = way.iter().position(|name| *name == last).unwrap() + 1;
    way[..length].iter().map(|name| good(name)).collect()
}

#[test]
fn it_is_a_step_of_a_decision_that_stands() {
    let story = check(
        &[],
        good("assign"),
        Accepted("task.assigned", json!({"responsible": "W1", "dueOn": "2022-06-20"})),
    );
    assert_eq!(story.world.trail_of(RW).unwrap(), story.world.trail_of("decision/HY-0-J1").unwrap());
    assert_eq!(story.world.children_of("decision/HY-0-J1"), ["RW-1"]);
    for (field, value, code) in [
        ("decision", "J9", "reference-unknown"),
        ("text", "", "field-empty"),
        ("responsible", "W9", "reference-unknown"),
    ] {
        let mut data = sample("task.assign");
        data[field] = json!(value);
        check(&[], ask("assign", data), Refused(code, &[]));
    }
    let done = step("decision/HY-0-J1", "decision.complete", json!({})).by(Ledger);
    check(
        &[done],
        good("assign"),
        Refused("state-wrong", &[("stream", "decision/HY-0-J1"), ("state", "completed")]),
    );
}

#[test]
fn who_declines_gives_a_reason_and_another_unit_begins_anew() {
    check(&until("assign"), ask("decline", json!({"reason": ""})), Refused("field-empty", &[]));
    let declined = [until("assign"), vec![good("decline")]].concat();
    check(&declined, good("start"), Refused("state-wrong", &[("state", "declined")]));
    let story = check(&declined, good("reassign"), Accepted("task.reassigned", json!({"responsible": "W2"})));
    assert_eq!(story.word(RW), "open");
    check(
        &declined,
        ask("reassign", json!({"responsible": "W9", "dueOn": "2022-06-30"})),
        Refused("reference-unknown", &[]),
    );
}

#[test]
fn it_is_reported_with_a_result_and_verified_by_another() {
    check(
        &until("start"),
        ask("report", json!({"result": " "})),
        Refused("field-empty", &[("field", "result")]),
    );
    check(&until("start"), good("report").on("2023-01-01"), Refused("dates-future", &[]));
    check(&until("report"), ask("verify", json!({"unit": "W1"})), Refused("same-unit", &[("unit", "W1")]));
    check(&until("report"), good("verify").on("2022-06-05"), Refused("dates-before", &[]));
    check(&until("report"), good("verify"), Accepted("task.verified", json!({"unit": "O1"})));
    let story = check(&until("report"), good("return"), Accepted("task.returned", json!({})));
    assert_eq!(story.word(RW), "in-progress");
    check(&until("verify"), good("close"), Accepted("task.closed", json!({})));
}

#[test]
fn pressing_changes_nothing_but_is_on_record() {
    let story =
        check(&until("accept"), good("press"), Accepted("task.pressed", json!({"note": "请按时完成"})));
    assert_eq!(story.word(RW), "accepted");
    check(&until("accept"), ask("press", json!({"note": ""})), Refused("field-empty", &[]));
}
