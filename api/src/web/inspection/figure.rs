//! Where a number comes from (数字来源): what it counts, both parts of a rate, and every row that it counts, each with
//! the records behind it.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use gongjian_core::day::Day;
use gongjian_core::domain::work::Work;
use gongjian_core::record::Position;
use gongjian_projections::figures::Kind as FigureKind;
use gongjian_projections::obligations::subject_name;
use gongjian_projections::registry::Kind;
use gongjian_projections::views::Views;
use serde_json::{Value, json};

use super::super::cells::{Cell, cell, place};
use super::super::{Frame, Seen, Shown, Visit};
use super::reports::{About, about, days, label};
use super::{linked, numbers, record_link};
use crate::app::{Asked, Behind, FigurePage, figure_named};
use crate::error::Problem;
use crate::messages::Text;
use crate::report;

/// Events of one page.
const EVENTS: usize = 5_000;

struct Row {
    /// The record that began it is behind the number: without it the row would not count.
    begun: bool,
    id: Cell,
    what: String,
    state: Cell,
    records: Vec<Cell>,
}

#[derive(Template)]
#[template(path = "figure.html")]
struct FigureShown {
    frame: Frame,
    back: Cell,
    value: String,
    definition: String,
    facts: Vec<(String, String)>,
    rows: Vec<Row>,
    /// Rows that would count but for a record, such as what was done in time.
    kept: Vec<Row>,
    total: usize,
    next: String,
    file: String,
}

/// One figure of one quarter.
pub(crate) fn show(visit: &Visit) -> Seen {
    let t = visit.text;
    let About { quarter, scope, asked } = about(visit)?;
    let figure = figure_named(visit.part("name"))?;
    let asked = as_the_report(visit, quarter, asked)?;
    let after = match visit.query.get("after") {
        "" => None,
        given => Some(given.parse::<Position>().map_err(|_| Problem::unreadable("after", given, "300"))?),
    };
    let page = FigurePage { after, limit: EVENTS };
    let (found, next) = visit.app().figure(figure, quarter, &scope, asked, page)?;
    let name = report::short(figure, t);
    let title = t.get("figure-title", &[("name", &name), ("quarter", &label(quarter, t))]);
    let compared = &found.comparisons;
    let of = compared.of.as_ref();
    let mut facts = vec![
        (t.plain("report-kind"), numbers::kind(figure, t)),
        (t.plain("report-period"), days(found.period.start, found.period.end, t)),
    ];
    let flows = !matches!(figure.kind(), FigureKind::Stock | FigureKind::ToDate);
    for (key, value, whole) in [
        ("report-previous", &compared.previous, of.and_then(|of| of.previous)),
        ("report-last-year", &compared.last_year, of.and_then(|of| of.last_year)),
        ("report-year-to-date", &compared.year_to_date, of.and_then(|of| of.year_to_date)),
        ("report-since-start", &compared.since_start, of.and_then(|of| of.since_start)),
    ] {
        // What is counted at the end is the same over every span that ends with the quarter.
        if !flows && matches!(key, "report-year-to-date" | "report-since-start") {
            continue;
        }
        facts.push((t.plain(key), numbers::maybe(value.as_ref(), whole, t)));
    }
    let back = linked(label(quarter, t), visit.query.link(&format!("/reports/{quarter}"), &[("after", "")]));
    let scope_word = found.scope.clone();
    let part = match scope_word.split_once('/') {
        Some((kind, code)) => format!("&{kind}={}", super::super::cells::encoded(code)),
        None => String::new(),
    };
    let known =
        found.as_of.position.map(|at| format!("&asOf={at}&on={}", found.as_of.on)).unwrap_or_default();
    let (counted, kept) = parted(rows(visit, &found.items, asked)?, found.value.number());
    let shown = FigureShown {
        value: numbers::value(&found.value, found.of, t),
        definition: found.definition.in_language(t.language()).to_owned(),
        rows: counted,
        kept,
        total: found.total,
        next: next
            .map(|next| visit.query.link(&visit.path, &[("after", &next.to_string())]))
            .unwrap_or_default(),
        file: format!(
            "/api/v1/reports/co-building/figures/{}?quarter={quarter}&format=csv{part}{known}",
            figure.name()
        ),
        facts,
        back,
        frame: visit.frame(title),
    };
    Shown::page(&shown)
}

/// The rows that count, and those that a record keeps from counting; where the rows are not the number, as of
/// problems solved, all of them.
fn parted(rows: Vec<Row>, number: u64) -> (Vec<Row>, Vec<Row>) {
    let count = |rows: usize| u64::try_from(rows).unwrap_or(u64::MAX);
    let begun = rows.iter().filter(|row| row.begun).count();
    if count(rows.len()) != number && count(begun) == number {
        return rows.into_iter().partition(|row| row.begun);
    }
    (rows, Vec::new())
}

/// A frozen quarter is of its freeze, here as in its report.
fn as_the_report(
    visit: &Visit,
    quarter: gongjian_core::day::Quarter,
    asked: Asked,
) -> Result<Asked, Problem> {
    if asked != Asked::default() {
        return Ok(asked);
    }
    let views = visit.app().views()?;
    let freeze = views.periods.frozen(quarter);
    Ok(freeze.map_or(asked, |freeze| Asked { last: Some(freeze.knows), on: Some(freeze.frozen.on) }))
}

/// What counts, each with the records that make it count.
fn rows(visit: &Visit, items: &[Behind], asked: Asked) -> Result<Vec<Row>, Problem> {
    let t = visit.text;
    let mut order: Vec<String> = Vec::new();
    let mut records: BTreeMap<String, Vec<Cell>> = BTreeMap::new();
    let mut begun = BTreeSet::new();
    let mut gone = Vec::new();
    for item in items {
        let (position, streams, said) = match item {
            Behind::Event { position, kind, rows, .. } => (*position, rows, t.word("kind", kind)),
            Behind::Withheld { position, rows, .. } => (*position, rows, t.plain("proof-erased")),
        };
        let record = linked(
            t.get("figure-record", &[("position", &position.to_string()), ("kind", &said)]),
            record_link(position),
        );
        if streams.is_empty() {
            gone.push(Row {
                begun: true,
                id: Cell::default(),
                what: String::new(),
                state: Cell::default(),
                records: vec![record.clone()],
            });
        }
        for stream in streams {
            if !records.contains_key(stream) {
                order.push(stream.clone());
            }
            records.entry(stream.clone()).or_default().push(record.clone());
            if visit.app().reader().stream(stream).first() == Some(&position) {
                begun.insert(stream.clone());
            }
        }
    }
    let on = visit.on(asked)?;
    let views = visit.app().views_as_of(asked.last)?;
    let mut rows = Vec::with_capacity(order.len());
    for stream in order {
        let id = stream.split_once('/').map_or(stream.as_str(), |(_, id)| id);
        let what = what(&views, &stream, on, t);
        let state = state(&views, &stream).map(|item| cell(&item, "state", on, t)).unwrap_or_default();
        rows.push(Row {
            begun: begun.contains(&stream),
            id: linked(id, place(&stream).unwrap_or_default()),
            what: if what == id { String::new() } else { what },
            state,
            records: records.remove(&stream).unwrap_or_default(),
        });
    }
    rows.extend(gone);
    Ok(rows)
}

/// What a row is called.
fn what(views: &Views, stream: &str, on: Day, t: Text) -> String {
    let (category, id) = stream.split_once('/').unwrap_or(("", stream));
    let own = match category {
        "agreement" => views.agreements.agreement.get(id).map(|it| it.name.clone()),
        "meeting" => {
            let meeting = views.meetings.meeting.get(id);
            meeting.map(|it| format!("{} {}", it.meeting_type, t.day(it.date)))
        }
        "occurrence" => views.wednesday.occurrence.get(id).map(|it| t.day(it.planned_on)),
        "membership" => {
            let row = views.registry.membership.get(id);
            row.map(|it| views.registry.name(Kind::Unit, &it.unit, on).unwrap_or(&it.unit).to_owned())
        }
        _ => None,
    };
    own.unwrap_or_else(|| subject_name(views, stream, on))
}

/// Where a row stands, as lists have it; nothing of what has no state that a light tells.
fn state(views: &Views, stream: &str) -> Option<Value> {
    let (category, id) = stream.split_once('/')?;
    let work = |state: &str, work: &Work| json!({ "stream": stream, "state": state, "dueOn": work.due_on, "extendedTo": work.extended_to });
    Some(match category {
        "decision" => views.meetings.decision.get(id).map(|it| work(it.state(), &it.work))?,
        "task" => views.meetings.task.get(id).map(|it| work(it.state(), &it.work))?,
        "issue" => views.wednesday.issue.get(id).map(|it| work(it.state(), &it.work))?,
        "commitment" => views.agreements.commitment.get(id).map(|it| work(it.state(), &it.work))?,
        "project" => {
            let project = views.projects.project.get(id)?;
            json!({
                "stream": stream, "state": project.state(), "dueOn": project.due_on,
                "extendedTo": project.extended_to,
            })
        }
        "occurrence" => json!({ "stream": stream, "state": views.wednesday.occurrence.get(id)?.state() }),
        _ => return None,
    })
}
