//! A figure beside itself: 上期 and 去年同期, 自年初以来 and 累计.
//!
//! Every comparison is the same definition over other days, counted anew from the same rows; none is added up from
//! other reports, since what is counted once in each of two quarters is counted once in both together. The change
//! (环比, 同比) is the difference of two numbers that stand there, so no rate is kept.

use serde::{Serialize, Serializer};

use super::counts::Counts;
use super::names::{Figure, Kind};
use super::places::Area;
use super::tally::{Numbers, Period};
use super::values::{Value, denominator};

/// One figure over other days. A span that ended before anything happened is none, not 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Compared {
    /// 上期: in the quarter before, or at its end.
    pub previous: Option<Value>,
    /// 去年同期: in the same quarter of the year before, or at its end; always the whole quarter.
    pub last_year: Option<Value>,
    /// 自年初以来: from 1 January to the end; of what is counted at the end, what there is at the end.
    pub year_to_date: Option<Value>,
    /// 累计: since the quarter in which the first thing happened; of what is counted at the end, as before.
    pub since_start: Option<Value>,
    /// 年初: what there was at the end of the year before, of what is counted at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year_opening: Option<Value>,
    /// The denominators, of a rate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<Denominators>,
}

/// The denominators of a rate over other days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Denominators {
    /// 上期.
    pub previous: Option<u64>,
    /// 去年同期.
    pub last_year: Option<u64>,
    /// 自年初以来.
    pub year_to_date: Option<u64>,
    /// 累计.
    pub since_start: Option<u64>,
}

/// The figures of one scope over other days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparisons {
    previous: Option<Box<Numbers>>,
    last_year: Option<Box<Numbers>>,
    year_to_date: Option<Box<Numbers>>,
    year_opening: Option<Box<Numbers>>,
    since_start: Option<Box<Numbers>>,
}

impl Comparisons {
    pub(super) fn of(counts: &Counts<'_>, area: Area) -> Comparisons {
        let spans = &counts.spans;
        let numbers = |period: Option<Period>| counts.numbers(&period?, area).map(Box::new);
        Comparisons {
            previous: numbers(Some(spans.previous).filter(|_| spans.has_previous)),
            last_year: numbers(spans.last_year),
            year_to_date: numbers(spans.year_to_date),
            year_opening: numbers(spans.year_opening),
            since_start: numbers(spans.since_start),
        }
    }

    /// Those of no place.
    pub(super) fn none() -> Comparisons {
        Comparisons {
            previous: None,
            last_year: None,
            year_to_date: None,
            year_opening: None,
            since_start: None,
        }
    }

    /// One figure over other days.
    pub fn get(&self, figure: Figure) -> Compared {
        let value = |numbers: &Option<Box<Numbers>>| Some(Value::of(figure, numbers.as_deref()?));
        let of = |numbers: &Option<Box<Numbers>>| denominator(figure, numbers.as_deref()?);
        let is_rate = matches!(figure.kind(), Kind::Of(_));
        let at_the_end = matches!(figure.kind(), Kind::Stock | Kind::ToDate);
        Compared {
            previous: value(&self.previous),
            last_year: value(&self.last_year),
            year_to_date: value(&self.year_to_date),
            since_start: value(&self.since_start),
            year_opening: value(&self.year_opening).filter(|_| at_the_end),
            of: is_rate.then(|| Denominators {
                previous: of(&self.previous),
                last_year: of(&self.last_year),
                year_to_date: of(&self.year_to_date),
                since_start: of(&self.since_start),
            }),
        }
    }

    /// Every figure in the order of the report.
    pub fn iter(&self) -> impl Iterator<Item = (Figure, Compared)> {
        Figure::ALL.iter().map(|figure| (*figure, self.get(*figure)))
    }
}

impl Serialize for Comparisons {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(figure, compared)| (figure.name(), compared)))
    }
}
