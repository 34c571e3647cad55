//! A monitor: somebody who checks a ledger again and again without trusting it.
//!
//! It reads what the ledger publishes (a checkpoint, tiles of hashes, bundles of entries) from a folder or an
//! address, and recomputes everything. What it has seen it remembers: the next time it demands a proof that the
//! log only grew, and reads only what is new. It asks the witnesses of its policy what they have seen, so that two
//! histories shown to two monitors meet. Its folder, for each log:
//!
//! | name | what it is |
//! | --- | --- |
//! | `HEX/checkpoint` | the last checkpoint that was verified, as it was read; HEX is the SHA-256 of the origin |
//! | `HEX/audit` | what the entries so far are remembered by; without it everything is read again |
//! | `HEX/fork-…` | two checkpoints, both signed by the log, that cannot both be true |
//!
//! Reading order: `run.rs` (one round), `walk.rs` (the entries), `history.rs` (does it extend what was seen),
//! `source.rs` (where files come from), `state.rs`.

mod history;
mod run;
mod source;
mod state;
mod walk;

pub use run::{Monitor, Notice, Options, Report, Trouble};
pub use source::HttpSource;
pub use state::{State, StateError, default_state_folder};
