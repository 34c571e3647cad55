//! What the ledger says of a file that claims to be a report, in the words of evidence.

use crate::app::{Checked, Different, RecordedFile, Wrong};
use crate::messages::Text;
use crate::offline::report::Claimed;
use crate::offline::{Fault, Kind, Outcome};

/// Differing figures that are told one by one; JSON has more.
pub(crate) const TOLD_MAX: usize = 20;

/// What a file says of itself.
pub(crate) fn identity(claimed: &Claimed) -> Vec<(&'static str, String)> {
    let or = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    vec![
        ("origin", or(&claimed.origin)),
        ("quarter", claimed.quarter.clone()),
        ("scope", claimed.scope.clone()),
        ("position", claimed.position.map_or_else(|| "-".to_owned(), |position| position.to_string())),
        ("digest", or(&claimed.digest)),
        ("on", or(&claimed.on)),
    ]
}

/// What the ledger says of the file.
pub(crate) fn tell(text: Text, checked: &Checked, outcome: &mut Outcome) {
    if let Some(file) = &checked.recorded {
        outcome.say("offline-report-recorded", recorded(text, file, checked));
        let key = match file.state.as_str() {
            "published" => "offline-report-published",
            _ => "offline-report-not-published",
        };
        outcome.say(key, recorded(text, file, checked));
        if file.edition < file.editions {
            outcome.say("offline-report-superseded", recorded(text, file, checked));
        }
        if file.errata > 0 {
            outcome.say("offline-report-errata", vec![("count", file.errata.to_string())]);
        }
    } else if let Some(claimed) = &checked.claimed {
        outcome.say("offline-report-claims", identity(claimed));
        if checked.wrong.is_none() {
            let key = if checked.recomputed { "offline-report-remade" } else { "offline-report-unrecorded" };
            outcome.say(key, Vec::new());
        }
    }
    if checked.wrong.is_none() && checked.compared == 0 && !checked.recomputed {
        outcome.say("offline-report-not-recomputed", Vec::new());
    }
    // A file that was made again to the byte may show no figure that a program could read.
    if checked.wrong.is_none() && checked.compared > 0 {
        let compared = vec![("count", checked.compared.to_string())];
        outcome.say("offline-report-equal", compared);
    }
    for different in checked.differences.iter().take(TOLD_MAX) {
        outcome.say("offline-report-different", differs(different));
    }
    if checked.differences.len() > TOLD_MAX {
        let more = checked.differences.len() - TOLD_MAX;
        outcome.say("offline-report-more", vec![("count", more.to_string())]);
    }
}

fn recorded(text: Text, file: &RecordedFile, checked: &Checked) -> Vec<(&'static str, String)> {
    vec![
        ("id", file.id.clone()),
        ("edition", file.edition.to_string()),
        ("editions", file.editions.to_string()),
        ("origin", checked.origin.clone().unwrap_or_default()),
        ("size", file.size.to_string()),
        ("root", file.root.clone()),
        ("position", file.position.to_string()),
        ("on", file.told_on.to_string()),
        ("at", file.told_at.to_string()),
        ("state", text.state("report", &file.state)),
        ("audience", file.audience.clone().unwrap_or_default()),
    ]
}

fn differs(it: &Different) -> Vec<(&'static str, String)> {
    let or = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    vec![
        ("scope", it.scope.clone()),
        ("name", it.name.clone()),
        ("label", it.label.clone()),
        ("file", or(&it.file)),
        ("ledger", or(&it.ledger)),
    ]
}

/// What is wrong, in the words of evidence.
pub(crate) fn fault(wrong: &Wrong, checked: &Checked) -> Fault {
    match wrong {
        Wrong::Unidentified => Fault::new(Kind::Malformed, "edition-unidentified"),
        Wrong::OtherOrigin { expected, found } => {
            Fault::new(Kind::WrongOrigin, "other-origin").with("expected", expected).with("found", found)
        }
        Wrong::Beyond { position, size } => {
            Fault::new(Kind::Truncated, "edition-beyond").with("position", position).with("size", size)
        }
        Wrong::OtherHistory { position, expected, found } => {
            Fault::new(Kind::Forked, "edition-other-history")
                .with("position", position)
                .with("expected", expected)
                .with("found", found)
        }
        Wrong::OtherRoot { size, expected, found } => Fault::new(Kind::Forked, "other-root")
            .with("size", size)
            .with("expected", expected)
            .with("found", found),
        Wrong::NoSuchReport { quarter, scope } => {
            Fault::new(Kind::Malformed, "edition-no-such").with("quarter", quarter).with("scope", scope)
        }
        Wrong::Recounted => Fault::new(Kind::Altered, "edition-recounted"),
        Wrong::OtherTemplate { expected, found } => Fault::new(Kind::Malformed, "edition-other-template")
            .with("expected", expected)
            .with("found", found),
        Wrong::Remade => Fault::new(Kind::Altered, "edition-remade"),
        Wrong::Figures { count } => {
            let first = checked.differences.first();
            let name = first.map(|it| it.name.clone()).unwrap_or_default();
            Fault::new(Kind::Altered, "edition-figures").with("count", count).with("name", name)
        }
    }
}
