//! Comprehensive-governance grids (综治网格): 300–500 households, a leader's post and three to five members.

use serde::{Deserialize, Serialize};

use super::World;
use super::category::{
    Category, Change, Context, Wanted, absent, correct, corrections, optional, present, required,
};
use super::facts::{At, Timeline};
use crate::day::Day;
use crate::rejection::Rejection;

events! {
    /// Facts about a grid.
    pub enum GridEvent in "grid" {
        /// The grid entered the registry; what is stated here holds from the start.
        Registered: "grid.registered", version 1 {
            name: String,
            /// Code of its community.
            community: String,
            households: Option<u32>,
            /// The post that leads it (网格长岗位), never a person.
            leader_post: Option<String>,
            /// 网格员数.
            members: Option<u16>,
        }
        /// Same grid, new name; the old one still finds it.
        Renamed: "grid.renamed", version 1 { name: String }
        /// Households were counted.
        Counted: "grid.counted", version 1 { households: u32 }
        /// From now on it is led by this post and has so many members.
        Staffed: "grid.staffed", version 1 { leader_post: Option<String>, members: Option<u16> }
        /// The registry was wrong.
        Corrected: "grid.corrected", version 1 { changes: Vec<Change>, reason: String }
    }
}

commands! {
    /// Commands about a grid.
    pub enum GridCommand {
        /// Enter a grid.
        Register: "grid.register" {
            name: String,
            community: String,
            households: Option<u32>,
            leader_post: Option<String>,
            members: Option<u16>,
        }
        /// Rename it from the day on which this happened.
        Rename: "grid.rename" { name: String }
        /// Record a count of households.
        Count: "grid.count" { households: u32 }
        /// Record its leader's post and how many members it has from now on.
        Staff: "grid.staff" { leader_post: Option<String>, members: Option<u16> }
        /// Correct what was entered wrongly.
        Correct: "grid.correct" { changes: Vec<Wanted>, reason: String }
    }
}

/// A grid.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grid {
    /// Its name over time.
    pub name: Timeline<String>,
    /// Code of its community.
    pub community: String,
    /// Households over time.
    pub households: Timeline<Option<u32>>,
    /// The leader's post over time.
    pub leader_post: Timeline<Option<String>>,
    /// Members over time.
    pub members: Timeline<Option<u16>>,
}

fields! { Grid {
    "name": name, "community": community, "households": households,
    "leaderPost": leader_post, "members": members,
} }

impl Category for Grid {
    type Event = GridEvent;
    type Command = GridCommand;

    const NAMED: Option<&'static str> = Some("grid");
    const REQUIRED: &'static [&'static str] = &["name", "community"];

    const REFERENCES: &'static [(&'static str, &'static str)] = &[("community", "community")];

    fn decide(
        world: &World,
        _: &Context<'_>,
        id: &str,
        state: Option<&Self>,
        command: &GridCommand,
    ) -> Result<GridEvent, Rejection> {
        match command {
            GridCommand::Register { name, community, households, leader_post, members } => {
                absent(id, state)?;
                required("name", name)?;
                optional("leaderPost", leader_post.as_ref())?;
                world.free_name("grid", name, id)?;
                Ok(Registered {
                    name: name.clone(),
                    community: world.community_code(community)?,
                    households: *households,
                    leader_post: leader_post.clone(),
                    members: *members,
                }
                .into())
            }
            GridCommand::Rename { name } => {
                present(id, state)?;
                required("name", name)?;
                world.free_name("grid", name, id)?;
                Ok(Renamed { name: name.clone() }.into())
            }
            GridCommand::Count { households } => {
                present(id, state)?;
                Ok(Counted { households: *households }.into())
            }
            GridCommand::Staff { leader_post, members } => {
                present(id, state)?;
                optional("leaderPost", leader_post.as_ref())?;
                Ok(Staffed { leader_post: leader_post.clone(), members: *members }.into())
            }
            GridCommand::Correct { changes, reason } => {
                let changes = corrections(world, id, present(id, state)?, changes, reason)?;
                Ok(Corrected { changes, reason: reason.clone() }.into())
            }
        }
    }

    fn evolve(&mut self, event: &GridEvent, at: &At) {
        match event {
            GridEvent::Registered(e) => {
                self.name.set(Day::BEGINNING, at.position, e.name.clone());
                self.community.clone_from(&e.community);
                self.households.set(Day::BEGINNING, at.position, e.households);
                self.leader_post.set(Day::BEGINNING, at.position, e.leader_post.clone());
                self.members.set(Day::BEGINNING, at.position, e.members);
            }
            GridEvent::Renamed(e) => self.name.set(at.occurred, at.position, e.name.clone()),
            GridEvent::Counted(e) => self.households.set(at.occurred, at.position, Some(e.households)),
            GridEvent::Staffed(e) => {
                self.leader_post.set(at.occurred, at.position, e.leader_post.clone());
                self.members.set(at.occurred, at.position, e.members);
            }
            GridEvent::Corrected(e) => correct(self, &e.changes, at),
        }
    }

    fn index(world: &mut World, id: &str, event: &GridEvent) {
        match event {
            GridEvent::Registered(Registered { name, .. }) | GridEvent::Renamed(Renamed { name }) => {
                world.learn_name("grid", name, id);
            }
            GridEvent::Corrected(e) => super::category::learn_corrected_name(world, "grid", id, &e.changes),
            GridEvent::Counted(_) | GridEvent::Staffed(_) => {}
        }
    }
}
