//! Projects and the duties of property enterprises (R14, R15).

use std::collections::BTreeMap;

use gongjian_core::day::Day;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{Code, Out};
use crate::trail::work_of;

pub(super) fn find(out: &mut Out<'_>) {
    let views = out.views;
    for (id, project) in views.projects.project.iter() {
        if !project.proposed.is_some_and(|proposed| proposed.by(out.on)) {
            continue;
        }
        let stream = format!("project/{id}");
        let community = Some(project.community.as_str());
        if let Some(accepted) = project.accepted.filter(|_| project.problems_solved.unwrap_or(0) == 0) {
            let stated = project.problems_solved.map(|solved| solved.to_string()).unwrap_or_default();
            let args = vec![("solved", stated)];
            if let Some(finding) = out.fact(Code::NothingSolved, stream.clone(), community, accepted, args) {
                finding.rests_on(project.submitted);
            }
        }
        let supporting: Vec<&str> = project.supporting.iter().map(String::as_str).collect();
        out.work(&stream, community, &work_of(project), &supporting);
        out.extensions(&stream, community);
    }
    enterprises(out);
}

/// Every enterprise that serves a compound on the day: an agreement in force, and claims in the year.
fn enterprises(out: &mut Out<'_>) {
    let views = out.views;
    let on = out.on;
    let mut serving: BTreeMap<&str, &str> = BTreeMap::new();
    for (_, compound) in views.registry.compound.iter() {
        if let Some(enterprise) = compound.enterprise.on(on).and_then(Option::as_deref) {
            let community = serving.entry(enterprise).or_insert(&compound.community);
            *community = (*community).min(&compound.community);
        }
    }
    let signed: FxHashSet<&str> = views
        .agreements
        .agreement
        .iter()
        .filter(|(_, agreement)| agreement.kind == "共建协议" && agreement.in_force(on))
        .map(|(_, agreement)| agreement.party_b.as_str())
        .collect();
    let (year, ..) = on.ymd();
    let bound = |month, day| Day::from_ymd(year, month, day).unwrap_or(on);
    let (first, last) = (bound(1, 1), bound(12, 31));
    let mut claims: FxHashMap<&str, u32> = FxHashMap::default();
    for (_, project) in views.projects.project.iter() {
        for (unit, claimed) in project.claims() {
            if first <= claimed.on && claimed.on <= on {
                *claims.entry(unit).or_default() += 1;
            }
        }
    }
    for (enterprise, community) in serving {
        let stream = format!("unit/{enterprise}");
        if let Some(rule) = views.rules.applies("R14", on)
            && !signed.contains(enterprise)
        {
            let args = vec![("rule", rule)];
            out.day(Code::EnterpriseWithoutAgreement, stream.clone(), Some(community), on, None, args);
        }
        if let Some((wanted, rule)) = views.rules.parameter("R15", "claimsPerYear", on) {
            let count = claims.get(enterprise).copied().unwrap_or(0);
            if count < wanted {
                let args = vec![
                    ("year", year.to_string()),
                    ("claims", count.to_string()),
                    ("required", wanted.to_string()),
                    // Until 31 December there is time.
                    ("until", last.to_string()),
                    ("rule", rule),
                ];
                out.day(Code::EnterpriseWithoutClaim, stream, Some(community), on, None, args);
            }
        }
    }
}
