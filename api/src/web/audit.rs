//! Who looked (访问审计): look-ups and exports and erasures from the governance log, sign-ins from that of accounts.

use askama::Template;
use serde_json::Value;

use super::{Frame, Seen, Shown, Visit};
use crate::app::ShownEvent;
use crate::error::Problem;

/// Rows of each table.
const ROWS: usize = 200;
/// Streams of what is shown.
const STREAMS: &[&str] = &["access/", "erasure/"];

struct Row {
    position: u64,
    time: String,
    what: String,
    by: String,
    about: String,
    details: String,
}

#[derive(Template)]
#[template(path = "audit.html")]
struct Audit {
    frame: Frame,
    looks: Vec<Row>,
    traces: Vec<Row>,
}

pub(super) fn show(visit: &Visit) -> Seen {
    let t = visit.text;
    let page = Audit {
        frame: visit.frame(t.plain("page-audit")).wide(),
        looks: looks(visit)?,
        traces: traces(visit)?,
    };
    Shown::page(&page)
}

/// The newest look-ups, exports and erasures, newest first.
fn looks(visit: &Visit) -> Result<Vec<Row>, Problem> {
    let t = visit.text;
    let reader = visit.app().reader();
    let names = reader.stream_names();
    let wanted = names.iter().filter(|name| STREAMS.iter().any(|prefix| name.starts_with(prefix)));
    let mut positions: Vec<u64> = wanted.flat_map(|name| reader.stream(name)).collect();
    positions.sort_unstable_by(|a, b| b.cmp(a));
    positions.truncate(ROWS);
    let mut rows = Vec::with_capacity(positions.len());
    for position in positions {
        let Some(ShownEvent::Whole(event)) = visit.app().event(position, false)? else { continue };
        let of = |name: &str| {
            let data = event.data.as_ref().and_then(|data| data.get(name));
            data.and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let (what, subject) = (of("what"), of("subject"));
        rows.push(Row {
            position,
            time: event.recorded_at.clone(),
            what: if what.is_empty() { t.word("kind", &event.kind) } else { what },
            by: event.recorded_by.clone(),
            about: if subject.is_empty() { event.stream.clone() } else { subject },
            details: of("reason"),
        });
    }
    Ok(rows)
}

/// The newest events of the log of accounts, newest first.
fn traces(visit: &Visit) -> Result<Vec<Row>, Problem> {
    let t = visit.text;
    let told = visit.app().account_traces(ROWS)?;
    let row = |item: &Value| {
        let of = |name: &str| item[name].as_str().unwrap_or_default().to_owned();
        Row {
            position: item["position"].as_u64().unwrap_or_default(),
            time: of("recordedAt"),
            what: t.word("account-kind", &of("kind")),
            by: if of("byLogin").is_empty() { of("by") } else { of("byLogin") },
            about: of("login"),
            details: super::item::details(item.get("data"), t),
        }
    };
    Ok(told.iter().map(row).collect())
}
