//! sled behind [`Storage`]: the only file that names it.
//!
//! What sled 0.34.7 does not do by itself is done here: our own lock before anything is touched, removal of
//! a snapshot that a kill left half written, a sync that really reaches the disk, and a ballast file that
//! leaves room to open (and so to read) on a full disk.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use fs2::FileExt as _;

use super::storage::{Batch, Pairs, Storage, StorageError};

/// Larger than any leaf of sled's tree times four; above a quarter of it sled spills to unsynced files.
/// Fixed for ever in a folder when it is created.
const SEGMENT_BYTES: usize = 8 << 20;

/// What sled may keep in memory. The indexes of the log are our own.
const CACHE_BYTES: u64 = 64 << 20;

/// Enough for sled to open a full disk: it writes at most one segment then.
pub const BALLAST_BYTES: u64 = 16 << 20;

/// Where sled's files are.
pub(super) const FOLDER: &str = "sled";
/// Where they are written anew; renamed to [`FOLDER_NEW`] when they are whole.
const FOLDER_BUILDING: &str = "sled.building";
/// Whole files that are to take the place of those in [`FOLDER`].
pub(super) const FOLDER_NEW: &str = "sled.new";
/// Files whose place was taken; they go next.
const FOLDER_OLD: &str = "sled.old";
/// Keys and values that are copied in one batch.
const COPIED_AT_ONCE: usize = 256;

/// sled's files, open.
struct Engine {
    db: sled::Db,
    // Our own handle on sled's file, because sled's flush does not reach the disk (see `commit`).
    file: File,
}

/// A folder with sled inside.
pub struct SledStorage {
    // Dropped first to last: sled closes before the lock is given up. Empty only while its files change place, and
    // after that failed.
    engine: RwLock<Option<Engine>>,
    dir: PathBuf,
    folder: PathBuf,
    // Held from the comparison of a batch's expectation until its sync.
    writing: Mutex<()>,
    full: bool,
    _lock: File,
}

impl SledStorage {
    /// Opens the folder, or creates it. `ballast_bytes` is [`BALLAST_BYTES`] but in tests.
    ///
    /// # Errors
    /// [`StorageError::Locked`] if another process has it open; others if the folder cannot be used.
    pub fn open(dir: &Path, ballast_bytes: u64) -> Result<SledStorage, StorageError> {
        fs::create_dir_all(dir).map_err(io_error("create the folder"))?;
        let lock = lock(dir)?;
        settle(dir)?;
        let folder = dir.join(FOLDER);
        let is_new = !folder.join("db").exists();
        remove_unfinished_snapshots(&folder)?;

        let ballast = dir.join("ballast");
        let db = match open_sled(&folder) {
            Err(StorageError::Engine { source, .. }) if is_disk_full(source.as_ref()) => {
                tracing::warn!("the disk is full; giving up the ballast so that the ledger can be read");
                remove_if_there(&ballast)?;
                open_sled(&folder)?
            }
            other => other?,
        };
        let full = match fill_ballast(&ballast, ballast_bytes) {
            Ok(()) => false,
            Err(error) if is_disk_full(&error) => {
                // A ballast half written is no ballast, and holds room that reading may need.
                remove_if_there(&ballast)?;
                true
            }
            Err(error) => return Err(io_error("write the ballast")(error)),
        };

        let file = File::open(folder.join("db")).map_err(io_error("open the database file"))?;
        if is_new {
            // The names of the files are durable only with the folders that hold them.
            file.sync_all().map_err(io_error("sync the database file"))?;
            sync_folder(&folder)?;
            sync_folder(dir)?;
        }
        let engine = RwLock::new(Some(Engine { db, file }));
        let (dir, writing) = (dir.to_owned(), Mutex::new(()));
        let storage = SledStorage { engine, dir, folder, writing, full, _lock: lock };
        if let Some(what) = storage.strays()?.into_iter().next() {
            return Err(StorageError::Damaged { what });
        }
        Ok(storage)
    }

    /// Bytes on disk of the database file.
    ///
    /// # Errors
    /// [`StorageError`] if the engine cannot tell.
    pub fn disk_bytes(&self) -> Result<u64, StorageError> {
        self.with(|engine| engine.db.size_on_disk().map_err(engine_error("measure its files")))
    }

    fn with<T>(&self, work: impl FnOnce(&Engine) -> Result<T, StorageError>) -> Result<T, StorageError> {
        let engine = self.engine.read().unwrap_or_else(PoisonError::into_inner);
        work(engine.as_ref().ok_or_else(closed)?)
    }

    /// Copies what is live into files of their own, durable under [`FOLDER_NEW`].
    fn copy_live(&self) -> Result<(), StorageError> {
        let building = self.dir.join(FOLDER_BUILDING);
        remove_folder(&building)?;
        let copy = open_sled(&building)?;
        self.with(|engine| {
            let mut batch = sled::Batch::default();
            for (count, pair) in engine.db.iter().enumerate() {
                let (key, value) = pair.map_err(engine_error("read a range"))?;
                batch.insert(key, value);
                if (count + 1).is_multiple_of(COPIED_AT_ONCE) {
                    copy.apply_batch(std::mem::take(&mut batch)).map_err(engine_error("apply a batch"))?;
                }
            }
            copy.apply_batch(batch).map_err(engine_error("apply a batch"))?;
            copy.flush().map_err(engine_error("flush"))?;
            if copy.len() != engine.db.len() {
                return Err(StorageError::Damaged { what: "the copy has another number of keys".to_owned() });
            }
            Ok(())
        })?;
        drop(copy);
        sync_files(&building)?;
        sync_folder(&building)?;
        fs::rename(&building, self.dir.join(FOLDER_NEW)).map_err(io_error("rename the new files"))?;
        sync_folder(&self.dir)
    }
}

fn closed() -> StorageError {
    StorageError::Damaged { what: "its files were changing place when that failed; open it again".to_owned() }
}

/// Finishes or undoes what a kill interrupted in [`SledStorage::rewrite`]: files under [`FOLDER_NEW`] are whole
/// and equal to those in [`FOLDER`], since nothing is written in between.
fn settle(dir: &Path) -> Result<(), StorageError> {
    let [folder, building, new, old] =
        [FOLDER, FOLDER_BUILDING, FOLDER_NEW, FOLDER_OLD].map(|name| dir.join(name));
    remove_folder(&building)?;
    if new.exists() {
        if folder.exists() {
            remove_folder(&old)?;
            fs::rename(&folder, &old).map_err(io_error("put the old files aside"))?;
            sync_folder(dir)?;
        }
        fs::rename(&new, &folder).map_err(io_error("put the new files in place"))?;
        sync_folder(dir)?;
    }
    if old.exists() {
        remove_folder(&old)?;
        sync_folder(dir)?;
    }
    Ok(())
}

fn remove_folder(folder: &Path) -> Result<(), StorageError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(io_error("remove a folder of replaced files")(error))
        }
        _ => Ok(()),
    }
}

fn sync_files(folder: &Path) -> Result<(), StorageError> {
    for entry in fs::read_dir(folder).map_err(io_error("list the database folder"))? {
        let path = entry.map_err(io_error("list the database folder"))?.path();
        let synced = File::open(&path).and_then(|file| file.sync_all());
        synced.map_err(io_error("sync a database file"))?;
    }
    Ok(())
}

fn lock(dir: &Path) -> Result<File, StorageError> {
    let path = dir.join("lock");
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(io_error("create the lock file"))?;
    match file.try_lock_exclusive() {
        Ok(()) => Ok(file),
        Err(error) if error.raw_os_error() == fs2::lock_contended_error().raw_os_error() => {
            Err(StorageError::Locked { path })
        }
        Err(error) => Err(io_error("take the lock")(error)),
    }
}

/// A kill during sled's snapshot leaves a file that sled then takes for a whole one and refuses to open.
/// The rename is its commit point, so an unfinished one holds nothing.
fn remove_unfinished_snapshots(folder: &Path) -> Result<(), StorageError> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(io_error("list the database folder"))?,
    };
    for entry in entries {
        let entry = entry.map_err(io_error("list the database folder"))?;
        let name = entry.file_name();
        if let Some(name) = name.to_str()
            && name.starts_with("snap.")
            && name.ends_with(".generating")
        {
            fs::remove_file(entry.path()).map_err(io_error("remove an unfinished snapshot"))?;
        }
    }
    Ok(())
}

/// How long sled may take to let go of files that this process had open a moment ago.
const RELEASE_WAIT: Duration = Duration::from_secs(5);
const RELEASE_POLL: Duration = Duration::from_millis(5);

/// Opens sled's files. We hold our own lock, so if sled's is taken, its background threads of the last opening in
/// this process have not yet let go of it: a matter of moments.
fn open_sled(folder: &Path) -> Result<sled::Db, StorageError> {
    let started = Instant::now();
    loop {
        match open_sled_once(folder) {
            Err(StorageError::Engine { source, .. })
                if source.to_string().contains("could not acquire lock")
                    && started.elapsed() < RELEASE_WAIT =>
            {
                std::thread::sleep(RELEASE_POLL);
            }
            other => return other,
        }
    }
}

fn open_sled_once(folder: &Path) -> Result<sled::Db, StorageError> {
    let config = sled::Config::new()
        .path(folder)
        .flush_every_ms(None)
        .segment_size(SEGMENT_BYTES)
        .cache_capacity(CACHE_BYTES)
        .mode(sled::Mode::HighThroughput);
    // sled asserts on some kinds of damage; a damaged ledger must be a message, not a crash.
    catch_unwind(AssertUnwindSafe(|| config.open()))
        .map_err(|_| StorageError::Damaged { what: "sled panicked while opening its files".to_owned() })?
        .map_err(engine_error("open its files"))
}

fn fill_ballast(path: &Path, bytes: u64) -> io::Result<()> {
    if fs::metadata(path).map(|meta| meta.len()).unwrap_or(0) >= bytes {
        return Ok(());
    }
    // Really written, and not all zeros: a file system may keep a hole or a compressed nothing otherwise.
    let block: Vec<u8> =
        (0..1 << 16u32).map(|at: u32| at.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
    let mut file = File::create(path)?;
    let mut left = bytes;
    while left > 0 {
        let part = left.min(block.len() as u64);
        file.write_all(&block[..usize::try_from(part).unwrap_or(block.len())])?;
        left -= part;
    }
    file.sync_all()
}

fn remove_if_there(path: &Path) -> Result<(), StorageError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(io_error("remove the ballast")(error)),
        _ => Ok(()),
    }
}

fn is_disk_full(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let io = match error.downcast_ref::<sled::Error>() {
            Some(sled::Error::Io(io)) => Some(io),
            _ => error.downcast_ref::<io::Error>(),
        };
        if io.is_some_and(|io| io.kind() == io::ErrorKind::StorageFull) {
            return true;
        }
        cause = error.source();
    }
    false
}

pub(super) fn sync_folder(folder: &Path) -> Result<(), StorageError> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(io_error("sync a folder"))
}

fn io_error(operation: &'static str) -> impl FnOnce(io::Error) -> StorageError {
    move |source| StorageError::Io { operation, source }
}

fn engine_error(operation: &'static str) -> impl FnOnce(sled::Error) -> StorageError {
    move |source| StorageError::Engine { operation, source: Box::new(source) }
}

impl Storage for SledStorage {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        self.with(|engine| {
            Ok(engine.db.get(key).map_err(engine_error("read a key"))?.map(|value| value.to_vec()))
        })
    }

    fn range<'a>(&'a self, from: &[u8], to: &[u8]) -> Pairs<'a> {
        let pairs = match self.with(|engine| Ok(engine.db.range(from.to_vec()..to.to_vec()))) {
            Ok(pairs) => pairs,
            Err(error) => return Box::new(std::iter::once(Err(error))),
        };
        Box::new(pairs.map(|pair| {
            let (key, value) = pair.map_err(engine_error("read a range"))?;
            Ok((key.to_vec(), value.to_vec()))
        }))
    }

    fn commit(&self, batch: &Batch) -> Result<(), StorageError> {
        if self.full {
            return Err(StorageError::Full);
        }
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        self.with(|Engine { db, file }| {
            if let Some((key, expected)) = &batch.expected {
                let found = db.get(key).map_err(engine_error("read a key"))?;
                if found.as_deref() != expected.as_deref() {
                    return Err(StorageError::Conflict);
                }
            }
            let mut writes = sled::Batch::default();
            for (key, value) in &batch.writes {
                match value {
                    Some(value) => writes.insert(key.as_slice(), value.as_slice()),
                    None => writes.remove(key.as_slice()),
                }
            }
            db.apply_batch(writes).map_err(engine_error("apply a batch"))?;
            db.flush().map_err(engine_error("flush"))?;
            // On Linux sled's flush is sync_file_range: no length, no disk cache. This is the sync that counts.
            file.sync_data().map_err(io_error("sync the database file"))
        })
    }

    /// sled keeps replaced values in its file until it uses their segments again, which may be never. So the live
    /// keys are copied into new files, which then take the place of the old ones.
    fn rewrite(&self) -> Result<(), StorageError> {
        if self.full {
            return Err(StorageError::Full);
        }
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        self.copy_live()?;
        let mut engine = self.engine.write().unwrap_or_else(PoisonError::into_inner);
        // Closed first: sled writes into its folder by name when it closes.
        *engine = None;
        settle(&self.dir)?;
        let db = open_sled(&self.folder)?;
        let file = File::open(self.folder.join("db")).map_err(io_error("open the database file"))?;
        *engine = Some(Engine { db, file });
        Ok(())
    }

    fn strays(&self) -> Result<Vec<String>, StorageError> {
        let blobs = self.folder.join("blobs");
        let mut strays = Vec::new();
        for entry in fs::read_dir(&blobs).map_err(io_error("list sled's blobs"))? {
            let entry = entry.map_err(io_error("list sled's blobs"))?;
            strays.push(format!("sled spilled {} into an unsynced file", entry.path().display()));
        }
        Ok(strays)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_from_other_errors() {
        let full = || io::Error::from_raw_os_error(28);
        assert!(is_disk_full(&full()));
        assert!(is_disk_full(&sled::Error::Io(full())));
        assert!(!is_disk_full(&sled::Error::Io(io::Error::other("else"))));
        let StorageError::Engine { source, .. } = engine_error("open")(sled::Error::Io(full())) else {
            panic!()
        };
        assert!(is_disk_full(source.as_ref()));
    }

    #[test]
    fn the_ballast_is_written_and_what_spills_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        drop(SledStorage::open(dir.path(), 100_000).unwrap());
        assert_eq!(fs::metadata(dir.path().join("ballast")).unwrap().len(), 100_000);
        fs::write(dir.path().join("sled/blobs/7"), b"spilled").unwrap();
        assert!(SledStorage::open(dir.path(), 100_000).is_err());
    }

    #[test]
    fn a_batch_whose_expectation_fails_changes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let storage = SledStorage::open(dir.path(), 0).unwrap();
        let mut batch = Batch { expected: Some((b"h".to_vec(), None)), ..Batch::default() };
        batch.put(*b"h", b"1".to_vec());
        storage.commit(&batch).unwrap();
        assert!(matches!(storage.commit(&batch), Err(StorageError::Conflict)));
        batch.expected = Some((b"h".to_vec(), Some(b"1".to_vec())));
        batch.remove(*b"h");
        storage.commit(&batch).unwrap();
        assert_eq!(storage.get(b"h").unwrap(), None);
    }

    fn files_hold(dir: &Path, text: &[u8]) -> bool {
        fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).any(|path| match path.is_dir() {
            true => files_hold(&path, text),
            false => fs::read(&path).unwrap().windows(text.len()).any(|part| part == text),
        })
    }

    #[test]
    fn files_written_anew_hold_what_is_live_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let storage = SledStorage::open(dir.path(), 0).unwrap();
        let put = |key: u32, value: &[u8]| {
            let mut batch = Batch::default();
            batch.put(key.to_be_bytes(), value.to_vec());
            storage.commit(&batch).unwrap();
        };
        for key in 0..700u32 {
            put(key, &[b"value ", &key.to_be_bytes()[..], &[7; 300]].concat());
        }
        put(5, b"what must go");
        put(5, b"what stays");
        assert!(files_hold(dir.path(), b"what must go"), "the engine keeps what was replaced");
        storage.rewrite().unwrap();
        assert!(!files_hold(dir.path(), b"what must go"));
        assert!(files_hold(dir.path(), b"what stays"));
        put(6, b"after it");
        let pairs: Vec<_> = storage.range(&[], &[255]).map(Result::unwrap).collect();
        assert_eq!(pairs.len(), 700);
        drop(storage);
        let storage = SledStorage::open(dir.path(), 0).unwrap();
        assert_eq!(storage.range(&[], &[255]).map(Result::unwrap).collect::<Vec<_>>(), pairs);
        let names = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name());
        assert!(names.filter_map(|name| name.into_string().ok()).all(|name| !name.starts_with("sled.")));
    }

    #[test]
    fn a_kill_while_files_change_place_loses_nothing() {
        let fresh = || {
            let dir = tempfile::tempdir().unwrap();
            let storage = SledStorage::open(dir.path(), 0).unwrap();
            let mut batch = Batch::default();
            batch.put(*b"k", b"v".to_vec());
            storage.commit(&batch).unwrap();
            drop(storage);
            dir
        };
        let copy = |dir: &Path, to: &str| {
            fs::create_dir_all(dir.join(to).join("blobs")).unwrap();
            for entry in fs::read_dir(dir.join(FOLDER)).unwrap().map(Result::unwrap) {
                if entry.path().is_file() {
                    fs::copy(entry.path(), dir.join(to).join(entry.file_name())).unwrap();
                }
            }
        };
        // Where a kill left which folder: nothing moved, the old one put aside, the new one not yet whole.
        let cases = [
            ("whole", None),
            ("aside", Some((FOLDER, FOLDER_OLD))),
            ("building", Some((FOLDER_NEW, FOLDER_BUILDING))),
        ];
        for (name, moved) in cases {
            let dir = fresh();
            copy(dir.path(), FOLDER_NEW);
            if let Some((from, to)) = moved {
                fs::rename(dir.path().join(from), dir.path().join(to)).unwrap();
            }
            let storage = SledStorage::open(dir.path(), 0).unwrap();
            assert_eq!(storage.get(b"k").unwrap().as_deref(), Some(&b"v"[..]), "{name}");
            for gone in [FOLDER_NEW, FOLDER_OLD, FOLDER_BUILDING] {
                assert!(!dir.path().join(gone).exists(), "{name}: {gone}");
            }
        }
    }
}
