//! What a row says: its fields by name, and which of them name something of the registry.

use gongjian_core::domain::category::Category;
use gongjian_core::domain::facts::{Fact, FieldText as _, Fields};
use gongjian_core::domain::{document, duty, import};

use super::row::{Content, What};
use super::{owed, standing};
use crate::registry::Kind;
use crate::views::Views;

/// Which fields hold what, so that JSON has numbers and lists where they belong.
const NUMBERS: &[&str] = &[
    "households",
    "population",
    "members",
    "number",
    "expectedUnits",
    "residents",
    "problemsSolved",
    "rows",
    "version",
    "versions",
    "wanted",
    "done",
    "missing",
    "size",
    "looked",
    "erasedBy",
    "position",
    "frozenAt",
    "freezes",
    "editions",
    "template",
    "errata",
];
const LISTS: &[&str] =
    &["units", "supporting", "otherParties", "compounds", "participants", "successors", "posts", "topics"];

pub(super) fn is_number(field: &str) -> bool {
    NUMBERS.contains(&field)
}

pub(super) fn is_list(field: &str) -> bool {
    LISTS.contains(&field)
}

/// Field names of states that core gives no names.
const TASK: &[&str] =
    &["decision", "text", "responsible", "dueOn", "acceptedOn", "completedOn", "verifier", "verifiedOn"];
const IMPORT: &[&str] = &["ledgers", "reportingUnits", "asOf", "rows", "missing"];
const DOCUMENT: &[&str] = &[
    "matter",
    "kind",
    "field",
    "mediaType",
    "size",
    "access",
    "posts",
    "units",
    "commitment",
    "object",
    "looked",
    "erasedBy",
];
const HOLDER: &[&str] = &["post", "from", "until", "commitment", "object", "looked", "erasedBy"];
const ERASURE: &[&str] =
    &["scope", "subject", "position", "digest", "post", "askedOn", "decidedOn", "executedOn"];
const ENTRY: &[&str] = &["day", "kind", "title"];
const FINDING: &[&str] = &["code", "severity", "day", "rule"];

macro_rules! with_fields {
    ($what:expr, $state:ident => $with:expr, $($other:pat => $otherwise:expr),+ $(,)?) => {
        match $what {
            What::Street($state) => $with,
            What::Community($state) => $with,
            What::Compound($state) => $with,
            What::Branch($state) => $with,
            What::Grid($state) => $with,
            What::Unit($state) => $with,
            What::Alliance($state) => $with,
            What::Membership($state) => $with,
            What::Holiday($state) => $with,
            What::Agreement($state) => $with,
            What::Commitment($state) => $with,
            What::Project($state) => $with,
            What::Meeting($state) => $with,
            What::Topic($state) => $with,
            What::Decision($state) => $with,
            What::Occurrence($state) => $with,
            What::Issue($state) => $with,
            $($other => $otherwise),+
        }
    };
}

fn names_of<S: Fields>(_: &S) -> &'static [&'static str] {
    S::NAMES
}

fn references_of<S: Category>(_: &S) -> &'static [(&'static str, &'static str)] {
    S::REFERENCES
}

fn day(fact: Option<Fact>) -> String {
    fact.show()
}

impl What<'_> {
    /// The fields, in the order of the workbook.
    pub(super) fn names(&self) -> &'static [&'static str] {
        with_fields!(self, state => names_of(*state),
            What::Post(post) => names_of(*post),
            What::Series(series) => names_of(*series),
            What::Task(_) => TASK,
            What::Rule(..) => owed::RULE,
            What::Import(_) => IMPORT,
            What::Document(..) => DOCUMENT,
            What::Holder(..) => HOLDER,
            What::Erasure(_) => ERASURE,
            What::Duty(_) => duty::Duty::NAMES,
            What::Exemption(..) => owed::EXEMPTION,
            What::Obligation(_) => owed::OBLIGATION,
            What::Period(..) => standing::PERIOD,
            What::Report(_) => standing::REPORT,
            What::Finding(_) => FINDING,
            What::Entry(_) => ENTRY,
        )
    }

    /// Fields that name something of the registry, and what.
    pub(super) fn references(&self) -> &'static [(&'static str, &'static str)] {
        with_fields!(self, state => references_of(*state),
            What::Series(_) => &[("community", "community")],
            What::Task(_) => &[("responsible", "unit"), ("verifier", "unit")],
            What::Post(_) => &[("unit", "unit")],
            What::Document(..) => &[("units", "units")],
            What::Holder(..) | What::Erasure(_) | What::Period(..) | What::Report(_) => &[],
            What::Obligation(_) => &[("unit", "unit")],
            What::Duty(_) | What::Exemption(..) => &[],
            What::Rule(..) | What::Import(_) | What::Finding(_) | What::Entry(_) => &[],
        )
    }

    /// A field as text; the empty text where it is absent.
    pub(super) fn get(&self, field: &str) -> Option<String> {
        with_fields!(self, state => Fields::get(*state, field),
            What::Post(post) => Fields::get(*post, field),
            What::Series(series) => Fields::get(*series, field),
            What::Task(task) => match field {
                "acceptedOn" => Some(day(task.accepted)),
                _ => Fields::get(*task, field),
            },
            What::Rule(rule, on) => owed::rule_field(rule, *on, field),
            What::Duty(duty) => Fields::get(*duty, field),
            What::Exemption(exemption, on) => owed::exemption_field(exemption, *on, field),
            What::Obligation(obligation) => owed::obligation_field(obligation, field),
            What::Import(import) => {
                let each = |text: &dyn Fn(&import::File) -> String| {
                    let mut texts: Vec<String> = import.files.iter().map(text).collect();
                    texts.dedup();
                    texts.join("、")
                };
                match field {
                    "ledgers" => Some(each(&|file| file.ledger.clone())),
                    "reportingUnits" => Some(each(&|file| file.reporting_unit.clone())),
                    "asOf" => Some(import.files.iter().map(|file| file.as_of).max().show()),
                    "rows" => Some(import.files.iter().map(|file| u64::from(file.rows)).sum::<u64>().to_string()),
                    "missing" => Some(import.missing.len().to_string()),
                    _ => None,
                }
            },
            What::Document(document, content) => match field {
                "matter" => Some(document.matter.clone()),
                "kind" => Some(document.kind.clone()),
                "field" => Some(document.field.show()),
                "mediaType" => Some(document.media_type.clone()),
                "size" => Some(document.size.to_string()),
                "access" => Some(document::ACCESS[usize::from(document.is_restricted())].to_owned()),
                "posts" => Some(document.posts.show()),
                "units" => Some(document.units.show()),
                "commitment" => Some(document.commitment.clone()),
                "object" => Some(document.object.clone()),
                _ => content.get(field),
            },
            What::Holder(holder, content) => match field {
                "post" => Some(holder.post.clone()),
                "from" => Some(holder.from.map(|day| day.to_string()).unwrap_or_default()),
                "until" => Some(holder.until.map(|day| day.to_string()).unwrap_or_default()),
                "commitment" => Some(holder.commitment.clone()),
                "object" => Some(holder.object.clone()),
                _ => content.get(field),
            },
            What::Erasure(erasure) => match field {
                "scope" => Some(erasure.scope.clone()),
                "subject" => Some(erasure.subject.clone()),
                "position" => Some(erasure.position.to_string()),
                "digest" => Some(erasure.digest.clone()),
                "post" => Some(erasure.post.clone()),
                "askedOn" => Some(day(erasure.asked)),
                "decidedOn" => Some(day(erasure.approved.or(erasure.refused))),
                "executedOn" => Some(day(erasure.executed)),
                _ => None,
            },
            What::Period(period, _) => standing::of_period(period, field),
            What::Report(report) => standing::of_report(report, field),
            What::Entry(entry) => match field {
                "day" => Some(entry.day.to_string()),
                "kind" => Some(entry.kind.word().to_owned()),
                "title" => Some(entry.title.clone()),
                _ => None,
            },
            What::Finding(finding) => match field {
                "code" => Some(finding.code.word().to_owned()),
                "severity" => Some(finding.severity.word().to_owned()),
                "day" => Some(finding.day.to_string()),
                "rule" => Some(finding.arg("rule").unwrap_or_default().to_owned()),
                _ => None,
            },
        )
    }
}

impl Content {
    pub(super) fn of(views: &Views, stream: &str) -> Content {
        Content { erased: views.documents.erased_at(stream), looked: views.documents.looked_at(stream) }
    }

    fn get(self, field: &str) -> Option<String> {
        match field {
            "looked" => Some(self.looked.to_string()),
            "erasedBy" => Some(self.erased.map(|at| at.to_string()).unwrap_or_default()),
            _ => None,
        }
    }
}

/// The kind of the registry behind a reference's word.
pub(super) fn kind_of(word: &str) -> Kind {
    match word {
        "street" => Kind::Street,
        "community" => Kind::Community,
        "compound" | "compounds" => Kind::Compound,
        "alliance" => Kind::Alliance,
        _ => Kind::Unit,
    }
}
