//! Checkpoints: the size and root of a log under its name, as the text of a signed note
//! (c2sp.org/tlog-checkpoint).

use std::fmt;

use super::note::{Note, NoteError, SignatureLine};
use super::signer::{SignError, Signer};
use super::text::{from_decimal, from_hash_line, is_clean, to_base64};
use crate::log::hash::MerkleHash;

/// Why a text is no checkpoint of ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The note around it is malformed.
    #[error("the checkpoint is no signed note")]
    Note(#[from] NoteError),
    /// Less than three lines, or the last without its line feed.
    #[error("a checkpoint has three lines, each with a line feed, but this one has {found}")]
    TooFewLines {
        /// Lines that end with a line feed.
        found: usize,
    },
    /// A line of the text is empty, such as that of the origin.
    #[error("no line of a checkpoint is empty, but line {line} is")]
    EmptyLine {
        /// Which line, from 1.
        line: usize,
    },
    /// The origin has a line feed or another control character.
    #[error("{origin:?} cannot be an origin, which is one line without control characters")]
    Origin {
        /// The origin as given.
        origin: String,
    },
    /// The size is no number in its one spelling.
    #[error("{text:?} is no size, which is a decimal number without sign and leading zeros")]
    Size {
        /// The line as found.
        text: String,
    },
    /// The root is not 32 bytes in canonical base64.
    #[error("{text:?} is no root, which is 32 bytes in base64")]
    Root {
        /// The line as found.
        text: String,
    },
    /// Lines follow the root. The tree does not cover them and not every signature does, so this ledger
    /// neither writes nor accepts them.
    #[error("this checkpoint has {found} extension lines, which are not accepted")]
    ExtensionLines {
        /// Number of lines behind the third.
        found: usize,
    },
}

/// Size and root of a log at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    size: u64,
    root: MerkleHash,
}

impl Checkpoint {
    /// The checkpoint of the log `origin` with so many entries under this root.
    ///
    /// # Errors
    /// [`CheckpointError::Origin`], also for an empty one.
    pub fn new(origin: &str, size: u64, root: MerkleHash) -> Result<Checkpoint, CheckpointError> {
        if origin.is_empty() || origin.contains('\n') || !is_clean(origin) {
            return Err(CheckpointError::Origin { origin: origin.to_owned() });
        }
        Ok(Checkpoint { origin: origin.to_owned(), size, root })
    }

    /// Reads the text of a checkpoint, without signatures.
    ///
    /// # Errors
    /// Everything but three lines in their one spelling.
    pub fn parse(text: &str) -> Result<Checkpoint, CheckpointError> {
        let lines: Vec<&str> =
            text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n')).collect();
        if let Some(index) = lines.iter().position(|line| line.is_empty()) {
            return Err(CheckpointError::EmptyLine { line: index + 1 });
        }
        let &[origin, size, root, ref rest @ ..] = lines.as_slice() else {
            return Err(CheckpointError::TooFewLines { found: lines.len() });
        };
        if !rest.is_empty() || !text.ends_with('\n') {
            return Err(CheckpointError::ExtensionLines { found: rest.len().max(1) });
        }
        let size = from_decimal(size).ok_or_else(|| CheckpointError::Size { text: size.to_owned() })?;
        let root = from_hash_line(root).ok_or_else(|| CheckpointError::Root { text: root.to_owned() })?;
        Checkpoint::new(origin, size, root)
    }

    /// The name of the log.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Number of entries.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root of the tree over them.
    pub fn root(&self) -> MerkleHash {
        self.root
    }

    /// Whether the root can be that of the size: no entries have one root only.
    pub fn is_possible(&self) -> bool {
        self.size > 0 || self.root == MerkleHash::empty()
    }
}

/// The text that is signed.
impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}\n{}\n", self.origin, self.size, to_base64(&self.root.0))
    }
}

/// A checkpoint with the signatures it has gathered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    note: Note,
}

impl SignedCheckpoint {
    /// Signs a checkpoint.
    ///
    /// # Errors
    /// Whatever the signer says. The caller makes sure that the log never signs two histories.
    pub fn sign(checkpoint: Checkpoint, signer: &dyn Signer) -> Result<SignedCheckpoint, SignError> {
        let mut note = Note::new(&checkpoint.to_string()).map_err(|error| SignError::Failed {
            signer: signer.name().to_owned(),
            reason: error.to_string(),
        })?;
        note.sign(signer)?;
        Ok(SignedCheckpoint { checkpoint, note })
    }

    /// Reads a signed checkpoint. Whose signatures suffice is decided by a [`super::Policy`].
    ///
    /// # Errors
    /// A malformed note or a malformed text.
    pub fn parse(bytes: &[u8]) -> Result<SignedCheckpoint, CheckpointError> {
        let note = Note::parse(bytes)?;
        let checkpoint = Checkpoint::parse(note.text())?;
        Ok(SignedCheckpoint { checkpoint, note })
    }

    /// What was signed.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The note, with its text and lines.
    pub fn note(&self) -> &Note {
        &self.note
    }

    /// Adds a line, such as a cosignature, or puts it in the place of the line by the same key. It is not
    /// checked; check before.
    ///
    /// # Errors
    /// [`SignError::TooManySignatures`] for a full note.
    pub fn put(&mut self, line: SignatureLine) -> Result<(), SignError> {
        self.note.put(line)
    }

    /// Adds a signature by another key of the log, or renews it.
    ///
    /// # Errors
    /// Those of [`Note::sign`].
    pub fn sign_also(&mut self, signer: &dyn Signer) -> Result<(), SignError> {
        self.note.sign(signer)
    }
}

/// The bytes that were read, or those to publish.
impl fmt::Display for SignedCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.note.fmt(f)
    }
}
