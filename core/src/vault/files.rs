//! Files that are there whole or not at all, private to their owner.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use super::{ObjectName, VaultError};
use crate::files;

pub(super) fn fault(operation: &'static str, path: &Path) -> impl FnOnce(io::Error) -> VaultError {
    let path = path.to_owned();
    move |source| VaultError::Io { operation, path, source }
}

/// The bytes of a file; `None` if there is none.
pub(super) fn read(path: &Path) -> Result<Option<Vec<u8>>, VaultError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(fault("read", path)(error)),
    }
}

/// Puts a whole file in the place of the old one. Folders that are not there are made.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), VaultError> {
    make_folder(path.parent().unwrap_or(Path::new(".")))?;
    files::write_whole(path, bytes, files::PRIVATE).map_err(fault("write", path))
}

/// Adds bytes to the end of a file that is there.
pub(super) fn append(path: &Path, bytes: &[u8]) -> Result<(), VaultError> {
    let mut file = OpenOptions::new().append(true).open(path).map_err(fault("open", path))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(fault("write", path))
}

/// Removes a file, if it is there, for good.
pub(super) fn remove(path: &Path) -> Result<(), VaultError> {
    match fs::remove_file(path) {
        Ok(()) => sync_folder(path.parent().unwrap_or(Path::new("."))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(fault("remove", path)(error)),
    }
}

/// Moves a whole file to a place where none is, durably.
pub(super) fn rename(from: &Path, to: &Path) -> Result<(), VaultError> {
    let folders = [from, to].map(|path| path.parent().unwrap_or(Path::new(".")));
    make_folder(folders[1])?;
    fs::rename(from, to).map_err(fault("move", from))?;
    // The new name first: a crash in between leaves two rather than none.
    sync_folder(folders[1])?;
    sync_folder(folders[0])
}

fn sync_folder(folder: &Path) -> Result<(), VaultError> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(fault("sync", folder))
}

/// Makes a folder with those above it, each durable as a name in the one above.
fn make_folder(folder: &Path) -> Result<(), VaultError> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    let above = folder.parent().unwrap_or(Path::new("."));
    make_folder(above)?;
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            return Err(fault("create", folder)(error));
        }
        _ => {}
    }
    sync_folder(if above.as_os_str().is_empty() { Path::new(".") } else { above })
}

/// The files of the folder of objects, with the name of those that are objects.
pub(super) fn objects(folder: &Path) -> Result<Vec<(PathBuf, Option<ObjectName>)>, VaultError> {
    let mut found = Vec::new();
    for part in list(folder)? {
        if !part.is_dir() {
            found.push((part, None));
            continue;
        }
        let prefix = part.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        for path in list(&part)?.into_iter().filter(|path| !path.is_dir()) {
            let name = path.file_name().and_then(|name| name.to_str());
            let name = name.filter(|name| name.starts_with(&prefix)).and_then(ObjectName::parse);
            found.push((path, name));
        }
    }
    Ok(found)
}

/// The files of a folder without parts, with the name of those that are objects.
pub(super) fn list_objects(folder: &Path) -> Result<Vec<(PathBuf, Option<ObjectName>)>, VaultError> {
    let name_of = |path: &Path| path.file_name().and_then(|name| name.to_str()).and_then(ObjectName::parse);
    Ok(list(folder)?.into_iter().map(|path| (path.clone(), name_of(&path))).collect())
}

fn list(folder: &Path) -> Result<Vec<PathBuf>, VaultError> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(fault("list", folder))?,
    };
    entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()
        .map_err(fault("list", folder))
}
