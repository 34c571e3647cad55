//! What pages of single matters share: their documents, the record behind a fact, and what was checked of them.

use std::collections::BTreeMap;

use gongjian_core::record::{Digest, Position};
use gongjian_projections::lists::Query;
use serde_json::Value;

use super::Visit;
use super::cells::{Cell, UNIT_FIELDS, cell, encoded, place};
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

/// Fields of events that hold something else of the registry, with its list.
const PLACES: &[(&str, &str)] = &[
    ("alliance", "alliances"),
    ("community", "communities"),
    ("compound", "compounds"),
    ("street", "streets"),
];

/// Names by list and code, for one page.
pub(super) type Names = BTreeMap<(&'static str, String), String>;

/// What an event says, with names in the place of codes.
pub(super) fn with_names(visit: &Visit, data: &Value, names: &mut Names) -> Value {
    let Some(map) = data.as_object() else { return data.clone() };
    let mut name = |list: &'static str, code: &str| {
        let key = (list, code.to_owned());
        let found = names.entry(key).or_insert_with(|| match list {
            "units" => unit(visit, code).words,
            list => {
                let item = visit.app().item(list, code, Asked::default()).ok();
                let name = item.as_ref().and_then(|item| item.get("name")).and_then(Value::as_str);
                name.unwrap_or(code).to_owned()
            }
        });
        found.clone()
    };
    let named = map.iter().map(|(field, value)| {
        let list = PLACES.iter().find(|(known, _)| known == field).map(|(_, list)| *list);
        let list = list.or_else(|| UNIT_FIELDS.contains(&field.as_str()).then_some("units"));
        let value = match (list, value) {
            (Some(list), Value::String(code)) if !code.is_empty() => Value::from(name(list, code)),
            (Some(list), Value::Array(codes)) => codes
                .iter()
                .map(|code| code.as_str().map_or_else(|| code.clone(), |code| name(list, code).into()))
                .collect(),
            _ => value.clone(),
        };
        (field.clone(), value)
    });
    Value::Object(named.collect())
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
