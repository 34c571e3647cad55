//! The report itself: what is counted, for which scope, as of when.

use std::collections::BTreeMap;

use gongjian_core::day::{Day, Quarter};
use gongjian_core::record::Position;
use serde::{Serialize, Serializer};

use super::balances::{Balance, balances};
use super::compare::Comparisons;
use super::counts::{Counts, Events, Spans, Task};
use super::places::{Area, Places};
use super::records::{self, Records};
use super::standing::Standing;
use super::tally::Wanted;
use super::values::Figures;
use crate::registry::Kind as Named;
use crate::views::Views;

/// What a report is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// The whole county.
    #[default]
    County,
    /// One street, by its code.
    Street(String),
    /// One community, by its code.
    Community(String),
}

impl Scope {
    /// The word in JSON: `county`, `street/S01`, `community/C01`.
    pub fn word(&self) -> String {
        match self {
            Scope::County => "county".to_owned(),
            Scope::Street(code) => format!("street/{code}"),
            Scope::Community(code) => format!("community/{code}"),
        }
    }
}

/// For which scopes a report lists the events behind its figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// For none.
    None,
    /// For the report's own scope.
    Scope,
    /// For every street and community within it, too.
    #[default]
    All,
}

/// Figures of a part of the scope.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Part {
    /// Its name on the report's day.
    pub name: String,
    /// Its figures.
    pub figures: Figures,
    /// Its figures over other days, where they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comparisons: Option<Comparisons>,
}

/// What a report knows, and as of when it is judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AsOf {
    /// The last event it counts; none of an empty log.
    pub position: Option<Position>,
    /// That event's digest, hexadecimal. The read models do not hash; who reads the log fills it in.
    pub digest: Option<String>,
    /// The day.
    pub on: Day,
}

/// A quarterly report of co-building (季度共建报告).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// `2022-Q2`.
    #[serde(serialize_with = "shown")]
    pub quarter: Quarter,
    /// 2022年第二季度.
    pub label: String,
    /// What it is about.
    #[serde(serialize_with = "worded")]
    pub scope: Scope,
    /// What it knows.
    pub as_of: AsOf,
    /// Figures of the scope.
    pub figures: Figures,
    /// 上期, 去年同期, 自年初以来 and 累计 of each figure of the scope.
    pub comparisons: Comparisons,
    /// Stocks of the scope at the end of the quarter before, what came and went, and what there is.
    pub balances: Vec<Balance>,
    /// Its late entries and corrections.
    pub records: Records,
    /// Of which ledger and freeze it is, and what came after earlier freezes. Who reads the log fills it in.
    #[serde(flatten)]
    pub standing: Standing,
    /// Figures of the streets within it, by code.
    pub streets: BTreeMap<String, Part>,
    /// Figures of the communities within it, by code.
    pub communities: BTreeMap<String, Part>,
}

fn shown<S: Serializer>(quarter: &Quarter, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(quarter)
}

fn worded<S: Serializer>(scope: &Scope, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&scope.word())
}

/// The quarter of the first thing that figures count; with earlier ones nothing is compared.
pub fn first_quarter(views: &Views) -> Option<Quarter> {
    views.compact().first_day().map(Day::quarter)
}

/// A question for a report.
#[derive(Clone, Debug)]
pub struct Question {
    /// The quarter.
    pub quarter: Quarter,
    /// What it is about.
    pub scope: Scope,
    /// The day as of which it is judged.
    pub on: Day,
    /// For which scopes to list events.
    pub evidence: Evidence,
    /// Whether to compare the figures of every part, too.
    pub parts_compared: bool,
}

/// The quarterly report of a scope, judged as of the day `on`, with the events behind every figure.
pub fn report(views: &Views, quarter: Quarter, scope: &Scope, on: Day) -> Report {
    report_with(views, quarter, scope, on, Evidence::All)
}

/// The quarterly report of a scope, with as much evidence as asked for.
pub fn report_with(views: &Views, quarter: Quarter, scope: &Scope, on: Day, evidence: Evidence) -> Report {
    answer(views, &Question { quarter, scope: scope.clone(), on, evidence, parts_compared: false })
}

/// The quarterly report that somebody asks for.
pub fn answer(views: &Views, question: &Question) -> Report {
    let Question { quarter, scope, on, evidence, parts_compared } = question;
    let compact = views.compact();
    let places = Places::of(views, compact);
    let spans = Spans::of(*quarter, *on, compact.first_day());
    let mut report = Report {
        quarter: *quarter,
        label: quarter.label(),
        scope: scope.clone(),
        as_of: AsOf { position: views.position().checked_sub(1), digest: None, on: *on },
        figures: Figures::default(),
        comparisons: Comparisons::none(),
        balances: Vec::new(),
        records: records::records(views, scope, &spans.now),
        standing: Standing::default(),
        streets: BTreeMap::new(),
        communities: BTreeMap::new(),
    };
    let Some(area) = places.area(scope) else { return report };
    let wanted = if *evidence == Evidence::None { Wanted::None } else { Wanted::All };
    let task = Task { parts: true, parts_compared: *parts_compared, wanted };
    let counts = Counts::of(views, compact, &places, area, spans, task);
    let parts = places.within(area);
    let mut events = match evidence {
        Evidence::None => Events::default(),
        Evidence::Scope => Events::from_iter([(area, counts.events_of_scope())]),
        Evidence::All => counts.events(&[&[area], parts.as_slice()].concat()),
    };
    let mut figures = |area: Area| {
        let numbers = counts.numbers(&spans.now, area)?;
        Some(Figures::new(numbers, events.remove(&area)))
    };
    report.figures = figures(area).unwrap_or_default();
    report.comparisons = Comparisons::of(&counts, area);
    report.balances = balances(&counts, area);
    let day = spans.now.end;
    let name = |kind, code: &str| views.registry.name(kind, code, day).unwrap_or(code).to_owned();
    for part in parts {
        let own = if part == area { Some(report.figures.clone()) } else { figures(part) };
        let figures = own.unwrap_or_default();
        let comparisons = parts_compared.then(|| Comparisons::of(&counts, part));
        let (kind, code, list) = match part {
            Area::County => continue,
            Area::Street(place) => (Named::Street, places.streets.get(place as usize), &mut report.streets),
            Area::Community(place) => {
                let code = places.communities.get(place as usize).map(|(code, _)| code);
                (Named::Community, code, &mut report.communities)
            }
        };
        if let Some(code) = code {
            list.insert((*code).to_owned(), Part { name: name(kind, code), figures, comparisons });
        }
    }
    report
}
