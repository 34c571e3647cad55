//! What must happen every period and has events of its own: joint meetings (R12), claims (R15), Wednesday
//! meetings (R16).

use std::collections::BTreeMap;

use gongjian_core::day::{Day, Quarter};
use gongjian_core::domain::category::stated;
use gongjian_core::domain::facts::Fact;
use gongjian_core::domain::occurrence::Occurrence;
use gongjian_core::period::{Length, Period};
use rustc_hash::FxHashMap;

use super::standing::{Served, served};
use super::{Excuse, Out, Owed};
use crate::figures::rows::JOINT;
use crate::figures::unrecorded_days;
use crate::registry::Alliances;

/// R12, alliance × quarter: as many joint meetings as the rule wants, from the quarter of the ledger's first meeting
/// on. 六号联席会议 do not count. An alliance owes nothing for the quarter in which it was dissolved.
pub(super) fn joint_meetings(out: &mut Out<'_>) {
    let views = out.views;
    let Some(first) = views.meetings.meeting.iter().map(|(_, meeting)| meeting.date).min() else { return };
    let alliances = Alliances::of(&views.registry);
    let mut held: FxHashMap<(&str, Quarter), Vec<Fact>> = FxHashMap::default();
    for (_, meeting) in views.meetings.meeting.iter() {
        let fact = meeting.held.filter(|fact| meeting.meeting_type == JOINT && fact.by(out.on));
        if let Some(fact) = fact
            && let Some(alliance) = alliances.meeting(&meeting.community, fact.on)
        {
            held.entry((alliance, fact.on.quarter())).or_default().push(fact);
        }
    }
    for (code, alliance) in views.registry.alliance.iter() {
        let Some(established) = alliance.established.filter(|fact| fact.by(out.on)) else { continue };
        for period in out.periods(Length::Quarter, established.on.max(first)) {
            let due = period.last_day();
            let Some((wanted, version)) = views.rules.parameter("R12", "meetingsPerQuarter", due) else {
                continue;
            };
            if wanted == 0 || alliance.dissolved.is_some_and(|fact| fact.by(due.min(out.on))) {
                continue;
            }
            let meetings = held.get(&(code, due.quarter())).cloned().unwrap_or_default();
            out.judge(Owed {
                rule: "R12",
                rule_version: Some(version),
                subject: format!("alliance/{code}"),
                toward: None,
                communities: vec![alliance.community.clone()],
                unit: None,
                period: Some(period),
                opens_on: Some(period.first_day().max(established.on)),
                due_on: Some(due),
                extended_to: None,
                wanted,
                done: in_order(meetings),
                excuse: None,
            });
        }
    }
}

/// R15, property enterprise × year: as many claims as the rule wants, in whatever community, of every enterprise that
/// serves a compound at the end of the year (or on the day asked), from the year of the ledger's first project on.
pub(super) fn claims(out: &mut Out<'_>) {
    let views = out.views;
    let first = views.projects.project.iter().filter_map(|(_, project)| {
        [project.proposed, project.listed, project.claimed].into_iter().flatten().map(|fact| fact.on).min()
    });
    let Some(first) = first.min() else { return };
    let mut claims: FxHashMap<&str, Vec<Fact>> = FxHashMap::default();
    for (_, project) in views.projects.project.iter() {
        for (unit, claimed) in project.claims().filter(|(_, claimed)| claimed.by(out.on)) {
            claims.entry(unit).or_default().push(claimed);
        }
    }
    for period in out.periods(Length::Year, first) {
        let due = period.last_day();
        let Some((wanted, version)) = views.rules.parameter("R15", "claimsPerYear", due) else { continue };
        if wanted == 0 {
            continue;
        }
        for (enterprise, Served { communities, since }) in served(views, due.min(out.on)) {
            let claimed = claims.get(enterprise).into_iter().flatten().copied();
            out.judge(Owed {
                rule: "R15",
                rule_version: Some(version.clone()),
                subject: format!("unit/{enterprise}"),
                toward: None,
                communities: communities.into_keys().map(str::to_owned).collect(),
                unit: Some(enterprise),
                period: Some(period),
                opens_on: Some(period.first_day().max(since)),
                due_on: Some(due),
                extended_to: None,
                wanted,
                done: in_order(claimed.filter(|fact| period.has(fact.on)).collect()),
                excuse: None,
            });
        }
    }
}

/// R16, community × Wednesday, as the figures count them: every day for which a meeting is planned, and every
/// Wednesday from the community's 设立日期 that is no holiday and has none, from the quarter of the first planned
/// meeting on. One that is held in a later quarter is missed in its own; one that was cancelled with a reason is
/// exempted. It opens with its week.
pub(super) fn wednesdays(out: &mut Out<'_>) {
    let views = out.views;
    let occurrences = &views.wednesday.occurrence;
    let Some(first) = occurrences.iter().map(|(_, occurrence)| occurrence.planned_on).min() else { return };
    let start = first.quarter().first_day();
    let start = out.filter.from.map_or(start, |from| from.max(start));
    let end = out.filter.until.map_or(end_of_week(out.on), |until| until.min(end_of_week(out.on)));
    let mut planned: BTreeMap<(&str, Day), Vec<&Occurrence>> = BTreeMap::new();
    for (_, occurrence) in occurrences.iter() {
        if start <= occurrence.planned_on && occurrence.planned_on <= end {
            planned.entry((&occurrence.community, occurrence.planned_on)).or_default().push(occurrence);
        }
    }
    for unplanned in unrecorded_days(views, start, end) {
        planned.entry(unplanned).or_default();
    }
    for ((community, day), occurrences) in planned {
        let rule = views.rules.parameter("R16", "meetingsPerWeek", day).filter(|(wanted, _)| *wanted > 0);
        let Some((_, version)) = rule else { continue };
        // A meeting that is moved into the next quarter is missed here and held there.
        let last = day.quarter().last_day().min(out.on);
        let held = occurrences.iter().filter_map(|it| it.held.filter(|held| held.by(last)));
        let cancelled = occurrences.iter().filter(|it| stated(it.reason.as_ref())).find_map(|it| {
            let reason = it.reason.clone();
            it.cancelled.map(|fact| Excuse { position: fact.at, decision: None, reason })
        });
        let all_cancelled = occurrences.iter().all(|it| it.cancelled.is_some() && stated(it.reason.as_ref()));
        out.judge(Owed {
            rule: "R16",
            rule_version: Some(version),
            subject: format!("community/{community}"),
            toward: None,
            communities: vec![community.to_owned()],
            unit: None,
            period: Some(Period::Day(day)),
            opens_on: Some(day.plus(-i32::try_from(day.weekday()).unwrap_or(1) + 1)),
            due_on: Some(day),
            extended_to: None,
            wanted: 1,
            done: in_order(held.collect()),
            excuse: cancelled.filter(|_| all_cancelled),
        });
    }
}

fn end_of_week(day: Day) -> Day {
    day.plus(7 - i32::try_from(day.weekday()).unwrap_or(7))
}

/// Facts in the order of their days.
pub(super) fn in_order(mut facts: Vec<Fact>) -> Vec<Fact> {
    facts.sort_unstable_by_key(|fact| (fact.on, fact.at));
    facts
}
