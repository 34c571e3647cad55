//! The only writer. A [`Draft`] prepares events ahead of the disk; [`Appender::commit`] makes them history.
//!
//! All of a draft goes into one batch with the new head, is durable, and only then seen by readers. When a
//! write or its sync fails, nobody knows what is on disk: the appender is poisoned until the log is opened
//! again, because a log that goes on after such an error forks.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::hash::{Digest, MerkleHash};
use super::index::{IndexBlock, LOG_EVENTS_MAX, NO_COMMAND};
use super::page::{EventBytes, HEAD_KEY, HeadState, Layout, Page, block_key, open_key, page_key};
use super::read::LogReader;
use super::storage::{Batch, StorageError};
use super::withhold::ErasedEvent;
use crate::codec::{self, CodecError};
use crate::day::Day;
use crate::record::{Position, RECORD_FORMAT, RecordRef, Revision};

/// An event before it has a place in the log. The fields are those of [`crate::record::Record`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are those of Record, which documents them")]
pub struct NewEvent {
    pub stream: String,
    pub kind: String,
    pub version: u16,
    /// The clock's word; raised to that of the event before it where the clock went back.
    pub recorded_at: i64,
    pub occurred_day: Day,
    pub occurred_second: Option<u32>,
    /// Zeros where no command caused it.
    pub command_id: [u8; 16],
    pub command_digest: [u8; 16],
    pub nonce: [u8; 16],
    pub trail: String,
    pub recorded_by: String,
    pub account: [u8; 16],
    pub attributed_to: Option<String>,
    pub assurance: u8,
    pub authority: Option<String>,
    pub payload: Vec<u8>,
}

impl NewEvent {
    /// The event of a record, to be recorded at the same place again.
    pub(crate) fn again(record: &RecordRef<'_>) -> NewEvent {
        NewEvent {
            stream: record.stream.to_owned(),
            kind: record.kind.to_owned(),
            version: record.version,
            recorded_at: record.recorded_at,
            occurred_day: record.occurred_day,
            occurred_second: record.occurred_second,
            command_id: record.command_id,
            command_digest: record.command_digest,
            nonce: record.nonce,
            trail: record.trail.to_owned(),
            recorded_by: record.recorded_by.to_owned(),
            account: record.account,
            attributed_to: record.attributed_to.map(str::to_owned),
            assurance: record.assurance,
            authority: record.authority.map(str::to_owned),
            payload: record.payload.to_vec(),
        }
    }
}

/// An event with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedEvent {
    /// Place in the log.
    pub position: Position,
    /// Its stream.
    pub stream: String,
    /// Place in that stream.
    pub revision: Revision,
    /// The command that caused it.
    pub command_id: [u8; 16],
    /// When the ledger took it in.
    pub recorded_at: i64,
    /// BLAKE3 of its bytes.
    pub digest: Digest,
    /// Its bytes.
    pub bytes: EventBytes,
}

/// Events were not appended, or nobody knows whether they were.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// An event is not one that may ever stand in the log.
    #[error("event {index} of the list cannot be recorded: {what}")]
    Invalid {
        /// Its place in the list.
        index: usize,
        /// The reason.
        what: &'static str,
    },
    /// An event's bytes are too many.
    #[error("event {index} of the list is too large for a record")]
    TooLarge {
        /// Its place in the list.
        index: usize,
        /// What the codec said.
        #[source]
        source: CodecError,
    },
    /// The command was recorded before; its answer is at that position.
    #[error("command {} is recorded already, from position {position}", hex::encode(.command_id))]
    CommandRepeated {
        /// The id.
        command_id: [u8; 16],
        /// Its first event.
        position: Position,
    },
    /// The draft does not begin where the log ends. Decide again on what is there now.
    #[error("the draft begins after position {base}, the log ends at {size}")]
    Stale {
        /// Where the draft begins.
        base: u64,
        /// Where the log ends.
        size: u64,
    },
    /// The log holds as many events as its indexes can count.
    #[error("the log is full: {LOG_EVENTS_MAX} events")]
    Full,
    /// The storage refused before writing. Nothing happened.
    #[error("the storage refused the batch; nothing was written")]
    Refused(#[source] StorageError),
    /// Writing or syncing failed: the events may or may not be there. Open the log again to find out.
    #[error("writing failed: the events may or may not be recorded; send the same command again later")]
    OutcomeUnknown(#[source] StorageError),
    /// An earlier write failed. Open the log again.
    #[error("an earlier write failed, so the log refuses more until it is opened again")]
    Poisoned,
    /// Memory for compression could not be had. Nothing happened; the draft is of no more use.
    #[error("a page could not be compressed; nothing was written")]
    Compression(#[source] std::io::Error),
}

/// Events encoded, hashed, chained and laid out in pages, but not yet part of the log.
///
/// Commands are added one after the other, each atomically, and all are committed as one unit.
pub struct Draft {
    reader: LogReader,
    base: HeadState,
    head: HeadState,
    open_first: Position,
    pub(super) open: Vec<EventBytes>,
    layout: Layout,
    // Pages, blocks and removals of what they replace. Open events and head join at the commit.
    batch: Batch,
    sealed: Vec<(Position, usize)>,
    // How many of `open` are in storage already, each under a key of its own.
    open_stored: usize,
    // What this draft adds to the indexes, and what the draft before it does, which may be on its way.
    touched: Touched,
    before: Arc<Touched>,
    last_command: Option<[u8; 16]>,
    events: Vec<RecordedEvent>,
    broken: bool,
}

/// What the indexes do not know yet.
#[derive(Default)]
struct Touched {
    /// The next revision of each stream.
    revisions: FxHashMap<String, Revision>,
    /// The first position of each command.
    commands: FxHashMap<[u8; 16], Position>,
}

impl Draft {
    /// An empty draft at the end of the log.
    pub fn new(reader: &LogReader) -> Draft {
        let state = reader.state();
        let mut layout = Layout::default();
        for (at, bytes) in state.open.iter().enumerate() {
            layout.add(state.index.sealed() + at as u64, bytes.len());
        }
        Draft {
            base: state.head.clone(),
            head: state.head.clone(),
            open_first: state.index.sealed(),
            open: state.open.clone(),
            layout,
            batch: Batch::default(),
            sealed: Vec::new(),
            open_stored: state.open.len(),
            touched: Touched::default(),
            before: Arc::default(),
            last_command: state.index.last_command(),
            events: Vec::new(),
            broken: false,
            reader: reader.clone(),
        }
    }

    /// A draft that goes on where `self` will end once it is committed: it can be filled while `self` is on its
    /// way to the disk. Nothing may be added to `self` any more, and the draft before it must be committed.
    #[must_use]
    pub fn following(&mut self) -> Draft {
        Draft {
            reader: self.reader.clone(),
            base: self.head.clone(),
            head: self.head.clone(),
            open_first: self.open_first,
            open: self.open.clone(),
            layout: self.layout,
            batch: Batch::default(),
            sealed: Vec::new(),
            open_stored: self.open.len(),
            touched: Touched::default(),
            before: Arc::new(std::mem::take(&mut self.touched)),
            last_command: self.last_command,
            events: Vec::new(),
            broken: self.broken,
        }
    }

    /// Events added so far.
    pub fn events(&self) -> &[RecordedEvent] {
        &self.events
    }

    /// The size that the log will have.
    pub fn end(&self) -> u64 {
        self.head.size()
    }

    /// When the last event before the draft's end was taken in.
    pub fn recorded_at(&self) -> i64 {
        self.head.recorded_at
    }

    /// The next revision of a stream that this draft, or the one before it, writes to.
    fn revision(&self, stream: &str) -> Option<Revision> {
        self.touched.revisions.get(stream).or_else(|| self.before.revisions.get(stream)).copied()
    }

    /// The first position of a command in this draft or the one before it.
    fn command(&self, id: &[u8; 16]) -> Option<Position> {
        self.touched.commands.get(id).or_else(|| self.before.commands.get(id)).copied()
    }

    /// Adds the events of one command, or of several, all or none; returns where theirs begin in
    /// [`Draft::events`].
    ///
    /// # Errors
    /// [`AppendError`]; the draft is then as before.
    pub fn add(&mut self, events: Vec<NewEvent>) -> Result<usize, AppendError> {
        self.add_after(events, None)
    }

    /// Adds more events of the command whose events this draft ends with.
    ///
    /// # Errors
    /// As [`Draft::add`].
    pub fn add_more(&mut self, events: Vec<NewEvent>) -> Result<usize, AppendError> {
        let under_way = self.events.last().map(|event| event.command_id);
        self.add_after(events, under_way)
    }

    /// Adds events that were recorded before, of which the first may belong to the command that the log ends with.
    ///
    /// # Errors
    /// As [`Draft::add`].
    pub(crate) fn resume(&mut self, events: Vec<NewEvent>) -> Result<usize, AppendError> {
        self.add_after(events, self.last_command)
    }

    fn add_after(
        &mut self,
        events: Vec<NewEvent>,
        under_way: Option<[u8; 16]>,
    ) -> Result<usize, AppendError> {
        if self.broken {
            return Err(AppendError::Poisoned);
        }
        let recorded = self.record(events, under_way)?;
        let start = self.events.len();
        for event in recorded {
            self.take(event).inspect_err(|_| self.broken = true)?;
        }
        Ok(start)
    }

    /// Everything that may be refused, before anything of the draft changes.
    fn record(
        &mut self,
        events: Vec<NewEvent>,
        under_way: Option<[u8; 16]>,
    ) -> Result<Vec<RecordedEvent>, AppendError> {
        let reader = self.reader.clone();
        let state = reader.state();
        let mut revisions: FxHashMap<String, Revision> = FxHashMap::default();
        let mut commands: FxHashMap<[u8; 16], Position> = FxHashMap::default();
        let mut recorded: Vec<RecordedEvent> = Vec::with_capacity(events.len());
        let mut previous = self.head.digest;
        let mut recorded_at = self.head.recorded_at;
        let mut last_command = under_way;
        for (index, event) in events.into_iter().enumerate() {
            validate(index, &event)?;
            let position = self.head.size() + index as u64;
            if position >= LOG_EVENTS_MAX {
                return Err(AppendError::Full);
            }
            let id = event.command_id;
            if id != NO_COMMAND && last_command != Some(id) {
                // A command's events are one run, so that its index entry is a place and a count.
                let known = state.index.command(&id).map(|(first, _)| first);
                let known = known.or_else(|| self.command(&id)).or_else(|| commands.get(&id).copied());
                if let Some(position) = known {
                    return Err(AppendError::CommandRepeated { command_id: id, position });
                }
                commands.insert(id, position);
            }
            last_command = Some(id);
            let revision = match revisions.get_mut(&event.stream) {
                Some(next) => {
                    *next += 1;
                    *next - 1
                }
                None => {
                    let touched = self.revision(&event.stream);
                    let revision = touched.unwrap_or_else(|| state.index.revisions(&event.stream));
                    revisions.insert(event.stream.clone(), revision + 1);
                    revision
                }
            };
            recorded_at = recorded_at.max(event.recorded_at);
            let bytes = encode(&event, position, previous, recorded_at, revision)
                .map_err(|source| AppendError::TooLarge { index, source })?;
            previous = Digest::of(&bytes);
            recorded.push(RecordedEvent {
                position,
                stream: event.stream,
                revision,
                command_id: id,
                recorded_at,
                digest: previous,
                bytes: bytes.into(),
            });
        }
        self.touched.revisions.extend(revisions);
        self.touched.commands.extend(commands);
        Ok(recorded)
    }

    fn take(&mut self, event: RecordedEvent) -> Result<(), AppendError> {
        if self.layout.ends_before(event.bytes.len()) {
            self.seal()?;
        }
        self.head.digest = event.digest;
        self.head.recorded_at = event.recorded_at;
        self.head.frontier.push(MerkleHash::leaf(&event.bytes));
        let is_full = self.layout.add(event.position, event.bytes.len());
        self.open.push(event.bytes.clone());
        self.last_command = Some(event.command_id);
        self.events.push(event);
        if is_full { self.seal() } else { Ok(()) }
    }

    /// Turns the open page into a sealed one with its index block.
    fn seal(&mut self) -> Result<(), AppendError> {
        let first = self.open_first;
        let block = self.block()?;
        self.batch.put(page_key(first), self.page()?);
        self.batch.put(block_key(first), block.encode().map_err(AppendError::Compression)?);
        for position in (first..).take(self.open_stored) {
            self.batch.remove(open_key(position));
        }
        self.sealed.push((first, self.open.len()));
        self.open_first += self.open.len() as u64;
        self.open.clear();
        self.open_stored = 0;
        self.layout = Layout::default();
        Ok(())
    }

    /// Puts the open page, with an event whose bytes were destroyed behind it, into the batch.
    pub(super) fn put_sealed(
        &mut self,
        page: Vec<u8>,
        block: &IndexBlock,
        erased: &ErasedEvent,
        leaf: MerkleHash,
    ) -> Result<(), AppendError> {
        let first = self.open_first;
        self.batch.put(page_key(first), page);
        self.batch.put(block_key(first), block.encode().map_err(AppendError::Compression)?);
        for position in (first..).take(self.open_stored) {
            self.batch.remove(open_key(position));
        }
        self.sealed.push((first, self.open.len() + 1));
        self.open_first += self.open.len() as u64 + 1;
        self.open.clear();
        self.open_stored = 0;
        self.layout = Layout::default();
        self.head.digest = erased.digest;
        self.head.frontier.push(leaf);
        self.touched.revisions.insert(erased.stream.clone(), erased.revision + 1);
        self.touched.commands.entry(erased.command_id).or_insert(erased.position);
        self.last_command = Some(erased.command_id);
        self.events.push(RecordedEvent {
            position: erased.position,
            stream: erased.stream.clone(),
            revision: erased.revision,
            command_id: erased.command_id,
            recorded_at: self.head.recorded_at,
            digest: erased.digest,
            bytes: EventBytes::from(Vec::new()),
        });
        Ok(())
    }

    fn page(&self) -> Result<Vec<u8>, AppendError> {
        Page::seal(self.open.iter().map(|bytes| &**bytes)).map_err(AppendError::Compression)
    }

    /// The block is built from the bytes and not from what was put into them: a second look before they
    /// are sealed for ever.
    fn block(&self) -> Result<IndexBlock, AppendError> {
        let refuse = |what: &'static str| AppendError::Compression(std::io::Error::other(what));
        let mut records = Vec::with_capacity(self.open.len());
        for (position, bytes) in (self.open_first..).zip(&self.open) {
            let record = RecordRef::decode(bytes).map_err(|_| refuse("an event does not read back"))?;
            if record.position != position {
                return Err(refuse("an event is not at its position"));
            }
            records.push((record.stream, record.revision, record.command_id));
        }
        IndexBlock::of(records.into_iter()).map_err(|_| refuse("the revisions of a stream have a gap"))
    }
}

fn validate(index: usize, event: &NewEvent) -> Result<(), AppendError> {
    let refuse = |what| Err(AppendError::Invalid { index, what });
    if event.stream.is_empty() {
        return refuse("it has no stream");
    }
    if event.kind.is_empty() {
        return refuse("it has no kind");
    }
    if event.occurred_second.is_some_and(|second| second >= 86_400) {
        return refuse("a day has 86,400 seconds");
    }
    if event.assurance > 1 {
        return refuse("assurance is 0 or 1");
    }
    Ok(())
}

fn encode(
    event: &NewEvent,
    position: Position,
    previous: Digest,
    recorded_at: i64,
    revision: Revision,
) -> Result<Vec<u8>, CodecError> {
    codec::encode(&RecordRef {
        format: RECORD_FORMAT,
        position,
        previous,
        recorded_at,
        occurred_day: event.occurred_day,
        occurred_second: event.occurred_second,
        stream: &event.stream,
        revision,
        kind: &event.kind,
        version: event.version,
        command_id: event.command_id,
        command_digest: event.command_digest,
        nonce: event.nonce,
        trail: &event.trail,
        recorded_by: &event.recorded_by,
        account: event.account,
        attributed_to: event.attributed_to.as_deref(),
        assurance: event.assurance,
        authority: event.authority.as_deref(),
        payload: &event.payload,
    })
}

/// The end of the log that grows. There is one.
pub struct Appender {
    reader: LogReader,
    poisoned: bool,
}

impl Appender {
    pub(super) fn new(reader: LogReader) -> Appender {
        Appender { reader, poisoned: false }
    }

    /// Whether an earlier failure forbids further appends.
    pub fn is_poisoned(&self) -> bool {
        self.poisoned
    }

    pub(super) fn reader(&self) -> &LogReader {
        &self.reader
    }

    /// Nobody knows what is on the disk: no more appends until the log is opened again.
    pub(super) fn poison(&mut self) {
        self.poisoned = true;
    }

    /// An empty draft at the end of the log.
    pub fn draft(&self) -> Draft {
        Draft::new(&self.reader)
    }

    /// Makes a draft part of the log: one batch, durable, then visible.
    ///
    /// # Errors
    /// [`AppendError::OutcomeUnknown`] if the storage failed; every later call is [`AppendError::Poisoned`].
    pub fn commit(&mut self, mut draft: Draft) -> Result<Vec<RecordedEvent>, AppendError> {
        if self.poisoned || draft.broken {
            return Err(AppendError::Poisoned);
        }
        {
            let state = self.reader.state();
            if draft.base != state.head {
                return Err(AppendError::Stale { base: draft.base.size(), size: state.head.size() });
            }
        }
        if draft.events.is_empty() {
            return Ok(Vec::new());
        }
        assert!(
            draft.head.size() == draft.base.size() + draft.events.len() as u64
                && draft.open_first + draft.open.len() as u64 == draft.head.size(),
            "a draft's head counts the events that the draft holds"
        );
        let mut batch = std::mem::take(&mut draft.batch);
        for (position, bytes) in (draft.open_first..).zip(&draft.open).skip(draft.open_stored) {
            batch.put(open_key(position), bytes.to_vec());
        }
        batch.put(HEAD_KEY, draft.head.encode());
        let before = (draft.base.size() > 0).then(|| draft.base.encode());
        batch.expected = Some((HEAD_KEY.to_vec(), before));

        match self.reader.storage().commit(&batch) {
            Ok(()) => {}
            Err(error) => {
                // Refused for want of room, nothing is unknown and a later try may succeed.
                self.poisoned = !matches!(error, StorageError::Full);
                let unknown = !error.is_refusal();
                return Err(if unknown {
                    AppendError::OutcomeUnknown(error)
                } else {
                    AppendError::Refused(error)
                });
            }
        }

        // Durable from here on; now it may be seen.
        let mut state = self.reader.state_mut();
        let state = &mut *state;
        for event in &draft.events {
            state.index.add(&event.stream, event.command_id);
        }
        for (first, count) in draft.sealed {
            state.index.seal(first, count);
        }
        state.open = draft.open;
        state.head = draft.head;
        Ok(draft.events)
    }

    /// Appends events as one unit.
    ///
    /// # Errors
    /// See [`Draft::add`] and [`Appender::commit`].
    pub fn append(&mut self, events: Vec<NewEvent>) -> Result<Vec<RecordedEvent>, AppendError> {
        if self.poisoned {
            return Err(AppendError::Poisoned);
        }
        let mut draft = self.draft();
        draft.add(events)?;
        self.commit(draft)
    }
}
