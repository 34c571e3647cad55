//! The keys of a log, as its own events name them: that of event 0, and that of every rotation.
//!
//! A checkpoint is the log's if the key in force at its size signed it. One key may have signed more than that,
//! such as the checkpoint over a rotation, which both sign.

use super::text::from_base64;
use super::{KeyError, KeyKind, SignedCheckpoint, VerifierKey, VerifyError};
use crate::record::Position;

/// Why a checkpoint is not the log's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyRefusal {
    /// It is that of another log.
    #[error("its origin is {found}, not {expected}")]
    Origin {
        /// The log's name.
        expected: String,
        /// The name in the checkpoint.
        found: String,
    },
    /// The key in force at its size has not signed it, or not this.
    #[error("{source} (the key in force at size {size} is {key})")]
    Signature {
        /// Size in the checkpoint.
        size: u64,
        /// The key that should have signed.
        key: String,
        /// What is wrong.
        #[source]
        source: VerifyError,
    },
    /// The log names no usable key.
    #[error("the log names no usable key")]
    Keyless,
}

/// The name and the keys of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogKeys {
    origin: String,
    /// Each with the position of the event that put it in force.
    keys: Vec<(Position, VerifierKey)>,
}

impl LogKeys {
    /// The key that event 0 names, in base64.
    ///
    /// # Errors
    /// [`KeyError`] if name or key cannot be those of a log.
    pub fn new(origin: &str, public: &str) -> Result<LogKeys, KeyError> {
        Ok(LogKeys { origin: origin.to_owned(), keys: vec![(0, key(origin, public)?)] })
    }

    /// Reads the payload of `ledger.opened`, of any version; `None` if it names no usable key.
    pub fn of_opened(payload: &[u8]) -> Option<LogKeys> {
        let (_, rest) = string(payload)?;
        let (origin, rest) = string(rest)?;
        let (public, _) = string(rest)?;
        LogKeys::new(origin, public).ok()
    }

    /// Puts the key of a rotation at `position` in force, in base64.
    ///
    /// # Errors
    /// [`KeyError`] if it is no usable key.
    pub fn rotate(&mut self, position: Position, public: &str) -> Result<(), KeyError> {
        self.keys.push((position, key(&self.origin, public)?));
        Ok(())
    }

    /// The same with the payload of `ledger.key-rotated`; `None` if it names no usable key.
    pub fn rotate_by(&mut self, position: Position, payload: &[u8]) -> Option<()> {
        let (public, _) = string(payload)?;
        self.rotate(position, public).ok()
    }

    /// The name of the log.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Every key that was ever in force, oldest first.
    pub fn all(&self) -> impl Iterator<Item = &VerifierKey> + Clone {
        self.keys.iter().map(|(_, key)| key)
    }

    /// The key that signs a checkpoint of this size: that of the last rotation it covers.
    pub fn in_force(&self, size: u64) -> Option<&VerifierKey> {
        let covered = self.keys.iter().rev().find(|(position, _)| *position < size);
        covered.or_else(|| self.keys.first()).map(|(_, key)| key)
    }

    /// The key in force now.
    pub fn newest(&self) -> Option<&VerifierKey> {
        self.keys.last().map(|(_, key)| key)
    }

    /// Whether a checkpoint is this log's: its name, and a signature by the key in force at its size.
    ///
    /// # Errors
    /// [`KeyRefusal`].
    pub fn check(&self, signed: &SignedCheckpoint) -> Result<(), KeyRefusal> {
        let (found, size) = (signed.checkpoint().origin(), signed.checkpoint().size());
        if found != self.origin {
            return Err(KeyRefusal::Origin { expected: self.origin.clone(), found: found.to_owned() });
        }
        let key = self.in_force(size).ok_or(KeyRefusal::Keyless)?;
        let refusal = |source| KeyRefusal::Signature { size, key: key.to_string(), source };
        signed.note().verify([key]).map(drop).map_err(refusal)
    }
}

fn key(origin: &str, public: &str) -> Result<VerifierKey, KeyError> {
    let bytes = from_base64(public).ok_or(KeyError::Base64)?;
    let bytes = <[u8; 32]>::try_from(bytes).map_err(|bytes| KeyError::Length { found: bytes.len() })?;
    VerifierKey::new(origin, KeyKind::Ed25519, &bytes)
}

/// A string at the beginning of a payload (`docs/FORMAT.md`, section 1), and what follows it.
fn string(payload: &[u8]) -> Option<(&str, &[u8])> {
    let (length, rest) = payload.split_first_chunk::<8>()?;
    let (text, rest) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
    Some((std::str::from_utf8(text).ok()?, rest))
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;
    use crate::codec;
    use crate::evidence::{Checkpoint, Ed25519Signer};
    use crate::log::MerkleHash;

    fn signer(byte: u8) -> Ed25519Signer {
        Ed25519Signer::from_seed("log.example", &[byte; 32]).unwrap()
    }

    fn public(byte: u8) -> String {
        STANDARD.encode(signer(byte).verifier().public_bytes())
    }

    fn checkpoint(origin: &str, size: u64, by: u8) -> SignedCheckpoint {
        let signer = Ed25519Signer::from_seed(origin, &[by; 32]).unwrap();
        SignedCheckpoint::sign(Checkpoint::new(origin, size, MerkleHash([1; 32])).unwrap(), &signer).unwrap()
    }

    #[test]
    fn the_key_in_force_is_that_of_the_last_rotation_covered() {
        let opened = codec::encode(&("id", "log.example", public(1), None::<String>)).unwrap();
        let mut keys = LogKeys::of_opened(&opened).unwrap();
        keys.rotate_by(10, &codec::encode(&(public(2), "lost")).unwrap()).unwrap();
        assert_eq!(keys.all().count(), 2);
        for (size, by, good) in [(10, 1, true), (10, 2, false), (11, 2, true), (11, 1, false)] {
            assert_eq!(keys.check(&checkpoint("log.example", size, by)).is_ok(), good, "{size} {by}");
        }
        assert_eq!(
            keys.check(&checkpoint("other.example", 10, 1)),
            Err(KeyRefusal::Origin { expected: "log.example".into(), found: "other.example".into() })
        );
        let mut both = checkpoint("log.example", 11, 1);
        both.sign_also(&signer(2)).unwrap();
        assert_eq!(keys.check(&both), Ok(()));
    }

    #[test]
    fn what_is_no_key_is_refused() {
        assert_eq!(LogKeys::of_opened(b""), None);
        assert_eq!(LogKeys::of_opened(&[0xff; 40]), None);
        assert!(LogKeys::new("log.example", "AAAA").is_err());
        let mut keys = LogKeys::new("log.example", &public(1)).unwrap();
        assert_eq!(keys.rotate_by(3, &[9, 0, 0]), None);
        assert_eq!(keys.newest(), keys.in_force(0));
    }
}
