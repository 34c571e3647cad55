//! What a stream says of its entry in a calendar, event by event: how often what matters changed, and when.

use gongjian_core::day::Day;
use gongjian_core::domain::facts::At;
use gongjian_core::domain::{Event, Thing};
use gongjian_core::log::{LogReader, ReadError};
use gongjian_core::record::{Position, RecordRef};

/// STATUS of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    /// Planned, or to be done.
    Open,
    /// Noticed or held; of what is due, under way.
    Sure,
    /// Done.
    Done,
    /// Called off.
    Cancelled,
}

/// Seconds of a day at which something began and ended, where a record says so.
pub(super) type Times = (Option<u32>, Option<u32>);

/// An entry as far as its own stream tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) day: Option<Day>,
    pub(super) times: Times,
    pub(super) place: Option<String>,
    pub(super) status: Status,
}

/// A stream folded up to a position.
pub(super) struct Told {
    pub(super) thing: Thing,
    pub(super) shown: Shown,
    /// How often day, time, place or status changed after the first event.
    pub(super) sequence: u32,
    /// The last event of the stream, and when it was taken in.
    pub(super) last: (Position, i64),
}

/// Folds a stream; `None` where nothing of it can be read.
pub(super) fn told(
    reader: &LogReader,
    stream: &str,
    size: u64,
    show: fn(&Thing, Times) -> Shown,
) -> Result<Option<Told>, ReadError> {
    let Some(mut thing) = Thing::of(stream.split('/').next().unwrap_or_default()) else { return Ok(None) };
    let (mut times, mut told) = ((None, None), None::<(Shown, u32, (Position, i64))>);
    for position in reader.stream(stream).into_iter().filter(|at| *at < size) {
        let bytes = match reader.get(position) {
            Err(ReadError::Withheld { .. }) | Ok(None) => continue,
            Ok(Some(bytes)) => bytes,
            Err(error) => return Err(error),
        };
        let Ok(record) = RecordRef::decode(&bytes) else { continue };
        let Ok(event) = Event::decode(record.kind, record.version, record.payload) else { continue };
        let (recorded_at, occurred) = (record.recorded_at, record.occurred_day);
        thing.evolve(&event, &At { position, recorded_at, occurred });
        match record.kind {
            "meeting.opened" => times.0 = record.occurred_second,
            // Where nobody recorded the opening, the time of a meeting is that at which it was held.
            "meeting.held" | "occurrence.held" if times.0.is_none() => times.0 = record.occurred_second,
            "meeting.held" => times.1 = record.occurred_second.filter(|end| Some(*end) > times.0),
            "meeting.postponed" | "occurrence.rescheduled" => times = (None, None),
            _ => {}
        }
        let shown = show(&thing, times);
        let sequence = match &told {
            Some((before, sequence, _)) => sequence + u32::from(*before != shown),
            None => 0,
        };
        told = Some((shown, sequence, (position, recorded_at)));
    }
    Ok(told.map(|(shown, sequence, last)| Told { thing, shown, sequence, last }))
}

/// A meeting.
pub(super) fn meeting(thing: &Thing, times: Times) -> Shown {
    let Thing::Meeting(meeting) = thing else { return due(thing, times) };
    let status = match (meeting.cancelled, meeting.held.or(meeting.noticed)) {
        (Some(_), _) if meeting.held.is_none() => Status::Cancelled,
        (_, Some(_)) => Status::Sure,
        _ => Status::Open,
    };
    Shown { day: Some(meeting.date), times, place: meeting.place.clone(), status }
}

/// An occurrence of the Wednesday meeting.
pub(super) fn occurrence(thing: &Thing, times: Times) -> Shown {
    let Thing::Occurrence(occurrence) = thing else { return due(thing, times) };
    let status = match (occurrence.held, occurrence.cancelled) {
        (Some(_), _) => Status::Sure,
        (_, Some(_)) => Status::Cancelled,
        _ => Status::Open,
    };
    let day = occurrence.held.map_or(occurrence.planned_on, |held| held.on);
    Shown { day: Some(day), times, place: None, status }
}

/// States in which what was due is due no more, and was not done.
const ENDED: &[&str] =
    &["cancelled", "declined", "merged", "out-of-scope", "rejected", "revoked", "superseded", "waived"];
/// States in which work has begun.
const UNDER_WAY: &[&str] = &["in-progress", "started"];

/// What is due by a day.
pub(super) fn due(thing: &Thing, _: Times) -> Shown {
    let day = |name: &str| thing.field(name).and_then(|text| text.parse::<Day>().ok());
    let status = match thing.word() {
        word if ENDED.contains(&word) => Status::Cancelled,
        _ if completed(thing).is_some() => Status::Done,
        word if UNDER_WAY.contains(&word) => Status::Sure,
        _ => Status::Open,
    };
    Shown { day: day("extendedTo").max(day("dueOn")), times: (None, None), place: None, status }
}

/// The last day of an agreement.
pub(super) fn expiry(thing: &Thing, _: Times) -> Shown {
    let Thing::Agreement(agreement) = thing else { return due(thing, (None, None)) };
    let status = if agreement.terminated.is_some() { Status::Cancelled } else { Status::Open };
    let day = agreement.expires.and_then(gongjian_core::domain::agreement::Expiry::day);
    Shown { day, times: (None, None), place: None, status }
}

/// When what was due was done, by the word of who did it.
pub(super) fn completed(thing: &Thing) -> Option<Day> {
    let text = thing.field("completedOn").or_else(|| thing.field("submittedOn"))?;
    text.parse().ok()
}
