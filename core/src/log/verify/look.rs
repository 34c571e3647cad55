//! What lies in storage, and what one page of it says by itself.

use std::cell::LazyCell;

use rustc_hash::FxHashSet;

use super::{ERASURE_APPROVED, KEY_ROTATED, LEDGER_OPENED, SCHEMA_DECLARED, SCOPE_RECORD};
use crate::codec::{self, CodecError};
use crate::log::hash::{Digest, MerkleHash};
use crate::log::index::IndexBlock;
use crate::log::page::{Entry, KeyKind, Layout, Page, Withheld, block_key, open_key, page_key};
use crate::log::storage::{Pairs, Storage, StorageError};
use crate::log::{Corruption, Saying, tiles};
use crate::record::{Position, RECORD_FORMAT, RecordRef, Revision};

/// What lies in storage, in the order of positions: sealed pages with their blocks, then open events.
pub(super) enum Item {
    Page(Position, Vec<u8>, Option<Vec<u8>>),
    Open(Position, Vec<u8>),
    /// An index block whose page is not there.
    Orphan(Position),
    /// A key that begins like ours and is none.
    Foreign(Vec<u8>),
}

pub(super) struct Items<'a> {
    pages: Pairs<'a>,
    blocks: std::iter::Peekable<Pairs<'a>>,
    open: Pairs<'a>,
    page: Option<(Position, Vec<u8>)>,
}

impl<'a> Items<'a> {
    pub(super) fn new(storage: &'a dyn Storage) -> Self {
        Items {
            pages: storage.range(&page_key(0), &[5]),
            blocks: storage.range(&block_key(0), &[4]).peekable(),
            open: storage.range(&open_key(0), &[3]),
            page: None,
        }
    }

    fn advance(&mut self) -> Result<Option<Item>, StorageError> {
        if self.page.is_none()
            && let Some((key, value)) = self.pages.next().transpose()?
        {
            match KeyKind::of(&key) {
                Some(KeyKind::Page(first)) => self.page = Some((first, value)),
                _ => return Ok(Some(Item::Foreign(key))),
            }
        }
        let first = self.page.as_ref().map_or(Position::MAX, |(first, _)| *first);
        let wanted = block_key(first);
        let is_due = |pair: &Result<(Vec<u8>, Vec<u8>), StorageError>| match pair {
            Ok((key, _)) => key.as_slice() <= wanted.as_slice(),
            Err(_) => true,
        };
        let block = self.blocks.next_if(is_due).transpose()?;
        match (block, self.page.take()) {
            (Some((key, block)), Some((first, page))) if key == wanted => {
                Ok(Some(Item::Page(first, page, Some(block))))
            }
            (Some((key, _)), page) => {
                self.page = page;
                Ok(Some(match KeyKind::of(&key) {
                    Some(KeyKind::Block(first)) => Item::Orphan(first),
                    _ => Item::Foreign(key),
                }))
            }
            (None, Some((first, page))) => Ok(Some(Item::Page(first, page, None))),
            (None, None) => Ok(self.open.next().transpose()?.map(|(key, value)| match KeyKind::of(&key) {
                Some(KeyKind::Open(position)) => Item::Open(position, value),
                _ => Item::Foreign(key),
            })),
        }
    }
}

impl Iterator for Items<'_> {
    type Item = Result<Item, StorageError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.advance().transpose()
    }
}

/// What one page (or one open event) says by itself.
#[derive(Default)]
pub(super) struct Looked {
    pub(super) first: Position,
    pub(super) is_sealed: bool,
    pub(super) layout: Layout,
    /// Whether the page ends by its count or at the end of a bundle, or is exempt.
    pub(super) ends: bool,
    /// Bytes of the first event; none if it is withheld.
    pub(super) first_length: Option<usize>,
    /// `previous` (unless withheld) and digest of each event.
    pub(super) links: Vec<(Option<Digest>, Digest)>,
    pub(super) leaves: Vec<MerkleHash>,
    /// `recorded_at` of the first and last event that is not withheld.
    pub(super) times: Option<(i64, i64)>,
    pub(super) block: IndexBlock,
    pub(super) kinds: Vec<Kind>,
    pub(super) withheld: Vec<(Position, Withheld)>,
    pub(super) opened: Option<(String, Vec<u8>)>,
    /// What the bundle file has of these events.
    pub(super) bundle: Vec<u8>,
    pub(super) faults: Vec<Corruption>,
    pub(super) ended: bool,
}

/// An event that says something about kinds, or the first of its kind in a page.
pub(super) enum Kind {
    Used(Position, String, u16),
    Declared(Position, String, u16, Vec<(String, String)>),
    Erased(Position, u64, String),
    /// The payload that names a key of the ledger: that of event 0, or of a rotation.
    Key(Position, Vec<u8>),
}

pub(super) fn look(item: Result<Item, StorageError>, with_files: bool) -> Result<Looked, StorageError> {
    let mut looked = Looked::default();
    let end = |mut looked: Looked, fault| {
        looked.faults.push(fault);
        looked.ended = true;
        looked
    };
    let (page, stored_block) = match item? {
        Item::Foreign(key) => {
            let fault = Corruption::new(0, "key in storage", "a key of the log", hex::encode(key));
            return Ok(end(looked, fault));
        }
        Item::Orphan(first) => {
            let fault = Corruption::new(first, "sealed page of an index block", "a page", "nothing");
            return Ok(end(looked, fault));
        }
        Item::Open(position, bytes) => {
            looked.first = position;
            let mut raw = u16::try_from(bytes.len()).unwrap_or(0).to_be_bytes().to_vec();
            raw.extend_from_slice(&bytes);
            match Page::from_raw(position, raw) {
                Ok(page) if page.count() == 1 => (page, None),
                _ => {
                    let fault = Corruption::new(position, "open event", "1 to 65,535 bytes", bytes.len());
                    return Ok(end(looked, fault));
                }
            }
        }
        Item::Page(first, value, block) => {
            looked.first = first;
            looked.is_sealed = true;
            let page = match Page::open(first, &value) {
                Ok(page) if page.count() > 0 => page,
                Ok(_) => {
                    return Ok(end(looked, Corruption::new(first, "sealed page", "1 to 64 events", "none")));
                }
                Err(fault) => return Ok(end(looked, fault)),
            };
            match block.map(|value| IndexBlock::decompress(first, &value)) {
                Some(Ok(block)) => (page, Some(block)),
                Some(Err(fault)) => {
                    looked.faults.push(fault);
                    (page, None)
                }
                None => {
                    looked.faults.push(Corruption::new(first, "index block", "a block", "nothing"));
                    (page, None)
                }
            }
        }
    };
    looked.read(&page, stored_block.as_deref(), with_files);
    Ok(looked)
}

impl Looked {
    fn fault(
        &mut self,
        position: Position,
        what: &'static str,
        expected: impl Into<Saying>,
        found: impl Into<Saying>,
    ) {
        self.faults.push(Corruption::new(position, what, expected, found));
    }

    fn read(&mut self, page: &Page, stored: Option<&[u8]>, with_files: bool) {
        let mut rows: Vec<(&str, Revision, [u8; 16])> = Vec::with_capacity(page.count());
        // Only looked into where it differs, or where it is all that is left of an erased event.
        let parsed = LazyCell::new(|| stored.and_then(IndexBlock::parse));
        let stored_rows = LazyCell::new(|| parsed.as_ref().map(IndexBlock::events).unwrap_or_default());
        let mut canonical = Vec::with_capacity(1024);
        let mut used: FxHashSet<(&str, u16)> = FxHashSet::default();
        let mut full_at = None;
        for (position, entry) in page.entries() {
            let bytes = match entry {
                Entry::Event(bytes) => bytes,
                Entry::Withheld(withheld) => {
                    self.links.push((None, withheld.digest));
                    self.leaves.push(withheld.leaf);
                    self.withheld.push((position, withheld));
                    // What the block says of an erased event is all that is left of it.
                    let at = usize::try_from(position - page.first()).unwrap_or(usize::MAX);
                    rows.push(stored_rows.get(at).copied().unwrap_or_default());
                    continue;
                }
            };
            if full_at.is_some() || self.layout.ends_before(bytes.len()) {
                self.fault(position, "layout of the page", "a new page", "the same page");
            }
            if position == page.first() {
                self.first_length = Some(bytes.len());
            }
            if self.layout.add(position, bytes.len()) {
                full_at = Some(position);
            }
            let record = match decode_canonical(bytes, &mut canonical) {
                Ok(record) => record,
                Err(error) => {
                    self.fault(position, "bytes of the event", "a record in canonical form", error);
                    self.ended = true;
                    return;
                }
            };
            self.links.push((Some(record.previous), Digest::of(bytes)));
            self.leaves.push(MerkleHash::leaf(bytes));
            self.fields(position, &record);
            rows.push((record.stream, record.revision, record.command_id));
            let is_new = used.insert((record.kind, record.version));
            self.kind(position, &record, is_new);
            if position == 0 {
                self.opened = Some((record.kind.to_owned(), record.payload.to_vec()));
            }
        }
        if with_files {
            self.bundle = tiles::bundle_part(page);
        }
        self.ends = full_at.is_some() || !self.withheld.is_empty();
        let same = LazyCell::new(|| {
            rows.iter().zip(stored_rows.iter()).take_while(|(row, stored)| row == stored).count()
        });
        match IndexBlock::of(rows.iter().copied()) {
            Ok(block) => {
                let raw = block.raw();
                if let Some(stored) = stored
                    && stored != raw
                {
                    let position = page.first() + (*same).min(rows.len().saturating_sub(1)) as u64;
                    self.fault(position, "index block", hex::encode(raw), hex::encode(stored));
                }
                self.block = block;
            }
            Err((at, expected)) => {
                // Of a gap, the block tells on which side the false revision is.
                if parsed.is_some() && *same < at {
                    let (expected, found) = (stored_rows.get(*same).map_or(0, |row| row.1), rows[*same].1);
                    self.fault(page.first() + *same as u64, "revision", expected, found);
                } else {
                    let found = rows.get(at).map_or(0, |row| row.1);
                    self.fault(page.first() + at as u64, "revision", expected, found);
                }
                self.ended = true;
            }
        }
    }

    fn fields(&mut self, position: Position, record: &RecordRef<'_>) {
        if record.format != RECORD_FORMAT {
            self.fault(position, "record format", RECORD_FORMAT, record.format);
        }
        if record.position != position {
            self.fault(position, "position", position, record.position);
        }
        if record.assurance > 1 {
            self.fault(position, "assurance", "0 or 1", record.assurance);
        }
        if let Some(second) = record.occurred_second.filter(|second| *second >= 86_400) {
            self.fault(position, "second of the day", "less than 86,400", second);
        }
        if record.stream.is_empty() || record.kind.is_empty() {
            self.fault(position, "stream and kind", "names", "an empty one");
        }
        match &mut self.times {
            None => self.times = Some((record.recorded_at, record.recorded_at)),
            Some((_, last)) => {
                let before = *last;
                *last = record.recorded_at;
                if record.recorded_at < before {
                    self.fault(position, "recorded_at", ("at least", before), record.recorded_at);
                }
            }
        }
    }

    fn kind(&mut self, position: Position, record: &RecordRef<'_>, is_new: bool) {
        match (record.kind, record.version) {
            (SCHEMA_DECLARED, 1) => {
                match codec::decode_canonical::<(String, u16, Vec<(String, String)>)>(record.payload) {
                    Ok((kind, version, fields)) => {
                        self.kinds.push(Kind::Declared(position, kind, version, fields));
                    }
                    Err(error) => self.fault(position, "payload of schema.declared", "its layout", error),
                }
            }
            (LEDGER_OPENED, 1 | 2) if position == 0 => {
                self.kinds.push(Kind::Key(position, record.payload.to_vec()));
            }
            (kind, version) => {
                if is_new {
                    self.kinds.push(Kind::Used(position, kind.to_owned(), version));
                }
                if kind == KEY_ROTATED {
                    self.kinds.push(Kind::Key(position, record.payload.to_vec()));
                }
                if kind == ERASURE_APPROVED && version == 1 {
                    match erased(record.payload) {
                        Some(order) if order.scope == SCOPE_RECORD => {
                            self.kinds.push(Kind::Erased(position, order.position, order.digest));
                        }
                        Some(_) => {}
                        None => self.fault(
                            position,
                            "payload of an order to erase",
                            "a position, a digest and a scope",
                            "less",
                        ),
                    }
                }
            }
        }
    }
}

/// Reads a record and encodes it again, by hand and after the table of `docs/FORMAT.md`: an encoder that
/// shares nothing with the one that wrote it, and several times faster. `again` is a buffer to reuse.
pub(crate) fn decode_canonical<'a>(
    bytes: &'a [u8],
    again: &mut Vec<u8>,
) -> Result<RecordRef<'a>, CodecError> {
    let record = RecordRef::decode(bytes)?;
    again.clear();
    encode_by_hand(&record, again);
    if again == bytes { Ok(record) } else { Err(CodecError::NotCanonical) }
}

fn encode_by_hand(record: &RecordRef<'_>, out: &mut Vec<u8>) {
    let text = |out: &mut Vec<u8>, bytes: &[u8]| {
        out.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
        out.extend_from_slice(bytes);
    };
    let optional = |out: &mut Vec<u8>, value: Option<&str>| match value {
        None => out.push(0),
        Some(value) => {
            out.push(1);
            text(out, value.as_bytes());
        }
    };
    out.extend_from_slice(&record.format.to_le_bytes());
    out.extend_from_slice(&record.position.to_le_bytes());
    out.extend_from_slice(&record.previous.0);
    out.extend_from_slice(&record.recorded_at.to_le_bytes());
    out.extend_from_slice(&record.occurred_day.0.to_le_bytes());
    match record.occurred_second {
        None => out.push(0),
        Some(second) => {
            out.push(1);
            out.extend_from_slice(&second.to_le_bytes());
        }
    }
    text(out, record.stream.as_bytes());
    out.extend_from_slice(&record.revision.to_le_bytes());
    text(out, record.kind.as_bytes());
    out.extend_from_slice(&record.version.to_le_bytes());
    out.extend_from_slice(&record.command_id);
    out.extend_from_slice(&record.command_digest);
    out.extend_from_slice(&record.nonce);
    text(out, record.trail.as_bytes());
    text(out, record.recorded_by.as_bytes());
    out.extend_from_slice(&record.account);
    optional(out, record.attributed_to);
    out.push(record.assurance);
    optional(out, record.authority);
    text(out, record.payload);
}

/// What the payload of an order to erase begins with.
pub(crate) struct Order {
    /// The event concerned.
    pub(crate) position: Position,
    /// Its digest, hexadecimal.
    pub(crate) digest: String,
    /// [`SCOPE_RECORD`], or what of the vault is meant.
    pub(crate) scope: String,
}

/// Reads the beginning of the payload of an order; `None` if there is less.
pub(crate) fn erased(payload: &[u8]) -> Option<Order> {
    fn text(bytes: &[u8]) -> Option<(String, &[u8])> {
        let (length, rest) = bytes.split_first_chunk::<8>()?;
        let (text, rest) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
        Some((String::from_utf8(text.to_vec()).ok()?, rest))
    }
    let (position, rest) = payload.split_first_chunk::<8>()?;
    let (digest, rest) = text(rest)?;
    let (scope, _) = text(rest)?;
    Some(Order { position: u64::from_le_bytes(*position), digest, scope })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encoder_by_hand_agrees_with_the_codec() {
        let day = crate::day::Day(-3);
        let mut record = RecordRef {
            format: 1,
            position: 0x0102_0304_0506_0708,
            previous: Digest([9; 32]),
            recorded_at: -2,
            occurred_day: day,
            occurred_second: Some(5),
            stream: "议题/1",
            revision: 3,
            kind: "issue.raised",
            version: 2,
            command_id: [1; 16],
            command_digest: [2; 16],
            nonce: [3; 16],
            trail: "t",
            recorded_by: "import",
            account: [4; 16],
            attributed_to: Some("U066"),
            assurance: 1,
            authority: None,
            payload: &[1, 2, 3],
        };
        for _ in 0..2 {
            let bytes = codec::encode(&record).unwrap();
            assert_eq!(decode_canonical(&bytes, &mut Vec::new()).unwrap(), record);
            (record.occurred_second, record.attributed_to, record.authority) = (None, None, Some("rule@1"));
        }
    }
}
