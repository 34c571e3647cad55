//! Streets (街道): the level above communities.

use serde::{Deserialize, Serialize};

use super::World;
use super::category::{Category, Change, Context, Wanted, absent, correct, corrections, present, required};
use super::facts::{At, Timeline};
use crate::day::Day;
use crate::rejection::Rejection;

events! {
    /// Facts about a street.
    pub enum StreetEvent in "street" {
        /// The street entered the registry; its name holds from the start.
        Registered: "street.registered", version 1 { name: String }
        /// Same street, new name; the old one still finds it.
        Renamed: "street.renamed", version 1 { name: String }
        /// The registry was wrong.
        Corrected: "street.corrected", version 1 { changes: Vec<Change>, reason: String }
    }
}

commands! {
    /// Commands about a street.
    pub enum StreetCommand {
        /// Enter a street.
        Register: "street.register" { name: String }
        /// Rename it from the day on which this happened.
        Rename: "street.rename" { name: String }
        /// Correct what was entered wrongly.
        Correct: "street.correct" { changes: Vec<Wanted>, reason: String }
    }
}

/// A street.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Street {
    /// Its name over time.
    pub name: Timeline<String>,
}

fields! { Street { "name": name } }

impl Category for Street {
    type Event = StreetEvent;
    type Command = StreetCommand;

    const NAMED: Option<&'static str> = Some("street");
    const REQUIRED: &'static [&'static str] = &["name"];

    fn decide(
        world: &World,
        _: &Context<'_>,
        id: &str,
        state: Option<&Self>,
        command: &StreetCommand,
    ) -> Result<StreetEvent, Rejection> {
        match command {
            StreetCommand::Register { name } => {
                absent(id, state)?;
                required("name", name)?;
                world.free_name("street", name, id)?;
                Ok(Registered { name: name.clone() }.into())
            }
            StreetCommand::Rename { name } => {
                present(id, state)?;
                required("name", name)?;
                world.free_name("street", name, id)?;
                Ok(Renamed { name: name.clone() }.into())
            }
            StreetCommand::Correct { changes, reason } => {
                let changes = corrections(world, id, present(id, state)?, changes, reason)?;
                Ok(Corrected { changes, reason: reason.clone() }.into())
            }
        }
    }

    fn evolve(&mut self, event: &StreetEvent, at: &At) {
        match event {
            StreetEvent::Registered(e) => self.name.set(Day::BEGINNING, at.position, e.name.clone()),
            StreetEvent::Renamed(e) => self.name.set(at.occurred, at.position, e.name.clone()),
            StreetEvent::Corrected(e) => correct(self, &e.changes, at),
        }
    }

    fn index(world: &mut World, id: &str, event: &StreetEvent) {
        match event {
            StreetEvent::Registered(Registered { name }) | StreetEvent::Renamed(Renamed { name }) => {
                world.learn_name("street", name, id);
            }
            StreetEvent::Corrected(e) => {
                super::category::learn_corrected_name(world, "street", id, &e.changes)
            }
        }
    }
}
