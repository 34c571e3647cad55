//! `POST /api/v1/imports`: workbooks in base64, all together or none. `GET /api/v1/workbooks/{kind}`: back again.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::{Answered, AppState, Asking, Reader, aside, json, typed};
use crate::access::{Caller, may_do};
use crate::error::Problem;
use crate::import::{Input, Options};
use crate::workbook::Kind;

/// Media type of a workbook.
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Body {
    files: Vec<File>,
    #[serde(default)]
    dry_run: bool,
    #[serde(default)]
    correct: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    content: String,
}

pub(crate) async fn post(
    State(state): State<AppState>,
    Reader(text): Reader,
    caller: Caller,
    _: Asking,
    body: Result<Bytes, BytesRejection>,
) -> Answered {
    let body = body.map_err(|rejection| super::commands::body_problem(&rejection))?;
    let outcome = aside(move || {
        // Rows of a workbook may be about any community.
        may_do(&caller, "import.record", None)?;
        let account = caller.account();
        let body: Body =
            serde_json::from_slice(&body).map_err(|error| Problem::malformed("body", error.to_string()))?;
        let mut inputs = Vec::with_capacity(body.files.len());
        for (index, file) in body.files.into_iter().enumerate() {
            let bytes = STANDARD
                .decode(file.content)
                .map_err(|_| Problem::malformed(&format!("files[{index}].content"), "base64"))?;
            inputs.push(Input { name: file.name, bytes });
        }
        if inputs.is_empty() {
            return Err(Problem::malformed("files", "1, 2, …"));
        }
        let outcome = state.app.import(
            &inputs,
            Options { dry_run: body.dry_run, correct: body.correct, account },
            text,
        );
        state.app.save_views();
        outcome
    })
    .await?;
    let status = if outcome.positions.is_some() { StatusCode::CREATED } else { StatusCode::OK };
    json(status, &outcome)
}

pub(crate) async fn workbook(State(state): State<AppState>, Path(kind): Path<String>, _: Asking) -> Answered {
    let kind = Kind::of_name(&kind).ok_or_else(|| Problem::not_found(&kind))?;
    let bytes = aside(move || state.app.workbook(kind)).await?;
    Ok(typed(StatusCode::OK, XLSX, bytes))
}
