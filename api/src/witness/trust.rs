//! Whom a witness cosigns for: `DIR/logs`, one line for each key of a log.
//!
//! A line is a verifier key, a space, and the origin. Two lines with one origin are two keys of one log, as
//! while a key is replaced.

use std::io;
use std::path::Path;

use gongjian_core::evidence::{Checkpoint, CheckpointError, KeyError, KeyKind, VerifierKey};
use gongjian_core::files;
use gongjian_core::log::MerkleHash;

const FILE: &str = "logs";
const BYTES_MAX: u64 = 1 << 20;

/// A log that the witness follows: its name in checkpoints, and a key that it may sign with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// The first line of its checkpoints.
    pub origin: String,
    /// A key of it.
    pub key: VerifierKey,
}

/// A log cannot be added, or the file cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// The key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The key is that of a witness.
    #[error("this key cosigns; the key of a log has type 1")]
    Kind,
    /// The origin cannot be one.
    #[error(transparent)]
    Origin(#[from] CheckpointError),
    /// This key is trusted for this origin already.
    #[error("this key is trusted for {origin} already")]
    Known {
        /// The origin.
        origin: String,
    },
    /// A line is not what was written.
    #[error("line {line} of the file `logs` is no key with an origin; correct it")]
    Line {
        /// Which line, from 1.
        line: usize,
    },
    /// The file system failed.
    #[error("the file `logs` cannot be read or written")]
    Io(#[from] io::Error),
}

/// The logs that a witness's folder names; none if it has no such file.
///
/// # Errors
/// The first line that is wrong.
pub fn read_logs(dir: &Path) -> Result<Vec<Log>, TrustError> {
    let bytes = files::read_limited(&dir.join(FILE), BYTES_MAX)?.unwrap_or_default();
    let text = String::from_utf8(bytes).map_err(|_| TrustError::Line { line: 1 })?;
    let mut logs = Vec::new();
    for (line, text) in (1..).zip(text.lines()) {
        if text.trim().is_empty() || text.starts_with('#') {
            continue;
        }
        let log = text.split_once(' ').and_then(|(key, origin)| new_log(key, Some(origin)).ok());
        logs.push(log.ok_or(TrustError::Line { line })?);
    }
    Ok(logs)
}

fn new_log(key: &str, origin: Option<&str>) -> Result<Log, TrustError> {
    let key: VerifierKey = key.parse()?;
    if key.kind() != KeyKind::Ed25519 {
        return Err(TrustError::Kind);
    }
    let origin = origin.unwrap_or(key.name()).to_owned();
    // A name that no checkpoint can have would never be asked for.
    Checkpoint::new(&origin, 0, MerkleHash::empty())?;
    Ok(Log { origin, key })
}

/// Adds a key of a log; the origin is the name of the key unless another is given. A running server sees it.
///
/// # Errors
/// [`TrustError`].
pub fn add_log(dir: &Path, key: &str, origin: Option<&str>) -> Result<Log, TrustError> {
    let log = new_log(key, origin)?;
    let mut logs = read_logs(dir)?;
    if logs.contains(&log) {
        return Err(TrustError::Known { origin: log.origin });
    }
    logs.push(log.clone());
    let text: String = logs.iter().map(|log| format!("{} {}\n", log.key, log.origin)).collect();
    files::private_folder(dir)?;
    files::write_whole(&dir.join(FILE), text.as_bytes(), files::PUBLIC)?;
    Ok(log)
}
