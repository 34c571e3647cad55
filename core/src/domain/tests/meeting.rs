//! Joint meetings: plan, agenda, notice, session, minutes (`domain.md` 4.4, 6.3).

use serde_json::{Value, json};

use super::county::sample;
use super::{Accepted, Ledger, Refused, Step, check, check_corrected, check_corrections, correct, step};

const HY: &str = "meeting/HY-1";

fn ask(name: &str, data: Value) -> Step {
    step(HY, &format!("meeting.{name}"), data)
}

fn good(name: &str) -> Step {
    ask(name, sample(&format!("meeting.{name}")))
}

fn until(last: &str) -> Vec<Step> {
    let way = [
        "schedule",
        "call-topics",
        "freeze-agenda",
        "notice",
        "open",
        "attend",
        "hold",
        "draft-minutes",
        "confirm-minutes",
        "publish-minutes",
    ];
    let length = way.iter().position(|name| *name == last).unwrap() + 1;
    way[..length].iter().map(|name| good(name)).collect()
}

fn topic(name: &str) -> Step {
    step("topic/YT-1", name, sample(name))
}

#[test]
fn a_plan_has_a_known_type_place_and_series() {
    check(&[], good("schedule"), Accepted("meeting.scheduled", json!({"community": "C1", "series": "DM-6"})));
    for (field, value, code) in [
        ("meetingType", json!("茶话会"), "choice-unknown"),
        ("community", json!("C9"), "reference-unknown"),
        ("series", json!("DM-9"), "reference-unknown"),
        ("chairPost", json!("电话13800001000"), "text-mobile-number"),
    ] {
        let mut data = sample("meeting.schedule");
        data[field] = value;
        check(&[], ask("schedule", data), Refused(code, &[]));
    }
}

#[test]
fn an_agenda_is_fixed_with_a_topic_or_as_routine() {
    let freeze = ask("freeze-agenda", json!({}));
    check(&until("call-topics"), freeze.clone(), Refused("agenda-empty", &[]));
    let proposed = [until("call-topics"), vec![topic("topic.propose")]].concat();
    check(&proposed, freeze.clone(), Refused("agenda-empty", &[]));
    let accepted = [proposed, vec![topic("topic.accept")]].concat();
    check(&accepted, freeze, Accepted("meeting.agenda-frozen", json!({"routine": false})));
    check(
        &until("call-topics"),
        good("freeze-agenda"),
        Accepted("meeting.agenda-frozen", json!({"routine": true})),
    );
}

#[test]
fn no_notice_before_the_agenda_and_no_opening_before_the_notice() {
    check(&until("call-topics"), good("notice"), Refused("state-wrong", &[("state", "collecting-topics")]));
    check(&until("freeze-agenda"), good("open"), Refused("state-wrong", &[("state", "agenda-frozen")]));
    check(&until("freeze-agenda"), good("notice").on("2023-01-01"), Refused("dates-future", &[]));
    check(&until("notice"), good("open").on("2023-01-01"), Refused("dates-future", &[]));
    let reopened = [until("notice"), vec![ask("reopen-agenda", json!({"reason": "增补"}))]].concat();
    check(&reopened, good("open"), Refused("state-wrong", &[("state", "collecting-topics")]));
}

#[test]
fn a_postponed_meeting_is_noticed_again() {
    let postponed = [until("notice"), vec![good("postpone")]].concat();
    check(&postponed, good("open"), Refused("state-wrong", &[("state", "postponed")]));
    let story = check(&postponed, good("notice"), Accepted("meeting.noticed", json!({})));
    assert_eq!(story.world.meeting.get("HY-1").unwrap().date.to_string(), "2022-06-13");
    let silent = |path| ask("postpone", json!({"date": "2022-06-13"})).by(path);
    check(
        &until("notice"),
        silent(super::Live),
        Refused("reason-missing", &[("command", "meeting.postpone")]),
    );
    check(&until("notice"), silent(Ledger), Accepted("meeting.postponed", json!({})));
}

#[test]
fn a_meeting_is_called_off_with_a_reason_until_it_begins() {
    check(&until("notice"), good("cancel"), Accepted("meeting.cancelled", json!({})));
    check(&until("notice"), ask("cancel", json!({"reason": ""})), Refused("reason-missing", &[]));
    check(&until("notice"), ask("cancel", json!({})).by(Ledger), Accepted("meeting.cancelled", json!({})));
    check(&until("open"), good("cancel"), Refused("state-wrong", &[("state", "in-session")]));
}

#[test]
fn a_quorum_is_more_than_half_by_the_rule_of_the_day() {
    let declare = ask("declare-quorum", json!({}));
    let expected = json!({"present": 3, "required": 3, "rule": "M01@1"});
    check(&until("attend"), declare.clone(), Accepted("meeting.quorum-declared", expected));
    let amended = step(
        "rule/M01",
        "rule.amend",
        json!({"source": "决定", "validFrom": "2022-06-01", "parameters": [
            {"name": "quorumNumerator", "value": 2}, {"name": "quorumDenominator", "value": 3}]}),
    );
    let by_another = [until("attend"), vec![amended]].concat();
    check(
        &by_another,
        declare.clone(),
        Accepted("meeting.quorum-declared", json!({"required": 3, "rule": "M01@2"})),
    );
    let repealed =
        [until("attend"), vec![step("rule/M01", "rule.repeal", json!({"reason": "另行规定"}))]].concat();
    check(&repealed, declare.clone(), Refused("reference-unknown", &[("what", "rule"), ("given", "M01")]));
    // A rule with absurd numbers breaks no arithmetic.
    let absurd = step(
        "rule/M01",
        "rule.amend",
        json!({"source": "误", "validFrom": "2022-06-01", "parameters": [
            {"name": "quorumNumerator", "value": u32::MAX}, {"name": "quorumDenominator", "value": 1}]}),
    );
    let by_absurd = [until("attend"), vec![absurd]].concat();
    check(&by_absurd, declare, Accepted("meeting.quorum-declared", json!({"required": u16::MAX})));
}

#[test]
fn it_closes_when_every_topic_has_an_outcome() {
    let given = [
        until("call-topics"),
        vec![
            topic("topic.propose"),
            topic("topic.accept"),
            ask("freeze-agenda", json!({})),
            good("notice"),
            good("open"),
        ],
    ]
    .concat();
    check(&given, good("hold"), Refused("topics-open", &[("topic", "YT-1")]));
    let concluded = [given, vec![topic("topic.conclude")]].concat();
    check(&concluded, good("hold"), Accepted("meeting.held", json!({})));
    check(&concluded, good("hold").on("2023-01-01"), Refused("dates-future", &[]));
}

#[test]
fn attendance_counts_units_and_residents() {
    let attended = json!({"units": ["P1", "W1", "O1"], "residents": 2});
    check(&until("open"), good("attend"), Accepted("meeting.attended", attended));
    check(&until("open"), ask("attend", json!({"units": ["某某"]})), Refused("reference-unknown", &[]));
    check(&until("notice"), good("attend"), Refused("state-wrong", &[("state", "notified")]));
}

#[test]
fn minutes_are_confirmed_by_chair_and_recorder_before_they_are_published() {
    let confirm = |posts: &[&str]| ask("confirm-minutes", json!({"posts": posts}));
    check(&until("draft-minutes"), good("confirm-minutes"), Accepted("meeting.minutes-confirmed", json!({})));
    check(&until("draft-minutes"), confirm(&[]), Refused("field-empty", &[("field", "posts")]));
    check(&until("draft-minutes"), confirm(&["书记岗"]), Refused("minutes-need-post", &[("post", "记录岗")]));
    check(
        &until("draft-minutes"),
        good("confirm-minutes").on("2022-06-05"),
        Refused("dates-before", &[("field", "minutesConfirmedOn")]),
    );
    check(
        &until("draft-minutes"),
        good("publish-minutes"),
        Refused("state-wrong", &[("state", "minutes-draft")]),
    );
    check(
        &until("confirm-minutes"),
        ask("publish-minutes", json!({"scope": ""})),
        Refused("field-empty", &[]),
    );
    check(&until("confirm-minutes"), ask("archive", json!({})), Accepted("meeting.archived", json!({})));
    check(&until("publish-minutes"), ask("archive", json!({})), Accepted("meeting.archived", json!({})));
    // After confirmation only a correction changes anything.
    check(
        &until("confirm-minutes"),
        good("draft-minutes"),
        Refused("state-wrong", &[("state", "minutes-confirmed")]),
    );
}

#[test]
fn a_draft_is_worded_passage_by_passage_until_it_is_confirmed() {
    let word = |passage: &str, text: &str| ask("word-minutes", json!({"passage": passage, "text": text}));
    let mut draft = until("draft-minutes");
    draft.insert(2, topic("topic.propose"));
    for passage in ["opening", "closing", "YT-1"] {
        let worded = json!({"passage": passage, "text": "共商治污。"});
        let story = check(&draft, word(passage, "共商治污。"), Accepted("meeting.minutes-worded", worded));
        let meeting = story.world.meeting.get("HY-1").unwrap();
        assert_eq!(meeting.wording.of(passage), Some("共商治污。"));
    }
    // Empty words take the passage away.
    let worded = [draft.clone(), vec![word("closing", "散会。")]].concat();
    let story = check(&worded, word("closing", ""), Accepted("meeting.minutes-worded", json!({})));
    assert_eq!(story.world.meeting.get("HY-1").unwrap().wording.of("closing"), None);
    // Minutes that are drafted again keep their words.
    let story = check(&worded, good("draft-minutes"), Accepted("meeting.minutes-drafted", json!({})));
    assert_eq!(story.world.meeting.get("HY-1").unwrap().wording.of("closing"), Some("散会。"));
    check(
        &draft,
        word("YT-9", "无此议题"),
        Refused("reference-unknown", &[("what", "topic"), ("given", "YT-9")]),
    );
    let personal = word("opening", "联系电话13800001000");
    check(&draft, personal, Refused("text-mobile-number", &[("field", "text")]));
    // Neither before there is a draft nor after it was confirmed.
    for (last, state) in [("hold", "held"), ("confirm-minutes", "minutes-confirmed")] {
        check(&until(last), good("word-minutes"), Refused("state-wrong", &[("state", state)]));
        let from_ledger = good("word-minutes").by(Ledger);
        check(&until(last), from_ledger, Refused("state-wrong", &[("state", state)]));
    }
    let confirmed = [worded, vec![good("confirm-minutes")]].concat();
    check_corrected(&confirmed, HY, "wording", "closing：散会。", "closing：会议结束。");
    check(&confirmed, correct(HY, "wording", "没有段落名"), Refused("correction-value", &[]));
}

/// A sheet states the date, whether it was held, the notice, who was there, and the minutes.
#[test]
fn an_old_ledger_states_that_it_was_held() {
    let planned = until("schedule");
    let held = ask("hold", json!({})).by(Ledger).on("2022-06-07");
    let story = check(&planned, held.clone(), Accepted("meeting.held", json!({})));
    assert_eq!(story.world.meeting.get("HY-1").unwrap().date.to_string(), "2022-06-07");
    // An old ledger is judged by its own 截至日期, not by this machine's clock.
    check(&planned, held.clone().on("2023-01-01"), Accepted("meeting.held", json!({})));
    let given = [planned, vec![held]].concat();
    let late_notice = good("notice").by(Ledger).on("2022-06-01");
    check(&given, late_notice.clone(), Accepted("meeting.noticed", json!({})));
    let noticed = [given.clone(), vec![late_notice.clone()]].concat();
    check(&noticed, late_notice, Refused("state-wrong", &[("state", "held")]));
    check(&given, good("attend").by(Ledger), Accepted("meeting.attended", json!({})));
    let plan = ask("plan", json!({"place": "住17号楼2单元301室"})).by(Ledger);
    check(&given, plan, Refused("text-dwelling", &[("field", "place")]));
    let confirm = ask("confirm-minutes", json!({})).by(Ledger).on("2022-06-09");
    check(&given, confirm.clone(), Accepted("meeting.minutes-confirmed", json!({})));
    check(&given, confirm.on("2022-06-06"), Refused("dates-before", &[]));
}

#[test]
fn corrections_obey_the_invariants() {
    let confirmed = until("confirm-minutes");
    check_corrections(&confirmed, HY, "place", "东门社区");
    let story = check_corrected(&confirmed, HY, "date", "2022-06-06", "2022-06-05");
    assert_eq!(story.world.meeting.get("HY-1").unwrap().held.unwrap().on.to_string(), "2022-06-05");
    check_corrected(&confirmed, HY, "units", "P1、W1、O1", "P1、O1");
    check(
        &confirmed,
        correct(HY, "units", "东门社区党委、老水利局家属楼业主委员会"),
        Accepted(
            "meeting.corrected",
            json!({"changes": [{"field": "units", "was": "P1、W1、O1", "now": "P1、O1"}]}),
        ),
    );
    for (field, now, code) in [
        ("date", "2022-06-07", "dates-before"),
        ("date", "", "field-empty"),
        ("minutesConfirmedOn", "2022-06-05", "dates-before"),
        ("meetingType", "茶话会", "choice-unknown"),
        ("units", "P1、某某", "reference-unknown"),
        ("residents", "很多", "correction-value"),
        ("expectedUnits", "70000", "correction-value"),
    ] {
        check(&confirmed, correct(HY, field, now), Refused(code, &[]));
    }
}
