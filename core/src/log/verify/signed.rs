//! The checkpoints that lie beside the log: each must be signed by the key in force at its size, over what the log
//! begins with.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{FAULTS_MAX, VerifyOptions};
use crate::checkpoints::{ROTATIONS_FOLDER, signed_files};
use crate::evidence::{KeyRefusal, LogKeys, SignedCheckpoint, VerifierKey};
use crate::log::Corruption;
use crate::log::hash::{Frontier, MerkleHash};
use crate::log::storage::StorageError;
use crate::record::Position;

/// A checkpoint in a file.
struct Signed {
    name: String,
    signed: SignedCheckpoint,
    /// The recomputed root at its size, once the walk has come so far.
    root: Option<MerkleHash>,
}

/// What was signed, and who may sign.
#[derive(Default)]
pub(super) struct Signatures {
    signed: Vec<Signed>,
    keys: Option<LogKeys>,
    expected: Option<VerifierKey>,
    faults: Vec<Corruption>,
}

impl Signatures {
    /// Reads the files; one that is not there was never written.
    pub(super) fn read(options: &VerifyOptions) -> Result<Signatures, StorageError> {
        let mut found =
            Signatures { signed: Vec::new(), keys: None, expected: options.key.clone(), faults: Vec::new() };
        for file in options.ledger.as_deref().map(signed_files).into_iter().flatten() {
            found.file(&file)?;
        }
        let rotations = options.ledger.as_ref().map(|dir| dir.join(ROTATIONS_FOLDER));
        let entries = rotations.and_then(|folder| fs::read_dir(folder).ok()).into_iter().flatten().flatten();
        let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
        files.sort_unstable();
        for file in files {
            found.file(&file)?;
        }
        Ok(found)
    }

    fn file(&mut self, file: &Path) -> Result<(), StorageError> {
        let bytes = match fs::read(file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            bytes => bytes.map_err(|source| StorageError::Io { operation: "read a checkpoint", source })?,
        };
        let name = file.file_name().map(PathBuf::from).unwrap_or_default().display().to_string();
        match SignedCheckpoint::parse(&bytes) {
            Ok(signed) => {
                let root = (signed.checkpoint().size() == 0).then(MerkleHash::empty);
                self.signed.push(Signed { name, signed, root });
            }
            Err(error) => self.faults.push(Corruption::new(
                0,
                ("checkpoint file", name),
                "a signed checkpoint",
                error.to_string(),
            )),
        }
        Ok(())
    }

    /// Takes the key of event 0, or of a rotation.
    pub(super) fn key(&mut self, position: Position, payload: &[u8]) {
        if position == 0 {
            self.keys = LogKeys::of_opened(payload);
            return;
        }
        let rotated = self.keys.as_mut().and_then(|keys| keys.rotate_by(position, payload));
        if rotated.is_none() {
            let found = hex::encode(payload);
            self.faults.push(Corruption::new(
                position,
                "payload of ledger.key-rotated",
                "an Ed25519 public key",
                found,
            ));
        }
    }

    /// The tree has grown by one event.
    pub(super) fn grown(&mut self, frontier: &Frontier) {
        for signed in &mut self.signed {
            if signed.signed.checkpoint().size() == frontier.size() {
                signed.root = Some(frontier.root());
            }
        }
    }

    /// What is wrong, for a log of this size.
    pub(super) fn faults(mut self, size: u64) -> Vec<Corruption> {
        self.expected_key(size);
        for signed in std::mem::take(&mut self.signed) {
            self.signature(&signed);
            self.content(&signed, size);
        }
        self.faults.truncate(FAULTS_MAX);
        self.faults
    }

    /// The log must name the key, and that is no signature: a checkpoint over what the log begins with must bear one.
    fn expected_key(&mut self, size: u64) {
        let Some(expected) = &self.expected else { return };
        let keys: Vec<&VerifierKey> = self.keys.iter().flat_map(LogKeys::all).collect();
        if !keys.contains(&expected) {
            let found = keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            self.faults.push(Corruption::new(0, "key of the ledger", expected.to_string(), found));
            return;
        }
        let is_signed = self.signed.iter().any(|it| {
            it.root == Some(it.signed.checkpoint().root()) && it.signed.note().verify([expected]).is_ok()
        });
        if !is_signed {
            let position = size.saturating_sub(1);
            let what = "a checkpoint that the key signed";
            self.faults.push(Corruption::new(position, what, ("one by", expected.to_string()), "none"));
        }
    }

    fn signature(&mut self, signed: &Signed) {
        let size = signed.signed.checkpoint().size();
        let position = size.saturating_sub(1);
        let name = signed.name.clone();
        let refusal = match &self.keys {
            Some(keys) => keys.check(&signed.signed).err(),
            None => Some(KeyRefusal::Keyless),
        };
        let fault = match refusal {
            None => return,
            Some(KeyRefusal::Origin { expected, found }) => {
                Corruption::new(0, ("origin of the checkpoint", name), expected, found)
            }
            Some(KeyRefusal::Signature { key, source, .. }) => {
                let what = ("signature of the checkpoint", name);
                Corruption::new(position, what, ("one by", key), source.to_string())
            }
            Some(KeyRefusal::Keyless) => {
                let what = ("signature of the checkpoint", name);
                Corruption::new(position, what, "one by the key of event 0", "no such key")
            }
        };
        self.faults.push(fault);
    }

    /// Of a root that differs, nobody can say which event was changed: the last one covered is named.
    fn content(&mut self, signed: &Signed, size: u64) {
        let checkpoint = signed.signed.checkpoint();
        let name = signed.name.clone();
        if checkpoint.size() > size {
            let what = ("size of the checkpoint", name);
            self.faults.push(Corruption::new(size, what, ("at most", size), checkpoint.size()));
            return;
        }
        match signed.root {
            Some(root) if root != checkpoint.root() => {
                let position = checkpoint.size().saturating_sub(1);
                let what = ("root of the checkpoint", name);
                self.faults.push(Corruption::new(position, what, root, checkpoint.root()));
            }
            _ => {}
        }
    }
}
