//! An event as OCEL has it: written on any core, but for its time and lateness, which depend on the events before it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use gongjian_core::command::occurred_text;
use gongjian_core::day::Day;
use gongjian_core::domain::category::Change;
use gongjian_core::domain::kinds;
use gongjian_core::layout::{Layouts, Scalar, write_display, write_text};
use gongjian_core::log::LogReader;
use gongjian_core::record::{Assurance, Digest, RecordRef};
use gongjian_core::{codec, layout};

use super::roles::{Target, of_payload, rank, reversed};
use super::{Options, write_moment};
use crate::app::instant;

/// Attributes that every event has, and their types.
pub(super) const ENVELOPE: &[(&str, &str)] = &[
    ("position", "integer"),
    ("digest", "string"),
    ("recordedAt", "time"),
    ("occurredOn", "string"),
    ("recordedBy", "string"),
    ("attributedTo", "string"),
    ("assurance", "string"),
    ("authority", "string"),
    ("late", "boolean"),
];

/// Numbers and truth values in payloads, each name with its one type: readers put all kinds into one table.
static MINED: LazyLock<BTreeMap<&'static str, &'static str>> = LazyLock::new(|| {
    let mut mined = BTreeMap::new();
    for field in kinds().into_iter().flat_map(|kind| (kind.fields)()) {
        if let Some(word) = mined_type(&field.kind)
            && ENVELOPE.iter().all(|(name, _)| *name != field.name)
        {
            mined.entry(field.name).or_insert(word);
        }
    }
    mined
});

/// The OCEL type of a payload's field that is worth mining.
fn mined_type(kind: &str) -> Option<&'static str> {
    let kind = kind.strip_prefix("option<").and_then(|inner| inner.strip_suffix('>')).unwrap_or(kind);
    match kind {
        "bool" => Some("boolean"),
        "u8" | "u16" | "u32" | "u64" | "i32" | "i64" => Some("integer"),
        _ => None,
    }
}

/// The attributes of a kind beyond the envelope, by the layouts of its versions.
pub(super) fn mined<'l>(
    fields: impl Iterator<Item = &'l (String, String)>,
) -> BTreeMap<&'static str, &'static str> {
    let known = |(name, kind): &(String, String)| {
        let (name, word) = MINED.get_key_value(name.as_str())?;
        (mined_type(kind) == Some(word)).then_some((*name, *word))
    };
    fields.filter_map(known).collect()
}

/// A link to tell from the other side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Link {
    /// Where it starts; nothing for one that a correction took away.
    pub(super) from: Option<Box<str>>,
    /// Where it leads.
    pub(super) to: Box<str>,
    pub(super) qualifier: &'static str,
}

/// An event as far as it can be written without the others.
#[derive(Default)]
pub(super) struct Part {
    /// The bytes of the event; none for one that is withheld.
    pub(super) bytes: Vec<u8>,
    /// The text, without time and lateness; none for an event without an object.
    pub(super) text: Vec<u8>,
    /// Where the time belongs, and where the lateness does.
    pub(super) gaps: [usize; 2],
    pub(super) relations: u64,
    pub(super) links: Vec<Link>,
}

/// Writes events.
pub(super) struct Encoder<'a> {
    pub(super) reader: &'a LogReader,
    pub(super) options: &'a Options,
    pub(super) layouts: Layouts,
}

impl Encoder<'_> {
    pub(super) fn part(&self, bytes: &[u8]) -> Part {
        let Ok(record) = RecordRef::decode(bytes) else { return Part::default() };
        let mut part = Part { bytes: bytes.to_vec(), ..Part::default() };
        let declared = self.layouts.of(self.reader, record.kind, record.version);
        let layout = declared.as_ref().and_then(|declared| declared.layout.as_ref());
        let mut related = Related { encoder: self, record: &record, found: Vec::with_capacity(8) };
        related.own();
        let mut attributes = Vec::with_capacity(64);
        if let Some(layout) = layout {
            // A payload that does not fit its layout shows what it can; `verify` tells the rest.
            let _ = layout.scalars(record.payload, |field, value| match value {
                Scalar::Text(text) => related.named(field, text, &mut part.links),
                Scalar::Unsigned(_) | Scalar::Signed(_) | Scalar::Bool(_) => {
                    self.mine(&mut attributes, field, value);
                }
                Scalar::Bytes(_) | Scalar::Day(_) => {}
            });
        }
        corrected(&record, &mut part.links);
        let found = related.found;
        if found.is_empty() {
            return part;
        }
        let text = &mut part.text;
        text.reserve(bytes.len() + 900);
        text.extend_from_slice(br#"{"id":"E"#);
        write_display(text, &format_args!("{:08}", record.position));
        text.extend_from_slice(br#"","type":"#);
        write_text(text, record.kind);
        text.extend_from_slice(br#","time":""#);
        part.gaps[0] = text.len();
        text.extend_from_slice(br#"","attributes":["#);
        self.envelope(text, bytes, &record);
        part.gaps[1] = text.len();
        text.extend_from_slice(&attributes);
        text.extend_from_slice(br#"],"relationships":["#);
        for (index, (stream, qualifier)) in found.iter().enumerate() {
            write_relationship(text, index, stream, qualifier);
        }
        text.extend_from_slice(b"]}");
        part.relations = found.len() as u64;
        part
    }

    /// All of the envelope but lateness, which comes behind it.
    fn envelope(&self, text: &mut Vec<u8>, bytes: &[u8], record: &RecordRef<'_>) {
        self.number(text, "position", &record.position);
        string(text, "digest", &Digest::of(bytes).to_string());
        string(text, "recordedAt", &instant(record.recorded_at));
        string(text, "occurredOn", &occurred_text(record.occurred_day, record.occurred_second));
        string(text, "recordedBy", record.recorded_by);
        if let Some(unit) = record.attributed_to {
            string(text, "attributedTo", unit);
        }
        string(text, "assurance", Assurance::word(record.assurance));
        if let Some(authority) = record.authority {
            string(text, "authority", authority);
        }
    }

    /// The value of `late`, and what closes it.
    pub(super) fn late(&self, text: &mut Vec<u8>, late: bool) {
        self.number(text, "late", &late);
        // The envelope ends each attribute with a comma, payloads begin theirs with one.
        text.pop();
    }

    fn number(&self, text: &mut Vec<u8>, name: &str, value: &dyn std::fmt::Display) {
        name_of(text, name);
        self.value(text, value);
        text.extend_from_slice(b"},");
    }

    fn mine(&self, text: &mut Vec<u8>, field: &str, value: Scalar<'_>) {
        let found = match value {
            Scalar::Bool(_) => "boolean",
            _ => "integer",
        };
        if MINED.get(field) != Some(&found) {
            return;
        }
        text.push(b',');
        name_of(text, field);
        match value {
            Scalar::Bool(value) => self.value(text, &value),
            Scalar::Unsigned(value) => self.value(text, &value),
            Scalar::Signed(value) => self.value(text, &value),
            _ => {}
        }
        text.push(b'}');
    }

    /// A number or truth value: text by the published schema, or as JSON has it.
    fn value(&self, text: &mut Vec<u8>, value: &dyn std::fmt::Display) {
        if self.options.native {
            return write_display(text, value);
        }
        text.push(b'"');
        write_display(text, value);
        text.push(b'"');
    }
}

fn name_of(text: &mut Vec<u8>, name: &str) {
    text.extend_from_slice(br#"{"name":""#);
    text.extend_from_slice(name.as_bytes());
    text.extend_from_slice(br#"","value":"#);
}

fn string(text: &mut Vec<u8>, name: &str, value: &str) {
    name_of(text, name);
    layout::write_text(text, value);
    text.extend_from_slice(b"},");
}

/// One of a list of relationships.
pub(super) fn write_relationship(text: &mut Vec<u8>, index: usize, stream: &str, qualifier: &str) {
    if index > 0 {
        text.push(b',');
    }
    text.extend_from_slice(br#"{"objectId":"#);
    write_text(text, stream);
    text.extend_from_slice(br#","qualifier":"#);
    write_text(text, qualifier);
    text.push(b'}');
}

/// The objects of one event.
struct Related<'e, 'a> {
    encoder: &'e Encoder<'a>,
    record: &'e RecordRef<'e>,
    found: Vec<(String, &'e str)>,
}

impl Related<'_, '_> {
    fn own(&mut self) {
        let stream = self.record.stream;
        let category = category_of(stream);
        if self.encoder.options.has(category) {
            self.found.push((stream.to_owned(), category));
        }
    }

    /// Takes in what a field names, once for each object and by its most specific role.
    fn named(&mut self, field: &str, text: &str, links: &mut Vec<Link>) {
        let own = category_of(self.record.stream);
        let role = of_payload(self.record.kind, field);
        let Some((target, qualifier)) = role.filter(|_| !text.is_empty()) else { return };
        let Some(stream) = named(self.encoder.reader, target, own, text) else { return };
        if let Some(qualifier) = reversed(own, field) {
            let to = self.record.stream.into();
            links.push(Link { from: Some(stream.as_str().into()), to, qualifier });
        }
        if !self.encoder.options.has(category_of(&stream)) {
            return;
        }
        match self.found.iter_mut().find(|(known, _)| *known == stream) {
            Some((known, _)) if known == self.record.stream => {}
            Some((_, known)) if rank(known) <= rank(qualifier) => {}
            Some((_, known)) => *known = qualifier,
            None => self.found.push((stream, qualifier)),
        }
    }
}

/// The stream that a text names, if there is one.
pub(super) fn named(reader: &LogReader, target: Target, own: &str, text: &str) -> Option<String> {
    let is_there = |stream: &String| reader.stream_revision(stream) > 0;
    match target {
        Target::In(categories) => {
            categories.iter().map(|category| format!("{category}/{text}")).find(is_there)
        }
        Target::Own => Some(format!("{own}/{text}")).filter(is_there),
        Target::Stream => Some(text.to_owned()).filter(is_there),
    }
}

/// The part of a stream's name before the slash.
pub(super) fn category_of(stream: &str) -> &str {
    stream.split('/').next().unwrap_or_default()
}

/// A corrected field may be one that a link is made from.
fn corrected(record: &RecordRef<'_>, links: &mut Vec<Link>) {
    let category = category_of(record.stream);
    if !record.kind.ends_with(".corrected") || !["decision", "topic", "project"].contains(&category) {
        return;
    }
    // Every correction begins so, whatever its category.
    let Ok((changes, _)) = codec::decode::<(Vec<Change>, String)>(record.payload) else { return };
    for Change { field, now, .. } in changes {
        if let Some(qualifier) = reversed(category, &field) {
            let now = if field == "topic" && !now.is_empty() { format!("topic/{now}") } else { now };
            let from = Some(now).filter(|now| !now.is_empty()).map(Into::into);
            links.push(Link { from, to: record.stream.into(), qualifier });
        }
    }
}

/// Microseconds of an event's time since 1970. A day without a time is noon of UTC+08:00, the same day there and in
/// UTC, and its `rank` among the events of that day in milliseconds.
pub(super) fn moment(options: &Options, record: &RecordRef<'_>, rank: u32) -> i64 {
    /// Noon of the county, in UTC.
    const NOON: i64 = 4 * 3_600;
    /// How far the county is ahead of UTC, in seconds.
    const AHEAD: i64 = 8 * 3_600;
    if options.recorded_time {
        return record.recorded_at;
    }
    let day = i64::from(record.occurred_day.0) * 86_400;
    match record.occurred_second {
        Some(second) => (day + i64::from(second) - AHEAD) * 1_000_000,
        None => (day + NOON) * 1_000_000 + i64::from(rank) * 1_000,
    }
}

/// The ranks of events among those of their day that state no time, counted on.
#[derive(Default)]
pub(super) struct Ranks {
    next: BTreeMap<Day, u32>,
}

impl Ranks {
    /// The rank of the next event.
    pub(super) fn of(&mut self, record: &RecordRef<'_>) -> u32 {
        if record.occurred_second.is_some() {
            return 0;
        }
        let next = self.next.entry(record.occurred_day).or_default();
        *next += 1;
        *next - 1
    }
}

/// Puts time and lateness into their gaps.
pub(super) fn finish(encoder: &Encoder<'_>, out: &mut Vec<u8>, part: &Part, at: i64, late: bool) {
    let [time, lateness] = part.gaps;
    out.extend_from_slice(part.text.get(..time).unwrap_or_default());
    write_moment(out, at, encoder.options);
    out.extend_from_slice(part.text.get(time..lateness).unwrap_or_default());
    encoder.late(out, late);
    out.extend_from_slice(part.text.get(lateness..).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_type_in_all_kinds() {
        for kind in kinds() {
            for field in (kind.fields)() {
                if let Some(word) = mined_type(&field.kind)
                    && let Some(known) = MINED.get(field.name)
                {
                    assert_eq!(*known, word, "{} {}", kind.name, field.name);
                }
            }
        }
        assert_eq!(
            (MINED["present"], MINED["required"], MINED["routine"]),
            ("integer", "integer", "boolean")
        );
    }
}
