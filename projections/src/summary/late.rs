//! What is late at the end of a quarter, and where the same comes back.

use std::collections::BTreeMap;

use gongjian_core::day::Day;
use gongjian_core::domain::agreement::Agreement;
use serde::Serialize;

use super::registers::{decisions_by_end, issues};
use super::{Frame, Named, projects};
use crate::due::overdue as is_overdue;
use crate::registry::Kind;

/// What can be overdue, in the order of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum OverdueKind {
    /// A decision of a meeting.
    Decision,
    /// A claimed project.
    Project,
    /// A commitment of an agreement.
    Commitment,
    /// An issue of a Wednesday meeting.
    Issue,
}

impl OverdueKind {
    /// The category of its stream.
    pub fn word(self) -> &'static str {
        match self {
            OverdueKind::Decision => "decision",
            OverdueKind::Project => "project",
            OverdueKind::Commitment => "commitment",
            OverdueKind::Issue => "issue",
        }
    }
}

/// Something due by the end of the frame, by its original date, and not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Overdue {
    /// What it is.
    pub kind: OverdueKind,
    /// Its id.
    pub id: String,
    /// Its community.
    pub community: Named,
    /// What was to be done.
    pub text: String,
    /// By whom.
    pub responsible: Option<Named>,
    /// By when.
    pub due_on: Day,
    /// Days since.
    pub days: i32,
    /// More time was granted until this day.
    pub extended_to: Option<Day>,
    /// Sent further up on this day.
    pub escalated_on: Option<Day>,
}

/// All that is overdue at the end of the frame; the longest first.
pub fn overdue(frame: &Frame<'_>) -> Vec<Overdue> {
    let mut rows = decisions_overdue(frame);
    rows.extend(projects_overdue(frame));
    rows.extend(commitments_overdue(frame));
    rows.extend(issues_overdue(frame));
    rows.sort_by(|a, b| (a.due_on, a.kind, &a.id).cmp(&(b.due_on, b.kind, &b.id)));
    rows
}

fn days_since(frame: &Frame<'_>, due: Day) -> i32 {
    frame.end.0 - due.0
}

fn decisions_overdue(frame: &Frame<'_>) -> Vec<Overdue> {
    let rows = decisions_by_end(frame).into_iter().filter(|row| row.work.overdue);
    let overdue = rows.filter_map(|row| {
        let due_on = row.work.due_on?;
        Some(Overdue {
            kind: OverdueKind::Decision,
            id: row.id,
            community: row.community,
            text: row.text,
            responsible: row.work.responsible,
            due_on,
            days: days_since(frame, due_on),
            extended_to: row.work.extended_to,
            escalated_on: None,
        })
    });
    overdue.collect()
}

fn projects_overdue(frame: &Frame<'_>) -> Vec<Overdue> {
    let overdue = projects(frame).into_iter().filter(|row| row.overdue).filter_map(|row| {
        let due_on = row.due_on?;
        Some(Overdue {
            kind: OverdueKind::Project,
            id: row.id,
            community: row.community,
            text: row.name,
            responsible: row.claimant,
            due_on,
            days: days_since(frame, due_on),
            extended_to: None,
            escalated_on: None,
        })
    });
    overdue.collect()
}

/// Commitments of agreements signed by the end, except where the agreement ended by a termination on or before
/// the due day, as the figure `commitments_due` counts them.
fn commitments_overdue(frame: &Frame<'_>) -> Vec<Overdue> {
    let views = frame.views;
    let binds = |agreement: &Agreement, due: Day| {
        agreement.signed.is_some_and(|signed| signed.on <= frame.end)
            && agreement.terminated.is_none_or(|terminated| terminated.on > due)
    };
    let mut rows = Vec::new();
    for (id, commitment) in views.agreements.commitment.iter() {
        let work = &commitment.work;
        let Some(due_on) = work.due_on.filter(|_| is_overdue(work.due_on, work.completed, frame.end)) else {
            continue;
        };
        let Some(agreement) = views.agreements.agreement.get(&commitment.agreement) else { continue };
        let community = views.registry.community_of_alliance(&agreement.alliance).unwrap_or_default();
        if commitment.waived.is_some_and(|fact| fact.by(frame.end))
            || !binds(agreement, due_on)
            || !frame.holds(community)
        {
            continue;
        }
        rows.push(Overdue {
            kind: OverdueKind::Commitment,
            id: id.to_owned(),
            community: frame.community(community),
            text: commitment.text.clone(),
            responsible: work.responsible.as_deref().map(|unit| frame.unit(unit)),
            due_on,
            days: days_since(frame, due_on),
            extended_to: work.extended_to,
            escalated_on: None,
        });
    }
    rows
}

fn issues_overdue(frame: &Frame<'_>) -> Vec<Overdue> {
    let overdue = issues(frame).into_iter().filter(|row| row.work.overdue).filter_map(|row| {
        let due_on = row.work.due_on?;
        Some(Overdue {
            kind: OverdueKind::Issue,
            id: row.id,
            community: row.community,
            text: row.text,
            responsible: row.work.responsible,
            due_on,
            days: days_since(frame, due_on),
            extended_to: row.work.extended_to,
            escalated_on: row.escalated_on,
        })
    });
    overdue.collect()
}

/// A compound in which issues of one category came up more than once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RepeatPlace {
    /// Its community.
    pub community: Named,
    /// The compound.
    pub compound: Named,
    /// The category.
    pub category: String,
    /// Ids of the issues raised in the quarter and the one before it, in order.
    pub issues: Vec<String>,
    /// How many of them are open at the end.
    pub open: u64,
}

/// When an issue was raised, its id, and whether it is verified.
type Raised<'v> = (Day, &'v str, bool);

/// Compounds in which two or more issues of one category were raised in this quarter and the one before it, at
/// least one of them in this quarter; the most first.
pub fn repeat_places(frame: &Frame<'_>) -> Vec<RepeatPlace> {
    let since = frame.quarter.previous().first_day();
    let wednesday = &frame.views.wednesday;
    let mut places: BTreeMap<(&str, &str), (Vec<Raised<'_>>, &str)> = BTreeMap::new();
    for (id, issue) in wednesday.issue.iter() {
        let Some(raised) = issue.raised.filter(|raised| since <= raised.on && raised.on <= frame.end) else {
            continue;
        };
        let Some(occurrence) = wednesday.occurrence.get(&issue.occurrence) else { continue };
        if !frame.holds(&occurrence.community) {
            continue;
        }
        let entry = places.entry((&issue.compound, &issue.category)).or_default();
        entry.0.push((raised.on, id, issue.work.verified_by(frame.end)));
        // Of the communities at whose meetings it came up, the first by its code, in whatever order they come.
        let community = occurrence.community.as_str();
        entry.1 = if entry.1.is_empty() { community } else { entry.1.min(community) };
    }
    let repeated = places.into_iter().filter(|(_, (issues, _))| {
        issues.len() > 1 && issues.iter().any(|(raised, _, _)| frame.has(*raised))
    });
    let mut rows: Vec<RepeatPlace> = repeated
        .map(|((compound, category), (mut issues, community))| {
            issues.sort_unstable();
            RepeatPlace {
                community: frame.community(community),
                compound: frame.named(Kind::Compound, compound),
                category: category.to_owned(),
                open: issues.iter().filter(|(_, _, verified)| !verified).count() as u64,
                issues: issues.into_iter().map(|(_, id, _)| id.to_owned()).collect(),
            }
        })
        .collect();
    // The sort is stable, so places with as many stay in the order of their codes.
    rows.sort_by_key(|row| std::cmp::Reverse(row.issues.len()));
    rows
}
