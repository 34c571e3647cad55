//! Provenance (依据): the events behind one figure, each with the row that it makes count.

use gongjian_core::day::{Day, Quarter};
use gongjian_core::record::Position;

use super::compact::{Source, Table};
use super::compare::{Compared, Comparisons};
use super::counts::{Counts, Spans, Task};
use super::names::Figure;
use super::places::Places;
use super::report::{AsOf, Scope};
use super::tally::Wanted;
use super::values::{Value, denominator};
use crate::views::Views;

/// One figure with everything that it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// The figure.
    pub figure: Figure,
    /// The quarter.
    pub quarter: Quarter,
    /// What it is about.
    pub scope: Scope,
    /// First day of the quarter.
    pub start: Day,
    /// The earlier of its last day and the as-of day.
    pub end: Day,
    /// What it knows.
    pub as_of: AsOf,
    /// The value.
    pub value: Value,
    /// The denominator of a rate.
    pub of: Option<u64>,
    /// The figure over other days.
    pub compared: Compared,
    /// The events whose removal would change the value, in the order of the log.
    pub events: Vec<Counting>,
}

/// An event behind a figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counting {
    /// The event.
    pub position: Position,
    /// The streams that it makes count, or keeps from counting: its own, or one that depends on it, such as the
    /// clause of an agreement.
    pub rows: Vec<String>,
}

/// Everything behind one figure; `None` where there is no such street or community.
pub fn explain(views: &Views, figure: Figure, quarter: Quarter, scope: &Scope, on: Day) -> Option<Explained> {
    let compact = views.compact();
    let places = Places::of(views, compact);
    let area = places.area(scope)?;
    let spans = Spans::of(quarter, on, compact.first_day());
    let task = Task { parts: false, parts_compared: false, wanted: Wanted::One(figure) };
    let counts = Counts::of(views, compact, &places, area, spans, task);
    let numbers = counts.numbers(&spans.now, area)?;
    let mut names: [Option<(&'static str, Vec<&str>)>; Table::COUNT] = Default::default();
    let mut stream = |source: Source| {
        let (category, ids) = names
            .get_mut(source.table as usize)
            .map(|names| names.get_or_insert_with(|| compact.streams(source.table)))?;
        Some(format!("{category}/{}", ids.get(source.row as usize)?))
    };
    let mut events: Vec<Counting> = Vec::new();
    for (position, source) in counts.sources(figure) {
        let row = stream(source);
        match events.last_mut().filter(|last| last.position == position) {
            Some(last) => last.rows.extend(row),
            None => events.push(Counting { position, rows: row.into_iter().collect() }),
        }
    }
    for counting in &mut events {
        counting.rows.sort_unstable();
    }
    Some(Explained {
        figure,
        quarter,
        scope: scope.clone(),
        start: spans.now.start,
        end: spans.now.end,
        as_of: AsOf { position: views.position().checked_sub(1), digest: None, on },
        value: Value::of(figure, &numbers),
        of: denominator(figure, &numbers),
        compared: Comparisons::of(&counts, area).get(figure),
        events,
    })
}
