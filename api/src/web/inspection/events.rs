//! The log itself (全部记录): by record number, the newest first; and one record with everything that is known of it.

use std::collections::BTreeSet;

use askama::Template;
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gongjian_core::day::Day;
use gongjian_core::record::{Position, RecordRef};
use serde_json::Value;

use super::super::cells::{Cell, place};
use super::super::item::details;
use super::super::{Frame, Seen, Shown, Visit};
use super::proof::{self, ProofShown};
use super::{light, linked, moment, record_link, short, trail_link};
use crate::access::Right;
use crate::app::{EventFilter, EventPage, ShownEvent, WholeEvent, kind_names};
use crate::error::Problem;
use crate::messages::Text;

/// Rows of a page.
const ROWS: usize = 50;
/// Bytes in one line of the raw record.
const LINE: usize = 32;

struct Row {
    record: Cell,
    day: String,
    what: String,
    stream: Cell,
    details: String,
    by: String,
    marks: Vec<Cell>,
    digest: String,
}

/// A choice of a filter: value, words, chosen.
type Choice = (String, String, bool);

#[derive(Template)]
#[template(path = "events.html")]
struct EventsPage {
    frame: Frame,
    total: u64,
    kinds: Vec<(String, Vec<Choice>)>,
    stream: String,
    post: String,
    marks: Vec<Choice>,
    rows: Vec<Row>,
    next: String,
    filtered: bool,
    first: bool,
}

/// The log.
pub(crate) fn list(visit: &Visit) -> Seen {
    let t = visit.text;
    let asked = visit.asked()?;
    let reach = asked.last.map_or(visit.app().head().size, |last| last.saturating_add(1));
    let before = match visit.query.get("before") {
        "" => reach,
        given => {
            given.parse::<Position>().map_err(|_| Problem::unreadable("before", given, "300"))?.min(reach)
        }
    };
    let text = |name: &str| Some(visit.query.get(name).to_owned()).filter(|text| !text.is_empty());
    let (kind, stream, post, mark) = (text("kind"), text("stream"), text("post"), text("mark"));
    if let Some(kind) = &kind {
        visit.app().check_kind(kind)?;
    }
    let filter = EventFilter { stream, kind, ..EventFilter::default() };
    let page = match mark.as_deref() {
        None => visit.app().events_back(before, ROWS, &filter, |event| by_post(event, post.as_deref()))?,
        Some(mark) => marked(visit, mark, before, &filter, post.as_deref())?,
    };
    let late = visit.app().views_as_of(asked.last)?;
    let row = |event: &ShownEvent| row(event, late.imports.late_at(event.position()).map(|it| it.days), t);
    let rows: Vec<Row> = page.items.iter().map(row).collect();
    drop(late);
    let shown = EventsPage {
        frame: visit.frame(t.plain("page-events")).wide(),
        total: reach,
        kinds: kinds(visit.query.get("kind"), t),
        stream: visit.query.get("stream").to_owned(),
        post: visit.query.get("post").to_owned(),
        marks: [("corrected", "events-corrected"), ("late", "events-late")]
            .map(|(word, key)| (word.to_owned(), t.plain(key), visit.query.get("mark") == word))
            .into(),
        rows,
        next: page
            .next
            .map(|next| visit.query.link(&visit.path, &[("before", &next.to_string())]))
            .unwrap_or_default(),
        filtered: ["kind", "stream", "post", "mark"].iter().any(|name| !visit.query.get(name).is_empty()),
        first: visit.query.get("before").is_empty(),
    };
    Shown::page(&shown)
}

fn by_post(event: &ShownEvent, post: Option<&str>) -> bool {
    match (post, event) {
        (None, _) => true,
        (Some(post), ShownEvent::Whole(event)) => event.recorded_by.contains(post),
        (Some(_), ShownEvent::Withheld { .. }) => false,
    }
}

/// Corrections or late entries before a position, which the read models know.
fn marked(
    visit: &Visit,
    mark: &str,
    before: Position,
    filter: &EventFilter,
    post: Option<&str>,
) -> Result<EventPage, Problem> {
    let positions: Vec<Position> = {
        let views = visit.app().views()?;
        match mark {
            "corrected" => views.imports.corrections().iter().map(|it| it.position).collect(),
            "late" => views.imports.late().iter().map(|it| it.position).collect(),
            given => return Err(Problem::unreadable("mark", given, "corrected, late")),
        }
    };
    let mut page = EventPage::default();
    let mut positions: Vec<Position> = positions.into_iter().filter(|position| *position < before).collect();
    positions.sort_unstable_by(|a, b| b.cmp(a));
    for position in positions {
        let event = match visit.app().event(position, false) {
            Ok(Some(event)) => event,
            // What was destroyed says nothing any more that could be filtered by.
            Ok(None) => continue,
            Err(problem) if problem.status == StatusCode::GONE => continue,
            Err(problem) => return Err(problem),
        };
        let ShownEvent::Whole(whole) = &event else { continue };
        let wanted = filter.kind.as_ref().is_none_or(|kind| whole.kind == *kind)
            && filter.stream.as_ref().is_none_or(|stream| whole.stream == *stream)
            && by_post(&event, post);
        if !wanted {
            continue;
        }
        if page.items.len() >= ROWS {
            page.next = page.items.last().map(ShownEvent::position);
            break;
        }
        page.items.push(event);
    }
    Ok(page)
}

/// Every kind by its category.
fn kinds(given: &str, t: Text) -> Vec<(String, Vec<Choice>)> {
    let mut groups: Vec<(String, Vec<Choice>)> = Vec::new();
    for kind in kind_names() {
        let category = t.word("category", kind.split('.').next().unwrap_or_default());
        let choice = (kind.to_owned(), t.word("kind", kind), kind == given);
        match groups.iter_mut().find(|(name, _)| *name == category) {
            Some((_, choices)) => choices.push(choice),
            None => groups.push((category, vec![choice])),
        }
    }
    groups
}

fn row(event: &ShownEvent, late: Option<i32>, t: Text) -> Row {
    let position = event.position();
    let record = linked(position.to_string(), record_link(position));
    let event = match event {
        ShownEvent::Whole(event) => event,
        ShownEvent::Withheld { erased_by, digest, .. } => {
            return Row {
                record,
                day: String::new(),
                what: t.plain("events-withheld"),
                stream: Cell::default(),
                details: t.get("events-withheld-by", &[("order", &erased_by.to_string())]),
                by: String::new(),
                marks: vec![light("mute", "🔒", t.plain("proof-erased"))],
                digest: short(digest),
            };
        }
    };
    let mut marks = Vec::new();
    if event.kind.ends_with(".corrected") {
        marks.push(light("late", "✎", t.plain("trail-correction")));
    }
    if let Some(days) = late {
        marks.push(light("late", "◷", t.get("mark-late", &[("days", &days.to_string())])));
    }
    Row {
        record,
        day: day_of(&event.occurred_on, t),
        what: t.word("kind", &event.kind),
        stream: stream_cell(&event.stream),
        details: details(event.data.as_ref(), t),
        by: t.word("post", &event.recorded_by),
        marks,
        digest: short(&event.digest),
    }
}

fn stream_cell(stream: &str) -> Cell {
    linked(stream.split_once('/').map_or(stream, |(_, id)| id), place(stream).unwrap_or_default())
}

/// A day, with the time where one is stated.
fn day_of(occurred: &str, t: Text) -> String {
    let day = occurred.get(..10).and_then(|day| day.parse::<Day>().ok());
    let day = day.map_or_else(|| occurred.to_owned(), |day| t.day(day));
    match occurred.get(11..16) {
        Some(time) => t.get("moment", &[("day", &day), ("time", time)]),
        None => day,
    }
}

#[derive(Template)]
#[template(path = "event.html")]
struct EventPageShown {
    frame: Frame,
    sentence: String,
    marks: Vec<Cell>,
    proof: ProofShown,
    fields: Vec<(String, String)>,
    changes: Vec<(String, String, String)>,
    facts: Vec<(String, Cell)>,
    others: Vec<Row>,
    raw: String,
    proof_link: String,
    trail: String,
    before: String,
    after: String,
    correct: String,
}

/// One record.
pub(crate) fn one(visit: &Visit) -> Seen {
    let t = visit.text;
    let given = visit.part("position");
    let position: Position = given.parse().map_err(|_| Problem::not_found(given))?;
    let beyond = visit.asked()?.last.is_some_and(|last| position > last);
    let event = match visit.app().event(position, true) {
        Err(problem) if problem.status == StatusCode::GONE => None,
        got => Some(got?.filter(|_| !beyond).ok_or_else(|| Problem::not_found(given))?),
    };
    let proof = proof::of(visit, &BTreeSet::from([position]))?;
    let title = t.get("item-record", &[("position", given)]);
    let size = visit.app().head().size;
    let mut page = EventPageShown {
        frame: visit.frame(title),
        sentence: String::new(),
        marks: Vec::new(),
        proof,
        fields: Vec::new(),
        changes: Vec::new(),
        facts: Vec::new(),
        others: Vec::new(),
        raw: String::new(),
        proof_link: format!("/api/v1/proofs/{position}"),
        trail: String::new(),
        before: position.checked_sub(1).map(record_link).unwrap_or_default(),
        after: Some(position + 1).filter(|next| *next < size).map(record_link).unwrap_or_default(),
        correct: String::new(),
    };
    match event {
        Some(ShownEvent::Whole(event)) => whole(visit, &event, &mut page)?,
        _ => withheld(visit, position, &mut page)?,
    }
    Shown::page(&page)
}

fn withheld(visit: &Visit, position: Position, page: &mut EventPageShown) -> Result<(), Problem> {
    let t = visit.text;
    page.sentence = t.plain("events-withheld");
    page.marks.push(light("mute", "🔒", t.plain("proof-erased")));
    let events =
        visit.app().events(position, 1, &EventFilter { last: Some(position), ..EventFilter::default() })?;
    if let Some(ShownEvent::Withheld { erased_by, digest, leaf, .. }) = events.items.first() {
        let words = t.get("item-record", &[("position", &erased_by.to_string())]);
        page.facts = vec![
            (t.plain("events-order"), linked(words, record_link(*erased_by))),
            (t.plain("proof-digest"), Cell::words(digest.clone())),
            (t.plain("proof-leaf"), Cell::words(leaf.clone())),
        ];
    }
    if let Some((stream, _)) = visit.app().reader().placed(position)? {
        check(visit, &stream)?;
        page.facts.insert(0, (t.plain("field-stream"), stream_cell(&stream)));
    }
    Ok(())
}

/// Streams that have a page belong to the business; of the others only those may see who see the whole log.
fn check(visit: &Visit, stream: &str) -> Result<(), Problem> {
    if place(stream).is_some() || visit.caller.may(Right::Log) {
        return Ok(());
    }
    Err(Problem::new(StatusCode::FORBIDDEN, "not-allowed"))
}

fn whole(visit: &Visit, event: &WholeEvent, page: &mut EventPageShown) -> Result<(), Problem> {
    let t = visit.text;
    check(visit, &event.stream)?;
    let bytes = event.bytes.as_ref().and_then(|text| STANDARD.decode(text).ok()).unwrap_or_default();
    let unit = event.attributed_to.as_ref().map(|unit| linked(unit_name(visit, unit), unit_place(unit)));
    let kind = t.word("kind", &event.kind);
    let who = unit.as_ref().map_or_else(|| t.word("post", &event.recorded_by), |unit| unit.words.clone());
    let day = day_of(&event.occurred_on, t);
    page.sentence =
        t.get("events-sentence", &[("day", &day), ("who", &who), ("kind", &kind), ("stream", &event.stream)]);
    page.fields = fields(event.data.as_ref(), t);
    page.changes = event.data.as_ref().map(|data| super::trail::changes(data, t)).unwrap_or_default();
    page.trail = trail_link(&event.trail);
    if !page.changes.is_empty() {
        page.marks.push(light("late", "✎", t.plain("trail-correction")));
    }
    {
        let views = visit.app().views()?;
        if let Some(late) = views.imports.late_at(event.position) {
            let (days, heard) = (late.days.to_string(), t.day(late.heard()));
            page.marks.push(light("late", "◷", t.get("trail-late", &[("days", &days), ("heard", &heard)])));
        }
    }
    page.marks.push(Cell { look: "mute", ..Cell::words(t.word("assurance", event.assurance)) });
    page.facts = facts(visit, event, unit, &bytes);
    page.others = others(visit, event)?;
    page.raw = hex_lines(&bytes);
    let correction = format!("{}.correct", event.stream.split('/').next().unwrap_or_default());
    let may = visit.caller.may(Right::Record) && page.frame.as_of.is_none();
    if may && visit.app().allowed(&event.stream).is_ok_and(|allowed| allowed.contains(&&*correction)) {
        page.correct = format!("/do/{correction}?stream={}", super::super::cells::encoded(&event.stream));
    }
    Ok(())
}

fn unit_name(visit: &Visit, code: &str) -> String {
    let on = visit.app().today();
    let named = visit.app().views().ok().and_then(|views| {
        views.registry.name(gongjian_projections::registry::Kind::Unit, code, on).map(str::to_owned)
    });
    named.unwrap_or_else(|| code.to_owned())
}

fn unit_place(code: &str) -> String {
    place(&format!("unit/{code}")).unwrap_or_default()
}

/// The envelope: who, when, by what, and where in the log.
fn facts(visit: &Visit, event: &WholeEvent, unit: Option<Cell>, bytes: &[u8]) -> Vec<(String, Cell)> {
    let t = visit.text;
    let plain = |text: &str| Cell::words(text.to_owned());
    let record = RecordRef::decode(bytes).ok();
    let recorded = record.as_ref().map_or_else(|| event.recorded_at.clone(), |it| moment(it.recorded_at, t));
    let account = record.as_ref().map(|it| it.account).filter(|account| *account != [0; 16]).map(hex::encode);
    let previous = record.as_ref().map(|it| it.previous.to_string());
    let version = event.version.to_string();
    let kind = t.named(
        &t.word("kind", &event.kind),
        &t.get("events-kind", &[("kind", &event.kind), ("version", &version)]),
    );
    let revision = (event.revision + 1).to_string();
    let rows = [
        ("field-kind-of-event", Some(Cell::words(kind))),
        ("field-stream", Some(stream_cell(&event.stream))),
        ("events-revision", Some(Cell::words(t.get("events-nth", &[("number", &revision)])))),
        ("field-occurredOn", Some(Cell::words(day_of(&event.occurred_on, t)))),
        ("field-recordedAt", Some(Cell::words(recorded))),
        ("events-by", Some(Cell::words(t.word("post", &event.recorded_by)))),
        ("events-account", account.map(Cell::words)),
        ("events-unit", unit),
        ("events-assurance", Some(Cell::words(t.word("assurance", event.assurance)))),
        ("field-authority", event.authority.as_deref().map(authority_cell)),
        ("events-command", Some(plain(&event.command_id))),
        ("proof-digest", Some(plain(&event.digest))),
        ("proof-previous", previous.map(Cell::words)),
    ];
    rows.into_iter().filter_map(|(key, cell)| Some((t.plain(key), cell?))).collect()
}

/// What an event rests on: a version of a rule, a meeting, a decision.
fn authority_cell(authority: &str) -> Cell {
    let link = match authority.split_once('@') {
        Some((rule, _)) => format!("/rules/{}", super::super::cells::encoded(rule)),
        None => place(authority).unwrap_or_default(),
    };
    linked(authority, link)
}

/// The payload, field by field; a correction's changes have a table of their own.
fn fields(data: Option<&Value>, t: Text) -> Vec<(String, String)> {
    let Some(map) = data.and_then(Value::as_object) else { return Vec::new() };
    let mut names: Vec<&String> = map.keys().filter(|name| *name != "changes").collect();
    names.sort_by_key(|name| super::super::form::order(name));
    let field = |name: &String| {
        let value = value(&map[name], t);
        (!value.is_empty()).then(|| (t.word("field", name), value))
    };
    names.into_iter().filter_map(field).collect()
}

fn value(value: &Value, t: Text) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(yes) => t.plain(if *yes { "yes" } else { "value-no" }),
        Value::String(text) => text.parse::<Day>().map_or_else(|_| text.clone(), |day| t.day(day)),
        Value::Array(parts) => t.listed(&parts.iter().map(|part| self::value(part, t)).collect::<Vec<_>>()),
        Value::Object(map) => {
            let parts: Vec<String> = map
                .iter()
                .map(|(name, part)| t.labelled(&t.word("field", name), &self::value(part, t)))
                .collect();
            t.remarks(&parts)
        }
        Value::Number(number) => number.to_string(),
    }
}

/// The other events of the same command: what was recorded together.
fn others(visit: &Visit, event: &WholeEvent) -> Result<Vec<Row>, Problem> {
    let Some(id) = gongjian_core::command::parse_id(&event.command_id) else { return Ok(Vec::new()) };
    let Some(range) = visit.app().reader().command(&id) else { return Ok(Vec::new()) };
    let filter = EventFilter { last: range.end.checked_sub(1), ..EventFilter::default() };
    let page = visit.app().events(range.start, ROWS, &filter)?;
    let others = page.items.iter().filter(|other| other.position() != event.position);
    Ok(others.map(|other| row(other, None, visit.text)).collect())
}

/// Bytes as people compare them: place, digits.
fn hex_lines(bytes: &[u8]) -> String {
    let line = |(at, line): (usize, &[u8])| format!("{:06x}  {}", at * LINE, hex::encode(line));
    bytes.chunks(LINE).enumerate().map(line).collect::<Vec<_>>().join("\n")
}
