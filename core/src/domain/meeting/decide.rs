//! What a meeting's commands lead to, once it is planned.

use super::events::*;
use super::{Meeting, Passage, Phase};
use crate::domain::World;
use crate::domain::category::{
    CommandSet as _, Context, corrections, not_before, not_in_future, optional, reasoned, required,
    wrong_state,
};
use crate::gate;
use crate::rejection::Rejection;

impl Meeting {
    /// Commands until it begins.
    pub(super) fn decide_before(
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
            C::WordMinutes { passage, text } => {
                gate::check("text", text)?;
                let is_topic =
                    || world.topic.get(passage).is_some_and(|topic| topic.meeting.as_deref() == Some(id));
                if !Passage::is_common(passage) && !is_topic() {
                    return Err(Rejection::unknown("topic", passage));
                }
                Ok(MinutesWorded { passage: passage.clone(), text: text.clone() }.into())
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
