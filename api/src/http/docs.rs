//! `/docs`: the contract to read and to try, without anything from elsewhere; `/problems/CODE`: what a code
//! means.

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::StatusCode;
use gongjian_core::rejection::CODES;

use super::{Answered, Asking, Reader, typed};
use crate::error::Problem;
use crate::output::paper::escaped;

pub(crate) async fn page(Reader(text): Reader, _: Asking) -> Answered {
    let page = include_str!("docs/docs.html")
        .replace("{lang}", text.language().tag())
        .replace("{title}", &text.plain("api-title"))
        .replace("{try}", &text.plain("docs-try"))
        .replace("{body}", &text.plain("docs-body"))
        .replace("{loading}", &text.plain("docs-loading"));
    Ok(typed(StatusCode::OK, "text/html; charset=utf-8", page))
}

pub(crate) async fn script(_: Asking) -> Answered {
    Ok(typed(StatusCode::OK, "text/javascript; charset=utf-8", include_str!("docs/docs.js")))
}

pub(crate) async fn style(_: Asking) -> Answered {
    Ok(typed(StatusCode::OK, "text/css; charset=utf-8", include_str!("docs/docs.css")))
}

/// The page that the `type` of a problem names.
pub(crate) async fn problem(
    Reader(text): Reader,
    code: Result<Path<String>, PathRejection>,
    _: Asking,
) -> Answered {
    let Path(code) = code.map_err(|error| Problem::malformed("code", error))?;
    let (title, detail) = if CODES.contains(&code.as_str()) {
        (text.plain("error-rejected.title"), text.find(&code, &[]).unwrap_or_default())
    } else {
        let title = text.find(&format!("error-{code}.title"), &[]);
        (title.ok_or_else(|| Problem::not_found(&code))?, text.plain(&format!("error-{code}")))
    };
    let page = format!(
        "<!doctype html>\n<html lang=\"{}\"><meta charset=\"utf-8\"><title>{code}</title>\
         <link rel=\"stylesheet\" href=\"/docs/docs.css\"><h1>{}</h1><p><code>{code}</code></p><p>{}</p></html>\n",
        text.language().tag(),
        escaped(&title),
        escaped(&detail),
        code = escaped(&code),
    );
    Ok(typed(StatusCode::OK, "text/html; charset=utf-8", page))
}
