//! Remembers differently: read models folded from the log, and what people ask of them.
//!
//! [`projection`] says what a read model is, [`views`] lists them all, [`runner`] keeps snapshots and
//! rebuilds. Questions that span read models have files of their own: [`figures`] (the quarterly report),
//! [`summary`] (what it tells beside them), [`findings`] (what the rule book says about what was recorded),
//! [`obligations`] (what it demands for a period, and what came of it), [`trail`] (one matter from the problem
//! to its verification), [`lists`] (registers, sheets and the calendar).
//!
//! Everything here can be thrown away and folded again; nothing here is true because it is written here.

pub mod projection;
pub mod views;

pub mod agreements;
pub mod duties;
pub mod entries;
pub mod imports;
pub mod meetings;
pub mod periods;
pub mod projects;
pub mod quorum;
pub mod registry;
pub mod rules;
pub mod trails;
pub mod wednesday;

pub mod runner;

pub mod documents;
mod due;
pub mod figures;
pub mod findings;
pub mod light;
pub mod lists;
pub mod obligations;
pub mod summary;
pub mod trail;

#[cfg(test)]
mod hand_made;
#[cfg(test)]
mod sample;
