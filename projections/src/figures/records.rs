//! How the record of a quarter came to be: its late entries (补录) and corrections (更正).
//!
//! A late entry is of the quarter in which it happened, whose figures it changed, and of the one in which the
//! ledger heard of it, whose reader has not seen it yet; a correction of the one in which it was made.

use gongjian_core::day::Day;
use gongjian_core::domain::category::Change;
use gongjian_core::record::Position;
use serde::Serialize;

use super::report::Scope;
use super::tally::Period;
use crate::views::Views;

/// A late entry of a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LateEntry {
    /// The day by the record's word.
    pub occurred_on: Day,
    /// When the ledger heard of it: was told, or the 截至日期 of the workbook that told it.
    pub heard_on: Day,
    /// Days between.
    pub days: i32,
    /// Its kind, such as `agreement.signed`.
    pub kind: String,
    /// Its stream.
    pub stream: String,
    /// Code of the community, where it has one.
    pub community: Option<String>,
    /// The event.
    pub position: Position,
}

/// A correction of a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Corrected {
    /// When it was made.
    pub on: Day,
    /// Its stream.
    pub stream: String,
    /// Code of the community, where it has one.
    pub community: Option<String>,
    /// What was wrong and what is right.
    pub changes: Vec<Change>,
    /// Why.
    pub reason: String,
    /// The event.
    pub position: Position,
}

/// Late entries and corrections of a quarter, in the order of the log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Records {
    /// How many late entries there are.
    pub late_entry_count: usize,
    /// How late the latest is, in days.
    pub late_days_max: i32,
    /// How many corrections there are.
    pub correction_count: usize,
    /// The late entries.
    pub late_entries: Vec<LateEntry>,
    /// The corrections.
    pub corrections: Vec<Corrected>,
}

/// Those of a scope.
pub(super) fn records(views: &Views, scope: &Scope, period: &Period) -> Records {
    let mut records = Records::default();
    for late in views.imports.late() {
        let heard_on = late.heard();
        if !period.has(late.occurred) && !period.has(heard_on) {
            continue;
        }
        let Some(community) = community_in(views, scope, &late.stream) else { continue };
        records.late_days_max = records.late_days_max.max(late.days);
        records.late_entries.push(LateEntry {
            occurred_on: late.occurred,
            heard_on,
            days: late.days,
            kind: late.kind.to_string(),
            stream: late.stream.to_string(),
            community,
            position: late.position,
        });
    }
    for correction in views.imports.corrections().iter().filter(|it| period.has(it.day)) {
        let Some(community) = community_in(views, scope, &correction.stream) else { continue };
        records.corrections.push(Corrected {
            on: correction.day,
            stream: correction.stream.to_string(),
            community,
            changes: correction.changes.clone(),
            reason: correction.reason.to_string(),
            position: correction.position,
        });
    }
    records.late_entry_count = records.late_entries.len();
    records.correction_count = records.corrections.len();
    records
}

/// The community of a stream, if it has one; `None` if the stream lies outside the scope.
pub(super) fn community_in(views: &Views, scope: &Scope, stream: &str) -> Option<Option<String>> {
    let community = views.community_of(stream);
    let within = match scope {
        Scope::County => true,
        Scope::Street(code) => community.and_then(|it| views.registry.street_of(it)) == Some(code),
        Scope::Community(code) => community == Some(code),
    };
    within.then(|| community.map(str::to_owned))
}
