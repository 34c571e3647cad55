//! One thing of a register: how it stands, what can be done with it now, what it says, what belongs to it, and its
//! story, each step with its record.

use askama::Template;
use gongjian_core::day::Day;
use gongjian_core::record::Position;
use gongjian_projections::lists::Query;
use serde_json::Value;

use super::cells::{Cell, cell, encoded, place};
use super::{Frame, Seen, Shown, Visit, form, registers};
use crate::access::Right;
use crate::app::{EventFilter, ShownEvent};
use crate::error::Problem;
use crate::messages::Text;

/// Steps of a story on one page; the rest stands in the trail.
const STEPS: usize = 200;
/// Rows of what belongs to it.
const CHILDREN: usize = 100;

/// A fact: its label and its value.
pub(crate) struct Fact {
    label: String,
    cell: Cell,
}

/// Something that can be done.
pub(crate) struct Action {
    link: String,
    words: String,
}

/// One step of a story.
pub(crate) struct Step {
    position: Position,
    day: String,
    words: String,
    details: String,
    by: String,
    digest: String,
    correction: bool,
}

/// What belongs to it.
pub(crate) struct Children {
    title: String,
    headers: Vec<String>,
    rows: Vec<Vec<Cell>>,
    new: Option<Action>,
}

#[derive(Template)]
#[template(path = "item.html")]
struct ItemPage {
    frame: Frame,
    back: (&'static str, String),
    id: String,
    light: Cell,
    marks: Cell,
    actions: Vec<Action>,
    corrects: Option<Action>,
    facts: Vec<Fact>,
    children: Vec<Children>,
    steps: Vec<Step>,
    trail: String,
    papers: Vec<Action>,
}

/// Lists of what belongs to something: its category, the list, the field that names it, columns, the command that
/// adds one.
const BELONGINGS: &[(&str, &str, &str, &[&str], Option<&str>)] = &[
    (
        "agreement",
        "commitments",
        "agreement",
        &["id", "text", "joint", "responsible", "dueOn", "completedOn", "verifiedOn", "state"],
        Some("commitment.add"),
    ),
    ("meeting", "topics", "meeting", &["id", "title", "category", "outcome", "state"], Some("topic.propose")),
    (
        "meeting",
        "decisions",
        "meeting",
        &["id", "text", "responsible", "dueOn", "completedOn", "verifiedOn", "state"],
        Some("decision.record"),
    ),
    (
        "decision",
        "tasks",
        "decision",
        &["id", "text", "responsible", "dueOn", "completedOn", "state"],
        Some("task.assign"),
    ),
    (
        "occurrence",
        "issues",
        "occurrence",
        &["id", "compound", "category", "text", "responsible", "dueOn", "state"],
        Some("issue.raise"),
    ),
];

/// Papers of a category: the kind, and the formats that one takes away.
const PAPERS: &[(&str, &[&str])] = &[
    ("meeting", &["notice", "agenda", "attendance", "minutes"]),
    ("agreement", &["agreement"]),
    ("decision", &["decision-slip"]),
    ("occurrence", &["wednesday-sheet"]),
];

/// Shows an item of a register that has no page of its own for it.
pub(super) fn show(visit: &Visit) -> Seen {
    let register = registers::register(&visit.path).ok_or_else(|| Problem::not_found(&visit.path))?;
    let id = visit.part("id");
    let asked = visit.asked()?;
    let item = visit.app().item(register.list, id, asked)?;
    let on = visit.on(asked)?;
    let t = visit.text;
    let stream = item.get("stream").and_then(Value::as_str).unwrap_or_default().to_owned();
    let category = stream.split('/').next().unwrap_or_default().to_owned();
    let title = ["name", "title", "text"].iter().find_map(|field| item.get(*field).and_then(Value::as_str));
    let frame = visit.frame(title.filter(|title| !title.is_empty()).unwrap_or(id));
    let may_record = visit.caller.may(Right::Record) && frame.as_of.is_none();
    let mut actions = if may_record { actions(visit, &stream)? } else { Vec::new() };
    let corrects = actions.iter().position(|(command, _)| command.ends_with(".correct"));
    let corrects = corrects.map(|at| actions.remove(at).1);
    let page = ItemPage {
        back: (register.path, t.plain(&format!("page-{}", register.list))),
        light: cell(&item, "state", on, t),
        marks: cell(&item, "record", on, t),
        actions: actions.into_iter().map(|(_, action)| action).collect(),
        corrects,
        facts: facts(&item, on, t),
        children: children(visit, &category, id, may_record, on)?,
        steps: steps(visit, &stream)?,
        trail: format!("/trails/{}", encoded(&stream).replace("%2F", "/")),
        papers: papers(&category, id, t),
        id: id.to_owned(),
        frame,
    };
    Shown::page(&page)
}

/// What the state machine allows now, but what comes with objects and digests has pages of its own.
fn actions(visit: &Visit, stream: &str) -> Result<Vec<(&'static str, Action)>, Problem> {
    let allowed = visit.app().allowed(stream)?;
    let shown = allowed.into_iter().filter(|command| form::is_offered(command)).map(|command| {
        let link = format!("/do/{command}?stream={}", encoded(stream));
        (command, Action { link, words: visit.text.command(command) })
    });
    Ok(shown.collect())
}

/// Every field that says something, in the order of forms.
fn facts(item: &Value, on: Day, t: Text) -> Vec<Fact> {
    const APART: &[&str] = &["id", "stream", "revision", "state", "lateDays", "corrections", "overdue"];
    let Some(map) = item.as_object() else { return Vec::new() };
    let mut names: Vec<&str> = map.keys().map(String::as_str).collect();
    let beside = |name: &&str| name.strip_suffix("Name").is_some_and(|plain| map.contains_key(plain));
    names.retain(|name| !APART.contains(name) && !beside(name));
    names.sort_by_key(|name| form::order(name));
    let fact = |name| Fact { label: t.word("field", name), cell: cell(item, name, on, t) };
    names.into_iter().map(fact).filter(|fact| !fact.cell.words.is_empty()).collect()
}

fn children(
    visit: &Visit,
    category: &str,
    id: &str,
    may_record: bool,
    on: Day,
) -> Result<Vec<Children>, Problem> {
    let t = visit.text;
    let of_category = BELONGINGS.iter().filter(|(of, ..)| *of == category);
    let mut all = Vec::new();
    for (_, list, field, columns, new) in of_category {
        // Whatever belongs to it has its id in one of its fields; what only mentions it does not count.
        let query = Query { contains: Some(id.to_owned()), limit: CHILDREN, ..Query::on(on) };
        let page = visit.app().list(list, &query, visit.asked()?)?;
        let own = |item: &&Value| item.get(*field).and_then(Value::as_str) == Some(id);
        let rows = page
            .rows
            .iter()
            .filter(own)
            .map(|item| columns.iter().map(|name| cell(item, name, on, t)).collect());
        let action = |command: &&str| Action {
            link: format!("/do/{command}?{field}={}", encoded(id)),
            words: t.command(command),
        };
        all.push(Children {
            title: t.plain(&format!("page-{list}")),
            headers: columns.iter().map(|name| t.word("field", name)).collect(),
            rows: rows.collect(),
            new: new.as_ref().filter(|_| may_record).map(action),
        });
    }
    Ok(all)
}

/// What happened to a stream, oldest first.
pub(super) fn steps(visit: &Visit, stream: &str) -> Result<Vec<Step>, Problem> {
    let filter = EventFilter { stream: Some(stream.to_owned()), ..EventFilter::default() };
    let page = visit.app().events(0, STEPS, &filter)?;
    Ok(page.items.iter().map(|event| step(event, visit.text)).collect())
}

fn step(event: &ShownEvent, t: Text) -> Step {
    let json = serde_json::to_value(event).unwrap_or_default();
    let text = |name: &str| json.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let kind = text("kind");
    let day = text("occurredOn").get(..10).and_then(|day| day.parse::<Day>().ok());
    let digest = text("digest");
    Step {
        position: json.get("position").and_then(Value::as_u64).unwrap_or_default(),
        day: day.map(|day| t.day(day)).unwrap_or_default(),
        words: t.word("kind", &kind),
        details: details(json.get("data"), t),
        by: text("recordedBy"),
        digest: digest.get(..12).unwrap_or_default().to_owned(),
        correction: kind.ends_with(".corrected"),
    }
}

/// What an event says, in one line.
pub(super) fn details(data: Option<&Value>, t: Text) -> String {
    let Some(map) = data.and_then(Value::as_object) else { return String::new() };
    let mut names: Vec<&String> = map.keys().collect();
    names.sort_by_key(|name| form::order(name));
    let said = names.into_iter().filter_map(|name| {
        let value = match &map[name] {
            Value::Null => return None,
            Value::String(text) => match text.parse::<Day>() {
                Ok(day) => t.day(day),
                Err(_) => text.clone(),
            },
            Value::Array(parts) if name == "changes" => crate::output::lists::json_changes(parts, t),
            Value::Array(parts) => {
                t.listed(&parts.iter().filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>())
            }
            Value::Bool(yes) => {
                if *yes {
                    t.plain("yes")
                } else {
                    return None;
                }
            }
            other => other.to_string(),
        };
        (!value.is_empty()).then(|| t.labelled(&t.word("field", name), &value))
    });
    t.statements(&said.collect::<Vec<_>>())
}

fn papers(category: &str, id: &str, t: Text) -> Vec<Action> {
    let kinds = PAPERS.iter().find(|(of, _)| *of == category).map(|(_, kinds)| *kinds).unwrap_or_default();
    let paper = |kind: &&str| Action {
        link: format!("/api/v1/papers/{kind}/{}?format=docx", encoded(id)),
        words: t.word("paper", kind),
    };
    kinds.iter().map(paper).collect()
}

/// The page of a stream, or of the whole log where it has none.
pub(super) fn page_of(stream: &str) -> String {
    place(stream).unwrap_or_else(|| "/".to_owned())
}
