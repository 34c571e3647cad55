//! Meeting series (会议制度): which meetings a community holds, how often, and who takes part.
//!
//! One series covers any of the county's meeting types; 7+X 协商议事 and 1+3+N 多元联商 are participant
//! templates with free entries, not logic.

use serde::{Deserialize, Serialize};

use super::World;
use super::category::{Category, Context, Step, absent, choice, optional, present, required};
use super::facts::{At, Fact};
use crate::rejection::Rejection;

/// The county's meeting types by the name that people use.
pub const TYPES: &[&str] = &[
    "联席会议",
    "六号联席会议",
    "7+X协商议事",
    "1+3+N多元联商",
    "周三例会",
    "街道物业服务联席会议",
    "小区党建联席会",
    "网格议事会",
    "楼长议事会",
    "单元长碰头会",
];

events! {
    /// Facts about a series.
    pub enum SeriesEvent in "series" {
        /// The series exists from this day on.
        Defined: "series.defined", version 1 {
            /// One of [`TYPES`].
            meeting_type: String,
            /// Code of the community that holds it.
            community: String,
            /// 每季度, 每月6日, 每周三 …; words, judged by the rule book.
            cadence: Option<String>,
            /// Who takes part, in words (社区党组织, 业主委员会 …).
            participants: Vec<String>,
        }
        /// It is held no more.
        Ended: "series.ended", version 1 { reason: String }
    }
}

commands! {
    /// Commands about a series.
    pub enum SeriesCommand {
        /// Define a series.
        Define: "series.define" {
            meeting_type: String,
            community: String,
            cadence: Option<String>,
            #[serde(default)] participants: Vec<String>,
        }
        /// End it.
        End: "series.end" { reason: String }
    }
}

/// A series.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Series {
    /// One of [`TYPES`].
    pub meeting_type: String,
    /// Code of the community.
    pub community: String,
    /// How often, in words.
    pub cadence: Option<String>,
    /// Who takes part, in words.
    pub participants: Vec<String>,
    /// Since when it is held no more.
    pub ended: Option<Fact>,
}

fields! { Series {
    "meetingType": meeting_type, "community": community, "cadence": cadence, "participants": participants,
} }

impl Category for Series {
    type Event = SeriesEvent;
    type Command = SeriesCommand;

    const STEPS: &'static [Step] = &[("series.end", &["active"])];

    fn word(&self) -> &str {
        if self.ended.is_some() { "ended" } else { "active" }
    }

    fn decide(
        world: &World,
        _: &Context<'_>,
        id: &str,
        state: Option<&Self>,
        command: &SeriesCommand,
    ) -> Result<SeriesEvent, Rejection> {
        match command {
            SeriesCommand::Define { meeting_type, community, cadence, participants } => {
                absent(id, state)?;
                choice("meetingType", meeting_type, TYPES)?;
                optional("cadence", cadence.as_ref())?;
                for participant in participants {
                    required("participants", participant)?;
                }
                Ok(Defined {
                    meeting_type: meeting_type.clone(),
                    community: world.community_code(community)?,
                    cadence: cadence.clone(),
                    participants: participants.clone(),
                }
                .into())
            }
            SeriesCommand::End { reason } => {
                present(id, state)?;
                required("reason", reason)?;
                Ok(Ended { reason: reason.clone() }.into())
            }
        }
    }

    fn evolve(&mut self, event: &SeriesEvent, at: &At) {
        match event {
            SeriesEvent::Defined(e) => {
                *self = Series {
                    meeting_type: e.meeting_type.clone(),
                    community: e.community.clone(),
                    cadence: e.cadence.clone(),
                    participants: e.participants.clone(),
                    ended: None,
                };
            }
            SeriesEvent::Ended(_) => self.ended = Some(at.fact()),
        }
    }
}
