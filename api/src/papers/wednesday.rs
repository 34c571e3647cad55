//! 周三例会记录单: what is still open first, oldest first, then what is new, with room to write.

use gongjian_core::day::Day;
use gongjian_projections::lists::{Sheet, SheetLine, wednesday_sheet};
use gongjian_projections::registry::Kind as Named;

use super::words::{entry, heading, room};
use super::{Desk, PaperError};
use crate::document::{Block, Cell, Column, Document, Row, Table};

/// Rows to write in what is raised at the meeting.
const ROWS_TO_FILL: usize = 4;

/// The sheet of one occurrence, or of a community's meeting on the day of the paper.
pub(super) fn sheet(desk: &Desk<'_>, id: &str) -> Result<Document, PaperError> {
    let id = id.strip_prefix("occurrence/").unwrap_or(id);
    let unknown = || PaperError::Unknown(id.to_owned());
    let (community, date) = match desk.views.wednesday.occurrence.get(id) {
        Some(it) => (it.community.as_str(), it.held.map_or(it.planned_on, |held| held.on)),
        None => (desk.views.registry.code(Named::Community, id).ok_or_else(unknown)?, desk.on),
    };
    let sheet = wednesday_sheet(desk.views, community, date).ok_or_else(unknown)?;
    let text = desk.text;
    let occurrence = sheet.occurrence.as_deref();
    let state = occurrence.and_then(|id| desk.views.wednesday.occurrence.get(id));
    let is_held = state.is_some_and(|state| desk.by(state.held).is_some());
    let participants = state.map(|state| text.listed(&state.participants)).filter(|_| is_held);
    let mut blocks = vec![Block::Entries(vec![
        entry(text, "paper-time", text.day(date)),
        entry(text, "paper-id", desk.or_not_stated(occurrence.map(str::to_owned))),
        entry(text, "paper-participants", desk.or_blank(participants)),
    ])];
    blocks.push(heading(text, 1, &text.plain("sheet-old")));
    blocks.push(lines(desk, "old", &sheet.old, 0));
    blocks.push(heading(text, 2, &text.plain("sheet-new")));
    blocks.push(lines(desk, "new", &sheet.new, if is_held { 0 } else { ROWS_TO_FILL }));
    blocks.push(Block::Signatures(vec![
        text.get("paper-signs-chair", &[("post", &text.plain("paper-signs"))]),
        text.get("paper-signs-recorder", &[("post", &text.plain("paper-signs"))]),
    ]));
    Ok(Document {
        title: vec![text.get("paper-wednesday-title", &[("community", &named(desk, &sheet))])],
        blocks,
        ..Document::default()
    })
}

fn named(desk: &Desk<'_>, sheet: &Sheet) -> String {
    desk.name(Named::Community, &sheet.community.code, sheet.date)
}

/// Issues as rows; where there is none, the sheet says so.
fn lines(desk: &Desk<'_>, key: &str, lines: &[SheetLine], to_fill: usize) -> Block {
    let text = desk.text;
    if lines.is_empty() && to_fill == 0 {
        return Block::paragraph(text.plain("paper-nothing"));
    }
    let day = |day: Option<Day>| day.map_or_else(room, Cell::from);
    let mut rows: Vec<Row> = (1_u64..)
        .zip(lines)
        .map(|(number, line)| {
            let mut marks = vec![text.word("sheet-state", line.state)];
            if line.overdue {
                marks.push(text.plain("paper-overdue"));
            }
            if line.carry_overs > 0 {
                marks.push(text.get("paper-carried-over", &[("count", &line.carry_overs.to_string())]));
            }
            Row::from(vec![
                Cell::from(number),
                Cell::from(line.id.as_str()),
                Cell::from(line.compound.name.as_str()),
                Cell::from(text.labelled(&line.category, &line.text)),
                Cell::from(line.raised_on),
                line.responsible.as_ref().map_or_else(room, |unit| Cell::from(unit.name.as_str())),
                day(line.due_on),
                Cell::from(text.remarks(&marks)),
                room(),
            ])
        })
        .collect();
    rows.extend((0..to_fill).map(|_| Row::from((0..9).map(|_| room()).collect::<Vec<_>>())));
    let field = |name: &str| text.word("field", name);
    let columns = vec![
        Column::number(text.plain("paper-column-number"), 5),
        Column::text(text.plain("paper-id"), 13),
        Column::text(field("compound"), 11),
        Column::text(field("text"), 22),
        Column::text(field("raisedOn"), 11),
        Column::text(field("responsible"), 14),
        Column::text(field("dueOn"), 11),
        Column::text(text.plain("paper-state"), 12),
        Column::text(text.plain("paper-column-now"), 12),
    ];
    Block::Table(Table { key: key.to_owned(), columns, rows, ..Table::default() })
}
