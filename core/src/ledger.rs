//! The one writer: decide against the world → append → sync → fold → answer. Here rules meet storage.
//!
//! [`Writer`] does the work; [`Ledger`](crate::service::Ledger) puts it on a thread of its own. The writer takes
//! all requests that wait, decides each against a world that may run ahead of the disk, commits them in one
//! batch, and only then folds, publishes and answers. A request, one command or a list, is atomic.
//!
//! `decide.rs` and `commit.rs` are its two halves, `stream.rs` lets them work at once, `session.rs` is for lists
//! whose commands depend on each other.
//!
//! **Architecture invariant:** *rules across streams cannot race: one thread decides, in log order.*

use std::sync::Arc;

use crate::checkpoints::Disowned;
use crate::clock::{Clock, ClockFault};
use crate::codec;
use crate::command::{EVENTS_MAX, Envelope, Receipt, Request};
use crate::day::Day;
use crate::domain::World;
use crate::domain::ledger::LedgerCommand;
use crate::keys::{KeyFileError, KeyFolder};
use crate::log::{LogOptions, LogReader, OpenError, Report, StorageError, VerifyOptions};
use crate::record::{Position, Revision};
use crate::rejection::Rejection;
use crate::snapshot::Snapshots;
use crate::vault::Vault;

mod accountable;
mod commit;
mod decide;
mod group;
mod opening;
mod session;
mod stream;
mod vaulted;

use commit::Committer;
pub use commit::{Followed, Follower};
use decide::Decider;
use group::{Group, Outcome};
pub use opening::fold_world;
pub use session::Session;
pub use stream::{Batch, Reply};

/// The stream of the ledger's own events.
pub const LEDGER_STREAM: &str = "ledger/main";
/// Name and version of the world's snapshots. The version rises with any change of a state's fields.
const WORLD_SNAPSHOT: (&str, u32) = ("world", 4);
/// A snapshot of the world is worth its writing after so many events, and after a quarter of all there are: it
/// takes longer the larger the world is, and what it saves is the folding of what came since.
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
    /// The log is not the one whose checkpoints were signed; it takes nothing until it is restored.
    #[error(transparent)]
    Disowned(#[from] Disowned),
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
    /// The signing key cannot be used.
    #[error(transparent)]
    Key(Box<KeyFileError>),
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

impl From<KeyFileError> for LedgerError {
    fn from(error: KeyFileError) -> LedgerError {
        LedgerError::Key(Box::new(error))
    }
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
    /// What seals the signing key; used when a ledger is made, and when it signs.
    pub passphrase: Option<String>,
}

impl Options {
    /// The machine's clock and the usual log.
    pub fn new(clock: Arc<dyn Clock>) -> Options {
        Options {
            clock,
            log: LogOptions::default(),
            origin: "gongjian.local/governance".to_owned(),
            outside_time: None,
            passphrase: None,
        }
    }

    /// The keys of the ledger in a folder.
    pub fn keys(&self, dir: &std::path::Path) -> KeyFolder {
        KeyFolder::of(dir, self.passphrase.clone())
    }
}

/// The one writer of a ledger.
pub struct Writer {
    decider: Decider,
    committer: Committer,
    snapshots: Option<Snapshots>,
    snapshot_at: Position,
    /// The vault, or why there is none.
    vault: Result<Arc<Vault>, String>,
    /// Writing failed: the world may know of what the log does not have.
    broken: bool,
}

impl Writer {
    /// Adds a follower; it is told of events from now on.
    pub fn follow(&mut self, follower: Box<dyn Follower>) {
        self.committer.followers.push(follower);
    }

    /// A handle for reading.
    pub fn reader(&self) -> LogReader {
        self.decider.reader.clone()
    }

    /// Recomputes everything from the bytes of the log, and folds the world again to compare it with its
    /// snapshots. Trusts nothing that is cached.
    ///
    /// # Errors
    /// If the storage cannot be read at all; what is wrong with its content is in the report.
    pub fn verify(&mut self, progress: impl FnMut(u64, u64)) -> Result<Report, StorageError> {
        self.committer.log.verify(None, progress)
    }

    /// The same, with the checkpoints that lie beside the log.
    ///
    /// # Errors
    /// As [`Writer::verify`].
    pub fn verify_with(
        &mut self,
        options: VerifyOptions,
        progress: impl FnMut(u64, u64),
    ) -> Result<Report, StorageError> {
        self.committer.log.verify_with(options, progress)
    }

    /// The state that decisions rest on.
    pub fn world(&self) -> &World {
        &self.decider.world
    }

    fn is_read_only(&self) -> bool {
        self.broken || self.decider.disowned.is_some() || self.committer.log.is_poisoned()
    }

    /// Takes no more events into a log that is not the one whose checkpoints were signed.
    pub fn disown(&mut self, why: Disowned) {
        self.decider.disowned = Some(why);
    }

    /// Whether writes are refused, and why.
    pub fn trouble(&self) -> Option<Refused> {
        if self.is_read_only() {
            return Some(self.decider.read_only());
        }
        self.decider.watch.fault().map(Refused::Clock)
    }

    /// The local day, by the ledger's clock.
    pub fn today(&self) -> Day {
        Day::of_micros(self.decider.clock.now_micros())
    }

    /// Somebody looked at the clock and says that it is right; an event tells it.
    ///
    /// # Errors
    /// As any command.
    pub fn accept_clock(&mut self, id: [u8; 16], actor: &str, reason: &str) -> Result<Answer, Refused> {
        let clock = self.decider.clock.now_micros();
        let last = self.decider.reader.head().recorded_at;
        self.decider.watch.accept(&*self.decider.clock);
        let command = LedgerCommand::AcceptClock { clock, last, reason: reason.to_owned() };
        let request = Request::new(id, vec![Envelope::new(command, LEDGER_STREAM, self.today(), actor)]);
        self.handle(vec![request]).pop().unwrap_or(Err(Refused::Closed))
    }

    /// Puts another signing key in force; an event tells it.
    ///
    /// # Errors
    /// As any command.
    pub fn rotate_key(
        &mut self,
        id: [u8; 16],
        actor: &str,
        public_key: &str,
        reason: &str,
    ) -> Result<Answer, Refused> {
        let command =
            LedgerCommand::RotateKey { public_key: public_key.to_owned(), reason: reason.to_owned() };
        let request = Request::new(id, vec![Envelope::new(command, LEDGER_STREAM, self.today(), actor)]);
        self.handle(vec![request]).pop().unwrap_or(Err(Refused::Closed))
    }

    /// Handles what waits: one answer a request, in order. All that is recorded is one batch.
    pub fn handle(&mut self, requests: Vec<Request>) -> Vec<Result<Answer, Refused>> {
        match self.decider.decide(&requests, None, self.is_read_only()) {
            Ok((group, outcomes)) => self.settle(group, outcomes),
            Err(answers) => answers,
        }
    }

    fn settle(&mut self, group: Group, outcomes: Vec<Outcome>) -> Vec<Result<Answer, Refused>> {
        let settled = self.committer.settle(group, outcomes);
        self.broken |= settled.is_broken;
        settled.answers
    }

    /// Begins a session: commands tried one after the other, then recorded together or not at all.
    ///
    /// `command` is what somebody asked for, as JSON, and its digest stands in every event; what follows from it,
    /// such as the events of an import, is what the session tries.
    ///
    /// # Errors
    /// [`Refused`] if nothing may be written now, or the id was used before.
    pub fn session(&mut self, id: [u8; 16], command: &serde_json::Value) -> Result<Session<'_>, Refused> {
        if self.is_read_only() {
            return Err(self.decider.read_only());
        }
        if let Some(range) = self.decider.reader.command(&id) {
            return Err(Refused::CommandReused { position: range.start });
        }
        let draft = self.committer.log.draft();
        let now = self.decider.now(&draft)?;
        let digest = crate::command::digest(&command.to_string());
        Ok(Session::begin(self, now, (id, digest)))
    }

    /// A pause: the time for a snapshot of the world, if one is due.
    pub fn rest(&mut self) {
        let size = self.decider.reader.size();
        if size - self.snapshot_at >= WORLD_SNAPSHOT_EVENTS.max(size / 4) {
            self.save_snapshot();
        }
    }

    /// Writes a snapshot of the world; failing costs time at the next start and nothing else.
    pub fn save_snapshot(&mut self) {
        let size = self.decider.reader.size();
        let Some(snapshots) = self.snapshots.as_ref().filter(|_| !self.broken && size > self.snapshot_at)
        else {
            return;
        };
        let written = codec::encode_snapshot(&self.decider.world)
            .map_err(|error| error.to_string())
            .and_then(|state| {
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
        if self.decider.reader.size() > self.snapshot_at + WORLD_SNAPSHOT_EVENTS / 50 {
            self.save_snapshot();
        }
        self.committer.log.close();
    }
}

#[cfg(test)]
mod tests;
