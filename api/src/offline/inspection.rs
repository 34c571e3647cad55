//! A report of the four properties: whether it is as the ledger signed it.

use gongjian_core::evidence::Statement;
use serde_json::Value;

use super::fault::{Fault, Kind};
use super::outcome::{Format, Outcome};
use super::trust::Trust;
use crate::inspect::{FORMAT, STATEMENT};
use crate::package::{canonical, sha256};

/// Checks a report with the note beside it, if there is one.
pub fn inspection(report: &[u8], note: Option<&[u8]>, trust: &Trust) -> Outcome {
    let mut outcome = Outcome::new(Format::Inspection);
    let checked = check(report, note, trust, &mut outcome);
    outcome.after(checked)
}

fn check(report: &[u8], note: Option<&[u8]>, trust: &Trust, outcome: &mut Outcome) -> Result<(), Fault> {
    let unreadable = || Fault::new(Kind::Malformed, "report");
    let found: Value = serde_json::from_slice(report).map_err(|_| unreadable())?;
    let origin = found["ledger"]["origin"].as_str().ok_or_else(unreadable)?;
    let Some(note) = note else {
        // What changed behind a signature must not pass by hiding the signature.
        if found["signed"] != false {
            return Err(Fault::new(Kind::Missing, "note-missing"));
        }
        outcome.remarks.push("offline-report-unsigned");
        return count(&found, outcome);
    };
    let wrong = |error| Fault::new(Kind::Malformed, "statement-unreadable").because(&error);
    let (statement, note) = Statement::parse(note).map_err(wrong)?;
    if statement.what() != STATEMENT || statement.sha256() != sha256(report) {
        return Err(Fault::new(Kind::Altered, "note-other"));
    }
    if statement.origin() != origin {
        let fault = Fault::new(Kind::WrongOrigin, "other-origin").with("expected", origin);
        return Err(fault.with("found", statement.origin()));
    }
    if found["format"] != FORMAT || canonical(&found) != report {
        return Err(unreadable());
    }
    outcome.signed = trust.accept_note(&note, origin)?;
    count(&found, outcome)
}

/// How many checks had each result.
fn count(found: &Value, outcome: &mut Outcome) -> Result<(), Fault> {
    for name in ["pass", "warn", "fail", "unchecked"] {
        let count = found["counts"][name].as_u64();
        outcome.counts.push((name, count.ok_or_else(|| Fault::new(Kind::Malformed, "report"))?));
    }
    Ok(())
}
