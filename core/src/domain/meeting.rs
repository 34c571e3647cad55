//! Joint meetings (联席会议, 六号联席会议, …): planned, noticed, held, and minuted.
//!
//! Planned → CollectingTopics → AgendaFrozen → Notified → InSession → Held → MinutesDraft →
//! MinutesConfirmed → Published. An old ledger states a date, whether it was held or cancelled, who was there
//! and when the minutes were confirmed.

use serde::{Deserialize, Serialize};

use super::World;
use super::category::{
    ANY, Category, Change, CommandSet as _, Context, Step, Wanted, absent, choice, correct, corrections,
    not_before, not_in_future, optional, present, reasoned, required, wrong_state,
};
use super::facts::{At, Fact};
use super::series::TYPES;
use crate::day::Day;
use crate::rejection::Rejection;

events! {
    /// Facts about a meeting.
    pub enum MeetingEvent in "meeting" {
        /// A meeting is planned.
        Scheduled: "meeting.scheduled", version 1 {
            /// One of the types of [`TYPES`].
            meeting_type: String,
            /// Code of the community.
            community: String,
            /// The planned day.
            date: Day,
            /// Id of the series, where there is one.
            series: Option<String>,
            place: Option<String>,
            chair_post: Option<String>,
            recorder_post: Option<String>,
            /// 应到单位数, where it was fixed with the plan.
            expected_units: Option<u16>,
        }
        /// Members were asked for topics.
        TopicsCalled: "meeting.topics-called", version 1 { until: Option<Day> }
        /// The agenda was fixed.
        AgendaFrozen: "meeting.agenda-frozen", version 1 { routine: bool }
        /// The agenda was opened again; the notice is withdrawn.
        AgendaReopened: "meeting.agenda-reopened", version 1 { reason: String }
        /// The notice went out on this day.
        Noticed: "meeting.noticed", version 1 { urgent_reason: Option<String> }
        /// It was postponed.
        Postponed: "meeting.postponed", version 1 { date: Day, reason: Option<String> }
        /// Particulars of the plan changed.
        Planned: "meeting.planned", version 1 {
            place: Option<String>,
            chair_post: Option<String>,
            recorder_post: Option<String>,
            expected_units: Option<u16>,
        }
        /// It will not be held.
        Cancelled: "meeting.cancelled", version 1 { reason: Option<String> }
        /// It began.
        Opened: "meeting.opened", version 1 {}
        /// It was broken off for lack of a quorum or of time.
        Adjourned: "meeting.adjourned", version 1 { reason: String }
        /// It went on.
        Resumed: "meeting.resumed", version 1 {}
        /// These units were there, and so many residents' representatives.
        Attended: "meeting.attended", version 1 {
            expected_units: Option<u16>,
            units: Vec<String>,
            residents: Option<u16>,
        }
        /// Whether enough members were there, by which rule.
        QuorumDeclared: "meeting.quorum-declared", version 1 { present: u16, required: u16, rule: String }
        /// It was held on the day on which this happened.
        Held: "meeting.held", version 1 {}
        /// Minutes were drafted.
        MinutesDrafted: "meeting.minutes-drafted", version 1 { number: String }
        /// A change of the draft was asked for.
        MinutesChangeRequested: "meeting.minutes-change-requested", version 1 { reason: String }
        /// The minutes were confirmed.
        MinutesConfirmed: "meeting.minutes-confirmed", version 1 { posts: Vec<String> }
        /// The minutes were published.
        MinutesPublished: "meeting.minutes-published", version 1 { scope: String }
        /// The file was closed.
        Archived: "meeting.archived", version 1 {}
        /// The ledger was wrong.
        Corrected: "meeting.corrected", version 1 { changes: Vec<Change>, reason: String }
    }
}

commands! {
    /// Commands about a meeting.
    pub enum MeetingCommand {
        /// Plan a meeting.
        Schedule: "meeting.schedule" {
            meeting_type: String,
            community: String,
            date: Day,
            series: Option<String>,
            place: Option<String>,
            chair_post: Option<String>,
            recorder_post: Option<String>,
            expected_units: Option<u16>,
        }
        /// Ask for topics.
        CallTopics: "meeting.call-topics" { until: Option<Day> }
        /// Fix the agenda.
        FreezeAgenda: "meeting.freeze-agenda" { #[serde(default)] routine: bool }
        /// Open the agenda again.
        ReopenAgenda: "meeting.reopen-agenda" { reason: String }
        /// Send the notice.
        Notice: "meeting.notice" { urgent_reason: Option<String> }
        /// Postpone it.
        Postpone: "meeting.postpone" { date: Day, reason: Option<String> }
        /// Change particulars of the plan.
        Plan: "meeting.plan" {
            place: Option<String>,
            chair_post: Option<String>,
            recorder_post: Option<String>,
            expected_units: Option<u16>,
        }
        /// Cancel it.
        Cancel: "meeting.cancel" { reason: Option<String> }
        /// Begin it.
        Open: "meeting.open" {}
        /// Break it off.
        Adjourn: "meeting.adjourn" { reason: String }
        /// Go on.
        Resume: "meeting.resume" {}
        /// Record who is there.
        Attend: "meeting.attend" {
            expected_units: Option<u16>,
            units: Vec<String>,
            residents: Option<u16>,
        }
        /// Declare whether there is a quorum.
        DeclareQuorum: "meeting.declare-quorum" {}
        /// Close it: it was held.
        Hold: "meeting.hold" {}
        /// Draft the minutes.
        DraftMinutes: "meeting.draft-minutes" { number: String }
        /// Ask for a change of the draft.
        RequestMinutesChange: "meeting.request-minutes-change" { reason: String }
        /// Confirm the minutes.
        ConfirmMinutes: "meeting.confirm-minutes" { #[serde(default)] posts: Vec<String> }
        /// Publish the minutes.
        PublishMinutes: "meeting.publish-minutes" { scope: String }
        /// Close the file.
        Archive: "meeting.archive" {}
        /// Correct what was entered wrongly.
        Correct: "meeting.correct" { changes: Vec<Wanted>, reason: String }
    }
}

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
    /// 纪要确认日期.
    pub minutes_confirmed: Option<Fact>,
    /// The event that entered it.
    pub scheduled: Option<Fact>,
}

fields! { Meeting {
    "meetingType": meeting_type, "community": community, "date": date, "reason": reason,
    "noticedOn": noticed, "place": place, "chairPost": chair_post, "recorderPost": recorder_post,
    "expectedUnits": expected_units, "units": units, "residents": residents, "minutes": minutes,
    "minutesConfirmedOn": minutes_confirmed,
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
        use MeetingCommand as C;
        if let C::Schedule {
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

impl Meeting {
    /// Commands until it begins.
    fn decide_before(
        &self,
        world: &World,
        context: &Context<'_>,
        id: &str,
        command: &MeetingCommand,
    ) -> Result<MeetingEvent, Rejection> {
        use MeetingCommand as C;
        match command {
            C::CallTopics { until } => Ok(TopicsCalled { until: *until }.into()),
            C::FreezeAgenda { routine } => {
                let accepted = world
                    .children_of(&format!("meeting/{id}"))
                    .iter()
                    .any(|topic| world.topic.get(topic).is_some_and(|topic| topic.on_agenda_of(id)));
                if !routine && !accepted {
                    return Err(Rejection::new("agenda-empty"));
                }
                Ok(AgendaFrozen { routine: *routine }.into())
            }
            C::ReopenAgenda { reason } => {
                required("reason", reason)?;
                Ok(AgendaReopened { reason: reason.clone() }.into())
            }
            C::Notice { urgent_reason } => {
                if !context.from_ledger() {
                    not_in_future(context)?;
                } else if self.phase >= Phase::InSession && self.noticed.is_some() {
                    return Err(wrong_state(context, id, self, command.name()));
                }
                optional("urgentReason", urgent_reason.as_ref())?;
                Ok(Noticed { urgent_reason: urgent_reason.clone() }.into())
            }
            C::Postpone { date, reason } => {
                reasoned(context, command.name(), reason.as_ref())?;
                Ok(Postponed { date: *date, reason: reason.clone() }.into())
            }
            C::Plan { place, chair_post, recorder_post, expected_units } => {
                for (field, text) in
                    [("place", place), ("chairPost", chair_post), ("recorderPost", recorder_post)]
                {
                    optional(field, text.as_ref())?;
                }
                Ok(Planned {
                    place: place.clone(),
                    chair_post: chair_post.clone(),
                    recorder_post: recorder_post.clone(),
                    expected_units: *expected_units,
                }
                .into())
            }
            C::Cancel { reason } => {
                reasoned(context, command.name(), reason.as_ref())?;
                Ok(Cancelled { reason: reason.clone() }.into())
            }
            C::Open {} => {
                not_in_future(context)?;
                Ok(Opened {}.into())
            }
            _ => self.decide_since(world, context, id, command),
        }
    }

    /// Commands since it began.
    fn decide_since(
        &self,
        world: &World,
        context: &Context<'_>,
        id: &str,
        command: &MeetingCommand,
    ) -> Result<MeetingEvent, Rejection> {
        use MeetingCommand as C;
        let ledger = context.from_ledger();
        match command {
            C::Adjourn { reason } => {
                required("reason", reason)?;
                Ok(Adjourned { reason: reason.clone() }.into())
            }
            C::Resume {} => Ok(Resumed {}.into()),
            C::Attend { expected_units, units, residents } => {
                let units = world.unit_codes(units)?;
                Ok(Attended { expected_units: *expected_units, units, residents: *residents }.into())
            }
            C::DeclareQuorum {} => self.declare_quorum(world, context),
            C::Hold {} if ledger => not_in_future(context).map(|()| Held {}.into()),
            C::Hold {} => {
                not_in_future(context)?;
                let open = world.children_of(&format!("meeting/{id}")).iter().find(|topic| {
                    world
                        .topic
                        .get(topic)
                        .is_some_and(|topic| topic.on_agenda_of(id) && topic.outcome.is_none())
                });
                match open {
                    Some(topic) => Err(Rejection::new("topics-open").with("topic", topic)),
                    None => Ok(Held {}.into()),
                }
            }
            C::DraftMinutes { number } => {
                required("number", number)?;
                Ok(MinutesDrafted { number: number.clone() }.into())
            }
            C::RequestMinutesChange { reason } => {
                required("reason", reason)?;
                Ok(MinutesChangeRequested { reason: reason.clone() }.into())
            }
            C::ConfirmMinutes { posts } => {
                not_in_future(context)?;
                not_before("minutesConfirmedOn", context.occurred, self.held)?;
                for post in posts {
                    required("posts", post)?;
                }
                if !ledger {
                    self.confirmed_by(posts)?;
                }
                Ok(MinutesConfirmed { posts: posts.clone() }.into())
            }
            C::PublishMinutes { scope } => {
                required("scope", scope)?;
                Ok(MinutesPublished { scope: scope.clone() }.into())
            }
            C::Archive {} => Ok(Archived {}.into()),
            C::Correct { changes, reason } => {
                let changes = corrections(world, id, self, changes, reason)?;
                Ok(Corrected { changes, reason: reason.clone() }.into())
            }
            _ => Err(Rejection::exists(id)),
        }
    }

    /// Minutes are confirmed by the chair and the recorder, where the plan names their posts.
    fn confirmed_by(&self, posts: &[String]) -> Result<(), Rejection> {
        if posts.is_empty() {
            return Err(Rejection::empty("posts"));
        }
        match [&self.chair_post, &self.recorder_post].into_iter().flatten().find(|post| !posts.contains(post))
        {
            Some(missing) => Err(Rejection::new("minutes-need-post").with("post", missing)),
            None => Ok(()),
        }
    }

    /// Present member units against the rule book's quorum, by the rule in force on the day.
    fn declare_quorum(&self, world: &World, context: &Context<'_>) -> Result<MeetingEvent, Rejection> {
        let rule = world.rule.get("M01");
        let parameter = |name| rule.and_then(|rule| rule.parameter(name, context.occurred));
        let (Some((numerator, version)), Some((denominator, _))) =
            (parameter("quorumNumerator"), parameter("quorumDenominator"))
        else {
            return Err(Rejection::unknown("rule", "M01"));
        };
        let expected = u64::from(self.expected_units.unwrap_or(0));
        let share = (expected * u64::from(numerator)).checked_div(u64::from(denominator)).unwrap_or(0);
        let required = share.saturating_add(1);
        Ok(QuorumDeclared {
            present: u16::try_from(self.units.len()).unwrap_or(u16::MAX),
            required: u16::try_from(required).unwrap_or(u16::MAX),
            rule: format!("M01@{version}"),
        }
        .into())
    }
}
