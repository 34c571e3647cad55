//! Verifier keys: a public key with its name, as one line of text (c2sp.org/signed-note, "Verifier keys").

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest as _, Sha256};

use super::cosignature;
use super::text::{NAME_BYTES_MAX, from_base64, is_key_name, to_base64};

/// What a key signs. The number is the type byte of the specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum KeyKind {
    /// Ed25519 over the text of a note: how a log signs.
    Ed25519 = 1,
    /// Ed25519 over a time and a checkpoint: how a witness signs.
    Cosignature = 4,
}

impl KeyKind {
    /// The type byte, which is part of the key id and of the text of a verifier key.
    pub fn byte(self) -> u8 {
        self as u8
    }
}

/// Why a text is no verifier key, or a name and bytes make none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not `name+id+key`.
    #[error("a verifier key is NAME+ID+KEY, but this has no two plus signs")]
    Shape,
    /// The name is empty, too long, or has white space, a plus or a control character.
    #[error("{name:?} cannot name a key: a name has 1 to 255 bytes, no white space and no plus")]
    Name {
        /// The name as found.
        name: String,
    },
    /// The id is not eight lower-case hexadecimal digits.
    #[error("{id:?} is no key id, which has eight lower-case hexadecimal digits")]
    Id {
        /// The id as found.
        id: String,
    },
    /// The id is not the one that follows from name, type and key: a typing error, or another key.
    #[error("the id of this key is {expected}, but the text says {found}")]
    OtherId {
        /// The id computed from the key.
        expected: String,
        /// The id in the text.
        found: String,
    },
    /// The key is not in canonical base64.
    #[error("the key is not in base64")]
    Base64,
    /// A type of key that this program does not know.
    #[error("this program knows keys of type 1 and 4, but the type of this one is {kind}")]
    Kind {
        /// The type byte.
        kind: u8,
    },
    /// Another number of bytes than the type has.
    #[error("an Ed25519 key has 32 bytes, but this one has {found}")]
    Length {
        /// Bytes behind the type byte.
        found: usize,
    },
    /// The bytes are no point of the curve, or one for which anybody can make signatures.
    #[error("the bytes are no usable Ed25519 public key")]
    Point,
}

/// A public key that somebody trusts, with its name.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    id: [u8; 4],
    kind: KeyKind,
    public: VerifyingKey,
}

/// The key id: the first bytes of a hash over name, type and key. It finds a key and proves nothing.
pub(super) fn key_id(name: &str, kind: KeyKind, public: &[u8; 32]) -> [u8; 4] {
    let hash =
        Sha256::new_with_prefix(name).chain_update([b'\n', kind.byte()]).chain_update(public).finalize();
    [hash[0], hash[1], hash[2], hash[3]]
}

impl VerifierKey {
    /// A key of this name and type.
    ///
    /// # Errors
    /// [`KeyError::Name`] and [`KeyError::Point`].
    pub fn new(name: &str, kind: KeyKind, public: &[u8; 32]) -> Result<VerifierKey, KeyError> {
        if !is_key_name(name) || name.len() > NAME_BYTES_MAX {
            return Err(KeyError::Name { name: name.to_owned() });
        }
        let id = key_id(name, kind, public);
        let public = VerifyingKey::from_bytes(public).map_err(|_| KeyError::Point)?;
        // Under a weak key one signature fits many texts.
        if public.is_weak() {
            return Err(KeyError::Point);
        }
        Ok(VerifierKey { name: name.to_owned(), id, kind, public })
    }

    /// The name of the key, which a signature line repeats.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key id, which a signature line repeats.
    pub fn id(&self) -> [u8; 4] {
        self.id
    }

    /// What the key signs.
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The bare public key: what counts when keys are compared, since anybody can give one two names.
    pub fn public_bytes(&self) -> &[u8; 32] {
        self.public.as_bytes()
    }

    /// Whether a signature (without key id) over the text of a note is by this key: its time, if it has
    /// one, or `None` for a wrong one.
    pub(super) fn check(&self, text: &str, signature: &[u8]) -> Option<Option<u64>> {
        match self.kind {
            KeyKind::Ed25519 => self.check_bytes(text.as_bytes(), signature.try_into().ok()?).then_some(None),
            KeyKind::Cosignature => cosignature::check(self, text, signature).map(Some),
        }
    }

    /// Strict: of all spellings of a signature only the canonical one passes.
    pub(super) fn check_bytes(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        self.public.verify_strict(message, &Signature::from_bytes(signature)).is_ok()
    }
}

/// The text of the key: `name+id+base64(type, key)`.
impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = vec![self.kind.byte()];
        bytes.extend_from_slice(self.public.as_bytes());
        write!(f, "{}+{}+{}", self.name, hex::encode(self.id), to_base64(&bytes))
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for VerifierKey {
    type Err = KeyError;

    /// Reads the text of a key. Only the first two plus signs divide it; base64 may hold more.
    fn from_str(text: &str) -> Result<VerifierKey, KeyError> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(KeyError::Shape);
        };
        let is_id = id.len() == 8 && id.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if !is_id {
            return Err(KeyError::Id { id: id.to_owned() });
        }
        let bytes = from_base64(key).ok_or(KeyError::Base64)?;
        let (&kind, public) = bytes.split_first().ok_or(KeyError::Length { found: 0 })?;
        let kind = match kind {
            1 => KeyKind::Ed25519,
            4 => KeyKind::Cosignature,
            kind => return Err(KeyError::Kind { kind }),
        };
        let public = public.try_into().map_err(|_| KeyError::Length { found: public.len() })?;
        let key = VerifierKey::new(name, kind, public)?;
        let expected = hex::encode(key.id);
        if expected == id { Ok(key) } else { Err(KeyError::OtherId { expected, found: id.to_owned() }) }
    }
}
