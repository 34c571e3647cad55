//! Topics (议题): an agenda item with a stream of its own, so that no topic is lost between two meetings.

use serde::{Deserialize, Serialize};

use super::World;
use super::category::{
    ANY, Category, Change, CommandSet as _, Context, Step, Wanted, absent, choice, correct, corrections,
    learn_corrected_parent, optional, present, required, stated, wrong_state,
};
use super::facts::{At, Fact};
use super::meeting::Phase;
use crate::rejection::Rejection;

/// 结果 that end a topic's place on an agenda.
pub const OUTCOMES: &[&str] = &["已议定", "仅通报", "暂缓", "转办", "撤回", "未讨论"];

events! {
    /// Facts about a topic.
    pub enum TopicEvent in "topic" {
        /// It was proposed, by a class of people (居民代表), never by a person.
        Proposed: "topic.proposed", version 1 {
            /// Id of the meeting, where it was proposed for one.
            meeting: Option<String>,
            /// 议题序号 there.
            number: Option<u16>,
            title: String,
            category: String,
            /// 提出方: a class such as 居民代表, 成员单位, 物业企业.
            proposer: String,
            /// Stream that it came from, such as `issue/WT-2022-0000`.
            source: Option<String>,
        }
        /// It will be discussed.
        Accepted: "topic.accepted", version 1 {}
        /// It will not be discussed.
        Rejected: "topic.rejected", version 1 { reason: String }
        /// It became part of another.
        Merged: "topic.merged", version 1 { into: String }
        /// It stands on a meeting's agenda.
        Placed: "topic.placed", version 1 { meeting: String, number: Option<u16> }
        /// It was discussed.
        Discussed: "topic.discussed", version 1 {}
        /// A vote was taken.
        Voted: "topic.voted", version 1 { in_favour: u16, against: u16, abstained: u16 }
        /// It ended with this outcome at the meeting.
        Concluded: "topic.concluded", version 1 {
            /// One of [`OUTCOMES`].
            outcome: String,
            /// 转办去向.
            referred_to: Option<String>,
        }
        /// It was taken back.
        Withdrawn: "topic.withdrawn", version 1 { reason: String }
        /// The ledger was wrong.
        Corrected: "topic.corrected", version 1 { changes: Vec<Change>, reason: String }
    }
}

commands! {
    /// Commands about a topic.
    pub enum TopicCommand {
        /// Propose a topic.
        Propose: "topic.propose" {
            meeting: Option<String>,
            number: Option<u16>,
            title: String,
            category: String,
            proposer: String,
            source: Option<String>,
        }
        /// Accept it.
        Accept: "topic.accept" {}
        /// Reject it.
        Reject: "topic.reject" { reason: String }
        /// Merge it into another.
        Merge: "topic.merge" { into: String }
        /// Put it on a meeting's agenda.
        Place: "topic.place" { meeting: String, number: Option<u16> }
        /// Record that it was discussed.
        Discuss: "topic.discuss" {}
        /// Record a vote.
        Vote: "topic.vote" { in_favour: u16, against: u16, abstained: u16 }
        /// Record its outcome.
        Conclude: "topic.conclude" { outcome: String, referred_to: Option<String> }
        /// Withdraw it.
        Withdraw: "topic.withdraw" { reason: String }
        /// Correct what was entered wrongly.
        Correct: "topic.correct" { changes: Vec<Wanted>, reason: String }
    }
}

/// A topic.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Topic {
    /// Id of the meeting whose agenda it stands on.
    pub meeting: Option<String>,
    /// 议题序号.
    pub number: Option<u16>,
    /// 议题.
    pub title: String,
    /// 类别.
    pub category: String,
    /// 提出方.
    pub proposer: String,
    /// Stream it came from.
    pub source: Option<String>,
    /// The event that entered it.
    pub proposed: Option<Fact>,
    /// It will be discussed.
    pub accepted: bool,
    /// It was discussed.
    pub discussed: Option<Fact>,
    /// 结果.
    pub outcome: Option<String>,
    /// When it had that outcome.
    pub concluded: Option<Fact>,
    /// 转办去向.
    pub referred_to: Option<String>,
    /// Rejected, merged or withdrawn: the word.
    pub ended: Option<String>,
}

fields! { Topic {
    "meeting": meeting, "number": number, "title": title, "category": category, "proposer": proposer,
    "source": source, "outcome": outcome, "referredTo": referred_to,
} }

impl Topic {
    /// Where it stands.
    pub fn state(&self) -> &str {
        match (&self.ended, &self.outcome) {
            (Some(word), _) => word,
            (_, Some(outcome)) if outcome == "已议定" => "decided",
            (_, Some(outcome)) if outcome == "暂缓" || outcome == "未讨论" => "deferred",
            (_, Some(_)) => "concluded",
            _ if self.discussed.is_some() => "discussed",
            _ if self.meeting.is_some() && self.accepted => "placed",
            _ if self.accepted => "accepted",
            _ => "proposed",
        }
    }

    /// Whether it stands on this meeting's agenda.
    pub fn on_agenda_of(&self, meeting: &str) -> bool {
        self.ended.is_none()
            && self.meeting.as_deref() == Some(meeting)
            && (self.accepted || self.outcome.is_some())
    }
}

/// States in which it waits for its outcome.
const OPEN: &[&str] = &["proposed", "accepted", "placed", "discussed", "deferred"];

impl Category for Topic {
    type Event = TopicEvent;
    type Command = TopicCommand;

    const STEPS: &'static [Step] = &[
        ("topic.accept", &["proposed"]),
        ("topic.reject", &["proposed"]),
        ("topic.merge", OPEN),
        ("topic.place", &["accepted", "placed", "deferred"]),
        ("topic.discuss", &["placed"]),
        ("topic.vote", &["placed", "discussed"]),
        ("topic.conclude", &["placed", "discussed"]),
        ("topic.withdraw", OPEN),
        ("topic.correct", ANY),
    ];
    // An old ledger states outcomes, and may change them until the meeting.
    const LEDGER_STEPS: &'static [Step] = &[(
        "topic.conclude",
        &["proposed", "accepted", "placed", "discussed", "deferred", "decided", "concluded"],
    )];

    fn word(&self) -> &str {
        self.state()
    }

    const REQUIRED: &'static [&'static str] = &["title", "category", "proposer"];
    const REFERENCES: &'static [(&'static str, &'static str)] =
        &[("meeting", "meeting"), ("source", "source")];

    fn decide(
        world: &World,
        context: &Context<'_>,
        id: &str,
        state: Option<&Self>,
        command: &TopicCommand,
    ) -> Result<TopicEvent, Rejection> {
        use TopicCommand as C;
        // An agenda takes topics until the meeting is over; an old ledger lists them afterwards.
        let takes_topics = |id: &str| match world.meeting.get(id) {
            None => Err(Rejection::unknown("meeting", id)),
            Some(meeting) if meeting.phase >= Phase::Cancelled && !context.from_ledger() => {
                Err(wrong_state(context, id, meeting, command.name()))
            }
            Some(_) => Ok(()),
        };
        if let C::Propose { meeting, number, title, category, proposer, source } = command {
            absent(id, state)?;
            required("title", title)?;
            required("category", category)?;
            required("proposer", proposer)?;
            if let Some(meeting) = meeting {
                takes_topics(meeting)?;
            }
            return Ok(Proposed {
                meeting: meeting.clone(),
                number: *number,
                title: title.clone(),
                category: category.clone(),
                proposer: proposer.clone(),
                source: source.as_ref().map(|given| world.source_stream(given)).transpose()?,
            }
            .into());
        }
        let state = present(id, state)?;
        let in_session =
            |state: &Self| match state.meeting.as_deref().and_then(|id| Some((id, world.meeting.get(id)?))) {
                Some((id, meeting)) if meeting.phase != Phase::InSession && !context.from_ledger() => {
                    Err(wrong_state(context, id, meeting, command.name()))
                }
                _ => Ok(()),
            };
        match command {
            C::Propose { .. } => Err(Rejection::exists(id)),
            C::Accept {} => Ok(Accepted {}.into()),
            C::Reject { reason } => {
                required("reason", reason)?;
                Ok(Rejected { reason: reason.clone() }.into())
            }
            C::Merge { into } => {
                if into == id || world.topic.get(into).is_none() {
                    return Err(Rejection::unknown("topic", into));
                }
                Ok(Merged { into: into.clone() }.into())
            }
            C::Place { meeting, number } => {
                takes_topics(meeting)?;
                Ok(Placed { meeting: meeting.clone(), number: *number }.into())
            }
            C::Discuss {} => {
                in_session(state)?;
                Ok(Discussed {}.into())
            }
            C::Vote { in_favour, against, abstained } => {
                in_session(state)?;
                Ok(Voted { in_favour: *in_favour, against: *against, abstained: *abstained }.into())
            }
            C::Conclude { outcome, referred_to } => {
                choice("outcome", outcome, OUTCOMES)?;
                optional("referredTo", referred_to.as_ref())?;
                in_session(state)?;
                if outcome == "转办" && !stated(referred_to.as_ref()) && !context.from_ledger() {
                    return Err(Rejection::empty("referredTo"));
                }
                Ok(Concluded { outcome: outcome.clone(), referred_to: referred_to.clone() }.into())
            }
            C::Withdraw { reason } => {
                required("reason", reason)?;
                Ok(Withdrawn { reason: reason.clone() }.into())
            }
            C::Correct { changes, reason } => {
                let changes = corrections(world, id, state, changes, reason)?;
                Ok(Corrected { changes, reason: reason.clone() }.into())
            }
        }
    }

    fn consistent(&self) -> Result<(), Rejection> {
        self.outcome.as_ref().map_or(Ok(()), |outcome| choice("outcome", outcome, OUTCOMES))
    }

    fn evolve(&mut self, event: &TopicEvent, at: &At) {
        match event {
            TopicEvent::Proposed(e) => {
                self.meeting.clone_from(&e.meeting);
                self.number = e.number;
                self.title.clone_from(&e.title);
                self.category.clone_from(&e.category);
                self.proposer.clone_from(&e.proposer);
                self.source.clone_from(&e.source);
                self.proposed = Some(at.fact());
            }
            TopicEvent::Accepted(_) => self.accepted = true,
            TopicEvent::Rejected(_) => self.ended = Some("rejected".to_owned()),
            TopicEvent::Merged(_) => self.ended = Some("merged".to_owned()),
            TopicEvent::Placed(e) => {
                self.accepted = true;
                self.meeting = Some(e.meeting.clone());
                self.number = e.number;
                self.outcome = None;
                self.concluded = None;
                self.discussed = None;
            }
            TopicEvent::Discussed(_) => self.discussed = Some(at.fact()),
            TopicEvent::Voted(_) => {}
            TopicEvent::Concluded(e) => {
                self.outcome = Some(e.outcome.clone());
                self.referred_to.clone_from(&e.referred_to);
                self.concluded = Some(at.fact());
            }
            TopicEvent::Withdrawn(_) => self.ended = Some("withdrawn".to_owned()),
            TopicEvent::Corrected(e) => correct(self, &e.changes, at),
        }
    }

    fn trail(world: &World, event: &TopicEvent) -> Option<String> {
        match event {
            TopicEvent::Proposed(e) => e.source.as_ref().and_then(|source| world.trail_of(source)),
            _ => None,
        }
    }

    fn index(world: &mut World, id: &str, event: &TopicEvent) {
        match event {
            TopicEvent::Proposed(Proposed { meeting: Some(meeting), .. })
            | TopicEvent::Placed(Placed { meeting, .. }) => {
                let parent = format!("meeting/{meeting}");
                if !world.children_of(&parent).iter().any(|child| child == id) {
                    world.learn_child(&parent, id);
                }
            }
            TopicEvent::Corrected(e) => learn_corrected_parent(world, "meeting", "meeting", id, &e.changes),
            _ => {}
        }
    }
}
