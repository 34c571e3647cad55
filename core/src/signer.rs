//! The ledger's signing key: an Ed25519 seed beside the log, never inside it, never in a backup of it.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

use base64::Engine as _;
use ed25519_dalek::SigningKey;

/// File of the seed in the folder of keys.
pub(crate) const SEED_FILE: &str = "log.seed";

/// Makes a key in `dir` unless there is one, and returns the public key in base64.
///
/// The folder is 0700, the file 0600; both are synced before event 0 names the public key.
///
/// # Errors
/// Whatever the file system or the random generator says; `InvalidData` for a file that is no seed.
pub fn create(dir: &Path) -> io::Result<String> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    let path = dir.join(SEED_FILE);
    let seed = match fs::read(&path) {
        Ok(bytes) => <[u8; 32]>::try_from(bytes.as_slice())
            .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "the key file is not 32 bytes"))?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => write_seed(dir, &path)?,
        Err(error) => return Err(error),
    };
    let public = SigningKey::from_bytes(&seed).verifying_key();
    Ok(base64::engine::general_purpose::STANDARD.encode(public.as_bytes()))
}

fn write_seed(dir: &Path, path: &Path) -> io::Result<[u8; 32]> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(io::Error::other)?;
    let temporary = dir.join("log.seed.tmp");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&temporary)?;
    file.write_all(&seed)?;
    file.sync_all()?;
    fs::rename(&temporary, path)?;
    fs::File::open(dir)?.sync_all()?;
    Ok(seed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_key_is_made_once_and_is_private() {
        let dir = tempfile::tempdir().unwrap();
        let keys = dir.path().join("keys");
        let public = create(&keys).unwrap();
        assert_eq!(create(&keys).unwrap(), public);
        let mode = fs::metadata(keys.join(SEED_FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        fs::write(keys.join(SEED_FILE), b"short").unwrap();
        assert!(create(&keys).is_err());
    }
}
