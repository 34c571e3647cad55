//! What the ledger remembers of its witnesses. It is a convenience: without it the first question learns the size.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use gongjian_core::evidence::VerifierKey;
use gongjian_core::evidence::policy::Party;
use gongjian_core::files;
use serde::{Deserialize, Serialize};

use super::ask::{Answer, time_of};

const BYTES_MAX: u64 = 4 << 20;

/// The file cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{} cannot be read or written", .file.display())]
pub struct BookError {
    /// The file.
    pub file: PathBuf,
    /// What the file system said.
    #[source]
    pub source: io::Error,
}

/// What is known of one witness.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Entry {
    /// What the policy calls it.
    pub witness: String,
    /// Its key.
    pub key: String,
    /// The largest size that it has cosigned for this ledger; 0 for none.
    pub size: u64,
    /// When, in seconds since 1970 by the witness's clock; 0 for never.
    pub cosigned_at: u64,
    /// When it was asked last, in seconds since 1970 by the ledger's clock; 0 for never.
    pub asked_at: u64,
    /// What went wrong the last time; nothing if it cosigned.
    pub error: Option<String>,
}

/// All that is known, by verifier key.
pub(super) struct Book {
    file: PathBuf,
    entries: BTreeMap<String, Entry>,
}

impl Book {
    pub(super) fn read(file: PathBuf) -> Result<Book, BookError> {
        let bytes = match files::read_limited(&file, BYTES_MAX) {
            Ok(bytes) => bytes.unwrap_or_default(),
            Err(source) => return Err(BookError { file, source }),
        };
        // One that is damaged is worth no more than none.
        let entries: Vec<Entry> = serde_json::from_slice(&bytes).unwrap_or_default();
        let entries = entries.into_iter().map(|entry| (entry.key.clone(), entry)).collect();
        Ok(Book { file, entries })
    }

    pub(super) fn write(&self) -> Result<(), BookError> {
        let fault = |source| BookError { file: self.file.clone(), source };
        let entries: Vec<&Entry> = self.entries.values().collect();
        let bytes = serde_json::to_vec_pretty(&entries).map_err(|error| fault(error.into()))?;
        files::write_whole(&self.file, &bytes, files::PUBLIC).map_err(fault)
    }

    pub(super) fn size(&self, key: &VerifierKey) -> u64 {
        self.entries.get(&key.to_string()).map_or(0, |entry| entry.size)
    }

    pub(super) fn entry(&self, witness: &Party) -> Entry {
        let key = witness.key.to_string();
        let known = self.entries.get(&key).cloned().unwrap_or_default();
        Entry { witness: witness.name.clone(), key, ..known }
    }

    pub(super) fn note(&mut self, answer: &Answer, size: u64, now: u64) {
        let key = answer.key.to_string();
        let entry = self.entries.entry(key.clone()).or_default();
        entry.witness.clone_from(&answer.witness);
        entry.key = key;
        entry.asked_at = now;
        match &answer.result {
            Ok(line) => {
                entry.size = size;
                entry.cosigned_at = time_of(line);
                entry.error = None;
            }
            Err(error) => entry.error = Some(error.to_string()),
        }
    }
}
