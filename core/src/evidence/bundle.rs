//! One bundle of entries, looked at by itself: hashed, compared with the leaves that the log signed, decoded.
//!
//! Many threads may look at many bundles; what runs from bundle to bundle is checked by [`super::Audit`].

use rustc_hash::FxHashMap;

use super::fault::{Fault, FaultKind};
use super::policy::Cosigned;
use super::tile::{TileKind, TileName, parse_entries};
use super::tree::TILE_WIDTH;
use crate::codec;
use crate::log::hash::MerkleHash;
use crate::log::verify::{decode_canonical, erased};
use crate::log::{ERASURE_APPROVED, LEDGER_OPENED, SCHEMA_DECLARED, SCOPE_RECORD};
use crate::record::{Digest, Position, RECORD_FORMAT, RecordRef, Revision};

/// How far the ledger's clock and a witness's may differ, in seconds.
pub const TOLERANCE_SECONDS: u64 = 60;

/// What a cosignature says about time: at `time`, the log that the witness saw had `size` entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeMark {
    /// Entries that were there.
    pub size: u64,
    /// Seconds since 1970 by the witness's clock.
    pub time: u64,
    /// Name of the witness.
    pub witness: String,
}

impl TimeMark {
    /// What cosignatures over so many entries say. One that tells no time says nothing.
    pub fn of(size: u64, cosigned: &[Cosigned]) -> Vec<TimeMark> {
        let times = cosigned.iter().filter(|one| one.time > 0);
        times.map(|one| TimeMark { size, time: one.time, witness: one.witness.clone() }).collect()
    }

    /// An entry below the size was there at that time; the others came later. Either way with some tolerance.
    ///
    /// # Errors
    /// [`FaultKind::PostDated`] or [`FaultKind::BackDated`].
    pub fn check(&self, position: Position, recorded_at: i64) -> Result<(), Fault> {
        let micros = |seconds: u64| i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(1_000_000);
        let is_below = position < self.size;
        let (kind, limit, is_right) = if is_below {
            let limit = micros(self.time.saturating_add(TOLERANCE_SECONDS));
            (FaultKind::PostDated, limit, recorded_at <= limit)
        } else {
            let limit = micros(self.time.saturating_sub(TOLERANCE_SECONDS));
            (FaultKind::BackDated, limit, recorded_at >= limit)
        };
        if is_right {
            return Ok(());
        }
        let word = if is_below { "<=" } else { ">=" };
        let expected = format!("{word} {limit} ({}, size {}, time {})", self.witness, self.size, self.time);
        Err(Fault::new(kind, position, "recorded_at", expected, recorded_at))
    }
}

/// An event that says something about kinds, or the first of its kind in a bundle.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// The origin that event 0 names.
    Opened(String),
    Used(String, u16),
    Declared(String, u16, Vec<(String, String)>),
    Erased(u64, String),
}

/// A run of events of one stream: its name's hash, the revision it begins with, and how many there are.
pub(super) struct Run {
    pub(super) stream: [u8; 16],
    pub(super) first: Revision,
    pub(super) count: u64,
    /// Position of its first event.
    pub(super) at: Position,
}

/// What a bundle says by itself, up to its first fault.
pub struct Looked {
    pub(super) first: Position,
    /// All leaves of the bundle, also of entries before `first`.
    pub(super) leaves: Vec<MerkleHash>,
    /// The root of its tile, if the bundle is full.
    pub(super) root: Option<MerkleHash>,
    /// Number of entries from `first` on that are sound.
    pub(super) sound: u64,
    /// `previous` and `recorded_at` of the first entry, unless it is withheld.
    pub(super) begins: Option<(Digest, i64)>,
    /// Digest of the last entry, unless it is withheld, and the last `recorded_at`.
    pub(super) ends: (Option<Digest>, Option<i64>),
    pub(super) runs: Vec<Run>,
    pub(super) kinds: Vec<(Position, Kind)>,
    /// Withheld entries, each with the digest that the next event names, if it is in the bundle.
    pub(super) withheld: Vec<(Position, Option<Digest>)>,
    pub(super) fault: Option<Fault>,
}

/// A bundle to be looked at.
pub struct Bundle<'a> {
    /// Its number.
    pub number: u64,
    /// Entries in it, 1 to 256.
    pub width: usize,
    /// Entries that were checked before; their leaves are compared and no more.
    pub known: usize,
    /// The bytes of its file.
    pub bytes: &'a [u8],
    /// The leaves of its tile, which fit the signed root.
    pub leaves: Vec<MerkleHash>,
    /// The root of its tile, if the bundle is full.
    pub root: Option<MerkleHash>,
    /// What witnesses said about time.
    pub marks: &'a [TimeMark],
}

impl Bundle<'_> {
    fn position(&self, place: usize) -> Position {
        self.number.saturating_mul(TILE_WIDTH as u64).saturating_add(place as u64)
    }

    fn file(&self) -> String {
        TileName::of_width(TileKind::Entries, self.number, self.width)
            .map_or_else(String::new, |name| name.path())
    }

    /// Hashes and decodes the entries, in order, up to the first fault.
    pub fn look(self) -> Looked {
        let mut looked = Looked {
            first: self.position(self.known),
            leaves: Vec::new(),
            root: self.root,
            sound: 0,
            begins: None,
            ends: (None, None),
            runs: Vec::new(),
            kinds: Vec::new(),
            withheld: Vec::new(),
            fault: None,
        };
        match parse_entries(self.bytes, self.width) {
            Ok(entries) => {
                let mut reading = Reading::new(&mut looked);
                let read = entries
                    .iter()
                    .enumerate()
                    .try_for_each(|(place, entry)| reading.entry(&self, place, entry));
                looked.fault = read.err();
            }
            Err(error) => {
                let expected = self.width;
                let position = self.position(0);
                looked.fault = Some(Fault::new(FaultKind::Altered, position, self.file(), expected, error));
            }
        }
        looked.leaves = self.leaves;
        looked
    }
}

/// Going through the entries of one bundle.
struct Reading<'l, 'e> {
    looked: &'l mut Looked,
    runs: FxHashMap<&'e str, usize>,
    used: FxHashMap<(&'e str, u16), ()>,
    again: Vec<u8>,
    /// Whether an entry that is not withheld came before, so that the next can be compared with it.
    has_before: bool,
}

impl<'l, 'e> Reading<'l, 'e> {
    fn new(looked: &'l mut Looked) -> Reading<'l, 'e> {
        let (runs, used) = (FxHashMap::default(), FxHashMap::default());
        Reading { looked, runs, used, again: Vec::with_capacity(1024), has_before: false }
    }

    fn entry(&mut self, bundle: &Bundle<'_>, place: usize, bytes: &'e [u8]) -> Result<(), Fault> {
        let position = bundle.position(place);
        if bytes.is_empty() {
            // Nothing is left to be hashed: the leaf is that of the tile, which fits the signed root.
            if place >= bundle.known {
                self.looked.withheld.push((position, None));
                self.looked.ends.0 = None;
                self.looked.sound += 1;
                self.has_before = true;
            }
            return Ok(());
        }
        let leaf = MerkleHash::leaf(bytes);
        let Some(expected) = bundle.leaves.get(place).filter(|expected| **expected != leaf) else {
            return if place < bundle.known { Ok(()) } else { self.sound(bundle, position, bytes) };
        };
        let (expected, found) = (expected.to_string(), leaf.to_string());
        // Whoever moved an entry left its own position in it.
        let moved = RecordRef::decode(bytes).ok().filter(|record| record.position != position);
        Err(match moved {
            Some(record) => {
                Fault::new(FaultKind::Reordered, position, bundle.file(), position, record.position)
            }
            None => Fault::new(FaultKind::Altered, position, bundle.file(), expected, found),
        })
    }

    /// An entry whose bytes are those that the log signed: they must also keep the ledger's rules.
    fn sound(&mut self, bundle: &Bundle<'_>, position: Position, bytes: &'e [u8]) -> Result<(), Fault> {
        let rules = |what: &str, expected: &dyn std::fmt::Display, found: &dyn std::fmt::Display| {
            Fault::new(FaultKind::Rules, position, what, expected, found)
        };
        let record = decode_canonical(bytes, &mut self.again)
            .map_err(|error| rules("record", &"docs/FORMAT.md", &error))?;
        if record.position != position {
            return Err(Fault::new(FaultKind::Reordered, position, "position", position, record.position));
        }
        check_fields(&record).map_err(|(what, expected, found)| rules(what, &expected, &found))?;
        self.chain(&record, position)?;
        bundle.marks.iter().try_for_each(|mark| mark.check(position, record.recorded_at))?;
        self.run(&record, position)?;
        self.kind(&record, position)?;
        self.looked.ends = (Some(Digest::of(bytes)), Some(record.recorded_at));
        self.looked.sound += 1;
        self.has_before = true;
        Ok(())
    }

    /// The links inside the bundle; [`super::Audit`] has those between bundles.
    fn chain(&mut self, record: &RecordRef<'_>, position: Position) -> Result<(), Fault> {
        if !self.has_before {
            self.looked.begins = Some((record.previous, record.recorded_at));
            return Ok(());
        }
        match (self.looked.ends.0, self.looked.withheld.last_mut()) {
            (Some(before), _) if before != record.previous => {
                return Err(Fault::new(FaultKind::Rules, position, "previous", before, record.previous));
            }
            (None, Some((withheld, digest))) if *withheld + 1 == position => {
                *digest = Some(record.previous);
            }
            _ => {}
        }
        if let Some(before) = self.looked.ends.1.filter(|before| record.recorded_at < *before) {
            let expected = format!(">= {before}");
            return Err(Fault::new(FaultKind::Rules, position, "recorded_at", expected, record.recorded_at));
        }
        if self.looked.ends.1.is_none() {
            // Only withheld entries came before in this bundle; the audit compares with what lies before.
            self.looked.begins = Some((record.previous, record.recorded_at));
        }
        Ok(())
    }

    fn run(&mut self, record: &RecordRef<'e>, position: Position) -> Result<(), Fault> {
        let runs = &mut self.looked.runs;
        let place = *self.runs.entry(record.stream).or_insert_with(|| {
            runs.push(Run {
                stream: stream_key(record.stream),
                first: record.revision,
                count: 0,
                at: position,
            });
            runs.len() - 1
        });
        let Some(run) = runs.get_mut(place) else { return Ok(()) };
        let expected = run.first.saturating_add(run.count);
        if expected == record.revision {
            run.count += 1;
            return Ok(());
        }
        if self.looked.withheld.is_empty() || record.revision < expected {
            return Err(Fault::new(FaultKind::Rules, position, "revision", expected, record.revision));
        }
        // A withheld entry may be what is missing in the stream. The audit counts them.
        runs.push(Run { stream: stream_key(record.stream), first: record.revision, count: 1, at: position });
        self.runs.insert(record.stream, runs.len() - 1);
        Ok(())
    }

    fn kind(&mut self, record: &RecordRef<'e>, position: Position) -> Result<(), Fault> {
        let wrong = |what: &str, found: String| {
            Err(Fault::new(FaultKind::Rules, position, what, "docs/FORMAT.md", found))
        };
        let kind = match (record.kind, record.version) {
            (LEDGER_OPENED, version @ (1 | 2)) if position == 0 => {
                match opened_origin(version, record.payload) {
                    Ok(origin) => Kind::Opened(origin),
                    Err(error) => return wrong("payload of ledger.opened", error.to_string()),
                }
            }
            (kind, _) if position == 0 => return wrong("kind of event 0", kind.to_owned()),
            (SCHEMA_DECLARED, 1) => match codec::decode_canonical(record.payload) {
                Ok((kind, version, fields)) => Kind::Declared(kind, version, fields),
                Err(error) => return wrong("payload of schema.declared", error.to_string()),
            },
            (kind, version) => {
                if self.used.insert((kind, version), ()).is_none() {
                    self.looked.kinds.push((position, Kind::Used(kind.to_owned(), version)));
                }
                if (kind, version) != (ERASURE_APPROVED, 1) {
                    return Ok(());
                }
                match erased(record.payload) {
                    Some(order) if order.scope == SCOPE_RECORD => Kind::Erased(order.position, order.digest),
                    // What lies in the vault is erased there; no entry is withheld for it.
                    Some(_) => return Ok(()),
                    None => return wrong("payload of an order to erase", hex::encode(record.payload)),
                }
            }
        };
        self.looked.kinds.push((position, kind));
        Ok(())
    }
}

fn check_fields(record: &RecordRef<'_>) -> Result<(), (&'static str, String, String)> {
    if record.format != RECORD_FORMAT {
        return Err(("format", RECORD_FORMAT.to_string(), record.format.to_string()));
    }
    if record.assurance > 1 {
        return Err(("assurance", "0, 1".to_owned(), record.assurance.to_string()));
    }
    if let Some(second) = record.occurred_second.filter(|second| *second >= 86_400) {
        return Err(("occurred_second", "< 86400".to_owned(), second.to_string()));
    }
    if record.stream.is_empty() || record.kind.is_empty() {
        return Err(("stream, kind", "docs/FORMAT.md".to_owned(), "\"\"".to_owned()));
    }
    Ok(())
}

/// What stands for a stream's name: enough of its hash that nobody finds two names for one.
fn stream_key(name: &str) -> [u8; 16] {
    let digest = Digest::of(name.as_bytes()).0;
    let mut key = [0; 16];
    key.copy_from_slice(&digest[..16]);
    key
}
/// The origin that event 0 names.
fn opened_origin(version: u16, payload: &[u8]) -> Result<String, codec::CodecError> {
    if version == 1 {
        return codec::decode_canonical::<(String, String, String)>(payload).map(|(_, origin, _)| origin);
    }
    type Opened = (String, String, String, Option<String>);
    codec::decode_canonical::<Opened>(payload).map(|(_, origin, ..)| origin)
}
