//! Every URL of the product, in one table: the router and the OpenAPI document are made from it.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::Method;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodRouter, get, post};
use gongjian_projections::lists as registers;
use tower_http::catch_panic::CatchPanicLayer;

use crate::access::Right;
use crate::access::guard::{self, needs};
use crate::app::LISTS;
use crate::error::Problem;
use crate::http::{
    AppState, BODY_BYTES_MAX, OPEN_BYTES_MAX, accounts, commands, docs, editions, events, evidence, exports,
    frame, health, imports, lists, live, obligations, openapi, papers, reports, trails, upkeep, vault,
};
use crate::web;

/// One operation.
pub(crate) struct Route {
    /// `GET` or `POST`.
    pub(crate) method: Method,
    /// What whoever asks must be allowed.
    pub(crate) needs: Right,
    /// The path, with `{names}`.
    pub(crate) path: &'static str,
    /// Its id in OpenAPI; `route-ID` is its summary in the message files.
    pub(crate) id: &'static str,
    /// Parameters of the query.
    pub(crate) query: &'static [&'static str],
    /// The schema of the body, by name.
    pub(crate) body: Option<&'static str>,
    /// The schema of the answer, by name, or its media type where it is not JSON.
    pub(crate) answer: &'static str,
    /// Statuses of answers that are no problems.
    pub(crate) good: &'static [u16],
    /// Statuses of problems.
    pub(crate) bad: &'static [u16],
    handler: fn() -> MethodRouter<AppState>,
}

const AS_OF: &[&str] = &["asOf", "on", "format"];
const EVERY: &[u16] = &[400, 500, 503];
/// Of what an account asks about itself.
const OWN: &[u16] = &[400, 401, 403, 500, 503];
/// Of what is done with accounts.
const ACCOUNT: &[u16] = &[400, 401, 403, 404, 422, 500, 503];

macro_rules! route {
    ($method:ident $needs:ident $path:literal, $id:literal, $query:expr, $body:expr => $answer:literal, $good:expr, $bad:expr, $handler:expr) => {
        Route {
            method: Method::$method,
            needs: Right::$needs,
            path: $path,
            id: $id,
            query: $query,
            body: $body,
            answer: $answer,
            good: $good,
            bad: $bad,
            handler: || $handler,
        }
    };
}

/// Every operation but the lists, which [`LISTS`] names.
pub(crate) const ROUTES: &[Route] = &[
    route!(POST Record "/api/v1/commands", "record", &["dryRun"], Some("Commands") => "Receipts",
        &[200, 201], &[400, 409, 413, 422, 500, 503], post(commands::post)),
    route!(GET Log "/api/v1/events", "events", &["from", "limit", "stream", "kind", "asOf", "cursor", "raw", "format"],
        None => "EventPage", &[200], &[400, 404, 500, 503], get(events::list)),
    route!(GET Log "/api/v1/events/live", "live", &["after"], None => "text/event-stream", &[200], EVERY,
        get(live::live)),
    route!(GET Log "/api/v1/events/{position}", "event", &["raw"], None => "Event", &[200],
        &[400, 404, 410, 500, 503], get(events::one)),
    route!(GET Read "/api/v1/alliances/{id}/roster", "roster", &["asOf", "on"], None => "Roster", &[200],
        &[400, 404, 500, 503], get(lists::roster)),
    route!(GET Read "/api/v1/obligations/heat-map", "heat-map",
        &["rule", "from", "to", "street", "community", "asOf", "on", "format"], None => "HeatMap", &[200],
        &[400, 404, 500, 503], get(obligations::heat_map)),
    route!(GET Read "/api/v1/communities/{id}/wednesday-sheet", "wednesday-sheet", AS_OF, None => "Sheet", &[200],
        &[400, 404, 500, 503], get(lists::wednesday_sheet)),
    route!(GET Read "/api/v1/trails/{*id}", "trail", AS_OF, None => "Trail", &[200], &[400, 404, 500, 503],
        get(trails::get)),
    route!(GET Reports "/api/v1/reports/co-building", "report",
        &["quarter", "street", "community", "asOf", "on", "format", "events", "comparisons"], None => "Report", &[200],
        &[400, 404, 500, 503], get(reports::co_building)),
    route!(GET Reports "/api/v1/reports/co-building/figures/{name}", "report-figure",
        &["quarter", "street", "community", "asOf", "on", "format", "limit", "cursor"], None => "Provenance", &[200],
        &[400, 404, 500, 503], get(reports::figure)),
    route!(GET Reports "/api/v1/reports/co-building/differences", "differences",
        &["quarter", "street", "community", "from", "to", "on", "format"], None => "Differences", &[200],
        &[400, 404, 500, 503], get(editions::differences)),
    route!(POST Record "/api/v1/reports/co-building/editions", "record-edition", &[], Some("NewEdition") => "Edition",
        &[200, 201], &[400, 404, 409, 422, 500, 503], post(editions::record)),
    route!(POST Reports "/api/v1/reports/co-building/check", "check-report", &[], Some("ReportClaim") => "ReportChecked",
        &[200], &[400, 413, 500, 503], post(editions::check)),
    route!(GET Reports "/api/v1/reports/{id}/editions/{number}/{format}", "edition-file", &[],
        None => "application/octet-stream", &[200], &[400, 404, 409, 500, 503], get(editions::file)),
    route!(GET Read "/api/v1/papers/{kind}/{*id}", "paper", AS_OF, None => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        &[200], &[400, 404, 422, 500, 501, 503], get(papers::get)),
    route!(GET Read "/api/v1/workbooks/{kind}", "workbook", &[], None => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        &[200], &[400, 404, 500, 503], get(imports::workbook)),
    route!(POST Record "/api/v1/imports", "import", &[], Some("Import") => "ImportOutcome", &[200, 201],
        &[400, 409, 413, 422, 500, 503], post(imports::post)),
    route!(POST Verify "/api/v1/verify", "verify", &["key"], None => "Verification", &[200], EVERY, post(upkeep::verify)),
    route!(POST System "/api/v1/rebuild", "rebuild", &[], None => "Rebuilt", &[200], EVERY, post(upkeep::rebuild)),
    route!(POST System "/api/v1/clock-accept", "clock-accept", &[], Some("ClockAccept") => "Receipt", &[201],
        &[400, 422, 500, 503], post(upkeep::accept_clock)),
    route!(POST System "/api/v1/rotate-key", "rotate-key", &[], Some("ClockAccept") => "Receipt", &[201],
        &[400, 422, 500, 503], post(upkeep::rotate_key)),
    route!(POST Record "/api/v1/documents", "keep-document", &[], Some("NewDocument") => "Kept", &[200, 201],
        &[400, 409, 413, 422, 500, 503], post(vault::keep_document)),
    route!(POST Vault "/api/v1/documents/{id}/show", "show-document", &[], Some("Look") => "application/octet-stream",
        &[200], &[400, 404, 422, 500, 503], post(vault::show_document)),
    route!(POST Record "/api/v1/holders", "name-holder", &[], Some("NewHolder") => "Kept", &[200, 201],
        &[400, 409, 422, 500, 503], post(vault::name_holder)),
    route!(POST Vault "/api/v1/holders/look-up", "look-up-holders", &[], Some("LookUp") => "Holders", &[200],
        &[400, 422, 500, 503], post(vault::look_up_holders)),
    route!(POST Record "/api/v1/holders/{id}/end", "end-holder", &[], Some("HolderEnd") => "Kept", &[200, 201],
        &[400, 409, 422, 500, 503], post(vault::end_holder)),
    route!(POST Log "/api/v1/exports/tiles", "export-tiles", &[], Some("Look") => "Receipt", &[201],
        &[400, 422, 500, 503], post(vault::export_tiles)),
    route!(POST Log "/api/v1/exports/jsonl", "export-jsonl", &[], Some("Look") => "application/x-ndjson", &[200],
        &[400, 422, 500, 503], post(exports::jsonl)),
    route!(POST Log "/api/v1/exports/ocel", "export-ocel", &["objects", "values", "time", "asOf"], Some("Look") =>
        "application/vnd.ocel+json", &[200], &[400, 404, 422, 500, 503], post(exports::ocel)),
    route!(GET Read "/api/v1/calendar.ics", "calendar-feed",
        &["community", "unit", "from", "to", "todos", "asOf"], None => "text/calendar", &[200, 304],
        &[400, 404, 500, 503], get(exports::calendar)),
    route!(POST Erase "/api/v1/erasures", "ask-erasure", &[], Some("NewErasure") => "Kept", &[200, 201],
        &[400, 404, 409, 410, 422, 500, 503], post(vault::ask_erasure)),
    route!(POST Erase "/api/v1/erasures/{id}/decide", "decide-erasure", &[], Some("ErasureDecision") => "Kept",
        &[200, 201], &[400, 409, 422, 500, 503], post(vault::decide_erasure)),
    route!(POST Erase "/api/v1/erasures/{id}/execute", "execute-erasure", &[], Some("By") => "ErasureExecuted", &[200],
        &[400, 404, 409, 422, 500, 503], post(vault::execute_erasure)),
    route!(POST Open "/api/v1/session", "sign-in", &[], Some("SignIn") => "Me", &[200],
        &[400, 401, 403, 413, 429, 500, 503], post(accounts::sign_in).layer(DefaultBodyLimit::max(OPEN_BYTES_MAX))),
    route!(POST Own "/api/v1/session/end", "sign-out", &[], None => "object", &[200], OWN, post(accounts::sign_out)),
    route!(GET Own "/api/v1/me", "me", &[], None => "Me", &[200], OWN, get(accounts::me)),
    route!(POST Own "/api/v1/me/password", "change-password", &[], Some("NewPassword") => "Me", &[200],
        &[400, 401, 403, 422, 429, 500, 503], post(accounts::change_password)),
    route!(POST Own "/api/v1/me/tokens", "issue-own-token", &[], Some("NewToken") => "object", &[201], ACCOUNT,
        post(accounts::issue_own)),
    route!(POST Own "/api/v1/me/tokens/{token}/revoke", "revoke-own-token", &[], None => "object", &[200], ACCOUNT,
        post(accounts::revoke_own)),
    route!(GET Accounts "/api/v1/accounts", "accounts", &[], None => "object", &[200], OWN, get(accounts::list)),
    route!(POST Accounts "/api/v1/accounts", "open-account", &[], Some("NewAccount") => "object", &[201], ACCOUNT,
        post(accounts::open)),
    route!(POST Accounts "/api/v1/accounts/{login}/password", "reset-password", &[], None => "object", &[200],
        ACCOUNT, post(accounts::reset_password)),
    route!(POST Accounts "/api/v1/accounts/{login}/lock", "lock-account", &[], Some("Reason") => "object", &[200],
        ACCOUNT, post(accounts::lock)),
    route!(POST Accounts "/api/v1/accounts/{login}/unlock", "unlock-account", &[], Some("Reason") => "object",
        &[200], ACCOUNT, post(accounts::unlock)),
    route!(POST Accounts "/api/v1/accounts/{login}/close", "close-account", &[], Some("Reason") => "object", &[200],
        ACCOUNT, post(accounts::close)),
    route!(POST Accounts "/api/v1/accounts/{login}/grants", "grant", &[], Some("NewGrant") => "object", &[201],
        ACCOUNT, post(accounts::grant)),
    route!(POST Accounts "/api/v1/accounts/{login}/grants/{grant}/end", "end-grant", &[], Some("Reason") => "object",
        &[200], ACCOUNT, post(accounts::end_grant)),
    route!(POST Accounts "/api/v1/accounts/{login}/tokens", "issue-token", &[], Some("NewToken") => "object", &[201],
        ACCOUNT, post(accounts::issue_token)),
    route!(POST Accounts "/api/v1/accounts/{login}/tokens/{token}/revoke", "revoke-token", &[], None => "object",
        &[200], ACCOUNT, post(accounts::revoke_token)),
    route!(GET Looks "/api/v1/account-traces", "account-traces", &["limit"], None => "object", &[200], OWN,
        get(accounts::traces)),
    route!(GET Open "/checkpoint", "checkpoint", &["fresh"], None => "text/plain", &[200], EVERY, get(evidence::checkpoint)),
    route!(GET Open "/tile/{*path}", "tile", &[], None => "application/octet-stream", &[200], &[404, 500, 503],
        get(evidence::tile)),
    route!(GET Open "/api/v1/witnesses", "witnesses", &[], None => "object", &[200], EVERY, get(evidence::witnesses)),
    route!(GET Log "/api/v1/erased", "erased", &[], None => "text/plain", &[200], EVERY, get(evidence::erased)),
    route!(GET Open "/api/v1/key", "key", &[], None => "text/plain", &[200], EVERY, get(evidence::key)),
    route!(GET Log "/api/v1/proofs/{position}", "proof", &[], None => "text/plain", &[200], &[400, 404, 500, 503],
        get(evidence::proof)),
    route!(GET Log "/api/v1/evidence/{*id}", "evidence", &[], None => "application/zip", &[200],
        &[400, 404, 410, 413, 500, 503], get(evidence::package)),
    route!(POST Vault "/api/v1/evidence/{*id}", "look-at-evidence", &[], Some("Look") => "application/zip", &[200],
        &[400, 404, 410, 413, 422, 500, 503], post(vault::look_at_package)),
    route!(GET Open "/api/v1/consistency", "consistency", &["old", "new"], None => "text/plain", &[200], EVERY,
        get(evidence::consistency)),
    route!(GET Open "/healthz", "healthz", &[], None => "Health", &[200], &[500], get(health::alive)),
    route!(GET Open "/readyz", "readyz", &[], None => "Health", &[200], &[500, 503], get(health::ready)),
    route!(GET System "/metrics", "metrics", &[], None => "text/plain", &[200], &[500], get(health::metrics)),
    route!(GET Open "/openapi.json", "openapi", &[], None => "object", &[200], &[500], get(openapi::document)),
    route!(GET Open "/docs", "docs", &[], None => "text/html", &[200], &[500], get(docs::page)),
    route!(GET Open "/docs/docs.js", "docs-script", &[], None => "text/javascript", &[200], &[500], get(docs::script)),
    route!(GET Open "/docs/docs.css", "docs-style", &[], None => "text/css", &[200], &[500], get(docs::style)),
    route!(GET Open "/problems/{code}", "problem", &[], None => "text/html", &[200], &[404, 500], get(docs::problem)),
];

/// What a list needs.
pub(crate) const LIST_NEEDS: Right = Right::Read;

/// Lists whose category is a rule.
const RULE_LISTS: &[&str] = &["obligations", "exemptions", "duties"];

/// Parameters of lists; [`list_query`] says which of them a list takes.
const LIST_QUERY: &[&str] = &[
    "community",
    "street",
    "state",
    "unit",
    "category",
    "kind",
    "rule",
    "due",
    "dueBefore",
    "overdue",
    "contains",
    "quarter",
    "on",
    "sort",
    "limit",
    "cursor",
    "format",
];

/// The parameters that a route takes in its query.
pub(crate) fn parameters(method: &Method, path: &str) -> Vec<&'static str> {
    // A HEAD request is a GET whose body is not sent.
    let method = if *method == Method::HEAD { &Method::GET } else { method };
    let route = ROUTES.iter().find(|route| route.path == path && route.method == *method);
    if let Some(route) = route {
        return route.query.to_vec();
    }
    let rest = path.strip_prefix("/api/v1/").unwrap_or_default();
    match rest.strip_suffix("/{id}") {
        Some(list) => item_query(list),
        None => list_query(rest),
    }
}

/// The parameters of a list. Those of [`lists::AS_OF_LISTS`] take `asOf` too, a list whose rows have no category
/// takes none, and one whose rows have a rule takes it under that name.
pub(crate) fn list_query(list: &str) -> Vec<&'static str> {
    let categories = registers::categories(list);
    let mut names = LIST_QUERY.to_vec();
    names.retain(|name| match *name {
        "category" | "kind" => categories.is_some(),
        "rule" => RULE_LISTS.contains(&list),
        _ => true,
    });
    names.extend(as_of(list));
    names
}

/// The parameters of one item of a list.
pub(crate) fn item_query(list: &str) -> Vec<&'static str> {
    let mut names = vec!["on"];
    names.extend(as_of(list));
    names
}

fn as_of(list: &str) -> Option<&'static str> {
    lists::AS_OF_LISTS.contains(&list).then_some("asOf")
}

/// The whole HTTP interface over an open ledger, for whoever has its folder: this process, its socket. Needs no
/// socket.
pub fn router(state: AppState) -> Router {
    finished(every().layer(from_fn(guard::local)), state)
}

/// The same for a port: whoever asks is nobody until a session or a token says who they are.
pub fn guarded(state: AppState) -> Router {
    finished(every().layer(from_fn_with_state(state.clone(), guard::resolve)), state)
}

/// Every route, behind what it needs.
fn every() -> Router<AppState> {
    let mut router = Router::new();
    for route in ROUTES {
        let handler = (route.handler)().route_layer(from_fn_with_state(route.needs, needs));
        router = router.route(route.path, handler);
    }
    for list in LISTS {
        let path = format!("/api/v1/{list}");
        let read = || from_fn_with_state(LIST_NEEDS, needs);
        router = router
            .route(&path, get(lists::list).route_layer(read()))
            .route(&format!("{path}/{{id}}"), get(lists::one).route_layer(read()));
    }
    router.merge(web::routes()).fallback(web::nowhere)
}

fn finished(router: Router<AppState>, state: AppState) -> Router {
    router
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(state.clone(), frame))
        .with_state(state)
}

/// A panic is a fault of this program; the request ends, the server goes on.
fn panicked(panic: Box<dyn std::any::Any + Send>) -> axum::response::Response {
    let what = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("unknown");
    let error = std::io::Error::other(format!("a handler panicked: {what}"));
    axum::response::IntoResponse::into_response(Problem::internal(&error))
}
