//! What a file says that it is a quarterly report of: its ledger, quarter, scope and position, and its figures.
//!
//! Each format has a reader here, which believes nothing: what a file claims is compared with a ledger
//! (`app/claims.rs`), or shown as a claim where there is none.

mod csv;
mod document;
mod json;

use std::collections::BTreeMap;

use gongjian_projections::figures::Report;
use serde::{Deserialize, Serialize};

pub use json::of_value;

/// Figures by scope (`county`, `street/S01`, `community/C01`) and name, as text. A denominator is `NAME.of`, a part
/// of a breakdown `NAME.PART`, a part of a balance `balance.STOCK.PART`.
pub type FigureTexts = BTreeMap<String, BTreeMap<String, String>>;

/// What a file claims.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Claimed {
    /// The name of the ledger.
    pub origin: Option<String>,
    /// `2022-Q2`.
    pub quarter: String,
    /// `county`, `street/S01`, `community/C01`.
    pub scope: String,
    /// The last event that it counts.
    pub position: Option<u64>,
    /// That event's digest.
    pub digest: Option<String>,
    /// The day as of which it is judged.
    pub on: Option<String>,
    /// Version of the template.
    pub template: Option<u16>,
    /// Its figures.
    pub figures: FigureTexts,
    /// The format shows only some of the figures, so that none is missing where it is not there.
    #[serde(default)]
    pub partial: bool,
}

/// Reads a file of one format; `None` where it is no report in that format.
pub type Read = fn(&[u8]) -> Option<Claimed>;

/// A reader for every format. Another one is a line here.
pub const READERS: &[(&str, Read)] = &[
    ("json", json::read),
    ("csv", csv::read),
    ("html", document::html),
    ("xlsx", document::xlsx),
    ("docx", document::docx),
    ("pdf", document::pdf),
];

/// The format of a file and what it claims; `None` where no reader takes it for a report.
pub fn claimed(bytes: &[u8]) -> Option<(&'static str, Claimed)> {
    READERS.iter().find_map(|(format, read)| read(bytes).map(|claimed| (*format, claimed)))
}

/// The figures of a report, named as in [`Claimed`].
pub fn figures_of(report: &Report) -> FigureTexts {
    let whole = serde_json::to_value(report).unwrap_or_default();
    of_value(&whole).map(|claimed| claimed.figures).unwrap_or_default()
}

#[cfg(test)]
mod tests;
