//! Memberships of alliances (联盟成员): a unit that leaves and comes back has two.

use serde::{Deserialize, Serialize};

use super::World;
use super::category::{
    ANY, Category, Change, Context, Step, Wanted, absent, correct, corrections, learn_corrected_parent,
    optional, present, wrong_state,
};
use super::facts::{At, Fact};
use crate::rejection::Rejection;

events! {
    /// Facts about a membership.
    pub enum MembershipEvent in "membership" {
        /// The unit joined on this day.
        Admitted: "membership.admitted", version 1 {
            /// Code of the alliance.
            alliance: String,
            /// Code of the unit.
            unit: String,
        }
        /// The unit left on this day, which no longer counts.
        Ended: "membership.ended", version 1 { reason: Option<String> }
        /// The registry was wrong.
        Corrected: "membership.corrected", version 1 { changes: Vec<Change>, reason: String }
    }
}

commands! {
    /// Commands about a membership.
    pub enum MembershipCommand {
        /// Admit a unit on the day on which this happened.
        Admit: "membership.admit" { alliance: String, unit: String }
        /// End the membership.
        End: "membership.end" { reason: Option<String> }
        /// Correct what was entered wrongly.
        Correct: "membership.correct" { changes: Vec<Wanted>, reason: String }
    }
}

/// A membership.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// Code of the alliance.
    pub alliance: String,
    /// Code of the unit.
    pub unit: String,
    /// 加入日期.
    pub joined: Option<Fact>,
    /// 退出日期; that day no longer counts.
    pub left: Option<Fact>,
}

fields! { Membership { "alliance": alliance, "unit": unit, "joinedOn": joined, "leftOn": left } }

impl Membership {
    /// Whether the unit is a member on `day`.
    pub fn on(&self, day: crate::day::Day) -> bool {
        self.joined.is_some_and(|joined| joined.by(day)) && !self.left.is_some_and(|left| left.by(day))
    }
}

impl Category for Membership {
    type Event = MembershipEvent;
    type Command = MembershipCommand;

    const STEPS: &'static [Step] = &[("membership.end", &["member"]), ("membership.correct", ANY)];

    fn word(&self) -> &str {
        if self.left.is_some() { "left" } else { "member" }
    }

    const REQUIRED: &'static [&'static str] = &["alliance", "unit", "joinedOn"];
    const REFERENCES: &'static [(&'static str, &'static str)] = &[("alliance", "alliance"), ("unit", "unit")];

    fn decide(
        world: &World,
        context: &Context<'_>,
        id: &str,
        state: Option<&Self>,
        command: &MembershipCommand,
    ) -> Result<MembershipEvent, Rejection> {
        match command {
            MembershipCommand::Admit { alliance, unit } => {
                absent(id, state)?;
                let alliance = world.alliance_code(alliance)?;
                let unit = world.unit_code(unit)?;
                let founded = world.alliance.get(&alliance).and_then(|alliance| alliance.established);
                if let Some(founded) = founded.filter(|founded| !founded.by(context.occurred)) {
                    return Err(Rejection::before("joinedOn", context.occurred, founded.on));
                }
                if let Some(parent) = world.alliance.get(&alliance)
                    && parent.dissolved.is_some_and(|dissolved| dissolved.by(context.occurred))
                {
                    return Err(wrong_state(context, &alliance, parent, "membership.admit"));
                }
                let overlaps = world.children_of(&format!("alliance/{alliance}")).iter().find(|other| {
                    world.membership.get(other).is_some_and(|other| {
                        other.alliance == alliance && other.unit == unit && other.on(context.occurred)
                    })
                });
                if let Some(other) = overlaps {
                    return Err(Rejection::new("membership-overlaps")
                        .with("unit", &unit)
                        .with("other", other));
                }
                Ok(Admitted { alliance, unit }.into())
            }
            MembershipCommand::End { reason } => {
                let state = present(id, state)?;
                optional("reason", reason.as_ref())?;
                Membership { left: Some(Fact { on: context.occurred, at: 0 }), ..state.clone() }
                    .consistent()?;
                Ok(Ended { reason: reason.clone() }.into())
            }
            MembershipCommand::Correct { changes, reason } => {
                let changes = corrections(world, id, present(id, state)?, changes, reason)?;
                Ok(Corrected { changes, reason: reason.clone() }.into())
            }
        }
    }

    fn consistent(&self) -> Result<(), Rejection> {
        match (self.joined, self.left) {
            (Some(joined), Some(left)) if left.on < joined.on => {
                Err(Rejection::ends_before_start("leftOn", joined.on, left.on))
            }
            _ => Ok(()),
        }
    }

    fn evolve(&mut self, event: &MembershipEvent, at: &At) {
        match event {
            MembershipEvent::Admitted(e) => {
                self.alliance.clone_from(&e.alliance);
                self.unit.clone_from(&e.unit);
                self.joined = Some(at.fact());
            }
            MembershipEvent::Ended(_) => self.left = Some(at.fact()),
            MembershipEvent::Corrected(e) => correct(self, &e.changes, at),
        }
    }

    fn doer(state: Option<&Self>, event: &MembershipEvent) -> Option<String> {
        match event {
            MembershipEvent::Admitted(e) => Some(e.unit.clone()),
            _ => state.map(|state| state.unit.clone()),
        }
    }

    fn index(world: &mut World, id: &str, event: &MembershipEvent) {
        match event {
            MembershipEvent::Admitted(e) => world.learn_child(&format!("alliance/{}", e.alliance), id),
            MembershipEvent::Ended(_) => {}
            MembershipEvent::Corrected(e) => {
                learn_corrected_parent(world, "alliance", "alliance", id, &e.changes);
            }
        }
    }
}
