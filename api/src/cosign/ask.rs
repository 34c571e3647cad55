//! One conversation with one witness.

use std::fmt::Display;

use gongjian_core::evidence::merkle::verify_consistency;
use gongjian_core::evidence::policy::Party;
use gongjian_core::evidence::tree::{self, prove_consistency};
use gongjian_core::evidence::{
    AddCheckpoint, HashSource, Note, ProofError, SignatureLine, SignedCheckpoint, VerifierKey,
};

use crate::fetch::{FetchError, Fetcher};

/// Longest answer that is read: a few lines of signatures.
const ANSWER_BYTES_MAX: u64 = 64 << 10;
/// Longest part of a refusal that is kept.
const REASON_CHARS_MAX: usize = 200;
/// A witness may learn of a newer checkpoint between two questions; more than a few times it is no accident.
const TRIES: usize = 3;

/// Why a witness did not cosign.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// The policy has no address for it.
    #[error("the policy has no address of this witness")]
    NoAddress,
    /// It cannot be reached.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// It refuses. 404 and 403: it does not trust this log's key; 422: it has seen another history.
    #[error("the witness answers {status}: {reason}")]
    Refused {
        /// The status.
        status: u16,
        /// The beginning of the body.
        reason: String,
    },
    /// It has seen more of this log than there is: the ledger was set back, or somebody else signs with its key.
    #[error("the witness has seen {seen} entries of this log, but there are {size}")]
    Ahead {
        /// What the witness has seen.
        seen: u64,
        /// What there is.
        size: u64,
    },
    /// It names another size each time.
    #[error("the witness names another size each time")]
    Restless,
    /// A conflict without a size.
    #[error("the witness answers 409 without a size")]
    NoSize,
    /// The answer has no line by the witness's key.
    #[error("the answer has no cosignature by the key of this witness")]
    NoLine,
    /// The line is not a cosignature of this checkpoint, or tells no time.
    #[error("the cosignature of the witness is wrong")]
    BadLine,
    /// The hashes for the proof cannot be read.
    #[error("the consistency proof cannot be made: {0}")]
    Proof(String),
    /// The thread that asked ended without an answer.
    #[error("asking stopped")]
    Stopped,
}

/// What a witness said.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What the policy calls it.
    pub witness: String,
    /// Its key.
    pub key: VerifierKey,
    /// Its cosignature, verified, or what went wrong.
    pub result: Result<SignatureLine, AskError>,
}

/// Asks a witness that is believed to have seen `old` entries.
pub(super) fn ask<S>(
    fetcher: &Fetcher,
    witness: &Party,
    old: u64,
    checkpoint: &SignedCheckpoint,
    tree: &S,
) -> Result<SignatureLine, AskError>
where
    S: HashSource<Error: Display>,
{
    let url = witness.url.as_deref().ok_or(AskError::NoAddress)?;
    let url = format!("{}/add-checkpoint", url.trim_end_matches('/'));
    let size = checkpoint.checkpoint().size();
    let mut old = old.min(size);
    for _ in 0..TRIES {
        let body = request(checkpoint, tree, old)?.to_string();
        let answered = fetcher.post(&url, &body, ANSWER_BYTES_MAX)?;
        let text = String::from_utf8_lossy(&answered.body).into_owned();
        match answered.status {
            200 => return line(&text, &witness.key, checkpoint),
            409 => {
                let seen = seen(&text).ok_or(AskError::NoSize)?;
                if seen > size {
                    return Err(AskError::Ahead { seen, size });
                }
                if seen == old {
                    return Err(AskError::Restless);
                }
                old = seen;
            }
            status => return Err(AskError::Refused { status, reason: reason(&text) }),
        }
    }
    Err(AskError::Restless)
}

fn request<S>(checkpoint: &SignedCheckpoint, tree: &S, old: u64) -> Result<AddCheckpoint, AskError>
where
    S: HashSource<Error: Display>,
{
    let size = checkpoint.checkpoint().size();
    let source = |error: tree::TreeError<S::Error>| match error {
        tree::TreeError::Source { source, .. } => AskError::Proof(source.to_string()),
        tree::TreeError::Width { level, number, .. } => AskError::Proof(format!("tile {level}/{number}")),
        tree::TreeError::Impossible(error) => AskError::Proof(error.to_string()),
    };
    let proof = prove_consistency(tree, old, size).map_err(source)?;
    // A damaged tile would make the witness refuse, and keep the request as evidence against this ledger.
    let root = checkpoint.checkpoint().root();
    let old_root = tree::root(tree, old).map_err(source)?;
    verify_consistency(old, old_root, size, root, &proof)
        .map_err(|error: ProofError| AskError::Proof(error.to_string()))?;
    AddCheckpoint::new(old, proof, checkpoint.clone()).map_err(|error| AskError::Proof(error.to_string()))
}

/// The size in the body of a conflict.
fn seen(text: &str) -> Option<u64> {
    let digits = text.strip_suffix('\n')?;
    let is_number =
        digits.bytes().all(|byte| byte.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
    is_number.then(|| digits.parse().ok())?
}

/// The line by the witness's key, checked; lines by other keys are ignored.
fn line(text: &str, key: &VerifierKey, checkpoint: &SignedCheckpoint) -> Result<SignatureLine, AskError> {
    let lines = text.split_inclusive('\n').filter_map(|line| SignatureLine::parse(line).ok());
    let line = lines.into_iter().find(|line| line.key_id() == key.id() && line.name() == key.name());
    let line = line.ok_or(AskError::NoLine)?;
    let mut note = Note::new(checkpoint.note().text()).map_err(|_| AskError::BadLine)?;
    note.put(line.clone()).map_err(|_| AskError::BadLine)?;
    let verified = note.verify([key]).map_err(|_| AskError::BadLine)?;
    if verified.iter().all(|one| one.time.is_some_and(|time| time > 0)) {
        Ok(line)
    } else {
        Err(AskError::BadLine)
    }
}

fn reason(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    line.chars().filter(|c| !c.is_control()).take(REASON_CHARS_MAX).collect()
}

/// The time of a cosignature line that was verified.
pub(super) fn time_of(line: &SignatureLine) -> u64 {
    line.signature().first_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes))
}
