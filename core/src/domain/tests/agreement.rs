//! Agreements: parties, signatures, effect and end (`domain.md` 4.2, 6.1).

use serde_json::{Value, json};

use super::county::sample;
use super::{Accepted, Ledger, Refused, Step, check, check_corrected, check_corrections, correct, step};

const XY: &str = "agreement/XY-1";

fn draft() -> Vec<Step> {
    vec![
        step(XY, "agreement.draft", sample("agreement.draft")),
        step("commitment/XY-1-1", "commitment.add", sample("commitment.add")),
    ]
}

fn signing() -> Vec<Step> {
    [draft(), vec![step(XY, "agreement.submit", json!({}))]].concat()
}

fn sign(units: &[&str]) -> Step {
    step(XY, "agreement.sign", json!({"units": units}))
}

fn signed() -> Vec<Step> {
    [signing(), vec![sign(&["P1", "D1"])]].concat()
}

fn effect(until: &str) -> Step {
    step(XY, "agreement.effect", json!({"until": until}))
}

fn effective() -> Vec<Step> {
    [signed(), vec![effect("2023-06-05")]].concat()
}

fn drafted(change: Value) -> Step {
    let mut data = sample("agreement.draft");
    data.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    step(XY, "agreement.draft", data)
}

#[test]
fn a_draft_names_an_alliance_and_parties_by_code_or_name() {
    let story = check(
        &[],
        drafted(
            json!({"alliance": "东门社区党建联盟", "partyA": "东门社区党委", "otherParties": ["县住建局", "D2"]}),
        ),
        Accepted("agreement.recorded", json!({"alliance": "A1", "partyA": "P1", "otherParties": ["D2"]})),
    );
    assert_eq!(story.world.children_of("alliance-agreements/A1"), ["XY-0", "XY-1"]);
}

#[test]
fn what_a_draft_is_refused_for() {
    for (change, code, args) in [
        (json!({"name": " "}), "field-empty", vec![("field", "name")]),
        (json!({"name": "电话13800001000"}), "text-mobile-number", vec![("field", "name")]),
        (json!({"evidence": "住17号楼2单元301室"}), "text-dwelling", vec![("field", "evidence")]),
        (json!({"kind": "口头协议"}), "choice-unknown", vec![("field", "kind"), ("given", "口头协议")]),
        (json!({"alliance": "A9"}), "reference-unknown", vec![("what", "alliance"), ("given", "A9")]),
        (json!({"partyB": "某公司"}), "reference-unknown", vec![("what", "unit"), ("given", "某公司")]),
        (json!({"partyB": "P1"}), "agreement-two-parties", vec![("unit", "P1")]),
        (json!({"otherParties": ["D1"]}), "agreement-two-parties", vec![("unit", "D1")]),
        (json!({"partyA": "D2"}), "agreement-needs-community", vec![]),
    ] {
        check(&[], drafted(change), Refused(code, &args));
    }
    check(&draft(), drafted(json!({})), Refused("stream-exists", &[("id", "XY-1")]));
}

#[test]
fn a_branch_is_a_party_organisation_and_an_old_ledger_may_lack_one() {
    check(
        &[],
        drafted(json!({"kind": "结对协议", "partyA": "D2", "partyB": "B1"})),
        Accepted("agreement.recorded", json!({"partyB": "B1"})),
    );
    check(&[], drafted(json!({"partyA": "D2"})).by(Ledger), Accepted("agreement.recorded", json!({})));
}

#[test]
fn only_a_draft_with_clauses_is_put_before_the_parties() {
    let bare = &draft()[..1];
    check(bare, step(XY, "agreement.submit", json!({})), Refused("agreement-without-commitments", &[]));
    check(&draft(), step(XY, "agreement.submit", json!({})), Accepted("agreement.submitted", json!({})));
}

#[test]
fn it_is_signed_when_the_last_party_signed() {
    let one = [signing(), vec![sign(&["P1"]).on("2022-06-07")]].concat();
    let story = check(
        &one,
        sign(&["县水务局"]).on("2022-06-08"),
        Accepted("agreement.signed", json!({"units": ["D1"]})),
    );
    assert_eq!(story.word(XY), "signed");
    assert_eq!(story.world.agreement.get("XY-1").unwrap().signed.unwrap().on.to_string(), "2022-06-08");
    check(&one, sign(&["P1"]), Refused("agreement-party-signed", &[("unit", "P1")]));
    check(&one, effect("2023-06-05"), Refused("state-wrong", &[("state", "signing"), ("stream", XY)]));
    check(&signing(), sign(&["D2"]), Refused("not-a-party", &[("unit", "D2")]));
    check(&signing(), sign(&[]), Refused("field-empty", &[("field", "units")]));
    check(&signing(), sign(&["P1"]).on("2023-01-01"), Refused("dates-future", &[("today", "2022-12-31")]));
}

#[test]
fn a_party_may_decline_and_all_sign_again() {
    let declined =
        |unit: &str, reason: &str| step(XY, "agreement.decline", json!({"unit": unit, "reason": reason}));
    let given = [signing(), vec![sign(&["P1"])]].concat();
    let story =
        check(&given, declined("D1", "条款须改"), Accepted("agreement.declined", json!({"unit": "D1"})));
    assert_eq!(story.word(XY), "draft");
    assert!(story.world.agreement.get("XY-1").unwrap().signatures.is_empty());
    check(&given, declined("D2", "条款须改"), Refused("not-a-party", &[("unit", "D2")]));
    check(&given, declined("D1", ""), Refused("field-empty", &[("field", "reason")]));
}

#[test]
fn it_ends_no_earlier_than_it_starts() {
    let ends = Refused(
        "dates-end-before-start",
        &[("field", "expiresOn"), ("start", "2022-06-06"), ("end", "2022-06-05")],
    );
    check(&signed(), effect("2022-06-05"), ends);
    check(&signed(), effect("2022-06-06"), Accepted("agreement.effected", json!({"until": "2022-06-06"})));
    let story = check(
        &signed(),
        step(XY, "agreement.effect", json!({})),
        Accepted("agreement.effected", json!({"until": null})),
    );
    let agreement = story.world.agreement.get("XY-1").unwrap();
    assert!(agreement.in_force("2099-12-31".parse().unwrap()), "长期");
    assert!(!agreement.in_force("2022-06-05".parse().unwrap()));
}

/// `XY-0` is in force between P1 and D2 until the end of 2023.
#[test]
fn between_the_same_parties_only_one_of_a_kind_is_in_force() {
    let with = |kind: &str| {
        let drafted = drafted(json!({"partyA": "D2", "partyB": "P1", "kind": kind}));
        let mut clause = sample("commitment.add");
        clause["responsible"] = json!("D2");
        vec![
            drafted,
            step("commitment/XY-1-1", "commitment.add", clause),
            step(XY, "agreement.submit", json!({})),
            sign(&["P1", "D2"]),
        ]
    };
    check(&with("党建协议"), effect("2024-06-05"), Refused("agreement-overlaps", &[("other", "XY-0")]));
    check(&with("结对协议"), effect("2024-06-05"), Accepted("agreement.effected", json!({})));
    check(&with("党建协议"), effect("2024-06-05").by(Ledger), Accepted("agreement.effected", json!({})));
    // After its last day there is room for another.
    let later = step(XY, "agreement.effect", json!({"until": "2024-12-31"})).on("2024-01-01");
    check(&with("党建协议"), later, Accepted("agreement.effected", json!({})));
    let ended =
        step("agreement/XY-0", "agreement.terminate", json!({"reason": "换签", "decision": "HY-0-J1"}));
    check(
        &[with("党建协议"), vec![ended]].concat(),
        effect("2024-06-05"),
        Accepted("agreement.effected", json!({})),
    );
}

#[test]
fn an_amendment_is_signed_by_all_and_counts_up() {
    let amend = |units: &[&str], until: &str| {
        step(XY, "agreement.amend", json!({"summary": "增加条款", "until": until, "units": units}))
    };
    let story = check(
        &[effective(), vec![amend(&["P1", "D1"], "2024-06-05")]].concat(),
        amend(&["D1", "P1"], "2025-06-05"),
        Accepted("agreement.amended", json!({"textVersion": 3, "until": "2025-06-05"})),
    );
    assert_eq!(story.world.agreement.get("XY-1").unwrap().text_version, 3);
    check(&effective(), amend(&["P1"], "2024-06-05"), Refused("agreement-not-all-signed", &[("unit", "D1")]));
    check(&effective(), amend(&["P1", "D1"], "2022-06-05"), Refused("dates-end-before-start", &[]));
}

#[test]
fn suspension_and_termination_rest_on_a_decision() {
    for name in ["agreement.suspend", "agreement.terminate"] {
        let ask = |data| step(XY, name, data);
        check(&effective(), ask(json!({"reason": "整改"})), Refused("field-empty", &[("field", "decision")]));
        let unknown = json!({"reason": "整改", "decision": "J9"});
        check(
            &effective(),
            ask(unknown),
            Refused("reference-unknown", &[("what", "decision"), ("given", "J9")]),
        );
        check(
            &effective(),
            ask(json!({"reason": "整改"})).by(Ledger),
            Accepted(&format!("{}ed", name.trim_end_matches('e')), json!({})),
        );
    }
    let silent = step(XY, "agreement.terminate", json!({"reason": " ", "decision": "HY-0-J1"}));
    check(&effective(), silent, Refused("reason-missing", &[("command", "agreement.terminate")]));
}

#[test]
fn the_day_of_termination_is_no_longer_in_force() {
    let terminate = |day: &str| step(XY, "agreement.terminate", sample("agreement.terminate")).on(day);
    let story = check(&effective(), terminate("2022-08-01"), Accepted("agreement.terminated", json!({})));
    let agreement = story.world.agreement.get("XY-1").unwrap();
    assert!(agreement.in_force("2022-07-31".parse().unwrap()));
    assert!(!agreement.in_force("2022-08-01".parse().unwrap()));
    check(&effective(), terminate("2022-06-05"), Refused("dates-before", &[("field", "terminatedOn")]));
    check(&effective(), terminate("2023-01-01"), Refused("dates-future", &[]));
}

#[test]
fn it_is_closed_when_every_clause_is_verified_or_waived() {
    let close = step(XY, "agreement.fulfil", json!({}));
    check(&effective(), close.clone(), Refused("commitments-open", &[("commitment", "XY-1-1")]));
    let waived = step("commitment/XY-1-1", "commitment.waive", sample("commitment.waive"));
    check(&[effective(), vec![waived]].concat(), close, Accepted("agreement.fulfilled", json!({})));
}

#[test]
fn it_is_renewed_by_another_that_took_effect() {
    let renew = |successor: &str| step(XY, "agreement.renew", json!({"successor": successor}));
    check(&effective(), renew("XY-0"), Accepted("agreement.renewed", json!({"successor": "XY-0"})));
    check(&effective(), renew("XY-1"), Refused("reference-unknown", &[("given", "XY-1")]));
    let other = step("agreement/XY-2", "agreement.draft", sample("agreement.draft"));
    let given = [effective(), vec![other]].concat();
    check(&given, renew("XY-2"), Refused("state-wrong", &[("stream", "agreement/XY-2"), ("state", "draft")]));
}

/// The sheet of an old ledger: signing, effect and end, each by its date, whatever it leaves out.
#[test]
fn an_old_ledger_states_facts_without_the_steps_between() {
    let drafted = &draft()[..1];
    let effect = effect("2023-06-05").by(Ledger);
    check(drafted, effect.clone(), Accepted("agreement.effected", json!({})));
    let late = sign(&["P1", "D1"]).by(Ledger);
    let story = check(
        &[drafted.to_vec(), vec![effect]].concat(),
        late.clone(),
        Accepted("agreement.signed", json!({})),
    );
    assert_eq!(story.word(XY), "effective");
    check(drafted, late, Accepted("agreement.signed", json!({})));
    let terminate = step(XY, "agreement.terminate", json!({})).by(Ledger);
    check(&effective(), terminate.clone(), Accepted("agreement.terminated", json!({"reason": null})));
    check(drafted, terminate, Refused("state-wrong", &[("state", "draft")]));
}

#[test]
fn corrections_show_both_values_and_obey_the_invariants() {
    check_corrections(&effective(), XY, "name", "共建协议书");
    check_corrected(&effective(), XY, "partyB", "D1", "D2");
    check_corrected(&effective(), XY, "expiresOn", "2023-06-05", "长期");
    check_corrected(&effective(), XY, "signedOn", "2022-06-06", "2022-06-01");
    for (field, now, code) in [
        ("partyB", "P1", "agreement-two-parties"),
        ("partyB", "D1、D2", "reference-unknown"),
        ("partyB", "", "field-empty"),
        ("name", " ", "field-empty"),
        ("kind", "口头协议", "choice-unknown"),
        ("expiresOn", "2022-01-01", "dates-end-before-start"),
        ("expiresOn", "明年", "correction-value"),
        ("effectiveOn", "2022-02-30", "correction-value"),
        ("alliance", "A9", "reference-unknown"),
        ("evidence", "卡号6222021234567890128", "text-bank-card"),
    ] {
        check(&effective(), correct(XY, field, now), Refused(code, &[]));
    }
    let terminated =
        [effective(), vec![step(XY, "agreement.terminate", sample("agreement.terminate"))]].concat();
    check(&terminated, correct(XY, "terminatedOn", "2022-06-05"), Refused("dates-before", &[]));
}
