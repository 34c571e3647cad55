//! Agreements: the page of one, with its parties, clauses and documents; and a new one in four steps.

mod clauses;
mod draft;
pub(super) mod new;

use gongjian_core::day::Day;
use serde_json::Value;

use super::cells::{Cell, place};
use super::item::{self, Children};
use super::{Seen, Shown, Visit, matter};
use crate::app::{EventFilter, ShownEvent};
use crate::error::Problem;

/// Events of one agreement that are looked at for signatures.
const EVENTS: usize = 1_000;

/// Shows an agreement.
pub(super) fn show(visit: &Visit) -> Seen {
    let mut page = item::build(visit)?;
    let stream = page.stream.clone();
    if page.item.get("state").and_then(Value::as_str) != Some("draft") {
        // Clauses are added before the parties are asked; afterwards the text is amended.
        page.children.iter_mut().for_each(|part| part.new = None);
    }
    page.children.insert(0, parties(visit, &page.item, &stream)?);
    page.children.push(matter::documents(visit, &stream)?);
    page.proof = matter::proof(visit, &stream)?;
    Shown::page(&page)
}

/// Who the parties are and which of them signed when.
fn parties(visit: &Visit, item: &Value, stream: &str) -> Result<Children, Problem> {
    let t = visit.text;
    let signatures = signatures(visit, stream)?;
    let mut rows = Vec::new();
    for field in ["partyA", "partyB", "otherParties"] {
        let codes: Vec<&str> = match item.get(field) {
            Some(Value::String(code)) => vec![code],
            Some(Value::Array(codes)) => codes.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        for code in codes {
            let signed = signatures.iter().find(|(unit, ..)| unit == code);
            let (look, shape, words) = match signed {
                Some((_, day, _)) => ("ok", "●", t.get("agreement-signed", &[("day", &t.day(*day))])),
                None => ("mute", "○", t.plain("agreement-unsigned")),
            };
            rows.push(vec![
                matter::unit(visit, code),
                Cell::words(t.word("field", field)),
                Cell { look, shape, ..Cell::words(words) },
                signed.map(|(.., position)| matter::record(visit, *position)).unwrap_or_default(),
            ]);
        }
    }
    let headers = ["agreement-party", "agreement-role", "agreement-signature", "agreement-record"];
    Ok(Children {
        title: t.plain("agreement-parties"),
        headers: headers.map(|key| t.plain(key)).into(),
        rows,
        new: None,
    })
}

/// Unit, day and position of every signature that still counts: whoever declined made it a draft again.
fn signatures(visit: &Visit, stream: &str) -> Result<Vec<(String, Day, u64)>, Problem> {
    let filter = EventFilter { stream: Some(stream.to_owned()), ..EventFilter::default() };
    let page = visit.app().events(0, EVENTS, &filter)?;
    let mut signatures = Vec::new();
    for event in &page.items {
        let ShownEvent::Whole(event) = event else { continue };
        match event.kind.as_str() {
            "agreement.declined" => signatures.clear(),
            "agreement.signed" => {
                let Some(day) = event.occurred_on.get(..10).and_then(|day| day.parse().ok()) else {
                    continue;
                };
                let units = event.data.as_ref().and_then(|data| data.get("units")).and_then(Value::as_array);
                let units = units.into_iter().flatten().filter_map(Value::as_str);
                signatures.extend(units.map(|unit| (unit.to_owned(), day, event.position)));
            }
            _ => {}
        }
    }
    Ok(signatures)
}

/// The page of an agreement.
pub(super) fn page_of(id: &str) -> String {
    place(&format!("agreement/{id}")).unwrap_or_default()
}
