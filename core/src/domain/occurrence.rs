//! Occurrences of the Wednesday property meeting (周三例会), one per community and week.
//!
//! A past occurrence without an outcome is *missed*: derived, never an event.

use serde::{Deserialize, Serialize};

use super::World;
use super::category::{
    ANY, Category, Change, CommandSet as _, Context, Step, Wanted, absent, correct, corrections,
    not_in_future, optional, present, reasoned, required, stated,
};
use super::facts::{At, Fact};
use crate::day::Day;
use crate::rejection::Rejection;

events! {
    /// Facts about an occurrence.
    pub enum OccurrenceEvent in "occurrence" {
        /// It is planned for a Wednesday.
        Scheduled: "occurrence.scheduled", version 1 {
            /// Code of the community.
            community: String,
            planned_on: Day,
        }
        /// The plan moved to another day.
        Rescheduled: "occurrence.rescheduled", version 1 { planned_on: Day, reason: Option<String> }
        /// It was held on the day on which this happened.
        Held: "occurrence.held", version 1 {
            /// Who took part, in words (社区党组织, 业主委员会 …).
            participants: Vec<String>,
            /// Why it was held on another day than planned.
            reason: Option<String>,
        }
        /// It will not be held.
        Cancelled: "occurrence.cancelled", version 1 { reason: Option<String> }
        /// The sheet of the meeting was confirmed.
        Confirmed: "occurrence.confirmed", version 1 {}
        /// The ledger was wrong.
        Corrected: "occurrence.corrected", version 1 { changes: Vec<Change>, reason: String }
    }
}

commands! {
    /// Commands about an occurrence.
    pub enum OccurrenceCommand {
        /// Plan it for a Wednesday.
        Schedule: "occurrence.schedule" { community: String, planned_on: Day }
        /// Move the plan; another weekday needs a reason.
        Reschedule: "occurrence.reschedule" { planned_on: Day, reason: Option<String> }
        /// Record that it was held.
        Hold: "occurrence.hold" { #[serde(default)] participants: Vec<String>, reason: Option<String> }
        /// Cancel it.
        Cancel: "occurrence.cancel" { reason: Option<String> }
        /// Confirm the sheet.
        Confirm: "occurrence.confirm" {}
        /// Correct what was entered wrongly.
        Correct: "occurrence.correct" { changes: Vec<Wanted>, reason: String }
    }
}

/// An occurrence.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Occurrence {
    /// Code of its community.
    pub community: String,
    /// 计划日期.
    pub planned_on: Day,
    /// 实际日期.
    pub held: Option<Fact>,
    /// When it was cancelled.
    pub cancelled: Option<Fact>,
    /// 原因.
    pub reason: Option<String>,
    /// 参会方.
    pub participants: Vec<String>,
    /// The sheet was confirmed.
    pub confirmed: Option<Fact>,
    /// The event that entered it.
    pub scheduled: Option<Fact>,
}

fields! { Occurrence {
    "community": community, "plannedOn": planned_on, "heldOn": held, "reason": reason,
    "participants": participants,
} }

impl Occurrence {
    /// Where it stands.
    pub fn state(&self) -> &'static str {
        match (self.confirmed, self.held, self.cancelled) {
            (Some(_), ..) => "confirmed",
            (_, Some(_), _) => "held",
            (.., Some(_)) => "cancelled",
            _ => "scheduled",
        }
    }

    /// 状态 as ledgers write it: 已召开, 已取消, and until `day` 计划中, after it 未召开.
    pub fn status(&self, day: Day) -> &'static str {
        match (self.held, self.cancelled) {
            (Some(_), _) => "已召开",
            (_, Some(_)) => "已取消",
            _ if self.planned_on < day => "未召开",
            _ => "计划中",
        }
    }
}

impl Category for Occurrence {
    type Event = OccurrenceEvent;
    type Command = OccurrenceCommand;

    const STEPS: &'static [Step] = &[
        ("occurrence.reschedule", &["scheduled"]),
        ("occurrence.hold", &["scheduled"]),
        ("occurrence.cancel", &["scheduled"]),
        ("occurrence.confirm", &["held"]),
        ("occurrence.correct", ANY),
    ];

    fn word(&self) -> &str {
        self.state()
    }

    const REQUIRED: &'static [&'static str] = &["community", "plannedOn"];
    const REFERENCES: &'static [(&'static str, &'static str)] = &[("community", "community")];

    fn decide(
        world: &World,
        context: &Context<'_>,
        id: &str,
        state: Option<&Self>,
        command: &OccurrenceCommand,
    ) -> Result<OccurrenceEvent, Rejection> {
        use OccurrenceCommand as C;
        if let C::Schedule { community, planned_on } = command {
            absent(id, state)?;
            let community = world.community_code(community)?;
            wednesday(*planned_on)?;
            return Ok(Scheduled { community, planned_on: *planned_on }.into());
        }
        let state = present(id, state)?;
        match command {
            C::Schedule { .. } => Err(Rejection::exists(id)),
            C::Reschedule { planned_on, reason } => {
                optional("reason", reason.as_ref())?;
                if !stated(reason.as_ref()) && planned_on.weekday() != 3 {
                    return Err(Rejection::new("wednesday-needs-reason").with("day", planned_on));
                }
                Ok(Rescheduled { planned_on: *planned_on, reason: reason.clone() }.into())
            }
            C::Hold { participants, reason } => {
                not_in_future(context)?;
                optional("reason", reason.as_ref())?;
                for participant in participants {
                    required("participants", participant)?;
                }
                if !context.from_ledger() && !stated(reason.as_ref()) && context.occurred != state.planned_on
                {
                    return Err(Rejection::new("wednesday-needs-reason").with("day", context.occurred));
                }
                Ok(Held { participants: participants.clone(), reason: reason.clone() }.into())
            }
            C::Cancel { reason } => {
                reasoned(context, command.name(), reason.as_ref())?;
                Ok(Cancelled { reason: reason.clone() }.into())
            }
            C::Confirm {} => Ok(Confirmed {}.into()),
            C::Correct { changes, reason } => {
                let changes = corrections(world, id, state, changes, reason)?;
                Ok(Corrected { changes, reason: reason.clone() }.into())
            }
        }
    }

    fn consistent(&self) -> Result<(), Rejection> {
        if stated(self.reason.as_ref()) { Ok(()) } else { wednesday(self.planned_on) }
    }

    fn evolve(&mut self, event: &OccurrenceEvent, at: &At) {
        match event {
            OccurrenceEvent::Scheduled(e) => {
                self.community.clone_from(&e.community);
                self.planned_on = e.planned_on;
                self.scheduled = Some(at.fact());
            }
            OccurrenceEvent::Rescheduled(e) => {
                self.planned_on = e.planned_on;
                self.reason.clone_from(&e.reason);
            }
            OccurrenceEvent::Held(e) => {
                self.held = Some(at.fact());
                self.participants.clone_from(&e.participants);
                if e.reason.is_some() {
                    self.reason.clone_from(&e.reason);
                }
            }
            OccurrenceEvent::Cancelled(e) => {
                self.cancelled = Some(at.fact());
                self.reason.clone_from(&e.reason);
            }
            OccurrenceEvent::Confirmed(_) => self.confirmed = Some(at.fact()),
            OccurrenceEvent::Corrected(e) => correct(self, &e.changes, at),
        }
    }
}

fn wednesday(day: Day) -> Result<(), Rejection> {
    if day.weekday() == 3 {
        return Ok(());
    }
    const WEEKDAYS: [&str; 7] = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"];
    let weekday = WEEKDAYS.get(day.weekday() as usize - 1).unwrap_or(&"");
    Err(Rejection::new("not-wednesday").with("day", day).with("weekday", weekday))
}
