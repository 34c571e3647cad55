//! Objects: streams, with what changed about them and where they lead.
//!
//! A stream's attributes are folded again from its own events. That is done for some streams at a time, so that what
//! is held does not grow with the log, and for several such groups at once.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use gongjian_core::domain::facts::At;
use gongjian_core::domain::{Event, Thing};
use gongjian_core::layout::write_text;
use gongjian_core::log::{LogReader, ReadError};
use gongjian_core::record::{Position, RecordRef};

use super::events::{Link, category_of, moment, named, write_relationship};
use super::roles::{MORE_REFERENCES, of_state, rank};
use super::{Options, write_moment};

/// Streams folded at once.
pub(super) const GROUP: usize = 2_048;

/// Attributes of objects, and their types.
pub(super) const ATTRIBUTES: [(&str, &str); 3] =
    [("label", "string"), ("dueOn", "time"), ("state", "string")];

/// When what never changes holds.
const BEGINNING: &str = "1970-01-01T00:00:00Z";

/// What objects are written from.
pub(super) struct Objects<'a> {
    pub(super) reader: &'a LogReader,
    pub(super) options: &'a Options,
    /// Events that are told.
    pub(super) size: u64,
    /// The rank of each event that states no time.
    pub(super) ranks: &'a [u32],
    /// In the order of where they start.
    pub(super) links: &'a [(Box<str>, Box<str>, &'static str)],
    /// Names of communities met so far.
    pub(super) names: RwLock<HashMap<String, Option<String>>>,
}

/// Some objects as text, each behind a comma.
#[derive(Default)]
pub(super) struct Group {
    pub(super) text: Vec<u8>,
    pub(super) objects: u64,
    pub(super) links: u64,
    pub(super) changes: u64,
    /// Category, and which of [`ATTRIBUTES`] one of its objects has.
    pub(super) categories: Vec<(String, [bool; 3])>,
}

/// A stream while it is folded.
struct Folded {
    thing: Option<Thing>,
    values: [Option<String>; 3],
    changes: Vec<(usize, Option<i64>, String)>,
    /// Time of the last event, which no later one falls behind.
    at: Option<i64>,
}

impl Objects<'_> {
    /// The objects of some streams.
    pub(super) fn group(&self, streams: &[String]) -> Result<Group, ReadError> {
        let mut steps: Vec<(Position, usize)> = Vec::new();
        let mut folded = Vec::with_capacity(streams.len());
        for (index, stream) in streams.iter().enumerate() {
            let (thing, first) = (Thing::of(category_of(stream)), steps.len());
            if self.options.has(category_of(stream)) {
                let positions = self.reader.stream(stream).into_iter();
                steps.extend(positions.filter(|at| *at < self.size).map(|at| (at, index)));
            }
            let is_there = steps.len() > first;
            folded.push(is_there.then(|| Folded {
                thing,
                values: [const { None }; 3],
                changes: Vec::new(),
                at: None,
            }));
        }
        // In the order of the log, so that each page is read once.
        steps.sort_unstable();
        for (position, index) in steps {
            let bytes = match self.reader.get(position) {
                Err(ReadError::Withheld { .. }) | Ok(None) => continue,
                read => read?,
            };
            if let Some(Some(folded)) = folded.get_mut(index)
                && let Some(record) = bytes.as_deref().and_then(|bytes| RecordRef::decode(bytes).ok())
            {
                self.step(folded, &record);
            }
        }
        let mut group = Group::default();
        for (stream, folded) in streams.iter().zip(&folded) {
            if let Some(folded) = folded {
                self.object(&mut group, stream, folded);
            }
        }
        Ok(group)
    }

    fn step(&self, folded: &mut Folded, record: &RecordRef<'_>) {
        let Some(thing) = &mut folded.thing else { return };
        let Ok(event) = Event::decode(record.kind, record.version, record.payload) else { return };
        let (position, recorded_at) = (record.position, record.recorded_at);
        thing.evolve(&event, &At { position, recorded_at, occurred: record.occurred_day });
        let rank = usize::try_from(position).ok().and_then(|at| self.ranks.get(at)).copied().unwrap_or(0);
        // Readers want changes in ascending order: what is told of an earlier day than the change before it keeps
        // its place in the order, not its day.
        let own = moment(self.options, record, rank);
        let at = folded.at.map_or(own, |before| before.max(own));
        let is_first = folded.at.is_none();
        folded.at = Some(at);
        let thing = &*thing;
        let due = thing.field("extendedTo").or_else(|| thing.field("dueOn"));
        let values =
            [self.label(thing), due.map(|day| format!("{day}T04:00:00Z")), Some(thing.word().to_owned())];
        for (index, (value, before)) in values.into_iter().zip(&mut folded.values).enumerate() {
            if value == *before {
                continue;
            }
            // A date that was taken away has no value of its type, and no reader knows an empty one.
            if let Some(value) = &value {
                folded.changes.push((index, (!is_first).then_some(at), value.clone()));
            }
            *before = value;
        }
    }

    /// What people call it.
    fn label(&self, thing: &Thing) -> Option<String> {
        let own = |name: &str| thing.field(name);
        let here = |what: String| {
            let community = own("community").and_then(|code| self.community(&code));
            format!("{}{what}", community.unwrap_or_default())
        };
        match thing {
            Thing::Meeting(_) | Thing::Series(_) => own("meetingType").map(here),
            Thing::Occurrence(_) => Some(here("周三例会".to_owned())),
            Thing::Schema(_) | Thing::Document(_) => own("kind"),
            _ => ["name", "title", "text"].iter().find_map(|name| own(name)),
        }
    }

    /// The name of a community as of the last event that is told.
    fn community(&self, code: &str) -> Option<String> {
        if let Some(known) = self.names.read().unwrap_or_else(PoisonError::into_inner).get(code) {
            return known.clone();
        }
        let mut thing = Thing::of("community")?;
        for position in self.reader.stream(&format!("community/{code}")) {
            let bytes = self.reader.get(position).ok().flatten().filter(|_| position < self.size);
            let record = bytes.as_deref().and_then(|bytes| RecordRef::decode(bytes).ok());
            if let Some(record) = record
                && let Ok(event) = Event::decode(record.kind, record.version, record.payload)
            {
                let (recorded_at, occurred) = (record.recorded_at, record.occurred_day);
                thing.evolve(&event, &At { position, recorded_at, occurred });
            }
        }
        let name = thing.field("name");
        let mut names = self.names.write().unwrap_or_else(PoisonError::into_inner);
        names.insert(code.to_owned(), name.clone());
        name
    }

    fn object(&self, group: &mut Group, stream: &str, folded: &Folded) {
        let category = category_of(stream);
        let text = &mut group.text;
        text.extend_from_slice(b",\n{\"id\":");
        write_text(text, stream);
        text.extend_from_slice(br#","type":"#);
        write_text(text, category);
        text.extend_from_slice(br#","attributes":["#);
        let mut has = [false; 3];
        for (index, (attribute, at, value)) in folded.changes.iter().enumerate() {
            if index > 0 {
                text.push(b',');
            }
            text.extend_from_slice(br#"{"name":""#);
            text.extend_from_slice(ATTRIBUTES.get(*attribute).map_or("", |(name, _)| name).as_bytes());
            text.extend_from_slice(br#"","time":""#);
            match at {
                None => text.extend_from_slice(BEGINNING.as_bytes()),
                Some(at) => write_moment(text, *at, self.options),
            }
            text.extend_from_slice(br#"","value":"#);
            write_text(text, value);
            text.push(b'}');
            if let Some(has) = has.get_mut(*attribute) {
                // A first value is no change, whenever it comes.
                group.changes += u64::from(*has);
                *has = true;
            }
        }
        text.extend_from_slice(br#"],"relationships":["#);
        let links = self.links(stream, folded);
        for (index, (to, qualifier)) in links.iter().enumerate() {
            write_relationship(text, index, to, qualifier);
        }
        text.extend_from_slice(b"]}");
        group.objects += 1;
        group.links += links.len() as u64;
        match group.categories.iter_mut().find(|(known, _)| known == category) {
            Some((_, known)) => known.iter_mut().zip(has).for_each(|(known, has)| *known |= has),
            None => group.categories.push((category.to_owned(), has)),
        }
    }

    /// Where a stream leads, each object once, by its most specific qualifier.
    fn links(&self, stream: &str, folded: &Folded) -> Vec<(String, &'static str)> {
        let category = category_of(stream);
        let mut found: Vec<(String, &'static str)> = Vec::new();
        let mut add = |to: String, qualifier: &'static str| {
            if to == stream || !self.options.has(category_of(&to)) {
                return;
            }
            match found.iter_mut().find(|(known, _)| *known == to) {
                Some((_, known)) if rank(known) <= rank(qualifier) => {}
                Some((_, known)) => *known = qualifier,
                None => found.push((to, qualifier)),
            }
        };
        if let Some(thing) = &folded.thing {
            let more = MORE_REFERENCES.iter().filter(|(of, ..)| *of == category);
            let more = more.map(|(_, field, kind)| (*field, *kind));
            for (field, kind) in thing.references().iter().copied().chain(more) {
                let Some((target, qualifier)) = of_state(category, field, kind) else { continue };
                let names = thing.field(field).unwrap_or_default();
                for name in names.split('、').filter(|name| !name.is_empty()) {
                    if let Some(to) = named(self.reader, target, category, name) {
                        add(to, qualifier);
                    }
                }
            }
        }
        let start = self.links.partition_point(|(from, ..)| **from < *stream);
        let own = self.links.iter().skip(start).take_while(|(from, ..)| **from == *stream);
        own.for_each(|(_, to, qualifier)| add(to.to_string(), qualifier));
        found
    }
}

/// The links told from the other side: of each stream that leads back, the last that was told.
pub(super) fn settled(mut links: Vec<Link>) -> Vec<(Box<str>, Box<str>, &'static str)> {
    // Stable, so the last of each is the last that was told.
    links.sort_by(|a, b| (&a.to, a.qualifier).cmp(&(&b.to, b.qualifier)));
    let mut settled = Vec::new();
    let mut links = links.into_iter().peekable();
    while let Some(Link { from, to, qualifier }) = links.next() {
        let is_last = links.peek().is_none_or(|next| (&next.to, next.qualifier) != (&to, qualifier));
        if let Some(from) = from.filter(|_| is_last) {
            settled.push((from, to, qualifier));
        }
    }
    settled.sort_unstable();
    settled
}
