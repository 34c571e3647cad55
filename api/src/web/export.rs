//! Registers as files: the rows of the address, or those that were ticked, with the columns of the screen.

use std::collections::BTreeSet;

use gongjian_core::day::Day;
use gongjian_projections::lists::{LIMIT_MAX, Query};
use serde_json::Value;

use super::cells::cell;
use super::registers::Register;
use super::{Seen, Shown, Visit};
use crate::app::Asked;
use crate::document::xlsx;
use crate::error::Problem;
use crate::messages::Text;
use crate::output;
use crate::workbook::listing::{self, Entry, Listing};

/// Rows of a file.
const ROWS: usize = 100_000;

/// What was ticked, by id; empty where nothing was, which means everything.
pub(super) fn picked(visit: &Visit) -> BTreeSet<String> {
    visit.query.all("pick").map(str::to_owned).collect()
}

/// Every row that is asked for, page by page: a read model gives so many at once.
///
/// # Errors
/// [`Problem`] if the question cannot be answered.
pub(super) fn rows(visit: &Visit, list: &str, query: &Query, asked: Asked) -> Result<Vec<Value>, Problem> {
    let picked = picked(visit);
    let is_picked = |item: &Value| {
        picked.is_empty() || item.get("id").and_then(Value::as_str).is_some_and(|id| picked.contains(id))
    };
    let mut query = Query { limit: LIMIT_MAX, cursor: None, ..query.clone() };
    let mut rows = Vec::new();
    loop {
        let page = visit.app().list(list, &query, asked)?;
        rows.extend(page.rows.into_iter().filter(is_picked));
        query.cursor = page.next;
        if query.cursor.is_none() || rows.len() >= ROWS {
            rows.truncate(ROWS);
            return Ok(rows);
        }
    }
}

/// A register as the file that the address asks for.
///
/// # Errors
/// [`Problem`]: a format that there is not, or the question cannot be answered.
pub(super) fn file(
    visit: &Visit,
    register: &Register,
    query: &Query,
    asked: Asked,
    footing: &[String],
) -> Seen {
    let rows = rows(visit, register.list, query, asked)?;
    let t = visit.text;
    let title = t.plain(&format!("page-{}", register.list));
    let last = asked.last.unwrap_or_else(|| visit.app().head().size.saturating_sub(1));
    let name = |ending: &str| {
        let day = visit.app().today().to_string().replace('-', "");
        let args = [("title", title.as_str()), ("day", &day), ("last", &last.to_string())];
        Some(format!("{}.{ending}", t.get("export-name", &args)))
    };
    match visit.query.get("format") {
        "xlsx" => {
            let on = visit.on(asked)?;
            let columns = register.columns;
            let listing = Listing {
                footing: footing_of(t, last, footing),
                headers: columns.iter().map(|name| t.word("field", name)).collect(),
                rows: rows.iter().map(|item| entries(item, columns, on, t)).collect(),
                title: title.clone(),
            };
            let bytes = listing::write(&listing).map_err(|error| Problem::internal(&error))?;
            Ok(Shown::File { media: xlsx::MEDIA, name: name("xlsx"), bytes })
        }
        "csv" => {
            let bytes = output::csv::write(&output::lists::rows(register.list, &rows, t));
            Ok(Shown::File { media: output::csv::MEDIA, name: name("csv"), bytes })
        }
        "json" => {
            let bytes = serde_json::to_vec(&rows).map_err(|error| Problem::internal(&error))?;
            Ok(Shown::File { media: "application/json", name: name("json"), bytes })
        }
        given => Err(Problem::unreadable("format", given, "xlsx, csv, json")),
    }
}

fn footing_of(t: Text, last: u64, filters: &[String]) -> String {
    let known = t.get("export-footing", &[("last", &last.to_string())]);
    let mut parts = vec![known];
    parts.extend(filters.iter().cloned());
    t.statements(&parts)
}

/// A row's cells: days and counts as such, anything else in the words of the screen.
fn entries(item: &Value, columns: &[&str], on: Day, t: Text) -> Vec<Entry> {
    let entry = |name: &&str| {
        let value = item.get(*name);
        let day = value.and_then(Value::as_str).and_then(|text| text.parse::<Day>().ok());
        match (value.and_then(Value::as_i64), day) {
            (Some(number), _) => Entry::Number(number),
            (_, Some(day)) => Entry::Day(day),
            _ => Entry::Text(cell(item, name, on, t).words),
        }
    };
    columns.iter().map(entry).collect()
}
