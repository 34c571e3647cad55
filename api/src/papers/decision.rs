//! 议定事项交办单: one decision, handed to the unit that does it.

use gongjian_projections::registry::Kind as Named;

use super::meeting::Held;
use super::words::room;
use super::{Desk, PaperError};
use crate::document::{Block, Cell, Column, Document, Row, Table};

/// The slip of a decision: what is known, and room for what is still to be told.
pub(super) fn slip<'a>(desk: &Desk<'a>, id: &'a str) -> Result<Document, PaperError> {
    let id = id.strip_prefix("decision/").unwrap_or(id);
    let decision = desk.views.meetings.decision.get(id).ok_or_else(|| PaperError::Unknown(id.to_owned()))?;
    let held = Held::of(desk, &decision.meeting)?;
    let (text, work) = (desk.text, &decision.work);
    let on = held.state.date;
    let topic = desk.views.meetings.topic.get(&decision.topic).map(|topic| topic.title.clone());
    let unit = |code: &Option<String>, day| code.as_ref().map(|code| desk.name(Named::Unit, code, day));
    let completed = desk.by(work.completed);
    let verified = desk.by(work.verified);
    let number = held.state.minutes.as_ref().map(|it| text.get("paper-minutes-number", &[("number", it)]));
    let meeting: Vec<String> =
        [Some(text.day(on)), Some(held.name.clone()), number].into_iter().flatten().collect();
    let mut rows = Vec::new();
    let mut put = |label: String, value: Cell| rows.push(Row::from(vec![Cell::from(label), value]));
    let field = |name: &str| text.word("field", name);
    put(text.plain("paper-id"), Cell::from(id));
    put(text.plain("paper-decision"), Cell::from(decision.text.as_str()));
    put(text.plain("paper-from-meeting"), Cell::from(text.remarks(&meeting)));
    put(text.plain("paper-column-topic"), Cell::from(desk.or_not_stated(topic)));
    put(field("responsible"), Cell::from(desk.or_not_stated(unit(&work.responsible, on))));
    let supporting = desk.units(&decision.supporting, on);
    put(
        field("supporting"),
        Cell::from(if supporting.is_empty() { text.plain("paper-nothing") } else { supporting }),
    );
    put(field("dueOn"), Cell::from(desk.or_not_stated(work.due_on.map(|due| text.day(due)))));
    if let Some(until) = work.extended_to {
        put(field("extendedTo"), Cell::from(text.day(until)));
    }
    if let Some((word, fact)) = decision.ended.as_ref().filter(|(_, fact)| fact.by(desk.on)) {
        let ended = text.remarks(&[text.day(fact.on), text.state("decision", word)]);
        put(text.plain("paper-state"), Cell::from(ended));
    }
    // What has not happened yet is written in by hand.
    let or_room = |words: Option<String>| words.map_or_else(room, Cell::from);
    put(text.plain("paper-carried-out"), room());
    put(field("completedOn"), or_room(completed.map(|fact| text.day(fact.on))));
    let verifier = verified.and(unit(&work.verifier, desk.on));
    put(field("verifier"), or_room(verifier));
    put(field("verifiedOn"), or_room(verified.map(|fact| text.day(fact.on))));
    let confirmed = desk.by(held.state.minutes_confirmed);
    Ok(Document {
        title: vec![text.plain("paper-decision-slip")],
        stage: confirmed.is_none().then(|| text.plain("document-draft")),
        // The ledger does not state when the slip is handed over.
        organ: Some(held.community.clone()),
        blocks: vec![
            Block::Table(Table {
                key: "decision".to_owned(),
                columns: vec![Column::text("", 14), Column::text("", 58)],
                rows,
                ..Table::default()
            }),
            Block::Signatures(vec![text.plain("paper-signs-receipt"), text.plain("paper-signs-verifier")]),
        ],
        ..Document::default()
    })
}
