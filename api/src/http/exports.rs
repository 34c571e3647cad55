//! `POST /api/v1/exports/…`: everything, for other programs; taking it away is recorded first. `GET
//! /api/v1/calendar.ics`: the calendar.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use gongjian_core::day::Day;
use serde::Deserialize;

use super::vault::{Body, asker, work};
use super::{Answered, AppState, Asking, Posted, Reader, aside, streamed, typed};
use crate::access::{Caller, may_do};
use crate::app::Asker;
use crate::error::Problem;
use crate::{ical, ocel};

/// Who takes it away, and why.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Away {
    actor: String,
    #[serde(default)]
    command_id: Option<String>,
    #[serde(default)]
    occurred_on: Option<Day>,
    reason: String,
}

impl Away {
    fn asker(&self, caller: &Caller) -> Result<Asker, Problem> {
        asker(caller, &self.actor, self.command_id.as_deref(), self.occurred_on)
    }
}

fn named(mut response: Response, name: &'static str) -> Answered {
    response.headers_mut().insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(name));
    Ok(response)
}

/// The log up to the event that records this export, which is not in it: what is imported elsewhere and exported
/// there again is the same file.
pub(crate) async fn jsonl(posted: Posted) -> Answered {
    let app = posted.app.clone();
    let header = posted.work(|app, caller, body: Away| {
        let header = app.log_header()?;
        may_do(caller, "access.record", None)?;
        app.record_export(&body.asker(caller)?, "jsonl", &body.reason)?;
        Ok(header)
    });
    let header = header.await?;
    let response = streamed("application/x-ndjson", move |each| app.write_log(&header, each));
    named(response, "attachment; filename=\"log.jsonl\"")
}

pub(crate) async fn ocel(
    State(state): State<AppState>,
    asking: Asking,
    caller: Caller,
    body: Body,
) -> Answered {
    let given = asking.text("objects").unwrap_or_default();
    let objects = ocel::Options::categories(given).map_err(|unknown| {
        Problem::unreadable("objects", &unknown, gongjian_core::domain::CATEGORIES.join(", "))
    })?;
    let options = ocel::Options {
        objects,
        native: asking.choice("values", &["string", "native"])? == "native",
        recorded_time: asking.choice("time", &["occurred", "recorded"])? == "recorded",
    };
    let last = asking.last(&state.app)?;
    let size = work(&state.app, caller, body, move |app, caller, body: Away| {
        let size = last.map_or(app.reader().size(), |last| last + 1);
        may_do(caller, "access.record", None)?;
        app.record_export(&body.asker(caller)?, "ocel", &body.reason)?;
        Ok(size)
    });
    let size = size.await?;
    let app = state.app;
    let response =
        streamed("application/vnd.ocel+json", move |each| app.write_ocel(size, &options, each).map(drop));
    named(response, "attachment; filename=\"ledger.jsonocel\"")
}

pub(crate) async fn calendar(
    State(state): State<AppState>,
    Reader(text): Reader,
    headers: HeaderMap,
    asking: Asking,
) -> Answered {
    let wanted = ical::Wanted {
        community: asking.text("community").map(str::to_owned),
        unit: asking.text("unit").map(str::to_owned),
        from: asking.day("from")?,
        to: asking.day("to")?,
        todos: asking.flag("todos")?,
    };
    let last = asking.last(&state.app)?;
    let feed = aside(move || state.app.calendar_feed(last, &wanted, text)).await?;
    let tag = HeaderValue::from_str(&feed.tag).map_err(|error| Problem::internal(&error))?;
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let is_known = known.flat_map(|value| value.split(',')).map(str::trim).any(|known| {
        // Weak comparison (RFC 9110, section 8.8.3.2).
        known == "*" || known.trim_start_matches("W/") == feed.tag.trim_start_matches("W/")
    });
    let mut response = if is_known {
        let mut response = Response::new(axum::body::Body::empty());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response
    } else {
        typed(StatusCode::OK, "text/calendar; charset=utf-8", feed.bytes)
    };
    let headers = response.headers_mut();
    headers.insert(header::ETAG, tag);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=300"));
    Ok(response)
}
