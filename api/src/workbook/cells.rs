//! Every cell of any workbook as text, for comparing two of them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{Data, Reader as _, Xlsx};

use super::archive;
use super::fault::{Problem, a1};

/// Sheets in order, each with its cells by row and column from 0: the value, and the formula where there is one.
pub type Sheets = Vec<(String, BTreeMap<(u32, u32), String>)>;

/// The cells of a workbook that are not blank.
///
/// # Errors
/// [`Problem`] if it is no workbook, or unpacks to too much.
pub fn cells(bytes: &[u8]) -> Result<Sheets, Problem> {
    if bytes.len() as u64 > archive::FILE_MAX {
        return Err(Problem::TooLarge { limit: archive::FILE_MAX >> 20 });
    }
    archive::check(bytes)?;
    // As in the reader of ledgers: the library calculates with positions it has not checked.
    catch_unwind(AssertUnwindSafe(|| read(bytes))).unwrap_or(Err(Problem::NotAWorkbook))
}

fn read(bytes: &[u8]) -> Result<Sheets, Problem> {
    let broken = |_| Problem::NotAWorkbook;
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).map_err(broken)?;
    let mut sheets = Vec::new();
    for name in book.sheet_names().to_vec() {
        let mut found = BTreeMap::new();
        let values = book.worksheet_range(&name).map_err(broken)?;
        let (top, left) = values.start().unwrap_or_default();
        for (row, column, value) in values.used_cells() {
            if let Some(text) = text(value) {
                found.insert((top + number(row), left + number(column)), text);
            }
        }
        let formulas = book.worksheet_formula(&name).map_err(broken)?;
        let (top, left) = formulas.start().unwrap_or_default();
        for (row, column, formula) in formulas.used_cells().filter(|(_, _, formula)| !formula.is_empty()) {
            let cell = found.entry((top + number(row), left + number(column))).or_default();
            *cell = format!("={formula} → {cell}");
        }
        sheets.push((name, found));
    }
    Ok(sheets)
}

fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

fn text(value: &Data) -> Option<String> {
    let text = match value {
        Data::Empty => return None,
        Data::DateTime(day) => day.as_f64().to_string(),
        other => other.to_string(),
    };
    (!text.is_empty()).then_some(text)
}

/// A place in a workbook that differs from the same place in another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DifferentCell {
    /// The sheet.
    pub sheet: String,
    /// The cell, such as `D12`; nothing where the whole sheet is missing or added.
    pub cell: Option<String>,
    /// What the first workbook says.
    pub first: Option<String>,
    /// What the second says.
    pub second: Option<String>,
}

/// Where two workbooks differ, sheet by sheet; sheets are found by name.
pub fn different(first: &Sheets, second: &Sheets) -> Vec<DifferentCell> {
    let mut found = Vec::new();
    let whole = |sheet: &str, first: bool| DifferentCell {
        sheet: sheet.to_owned(),
        cell: None,
        first: first.then(|| sheet.to_owned()),
        second: (!first).then(|| sheet.to_owned()),
    };
    for (name, cells) in first {
        let Some((_, others)) = second.iter().find(|(other, _)| other == name) else {
            found.push(whole(name, true));
            continue;
        };
        let places: BTreeSet<_> = cells.keys().chain(others.keys()).collect();
        for place in places {
            let (one, other) = (cells.get(place), others.get(place));
            if one != other {
                found.push(DifferentCell {
                    sheet: name.clone(),
                    cell: Some(a1(place.0.saturating_add(1), place.1)),
                    first: one.cloned(),
                    second: other.cloned(),
                });
            }
        }
    }
    let added = second.iter().filter(|(name, _)| first.iter().all(|(other, _)| other != name));
    found.extend(added.map(|(name, _)| whole(name, false)));
    found
}

#[cfg(test)]
mod tests {
    use rust_xlsxwriter::Workbook;

    use super::*;

    fn book(figure: f64, extra: bool) -> Vec<u8> {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet().set_name("指标").unwrap();
        sheet.write_string(0, 0, "议定事项").unwrap();
        sheet.write_number(1, 1, figure).unwrap();
        sheet.write_formula(1, 2, rust_xlsxwriter::Formula::new("=B2/2").set_result("25.5")).unwrap();
        if extra {
            book.add_worksheet().set_name("另页").unwrap();
        }
        book.save_to_buffer().unwrap()
    }

    #[test]
    fn a_changed_cell_and_an_added_sheet_are_found() {
        let (one, same, other) = (
            cells(&book(51.0, false)).unwrap(),
            cells(&book(51.0, false)).unwrap(),
            cells(&book(52.0, true)).unwrap(),
        );
        assert_eq!(one[0].1[&(1, 2)], "=B2/2 → 25.5");
        assert_eq!(different(&one, &same), vec![]);
        let found = different(&one, &other);
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!((found[0].cell.as_deref(), found[0].second.as_deref()), (Some("B2"), Some("52")));
        assert_eq!((found[1].sheet.as_str(), &found[1].first), ("另页", &None));
    }

    #[test]
    fn what_is_no_workbook_is_refused() {
        assert!(cells(b"PK no archive").is_err());
        assert!(cells(b"").is_err());
    }
}
