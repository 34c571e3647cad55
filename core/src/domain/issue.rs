//! Property issues (物业问题): raised at a Wednesday meeting, fixed by one unit, verified by another.
//!
//! An open issue stands on every following occurrence of its community; how often it was carried over is
//! counted, not recorded. After so many carry-overs the rule book wants it escalated; that it was not is a
//! finding, never a refusal.

use serde::{Deserialize, Serialize};

use super::World;
use super::category::{
    ANY, Category, Change, Context, Step, Wanted, absent, choice, correct, corrections, optional, present,
    required,
};
use super::facts::{At, Fact};
use super::work::Work;
use crate::day::Day;
use crate::rejection::Rejection;

/// 类别.
pub const CATEGORIES: &[&str] = &["污水排放", "乱搭乱建", "停车难", "充电贵", "环境卫生", "物业纠纷"];

events! {
    /// Facts about an issue.
    pub enum IssueEvent in "issue" {
        /// It was raised at a Wednesday meeting, by a class of people (居民代表), never by a person.
        Raised: "issue.raised", version 1 {
            /// Id of the occurrence.
            occurrence: String,
            /// Code of the compound.
            compound: String,
            /// One of [`CATEGORIES`].
            category: String,
            text: String,
            /// 来源: a class such as 居民代表, 业主委员会, 网格员.
            source: String,
            /// Code of the responsible unit, where it was named at once.
            responsible: Option<String>,
            due_on: Option<Day>,
        }
        /// How grave it is, and by when it is to be solved.
        Triaged: "issue.triaged", version 1 { severity: String, due_on: Day }
        /// A unit is responsible.
        Assigned: "issue.assigned", version 1 { unit: String, due_on: Option<Day> }
        /// The date changed before it was fixed.
        Rescheduled: "issue.rescheduled", version 1 { due_on: Option<Day> }
        /// Work is under way.
        Progressed: "issue.progressed", version 1 { note: Option<String> }
        /// It was put on the next occurrence's sheet.
        CarriedOver: "issue.carried-over", version 1 { to: String }
        /// It was put before somebody higher.
        Escalated: "issue.escalated", version 1 { to: String, reason: Option<String> }
        /// It goes on as a project.
        Converted: "issue.converted", version 1 { project: String }
        /// The responsible unit reports it fixed (办结).
        Fixed: "issue.fixed", version 1 {}
        /// The report was not accepted; work goes on.
        Returned: "issue.returned", version 1 { reason: String }
        /// Another unit confirmed the fix (核验销号).
        Verified: "issue.verified", version 1 { unit: String }
        /// Nothing is left to do.
        Closed: "issue.closed", version 1 {}
        /// It came back.
        Reopened: "issue.reopened", version 1 { reason: String }
        /// It is not for this meeting.
        OutOfScope: "issue.out-of-scope", version 1 { reason: String, sent_to: String }
        /// It is the same as another.
        Merged: "issue.merged", version 1 { into: String }
        /// The ledger was wrong.
        Corrected: "issue.corrected", version 1 { changes: Vec<Change>, reason: String }
    }
}

commands! {
    /// Commands about an issue.
    pub enum IssueCommand {
        /// Raise an issue at an occurrence.
        Raise: "issue.raise" {
            occurrence: String,
            compound: String,
            category: String,
            text: String,
            source: String,
            responsible: Option<String>,
            due_on: Option<Day>,
        }
        /// Say how grave it is, and by when it is to be solved.
        Triage: "issue.triage" { severity: String, due_on: Day }
        /// Make a unit responsible.
        Assign: "issue.assign" { unit: String, due_on: Option<Day> }
        /// Change the date before it is fixed.
        Reschedule: "issue.reschedule" { due_on: Option<Day> }
        /// Report that work is under way.
        Progress: "issue.progress" { note: Option<String> }
        /// Put it on the next occurrence's sheet.
        CarryOver: "issue.carry-over" { to: String }
        /// Put it before somebody higher.
        Escalate: "issue.escalate" { to: String, reason: Option<String> }
        /// Let it go on as a project.
        Convert: "issue.convert" { project: String }
        /// Report it fixed.
        Fix: "issue.fix" {}
        /// Return a report.
        Return: "issue.return" { reason: String }
        /// Confirm the fix as another unit.
        Verify: "issue.verify" { unit: String }
        /// Close it.
        Close: "issue.close" {}
        /// Open it again.
        Reopen: "issue.reopen" { reason: String }
        /// Send it elsewhere.
        MarkOutOfScope: "issue.mark-out-of-scope" { reason: String, sent_to: String }
        /// Merge it into another.
        Merge: "issue.merge" { into: String }
        /// Correct what was entered wrongly.
        Correct: "issue.correct" { changes: Vec<Wanted>, reason: String }
    }
}

/// An issue.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    /// Id of the occurrence at which it was raised.
    pub occurrence: String,
    /// Code of the compound.
    pub compound: String,
    /// One of [`CATEGORIES`].
    pub category: String,
    /// 问题描述.
    pub text: String,
    /// 来源.
    pub source: String,
    /// 提出日期.
    pub raised: Option<Fact>,
    /// How grave it is.
    pub severity: Option<String>,
    /// Who does it by when, and who confirmed it.
    pub work: Work,
    /// Put before somebody higher.
    pub escalated: Option<Fact>,
    /// Goes on as this project.
    pub project: Option<String>,
    /// Nothing is left to do.
    pub closed: Option<Fact>,
    /// Out of scope or merged: the word.
    pub ended: Option<String>,
}

fields! { Issue {
    "occurrence": occurrence, "compound": compound, "category": category, "text": text, "source": source,
    "raisedOn": raised, "responsible": work.responsible, "dueOn": work.due_on, "completedOn": work.completed,
    "verifier": work.verifier, "verifiedOn": work.verified,
} }

impl Issue {
    /// Where it stands.
    pub fn state(&self) -> &str {
        match (&self.ended, &self.project, self.closed, self.work.state()) {
            (Some(word), ..) => word,
            (_, Some(_), _, "open" | "in-progress") => "converted",
            (_, _, Some(_), _) => "closed",
            (_, _, _, "completed") => "awaiting-verification",
            (_, _, _, "verified") => "verified",
            _ if self.escalated.is_some() => "escalated",
            (_, _, _, "in-progress") => "in-progress",
            _ if self.work.responsible.is_some() => "assigned",
            _ if self.severity.is_some() => "triaged",
            _ => "raised",
        }
    }
}

/// States in which nobody has fixed it yet.
const OPEN: &[&str] = &["raised", "triaged", "assigned", "in-progress", "escalated"];

impl Category for Issue {
    type Event = IssueEvent;
    type Command = IssueCommand;

    const STEPS: &'static [Step] = &[
        ("issue.triage", &["raised", "triaged"]),
        ("issue.mark-out-of-scope", &["raised", "triaged"]),
        ("issue.merge", &["raised", "triaged"]),
        ("issue.assign", &["triaged", "assigned", "in-progress", "escalated"]),
        ("issue.reschedule", OPEN),
        ("issue.progress", &["assigned", "in-progress"]),
        ("issue.carry-over", OPEN),
        ("issue.escalate", &["assigned", "in-progress"]),
        ("issue.convert", &["escalated"]),
        ("issue.fix", &["in-progress"]),
        ("issue.return", &["awaiting-verification"]),
        ("issue.verify", &["awaiting-verification"]),
        ("issue.close", &["verified"]),
        ("issue.reopen", &["closed"]),
        ("issue.correct", ANY),
    ];
    // An old ledger knows neither triage nor the beginning of work, and closes what is verified.
    const LEDGER_STEPS: &'static [Step] = &[
        ("issue.assign", OPEN),
        ("issue.progress", &["assigned", "in-progress", "escalated"]),
        ("issue.escalate", &["raised", "triaged", "assigned", "in-progress"]),
        ("issue.convert", OPEN),
        ("issue.fix", OPEN),
        ("issue.reopen", &["verified", "closed"]),
    ];

    fn word(&self) -> &str {
        self.state()
    }

    const REQUIRED: &'static [&'static str] = &["occurrence", "compound", "text", "source"];
    const REFERENCES: &'static [(&'static str, &'static str)] = &[
        ("occurrence", "occurrence"),
        ("compound", "compound"),
        ("responsible", "unit"),
        ("verifier", "unit"),
    ];

    fn decide(
        world: &World,
        context: &Context<'_>,
        id: &str,
        state: Option<&Self>,
        command: &IssueCommand,
    ) -> Result<IssueEvent, Rejection> {
        use IssueCommand as C;
        if let C::Raise { occurrence, compound, category, text, source, responsible, due_on } = command {
            absent(id, state)?;
            if world.occurrence.get(occurrence).is_none() {
                return Err(Rejection::unknown("occurrence", occurrence));
            }
            choice("category", category, CATEGORIES)?;
            required("text", text)?;
            required("source", source)?;
            return Ok(Raised {
                occurrence: occurrence.clone(),
                compound: world.compound_code(compound)?,
                category: category.clone(),
                text: text.clone(),
                source: source.clone(),
                responsible: responsible.as_ref().map(|given| world.unit_code(given)).transpose()?,
                due_on: *due_on,
            }
            .into());
        }
        let state = present(id, state)?;
        match command {
            C::Fix {}
            | C::Return { .. }
            | C::Verify { .. }
            | C::Close {}
            | C::Reopen { .. }
            | C::Raise { .. } => state.decide_result(world, context, id, command),
            C::Triage { severity, due_on } => {
                required("severity", severity)?;
                Ok(Triaged { severity: severity.clone(), due_on: *due_on }.into())
            }
            C::Assign { unit, due_on } => {
                Ok(Assigned { unit: world.unit_code(unit)?, due_on: due_on.or(state.work.due_on) }.into())
            }
            C::Reschedule { due_on } => Ok(Rescheduled { due_on: *due_on }.into()),
            C::Progress { note } => {
                optional("note", note.as_ref())?;
                Ok(Progressed { note: note.clone() }.into())
            }
            C::CarryOver { to } => {
                if world.occurrence.get(to).is_none() {
                    return Err(Rejection::unknown("occurrence", to));
                }
                Ok(CarriedOver { to: to.clone() }.into())
            }
            C::Escalate { to, reason } => {
                required("to", to)?;
                optional("reason", reason.as_ref())?;
                Ok(Escalated { to: to.clone(), reason: reason.clone() }.into())
            }
            C::Convert { project } => {
                if world.project.get(project).is_none() {
                    return Err(Rejection::unknown("project", project));
                }
                Ok(Converted { project: project.clone() }.into())
            }
            C::MarkOutOfScope { reason, sent_to } => {
                required("reason", reason)?;
                required("sentTo", sent_to)?;
                Ok(OutOfScope { reason: reason.clone(), sent_to: sent_to.clone() }.into())
            }
            C::Merge { into } => {
                if into == id || world.issue.get(into).is_none() {
                    return Err(Rejection::unknown("issue", into));
                }
                Ok(Merged { into: into.clone() }.into())
            }
            C::Correct { changes, reason } => {
                let changes = corrections(world, id, state, changes, reason)?;
                Ok(Corrected { changes, reason: reason.clone() }.into())
            }
        }
    }

    fn consistent(&self) -> Result<(), Rejection> {
        choice("category", &self.category, CATEGORIES)?;
        self.work.consistent(self.raised)
    }

    fn evolve(&mut self, event: &IssueEvent, at: &At) {
        match event {
            IssueEvent::Raised(e) => {
                self.occurrence.clone_from(&e.occurrence);
                self.compound.clone_from(&e.compound);
                self.category.clone_from(&e.category);
                self.text.clone_from(&e.text);
                self.source.clone_from(&e.source);
                self.work.responsible.clone_from(&e.responsible);
                self.work.due_on = e.due_on;
                self.raised = Some(at.fact());
            }
            IssueEvent::Triaged(e) => {
                self.severity = Some(e.severity.clone());
                self.work.due_on = Some(e.due_on);
            }
            IssueEvent::Assigned(e) => {
                self.work.responsible = Some(e.unit.clone());
                self.work.due_on = e.due_on;
                self.escalated = None;
            }
            IssueEvent::Rescheduled(e) => self.work.due_on = e.due_on,
            IssueEvent::Progressed(_) => self.work.start(at),
            IssueEvent::CarriedOver(_) => {}
            IssueEvent::Escalated(_) => self.escalated = Some(at.fact()),
            IssueEvent::Converted(e) => self.project = Some(e.project.clone()),
            IssueEvent::Fixed(_) => self.work.complete(at),
            IssueEvent::Returned(_) => self.work.reopen(at),
            IssueEvent::Reopened(_) => {
                // Assigned again: work on it has not begun anew.
                self.work.reopen(at);
                self.work.started = None;
                self.closed = None;
            }
            IssueEvent::Verified(e) => self.work.verify(&e.unit, at),
            IssueEvent::Closed(_) => self.closed = Some(at.fact()),
            IssueEvent::OutOfScope(_) => self.ended = Some("out-of-scope".to_owned()),
            IssueEvent::Merged(_) => self.ended = Some("merged".to_owned()),
            IssueEvent::Corrected(e) => correct(self, &e.changes, at),
        }
    }

    fn doer(state: Option<&Self>, event: &IssueEvent) -> Option<String> {
        match event {
            IssueEvent::Progressed(_) | IssueEvent::Fixed(_) => {
                state.and_then(|state| state.work.responsible.clone())
            }
            IssueEvent::Verified(e) => Some(e.unit.clone()),
            _ => None,
        }
    }
}

impl Issue {
    /// Fix, verification, and the ways back.
    fn decide_result(
        &self,
        world: &World,
        context: &Context<'_>,
        id: &str,
        command: &IssueCommand,
    ) -> Result<IssueEvent, Rejection> {
        use IssueCommand as C;
        match command {
            C::Fix {} => {
                self.work.may_complete(context, self.raised)?;
                Ok(Fixed {}.into())
            }
            C::Return { reason } => {
                required("reason", reason)?;
                Ok(Returned { reason: reason.clone() }.into())
            }
            C::Verify { unit } => {
                let unit = world.unit_code(unit)?;
                self.work.may_verify(context, &unit)?;
                Ok(Verified { unit }.into())
            }
            C::Close {} => Ok(Closed {}.into()),
            C::Reopen { reason } => {
                required("reason", reason)?;
                Ok(Reopened { reason: reason.clone() }.into())
            }
            _ => Err(Rejection::exists(id)),
        }
    }
}
