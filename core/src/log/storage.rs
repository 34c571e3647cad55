//! The seam between the log and an engine: ordered keys, and batches that are all there or not at all.
//!
//! [`Storage`] is the whole of what the log asks for. sled stands behind it in `sled_storage.rs`;
//! [`MemoryStorage`] is for tests: it keeps what is live apart from what would survive a crash, and fails
//! when told to. Keys are big-endian, so order on disk is order in time.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A key and its value.
pub type Pair = (Vec<u8>, Vec<u8>);

/// The pairs of a range, in order of keys.
pub type Pairs<'a> = Box<dyn Iterator<Item = Result<Pair, StorageError>> + Send + 'a>;

/// An ordered store of bytes that commits batches durably.
pub trait Storage: Send + Sync {
    /// The value of a key.
    ///
    /// # Errors
    /// [`StorageError`] if the engine cannot read.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError>;

    /// The pairs with `from <= key < to`, in order.
    fn range<'a>(&'a self, from: &[u8], to: &[u8]) -> Pairs<'a>;

    /// Applies a batch atomically. **Durable when it returns**: a power cut afterwards takes nothing away.
    ///
    /// # Errors
    /// If [`StorageError::is_refusal`], nothing happened. After any other error nobody knows, and the
    /// log must be opened again to find out.
    fn commit(&self, batch: &Batch) -> Result<(), StorageError>;

    /// Writes the engine's files anew with the keys and values that are live, so that nothing is left of what was
    /// replaced or removed.
    ///
    /// # Errors
    /// [`StorageError`]; every key has the value that it had, and opening again finishes or undoes the rest.
    fn rewrite(&self) -> Result<(), StorageError> {
        Ok(())
    }

    /// What the engine keeps beside the keys and should not, in words; empty when all is well.
    ///
    /// # Errors
    /// [`StorageError`] if the engine's folder cannot be read.
    fn strays(&self) -> Result<Vec<String>, StorageError> {
        Ok(Vec::new())
    }
}

/// Writes that belong together.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// The value that a key must have before (`None`: it must be absent), or nothing is written.
    pub expected: Option<(Vec<u8>, Option<Vec<u8>>)>,
    /// New values; `None` removes the key. Of two writes to one key, the later counts.
    pub writes: Vec<(Vec<u8>, Option<Vec<u8>>)>,
}

impl Batch {
    /// Sets a key.
    pub fn put(&mut self, key: impl Into<Vec<u8>>, value: Vec<u8>) {
        self.writes.push((key.into(), Some(value)));
    }

    /// Removes a key.
    pub fn remove(&mut self, key: impl Into<Vec<u8>>) {
        self.writes.push((key.into(), None));
    }
}

/// The engine did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// Another process holds the folder.
    #[error(
        "{} is held by another process; stop that one, or let it do the work (a running `gongjian serve` answers on DIR/socket)",
        .path.display()
    )]
    Locked {
        /// The lock file.
        path: PathBuf,
    },
    /// The disk had no room when the folder was opened; reading goes on.
    #[error(
        "the disk is full: reading works, writing is refused until there is room and the ledger is opened again"
    )]
    Full,
    /// The expectation of a batch did not hold. Nothing was written.
    #[error("the head in storage is not the one this writer wrote: somebody else writes to this folder")]
    Conflict,
    /// The engine holds something that it should not.
    #[error("the storage folder is damaged: {what}")]
    Damaged {
        /// What was found.
        what: String,
    },
    /// A file could not be read or written.
    #[error("cannot {operation}")]
    Io {
        /// What was being done.
        operation: &'static str,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// The engine reports an error.
    #[error("the storage engine cannot {operation}")]
    Engine {
        /// What was being done.
        operation: &'static str,
        /// The cause.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl StorageError {
    /// Whether the storage said no before doing anything, so that nothing can have changed.
    pub fn is_refusal(&self) -> bool {
        matches!(self, StorageError::Full | StorageError::Conflict | StorageError::Locked { .. })
    }
}

/// How a commit is to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It fails, and nothing happened.
    Before,
    /// It fails, and yet it happened and is durable.
    After,
}

/// Storage in memory, for trials and tests: counts syncs, fails on demand, and crashes without loss of the process.
#[derive(Debug, Default)]
pub struct MemoryStorage {
    state: Mutex<MemoryState>,
}

#[derive(Debug, Default)]
struct MemoryState {
    live: BTreeMap<Vec<u8>, Vec<u8>>,
    // What a power cut would leave: the content at the last sync that took effect.
    durable: BTreeMap<Vec<u8>, Vec<u8>>,
    syncs: u64,
    fault: Option<(u64, Fault)>,
    // Commits after this one stay in `live` only: the machine loses power before their sync.
    last_sync: Option<u64>,
}

impl MemoryStorage {
    fn state(&self) -> MutexGuard<'_, MemoryState> {
        // A test that panicked while holding the lock must not hide its message behind a second panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Commits so far, each with its sync.
    pub fn syncs(&self) -> u64 {
        self.state().syncs
    }

    /// Makes commit number `commit` (from 1) fail.
    pub fn fail_at(&self, commit: u64, fault: Fault) {
        self.state().fault = Some((commit, fault));
    }

    /// Makes commits after number `commit` (from 1) reach `live` only, as if power failed before their sync.
    pub fn stop_syncing_after(&self, commit: u64) {
        self.state().last_sync = Some(commit);
    }

    /// What a crash leaves: a new storage with the durable content only.
    pub fn crash(&self) -> MemoryStorage {
        let durable = self.state().durable.clone();
        let state = MemoryState { live: durable.clone(), durable, ..MemoryState::default() };
        MemoryStorage { state: Mutex::new(state) }
    }

    /// Every key and value.
    pub fn pairs(&self) -> Vec<Pair> {
        self.state().live.iter().map(|(key, value)| (key.clone(), value.clone())).collect()
    }

    /// Changes a value behind the log's back; `None` removes it.
    pub fn tamper(&self, key: &[u8], value: Option<Vec<u8>>) {
        let mut state = self.state();
        match value {
            Some(value) => state.live.insert(key.to_vec(), value),
            None => state.live.remove(key),
        };
        state.durable = state.live.clone();
    }
}

impl MemoryState {
    fn apply(&mut self, batch: &Batch) {
        for (key, value) in &batch.writes {
            match value {
                Some(value) => self.live.insert(key.clone(), value.clone()),
                None => self.live.remove(key),
            };
        }
        if self.last_sync.is_none_or(|last| self.syncs <= last) {
            for (key, value) in &batch.writes {
                match value {
                    Some(value) => self.durable.insert(key.clone(), value.clone()),
                    None => self.durable.remove(key),
                };
            }
        }
    }
}

impl Storage for MemoryStorage {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        Ok(self.state().live.get(key).cloned())
    }

    fn range<'a>(&'a self, from: &[u8], to: &[u8]) -> Pairs<'a> {
        if from >= to {
            return Box::new(std::iter::empty());
        }
        let state = self.state();
        let pairs: Vec<_> = state
            .live
            .range(from.to_vec()..to.to_vec())
            .map(|(key, value)| Ok((key.clone(), value.clone())))
            .collect();
        Box::new(pairs.into_iter())
    }

    fn commit(&self, batch: &Batch) -> Result<(), StorageError> {
        let mut state = self.state();
        if let Some((key, value)) = &batch.expected
            && state.live.get(key) != value.as_ref()
        {
            return Err(StorageError::Conflict);
        }
        state.syncs += 1;
        let failed = || StorageError::Io {
            operation: "commit",
            source: io::Error::new(io::ErrorKind::StorageFull, "the test said so"),
        };
        let fault = state.fault.filter(|(commit, _)| *commit == state.syncs).map(|(_, fault)| fault);
        match fault {
            Some(Fault::Before) => Err(failed()),
            Some(Fault::After) => {
                state.apply(batch);
                Err(failed())
            }
            None => {
                state.apply(batch);
                Ok(())
            }
        }
    }
}
