//! What is wrong with a log, as data: the words are found where they are shown, in the reader's language.

use std::fmt;

use super::hash::{Digest, MerkleHash};
use crate::codec::CodecError;
use crate::record::Position;

/// History is not what it was. Never repaired silently.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at position {position}: {what} should be {expected}, but is {found}")]
pub struct Corruption {
    /// The first event that is concerned.
    pub position: Position,
    /// What is wrong.
    pub what: Saying,
    /// What it should be.
    pub expected: Saying,
    /// What it is.
    pub found: Saying,
}

impl Corruption {
    /// A fault at a position. A text that stands in the program is a phrase of [`PHRASES`].
    pub fn new(
        position: Position,
        what: impl Into<Saying>,
        expected: impl Into<Saying>,
        found: impl Into<Saying>,
    ) -> Corruption {
        Corruption { position, what: what.into(), expected: expected.into(), found: found.into() }
    }
}

/// A part of a fault: a phrase that has a translation, or a value that needs none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saying {
    /// One of [`PHRASES`], and what it is about; nothing where it stands for itself.
    Phrase(&'static str, Box<str>),
    /// A number, a digest, a name, bytes in hex.
    Value(Box<str>),
}

impl Saying {
    /// What machines compare: the words of a phrase joined by hyphens.
    pub fn code(&self) -> Option<String> {
        self.key().and_then(|key| key.strip_prefix("damage-").map(str::to_owned))
    }

    /// The key of its message, for a phrase: its words joined by hyphens.
    pub fn key(&self) -> Option<String> {
        match self {
            Saying::Phrase(words, _) => Some(key_of(words)),
            Saying::Value(_) => None,
        }
    }
}

/// The key of the message for a phrase.
pub fn key_of(phrase: &str) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let parts: String = phrase.chars().filter(|c| *c != ',').map(letter).collect();
    format!("damage-{parts}")
}

/// In English, for logs and errors.
impl fmt::Display for Saying {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Saying::Phrase(words, about) if about.is_empty() => f.write_str(words),
            Saying::Phrase(words, about) => write!(f, "{words} {about}"),
            Saying::Value(value) => f.write_str(value),
        }
    }
}

impl From<&'static str> for Saying {
    fn from(phrase: &'static str) -> Saying {
        debug_assert!(PHRASES.contains(&phrase), "{phrase:?} is not a phrase");
        Saying::Phrase(phrase, Box::default())
    }
}

impl<T: fmt::Display> From<(&'static str, T)> for Saying {
    fn from((phrase, about): (&'static str, T)) -> Saying {
        debug_assert!(PHRASES.contains(&phrase), "{phrase:?} is not a phrase");
        Saying::Phrase(phrase, about.to_string().into())
    }
}

impl From<CodecError> for Saying {
    fn from(error: CodecError) -> Saying {
        Saying::from(match error {
            CodecError::Malformed(_) => "bytes that do not decode",
            CodecError::NotCanonical => "bytes in another form",
            CodecError::TooLarge(_) => "too many bytes",
        })
    }
}

macro_rules! values {
    ($($Type:ty),+) => {$(
        impl From<$Type> for Saying {
            fn from(value: $Type) -> Saying {
                Saying::Value(value.to_string().into())
            }
        }
    )+};
}

values!(String, u8, u16, u32, u64, usize, i64, Digest, MerkleHash);

/// Every phrase of a fault. A test demands a message in both languages for each.
pub const PHRASES: &[&str] = &[
    "0 or 1",
    "1 to 64 events",
    "1 to 65,535 bytes",
    "9 bytes",
    "a block",
    "a checkpoint that the key signed",
    "a key of the log",
    "a length and that many bytes",
    "a new page",
    "a page",
    "a position, a digest and a scope",
    "a record",
    "a record in canonical form",
    "a sealed page",
    "a signed checkpoint",
    "a value",
    "a zstd frame",
    "a zstd frame of at most 65,537 bytes",
    "an Ed25519 public key",
    "an empty one",
    "an entry",
    "an event",
    "an open page",
    "an order to erase it at",
    "assurance",
    "at least",
    "at least, by what was made of it,",
    "at most",
    "bytes in another form",
    "bytes of the event",
    "bytes that do not decode",
    "bytes that do not decompress",
    "checkpoint file",
    "command id",
    "declared before",
    "digest of the event",
    "digest of the last event",
    "digest of the last event in the head",
    "end of an index block",
    "entry bundle file",
    "event",
    "event 0",
    "files of sealed tiles",
    "first position of a page",
    "folder of tiles",
    "hash tile file of level",
    "head",
    "index block",
    "its bytes",
    "its layout",
    "key in storage",
    "key of an index block",
    "key of an open event",
    "key of the ledger",
    "kind and version",
    "kind of event 0",
    "last event",
    "layout of the page",
    "less",
    "less than 86,400",
    "names",
    "no files beside the database",
    "no page",
    "no such key",
    "none",
    "not declared",
    "nothing",
    "number of events",
    "one by",
    "one by the key of event 0",
    "one that is new",
    "open event",
    "open events",
    "origin of the checkpoint",
    "others",
    "page entry",
    "payload of an order to erase",
    "payload of ledger.key-rotated",
    "payload of ledger.opened",
    "payload of schema.declared",
    "position",
    "position of an open event",
    "previous",
    "record format",
    "recorded_at",
    "recorded_at in the head",
    "revision",
    "revision in the index block, of",
    "revision of",
    "room for the next event",
    "root of the checkpoint",
    "schema",
    "sealed page",
    "sealed page of an index block",
    "second of the day",
    "signature of the checkpoint",
    "size in the head",
    "size of the checkpoint",
    "start of an index block",
    "storage folder",
    "stream and kind",
    "the bytes of the log",
    "the end of the log",
    "the hashes of the log",
    "the layout of format 1",
    "the page ends before",
    "the same page",
    "too many bytes",
    "tree in the head",
    "withheld event",
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    /// The text literals between a call's brackets.
    fn literals_of_call(source: &str, found: &mut BTreeSet<String>) {
        let (mut depth, mut quoted, mut literal) = (1, false, String::new());
        for c in source.chars() {
            match c {
                '"' => {
                    quoted = !quoted;
                    if !quoted {
                        found.insert(std::mem::take(&mut literal));
                    }
                }
                c if quoted => literal.push(c),
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return;
            }
        }
    }

    #[test]
    fn every_phrase_of_a_fault_is_listed() {
        let mut texts = Vec::new();
        crate::domain::sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/log"), &mut texts);
        let mut calls = BTreeSet::new();
        for text in &texts {
            for call in ["Corruption::new(", "self.fault("] {
                text.split(call).skip(1).for_each(|rest| literals_of_call(rest, &mut calls));
            }
        }
        calls.retain(|literal| !literal.contains('{'));
        for phrase in &calls {
            assert!(PHRASES.contains(&phrase.as_str()), "{phrase:?} is not listed");
        }
        assert!(calls.len() > 50, "{}", calls.len());
        assert!(PHRASES.is_sorted(), "the list is in order");
    }

    #[test]
    fn a_phrase_has_a_key_and_a_value_has_none() {
        let what = Saying::from(("at least", 5));
        assert_eq!((what.to_string(), what.code()), ("at least 5".to_owned(), Some("at-least".to_owned())));
        assert_eq!(Saying::from(5_u64).key(), None);
        let keys: BTreeSet<String> = PHRASES.iter().map(|phrase| key_of(phrase)).collect();
        assert_eq!(keys.len(), PHRASES.len());
    }
}
