//! Community Party-building alliances (社区党建联盟), one active alliance per community.

use serde::{Deserialize, Serialize};

use super::World;
use super::category::{
    ANY, Category, Change, Context, Step, Wanted, absent, correct, corrections, present, required,
};
use super::facts::{At, Fact, Timeline};
use crate::day::Day;
use crate::rejection::Rejection;

events! {
    /// Facts about an alliance.
    pub enum AllianceEvent in "alliance" {
        /// The alliance was established on this day.
        Established: "alliance.established", version 1 {
            name: String,
            /// Code of its community.
            community: String,
        }
        /// Same alliance, new name; the old one still finds it.
        Renamed: "alliance.renamed", version 1 { name: String }
        /// It no longer exists from this day on.
        Dissolved: "alliance.dissolved", version 1 { reason: String }
        /// The registry was wrong.
        Corrected: "alliance.corrected", version 1 { changes: Vec<Change>, reason: String }
    }
}

commands! {
    /// Commands about an alliance.
    pub enum AllianceCommand {
        /// Establish an alliance on the day on which this happened.
        Establish: "alliance.establish" { name: String, community: String }
        /// Rename it.
        Rename: "alliance.rename" { name: String }
        /// Dissolve it.
        Dissolve: "alliance.dissolve" { reason: String }
        /// Correct what was entered wrongly.
        Correct: "alliance.correct" { changes: Vec<Wanted>, reason: String }
    }
}

/// An alliance.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alliance {
    /// Its name over time.
    pub name: Timeline<String>,
    /// Code of its community.
    pub community: String,
    /// 成立日期.
    pub established: Option<Fact>,
    /// Since when it no longer exists.
    pub dissolved: Option<Fact>,
}

fields! { Alliance { "name": name, "community": community, "establishedOn": established } }

impl Category for Alliance {
    type Event = AllianceEvent;
    type Command = AllianceCommand;

    const STEPS: &'static [Step] =
        &[("alliance.rename", ANY), ("alliance.dissolve", &["active"]), ("alliance.correct", ANY)];

    fn word(&self) -> &str {
        if self.dissolved.is_some() { "dissolved" } else { "active" }
    }

    const NAMED: Option<&'static str> = Some("alliance");
    const REQUIRED: &'static [&'static str] = &["name", "community", "establishedOn"];
    const REFERENCES: &'static [(&'static str, &'static str)] = &[("community", "community")];

    fn decide(
        world: &World,
        _: &Context<'_>,
        id: &str,
        state: Option<&Self>,
        command: &AllianceCommand,
    ) -> Result<AllianceEvent, Rejection> {
        match command {
            AllianceCommand::Establish { name, community } => {
                absent(id, state)?;
                required("name", name)?;
                world.free_name("alliance", name, id)?;
                let community = world.community_code(community)?;
                the_only_one(world, id, &community)?;
                Ok(Established { name: name.clone(), community }.into())
            }
            AllianceCommand::Rename { name } => {
                present(id, state)?;
                required("name", name)?;
                world.free_name("alliance", name, id)?;
                Ok(Renamed { name: name.clone() }.into())
            }
            AllianceCommand::Dissolve { reason } => {
                present(id, state)?;
                required("reason", reason)?;
                Ok(Dissolved { reason: reason.clone() }.into())
            }
            AllianceCommand::Correct { changes, reason } => {
                let state = present(id, state)?;
                let changes = corrections(world, id, state, changes, reason)?;
                if state.dissolved.is_none()
                    && let Some(change) = changes.iter().find(|change| change.field == "community")
                {
                    the_only_one(world, id, &change.now)?;
                }
                Ok(Corrected { changes, reason: reason.clone() }.into())
            }
        }
    }

    fn evolve(&mut self, event: &AllianceEvent, at: &At) {
        match event {
            AllianceEvent::Established(e) => {
                self.name.set(Day::BEGINNING, at.position, e.name.clone());
                self.community.clone_from(&e.community);
                self.established = Some(at.fact());
            }
            AllianceEvent::Renamed(e) => self.name.set(at.occurred, at.position, e.name.clone()),
            AllianceEvent::Dissolved(_) => self.dissolved = Some(at.fact()),
            AllianceEvent::Corrected(e) => correct(self, &e.changes, at),
        }
    }

    fn index(world: &mut World, id: &str, event: &AllianceEvent) {
        match event {
            AllianceEvent::Established(e) => {
                world.learn_name("alliance", &e.name, id);
                world.learn_child(&format!("community/{}", e.community), id);
            }
            AllianceEvent::Renamed(e) => world.learn_name("alliance", &e.name, id),
            AllianceEvent::Corrected(e) => {
                super::category::learn_corrected_name(world, "alliance", id, &e.changes);
                super::category::learn_corrected_parent(world, "community", "community", id, &e.changes);
            }
            AllianceEvent::Dissolved(_) => {}
        }
    }
}

/// A community has one active alliance.
fn the_only_one(world: &World, id: &str, community: &str) -> Result<(), Rejection> {
    let other = world.children_of(&format!("community/{community}")).iter().find(|other| {
        *other != id
            && world
                .alliance
                .get(other)
                .is_some_and(|alliance| alliance.community == community && alliance.dissolved.is_none())
    });
    match other {
        Some(other) => {
            Err(Rejection::new("alliance-exists").with("community", community).with("alliance", other))
        }
        None => Ok(()),
    }
}
