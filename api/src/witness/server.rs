//! The witness over HTTP: two addresses, plain text, no accounts; the log's signature is what counts.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::{get, post};
use gongjian_core::evidence::Refusal;
use gongjian_core::evidence::note::NOTE_BYTES_MAX;
use gongjian_core::evidence::witness::{HASHES_MAX, SIZE_CONTENT_TYPE};
use tower_http::catch_panic::CatchPanicLayer;

use super::keeper::{Keeper, Unanswered};

/// The longest note, the proof before it, and a size.
const BODY_BYTES_MAX: usize = NOTE_BYTES_MAX + 64 * HASHES_MAX;
/// How long a request may take, its arrival included.
const PATIENCE: Duration = Duration::from_secs(20);

const TEXT: &str = "text/plain; charset=utf-8";

/// The addresses of a witness below a prefix such as `/witness`, or none.
pub fn router(keeper: Arc<Keeper>, prefix: &str) -> Router {
    let routes = Router::new()
        .route("/add-checkpoint", post(add_checkpoint))
        .route("/{origin}/checkpoint", get(checkpoint))
        .with_state(keeper);
    let prefix = prefix.trim_end_matches('/');
    let routes = if prefix.is_empty() { routes } else { Router::new().nest(prefix, routes) };
    routes.layer(DefaultBodyLimit::max(BODY_BYTES_MAX)).layer(from_fn(in_time)).layer(CatchPanicLayer::new())
}

async fn in_time(request: Request, next: Next) -> Response {
    match tokio::time::timeout(PATIENCE, next.run(request)).await {
        Ok(response) => response,
        Err(_) => answer(StatusCode::REQUEST_TIMEOUT, TEXT, "too slow\n".to_owned()),
    }
}

async fn add_checkpoint(State(keeper): State<Arc<Keeper>>, body: Bytes) -> Response {
    // It hashes, verifies and syncs.
    let answered = tokio::task::spawn_blocking(move || keeper.answer(&body)).await;
    match answered {
        Ok(Ok(line)) => answer(StatusCode::OK, TEXT, line.to_string()),
        Ok(Err(Unanswered::Refused(refusal))) => refused(&refusal),
        Ok(Err(error)) => fault(&error),
        Err(error) => fault(&error),
    }
}

async fn checkpoint(State(keeper): State<Arc<Keeper>>, Path(origin): Path<String>) -> Response {
    match tokio::task::spawn_blocking(move || keeper.latest_by_hash(&origin)).await {
        Ok(Ok(Some(signed))) => answer(StatusCode::OK, TEXT, signed.to_string()),
        Ok(Ok(None)) => answer(StatusCode::NOT_FOUND, TEXT, "nothing seen of this log\n".to_owned()),
        Ok(Err(error)) => fault(&error),
        Err(error) => fault(&error),
    }
}

fn refused(refusal: &Refusal) -> Response {
    let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::BAD_REQUEST);
    let media = if matches!(refusal, Refusal::Conflict { .. }) { SIZE_CONTENT_TYPE } else { TEXT };
    answer(status, media, refusal.body())
}

/// The cause stays in the log of the server.
fn fault(error: &(dyn std::error::Error + 'static)) -> Response {
    tracing::error!(error = %crate::error::chain(error), "a request could not be answered");
    answer(StatusCode::INTERNAL_SERVER_ERROR, TEXT, "the witness cannot sign now\n".to_owned())
}

fn answer(status: StatusCode, media: &'static str, body: String) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
