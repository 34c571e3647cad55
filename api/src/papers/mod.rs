//! Papers (文书) that an office prints: made from what is recorded, and of nothing else.
//!
//! A paper says posts and units, residents as a count, and what the ledger does not state as a blank to fill in
//! or as 台账未载明. It is a 送审稿 until the minutes that it belongs to are confirmed. How it looks, the writers
//! of [`document`](crate::document) know.

use gongjian_core::day::Day;
use gongjian_core::domain::facts::Fact;
use gongjian_projections::registry::Kind as Named;
use gongjian_projections::trail::{Trail, TrailError};
use gongjian_projections::views::Views;

use crate::document::Document;
use crate::messages::Text;

mod agreement;
mod decision;
mod meeting;
mod minutes;
mod trail;
mod wednesday;
mod words;

/// Raised whenever equal facts look otherwise.
pub const TEMPLATE: u16 = 1;

/// A kind of paper.
pub struct Kind {
    /// Its name in URLs and on the command line; `paper-NAME` is what people call it.
    pub name: &'static str,
    /// What its id is one of; `category-TAKES` is what people call that.
    pub takes: &'static str,
    build: fn(&Desk<'_>, &str) -> Result<Document, PaperError>,
}

/// Every kind of paper.
pub const KINDS: &[Kind] = &[
    Kind { name: "notice", takes: "meeting", build: meeting::notice },
    Kind { name: "agenda", takes: "meeting", build: meeting::agenda },
    Kind { name: "attendance", takes: "meeting", build: meeting::attendance },
    Kind { name: "minutes", takes: "meeting", build: minutes::minutes },
    Kind { name: "decision-slip", takes: "decision", build: decision::slip },
    // The sheet of a community's meeting on the day that is asked for, or of one occurrence.
    Kind { name: "wednesday-sheet", takes: "occurrence", build: wednesday::sheet },
    Kind { name: "agreement", takes: "agreement", build: agreement::page },
    // A matter by any id or name, as the trail finds it.
    Kind { name: "trail", takes: "matter", build: trail::slip },
];

impl Kind {
    /// The kind of this name.
    pub fn of(name: &str) -> Option<&'static Kind> {
        KINDS.iter().find(|kind| kind.name == name)
    }

    /// The paper of this kind about an id; it does not say yet what it is made of.
    ///
    /// # Errors
    /// [`PaperError`] if there is no such thing, or the log cannot be read.
    pub fn build(&self, desk: &Desk<'_>, id: &str) -> Result<Document, PaperError> {
        let mut document = (self.build)(desk, id)?;
        document.language = desk.text.language();
        Ok(document)
    }
}

/// A paper could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PaperError {
    /// Nothing of the kind that the paper is about has this id.
    #[error("nothing of this kind is called {0:?}")]
    Unknown(String),
    /// An event could not be read.
    #[error(transparent)]
    Trail(#[from] TrailError),
}

/// What papers are made from.
pub struct Desk<'a> {
    /// What is known.
    pub views: &'a Views,
    /// The day as of which it is judged: what happened later is not on the paper.
    pub on: Day,
    /// The words.
    pub text: Text,
    /// The story of a matter.
    pub trail: &'a dyn Fn(&str) -> Result<Trail, TrailError>,
}

impl Desk<'_> {
    /// The name on a day of something registered; its code where nobody knows a name.
    fn name(&self, kind: Named, code: &str, on: Day) -> String {
        self.views.registry.name(kind, code, on).unwrap_or(code).to_owned()
    }

    /// The names of units on a day, in one line.
    fn units(&self, codes: &[String], on: Day) -> String {
        self.text.listed(&codes.iter().map(|code| self.name(Named::Unit, code, on)).collect::<Vec<_>>())
    }

    /// A fact, if it has happened by the day of the paper.
    fn by(&self, fact: Option<Fact>) -> Option<Fact> {
        fact.filter(|fact| fact.by(self.on))
    }

    /// The day of a fact in words, if it has happened by the day of the paper.
    fn day_of(&self, fact: Option<Fact>) -> Option<String> {
        self.by(fact).map(|fact| self.text.day(fact.on))
    }

    /// What is stated, or that it is not.
    fn or_not_stated(&self, stated: Option<String>) -> String {
        self.stated(stated).unwrap_or_else(|| self.text.plain("paper-not-stated"))
    }

    /// What is stated, or a blank to fill in.
    fn or_blank(&self, stated: Option<String>) -> String {
        self.stated(stated).unwrap_or_else(|| self.text.plain("paper-blank"))
    }

    fn stated(&self, stated: Option<String>) -> Option<String> {
        stated.filter(|words| !words.trim().is_empty())
    }
}
