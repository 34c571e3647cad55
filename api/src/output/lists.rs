//! Lists as tables, codes with their names.

use serde_json::Value;

use super::Rows;
use crate::messages::Text;

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
        "rules" => &["id", "title", "state", "versions"],
        "imports" => &["id", "state", "rows", "missing"],
        "documents" => {
            &["id", "state", "kind", "field", "matter", "mediaType", "size", "posts", "units", "looked"]
        }
        "holders" => &["id", "post", "from", "until", "state", "looked"],
        "erasures" => {
            &["id", "state", "scope", "subject", "position", "post", "askedOn", "decidedOn", "executedOn"]
        }
        "findings" => &["day", "code", "community", "stream", "detail", "position"],
        _ => &["id", "state"],
    }
}

/// A list's items as rows.
pub fn table(list: &str, items: &[Value], text: Text) -> Rows {
    let columns = columns(list);
    let headers = columns.iter().map(|name| text.word("field", name)).collect();
    let row = |item: &Value| columns.iter().map(|name| cell(item, name, text)).collect();
    Rows { headers, rows: items.iter().map(row).collect() }
}

fn cell(item: &Value, name: &str, text: Text) -> String {
    if name == "detail" {
        return finding(item, text);
    }
    let own = item.get(name);
    let shown = |value: &Value| match value {
        Value::Null => String::new(),
        Value::Bool(true) => text.plain("yes"),
        Value::Bool(false) => String::new(),
        Value::String(value) => value.clone(),
        Value::Array(parts) => {
            let parts: Vec<&str> = parts.iter().filter_map(Value::as_str).collect();
            parts.join("、")
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
        _ => match item.get(format!("{name}Name").as_str()).map(shown) {
            Some(named) if !named.is_empty() && named != code => format!("{named}（{code}）"),
            _ => code,
        },
    }
}

/// What a finding says, in words.
fn finding(item: &Value, text: Text) -> String {
    let code = item.get("code").or_else(|| item.get("state")).and_then(Value::as_str).unwrap_or_default();
    let mut args: Vec<(&str, String)> = Vec::new();
    if let Some(map) = item.get("args").and_then(Value::as_object) {
        args.extend(
            map.iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap_or_default().to_owned())),
        );
    }
    let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
    text.find(&format!("finding-{code}"), &args).unwrap_or_else(|| {
        args.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
    })
}
