//! The rule book (规则库): rules are data with source and validity, so that an old quarter is judged by the
//! rules of its time.

use serde::{Deserialize, Serialize};

use super::World;
use super::category::{Category, Context, absent, present, required};
use super::facts::{At, Timeline};
use crate::day::Day;
use crate::rejection::Rejection;

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

/// A rule that every new ledger begins with: what the county has not decided, as a default.
pub struct DefaultRule {
    /// Its id in the rule book.
    pub id: &'static str,
    /// What it demands.
    pub title: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    /// Its parameters.
    pub parameters: &'static [(&'static str, u32)],
}

/// The defaults of a new rule book (the open questions of the article, each to be decided by the county).
pub const DEFAULTS: &[DefaultRule] = &[
    DefaultRule {
        id: "R02",
        title: "每个网格300至500户",
        source: "汶上县社区治理报道",
        parameters: &[("householdsMin", 300), ("householdsMax", 500)],
    },
    DefaultRule {
        id: "R03",
        title: "每个网格1名网格长、3至5名网格员",
        source: "汶上县社区治理报道",
        parameters: &[("membersMin", 3), ("membersMax", 5)],
    },
    DefaultRule {
        id: "R12",
        title: "党建联盟每季度召开一次联席会议",
        source: "《社区党建联盟运行规则》",
        parameters: &[("meetingsPerQuarter", 1)],
    },
    DefaultRule {
        id: "R14",
        title: "物业企业党组织与社区党组织签订共建协议",
        source: "汶上县社区治理报道",
        parameters: &[],
    },
    DefaultRule {
        id: "R15",
        title: "物业企业每年至少认领1个社区党建服务项目",
        source: "汶上县社区治理报道",
        parameters: &[("claimsPerYear", 1)],
    },
    DefaultRule {
        id: "R16",
        title: "每个社区每周三召开物业例会",
        source: "周三例会制度；频次为默认值",
        parameters: &[("meetingsPerWeek", 1)],
    },
    DefaultRule {
        id: "M01",
        title: "联席会议到会单位须过半数",
        source: "默认值",
        parameters: &[("quorumNumerator", 1), ("quorumDenominator", 2)],
    },
    DefaultRule {
        id: "M02",
        title: "联席会议提前3日通知",
        source: "默认值",
        parameters: &[("noticeDays", 3)],
    },
    DefaultRule {
        id: "M03",
        title: "会议纪要7日内确认",
        source: "默认值",
        parameters: &[("minutesDays", 7)],
    },
    DefaultRule {
        id: "M04",
        title: "六号联席会议每月6日召开，不计入联盟季度会议",
        source: "默认值",
        parameters: &[("dayOfMonth", 6)],
    },
    DefaultRule {
        id: "W01",
        title: "问题顺延3次仍未解决的须上报",
        source: "默认值",
        parameters: &[("carryOversMax", 3)],
    },
    DefaultRule {
        id: "V01", title: "办结事项由责任单位以外的单位核验", source: "默认值", parameters: &[]
    },
    DefaultRule {
        id: "L01",
        title: "发生后超过7日录入的为补录",
        source: "默认值",
        parameters: &[("lateDays", 7)],
    },
    DefaultRule {
        id: "X01",
        title: "同一事项延期不超过1次",
        source: "默认值",
        parameters: &[("extensionsMax", 1)],
    },
];

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
