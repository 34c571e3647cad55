//! Counts by community, and the events behind each count.

use gongjian_core::day::{Day, Quarter};
use gongjian_core::domain::facts::Fact;
use gongjian_core::domain::issue::CATEGORIES;
use gongjian_core::record::Position;
use rustc_hash::FxHashMap;

use super::compact::Source;
use super::names::Figure;
use super::places::{Area, Places};

/// Numbers of one area: every figure, then the closed issues of each category.
pub(super) type Numbers = [u64; Figure::COUNT + CATEGORIES.len()];

const NO_NUMBERS: Numbers = [0; Figure::COUNT + CATEGORIES.len()];

/// The day of a fact, or never: one number, so that rows of facts are dense and compare without branches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct When(i32);

impl When {
    /// Later than every day.
    pub(super) const NEVER: When = When(i32::MAX);

    pub(super) fn on(day: Option<Day>) -> When {
        day.map_or(When::NEVER, |day| When(day.0))
    }

    pub(super) fn of(fact: Option<Fact>) -> When {
        When::on(fact.map(|fact| fact.on))
    }

    /// Whether it happened at all.
    pub(super) fn is(self) -> bool {
        self != When::NEVER
    }

    pub(super) fn day(self) -> Option<Day> {
        self.is().then_some(Day(self.0))
    }

    /// It happened by the end of `day`.
    pub(super) fn by(self, day: Day) -> bool {
        self.0 <= day.0 && self.is()
    }

    /// It happened before `day`.
    pub(super) fn before(self, day: Day) -> bool {
        self.0 < day.0
    }

    /// This, if the other happened at all.
    pub(super) fn after(self, other: When) -> When {
        if other.is() { self } else { When::NEVER }
    }
}

impl Default for When {
    fn default() -> When {
        When::NEVER
    }
}

/// The days that are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Period {
    /// First day: of the quarter, or of a longer span.
    pub start: Day,
    /// The earlier of its last day and the as-of day.
    pub end: Day,
    /// The first day on which a claim counts for 本年已认领: 1 January, or the first day of a longer span.
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
    pub(super) fn in_it(&self, when: When) -> bool {
        self.start.0 <= when.0 && when.by(self.end)
    }

    /// It happened by the end.
    pub(super) fn by_end(&self, when: When) -> bool {
        when.by(self.end)
    }
}

/// For which places a tally keeps numbers of their own.
#[derive(Clone, Copy)]
pub(super) enum Detail {
    /// For every community of the scope, from which streets are summed.
    Parts,
    /// For the scope as a whole.
    Whole,
}

/// An event without which a figure would be another, and the row that it makes count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Noted {
    pub slot: u32,
    pub figure: Figure,
    pub at: Position,
    pub source: Source,
}

/// The numbers of one period, over the communities of one scope.
pub(super) struct Tally<'p> {
    pub period: Period,
    places: &'p Places<'p>,
    scope: Area,
    detail: Detail,
    /// By bucket, or one for all.
    values: Vec<Numbers>,
    /// What is counted anew for each area.
    distinct: FxHashMap<(Area, Figure), u64>,
    wanted: Wanted,
    events: Vec<Noted>,
    distinct_events: Vec<(Area, Noted)>,
}

/// Of which figures a tally notes the events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    None,
    One(Figure),
    All,
}

impl Wanted {
    fn has(self, figure: Figure) -> bool {
        match self {
            Wanted::None => false,
            Wanted::One(only) => only == figure,
            Wanted::All => true,
        }
    }
}

impl<'p> Tally<'p> {
    pub(super) fn new(
        places: &'p Places<'p>,
        scope: Area,
        period: Period,
        detail: Detail,
        wanted: Wanted,
    ) -> Tally<'p> {
        let slots = match detail {
            Detail::Parts => places.buckets(),
            Detail::Whole => 1,
        };
        Tally {
            period,
            places,
            scope,
            detail,
            values: vec![NO_NUMBERS; slots],
            distinct: FxHashMap::default(),
            wanted,
            events: Vec::new(),
            distinct_events: Vec::new(),
        }
    }

    pub(super) fn places(&self) -> &'p Places<'p> {
        self.places
    }

    /// Where a bucket's numbers go; `None` outside the scope.
    fn slot(&self, bucket: u32) -> Option<u32> {
        self.places.lies_in(bucket, self.scope).then_some(match self.detail {
            Detail::Parts => bucket,
            Detail::Whole => 0,
        })
    }

    /// The areas for which a bucket counts, among those that have numbers of their own.
    pub(super) fn areas(&self, bucket: u32) -> impl Iterator<Item = Area> + use<> {
        let parts = match self.detail {
            Detail::Parts => self.places.areas(bucket),
            Detail::Whole => [Some(self.scope), None, None],
        };
        let inside = self.places.lies_in(bucket, self.scope);
        parts.into_iter().flatten().filter(move |_| inside)
    }

    pub(super) fn add(&mut self, bucket: u32, figure: Figure, count: u64) {
        self.add_at(bucket, figure as usize, count);
    }

    /// One more closed issue of a category, by its place in the list of categories.
    pub(super) fn add_category(&mut self, bucket: u32, category: usize) {
        self.add_at(bucket, Figure::COUNT + category, 1);
    }

    fn add_at(&mut self, bucket: u32, place: usize, count: u64) {
        let slot = self.slot(bucket);
        let values = slot.and_then(|slot| self.values.get_mut(slot as usize));
        if let Some(value) = values.and_then(|values| values.get_mut(place)) {
            *value += count;
        }
    }

    /// One more thing in an area that is counted there once.
    pub(super) fn add_distinct(&mut self, area: Area, figure: Figure) {
        *self.distinct.entry((area, figure)).or_default() += 1;
    }

    pub(super) fn wants(&self, figures: &[Figure]) -> bool {
        figures.iter().any(|figure| self.wanted.has(*figure))
    }

    pub(super) fn event(&mut self, bucket: u32, figure: Figure, at: Position, source: Source) {
        if let Some(slot) = self.slot(bucket).filter(|_| self.wanted.has(figure)) {
            self.events.push(Noted { slot, figure, at, source });
        }
    }

    pub(super) fn distinct_event(&mut self, area: Area, figure: Figure, at: Position, source: Source) {
        if self.wanted.has(figure) {
            self.distinct_events.push((area, Noted { slot: 0, figure, at, source }));
        }
    }

    /// Adds what another counted over the same places.
    pub(super) fn absorb(&mut self, other: Tally<'_>) {
        for (values, more) in self.values.iter_mut().zip(other.values) {
            for (value, more) in values.iter_mut().zip(more) {
                *value += more;
            }
        }
        for (key, more) in other.distinct {
            *self.distinct.entry(key).or_default() += more;
        }
        self.events.extend(other.events);
        self.distinct_events.extend(other.distinct_events);
    }

    /// Every number of an area.
    pub(super) fn numbers(&self, area: Area) -> Numbers {
        let mut sums = NO_NUMBERS;
        let mut add = |values: Option<&Numbers>| {
            for (sum, value) in sums.iter_mut().zip(values.into_iter().flatten()) {
                *sum += value;
            }
        };
        match self.detail {
            Detail::Whole => add(self.values.first()),
            Detail::Parts => {
                self.places.buckets_of(area).for_each(|bucket| add(self.values.get(bucket as usize)));
            }
        }
        for figure in Figure::DISTINCT {
            sums[*figure as usize] = self.distinct.get(&(area, *figure)).copied().unwrap_or(0);
        }
        sums
    }

    /// The events behind the figures of the scope itself, in no particular order.
    pub(super) fn noted_of_scope(&self) -> impl Iterator<Item = Noted> {
        let distinct = self.distinct_events.iter().filter(|(area, _)| *area == self.scope);
        self.events.iter().copied().chain(distinct.map(|(_, noted)| *noted))
    }

    /// The events, each with the areas whose figure it is behind, in no particular order.
    pub(super) fn noted(&self) -> impl Iterator<Item = (Area, Noted)> {
        let of_rows = self.events.iter().flat_map(|noted| {
            let areas = match self.detail {
                Detail::Parts => self.places.areas(noted.slot),
                Detail::Whole => [Some(self.scope), None, None],
            };
            areas.into_iter().flatten().map(|area| (area, *noted))
        });
        of_rows.chain(self.distinct_events.iter().copied())
    }
}

/// Counts one row in every period; all tallies are of one scope. Its events are, by the word, those without
/// which `count` would say otherwise.
#[inline]
pub(super) fn row<const FACTS: usize, const COUNTS: usize>(
    tallies: &mut [Tally<'_>],
    bucket: u32,
    figures: &[Figure; COUNTS],
    source: Source,
    (days, at): ([When; FACTS], [Position; FACTS]),
    count: impl Fn(&Period, [When; FACTS]) -> [u32; COUNTS],
) {
    if !tallies.first().is_some_and(|tally| tally.places.lies_in(bucket, tally.scope)) {
        return;
    }
    for tally in tallies {
        let slot = match tally.detail {
            Detail::Parts => bucket,
            Detail::Whole => 0,
        };
        let counts = count(&tally.period, days);
        if let Some(values) = tally.values.get_mut(slot as usize) {
            for (figure, count) in figures.iter().zip(counts) {
                values[*figure as usize] += u64::from(count);
            }
        }
        if !tally.wants(figures) {
            continue;
        }
        for place in (0..FACTS).filter(|place| days[*place].is()) {
            let mut without = days;
            without[place] = When::NEVER;
            let then = count(&tally.period, without);
            for (figure, (then, now)) in figures.iter().zip(then.into_iter().zip(counts)) {
                if then != now && tally.wanted.has(*figure) {
                    tally.events.push(Noted { slot, figure: *figure, at: at[place], source });
                }
            }
        }
    }
}
