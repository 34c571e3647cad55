//! The log: sealed pages of consecutive events in sled, their hashes, and their proofs.
//!
//! Events go in through one [`Appender`] and come out through any number of [`LogReader`]s; [`Log`] holds
//! both. The log stores (stream, kind, version, bytes) and knows no kind by name.
//!
//! Reading order: `page.rs` (what lies on disk), `append.rs` (how it gets there), `read.rs`, `verify.rs`
//! (what is checked, trusting nothing). `hash.rs` has the hashes, `index.rs` the memory of where things are,
//! `tiles.rs` the immutable files that others read, `storage.rs` the seam to the engine. The bytes are
//! described for strangers in `docs/FORMAT.md`.
//!
//! **Architecture invariant:** *nobody sees a position before it is durable.*
//! **Architecture invariant:** *the head decides: one batch holds events, indexes and head, or nothing.*

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

mod append;
mod damage;
pub mod hash;
mod hashes;
mod index;
mod page;
pub mod pipeline;
mod read;
mod sled_storage;
pub mod storage;
#[cfg(test)]
mod tests;
pub mod tiles;
pub(crate) mod verify;
mod withhold;

pub use append::{AppendError, Appender, Draft, NewEvent, RecordedEvent};
pub use damage::{Corruption, PHRASES, Saying, key_of};
pub use hash::MerkleHash;
pub use hashes::LogHashes;
pub use index::{LOG_EVENTS_MAX, NO_COMMAND};
pub use page::EventBytes;
pub use read::{Head, LogReader, ReadError, Scan};
pub use sled_storage::{BALLAST_BYTES, SledStorage};
pub use storage::{Storage, StorageError};
pub use tiles::TilesError;
pub use verify::verify;
pub use verify::{
    ERASURE_APPROVED, KEY_ROTATED, LEDGER_OPENED, Report, SCHEMA_DECLARED, SCOPE_RECORD, VerifyOptions,
    is_described_elsewhere,
};

pub use withhold::{ErasedEvent, WithholdError, erasure_order};

use crate::record::Position;
use tiles::TileThread;

/// A log could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is no log in the folder.
    #[error("there is no ledger in {}; `gongjian init` makes one", .0.display())]
    Missing(PathBuf),
    /// There is a log already where one was to be created.
    #[error("there is a ledger in {} already", .0.display())]
    Exists(PathBuf),
    /// A restore was begun and not finished.
    #[error("a restore into {} was not finished; run `gongjian restore` again", .0.display())]
    Unfinished(PathBuf),
    /// The storage cannot be used.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// What is stored contradicts itself.
    #[error(transparent)]
    Corrupt(#[from] Corruption),
}

/// What may differ from one opening to the next.
#[derive(Clone, Copy, Debug)]
pub struct LogOptions {
    /// Room kept on the disk, so that a full one can still be read. Tests need none.
    pub ballast_bytes: u64,
    /// Whether to write the immutable files under `DIR/tiles`.
    pub tiles: bool,
}

impl Default for LogOptions {
    fn default() -> Self {
        LogOptions { ballast_bytes: BALLAST_BYTES, tiles: true }
    }
}

/// A step of [`Log::withhold`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WithholdStep {
    /// Digest and leaf take the place of the bytes.
    Page,
    /// The engine's files are written anew, without what was replaced.
    Store,
    /// The bundle beside the log is replaced.
    Bundle,
}

/// An open log: the one appender, and readers.
pub struct Log {
    // Before the appender, so that dropping the log first finishes the files.
    tiles: Option<TileThread>,
    tiles_dir: Option<PathBuf>,
    appender: Appender,
    reader: LogReader,
    loading: Duration,
}

impl Log {
    /// Creates an empty log in a folder that has none.
    ///
    /// # Errors
    /// [`OpenError::Exists`] if it has one.
    pub fn create(dir: &Path, options: LogOptions) -> Result<Log, OpenError> {
        if has_log(dir) {
            return Err(OpenError::Exists(dir.to_owned()));
        }
        if dir.join(UNFINISHED).exists() {
            return Err(OpenError::Unfinished(dir.to_owned()));
        }
        Self::open_or_create(dir, options)
    }

    /// Opens the log in a folder.
    ///
    /// # Errors
    /// [`OpenError::Missing`] if it has none.
    pub fn open(dir: &Path, options: LogOptions) -> Result<Log, OpenError> {
        if !has_log(dir) {
            return Err(OpenError::Missing(dir.to_owned()));
        }
        if dir.join(UNFINISHED).exists() {
            return Err(OpenError::Unfinished(dir.to_owned()));
        }
        Self::open_or_create(dir, options)
    }

    /// Opens a log to put events back into it: a new one, or one that lacks events. A new one is marked, and until
    /// [`Log::restored`] nobody else may open it; a restore that was interrupted is taken up.
    ///
    /// # Errors
    /// [`OpenError::Exists`] where a new one is to be made and there is one, [`OpenError::Missing`] where there is
    /// none to extend.
    pub fn restoring(dir: &Path, options: LogOptions, is_new: bool) -> Result<Log, OpenError> {
        let mark = dir.join(UNFINISHED);
        match (has_log(dir), is_new) {
            (true, true) if !mark.exists() => return Err(OpenError::Exists(dir.to_owned())),
            (false, false) => return Err(OpenError::Missing(dir.to_owned())),
            _ => {}
        }
        if is_new {
            mark_restore(dir).map_err(|source| StorageError::Io { operation: "mark the restore", source })?;
        }
        Self::open_or_create(dir, options)
    }

    /// The restore is finished: the log may be opened.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn restored(self, dir: &Path) -> std::io::Result<()> {
        self.close();
        match std::fs::remove_file(dir.join(UNFINISHED)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        std::fs::File::open(dir)?.sync_all()
    }

    fn open_or_create(dir: &Path, options: LogOptions) -> Result<Log, OpenError> {
        let storage = SledStorage::open(dir, options.ballast_bytes)?;
        Self::with_storage(Arc::new(storage), options.tiles.then(|| dir.join("tiles")))
    }

    /// A log over any storage, with its tiles in a folder or without.
    ///
    /// # Errors
    /// [`OpenError`] if what is stored is not a log.
    pub fn with_storage(storage: Arc<dyn Storage>, tiles: Option<PathBuf>) -> Result<Log, OpenError> {
        let start = Instant::now();
        let reader = LogReader::load(storage)?;
        let loading = start.elapsed();
        let thread = tiles.clone().map(|dir| TileThread::start(dir, reader.clone())).transpose();
        let thread = thread.map_err(|source| StorageError::Io { operation: "start a thread", source })?;
        Ok(Log { tiles: thread, tiles_dir: tiles, appender: Appender::new(reader.clone()), reader, loading })
    }

    /// How long it took to load the indexes when the log was opened, without the engine's own opening.
    pub fn loading(&self) -> Duration {
        self.loading
    }

    /// A handle for reading.
    pub fn reader(&self) -> LogReader {
        self.reader.clone()
    }

    /// An empty draft at the end of the log.
    pub fn draft(&self) -> Draft {
        self.appender.draft()
    }

    /// Makes a draft part of the log. See [`Appender::commit`].
    ///
    /// # Errors
    /// [`AppendError`].
    pub fn commit(&mut self, draft: Draft) -> Result<Vec<RecordedEvent>, AppendError> {
        let recorded = self.appender.commit(draft)?;
        self.announce();
        Ok(recorded)
    }

    /// Appends events as one unit: durable and visible on return, or neither.
    ///
    /// # Errors
    /// [`AppendError`].
    pub fn append(&mut self, events: Vec<NewEvent>) -> Result<Vec<RecordedEvent>, AppendError> {
        let recorded = self.appender.append(events)?;
        self.announce();
        Ok(recorded)
    }

    fn announce(&self) {
        if let Some(tiles) = &self.tiles {
            tiles.announce(self.reader.size());
        }
    }

    /// Waits until every sealed bundle and full tile has its file.
    ///
    /// # Errors
    /// [`TilesError`] if one could not be written. Appending goes on; opening the log again tries again.
    pub fn sync_tiles(&self) -> Result<(), TilesError> {
        self.tiles.as_ref().map_or(Ok(()), TileThread::sync)
    }

    /// Recomputes everything from the bytes. `opened` is the payload that event 0 must have, if known;
    /// `progress` is called with (events done, events in all).
    ///
    /// # Errors
    /// [`StorageError`] if the storage cannot be read.
    pub fn verify(
        &mut self,
        opened: Option<Vec<u8>>,
        progress: impl FnMut(u64, u64),
    ) -> Result<Report, StorageError> {
        self.verify_with(VerifyOptions { opened, ..VerifyOptions::default() }, progress)
    }

    /// The same with all options; the folder of tiles is the log's own.
    ///
    /// # Errors
    /// As [`Log::verify`].
    pub fn verify_with(
        &mut self,
        options: VerifyOptions,
        progress: impl FnMut(u64, u64),
    ) -> Result<Report, StorageError> {
        // `&mut`: an append in between would look like events beyond the head.
        if let Err(error) = self.sync_tiles() {
            tracing::warn!(%error, "verifying without the files that are missing");
        }
        let options = VerifyOptions { tiles: self.tiles_dir.clone(), ..options };
        verify::verify(self.reader.storage(), &options, progress)
    }

    /// Destroys the bytes of an event by the order at another position: in its page, in the engine's files, and in
    /// the bundle beside the log. Done before, it is done again, so that a crash in between leaves nothing.
    /// `step` is called before each of the three.
    ///
    /// # Errors
    /// [`WithholdError`], among them that the order does not name this event; what `step` says.
    pub fn withhold<E: From<WithholdError>>(
        &mut self,
        position: Position,
        order: Position,
        mut step: impl FnMut(WithholdStep) -> Result<(), E>,
    ) -> Result<(), E> {
        step(WithholdStep::Page)?;
        self.appender.withhold(position, order)?;
        step(WithholdStep::Store)?;
        self.reader.storage().rewrite().map_err(|error| {
            // Where the engine's files are now, only opening them again tells.
            self.appender.poison();
            WithholdError::from(error)
        })?;
        step(WithholdStep::Bundle)?;
        if let Some(dir) = &self.tiles_dir {
            // The thread writes the bundle from the page as it was or as it is, never half; so wait for it.
            self.sync_tiles().map_err(WithholdError::from)?;
            withhold::rewrite_bundle(dir, &self.reader, position).map_err(WithholdError::from)?;
        }
        Ok(())
    }

    /// Closes the log after its files are written. Dropping it does the same.
    pub fn close(self) {}

    /// Whether an earlier failure forbids further appends until the log is opened again.
    pub fn is_poisoned(&self) -> bool {
        self.appender.is_poisoned()
    }
}

/// Marks a folder whose log is being restored; nobody opens it until [`Log::restored`].
///
/// # Errors
/// Whatever the file system says.
pub(crate) fn mark_restore(dir: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(dir)?;
    std::fs::File::create(dir.join(UNFINISHED))?.sync_all()?;
    std::fs::File::open(dir)?.sync_all()
}

/// Marks a folder in which a restore was begun.
const UNFINISHED: &str = "restore.unfinished";

/// sled writes its `conf` before anything else. A kill while its files were written anew may have left them under
/// the other name.
fn has_log(dir: &Path) -> bool {
    [sled_storage::FOLDER, sled_storage::FOLDER_NEW].iter().any(|name| dir.join(name).join("conf").exists())
}
