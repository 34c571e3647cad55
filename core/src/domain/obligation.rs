//! Obligations (应办事项): what a rule demands of somebody for a period.
//!
//! That one opens, is met or missed follows from rules and facts as of a day, and is never an event. The only
//! facts of its own are that a decision exempts somebody, and that the exemption is withdrawn.

use serde::{Deserialize, Serialize};

use super::World;
use super::category::{Category, Context, Step, not_before, not_in_future, present, required};
use super::duty::SUBJECTS;
use super::facts::{At, Fact};
use crate::day::Day;
use crate::period::Period;
use crate::rejection::Rejection;

/// What stands for a rule where not the rule book but a commitment, project, decision, task or issue sets the date.
pub const DEADLINE: &str = "DUE";

/// Categories whose streams have a date by which they must be done.
pub const WORKS: &[&str] = &["commitment", "project", "decision", "task", "issue"];

events! {
    /// Facts about an obligation.
    pub enum ObligationEvent in "obligation" {
        /// A decision exempts the subject from the day on which this happened.
        Exempted: "obligation.exempted", version 1 {
            /// Id of the rule, or `DUE`.
            rule: String,
            /// Stream of who or what owes it.
            subject: String,
            /// Code of the community to which it is owed, where it is owed to each.
            community: Option<String>,
            /// The period: `2022-Q2`; none where it is owed once.
            period: Option<String>,
            /// Id of the decision that exempts.
            decision: String,
            reason: String,
        }
        /// The exemption holds no more.
        ExemptionWithdrawn: "obligation.exemption-withdrawn", version 1 { reason: String }
    }
}

commands! {
    /// Commands about an obligation.
    pub enum ObligationCommand {
        /// Exempt the subject by a decision.
        Exempt: "obligation.exempt" {
            rule: String,
            subject: String,
            community: Option<String>,
            period: Option<String>,
            decision: String,
            reason: String,
        }
        /// Withdraw the exemption.
        WithdrawExemption: "obligation.withdraw-exemption" { reason: String }
    }
}

/// An exemption, standing or withdrawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exemption {
    /// Id of the decision.
    pub decision: String,
    /// Why.
    pub reason: String,
    /// Since when.
    pub exempted: Fact,
    /// Until when.
    pub withdrawn: Option<Fact>,
    /// Why it was withdrawn.
    pub withdrawal_reason: Option<String>,
}

/// What the ledger remembers of an obligation: who was exempted from it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Obligation {
    /// Id of the rule, or [`DEADLINE`].
    pub rule: String,
    /// Stream of who or what owes it.
    pub subject: String,
    /// Code of the community to which it is owed.
    pub community: Option<String>,
    /// The period.
    pub period: Option<String>,
    /// Its exemptions, in the order of the log.
    pub exemptions: Vec<Exemption>,
}

impl Obligation {
    /// The exemption that holds on a day.
    pub fn exempted_on(&self, day: Day) -> Option<&Exemption> {
        let holds = |it: &&Exemption| it.exempted.by(day) && !it.withdrawn.is_some_and(|fact| fact.by(day));
        self.exemptions.iter().rev().find(holds)
    }
}

/// The id of an obligation: `R12-LM01-2022-Q2`, `R14-U066-C01`, `DUE-decision-HY-2022-0001-J1-1`.
pub fn id(rule: &str, subject: &str, community: Option<&str>, period: Option<Period>) -> String {
    let subject = match subject.split_once('/') {
        // Numbers of works are told apart by their category only.
        Some(_) if rule == DEADLINE => subject.replacen('/', "-", 1),
        Some((_, code)) => code.to_owned(),
        None => subject.to_owned(),
    };
    let mut id = format!("{rule}-{subject}");
    for part in [community.map(str::to_owned), period.map(|period| period.to_string())].into_iter().flatten()
    {
        id.push('-');
        id.push_str(&part);
    }
    id
}

fields! { Obligation { "rule": rule, "subject": subject } }

impl Category for Obligation {
    type Event = ObligationEvent;
    type Command = ObligationCommand;

    const STEPS: &'static [Step] =
        &[("obligation.exempt", &["withdrawn"]), ("obligation.withdraw-exemption", &["exempted"])];

    fn word(&self) -> &str {
        match self.exemptions.last() {
            Some(Exemption { withdrawn: None, .. }) => "exempted",
            _ => "withdrawn",
        }
    }

    fn decide(
        world: &World,
        context: &Context<'_>,
        stream: &str,
        state: Option<&Self>,
        command: &ObligationCommand,
    ) -> Result<ObligationEvent, Rejection> {
        not_in_future(context)?;
        match command {
            ObligationCommand::Exempt { rule, subject, community, period, decision, reason } => {
                required("reason", reason)?;
                let exempted = Exempted {
                    rule: if rule == DEADLINE { rule.clone() } else { world.resolve("rule", rule)? },
                    subject: owing(world, rule, subject)?,
                    community: community.as_ref().map(|given| world.community_code(given)).transpose()?,
                    period: period.clone(),
                    decision: decision.clone(),
                    reason: reason.clone(),
                };
                required("rule", &exempted.rule)?;
                let period = period.as_deref().map(read_period).transpose()?;
                let wanted = id(&exempted.rule, &exempted.subject, exempted.community.as_deref(), period);
                if stream != wanted {
                    return Err(Rejection::new("obligation-id").with("given", stream).with("wanted", wanted));
                }
                // Nothing excuses itself.
                let itself = exempted.subject.strip_prefix("decision/") == Some(decision);
                if itself || world.decision.get(decision).is_none() {
                    return Err(Rejection::unknown("decision", decision));
                }
                Ok(exempted.into())
            }
            ObligationCommand::WithdrawExemption { reason } => {
                let state = present(stream, state)?;
                required("reason", reason)?;
                not_before("occurredOn", context.occurred, state.exemptions.last().map(|it| it.exempted))?;
                Ok(ExemptionWithdrawn { reason: reason.clone() }.into())
            }
        }
    }

    fn evolve(&mut self, event: &ObligationEvent, at: &At) {
        match event {
            ObligationEvent::Exempted(e) => {
                self.rule.clone_from(&e.rule);
                self.subject.clone_from(&e.subject);
                self.community.clone_from(&e.community);
                self.period.clone_from(&e.period);
                self.exemptions.push(Exemption {
                    decision: e.decision.clone(),
                    reason: e.reason.clone(),
                    exempted: at.fact(),
                    withdrawn: None,
                    withdrawal_reason: None,
                });
            }
            ObligationEvent::ExemptionWithdrawn(e) => {
                if let Some(exemption) = self.exemptions.last_mut() {
                    exemption.withdrawn = Some(at.fact());
                    exemption.withdrawal_reason = Some(e.reason.clone());
                }
            }
        }
    }

    fn trail(world: &World, event: &ObligationEvent) -> Option<String> {
        match event {
            ObligationEvent::Exempted(e) => world.trail_of(&format!("decision/{}", e.decision)),
            ObligationEvent::ExemptionWithdrawn(_) => None,
        }
    }
}

/// The stream of who or what owes: a work where a date is all there is, an issue that a rule gives a date, otherwise
/// somebody of the registry.
fn owing(world: &World, rule: &str, given: &str) -> Result<String, Rejection> {
    let category = given.split('/').next().unwrap_or_default();
    if rule != DEADLINE && SUBJECTS.contains(&category) {
        return world.subject_stream(given);
    }
    if WORKS.contains(&category) && world.trail_of(given).is_some() {
        return Ok(given.to_owned());
    }
    Err(Rejection::unknown("source", given))
}

fn read_period(given: &str) -> Result<Period, Rejection> {
    given.parse().map_err(|_| Rejection::new("period-unreadable").with("given", given))
}
