//! The HTTP contract, asked of the router in process.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use futures_util::StreamExt as _;
use gongjian_core::clock::{Clock, FixedClock};
use gongjian_core::ledger::{Options, Writer};
use gongjian_core::log::storage::{Fault, MemoryStorage};
use gongjian_core::log::{Log, Storage};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::AppState;
use crate::app::{App, LISTS};
use crate::routes::{ROUTES, router};

const NOW: i64 = 1_664_500_000_000_000;

struct Bench {
    router: Router,
    state: AppState,
    clock: Arc<FixedClock>,
    storage: Arc<MemoryStorage>,
}

fn bench() -> Bench {
    let clock = Arc::new(FixedClock::at(NOW));
    let storage = Arc::new(MemoryStorage::default());
    let shared: Arc<dyn Storage> = storage.clone();
    let log = Log::with_storage(shared, None).unwrap();
    let as_clock: Arc<dyn Clock> = clock.clone();
    let writer = Writer::with_log(log, &Options::new(Arc::clone(&as_clock))).unwrap();
    let app = App::over(writer, as_clock, Instant::now()).unwrap();
    let state = AppState::new(app);
    Bench { router: router(state.clone()), state, clock, storage }
}

struct Got {
    status: StatusCode,
    headers: HeaderMap,
    json: Value,
    text: String,
}

impl Bench {
    async fn ask(&self, request: Request<Body>) -> Got {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Got {
            status: parts.status,
            headers: parts.headers,
            json: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
            text,
        }
    }

    async fn get(&self, path: &str) -> Got {
        self.ask(Request::get(path).body(Body::empty()).unwrap()).await
    }

    async fn post(&self, path: &str, body: &Value) -> Got {
        self.ask(Request::post(path).body(Body::from(body.to_string())).unwrap()).await
    }

    async fn record(&self, body: &Value) -> Got {
        self.post("/api/v1/commands", body).await
    }
}

fn street(id: u8, code: &str, name: &str) -> Value {
    json!({
        "commandId": format!("00000000-0000-0000-0000-0000000000{id:02x}"),
        "command": "street.register", "stream": format!("street/{code}"), "occurredOn": "2022-06-06",
        "actor": "党建专干岗", "data": { "name": name },
    })
}

#[tokio::test]
async fn a_command_is_recorded_once_and_answered_again() {
    let bench = bench();
    let first = bench.record(&street(1, "S01", "汶上街道")).await;
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.text);
    assert_eq!(first.json["replayed"], false);
    assert_eq!(first.json["revision"], 0);
    let again = bench.record(&street(1, "S01", "汶上街道")).await;
    assert_eq!(again.status, StatusCode::OK);
    assert_eq!(again.json["replayed"], true);
    assert_eq!(again.json["position"], first.json["position"]);
    let other = bench.record(&street(1, "S02", "中都街道")).await;
    assert_eq!((other.status, &other.json["code"]), (StatusCode::CONFLICT, &json!("command-reused")));
    assert_eq!(other.json["current"]["stream"], "street/S01");
    let list = bench.get("/api/v1/streets").await;
    assert_eq!(list.json["items"][0]["name"], "汶上街道", "{}", list.text);
    assert_eq!(bench.get("/api/v1/streets/S01").await.json["id"], "S01");
}

#[tokio::test]
async fn a_list_is_recorded_whole_or_not_at_all() {
    let bench = bench();
    let size = bench.state.app.head().size;
    let mut second = street(1, "S02", "汶上街道");
    let refused = bench.record(&json!([street(1, "S01", "汶上街道"), second])).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused.json["code"], "name-taken");
    assert_eq!(refused.json["index"], 1);
    assert_eq!(bench.state.app.head().size, size);
    second["data"]["name"] = json!("中都街道");
    let done = bench.record(&json!([street(1, "S01", "汶上街道"), second])).await;
    assert_eq!(done.status, StatusCode::CREATED, "{}", done.text);
    assert_eq!(done.json.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_refusal_speaks_the_readers_language() {
    let bench = bench();
    bench.record(&street(1, "S01", "汶上街道")).await;
    let body = || Body::from(street(2, "S01", "别的街道").to_string());
    let chinese = bench.ask(Request::post("/api/v1/commands").body(body()).unwrap()).await;
    let request =
        Request::post("/api/v1/commands").header(header::ACCEPT_LANGUAGE, "en").body(body()).unwrap();
    let english = bench.ask(request).await;
    assert_eq!(chinese.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(chinese.json["code"], english.json["code"]);
    assert_ne!(chinese.json["detail"], english.json["detail"]);
    let is_chinese = |c: char| ('\u{4e00}'..'\u{a000}').contains(&c);
    assert!(!english.json["detail"].as_str().unwrap().contains(is_chinese), "{}", english.text);
    assert_eq!(english.headers[header::CONTENT_LANGUAGE], "en");
    assert_eq!(english.headers[header::CONTENT_TYPE], "application/problem+json");
    assert_eq!(english.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert_eq!(
        english.json["instance"],
        format!("urn:uuid:{}", english.headers["x-request-id"].to_str().unwrap())
    );
}

#[tokio::test]
async fn what_is_malformed_is_named() {
    let bench = bench();
    let mut strange = street(1, "S01", "汶上街道");
    strange["colour"] = json!(1);
    for (body, place) in [
        (json!({}), "[0].command"),
        (strange, "[0].colour"),
        (
            json!({ "command": "street.register", "stream": "street/S01", "data": { "name": "汶" } }),
            "[0].actor",
        ),
        (
            json!({ "command": "street.register", "stream": "street/S01", "actor": "a", "data": {} }),
            "[0].data",
        ),
        (json!({ "command": "no.such", "stream": "street/S01", "actor": "a" }), "[0].command"),
        (json!({ "command": "ledger.open", "stream": "ledger/main", "actor": "a" }), "[0].command"),
    ] {
        let got = bench.record(&body).await;
        assert_eq!(got.status, StatusCode::BAD_REQUEST, "{}", got.text);
        assert_eq!(got.json["errors"][0]["pointer"], place, "{}", got.text);
    }
    let broken = bench.ask(Request::post("/api/v1/commands").body(Body::from("{")).unwrap()).await;
    assert_eq!((broken.status, &broken.json["code"]), (StatusCode::BAD_REQUEST, &json!("malformed")));
    bench.record(&street(1, "S01", "汶上街道")).await;
    for path in [
        "/api/v1/events?colour=1",
        "/api/v1/events?limit=0",
        "/api/v1/events?from=a",
        "/api/v1/events/x",
        "/api/v1/events?limit=1&limit=2",
        "/api/v1/streets?cursor=abc",
        "/api/v1/streets?sort=colour",
        "/api/v1/reports/co-building",
        "/api/v1/reports/co-building?quarter=2022-Q5",
        "/api/v1/events/%FF",
        "/api/v1/events?stream=%FF",
        "/api/v1/streets?quarter=1",
    ] {
        let got = bench.get(path).await;
        assert_eq!(got.status, StatusCode::BAD_REQUEST, "{path} {}", got.text);
        assert_eq!(got.headers[header::CONTENT_TYPE], "application/problem+json", "{path}");
    }
    let history = bench.get("/api/v1/streets?asOf=3").await;
    assert_eq!((history.status, &history.json["code"]), (StatusCode::BAD_REQUEST, &json!("asOfUnsupported")));
}

#[tokio::test]
async fn what_is_not_there_is_404_and_a_wrong_method_405() {
    let bench = bench();
    for path in [
        "/api/v1/events/99999",
        "/api/v1/streets/S99",
        "/api/v1/trails/issue/WT-1",
        "/api/v1/nothing",
        "/x",
        "/api/v1/findings?asOf=99999",
        "/problems/no-such",
        "/api/v1/alliances/A99/roster",
        "/api/v1/reports/co-building?quarter=2022-Q2&street=S99",
    ] {
        let got = bench.get(path).await;
        assert_eq!(got.status, StatusCode::NOT_FOUND, "{path} {}", got.text);
        assert_eq!(got.json["status"], 404, "{path}");
    }
    let wrong = bench.ask(Request::delete("/api/v1/commands").body(Body::empty()).unwrap()).await;
    assert_eq!(wrong.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(wrong.headers[header::ALLOW], "POST");
    assert_eq!(wrong.json["code"], "method");
}

#[tokio::test]
async fn too_large_is_413() {
    let bench = bench();
    let body = Body::from(vec![b' '; super::BODY_BYTES_MAX + 1]);
    let got = bench.ask(Request::post("/api/v1/commands").body(body).unwrap()).await;
    assert_eq!((got.status, &got.json["code"]), (StatusCode::PAYLOAD_TOO_LARGE, &json!("body-too-large")));
}

#[tokio::test]
async fn a_wrong_revision_shows_what_is_there() {
    let bench = bench();
    bench.record(&street(1, "S01", "汶上街道")).await;
    let rename = |id: u8, name: &str| {
        json!({
            "commandId": format!("00000000-0000-0000-0000-0000000000{id:02x}"),
            "command": "street.rename", "stream": "street/S01", "expectedRevision": 0,
            "occurredOn": "2022-06-07", "actor": "党建专干岗", "data": { "name": name },
        })
    };
    let (a, b) = (rename(2, "甲街道"), rename(3, "乙街道"));
    let (a, b) = tokio::join!(bench.record(&a), bench.record(&b));
    let (won, lost) = if a.status == StatusCode::CREATED { (a, b) } else { (b, a) };
    assert_eq!(won.status, StatusCode::CREATED, "{}", won.text);
    assert_eq!((lost.status, &lost.json["code"]), (StatusCode::CONFLICT, &json!("wrong-revision")));
    assert_eq!(lost.json["current"]["revision"], 1);
    assert_eq!(lost.json["current"]["lastEvents"][1]["digest"], won.json["digest"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_command_sent_many_times_at_once_acts_once() {
    let bench = Arc::new(bench());
    let size = bench.state.app.head().size;
    let tasks: Vec<_> = (0..32)
        .map(|_| {
            let bench = Arc::clone(&bench);
            tokio::spawn(async move { bench.record(&street(1, "S01", "汶上街道")).await })
        })
        .collect();
    let mut created = 0;
    let mut positions = std::collections::BTreeSet::new();
    for task in tasks {
        let got = task.await.unwrap();
        assert!(got.status.is_success(), "{}", got.text);
        created += u32::from(got.status == StatusCode::CREATED);
        positions.insert(got.json["position"].as_u64().unwrap());
    }
    assert_eq!((created, positions.len()), (1, 1));
    assert_eq!(bench.state.app.head().size, size + 2, "the declaration and the event");
}

#[tokio::test]
async fn a_dry_run_records_nothing() {
    let bench = bench();
    let size = bench.state.app.head().size;
    let got = bench.post("/api/v1/commands?dryRun=true", &street(1, "S01", "汶上街道")).await;
    assert_eq!((got.status, &got.json["dryRun"]), (StatusCode::OK, &json!(true)), "{}", got.text);
    assert_eq!(bench.state.app.head().size, size);
}

#[tokio::test]
async fn after_a_failed_write_the_outcome_is_unknown_and_then_nothing_is_taken() {
    let bench = bench();
    bench.storage.fail_at(bench.storage.syncs() + 1, Fault::Before);
    let unknown = bench.record(&street(1, "S01", "汶上街道")).await;
    assert_eq!(unknown.status, StatusCode::SERVICE_UNAVAILABLE, "{}", unknown.text);
    assert_eq!(unknown.json["code"], "outcome-unknown");
    let refused = bench.record(&street(2, "S02", "中都街道")).await;
    assert_eq!(
        (refused.status, &refused.json["code"]),
        (StatusCode::SERVICE_UNAVAILABLE, &json!("read-only"))
    );
    assert_eq!(bench.get("/readyz").await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(bench.get("/healthz").await.status, StatusCode::OK);
    assert_eq!(bench.get("/api/v1/events").await.status, StatusCode::OK, "reading goes on");
}

#[tokio::test]
async fn a_clock_that_jumped_stops_writing_until_it_is_accepted() {
    let bench = bench();
    bench.record(&street(1, "S01", "汶上街道")).await;
    bench.clock.set_wall(NOW - 600_000_000);
    let refused = bench.record(&street(2, "S02", "中都街道")).await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE, "{}", refused.text);
    assert!(refused.json["code"].as_str().unwrap().starts_with("clock-"), "{}", refused.text);
    let accept = json!({ "actor": "系统管理岗", "reason": "已与标准时间核对" });
    let accepted = bench.post("/api/v1/clock-accept", &accept).await;
    assert_eq!(accepted.status, StatusCode::CREATED, "{}", accepted.text);
    assert_eq!(bench.record(&street(2, "S02", "中都街道")).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn pages_of_events_follow_each_other() {
    let bench = bench();
    let size = bench.state.app.head().size;
    let mut path = "/api/v1/events?limit=7".to_owned();
    let mut positions = Vec::new();
    loop {
        let page = bench.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        positions
            .extend(page.json["items"].as_array().unwrap().iter().map(|it| it["position"].as_u64().unwrap()));
        let Some(next) = page.json["next"].as_str() else { break };
        // What is recorded during a walk is not part of it.
        bench.record(&street(1, "S01", "汶上街道")).await;
        path = format!("/api/v1/events?limit=7&cursor={next}");
    }
    assert_eq!(positions, (0..size).collect::<Vec<_>>());
    let foreign = path.replace("/events?", "/streets?");
    assert_eq!(bench.get(&foreign).await.json["code"], "invalid-cursor");
    let lines = bench.get("/api/v1/events?format=jsonl&kind=rule.adopted").await;
    assert!(
        lines.text.lines().all(|line| line.contains("\"rule.adopted\"")) && lines.text.lines().count() > 3
    );
    let one = bench.get("/api/v1/events/0?raw=true").await;
    assert_eq!(one.json["kind"], "ledger.opened");
    assert!(one.json["bytes"].is_string() && one.json["data"]["ledgerId"].is_string(), "{}", one.text);
}

#[tokio::test]
async fn a_live_stream_resumes_after_the_last_id() {
    let bench = bench();
    let last = bench.state.app.head().size - 3;
    let request = Request::get("/api/v1/events/live").header("last-event-id", last.to_string());
    let response = bench.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
    let mut stream = response.into_body().into_data_stream();
    let mut text = String::new();
    let until = |text: &String, id: u64| text.contains(&format!("id: {id}\n"));
    while !until(&text, last + 2) {
        let part = tokio::time::timeout(Duration::from_secs(10), stream.next()).await.unwrap();
        text.push_str(std::str::from_utf8(&part.unwrap().unwrap()).unwrap());
    }
    assert!(!until(&text, last) && text.contains("retry: 3000"), "{text}");
    // And then what is new, as it comes.
    let got = bench.record(&street(1, "S01", "汶上街道")).await;
    let position = got.json["position"].as_u64().unwrap();
    while !until(&text, position) {
        let part = tokio::time::timeout(Duration::from_secs(10), stream.next()).await.unwrap();
        text.push_str(std::str::from_utf8(&part.unwrap().unwrap()).unwrap());
    }
    assert!(text.contains(got.json["digest"].as_str().unwrap()));
    // A server that stops ends its streams.
    bench.state.stop().send_replace(true);
    let end = tokio::time::timeout(Duration::from_secs(10), async { while stream.next().await.is_some() {} });
    end.await.unwrap();
    let wrong = Request::get("/api/v1/events/live").header("last-event-id", "x").body(Body::empty()).unwrap();
    assert_eq!(bench.ask(wrong).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn verification_and_rebuilding_find_nothing_wrong() {
    let bench = bench();
    bench.record(&street(1, "S01", "汶上街道")).await;
    let found = bench.post("/api/v1/verify", &json!({})).await;
    assert_eq!((found.status, &found.json["sound"]), (StatusCode::OK, &json!(true)), "{}", found.text);
    let rebuilt = bench.post("/api/v1/rebuild", &json!({})).await;
    assert_eq!((rebuilt.status, &rebuilt.json["equal"]), (StatusCode::OK, &json!(true)), "{}", rebuilt.text);
    assert!(bench.get("/metrics").await.text.contains("gongjian_log_events"));
}

#[tokio::test]
async fn every_page_and_list_answers_and_the_contract_names_them() {
    let bench = bench();
    let contract = bench.get("/openapi.json").await.json;
    for list in LISTS {
        for format in ["", "?format=text", "?format=csv"] {
            let got = bench.get(&format!("/api/v1/{list}{format}")).await;
            assert_eq!(got.status, StatusCode::OK, "{list} {}", got.text);
        }
        assert!(contract["paths"][format!("/api/v1/{list}")].is_object(), "{list}");
    }
    for route in ROUTES {
        let path = route.path.replace("{*", "{");
        let operation = &contract["paths"][&path][route.method.as_str().to_lowercase()];
        assert_eq!(operation["operationId"], route.id);
        // A key that is missing shows itself.
        assert_ne!(operation["summary"], format!("route-{}", route.id));
    }
    assert!(!contract.to_string().contains("\"parameter-"), "every parameter is described");
    let schemas = contract["components"]["schemas"].as_object().unwrap();
    let text = contract.to_string();
    for reference in text.split("#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(schemas.contains_key(name), "{name}");
    }
    for path in
        ["/docs", "/docs/docs.js", "/docs/docs.css", "/problems/wrong-revision", "/problems/name-taken"]
    {
        assert_eq!(bench.get(path).await.status, StatusCode::OK, "{path}");
    }
    assert_eq!(bench.get("/").await.status, StatusCode::OK);
    for format in ["json", "text", "csv", "md"] {
        let got = bench.get(&format!("/api/v1/reports/co-building?quarter=2022-Q2&format={format}")).await;
        assert_eq!(got.status, StatusCode::OK, "{}", got.text);
    }
}

/// The routes, the contract and the page for people name the same addresses.
#[tokio::test]
async fn routes_contract_and_documentation_name_the_same_addresses() {
    let mut routes: BTreeSet<String> = ROUTES.iter().map(|it| format!("{} {}", it.method, it.path)).collect();
    for list in LISTS {
        routes.extend([format!("GET /api/v1/{list}"), format!("GET /api/v1/{list}/{{id}}")]);
    }
    let contract = bench().get("/openapi.json").await.json;
    let of_path = |(path, operations): (&String, &Value)| -> Vec<String> {
        let methods = operations.as_object().unwrap().keys();
        methods.map(|method| format!("{} {path}", method.to_uppercase())).collect()
    };
    let contract: BTreeSet<String> =
        contract["paths"].as_object().unwrap().iter().flat_map(of_path).collect();
    let plain: BTreeSet<String> = routes.iter().map(|route| route.replace("{*", "{")).collect();
    assert_eq!(contract, plain);
    // The table of addresses in docs/API.md; `WHAT` stands for each list.
    let page = include_str!("../../../docs/API.md");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let mut documented = BTreeSet::new();
    for row in rows.filter(|row| row.starts_with("GET /") || row.starts_with("POST /")) {
        if row.contains("WHAT") {
            documented.extend(LISTS.iter().map(|list| row.replace("WHAT", list)));
        } else {
            assert!(documented.insert(row.to_owned()), "{row} stands there twice");
        }
    }
    assert_eq!(documented, plain);
}

#[tokio::test]
async fn a_figure_is_explained_page_by_page_as_of_where_the_walk_began() {
    let bench = bench();
    let act = |id: u8, command: &str, stream: &str, data: Value| {
        json!({
            "commandId": format!("00000000-0000-0000-0000-0000000000{id:02x}"),
            "command": command, "stream": stream, "occurredOn": "2022-06-06", "actor": "党建专干岗", "data": data,
        })
    };
    bench.record(&street(1, "S01", "汶上街道")).await;
    for n in 2..7_u8 {
        let data = json!({ "name": format!("社区{n}"), "street": "S01", "households": 3000, "population": 8000,
            "formation": null, "establishedOn": "2022-01-01" });
        let got = bench.record(&act(n, "community.register", &format!("community/C0{n}"), data)).await;
        assert_eq!(got.status, StatusCode::CREATED, "{}", got.text);
        let data = json!({ "name": format!("联盟{n}"), "community": format!("C0{n}") });
        let got = bench.record(&act(n + 16, "alliance.establish", &format!("alliance/A0{n}"), data)).await;
        assert_eq!(got.status, StatusCode::CREATED, "{}", got.text);
    }
    let path = "/api/v1/reports/co-building/figures/alliances?quarter=2022-Q2&on=2022-06-30&limit=2";
    let first = bench.get(path).await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.text);
    assert_eq!((&first.json["value"], &first.json["total"]), (&json!(5), &json!(5)));
    assert_eq!(first.json["items"][0]["rows"], json!(["alliance/A02"]));
    assert_ne!(first.json["definition"]["zh"], first.json["definition"]["en"]);
    assert!(first.headers[header::LINK].to_str().unwrap().contains("cursor="));
    // What is recorded meanwhile is not part of the walk.
    let gone = act(40, "alliance.dissolve", "alliance/A06", json!({ "reason": "并入" }));
    assert_eq!(bench.record(&gone).await.status, StatusCode::CREATED);
    let mut streams: Vec<Value> = Vec::new();
    let mut page = first;
    loop {
        assert_eq!(page.json["value"], 5);
        streams.extend(page.json["items"].as_array().unwrap().iter().map(|item| item["stream"].clone()));
        let Some(next) = page.json["next"].as_str() else { break };
        page = bench.get(&format!("{path}&cursor={next}")).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    }
    assert_eq!(streams, ["alliance/A02", "alliance/A03", "alliance/A04", "alliance/A05", "alliance/A06"]);
    assert_eq!(bench.get(path).await.json["value"], 4);
    let unknown = bench.get("/api/v1/reports/co-building/figures/aliances?quarter=2022-Q2").await;
    assert_eq!((unknown.status, &unknown.json["code"]), (StatusCode::BAD_REQUEST, &json!("unknown-word")));
    assert_eq!(unknown.json["allowed"][0], "alliances", "{}", unknown.text);
    let nowhere = bench.get("/api/v1/reports/co-building/figures/alliances?quarter=2022-Q2&street=S77").await;
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
}
