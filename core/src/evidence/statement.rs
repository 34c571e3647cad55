//! Statements: that the ledger issued a file, as the text of a signed note.
//!
//! ```text
//! gongjian/statement/v1
//! ledger.example/governance
//! evidence-package 6b580542…
//! ```
//!
//! The ledger's key signs checkpoints too. No text of the one kind is a text of the other: the third line of a
//! checkpoint is a root in base64, without a space, and the third line of a statement has one.

use std::fmt;

use super::note::{Note, NoteError};
use super::signer::{SignError, Signer};
use super::text::is_clean;

/// The first line: format and version.
pub const STATEMENT_HEADER: &str = "gongjian/statement/v1";

/// Why bytes are no signed statement.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    /// The note around it is malformed.
    #[error("the statement is no signed note")]
    Note(#[from] NoteError),
    /// The text is not the three lines of a statement.
    #[error("a statement has the lines {STATEMENT_HEADER:?}, the ledger's name, and a word with a SHA-256")]
    Text,
}

/// That a ledger issued the file with this hash, as such a thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    origin: String,
    what: String,
    sha256: [u8; 32],
}

impl Statement {
    /// What the ledger says of a file; `what` is a word of small letters and hyphens.
    ///
    /// # Errors
    /// [`StatementError::Text`] for a name or word that cannot stand on its line.
    pub fn new(origin: &str, what: &str, sha256: [u8; 32]) -> Result<Statement, StatementError> {
        let is_word = !what.is_empty() && what.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        if origin.is_empty() || origin.contains('\n') || !is_clean(origin) || !is_word {
            return Err(StatementError::Text);
        }
        Ok(Statement { origin: origin.to_owned(), what: what.to_owned(), sha256 })
    }

    /// Reads a signed statement. Whose signature suffices is the reader's to decide.
    ///
    /// # Errors
    /// A malformed note, or another text.
    pub fn parse(bytes: &[u8]) -> Result<(Statement, Note), StatementError> {
        let note = Note::parse(bytes)?;
        let mut lines = note.text().split('\n');
        let parts = [(); 5].map(|()| lines.next());
        let [Some(STATEMENT_HEADER), Some(origin), Some(last), Some(""), None] = parts else {
            return Err(StatementError::Text);
        };
        let (what, hash) = last.split_once(' ').ok_or(StatementError::Text)?;
        let mut sha256 = [0; 32];
        hex::decode_to_slice(hash, &mut sha256).map_err(|_| StatementError::Text)?;
        let statement = Statement::new(origin, what, sha256)?;
        // Upper-case digits are another spelling.
        if statement.to_string() == note.text() { Ok((statement, note)) } else { Err(StatementError::Text) }
    }

    /// Signs it.
    ///
    /// # Errors
    /// Whatever the signer says.
    pub fn sign(&self, signer: &dyn Signer) -> Result<Note, SignError> {
        let mut note = Note::new(&self.to_string()).map_err(|error| SignError::Failed {
            signer: signer.name().to_owned(),
            reason: error.to_string(),
        })?;
        note.sign(signer)?;
        Ok(note)
    }

    /// The name of the ledger.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// What the file is.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// SHA-256 of the file.
    pub fn sha256(&self) -> [u8; 32] {
        self.sha256
    }
}

/// The text that is signed.
impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{STATEMENT_HEADER}\n{}\n{} {}\n", self.origin, self.what, hex::encode(self.sha256))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Checkpoint, Ed25519Signer};

    #[test]
    fn a_statement_reads_back_and_is_no_checkpoint() {
        let signer = Ed25519Signer::from_seed("ledger.example", &[7; 32]).unwrap();
        // An origin that looks like a size does not help either.
        for origin in ["ledger.example", "5"] {
            let statement = Statement::new(origin, "evidence-package", [9; 32]).unwrap();
            let note = statement.sign(&signer).unwrap();
            let (read, again) = Statement::parse(note.to_string().as_bytes()).unwrap();
            assert_eq!((read, again), (statement.clone(), note.clone()));
            assert!(note.verify([signer.verifier()]).is_ok());
            assert!(Checkpoint::parse(&statement.to_string()).is_err());
            let upper = note.to_string().replace("0909", "090A");
            assert!(Statement::parse(upper.as_bytes()).is_err());
        }
        for (origin, what) in [("", "a"), ("a\nb", "a"), ("a", ""), ("a", "a b"), ("a", "A")] {
            assert_eq!(Statement::new(origin, what, [0; 32]), Err(StatementError::Text));
        }
    }
}
