//! `verify` of reports: what a file claims is compared with the ledger of the folder, where there is one.

use axum::http::Method;
use serde_json::json;

use super::client::{Ask, Ledger, target};
use super::failure::Failure;
use super::{Common, upkeep};
use crate::app::editions::Format as EditionFormat;
use crate::app::{Checked, Claim, Wrong};
use crate::document::Format as DocumentFormat;
use crate::offline::report::{Claimed, claimed};
use crate::offline::{Fault, Format, Kind, Outcome};
use crate::output::claim::{TOLD_MAX, fault, identity, tell};
use crate::package::sha256;
use crate::workbook::cells::{cells, different};

/// The outcome of a file that is a report, or `None` where it is none that anybody here knows.
pub(super) fn check(
    common: &Common,
    name: &str,
    bytes: &[u8],
    quarter: Option<&str>,
) -> Result<Option<Outcome>, Failure> {
    let (format, claimed) = claimed(bytes).unzip();
    let document = format.filter(|format| DocumentFormat::named(format).is_some()).map(str::to_owned);
    let is_edition_like = name.rsplit_once('.').is_some_and(|(_, end)| EditionFormat::named(end).is_some());
    if claimed.is_none() && !is_edition_like {
        return Ok(None);
    }
    if !common.data.join("sled").is_dir() {
        return Ok(claimed.map(|claimed| alone(&claimed, quarter)));
    }
    let is_readable = claimed.is_some();
    let claim = Claim { sha256: hex::encode(sha256(bytes)), claimed, document };
    // Whoever compares with a ledger must know that the ledger itself is sound.
    let found = upkeep::recomputed(common)?;
    let mut outcome = Outcome::new(Format::Report);
    if found["sound"] != json!(true) {
        let detail = upkeep::told(common, &found);
        let fault = Fault::new(Kind::Altered, "ledger-unsound").with("detail", detail);
        return Ok(is_readable.then(|| outcome.after(Err(fault))));
    }
    let body = serde_json::to_vec(&claim).map_err(|error| Failure::fault(common, name, &error))?;
    let route = "/api/v1/reports/co-building/check".to_owned();
    let ask = Ask { method: Method::POST, target: route, body: Some(&body) };
    let answer = Ledger::open(common)?.fetch(common, &ask)?;
    let checked: Checked =
        serde_json::from_slice(&answer).map_err(|error| Failure::fault(common, name, &error))?;
    if checked.recorded.is_none() && !is_readable {
        return Ok(None);
    }
    outcome.details = serde_json::to_value(&checked).ok();
    tell(common.text(), &checked, &mut outcome);
    if checked.wrong == Some(Wrong::Remade) && format == Some("xlsx") {
        tell_cells(common, bytes, &checked, &mut outcome)?;
    }
    let wrong = checked.wrong.as_ref().map(|wrong| fault(wrong, &checked));
    let wrong = wrong.or_else(|| other_quarter(quarter, quarter_of(&checked)));
    outcome.confirmed = wrong.is_none();
    Ok(Some(outcome.after(wrong.map_or(Ok(()), Err))))
}

/// Without a ledger only what the file says of itself can be told.
fn alone(claimed: &Claimed, quarter: Option<&str>) -> Outcome {
    let mut outcome = Outcome::new(Format::Report);
    outcome.details = Some(json!({ "claimed": Claimed { figures: Default::default(), ..claimed.clone() } }));
    outcome.say("offline-report-claims", identity(claimed));
    outcome.say("offline-report-alone", Vec::new());
    let wrong = other_quarter(quarter, Some(&claimed.quarter));
    outcome.after(wrong.map_or(Ok(()), Err))
}

/// The quarter that a file is of.
fn quarter_of(checked: &Checked) -> Option<&str> {
    let recorded = checked.recorded.as_ref().map(|it| it.quarter.as_str());
    recorded.or_else(|| checked.claimed.as_ref().map(|it| it.quarter.as_str()))
}

/// Whoever names a quarter was given a report of that one.
fn other_quarter(wanted: Option<&str>, found: Option<&str>) -> Option<Fault> {
    let (wanted, found) = (wanted?, found.unwrap_or("-"));
    let fault = Fault::new(Kind::Foreign, "edition-other-quarter");
    (wanted != found).then(|| fault.with("expected", wanted).with("found", found))
}

/// Where a workbook differs from the one that the ledger makes, cell by cell.
fn tell_cells(
    common: &Common,
    bytes: &[u8],
    checked: &Checked,
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    let Some(claimed) = &checked.claimed else { return Ok(()) };
    let (what, code) = claimed.scope.split_once('/').unwrap_or(("", ""));
    let part = |name: &str| (what == name).then(|| code.to_owned());
    let query = [
        ("quarter", Some(claimed.quarter.clone())),
        ("street", part("street")),
        ("community", part("community")),
        ("asOf", claimed.position.map(|position| position.to_string())),
        ("on", claimed.on.clone()),
        ("format", Some("xlsx".to_owned())),
    ];
    let ask = Ask::get(target("/api/v1/reports/co-building", &query));
    let made = Ledger::open(common)?.fetch(common, &ask)?;
    let (Ok(file), Ok(made)) = (cells(bytes), cells(&made)) else { return Ok(()) };
    // One in the other language has other sheets, and would differ everywhere.
    if file.iter().all(|(sheet, _)| made.iter().all(|(other, _)| other != sheet)) {
        return Ok(());
    }
    let found = different(&file, &made);
    for it in found.iter().take(TOLD_MAX) {
        let or = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        let place = it.cell.as_ref().map_or_else(|| it.sheet.clone(), |cell| format!("{}!{cell}", it.sheet));
        outcome.say(
            "offline-report-cell",
            vec![("place", place), ("file", or(&it.first)), ("ledger", or(&it.second))],
        );
    }
    if found.len() > TOLD_MAX {
        outcome.say("offline-report-more", vec![("count", (found.len() - TOLD_MAX).to_string())]);
    }
    Ok(())
}
