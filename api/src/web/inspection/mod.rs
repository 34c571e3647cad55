//! Pages of those who look: stories with their proof, the log itself, verification, duties, findings, rules, reports,
//! and the ways to find anything.

pub(super) mod differences;
mod drawn;
mod editions;
pub(super) mod events;
pub(super) mod figure;
pub(super) mod findings;
pub(super) mod numbers;
pub(super) mod obligations;
pub(super) mod proof;
pub(super) mod registry;
pub(super) mod reports;
pub(super) mod rules;
pub(super) mod search;
pub(super) mod status;
pub(super) mod trail;
pub(super) mod verify;

use gongjian_core::day::Day;
use gongjian_core::record::Position;

use super::cells::{Cell, encoded};
use crate::messages::Text;

/// Letters of a digest that a reader compares.
const DIGEST_SHOWN: usize = 12;

/// The beginning of a digest.
fn short(digest: &str) -> String {
    digest.get(..DIGEST_SHOWN).unwrap_or(digest).to_owned()
}

/// The page of a record.
fn record_link(position: Position) -> String {
    format!("/events/{position}")
}

/// The page of a matter; the slash within its stream stays.
fn trail_link(stream: &str) -> String {
    format!("/trails/{}", encoded(stream).replace("%2F", "/"))
}

/// A light of its own: class, shape and words.
fn light(look: &'static str, shape: &'static str, words: impl Into<String>) -> Cell {
    Cell { look, shape, ..Cell::words(words) }
}

/// A cell that leads somewhere.
fn linked(words: impl Into<String>, link: impl Into<String>) -> Cell {
    Cell { link: link.into(), ..Cell::words(words) }
}

/// A number that stands right.
fn number(words: impl Into<String>) -> Cell {
    Cell { number: true, ..Cell::words(words) }
}

/// A day after others of the same year needs no year.
fn day_after(day: Day, before: Option<Day>, t: Text) -> String {
    if before.is_some_and(|before| before.ymd().0 == day.ymd().0) { t.short_day(day) } else { t.day(day) }
}

/// A moment as clocks of the county show it: day and minute.
fn moment(micros: i64, t: Text) -> String {
    let shown = crate::app::county_time(micros);
    let time = shown.split(' ').nth(1).unwrap_or_default();
    t.get("moment", &[("day", &t.day(Day::of_micros(micros))), ("time", time)])
}

/// Thousands apart.
fn grouped(count: u64) -> String {
    crate::document::grouped(count)
}

/// Dates within words, as offices write them.
fn with_days(words: &str, t: Text) -> String {
    let mut out = String::with_capacity(words.len());
    let mut rest = words;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let day = from.get(..10).and_then(|head| head.parse::<Day>().ok());
        match day {
            Some(day) => {
                out.push_str(&t.day(day));
                rest = &from[10..];
            }
            None => {
                let end = from.find(|c: char| !c.is_ascii_digit()).unwrap_or(from.len());
                out.push_str(&from[..end]);
                rest = &from[end..];
            }
        }
    }
    out.push_str(rest);
    out
}
