//! Joint meetings and their decisions: quorum, notice, minutes, who was there, the quarterly duty.

use gongjian_core::day::Day;
use gongjian_core::domain::facts::Fact;
use gongjian_core::domain::meeting::Meeting;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{Code, Out};
use crate::figures::rows::JOINT;
use crate::obligations::{self, Filter, State};
use crate::quorum::{Notice, Quorum};

pub(super) fn find(out: &mut Out<'_>) {
    let views = out.views;
    let mut members: FxHashMap<&str, Vec<&gongjian_core::domain::membership::Membership>> =
        FxHashMap::default();
    for (_, membership) in views.registry.membership.iter() {
        if let Some(community) = views.registry.community_of_alliance(&membership.alliance) {
            members.entry(community).or_default().push(membership);
        }
    }
    for (id, meeting) in views.meetings.meeting.iter() {
        let Some(held) = meeting.held.filter(|held| held.by(out.on)) else { continue };
        let stream = format!("meeting/{id}");
        let memberships = members.get(&*meeting.community).map(Vec::as_slice).unwrap_or_default();
        let roster: FxHashSet<&str> = memberships
            .iter()
            .filter(|membership| membership.on(held.on))
            .map(|membership| membership.unit.as_str())
            .collect();
        if meeting.meeting_type == JOINT {
            quorum(out, &stream, meeting, held, &roster);
        }
        notice(out, &stream, meeting, held);
        minutes(out, &stream, meeting, held);
    }
    decisions(out);
    tasks(out);
    quarters(out);
}

fn quorum(out: &mut Out<'_>, stream: &str, meeting: &Meeting, held: Fact, roster: &FxHashSet<&str>) {
    let Some(quorum) = Quorum::of(&out.views.rules, meeting, Some(roster), held.on) else { return };
    if quorum.is_met() {
        return;
    }
    let args = vec![
        ("present", quorum.present.to_string()),
        ("expected", quorum.expected.to_string()),
        ("required", quorum.required.to_string()),
        ("rule", quorum.rule),
    ];
    let community = Some(meeting.community.as_str());
    if let Some(finding) = out.fact(Code::NoQuorum, stream.to_owned(), community, held, args) {
        finding.rests_on(meeting.attended);
    }
}

fn notice(out: &mut Out<'_>, stream: &str, meeting: &Meeting, held: Fact) {
    let Some(notice) = Notice::of(&out.views.rules, meeting, held.on) else { return };
    let community = Some(meeting.community.as_str());
    let required = ("required", notice.required.to_string());
    match notice.given {
        None => {
            let args = vec![required, ("rule", notice.rule)];
            out.fact(Code::NoticeMissing, stream.to_owned(), community, held, args);
        }
        Some(_) if notice.is_met() => {}
        Some(given) => {
            let args = vec![("days", given.to_string()), required, ("rule", notice.rule)];
            // The meeting shows it; the notice alone was not yet too short.
            if let Some(finding) = out.fact(Code::NoticeTooShort, stream.to_owned(), community, held, args) {
                finding.rests_on(meeting.noticed);
            }
        }
    }
}

fn minutes(out: &mut Out<'_>, stream: &str, meeting: &Meeting, held: Fact) {
    let Some((days, rule)) = out.views.rules.parameter("M03", "minutesDays", held.on) else { return };
    let community = Some(meeting.community.as_str());
    let last = held.on.plus(i32::try_from(days).unwrap_or(i32::MAX));
    let confirmed = meeting.minutes_confirmed.filter(|confirmed| confirmed.by(out.on));
    let day = |day: Day| i64::from(day.0) - i64::from(held.on.0);
    match confirmed {
        Some(confirmed) if confirmed.on > last => {
            let args =
                vec![("days", day(confirmed.on).to_string()), ("limit", days.to_string()), ("rule", rule)];
            let added = out.fact(Code::MinutesLate, stream.to_owned(), community, confirmed, args);
            if let Some(finding) = added {
                finding.rests_on(Some(held));
            }
        }
        Some(_) => {}
        // Until the last day there is time.
        None if out.on <= last => {}
        None => {
            let code = if meeting.minutes.is_some() { Code::MinutesLate } else { Code::NoMinutes };
            let args = vec![("days", day(out.on).to_string()), ("limit", days.to_string()), ("rule", rule)];
            out.day(code, stream.to_owned(), community, last.plus(1), Some(held.at), args);
        }
    }
}

fn decisions(out: &mut Out<'_>) {
    let views = out.views;
    for (id, decision) in views.meetings.decision.iter() {
        let Some(recorded) = decision.recorded.filter(|recorded| recorded.by(out.on)) else { continue };
        let stream = format!("decision/{id}");
        let meeting = views.meetings.meeting.get(&decision.meeting);
        let community = meeting.map(|meeting| meeting.community.as_str());
        if let (Some(responsible), Some(meeting)) = (&decision.work.responsible, meeting)
            && meeting.held.is_some()
            && meeting.attended.is_some()
            && !meeting.units.contains(responsible)
        {
            let args = vec![("unit", responsible.clone()), ("meeting", decision.meeting.clone())];
            let added = out.fact(Code::ResponsibleAbsent, stream.clone(), community, recorded, args);
            if let Some(finding) = added {
                finding.rests_on(meeting.attended).streams.push(format!("meeting/{}", decision.meeting));
            }
        }
        let supporting: Vec<&str> = decision.supporting.iter().map(String::as_str).collect();
        out.work(&stream, community, &decision.work, &supporting);
        out.extensions(&stream, community);
    }
}

fn tasks(out: &mut Out<'_>) {
    let views = out.views;
    for (id, task) in views.meetings.task.iter() {
        let stream = format!("task/{id}");
        let community = views.community_of(&stream);
        out.work(&stream, community, &task.work, &[]);
    }
}

/// Every alliance that owed a joint meeting (R12) in a quarter that is over, held fewer than the rule wants, and was
/// not exempted.
fn quarters(out: &mut Out<'_>) {
    let views = out.views;
    let filter = Filter { state: Some(State::Missed), ..Filter::default().of_rule("R12") };
    for missed in obligations::list(views, &filter, out.on) {
        let (Some(due), Some(rule)) = (missed.due_on, missed.rule_version) else { continue };
        let args = vec![
            ("quarter", due.quarter().to_string()),
            ("held", missed.done.to_string()),
            ("required", missed.wanted.to_string()),
            ("rule", rule),
        ];
        let community = missed.communities.first().map(String::as_str);
        out.day(Code::NoJointMeeting, missed.subject.clone(), community, due, None, args);
    }
}
