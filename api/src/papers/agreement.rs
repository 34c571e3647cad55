//! 协议页: the parties, the clauses as they stand, room to sign, and what the ledger knows of who signed.

use gongjian_core::domain::agreement::{Agreement, Expiry};
use gongjian_core::domain::commitment::Commitment;
use gongjian_projections::registry::Kind as Named;
use gongjian_projections::trail::Step;

use super::words::{entry, heading};
use super::{Desk, PaperError};
use crate::document::{Block, Cell, Column, Document, Link, Row, Span, Table, Value};

/// The page of an agreement. The lines to sign stay blank: a seal is an act of its organ, never of a ledger.
pub(super) fn page<'a>(desk: &Desk<'a>, id: &'a str) -> Result<Document, PaperError> {
    let id = id.strip_prefix("agreement/").unwrap_or(id);
    let agreement =
        desk.views.agreements.agreement.get(id).ok_or_else(|| PaperError::Unknown(id.to_owned()))?;
    let text = desk.text;
    let signed = desk.by(agreement.signed);
    let mut blocks = vec![Block::Entries(parties(desk, id, agreement))];
    blocks.push(heading(text, 1, &text.plain("paper-clauses")));
    blocks.push(clauses(desk, id));
    blocks.push(heading(text, 2, &text.plain("paper-signing")));
    blocks.push(Block::Signatures(lines(desk, agreement)));
    blocks.push(Block::PageBreak);
    blocks.push(Block::Heading(1, text.plain("paper-signing-record")));
    blocks.extend(record(desk, id)?);
    Ok(Document {
        title: vec![agreement.name.clone()],
        stage: signed.is_none().then(|| text.plain("document-draft")),
        blocks,
        ..Document::default()
    })
}

/// Who concludes it, and from when until when it is in force.
fn parties(desk: &Desk<'_>, id: &str, agreement: &Agreement) -> Vec<(String, Vec<Span>)> {
    let text = desk.text;
    let unit = |code: &str| desk.name(Named::Unit, code, desk.on);
    let by_field = |name: &str, words: String| (text.word("field", name), vec![Span::plain(words)]);
    let mut entries =
        vec![by_field("partyA", unit(&agreement.party_a)), by_field("partyB", unit(&agreement.party_b))];
    if !agreement.other_parties.is_empty() {
        entries.push(by_field("otherParties", desk.units(&agreement.other_parties, desk.on)));
    }
    let alliance = desk.name(Named::Alliance, &agreement.alliance, desk.on);
    let effective = desk.by(agreement.effective);
    let expires = effective.and(agreement.expires).map(|expires| match expires {
        Expiry::Open => text.plain("paper-open-ended"),
        Expiry::On(day) => text.day(day),
    });
    entries.extend([
        entry(text, "paper-id", id),
        by_field("kind", agreement.kind.clone()),
        by_field("alliance", alliance),
        by_field("signedOn", desk.or_blank(desk.day_of(agreement.signed))),
        by_field("effectiveOn", desk.or_blank(desk.day_of(agreement.effective))),
        by_field("expiresOn", desk.or_blank(expires)),
    ]);
    if let Some(terminated) = desk.day_of(agreement.terminated) {
        let reason = agreement.termination_reason.clone();
        let words: Vec<String> = [Some(terminated), reason].into_iter().flatten().collect();
        entries.push(by_field("terminatedOn", text.remarks(&words)));
    }
    entries
}

/// The clauses in their order, each with its joint, who does it, and until when.
fn clauses(desk: &Desk<'_>, id: &str) -> Block {
    let text = desk.text;
    let all = desk.views.agreements.commitment.iter();
    let mut clauses: Vec<(&str, &Commitment)> = all.filter(|(_, it)| it.agreement == id).collect();
    clauses.sort_unstable_by_key(|(id, it)| (it.number, *id));
    if clauses.is_empty() {
        return Block::paragraph(text.plain("paper-not-stated"));
    }
    let rows = clauses.into_iter().map(|(_, clause)| {
        let responsible = clause
            .work
            .responsible
            .as_ref()
            .map(|code| desk.name(Named::Unit, code, desk.on))
            .unwrap_or_default();
        Row::from(vec![
            Cell::from(u64::from(clause.number)),
            Cell::from(clause.text.as_str()),
            Cell::from(clause.joint.as_str()),
            Cell::from(responsible),
            Cell::from(clause.work.due_on),
        ])
    });
    let field = |name: &str| text.word("field", name);
    Block::Table(Table {
        key: "clauses".to_owned(),
        rows: rows.collect(),
        columns: vec![
            Column::number(text.plain("paper-column-number"), 5),
            Column::text(field("text"), 28),
            Column::text(field("joint"), 9),
            Column::text(field("responsible"), 18),
            Column::text(field("dueOn"), 11),
        ],
        ..Table::default()
    })
}

/// A line to sign for each party, and one for the day.
fn lines(desk: &Desk<'_>, agreement: &Agreement) -> Vec<String> {
    let text = desk.text;
    let parties = agreement.parties().into_iter().enumerate().map(|(at, code)| {
        let role = ["partyA", "partyB"].get(at).copied().unwrap_or("otherParties");
        let args = [("role", &*text.word("field", role)), ("unit", &desk.name(Named::Unit, code, desk.on))];
        text.get("paper-seal", &args)
    });
    parties.chain([text.word("field", "signedOn")]).collect()
}

/// What the ledger knows of its signing, with the events that say so.
fn record(desk: &Desk<'_>, id: &str) -> Result<Vec<Block>, PaperError> {
    let text = desk.text;
    let stream = format!("agreement/{id}");
    let trail = (desk.trail)(&stream)?;
    let steps = trail.matters.iter().flat_map(|matter| &matter.steps).filter(|step| step.stream == stream);
    let rows: Vec<Row> = steps.map(|step| signed(desk, step)).collect();
    let columns = vec![
        Column::text(text.plain("paper-column-day"), 11),
        Column::text(text.plain("paper-column-event"), 14),
        Column::text(text.plain("paper-column-unit"), 28),
        Column::number(text.plain("paper-column-position"), 8),
        Column::text(text.plain("paper-column-digest"), 13),
    ];
    if rows.is_empty() {
        return Ok(vec![Block::paragraph(text.plain("paper-not-stated"))]);
    }
    let table = Table { key: "signing".to_owned(), columns, rows, ..Table::default() };
    Ok(vec![Block::Table(table), Block::Note(text.plain("paper-signing-note"))])
}

fn signed(desk: &Desk<'_>, step: &Step) -> Row {
    let text = desk.text;
    let units: Vec<String> = step.units.iter().chain(&step.doer).map(|unit| unit.name.clone()).collect();
    Row::from(vec![
        Cell::from(step.occurred_on),
        Cell::from(text.word("kind", &step.kind)),
        Cell::from(text.listed(&units)),
        Cell::from(Value::Position(step.position)).linked(Link::Event(step.position)),
        Cell::from(super::words::short(&step.digest.to_string())),
    ])
}
