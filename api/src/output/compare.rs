//! A figure beside itself: 上期, 环比, 去年同期, 同比, 自年初以来, 累计.

use gongjian_projections::figures::{Compared, Counted, Figure, Kind, Value};

use crate::messages::Text;

/// Where there is nothing to compare with.
const NONE: &str = "—";

/// Keys of the headers, in the order of [`cells`].
pub(super) const HEADERS: [&str; 6] = [
    "report-previous",
    "report-change",
    "report-last-year",
    "report-change-year",
    "report-year-to-date",
    "report-since-start",
];

/// Columns of the CSV file, in the order of [`columns`].
pub(super) const COLUMNS: [&str; 9] = [
    "previous",
    "previous-of",
    "last-year",
    "last-year-of",
    "year-to-date",
    "year-to-date-of",
    "since-start",
    "since-start-of",
    "year-opening",
];

/// The figure over other days, as people read it. What is counted at the end shows what the year began with, since
/// no span has another end.
pub(super) fn cells(figure: Figure, counted: &Counted<'_>, compared: &Compared, text: Text) -> Vec<String> {
    let of = compared.of.as_ref();
    let value = |value: &Option<Value>, of: Option<u64>| match (value, of) {
        (Some(value), Some(of)) => format!("{} / {of}", value.number()),
        (Some(value), None) => value.number().to_string(),
        (None, _) => NONE.to_owned(),
    };
    // Of a rate, the numerator alone tells nothing.
    let changed = |before: &Option<Value>| match before {
        Some(before) if counted.of.is_none() => change(before.number(), counted.value.number()),
        _ => NONE.to_owned(),
    };
    let at_the_end = matches!(figure.kind(), Kind::Stock | Kind::ToDate);
    let (year, all) = match &compared.year_opening {
        Some(opening) => {
            (text.get("report-year-opening", &[("number", &opening.number().to_string())]), NONE.to_owned())
        }
        None if at_the_end => (NONE.to_owned(), NONE.to_owned()),
        None => (
            value(&compared.year_to_date, of.and_then(|of| of.year_to_date)),
            value(&compared.since_start, of.and_then(|of| of.since_start)),
        ),
    };
    vec![
        value(&compared.previous, of.and_then(|of| of.previous)),
        changed(&compared.previous),
        value(&compared.last_year, of.and_then(|of| of.last_year)),
        changed(&compared.last_year),
        year,
        all,
    ]
}

/// One part of a breakdown over other days.
pub(super) fn part_cells(now: u64, index: usize, compared: &Compared, _: Text) -> Vec<String> {
    let shown =
        |value: &Option<Value>| part(value, index).map_or_else(|| NONE.to_owned(), |it| it.to_string());
    let changed =
        |value: &Option<Value>| part(value, index).map_or_else(|| NONE.to_owned(), |it| change(it, now));
    vec![
        shown(&compared.previous),
        changed(&compared.previous),
        shown(&compared.last_year),
        changed(&compared.last_year),
        shown(&compared.year_to_date),
        shown(&compared.since_start),
    ]
}

fn part(value: &Option<Value>, index: usize) -> Option<u64> {
    match value {
        Some(Value::Breakdown(parts)) => parts.get(index).map(|(_, number)| *number),
        _ => None,
    }
}

/// The numbers over other days, for programs; empty where there is none.
pub(super) fn columns(compared: &Compared) -> Vec<String> {
    let number =
        |value: &Option<Value>| value.as_ref().map(|value| value.number().to_string()).unwrap_or_default();
    let of = |of: Option<u64>| of.map(|of| of.to_string()).unwrap_or_default();
    let denominators = compared.of.as_ref();
    vec![
        number(&compared.previous),
        of(denominators.and_then(|it| it.previous)),
        number(&compared.last_year),
        of(denominators.and_then(|it| it.last_year)),
        number(&compared.year_to_date),
        of(denominators.and_then(|it| it.year_to_date)),
        number(&compared.since_start),
        of(denominators.and_then(|it| it.since_start)),
        number(&compared.year_opening),
    ]
}

/// The same of one part of a breakdown.
pub(super) fn part_columns(index: usize, compared: &Compared) -> Vec<String> {
    let number = |value| part(value, index).map(|it| it.to_string()).unwrap_or_default();
    let spans = [&compared.previous, &compared.last_year, &compared.year_to_date, &compared.since_start];
    spans.into_iter().flat_map(|span| [number(span), String::new()]).collect()
}

/// `+3 (+25.0%)`: from one number to the other. The share is worked out where it is read and kept nowhere; from
/// nothing there is none.
fn change(before: u64, now: u64) -> String {
    let by = i128::from(now) - i128::from(before);
    if before == 0 || by == 0 {
        return format!("{by:+}").replace("+0", "0");
    }
    let before = i128::from(before);
    // Tenths of a percent, halves away from zero.
    let tenths = (by.abs() * 2_000 + before) / (2 * before);
    let sign = if by < 0 { '-' } else { '+' };
    format!("{by:+} ({sign}{}.{}%)", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_a_difference_and_its_share() {
        for (before, now, said) in [
            (12, 15, "+3 (+25.0%)"),
            (15, 12, "-3 (-20.0%)"),
            (3, 4, "+1 (+33.3%)"),
            (3, 5, "+2 (+66.7%)"),
            (8, 0, "-8 (-100.0%)"),
            (0, 4, "+4"),
            (0, 0, "0"),
            (7, 7, "0"),
            (2_000, 2_001, "+1 (+0.1%)"),
            (1, u64::MAX, "+18446744073709551614 (+1844674407370955161400.0%)"),
        ] {
            assert_eq!(change(before, now), said);
        }
    }
}
