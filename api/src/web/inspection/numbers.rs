//! Numbers as reports show them: a rate with both its parts, rounded so that it never says more than it is; a change
//! with its sign, and its share only where the base is worth one.

use gongjian_projections::figures::{Figure, Kind, Value};

use super::grouped;
use crate::messages::Text;

/// Nothing to show.
pub(super) const NONE: &str = "—";
/// From a smaller base a share would say more than the numbers do.
const BASE_MIN: u64 = 10;

/// `53.9%（62/115）`. 100.0% only where all are, 0.0% only where none is.
pub(super) fn rate(part: u64, whole: u64, t: Text) -> String {
    if whole == 0 {
        return NONE.to_owned();
    }
    let tenths = (u128::from(part) * 2_000 + u128::from(whole)) / (2 * u128::from(whole));
    let tenths = match tenths {
        0 if part > 0 => 1,
        1_000 if part < whole => 999,
        tenths => tenths,
    };
    let share = format!("{}.{}%", tenths / 10, tenths % 10);
    t.get("number-rate", &[("share", &share), ("part", &grouped(part)), ("whole", &grouped(whole))])
}

/// `+45（+61.6%）`, or `+19（基数 2）` where the base is small.
pub(super) fn change(before: u64, now: u64, t: Text) -> String {
    if before == now {
        return "0".to_owned();
    }
    let (sign, by) = if now < before { ('−', before - now) } else { ('+', now - before) };
    let shown = format!("{sign}{}", grouped(by));
    if before < BASE_MIN {
        return t.get("number-change-small", &[("change", &shown), ("base", &before.to_string())]);
    }
    let tenths = (u128::from(by) * 2_000 + u128::from(before)) / (2 * u128::from(before));
    let share = format!("{sign}{}.{}%", tenths / 10, tenths % 10);
    t.get("number-change", &[("change", &shown), ("share", &share)])
}

/// A figure's value; of a rate, both parts.
pub(super) fn value(value: &Value, of: Option<u64>, t: Text) -> String {
    match of {
        Some(of) => rate(value.number(), of, t),
        None => grouped(value.number()),
    }
}

/// The same where there may be none.
pub(super) fn maybe(value: Option<&Value>, of: Option<u64>, t: Text) -> String {
    value.map_or_else(|| NONE.to_owned(), |it| self::value(it, of, t))
}

/// How a figure counts, in words.
pub(super) fn kind(figure: Figure, t: Text) -> String {
    t.plain(match figure.kind() {
        Kind::Stock => "number-stock",
        Kind::Flow => "number-flow",
        Kind::ToDate => "number-to-date",
        Kind::Of(_) => "number-of",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::Language;

    #[test]
    fn a_rate_is_rounded_inwards() {
        let t = Language::Chinese.text();
        assert_eq!(rate(62, 115, t), "53.9%（62/115）");
        assert_eq!(rate(1_999, 2_000, t), "99.9%（1,999/2,000）");
        assert_eq!(rate(1, 100_000, t), "0.1%（1/100,000）");
        assert_eq!(rate(0, 7, t), "0.0%（0/7）");
        assert_eq!(rate(7, 7, t), "100.0%（7/7）");
        assert_eq!(rate(0, 0, t), "—");
    }

    #[test]
    fn a_change_from_a_small_base_has_no_share() {
        let t = Language::Chinese.text();
        assert_eq!(change(73, 118, t), "+45（+61.6%）");
        assert_eq!(change(2, 21, t), "+19（基数 2）");
        assert_eq!(change(61, 60, t), "−1（−1.6%）");
        assert_eq!(change(5, 5, t), "0");
    }
}
