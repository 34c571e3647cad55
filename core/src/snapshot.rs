//! Snapshot files: what was folded up to a position, so that opening need not fold everything again.
//!
//! `DIR/snapshots/NAME-VERSION-POSITION`: 32 bytes BLAKE3 of the rest, then the zstd-compressed state. Written to
//! a temporary file, synced, renamed; two of each name and version are kept. A snapshot is a convenience: one
//! that is damaged or of another version is passed over, and `verify` folds again and compares.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::record::{Digest, Position};

/// Snapshots kept of one name and version.
const KEPT: usize = 2;
/// Fast beats small here: a snapshot is read at every start.
const COMPRESSION_LEVEL: i32 = 1;

/// The folder of a ledger's snapshots.
#[derive(Clone, Debug)]
pub struct Snapshots {
    dir: PathBuf,
}

impl Snapshots {
    /// The snapshots of the ledger in `ledger_dir`.
    pub fn of(ledger_dir: &Path) -> Snapshots {
        Snapshots { dir: ledger_dir.join("snapshots") }
    }

    /// Keeps what was folded of everything before `position`.
    ///
    /// # Errors
    /// Whatever the file system says; the earlier snapshots are then still there.
    pub fn write(&self, name: &str, version: u32, position: Position, state: &[u8]) -> io::Result<()> {
        fs::create_dir_all(&self.dir)?;
        let body = zstd::bulk::compress(state, COMPRESSION_LEVEL)?;
        let temporary = self.dir.join(format!("{name}.tmp"));
        let mut file = File::create(&temporary)?;
        file.write_all(&Digest::of(&body).0)?;
        file.write_all(&body)?;
        file.sync_all()?;
        fs::rename(&temporary, self.path(name, version, position))?;
        File::open(&self.dir)?.sync_all()?;
        for (old, _) in self.list(name, version).into_iter().skip(KEPT) {
            // A snapshot that cannot be removed costs room and nothing else.
            let _ = fs::remove_file(self.path(name, version, old));
        }
        Ok(())
    }

    /// The newest good snapshot at or before `limit`: its position and state.
    pub fn newest(&self, name: &str, version: u32, limit: Position) -> Option<(Position, Vec<u8>)> {
        let candidates = self.list(name, version);
        candidates.into_iter().filter(|(position, _)| *position <= limit).find_map(|(position, path)| {
            let state = read(&path)
                .inspect_err(|error| tracing::warn!(name, position, %error, "snapshot is passed over"))
                .ok()?;
            Some((position, state))
        })
    }

    /// Positions and files of one name and version, newest first.
    pub fn list(&self, name: &str, version: u32) -> Vec<(Position, PathBuf)> {
        let prefix = format!("{name}-{version}-");
        let entries = fs::read_dir(&self.dir).into_iter().flatten().flatten();
        let mut found: Vec<(Position, PathBuf)> = entries
            .filter_map(|entry| {
                let position = entry.file_name().to_str()?.strip_prefix(&prefix)?.parse().ok()?;
                Some((position, entry.path()))
            })
            .collect();
        found.sort_unstable_by_key(|(position, _)| std::cmp::Reverse(*position));
        found
    }

    /// Removes every file of the folder, also those of others and rests of interrupted writes: each is folded again
    /// from the log, and holds what an erased event said.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn clear(&self) -> io::Result<()> {
        let entries = match fs::read_dir(&self.dir) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            entries => entries?,
        };
        for entry in entries {
            fs::remove_file(entry?.path())?;
        }
        File::open(&self.dir)?.sync_all()
    }

    fn path(&self, name: &str, version: u32, position: Position) -> PathBuf {
        self.dir.join(format!("{name}-{version}-{position}"))
    }
}

/// Reads and checks one snapshot file.
///
/// # Errors
/// `InvalidData` if its digest does not fit.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    let bytes = fs::read(path)?;
    let damaged = || io::Error::new(io::ErrorKind::InvalidData, "its digest does not fit its content");
    let (digest, body) = bytes.split_first_chunk::<32>().ok_or_else(damaged)?;
    if Digest::of(body).0 != *digest {
        return Err(damaged());
    }
    zstd::stream::decode_all(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_good_snapshot_counts() {
        let dir = tempfile::tempdir().unwrap();
        let snapshots = Snapshots::of(dir.path());
        assert_eq!(snapshots.newest("world", 1, 100), None);
        for position in [5, 10, 20] {
            snapshots.write("world", 1, position, &[position as u8; 9]).unwrap();
        }
        assert_eq!(snapshots.list("world", 1).len(), 2, "two are kept");
        assert_eq!(snapshots.newest("world", 1, 100), Some((20, vec![20; 9])));
        assert_eq!(snapshots.newest("world", 1, 19), Some((10, vec![10; 9])));
        assert_eq!(snapshots.newest("world", 2, 100), None, "another version is none");
        let newest = dir.path().join("snapshots/world-1-20");
        let mut bytes = fs::read(&newest).unwrap();
        bytes[40] ^= 1;
        fs::write(&newest, bytes).unwrap();
        assert_eq!(snapshots.newest("world", 1, 100), Some((10, vec![10; 9])));
    }
}
