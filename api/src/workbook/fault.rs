//! What is wrong with a cell, a sheet or a file, as data.
//!
//! No sentence is written here: a fault has a stable code and arguments, and `messages/*/workbook.ftl`
//! says it in the reader's language, together with what would be right.

use serde::Serialize;

use super::spec::Hint;

/// One thing wrong with a workbook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The name of the file.
    pub file: String,
    /// The title of the sheet; empty if the file as a whole is meant.
    pub sheet: String,
    /// The cell, `H8`; empty if the sheet as a whole is meant.
    pub cell: String,
    /// The header of the cell's column, or of the missing column.
    pub header: String,
    /// What stands in the cell, shortened.
    pub value: String,
    /// What is wrong with it.
    #[serde(flatten)]
    pub problem: Problem,
    /// What would be right: the hint of the column.
    pub expected: Hint,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "code", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Problem {
    /// The bytes are not a workbook.
    NotAWorkbook,
    /// The bytes are an old .xls, or protected by a password.
    OldOrProtected,
    /// The file, or what it unpacks to, is too large.
    TooLarge {
        /// The largest allowed, in MiB.
        limit: u64,
    },
    /// A CSV file is not encoded as UTF-8.
    NotUtf8,
    /// No sheet of any ledger is in the file.
    UnknownLedger,
    /// The sheet belongs to another of the five workbooks.
    SheetElsewhere {
        /// The title of that workbook.
        ledger: String,
    },
    /// The sheet's cells cannot be read.
    SheetUnreadable,
    /// A warning only: words of the cell look personal. They are told, not refused.
    Doubtful {
        /// One of the gate's codes.
        doubt: &'static str,
        /// The words.
        words: String,
    },
    /// No row of headers in the first ten rows.
    HeaderMissing,
    /// A column that must exist does not.
    ColumnMissing,
    /// Two columns have the same header.
    ColumnTwice {
        /// The first of the two header cells.
        first: String,
    },
    /// 填报单位 is not stated.
    ReportingUnitMissing,
    /// 截至日期 is not stated.
    AsOfMissing,
    /// The number or name that identifies the row is blank.
    KeyBlank,
    /// A cell that must be filled in is blank.
    RequiredBlank,
    /// Not understood as a date.
    NotADay,
    /// The calendar has no such day.
    NoSuchDay,
    /// The date has a time of day.
    DayWithTime,
    /// Not a whole number.
    NotAnInteger,
    /// A whole number that cannot be right.
    OutOfRange {
        /// The smallest allowed.
        min: i64,
        /// The largest allowed.
        max: i64,
    },
    /// Not in the closed list.
    NotInList {
        /// The list.
        allowed: Vec<String>,
    },
    /// The cell shows an error such as #REF!.
    ErrorCell,
    /// More text than a cell may hold.
    TooLong {
        /// The most characters allowed.
        limit: usize,
    },
    /// The same number as in an earlier row, with different content.
    KeyTwice {
        /// The earlier row.
        line: u32,
    },
    /// More rows than are read.
    TooManyRows {
        /// The most rows read.
        limit: usize,
    },
    /// Refers to something that is not registered or recorded.
    Unknown,
    /// The ledger has recorded another value.
    Conflict {
        /// What the ledger says.
        recorded: String,
    },
    /// The ledger has recorded a value, and the cell is blank now.
    Vanished {
        /// What the ledger says.
        recorded: String,
    },
    /// Must be filled in because another cell of the row is.
    NeededBy {
        /// The header of that other cell.
        by: String,
    },
    /// A rule of the ledger refuses what the cell says.
    Refused {
        /// The rule's own code; its message is that of the rejection.
        rule: String,
        /// The rejection's arguments.
        because: Vec<(String, String)>,
    },
    /// More faults than are listed.
    TooManyFaults {
        /// The most faults listed.
        limit: usize,
    },
}

impl Problem {
    /// The stable code; the message is `workbook-` and this.
    pub fn code(&self) -> &'static str {
        match self {
            Problem::NotAWorkbook => "not-a-workbook",
            Problem::OldOrProtected => "old-or-protected",
            Problem::TooLarge { .. } => "too-large",
            Problem::NotUtf8 => "not-utf8",
            Problem::UnknownLedger => "unknown-ledger",
            Problem::SheetElsewhere { .. } => "sheet-elsewhere",
            Problem::SheetUnreadable => "sheet-unreadable",
            Problem::HeaderMissing => "header-missing",
            Problem::ColumnMissing => "column-missing",
            Problem::Doubtful { .. } => "doubtful",
            Problem::ColumnTwice { .. } => "column-twice",
            Problem::ReportingUnitMissing => "reporting-unit-missing",
            Problem::AsOfMissing => "as-of-missing",
            Problem::KeyBlank => "key-blank",
            Problem::RequiredBlank => "required-blank",
            Problem::NotADay => "not-a-day",
            Problem::NoSuchDay => "no-such-day",
            Problem::DayWithTime => "day-with-time",
            Problem::NotAnInteger => "not-an-integer",
            Problem::OutOfRange { .. } => "out-of-range",
            Problem::NotInList { .. } => "not-in-list",
            Problem::ErrorCell => "error-cell",
            Problem::TooLong { .. } => "too-long",
            Problem::KeyTwice { .. } => "key-twice",
            Problem::TooManyRows { .. } => "too-many-rows",
            Problem::Unknown => "unknown",
            Problem::Conflict { .. } => "conflict",
            Problem::Vanished { .. } => "vanished",
            Problem::NeededBy { .. } => "needed-by",
            Problem::Refused { .. } => "refused",
            Problem::TooManyFaults { .. } => "too-many-faults",
        }
    }
}

impl Fault {
    /// A fault of the file as a whole.
    pub fn of_file(file: &str, problem: Problem) -> Fault {
        Fault::of_sheet(file, "", problem)
    }

    /// A fault of a sheet as a whole.
    pub fn of_sheet(file: &str, sheet: &str, problem: Problem) -> Fault {
        Fault {
            file: file.to_owned(),
            sheet: sheet.to_owned(),
            cell: String::new(),
            header: String::new(),
            value: String::new(),
            problem,
            expected: Hint::default(),
        }
    }

    /// The arguments of the message, by name. What has words of its own in each language, is not among them.
    pub fn args(&self) -> Vec<(&'static str, String)> {
        let mut args = vec![
            ("file", self.file.clone()),
            ("sheet", self.sheet.clone()),
            ("cell", self.cell.clone()),
            ("header", self.header.clone()),
            ("value", self.value.clone()),
        ];
        match &self.problem {
            Problem::TooLarge { limit } => args.push(("limit", limit.to_string())),
            Problem::TooLong { limit }
            | Problem::TooManyRows { limit }
            | Problem::TooManyFaults { limit } => args.push(("limit", limit.to_string())),
            Problem::SheetElsewhere { ledger } => args.push(("ledger", ledger.clone())),
            Problem::ColumnTwice { first } => args.push(("first", first.clone())),
            Problem::KeyTwice { line } => args.push(("line", line.to_string())),
            Problem::OutOfRange { min, max } => {
                args.push(("min", min.to_string()));
                args.push(("max", max.to_string()));
            }
            Problem::Conflict { recorded } | Problem::Vanished { recorded } => {
                args.push(("recorded", recorded.clone()));
            }
            Problem::Doubtful { words, .. } => args.push(("words", words.clone())),
            Problem::NeededBy { by } => args.push(("by", by.clone())),
            _ => (),
        }
        args
    }
}

/// A cell's text as a fault may show it: what must never be recorded is not repeated in a message or a log either.
pub(super) fn shown(text: String) -> String {
    if gongjian_core::gate::certain(&text).is_some() { "***".to_owned() } else { text }
}

/// The name of a cell, `A1` for line 1 (from 1) and column 0 (from 0).
pub fn a1(line: u32, column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = u64::from(column) + 1;
    while rest > 0 {
        rest -= 1;
        letters.push(char::from(b'A' + u8::try_from(rest % 26).unwrap_or(0)));
        rest /= 26;
    }
    letters.iter().rev().chain(line.to_string().chars().collect::<Vec<_>>().iter()).collect()
}

/// The faults of one file, counted so that a hopeless file cannot fill the memory.
pub(super) struct Faults {
    file: String,
    list: Vec<Fault>,
}

/// The most faults listed for one file.
pub(super) const FAULTS_MAX: usize = 5_000;

impl Faults {
    pub(super) fn new(file: &str) -> Faults {
        Faults { file: file.to_owned(), list: Vec::new() }
    }

    pub(super) fn file(&self) -> &str {
        &self.file
    }

    pub(super) fn add(&mut self, fault: Fault) {
        match self.list.len() {
            n if n < FAULTS_MAX => self.list.push(fault),
            FAULTS_MAX => {
                let limit = Problem::TooManyFaults { limit: FAULTS_MAX };
                self.list.push(Fault::of_file(&self.file, limit));
            }
            _ => (),
        }
    }

    pub(super) fn file_is(&mut self, problem: Problem) {
        self.add(Fault::of_file(&self.file, problem));
    }

    pub(super) fn sheet_is(&mut self, sheet: &str, problem: Problem) {
        self.add(Fault::of_sheet(&self.file, sheet, problem));
    }

    pub(super) fn into_vec(self) -> Vec<Fault> {
        self.list
    }
}
