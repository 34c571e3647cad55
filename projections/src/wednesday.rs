//! Occurrences of the Wednesday meeting and the issues raised there (周三例会台账).

use std::collections::{BTreeMap, BTreeSet};

use gongjian_core::day::Day;
use gongjian_core::domain::Event;
use gongjian_core::domain::facts::Fact;
use gongjian_core::domain::issue::{Issue, IssueEvent};
use gongjian_core::domain::occurrence::{Occurrence, OccurrenceEvent};
use gongjian_core::domain::table::Table;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::projection::{Projection, Recorded, fold};

/// The Wednesday meetings.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Wednesday {
    /// Occurrences by id.
    pub occurrence: Table<Occurrence>,
    /// Issues by id.
    pub issue: Table<Issue>,
    /// Days on which a community once planned an occurrence that was moved since.
    moved: BTreeMap<Box<str>, BTreeSet<Day>>,
    /// When an issue was last given to a unit by an event of its own; a ledger names the unit only.
    assigned: BTreeMap<Box<str>, Fact>,
    /// When an issue was first escalated; being given to a unit again does not undo that.
    escalated: BTreeMap<Box<str>, Fact>,
}

impl Wednesday {
    /// Days for which a community once planned an occurrence and then moved it.
    pub fn moved_from(&self, community: &str) -> Option<&BTreeSet<Day>> {
        self.moved.get(community)
    }

    /// When an issue was last given to a unit, where the record states it.
    pub fn assigned(&self, issue: &str) -> Option<Fact> {
        self.assigned.get(issue).copied()
    }

    /// When an issue was first put before somebody higher.
    pub fn escalated(&self, issue: &str) -> Option<Fact> {
        self.escalated.get(issue).copied()
    }

    /// Days on which occurrences were held, in order, by community.
    pub fn held_days(&self) -> FxHashMap<&str, Vec<Day>> {
        let mut days: FxHashMap<&str, Vec<Day>> = FxHashMap::default();
        for (_, occurrence) in self.occurrence.iter() {
            if let Some(held) = occurrence.held {
                days.entry(&occurrence.community).or_default().push(held.on);
            }
        }
        for days in days.values_mut() {
            days.sort_unstable();
        }
        days
    }
}

/// How often an issue was carried over by the end of `on`: occurrences of its community that were held
/// after it was raised, while nobody had reported it fixed.
pub fn carry_overs(issue: &Issue, held: &[Day], on: Day) -> usize {
    let Some(raised) = issue.raised else { return 0 };
    let from = held.partition_point(|day| *day <= raised.on);
    let until = held.partition_point(|day| {
        *day <= on && issue.work.completed.is_none_or(|completed| *day < completed.on)
    });
    until.saturating_sub(from)
}

impl Projection for Wednesday {
    const NAME: &'static str = "wednesday";
    const VERSION: u32 = 1;

    fn apply(&mut self, recorded: &Recorded<'_>) {
        match recorded.event {
            Some(Event::Occurrence(event)) => {
                if let OccurrenceEvent::Rescheduled(_) = event
                    && let Some(before) = self.occurrence.get(recorded.id)
                {
                    self.moved.entry(before.community.as_str().into()).or_default().insert(before.planned_on);
                }
                fold(&mut self.occurrence, recorded, event);
            }
            Some(Event::Issue(event)) => {
                match event {
                    IssueEvent::Assigned(_) => {
                        self.assigned.insert(recorded.id.into(), recorded.at.fact());
                    }
                    IssueEvent::Escalated(_) => {
                        self.escalated.entry(recorded.id.into()).or_insert(recorded.at.fact());
                    }
                    _ => (),
                }
                fold(&mut self.issue, recorded, event);
            }
            _ => (),
        }
    }
}
