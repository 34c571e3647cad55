//! The rule book (规则库): rules are data with source and validity, so that an old quarter is judged by the
//! rules of its time.

use serde::{Deserialize, Serialize};

use super::World;
use super::category::{Category, Context, absent, present, required};
use super::facts::{At, Timeline};
use crate::day::Day;
use crate::rejection::Rejection;

mod defaults;

pub use defaults::{DEFAULTS, DefaultRule, UNDECIDED};

record_struct! {
    /// A named whole-number parameter of a rule.
    pub struct Parameter {
        /// Its name, such as `noticeDays`.
        name: String,
        /// Its value.
        value: u32,
    }
}

events! {
    /// Facts about a rule.
    pub enum RuleEvent in "rule" {
        /// The rule entered the rule book as version 1.
        Adopted: "rule.adopted", version 1 {
            title: String,
            /// The document it rests on, or 默认值 where the county has not decided.
            source: String,
            /// First day on which it applies; none means from the start.
            valid_from: Option<Day>,
            parameters: Vec<Parameter>,
        }
        /// From `valid_from` on, the next version applies.
        Amended: "rule.amended", version 1 {
            source: String,
            valid_from: Day,
            parameters: Vec<Parameter>,
        }
        /// From the day on which this happened, the rule applies no more.
        Repealed: "rule.repealed", version 1 { reason: String }
    }
}

commands! {
    /// Commands about a rule.
    pub enum RuleCommand {
        /// Adopt a rule.
        Adopt: "rule.adopt" {
            title: String,
            source: String,
            valid_from: Option<Day>,
            #[serde(default)] parameters: Vec<Parameter>,
        }
        /// Amend it from a day on.
        Amend: "rule.amend" { source: String, valid_from: Day, parameters: Vec<Parameter> }
        /// Repeal it.
        Repeal: "rule.repeal" { reason: String }
    }
}

/// One version of a rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// 1, 2, … ; `R12@1` names it.
    pub number: u16,
    /// The document it rests on.
    pub source: String,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
    /// Repealed: applies no more.
    pub repealed: bool,
}

impl Version {
    /// Whether something in it is a default that the county has not decided; its source says so.
    pub fn is_default(&self) -> bool {
        !self.repealed && self.source.contains(UNDECIDED)
    }
}

/// A rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// What it demands, in one line.
    pub title: String,
    /// Its versions by the day from which they apply.
    pub versions: Timeline<Version>,
    /// How many versions there were.
    pub count: u16,
}

fields! { Rule { "title": title } }

impl Rule {
    /// A parameter of the version that applies on `day`, with that version's number.
    pub fn parameter(&self, name: &str, day: Day) -> Option<(u32, u16)> {
        let version = self.versions.on(day).filter(|version| !version.repealed)?;
        let parameter = version.parameters.iter().find(|parameter| parameter.name == name)?;
        Some((parameter.value, version.number))
    }
}

impl Category for Rule {
    type Event = RuleEvent;
    type Command = RuleCommand;

    fn decide(
        _: &World,
        _: &Context<'_>,
        id: &str,
        state: Option<&Self>,
        command: &RuleCommand,
    ) -> Result<RuleEvent, Rejection> {
        match command {
            RuleCommand::Adopt { title, source, valid_from, parameters } => {
                absent(id, state)?;
                required("title", title)?;
                required("source", source)?;
                for parameter in parameters {
                    required("parameters", &parameter.name)?;
                }
                Ok(Adopted {
                    title: title.clone(),
                    source: source.clone(),
                    valid_from: *valid_from,
                    parameters: parameters.clone(),
                }
                .into())
            }
            RuleCommand::Amend { source, valid_from, parameters } => {
                let state = present(id, state)?;
                required("source", source)?;
                let known =
                    state.versions.latest().map(|version| version.parameters.as_slice()).unwrap_or_default();
                let stranger = parameters.iter().find(|p| known.iter().all(|k| k.name != p.name));
                if let Some(stranger) = stranger.filter(|_| !known.is_empty()) {
                    return Err(Rejection::new("rule-parameter").with("parameter", &stranger.name));
                }
                for parameter in parameters {
                    required("parameters", &parameter.name)?;
                }
                Ok(Amended {
                    source: source.clone(),
                    valid_from: *valid_from,
                    parameters: parameters.clone(),
                }
                .into())
            }
            RuleCommand::Repeal { reason } => {
                present(id, state)?;
                required("reason", reason)?;
                Ok(Repealed { reason: reason.clone() }.into())
            }
        }
    }

    fn evolve(&mut self, event: &RuleEvent, at: &At) {
        self.count = self.count.saturating_add(1);
        let number = self.count;
        match event {
            RuleEvent::Adopted(e) => {
                self.title.clone_from(&e.title);
                let version = Version {
                    number,
                    source: e.source.clone(),
                    parameters: e.parameters.clone(),
                    repealed: false,
                };
                self.versions.set(e.valid_from.unwrap_or(Day::BEGINNING), at.position, version);
            }
            RuleEvent::Amended(e) => {
                let version = Version {
                    number,
                    source: e.source.clone(),
                    parameters: e.parameters.clone(),
                    repealed: false,
                };
                self.versions.set(e.valid_from, at.position, version);
            }
            RuleEvent::Repealed(e) => {
                let version =
                    Version { number, source: e.reason.clone(), parameters: Vec::new(), repealed: true };
                self.versions.set(at.occurred, at.position, version);
            }
        }
    }
}
