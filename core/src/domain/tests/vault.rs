//! Documents, the directory, look-ups and erasures: what may be kept, who may look, who may erase.

use serde_json::{Value, json};

use super::county::sample;
use super::{Accepted, Refused, Step, check, step};

const ZL: &str = "document/ZL-1";
const SC: &str = "erasure/SC-1";

fn add(changes: &[(&str, Value)]) -> Step {
    let mut data = sample("document.add");
    for (field, value) in changes {
        data[*field] = value.clone();
    }
    step(ZL, "document.add", data)
}

fn look(subject: &str, post: &'static str) -> Step {
    let data = json!({"what": "资料", "subject": subject, "reason": "核对原件"});
    step("access/ZL-1", "access.record", data).of_post(post)
}

/// Asks for the erasure of the document that was added as the first step of a story.
fn ask(scope: &str, subject: &str, position: u64) -> Step {
    let mut data = sample("erasure.ask");
    data["scope"] = json!(scope);
    data["subject"] = json!(subject);
    data["position"] = json!(position);
    step(SC, "erasure.ask", data)
}

/// The position of the first event behind the county.
fn first() -> u64 {
    super::county::story().events.len() as u64
}

#[test]
fn a_document_belongs_to_a_matter_and_to_its_trail() {
    let added = Accepted(
        "document.added",
        json!({"matter": "agreement/XY-0", "access": "受限", "posts": ["G-1"], "units": ["D1"]}),
    );
    let story = check(&[], add(&[]), added);
    assert_eq!(story.world.trail_of(ZL), story.world.trail_of("agreement/XY-0"));
    let open = add(&[("posts", json!([])), ("units", json!([])), ("matter", json!("issue/WT-0"))]);
    check(&[], open, Accepted("document.added", json!({"matter": "issue/WT-0", "access": "一般"})));
    check(&[add(&[])], add(&[]), Refused("stream-exists", &[]));
    for (field, value, code) in [
        ("matter", json!("无此"), "reference-unknown"),
        ("matter", json!("unit/W1"), "reference-unknown"),
        ("kind", json!("录像"), "choice-unknown"),
        ("mediaType", json!(" "), "field-empty"),
        ("object", json!("../../keys/log.seed"), "vault-reference"),
        ("commitment", json!("AB"), "vault-reference"),
        ("units", json!(["无此"]), "reference-unknown"),
        ("posts", json!(["电话13800001000"]), "text-mobile-number"),
        ("field", json!("签字人"), "choice-unknown"),
    ] {
        check(&[], add(&[(field, value)]), Refused(code, &[]));
    }
}

#[test]
fn a_personal_field_has_a_name() {
    let personal = ("kind", json!("个人信息"));
    check(&[], add(std::slice::from_ref(&personal)), Refused("field-empty", &[("field", "field")]));
    let named = add(&[personal, ("field", json!("签字人"))]);
    let story = check(&[], named, Accepted("document.added", json!({"field": "签字人"})));
    assert_eq!(story.world.document.get("ZL-1").unwrap().path("ZL-1"), "document/ZL-1/签字人");
}

#[test]
fn a_restricted_document_is_open_to_the_posts_and_units_that_are_named() {
    let liaison = step("post/L-1", "post.create", json!({"name": "联络员岗", "unit": "D1"}));
    let given = [add(&[]), liaison];
    // By the post's code and name, and by the unit whose post it is.
    for post in ["G-1", "社区党委书记岗", "L-1", "联络员岗"] {
        check(&given, look(ZL, post), Accepted("access.recorded", json!({"subject": ZL})));
    }
    let named = [("document", "ZL-1"), ("post", "记录岗"), ("allowed", "G-1、D1")];
    check(&given, look(ZL, "记录岗"), Refused("access-restricted", &named));
    check(&given, look("document/无此", "G-1"), Refused("reference-unknown", &[]));
    let open = add(&[("posts", json!([])), ("units", json!([]))]);
    let story = check(&[open], look(ZL, "记录岗"), Accepted("access.recorded", json!({})));
    assert_eq!(story.world.access.get("ZL-1").unwrap().count, 1);
    let silent = step("access/ZL-1", "access.record", json!({"what": "资料", "subject": ZL, "reason": " "}));
    check(&given, silent.of_post("G-1"), Refused("field-empty", &[("field", "reason")]));
}

#[test]
fn another_post_decides_an_erasure() {
    let asked = [add(&[]), ask("document", ZL, first())];
    let approve = |post| step(SC, "erasure.approve", json!({"reason": null})).of_post(post);
    let refuse = |post| step(SC, "erasure.refuse", json!({"reason": "依法应当保存"})).of_post(post);
    for own in [approve("申请岗"), refuse("申请岗")] {
        check(&asked, own, Refused("same-post", &[("post", "申请岗")]));
    }
    let approved = json!({"position": first(), "scope": "document", "object": "0".repeat(32)});
    let story = check(&asked, approve("审批岗"), Accepted("erasure.approved", approved));
    assert_eq!(story.world.trail_of(SC), story.world.trail_of("agreement/XY-0"));
    // By its name a post is the same post.
    let by_code = [add(&[]), ask("document", ZL, first()).of_post("G-1")];
    check(&by_code, approve("社区党委书记岗"), Refused("same-post", &[]));
    // What is approved is not looked at any more; what is refused is.
    let gone = [&asked[..], &[approve("审批岗")]].concat();
    check(&gone, look(ZL, "G-1"), Refused("erased", &[("erasure", "SC-1")]));
    let kept = [&asked[..], &[refuse("审批岗")]].concat();
    check(&kept, look(ZL, "G-1"), Accepted("access.recorded", json!({})));
}

#[test]
fn an_erasure_is_asked_for_once_with_reason_and_basis() {
    let given = [add(&[])];
    let mut again = ask("document", ZL, first());
    again.stream = "erasure/SC-2".to_owned();
    let once = [&given[..], &[ask("document", ZL, first())]].concat();
    check(&once, again.clone(), Refused("erasure-exists", &[("erasure", "SC-1")]));
    let refused = step(SC, "erasure.refuse", json!({"reason": "依法应当保存"}));
    check(&[&once[..], &[refused]].concat(), again, Accepted("erasure.asked", json!({})));
    for (field, value, code) in [
        ("reason", json!(""), "field-empty"),
        ("basis", json!(" "), "field-empty"),
        ("scope", json!("everything"), "choice-unknown"),
        ("digest", json!("00"), "vault-reference"),
        ("subject", json!("document/无此"), "reference-unknown"),
        ("position", json!(first() + 1), "reference-unknown"),
        ("reason", json!("身份证110101199003070038"), "text-identity-number"),
    ] {
        let mut wrong = ask("document", ZL, first());
        wrong.data[field] = value;
        check(&given, wrong, Refused(code, &[]));
    }
}

#[test]
fn a_record_is_withheld_by_its_position_and_what_proves_erasures_never() {
    let story =
        check(&[], ask("record", "agreement/XY-0", 20), Accepted("erasure.asked", json!({"position": 20})));
    assert_eq!(story.world.erasures("record", "agreement/XY-0", 20).count(), 1);
    assert_eq!(story.world.erasures("record", "agreement/XY-0", 21).count(), 0);
    for subject in ["ledger/main", "schema/street.registered-1", "erasure/SC-1", ZL, "holder/RZ-1"] {
        check(&[], ask("record", subject, 3), Refused("erasure-protected", &[("subject", subject)]));
    }
}

#[test]
fn the_directory_holds_intervals_and_no_names() {
    let name = |from: &str, until: Value| {
        let mut data = sample("holder.name");
        data["from"] = json!(from);
        data["until"] = until;
        step("holder/RZ-1", "holder.name", data)
    };
    let story = check(&[], name("2022-06-06", json!(null)), Accepted("holder.named", json!({"post": "G-1"})));
    let holder = story.world.holder.get("RZ-1").unwrap();
    assert!(holder.on("2022-07-01".parse().unwrap()) && !holder.on("2022-06-05".parse().unwrap()));
    check(&[], name("2022-06-06", json!("2022-06-05")), Refused("dates-end-before-start", &[]));
    let given = [name("2022-06-06", json!(null))];
    let end = |until: &str| step("holder/RZ-1", "holder.end", json!({"until": until}));
    let story = check(&given, end("2022-09-30"), Accepted("holder.ended", json!({})));
    assert!(!story.world.holder.get("RZ-1").unwrap().on("2022-10-01".parse().unwrap()));
    check(&given, end("2022-06-01"), Refused("dates-end-before-start", &[]));
    check(&[&given[..], &[end("2022-09-30")]].concat(), end("2022-10-30"), Refused("state-wrong", &[]));
}
