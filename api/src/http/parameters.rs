//! What a request asks for: the reader's language and the query, checked against the table of routes.

use std::collections::BTreeMap;
use std::convert::Infallible;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, MatchedPath, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use gongjian_core::day::{Day, Quarter};
use gongjian_core::record::Position;
use gongjian_projections::figures::Scope;

use super::AppState;
use crate::access::Caller;
use crate::app::{App, Asked};
use crate::error::Problem;
use crate::messages::{Language, Text};
use crate::routes;

/// Items of a page where nobody says how many, and at most.
const LIMIT: (usize, usize) = (100, 1_000);

/// Who reads the answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader(pub(crate) Text);

impl<S: Sync> FromRequestParts<S> for Reader {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Reader, Infallible> {
        let wanted = parts.headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        Ok(Reader(wanted.map(Language::of_header).unwrap_or_default().text()))
    }
}

/// The query of a request. A parameter that the table of routes does not name, or one named twice, is
/// refused: a misspelt filter would otherwise answer another question.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asking {
    values: BTreeMap<String, String>,
    /// The query without the cursor, to which cursors are bound.
    pub(crate) question: String,
    /// The same as it stood in the URL, for the link to the next page.
    pub(crate) link: String,
}

impl FromRequestParts<AppState> for Asking {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Asking, Problem> {
        let path = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
        let allowed = routes::parameters(&parts.method, path);
        let mut asking = Asking { question: parts.uri.path().to_owned(), ..Asking::default() };
        let query = parts.uri.query().unwrap_or_default();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let raw = pair;
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (decoded(name)?, decoded(value)?);
            let is_time = name == "asOf" || name == "on";
            if !allowed.contains(&name.as_str()) && is_time {
                return Err(Problem::new(StatusCode::BAD_REQUEST, "asOfUnsupported").with("name", name));
            }
            if !allowed.contains(&name.as_str()) {
                let names = allowed.join(", ");
                return Err(Problem::malformed(&name, format!("unknown parameter; known: {names}")));
            }
            if name != "cursor" {
                asking.link.push_str(&format!("{raw}&"));
            }
            if name != "cursor" && name != "limit" {
                asking.question.push_str(&format!("&{name}={value}"));
            }
            if asking.values.insert(name.clone(), value).is_some() {
                return Err(Problem::malformed(&name, "given twice"));
            }
        }
        Ok(asking)
    }
}

/// Who sends what: a body, of a request whose query holds nothing that the table of routes does not name.
pub(crate) struct Posted {
    /// The ledger.
    pub(crate) app: App,
    /// Who sends it.
    pub(crate) caller: Caller,
    /// The body, or why there is none.
    pub(crate) body: Result<Bytes, BytesRejection>,
}

impl FromRequest<AppState> for Posted {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &AppState) -> Result<Posted, Problem> {
        let (mut parts, body) = request.into_parts();
        Asking::from_request_parts(&mut parts, state).await?;
        let caller = parts.extensions.get::<Caller>().cloned().unwrap_or_default();
        let body = Bytes::from_request(Request::from_parts(parts, body), state).await;
        Ok(Posted { app: state.app.clone(), caller, body })
    }
}

/// Percent signs and pluses of a query.
fn decoded(text: &str) -> Result<String, Problem> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        match first {
            b'+' => bytes.push(b' '),
            b'%' => {
                let (digits, after) =
                    rest.split_first_chunk::<2>().ok_or_else(|| Problem::malformed("query", "%"))?;
                let mut byte = [0];
                hex::decode_to_slice(digits, &mut byte).map_err(|_| Problem::malformed("query", "%"))?;
                bytes.push(byte[0]);
                rest = after;
            }
            byte => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).map_err(|_| Problem::malformed("query", "UTF-8"))
}

impl Asking {
    /// A parameter, if it is there and not empty.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A whole number.
    pub(crate) fn number(&self, name: &str) -> Result<Option<u64>, Problem> {
        let parse = |value: &str| value.parse().map_err(|_| Problem::unreadable(name, value, "0, 1, 2, …"));
        self.text(name).map(parse).transpose()
    }

    /// A day.
    pub(crate) fn day(&self, name: &str) -> Result<Option<Day>, Problem> {
        let parse = |value: &str| value.parse().map_err(|_| Problem::unreadable(name, value, "2022-06-30"));
        self.text(name).map(parse).transpose()
    }

    /// A quarter.
    pub(crate) fn quarter(&self, name: &str) -> Result<Option<Quarter>, Problem> {
        let parse = |value: &str| value.parse().map_err(|_| Problem::unreadable(name, value, "2022-Q2"));
        self.text(name).map(parse).transpose()
    }

    /// The quarter that an operation is about.
    pub(crate) fn the_quarter(&self) -> Result<Quarter, Problem> {
        self.quarter("quarter")?.ok_or_else(|| Problem::malformed("quarter", "2022-Q2"))
    }

    /// `street` or `community`, or the county where neither is named.
    pub(crate) fn scope(&self) -> Result<Scope, Problem> {
        scope_of(self.text("street"), self.text("community"))
    }

    /// Yes or no.
    pub(crate) fn flag(&self, name: &str) -> Result<bool, Problem> {
        match self.values.get(name).map(String::as_str) {
            None | Some("false") => Ok(false),
            Some("true" | "") => Ok(true),
            Some(given) => Err(Problem::unreadable(name, given, "true, false")),
        }
    }

    /// One of a few words; the first where nothing is said.
    pub(crate) fn choice(&self, name: &str, words: &[&'static str]) -> Result<&'static str, Problem> {
        match self.text(name) {
            None => Ok(words.first().copied().unwrap_or_default()),
            Some(given) => words
                .iter()
                .find(|word| **word == given)
                .copied()
                .ok_or_else(|| Problem::unreadable(name, given, words.join(", "))),
        }
    }

    /// How many items.
    pub(crate) fn limit(&self) -> Result<usize, Problem> {
        let (usual, most) = LIMIT;
        match self.number("limit")?.map(usize::try_from) {
            None => Ok(usual),
            Some(Ok(limit)) if (1..=most).contains(&limit) => Ok(limit),
            Some(_) => Err(Problem::malformed("limit", format!("1…{most}"))),
        }
    }

    /// `asOf`, a position or a date, and `on`, a date.
    pub(crate) fn asked(&self, app: &App) -> Result<Asked, Problem> {
        Ok(Asked { last: self.last(app)?, on: self.day("on")? })
    }

    /// `asOf` as the last position known.
    pub(crate) fn last(&self, app: &App) -> Result<Option<Position>, Problem> {
        let Some(given) = self.text("asOf") else { return Ok(None) };
        app.position_of(given).map(Some)
    }
}

/// The scope of a street or community, or the county where neither is named.
pub(crate) fn scope_of(street: Option<&str>, community: Option<&str>) -> Result<Scope, Problem> {
    match (street, community) {
        (Some(_), Some(_)) => Err(Problem::malformed("community", "street | community")),
        (Some(street), None) => Ok(Scope::Street(street.to_owned())),
        (None, Some(community)) => Ok(Scope::Community(community.to_owned())),
        (None, None) => Ok(Scope::County),
    }
}
