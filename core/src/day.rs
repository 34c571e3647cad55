//! Calendar days in China Standard Time, the only dates the ledger knows.
//!
//! A [`Day`] is stored as a count of days since 1970-01-01 (`i32` in an event's bytes) and shown as
//! `2022-06-06`. Quarters are calendar quarters in UTC+08:00.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Seconds between UTC and China Standard Time, which has had no summer time since 1991.
const CHINA_OFFSET_SECONDS: i64 = 8 * 3600;
const SECONDS_A_DAY: i64 = 86_400;

/// A local calendar day (UTC+08:00), counted from 1970-01-01.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Day(pub i32);

impl Day {
    /// The day before every other: the start of what "holds from the start".
    pub const BEGINNING: Day = Day(i32::MIN);

    /// 1 January 2200, the day after every other that a date can name. What would begin later begins here, so that
    /// whoever goes on from period to period comes to an end.
    pub const END: Day = Day(84_006);

    /// The day of a civil date, or `None` if the calendar has no such date or it is not in 1900–2199.
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Option<Day> {
        if !(1900..2200).contains(&year) {
            return None;
        }
        let date =
            Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
        let epoch = Date::constant(1970, 1, 1);
        let span = epoch.until(date).ok()?;
        Some(Day(span.get_days()))
    }

    /// Year, month (1–12) and day of the month.
    pub fn ymd(self) -> (i32, u32, u32) {
        let date = self.civil();
        (
            i32::from(date.year()),
            u32::try_from(date.month()).unwrap_or(1),
            u32::try_from(date.day()).unwrap_or(1),
        )
    }

    fn civil(self) -> Date {
        Date::constant(1970, 1, 1)
            .checked_add(jiff::Span::new().days(self.0.clamp(-700_000, 2_000_000)))
            .unwrap_or(Date::constant(1970, 1, 1))
    }

    /// 1 for Monday to 7 for Sunday.
    pub fn weekday(self) -> u32 {
        // 1970-01-01 was a Thursday.
        u32::try_from((i64::from(self.0) + 3).rem_euclid(7)).unwrap_or(0) + 1
    }

    /// The same day moved by `days`; saturates at the ends of the calendar.
    pub fn plus(self, days: i32) -> Day {
        Day(self.0.saturating_add(days))
    }

    /// The local day of a moment given in UTC microseconds since 1970.
    pub fn of_micros(micros: i64) -> Day {
        let seconds = micros.div_euclid(1_000_000) + CHINA_OFFSET_SECONDS;
        Day(i32::try_from(seconds.div_euclid(SECONDS_A_DAY)).unwrap_or(i32::MAX))
    }

    /// The last UTC microsecond of this local day.
    pub fn last_micros(self) -> i64 {
        ((i64::from(self.0) + 1) * SECONDS_A_DAY - CHINA_OFFSET_SECONDS) * 1_000_000 - 1
    }

    /// The quarter this day lies in.
    pub fn quarter(self) -> Quarter {
        let (year, month, _) = self.ymd();
        Quarter { year, number: (month - 1) / 3 + 1 }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What was given is not a date of the form `2022-06-06`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a calendar date of the form 2022-06-06")]
pub struct NotADay(pub String);

impl FromStr for Day {
    type Err = NotADay;

    fn from_str(text: &str) -> Result<Day, NotADay> {
        let refuse = || NotADay(text.to_owned());
        let bytes = text.as_bytes();
        let shaped = bytes.len() == 10
            && bytes.iter().enumerate().all(|(i, b)| match i {
                4 | 7 => *b == b'-',
                _ => b.is_ascii_digit(),
            });
        if !shaped {
            return Err(refuse());
        }
        let number = |range: std::ops::Range<usize>| text[range].parse::<u32>().map_err(|_| refuse());
        let year = i32::try_from(number(0..4)?).map_err(|_| refuse())?;
        Day::from_ymd(year, number(5..7)?, number(8..10)?).ok_or_else(refuse)
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            self.0.serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Day, D::Error> {
        if deserializer.is_human_readable() {
            String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
        } else {
            i32::deserialize(deserializer).map(Day)
        }
    }
}

/// A calendar quarter in UTC+08:00, written `2022-Q2`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quarter {
    /// The calendar year.
    pub year: i32,
    /// 1 to 4.
    pub number: u32,
}

impl Quarter {
    /// First day of the quarter.
    pub fn first_day(self) -> Day {
        Day::from_ymd(self.year, self.number * 3 - 2, 1).unwrap_or(Day::END)
    }

    /// Last day of the quarter.
    pub fn last_day(self) -> Day {
        let day = if matches!(self.number, 1 | 4) { 31 } else { 30 };
        Day::from_ymd(self.year, self.number * 3, day).unwrap_or(Day::END)
    }

    /// The quarter after this one.
    pub fn next(self) -> Quarter {
        match self.number {
            4 => Quarter { year: self.year + 1, number: 1 },
            n => Quarter { year: self.year, number: n + 1 },
        }
    }

    /// The quarter before this one (环比).
    pub fn previous(self) -> Quarter {
        match self.number {
            1 => Quarter { year: self.year - 1, number: 4 },
            n => Quarter { year: self.year, number: n - 1 },
        }
    }

    /// 1 January of the quarter's year.
    pub fn first_day_of_year(self) -> Day {
        Day::from_ymd(self.year, 1, 1).unwrap_or(Day::END)
    }

    /// The label that reports print, `2022年第二季度`.
    pub fn label(self) -> String {
        let number = ["一", "二", "三", "四"].get(self.number as usize - 1).unwrap_or(&"");
        format!("{}年第{number}季度", self.year)
    }
}

impl fmt::Display for Quarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-Q{}", self.year, self.number)
    }
}

/// What was given is not a quarter of the form `2022-Q2`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a quarter of the form 2022-Q2")]
pub struct NotAQuarter(pub String);

impl FromStr for Quarter {
    type Err = NotAQuarter;

    fn from_str(text: &str) -> Result<Quarter, NotAQuarter> {
        let parse = || {
            let (year, number) = text.split_once("-Q")?;
            let year: i32 = (year.len() == 4).then(|| year.parse().ok())??;
            let number: u32 = (number.len() == 1).then(|| number.parse().ok())??;
            ((1..=4).contains(&number) && (1900..2200).contains(&year)).then_some(Quarter { year, number })
        };
        parse().ok_or_else(|| NotAQuarter(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_count_from_the_epoch_and_name_their_weekday() {
        let day: Day = "2022-06-06".parse().unwrap();
        assert_eq!(day.0, 19_149);
        assert_eq!(day.weekday(), 1);
        assert_eq!(day.to_string(), "2022-06-06");
        assert_eq!(Day(0).to_string(), "1970-01-01");
        assert_eq!(Day::from_ymd(2022, 2, 29), None);
        assert_eq!(Day::from_ymd(2024, 2, 29).unwrap().plus(1).to_string(), "2024-03-01");
        for nonsense in ["2022-6-6", "2022-02-30", "", "20220606xx", "２０２２-06-06"] {
            assert!(nonsense.parse::<Day>().is_err(), "{nonsense}");
        }
    }

    #[test]
    fn a_moment_belongs_to_the_local_day() {
        let day: Day = "2022-06-06".parse().unwrap();
        assert_eq!(Day::of_micros(day.last_micros()), day);
        assert_eq!(Day::of_micros(day.last_micros() + 1), day.plus(1));
    }

    #[test]
    fn quarters_have_ends_neighbours_and_labels() {
        let quarter: Quarter = "2022-Q2".parse().unwrap();
        assert_eq!(quarter.first_day().to_string(), "2022-04-01");
        assert_eq!(quarter.last_day().to_string(), "2022-06-30");
        assert_eq!(quarter.label(), "2022年第二季度");
        assert_eq!(quarter.previous().to_string(), "2022-Q1");
        assert_eq!("2022-Q4".parse::<Quarter>().unwrap().next().to_string(), "2023-Q1");
        assert!("2022-Q5".parse::<Quarter>().is_err());
        let last = |quarter: &str| quarter.parse::<Quarter>().unwrap().last_day().to_string();
        let ends = ["2022-Q1", "2022-Q3", "2022-Q4", "2199-Q4"].map(last);
        assert_eq!(ends, ["2022-03-31", "2022-09-30", "2022-12-31", "2199-12-31"]);
    }
}
