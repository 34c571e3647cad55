//! Who is who (机构名册): streets, their communities, and what belongs to each, as of a day.

use askama::Template;
use gongjian_core::day::Day;
use gongjian_projections::lists::Query;
use gongjian_projections::registry::{Kind, Registry};

use super::super::cells::{Cell, place};
use super::super::{Frame, Seen, Shown, Visit};
use super::linked;
use crate::app::Asked;
use crate::error::Problem;

/// The registers of the registry.
const REGISTERS: &[&str] = &[
    "streets",
    "communities",
    "compounds",
    "branches",
    "grids",
    "units",
    "posts",
    "alliances",
    "memberships",
    "holidays",
    "series",
];

struct CommunityRow {
    name: Cell,
    former: String,
    alliance: Cell,
    members: String,
    compounds: String,
    grids: String,
    households: String,
    trail: String,
}

struct Street {
    name: Cell,
    id: String,
    rows: Vec<CommunityRow>,
}

#[derive(Template)]
#[template(path = "registry.html")]
struct RegistryPage {
    frame: Frame,
    on: String,
    day: String,
    registers: Vec<(String, String, usize)>,
    streets: Vec<Street>,
}

/// The tree.
pub(crate) fn show(visit: &Visit) -> Seen {
    let t = visit.text;
    let asked = visit.asked()?;
    let on = visit.on(asked)?;
    let registers = REGISTERS.iter().map(|list| counted(visit, list)).collect::<Result<_, _>>()?;
    let streets = {
        let views = visit.app().views_as_of(asked.last)?;
        streets(&views.registry, on, visit)
    };
    let page = RegistryPage {
        frame: visit.frame(t.plain("page-registry")).wide(),
        on: visit.query.get("on").to_owned(),
        day: t.day(on),
        registers,
        streets,
    };
    Shown::page(&page)
}

fn counted(visit: &Visit, list: &str) -> Result<(String, String, usize), Problem> {
    let query = Query { limit: 1, ..Query::on(visit.app().today()) };
    let total = visit.app().list(list, &query, Asked::default())?.total;
    Ok((format!("/registry/{list}"), visit.text.plain(&format!("page-{list}")), total))
}

fn streets(registry: &Registry, on: Day, visit: &Visit) -> Vec<Street> {
    let named = |kind: Kind, word: &str, code: &str| {
        let name = registry.name(kind, code, on).unwrap_or(code).to_owned();
        linked(name, place(&format!("{word}/{code}")).unwrap_or_default())
    };
    let row = |code: &str| {
        let name = named(Kind::Community, "community", code);
        let former: Vec<String> = registry
            .names_of(Kind::Community, code)
            .into_iter()
            .filter(|former| *former != name.words)
            .map(str::to_owned)
            .collect();
        let alliance = registry.alliance_of(code, on);
        let compounds = registry.compound.iter().filter(|(_, it)| it.community == code).count();
        let grids = registry.grid.iter().filter(|(_, it)| it.community == code).count();
        let households = registry.community.get(code).and_then(|it| it.households.on(on).copied().flatten());
        CommunityRow {
            former: visit.text.listed(&former),
            members: alliance.map(|it| registry.roster(it, on).len().to_string()).unwrap_or_default(),
            alliance: alliance.map(|it| named(Kind::Alliance, "alliance", it)).unwrap_or_default(),
            compounds: compounds.to_string(),
            grids: grids.to_string(),
            households: households.map(|count| super::grouped(u64::from(count))).unwrap_or_default(),
            trail: super::trail_link(&format!("community/{code}")),
            name,
        }
    };
    let mut streets = Vec::new();
    for (street, _) in registry.street.sorted() {
        let communities = registry.community.sorted().into_iter();
        let own = communities
            .filter(|(code, entry)| entry.state.street == street && registry.community_stands(code, on));
        streets.push(Street {
            name: named(Kind::Street, "street", street),
            id: street.to_owned(),
            rows: own.map(|(code, _)| row(code)).collect(),
        });
    }
    streets
}
