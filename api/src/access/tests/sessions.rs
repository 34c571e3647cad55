//! Signing in, sessions, forged requests, tokens, and what ends them.

use axum::http::{StatusCode, header};
use serde_json::json;

use super::{MINUTE, Session, house, session_of};

#[tokio::test(flavor = "multi_thread")]
async fn a_first_password_is_changed_before_anything_else() {
    let house = house();
    let first = house.open("approver", "approver", json!({})).await;
    let begun = house.sign_in("approver", &first).await;
    let set = begun.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax") && set.contains("Path=/"), "{set}");
    assert_eq!(begun.json["mustChange"], true);
    let session = session_of(&begun);
    let refused = house.with_session(&session, "GET", "/api/v1/streets", &json!({})).await;
    assert_eq!((refused.status, refused.code()), (StatusCode::FORBIDDEN, "password-temporary"));
    for (old, new, code) in [
        ("wrong", "一段足够长的新密码", "password-wrong"),
        (first.as_str(), "short", "password-short"),
        (&first, "approver-2022x", "password-login"),
        (&first, "password123", "password-common"),
        (&first, &first, "password-same"),
    ] {
        let body = json!({ "old": old, "new": new });
        let got = house.with_session(&session, "POST", "/api/v1/me/password", &body).await;
        assert_eq!(got.code(), code, "{got:?}");
    }
    let body = json!({ "old": first, "new": "一段足够长的新密码" });
    let changed = house.with_session(&session, "POST", "/api/v1/me/password", &body).await;
    let renewed = session_of(&changed);
    assert_ne!(renewed.cookie, session.cookie, "a change of password is another session");
    let old = house.with_session(&session, "GET", "/api/v1/streets", &json!({})).await;
    assert_eq!((old.status, old.code()), (StatusCode::UNAUTHORIZED, "sign-in-needed"));
    assert_eq!(
        house.with_session(&renewed, "GET", "/api/v1/streets", &json!({})).await.status,
        StatusCode::OK
    );
    assert_eq!(house.sign_in("approver", &first).await.code(), "sign-in-wrong");
    assert_eq!(house.sign_in("approver", "一段足够长的新密码").await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_was_planted_is_not_the_one_that_begins() {
    let house = house();
    let first = house.open("approver", "approver", json!({})).await;
    let body = json!({ "login": "approver", "password": first }).to_string();
    let planted = [("cookie", "gongjian_session=0123456789abcdef0123456789abcdef")];
    let begun = house.ask("POST", "/api/v1/session", &planted, &body).await;
    assert_eq!(begun.status, StatusCode::OK);
    assert!(!begun.cookie().contains("0123456789abcdef"));
    assert_eq!(house.ask("GET", "/api/v1/me", &planted, "").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_takes_longer_and_longer_and_tells_nothing() {
    let house = house();
    house.open("approver", "approver", json!({})).await;
    let mut told = Vec::new();
    for login in ["approver", "nobody"] {
        let mut answers = Vec::new();
        for _ in 0..6 {
            let got = house.sign_in(login, "not the password").await;
            answers.push((got.status, got.code().to_owned(), got.json["detail"].clone()));
        }
        assert_eq!(answers[4].0, StatusCode::UNAUTHORIZED);
        assert_eq!(answers[5].0, StatusCode::TOO_MANY_REQUESTS, "{answers:?}");
        told.push(answers);
    }
    assert_eq!(told[0], told[1], "a name that nobody has is answered alike");
    let traces = house.app.account_traces(50).unwrap();
    let refused = traces.iter().filter(|it| it["kind"] == "account.sign-in-refused").count();
    assert_eq!(refused, 2, "told once a minute for each account, and once for all strangers");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_another_site_forges_is_refused() {
    let house = house();
    house.county().await;
    let session = house.session("approver", "approver", json!({})).await;
    let body = json!({
        "command": "street.register", "stream": "street/S09", "occurredOn": "2022-06-30", "data": { "name": "新城街道" },
    })
    .to_string();
    let with = |more: &'static [(&'static str, &'static str)]| {
        let mut headers = vec![("cookie", session.cookie.as_str())];
        headers.extend(more);
        headers
    };
    let post = async |headers: &[(&str, &str)]| house.ask("POST", "/api/v1/commands", headers, &body).await;
    assert_eq!(post(&with(&[])).await.code(), "csrf");
    assert_eq!(post(&with(&[("x-csrf-token", "00000000000000000000000000000000")])).await.code(), "csrf");
    assert_eq!(post(&with(&[("content-type", "text/plain")])).await.code(), "csrf");
    for headers in [
        &[("origin", "https://evil.example"), ("host", "ledger.example")][..],
        &[("sec-fetch-site", "cross-site")],
        &[("origin", "null")],
    ] {
        let mut all = with(&[]);
        all.push(("x-csrf-token", &session.csrf));
        all.extend(headers);
        assert_eq!(post(&all).await.code(), "cross-site", "{headers:?}");
    }
    let got = house.ask("POST", "/api/v1/session", &[("sec-fetch-site", "cross-site")], "{}").await;
    assert_eq!(got.code(), "cross-site", "nor is anybody signed in from elsewhere");
    let good = [("cookie", session.cookie.as_str()), ("x-csrf-token", &session.csrf)];
    assert_eq!(post(&good).await.status, StatusCode::CREATED);
    // A form bears it in a field; another session's mark is none.
    let form = |csrf: &str| format!("csrf={csrf}&do=letters&big=true");
    let headers =
        [("cookie", session.cookie.as_str()), ("content-type", "application/x-www-form-urlencoded")];
    assert_eq!(house.ask("POST", "/me", &headers, &form(&session.csrf)).await.status, StatusCode::SEE_OTHER);
    let other = house.session("reporter", "reporter", json!({})).await;
    assert_eq!(house.ask("POST", "/me", &headers, &form(&other.csrf)).await.code(), "csrf");
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_end_by_themselves_and_when_told_to() {
    let house = house();
    let me =
        async |session: &Session| house.with_session(session, "GET", "/api/v1/me", &json!({})).await.status;
    let session = house.session("approver", "approver", json!({})).await;
    house.clock.advance(29 * MINUTE);
    assert_eq!(me(&session).await, StatusCode::OK);
    house.clock.advance(29 * MINUTE);
    assert_eq!(me(&session).await, StatusCode::OK, "it was used meanwhile");
    house.clock.advance(31 * MINUTE);
    assert_eq!(me(&session).await, StatusCode::UNAUTHORIZED, "half an hour unused");
    let again = || house.sign_in("approver", "approver的一段够长的密码x");
    let session = session_of(&again().await);
    for _ in 0..30 {
        house.clock.advance(25 * MINUTE);
        me(&session).await;
    }
    assert_eq!(me(&session).await, StatusCode::UNAUTHORIZED, "twelve hours in any case");
    let session = session_of(&again().await);
    assert_eq!(
        house.with_session(&session, "POST", "/api/v1/session/end", &json!({})).await.status,
        StatusCode::OK
    );
    assert_eq!(me(&session).await, StatusCode::UNAUTHORIZED);
    let session = session_of(&again().await);
    house.locally("/api/v1/accounts/approver/lock", &json!({ "reason": "疑被盗用" })).await;
    assert_eq!(me(&session).await, StatusCode::UNAUTHORIZED);
    assert_eq!(again().await.code(), "sign-in-locked");
    house.locally("/api/v1/accounts/approver/unlock", &json!({ "reason": "已核实" })).await;
    assert_eq!(again().await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_ends_by_its_day_by_its_grant_and_when_it_is_revoked() {
    let house = house();
    let read = async |token: &str| house.with_token(token, "GET", "/api/v1/events", &json!({})).await;
    let token = house.token("inspector", "auditor", json!({})).await;
    assert_eq!(read(&token).await.status, StatusCode::OK);
    assert_eq!(read("gj_0000").await.code(), "token-unknown");
    let no_more = house.with_token(&token, "POST", "/api/v1/me/tokens", &json!({})).await;
    assert_eq!(no_more.code(), "token-not-enough", "a token makes no other");
    // The inspection is granted until 30 September.
    house.clock.advance(92 * 24 * 60 * MINUTE);
    assert_eq!(read(&token).await.status, StatusCode::OK);
    house.clock.advance(24 * 60 * MINUTE);
    assert_eq!(read(&token).await.code(), "not-allowed", "the inspection is over");
    let token = house.token("system", "system-administrator", json!({})).await;
    let measure = async || house.with_token(&token, "GET", "/metrics", &json!({})).await;
    assert_eq!(measure().await.status, StatusCode::OK);
    house.clock.advance(100 * 24 * 60 * MINUTE);
    assert_eq!(measure().await.code(), "token-unknown", "past its last day");
    let body = json!({ "name": "again", "until": "2023-02-01" });
    let issued = house.locally("/api/v1/accounts/system/tokens", &body).await;
    let (number, secret) = (issued.json["token"].as_str().unwrap(), issued.json["secret"].as_str().unwrap());
    assert_eq!(house.with_token(secret, "GET", "/metrics", &json!({})).await.status, StatusCode::OK);
    house.locally(&format!("/api/v1/accounts/system/tokens/{number}/revoke"), &json!({})).await;
    assert_eq!(house.with_token(secret, "GET", "/metrics", &json!({})).await.code(), "token-unknown");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_gives_no_rights_to_itself_and_acts_for_nobody() {
    let house = house();
    let security = house.session("security", "security-administrator", json!({})).await;
    house.open("approver", "approver", json!({})).await;
    let post =
        async |path: &str, body: serde_json::Value| house.with_session(&security, "POST", path, &body).await;
    let grant = json!({ "role": "approver" });
    assert_eq!(post("/api/v1/accounts/security/grants", grant).await.code(), "account-own-rights");
    let token = json!({ "name": "x", "until": "2022-12-01" });
    assert_eq!(post("/api/v1/accounts/approver/tokens", token).await.code(), "account-of-another");
    let new = json!({ "login": "helper", "post": "助手岗", "role": "security-administrator" });
    assert_eq!(post("/api/v1/accounts", new).await.status, StatusCode::CREATED);
    let apart = json!({ "role": "recorder" });
    assert_eq!(post("/api/v1/accounts/helper/grants", apart).await.code(), "account-roles-apart");
    let reset = post("/api/v1/accounts/approver/password", json!({})).await;
    assert_eq!(reset.status, StatusCode::OK);
    let begun = house.sign_in("approver", reset.json["password"].as_str().unwrap()).await;
    assert_eq!(begun.json["mustChange"], true, "what an administrator made is changed first");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_lead_to_signing_in_and_back() {
    let house = house();
    house.county().await;
    let got = house.ask("GET", "/agreements?state=signing", &[], "").await;
    assert_eq!(got.status, StatusCode::SEE_OTHER);
    let place = got.headers[header::LOCATION].to_str().unwrap().to_owned();
    assert_eq!(place, "/sign-in?next=%2Fagreements%3Fstate%3Dsigning");
    assert_eq!(house.ask("GET", &place, &[], "").await.status, StatusCode::OK);
    house.session("reviewer", "reviewer", json!({})).await;
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let sign_in = async |password: &str, next: &str| {
        let pairs = [("login", "reviewer"), ("password", password), ("next", next)];
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        house.ask("POST", "/sign-in", &form, &body).await
    };
    assert_eq!(sign_in("wrong", "/agreements").await.status, StatusCode::UNAUTHORIZED);
    for (next, to) in [
        ("/agreements?state=signing", "/agreements?state=signing"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
    ] {
        let got = sign_in("reviewer的一段够长的密码x", next).await;
        assert_eq!(got.status, StatusCode::SEE_OTHER, "{got:?}");
        assert_eq!(got.headers[header::LOCATION], to, "{next}");
        let cookie = got.cookie();
        let page = house.ask("GET", "/agreements", &[("cookie", &cookie)], "").await;
        assert_eq!(page.status, StatusCode::OK);
        assert_eq!(
            house.ask("GET", "/accounts", &[("cookie", &cookie)], "").await.status,
            StatusCode::FORBIDDEN
        );
        assert_eq!(house.ask("GET", "/me", &[("cookie", &cookie)], "").await.status, StatusCode::OK);
    }
    let security = house.session("security", "security-administrator", json!({})).await;
    let audit = house.session("audit", "audit-administrator", json!({})).await;
    for (session, page, status) in [
        (&security, "/accounts", StatusCode::OK),
        (&security, "/accounts/reviewer", StatusCode::OK),
        (&security, "/accounts/nobody", StatusCode::NOT_FOUND),
        (&security, "/audit", StatusCode::FORBIDDEN),
        (&security, "/agreements", StatusCode::FORBIDDEN),
        (&audit, "/audit", StatusCode::OK),
        (&audit, "/accounts", StatusCode::FORBIDDEN),
    ] {
        let got = house.ask("GET", page, &[("cookie", &session.cookie)], "").await;
        assert_eq!(got.status, status, "{page}");
    }
}
