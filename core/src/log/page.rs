//! The bytes of keys, pages and the head (`docs/FORMAT.md`, sections 6 to 8).
//!
//! A sealed page holds consecutive events, compressed, as one value. Where pages begin and end follows from
//! the events alone ([`Layout`]), so a rebuilt log has the same pages. Integers here are big-endian, as in
//! the entry bundles that four pages make; inside records they are little-endian.

use std::ops::{Deref, Range};
use std::sync::Arc;

use super::Corruption;
use super::hash::{Digest, Frontier, MerkleHash};
use crate::codec::RECORD_BYTES_MAX;
use crate::record::Position;

/// Bytes of the BLAKE3 digest before a compressed frame. Some flipped bits of a frame leave its content as it was;
/// with the digest none goes unnoticed.
const FRAME_DIGEST_BYTES: usize = 8;

/// A page ends with this many events.
pub const PAGE_EVENTS_MAX: usize = 64;
/// A page ends before the event that would take it beyond this: 64 KiB, or one event of the largest size.
pub const PAGE_BYTES_MAX: usize = RECORD_BYTES_MAX + 2;
/// A page ends where an entry bundle ends.
pub const BUNDLE_EVENTS: u64 = 256;

/// Level 1: level 3 made the benchmark's pages 1.6 % smaller (0.388 to 0.395 of their size) for half as much
/// time again.
const ZSTD_LEVEL: i32 = 1;

/// The key of the head. Head and open events sort first, and away from the tails of blocks and pages, so
/// that the leaf of the tree which every commit rewrites stays small.
pub const HEAD_KEY: [u8; 1] = [1];
const OPEN: u8 = 2;
const BLOCK: u8 = 3;
const PAGE: u8 = 4;

/// The key of an event of the open page.
pub fn open_key(position: Position) -> [u8; 9] {
    key(OPEN, position)
}

/// The key of the index block of a sealed page.
pub fn block_key(first: Position) -> [u8; 9] {
    key(BLOCK, first)
}

/// The key of a sealed page.
pub fn page_key(first: Position) -> [u8; 9] {
    key(PAGE, first)
}

fn key(prefix: u8, position: Position) -> [u8; 9] {
    let mut key = [prefix; 9];
    key[1..].copy_from_slice(&position.to_be_bytes());
    key
}

/// What a key stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// The head.
    Head,
    /// An event of the open page.
    Open(Position),
    /// The index block of a sealed page.
    Block(Position),
    /// A sealed page.
    Page(Position),
}

impl KeyKind {
    /// Reads a key; `None` if it is none of ours.
    pub fn of(key: &[u8]) -> Option<KeyKind> {
        if key == HEAD_KEY {
            return Some(KeyKind::Head);
        }
        let (&prefix, position) = key.split_first()?;
        let position = u64::from_be_bytes(position.try_into().ok()?);
        match prefix {
            OPEN => Some(KeyKind::Open(position)),
            BLOCK => Some(KeyKind::Block(position)),
            PAGE => Some(KeyKind::Page(position)),
            _ => None,
        }
    }
}

/// Decides where pages end, one event after the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// Events in the page so far.
    pub count: usize,
    /// Bytes of the page so far, with lengths.
    pub bytes: usize,
}

impl Layout {
    /// Whether the page ends before an event of this length.
    pub fn ends_before(&self, length: usize) -> bool {
        self.count > 0 && self.bytes + 2 + length > PAGE_BYTES_MAX
    }

    /// Takes the event in; returns whether the page ends with it.
    pub fn add(&mut self, position: Position, length: usize) -> bool {
        self.count += 1;
        self.bytes += 2 + length;
        self.count == PAGE_EVENTS_MAX || (position + 1).is_multiple_of(BUNDLE_EVENTS)
    }
}

/// The bytes of one event, shared with the page that they came in.
#[derive(Clone)]
pub struct EventBytes {
    shared: Arc<Vec<u8>>,
    range: Range<u32>,
}

impl From<Vec<u8>> for EventBytes {
    fn from(bytes: Vec<u8>) -> Self {
        // An event has at most 65,535 bytes and a page twice that, so the length always fits.
        let end = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        EventBytes { shared: Arc::new(bytes), range: 0..end }
    }
}

impl Deref for EventBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.shared[self.range.start as usize..self.range.end as usize]
    }
}

impl AsRef<[u8]> for EventBytes {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl PartialEq for EventBytes {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for EventBytes {}

impl std::fmt::Debug for EventBytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "EventBytes({} bytes)", self.len())
    }
}

/// A record whose bytes were destroyed by an erasure order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Withheld {
    /// The digest of the destroyed bytes.
    pub digest: Digest,
    /// The Merkle leaf of the destroyed bytes.
    pub leaf: MerkleHash,
    /// The position of the event that ordered it.
    pub erased_by: Position,
}

/// The bytes of a withheld entry behind its length of zero.
const WITHHELD_BYTES: usize = 72;

/// One place in a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry<'a> {
    /// The bytes of an event.
    Event(&'a [u8]),
    /// An event that was erased.
    Withheld(Withheld),
}

/// A page as read: its raw bytes and where each entry lies.
#[derive(Clone, Debug)]
pub struct Page {
    first: Position,
    raw: Arc<Vec<u8>>,
    // Start and end of each entry. A withheld one is told by its flag.
    entries: Vec<(Range<u32>, bool)>,
}

impl Page {
    /// The stored value of a sealed page.
    ///
    /// # Errors
    /// An error of the compressor, which has no cause but a lack of memory.
    pub fn seal<'a>(events: impl Iterator<Item = &'a [u8]>) -> std::io::Result<Vec<u8>> {
        let mut raw = Vec::with_capacity(PAGE_BYTES_MAX / 2);
        for bytes in events {
            // Records are at most 65,535 bytes; the codec has refused longer ones.
            let length = u16::try_from(bytes.len()).map_err(std::io::Error::other)?;
            raw.extend_from_slice(&length.to_be_bytes());
            raw.extend_from_slice(bytes);
        }
        compress(&raw)
    }

    /// Reads a stored page.
    ///
    /// # Errors
    /// [`Corruption`] if the value does not decompress or its entries do not fill it.
    pub fn open(first: Position, value: &[u8]) -> Result<Page, Corruption> {
        let raw = decompress(value, PAGE_BYTES_MAX).map_err(|_| {
            Corruption::new(
                first,
                "sealed page",
                "a zstd frame of at most 65,537 bytes",
                "bytes that do not decompress",
            )
        })?;
        Page::from_raw(first, raw)
    }

    /// Reads the uncompressed bytes of a page or of an entry bundle.
    ///
    /// # Errors
    /// [`Corruption`] if the entries do not fill it.
    pub fn from_raw(first: Position, raw: Vec<u8>) -> Result<Page, Corruption> {
        let mut entries = Vec::with_capacity(PAGE_EVENTS_MAX);
        let mut at = 0;
        while at < raw.len() {
            let damaged = || {
                let position = first + entries.len() as u64;
                Corruption::new(
                    position,
                    "page entry",
                    "a length and that many bytes",
                    "the page ends before",
                )
            };
            let length: [u8; 2] = raw.get(at..at + 2).and_then(|b| b.try_into().ok()).ok_or_else(damaged)?;
            let withheld = length == [0, 0];
            let length = if withheld { WITHHELD_BYTES } else { usize::from(u16::from_be_bytes(length)) };
            let (start, end) = (at + 2, at + 2 + length);
            match (u32::try_from(start), u32::try_from(end)) {
                (Ok(start), Ok(stop)) if end <= raw.len() => entries.push((start..stop, withheld)),
                _ => return Err(damaged()),
            }
            at = end;
        }
        Ok(Page { first, raw: Arc::new(raw), entries })
    }

    /// Position of the first entry.
    pub fn first(&self) -> Position {
        self.first
    }

    /// Number of entries.
    pub fn count(&self) -> usize {
        self.entries.len()
    }

    /// Position after the last entry.
    pub fn end(&self) -> Position {
        self.first + self.entries.len() as u64
    }

    /// The uncompressed bytes: what an entry bundle holds of these events.
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// The entry at a position of this page.
    pub fn entry(&self, position: Position) -> Option<Entry<'_>> {
        let at = usize::try_from(position.checked_sub(self.first)?).ok()?;
        let (range, withheld) = self.entries.get(at)?;
        let bytes = self.raw.get(range.start as usize..range.end as usize)?;
        if !*withheld {
            return Some(Entry::Event(bytes));
        }
        let (digest, rest) = bytes.split_first_chunk::<32>()?;
        let (leaf, rest) = rest.split_first_chunk::<32>()?;
        let erased_by = u64::from_be_bytes(rest.try_into().ok()?);
        Some(Entry::Withheld(Withheld { digest: Digest(*digest), leaf: MerkleHash(*leaf), erased_by }))
    }

    /// The bytes of the event at a position of this page; `None` outside it or if it is withheld.
    pub fn event(&self, position: Position) -> Option<EventBytes> {
        let at = usize::try_from(position.checked_sub(self.first)?).ok()?;
        match self.entries.get(at)? {
            (range, false) => Some(EventBytes { shared: Arc::clone(&self.raw), range: range.clone() }),
            (_, true) => None,
        }
    }

    /// The entries with their positions.
    pub fn entries(&self) -> impl Iterator<Item = (Position, Entry<'_>)> {
        (self.first..self.end()).filter_map(|position| Some((position, self.entry(position)?)))
    }
}

/// A zstd frame with content size and checksum, so that a flipped bit is found where it is.
pub(super) fn compress(raw: &[u8]) -> std::io::Result<Vec<u8>> {
    thread_local! {
        // Building a context costs more than compressing a page.
        static COMPRESSOR: std::cell::RefCell<Option<zstd::bulk::Compressor<'static>>> =
            const { std::cell::RefCell::new(None) };
    }
    COMPRESSOR.with_borrow_mut(|slot| {
        let compressor = match slot {
            Some(compressor) => compressor,
            None => {
                let mut compressor = zstd::bulk::Compressor::new(ZSTD_LEVEL)?;
                compressor.include_contentsize(true)?;
                slot.insert(compressor)
            }
        };
        let frame = compressor.compress(raw)?;
        let mut value = Vec::with_capacity(FRAME_DIGEST_BYTES + frame.len());
        value.extend_from_slice(&Digest::of(&frame).0[..FRAME_DIGEST_BYTES]);
        value.extend_from_slice(&frame);
        Ok(value)
    })
}

/// The inverse of [`compress`], refusing more than `bytes_max` bytes.
pub(super) fn decompress(value: &[u8], bytes_max: usize) -> std::io::Result<Vec<u8>> {
    let damaged =
        || std::io::Error::new(std::io::ErrorKind::InvalidData, "its digest does not fit its frame");
    let (digest, value) = value.split_at_checked(FRAME_DIGEST_BYTES).ok_or_else(damaged)?;
    if Digest::of(value).0[..FRAME_DIGEST_BYTES] != *digest {
        return Err(damaged());
    }
    thread_local! {
        static DECOMPRESSOR: std::cell::RefCell<Option<zstd::bulk::Decompressor<'static>>> =
            const { std::cell::RefCell::new(None) };
    }
    DECOMPRESSOR.with_borrow_mut(|slot| {
        let decompressor = match slot {
            Some(decompressor) => decompressor,
            None => slot.insert(zstd::bulk::Decompressor::new()?),
        };
        decompressor.decompress(value, bytes_max)
    })
}

/// What one commit after the other replaces: how far the log reaches, and all its hashes need to go on.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct HeadState {
    /// Digest of the last event; zeros when there is none.
    pub digest: Digest,
    /// `recorded_at` of the last event; `i64::MIN` when there is none.
    pub recorded_at: i64,
    /// The Merkle tree over all events; its size is the size of the log.
    pub frontier: Frontier,
}

const HEAD_FORMAT: u8 = 1;

impl HeadState {
    /// The head of a log without events.
    pub fn empty() -> HeadState {
        HeadState { digest: Digest::ZERO, recorded_at: i64::MIN, frontier: Frontier::default() }
    }

    /// Number of events.
    pub fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// The stored value.
    pub fn encode(&self) -> Vec<u8> {
        let mut value = Vec::with_capacity(49 + 32 * self.frontier.subtrees().len());
        value.push(HEAD_FORMAT);
        value.extend_from_slice(&self.size().to_be_bytes());
        value.extend_from_slice(&self.digest.0);
        value.extend_from_slice(&self.recorded_at.to_be_bytes());
        for subtree in self.frontier.subtrees() {
            value.extend_from_slice(&subtree.0);
        }
        value
    }

    /// Reads a stored value; `None` if it is malformed.
    pub fn decode(value: &[u8]) -> Option<HeadState> {
        let (format, rest) = value.split_first()?;
        let (size, rest) = rest.split_first_chunk::<8>()?;
        let (digest, rest) = rest.split_first_chunk::<32>()?;
        let (recorded_at, rest) = rest.split_first_chunk::<8>()?;
        let (subtrees, rest) = rest.as_chunks::<32>();
        if *format != HEAD_FORMAT || !rest.is_empty() {
            return None;
        }
        Some(HeadState {
            digest: Digest(*digest),
            recorded_at: i64::from_be_bytes(*recorded_at),
            frontier: Frontier::from_parts(
                u64::from_be_bytes(*size),
                subtrees.iter().map(|hash| MerkleHash(*hash)).collect(),
            )?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_reads_back_and_its_checksum_is_checked() {
        let events = [vec![1; 300], vec![2; 40]];
        let value = Page::seal(events.iter().map(|event| event.as_slice())).unwrap();
        let page = Page::open(5, &value).unwrap();
        assert_eq!(page.end(), 7);
        assert_eq!(*page.event(6).unwrap(), [2; 40]);
        assert_eq!(page.event(7), None);
        let mut flipped = value.clone();
        *flipped.last_mut().unwrap() ^= 1;
        assert!(Page::open(5, &flipped).is_err(), "{}", hex::encode(&value));
        assert!(Page::open(5, &value[..value.len() - 1]).is_err());
    }

    #[test]
    fn a_head_reads_back() {
        let mut head = HeadState { digest: Digest([7; 32]), recorded_at: -5, frontier: Frontier::default() };
        for n in 0..11 {
            head.frontier.push(MerkleHash::leaf(&[n]));
            assert_eq!(HeadState::decode(&head.encode()), Some(head.clone()));
        }
        assert_eq!(HeadState::decode(&head.encode()[1..]), None);
    }
}
