//! Where events are: by command and by stream, in memory, loaded from the index blocks of sealed pages.
//!
//! Lean on purpose: 4 bytes an event, about 36 a command, about 40 and the name a stream. Hash tables hold
//! numbers and look the key up in a dense vector, so that a million of them load in a fraction of a second.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};

use rustc_hash::{FxHashMap, FxHasher};

use super::Corruption;
use super::page::{PAGE_EVENTS_MAX, compress, decompress};
use crate::record::{Position, Revision};

/// A command id of zeros stands for "no command" and is not indexed.
pub const NO_COMMAND: [u8; 16] = [0; 16];

/// Positions are kept as `u32`; the largest value marks "none".
pub const LOG_EVENTS_MAX: u64 = (u32::MAX - 1) as u64;

const BLOCK_FORMAT: u8 = 1;
/// More than the streams of a full page can take.
const BLOCK_BYTES_MAX: usize = 1 << 17;

/// The index block of one sealed page (`docs/FORMAT.md`, section 7).
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct IndexBlock {
    /// The names of the page's streams in order of first appearance, one after the other: one allocation
    /// where there would be 64.
    names: String,
    /// For each stream, where its name ends, and its revision at its first appearance.
    streams: Vec<(usize, Revision)>,
    /// For each event, its stream's place in `streams`.
    pub stream_of: Vec<u8>,
    /// Runs of events with one command id.
    pub commands: Vec<(u8, [u8; 16])>,
}

impl IndexBlock {
    /// The block of these (stream, revision, command id). Of a revision that does not follow on the one
    /// before in the page, the place in the page is returned as an error.
    ///
    /// # Errors
    /// The place of the first event whose revision leaves a gap, with the expected one.
    pub fn of<'a>(
        events: impl Iterator<Item = (&'a str, Revision, [u8; 16])>,
    ) -> Result<IndexBlock, (usize, Revision)> {
        let mut block = IndexBlock::default();
        let mut places: FxHashMap<&str, (u8, Revision)> = FxHashMap::default();
        for (at, (stream, revision, command)) in events.enumerate() {
            let next = u8::try_from(block.streams.len()).unwrap_or(u8::MAX);
            let (place, expected) = places.entry(stream).or_insert_with(|| {
                block.names.push_str(stream);
                block.streams.push((block.names.len(), revision));
                (next, revision)
            });
            if *expected != revision {
                return Err((at, *expected));
            }
            *expected = revision.wrapping_add(1);
            block.stream_of.push(*place);
            match block.commands.last_mut() {
                Some((count, id)) if *id == command => *count += 1,
                _ => block.commands.push((1, command)),
            }
        }
        Ok(block)
    }

    /// Number of events.
    pub fn count(&self) -> usize {
        self.stream_of.len()
    }

    /// The streams in order of first appearance, each with its revision there.
    pub fn streams(&self) -> impl Iterator<Item = (&str, Revision)> {
        let mut start = 0;
        self.streams.iter().map(move |(end, first)| {
            let name = &self.names[start..*end];
            start = *end;
            (name, *first)
        })
    }

    /// Stream, revision and command id of each event.
    pub fn events(&self) -> Vec<(&str, Revision, [u8; 16])> {
        let mut next: Vec<(&str, Revision)> = self.streams().collect();
        let ids = self.commands.iter().flat_map(|(count, id)| std::iter::repeat_n(*id, usize::from(*count)));
        let places = self.stream_of.iter().map(|place| usize::from(*place)).zip(ids);
        places
            .filter_map(|(place, id)| {
                let (name, next) = next.get_mut(place)?;
                *next = next.wrapping_add(1);
                Some((*name, next.wrapping_sub(1), id))
            })
            .collect()
    }

    /// The uncompressed bytes.
    pub fn raw(&self) -> Vec<u8> {
        let byte = |n: usize| u8::try_from(n).unwrap_or(u8::MAX);
        let mut raw = vec![BLOCK_FORMAT, byte(self.count()), byte(self.streams.len())];
        for (name, first) in self.streams() {
            // A name lies inside a record, so its length fits.
            raw.extend_from_slice(&u16::try_from(name.len()).unwrap_or(u16::MAX).to_be_bytes());
            raw.extend_from_slice(name.as_bytes());
            raw.extend_from_slice(&first.to_be_bytes());
        }
        raw.extend_from_slice(&self.stream_of);
        raw.push(byte(self.commands.len()));
        for (count, id) in &self.commands {
            raw.push(*count);
            raw.extend_from_slice(id);
        }
        raw
    }

    /// The stored value.
    ///
    /// # Errors
    /// An error of the compressor, which has no cause but a lack of memory.
    pub fn encode(&self) -> std::io::Result<Vec<u8>> {
        compress(&self.raw())
    }

    /// Reads a stored value.
    ///
    /// # Errors
    /// [`Corruption`] if it is not a block.
    pub fn decode(first: Position, value: &[u8]) -> Result<IndexBlock, Corruption> {
        let raw = Self::decompress(first, value)?;
        Self::parse(&raw)
            .ok_or_else(|| Corruption::new(first, "index block", "the layout of format 1", hex::encode(&raw)))
    }

    /// The uncompressed bytes of a stored value.
    ///
    /// # Errors
    /// [`Corruption`] if it is not compressed bytes.
    pub fn decompress(first: Position, value: &[u8]) -> Result<Vec<u8>, Corruption> {
        decompress(value, BLOCK_BYTES_MAX).map_err(|_| {
            Corruption::new(first, "index block", "a zstd frame", "bytes that do not decompress")
        })
    }

    /// Reads the uncompressed bytes; `None` if they are not a block.
    pub fn parse(raw: &[u8]) -> Option<IndexBlock> {
        let (&[format, count, streams], mut rest) = raw.split_first_chunk::<3>()?;
        if format != BLOCK_FORMAT || count == 0 || usize::from(count) > PAGE_EVENTS_MAX {
            return None;
        }
        let mut block = IndexBlock::default();
        for _ in 0..streams {
            let (length, after) = rest.split_first_chunk::<2>()?;
            let (name, after) = after.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
            let (first, after) = after.split_first_chunk::<8>()?;
            block.names.push_str(std::str::from_utf8(name).ok()?);
            block.streams.push((block.names.len(), u64::from_be_bytes(*first)));
            rest = after;
        }
        let (stream_of, rest) = rest.split_at_checked(usize::from(count))?;
        if stream_of.iter().any(|place| *place >= streams) {
            return None;
        }
        block.stream_of = stream_of.to_vec();
        let (&runs, rest) = rest.split_first()?;
        let (ids, rest) = rest.as_chunks::<17>();
        if ids.len() != usize::from(runs) || !rest.is_empty() {
            return None;
        }
        for run in ids {
            let (&count, id) = run.split_first()?;
            block.commands.push((count, id.try_into().ok()?));
        }
        let events: usize = block.commands.iter().map(|(count, _)| usize::from(*count)).sum();
        (events == block.count() && block.commands.iter().all(|(count, _)| *count > 0)).then_some(block)
    }
}

/// A table of numbers, found by the hash of what they stand for.
#[derive(Debug, Default)]
struct Table {
    // The upper half of the hash, then number + 1, so that 0 marks a free place. The hash saves most looks
    // at what a number stands for, and all of them when the table grows. The length is a power of two, or 0.
    places: Vec<u64>,
    count: usize,
}

impl Table {
    fn find(&self, hash: u64, is_it: impl Fn(u32) -> bool) -> Option<u32> {
        let mask = self.places.len().checked_sub(1)?;
        let mut at = start(hash, mask);
        loop {
            // At most three quarters are taken, so there is a free place to end at.
            let place = self.places[at];
            if place == 0 {
                return None;
            }
            if place >> 32 == hash >> 32 {
                let number = number(place);
                if is_it(number) {
                    return Some(number);
                }
            }
            at = (at + 1) & mask;
        }
    }

    fn reserve(&mut self, count: usize) {
        let wanted = (count.saturating_mul(4) / 3 + 1).next_power_of_two().max(16);
        if wanted > self.places.len() {
            let old = std::mem::replace(&mut self.places, vec![0; wanted]);
            for place in old.into_iter().filter(|place| *place != 0) {
                self.place(place);
            }
        }
    }

    fn insert(&mut self, hash: u64, number: u32) {
        if (self.count + 1) * 4 > self.places.len() * 3 {
            self.reserve(self.places.len());
        }
        self.place(((hash >> 32) << 32) | (u64::from(number) + 1));
        self.count += 1;
    }

    fn place(&mut self, place: u64) {
        let mask = self.places.len() - 1;
        let mut at = start(place, mask);
        while self.places[at] != 0 {
            at = (at + 1) & mask;
        }
        self.places[at] = place;
    }
}

fn number(place: u64) -> u32 {
    #[expect(clippy::cast_possible_truncation, reason = "the lower half is the number")]
    let number = place as u32;
    number - 1
}

/// The high bits are the well mixed ones.
fn start(hash: u64, mask: usize) -> usize {
    usize::try_from(hash >> 32).unwrap_or(0) & mask
}

const NONE: u32 = u32::MAX;

/// The indexes of the whole log.
#[derive(Debug)]
pub struct Index {
    // Keyed with a number of this process, so that nobody can choose command ids that collide.
    key: (u64, u64),
    streams: Table,
    names: String,
    name_ends: Vec<usize>,
    last_of_stream: Vec<u32>,
    count_of_stream: Vec<u32>,
    // For each event, the one before it in its stream: a list of positions for 4 bytes an event.
    before_in_stream: Vec<u32>,
    commands: Table,
    // Runs of events with one command id, in order; a run ends where the next begins.
    command_ids: Vec<[u8; 16]>,
    command_firsts: Vec<u32>,
    page_firsts: Vec<u32>,
    sealed: u64,
}

impl Default for Index {
    fn default() -> Self {
        let random = RandomState::new();
        Index {
            key: (random.hash_one(1), random.hash_one(2) | 1),
            streams: Table::default(),
            names: String::new(),
            name_ends: Vec::new(),
            last_of_stream: Vec::new(),
            count_of_stream: Vec::new(),
            before_in_stream: Vec::new(),
            commands: Table::default(),
            command_ids: Vec::new(),
            command_firsts: Vec::new(),
            page_firsts: Vec::new(),
            sealed: 0,
        }
    }
}

/// Positions are below [`LOG_EVENTS_MAX`], which the append checks.
fn short(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(NONE - 1)
}

impl Index {
    /// Number of events.
    pub fn size(&self) -> u64 {
        self.before_in_stream.len() as u64
    }

    /// Position of the first event that is in no sealed page.
    pub fn sealed(&self) -> u64 {
        self.sealed
    }

    /// Makes room for what is about to be loaded.
    pub fn reserve(&mut self, events: usize) {
        self.before_in_stream.reserve(events);
        self.command_ids.reserve(events / 2);
        self.command_firsts.reserve(events / 2);
        self.commands.reserve(events / 2);
        self.streams.reserve(events / 8);
    }

    /// Gives back what loading reserved in vain.
    pub fn shrink(&mut self) {
        self.names.shrink_to_fit();
        self.name_ends.shrink_to_fit();
        self.last_of_stream.shrink_to_fit();
        self.count_of_stream.shrink_to_fit();
        self.before_in_stream.shrink_to_fit();
        self.command_ids.shrink_to_fit();
        self.command_firsts.shrink_to_fit();
    }

    /// Bytes that the indexes hold.
    pub fn memory_bytes(&self) -> usize {
        self.names.capacity()
            + 8 * self.name_ends.capacity()
            + 16 * self.command_ids.capacity()
            + 8 * (self.streams.places.capacity() + self.commands.places.capacity())
            + 4 * (self.last_of_stream.capacity()
                + self.count_of_stream.capacity()
                + self.before_in_stream.capacity()
                + self.command_firsts.capacity()
                + self.page_firsts.capacity())
    }

    /// Takes in a sealed page's block, which follows on the last.
    ///
    /// # Errors
    /// [`Corruption`] if a stream's revision does not follow on the indexes so far.
    pub fn load(&mut self, first: Position, block: &IndexBlock) -> Result<(), Corruption> {
        let mut ids = [0u32; PAGE_EVENTS_MAX];
        for (place, (name, revision)) in block.streams().enumerate() {
            let id = self.intern(name);
            let expected = u64::from(self.count_of_stream[id as usize]);
            if revision != expected {
                let at = block.stream_of.iter().position(|of| usize::from(*of) == place).unwrap_or(0);
                let what = ("revision in the index block, of", name);
                return Err(Corruption::new(first + at as u64, what, expected, revision));
            }
            ids[place] = id;
        }
        for place in &block.stream_of {
            self.push_event(ids[usize::from(*place)]);
        }
        let mut at = short(usize::try_from(first).unwrap_or(usize::MAX));
        for (count, id) in &block.commands {
            self.push_command(at, *id);
            at += u32::from(*count);
        }
        self.seal(first, block.count());
        Ok(())
    }

    /// Takes in one event of the open page.
    pub fn add(&mut self, stream: &str, command: [u8; 16]) {
        let position = short(self.before_in_stream.len());
        let id = self.intern(stream);
        self.push_event(id);
        self.push_command(position, command);
    }

    /// Notes that the events from `first` are a sealed page now.
    pub fn seal(&mut self, first: Position, count: usize) {
        self.page_firsts.push(short(usize::try_from(first).unwrap_or(usize::MAX)));
        self.sealed = first + count as u64;
    }

    fn push_event(&mut self, stream: u32) {
        let position = short(self.before_in_stream.len());
        let last = &mut self.last_of_stream[stream as usize];
        self.before_in_stream.push(*last);
        *last = position;
        self.count_of_stream[stream as usize] += 1;
    }

    fn push_command(&mut self, first: u32, id: [u8; 16]) {
        if self.command_ids.last() == Some(&id) {
            return;
        }
        let number = short(self.command_ids.len());
        self.command_ids.push(id);
        self.command_firsts.push(first);
        if id != NO_COMMAND {
            self.commands.insert(hash_id(self.key, &id), number);
        }
    }

    fn intern(&mut self, name: &str) -> u32 {
        if let Some(id) = self.stream_id(name) {
            return id;
        }
        let id = short(self.name_ends.len());
        self.names.push_str(name);
        self.name_ends.push(self.names.len());
        self.last_of_stream.push(NONE);
        self.count_of_stream.push(0);
        self.streams.insert(hash_name(self.key, name), id);
        id
    }

    fn stream_id(&self, name: &str) -> Option<u32> {
        self.streams.find(hash_name(self.key, name), |id| name_of(&self.names, &self.name_ends, id) == name)
    }

    /// Number of events of a stream, which is the revision that its next one gets.
    pub fn revisions(&self, stream: &str) -> u64 {
        self.stream_id(stream).map_or(0, |id| u64::from(self.count_of_stream[id as usize]))
    }

    /// The positions of a stream's events, in order.
    pub fn stream(&self, stream: &str) -> Vec<Position> {
        let Some(id) = self.stream_id(stream) else { return Vec::new() };
        let mut positions = Vec::with_capacity(self.count_of_stream[id as usize] as usize);
        let mut at = self.last_of_stream[id as usize];
        while at != NONE {
            positions.push(u64::from(at));
            at = self.before_in_stream[at as usize];
        }
        positions.reverse();
        positions
    }

    /// The names of all streams, in order of first appearance.
    pub fn stream_names(&self) -> impl Iterator<Item = &str> {
        (0..short(self.name_ends.len())).map(|id| name_of(&self.names, &self.name_ends, id))
    }

    /// The first position of a command's events, and their number.
    pub fn command(&self, id: &[u8; 16]) -> Option<(Position, u64)> {
        let is_it = |number: u32| self.command_ids[number as usize] == *id;
        let number = self.commands.find(hash_id(self.key, id), is_it)? as usize;
        let first = u64::from(self.command_firsts[number]);
        let end = self.command_firsts.get(number + 1).map_or(self.size(), |next| u64::from(*next));
        Some((first, end - first))
    }

    /// The command id of the last event.
    pub fn last_command(&self) -> Option<[u8; 16]> {
        self.command_ids.last().copied()
    }

    /// First position of the sealed page that holds this position.
    pub fn page_of(&self, position: Position) -> Option<Position> {
        if position >= self.sealed {
            return None;
        }
        let next = self.page_firsts.partition_point(|first| u64::from(*first) <= position);
        self.page_firsts.get(next.checked_sub(1)?).map(|first| u64::from(*first))
    }
}

impl Index {
    /// Position after the sealed page that holds this position.
    pub fn page_end(&self, position: Position) -> Position {
        let next = self.page_firsts.partition_point(|first| u64::from(*first) <= position);
        self.page_firsts.get(next).map_or(self.sealed, |first| u64::from(*first))
    }
}

fn name_of<'a>(names: &'a str, ends: &[usize], id: u32) -> &'a str {
    let id = id as usize;
    let start = id.checked_sub(1).map_or(0, |before| ends[before]);
    &names[start..ends[id]]
}

fn mix(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    #[expect(clippy::cast_possible_truncation, reason = "both halves of the product are wanted")]
    let folded = (product as u64) ^ ((product >> 64) as u64);
    folded
}

fn hash_id(key: (u64, u64), id: &[u8; 16]) -> u64 {
    let number = u128::from_le_bytes(*id);
    #[expect(clippy::cast_possible_truncation, reason = "both halves of the id are wanted")]
    let (low, high) = (number as u64, (number >> 64) as u64);
    mix(mix(low ^ key.0, key.1) ^ high, key.0 | 1)
}

fn hash_name(key: (u64, u64), name: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write_u64(key.0);
    hasher.write(name.as_bytes());
    mix(hasher.finish(), key.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_reads_back_and_refuses_gaps() {
        let a = [1; 16];
        let events = [("x", 4, a), ("y", 0, a), ("x", 5, [2; 16])];
        let block = IndexBlock::of(events.into_iter()).unwrap();
        assert_eq!(block.commands, [(2, a), (1, [2; 16])]);
        let value = block.encode().unwrap();
        assert_eq!(IndexBlock::decode(0, &value).unwrap(), block);
        assert!(IndexBlock::decode(0, &value[1..]).is_err());
        assert_eq!(IndexBlock::of([("x", 4, a), ("x", 6, a)].into_iter()), Err((1, 5)));
        for cut in 0..block.raw().len() {
            assert!(IndexBlock::parse(&block.raw()[..cut]).is_none());
        }
    }

    #[test]
    fn streams_and_commands_are_found() {
        let mut index = Index::default();
        for n in 0..10_000u32 {
            let mut id = [0; 16];
            id[..4].copy_from_slice(&(n / 3 + 1).to_be_bytes());
            index.add(&format!("s/{}", n % 700), id);
        }
        assert_eq!(
            index.stream("s/3"),
            (0..15).map(|n| 3 + 700 * n).filter(|n| *n < 10_000).collect::<Vec<_>>()
        );
        assert_eq!(index.revisions("s/699"), 14);
        assert_eq!(index.revisions("s/700"), 0);
        let mut id = [0; 16];
        id[..4].copy_from_slice(&5u32.to_be_bytes());
        assert_eq!(index.command(&id), Some((12, 3)));
        assert_eq!(index.command(&[9; 16]), None);
        assert_eq!(index.stream_names().count(), 700);
    }
}
