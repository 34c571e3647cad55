//! Rows of periods and of reports: what the last freeze or edition says, and all of them in full.

use gongjian_core::day::Quarter;
use gongjian_core::domain::facts::{Fact, FieldText as _};
use gongjian_core::domain::period::{Freeze, Period};
use gongjian_core::domain::report::{Act, Edition, Report, Said};
use serde_json::{Value, json};

/// Fields of a period's row.
pub(super) const PERIOD: &[&str] =
    &["frozenAt", "frozenOn", "post", "reopenedOn", "reopenedBy", "reason", "freezes"];
/// Fields of a report's row.
pub(super) const REPORT: &[&str] = &[
    "quarter",
    "scope",
    "editions",
    "position",
    "digest",
    "template",
    "generatedOn",
    "reviewedOn",
    "approvedOn",
    "publishedOn",
    "audience",
    "errata",
];

/// The quarter that a stream's name names.
pub(super) fn quarter_of(stream: &str) -> Option<Quarter> {
    stream.split_once('/')?.1.parse().ok()
}

fn day(fact: Option<Fact>) -> String {
    fact.show()
}

/// A field of a period, as text.
pub(super) fn of_period(period: &Period, field: &str) -> Option<String> {
    let freeze = period.freezes.last();
    let reopening = freeze.and_then(|freeze| freeze.reopened.as_ref());
    Some(match field {
        "frozenAt" => freeze.map(|it| it.knows.to_string()).unwrap_or_default(),
        "frozenOn" => day(freeze.map(|it| it.frozen)),
        "post" => freeze.map(|it| it.post.clone()).unwrap_or_default(),
        "reopenedOn" => day(reopening.map(|it| it.reopened)),
        "reopenedBy" => reopening.map(|it| it.post.clone()).unwrap_or_default(),
        "reason" => reopening.map(|it| it.reason.clone()).unwrap_or_default(),
        "freezes" => period.freezes.len().to_string(),
        _ => return None,
    })
}

/// A field of a report, as text.
pub(super) fn of_report(report: &Report, field: &str) -> Option<String> {
    let last = report.editions.last();
    let act = |of: fn(&Edition) -> Option<&Act>| day(last.and_then(of).map(|act| act.fact));
    Some(match field {
        "quarter" => report.quarter.clone(),
        "scope" => report.scope.clone(),
        "editions" => report.editions.len().to_string(),
        "position" => last.map(|it| it.position.to_string()).unwrap_or_default(),
        "digest" => last.map(|it| it.digest.clone()).unwrap_or_default(),
        "template" => last.map(|it| it.template.to_string()).unwrap_or_default(),
        "generatedOn" => act(|edition| Some(&edition.generated)),
        "reviewedOn" => act(|edition| edition.reviewed.as_ref()),
        "approvedOn" => act(|edition| edition.approved.as_ref()),
        "publishedOn" => act(|edition| edition.published.as_ref()),
        "audience" => last.and_then(|it| it.audience.clone()).unwrap_or_default(),
        "errata" => last.map(|it| it.errata.len().to_string()).unwrap_or_default(),
        _ => return None,
    })
}

/// Every freeze of a period.
pub(super) fn freezes(period: &Period) -> Value {
    let freeze = |freeze: &Freeze| {
        let reopened = freeze.reopened.as_ref().map(
            |it| json!({ "on": it.reopened.on, "at": it.reopened.at, "post": it.post, "reason": it.reason }),
        );
        json!({
            "frozenAt": freeze.knows, "on": freeze.frozen.on, "at": freeze.frozen.at, "post": freeze.post,
            "reopened": reopened,
        })
    };
    period.freezes.iter().map(freeze).collect()
}

/// Every edition of a report.
pub(super) fn editions(report: &Report) -> Value {
    let act = |act: &Act| json!({ "on": act.fact.on, "at": act.fact.at, "post": act.post });
    let said = |said: &Said| {
        let Said { act, text, causes } = said;
        json!({
            "on": act.fact.on, "at": act.fact.at, "post": act.post, "text": text, "causes": causes,
        })
    };
    let edition = |(edition, number): (&Edition, usize)| {
        let files: Vec<Value> = edition
            .files
            .iter()
            .map(|file| json!({ "format": file.format, "sha256": file.sha256, "bytes": file.bytes }))
            .collect();
        json!({
            "number": number, "state": edition.state(), "position": edition.position,
            "digest": edition.digest, "on": edition.on, "template": edition.template,
            "rules": edition.rules, "size": edition.size, "root": edition.root,
            "figuresSha256": edition.figures_sha256, "files": files,
            "generated": act(&edition.generated),
            "returned": edition.returned.iter().map(said).collect::<Vec<_>>(),
            "reviewed": edition.reviewed.as_ref().map(act),
            "approved": edition.approved.as_ref().map(act),
            "published": edition.published.as_ref().map(act), "audience": edition.audience,
            "errata": edition.errata.iter().map(said).collect::<Vec<_>>(),
        })
    };
    report.editions.iter().zip(1..).map(edition).collect()
}
