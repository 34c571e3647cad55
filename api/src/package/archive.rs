//! The files of a package in one archive or one folder; the only file here that names the ZIP library.
//!
//! What is written follows from the files alone: sorted names, no times, nothing compressed. What is read may come
//! from an enemy: names are plain, nothing stands twice, and sizes are bounded before anything is unpacked.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read as _, Write as _};
use std::path::Path;

use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use crate::offline::{Fault, Kind, read_at_most};

/// The most files of a package.
pub const FILES_MAX: usize = 65_000;
/// The most bytes of one file.
pub const ENTRY_MAX: u64 = 64 << 20;
/// The most bytes of all files together.
pub const TOTAL_MAX: u64 = 256 << 20;
/// The longest name.
const NAME_MAX: usize = 180;

/// Files by their path in the package.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Packs files: the same files give the same bytes.
///
/// # Errors
/// Whatever the library says.
pub fn pack(files: &Files) -> Result<Vec<u8>, ZipError> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::DEFAULT)
        .unix_permissions(0o644);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer.start_file(name.as_str(), options)?;
        writer.write_all(bytes)?;
    }
    Ok(writer.finish()?.into_inner())
}

/// Unpacks an archive into memory.
///
/// # Errors
/// [`Fault`]: it is no archive, or one that nobody writes without a purpose.
pub fn unpack(bytes: &[u8]) -> Result<Files, Fault> {
    let broken = |error: ZipError| Fault::new(Kind::Malformed, "archive").because_of("archive", error);
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    if archive.len() > FILES_MAX {
        return Err(too_much("files", FILES_MAX as u64));
    }
    if archive.has_duplicate_names() || archive.has_overlapping_files().map_err(broken)? {
        return Err(Fault::new(Kind::Malformed, "archive-twice"));
    }
    archive.validate_header_consistency().map_err(broken)?;
    let mut files = Files::new();
    let mut total = 0_u64;
    for index in 0..archive.len() {
        let file = archive.by_index(index).map_err(broken)?;
        let name = file.name().map_err(broken)?.into_owned();
        if file.is_dir() && file.size() == 0 {
            continue;
        }
        if !file.is_file() || !is_plain(&name) {
            return Err(Fault::new(Kind::Malformed, "archive-name").at(name.escape_default().to_string()));
        }
        let size = file.size();
        let mut content = Vec::new();
        file.take(ENTRY_MAX + 1).read_to_end(&mut content).map_err(|error| broken(error.into()).at(&name))?;
        total = total.saturating_add(content.len() as u64);
        if size > ENTRY_MAX || content.len() as u64 > ENTRY_MAX || total > TOTAL_MAX {
            return Err(too_much("bytes", TOTAL_MAX));
        }
        if files.insert(name, content).is_some() {
            return Err(Fault::new(Kind::Malformed, "archive-twice"));
        }
    }
    Ok(files)
}

/// Reads a package that was unpacked into a folder.
///
/// # Errors
/// [`Fault`], also for what cannot be read.
pub fn read_folder(root: &Path) -> Result<Files, Fault> {
    let mut files = Files::new();
    let mut folders = vec![(String::new(), root.to_owned())];
    let mut total = 0_u64;
    while let Some((prefix, folder)) = folders.pop() {
        let unreadable = |error| Fault::new(Kind::Malformed, "unreadable").because(&error);
        for entry in fs::read_dir(&folder).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            let kind = entry.file_type().map_err(unreadable)?;
            if !is_plain(&name) || kind.is_symlink() {
                return Err(Fault::new(Kind::Malformed, "archive-name").at(name.escape_default().to_string()));
            }
            if kind.is_dir() {
                folders.push((format!("{name}/"), entry.path()));
                continue;
            }
            let content = read_at_most(&entry.path(), ENTRY_MAX).map_err(|it| unreadable(it).at(&name))?;
            total = total.saturating_add(content.len() as u64);
            if files.len() >= FILES_MAX {
                return Err(too_much("files", FILES_MAX as u64));
            }
            if total > TOTAL_MAX {
                return Err(too_much("bytes", TOTAL_MAX));
            }
            files.insert(name, content);
        }
    }
    Ok(files)
}

fn too_much(what: &'static str, limit: u64) -> Fault {
    Fault::new(Kind::Malformed, "archive-large").with("what", what).with("limit", limit)
}

/// A relative path of ordinary names.
fn is_plain(name: &str) -> bool {
    let is_ordinary = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '@');
    name.len() <= NAME_MAX
        && name.chars().all(is_ordinary)
        && name.split('/').count() <= 4
        && name.split('/').all(|part| !part.is_empty() && !part.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(names: &[&str]) -> Files {
        names.iter().map(|name| ((*name).to_owned(), name.as_bytes().to_vec())).collect()
    }

    #[test]
    fn the_same_files_give_the_same_bytes_and_read_back() {
        let made = files(&["checkpoint", "events/000001.bin", "说明.html"]);
        let bytes = pack(&made).unwrap();
        assert_eq!(pack(&made).unwrap(), bytes);
        assert_eq!(unpack(&bytes).unwrap(), made);
    }

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        for name in ["../a", "/a", "a/../b", "a//b", "a\\b", ".git", "a/.b", "a/b/c/d/e", "C:a", "a\nb"] {
            let fault = unpack(&pack(&files(&[name])).unwrap()).unwrap_err();
            assert_eq!(fault.kind, Kind::Malformed, "{name}");
        }
    }

    #[test]
    fn a_name_that_stands_twice_is_refused() {
        let bytes = pack(&files(&["events/1.bin", "events/2.bin"])).unwrap();
        let at = |n: &[u8]| bytes.windows(n.len()).rposition(|window| window == n).unwrap();
        let mut twice = bytes.clone();
        let (first, last) = (b"events/1.bin", at(b"events/2.bin"));
        twice[last..last + 12].copy_from_slice(first);
        assert_eq!(unpack(&twice).unwrap_err().kind, Kind::Malformed);
    }

    #[test]
    fn a_bomb_is_refused_before_it_is_unpacked() {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        writer.start_file("events/1.bin", options).unwrap();
        let zeros = vec![0_u8; 1 << 20];
        (0..65).for_each(|_| writer.write_all(&zeros).unwrap());
        let bytes = writer.finish().unwrap().into_inner();
        assert!(bytes.len() < 1 << 20);
        assert_eq!(unpack(&bytes).unwrap_err().code, "archive-large");
    }

    #[test]
    fn no_changed_byte_makes_it_panic() {
        let bytes = pack(&files(&["checkpoint", "events/000001.bin"])).unwrap();
        for at in 0..bytes.len() {
            for with in [0, 0x7f, 0xff] {
                let mut bad = bytes.clone();
                bad[at] = with;
                let _ = unpack(&bad);
            }
            let _ = unpack(&bytes[..at]);
        }
    }
}
