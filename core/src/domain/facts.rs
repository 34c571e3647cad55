//! Small building blocks of every state: a dated fact, a value over time, and fields as text.

use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::record::Position;

/// Something happened on a day, and the event at a position says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// The day by the record's word.
    pub on: Day,
    /// The event that says it.
    pub at: Position,
}

impl Fact {
    /// Whether it has happened by the end of `day`.
    pub fn by(self, day: Day) -> bool {
        self.on <= day
    }
}

/// Where an event stands, as much of its envelope as a state needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct At {
    /// Position of the event.
    pub position: Position,
    /// When the ledger took it in, UTC microseconds.
    pub recorded_at: i64,
    /// The day on which it happened.
    pub occurred: Day,
}

impl At {
    /// The event as a dated fact.
    pub fn fact(&self) -> Fact {
        Fact { on: self.occurred, at: self.position }
    }
}

/// A value that holds from a day until the next one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Since<T> {
    /// First day on which it holds.
    pub from: Day,
    /// The event that says it.
    pub at: Position,
    /// The value.
    pub value: T,
}

/// A value over time, asked as of a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timeline<T>(Vec<Since<T>>);

impl<T> Default for Timeline<T> {
    fn default() -> Self {
        Timeline(Vec::new())
    }
}

impl<T> Timeline<T> {
    /// Records that `value` holds from `from` on. Of two for one day the later recorded one holds.
    pub fn set(&mut self, from: Day, at: Position, value: T) {
        let place = self.0.partition_point(|entry| entry.from <= from);
        self.0.insert(place, Since { from, at, value });
    }

    /// What holds on `day`.
    pub fn on(&self, day: Day) -> Option<&T> {
        self.entry_on(day).map(|entry| &entry.value)
    }

    /// What holds on `day`, with the event that says it.
    pub fn entry_on(&self, day: Day) -> Option<&Since<T>> {
        let place = self.0.partition_point(|entry| entry.from <= day);
        place.checked_sub(1).and_then(|index| self.0.get(index))
    }

    /// What holds last.
    pub fn latest(&self) -> Option<&T> {
        self.0.last().map(|entry| &entry.value)
    }

    /// Every value with its first day, in order.
    pub fn entries(&self) -> &[Since<T>] {
        &self.0
    }

    /// Puts `value` in the place of what holds last (a correction, not a change).
    pub fn replace_latest(&mut self, at: Position, value: T) {
        match self.0.last_mut() {
            Some(entry) => *entry = Since { from: entry.from, at, value },
            None => self.set(Day::BEGINNING, at, value),
        }
    }
}

/// A field of a state as the text in which workbooks, corrections and refusals show it.
///
/// Days are `2022-06-06`, lists are joined by `、`, what is absent is the empty text.
pub trait FieldText {
    /// The text.
    fn show(&self) -> String;
    /// Puts a corrected value in; `false` if the text is not one of this field's type.
    fn correct(&mut self, text: &str, at: &At) -> bool;
    /// Whether the text would be empty.
    fn is_blank(&self) -> bool;
}

impl FieldText for String {
    fn show(&self) -> String {
        self.clone()
    }
    fn correct(&mut self, text: &str, _: &At) -> bool {
        text.clone_into(self);
        true
    }
    fn is_blank(&self) -> bool {
        self.is_empty()
    }
}

impl FieldText for Day {
    fn show(&self) -> String {
        self.to_string()
    }
    fn correct(&mut self, text: &str, _: &At) -> bool {
        text.parse().map(|day| *self = day).is_ok()
    }
    fn is_blank(&self) -> bool {
        false
    }
}

impl FieldText for bool {
    fn show(&self) -> String {
        if *self { "是" } else { "否" }.to_owned()
    }
    fn correct(&mut self, text: &str, _: &At) -> bool {
        *self = text == "是";
        matches!(text, "是" | "否")
    }
    fn is_blank(&self) -> bool {
        false
    }
}

macro_rules! number_field {
    ($($Type:ty),+) => {$(
        impl FieldText for $Type {
            fn show(&self) -> String {
                self.to_string()
            }
            fn correct(&mut self, text: &str, _: &At) -> bool {
                text.parse().map(|number| *self = number).is_ok()
            }
            fn is_blank(&self) -> bool {
                false
            }
        }
    )+};
}

number_field!(u16, u32);

impl<T: FieldText + Default> FieldText for Option<T> {
    fn show(&self) -> String {
        self.as_ref().map(T::show).unwrap_or_default()
    }
    fn correct(&mut self, text: &str, at: &At) -> bool {
        if text.is_empty() {
            *self = None;
            return true;
        }
        let mut value = self.take().unwrap_or_default();
        let good = value.correct(text, at);
        *self = Some(value);
        good
    }
    fn is_blank(&self) -> bool {
        self.as_ref().is_none_or(T::is_blank)
    }
}

impl FieldText for Option<Fact> {
    fn show(&self) -> String {
        self.map(|fact| fact.on.to_string()).unwrap_or_default()
    }
    fn correct(&mut self, text: &str, at: &At) -> bool {
        if text.is_empty() {
            *self = None;
            return true;
        }
        text.parse().map(|on| *self = Some(Fact { on, at: at.position })).is_ok()
    }
    fn is_blank(&self) -> bool {
        self.is_none()
    }
}

impl FieldText for Vec<String> {
    fn show(&self) -> String {
        self.join("、")
    }
    fn correct(&mut self, text: &str, _: &At) -> bool {
        *self = text.split('、').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        true
    }
    fn is_blank(&self) -> bool {
        self.is_empty()
    }
}

impl<T: FieldText + Default + Clone> FieldText for Timeline<T> {
    fn show(&self) -> String {
        self.latest().map(T::show).unwrap_or_default()
    }
    fn correct(&mut self, text: &str, at: &At) -> bool {
        let mut value = self.latest().cloned().unwrap_or_default();
        let good = value.correct(text, at);
        self.replace_latest(at.position, value);
        good
    }
    fn is_blank(&self) -> bool {
        self.latest().is_none_or(T::is_blank)
    }
}

/// Fields by the names that workbooks and corrections use.
pub trait Fields {
    /// The names, in the order of the workbook.
    const NAMES: &'static [&'static str];
    /// The field's text, or `None` if there is no such field.
    fn get(&self, field: &str) -> Option<String>;
    /// Whether the field says nothing, or `None` if there is no such field.
    fn is_blank(&self, field: &str) -> Option<bool>;
    /// Corrects a field; `None` if there is no such field, `Some(false)` if the text does not fit.
    fn correct(&mut self, field: &str, text: &str, at: &At) -> Option<bool>;
}

/// Every field with its text.
pub(crate) fn texts<S: Fields>(state: &S) -> Vec<(String, String)> {
    let text = |name: &&str| ((*name).to_owned(), state.get(name).unwrap_or_default());
    S::NAMES.iter().map(text).collect()
}

/// Implements [`Fields`] for a state: `Agreement { "signedOn": signed, … }`.
#[macro_export]
macro_rules! fields {
    ($State:ty { $($name:literal: $($member:ident).+),* $(,)? }) => {
        #[allow(unused_variables, reason = "a state may have no fields")]
        impl $crate::domain::facts::Fields for $State {
            const NAMES: &'static [&'static str] = &[$($name),*];

            fn get(&self, field: &str) -> Option<String> {
                #[allow(unused_imports, reason = "a state may have no fields")]
                use $crate::domain::facts::FieldText as _;
                match field {
                    $($name => Some(self.$($member).+.show()),)*
                    _ => None,
                }
            }

            fn is_blank(&self, field: &str) -> Option<bool> {
                #[allow(unused_imports, reason = "a state may have no fields")]
                use $crate::domain::facts::FieldText as _;
                match field {
                    $($name => Some(self.$($member).+.is_blank()),)*
                    _ => None,
                }
            }

            fn correct(&mut self, field: &str, text: &str, at: &$crate::domain::facts::At) -> Option<bool> {
                #[allow(unused_imports, reason = "method names meet the trait's own")]
                use $crate::domain::facts::FieldText;
                match field {
                    $($name => Some(FieldText::correct(&mut self.$($member).+, text, at)),)*
                    _ => None,
                }
            }
        }
    };
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_timeline_answers_as_of_a_day() {
        let mut names = Timeline::default();
        names.set(Day::BEGINNING, 1, "旧".to_owned());
        names.set(Day(100), 5, "新".to_owned());
        assert_eq!(names.on(Day(99)).unwrap(), "旧");
        assert_eq!(names.on(Day(100)).unwrap(), "新");
        names.set(Day(50), 9, "中".to_owned());
        assert_eq!(names.on(Day(60)).unwrap(), "中");
        assert_eq!(names.latest().unwrap(), "新");
    }
}
