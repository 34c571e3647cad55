//! One rule (规则): what it demands, its versions with their parameters and sources, and where it decided something.

use askama::Template;
use gongjian_projections::findings::Finding;
use gongjian_projections::obligations::RULES;
use serde_json::Value;

use super::super::cells::{Cell, cell, encoded, place};
use super::super::{Frame, Seen, Shown, Visit};
use super::{light, linked, record_link, with_days};
use crate::access::Right;
use crate::output::lists::finding as said;

/// Findings that the page lists.
const FINDINGS: usize = 20;

struct Version {
    number: String,
    light: Cell,
    from: String,
    until: String,
    parameters: Vec<(String, String)>,
    source: String,
    record: Cell,
}

#[derive(Template)]
#[template(path = "rule.html")]
struct RulePage {
    frame: Frame,
    id: String,
    light: Cell,
    default: bool,
    actions: Vec<(String, String)>,
    versions: Vec<Version>,
    decided: Vec<(Cell, String)>,
    decided_total: usize,
    obligations: String,
    trail: String,
}

/// Shows a rule.
pub(crate) fn show(visit: &Visit) -> Seen {
    let t = visit.text;
    let asked = visit.asked()?;
    let id = visit.part("id");
    let item = visit.app().item("rules", id, asked)?;
    let on = visit.on(asked)?;
    let all = visit.app().findings(asked)?;
    let of_rule =
        |finding: &&Finding| finding.arg("rule").is_some_and(|version| version.split('@').next() == Some(id));
    let decided: Vec<&Finding> = all.iter().filter(of_rule).collect();
    let decided_total = decided.len();
    let line = |finding: &&Finding| {
        let item = visit.app().finding_shown(finding, asked)?;
        let words = t.remarks(&[t.word("finding-title", finding.code.word()), with_days(&said(&item, t), t)]);
        let name = finding.stream.split('/').nth(1).unwrap_or_default();
        Ok((linked(name, place(&finding.stream).unwrap_or_default()), words))
    };
    let frame = visit.frame(item["title"].as_str().unwrap_or(id));
    let stream = format!("rule/{id}");
    let may = visit.caller.may(Right::Record) && frame.as_of.is_none();
    let actions = if may { visit.app().allowed(&stream)? } else { Vec::new() };
    let history = item["history"].as_array().cloned().unwrap_or_default();
    let page = RulePage {
        light: cell(&item, "state", on, t),
        default: item["default"].as_bool() == Some(true),
        actions: actions
            .into_iter()
            .map(|command| (format!("/do/{command}?stream={}", encoded(&stream)), t.command(command)))
            .collect(),
        versions: history.iter().rev().map(|entry| version(visit, entry)).collect(),
        decided: decided.iter().take(FINDINGS).map(line).collect::<Result<_, crate::error::Problem>>()?,
        decided_total,
        obligations: if RULES.contains(&id) {
            format!("/obligations?rule={}", encoded(id))
        } else {
            String::new()
        },
        trail: format!("/trails/rule/{}", encoded(id)),
        id: id.to_owned(),
        frame,
    };
    Shown::page(&page)
}

fn version(visit: &Visit, entry: &Value) -> Version {
    let t = visit.text;
    let text = |name: &str| entry[name].as_str().unwrap_or_default().to_owned();
    let day = |name: &str| text(name).parse().map(|day| t.day(day)).unwrap_or_default();
    let parameters = entry["parameters"].as_object().into_iter().flatten();
    let from = day("validFrom");
    let repealed = entry["repealed"].as_bool() == Some(true);
    let light = match (repealed, entry["default"].as_bool() == Some(true)) {
        (true, _) => light("mute", "✕", t.plain("state-repealed")),
        (false, true) => light("late", "", t.plain("rules-default")),
        (false, false) => light("ok", "●", t.plain("rules-decided")),
    };
    Version {
        number: entry["version"].as_u64().unwrap_or_default().to_string(),
        light,
        from: if from.is_empty() { t.plain("rules-from-start") } else { from },
        until: day("validUntil"),
        parameters: parameters
            .map(|(name, value)| (t.word("rule-parameter", name), value.to_string()))
            .collect(),
        source: text("source"),
        record: entry["position"]
            .as_u64()
            .map(|at| linked(at.to_string(), record_link(at)))
            .unwrap_or_default(),
    }
}
