//! A new agreement (新建协议) in four steps: who and what, until when, the clauses, and one look at all of it. Each step
//! is a form that carries everything before it, so that nothing is kept anywhere until the one list is recorded.

use askama::Template;
use axum::http::StatusCode;
use gongjian_core::command::parse_id;
use serde_json::Value;

use super::super::form::{self, FieldShown};
use super::super::{Fields, Frame, Seen, Shown, Visit, ids};
use super::clauses::{self, Row};
use super::draft::{self, Draft, Fault};
use crate::app::{EventFilter, ShownEvent, random_id, uuid};
use crate::error::Problem;

/// Where the form is sent.
const PATH: &str = "/agreements/new";

/// One step of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// 双方与类型.
    Parties,
    /// 期限.
    Term,
    /// 条款.
    Clauses,
    /// 核对并提交.
    Check,
}

impl Step {
    const ALL: [Step; 4] = [Step::Parties, Step::Term, Step::Clauses, Step::Check];

    fn word(self) -> &'static str {
        match self {
            Step::Parties => "parties",
            Step::Term => "term",
            Step::Clauses => "clauses",
            Step::Check => "check",
        }
    }

    fn of_word(word: &str) -> Option<Step> {
        Step::ALL.into_iter().find(|step| step.word() == word)
    }

    /// The step after; there is no term to record before anybody has signed.
    fn next(self, given: &Fields) -> Step {
        match self {
            Step::Parties if draft::is_signed(given) => Step::Term,
            Step::Parties | Step::Term => Step::Clauses,
            Step::Clauses | Step::Check => Step::Check,
        }
    }

    fn before(self, given: &Fields) -> Step {
        match self {
            Step::Check => Step::Clauses,
            Step::Clauses if draft::is_signed(given) => Step::Term,
            _ => Step::Parties,
        }
    }

    /// Whether a field is asked for here.
    fn has(self, key: &str) -> bool {
        match self {
            Step::Parties => draft::parties().iter().any(|field| field.name == key),
            Step::Term => draft::term().iter().any(|field| field.name == key),
            Step::Clauses => clauses::is_row(key) || matches!(key, "rows" | "paste"),
            Step::Check => false,
        }
    }
}

/// A step as the line above the form shows it.
struct StepShown {
    words: String,
    here: bool,
    done: bool,
}

/// What is shown again before it is recorded: label, value, and the step that changes it.
struct Checked {
    label: String,
    value: String,
}

#[derive(Template)]
#[template(path = "agreement-new.html")]
struct NewPage {
    frame: Frame,
    steps: Vec<StepShown>,
    step: &'static str,
    faults: Vec<Fault>,
    refusal: String,
    notes: Vec<String>,
    command_id: String,
    hidden: Vec<(String, String)>,
    fields: Vec<FieldShown>,
    rows: Vec<Row>,
    count: usize,
    checks: Vec<(&'static str, Vec<Checked>)>,
    clauses: Vec<Vec<String>>,
    records: String,
}

#[derive(Template)]
#[template(path = "agreement-done.html")]
struct DonePage {
    frame: Frame,
    again: bool,
    records: String,
    id: String,
    link: String,
    paper: String,
    signed: bool,
}

/// The first step, or what came of a form that was sent.
pub(in crate::web) fn show(visit: &Visit) -> Seen {
    if visit.asked()?.last.is_some() {
        return Err(Problem::new(StatusCode::CONFLICT, "past-ledger"));
    }
    match visit.query.get("recorded") {
        "" => Shown::page(&page(visit, Step::Parties, &visit.query, Vec::new())?),
        id => done(visit, id),
    }
}

/// One step that was sent.
pub(in crate::web) fn take(visit: &Visit, given: &Fields) -> Seen {
    let step = Step::of_word(given.get("step")).unwrap_or(Step::Parties);
    let go = given.get("go");
    if let Some(recorded) = known(visit, given) {
        return Ok(Shown::Elsewhere(format!("{PATH}?recorded={recorded}&again=true")));
    }
    match (go, step) {
        ("back", step) => at(visit, step.before(given), given),
        ("more", Step::Clauses) => {
            let mut page = page(visit, step, given, Vec::new())?;
            page.rows = clauses::shown(visit, given, &[], 1);
            page.count = clauses::count(given, 1);
            Shown::page(&page)
        }
        (_, Step::Clauses) if !given.get("paste").is_empty() => pasted(visit, given),
        (_, Step::Check) => match Step::of_word(go) {
            Some(step) => at(visit, step, given),
            None => submit(visit, given),
        },
        _ => forward(visit, step, given),
    }
}

fn at(visit: &Visit, step: Step, given: &Fields) -> Seen {
    Shown::page(&page(visit, step, given, Vec::new())?)
}

fn refused(visit: &Visit, step: Step, given: &Fields, faults: Vec<Fault>) -> Seen {
    Shown::with(StatusCode::UNPROCESSABLE_ENTITY, &page(visit, step, given, faults)?)
}

/// Judges one step and shows the next.
fn forward(visit: &Visit, step: Step, given: &Fields) -> Seen {
    match step {
        Step::Parties => match Draft::begun(visit, given) {
            Err(faults) => return refused(visit, step, given, faults),
            Ok(draft) => {
                if let Err(problem) = draft.try_first(visit) {
                    return blame(visit, &draft, given, &problem);
                }
            }
        },
        Step::Term => {
            if let Err(faults) = draft::read_term(visit, given) {
                return refused(visit, step, given, faults);
            }
        }
        Step::Clauses | Step::Check => match whole(visit, given) {
            Err((step, faults)) => return refused(visit, step, given, faults),
            Ok(draft) => {
                let faults = draft.try_clauses(visit);
                match faults {
                    Ok(faults) if faults.is_empty() => {}
                    Ok(faults) => return refused(visit, Step::Clauses, given, faults),
                    Err(problem) => return blame(visit, &draft, given, &problem),
                }
                if let Err(problem) = draft.send(visit, given, true) {
                    return blame(visit, &draft, given, &problem);
                }
            }
        },
    }
    at(visit, step.next(given), given)
}

/// Everything, or the first step that has faults.
fn whole(visit: &Visit, given: &Fields) -> Result<Draft, (Step, Vec<Fault>)> {
    Draft::whole(visit, given).map_err(|faults| {
        let of = |step: Step| faults.iter().any(|(field, _)| step.has(field));
        let step = [Step::Parties, Step::Term].into_iter().find(|step| of(*step));
        (step.unwrap_or(Step::Clauses), faults)
    })
}

/// A refusal at the step and field that it concerns.
fn blame(visit: &Visit, draft: &Draft, given: &Fields, problem: &Problem) -> Seen {
    if !problem.status.is_client_error() {
        return Err(problem.clone());
    }
    let (step, field) = draft.blamed(problem);
    let words = problem.detail(visit.text);
    match field.filter(|field| step.has(field)) {
        Some(field) => refused(visit, step, given, vec![(field, words)]),
        None => {
            let mut page = page(visit, step, given, Vec::new())?;
            page.frame.faulty = true;
            page.refusal = words;
            Shown::with(problem.status, &page)
        }
    }
}

/// The rows that were pasted, to look at before going on.
fn pasted(visit: &Visit, given: &Fields) -> Seen {
    let t = visit.text;
    let pasted = clauses::paste(given);
    let given = &pasted.given;
    let faults = match clauses::read(visit, given) {
        Ok(_) => match Draft::whole(visit, given) {
            Ok(draft) => draft.try_clauses(visit).unwrap_or_default(),
            Err(_) => Vec::new(),
        },
        Err(faults) => faults,
    };
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let mut page = page(visit, Step::Clauses, given, faults)?;
    page.notes.push(t.get("clause-pasted", &[("count", &pasted.rows.to_string())]));
    if !pasted.left_out.is_empty() {
        page.notes.push(t.get("clause-left-out", &[("columns", &t.listed(&pasted.left_out))]));
    }
    if pasted.too_many {
        page.notes.push(t.get("clause-too-many", &[("limit", &clauses::ROWS_MAX.to_string())]));
    }
    Shown::with(status, &page)
}

/// Records the one list.
fn submit(visit: &Visit, given: &Fields) -> Seen {
    let draft = match whole(visit, given) {
        Ok(draft) => draft,
        Err((step, faults)) => return refused(visit, step, given, faults),
    };
    match draft.send(visit, given, false) {
        Ok(again) => {
            let again = if again { "&again=true" } else { "" };
            Ok(Shown::Elsewhere(format!("{PATH}?recorded={}{again}", given.get("commandId"))))
        }
        // The same form was sent twice at once: what came first counts.
        Err(problem) => match known(visit, given) {
            Some(recorded) => Ok(Shown::Elsewhere(format!("{PATH}?recorded={recorded}&again=true"))),
            None => blame(visit, &draft, given, &problem),
        },
    }
}

/// The command id of the form, if what it asks for is recorded.
fn known<'f>(visit: &Visit, given: &'f Fields) -> Option<&'f str> {
    let text = given.get("commandId");
    let id = parse_id(text)?;
    visit.app().reader().command(&id).map(|_| text)
}

/// What was recorded, by the id of its form.
fn done(visit: &Visit, id: &str) -> Seen {
    let t = visit.text;
    let range = parse_id(id).and_then(|id| visit.app().reader().command(&id));
    let range = range.ok_or_else(|| Problem::not_found(id))?;
    let count = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
    let page = visit.app().events(range.start, count.min(1_000), &EventFilter::default())?;
    let events = || {
        page.items.iter().filter_map(|event| match event {
            ShownEvent::Whole(event) => Some(event),
            ShownEvent::Withheld { .. } => None,
        })
    };
    let drafted = events().find(|event| event.kind == "agreement.recorded");
    let stream = drafted.map(|event| event.stream.as_str()).ok_or_else(|| Problem::not_found(id))?;
    let code = stream.split_once('/').map(|(_, code)| code.to_owned()).unwrap_or_default();
    let again = visit.query.get("again") == "true";
    let title = if again { "agreement-again" } else { "agreement-recorded" };
    let (first, last) = (range.start.to_string(), (range.end - 1).to_string());
    Shown::page(&DonePage {
        again,
        records: t.get("agreement-records", &[("first", &first), ("last", &last)]),
        link: super::page_of(&code),
        paper: format!("/api/v1/papers/agreement/{}?format=docx", super::super::cells::encoded(&code)),
        signed: events().any(|event| event.kind == "agreement.signed"),
        frame: visit.frame(t.plain(title)),
        id: code,
    })
}

fn page(visit: &Visit, step: Step, given: &Fields, faults: Vec<Fault>) -> Result<NewPage, Problem> {
    let t = visit.text;
    let mut frame = visit.frame(t.plain("new-agreements"));
    frame.faulty = !faults.is_empty();
    let fields = match step {
        Step::Parties => parties(visit, given, &faults)?,
        Step::Term => form::shown(visit, &draft::term(), given, &faults)?,
        Step::Clauses | Step::Check => Vec::new(),
    };
    let shown_step = |other: &Step| StepShown {
        words: t.plain(&format!("agreement-step-{}", other.word())),
        here: *other == step,
        done: (*other as usize) < step as usize,
    };
    const CONTROL: &[&str] = &["csrf", "go", "step", "commandId", "recorded", "again", "lang"];
    let hidden = given.pairs().filter(|(key, _)| !CONTROL.contains(key) && *key != "paste" && !step.has(key));
    let command_id = match parse_id(given.get("commandId")) {
        Some(id) => uuid(&id),
        None => uuid(&random_id()?),
    };
    let (checks, clauses, records) = match step {
        Step::Check => checks(visit, given)?,
        _ => (Vec::new(), Vec::new(), String::new()),
    };
    Ok(NewPage {
        steps: Step::ALL.iter().map(shown_step).collect(),
        step: step.word(),
        refusal: String::new(),
        notes: Vec::new(),
        command_id,
        hidden: hidden.map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
        fields,
        rows: if step == Step::Clauses { clauses::shown(visit, given, &faults, 0) } else { Vec::new() },
        count: clauses::count(given, 0),
        checks,
        clauses,
        records,
        faults,
        frame,
    })
}

/// The fields of the first step, with the next number proposed.
fn parties(visit: &Visit, given: &Fields, faults: &[Fault]) -> Result<Vec<FieldShown>, Problem> {
    let mut fields = form::shown(visit, &draft::parties(), given, faults)?;
    if let Some(field) = fields.iter_mut().find(|field| field.name == "id") {
        field.hint = visit.text.plain("hint-id");
        if field.value.is_empty() && !given.has("step") {
            field.value = ids::next(visit, "agreement", given)?;
        }
    }
    if let Some(field) = fields.iter_mut().find(|field| field.name == "signedOn") {
        field.hint = visit.text.plain("agreement-hint-signed");
    }
    Ok(fields)
}

type Checks = (Vec<(&'static str, Vec<Checked>)>, Vec<Vec<String>>, String);

/// Everything as it will be recorded, with the names behind codes and the days as offices write them.
fn checks(visit: &Visit, given: &Fields) -> Result<Checks, Problem> {
    let t = visit.text;
    let Ok(draft) = Draft::whole(visit, given) else { return Ok((Vec::new(), Vec::new(), String::new())) };
    let mut list = draft.commands(visit);
    let count = list.len();
    let mut clauses = Vec::new();
    let (mut parties, mut term) = (Vec::new(), Vec::new());
    parties.push(Checked { label: t.plain("field-id"), value: draft.id.clone() });
    let unit = |code: &str| super::matter::unit(visit, code).words;
    for envelope in list.drain(..) {
        let json = envelope.command.to_json();
        let name = json.get("command").and_then(Value::as_str).unwrap_or_default().to_owned();
        let data = json.get("data").cloned().unwrap_or_default();
        let text = |field: &str| data.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
        let units = |field: &str| {
            let codes = data.get(field).and_then(Value::as_array).into_iter().flatten();
            t.listed(&codes.filter_map(Value::as_str).map(unit).collect::<Vec<_>>())
        };
        let day = |text: String| text.parse().map(|day| t.day(day)).unwrap_or(text);
        let add = |to: &mut Vec<Checked>, field: &str, value: String| {
            if !value.is_empty() {
                to.push(Checked { label: t.word("field", field), value });
            }
        };
        match name.as_str() {
            "agreement.draft" => {
                add(&mut parties, "name", text("name"));
                add(&mut parties, "kind", text("kind"));
                add(&mut parties, "alliance", alliance(visit, &text("alliance")));
                add(&mut parties, "partyA", unit(&text("partyA")));
                add(&mut parties, "partyB", unit(&text("partyB")));
                add(&mut parties, "otherParties", units("otherParties"));
                add(&mut parties, "evidence", text("evidence"));
            }
            "commitment.add" => clauses.push(vec![
                data.get("number").map(Value::to_string).unwrap_or_default(),
                text("text"),
                text("joint"),
                unit(&text("responsible")),
                day(text("dueOn")),
            ]),
            "agreement.sign" => add(&mut parties, "signedOn", t.day(envelope.occurred_day)),
            "agreement.effect" => {
                add(&mut term, "effectiveOn", t.day(envelope.occurred_day));
                let until = text("until");
                let open = t.plain("agreement-open-ended");
                add(&mut term, "expiresOn", if until.is_empty() { open } else { day(until) });
            }
            _ => {}
        }
    }
    let records = t.get("agreement-will-record", &[("count", &count.to_string())]);
    let mut checks = vec![("parties", parties)];
    if !term.is_empty() {
        checks.push(("term", term));
    }
    Ok((checks, clauses, records))
}

fn alliance(visit: &Visit, code: &str) -> String {
    let item = visit.app().item("alliances", code, crate::app::Asked::default()).ok();
    let name = item.as_ref().and_then(|item| item.get("name")).and_then(Value::as_str);
    name.unwrap_or(code).to_owned()
}
