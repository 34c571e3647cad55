//! The story of a matter (决策轨迹): the verdict first, then the answer, then what an inspector should ask about, then
//! every step with its record.

use std::collections::BTreeSet;

use askama::Template;
use gongjian_core::day::Day;
use gongjian_core::record::Position;
use gongjian_projections::findings::Severity;
use gongjian_projections::trail::{Matter, Named, NotStated, Step, Trail};
use serde_json::Value;

use super::super::cells::{self, Cell, place};
use super::super::{Frame, Seen, Shown, Visit};
use super::proof::{self, ProofShown};
use super::{day_after, light, linked, moment, record_link, short, trail_link, with_days};
use crate::app::Asked;
use crate::error::Problem;
use crate::messages::Text;
use crate::output::lists::finding as finding_said;
use crate::output::trail as told;

/// Matters on one page.
const MATTERS: usize = 200;

/// A step as it is shown.
struct StepShown {
    /// Its mark: shape and class.
    shape: &'static str,
    look: &'static str,
    day: String,
    what: String,
    stream: Cell,
    who: String,
    said: String,
    /// Field, what stood there, what stands there now.
    changes: Vec<(String, String, String)>,
    marks: Vec<Cell>,
    /// Its record; none of a step that no ledger states.
    record: Option<Cell>,
    digest: String,
    entered: String,
    absent: bool,
}

/// A line of the verdict: what was checked and by which rule.
struct Checked {
    light: Cell,
    rule: Option<Cell>,
}

#[derive(Template)]
#[template(path = "trail.html")]
struct TrailPage {
    frame: Frame,
    root: Cell,
    light: Cell,
    proof: ProofShown,
    /// What it is about.
    about: Vec<(String, Cell)>,
    conclusion: String,
    who: Vec<(String, Cell)>,
    checked: Vec<Checked>,
    attention: Vec<Cell>,
    by_recorded: bool,
    order_links: (String, String),
    steps: Vec<StepShown>,
    package: String,
    papers: Vec<(String, &'static str)>,
    others: Vec<Cell>,
}

struct MatterRow {
    title: Cell,
    root: String,
    light: Cell,
    due: String,
    steps: Cell,
}

#[derive(Template)]
#[template(path = "trails.html")]
struct TrailsPage {
    frame: Frame,
    names: Vec<String>,
    rows: Vec<MatterRow>,
    total: usize,
}

/// Shows every matter behind an id or a name: one as a story, several as a list.
pub(crate) fn show(visit: &Visit) -> Seen {
    let asked = visit.asked()?;
    let trail = visit.app().trail(visit.part("id"), asked)?;
    match trail.matters.as_slice() {
        [matter] => one(visit, asked, &trail, matter),
        _ => several(visit, &trail),
    }
}

fn several(visit: &Visit, trail: &Trail) -> Seen {
    let t = visit.text;
    let subject = trail.subjects.first();
    let title = subject.map_or_else(|| trail.id.clone(), |subject| subject.name.clone());
    let row = |matter: &Matter| {
        let due = matter.summary.due_on.map(|due| t.day(due)).unwrap_or_default();
        MatterRow {
            title: linked(matter.title.clone(), kept(visit, &trail_link(&matter.root))),
            root: matter.root.split('/').nth(1).unwrap_or(&matter.root).to_owned(),
            light: state(matter, trail.on, t),
            due,
            steps: super::number(matter.steps.len().to_string()),
        }
    };
    let page = TrailsPage {
        frame: visit.frame(t.get("trail-title", &[("title", &title)])),
        names: trail
            .subjects
            .iter()
            .map(|subject| {
                let names: Vec<String> =
                    subject.names.iter().filter(|name| **name != subject.name).cloned().collect();
                let key = if names.is_empty() { "trail-subject" } else { "trail-subject-renamed" };
                let names = t.listed(&names);
                t.get(key, &[("name", &subject.name), ("code", &subject.code), ("names", &names)])
            })
            .collect(),
        rows: trail.matters.iter().take(MATTERS).map(row).collect(),
        total: trail.matters.len(),
    };
    Shown::page(&page)
}

/// The same question about the same time.
fn kept(visit: &Visit, path: &str) -> String {
    let mut query = super::super::Fields::default();
    for name in ["as-of", "on"] {
        query.put(name, visit.query.get(name));
    }
    query.link(path, &[])
}

fn one(visit: &Visit, asked: Asked, trail: &Trail, matter: &Matter) -> Seen {
    let t = visit.text;
    let by_recorded = visit.query.get("order") == "recorded";
    let positions: BTreeSet<Position> = matter.steps.iter().map(|step| step.position).collect();
    let found = findings(visit, asked, matter)?;
    let link = |order: &str| visit.query.link(&visit.path, &[("order", order)]);
    let page = TrailPage {
        frame: visit.frame(t.get("trail-title", &[("title", &matter.title)])),
        root: linked(matter.root.split('/').nth(1).unwrap_or(&matter.root), place_of(&matter.root)),
        light: state(matter, trail.on, t),
        proof: proof::of(visit, &positions)?,
        about: about(matter, t),
        conclusion: conclusion(matter, t),
        who: who(matter, t),
        checked: checked(visit, asked, matter, trail.on, &found)?,
        attention: attention(matter, &found, t),
        by_recorded,
        order_links: (link(""), link("recorded")),
        steps: steps(matter, by_recorded, t),
        package: format!("/api/v1/evidence/{}", trail_link(&matter.root).trim_start_matches("/trails/")),
        papers: [("docx", "Word"), ("pdf", "PDF")]
            .map(|(format, name)| {
                let id = trail_link(&matter.root);
                let id = id.trim_start_matches("/trails/");
                (format!("/api/v1/papers/trail/{id}?format={format}"), name)
            })
            .into(),
        others: matter.streams.iter().skip(1).map(|stream| stream_cell(stream)).collect(),
    };
    Shown::page(&page)
}

fn place_of(stream: &str) -> String {
    place(stream).unwrap_or_default()
}

fn stream_cell(stream: &str) -> Cell {
    let words = stream.split_once('/').map_or(stream, |(_, id)| id);
    linked(words, place_of(stream))
}

/// The light of the work that the matter is about; of what is no work, that it is recorded.
fn state(matter: &Matter, on: Day, t: Text) -> Cell {
    let work = &matter.summary.work;
    let order = ["decision/", "issue/", "project/", "commitment/"];
    let main = order.iter().find_map(|prefix| work.iter().find(|line| line.stream.starts_with(prefix)));
    let Some(main) = main.or(work.first()) else { return Cell::default() };
    let item = serde_json::json!({
        "stream": main.stream, "state": main.state, "dueOn": main.due_on, "extendedTo": main.extended_to,
    });
    cells::cell(&item, "state", on, t)
}

fn named(it: &Named) -> Cell {
    linked(it.name.clone(), place_of(&format!("unit/{}", it.code)))
}

fn about(matter: &Matter, t: Text) -> Vec<(String, Cell)> {
    let summary = &matter.summary;
    let mut rows = Vec::new();
    let mut put = |key: &str, cell: Option<Cell>| rows.extend(cell.map(|cell| (t.plain(key), cell)));
    let at = |kind: &str, it: &Named| linked(it.name.clone(), place_of(&format!("{kind}/{}", it.code)));
    put("trail-place", summary.place.as_ref().map(|it| at("compound", it)));
    put("trail-community", summary.community.as_ref().map(|it| at("community", it)));
    put("trail-households", summary.households.map(|count| Cell::words(count.to_string())));
    put("trail-category", summary.category.clone().map(Cell::words));
    put("trail-problem", summary.problem.clone().filter(|it| *it != matter.title).map(Cell::words));
    for meeting in &summary.meetings {
        let held = t.plain(if meeting.held { "trail-held" } else { "trail-not-held" });
        let date = t.day(meeting.date);
        let words =
            t.get("trail-meeting-line", &[("date", &date), ("type", &meeting.meeting_type), ("held", &held)]);
        put("trail-meeting", Some(linked(words, place_of(&meeting.stream))));
    }
    put("trail-decision", summary.decision.clone().filter(|it| *it != matter.title).map(Cell::words));
    rows
}

/// From the first word to the verification in one line.
fn conclusion(matter: &Matter, t: Text) -> String {
    let summary = &matter.summary;
    let decided = matter.steps.iter().find(|step| step.kind == "decision.recorded");
    let days = [
        ("trail-then-raised", summary.raised_on),
        ("trail-then-decided", decided.map(|step| step.occurred_on)),
        ("trail-then-completed", summary.completed_on),
        ("trail-then-verified", summary.verified_on),
    ];
    let mut before = None;
    let mut parts = Vec::new();
    for (key, day) in days {
        let Some(day) = day else { continue };
        parts.push(t.get(key, &[("on", &day_after(day, before, t))]));
        before = Some(day);
    }
    let mut line = parts.join(" → ");
    let Some(due) = summary.due_on else { return line };
    if !line.is_empty() {
        line.push_str(&t.plain("trail-then"));
    }
    line.push_str(&t.get("trail-then-due", &[("on", &day_after(due, before, t))]));
    if let Some(done) = summary.completed_on {
        let days = due.0.saturating_sub(done.0);
        let key = match days {
            0 => "trail-then-on-time",
            1.. => "trail-then-early",
            _ => "trail-then-late",
        };
        line.push_str(&t.plain("trail-comma"));
        line.push_str(&t.get(key, &[("days", &days.abs().to_string())]));
    }
    line
}

fn who(matter: &Matter, t: Text) -> Vec<(String, Cell)> {
    let summary = &matter.summary;
    let one = |key: &str, it: Option<&Named>| it.map(|it| (t.plain(key), named(it)));
    let mut who: Vec<(String, Cell)> =
        one("trail-responsible", summary.responsible.as_ref()).into_iter().collect();
    who.extend(summary.supporting.iter().map(|it| (t.plain("trail-supporting"), named(it))));
    who.extend(one("trail-verified", summary.verifier.as_ref()));
    who
}

/// Findings about the matter, as JSON.
fn findings(visit: &Visit, asked: Asked, matter: &Matter) -> Result<Vec<Value>, Problem> {
    let meetings = matter.summary.meetings.iter().map(|meeting| &meeting.stream);
    let streams: BTreeSet<&String> = matter.streams.iter().chain(meetings).collect();
    let all = visit.app().findings(asked)?;
    // A meeting's finding about another of its decisions is not about this matter.
    let about = all.iter().filter(|finding| streams.contains(&finding.stream));
    about.map(|finding| visit.app().finding_shown(finding, asked)).collect()
}

fn text_of<'v>(item: &'v Value, name: &str) -> &'v str {
    item.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn rule_cell(version: &str) -> Cell {
    let id = version.split('@').next().unwrap_or(version);
    linked(version, format!("/rules/{}", cells::encoded(id)))
}

/// What rules say: what is broken by the findings, and what is kept where the record shows it.
fn checked(
    visit: &Visit,
    asked: Asked,
    matter: &Matter,
    on: Day,
    found: &[Value],
) -> Result<Vec<Checked>, Problem> {
    let t = visit.text;
    let views = visit.app().views_as_of(asked.last)?;
    let has = |code: &str, stream: &str| {
        found.iter().any(|item| text_of(item, "code") == code && text_of(item, "stream") == stream)
    };
    let mut checked = Vec::new();
    let rule = |id: &str, day: Day| views.rules.applies(id, day).as_deref().map(rule_cell);
    for line in &matter.summary.meetings {
        let Some(id) = line.stream.strip_prefix("meeting/") else { continue };
        let Some(meeting) = views.meetings.meeting.get(id) else { continue };
        if let Some(noticed) = meeting.noticed.filter(|fact| fact.by(on))
            && !has("notice-too-short", &line.stream)
        {
            let days = meeting.date.0.saturating_sub(noticed.on.0).to_string();
            let words = t.get("trail-kept-notice", &[("days", &days)]);
            checked.push(Checked { light: light("ok", "●", words), rule: rule("M02", meeting.date) });
        }
        if let Some(expected) = meeting.expected_units
            && meeting.held.is_some()
            && !has("no-quorum", &line.stream)
        {
            let (present, expected) = (meeting.units.len().to_string(), expected.to_string());
            let words = t.get("trail-kept-quorum", &[("present", &present), ("expected", &expected)]);
            checked.push(Checked { light: light("ok", "●", words), rule: rule("M01", meeting.date) });
        }
    }
    let summary = &matter.summary;
    if let (Some(verifier), Some(responsible)) = (&summary.verifier, &summary.responsible) {
        let other = verifier.code != responsible.code;
        let (look, shape, key) = if other {
            ("ok", "●", "trail-kept-verifier")
        } else {
            ("bad", "◆", "trail-broken-verifier")
        };
        checked.push(Checked { light: light(look, shape, t.plain(key)), rule: None });
    }
    if let (Some(due), Some(done)) = (summary.due_on, summary.completed_on) {
        let days = (done.0.saturating_sub(due.0)).to_string();
        let shown = if done <= due {
            light("ok", "●", t.plain("trail-kept-due"))
        } else {
            light("bad", "◆", t.get("trail-then-late", &[("days", &days)]))
        };
        checked.push(Checked { light: shown, rule: None });
    }
    for item in found.iter().filter(|item| text_of(item, "severity") != Severity::Note.word()) {
        // Late entries and corrections stand under what to look at.
        if matches!(text_of(item, "code"), "late-entry" | "corrected") {
            continue;
        }
        let (look, shape) =
            if text_of(item, "severity") == "serious" { ("bad", "◆") } else { ("warn", "▲") };
        let version = item.get("args").and_then(|args| args.get("rule")).and_then(Value::as_str);
        let said = with_days(&finding_said(item, t), t);
        let words = t.labelled(&t.word("finding-title", text_of(item, "code")), &said);
        checked.push(Checked { light: light(look, shape, words), rule: version.map(rule_cell) });
    }
    Ok(checked)
}

/// How the record came to be: what an inspector should look at.
fn attention(matter: &Matter, found: &[Value], t: Text) -> Vec<Cell> {
    let count = |is: &dyn Fn(&&Step) -> bool| matter.steps.iter().filter(is).count();
    let mut cells = Vec::new();
    let mut put = |shape: &'static str, count: usize, key: &str, more: &[(&str, &str)]| {
        if count > 0 {
            let number = count.to_string();
            let args: Vec<(&str, &str)> =
                [("count", number.as_str())].into_iter().chain(more.iter().copied()).collect();
            cells.push(light("late", shape, t.get(key, &args)));
        }
    };
    put("✎", count(&|step| step.correction), "trail-attention-corrected", &[]);
    let days = matter.steps.iter().filter_map(|step| step.late).max().unwrap_or(0).to_string();
    put("◷", count(&|step| step.late.is_some()), "trail-attention-late", &[("days", &days)]);
    let erased = |step: &&Step| step.content.as_ref().is_some_and(|content| content.status == "erased");
    put("🔒", count(&erased), "trail-attention-erased", &[]);
    put("–", count(&|step| step.assurance == "stated"), "trail-attention-stated", &[]);
    put("–", matter.not_stated.len(), "trail-attention-absent", &[]);
    let notes = found.iter().filter(|item| text_of(item, "severity") == "note").count();
    put("!", notes, "trail-attention-notes", &[]);
    cells
}

fn steps(matter: &Matter, by_recorded: bool, t: Text) -> Vec<StepShown> {
    let mut all: Vec<&Step> = matter.steps.iter().collect();
    if by_recorded {
        all.sort_unstable_by_key(|step| step.position);
    }
    let mut shown: Vec<(Option<&Step>, StepShown)> =
        all.into_iter().map(|step| (Some(step), step_shown(step, t))).collect();
    for missing in &matter.not_stated {
        // It must have been taken before the work was done.
        let before = |(step, _): &(Option<&Step>, StepShown)| {
            step.is_some_and(|step| step.stream == missing.stream && ends(&step.kind))
        };
        let at = shown.iter().position(before).unwrap_or(shown.len());
        shown.insert(at, (None, absent(missing, t)));
    }
    shown.into_iter().map(|(_, shown)| shown).collect()
}

/// Whether a kind says that something came to its end.
fn ends(kind: &str) -> bool {
    let act = kind.split('.').nth(1).unwrap_or_default();
    matches!(
        act,
        "completed" | "verified" | "submitted" | "accepted" | "closed" | "held" | "concluded" | "effected"
    )
}

fn absent(missing: &NotStated, t: Text) -> StepShown {
    StepShown {
        shape: "–",
        look: "mute",
        day: String::new(),
        what: t.word("step", missing.step),
        stream: stream_cell(&missing.stream),
        who: String::new(),
        said: String::new(),
        changes: Vec::new(),
        marks: vec![light("late", "–", t.plain("trail-absent"))],
        record: None,
        digest: String::new(),
        entered: String::new(),
        absent: true,
    }
}

fn step_shown(step: &Step, t: Text) -> StepShown {
    let erased = step.content.as_ref().filter(|content| content.status == "erased");
    let (shape, look) = match step {
        _ if erased.is_some() => ("🔒", "mute"),
        step if step.correction => ("✎", "late"),
        step if step.late.is_some() => ("◷", "late"),
        step if ends(&step.kind) => ("●", "ok"),
        step if step.kind.ends_with(".raised") || step.kind.ends_with(".proposed") => ("○", "mute"),
        _ => ("◐", "info"),
    };
    let digest = step.digest.to_string();
    let entered = moment(step.recorded_at, t);
    let post = t.word("post", &step.recorded_by);
    StepShown {
        shape,
        look,
        day: t.day(step.occurred_on),
        what: t.word("kind", &step.kind),
        stream: stream_cell(&step.stream),
        who: step.doer.as_ref().map(|it| it.name.clone()).unwrap_or_default(),
        said: said(step, t),
        changes: changes(&step.data, t),
        marks: marks(step, t),
        record: Some(linked(
            t.get("item-record", &[("position", &step.position.to_string())]),
            record_link(step.position),
        )),
        digest: short(&digest),
        entered: t.get("trail-entered", &[("post", &post), ("at", &entered)]),
        absent: false,
    }
}

fn said(step: &Step, t: Text) -> String {
    let mut parts: Vec<String> = told::said(&step.data).map(str::to_owned).into_iter().collect();
    if !step.correction {
        parts.push(with_days(&told::particulars(step, t), t));
    }
    // That it came with an import, its post says already.
    if let Some(authority) = step.authority.as_ref().filter(|it| !it.starts_with("import/")) {
        parts.push(t.labelled(&t.plain("field-authority"), authority));
    }
    parts.retain(|part| !part.is_empty());
    t.statements(&parts)
}

/// What a correction changed: field, what stood there, what stands there now.
pub(super) fn changes(data: &Value, t: Text) -> Vec<(String, String, String)> {
    let list = data.get("changes").and_then(Value::as_array);
    let shown = |text: &str| match text.parse::<Day>() {
        Ok(day) => t.day(day),
        Err(_) if text.is_empty() => t.plain("finding-change-blank"),
        Err(_) => text.to_owned(),
    };
    let change = |change: &Value| {
        let part = |name| shown(text_of(change, name));
        (t.word("field", text_of(change, "field")), part("was"), part("now"))
    };
    list.into_iter().flatten().map(change).collect()
}

fn marks(step: &Step, t: Text) -> Vec<Cell> {
    let mut marks = Vec::new();
    if let (Some(days), Some(heard)) = (step.late, step.heard_on) {
        let (days, heard) = (days.to_string(), t.day(heard));
        marks.push(light("late", "◷", t.get("trail-late", &[("days", &days), ("heard", &heard)])));
    }
    if let Some(content) = &step.content {
        let by = content.erased_by.map(|at| at.to_string()).unwrap_or_default();
        let key = format!("trail-content-{}", content.status);
        marks.push(light("mute", "", t.get(&key, &[("position", &by)])));
    }
    let look = if step.assurance == "attested" { "ok" } else { "mute" };
    marks.push(Cell { look, ..Cell::words(t.word("assurance", step.assurance)) });
    marks
}
