//! Checking proofs between leaves and roots (RFC 6962, sections 2.1.1 and 2.1.2). `tree.rs` makes them.
//!
//! A proof climbs from a leaf, or from the last leaf of the older tree, to the root. As long as the path lies
//! inside the perfect part of the tree, it meets siblings on either side; above that, on the border, every
//! sibling is to the left. How many there are of each follows from the numbers alone, so a proof of another
//! length is refused before anything is hashed.

use crate::log::hash::MerkleHash;

/// Why a proof shows nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The tree has no such leaf.
    #[error("there is no entry {index} in a log of {size}")]
    NoSuchEntry {
        /// Index of the leaf, from 0.
        index: u64,
        /// Number of leaves.
        size: u64,
    },
    /// The older tree is the larger one.
    #[error("a log of {new} entries cannot extend one of {old}")]
    Shrunk {
        /// Size of the older tree.
        old: u64,
        /// Size of the newer tree.
        new: u64,
    },
    /// A proof of these sizes has another number of hashes.
    #[error("the proof has {found} hashes, but should have {expected}")]
    Length {
        /// Hashes that such a proof has.
        expected: usize,
        /// Hashes that this one has.
        found: usize,
    },
    /// The leaf is not under the root.
    #[error("the proof leads to another root: the entry is not in the log under this one")]
    OtherRoot,
    /// The proof does not begin with the older tree.
    #[error("the proof leads to another old root")]
    OtherOldRoot,
    /// The newer tree does not contain the older one.
    #[error("the proof leads to another new root: the new log does not extend the old one")]
    OtherNewRoot,
    /// Same size, different roots: two histories.
    #[error("two logs of the same size have different roots")]
    TwoRoots,
    /// A log without entries has one root only.
    #[error("this is not the root of a log without entries")]
    NotEmptyRoot,
}

/// Number of bits up to the highest that is set.
fn bit_length(number: u64) -> usize {
    (u64::BITS - number.leading_zeros()) as usize
}

/// Siblings met inside the perfect part of a tree, and on its border, from a leaf to the root.
fn path_lengths(index: u64, size: u64) -> (usize, usize) {
    let inner = bit_length(index ^ (size - 1));
    let border = u32::try_from(inner).ok().and_then(|inner| index.checked_shr(inner)).unwrap_or(0);
    (inner, border.count_ones() as usize)
}

/// Number of hashes in the inclusion proof of a leaf, or `None` if there is no such leaf.
pub fn inclusion_length(index: u64, size: u64) -> Option<usize> {
    if index >= size {
        return None;
    }
    let (inner, border) = path_lengths(index, size);
    Some(inner + border)
}

/// Number of hashes in a consistency proof, or `None` if the older tree is larger.
pub fn consistency_length(old: u64, new: u64) -> Option<usize> {
    if old > new {
        return None;
    }
    if old == 0 || old == new {
        return Some(0);
    }
    let (inner, border) = path_lengths(old - 1, new);
    let seed = usize::from(!old.is_power_of_two());
    Some(seed + inner - old.trailing_zeros() as usize + border)
}

/// Climbs: a sibling is on the left where `path` has a bit set.
fn climb(start: MerkleHash, siblings: &[MerkleHash], path: u64) -> MerkleHash {
    siblings.iter().enumerate().fold(start, |hash, (height, &sibling)| {
        if path >> height & 1 == 0 {
            MerkleHash::node(hash, sibling)
        } else {
            MerkleHash::node(sibling, hash)
        }
    })
}

/// Climbs past siblings on the left only.
fn climb_border(start: MerkleHash, siblings: &[MerkleHash]) -> MerkleHash {
    siblings.iter().fold(start, |hash, &sibling| MerkleHash::node(sibling, hash))
}

/// Checks that a leaf is at an index of a tree with this size and root.
///
/// # Errors
/// Why the proof does not show it.
pub fn verify_inclusion(
    index: u64,
    size: u64,
    leaf: MerkleHash,
    proof: &[MerkleHash],
    root: MerkleHash,
) -> Result<(), ProofError> {
    let expected = inclusion_length(index, size).ok_or(ProofError::NoSuchEntry { index, size })?;
    if proof.len() != expected {
        return Err(ProofError::Length { expected, found: proof.len() });
    }
    let (inner, border) = proof.split_at(path_lengths(index, size).0);
    let found = climb_border(climb(leaf, inner, index), border);
    if found == root { Ok(()) } else { Err(ProofError::OtherRoot) }
}

/// Checks that the tree of size `new` begins with the leaves of the tree of size `old`.
///
/// From the empty tree, and between equal sizes, the proof is empty and the roots say all.
///
/// # Errors
/// Why the proof does not show it.
pub fn verify_consistency(
    old: u64,
    old_root: MerkleHash,
    new: u64,
    new_root: MerkleHash,
    proof: &[MerkleHash],
) -> Result<(), ProofError> {
    let expected = consistency_length(old, new).ok_or(ProofError::Shrunk { old, new })?;
    if proof.len() != expected {
        return Err(ProofError::Length { expected, found: proof.len() });
    }
    if old == new {
        return if old_root == new_root { Ok(()) } else { Err(ProofError::TwoRoots) };
    }
    if old == 0 {
        return if old_root == MerkleHash::empty() { Ok(()) } else { Err(ProofError::NotEmptyRoot) };
    }
    // The last perfect subtree of the old tree is part of both trees. If it is the whole old tree, the
    // verifier knows its hash already.
    let (seed, rest) = match proof.split_first() {
        Some((&seed, rest)) if !old.is_power_of_two() => (seed, rest),
        _ => (old_root, proof),
    };
    let shift = old.trailing_zeros();
    let (inner, border) = rest.split_at(path_lengths(old - 1, new).0 - shift as usize);
    let path = (old - 1) >> shift;
    // In the old tree only what lies to the left existed.
    let left: Vec<MerkleHash> = inner
        .iter()
        .enumerate()
        .filter(|(height, _)| path >> height & 1 == 1)
        .map(|(_, &hash)| hash)
        .collect();
    if climb_border(climb_border(seed, &left), border) != old_root {
        return Err(ProofError::OtherOldRoot);
    }
    if climb_border(climb(seed, inner, path), border) != new_root {
        return Err(ProofError::OtherNewRoot);
    }
    Ok(())
}
