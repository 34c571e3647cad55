//! `POST /api/v1/commands`: one command or a list, atomic either way.

use std::sync::atomic::Ordering;

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode};
use gongjian_core::command::{Envelope, Receipt, Request, parse_id, parse_request};
use gongjian_core::gate::{self, Doubt};
use serde::Serialize;
use serde_json::Value;

use super::{Answered, AppState, Asking, Reader, aside, json};
use crate::access::{Caller, authorise};
use crate::app::{App, random_id, uuid};
use crate::error::Problem;
use crate::messages::Text;

/// Smaller bodies are read where they arrive; handing them over would cost more.
const ASIDE_BYTES: usize = 256 << 10;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Recorded {
    command_id: String,
    #[serde(flatten)]
    receipt: Receipt,
    replayed: bool,
    /// What looks personal in the command's free texts; it was taken all the same.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<Warning>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    dry_run: bool,
}

/// A free text that looks personal without being certain.
#[derive(Serialize)]
struct Warning {
    field: String,
    code: &'static str,
    words: String,
    detail: String,
}

pub(crate) async fn post(
    State(state): State<AppState>,
    asking: Asking,
    Reader(text): Reader,
    caller: Caller,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Answered {
    let body = body.map_err(|rejection| body_problem(&rejection))?;
    let dry_run = asking.flag("dryRun")?;
    let app = state.app.clone();
    let Read { mut request, is_list, warnings } = if body.len() > ASIDE_BYTES || caller.who().is_some() {
        aside(move || read(&app, &caller, &body, text)).await?
    } else {
        read(&app, &caller, &body, text)?
    };
    check_key(&headers, &request)?;
    if dry_run {
        request = request.dry_run();
    }
    let command_id = uuid(&request.id);
    let answer = state.app.submit(request).await.inspect_err(|problem| {
        if problem.rejection.is_some() {
            state.counters.refused.fetch_add(1, Ordering::Relaxed);
        }
    })?;
    let replayed = answer.replayed;
    let counter = if replayed { &state.counters.replayed } else { &state.counters.recorded };
    counter.fetch_add(if replayed { 1 } else { answer.receipts.len() as u64 }, Ordering::Relaxed);
    let status = if replayed || dry_run { StatusCode::OK } else { StatusCode::CREATED };
    let mut receipts: Vec<Recorded> = answer
        .receipts
        .into_iter()
        .zip(warnings.into_iter().chain(std::iter::repeat_with(Vec::new)))
        .map(|(receipt, warnings)| {
            let command_id = command_id.clone();
            Recorded { command_id, receipt, replayed, warnings, dry_run }
        })
        .collect();
    match receipts.pop() {
        Some(only) if !is_list => json(status, &only),
        last => {
            receipts.extend(last);
            json(status, &receipts)
        }
    }
}

/// A body that was read.
struct Read {
    request: Request,
    is_list: bool,
    /// Of each command in order; empty where no text of the body is doubtful.
    warnings: Vec<Vec<Warning>>,
}

fn read(app: &App, caller: &Caller, body: &[u8], text: Text) -> Result<Read, Problem> {
    let value: Value =
        serde_json::from_slice(body).map_err(|error| Problem::malformed("body", error.to_string()))?;
    let fallback = random_id()?;
    let post = caller.who().map(|who| who.post.as_str());
    let (request, is_list) = parse_request(value, post, app.today(), fallback)?;
    let request = authorise(app, caller, request)?;
    // Most bodies hold nothing doubtful: a look at them whole is enough, unless they hide letters in escapes.
    let whole = String::from_utf8_lossy(body);
    let look = whole.contains("\\u") || gate::doubtful(&whole).is_some();
    let of_one = |envelope: &Envelope| warnings(&envelope.command.to_json()["data"], text);
    let warnings = if look { request.commands.iter().map(of_one).collect() } else { Vec::new() };
    Ok(Read { request, is_list, warnings })
}

fn warnings(data: &Value, text: Text) -> Vec<Warning> {
    let told = |(field, doubt): (String, Doubt)| Warning {
        detail: text.doubt(&field, &doubt),
        field,
        code: doubt.code,
        words: doubt.words,
    };
    gate::doubts(data).into_iter().map(told).collect()
}

/// The header of the draft standard may repeat the command's id, and nothing else.
fn check_key(headers: &HeaderMap, request: &Request) -> Result<(), Problem> {
    let Some(key) = headers.get("idempotency-key") else { return Ok(()) };
    let key = key.to_str().ok().map(|key| key.trim_matches('"')).and_then(parse_id);
    if key == Some(request.id) {
        Ok(())
    } else {
        Err(Problem::malformed("Idempotency-Key", "the commandId of the body"))
    }
}

/// A body that did not arrive whole or is too large.
pub(crate) fn body_problem(rejection: &BytesRejection) -> Problem {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large")
            .with("limit", super::BODY_BYTES_MAX >> 20),
        _ => Problem::malformed("body", rejection),
    }
}
