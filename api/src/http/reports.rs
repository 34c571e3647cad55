//! `GET /api/v1/reports/co-building`: the quarterly report, and one figure of it with everything behind it.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use gongjian_core::day::Quarter;
use gongjian_projections::figures::{Evidence, Scope};

use super::lists::{Cursor, link_next};
use super::{Answered, AppState, Asking, Reader, aside, json, typed};
use crate::app::{Asked, FigurePage, figure_named, written};
use crate::document::Format;
use crate::error::Problem;
use crate::output;

/// Formats of the report, the usual one first; those of documents have a writer of their own.
pub(crate) const FORMATS: &[&str] = &["json", "text", "csv", "md", "xlsx", "html", "pdf", "docx"];

/// The quarter and the scope of a question.
fn about(asking: &Asking) -> Result<(Quarter, Scope), Problem> {
    Ok((asking.the_quarter()?, asking.scope()?))
}

pub(crate) async fn co_building(
    State(state): State<AppState>,
    Reader(text): Reader,
    asking: Asking,
) -> Answered {
    let (quarter, scope) = about(&asking)?;
    let format = asking.choice("format", FORMATS)?;
    let evidence = match (format, asking.choice("events", &["all", "scope", "none"])?) {
        ("json", "all") => Evidence::All,
        ("json", "scope") => Evidence::Scope,
        _ => Evidence::None,
    };
    let parts = asking.choice("comparisons", &["scope", "all"])? == "all";
    let asked = asking.asked(&state.app)?;
    if let Some(format) = Format::named(format) {
        let bytes = aside(move || {
            let report = state.app.report(quarter, &scope, asked, Evidence::All)?;
            written(&state.app.document_of(&report, text)?, format, text)
        });
        return Ok(typed(StatusCode::OK, format.media(), bytes.await?));
    }
    let report = aside(move || state.app.report_compared(quarter, &scope, asked, evidence, parts)).await?;
    Ok(match format {
        "csv" => typed(StatusCode::OK, output::csv::MEDIA, output::report::csv(&report, text)),
        "md" => typed(StatusCode::OK, output::MARKDOWN, output::report::markdown(&report, text)),
        "text" => typed(StatusCode::OK, output::TEXT, output::report::summary(&report, text)),
        _ => return json(StatusCode::OK, &report),
    })
}

pub(crate) async fn figure(
    State(state): State<AppState>,
    Reader(text): Reader,
    name: Result<Path<String>, PathRejection>,
    asking: Asking,
) -> Answered {
    let Path(name) = name.map_err(|error| Problem::malformed("name", error))?;
    let figure = figure_named(&name)?;
    let (quarter, scope) = about(&asking)?;
    let format = asking.choice("format", &["json", "text", "csv"])?;
    let asked = asking.asked(&state.app)?;
    let cursor = Cursor::read(&state.app, &asking)?;
    // A walk goes on in what it began with, whatever is recorded meanwhile.
    let last = cursor.as_ref().map_or(asked.last, |cursor| cursor.last);
    let after = cursor.map(|cursor| cursor.key.parse().unwrap_or(0));
    let is_file = format == "csv" && asking.text("limit").is_none();
    let limit = if is_file { usize::MAX } else { asking.limit()? };
    let (app, page) = (state.app.clone(), FigurePage { after, limit });
    let asked = Asked { last, ..asked };
    let (mut found, next) = aside(move || app.figure(figure, quarter, &scope, asked, page)).await?;
    let last = found.as_of.position;
    let next = next.map(|next| Cursor { last, key: next.to_string() }.write(&state.app, &asking));
    found.next.clone_from(&next);
    let mut response = match format {
        "csv" => typed(StatusCode::OK, output::csv::MEDIA, output::figure::csv(&found, text)),
        "text" => typed(StatusCode::OK, output::TEXT, output::figure::text(&found, text)),
        _ => json(StatusCode::OK, &found)?,
    };
    link_next(&mut response, &asking, next.as_deref());
    Ok(response)
}
