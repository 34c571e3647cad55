//! One matter told as people tell it: what, where, who, when; then every step with its proof.

use gongjian_projections::trail::{Matter, Named, Step, Trail};
use serde_json::Value;

use crate::messages::Text;

/// Letters of a digest that a reader compares.
const DIGEST_SHOWN: usize = 12;

/// The story of every matter behind an id.
pub fn narrative(trail: &Trail, text: Text) -> String {
    let mut out = String::new();
    for subject in &trail.subjects {
        let others: Vec<String> =
            subject.names.iter().filter(|name| **name != subject.name).cloned().collect();
        let key = if others.is_empty() { "trail-subject" } else { "trail-subject-renamed" };
        let names = text.listed(&others);
        let args = [("name", subject.name.as_str()), ("code", &subject.code), ("names", &names)];
        line(&mut out, &text.get(key, &args));
    }
    if trail.matters.len() != 1 {
        line(&mut out, &text.get("trail-count", &[("count", &trail.matters.len().to_string())]));
    }
    for matter in &trail.matters {
        out.push('\n');
        tell(&mut out, matter, text);
    }
    let position = trail.position.map_or_else(|| "-".to_owned(), |position| position.to_string());
    out.push('\n');
    line(&mut out, &text.get("trail-footing", &[("position", &position), ("on", &trail.on.to_string())]));
    out
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

fn tell(out: &mut String, matter: &Matter, text: Text) {
    line(out, &text.get("trail-matter", &[("title", &matter.title), ("root", &matter.root)]));
    for (label, value) in summary(matter, text) {
        line(out, &format!("  {}", text.labelled(&label, &value)));
    }
    line(out, &text.plain("trail-steps"));
    for step in &matter.steps {
        line(out, &step_line(step, text));
        if let Some(said) = said(&step.data) {
            line(out, &format!("      {said}"));
        }
        if let Some(content) = &step.content {
            let erasure = content.erased_by.map(|at| at.to_string()).unwrap_or_default();
            let key = format!("trail-content-{}", content.status);
            line(out, &format!("      {}", text.get(&key, &[("position", &erasure)])));
        }
        let particulars = particulars(step, text);
        if !particulars.is_empty() {
            line(out, &format!("      {particulars}"));
        }
    }
    if !matter.not_stated.is_empty() {
        line(out, &text.plain("trail-not-stated"));
        for missing in &matter.not_stated {
            line(out, &format!("    {}", text.labelled(&missing.stream, &text.word("step", missing.step))));
        }
    }
}

/// What the matter is about and what it came to, as labels and values; only what the record says.
pub(crate) fn summary(matter: &Matter, text: Text) -> Vec<(String, String)> {
    let summary = &matter.summary;
    let named = |it: &Named| text.named(&it.name, &it.code);
    let mut rows = Vec::new();
    let mut put = |key: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            rows.push((text.plain(&format!("trail-{key}")), value));
        }
    };
    put("place", summary.place.as_ref().map(&named));
    put("community", summary.community.as_ref().map(&named));
    put("households", summary.households.map(|households| households.to_string()));
    put("category", summary.category.clone());
    put("raised-on", summary.raised_on.map(|day| day.to_string()));
    put("problem", summary.problem.clone());
    for meeting in &summary.meetings {
        let held = if meeting.held { "trail-held" } else { "trail-not-held" };
        let (date, held) = (meeting.date.to_string(), text.plain(held));
        let args = [("date", date.as_str()), ("type", &meeting.meeting_type), ("held", &held)];
        let shown = std::iter::once(text.get("trail-meeting-line", &args)).chain(meeting.minutes.clone());
        put("meeting", Some(text.remarks(&shown.collect::<Vec<_>>())));
    }
    put("decision", summary.decision.clone());
    put("responsible", summary.responsible.as_ref().map(&named));
    put("supporting", Some(text.listed(&summary.supporting.iter().map(&named).collect::<Vec<_>>())));
    put("due-on", summary.due_on.map(|day| day.to_string()));
    put("completed-on", summary.completed_on.map(|day| day.to_string()));
    let verified = summary.verified_on.map(|day| {
        let verifier = summary.verifier.as_ref().map(&named).unwrap_or_default();
        format!("{day} {verifier}")
    });
    put("verified", verified);
    rows
}

fn step_line(step: &Step, text: Text) -> String {
    let by = step
        .doer
        .as_ref()
        .map_or_else(|| text.word("post", &step.recorded_by), |it| text.named(&it.name, &it.code));
    let digest = step.digest.to_string();
    let mut marks = vec![text.word("assurance", step.assurance)];
    if let (Some(days), Some(heard)) = (step.late, step.heard_on) {
        let (days, heard) = (days.to_string(), heard.to_string());
        marks.push(text.get("trail-late", &[("days", &days), ("heard", &heard)]));
    }
    if step.correction {
        marks.push(text.plain("trail-correction"));
    }
    let (on, position) = (step.occurred_on.to_string(), step.position.to_string());
    let args = [
        ("on", on.as_str()),
        ("kind", &text.word("kind", &step.kind)),
        ("stream", &step.stream),
        ("by", &by),
        ("marks", &text.remarks(&marks)),
        ("position", &position),
        ("digest", digest.get(..DIGEST_SHOWN).unwrap_or(&digest)),
    ];
    format!("  {}", text.get("trail-step-line", &args))
}

/// Posts, units, places and results that a step's payload names.
pub(crate) fn particulars(step: &Step, text: Text) -> String {
    const FIELDS: [&str; 9] = [
        "place",
        "chairPost",
        "recorderPost",
        "participants",
        "expectedUnits",
        "residents",
        "outcome",
        "referredTo",
        "dueOn",
    ];
    let shown = |value: &Value| match value {
        Value::String(value) => Some(value.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(parts) if !parts.is_empty() => {
            let parts: Vec<String> = parts.iter().filter_map(Value::as_str).map(str::to_owned).collect();
            Some(text.listed(&parts))
        }
        _ => None,
    };
    let mut parts: Vec<String> = FIELDS
        .iter()
        .filter_map(|field| Some((*field, shown(step.data.get(field)?)?)))
        .map(|(field, value)| text.labelled(&text.word("field", field), &value))
        .collect();
    if step.correction
        && let Some(list) = step.data.get("changes").and_then(Value::as_array)
    {
        parts.push(super::lists::json_changes(list, text));
    }
    if !step.units.is_empty() {
        let units: Vec<String> = step.units.iter().map(|it| text.named(&it.name, &it.code)).collect();
        parts.push(text.labelled(&text.word("field", "unit"), &text.listed(&units)));
    }
    text.statements(&parts)
}

/// The words of a step, where its payload has any.
pub(crate) fn said(data: &Value) -> Option<&str> {
    ["text", "reason", "summary", "minutes", "title"]
        .into_iter()
        .find_map(|field| data.get(field).and_then(Value::as_str))
        .filter(|text| !text.is_empty())
}
