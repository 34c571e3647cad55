//! Decides and remembers: the rules of community governance and the append-only, hashed log.
//!
//! Reading order: [`domain`] (what can happen, and what is refused), [`ledger`] (the one writer, where
//! rules meet storage), [`log`] (bytes, hashes, durability). Nothing here knows HTTP, an async runtime or
//! a wall clock of its own.

pub mod checkpoints;
pub mod clock;
pub mod codec;
pub mod command;
pub mod day;
#[macro_use]
pub mod event;
#[macro_use]
pub mod domain;
pub mod accounts;
pub mod evidence;
pub mod files;
pub mod gate;
pub mod keys;
pub mod layout;
pub mod ledger;
pub mod lines;
pub mod log;
pub mod period;
pub mod published;
pub mod record;
pub mod rejection;
pub mod restore;
pub mod schema;
pub mod service;

pub mod snapshot;
pub mod vault;
