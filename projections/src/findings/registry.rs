//! The shape of grids (R02, R03) and memberships that were recorded too late (追溯冲突).

use gongjian_core::domain::facts::Fact;
use gongjian_core::domain::membership::Membership;
use rustc_hash::FxHashMap;

use super::{Code, Out};
use crate::figures::rows::JOINT;

pub(super) fn find(out: &mut Out<'_>) {
    grids(out);
    conflicts(out);
}

fn grids(out: &mut Out<'_>) {
    let views = out.views;
    let on = out.on;
    for (id, grid) in views.registry.grid.iter() {
        let stream = format!("grid/{id}");
        let community = Some(grid.community.as_str());
        let rule = |rule, parameter| views.rules.parameter(rule, parameter, on);
        if let (Some(entry), Some((min, version)), Some((max, _))) =
            (grid.households.entry_on(on), rule("R02", "householdsMin"), rule("R02", "householdsMax"))
            && let Some(households) = entry.value
            && !(min..=max).contains(&households)
        {
            let args = vec![
                ("households", households.to_string()),
                ("min", min.to_string()),
                ("max", max.to_string()),
                ("rule", version),
            ];
            out.day(Code::GridHouseholds, stream.clone(), community, on, Some(entry.at), args);
        }
        if let (Some(entry), Some((min, version)), Some((max, _))) =
            (grid.members.entry_on(on), rule("R03", "membersMin"), rule("R03", "membersMax"))
        {
            let leader = grid.leader_post.on(on).is_some_and(Option::is_some);
            let members = u32::from(entry.value.unwrap_or(0));
            if !leader || entry.value.is_some_and(|_| !(min..=max).contains(&members)) {
                let args = vec![
                    ("members", entry.value.map(|members| members.to_string()).unwrap_or_default()),
                    ("leader", if leader { "1" } else { "0" }.to_owned()),
                    ("min", min.to_string()),
                    ("max", max.to_string()),
                    ("rule", version),
                ];
                out.day(Code::GridMembers, stream, community, on, Some(entry.at), args);
            }
        }
    }
}

/// Facts of a unit in an alliance, recorded while it was a member on that day, of which a membership fact
/// recorded later says that it was not.
fn conflicts(out: &mut Out<'_>) {
    let views = out.views;
    let mut memberships: FxHashMap<(&str, &str), Vec<(&str, &Membership)>> = FxHashMap::default();
    let mut alliance_of: FxHashMap<&str, &str> = FxHashMap::default();
    for (code, alliance) in views.registry.alliance.iter() {
        alliance_of.entry(&alliance.community).or_insert(code);
    }
    for (id, membership) in views.registry.membership.iter() {
        memberships.entry((&membership.alliance, &membership.unit)).or_default().push((id, membership));
    }
    let mut check = |alliance: &str, unit: &str, fact: Fact, stream: String| {
        let Some(held) = memberships.get(&(alliance, unit)) else { return };
        if held.iter().any(|(_, membership)| membership.on(fact.on)) {
            return;
        }
        // Only an end that was recorded after the fact puts it in the wrong.
        let ended = held.iter().find(|(_, membership)| {
            membership.joined.is_some_and(|joined| joined.by(fact.on))
                && membership.left.is_some_and(|left| left.at > fact.at)
        });
        if let Some((id, Membership { left: Some(left), .. })) = ended {
            let args = vec![
                ("unit", unit.to_owned()),
                ("alliance", alliance.to_owned()),
                ("membership", (*id).to_owned()),
                ("left", left.on.to_string()),
                ("position", left.at.to_string()),
            ];
            let community = views.registry.community_of_alliance(alliance);
            if let Some(finding) = out.fact(Code::RetroactiveConflict, stream, community, fact, args) {
                finding.rests_on(Some(*left)).streams.push(format!("membership/{id}"));
            }
        }
    };
    for (id, agreement) in views.agreements.agreement.iter() {
        if let Some(signed) = agreement.signed.filter(|_| agreement.kind == "党建协议") {
            for unit in agreement.parties() {
                check(&agreement.alliance, unit, signed, format!("agreement/{id}"));
            }
        }
    }
    for (id, project) in views.projects.project.iter() {
        if let Some(alliance) = alliance_of.get(&*project.community) {
            for (unit, claimed) in project.claims() {
                check(alliance, unit, claimed, format!("project/{id}"));
            }
        }
    }
    for (id, meeting) in views.meetings.meeting.iter() {
        if let (Some(alliance), Some(held), Some(attended), JOINT) =
            (alliance_of.get(&*meeting.community), meeting.held, meeting.attended, &*meeting.meeting_type)
        {
            for unit in &meeting.units {
                check(alliance, unit, Fact { on: held.on, at: attended.at }, format!("meeting/{id}"));
            }
        }
    }
}
