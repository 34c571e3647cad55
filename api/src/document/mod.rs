//! Documents (文书) as people read and hand on: reports, minutes, notices, sheets.
//!
//! A [`Document`] says what stands where, and no more; each writer beside it says how that looks in one format,
//! and is the only file that names the library of that format. Whoever makes a document knows no format, and no
//! writer knows a figure or a rule. Equal documents give equal bytes: no writer has a clock, a random number
//! or a host's name.

mod archive;
mod cells;
pub mod docx;
pub mod html;
pub mod pdf;
pub mod sheets;
mod shown;
pub mod svg;
pub mod xlsx;

use gongjian_core::day::Day;
use gongjian_core::record::Position;

pub(crate) use shown::grouped;

use crate::messages::Language;

/// What a document is made of, so that whoever holds it can find the same again.
///
/// Printed in every format where a reader looks for it, and where a program does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// What it is, in a few ASCII words: `co-building/2022-Q2/county`, `minutes/HY-2022-0046`.
    pub subject: String,
    /// The ledger's name.
    pub origin: String,
    /// The last event it knows; none of an empty log.
    pub position: Option<Position>,
    /// That event's digest, hexadecimal.
    pub digest: String,
    /// The day as of which it is judged.
    pub on: Option<Day>,
    /// How many events the tree of the log has up to that one.
    pub size: u64,
    /// The root of that tree, base64 as in a checkpoint.
    pub root: String,
    /// When the ledger took that event in, UTC microseconds: the only time that a document has.
    pub recorded_at: i64,
    /// Raised whenever equal facts look otherwise.
    pub template: u16,
    /// The rules that judged it, each `rule@version`.
    pub rules: Vec<String>,
    /// SHA-256 of the same as JSON, hexadecimal, where there is one.
    pub data_sha256: Option<String>,
}

/// A document before anybody decided how it looks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// Of its own words; what was recorded stays as it was recorded.
    pub language: Language,
    /// The title, in one line or several.
    pub title: Vec<String>,
    /// How far it has come, such as 送审稿; stands in brackets under the title.
    pub stage: Option<String>,
    /// Lines under the title.
    pub subtitle: Vec<String>,
    /// The organ that signs it.
    pub organ: Option<String>,
    /// The day that it bears.
    pub day: Option<Day>,
    /// What stands in it.
    pub blocks: Vec<Block>,
    /// What it is made of.
    pub identity: Identity,
    /// The same as JSON, which formats that can, carry for programs.
    pub data: Option<Vec<u8>>,
    /// The command that makes the same again, as one types it.
    pub command: Option<String>,
    /// The address under which the ledger answers, such as `https://ledger.example`; without it links to events
    /// and stories lead nowhere, and are no links.
    pub site: Option<String>,
}

/// A part of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// A heading of level 1 to 4, numbered by its own words (一、（一）1.).
    Heading(u8, String),
    /// A paragraph.
    Paragraph(Vec<Span>),
    /// Lines of a word and what it stands for, such as 出席：….
    Entries(Vec<(String, Vec<Span>)>),
    /// A table.
    Table(Table),
    /// A chart.
    Chart(Chart),
    /// Small print.
    Note(String),
    /// Where to sign, each a line: 甲方（盖章）.
    Signatures(Vec<String>),
    /// What follows begins a page.
    PageBreak,
}

/// A piece of a sentence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// The words.
    pub text: String,
    /// They weigh more.
    pub strong: bool,
    /// Where they lead.
    pub link: Option<Link>,
}

/// Where something leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// To the rows about a figure in the table of evidence, by the key of [`Row::anchor`].
    Row(String),
    /// To an event, in whatever shows the log.
    Event(Position),
    /// To the story of a matter.
    Trail(String),
}

/// Rows under headers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// A stable key in ASCII, also of files and bookmarks.
    pub key: String,
    /// What it shows; a workbook cuts it to its 31 characters for the sheet's name.
    pub caption: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows.
    pub rows: Vec<Row>,
    /// Too long for paper: stands whole in data files, and printed documents say where.
    pub data_only: bool,
}

/// A column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Column {
    /// Its header.
    pub header: String,
    /// Width in half-width characters (a Chinese one counts two), by which a page is divided.
    pub width: u16,
    /// Stands to the right, as numbers do.
    pub right: bool,
}

/// A row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// Its cells, one a column.
    pub cells: Vec<Cell>,
    /// A total or the head of a group.
    pub strong: bool,
    /// What links lead here by.
    pub anchor: Option<String>,
}

/// A cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// What it says.
    pub value: Value,
    /// Where it leads.
    pub link: Option<Link>,
}

/// What a cell says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Value {
    /// Nothing.
    #[default]
    Empty,
    /// Words, ids too.
    Text(String),
    /// A count.
    Count(u64),
    /// A place in the log: digits that belong together.
    Position(Position),
    /// A difference, with its sign.
    Change(i64),
    /// A part of a whole, shown with both numbers.
    Share {
        /// The numerator.
        part: u64,
        /// The denominator; of nothing there is no share.
        whole: u64,
    },
    /// A day.
    Day(Day),
}

/// How a chart draws its numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Drawing {
    /// Bars beside each other.
    #[default]
    Bars,
    /// Bars upon each other.
    Stack,
    /// Lines.
    Lines,
}

/// A chart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chart {
    /// A stable key in ASCII.
    pub key: String,
    /// What it shows.
    pub caption: String,
    /// The same in words with all numbers, for those who cannot see it.
    pub description: String,
    /// How.
    pub drawing: Drawing,
    /// What stands along the axis.
    pub categories: Vec<String>,
    /// Name and numbers, one a category, of each series.
    pub series: Vec<(String, Vec<u64>)>,
}

/// The formats of documents. The only list of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A workbook.
    Xlsx,
    /// A page that stands alone.
    Html,
    /// Paper.
    Pdf,
    /// A text for Word and WPS.
    Docx,
}

impl Format {
    /// Every format.
    pub const ALL: &'static [Format] = &[Format::Xlsx, Format::Html, Format::Pdf, Format::Docx];

    /// Its word on the command line and in addresses, and the end of its files' names.
    pub const fn word(self) -> &'static str {
        match self {
            Format::Xlsx => "xlsx",
            Format::Html => "html",
            Format::Pdf => "pdf",
            Format::Docx => "docx",
        }
    }

    /// Its media type.
    pub const fn media(self) -> &'static str {
        match self {
            Format::Xlsx => xlsx::MEDIA,
            Format::Html => html::MEDIA,
            Format::Pdf => pdf::MEDIA,
            Format::Docx => docx::MEDIA,
        }
    }

    /// The format with this word.
    pub fn named(word: &str) -> Option<Format> {
        Format::ALL.iter().copied().find(|format| format.word() == word)
    }
}

/// A document in a format.
///
/// # Errors
/// [`WriteError`] if it cannot be written so.
pub fn write(document: &Document, format: Format) -> Result<Vec<u8>, WriteError> {
    match format {
        Format::Xlsx => xlsx::write(document),
        Format::Html => html::write(document),
        Format::Pdf => pdf::write(document),
        Format::Docx => docx::write(document),
    }
}

/// A document could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// No font at hand has a character, so that it would be a blank.
    #[error("no font at hand has the character {0}")]
    Glyph(char),
    /// The program was built without the writer of this format.
    #[error("this program was built without {format}; build it with the feature {format}")]
    NotBuilt {
        /// The format.
        format: &'static str,
    },
    /// The writer's library refused.
    #[error("the document cannot be written as {format}: {cause}")]
    Failed {
        /// The format.
        format: &'static str,
        /// What the library said.
        cause: String,
    },
}

impl Identity {
    /// Key in ASCII and value of each part, in the order in which every format shows and stores them; the key
    /// with `identity-` before it is the message that names it. What there is none of is left out.
    pub fn lines(&self) -> Vec<(&'static str, String)> {
        let position = self.position.map(|position| position.to_string());
        let lines = [
            ("subject", Some(self.subject.clone())),
            ("origin", Some(self.origin.clone())),
            ("position", position),
            ("digest", Some(self.digest.clone()).filter(|digest| !digest.is_empty())),
            ("on", self.on.map(|on| on.to_string())),
            ("size", Some(self.size.to_string())),
            ("root", Some(self.root.clone())),
            ("recorded-at", Some(self.recorded_at.to_string())),
            ("template", Some(self.template.to_string())),
            ("rules", Some(self.rules.join(" ")).filter(|rules| !rules.is_empty())),
            ("data-sha256", self.data_sha256.clone()),
        ];
        lines.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
    }

    /// The identity with these parts, as [`Identity::lines`] gave them; `None` if one is missing or strange.
    pub fn of_lines<'a>(lines: impl Iterator<Item = (&'a str, &'a str)>) -> Option<Identity> {
        let mut identity = Identity::default();
        let mut named = 0;
        for (key, value) in lines {
            match key {
                "subject" => identity.subject = value.to_owned(),
                "origin" => identity.origin = value.to_owned(),
                "position" => identity.position = Some(value.parse().ok()?),
                "digest" => identity.digest = value.to_owned(),
                "on" => identity.on = Some(value.parse().ok()?),
                "size" => identity.size = value.parse().ok()?,
                "root" => identity.root = value.to_owned(),
                "recorded-at" => identity.recorded_at = value.parse().ok()?,
                "template" => identity.template = value.parse().ok()?,
                "rules" => identity.rules = value.split_whitespace().map(str::to_owned).collect(),
                "data-sha256" => identity.data_sha256 = Some(value.to_owned()),
                _ => continue,
            }
            named += 1;
        }
        (named >= 6 && !identity.subject.is_empty() && !identity.origin.is_empty()).then_some(identity)
    }
}

impl Span {
    /// Plain words.
    pub fn plain(text: impl Into<String>) -> Span {
        Span { text: text.into(), ..Span::default() }
    }

    /// Words that weigh more.
    pub fn strong(text: impl Into<String>) -> Span {
        Span { text: text.into(), strong: true, link: None }
    }
}

impl Block {
    /// A paragraph of plain words.
    pub fn paragraph(text: impl Into<String>) -> Block {
        Block::Paragraph(vec![Span::plain(text)])
    }
}

impl Cell {
    /// Leads somewhere.
    #[must_use]
    pub fn linked(self, link: Link) -> Cell {
        Cell { link: Some(link), ..self }
    }
}

impl Column {
    /// Words, to the left.
    pub fn text(header: impl Into<String>, width: u16) -> Column {
        Column { header: header.into(), width, right: false }
    }

    /// Numbers, to the right.
    pub fn number(header: impl Into<String>, width: u16) -> Column {
        Column { header: header.into(), width, right: true }
    }
}

impl From<Vec<Cell>> for Row {
    fn from(cells: Vec<Cell>) -> Row {
        Row { cells, ..Row::default() }
    }
}
