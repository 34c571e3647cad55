//! Known answers of the specifications and of other programs, from `tests/data/c2sp`, and properties.

use std::path::{Path, PathBuf};

use super::{Cosigner, Ed25519Signer, MemoryTree, VerifierKey};
use crate::log::hash::MerkleHash;

mod checkpoints;
mod notes;
mod policies;
mod proofs;
mod properties;
mod tiles;
mod trees;
mod witnesses;

/// A file of the known answers.
fn file(name: &str) -> Vec<u8> {
    let path = folder().join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/c2sp")
}

fn text(name: &str) -> String {
    String::from_utf8(file(name)).unwrap()
}

fn key(name: &str) -> VerifierKey {
    text(name).trim().parse().unwrap()
}

/// The leaves of the demo log: entry i is `event i` and a line feed.
fn demo_leaf(index: u64) -> MerkleHash {
    MerkleHash::leaf(format!("event {index}\n").as_bytes())
}

fn demo_tree(size: u64) -> MemoryTree {
    let mut tree = MemoryTree::default();
    tree.extend((0..size).map(demo_leaf));
    tree
}

const DEMO: &str = "ledger.example/governance";

fn demo_signer() -> Ed25519Signer {
    Ed25519Signer::from_seed(DEMO, &[1; 32]).unwrap()
}

fn demo_witnesses() -> [Cosigner; 2] {
    [("witness.example/w1", 2), ("witness.example/w2", 3)]
        .map(|(name, seed)| Cosigner::from_seed(name, &[seed; 32]).unwrap())
}

fn hash(text: &str) -> MerkleHash {
    super::text::from_hash_line(text).unwrap()
}
