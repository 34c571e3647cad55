//! The report of the four properties (真实性、完整性、可用性、安全性), arranged after DA/T 70.
//!
//! Whatever can be checked without a person is checked; what cannot is listed with the reason, so that nobody takes
//! silence for a good result. `scan.rs` reads every event, `folder.rs` looks at the files, `witnessed.rs` at
//! cosignatures, `checks.rs` makes items of what was found, `page.rs` prints the report.

mod checks;
mod folder;
mod page;
mod scan;
mod witnessed;

use serde_json::{Value, json};

pub use checks::{Found, items};
pub use folder::{Folder, look};
pub use page::page;
pub use scan::Scan;
pub use witnessed::{Witnessed, look_for_witnesses};

use crate::messages::Text;

/// What `format` says in a report.
pub const FORMAT: &str = "gongjian-inspection/1";
/// The word of the statement over a report.
pub const STATEMENT: &str = "inspection-report";

/// The four properties.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Property {
    /// 真实性: content and origin are what they were.
    Authenticity,
    /// 完整性: nothing is missing.
    Completeness,
    /// 可用性: it can be found, read and understood.
    Usability,
    /// 安全性: it is kept where it should be, and gives nothing away.
    Security,
}

impl Property {
    /// In the order of the standard.
    pub const ALL: [Property; 4] =
        [Property::Authenticity, Property::Completeness, Property::Usability, Property::Security];

    /// The stable word for programs.
    pub fn code(self) -> &'static str {
        match self {
            Property::Authenticity => "authenticity",
            Property::Completeness => "completeness",
            Property::Usability => "usability",
            Property::Security => "security",
        }
    }
}

/// What came of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// As it should be.
    Pass,
    /// A person should look at it.
    Warn,
    /// Wrong.
    Fail,
    /// No program can tell, and why is said.
    Unchecked,
}

impl Mark {
    /// The stable word for programs.
    pub fn code(self) -> &'static str {
        match self {
            Mark::Pass => "pass",
            Mark::Warn => "warn",
            Mark::Fail => "fail",
            Mark::Unchecked => "unchecked",
        }
    }
}

/// One check with its result.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its number: letter of the property and a figure.
    pub id: &'static str,
    /// Which property it is about.
    pub property: Property,
    /// What came of it.
    pub mark: Mark,
    /// The sentence about that, as a key of the message files.
    pub said: &'static str,
    /// What the sentence names.
    pub args: Vec<(&'static str, String)>,
}

/// The ledger that was inspected, and when.
#[derive(Clone, Debug)]
pub struct Subject {
    /// Its name.
    pub origin: String,
    /// Number of events.
    pub size: u64,
    /// Digest of the last event.
    pub digest: String,
    /// Root over all.
    pub root: String,
    /// When, in microseconds since 1970.
    pub made: i64,
    /// Whether the ledger's key signs the report.
    pub signed: bool,
}

/// The report as JSON, with its sentences in the reader's language.
pub fn report(subject: &Subject, items: &[Item], text: Text) -> Value {
    let count = |mark: Mark| items.iter().filter(|item| item.mark == mark).count();
    let shown: Vec<Value> = items
        .iter()
        .map(|item| {
            let args: Vec<(&str, &str)> =
                item.args.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let key = item.id.to_ascii_lowercase();
            json!({
                "id": item.id, "property": item.property.code(), "result": item.mark.code(),
                "what": text.plain(&format!("inspect-{key}")), "how": text.plain(&format!("inspect-{key}-how")),
                "detail": text.get(&format!("inspect-said-{}", item.said), &args),
            })
        })
        .collect();
    let result = match (count(Mark::Fail), count(Mark::Warn)) {
        (0, 0) => Mark::Pass,
        (0, _) => Mark::Warn,
        _ => Mark::Fail,
    };
    json!({
        "format": FORMAT, "language": text.language().tag(), "standard": "DA/T 70-2018 (arranged after)",
        "made": crate::app::instant(subject.made), "program": concat!("gongjian ", env!("CARGO_PKG_VERSION")),
        "ledger": {
            "origin": subject.origin, "size": subject.size, "digest": subject.digest, "root": subject.root,
        },
        "signed": subject.signed, "result": result.code(), "items": shown,
        "counts": {
            "pass": count(Mark::Pass), "warn": count(Mark::Warn), "fail": count(Mark::Fail),
            "unchecked": count(Mark::Unchecked),
        },
    })
}

#[cfg(test)]
mod tests {
    use crate::messages::Language;
    use crate::offline::tests::literals_after;

    #[test]
    fn every_item_and_every_result_has_its_sentences() {
        let marks = ["(Mark::Pass, ", "(Mark::Warn, ", "(Mark::Fail, ", "(Mark::Unchecked, "];
        let mut said: Vec<String> = marks.into_iter().flat_map(literals_after).collect();
        // The marks stand in this file too.
        said.retain(|key| key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'));
        assert!(said.len() > 20, "{said:?}");
        for language in [Language::Chinese, Language::English] {
            for key in &said {
                assert!(language.text().find(&format!("inspect-said-{key}"), &[]).is_some(), "{key}");
            }
        }
    }
}
