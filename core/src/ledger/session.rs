//! A session: commands tried one after the other against the world that they lead to.

use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

use super::group::{Group, Outcome, not_taken};
use super::{Answer, Refused, Writer};
use crate::command::{EVENTS_MAX, Envelope};
use crate::day::Day;
use crate::domain::World;
use crate::log::{AppendError, Draft, NewEvent};

/// Commands tried one after the other, each seeing what the ones before it would do, and then recorded as one
/// atomic list or not at all. Dropping a session gives it up.
pub struct Session<'w> {
    writer: &'w mut Writer,
    group: Group,
    feeder: Feeder,
    command: ([u8; 16], [u8; 16]),
    accepted: Vec<(Envelope, &'static str)>,
    open: bool,
    /// Pseudonym of the account that all of it is recorded for; zeros where there is none.
    pub account: [u8; 16],
}

impl<'w> Session<'w> {
    pub(super) fn begin(writer: &'w mut Writer, now: i64, command: ([u8; 16], [u8; 16])) -> Session<'w> {
        let group = Group::new(writer.committer.log.draft(), now);
        let feeder = Feeder::start(writer.committer.log.draft());
        writer.decider.world.begin();
        Session { writer, group, feeder, command, accepted: Vec::new(), open: true, account: [0; 16] }
    }

    /// The world with everything that was tried so far.
    pub fn world(&self) -> &World {
        &self.writer.decider.world
    }

    /// The local day on which the session's events are taken in.
    pub fn today(&self) -> Day {
        self.group.today
    }

    /// The commands accepted so far, with the kinds of their events.
    pub fn accepted(&self) -> &[(Envelope, &'static str)] {
        &self.accepted
    }

    /// Tries one more command.
    ///
    /// # Errors
    /// [`Refused`]; the session goes on without it.
    pub fn attempt(&mut self, mut envelope: Envelope) -> Result<(), Refused> {
        if self.account != [0; 16] {
            envelope.account = self.account;
        }
        let index = self.accepted.len();
        if index >= EVENTS_MAX {
            return Err(Refused::TooMany);
        }
        let decision = self.writer.decider.decide_one(index, &envelope, &mut self.group)?;
        self.writer.decider.fold_one(&envelope, &decision, &mut self.group);
        let kind = decision.kind.name;
        self.group.write(&envelope, decision, self.command, &mut self.feeder.waiting)?;
        self.feeder.pass_on(false);
        self.accepted.push((envelope, kind));
        Ok(())
    }

    /// Records what was accepted as one request.
    ///
    /// # Errors
    /// [`Refused`]; nothing is recorded then, or nobody knows (`OutcomeUnknown`).
    pub fn record(mut self) -> Result<Answer, Refused> {
        let now = self.group.now;
        self.group.draft = self.feeder.finish()?;
        self.group.declared(&mut self.writer.decider.declared);
        self.writer.decider.world.keep();
        self.open = false;
        let draft = self.writer.committer.log.draft();
        let group = std::mem::replace(&mut self.group, Group::new(draft, now));
        let events = 0..group.events.len();
        let outcomes = vec![Outcome::InGroup { events, replayed: false }];
        let answer = self.writer.settle(group, outcomes).pop().unwrap_or(Err(Refused::Closed));
        self.writer.rest();
        answer
    }
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        if self.open {
            self.writer.decider.world.undo();
        }
    }
}

/// Events handed over at once: enough that handing over costs nothing beside encoding.
const CHUNK: usize = 256;
/// Chunks that may wait for the other thread.
const CHUNKS_WAITING: usize = 16;

/// Encodes, hashes and compresses what was decided on another thread, while deciding goes on.
struct Feeder {
    queue: Option<SyncSender<Vec<NewEvent>>>,
    thread: Option<JoinHandle<Result<Draft, AppendError>>>,
    waiting: Vec<NewEvent>,
}

impl Feeder {
    fn start(mut draft: Draft) -> Feeder {
        let (queue, chunks) = sync_channel::<Vec<NewEvent>>(CHUNKS_WAITING);
        let work = move || {
            for chunk in chunks {
                draft.add_more(chunk)?;
            }
            Ok(draft)
        };
        // Without a thread the queue has no other end, and the session is refused when it is to be recorded.
        let thread = std::thread::Builder::new().name("encoder".to_owned()).spawn(work).ok();
        Feeder { queue: Some(queue), thread, waiting: Vec::with_capacity(CHUNK) }
    }

    fn pass_on(&mut self, rest: bool) {
        if self.waiting.len() >= CHUNK || rest && !self.waiting.is_empty() {
            let chunk = std::mem::replace(&mut self.waiting, Vec::with_capacity(CHUNK));
            if let Some(queue) = &self.queue {
                // If the other thread ended with an error, `finish` tells which.
                let _ = queue.send(chunk);
            }
        }
    }

    fn finish(&mut self) -> Result<Draft, Refused> {
        self.pass_on(true);
        self.queue = None;
        let ended = self.thread.take().map(JoinHandle::join);
        ended.and_then(Result::ok).ok_or(Refused::ReadOnly)?.map_err(not_taken)
    }
}

impl Drop for Feeder {
    /// The draft keeps the log's folder locked: it must be gone when the session is.
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
