//! Agreements and their commitments (协议台账).

use gongjian_core::domain::Event;
use gongjian_core::domain::agreement::Agreement;
use gongjian_core::domain::commitment::Commitment;
use gongjian_core::domain::table::Table;
use serde::{Deserialize, Serialize};

use crate::projection::{Projection, Recorded, fold};

/// The agreements.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Agreements {
    /// Agreements by id.
    pub agreement: Table<Agreement>,
    /// Commitments by id.
    pub commitment: Table<Commitment>,
}

impl Projection for Agreements {
    const NAME: &'static str = "agreements";
    const VERSION: u32 = 1;

    fn apply(&mut self, recorded: &Recorded<'_>) {
        match recorded.event {
            Some(Event::Agreement(event)) => fold(&mut self.agreement, recorded, event),
            Some(Event::Commitment(event)) => fold(&mut self.commitment, recorded, event),
            _ => (),
        }
    }
}
