//! The witness's key: one line of text, made once, readable by its owner alone.

use std::io;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gongjian_core::evidence::{Cosigner, KeyError, KeyKind};
use gongjian_core::files;

/// The file in the witness's folder.
const FILE: &str = "key";
/// What the line begins with; name, id and key follow, as in a verifier key.
const PREFIX: &str = "PRIVATE+KEY+";
const BYTES_MAX: u64 = 4096;

/// The key cannot be made or read.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// There is a key already. Another one would be another witness.
    #[error("there is a key already")]
    Exists,
    /// There is none.
    #[error("there is no key; `gongjian witness init` makes one")]
    Missing,
    /// The name cannot name a key.
    #[error(transparent)]
    Name(#[from] KeyError),
    /// The file is not what was written.
    #[error("the key file is damaged; restore it from its safe copy")]
    Damaged,
    /// The file system or the random generator failed.
    #[error("the key cannot be read or written")]
    Io(#[from] io::Error),
}

/// Makes a key of this name in a folder that has none.
///
/// # Errors
/// [`KeyFileError`], among them that there is one.
pub fn create_key(dir: &Path, name: &str) -> Result<Cosigner, KeyFileError> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(io::Error::other)?;
    let cosigner = Cosigner::from_seed(name, &seed)?;
    let mut bytes = vec![KeyKind::Cosignature.byte()];
    bytes.extend_from_slice(&seed);
    let id = hex::encode(cosigner.verifier().id());
    let line = format!("{PREFIX}{name}+{id}+{}\n", STANDARD.encode(&bytes));
    files::private_folder(dir)?;
    match files::write_new(&dir.join(FILE), line.as_bytes(), files::PRIVATE) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(KeyFileError::Exists),
        written => Ok(written.map(|()| cosigner)?),
    }
}

/// Reads the key of a folder.
///
/// # Errors
/// [`KeyFileError`], among them that there is none.
pub fn read_key(dir: &Path) -> Result<Cosigner, KeyFileError> {
    let bytes = files::read_limited(&dir.join(FILE), BYTES_MAX)?.ok_or(KeyFileError::Missing)?;
    let text = String::from_utf8(bytes).map_err(|_| KeyFileError::Damaged)?;
    let cosigner = parse(text.trim_end()).ok_or(KeyFileError::Damaged)?;
    Ok(cosigner)
}

/// The id is checked against the key, so that a damaged line is noticed.
fn parse(line: &str) -> Option<Cosigner> {
    let mut parts = line.strip_prefix(PREFIX)?.splitn(3, '+');
    let (name, id, key) = (parts.next()?, parts.next()?, parts.next()?);
    let bytes = STANDARD.decode(key).ok()?;
    let (&kind, seed) = bytes.split_first()?;
    let cosigner = Cosigner::from_seed(name, seed.try_into().ok()?).ok()?;
    let is_same = kind == KeyKind::Cosignature.byte() && hex::encode(cosigner.verifier().id()) == id;
    is_same.then_some(cosigner)
}
