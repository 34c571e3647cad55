//! What a cell says, as text on paper.

use super::Value;
use crate::messages::Text;

impl Value {
    /// The words or digits of a cell; nothing where it is empty, and no share of nothing.
    pub(crate) fn shown(&self, text: Text) -> String {
        match self {
            Value::Empty | Value::Share { whole: 0, .. } => String::new(),
            Value::Text(words) => words.clone(),
            Value::Count(count) => count.to_string(),
            Value::Change(change) if *change > 0 => format!("+{change}"),
            Value::Change(change) => change.to_string(),
            Value::Share { part, whole } => text.named(&format!("{part}/{whole}"), &permille(*part, *whole)),
            Value::Day(day) => day.to_string(),
        }
    }
}

/// A part of a whole in percent with one digit, rounded half up, without floating point.
fn permille(part: u64, whole: u64) -> String {
    let (part, whole) = (u128::from(part), u128::from(whole));
    let rounded = (part * 2_000 + whole) / (whole * 2);
    format!("{}.{}%", rounded / 10, rounded % 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::Language;

    #[test]
    fn numbers_are_shown_exactly() {
        let shown = |value: Value| value.shown(Language::Chinese.text());
        assert_eq!(shown(Value::Share { part: 2, whole: 3 }), "2/3（66.7%）");
        assert_eq!(shown(Value::Share { part: 1, whole: 2_000 }), "1/2000（0.1%）");
        assert_eq!(shown(Value::Share { part: u64::MAX, whole: 1 }), format!("{0}/1（{0}00.0%）", u64::MAX));
        assert_eq!(shown(Value::Share { part: 0, whole: 0 }), "");
        assert_eq!(shown(Value::Change(3)), "+3");
        assert_eq!(shown(Value::Change(-3)), "-3");
        assert_eq!(shown(Value::Change(0)), "0");
    }
}
