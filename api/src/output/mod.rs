//! Answers as people read them: tables, CSV, Markdown, and the story of a matter.

pub(crate) mod claim;
mod compare;
pub mod csv;
pub mod differences;
pub mod figure;
pub mod heat;
pub mod lists;
pub(crate) mod paper;
pub mod report;
pub mod standing;
pub mod table;
pub mod trail;

/// Plain text for a terminal.
pub const TEXT: &str = "text/plain; charset=utf-8";
/// Markdown.
pub const MARKDOWN: &str = "text/markdown; charset=utf-8";

/// Rows under headers, before anybody decided how they look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    /// Headers of the columns.
    pub headers: Vec<String>,
    /// Cells by row.
    pub rows: Vec<Vec<String>>,
}
