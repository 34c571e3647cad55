//! Who may do what, asked of the guarded router in process, with a clock that stands still.

mod acts;
mod matrix;
mod sessions;

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use gongjian_core::clock::{Clock, FixedClock};
use gongjian_core::ledger::{Options, Writer};
use gongjian_core::log::Log;
use gongjian_core::log::storage::MemoryStorage;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::app::App;
use crate::http::AppState;
use crate::routes::{guarded, router};

/// Noon of 2022-06-30 in the county.
const NOW: i64 = 1_656_561_600_000_000;
const MINUTE: i64 = 60_000_000;

/// A ledger behind its doors.
struct House {
    guarded: Router,
    local: Router,
    clock: Arc<FixedClock>,
    app: App,
}

/// An answer.
#[derive(Debug)]
struct Got {
    status: StatusCode,
    headers: HeaderMap,
    json: Value,
}

impl Got {
    fn code(&self) -> &str {
        self.json["code"].as_str().unwrap_or_default()
    }

    /// The cookie that it sets, as a browser sends it back.
    fn cookie(&self) -> String {
        let set = self.headers[header::SET_COOKIE].to_str().unwrap();
        set.split(';').next().unwrap().to_owned()
    }
}

/// A session as a browser has it.
#[derive(Clone, Debug)]
struct Session {
    cookie: String,
    csrf: String,
}

fn house() -> House {
    let clock = Arc::new(FixedClock::at(NOW));
    let as_clock: Arc<dyn Clock> = clock.clone();
    let log = Log::with_storage(Arc::new(MemoryStorage::default()), None).unwrap();
    let writer = Writer::with_log(log, &Options::new(Arc::clone(&as_clock))).unwrap();
    let app = App::over(writer, as_clock, Instant::now()).unwrap();
    let state = AppState::new(app.clone());
    House { guarded: guarded(state.clone()), local: router(state), clock, app }
}

async fn send(router: &Router, request: Request<Body>) -> Got {
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    // A live stream has no end.
    let is_stream = parts.headers.get(header::CONTENT_TYPE).is_some_and(|it| it == "text/event-stream");
    let bytes = if is_stream { Default::default() } else { to_bytes(body, usize::MAX).await.unwrap() };
    let json = serde_json::from_slice(&bytes).unwrap_or_default();
    Got { status: parts.status, headers: parts.headers, json }
}

impl House {
    /// Asks through the port.
    async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Got {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        send(&self.guarded, request.body(Body::from(body.to_owned())).unwrap()).await
    }

    async fn with_token(&self, token: &str, method: &str, path: &str, body: &Value) -> Got {
        let bearer = format!("Bearer {token}");
        self.ask(method, path, &[("authorization", &bearer)], &body.to_string()).await
    }

    async fn with_session(&self, session: &Session, method: &str, path: &str, body: &Value) -> Got {
        let headers = [("cookie", session.cookie.as_str()), ("x-csrf-token", &session.csrf)];
        self.ask(method, path, &headers, &body.to_string()).await
    }

    /// Asks as whoever has the folder.
    async fn locally(&self, path: &str, body: &Value) -> Got {
        send(&self.local, Request::post(path).body(Body::from(body.to_string())).unwrap()).await
    }

    /// Opens an account; returns its first password.
    async fn open(&self, login: &str, role: &str, more: Value) -> String {
        let mut body = json!({ "login": login, "post": format!("{login}岗"), "role": role });
        if let Value::Object(more) = more {
            body.as_object_mut().unwrap().extend(more);
        }
        if role == "auditor" {
            body["until"] = json!("2022-09-30");
            body["document"] = json!("督〔2022〕3号");
        }
        let made = self.locally("/api/v1/accounts", &body).await;
        assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
        made.json["password"].as_str().unwrap().to_owned()
    }

    /// A token of a new account.
    async fn token(&self, login: &str, role: &str, more: Value) -> String {
        self.open(login, role, more).await;
        let body = json!({ "name": "test", "until": "2022-12-31" });
        let issued = self.locally(&format!("/api/v1/accounts/{login}/tokens"), &body).await;
        assert_eq!(issued.status, StatusCode::CREATED, "{issued:?}");
        issued.json["secret"].as_str().unwrap().to_owned()
    }

    async fn sign_in(&self, login: &str, password: &str) -> Got {
        let body = json!({ "login": login, "password": password }).to_string();
        self.ask("POST", "/api/v1/session", &[], &body).await
    }

    /// A session of a new account, whose first password has been changed.
    async fn session(&self, login: &str, role: &str, more: Value) -> Session {
        let first = self.open(login, role, more).await;
        let begun = session_of(&self.sign_in(login, &first).await);
        let body = json!({ "old": first, "new": format!("{login}的一段够长的密码x") });
        let changed = self.with_session(&begun, "POST", "/api/v1/me/password", &body).await;
        assert_eq!(changed.status, StatusCode::OK, "{changed:?}");
        session_of(&changed)
    }

    /// What somebody with a token records.
    async fn record(&self, token: &str, command: &str, stream: &str, data: Value) -> Got {
        let body = json!({ "command": command, "stream": stream, "occurredOn": "2022-06-30", "data": data });
        self.with_token(token, "POST", "/api/v1/commands", &body).await
    }

    /// A county of two streets with a community each, an alliance with two members, and a project in `C01`.
    async fn county(&self) {
        let unit = |name: &str, kind: &str| json!({ "name": name, "kind": kind });
        let steps = [
            ("street/S01", "street.register", json!({ "name": "甲街道" })),
            ("street/S02", "street.register", json!({ "name": "乙街道" })),
            ("community/C01", "community.register", json!({ "name": "甲社区", "street": "S01" })),
            ("community/C02", "community.register", json!({ "name": "乙社区", "street": "S02" })),
            ("unit/P1", "unit.register", unit("甲社区党委", "社区党组织")),
            ("unit/D1", "unit.register", unit("县水务局", "县直部门单位")),
            ("unit/D2", "unit.register", unit("县住建局", "县直部门单位")),
            ("alliance/A1", "alliance.establish", json!({ "name": "甲社区党建联盟", "community": "C01" })),
            ("membership/A1-D1", "membership.admit", json!({ "alliance": "A1", "unit": "D1" })),
            ("membership/A1-D2", "membership.admit", json!({ "alliance": "A1", "unit": "D2" })),
            (
                "project/XM-1",
                "project.propose",
                json!({ "name": "管网清淤", "category": "污水排放", "community": "C01" }),
            ),
            ("project/XM-1", "project.list", json!({})),
        ];
        for (stream, command, data) in steps {
            let body = json!({
                "command": command, "stream": stream, "occurredOn": "2022-06-01", "actor": "党建专干岗", "data": data,
            });
            let got = self.locally("/api/v1/commands", &body).await;
            assert_eq!(got.status, StatusCode::CREATED, "{command} {got:?}");
        }
    }
}

fn session_of(got: &Got) -> Session {
    assert_eq!(got.status, StatusCode::OK, "{got:?}");
    Session { cookie: got.cookie(), csrf: got.json["csrf"].as_str().unwrap().to_owned() }
}
