//! Community Party-building alliances (社区党建联盟), one active alliance per community.

use serde::{Deserialize, Serialize};

use super::World;
use super::category::{Category, Change, Context, Wanted, absent, correct, corrections, present, required};
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
                let other = world.children_of(&format!("community/{community}")).iter().find(|other| {
                    world.alliance.get(other).is_some_and(|alliance| alliance.dissolved.is_none())
                });
                if let Some(other) = other {
                    return Err(Rejection::new("alliance-exists")
                        .with("community", &community)
                        .with("alliance", other));
                }
                Ok(Established { name: name.clone(), community }.into())
            }
            AllianceCommand::Rename { name } => {
                present(id, state)?;
                required("name", name)?;
                world.free_name("alliance", name, id)?;
                Ok(Renamed { name: name.clone() }.into())
            }
            AllianceCommand::Dissolve { reason } => {
                if present(id, state)?.dissolved.is_some() {
                    return Err(Rejection::wrong_state("dissolved", "alliance.dissolve", &["alliance.correct"]));
                }
                required("reason", reason)?;
                Ok(Dissolved { reason: reason.clone() }.into())
            }
            AllianceCommand::Correct { changes, reason } => {
                let changes = corrections(world, present(id, state)?, changes, reason)?;
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
            }
            AllianceEvent::Dissolved(_) => {}
        }
    }
}
