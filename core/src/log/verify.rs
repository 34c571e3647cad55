//! Recomputes everything from the bytes and trusts nothing that was cached (`docs/FORMAT.md`, section 11).
//!
//! Helpers on other threads look at pages one by one (`look`): decompress, decode, hash, rebuild the index
//! block. What runs from page to page (chain, revisions, commands, schemas, tree, files) is checked here in
//! order (`Walk`). Structural damage ends the walk, since nothing behind it can be judged.

mod files;
mod look;
mod signed;

pub(crate) use look::{decode_canonical, erased};

use std::collections::BTreeMap;
use std::path::PathBuf;

use rustc_hash::{FxHashMap, FxHashSet};

use super::hash::{Digest, Frontier, MerkleHash};
use super::index::{IndexBlock, NO_COMMAND};
use super::page::{HEAD_KEY, HeadState, Layout, Withheld};
use super::storage::{Storage, StorageError};
use super::{Corruption, pipeline};
use crate::evidence::VerifierKey;
use crate::record::{Position, Revision};
use files::Files;
use look::{Items, Kind, Looked, look};
use signed::Signatures;

/// Faults beyond this many say nothing new.
const FAULTS_MAX: usize = 100;

/// The kind that describes another kind. Its own layout is in `docs/FORMAT.md`.
pub const SCHEMA_DECLARED: &str = "schema.declared";
/// The kind of event 0.
pub const LEDGER_OPENED: &str = "ledger.opened";

/// Whether the layout of a kind and version stands in `docs/FORMAT.md` (section 5) instead of being declared.
pub fn is_described_elsewhere(kind: &str, version: u16) -> bool {
    matches!((kind, version), (SCHEMA_DECLARED, 1) | (LEDGER_OPENED, 1 | 2))
}
/// The kind that orders an erasure. Its payload begins with the position, the digest in hex, and the scope.
pub const ERASURE_APPROVED: &str = "erasure.approved";
/// The scope of an order that a whole record be withheld; other scopes erase what lies in the vault.
pub const SCOPE_RECORD: &str = "record";

/// The kind that puts another signing key in force. Its payload begins with the key in base64.
pub const KEY_ROTATED: &str = "ledger.key-rotated";

/// What to check besides the storage.
#[derive(Clone, Debug, Default)]
pub struct VerifyOptions {
    /// The folder of the ledger, whose checkpoints are compared with the log.
    pub ledger: Option<PathBuf>,
    /// The key by which others know the ledger: that of event 0 or of a rotation.
    pub key: Option<VerifierKey>,
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
    let mut walk = Walk::new(options, Signatures::read(options)?);
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
    signatures: Signatures,
}

impl<'a> Walk<'a> {
    fn new(options: &'a VerifyOptions, signatures: Signatures) -> Self {
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
            signatures,
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
            self.signatures.grown(&self.frontier);
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
            let expected = ("at least", self.recorded_at);
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
                let what = ("revision of", name);
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
                    let what = ("kind and version", format!("{} {version}", key.0));
                    self.fault(Corruption::new(position, what, "declared before", "not declared"));
                    // Once is enough.
                    self.schemas.insert(key, Vec::new());
                }
            }
            Kind::Key(position, payload) => self.signatures.key(position, &payload),
            Kind::Erased(position, target, digest) => {
                self.erased.insert(position, (target, digest));
            }
        }
    }

    fn opened(&mut self, opened: Option<(String, Vec<u8>)>) {
        if let (Some(expected), Some((kind, payload))) = (&self.options.opened, opened) {
            if kind != LEDGER_OPENED {
                self.fault(Corruption::new(0, "kind of event 0", LEDGER_OPENED.to_owned(), kind));
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
            self.fault(Corruption::new(0, "event 0", LEDGER_OPENED.to_owned(), "nothing"));
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
                    let expected = ("an order to erase it at", withheld.erased_by);
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
        let size = self.frontier.size();
        if !self.ended {
            for fault in std::mem::take(&mut self.signatures).faults(size) {
                self.fault(fault);
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
