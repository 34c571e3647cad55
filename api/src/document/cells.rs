//! What becomes a cell by itself.

use gongjian_core::day::Day;

use super::{Cell, Value};

impl From<Value> for Cell {
    fn from(value: Value) -> Cell {
        Cell { value, link: None }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        Cell::from(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Cell {
        let value = if text.is_empty() { Value::Empty } else { Value::Text(text) };
        Cell { value, link: None }
    }
}

impl From<u64> for Cell {
    fn from(count: u64) -> Cell {
        Value::Count(count).into()
    }
}

impl From<Day> for Cell {
    fn from(day: Day) -> Cell {
        Value::Day(day).into()
    }
}

impl From<Option<Day>> for Cell {
    fn from(day: Option<Day>) -> Cell {
        day.map_or_else(Cell::default, Cell::from)
    }
}
