//! `GET /api/v1/papers/{kind}/{id}`: something to print, as DOCX, PDF or HTML.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};

use super::{Answered, AppState, Asking, Reader, aside, typed};
use crate::document::{self, Format};
use crate::error::Problem;

/// Formats of papers, the usual one first.
pub(crate) const FORMATS: &[&str] = &["docx", "pdf", "html"];

pub(crate) async fn get(
    State(state): State<AppState>,
    Reader(text): Reader,
    path: Result<Path<(String, String)>, PathRejection>,
    asking: Asking,
) -> Answered {
    let Path((kind, id)) = path.map_err(|error| Problem::malformed("id", error))?;
    let format = asking.choice("format", FORMATS)?;
    let format = Format::named(format).ok_or_else(|| Problem::no_writer(format))?;
    let asked = asking.asked(&state.app)?;
    let name = file_name(&kind, &id, format);
    let bytes = aside(move || {
        let paper = state.app.paper(&kind, &id, asked, text)?;
        Ok(document::write(&paper, format)?)
    })
    .await?;
    let mut response = typed(StatusCode::OK, format.media(), bytes);
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

/// A name in ASCII under which a browser keeps the file.
fn file_name(kind: &str, id: &str, format: Format) -> String {
    let plain = |text: &str| -> String {
        text.chars().map(|it| if it.is_ascii_alphanumeric() { it } else { '-' }).take(80).collect()
    };
    format!("{}-{}.{}", plain(kind), plain(id), format.word())
}
