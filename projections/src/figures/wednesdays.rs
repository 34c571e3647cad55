//! 无记录例会: Wednesdays of a community for which no occurrence is planned.

use std::collections::BTreeSet;

use gongjian_core::day::Day;
use gongjian_core::domain::community::Community;
use gongjian_core::record::Position;
use rustc_hash::{FxHashMap, FxHashSet};

use super::compact::{Compact, Source, Table};
use super::names::Figure;
use super::tally::{Tally, When};
use crate::registry::stands;
use crate::views::Views;

/// A community that should meet.
struct Meeting<'v> {
    code: &'v str,
    community: &'v Community,
    /// Its number in the rows, if any row names it.
    number: Option<u32>,
    /// Days for which it had planned to meet and then moved.
    moved: Option<&'v BTreeSet<Day>>,
}

impl Meeting<'_> {
    fn moved_from(&self, day: Day) -> bool {
        self.moved.is_some_and(|days| days.contains(&day))
    }

    /// Whether it existed on a day, and nothing had taken its place.
    fn stands(&self, day: Day) -> bool {
        self.community.established_on.is_some_and(|since| since <= day)
            && stands(self.community, self.code, day)
    }
}

/// Days on which communities should have met, and for which they planned to.
pub(super) struct Wednesdays<'v> {
    views: &'v Views,
    /// In the order of their codes.
    communities: Vec<Meeting<'v>>,
    /// Community, by its number in the rows, and day of each occurrence.
    planned: FxHashSet<(u32, When)>,
}

impl<'v> Wednesdays<'v> {
    pub(super) fn of(views: &'v Views, compact: &Compact) -> Wednesdays<'v> {
        let communities = views.registry.community.sorted().into_iter().map(|(code, row)| Meeting {
            code,
            community: &row.state,
            number: compact.communities.get(code),
            moved: views.wednesday.moved_from(code),
        });
        let planned = compact.occurrences.iter().map(|(_, it, _)| (it.rest.community, it.rest.planned));
        Wednesdays { views, communities: communities.collect(), planned: planned.collect() }
    }

    /// Every community, as a place in the order of the codes, and Wednesday from `start` to `end` without an
    /// occurrence planned.
    fn unrecorded(&self, start: Day, end: Day, mut found: impl FnMut(u32, &'v str, Day)) {
        let earliest = self.communities.iter().filter_map(|it| it.community.established_on).min();
        let Some(start) = earliest.map(|earliest| earliest.max(start)) else { return };
        let offset = (3 - i32::try_from(start.weekday()).unwrap_or(3)).rem_euclid(7);
        let mut wednesdays = Vec::new();
        let mut day = start.plus(offset);
        while day <= end {
            if !self.views.registry.is_holiday(day) {
                wednesdays.push(day);
            }
            day = day.plus(7);
        }
        for (it, place) in self.communities.iter().zip(0..) {
            for day in wednesdays.iter().copied() {
                let planned = |number| self.planned.contains(&(number, When::on(Some(day))));
                if it.stands(day) && !it.number.is_some_and(planned) && !it.moved_from(day) {
                    found(place, it.code, day);
                }
            }
        }
    }

    /// Counts them.
    pub(super) fn count(&self, compact: &Compact, tally: &mut Tally<'_>) {
        let figure = Figure::WednesdayMeetingsUnrecorded;
        self.unrecorded(tally.period.start, tally.period.end, |place, _, _| tally.add(place, figure, 1));
        if tally.wants(&[figure]) {
            self.events(compact, tally);
        }
    }

    /// An occurrence that alone stands for its Wednesday keeps that day from being unrecorded.
    fn events(&self, compact: &Compact, tally: &mut Tally<'_>) {
        let mut planned: FxHashMap<(u32, Day), Vec<(Position, u32)>> = FxHashMap::default();
        for (place, it, at) in compact.occurrences.iter() {
            let day = it.rest.planned.day().filter(|day| tally.period.has(*day) && it.days[0].is());
            if let Some(day) = day {
                planned.entry((it.rest.community, day)).or_default().push((at[0], place));
            }
        }
        let by_number: FxHashMap<u32, &Meeting<'_>> =
            self.communities.iter().filter_map(|it| Some((it.number?, it))).collect();
        for ((number, day), occurrences) in planned {
            let Some(it) = by_number.get(&number) else { continue };
            let expected = day.weekday() == 3 && it.stands(day) && !self.views.registry.is_holiday(day);
            if let ([(at, row)], true) = (occurrences.as_slice(), expected && !it.moved_from(day)) {
                let source = Source { table: Table::Occurrence, row: *row };
                tally.event(
                    tally.places().community(number),
                    Figure::WednesdayMeetingsUnrecorded,
                    *at,
                    source,
                );
            }
        }
    }
}

/// Every community and Wednesday from `start` to `end` without an occurrence planned.
pub(crate) fn unrecorded_days(views: &Views, start: Day, end: Day) -> Vec<(&str, Day)> {
    let mut missing = Vec::new();
    let wednesdays = Wednesdays::of(views, views.compact());
    wednesdays.unrecorded(start, end, |_, code, day| missing.push((code, day)));
    missing
}
