//! Causes in words: which of the errors that this program knows stands behind a failure. Its sentence is in the message
//! files, under `cause-CODE`; what is not known is said as the error itself says it.

use std::error::Error;
use std::io::{self, ErrorKind};

use gongjian_core::codec::CodecError;
use gongjian_core::evidence::{
    CheckpointError, KeyError, NoteError, PolicyError, ProofFileError, StatementError,
};

use super::Text;
use crate::error::chain;

/// A cause that has a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cause {
    /// The end of its key in the message files.
    pub code: &'static str,
    /// The line of a text that it is about; 0 for none.
    pub line: usize,
}

/// A cause that is about no line.
const fn plain(code: &'static str) -> Cause {
    Cause { code, line: 0 }
}

impl Cause {
    /// The first known cause of an error, from the outside in.
    pub fn of(error: &(dyn Error + 'static)) -> Option<Cause> {
        let mut next = Some(error);
        while let Some(error) = next {
            if let Some(cause) = known(error) {
                return Some(cause);
            }
            next = error.source();
        }
        None
    }

    /// What an operation of the system failed with.
    pub fn of_kind(kind: ErrorKind) -> Cause {
        plain(match kind {
            ErrorKind::NotFound => "io-not-found",
            ErrorKind::PermissionDenied => "io-denied",
            ErrorKind::AlreadyExists => "io-exists",
            ErrorKind::FileTooLarge => "io-large",
            ErrorKind::IsADirectory => "io-folder",
            ErrorKind::NotADirectory => "io-no-folder",
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "io-full",
            ErrorKind::ReadOnlyFilesystem => "io-read-only",
            ErrorKind::UnexpectedEof => "io-ended",
            ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset => "io-refused",
            ErrorKind::TimedOut => "io-late",
            _ => "io",
        })
    }
}

fn known(error: &(dyn Error + 'static)) -> Option<Cause> {
    if let Some(error) = error.downcast_ref::<io::Error>() {
        return Some(Cause::of_kind(error.kind()));
    }
    if let Some(error) = error.downcast_ref::<PolicyError>() {
        return Some(Cause { code: "policy", line: error.line });
    }
    if error.is::<NoteError>() {
        return Some(plain("note"));
    }
    if error.is::<serde_json::Error>() {
        return Some(plain("json"));
    }
    let code = error
        .downcast_ref()
        .map(checkpoint)
        .or_else(|| error.downcast_ref().map(proof))
        .or_else(|| error.downcast_ref().map(statement))
        .or_else(|| error.downcast_ref().map(codec))
        .or_else(|| error.downcast_ref().map(key));
    code.map(plain)
}

fn checkpoint(error: &CheckpointError) -> &'static str {
    match error {
        CheckpointError::Note(_) => "note",
        CheckpointError::TooFewLines { .. } | CheckpointError::EmptyLine { .. } => "checkpoint-lines",
        CheckpointError::Origin { .. } => "checkpoint-origin",
        CheckpointError::Size { .. } => "checkpoint-size",
        CheckpointError::Root { .. } => "checkpoint-root",
        CheckpointError::ExtensionLines { .. } => "checkpoint-extension",
    }
}

fn proof(error: &ProofFileError) -> &'static str {
    match error {
        ProofFileError::NotText | ProofFileError::Header => "proof-header",
        ProofFileError::LongLine { .. } => "proof-line",
        ProofFileError::Extra => "proof-extra",
        ProofFileError::Index => "proof-index",
        ProofFileError::Hash { .. } | ProofFileError::TooManyHashes => "proof-hash",
        ProofFileError::NoCheckpoint => "proof-no-checkpoint",
        ProofFileError::Checkpoint(error) => checkpoint(error),
    }
}

fn statement(error: &StatementError) -> &'static str {
    match error {
        StatementError::Note(_) => "note",
        StatementError::Text => "statement",
    }
}

fn codec(error: &CodecError) -> &'static str {
    match error {
        CodecError::Malformed(_) => "codec-malformed",
        CodecError::NotCanonical => "codec-form",
        CodecError::TooLarge(_) => "codec-large",
    }
}

fn key(error: &KeyError) -> &'static str {
    match error {
        KeyError::Shape => "key-shape",
        KeyError::Name { .. } => "key-name",
        KeyError::Id { .. } | KeyError::OtherId { .. } => "key-id",
        _ => "key-bytes",
    }
}

impl Text {
    /// Why something failed: in the reader's language if the error itself is known; one that says more than its cause,
    /// such as which file, as it says it.
    pub fn cause(self, error: &(dyn Error + 'static)) -> String {
        known(error).map_or_else(|| chain(error), |cause| self.known_cause(cause))
    }

    /// The sentence of a known cause.
    pub fn known_cause(self, cause: Cause) -> String {
        self.get(&format!("cause-{}", cause.code), &[("line", &cause.line.to_string())])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::Language;
    use crate::offline::Trust;

    #[test]
    fn causes_are_found_also_behind_other_errors() {
        let key = Trust::of(&["no key".to_owned()], None).unwrap_err();
        let file = Trust::of(&[], Some(std::path::Path::new("/nowhere"))).unwrap_err();
        let note = gongjian_core::evidence::SignedCheckpoint::parse(b"x").unwrap_err();
        let proof = gongjian_core::evidence::Proof::parse(b"x").unwrap_err();
        let record = gongjian_core::record::RecordRef::decode_canonical(b"x").unwrap_err();
        let cases: [(&(dyn Error + 'static), &str); 5] = [
            (&key, "key-shape"),
            (&file, "io-not-found"),
            (&note, "note"),
            (&proof, "proof-header"),
            (&record, "codec-malformed"),
        ];
        for (error, code) in cases {
            assert_eq!(Cause::of(error).map(|cause| cause.code), Some(code), "{error}");
        }
        let chinese = Language::Chinese.text();
        for error in [&note as &(dyn Error + 'static), &proof, &record] {
            let said = chinese.cause(error);
            assert!(!said.contains(' ') || said.contains("C2SP"), "{said}");
        }
        assert!(chinese.cause(&file).contains("/nowhere"), "what the cause does not say is not lost");
    }

    #[test]
    fn every_cause_has_a_sentence() {
        let source = include_str!("causes.rs");
        let source = source.split("#[cfg(test)]").next().unwrap();
        let words = source.split('"').skip(1).step_by(2);
        let codes: Vec<&str> = words
            .filter(|it| *it != "line" && it.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'))
            .collect();
        assert!(codes.len() > 25, "{codes:?}");
        for language in [Language::Chinese, Language::English] {
            for code in codes.iter().chain(&["archive", "tiles"]) {
                let found = language.text().find(&format!("cause-{code}"), &[("line", "1")]);
                assert!(found.is_some(), "{code}");
            }
        }
    }
}
