use proptest::prelude::*;
use proptest::sample::Index;

use super::super::tile::{TileName, parse_entries, parse_hashes};
use super::super::tree::{prove_consistency, prove_inclusion, root};
use super::super::{
    AddCheckpoint, MemoryTree, Note, Policy, Proof, SignedCheckpoint, VerifierKey, verify_consistency,
    verify_inclusion,
};
use super::{demo_leaf, demo_signer, demo_tree, demo_witnesses, file, text};
use crate::log::hash::MerkleHash;

fn flip(hash: &mut MerkleHash, bit: u8) {
    hash.0[usize::from(bit) / 8] ^= 1 << (bit % 8);
}

/// Flips one bit of one of these, and returns whether there was one.
fn flip_one(hashes: &mut [&mut MerkleHash], which: Index, bit: u8) {
    let place = which.index(hashes.len());
    flip(hashes[place], bit);
}

/// The tree head by the definition, without tiles.
fn defined_root(leaves: &[MerkleHash]) -> MerkleHash {
    match leaves {
        [] => MerkleHash::empty(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(1 << (leaves.len() - 1).ilog2());
            MerkleHash::node(defined_root(left), defined_root(right))
        }
    }
}

proptest! {
    #[test]
    fn proofs_of_random_trees_verify_and_any_changed_bit_fails(
        size in 1..2_000_u64, index: Index, old: Index, which: Index, bit: u8,
    ) {
        let tree = demo_tree(size);
        let leaves: Vec<MerkleHash> = (0..size).map(demo_leaf).collect();
        let head = root(&tree, size).unwrap();
        prop_assert_eq!(head, defined_root(&leaves));

        let index = index.index(leaves.len());
        let (place, mut leaf, mut changed) = (index as u64, leaves[index], head);
        let mut proof = prove_inclusion(&tree, place, size).unwrap();
        prop_assert_eq!(verify_inclusion(place, size, leaf, &proof, head), Ok(()));
        for other in [place ^ 1, place ^ 2, place ^ 1024] {
            prop_assert!(verify_inclusion(other, size, leaf, &proof, head).is_err());
        }
        let mut inputs: Vec<&mut MerkleHash> = proof.iter_mut().collect();
        inputs.extend([&mut leaf, &mut changed]);
        flip_one(&mut inputs, which, bit);
        prop_assert!(verify_inclusion(place, size, leaf, &proof, changed).is_err());

        let old = old.index(leaves.len()) as u64 + 1;
        let mut old_root = root(&tree, old).unwrap();
        let mut new_root = head;
        let mut proof = prove_consistency(&tree, old, size).unwrap();
        prop_assert_eq!(verify_consistency(old, old_root, size, new_root, &proof), Ok(()));
        let mut inputs: Vec<&mut MerkleHash> = proof.iter_mut().collect();
        inputs.extend([&mut old_root, &mut new_root]);
        flip_one(&mut inputs, which, bit);
        prop_assert!(verify_consistency(old, old_root, size, new_root, &proof).is_err());
    }

    #[test]
    fn a_forked_log_is_never_consistent(size in 2..600_u64, old: Index, fork: Index) {
        let old = old.index(usize::try_from(size).unwrap() - 1) as u64 + 1;
        let fork = fork.index(usize::try_from(old).unwrap()) as u64;
        let honest = demo_tree(size);
        let mut forked = MemoryTree::default();
        forked.extend((0..size).map(|n| if n == fork { MerkleHash::leaf(b"other") } else { demo_leaf(n) }));
        let proof = prove_consistency(&forked, old, size).unwrap();
        let (seen, claimed) = (root(&honest, old).unwrap(), root(&forked, size).unwrap());
        prop_assert!(verify_consistency(old, seen, size, claimed, &proof).is_err());
    }

    #[test]
    fn numbers_and_hashes_at_random_never_panic(
        index: u64, size: u64, proof in prop::collection::vec(any::<[u8; 32]>(), 0..70), leaf: [u8; 32],
    ) {
        let proof: Vec<MerkleHash> = proof.into_iter().map(MerkleHash).collect();
        let leaf = MerkleHash(leaf);
        let _ = verify_inclusion(index, size, leaf, &proof, leaf);
        let _ = verify_consistency(index, leaf, size, leaf, &proof);
        let _ = prove_inclusion(&demo_tree(3), index, size);
        let _ = prove_consistency(&demo_tree(3), index, size);
    }

    #[test]
    fn bytes_at_random_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), text in "\\PC{0,80}", width in 0..300_usize) {
        read_all(&bytes);
        read_all(text.as_bytes());
        let _ = text.parse::<VerifierKey>();
        let _ = TileName::parse(&text);
        let _ = parse_entries(&bytes, width);
        let _ = parse_hashes(&bytes, width);
    }

    #[test]
    fn changed_files_never_panic_and_print_as_they_were_read(
        which: Index, edits in prop::collection::vec((any::<Index>(), any::<u8>(), 0..4_u8), 1..4),
    ) {
        let files = ["demo/cp300.txt", "demo/entry5.tlog-proof", "demo/add-checkpoint-300.txt", "published/spec.note", "published/arche.cp"];
        let mut bytes = file(files[which.index(files.len())]);
        for (place, byte, edit) in edits {
            let place = place.index(bytes.len());
            match edit {
                0 => bytes[place] = byte,
                1 => bytes[place] ^= 1 << (byte % 8),
                2 => bytes.insert(place, byte),
                _ => drop(bytes.remove(place)),
            }
        }
        read_all(&bytes);
    }

    #[test]
    fn one_changed_bit_in_a_proof_file_is_refused(place: Index, bit in 0..8_u8) {
        let mut bytes = file("demo/entry5.tlog-proof");
        let place = place.index(bytes.len());
        bytes[place] ^= 1 << bit;
        let policy = demo_policy();
        let verified = Proof::parse(&bytes).ok().and_then(|proof| proof.verify(b"event 5\n", &policy).ok());
        prop_assert!(verified.is_none());
    }

    #[test]
    fn signed_texts_verify_and_changed_ones_do_not(lines in prop::collection::vec("[^\\x00-\\x1f]{0,20}", 1..5), place: Index) {
        let text = lines.join("\n") + "\n";
        let mut note = Note::new(&text).unwrap();
        note.sign(&demo_signer()).unwrap();
        note.put(demo_witnesses()[0].cosign(&text, 77).unwrap()).unwrap();
        let keys = [demo_signer().verifier().clone(), demo_witnesses()[0].verifier().clone()];
        let read = Note::parse(note.to_string().as_bytes()).unwrap();
        prop_assert_eq!(&read, &note);
        prop_assert_eq!(read.verify(&keys).unwrap().len(), 2);
        let mut other = text.into_bytes();
        let place = place.index(other.len());
        other.insert(place, b'x');
        let mut changed = Note::new(std::str::from_utf8(&other).unwrap_or("other\n")).unwrap();
        for line in note.signatures() {
            changed.put(line.clone()).unwrap();
        }
        prop_assert!(changed.verify(&keys).is_err());
    }
}

fn demo_policy() -> Policy {
    let (log, first, second) = (text("demo/log.vkey"), text("demo/w1.vkey"), text("demo/w2.vkey"));
    let lines = [
        ["log ", log.trim()],
        ["witness a ", first.trim()],
        ["witness b ", second.trim()],
        ["group g ", "all a b"],
        ["quorum ", "g"],
    ];
    lines.map(|line| line.concat() + "\n").concat().parse().unwrap()
}

/// Reads bytes as everything that they might be. What is accepted must print as it was read.
fn read_all(bytes: &[u8]) {
    let printed = [
        Note::parse(bytes).ok().map(|note| note.to_string()),
        SignedCheckpoint::parse(bytes).ok().map(|checkpoint| checkpoint.to_string()),
        Proof::parse(bytes).ok().map(|proof| proof.to_string()),
        AddCheckpoint::parse(bytes).ok().map(|request| request.to_string()),
    ];
    for printed in printed.into_iter().flatten() {
        assert_eq!(printed.as_bytes(), bytes);
    }
    if let Ok(policy) = Policy::parse(bytes) {
        assert_eq!(policy.to_string().parse::<Policy>().unwrap(), policy);
    }
    if let Ok(proof) = Proof::parse(bytes) {
        let _ = proof.verify(b"event 5\n", &demo_policy());
    }
}
