//! Evidence packages: one matter with everything that somebody needs who has no ledger and no network.
//!
//! | path | what it is |
//! | --- | --- |
//! | `说明.html` | what this is, what it proves and what not, and how to check it |
//! | `trail.txt`, `trail.json` | the matter as the ledger tells it |
//! | `events/NNNNNN.bin`, `.json` | each event: its bytes, and what they say |
//! | `proofs/NNNNNN.tlog-proof` | each event is under the checkpoint |
//! | `checkpoint` | what the ledger signed, with the cosignatures that it had |
//! | `layouts.json` | the layouts of the kinds that occur, as declared by events of the package |
//! | `keys/log.vkey`, `keys/witnesses.vkey` | public keys, for comparison only: they prove nothing |
//! | `withheld/NNNNNN.json` | what is left of a record whose bytes were destroyed by an order |
//! | `rotations/NNNNNN.tlog-proof` | a rotation of the signing key is under a checkpoint that the key before signed |
//! | `documents.json`, `documents/…` | each document of the matters: its content with what opens the commitment in the event, or why it is not here |
//! | `manifest.json`, `manifest.note` | every file with its hash, and the ledger's signature over that |
//!
//! Reading order: `build.rs` (from a ledger's answers to files), `check.rs` (from files to a verdict),
//! `vaulted.rs`, `documents.rs`, `destroyed.rs`, `rotated.rs`, `manifest.rs`, `archive.rs`, `page.rs`.
//!
//! **Architecture invariant:** *a package follows from the ledger at its checkpoint, the reader's language and the
//! documents that are opened for him: no clock, no random number.*

mod archive;
mod build;
mod canonical;
mod check;
mod destroyed;
mod documents;
mod manifest;
mod page;
mod rotated;
mod vaulted;

pub use archive::{Files, pack, read_folder, unpack};
pub use build::{Contents, Proven, build};
pub use canonical::canonical;
pub use check::check;
pub use destroyed::Destroyed;
pub use documents::{FoundDocument, Opened};
pub use manifest::sha256;

/// What `format` says in a manifest.
pub const FORMAT: &str = "gongjian-evidence/1";
/// The word of the statement over a manifest.
pub const STATEMENT: &str = "evidence-package";
/// The most events of a package.
pub const EVENTS_MAX: usize = 5_000;
/// The most bytes of documents in a package; the rest is for events and proofs.
pub const DOCUMENT_BYTES_MAX: u64 = archive::TOTAL_MAX - archive::ENTRY_MAX;

const MANIFEST: &str = "manifest.json";
const SIGNATURE: &str = "manifest.note";
const CHECKPOINT: &str = "checkpoint";
const LAYOUTS: &str = "layouts.json";
const TRAIL: &str = "trail.json";
const STORY: &str = "trail.txt";
const PAGE: &str = "说明.html";
const LOG_KEY: &str = "keys/log.vkey";
const WITNESS_KEYS: &str = "keys/witnesses.vkey";
/// The list of documents.
const DOCUMENT_LIST: &str = "documents.json";
/// Where their contents lie.
const DOCUMENTS: &str = "documents/";

/// The name of a file about an event.
fn event_path(folder: &str, position: u64, ending: &str) -> String {
    format!("{folder}/{position:06}.{ending}")
}
