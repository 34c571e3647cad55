//! Documents as one page that stands alone: no script, no request, readable on a telephone, and ready to print.
//!
//! The page holds, beside what people read, its identity and the figures as JSON, so that a program finds them
//! again ([`embedded`]). A policy in the page itself forbids browsers to run or fetch anything.

use std::fmt::Write as _;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value as Json};
use sha2::{Digest as _, Sha256};

use super::shown::{self, Lead, Leads, printable};
use super::{Block, Cell, Document, Identity, Row, Span, Table, Value, WriteError, svg};
use crate::messages::Text;
use crate::output::paper::escaped;

/// The media type of a page.
pub const MEDIA: &str = "text/html; charset=utf-8";

const STYLE: &str = include_str!("html.css");
/// Ids of the two elements that hold JSON.
const IDENTITY: &str = "gongjian-identity";
const DATA: &str = "gongjian-data";
/// A list of contents is of use from so many headings on.
const CONTENTS_MIN: usize = 4;

/// Nothing may be loaded or run, and of styles only the page's own.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let digest = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    format!("default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'")
});

/// The bytes of a page.
///
/// # Errors
/// [`WriteError::Failed`] if the document's data are not JSON that can be carried unchanged.
pub fn write(document: &Document) -> Result<Vec<u8>, WriteError> {
    let page = Page {
        document,
        text: document.language.text(),
        // Also what is folded away has rows to lead to: browsers unfold it.
        leads: Leads::of(document, |_| true),
    };
    let mut out = page.head();
    page.front(&mut out);
    page.contents(&mut out);
    page.body(&mut out);
    page.check(&mut out);
    page.data(&mut out)?;
    out.push_str("</body>\n</html>\n");
    Ok(out.into_bytes())
}

struct Page<'a> {
    document: &'a Document,
    text: Text,
    leads: Leads<'a>,
}

/// Words as they stand between tags.
fn said(words: &str) -> String {
    escaped(&printable(words)).replace('\n', "<br>")
}

/// The id of a row: letters and digits of its key, the rest by number.
fn row_id(key: &str) -> String {
    let mut id = String::from("row-");
    for it in key.chars() {
        if it.is_ascii_alphanumeric() || it == '-' {
            id.push(it);
        } else {
            let _ = write!(id, "_{:x}_", u32::from(it));
        }
    }
    id
}

impl Page<'_> {
    fn word(&self, key: &str) -> String {
        escaped(&self.text.plain(key))
    }

    fn head(&self) -> String {
        let title = escaped(&printable(&self.document.title.concat()));
        format!(
            "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"generator\" content=\"gongjian\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
             <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n",
            self.text.language().tag(),
            POLICY.as_str(),
        )
    }

    fn front(&self, out: &mut String) {
        let title: Vec<String> = self.document.title.iter().map(|line| said(line)).collect();
        let _ = writeln!(
            out,
            "<body>\n<a class=\"skip\" href=\"#text\">{}</a>\n<header>\n<h1>{}</h1>",
            self.word("document-skip"),
            title.join("<br>")
        );
        let stage =
            self.document.stage.as_ref().map(|stage| self.text.get("document-stage", &[("stage", stage)]));
        for line in stage.iter().chain(&self.document.subtitle) {
            let _ = writeln!(out, "<p class=\"sub\">{}</p>", said(line));
        }
        out.push_str("</header>\n");
    }

    fn contents(&self, out: &mut String) {
        let headings: Vec<(usize, &String)> = self
            .document
            .blocks
            .iter()
            .enumerate()
            .filter_map(|(at, block)| match block {
                Block::Heading(1, words) => Some((at, words)),
                _ => None,
            })
            .collect();
        if headings.len() < CONTENTS_MIN {
            return;
        }
        let label = self.word("document-contents");
        let _ = writeln!(out, "<nav aria-label=\"{label}\">\n<p>{label}</p>\n<ol>");
        for (at, words) in headings {
            let _ = writeln!(out, "<li><a href=\"#part-{at}\">{}</a></li>", said(words));
        }
        out.push_str("</ol>\n</nav>\n");
    }

    fn body(&self, out: &mut String) {
        out.push_str("<main id=\"text\">\n");
        for (at, block) in self.document.blocks.iter().enumerate() {
            self.block(out, at, block);
        }
        if self.document.organ.is_some() || self.document.day.is_some() {
            out.push_str("<div class=\"signed\">\n");
            let day = self.document.day.map(|day| self.text.day(day));
            for line in self.document.organ.iter().chain(&day) {
                let _ = writeln!(out, "<p>{}</p>", said(line));
            }
            out.push_str("</div>\n");
        }
        out.push_str("</main>\n");
    }

    fn block(&self, out: &mut String, at: usize, block: &Block) {
        // A number for each table, since the same key may stand twice.
        match block {
            Block::Heading(level, words) => {
                let level = (*level).clamp(1, 4) + 1;
                let _ = writeln!(out, "<h{level} id=\"part-{at}\">{}</h{level}>", said(words));
            }
            Block::Paragraph(spans) => {
                let _ = writeln!(out, "<p>{}</p>", self.spans(spans));
            }
            Block::Entries(entries) => {
                out.push_str("<dl class=\"entries\">\n");
                for (label, spans) in entries {
                    let _ = writeln!(
                        out,
                        "<div><dt>{}{}</dt><dd>{}</dd></div>",
                        said(label),
                        self.word("document-colon"),
                        self.spans(spans)
                    );
                }
                out.push_str("</dl>\n");
            }
            Block::Table(table) if table.data_only => {
                let rows = shown::grouped(u64::try_from(table.rows.len()).unwrap_or(u64::MAX));
                let title = self
                    .text
                    .get("document-folded", &[("caption", &printable(&table.caption)), ("rows", &rows)]);
                let _ = writeln!(out, "<details>\n<summary>{}</summary>", said(&title));
                self.table(out, table);
                out.push_str("</details>\n");
            }
            Block::Table(table) => self.table(out, table),
            Block::Chart(chart) => {
                let caption = said(&chart.caption);
                let _ = writeln!(
                    out,
                    "<figure>\n<figcaption>{caption}</figcaption>\n<div class=\"scroll\" role=\"region\" \
                     aria-label=\"{caption}\" tabindex=\"0\">\n{}</div>\n</figure>",
                    svg::draw(chart, at)
                );
            }
            Block::Note(words) => {
                let _ = writeln!(out, "<p class=\"note\">{}</p>", said(words));
            }
            Block::Signatures(lines) => {
                out.push_str("<ol class=\"sign\">\n");
                for line in lines {
                    let _ = writeln!(out, "<li>{}{}</li>", said(line), self.word("document-colon"));
                }
                out.push_str("</ol>\n");
            }
            Block::PageBreak => out.push_str("<div class=\"break\"></div>\n"),
        }
    }

    fn spans(&self, spans: &[Span]) -> String {
        let mut out = String::new();
        for span in spans {
            let mut words = said(&span.text);
            if span.strong {
                words = format!("<strong>{words}</strong>");
            }
            out.push_str(&self.led(self.leads.lead(span.link.as_ref()), words));
        }
        out
    }

    fn led(&self, lead: Option<Lead<'_>>, words: String) -> String {
        match lead {
            Some(Lead::Row(key)) => format!("<a href=\"#{}\">{words}</a>", row_id(key)),
            Some(Lead::Address(address)) => format!("<a href=\"{}\">{words}</a>", escaped(&address)),
            None => words,
        }
    }

    fn table(&self, out: &mut String, table: &Table) {
        let caption = said(&table.caption);
        let _ = writeln!(
            out,
            "<div class=\"scroll\" role=\"region\" aria-label=\"{}\" tabindex=\"0\">\n<table>\n\
             <caption>{caption}</caption>\n<thead>\n<tr>",
            escaped(&printable(&table.caption)),
        );
        for column in &table.columns {
            let _ = write!(out, "<th scope=\"col\">{}</th>", said(&column.header));
        }
        out.push_str("</tr>\n</thead>\n<tbody>\n");
        for row in &table.rows {
            self.row(out, table, row);
        }
        if table.rows.is_empty() {
            let none = self.word("document-none");
            let _ = writeln!(out, "<tr><td colspan=\"{}\">{none}</td></tr>", table.columns.len().max(1));
        }
        out.push_str("</tbody>\n</table>\n</div>\n");
    }

    fn row(&self, out: &mut String, table: &Table, row: &Row) {
        let id = self.leads.anchor(row).map(|key| format!(" id=\"{}\"", row_id(key))).unwrap_or_default();
        let _ = write!(out, "<tr{id}{}>", if row.strong { " class=\"strong\"" } else { "" });
        let empty = Cell::default();
        for (at, column) in table.columns.iter().enumerate() {
            let cell = row.cells.get(at).unwrap_or(&empty);
            let words = said(&shown::words(&cell.value, self.text));
            let words = self.led(self.leads.lead(cell.link.as_ref()), words);
            let class = match (&cell.value, column.right) {
                (_, true) => " class=\"n\"",
                (Value::Day(_), false) => " class=\"t\"",
                _ => "",
            };
            // The first words of a row name it.
            let _ = match &cell.value {
                Value::Text(_) if at == 0 => write!(out, "<th scope=\"row\"{class}>{words}</th>"),
                _ => write!(out, "<td{class}>{words}</td>"),
            };
        }
        out.push_str("</tr>\n");
    }

    fn check(&self, out: &mut String) {
        let _ = writeln!(out, "<footer>\n<h2>{}</h2>\n<dl>", self.word("document-check"));
        for (name, value) in shown::identity(&self.document.identity, self.text) {
            let _ = writeln!(out, "<dt>{}</dt><dd>{}</dd>", said(&name), said(&value));
        }
        out.push_str("</dl>\n");
        for line in shown::notes(self.document, self.text) {
            let _ = writeln!(out, "<p>{}</p>", said(&line));
        }
        out.push_str("</footer>\n");
    }

    /// The same for programs.
    fn data(&self, out: &mut String) -> Result<(), WriteError> {
        let lines = self.document.identity.lines().into_iter();
        let identity: Map<String, Json> =
            lines.map(|(key, value)| (key.to_owned(), Json::String(value))).collect();
        let identity = Json::Object(identity).to_string();
        for (id, json) in [(IDENTITY, Some(identity.as_bytes())), (DATA, self.document.data.as_deref())] {
            let Some(json) = json else { continue };
            let hidden = hide(json).ok_or_else(|| WriteError::Failed {
                format: "html",
                cause: format!("{id} is not JSON as this program writes it"),
            })?;
            let _ = writeln!(out, "<script type=\"application/json\" id=\"{id}\">{hidden}</script>");
        }
        Ok(())
    }
}

/// What [`hide`] writes for `<`, so that no tag can begin inside.
const LESS: &str = "\\u003c";

/// JSON as it may stand in a page; none if the very same bytes could not be had back.
fn hide(json: &[u8]) -> Option<String> {
    let hidden = std::str::from_utf8(json).ok()?.replace('<', LESS);
    serde_json::from_str::<serde::de::IgnoredAny>(&hidden).ok()?;
    (shown_again(&hidden).as_bytes() == json).then_some(hidden)
}

/// Undoes [`hide`]. A backslash that is itself escaped begins nothing.
fn shown_again(hidden: &str) -> String {
    let mut out = String::with_capacity(hidden.len());
    let mut rest = hidden;
    while let Some(at) = rest.find('\\') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        if let Some(after) = from.strip_prefix(LESS) {
            out.push('<');
            rest = after;
        } else {
            // The backslash and what it escapes, which is ASCII in every JSON.
            let end = from.char_indices().nth(2).map_or(from.len(), |(end, _)| end);
            out.push_str(&from[..end]);
            rest = &from[end..];
        }
    }
    out.push_str(rest);
    out
}

/// What a page says that it is, and the data that it carries, byte for byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Embedded {
    /// What it is made of.
    pub identity: Identity,
    /// The figures as JSON, if the page carries them.
    pub data: Option<Vec<u8>>,
}

/// Reads identity and data back; `None` if this is not a page of ours, or holds either twice.
pub fn embedded(page: &[u8]) -> Option<Embedded> {
    let page = std::str::from_utf8(page).ok()?;
    let identity: Map<String, Json> = serde_json::from_str(&element(page, IDENTITY)??).ok()?;
    let lines = identity.iter().filter_map(|(key, value)| Some((key.as_str(), value.as_str()?)));
    let identity = Identity::of_lines(lines)?;
    let data = element(page, DATA)?.map(String::into_bytes);
    Some(Embedded { identity, data })
}

/// The JSON in the element with an id, if there is one; `None` outside if there are two or it has no end.
fn element(page: &str, id: &str) -> Option<Option<String>> {
    let open = format!("<script type=\"application/json\" id=\"{id}\">");
    let mut parts = page.split(open.as_str()).skip(1);
    match (parts.next(), parts.next()) {
        (None, _) => Some(None),
        (Some(part), None) => Some(Some(shown_again(part.split_once("</script>")?.0))),
        _ => None,
    }
}
