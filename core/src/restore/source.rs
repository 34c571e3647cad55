//! What a restore reads of a backup: its published files, and what is left of erased events.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::ERASED_FILE;
use crate::evidence::HashSource;
use crate::evidence::TileKind;
use crate::evidence::tile::{TileName, parse_entries};
use crate::log::MerkleHash;
use crate::published::{Files, Published, SourceError};

/// Erasures of whole records are rare.
const ERASED_BYTES_MAX: u64 = 16 << 20;
/// Tiles above the leaves that are kept: each is asked for again for 256 tiles below it.
const KEPT_TILES: usize = 64;

/// The tiles of some files, the upper ones kept.
pub(super) struct Tiles<'a> {
    published: Published<'a>,
    kept: RefCell<BTreeMap<(usize, u64), Vec<MerkleHash>>>,
}

impl<'a> Tiles<'a> {
    pub(super) fn of(files: &'a dyn Files) -> Tiles<'a> {
        Tiles { published: Published(files), kept: RefCell::default() }
    }

    pub(super) fn checkpoint(&self, name: &str) -> Result<Vec<u8>, SourceError> {
        self.published.checkpoint(name)
    }

    /// What is left of events whose bytes were destroyed.
    pub(super) fn erased(&self) -> Result<Option<Vec<u8>>, SourceError> {
        self.published.read(ERASED_FILE, ERASED_BYTES_MAX)
    }

    /// The first `width` entries of a bundle, not checked.
    pub(super) fn entries(&self, number: u64, width: usize) -> Result<Vec<Vec<u8>>, SourceError> {
        let bytes = self.published.bundle(number, width)?;
        let malformed = |source| {
            let name = TileName::of_width(TileKind::Entries, number, width).map(|name| name.path());
            SourceError::Malformed { name: name.unwrap_or_default(), source }
        };
        let entries = parse_entries(&bytes, width).map_err(malformed)?;
        Ok(entries.into_iter().map(<[u8]>::to_vec).collect())
    }
}

impl HashSource for Tiles<'_> {
    type Error = SourceError;

    fn hashes(&self, level: usize, number: u64, width: usize) -> Result<Vec<MerkleHash>, SourceError> {
        if let Some(hashes) = self.kept.borrow().get(&(level, number)).and_then(|kept| kept.get(..width)) {
            return Ok(hashes.to_vec());
        }
        let hashes = self.published.hashes(level, number, width)?;
        if level > 0 {
            let mut kept = self.kept.borrow_mut();
            if kept.len() >= KEPT_TILES {
                kept.pop_first();
            }
            kept.insert((level, number), hashes.clone());
        }
        Ok(hashes)
    }
}
