//! What must happen every period and has no event of its own: visits, rounds of assessment, a street's property
//! meeting. Told by duties (履职记录), and owed only where the rule's version says `enforced`.

use gongjian_core::day::Day;
use gongjian_core::domain::duty::ROUNDS;
use gongjian_core::domain::facts::Fact;
use gongjian_core::period::Length;
use rustc_hash::FxHashMap;

use super::cadence::in_order;
use super::standing::served;
use super::{Out, Owed};

/// Of whom a rule demands something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owes {
    /// Each community that stands.
    Community,
    /// Each street.
    Street,
    /// Each property enterprise that serves a compound.
    Enterprise,
}

/// A rule that duties fulfil.
pub(super) struct DutyRule {
    pub id: &'static str,
    owes: Owes,
    /// A type of meeting that fulfils it too.
    meeting: Option<&'static str>,
}

const fn rule_of(id: &'static str, owes: Owes) -> DutyRule {
    DutyRule { id, owes, meeting: None }
}

pub(super) const RULES: &[DutyRule] = &[
    rule_of("R07", Owes::Community),
    rule_of("R08", Owes::Community),
    rule_of("R09", Owes::Community),
    rule_of("R10", Owes::Community),
    rule_of("R24", Owes::Enterprise),
    DutyRule { id: "R26", owes: Owes::Street, meeting: Some("街道物业服务联席会议") },
];

/// The parameters that say how often, the periods that they mean, and the rounds that count for them.
const CADENCES: [(&str, Length, &str); 4] = [
    ("perMonth", Length::Month, ROUNDS[0]),
    ("perQuarter", Length::Quarter, ROUNDS[1]),
    ("perHalfYear", Length::Half, ROUNDS[2]),
    ("perYear", Length::Year, ROUNDS[3]),
];

/// What was done for a subject: the round, where it is stated, and when.
type Done<'v> = FxHashMap<String, Vec<(Option<&'v str>, Fact)>>;

pub(super) fn rule(out: &mut Out<'_>, rule: &DutyRule) {
    let views = out.views;
    let Some(versions) = views.rules.rule.get(rule.id).map(|it| &it.versions) else { return };
    let enforced =
        |day: Day| views.rules.parameter(rule.id, "enforced", day).is_some_and(|(enforced, _)| enforced > 0);
    let Some(entry) = versions.entries().iter().find(|entry| enforced(entry.from)) else { return };
    let done = done(out, rule);
    // A version that holds from the start says nothing about when the county began to keep such records.
    let first = if entry.from == Day::BEGINNING {
        let days = done.values().flatten().map(|(_, fact)| fact.on);
        days.min().unwrap_or(out.on)
    } else {
        entry.from
    };
    for (parameter, length, round) in CADENCES {
        for period in out.periods(length, first) {
            let due = period.last_day();
            let Some((wanted, version)) = views.rules.parameter(rule.id, parameter, due) else { continue };
            if wanted == 0 || !enforced(due) {
                continue;
            }
            // A duty that does not say which round it was counts for the shortest.
            let shortest = CADENCES.iter().find(|(other, ..)| {
                views.rules.parameter(rule.id, other, due).is_some_and(|(wanted, _)| wanted > 0)
            });
            let unnamed = shortest.is_some_and(|(_, other, _)| *other == length);
            for (subject, communities, unit) in subjects(out, rule.owes, due.min(out.on)) {
                let facts = done.get(&subject).into_iter().flatten();
                let facts = facts
                    .filter(|(given, fact)| {
                        period.has(fact.on) && given.map_or(unnamed, |given| given == round)
                    })
                    .map(|(_, fact)| *fact);
                let done = in_order(facts.collect());
                out.judge(Owed {
                    rule: rule.id,
                    rule_version: Some(version.clone()),
                    subject,
                    toward: None,
                    communities,
                    unit: unit.as_deref(),
                    period: Some(period),
                    opens_on: Some(period.first_day()),
                    due_on: Some(due),
                    extended_to: None,
                    wanted,
                    done,
                    excuse: None,
                });
            }
        }
    }
}

/// Everything done for a rule by the day asked, by subject.
fn done<'v>(out: &Out<'v>, rule: &DutyRule) -> Done<'v> {
    let views = out.views;
    let mut done = Done::default();
    for (_, duty) in views.duties.duty.iter().filter(|(_, duty)| duty.rule == rule.id && duty.by(out.on)) {
        let fact = duty.performed.map(|fact| (duty.round.as_deref(), fact));
        done.entry(duty.subject.clone()).or_default().extend(fact);
    }
    let Some(wanted) = rule.meeting else { return done };
    for (_, meeting) in views.meetings.meeting.iter().filter(|(_, it)| it.meeting_type == wanted) {
        let held = meeting.held.filter(|held| held.by(out.on));
        if let (Some(held), Some(street)) = (held, views.registry.street_of(&meeting.community)) {
            done.entry(format!("street/{street}")).or_default().push((None, held));
        }
    }
    done
}

/// Stream, communities and unit of everybody who owes it on a day.
fn subjects(out: &Out<'_>, owes: Owes, day: Day) -> Vec<(String, Vec<String>, Option<String>)> {
    let registry = &out.views.registry;
    match owes {
        Owes::Community => registry
            .community
            .iter()
            .filter(|(code, community)| {
                community.established_on.is_none_or(|since| since <= day)
                    && registry.community_stands(code, day)
            })
            .map(|(code, _)| (format!("community/{code}"), vec![code.to_owned()], None))
            .collect(),
        Owes::Street => {
            registry.street.iter().map(|(code, _)| (format!("street/{code}"), Vec::new(), None)).collect()
        }
        Owes::Enterprise => served(out.views, day)
            .into_iter()
            .map(|(code, served)| {
                let communities = served.communities.into_keys().map(str::to_owned).collect();
                (format!("unit/{code}"), communities, Some(code.to_owned()))
            })
            .collect(),
    }
}
