//! 会议纪要: the facts from the ledger, and between them the secretary's words where there are any.
//!
//! Whatever is worded otherwise, day, place, posts, who was there, and every decision with who does it until when
//! stand beside as the ledger has them.

use gongjian_core::domain::decision::Decision;
use gongjian_core::domain::meeting::Passage;
use gongjian_core::domain::topic::Topic;
use gongjian_projections::registry::Kind as Named;

use super::meeting::Held;
use super::words::{entry, heading};
use super::{Desk, PaperError};
use crate::document::{Block, Document, Span};

/// The minutes of a meeting.
pub(super) fn minutes<'a>(desk: &Desk<'a>, id: &'a str) -> Result<Document, PaperError> {
    let held = Held::of(desk, id)?;
    let (text, state) = (desk.text, held.state);
    let confirmed = desk.by(state.minutes_confirmed);
    let topics = held.topics(desk);
    let decisions = decisions(desk, held.id);
    let mut blocks = vec![Block::Entries(facts(desk, &held, confirmed.is_some()))];
    let day = text.day(state.date);
    let (topics_count, decided) = (topics.len().to_string(), decisions.len().to_string());
    let args =
        [("meeting", held.name.as_str()), ("day", &day), ("topics", &topics_count), ("decisions", &decided)];
    let opening =
        if desk.by(state.held).is_some() { "paper-minutes-opening" } else { "paper-minutes-not-held" };
    blocks.extend(passage(&held, Passage::OPENING, || text.get(opening, &args)));
    for (number, (id, topic)) in (1..).zip(&topics) {
        blocks.push(heading(text, number, &topic.title));
        blocks.push(Block::paragraph(discussed(desk, topic)));
        blocks.extend(passage(&held, id, String::new));
        let of_topic = decisions.iter().filter(|(_, decision)| decision.topic == *id);
        for (number, (_, decision)) in (1..).zip(of_topic) {
            blocks.push(Block::paragraph(decided_line(desk, &held, number, decision)));
        }
    }
    blocks.extend(passage(&held, Passage::CLOSING, String::new));
    blocks.push(Block::Entries(present(desk, &held)));
    match confirmed {
        Some(confirmed) => {
            let args = [("day", &*text.day(confirmed.on)), ("position", &confirmed.at.to_string())];
            blocks.push(Block::Note(text.get("paper-minutes-confirmed", &args)));
        }
        None => {
            let signs = |key: &str, post: &Option<String>| {
                let post = post.clone().unwrap_or_default();
                text.get(key, &[("post", &text.named(&text.plain("paper-signs"), &post))])
            };
            blocks.push(Block::Signatures(vec![
                signs("paper-signs-chair", &state.chair_post),
                signs("paper-signs-recorder", &state.recorder_post),
            ]));
        }
    }
    let number = state.minutes.as_ref().map(|number| text.get("paper-minutes-number", &[("number", number)]));
    Ok(Document {
        title: vec![text.get("paper-minutes-title", &[("meeting", &held.name)])],
        stage: confirmed.is_none().then(|| text.plain("document-draft")),
        subtitle: number.into_iter().collect(),
        blocks,
        ..Document::default()
    })
}

/// The secretary's words, a paragraph for each of their lines, or else those of the ledger.
fn passage(held: &Held<'_>, passage: &str, ours: impl FnOnce() -> String) -> Vec<Block> {
    let words = held.state.wording.of(passage).map_or_else(ours, str::to_owned);
    words.lines().filter(|line| !line.trim().is_empty()).map(|line| Block::paragraph(line.trim())).collect()
}

/// Day, place, posts and counts. A draft leaves blanks; once confirmed, what is missing is said.
fn facts(desk: &Desk<'_>, held: &Held<'_>, is_confirmed: bool) -> Vec<(String, Vec<Span>)> {
    let (text, state) = (desk.text, held.state);
    let shown = |stated: Option<String>| match is_confirmed {
        true => desk.or_not_stated(stated),
        false => desk.or_blank(stated),
    };
    let attended = desk.by(state.attended).is_some();
    let expected = state.expected_units.map(|count| count.to_string());
    let present = attended.then(|| state.units.len().to_string());
    let residents = state.residents.filter(|_| attended).map(|count| count.to_string());
    let count =
        [("expected", &*shown(expected)), ("present", &shown(present)), ("residents", &shown(residents))];
    vec![
        entry(text, "paper-time", text.day(state.date)),
        entry(text, "paper-place", shown(state.place.clone())),
        entry(text, "paper-chair", shown(state.chair_post.clone())),
        entry(text, "paper-recorder", shown(state.recorder_post.clone())),
        entry(text, "paper-counts", text.get("paper-counted", &count)),
    ]
}

/// Who brought a topic up, and what came of it.
fn discussed(desk: &Desk<'_>, topic: &Topic) -> String {
    let text = desk.text;
    let concluded = desk.by(topic.concluded).and(topic.outcome.clone());
    let args = [
        ("proposer", &*topic.proposer),
        ("category", &topic.category),
        ("outcome", &desk.or_not_stated(concluded)),
    ];
    let mut sentence = text.get("paper-topic", &args);
    if let Some(unit) = desk.stated(topic.referred_to.clone()) {
        sentence.push_str(&text.get("paper-topic-referred", &[("unit", &unit)]));
    }
    sentence
}

/// The decisions of a meeting, in the order in which it took them.
fn decisions<'a>(desk: &Desk<'a>, meeting: &str) -> Vec<(&'a str, &'a Decision)> {
    let all = desk.views.meetings.decision.iter();
    let of_meeting = all.filter(|(_, it)| it.meeting == meeting && desk.by(it.recorded).is_some());
    let mut decisions: Vec<_> = of_meeting.collect();
    decisions.sort_unstable_by_key(|(id, it)| (it.recorded.map(|fact| fact.at), *id));
    decisions
}

/// What was decided, who does it, who helps, until when.
fn decided_line(desk: &Desk<'_>, held: &Held<'_>, number: usize, decision: &Decision) -> String {
    let (text, on) = (desk.text, held.state.date);
    let responsible = decision.work.responsible.as_ref().map(|code| desk.name(Named::Unit, code, on));
    let mut parts = vec![text.labelled(&text.word("field", "responsible"), &desk.or_not_stated(responsible))];
    if !decision.supporting.is_empty() {
        let units = desk.units(&decision.supporting, on);
        parts.push(text.labelled(&text.word("field", "supporting"), &units));
    }
    let due = desk.or_not_stated(decision.work.due_on.map(|due| text.day(due)));
    parts.push(text.labelled(&text.word("field", "dueOn"), &due));
    let words = decision.text.trim_end_matches(['。', '.', '；', ';']);
    let args =
        [("number", &*number.to_string()), ("words", words), ("particulars", &text.statements(&parts))];
    text.get("paper-decided", &args)
}

/// Who was there: units, and residents as a count.
fn present(desk: &Desk<'_>, held: &Held<'_>) -> Vec<(String, Vec<Span>)> {
    let (text, state) = (desk.text, held.state);
    let attended = desk.by(state.attended).is_some();
    let units = desk.or_not_stated(attended.then(|| desk.units(&state.units, state.date)));
    let mut entries = vec![entry(text, "paper-attending", units)];
    if let Some(count) = state.residents.filter(|count| attended && *count > 0) {
        let words = text.get("paper-residents-count", &[("count", &count.to_string())]);
        entries.push(entry(text, "paper-also-attending", words));
    }
    entries
}
