//! The Wednesday meetings of a quarter: communities × Wednesdays, each cell a sheet.

use std::collections::BTreeMap;

use askama::Template;
use gongjian_core::day::{Day, Quarter};
use gongjian_projections::registry::Kind;
use gongjian_projections::views::Views;

use super::cells::{Cell, encoded};
use super::{Frame, Seen, Shown, Visit};
use crate::error::Problem;
use crate::messages::{Language, Text};

/// One community.
struct Row {
    name: String,
    link: String,
    cells: Vec<Mark>,
    held: usize,
    due: usize,
}

/// One Wednesday of one community.
struct Mark {
    link: String,
    /// What it is called for whoever does not see the column.
    label: String,
    light: Cell,
}

#[derive(Template)]
#[template(path = "wednesday.html")]
struct WednesdayPage {
    frame: Frame,
    quarter: String,
    before: String,
    after: String,
    streets: Vec<(String, String, bool)>,
    quarter_word: String,
    days: Vec<String>,
    rows: Vec<Row>,
    legend: Vec<Cell>,
    summary: String,
}

/// How a Wednesday stands, the loudest last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// No duty: a holiday, before the community was there, or not come yet.
    None,
    Planned,
    Held,
    Moved,
    Cancelled,
    Unrecorded,
    Missed,
}

impl Standing {
    const LEGEND: &'static [Standing] = &[
        Standing::Held,
        Standing::Moved,
        Standing::Cancelled,
        Standing::Missed,
        Standing::Unrecorded,
        Standing::Planned,
    ];

    fn cell(self, t: Text) -> Cell {
        let (look, shape, key) = match self {
            Standing::None => ("mute", "–", "wednesday-none"),
            Standing::Planned => ("mute", "○", "wednesday-planned"),
            Standing::Held => ("ok", "●", "wednesday-held"),
            Standing::Moved => ("info", "◐", "wednesday-moved"),
            Standing::Cancelled => ("mute", "✕", "wednesday-cancelled"),
            Standing::Unrecorded => ("warn", "▲", "wednesday-unrecorded"),
            Standing::Missed => ("bad", "◆", "wednesday-missed"),
        };
        Cell { look, shape, ..Cell::words(t.plain(key)) }
    }
}

/// Shows a quarter: `quarter` and `street` say which.
pub(super) fn show(visit: &Visit) -> Seen {
    let t = visit.text;
    let asked = visit.asked()?;
    let on = visit.on(asked)?;
    let quarter: Quarter = match visit.query.get("quarter") {
        "" => on.quarter(),
        given => given.parse().map_err(|_| Problem::unreadable("quarter", given, "2022-Q2"))?,
    };
    let street = visit.query.get("street");
    let views = visit.app().views_as_of(asked.last)?;
    let days = wednesdays(quarter);
    let standings = standings(&views, quarter, on);
    // Before the first quarter of which something is recorded the ledger says nothing.
    let first = views.wednesday.occurrence.iter().map(|(_, row)| row.planned_on).min();
    let begun = first.map(|first| first.quarter().first_day());
    let mut communities: Vec<(&str, &str)> = views
        .registry
        .community
        .iter()
        .filter(|(code, row)| {
            (street.is_empty() || row.street == street)
                && views.registry.community_stands(code, quarter.last_day().min(on))
        })
        .map(|(code, _)| (code, views.registry.name(Kind::Community, code, on).unwrap_or(code)))
        .collect();
    communities.sort_unstable();
    let row = |(code, name): &(&str, &str)| {
        let mut row =
            Row { name: (*name).to_owned(), link: sheet(code, &on), cells: Vec::new(), held: 0, due: 0 };
        for day in &days {
            let known = standings.get(&(*code, *day));
            let (standing, at) =
                known.copied().unwrap_or_else(|| (unknown(&views, begun, code, *day, on), *day));
            row.held += usize::from(matches!(standing, Standing::Held | Standing::Moved));
            row.due += usize::from(!matches!(standing, Standing::None | Standing::Planned));
            row.cells.push(Mark {
                link: sheet(code, &at),
                label: format!("{name} {}", t.short_day(*day)),
                light: standing.cell(t),
            });
        }
        row
    };
    let rows: Vec<Row> = communities.iter().map(row).collect();
    let streets = views.registry.street.iter().map(|(code, _)| {
        let name = views.registry.name(Kind::Street, code, on).unwrap_or(code);
        (code.to_owned(), name.to_owned(), code == street)
    });
    let mut streets: Vec<_> = streets.collect();
    streets.sort_unstable();
    let (held, due) = rows.iter().fold((0, 0), |(held, due), row| (held + row.held, due + row.due));
    let counts = [("held", held.to_string()), ("due", due.to_string())];
    let link = |quarter: Quarter| visit.query.link("/wednesday", &[("quarter", &quarter.to_string())]);
    let page = WednesdayPage {
        frame: visit.frame(t.plain("page-wednesday")).wide().live(),
        quarter: match t.language() {
            Language::Chinese => quarter.label(),
            Language::English => quarter.to_string(),
        },
        before: link(quarter.previous()),
        after: link(quarter.next()),
        quarter_word: quarter.to_string(),
        days: days.iter().map(|day| t.short_day(*day)).collect(),
        summary: t.get("wednesday-summary", &counts.each_ref().map(|(name, count)| (*name, count.as_str()))),
        legend: Standing::LEGEND.iter().map(|standing| standing.cell(t)).collect(),
        streets,
        rows,
    };
    drop(views);
    Shown::page(&page)
}

/// The address of a sheet.
pub(super) fn sheet(community: &str, day: &Day) -> String {
    format!("/wednesday/{}/{day}", encoded(community))
}

/// The Wednesdays of a quarter.
fn wednesdays(quarter: Quarter) -> Vec<Day> {
    let first = quarter.first_day();
    let ahead = (10 - first.weekday()) % 7;
    let first = first.plus(i32::try_from(ahead).unwrap_or_default());
    std::iter::successors(Some(first), |day| Some(day.plus(7)))
        .take_while(|day| *day <= quarter.last_day())
        .collect()
}

/// What is recorded of the Wednesdays of a quarter, with the day on which each was held in the end.
fn standings(views: &Views, quarter: Quarter, on: Day) -> BTreeMap<(&str, Day), (Standing, Day)> {
    let mut all = BTreeMap::new();
    for (_, row) in views.wednesday.occurrence.iter() {
        let held = row.held.filter(|held| held.by(on));
        let standing = match held {
            Some(held) if held.on != row.planned_on => Standing::Moved,
            Some(_) => Standing::Held,
            None if row.cancelled.is_some_and(|cancelled| cancelled.by(on)) => Standing::Cancelled,
            None if row.planned_on < on => Standing::Missed,
            None => Standing::Planned,
        };
        let at = held.map_or(row.planned_on, |held| held.on);
        if row.planned_on.quarter() == quarter {
            all.insert((row.community.as_str(), row.planned_on), (standing, at));
        }
        if let Some(held) = held.filter(|held| held.on != row.planned_on && held.on.weekday() == 3) {
            all.entry((row.community.as_str(), held.on)).or_insert((Standing::Held, held.on));
        }
    }
    for (code, _) in views.registry.community.iter() {
        for day in views.wednesday.moved_from(code).into_iter().flatten() {
            all.entry((code, *day)).or_insert((Standing::Moved, *day));
        }
    }
    all
}

/// A Wednesday of which nothing is recorded.
fn unknown(views: &Views, begun: Option<Day>, community: &str, day: Day, on: Day) -> Standing {
    let begun = begun.is_some_and(|first| first <= day);
    let stands = views.registry.community_stands(community, day);
    match day < on && begun && stands && !views.registry.is_holiday(day) {
        true => Standing::Unrecorded,
        false => Standing::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_has_thirteen_wednesdays() {
        let days = wednesdays("2022-Q2".parse().unwrap());
        assert_eq!((days.len(), days[0].to_string().as_str()), (13, "2022-04-06"));
        assert_eq!(days[12].to_string(), "2022-06-29");
        assert!(days.iter().all(|day| day.weekday() == 3));
        // A quarter that begins with a Wednesday begins with it.
        assert_eq!(wednesdays("2025-Q1".parse().unwrap())[0].to_string(), "2025-01-01");
    }
}
