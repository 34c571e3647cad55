//! What a meeting's page knows, gathered at once from the read models: the meeting, its members, its topics and what
//! was decided about each.

use std::collections::BTreeMap;

use gongjian_core::day::Day;
use gongjian_core::domain::decision::Decision;
use gongjian_core::domain::meeting::{Meeting, Phase};
use gongjian_core::domain::topic::Topic;
use gongjian_projections::figures::JOINT;
use gongjian_projections::light::light;
use gongjian_projections::quorum::{Notice, Quorum};
use gongjian_projections::registry::Kind;
use gongjian_projections::views::Views;

use super::super::cells::{Cell, lit};
use crate::app::Asked;
use crate::error::Problem;
use crate::messages::Text;
use crate::web::Visit;

/// Something decided.
pub(super) struct Decided {
    pub(super) id: String,
    pub(super) state: Decision,
    pub(super) light: Cell,
    pub(super) responsible: String,
    pub(super) supporting: String,
}

/// A topic with what was decided about it.
pub(super) struct Item {
    pub(super) id: String,
    pub(super) state: Topic,
    pub(super) light: Cell,
    pub(super) decisions: Vec<Decided>,
}

/// A meeting as its page knows it.
pub(super) struct Known {
    pub(super) id: String,
    pub(super) state: Meeting,
    pub(super) light: Cell,
    pub(super) community: String,
    /// Members of the community's alliance on the day, and whoever came besides: code and name.
    pub(super) units: Vec<(String, String)>,
    /// How many of them are members.
    pub(super) members: usize,
    pub(super) items: Vec<Item>,
    pub(super) notice: Option<Notice>,
    pub(super) quorum: Option<Quorum>,
    /// The day of the meeting, where it has come; else today.
    pub(super) on: Day,
}

impl Known {
    /// Gathers it.
    ///
    /// # Errors
    /// [`Problem`] if there is no such meeting, or the log cannot be folded.
    pub(super) fn of(visit: &Visit, id: &str, asked: Asked) -> Result<Known, Problem> {
        let views = visit.app().views_as_of(asked.last)?;
        let today = visit.app().today();
        let on = asked.on.unwrap_or_else(|| views.default_on(today));
        let state = views.meetings.meeting.get(id).ok_or_else(|| Problem::not_found(id))?.clone();
        let registry = &views.registry;
        let alliance = registry.alliance_of(&state.community, state.date);
        let roster = alliance.map(|code| registry.roster(code, state.date)).unwrap_or_default();
        let mut codes: Vec<&str> = roster.iter().map(|(unit, _)| *unit).collect();
        codes.dedup();
        let set = codes.iter().copied().collect();
        let roster = (state.meeting_type == JOINT).then_some(&set);
        let quorum = Quorum::of(&views.rules, &state, roster, state.date);
        let notice = Notice::of(&views.rules, &state, state.date);
        let members = codes.len();
        codes.extend(state.units.iter().map(String::as_str).filter(|unit| !set.contains(unit)));
        let named = |code: &str| registry.name(Kind::Unit, code, state.date).unwrap_or(code).to_owned();
        let units = codes.iter().map(|code| ((*code).to_owned(), named(code))).collect();
        let community = registry.name(Kind::Community, &state.community, state.date);
        Ok(Known {
            id: id.to_owned(),
            light: lit(
                light("meeting", state.phase.word(), None, on),
                "meeting",
                state.phase.word(),
                visit.text,
            ),
            community: community.unwrap_or(&state.community).to_owned(),
            units,
            members,
            items: items(&views, id, on, visit.text),
            notice,
            quorum,
            on: state.date.min(today),
            state,
        })
    }

    /// Whether its minutes still wait for words.
    pub(super) fn is_draft(&self) -> bool {
        self.state.phase == Phase::MinutesDraft
    }

    /// Topics on the agenda that have no outcome yet.
    pub(super) fn open(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(|item| item.state.on_agenda_of(&self.id) && item.state.outcome.is_none())
    }
}

/// The topics of a meeting in the order of its agenda.
fn items(views: &Views, meeting: &str, on: Day, t: Text) -> Vec<Item> {
    let of_meeting =
        views.meetings.topic.iter().filter(|(_, topic)| topic.meeting.as_deref() == Some(meeting));
    let mut decided = decisions(views, meeting, on, t);
    let item = |(id, topic): (&str, &Topic)| Item {
        id: id.to_owned(),
        light: lit(light("topic", topic.state(), None, on), "topic", topic.state(), t),
        decisions: decided.remove(id).unwrap_or_default(),
        state: topic.clone(),
    };
    let mut items: Vec<Item> = of_meeting.map(item).collect();
    items.sort_by(|a, b| {
        let number = |item: &Item| item.state.number.unwrap_or(u16::MAX);
        number(a).cmp(&number(b)).then_with(|| a.id.cmp(&b.id))
    });
    items
}

/// What was decided at a meeting, by topic, each in the order of the numbers.
fn decisions(views: &Views, meeting: &str, on: Day, t: Text) -> BTreeMap<String, Vec<Decided>> {
    let unit = |code: &String| views.registry.name(Kind::Unit, code, on).unwrap_or(code).to_owned();
    let mut decided: BTreeMap<String, Vec<Decided>> = BTreeMap::new();
    for (id, decision) in views.meetings.decision.iter().filter(|(_, it)| it.meeting == meeting) {
        let due = decision.work.extended_to.or(decision.work.due_on);
        decided.entry(decision.topic.clone()).or_default().push(Decided {
            id: id.to_owned(),
            light: lit(light("decision", decision.state(), due, on), "decision", decision.state(), t),
            responsible: decision.work.responsible.as_ref().map(unit).unwrap_or_default(),
            supporting: t.listed(&decision.supporting.iter().map(unit).collect::<Vec<_>>()),
            state: decision.clone(),
        });
    }
    for of_topic in decided.values_mut() {
        of_topic.sort_by(|a, b| a.id.cmp(&b.id));
    }
    decided
}
