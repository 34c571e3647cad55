//! Putting a ledger back from a backup, and fetching what it lacks from newer tiles.
//!
//! A backup is a folder of tiles (c2sp.org/tlog-tiles) with the checkpoint over them. Each bundle is checked against
//! the signed root before one of its events is taken, and what the log makes of an event must be the very bytes that
//! were backed up (`take.rs`). While it works, a mark in the folder keeps the ledger from being opened; a restore
//! that was interrupted goes on where it stopped.
//!
//! The head file beside the keys is the memory that no backup rolls back: what is fetched must extend it.
//!
//! **Architecture invariant:** *nothing of a backup is opened for service before all of it was verified.*

mod erased;
mod lines;
mod source;
mod take;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::checkpoints::{
    KeepError, ROTATIONS_FOLDER, WITNESSED_FILE, handed_over, read_checkpoint, replace, signed_files,
};
use crate::evidence::{
    CheckpointError, KeyRefusal, LogKeys, SignedCheckpoint, TileFault, TreeError, VerifierKey, tree,
};
use crate::ledger::LEDGER_STREAM;
use crate::lines::LineFault;
use crate::log::{
    AppendError, KEY_ROTATED, Log, LogHashes, LogOptions, LogReader, MerkleHash, OpenError, ReadError,
    Report, StorageError, VerifyOptions, WithholdError, mark_restore,
};
use crate::record::{Position, RecordRef};

use crate::published::{Files, Folder, SourceError};
pub use erased::{ERASED_FILE, erased_lines};
pub use lines::ImportLog;
use take::Taking;

/// The folder of documents and other content that events name, in a ledger and in a backup of it.
pub const VAULT_FOLDER: &str = "vault";

/// Why a ledger was not restored.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// A file of the backup cannot be used.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The backup has no checkpoint that can be read.
    #[error("the checkpoint of the backup cannot be read")]
    Checkpoint(#[from] CheckpointError),
    /// The checkpoint is not signed by the ledger's key.
    #[error("the checkpoint of the backup is not the ledger's")]
    Key(#[from] KeyRefusal),
    /// The key known from elsewhere is none of the ledger's.
    #[error("the checkpoint is not signed by {expected}")]
    OtherKey {
        /// The key that was given.
        expected: String,
    },
    /// A tile or entry was changed.
    #[error("the backup was changed")]
    Tile(#[from] Box<TileFault<SourceError>>),
    /// A line of a log in JSON Lines is not what it should be.
    #[error("line {line} of the log cannot be taken")]
    Line {
        /// Which, from 1.
        line: u64,
        /// What is wrong.
        #[source]
        source: LineFault,
    },
    /// An entry is signed for, but is no event that a ledger would write at that place.
    #[error("entry {position} of the backup is no event of a ledger: {what}")]
    NoEvent {
        /// Its place.
        position: Position,
        /// What is wrong.
        what: String,
    },
    /// The bytes of an event were erased before the backup was made.
    #[error(
        "the bytes of event {position} are not in the backup, and no line of `erased` tells what they were"
    )]
    Withheld {
        /// Its place.
        position: Position,
    },
    /// The backup is of another history.
    #[error("the first {size} events of the backup are not those of {of}")]
    Forked {
        /// How many events were compared.
        size: u64,
        /// With what.
        of: &'static str,
    },
    /// The tiles end before the log does.
    #[error("the tiles hold {size} events, fewer than the {have} that are there")]
    Older {
        /// Events in the tiles.
        size: u64,
        /// Events in the log.
        have: u64,
    },
    /// The log cannot be made or opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The log took no event.
    #[error("the log does not take the events")]
    Append(#[from] AppendError),
    /// What was erased cannot be erased again.
    #[error("what was erased since the backup cannot be erased again")]
    Withhold(#[from] WithholdError),
    /// The log cannot be read.
    #[error("the log cannot be read")]
    Read(#[from] ReadError),
    /// The storage cannot be read.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A checkpoint beside the log cannot be read or written.
    #[error(transparent)]
    Keep(#[from] KeepError),
    /// A file cannot be read or written.
    #[error("{file} cannot be read or written")]
    File {
        /// The file.
        file: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// What was restored does not stand up to verification.
    #[error("what was restored has {} faults; it is not opened", .0.faults.len())]
    Unsound(Box<Report>),
}

impl From<TileFault<SourceError>> for RestoreError {
    fn from(fault: TileFault<SourceError>) -> RestoreError {
        match fault {
            TileFault::Source(error) => error.into(),
            fault => RestoreError::Tile(Box::new(fault)),
        }
    }
}

impl From<TreeError<TileFault<SourceError>>> for RestoreError {
    fn from(error: TreeError<TileFault<SourceError>>) -> RestoreError {
        match error {
            TreeError::Source { source, .. } => source.into(),
            // The sizes asked for are not larger than the tree's.
            TreeError::Width { level, number, expected, found } => {
                RestoreError::Tile(Box::new(TileFault::Width { level, number, expected, found }))
            }
            TreeError::Impossible(error) => RestoreError::NoEvent { position: 0, what: error.to_string() },
        }
    }
}

/// What to restore, and where.
pub struct Restore<'a> {
    /// The ledger's folder, in which its keys may lie already.
    pub dir: &'a Path,
    /// Options of the log.
    pub log: LogOptions,
    /// The key of the ledger, known from elsewhere: it must have signed what is newest.
    pub key: Option<VerifierKey>,
    /// A folder that `backup` made; without it there must be a ledger that lacks events.
    pub backup: Option<&'a Path>,
    /// Tiles that may be newer than the backup, or than the ledger.
    pub tiles: Option<&'a dyn Files>,
}

/// What is there now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// Events in the log.
    pub size: u64,
    /// Events that were taken now.
    pub taken: u64,
    /// Merkle tree head over all of them.
    pub root: MerkleHash,
    /// Size of the last checkpoint that the key beside the ledger signed, if the log is shorter: it can be read, and
    /// takes no events before newer tiles were fetched.
    pub behind: Option<u64>,
}

impl Restore<'_> {
    /// Does it. `progress` is called with (events done, events in all).
    ///
    /// # Errors
    /// [`RestoreError`]. A ledger that was not there before is not opened then; run it again, or remove it.
    pub fn run(&self, mut progress: impl FnMut(u64, u64)) -> Result<Restored, RestoreError> {
        let head = read_checkpoint(&signed_files(self.dir)[2])?;
        let mut log = Log::restoring(self.dir, self.log, self.backup.is_some())?;
        let before = log.reader().size();
        let folder = self.backup.map(|backup| Folder(backup.to_owned()));
        let sources: Vec<&dyn Files> =
            folder.iter().map(|folder| folder as &dyn Files).chain(self.tiles).collect();
        for (at, files) in sources.iter().enumerate() {
            // An older backup may be signed by the key before a rotation; the last one bears witness for it.
            let key = self.key.as_ref().filter(|_| at + 1 == sources.len());
            let taking = Taking { head: head.as_ref(), key, files: *files };
            let begin = || mark_restore(self.dir).map_err(|source| file_error(self.dir, source));
            let signed = taking.extend(&mut log, begin, &mut progress)?;
            publish(self.dir, &signed)?;
        }
        let keys = log_keys(&log.reader())?;
        let report = settle(&mut log)?;
        self.beside(&log, &keys)?;
        log.restored(self.dir).map_err(|source| file_error(self.dir, source))?;
        let behind = head.map(|head| head.checkpoint().size()).filter(|signed| *signed > report.events);
        Ok(Restored { size: report.events, taken: report.events - before, root: report.root, behind })
    }

    /// What a backup holds besides the log: the last checkpoint with cosignatures, those over rotations, and the vault.
    fn beside(&self, log: &Log, keys: &LogKeys) -> Result<(), RestoreError> {
        let Some(backup) = self.backup else { return Ok(()) };
        let file = &signed_files(self.dir)[1];
        if let Some(signed) = read_checkpoint(&backup.join(WITNESSED_FILE)).ok().flatten()
            && !file.exists()
            && is_of(&signed, log, keys)?
        {
            replace(file, &signed, 0o644)?;
        }
        for signed in handed_over(backup) {
            let file = self.dir.join(ROTATIONS_FOLDER).join(signed.checkpoint().size().to_string());
            if !file.exists() && is_of(&signed, log, keys)? {
                replace(&file, &signed, 0o644)?;
            }
        }
        let vault = self.dir.join(VAULT_FOLDER);
        copy_missing(&backup.join(VAULT_FOLDER), &vault).map_err(|source| file_error(self.dir, source))?;
        Ok(())
    }
}

fn file_error(dir: &Path, source: io::Error) -> RestoreError {
    RestoreError::File { file: dir.to_owned(), source }
}

/// The checkpoint over what was taken is the published one, until the key signs a newer one.
fn publish(dir: &Path, signed: &SignedCheckpoint) -> Result<(), RestoreError> {
    let file = &signed_files(dir)[0];
    let before = read_checkpoint(file).ok().flatten();
    if before.is_none_or(|before| before.checkpoint().size() < signed.checkpoint().size()) {
        replace(file, signed, 0o644)?;
    }
    Ok(())
}

/// Erases again what was erased, and verifies everything that was taken.
///
/// An older backup may hold again what was destroyed since: an order that was carried out is carried out again.
/// Documents need nothing here, since no backup holds their keys, and opening the ledger removes their objects.
fn settle(log: &mut Log) -> Result<Report, RestoreError> {
    for order in erased::orders(&log.reader())?.into_iter().filter(|order| order.is_executed) {
        if log.reader().erased(order.position)?.is_none() {
            log.withhold::<RestoreError>(order.position, order.order, |_| Ok(()))?;
        }
    }
    let report = log.verify_with(VerifyOptions::default(), |_, _| ())?;
    if report.is_sound() { Ok(report) } else { Err(RestoreError::Unsound(Box::new(report))) }
}

/// Reads a backup whole, without restoring it.
///
/// # Errors
/// [`RestoreError`]: the first thing that is wrong.
pub fn check(
    files: &dyn Files,
    key: Option<&VerifierKey>,
    progress: impl FnMut(u64, u64),
) -> Result<SignedCheckpoint, RestoreError> {
    let (signed, _) = Taking { head: None, key, files }.look(progress)?;
    check_known(&signed, key)?;
    Ok(signed)
}

/// The key known from elsewhere must have signed itself: whoever makes a log can write any key into it.
fn check_known(signed: &SignedCheckpoint, key: Option<&VerifierKey>) -> Result<(), RestoreError> {
    match key {
        Some(key) if signed.note().verify([key]).is_err() => {
            Err(RestoreError::OtherKey { expected: key.to_string() })
        }
        _ => Ok(()),
    }
}

/// The keys that a log names: that of event 0, and those of rotations, which stand in the same stream.
///
/// # Errors
/// [`RestoreError`] if the log cannot be read or names none.
pub fn log_keys(reader: &LogReader) -> Result<LogKeys, RestoreError> {
    let mut keys = None;
    for position in reader.stream(LEDGER_STREAM) {
        let Some(bytes) = reader.get(position)? else { continue };
        take_key(&mut keys, position, &bytes)?;
    }
    keys.ok_or(RestoreError::Key(KeyRefusal::Keyless))
}

/// Takes the key that an event names, if it names one.
fn take_key(keys: &mut Option<LogKeys>, position: Position, bytes: &[u8]) -> Result<(), RestoreError> {
    let no_event = |what: String| RestoreError::NoEvent { position, what };
    let record = RecordRef::decode(bytes).map_err(|error| no_event(error.to_string()))?;
    if position == 0 {
        *keys = LogKeys::of_opened(record.payload);
    } else if record.kind == KEY_ROTATED {
        let taken = keys.as_mut().and_then(|keys| keys.rotate_by(position, record.payload));
        taken.ok_or_else(|| no_event("it names no key".to_owned()))?;
    }
    Ok(())
}

fn is_of(signed: &SignedCheckpoint, log: &Log, keys: &LogKeys) -> Result<bool, RestoreError> {
    let checkpoint = signed.checkpoint();
    if keys.check(signed).is_err() || checkpoint.size() > log.reader().size() {
        return Ok(false);
    }
    let hashes = Arc::new(LogHashes::new(log.reader(), None));
    let root = tree::root(&*hashes, checkpoint.size()).map_err(KeepError::from)?;
    Ok(root == checkpoint.root())
}

/// Copies the files of a folder that are not there yet, each under another name first.
///
/// # Errors
/// Whatever the file system says.
pub fn copy_missing(from: &Path, to: &Path) -> io::Result<u64> {
    let entries = match fs::read_dir(from) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        entries => entries?,
    };
    fs::create_dir_all(to)?;
    let mut copied = 0;
    for entry in entries {
        let (entry_type, source) = match entry {
            Ok(entry) => (entry.file_type()?, entry.path()),
            Err(error) => return Err(error),
        };
        let Some(name) = source.file_name() else { continue };
        let target = to.join(name);
        if entry_type.is_dir() {
            copied += copy_missing(&source, &target)?;
        } else if entry_type.is_file() && !is_rest(&source) && !target.exists() {
            copied += copy(&source, &target)?;
        }
    }
    File::open(to)?.sync_all()?;
    Ok(copied)
}

/// The rest of an interrupted write.
fn is_rest(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "tmp")
}

fn copy(source: &Path, target: &Path) -> io::Result<u64> {
    let mut name = target.as_os_str().to_owned();
    name.push(".tmp");
    let temporary = PathBuf::from(name);
    match fs::copy(source, &temporary) {
        // An erasure may take it away while the backup runs.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        copied => copied?,
    };
    File::open(&temporary)?.sync_all()?;
    fs::rename(&temporary, target)?;
    Ok(1)
}
