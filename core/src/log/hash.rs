//! The two hashes over the same bytes, and nothing that touches a disk (`docs/FORMAT.md`, section 3).
//!
//! BLAKE3 names an event and chains it to the one before ([`Digest`]). SHA-256 builds the Merkle tree of
//! RFC 6962, so that inspectors can use the tools of transparency logs. The tree is kept as a
//! [`Frontier`]: the roots of its perfect subtrees, enough to append and to name the root at any time.

use std::fmt;

use sha2::{Digest as _, Sha256};

pub use crate::record::Digest;

/// A node of the Merkle tree: a leaf, the root of a subtree, or the tree head.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MerkleHash(pub [u8; 32]);

impl fmt::Display for MerkleHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for MerkleHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl MerkleHash {
    /// The head of the tree without leaves: SHA-256 of nothing.
    pub fn empty() -> MerkleHash {
        MerkleHash(Sha256::digest([]).into())
    }

    /// The leaf of an event's bytes. The prefix keeps a leaf from ever passing for a node.
    pub fn leaf(bytes: &[u8]) -> MerkleHash {
        MerkleHash(Sha256::new_with_prefix([0]).chain_update(bytes).finalize().into())
    }

    /// The node above two.
    pub fn node(left: MerkleHash, right: MerkleHash) -> MerkleHash {
        let mut input = [1; 65];
        input[1..33].copy_from_slice(&left.0);
        input[33..].copy_from_slice(&right.0);
        MerkleHash(Sha256::digest(input).into())
    }

    /// The head of a whole tree over these leaves.
    pub fn root_of(leaves: &[MerkleHash]) -> MerkleHash {
        let mut frontier = Frontier::default();
        for leaf in leaves {
            frontier.push(*leaf);
        }
        frontier.root()
    }
}

/// The perfect subtrees of a tree, largest (leftmost) first: one for each bit set in its size.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    subtrees: Vec<MerkleHash>,
}

impl Frontier {
    /// A frontier read back, or `None` if a tree of this size has another number of subtrees.
    pub fn from_parts(size: u64, subtrees: Vec<MerkleHash>) -> Option<Frontier> {
        (subtrees.len() == size.count_ones() as usize).then_some(Frontier { size, subtrees })
    }

    /// Number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The roots of the perfect subtrees, largest first.
    pub fn subtrees(&self) -> &[MerkleHash] {
        &self.subtrees
    }

    /// Appends a leaf: one node for each subtree that it completes.
    pub fn push(&mut self, leaf: MerkleHash) {
        let mut hash = leaf;
        for _ in 0..self.size.trailing_ones() {
            // There is a subtree for each bit set in the size, so this always finds one.
            if let Some(left) = self.subtrees.pop() {
                hash = MerkleHash::node(left, hash);
            }
        }
        self.subtrees.push(hash);
        self.size += 1;
    }

    /// The tree head.
    pub fn root(&self) -> MerkleHash {
        let mut subtrees = self.subtrees.iter().rev();
        let Some(&last) = subtrees.next() else { return MerkleHash::empty() };
        subtrees.fold(last, |right, &left| MerkleHash::node(left, right))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Inputs, and tree heads of sizes 0 to 8, of the reference tree of certificate transparency.
    const LEAVES: [&str; 8] =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
    const ROOTS: [&str; 9] = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    #[test]
    fn the_reference_tree_has_its_known_heads() {
        let mut frontier = Frontier::default();
        assert_eq!(frontier.root().to_string(), ROOTS[0]);
        for (input, root) in LEAVES.iter().zip(&ROOTS[1..]) {
            frontier.push(MerkleHash::leaf(&hex::decode(input).unwrap()));
            assert_eq!(frontier.root().to_string(), *root);
        }
    }

    #[test]
    fn leaves_and_nodes_have_their_known_hashes() {
        let leaf = MerkleHash::leaf(b"L123456").to_string();
        assert_eq!(leaf, "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56");
        let short = Sha256::digest([b"\x01N123".as_slice(), b"N456".as_slice()].concat());
        let known = "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb";
        assert_eq!(hex::encode(short), known);
    }

    #[test]
    fn the_demo_log_has_its_known_roots() {
        use base64::Engine as _;
        let mut frontier = Frontier::default();
        for (size, root) in [
            (1, "22tpcOX21L2iJQDBs+yXZrPpjizA7bNnc36hP7757D0="),
            (256, "6n82KIL0sz94QGOF2H1uoKZdNxtWvL0BHp62nfO2GqQ="),
            (300, "/XBlV/6Ai7zPQ+SVf3QsvAQ0Q4XwOBENMWn3c22BZOk="),
            (70_000, "B1AKMtvz7nKyrXBhaFnvS1Eg6sWlqrNUTxNrdSzHiuo="),
        ] {
            while frontier.size() < size {
                frontier.push(MerkleHash::leaf(format!("event {}\n", frontier.size()).as_bytes()));
            }
            let known = base64::engine::general_purpose::STANDARD.decode(root).unwrap();
            assert_eq!(frontier.root().0.as_slice(), known);
        }
    }
}
