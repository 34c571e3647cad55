//! The log as an object-centric event log (OCEL 2.0, JSON), for process mining without this program.
//!
//! Streams are objects, events are events, and what a payload names is a relationship. Written as it is read: events
//! in the order of the log, then objects, then the types that were met. Besides four bytes for each event and the few
//! links that are told from the other side, and a row for each late entry, nothing that is held grows with the log.
//!
//! Where the standard leaves a choice, readers decided it: values are texts, each pair of event and object has one
//! relationship, no event is without an object, changes of an object ascend (`docs/decisions/0017`).

mod events;
mod objects;
mod roles;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::RwLock;

use gongjian_core::day::Day;
use gongjian_core::domain::facts::At;
use gongjian_core::domain::ledger::LedgerEvent;
use gongjian_core::domain::{CATEGORIES, Event};
use gongjian_core::layout::{write_display, write_text};
use gongjian_core::log::{LogReader, ReadError, pipeline};
use gongjian_core::record::{Position, RecordRef};
use gongjian_projections::imports::Imports;
use gongjian_projections::projection::{Projection as _, Recorded};
use rustc_hash::FxHashMap;

use events::{ENVELOPE, Encoder, Link, Part, Ranks, finish, mined, moment};
use objects::{ATTRIBUTES, GROUP, Group, Objects, settled};

/// How much is handed over at once.
const CHUNK_BYTES: usize = 256 << 10;

/// How to write.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Categories of streams that are objects; none named are all.
    pub objects: BTreeSet<&'static str>,
    /// Numbers and truth values as JSON has them, not as text, which the published schema demands.
    pub native: bool,
    /// When events were taken in instead of when they happened.
    pub recorded_time: bool,
}

impl Options {
    /// Reads `issue,topic,…`.
    ///
    /// # Errors
    /// The first word that is no category.
    pub fn categories(given: &str) -> Result<BTreeSet<&'static str>, String> {
        let words = given.split(',').map(str::trim).filter(|word| !word.is_empty());
        let known = |word: &str| CATEGORIES.iter().find(|known| **known == word).copied();
        words.map(|word| known(word).ok_or_else(|| word.to_owned())).collect()
    }

    fn has(&self, category: &str) -> bool {
        self.objects.is_empty() || self.objects.contains(category)
    }
}

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Events.
    pub events: u64,
    /// Objects.
    pub objects: u64,
    /// Relationships of events with objects.
    pub relations: u64,
    /// Relationships of objects with objects.
    pub links: u64,
    /// Values of objects' attributes after the first of each.
    pub changes: u64,
}

/// Where text goes in pieces, until its reader has gone.
struct Out<'f> {
    buffer: Vec<u8>,
    each: &'f mut dyn FnMut(Vec<u8>) -> bool,
    is_wanted: bool,
}

impl Out<'_> {
    /// Hands over what is ready; `false` where nobody wants more.
    fn flush(&mut self, least: usize) -> bool {
        if self.is_wanted && self.buffer.len() > least {
            let full = std::mem::replace(&mut self.buffer, Vec::with_capacity(CHUNK_BYTES * 2));
            self.is_wanted = (self.each)(full);
        }
        self.is_wanted
    }
}

/// Writes the first `size` events of a log in pieces; `each` returns `false` to stop.
///
/// # Errors
/// [`ReadError`] if the log cannot be read.
pub fn write(
    reader: &LogReader,
    size: u64,
    options: &Options,
    mut each: impl FnMut(Vec<u8>) -> bool,
) -> Result<Counts, ReadError> {
    let mut out = Out { buffer: Vec::with_capacity(CHUNK_BYTES * 2), each: &mut each, is_wanted: true };
    let mut counts = Counts::default();
    out.buffer.extend_from_slice(b"{\"events\":[");
    let told = write_events(reader, size, options, &mut out, &mut counts)?;
    out.buffer.extend_from_slice(b"\n],\n\"objects\":[");
    let categories = write_objects(reader, size, options, &told, &mut out, &mut counts)?;
    out.buffer.extend_from_slice(b"\n],\n\"eventTypes\":[");
    let types = told.kinds.iter().map(|(kind, mined)| {
        let own = mined.iter().map(|(name, word)| (*name, *word));
        (kind.as_str(), ENVELOPE.iter().copied().chain(own).collect())
    });
    write_types(&mut out.buffer, types);
    out.buffer.extend_from_slice(b"\n],\n\"objectTypes\":[");
    let types = categories.iter().map(|(category, has)| {
        let own = ATTRIBUTES.iter().zip(has).filter(|(_, has)| **has).map(|(attribute, _)| *attribute);
        (category.as_str(), own.collect())
    });
    write_types(&mut out.buffer, types);
    out.buffer.extend_from_slice(b"\n],\n\"gongjian\":");
    write_origin(&mut out.buffer, reader, size)?;
    out.buffer.extend_from_slice(b"}\n");
    out.flush(0);
    Ok(counts)
}

/// What the objects need of the events.
struct Told {
    ranks: Vec<u32>,
    links: Vec<(Box<str>, Box<str>, &'static str)>,
    /// Kinds that were written, with their attributes beyond the envelope.
    kinds: BTreeMap<String, BTreeMap<&'static str, &'static str>>,
}

fn write_events(
    reader: &LogReader,
    size: u64,
    options: &Options,
    out: &mut Out<'_>,
    counts: &mut Counts,
) -> Result<Told, ReadError> {
    let encoder = Encoder { reader, options, layouts: Default::default() };
    let mut ranks = Vec::new();
    let (mut days, mut imports, mut links) = (Ranks::default(), Imports::default(), Vec::<Link>::new());
    let mut kinds: FxHashMap<String, Vec<u16>> = FxHashMap::default();
    reader.scan_pages(
        0..size,
        |_, bytes| encoder.part(bytes),
        |position, mut part: Part| {
            let mut rank = 0;
            if let Ok(record) = RecordRef::decode(&part.bytes) {
                rank = days.of(&record);
                let late = is_late(&mut imports, &record, position);
                links.append(&mut part.links);
                if !part.text.is_empty() {
                    let separator: &[u8] = if counts.events > 0 { b",\n" } else { b"\n" };
                    out.buffer.extend_from_slice(separator);
                    finish(&encoder, &mut out.buffer, &part, moment(options, &record, rank), late);
                    counts.events += 1;
                    counts.relations += part.relations;
                    match kinds.get_mut(record.kind) {
                        Some(versions) if versions.contains(&record.version) => {}
                        Some(versions) => versions.push(record.version),
                        None => drop(kinds.insert(record.kind.to_owned(), vec![record.version])),
                    }
                }
            }
            if !options.recorded_time {
                ranks.push(rank);
            }
            out.flush(CHUNK_BYTES)
        },
    )?;
    let kinds = kinds.into_iter().map(|(kind, versions)| {
        let declared: Vec<_> =
            versions.iter().filter_map(|version| encoder.layouts.of(reader, &kind, *version)).collect();
        let attributes = mined(declared.iter().flat_map(|declared| &declared.fields));
        (kind, attributes)
    });
    Ok(Told { ranks, links: settled(links), kinds: kinds.collect() })
}

/// Whether an event is a late entry; the read model folds as in the product, one event after the other.
fn is_late(imports: &mut Imports, record: &RecordRef<'_>, position: Position) -> bool {
    let (category, id) = record.stream.split_once('/').unwrap_or(("", record.stream));
    // Of other events the read model wants the envelope alone.
    let event = matches!(category, "import" | "rule")
        .then(|| Event::decode(record.kind, record.version, record.payload).ok())
        .flatten();
    let at = At { position, recorded_at: record.recorded_at, occurred: record.occurred_day };
    let own_trail = record.trail == record.stream;
    imports.apply(&Recorded { record, event: event.as_ref(), at, id, own_trail });
    imports.late().last().is_some_and(|late| late.position == position)
}

fn write_objects(
    reader: &LogReader,
    size: u64,
    options: &Options,
    told: &Told,
    out: &mut Out<'_>,
    counts: &mut Counts,
) -> Result<BTreeMap<String, [bool; 3]>, ReadError> {
    let (ranks, links) = (&told.ranks, &told.links);
    let names = RwLock::new(HashMap::new());
    let objects = Objects { reader, options, size, ranks, links, names };
    let mut categories: BTreeMap<String, [bool; 3]> = BTreeMap::new();
    let mut next = 0;
    let groups = std::iter::from_fn(|| {
        let streams = reader.some_stream_names(next, GROUP);
        next += streams.len();
        (!streams.is_empty()).then_some(streams)
    });
    let mut failure = None;
    let work = |streams: Vec<String>| objects.group(&streams);
    pipeline::in_order(groups, pipeline::helpers(), work, |group: Result<Group, ReadError>| {
        let group = match group {
            Ok(group) => group,
            Err(error) => {
                failure = Some(error);
                return false;
            }
        };
        // The comma before the first object is one too many.
        let text = if counts.objects == 0 { group.text.get(1..).unwrap_or_default() } else { &group.text };
        out.buffer.extend_from_slice(text);
        counts.objects += group.objects;
        counts.links += group.links;
        counts.changes += group.changes;
        for (category, has) in group.categories {
            let known = categories.entry(category).or_default();
            known.iter_mut().zip(has).for_each(|(known, has)| *known |= has);
        }
        out.flush(CHUNK_BYTES)
    });
    failure.map_or(Ok(categories), Err)
}

fn write_types<'t>(
    out: &mut Vec<u8>,
    types: impl Iterator<Item = (&'t str, Vec<(&'static str, &'static str)>)>,
) {
    for (index, (name, attributes)) in types.enumerate() {
        out.extend_from_slice(if index > 0 { b",\n" } else { b"\n" });
        out.extend_from_slice(br#"{"name":"#);
        write_text(out, name);
        out.extend_from_slice(br#","attributes":["#);
        for (index, (name, word)) in attributes.into_iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            out.extend_from_slice(br#"{"name":"#);
            write_text(out, name);
            out.extend_from_slice(br#","type":"#);
            write_text(out, word);
            out.push(b'}');
        }
        out.extend_from_slice(b"]}");
    }
}

/// Which log this is, and how far.
fn write_origin(out: &mut Vec<u8>, reader: &LogReader, size: u64) -> Result<(), ReadError> {
    let opened = reader.get(0)?.filter(|_| size > 0);
    let opened = opened.as_deref().and_then(|bytes| RecordRef::decode(bytes).ok());
    let opened = opened.and_then(|record| Event::decode(record.kind, record.version, record.payload).ok());
    let origin = match opened {
        Some(Event::Ledger(LedgerEvent::Opened(opened))) => opened.origin,
        _ => String::new(),
    };
    out.extend_from_slice(br#"{"origin":"#);
    write_text(out, &origin);
    out.extend_from_slice(br#","position":"#);
    let last = size.checked_sub(1);
    match last {
        None => out.extend_from_slice(b"null"),
        Some(last) => write_display(out, &last),
    }
    out.extend_from_slice(br#","digest":"#);
    let digest = last.map(|last| reader.digest(last)).transpose()?.flatten();
    write_text(out, &digest.map(|digest| digest.to_string()).unwrap_or_default());
    out.push(b'}');
    Ok(())
}

/// An instant in UTC: to the millisecond, or, where it is that of recording, to the microsecond.
fn write_moment(out: &mut Vec<u8>, micros: i64, options: &Options) {
    const DAY: i64 = 86_400_000_000;
    let day = i32::try_from(micros.div_euclid(DAY)).unwrap_or_default();
    let rest = micros.rem_euclid(DAY);
    let (seconds, fraction) = (rest / 1_000_000, rest % 1_000_000);
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    write_display(out, &format_args!("{}T{hours:02}:{minutes:02}:{seconds:02}", Day(day)));
    if options.recorded_time {
        write_display(out, &format_args!(".{fraction:06}Z"));
    } else {
        write_display(out, &format_args!(".{:03}Z", fraction / 1_000));
    }
}
