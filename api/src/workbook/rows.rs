//! What a workbook says, typed: the result of reading.

use std::fmt::Write as _;

use gongjian_core::day::Day;
use serde::Serialize;

use super::fault::{Fault, Problem, a1, shown};
use super::ledgers::OPEN;
use super::spec::{Kind, SheetSpec};

/// A workbook that was read.
#[derive(Clone, Debug)]
pub struct Ledger {
    /// Which of the five it is.
    pub kind: Kind,
    /// The name of the file.
    pub file: String,
    /// SHA-256 of the file's bytes, in hex.
    pub sha256: String,
    /// 填报单位.
    pub reporting_unit: String,
    /// 截至日期.
    pub as_of: Day,
    /// The sheets that the file has, in the order of the table.
    pub sheets: Vec<Sheet>,
    /// Titles of the sheets that are no part of any ledger and were not read.
    pub ignored: Vec<String>,
}

impl Ledger {
    /// The sheet of this stable name, if the file has it.
    pub fn sheet(&self, name: &str) -> Option<&Sheet> {
        self.sheets.iter().find(|sheet| sheet.spec.name == name)
    }

    /// A fault of a cell found by a layer above, worded as this layer's own are.
    pub fn fault(&self, sheet: &Sheet, row: &Row, column: usize, problem: Problem) -> Fault {
        let spec = sheet.spec.columns.get(column);
        Fault {
            file: self.file.clone(),
            sheet: sheet.spec.title.to_owned(),
            cell: row.a1(column),
            header: spec.map(|spec| spec.header.to_owned()).unwrap_or_default(),
            value: shown(row.cells.get(column).map(|cell| cell.value.canonical()).unwrap_or_default()),
            problem,
            expected: spec.map(|spec| spec.hint).unwrap_or_default(),
        }
    }
}

/// A sheet that was read.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// What such a sheet contains.
    pub spec: &'static SheetSpec,
    /// The rows, in order of lines, without blank ones and without the total.
    pub rows: Vec<Row>,
    /// Headers of columns nobody knows; they were not read.
    pub ignored: Vec<String>,
    /// Headers of columns that name persons; they were not read.
    pub dropped: Vec<String>,
    /// Optional columns that the sheet does not have. Their cells are blank but say nothing.
    pub absent: Vec<&'static str>,
    /// Lines that repeat an earlier row word for word, and were left out.
    pub repeated: Vec<u32>,
}

impl Sheet {
    /// Whether the sheet has the column, so that a blank cell of it says "nothing".
    pub fn has(&self, column: usize) -> bool {
        self.spec.columns.get(column).is_some_and(|spec| !self.absent.contains(&spec.header))
    }
}

/// A row of a sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The row number that the workbook shows, from 1.
    pub line: u32,
    /// One cell for each column of the table, in its order; a person's is always blank.
    pub cells: Vec<Cell>,
}

impl Row {
    /// The value of a column of the table.
    pub fn value(&self, column: usize) -> &Value {
        self.cells.get(column).map_or(&Value::Blank, |cell| &cell.value)
    }

    /// The name of the cell in the workbook.
    pub fn a1(&self, column: usize) -> String {
        self.cells.get(column).map(|cell| a1(self.line, cell.at)).unwrap_or_default()
    }
}

/// A cell of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// What it says.
    pub value: Value,
    /// The column in the file, from 0; of an absent column, that of the row's key.
    pub at: u32,
}

/// What a cell says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Value {
    /// Nothing: empty, `/`, 无, — or -.
    #[default]
    Blank,
    /// A text, a name, a number of a register.
    Text(String),
    /// A whole number.
    Int(i64),
    /// A day.
    Day(Day),
    /// 长期.
    Open,
    /// Several names.
    List(Vec<String>),
}

impl Value {
    /// Whether the cell says nothing.
    pub fn is_blank(&self) -> bool {
        matches!(self, Value::Blank)
    }

    /// The one form for comparing and for showing: ISO date, decimal, names joined by 、, 长期.
    pub fn canonical(&self) -> String {
        let mut text = String::new();
        self.write_canonical(&mut text);
        text
    }

    pub(super) fn write_canonical(&self, text: &mut String) {
        match self {
            Value::Blank => (),
            Value::Text(own) => text.push_str(own),
            // Writing to a String cannot fail.
            Value::Int(number) => _ = write!(text, "{number}"),
            Value::Day(day) => _ = write!(text, "{day}"),
            Value::Open => text.push_str(OPEN),
            Value::List(names) => text.push_str(&names.join("、")),
        }
    }

    /// The text, if it is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if it is one.
    pub fn int(&self) -> Option<i64> {
        match self {
            Value::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// The day, if it is one.
    pub fn day(&self) -> Option<Day> {
        match self {
            Value::Day(day) => Some(*day),
            _ => None,
        }
    }

    /// The names, if there are several; one text counts as one name.
    pub fn names(&self) -> &[String] {
        match self {
            Value::List(names) => names,
            Value::Text(name) => std::slice::from_ref(name),
            _ => &[],
        }
    }
}
