//! Making proofs and roots from tiles of hashes (RFC 6962, section 2.1; c2sp.org/tlog-tiles).
//!
//! The hashes of a log are kept in tiles of 256: level 0 has the leaves, level *l* the roots of full tiles of
//! level *l* - 1. Everything in a proof is the root of a run of leaves; a perfect run of 2^(8 l + j) leaves
//! is a node over 2^j neighbours in one tile. So a proof reads a few tiles for each level, however long the
//! log is.

use super::merkle::ProofError;
use crate::log::hash::MerkleHash;

/// Hashes of a full tile.
pub const TILE_WIDTH: usize = 256;

/// Where the hashes of a log come from: a folder, a server, memory.
pub trait HashSource {
    /// Why a tile cannot be had.
    type Error;

    /// The first `width` hashes, 1 to 256, of tile `number` of a level. A source may read them from a wider
    /// tile, since the narrow ones are deleted in time.
    ///
    /// # Errors
    /// Whatever the source says.
    fn hashes(&self, level: usize, number: u64, width: usize) -> Result<Vec<MerkleHash>, Self::Error>;
}

impl<S: HashSource + ?Sized> HashSource for &S {
    type Error = S::Error;

    fn hashes(&self, level: usize, number: u64, width: usize) -> Result<Vec<MerkleHash>, Self::Error> {
        (**self).hashes(level, number, width)
    }
}

/// Why a proof or root cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TreeError<E> {
    /// A tile cannot be had.
    #[error("tile {number} of level {level} cannot be read")]
    Source {
        /// Level of the tile.
        level: usize,
        /// Number of the tile.
        number: u64,
        /// What the source said.
        source: E,
    },
    /// The source gave another number of hashes.
    #[error("tile {number} of level {level} should have {expected} hashes, but {found} came")]
    Width {
        /// Level of the tile.
        level: usize,
        /// Number of the tile.
        number: u64,
        /// Hashes that were asked for.
        expected: usize,
        /// Hashes that came.
        found: usize,
    },
    /// There can be no such proof.
    #[error("there is no such proof")]
    Impossible(#[source] ProofError),
}

/// Number of hashes of a level in a log of this size.
pub fn level_size(size: u64, level: usize) -> u64 {
    u32::try_from(8 * level).ok().and_then(|bits| size.checked_shr(bits)).unwrap_or(0)
}

/// Number of hashes that a tile has in a log of this size: 0 if it is not there, 256 if it is full.
pub fn tile_width(size: u64, level: usize, number: u64) -> usize {
    let rest = level_size(size, level).saturating_sub(number.saturating_mul(TILE_WIDTH as u64));
    usize::try_from(rest).unwrap_or(TILE_WIDTH).min(TILE_WIDTH)
}

/// The root of the first `size` leaves.
///
/// Reads the tiles at the right edge that are not full, and no others.
///
/// # Errors
/// A tile that cannot be had.
pub fn root<S: HashSource>(source: S, size: u64) -> Result<MerkleHash, TreeError<S::Error>> {
    if size == 0 {
        return Ok(MerkleHash::empty());
    }
    Tree::new(source, size).subtree(0, size)
}

/// The inclusion proof of a leaf in the tree of the first `size` leaves, the leaf's sibling first.
///
/// # Errors
/// A tile that cannot be had, or an index that is not below the size.
pub fn prove_inclusion<S: HashSource>(
    source: S,
    index: u64,
    size: u64,
) -> Result<Vec<MerkleHash>, TreeError<S::Error>> {
    if index >= size {
        return Err(TreeError::Impossible(ProofError::NoSuchEntry { index, size }));
    }
    let (mut begin, mut end) = (0, size);
    let mut siblings = Vec::new();
    while end - begin > 1 {
        let middle = split(begin, end);
        if index < middle {
            siblings.push((middle, end));
            end = middle;
        } else {
            siblings.push((begin, middle));
            begin = middle;
        }
    }
    Tree::new(source, size).subtrees(siblings)
}

/// The proof that the first `new` leaves begin with the first `old`; empty from 0 and between equal sizes.
///
/// # Errors
/// A tile that cannot be had, or an old size that is larger than the new one.
pub fn prove_consistency<S: HashSource>(
    source: S,
    old: u64,
    new: u64,
) -> Result<Vec<MerkleHash>, TreeError<S::Error>> {
    if old > new {
        return Err(TreeError::Impossible(ProofError::Shrunk { old, new }));
    }
    if old == 0 || old == new {
        return Ok(Vec::new());
    }
    let (mut begin, mut end) = (0, new);
    let mut siblings = Vec::new();
    while end != old {
        let middle = split(begin, end);
        if old <= middle {
            siblings.push((middle, end));
            end = middle;
        } else {
            siblings.push((begin, middle));
            begin = middle;
        }
    }
    // The verifier has the old root; a part of the old tree is named.
    if begin > 0 {
        siblings.push((begin, end));
    }
    Tree::new(source, new).subtrees(siblings)
}

/// Where a run of at least two leaves divides: before it lies the largest power of two that leaves a rest.
fn split(begin: u64, end: u64) -> u64 {
    begin + (1 << (end - begin - 1).ilog2())
}

/// One tree while a proof is made, with the tile that was read last.
struct Tree<S> {
    source: S,
    size: u64,
    last: Option<(usize, u64, Vec<MerkleHash>)>,
}

impl<S: HashSource> Tree<S> {
    fn new(source: S, size: u64) -> Tree<S> {
        Tree { source, size, last: None }
    }

    /// The roots of runs that were collected from the top of the tree, as a proof has them: from the bottom.
    fn subtrees(&mut self, runs: Vec<(u64, u64)>) -> Result<Vec<MerkleHash>, TreeError<S::Error>> {
        runs.into_iter().rev().map(|(begin, end)| self.subtree(begin, end)).collect()
    }

    /// The root of leaves `begin..end`: not empty, and beginning at a multiple of the power of two that is
    /// not less than its length. It falls into perfect runs, largest first, which are folded from the right.
    fn subtree(&mut self, begin: u64, end: u64) -> Result<MerkleHash, TreeError<S::Error>> {
        let mut right = None;
        let mut end = end;
        while end > begin {
            let height = (end - begin).trailing_zeros();
            end -= 1 << height;
            let hash = self.perfect(end, height)?;
            right = Some(right.map_or(hash, |right| MerkleHash::node(hash, right)));
        }
        Ok(right.unwrap_or_else(MerkleHash::empty))
    }

    /// The root of 2^height leaves from `begin`, which is a multiple of that number.
    fn perfect(&mut self, begin: u64, height: u32) -> Result<MerkleHash, TreeError<S::Error>> {
        let (level, above) = (height as usize / 8, height % 8);
        let first = level_size(begin, level);
        let offset = usize::try_from(first % TILE_WIDTH as u64).unwrap_or(0);
        let tile = self.tile(level, first / TILE_WIDTH as u64)?;
        // A tile as wide as the tree makes it holds all of a run within the tree.
        let hashes = tile.get(offset..offset + (1 << above)).unwrap_or_default();
        Ok(MerkleHash::root_of(hashes))
    }

    fn tile(&mut self, level: usize, number: u64) -> Result<&[MerkleHash], TreeError<S::Error>> {
        let is_last = self.last.as_ref().is_some_and(|last| (last.0, last.1) == (level, number));
        if !is_last {
            let expected = tile_width(self.size, level, number);
            let hashes = self.source.hashes(level, number, expected).map_err(|source| TreeError::Source {
                level,
                number,
                source,
            })?;
            if hashes.len() != expected {
                return Err(TreeError::Width { level, number, expected, found: hashes.len() });
            }
            self.last = Some((level, number, hashes));
        }
        Ok(self.last.as_ref().map_or(&[], |last| &last.2))
    }
}

/// All tiles of a log in memory: 32 bytes for each leaf and little more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemoryTree {
    levels: Vec<Vec<MerkleHash>>,
}

impl MemoryTree {
    /// Number of leaves.
    pub fn size(&self) -> u64 {
        self.levels.first().map_or(0, |leaves| leaves.len() as u64)
    }

    /// Appends a leaf, and the root of each tile that it fills.
    pub fn push(&mut self, leaf: MerkleHash) {
        let mut hash = leaf;
        for level in 0.. {
            if self.levels.len() == level {
                self.levels.push(Vec::new());
            }
            let hashes = &mut self.levels[level];
            hashes.push(hash);
            if !hashes.len().is_multiple_of(TILE_WIDTH) {
                return;
            }
            hash = MerkleHash::root_of(&hashes[hashes.len() - TILE_WIDTH..]);
        }
    }
}

impl Extend<MerkleHash> for MemoryTree {
    fn extend<I: IntoIterator<Item = MerkleHash>>(&mut self, leaves: I) {
        leaves.into_iter().for_each(|leaf| self.push(leaf));
    }
}

/// The tree in memory has no such tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the tree is not that large")]
pub struct NoSuchTile;

impl HashSource for MemoryTree {
    type Error = NoSuchTile;

    fn hashes(&self, level: usize, number: u64, width: usize) -> Result<Vec<MerkleHash>, NoSuchTile> {
        let first = usize::try_from(number).ok().and_then(|number| number.checked_mul(TILE_WIDTH));
        let hashes = || self.levels.get(level)?.get(first?..)?.get(..width);
        hashes().map(<[MerkleHash]>::to_vec).ok_or(NoSuchTile)
    }
}
