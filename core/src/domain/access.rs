//! Look-ups (查阅): who looked at what of the vault, and why. Each is an event, recorded before the answer.

use serde::{Deserialize, Serialize};

use super::World;
use super::category::{Category, Context, choice, required};
use super::facts::{At, Fact};
use crate::rejection::Rejection;

/// What can be looked at: a document or personal field, the directory of post holders, everything at once.
pub const WHATS: &[&str] = &["资料", "任职名录", "导出"];

events! {
    /// Facts about look-ups.
    pub enum AccessEvent in "access" {
        /// Somebody looked.
        Recorded: "access.recorded", version 1 {
            /// 资料, 任职名录 or 导出.
            what: String,
            /// The document's stream, the post that was asked for, or what was exported.
            subject: String,
            reason: String,
        }
    }
}

commands! {
    /// Commands about look-ups.
    pub enum AccessCommand {
        /// Look.
        Record: "access.record" { what: String, subject: String, reason: String }
    }
}

/// Look-ups of one thing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// How many there were.
    pub count: u64,
    /// The last one.
    pub last: Option<Fact>,
}

fields! { Access {} }

impl Category for Access {
    type Event = AccessEvent;
    type Command = AccessCommand;

    fn decide(
        world: &World,
        context: &Context<'_>,
        _: &str,
        _: Option<&Self>,
        command: &AccessCommand,
    ) -> Result<AccessEvent, Rejection> {
        let AccessCommand::Record { what, subject, reason } = command;
        choice("what", what, WHATS)?;
        required("subject", subject)?;
        required("reason", reason)?;
        if what == WHATS[0] {
            let id = subject.strip_prefix("document/").unwrap_or(subject);
            let document = world.document.get(id).ok_or_else(|| Rejection::unknown("document", subject))?;
            document.open_to(world, id, context.actor)?;
            world.not_erased(&format!("document/{id}"))?;
        }
        Ok(Recorded { what: what.clone(), subject: subject.clone(), reason: reason.clone() }.into())
    }

    fn evolve(&mut self, event: &AccessEvent, at: &At) {
        let AccessEvent::Recorded(_) = event;
        self.count += 1;
        self.last = Some(at.fact());
    }
}
