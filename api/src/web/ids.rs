//! Numbers for what is new: the next one in the manner of the county's workbooks. A proposal only; the ledger refuses
//! a number that is taken.

use gongjian_core::domain::Thing;
use gongjian_projections::lists::Query;
use serde_json::Value;

use super::{Fields, Visit, registers};
use crate::app::Asked;
use crate::error::Problem;

/// Categories that are numbered anew each year, and how the number begins.
const YEARLY: &[(&str, &str)] = &[
    ("agreement", "XY"),
    ("project", "XM"),
    ("meeting", "HY"),
    ("issue", "WT"),
    ("task", "RW"),
    ("duty", "LZ"),
    ("obligation", "HM"),
];
/// Categories that are numbered without end, how the number begins, and how many digits it has.
const ENDLESS: &[(&str, &str, usize)] = &[
    ("street", "S", 2),
    ("community", "C", 2),
    ("compound", "X", 3),
    ("branch", "Z", 3),
    ("grid", "W", 3),
    ("unit", "U", 3),
    ("post", "G", 3),
    ("alliance", "A", 2),
    ("holiday", "JR", 3),
    ("series", "ZD", 3),
    ("rule", "R", 2),
];

/// The next number of a category; the empty text where there is no rule for it.
///
/// # Errors
/// [`Problem`] if the list cannot be read.
pub(super) fn next(visit: &Visit, category: &str, given: &Fields) -> Result<String, Problem> {
    let within = |parent: &str, letter: &str| format!("{}-{letter}", given.get(parent));
    let (prefix, digits) = match category {
        "commitment" if !given.get("agreement").is_empty() => (within("agreement", "T"), 1),
        "topic" if !given.get("meeting").is_empty() => (within("meeting", "Y"), 1),
        "topic" => (format!("YT-{}-", visit.app().today().ymd().0), 4),
        "decision" if !given.get("topic").is_empty() => {
            let (meeting, number) =
                given.get("topic").rsplit_once("-Y").unwrap_or((given.get("meeting"), "1"));
            (format!("{meeting}-J{number}-"), 1)
        }
        "decision" if !given.get("meeting").is_empty() => (within("meeting", "J1-"), 1),
        "occurrence" if !given.get("community").is_empty() => {
            let day = super::fields::near_day(given.get("plannedOn"), visit.app().today());
            let day = day.unwrap_or_else(|| visit.app().today()).to_string().replace('-', "");
            return Ok(format!("LH-{}-{day}", given.get("community")));
        }
        "membership" if !given.get("alliance").is_empty() => (within("alliance", ""), 1),
        _ => match (
            YEARLY.iter().find(|(of, _)| *of == category),
            ENDLESS.iter().find(|(of, ..)| *of == category),
        ) {
            (Some((_, letters)), _) => (format!("{letters}-{}-", visit.app().today().ymd().0), 4),
            (_, Some((_, letters, digits))) => ((*letters).to_owned(), *digits),
            _ => return Ok(String::new()),
        },
    };
    let last = last(visit, category, &prefix)?;
    Ok(format!("{prefix}{:0digits$}", last.saturating_add(1)))
}

/// The highest number behind a prefix.
fn last(visit: &Visit, category: &str, prefix: &str) -> Result<u64, Problem> {
    debug_assert!(Thing::of(category).is_some());
    let Some(register) = registers::of_category(category) else { return Ok(0) };
    let query = Query { contains: Some(prefix.to_owned()), limit: 10_000, ..Query::on(visit.app().today()) };
    let page = visit.app().list(register.list, &query, Asked::default())?;
    let number = |item: &Value| item.get("id")?.as_str()?.strip_prefix(prefix)?.parse::<u64>().ok();
    Ok(page.rows.iter().filter_map(number).max().unwrap_or(0))
}
