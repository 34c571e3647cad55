//! `GET /api/v1/events/live`: new events as they are recorded (server-sent events).
//!
//! Every reader reads the log from where it stands; the writer only says that there is more. So nothing is
//! queued for a slow reader, nothing is lost, and a reader that comes back goes on after the last id it saw.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use gongjian_core::record::Position;
use tokio::sync::watch;

use super::{AppState, Asking, Counters, aside};
use crate::app::{App, EventFilter, ShownEvent};
use crate::error::Problem;

/// How long a browser waits before it comes back.
const RETRY: Duration = Duration::from_secs(3);
/// A comment that keeps proxies from closing a quiet stream.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Events read at once.
const PAGE: usize = 200;

pub(crate) async fn live(
    State(state): State<AppState>,
    asking: Asking,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let last = match headers.get("last-event-id") {
        Some(id) => {
            let id = id.to_str().ok().and_then(|id| id.trim().parse().ok());
            Some(id.ok_or_else(|| Problem::malformed("Last-Event-ID", "0, 1, 2, …"))?)
        }
        None => asking.number("after")?,
    };
    let head = state.app.watch();
    let next = last.map_or(state.app.reader().size(), |last: Position| last.saturating_add(1));
    let guard = Open::new(Arc::clone(&state.counters));
    let stop = state.stop().subscribe();
    let tail = Tail { app: state.app, head, stop, next, ready: VecDeque::new(), first: true, _guard: guard };
    let events = stream::unfold(tail, |mut tail| async move {
        let event = tail.event().await?;
        Some((Ok::<Event, Infallible>(event), tail))
    });
    let mut response = Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response();
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

/// One reader at the end of the log.
struct Tail {
    app: App,
    head: watch::Receiver<u64>,
    stop: watch::Receiver<bool>,
    next: Position,
    ready: VecDeque<ShownEvent>,
    first: bool,
    _guard: Open,
}

impl Tail {
    /// The next event; `None` when the ledger closes or cannot be read.
    async fn event(&mut self) -> Option<Event> {
        while self.ready.is_empty() {
            let next = self.next;
            tokio::select! {
                grown = self.head.wait_for(|size| *size > next) => drop(grown.ok()?),
                _ = self.stop.wait_for(|stopping| *stopping) => return None,
            }
            let app = self.app.clone();
            let page = aside(move || app.events(next, PAGE, &EventFilter::default())).await.ok()?;
            self.ready.extend(page.items);
        }
        let shown = self.ready.pop_front()?;
        let position = match &shown {
            ShownEvent::Whole(event) => event.position,
            ShownEvent::Withheld { position, .. } => *position,
        };
        self.next = position + 1;
        let mut event = Event::default().id(position.to_string());
        if std::mem::take(&mut self.first) {
            event = event.retry(RETRY);
        }
        Some(event.data(serde_json::to_string(&shown).ok()?))
    }
}

/// Counts an open stream.
struct Open(Arc<Counters>);

impl Open {
    fn new(counters: Arc<Counters>) -> Open {
        counters.live.fetch_add(1, Ordering::Relaxed);
        Open(counters)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.live.fetch_sub(1, Ordering::Relaxed);
    }
}
