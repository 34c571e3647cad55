//! Figures that count rows: each row belongs to one community, so that wider scopes are sums.

use gongjian_core::domain::agreement::{Agreement, Expiry};
use gongjian_core::domain::decision::Decision;
use gongjian_core::domain::facts::Fact;
use gongjian_core::domain::issue::{CATEGORIES, Issue};
use gongjian_core::domain::meeting::Meeting;
use gongjian_core::domain::occurrence::Occurrence;
use gongjian_core::domain::project::Project;
use gongjian_core::domain::work::Work;
use rustc_hash::FxHashMap;

use super::names::Figure;
use super::places::Places;
use super::tally::{Period, Tally};
use crate::due::overdue;
use crate::views::Views;

/// 联席会议, whose holding is the alliance's quarterly duty.
pub const JOINT: &str = "联席会议";
/// 六号联席会议, which does not count for that duty.
pub(crate) const LIUHAO: &str = "六号联席会议";

pub(super) fn alliances(views: &Views, places: &Places<'_>, period: &Period, tally: &mut Tally) {
    use Figure as F;
    for (_, alliance) in views.registry.alliance.iter() {
        let facts = [alliance.established, alliance.dissolved];
        tally.row(
            places.community(&alliance.community),
            [F::Alliances],
            facts,
            |[established, dissolved]| [u32::from(period.by_end(established) && !period.by_end(dissolved))],
        );
    }
    for (_, membership) in views.registry.membership.iter() {
        let figures = [F::Memberships, F::MembershipsJoined, F::MembershipsLeft];
        let facts = [membership.joined, membership.left];
        tally.row(places.alliance(&membership.alliance), figures, facts, |[joined, left]| {
            let stands = period.by_end(joined) && !period.by_end(left);
            [
                u32::from(stands),
                u32::from(period.in_it(joined)),
                u32::from(joined.is_some() && period.in_it(left)),
            ]
        });
    }
}

/// What an agreement's dates say, for it and for its commitments.
#[derive(Clone, Copy)]
pub(super) struct Term {
    signed: Option<Fact>,
    effective: Option<Fact>,
    terminated: Option<Fact>,
    expires: Option<Expiry>,
}

impl Term {
    pub(super) fn of(agreement: &Agreement) -> Term {
        Term {
            signed: agreement.signed,
            effective: agreement.effective,
            terminated: agreement.terminated,
            expires: agreement.expires,
        }
    }

    /// The same agreement, had it taken effect and ended otherwise.
    pub(super) fn replace(&mut self, effective: Option<Fact>, terminated: Option<Fact>) {
        self.effective = effective;
        self.terminated = terminated;
    }

    /// In force at the end.
    pub(super) fn in_force(&self, period: &Period) -> bool {
        period.by_end(self.effective)
            && self.expires.and_then(Expiry::day).is_none_or(|last| last >= period.end)
            && !period.by_end(self.terminated)
    }

    /// Terminated while it was still in force.
    fn terminated_early(&self) -> Option<Fact> {
        self.terminated.filter(|terminated| {
            self.effective.is_some()
                && self.expires.and_then(Expiry::day).is_none_or(|last| terminated.on <= last)
        })
    }
}

pub(super) fn agreements(views: &Views, places: &Places<'_>, period: &Period, tally: &mut Tally) {
    use Figure as F;
    let figures = [
        F::AgreementsSigned,
        F::AgreementsSignedToDate,
        F::AgreementsInForce,
        F::AgreementsEffective,
        F::AgreementsExpired,
        F::AgreementsTerminated,
    ];
    for (_, agreement) in views.agreements.agreement.iter() {
        let term = Term::of(agreement);
        let facts = [term.signed, term.effective, term.terminated, agreement.recorded];
        let bucket = places.alliance(&agreement.alliance);
        tally.row(bucket, figures, facts, |[signed, effective, terminated, recorded]| {
            if recorded.is_none() {
                return [0; 6];
            }
            // Without the day on which it took effect nobody knows when it ends.
            let expires = effective.and(term.expires);
            let term = Term { signed, effective, terminated, expires };
            let ended = expires.and_then(Expiry::day).is_some_and(|last| period.has(last.plus(1)));
            [
                period.in_it(signed),
                period.by_end(signed),
                term.in_force(period),
                period.in_it(effective),
                ended && term.terminated_early().is_none(),
                period.in_it(term.terminated_early()),
            ]
            .map(u32::from)
        });
    }
}

pub(super) fn commitments(views: &Views, places: &Places<'_>, period: &Period, tally: &mut Tally) {
    use Figure as F;
    let figures = [
        F::CommitmentsMade,
        F::CommitmentsMadeToDate,
        F::CommitmentsInForce,
        F::CommitmentsDue,
        F::CommitmentsDueCompletedOnTime,
        F::CommitmentsDueVerified,
        F::CommitmentsVerified,
    ];
    // A small table of what is needed is quicker to ask than the agreements themselves.
    let terms: FxHashMap<&str, (u32, Term)> = views
        .agreements
        .agreement
        .iter()
        .map(|(id, agreement)| (id, (places.alliance(&agreement.alliance), Term::of(agreement))))
        .collect();
    for (_, commitment) in views.agreements.commitment.iter() {
        let Some((bucket, term)) = terms.get(&*commitment.agreement).copied() else { continue };
        let work = &commitment.work;
        let facts =
            [commitment.added, term.signed, term.effective, term.terminated, work.completed, work.verified];
        tally.row(bucket, figures, facts, |[added, signed, effective, terminated, completed, verified]| {
            if added.is_none() {
                return [0; 7];
            }
            let term = Term { signed, effective, terminated, expires: effective.and(term.expires) };
            let due = work.due_on.filter(|due| {
                period.has(*due)
                    && period.by_end(signed)
                    && terminated.is_none_or(|terminated| terminated.on > *due)
            });
            [
                period.in_it(signed),
                period.by_end(signed),
                term.in_force(period),
                due.is_some(),
                due.is_some_and(|due| {
                    period.by_end(completed) && completed.is_some_and(|done| done.on <= due)
                }),
                due.is_some() && period.by_end(verified),
                period.in_it(verified),
            ]
            .map(u32::from)
        });
    }
}

pub(super) fn projects(views: &Views, places: &Places<'_>, period: &Period, tally: &mut Tally) {
    use Figure as F;
    let figures = [
        F::ProjectsListed,
        F::ProjectsClaimed,
        F::ProjectsClaimedToDate,
        F::ProjectsAccepted,
        F::ProjectsCancelled,
        F::ProjectsOpen,
        F::ProjectsDue,
        F::ProjectsDueSubmittedOnTime,
        F::ProjectsOverdue,
        F::ProjectsAwaitingAcceptance,
        F::ProblemsPreliminarilySolved,
        F::ProblemsPreliminarilySolvedToDate,
        F::ProblemsSolved,
    ];
    for (_, project) in views.projects.project.iter() {
        let Project { listed, submitted, accepted, cancelled, proposed, due_on, .. } = project;
        let claimed = project.claims().map(|(_, claimed)| claimed).min_by_key(|fact| (fact.on, fact.at));
        let problems = project.problems_solved.unwrap_or(0);
        let facts = [*proposed, *listed, claimed, *submitted, *accepted, *cancelled];
        let bucket = places.community(&project.community);
        tally.row(bucket, figures, facts, |[proposed, listed, claimed, submitted, accepted, cancelled]| {
            if proposed.is_none() {
                return [0; 13];
            }
            // The date was set with the claim, and goes with it.
            let due = claimed.and(*due_on);
            let due_in = due.filter(|due| period.has(*due));
            let on_time = |due| period.by_end(submitted) && submitted.is_some_and(|done| done.on <= due);
            let ended = period.by_end(accepted) || period.by_end(cancelled);
            let flags = [
                period.in_it(listed),
                period.in_it(claimed),
                period.by_end(claimed),
                period.in_it(accepted),
                claimed.is_some() && period.in_it(cancelled),
                period.by_end(claimed) && !ended,
                due_in.is_some(),
                due_in.is_some_and(on_time),
                overdue(due, submitted, period.end) && !period.by_end(cancelled),
                period.by_end(submitted) && !period.by_end(accepted),
            ]
            .map(u32::from);
            let solved = [
                period.in_it(submitted),
                period.by_end(submitted),
                submitted.is_some() && period.in_it(accepted),
            ]
            .map(|counts| if counts { problems } else { 0 });
            let mut counts = [0; 13];
            counts[..10].copy_from_slice(&flags);
            counts[10..].copy_from_slice(&solved);
            counts
        });
    }
}

/// When a meeting of one of the two kinds was held.
fn both_kinds(meeting: &Meeting) -> Option<Fact> {
    meeting.held.filter(|_| meeting.meeting_type == JOINT || meeting.meeting_type == LIUHAO)
}

pub(super) fn meetings(views: &Views, places: &Places<'_>, period: &Period, tally: &mut Tally) {
    use Figure as F;
    for (_, meeting) in views.meetings.meeting.iter() {
        let figure = match meeting.meeting_type.as_str() {
            JOINT => F::JointMeetingsHeld,
            LIUHAO => F::LiuhaoMeetingsHeld,
            _ => continue,
        };
        tally.row(
            places.community(&meeting.community),
            [figure],
            [meeting.held, meeting.scheduled],
            |[held, there]| [u32::from(there.is_some() && period.in_it(held))],
        );
    }
    let figures = [
        F::DecisionsRecorded,
        F::DecisionsDue,
        F::DecisionsDueCompletedOnTime,
        F::DecisionsDueCompletedWithinExtension,
        F::DecisionsDueVerified,
        F::DecisionsVerified,
        F::DecisionsOpen,
        F::DecisionsOverdue,
        F::DecisionsAwaitingVerification,
    ];
    let held: FxHashMap<&str, (u32, Option<Fact>)> = views
        .meetings
        .meeting
        .iter()
        .map(|(id, meeting)| (id, (places.community(&meeting.community), both_kinds(meeting))))
        .collect();
    for (_, decision) in views.meetings.decision.iter() {
        let Decision { recorded, meeting, work, .. } = decision;
        let Some((bucket, held)) = held.get(meeting.as_str()).copied() else { continue };
        let facts = [*recorded, held, work.completed, work.verified];
        tally.row(bucket, figures, facts, |[recorded, held, completed, verified]| {
            // A decision dates from its meeting.
            let since = recorded.and(held);
            worked(period, work, since, completed, verified)
        });
    }
}

/// Recorded, due, on time, within the extension, verified among those due, verified, open, overdue,
/// awaiting verification: the same for decisions and issues.
fn worked(
    period: &Period,
    work: &Work,
    since: Option<Fact>,
    completed: Option<Fact>,
    verified: Option<Fact>,
) -> [u32; 9] {
    let there = period.by_end(since);
    let done = completed.filter(|completed| completed.on <= period.end);
    let due_in = work.due_on.filter(|due| there && period.has(*due));
    [
        period.in_it(since),
        due_in.is_some(),
        due_in.is_some_and(|due| done.is_some_and(|done| done.on <= due)),
        due_in.is_some_and(|due| {
            let granted = work.extended_to.map_or(due, |extended| extended.max(due));
            done.is_some_and(|done| done.on <= granted)
        }),
        due_in.is_some() && period.by_end(verified),
        since.is_some() && period.in_it(verified),
        there && !period.by_end(verified),
        there && overdue(work.due_on, completed, period.end),
        there && done.is_some() && !period.by_end(verified),
    ]
    .map(u32::from)
}

pub(super) fn occurrences(views: &Views, places: &Places<'_>, period: &Period, tally: &mut Tally) {
    use Figure as F;
    let figures = [F::WednesdayMeetingsHeld, F::WednesdayMeetingsCancelled, F::WednesdayMeetingsMissed];
    for (_, occurrence) in views.wednesday.occurrence.iter() {
        let Occurrence { held, cancelled, scheduled, planned_on, .. } = occurrence;
        let bucket = places.community(&occurrence.community);
        tally.row(bucket, figures, [*scheduled, *held, *cancelled], |[scheduled, held, cancelled]| {
            let planned = scheduled.is_some() && period.has(*planned_on);
            // A cancellation without a reason excuses nothing.
            let cancelled = cancelled.is_some() && occurrence.reason.is_some();
            [
                scheduled.is_some() && period.in_it(held),
                planned && cancelled,
                planned && !cancelled && !period.by_end(held),
            ]
            .map(u32::from)
        });
    }
}

/// Closed issues of each category, by bucket.
pub(super) type Categories = Vec<[u64; CATEGORIES.len()]>;

pub(super) fn issues(views: &Views, places: &Places<'_>, period: &Period, tally: &mut Tally) -> Categories {
    use Figure as F;
    let figures = [
        F::PropertyIssuesRaised,
        F::PropertyIssuesDue,
        F::PropertyIssuesDueCompletedOnTime,
        F::PropertyIssuesFixed,
        F::PropertyIssuesClosed,
        F::PropertyIssuesOpen,
        F::PropertyIssuesOverdue,
        F::PropertyIssuesAwaitingVerification,
        F::PropertyIssuesClosedToDate,
        F::PropertyIssuesClosedByCategory,
    ];
    let mut categories = vec![[0; CATEGORIES.len()]; places.buckets()];
    for (_, issue) in views.wednesday.issue.iter() {
        let Issue { raised, work, .. } = issue;
        let bucket = match views.wednesday.occurrence.get(&issue.occurrence) {
            Some(occurrence) => places.community(&occurrence.community),
            None => places.nowhere(),
        };
        if raised.is_some() && period.in_it(work.verified) {
            let category = CATEGORIES.iter().position(|category| *category == issue.category);
            if let (Some(counts), Some(category)) = (categories.get_mut(bucket as usize), category) {
                counts[category] += 1;
            }
        }
        tally.row(
            bucket,
            figures,
            [*raised, work.completed, work.verified],
            |[raised, completed, verified]| {
                let [recorded, due, on_time, _, _, closed, open, overdue, awaiting] =
                    worked(period, work, raised, completed, verified);
                let fixed = u32::from(raised.is_some() && period.in_it(completed));
                let to_date = u32::from(raised.is_some() && period.by_end(verified));
                [recorded, due, on_time, fixed, closed, open, overdue, awaiting, to_date, closed]
            },
        );
    }
    categories
}
