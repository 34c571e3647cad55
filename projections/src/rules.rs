//! The rule book over time: an old quarter is judged by the rules of its time.

use gongjian_core::day::Day;
use gongjian_core::domain::Event;
use gongjian_core::domain::rule::Rule;
use gongjian_core::domain::table::Table;
use serde::{Deserialize, Serialize};

use crate::projection::{Projection, Recorded, fold};

/// The rule book.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Rules {
    /// Rules by id.
    pub rule: Table<Rule>,
}

impl Rules {
    /// The name of the version of a rule that applies on `day`, such as `R12@1`.
    pub fn applies(&self, rule: &str, day: Day) -> Option<String> {
        let version = self.rule.get(rule)?.versions.on(day).filter(|version| !version.repealed)?;
        Some(format!("{rule}@{}", version.number))
    }

    /// A parameter as it applies on `day`, with the name of the rule's version.
    pub fn parameter(&self, rule: &str, parameter: &str, day: Day) -> Option<(u32, String)> {
        let (value, version) = self.rule.get(rule)?.parameter(parameter, day)?;
        Some((value, format!("{rule}@{version}")))
    }
}

impl Projection for Rules {
    const NAME: &'static str = "rules";
    const VERSION: u32 = 1;

    fn apply(&mut self, recorded: &Recorded<'_>) {
        if let Some(Event::Rule(event)) = recorded.event {
            fold(&mut self.rule, recorded, event);
        }
    }
}
