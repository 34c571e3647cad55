//! A session: commands tried one after the other against the world that they lead to.

use super::group::{Decision, Group, Outcome};
use super::{Answer, Refused, Writer};
use crate::command::{EVENTS_MAX, Envelope, Request};
use crate::day::Day;
use crate::domain::World;

/// Commands tried one after the other, each seeing what the ones before it would do, and then recorded as one
/// atomic list or not at all. Dropping a session gives it up.
pub struct Session<'w> {
    pub(super) writer: &'w mut Writer,
    pub(super) group: Group,
    pub(super) commands: Vec<Envelope>,
    pub(super) decisions: Vec<Decision>,
    pub(super) open: bool,
}

impl Session<'_> {
    /// The world with everything that was tried so far.
    pub fn world(&self) -> &World {
        &self.writer.world
    }

    /// The local day on which the session's events are taken in.
    pub fn today(&self) -> Day {
        self.group.today
    }

    /// How many commands were accepted so far.
    pub fn count(&self) -> usize {
        self.commands.len()
    }

    /// The commands accepted so far, with the kinds of their events.
    pub fn accepted(&self) -> impl Iterator<Item = (&Envelope, &'static str)> {
        self.commands.iter().zip(self.decisions.iter().map(|decision| decision.kind.name))
    }

    /// Tries one more command.
    ///
    /// # Errors
    /// [`Refused`]; the session goes on without it.
    pub fn attempt(&mut self, envelope: Envelope) -> Result<(), Refused> {
        let index = self.commands.len();
        if index >= EVENTS_MAX {
            return Err(Refused::TooMany);
        }
        let decision = self.writer.decide_one(index, &envelope, &mut self.group)?;
        self.writer.fold_one(&envelope, &decision, &mut self.group);
        self.commands.push(envelope);
        self.decisions.push(decision);
        Ok(())
    }

    /// Records what was accepted as one request.
    ///
    /// # Errors
    /// [`Refused`]; nothing is recorded then, or nobody knows (`OutcomeUnknown`).
    pub fn record(mut self, id: [u8; 16]) -> Result<Answer, Refused> {
        let commands = std::mem::take(&mut self.commands);
        let decisions = std::mem::take(&mut self.decisions);
        let request = Request::new(id, commands);
        let events = self.group.add(decisions, &request, &mut self.writer.declared)?;
        self.writer.world.keep();
        self.open = false;
        let draft = self.writer.log.draft();
        let group = std::mem::replace(&mut self.group, Group::new(draft, 0));
        let outcomes = vec![Outcome::InGroup { events, replayed: false }];
        self.writer.finish(group, outcomes).pop().unwrap_or(Err(Refused::Closed))
    }
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        if self.open {
            self.writer.world.undo();
        }
    }
}
