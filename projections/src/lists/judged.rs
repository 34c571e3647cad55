//! How a row stands as of a day: its state, when it is due, whether it is late, and the day that it belongs to.

use gongjian_core::day::{Day, Quarter};
use gongjian_core::domain::agreement;
use gongjian_core::domain::facts::Fact;
use gongjian_core::domain::work::Work;

use super::owed;
use super::row::What;
use crate::due::overdue;
use crate::obligations::State;

impl What<'_> {
    /// Where it stands as of a day.
    pub(super) fn state(&self, on: Day) -> String {
        let gone =
            |fact: Option<Fact>| if fact.is_some_and(|fact| fact.by(on)) { "dissolved" } else { "standing" };
        match self {
            What::Agreement(agreement) => {
                let expired =
                    agreement.expires.and_then(agreement::Expiry::day).is_some_and(|last| last < on);
                match agreement.state() {
                    "effective" | "suspended" if expired => "expired",
                    state => state,
                }
            }
            What::Commitment(commitment) => commitment.state(),
            What::Project(project) => project.state(),
            What::Meeting(meeting) => meeting.phase.word(),
            What::Topic(topic) => topic.state(),
            What::Decision(decision) => decision.state(),
            What::Task(task) => task.state(),
            What::Occurrence(occurrence) => match occurrence.state() {
                "scheduled" if occurrence.planned_on < on => "missed",
                state => state,
            },
            What::Issue(issue) => issue.state(),
            What::Alliance(alliance) => gone(alliance.dissolved),
            What::Unit(unit) => gone(unit.dissolved),
            What::Post(post) => gone(post.abolished),
            What::Series(series) => gone(series.ended),
            What::Membership(membership) => match membership.left {
                Some(left) if left.by(on) => "left",
                _ if membership.on(on) => "member",
                _ => "not-yet",
            },
            What::Rule(rule, _) => match rule.versions.on(on) {
                Some(version) if version.repealed => "repealed",
                Some(_) => "in-force",
                None => "not-yet",
            },
            What::Document(_, content) | What::Holder(_, content) if content.erased.is_some() => "erased",
            What::Document(document, _) => {
                if document.is_restricted() {
                    "restricted"
                } else {
                    "kept"
                }
            }
            What::Holder(holder, _) => {
                if holder.on(on) {
                    "standing"
                } else {
                    "past"
                }
            }
            What::Erasure(erasure) => erasure.state(),
            What::Import(_) | What::Duty(_) => "recorded",
            What::Exemption(exemption, _) => owed::exemption_state(exemption, on),
            What::Obligation(obligation) => obligation.state.word(),
            What::Period(period, _) => period.state(),
            What::Report(report) => report.state(),
            What::Finding(finding) => finding.code.word(),
            What::Entry(entry) if entry.done => "done",
            What::Entry(_) => "pending",
            What::Community(community) if community.successors.on(on).is_some() => "succeeded",
            _ => "standing",
        }
        .to_owned()
    }

    /// When it is due, more time granted included, and whether it is done; `None` where nothing is ever due.
    pub(super) fn due(&self, on: Day) -> Option<(Day, bool)> {
        let work = |work: &Work, ended: bool| {
            let due = work.extended_to.max(work.due_on)?;
            Some((due, ended || work.completed_by(on)))
        };
        match self {
            What::Commitment(commitment) => work(&commitment.work, commitment.waived.is_some()),
            What::Decision(decision) => work(&decision.work, decision.ended.is_some()),
            What::Task(task) => work(&task.work, task.closed.is_some()),
            What::Issue(issue) => work(&issue.work, issue.ended.is_some()),
            What::Project(project) => {
                let due = project.extended_to.max(project.due_on)?;
                let ended = project.cancelled.is_some_and(|fact| fact.by(on)) || project.rejected.is_some();
                Some((due, ended || project.submitted.is_some_and(|fact| fact.by(on))))
            }
            What::Obligation(obligation) => {
                let owed = matches!(obligation.state, State::Open | State::Missed);
                obligation.due_on.map(|due| (due, !owed))
            }
            _ => None,
        }
    }

    /// Whether it is overdue as of a day; `None` where nothing is ever due.
    pub(super) fn overdue(&self, on: Day) -> Option<bool> {
        let work = |work: &Work, since: Option<Fact>| {
            work.due_on
                .map(|_| since.is_some_and(|fact| fact.by(on)) && overdue(work.due_on, work.completed, on))
        };
        match self {
            What::Commitment(commitment) => work(&commitment.work, commitment.added)
                .map(|late| late && !commitment.waived.is_some_and(|fact| fact.by(on))),
            What::Decision(decision) => work(&decision.work, decision.recorded),
            What::Issue(issue) => work(&issue.work, issue.raised),
            What::Task(task) => task.work.due_on.map(|_| {
                !task.closed.is_some_and(|fact| fact.by(on))
                    && overdue(task.work.due_on, task.work.completed, on)
            }),
            What::Project(project) => {
                let cancelled = project.cancelled.is_some_and(|fact| fact.by(on));
                // The date was set with the claim, and goes with it.
                let due = project.first_claimed().and(project.due_on);
                project.due_on.map(|_| !cancelled && overdue(due, project.submitted, on))
            }
            What::Obligation(obligation) => Some(obligation.state == State::Missed),
            _ => None,
        }
    }

    /// The day by which a quarter finds it.
    pub(super) fn date(&self) -> Option<Day> {
        let of = |fact: Option<Fact>| fact.map(|fact| fact.on);
        match self {
            What::Alliance(alliance) => of(alliance.established),
            What::Membership(membership) => of(membership.joined),
            What::Holiday(holiday) => Some(holiday.from),
            What::Agreement(agreement) => of(agreement.signed.or(agreement.recorded)),
            What::Commitment(commitment) => commitment.work.due_on.or(of(commitment.added)),
            What::Project(project) => of(project.claimed.or(project.listed).or(project.proposed)),
            What::Meeting(meeting) => Some(meeting.date),
            What::Topic(topic) => of(topic.concluded.or(topic.proposed)),
            What::Decision(decision) => of(decision.recorded),
            What::Task(task) => task.work.due_on,
            What::Occurrence(occurrence) => {
                Some(occurrence.held.map_or(occurrence.planned_on, |held| held.on))
            }
            What::Issue(issue) => of(issue.raised),
            What::Import(import) => import.files.iter().map(|file| file.as_of).max(),
            What::Document(document, _) => of(document.added),
            What::Holder(holder, _) => holder.from,
            What::Erasure(erasure) => of(erasure.asked),
            What::Duty(duty) => of(duty.performed),
            What::Exemption(exemption, _) => of(owed::exemption_date(exemption)),
            What::Obligation(obligation) => obligation.due_on,
            What::Period(_, quarter) => quarter.map(Quarter::last_day),
            What::Report(report) => report.quarter.parse::<Quarter>().ok().map(Quarter::last_day),
            What::Finding(finding) => Some(finding.day),
            What::Entry(entry) => Some(entry.day),
            _ => None,
        }
    }
}
