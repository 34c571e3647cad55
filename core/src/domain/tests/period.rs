//! Periods: frozen once the quarter is over, at what was recorded before; reopened by another post.

use serde_json::json;

use super::county::{self, sample};
use super::{Accepted, Refused, Step, check, step};

const Q1: &str = "period/2022-Q1";

fn freeze() -> Step {
    step(Q1, "period.freeze", json!({}))
}

fn reopen() -> Step {
    step(Q1, "period.reopen", sample("period.reopen"))
}

#[test]
fn a_freeze_knows_what_was_recorded_before_itself() {
    let story = check(&[], freeze(), Accepted("period.frozen", json!({"post": "统计岗"})));
    let frozen = story.world.period.get("2022-Q1").unwrap().frozen().unwrap();
    let own = county::story().events.len() as u64;
    assert_eq!((frozen.knows, frozen.frozen.at), (own - 1, own));
    assert_eq!(frozen.frozen.on.to_string(), super::DAY);
}

#[test]
fn a_quarter_is_frozen_when_it_is_over_and_once() {
    let not_over =
        |quarter: &str, day: &str| step(&format!("period/{quarter}"), "period.freeze", json!({})).on(day);
    let last = [("last", "2022-06-30"), ("day", "2022-06-30")];
    check(&[], not_over("2022-Q2", "2022-06-30"), Refused("period-not-over", &last));
    check(&[], not_over("2022-Q2", "2022-07-01"), Accepted("period.frozen", json!({})));
    check(&[], not_over("2022-Q4", "2023-01-01"), Refused("dates-future", &[]));
    for name in ["2022-Q5", "2022-q1", "2022", "二季度"] {
        check(&[], not_over(name, "2022-06-06"), Refused("quarter-name", &[("given", name)]));
    }
    let again = [("state", "frozen"), ("allowed", "period.reopen")];
    check(&[freeze()], freeze(), Refused("state-wrong", &again));
}

#[test]
fn another_post_reopens_it_with_a_reason_and_the_freezes_stay() {
    let own = [("post", "统计岗"), ("earlier", "period.freeze"), ("command", "period.reopen")];
    check(&[freeze()], reopen().of_post("统计岗"), Refused("step-same-post", &own));
    // By its name a post is the same post.
    let by_code = freeze().of_post("G-1");
    check(&[by_code], reopen().of_post("社区党委书记岗"), Refused("step-same-post", &[]));
    let silent = step(Q1, "period.reopen", json!({"reason": " "}));
    check(&[freeze()], silent, Refused("field-empty", &[("field", "reason")]));
    check(&[], reopen(), Refused("stream-absent", &[]));
    check(&[freeze()], reopen().on("2022-06-05"), Refused("dates-before", &[("earliest", super::DAY)]));
    let given = [freeze(), reopen().on("2022-06-08")];
    check(&given, freeze().on("2022-06-07"), Refused("dates-before", &[("earliest", "2022-06-08")]));
    let story = check(&given, freeze().on("2022-06-09"), Accepted("period.frozen", json!({})));
    let period = story.world.period.get("2022-Q1").unwrap();
    let own = county::story().events.len() as u64;
    let knows: Vec<u64> = period.freezes.iter().map(|freeze| freeze.knows).collect();
    assert_eq!(knows, [own - 1, own + 1]);
    let reopened = period.freezes[0].reopened.as_ref().unwrap();
    assert_eq!((reopened.reason.as_str(), reopened.post.as_str()), ("漏报一次联席会议", "测试岗"));
    assert!(period.freezes[1].reopened.is_none());
}
