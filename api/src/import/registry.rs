//! 机构台账: what is registered holds from the start; what changes holds from the file's 截至日期.

use gongjian_core::domain::Command;
use gongjian_core::domain::alliance::AllianceCommand;
use gongjian_core::domain::branch::BranchCommand;
use gongjian_core::domain::community::CommunityCommand;
use gongjian_core::domain::compound::CompoundCommand;
use gongjian_core::domain::grid::GridCommand;
use gongjian_core::domain::holiday::HolidayCommand;
use gongjian_core::domain::membership::MembershipCommand;
use gongjian_core::domain::street::StreetCommand;
use gongjian_core::domain::unit::UnitCommand;

use super::row::RowWork;

/// Reconciles a row of any sheet of the registry.
pub(super) fn take(row: &mut RowWork<'_, '_, '_>) {
    row.compare(|_, _| false);
    if row.known {
        change(row)
    } else {
        register(row)
    }
    if row.stream.starts_with("membership/") && row.fresh("leftOn") {
        let left = row.day("leftOn").unwrap_or(row.as_of());
        row.tell("leftOn", MembershipCommand::End { reason: None }, left);
    }
}

fn register(row: &mut RowWork<'_, '_, '_>) {
    let on = row.as_of();
    let name = row.now("name").to_owned();
    let community = row.now("community").to_owned();
    let category = row.stream.split('/').next().unwrap_or_default().to_owned();
    let command: Command = match category.as_str() {
        "street" => StreetCommand::Register { name }.into(),
        "community" => CommunityCommand::Register {
            name,
            street: row.now("street").to_owned(),
            households: row.number("households"),
            population: row.number("population"),
            formation: row.text("formation"),
            established_on: row.day("establishedOn"),
        }
        .into(),
        "compound" => CompoundCommand::Register {
            name,
            community,
            households: row.number("households"),
            service_mode: row.text("serviceMode"),
            enterprise: row.text("enterprise"),
        }
        .into(),
        "branch" => BranchCommand::Register { name, community, compounds: row.list("compounds") }.into(),
        "grid" => GridCommand::Register {
            name,
            community,
            households: row.number("households"),
            leader_post: row.text("leaderPost"),
            members: row.number("members"),
        }
        .into(),
        "unit" => UnitCommand::Register {
            name,
            kind: row.now("kind").to_owned(),
            party_org: row.text("partyOrg").map(|text| text == "是"),
        }
        .into(),
        "alliance" => {
            let command = AllianceCommand::Establish { name, community };
            let established = row.day("establishedOn").unwrap_or(on);
            return row.tell("name", command, established);
        }
        "membership" => {
            let (alliance, unit) = (row.now("alliance").to_owned(), row.now("unit").to_owned());
            let joined = row.day("joinedOn").unwrap_or(on);
            return row.tell("joinedOn", MembershipCommand::Admit { alliance, unit }, joined);
        }
        "holiday" => {
            let (Some(from), Some(until)) = (row.day("startsOn"), row.day("endsOn")) else { return };
            HolidayCommand::Declare { name, from, until }.into()
        }
        _ => return,
    };
    row.tell("name", command, on);
}

/// A versioned attribute that changed holds from 截至日期 on.
fn change(row: &mut RowWork<'_, '_, '_>) {
    let on = row.as_of();
    let category = row.stream.split('/').next().unwrap_or_default().to_owned();
    if row.changed("name") && !row.now("name").is_empty() {
        let name = row.now("name").to_owned();
        let rename: Option<Command> = match category.as_str() {
            "street" => Some(StreetCommand::Rename { name }.into()),
            "community" => Some(CommunityCommand::Rename { name }.into()),
            "compound" => Some(CompoundCommand::Rename { name }.into()),
            "branch" => Some(BranchCommand::Rename { name }.into()),
            "grid" => Some(GridCommand::Rename { name }.into()),
            "unit" => Some(UnitCommand::Rename { name }.into()),
            "alliance" => Some(AllianceCommand::Rename { name }.into()),
            _ => None,
        };
        if let Some(command) = rename {
            row.tell("name", command, on);
        }
    }
    let any = |row: &RowWork<'_, '_, '_>, fields: &[&'static str]| {
        fields.iter().copied().find(|field| row.changed(field) && !row.now(field).is_empty())
    };
    match category.as_str() {
        "community" => {
            if let Some(field) = any(row, &["households", "population"]) {
                let households = row.changed("households").then(|| row.number("households")).flatten();
                let population = row.changed("population").then(|| row.number("population")).flatten();
                row.tell(field, CommunityCommand::Count { households, population }, on);
            }
        }
        "compound" => {
            if let (Some(field), Some(households)) = (any(row, &["households"]), row.number("households")) {
                row.tell(field, CompoundCommand::Count { households }, on);
            }
            if let Some(field) = any(row, &["serviceMode", "enterprise"]) {
                let service_mode = row.text("serviceMode");
                let enterprise = row.text("enterprise");
                row.tell(field, CompoundCommand::Service { service_mode, enterprise }, on);
            }
        }
        "branch" => {
            if let Some(field) = any(row, &["compounds"]) {
                let compounds = row.list("compounds");
                row.tell(field, BranchCommand::Cover { compounds }, on);
            }
        }
        "grid" => {
            if let (Some(field), Some(households)) = (any(row, &["households"]), row.number("households")) {
                row.tell(field, GridCommand::Count { households }, on);
            }
            if let Some(field) = any(row, &["leaderPost", "members"]) {
                let leader_post = row.text("leaderPost");
                let members = row.number("members");
                row.tell(field, GridCommand::Staff { leader_post, members }, on);
            }
        }
        "unit" => {
            if let Some(field) = any(row, &["partyOrg"]) {
                let party_org = row.now("partyOrg") == "是";
                row.tell(field, UnitCommand::Organise { party_org }, on);
            }
        }
        _ => {}
    }
}
