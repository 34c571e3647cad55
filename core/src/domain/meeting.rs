//! Joint meetings (联席会议, 六号联席会议, …): planned, noticed, held, and minuted.
//!
//! Planned → CollectingTopics → AgendaFrozen → Notified → InSession → Held → MinutesDraft →
//! MinutesConfirmed → Published. An old ledger states a date, whether it was held or cancelled, who was there
//! and when the minutes were confirmed. While the minutes are a draft the secretary may word what stands
//! between the facts ([`Wording`]).

use serde::{Deserialize, Serialize};

use super::World;
use super::category::{ANY, Category, Context, Step, absent, choice, correct, not_before, optional, present};
use super::facts::{At, Fact};
use super::series::TYPES;
use crate::day::Day;
use crate::rejection::Rejection;

mod decide;
mod events;
mod wording;

pub use events::*;
pub use wording::{Passage, Wording};

/// How far a meeting has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the words of the state machine")]
pub enum Phase {
    #[default]
    Planned,
    CollectingTopics,
    AgendaFrozen,
    Notified,
    Postponed,
    InSession,
    Adjourned,
    Cancelled,
    Held,
    MinutesDraft,
    MinutesConfirmed,
    Published,
    Archived,
}

impl Phase {
    /// The word of the state machine.
    pub fn word(self) -> &'static str {
        match self {
            Phase::Planned => "planned",
            Phase::CollectingTopics => "collecting-topics",
            Phase::AgendaFrozen => "agenda-frozen",
            Phase::Notified => "notified",
            Phase::Postponed => "postponed",
            Phase::InSession => "in-session",
            Phase::Adjourned => "adjourned",
            Phase::Cancelled => "cancelled",
            Phase::Held => "held",
            Phase::MinutesDraft => "minutes-draft",
            Phase::MinutesConfirmed => "minutes-confirmed",
            Phase::Published => "published",
            Phase::Archived => "archived",
        }
    }
}

/// A meeting.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meeting {
    /// One of the types of [`TYPES`].
    pub meeting_type: String,
    /// Code of its community.
    pub community: String,
    /// 会议日期: planned, or on which it was held.
    pub date: Day,
    /// Id of its series.
    pub series: Option<String>,
    /// 地点.
    pub place: Option<String>,
    /// 主持岗位.
    pub chair_post: Option<String>,
    /// 记录岗位.
    pub recorder_post: Option<String>,
    /// How far it has come.
    pub phase: Phase,
    /// 通知日期.
    pub noticed: Option<Fact>,
    /// When it was held.
    pub held: Option<Fact>,
    /// When it was cancelled.
    pub cancelled: Option<Fact>,
    /// 原因 of a cancellation or postponement.
    pub reason: Option<String>,
    /// 应到单位数.
    pub expected_units: Option<u16>,
    /// 参会单位.
    pub units: Vec<String>,
    /// 居民代表人数: a count, never names.
    pub residents: Option<u16>,
    /// Attendance was recorded.
    pub attended: Option<Fact>,
    /// 纪要编号.
    pub minutes: Option<String>,
    /// The secretary's own words in the minutes.
    pub wording: Wording,
    /// 纪要确认日期.
    pub minutes_confirmed: Option<Fact>,
    /// The event that entered it.
    pub scheduled: Option<Fact>,
}

fields! { Meeting {
    "meetingType": meeting_type, "community": community, "date": date, "reason": reason,
    "noticedOn": noticed, "place": place, "chairPost": chair_post, "recorderPost": recorder_post,
    "expectedUnits": expected_units, "units": units, "residents": residents, "minutes": minutes,
    "minutesConfirmedOn": minutes_confirmed, "wording": wording,
} }

impl Meeting {
    /// 状态 as ledgers write it: 计划中, 已召开, 已取消.
    pub fn status(&self) -> &'static str {
        match (self.held, self.cancelled) {
            (Some(_), _) => "已召开",
            (_, Some(_)) => "已取消",
            _ => "计划中",
        }
    }
}

/// Phases in which it may still be moved or called off.
const BEFORE: &[&str] = &["planned", "collecting-topics", "agenda-frozen", "notified", "postponed"];
const BEFORE_OR_IN_SESSION: &[&str] =
    &["planned", "collecting-topics", "agenda-frozen", "notified", "postponed", "in-session"];

impl Category for Meeting {
    type Event = MeetingEvent;
    type Command = MeetingCommand;

    const STEPS: &'static [Step] = &[
        ("meeting.call-topics", &["planned"]),
        ("meeting.freeze-agenda", &["collecting-topics"]),
        ("meeting.reopen-agenda", &["agenda-frozen", "notified"]),
        ("meeting.notice", &["agenda-frozen", "postponed"]),
        ("meeting.postpone", BEFORE),
        ("meeting.plan", BEFORE),
        ("meeting.cancel", BEFORE),
        ("meeting.open", &["notified"]),
        ("meeting.attend", &["in-session"]),
        ("meeting.declare-quorum", &["in-session"]),
        ("meeting.adjourn", &["in-session"]),
        ("meeting.resume", &["adjourned"]),
        ("meeting.hold", &["in-session"]),
        ("meeting.draft-minutes", &["held", "minutes-draft"]),
        ("meeting.request-minutes-change", &["minutes-draft"]),
        ("meeting.word-minutes", &["minutes-draft"]),
        ("meeting.confirm-minutes", &["minutes-draft"]),
        ("meeting.publish-minutes", &["minutes-confirmed"]),
        ("meeting.archive", &["minutes-confirmed", "published"]),
        ("meeting.correct", ANY),
    ];
    // An old ledger states that it was noticed and held, not the steps to there; who was there it states of a
    // meeting that was held.
    const LEDGER_STEPS: &'static [Step] = &[
        ("meeting.notice", ANY),
        ("meeting.plan", ANY),
        ("meeting.hold", BEFORE_OR_IN_SESSION),
        ("meeting.attend", &["held"]),
        ("meeting.confirm-minutes", &["held", "minutes-draft"]),
    ];

    fn word(&self) -> &str {
        self.phase.word()
    }

    const REQUIRED: &'static [&'static str] = &["meetingType", "community", "date"];
    const REFERENCES: &'static [(&'static str, &'static str)] =
        &[("community", "community"), ("units", "units")];

    fn decide(
        world: &World,
        context: &Context<'_>,
        id: &str,
        state: Option<&Self>,
        command: &MeetingCommand,
    ) -> Result<MeetingEvent, Rejection> {
        if let MeetingCommand::Schedule {
            meeting_type,
            community,
            date,
            series,
            place,
            chair_post,
            recorder_post,
            expected_units,
        } = command
        {
            absent(id, state)?;
            choice("meetingType", meeting_type, TYPES)?;
            for (field, text) in
                [("place", place), ("chairPost", chair_post), ("recorderPost", recorder_post)]
            {
                optional(field, text.as_ref())?;
            }
            if let Some(series) = series.as_ref().filter(|series| world.series.get(series).is_none()) {
                return Err(Rejection::unknown("series", series));
            }
            return Ok(Scheduled {
                meeting_type: meeting_type.clone(),
                community: world.community_code(community)?,
                date: *date,
                series: series.clone(),
                place: place.clone(),
                chair_post: chair_post.clone(),
                recorder_post: recorder_post.clone(),
                expected_units: *expected_units,
            }
            .into());
        }
        let state = present(id, state)?;
        state.decide_before(world, context, id, command)
    }

    /// A known type, and minutes that were not confirmed before the day on which it was held.
    fn consistent(&self) -> Result<(), Rejection> {
        choice("meetingType", &self.meeting_type, TYPES)?;
        match (self.held, self.minutes_confirmed) {
            (Some(held), Some(confirmed)) => {
                not_before("minutesConfirmedOn", confirmed.on, Some(Fact { on: self.date, ..held }))
            }
            _ => Ok(()),
        }
    }

    fn evolve(&mut self, event: &MeetingEvent, at: &At) {
        match event {
            MeetingEvent::Scheduled(e) => {
                self.meeting_type.clone_from(&e.meeting_type);
                self.community.clone_from(&e.community);
                self.date = e.date;
                self.series.clone_from(&e.series);
                self.place.clone_from(&e.place);
                self.chair_post.clone_from(&e.chair_post);
                self.recorder_post.clone_from(&e.recorder_post);
                self.expected_units = e.expected_units;
                self.scheduled = Some(at.fact());
            }
            MeetingEvent::TopicsCalled(_) => self.phase = Phase::CollectingTopics,
            MeetingEvent::AgendaFrozen(_) => self.phase = Phase::AgendaFrozen,
            MeetingEvent::AgendaReopened(_) => {
                self.phase = Phase::CollectingTopics;
                self.noticed = None;
            }
            MeetingEvent::Noticed(_) => {
                if self.phase < Phase::InSession {
                    self.phase = Phase::Notified;
                }
                self.noticed = Some(at.fact());
            }
            MeetingEvent::Postponed(e) => {
                self.date = e.date;
                self.reason.clone_from(&e.reason);
                // Its notice named the old day: there must be another.
                if self.phase == Phase::Notified {
                    self.phase = Phase::Postponed;
                }
            }
            MeetingEvent::Planned(e) => {
                self.place.clone_from(&e.place);
                self.chair_post.clone_from(&e.chair_post);
                self.recorder_post.clone_from(&e.recorder_post);
                self.expected_units = e.expected_units;
            }
            MeetingEvent::Cancelled(e) => {
                self.phase = Phase::Cancelled;
                self.cancelled = Some(at.fact());
                self.reason.clone_from(&e.reason);
            }
            MeetingEvent::Opened(_) | MeetingEvent::Resumed(_) => self.phase = Phase::InSession,
            MeetingEvent::Adjourned(_) => self.phase = Phase::Adjourned,
            MeetingEvent::Attended(e) => {
                self.expected_units = e.expected_units.or(self.expected_units);
                self.units.clone_from(&e.units);
                self.residents = e.residents;
                self.attended = Some(at.fact());
            }
            MeetingEvent::QuorumDeclared(_) => {}
            MeetingEvent::Held(_) => {
                self.phase = Phase::Held;
                self.date = at.occurred;
                self.held = Some(at.fact());
            }
            MeetingEvent::MinutesDrafted(e) => {
                self.phase = Phase::MinutesDraft;
                self.minutes = Some(e.number.clone());
            }
            MeetingEvent::MinutesChangeRequested(_) => {}
            MeetingEvent::MinutesWorded(e) => self.wording.put(&e.passage, &e.text),
            MeetingEvent::MinutesConfirmed(_) => {
                self.phase = Phase::MinutesConfirmed;
                self.minutes_confirmed = Some(at.fact());
            }
            MeetingEvent::MinutesPublished(_) => self.phase = Phase::Published,
            MeetingEvent::Archived(_) => self.phase = Phase::Archived,
            MeetingEvent::Corrected(e) => {
                correct(self, &e.changes, at);
                // The date of a held meeting is the day on which it was held.
                if let Some(held) = &mut self.held {
                    held.on = self.date;
                }
            }
        }
    }
}
