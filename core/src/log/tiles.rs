//! Sealed entry bundles and full hash tiles as immutable files (C2SP tlog-tiles), for anybody to serve, copy
//! or check: `docs/FORMAT.md`, section 9.
//!
//! A thread of its own writes them after the answer to the append. Each file is written under another name,
//! synced and renamed, so a name stands for whole content; a name that exists is never written again. What
//! a crash left out is found and written when the log is opened.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use super::hash::MerkleHash;
use super::page::{BUNDLE_EVENTS, Entry, Page};
use super::read::{LogReader, ReadError};
use super::sled_storage::sync_folder;
use super::storage::StorageError;
use crate::checkpoints::CHECKPOINT_FILE;
pub(super) use crate::evidence::tile::hash_bytes as tile_bytes;
pub use crate::evidence::tile::{TileKind, path};

/// Bundles between two syncs of folders, and so the most work that a stop has to wait for.
const BUNDLES_A_ROUND: u64 = 64;

/// The number of the tile of a level that holds a position.
pub(super) fn tile_of(level: usize, position: u64) -> u64 {
    u32::try_from(8 * (level + 1)).ok().and_then(|bits| position.checked_shr(bits)).unwrap_or(0)
}

/// What an entry bundle has of a page: its raw bytes. What stands in place of an erased event has no room in
/// the format; a bundle shows a length of zero and nothing else.
pub(super) fn bundle_part(page: &Page) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(page.raw().len());
    for (_, entry) in page.entries() {
        match entry {
            Entry::Event(event) => {
                bytes.extend_from_slice(&u16::try_from(event.len()).unwrap_or(0).to_be_bytes());
                bytes.extend_from_slice(event);
            }
            Entry::Withheld(_) => bytes.extend_from_slice(&[0, 0]),
        }
    }
    bytes
}

/// The bytes of a sealed bundle, and its leaves.
fn bundle(reader: &LogReader, number: u64) -> Result<(Vec<u8>, Vec<MerkleHash>), TilesError> {
    let first = number * BUNDLE_EVENTS;
    let mut bundle = Vec::new();
    let mut leaves = Vec::with_capacity(256);
    let mut position = first;
    while position < first + BUNDLE_EVENTS {
        let page = reader.sealed_page(position)?;
        bundle.extend_from_slice(&bundle_part(&page));
        leaves.extend(page.entries().map(|(_, entry)| match entry {
            Entry::Event(bytes) => MerkleHash::leaf(bytes),
            Entry::Withheld(withheld) => withheld.leaf,
        }));
        position = page.end().max(position + 1);
    }
    Ok((bundle, leaves))
}

/// Puts a bundle as it is now in the place of its file, and leaves no rest of an interrupted write beside it. Not
/// while the thread that writes files is at this bundle.
pub(super) fn rewrite_bundle(dir: &Path, reader: &LogReader, number: u64) -> Result<(), TilesError> {
    let path = dir.join(path(TileKind::Entries, number));
    let temporary = path.with_extension("tmp");
    match fs::remove_file(&temporary) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    if !path.exists() {
        return Ok(());
    }
    let (bytes, _) = bundle(reader, number)?;
    let mut file = File::create(&temporary)?;
    file.write_all(&bytes)?;
    file.sync_data()?;
    fs::rename(&temporary, &path)?;
    if let Some(folder) = path.parent() {
        sync_folder(folder)?;
    }
    Ok(())
}

/// The files below a folder, as paths relative to it; none if it is not there.
pub(super) fn files(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            } else if let Ok(relative) = entry.path().strip_prefix(dir) {
                found.push(relative.to_owned());
            }
        }
    }
    Ok(found)
}

/// Whether a file is a full bundle or tile of a log of this size, or the rest of an interrupted write.
pub(super) fn is_expected(relative: &Path, size: u64) -> bool {
    if relative.extension().is_some_and(|extension| extension == "tmp")
        || relative == Path::new(CHECKPOINT_FILE)
    {
        return true;
    }
    let mut parts = relative.iter().map(|part| part.to_str().unwrap_or(""));
    if parts.next() != Some("tile") {
        return false;
    }
    let kind = match parts.next() {
        Some("entries") => TileKind::Entries,
        Some(level) => match level.parse() {
            Ok(level) => TileKind::Hashes(level),
            Err(_) => return false,
        },
        None => return false,
    };
    let digits: String = parts.collect::<Vec<_>>().join("").replace('x', "");
    let Ok(number) = digits.parse::<u64>() else { return false };
    let level = if let TileKind::Hashes(level) = kind { level } else { 0 };
    // Compared as a path again, so that only the one right spelling passes.
    number < tile_of(level, size) && path(kind, number) == relative
}

/// A file could not be written. The log goes on; the files are written when it is opened again.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the files of sealed tiles cannot be written: {0}")]
pub struct TilesError(String);

impl From<ReadError> for TilesError {
    fn from(error: ReadError) -> Self {
        TilesError(error.to_string())
    }
}

impl From<io::Error> for TilesError {
    fn from(error: io::Error) -> Self {
        TilesError(error.to_string())
    }
}

impl From<StorageError> for TilesError {
    fn from(error: StorageError) -> Self {
        TilesError(error.to_string())
    }
}

/// What the thread is told and tells.
#[derive(Default)]
struct Progress {
    /// Full bundles in the log.
    wanted: u64,
    /// Full bundles whose files, and the tiles above them, are durable.
    done: u64,
    is_closing: bool,
    error: Option<TilesError>,
}

#[derive(Default)]
struct Signal {
    progress: Mutex<Progress>,
    changed: Condvar,
}

impl Signal {
    fn progress(&self) -> MutexGuard<'_, Progress> {
        // Numbers only; a panic elsewhere leaves them true.
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The thread that writes the files. Dropping it waits for the files of all sealed bundles.
pub(super) struct TileThread {
    signal: Arc<Signal>,
    thread: Option<JoinHandle<()>>,
}

impl TileThread {
    pub(super) fn start(dir: PathBuf, reader: LogReader) -> io::Result<TileThread> {
        let signal = Arc::new(Signal::default());
        signal.progress().wanted = reader.size() / BUNDLE_EVENTS;
        let theirs = Arc::clone(&signal);
        let work = move || {
            let mut writer = Writer { dir, reader, next: 0, levels: Vec::new(), folders: BTreeSet::new() };
            writer.run(&theirs);
        };
        let thread = std::thread::Builder::new().name("tiles".to_owned()).spawn(work)?;
        Ok(TileThread { signal, thread: Some(thread) })
    }

    /// Tells the thread how far the log reaches. Costs nothing to speak of.
    pub(super) fn announce(&self, size: u64) {
        let wanted = size / BUNDLE_EVENTS;
        let mut progress = self.signal.progress();
        if progress.wanted != wanted {
            progress.wanted = wanted;
            drop(progress);
            self.signal.changed.notify_all();
        }
    }

    /// Waits until all sealed bundles have their files.
    pub(super) fn sync(&self) -> Result<(), TilesError> {
        let mut progress = self.signal.progress();
        loop {
            if let Some(error) = &progress.error {
                return Err(error.clone());
            }
            if progress.done >= progress.wanted {
                return Ok(());
            }
            progress = self.signal.changed.wait(progress).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Drop for TileThread {
    fn drop(&mut self) {
        self.signal.progress().is_closing = true;
        self.signal.changed.notify_all();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that writes tiles panicked");
        }
    }
}

struct Writer {
    dir: PathBuf,
    reader: LogReader,
    /// The next bundle.
    next: u64,
    /// The hashes of the unfinished tile of each level from 1.
    levels: Vec<Vec<MerkleHash>>,
    /// Folders with new names that are not durable yet.
    folders: BTreeSet<PathBuf>,
}

impl Writer {
    fn run(&mut self, signal: &Signal) {
        loop {
            let wanted = {
                let mut progress = signal.progress();
                while progress.wanted == self.next && !progress.is_closing {
                    progress = signal.changed.wait(progress).unwrap_or_else(PoisonError::into_inner);
                }
                if progress.wanted == self.next {
                    return;
                }
                progress.wanted
            };
            let result = self.round(wanted.min(self.next + BUNDLES_A_ROUND));
            let mut progress = signal.progress();
            match result {
                Ok(()) => progress.done = self.next,
                Err(error) => {
                    tracing::error!(%error, "tiles are not written until the ledger is opened again");
                    progress.error = Some(error);
                }
            }
            let failed = progress.error.is_some();
            drop(progress);
            signal.changed.notify_all();
            if failed {
                return;
            }
        }
    }

    fn round(&mut self, end: u64) -> Result<(), TilesError> {
        while self.next < end {
            let number = self.next;
            let hashes = self.dir.join(path(TileKind::Hashes(0), number));
            let entries = self.dir.join(path(TileKind::Entries, number));
            let root = match fs::read(&hashes) {
                // Hashes are written after entries, so where they are both are.
                Ok(bytes) if bytes.len() == 8192 && entries.exists() => {
                    let (leaves, _) = bytes.as_chunks::<32>();
                    MerkleHash::root_of(&leaves.iter().map(|hash| MerkleHash(*hash)).collect::<Vec<_>>())
                }
                _ => {
                    let (bundle, leaves) = self.bundle(number)?;
                    self.write(TileKind::Entries, number, &bundle)?;
                    self.write(TileKind::Hashes(0), number, &tile_bytes(&leaves))?;
                    MerkleHash::root_of(&leaves)
                }
            };
            self.push(1, root, number)?;
            self.next += 1;
        }
        for folder in std::mem::take(&mut self.folders) {
            sync_folder(&folder)?;
        }
        Ok(())
    }

    fn bundle(&self, number: u64) -> Result<(Vec<u8>, Vec<MerkleHash>), TilesError> {
        bundle(&self.reader, number)
    }

    /// Adds a hash to the unfinished tile of a level, which may complete it and go on upward.
    fn push(&mut self, level: usize, hash: MerkleHash, bundle: u64) -> Result<(), TilesError> {
        while self.levels.len() < level {
            self.levels.push(Vec::new());
        }
        let hashes = &mut self.levels[level - 1];
        hashes.push(hash);
        if hashes.len() < 256 {
            return Ok(());
        }
        let hashes = std::mem::take(hashes);
        self.write(TileKind::Hashes(level), tile_of(level, bundle * BUNDLE_EVENTS), &tile_bytes(&hashes))?;
        self.push(level + 1, MerkleHash::root_of(&hashes), bundle)
    }

    fn write(&mut self, kind: TileKind, number: u64, bytes: &[u8]) -> io::Result<()> {
        let path = self.dir.join(path(kind, number));
        if path.exists() {
            return Ok(());
        }
        if let Some(folder) = path.parent() {
            if !folder.exists() {
                fs::create_dir_all(folder)?;
                // Each new folder is a name in the one above it.
                let above = folder.ancestors().skip(1).take_while(|above| above.starts_with(&self.dir));
                self.folders.extend(above.map(Path::to_owned));
            }
            self.folders.insert(folder.to_owned());
        }
        let temporary = path.with_extension("tmp");
        let mut file = File::create(&temporary)?;
        file.write_all(bytes)?;
        file.sync_data()?;
        fs::rename(&temporary, &path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_the_specification() {
        for (number, expected) in [
            (0, "000"),
            (255, "255"),
            (999, "999"),
            (1000, "x001/000"),
            (1_234_067, "x001/x234/067"),
            (1_234_567_890, "x001/x234/x567/890"),
        ] {
            let path = path(TileKind::Entries, number);
            assert_eq!(path, Path::new("tile/entries").join(expected));
        }
        assert!(is_expected(Path::new("tile/0/000"), 256));
        assert!(!is_expected(Path::new("tile/0/000"), 255));
        assert!(!is_expected(Path::new("tile/1/000"), 65_535));
        assert!(!is_expected(Path::new("tile/0/0000"), 1 << 20));
    }
}
