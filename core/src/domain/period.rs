//! Periods (统计期): a quarter of the whole county, frozen so that its report is the same for ever.
//!
//! A freeze knows what was recorded before itself: its own position less one. The digest of that event is
//! `previous` in the freeze's own envelope, so a freeze carries nothing that somebody could give wrongly. What is
//! recorded afterwards is in later reports as 补记/更正, or in another edition once another post has reopened the
//! quarter. Freezes and reopenings stay.

use serde::{Deserialize, Serialize};

use super::World;
use super::category::{
    Category, CommandSet as _, Context, Step, not_before, not_in_future, present, required,
};
use super::facts::{At, Fact};
use crate::day::Quarter;
use crate::record::Position;
use crate::rejection::Rejection;

events! {
    /// Facts about a period.
    pub enum PeriodEvent in "period" {
        /// Reports of the quarter rest on what was recorded before this event.
        Frozen: "period.frozen", version 1 {
            /// The post that froze it.
            post: String,
        }
        /// The quarter is open again; what was frozen before stays.
        Reopened: "period.reopened", version 1 {
            /// The post that reopened it.
            post: String,
            reason: String,
        }
    }
}

commands! {
    /// Commands about a period.
    pub enum PeriodCommand {
        /// Freeze it, once its last day has passed.
        Freeze: "period.freeze" {}
        /// Reopen it as another post.
        Reopen: "period.reopen" { reason: String }
    }
}

/// One freeze of a quarter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Freeze {
    /// The last event that reports know.
    pub knows: Position,
    /// The freeze itself.
    pub frozen: Fact,
    /// The post that froze it.
    pub post: String,
    /// The end of it.
    pub reopened: Option<Reopening>,
}

/// The end of a freeze.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reopening {
    /// When, and the event that says it.
    pub reopened: Fact,
    /// The post that reopened it.
    pub post: String,
    /// Why.
    pub reason: String,
}

/// A period.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// Every freeze, the last one last.
    pub freezes: Vec<Freeze>,
}

impl Period {
    /// The freeze that holds now.
    pub fn frozen(&self) -> Option<&Freeze> {
        self.freezes.last().filter(|freeze| freeze.reopened.is_none())
    }

    /// Where it stands.
    pub fn state(&self) -> &'static str {
        if self.frozen().is_some() { "frozen" } else { "reopened" }
    }

    /// What happened last.
    fn last(&self) -> Option<Fact> {
        let freeze = self.freezes.last()?;
        Some(freeze.reopened.as_ref().map_or(freeze.frozen, |reopening| reopening.reopened))
    }
}

fields! { Period {} }

impl Category for Period {
    type Event = PeriodEvent;
    type Command = PeriodCommand;

    const STEPS: &'static [Step] = &[("period.freeze", &["reopened"]), ("period.reopen", &["frozen"])];

    fn word(&self) -> &str {
        self.state()
    }

    fn decide(
        world: &World,
        context: &Context<'_>,
        id: &str,
        state: Option<&Self>,
        command: &PeriodCommand,
    ) -> Result<PeriodEvent, Rejection> {
        let quarter = quarter_of(id)?;
        not_in_future(context)?;
        let post = context.actor.to_owned();
        match command {
            PeriodCommand::Freeze {} => {
                let last_day = quarter.last_day();
                if context.occurred <= last_day {
                    return Err(Rejection::new("period-not-over")
                        .with("quarter", quarter)
                        .with("day", context.occurred)
                        .with("last", last_day));
                }
                not_before("occurredOn", context.occurred, state.and_then(Period::last))?;
                Ok(Frozen { post }.into())
            }
            PeriodCommand::Reopen { reason } => {
                let state = present(id, state)?;
                required("reason", reason)?;
                not_before("occurredOn", context.occurred, state.last())?;
                let own = state.frozen().is_some_and(|freeze| world.is_post(&freeze.post, context.actor));
                if own {
                    return Err(same_post(context, command.name(), "period.freeze"));
                }
                Ok(Reopened { post, reason: reason.clone() }.into())
            }
        }
    }

    fn evolve(&mut self, event: &PeriodEvent, at: &At) {
        match event {
            PeriodEvent::Frozen(e) => self.freezes.push(Freeze {
                // Event 0 opens the ledger, so that something always stands before.
                knows: at.position.saturating_sub(1),
                frozen: at.fact(),
                post: e.post.clone(),
                reopened: None,
            }),
            PeriodEvent::Reopened(e) => {
                if let Some(freeze) = self.freezes.last_mut() {
                    freeze.reopened = Some(Reopening {
                        reopened: at.fact(),
                        post: e.post.clone(),
                        reason: e.reason.clone(),
                    });
                }
            }
        }
    }
}

/// The quarter that an id names; it has one spelling.
pub(super) fn quarter_of(id: &str) -> Result<Quarter, Rejection> {
    id.parse().map_err(|_| Rejection::new("quarter-name").with("given", id))
}

/// The refusal of a step by a post that took another step before it.
pub(super) fn same_post(context: &Context<'_>, command: &str, earlier: &str) -> Rejection {
    Rejection::new("step-same-post")
        .with("post", context.actor)
        .with("command", command)
        .with("earlier", earlier)
}

impl World {
    /// Whether two texts, codes or names, mean one post.
    pub(super) fn is_post(&self, one: &str, other: &str) -> bool {
        one == other || self.post_code(one) == self.post_code(other)
    }
}
