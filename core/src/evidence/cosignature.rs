//! Cosignatures: somebody else signs a checkpoint, with the time at which it was the largest that they had
//! seen of this log (c2sp.org/tlog-cosignature, the Ed25519 kind).

use std::fmt;

use ed25519_dalek::{Signer as _, SigningKey};

use super::note::SignatureLine;
use super::signer::SignError;
use super::vkey::{KeyError, KeyKind, VerifierKey};

/// The latest time that a cosignature can tell.
pub const TIME_MAX: u64 = i64::MAX as u64;

/// A witness's key. The seed is wiped from memory when this is dropped.
///
/// The signed bytes do not name the cosigner, so a key serves one cosigner only, and no log.
pub struct Cosigner {
    key: SigningKey,
    verifier: VerifierKey,
}

impl Cosigner {
    /// The cosigner of this name with the key of this seed.
    ///
    /// # Errors
    /// [`KeyError::Name`].
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Cosigner, KeyError> {
        let key = SigningKey::from_bytes(seed);
        let verifier = VerifierKey::new(name, KeyKind::Cosignature, key.verifying_key().as_bytes())?;
        Ok(Cosigner { key, verifier })
    }

    /// The public half, for those who verify.
    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// The line that cosigns the text of a checkpoint at a time in seconds since 1970.
    ///
    /// # Errors
    /// [`SignError::Time`] for 0, which means no time, and for a time after [`TIME_MAX`].
    pub fn cosign(&self, text: &str, time: u64) -> Result<SignatureLine, SignError> {
        if time == 0 || time > TIME_MAX {
            return Err(SignError::Time { time });
        }
        let signature = self.key.sign(message(text, time).as_bytes());
        let blob = [time.to_be_bytes().as_slice(), &signature.to_bytes()].concat();
        SignatureLine::new(self.verifier.name(), self.verifier.id(), blob)
            .map_err(|fault| SignError::Line { signer: self.verifier.name().to_owned(), fault })
    }
}

impl fmt::Debug for Cosigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cosigner({})", self.verifier)
    }
}

/// What is signed: a label that no checkpoint begins with, the time, and the whole text.
fn message(text: &str, time: u64) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}

/// The time of a cosignature by this key over this text, or `None` for a wrong one.
///
/// A time of 0 passes here: it is no time that a witness should tell, but the signature is right.
pub(super) fn check(key: &VerifierKey, text: &str, signature: &[u8]) -> Option<u64> {
    let (time, signature) = signature.split_first_chunk::<8>()?;
    let time = u64::from_be_bytes(*time);
    let signature = signature.try_into().ok()?;
    (time <= TIME_MAX && key.check_bytes(message(text, time).as_bytes(), signature)).then_some(time)
}
