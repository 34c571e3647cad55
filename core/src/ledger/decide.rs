//! Deciding: each request against the world that the ones before it lead to.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::group::{Decision, Group, Outcome, declaration_stream, trial};
use super::{Answer, Refused};
use crate::checkpoints::Disowned;
use crate::clock::{Clock, ClockFault, ClockWatch};
use crate::command::{EVENTS_MAX, Envelope, Expected, Receipt, Request};
use crate::domain::category::{self, Context};
use crate::domain::facts::At;
use crate::domain::{Event, World, schema};
use crate::log::{Draft, LogReader, SCHEMA_DECLARED};
use crate::record::{Position, RecordRef};

/// The state that decisions rest on. It runs ahead of the log while a group is on its way.
pub(super) struct Decider {
    pub(super) world: World,
    /// Kinds and versions that the log declares.
    pub(super) declared: FxHashSet<(&'static str, u16)>,
    pub(super) reader: LogReader,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) watch: ClockWatch,
    /// The log is not the one that was signed.
    pub(super) disowned: Option<Disowned>,
    /// Who recorded what no reader sees yet; without what has no account.
    pub(super) underway: BTreeMap<Position, [u8; 16]>,
}

/// A group with what becomes of its requests; or the answers, where nothing may be written now.
pub(super) type Groups = Result<(Group, Vec<Outcome>), Vec<Result<Answer, Refused>>>;

impl Decider {
    /// The time at which events after a draft are taken in, UTC microseconds.
    pub(super) fn now(&mut self, draft: &Draft) -> Result<i64, ClockFault> {
        let last = draft.recorded_at();
        Ok(self.watch.read(&*self.clock, last)?.max(last))
    }

    /// Decides requests that become one batch, laid out in `draft`, or at the end of the log.
    pub(super) fn decide(&mut self, requests: &[Request], draft: Option<Draft>, read_only: bool) -> Groups {
        if read_only {
            return Err(requests.iter().map(|request| self.replay_only(request)).collect());
        }
        let draft = draft.unwrap_or_else(|| Draft::new(&self.reader));
        match self.now(&draft) {
            Ok(now) => {
                let mut group = Group::new(draft, now);
                let outcomes = requests.iter().map(|request| self.take(request, &mut group)).collect();
                Ok((group, outcomes))
            }
            Err(fault) => {
                let answer = |request| self.replay_only(request).map_err(|_| Refused::Clock(fault));
                Err(requests.iter().map(answer).collect())
            }
        }
    }

    /// Why nothing may be written.
    pub(super) fn read_only(&self) -> Refused {
        self.disowned.map_or(Refused::ReadOnly, Refused::Disowned)
    }

    /// While nothing may be written, what was recorded before is still answered.
    fn replay_only(&self, request: &Request) -> Result<Answer, Refused> {
        match self.recorded_before(request) {
            Some(Outcome::Done(answer)) => answer,
            _ => Err(self.read_only()),
        }
    }

    /// Decides one request and adds its events to the group, or undoes it.
    fn take(&mut self, request: &Request, group: &mut Group) -> Outcome {
        if let Some(outcome) = self.recorded_before(request) {
            return outcome;
        }
        if let Some((digest, range)) = group.commands.get(&request.id) {
            return if *digest == request.digest {
                Outcome::InGroup { events: range.clone(), replayed: true }
            } else {
                Outcome::Done(Err(Refused::CommandReused { position: group.draft.end() }))
            };
        }
        self.world.begin();
        let settled = match self.decide_all(request, group) {
            Ok(decisions) if request.dry_run => Ok(Err(trial(request, &decisions))),
            Ok(decisions) => group.add(decisions, request, &mut self.declared).map(Ok),
            Err(refused) => Err(refused),
        };
        match settled {
            Ok(Ok(events)) => {
                self.world.keep();
                Outcome::InGroup { events, replayed: false }
            }
            Ok(Err(trial)) => {
                self.give_up(group);
                Outcome::Done(Ok(trial))
            }
            Err(refused) => {
                self.give_up(group);
                Outcome::Done(Err(refused))
            }
        }
    }

    /// Leaves no trace of a request.
    fn give_up(&mut self, group: &mut Group) {
        self.world.undo();
        group.give_up();
    }

    /// The first answer of a request whose id is in the log.
    fn recorded_before(&self, request: &Request) -> Option<Outcome> {
        let reader = &self.reader;
        let range = reader.command(&request.id)?;
        let position = range.start;
        let mut receipts = Vec::new();
        for position in range {
            // What was acknowledged can be read; if not, the log is damaged and no answer is better.
            let bytes = reader.get(position).ok()??;
            let record = RecordRef::decode(&bytes).ok()?;
            if record.command_digest != request.digest {
                return Some(Outcome::Done(Err(Refused::CommandReused { position })));
            }
            if record.kind == SCHEMA_DECLARED {
                continue;
            }
            receipts.push(Receipt {
                stream: record.stream.to_owned(),
                kind: record.kind.to_owned(),
                position,
                revision: record.revision,
                digest: crate::record::Digest::of(&bytes).to_string(),
            });
        }
        if receipts.len() != request.commands.len() {
            return Some(Outcome::Done(Err(Refused::CommandReused { position })));
        }
        Some(Outcome::Done(Ok(Answer { receipts, replayed: true })))
    }

    fn decide_all(&mut self, request: &Request, group: &mut Group) -> Result<Vec<Decision>, Refused> {
        if request.commands.len() > EVENTS_MAX {
            return Err(Refused::TooMany);
        }
        let mut decisions = Vec::with_capacity(request.commands.len());
        for (index, envelope) in request.commands.iter().enumerate() {
            let decision = self.decide_one(index, envelope, group)?;
            self.fold_one(envelope, &decision, group);
            decisions.push(decision);
        }
        Ok(decisions)
    }

    /// Decides one command against the world as it is now.
    pub(super) fn decide_one(
        &self,
        index: usize,
        envelope: &Envelope,
        group: &mut Group,
    ) -> Result<Decision, Refused> {
        let actual = self.world.revision(&envelope.stream);
        let believed = match envelope.expected {
            Expected::Any => true,
            Expected::Absent => actual.is_none(),
            Expected::Exact(revision) => actual == Some(revision),
        };
        if !believed {
            return Err(Refused::WrongRevision { index, stream: envelope.stream.clone(), actual });
        }
        let context = Context {
            today: group.today,
            occurred: envelope.occurred_day,
            path: envelope.path,
            actor: &envelope.actor,
        };
        let rejected = |rejection| Refused::Rejected { index, rejection: self.world.with_names(rejection) };
        category::required("actor", &envelope.actor).map_err(rejected)?;
        category::optional("authority", envelope.authority.as_ref()).map_err(rejected)?;
        let attributed = envelope.attributed_to.as_ref().map(|unit| self.world.unit_code(unit)).transpose();
        let attributed = attributed.map_err(rejected)?;
        let decided = self.world.decide(&context, &envelope.stream, &envelope.command).map_err(rejected)?;
        self.accountable(envelope, attributed.as_deref(), &decided).map_err(rejected)?;
        let kind = decided.event.kind();
        let declares = group.declare(&kind, &self.declared);
        let payload = decided.event.encode().map_err(|_| Refused::TooLarge { index })?;
        let revision = actual.map_or(0, |revision| revision + 1);
        Ok(Decision { kind, declares, payload, revision, attributed, decided })
    }

    /// Folds a decision into the world, which thereby runs ahead of the log, at the position it will have.
    pub(super) fn fold_one(&mut self, envelope: &Envelope, decision: &Decision, group: &mut Group) {
        if decision.declares {
            let declared = Event::from(schema::SchemaEvent::from(schema::declare(&decision.kind)));
            let stream = declaration_stream(&decision.kind);
            let at = At { position: group.next, recorded_at: group.now, occurred: group.today };
            self.world.apply(&stream, 0, &stream, &declared, &at);
            group.next += 1;
        }
        let at = At { position: group.next, recorded_at: group.now, occurred: envelope.occurred_day };
        self.note_account(group.next, envelope.account);
        let decided = &decision.decided;
        self.world.apply(&envelope.stream, decision.revision, &decided.trail, &decided.event, &at);
        group.next += 1;
    }
}
