//! Verification, rebuilding and the clock, for verbs that find the folder held by a running server.

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::StatusCode;
use gongjian_core::evidence::VerifierKey;
use serde::Deserialize;

use super::{Answered, AppState, Asking, Reader, aside, json};
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
    actor: String,
    reason: String,
}

fn accepted(body: Result<Bytes, BytesRejection>) -> Result<Accept, Problem> {
    let body = body.map_err(|rejection| super::commands::body_problem(&rejection))?;
    serde_json::from_slice(&body).map_err(|error| Problem::malformed("body", error.to_string()))
}

pub(crate) async fn rotate_key(
    State(state): State<AppState>,
    _: Asking,
    body: Result<Bytes, BytesRejection>,
) -> Answered {
    let accept = accepted(body)?;
    let receipt = aside(move || state.app.rotate_key(&accept.actor, &accept.reason)).await?;
    json(StatusCode::CREATED, &receipt)
}

pub(crate) async fn accept_clock(
    State(state): State<AppState>,
    _: Asking,
    body: Result<Bytes, BytesRejection>,
) -> Answered {
    let accept = accepted(body)?;
    let receipt = aside(move || state.app.accept_clock(&accept.actor, &accept.reason)).await?;
    json(StatusCode::CREATED, &receipt)
}
