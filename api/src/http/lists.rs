//! Lists and their items, and the cursors by which every list is paged.

use axum::extract::rejection::PathRejection;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gongjian_core::day::Day;
use gongjian_core::record::{Digest, Position};
use gongjian_projections::lists::{Query, Span};
use serde_json::{Value, json};

use super::{Answered, AppState, Asking, Reader, aside, json as answer, typed};
use crate::app::{App, Asked, LISTS};
use crate::error::Problem;
use crate::output;

/// Rows of a table or a CSV file at once.
const ROWS_AT_ONCE: usize = gongjian_projections::lists::LIMIT_MAX;

/// Lists that can be asked as of an earlier position.
pub(crate) const AS_OF_LISTS: &[&str] =
    &["memberships", "findings", "rules", "obligations", "exemptions", "duties"];

/// The list that a path names.
fn list_of(path: &str) -> Result<&'static str, Problem> {
    let given = path.strip_prefix("/api/v1/").and_then(|rest| rest.split('/').next()).unwrap_or_default();
    LISTS.iter().find(|list| **list == given).copied().ok_or_else(|| Problem::not_found(given))
}

pub(crate) async fn list(
    State(state): State<AppState>,
    OriginalUri(uri): OriginalUri,
    Reader(text): Reader,
    asking: Asking,
) -> Answered {
    let list = list_of(uri.path())?;
    let app = state.app.clone();
    let asked = asking.asked(&app)?;
    let mut query = query_of(&asking)?;
    let format = asking.choice("format", &["json", "text", "csv"])?;
    if format != "json" {
        let most =
            asking.number("limit")?.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX));
        let (items, total) = aside(move || all(&app, list, query, asked, most)).await?;
        let table = output::lists::rows(list, &items, text);
        return Ok(match format {
            "csv" => typed(StatusCode::OK, output::csv::MEDIA, output::csv::write(&table)),
            _ => {
                let shown = output::table::plain(&table) + &output::lists::cut(items.len(), total, text);
                typed(StatusCode::OK, output::TEXT, shown)
            }
        });
    }
    query.limit = asking.limit()?;
    query.cursor = Cursor::read(&app, &asking)?.map(|cursor| cursor.key);
    let page = aside(move || app.list(list, &query, asked)).await?;
    let last = asked.last.or(state.app.head().size.checked_sub(1));
    let next = page.next.map(|key| Cursor { last, key }.write(&state.app, &asking));
    let as_of = json!({ "position": last, "digest": digest_at(&state.app, last) });
    let body = json!({ "items": page.rows, "total": page.total, "next": next, "asOf": as_of });
    let mut response = answer(StatusCode::OK, &body)?;
    link_next(&mut response, &asking, next.as_deref());
    Ok(response)
}

/// Every item, page after page, but at most so many; and how many there are.
fn all(
    app: &App,
    list: &str,
    mut query: Query,
    asked: Asked,
    most: usize,
) -> Result<(Vec<Value>, usize), Problem> {
    let mut items = Vec::new();
    loop {
        query.limit = ROWS_AT_ONCE.min(most - items.len()).max(1);
        let page = app.list(list, &query, asked)?;
        items.extend(page.rows);
        query.cursor = page.next;
        if query.cursor.is_none() || items.len() >= most {
            items.truncate(most);
            return Ok((items, page.total));
        }
    }
}

fn query_of(asking: &Asking) -> Result<Query, Problem> {
    let text = |name| asking.text(name).map(str::to_owned);
    let mut query = Query::on(Day::default());
    query.community = text("community");
    query.street = text("street");
    query.state = text("state");
    query.unit = text("unit");
    let mut given = ["category", "kind", "rule"].into_iter().filter_map(|name| Some((name, text(name)?)));
    query.category = given.next().map(|(_, word)| word);
    if let Some((name, _)) = given.next() {
        return Err(Problem::malformed(name, "category | kind | rule"));
    }
    let spans: Vec<&str> = Span::ALL.iter().map(|(word, _)| *word).collect();
    query.due = match asking.text("due") {
        None => None,
        Some(_) => {
            let word = asking.choice("due", &spans)?;
            Span::ALL.iter().find(|(name, _)| *name == word).map(|(_, span)| *span)
        }
    };
    query.due_before = asking.day("dueBefore")?;
    query.overdue = asking.flag("overdue")?;
    query.contains = text("contains");
    query.quarter = asking.quarter("quarter")?;
    if let Some(sort) = asking.text("sort") {
        query.descending = sort.starts_with('-');
        query.sort = Some(sort.trim_start_matches('-').to_owned());
    }
    Ok(query)
}

pub(crate) async fn one(
    State(state): State<AppState>,
    OriginalUri(uri): OriginalUri,
    id: Result<Path<String>, PathRejection>,
    asking: Asking,
) -> Answered {
    let Path(id) = id.map_err(|error| Problem::malformed("id", error))?;
    let list = list_of(uri.path())?;
    let asked = asking.asked(&state.app)?;
    let item = aside(move || state.app.item(list, &id, asked)).await?;
    answer(StatusCode::OK, &item)
}

pub(crate) async fn roster(
    State(state): State<AppState>,
    id: Result<Path<String>, PathRejection>,
    asking: Asking,
) -> Answered {
    let Path(id) = id.map_err(|error| Problem::malformed("id", error))?;
    let asked = asking.asked(&state.app)?;
    let roster = aside(move || state.app.roster(&id, asked)).await?;
    answer(StatusCode::OK, &roster)
}

/// The sheet of a community's Wednesday meeting on a day.
pub(crate) async fn wednesday_sheet(
    State(state): State<AppState>,
    Reader(text): Reader,
    id: Result<Path<String>, PathRejection>,
    asking: Asking,
) -> Answered {
    let Path(id) = id.map_err(|error| Problem::malformed("id", error))?;
    let format = asking.choice("format", &["json", "text", "csv"])?;
    let asked = asking.asked(&state.app)?;
    let sheet = aside(move || state.app.wednesday_sheet(&id, asked)).await?;
    Ok(match format {
        "text" => typed(StatusCode::OK, output::TEXT, output::lists::sheet_text(&sheet, text)),
        "csv" => {
            let table = output::lists::sheet(&sheet, text);
            typed(StatusCode::OK, output::csv::MEDIA, output::csv::write(&table))
        }
        _ => return answer(StatusCode::OK, &sheet),
    })
}

/// The digest of the event at a position, as an answer's `asOf` names it.
pub(crate) fn digest_at(app: &App, position: Option<Position>) -> Option<String> {
    app.reader().digest(position?).ok()?.map(|digest| digest.to_string())
}

/// The `Link` header of the next page.
pub(crate) fn link_next(response: &mut Response, asking: &Asking, next: Option<&str>) {
    let Some(next) = next else { return };
    let path = asking.question.split('&').next().unwrap_or_default();
    if let Ok(value) = HeaderValue::from_str(&format!("<{path}?{}cursor={next}>; rel=\"next\"", asking.link))
    {
        response.headers_mut().insert(header::LINK, value);
    }
}

/// Where a walk through a list stands. Opaque to its holder, bound to the question, and refused if edited.
pub(crate) struct Cursor {
    /// The last position that the walk knows.
    pub(crate) last: Option<Position>,
    /// Sort key of the last item.
    pub(crate) key: String,
}

impl Cursor {
    /// The cursor of a request, if it has one.
    ///
    /// # Errors
    /// `invalid-cursor` if it is not one of this question's.
    pub(crate) fn read(app: &App, asking: &Asking) -> Result<Option<Cursor>, Problem> {
        let Some(given) = asking.text("cursor") else { return Ok(None) };
        let refuse = || Problem::new(StatusCode::BAD_REQUEST, "invalid-cursor");
        let bytes = URL_SAFE_NO_PAD.decode(given).map_err(|_| refuse())?;
        let (mark, body) = bytes.split_first_chunk::<8>().ok_or_else(refuse)?;
        if *mark != Cursor::mark(app, asking, body) {
            return Err(refuse());
        }
        let (last, key) = body.split_first_chunk::<8>().ok_or_else(refuse)?;
        let key = String::from_utf8(key.to_vec()).map_err(|_| refuse())?;
        Ok(Some(Cursor { last: u64::from_be_bytes(*last).checked_sub(1), key }))
    }

    /// The cursor as text.
    pub(crate) fn write(&self, app: &App, asking: &Asking) -> String {
        let mut body = self.last.map_or(0, |last| last.saturating_add(1)).to_be_bytes().to_vec();
        body.extend_from_slice(self.key.as_bytes());
        let mut bytes = Cursor::mark(app, asking, &body).to_vec();
        bytes.extend_from_slice(&body);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Binds a cursor to this ledger and this question.
    fn mark(app: &App, asking: &Asking, body: &[u8]) -> [u8; 8] {
        let ledger = digest_at(app, Some(0)).unwrap_or_default();
        let digest = Digest::of(&[ledger.as_bytes(), asking.question.as_bytes(), b"\0", body].concat());
        let mut mark = [0; 8];
        mark.copy_from_slice(&digest.0[..8]);
        mark
    }
}
