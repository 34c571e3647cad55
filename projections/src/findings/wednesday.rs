//! Wednesday meetings and issues: the day, the lack of a meeting, escalation, verification.

use rustc_hash::FxHashSet;

use super::{Code, Out};
use crate::wednesday::carry_overs;

pub(super) fn find(out: &mut Out<'_>) {
    occurrences(out);
    unrecorded(out);
    issues(out);
}

fn occurrences(out: &mut Out<'_>) {
    let views = out.views;
    for (id, occurrence) in views.wednesday.occurrence.iter() {
        let stream = format!("occurrence/{id}");
        let community = Some(occurrence.community.as_str());
        let planned = occurrence.planned_on;
        if let Some(held) = occurrence.held {
            if held.on.weekday() != 3 {
                let args = vec![("planned", planned.to_string()), ("weekday", held.on.weekday().to_string())];
                out.fact(Code::OtherWeekday, stream.clone(), community, held, args);
            }
            if views.registry.is_holiday(held.on) {
                out.fact(Code::OnHoliday, stream, community, held, vec![("planned", planned.to_string())]);
            }
        } else if occurrence.cancelled.is_none() && planned < out.on {
            let mut args = Vec::new();
            args.extend(views.rules.applies("R16", planned).map(|rule| ("rule", rule)));
            let position = occurrence.scheduled.map(|scheduled| scheduled.at);
            out.day(Code::OccurrenceMissed, stream, community, planned, position, args);
        }
    }
}

/// Wednesdays without an occurrence, from the first one that the ledger has.
fn unrecorded(out: &mut Out<'_>) {
    let views = out.views;
    let first = views.wednesday.occurrence.iter().map(|(_, occurrence)| occurrence.planned_on).min();
    let Some(first) = first else { return };
    for (community, day) in crate::figures::unrecorded_days(views, first, out.on) {
        if let Some(rule) = views.rules.applies("R16", day) {
            let stream = format!("community/{community}");
            out.day(Code::OccurrenceUnrecorded, stream, Some(community), day, None, vec![("rule", rule)]);
        }
    }
}

fn issues(out: &mut Out<'_>) {
    let views = out.views;
    let held = views.wednesday.held_days();
    // An issue that became a topic or a project was put before somebody higher, whatever the ledger calls it.
    let mut taken_up: FxHashSet<&str> = FxHashSet::default();
    taken_up.extend(views.meetings.topic.iter().filter_map(|(_, topic)| topic.source.as_deref()));
    taken_up.extend(views.projects.project.iter().filter_map(|(_, project)| project.source.as_deref()));
    for (id, issue) in views.wednesday.issue.iter() {
        let Some(raised) = issue.raised.filter(|raised| raised.by(out.on)) else { continue };
        let stream = format!("issue/{id}");
        let occurrence = views.wednesday.occurrence.get(&issue.occurrence);
        let community = occurrence.map(|occurrence| occurrence.community.as_str());
        let days = community.and_then(|community| held.get(community)).map(Vec::as_slice).unwrap_or_default();
        let count = carry_overs(issue, days, out.on);
        if count > 0
            && issue.ended.is_none()
            && issue.project.is_none()
            && views.wednesday.escalated(id).is_none()
            && !taken_up.contains(stream.as_str())
            && let Some((limit, rule)) = views.rules.parameter("W01", "carryOversMax", raised.on)
            && count as u64 >= u64::from(limit)
        {
            // The occurrence that carried it over for the last time allowed.
            let first = days.partition_point(|day| *day <= raised.on);
            let place = first + (limit as usize).saturating_sub(1);
            let day = days.get(place).copied().unwrap_or(raised.on);
            let args = vec![("count", count.to_string()), ("limit", limit.to_string()), ("rule", rule)];
            out.day(Code::NotEscalated, stream.clone(), community, day, Some(raised.at), args);
        }
        out.work(&stream, community, &issue.work, &[]);
    }
}
