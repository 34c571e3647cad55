//! Importing workbooks.

use super::{App, random_id};
use crate::error::{FieldFault, Problem};
use crate::import::{ImportError, Input, Options, Outcome, Warning, export, import, read_all};
use crate::messages::{Language, Text};
use crate::workbook::{self, Kind, Reading};

/// Faults that an answer lists at most.
const FAULTS_MAX: usize = 1_000;

impl App {
    /// Imports files, all together or none. Files that were imported before add nothing.
    ///
    /// # Errors
    /// [`Problem`] that lists every fault in the reader's language.
    pub fn import(&self, inputs: &[Input], options: Options, text: Text) -> Result<Outcome, Problem> {
        // Reading takes longest and needs no writer.
        self.import_readings(read_all(inputs), options, text)
    }

    /// The register of a kind as a workbook that an import would read back.
    ///
    /// # Errors
    /// [`Problem`] if the ledger is closing or the workbook cannot be written.
    pub fn workbook(&self, kind: Kind) -> Result<Vec<u8>, Problem> {
        let today = self.today();
        let written = self.with_writer(move |writer| export::register(writer.world(), kind, today))?;
        written.map_err(|error| Problem::internal(&error))
    }

    /// Imports what was read, all together or nothing.
    ///
    /// # Errors
    /// As [`App::import`].
    pub fn import_readings(
        &self,
        readings: Vec<Reading>,
        options: Options,
        text: Text,
    ) -> Result<Outcome, Problem> {
        match self.import_or_faults(readings, options, text)? {
            Imported::Done(outcome) => Ok(*outcome),
            Imported::Faulty(faults) => {
                let mut problem =
                    Problem::new(axum::http::StatusCode::UNPROCESSABLE_ENTITY, "workbook-faults")
                        .with("count", faults.len());
                problem.errors = faults.iter().take(FAULTS_MAX).map(|fault| told(fault, text)).collect();
                Err(problem)
            }
        }
    }

    /// Imports what was read, all together or nothing, with faults as data.
    ///
    /// # Errors
    /// [`Problem`] if the ledger refuses the import as a whole.
    pub fn import_or_faults(
        &self,
        readings: Vec<Reading>,
        options: Options,
        text: Text,
    ) -> Result<Imported, Problem> {
        let id = random_id()?;
        match self.with_writer(move |writer| import(writer, readings, &options, id))? {
            Ok(mut outcome) => {
                let told = |fault: &workbook::Fault| {
                    let FieldFault { place, detail } = told(fault, text);
                    Warning { pointer: place, code: fault.problem.code(), detail }
                };
                outcome.warnings = outcome.doubts.iter().take(FAULTS_MAX).map(told).collect();
                Ok(Imported::Done(Box::new(outcome)))
            }
            Err(ImportError::Refused(refused)) => Err(self.explain(refused)),
            Err(ImportError::Faults(faults)) => Ok(Imported::Faulty(faults)),
        }
    }
}

/// What came of an import.
#[derive(Debug)]
pub enum Imported {
    /// It is recorded, or would be.
    Done(Box<Outcome>),
    /// Nothing is recorded: the files have faults.
    Faulty(Vec<workbook::Fault>),
}

/// A fault or a warning of a workbook in words, with its place.
fn told(fault: &workbook::Fault, text: Text) -> FieldFault {
    let parts = [fault.file.as_str(), &fault.sheet, &fault.cell];
    let place = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("#");
    FieldFault { place, detail: fault_words("workbook", fault, text) }
}

/// What a family of messages says of a fault: `workbook` the whole sentence, others a part of it.
pub(crate) fn fault_words(family: &str, fault: &workbook::Fault, text: Text) -> String {
    let mut args = fault.args();
    let expected = match text.language() {
        Language::Chinese => fault.expected.chinese,
        Language::English => fault.expected.english,
    };
    args.push(("expected", expected.to_owned()));
    match &fault.problem {
        workbook::Problem::Refused { rule, because } => {
            let because = because.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            args.push(("reason", text.refusal(rule, because)));
        }
        workbook::Problem::NotInList { allowed } => args.push(("allowed", text.listed(allowed))),
        workbook::Problem::Doubtful { doubt, .. } => args.push(("what", text.word("doubt", doubt))),
        _ => {}
    }
    let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
    text.get(&format!("{family}-{}", fault.problem.code()), &args)
}
