//! The workbench (工作台): what is due, what is late, what waits; and where to begin something.

use askama::Template;
use gongjian_core::day::Day;
use gongjian_projections::lists::Query;
use serde_json::Value;

use super::cells::{Cell, cell};
use super::inspection::reports::label;
use super::{Frame, Seen, Shown, Visit};
use crate::access::Right;
use crate::app::Asked;
use crate::error::Problem;

/// Rows of each part.
const ROWS: usize = 8;

/// Work that can be due: its list and the field that tells what it is.
const WORK: &[(&str, &str)] = &[
    ("decisions", "text"),
    ("issues", "text"),
    ("projects", "name"),
    ("commitments", "text"),
    ("tasks", "text"),
];

/// What waits for somebody: the list and the state.
const WAITING: &[(&str, &str)] = &[
    ("decisions", "completed"),
    ("issues", "awaiting-verification"),
    ("projects", "awaiting-acceptance"),
    ("projects", "claim-pending"),
    ("commitments", "completed"),
    ("agreements", "signing"),
    ("meetings", "minutes-draft"),
    ("occurrences", "held"),
];

/// What is begun most often.
const QUICK: &[&str] = &[
    "issue.raise",
    "meeting.schedule",
    "agreement.draft",
    "project.propose",
    "topic.propose",
    "occurrence.schedule",
];

struct Line {
    light: Cell,
    id: Cell,
    what: String,
    who: Cell,
}

struct Part {
    title: String,
    total: usize,
    all: String,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    frame: Frame,
    date: String,
    quarter: String,
    parts: Vec<Part>,
    waiting: Vec<(String, String, usize)>,
    quick: Vec<(String, String)>,
    /// Drafts: address, words, when they were kept.
    drafts: Vec<(String, String, String)>,
    reads: bool,
}

pub(super) fn show(visit: &Visit) -> Seen {
    let t = visit.text;
    let asked = Asked::default();
    let on = visit.on(asked)?;
    let reads = visit.caller.may(Right::Read);
    let page = Home {
        frame: visit.frame(t.plain("page-home")).live(),
        date: t.day(on),
        quarter: quarter(on, visit),
        parts: if reads { parts(visit, on)? } else { Vec::new() },
        waiting: if reads { waiting(visit, on)? } else { Vec::new() },
        quick: if visit.caller.may(Right::Record) {
            let mine = QUICK.iter().filter(|command| visit.caller.may_give(command));
            mine.map(|command| (super::registers::beginning(command), t.command(command))).collect()
        } else {
            Vec::new()
        },
        drafts: drafts(visit),
        reads,
    };
    Shown::page(&page)
}

/// What the visitor began and did not send.
fn drafts(visit: &Visit) -> Vec<(String, String, String)> {
    let shown = |draft: &super::drafts::Draft| {
        let (day, time) = draft.when(visit);
        let when = visit.text.get("drafts-line", &[("day", &day), ("time", &time)]);
        (draft.link(), draft.title.clone(), when)
    };
    super::drafts::list(visit).iter().take(ROWS).map(shown).collect()
}

/// How long the quarter still lasts.
fn quarter(on: Day, visit: &Visit) -> String {
    let quarter = on.quarter();
    let left = quarter.last_day().0 - on.0;
    let label = label(quarter, visit.text);
    let key = if left == 0 { "home-quarter-last" } else { "home-quarter" };
    visit.text.get(key, &[("quarter", &label), ("days", &left.to_string())])
}

/// Overdue work first, then what is due within the week.
fn parts(visit: &Visit, on: Day) -> Result<Vec<Part>, Problem> {
    let t = visit.text;
    let mut parts = Vec::new();
    for (overdue, key) in [(true, "home-overdue"), (false, "home-due")] {
        for (list, what) in WORK {
            let due_before = (!overdue).then(|| on.plus(8));
            let query =
                Query { overdue, due_before, sort: Some("dueOn".to_owned()), limit: ROWS, ..Query::on(on) };
            let page = visit.app().list(list, &query, Asked::default())?;
            // What is due soon includes what is late already, which stands above.
            let rows = page.rows.iter().filter(|item| overdue || item["overdue"] != Value::Bool(true));
            let lines: Vec<Line> = rows.map(|item| line(item, what, on, visit)).collect();
            if lines.is_empty() {
                continue;
            }
            let title = t.get(key, &[("what", &t.plain(&format!("page-{list}")))]);
            let filter =
                if overdue { "overdue=true&sort=dueOn".to_owned() } else { "due=this-week".to_owned() };
            let total = if overdue { page.total } else { lines.len() };
            parts.push(Part { title, total, all: format!("/{list}?{filter}"), lines });
        }
    }
    Ok(parts)
}

fn line(item: &Value, what: &str, on: Day, visit: &Visit) -> Line {
    let t = visit.text;
    let who =
        if item.get("responsible").is_some_and(|unit| !unit.is_null()) { "responsible" } else { "claimant" };
    Line {
        light: cell(item, "state", on, t),
        id: cell(item, "id", on, t),
        what: item.get(what).and_then(Value::as_str).unwrap_or_default().to_owned(),
        who: cell(item, who, on, t),
    }
}

/// How much waits for whom, with the register that shows it.
fn waiting(visit: &Visit, on: Day) -> Result<Vec<(String, String, usize)>, Problem> {
    let t = visit.text;
    let mut all = Vec::new();
    for (list, state) in WAITING {
        let query = Query { state: Some((*state).to_owned()), limit: 1, ..Query::on(on) };
        let total = visit.app().list(list, &query, Asked::default())?.total;
        if total > 0 {
            let category = super::registers::register_of(list).map_or("", |register| register.category);
            let words = t.remarks(&[t.plain(&format!("page-{list}")), t.state(category, state)]);
            all.push((format!("/{list}?state={state}"), words, total));
        }
    }
    Ok(all)
}
