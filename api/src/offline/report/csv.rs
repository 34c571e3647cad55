//! A report in CSV, one line a figure (`output/report.rs`).

use std::collections::{BTreeMap, BTreeSet};

use super::Claimed;
use crate::output::report::COLUMNS;
use crate::output::standing::{IDENTITY, IDENTITY_PREFIX};
use crate::workbook::csv_records;

/// Places of the columns that are read.
const QUARTER: usize = 0;
const SCOPE: usize = 1;
const CODE: usize = 2;
const NAME: usize = 4;
const VALUE: usize = 7;
const OF: usize = 8;

/// Reads a file.
pub(super) fn read(bytes: &[u8]) -> Option<Claimed> {
    let text = std::str::from_utf8(bytes).ok()?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // A look at the first line, before a large file of another sort is split.
    if text.lines().next()?.split(',').count() < COLUMNS.len() {
        return None;
    }
    let mut claimed = Claimed::default();
    let mut is_identified = false;
    let mut quarters = BTreeSet::new();
    for row in csv_records(text).skip(1) {
        let cell = |at: usize| row.get(at).map(String::as_str).unwrap_or_default();
        let scope = match cell(CODE) {
            "" => cell(SCOPE).to_owned(),
            code => format!("{}/{code}", cell(SCOPE)),
        };
        if let Some(name) = cell(NAME).strip_prefix(IDENTITY_PREFIX) {
            is_identified |= identify(&mut claimed, name, cell(VALUE));
            cell(QUARTER).clone_into(&mut claimed.quarter);
            claimed.scope = scope;
        } else if is_figure(cell(NAME)) {
            quarters.insert(cell(QUARTER).to_owned());
            let figures = claimed.figures.entry(scope).or_default();
            put(figures, cell(NAME), cell(VALUE));
            if !cell(OF).is_empty() {
                put(figures, &format!("{}.of", cell(NAME)), cell(OF));
            }
        }
    }
    // Lines of another quarter belong to no report of this one.
    quarters.remove(&claimed.quarter);
    for quarter in quarters {
        claimed.figures.entry(quarter).or_default().insert("quarter".to_owned(), String::new());
    }
    is_identified.then_some(claimed)
}

/// Takes a figure in; said a second time and otherwise, it is kept beside the first, where no ledger has it.
fn put(figures: &mut BTreeMap<String, String>, name: &str, value: &str) {
    match figures.get(name) {
        Some(said) if said != value => figures.insert(format!("{name}#2"), value.to_owned()),
        _ => figures.insert(name.to_owned(), value.to_owned()),
    };
}

/// Takes one line of the file's identity; `false` where it is none.
fn identify(claimed: &mut Claimed, name: &str, value: &str) -> bool {
    let text = || (!value.is_empty()).then(|| value.to_owned());
    match name {
        "origin" => claimed.origin = text(),
        "position" => claimed.position = value.parse().ok(),
        "digest" => claimed.digest = text(),
        "on" => claimed.on = text(),
        "template" => claimed.template = value.parse().ok(),
        _ => return IDENTITY.contains(&name),
    }
    true
}

/// A figure, a part of one, or a part of a balance; not whether a balance holds, which is a word.
fn is_figure(name: &str) -> bool {
    let is_balance = name.starts_with("balance.") && !name.ends_with(".holds");
    let figure = name.split('.').next().unwrap_or_default();
    is_balance || gongjian_projections::figures::Figure::named(figure).is_some()
}
