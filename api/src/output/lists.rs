//! Lists as tables, codes with their names.

use gongjian_core::day::Day;
use gongjian_projections::lists::{Sheet, SheetLine};
use serde_json::Value;

use super::{Rows, table};
use crate::messages::{Language, Text};

/// Columns of a list, in the order of the county's workbooks. What has no code of its own is left out.
fn columns(list: &str) -> &'static [&'static str] {
    match list {
        "streets" => &["id", "name"],
        "communities" => &["id", "name", "street", "households", "population", "formation", "establishedOn"],
        "compounds" => &["id", "name", "community", "households", "serviceMode", "enterprise"],
        "branches" => &["id", "name", "community", "compounds"],
        "grids" => &["id", "name", "community", "households", "leaderPost", "members"],
        "units" => &["id", "name", "kind", "partyOrg"],
        "posts" => &["id", "name", "unit", "state"],
        "alliances" => &["id", "name", "community", "establishedOn", "state"],
        "memberships" => &["alliance", "unit", "joinedOn", "leftOn", "state"],
        "holidays" => &["name", "startsOn", "endsOn"],
        "agreements" => &[
            "id",
            "name",
            "kind",
            "state",
            "alliance",
            "partyA",
            "partyB",
            "signedOn",
            "effectiveOn",
            "expiresOn",
            "terminatedOn",
        ],
        "commitments" => &[
            "id",
            "agreement",
            "text",
            "state",
            "responsible",
            "dueOn",
            "overdue",
            "completedOn",
            "verifier",
            "verifiedOn",
        ],
        "projects" => &[
            "id",
            "name",
            "category",
            "state",
            "community",
            "compound",
            "claimant",
            "claimedOn",
            "dueOn",
            "overdue",
            "submittedOn",
            "acceptor",
            "acceptedOn",
        ],
        "series" => &["id", "meetingType", "community", "cadence", "state"],
        "meetings" => &["id", "meetingType", "community", "date", "state", "units", "residents", "minutes"],
        "topics" => &["id", "meeting", "title", "category", "state", "outcome"],
        "decisions" => &[
            "id",
            "meeting",
            "text",
            "state",
            "responsible",
            "dueOn",
            "extendedTo",
            "overdue",
            "completedOn",
            "verifier",
            "verifiedOn",
        ],
        "tasks" => &["id", "state", "responsible", "dueOn", "overdue", "completedOn", "verifiedOn"],
        "occurrences" => &["id", "community", "plannedOn", "heldOn", "status", "reason"],
        "issues" => &[
            "id",
            "compound",
            "category",
            "text",
            "state",
            "raisedOn",
            "responsible",
            "dueOn",
            "overdue",
            "carryOvers",
            "completedOn",
            "verifier",
            "verifiedOn",
        ],
        "rules" => {
            &["id", "title", "version", "state", "validFrom", "validUntil", "parameters", "source", "default"]
        }
        "obligations" => &[
            "id",
            "ruleVersion",
            "subject",
            "unit",
            "community",
            "period",
            "dueOn",
            "state",
            "done",
            "wanted",
            "late",
            "exemptedBy",
        ],
        "exemptions" => &[
            "id",
            "rule",
            "subject",
            "period",
            "state",
            "decision",
            "reason",
            "exemptedOn",
            "withdrawnOn",
            "withdrawalReason",
        ],
        "duties" => {
            &["id", "rule", "subject", "round", "performedOn", "post", "topics", "note", "handedOver"]
        }
        "imports" => &["id", "state", "rows", "missing"],
        "documents" => {
            &["id", "state", "kind", "field", "matter", "mediaType", "size", "posts", "units", "looked"]
        }
        "holders" => &["id", "post", "from", "until", "state", "looked"],
        "erasures" => {
            &["id", "state", "scope", "subject", "position", "post", "askedOn", "decidedOn", "executedOn"]
        }
        "periods" => &["id", "state", "frozenOn", "frozenAt", "post", "reopenedOn", "reopenedBy", "reason"],
        "reports" => &[
            "id",
            "state",
            "scope",
            "editions",
            "position",
            "generatedOn",
            "reviewedOn",
            "approvedOn",
            "publishedOn",
            "audience",
            "errata",
        ],
        "calendar" => &["day", "kind", "title", "state", "community", "stream"],
        "findings" => &["severity", "code", "day", "community", "stream", "detail", "position"],
        _ => &["id", "state"],
    }
}

/// A list's items as rows.
pub fn rows(list: &str, items: &[Value], text: Text) -> Rows {
    let mut columns = columns(list).to_vec();
    // Where nothing ever comes late or is corrected the column would say nothing.
    const NEVER_LATE: &[&str] =
        &["calendar", "findings", "rules", "imports", "posts", "series", "obligations", "periods", "reports"];
    if !NEVER_LATE.contains(&list) {
        columns.push("record");
    }
    let headers = columns.iter().map(|name| text.word("field", name)).collect();
    let row = |item: &Value| columns.iter().map(|name| cell(item, name, text)).collect();
    Rows { headers, rows: items.iter().map(row).collect() }
}

/// The line under a table that does not show everything; nothing where it does.
pub fn cut(shown: usize, total: usize, text: Text) -> String {
    if shown >= total {
        return String::new();
    }
    let (shown, total) = (shown.to_string(), total.to_string());
    text.get("list-cut", &[("shown", &shown), ("total", &total)]) + "\n"
}

fn cell(item: &Value, name: &str, text: Text) -> String {
    match name {
        "detail" => return finding(item, text),
        "record" => return marks(item, text),
        "exemptedBy" => return excuse(item),
        _ => {}
    }
    let own = item.get(name);
    let shown = |value: &Value| match value {
        Value::Null => String::new(),
        Value::Bool(true) => text.plain("yes"),
        Value::Bool(false) => String::new(),
        Value::String(value) => value.clone(),
        Value::Array(parts) => {
            let parts: Vec<String> = parts.iter().filter_map(Value::as_str).map(str::to_owned).collect();
            text.listed(&parts)
        }
        other => other.to_string(),
    };
    let code = own.map(shown).unwrap_or_default();
    match name {
        "state" => {
            let stream = item.get("stream").and_then(Value::as_str).unwrap_or_default();
            text.state(stream.split('/').next().unwrap_or_default(), &code)
        }
        "code" => text.word("finding-title", &code),
        "scope" => text.word("scope", &code),
        "severity" => text.word("severity", &code),
        "kind" => text.word("calendar-kind", &code),
        _ => match item.get(format!("{name}Name").as_str()).map(shown) {
            Some(named) => text.named(&named, &code),
            None => code,
        },
    }
}

/// What excuses an obligation: the decision, or the reason.
fn excuse(item: &Value) -> String {
    let of = |name: &str| item.get("exemptedBy").and_then(|by| by.get(name)).and_then(Value::as_str);
    of("decision").or_else(|| of("reason")).unwrap_or_default().to_owned()
}

/// Late entry and corrections of a row.
fn marks(item: &Value, text: Text) -> String {
    let mut marks = Vec::new();
    if let Some(days) = item.get("lateDays").and_then(Value::as_i64) {
        marks.push(text.get("mark-late", &[("days", &days.to_string())]));
    }
    if let Some(count) = item.get("corrections").and_then(Value::as_u64).filter(|count| *count > 0) {
        marks.push(text.get("mark-corrected", &[("count", &count.to_string())]));
    }
    joined(&marks, text)
}

/// What a correction changed, in words.
pub(super) fn changes<'c>(changes: impl Iterator<Item = (&'c str, &'c str, &'c str)>, text: Text) -> String {
    let blank = text.plain("finding-change-blank");
    let shown = |value: &'c str| if value.is_empty() { blank.clone() } else { value.to_owned() };
    let each = changes.map(|(field, was, now)| {
        let args = [("field", text.word("field", field)), ("was", shown(was)), ("now", shown(now))];
        text.get("finding-change", &args.each_ref().map(|(name, value)| (*name, value.as_str())))
    });
    joined(&each.collect::<Vec<_>>(), text)
}

fn joined(parts: &[String], text: Text) -> String {
    parts.join(if text.language() == Language::Chinese { "；" } else { "; " })
}

/// The changes of a correction in a JSON list.
pub(crate) fn json_changes(list: &[Value], text: Text) -> String {
    let part = |change: &'_ Value, name: &str| {
        change.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let owned: Vec<[String; 3]> =
        list.iter().map(|change| ["field", "was", "now"].map(|name| part(change, name))).collect();
    changes(owned.iter().map(|[field, was, now]| (&**field, &**was, &**now)), text)
}

/// The sheet of a Wednesday meeting as rows: what is still open first, then what is new.
pub fn sheet(sheet: &Sheet, text: Text) -> Rows {
    const COLUMNS: [&str; 11] = [
        "id",
        "compound",
        "category",
        "text",
        "state",
        "raisedOn",
        "responsible",
        "dueOn",
        "overdue",
        "carryOvers",
        "completedOn",
    ];
    let headers = std::iter::once(text.plain("sheet-part"));
    let headers = headers.chain(COLUMNS.iter().map(|name| text.word("field", name))).collect();
    let day = |day: Option<Day>| day.map(|day| day.to_string()).unwrap_or_default();
    let row = |part: &str, line: &SheetLine| {
        let responsible = line.responsible.as_ref().map(|unit| text.named(&unit.name, &unit.code));
        vec![
            text.plain(part),
            line.id.clone(),
            text.named(&line.compound.name, &line.compound.code),
            line.category.clone(),
            line.text.clone(),
            text.word("sheet-state", line.state),
            line.raised_on.to_string(),
            responsible.unwrap_or_default(),
            day(line.due_on),
            if line.overdue { text.plain("yes") } else { String::new() },
            line.carry_overs.to_string(),
            day(line.completed_on),
        ]
    };
    let old = sheet.old.iter().map(|line| row("sheet-old", line));
    let rows = old.chain(sheet.new.iter().map(|line| row("sheet-new", line))).collect();
    Rows { headers, rows }
}

/// The sheet with its heading, for a terminal.
pub fn sheet_text(shown: &Sheet, text: Text) -> String {
    let community = text.named(&shown.community.name, &shown.community.code);
    let key = if shown.occurrence.is_some() { "sheet-heading" } else { "sheet-heading-unplanned" };
    let args = [
        ("community", community.as_str()),
        ("date", &shown.date.to_string()),
        ("occurrence", shown.occurrence.as_deref().unwrap_or_default()),
    ];
    format!("{}\n{}", text.get(key, &args), table::plain(&sheet(shown, text)))
}

/// What a finding says, in words.
pub(crate) fn finding(item: &Value, text: Text) -> String {
    let code = item.get("code").or_else(|| item.get("state")).and_then(Value::as_str).unwrap_or_default();
    let mut args: Vec<(&str, String)> = Vec::new();
    if let Some(map) = item.get("args").and_then(Value::as_object) {
        args.extend(
            map.iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap_or_default().to_owned())),
        );
    }
    if let Some((_, unit)) = args.iter_mut().find(|(name, _)| *name == "unit")
        && let Some(name) = item.get("unitName").and_then(Value::as_str)
    {
        *unit = text.named(name, unit);
    }
    if let Some((_, kind)) = args.iter_mut().find(|(name, _)| *name == "kind") {
        *kind = text.word("kind", kind);
    }
    if let Some((_, hand)) = args.iter_mut().find(|(name, _)| *name == "hand") {
        *hand = text.word("post", hand);
    }
    let changes = item.get("changes").and_then(Value::as_array);
    args.extend(changes.map(|changes| ("changes", json_changes(changes, text))));
    let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
    text.find(&format!("finding-{code}"), &args).unwrap_or_else(|| {
        args.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
    })
}
