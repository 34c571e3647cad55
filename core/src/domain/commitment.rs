//! Commitments (条款): the clauses of an agreement, each with a life of its own.

use serde::{Deserialize, Serialize};

use super::World;
use super::agreement::known_decision;
use super::category::{
    Category, Change, Context, Wanted, absent, choice, correct, corrections, present, required,
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

    fn not_waived(&self, command: &str) -> Result<(), Rejection> {
        match self.waived {
            None => Ok(()),
            Some(_) => Err(Rejection::wrong_state("waived", command, &["commitment.correct"])),
        }
    }
}

impl Category for Commitment {
    type Event = CommitmentEvent;
    type Command = CommitmentCommand;

    const REFERENCES: &'static [(&'static str, &'static str)] = &[("responsible", "unit"), ("verifier", "unit")];

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
                return Err(Rejection::wrong_state(parent.state(), "commitment.add", &["agreement.amend"]));
            }
            required("text", text)?;
            choice("joint", joint, JOINTS)?;
            let responsible = world.unit_code(responsible)?;
            if !context.from_ledger() && !parent.parties().contains(&&*responsible) {
                return Err(Rejection::new("not-a-party").with("unit", &responsible));
            }
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
        state.not_waived(command_name(command))?;
        match command {
            C::Add { .. } => Err(Rejection::exists(id)),
            C::Amend { text, responsible, due_on } => {
                let parent = world.agreement.get(&state.agreement).map_or("absent", |parent| parent.state());
                if parent != "draft" {
                    return Err(Rejection::wrong_state(parent, "commitment.amend", &["commitment.correct"]));
                }
                required("text", text)?;
                let responsible = world.unit_code(responsible)?;
                Ok(Amended { text: text.clone(), responsible, due_on: *due_on }.into())
            }
            C::Reschedule { due_on } => {
                state.work.may_reschedule("commitment.reschedule")?;
                Ok(Rescheduled { due_on: *due_on }.into())
            }
            C::Start {} => {
                state.work.may_start("commitment.start")?;
                Ok(Started {}.into())
            }
            C::Deliver {} => {
                state.work.may_complete(context, "commitment.deliver")?;
                Ok(Delivered {}.into())
            }
            C::Verify { unit } => {
                let unit = world.unit_code(unit)?;
                state.work.may_verify(context, &unit, "commitment.verify")?;
                Ok(Verified { unit }.into())
            }
            C::Return { reason } => {
                state.work.may_return("commitment.return")?;
                required("reason", reason)?;
                Ok(Returned { reason: reason.clone() }.into())
            }
            C::Waive { reason, decision } => {
                state.work.may_reschedule("commitment.waive")?;
                required("reason", reason)?;
                let decision = known_decision(world, decision.as_ref())?;
                Ok(Waived { reason: reason.clone(), decision }.into())
            }
            C::Correct { changes, reason } => {
                let changes = corrections(world, state, changes, reason)?;
                Ok(Corrected { changes, reason: reason.clone() }.into())
            }
        }
    }

    fn consistent(&self) -> Result<(), Rejection> {
        choice("joint", &self.joint, JOINTS)?;
        self.work.consistent()
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
        if let CommitmentEvent::Added(e) = event {
            world.learn_child(&format!("agreement/{}", e.agreement), id);
        }
    }
}

fn command_name(command: &CommitmentCommand) -> &'static str {
    super::category::CommandSet::name(command)
}
