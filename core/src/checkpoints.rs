//! The keeper of checkpoints: signs the head of the log, and never two histories.
//!
//! Order of a signature: the log is durable → its head is compared with the last one signed → the new head is
//! written beside the key and synced → it is published. What was signed lies beside the key and in no backup of
//! the ledger, so a log that was put back to yesterday finds here that it is behind, and neither signs nor
//! takes events.
//!
//! **Architecture invariant:** *between any two checkpoints that were signed there is a consistency proof.*

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::evidence::note::{NOTE_BYTES_MAX, Note, SignatureLine};
use crate::evidence::tree::{self, TreeError};
use crate::evidence::{Checkpoint, CheckpointError, LogKeys, SignError, SignedCheckpoint, Signer, Statement};
use crate::files;
use crate::log::{LogHashes, LogReader, ReadError};
use crate::record::Position;

/// File of the last checkpoint that was signed, in the folder of keys.
const HEAD_FILE: &str = "log.head";
/// File of the published checkpoint, in the folder of tiles (c2sp.org/tlog-tiles).
pub const CHECKPOINT_FILE: &str = "checkpoint";
/// File of the newest checkpoint with enough cosignatures, in the folder of the ledger.
pub const WITNESSED_FILE: &str = "checkpoint.witnessed";

/// Folder of the checkpoints over rotations, which the key before and the key after both signed, by their sizes.
pub const ROTATIONS_FOLDER: &str = "rotations";

/// The log is not the one whose head was signed here last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Disowned {
    /// It is shorter: events that were signed for are missing.
    #[error(
        "the log has {size} events, but a checkpoint over {signed} was signed; `gongjian restore` fetches the rest"
    )]
    Behind {
        /// Events in the log.
        size: u64,
        /// Events in the last checkpoint that was signed.
        signed: u64,
    },
    /// It is another one: its first events are not those that were signed.
    #[error("the first {signed} events are not those over which the last checkpoint was signed")]
    Forked {
        /// Events in the last checkpoint that was signed.
        signed: u64,
    },
}

/// Why there is no new checkpoint.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// The log is not the one that was signed before.
    #[error(transparent)]
    Disowned(#[from] Disowned),
    /// The head file beside the key was changed, or belongs to another log.
    #[error("{file} is not the last checkpoint that this key signed: {reason}")]
    Head {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A file could not be read or written.
    #[error("{file} cannot be read or written")]
    File {
        /// The file.
        file: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The hashes of the log could not be read.
    #[error("the hashes of the log cannot be read")]
    Hashes(#[source] Box<TreeError<ReadError>>),
    /// The signer failed.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// The key that a rotation puts in force cannot be used.
    #[error("the key that the rotation names cannot be used: {0}")]
    Key(String),
    /// The origin of the log cannot stand in a checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}

impl From<TreeError<ReadError>> for KeepError {
    fn from(error: TreeError<ReadError>) -> KeepError {
        KeepError::Hashes(Box::new(error))
    }
}

/// Keeps the checkpoints of one log.
pub struct Keeper {
    hashes: Arc<LogHashes>,
    places: Places,
    kept: Mutex<Kept>,
}

/// What signs for a log.
pub type LogSigner = Box<dyn Signer + Send + Sync>;

/// Where the files are.
struct Places {
    keys: PathBuf,
    head: PathBuf,
    published: PathBuf,
    witnessed: PathBuf,
    rotations: PathBuf,
}

struct Kept {
    keys: LogKeys,
    signer: LogSigner,
    newest: Option<SignedCheckpoint>,
    witnessed: Option<SignedCheckpoint>,
}

impl Keeper {
    /// The keeper for the log in `dir`, with its keys and the signer of the one in force. Compares the log with the
    /// last checkpoint signed.
    ///
    /// # Errors
    /// [`KeepError`]; with [`KeepError::Disowned`] nothing may be appended to this log.
    pub fn open(
        dir: &Path,
        keys: LogKeys,
        signer: LogSigner,
        hashes: Arc<LogHashes>,
    ) -> Result<Keeper, KeepError> {
        let [published, witnessed, head] = signed_files(dir);
        let rotations = dir.join(ROTATIONS_FOLDER);
        let places = Places { keys: dir.join("keys"), head, published, witnessed, rotations };
        let signed = read_checkpoint(&places.head)?;
        let mut newest = None;
        if let Some(head) = signed {
            keys.check(&head)
                .map_err(|error| KeepError::Head { file: places.head.clone(), reason: error.to_string() })?;
            compare(&head, &hashes)?;
            // What was published may have gathered cosignatures since it was signed.
            let published = read_checkpoint(&places.published).ok().flatten();
            newest = Some(published.filter(|it| it.checkpoint() == head.checkpoint()).unwrap_or(head));
        }
        let witnessed = read_checkpoint(&places.witnessed).ok().flatten().filter(|it| keys.check(it).is_ok());
        let kept = Mutex::new(Kept { keys, signer, newest, witnessed });
        Ok(Keeper { hashes, places, kept })
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // What it holds is replaced whole.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The hashes of the log, for proofs.
    pub fn hashes(&self) -> &Arc<LogHashes> {
        &self.hashes
    }

    /// The log.
    pub fn reader(&self) -> &LogReader {
        self.hashes.reader()
    }

    /// The last checkpoint that was signed, with the cosignatures it gathered.
    pub fn newest(&self) -> Option<SignedCheckpoint> {
        self.kept().newest.clone()
    }

    /// The newest checkpoint with enough cosignatures.
    pub fn witnessed(&self) -> Option<SignedCheckpoint> {
        self.kept().witnessed.clone()
    }

    /// Whether the key that signs now was in force at the size of a checkpoint.
    pub fn is_by_newest_key(&self, signed: &SignedCheckpoint) -> bool {
        let kept = self.kept();
        kept.keys.in_force(signed.checkpoint().size()) == kept.keys.newest()
    }

    /// A checkpoint over everything that is durable now: the last one if the log has not grown since, or a new
    /// one. Appends go on meanwhile.
    ///
    /// # Errors
    /// [`KeepError`]; nothing was published then.
    pub fn current(&self) -> Result<SignedCheckpoint, KeepError> {
        self.at_least(self.reader().size())
    }

    /// A checkpoint over at least `size` events.
    ///
    /// # Errors
    /// As [`Keeper::current`].
    pub fn at_least(&self, size: Position) -> Result<SignedCheckpoint, KeepError> {
        // One signs at a time; the others find what it signed.
        let mut kept = self.kept();
        if let Some(newest) = kept.newest.as_ref().filter(|it| it.checkpoint().size() >= size) {
            return Ok(newest.clone());
        }
        self.sign(&mut kept, None)
    }

    /// Signs everything that is durable, also with the key before a rotation.
    fn sign(&self, kept: &mut Kept, before: Option<&dyn Signer>) -> Result<SignedCheckpoint, KeepError> {
        let head = self.reader().head();
        if let Some(newest) = &kept.newest {
            compare(newest, &self.hashes)?;
        }
        // Both roots come out of the same hashes, so the two checkpoints are consistent.
        if tree::root(&*self.hashes, head.size)? != head.root {
            return Err(Disowned::Forked { signed: head.size }.into());
        }
        let checkpoint = Checkpoint::new(kept.keys.origin(), head.size, head.root)?;
        let mut signed = SignedCheckpoint::sign(checkpoint, &*kept.signer)?;
        if let Some(before) = before {
            signed.sign_also(before)?;
            // Before the head, which tells that the rotation is handed over. Whoever knows the old key alone believes
            // the new one by this.
            replace(&self.places.rotations.join(head.size.to_string()), &signed, files::PUBLIC)?;
        }
        replace(&self.places.head, &signed, files::PRIVATE)?;
        replace(&self.places.published, &signed, files::PUBLIC)?;
        kept.newest = Some(signed.clone());
        Ok(signed)
    }

    /// Puts another key in force: `record` tells it by an event, and both keys sign a checkpoint over that. Nobody
    /// signs meanwhile, so the old key alone never signs for the event. If `record` fails, nothing happened.
    ///
    /// # Errors
    /// What `record` says; [`KeepError`] if the event is recorded and no checkpoint could be signed over it.
    pub fn rotate<T, E: From<KeepError>>(
        &self,
        signer: LogSigner,
        public: &str,
        record: impl FnOnce() -> Result<(Position, T), E>,
    ) -> Result<T, E> {
        let mut kept = self.kept();
        let (position, told) = record()?;
        kept.keys.rotate(position, public).map_err(|error| KeepError::Key(error.to_string()))?;
        let before = std::mem::replace(&mut kept.signer, signer);
        self.sign(&mut kept, Some(&*before))?;
        Ok(told)
    }

    /// Finishes a rotation whose event is recorded: the checkpoint over it that both keys sign, unless there is one.
    ///
    /// # Errors
    /// As [`Keeper::current`].
    pub fn hand_over(&self, rotated: Position, before: &dyn Signer) -> Result<(), KeepError> {
        let mut kept = self.kept();
        if kept.newest.as_ref().is_some_and(|newest| newest.checkpoint().size() > rotated) {
            return Ok(());
        }
        self.sign(&mut kept, Some(before)).map(drop)
    }

    /// Adds cosignatures, which the caller has checked, to the newest checkpoint if it is still the one of
    /// `size`. `is_enough` tells whether they suffice.
    ///
    /// # Errors
    /// [`KeepError`] if they cannot be kept.
    pub fn cosigned(
        &self,
        cosigned: &SignedCheckpoint,
        lines: Vec<SignatureLine>,
        is_enough: impl FnOnce(&SignedCheckpoint) -> bool,
    ) -> Result<(), KeepError> {
        let mut kept = self.kept();
        let same =
            kept.newest.as_ref().filter(|newest| newest.checkpoint() == cosigned.checkpoint()).cloned();
        let is_newest = same.is_some();
        let mut with = same.unwrap_or_else(|| cosigned.clone());
        for line in lines {
            with.put(line)?;
        }
        if is_enough(&with) {
            replace(&self.places.witnessed, &with, files::PUBLIC)?;
            kept.witnessed = Some(with.clone());
        }
        if is_newest {
            replace(&self.places.published, &with, files::PUBLIC)?;
            kept.newest = Some(with);
        }
        Ok(())
    }

    /// Signs that the ledger issued the file with this SHA-256. That is no checkpoint and says nothing about the
    /// log (`evidence/statement.rs`).
    ///
    /// # Errors
    /// [`KeepError::Sign`], or [`KeepError::Checkpoint`] for a ledger without a name.
    pub fn attest(&self, what: &str, sha256: [u8; 32]) -> Result<Note, KeepError> {
        let kept = self.kept();
        let origin = kept.signer.name();
        let nameless = || CheckpointError::Origin { origin: origin.to_owned() };
        let statement = Statement::new(origin, what, sha256).map_err(|_| nameless())?;
        Ok(statement.sign(&*kept.signer)?)
    }

    /// The folder of keys, which no backup of the ledger contains.
    pub fn keys(&self) -> &Path {
        &self.places.keys
    }
}

/// The files beside a log in which checkpoints lie, whether they exist or not: published, witnessed, signed last.
pub fn signed_files(dir: &Path) -> [PathBuf; 3] {
    [dir.join("tiles").join(CHECKPOINT_FILE), dir.join(WITNESSED_FILE), dir.join("keys").join(HEAD_FILE)]
}

/// The checkpoints over rotations that are kept beside a log, smallest first. What is none is passed over.
pub fn handed_over(dir: &Path) -> Vec<SignedCheckpoint> {
    let entries = fs::read_dir(dir.join(ROTATIONS_FOLDER)).into_iter().flatten().flatten();
    let read = entries.filter_map(|entry| read_checkpoint(&entry.path()).ok().flatten());
    let mut found: Vec<SignedCheckpoint> = read.collect();
    found.sort_unstable_by_key(|signed| signed.checkpoint().size());
    found
}

/// Whether the log begins with what was signed.
fn compare(signed: &SignedCheckpoint, hashes: &LogHashes) -> Result<(), KeepError> {
    let (size, before) = (hashes.reader().size(), signed.checkpoint().size());
    if size < before {
        return Err(Disowned::Behind { size, signed: before }.into());
    }
    if tree::root(hashes, before)? != signed.checkpoint().root() {
        return Err(Disowned::Forked { signed: before }.into());
    }
    Ok(())
}

/// The checkpoint in a file, or `None` if there is no file.
///
/// # Errors
/// [`KeepError`] if it cannot be read.
pub fn read_checkpoint(file: &Path) -> Result<Option<SignedCheckpoint>, KeepError> {
    let unreadable = |source| KeepError::File { file: file.to_owned(), source };
    let Some(bytes) = files::read_limited(file, NOTE_BYTES_MAX as u64).map_err(unreadable)? else {
        return Ok(None);
    };
    let parsed = SignedCheckpoint::parse(&bytes);
    parsed.map(Some).map_err(|error| KeepError::Head { file: file.to_owned(), reason: error.to_string() })
}

/// Puts a checkpoint in the place of an earlier one, durable on return.
pub(crate) fn replace(file: &Path, signed: &SignedCheckpoint, mode: u32) -> Result<(), KeepError> {
    let write = || {
        fs::create_dir_all(file.parent().unwrap_or(Path::new(".")))?;
        files::write_whole(file, signed.to_string().as_bytes(), mode)
    };
    write().map_err(|source| KeepError::File { file: file.to_owned(), source })
}

#[cfg(test)]
mod tests;
