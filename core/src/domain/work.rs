//! What commitments, decisions, follow-up tasks and issues share: one unit does it by a day, another confirms it.
//!
//! *Completed* is what the responsible unit reported; *verified* is what another unit confirmed. Neither
//! stands for the other.

use serde::{Deserialize, Serialize};

use super::category::{Context, not_before, not_in_future};
use super::facts::{At, Fact};
use crate::day::Day;
use crate::rejection::Rejection;

/// The life of one piece of work.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// Code of the unit that must do it.
    pub responsible: Option<String>,
    /// 完成时限, the original date.
    pub due_on: Option<Day>,
    /// 延期至; the original date stays visible.
    pub extended_to: Option<Day>,
    /// How often it was extended.
    pub extensions: u16,
    /// When work was reported to have begun.
    pub started: Option<Fact>,
    /// When the responsible unit reported it done.
    pub completed: Option<Fact>,
    /// Code of the unit that confirmed it.
    pub verifier: Option<String>,
    /// When that unit confirmed it.
    pub verified: Option<Fact>,
    /// How often it was returned or reopened.
    pub returns: u16,
}

impl Work {
    /// Where it stands: `open`, `in-progress`, `completed`, `verified`.
    pub fn state(&self) -> &'static str {
        match (self.verified, self.completed, self.started) {
            (Some(_), _, _) => "verified",
            (_, Some(_), _) => "completed",
            (_, _, Some(_)) => "in-progress",
            _ => "open",
        }
    }

    /// Whether it may be reported done.
    ///
    /// # Errors
    /// `dates-future`; `dates-before` if it would be done before `earliest`.
    pub fn may_complete(&self, context: &Context<'_>, earliest: Option<Fact>) -> Result<(), Rejection> {
        not_in_future(context)?;
        not_before("completedOn", context.occurred, earliest)
    }

    /// Whether `unit` may confirm it.
    ///
    /// # Errors
    /// `same-unit` for the unit that did it; `dates-before` for a day before it was done.
    pub fn may_verify(&self, context: &Context<'_>, unit: &str) -> Result<(), Rejection> {
        not_in_future(context)?;
        not_before("verifiedOn", context.occurred, self.completed)?;
        self.not_the_doer(unit)
    }

    fn not_the_doer(&self, unit: &str) -> Result<(), Rejection> {
        if self.responsible.as_deref() == Some(unit) { Err(Rejection::same_unit(unit)) } else { Ok(()) }
    }

    /// Whether more time may be granted until a day.
    ///
    /// # Errors
    /// Live, `extension-not-later` if the day is not later than the date in force (an old ledger's extension
    /// that was not needed is a finding).
    pub fn may_extend(&self, context: &Context<'_>, until: Day) -> Result<(), Rejection> {
        match self.extended_to.max(self.due_on) {
            Some(due) if until <= due && !context.from_ledger() => {
                Err(Rejection::new("extension-not-later").with("until", until).with("due", due))
            }
            _ => Ok(()),
        }
    }

    /// Folds the beginning in.
    pub fn start(&mut self, at: &At) {
        self.started = Some(at.fact());
    }

    /// Folds the report of completion in.
    pub fn complete(&mut self, at: &At) {
        self.completed = Some(at.fact());
    }

    /// Folds the confirmation in.
    pub fn verify(&mut self, unit: &str, at: &At) {
        self.verifier = Some(unit.to_owned());
        self.verified = Some(at.fact());
    }

    /// Folds a return or a reopening in: it is under way again.
    pub fn reopen(&mut self, at: &At) {
        self.started = Some(at.fact());
        self.completed = None;
        self.verified = None;
        self.verifier = None;
        self.returns = self.returns.saturating_add(1);
    }

    /// Folds an extension in.
    pub fn extend(&mut self, until: Option<Day>) {
        self.extended_to = until;
        self.extensions = self.extensions.saturating_add(1);
    }

    /// The invariants between its fields; it cannot be done before `earliest`.
    ///
    /// # Errors
    /// As [`Work::may_complete`] and [`Work::may_verify`]; `completion-missing` if it is confirmed and not done,
    /// `verifier-missing` if it is confirmed by nobody.
    pub fn consistent(&self, earliest: Option<Fact>) -> Result<(), Rejection> {
        if let Some(completed) = self.completed {
            not_before("completedOn", completed.on, earliest)?;
        }
        if let Some(verified) = self.verified {
            if self.completed.is_none() {
                return Err(Rejection::new("completion-missing"));
            }
            not_before("verifiedOn", verified.on, self.completed)?;
            match &self.verifier {
                Some(unit) => self.not_the_doer(unit)?,
                None => return Err(Rejection::new("verifier-missing")),
            }
        }
        Ok(())
    }

    /// Done by the end of `day`.
    pub fn completed_by(&self, day: Day) -> bool {
        self.completed.is_some_and(|fact| fact.by(day))
    }

    /// Confirmed by the end of `day`.
    pub fn verified_by(&self, day: Day) -> bool {
        self.verified.is_some_and(|fact| fact.by(day))
    }
}
