//! Editions of the quarterly report: recorded, their files made again, compared, and files that claim to be one.

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use gongjian_core::day::Day;
use serde::Deserialize;

use super::parameters::scope_of;
use super::vault::{asker, created, work};
use super::{Answered, AppState, Asking, Posted, Reader, aside, json, typed};
use crate::access::{Caller, Place, may_do};
use crate::app::Claim;
use crate::app::editions::file_name;
use crate::error::Problem;
use crate::output;

type Body = Result<Bytes, BytesRejection>;

/// Who makes which report.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewEdition {
    actor: String,
    #[serde(default)]
    command_id: Option<String>,
    #[serde(default)]
    occurred_on: Option<Day>,
    quarter: String,
    #[serde(default)]
    street: Option<String>,
    #[serde(default)]
    community: Option<String>,
}

pub(crate) async fn record(posted: Posted) -> Answered {
    let recorded = posted.work(|app, caller, body: NewEdition| {
        let asker = asker(caller, &body.actor, body.command_id.as_deref(), body.occurred_on)?;
        let scope = scope_of(body.street.as_deref(), body.community.as_deref())?;
        let place = Place::of_scope(&*app.views()?, &scope);
        may_do(caller, "report.generate", place.as_ref())?;
        app.record_edition(
            &asker,
            body.quarter.parse().map_err(|_| Problem::unreadable("quarter", &body.quarter, "2022-Q2"))?,
            &scope,
        )
    });
    let recorded = recorded.await?;
    json(created(recorded.replayed), &recorded.to_json())
}

pub(crate) async fn file(
    State(state): State<AppState>,
    place: Result<Path<(String, usize, String)>, PathRejection>,
    _: Asking,
) -> Answered {
    let Path((id, number, format)) = place.map_err(|error| Problem::malformed("number", error))?;
    let name = file_name(&id, number, &format);
    let (media, bytes) = aside(move || state.app.edition_file(&id, number, &format)).await?;
    let mut response = typed(StatusCode::OK, media, bytes);
    // A code that is no ASCII has no place in a header; the file is then named by whoever saves it.
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

pub(crate) async fn differences(
    State(state): State<AppState>,
    Reader(text): Reader,
    asking: Asking,
) -> Answered {
    let (quarter, scope) = (asking.the_quarter()?, asking.scope()?);
    let positions = (asking.number("from")?, asking.number("to")?);
    let on = asking.day("on")?;
    let format = asking.choice("format", &["json", "text"])?;
    let found = aside(move || state.app.differences(quarter, &scope, positions, on)).await?;
    Ok(match format {
        "text" => typed(StatusCode::OK, output::TEXT, output::differences::summary(&found, text)),
        _ => return json(StatusCode::OK, &found),
    })
}

pub(crate) async fn check(State(state): State<AppState>, _: Asking, body: Body) -> Answered {
    // A claim names nobody.
    let checked = work(&state.app, Caller::Local, body, |app, _, claim: Claim| app.check_claim(&claim));
    json(StatusCode::OK, &checked.await?)
}
