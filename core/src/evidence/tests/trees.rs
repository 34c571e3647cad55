use std::path::Path;

use serde_json::Value;

use super::super::merkle::{consistency_length, inclusion_length};
use super::super::tree::{prove_consistency, prove_inclusion, root};
use super::super::{MemoryTree, ProofError, verify_consistency, verify_inclusion};
use super::{demo_leaf, demo_tree, file, folder, hash};
use crate::log::hash::MerkleHash;

fn from_hex(value: &Value) -> MerkleHash {
    MerkleHash(hex::decode(value.as_str().unwrap()).unwrap().try_into().unwrap())
}

fn hashes(value: &Value, read: impl Fn(&Value) -> MerkleHash) -> Vec<MerkleHash> {
    value.as_array().unwrap().iter().map(read).collect()
}

#[test]
fn hashes_have_their_known_values() {
    for (found, known) in [
        (MerkleHash::empty(), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
        (MerkleHash::leaf(b"hello world"), "TszzRgjTG6xce+z2AG31kAXYKBgQVtCSCE40HmuwBb0="),
    ] {
        assert_eq!(found, hash(known));
    }
    let empty_leaf = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d";
    assert_eq!(MerkleHash::leaf(b"").to_string(), empty_leaf);
    let leaf = "e40c0eb0d44e0ce2da37841132dd990f99eac60be6d23186f2798e4f818b4c42";
    assert_eq!(demo_leaf(5).to_string(), leaf);
}

#[test]
fn the_reference_tree_has_its_known_proofs() {
    let known: Value = serde_json::from_slice(&file("demo/vectors.json")).unwrap();
    let known = &known["ct_reference"];
    let mut tree = MemoryTree::default();
    tree.extend(hashes(&known["leaf_hashes_hex"], from_hex));
    for (input, leaf) in known["inputs_hex"].as_array().unwrap().iter().zip(0..) {
        let input = hex::decode(input.as_str().unwrap()).unwrap();
        assert_eq!(MerkleHash::leaf(&input), from_hex(&known["leaf_hashes_hex"][leaf]));
    }
    let root_of = |size: u64| from_hex(&known["roots_hex"][size.to_string()]);
    for size in 0..=8 {
        assert_eq!(root(&tree, size).unwrap(), root_of(size));
    }
    for case in known["inclusion"].as_array().unwrap() {
        let (index, size) = (case["index"].as_u64().unwrap(), case["size"].as_u64().unwrap());
        let proof = hashes(&case["proof_hex"], from_hex);
        assert_eq!(prove_inclusion(&tree, index, size).unwrap(), proof);
        let leaf = from_hex(&known["leaf_hashes_hex"][usize::try_from(index).unwrap()]);
        verify_inclusion(index, size, leaf, &proof, root_of(size)).unwrap();
        refuse_bent_inclusion(index, size, leaf, &proof, root_of(size));
    }
    for case in known["consistency"].as_array().unwrap() {
        let (old, new) = (case["old"].as_u64().unwrap(), case["new"].as_u64().unwrap());
        let proof = hashes(&case["proof_hex"], from_hex);
        assert_eq!(prove_consistency(&tree, old, new).unwrap(), proof);
        verify_consistency(old, root_of(old), new, root_of(new), &proof).unwrap();
        refuse_bent_consistency(old, root_of(old), new, root_of(new), &proof);
    }
}

/// Proofs with hashes left out, added, turned round or changed.
fn bent(proof: &[MerkleHash], others: &[MerkleHash]) -> Vec<Vec<MerkleHash>> {
    let mut bent = Vec::new();
    for other in others.iter().chain([&MerkleHash([0x5a; 32]), &MerkleHash([0; 32])]) {
        bent.push([proof, &[*other]].concat());
        bent.push([&[*other], proof].concat());
    }
    if let Some((_, most)) = proof.split_last() {
        bent.push(most.to_vec());
        bent.push(proof[1..].to_vec());
        bent.push(Vec::new());
    }
    for place in 0..proof.len() {
        let mut changed = proof.to_vec();
        changed[place].0[place] ^= 1;
        bent.push(changed);
    }
    bent
}

fn refuse_bent_inclusion(index: u64, size: u64, leaf: MerkleHash, proof: &[MerkleHash], root: MerkleHash) {
    for bent in bent(proof, &[leaf, root]) {
        assert!(verify_inclusion(index, size, leaf, &bent, root).is_err());
    }
    for index in
        [index ^ 1, index ^ 2, index ^ 64, index + 1, index.wrapping_sub(1), size, size + 1, u64::MAX]
    {
        assert!(verify_inclusion(index, size, leaf, proof, root).is_err());
    }
    // Some other sizes have proofs of the same shape and the same hashes; then only the signed root tells.
    for size in [0, u64::MAX] {
        if inclusion_length(index, size) != Some(proof.len()) {
            assert!(verify_inclusion(index, size, leaf, proof, root).is_err());
        }
    }
    assert!(verify_inclusion(index, size, MerkleHash([7; 32]), proof, root).is_err());
    assert!(verify_inclusion(index, size, leaf, proof, MerkleHash::empty()).is_err());
}

fn refuse_bent_consistency(
    old: u64,
    old_root: MerkleHash,
    new: u64,
    new_root: MerkleHash,
    proof: &[MerkleHash],
) {
    for bent in bent(proof, &[old_root, new_root]) {
        assert!(verify_consistency(old, old_root, new, new_root, &bent).is_err());
    }
    let wrong = MerkleHash([7; 32]);
    assert!(verify_consistency(old, wrong, new, new_root, proof).is_err());
    assert!(verify_consistency(old, old_root, new, wrong, proof).is_err());
    if old != new {
        assert!(verify_consistency(old, new_root, new, old_root, proof).is_err());
        assert_eq!(
            verify_consistency(new, new_root, old, old_root, proof),
            Err(ProofError::Shrunk { old: new, new: old })
        );
    }
}

#[test]
fn from_nothing_and_to_the_same_size_the_roots_say_all() {
    let (empty, other) = (MerkleHash::empty(), demo_leaf(0));
    assert_eq!(verify_consistency(0, empty, 0, empty, &[]), Ok(()));
    assert_eq!(verify_consistency(0, empty, 7, other, &[]), Ok(()));
    assert_eq!(verify_consistency(0, other, 7, other, &[]), Err(ProofError::NotEmptyRoot));
    let length = ProofError::Length { expected: 0, found: 1 };
    assert_eq!(verify_consistency(0, empty, 7, other, &[other]), Err(length.clone()));
    assert_eq!(verify_consistency(7, other, 7, other, &[other]), Err(length));
    assert_eq!(verify_consistency(7, other, 7, empty, &[]), Err(ProofError::TwoRoots));
    assert_eq!(verify_inclusion(0, 0, other, &[], empty), Err(ProofError::NoSuchEntry { index: 0, size: 0 }));
    assert_eq!(prove_consistency(&MemoryTree::default(), 0, 0).unwrap(), []);
    assert!(prove_consistency(&demo_tree(3), 3, 2).is_err());
    assert!(prove_inclusion(&demo_tree(3), 3, 3).is_err());
    assert!(prove_inclusion(&demo_tree(3), 0, 4).is_err());
    assert_eq!(root(&MemoryTree::default(), 0).unwrap(), empty);
}

#[test]
fn the_largest_numbers_are_handled() {
    let leaf = demo_leaf(0);
    for index in [0, 1, u64::MAX / 2, u64::MAX - 2, u64::MAX - 1, u64::MAX] {
        for size in [0, 1, u64::MAX / 2, 1 << 63, u64::MAX - 1, u64::MAX] {
            for length in [0, 1, 63, 64, 65] {
                let proof = vec![leaf; length];
                assert!(verify_inclusion(index, size, leaf, &proof, leaf).is_err() || size == 1);
                let _ = verify_consistency(index, leaf, size, leaf, &proof);
            }
            assert!(consistency_length(index, size).is_none_or(|length| length <= 65));
        }
    }
}

#[test]
fn the_demo_trees_have_their_known_roots_and_proofs() {
    let tree = demo_tree(70_000);
    for (size, known) in [
        (1, "22tpcOX21L2iJQDBs+yXZrPpjizA7bNnc36hP7757D0="),
        (256, "6n82KIL0sz94QGOF2H1uoKZdNxtWvL0BHp62nfO2GqQ="),
        (300, "/XBlV/6Ai7zPQ+SVf3QsvAQ0Q4XwOBENMWn3c22BZOk="),
        (70_000, "B1AKMtvz7nKyrXBhaFnvS1Eg6sWlqrNUTxNrdSzHiuo="),
    ] {
        assert_eq!(root(&tree, size).unwrap(), hash(known));
    }
    let known = String::from_utf8(file("demo/cons256-300.txt")).unwrap();
    assert_eq!(prove_consistency(&tree, 256, 300).unwrap(), [hash(known.trim())]);
    assert_eq!(prove_inclusion(&tree, 69_999, 70_000).unwrap().len(), 9);
    assert_eq!(prove_inclusion(&tree, 0, 70_000).unwrap().len(), 17);
    let proof = prove_consistency(&tree, 300, 70_000).unwrap();
    assert_eq!(proof.len(), 16);
    verify_consistency(300, root(&tree, 300).unwrap(), 70_000, root(&tree, 70_000).unwrap(), &proof).unwrap();
}

/// A hash of the probes; some are too short on purpose, which no hash of ours can be.
fn probe_hash(value: &Value) -> Option<MerkleHash> {
    super::super::text::from_base64(value.as_str().unwrap_or_default())?.try_into().ok().map(MerkleHash)
}

fn probes(kind: &str) -> Vec<(String, Value)> {
    fn walk(dir: &Path, found: &mut Vec<(String, Value)>) {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else {
                found.push((
                    path.display().to_string(),
                    serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap(),
                ));
            }
        }
    }
    let mut found = Vec::new();
    walk(&folder().join("merkle").join(kind), &mut found);
    found
}

fn probe_proof(probe: &Value) -> Option<Vec<MerkleHash>> {
    probe["proof"].as_array().map_or(Some(Vec::new()), |proof| proof.iter().map(probe_hash).collect())
}

#[test]
fn the_probes_of_another_program_for_inclusion_come_out_alike() {
    let probes = probes("inclusion");
    assert_eq!(probes.len(), 98);
    for (name, probe) in probes {
        let is_wrong = probe["wantErr"].as_bool().unwrap();
        let accepted = || {
            let (index, size) = (probe["leafIdx"].as_u64()?, probe["treeSize"].as_u64()?);
            let (leaf, root) = (probe_hash(&probe["leafHash"])?, probe_hash(&probe["root"])?);
            verify_inclusion(index, size, leaf, &probe_proof(&probe)?, root).ok()
        };
        assert_eq!(accepted().is_none(), is_wrong, "{name}");
    }
}

#[test]
fn the_probes_of_another_program_for_consistency_come_out_alike() {
    let probes = probes("consistency");
    assert_eq!(probes.len(), 98);
    let mut different = Vec::new();
    for (name, probe) in probes {
        let is_wrong = probe["wantErr"].as_bool().unwrap();
        let (old, new) = (probe["size1"].as_u64().unwrap(), probe["size2"].as_u64().unwrap());
        let accepted = || {
            let (old_root, new_root) = (probe_hash(&probe["root1"])?, probe_hash(&probe["root2"])?);
            verify_consistency(old, old_root, new, new_root, &probe_proof(&probe)?).ok()
        };
        if accepted().is_none() != is_wrong {
            let has_hashes = probe_hash(&probe["root1"]).is_some() && probe_hash(&probe["root2"]).is_some();
            different.push((old, new, has_hashes, name));
        }
    }
    // That program takes the empty tree for a wrong argument, while to a witness every log begins there; and
    // it compares equal sizes by roots of any length, while a root here has 32 bytes.
    assert!(!different.is_empty());
    for (old, new, has_hashes, name) in different {
        assert!((old == 0 && has_hashes) || (old == new && !has_hashes), "{name}");
    }
}
