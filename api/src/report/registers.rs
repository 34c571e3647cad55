//! The registers of a report: coverage, decisions, projects, Wednesday meetings, what is late, and how the
//! record came to be.

use gongjian_core::day::Day;
use gongjian_projections::figures::{Corrected, LateEntry, Supplement};
use gongjian_projections::obligations::{self, Line, State};
use gongjian_projections::registry::Kind;
use gongjian_projections::summary::{
    self, DecisionRow, Named, Overdue, ProjectRow, RepeatPlace, WednesdayRow,
};

use super::{Material, evidence};
use crate::document::{Block, Cell, Column, Row, Table};
use crate::messages::Text;
use crate::output;

/// Quarters of the matrix of joint meetings: the report's own and those before it.
const COVERAGE_QUARTERS: usize = 4;
/// Rows that a table may have on paper; a longer one stands whole in data files.
pub(super) const PAPER_ROWS: usize = 400;
/// Rows that a table of a document may have at all; the lists of the ledger have them all.
const ROWS_MAX: usize = 20_000;
/// Names that a sentence may list.
const NAMES_MAX: usize = 30;

/// A table of the message keys of its columns, with widths; those with `#` before them hold numbers.
fn table(key: &str, columns: &[(&str, u16)], mut rows: Vec<Row>, text: Text) -> Table {
    let all = rows.len();
    rows.truncate(ROWS_MAX);
    if all > ROWS_MAX {
        let (shown, all) = (ROWS_MAX.to_string(), all.to_string());
        let mut cells = vec![Cell::from(text.get("summary-cut", &[("shown", &shown), ("all", &all)]))];
        cells.resize(columns.len(), Cell::default());
        rows.push(Row { cells, strong: true, anchor: None });
    }
    let column = |(name, width): &(&str, u16)| match name.strip_prefix('#') {
        Some(name) => Column::number(text.plain(&format!("summary-column-{name}")), *width),
        None => Column::text(text.plain(&format!("summary-column-{name}")), *width),
    };
    Table {
        key: key.to_owned(),
        caption: text.plain(&format!("summary-table-{key}")),
        columns: columns.iter().map(column).collect(),
        data_only: rows.len() > PAPER_ROWS,
        rows,
    }
}

/// The table, or a sentence where there is nothing to put into it.
fn table_or_none(table: Table, text: Text) -> Block {
    if table.rows.is_empty() {
        let what = table.caption.as_str();
        return Block::paragraph(text.get("summary-none", &[("what", what)]));
    }
    Block::Table(table)
}

fn name(named: &Named) -> Cell {
    Cell::from(named.name.clone())
}

fn name_of(named: Option<&Named>) -> Cell {
    named.map_or_else(Cell::default, name)
}

/// Alliances × quarters: how often each met, and who is excused.
pub(super) fn coverage(material: &Material<'_>, text: Text) -> Vec<Block> {
    let frame = &material.frame;
    let mut quarters = vec![frame.quarter];
    while let Some(earliest) = quarters.last().filter(|_| quarters.len() < COVERAGE_QUARTERS) {
        quarters.push(earliest.previous());
    }
    let matrix = obligations::matrix(frame.views, "R12", &quarters, frame.scope, frame.end);
    let Some(total) = matrix.totals.last().filter(|_| !matrix.rows.is_empty()) else { return Vec::new() };
    let counts = [total.opened, total.met, total.exempted].map(|count| count.to_string());
    let args = [("alliances", &*counts[0]), ("met", &*counts[1]), ("exempted", &*counts[2])];
    let key = if total.exempted > 0 { "summary-coverage-exempted" } else { "summary-coverage" };
    let mut said = text.get(key, &args);
    let last = |line: &Line| line.cells.last().and_then(|cell| cell.state);
    let missing: Vec<String> = matrix
        .rows
        .iter()
        .filter(|line| matches!(last(line), Some(State::Missed | State::Open)))
        .map(|line| line.name.clone())
        .collect();
    if !missing.is_empty() && missing.len() <= NAMES_MAX {
        said += &text.get("summary-coverage-missing", &[("alliances", &text.listed(&missing))]);
    }
    let mut columns = vec![
        Column::text(text.plain("summary-column-alliance"), 26),
        Column::text(text.plain("summary-column-community"), 14),
    ];
    columns.extend(matrix.columns.iter().map(|period| Column::text(period.to_string(), 10)));
    let registry = &frame.views.registry;
    let rows = matrix.rows.iter().map(|line| {
        let code = line.subject.strip_prefix("alliance/").unwrap_or(&line.subject);
        let community = registry.community_of_alliance(code).unwrap_or_default();
        let community = registry.name(Kind::Community, community, frame.end).unwrap_or(community);
        let mut cells = vec![Cell::from(line.name.clone()), Cell::from(community)];
        cells.extend(line.cells.iter().map(|cell| match (cell.state, cell.met_by.len()) {
            (None, _) => Cell::from("—"),
            (Some(State::Exempted), _) => Cell::from(text.word("summary-duty", "exempted")),
            (Some(_), held @ 1..) => Cell::from(text.get("summary-times", &[("count", &held.to_string())])),
            (Some(state), 0) => Cell::from(text.word("summary-duty", state.word())),
        }));
        Row::from(cells)
    });
    let rows: Vec<Row> = rows.collect();
    let caption = text.plain("summary-table-coverage");
    let data_only = rows.len() > PAPER_ROWS;
    let table = Table { key: "coverage".to_owned(), caption, columns, rows, data_only };
    vec![Block::paragraph(said), Block::Table(table)]
}

/// The register of the quarter's decisions.
pub(super) fn decisions(material: &Material<'_>, text: Text) -> Vec<Block> {
    let columns = [
        ("id", 18),
        ("community", 12),
        ("held-on", 11),
        ("decision", 40),
        ("responsible", 20),
        ("due-on", 11),
        ("completed-on", 11),
        ("verified-on", 11),
        ("state", 10),
    ];
    let row = |row: &DecisionRow| {
        Row::from(vec![
            Cell::from(row.id.clone()),
            name(&row.community),
            row.held_on.into(),
            Cell::from(row.text.clone()),
            name_of(row.work.responsible.as_ref()),
            row.work.due_on.into(),
            row.work.completed_on.into(),
            row.work.verified_on.into(),
            Cell::from(text.word("summary-state", row.work.state())),
        ])
    };
    let rows = summary::decisions(&material.frame).iter().map(row).collect();
    vec![table_or_none(table("decisions", &columns, rows, text), text)]
}

/// The register of the projects of the quarter.
pub(super) fn projects(material: &Material<'_>, text: Text) -> Vec<Block> {
    let columns = [
        ("id", 16),
        ("community", 12),
        ("project", 34),
        ("claimant", 20),
        ("claimed-on", 11),
        ("due-on", 11),
        ("submitted-on", 11),
        ("accepted-on", 11),
        ("#problems", 8),
        ("state", 10),
    ];
    let row = |row: &ProjectRow| {
        Row::from(vec![
            Cell::from(row.id.clone()),
            name(&row.community),
            Cell::from(row.name.clone()),
            name_of(row.claimant.as_ref()),
            row.claimed_on.into(),
            row.due_on.into(),
            row.submitted_on.into(),
            row.accepted_on.into(),
            row.problems.map_or_else(Cell::default, |number| Cell::from(u64::from(number))),
            Cell::from(text.word("summary-state", row.state())),
        ])
    };
    let rows = summary::projects(&material.frame).iter().map(row).collect();
    vec![table_or_none(table("projects", &columns, rows, text), text)]
}

fn days(days: &[Day], text: Text) -> Cell {
    let days: Vec<String> = days.iter().map(|day| text.short_day(*day)).collect();
    Cell::from(text.listed(&days))
}

/// The Wednesday meetings of every community, and the places where the same came up again.
pub(super) fn wednesday(material: &Material<'_>, text: Text) -> Vec<Block> {
    let columns = [
        ("community", 14),
        ("#held", 8),
        ("cancelled-on", 30),
        ("missed-on", 20),
        ("unrecorded-on", 20),
        ("#open-issues", 8),
        ("#carried", 8),
        ("#carried-max", 8),
    ];
    let row = |row: &WednesdayRow| {
        let cancelled: Vec<String> =
            row.cancelled_on.iter().map(|(day, reason)| text.named(&text.short_day(*day), reason)).collect();
        Row::from(vec![
            name(&row.community),
            row.held.into(),
            Cell::from(text.listed(&cancelled)),
            days(&row.missed_on, text),
            days(&row.unrecorded_on, text),
            row.open.into(),
            row.carry_overs.into(),
            row.carry_overs_max.into(),
        ])
    };
    let rows = summary::wednesdays(&material.frame).iter().map(row).collect();
    let repeated = [
        ("community", 14),
        ("compound", 24),
        ("category", 14),
        ("#issues", 8),
        ("#open-issues", 8),
        ("ids", 40),
    ];
    let place = |row: &RepeatPlace| {
        Row::from(vec![
            name(&row.community),
            name(&row.compound),
            Cell::from(row.category.clone()),
            Cell::from(row.issues.len() as u64),
            row.open.into(),
            Cell::from(text.listed(&row.issues)),
        ])
    };
    let places = summary::repeat_places(&material.frame).iter().map(place).collect();
    vec![
        table_or_none(table("wednesday", &columns, rows, text), text),
        table_or_none(table("repeat-places", &repeated, places, text), text),
    ]
}

/// What is overdue at the end, and what was sent further up.
pub(super) fn overdue(material: &Material<'_>, text: Text) -> Vec<Block> {
    let columns = [
        ("what", 10),
        ("id", 18),
        ("community", 12),
        ("matter", 40),
        ("responsible", 20),
        ("due-on", 11),
        ("#days-late", 8),
        ("extended-to", 11),
        ("escalated-on", 11),
    ];
    let row = |row: &Overdue| {
        Row::from(vec![
            Cell::from(text.word("category", row.kind.word())),
            Cell::from(row.id.clone()),
            name(&row.community),
            Cell::from(row.text.clone()),
            name_of(row.responsible.as_ref()),
            row.due_on.into(),
            Cell::from(u64::from(row.days.unsigned_abs())),
            row.extended_to.into(),
            row.escalated_on.into(),
        ])
    };
    let late = summary::overdue(&material.frame);
    let escalated = summary::issues(&material.frame)
        .iter()
        .filter(|it| it.escalated_on.is_some() && it.work.verified_on.is_none())
        .count();
    let args = [("overdue", &*late.len().to_string()), ("escalated", &*escalated.to_string())];
    let rows = late.iter().map(row).collect();
    vec![
        Block::paragraph(text.get("summary-overdue", &args)),
        table_or_none(table("overdue", &columns, rows, text), text),
    ]
}

/// Late entries and corrections.
pub(super) fn records(material: &Material<'_>, text: Text) -> Vec<Block> {
    let records = &material.report.records;
    let mut blocks = vec![Block::paragraph(output::report::counts(records, text))];
    let event = |position: u64| evidence::event_link(material, position);
    let late = |late: &LateEntry| {
        Row::from(vec![
            late.occurred_on.into(),
            late.heard_on.into(),
            Cell::from(u64::from(late.days.unsigned_abs())),
            Cell::from(text.word("kind", &late.kind)),
            Cell::from(late.stream.clone()),
            event(late.position),
        ])
    };
    let corrected = |it: &Corrected| {
        Row::from(vec![
            it.on.into(),
            Cell::from(it.stream.clone()),
            Cell::from(output::report::changes(it, text)),
            Cell::from(it.reason.clone()),
            event(it.position),
        ])
    };
    let late_columns = [
        ("occurred-on", 11),
        ("heard-on", 11),
        ("#days-late", 8),
        ("event", 20),
        ("stream", 30),
        ("#position", 9),
    ];
    let corrected_columns =
        [("corrected-on", 11), ("stream", 26), ("changes", 40), ("reason", 30), ("#position", 9)];
    let late_rows: Vec<Row> = records.late_entries.iter().map(late).collect();
    if !late_rows.is_empty() {
        blocks.push(Block::Table(table("late-entries", &late_columns, late_rows, text)));
    }
    let corrections: Vec<Row> = records.corrections.iter().map(corrected).collect();
    if !corrections.is_empty() {
        blocks.push(Block::Table(table("corrections", &corrected_columns, corrections, text)));
    }
    blocks.extend(supplements(material, text));
    blocks
}

/// 补记/更正: what came after the freezes of earlier quarters, so that nobody changes them silently.
fn supplements(material: &Material<'_>, text: Text) -> Vec<Block> {
    let columns = [
        ("quarter", 10),
        ("event", 20),
        ("stream", 26),
        ("occurred-on", 11),
        ("recorded-on", 11),
        ("#days-late", 8),
        ("changes", 40),
        ("#position", 9),
    ];
    let row = |it: &Supplement| {
        Row::from(vec![
            Cell::from(it.quarter.to_string()),
            Cell::from(text.word("kind", &it.kind)),
            Cell::from(it.stream.clone()),
            it.occurred_on.into(),
            it.recorded_on.into(),
            it.days.map_or_else(Cell::default, |days| Cell::from(u64::from(days.unsigned_abs()))),
            Cell::from(output::standing::supplement_why(it, text)),
            evidence::event_link(material, it.position),
        ])
    };
    let rows: Vec<Row> = material.report.standing.supplements.iter().map(row).collect();
    if rows.is_empty() {
        return Vec::new();
    }
    let count = rows.len().to_string();
    vec![
        Block::paragraph(text.get("report-supplements-count", &[("count", &count)])),
        Block::Table(table("supplements", &columns, rows, text)),
    ]
}
