//! Reports in formats of documents: what they are made of, and such figures as can be read out of them.

use std::collections::BTreeMap;

use super::{Claimed, FigureTexts, of_value};
use crate::document::{self, Identity};
use crate::workbook::cells::{Sheets, cells};

/// The table whose second column has the names of figures and the third their values, by its key in the workbook.
const NAME_COLUMN: u32 = 1;
/// The column of the values.
const VALUE_COLUMN: u32 = 2;
/// The row of the headers; above it stands the caption.
const HEADER_ROW: u32 = 1;

/// What an identity says that a report is of; `None` where it is no report's.
fn of_identity(identity: &Identity) -> Option<Claimed> {
    let (what, rest) = identity.subject.split_once('/')?;
    let (quarter, scope) = rest.split_once('/')?;
    (what == "co-building").then(|| Claimed {
        origin: Some(identity.origin.clone()),
        quarter: quarter.to_owned(),
        scope: scope.to_owned(),
        position: identity.position,
        digest: Some(identity.digest.clone()).filter(|digest| !digest.is_empty()),
        on: identity.on.map(|on| on.to_string()),
        template: Some(identity.template),
        figures: FigureTexts::new(),
        partial: true,
    })
}

/// A page carries the report's data whole.
pub(super) fn html(bytes: &[u8]) -> Option<Claimed> {
    let embedded = document::html::embedded(bytes)?;
    let claimed = of_identity(&embedded.identity)?;
    let data = embedded.data.as_deref().and_then(|data| serde_json::from_slice(data).ok());
    match data.as_ref().and_then(of_value) {
        Some(whole) => Some(Claimed { figures: whole.figures, ..claimed }),
        None => Some(claimed),
    }
}

/// A workbook has its identity on the last sheet, and every figure of its scope in the table of evidence.
pub(super) fn xlsx(bytes: &[u8]) -> Option<Claimed> {
    let sheets = cells(bytes).ok()?;
    let (_, check) = sheets.last()?;
    let lines = check.iter().filter(|((_, column), _)| *column == 0);
    let lines: Vec<(&str, &str)> =
        lines.filter_map(|((row, _), key)| Some((key.as_str(), check.get(&(*row, 2))?.as_str()))).collect();
    let mut claimed = of_identity(&Identity::of_lines(lines.into_iter())?)?;
    let figures = figures(&sheets);
    claimed.figures.insert(claimed.scope.clone(), figures);
    Some(claimed)
}

/// Names and values of the figures, from the sheet that has a column of names.
fn figures(sheets: &Sheets) -> BTreeMap<String, String> {
    let known = |name: &String| gongjian_projections::figures::Figure::named(name).is_some();
    let mut found = BTreeMap::new();
    for (_, sheet) in sheets {
        for ((row, _), name) in
            sheet.iter().filter(|((row, column), _)| *row > HEADER_ROW && *column == NAME_COLUMN)
        {
            if let Some(value) = sheet.get(&(*row, VALUE_COLUMN)).filter(|_| known(name)) {
                found.insert(name.clone(), value.clone());
            }
        }
    }
    found
}

/// A text for Word says what it is made of.
pub(super) fn docx(bytes: &[u8]) -> Option<Claimed> {
    of_identity(&document::docx::identity(bytes)?)
}

/// A printed report says what it is made of.
pub(super) fn pdf(bytes: &[u8]) -> Option<Claimed> {
    of_identity(&document::pdf::identity(bytes)?)
}
