//! The ledger itself: how it was opened, which layouts it uses, and when its clock was accepted.

use serde::{Deserialize, Serialize};

use super::World;
use super::category::{Category, Context, required};
use super::facts::At;
use crate::rejection::Rejection;

events! {
    /// Facts about the ledger.
    pub enum LedgerEvent in "ledger" {
        /// Event 0 of every log.
        Opened: "ledger.opened", version 1 {
            /// Random, hexadecimal; tells two ledgers of one origin apart.
            ledger_id: String,
            /// Name of the log in checkpoints.
            origin: String,
            /// Ed25519 public key of the log, base64.
            public_key: String,
        }
        /// Somebody looked at the clock after writes were refused, and accepted it.
        ClockAccepted: "ledger.clock-accepted", version 1 {
            /// What the clock had said that was not believed, UTC microseconds.
            clock: i64,
            /// When the last event had been recorded, UTC microseconds.
            last: i64,
            /// Why the clock is right.
            reason: String,
        }
    }
}

commands! {
    /// Commands about the ledger.
    pub enum LedgerCommand {
        /// Accept the clock after writes were refused.
        AcceptClock: "ledger.accept-clock" { clock: i64, last: i64, reason: String }
        /// Open a new ledger; only ever the first command.
        Open: "ledger.open" { ledger_id: String, origin: String, public_key: String }
    }
}

/// What decisions need to know of the ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// Name of the log in checkpoints.
    pub origin: String,
    /// Random id of this log.
    pub ledger_id: String,
    /// Public key of this log, base64.
    pub public_key: String,
    /// The clock that somebody last accepted, UTC microseconds.
    pub accepted_clock: Option<i64>,
}

impl Category for Ledger {
    type Event = LedgerEvent;
    type Command = LedgerCommand;

    fn decide(
        _: &World,
        _: &Context<'_>,
        id: &str,
        state: Option<&Self>,
        command: &LedgerCommand,
    ) -> Result<LedgerEvent, Rejection> {
        match command {
            LedgerCommand::Open { ledger_id, origin, public_key } => {
                super::category::absent(id, state)?;
                required("origin", origin)?;
                Ok(Opened {
                    ledger_id: ledger_id.clone(),
                    origin: origin.clone(),
                    public_key: public_key.clone(),
                }
                .into())
            }
            LedgerCommand::AcceptClock { clock, last, reason } => {
                super::category::present(id, state)?;
                required("reason", reason)?;
                Ok(ClockAccepted { clock: *clock, last: *last, reason: reason.clone() }.into())
            }
        }
    }

    fn evolve(&mut self, event: &LedgerEvent, _: &At) {
        match event {
            LedgerEvent::Opened(e) => {
                self.origin.clone_from(&e.origin);
                self.ledger_id.clone_from(&e.ledger_id);
                self.public_key.clone_from(&e.public_key);
            }
            LedgerEvent::ClockAccepted(e) => self.accepted_clock = Some(e.clock),
        }
    }
}
