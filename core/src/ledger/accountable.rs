//! What the writer asks of a command that an account sends: that it confirms nobody's own work, and that what a unit
//! attests is its own.

use super::decide::Decider;
use crate::accounts::verification::{acting_unit, confirmed_by};
use crate::command::Envelope;
use crate::domain::Decided;
use crate::domain::category::Path;
use crate::record::{Assurance, Position, RecordRef};
use crate::rejection::Rejection;

/// The account of what is recorded without one.
const NOBODY: [u8; 16] = [0; 16];

impl Decider {
    /// Refuses what an account may not record though its post might.
    ///
    /// # Errors
    /// `same-account`, `not-own-unit`.
    pub(super) fn accountable(
        &self,
        envelope: &Envelope,
        attributed: Option<&str>,
        decided: &Decided,
    ) -> Result<(), Rejection> {
        if envelope.account == NOBODY {
            return Ok(());
        }
        let command = envelope.command.name();
        if envelope.path == Path::Live
            && let Some(fact) = confirmed_by(&self.world, command, &envelope.stream)
            && self.account_at(fact.at) == Some(envelope.account)
        {
            return Err(Rejection::new("same-account").with("command", command));
        }
        if envelope.assurance == Assurance::Attested {
            let acting = acting_unit(&self.world, command, &envelope.stream, decided.doer.as_deref());
            if acting.as_deref() != attributed {
                return Err(Rejection::new("not-own-unit")
                    .with("unit", acting.unwrap_or_default())
                    .with("own", attributed.unwrap_or_default())
                    .with("command", command));
            }
        }
        Ok(())
    }

    /// The account that recorded the event at a position; what is on its way to the log counts too.
    fn account_at(&self, position: Position) -> Option<[u8; 16]> {
        if let Some(account) = self.underway.get(&position) {
            return Some(*account);
        }
        let bytes = self.reader.get(position).ok()??;
        RecordRef::decode(&bytes).ok().map(|record| record.account)
    }

    /// Notes who recorded what is at a position that no reader sees yet.
    pub(super) fn note_account(&mut self, position: Position, account: [u8; 16]) {
        // Requests are given up, and others take their places.
        self.underway.split_off(&position);
        if account != NOBODY {
            self.underway.insert(position, account);
        }
        let size = self.reader.size();
        if self.underway.first_key_value().is_some_and(|(first, _)| *first < size) {
            self.underway = self.underway.split_off(&size);
        }
    }
}
