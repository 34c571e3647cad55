//! The file that proves one event to somebody who has nothing but a policy (c2sp.org/tlog-proof).
//!
//! ```text
//! c2sp.org/tlog-proof@v1
//! index 5
//! xokBEDTxBnGL4woSsZ2pCbOERqlBifiEmCgL1KA2dek=
//! …
//!
//! ledger.example/governance
//! 300
//! …
//! ```

use std::fmt;

use super::checkpoint::{CheckpointError, SignedCheckpoint};
use super::merkle::{ProofError, verify_inclusion};
use super::policy::{Accepted, Policy, PolicyRefusal};
use super::text::{from_base64, from_decimal, from_hash_line, to_base64};
use crate::log::hash::MerkleHash;

/// The first line: format and version.
pub const PROOF_HEADER: &str = "c2sp.org/tlog-proof@v1";

/// Most bytes of a line before the checkpoint.
pub const LINE_BYTES_MAX: usize = 65_536;

/// Most hashes of an inclusion proof: one for each bit of the size.
pub const HASHES_MAX: usize = 64;

/// Why bytes are no proof file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofFileError {
    /// What comes before the checkpoint is not UTF-8.
    #[error("the file is not text")]
    NotText,
    /// The first line is another.
    #[error("the file does not begin with {PROOF_HEADER:?}")]
    Header,
    /// A line is longer than [`LINE_BYTES_MAX`].
    #[error("line {line} has more than {LINE_BYTES_MAX} bytes")]
    LongLine {
        /// Which line, from 1.
        line: usize,
    },
    /// The extra data are not in canonical base64, or there are none after the word.
    #[error("the extra data are not in base64, or empty")]
    Extra,
    /// There is no `index` line with a number in its one spelling.
    #[error("the line \"index NUMBER\" is missing or wrong")]
    Index,
    /// A line of the proof is not 32 bytes in canonical base64.
    #[error("line {line} is no hash, which is 32 bytes in base64")]
    Hash {
        /// Which line, from 1.
        line: usize,
    },
    /// More than [`HASHES_MAX`].
    #[error("the proof has more than {HASHES_MAX} hashes")]
    TooManyHashes,
    /// No empty line, and so no checkpoint.
    #[error("an empty line stands before the checkpoint, but there is none")]
    NoCheckpoint,
    /// The checkpoint cannot be read.
    #[error("the checkpoint of the proof cannot be read: {0}")]
    Checkpoint(#[from] CheckpointError),
}

/// The first reason not to believe a proof.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofRefusal {
    /// The checkpoint does not satisfy the policy.
    #[error("the checkpoint of the proof is not accepted: {0}")]
    Checkpoint(#[from] PolicyRefusal),
    /// The event is not in the log under the checkpoint's root.
    #[error("the entry is not proven: {0}")]
    Inclusion(#[from] ProofError),
}

/// What a proof proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven {
    /// Place of the entry in the log, from 0.
    pub index: u64,
    /// The leaf hash of the entry.
    pub leaf: MerkleHash,
    /// The checkpoint that it is under, with those who signed.
    pub accepted: Accepted,
}

/// A proof that an entry is in a log, with a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// Place of the entry in the log, from 0.
    pub index: u64,
    /// The inclusion proof, the leaf's sibling first.
    pub hashes: Vec<MerkleHash>,
    /// Data of the application. Nothing authenticates them; empty if there are none.
    pub extra: Vec<u8>,
    /// The checkpoint, with all its lines.
    pub checkpoint: SignedCheckpoint,
}

impl Proof {
    /// Reads a proof file.
    ///
    /// # Errors
    /// The first line that is wrong.
    pub fn parse(bytes: &[u8]) -> Result<Proof, ProofFileError> {
        // The first empty line divides here; inside the checkpoint it is the last.
        let at = bytes.windows(2).position(|pair| pair == b"\n\n").ok_or(ProofFileError::NoCheckpoint);
        let (head, checkpoint) = match at {
            Ok(at) => bytes.split_at(at + 2),
            // Say first what is wrong before the missing line.
            Err(_) => (bytes, [].as_slice()),
        };
        let head = std::str::from_utf8(head).map_err(|_| ProofFileError::NotText)?;
        let mut lines = (1..).zip(head.trim_end_matches('\n').split('\n')).peekable();
        if lines.next().is_none_or(|(_, line)| line != PROOF_HEADER) {
            return Err(ProofFileError::Header);
        }
        let mut extra = Vec::new();
        if let Some((line, text)) = lines.next_if(|(_, line)| line.starts_with("extra ")) {
            check_length(line, text)?;
            let data = text.strip_prefix("extra ").and_then(from_base64);
            extra = data.filter(|data| !data.is_empty()).ok_or(ProofFileError::Extra)?;
        }
        let index = lines.next().and_then(|(_, line)| from_decimal(line.strip_prefix("index ")?));
        let index = index.ok_or(ProofFileError::Index)?;
        let mut hashes = Vec::new();
        for (line, text) in lines {
            check_length(line, text)?;
            hashes.push(from_hash_line(text).ok_or(ProofFileError::Hash { line })?);
            if hashes.len() > HASHES_MAX {
                return Err(ProofFileError::TooManyHashes);
            }
        }
        at?;
        let checkpoint = SignedCheckpoint::parse(checkpoint)?;
        Ok(Proof { index, hashes, extra, checkpoint })
    }

    /// Checks that the bytes of an entry are in a log that the policy believes.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn verify(&self, entry: &[u8], policy: &Policy) -> Result<Proven, ProofRefusal> {
        let accepted = policy.evaluate(&self.checkpoint)?;
        let leaf = MerkleHash::leaf(entry);
        verify_inclusion(self.index, accepted.size, leaf, &self.hashes, accepted.root)?;
        Ok(Proven { index: self.index, leaf, accepted })
    }
}

fn check_length(line: usize, text: &str) -> Result<(), ProofFileError> {
    if text.len() > LINE_BYTES_MAX { Err(ProofFileError::LongLine { line }) } else { Ok(()) }
}

/// The file, which is read back as the same proof.
impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{PROOF_HEADER}")?;
        if !self.extra.is_empty() {
            writeln!(f, "extra {}", to_base64(&self.extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        self.hashes.iter().try_for_each(|hash| writeln!(f, "{}", to_base64(&hash.0)))?;
        write!(f, "\n{}", self.checkpoint)
    }
}
