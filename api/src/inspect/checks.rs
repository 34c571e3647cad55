//! The items of a report, from what was found.

use serde_json::Value;

use super::{Folder, Item, Mark, Property, Scan, Witnessed};
use crate::messages::Text;
use crate::offline::{Fault, Outcome, Verdict};

/// How far the clock may lie behind the last event, in microseconds.
const CLOCK_MAX: i64 = 60_000_000;

/// Everything that was found out about a ledger.
#[derive(Debug)]
pub struct Found {
    /// What recomputing the ledger from its bytes found, as `verify --json` shows it.
    pub verified: Value,
    /// What reading every event found.
    pub scan: Scan,
    /// What a look at its folder found.
    pub folder: Folder,
    /// Number of findings of the rule book.
    pub findings: Option<u64>,
    /// The checkpoint in the folder, checked against the ledger and its key; `Err` if there is none.
    pub checkpoint: Result<Outcome, Fault>,
    /// A package made of one matter and checked; `None` where there is no matter or no key.
    pub package: Option<Outcome>,
    /// Whether the key in the folder is the one that the ledger names; `Err` with the reason if there is none.
    pub key: Result<bool, String>,
    /// What the ledger's witnesses have cosigned.
    pub witnessed: Witnessed,
    /// The time now, in microseconds since 1970.
    pub now: i64,
}

/// The items in the order of the properties.
pub fn items(found: &Found, text: Text) -> Vec<Item> {
    let mut items = Vec::new();
    authenticity(found, text, &mut items);
    completeness(found, &mut items);
    usability(found, text, &mut items);
    security(found, &mut items);
    items
}

type Args = Vec<(&'static str, String)>;

fn item(id: &'static str, property: Property, (mark, said, args): (Mark, &'static str, Args)) -> Item {
    Item { id, property, mark, said, args }
}

fn authenticity(found: &Found, text: Text, items: &mut Vec<Item>) {
    let mut put = |id, result| items.push(item(id, Property::Authenticity, result));
    let (size, faults) = (found.verified["size"].to_string(), &found.verified["faults"]);
    let faults = faults.as_array().map(Vec::as_slice).unwrap_or_default();
    put(
        "A1",
        match faults.first() {
            None => (Mark::Pass, "bytes", vec![("size", size)]),
            Some(first) => {
                let detail = first["detail"].as_str().unwrap_or_default().to_owned();
                (Mark::Fail, "faults", vec![("count", faults.len().to_string()), ("detail", detail)])
            }
        },
    );
    put(
        "A2",
        match &found.checkpoint {
            Err(fault) => (Mark::Warn, "fault", vec![("detail", fault.told(text))]),
            Ok(outcome) => of_outcome(outcome, text),
        },
    );
    put("A3", witnesses(&found.witnessed, text));
    put(
        "A4",
        match &found.key {
            Ok(true) => (Mark::Pass, "key", Vec::new()),
            Ok(false) => (Mark::Fail, "other-key", Vec::new()),
            Err(why) => (Mark::Unchecked, "no-key", vec![("why", why.clone())]),
        },
    );
    let attested = found.scan.events - found.scan.stated - found.scan.withheld;
    let counts = vec![("stated", found.scan.stated.to_string()), ("attested", attested.to_string())];
    put("A5", (Mark::Pass, "assurance", counts));
    put("A6", (Mark::Unchecked, "truth", Vec::new()));
    put("A7", times(found));
}

/// By the keys of the witnesses that the ledger names; lines by others say nothing.
fn witnesses(found: &Witnessed, text: Text) -> (Mark, &'static str, Args) {
    let named = match &found.named {
        None | Some(Ok(0)) => return (Mark::Warn, "no-witness", Vec::new()),
        Some(Err(fault)) => return (Mark::Warn, "fault", vec![("detail", fault.told(text))]),
        Some(Ok(named)) => named.to_string(),
    };
    let names = text.listed(&found.cosigned);
    let count = found.cosigned.len().to_string();
    let args = vec![("count", count), ("named", named), ("names", names), ("size", found.size.to_string())];
    if found.is_enough { (Mark::Pass, "witnesses", args) } else { (Mark::Warn, "witnesses-short", args) }
}

fn times(found: &Found) -> (Mark, &'static str, Args) {
    let (marks, untimely) = (found.witnessed.marks.len(), &found.scan.untimely);
    match (marks, untimely.count) {
        (0, _) => (Mark::Unchecked, "no-times", Vec::new()),
        (marks, 0) => (Mark::Pass, "times", vec![("count", marks.to_string())]),
        (_, count) => {
            let args = vec![("count", count.to_string()), ("positions", untimely.shown())];
            (Mark::Fail, "untimely", args)
        }
    }
}

fn of_outcome(outcome: &Outcome, text: Text) -> (Mark, &'static str, Args) {
    match (&outcome.fault, outcome.verdict()) {
        (Some(fault), _) => (Mark::Fail, "fault", vec![("detail", fault.told(text))]),
        (None, Verdict::Sound) => {
            let size = outcome.basis.as_ref().map_or(0, |basis| basis.size);
            (Mark::Pass, "signed", vec![("size", size.to_string())])
        }
        _ => (Mark::Warn, "unsigned", Vec::new()),
    }
}

fn completeness(found: &Found, items: &mut Vec<Item>) {
    let mut put = |id, result| items.push(item(id, Property::Completeness, result));
    let (size, read) = (found.verified["size"].as_u64().unwrap_or_default(), found.scan.events);
    let counts = vec![("size", size.to_string()), ("found", read.to_string())];
    put("B1", (if size == read { Mark::Pass } else { Mark::Fail }, "count", counts));
    let missing = found.verified["filesMissing"].as_u64().unwrap_or_default();
    put(
        "B2",
        match missing {
            0 => (Mark::Pass, "tiles", Vec::new()),
            missing => (Mark::Warn, "tiles-missing", vec![("count", missing.to_string())]),
        },
    );
    let stale = found.verified["snapshots"].as_array().map_or(0, Vec::len);
    put(
        "B3",
        match stale {
            0 => (Mark::Pass, "models", Vec::new()),
            stale => (Mark::Fail, "models-stale", vec![("count", stale.to_string())]),
        },
    );
    put(
        "B4",
        match found.findings {
            None => (Mark::Unchecked, "no-findings-list", Vec::new()),
            Some(0) => (Mark::Pass, "no-findings", Vec::new()),
            Some(count) => (Mark::Warn, "findings", vec![("count", count.to_string())]),
        },
    );
    put("B5", (Mark::Pass, "withheld", vec![("count", found.scan.withheld.to_string())]));
    put("B6", (Mark::Unchecked, "left-out", Vec::new()));
    put("B7", (Mark::Unchecked, "backup", Vec::new()));
}

fn usability(found: &Found, text: Text, items: &mut Vec<Item>) {
    let mut put = |id, result| items.push(item(id, Property::Usability, result));
    let unreadable = &found.scan.unreadable;
    put(
        "C1",
        match unreadable.count {
            0 => (Mark::Pass, "layouts", vec![("count", found.scan.events.to_string())]),
            count => {
                let args = vec![("count", count.to_string()), ("positions", unreadable.shown())];
                (Mark::Fail, "unreadable", args)
            }
        },
    );
    put(
        "C2",
        match &found.package {
            None => (Mark::Unchecked, "no-package", Vec::new()),
            Some(outcome) => match &outcome.fault {
                None => (Mark::Pass, "package", Vec::new()),
                Some(fault) => (Mark::Fail, "fault", vec![("detail", fault.told(text))]),
            },
        },
    );
    put("C3", (Mark::Unchecked, "formats", Vec::new()));
}

fn security(found: &Found, items: &mut Vec<Item>) {
    let mut put = |id, result| items.push(item(id, Property::Security, result));
    let folder = &found.folder;
    put(
        "D1",
        match folder.open.as_slice() {
            [] => (Mark::Pass, "rights", Vec::new()),
            open => (Mark::Fail, "rights-open", vec![("names", open.join(", "))]),
        },
    );
    let mut foreign = folder.foreign.clone();
    if let Some(count) = found.verified["vault"]["quarantined"].as_u64().filter(|count| *count > 0) {
        foreign.push(format!("vault/{} ({count})", gongjian_core::vault::QUARANTINE));
    }
    put(
        "D2",
        match foreign.as_slice() {
            [] => (Mark::Pass, "no-foreign", Vec::new()),
            foreign => (Mark::Warn, "foreign", vec![("names", foreign.join(", "))]),
        },
    );
    put(
        "D3",
        match folder.sealed {
            None => (Mark::Unchecked, "no-seed", Vec::new()),
            Some(true) => (Mark::Pass, "sealed", Vec::new()),
            Some(false) => (Mark::Warn, "not-sealed", Vec::new()),
        },
    );
    let (personal, doubtful) = (&found.scan.personal, &found.scan.doubtful);
    let places = |places: &super::scan::Places| {
        vec![("count", places.count.to_string()), ("positions", places.shown())]
    };
    put(
        "D4",
        match (personal.count, doubtful.count) {
            (0, 0) => (Mark::Pass, "no-personal", Vec::new()),
            (0, _) => (Mark::Warn, "doubtful", places(doubtful)),
            _ => (Mark::Fail, "personal", places(personal)),
        },
    );
    put("D5", clock(&found.scan.last_recorded, found.now));
    put("D6", (Mark::Unchecked, "machine", Vec::new()));
    put("D7", (Mark::Unchecked, "malware", Vec::new()));
}

fn clock(last: &str, now: i64) -> (Mark, &'static str, Args) {
    let Ok(recorded) = last.parse::<jiff::Timestamp>() else {
        return (Mark::Unchecked, "no-clock", Vec::new());
    };
    let recorded = recorded.as_microsecond();
    let args = vec![("last", crate::app::county_time(recorded)), ("now", crate::app::county_time(now))];
    let is_behind = recorded.saturating_sub(now) > CLOCK_MAX;
    (if is_behind { Mark::Fail } else { Mark::Pass }, if is_behind { "clock-behind" } else { "clock" }, args)
}
