//! How a report stands, in words: what it is a report of, whether its quarter is frozen, and what came after the
//! freezes of earlier quarters.

use gongjian_projections::figures::{PeriodStanding, Report, Supplement};

use super::Rows;
use crate::messages::Text;

/// What the names of the lines begin with that say what a CSV file is a report of.
pub const IDENTITY_PREFIX: &str = "report.";
/// Those lines, after the prefix.
pub const IDENTITY: [&str; 7] = ["origin", "position", "digest", "on", "template", "frozen-at", "edition"];

/// What a report is a report of: of which ledger, up to which event, judged as of which day, by which template, and
/// of a frozen quarter its freeze and edition.
pub fn identity(report: &Report) -> Vec<(&'static str, String)> {
    let Report { as_of, standing, .. } = report;
    let period = standing.period.as_ref();
    let values = [
        standing.origin.clone(),
        as_of.position.map(|position| position.to_string()),
        as_of.digest.clone(),
        Some(as_of.on.to_string()),
        standing.template.map(|template| template.to_string()),
        period.and_then(|period| period.frozen_at).map(|position| position.to_string()),
        period.and_then(|period| period.edition).map(|edition| edition.to_string()),
    ];
    IDENTITY.into_iter().zip(values).filter_map(|(name, value)| Some((name, value?))).collect()
}

/// Whether the quarter is frozen, and which edition the report is.
pub(super) fn frozen(period: &PeriodStanding, text: Text) -> String {
    let position = period.frozen_at.map(|position| position.to_string()).unwrap_or_default();
    match (period.state, period.edition) {
        ("frozen", Some(edition)) => {
            text.get("report-frozen-edition", &[("position", &position), ("edition", &edition.to_string())])
        }
        ("frozen", None) => text.get("report-frozen", &[("position", &position)]),
        _ => text.plain("report-reopened"),
    }
}

/// A supplement in one line.
pub(super) fn supplement_said(supplement: &Supplement, text: Text) -> String {
    let kind = text.word("kind", &supplement.kind);
    let Supplement { quarter, stream, occurred_on, position, .. } = supplement;
    let why = supplement_why(supplement, text);
    format!("{quarter} {stream} {kind} {occurred_on} {why} #{position}")
}

/// What a correction changed, and why; nothing of a late entry.
pub(crate) fn supplement_why(supplement: &Supplement, text: Text) -> String {
    let each = supplement.changes.iter().map(|it| (&*it.field, &*it.was, &*it.now));
    let changed = super::lists::changes(each, text);
    let reason = supplement.reason.clone().unwrap_or_default();
    [changed, reason].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// What came after the freezes of earlier quarters, as rows.
pub(super) fn supplement_rows(report: &Report, text: Text) -> Rows {
    let fields = [
        "quarter",
        "kind-of-event",
        "stream",
        "occurredOn",
        "recordedOn",
        "days",
        "changes",
        "community",
        "position",
    ];
    let row = |it: &Supplement| {
        vec![
            it.quarter.to_string(),
            text.word("kind", &it.kind),
            it.stream.clone(),
            it.occurred_on.to_string(),
            it.recorded_on.to_string(),
            it.days.map(|days| days.to_string()).unwrap_or_default(),
            supplement_why(it, text),
            it.community.clone().unwrap_or_default(),
            it.position.to_string(),
        ]
    };
    let headers = fields.map(|field| text.word("field", field)).to_vec();
    Rows { headers, rows: report.standing.supplements.iter().map(row).collect() }
}

/// How many supplements there are; nothing where no earlier quarter was frozen.
pub(super) fn supplement_count(report: &Report, text: Text) -> String {
    match report.standing.supplements.len() {
        0 => String::new(),
        count => text.get("report-supplements-count", &[("count", &count.to_string())]) + "\n",
    }
}
