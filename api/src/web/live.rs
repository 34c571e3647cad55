//! What a page that is open hears while others record: how many records there are that it does not show. Nothing is
//! said about them; whoever wants to see them loads the page again.

use std::convert::Infallible;
use std::time::Duration;

use axum::http::HeaderValue;
use axum::response::IntoResponse as _;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream;
use tokio::sync::watch;

use super::{Seen, Shown, Visit};
use crate::error::Problem;
use crate::messages::Text;

/// How long a browser waits before it comes back.
const RETRY: Duration = Duration::from_secs(5);
/// A comment that keeps proxies from closing a quiet stream.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How long records are gathered before they are told of.
const GATHER: Duration = Duration::from_millis(800);

struct Ear {
    head: watch::Receiver<u64>,
    stop: watch::Receiver<bool>,
    /// The size of the ledger that the page shows.
    shown: u64,
    /// The size that was told last.
    told: u64,
    text: Text,
}

/// `after`: the last record that the page shows.
pub(super) fn show(visit: &Visit) -> Seen {
    let shown: u64 = match visit.query.get("after") {
        "" => visit.app().head().size,
        given => {
            given.parse::<u64>().map_err(|_| Problem::unreadable("after", given, "0"))?.saturating_add(1)
        }
    };
    let head = visit.app().watch();
    let stop = visit.state.stop().subscribe();
    let ear = Ear { head, stop, shown, told: shown, text: visit.text };
    let events = stream::unfold(ear, |mut ear| async move {
        let event = ear.event().await?;
        Some((Ok::<Event, Infallible>(event), ear))
    });
    let mut response = Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response();
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(Shown::Whole(Box::new(response)))
}

impl Ear {
    /// The next thing to say; `None` when the server stops.
    async fn event(&mut self) -> Option<Event> {
        let told = self.told;
        let size = tokio::select! {
            grown = self.head.wait_for(|size| *size > told) => *grown.ok()?,
            _ = self.stop.wait_for(|stopping| *stopping) => return None,
        };
        // An import records thousands at once: one line for all of them.
        tokio::time::sleep(GATHER).await;
        let size = size.max(*self.head.borrow());
        self.told = size;
        let count = size.saturating_sub(self.shown).to_string();
        let words = self.text.get("live-new", &[("count", &count)]);
        Some(Event::default().retry(RETRY).data(words))
    }
}
