//! Evidence: what the ledger hands to others, and how they check it without trusting the ledger.
//!
//! The formats are those of C2SP, so that programs nobody here wrote can read them: a signed note (`note.rs`)
//! whose text is a checkpoint (`checkpoint.rs`), signed by the ledger and by witnesses (`cosignature.rs`);
//! proofs between leaves and roots, checked in `merkle.rs` and made from tiles in `tree.rs`; a file that
//! proves one event offline (`proof.rs`); the inspector's rule about whose signatures suffice
//! (`policy.rs`); that the ledger issued a file (`statement.rs`); what a witness agrees to sign (`witness.rs`); the
//! files of hashes and entries (`tile.rs`, checked against a root in `authentic.rs`); and what a monitor checks of the
//! entries themselves, one bundle at a time (`bundle.rs`) and through the whole log (`audit.rs`).
//!
//! **Architecture invariant:** *nothing here reads a disk, a clock, a random number or the network.* Bytes,
//! keys and times come in as arguments; every input may come from an enemy, and none makes it panic.
//!
//! What this ledger chooses where the documents leave a choice is in `docs/FORMAT.md`, section 12.

pub mod audit;
pub mod authentic;
pub mod bundle;
pub mod checkpoint;
pub mod cosignature;
pub mod fault;
pub mod log_keys;
pub mod merkle;
pub mod note;
pub mod policy;
pub mod proof;
pub mod signer;
pub mod statement;
#[cfg(test)]
mod tests;
mod text;
pub mod tile;
pub mod tree;
pub mod vkey;
pub mod witness;

pub use audit::Audit;
pub use authentic::{AuthenticTiles, TileFault};
pub use checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint};
pub use cosignature::Cosigner;
pub use fault::{Fault, FaultKind};
pub use log_keys::{KeyRefusal, LogKeys};
pub use merkle::{ProofError, verify_consistency, verify_inclusion};
pub use note::{Note, NoteError, SignatureLine, Verified, VerifyError};
pub use policy::{Accepted, Cosigned, Policy, PolicyError, PolicyRefusal};
pub use proof::{Proof, ProofFileError, ProofRefusal, Proven};
pub use signer::{Ed25519Signer, SignError, Signer};
pub use statement::{Statement, StatementError};
pub use tile::{TileKind, TileName};
pub use tree::{HashSource, MemoryTree, TreeError};
pub use vkey::{KeyError, KeyKind, VerifierKey};
pub use witness::{AddCheckpoint, Refusal, RequestError, Seen};
