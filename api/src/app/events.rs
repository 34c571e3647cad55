//! Events as JSON: the envelope, and the payload as recorded, read by its declared layout alone.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gongjian_core::command::occurred_text;
use gongjian_core::domain::kinds;
use gongjian_core::domain::schema::stream_id;
use gongjian_core::log::{ERASURE_APPROVED, ReadError};
use gongjian_core::record::{Assurance, Digest, Position, RecordRef};
use gongjian_core::schema;
use serde::Serialize;
use serde_json::Value;

use super::App;
use crate::error::Problem;

/// Most events that one walk backwards looks at.
const BACK_MAX: u64 = 50_000;
/// Events that it reads at once.
const BACK_STEP: u64 = 1_024;

/// Which events.
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    /// Only these of one stream.
    pub stream: Option<String>,
    /// Only of this kind.
    pub kind: Option<String>,
    /// The last position known, inclusive.
    pub last: Option<Position>,
    /// With the record's bytes in base64.
    pub raw: bool,
}

/// An event as the command line and HTTP show it.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum ShownEvent {
    /// Envelope and payload.
    Whole(Box<WholeEvent>),
    /// Its bytes were destroyed by an erasure order.
    #[serde(rename_all = "camelCase")]
    Withheld {
        /// Its place in the log.
        position: Position,
        /// Always true.
        withheld: bool,
        /// The place of the order.
        erased_by: Position,
        /// BLAKE3 of the bytes that were there, in hexadecimal.
        digest: String,
        /// Their leaf in the tree, in hexadecimal.
        leaf: String,
    },
}

impl ShownEvent {
    /// Its place in the log.
    pub fn position(&self) -> Position {
        match self {
            ShownEvent::Whole(event) => event.position,
            ShownEvent::Withheld { position, .. } => *position,
        }
    }
}

/// See [`ShownEvent`]; `data` as recorded, never upcast, and `None` if no declared layout fits.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the fields are those of the record, which documents them")]
pub struct WholeEvent {
    pub position: Position,
    pub digest: String,
    pub recorded_at: String,
    pub occurred_on: String,
    pub stream: String,
    pub revision: u64,
    pub kind: String,
    pub version: u16,
    pub data: Option<Value>,
    pub command_id: String,
    pub trail: String,
    pub recorded_by: String,
    pub attributed_to: Option<String>,
    pub assurance: &'static str,
    pub authority: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<String>,
}

impl WholeEvent {
    /// The event in these bytes, which were read as `record`, its payload read by a layout.
    pub(crate) fn of(
        bytes: &[u8],
        record: &RecordRef<'_>,
        layout: Option<&[(String, String)]>,
    ) -> WholeEvent {
        WholeEvent {
            position: record.position,
            digest: Digest::of(bytes).to_string(),
            recorded_at: instant(record.recorded_at),
            occurred_on: occurred_text(record.occurred_day, record.occurred_second),
            stream: record.stream.to_owned(),
            revision: record.revision,
            kind: record.kind.to_owned(),
            version: record.version,
            data: layout.and_then(|fields| schema::to_json(fields, record.payload).ok()),
            command_id: uuid(&record.command_id),
            trail: record.trail.to_owned(),
            recorded_by: record.recorded_by.to_owned(),
            attributed_to: record.attributed_to.map(str::to_owned),
            assurance: Assurance::word(record.assurance),
            authority: record.authority.map(str::to_owned),
            bytes: None,
        }
    }
}

/// Some events, and where the next ones begin.
#[derive(Clone, Debug, Default)]
pub struct EventPage {
    /// The events.
    pub items: Vec<ShownEvent>,
    /// From where to go on; `None` at the end of the log.
    pub next: Option<Position>,
}

/// The name of every kind of event that this program knows, each once.
pub fn kind_names() -> Vec<&'static str> {
    let mut names: Vec<&str> = kinds().into_iter().map(|kind| kind.name).collect();
    names.dedup();
    names
}

impl App {
    /// Lets the name of a kind pass that this program or the log knows.
    ///
    /// # Errors
    /// [`Problem`] with the kinds of the same category, or with all.
    pub fn check_kind(&self, kind: &str) -> Result<(), Problem> {
        let names = kind_names();
        let declared = || !self.reader().stream(&format!("schema/{}", stream_id(kind, 1))).is_empty();
        if names.contains(&kind) || kind == ERASURE_APPROVED || declared() {
            return Ok(());
        }
        let category = kind.split('.').next().unwrap_or_default();
        let of_category = |name: &&&str| name.split('.').next() == Some(category);
        let mut known: Vec<String> = names.iter().filter(of_category).map(|&name| name.to_owned()).collect();
        if known.is_empty() {
            known = names.iter().map(|&name| name.to_owned()).collect();
        }
        Err(Problem::unknown_word("kind", kind, known))
    }

    /// An event as JSON, or `None` beyond the end of the log.
    ///
    /// # Errors
    /// [`Problem`] if it is withheld or cannot be read.
    pub fn event(&self, position: Position, raw: bool) -> Result<Option<ShownEvent>, Problem> {
        match self.reader().get(position)? {
            Some(bytes) => self.show(position, &bytes, raw).map(Some),
            None => Ok(None),
        }
    }

    /// The events from a position on, at most `limit`.
    ///
    /// # Errors
    /// [`Problem`] if the log cannot be read.
    pub fn events(&self, from: Position, limit: usize, filter: &EventFilter) -> Result<EventPage, Problem> {
        let size = self.reader().size();
        let end = filter.last.map_or(size, |last| size.min(last.saturating_add(1)));
        let mut page = EventPage::default();
        if let Some(stream) = &filter.stream {
            for position in self.reader().stream(stream).into_iter().filter(|at| (from..end).contains(at)) {
                let got = self.reader().get(position).transpose();
                if let Some(bytes) = got
                    && !self.take(position, bytes, limit, filter, &mut page)?
                {
                    break;
                }
            }
            return Ok(page);
        }
        for entry in self.reader().scan(from..end) {
            let (position, bytes) = match entry {
                Ok((position, bytes)) => (position, Ok(bytes)),
                Err(ReadError::Withheld { position, erased_by }) => {
                    (position, Err(ReadError::Withheld { position, erased_by }))
                }
                Err(error) => return Err(error.into()),
            };
            if !self.take(position, bytes, limit, filter, &mut page)? {
                break;
            }
        }
        Ok(page)
    }

    /// The events before a position, the newest first, at most `limit` of them that `wanted` lets pass. A walk that
    /// finds little looks at no more than [`BACK_MAX`] events at once, and says where to go on: what comes before
    /// [`EventPage::next`].
    ///
    /// # Errors
    /// [`Problem`] if the log cannot be read.
    pub fn events_back(
        &self,
        before: Position,
        limit: usize,
        filter: &EventFilter,
        wanted: impl Fn(&ShownEvent) -> bool,
    ) -> Result<EventPage, Problem> {
        let mut end = before.min(self.reader().size());
        let lowest = end.saturating_sub(BACK_MAX);
        let mut page = EventPage::default();
        while end > lowest {
            let start = end.saturating_sub(BACK_STEP).max(lowest);
            let filter = EventFilter { last: Some(end - 1), ..filter.clone() };
            let found = self.events(start, usize::MAX, &filter)?;
            for event in found.items.into_iter().rev().filter(&wanted) {
                if page.items.len() >= limit {
                    page.next = page.items.last().map(ShownEvent::position);
                    return Ok(page);
                }
                page.items.push(event);
            }
            end = start;
        }
        page.next = Some(lowest).filter(|lowest| *lowest > 0);
        Ok(page)
    }

    /// Adds an event to a page; `false` where the page is full.
    fn take(
        &self,
        position: Position,
        bytes: Result<impl AsRef<[u8]>, ReadError>,
        limit: usize,
        filter: &EventFilter,
        page: &mut EventPage,
    ) -> Result<bool, Problem> {
        let shown = match bytes {
            Err(ReadError::Withheld { erased_by, .. }) if filter.kind.is_none() => {
                let no_such = || Problem::not_found(&position.to_string());
                let digest = self.reader().digest(position)?.ok_or_else(no_such)?.to_string();
                let leaf = self.leaf(position)?.to_string();
                ShownEvent::Withheld { position, withheld: true, erased_by, digest, leaf }
            }
            Err(ReadError::Withheld { .. }) => return Ok(true),
            Err(error) => return Err(error.into()),
            Ok(bytes) => {
                let bytes = bytes.as_ref();
                if let Some(kind) = &filter.kind
                    && RecordRef::decode(bytes).is_ok_and(|record| record.kind != kind)
                {
                    return Ok(true);
                }
                if page.items.len() >= limit {
                    page.next = Some(position);
                    return Ok(false);
                }
                self.show(position, bytes, filter.raw)?
            }
        };
        if page.items.len() >= limit {
            page.next = Some(position);
            return Ok(false);
        }
        page.items.push(shown);
        Ok(true)
    }

    /// The JSON of one event.
    fn show(&self, position: Position, bytes: &[u8], raw: bool) -> Result<ShownEvent, Problem> {
        let record = RecordRef::decode(bytes).map_err(|error| {
            tracing::error!(position, %error, "an event is no record");
            Problem::new(axum::http::StatusCode::INTERNAL_SERVER_ERROR, "damaged").with("position", position)
        })?;
        let layout = self.shared.layouts.of(self.reader(), record.kind, record.version);
        let fields = layout.as_ref().map(|declared| declared.fields.as_slice());
        let mut event = WholeEvent::of(bytes, &record, fields);
        event.bytes = raw.then(|| STANDARD.encode(bytes));
        Ok(ShownEvent::Whole(Box::new(event)))
    }
}

/// `2022-10-08T01:00:00.000106Z`.
pub fn instant(micros: i64) -> String {
    match jiff::Timestamp::from_microsecond(micros) {
        Ok(instant) => format!("{instant:.6}"),
        Err(_) => micros.to_string(),
    }
}

/// An instant as clocks of the county show it, to the minute.
pub fn county_time(micros: i64) -> String {
    let county = jiff::tz::offset(8);
    match jiff::Timestamp::from_microsecond(micros) {
        Ok(at) => county.to_datetime(at).strftime("%Y-%m-%d %H:%M").to_string(),
        Err(_) => micros.to_string(),
    }
}

/// The usual writing of sixteen bytes.
pub fn uuid(id: &[u8; 16]) -> String {
    let digits = hex::encode(id);
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|range| &digits[range]);
    parts.join("-")
}
