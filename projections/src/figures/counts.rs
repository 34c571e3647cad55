//! Everything that a report counts: one pass over the compact rows, for all its periods at once.

use gongjian_core::day::{Day, Quarter};
use gongjian_core::record::Position;
use rustc_hash::FxHashMap;

use super::compact::{Compact, Source};
use super::names::Figure;
use super::places::{Area, Places};
use super::tally::{Detail, Numbers, Period, Tally, Wanted};
use super::wednesdays::Wednesdays;
use super::{distinct, rows};
use crate::views::Views;

/// The periods that a report of a quarter counts. A span that ended before anything happened is none.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spans {
    /// The quarter, up to the as-of day.
    pub now: Period,
    /// 上期: the quarter before. Its stocks open the balances even where there was nothing yet.
    pub previous: Period,
    /// Whether anything had happened by then.
    pub has_previous: bool,
    /// 去年同期: the whole quarter a year before.
    pub last_year: Option<Period>,
    /// 自年初以来: from 1 January to the end.
    pub year_to_date: Option<Period>,
    /// The last quarter of the year before, whose stocks open the year.
    pub year_opening: Option<Period>,
    /// 累计: from the quarter in which the first thing happened to the end.
    pub since_start: Option<Period>,
}

impl Spans {
    pub(super) fn of(quarter: Quarter, on: Day, first: Option<Day>) -> Spans {
        let now = Period::of(quarter, on);
        let known = |period: Period| first.filter(|first| *first <= period.end).map(|_| period);
        let year_before = Quarter { year: quarter.year.saturating_sub(1), ..quarter };
        let of = |quarter: Quarter| known(Period::of(quarter, on));
        let previous = Period::of(quarter.previous(), on);
        let start = first.map_or(now.start, |first| first.quarter().first_day());
        Spans {
            now,
            previous,
            has_previous: known(previous).is_some(),
            last_year: of(year_before),
            year_to_date: known(Period { start: now.year_start, ..now }),
            year_opening: of(Quarter { year: year_before.year, number: 4 }),
            since_start: known(Period { start, year_start: start, end: now.end }),
        }
    }
}

/// What to count.
#[derive(Clone, Copy, Debug)]
pub(super) struct Task {
    /// Also for the parts of the scope, in the quarter itself.
    pub parts: bool,
    /// Also for the parts of the scope, in the other periods.
    pub parts_compared: bool,
    /// Of which figures to note the events, in the quarter itself.
    pub wanted: Wanted,
}

/// Everything counted, by period, before it is laid out.
pub(super) struct Counts<'p> {
    pub spans: Spans,
    tallies: Vec<Tally<'p>>,
}

/// Positions by figure for an area.
pub(super) type Events = FxHashMap<Area, Vec<Vec<Position>>>;

impl<'p> Counts<'p> {
    pub(super) fn of(
        views: &Views,
        compact: &Compact,
        places: &'p Places<'p>,
        area: Area,
        spans: Spans,
        task: Task,
    ) -> Counts<'p> {
        let more = [spans.last_year, spans.year_to_date, spans.year_opening, spans.since_start];
        let mut periods = vec![spans.now];
        for period in [Some(spans.previous)].into_iter().chain(more).flatten() {
            // In a first quarter the quarter before opens the year, and the year so far is the quarter.
            if !periods.contains(&period) {
                periods.push(period);
            }
        }
        let tally = |(index, period): (usize, &Period)| {
            let parts = if index == 0 { task.parts } else { task.parts_compared };
            let detail = if parts { Detail::Parts } else { Detail::Whole };
            let wanted = if index == 0 { task.wanted } else { Wanted::None };
            Tally::new(places, area, *period, detail, wanted)
        };
        let tallies = || -> Vec<Tally<'p>> { periods.iter().enumerate().map(tally).collect() };
        let (mut first, mut second) = (tallies(), tallies());
        // The two halves look at different rows and take about as long.
        std::thread::scope(|scope| {
            scope.spawn(|| {
                rows::alliances(compact, &mut first);
                rows::agreements(compact, &mut first);
                rows::commitments(compact, &mut first);
                rows::projects(compact, &mut first);
                for tally in &mut first {
                    distinct::member_units(compact, tally);
                    distinct::enterprises(compact, tally);
                }
            });
            rows::meetings(compact, &mut second);
            rows::decisions(compact, &mut second);
            rows::occurrences(compact, &mut second);
            rows::issues(compact, &mut second);
            let wednesdays = Wednesdays::of(views, compact);
            for tally in &mut second {
                distinct::alliances_met(compact, tally);
                wednesdays.count(compact, tally);
            }
        });
        for (tally, other) in first.iter_mut().zip(second) {
            tally.absorb(other);
        }
        Counts { spans, tallies: first }
    }

    /// The figures of an area in a period, if that was counted.
    pub(super) fn numbers(&self, period: &Period, area: Area) -> Option<Numbers> {
        let tally = self.tallies.iter().find(|tally| tally.period == *period)?;
        Some(tally.numbers(area))
    }

    /// Positions by figure, of the scope alone.
    pub(super) fn events_of_scope(&self) -> Vec<Vec<Position>> {
        let mut lists = vec![Vec::new(); Figure::COUNT];
        for noted in self.tallies.first().into_iter().flat_map(Tally::noted_of_scope) {
            if let Some(list) = lists.get_mut(noted.figure as usize) {
                list.push(noted.at);
            }
        }
        in_order(lists.iter_mut());
        lists
    }

    /// Positions by figure, for some areas.
    pub(super) fn events(&self, areas: &[Area]) -> Events {
        let mut lists: Events = areas.iter().map(|area| (*area, vec![Vec::new(); Figure::COUNT])).collect();
        for (area, noted) in self.tallies.first().into_iter().flat_map(Tally::noted) {
            if let Some(list) = lists.get_mut(&area).and_then(|lists| lists.get_mut(noted.figure as usize)) {
                list.push(noted.at);
            }
        }
        in_order(lists.values_mut().flatten());
        lists
    }

    /// The events behind one figure of the scope, each with the row that it makes count.
    pub(super) fn sources(&self, figure: Figure) -> Vec<(Position, Source)> {
        let noted = self.tallies.first().into_iter().flat_map(Tally::noted_of_scope);
        let of_it = noted.filter(|noted| noted.figure == figure);
        let mut sources: Vec<_> = of_it.map(|noted| (noted.at, noted.source)).collect();
        sources.sort_unstable();
        sources.dedup();
        sources
    }
}

/// Puts positions in order and each once; long lists and short ones on two threads alike.
fn in_order<'l>(lists: impl Iterator<Item = &'l mut Vec<Position>>) {
    let mut lists: Vec<&mut Vec<Position>> = lists.collect();
    lists.sort_by_key(|list| list.len());
    let (mut one, mut other) = (Vec::new(), Vec::new());
    for (index, list) in lists.into_iter().enumerate() {
        if index % 2 == 0 { one.push(list) } else { other.push(list) }
    }
    let sort = |lists: Vec<&mut Vec<Position>>| {
        for list in lists {
            list.sort_unstable();
            list.dedup();
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(|| sort(one));
        sort(other);
    });
}
