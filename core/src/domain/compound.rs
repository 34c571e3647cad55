//! Residential compounds (小区): the finest place that the ledger names.

use serde::{Deserialize, Serialize};

use super::World;
use super::category::{
    Category, Change, Context, Wanted, absent, correct, corrections, optional, present, required,
};
use super::facts::{At, Timeline};
use crate::day::Day;
use crate::rejection::Rejection;

events! {
    /// Facts about a compound.
    pub enum CompoundEvent in "compound" {
        /// The compound entered the registry; what is stated here holds from the start.
        Registered: "compound.registered", version 1 {
            name: String,
            /// Code of its community.
            community: String,
            households: Option<u32>,
            /// 物业服务方式: 市场化物业, 党组织领办, 国有兜底, 整体托管, 划片打包.
            service_mode: Option<String>,
            /// Code of the property enterprise that serves it.
            enterprise: Option<String>,
        }
        /// Same compound, new name; the old one still finds it.
        Renamed: "compound.renamed", version 1 { name: String }
        /// Households were counted.
        Counted: "compound.counted", version 1 { households: u32 }
        /// From now on it is served in this way, by this enterprise.
        Serviced: "compound.serviced", version 1 { service_mode: Option<String>, enterprise: Option<String> }
        /// The registry was wrong.
        Corrected: "compound.corrected", version 1 { changes: Vec<Change>, reason: String }
    }
}

commands! {
    /// Commands about a compound.
    pub enum CompoundCommand {
        /// Enter a compound.
        Register: "compound.register" {
            name: String,
            community: String,
            households: Option<u32>,
            service_mode: Option<String>,
            enterprise: Option<String>,
        }
        /// Rename it from the day on which this happened.
        Rename: "compound.rename" { name: String }
        /// Record a count of households.
        Count: "compound.count" { households: u32 }
        /// Record how and by whom it is served from now on.
        Service: "compound.service" { service_mode: Option<String>, enterprise: Option<String> }
        /// Correct what was entered wrongly.
        Correct: "compound.correct" { changes: Vec<Wanted>, reason: String }
    }
}

/// A compound.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compound {
    /// Its name over time.
    pub name: Timeline<String>,
    /// Code of its community.
    pub community: String,
    /// Households over time.
    pub households: Timeline<Option<u32>>,
    /// How it is served, over time.
    pub service_mode: Timeline<Option<String>>,
    /// Code of the enterprise that serves it, over time.
    pub enterprise: Timeline<Option<String>>,
}

fields! { Compound {
    "name": name, "community": community, "households": households,
    "serviceMode": service_mode, "enterprise": enterprise,
} }

impl Category for Compound {
    type Event = CompoundEvent;
    type Command = CompoundCommand;

    const NAMED: Option<&'static str> = Some("compound");
    const REQUIRED: &'static [&'static str] = &["name", "community"];

    const REFERENCES: &'static [(&'static str, &'static str)] =
        &[("community", "community"), ("enterprise", "unit")];

    fn decide(
        world: &World,
        _: &Context<'_>,
        id: &str,
        state: Option<&Self>,
        command: &CompoundCommand,
    ) -> Result<CompoundEvent, Rejection> {
        let unit = |given: &Option<String>| given.as_ref().map(|name| world.unit_code(name)).transpose();
        match command {
            CompoundCommand::Register { name, community, households, service_mode, enterprise } => {
                absent(id, state)?;
                required("name", name)?;
                optional("serviceMode", service_mode.as_ref())?;
                world.free_name("compound", name, id)?;
                Ok(Registered {
                    name: name.clone(),
                    community: world.community_code(community)?,
                    households: *households,
                    service_mode: service_mode.clone(),
                    enterprise: unit(enterprise)?,
                }
                .into())
            }
            CompoundCommand::Rename { name } => {
                present(id, state)?;
                required("name", name)?;
                world.free_name("compound", name, id)?;
                Ok(Renamed { name: name.clone() }.into())
            }
            CompoundCommand::Count { households } => {
                present(id, state)?;
                Ok(Counted { households: *households }.into())
            }
            CompoundCommand::Service { service_mode, enterprise } => {
                present(id, state)?;
                optional("serviceMode", service_mode.as_ref())?;
                Ok(Serviced { service_mode: service_mode.clone(), enterprise: unit(enterprise)? }.into())
            }
            CompoundCommand::Correct { changes, reason } => {
                let changes = corrections(world, id, present(id, state)?, changes, reason)?;
                Ok(Corrected { changes, reason: reason.clone() }.into())
            }
        }
    }

    fn evolve(&mut self, event: &CompoundEvent, at: &At) {
        match event {
            CompoundEvent::Registered(e) => {
                self.name.set(Day::BEGINNING, at.position, e.name.clone());
                self.community.clone_from(&e.community);
                self.households.set(Day::BEGINNING, at.position, e.households);
                self.service_mode.set(Day::BEGINNING, at.position, e.service_mode.clone());
                self.enterprise.set(Day::BEGINNING, at.position, e.enterprise.clone());
            }
            CompoundEvent::Renamed(e) => self.name.set(at.occurred, at.position, e.name.clone()),
            CompoundEvent::Counted(e) => self.households.set(at.occurred, at.position, Some(e.households)),
            CompoundEvent::Serviced(e) => {
                self.service_mode.set(at.occurred, at.position, e.service_mode.clone());
                self.enterprise.set(at.occurred, at.position, e.enterprise.clone());
            }
            CompoundEvent::Corrected(e) => correct(self, &e.changes, at),
        }
    }

    fn index(world: &mut World, id: &str, event: &CompoundEvent) {
        match event {
            CompoundEvent::Registered(Registered { name, .. }) | CompoundEvent::Renamed(Renamed { name }) => {
                world.learn_name("compound", name, id);
            }
            CompoundEvent::Corrected(e) => {
                super::category::learn_corrected_name(world, "compound", id, &e.changes);
            }
            CompoundEvent::Counted(_) | CompoundEvent::Serviced(_) => {}
        }
    }
}
