//! The text of a document: title, blocks in sections, who signs it, and what it rests on.

use std::collections::BTreeMap;

use gongjian_core::day::Day;

use super::fixed::{MAIN, RELATIONS};
use super::layout::{CHARACTER, FOOTER, HEI, MARGINS, PAGE, faces};
use super::title::width;
use super::xml::{escaped, paragraph, run};
use super::{chart, table, title};
use crate::document::{Block, Document, Link, Span};
use crate::messages::Text;

/// The text, and the charts that stand in it.
pub(super) struct Written {
    pub text: String,
    pub charts: Vec<String>,
}

/// `word/document.xml`.
pub(super) fn write(document: &Document) -> Written {
    let sideways = sideways(&document.blocks);
    let mut body = Body::over(document);
    body.head();
    let mut was = sideways.first().copied().unwrap_or(false);
    for (block, is) in document.blocks.iter().zip(&sideways) {
        let turns = *is != was;
        if turns {
            body.end_section(was);
            was = *is;
        }
        // Where the paper turns, a page begins anyway.
        if !(turns && matches!(block, Block::PageBreak)) {
            body.block(block, was);
        }
    }
    body.signed();
    body.footing();
    body.out.push_str(&section(was));
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
         <w:document xmlns:w=\"{MAIN}\" xmlns:r=\"{RELATIONS}\" \
         xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\">\
         <w:body>{}</w:body></w:document>",
        body.out
    );
    Written { text, charts: body.charts }
}

/// The room above a table without a caption.
const GAP: &str = "<w:spacing w:before=\"0\" w:after=\"0\" w:line=\"120\" w:lineRule=\"exact\"/>";

/// Blocks of one heading that go along with their neighbours, whichever way the paper lies.
const SHORT: usize = 6;

/// Which blocks stand on paper turned sideways: all from one heading to the next where a table is too wide. A few
/// lines without a table go with what stands before them, at the beginning with what follows.
fn sideways(blocks: &[Block]) -> Vec<bool> {
    let is_head = |at: usize| matches!(blocks.get(at), Some(Block::Heading(..) | Block::PageBreak));
    let begins = |at: usize| is_head(at) && !at.checked_sub(1).is_some_and(is_head);
    let mut turned: Vec<bool> = Vec::with_capacity(blocks.len());
    let mut leading = None;
    let mut from = 0;
    for until in 1..=blocks.len() {
        if until < blocks.len() && !begins(until) {
            continue;
        }
        let group = blocks.get(from..until).unwrap_or_default();
        let own = way(group);
        let is = own.or(turned.last().copied());
        if let (Some(own), None) = (own, leading) {
            // The first that has a way of its own leads those before it.
            turned.iter_mut().for_each(|it| *it = own);
            leading = Some(own);
        }
        turned.resize(until, is.unwrap_or(false));
        from = until;
    }
    turned
}

/// Whether blocks need paper turned sideways or upright; `None` if they do not mind.
fn way(blocks: &[Block]) -> Option<bool> {
    let tables = || {
        blocks.iter().filter_map(|block| match block {
            Block::Table(table) if !table.data_only => Some(table),
            _ => None,
        })
    };
    if tables().any(table::is_wide) {
        return Some(true);
    }
    let has_chart = blocks.iter().any(|block| matches!(block, Block::Chart(_)));
    (tables().next().is_some() || has_chart || blocks.len() > SHORT).then_some(false)
}

/// The properties of a section: page, margins, page numbers.
fn section(sideways: bool) -> String {
    let (width, height) = PAGE;
    let [top, right, bottom, left] = MARGINS;
    // The same paper turned: what was bound on the left is bound at the top.
    let (size, [top, right, bottom, left]) = match sideways {
        false => (format!("w:w=\"{width}\" w:h=\"{height}\""), [top, right, bottom, left]),
        true => {
            (format!("w:w=\"{height}\" w:h=\"{width}\" w:orient=\"landscape\""), [left, top, right, bottom])
        }
    };
    let footer = if sideways { 800 } else { FOOTER };
    format!(
        "<w:sectPr><w:footerReference w:type=\"default\" r:id=\"rId3\"/>\
         <w:footerReference w:type=\"even\" r:id=\"rId4\"/><w:pgSz {size}/>\
         <w:pgMar w:top=\"{top}\" w:right=\"{right}\" w:bottom=\"{bottom}\" w:left=\"{left}\" \
         w:header=\"851\" w:footer=\"{footer}\" w:gutter=\"0\"/></w:sectPr>"
    )
}

/// The width of the text of a page.
pub(super) fn text_width(sideways: bool) -> u32 {
    let [top, right, bottom, left] = MARGINS;
    if sideways { PAGE.1 - top - bottom } else { PAGE.0 - left - right }
}

/// A document being written.
pub(super) struct Body<'d> {
    document: &'d Document,
    pub(super) text: Text,
    out: String,
    charts: Vec<String>,
    /// The bookmark of each row that a link can lead to.
    bookmarks: BTreeMap<&'d str, usize>,
}

impl<'d> Body<'d> {
    fn over(document: &'d Document) -> Body<'d> {
        let tables = document.blocks.iter().filter_map(|block| match block {
            Block::Table(table) if !table.data_only => Some(table),
            _ => None,
        });
        let anchors = tables.flat_map(|table| table.rows.iter().filter_map(|row| row.anchor.as_deref()));
        let mut bookmarks = BTreeMap::new();
        for anchor in anchors {
            let next = bookmarks.len() + 1;
            bookmarks.entry(anchor).or_insert(next);
        }
        let text = document.language.text();
        Body { document, text, out: String::new(), charts: Vec::new(), bookmarks }
    }

    fn put(&mut self, style: &str, properties: &str, runs: &str) {
        self.out.push_str(&paragraph(style, properties, runs));
    }

    fn head(&mut self) {
        for line in self.document.title.iter().flat_map(|line| title::balanced(line)) {
            self.put("Title", "", &run(&line, ""));
        }
        if let Some(stage) = &self.document.stage {
            let stage = self.text.get("document-stage", &[("stage", stage)]);
            self.put("Stage", "", &run(&stage, ""));
        }
        for line in &self.document.subtitle {
            self.put("Subtitle", "", &run(line, ""));
        }
        if !self.document.title.is_empty() {
            self.put("Normal", "", "");
        }
    }

    fn block(&mut self, block: &'d Block, sideways: bool) {
        match block {
            Block::Heading(level, words) => {
                self.put(&format!("GW{}", (*level).clamp(1, 4)), "", &run(words, ""));
            }
            Block::Paragraph(spans) => {
                let runs = self.spans(spans);
                self.put("Normal", "", &runs);
            }
            Block::Entries(entries) => {
                for (label, spans) in entries {
                    self.entry(label, spans);
                }
            }
            Block::Table(table) if table.data_only => {
                let rows = table.rows.len().to_string();
                let told = self.text.get("document-data-only", &[("rows", &rows)]);
                self.put("Note", "", &run(&self.text.labelled(&table.caption, &told), ""));
            }
            Block::Table(table) => self.table(table, sideways),
            Block::Chart(it) => self.chart(it, sideways),
            Block::Note(words) => self.put("Note", "", &run(words, "")),
            Block::Signatures(lines) => {
                // What follows keeps them company, and no page begins with it alone.
                for line in lines {
                    let line = self.text.labelled(line, "\t");
                    self.put("Sign", "<w:keepNext/>", &run(line.trim_end_matches(' '), ""));
                }
            }
            Block::PageBreak => self.put("Check", "<w:pageBreakBefore/>", ""),
        }
    }

    /// A word and what it stands for; what follows hangs under the first character after the word.
    fn entry(&mut self, label: &str, spans: &[Span]) {
        let indent = 2 * CHARACTER;
        let hanging = match width(label) {
            width @ 1..=16 => (width + 2) * CHARACTER / 2,
            _ => 0,
        };
        let shape = match hanging {
            0 => format!("<w:ind w:left=\"0\" w:firstLine=\"{indent}\"/>"),
            hanging => format!("<w:ind w:left=\"{}\" w:hanging=\"{hanging}\"/>", indent + hanging),
        };
        let label = self.text.labelled(label, "");
        let runs = run(&label, &faces(HEI)) + &self.spans(spans);
        self.put("Entry", &shape, &runs);
    }

    fn spans(&self, spans: &[Span]) -> String {
        spans.iter().map(|span| self.linked(&span.text, span.strong, span.link.as_ref())).collect()
    }

    /// A run that leads to a row, if the row stands in this document; events and matters stand elsewhere.
    fn linked(&self, words: &str, strong: bool, link: Option<&Link>) -> String {
        self.cell(words, &if strong { faces(HEI) } else { String::new() }, link)
    }

    /// The same with properties of the run.
    pub(super) fn cell(&self, words: &str, properties: &str, link: Option<&Link>) -> String {
        let run = run(words, properties);
        match link {
            Some(Link::Row(key)) => match self.bookmarks.get(key.as_str()) {
                Some(number) => format!("<w:hyperlink w:anchor=\"row{number}\">{run}</w:hyperlink>"),
                None => run,
            },
            _ => run,
        }
    }

    /// The bookmark of a row, around nothing.
    pub(super) fn bookmark(&self, anchor: Option<&str>) -> String {
        let number = anchor.and_then(|anchor| self.bookmarks.get(anchor));
        number.map_or_else(String::new, |it| {
            format!("<w:bookmarkStart w:id=\"{it}\" w:name=\"row{it}\"/><w:bookmarkEnd w:id=\"{it}\"/>")
        })
    }

    fn table(&mut self, table: &crate::document::Table, sideways: bool) {
        if table.columns.is_empty() {
            return;
        }
        match table.caption.as_str() {
            // A little room, so that it touches nothing and does not grow together with a table before it.
            "" => self.put("Check", &format!("<w:keepNext/>{GAP}"), ""),
            caption => self.put("Caption", "", &run(caption, "")),
        }
        let written = table::write(table, sideways, self);
        self.out.push_str(&written);
    }

    fn chart(&mut self, it: &'d crate::document::Chart, sideways: bool) {
        let Some(drawn) = chart::draw(it) else {
            // What cannot be drawn is told.
            self.table(&chart::numbers(it), sideways);
            self.put("Note", "", &run(&it.description, ""));
            return;
        };
        self.charts.push(drawn);
        let number = self.charts.len();
        self.put("Caption", "", &run(&it.caption, ""));
        self.put("Picture", "<w:keepNext w:val=\"0\"/>", &chart::frame(number, &escaped(&it.description)));
    }

    /// One empty line, the organ, the day: whichever is longer is indented by two characters, the day begins
    /// two characters to the right of the organ (7.3.5.2).
    fn signed(&mut self) {
        let Some(organ) = &self.document.organ else { return };
        let day = day(self.document.day, self.text);
        let (organ_width, day_width) = (width(organ) * CHARACTER / 2, width(&day) * CHARACTER / 2);
        let two = 2 * CHARACTER;
        let (organ_right, day_right) = match organ_width.checked_sub(day_width) {
            Some(right) if right >= two => (two, right),
            _ => ((two + day_width + two).saturating_sub(organ_width), two),
        };
        let right =
            |right: u32| format!("<w:ind w:right=\"{right}\" w:firstLineChars=\"0\" w:firstLine=\"0\"/>");
        self.put("Normal", "<w:keepNext/>", "");
        self.put("Organ", &right(organ_right), &run(organ, ""));
        self.put("Day", &right(day_right), &run(&day, ""));
    }

    /// What the document rests on, so that anybody can find and check the same.
    fn footing(&mut self) {
        let identity = &self.document.identity;
        if identity.size == 0 {
            return;
        }
        let position = identity.position.map(|position| position.to_string()).unwrap_or_default();
        let (size, on) =
            (identity.size.to_string(), identity.on.map(|on| on.to_string()).unwrap_or_default());
        let args = [("position", position.as_str()), ("size", &size), ("on", &on)];
        self.put("Footing", "", &run(&self.text.get("document-footing", &args), ""));
    }

    fn end_section(&mut self, sideways: bool) {
        // A line of no height, so that a full page does not make an empty one.
        let shape = format!(
            "<w:spacing w:before=\"0\" w:after=\"0\" w:line=\"20\" w:lineRule=\"exact\"/>{}",
            section(sideways)
        );
        self.put("Check", &shape, "");
    }
}

/// A day in words; where there is none, room to write it.
fn day(day: Option<Day>, text: Text) -> String {
    match day {
        Some(day) => text.day(day),
        None => text.plain("document-day-blank"),
    }
}
