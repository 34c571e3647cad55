//! The ledger's signing key: an Ed25519 seed beside the log, never inside it, never in a backup of it.
//!
//! `DIR/keys/log.seed` holds the 32 bytes of the seed, or, if a passphrase was given, the seed sealed with it:
//! five lines, namely `gongjian-sealed-key/v1`, the parameters of Argon2id, and salt, nonce and sealed seed
//! (XChaCha20-Poly1305) in base64.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::evidence::{Ed25519Signer, KeyError};
use crate::files;

/// File of the seed in the folder of keys.
pub const SEED_FILE: &str = "log.seed";
/// File of the seed that the next rotation puts in force.
const NEXT_FILE: &str = "log.seed.next";
/// First line of a sealed seed.
const SEALED: &str = "gongjian-sealed-key/v1";
/// Memory (KiB), passes and lanes of Argon2id: what a login costs, tens of milliseconds.
const COST: (u32, u32, u32) = (19_456, 2, 1);

/// Why the key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// There is no key file.
    #[error("there is no signing key in {0}")]
    Missing(PathBuf),
    /// The file cannot be read or written.
    #[error("{file} cannot be read or written")]
    File {
        /// The file.
        file: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The file is neither 32 bytes nor a sealed seed.
    #[error("{0} is no key file")]
    Malformed(PathBuf),
    /// The seed is sealed and no passphrase was given.
    #[error("{0} is sealed with a passphrase; give it in GONGJIAN_PASSPHRASE or with --passphrase-file")]
    Sealed(PathBuf),
    /// The passphrase does not open it.
    #[error("the passphrase does not open {0}")]
    WrongPassphrase(PathBuf),
    /// The key cannot bear the log's name.
    #[error(transparent)]
    Name(#[from] KeyError),
}

/// A seed; wiped from memory when dropped.
pub struct Seed(Zeroizing<[u8; 32]>);

impl Seed {
    /// The signer with this seed, under the log's name.
    ///
    /// # Errors
    /// [`KeyError`] if the name cannot be that of a key.
    pub fn signer(&self, origin: &str) -> Result<Ed25519Signer, KeyError> {
        Ed25519Signer::from_seed(origin, &self.0)
    }

    /// The public key in base64, as event 0 names it.
    pub fn public(&self) -> String {
        let key = ed25519_dalek::SigningKey::from_bytes(&self.0).verifying_key();
        STANDARD.encode(key.as_bytes())
    }

    /// A new one, by the system's generator.
    ///
    /// # Errors
    /// Whatever the generator says.
    fn random() -> io::Result<Seed> {
        let mut seed = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *seed).map_err(io::Error::other)?;
        Ok(Seed(seed))
    }
}

/// The folder with a ledger's keys, and the passphrase that seals them.
pub struct KeyFolder {
    dir: PathBuf,
    passphrase: Option<Zeroizing<String>>,
}

impl KeyFolder {
    /// The keys of the ledger in `ledger_dir`.
    pub fn of(ledger_dir: &Path, passphrase: Option<String>) -> KeyFolder {
        KeyFolder { dir: ledger_dir.join("keys"), passphrase: passphrase.map(Zeroizing::new) }
    }

    /// Makes a key unless there is one, and returns the public key in base64.
    ///
    /// The folder is 0700, the file 0600; both are synced before event 0 names the public key.
    ///
    /// # Errors
    /// [`KeyFileError`].
    pub fn create(&self) -> Result<String, KeyFileError> {
        let path = self.dir.join(SEED_FILE);
        match self.read(&path) {
            Err(KeyFileError::Missing(_)) => self.make(&path).map(|seed| seed.public()),
            seed => seed.map(|seed| seed.public()),
        }
    }

    /// The seed in force.
    ///
    /// # Errors
    /// [`KeyFileError`].
    pub fn load(&self) -> Result<Seed, KeyFileError> {
        self.read(&self.dir.join(SEED_FILE))
    }

    /// The seed that a rotation has begun to put in force, made if there is none.
    ///
    /// # Errors
    /// [`KeyFileError`].
    pub fn next(&self) -> Result<Seed, KeyFileError> {
        let path = self.dir.join(NEXT_FILE);
        match self.read(&path) {
            Err(KeyFileError::Missing(_)) => self.make(&path),
            seed => seed,
        }
    }

    /// The seed of a rotation that was begun, if one was.
    ///
    /// # Errors
    /// [`KeyFileError`].
    pub fn begun(&self) -> Result<Option<Seed>, KeyFileError> {
        match self.read(&self.dir.join(NEXT_FILE)) {
            Err(KeyFileError::Missing(_)) => Ok(None),
            seed => seed.map(Some),
        }
    }

    /// Puts the next seed in the place of the one in force, which is gone then.
    ///
    /// # Errors
    /// [`KeyFileError::File`].
    pub fn rotate(&self) -> Result<(), KeyFileError> {
        let path = self.dir.join(SEED_FILE);
        let rename = || {
            fs::rename(self.dir.join(NEXT_FILE), &path)?;
            File::open(&self.dir)?.sync_all()
        };
        rename().map_err(|source| KeyFileError::File { file: path.clone(), source })
    }

    fn read(&self, path: &Path) -> Result<Seed, KeyFileError> {
        let bytes = match fs::read(path) {
            Ok(bytes) => Zeroizing::new(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(KeyFileError::Missing(self.dir.clone()));
            }
            Err(source) => return Err(KeyFileError::File { file: path.to_owned(), source }),
        };
        if let Ok(seed) = <[u8; 32]>::try_from(bytes.as_slice()) {
            return Ok(Seed(Zeroizing::new(seed)));
        }
        let sealed = std::str::from_utf8(&bytes).ok().and_then(Sealed::parse);
        let sealed = sealed.ok_or_else(|| KeyFileError::Malformed(path.to_owned()))?;
        let passphrase = self.passphrase.as_ref().ok_or_else(|| KeyFileError::Sealed(path.to_owned()))?;
        sealed.open(passphrase).map(Seed).ok_or_else(|| KeyFileError::WrongPassphrase(path.to_owned()))
    }

    fn make(&self, path: &Path) -> Result<Seed, KeyFileError> {
        let write = || -> io::Result<Seed> {
            files::private_folder(&self.dir)?;
            let seed = Seed::random()?;
            let content = match &self.passphrase {
                None => Zeroizing::new(seed.0.to_vec()),
                Some(passphrase) => {
                    Zeroizing::new(Sealed::seal(&seed.0, passphrase)?.to_string().into_bytes())
                }
            };
            files::write_whole(path, &content, files::PRIVATE)?;
            Ok(seed)
        };
        write().map_err(|source| KeyFileError::File { file: path.to_owned(), source })
    }
}

/// A seed that only a passphrase opens.
struct Sealed {
    cost: (u32, u32, u32),
    salt: [u8; 16],
    nonce: [u8; 24],
    sealed: Vec<u8>,
}

impl Sealed {
    fn seal(seed: &[u8; 32], passphrase: &str) -> io::Result<Sealed> {
        let (mut salt, mut nonce) = ([0; 16], [0; 24]);
        getrandom::fill(&mut salt).map_err(io::Error::other)?;
        getrandom::fill(&mut nonce).map_err(io::Error::other)?;
        let key = derive(passphrase, &salt, COST).ok_or_else(|| io::Error::other("no key can be derived"))?;
        let payload = Payload { msg: seed, aad: SEALED.as_bytes() };
        let sealed = XChaCha20Poly1305::new((&*key).into())
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| io::Error::other("the key cannot be sealed"))?;
        Ok(Sealed { cost: COST, salt, nonce, sealed })
    }

    fn open(&self, passphrase: &str) -> Option<Zeroizing<[u8; 32]>> {
        let key = derive(passphrase, &self.salt, self.cost)?;
        let payload = Payload { msg: &self.sealed, aad: SEALED.as_bytes() };
        let opened =
            XChaCha20Poly1305::new((&*key).into()).decrypt(&XNonce::from(self.nonce), payload).ok()?;
        let opened = Zeroizing::new(opened);
        <[u8; 32]>::try_from(opened.as_slice()).ok().map(Zeroizing::new)
    }

    fn parse(text: &str) -> Option<Sealed> {
        let mut lines = text.lines();
        if lines.next()? != SEALED {
            return None;
        }
        let mut cost = lines.next()?.split(' ').map(str::parse::<u32>);
        let mut number = || cost.next()?.ok();
        let cost = (number()?, number()?, number()?);
        let mut bytes = || STANDARD.decode(lines.next()?).ok();
        Some(Sealed {
            cost,
            salt: bytes()?.try_into().ok()?,
            nonce: bytes()?.try_into().ok()?,
            sealed: bytes()?,
        })
    }
}

impl std::fmt::Display for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (memory, passes, lanes) = self.cost;
        let [salt, nonce, sealed] =
            [&self.salt[..], &self.nonce, &self.sealed].map(|bytes| STANDARD.encode(bytes));
        write!(f, "{SEALED}\n{memory} {passes} {lanes}\n{salt}\n{nonce}\n{sealed}\n")
    }
}

fn derive(
    passphrase: &str,
    salt: &[u8],
    (memory, passes, lanes): (u32, u32, u32),
) -> Option<Zeroizing<[u8; 32]>> {
    // A file that demands gigabytes would be a way to stop the ledger.
    let bounded = memory <= 1 << 20 && passes <= 64 && lanes <= 16;
    let params = bounded.then(|| Params::new(memory, passes, lanes, Some(32)).ok())??;
    let mut key = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), salt, &mut *key)
        .ok()?;
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_key_is_made_once_and_is_private() {
        let dir = tempfile::tempdir().unwrap();
        let keys = KeyFolder::of(dir.path(), None);
        let public = keys.create().unwrap();
        assert_eq!(keys.create().unwrap(), public);
        assert_eq!(keys.load().unwrap().public(), public);
        let file = dir.path().join("keys").join(SEED_FILE);
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        fs::write(&file, b"short").unwrap();
        assert!(matches!(keys.create(), Err(KeyFileError::Malformed(_))));
    }

    #[test]
    fn a_sealed_key_opens_with_its_passphrase_only() {
        let dir = tempfile::tempdir().unwrap();
        let with = |passphrase: Option<&str>| KeyFolder::of(dir.path(), passphrase.map(str::to_owned));
        let public = with(Some("一段足够长的口令")).create().unwrap();
        assert_eq!(with(Some("一段足够长的口令")).load().unwrap().public(), public);
        assert!(matches!(with(None).load(), Err(KeyFileError::Sealed(_))));
        assert!(matches!(with(Some("另一段口令")).load(), Err(KeyFileError::WrongPassphrase(_))));
        let file = dir.path().join("keys").join(SEED_FILE);
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, text.replacen("19456 2 1", "999999999 2 1", 1)).unwrap();
        assert!(with(Some("一段足够长的口令")).load().is_err());
    }

    #[test]
    fn a_rotation_that_was_begun_is_found_again() {
        let dir = tempfile::tempdir().unwrap();
        let keys = KeyFolder::of(dir.path(), None);
        let old = keys.create().unwrap();
        assert!(keys.begun().unwrap().is_none());
        let new = keys.next().unwrap().public();
        assert_ne!(new, old);
        assert_eq!(keys.begun().unwrap().unwrap().public(), new);
        keys.rotate().unwrap();
        assert_eq!(keys.load().unwrap().public(), new);
        assert!(keys.begun().unwrap().is_none());
    }
}
