//! Urban communities (社区): what figures are counted by.

use serde::{Deserialize, Serialize};

use super::World;
use super::category::{
    Category, Change, Context, Wanted, absent, correct, corrections, optional, present, required,
};
use super::facts::{At, Timeline};
use crate::day::Day;
use crate::rejection::Rejection;

events! {
    /// Facts about a community.
    pub enum CommunityEvent in "community" {
        /// The community entered the registry; what is stated here holds from the start.
        Registered: "community.registered", version 1 {
            name: String,
            /// Code of its street.
            street: String,
            households: Option<u32>,
            population: Option<u32>,
            /// How it was set up: 村改社区, 变更范围, 新成立居委会.
            formation: Option<String>,
            /// 设立日期.
            established_on: Option<Day>,
        }
        /// Same community, new name; the old one still finds it.
        Renamed: "community.renamed", version 1 { name: String }
        /// Households and people were counted.
        Counted: "community.counted", version 1 { households: Option<u32>, population: Option<u32> }
        /// It was split, merged or redrawn into others.
        Succeeded: "community.succeeded", version 1 {
            /// Codes of the communities that follow it.
            successors: Vec<String>,
            reason: String,
        }
        /// The registry was wrong.
        Corrected: "community.corrected", version 1 { changes: Vec<Change>, reason: String }
    }
}

commands! {
    /// Commands about a community.
    pub enum CommunityCommand {
        /// Enter a community.
        Register: "community.register" {
            name: String,
            street: String,
            households: Option<u32>,
            population: Option<u32>,
            formation: Option<String>,
            established_on: Option<Day>,
        }
        /// Rename it from the day on which this happened.
        Rename: "community.rename" { name: String }
        /// Record a count.
        Count: "community.count" { households: Option<u32>, population: Option<u32> }
        /// Record that others follow it (split, merger, redrawn boundary).
        Succeed: "community.succeed" { successors: Vec<String>, reason: String }
        /// Correct what was entered wrongly.
        Correct: "community.correct" { changes: Vec<Wanted>, reason: String }
    }
}

/// A community.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Community {
    /// Its name over time.
    pub name: Timeline<String>,
    /// Code of its street.
    pub street: String,
    /// Households over time.
    pub households: Timeline<Option<u32>>,
    /// People over time.
    pub population: Timeline<Option<u32>>,
    /// How it was set up.
    pub formation: Option<String>,
    /// 设立日期; Wednesday meetings are expected from then on.
    pub established_on: Option<Day>,
    /// Who follows it, and from when.
    pub successors: Timeline<Vec<String>>,
}

fields! { Community {
    "name": name, "street": street, "households": households, "population": population,
    "formation": formation, "establishedOn": established_on,
} }

impl Category for Community {
    type Event = CommunityEvent;
    type Command = CommunityCommand;

    const NAMED: Option<&'static str> = Some("community");
    const REQUIRED: &'static [&'static str] = &["name", "street"];

    const REFERENCES: &'static [(&'static str, &'static str)] = &[("street", "street")];

    fn decide(
        world: &World,
        _: &Context<'_>,
        id: &str,
        state: Option<&Self>,
        command: &CommunityCommand,
    ) -> Result<CommunityEvent, Rejection> {
        match command {
            CommunityCommand::Register {
                name,
                street,
                households,
                population,
                formation,
                established_on,
            } => {
                absent(id, state)?;
                required("name", name)?;
                optional("formation", formation.as_ref())?;
                world.free_name("community", name, id)?;
                Ok(Registered {
                    name: name.clone(),
                    street: world.street_code(street)?,
                    households: *households,
                    population: *population,
                    formation: formation.clone(),
                    established_on: *established_on,
                }
                .into())
            }
            CommunityCommand::Rename { name } => {
                present(id, state)?;
                required("name", name)?;
                world.free_name("community", name, id)?;
                Ok(Renamed { name: name.clone() }.into())
            }
            CommunityCommand::Count { households, population } => {
                present(id, state)?;
                if households.is_none() && population.is_none() {
                    return Err(Rejection::empty("households"));
                }
                Ok(Counted { households: *households, population: *population }.into())
            }
            CommunityCommand::Succeed { successors, reason } => {
                present(id, state)?;
                required("reason", reason)?;
                let successors = successors
                    .iter()
                    .map(|given| world.community_code(given))
                    .collect::<Result<Vec<_>, _>>()?;
                if successors.is_empty() {
                    return Err(Rejection::empty("successors"));
                }
                Ok(Succeeded { successors, reason: reason.clone() }.into())
            }
            CommunityCommand::Correct { changes, reason } => {
                let changes = corrections(world, id, present(id, state)?, changes, reason)?;
                Ok(Corrected { changes, reason: reason.clone() }.into())
            }
        }
    }

    fn evolve(&mut self, event: &CommunityEvent, at: &At) {
        match event {
            CommunityEvent::Registered(e) => {
                self.name.set(Day::BEGINNING, at.position, e.name.clone());
                self.street.clone_from(&e.street);
                self.households.set(Day::BEGINNING, at.position, e.households);
                self.population.set(Day::BEGINNING, at.position, e.population);
                self.formation.clone_from(&e.formation);
                self.established_on = e.established_on;
            }
            CommunityEvent::Renamed(e) => self.name.set(at.occurred, at.position, e.name.clone()),
            CommunityEvent::Counted(e) => {
                if e.households.is_some() {
                    self.households.set(at.occurred, at.position, e.households);
                }
                if e.population.is_some() {
                    self.population.set(at.occurred, at.position, e.population);
                }
            }
            CommunityEvent::Succeeded(e) => {
                self.successors.set(at.occurred, at.position, e.successors.clone())
            }
            CommunityEvent::Corrected(e) => correct(self, &e.changes, at),
        }
    }

    fn index(world: &mut World, id: &str, event: &CommunityEvent) {
        match event {
            CommunityEvent::Registered(Registered { name, .. })
            | CommunityEvent::Renamed(Renamed { name }) => {
                world.learn_name("community", name, id);
            }
            CommunityEvent::Corrected(e) => {
                super::category::learn_corrected_name(world, "community", id, &e.changes);
            }
            CommunityEvent::Counted(_) | CommunityEvent::Succeeded(_) => {}
        }
    }
}
