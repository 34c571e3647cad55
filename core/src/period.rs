//! Calendar periods in China Standard Time for which something is owed: a day, a month, a quarter, half a year, a
//! year.
//!
//! Written `2022-06-15`, `2022-06`, `2022-Q2`, `2022-H1`, `2022`; the texts of two periods are never the same.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::day::{Day, Quarter};

/// A calendar period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Period {
    /// One day.
    Day(Day),
    /// A calendar month: year, and 1 to 12.
    Month(i32, u32),
    /// A calendar quarter.
    Quarter(Quarter),
    /// Half a calendar year: year, and 1 or 2.
    Half(i32, u32),
    /// A calendar year.
    Year(i32),
}

/// How long a period is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Length {
    /// A calendar month.
    Month,
    /// A calendar quarter.
    Quarter,
    /// Half a calendar year.
    Half,
    /// A calendar year.
    Year,
}

impl Length {
    /// The period of this length that a day lies in.
    pub fn around(self, day: Day) -> Period {
        let (year, month, _) = day.ymd();
        match self {
            Length::Month => Period::Month(year, month),
            Length::Quarter => Period::Quarter(day.quarter()),
            Length::Half => Period::Half(year, if month <= 6 { 1 } else { 2 }),
            Length::Year => Period::Year(year),
        }
    }
}

impl Period {
    /// Its first day.
    pub fn first_day(self) -> Day {
        match self {
            Period::Day(day) => day,
            Period::Month(year, month) => Day::from_ymd(year, month, 1).unwrap_or(Day::END),
            Period::Quarter(quarter) => quarter.first_day(),
            Period::Half(year, number) => Day::from_ymd(year, number * 6 - 5, 1).unwrap_or(Day::END),
            Period::Year(year) => Day::from_ymd(year, 1, 1).unwrap_or(Day::END),
        }
    }

    /// Its last day.
    pub fn last_day(self) -> Day {
        match self {
            Period::Day(day) => day,
            longer => longer.next().first_day().plus(-1),
        }
    }

    /// The one after it.
    #[must_use]
    pub fn next(self) -> Period {
        match self {
            Period::Day(day) => Period::Day(day.plus(1)),
            Period::Month(year, 12) => Period::Month(year + 1, 1),
            Period::Month(year, month) => Period::Month(year, month + 1),
            Period::Quarter(quarter) => Period::Quarter(quarter.next()),
            Period::Half(year, 2) => Period::Half(year + 1, 1),
            Period::Half(year, _) => Period::Half(year, 2),
            Period::Year(year) => Period::Year(year + 1),
        }
    }

    /// Whether a day lies in it.
    pub fn has(self, day: Day) -> bool {
        self.first_day() <= day && day <= self.last_day()
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Period::Day(day) => write!(f, "{day}"),
            Period::Month(year, month) => write!(f, "{year:04}-{month:02}"),
            Period::Quarter(quarter) => write!(f, "{quarter}"),
            Period::Half(year, number) => write!(f, "{year:04}-H{number}"),
            Period::Year(year) => write!(f, "{year:04}"),
        }
    }
}

/// What was given is not a period.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a period of the form 2022, 2022-H1, 2022-Q2, 2022-06 or 2022-06-15")]
pub struct NotAPeriod(pub String);

impl FromStr for Period {
    type Err = NotAPeriod;

    fn from_str(text: &str) -> Result<Period, NotAPeriod> {
        let refuse = || NotAPeriod(text.to_owned());
        if let Ok(day) = text.parse() {
            return Ok(Period::Day(day));
        }
        if let Ok(quarter) = text.parse() {
            return Ok(Period::Quarter(quarter));
        }
        let number = |text: &str, digits: usize| {
            let plain = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| text.parse::<u32>().ok()).flatten().ok_or_else(refuse)
        };
        let (year, rest) = match text.split_once('-') {
            Some((year, rest)) => (year, Some(rest)),
            None => (text, None),
        };
        let year = i32::try_from(number(year, 4)?).map_err(|_| refuse())?;
        // The calendar of the ledger.
        Day::from_ymd(year, 1, 1).ok_or_else(refuse)?;
        match rest {
            None => Ok(Period::Year(year)),
            Some("H1") => Ok(Period::Half(year, 1)),
            Some("H2") => Ok(Period::Half(year, 2)),
            Some(month) => match number(month, 2)? {
                month @ 1..=12 => Ok(Period::Month(year, month)),
                _ => Err(refuse()),
            },
        }
    }
}

impl Serialize for Period {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Period, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_period_has_ends_and_a_text_that_reads_back() {
        for (text, first, last, next) in [
            ("2022-06-15", "2022-06-15", "2022-06-15", "2022-06-16"),
            ("2024-02", "2024-02-01", "2024-02-29", "2024-03"),
            ("2022-12", "2022-12-01", "2022-12-31", "2023-01"),
            ("2022-Q4", "2022-10-01", "2022-12-31", "2023-Q1"),
            ("2022-H1", "2022-01-01", "2022-06-30", "2022-H2"),
            ("2022-H2", "2022-07-01", "2022-12-31", "2023-H1"),
            ("2022", "2022-01-01", "2022-12-31", "2023"),
        ] {
            let period: Period = text.parse().unwrap();
            assert_eq!(period.to_string(), text);
            assert_eq!(period.first_day().to_string(), first);
            assert_eq!(period.last_day().to_string(), last);
            assert_eq!(period.next().to_string(), next);
            assert!(period.has(period.first_day()) && period.has(period.last_day()));
            assert!(!period.has(period.first_day().plus(-1)) && !period.has(period.last_day().plus(1)));
        }
        for nonsense in
            ["", "2022-", "2022-13", "2022-00", "2022-H3", "2022-Q5", "22", "1800", "2022-6", "+022"]
        {
            assert!(nonsense.parse::<Period>().is_err(), "{nonsense}");
        }
    }

    #[test]
    fn the_last_year_ends_and_whoever_goes_on_comes_to_an_end() {
        assert_eq!(Day::END.plus(-1).to_string(), "2199-12-31");
        let on: Day = "2199-12-31".parse().unwrap();
        for length in [Length::Month, Length::Quarter, Length::Half, Length::Year] {
            let last = length.around(on);
            assert_eq!(last.last_day(), on, "{last}");
            assert!(last.next().first_day() > on && last.next().next().first_day() > on, "{last}");
        }
    }

    #[test]
    fn a_day_lies_in_one_period_of_each_length() {
        let day: Day = "2022-06-30".parse().unwrap();
        let around = |length: Length| length.around(day).to_string();
        assert_eq!(
            [Length::Month, Length::Quarter, Length::Half, Length::Year].map(around),
            ["2022-06", "2022-Q2", "2022-H1", "2022"]
        );
        assert_eq!(Length::Half.around(day.plus(1)).to_string(), "2022-H2");
    }
}
