//! Duties done that have no event of their own, and exemptions from obligations.

use gongjian_core::domain::Event;
use gongjian_core::domain::duty::Duty;
use gongjian_core::domain::obligation::Obligation;
use gongjian_core::domain::table::Table;
use serde::{Deserialize, Serialize};

use crate::projection::{Projection, Recorded, fold};

/// The duties.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Duties {
    /// Duties done, by id.
    pub duty: Table<Duty>,
    /// Exemptions by the id of their obligation.
    pub exemption: Table<Obligation>,
}

impl Projection for Duties {
    const NAME: &'static str = "duties";
    const VERSION: u32 = 1;

    fn apply(&mut self, recorded: &Recorded<'_>) {
        match recorded.event {
            Some(Event::Duty(event)) => fold(&mut self.duty, recorded, event),
            Some(Event::Obligation(event)) => fold(&mut self.exemption, recorded, event),
            _ => (),
        }
    }
}
