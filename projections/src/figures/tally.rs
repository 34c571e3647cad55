//! Counts by community, and the events behind each count.

use gongjian_core::day::{Day, Quarter};
use gongjian_core::domain::facts::Fact;
use gongjian_core::record::Position;

use super::names::Figure;

/// The days that a report is about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Period {
    /// First day of the quarter.
    pub start: Day,
    /// The earlier of its last day and the as-of day.
    pub end: Day,
    /// 1 January.
    pub year_start: Day,
}

impl Period {
    pub(super) fn of(quarter: Quarter, on: Day) -> Period {
        Period {
            start: quarter.first_day(),
            end: quarter.last_day().min(on),
            year_start: quarter.first_day_of_year(),
        }
    }

    /// In the quarter.
    pub(super) fn has(&self, day: Day) -> bool {
        self.start <= day && day <= self.end
    }

    /// It happened in the quarter.
    pub(super) fn in_it(&self, fact: Option<Fact>) -> bool {
        fact.is_some_and(|fact| self.has(fact.on))
    }

    /// It happened by the end.
    pub(super) fn by_end(&self, fact: Option<Fact>) -> bool {
        fact.is_some_and(|fact| fact.on <= self.end)
    }
}

/// Where counts go. A bucket is a community's place in the list, or the one after the last for what
/// belongs to no community of the registry (which the county counts all the same).
pub(super) struct Tally {
    values: Vec<[u64; Figure::COUNT]>,
    events: Option<Vec<(u32, Figure, Position)>>,
}

impl Tally {
    pub(super) fn new(buckets: usize, with_events: bool) -> Tally {
        Tally { values: vec![[0; Figure::COUNT]; buckets], events: with_events.then(Vec::new) }
    }

    pub(super) fn add(&mut self, bucket: u32, figure: Figure, count: u64) {
        if let Some(values) = self.values.get_mut(bucket as usize) {
            values[figure as usize] += count;
        }
    }

    pub(super) fn wants_events(&self) -> bool {
        self.events.is_some()
    }

    pub(super) fn event(&mut self, bucket: u32, figure: Figure, at: Position) {
        if let Some(events) = &mut self.events {
            events.push((bucket, figure, at));
        }
    }

    /// Counts one row. Its events are, by the word, those without which `count` would say otherwise.
    pub(super) fn row<const FACTS: usize, const COUNTS: usize>(
        &mut self,
        bucket: u32,
        figures: [Figure; COUNTS],
        facts: [Option<Fact>; FACTS],
        count: impl Fn([Option<Fact>; FACTS]) -> [u32; COUNTS],
    ) {
        let counts = count(facts);
        if let Some(values) = self.values.get_mut(bucket as usize) {
            for (figure, count) in figures.iter().zip(counts) {
                values[*figure as usize] += u64::from(count);
            }
        }
        let Some(events) = &mut self.events else { return };
        for place in 0..FACTS {
            let Some(fact) = facts[place] else { continue };
            let mut without = facts;
            without[place] = None;
            for (figure, (then, now)) in figures.iter().zip(count(without).into_iter().zip(counts)) {
                if then != now {
                    events.push((bucket, *figure, fact.at));
                }
            }
        }
    }

    /// Adds what another counted over the same buckets.
    pub(super) fn absorb(&mut self, other: Tally) {
        for (values, more) in self.values.iter_mut().zip(other.values) {
            for (value, more) in values.iter_mut().zip(more) {
                *value += more;
            }
        }
        if let (Some(events), Some(more)) = (&mut self.events, other.events) {
            events.extend(more);
        }
    }

    /// The sums of some buckets.
    pub(super) fn sum(&self, buckets: impl Iterator<Item = u32>) -> [u64; Figure::COUNT] {
        let mut sums = [0; Figure::COUNT];
        for values in buckets.filter_map(|bucket| self.values.get(bucket as usize)) {
            for (sum, value) in sums.iter_mut().zip(values) {
                *sum += value;
            }
        }
        sums
    }

    /// The events, each with its bucket and figure, in no particular order.
    pub(super) fn events(&self) -> &[(u32, Figure, Position)] {
        self.events.as_deref().unwrap_or_default()
    }
}
