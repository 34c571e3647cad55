//! The immutable files beside the log.

use std::fs;
use std::path::{Path, PathBuf};

use crate::log::Corruption;
use crate::log::hash::MerkleHash;
use crate::log::page::BUNDLE_EVENTS;
use crate::log::storage::StorageError;
use crate::log::tiles::{self, TileKind};
use crate::record::Position;

/// Compares the immutable files with what is recomputed.
pub(super) struct Files {
    dir: PathBuf,
    bundle: Option<Vec<u8>>,
    offset: usize,
    differs: bool,
    /// The hashes of the unfinished tile of each level.
    levels: Vec<Vec<MerkleHash>>,
    pub(super) missing: u64,
}

impl Files {
    pub(super) fn new(dir: &Path) -> Files {
        Files { dir: dir.to_owned(), bundle: None, offset: 0, differs: false, levels: Vec::new(), missing: 0 }
    }

    pub(super) fn take(
        &mut self,
        first: Position,
        bytes: &[u8],
        leaves: &[MerkleHash],
        faults: &mut Vec<Corruption>,
    ) {
        if first.is_multiple_of(BUNDLE_EVENTS) {
            self.bundle = fs::read(self.dir.join(tiles::path(TileKind::Entries, first / BUNDLE_EVENTS))).ok();
            self.offset = 0;
            self.differs = false;
        }
        let end = self.offset + bytes.len();
        if let Some(bundle) = &self.bundle
            && !self.differs
            && bundle.get(self.offset..end) != Some(bytes)
        {
            faults.push(Corruption::new(first, "entry bundle file", "the bytes of the log", "others"));
            self.differs = true;
        }
        self.offset = end;
        for (position, leaf) in (first..).zip(leaves) {
            if (position + 1).is_multiple_of(BUNDLE_EVENTS) {
                match &self.bundle {
                    None => self.missing += 1,
                    Some(bundle) if bundle.len() != end && !self.differs => {
                        faults.push(Corruption::new(position, "entry bundle file", end, bundle.len()));
                    }
                    Some(_) => {}
                }
            }
            self.push(0, *leaf, position, faults);
        }
    }

    fn push(&mut self, level: usize, hash: MerkleHash, position: Position, faults: &mut Vec<Corruption>) {
        if self.levels.len() <= level {
            self.levels.push(Vec::with_capacity(256));
        }
        self.levels[level].push(hash);
        if self.levels[level].len() < 256 {
            return;
        }
        let hashes = std::mem::take(&mut self.levels[level]);
        let number = tiles::tile_of(level, position);
        match fs::read(self.dir.join(tiles::path(TileKind::Hashes(level), number))) {
            Err(_) => self.missing += 1,
            Ok(found) if found != tiles::tile_bytes(&hashes) => {
                let what = ("hash tile file of level", level);
                let start = number << (8 * (level + 1));
                faults.push(Corruption::new(start, what, "the hashes of the log", "others"));
            }
            Ok(_) => {}
        }
        self.push(level + 1, MerkleHash::root_of(&hashes), position, faults);
    }

    /// Files that no sealed bundle or tile accounts for.
    pub(super) fn strangers(&self, size: u64, faults: &mut Vec<Corruption>) -> Result<(), StorageError> {
        let files = tiles::files(&self.dir)
            .map_err(|source| StorageError::Io { operation: "list the tiles", source })?;
        for file in files {
            if !tiles::is_expected(&file, size) {
                let found = file.display().to_string();
                faults.push(Corruption::new(size, "folder of tiles", "files of sealed tiles", found));
            }
        }
        Ok(())
    }
}
