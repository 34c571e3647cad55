//! `GET /api/v1/trails/{id}`: one matter from the problem to its verification.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;

use super::{Answered, AppState, Asking, Reader, aside, json, typed};
use crate::error::Problem;
use crate::output;

pub(crate) async fn get(
    State(state): State<AppState>,
    Reader(text): Reader,
    id: Result<Path<String>, PathRejection>,
    asking: Asking,
) -> Answered {
    let Path(id) = id.map_err(|error| Problem::malformed("id", error))?;
    let format = asking.choice("format", &["json", "text"])?;
    let asked = asking.asked(&state.app)?;
    let trail = aside(move || state.app.trail(&id, asked)).await?;
    match format {
        "text" => Ok(typed(StatusCode::OK, output::TEXT, output::trail::narrative(&trail, text))),
        _ => json(StatusCode::OK, &trail),
    }
}
