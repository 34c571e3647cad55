//! Editions of reports: of exactly what is frozen, each step by another post, none lost.

use serde_json::{Value, json};

use super::county::{self, sample};
use super::{Accepted, Refused, Step, check, step};

const Q1: &str = "report/2022-Q1";

fn freeze() -> Step {
    step("period/2022-Q1", "period.freeze", json!({}))
}

fn edition(changes: &[(&str, Value)]) -> Step {
    let mut data = sample("report.generate");
    for (field, value) in changes {
        data[*field] = value.clone();
    }
    step(Q1, "report.generate", data)
}

fn act(name: &str) -> Step {
    step(Q1, name, sample(name))
}

/// Frozen, generated, reviewed, approved and published, as far as asked for.
fn given(steps: usize) -> Vec<Step> {
    let all = [freeze(), edition(&[]), act("report.review"), act("report.approve"), act("report.publish")];
    all[..steps].to_vec()
}

#[test]
fn an_edition_is_of_what_is_frozen_and_of_nothing_else() {
    check(&[], edition(&[]), Refused("period-not-frozen", &[("quarter", "2022-Q1")]));
    let frozen = given(1);
    let story = check(&frozen, edition(&[]), Accepted("report.generated", json!({"post": "统计岗"})));
    let report = story.world.report.get("2022-Q1").unwrap();
    assert_eq!((report.editions.len(), report.state()), (1, "generated"));
    let knows = county::story().events.len() as u64 - 1;
    for (field, value) in [
        ("position", json!(knows - 1)),
        ("position", json!(u64::MAX)),
        ("on", json!("2022-06-07")),
        ("size", json!(knows)),
    ] {
        let wanted = knows.to_string();
        check(&frozen, edition(&[(field, value)]), Refused("report-position", &[("frozen", &wanted)]));
    }
    for (field, value, code) in [
        ("digest", json!("00"), "digest-malformed"),
        ("figuresSha256", json!("Z".repeat(64)), "digest-malformed"),
        ("files", json!([]), "field-empty"),
        ("files", json!([{"format": "json", "sha256": "", "bytes": 1}]), "digest-malformed"),
        ("files", json!([{"format": " ", "sha256": "5".repeat(64), "bytes": 1}]), "field-empty"),
        ("root", json!(""), "field-empty"),
        ("rules", json!(["M01@2"]), "reference-unknown"),
        ("rules", json!(["M01"]), "reference-unknown"),
        ("scope", json!("village"), "choice-unknown"),
        ("scope", json!("street/S1"), "report-name"),
        ("scope", json!("street/无此"), "reference-unknown"),
        ("scope", json!("community/无此"), "reference-unknown"),
        ("quarter", json!("2022-Q2"), "report-name"),
        ("quarter", json!("二季度"), "quarter-name"),
    ] {
        check(&frozen, edition(&[(field, value)]), Refused(code, &[]));
    }
    for (id, scope) in [("2022-Q1-S1", "street/S1"), ("2022-Q1-C2", "community/C2")] {
        let mut part = edition(&[("scope", json!(scope))]);
        part.stream = format!("report/{id}");
        check(&frozen, part, Accepted("report.generated", json!({"scope": scope})));
    }
}

#[test]
fn nobody_confirms_their_own_step() {
    let review = act("report.review");
    check(
        &given(2),
        review.clone().of_post("统计岗"),
        Refused("step-same-post", &[("earlier", "report.generate")]),
    );
    check(&given(2), review, Accepted("report.reviewed", json!({"post": "审核岗"})));
    let approve = |post| act("report.approve").of_post(post);
    check(&given(3), approve("统计岗"), Refused("step-same-post", &[("earlier", "report.generate")]));
    check(&given(3), approve("审核岗"), Refused("step-same-post", &[("earlier", "report.review")]));
    check(&given(3), approve("审批岗"), Accepted("report.approved", json!({})));
    // Publishing is a clerk's work, also of the post that made it.
    check(&given(4), act("report.publish").of_post("统计岗"), Accepted("report.published", json!({})));
    let nobody = step(Q1, "report.publish", json!({"audience": "所有人"}));
    check(&given(4), nobody, Refused("choice-unknown", &[("allowed", "内部、公开")]));
}

#[test]
fn what_is_returned_begins_again_and_remembers_why() {
    let returned = [&given(4)[..], &[act("report.return")]].concat();
    let story = check(&returned, act("report.review"), Accepted("report.reviewed", json!({})));
    let edition = &story.world.report.get("2022-Q1").unwrap().editions[0];
    assert!(edition.approved.is_none() && edition.reviewed.is_some());
    assert_eq!(edition.returned[0].text, "请核对逾期事项");
    check(&returned, act("report.approve"), Refused("state-wrong", &[("state", "generated")]));
    let published = given(5);
    check(
        &published,
        act("report.return"),
        Refused("state-wrong", &[("allowed", "report.generate report.issue-erratum")]),
    );
}

#[test]
fn an_edition_stands_until_it_is_returned_and_made_by_another_template() {
    let newer = edition(&[("template", json!(2))]);
    let stands = [("edition", "1"), ("quarter", "2022-Q1")];
    check(&given(2), edition(&[]).of_post("另一岗"), Refused("report-edition-stands", &stands));
    check(&given(3), newer.clone(), Refused("report-edition-stands", &stands));
    check(&given(5), newer.clone(), Refused("report-edition-stands", &stands));
    let returned = [&given(3)[..], &[act("report.return")]].concat();
    let story = check(&returned, newer, Accepted("report.generated", json!({"template": 2})));
    assert_eq!(story.world.report.get("2022-Q1").unwrap().editions.len(), 2);
}

#[test]
fn a_reopened_quarter_has_another_edition_and_the_published_one_stays() {
    let reopened = step("period/2022-Q1", "period.reopen", sample("period.reopen"));
    let open = |steps| [&given(steps)[..], std::slice::from_ref(&reopened)].concat();
    for (steps, name) in [(2, "report.review"), (3, "report.approve"), (4, "report.publish")] {
        check(&open(steps), act(name), Refused("period-not-frozen", &[]));
        let again = [&open(steps)[..], &[freeze()]].concat();
        check(&again, act(name), Refused("report-superseded", &[]));
    }
    check(&open(5), edition(&[]), Refused("period-not-frozen", &[]));
    check(&open(5), act("report.issue-erratum"), Accepted("report.erratum", json!({"causes": [20]})));
    let again = [&open(5)[..], &[freeze()]].concat();
    // Five events of the first edition and the reopening stand before the second freeze.
    let knows = county::story().events.len() as u64 + 5;
    check(&again, edition(&[]), Refused("report-position", &[("frozen", &knows.to_string())]));
    let second = edition(&[("position", json!(knows)), ("size", json!(knows + 1))]);
    let story = check(&again, second, Accepted("report.generated", json!({"position": knows})));
    let report = story.world.report.get("2022-Q1").unwrap();
    assert_eq!((report.editions.len(), report.state()), (2, "generated"));
    assert_eq!(report.editions[0].state(), "published");
}

#[test]
fn an_erratum_says_what_is_right() {
    let story =
        check(&given(5), act("report.issue-erratum"), Accepted("report.erratum", json!({"post": "测试岗"})));
    assert_eq!(story.world.report.get("2022-Q1").unwrap().editions[0].errata[0].causes, [20]);
    let silent = step(Q1, "report.issue-erratum", json!({"text": ""}));
    check(&given(5), silent, Refused("field-empty", &[("field", "text")]));
    check(&given(4), act("report.issue-erratum"), Refused("state-wrong", &[("state", "approved")]));
}
