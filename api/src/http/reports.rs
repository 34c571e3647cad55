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
const FORMATS: &[&str] = &["json", "text", "csv", "md", "xlsx"];

pub(crate) async fn co_building(
    State(state): State<AppState>,
    Reader(text): Reader,
    asking: Asking,
) -> Answered {
    let quarter = quarter_of(asking.text("quarter").unwrap_or_default())?;
    let scope = scope_of(asking.text("street"), asking.text("community"))?;
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

/// A quarter as somebody writes it.
pub(super) fn quarter_of(given: &str) -> Result<Quarter, Problem> {
    match given.parse() {
        Ok(quarter) => Ok(quarter),
        Err(_) if given.is_empty() => Err(Problem::malformed("quarter", "2022-Q2")),
        Err(_) => Err(Problem::unreadable("quarter", given, "2022-Q2")),
    }
}

/// A scope by the street or community that somebody names.
pub(super) fn scope_of(street: Option<&str>, community: Option<&str>) -> Result<Scope, Problem> {
    match (street, community) {
        (Some(_), Some(_)) => Err(Problem::malformed("community", "street | community")),
        (Some(street), None) => Ok(Scope::Street(street.to_owned())),
        (None, Some(community)) => Ok(Scope::Community(community.to_owned())),
        (None, None) => Ok(Scope::County),
    }
}
