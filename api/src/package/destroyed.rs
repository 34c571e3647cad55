//! What is left of a record whose bytes were destroyed by an order: its place, its digest, its leaf with the proof that
//! the leaf is under the checkpoint, and the order, which is an event of the package.

use std::collections::BTreeMap;

use gongjian_core::evidence::{Proof, SignedCheckpoint};
use gongjian_core::log::MerkleHash;
use gongjian_core::record::{Digest, Position};
use serde_json::{Value, json};

use super::archive::Files;
use super::canonical::canonical;
use super::check::{check_proof, file};
use super::event_path;
use super::manifest::missing;
use super::vaulted::Vaulted;
use crate::offline::{self, Fault, Kind};

/// What is left of a destroyed record.
#[derive(Clone, Debug)]
pub struct Destroyed {
    /// BLAKE3 of the bytes that were there.
    pub digest: Digest,
    /// Their leaf in the tree.
    pub leaf: MerkleHash,
    /// Position of the order.
    pub order: Position,
    /// The hashes from the leaf to the root of the checkpoint.
    pub hashes: Vec<MerkleHash>,
}

impl Destroyed {
    fn to_json(&self, position: Position) -> Value {
        let (digest, leaf) = (self.digest.to_string(), self.leaf.to_string());
        json!({ "position": position, "digest": digest, "leaf": leaf, "erasedBy": self.order })
    }
}

/// Puts what is left of destroyed records among the files.
pub(super) fn put(files: &mut Files, all: &BTreeMap<Position, Destroyed>, checkpoint: &SignedCheckpoint) {
    for (position, left) in all {
        let proof = Proof {
            index: *position,
            hashes: left.hashes.clone(),
            extra: Vec::new(),
            checkpoint: checkpoint.clone(),
        };
        files.insert(event_path("withheld", *position, "json"), canonical(&left.to_json(*position)));
        files.insert(event_path("proofs", *position, "tlog-proof"), proof.to_string().into_bytes());
    }
}

/// Checks that each destroyed record stood under the checkpoint and was destroyed by an order of the package, and
/// that what an order destroyed is not there. Returns each position with that of its order.
///
/// # Errors
/// [`Fault`].
pub(super) fn check(
    files: &Files,
    positions: impl Iterator<Item = Position>,
    told: &Vaulted,
    signed: &SignedCheckpoint,
) -> Result<Vec<(Position, Position)>, Fault> {
    let mut found = Vec::new();
    for position in positions {
        let path = event_path("withheld", position, "json");
        let order = told.records.get(&position).filter(|order| order.approved > position);
        let order = order.ok_or_else(|| {
            Fault::new(Kind::Missing, "record-no-order").with("position", position).at(&path)
        })?;
        let left = file(files, &path)?;
        let leaf = leaf_of(left).ok_or_else(|| Fault::new(Kind::Malformed, "record-left").at(&path))?;
        let expected = json!({
            "position": position, "digest": order.digest, "leaf": leaf.to_string(), "erasedBy": order.approved,
        });
        if canonical(&expected) != left {
            return Err(Fault::new(Kind::Altered, "record-other").with("position", position).at(&path));
        }
        let proof = event_path("proofs", position, "tlog-proof");
        let inclusion = |proof: &Proof| offline::check_leaf(proof, leaf);
        check_proof(file(files, &proof)?, position, signed, inclusion).map_err(|it| it.at(&proof))?;
        found.push((position, order.approved));
    }
    for (position, _) in told.records.iter().filter(|(_, order)| order.proof().is_some()) {
        let path = event_path("events", *position, "bin");
        if files.contains_key(&path) {
            return Err(Fault::new(Kind::Foreign, "record-present").with("position", position).at(path));
        }
        let path = event_path("withheld", *position, "json");
        if !files.contains_key(&path) {
            return Err(missing(&path));
        }
    }
    Ok(found)
}

fn leaf_of(bytes: &[u8]) -> Option<MerkleHash> {
    let value: Value = serde_json::from_slice(bytes).ok()?;
    let mut leaf = [0; 32];
    hex::decode_to_slice(value["leaf"].as_str()?, &mut leaf).ok()?;
    Some(MerkleHash(leaf))
}
