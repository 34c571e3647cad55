//! Scopes, posts, attested facts, and who may not verify.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{House, house};

/// Brings the project to where its claimant has submitted it, by two liaisons' and a recorder's hands.
async fn submitted(house: &House, recorder: &str, worker: &str) {
    for (token, command, data) in [
        (worker, "project.claim", json!({ "unit": "D1", "dueOn": "2022-08-31" })),
        (recorder, "project.accept-claim", json!({ "unit": "P1", "dueOn": "2022-08-31" })),
        (worker, "project.start", json!({})),
        (worker, "project.submit", json!({ "problemsSolved": 2 })),
    ] {
        let got = house.record(token, command, "project/XM-1", data).await;
        assert_eq!(got.status, StatusCode::CREATED, "{command} {got:?}");
    }
}

async fn last_event(house: &House) -> Value {
    let last = house.app.head().size - 1;
    let shown = house.app.event(last, false).unwrap().unwrap();
    serde_json::to_value(shown).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scope_covers_its_own_place_and_no_other() {
    let house = house();
    house.county().await;
    let recorder = house.token("recorder", "recorder", json!({ "scope": "C01" })).await;
    let reviewer = house.token("reviewer", "reviewer", json!({ "scope": "S02" })).await;
    let propose = |community: &str| json!({ "name": "路灯", "category": "路灯", "community": community });
    for (token, stream, community, status) in [
        (&recorder, "project/XM-2", "C01", StatusCode::CREATED),
        (&recorder, "project/XM-3", "甲社区", StatusCode::CREATED),
        (&recorder, "project/XM-4", "C02", StatusCode::FORBIDDEN),
        (&reviewer, "project/XM-5", "C02", StatusCode::CREATED),
        (&reviewer, "project/XM-6", "C01", StatusCode::FORBIDDEN),
        (&recorder, "project/XM-7", "C99", StatusCode::FORBIDDEN),
    ] {
        let got = house.record(token, "project.propose", stream, propose(community)).await;
        assert_eq!(got.status, status, "{stream} {got:?}");
    }
    // What stands elsewhere is touched by nobody else, and nothing is moved away.
    let list = house.record(&reviewer, "project.list", "project/XM-2", json!({})).await;
    assert_eq!(list.code(), "outside-scope");
    let changes = json!({ "changes": [{ "field": "community", "now": "C02" }], "reason": "误" });
    let moved = house.record(&recorder, "project.correct", "project/XM-2", changes).await;
    assert_eq!(moved.code(), "outside-scope", "{moved:?}");
    // In one list, a later command may name what an earlier one makes.
    let list = json!([
        { "command": "meeting.schedule", "stream": "meeting/HY-1", "occurredOn": "2022-06-30",
          "data": { "meetingType": "联席会议", "community": "C01", "date": "2022-07-10" } },
        { "command": "topic.propose", "stream": "topic/HY-1-Y1", "occurredOn": "2022-06-30",
          "data": { "meeting": "HY-1", "title": "停车难", "category": "停车难", "proposer": "成员单位" } },
    ]);
    let got = house.with_token(&recorder, "POST", "/api/v1/commands", &list).await;
    assert_eq!(got.status, StatusCode::CREATED, "{got:?}");
    let rule = house.record(&recorder, "rule.repeal", "rule/M01", json!({ "reason": "误" })).await;
    assert_eq!(rule.code(), "command-not-allowed");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_records_as_its_own_post() {
    let house = house();
    house.county().await;
    let recorder = house.token("recorder", "recorder", json!({ "scope": "C01" })).await;
    let command = |actor: &str| {
        json!({
            "command": "project.propose", "stream": "project/XM-2", "occurredOn": "2022-06-30", "actor": actor,
            "data": { "name": "路灯", "category": "路灯", "community": "C01" },
        })
    };
    let post =
        async |actor: &str| house.with_token(&recorder, "POST", "/api/v1/commands", &command(actor)).await;
    let refused = post("组织部审批岗").await;
    assert_eq!((refused.status, refused.code()), (StatusCode::FORBIDDEN, "not-your-post"));
    assert_eq!(post("recorder岗").await.status, StatusCode::CREATED);
    let event = last_event(&house).await;
    assert_eq!((&event["recordedBy"], &event["assurance"]), (&json!("recorder岗"), &json!("stated")));
    // What has a verb of its own, too.
    let look = json!({ "actor": "别人岗", "reason": "核对" });
    let got = house.with_token(&recorder, "POST", "/api/v1/documents/ZL-1/show", &look).await;
    assert_eq!(got.code(), "not-your-post");
    let got = house
        .with_token(&recorder, "POST", "/api/v1/documents/ZL-1/show", &json!({ "reason": "核对" }))
        .await;
    assert_eq!(got.code(), "outside-scope", "of a document that is nowhere, only the county may ask");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_liaison_records_is_attested_by_its_own_unit_and_no_other() {
    let house = house();
    house.county().await;
    let recorder = house.token("recorder", "recorder", json!({ "scope": "C01" })).await;
    let water = house.token("water", "liaison", json!({ "unit": "D1" })).await;
    let housing = house.token("housing", "liaison", json!({ "unit": "县住建局" })).await;
    let claim = json!({ "unit": "D1", "dueOn": "2022-08-31" });
    let foreign = house.record(&housing, "project.claim", "project/XM-1", claim.clone()).await;
    assert_eq!((foreign.status, foreign.code()), (StatusCode::UNPROCESSABLE_ENTITY, "not-own-unit"));
    submitted(&house, &recorder, &water).await;
    let event = last_event(&house).await;
    assert_eq!(
        (&event["kind"], &event["assurance"], &event["attributedTo"]),
        (&json!("project.submitted"), &json!("attested"), &json!("D1"))
    );
    let accepted = house.record(&water, "project.accept", "project/XM-1", json!({ "unit": "P1" })).await;
    assert_eq!(accepted.code(), "command-not-allowed");
    let body = json!({
        "command": "project.release-claim", "stream": "project/XM-1", "attributedTo": "D2",
        "data": { "reason": "力量不足" },
    });
    let named = house.with_token(&water, "POST", "/api/v1/commands", &body).await;
    assert_eq!(named.code(), "not-your-unit");
    let released = json!({ "reason": "力量不足" });
    let foreign = house.record(&housing, "project.release-claim", "project/XM-1", released).await;
    assert!(matches!(foreign.code(), "not-own-unit" | "state-wrong"), "{foreign:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_account_that_recorded_the_work_cannot_verify_it() {
    let house = house();
    house.county().await;
    let one = house.token("reviewer", "reviewer", json!({ "scope": "S01" })).await;
    let other = house.token("colleague", "reviewer", json!({ "scope": "S01" })).await;
    submitted(&house, &one, &one).await;
    let accept = || json!({ "unit": "P1" });
    let own = house.record(&one, "project.accept", "project/XM-1", accept()).await;
    assert_eq!((own.status, own.code()), (StatusCode::UNPROCESSABLE_ENTITY, "same-account"), "{own:?}");
    // Nor in one list with the work itself, which no reader sees yet.
    let list = json!([
        { "command": "project.return", "stream": "project/XM-1", "data": { "reason": "补材料" } },
        { "command": "project.submit", "stream": "project/XM-1", "data": {} },
        { "command": "project.accept", "stream": "project/XM-1", "data": accept() },
    ]);
    let size = house.app.head().size;
    let own = house.with_token(&one, "POST", "/api/v1/commands", &list).await;
    assert_eq!((own.code(), &own.json["index"]), ("same-account", &json!(2)), "{own:?}");
    assert_eq!(house.app.head().size, size);
    let accepted = house.record(&other, "project.accept", "project/XM-1", accept()).await;
    assert_eq!(accepted.status, StatusCode::CREATED, "{accepted:?}");
}
