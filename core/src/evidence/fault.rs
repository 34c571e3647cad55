//! What a monitor can find wrong with a log that somebody else keeps: a kind, a place, and what should be there.

use std::fmt;

use crate::record::Position;

/// The kinds of faults. Their words are in the message files, under `fault-CODE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultKind {
    /// The checkpoint is no checkpoint.
    Malformed,
    /// A signature of a known key is wrong, or none of the log's keys signed.
    Signature,
    /// The checkpoint is that of another log.
    Origin,
    /// Fewer witnesses than the policy demands have cosigned.
    Unwitnessed,
    /// A file that the checkpoint promises is not there.
    Missing,
    /// Bytes are not those under the signed root.
    Altered,
    /// An entry stands in another place than its own.
    Reordered,
    /// The log is shorter than it was.
    Truncated,
    /// The log does not extend what was seen of it: two histories are signed.
    Forked,
    /// An entry claims to be older than witnesses allow.
    BackDated,
    /// An entry claims to be younger than witnesses allow.
    PostDated,
    /// An entry is withheld, and no event of the log ordered it.
    Withheld,
    /// What is signed contradicts the rules of the ledger's own format.
    Rules,
}

impl FaultKind {
    /// All of them.
    pub const ALL: [FaultKind; 13] = [
        FaultKind::Malformed,
        FaultKind::Signature,
        FaultKind::Origin,
        FaultKind::Unwitnessed,
        FaultKind::Missing,
        FaultKind::Altered,
        FaultKind::Reordered,
        FaultKind::Truncated,
        FaultKind::Forked,
        FaultKind::BackDated,
        FaultKind::PostDated,
        FaultKind::Withheld,
        FaultKind::Rules,
    ];

    /// The stable word for programs.
    pub fn code(self) -> &'static str {
        match self {
            FaultKind::Malformed => "malformed-checkpoint",
            FaultKind::Signature => "bad-signature",
            FaultKind::Origin => "wrong-origin",
            FaultKind::Unwitnessed => "unwitnessed",
            FaultKind::Missing => "missing",
            FaultKind::Altered => "altered",
            FaultKind::Reordered => "reordered",
            FaultKind::Truncated => "truncated",
            FaultKind::Forked => "forked",
            FaultKind::BackDated => "back-dated",
            FaultKind::PostDated => "post-dated",
            FaultKind::Withheld => "withheld-without-order",
            FaultKind::Rules => "rules-broken",
        }
    }
}

/// The first thing that is wrong with a log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} at position {position}: {what} should be {expected}, but is {found}", .kind.code())]
pub struct Fault {
    /// Which kind.
    pub kind: FaultKind,
    /// The first entry that is concerned, or the size of the log where it ends too early.
    pub position: Position,
    /// A file, or a field of the record.
    pub what: String,
    /// What it should be.
    pub expected: String,
    /// What it is.
    pub found: String,
}

impl Fault {
    /// A fault of these parts.
    pub fn new(
        kind: FaultKind,
        position: Position,
        what: impl Into<String>,
        expected: impl fmt::Display,
        found: impl fmt::Display,
    ) -> Fault {
        Fault { kind, position, what: what.into(), expected: expected.to_string(), found: found.to_string() }
    }
}
