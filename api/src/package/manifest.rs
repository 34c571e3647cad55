//! `manifest.json`: every file of a package with its size and SHA-256, and the checkpoint that it rests on.

use serde_json::{Value, json};
use std::collections::BTreeSet;

use sha2::{Digest as _, Sha256};

use super::archive::Files;
use super::canonical::canonical;
use super::{FORMAT, MANIFEST, SIGNATURE};
use crate::offline::{Basis, Fault, Kind};

/// SHA-256 of some bytes.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// The manifest of these files.
pub fn manifest(id: &str, language: &str, basis: &Basis, files: &Files) -> Vec<u8> {
    let listed: Vec<Value> = files
        .iter()
        .map(|(path, bytes)| {
            json!({ "path": path, "bytes": bytes.len(), "sha256": hex::encode(sha256(bytes)) })
        })
        .collect();
    canonical(&json!({
        "format": FORMAT, "id": id, "language": language, "files": listed,
        "checkpoint": { "origin": basis.origin, "size": basis.size, "root": basis.root },
    }))
}

/// Checks that the files are those of the manifest, no more and no less, and gives the manifest.
///
/// # Errors
/// [`Fault`] with the file that is missing, foreign or altered.
pub fn check(files: &Files) -> Result<Value, Fault> {
    let malformed = || Fault::new(Kind::Malformed, "manifest").at(MANIFEST);
    let bytes = files.get(MANIFEST).ok_or_else(|| missing(MANIFEST))?;
    let found: Value = serde_json::from_slice(bytes).map_err(|_| malformed())?;
    let listed = found["files"].as_array().ok_or_else(malformed)?;
    if found["format"] != FORMAT || canonical(&found) != *bytes {
        return Err(malformed());
    }
    let mut before = "";
    for entry in listed {
        let path = entry["path"].as_str().ok_or_else(malformed)?;
        let (size, hash) = (entry["bytes"].as_u64(), entry["sha256"].as_str());
        let (size, hash) = (size.ok_or_else(malformed)?, hash.ok_or_else(malformed)?);
        if path <= before || path == MANIFEST || path == SIGNATURE {
            return Err(malformed());
        }
        before = path;
        let bytes = files.get(path).ok_or_else(|| missing(path))?;
        if (bytes.len() as u64) < size {
            let fault = Fault::new(Kind::Truncated, "file-short").with("expected", size);
            return Err(fault.with("found", bytes.len()).at(path));
        }
        let ours = hex::encode(sha256(bytes));
        if bytes.len() as u64 != size || ours != hash {
            let fault = Fault::new(Kind::Altered, "file-altered").with("expected", hash);
            return Err(fault.with("found", ours).at(path));
        }
    }
    let known: BTreeSet<&str> =
        listed.iter().filter_map(|entry| entry["path"].as_str()).chain([MANIFEST, SIGNATURE]).collect();
    let foreign = files.keys().find(|path| !known.contains(path.as_str()));
    match foreign {
        Some(path) => Err(Fault::new(Kind::Foreign, "file-foreign").at(path)),
        None => Ok(found),
    }
}

/// A file that is not there.
pub(super) fn missing(path: &str) -> Fault {
    Fault::new(Kind::Missing, "file-missing").at(path)
}
