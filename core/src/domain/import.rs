//! Imports of workbooks (台账导入): which files were read, what they spoke for, and what was missing in them.

use serde::{Deserialize, Serialize};

use super::World;
use super::category::{Category, Context, absent, optional};
use super::facts::At;
use crate::day::Day;
use crate::rejection::Rejection;

record_struct! {
    /// One file of an import.
    pub struct File {
        /// SHA-256 of its bytes, hexadecimal.
        sha256: String,
        /// Which ledger it is: `registry`, `agreements`, `projects`, `meetings`, `wednesday`.
        ledger: String,
        /// 填报单位.
        reporting_unit: String,
        /// 截至日期.
        as_of: Day,
        /// Rows that were read, without totals and blank rows.
        rows: u32,
    }
}

record_struct! {
    /// A row that an earlier state of the ledger has and this file, which speaks for its community, has not.
    pub struct Missing {
        /// The stream that the row stands for.
        stream: String,
        /// Which ledger it was missing in.
        ledger: String,
    }
}

events! {
    /// Facts about an import.
    pub enum ImportEvent in "import" {
        /// Files were read together; what they added follows in the same batch.
        Recorded: "import.recorded", version 1 {
            files: Vec<File>,
            /// Rows gone from the files (台账缺行). Nothing is deleted.
            missing: Vec<Missing>,
            /// Why what the ledger said was corrected, if it was.
            reason: Option<String>,
        }
    }
}

commands! {
    /// Commands about an import.
    pub enum ImportCommand {
        /// Record that files were read.
        Record: "import.record" {
            files: Vec<File>,
            #[serde(default)] missing: Vec<Missing>,
            reason: Option<String>,
        }
    }
}

/// An import.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    /// The files, as recorded.
    pub files: Vec<File>,
    /// Rows gone from them.
    pub missing: Vec<Missing>,
    /// The event.
    pub position: u64,
}

fields! { Import {} }

impl Category for Import {
    type Event = ImportEvent;
    type Command = ImportCommand;

    fn decide(
        _: &World,
        _: &Context<'_>,
        id: &str,
        state: Option<&Self>,
        command: &ImportCommand,
    ) -> Result<ImportEvent, Rejection> {
        let ImportCommand::Record { files, missing, reason } = command;
        absent(id, state)?;
        optional("reason", reason.as_ref())?;
        if files.is_empty() {
            return Err(Rejection::empty("files"));
        }
        for file in files {
            super::category::required("reportingUnit", &file.reporting_unit)?;
        }
        Ok(Recorded { files: files.clone(), missing: missing.clone(), reason: reason.clone() }.into())
    }

    fn evolve(&mut self, event: &ImportEvent, at: &At) {
        let ImportEvent::Recorded(e) = event;
        self.files.clone_from(&e.files);
        self.missing.clone_from(&e.missing);
        self.position = at.position;
    }
}
