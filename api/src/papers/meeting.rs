//! Before and at a meeting: the notice, the agenda, the sheet to sign in.

use gongjian_core::domain::meeting::{Meeting, Phase};
use gongjian_core::domain::topic::Topic;
use gongjian_projections::figures::JOINT;
use gongjian_projections::registry::Kind as Named;

use super::words::{entry, point, room};
use super::{Desk, PaperError};
use crate::document::{Block, Cell, Column, Document, Row, Table};

/// Rows to write in by hand where the ledger names nobody, or for whoever comes besides.
const ROWS_TO_FILL: usize = 5;

/// A meeting with what papers say of it everywhere.
pub(super) struct Held<'a> {
    pub id: &'a str,
    pub state: &'a Meeting,
    /// 东门社区.
    pub community: String,
    /// 东门社区六号联席会议.
    pub name: String,
}

impl<'a> Held<'a> {
    pub(super) fn of(desk: &Desk<'a>, id: &'a str) -> Result<Held<'a>, PaperError> {
        let id = id.strip_prefix("meeting/").unwrap_or(id);
        let unknown = || PaperError::Unknown(id.to_owned());
        let state = desk.views.meetings.meeting.get(id).ok_or_else(unknown)?;
        let community = desk.name(Named::Community, &state.community, state.date);
        let args = [("community", community.as_str()), ("type", &state.meeting_type)];
        let name = desk.text.get("paper-meeting", &args);
        Ok(Held { id, state, community, name })
    }

    /// The topics that stand on its agenda, in their order there.
    pub(super) fn topics(&self, desk: &Desk<'a>) -> Vec<(&'a str, &'a Topic)> {
        let all = desk.views.meetings.topic.iter();
        let mut topics: Vec<_> = all.filter(|(_, topic)| topic.on_agenda_of(self.id)).collect();
        topics.sort_unstable_by_key(|(id, topic)| (topic.number.unwrap_or(u16::MAX), *id));
        topics
    }

    /// The units of its alliance on the day, for a meeting of the whole alliance.
    fn roster(&self, desk: &Desk<'a>) -> Vec<String> {
        let registry = &desk.views.registry;
        let alliance = registry.alliance_of(&self.state.community, self.state.date);
        let alliance = alliance.filter(|_| self.state.meeting_type == JOINT);
        let members = alliance.map(|alliance| registry.roster(alliance, self.state.date)).unwrap_or_default();
        members.into_iter().map(|(unit, _)| unit.to_owned()).collect()
    }

    /// Day and, to be filled in, the hour; place; posts. What is not stated is a blank before the meeting.
    fn plan(&self, desk: &Desk<'a>) -> Vec<(String, Vec<crate::document::Span>)> {
        let (text, state) = (desk.text, self.state);
        vec![
            entry(text, "paper-time", self.time(desk)),
            entry(text, "paper-place", desk.or_blank(state.place.clone())),
            entry(text, "paper-chair", desk.or_blank(state.chair_post.clone())),
            entry(text, "paper-recorder", desk.or_blank(state.recorder_post.clone())),
        ]
    }

    fn time(&self, desk: &Desk<'a>) -> String {
        desk.text.get("paper-hour-blank", &[("day", &desk.text.day(self.state.date))])
    }
}

/// 会议通知; of a meeting that will not be held, the notice of that.
pub(super) fn notice<'a>(desk: &Desk<'a>, id: &'a str) -> Result<Document, PaperError> {
    let held = Held::of(desk, id)?;
    let (text, state) = (desk.text, held.state);
    let day = text.day(state.date);
    let cancelled = desk.by(state.cancelled);
    let args = [("meeting", held.name.as_str()), ("day", &day)];
    let mut blocks = vec![Block::Entries(vec![entry(text, "paper-to", text.plain("paper-members"))])];
    match cancelled {
        Some(_) => {
            let reason = desk.or_not_stated(state.reason.clone());
            blocks.push(Block::paragraph(text.get("paper-notice-cancelled", &args)));
            blocks.push(Block::Entries(vec![entry(text, "paper-reason", reason)]));
        }
        None => {
            blocks.push(Block::paragraph(text.get("paper-notice-opening", &args)));
            blocks.extend(invitation(desk, &held));
        }
    }
    let title = if cancelled.is_some() { "paper-notice-title-cancelled" } else { "paper-notice-title" };
    // Facts of a draft are still being settled.
    let noticed = cancelled.or_else(|| desk.by(state.noticed));
    Ok(Document {
        title: vec![text.get(title, &args)],
        stage: noticed.is_none().then(|| text.plain("document-draft")),
        organ: Some(held.community.clone()),
        day: noticed.map(|fact| fact.on),
        blocks,
        ..Document::default()
    })
}

/// When, where, about what, and who is invited.
fn invitation(desk: &Desk<'_>, held: &Held<'_>) -> Vec<Block> {
    let (text, state) = (desk.text, held.state);
    let mut blocks = vec![
        point(text, 1, "paper-time", &held.time(desk)),
        point(text, 2, "paper-place", &desk.or_blank(state.place.clone())),
        point(text, 3, "paper-chair", &desk.or_blank(state.chair_post.clone())),
    ];
    let roster = held.roster(desk);
    let count =
        state.expected_units.map(|count| text.get("paper-expected", &[("count", &count.to_string())]));
    let invited = [count, desk.stated(Some(desk.units(&roster, state.date)))].into_iter().flatten();
    let invited: Vec<String> = invited.collect();
    blocks.push(point(text, 4, "paper-invited", &desk.or_blank(Some(text.statements(&invited)))));
    let topics = held.topics(desk);
    if topics.is_empty() {
        blocks.push(point(text, 5, "paper-topics", &text.plain("paper-blank")));
        return blocks;
    }
    blocks.push(point(text, 5, "paper-topics", ""));
    for (number, (_, topic)) in (1..).zip(topics) {
        let args = [("number", &*number.to_string()), ("words", &topic.title)];
        blocks.push(Block::paragraph(text.get("paper-item", &args)));
    }
    blocks
}

/// 会议议程.
pub(super) fn agenda<'a>(desk: &Desk<'a>, id: &'a str) -> Result<Document, PaperError> {
    let held = Held::of(desk, id)?;
    let text = desk.text;
    let mut rows: Vec<Row> = (1_u64..)
        .zip(held.topics(desk))
        .map(|(number, (_, topic))| {
            let source = topic.source.as_deref().and_then(|source| source.split_once('/'));
            let source = source.map(|(_, id)| id).unwrap_or_default();
            Row::from(vec![
                Cell::from(number),
                Cell::from(topic.title.as_str()),
                Cell::from(topic.category.as_str()),
                Cell::from(topic.proposer.as_str()),
                Cell::from(source),
                room(),
            ])
        })
        .collect();
    if rows.is_empty() {
        rows.extend((0..ROWS_TO_FILL).map(|_| Row::from((0..6).map(|_| room()).collect::<Vec<_>>())));
    }
    let header = |name: &str| text.plain(&format!("paper-column-{name}"));
    let columns = vec![
        Column::number(header("number"), 5),
        Column::text(header("topic"), 28),
        Column::text(header("category"), 10),
        Column::text(header("proposer"), 9),
        Column::text(header("source"), 13),
        Column::text(header("remark"), 9),
    ];
    let is_settled = held.state.phase >= Phase::AgendaFrozen || desk.by(held.state.noticed).is_some();
    Ok(Document {
        title: vec![text.get("paper-agenda-title", &[("meeting", &held.name)])],
        stage: (!is_settled).then(|| text.plain("document-draft")),
        blocks: vec![
            Block::Entries(held.plan(desk)),
            Block::Table(Table { key: "agenda".to_owned(), columns, rows, ..Table::default() }),
        ],
        ..Document::default()
    })
}

/// 签到表: who is invited, with room to sign; of a meeting that was held, who was there. Residents are a count.
pub(super) fn attendance<'a>(desk: &Desk<'a>, id: &'a str) -> Result<Document, PaperError> {
    let held = Held::of(desk, id)?;
    let (text, state) = (desk.text, held.state);
    let was_there = desk.by(state.attended).is_some();
    let present: &[String] = if was_there { &state.units } else { &[] };
    let mut units = held.roster(desk);
    units.extend(present.iter().filter(|unit| !units.contains(unit)).cloned().collect::<Vec<_>>());
    let mut rows: Vec<Row> = (1_u64..)
        .zip(&units)
        .map(|(number, unit)| {
            let mark = if present.contains(unit) { Cell::from(text.plain("paper-present")) } else { room() };
            let name = desk.name(Named::Unit, unit, state.date);
            Row::from(vec![Cell::from(number), Cell::from(name), room(), mark, room()])
        })
        .collect();
    if !was_there {
        rows.extend((0..ROWS_TO_FILL).map(|_| Row::from((0..5).map(|_| room()).collect::<Vec<_>>())));
    }
    let header = |name: &str| text.plain(&format!("paper-column-{name}"));
    let columns = vec![
        Column::number(header("number"), 5),
        Column::text(header("unit"), 30),
        Column::text(header("post"), 14),
        Column::text(header("signature"), 16),
        Column::text(header("remark"), 10),
    ];
    let count = |count: Option<u64>| desk.or_blank(count.map(|count| count.to_string()));
    let mut entries = held.plan(desk);
    entries.push(entry(text, "paper-expected-units", count(state.expected_units.map(u64::from))));
    entries.push(entry(text, "paper-present-units", count(was_there.then_some(present.len() as u64))));
    let residents = state.residents.filter(|_| was_there).map(u64::from);
    entries.push(entry(text, "paper-residents", count(residents)));
    Ok(Document {
        title: vec![text.get("paper-attendance-title", &[("meeting", &held.name)])],
        blocks: vec![
            Block::Entries(entries),
            Block::Table(Table { key: "attendance".to_owned(), columns, rows, ..Table::default() }),
            Block::Note(text.plain("paper-attendance-note")),
        ],
        ..Document::default()
    })
}
