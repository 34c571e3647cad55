//! A file that somebody handed over, looked at by its bytes alone: nothing of it is written anywhere.

use gongjian_core::evidence::proof::PROOF_HEADER;

use super::outcome::{Format, Outcome};
use super::trust::Trust;
use super::{checkpoint, inspection, proof};

/// What some bytes look like; only a look, which the check itself confirms.
pub fn looks_like(bytes: &[u8]) -> Format {
    match bytes {
        head if head.starts_with(PROOF_HEADER.as_bytes()) => Format::Proof,
        [b'P', b'K', ..] => Format::Package,
        [b'{', ..] => Format::Inspection,
        _ => Format::Checkpoint,
    }
}

/// Checks a file by its bytes. `entry` is the record that a proof is about.
pub fn handed(bytes: &[u8], entry: Option<&[u8]>, trust: &Trust) -> Outcome {
    match looks_like(bytes) {
        Format::Proof => proof(bytes, entry.unwrap_or_default(), trust),
        Format::Package => match crate::package::unpack(bytes) {
            Ok(files) => crate::package::check(&files, trust),
            Err(fault) => Outcome::new(Format::Package).after(Err(fault)),
        },
        Format::Inspection => inspection(bytes, None, trust),
        _ => checkpoint(bytes, trust),
    }
}
