//! The one writer: decide against the world → append → sync → fold → answer. Here rules meet storage.
//!
//! [`Writer`] does the work synchronously; [`Ledger`](crate::service::Ledger) puts it on a thread of its own.
//! The writer takes all requests that wait, decides each against a world that may run ahead of the disk,
//! commits them in one batch, and only then folds, publishes and answers. A request, one command or a list,
//! is atomic.
//!
//! **Architecture invariant:** *rules across streams cannot race: one thread decides, in log order.*

use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::clock::{Clock, ClockFault, ClockWatch};
use crate::codec;
use crate::command::{EVENTS_MAX, Envelope, Expected, Receipt, Request};
use crate::day::Day;
use crate::domain::category::{self, Context};
use crate::domain::facts::At;
use crate::domain::ledger::LedgerCommand;
use crate::domain::rule::{DEFAULTS, Parameter, RuleCommand};
use crate::domain::{Event, World, kinds, schema};
use crate::event::EventKind;
use crate::log::{
    AppendError, Draft, Log, LogOptions, LogReader, NewEvent, OpenError, RecordedEvent, Report, StorageError,
};
use crate::record::{Position, RecordRef, Revision};
use crate::rejection::Rejection;
use crate::snapshot::Snapshots;

/// The stream of the ledger's own events.
pub const LEDGER_STREAM: &str = "ledger/main";
/// Name and version of the world's snapshots. The version rises with any change of a state's fields.
const WORLD_SNAPSHOT: (&str, u32) = ("world", 1);
/// A snapshot of the world is worth its writing after so many events.
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
    /// Makes a ledger in a folder that has none: event 0, the rule book's defaults, and the signing key.
    ///
    /// # Errors
    /// [`LedgerError`], among them that there is a ledger already.
    pub fn create(dir: &Path, options: Options) -> Result<Writer, LedgerError> {
        let public_key = crate::signer::create(&dir.join("keys"))
            .map_err(|source| LedgerError::Io { what: "the signing key cannot be written".into(), source })?;
        let log = Log::create(dir, options.log)?;
        let mut writer = Writer::over(log, World::default(), Some(dir), &options);
        writer.open_first(&options.origin, &public_key)?;
        Ok(writer)
    }

    /// Opens the ledger in a folder.
    ///
    /// # Errors
    /// [`LedgerError`], among them that there is none, that another process holds it, or that this program
    /// describes a kind otherwise than the log declares it.
    pub fn open(dir: &Path, options: Options) -> Result<Writer, LedgerError> {
        let log = Log::open(dir, options.log)?;
        let snapshots = Snapshots::of(dir);
        let (world, snapshot_at) = load_world(&log.reader(), Some(&snapshots))?;
        check_schemas(&world)?;
        let mut writer = Writer::over(log, world, Some(dir), &options);
        writer.snapshot_at = snapshot_at;
        if writer.log.reader().size() == 0 {
            // A kill between making the folder and event 0: there is nothing to lose.
            let public_key = crate::signer::create(&dir.join("keys")).map_err(|source| LedgerError::Io {
                what: "the signing key cannot be written".into(),
                source,
            })?;
            writer.open_first(&options.origin, &public_key)?;
        }
        Ok(writer)
    }

    /// A ledger over any log, for tests; an empty log is opened for the first time.
    ///
    /// # Errors
    /// As [`Writer::open`].
    pub fn with_log(log: Log, options: &Options) -> Result<Writer, LedgerError> {
        let (world, _) = load_world(&log.reader(), None)?;
        check_schemas(&world)?;
        let mut writer = Writer::over(log, world, None, options);
        if writer.log.reader().size() == 0 {
            writer.open_first(&options.origin, &base64::engine::general_purpose::STANDARD.encode([7; 32]))?;
        }
        Ok(writer)
    }

    fn over(log: Log, world: World, dir: Option<&Path>, options: &Options) -> Writer {
        let is_declared =
            |kind: &EventKind| world.schema.get(&schema::stream_id(kind.name, kind.version)).is_some();
        let declared =
            kinds().iter().filter(|kind| is_declared(kind)).map(|kind| (kind.name, kind.version)).collect();
        let accepted = world.ledger.get("main").and_then(|ledger| ledger.accepted_clock);
        Writer {
            watch: ClockWatch::new(options.outside_time, accepted),
            clock: Arc::clone(&options.clock),
            snapshots: dir.map(Snapshots::of),
            snapshot_at: 0,
            followers: Vec::new(),
            broken: false,
            declared,
            log,
            world,
        }
    }

    fn open_first(&mut self, origin: &str, public_key: &str) -> Result<(), LedgerError> {
        let today = Day::of_micros(self.clock.now_micros());
        let random = |what: &str| {
            let mut bytes = [0; 16];
            getrandom::fill(&mut bytes).map(|()| bytes).map_err(|error| LedgerError::Io {
                what: what.to_owned(),
                source: std::io::Error::other(error),
            })
        };
        let open = LedgerCommand::Open {
            ledger_id: hex::encode(random("no random number for the ledger's id")?),
            origin: origin.to_owned(),
            public_key: public_key.to_owned(),
        };
        // Two requests of one batch: event 0 is the opening, and the layouts of what follows come after it.
        let opening = Request::new(
            random("no random number for the first command")?,
            vec![Envelope::new(open, LEDGER_STREAM, today, "system")],
        );
        let mut commands = Vec::with_capacity(DEFAULTS.len());
        for rule in DEFAULTS {
            let adopt = RuleCommand::Adopt {
                title: rule.title.to_owned(),
                source: rule.source.to_owned(),
                valid_from: None,
                parameters: rule
                    .parameters
                    .iter()
                    .map(|(name, value)| Parameter { name: (*name).to_owned(), value: *value })
                    .collect(),
            };
            commands.push(Envelope::new(adopt, format!("rule/{}", rule.id), today, "system"));
        }
        let rules = Request::new(random("no random number for the rule book")?, commands);
        let answers = self.handle(vec![opening, rules]);
        answers
            .into_iter()
            .try_for_each(|answer| answer.map(drop))
            .map_err(|refused| LedgerError::First(Box::new(refused)))
    }

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
        group.declared.clear();
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
            self.fold_one(index, envelope, &decision, group, 0);
            decisions.push(decision);
        }
        self.settle_positions(&request.commands, &decisions, group);
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
        let rejected = |rejection| Refused::Rejected { index, rejection };
        category::required("actor", &envelope.actor).map_err(rejected)?;
        category::optional("authority", envelope.authority.as_ref()).map_err(rejected)?;
        let attributed = envelope.attributed_to.as_ref().map(|unit| self.world.unit_code(unit)).transpose();
        let attributed = attributed.map_err(rejected)?;
        let decided = self.world.decide(&context, &envelope.stream, &envelope.command).map_err(rejected)?;
        let kind = decided.event.kind();
        group.declare(kind, &self.declared);
        let payload = decided.event.encode().map_err(|_| Refused::TooLarge { index })?;
        let revision = actual.map_or(0, |revision| revision + 1);
        Ok(Decision { kind, payload, revision, attributed, decided })
    }

    /// Folds a decision into the world, which thereby runs ahead of the log.
    fn fold_one(
        &mut self,
        index: usize,
        envelope: &Envelope,
        decision: &Decision,
        group: &Group,
        shift: u64,
    ) {
        let at = At {
            position: group.draft.end() + shift + index as u64,
            recorded_at: group.now,
            occurred: envelope.occurred_day,
        };
        let decided = &decision.decided;
        self.world.apply(&envelope.stream, decision.revision, &decided.trail, &decided.event, &at);
    }

    /// Declarations stand before the events that need them and move their positions, which states keep:
    /// where there are any, the request is folded again with the positions that its events will have.
    fn settle_positions(&mut self, commands: &[Envelope], decisions: &[Decision], group: &Group) {
        let shift = group.declared.len() as u64;
        if shift == 0 {
            return;
        }
        self.world.undo();
        self.world.begin();
        for (position, kind) in (group.draft.end()..).zip(&group.declared) {
            let event = Event::from(schema::SchemaEvent::from(schema::declare(kind)));
            let stream = format!("schema/{}", schema::stream_id(kind.name, kind.version));
            let at = At { position, recorded_at: group.now, occurred: group.today };
            self.world.apply(&stream, 0, &stream, &event, &at);
        }
        for (index, (envelope, decision)) in commands.iter().zip(decisions).enumerate() {
            self.fold_one(index, envelope, decision, group, shift);
        }
    }

    /// Begins a session: commands tried one after the other, then recorded together or not at all.
    ///
    /// # Errors
    /// [`Refused`] if nothing may be written now.
    pub fn session(&mut self) -> Result<Session<'_>, Refused> {
        if self.broken || self.log.is_poisoned() {
            return Err(Refused::ReadOnly);
        }
        let last = self.log.reader().head().recorded_at;
        let now = self.watch.read(&*self.clock, last)?.max(last);
        let group = Group::new(self.log.draft(), now);
        self.world.begin();
        Ok(Session { writer: self, group, commands: Vec::new(), decisions: Vec::new(), open: true })
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
        if self.log.reader().size() - self.snapshot_at >= WORLD_SNAPSHOT_EVENTS {
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

/// Commands tried one after the other, each seeing what the ones before it would do, and then recorded as one
/// atomic list or not at all. Dropping a session gives it up.
pub struct Session<'w> {
    writer: &'w mut Writer,
    group: Group,
    commands: Vec<Envelope>,
    decisions: Vec<Decision>,
    open: bool,
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
        self.writer.fold_one(index, &envelope, &decision, &self.group, 0);
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
        self.writer.settle_positions(&commands, &decisions, &self.group);
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

/// A decided command before it has a place.
struct Decision {
    kind: EventKind,
    payload: Vec<u8>,
    revision: Revision,
    attributed: Option<String>,
    decided: crate::domain::Decided,
}

/// What a request would have recorded; positions and digests are not known.
fn trial(request: &Request, decisions: &[Decision]) -> Answer {
    let receipts = request
        .commands
        .iter()
        .zip(decisions)
        .map(|(envelope, decision)| Receipt {
            stream: envelope.stream.clone(),
            kind: decision.kind.name.to_owned(),
            position: 0,
            revision: decision.revision,
            digest: String::new(),
        })
        .collect();
    Answer { receipts, replayed: false }
}

/// What becomes of one request.
enum Outcome {
    /// Settled without writing.
    Done(Result<Answer, Refused>),
    /// Recorded if the group is: its events' places in the group.
    InGroup { events: std::ops::Range<usize>, replayed: bool },
}

impl Outcome {
    fn failed(self, unknown: bool) -> Result<Answer, Refused> {
        match self {
            Outcome::Done(answer) => answer,
            Outcome::InGroup { .. } if unknown => Err(Refused::OutcomeUnknown),
            Outcome::InGroup { .. } => Err(Refused::ReadOnly),
        }
    }

    fn answer(
        self,
        first: Position,
        recorded: &[RecordedEvent],
        events: &[Event],
    ) -> Result<Answer, Refused> {
        match self {
            Outcome::Done(answer) => answer,
            Outcome::InGroup { events: range, replayed } => {
                let receipts = range
                    .filter_map(|index| {
                        let event = recorded.get(index)?;
                        debug_assert_eq!(event.position, first + index as u64);
                        Some(Receipt {
                            stream: event.stream.clone(),
                            kind: events.get(index)?.kind().name.to_owned(),
                            position: event.position,
                            revision: event.revision,
                            digest: event.digest.to_string(),
                        })
                    })
                    .collect();
                Ok(Answer { receipts, replayed })
            }
        }
    }
}

/// Requests that will be one batch.
struct Group {
    draft: Draft,
    now: i64,
    today: Day,
    /// Events in the order of the draft.
    events: Vec<Event>,
    /// Declarations of the request at hand, in order.
    declared: Vec<EventKind>,
    /// Requests of this group by id: their digest, and the places of their events.
    commands: FxHashMap<[u8; 16], ([u8; 16], std::ops::Range<usize>)>,
}

impl Group {
    fn new(draft: Draft, now: i64) -> Group {
        let today = Day::of_micros(now);
        Group { draft, now, today, events: Vec::new(), declared: Vec::new(), commands: FxHashMap::default() }
    }

    /// Notes that a kind must be declared before the request's events.
    fn declare(&mut self, kind: EventKind, known: &FxHashSet<(&'static str, u16)>) {
        // The two kinds without which nothing can be read are described in docs/FORMAT.md instead.
        let exempt = matches!(kind.name, "ledger.opened" | "schema.declared");
        let noted =
            self.declared.iter().any(|other| other.name == kind.name && other.version == kind.version);
        if !exempt && !noted && !known.contains(&(kind.name, kind.version)) {
            self.declared.push(kind);
        }
    }

    /// Adds the declarations and events of one request to the draft.
    fn add(
        &mut self,
        decisions: Vec<Decision>,
        request: &Request,
        known: &mut FxHashSet<(&'static str, u16)>,
    ) -> Result<std::ops::Range<usize>, Refused> {
        let mut nonces = vec![[0u8; 16]; decisions.len() + self.declared.len()];
        for nonce in &mut nonces {
            getrandom::fill(nonce).map_err(|_| Refused::ReadOnly)?;
        }
        let mut new = Vec::with_capacity(nonces.len());
        let mut events = Vec::with_capacity(nonces.len());
        let mut nonces = nonces.into_iter();
        for kind in &self.declared {
            let declared = Event::from(schema::SchemaEvent::from(schema::declare(kind)));
            let stream = format!("schema/{}", schema::stream_id(kind.name, kind.version));
            let payload = declared.encode().map_err(|_| Refused::TooLarge { index: 0 })?;
            new.push(NewEvent {
                kind: "schema.declared".to_owned(),
                version: 1,
                recorded_at: self.now,
                occurred_day: self.today,
                occurred_second: None,
                command_id: [0; 16],
                command_digest: [0; 16],
                nonce: nonces.next().unwrap_or_default(),
                trail: stream.clone(),
                recorded_by: "system".to_owned(),
                account: [0; 16],
                attributed_to: None,
                assurance: 0,
                authority: None,
                stream,
                payload,
            });
            events.push(declared);
        }
        let declarations = new.len();
        let count = decisions.len();
        for (envelope, decision) in request.commands.iter().zip(decisions) {
            let Decision { kind, payload, attributed, decided, .. } = decision;
            new.push(NewEvent {
                stream: envelope.stream.clone(),
                kind: kind.name.to_owned(),
                version: kind.version,
                recorded_at: self.now,
                occurred_day: envelope.occurred_day,
                occurred_second: envelope.occurred_second,
                command_id: request.id,
                command_digest: request.digest,
                nonce: nonces.next().unwrap_or_default(),
                trail: decided.trail,
                recorded_by: envelope.actor.clone(),
                account: envelope.account,
                attributed_to: attributed.or(decided.doer),
                assurance: envelope.assurance.code(),
                authority: envelope.authority.clone(),
                payload,
            });
            events.push(decided.event);
        }
        let start = self.draft.add(new).map_err(|error| match error {
            AppendError::TooLarge { index, .. } => {
                Refused::TooLarge { index: index.saturating_sub(declarations) }
            }
            AppendError::CommandRepeated { position, .. } => Refused::CommandReused { position },
            error => {
                tracing::error!(error = &error as &dyn std::error::Error, "a decided request was not taken");
                Refused::ReadOnly
            }
        })?;
        for kind in self.declared.drain(..) {
            known.insert((kind.name, kind.version));
        }
        self.events.append(&mut events);
        let range = start + declarations..start + declarations + count;
        self.commands.insert(request.id, (request.digest, range.clone()));
        Ok(range)
    }
}

/// The world at the end of the log, and the position of the snapshot that it was folded from.
fn load_world(reader: &LogReader, snapshots: Option<&Snapshots>) -> Result<(World, Position), LedgerError> {
    let (name, version) = WORLD_SNAPSHOT;
    let snapshot = snapshots.and_then(|snapshots| snapshots.newest(name, version, reader.size()));
    let loaded = snapshot.and_then(|(position, state)| {
        codec::decode_snapshot::<World>(&state)
            .inspect_err(|error| tracing::warn!(%error, "the snapshot of the world is passed over"))
            .ok()
            .map(|world| (world, position))
    });
    let (mut world, start) = loaded.unwrap_or_default();
    fold_world(&mut world, reader, start)?;
    Ok((world, start))
}

/// Folds everything from `start` to the end of the log into a world.
///
/// # Errors
/// [`LedgerError`] at the first event that cannot be read.
pub fn fold_world(world: &mut World, reader: &LogReader, start: Position) -> Result<(), LedgerError> {
    let mut failed = None;
    let read = |position: Position, bytes: &[u8]| -> Result<Owned, LedgerError> {
        let record = RecordRef::decode(bytes).map_err(|source| LedgerError::Record { position, source })?;
        let event = Event::decode(record.kind, record.version, record.payload);
        Ok(Owned {
            stream: record.stream.to_owned(),
            revision: record.revision,
            trail: record.trail.to_owned(),
            event: event.map_err(|source| LedgerError::Decode { position, source })?,
            at: At { position, recorded_at: record.recorded_at, occurred: record.occurred_day },
        })
    };
    reader.scan_pages(start..reader.size(), read, |_, owned| match owned {
        Ok(Owned { stream, revision, trail, event, at }) => {
            world.apply(&stream, revision, &trail, &event, &at);
            true
        }
        Err(error) => {
            failed = Some(error);
            false
        }
    })?;
    failed.map_or(Ok(()), Err)
}

struct Owned {
    stream: String,
    revision: Revision,
    trail: String,
    event: Event,
    at: At,
}

/// A program that describes a kind otherwise than the log declares it would read it wrongly.
fn check_schemas(world: &World) -> Result<(), LedgerError> {
    for kind in kinds() {
        let declared = world.schema.get(&schema::stream_id(kind.name, kind.version));
        if declared.is_some_and(|declared| declared.fields != schema::declare(&kind).fields) {
            return Err(LedgerError::SchemaDiffers { kind: kind.name.to_owned(), version: kind.version });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
