//! The bytes of an object, and of the key that opens it, wrapped under the master key.

use std::fmt;

use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use super::{Commitment, SALT_BYTES, VaultError, random};

/// The only format of an object so far.
const FORMAT: u8 = 1;
const NONCE_BYTES: usize = 24;
const LABEL_OBJECT: &str = "gongjian/object/1";
const LABEL_KEY: &str = "gongjian/key/1";

/// The random name of an object. It tells nothing of what the object holds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectName(pub [u8; 16]);

impl ObjectName {
    pub(super) fn random() -> Result<ObjectName, VaultError> {
        Ok(ObjectName(random()?))
    }

    /// Reads 32 lower-case hexadecimal digits.
    pub fn parse(text: &str) -> Option<ObjectName> {
        let mut bytes = [0; 16];
        hex::decode_to_slice(text, &mut bytes).ok()?;
        let name = ObjectName(bytes);
        // Of two spellings only one is a name.
        (name.to_string() == text).then_some(name)
    }
}

impl fmt::Display for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Label, name and commitment, each with its length before it: an object opens under its own name only, and for the
/// event that commits to it.
fn bound_to(label: &str, name: ObjectName, commitment: Option<Commitment>) -> Vec<u8> {
    let mut data = Vec::with_capacity(96);
    let commitment = commitment.as_ref().map(|commitment| &commitment.0[..]);
    for part in [Some(label.as_bytes()), Some(&name.0[..]), commitment].into_iter().flatten() {
        data.extend_from_slice(&(part.len() as u64).to_be_bytes());
        data.extend_from_slice(part);
    }
    data
}

fn encrypt(key: &[u8; 32], aad: &[u8], msg: &[u8]) -> Result<Vec<u8>, VaultError> {
    let nonce = random::<NONCE_BYTES>()?;
    let cipher = XChaCha20Poly1305::new(key.into());
    // It fails for contents of more than 256 GiB only.
    let sealed = cipher
        .encrypt(&XNonce::from(nonce), Payload { msg, aad })
        .map_err(|_| VaultError::TooLarge(msg.len()))?;
    Ok([&nonce[..], &sealed].concat())
}

fn decrypt(key: &[u8; 32], aad: &[u8], bytes: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, msg) = bytes.split_first_chunk::<NONCE_BYTES>()?;
    let cipher = XChaCha20Poly1305::new(key.into());
    cipher.decrypt(&XNonce::from(*nonce), Payload { msg, aad }).ok().map(Zeroizing::new)
}

/// The bytes of an object.
pub(super) fn seal(
    name: ObjectName,
    commitment: Commitment,
    key: &[u8; 32],
    salt: &[u8; SALT_BYTES],
    content: &[u8],
) -> Result<Vec<u8>, VaultError> {
    let mut plain = Zeroizing::new(Vec::with_capacity(SALT_BYTES + content.len()));
    plain.extend_from_slice(salt);
    plain.extend_from_slice(content);
    let mut bytes = vec![FORMAT];
    bytes.extend(encrypt(key, &bound_to(LABEL_OBJECT, name, Some(commitment)), &plain)?);
    Ok(bytes)
}

/// Salt and content of an object.
pub(super) type Opened = (Zeroizing<[u8; SALT_BYTES]>, Zeroizing<Vec<u8>>);

/// Opens an object; `None` if it is not the one that was sealed under this name, commitment and key.
pub(super) fn open(name: ObjectName, commitment: Commitment, key: &[u8; 32], bytes: &[u8]) -> Option<Opened> {
    let (format, sealed) = bytes.split_first()?;
    if *format != FORMAT {
        return None;
    }
    let plain = decrypt(key, &bound_to(LABEL_OBJECT, name, Some(commitment)), sealed)?;
    let (salt, content) = plain.split_first_chunk::<SALT_BYTES>()?;
    Some((Zeroizing::new(*salt), Zeroizing::new(content.to_vec())))
}

/// A data key as the key file holds it.
pub(super) fn wrap(name: ObjectName, master: &[u8; 32], key: &[u8; 32]) -> Result<Vec<u8>, VaultError> {
    encrypt(master, &bound_to(LABEL_KEY, name, None), key)
}

/// The data key, or `None` if it was not wrapped for this object under this master key.
pub(super) fn unwrap(name: ObjectName, master: &[u8; 32], wrapped: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
    let key = decrypt(master, &bound_to(LABEL_KEY, name, None), wrapped)?;
    key.as_slice().try_into().ok().map(Zeroizing::new)
}
