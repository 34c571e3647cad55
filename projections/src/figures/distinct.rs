//! Figures that count distinct units or alliances: a wider scope is not the sum of its parts.

use gongjian_core::day::Day;
use gongjian_core::domain::facts::Fact;
use gongjian_core::record::Position;
use rustc_hash::{FxHashMap, FxHashSet};

use super::names::Figure;
use super::places::{Area, Places};
use super::rows::{JOINT, Term};
use super::tally::{Period, Tally};
use crate::registry::Alliances;
use crate::views::Views;

/// What distinct figures come to in each area.
#[derive(Default)]
pub(super) struct Distinct {
    pub values: FxHashMap<(Area, Figure), u64>,
    pub events: FxHashMap<(Area, Figure), Vec<Position>>,
}

impl Distinct {
    pub(super) fn value(&self, area: Area, figure: Figure) -> u64 {
        self.values.get(&(area, figure)).copied().unwrap_or(0)
    }
}

/// One reason why something counts in an area, with the events that could undo or restore it.
struct Reason {
    stands: bool,
    /// Events without which it would be the other way round.
    turns: [Option<Position>; 2],
}

/// Reasons by area and key: a key counts where at least one of its reasons stands.
type Reasons<'v> = FxHashMap<(Area, &'v str), Vec<Reason>>;

fn settle(reasons: &Reasons<'_>, figure: Figure, with_events: bool, out: &mut Distinct) {
    for ((area, _), reasons) in reasons {
        let standing = reasons.iter().filter(|reason| reason.stands).count();
        if standing > 0 {
            *out.values.entry((*area, figure)).or_default() += 1;
        }
        if with_events {
            // With one reason its loss is felt; with none, each lost end would bring the key back.
            let felt = reasons
                .iter()
                .filter(|reason| if standing == 0 { !reason.stands } else { standing == 1 && reason.stands });
            let turns = felt.flat_map(|reason| reason.turns).flatten();
            out.events.entry((*area, figure)).or_default().extend(turns);
        }
    }
}

/// 成员单位: distinct units with a membership.
pub(super) fn member_units(
    views: &Views,
    places: &Places<'_>,
    period: &Period,
    events: bool,
    out: &mut Distinct,
) {
    let mut reasons = Reasons::default();
    for (_, membership) in views.registry.membership.iter() {
        let stands = |joined: Option<Fact>, left: Option<Fact>| period.by_end(joined) && !period.by_end(left);
        let now = stands(membership.joined, membership.left);
        let turn = |fact: Option<Fact>, then: bool| fact.filter(|_| then != now).map(|fact| fact.at);
        let turns = [
            turn(membership.joined, stands(None, membership.left)),
            turn(membership.left, stands(membership.joined, None)),
        ];
        if !now && turns == [None, None] {
            continue;
        }
        for area in places.areas(places.alliance(&membership.alliance)) {
            reasons.entry((area, &membership.unit)).or_default().push(Reason { stands: now, turns });
        }
    }
    settle(&reasons, Figure::MemberUnits, events, out);
}

/// 已召开的联盟: distinct alliances among the joint meetings held.
pub(super) fn alliances_met(
    views: &Views,
    places: &Places<'_>,
    period: &Period,
    events: bool,
    out: &mut Distinct,
) {
    let alliances = Alliances::of(&views.registry);
    let mut reasons = Reasons::default();
    for (_, meeting) in views.meetings.meeting.iter() {
        let Some(held) = meeting.held.filter(|held| meeting.meeting_type == JOINT && period.has(held.on))
        else {
            continue;
        };
        let alliance = alliances.meeting(&meeting.community, held.on).unwrap_or(&meeting.community);
        for area in places.areas(places.community(&meeting.community)) {
            let turns = [Some(held.at), meeting.scheduled.map(|fact| fact.at)];
            reasons.entry((area, alliance)).or_default().push(Reason { stands: true, turns });
        }
    }
    settle(&reasons, Figure::AlliancesMet, events, out);
}

/// 物业企业 and which of them have a 共建协议 in force in the scope, or a claim this year anywhere.
pub(super) fn enterprises(
    views: &Views,
    places: &Places<'_>,
    period: &Period,
    events: bool,
    out: &mut Distinct,
) {
    let mut serving = Reasons::default();
    for (_, compound) in views.registry.compound.iter() {
        let Some(entry) = compound.enterprise.entry_on(period.end) else { continue };
        let Some(enterprise) = entry.value.as_deref().filter(|code| !code.is_empty()) else { continue };
        for area in places.areas(places.community(&compound.community)) {
            serving
                .entry((area, enterprise))
                .or_default()
                .push(Reason { stands: true, turns: [Some(entry.at), None] });
        }
    }
    settle(&serving, Figure::PropertyEnterprises, events, out);

    let enterprises: FxHashSet<&str> = serving.keys().map(|(_, enterprise)| *enterprise).collect();
    let mut signed = Reasons::default();
    for (_, agreement) in views.agreements.agreement.iter() {
        if agreement.kind != "共建协议" || !enterprises.contains(&*agreement.party_b) {
            continue;
        }
        let in_force = |effective: Option<Fact>, terminated: Option<Fact>| {
            let mut term = Term::of(agreement);
            term.replace(effective, terminated);
            term.in_force(period)
        };
        let now = in_force(agreement.effective, agreement.terminated);
        let turn = |fact: Option<Fact>, then: bool| fact.filter(|_| then != now).map(|fact| fact.at);
        let turns = [
            turn(agreement.effective, in_force(None, agreement.terminated)),
            turn(agreement.terminated, in_force(agreement.effective, None)),
        ];
        for area in places.areas(places.alliance(&agreement.alliance)) {
            if serving.contains_key(&(area, agreement.party_b.as_str())) {
                let reason = Reason { stands: now, turns };
                signed.entry((area, &agreement.party_b)).or_default().push(reason);
            }
        }
    }
    settle(&signed, Figure::PropertyEnterprisesWithAgreement, events, out);

    let mut claims: FxHashMap<&str, Vec<Position>> = FxHashMap::default();
    for (_, project) in views.projects.project.iter() {
        for (unit, claimed) in project.claims() {
            if period.year_start <= claimed.on && claimed.on <= period.end && enterprises.contains(unit) {
                claims.entry(unit).or_default().push(claimed.at);
            }
        }
    }
    let mut claimed = Reasons::default();
    for (area, enterprise) in serving.keys() {
        let reasons = claims.get(enterprise).map(Vec::as_slice).unwrap_or_default();
        if !reasons.is_empty() {
            let reasons = reasons.iter().map(|at| Reason { stands: true, turns: [Some(*at), None] });
            claimed.insert((*area, enterprise), reasons.collect());
        }
    }
    settle(&claimed, Figure::PropertyEnterprisesWithClaimThisYear, events, out);
    if events {
        // Where one compound alone makes an enterprise count, its loss takes the rate's numerator too.
        for (numerator, reasons) in [
            (Figure::PropertyEnterprisesWithAgreement, &signed),
            (Figure::PropertyEnterprisesWithClaimThisYear, &claimed),
        ] {
            for (key, compounds) in &serving {
                let counts =
                    reasons.get(key).is_some_and(|reasons| reasons.iter().any(|reason| reason.stands));
                if let ([only], true) = (compounds.as_slice(), counts) {
                    out.events.entry((key.0, numerator)).or_default().extend(only.turns.iter().flatten());
                }
            }
        }
    }
}

/// 无记录例会: Wednesdays of a community for which no occurrence is planned.
pub(super) fn unrecorded(views: &Views, places: &Places<'_>, period: &Period, tally: &mut Tally) {
    for (community, _) in unrecorded_days(views, period.start, period.end) {
        tally.add(places.community(community), Figure::WednesdayMeetingsUnrecorded, 1);
    }
    if !tally.wants_events() {
        return;
    }
    // An occurrence that alone stands for its Wednesday keeps that day from being unrecorded.
    let mut planned: FxHashMap<(&str, Day), Vec<Position>> = FxHashMap::default();
    for (_, occurrence) in views.wednesday.occurrence.iter() {
        if let Some(scheduled) = occurrence.scheduled.filter(|_| period.has(occurrence.planned_on)) {
            planned.entry((&occurrence.community, occurrence.planned_on)).or_default().push(scheduled.at);
        }
    }
    for ((community, day), positions) in planned {
        if let [only] = positions.as_slice()
            && expected(views, community, day)
            && !views.wednesday.moved_from(community).is_some_and(|days| days.contains(&day))
        {
            tally.event(places.community(community), Figure::WednesdayMeetingsUnrecorded, *only);
        }
    }
}

/// Whether a Wednesday meeting is expected of a community on a day.
fn expected(views: &Views, code: &str, day: Day) -> bool {
    day.weekday() == 3
        && views
            .registry
            .community
            .get(code)
            .is_some_and(|community| community.established_on.is_some_and(|since| since <= day))
        && !views.registry.is_holiday(day)
        && views.registry.community_stands(code, day)
}

/// Every community and Wednesday from `start` to `end` without an occurrence planned.
pub(crate) fn unrecorded_days(views: &Views, start: Day, end: Day) -> Vec<(&str, Day)> {
    let communities = views.registry.community.sorted();
    let index: FxHashMap<&str, u32> = communities.iter().map(|(code, _)| *code).zip(0..).collect();
    let mut planned: FxHashSet<(u32, Day)> = FxHashSet::default();
    for (_, occurrence) in views.wednesday.occurrence.iter() {
        if start <= occurrence.planned_on && occurrence.planned_on <= end {
            planned.extend(index.get(&*occurrence.community).map(|place| (*place, occurrence.planned_on)));
        }
    }
    let offset = (3 - i32::try_from(start.weekday()).unwrap_or(3)).rem_euclid(7);
    let mut wednesdays = Vec::new();
    let mut day = start.plus(offset);
    while day <= end {
        if !views.registry.is_holiday(day) {
            wednesdays.push(day);
        }
        day = day.plus(7);
    }
    let mut missing = Vec::new();
    for ((code, entry), place) in communities.into_iter().zip(0..) {
        let Some(since) = entry.state.established_on else { continue };
        let moved = views.wednesday.moved_from(code);
        for day in wednesdays.iter().copied().filter(|day| since <= *day) {
            if !planned.contains(&(place, day))
                && !moved.is_some_and(|days| days.contains(&day))
                && views.registry.community_stands(code, day)
            {
                missing.push((code, day));
            }
        }
    }
    missing
}
