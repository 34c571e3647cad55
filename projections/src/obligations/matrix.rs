//! The heat map (履行情况表): subjects × periods, each cell with how many obligations opened and how many were met.

use std::collections::BTreeMap;

use gongjian_core::day::{Day, Quarter};
use gongjian_core::domain::obligation::DEADLINE;
use gongjian_core::period::Period;
use gongjian_core::record::Position;
use serde::{Serialize, Serializer};

use super::{Filter, Obligation, State, list, subject_name};
use crate::figures::Scope;
use crate::views::Views;

/// What came of the obligations of one subject in one period. The rate of compliance is `met` of `opened`; what was
/// exempted is in neither.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cell {
    /// The state that asks for most attention; none where nothing was owed.
    pub state: Option<State>,
    /// How many opened: met, missed and open ones.
    pub opened: u32,
    /// How many are met.
    pub met: u32,
    /// How many of those were met late.
    pub late: u32,
    /// How many are missed.
    pub missed: u32,
    /// How many are still open.
    pub open: u32,
    /// How many are exempted.
    pub exempted: u32,
    /// Ids of the obligations, in the order of their due days.
    pub obligations: Vec<String>,
    /// The events that met them, in the order of the log.
    pub met_by: Vec<Position>,
}

/// One subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// Its stream.
    pub subject: String,
    /// What it is called on the day.
    pub name: String,
    /// A cell for each column.
    pub cells: Vec<Cell>,
    /// All of them together.
    pub total: Cell,
}

/// Subjects × periods.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Matrix {
    /// Id of the rule.
    pub rule: String,
    /// What it demands; none for works with a date of their own.
    pub title: Option<String>,
    /// What it is about.
    #[serde(serialize_with = "scope_word")]
    pub scope: Scope,
    /// The day as of which it is judged.
    pub on: Day,
    /// The periods: quarters, or years for what is owed once a year.
    pub columns: Vec<Period>,
    /// The subjects that owed anything, in the order of their streams.
    pub rows: Vec<Line>,
    /// All subjects together, for each column.
    pub totals: Vec<Cell>,
    /// Everything together.
    pub total: Cell,
}

fn scope_word<S: Serializer>(scope: &Scope, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&scope.word())
}

impl Cell {
    fn add(&mut self, obligation: &Obligation) {
        match obligation.state {
            State::Met => self.met += 1,
            State::Missed => self.missed += 1,
            State::Open => self.open += 1,
            State::Exempted => self.exempted += 1,
        }
        self.late += u32::from(obligation.late);
        self.opened += u32::from(obligation.state != State::Exempted);
        self.state = Some(self.state.map_or(obligation.state, |state| state.min(obligation.state)));
        self.obligations.push(obligation.id.clone());
        self.met_by.extend(&obligation.met_by);
    }

    fn settle(&mut self) {
        self.met_by.sort_unstable();
        self.met_by.dedup();
    }
}

/// The heat map of a rule over some quarters, as of the day `on`. An obligation stands in the column of its due day;
/// one without a due day (R14) in every column, as it was at the end of that quarter. Rows are whoever owes, for
/// works with a date (`DUE`, R17) their communities. `scope` takes codes.
pub fn matrix(views: &Views, rule: &str, quarters: &[Quarter], scope: &Scope, on: Day) -> Matrix {
    let columns = columns(rule, quarters);
    let mut rows: BTreeMap<String, Vec<Cell>> = BTreeMap::new();
    let width = columns.len();
    let mut put = |place: usize, obligation: &Obligation| {
        let cells = rows.entry(row_of(obligation)).or_insert_with(|| vec![Cell::default(); width]);
        if let Some(cell) = cells.get_mut(place) {
            cell.add(obligation);
        }
    };
    let filter = of_scope(rule, scope);
    let opened = columns.iter().enumerate().filter(|(_, column)| column.first_day() <= on);
    if rule == "R14" {
        for (place, column) in opened {
            list(views, &filter, column.last_day().min(on)).iter().for_each(|it| put(place, it));
        }
    } else if let (Some(first), Some(last)) = (columns.first(), columns.last()) {
        let opened: Vec<(usize, &Period)> = opened.collect();
        let window = Filter { from: Some(first.first_day()), until: Some(last.last_day()), ..filter };
        for obligation in list(views, &window, on) {
            let has = |(_, column): &&(usize, &Period)| obligation.due_on.is_some_and(|due| column.has(due));
            if let Some((place, _)) = opened.iter().find(has) {
                put(*place, &obligation);
            }
        }
    }
    let mut totals = vec![Cell::default(); width];
    let mut total = Cell::default();
    let rows = rows
        .into_iter()
        .map(|(subject, mut cells)| {
            let mut line = Cell::default();
            for (cell, sum) in cells.iter_mut().zip(&mut totals) {
                cell.settle();
                for into in [&mut line, sum, &mut total] {
                    into.absorb(cell);
                }
            }
            line.settle();
            Line { name: subject_name(views, &subject, on), subject, cells, total: line }
        })
        .collect();
    for cell in totals.iter_mut().chain([&mut total]) {
        cell.settle();
    }
    let title = views.rules.rule.get(rule).map(|rule| rule.title.clone());
    Matrix { rule: rule.to_owned(), title, scope: scope.clone(), on, columns, rows, totals, total }
}

impl Cell {
    fn absorb(&mut self, other: &Cell) {
        for (into, count) in [
            (&mut self.opened, other.opened),
            (&mut self.met, other.met),
            (&mut self.late, other.late),
            (&mut self.missed, other.missed),
            (&mut self.open, other.open),
            (&mut self.exempted, other.exempted),
        ] {
            *into += count;
        }
        self.state = [self.state, other.state].into_iter().flatten().min();
        self.obligations.extend_from_slice(&other.obligations);
        self.met_by.extend(&other.met_by);
    }
}

/// Quarters, or the years in which they lie.
fn columns(rule: &str, quarters: &[Quarter]) -> Vec<Period> {
    let mut columns: Vec<Period> = quarters
        .iter()
        .map(|quarter| match rule {
            "R15" => Period::Year(quarter.year),
            _ => Period::Quarter(*quarter),
        })
        .collect();
    columns.sort_unstable();
    columns.dedup();
    columns
}

fn of_scope(rule: &str, scope: &Scope) -> Filter {
    let (street, community) = match scope {
        Scope::County => (None, None),
        Scope::Street(code) => (Some(code.clone()), None),
        Scope::Community(code) => (None, Some(code.clone())),
    };
    Filter { rule: Some(rule.to_owned()), street, community, ..Filter::default() }
}

fn row_of(obligation: &Obligation) -> String {
    match obligation.communities.as_slice() {
        [community] if obligation.rule == DEADLINE || obligation.rule == "R17" => {
            format!("community/{community}")
        }
        _ => obligation.subject.clone(),
    }
}
