//! The same county once more under other codes and names: for demonstrations and benches of any size.

use super::rows::{Ledger, Row, Sheet, Value};
use super::spec::{Class, ColumnSpec, To, ValueType};

/// A copy of a workbook in which every code and name has a suffix, so that it is another county's.
///
/// Copy 1 is the workbook itself. Public holidays are the same everywhere and are left out of further copies.
pub fn copy(ledger: &Ledger, number: usize) -> Ledger {
    let sheets = ledger.sheets.iter().filter(|sheet| number == 1 || sheet.spec.name != "holidays");
    Ledger {
        kind: ledger.kind,
        file: ledger.file.clone(),
        sha256: if number == 1 { ledger.sha256.clone() } else { format!("{}-{number}", ledger.sha256) },
        reporting_unit: ledger.reporting_unit.clone(),
        as_of: ledger.as_of,
        sheets: sheets.map(|sheet| copy_sheet(sheet, number)).collect(),
        ignored: ledger.ignored.clone(),
    }
}

fn copy_sheet(sheet: &Sheet, number: usize) -> Sheet {
    let rows = sheet.rows.iter().map(|row| {
        let mut row: Row = row.clone();
        for (cell, spec) in row.cells.iter_mut().zip(sheet.spec.columns).filter(|_| number > 1) {
            if is_named(spec) {
                rename(&mut cell.value, number);
            }
        }
        row
    });
    Sheet {
        spec: sheet.spec,
        rows: rows.collect(),
        ignored: sheet.ignored.clone(),
        dropped: sheet.dropped.clone(),
        absent: sheet.absent.clone(),
        repeated: sheet.repeated.clone(),
    }
}

/// Whether a column holds a code or name of something registered or recorded.
fn is_named(spec: &ColumnSpec) -> bool {
    match spec.value {
        ValueType::Code | ValueType::CodeOf(_) => true,
        ValueType::Name(to) | ValueType::Names(to) => to != To::Party,
        ValueType::Label => spec.class == Class::Versioned && spec.field == "name",
        _ => false,
    }
}

fn rename(value: &mut Value, number: usize) {
    match value {
        Value::Text(text) => *text = format!("{text}-{number}"),
        Value::List(names) => names.iter_mut().for_each(|name| *name = format!("{name}-{number}")),
        _ => {}
    }
}
