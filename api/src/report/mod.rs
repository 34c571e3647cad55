//! The quarterly report (季度共建报告) as a document: what stands in it and in which order.
//!
//! Numbers come from [`figures`](gongjian_projections::figures) and rows from
//! [`summary`](gongjian_projections::summary); this module puts words around them. Every figure leads to its row
//! in the table 依据, which names the events behind it.

mod counted;
mod evidence;
mod registers;
mod story;

use gongjian_core::day::Quarter;
use gongjian_core::record::Position;
use gongjian_projections::figures::Report;
use gongjian_projections::summary::Frame;

use crate::document::{Block, Document, Identity};
use crate::messages::{Language, Text};

pub(crate) use counted::{GROUPS, chart, label, short};
pub use evidence::{EVENTS_MAX, Event};
pub(crate) use story::{closed, course_of};

/// Raised whenever the same facts make another report: other tables, other words, another look, another byte of any
/// format, or another format of editions (`app/editions.rs`).
pub const TEMPLATE: u16 = 1;

/// What a report is made of.
pub struct Material<'a> {
    /// The figures, with the events behind those of the scope.
    pub report: &'a Report,
    /// The figures of the three quarters before, the latest last.
    pub earlier: &'a [Report],
    /// Where the registers come from.
    pub frame: Frame<'a>,
    /// The first quarter that the ledger knows anything of; with earlier ones nothing is compared.
    pub begins: Quarter,
    /// The events behind the figures, by position.
    pub events: &'a [Event],
    /// Name of the street or community; nothing for the county.
    pub place: Option<String>,
    /// What it is made of.
    pub identity: Identity,
    /// The same as JSON, for files that carry it.
    pub data: Vec<u8>,
}

impl Material<'_> {
    /// The command that makes the same again.
    fn command(&self) -> String {
        let scope = self.report.scope.word();
        let option =
            scope.split_once('/').map(|(what, code)| format!(" --{what} {code}")).unwrap_or_default();
        let position = self.identity.position.map(|it| format!(" --as-of {it}")).unwrap_or_default();
        let (quarter, on) = (self.report.quarter, self.report.as_of.on);
        format!("gongjian report --quarter {quarter}{option}{position} --on {on} --format FORMAT -o FILE")
    }
}

/// The report.
pub fn document(material: &Material<'_>, text: Text) -> Document {
    let mut numbered = Numbered { text, next: 1, blocks: Vec::new() };
    numbered.section("overview", story::overview(material, text));
    numbered.section("figures", counted::figures(material, text));
    numbered.section("balances", counted::balances(material, text));
    numbered.section("coverage", registers::coverage(material, text));
    numbered.section("decisions", registers::decisions(material, text));
    numbered.section("projects", registers::projects(material, text));
    numbered.section("wednesday", registers::wednesday(material, text));
    numbered.section("overdue", registers::overdue(material, text));
    numbered.section("records", registers::records(material, text));
    numbered.section("parts", counted::parts(material, text));
    numbered.section("bases", story::bases(text));
    numbered.section("evidence", evidence::evidence(material, text));
    let quarter = match text.language() {
        Language::Chinese => material.report.label.clone(),
        Language::English => material.report.quarter.to_string(),
    };
    let what = if material.place.is_some() { "community" } else { "county" };
    let name = material.place.clone().unwrap_or_default();
    let place = text.get(&format!("report-scope-{what}"), &[("name", &name)]);
    let position = material.identity.position.map(shown).unwrap_or_default();
    let known = [("position", &*position), ("on", &*text.day(material.frame.end))];
    Document {
        language: text.language(),
        title: vec![text.get("report-heading", &[("quarter", &quarter), ("place", &place)])],
        stage: None,
        subtitle: vec![text.get("summary-known", &known)],
        organ: None,
        day: None,
        blocks: numbered.blocks,
        identity: material.identity.clone(),
        data: Some(material.data.clone()),
        command: Some(material.command()),
        site: None,
    }
}

fn shown(position: Position) -> String {
    position.to_string()
}

/// Sections with their numbers: 一、二、….
struct Numbered {
    text: Text,
    next: usize,
    blocks: Vec<Block>,
}

impl Numbered {
    fn section(&mut self, name: &str, blocks: Vec<Block>) {
        if blocks.is_empty() {
            return;
        }
        let words = self.text.plain(&format!("summary-section-{name}"));
        self.blocks.push(Block::Heading(1, self.text.numbered(self.next, &words)));
        self.next += 1;
        self.blocks.extend(blocks);
    }
}
