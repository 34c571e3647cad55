//! What a monitor remembers of one log.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use gongjian_core::evidence::{Audit, SignedCheckpoint};
use gongjian_core::files;
use gongjian_core::record::Digest;

use crate::witness::origin_hash;

const CHECKPOINT_BYTES_MAX: u64 = 1 << 20;
const AUDIT_BYTES_MAX: u64 = 4 << 30;

/// The monitor's memory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The file system failed.
    #[error("{} cannot be read or written", .folder.display())]
    Io {
        /// The folder of this log.
        folder: PathBuf,
        /// What the file system said.
        #[source]
        source: io::Error,
    },
    /// Another monitor is at work on it.
    #[error("another process uses {}", .folder.display())]
    Locked {
        /// The folder of this log.
        folder: PathBuf,
    },
    /// The remembered checkpoint is not what was written. Forgetting it would let a fork pass.
    #[error("{} is damaged: restore it, or remove it and so forget what was seen", .file.display())]
    Damaged {
        /// The file.
        file: PathBuf,
    },
}

/// The memory of one log, held by this process.
pub struct State {
    folder: PathBuf,
    /// The last checkpoint that was verified.
    pub checkpoint: Option<SignedCheckpoint>,
    /// What its entries are remembered by, if that is there and fits.
    pub audit: Option<Audit>,
    _lock: File,
}

impl State {
    /// Opens the memory of a log below a folder.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn open(dir: &Path, origin: &str) -> Result<State, StateError> {
        let folder = dir.join(origin_hash(origin));
        let io = |source| StateError::Io { folder: folder.clone(), source };
        files::private_folder(&folder).map_err(io)?;
        let Some(lock) = files::hold(&folder.join("lock")).map_err(io)? else {
            return Err(StateError::Locked { folder });
        };
        let file = folder.join("checkpoint");
        let checkpoint = match files::read_limited(&file, CHECKPOINT_BYTES_MAX).map_err(io)? {
            None => None,
            Some(bytes) => match SignedCheckpoint::parse(&bytes) {
                Ok(signed) if signed.checkpoint().origin() == origin => Some(signed),
                _ => return Err(StateError::Damaged { file }),
            },
        };
        let audit = files::read_limited(&folder.join("audit"), AUDIT_BYTES_MAX).map_err(io)?;
        // Written before the checkpoint: after a crash in between it is of another size, and of no use.
        let audit = audit.and_then(|bytes| read_audit(&bytes)).filter(|audit| {
            checkpoint.as_ref().map(SignedCheckpoint::checkpoint).is_some_and(|checkpoint| {
                (checkpoint.size(), checkpoint.root()) == (audit.size(), audit.root())
            })
        });
        Ok(State { folder, checkpoint, audit, _lock: lock })
    }

    /// Remembers a checkpoint that was verified, with its audit.
    ///
    /// # Errors
    /// [`StateError::Io`]; the old memory is then still there.
    pub fn keep(&mut self, checkpoint: &SignedCheckpoint, audit: &Audit) -> Result<(), StateError> {
        let io = |source| StateError::Io { folder: self.folder.clone(), source };
        let body = audit.encode().map_err(|error| io(io::Error::other(error)))?;
        let bytes = [&Digest::of(&body).0, body.as_slice()].concat();
        files::write_whole(&self.folder.join("audit"), &bytes, files::PRIVATE).map_err(io)?;
        let text = checkpoint.to_string();
        files::write_whole(&self.folder.join("checkpoint"), text.as_bytes(), files::PUBLIC).map_err(io)?;
        self.checkpoint = Some(checkpoint.clone());
        Ok(())
    }

    /// Keeps two checkpoints that cannot both be true, and returns the file.
    ///
    /// # Errors
    /// [`StateError::Io`].
    pub fn keep_fork(
        &self,
        seen: &SignedCheckpoint,
        shown: &SignedCheckpoint,
    ) -> Result<PathBuf, StateError> {
        let io = |source| StateError::Io { folder: self.folder.clone(), source };
        let name = |signed: &SignedCheckpoint| {
            let root: String = signed.checkpoint().root().to_string().chars().take(16).collect();
            format!("{}-{root}", signed.checkpoint().size())
        };
        let file = self.folder.join(format!("fork-{}-{}", name(seen), name(shown)));
        // Each note ends with its signatures; an empty line alone cannot begin one.
        let text = format!("{seen}\n{shown}");
        files::write_whole(&file, text.as_bytes(), files::PUBLIC).map_err(io)?;
        Ok(file)
    }
}

fn read_audit(bytes: &[u8]) -> Option<Audit> {
    let (digest, body) = bytes.split_first_chunk::<32>()?;
    (Digest::of(body).0 == *digest).then(|| Audit::decode(body))?
}

/// Where a monitor keeps its memory unless it is told otherwise.
pub fn default_state_folder() -> Option<PathBuf> {
    let named = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = named("XDG_STATE_HOME").or_else(|| Some(named("HOME")?.join(".local").join("state")));
    Some(base?.join("gongjian").join("monitor"))
}
