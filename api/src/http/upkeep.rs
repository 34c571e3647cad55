//! Verification, rebuilding and the clock, for verbs that find the folder held by a running server.

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::StatusCode;
use gongjian_core::evidence::VerifierKey;
use serde::Deserialize;

use super::{Answered, AppState, Asking, Reader, aside, json};
use crate::access::Caller;
use crate::error::Problem;

pub(crate) async fn verify(State(state): State<AppState>, Reader(text): Reader, asking: Asking) -> Answered {
    let parse = |line: &str| {
        line.parse::<VerifierKey>().map_err(|error| Problem::malformed("key", error.to_string()))
    };
    let key = asking.text("key").map(parse).transpose()?;
    let found = aside(move || state.app.verify(key, |_, _| ())).await?;
    json(StatusCode::OK, &found.to_json(text))
}

pub(crate) async fn rebuild(State(state): State<AppState>, _: Asking) -> Answered {
    let rebuilt = aside(move || state.app.rebuild(|_, _| ())).await?;
    json(StatusCode::OK, &rebuilt.to_json())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Accept {
    #[serde(default)]
    actor: Option<String>,
    reason: String,
}

/// Who accepts, and why; an account's post is its own.
fn accepted(caller: &Caller, body: Result<Bytes, BytesRejection>) -> Result<(String, String), Problem> {
    let body = body.map_err(|rejection| super::commands::body_problem(&rejection))?;
    let read = serde_json::from_slice(&body).map_err(|error| Problem::malformed("body", error.to_string()));
    let Accept { actor, reason } = read?;
    let actor = caller.acts_as(actor.as_deref())?.ok_or_else(|| Problem::malformed("actor", "系统管理岗"))?;
    Ok((actor, reason))
}

pub(crate) async fn rotate_key(
    State(state): State<AppState>,
    caller: Caller,
    _: Asking,
    body: Result<Bytes, BytesRejection>,
) -> Answered {
    let (actor, reason) = accepted(&caller, body)?;
    let receipt = aside(move || state.app.rotate_key(&actor, &reason)).await?;
    json(StatusCode::CREATED, &receipt)
}

pub(crate) async fn accept_clock(
    State(state): State<AppState>,
    caller: Caller,
    _: Asking,
    body: Result<Bytes, BytesRejection>,
) -> Answered {
    let (actor, reason) = accepted(&caller, body)?;
    let receipt = aside(move || state.app.accept_clock(&actor, &reason)).await?;
    json(StatusCode::CREATED, &receipt)
}
