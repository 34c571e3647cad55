//! Reading the log: cheap handles that see committed positions and nothing else.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::hash::{Digest, MerkleHash};
use super::index::{Index, IndexBlock};
use super::page::{Entry, EventBytes, HEAD_KEY, HeadState, Page, block_key, open_key, page_key};
use super::storage::{Storage, StorageError};
use super::{Corruption, OpenError, Saying, pipeline};
use crate::record::{Position, RecordRef};

/// Pages kept decompressed. Reads come in runs; four threads in four places are served.
const CACHED_PAGES: usize = 8;

/// The log could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The engine failed.
    #[error("the storage cannot be read")]
    Storage(#[from] StorageError),
    /// What is stored is not what was written.
    #[error(transparent)]
    Corrupt(#[from] Corruption),
    /// The event's bytes were destroyed by an erasure order.
    #[error("event {position} is withheld: the order to erase it is event {erased_by}")]
    Withheld {
        /// Its position.
        position: Position,
        /// The position of the order.
        erased_by: Position,
    },
}

/// How far the log reaches, and the hashes that say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Number of events.
    pub size: u64,
    /// Digest of the last event; zeros when there is none.
    pub digest: Digest,
    /// Merkle tree head over all events.
    pub root: MerkleHash,
    /// `recorded_at` of the last event; `i64::MIN` when there is none.
    pub recorded_at: i64,
}

/// What readers share. Owned by the appender's thread for writing, after each commit.
pub(super) struct State {
    pub head: HeadState,
    pub index: Index,
    /// The events of the open page, which are few.
    pub open: Vec<EventBytes>,
}

struct Shared {
    storage: Arc<dyn Storage>,
    state: RwLock<State>,
    // Newest first.
    pages: Mutex<VecDeque<Page>>,
}

/// A handle for reading; clones share everything.
#[derive(Clone)]
pub struct LogReader {
    shared: Arc<Shared>,
}

impl LogReader {
    /// Loads the indexes and the open page.
    pub(super) fn load(storage: Arc<dyn Storage>) -> Result<LogReader, OpenError> {
        let state = load_state(&*storage)?;
        let reader = LogReader {
            shared: Arc::new(Shared {
                storage,
                state: RwLock::new(state),
                pages: Mutex::new(VecDeque::with_capacity(CACHED_PAGES)),
            }),
        };
        reader.check_last()?;
        Ok(reader)
    }

    /// Loads everything again, after an event was withheld: what readers kept of it is forgotten.
    pub(super) fn reload(&self) -> Result<(), OpenError> {
        let state = load_state(&*self.shared.storage)?;
        *self.state_mut() = state;
        self.shared.pages.lock().unwrap_or_else(PoisonError::into_inner).clear();
        Ok(())
    }

    /// The head names the last event; if they disagree, nothing may be appended.
    fn check_last(&self) -> Result<(), OpenError> {
        let head = self.state().head.clone();
        let Some(last) = head.size().checked_sub(1) else { return Ok(()) };
        let found = match self.get(last) {
            Ok(Some(bytes)) => Digest::of(&bytes),
            Ok(None) => return Err(Corruption::new(last, "last event", "its bytes", "nothing").into()),
            // The digest of a withheld event stands in its place; verify looks at it.
            Err(ReadError::Withheld { .. }) => return Ok(()),
            Err(ReadError::Corrupt(corruption)) => return Err(corruption.into()),
            Err(ReadError::Storage(error)) => return Err(error.into()),
        };
        if found == head.digest {
            Ok(())
        } else {
            Err(Corruption::new(last, "digest of the last event in the head", found, head.digest).into())
        }
    }

    pub(super) fn state(&self) -> RwLockReadGuard<'_, State> {
        // Whoever panicked while writing held committed events; the state is replaced whole or appended to.
        self.shared.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn state_mut(&self) -> RwLockWriteGuard<'_, State> {
        self.shared.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn storage(&self) -> &dyn Storage {
        &*self.shared.storage
    }

    /// Number of events.
    pub fn size(&self) -> u64 {
        self.state().head.size()
    }

    /// The head.
    pub fn head(&self) -> Head {
        let state = self.state();
        Head {
            size: state.head.size(),
            digest: state.head.digest,
            root: state.head.frontier.root(),
            recorded_at: state.head.recorded_at,
        }
    }

    /// Bytes that the indexes hold in memory.
    pub fn index_bytes(&self) -> usize {
        self.state().index.memory_bytes()
    }

    /// The bytes of an event; `None` at or beyond [`LogReader::size`].
    ///
    /// # Errors
    /// [`ReadError`] if it cannot be read or is withheld.
    pub fn get(&self, position: Position) -> Result<Option<EventBytes>, ReadError> {
        match self.locate(position) {
            Place::Beyond => Ok(None),
            Place::Open(bytes) => Ok(Some(bytes)),
            Place::Sealed(first) => event_of(&self.page(first)?, position).map(Some),
        }
    }

    /// The digest of an event, also of a withheld one; `None` at or beyond [`LogReader::size`].
    ///
    /// # Errors
    /// [`ReadError`] if it cannot be read.
    pub fn digest(&self, position: Position) -> Result<Option<Digest>, ReadError> {
        match self.get(position) {
            Ok(bytes) => Ok(bytes.map(|bytes| Digest::of(&bytes))),
            Err(ReadError::Withheld { .. }) => match self.sealed_page(position)?.entry(position) {
                Some(Entry::Withheld(withheld)) => Ok(Some(withheld.digest)),
                _ => Ok(None),
            },
            Err(error) => Err(error),
        }
    }

    /// Stream and revision of an event of a sealed page, as its index block has them: all that is left of one
    /// that is withheld.
    ///
    /// # Errors
    /// [`ReadError`] if the block cannot be read.
    pub fn placed(&self, position: Position) -> Result<Option<(String, u64)>, ReadError> {
        Ok(self.row(position)?.map(|(stream, revision, _)| (stream, revision)))
    }

    /// The same with the command.
    pub(super) fn row(&self, position: Position) -> Result<Option<(String, u64, [u8; 16])>, ReadError> {
        let Some(first) = self.state().index.page_of(position) else { return Ok(None) };
        let Some(value) = self.shared.storage.get(&block_key(first))? else { return Ok(None) };
        let block = IndexBlock::decode(first, &value)?;
        let at = usize::try_from(position - first).unwrap_or(usize::MAX);
        Ok(block.events().get(at).map(|(stream, revision, id)| ((*stream).to_owned(), *revision, *id)))
    }

    fn locate(&self, position: Position) -> Place {
        let state = self.state();
        if let Some(first) = state.index.page_of(position) {
            return Place::Sealed(first);
        }
        let at = position.checked_sub(state.index.sealed()).and_then(|at| usize::try_from(at).ok());
        match at.and_then(|at| state.open.get(at)) {
            Some(bytes) => Place::Open(bytes.clone()),
            None => Place::Beyond,
        }
    }

    /// A sealed page, from the cache or from storage.
    fn page(&self, first: Position) -> Result<Page, ReadError> {
        {
            let mut pages = self.shared.pages.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(at) = pages.iter().position(|page| page.first() == first)
                && let Some(page) = pages.remove(at)
            {
                pages.push_front(page.clone());
                return Ok(page);
            }
        }
        // Outside the lock: other readers need not wait for this one's disk.
        let page = self.read_page(first)?;
        let mut pages = self.shared.pages.lock().unwrap_or_else(PoisonError::into_inner);
        pages.truncate(CACHED_PAGES - 1);
        pages.push_front(page.clone());
        Ok(page)
    }

    /// The sealed page that holds a position.
    pub(super) fn sealed_page(&self, position: Position) -> Result<Page, ReadError> {
        let first = self.state().index.page_of(position);
        let first = first.ok_or_else(|| Corruption::new(position, "sealed page", "a page", "no page"))?;
        self.read_page(first)
    }

    /// The Merkle leaves of a range that the log has reached; also of what is withheld.
    ///
    /// # Errors
    /// [`ReadError`] where a page cannot be read, or the range ends beyond the log.
    pub(crate) fn leaves(&self, range: Range<Position>) -> Result<Vec<MerkleHash>, ReadError> {
        let mut leaves = Vec::new();
        let mut next = range.start;
        while next < range.end {
            match self.locate(next) {
                Place::Beyond => {
                    return Err(Corruption::new(next, "sealed page", "an event", "nothing").into());
                }
                Place::Open(bytes) => leaves.push(MerkleHash::leaf(&bytes)),
                Place::Sealed(first) => {
                    let page = self.page(first)?;
                    let wanted = page.entries().filter(|(position, _)| (next..range.end).contains(position));
                    leaves.extend(wanted.map(|(_, entry)| match entry {
                        Entry::Event(bytes) => MerkleHash::leaf(bytes),
                        Entry::Withheld(withheld) => withheld.leaf,
                    }));
                }
            }
            let reached = range.start + leaves.len() as u64;
            if reached <= next {
                return Err(Corruption::new(next, "sealed page", "an event", "nothing").into());
            }
            next = reached;
        }
        Ok(leaves)
    }

    fn read_page(&self, first: Position) -> Result<Page, ReadError> {
        let value = self.shared.storage.get(&page_key(first))?;
        let value = value.ok_or_else(|| Corruption::new(first, "sealed page", "a value", "nothing"))?;
        Ok(Page::open(first, &value)?)
    }

    /// The events of a range in order, each page decompressed once. What is appended later is not seen.
    pub fn scan(&self, range: Range<Position>) -> Scan {
        let end = range.end.min(self.size());
        Scan { reader: self.clone(), next: range.start, end, page: None }
    }

    /// Decodes the events of a range with all cores: `map` runs on other threads, `each` gets its results
    /// on this one, in order, until it returns `false`. The way to fold the log. A withheld event comes as no bytes.
    ///
    /// # Errors
    /// The first [`ReadError`] met; `each` has then seen everything before it.
    pub fn scan_pages<T: Send>(
        &self,
        range: Range<Position>,
        map: impl Fn(Position, &[u8]) -> T + Sync,
        mut each: impl FnMut(Position, T) -> bool,
    ) -> Result<(), ReadError> {
        let end = range.end.min(self.size());
        let mut next = range.start;
        // Storage is read here, page by page; decompression and decoding are what costs, and run beside.
        let chunks = std::iter::from_fn(|| {
            let start = next;
            if start >= end {
                return None;
            }
            let (chunk, after) = self.chunk(start, end);
            next = if chunk.is_ok() { after } else { end };
            Some(chunk.map(|chunk| (start..after, chunk)))
        });
        let work =
            |chunk: Result<(Range<Position>, Chunk), ReadError>| -> (Vec<(Position, T)>, Option<ReadError>) {
                let (range, chunk) = match chunk {
                    Ok(chunk) => chunk,
                    Err(error) => return (Vec::new(), Some(error)),
                };
                let mut results = Vec::with_capacity(64);
                let page = match chunk {
                    Chunk::Open(events) => {
                        let events = range.zip(events);
                        results.extend(events.map(|(position, bytes)| (position, map(position, &bytes))));
                        return (results, None);
                    }
                    Chunk::Sealed(first, value) => match Page::open(first, &value) {
                        Ok(page) => page,
                        Err(corruption) => return (results, Some(corruption.into())),
                    },
                };
                for position in range {
                    match page.entry(position) {
                        Some(Entry::Event(bytes)) => results.push((position, map(position, bytes))),
                        Some(Entry::Withheld(_)) => results.push((position, map(position, &[]))),
                        None => return (results, event_of(&page, position).err()),
                    }
                }
                (results, None)
            };
        let mut failure = None;
        pipeline::in_order(chunks, pipeline::helpers(), work, |(results, error)| {
            failure = error;
            results.into_iter().all(|(position, result)| each(position, result)) && failure.is_none()
        });
        failure.map_or(Ok(()), Err)
    }

    /// The stored bytes from `start` to the end of its page, or of the open page, and where that is.
    fn chunk(&self, start: Position, end: Position) -> (Result<Chunk, ReadError>, Position) {
        let (first, after) = {
            let state = self.state();
            match state.index.page_of(start) {
                None => {
                    let skip = usize::try_from(start - state.index.sealed()).unwrap_or(usize::MAX);
                    let take = usize::try_from(end - start).unwrap_or(usize::MAX);
                    return (
                        Ok(Chunk::Open(state.open.iter().skip(skip).take(take).cloned().collect())),
                        end,
                    );
                }
                Some(first) => (first, state.index.page_end(start).min(end)),
            }
        };
        let value = self.shared.storage.get(&page_key(first)).map_err(ReadError::from).and_then(|value| {
            value.ok_or_else(|| Corruption::new(first, "sealed page", "a value", "nothing").into())
        });
        (value.map(|value| Chunk::Sealed(first, value)), after)
    }

    /// The positions of a stream's events, in order.
    pub fn stream(&self, stream: &str) -> Vec<Position> {
        self.state().index.stream(stream)
    }

    /// Number of events of a stream: the revision that its next one gets. 0 if there is no such stream.
    pub fn stream_revision(&self, stream: &str) -> u64 {
        self.state().index.revisions(stream)
    }

    /// The names of all streams, in order of first appearance.
    pub fn stream_names(&self) -> Vec<String> {
        self.state().index.stream_names().map(str::to_owned).collect()
    }

    /// The names of at most `count` streams behind the first `skip`, in order of first appearance.
    pub fn some_stream_names(&self, skip: usize, count: usize) -> Vec<String> {
        self.state().index.stream_names().skip(skip).take(count).map(str::to_owned).collect()
    }

    /// The positions of a command's events, if it is recorded. Their records hold its digest.
    pub fn command(&self, id: &[u8; 16]) -> Option<Range<Position>> {
        self.state().index.command(id).map(|(first, count)| first..first + count)
    }
}

enum Place {
    Beyond,
    Open(EventBytes),
    Sealed(Position),
}

enum Chunk {
    Open(Vec<EventBytes>),
    Sealed(Position, Vec<u8>),
}

fn event_of(page: &Page, position: Position) -> Result<EventBytes, ReadError> {
    match page.entry(position) {
        Some(Entry::Withheld(withheld)) => {
            Err(ReadError::Withheld { position, erased_by: withheld.erased_by })
        }
        _ => page.event(position).ok_or_else(|| {
            Corruption::new(position, "sealed page", "an event", "the page ends before").into()
        }),
    }
}

/// See [`LogReader::scan`].
pub struct Scan {
    reader: LogReader,
    next: Position,
    end: Position,
    page: Option<Page>,
}

impl Iterator for Scan {
    type Item = Result<(Position, EventBytes), ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next >= self.end {
            return None;
        }
        let position = self.next;
        self.next += 1;
        if let Some(page) = &self.page
            && position < page.end()
        {
            return Some(event_of(page, position).map(|bytes| (position, bytes)));
        }
        let result = match self.reader.locate(position) {
            Place::Beyond => return None,
            Place::Open(bytes) => Ok(bytes),
            // Not through the cache: a long scan must not push out what others read again and again.
            Place::Sealed(first) => self.reader.read_page(first).and_then(|page| {
                let page = self.page.insert(page);
                event_of(page, position)
            }),
        };
        if matches!(result, Err(ReadError::Storage(_) | ReadError::Corrupt(_))) {
            self.next = self.end;
        }
        Some(result.map(|bytes| (position, bytes)))
    }
}

fn load_state(storage: &dyn Storage) -> Result<State, OpenError> {
    let head = match storage.get(&HEAD_KEY)? {
        None => HeadState::empty(),
        Some(value) => HeadState::decode(&value)
            .ok_or_else(|| Corruption::new(0, "head", "the layout of format 1", hex::encode(&value)))?,
    };
    let index = load_blocks(storage, head.size())?;
    let mut state = State { head, index, open: Vec::new() };
    load_open(storage, &mut state)?;
    Ok(state)
}

fn load_blocks(storage: &dyn Storage, size: u64) -> Result<Index, OpenError> {
    let mut index = Index::default();
    index.reserve(usize::try_from(size).unwrap_or(0).min(1 << 26));
    let mut failure: Option<OpenError> = None;
    let blocks = storage.range(&block_key(0), &page_key(0));
    let decode =
        |pair: Result<(Vec<u8>, Vec<u8>), StorageError>| -> Result<(Position, IndexBlock), OpenError> {
            let (key, value) = pair?;
            let first = match super::page::KeyKind::of(&key) {
                Some(super::page::KeyKind::Block(first)) => first,
                _ => {
                    return Err(
                        Corruption::new(0, "key of an index block", "9 bytes", hex::encode(&key)).into()
                    );
                }
            };
            Ok((first, IndexBlock::decode(first, &value)?))
        };
    pipeline::in_order(blocks, pipeline::helpers().min(2), decode, |block| {
        let take = || -> Result<(), OpenError> {
            let (first, block) = block?;
            let expected = index.sealed();
            if first != expected {
                return Err(Corruption::new(expected, "start of an index block", expected, first).into());
            }
            let end = first + block.count() as u64;
            if end > size {
                return Err(Corruption::new(size, "end of an index block", size, end).into());
            }
            Ok(index.load(first, &block)?)
        };
        failure = take().err();
        failure.is_none()
    });
    if let Some(failure) = failure {
        return Err(failure);
    }
    index.shrink();
    Ok(index)
}

fn load_open(storage: &dyn Storage, state: &mut State) -> Result<(), OpenError> {
    for pair in storage.range(&open_key(0), &block_key(0)) {
        let (key, value) = pair?;
        let expected = state.index.size();
        if key != open_key(expected) {
            return Err(Corruption::new(expected, "key of an open event", expected, hex::encode(&key)).into());
        }
        let record = RecordRef::decode(&value)
            .map_err(|error| Corruption::new(expected, "open event", "a record", Saying::from(error)))?;
        if record.position != expected {
            return Err(Corruption::new(expected, "position", expected, record.position).into());
        }
        let revision = state.index.revisions(record.stream);
        if record.revision != revision {
            let what = ("revision of", record.stream);
            return Err(Corruption::new(expected, what, revision, record.revision).into());
        }
        state.index.add(record.stream, record.command_id);
        state.open.push(value.into());
    }
    if state.index.size() == state.head.size() {
        Ok(())
    } else {
        let (size, found) = (state.head.size(), state.index.size());
        Err(Corruption::new(size.min(found), "number of events", size, found).into())
    }
}
