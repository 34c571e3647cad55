//! The one writer: decide against the world → append → sync → fold → answer. Here rules meet storage.
//!
//! [`Writer`] does the work synchronously; [`Ledger`](crate::service::Ledger) puts it on a thread of its own.
//! The writer takes all requests that wait, decides each against a world that may run ahead of the disk,
//! commits them in one batch, and only then folds, publishes and answers. A request, one command or a list,
//! is atomic.
//!
//! **Architecture invariant:** *rules across streams cannot race: one thread decides, in log order.*

use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::clock::{Clock, ClockFault, ClockWatch};
use crate::codec;
use crate::command::{EVENTS_MAX, Envelope, Expected, Receipt, Request};
use crate::day::Day;
use crate::domain::category::{self, Context};
use crate::domain::facts::At;
use crate::domain::ledger::LedgerCommand;
use crate::domain::{Event, World, schema};
use crate::log::{AppendError, Log, LogOptions, LogReader, OpenError, RecordedEvent, Report, StorageError};
use crate::record::{Position, RecordRef, Revision};
use crate::rejection::Rejection;
use crate::snapshot::Snapshots;

mod group;
mod opening;
mod session;

use group::{DECLARED, Decision, Group, Outcome, declaration_stream, trial};
pub use opening::fold_world;
pub use session::Session;

/// The stream of the ledger's own events.
pub const LEDGER_STREAM: &str = "ledger/main";
/// Name and version of the world's snapshots. The version rises with any change of a state's fields.
const WORLD_SNAPSHOT: (&str, u32) = ("world", 2);
/// A snapshot of the world is worth its writing after so many events, and after a quarter of all there are: it holds
/// up the writer for longer the larger the world is, and what it saves is the folding of what came since.
const WORLD_SNAPSHOT_EVENTS: u64 = 50_000;

/// Why a request was not recorded.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// A rule says no.
    #[error("command {index} is refused: {rejection}")]
    Rejected {
        /// Its place in the request.
        index: usize,
        /// The rule's no.
        rejection: Rejection,
    },
    /// The stream is not where the sender believed it to be.
    #[error("command {index}: {stream} is at revision {actual:?}")]
    WrongRevision {
        /// Its place in the request.
        index: usize,
        /// The stream.
        stream: String,
        /// Where the stream is; `None` if it does not exist.
        actual: Option<Revision>,
    },
    /// The id was used for another command.
    #[error("the command id was used before for another command, at position {position}")]
    CommandReused {
        /// Where that command's first event stands.
        position: Position,
    },
    /// More than the ledger takes at once.
    #[error("at most {EVENTS_MAX} events at once")]
    TooMany,
    /// The events do not fit into records.
    #[error("command {index} does not fit into a record")]
    TooLarge {
        /// Its place in the request.
        index: usize,
    },
    /// The clock is not believed.
    #[error(transparent)]
    Clock(#[from] ClockFault),
    /// Writing failed: nobody knows whether it is recorded. Send the same command id again.
    #[error("writing failed; whether it is recorded shows when the same command id is sent again")]
    OutcomeUnknown,
    /// The ledger refuses writes until it is opened again.
    #[error("the ledger refuses writes until it is opened again")]
    ReadOnly,
    /// The ledger is shutting down.
    #[error("the ledger is shutting down")]
    Closed,
}

/// What was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// One receipt a command.
    pub receipts: Vec<Receipt>,
    /// The same request had been recorded before; these are its first receipts.
    pub replayed: bool,
}

/// Follows the log: read models, live streams. Told only what is durable.
pub trait Follower: Send {
    /// New events, in order, the first right after the last of the call before.
    fn follow(&mut self, events: &[Followed<'_>]);
}

/// An event as followers get it.
pub struct Followed<'a> {
    /// Its bytes and place.
    pub recorded: &'a RecordedEvent,
    /// What it says.
    pub event: &'a Event,
}

/// A ledger cannot be opened or created.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The log cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// An event of the log cannot be read.
    #[error("the log cannot be read")]
    Read(#[from] crate::log::ReadError),
    /// An event's payload cannot be read as its kind.
    #[error("event {position} cannot be read")]
    Decode {
        /// Its place.
        position: Position,
        /// What the codec met.
        #[source]
        source: crate::event::DecodeError,
    },
    /// An event's envelope cannot be read.
    #[error("event {position} is no record")]
    Record {
        /// Its place.
        position: Position,
        /// What the codec met.
        #[source]
        source: codec::CodecError,
    },
    /// This program and the log describe a kind differently: neither may guess.
    #[error(
        "this program describes {kind} version {version} otherwise than the ledger declares it; use the program that wrote it, or a newer one"
    )]
    SchemaDiffers {
        /// Stored name.
        kind: String,
        /// Its version.
        version: u16,
    },
    /// The first events could not be recorded.
    #[error("the ledger cannot be opened for the first time")]
    First(#[source] Box<Refused>),
    /// Randomness or a file failed.
    #[error("{what}")]
    Io {
        /// What was done.
        what: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}

/// What may differ from one opening to the next.
pub struct Options {
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// Options of the log.
    pub log: LogOptions,
    /// Name of the log in checkpoints; used only when a ledger is made.
    pub origin: String,
    /// Newest time known from outside, UTC microseconds.
    pub outside_time: Option<i64>,
}

impl Options {
    /// The machine's clock and the usual log.
    pub fn new(clock: Arc<dyn Clock>) -> Options {
        Options {
            clock,
            log: LogOptions::default(),
            origin: "gongjian.local/governance".to_owned(),
            outside_time: None,
        }
    }
}

/// The one writer of a ledger.
pub struct Writer {
    log: Log,
    world: World,
    declared: FxHashSet<(&'static str, u16)>,
    clock: Arc<dyn Clock>,
    watch: ClockWatch,
    followers: Vec<Box<dyn Follower>>,
    snapshots: Option<Snapshots>,
    snapshot_at: Position,
    broken: bool,
}

impl Writer {
    /// Adds a follower; it is told of events from now on.
    pub fn follow(&mut self, follower: Box<dyn Follower>) {
        self.followers.push(follower);
    }

    /// A handle for reading.
    pub fn reader(&self) -> LogReader {
        self.log.reader()
    }

    /// Recomputes everything from the bytes of the log, and folds the world again to compare it with its
    /// snapshots. Trusts nothing that is cached.
    ///
    /// # Errors
    /// If the storage cannot be read at all; what is wrong with its content is in the report.
    pub fn verify(&mut self, progress: impl FnMut(u64, u64)) -> Result<Report, StorageError> {
        self.log.verify(None, progress)
    }

    /// The state that decisions rest on.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Whether writes are refused, and why.
    pub fn trouble(&self) -> Option<Refused> {
        if self.broken || self.log.is_poisoned() {
            return Some(Refused::ReadOnly);
        }
        self.watch.fault().map(Refused::Clock)
    }

    /// The local day, by the ledger's clock.
    pub fn today(&self) -> Day {
        Day::of_micros(self.clock.now_micros())
    }

    /// Somebody looked at the clock and says that it is right; an event tells it.
    ///
    /// # Errors
    /// As any command.
    pub fn accept_clock(&mut self, id: [u8; 16], actor: &str, reason: &str) -> Result<Answer, Refused> {
        let clock = self.clock.now_micros();
        let last = self.log.reader().head().recorded_at;
        self.watch.accept(&*self.clock);
        let command = LedgerCommand::AcceptClock { clock, last, reason: reason.to_owned() };
        let request = Request::new(id, vec![Envelope::new(command, LEDGER_STREAM, self.today(), actor)]);
        self.handle(vec![request]).pop().unwrap_or(Err(Refused::Closed))
    }

    /// Handles what waits: one answer a request, in order. All that is recorded is one batch.
    pub fn handle(&mut self, requests: Vec<Request>) -> Vec<Result<Answer, Refused>> {
        if self.broken || self.log.is_poisoned() {
            return requests.iter().map(|request| self.replay_only(request)).collect();
        }
        let head = self.log.reader().head();
        let now = match self.watch.read(&*self.clock, head.recorded_at) {
            Ok(now) => now.max(head.recorded_at),
            Err(fault) => {
                return requests
                    .iter()
                    .map(|request| self.replay_only(request).map_err(|_| Refused::Clock(fault)))
                    .collect();
            }
        };
        let mut group = Group::new(self.log.draft(), now);
        let outcomes: Vec<Outcome> = requests.iter().map(|request| self.take(request, &mut group)).collect();
        self.finish(group, outcomes)
    }

    /// While nothing may be written, what was recorded before is still answered.
    fn replay_only(&self, request: &Request) -> Result<Answer, Refused> {
        match self.recorded_before(request) {
            Some(Outcome::Done(answer)) => answer,
            _ => Err(Refused::ReadOnly),
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
        let reader = self.log.reader();
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
            if record.kind == DECLARED {
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
    fn decide_one(&self, index: usize, envelope: &Envelope, group: &mut Group) -> Result<Decision, Refused> {
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
        let kind = decided.event.kind();
        let declares = group.declare(&kind, &self.declared);
        let payload = decided.event.encode().map_err(|_| Refused::TooLarge { index })?;
        let revision = actual.map_or(0, |revision| revision + 1);
        Ok(Decision { kind, declares, payload, revision, attributed, decided })
    }

    /// Folds a decision into the world, which thereby runs ahead of the log, at the position it will have.
    fn fold_one(&mut self, envelope: &Envelope, decision: &Decision, group: &mut Group) {
        if decision.declares {
            let declared = Event::from(schema::SchemaEvent::from(schema::declare(&decision.kind)));
            let stream = declaration_stream(&decision.kind);
            let at = At { position: group.next, recorded_at: group.now, occurred: group.today };
            self.world.apply(&stream, 0, &stream, &declared, &at);
            group.next += 1;
        }
        let at = At { position: group.next, recorded_at: group.now, occurred: envelope.occurred_day };
        let decided = &decision.decided;
        self.world.apply(&envelope.stream, decision.revision, &decided.trail, &decided.event, &at);
        group.next += 1;
    }

    /// Begins a session: commands tried one after the other, then recorded together or not at all.
    ///
    /// `command` is what somebody asked for, as JSON, and its digest stands in every event; what follows from it,
    /// such as the events of an import, is what the session tries.
    ///
    /// # Errors
    /// [`Refused`] if nothing may be written now, or the id was used before.
    pub fn session(&mut self, id: [u8; 16], command: &serde_json::Value) -> Result<Session<'_>, Refused> {
        if self.broken || self.log.is_poisoned() {
            return Err(Refused::ReadOnly);
        }
        if let Some(range) = self.log.reader().command(&id) {
            return Err(Refused::CommandReused { position: range.start });
        }
        let last = self.log.reader().head().recorded_at;
        let now = self.watch.read(&*self.clock, last)?.max(last);
        let digest = crate::command::digest(&command.to_string());
        Ok(Session::begin(self, now, (id, digest)))
    }

    /// Commits the group, folds, and answers.
    fn finish(&mut self, group: Group, outcomes: Vec<Outcome>) -> Vec<Result<Answer, Refused>> {
        let Group { draft, events, .. } = group;
        let recorded = if draft.events().is_empty() {
            Vec::new()
        } else {
            match self.log.commit(draft) {
                Ok(recorded) => recorded,
                Err(error) => {
                    // The world ran ahead of what is on disk: nothing may be decided on it any more.
                    self.broken = true;
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "the log refuses writes from now on"
                    );
                    let unknown = matches!(error, AppendError::OutcomeUnknown(_));
                    return outcomes.into_iter().map(|outcome| outcome.failed(unknown)).collect();
                }
            }
        };
        let followed: Vec<Followed<'_>> =
            recorded.iter().zip(&events).map(|(recorded, event)| Followed { recorded, event }).collect();
        if !followed.is_empty() {
            for follower in &mut self.followers {
                follower.follow(&followed);
            }
        }
        let first = recorded.first().map_or(0, |event| event.position);
        let answers = outcomes.into_iter().map(|outcome| outcome.answer(first, &recorded, &events)).collect();
        let size = self.log.reader().size();
        if size - self.snapshot_at >= WORLD_SNAPSHOT_EVENTS.max(size / 4) {
            self.save_snapshot();
        }
        answers
    }

    /// Writes a snapshot of the world; failing costs time at the next start and nothing else.
    pub fn save_snapshot(&mut self) {
        let size = self.log.reader().size();
        let Some(snapshots) = self.snapshots.as_ref().filter(|_| !self.broken && size > self.snapshot_at)
        else {
            return;
        };
        let written =
            codec::encode_snapshot(&self.world).map_err(|error| error.to_string()).and_then(|state| {
                let (name, version) = WORLD_SNAPSHOT;
                snapshots.write(name, version, size, &state).map_err(|error| error.to_string())
            });
        match written {
            Ok(()) => self.snapshot_at = size,
            Err(error) => tracing::warn!(error, "no snapshot of the world was written"),
        }
    }

    /// Finishes what is under way and closes the ledger.
    pub fn close(mut self) {
        if self.log.reader().size() > self.snapshot_at + WORLD_SNAPSHOT_EVENTS / 50 {
            self.save_snapshot();
        }
        self.log.close();
    }
}

#[cfg(test)]
mod tests;
