//! Import as reconciliation: what a monthly workbook adds becomes events, what contradicts the ledger is
//! refused with both values, what is missing is a finding, and nothing is invented.
//!
//! All files of a call are resolved together and recorded all or nothing. Each row is compared, column by
//! column, with the state that the ledger keeps of it ([`row`]); what the sheets' own rules make of the
//! differences is in [`registry`], [`agreements`], [`meetings`], [`wednesday`] and [`projects`].

mod agreements;
pub mod export;
mod meetings;
mod missing;
mod projects;
mod registry;
mod row;
mod wednesday;

use std::collections::BTreeMap;

use gongjian_core::command::Envelope;
use gongjian_core::day::Day;
use gongjian_core::domain::category::Path;
use gongjian_core::domain::import::{File, ImportCommand, Missing};
use gongjian_core::ledger::{Answer, Refused, Session, Writer};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;

use crate::workbook::{self, Fault, Kind, Ledger, Reading, Row, Sheet};
use row::RowWork;

/// The post under which imports are recorded.
pub const IMPORT_ACTOR: &str = "import";

/// A file as it came: its name and its bytes.
pub struct Input {
    /// The name that faults show.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// How to import.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Why what contradicts the ledger is right: corrections are recorded instead of refusals.
    pub correct: Option<String>,
    /// Show what would be recorded, and record nothing.
    pub dry_run: bool,
    /// Pseudonym of the account that imports; zeros where there is none.
    pub account: [u8; 16],
}

/// What an import did, or would do.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// The import's stream; none if every file had been imported before.
    pub import: Option<String>,
    /// Only shown, not recorded.
    pub dry_run: bool,
    /// Files in the order given.
    pub files: Vec<FileOutcome>,
    /// Events by kind.
    pub events: BTreeMap<String, usize>,
    /// Positions of the events recorded, first and last.
    pub positions: Option<(u64, u64)>,
    /// Rows that are gone from the files (台账缺行).
    pub missing: Vec<Missing>,
    /// Cells whose texts look personal without being certain. They are taken all the same.
    #[serde(skip)]
    pub doubts: Vec<Fault>,
    /// The same in words, in the reader's language.
    pub warnings: Vec<Warning>,
    /// What would be recorded, one line an event; only of a dry run.
    pub plan: Vec<Planned>,
}

/// A warning about a cell.
#[derive(Debug, Serialize)]
pub struct Warning {
    /// File, sheet and cell.
    pub pointer: String,
    /// Stable code.
    pub code: &'static str,
    /// What is to be checked.
    pub detail: String,
}

/// What was made of one file.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FileOutcome {
    /// Its name.
    pub file: String,
    /// Which ledger it is.
    pub ledger: Kind,
    /// 填报单位.
    pub reporting_unit: String,
    /// 截至日期.
    pub as_of: Day,
    /// Rows read.
    pub rows: usize,
    /// The very same file was imported before and adds nothing.
    pub known: bool,
    /// Columns and sheets that nobody knows; they were not read.
    pub ignored: Vec<String>,
    /// Columns with persons' names or numbers; they were not read.
    pub dropped: Vec<String>,
}

/// One event that would be recorded.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Planned {
    /// Its kind.
    pub kind: String,
    /// Its stream.
    pub stream: String,
    /// The day on which it happened.
    pub occurred_on: Day,
    /// What the command says.
    pub data: serde_json::Value,
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Something is wrong with the files; every fault is listed.
    #[error("{} faults in the workbooks; nothing was recorded", .0.len())]
    Faults(Vec<Fault>),
    /// The ledger refuses the import as a whole.
    #[error(transparent)]
    Refused(#[from] Refused),
}

/// Reads files, on as many threads as there are, in the order given.
pub fn read_all(inputs: &[Input]) -> Vec<Reading> {
    let next = std::sync::atomic::AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(inputs.len()).max(1);
    let work = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let Some(input) = inputs.get(index) else { return done };
            done.push((index, workbook::read(&input.name, &input.bytes)));
        }
    };
    let mut readings: Vec<(usize, Reading)> = std::thread::scope(|scope| {
        let helpers: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut readings = work();
        for helper in helpers {
            // Reading catches the panics of what it calls; a thread that ends otherwise took its files along,
            // and the count below finds that out.
            readings.extend(helper.join().unwrap_or_default());
        }
        readings
    });
    readings.sort_by_key(|(index, _)| *index);
    readings.into_iter().map(|(_, reading)| reading).collect()
}

/// Imports what was read, all or nothing.
///
/// # Errors
/// [`ImportError`]; nothing is recorded then.
pub fn import(
    writer: &mut Writer,
    readings: Vec<Reading>,
    options: &Options,
    id: [u8; 16],
) -> Result<Outcome, ImportError> {
    let files: Vec<&str> =
        readings.iter().filter_map(|reading| Some(&*reading.ledger.as_ref()?.sha256)).collect();
    let asked = serde_json::json!({ "command": "import", "files": files, "correct": options.correct });
    let mut session = writer.session(id, &asked)?;
    session.account = options.account;
    let mut faults = Vec::new();
    let mut ledgers = Vec::new();
    for reading in readings {
        let bad: FxHashSet<(String, u32)> = reading
            .faults
            .iter()
            .filter_map(|fault| Some((fault.sheet.clone(), line_of(&fault.cell)?)))
            .collect();
        faults.extend(reading.faults);
        if let Some(ledger) = reading.ledger {
            ledgers.push((ledger, bad));
        }
    }
    let mut known = known_files(&session);
    let mut outcome = Outcome { dry_run: options.dry_run, ..Outcome::default() };
    ledgers.retain(|(ledger, _)| {
        // The same file twice in one call counts once.
        let fresh = known.insert(ledger.sha256.clone());
        outcome.files.push(file_outcome(ledger, !fresh));
        fresh
    });
    if ledgers.is_empty() && faults.is_empty() {
        return Ok(outcome);
    }
    // What is missing is judged by the ledger as it was before these files.
    outcome.missing = missing::find(session.world(), &ledgers);
    let stream = format!("import/{}", session.world().import.count() + 1);
    let record = record_command(&ledgers, &outcome.missing, options.correct.as_ref());
    let mut work = Work {
        faults,
        doubts: Vec::new(),
        failed: FxHashSet::default(),
        reason: options.correct.clone(),
        authority: stream.clone(),
        session: &mut session,
    };
    if !ledgers.is_empty() {
        let today = work.session.today();
        let envelope =
            Envelope { path: Path::Ledger, ..Envelope::new(record, stream.clone(), today, IMPORT_ACTOR) };
        if let Err(refused) = work.session.attempt(envelope) {
            // A file that does not say who reports, or as of when, has that among its faults already.
            let stated = work.faults.is_empty();
            return Err(if stated { refused.into() } else { ImportError::Faults(work.faults) });
        }
    }
    for name in ORDER {
        for (ledger, bad) in &ledgers {
            if let Some(sheet) = ledger.sheet(name) {
                work.sheet(ledger, sheet, bad);
            }
        }
    }
    let Work { faults, doubts, .. } = work;
    if !faults.is_empty() {
        return Err(ImportError::Faults(in_order(faults, &outcome.files)));
    }
    outcome.doubts = in_order(doubts, &outcome.files);
    outcome.import = Some(stream);
    let mut counts: FxHashMap<&str, usize> = FxHashMap::default();
    for (envelope, kind) in session.accepted() {
        *counts.entry(kind).or_default() += 1;
        if options.dry_run {
            let mut json = envelope.command.to_json();
            outcome.plan.push(Planned {
                kind: (*kind).to_owned(),
                stream: envelope.stream.clone(),
                occurred_on: envelope.occurred_day,
                data: json.get_mut("data").map(serde_json::Value::take).unwrap_or_default(),
            });
        }
    }
    outcome.events = counts.into_iter().map(|(kind, count)| (kind.to_owned(), count)).collect();
    if !options.dry_run {
        let Answer { receipts, .. } = session.record()?;
        let ends = receipts.first().zip(receipts.last());
        outcome.positions = ends.map(|(first, last)| (first.position, last.position));
    }
    Ok(outcome)
}

/// Sheets in the order in which they refer to each other.
const ORDER: &[&str] = &[
    "streets",
    "communities",
    "units",
    "compounds",
    "branches",
    "grids",
    "alliances",
    "memberships",
    "holidays",
    "agreements",
    "commitments",
    "wednesday_meetings",
    "property_issues",
    "meetings",
    "topics",
    "decisions",
    "projects",
];

/// An import under way.
struct Work<'a, 'w> {
    session: &'a mut Session<'w>,
    faults: Vec<Fault>,
    /// What looks personal.
    doubts: Vec<Fault>,
    /// Streams whose rows have faults: what refers to them is not blamed a second time.
    failed: FxHashSet<String>,
    reason: Option<String>,
    authority: String,
}

impl Work<'_, '_> {
    fn sheet(&mut self, ledger: &Ledger, sheet: &Sheet, bad: &FxHashSet<(String, u32)>) {
        let mut rows: Vec<&Row> = sheet.rows.iter().collect();
        if let Some(joined) = sheet.spec.index("joinedOn") {
            // A unit may have left before it came back, in whatever order the rows stand.
            rows.sort_by_key(|row| row.value(joined).day());
        }
        for row in rows {
            let broken = bad.contains(&(sheet.spec.title.to_owned(), row.line));
            self.row(ledger, sheet, row, broken);
        }
    }

    fn row(&mut self, ledger: &Ledger, sheet: &Sheet, row: &Row, broken: bool) {
        let Some(mut work) = RowWork::resolve(self, ledger, sheet, row, broken) else { return };
        match sheet.spec.name {
            "streets" | "communities" | "compounds" | "branches" | "grids" | "units" | "alliances"
            | "memberships" | "holidays" => registry::take(&mut work),
            "agreements" => agreements::agreement(&mut work),
            "commitments" => agreements::commitment(&mut work),
            "wednesday_meetings" => wednesday::occurrence(&mut work),
            "property_issues" => wednesday::issue(&mut work),
            "meetings" => meetings::meeting(&mut work),
            "topics" => meetings::topic(&mut work),
            "decisions" => meetings::decision(&mut work),
            "projects" => projects::project(&mut work),
            _ => {}
        }
        work.settle();
    }
}

fn known_files(session: &Session<'_>) -> FxHashSet<String> {
    let imports = session.world().import.iter();
    imports.flat_map(|(_, import)| import.files.iter().map(|file| file.sha256.clone())).collect()
}

fn file_outcome(ledger: &Ledger, known: bool) -> FileOutcome {
    let named = |sheet: &Sheet, headers: &[String]| -> Vec<String> {
        headers.iter().map(|header| format!("{}/{header}", sheet.spec.title)).collect()
    };
    FileOutcome {
        file: ledger.file.clone(),
        ledger: ledger.kind,
        reporting_unit: ledger.reporting_unit.clone(),
        as_of: ledger.as_of,
        rows: ledger.sheets.iter().map(|sheet| sheet.rows.len()).sum(),
        known,
        ignored: ledger
            .ignored
            .iter()
            .cloned()
            .chain(ledger.sheets.iter().flat_map(|sheet| named(sheet, &sheet.ignored)))
            .collect(),
        dropped: ledger.sheets.iter().flat_map(|sheet| named(sheet, &sheet.dropped)).collect(),
    }
}

fn record_command(
    ledgers: &[(Ledger, FxHashSet<(String, u32)>)],
    missing: &[Missing],
    reason: Option<&String>,
) -> ImportCommand {
    let file = |ledger: &Ledger| File {
        sha256: ledger.sha256.clone(),
        ledger: ledger.kind.name().to_owned(),
        reporting_unit: ledger.reporting_unit.clone(),
        as_of: ledger.as_of,
        rows: ledger.sheets.iter().map(|sheet| u32::try_from(sheet.rows.len()).unwrap_or(u32::MAX)).sum(),
    };
    ImportCommand::Record {
        files: ledgers.iter().map(|(ledger, _)| file(ledger)).collect(),
        missing: missing.to_vec(),
        reason: reason.cloned(),
    }
}

/// The row of a cell such as `H8`.
fn line_of(cell: &str) -> Option<u32> {
    cell.trim_start_matches(|c: char| c.is_ascii_alphabetic()).parse().ok()
}

/// Faults in the order in which somebody would mend them: by file, sheet, row and column.
fn in_order(mut faults: Vec<Fault>, files: &[FileOutcome]) -> Vec<Fault> {
    let file_of: FxHashMap<&str, usize> =
        files.iter().enumerate().map(|(index, file)| (file.file.as_str(), index)).collect();
    let sheets: Vec<&str> =
        Kind::ALL.iter().flat_map(|kind| kind.spec().sheets.iter().map(|sheet| sheet.title)).collect();
    faults.sort_by_key(|fault| {
        let column: String = fault.cell.chars().take_while(char::is_ascii_alphabetic).collect();
        (
            file_of.get(fault.file.as_str()).copied().unwrap_or(usize::MAX),
            sheets.iter().position(|sheet| *sheet == fault.sheet),
            line_of(&fault.cell),
            column.len(),
            column,
        )
    });
    faults.dedup();
    faults
}

#[cfg(test)]
mod tests;
