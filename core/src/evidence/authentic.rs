//! Tiles from a source that nobody trusts, checked against a root that somebody does (c2sp.org/tlog-tiles).
//!
//! The tiles at the right edge that are not full are the whole input of the root, so they are checked
//! together, first. Every other tile is full, and its own root stands in a tile above it: it is checked
//! through its parents, up to one of the edge. No tile is used before its check, whatever the size of the
//! log; a known implementation skipped some when several tiles stood at the edge.

use super::tree::{HashSource, TILE_WIDTH, level_size, tile_width};
use crate::log::hash::MerkleHash;

/// Why a tile is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TileFault<E> {
    /// The source failed.
    #[error("a tile cannot be read")]
    Source(#[source] E),
    /// The tiles at the right edge make another root than the trusted one.
    #[error("the tiles at the right edge make another root than the trusted one")]
    OtherRoot {
        /// The root that they make.
        found: MerkleHash,
    },
    /// A full tile has another root than the tile above it says.
    #[error("tile {number} of level {level} was changed: the tile above it has another hash for it")]
    Changed {
        /// Level of the tile.
        level: usize,
        /// Number of the tile.
        number: u64,
    },
    /// The tile is not as wide as asked.
    #[error("tile {number} of level {level} has {found} hashes instead of {expected}")]
    Width {
        /// Level of the tile.
        level: usize,
        /// Number of the tile.
        number: u64,
        /// Hashes that it should have.
        expected: usize,
        /// Hashes that it has.
        found: usize,
    },
    /// A log of this size has no such tile.
    #[error("a log of {size} entries has no {width} hashes in tile {number} of level {level}")]
    NoSuchTile {
        /// Size of the log.
        size: u64,
        /// Level that was asked for.
        level: usize,
        /// Number that was asked for.
        number: u64,
        /// Width that was asked for.
        width: usize,
    },
    /// An entry does not have the leaf that the tile says.
    #[error("entry {index} was changed: the tile has another leaf for it")]
    Entry {
        /// Index in the log.
        index: u64,
        /// Whether nothing is left of it, as after an erasure.
        is_empty: bool,
    },
}

/// A source of tiles that gives only what is under a trusted root. It is a [`HashSource`] itself, so proofs
/// can be made from somebody else's files.
pub struct AuthenticTiles<S> {
    source: S,
    size: u64,
    /// The tiles at the right edge that are not full, by level; empty where there is none.
    edge: Vec<Vec<MerkleHash>>,
}

impl<S: HashSource> AuthenticTiles<S> {
    /// Reads the right edge and compares it with a root that is trusted, such as that of a checkpoint.
    ///
    /// # Errors
    /// A tile that cannot be had, or [`TileFault::OtherRoot`].
    pub fn new(source: S, size: u64, root: MerkleHash) -> Result<AuthenticTiles<S>, TileFault<S::Error>> {
        let mut edge = Vec::new();
        for level in 0.. {
            let count = level_size(size, level);
            if count == 0 {
                break;
            }
            let (number, width) =
                (count / TILE_WIDTH as u64, tile_width(size, level, count / TILE_WIDTH as u64));
            let hashes = if width == 0 {
                Vec::new()
            } else {
                source.hashes(level, number, width).map_err(TileFault::Source)?
            };
            if hashes.len() != width {
                return Err(TileFault::Width { level, number, expected: width, found: hashes.len() });
            }
            edge.push(hashes);
        }
        let found = edge_root(&edge).unwrap_or_else(MerkleHash::empty);
        if found != root {
            return Err(TileFault::OtherRoot { found });
        }
        Ok(AuthenticTiles { source, size, edge })
    }

    /// The size that the tiles are checked for.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// A tile as wide as the log makes it, checked.
    fn tile(&self, level: usize, number: u64) -> Result<Vec<MerkleHash>, TileFault<S::Error>> {
        let width = tile_width(self.size, level, number);
        if width < TILE_WIDTH {
            return self.edge.get(level).filter(|_| width > 0).cloned().ok_or(TileFault::NoSuchTile {
                size: self.size,
                level,
                number,
                width,
            });
        }
        // There are at most eight levels, so this goes up a few steps only.
        let parent = self.tile(level + 1, number / TILE_WIDTH as u64)?;
        let place = usize::try_from(number % TILE_WIDTH as u64).unwrap_or(TILE_WIDTH);
        let hashes = self.source.hashes(level, number, width).map_err(TileFault::Source)?;
        if hashes.len() != width {
            return Err(TileFault::Width { level, number, expected: width, found: hashes.len() });
        }
        if parent.get(place) != Some(&MerkleHash::root_of(&hashes)) {
            return Err(TileFault::Changed { level, number });
        }
        Ok(hashes)
    }

    /// Checks the entries of a bundle against the leaves of its tile.
    ///
    /// # Errors
    /// The first entry that was changed; an erased one is among them, and shows as empty.
    pub fn check_entries(&self, number: u64, entries: &[&[u8]]) -> Result<(), TileFault<S::Error>> {
        let leaves = self.tile(0, number)?;
        if leaves.len() != entries.len() {
            let (expected, found) = (leaves.len(), entries.len());
            return Err(TileFault::Width { level: 0, number, expected, found });
        }
        for (place, (leaf, entry)) in (0..).zip(leaves.iter().zip(entries)) {
            if MerkleHash::leaf(entry) != *leaf {
                let index = number.saturating_mul(TILE_WIDTH as u64).saturating_add(place);
                return Err(TileFault::Entry { index, is_empty: entry.is_empty() });
            }
        }
        Ok(())
    }

    /// Checks every tile of the log, which reads each of them once and little more.
    ///
    /// # Errors
    /// The first tile that is wrong, from the highest level down.
    pub fn check_all(&self) -> Result<(), TileFault<S::Error>> {
        for level in (0..self.edge.len()).rev() {
            let mut parent = None;
            for number in 0..level_size(self.size, level) / TILE_WIDTH as u64 {
                let above = number / TILE_WIDTH as u64;
                let hashes = match parent.take() {
                    Some((known, hashes)) if known == above => hashes,
                    _ => self.tile(level + 1, above)?,
                };
                let place = usize::try_from(number % TILE_WIDTH as u64).unwrap_or(TILE_WIDTH);
                let tile = self.source.hashes(level, number, TILE_WIDTH).map_err(TileFault::Source)?;
                let is_right =
                    tile.len() == TILE_WIDTH && hashes.get(place) == Some(&MerkleHash::root_of(&tile));
                if !is_right {
                    return Err(TileFault::Changed { level, number });
                }
                parent = Some((above, hashes));
            }
        }
        Ok(())
    }
}

/// The root that the tiles at the right edge make: the perfect subtrees in each, folded from the right. In
/// each tile they are the bits of its width, and the tile of a lower level lies to the right.
fn edge_root(edge: &[Vec<MerkleHash>]) -> Option<MerkleHash> {
    let mut root: Option<MerkleHash> = None;
    for hashes in edge {
        let mut rest = hashes.as_slice();
        while !rest.is_empty() {
            let (left, run) = rest.split_at(rest.len() - (1 << rest.len().trailing_zeros()));
            let hash = MerkleHash::root_of(run);
            root = Some(root.map_or(hash, |right| MerkleHash::node(hash, right)));
            rest = left;
        }
    }
    root
}

impl<S: HashSource> HashSource for AuthenticTiles<S> {
    type Error = TileFault<S::Error>;

    fn hashes(&self, level: usize, number: u64, width: usize) -> Result<Vec<MerkleHash>, Self::Error> {
        let mut hashes = self.tile(level, number)?;
        if width > hashes.len() {
            return Err(TileFault::NoSuchTile { size: self.size, level, number, width });
        }
        hashes.truncate(width);
        Ok(hashes)
    }
}
