//! `GET /api/v1/events` and `/api/v1/events/{position}`.

use axum::body::{Body, Bytes};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use futures_util::stream;
use gongjian_core::record::Position;
use serde::Serialize;
use serde_json::{Value, json};

use super::{Answered, AppState, Asking, aside, json as answer, typed};
use crate::app::{App, EventFilter, EventPage, ShownEvent};
use crate::error::Problem;
use crate::http::lists::Cursor;

/// A page, its fields in the order in which people read them.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Page<'a> {
    items: &'a [ShownEvent],
    next: Option<&'a str>,
    as_of: Value,
}

/// Events written to a stream at once.
const STREAM_PAGE: usize = 500;

pub(crate) async fn list(State(state): State<AppState>, asking: Asking) -> Answered {
    let app = state.app.clone();
    let head = app.head();
    let last = asking.last(&app)?.or(head.size.checked_sub(1));
    if let Some(kind) = asking.text("kind") {
        app.check_kind(kind)?;
    }
    let filter = EventFilter {
        stream: asking.text("stream").map(str::to_owned),
        kind: asking.text("kind").map(str::to_owned),
        last,
        raw: asking.flag("raw")?,
    };
    let from = asking.number("from")?.unwrap_or(0);
    if asking.choice("format", &["json", "jsonl"])? == "jsonl" {
        let limit = asking.number("limit")?.unwrap_or(u64::MAX);
        return Ok(lines(app, from, limit, filter));
    }
    let limit = asking.limit()?;
    let cursor = Cursor::read(&app, &asking)?;
    let (from, last) = match &cursor {
        Some(cursor) => (cursor.key.parse().unwrap_or(0), cursor.last),
        None => (from, last),
    };
    let filter = EventFilter { last, ..filter };
    let page = aside(move || app.events(from, limit, &filter)).await?;
    let next = page.next.map(|next| Cursor { last, key: next.to_string() }.write(&state.app, &asking));
    let digest = super::lists::digest_at(&state.app, last);
    let as_of = json!({ "position": last, "digest": digest });
    let mut response = answer(StatusCode::OK, &Page { items: &page.items, next: next.as_deref(), as_of })?;
    super::lists::link_next(&mut response, &asking, next.as_deref());
    Ok(response)
}

/// JSON lines to the end of the log, written as they are read.
fn lines(app: App, from: Position, limit: u64, filter: EventFilter) -> axum::response::Response {
    let start = Some((from, limit));
    let body = stream::unfold(start, move |state| {
        let (app, filter) = (app.clone(), filter.clone());
        async move {
            let (from, left) = state?;
            let count = usize::try_from(left).unwrap_or(usize::MAX).min(STREAM_PAGE);
            if count == 0 {
                return None;
            }
            let read = aside(move || {
                let page = app.events(from, count, &filter)?;
                Ok((text_of(&page)?, page.items.len(), page.next))
            });
            match read.await {
                Ok((text, got, next)) => {
                    let next = next.map(|next| (next, left.saturating_sub(got as u64)));
                    Some((Ok(text), next))
                }
                // The status is sent already: the stream ends in the middle, which its reader notices.
                Err(problem) => Some((Err(std::io::Error::other(problem.code)), None)),
            }
        }
    });
    let mut response = typed(StatusCode::OK, "application/x-ndjson", Body::from_stream(body));
    response.headers_mut().insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("inline"));
    response
}

fn text_of(page: &EventPage) -> Result<Bytes, Problem> {
    let mut text = Vec::with_capacity(page.items.len() * 600);
    for event in &page.items {
        serde_json::to_writer(&mut text, event).map_err(|error| Problem::internal(&error))?;
        text.push(b'\n');
    }
    Ok(text.into())
}

pub(crate) async fn one(
    State(state): State<AppState>,
    position: Result<Path<String>, PathRejection>,
    asking: Asking,
) -> Answered {
    let Path(given) = position.map_err(|error| Problem::malformed("position", error))?;
    let position = given.parse().map_err(|_| Problem::malformed("position", "0, 1, 2, …"))?;
    let event = state.app.event(position, asking.flag("raw")?)?;
    let event = event.ok_or_else(|| Problem::not_found(&given))?;
    answer(StatusCode::OK, &event)
}
