//! Compound Party branches (小区党支部): units that also cover compounds.

use serde::{Deserialize, Serialize};

use super::World;
use super::category::{Category, Change, Context, Wanted, absent, correct, corrections, present, required};
use super::facts::{At, Timeline};
use crate::day::Day;
use crate::rejection::Rejection;

events! {
    /// Facts about a branch.
    pub enum BranchEvent in "branch" {
        /// The branch entered the registry; what is stated here holds from the start.
        Registered: "branch.registered", version 1 {
            name: String,
            /// Code of its community.
            community: String,
            /// Codes of the compounds that it covers.
            compounds: Vec<String>,
        }
        /// Same branch, new name; the old one still finds it.
        Renamed: "branch.renamed", version 1 { name: String }
        /// From now on it covers these compounds.
        Covered: "branch.covered", version 1 { compounds: Vec<String> }
        /// The registry was wrong.
        Corrected: "branch.corrected", version 1 { changes: Vec<Change>, reason: String }
    }
}

commands! {
    /// Commands about a branch.
    pub enum BranchCommand {
        /// Enter a branch.
        Register: "branch.register" { name: String, community: String, #[serde(default)] compounds: Vec<String> }
        /// Rename it from the day on which this happened.
        Rename: "branch.rename" { name: String }
        /// Record which compounds it covers from now on.
        Cover: "branch.cover" { compounds: Vec<String> }
        /// Correct what was entered wrongly.
        Correct: "branch.correct" { changes: Vec<Wanted>, reason: String }
    }
}

/// A branch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Branch {
    /// Its name over time.
    pub name: Timeline<String>,
    /// Code of its community.
    pub community: String,
    /// Codes of the compounds that it covers, over time.
    pub compounds: Timeline<Vec<String>>,
}

fields! { Branch { "name": name, "community": community, "compounds": compounds } }

impl Category for Branch {
    type Event = BranchEvent;
    type Command = BranchCommand;

    const NAMED: Option<&'static str> = Some("unit");
    const REQUIRED: &'static [&'static str] = &["name", "community"];

    const REFERENCES: &'static [(&'static str, &'static str)] =
        &[("community", "community"), ("compounds", "compounds")];

    fn decide(
        world: &World,
        _: &Context<'_>,
        id: &str,
        state: Option<&Self>,
        command: &BranchCommand,
    ) -> Result<BranchEvent, Rejection> {
        let codes = |given: &[String]| {
            given.iter().map(|name| world.compound_code(name)).collect::<Result<Vec<_>, _>>()
        };
        match command {
            BranchCommand::Register { name, community, compounds } => {
                absent(id, state)?;
                required("name", name)?;
                world.free_name("unit", name, id)?;
                let community = world.community_code(community)?;
                Ok(Registered { name: name.clone(), community, compounds: codes(compounds)? }.into())
            }
            BranchCommand::Rename { name } => {
                present(id, state)?;
                required("name", name)?;
                world.free_name("unit", name, id)?;
                Ok(Renamed { name: name.clone() }.into())
            }
            BranchCommand::Cover { compounds } => {
                present(id, state)?;
                Ok(Covered { compounds: codes(compounds)? }.into())
            }
            BranchCommand::Correct { changes, reason } => {
                let changes = corrections(world, id, present(id, state)?, changes, reason)?;
                Ok(Corrected { changes, reason: reason.clone() }.into())
            }
        }
    }

    fn evolve(&mut self, event: &BranchEvent, at: &At) {
        match event {
            BranchEvent::Registered(e) => {
                self.name.set(Day::BEGINNING, at.position, e.name.clone());
                self.community.clone_from(&e.community);
                self.compounds.set(Day::BEGINNING, at.position, e.compounds.clone());
            }
            BranchEvent::Renamed(e) => self.name.set(at.occurred, at.position, e.name.clone()),
            BranchEvent::Covered(e) => self.compounds.set(at.occurred, at.position, e.compounds.clone()),
            BranchEvent::Corrected(e) => correct(self, &e.changes, at),
        }
    }

    fn index(world: &mut World, id: &str, event: &BranchEvent) {
        match event {
            BranchEvent::Registered(Registered { name, .. }) | BranchEvent::Renamed(Renamed { name }) => {
                world.learn_name("unit", name, id);
            }
            BranchEvent::Corrected(e) => super::category::learn_corrected_name(world, "unit", id, &e.changes),
            BranchEvent::Covered(_) => {}
        }
    }
}
