//! Follow-up tasks (督办任务): the steps into which a decision is divided, each with its own unit and date.

use serde::{Deserialize, Serialize};

use super::World;
use super::category::{Category, CommandSet as _, Context, Step, absent, present, required, wrong_state};
use super::facts::{At, Fact};
use super::work::Work;
use crate::day::Day;
use crate::rejection::Rejection;

events! {
    /// Facts about a task.
    pub enum TaskEvent in "task" {
        /// A unit was given a step of a decision.
        Assigned: "task.assigned", version 1 {
            /// Id of the decision.
            decision: String,
            text: String,
            /// Code of the unit.
            responsible: String,
            due_on: Day,
        }
        /// The unit accepted it.
        Accepted: "task.accepted", version 1 {}
        /// The unit declined it.
        Declined: "task.declined", version 1 { reason: String }
        /// Another unit was given it.
        Reassigned: "task.reassigned", version 1 { responsible: String, due_on: Day }
        /// Work began.
        Started: "task.started", version 1 {}
        /// The unit reports it done.
        Reported: "task.reported", version 1 { result: String }
        /// The report was not accepted; work goes on.
        Returned: "task.returned", version 1 { reason: String }
        /// Another unit confirmed it.
        Verified: "task.verified", version 1 { unit: String }
        /// A superior pressed for it (催办).
        Pressed: "task.pressed", version 1 { note: String }
        /// Nothing is left to do.
        Closed: "task.closed", version 1 {}
    }
}

commands! {
    /// Commands about a task.
    pub enum TaskCommand {
        /// Give a unit a step of a decision.
        Assign: "task.assign" { decision: String, text: String, responsible: String, due_on: Day }
        /// Accept it.
        Accept: "task.accept" {}
        /// Decline it.
        Decline: "task.decline" { reason: String }
        /// Give it to another unit.
        Reassign: "task.reassign" { responsible: String, due_on: Day }
        /// Report that work began.
        Start: "task.start" {}
        /// Report it done.
        Report: "task.report" { result: String }
        /// Return a report.
        Return: "task.return" { reason: String }
        /// Confirm it as another unit.
        Verify: "task.verify" { unit: String }
        /// Press for it.
        Press: "task.press" { note: String }
        /// Close it.
        Close: "task.close" {}
    }
}

/// A task.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Id of its decision.
    pub decision: String,
    /// What is to be done.
    pub text: String,
    /// Who does it by when, and who confirmed it.
    pub work: Work,
    /// The unit accepted it.
    pub accepted: Option<Fact>,
    /// The unit declined it and nobody else has it yet.
    pub declined: bool,
    /// Nothing is left to do.
    pub closed: Option<Fact>,
}

fields! { Task {
    "decision": decision, "text": text, "responsible": work.responsible, "dueOn": work.due_on,
    "completedOn": work.completed, "verifier": work.verifier, "verifiedOn": work.verified,
} }

impl Task {
    /// Where it stands.
    pub fn state(&self) -> &'static str {
        match (self.closed, self.declined, self.accepted, self.work.state()) {
            (Some(_), ..) => "closed",
            (_, true, ..) => "declined",
            (_, _, Some(_), "open") => "accepted",
            (.., state) => state,
        }
    }
}

impl Category for Task {
    type Event = TaskEvent;
    type Command = TaskCommand;

    const STEPS: &'static [Step] = &[
        ("task.accept", &["open"]),
        ("task.decline", &["open"]),
        ("task.reassign", &["open", "accepted", "declined", "in-progress"]),
        ("task.start", &["accepted"]),
        ("task.report", &["in-progress"]),
        ("task.return", &["completed"]),
        ("task.verify", &["completed"]),
        ("task.press", &["open", "accepted", "in-progress"]),
        ("task.close", &["verified"]),
    ];

    fn word(&self) -> &str {
        self.state()
    }

    fn decide(
        world: &World,
        context: &Context<'_>,
        id: &str,
        state: Option<&Self>,
        command: &TaskCommand,
    ) -> Result<TaskEvent, Rejection> {
        use TaskCommand as C;
        if let C::Assign { decision, text, responsible, due_on } = command {
            absent(id, state)?;
            let Some(parent) = world.decision.get(decision) else {
                return Err(Rejection::unknown("decision", decision));
            };
            if !matches!(parent.state(), "open" | "in-progress") && !context.from_ledger() {
                return Err(wrong_state(context, decision, parent, command.name()));
            }
            required("text", text)?;
            let responsible = world.unit_code(responsible)?;
            let (decision, text) = (decision.clone(), text.clone());
            return Ok(Assigned { decision, text, responsible, due_on: *due_on }.into());
        }
        let state = present(id, state)?;
        match command {
            C::Assign { .. } => Err(Rejection::exists(id)),
            C::Accept {} => Ok(Accepted {}.into()),
            C::Decline { reason } => {
                required("reason", reason)?;
                Ok(Declined { reason: reason.clone() }.into())
            }
            C::Reassign { responsible, due_on } => {
                Ok(Reassigned { responsible: world.unit_code(responsible)?, due_on: *due_on }.into())
            }
            C::Start {} => Ok(Started {}.into()),
            C::Report { result } => {
                state.work.may_complete(context, None)?;
                required("result", result)?;
                Ok(Reported { result: result.clone() }.into())
            }
            C::Return { reason } => {
                required("reason", reason)?;
                Ok(Returned { reason: reason.clone() }.into())
            }
            C::Verify { unit } => {
                let unit = world.unit_code(unit)?;
                state.work.may_verify(context, &unit)?;
                Ok(Verified { unit }.into())
            }
            C::Press { note } => {
                required("note", note)?;
                Ok(Pressed { note: note.clone() }.into())
            }
            C::Close {} => Ok(Closed {}.into()),
        }
    }

    fn evolve(&mut self, event: &TaskEvent, at: &At) {
        match event {
            TaskEvent::Assigned(e) => {
                self.decision.clone_from(&e.decision);
                self.text.clone_from(&e.text);
                self.work.responsible = Some(e.responsible.clone());
                self.work.due_on = Some(e.due_on);
            }
            TaskEvent::Accepted(_) => self.accepted = Some(at.fact()),
            TaskEvent::Declined(_) => self.declined = true,
            TaskEvent::Reassigned(e) => {
                self.work = Work {
                    responsible: Some(e.responsible.clone()),
                    due_on: Some(e.due_on),
                    ..Work::default()
                };
                self.accepted = None;
                self.declined = false;
            }
            TaskEvent::Started(_) => self.work.start(at),
            TaskEvent::Reported(_) => self.work.complete(at),
            TaskEvent::Returned(_) => self.work.reopen(at),
            TaskEvent::Verified(e) => self.work.verify(&e.unit, at),
            TaskEvent::Pressed(_) => {}
            TaskEvent::Closed(_) => self.closed = Some(at.fact()),
        }
    }

    fn trail(world: &World, event: &TaskEvent) -> Option<String> {
        match event {
            TaskEvent::Assigned(e) => world.trail_of(&format!("decision/{}", e.decision)),
            _ => None,
        }
    }

    fn doer(state: Option<&Self>, event: &TaskEvent) -> Option<String> {
        match event {
            TaskEvent::Verified(e) => Some(e.unit.clone()),
            TaskEvent::Accepted(_)
            | TaskEvent::Declined(_)
            | TaskEvent::Started(_)
            | TaskEvent::Reported(_) => state.and_then(|state| state.work.responsible.clone()),
            _ => None,
        }
    }

    fn index(world: &mut World, id: &str, event: &TaskEvent) {
        if let TaskEvent::Assigned(e) = event {
            world.learn_child(&format!("decision/{}", e.decision), id);
        }
    }
}
