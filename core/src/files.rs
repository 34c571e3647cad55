//! Small files that must be whole after a crash: written under another name, synced, renamed, the folder synced.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use fs2::FileExt as _;

/// Only the owner may read and write.
pub const PRIVATE: u32 = 0o600;
/// Everybody may read.
pub const PUBLIC: u32 = 0o644;

/// Puts a whole file in the place of the old one, durable on return.
///
/// # Errors
/// Whatever the file system says; the old file is then still there, or the new one is.
pub fn write_whole(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let temporary = write_aside(path, bytes, mode)?;
    fs::rename(&temporary, path)?;
    sync_folder_of(path)
}

/// Writes a file that must not be there yet, durable on return.
///
/// # Errors
/// `AlreadyExists`, or whatever the file system says.
pub fn write_new(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let temporary = write_aside(path, bytes, mode)?;
    // A link, unlike a rename, never replaces.
    let linked = fs::hard_link(&temporary, path);
    let _ = fs::remove_file(&temporary);
    linked?;
    sync_folder_of(path)
}

fn write_aside(path: &Path, bytes: &[u8], mode: u32) -> io::Result<PathBuf> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".tmp");
    let temporary = path.with_file_name(name);
    let _ = fs::remove_file(&temporary);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    Ok(temporary)
}

fn sync_folder_of(path: &Path) -> io::Result<()> {
    match path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) => File::open(folder)?.sync_all(),
        None => File::open(".")?.sync_all(),
    }
}

/// How long a lock is waited for: a process that has just ended, or a child that was being started from one, may
/// hold it for a moment longer.
const LOCK_PATIENCE: Duration = Duration::from_secs(2);
const LOCK_PAUSE: Duration = Duration::from_millis(10);

/// Holds a file for this process alone until it is dropped; `None` if another process holds it.
///
/// # Errors
/// Whatever the file system says.
pub fn hold(path: &Path) -> io::Result<Option<File>> {
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
    let started = Instant::now();
    loop {
        match file.try_lock_exclusive() {
            Ok(()) => return Ok(Some(file)),
            Err(error) if error.raw_os_error() != fs2::lock_contended_error().raw_os_error() => {
                return Err(error);
            }
            Err(_) if started.elapsed() >= LOCK_PATIENCE => return Ok(None),
            Err(_) => std::thread::sleep(LOCK_PAUSE),
        }
    }
}

/// Makes a folder, and those above it, that only the owner enters.
///
/// # Errors
/// Whatever the file system says.
pub fn private_folder(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// The bytes of a file, or `None` if there is none; `InvalidData` for more than `limit`.
///
/// # Errors
/// Whatever the file system says.
pub fn read_limited(path: &Path, limit: u64) -> io::Result<Option<Vec<u8>>> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    let mut bytes = Vec::new();
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(io::Error::new(io::ErrorKind::InvalidData, format!("more than {limit} bytes")));
    }
    Ok(Some(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_file_is_replaced_whole_and_a_new_one_never_replaces() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        write_new(&path, b"one", PRIVATE).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(write_new(&path, b"two", PRIVATE).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(read_limited(&path, 3).unwrap().unwrap(), b"one");
        // What a crash left behind stands in nobody's way.
        fs::write(dir.path().join("file.tmp"), "half").unwrap();
        write_whole(&path, b"three", PUBLIC).unwrap();
        assert_eq!(read_limited(&path, 9).unwrap().unwrap(), b"three");
        assert!(read_limited(&path, 4).is_err());
        assert!(read_limited(&dir.path().join("none"), 4).unwrap().is_none());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
