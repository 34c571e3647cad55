//! Registers of a quarter: its decisions, projects, Wednesday meetings and issues.

use gongjian_core::day::Day;
use gongjian_core::domain::category::stated;
use gongjian_core::domain::facts::Fact;
use gongjian_core::domain::work::Work;
use rustc_hash::FxHashMap;
use serde::Serialize;

use super::{Frame, Named};
use crate::due::overdue;
use crate::figures::rows::both_kinds;
use crate::figures::unrecorded_days;
use crate::wednesday::carry_overs;

/// A decision of a meeting held in the quarter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DecisionRow {
    /// Its id.
    pub id: String,
    /// The community of its meeting.
    pub community: Named,
    /// Id of the meeting.
    pub meeting: String,
    /// The day of the meeting.
    pub held_on: Day,
    /// What was decided.
    pub text: String,
    /// How the work on it stands.
    #[serde(flatten)]
    pub work: WorkRow,
}

/// How work stands at the end of the frame.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkRow {
    /// Who has to do it.
    pub responsible: Option<Named>,
    /// By when, originally.
    pub due_on: Option<Day>,
    /// By when, with more time granted.
    pub extended_to: Option<Day>,
    /// Reported done on this day.
    pub completed_on: Option<Day>,
    /// Confirmed by another unit on this day.
    pub verified_on: Option<Day>,
    /// That unit.
    pub verifier: Option<Named>,
    /// Due by the end of the frame by the original date, and not done.
    pub overdue: bool,
}

impl WorkRow {
    fn of(frame: &Frame<'_>, work: &Work) -> WorkRow {
        let by_end = |fact: Option<Fact>| fact.filter(|fact| fact.on <= frame.end).map(|fact| fact.on);
        let verified_on = by_end(work.verified);
        WorkRow {
            responsible: work.responsible.as_deref().map(|unit| frame.unit(unit)),
            due_on: work.due_on,
            extended_to: work.extended_to,
            completed_on: by_end(work.completed),
            verified_on,
            verifier: work.verifier.as_deref().filter(|_| verified_on.is_some()).map(|unit| frame.unit(unit)),
            overdue: overdue(work.due_on, work.completed, frame.end),
        }
    }

    /// `verified`, `completed`, `overdue` or `open`: where it stands, the furthest first.
    pub fn state(&self) -> &'static str {
        match self {
            WorkRow { verified_on: Some(_), .. } => "verified",
            WorkRow { completed_on: Some(_), .. } => "completed",
            WorkRow { overdue: true, .. } => "overdue",
            _ => "open",
        }
    }
}

/// The decisions of the meetings of both kinds that were held in the quarter, as the figure
/// `decisions_recorded` counts them; by day and id.
pub fn decisions(frame: &Frame<'_>) -> Vec<DecisionRow> {
    decisions_of(frame, |day| frame.has(day))
}

/// The decisions of the meetings of both kinds that were held by the end.
pub(super) fn decisions_by_end(frame: &Frame<'_>) -> Vec<DecisionRow> {
    decisions_of(frame, |day| day <= frame.end)
}

fn decisions_of(frame: &Frame<'_>, wanted: impl Fn(Day) -> bool) -> Vec<DecisionRow> {
    let meetings = &frame.views.meetings;
    let mut rows = Vec::new();
    for (id, decision) in meetings.decision.iter() {
        let Some(meeting) = meetings.meeting.get(&decision.meeting) else { continue };
        let Some(held) = both_kinds(meeting).filter(|held| wanted(held.on)) else { continue };
        if decision.recorded.is_none() || !frame.holds(&meeting.community) {
            continue;
        }
        rows.push(DecisionRow {
            id: id.to_owned(),
            community: frame.community(&meeting.community),
            meeting: decision.meeting.clone(),
            held_on: held.on,
            text: decision.text.clone(),
            work: WorkRow::of(frame, &decision.work),
        });
    }
    rows.sort_by(|a, b| (a.held_on, &a.id).cmp(&(b.held_on, &b.id)));
    rows
}

/// A project that was claimed in the quarter, or was under way in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProjectRow {
    /// Its id.
    pub id: String,
    /// Its community.
    pub community: Named,
    /// What it is called.
    pub name: String,
    /// Its category.
    pub category: String,
    /// Who claimed it.
    pub claimant: Option<Named>,
    /// First claimed on this day.
    pub claimed_on: Day,
    /// By when, originally.
    pub due_on: Option<Day>,
    /// Handed over for acceptance on this day.
    pub submitted_on: Option<Day>,
    /// Accepted on this day.
    pub accepted_on: Option<Day>,
    /// Cancelled on this day.
    pub cancelled_on: Option<Day>,
    /// Problems solved, by the claimant's word; once accepted, confirmed.
    pub problems: Option<u32>,
    /// Due by the end, neither handed over nor cancelled.
    pub overdue: bool,
}

impl ProjectRow {
    /// `cancelled`, `accepted`, `submitted`, `overdue` or `open`.
    pub fn state(&self) -> &'static str {
        match self {
            ProjectRow { cancelled_on: Some(_), .. } => "cancelled",
            ProjectRow { accepted_on: Some(_), .. } => "accepted",
            ProjectRow { submitted_on: Some(_), .. } => "submitted",
            ProjectRow { overdue: true, .. } => "overdue",
            _ => "open",
        }
    }
}

/// Projects claimed by the end, without those that ended before the quarter; by day of the claim and id.
pub fn projects(frame: &Frame<'_>) -> Vec<ProjectRow> {
    let by_end = |fact: Option<Fact>| fact.filter(|fact| fact.on <= frame.end).map(|fact| fact.on);
    let start = frame.quarter.first_day();
    let mut rows = Vec::new();
    for (id, project) in frame.views.projects.project.iter() {
        let Some(claimed_on) = by_end(project.first_claimed()) else { continue };
        let (accepted_on, cancelled_on) = (by_end(project.accepted), by_end(project.cancelled));
        let ended_before = [accepted_on, cancelled_on].into_iter().flatten().any(|day| day < start);
        if ended_before || !frame.holds(&project.community) {
            continue;
        }
        let submitted_on = by_end(project.submitted);
        rows.push(ProjectRow {
            id: id.to_owned(),
            community: frame.community(&project.community),
            name: project.name.clone(),
            category: project.category.clone(),
            claimant: project.claimant.as_deref().map(|unit| frame.unit(unit)),
            claimed_on,
            due_on: project.due_on,
            submitted_on,
            accepted_on,
            cancelled_on,
            problems: project.problems_solved.filter(|_| submitted_on.is_some()),
            overdue: overdue(project.due_on, project.submitted, frame.end) && cancelled_on.is_none(),
        });
    }
    rows.sort_by(|a, b| (a.claimed_on, &a.id).cmp(&(b.claimed_on, &b.id)));
    rows
}

/// How a community's Wednesday meetings went in the quarter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WednesdayRow {
    /// The community.
    pub community: Named,
    /// Planned days on which it was not held, without a reason.
    pub missed_on: Vec<Day>,
    /// Days on which it was cancelled, with the reason.
    pub cancelled_on: Vec<(Day, String)>,
    /// Wednesdays without any record.
    pub unrecorded_on: Vec<Day>,
    /// Meetings held.
    pub held: u64,
    /// Issues that are open at the end.
    pub open: u64,
    /// The most meetings that one of them was carried over.
    pub carry_overs_max: u64,
    /// All the meetings that they were carried over.
    pub carry_overs: u64,
}

/// The Wednesday meetings of every community of the scope that stands at the end; by code.
pub fn wednesdays(frame: &Frame<'_>) -> Vec<WednesdayRow> {
    let registry = &frame.views.registry;
    let mut rows: FxHashMap<&str, WednesdayRow> = registry
        .community
        .iter()
        .filter(|(code, _)| frame.holds(code) && registry.community_stands(code, frame.end))
        .map(|(code, _)| {
            let row = WednesdayRow {
                community: frame.community(code),
                missed_on: Vec::new(),
                cancelled_on: Vec::new(),
                unrecorded_on: Vec::new(),
                held: 0,
                open: 0,
                carry_overs_max: 0,
                carry_overs: 0,
            };
            (code, row)
        })
        .collect();
    for (code, day) in unrecorded_days(frame.views, frame.quarter.first_day(), frame.end) {
        rows.entry(code).and_modify(|row| row.unrecorded_on.push(day));
    }
    for (_, occurrence) in frame.views.wednesday.occurrence.iter() {
        let Some(row) = rows.get_mut(occurrence.community.as_str()) else { continue };
        let held_on = occurrence.held.map(|held| held.on).filter(|day| *day <= frame.end);
        row.held += u64::from(held_on.is_some_and(|day| frame.has(day)));
        if !frame.has(occurrence.planned_on) {
            continue;
        }
        match (occurrence.cancelled, &occurrence.reason) {
            (Some(_), Some(reason)) if stated(Some(reason)) => {
                row.cancelled_on.push((occurrence.planned_on, reason.clone()))
            }
            _ if held_on.is_none() => row.missed_on.push(occurrence.planned_on),
            _ => {}
        }
    }
    let held = frame.views.wednesday.held_days();
    for (_, issue) in frame.views.wednesday.issue.iter() {
        let Some(occurrence) = frame.views.wednesday.occurrence.get(&issue.occurrence) else { continue };
        let Some(row) = rows.get_mut(occurrence.community.as_str()) else { continue };
        let raised = issue.raised.is_some_and(|raised| raised.on <= frame.end);
        if raised && !issue.work.verified_by(frame.end) {
            let days = held.get(occurrence.community.as_str()).map(Vec::as_slice).unwrap_or_default();
            let carried = carry_overs(issue, days, frame.end) as u64;
            row.open += 1;
            row.carry_overs += carried;
            row.carry_overs_max = row.carry_overs_max.max(carried);
        }
    }
    let mut rows: Vec<WednesdayRow> = rows.into_values().collect();
    for row in &mut rows {
        row.missed_on.sort_unstable();
        row.cancelled_on.sort_unstable();
    }
    rows.sort_by(|a, b| a.community.code.cmp(&b.community.code));
    rows
}

/// An issue that was raised in the quarter, or was open in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IssueRow {
    /// Its id.
    pub id: String,
    /// Its community.
    pub community: Named,
    /// Where.
    pub compound: Named,
    /// Its category.
    pub category: String,
    /// What it is about.
    pub text: String,
    /// Raised on this day.
    pub raised_on: Day,
    /// How the work on it stands.
    #[serde(flatten)]
    pub work: WorkRow,
    /// Sent further up on this day.
    pub escalated_on: Option<Day>,
}

/// Issues raised by the end, without those verified before the quarter; by day and id.
pub fn issues(frame: &Frame<'_>) -> Vec<IssueRow> {
    let wednesday = &frame.views.wednesday;
    let mut rows = Vec::new();
    for (id, issue) in wednesday.issue.iter() {
        let Some(raised) = issue.raised.filter(|raised| raised.on <= frame.end) else { continue };
        let Some(occurrence) = wednesday.occurrence.get(&issue.occurrence) else { continue };
        let closed_before =
            issue.work.verified.is_some_and(|verified| verified.on < frame.quarter.first_day());
        if closed_before || !frame.holds(&occurrence.community) {
            continue;
        }
        rows.push(IssueRow {
            id: id.to_owned(),
            community: frame.community(&occurrence.community),
            compound: frame.named(crate::registry::Kind::Compound, &issue.compound),
            category: issue.category.clone(),
            text: issue.text.clone(),
            raised_on: raised.on,
            work: WorkRow::of(frame, &issue.work),
            escalated_on: wednesday.escalated(id).map(|fact| fact.on).filter(|day| *day <= frame.end),
        });
    }
    rows.sort_by(|a, b| (a.raised_on, &a.id).cmp(&(b.raised_on, &b.id)));
    rows
}
