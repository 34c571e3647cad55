//! How the values of rows look in tables and lists: names before codes, days as offices write them, lights.

use gongjian_core::day::Day;
use gongjian_projections::light::{Light, Says, light};
use serde_json::Value;

use crate::messages::Text;

/// One cell or fact.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cell {
    /// What it says.
    pub(crate) words: String,
    /// Where it leads; empty for nowhere.
    pub(crate) link: String,
    /// The light's class; empty for a plain text.
    pub(crate) look: &'static str,
    /// The light's shape.
    pub(crate) shape: &'static str,
    /// Numbers stand right.
    pub(crate) number: bool,
}

impl Cell {
    /// Plain words.
    pub(crate) fn words(words: impl Into<String>) -> Cell {
        Cell { words: words.into(), ..Cell::default() }
    }
}

/// The page of a stream, or nothing where it has none.
pub(crate) fn place(stream: &str) -> Option<String> {
    let (category, id) = stream.split_once('/')?;
    let register = super::registers::of_category(category)?;
    Some(format!("{}/{}", register.path, encoded(id)))
}

/// A place that a form or an address names, if it is one of ours; the empty text for any other.
pub(crate) fn inside(place: &str) -> &str {
    let ours = place.starts_with('/') && !place.starts_with("//") && !place.contains('\\');
    if ours { place } else { "" }
}

/// A part of a path.
pub(crate) fn encoded(id: &str) -> String {
    form_urlencoded::byte_serialize(id.as_bytes()).collect::<String>().replace('+', "%20")
}

/// Fields that name a stream of the same category.
const STREAM_FIELDS: &[&str] = &[
    "agreement",
    "meeting",
    "decision",
    "topic",
    "occurrence",
    "project",
    "community",
    "compound",
    "alliance",
    "street",
];

/// Fields that hold a unit, or several.
pub(super) const UNIT_FIELDS: &[&str] = &[
    "partyA",
    "partyB",
    "otherParties",
    "unit",
    "units",
    "responsible",
    "verifier",
    "acceptor",
    "claimant",
    "supporting",
    "enterprise",
];

/// Words of fields whose values are stable English names.
const WORDED: &[(&str, &str)] = &[("severity", "severity"), ("scope", "scope")];

fn text_of(item: &Value, name: &str) -> String {
    match item.get(name) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => parts.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("、"),
        Some(other) => other.to_string(),
    }
}

/// A row's field as a cell.
pub(crate) fn cell(item: &Value, name: &str, on: Day, text: Text) -> Cell {
    let code = text_of(item, name);
    match name {
        "id" => {
            let stream = text_of(item, "stream");
            return Cell { link: place(&stream).unwrap_or_default(), ..Cell::words(code) };
        }
        "state" => return state(item, on, text),
        "record" => return marks(item, text),
        _ => {}
    }
    if let Some(Value::Bool(yes)) = item.get(name) {
        return Cell::words(if *yes { text.plain("yes") } else { String::new() });
    }
    if let Some(Value::Number(number)) = item.get(name) {
        return Cell { number: true, ..Cell::words(number.to_string()) };
    }
    if let Ok(day) = code.parse::<Day>() {
        return Cell::words(text.day(day));
    }
    if let Some((_, what)) = WORDED.iter().find(|(field, _)| *field == name) {
        return Cell::words(text.word(what, &code));
    }
    let named = text_of(item, &format!("{name}Name"));
    let words = if named.is_empty() { code.clone() } else { named };
    let category = match name {
        _ if code.is_empty() || code.contains('、') => None,
        _ if STREAM_FIELDS.contains(&name) => Some(name),
        _ if UNIT_FIELDS.contains(&name) => Some("unit"),
        _ => None,
    };
    let link = category.and_then(|category| place(&format!("{category}/{code}"))).unwrap_or_default();
    Cell { link, ..Cell::words(words) }
}

/// The light of a row.
pub(crate) fn light_of(item: &Value, on: Day) -> Light {
    let stream = text_of(item, "stream");
    let category = stream.split('/').next().unwrap_or_default();
    let due = ["extendedTo", "dueOn"].iter().find_map(|name| text_of(item, name).parse().ok());
    let due = if category == "agreement" { text_of(item, "expiresOn").parse().ok() } else { due };
    light(category, &text_of(item, "state"), due, on)
}

fn state(item: &Value, on: Day, text: Text) -> Cell {
    let stream = text_of(item, "stream");
    let category = stream.split('/').next().unwrap_or_default();
    lit(light_of(item, on), category, &text_of(item, "state"), text)
}

/// A light with its word.
pub(crate) fn lit(light: Light, category: &str, state: &str, text: Text) -> Cell {
    let words = match light.says {
        Says::State => text.state(category, state),
        Says::Overdue(days) => text.get("light-overdue", &[("days", &days.to_string())]),
        Says::Remaining(0) => text.plain("light-today"),
        Says::Remaining(days) => text.get("light-remaining", &[("days", &days.to_string())]),
    };
    Cell { look: light.look.word(), shape: light.look.shape(), ..Cell::words(words) }
}

/// Late entry and corrections.
fn marks(item: &Value, text: Text) -> Cell {
    let mut marks = Vec::new();
    if let Some(days) = item.get("lateDays").and_then(Value::as_i64) {
        marks.push(format!("◷ {}", text.get("mark-late", &[("days", &days.to_string())])));
    }
    if let Some(count) = item.get("corrections").and_then(Value::as_u64).filter(|count| *count > 0) {
        marks.push(format!("✎ {}", text.get("mark-corrected", &[("count", &count.to_string())])));
    }
    let look = if marks.is_empty() { "" } else { "late" };
    Cell { look, ..Cell::words(marks.join(" ")) }
}
