//! Topics: none is lost between two meetings (`domain.md` 4.4, 6.3).

use serde_json::{Value, json};

use super::county::sample;
use super::{Accepted, Ledger, Refused, Step, check, check_corrected, check_corrections, correct, step};

const YT: &str = "topic/YT-1";

fn ask(name: &str, data: Value) -> Step {
    step(YT, &format!("topic.{name}"), data)
}

fn good(name: &str) -> Step {
    ask(name, sample(&format!("topic.{name}")))
}

fn meeting(name: &str) -> Step {
    step("meeting/HY-1", name, sample(name))
}

fn planned() -> Vec<Step> {
    vec![meeting("meeting.schedule")]
}

fn in_session() -> Vec<Step> {
    [
        planned(),
        vec![
            good("propose"),
            good("accept"),
            meeting("meeting.call-topics"),
            meeting("meeting.freeze-agenda"),
        ],
        vec![meeting("meeting.notice"), meeting("meeting.open")],
    ]
    .concat()
}

#[test]
fn it_comes_from_a_class_of_people_and_keeps_its_trail() {
    let story =
        check(&planned(), good("propose"), Accepted("topic.proposed", json!({"source": "issue/WT-0"})));
    assert_eq!(story.world.trail_of(YT).unwrap(), "issue/WT-0");
    assert_eq!(story.world.children_of("meeting/HY-1"), ["YT-1"]);
    for (field, value, code) in [
        ("title", json!(" "), "field-empty"),
        ("category", json!(""), "field-empty"),
        ("proposer", json!(""), "field-empty"),
        ("proposer", json!("电话13800001000"), "text-mobile-number"),
        ("meeting", json!("HY-9"), "reference-unknown"),
        ("source", json!("WT-9"), "reference-unknown"),
    ] {
        let mut data = sample("topic.propose");
        data[field] = value;
        check(&planned(), ask("propose", data), Refused(code, &[]));
    }
}

#[test]
fn an_agenda_takes_no_topics_after_the_meeting() {
    // HY-0 was held.
    let over = &[("stream", "meeting/HY-0"), ("state", "held")][..];
    let propose = step(
        YT,
        "topic.propose",
        json!({"meeting": "HY-0", "title": "停车", "category": "停车难", "proposer": "居委会"}),
    );
    check(&[], propose.clone(), Refused("state-wrong", over));
    check(&[], propose.by(Ledger), Accepted("topic.proposed", json!({})));
    let accepted = [planned(), vec![good("propose"), good("accept")]].concat();
    check(&accepted, ask("place", json!({"meeting": "HY-0"})), Refused("state-wrong", over));
    check(&accepted, good("place"), Accepted("topic.placed", json!({"meeting": "HY-1"})));
    check(&accepted, ask("place", json!({"meeting": "HY-9"})), Refused("reference-unknown", &[]));
}

#[test]
fn it_is_discussed_and_concluded_while_the_meeting_is_in_session() {
    let placed = [planned(), vec![good("propose"), good("accept")]].concat();
    for name in ["discuss", "vote", "conclude"] {
        check(
            &placed,
            good(name),
            Refused("state-wrong", &[("stream", "meeting/HY-1"), ("state", "planned")]),
        );
    }
    check(&in_session(), good("discuss"), Accepted("topic.discussed", json!({})));
    check(
        &in_session(),
        good("vote"),
        Accepted("topic.voted", json!({"inFavour": 3, "against": 0, "abstained": 1})),
    );
    check(&in_session(), good("conclude"), Accepted("topic.concluded", json!({"outcome": "已议定"})));
    check(&placed, good("conclude").by(Ledger), Accepted("topic.concluded", json!({})));
}

#[test]
fn outcomes_are_those_of_the_ledger_and_a_referral_says_where() {
    let conclude = |data| ask("conclude", data);
    for (outcome, word) in [
        ("已议定", "decided"),
        ("仅通报", "concluded"),
        ("暂缓", "deferred"),
        ("撤回", "concluded"),
        ("未讨论", "deferred"),
    ] {
        let story = check(
            &in_session(),
            conclude(json!({"outcome": outcome})),
            Accepted("topic.concluded", json!({})),
        );
        assert_eq!(story.word(YT), word);
    }
    check(
        &in_session(),
        conclude(json!({"outcome": "再说"})),
        Refused("choice-unknown", &[("field", "outcome")]),
    );
    check(
        &in_session(),
        conclude(json!({"outcome": "转办"})),
        Refused("field-empty", &[("field", "referredTo")]),
    );
    let referred = json!({"outcome": "转办", "referredTo": "街道物业服务联席会议"});
    check(
        &in_session(),
        conclude(referred),
        Accepted("topic.concluded", json!({"referredTo": "街道物业服务联席会议"})),
    );
}

#[test]
fn a_deferred_topic_lands_in_another_meeting_or_is_withdrawn() {
    let next = step("meeting/HY-2", "meeting.schedule", sample("meeting.schedule"));
    let deferred = [in_session(), vec![ask("conclude", json!({"outcome": "暂缓"})), next]].concat();
    let story = check(
        &deferred,
        ask("place", json!({"meeting": "HY-2"})),
        Accepted("topic.placed", json!({"meeting": "HY-2"})),
    );
    assert_eq!(story.word(YT), "placed");
    assert_eq!(story.world.children_of("meeting/HY-2"), ["YT-1"]);
    check(&deferred, ask("withdraw", json!({"reason": "已解决"})), Accepted("topic.withdrawn", json!({})));
    check(&deferred, ask("withdraw", json!({"reason": ""})), Refused("field-empty", &[]));
}

#[test]
fn it_is_merged_into_another_topic() {
    let proposed = [planned(), vec![good("propose")]].concat();
    check(&proposed, good("merge"), Accepted("topic.merged", json!({"into": "YT-0"})));
    check(
        &proposed,
        ask("merge", json!({"into": "YT-1"})),
        Refused("reference-unknown", &[("what", "topic")]),
    );
    check(&proposed, ask("merge", json!({"into": "YT-9"})), Refused("reference-unknown", &[]));
}

#[test]
fn an_old_ledger_may_change_an_outcome_until_the_meeting() {
    let first =
        [planned(), vec![good("propose"), ask("conclude", json!({"outcome": "暂缓"})).by(Ledger)]].concat();
    check(&first, good("conclude").by(Ledger), Accepted("topic.concluded", json!({"outcome": "已议定"})));
    check(&first, good("conclude"), Refused("state-wrong", &[("state", "deferred")]));
}

#[test]
fn corrections_obey_the_invariants() {
    let concluded = [in_session(), vec![good("conclude")]].concat();
    check_corrections(&concluded, YT, "title", "污水主次管道倒灌");
    check_corrected(&concluded, YT, "outcome", "已议定", "仅通报");
    let story = check_corrected(&concluded, YT, "meeting", "HY-1", "HY-0");
    assert!(story.world.children_of("meeting/HY-0").contains(&"YT-1".to_owned()));
    for (field, now, code) in [
        ("outcome", "再说", "choice-unknown"),
        ("meeting", "HY-9", "reference-unknown"),
        ("source", "WT-9", "reference-unknown"),
        ("number", "甲", "correction-value"),
        ("title", "", "field-empty"),
        ("proposer", "身份证110101199003070038", "text-identity-number"),
    ] {
        check(&concluded, correct(YT, field, now), Refused(code, &[]));
    }
}
