//! A register as a workbook: the same sheets and columns that an import reads, so that it comes back unchanged.

use gongjian_core::day::Day;
use gongjian_core::domain::World;
use rust_xlsxwriter::XlsxError;

use super::missing::streams_of;
use super::row::{display, recorded};
use crate::workbook::{self, Class, ColumnSpec, Kind, SheetSpec, Value, ValueType};

/// Who reports a ledger that was never imported.
const REPORTING_UNIT: &str = "共建账本";

/// The workbook of a kind, as the ledger stands.
///
/// 填报单位 and 截至日期 are those of the last import of that kind; of a ledger without one, `today`.
///
/// # Errors
/// Whatever the writer of workbooks says; a register has no such texts, so none in practice.
pub fn register(world: &World, kind: Kind, today: Day) -> Result<Vec<u8>, XlsxError> {
    let imports = world.import.sorted();
    let last = imports
        .iter()
        .flat_map(|(_, import)| import.state.files.iter())
        .filter(|file| file.ledger == kind.name())
        .max_by_key(|file| file.as_of);
    let unit = last.map_or(REPORTING_UNIT, |file| &file.reporting_unit);
    let as_of = last.map_or(today, |file| file.as_of);
    let sheets: Vec<(&str, Vec<Vec<Value>>)> =
        kind.spec().sheets.iter().map(|sheet| (sheet.name, rows(world, sheet, as_of))).collect();
    let sheets: Vec<(&str, &[Vec<Value>])> =
        sheets.iter().map(|(name, rows)| (*name, rows.as_slice())).collect();
    workbook::register(kind, unit, as_of, &sheets)
}

fn rows(world: &World, sheet: &SheetSpec, as_of: Day) -> Vec<Vec<Value>> {
    let mut streams = streams_of(world, sheet.name);
    streams.sort_unstable_by(|a, b| in_order(a).cmp(&in_order(b)));
    let row =
        |stream: &String| sheet.columns.iter().map(|column| cell(world, stream, column, as_of)).collect();
    streams.iter().map(row).collect()
}

/// Clauses and topics in the order of their numbers, not of their digits.
fn in_order(stream: &str) -> (&str, usize, &str) {
    let digits = stream.len() - stream.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let (head, number) = stream.split_at(stream.len() - digits);
    if head.ends_with("-T") || head.ends_with("-Y") { (head, digits, number) } else { (stream, 0, "") }
}

fn cell(world: &World, stream: &str, column: &ColumnSpec, as_of: Day) -> Value {
    if column.class == Class::Person {
        return Value::Blank;
    }
    let (category, id) = stream.split_once('/').unwrap_or(("", stream));
    let text = match (category, column.field) {
        ("occurrence", "status") => {
            let status = world.occurrence.get(id).map(|occurrence| occurrence.status(as_of.plus(1)));
            status.unwrap_or_default().to_owned()
        }
        // The number that identifies the row is the stream's own.
        (category, field) if category == field => id.to_owned(),
        _ => display(world, column.value, &recorded(world, stream, column.field)),
    };
    value(column.value, text)
}

fn value(kind: ValueType, text: String) -> Value {
    if text.is_empty() {
        return Value::Blank;
    }
    match kind {
        ValueType::DayOrOpen if text == workbook::ledgers::OPEN => Value::Open,
        ValueType::Day | ValueType::DayOrOpen => text.parse().map_or(Value::Text(text), Value::Day),
        ValueType::Int { .. } => text.parse().map_or(Value::Text(text), Value::Int),
        ValueType::Names(_) => Value::List(text.split('、').map(str::to_owned).collect()),
        _ => Value::Text(text),
    }
}
