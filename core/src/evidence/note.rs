//! Signed notes: a text with lines of signatures below it (c2sp.org/signed-note).
//!
//! A note that was read prints the bytes that were read: every accepted spelling is the only one, and lines
//! by unknown keys are kept in their place. So one note may gather signatures of many parties and of
//! algorithms that this program does not know.

use std::fmt;

use super::signer::{SignError, Signer};
use super::text::{from_base64, is_clean, is_key_name, to_base64};
use super::vkey::VerifierKey;

/// Most signature lines of a note that is accepted.
pub const SIGNATURES_MAX: usize = 100;

/// Most bytes of a note that is accepted.
pub const NOTE_BYTES_MAX: usize = 1_000_000;

/// What a signature line begins with: an em dash and a space.
const MARK: &str = "\u{2014} ";

/// Why bytes are no signed note.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// More than [`NOTE_BYTES_MAX`].
    #[error("a note has at most {NOTE_BYTES_MAX} bytes, but this one has {found}")]
    TooLong {
        /// Number of bytes.
        found: usize,
    },
    /// Not UTF-8.
    #[error("a note is text in UTF-8, but this is not")]
    NotText,
    /// A control character other than a line feed.
    #[error("a note has no control characters but line feeds, but this one has")]
    ControlCharacter,
    /// The text does not end with a line feed, or there is none.
    #[error("the text of a note ends with a line feed, but this one does not")]
    Unterminated,
    /// There is no empty line between text and signatures.
    #[error("an empty line stands between the text of a note and its signatures, but there is none")]
    NoSeparator,
    /// Nothing follows the empty line.
    #[error("a note has at least one signature line, but this one has none")]
    NoSignatures,
    /// More than [`SIGNATURES_MAX`].
    #[error("a note has at most {SIGNATURES_MAX} signature lines, but this one has {found}")]
    TooManySignatures {
        /// Number of lines.
        found: usize,
    },
    /// A line below the text is no signature line.
    #[error("signature line {line} {fault}")]
    Line {
        /// Which line, from 1.
        line: usize,
        /// What is wrong with it.
        fault: LineFault,
    },
}

/// What is wrong with a signature line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineFault {
    /// It has no line feed at its end.
    #[error("does not end with a line feed")]
    Unterminated,
    /// It is not a dash, a name and a signature, with a space between them.
    #[error("is not a dash, a name and a signature, with one space between them")]
    Shape,
    /// The name is empty or has white space or a plus.
    #[error("has a name that cannot name a key")]
    Name,
    /// The signature is not in canonical base64.
    #[error("has a signature that is not in base64")]
    Base64,
    /// The signature has no byte behind the key id.
    #[error("has a signature of less than five bytes")]
    TooShort,
}

/// Why a note is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// A line that names a known key is not a signature by it: something was changed.
    #[error("the signature of {name} ({id}) does not fit the text")]
    BadSignature {
        /// Name of the key.
        name: String,
        /// Key id in hexadecimal.
        id: String,
    },
    /// A known key has two lines, of which each could be the one that a reader believes.
    #[error("{name} ({id}) has more than one signature line")]
    Repeated {
        /// Name of the key.
        name: String,
        /// Key id in hexadecimal.
        id: String,
    },
    /// Two different known keys have this name and id; which of them signed cannot be told.
    #[error("two known keys are called {name} ({id})")]
    Ambiguous {
        /// Name of the keys.
        name: String,
        /// Key id in hexadecimal.
        id: String,
    },
    /// No known key signed.
    #[error("no known key signed this")]
    Unsigned,
}

/// One signature line, by a known key or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureLine {
    name: String,
    key_id: [u8; 4],
    signature: Vec<u8>,
}

impl SignatureLine {
    /// A line of these parts.
    ///
    /// # Errors
    /// [`LineFault::Name`] and [`LineFault::TooShort`].
    pub fn new(name: &str, key_id: [u8; 4], signature: Vec<u8>) -> Result<SignatureLine, LineFault> {
        if !is_key_name(name) {
            return Err(LineFault::Name);
        }
        if signature.is_empty() {
            return Err(LineFault::TooShort);
        }
        Ok(SignatureLine { name: name.to_owned(), key_id, signature })
    }

    /// Reads a line, which ends with a line feed. A witness answers with such lines.
    ///
    /// # Errors
    /// What is wrong with the line.
    pub fn parse(line: &str) -> Result<SignatureLine, LineFault> {
        let line = line.strip_suffix('\n').ok_or(LineFault::Unterminated)?;
        let (name, blob) =
            line.strip_prefix(MARK).and_then(|rest| rest.split_once(' ')).ok_or(LineFault::Shape)?;
        let blob = from_base64(blob).ok_or(LineFault::Base64)?;
        let (key_id, signature) = blob.split_first_chunk::<4>().ok_or(LineFault::TooShort)?;
        SignatureLine::new(name, *key_id, signature.to_vec())
    }

    /// The name of the key that signed, by the line's word.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key id.
    pub fn key_id(&self) -> [u8; 4] {
        self.key_id
    }

    /// The bytes behind the key id; what they mean depends on the type of the key.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    fn is_by(&self, key: &VerifierKey) -> bool {
        self.key_id == key.id() && self.name == key.name()
    }

    fn is_by_same_key(&self, other: &SignatureLine) -> bool {
        self.key_id == other.key_id && self.name == other.name
    }
}

/// The line with its line feed.
impl fmt::Display for SignatureLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let blob = [&self.key_id, self.signature.as_slice()].concat();
        writeln!(f, "{MARK}{} {}", self.name, to_base64(&blob))
    }
}

/// A signature that was checked: by whom, and when if it tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified<'k> {
    /// The known key.
    pub key: &'k VerifierKey,
    /// Seconds since 1970 by the cosigner's clock; a log's own signature tells none.
    pub time: Option<u64>,
}

/// A text with signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<SignatureLine>,
}

impl Note {
    /// A note that nobody has signed yet.
    ///
    /// # Errors
    /// A text with control characters, too long, or without a line feed at its end.
    pub fn new(text: &str) -> Result<Note, NoteError> {
        if text.len() > NOTE_BYTES_MAX {
            return Err(NoteError::TooLong { found: text.len() });
        }
        if !is_clean(text) {
            return Err(NoteError::ControlCharacter);
        }
        if !text.ends_with('\n') {
            return Err(NoteError::Unterminated);
        }
        Ok(Note { text: text.to_owned(), signatures: Vec::new() })
    }

    /// Reads a note. Signatures are read and kept, and checked by [`Note::verify`].
    ///
    /// # Errors
    /// Everything that the specification calls malformed; see [`NoteError`].
    pub fn parse(bytes: &[u8]) -> Result<Note, NoteError> {
        if bytes.len() > NOTE_BYTES_MAX {
            return Err(NoteError::TooLong { found: bytes.len() });
        }
        let whole = std::str::from_utf8(bytes).map_err(|_| NoteError::NotText)?;
        // The last empty line divides: the text itself may hold empty lines, signatures cannot.
        let (text, lines) = match whole.rfind("\n\n") {
            Some(at) => whole.split_at(at + 1),
            None => return Err(NoteError::NoSeparator),
        };
        let mut note = Note::new(text)?;
        let lines = lines.strip_prefix('\n').unwrap_or(lines);
        if !is_clean(lines) {
            return Err(NoteError::ControlCharacter);
        }
        if lines.is_empty() {
            return Err(NoteError::NoSignatures);
        }
        let found = lines.split_inclusive('\n').count();
        if found > SIGNATURES_MAX {
            return Err(NoteError::TooManySignatures { found });
        }
        for (index, line) in lines.split_inclusive('\n').enumerate() {
            let line =
                SignatureLine::parse(line).map_err(|fault| NoteError::Line { line: index + 1, fault })?;
            note.signatures.push(line);
        }
        Ok(note)
    }

    /// The text that is signed, with its last line feed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signature lines in their order.
    pub fn signatures(&self) -> &[SignatureLine] {
        &self.signatures
    }

    /// Signs the text: adds a line, or replaces the one of the same key.
    ///
    /// # Errors
    /// Whatever the signer says; [`SignError::TooManySignatures`] for a full note.
    pub fn sign(&mut self, signer: &dyn Signer) -> Result<(), SignError> {
        let signature = signer.sign(self.text.as_bytes())?;
        let line = SignatureLine::new(signer.name(), signer.key_id(), signature)
            .map_err(|fault| SignError::Line { signer: signer.name().to_owned(), fault })?;
        self.put(line)
    }

    /// Adds a line, or puts it in the place of the line by the same key.
    ///
    /// # Errors
    /// [`SignError::TooManySignatures`] for a full note.
    pub fn put(&mut self, line: SignatureLine) -> Result<(), SignError> {
        if let Some(old) = self.signatures.iter_mut().find(|old| old.is_by_same_key(&line)) {
            *old = line;
            return Ok(());
        }
        if self.signatures.len() >= SIGNATURES_MAX {
            return Err(SignError::TooManySignatures);
        }
        self.signatures.push(line);
        Ok(())
    }

    /// Checks the lines by known keys, in their order, and ignores all others.
    ///
    /// # Errors
    /// One wrong signature by a known key refuses the whole note, as do two lines by the same known key, and
    /// a note that no known key signed.
    pub fn verify<'k>(
        &self,
        keys: impl IntoIterator<Item = &'k VerifierKey> + Clone,
    ) -> Result<Vec<Verified<'k>>, VerifyError> {
        let mut verified: Vec<Verified<'k>> = Vec::new();
        for line in &self.signatures {
            let (name, id) = (line.name.clone(), hex::encode(line.key_id));
            let mut known = keys.clone().into_iter().filter(|key| line.is_by(key));
            let Some(key) = known.next() else { continue };
            if known.any(|other| other != key) {
                return Err(VerifyError::Ambiguous { name, id });
            }
            if verified.iter().any(|earlier| earlier.key == key) {
                return Err(VerifyError::Repeated { name, id });
            }
            match key.check(&self.text, &line.signature) {
                Some(time) => verified.push(Verified { key, time }),
                None => return Err(VerifyError::BadSignature { name, id }),
            }
        }
        if verified.is_empty() { Err(VerifyError::Unsigned) } else { Ok(verified) }
    }
}

/// The note as bytes: text, empty line, signature lines.
impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|line| line.fmt(f))
    }
}
