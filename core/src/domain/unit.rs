//! Units (单位): members of alliances, property enterprises, owners' committees, Party organisations.

use serde::{Deserialize, Serialize};

use super::World;
use super::category::{
    ANY, Category, Change, Context, Step, Wanted, absent, choice, correct, corrections, present, required,
};
use super::facts::{At, Timeline};
use crate::day::Day;
use crate::rejection::Rejection;

/// The kinds of unit that the registry knows (单位类别).
pub const KINDS: &[&str] = &[
    "县直部门单位",
    "物业企业",
    "社会组织",
    "驻区单位",
    "社会公益力量",
    "两新组织",
    "联建单位",
    "街道党组织",
    "社区党组织",
    "居委会",
    "业主委员会",
    "功能型党支部",
    "行业党委",
    "其他",
];

events! {
    /// Facts about a unit.
    pub enum UnitEvent in "unit" {
        /// The unit entered the registry; what is stated here holds from the start.
        Registered: "unit.registered", version 1 {
            name: String,
            /// One of [`KINDS`].
            kind: String,
            /// 有无党组织.
            party_org: Option<bool>,
        }
        /// Same unit, new name; the old one still finds it.
        Renamed: "unit.renamed", version 1 { name: String }
        /// From now on it has, or no longer has, a Party organisation.
        Organised: "unit.organised", version 1 { party_org: bool }
        /// It no longer exists from this day on.
        Dissolved: "unit.dissolved", version 1 { reason: String }
        /// The registry was wrong.
        Corrected: "unit.corrected", version 1 { changes: Vec<Change>, reason: String }
    }
}

commands! {
    /// Commands about a unit.
    pub enum UnitCommand {
        /// Enter a unit.
        Register: "unit.register" { name: String, kind: String, party_org: Option<bool> }
        /// Rename it from the day on which this happened.
        Rename: "unit.rename" { name: String }
        /// Record whether it has a Party organisation from now on.
        Organise: "unit.organise" { party_org: bool }
        /// Record that it no longer exists.
        Dissolve: "unit.dissolve" { reason: String }
        /// Correct what was entered wrongly.
        Correct: "unit.correct" { changes: Vec<Wanted>, reason: String }
    }
}

/// A unit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// Its name over time.
    pub name: Timeline<String>,
    /// One of [`KINDS`].
    pub kind: String,
    /// Whether it has a Party organisation, over time.
    pub party_org: Timeline<Option<bool>>,
    /// Since when it no longer exists.
    pub dissolved: Option<super::facts::Fact>,
}

fields! { Unit { "name": name, "kind": kind, "partyOrg": party_org } }

impl Category for Unit {
    type Event = UnitEvent;
    type Command = UnitCommand;

    const STEPS: &'static [Step] = &[
        ("unit.rename", ANY),
        ("unit.organise", ANY),
        ("unit.dissolve", &["active"]),
        ("unit.correct", ANY),
    ];

    fn word(&self) -> &str {
        if self.dissolved.is_some() { "dissolved" } else { "active" }
    }

    const NAMED: Option<&'static str> = Some("unit");
    const REQUIRED: &'static [&'static str] = &["name"];

    fn decide(
        world: &World,
        _: &Context<'_>,
        id: &str,
        state: Option<&Self>,
        command: &UnitCommand,
    ) -> Result<UnitEvent, Rejection> {
        match command {
            UnitCommand::Register { name, kind, party_org } => {
                absent(id, state)?;
                required("name", name)?;
                choice("kind", kind, KINDS)?;
                world.free_name("unit", name, id)?;
                Ok(Registered { name: name.clone(), kind: kind.clone(), party_org: *party_org }.into())
            }
            UnitCommand::Rename { name } => {
                present(id, state)?;
                required("name", name)?;
                world.free_name("unit", name, id)?;
                Ok(Renamed { name: name.clone() }.into())
            }
            UnitCommand::Organise { party_org } => {
                present(id, state)?;
                Ok(Organised { party_org: *party_org }.into())
            }
            UnitCommand::Dissolve { reason } => {
                present(id, state)?;
                required("reason", reason)?;
                Ok(Dissolved { reason: reason.clone() }.into())
            }
            UnitCommand::Correct { changes, reason } => {
                let changes = corrections(world, id, present(id, state)?, changes, reason)?;
                Ok(Corrected { changes, reason: reason.clone() }.into())
            }
        }
    }

    fn consistent(&self) -> Result<(), Rejection> {
        choice("kind", &self.kind, KINDS)
    }

    fn evolve(&mut self, event: &UnitEvent, at: &At) {
        match event {
            UnitEvent::Registered(e) => {
                self.name.set(Day::BEGINNING, at.position, e.name.clone());
                self.kind.clone_from(&e.kind);
                self.party_org.set(Day::BEGINNING, at.position, e.party_org);
            }
            UnitEvent::Renamed(e) => self.name.set(at.occurred, at.position, e.name.clone()),
            UnitEvent::Organised(e) => self.party_org.set(at.occurred, at.position, Some(e.party_org)),
            UnitEvent::Dissolved(_) => self.dissolved = Some(at.fact()),
            UnitEvent::Corrected(e) => correct(self, &e.changes, at),
        }
    }

    fn index(world: &mut World, id: &str, event: &UnitEvent) {
        match event {
            UnitEvent::Registered(Registered { name, .. }) | UnitEvent::Renamed(Renamed { name }) => {
                world.learn_name("unit", name, id);
            }
            UnitEvent::Corrected(e) => super::category::learn_corrected_name(world, "unit", id, &e.changes),
            UnitEvent::Organised(_) | UnitEvent::Dissolved(_) => {}
        }
    }
}
