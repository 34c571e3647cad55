//! Recomputes everything from the bytes and trusts nothing that was cached (`docs/FORMAT.md`, section 11).
//!
//! Helpers on other threads look at pages one by one (`look`): decompress, decode, hash, rebuild the index
//! block. What runs from page to page (chain, revisions, commands, schemas, tree, files) is checked here in
//! order (`Walk`). Structural damage ends the walk, since nothing behind it can be judged.

use std::cell::LazyCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rustc_hash::{FxHashMap, FxHashSet};

use super::hash::{Digest, Frontier, MerkleHash};
use super::index::{IndexBlock, NO_COMMAND};
use super::page::{
    BUNDLE_EVENTS, Entry, HEAD_KEY, HeadState, KeyKind, Layout, Page, Withheld, block_key, open_key, page_key,
};
use super::storage::{Pairs, Storage, StorageError};
use super::tiles::{self, TileKind};
use super::{Corruption, pipeline};
use crate::codec::{self, CodecError};
use crate::record::{Position, RECORD_FORMAT, RecordRef, Revision};

/// Faults beyond this many say nothing new.
const FAULTS_MAX: usize = 100;

/// The kind that describes another kind. Its own layout is in `docs/FORMAT.md`.
pub const SCHEMA_DECLARED: &str = "schema.declared";
/// The kind of event 0.
pub const LEDGER_OPENED: &str = "ledger.opened";
/// The kind that orders an erasure. Its payload begins with the position, the digest in hex, and the scope.
pub const RECORD_ERASED: &str = "erasure.approved";
/// The scope of an order that a whole record be withheld; other scopes erase what lies in the vault.
pub const SCOPE_RECORD: &str = "record";

/// What to check besides the storage.
#[derive(Clone, Debug, Default)]
pub struct VerifyOptions {
    /// The folder of immutable files.
    pub tiles: Option<PathBuf>,
    /// The payload that `ledger.opened` at position 0 must have.
    pub opened: Option<Vec<u8>>,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Events looked at.
    pub events: u64,
    /// Digest of the last of them.
    pub digest: Digest,
    /// Merkle tree head over them.
    pub root: MerkleHash,
    /// What is wrong, in order of position; at most 100.
    pub faults: Vec<Corruption>,
    /// Files of sealed bundles and tiles that are not there. Opening the log writes them again.
    pub files_missing: u64,
}

impl Report {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.faults.is_empty()
    }
}

/// Verifies a log in storage. `progress` is called with (events done, events in all) now and then.
///
/// # Errors
/// [`StorageError`] if the engine cannot read. Whatever it reads that is wrong is in the report.
pub fn verify(
    storage: &dyn Storage,
    options: &VerifyOptions,
    mut progress: impl FnMut(u64, u64),
) -> Result<Report, StorageError> {
    let mut walk = Walk::new(options);
    walk.foreign_keys(storage)?;
    for what in storage.strays()? {
        walk.fault(Corruption::new(0, "storage folder", "no files beside the database", what));
    }
    let head = match storage.get(&HEAD_KEY)? {
        None => Some(HeadState::empty()),
        Some(value) => {
            let head = HeadState::decode(&value);
            if head.is_none() {
                walk.fault(Corruption::new(0, "head", "the layout of format 1", hex::encode(&value)));
            }
            head
        }
    };
    let size = head.as_ref().map_or(0, HeadState::size);
    // Room at once, within reason: a damaged head must not exhaust memory.
    walk.commands.reserve(usize::try_from(size.min(1 << 22)).unwrap_or(0));

    let mut failure = None;
    let with_files = options.tiles.is_some();
    let work = |item| look(item, with_files);
    pipeline::in_order(Items::new(storage), pipeline::helpers(), work, |looked| {
        match looked {
            Err(error) => failure = Some(error),
            Ok(looked) => walk.take(looked),
        }
        progress(walk.frontier.size(), size);
        failure.is_none() && !walk.ended && walk.faults.len() < FAULTS_MAX
    });
    if let Some(error) = failure {
        return Err(error);
    }
    if let Some(head) = head {
        walk.compare_head(&head);
    }
    walk.finish()
}

/// What lies in storage, in the order of positions: sealed pages with their blocks, then open events.
enum Item {
    Page(Position, Vec<u8>, Option<Vec<u8>>),
    Open(Position, Vec<u8>),
    /// An index block whose page is not there.
    Orphan(Position),
    /// A key that begins like ours and is none.
    Foreign(Vec<u8>),
}

struct Items<'a> {
    pages: Pairs<'a>,
    blocks: std::iter::Peekable<Pairs<'a>>,
    open: Pairs<'a>,
    page: Option<(Position, Vec<u8>)>,
}

impl<'a> Items<'a> {
    fn new(storage: &'a dyn Storage) -> Self {
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
struct Looked {
    first: Position,
    is_sealed: bool,
    layout: Layout,
    /// Whether the page ends by its count or at the end of a bundle, or is exempt.
    ends: bool,
    /// Bytes of the first event; none if it is withheld.
    first_length: Option<usize>,
    /// `previous` (unless withheld) and digest of each event.
    links: Vec<(Option<Digest>, Digest)>,
    leaves: Vec<MerkleHash>,
    /// `recorded_at` of the first and last event that is not withheld.
    times: Option<(i64, i64)>,
    block: IndexBlock,
    kinds: Vec<Kind>,
    withheld: Vec<(Position, Withheld)>,
    opened: Option<(String, Vec<u8>)>,
    /// What the bundle file has of these events.
    bundle: Vec<u8>,
    faults: Vec<Corruption>,
    ended: bool,
}

/// An event that says something about kinds, or the first of its kind in a page.
enum Kind {
    Used(Position, String, u16),
    Declared(Position, String, u16, Vec<(String, String)>),
    Erased(Position, u64, String),
}

fn look(item: Result<Item, StorageError>, with_files: bool) -> Result<Looked, StorageError> {
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
        what: &str,
        expected: impl std::fmt::Display,
        found: impl std::fmt::Display,
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
                    self.fault(position, "recorded_at", format!("at least {before}"), record.recorded_at);
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
            (LEDGER_OPENED, 1) => {}
            (kind, version) => {
                if is_new {
                    self.kinds.push(Kind::Used(position, kind.to_owned(), version));
                }
                if kind == RECORD_ERASED && version == 1 {
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
fn decode_canonical<'a>(bytes: &'a [u8], again: &mut Vec<u8>) -> Result<RecordRef<'a>, CodecError> {
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
pub(super) struct Order {
    /// The event concerned.
    pub(super) position: Position,
    /// Its digest, hexadecimal.
    pub(super) digest: String,
    /// [`SCOPE_RECORD`], or what of the vault is meant.
    pub(super) scope: String,
}

/// Reads the beginning of the payload of an order; `None` if there is less.
pub(super) fn erased(payload: &[u8]) -> Option<Order> {
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

/// A `previous` that is not the digest of the event before: one of the two was changed, and whether the next
/// link holds tells which.
struct BrokenLink {
    position: Position,
    digest: Digest,
    previous: Digest,
}

struct Walk<'a> {
    options: &'a VerifyOptions,
    faults: Vec<Corruption>,
    ended: bool,
    frontier: Frontier,
    digest: Digest,
    broken: Option<BrokenLink>,
    recorded_at: i64,
    streams: FxHashMap<String, Revision>,
    commands: FxHashSet<[u8; 16]>,
    last_command: [u8; 16],
    schemas: FxHashMap<(String, u16), Vec<(String, String)>>,
    withheld: BTreeMap<Position, Withheld>,
    erased: FxHashMap<Position, (u64, String)>,
    /// A sealed page that ends without need, if the next event would have fitted.
    unfinished: Option<(Position, Layout)>,
    open: Layout,
    is_open: bool,
    files: Option<Files>,
}

impl<'a> Walk<'a> {
    fn new(options: &'a VerifyOptions) -> Self {
        Walk {
            options,
            faults: Vec::new(),
            ended: false,
            frontier: Frontier::default(),
            digest: Digest::ZERO,
            broken: None,
            recorded_at: i64::MIN,
            streams: FxHashMap::default(),
            commands: FxHashSet::default(),
            last_command: NO_COMMAND,
            schemas: FxHashMap::default(),
            withheld: BTreeMap::new(),
            erased: FxHashMap::default(),
            unfinished: None,
            open: Layout::default(),
            is_open: false,
            files: options.tiles.as_deref().map(Files::new),
        }
    }

    fn fault(&mut self, fault: Corruption) {
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(fault);
        }
    }

    /// Keys outside the four prefixes. Those inside are met on the way.
    fn foreign_keys(&mut self, storage: &dyn Storage) -> Result<(), StorageError> {
        for (from, to) in [(&[][..], &HEAD_KEY[..]), (&[1, 0], &[2]), (&[5], &[255; 16])] {
            if let Some((key, _)) = storage.range(from, to).next().transpose()? {
                self.fault(Corruption::new(0, "key in storage", "a key of the log", hex::encode(key)));
            }
        }
        Ok(())
    }

    fn take(&mut self, looked: Looked) {
        let expected = self.frontier.size();
        if looked.first != expected && looked.leaves.len() + looked.faults.len() > 0 {
            let what =
                if looked.is_sealed { "first position of a page" } else { "position of an open event" };
            self.fault(Corruption::new(expected, what, expected, looked.first));
            self.ended = true;
            return;
        }
        for fault in looked.faults {
            self.fault(fault);
        }
        if looked.ended {
            self.ended = true;
            return;
        }
        self.layout(looked.first, looked.is_sealed, looked.layout, looked.ends, looked.first_length);
        self.times(looked.first, looked.times);
        for (position, (previous, digest)) in (looked.first..).zip(&looked.links) {
            self.link(position, *previous, *digest);
        }
        self.index(looked.first, &looked.block);
        for kind in looked.kinds {
            self.kind(kind);
        }
        self.withheld.extend(looked.withheld);
        self.opened(looked.opened);
        if let Some(files) = &mut self.files {
            files.take(looked.first, &looked.bundle, &looked.leaves, &mut self.faults);
        }
        for leaf in looked.leaves {
            self.frontier.push(leaf);
        }
    }

    fn layout(
        &mut self,
        first: Position,
        is_sealed: bool,
        layout: Layout,
        ends: bool,
        first_length: Option<usize>,
    ) {
        let first_length = match first_length {
            Some(length) => length,
            // Nobody knows any more whether a withheld event would have fitted into the page before it.
            None => usize::MAX / 2,
        };
        if let Some((before, unfinished)) = self.unfinished.take()
            && !unfinished.ends_before(first_length)
        {
            self.fault(Corruption::new(
                before,
                "layout of the page",
                "room for the next event",
                "a new page",
            ));
        }
        if is_sealed {
            self.unfinished = (!ends).then_some((first, layout));
            return;
        }
        self.is_open = true;
        if self.open.ends_before(first_length) || self.open.add(first, first_length) {
            self.fault(Corruption::new(first, "layout of the page", "a sealed page", "open events"));
        }
    }

    fn times(&mut self, first: Position, times: Option<(i64, i64)>) {
        let Some((start, end)) = times else { return };
        if start < self.recorded_at {
            let expected = format!("at least {}", self.recorded_at);
            self.fault(Corruption::new(first, "recorded_at", expected, start));
        }
        self.recorded_at = end;
    }

    fn link(&mut self, position: Position, previous: Option<Digest>, digest: Digest) {
        let holds = previous.is_none_or(|previous| previous == self.digest);
        if let Some(broken) = self.broken.take() {
            self.report_link(&broken, holds);
        } else if !holds {
            let previous = previous.unwrap_or_default();
            self.broken = Some(BrokenLink { position, digest: self.digest, previous });
        }
        self.digest = digest;
    }

    fn report_link(&mut self, broken: &BrokenLink, next_holds: bool) {
        let fault = match broken.position.checked_sub(1) {
            Some(before) if next_holds => {
                Corruption::new(before, "digest of the event", broken.previous, broken.digest)
            }
            _ => Corruption::new(broken.position, "previous", broken.digest, broken.previous),
        };
        self.fault(fault);
    }

    fn index(&mut self, first: Position, block: &IndexBlock) {
        let mut counts = [0u64; 256];
        for place in &block.stream_of {
            counts[usize::from(*place)] += 1;
        }
        for (place, (name, revision)) in block.streams().enumerate() {
            let count = counts.get(place).copied().unwrap_or(0);
            let expected = match self.streams.get_mut(name) {
                Some(next) => {
                    *next += count;
                    *next - count
                }
                None => {
                    self.streams.insert(name.to_owned(), count);
                    0
                }
            };
            if revision != expected {
                let at = block.stream_of.iter().position(|of| usize::from(*of) == place).unwrap_or(0);
                let what = format!("revision of {name}");
                self.fault(Corruption::new(first + at as u64, what, expected, revision));
            }
        }
        let mut at = first;
        for (count, id) in &block.commands {
            if *id != NO_COMMAND && *id != self.last_command && !self.commands.insert(*id) {
                self.fault(Corruption::new(at, "command id", "one that is new", hex::encode(id)));
            }
            self.last_command = *id;
            at += u64::from(*count);
        }
    }

    fn kind(&mut self, kind: Kind) {
        match kind {
            Kind::Declared(position, kind, version, fields) => {
                let known = self.schemas.entry((kind, version)).or_insert_with(|| fields.clone());
                if *known != fields {
                    let (expected, found) = (format!("{known:?}"), format!("{fields:?}"));
                    self.fault(Corruption::new(position, "schema", expected, found));
                }
            }
            Kind::Used(position, kind, version) => {
                let key = (kind, version);
                if !self.schemas.contains_key(&key) {
                    let what = format!("kind {} version {version}", key.0);
                    self.fault(Corruption::new(position, what, "declared before", "not declared"));
                    // Once is enough.
                    self.schemas.insert(key, Vec::new());
                }
            }
            Kind::Erased(position, target, digest) => {
                self.erased.insert(position, (target, digest));
            }
        }
    }

    fn opened(&mut self, opened: Option<(String, Vec<u8>)>) {
        if let (Some(expected), Some((kind, payload))) = (&self.options.opened, opened) {
            if kind != LEDGER_OPENED {
                self.fault(Corruption::new(0, "kind of event 0", LEDGER_OPENED, kind));
            } else if *expected != payload {
                let (expected, found) = (hex::encode(expected), hex::encode(payload));
                self.fault(Corruption::new(0, "payload of ledger.opened", expected, found));
            }
        }
    }

    fn compare_head(&mut self, head: &HeadState) {
        if let Some(broken) = self.broken.take() {
            self.report_link(&broken, head.digest == self.digest);
        }
        if self.ended {
            return;
        }
        let (size, found) = (head.size(), self.frontier.size());
        let last = found.saturating_sub(1);
        if size != found {
            self.fault(Corruption::new(size.min(found), "size in the head", found, size));
        } else if head.digest != self.digest {
            self.fault(Corruption::new(last, "digest of the last event", head.digest, self.digest));
        } else if head.frontier != self.frontier {
            self.fault(Corruption::new(last, "tree in the head", self.frontier.root(), head.frontier.root()));
        } else if head.recorded_at != self.recorded_at && !self.withheld.contains_key(&last) {
            self.fault(Corruption::new(last, "recorded_at in the head", self.recorded_at, head.recorded_at));
        }
        if let Some((first, _)) = self.unfinished.take()
            && !self.is_open
        {
            self.fault(Corruption::new(first, "layout of the page", "an open page", "a sealed page"));
        }
        if self.options.opened.is_some() && found == 0 {
            self.fault(Corruption::new(0, "event 0", LEDGER_OPENED, "nothing"));
        }
    }

    fn finish(mut self) -> Result<Report, StorageError> {
        if !self.ended {
            for (position, withheld) in std::mem::take(&mut self.withheld) {
                let order = self.erased.get(&withheld.erased_by);
                let is_ordered = withheld.erased_by > position
                    && order.is_some_and(|(target, digest)| {
                        *target == position && *digest == withheld.digest.to_string()
                    });
                if !is_ordered {
                    let expected = format!("an order to erase it at {}", withheld.erased_by);
                    self.fault(Corruption::new(position, "withheld event", expected, "none"));
                }
            }
        }
        let mut files_missing = 0;
        if let Some(files) = self.files.take() {
            files_missing = files.missing;
            if !self.ended {
                files.strangers(self.frontier.size(), &mut self.faults)?;
            }
        }
        self.faults.sort_by_key(|fault| fault.position);
        Ok(Report {
            events: self.frontier.size(),
            digest: self.digest,
            root: self.frontier.root(),
            faults: self.faults,
            files_missing,
        })
    }
}

/// Compares the immutable files with what is recomputed.
struct Files {
    dir: PathBuf,
    bundle: Option<Vec<u8>>,
    offset: usize,
    differs: bool,
    /// The hashes of the unfinished tile of each level.
    levels: Vec<Vec<MerkleHash>>,
    missing: u64,
}

impl Files {
    fn new(dir: &Path) -> Files {
        Files { dir: dir.to_owned(), bundle: None, offset: 0, differs: false, levels: Vec::new(), missing: 0 }
    }

    fn take(&mut self, first: Position, bytes: &[u8], leaves: &[MerkleHash], faults: &mut Vec<Corruption>) {
        if first.is_multiple_of(BUNDLE_EVENTS) {
            self.bundle = fs::read(self.dir.join(tiles::path(TileKind::Entries, first / BUNDLE_EVENTS))).ok();
            self.offset = 0;
            self.differs = false;
        }
        let end = self.offset + bytes.len();
        if let Some(bundle) = &self.bundle
            && !self.differs
            && bundle.get(self.offset..end) != Some(bytes)
        {
            faults.push(Corruption::new(first, "entry bundle file", "the bytes of the log", "others"));
            self.differs = true;
        }
        self.offset = end;
        for (position, leaf) in (first..).zip(leaves) {
            if (position + 1).is_multiple_of(BUNDLE_EVENTS) {
                match &self.bundle {
                    None => self.missing += 1,
                    Some(bundle) if bundle.len() != end && !self.differs => {
                        faults.push(Corruption::new(position, "entry bundle file", end, bundle.len()));
                    }
                    Some(_) => {}
                }
            }
            self.push(0, *leaf, position, faults);
        }
    }

    fn push(&mut self, level: usize, hash: MerkleHash, position: Position, faults: &mut Vec<Corruption>) {
        if self.levels.len() <= level {
            self.levels.push(Vec::with_capacity(256));
        }
        self.levels[level].push(hash);
        if self.levels[level].len() < 256 {
            return;
        }
        let hashes = std::mem::take(&mut self.levels[level]);
        let number = tiles::tile_of(level, position);
        match fs::read(self.dir.join(tiles::path(TileKind::Hashes(level), number))) {
            Err(_) => self.missing += 1,
            Ok(found) if found != tiles::tile_bytes(&hashes) => {
                let what = format!("hash tile file of level {level}");
                let start = number << (8 * (level + 1));
                faults.push(Corruption::new(start, what, "the hashes of the log", "others"));
            }
            Ok(_) => {}
        }
        self.push(level + 1, MerkleHash::root_of(&hashes), position, faults);
    }

    /// Files that no sealed bundle or tile accounts for.
    fn strangers(&self, size: u64, faults: &mut Vec<Corruption>) -> Result<(), StorageError> {
        let files = tiles::files(&self.dir)
            .map_err(|source| StorageError::Io { operation: "list the tiles", source })?;
        for file in files {
            if !tiles::is_expected(&file, size) {
                let found = file.display();
                faults.push(Corruption::new(size, "folder of tiles", "files of sealed tiles", found));
            }
        }
        Ok(())
    }
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
