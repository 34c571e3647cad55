//! What every figure rests on: the positions of its events, and the events themselves.

use gongjian_core::day::Day;
use gongjian_core::record::Position;
use gongjian_projections::figures::Figure;

use super::Material;
use super::counted::label;
use crate::document::{Block, Cell, Column, Link, Row, Table, Value};
use crate::messages::Text;

/// Positions in one row of the table; a figure with more has several rows.
const POSITIONS_PER_ROW: usize = 400;
/// Rows of one figure; beyond them the command lists its events.
const ROWS_PER_FIGURE: usize = 25;
/// Most events that a report spells out.
pub const EVENTS_MAX: usize = 20_000;

/// An event behind a figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its place in the log.
    pub position: Position,
    /// Its digest, hexadecimal.
    pub digest: String,
    /// Its kind.
    pub kind: String,
    /// Its stream.
    pub stream: String,
    /// When it happened, by its word.
    pub occurred_on: Day,
    /// The day on which the ledger took it in.
    pub recorded_on: Day,
}

/// The key of a figure's row.
pub(super) fn anchor(figure: Figure) -> String {
    format!("evidence-{}", figure.name())
}

/// The tables 依据 and 依据事件.
pub(super) fn evidence(material: &Material<'_>, text: Text) -> Vec<Block> {
    let scope = material.report.scope.word();
    let (what, code) = scope.split_once('/').unwrap_or((&scope, ""));
    let option = if code.is_empty() { String::new() } else { format!(" --{what} {code}") };
    let command = format!("gongjian report --quarter {}{option} --explain NAME", material.report.quarter);
    vec![
        Block::paragraph(text.get("summary-evidence", &[("command", &command)])),
        Block::Table(by_figure(material, text)),
        Block::Table(events(material, text)),
    ]
}

fn by_figure(material: &Material<'_>, text: Text) -> Table {
    let head = |name: &str| text.plain(&format!("summary-column-{name}"));
    let columns = vec![
        Column::text(head("figure"), 24),
        Column::text(head("name"), 30),
        Column::number(head("value"), 8),
        Column::number(head("events"), 8),
        Column::text(head("positions"), 60),
    ];
    let mut rows = Vec::new();
    for (figure, counted) in material.report.figures.iter() {
        let events = counted.events.unwrap_or_default();
        let mut chunks = events.chunks(POSITIONS_PER_ROW).take(ROWS_PER_FIGURE);
        let mut positions = ranges(chunks.next().unwrap_or_default());
        if events.len() > POSITIONS_PER_ROW * ROWS_PER_FIGURE {
            positions.push('…');
        }
        rows.push(Row {
            cells: vec![
                Cell::from(label(figure, text)),
                Cell::from(figure.name()),
                Cell::from(counted.value.number()),
                Cell::from(events.len() as u64),
                leading(positions, events.first()),
            ],
            strong: false,
            anchor: Some(anchor(figure)),
        });
        for more in chunks {
            let cells = vec![
                Cell::default(),
                Cell::from(figure.name()),
                Cell::default(),
                Cell::default(),
                leading(ranges(more), more.first()),
            ];
            rows.push(Row::from(cells));
        }
    }
    Table { key: "evidence".to_owned(), caption: head("evidence"), columns, rows, data_only: true }
}

/// Positions, leading to the first of them in the table of events.
fn leading(positions: String, first: Option<&Position>) -> Cell {
    let cell = Cell::from(positions);
    match first {
        Some(first) => cell.linked(Link::Row(event_anchor(*first))),
        None => cell,
    }
}

/// The position of an event, leading to it where the report spells it out.
pub(super) fn event_link(material: &Material<'_>, position: Position) -> Cell {
    let cell = Cell::from(Value::Position(position));
    if material.events.binary_search_by_key(&position, |event| event.position).is_ok() {
        return cell.linked(Link::Row(event_anchor(position)));
    }
    cell
}

fn event_anchor(position: Position) -> String {
    format!("event-{position}")
}

/// Positions that follow each other in short: `3–5 9`.
fn ranges(positions: &[Position]) -> String {
    let mut out = String::new();
    let mut rest = positions;
    while let Some(first) = rest.first() {
        let run =
            rest.iter().zip(*first..).take_while(|(position, expected)| **position == *expected).count();
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(&first.to_string());
        if run > 1 {
            out.push_str(&format!("–{}", first + (run as u64) - 1));
        }
        rest = rest.get(run..).unwrap_or_default();
    }
    out
}

fn events(material: &Material<'_>, text: Text) -> Table {
    let head = |name: &str| text.plain(&format!("summary-column-{name}"));
    let columns = vec![
        Column::number(head("position"), 9),
        Column::text(head("occurred-on"), 11),
        Column::text(head("event"), 18),
        Column::text(head("stream"), 30),
        Column::text(head("recorded-on"), 11),
        Column::text(head("digest"), 64),
    ];
    let rows = material.events.iter().map(|event| Row {
        cells: vec![
            Cell::from(Value::Position(event.position)),
            Cell::from(event.occurred_on),
            Cell::from(text.word("kind", &event.kind)),
            Cell::from(event.stream.clone()),
            Cell::from(event.recorded_on),
            Cell::from(event.digest.clone()),
        ],
        strong: false,
        anchor: Some(event_anchor(event.position)),
    });
    let rows = rows.collect();
    Table { key: "events".to_owned(), caption: head("evidence-events"), columns, rows, data_only: true }
}

#[cfg(test)]
mod tests {
    use super::ranges;

    #[test]
    fn positions_that_follow_each_other_are_one_range() {
        assert_eq!(ranges(&[]), "");
        assert_eq!(ranges(&[3, 4, 5, 9]), "3–5 9");
        assert_eq!(ranges(&[0, 2, 3, 7, 8]), "0 2–3 7–8");
    }
}
