//! Meetings and due dates in the order of days.

use gongjian_core::day::Day;
use gongjian_core::domain::agreement::Expiry;

use super::gather;
use super::row::What;
use crate::views::Views;

/// Why something stands in the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CalendarKind {
    /// A joint meeting.
    Meeting,
    /// A Wednesday meeting.
    Wednesday,
    /// Something is due.
    Due,
    /// An agreement's last day in force.
    Expiry,
}

impl CalendarKind {
    /// Every kind.
    pub const ALL: &'static [CalendarKind] =
        &[CalendarKind::Meeting, CalendarKind::Wednesday, CalendarKind::Due, CalendarKind::Expiry];

    /// Its stable word.
    pub fn word(self) -> &'static str {
        match self {
            CalendarKind::Meeting => "meeting",
            CalendarKind::Wednesday => "wednesday",
            CalendarKind::Due => "due",
            CalendarKind::Expiry => "expiry",
        }
    }
}

/// One entry of the calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarEntry {
    /// The day.
    pub day: Day,
    /// Why it stands there.
    pub kind: CalendarKind,
    /// The stream.
    pub stream: String,
    /// What it is, in a line.
    pub title: String,
    /// Code of the community.
    pub community: Option<String>,
    /// Held, done or over.
    pub done: bool,
}

/// What stands in the calendar from a day to another, both included; of one community, or of all. Whether
/// something is done is judged as of `on`.
pub fn calendar(
    views: &Views,
    from: Day,
    until: Day,
    community: Option<&str>,
    on: Day,
) -> Vec<CalendarEntry> {
    let mut entries = Vec::new();
    let mut add = |entry: CalendarEntry| {
        let here = community.is_none_or(|wanted| entry.community.as_deref() == Some(wanted));
        if here && from <= entry.day && entry.day <= until {
            entries.push(entry);
        }
    };
    for (id, meeting) in views.meetings.meeting.iter().filter(|(_, meeting)| meeting.cancelled.is_none()) {
        add(CalendarEntry {
            day: meeting.date,
            kind: CalendarKind::Meeting,
            stream: format!("meeting/{id}"),
            title: meeting.meeting_type.clone(),
            community: Some(meeting.community.clone()),
            done: meeting.held.is_some_and(|held| held.by(on)),
        });
    }
    for (id, occurrence) in views.wednesday.occurrence.iter().filter(|(_, row)| row.cancelled.is_none()) {
        add(CalendarEntry {
            day: occurrence.held.map_or(occurrence.planned_on, |held| held.on),
            kind: CalendarKind::Wednesday,
            stream: format!("occurrence/{id}"),
            title: "周三例会".to_owned(),
            community: Some(occurrence.community.clone()),
            done: occurrence.held.is_some_and(|held| held.by(on)),
        });
    }
    for (id, agreement) in views.agreements.agreement.iter() {
        if let Some(day) = agreement.expires.and_then(Expiry::day).filter(|_| agreement.terminated.is_none())
        {
            add(CalendarEntry {
                day,
                kind: CalendarKind::Expiry,
                stream: format!("agreement/{id}"),
                title: agreement.name.clone(),
                community: views.registry.community_of_alliance(&agreement.alliance).map(str::to_owned),
                done: day < on,
            });
        }
    }
    for what in ["commitments", "projects", "decisions", "tasks", "issues"] {
        for row in gather::rows_of(views, what, None, on).unwrap_or_default() {
            let Some((day, done)) = row.what.due(on).filter(|(day, _)| from <= *day && *day <= until) else {
                continue;
            };
            let title = match &row.what {
                What::Project(project) => project.name.clone(),
                _ => row.what.get("text").unwrap_or_default(),
            };
            let community = row.community(views).map(str::to_owned);
            add(CalendarEntry { day, kind: CalendarKind::Due, stream: row.stream, title, community, done });
        }
    }
    entries.sort_unstable_by(|a, b| (a.day, a.kind, &a.stream).cmp(&(b.day, b.kind, &b.stream)));
    entries
}
