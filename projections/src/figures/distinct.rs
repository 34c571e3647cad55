//! Figures that count distinct units or alliances: a wider scope is not the sum of its parts, and a longer span
//! not the sum of its quarters.

use gongjian_core::record::Position;
use rustc_hash::{FxHashMap, FxHashSet};

use super::compact::{Compact, MeetingKind, Source, Table};
use super::dense::NOWHERE;
use super::names::Figure;
use super::places::Area;
use super::rows::{Term, stands};
use super::tally::{Period, Tally, When};

/// One reason why something counts in an area, with the events that could undo or restore it.
#[derive(Clone, Copy)]
struct Reason {
    area: Area,
    /// What is counted once, by its number.
    key: u64,
    stands: bool,
    /// Events without which it would be the other way round.
    turns: [Option<Position>; 2],
    source: Source,
}

/// How many reasons stand for each thing in each area.
type Standing = FxHashMap<(Area, u64), u32>;

/// Counts each key once in each area where at least one of its reasons stands.
fn settle(reasons: &[Reason], figure: Figure, tally: &mut Tally<'_>) -> Standing {
    let mut standing = Standing::default();
    standing.reserve(reasons.len());
    for reason in reasons.iter().filter(|reason| reason.stands) {
        *standing.entry((reason.area, reason.key)).or_default() += 1;
    }
    for (area, _) in standing.keys() {
        tally.add_distinct(*area, figure);
    }
    if tally.wants(&[figure]) {
        for reason in reasons {
            // With one reason its loss is felt; with none, each lost end would bring the key back.
            let felt = match standing.get(&(reason.area, reason.key)) {
                None => true,
                Some(1) => reason.stands,
                Some(_) => false,
            };
            for at in reason.turns.into_iter().flatten().filter(|_| felt) {
                tally.distinct_event(reason.area, figure, at, reason.source);
            }
        }
    }
    standing
}

/// What a rule says now, and the events without which it would say otherwise: it stands between two facts.
fn turning(
    days: [When; 2],
    at: [Position; 2],
    stands: impl Fn(When, When) -> bool,
) -> (bool, [Option<Position>; 2]) {
    let [begun, ended] = days;
    let now = stands(begun, ended);
    let turn = |day: When, at, then: bool| (day.is() && then != now).then_some(at);
    let turns =
        [turn(begun, at[0], stands(When::NEVER, ended)), turn(ended, at[1], stands(begun, When::NEVER))];
    (now, turns)
}

/// 成员单位: distinct units with a membership.
pub(super) fn member_units(compact: &Compact, tally: &mut Tally<'_>) {
    let (places, period) = (tally.places(), tally.period);
    let mut reasons = Vec::new();
    for (place, it, at) in compact.memberships.iter() {
        let (now, turns) = turning(it.days, at, |joined, left| stands(&period, joined, left));
        if !now && turns == [None, None] {
            continue;
        }
        let source = Source { table: Table::Membership, row: place };
        for area in tally.areas(places.alliance(it.rest.alliance)) {
            reasons.push(Reason { area, key: u64::from(it.rest.unit), stands: now, turns, source });
        }
    }
    settle(&reasons, Figure::MemberUnits, tally);
}

/// 已召开的联盟: distinct alliances among the joint meetings held.
pub(super) fn alliances_met(compact: &Compact, tally: &mut Tally<'_>) {
    let (places, period) = (tally.places(), tally.period);
    let mut reasons = Vec::new();
    for (place, it, at) in compact.meetings.iter() {
        let [held, scheduled] = it.days;
        if it.rest.kind != MeetingKind::Joint || !period.in_it(held) {
            continue;
        }
        let bucket = places.community(it.rest.community);
        let there = |alliance: &u32| {
            let row = compact.alliances.get(*alliance);
            let days = row.map_or([When::NEVER; 2], |row| row.days);
            days[0] <= held && days[1] > held
        };
        let of_community = places.alliances_of(it.rest.community);
        // A community has one alliance at a time; a meeting before it was established is still its own, and one
        // of a community without any stands for that community's.
        let alliance = of_community.iter().find(|alliance| there(alliance)).or_else(|| of_community.first());
        let of_none = u64::from(it.rest.community) << u32::BITS;
        let key = alliance.map_or(of_none | u64::from(NOWHERE), |alliance| u64::from(*alliance));
        let turns = [Some(at[0]), scheduled.is().then_some(at[1])];
        let source = Source { table: Table::Meeting, row: place };
        for area in tally.areas(bucket) {
            reasons.push(Reason { area, key, stands: true, turns, source });
        }
    }
    settle(&reasons, Figure::AlliancesMet, tally);
}

/// Who serves a compound at the end of the period, and the event that says so.
fn serving(compact: &Compact, tally: &Tally<'_>) -> Vec<Reason> {
    let (places, period) = (tally.places(), tally.period);
    let mut reasons = Vec::new();
    for (place, it, _) in compact.compounds.iter() {
        let served = it.rest.served.partition_point(|served| period.by_end(served.from));
        let Some(served) = served.checked_sub(1).and_then(|last| it.rest.served.get(last)) else { continue };
        let Some(enterprise) = served.enterprise else { continue };
        let source = Source { table: Table::Compound, row: place };
        let turns = [Some(served.at), None];
        for area in tally.areas(places.community(it.rest.community)) {
            reasons.push(Reason { area, key: u64::from(enterprise), stands: true, turns, source });
        }
    }
    reasons
}

/// 共建协议 whose 乙方 serves in the area.
fn agreements_of(compact: &Compact, tally: &Tally<'_>, serving: &Standing) -> Vec<Reason> {
    let (places, period) = (tally.places(), tally.period);
    let mut reasons = Vec::new();
    for (place, it, at) in compact.agreements.iter().filter(|(_, it, _)| it.rest.co_building) {
        let [_, effective, terminated, _] = it.days;
        let (now, turns) = turning([effective, terminated], [at[1], at[2]], |effective, terminated| {
            Term { effective, terminated, lapses: it.rest.lapses }.in_force(&period)
        });
        let source = Source { table: Table::Agreement, row: place };
        let key = u64::from(it.rest.party_b);
        for area in tally.areas(places.alliance(it.rest.alliance)) {
            if serving.contains_key(&(area, key)) {
                reasons.push(Reason { area, key, stands: now, turns, source });
            }
        }
    }
    reasons
}

/// Claims of the year, in any community, by the enterprises that serve in an area.
fn claims_of(compact: &Compact, period: &Period, serving: &Standing) -> Vec<Reason> {
    let enterprises: FxHashSet<u64> = serving.keys().map(|(_, enterprise)| *enterprise).collect();
    let mut claims: FxHashMap<u64, Vec<(Position, u32)>> = FxHashMap::default();
    for (place, it, _) in compact.projects.iter() {
        for claim in &it.rest.claims {
            let key = u64::from(claim.unit);
            let of_the_year = claim.on.by(period.end) && !claim.on.before(period.year_start);
            if of_the_year && enterprises.contains(&key) {
                claims.entry(key).or_default().push((claim.at, place));
            }
        }
    }
    let mut reasons = Vec::new();
    for (area, key) in serving.keys() {
        for (at, row) in claims.get(key).into_iter().flatten() {
            let source = Source { table: Table::Project, row: *row };
            let turns = [Some(*at), None];
            reasons.push(Reason { area: *area, key: *key, stands: true, turns, source });
        }
    }
    reasons
}

/// 物业企业 and which of them have a 共建协议 in force in the scope, or a claim this year anywhere.
pub(super) fn enterprises(compact: &Compact, tally: &mut Tally<'_>) {
    use Figure::{PropertyEnterprisesWithAgreement, PropertyEnterprisesWithClaimThisYear};
    let compounds = serving(compact, tally);
    let serving = settle(&compounds, Figure::PropertyEnterprises, tally);
    let signed = agreements_of(compact, tally, &serving);
    let signed = settle(&signed, PropertyEnterprisesWithAgreement, tally);
    let claimed = claims_of(compact, &tally.period, &serving);
    let claimed = settle(&claimed, PropertyEnterprisesWithClaimThisYear, tally);
    // Where one compound alone makes an enterprise count, its loss takes the rate's numerator too.
    for (numerator, counted) in
        [(PropertyEnterprisesWithAgreement, &signed), (PropertyEnterprisesWithClaimThisYear, &claimed)]
    {
        if !tally.wants(&[numerator]) {
            continue;
        }
        for compound in &compounds {
            let key = (compound.area, compound.key);
            if serving.get(&key) == Some(&1) && counted.contains_key(&key) {
                for at in compound.turns.into_iter().flatten() {
                    tally.distinct_event(compound.area, numerator, at, compound.source);
                }
            }
        }
    }
}
