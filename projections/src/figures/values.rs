//! Figures with their values: numbers of one scope, and what they are called.

use gongjian_core::domain::issue::CATEGORIES;
use gongjian_core::record::Position;
use serde::{Serialize, Serializer};

use super::names::{Figure, Kind};
use super::tally::Numbers;

/// The value of a figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// A number.
    Number(u64),
    /// A breakdown: category and number, in the order of the categories.
    Breakdown(#[serde(serialize_with = "pairs")] Vec<(&'static str, u64)>),
}

fn pairs<S: Serializer>(pairs: &[(&'static str, u64)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(pairs.iter().copied())
}

impl Value {
    /// The number; of a breakdown, the sum.
    pub fn number(&self) -> u64 {
        match self {
            Value::Number(number) => *number,
            Value::Breakdown(parts) => parts.iter().map(|(_, number)| number).sum(),
        }
    }

    /// The value of a figure among the numbers of an area.
    pub(super) fn of(figure: Figure, numbers: &Numbers) -> Value {
        match figure {
            Figure::PropertyIssuesClosedByCategory => {
                let counts = numbers.iter().skip(Figure::COUNT).copied();
                Value::Breakdown(CATEGORIES.iter().copied().zip(counts).collect())
            }
            _ => Value::Number(numbers[figure as usize]),
        }
    }
}

/// The denominator of a figure among the numbers of an area, if it is a rate.
pub(super) fn denominator(figure: Figure, numbers: &Numbers) -> Option<u64> {
    match figure.kind() {
        Kind::Of(denominator) => Some(numbers[denominator as usize]),
        _ => None,
    }
}

/// One figure with what it is called and what it rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Counted<'f> {
    /// The value.
    pub value: Value,
    /// The Chinese name.
    pub label: &'static str,
    /// The denominator of a rate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<u64>,
    /// Positions of the events whose removal would change the value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub events: Option<&'f [Position]>,
}

/// The figures of one scope, in the order of the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figures {
    numbers: Box<Numbers>,
    /// By figure, where they were asked for.
    events: Option<Vec<Vec<Position>>>,
}

impl Default for Figures {
    fn default() -> Figures {
        Figures::new([0; Figure::COUNT + CATEGORIES.len()], None)
    }
}

impl Figures {
    pub(super) fn new(numbers: Numbers, events: Option<Vec<Vec<Position>>>) -> Figures {
        Figures { numbers: Box::new(numbers), events }
    }

    /// Every figure in the order of the report.
    pub fn iter(&self) -> impl Iterator<Item = (Figure, Counted<'_>)> {
        Figure::ALL.iter().map(|figure| (*figure, self.get(*figure)))
    }

    /// One figure.
    pub fn get(&self, figure: Figure) -> Counted<'_> {
        let events = self.events.as_ref().and_then(|events| events.get(figure as usize));
        Counted {
            value: Value::of(figure, &self.numbers),
            label: figure.chinese(),
            of: denominator(figure, &self.numbers),
            events: events.map(Vec::as_slice),
        }
    }

    /// The number of a figure.
    pub fn number(&self, figure: Figure) -> u64 {
        Value::of(figure, &self.numbers).number()
    }
}

impl Serialize for Figures {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(figure, counted)| (figure.name(), counted)))
    }
}
