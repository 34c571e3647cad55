//! Meetings and due dates as an iCalendar feed (RFC 5545), for the calendars that people have.
//!
//! An entry is a fold of its stream: it keeps its UID whatever happens to it, its SEQUENCE counts what changed, its
//! DTSTAMP is when the ledger last heard of it. The clock has no part in it, so the same log gives the same bytes.

mod lines;
mod told;

use std::collections::BTreeMap;

use gongjian_core::day::Day;
use gongjian_core::domain::Thing;
use gongjian_core::log::LogReader;
use gongjian_core::record::Position;
use gongjian_projections::lists::{CalendarKind, calendar};
use gongjian_projections::registry::Kind;
use gongjian_projections::views::Views;

use crate::error::Problem;
use crate::messages::Text;
use lines::Lines;
use told::{Shown, Status, Told, completed, told};

/// Days before and after the day of the ledger where nobody says more.
const WINDOW: (i32, i32) = (90, 400);
/// Longest window, in days.
const WINDOW_MAX: i32 = 3_700;

/// Which entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Only of one community, by code or name.
    pub community: Option<String>,
    /// Only what one unit attends or answers for, by code or name.
    pub unit: Option<String>,
    /// First day.
    pub from: Option<Day>,
    /// Last day.
    pub to: Option<Day>,
    /// Due dates as tasks, not as events of a whole day.
    pub todos: bool,
}

/// A feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feed {
    /// The text.
    pub bytes: Vec<u8>,
    /// Its weak entity tag.
    pub tag: String,
}

/// What the whole feed is made from.
struct Making<'a> {
    views: &'a Views,
    reader: &'a LogReader,
    host: String,
    on: Day,
    wanted: &'a Wanted,
    community: Option<String>,
    unit: Option<String>,
    text: Text,
    topics: BTreeMap<&'a str, Vec<(u16, &'a str)>>,
}

/// An entry, ready to be written.
struct Entry {
    uid: String,
    /// May be a task.
    is_due: bool,
    /// A day by which something is due or ends, not something that takes place.
    is_date: bool,
    told: Told,
    day: Day,
    summary: String,
    description: Vec<String>,
    /// The last event used, and when it was taken in.
    last: (Position, i64),
}

/// Makes the feed, judged as of `on`.
///
/// # Errors
/// [`Problem`]: community or unit unknown, window too long, log unreadable, or the feed fails its own check.
pub fn feed(
    views: &Views,
    reader: &LogReader,
    origin: &str,
    on: Day,
    wanted: &Wanted,
    text: Text,
) -> Result<Feed, Problem> {
    let code = |kind, given: &Option<String>| -> Result<Option<String>, Problem> {
        let Some(given) = given else { return Ok(None) };
        let known = views.registry.code(kind, given).map(str::to_owned);
        known.map(Some).ok_or_else(|| Problem::not_found(given))
    };
    let (community, unit) = (code(Kind::Community, &wanted.community)?, code(Kind::Unit, &wanted.unit)?);
    let from = wanted.from.unwrap_or_else(|| on.plus(-WINDOW.0));
    let to = wanted.to.unwrap_or_else(|| on.plus(WINDOW.1));
    if to < from || to.0.saturating_sub(from.0) > WINDOW_MAX {
        return Err(Problem::malformed("from, to", format!("0…{WINDOW_MAX}")));
    }
    let host = origin.split('/').next().unwrap_or_default().to_owned();
    let mut making =
        Making { views, reader, host, on, wanted, community, unit, text, topics: BTreeMap::new() };
    making.index_topics();
    let mut entries = making.entries(from, to)?;
    entries.sort_by(|a, b| (a.day, &a.uid).cmp(&(b.day, &b.uid)));
    let last = entries.iter().map(|entry| entry.last.0).max();
    let bytes = making.write(origin, &entries, last)?;
    lines::check(&bytes).map_err(|error| Problem::internal(&error))?;
    // Of the content: a place that is called otherwise, or an entry that is gone, leaves the newest event as it was.
    let tag = format!("W/\"{}\"", gongjian_core::record::Digest::of(&bytes));
    Ok(Feed { bytes, tag })
}

impl<'a> Making<'a> {
    /// The topics of each meeting, in their order.
    fn index_topics(&mut self) {
        for (id, topic) in self.views.meetings.topic.iter() {
            if let Some(meeting) = topic.meeting.as_deref() {
                self.topics.entry(meeting).or_default().push((topic.number.unwrap_or(u16::MAX), id));
            }
        }
        self.topics.values_mut().for_each(|topics| topics.sort_unstable());
    }

    fn community_name(&self, code: &str) -> String {
        self.views.registry.name(Kind::Community, code, self.on).unwrap_or(code).to_owned()
    }

    fn unit_name(&self, code: &str) -> String {
        self.views.registry.name(Kind::Unit, code, self.on).unwrap_or(code).to_owned()
    }

    fn is_here(&self, community: Option<&str>) -> bool {
        self.community.as_deref().is_none_or(|wanted| community == Some(wanted))
    }

    fn entries(&self, from: Day, to: Day) -> Result<Vec<Entry>, Problem> {
        let mut entries = Vec::new();
        for (id, meeting) in self.views.meetings.meeting.iter() {
            if (from..=to).contains(&meeting.date) && self.is_here(Some(&meeting.community)) {
                entries.extend(self.entry(&format!("meeting/{id}"), CalendarKind::Meeting)?);
            }
        }
        for (id, occurrence) in self.views.wednesday.occurrence.iter() {
            let day = occurrence.held.map_or(occurrence.planned_on, |held| held.on);
            if (from..=to).contains(&day) && self.is_here(Some(&occurrence.community)) {
                entries.extend(self.entry(&format!("occurrence/{id}"), CalendarKind::Wednesday)?);
            }
        }
        for entry in calendar(self.views, from, to, self.community.as_deref(), self.on) {
            if matches!(entry.kind, CalendarKind::Due | CalendarKind::Expiry) {
                entries.extend(self.entry(&entry.stream, entry.kind)?);
            }
        }
        Ok(entries)
    }

    /// An entry, if it concerns the unit that is asked for.
    fn entry(&self, stream: &str, kind: CalendarKind) -> Result<Option<Entry>, Problem> {
        let show = match kind {
            CalendarKind::Meeting => told::meeting,
            CalendarKind::Wednesday => told::occurrence,
            CalendarKind::Due => told::due,
            CalendarKind::Expiry => told::expiry,
        };
        let Some(told) = told(self.reader, stream, self.views.position(), show)? else { return Ok(None) };
        let Some(day) = told.shown.day.filter(|_| self.concerns(&told.thing)) else { return Ok(None) };
        let community = self.views.community_of(stream).map(|code| self.community_name(code));
        let community = community.unwrap_or_default();
        let field = |name: &str| told.thing.field(name).unwrap_or_default();
        let title = ["name", "title", "text"].into_iter().map(field).find(|text| !text.is_empty());
        let args =
            [("type", field("meetingType")), ("community", community), ("title", title.unwrap_or_default())];
        let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let summary = self.text.get(&format!("ical-{}", kind.word()), &args);
        let (prefix, is_due, is_date) = match kind {
            CalendarKind::Due => ("due-", true, true),
            CalendarKind::Expiry => ("expiry-", false, true),
            CalendarKind::Meeting | CalendarKind::Wednesday => ("", false, false),
        };
        let uid = format!("{prefix}{}@{}", stream.replacen('/', "-", 1), self.host);
        let mut entry =
            Entry { uid, is_due, is_date, day, summary, description: Vec::new(), last: told.last, told };
        self.describe(stream, &mut entry)?;
        Ok(Some(entry))
    }

    fn concerns(&self, thing: &Thing) -> bool {
        let Some(unit) = &self.unit else { return true };
        let fields = ["units", "responsible", "supporting", "claimant", "partyA", "partyB", "otherParties"];
        fields
            .iter()
            .any(|name| thing.field(name).is_some_and(|units| units.split('、').any(|code| code == unit)))
    }

    fn describe(&self, stream: &str, entry: &mut Entry) -> Result<(), Problem> {
        let thing = &entry.told.thing;
        let lines = &mut entry.description;
        let field = |name: &str| thing.field(name);
        if let Some(id) = stream.strip_prefix("meeting/") {
            for (index, (_, topic)) in self.topics.get(id).into_iter().flatten().enumerate() {
                let stream = format!("topic/{topic}");
                let Some(told) = told(self.reader, &stream, self.views.position(), told::due)? else {
                    continue;
                };
                entry.last = entry.last.max(told.last);
                let of = |name: &str| told.thing.field(name).unwrap_or_default();
                let (number, title, category) = ((index + 1).to_string(), of("title"), of("category"));
                let args = [("number", number.as_str()), ("title", &title), ("category", &category)];
                lines.push(self.text.get("ical-topic", &args));
            }
        }
        if let Thing::Meeting(meeting) = thing
            && meeting.attended.is_some()
        {
            let present = meeting.units.len().to_string();
            let expected = meeting.expected_units.map(|expected| expected.to_string());
            let line = match &expected {
                Some(expected) => {
                    self.text.get("ical-attendance", &[("expected", expected), ("present", &present)])
                }
                None => self.text.get("ical-present", &[("present", &present)]),
            };
            lines.push(line);
        }
        if let Some(unit) = field("responsible").or_else(|| field("claimant")) {
            lines.push(self.text.get("ical-responsible", &[("unit", &self.unit_name(&unit))]));
        }
        Ok(())
    }

    fn write(&self, origin: &str, entries: &[Entry], last: Option<Position>) -> Result<Vec<u8>, Problem> {
        let mut lines = Lines::default();
        let (major_minor, _) = env!("CARGO_PKG_VERSION").rsplit_once('.').unwrap_or(("0", ""));
        let tag = self.text.language().tag();
        let language = tag.split('-').next().unwrap_or_default().to_uppercase();
        let scope = match (&self.community, &self.unit) {
            (_, Some(unit)) => self.unit_name(unit),
            (Some(community), None) => self.community_name(community),
            (None, None) => self.text.plain("ical-county"),
        };
        let name = self.text.get("ical-name", &[("scope", &scope)]);
        lines.put("BEGIN:VCALENDAR");
        lines.put("VERSION:2.0");
        lines.put(&format!("PRODID:-//Gongjian Ledger//gongjian {major_minor}//{language}"));
        lines.put("CALSCALE:GREGORIAN");
        lines.text("NAME", &name);
        lines.text("X-WR-CALNAME", &name);
        lines.put("REFRESH-INTERVAL;VALUE=DURATION:PT1H");
        lines.put("X-PUBLISHED-TTL:PT1H");
        lines.text("X-GONGJIAN-ORIGIN", origin);
        if let Some(last) = last {
            lines.put(&format!("X-GONGJIAN-POSITION:{last}"));
            let digest = self.reader.digest(last)?.map(|digest| digest.to_string());
            lines.put(&format!("X-GONGJIAN-DIGEST:{}", digest.unwrap_or_default()));
        }
        if entries.iter().any(|entry| entry.told.shown.times.0.is_some()) {
            // China has had no summer time since 15 September 1991.
            for line in [
                "BEGIN:VTIMEZONE",
                "TZID:Asia/Shanghai",
                "BEGIN:STANDARD",
                "DTSTART:19910915T000000",
                "TZOFFSETFROM:+0800",
                "TZOFFSETTO:+0800",
                "TZNAME:CST",
                "END:STANDARD",
                "END:VTIMEZONE",
            ] {
                lines.put(line);
            }
        }
        entries.iter().for_each(|entry| self.write_entry(&mut lines, entry));
        lines.put("END:VCALENDAR");
        Ok(lines.finish())
    }

    fn write_entry(&self, lines: &mut Lines, entry: &Entry) {
        let is_todo = entry.is_due && self.wanted.todos;
        let component = if is_todo { "VTODO" } else { "VEVENT" };
        let Shown { times, place, status, .. } = &entry.told.shown;
        let stamp = utc(entry.last.1);
        lines.put(&format!("BEGIN:{component}"));
        lines.text("UID", &entry.uid);
        lines.put(&format!("DTSTAMP:{stamp}"));
        lines.put(&format!("LAST-MODIFIED:{stamp}"));
        lines.put(&format!("SEQUENCE:{}", entry.told.sequence));
        match times {
            _ if is_todo => lines.put(&format!("DUE;VALUE=DATE:{}", date(entry.day))),
            (None, _) => {
                lines.put(&format!("DTSTART;VALUE=DATE:{}", date(entry.day)));
                lines.put(&format!("DTEND;VALUE=DATE:{}", date(entry.day.plus(1))));
            }
            (Some(start), end) => {
                let at = |second: u32| format!("Asia/Shanghai:{}T{}", date(entry.day), clock(second));
                lines.put(&format!("DTSTART;TZID={}", at(*start)));
                if let Some(end) = end {
                    lines.put(&format!("DTEND;TZID={}", at(*end)));
                }
            }
        }
        lines.text("SUMMARY", &entry.summary);
        if let Some(place) = place {
            lines.text("LOCATION", place);
        }
        if !entry.description.is_empty() {
            lines.text("DESCRIPTION", &entry.description.join("\n"));
        }
        lines.put(&format!("STATUS:{}", word(*status, is_todo, entry.is_date)));
        if let Some(day) = completed(&entry.told.thing).filter(|_| is_todo && *status == Status::Done) {
            // Noon of the county, the same day there and in UTC.
            lines.put(&format!("COMPLETED:{}T040000Z", date(day)));
        }
        if entry.is_date && !is_todo {
            lines.put("TRANSP:TRANSPARENT");
        }
        if *status == Status::Cancelled
            && let Some(reason) = entry.told.thing.field("reason")
        {
            lines.text("COMMENT", &self.text.get("ical-cancelled", &[("reason", &reason)]));
        }
        lines.put(&format!("END:{component}"));
    }
}

/// STATUS of an event or of a task; a due date is never tentative.
fn word(status: Status, is_todo: bool, is_date: bool) -> &'static str {
    match (status, is_todo) {
        (Status::Cancelled, _) => "CANCELLED",
        (Status::Open, true) => "NEEDS-ACTION",
        (Status::Sure, true) => "IN-PROCESS",
        (Status::Done, true) => "COMPLETED",
        (Status::Open, false) if !is_date => "TENTATIVE",
        (_, false) => "CONFIRMED",
    }
}

fn date(day: Day) -> String {
    day.to_string().replace('-', "")
}

fn clock(second: u32) -> String {
    format!("{:02}{:02}{:02}", second / 3_600, second / 60 % 60, second % 60)
}

/// An instant in whole seconds of UTC.
fn utc(micros: i64) -> String {
    let text = crate::app::instant(micros);
    let seconds = text.split('.').next().unwrap_or_default();
    format!("{}Z", seconds.replace(['-', ':'], ""))
}
