//! The steps of one matter, read from the log and set in order.

use std::collections::BTreeSet;

use gongjian_core::day::Day;
use gongjian_core::domain::kinds;
use gongjian_core::record::{Assurance, Digest, Position, RecordRef, Revision};
use gongjian_core::schema;
use rustc_hash::FxHashMap;
use serde::Serialize;
use serde_json::Value;

use super::summary::{Named, Summary};
use super::{Reader, TrailError, hexadecimal};
use crate::imports::Late;
use crate::registry::Kind;
use crate::views::Views;

/// One event of a matter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// The day by the record's word.
    pub occurred_on: Day,
    /// When the ledger took it in, UTC microseconds.
    pub recorded_at: i64,
    /// `issue.raised`, …
    pub kind: String,
    /// Its stream.
    pub stream: String,
    /// Place in that stream.
    pub revision: Revision,
    /// Place in the log.
    pub position: Position,
    /// BLAKE3 of its bytes.
    #[serde(serialize_with = "hexadecimal")]
    pub digest: Digest,
    /// The unit that did it.
    pub doer: Option<Named>,
    /// The post that entered it, or `import`.
    pub recorded_by: String,
    /// `stated` or `attested`.
    pub assurance: &'static str,
    /// Units that the payload names: who was there, who is responsible, who supports.
    pub units: Vec<Named>,
    /// What it rests on.
    pub authority: Option<String>,
    /// Days from when it happened until the ledger heard of it, if that is late (补录).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub late: Option<i32>,
    /// The day on which the ledger heard of it, if that is late: of a workbook, its 截至日期.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heard_on: Option<Day>,
    /// It corrects what the ledger said before.
    pub correction: bool,
    /// It belongs to a meeting that dealt with the matter, not to the matter itself.
    pub meeting: bool,
    /// What became of the content that it put into the vault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<Content>,
    /// The payload as recorded.
    pub data: Value,
}

/// What became of a content in the vault; the content itself is never here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Content {
    /// `kept`, `restricted` or `erased`.
    pub status: &'static str,
    /// Where it is told that it is erased.
    pub erased_by: Option<Position>,
}

impl Content {
    fn of(views: &Views, stream: &str) -> Option<Content> {
        let status = views.documents.status(stream.strip_prefix("document/")?)?;
        Some(Content { status, erased_by: views.documents.erased_at(stream) })
    }
}

/// A step of the state machine that the record does not state (台账未载明).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NotStated {
    /// The stream.
    pub stream: String,
    /// `triaged`, `assigned`, `started`, `minutes-confirmed`, `listed`, `claim-accepted` …
    pub step: &'static str,
}

/// One matter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Matter {
    /// The root stream.
    pub root: String,
    /// What it is about, in a line.
    pub title: String,
    /// The streams that belong to it, the root first.
    pub streams: Vec<String>,
    /// What it came to.
    pub summary: Summary,
    /// Its events, by the day on which they happened, then by position.
    pub steps: Vec<Step>,
    /// What the record does not state.
    pub not_stated: Vec<NotStated>,
}

/// Names and types of the fields of each kind and version.
type Schemas = FxHashMap<(&'static str, u16), Vec<(String, String)>>;

/// Reads matters.
pub(super) struct Events<'a> {
    views: &'a Views,
    read: &'a Reader<'a>,
    on: Day,
    schemas: Schemas,
}

impl<'a> Events<'a> {
    pub(super) fn new(views: &'a Views, read: &'a Reader<'a>, on: Day) -> Events<'a> {
        let fields = |kind: gongjian_core::event::EventKind| {
            (kind.fields)().into_iter().map(|field| (field.name.to_owned(), field.kind)).collect()
        };
        let schemas = kinds().into_iter().map(|kind| ((kind.name, kind.version), fields(kind))).collect();
        Events { views, read, on, schemas }
    }

    /// The matter with this root, or `None` if nothing of it has happened by the day.
    pub(super) fn matter(&self, root: &str) -> Result<Option<Matter>, TrailError> {
        let (mut steps, mut later) = (Vec::new(), 0);
        let mut streams = vec![root.to_owned()];
        for position in self.views.trails.positions(root) {
            let step = self.step(*position, false)?;
            if step.occurred_on > self.on && !is_keeping(&step.stream) {
                later += 1;
                continue;
            }
            if !streams.contains(&step.stream) {
                streams.push(step.stream.clone());
            }
            steps.push(step);
        }
        if steps.iter().all(|step| later > 0 && is_keeping(&step.stream)) {
            return Ok(None);
        }
        for meeting in self.meetings_of(&streams, root) {
            for position in self.views.trails.positions(&meeting) {
                let step = self.step(*position, true)?;
                if step.occurred_on <= self.on && step.stream == meeting {
                    steps.push(step);
                }
            }
        }
        steps.sort_unstable_by_key(|step| (step.occurred_on, step.position));
        let summary = Summary::of(self.views, &streams, self.on);
        let title = summary.title(self.views, root, self.on);
        let not_stated = super::summary::not_stated(self.views, &streams, self.on);
        Ok(Some(Matter { root: root.to_owned(), title, streams, summary, steps, not_stated }))
    }

    /// The meetings and occurrences that dealt with the streams of a matter.
    fn meetings_of(&self, streams: &[String], root: &str) -> BTreeSet<String> {
        let mut meetings = BTreeSet::new();
        for (category, id) in streams.iter().filter_map(|stream| stream.split_once('/')) {
            match category {
                "issue" => {
                    let issue = self.views.wednesday.issue.get(id);
                    meetings.extend(issue.map(|issue| format!("occurrence/{}", issue.occurrence)));
                }
                "topic" => {
                    let meeting = self.views.meetings.topic.get(id).and_then(|topic| topic.meeting.as_ref());
                    meetings.extend(meeting.map(|meeting| format!("meeting/{meeting}")));
                }
                "decision" => {
                    let decision = self.views.meetings.decision.get(id);
                    meetings.extend(decision.map(|decision| format!("meeting/{}", decision.meeting)));
                }
                _ => {}
            }
        }
        meetings.remove(root);
        meetings
    }

    fn step(&self, position: Position, meeting: bool) -> Result<Step, TrailError> {
        let unreadable = || TrailError::Unreadable(position);
        let bytes = (self.read)(position).ok_or_else(unreadable)?;
        let record = RecordRef::decode(&bytes).map_err(|_| unreadable())?;
        let fields = self
            .schemas
            .iter()
            .find(|((kind, version), _)| *kind == record.kind && *version == record.version);
        let data = match fields {
            Some((_, fields)) => schema::to_json(fields, record.payload).map_err(|_| unreadable())?,
            None => Value::Null,
        };
        let on = record.occurred_day;
        let late = self.views.imports.late_at(position);
        let units = unit_codes(&data).map(|code| Named::of(self.views, Kind::Unit, code, on)).collect();
        Ok(Step {
            units,
            occurred_on: on,
            recorded_at: record.recorded_at,
            kind: record.kind.to_owned(),
            stream: record.stream.to_owned(),
            revision: record.revision,
            position,
            digest: Digest::of(&bytes),
            doer: record.attributed_to.map(|code| Named::of(self.views, Kind::Unit, code, on)),
            recorded_by: record.recorded_by.to_owned(),
            assurance: Assurance::word(record.assurance),
            authority: record.authority.map(str::to_owned),
            late: late.map(|late| late.days),
            heard_on: late.map(Late::heard),
            correction: record.kind.ends_with(".corrected"),
            meeting,
            content: Content::of(self.views, record.stream),
            data,
        })
    }
}

/// Documents and erasures tell how the record is kept, not what happened: they are shown as of any day.
fn is_keeping(stream: &str) -> bool {
    matches!(stream.split('/').next(), Some("document" | "erasure"))
}

/// Codes of the units in a payload, by the names of the fields that hold such codes.
fn unit_codes(data: &Value) -> impl Iterator<Item = &str> {
    let one = ["responsible"].into_iter().filter_map(|field| data.get(field)?.as_str());
    let many = ["supporting", "units"].into_iter().filter_map(|field| data.get(field)?.as_array());
    one.chain(many.flatten().filter_map(Value::as_str))
}
