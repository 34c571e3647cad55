//! Figures that count rows: each row belongs to one community, so that wider scopes are sums.

use gongjian_core::domain::facts::Fact;
use gongjian_core::domain::meeting::Meeting;

use super::compact::{Compact, MeetingKind, Source, Table};
use super::dense::NOWHERE;
use super::names::Figure as F;
use super::tally::{Period, Tally, When, row};
use crate::due::is_overdue;

/// 联席会议, whose holding is the alliance's quarterly duty.
pub const JOINT: &str = "联席会议";
/// 六号联席会议, which does not count for that duty.
pub(crate) const LIUHAO: &str = "六号联席会议";
/// 共建协议, the agreement of a property enterprise.
pub(super) const CO_BUILDING: &str = "共建协议";

/// A figure's unit: one row, or none.
fn ones<const COUNTS: usize>(flags: [bool; COUNTS]) -> [u32; COUNTS] {
    flags.map(u32::from)
}

/// A membership stands: joined by the end and not left by the end.
pub(super) fn stands(period: &Period, joined: When, left: When) -> bool {
    period.by_end(joined) && !period.by_end(left)
}

pub(super) fn alliances(compact: &Compact, tallies: &mut [Tally<'_>]) {
    let Some(places) = tallies.first().map(Tally::places) else { return };
    for (place, it, at) in compact.alliances.iter() {
        let source = Source { table: Table::Alliance, row: place };
        let bucket = places.alliance(place);
        row(tallies, bucket, &[F::Alliances], source, (it.days, at), |period, [established, dissolved]| {
            ones([period.by_end(established) && !period.by_end(dissolved)])
        });
    }
    let figures = [F::Memberships, F::MembershipsJoined, F::MembershipsLeft];
    for (place, it, at) in compact.memberships.iter() {
        let source = Source { table: Table::Membership, row: place };
        let bucket = places.alliance(it.rest.alliance);
        row(tallies, bucket, &figures, source, (it.days, at), |period, [joined, left]| {
            ones([stands(period, joined, left), period.in_it(joined), joined.is() && period.in_it(left)])
        });
    }
}

/// What an agreement's dates say, for it and for its commitments.
#[derive(Clone, Copy)]
pub(super) struct Term {
    pub effective: When,
    pub terminated: When,
    /// The day after its last one.
    pub lapses: When,
}

impl Term {
    /// In force at the end.
    pub(super) fn in_force(&self, period: &Period) -> bool {
        period.by_end(self.effective) && !period.by_end(self.lapses) && !period.by_end(self.terminated)
    }

    /// Terminated while it was still in force, where that happened.
    fn terminated_early(&self) -> When {
        let early = self.effective.is() && self.terminated < self.lapses;
        if early { self.terminated } else { When::NEVER }
    }
}

pub(super) fn agreements(compact: &Compact, tallies: &mut [Tally<'_>]) {
    let Some(places) = tallies.first().map(Tally::places) else { return };
    let figures = [
        F::AgreementsSigned,
        F::AgreementsSignedToDate,
        F::AgreementsInForce,
        F::AgreementsEffective,
        F::AgreementsExpired,
        F::AgreementsTerminated,
    ];
    for (place, it, at) in compact.agreements.iter() {
        let source = Source { table: Table::Agreement, row: place };
        let bucket = places.alliance(it.rest.alliance);
        row(tallies, bucket, &figures, source, (it.days, at), |period, days| {
            let [signed, effective, terminated, recorded] = days;
            if !recorded.is() {
                return [0; 6];
            }
            // Without the day on which it took effect nobody knows when it ends.
            let term = Term { effective, terminated, lapses: it.rest.lapses.after(effective) };
            let early = term.terminated_early();
            ones([
                period.in_it(signed),
                period.by_end(signed),
                term.in_force(period),
                period.in_it(effective),
                period.in_it(term.lapses) && !early.is(),
                period.in_it(early),
            ])
        });
    }
}

pub(super) fn commitments(compact: &Compact, tallies: &mut [Tally<'_>]) {
    let Some(places) = tallies.first().map(Tally::places) else { return };
    let figures = [
        F::CommitmentsMade,
        F::CommitmentsMadeToDate,
        F::CommitmentsInForce,
        F::CommitmentsDue,
        F::CommitmentsDueCompletedOnTime,
        F::CommitmentsDueVerified,
        F::CommitmentsVerified,
    ];
    for (place, it, at) in compact.commitments.iter() {
        let agreement = it.rest.agreement;
        let Some(of) = compact.agreements.get(agreement).filter(|of| of.rest.there) else { continue };
        let [signed, effective, terminated, _] = of.days;
        let [at_signed, at_effective, at_terminated, _] = compact.agreements.at(agreement);
        let [added, completed, verified] = it.days;
        let days = [added, signed, effective, terminated, completed, verified];
        let at = [at[0], at_signed, at_effective, at_terminated, at[1], at[2]];
        let source = Source { table: Table::Commitment, row: place };
        let bucket = places.alliance(of.rest.alliance);
        row(tallies, bucket, &figures, source, (days, at), |period, days| {
            let [added, signed, effective, terminated, completed, verified] = days;
            if !added.is() {
                return [0; 7];
            }
            let term = Term { effective, terminated, lapses: of.rest.lapses.after(effective) };
            let due = it.rest.due;
            let due_in = period.in_it(due) && period.by_end(signed) && terminated > due;
            ones([
                period.in_it(signed),
                period.by_end(signed),
                term.in_force(period),
                due_in,
                due_in && period.by_end(completed) && completed <= due,
                due_in && period.by_end(verified),
                period.in_it(verified),
            ])
        });
    }
}

pub(super) fn projects(compact: &Compact, tallies: &mut [Tally<'_>]) {
    let Some(places) = tallies.first().map(Tally::places) else { return };
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
    for (place, it, at) in compact.projects.iter() {
        let source = Source { table: Table::Project, row: place };
        let bucket = places.community(it.rest.community);
        let problems = it.rest.problems;
        row(tallies, bucket, &figures, source, (it.days, at), |period, days| {
            let [proposed, listed, claimed, submitted, accepted, cancelled] = days;
            if !proposed.is() {
                return [0; 13];
            }
            // The date was set with the claim, and goes with it.
            let due = it.rest.due.after(claimed);
            let due_in = period.in_it(due);
            let ended = period.by_end(accepted) || period.by_end(cancelled);
            let solved = |counts| if counts { problems } else { 0 };
            [
                u32::from(period.in_it(listed)),
                u32::from(period.in_it(claimed)),
                u32::from(period.by_end(claimed)),
                u32::from(period.in_it(accepted)),
                u32::from(claimed.is() && period.in_it(cancelled)),
                u32::from(period.by_end(claimed) && !ended),
                u32::from(due_in),
                u32::from(due_in && period.by_end(submitted) && submitted <= due),
                u32::from(is_overdue(due.day(), submitted.day(), period.end) && !period.by_end(cancelled)),
                u32::from(period.by_end(submitted) && !period.by_end(accepted)),
                solved(period.in_it(submitted)),
                solved(period.by_end(submitted)),
                solved(submitted.is() && period.in_it(accepted)),
            ]
        });
    }
}

/// When a meeting of one of the two kinds was held.
pub(crate) fn both_kinds(meeting: &Meeting) -> Option<Fact> {
    meeting.held.filter(|_| meeting.meeting_type == JOINT || meeting.meeting_type == LIUHAO)
}

pub(super) fn meetings(compact: &Compact, tallies: &mut [Tally<'_>]) {
    let Some(places) = tallies.first().map(Tally::places) else { return };
    for (place, it, at) in compact.meetings.iter() {
        let figure = match it.rest.kind {
            MeetingKind::Joint => F::JointMeetingsHeld,
            MeetingKind::Liuhao => F::LiuhaoMeetingsHeld,
            MeetingKind::Other => continue,
        };
        let source = Source { table: Table::Meeting, row: place };
        let bucket = places.community(it.rest.community);
        row(tallies, bucket, &[figure], source, (it.days, at), |period, [held, scheduled]| {
            ones([scheduled.is() && period.in_it(held)])
        });
    }
}

pub(super) fn decisions(compact: &Compact, tallies: &mut [Tally<'_>]) {
    let Some(places) = tallies.first().map(Tally::places) else { return };
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
    for (place, it, at) in compact.decisions.iter() {
        let Some(meeting) = compact.meetings.get(it.rest.meeting) else { continue };
        let of_both_kinds = meeting.rest.kind != MeetingKind::Other;
        let held = if of_both_kinds { meeting.days[0] } else { When::NEVER };
        let [recorded, completed, verified] = it.days;
        let at = [at[0], compact.meetings.at(it.rest.meeting)[0], at[1], at[2]];
        let days = [recorded, held, completed, verified];
        let source = Source { table: Table::Decision, row: place };
        let bucket = places.community(meeting.rest.community);
        let work = (it.rest.due, it.rest.extended);
        row(
            tallies,
            bucket,
            &figures,
            source,
            (days, at),
            |period, [recorded, held, completed, verified]| {
                // A decision dates from its meeting.
                worked(period, work, held.after(recorded), completed, verified)
            },
        );
    }
}

/// Recorded, due, on time, within the extension, verified among those due, verified, open, overdue,
/// awaiting verification: the same for decisions and issues.
fn worked(
    period: &Period,
    (due, extended): (When, When),
    since: When,
    completed: When,
    verified: When,
) -> [u32; 9] {
    let there = period.by_end(since);
    let done = period.by_end(completed);
    let checked = period.by_end(verified);
    let due_in = there && period.in_it(due);
    let granted = if extended.is() { extended.max(due) } else { due };
    ones([
        period.in_it(since),
        due_in,
        due_in && done && completed <= due,
        due_in && done && completed <= granted,
        due_in && checked,
        since.is() && period.in_it(verified),
        there && !checked,
        there && is_overdue(due.day(), completed.day(), period.end),
        there && done && !checked,
    ])
}

pub(super) fn occurrences(compact: &Compact, tallies: &mut [Tally<'_>]) {
    let Some(places) = tallies.first().map(Tally::places) else { return };
    let figures = [F::WednesdayMeetingsHeld, F::WednesdayMeetingsCancelled, F::WednesdayMeetingsMissed];
    for (place, it, at) in compact.occurrences.iter() {
        let source = Source { table: Table::Occurrence, row: place };
        let bucket = places.community(it.rest.community);
        row(tallies, bucket, &figures, source, (it.days, at), |period, [scheduled, held, cancelled]| {
            let planned = scheduled.is() && period.in_it(it.rest.planned);
            // A cancellation without a reason excuses nothing.
            let cancelled = cancelled.is() && it.rest.reasoned;
            ones([
                scheduled.is() && period.in_it(held),
                planned && cancelled,
                planned && !cancelled && !period.by_end(held),
            ])
        });
    }
}

pub(super) fn issues(compact: &Compact, tallies: &mut [Tally<'_>]) {
    let Some(places) = tallies.first().map(Tally::places) else { return };
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
    for (place, it, at) in compact.issues.iter() {
        let occurrence = compact.occurrences.get(it.rest.occurrence);
        let bucket = places.community(occurrence.map_or(NOWHERE, |occurrence| occurrence.rest.community));
        let source = Source { table: Table::Issue, row: place };
        let work = (it.rest.due, it.rest.extended);
        row(tallies, bucket, &figures, source, (it.days, at), |period, [raised, completed, verified]| {
            let [recorded, due, on_time, _, _, closed, open, overdue, awaiting] =
                worked(period, work, raised, completed, verified);
            let fixed = u32::from(raised.is() && period.in_it(completed));
            let to_date = u32::from(raised.is() && period.by_end(verified));
            [recorded, due, on_time, fixed, closed, open, overdue, awaiting, to_date, closed]
        });
        let [raised, _, verified] = it.days;
        let Some(category) = it.rest.category.filter(|_| raised.is()) else { continue };
        for tally in tallies.iter_mut().filter(|tally| tally.period.in_it(verified)) {
            tally.add_category(bucket, usize::from(category));
        }
    }
}
