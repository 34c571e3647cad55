//! Decisions: taken at a meeting, done by one unit by a date, verified by another (`domain.md` 4.4, 6.3).

use serde_json::{Value, json};

use super::county::sample;
use super::{Accepted, Ledger, Refused, Step, check, check_corrected, check_corrections, correct, step};

const YD: &str = "decision/YD-1";

fn ask(name: &str, data: Value) -> Step {
    step(YD, &format!("decision.{name}"), data)
}

fn good(name: &str) -> Step {
    ask(name, sample(&format!("decision.{name}")))
}

fn told(lines: &[(&str, &str)]) -> Vec<Step> {
    lines.iter().map(|(stream, name)| step(stream, name, sample(name))).collect()
}

fn in_session() -> Vec<Step> {
    told(&[
        ("meeting/HY-1", "meeting.schedule"),
        ("topic/YT-1", "topic.propose"),
        ("topic/YT-1", "topic.accept"),
        ("meeting/HY-1", "meeting.call-topics"),
        ("meeting/HY-1", "meeting.freeze-agenda"),
        ("meeting/HY-1", "meeting.notice"),
        ("meeting/HY-1", "meeting.open"),
    ])
}

fn open() -> Vec<Step> {
    [in_session(), vec![good("record")]].concat()
}

fn started() -> Vec<Step> {
    [open(), vec![good("start")]].concat()
}

fn completed() -> Vec<Step> {
    [started(), vec![good("complete").on("2022-07-15")]].concat()
}

fn record(change: Value) -> Step {
    let mut data = sample("decision.record");
    data.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    ask("record", data)
}

#[test]
fn it_is_taken_in_session_on_a_topic_of_the_agenda() {
    let story = check(
        &in_session(),
        good("record"),
        Accepted("decision.recorded", json!({"responsible": "W1", "supporting": ["D1"]})),
    );
    assert_eq!(story.world.trail_of(YD).unwrap(), "issue/WT-0", "problem, topic and decision share a trail");
    check(
        &in_session()[..6],
        good("record"),
        Refused("state-wrong", &[("stream", "meeting/HY-1"), ("state", "notified")]),
    );
    check(
        &in_session(),
        record(json!({"meeting": "HY-9"})),
        Refused("reference-unknown", &[("what", "meeting")]),
    );
    check(
        &in_session(),
        record(json!({"topic": "YT-0"})),
        Refused("reference-unknown", &[("what", "topic")]),
    );
    // Proposed, but not accepted for this meeting.
    let unaccepted = [in_session()[..2].to_vec(), in_session()[3..].to_vec()].concat();
    check(
        &unaccepted,
        good("record"),
        Refused("state-wrong", &[("stream", "topic/YT-1"), ("state", "proposed")]),
    );
}

#[test]
fn it_has_a_responsible_unit_and_a_date_or_is_for_note_only() {
    check(
        &in_session(),
        record(json!({"responsible": null})),
        Refused("field-empty", &[("field", "responsible")]),
    );
    check(&in_session(), record(json!({"dueOn": null})), Refused("field-empty", &[("field", "dueOn")]));
    let note = json!({"responsible": null, "dueOn": null, "noteOnly": true});
    check(
        &in_session(),
        record(note),
        Accepted("decision.recorded", json!({"responsible": null, "dueOn": null})),
    );
    check(
        &in_session(),
        record(json!({"responsible": "W9"})),
        Refused("reference-unknown", &[("what", "unit")]),
    );
}

#[test]
fn in_an_old_ledger_it_belongs_to_a_meeting_that_was_held() {
    let bare = json!({"responsible": null, "dueOn": null});
    check(&in_session(), record(bare.clone()).by(Ledger), Refused("state-wrong", &[("state", "in-session")]));
    let mut data = sample("decision.record");
    data["meeting"] = json!("HY-0");
    data["topic"] = json!("HY-0-Y1");
    data.as_object_mut().unwrap().extend(bare.as_object().unwrap().clone());
    check(&[], ask("record", data).by(Ledger), Accepted("decision.recorded", json!({"dueOn": null})));
}

#[test]
fn an_extension_is_later_and_leaves_the_original_date() {
    let extend = |until: Option<&str>| ask("extend", json!({"until": until, "reason": "汛期"}));
    let story = check(
        &started(),
        extend(Some("2022-08-31")),
        Accepted("decision.extended", json!({"until": "2022-08-31"})),
    );
    let work = &story.world.decision.get("YD-1").unwrap().work;
    assert_eq!(
        (work.due_on.unwrap().to_string(), work.extended_to.unwrap().to_string(), work.extensions),
        ("2022-07-22".to_owned(), "2022-08-31".to_owned(), 1)
    );
    let same = &[("until", "2022-07-22"), ("due", "2022-07-22")][..];
    check(&started(), extend(Some("2022-07-22")), Refused("extension-not-later", same));
    check(
        &started(),
        ask("request-extension", json!({"until": "2022-07-01", "reason": "汛期"})),
        Refused("extension-not-later", &[]),
    );
    check(&started(), good("request-extension"), Accepted("decision.extension-requested", json!({})));
    check(&completed(), extend(Some("2022-08-31")), Refused("state-wrong", &[("state", "completed")]));
    check(&completed(), extend(Some("2022-07-01")).by(Ledger), Accepted("decision.extended", json!({})));
    let twice = [started(), vec![extend(Some("2022-08-31"))]].concat();
    check(&twice, extend(None), Accepted("decision.extended", json!({"until": null})));
}

#[test]
fn it_is_completed_after_it_was_decided_and_verified_by_another() {
    check(
        &started(),
        good("complete").on("2022-06-05"),
        Refused("dates-before", &[("field", "completedOn")]),
    );
    check(&started(), good("complete").on("2023-06-05"), Refused("dates-future", &[]));
    check(&open(), good("complete"), Refused("state-wrong", &[("state", "open")]));
    check(&open(), good("complete").by(Ledger), Accepted("decision.completed", json!({})));
    let verify = |unit: &str, day: &str| ask("verify", json!({"unit": unit})).on(day);
    check(&completed(), verify("O1", "2022-07-20"), Accepted("decision.verified", json!({"unit": "O1"})));
    // A supporting unit may verify; the responsible one may not.
    check(&completed(), verify("D1", "2022-07-20"), Accepted("decision.verified", json!({})));
    check(
        &completed(),
        verify("东门物业服务有限公司", "2022-07-20"),
        Refused("same-unit", &[("unit", "W1")]),
    );
    check(&completed(), verify("O1", "2022-07-14"), Refused("dates-before", &[("earliest", "2022-07-15")]));
}

#[test]
fn it_is_returned_reopened_superseded_or_revoked() {
    let story = check(&completed(), good("return"), Accepted("decision.returned", json!({})));
    assert_eq!(story.word(YD), "in-progress");
    let verified = [completed(), vec![ask("verify", json!({"unit": "O1"})).on("2022-07-20")]].concat();
    let story = check(&verified, good("reopen"), Accepted("decision.reopened", json!({})));
    assert_eq!(
        (story.word(YD).as_str(), story.world.decision.get("YD-1").unwrap().work.returns),
        ("in-progress", 1)
    );
    check(&open(), ask("supersede", json!({"by": "YD-1"})), Refused("reference-unknown", &[]));
    check(&open(), ask("supersede", json!({"by": "YD-9"})), Refused("reference-unknown", &[]));
    check(
        &open(),
        ask("revoke", json!({"decision": "YD-1", "reason": "误"})),
        Refused("reference-unknown", &[]),
    );
    check(&open(), ask("revoke", json!({"decision": "HY-0-J1", "reason": ""})), Refused("field-empty", &[]));
    check(&open(), ask("reschedule", json!({"dueOn": null})), Refused("field-empty", &[("field", "dueOn")]));
}

#[test]
fn corrections_obey_the_invariants() {
    let verified = [completed(), vec![ask("verify", json!({"unit": "O1"})).on("2022-07-20")]].concat();
    check_corrections(&verified, YD, "text", "疏通清淤主次管道");
    check_corrected(&verified, YD, "supporting", "D1", "D2、N1");
    check_corrected(&verified, YD, "completedOn", "2022-07-15", "2022-07-16");
    for (field, now, code) in [
        ("verifier", "W1", "same-unit"),
        ("verifier", "", "verifier-missing"),
        ("responsible", "O1", "same-unit"),
        ("completedOn", "", "completion-missing"),
        ("completedOn", "2022-07-21", "dates-before"),
        ("completedOn", "2022-06-01", "dates-before"),
        ("meeting", "HY-9", "reference-unknown"),
        ("topic", "", "field-empty"),
    ] {
        check(&verified, correct(YD, field, now), Refused(code, &[]));
    }
    let revoked = [open(), vec![good("revoke")]].concat();
    check_corrected(&revoked, YD, "text", "疏通清淤", "疏通");
}
