//! The figures of a report as tables: all of them with what they are compared with, the balances, and the parts
//! of the scope side by side.

use std::collections::BTreeMap;

use gongjian_projections::figures::{Balance, Counted, Figure, Kind, Part, Value as Number};

use super::registers::PAPER_ROWS;
use super::{Material, evidence};
use crate::document::{Block, Cell, Chart, Column, Drawing, Link, Row, Table, Value};
use crate::messages::{Language, Text};

/// The figure with which each group begins, and the key of its heading.
pub(crate) const GROUPS: &[(Figure, &str)] = &[
    (Figure::Alliances, "alliances"),
    (Figure::AgreementsSigned, "agreements"),
    (Figure::ProjectsListed, "projects"),
    (Figure::PropertyEnterprises, "property"),
    (Figure::JointMeetingsHeld, "meetings"),
    (Figure::WednesdayMeetingsHeld, "wednesday"),
];

/// The figures that stand side by side for the parts of a scope.
const BESIDE: &[Figure] = &[
    Figure::MemberUnits,
    Figure::AgreementsInForce,
    Figure::CommitmentsInForce,
    Figure::ProjectsClaimed,
    Figure::ProjectsOpen,
    Figure::JointMeetingsHeld,
    Figure::DecisionsRecorded,
    Figure::DecisionsOpen,
    Figure::WednesdayMeetingsHeld,
    Figure::PropertyIssuesRaised,
    Figure::PropertyIssuesClosed,
    Figure::PropertyIssuesOpen,
];

/// Places side by side that a chart can still show.
const CHART_PLACES: usize = 60;

/// The name of a figure.
pub(crate) fn label(figure: Figure, text: Text) -> String {
    match text.language() {
        Language::Chinese => figure.chinese().to_owned(),
        Language::English => figure.english().to_owned(),
    }
}

/// The name of a figure where it stands beside others, away from the heading of its group.
pub(crate) fn short(figure: Figure, text: Text) -> String {
    text.find(&format!("summary-short-{}", figure.name()), &[]).unwrap_or_else(|| label(figure, text))
}

/// All figures of the scope, each leading to what it rests on.
pub(super) fn figures(material: &Material<'_>, text: Text) -> Vec<Block> {
    let head = |name: &str| text.plain(&format!("summary-column-{name}"));
    let columns = vec![
        Column::text(head("figure"), 28),
        Column::text(head("kind"), 8),
        Column::number(head("value"), 8),
        Column::number(head("of"), 8),
        Column::number(head("share"), 9),
        Column::number(head("previous"), 8),
        Column::number(head("change"), 8),
        Column::number(head("last-year"), 8),
        Column::number(head("change-year"), 8),
        Column::number(head("year-to-date"), 9),
        Column::number(head("since-start"), 8),
    ];
    let mut rows = Vec::new();
    for (figure, counted) in material.report.figures.iter() {
        if let Some((_, group)) = GROUPS.iter().find(|(first, _)| *first == figure) {
            rows.push(group_row(text.plain(&format!("summary-group-{group}")), columns.len()));
        }
        rows.push(figure_row(material, figure, &counted, text));
        if let Number::Breakdown(parts) = &counted.value {
            rows.extend(parts.iter().map(|(name, number)| part_row(name, *number, columns.len())));
        }
    }
    let table =
        Table { key: "figures".to_owned(), caption: head("figures"), columns, rows, data_only: false };
    vec![Block::Table(table), Block::Note(text.plain("summary-figures-note"))]
}

fn group_row(name: String, columns: usize) -> Row {
    let mut cells = vec![Cell::from(name)];
    cells.resize(columns, Cell::default());
    Row { cells, strong: true, anchor: None }
}

fn part_row(name: &str, number: u64, columns: usize) -> Row {
    let mut cells = vec![Cell::from(format!("　{name}")), Cell::default(), number.into()];
    cells.resize(columns, Cell::default());
    Row::from(cells)
}

fn figure_row(material: &Material<'_>, figure: Figure, counted: &Counted<'_>, text: Text) -> Row {
    let number = counted.value.number();
    let share = counted.of.map(|whole| Value::Share { part: number, whole });
    let compared = material.report.comparisons.get(figure);
    // What stands at the end, and what counts everything by it, is the same over every span that ends with the quarter.
    let flow = |then: Option<Number>| then.filter(|_| !matches!(figure.kind(), Kind::Stock | Kind::ToDate));
    let [previous, last_year, year_to_date, since_start] =
        [compared.previous, compared.last_year, flow(compared.year_to_date), flow(compared.since_start)]
            .map(|then| then.map(|then| then.number()));
    let count = |number: Option<u64>| number.map_or_else(Cell::default, Cell::from);
    // Of a rate the numerator alone tells nothing.
    let change = |then: Option<u64>| {
        then.filter(|_| counted.of.is_none()).map_or_else(Cell::default, |then| {
            Value::Change(number.cast_signed() - then.cast_signed()).into()
        })
    };
    let mut cells = vec![
        Cell::from(label(figure, text)),
        Cell::from(text.word("report-kind", figure.kind().word())),
        Cell::from(number).linked(Link::Row(evidence::anchor(figure))),
        count(counted.of),
        share.map_or_else(Cell::default, Cell::from),
        count(previous),
        change(previous),
        count(last_year),
        change(last_year),
        count(year_to_date),
        count(since_start),
    ];
    if matches!(figure.kind(), Kind::Of(_)) {
        cells[0] = Cell::from(format!("　{}", label(figure, text)));
    }
    Row::from(cells)
}

/// Opening, flows and closing of every stock.
pub(super) fn balances(material: &Material<'_>, text: Text) -> Vec<Block> {
    let head = |name: &str| text.plain(&format!("report-balance-{name}"));
    let columns = vec![
        Column::text(head("stock"), 16),
        Column::number(head("opening"), 8),
        Column::text(head("inflows"), 24),
        Column::text(head("outflows"), 28),
        Column::number(head("closing"), 8),
        Column::text(head("holds"), 10),
    ];
    let flows = |flows: &[(Figure, u64)]| {
        let words: Vec<String> =
            flows.iter().map(|(it, number)| format!("{} {number}", label(*it, text))).collect();
        Cell::from(text.listed(&words))
    };
    let row = |balance: &Balance| {
        Row::from(vec![
            Cell::from(label(balance.stock, text)),
            balance.opening.into(),
            flows(&balance.inflows),
            flows(&balance.outflows),
            balance.closing.into(),
            Cell::from(head(if balance.holds { "yes" } else { "no" })),
        ])
    };
    let rows = material.report.balances.iter().map(row).collect();
    let caption = text.plain("report-balances");
    vec![Block::Table(Table { key: "balances".to_owned(), caption, columns, rows, data_only: false })]
}

/// The parts of the scope side by side.
pub(super) fn parts(material: &Material<'_>, text: Text) -> Vec<Block> {
    let report = material.report;
    let mut blocks = Vec::new();
    for (key, parts) in [("streets", &report.streets), ("communities", &report.communities)] {
        // A part alone is the whole.
        if parts.len() > 1 {
            blocks.push(Block::Table(beside(key, parts, text)));
        }
    }
    if (2..=CHART_PLACES).contains(&report.communities.len()) {
        blocks.push(Block::Chart(issues_by_community(&report.communities, text)));
    }
    blocks
}

fn beside(key: &str, parts: &BTreeMap<String, Part>, text: Text) -> Table {
    let mut columns = vec![Column::text(text.plain("summary-column-place"), 16)];
    columns.extend(BESIDE.iter().map(|figure| Column::number(short(*figure, text), 8)));
    let rows = parts.values().map(|part| {
        let mut cells = vec![Cell::from(part.name.clone())];
        cells.extend(BESIDE.iter().map(|figure| Cell::from(part.figures.number(*figure))));
        Row::from(cells)
    });
    Table {
        key: key.to_owned(),
        caption: text.plain(&format!("report-{key}")),
        data_only: parts.len() > PAPER_ROWS,
        rows: rows.collect(),
        columns,
    }
}

fn issues_by_community(parts: &BTreeMap<String, Part>, text: Text) -> Chart {
    let figures = [Figure::PropertyIssuesRaised, Figure::PropertyIssuesClosed, Figure::PropertyIssuesOpen];
    let series = figures.map(|figure| {
        let numbers = parts.values().map(|part| part.figures.number(figure)).collect();
        (short(figure, text), numbers)
    });
    chart(
        "issues-by-community",
        text.plain("summary-chart-communities"),
        Drawing::Bars,
        parts.values().map(|part| part.name.clone()).collect(),
        series.into(),
        text,
    )
}

/// A chart that says its numbers in words too.
pub(crate) fn chart(
    key: &str,
    caption: String,
    drawing: Drawing,
    categories: Vec<String>,
    series: Vec<(String, Vec<u64>)>,
    text: Text,
) -> Chart {
    let told = |(name, numbers): &(String, Vec<u64>)| {
        let numbers = categories.iter().zip(numbers).map(|(place, number)| format!("{place} {number}"));
        text.labelled(name, &text.listed(&numbers.collect::<Vec<_>>()))
    };
    let told: Vec<String> = series.iter().map(told).collect();
    let description = text.labelled(&caption, &text.statements(&told));
    Chart { key: key.to_owned(), caption, description, drawing, categories, series }
}
