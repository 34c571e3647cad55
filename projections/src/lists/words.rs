//! The words that a register's filters take: its states and its categories.
//!
//! A filter with any other word would find nothing and say so of a question that nobody asked.

use gongjian_core::domain::{agreement, commitment, document, issue, series, unit};

use super::calendar::CalendarKind;
use super::page::ListError;
use crate::findings::Code;
use crate::obligations::{self, State};

const STANDING: &[&str] = &["standing"];
const DISSOLVED: &[&str] = &["standing", "dissolved"];

/// Every state that a row of the register `what` can be in.
pub fn states(what: &str) -> Vec<&'static str> {
    match what {
        "agreements" => &[
            "draft",
            "signing",
            "signed",
            "effective",
            "expired",
            "suspended",
            "terminated",
            "fulfilled",
            "voided",
        ][..],
        "commitments" => &["open", "in-progress", "completed", "verified", "waived"],
        "projects" => &[
            "proposed",
            "listed",
            "claim-pending",
            "claimed",
            "in-progress",
            "suspended",
            "awaiting-acceptance",
            "accepted",
            "closed",
            "cancelled",
            "rejected",
        ],
        "meetings" => &[
            "planned",
            "collecting-topics",
            "agenda-frozen",
            "notified",
            "postponed",
            "in-session",
            "adjourned",
            "cancelled",
            "held",
            "minutes-draft",
            "minutes-confirmed",
            "published",
            "archived",
        ],
        "topics" => &[
            "proposed",
            "accepted",
            "placed",
            "discussed",
            "decided",
            "deferred",
            "concluded",
            "rejected",
            "merged",
            "withdrawn",
        ],
        "decisions" => &["open", "in-progress", "completed", "verified", "superseded", "revoked"],
        "tasks" => &["open", "accepted", "declined", "in-progress", "completed", "verified", "closed"],
        "occurrences" => &["scheduled", "missed", "held", "confirmed", "cancelled"],
        "issues" => &[
            "raised",
            "triaged",
            "assigned",
            "in-progress",
            "escalated",
            "converted",
            "awaiting-verification",
            "verified",
            "closed",
            "out-of-scope",
            "merged",
        ],
        "memberships" => &["not-yet", "member", "left"],
        "rules" => &["not-yet", "in-force", "repealed"],
        "imports" | "duties" => &["recorded"],
        "exemptions" => &["not-yet", "exempted", "withdrawn"],
        "obligations" => return State::ALL.iter().map(|state| state.word()).collect(),
        "documents" => &["kept", "restricted", "erased"],
        "holders" => &["standing", "past", "erased"],
        "erasures" => &["asked", "approved", "refused", "executed"],
        "periods" => &["frozen", "reopened"],
        "reports" => &["generated", "reviewed", "approved", "published"],
        "calendar" => &["pending", "done"],
        "communities" => &["standing", "succeeded"],
        "alliances" | "units" | "posts" | "series" => DISSOLVED,
        "findings" => return findings(),
        _ => STANDING,
    }
    .to_vec()
}

/// Every category, kind or type that a row of the register `what` can have: an empty list where people choose
/// their own words, `None` where rows have none.
pub fn categories(what: &str) -> Option<Vec<&'static str>> {
    match what {
        "agreements" => Some(agreement::KINDS.to_vec()),
        "commitments" => Some(commitment::JOINTS.to_vec()),
        "units" => Some(unit::KINDS.to_vec()),
        "series" | "meetings" => Some(series::TYPES.to_vec()),
        "issues" => Some(issue::CATEGORIES.to_vec()),
        "documents" => Some(document::KINDS.to_vec()),
        "findings" => Some(findings()),
        "calendar" => Some(CalendarKind::ALL.iter().map(|kind| kind.word()).collect()),
        "obligations" => Some(obligations::RULES.to_vec()),
        "compounds" | "projects" | "topics" | "exemptions" | "duties" => Some(Vec::new()),
        _ => None,
    }
}

fn findings() -> Vec<&'static str> {
    Code::ALL.iter().map(|code| code.word()).collect()
}

/// Lets a filter's word pass that the register knows.
///
/// # Errors
/// [`ListError::UnknownWord`] with the words that it knows.
pub(super) fn known(
    filter: &'static str,
    given: Option<&String>,
    words: impl FnOnce() -> Option<Vec<&'static str>>,
) -> Result<(), ListError> {
    let Some(given) = given else { return Ok(()) };
    let words = words();
    let free = words.as_ref().is_some_and(Vec::is_empty);
    let known = words.unwrap_or_default();
    if free || known.contains(&given.as_str()) {
        return Ok(());
    }
    Err(ListError::UnknownWord { filter, given: given.clone(), known })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;
    use crate::lists::WHATS;

    #[test]
    fn every_state_of_the_machines_is_known_and_no_other() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/src/domain/tests/matrix");
        let mut machines = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let what = match path.file_stem().unwrap().to_str().unwrap() {
                // The machine is that of exemptions; what an obligation is follows from a day.
                "obligation" => "exemptions".to_owned(),
                category => format!("{category}s"),
            };
            if !WHATS.contains(&what.as_str()) || states(&what).contains(&"standing") || what == "memberships"
            {
                continue;
            }
            machines += 1;
            let table = std::fs::read_to_string(&path).unwrap();
            let mut machine: BTreeSet<&str> =
                table.lines().filter(|line| !line.is_empty() && !line.starts_with([' ', '#'])).collect();
            machine.remove("absent");
            // Derived as of a day.
            let derived = ["expired", "missed", "not-yet"];
            let listed: BTreeSet<&str> =
                states(&what).into_iter().filter(|state| !derived.contains(state)).collect();
            assert_eq!(machine, listed, "{what}");
        }
        assert!(machines >= 8, "{machines}");
    }

    #[test]
    fn a_word_is_known_free_or_refused() {
        let given = |word: &str| Some(word.to_owned());
        let check = |what: &str, word: &str| known("category", given(word).as_ref(), || categories(what));
        assert_eq!(check("issues", "停车难"), Ok(()));
        assert_eq!(check("projects", "自己的类别"), Ok(()));
        assert!(
            matches!(check("issues", "停车"), Err(ListError::UnknownWord { known, .. }) if known.len() == 6)
        );
        assert!(
            matches!(check("streets", "停车"), Err(ListError::UnknownWord { known, .. }) if known.is_empty())
        );
        assert_eq!(known("state", None, || None), Ok(()));
    }
}
