//! Public holidays (节假日): on them no Wednesday meeting is expected.

use serde::{Deserialize, Serialize};

use super::World;
use super::category::{Category, Change, Context, Wanted, absent, correct, corrections, present, required};
use super::facts::At;
use crate::day::Day;
use crate::rejection::Rejection;

events! {
    /// Facts about a holiday.
    pub enum HolidayEvent in "holiday" {
        /// The days from `from` to `until`, both included, are a public holiday.
        Declared: "holiday.declared", version 1 { name: String, from: Day, until: Day }
        /// The declaration was wrong.
        Corrected: "holiday.corrected", version 1 { changes: Vec<Change>, reason: String }
    }
}

commands! {
    /// Commands about a holiday.
    pub enum HolidayCommand {
        /// Declare a holiday.
        Declare: "holiday.declare" { name: String, from: Day, until: Day }
        /// Correct what was entered wrongly.
        Correct: "holiday.correct" { changes: Vec<Wanted>, reason: String }
    }
}

/// A holiday.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holiday {
    /// Its name.
    pub name: String,
    /// First day.
    pub from: Day,
    /// Last day.
    pub until: Day,
}

fields! { Holiday { "name": name, "startsOn": from, "endsOn": until } }

impl Category for Holiday {
    type Event = HolidayEvent;
    type Command = HolidayCommand;

    const REQUIRED: &'static [&'static str] = &["name", "startsOn", "endsOn"];

    fn decide(
        world: &World,
        _: &Context<'_>,
        id: &str,
        state: Option<&Self>,
        command: &HolidayCommand,
    ) -> Result<HolidayEvent, Rejection> {
        match command {
            HolidayCommand::Declare { name, from, until } => {
                absent(id, state)?;
                required("name", name)?;
                Holiday { name: name.clone(), from: *from, until: *until }.consistent()?;
                Ok(Declared { name: name.clone(), from: *from, until: *until }.into())
            }
            HolidayCommand::Correct { changes, reason } => {
                let changes = corrections(world, id, present(id, state)?, changes, reason)?;
                Ok(Corrected { changes, reason: reason.clone() }.into())
            }
        }
    }

    fn consistent(&self) -> Result<(), Rejection> {
        if self.until < self.from {
            return Err(Rejection::ends_before_start("endsOn", self.from, self.until));
        }
        Ok(())
    }

    fn evolve(&mut self, event: &HolidayEvent, at: &At) {
        match event {
            HolidayEvent::Declared(e) => {
                *self = Holiday { name: e.name.clone(), from: e.from, until: e.until }
            }
            HolidayEvent::Corrected(e) => correct(self, &e.changes, at),
        }
    }
}
