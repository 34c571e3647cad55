//! The registry (机构台账): who and what there is, as of a day, by every name it ever had.

use std::collections::BTreeMap;

use gongjian_core::day::Day;
use gongjian_core::domain::Event;
use gongjian_core::domain::alliance::Alliance;
use gongjian_core::domain::branch::Branch;
use gongjian_core::domain::community::Community;
use gongjian_core::domain::compound::Compound;
use gongjian_core::domain::facts::Timeline;
use gongjian_core::domain::grid::Grid;
use gongjian_core::domain::holiday::Holiday;
use gongjian_core::domain::membership::Membership;
use gongjian_core::domain::post::Post;
use gongjian_core::domain::street::Street;
use gongjian_core::domain::table::Table;
use gongjian_core::domain::unit::Unit;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::projection::{Projection, Recorded, fold};

/// What kind of thing a name belongs to. A compound's Party branch answers as a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the words of the registry")]
pub enum Kind {
    Street,
    Community,
    Compound,
    Unit,
    Alliance,
    Grid,
}

impl Kind {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Street => "street",
            Kind::Community => "community",
            Kind::Compound => "compound",
            Kind::Unit => "unit",
            Kind::Alliance => "alliance",
            Kind::Grid => "grid",
        }
    }
}

/// The registry.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each table holds the states of the category it is named after")]
pub struct Registry {
    pub street: Table<Street>,
    pub community: Table<Community>,
    pub compound: Table<Compound>,
    pub branch: Table<Branch>,
    pub grid: Table<Grid>,
    pub unit: Table<Unit>,
    pub post: Table<Post>,
    pub alliance: Table<Alliance>,
    pub membership: Table<Membership>,
    pub holiday: Table<Holiday>,
    /// Every name that anything has or had, with its code.
    names: BTreeMap<Kind, BTreeMap<String, String>>,
}

impl Registry {
    /// The name on a day of what has this code.
    pub fn name(&self, kind: Kind, code: &str, on: Day) -> Option<&str> {
        fn of(name: &Timeline<String>, on: Day) -> Option<&String> {
            // What entered the registry later is still called by its first name.
            name.on(on).or_else(|| name.entries().first().map(|entry| &entry.value))
        }
        match kind {
            Kind::Street => self.street.get(code).and_then(|row| of(&row.name, on)),
            Kind::Community => self.community.get(code).and_then(|row| of(&row.name, on)),
            Kind::Compound => self.compound.get(code).and_then(|row| of(&row.name, on)),
            Kind::Unit => match self.unit.get(code) {
                Some(row) => of(&row.name, on),
                None => self.branch.get(code).and_then(|row| of(&row.name, on)),
            },
            Kind::Alliance => self.alliance.get(code).and_then(|row| of(&row.name, on)),
            Kind::Grid => self.grid.get(code).and_then(|row| of(&row.name, on)),
        }
        .map(String::as_str)
    }

    /// The code of what has, or once had, exactly this name; a code is its own answer.
    pub fn code<'s>(&'s self, kind: Kind, given: &'s str) -> Option<&'s str> {
        let known = match kind {
            Kind::Street => self.street.get(given).is_some(),
            Kind::Community => self.community.get(given).is_some(),
            Kind::Compound => self.compound.get(given).is_some(),
            Kind::Unit => self.unit.get(given).is_some() || self.branch.get(given).is_some(),
            Kind::Alliance => self.alliance.get(given).is_some(),
            Kind::Grid => self.grid.get(given).is_some(),
        };
        if known { Some(given) } else { self.names.get(&kind)?.get(given).map(String::as_str) }
    }

    /// Everything that has this code or name: a community and a compound may share one.
    pub fn find<'s>(&'s self, given: &'s str) -> Vec<(Kind, &'s str)> {
        [Kind::Compound, Kind::Community, Kind::Street, Kind::Alliance, Kind::Unit, Kind::Grid]
            .into_iter()
            .filter_map(|kind| self.code(kind, given).map(|code| (kind, code)))
            .collect()
    }

    /// Every name that something has or had, oldest first.
    pub fn names_of(&self, kind: Kind, code: &str) -> Vec<&str> {
        let names = match kind {
            Kind::Street => self.street.get(code).map(|row| &row.name),
            Kind::Community => self.community.get(code).map(|row| &row.name),
            Kind::Compound => self.compound.get(code).map(|row| &row.name),
            Kind::Unit => match self.unit.get(code) {
                Some(row) => Some(&row.name),
                None => self.branch.get(code).map(|row| &row.name),
            },
            Kind::Alliance => self.alliance.get(code).map(|row| &row.name),
            Kind::Grid => self.grid.get(code).map(|row| &row.name),
        };
        names
            .map(|names| names.entries().iter().map(|entry| entry.value.as_str()).collect())
            .unwrap_or_default()
    }

    /// Code of a community's street.
    pub fn street_of(&self, community: &str) -> Option<&str> {
        self.community.get(community).map(|community| community.street.as_str())
    }

    /// Code of an alliance's community.
    pub fn community_of_alliance(&self, alliance: &str) -> Option<&str> {
        self.alliance.get(alliance).map(|alliance| alliance.community.as_str())
    }

    /// The alliances that exist on a day, in the order of their codes.
    pub fn alliances_on(&self, day: Day) -> Vec<(&str, &Alliance)> {
        let mut alliances: Vec<_> =
            self.alliance.iter().filter(|(_, alliance)| exists(alliance, day)).collect();
        alliances.sort_unstable_by_key(|(code, _)| *code);
        alliances
    }

    /// The alliance of a community on a day.
    pub fn alliance_of(&self, community: &str, day: Day) -> Option<&str> {
        self.alliance
            .iter()
            .filter(|(_, alliance)| alliance.community == community && exists(alliance, day))
            .map(|(code, _)| code)
            .min()
    }

    /// The roster of an alliance on a day: units with their memberships, in the order of the units.
    pub fn roster(&self, alliance: &str, day: Day) -> Vec<(&str, &Membership)> {
        let mut members: Vec<_> = self
            .membership
            .iter()
            .filter(|(_, membership)| membership.alliance == alliance && membership.on(day))
            .map(|(_, membership)| (membership.unit.as_str(), membership))
            .collect();
        members.sort_unstable_by_key(|(unit, _)| *unit);
        members
    }

    /// The units that exist on a day, in the order of their codes.
    pub fn units_on(&self, day: Day) -> Vec<(&str, &Unit)> {
        let mut units: Vec<_> = self
            .unit
            .iter()
            .filter(|(_, unit)| !unit.dissolved.is_some_and(|dissolved| dissolved.by(day)))
            .collect();
        units.sort_unstable_by_key(|(code, _)| *code);
        units
    }

    /// Whether a day is a public holiday.
    pub fn is_holiday(&self, day: Day) -> bool {
        self.holiday.iter().any(|(_, holiday)| holiday.from <= day && day <= holiday.until)
    }

    /// Whether a community still exists on a day: nothing else took its place.
    pub fn community_stands(&self, code: &str, day: Day) -> bool {
        self.community.get(code).is_some_and(|community| stands(community, code, day))
    }

    fn learn(&mut self, kind: Kind, code: &str) {
        let names: Vec<String> = self.names_of(kind, code).into_iter().map(str::to_owned).collect();
        let known = self.names.entry(kind).or_default();
        for name in names {
            if known.get(&name).is_none_or(|owner| owner != code) {
                known.insert(name, code.to_owned());
            }
        }
    }
}

/// Whether a community still exists on a day: nothing else took its place.
pub(crate) fn stands(community: &Community, code: &str, day: Day) -> bool {
    community.successors.on(day).is_none_or(|successors| successors.iter().any(|next| next == code))
}

/// Alliances by community, for who asks about many meetings.
pub(crate) struct Alliances<'v> {
    registry: &'v Registry,
    of_community: FxHashMap<&'v str, Vec<&'v str>>,
}

impl<'v> Alliances<'v> {
    pub(crate) fn of(registry: &'v Registry) -> Alliances<'v> {
        let mut of_community: FxHashMap<&str, Vec<&str>> = FxHashMap::default();
        for (code, entry) in registry.alliance.sorted() {
            let alliance = &entry.state;
            of_community.entry(&alliance.community).or_default().push(code);
        }
        Alliances { registry, of_community }
    }

    /// The alliance whose joint meeting a meeting of a community on a day is. A community has one alliance at a
    /// time; a meeting before it was established is still its own.
    pub(crate) fn meeting(&self, community: &str, day: Day) -> Option<&'v str> {
        let alliances = self.of_community.get(community)?;
        let there = |code: &&str| self.registry.alliance.get(code).is_some_and(|it| exists(it, day));
        alliances.iter().copied().find(there).or_else(|| alliances.first().copied())
    }
}

fn exists(alliance: &Alliance, day: Day) -> bool {
    alliance.established.is_some_and(|established| established.by(day))
        && !alliance.dissolved.is_some_and(|dissolved| dissolved.by(day))
}

impl Projection for Registry {
    const NAME: &'static str = "registry";
    const VERSION: u32 = 1;

    fn apply(&mut self, recorded: &Recorded<'_>) {
        let named = match recorded.event {
            Some(Event::Street(event)) => {
                fold(&mut self.street, recorded, event);
                Kind::Street
            }
            Some(Event::Community(event)) => {
                fold(&mut self.community, recorded, event);
                Kind::Community
            }
            Some(Event::Compound(event)) => {
                fold(&mut self.compound, recorded, event);
                Kind::Compound
            }
            Some(Event::Branch(event)) => {
                fold(&mut self.branch, recorded, event);
                Kind::Unit
            }
            Some(Event::Grid(event)) => {
                fold(&mut self.grid, recorded, event);
                Kind::Grid
            }
            Some(Event::Unit(event)) => {
                fold(&mut self.unit, recorded, event);
                Kind::Unit
            }
            Some(Event::Alliance(event)) => {
                fold(&mut self.alliance, recorded, event);
                Kind::Alliance
            }
            Some(Event::Post(event)) => return fold(&mut self.post, recorded, event),
            Some(Event::Membership(event)) => return fold(&mut self.membership, recorded, event),
            Some(Event::Holiday(event)) => return fold(&mut self.holiday, recorded, event),
            _ => return,
        };
        self.learn(named, recorded.id);
    }
}
