//! Accounts and what they were granted: a second log with an origin of its own.
//!
//! The governance log can be published whole, because nothing about accounts stands in it but pseudonyms. Who signs
//! in under which name, for which post, with which roles and until when, is told by the events here, in a log of the
//! same format in `DIR/accounts`. Secrets (passwords, tokens, sessions) are in neither log.
//!
//! Reading order: [`mod@events`] (what can happen), [`role`] (which roles exclude each other), [`state`] (what is folded),
//! [`decide`] (what is refused), [`book`] (the log and its one writer).
//!
//! **Architecture invariant:** *a decision about accounts reads no clock and no random number.*

pub mod book;
pub mod decide;
pub mod events;
pub mod role;
pub mod state;
#[cfg(test)]
mod tests;
pub mod verification;

pub use book::{Book, BookError, By, FOLDER, ORIGIN_SUFFIX};
pub use decide::AccountCommand;
pub use events::AccountEvent;
pub use role::Sort;
pub use state::{Account, AccountId, Accounts, Grant, Token};
