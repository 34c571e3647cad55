//! The ledger itself: how it was opened, which layouts it uses, and when its clock was accepted.

use serde::{Deserialize, Serialize};

use super::World;
use super::category::{Category, Context, required};
use super::facts::At;
use crate::evidence::{KeyError, LogKeys};
use crate::record::Position;
use crate::rejection::Rejection;

events! {
    /// Facts about the ledger.
    pub enum LedgerEvent in "ledger" {
        /// Event 0 of every log.
        Opened: "ledger.opened", version 2, upcast [1 => OpenedV1] {
            /// Random, hexadecimal; tells two ledgers of one origin apart.
            ledger_id: String,
            /// Name of the log in checkpoints.
            origin: String,
            /// Ed25519 public key of the log, base64.
            public_key: String,
            /// The last checkpoint of the log that this one continues, a signed note.
            continues: Option<String>,
        }
        /// Another signing key is in force from here on.
        KeyRotated: "ledger.key-rotated", version 1 {
            /// Ed25519 public key, base64.
            public_key: String,
            /// Why the old one is not used any more.
            reason: String,
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
        Open: "ledger.open" {
            ledger_id: String,
            origin: String,
            public_key: String,
            #[serde(default)]
            continues: Option<String>,
        }
        /// Put another signing key in force.
        RotateKey: "ledger.rotate-key" { public_key: String, reason: String }
    }
}

record_struct! {
    /// No log continued another before version 2.
    pub struct OpenedV1 {
        /// Random, hexadecimal.
        ledger_id: String,
        /// Name of the log in checkpoints.
        origin: String,
        /// Ed25519 public key of the log, base64.
        public_key: String,
    }
}

impl From<OpenedV1> for Opened {
    fn from(old: OpenedV1) -> Opened {
        let OpenedV1 { ledger_id, origin, public_key } = old;
        Opened { ledger_id, origin, public_key, continues: None }
    }
}

/// What decisions need to know of the ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// Name of the log in checkpoints.
    pub origin: String,
    /// Random id of this log.
    pub ledger_id: String,
    /// Public key of this log that is in force, base64.
    pub public_key: String,
    /// The public key of event 0 and those of rotations, base64, each with the position of its event.
    pub keys: Vec<(Position, String)>,
    /// The clock that somebody last accepted, UTC microseconds.
    pub accepted_clock: Option<i64>,
}

fields! { Ledger { "origin": origin } }

impl Ledger {
    /// The keys that sign, as others know them.
    ///
    /// # Errors
    /// [`KeyError`] if one of them is no key, or the origin cannot be the name of one.
    pub fn log_keys(&self) -> Result<LogKeys, KeyError> {
        let mut keys = self.keys.iter();
        let first = keys.next().map_or("", |(_, public)| public);
        let mut found = LogKeys::new(&self.origin, first)?;
        keys.try_for_each(|(position, public)| found.rotate(*position, public))?;
        Ok(found)
    }
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
            LedgerCommand::Open { ledger_id, origin, public_key, continues } => {
                super::category::absent(id, state)?;
                required("origin", origin)?;
                Ok(Opened {
                    ledger_id: ledger_id.clone(),
                    origin: origin.clone(),
                    public_key: public_key.clone(),
                    continues: continues.clone(),
                }
                .into())
            }
            LedgerCommand::RotateKey { public_key, reason } => {
                super::category::present(id, state)?;
                required("reason", reason)?;
                Ok(KeyRotated { public_key: public_key.clone(), reason: reason.clone() }.into())
            }
            LedgerCommand::AcceptClock { clock, last, reason } => {
                super::category::present(id, state)?;
                required("reason", reason)?;
                Ok(ClockAccepted { clock: *clock, last: *last, reason: reason.clone() }.into())
            }
        }
    }

    fn evolve(&mut self, event: &LedgerEvent, at: &At) {
        match event {
            LedgerEvent::Opened(e) => {
                self.origin.clone_from(&e.origin);
                self.ledger_id.clone_from(&e.ledger_id);
                self.public_key.clone_from(&e.public_key);
                self.keys.push((at.position, e.public_key.clone()));
            }
            LedgerEvent::KeyRotated(e) => {
                self.public_key.clone_from(&e.public_key);
                self.keys.push((at.position, e.public_key.clone()));
            }
            LedgerEvent::ClockAccepted(e) => self.accepted_clock = Some(e.clock),
        }
    }
}
