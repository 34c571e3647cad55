//! Who signs the text of notes: a log's own key, and room for other algorithms (c2sp.org/signed-note).

use std::fmt;

use ed25519_dalek::{Signer as _, SigningKey};

use super::note::{LineFault, SIGNATURES_MAX};
use super::vkey::{KeyError, KeyKind, VerifierKey};

/// Why a signer did not sign.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// The signer, such as a device, failed.
    #[error("{signer} did not sign: {reason}")]
    Failed {
        /// Name of the key.
        signer: String,
        /// What the signer said.
        reason: String,
    },
    /// The signer's name cannot stand in a note, or it made no bytes.
    #[error("what {signer} made is no signature line: it {fault}")]
    Line {
        /// Name of the key.
        signer: String,
        /// What is wrong.
        fault: LineFault,
    },
    /// A cosignature tells a time from 1 to 2^63 - 1.
    #[error("{time} is no time for a cosignature, which is from 1 to 2^63 - 1 seconds")]
    Time {
        /// The time as given.
        time: u64,
    },
    /// The note is full.
    #[error("a note has at most {SIGNATURES_MAX} signature lines")]
    TooManySignatures,
}

/// Something that signs the text of notes under a name. Other algorithms stand beside [`Ed25519Signer`].
pub trait Signer {
    /// The name of the key.
    fn name(&self) -> &str;

    /// The key id.
    fn key_id(&self) -> [u8; 4];

    /// The signature over the text of a note, without the key id.
    ///
    /// # Errors
    /// When the signer cannot sign, such as a device that is not there.
    fn sign(&self, text: &[u8]) -> Result<Vec<u8>, SignError>;
}

/// A log's key: Ed25519 over the text. The seed is wiped from memory when this is dropped.
pub struct Ed25519Signer {
    key: SigningKey,
    verifier: VerifierKey,
}

impl Ed25519Signer {
    /// The signer of this name with the key of this seed.
    ///
    /// # Errors
    /// [`KeyError::Name`].
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Ed25519Signer, KeyError> {
        let key = SigningKey::from_bytes(seed);
        let verifier = VerifierKey::new(name, KeyKind::Ed25519, key.verifying_key().as_bytes())?;
        Ok(Ed25519Signer { key, verifier })
    }

    /// The public half, for those who verify.
    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }
}

impl Signer for Ed25519Signer {
    fn name(&self) -> &str {
        self.verifier.name()
    }

    fn key_id(&self) -> [u8; 4] {
        self.verifier.id()
    }

    fn sign(&self, text: &[u8]) -> Result<Vec<u8>, SignError> {
        Ok(self.key.sign(text).to_bytes().to_vec())
    }
}

impl fmt::Debug for Ed25519Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ed25519Signer({})", self.verifier)
    }
}
