//! From what a ledger answers to the files of a package.

use std::collections::BTreeMap;

use gongjian_core::evidence::note::Note;
use gongjian_core::evidence::{Proof, SignedCheckpoint, VerifierKey};
use gongjian_core::log::MerkleHash;
use gongjian_core::record::Position;
use gongjian_projections::trail::Trail;
use serde_json::{Value, json};

use super::archive::Files;
use super::canonical::canonical;
use super::destroyed::{self, Destroyed};
use super::documents::{self, Opened};
use super::manifest::{manifest, sha256};
use super::vaulted::Vaulted;
use super::{
    CHECKPOINT, LAYOUTS, LOG_KEY, MANIFEST, PAGE, SIGNATURE, STORY, TRAIL, WITNESS_KEYS, event_path, page,
    rotated,
};
use crate::messages::Text;
use crate::offline::Basis;
use crate::output;

/// One event of a package.
#[derive(Clone, Debug)]
pub struct Proven {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What they say.
    pub shown: Value,
    /// The hashes from its leaf to the root of the checkpoint.
    pub hashes: Vec<MerkleHash>,
}

/// What goes into a package.
#[derive(Clone)]
pub struct Contents {
    /// What was asked for.
    pub id: String,
    /// The matters.
    pub trail: Trail,
    /// The checkpoint that all events are under.
    pub checkpoint: SignedCheckpoint,
    /// The ledger's key.
    pub key: VerifierKey,
    /// The keys of its witnesses.
    pub witnesses: Vec<VerifierKey>,
    /// The events of the matters, the declarations of their layouts, event 0, and rotations of the key.
    pub events: BTreeMap<Position, Proven>,
    /// Where the layout of each kind and version that occurs is declared.
    pub layouts: BTreeMap<(String, u16), Position>,
    /// That each rotation of the key is under a checkpoint which the key before it signed, as far as these are kept.
    pub rotations: Vec<Proof>,
    /// Records of the matters whose bytes were destroyed.
    pub destroyed: BTreeMap<Position, Destroyed>,
    /// Documents that are opened for the reader, by the position of the event that commits to each.
    pub documents: BTreeMap<Position, Opened>,
}

/// The files of a package. `attest` signs that the ledger issued the manifest with a hash.
///
/// # Errors
/// Whatever `attest` says.
pub fn build<E>(
    contents: &Contents,
    text: Text,
    attest: impl FnOnce([u8; 32]) -> Result<Note, E>,
) -> Result<Files, E> {
    let mut files = Files::new();
    let basis = Basis::of(&contents.checkpoint);
    files.insert(CHECKPOINT.to_owned(), contents.checkpoint.to_string().into_bytes());
    for (position, event) in &contents.events {
        let proof = Proof {
            index: *position,
            hashes: event.hashes.clone(),
            extra: Vec::new(),
            checkpoint: contents.checkpoint.clone(),
        };
        files.insert(event_path("events", *position, "bin"), event.bytes.clone());
        files.insert(event_path("events", *position, "json"), canonical(&event.shown));
        files.insert(event_path("proofs", *position, "tlog-proof"), proof.to_string().into_bytes());
    }
    files.insert(LAYOUTS.to_owned(), canonical(&layouts(contents)));
    files.insert(TRAIL.to_owned(), canonical(&json!(contents.trail)));
    files.insert(STORY.to_owned(), output::trail::narrative(&contents.trail, text).into_bytes());
    files.insert(LOG_KEY.to_owned(), format!("{}\n", contents.key).into_bytes());
    if !contents.witnesses.is_empty() {
        let lines: String = contents.witnesses.iter().map(|key| format!("{key}\n")).collect();
        files.insert(WITNESS_KEYS.to_owned(), lines.into_bytes());
    }
    rotated::put(&mut files, &contents.rotations);
    destroyed::put(&mut files, &contents.destroyed, &contents.checkpoint);
    let told = Vaulted::of(contents.events.iter().map(|(position, event)| (*position, &event.shown)));
    documents::put(&mut files, &told, &contents.documents);
    let page = page::page(contents, &told, &files, text);
    files.insert(PAGE.to_owned(), page.into_bytes());
    let manifest = manifest(&contents.id, text.language().tag(), &basis, &files);
    let note = attest(sha256(&manifest))?;
    files.insert(MANIFEST.to_owned(), manifest);
    files.insert(SIGNATURE.to_owned(), note.to_string().into_bytes());
    Ok(files)
}

/// The layouts that occur, each with the event that declares it.
fn layouts(contents: &Contents) -> Value {
    let declared = contents.layouts.iter().map(|((kind, version), position)| {
        let fields = contents.events.get(position).map(|event| event.shown["data"]["fields"].clone());
        json!({ "kind": kind, "version": version, "position": position, "fields": fields })
    });
    Value::Array(declared.collect())
}
