//! What a witness agrees to sign (c2sp.org/tlog-witness), as a pure decision. A server around it keeps what
//! was seen of each log, and must store the new state in one step with the comparison of the old size, on
//! disk, before it answers with the cosignature.

use std::fmt;

use super::checkpoint::{CheckpointError, SignedCheckpoint};
use super::merkle::{ProofError, verify_consistency};
use super::note::VerifyError;
use super::text::{from_decimal, from_hash_line, to_base64};
use super::vkey::VerifierKey;
use crate::log::hash::MerkleHash;

/// Most hashes of the consistency proof in a request.
pub const HASHES_MAX: usize = 63;

/// The type of the body that answers 409.
pub const SIZE_CONTENT_TYPE: &str = "text/x.tlog.size";

/// Why the body of a request is malformed: status 400.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// What comes before the checkpoint is not UTF-8.
    #[error("the request is not text")]
    NotText,
    /// The first line is no old size.
    #[error("the request does not begin with a line \"old SIZE\"")]
    OldSize,
    /// A line of the proof is not 32 bytes in canonical base64.
    #[error("line {line} is no hash, which is 32 bytes in base64")]
    Hash {
        /// Which line, from 1.
        line: usize,
    },
    /// More than [`HASHES_MAX`].
    #[error("the consistency proof has more than {HASHES_MAX} hashes")]
    TooManyHashes,
    /// No empty line, and so no checkpoint.
    #[error("an empty line stands before the checkpoint, but there is none")]
    NoCheckpoint,
    /// The checkpoint cannot be read.
    #[error("the checkpoint cannot be read: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// The old size is beyond the checkpoint's.
    #[error("the old size {old} is beyond the size {size} of the checkpoint")]
    OldBeyondSize {
        /// The old size.
        old: u64,
        /// Size of the checkpoint.
        size: u64,
    },
}

/// A request to cosign: the size that the witness has seen, a proof from there, and the checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddCheckpoint {
    old: u64,
    proof: Vec<MerkleHash>,
    checkpoint: SignedCheckpoint,
}

impl AddCheckpoint {
    /// A request of these parts.
    ///
    /// # Errors
    /// [`RequestError::OldBeyondSize`], [`RequestError::TooManyHashes`].
    pub fn new(
        old: u64,
        proof: Vec<MerkleHash>,
        checkpoint: SignedCheckpoint,
    ) -> Result<AddCheckpoint, RequestError> {
        let size = checkpoint.checkpoint().size();
        if old > size {
            return Err(RequestError::OldBeyondSize { old, size });
        }
        if proof.len() > HASHES_MAX {
            return Err(RequestError::TooManyHashes);
        }
        Ok(AddCheckpoint { old, proof, checkpoint })
    }

    /// Reads the body of a request.
    ///
    /// # Errors
    /// The first thing that is malformed.
    pub fn parse(body: &[u8]) -> Result<AddCheckpoint, RequestError> {
        let at = body.windows(2).position(|pair| pair == b"\n\n").ok_or(RequestError::NoCheckpoint)?;
        let (head, checkpoint) = (&body[..at], &body[at + 2..]);
        let head = std::str::from_utf8(head).map_err(|_| RequestError::NotText)?;
        let mut lines = (1..).zip(head.split('\n'));
        let old = lines.next().and_then(|(_, line)| from_decimal(line.strip_prefix("old ")?));
        let old = old.ok_or(RequestError::OldSize)?;
        let mut proof = Vec::new();
        for (line, text) in lines {
            if proof.len() == HASHES_MAX {
                return Err(RequestError::TooManyHashes);
            }
            proof.push(from_hash_line(text).ok_or(RequestError::Hash { line })?);
        }
        AddCheckpoint::new(old, proof, SignedCheckpoint::parse(checkpoint)?)
    }

    /// The size that the sender believes the witness has seen.
    pub fn old(&self) -> u64 {
        self.old
    }

    /// The consistency proof from the old size to the checkpoint's.
    pub fn proof(&self) -> &[MerkleHash] {
        &self.proof
    }

    /// The checkpoint that is to be cosigned.
    pub fn checkpoint(&self) -> &SignedCheckpoint {
        &self.checkpoint
    }
}

/// The body of the request.
impl fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        self.proof.iter().try_for_each(|hash| writeln!(f, "{}", to_base64(&hash.0)))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

/// The latest checkpoint of a log that a witness has cosigned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Number of entries.
    pub size: u64,
    /// Root over them.
    pub root: MerkleHash,
}

impl Default for Seen {
    /// Nothing yet: every log begins empty.
    fn default() -> Seen {
        Seen { size: 0, root: MerkleHash::empty() }
    }
}

/// Why a witness does not cosign.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// 400: the request is malformed.
    #[error("the request is malformed: {0}")]
    Malformed(#[from] RequestError),
    /// 404: the witness does not follow a log of this name.
    #[error("this witness does not know a log called {origin:?}")]
    UnknownLog {
        /// The name in the checkpoint.
        origin: String,
    },
    /// 403: no trusted key of the log signed, or a line by one is wrong.
    #[error("the checkpoint is not signed by a trusted key of the log: {0}")]
    Signature(#[source] VerifyError),
    /// 409: the witness has seen another size than the sender believes.
    #[error("the latest size that this witness has seen is {size}")]
    Conflict {
        /// The size that was seen.
        size: u64,
    },
    /// 422: the log does not extend what was seen, or nobody can tell. With a valid signature of the log,
    /// such a request is worth keeping: it may show that the log told two histories.
    #[error("the checkpoint does not extend what this witness has seen: {0}")]
    Inconsistent(#[source] ProofError),
}

impl Refusal {
    /// The status of the answer.
    pub fn status(&self) -> u16 {
        match self {
            Refusal::Malformed(_) => 400,
            Refusal::UnknownLog { .. } => 404,
            Refusal::Signature(_) => 403,
            Refusal::Conflict { .. } => 409,
            Refusal::Inconsistent(_) => 422,
        }
    }

    /// The body of the answer: of a conflict the size alone, from which the sender goes on.
    pub fn body(&self) -> String {
        match self {
            Refusal::Conflict { size } => format!("{size}\n"),
            other => format!("{other}\n"),
        }
    }
}

/// Decides whether to cosign, and returns what has been seen then.
///
/// `trusted` are the keys of the log that the checkpoint names, none if the witness does not follow it; `seen`
/// is what the witness has cosigned of it. The same size with the same root is agreed to again, so that the
/// log gets a fresh time.
///
/// # Errors
/// The first of: 404, 403, 409, 422. What is malformed, 400, does not parse.
pub fn decide(request: &AddCheckpoint, trusted: &[VerifierKey], seen: Seen) -> Result<Seen, Refusal> {
    let checkpoint = request.checkpoint.checkpoint();
    if trusted.is_empty() {
        return Err(Refusal::UnknownLog { origin: checkpoint.origin().to_owned() });
    }
    request.checkpoint.note().verify(trusted).map_err(Refusal::Signature)?;
    // Before the proof, since a proof from another size says nothing about what was seen.
    if request.old != seen.size {
        return Err(Refusal::Conflict { size: seen.size });
    }
    if !checkpoint.is_possible() {
        return Err(Refusal::Inconsistent(ProofError::NotEmptyRoot));
    }
    let (size, root) = (checkpoint.size(), checkpoint.root());
    verify_consistency(seen.size, seen.root, size, root, &request.proof).map_err(Refusal::Inconsistent)?;
    Ok(Seen { size, root })
}
