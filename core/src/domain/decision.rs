//! Decisions (议定事项): what a meeting decided, who does it by when, and who confirmed the result (销号).

use serde::{Deserialize, Serialize};

use super::World;
use super::category::{
    ANY, Category, Change, CommandSet as _, Context, Step, Wanted, absent, correct, corrections, dated,
    optional, present, required, wrong_state,
};
use super::facts::{At, Fact};
use super::meeting::Phase;
use super::work::Work;
use crate::day::Day;
use crate::rejection::Rejection;

events! {
    /// Facts about a decision.
    pub enum DecisionEvent in "decision" {
        /// The meeting decided it.
        Recorded: "decision.recorded", version 1 {
            /// Id of the meeting.
            meeting: String,
            /// Id of the topic.
            topic: String,
            text: String,
            /// Code of the responsible unit; none for a decision that only notes something.
            responsible: Option<String>,
            /// Codes of supporting units.
            supporting: Vec<String>,
            due_on: Option<Day>,
        }
        /// The date changed before it was done.
        Rescheduled: "decision.rescheduled", version 1 { due_on: Option<Day> }
        /// More time was asked for.
        ExtensionRequested: "decision.extension-requested", version 1 { until: Day, reason: String }
        /// More time was granted; none takes it back. The original date stays.
        Extended: "decision.extended", version 1 { until: Option<Day>, reason: Option<String> }
        /// Work began.
        Started: "decision.started", version 1 {}
        /// The responsible unit reports it done.
        Completed: "decision.completed", version 1 {}
        /// The report was not accepted; work goes on.
        Returned: "decision.returned", version 1 { reason: String }
        /// Another unit confirmed the result (销号).
        Verified: "decision.verified", version 1 { unit: String }
        /// It is open again.
        Reopened: "decision.reopened", version 1 { reason: String }
        /// Another decision takes its place.
        Superseded: "decision.superseded", version 1 { by: String }
        /// A meeting took it back.
        Revoked: "decision.revoked", version 1 { decision: String, reason: String }
        /// The ledger was wrong.
        Corrected: "decision.corrected", version 1 { changes: Vec<Change>, reason: String }
    }
}

commands! {
    /// Commands about a decision.
    pub enum DecisionCommand {
        /// Record what a meeting decided on a topic.
        Record: "decision.record" {
            meeting: String,
            topic: String,
            text: String,
            responsible: Option<String>,
            #[serde(default)] supporting: Vec<String>,
            due_on: Option<Day>,
            #[serde(default)] note_only: bool,
        }
        /// Change the date before it is done.
        Reschedule: "decision.reschedule" { due_on: Option<Day> }
        /// Ask for more time.
        RequestExtension: "decision.request-extension" { until: Day, reason: String }
        /// Grant more time.
        Extend: "decision.extend" { until: Option<Day>, reason: Option<String> }
        /// Report that work began.
        Start: "decision.start" {}
        /// Report it done.
        Complete: "decision.complete" {}
        /// Return a report.
        Return: "decision.return" { reason: String }
        /// Confirm the result as another unit.
        Verify: "decision.verify" { unit: String }
        /// Open it again.
        Reopen: "decision.reopen" { reason: String }
        /// Put another decision in its place.
        Supersede: "decision.supersede" { by: String }
        /// Take it back by another decision.
        Revoke: "decision.revoke" { decision: String, reason: String }
        /// Correct what was entered wrongly.
        Correct: "decision.correct" { changes: Vec<Wanted>, reason: String }
    }
}

/// A decision.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Id of the meeting.
    pub meeting: String,
    /// Id of the topic.
    pub topic: String,
    /// 议定事项.
    pub text: String,
    /// 配合单位.
    pub supporting: Vec<String>,
    /// Who does it by when, and who confirmed it.
    pub work: Work,
    /// When the meeting decided it.
    pub recorded: Option<Fact>,
    /// Superseded or revoked: the word.
    pub ended: Option<(String, Fact)>,
}

fields! { Decision {
    "meeting": meeting, "topic": topic, "text": text, "responsible": work.responsible,
    "supporting": supporting, "dueOn": work.due_on, "extendedTo": work.extended_to,
    "completedOn": work.completed, "verifier": work.verifier, "verifiedOn": work.verified,
} }

impl Decision {
    /// Where it stands.
    pub fn state(&self) -> &str {
        match &self.ended {
            Some((word, _)) => word,
            None => self.work.state(),
        }
    }
}

impl Category for Decision {
    type Event = DecisionEvent;
    type Command = DecisionCommand;

    const STEPS: &'static [Step] = &[
        ("decision.reschedule", &["open", "in-progress"]),
        ("decision.request-extension", &["open", "in-progress"]),
        ("decision.extend", &["open", "in-progress"]),
        ("decision.start", &["open"]),
        ("decision.complete", &["in-progress"]),
        ("decision.return", &["completed"]),
        ("decision.verify", &["completed"]),
        ("decision.reopen", &["verified"]),
        ("decision.supersede", &["open", "in-progress"]),
        ("decision.revoke", &["open", "in-progress"]),
        ("decision.correct", ANY),
    ];
    // An old ledger does not state when work began, and may grant time that was not needed.
    const LEDGER_STEPS: &'static [Step] = &[
        ("decision.complete", &["open", "in-progress"]),
        ("decision.extend", &["open", "in-progress", "completed", "verified"]),
    ];

    fn word(&self) -> &str {
        self.state()
    }

    const REQUIRED: &'static [&'static str] = &["meeting", "topic", "text"];
    const REFERENCES: &'static [(&'static str, &'static str)] = &[
        ("meeting", "meeting"),
        ("topic", "topic"),
        ("responsible", "unit"),
        ("supporting", "units"),
        ("verifier", "unit"),
    ];

    fn decide(
        world: &World,
        context: &Context<'_>,
        id: &str,
        state: Option<&Self>,
        command: &DecisionCommand,
    ) -> Result<DecisionEvent, Rejection> {
        use DecisionCommand as C;
        if let C::Record { meeting, topic, text, responsible, supporting, due_on, note_only } = command {
            absent(id, state)?;
            required("text", text)?;
            at_the_meeting(world, context, command.name(), meeting, topic)?;
            if !context.from_ledger() && !note_only {
                if responsible.is_none() {
                    return Err(Rejection::empty("responsible"));
                }
                if due_on.is_none() {
                    return Err(Rejection::empty("dueOn"));
                }
            }
            return Ok(Recorded {
                meeting: meeting.clone(),
                topic: topic.clone(),
                text: text.clone(),
                responsible: responsible.as_ref().map(|given| world.unit_code(given)).transpose()?,
                supporting: world.unit_codes(supporting)?,
                due_on: *due_on,
            }
            .into());
        }
        let state = present(id, state)?;
        match command {
            C::Record { .. } => Err(Rejection::exists(id)),
            C::Reschedule { due_on } => {
                dated(context, *due_on)?;
                Ok(Rescheduled { due_on: *due_on }.into())
            }
            C::RequestExtension { until, reason } => {
                state.work.may_extend(context, *until)?;
                required("reason", reason)?;
                Ok(ExtensionRequested { until: *until, reason: reason.clone() }.into())
            }
            C::Extend { until, reason } => {
                if let Some(until) = until {
                    state.work.may_extend(context, *until)?;
                }
                optional("reason", reason.as_ref())?;
                Ok(Extended { until: *until, reason: reason.clone() }.into())
            }
            C::Start {} => Ok(Started {}.into()),
            C::Complete {} => {
                state.work.may_complete(context, state.recorded)?;
                Ok(Completed {}.into())
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
            C::Reopen { reason } => {
                required("reason", reason)?;
                Ok(Reopened { reason: reason.clone() }.into())
            }
            C::Supersede { by } => {
                if by == id || world.decision.get(by).is_none() {
                    return Err(Rejection::unknown("decision", by));
                }
                Ok(Superseded { by: by.clone() }.into())
            }
            C::Revoke { decision, reason } => {
                required("reason", reason)?;
                if decision == id || world.decision.get(decision).is_none() {
                    return Err(Rejection::unknown("decision", decision));
                }
                Ok(Revoked { decision: decision.clone(), reason: reason.clone() }.into())
            }
            C::Correct { changes, reason } => {
                let changes = corrections(world, id, state, changes, reason)?;
                Ok(Corrected { changes, reason: reason.clone() }.into())
            }
        }
    }

    fn consistent(&self) -> Result<(), Rejection> {
        self.work.consistent(self.recorded)
    }

    fn evolve(&mut self, event: &DecisionEvent, at: &At) {
        match event {
            DecisionEvent::Recorded(e) => {
                self.meeting.clone_from(&e.meeting);
                self.topic.clone_from(&e.topic);
                self.text.clone_from(&e.text);
                self.work.responsible.clone_from(&e.responsible);
                self.supporting.clone_from(&e.supporting);
                self.work.due_on = e.due_on;
                self.recorded = Some(at.fact());
            }
            DecisionEvent::Rescheduled(e) => self.work.due_on = e.due_on,
            DecisionEvent::ExtensionRequested(_) => {}
            DecisionEvent::Extended(e) => self.work.extend(e.until),
            DecisionEvent::Started(_) => self.work.start(at),
            DecisionEvent::Completed(_) => self.work.complete(at),
            DecisionEvent::Returned(_) | DecisionEvent::Reopened(_) => self.work.reopen(at),
            DecisionEvent::Verified(e) => self.work.verify(&e.unit, at),
            DecisionEvent::Superseded(_) => self.ended = Some(("superseded".to_owned(), at.fact())),
            DecisionEvent::Revoked(_) => self.ended = Some(("revoked".to_owned(), at.fact())),
            DecisionEvent::Corrected(e) => correct(self, &e.changes, at),
        }
    }

    fn trail(world: &World, event: &DecisionEvent) -> Option<String> {
        match event {
            DecisionEvent::Recorded(e) => world.trail_of(&format!("topic/{}", e.topic)),
            _ => None,
        }
    }

    fn doer(state: Option<&Self>, event: &DecisionEvent) -> Option<String> {
        match event {
            DecisionEvent::Started(_)
            | DecisionEvent::Completed(_)
            | DecisionEvent::ExtensionRequested(_) => state.and_then(|state| state.work.responsible.clone()),
            DecisionEvent::Verified(e) => Some(e.unit.clone()),
            _ => None,
        }
    }
}

/// Decisions are taken at a meeting that is in session, on a topic of its agenda.
fn at_the_meeting(
    world: &World,
    context: &Context<'_>,
    command: &str,
    meeting: &str,
    topic: &str,
) -> Result<(), Rejection> {
    let Some(held) = world.meeting.get(meeting) else { return Err(Rejection::unknown("meeting", meeting)) };
    let Some(item) = world.topic.get(topic).filter(|item| item.meeting.as_deref() == Some(meeting)) else {
        return Err(Rejection::unknown("topic", topic));
    };
    // A decision of an old ledger belongs to a meeting that was held.
    let phase_fits = if context.from_ledger() { held.held.is_some() } else { held.phase == Phase::InSession };
    if !phase_fits {
        return Err(wrong_state(context, meeting, held, command));
    }
    if !context.from_ledger() && !item.on_agenda_of(meeting) {
        return Err(wrong_state(context, topic, item, command));
    }
    Ok(())
}
