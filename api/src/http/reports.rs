//! `GET /api/v1/reports/co-building`: the quarterly report.

use axum::extract::State;
use axum::http::StatusCode;
use gongjian_projections::figures::Evidence;

use super::{Answered, AppState, Asking, Reader, aside, json, typed};
use crate::error::Problem;
use crate::output;

pub(crate) async fn co_building(
    State(state): State<AppState>,
    Reader(text): Reader,
    asking: Asking,
) -> Answered {
    let quarter = asking.quarter("quarter")?.ok_or_else(|| Problem::malformed("quarter", "2022-Q2"))?;
    let scope = asking.scope()?;
    let format = asking.choice("format", &["json", "text", "csv", "md"])?;
    let evidence = match (format, asking.choice("events", &["all", "scope", "none"])?) {
        ("json", "all") => Evidence::All,
        ("json", "scope") => Evidence::Scope,
        _ => Evidence::None,
    };
    let asked = asking.asked(&state.app)?;
    let report = aside(move || state.app.report(quarter, &scope, asked, evidence)).await?;
    Ok(match format {
        "csv" => typed(StatusCode::OK, output::csv::MEDIA, output::report::csv(&report, text)),
        "md" => typed(StatusCode::OK, output::MARKDOWN, output::report::markdown(&report, text)),
        "text" => typed(StatusCode::OK, output::TEXT, output::report::summary(&report, text)),
        _ => return json(StatusCode::OK, &report),
    })
}
