//! Dense rows: streams by number, and a few numbers for each.

use gongjian_core::domain::facts::Fact;
use gongjian_core::record::Position;
use rustc_hash::FxHashMap;

use super::tally::When;

/// A place that no row has: of what refers to nothing.
pub(super) const NOWHERE: u32 = u32::MAX;

/// Codes that rows refer to, by number.
#[derive(Clone, Debug, Default)]
pub(super) struct Codes(FxHashMap<Box<str>, u32>);

impl Codes {
    pub(super) fn number(&mut self, code: &str) -> u32 {
        if let Some(number) = self.0.get(code) {
            return *number;
        }
        let number = u32::try_from(self.0.len()).unwrap_or(NOWHERE);
        self.0.insert(code.into(), number);
        number
    }

    pub(super) fn get(&self, code: &str) -> Option<u32> {
        self.0.get(code).copied()
    }

    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// Every code by its number.
    pub(super) fn sorted(&self) -> Vec<&str> {
        let mut codes = vec![""; self.0.len()];
        for (code, number) in &self.0 {
            if let Some(place) = codes.get_mut(*number as usize) {
                *place = code;
            }
        }
        codes
    }
}

/// One row: the days of its facts, the events that say them, and the rest.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<R, const FACTS: usize> {
    pub days: [When; FACTS],
    pub rest: R,
}

/// The rows of one table. A place that something refers to and that no stream has yet holds an empty row.
#[derive(Clone, Debug)]
pub(super) struct Rows<R, const FACTS: usize> {
    pub ids: Codes,
    rows: Vec<Row<R, FACTS>>,
    at: Vec<[Position; FACTS]>,
}

impl<R, const FACTS: usize> Default for Rows<R, FACTS> {
    fn default() -> Self {
        Rows { ids: Codes::default(), rows: Vec::new(), at: Vec::new() }
    }
}

impl<R: Default, const FACTS: usize> Rows<R, FACTS> {
    /// The place of a stream, whether or not it has been seen.
    pub(super) fn place(&mut self, id: &str) -> u32 {
        let place = self.ids.number(id);
        if place as usize == self.rows.len() {
            self.rows.push(Row { days: [When::NEVER; FACTS], rest: R::default() });
            self.at.push([0; FACTS]);
        }
        place
    }

    pub(super) fn reserve(&mut self, count: usize) {
        self.ids.0.reserve(count);
        self.rows.reserve(count);
        self.at.reserve(count);
    }

    pub(super) fn put(&mut self, id: &str, facts: [Option<Fact>; FACTS], rest: R) {
        let place = self.place(id) as usize;
        if let (Some(row), Some(at)) = (self.rows.get_mut(place), self.at.get_mut(place)) {
            *row = Row { days: facts.map(When::of), rest };
            *at = facts.map(|fact| fact.map_or(0, |fact| fact.at));
        }
    }

    pub(super) fn get(&self, place: u32) -> Option<&Row<R, FACTS>> {
        self.rows.get(place as usize)
    }

    /// The events that say the facts of a row.
    pub(super) fn at(&self, place: u32) -> [Position; FACTS] {
        self.at.get(place as usize).copied().unwrap_or([0; FACTS])
    }

    /// Every row with its place and the events that say its facts.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &Row<R, FACTS>, [Position; FACTS])> {
        (0..).zip(&self.rows).zip(&self.at).map(|((place, row), at)| (place, row, *at))
    }

    /// The earliest day of the facts at some places of a row.
    pub(super) fn earliest<const COUNT: usize>(&self, facts: [usize; COUNT]) -> When {
        let of_row = |row: &Row<R, FACTS>| facts.map(|fact| row.days.get(fact).copied().unwrap_or_default());
        self.rows.iter().flat_map(of_row).min().unwrap_or_default()
    }
}
