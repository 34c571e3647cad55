//! 全过程追溯单: one matter from the problem to its verification, each step with the event that says so.

use gongjian_projections::trail::{Matter, Step};

use super::words::short;
use super::{Desk, PaperError};
use crate::document::{Block, Cell, Column, Document, Link, Row, Table, Value};
use crate::output::trail as told;

/// The paper of every matter behind an id or a name.
pub(super) fn slip(desk: &Desk<'_>, id: &str) -> Result<Document, PaperError> {
    let text = desk.text;
    let trail = (desk.trail)(id)?;
    let mut blocks = Vec::new();
    let is_one = trail.matters.len() == 1;
    for (number, matter) in (1..).zip(&trail.matters) {
        if !is_one {
            blocks.push(Block::Heading(1, text.numbered(number, &matter.title)));
        }
        blocks.extend(story(desk, matter));
    }
    if trail.matters.is_empty() {
        blocks.push(Block::paragraph(text.plain("paper-nothing")));
    }
    let subject = match trail.matters.as_slice() {
        [matter] => matter.title.clone(),
        _ => trail.subjects.first().map_or_else(|| trail.id.clone(), |subject| subject.name.clone()),
    };
    Ok(Document {
        title: vec![text.plain("paper-trail")],
        subtitle: vec![subject],
        blocks,
        ..Document::default()
    })
}

/// What a matter came to, its steps, and what the record does not state.
fn story(desk: &Desk<'_>, matter: &Matter) -> Vec<Block> {
    let text = desk.text;
    let rows = (1_u64..).zip(&matter.steps).map(|(number, step)| line(desk, number, step));
    let column = |name: &str| text.plain(&format!("paper-column-{name}"));
    let columns = vec![
        Column::number(column("number"), 5),
        Column::text(column("day"), 11),
        Column::text(column("event"), 12),
        Column::text(column("words"), 34),
        Column::text(column("doer"), 18),
        Column::text(column("assurance"), 10),
        Column::number(column("position"), 7),
        Column::text(column("digest"), 13),
    ];
    let table = Table { key: "steps".to_owned(), columns, rows: rows.collect(), ..Table::default() };
    let mut blocks = vec![Block::Table(summary(desk, matter)), Block::Table(table)];
    if !matter.not_stated.is_empty() {
        let missing = matter.not_stated.iter();
        let missing =
            missing.map(|it| text.named(&text.word("step", it.step), &it.stream)).collect::<Vec<_>>();
        let words = text.labelled(&text.plain("paper-not-stated"), &text.listed(&missing));
        blocks.push(Block::Note(words));
    }
    blocks
}

/// What a matter is about and came to, as a form of two entries a row.
fn summary(desk: &Desk<'_>, matter: &Matter) -> Table {
    let entries = told::summary(matter, desk.text);
    let rows = entries.chunks(2).map(|pair| {
        let cells =
            pair.iter().flat_map(|(label, words)| [Cell::from(label.as_str()), Cell::from(words.as_str())]);
        Row::from(cells.collect::<Vec<_>>())
    });
    let columns = [12, 44, 12, 44].map(|width| Column::text("", width)).to_vec();
    Table { key: "matter".to_owned(), columns, rows: rows.collect(), ..Table::default() }
}

fn line(desk: &Desk<'_>, number: u64, step: &Step) -> Row {
    let text = desk.text;
    let said = told::said(&step.data).map(str::to_owned);
    let words: Vec<String> = [said, Some(told::particulars(step, text))].into_iter().flatten().collect();
    let words: Vec<String> = words.into_iter().filter(|words| !words.is_empty()).collect();
    let doer = match &step.doer {
        Some(unit) => unit.name.clone(),
        None => text.word("post", &step.recorded_by),
    };
    let mut marks = vec![text.word("assurance", step.assurance)];
    if let Some(days) = step.late {
        marks.push(text.get("paper-late", &[("days", &days.to_string())]));
    }
    if step.correction {
        marks.push(text.plain("trail-correction"));
    }
    Row::from(vec![
        Cell::from(number),
        Cell::from(step.occurred_on),
        Cell::from(text.word("kind", &step.kind)),
        Cell::from(text.statements(&words)),
        Cell::from(doer),
        Cell::from(text.remarks(&marks)),
        Cell::from(Value::Position(step.position)).linked(Link::Event(step.position)),
        Cell::from(short(&step.digest.to_string())),
    ])
}
