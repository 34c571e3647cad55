//! Why a line is not one of a log.

use super::{LINE_BYTES_MAX, LOG_FORMAT};
use crate::evidence::CheckpointError;
use crate::log::MerkleHash;
use crate::record::{Digest, Position};

/// A line is not one of a log.
#[derive(Debug, thiserror::Error)]
pub enum LineFault {
    /// The first line is no header, or of another version.
    #[error("the first line is no header of {LOG_FORMAT}")]
    Header(#[source] Option<serde_json::Error>),
    /// The checkpoint of the header cannot be read.
    #[error("the checkpoint in the header cannot be read")]
    Checkpoint(#[from] CheckpointError),
    /// Header and checkpoint differ.
    #[error("the header says {header}, its checkpoint {checkpoint}")]
    Contradiction {
        /// Origin, size or root in the header.
        header: String,
        /// The same in the checkpoint.
        checkpoint: String,
    },
    /// It is no JSON of the fields that a line has.
    #[error("the line does not read as an event")]
    Json(#[source] serde_json::Error),
    /// Longer than any line can be.
    #[error("the line is longer than {LINE_BYTES_MAX} bytes")]
    TooLong,
    /// The last line has no end, or the file ends before it.
    #[error("the file ends early: {expected} events are announced")]
    Short {
        /// Events that the header announces.
        expected: u64,
    },
    /// Something comes behind the last line.
    #[error("there is more behind the last of {expected} events")]
    Long {
        /// Events that the header announces.
        expected: u64,
    },
    /// Another position should come.
    #[error("position {expected} should come, and {found} does")]
    Position {
        /// The next position.
        expected: Position,
        /// What the line says.
        found: Position,
    },
    /// It does not follow from the event before it.
    #[error("`previous` is {found}, and the event before has the digest {expected}")]
    Previous {
        /// Digest of the event before.
        expected: Digest,
        /// What the event has as `previous`.
        found: Digest,
    },
    /// The events do not give the root of the header: one of them was exchanged.
    #[error("the events give the root {found}, and the header says {expected}")]
    Root {
        /// What the header says.
        expected: MerkleHash,
        /// What the events give.
        found: MerkleHash,
    },
    /// `bytes` is no base64.
    #[error("`bytes` is no base64")]
    Base64(#[source] base64::DecodeError),
    /// The bytes are no record, or one that this place cannot have.
    #[error("the bytes are no event of this place: {what}")]
    Record {
        /// What is wrong.
        what: String,
    },
    /// The line is another than the bytes give: the readable half was edited, or it is spelt otherwise.
    #[error("the line does not say what its bytes say: it should read {expected}")]
    Edited {
        /// The line as the bytes give it, its beginning.
        expected: String,
    },
}
