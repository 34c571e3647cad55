//! Two reports of one quarter, compared, for a terminal.

use gongjian_projections::figures::Value;

use super::{Rows, table};
use crate::app::differences::{Cause, Differences, FigureDifference};
use crate::messages::{Language, Text};

/// What differs, and the events that made it.
pub fn summary(found: &Differences, text: Text) -> String {
    let (from, to) = (found.from.to_string(), found.to.to_string());
    let args = [
        ("quarter", found.quarter.as_str()),
        ("scope", &found.scope),
        ("from", &from),
        ("to", &to),
        ("on", &found.on.to_string()),
    ];
    let mut out = text.get("report-differences-heading", &args);
    out.push('\n');
    if found.figures.is_empty() {
        out.push_str(&text.plain("report-differences-none"));
        out.push('\n');
    } else {
        out.push_str(&table::plain(&figures(found, text)));
    }
    if !found.events.is_empty() {
        out.push_str(&text.plain("report-differences-events"));
        out.push('\n');
        out.push_str(&table::plain(&events(&found.events, text)));
    }
    out
}

fn figures(found: &Differences, text: Text) -> Rows {
    let headers = ["scope", "figure", "from", "to", "events"]
        .map(|name| text.plain(&format!("report-difference-{name}")))
        .to_vec();
    let row = |it: &FigureDifference| {
        let called = match text.language() {
            Language::Chinese => it.label.to_owned(),
            Language::English => it.figure().english().to_owned(),
        };
        let (of_then, of_now) = it.of.map_or((None, None), |(then, now)| (Some(then), Some(now)));
        let events: Vec<String> = it.events.iter().map(|at| format!("#{at}")).collect();
        vec![it.scope.clone(), called, value(&it.from, of_then), value(&it.to, of_now), events.join(" ")]
    };
    Rows { headers, rows: found.figures.iter().map(row).collect() }
}

fn value(value: &Value, of: Option<u64>) -> String {
    match of {
        Some(of) => format!("{} / {of}", value.number()),
        None => value.number().to_string(),
    }
}

fn events(events: &[Cause], text: Text) -> Rows {
    let fields = ["position", "kind-of-event", "stream", "occurredOn", "recordedOn"];
    let row = |it: &Cause| {
        vec![
            format!("#{}", it.position),
            text.word("kind", &it.kind),
            it.stream.clone(),
            it.occurred_on.to_string(),
            it.recorded_on.to_string(),
        ]
    };
    let headers = fields.map(|field| text.word("field", field)).to_vec();
    Rows { headers, rows: events.iter().map(row).collect() }
}
