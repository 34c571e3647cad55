//! HTTP: what comes in is read here, what goes out is written here; the work is done by [`App`](crate::app).

pub(crate) mod accounts;
pub(crate) mod commands;
pub(crate) mod docs;
pub(crate) mod editions;
pub(crate) mod events;
pub(crate) mod evidence;
pub(crate) mod exports;
mod frame;
pub(crate) mod health;
pub(crate) mod imports;
pub(crate) mod lists;
pub(crate) mod live;
pub(crate) mod obligations;
pub(crate) mod openapi;
pub(crate) mod papers;
mod parameters;
pub(crate) mod reports;
#[cfg(test)]
mod tests;
pub(crate) mod trails;
pub(crate) mod upkeep;
pub(crate) mod vault;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tokio::sync::watch;

use crate::access::Front;
use crate::app::App;
use crate::error::Problem;

pub(crate) use frame::frame;
pub(crate) use parameters::{Asking, Posted, Reader};

/// Largest body: a list of commands, or workbooks in base64.
pub const BODY_BYTES_MAX: usize = 64 << 20;

/// The longest body that anybody may send.
pub(crate) const OPEN_BYTES_MAX: usize = 64 << 10;

/// Pieces of a streamed answer that wait for its reader.
const PIECES_AHEAD: usize = 4;

/// What every handler gets.
#[derive(Clone)]
pub struct AppState {
    /// The ledger.
    pub app: App,
    /// What `/metrics` counts besides the ledger itself.
    pub counters: Arc<Counters>,
    /// How the port is reached.
    pub front: Front,
    /// Turns true when the server stops: live streams end then.
    stop: watch::Sender<bool>,
}

impl AppState {
    /// State over an open ledger.
    pub fn new(app: App) -> AppState {
        AppState { app, counters: Arc::default(), front: Front::default(), stop: watch::Sender::new(false) }
    }

    /// The same, for a port that is reached in a certain way.
    #[must_use]
    pub fn behind(mut self, front: Front) -> AppState {
        self.front = front;
        self
    }

    /// Tells live streams to end.
    pub fn stop(&self) -> watch::Sender<bool> {
        self.stop.clone()
    }
}

/// Counts since the start of the process.
#[derive(Debug, Default)]
pub struct Counters {
    /// Answers by first digit of the status.
    pub answers: [AtomicU64; 6],
    /// Events recorded over HTTP.
    pub recorded: AtomicU64,
    /// Requests answered from an earlier recording.
    pub replayed: AtomicU64,
    /// Requests refused by a rule.
    pub refused: AtomicU64,
    /// Live streams that are open.
    pub live: AtomicU64,
}

/// The answer of a handler.
pub(crate) type Answered = Result<Response, Problem>;

/// A problem travels in the extensions; [`frame()`] knows the reader's language and writes it.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.status;
        response.extensions_mut().insert(self);
        response
    }
}

/// A JSON answer.
pub(crate) fn json(status: StatusCode, value: &impl Serialize) -> Answered {
    let bytes = serde_json::to_vec(value).map_err(|error| Problem::internal(&error))?;
    Ok(typed(status, "application/json", bytes))
}

/// An answer of any type.
pub(crate) fn typed(status: StatusCode, media: &'static str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    response
}

/// An answer that is written while it is read: `write` hands over pieces until it is done or told that nobody wants
/// more, away from the threads that serve connections. What fails in the middle ends the answer there, which its
/// reader notices.
pub(crate) fn streamed(
    media: &'static str,
    write: impl FnOnce(&mut dyn FnMut(Vec<u8>) -> bool) -> Result<(), Problem> + Send + 'static,
) -> Response {
    let (send, receive) = tokio::sync::mpsc::channel::<std::io::Result<Vec<u8>>>(PIECES_AHEAD);
    tokio::task::spawn_blocking(move || {
        let written = write(&mut |piece| send.blocking_send(Ok(piece)).is_ok());
        if let Err(problem) = written {
            tracing::error!(code = problem.code, "an answer ends in the middle");
            // Whoever asked may have gone.
            let _ = send.blocking_send(Err(std::io::Error::other(problem.code)));
        }
    });
    let pieces = futures_util::stream::unfold(receive, |mut receive| async move {
        let piece = receive.recv().await?;
        Some((piece, receive))
    });
    typed(StatusCode::OK, media, Body::from_stream(pieces))
}

/// Work that reads the disk or folds, away from the threads that serve connections.
///
/// # Errors
/// The work's own problem, or `internal` if it panicked.
pub(crate) async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => Err(Problem::internal(&error)),
    }
}
