//! What is owed once and stays owed: the co-building agreement of a property enterprise (R14).

use std::collections::BTreeMap;

use gongjian_core::day::Day;
use gongjian_core::domain::facts::Fact;
use rustc_hash::FxHashMap;

use super::cadence::in_order;
use super::{Out, Owed};
use crate::views::Views;

/// What an enterprise serves on a day.
pub(super) struct Served<'v> {
    /// Communities in which it serves a compound, and since when.
    pub communities: BTreeMap<&'v str, Day>,
    /// Since when it serves any of them.
    pub since: Day,
}

/// Every enterprise that serves a compound on a day, in the order of the codes.
pub(super) fn served(views: &Views, day: Day) -> BTreeMap<&str, Served<'_>> {
    let mut enterprises: BTreeMap<&str, Served<'_>> = BTreeMap::new();
    for (_, compound) in views.registry.compound.iter() {
        let Some(entry) = compound.enterprise.entry_on(day) else { continue };
        let Some(enterprise) = entry.value.as_deref().filter(|code| !code.is_empty()) else { continue };
        let served = enterprises
            .entry(enterprise)
            .or_insert_with(|| Served { communities: BTreeMap::new(), since: entry.from });
        served.since = served.since.min(entry.from);
        let since = served.communities.entry(&compound.community).or_insert(entry.from);
        *since = entry.from.min(*since);
    }
    enterprises
}

/// R14, property enterprise × community: a 共建协议 in force with the community's alliance. It is due so many days
/// after the enterprise began to serve there or the rule's version began to apply, whichever was later; where the
/// rule sets no days (`dueDays` 0), or neither beginning is known, it stays open.
pub(super) fn agreements(out: &mut Out<'_>) {
    let views = out.views;
    let on = out.on;
    let Some(version) = views.rules.applies("R14", on) else { return };
    let days = views.rules.parameter("R14", "dueDays", on).map_or(0, |(days, _)| days);
    let rule_from = views.rules.rule.get("R14").and_then(|rule| rule.versions.entry_on(on));
    let rule_from = rule_from.map_or(Day::BEGINNING, |entry| entry.from);
    let mut signed: FxHashMap<(&str, &str), Vec<Fact>> = FxHashMap::default();
    for (_, agreement) in views.agreements.agreement.iter() {
        if agreement.kind == "共建协议"
            && agreement.in_force(on)
            && let Some(community) = views.registry.community_of_alliance(&agreement.alliance)
        {
            signed.entry((&agreement.party_b, community)).or_default().extend(agreement.effective);
        }
    }
    for (enterprise, served) in served(views, on) {
        for (community, since) in served.communities {
            let start = Some(since.max(rule_from)).filter(|day| days > 0 && *day != Day::BEGINNING);
            let facts = signed.get(&(enterprise, community)).cloned().unwrap_or_default();
            out.judge(Owed {
                rule: "R14",
                rule_version: Some(version.clone()),
                subject: format!("unit/{enterprise}"),
                toward: Some(community),
                communities: vec![community.to_owned()],
                unit: Some(enterprise),
                period: None,
                opens_on: Some(since).filter(|day| *day != Day::BEGINNING),
                due_on: start.map(|day| day.plus(i32::try_from(days).unwrap_or(i32::MAX))),
                extended_to: None,
                wanted: 1,
                done: in_order(facts),
                excuse: None,
            });
        }
    }
}
