//! What pages of single matters share: their documents, the record behind a fact, and what was checked of them.

use gongjian_core::record::{Digest, Position};
use gongjian_projections::lists::Query;
use serde_json::Value;

use super::Visit;
use super::cells::{Cell, cell, encoded, place};
use super::item::{Action, Children};
use crate::access::Right;
use crate::app::Asked;
use crate::error::Problem;

/// Documents of one matter that are shown.
const DOCUMENTS: usize = 200;

/// The documents of a matter (附件).
pub(super) fn documents(visit: &Visit, stream: &str) -> Result<Children, Problem> {
    const COLUMNS: &[&str] = &["id", "kind", "mediaType", "size", "state"];
    let t = visit.text;
    let asked = visit.asked()?;
    let on = visit.on(asked)?;
    let query = Query { contains: Some(stream.to_owned()), limit: DOCUMENTS, ..Query::on(on) };
    // What cannot look back has no documents to show for the past.
    let rows = match asked.last {
        Some(_) => Vec::new(),
        None => visit.app().list("documents", &query, asked)?.rows,
    };
    let own = rows.iter().filter(|item| item.get("matter").and_then(Value::as_str) == Some(stream));
    let new = (visit.caller.may(Right::Record) && asked.last.is_none()).then(|| Action {
        link: format!("/documents/new?matter={}", encoded(stream)),
        words: t.plain("new-documents"),
    });
    Ok(Children {
        title: t.plain("matter-documents"),
        headers: COLUMNS.iter().map(|name| t.word("field", name)).collect(),
        rows: own.map(|item| COLUMNS.iter().map(|name| cell(item, name, on, t)).collect()).collect(),
        new,
    })
}

/// What was checked of the records of a stream while the page was made: look, shape and words.
///
/// # Errors
/// [`Problem`] if the log cannot be read.
pub(super) fn proof(visit: &Visit, stream: &str) -> Result<Cell, Problem> {
    let (app, t) = (visit.app(), visit.text);
    let positions = app.reader().stream(stream);
    let mut broken: Option<Position> = None;
    for position in &positions {
        let stands = app.reader().digest(*position)?;
        let bytes = match app.reader().get(*position) {
            Ok(bytes) => bytes,
            // An order destroyed the bytes; their digest stays, and the order says why.
            Err(gongjian_core::log::ReadError::Withheld { .. }) => continue,
            Err(_) => {
                broken = broken.or(Some(*position));
                continue;
            }
        };
        let is_same = bytes.as_deref().map(Digest::of) == stands;
        if !is_same {
            broken = broken.or(Some(*position));
        }
    }
    if let Some(position) = broken {
        let words = t.get("proof-broken", &[("position", &position.to_string())]);
        return Ok(Cell { look: "bad", shape: "◆", ..Cell::words(words) });
    }
    let signed = app.checkpoint(false).map(|signed| signed.checkpoint().size()).unwrap_or_default();
    let within = positions.iter().filter(|position| **position < signed).count();
    let count = positions.len().to_string();
    let (look, shape, key) = match within {
        all if all == positions.len() => ("ok", "●", "proof-signed"),
        _ => ("mute", "○", "proof-unsigned"),
    };
    let args = [("count", count.as_str()), ("within", &within.to_string()), ("size", &signed.to_string())];
    Ok(Cell { look, shape, ..Cell::words(t.get(key, &args)) })
}

/// What a matter is called, with its number; its stream where there is none of that name.
pub(super) fn called(visit: &Visit, stream: &str) -> String {
    let found = stream.split_once('/').and_then(|(category, id)| {
        let list = super::registers::of_category(category)?.list;
        Some((visit.app().item(list, id, Asked::default()).ok()?, id))
    });
    let Some((item, id)) = found else { return stream.to_owned() };
    let name = ["name", "title", "text"].iter().find_map(|field| item.get(*field).and_then(Value::as_str));
    visit.text.named(name.unwrap_or_default(), id)
}

/// A link to a record.
pub(super) fn record(visit: &Visit, position: Position) -> Cell {
    let words = visit.text.get("item-record", &[("position", &position.to_string())]);
    Cell { link: format!("/events/{position}"), ..Cell::words(words) }
}

/// A unit, or a branch of a compound, by its name and with its page.
pub(super) fn unit(visit: &Visit, code: &str) -> Cell {
    let kinds = [("units", "unit"), ("branches", "branch")];
    let named = |list: &str| visit.app().item(list, code, Asked::default()).ok();
    let Some((item, category)) = kinds.iter().find_map(|(list, of)| Some((named(list)?, of))) else {
        return Cell::words(code);
    };
    let name = item.get("name").and_then(Value::as_str).unwrap_or(code);
    Cell { link: place(&format!("{category}/{code}")).unwrap_or_default(), ..Cell::words(name) }
}
