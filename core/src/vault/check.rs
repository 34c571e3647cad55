//! Compares what events commit to with what is in the vault, and what erasures promise with what is there.

use super::{Item, Vault, VaultError, items};
use crate::domain::World;
use crate::domain::erasure::{Erasure, RECORD};
use crate::log::{LogReader, ReadError};
use crate::record::Position;

/// How an object, or an erased record, was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// It opens to what its event commits to, and every post may look.
    Disclosed,
    /// The same, and only named posts and units may look.
    Restricted,
    /// It cannot be opened here: this is a copy of the ledger without the keys.
    Withheld,
    /// It is gone, and the events prove by whose word.
    Erased(Proof),
    /// It is not as it should be.
    Failed(Broken),
}

/// Positions of the events that prove an erasure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proof {
    /// Asked for.
    pub asked: Position,
    /// Approved by another post.
    pub approved: Position,
    /// Done.
    pub executed: Position,
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// Object, key and event do not belong together.
    Mismatch,
    /// Object or key is not there, and no erasure says why.
    Missing,
    /// Erased by the ledger's word, and object, key or bytes are there.
    Present,
}

impl Status {
    /// Its word in JSON and message files.
    pub fn word(&self) -> &'static str {
        match self {
            Status::Disclosed => "disclosed",
            Status::Restricted => "restricted",
            Status::Withheld => "withheld",
            Status::Erased(_) => "erased",
            Status::Failed(Broken::Mismatch) => "mismatch",
            Status::Failed(Broken::Missing) => "missing",
            Status::Failed(Broken::Present) => "present",
        }
    }

    /// Whether something is wrong.
    pub fn is_failure(&self) -> bool {
        matches!(self, Status::Failed(_))
    }
}

/// Every status, by its word, in the order in which reports count them.
pub const WORDS: [&str; 7] =
    ["disclosed", "restricted", "withheld", "erased", "mismatch", "missing", "present"];

/// One object or erased record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Its stream.
    pub subject: String,
    /// Position of the event that commits to it, or of the record.
    pub position: Position,
    /// How it was found.
    pub status: Status,
}

/// What was found, in the order of the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VaultReport {
    /// Each object, and each erased record.
    pub checked: Vec<Checked>,
    /// Objects that are set aside because no event names them.
    pub quarantined: usize,
}

impl VaultReport {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        !self.checked.iter().any(|checked| checked.status.is_failure())
    }

    /// How many were found in each way, in the order of [`WORDS`]; none that is zero.
    pub fn counts(&self) -> Vec<(&'static str, usize)> {
        let count = |word: &str| self.checked.iter().filter(|checked| checked.status.word() == word).count();
        WORDS.into_iter().map(|word| (word, count(word))).filter(|(_, count)| *count > 0).collect()
    }
}

/// Opens every object and looks for everything that was erased. `world` is folded from the log alone.
///
/// # Errors
/// [`VaultError`] or [`ReadError`] if something cannot be read at all; what is wrong is in the report.
pub fn check(vault: &Vault, world: &World, reader: &LogReader) -> Result<VaultReport, CheckError> {
    let mut checked = Vec::new();
    for item in items(world) {
        let status = match world.erased(&item.subject).and_then(|(_, erasure)| proof(erasure)) {
            Some(_) if vault.has_key(item.object) || vault.has_object(item.object) => {
                Status::Failed(Broken::Present)
            }
            Some(proof) => Status::Erased(proof),
            None => opened(vault, &item)?,
        };
        checked.push(Checked { subject: item.subject, position: item.position, status });
    }
    for (_, erasure) in world.erasure.iter().filter(|(_, erasure)| erasure.scope == RECORD) {
        let Some(proof) = proof(erasure) else { continue };
        let status = match reader.get(erasure.position) {
            Err(ReadError::Withheld { .. }) => Status::Erased(proof),
            Err(error) => return Err(error.into()),
            Ok(_) => Status::Failed(Broken::Present),
        };
        checked.push(Checked { subject: erasure.subject.clone(), position: erasure.position, status });
    }
    checked.sort_unstable_by_key(|checked| checked.position);
    Ok(VaultReport { checked, quarantined: vault.quarantined()? })
}

/// The vault could not be checked.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The vault cannot be read.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The log cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}

fn proof(erasure: &Erasure) -> Option<Proof> {
    Some(Proof { asked: erasure.asked?.at, approved: erasure.approved?.at, executed: erasure.executed?.at })
}

fn opened(vault: &Vault, item: &Item) -> Result<Status, VaultError> {
    Ok(match vault.get(item) {
        Ok(_) if item.restricted => Status::Restricted,
        Ok(_) => Status::Disclosed,
        Err(VaultError::Mismatch(_)) => Status::Failed(Broken::Mismatch),
        Err(VaultError::NoKey(_) | VaultError::Master(_)) if !vault.is_home() => Status::Withheld,
        Err(VaultError::NoKey(_) | VaultError::NoObject(_) | VaultError::Master(_)) => {
            Status::Failed(Broken::Missing)
        }
        Err(error) => return Err(error),
    })
}
