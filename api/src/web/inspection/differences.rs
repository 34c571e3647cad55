//! What changed in a quarter's figures since its last freeze, and what changed it.

use askama::Template;
use axum::http::StatusCode;
use gongjian_core::day::Quarter;

use super::super::cells::Cell;
use super::super::{Frame, Seen, Shown, Visit};
use super::reports::{About, about, label, scopes};
use super::{linked, numbers, record_link};
use crate::app::differences::{Differences, FigureDifference};
use crate::error::Problem;
use crate::report;

struct DifferenceRow {
    scope: String,
    figure: Cell,
    from: String,
    to: String,
    change: String,
    events: Vec<Cell>,
}

struct CauseRow {
    record: Cell,
    kind: String,
    stream: Cell,
    occurred: String,
    recorded: String,
}

#[derive(Template)]
#[template(path = "differences.html")]
struct DifferencesPage {
    frame: Frame,
    back: Cell,
    lead: String,
    rows: Vec<DifferenceRow>,
    causes: Vec<CauseRow>,
}

/// What changed since the last freeze, and what changed it.
pub(crate) fn show(visit: &Visit) -> Seen {
    let t = visit.text;
    let About { quarter, scope, .. } = about(visit)?;
    let head = visit.app().head().size.checked_sub(1);
    let frozen = {
        let views = visit.app().views()?;
        let period = views.periods.period.get(&quarter.to_string());
        period.and_then(|period| period.freezes.last()).map(|freeze| freeze.knows)
    };
    let from = match visit.query.get("from") {
        "" => frozen,
        given => Some(visit.app().position_of(given)?),
    };
    let to = match visit.query.get("to") {
        "" => head,
        given => Some(visit.app().position_of(given)?),
    };
    let Some(from) = from else {
        return Err(Problem::new(StatusCode::NOT_FOUND, "not-found").with("what", quarter));
    };
    let title = t.get("report-differences-title", &[("quarter", &label(quarter, t))]);
    let back = linked(
        label(quarter, t),
        visit.query.link(&format!("/reports/{quarter}"), &[("from", ""), ("to", "")]),
    );
    let lead = t.get(
        "report-differences-lead",
        &[("from", &from.to_string()), ("to", &to.map(|to| to.to_string()).unwrap_or_default())],
    );
    let mut page =
        DifferencesPage { frame: visit.frame(title), back, lead, rows: Vec::new(), causes: Vec::new() };
    if to.is_some_and(|to| from < to) {
        let found = visit.app().differences(quarter, &scope, (Some(from), to), None)?;
        page.rows = difference_rows(visit, quarter, &found);
        page.causes = found
            .events
            .iter()
            .map(|it| CauseRow {
                record: linked(it.position.to_string(), record_link(it.position)),
                kind: t.word("kind", &it.kind),
                stream: linked(
                    it.stream.split('/').nth(1).unwrap_or_default(),
                    super::trail_link(&it.stream),
                ),
                occurred: t.day(it.occurred_on),
                recorded: t.day(it.recorded_on),
            })
            .collect();
    }
    Shown::page(&page)
}

fn difference_rows(visit: &Visit, quarter: Quarter, found: &Differences) -> Vec<DifferenceRow> {
    let t = visit.text;
    let names = scopes(visit, "").unwrap_or_default();
    let name = |word: &str| names.iter().find(|(code, _, _)| code == word).map(|(_, name, _)| name.clone());
    let row = |it: &FigureDifference| {
        let (then, now) = it.of.map_or((None, None), |(then, now)| (Some(then), Some(now)));
        let link = visit.query.link(
            &format!("/reports/{quarter}/figures/{}", it.name),
            &[("scope", if it.scope == "county" { "" } else { &it.scope }), ("from", ""), ("to", "")],
        );
        DifferenceRow {
            scope: name(&it.scope).unwrap_or_else(|| t.word("scope", &it.scope)),
            figure: linked(report::label(it.figure(), t), link),
            from: numbers::value(&it.from, then, t),
            to: numbers::value(&it.to, now, t),
            change: match it.of {
                None => numbers::change(it.from.number(), it.to.number(), t),
                Some(_) => numbers::NONE.to_owned(),
            },
            events: it.events.iter().take(10).map(|at| linked(at.to_string(), record_link(*at))).collect(),
        }
    };
    found.figures.iter().map(row).collect()
}
