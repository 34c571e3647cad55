//! `GET /api/v1/reports/co-building`: the quarterly report.

use axum::extract::State;
use axum::http::StatusCode;
use gongjian_core::day::Quarter;
use gongjian_projections::figures::{Evidence, Scope};

use super::{Answered, AppState, Asking, Reader, aside, json, typed};
use crate::document::{self, Format};
use crate::error::Problem;
use crate::output;

/// Formats of the report, the usual one first; those of documents have a writer of their own.
pub(crate) const FORMATS: &[&str] = &["json", "text", "csv", "md", "xlsx", "html", "pdf"];

pub(crate) async fn co_building(
    State(state): State<AppState>,
    Reader(text): Reader,
    asking: Asking,
) -> Answered {
    let quarter = asking.text("quarter").ok_or_else(|| Problem::malformed("quarter", "2022-Q2"))?;
    let quarter: Quarter = quarter.parse().map_err(|_| Problem::unreadable("quarter", quarter, "2022-Q2"))?;
    let scope = match (asking.text("street"), asking.text("community")) {
        (Some(_), Some(_)) => return Err(Problem::malformed("community", "street | community")),
        (Some(street), None) => Scope::Street(street.to_owned()),
        (None, Some(community)) => Scope::Community(community.to_owned()),
        (None, None) => Scope::County,
    };
    let format = asking.choice("format", FORMATS)?;
    let evidence = match (format, asking.choice("events", &["all", "scope", "none"])?) {
        ("json", "all") => Evidence::All,
        ("json", "scope") => Evidence::Scope,
        _ => Evidence::None,
    };
    let asked = asking.asked(&state.app)?;
    if let Some(format) = Format::named(format) {
        let bytes = aside(move || {
            let document = state.app.report_document(quarter, &scope, asked, text)?;
            Ok(document::write(&document, format)?)
        });
        return Ok(typed(StatusCode::OK, format.media(), bytes.await?));
    }
    let report = aside(move || state.app.report(quarter, &scope, asked, evidence)).await?;
    Ok(match format {
        "csv" => typed(StatusCode::OK, output::csv::MEDIA, output::report::csv(&report, text)),
        "md" => typed(StatusCode::OK, output::MARKDOWN, output::report::markdown(&report, text)),
        "text" => typed(StatusCode::OK, output::TEXT, output::report::summary(&report, text)),
        _ => return json(StatusCode::OK, &report),
    })
}
