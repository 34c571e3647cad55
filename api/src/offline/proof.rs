//! A checkpoint, and the proof of one event with its bytes.

use gongjian_core::evidence::merkle::{ProofError, verify_inclusion};
use gongjian_core::evidence::{Proof, SignedCheckpoint};
use gongjian_core::layout::built_in;
use gongjian_core::log::MerkleHash;
use gongjian_core::record::RecordRef;

use super::fault::{Fault, Kind};
use super::outcome::{Basis, Format, Outcome};
use super::trust::Trust;
use crate::app::WholeEvent;

/// Checks a checkpoint: its form, and whose signatures it bears.
pub fn checkpoint(bytes: &[u8], trust: &Trust) -> Outcome {
    let mut outcome = Outcome::new(Format::Checkpoint);
    let checked = read_checkpoint(bytes).and_then(|signed| {
        outcome.basis = Some(Basis::of(&signed));
        outcome.accepted = trust.accept(&signed)?;
        Ok(())
    });
    outcome.after(checked)
}

pub(crate) fn read_checkpoint(bytes: &[u8]) -> Result<SignedCheckpoint, Fault> {
    let unreadable = |error| Fault::new(Kind::Malformed, "checkpoint-unreadable").because(&error);
    SignedCheckpoint::parse(bytes).map_err(unreadable)
}

/// Checks that an event is in the ledger: that the proof leads from its bytes to the root of the checkpoint,
/// that its position is the proof's, and whose signatures the checkpoint bears.
pub fn proof(bytes: &[u8], entry: &[u8], trust: &Trust) -> Outcome {
    let mut outcome = Outcome::new(Format::Proof);
    let checked = check_proof(bytes, entry, trust, &mut outcome);
    outcome.after(checked)
}

fn check_proof(bytes: &[u8], entry: &[u8], trust: &Trust, outcome: &mut Outcome) -> Result<(), Fault> {
    let proof = read_proof(bytes)?;
    outcome.basis = Some(Basis::of(&proof.checkpoint));
    let record = read_record(entry)?;
    let event = WholeEvent::of(entry, &record, built_in(record.kind, record.version).as_deref());
    outcome.event = serde_json::to_value(event).ok();
    check_place(&record, proof.index)?;
    check_inclusion(&proof, entry)?;
    outcome.accepted = trust.accept(&proof.checkpoint)?;
    Ok(())
}

pub(crate) fn read_proof(bytes: &[u8]) -> Result<Proof, Fault> {
    let unreadable = |error| Fault::new(Kind::Malformed, "proof-unreadable").because(&error);
    Proof::parse(bytes).map_err(unreadable)
}

pub(crate) fn read_record(entry: &[u8]) -> Result<RecordRef<'_>, Fault> {
    let unreadable = |error| Fault::new(Kind::Malformed, "record-unreadable").because(&error);
    RecordRef::decode_canonical(entry).map_err(unreadable)
}

/// The record says itself where it stands.
pub(crate) fn check_place(record: &RecordRef<'_>, index: u64) -> Result<(), Fault> {
    if record.position == index {
        return Ok(());
    }
    Err(Fault::new(Kind::Reordered, "position").with("expected", index).with("found", record.position))
}

/// Whether the bytes are under the root that the proof's own checkpoint names, whoever signed it.
pub(crate) fn check_inclusion(proof: &Proof, entry: &[u8]) -> Result<(), Fault> {
    check_leaf(proof, MerkleHash::leaf(entry))
}

/// The same with nothing but the leaf, as of an event whose bytes were destroyed.
pub(crate) fn check_leaf(proof: &Proof, leaf: MerkleHash) -> Result<(), Fault> {
    let checkpoint = proof.checkpoint.checkpoint();
    let (size, root) = (checkpoint.size(), checkpoint.root());
    verify_inclusion(proof.index, size, leaf, &proof.hashes, root).map_err(|error| match error {
        ProofError::NoSuchEntry { index, size } => {
            Fault::new(Kind::Truncated, "beyond").with("index", index).with("size", size)
        }
        ProofError::Length { expected, found } => {
            Fault::new(Kind::Malformed, "length").with("expected", expected).with("found", found)
        }
        _ => Fault::new(Kind::Altered, "inclusion").with("index", proof.index).with("root", root),
    })
}
