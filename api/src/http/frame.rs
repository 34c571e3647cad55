//! What every answer has: a request id, the reader's language, the usual headers, a time limit, and
//! problems written as RFC 9457 documents.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use super::{AppState, typed};
use crate::app::{random_id, uuid};
use crate::error::Problem;
use crate::messages::Language;

/// Longer than any question takes; a command that takes longer may still be recorded.
const ANSWER_WITHIN: Duration = Duration::from_secs(120);

/// Headers that every answer has, unless it says otherwise.
const HEADERS: &[(header::HeaderName, &str)] = &[
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    ),
    (header::CACHE_CONTROL, "no-store"),
    (header::VARY, "accept, accept-language"),
];

/// Wraps every route.
pub(crate) async fn frame(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let id = random_id().map(|id| uuid(&id)).unwrap_or_default();
    let wanted = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let language = wanted.map(Language::of_header).unwrap_or_default();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let started = Instant::now();
    let mut response = match tokio::time::timeout(ANSWER_WITHIN, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let code = if method == Method::POST { "outcome-unknown" } else { "timeout" };
            axum::response::IntoResponse::into_response(Problem::new(StatusCode::SERVICE_UNAVAILABLE, code))
        }
    };
    if let Some(problem) = problem_of(&mut response, &method) {
        response = written(&problem, language, &id, &response);
    }
    finish(&mut response, language, &id);
    let status = response.status();
    if let Some(counter) = state.counters.answers.get(usize::from(status.as_u16() / 100)) {
        counter.fetch_add(1, Ordering::Relaxed);
    }
    // No query and no body: they may hold what people wrote.
    tracing::info!(%method, path, status = status.as_u16(), micros = started.elapsed().as_micros() as u64, id, "answered");
    response
}

/// The problem in a response: our own, or what axum says in plain text. A page says itself what is wrong.
fn problem_of(response: &mut Response, method: &Method) -> Option<Problem> {
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        return Some(problem);
    }
    let status = response.status();
    let media = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !(status.is_client_error() || status.is_server_error())
        || media.is_some_and(|media| media.contains("problem+json") || media.starts_with("text/html"))
    {
        return None;
    }
    Some(match status {
        StatusCode::NOT_FOUND => Problem::new(status, "no-such-page"),
        StatusCode::METHOD_NOT_ALLOWED => Problem::new(status, "method").with("method", method),
        StatusCode::PAYLOAD_TOO_LARGE => {
            Problem::new(status, "body-too-large").with("limit", super::BODY_BYTES_MAX >> 20)
        }
        status if status.is_client_error() => Problem::malformed("body", status),
        status => Problem::new(status, "internal"),
    })
}

fn written(problem: &Problem, language: Language, id: &str, old: &Response) -> Response {
    let document = problem.to_json(language.text(), id).to_string();
    let mut response = typed(problem.status, "application/problem+json", document);
    if let Some(allow) = old.headers().get(header::ALLOW) {
        response.headers_mut().insert(header::ALLOW, allow.clone());
    }
    if problem.status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    }
    response
}

fn finish(response: &mut Response, language: Language, id: &str) {
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.entry(name.clone()).or_insert(HeaderValue::from_static(value));
    }
    headers.entry(header::CONTENT_LANGUAGE).or_insert(HeaderValue::from_static(language.tag()));
    if let Ok(value) = HeaderValue::from_str(id) {
        headers.insert("x-request-id", value);
    }
}
