//! The hashes of the Merkle tree of a log that goes on: from the files of full tiles, and from the events where
//! there is no file yet.

use std::collections::VecDeque;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustc_hash::FxHashMap;

use super::hash::MerkleHash;
use super::read::{LogReader, ReadError};
use crate::evidence::tile::{TileKind, parse_hashes, path};
use crate::evidence::tree::{HashSource, TILE_WIDTH};

/// Tiles kept in memory, 8 KiB each.
const CACHED_TILES: usize = 512;

/// The hash tiles of an open log, at any width that it has reached.
pub struct LogHashes {
    reader: LogReader,
    tiles: Option<PathBuf>,
    cache: Mutex<Cache>,
}

#[derive(Default)]
struct Cache {
    tiles: FxHashMap<(usize, u64), Arc<Vec<MerkleHash>>>,
    /// Oldest first.
    order: VecDeque<(usize, u64)>,
}

impl Cache {
    fn put(&mut self, key: (usize, u64), hashes: Arc<Vec<MerkleHash>>) {
        if self.tiles.insert(key, hashes).is_none() {
            self.order.push_back(key);
            if self.order.len() > CACHED_TILES
                && let Some(oldest) = self.order.pop_front()
            {
                self.tiles.remove(&oldest);
            }
        }
    }
}

impl LogHashes {
    /// The hashes of a log, whose full tiles may lie in a folder.
    pub fn new(reader: LogReader, tiles: Option<PathBuf>) -> LogHashes {
        LogHashes { reader, tiles, cache: Mutex::default() }
    }

    /// The log.
    pub fn reader(&self) -> &LogReader {
        &self.reader
    }

    fn cache(&self) -> MutexGuard<'_, Cache> {
        // A cache is right or absent; a panic elsewhere leaves it so.
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A full tile's file, if it is there and whole.
    fn file(&self, level: usize, number: u64) -> Option<Vec<MerkleHash>> {
        let file = self.tiles.as_ref()?.join(path(TileKind::Hashes(level), number));
        parse_hashes(&fs::read(file).ok()?, TILE_WIDTH).ok()
    }

    /// Hashes from place `from` of a tile to `width`, out of what lies below them.
    fn compute(
        &self,
        level: usize,
        number: u64,
        from: usize,
        width: usize,
    ) -> Result<Vec<MerkleHash>, ReadError> {
        let first = number * TILE_WIDTH as u64;
        if level == 0 {
            return self.reader.leaves(first + from as u64..first + width as u64);
        }
        (from..width)
            .map(|place| {
                let below = self.hashes(level - 1, first + place as u64, TILE_WIDTH)?;
                Ok(MerkleHash::root_of(&below))
            })
            .collect()
    }
}

impl HashSource for LogHashes {
    type Error = ReadError;

    fn hashes(&self, level: usize, number: u64, width: usize) -> Result<Vec<MerkleHash>, ReadError> {
        let known = self.cache().tiles.get(&(level, number)).cloned();
        if let Some(hashes) = known.as_ref().and_then(|known| known.get(..width)) {
            return Ok(hashes.to_vec());
        }
        let whole = match self.file(level, number) {
            Some(whole) => whole,
            None => {
                let mut hashes = known.map_or_else(Vec::new, |known| known.to_vec());
                hashes.extend(self.compute(level, number, hashes.len(), width)?);
                hashes
            }
        };
        let wanted = whole.get(..width).map(<[MerkleHash]>::to_vec).unwrap_or_default();
        self.cache().put((level, number), Arc::new(whole));
        Ok(wanted)
    }
}
