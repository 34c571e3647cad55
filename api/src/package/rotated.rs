//! `rotations/NNNNNN.tlog-proof`: that a rotation of the signing key stands under a checkpoint which the key before it
//! signed too. Whoever knows an old key alone follows these to the one that signed the package.

use gongjian_core::evidence::{KeyKind, Proof, VerifierKey};
use gongjian_core::layout::built_in;
use gongjian_core::log::KEY_ROTATED;
use gongjian_core::record::{Position, RecordRef};
use serde_json::Value;

use super::archive::Files;
use super::check::file;
use super::event_path;
use crate::offline::{self, Fault, Kind, Trust};

/// The folder of these proofs.
pub(super) const FOLDER: &str = "rotations";

/// Puts the proofs among the files.
pub(super) fn put(files: &mut Files, proofs: &[Proof]) {
    for proof in proofs {
        files.insert(event_path(FOLDER, proof.index, "tlog-proof"), proof.to_string().into_bytes());
    }
}

/// Whom a reader trusts who follows the rotations at these positions, in order, from a key that he has: also the keys
/// that they put in force. Whether that told him anything new comes with it.
///
/// # Errors
/// [`Fault`]: a proof is none, or not that of a rotation.
pub(super) fn follow(
    files: &Files,
    positions: impl Iterator<Item = Position>,
    trust: &Trust,
    origin: &str,
) -> Result<(Trust, bool), Fault> {
    let (mut trust, mut is_more) = (trust.clone(), false);
    for position in positions {
        let path = event_path(FOLDER, position, "tlog-proof");
        let entry = event_path("events", position, "bin");
        let proof = offline::read_proof(file(files, &path)?).map_err(|it| it.at(&path))?;
        let bytes = file(files, &entry)?;
        let record = offline::read_record(bytes).map_err(|it| it.at(&entry))?;
        offline::check_place(&record, proof.index).map_err(|it| it.at(&path))?;
        offline::check_inclusion(&proof, bytes).map_err(|it| it.at(&path))?;
        let key = key_of(&record, origin).filter(|_| record.position == position);
        let key = key.ok_or_else(|| Fault::new(Kind::Malformed, "no-rotation").at(&path))?;
        // Signed by the new key alone it says nothing: anybody can name a key of his own.
        if trust.is_signed(&proof.checkpoint) && proof.checkpoint.checkpoint().origin() == origin {
            is_more |= trust.knows(&key) == Some(false);
            trust = trust.with_log(key);
        }
    }
    Ok((trust, is_more))
}

/// The key that a rotation puts in force.
fn key_of(record: &RecordRef<'_>, origin: &str) -> Option<VerifierKey> {
    if record.kind != KEY_ROTATED || record.stream != "ledger/main" {
        return None;
    }
    let fields = built_in(record.kind, record.version)?;
    let said: Value = gongjian_core::schema::to_json(&fields, record.payload).ok()?;
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::STANDARD.decode(said["publicKey"].as_str()?).ok()?;
    VerifierKey::new(origin, KeyKind::Ed25519, &<[u8; 32]>::try_from(bytes).ok()?).ok()
}
