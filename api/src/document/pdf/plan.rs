//! What goes onto which page, as the data that the template reads.
//!
//! The template knows how things look; what depends on how much there is, is decided here: which tables need a
//! page laid across, how wide their columns are and how small their letters, and where long codes may break.

use serde_json::{Value as Json, json};

use super::super::shown::{self, Lead, Leads, printable};
use super::super::{Block, Cell, Document, Row, Span, Table, svg};
use crate::messages::{Language, Text};

/// Width of the text on an upright page and on one laid across, in points.
const UPRIGHT: f64 = 442.2;
const ACROSS: f64 = 637.8;
/// Sizes of letters in tables on either, the largest that fits first.
const UPRIGHT_SIZES: [f64; 2] = [10.5, 9.0];
const ACROSS_SIZES: [f64; 3] = [10.5, 9.0, 7.5];
/// What the frame of a cell takes of its column.
const FRAME: f64 = 6.8;
/// A row with a cell of more lines than this may break over pages.
const LINES_MAX: usize = 14;
/// No more blocks than this go with the wide table that they lead to.
const LED_MAX: usize = 5;
/// Half-width characters in a line of the last block: a digest fits whole, so that it can be copied whole.
const CHECK_ROOM: f64 = 78.0;
/// A break that shows nothing.
const BREAK: char = '\u{200b}';
/// Letters between two breaks of a code that has no better place.
const PIECE: usize = 8;

/// A font that was lent by the machine for characters that ours lack.
pub(super) struct Lent {
    /// What the template calls it.
    pub family: String,
    /// What the reader is told about it.
    pub told: String,
}

/// Everything that the template reads.
pub(super) fn plan(document: &Document, keywords: &str, lent: Option<&Lent>) -> Json {
    let text = document.language.text();
    let planner = Planner { text, leads: Leads::of(document, |table| !table.data_only) };
    let lines = |lines: &[String]| lines.iter().map(|line| printable(line)).collect::<Vec<_>>();
    let heading = printable(&document.title.concat()).replace('\n', " ");
    let stage = document.stage.as_ref().map(|stage| text.get("document-stage", &[("stage", stage)]));
    let lent_line = lent.map(|lent| (text.plain("document-lent"), printable(&lent.told)));
    let check: Vec<(String, String)> = shown::identity(&document.identity, text)
        .into_iter()
        .chain(lent_line)
        .map(|(name, value)| (name, breakable(&value, CHECK_ROOM)))
        .collect();
    json!({
        "lang": if document.language == Language::Chinese { "zh" } else { "en" },
        "region": if document.language == Language::Chinese { "cn" } else { "gb" },
        "lent": lent.map(|lent| &lent.family),
        "heading": heading,
        "title": lines(&document.title),
        "author": text.plain("document-author"),
        "description": text.get("document-description", &[
            ("title", &heading),
            ("position", &document.identity.position.map_or_else(|| "-".to_owned(), |it| it.to_string())),
        ]),
        "keywords": keywords,
        "stage": stage.as_deref().map(printable),
        "subtitle": lines(&document.subtitle),
        "organ": document.organ.as_deref().map(printable),
        "day": document.day.map(|day| text.day(day)),
        "colon": text.plain("document-colon"),
        "none": text.plain("document-none"),
        "sections": planner.sections(document),
        "check": {
            "title": text.plain("document-check"),
            "lines": check,
            "notes": shown::notes(document, text).iter().map(|it| printable(it)).collect::<Vec<_>>(),
        },
    })
}

/// How one table is set.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Setting {
    across: bool,
    size: f64,
}

/// The largest letters on an upright page; if even the smallest are too wide there, on one laid across.
fn setting(table: &Table) -> Setting {
    let letters = table.columns.iter().map(|column| f64::from(column.width.max(4))).sum::<f64>();
    let frames = table.columns.len() as f64 * FRAME;
    let fits = |width: f64, size: &f64| letters * size / 2.0 + frames <= width;
    if let Some(size) = UPRIGHT_SIZES.into_iter().find(|size| fits(UPRIGHT, size)) {
        return Setting { across: false, size };
    }
    let size = ACROSS_SIZES.into_iter().find(|size| fits(ACROSS, size));
    Setting { across: true, size: size.unwrap_or(ACROSS_SIZES[ACROSS_SIZES.len() - 1]) }
}

struct Planner<'a> {
    text: Text,
    leads: Leads<'a>,
}

impl Planner<'_> {
    /// Blocks by the way their pages lie. What belongs to a wide table goes with it: the headings and remarks
    /// just before it, and the remarks after it.
    fn sections(&self, document: &Document) -> Vec<Json> {
        let mut sections: Vec<(bool, Vec<Json>)> = Vec::new();
        let ways = ways(&document.blocks);
        for ((at, block), across) in document.blocks.iter().enumerate().zip(ways) {
            let drawn = self.block(at, block);
            match sections.last_mut() {
                Some((way, blocks)) if *way == across => blocks.push(drawn),
                _ => sections.push((across, vec![drawn])),
            }
        }
        sections.into_iter().map(|(across, blocks)| json!({ "across": across, "blocks": blocks })).collect()
    }

    fn block(&self, at: usize, block: &Block) -> Json {
        match block {
            Block::Heading(level, words) => {
                json!({ "kind": "heading", "level": (*level).clamp(1, 4), "text": printable(words) })
            }
            Block::Paragraph(spans) => json!({ "kind": "paragraph", "spans": self.spans(spans) }),
            Block::Entries(entries) => {
                let entries: Vec<Json> = entries
                    .iter()
                    .map(|(label, spans)| json!({ "label": printable(label), "spans": self.spans(spans) }))
                    .collect();
                json!({ "kind": "entries", "entries": entries })
            }
            Block::Table(table) if table.data_only => {
                json!({ "kind": "note", "text": self.elsewhere(table) })
            }
            Block::Table(table) => self.table(table),
            Block::Chart(chart) => json!({
                "kind": "chart",
                "caption": printable(&chart.caption),
                // What stands for a picture may not be empty.
                "description": printable(if chart.description.is_empty() { &chart.caption } else { &chart.description }),
                "svg": svg::draw(chart, at),
            }),
            Block::Note(words) => json!({ "kind": "note", "text": printable(words) }),
            Block::Signatures(lines) => {
                let lines: Vec<String> = lines.iter().map(|line| printable(line)).collect();
                json!({ "kind": "signatures", "lines": lines })
            }
            Block::PageBreak => json!({ "kind": "break" }),
        }
    }

    /// Where a table stands that is too long for paper.
    fn elsewhere(&self, table: &Table) -> String {
        let rows = shown::grouped(u64::try_from(table.rows.len()).unwrap_or(u64::MAX));
        self.text.get(
            "document-elsewhere",
            &[("caption", &printable(&table.caption)), ("rows", &rows), ("key", &table.key)],
        )
    }

    fn to(&self, link: Option<&super::super::Link>) -> Json {
        match self.leads.lead(link) {
            Some(Lead::Row(key)) => json!({ "row": format!("row:{key}") }),
            Some(Lead::Address(url)) => json!({ "url": url }),
            None => Json::Null,
        }
    }

    fn spans(&self, spans: &[Span]) -> Vec<Json> {
        let span = |span: &Span| {
            let words = breakable(&printable(&span.text), 40.0);
            json!({ "text": words, "strong": span.strong, "to": self.to(span.link.as_ref()) })
        };
        spans.iter().map(span).collect()
    }

    fn table(&self, table: &Table) -> Json {
        let Setting { across, size } = setting(table);
        let room = if across { ACROSS } else { UPRIGHT } - table.columns.len() as f64 * FRAME;
        let all: f64 = table.columns.iter().map(|column| f64::from(column.width.max(4))).sum();
        let widths: Vec<f64> =
            table.columns.iter().map(|column| room * f64::from(column.width.max(4)) / all).collect();
        let letters: Vec<f64> = widths.iter().map(|width| width / (size / 2.0)).collect();
        let columns: Vec<Json> = table
            .columns
            .iter()
            .zip(&widths)
            .map(|(column, width)| {
                json!({ "header": printable(&column.header), "width": width + FRAME, "right": column.right })
            })
            .collect();
        let rows: Vec<Json> = table.rows.iter().map(|row| self.row(row, &letters)).collect();
        json!({ "kind": "table", "caption": printable(&table.caption), "size": size, "columns": columns, "rows": rows })
    }

    fn row(&self, row: &Row, letters: &[f64]) -> Json {
        let empty = Cell::default();
        let mut lines = 0;
        let mut cells = Vec::with_capacity(letters.len());
        for (at, room) in letters.iter().enumerate() {
            let cell = row.cells.get(at).unwrap_or(&empty);
            let words = breakable(&shown::words(&cell.value, self.text), *room);
            lines = lines.max((wide(&words) / room).ceil() as usize + words.matches('\n').count());
            let mut drawn = json!({ "text": words, "to": self.to(cell.link.as_ref()) });
            if let (0, Some(anchor)) = (at, self.leads.anchor(row)) {
                drawn["anchor"] = json!(format!("row:{anchor}"));
            }
            cells.push(drawn);
        }
        json!({ "cells": cells, "strong": row.strong, "tall": lines > LINES_MAX })
    }
}

/// Which blocks lie across: wide tables, the headings before them with what little stands between, and the
/// remarks after them.
fn ways(blocks: &[Block]) -> Vec<bool> {
    let wide =
        |block: &Block| matches!(block, Block::Table(table) if !table.data_only && setting(table).across);
    let mut ways: Vec<bool> = blocks.iter().map(wide).collect();
    for at in (0..blocks.len()).filter(|at| blocks.get(*at).is_some_and(wide)) {
        let before = blocks.get(..at).unwrap_or_default().iter().rev().take(LED_MAX);
        let led =
            before.take_while(|it| matches!(it, Block::Heading(..) | Block::Note(_) | Block::Paragraph(_)));
        // What no heading begins stays with what is before it.
        let back = led.enumerate().filter(|(_, it)| matches!(it, Block::Heading(..))).last();
        let back = back.map_or(0, |(back, _)| back + 1);
        let after = blocks.iter().skip(at + 1).take_while(|it| matches!(it, Block::Note(_))).count();
        ways.iter_mut().take(at + after + 1).skip(at - back).for_each(|way| *way = true);
    }
    ways
}

/// Width in half-width characters, a little more than it is.
fn wide(words: &str) -> f64 {
    words.chars().map(breadth).sum()
}

fn breadth(it: char) -> f64 {
    match it {
        BREAK => 0.0,
        'm' | 'w' | 'A'..='Z' | '@' | '%' => 1.5,
        it if it.is_ascii() => 1.16,
        _ => 2.0,
    }
}

/// Words in which codes that are wider than `room` half-width characters may break: after their hyphens,
/// strokes and points, or, where there are none for long, anywhere.
fn breakable(words: &str, room: f64) -> String {
    let mut out = String::with_capacity(words.len());
    let mut code = String::new();
    for it in words.chars() {
        if it.is_ascii_graphic() {
            code.push(it);
        } else {
            put(&mut out, &mut code, room);
            out.push(it);
        }
    }
    put(&mut out, &mut code, room);
    out
}

fn put(out: &mut String, code: &mut String, room: f64) {
    if wide(code) <= room {
        out.push_str(code);
    } else {
        let mut since = 0;
        for it in code.chars() {
            out.push(it);
            since += 1;
            if since >= PIECE || "-/_.:,;@=".contains(it) {
                out.push(BREAK);
                since = 0;
            }
        }
    }
    code.clear();
}

#[cfg(test)]
mod tests {
    use super::super::super::Column;
    use super::*;

    fn table(widths: &[u16]) -> Table {
        let columns = widths.iter().map(|width| Column::text("列", *width)).collect();
        Table { columns, ..Table::default() }
    }

    #[test]
    fn a_table_gets_the_page_and_the_letters_that_hold_it() {
        assert_eq!(setting(&table(&[10, 10])), Setting { across: false, size: 10.5 });
        assert_eq!(setting(&table(&[20, 30, 35])), Setting { across: false, size: 9.0 });
        assert_eq!(setting(&table(&[40, 40, 30])), Setting { across: true, size: 10.5 });
        assert_eq!(setting(&table(&[400; 3])), Setting { across: true, size: 7.5 });
        assert_eq!(setting(&table(&[])), Setting { across: false, size: 10.5 });
        // Columns of no width at all still share the page.
        assert_eq!(setting(&table(&[0; 4])), Setting { across: false, size: 10.5 });
    }

    #[test]
    fn headings_and_remarks_lie_as_their_wide_table_does() {
        let heading = || Block::Heading(1, "一、".into());
        let note = || Block::Note("注".into());
        let wide = || Block::Table(table(&[100, 100]));
        let narrow = || Block::Table(table(&[10]));
        let of = |blocks: &[Block]| ways(blocks);
        assert_eq!(of(&[heading(), Block::paragraph("文"), heading(), wide(), note()]), [true; 5]);
        assert_eq!(of(&[narrow(), Block::paragraph("文"), wide()]), [false, false, true]);
        assert_eq!(of(&[narrow(), note(), heading(), wide()]), [false, false, true, true]);
        assert_eq!(of(&[wide(), note(), note(), Block::paragraph("文")]), [true, true, true, false]);
        assert_eq!(of(&[wide(), heading(), narrow()]), [true, false, false]);
        let unprinted = Block::Table(Table { data_only: true, ..table(&[100, 100]) });
        assert_eq!(of(&[heading(), unprinted]), [false, false]);
        assert_eq!(of(&[]), [false; 0]);
    }

    #[test]
    fn only_codes_that_are_too_wide_may_break() {
        assert_eq!(breakable("见HY-2022-0046-J1-1。", 40.0), "见HY-2022-0046-J1-1。");
        assert_eq!(breakable("HY-2022-0046", 8.0), "HY-\u{200b}2022-\u{200b}0046");
        let digest = breakable(&"ab".repeat(32), 20.0);
        assert_eq!(digest.matches(BREAK).count(), 8);
        assert_eq!(digest.replace(BREAK, ""), "ab".repeat(32));
        assert_eq!(breakable("", 1.0), "");
        assert_eq!(breakable("东门社区", 1.0), "东门社区");
    }
}
