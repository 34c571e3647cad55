//! What is shown of an import: its faults, cell by cell, with the way out of each; and what it would record.

use std::collections::BTreeMap;

use gongjian_core::domain::import::Missing;
use rustc_hash::FxHashSet;

use super::super::cells::place;
use super::super::{Visit, near};
use crate::app::fault_words;
use crate::import::Outcome;
use crate::messages::Text;
use crate::workbook::{Fault, Kind, Problem, To, ValueType};

/// A fault as a row of the table.
pub(super) struct FaultRow {
    pub(super) file: String,
    pub(super) sheet: String,
    pub(super) cell: String,
    pub(super) given: String,
    pub(super) recorded: String,
    pub(super) problem: String,
    pub(super) fix: String,
}

impl FaultRow {
    /// As cells of a table, in the order of its headers.
    pub(super) fn cells(&self) -> [&str; 7] {
        [&self.file, &self.sheet, &self.cell, &self.given, &self.recorded, &self.problem, &self.fix]
    }
}

/// A fault in the words of the table.
pub(super) fn row(visit: &Visit, fault: &Fault, names: &mut near::Known) -> FaultRow {
    let t = visit.text;
    let recorded = match &fault.problem {
        Problem::Conflict { recorded } | Problem::Vanished { recorded } => shown(t, recorded),
        _ => String::new(),
    };
    let blank = matches!(
        fault.problem,
        Problem::KeyBlank | Problem::RequiredBlank | Problem::NeededBy { .. } | Problem::Vanished { .. }
    );
    FaultRow {
        file: fault.file.clone(),
        sheet: fault.sheet.clone(),
        cell: fault.cell.clone(),
        given: if blank { t.plain("import-blank-cell") } else { shown(t, &fault.value) },
        recorded,
        problem: fault_words("fault", fault, t),
        fix: fix(visit, fault, names),
    }
}

/// Days as offices write them, anything else as it is.
fn shown(t: Text, value: &str) -> String {
    value.parse().map_or_else(|_| value.to_owned(), |day| t.day(day))
}

fn fix(visit: &Visit, fault: &Fault, names: &mut near::Known) -> String {
    let t = visit.text;
    if fault.problem == Problem::Unknown
        && let Some(list) = list_of(fault)
    {
        let near = names.near(visit, list, &fault.value);
        if !near.is_empty() {
            return t.get("fix-unknown-near", &[("near", &t.listed(&near))]);
        }
    }
    fault_words("fix", fault, t)
}

/// The list whose names a cell takes.
fn list_of(fault: &Fault) -> Option<&'static str> {
    let sheets = Kind::ALL.into_iter().flat_map(|kind| kind.spec().sheets);
    let sheet = sheets.into_iter().find(|sheet| sheet.title == fault.sheet)?;
    let column = sheet.columns.iter().find(|column| column.header == fault.header)?;
    let (ValueType::Name(to) | ValueType::Names(to)) = column.value else { return None };
    match to {
        To::Street => Some("streets"),
        To::Community => Some("communities"),
        To::Compound => Some("compounds"),
        To::Unit => Some("units"),
        To::Alliance => Some("alliances"),
        _ => None,
    }
}

/// What an import would record, counted.
#[derive(Debug, Default)]
pub(super) struct Counts {
    /// Label and words, what is new first.
    pub(super) lines: Vec<(String, String)>,
    /// Kinds of records with their numbers.
    pub(super) kinds: Vec<(String, usize)>,
    /// Records in all.
    pub(super) records: usize,
    /// Rows gone from the files, with their pages.
    pub(super) missing: Vec<(String, String)>,
}

/// Counts what an import would record.
pub(super) fn counts(visit: &Visit, outcome: &Outcome) -> Counts {
    let t = visit.text;
    let plan = || outcome.plan.iter().filter(|planned| !planned.stream.starts_with("import/"));
    let (mut fresh, mut touched) = (BTreeMap::<&str, usize>::new(), FxHashSet::default());
    for planned in plan() {
        let is_first = touched.insert(planned.stream.as_str());
        if is_first && visit.app().reader().stream(&planned.stream).is_empty() {
            *fresh.entry(planned.stream.split('/').next().unwrap_or_default()).or_default() += 1;
        }
    }
    let ends = |words: &[&str]| plan().filter(|it| words.iter().any(|word| it.kind.ends_with(word))).count();
    let rows: usize = outcome.files.iter().map(|file| file.rows).sum();
    let word = |(category, count): (&&str, &usize)| {
        t.get("import-of", &[("what", &t.word("category", category)), ("count", &count.to_string())])
    };
    let added: Vec<String> = fresh.iter().map(word).collect();
    let mut lines = Vec::new();
    let mut say = |key: &str, count: usize| {
        if count > 0 {
            lines.push((t.plain(key), t.get("import-count", &[("count", &count.to_string())])));
        }
    };
    say("import-replanned", ends(&[".rescheduled", ".extended", ".postponed"]));
    say("import-renamed", ends(&[".renamed"]));
    say("import-corrected", ends(&[".corrected"]));
    say("import-same", rows.saturating_sub(touched.len()));
    say("import-missing", outcome.missing.len());
    let new = if added.is_empty() { t.plain("item-none") } else { t.listed(&added) };
    lines.insert(0, (t.plain("import-new"), new));
    Counts {
        lines,
        kinds: outcome.events.iter().map(|(kind, count)| (t.word("kind", kind), *count)).collect(),
        records: outcome.events.values().sum(),
        missing: outcome.missing.iter().map(gone).collect(),
    }
}

fn gone(missing: &Missing) -> (String, String) {
    let id = missing.stream.split_once('/').map_or(missing.stream.as_str(), |(_, id)| id);
    (id.to_owned(), place(&missing.stream).unwrap_or_default())
}
