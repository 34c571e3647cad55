//! Commitments (条款): the clauses of an agreement, each with a life of its own.

use serde::{Deserialize, Serialize};

use super::World;
use super::agreement::{Agreement, by_decision};
use super::category::{
    ANY, Category, Change, CommandSet as _, Context, Step, Wanted, absent, choice, correct, corrections,
    dated, learn_corrected_parent, present, required, wrong_state,
};
use super::facts::{At, Fact};
use super::work::Work;
use crate::day::Day;
use crate::rejection::Rejection;

/// 五联共建: the five joints.
pub const JOINTS: &[&str] = &["组织联建", "党员联管", "活动联办", "问题联商", "资源联享"];

events! {
    /// Facts about a commitment.
    pub enum CommitmentEvent in "commitment" {
        /// The clause stands in its agreement.
        Added: "commitment.added", version 1 {
            /// Id of the agreement.
            agreement: String,
            /// 条款序号.
            number: u16,
            text: String,
            /// One of [`JOINTS`].
            joint: String,
            /// Code of the responsible unit.
            responsible: String,
            due_on: Option<Day>,
        }
        /// The clause was reworded before anybody signed.
        Amended: "commitment.amended", version 1 { text: String, responsible: String, due_on: Option<Day> }
        /// The date changed before it was done.
        Rescheduled: "commitment.rescheduled", version 1 { due_on: Option<Day> }
        /// Work on it began.
        Started: "commitment.started", version 1 {}
        /// The responsible unit reports it done.
        Delivered: "commitment.delivered", version 1 {}
        /// Another unit confirmed it.
        Verified: "commitment.verified", version 1 { unit: String }
        /// The report was not accepted; work goes on.
        Returned: "commitment.returned", version 1 { reason: String }
        /// It need not be done, by a decision.
        Waived: "commitment.waived", version 1 { reason: String, decision: Option<String> }
        /// The ledger was wrong.
        Corrected: "commitment.corrected", version 1 { changes: Vec<Change>, reason: String }
    }
}

commands! {
    /// Commands about a commitment.
    pub enum CommitmentCommand {
        /// Add a clause to an agreement.
        Add: "commitment.add" {
            agreement: String,
            number: u16,
            text: String,
            joint: String,
            responsible: String,
            due_on: Option<Day>,
        }
        /// Reword a clause of a draft.
        Amend: "commitment.amend" { text: String, responsible: String, due_on: Option<Day> }
        /// Change the date before it is done.
        Reschedule: "commitment.reschedule" { due_on: Option<Day> }
        /// Report that work began.
        Start: "commitment.start" {}
        /// Report it done.
        Deliver: "commitment.deliver" {}
        /// Confirm it as another unit.
        Verify: "commitment.verify" { unit: String }
        /// Return a report.
        Return: "commitment.return" { reason: String }
        /// Waive it.
        Waive: "commitment.waive" { reason: String, decision: Option<String> }
        /// Correct what was entered wrongly.
        Correct: "commitment.correct" { changes: Vec<Wanted>, reason: String }
    }
}

/// A commitment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commitment {
    /// Id of its agreement.
    pub agreement: String,
    /// 条款序号.
    pub number: u16,
    /// 条款内容.
    pub text: String,
    /// One of [`JOINTS`].
    pub joint: String,
    /// Who does it by when, and who confirmed it.
    pub work: Work,
    /// It need not be done.
    pub waived: Option<Fact>,
    /// The event that entered it.
    pub added: Option<Fact>,
}

fields! { Commitment {
    "agreement": agreement, "number": number, "text": text, "joint": joint, "responsible": work.responsible,
    "dueOn": work.due_on, "completedOn": work.completed, "verifier": work.verifier, "verifiedOn": work.verified,
} }

impl Commitment {
    /// Where it stands.
    pub fn state(&self) -> &'static str {
        if self.waived.is_some() { "waived" } else { self.work.state() }
    }
}

impl Category for Commitment {
    type Event = CommitmentEvent;
    type Command = CommitmentCommand;

    const STEPS: &'static [Step] = &[
        ("commitment.amend", &["open"]),
        ("commitment.reschedule", &["open", "in-progress"]),
        ("commitment.start", &["open"]),
        ("commitment.deliver", &["in-progress"]),
        ("commitment.return", &["completed"]),
        ("commitment.verify", &["completed"]),
        ("commitment.waive", &["open", "in-progress"]),
        ("commitment.correct", ANY),
    ];
    // An old ledger does not state when work began.
    const LEDGER_STEPS: &'static [Step] = &[("commitment.deliver", &["open", "in-progress"])];

    fn word(&self) -> &str {
        self.state()
    }

    const REQUIRED: &'static [&'static str] = &["agreement", "text", "responsible"];
    const REFERENCES: &'static [(&'static str, &'static str)] =
        &[("agreement", "agreement"), ("responsible", "unit"), ("verifier", "unit")];

    fn decide(
        world: &World,
        context: &Context<'_>,
        id: &str,
        state: Option<&Self>,
        command: &CommitmentCommand,
    ) -> Result<CommitmentEvent, Rejection> {
        use CommitmentCommand as C;
        if let C::Add { agreement, number, text, joint, responsible, due_on } = command {
            absent(id, state)?;
            let Some(parent) = world.agreement.get(agreement) else {
                return Err(Rejection::unknown("agreement", agreement));
            };
            if !context.from_ledger() && parent.state() != "draft" {
                return Err(wrong_state(context, agreement, parent, command.name()));
            }
            required("text", text)?;
            choice("joint", joint, JOINTS)?;
            dated(context, *due_on)?;
            let responsible = party(world, context, parent, responsible)?;
            return Ok(Added {
                agreement: agreement.clone(),
                number: *number,
                text: text.clone(),
                joint: joint.clone(),
                responsible,
                due_on: *due_on,
            }
            .into());
        }
        let state = present(id, state)?;
        match command {
            C::Add { .. } => Err(Rejection::exists(id)),
            C::Amend { text, responsible, due_on } => {
                let Some(parent) = world.agreement.get(&state.agreement) else {
                    return Err(Rejection::unknown("agreement", &state.agreement));
                };
                if parent.state() != "draft" {
                    return Err(wrong_state(context, &state.agreement, parent, command.name()));
                }
                required("text", text)?;
                dated(context, *due_on)?;
                let responsible = party(world, context, parent, responsible)?;
                Ok(Amended { text: text.clone(), responsible, due_on: *due_on }.into())
            }
            C::Reschedule { due_on } => {
                dated(context, *due_on)?;
                Ok(Rescheduled { due_on: *due_on }.into())
            }
            C::Start {} => Ok(Started {}.into()),
            C::Deliver {} => {
                state.work.may_complete(context, None)?;
                Ok(Delivered {}.into())
            }
            C::Verify { unit } => {
                let unit = world.unit_code(unit)?;
                state.work.may_verify(context, &unit)?;
                Ok(Verified { unit }.into())
            }
            C::Return { reason } => {
                required("reason", reason)?;
                Ok(Returned { reason: reason.clone() }.into())
            }
            C::Waive { reason, decision } => {
                required("reason", reason)?;
                let decision = by_decision(world, context, decision.as_ref())?;
                Ok(Waived { reason: reason.clone(), decision }.into())
            }
            C::Correct { changes, reason } => {
                let changes = corrections(world, id, state, changes, reason)?;
                Ok(Corrected { changes, reason: reason.clone() }.into())
            }
        }
    }

    fn consistent(&self) -> Result<(), Rejection> {
        choice("joint", &self.joint, JOINTS)?;
        self.work.consistent(None)
    }

    fn evolve(&mut self, event: &CommitmentEvent, at: &At) {
        match event {
            CommitmentEvent::Added(e) => {
                self.agreement.clone_from(&e.agreement);
                self.number = e.number;
                self.text.clone_from(&e.text);
                self.joint.clone_from(&e.joint);
                self.work.responsible = Some(e.responsible.clone());
                self.work.due_on = e.due_on;
                self.added = Some(at.fact());
            }
            CommitmentEvent::Amended(e) => {
                self.text.clone_from(&e.text);
                self.work.responsible = Some(e.responsible.clone());
                self.work.due_on = e.due_on;
            }
            CommitmentEvent::Rescheduled(e) => self.work.due_on = e.due_on,
            CommitmentEvent::Started(_) => self.work.start(at),
            CommitmentEvent::Delivered(_) => self.work.complete(at),
            CommitmentEvent::Verified(e) => self.work.verify(&e.unit, at),
            CommitmentEvent::Returned(_) => self.work.reopen(at),
            CommitmentEvent::Waived(_) => self.waived = Some(at.fact()),
            CommitmentEvent::Corrected(e) => correct(self, &e.changes, at),
        }
    }

    fn trail(world: &World, event: &CommitmentEvent) -> Option<String> {
        match event {
            CommitmentEvent::Added(e) => world.trail_of(&format!("agreement/{}", e.agreement)),
            _ => None,
        }
    }

    fn doer(state: Option<&Self>, event: &CommitmentEvent) -> Option<String> {
        match event {
            CommitmentEvent::Started(_) | CommitmentEvent::Delivered(_) => {
                state.and_then(|state| state.work.responsible.clone())
            }
            CommitmentEvent::Verified(e) => Some(e.unit.clone()),
            _ => None,
        }
    }

    fn index(world: &mut World, id: &str, event: &CommitmentEvent) {
        match event {
            CommitmentEvent::Added(e) => world.learn_child(&format!("agreement/{}", e.agreement), id),
            CommitmentEvent::Corrected(e) => {
                learn_corrected_parent(world, "agreement", "agreement", id, &e.changes);
            }
            _ => {}
        }
    }
}

/// The responsible unit of a clause is a party of its agreement; an old ledger may name another.
fn party(
    world: &World,
    context: &Context<'_>,
    agreement: &Agreement,
    given: &str,
) -> Result<String, Rejection> {
    let unit = world.unit_code(given)?;
    if context.from_ledger() || agreement.parties().contains(&&*unit) {
        Ok(unit)
    } else {
        Err(Rejection::new("not-a-party").with("unit", &unit))
    }
}
