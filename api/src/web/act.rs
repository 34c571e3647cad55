//! Any command as a form: what it asks, a page to check before what cannot be undone, and the same path, names and
//! refusals as the API.

use askama::Template;
use axum::http::StatusCode;
use gongjian_core::command::{Envelope, Expected, Request, parse_id};
use gongjian_core::day::Day;
use gongjian_core::domain::Command;
use serde_json::{Map, Value};

use super::cells::inside;
use super::form::{self, Field, FieldShown};
use super::item::page_of;
use super::{Fields, Frame, Seen, Shown, Visit, conflict, drafts, ids};
use crate::app::{random_id, uuid};
use crate::error::Problem;
use crate::messages::Text;

/// Commands that are shown once more before they are sent: what they do stands for others, or ends something.
pub(super) const CHECKED: &[&str] = &[
    "agreement.sign",
    "agreement.effect",
    "agreement.terminate",
    "agreement.void",
    "meeting.hold",
    "meeting.confirm-minutes",
    "meeting.publish-minutes",
    "meeting.cancel",
    "decision.verify",
    "decision.revoke",
    "project.accept",
    "project.cancel",
    "occurrence.confirm",
    "unit.dissolve",
    "alliance.dissolve",
    "community.succeed",
    "rule.adopt",
    "rule.amend",
    "rule.repeal",
    "obligation.exempt",
];

/// What is shown again before it is sent.
struct Checked {
    label: String,
    value: String,
}

#[derive(Template)]
#[template(path = "act.html")]
struct ActPage {
    frame: Frame,
    action: String,
    stream: String,
    /// The number of something new, which may be changed.
    id: Option<FieldShown>,
    occurred: FieldShown,
    fields: Vec<FieldShown>,
    /// Fields of a correction: name, label, what stands now.
    changes: Vec<FieldShown>,
    faults: Vec<(String, String)>,
    refusal: String,
    command_id: String,
    expected: String,
    /// Asked to be checked.
    checks: Vec<Checked>,
    /// Everything that was typed, for the page that checks.
    hidden: Vec<(String, String)>,
    verb: String,
    back: String,
    conflict: Vec<String>,
    /// Where what was typed is kept before it is sent.
    draft: DraftShown,
}

/// The draft of a form.
struct DraftShown {
    key: String,
    /// The form's own address.
    place: String,
    /// A draft of it that lies there: its address, and words.
    offer: Option<(String, String)>,
    /// The form shows the draft.
    open: bool,
}

/// What a form is about.
struct Act<'a> {
    visit: &'a Visit,
    command: &'a str,
    fields: &'static [Field],
    /// The stream, where it is known before the form is filled.
    stream: String,
}

fn act<'a>(visit: &'a Visit, given: &Fields) -> Result<Act<'a>, Problem> {
    let command = visit.part("command");
    let known = gongjian_core::domain::command_names().contains(&command) && form::is_offered(command);
    if !known {
        return Err(Problem::not_found(command));
    }
    let stream = given.get("stream").to_owned();
    Ok(Act { visit, command, fields: form::fields_of(command), stream })
}

/// The empty form, with what the address says filled in.
pub(super) fn show(visit: &Visit) -> Seen {
    if visit.asked()?.last.is_some() {
        return Err(Problem::new(StatusCode::CONFLICT, "past-ledger"));
    }
    let act = act(visit, &visit.query)?;
    let draft = drafts::load(visit, &drafts::key(act.command, &act.stream));
    let given = match draft.filter(|draft| visit.query.get("draft") == draft.key) {
        Some(draft) => draft.over(&visit.query),
        None => visit.query.clone(),
    };
    Shown::page(&page(&act, &given, Vec::new(), String::new())?)
}

/// A form that was sent.
pub(super) fn take(visit: &Visit, given: &Fields) -> Seen {
    let given = &conflict::chosen(given);
    let act = act(visit, given)?;
    if given.has("change") {
        return Shown::page(&page(&act, given, Vec::new(), String::new())?);
    }
    let said = form::read(visit, act.fields, given);
    let mut faults = said.faults;
    let occurred =
        form::occurred(visit, given).map_err(|fault| faults.push(("occurredOn".to_owned(), fault)));
    let stream = match act.stream.is_empty() {
        false => act.stream.clone(),
        true => match given.get("id") {
            "" => {
                let label = visit.text.plain("field-id");
                faults.push(("id".to_owned(), visit.text.get("form-empty", &[("label", &label)])));
                String::new()
            }
            id => format!("{}/{}", category(act.command), crate::workbook::cell::half(id)),
        },
    };
    let (Ok(occurred), true) = (occurred, faults.is_empty()) else {
        return refused(&act, given, faults, String::new());
    };
    let command = match Command::from_json(act.command, Value::Object(said.data.clone())) {
        Ok(command) => command,
        Err(error) => return refused(&act, given, faults, error.to_string()),
    };
    if CHECKED.contains(&act.command) && given.get("checked") != "true" {
        let dry = send(&act, given, command.clone(), &stream, occurred, true);
        if let Err(problem) = dry {
            return explain(&act, given, &problem);
        }
        let mut page = page(&act, given, Vec::new(), String::new())?;
        page.checks = checks(&act, &said.data, occurred, given);
        return Shown::page(&page);
    }
    match send(&act, given, command, &stream, occurred, false) {
        Ok(position) => {
            drafts::clear(visit, &drafts::key(act.command, &act.stream));
            let back = inside(given.get("back"));
            let place = if back.is_empty() { page_of(&stream) } else { back.to_owned() };
            let (place, part) = place.split_once('#').unwrap_or((&place, ""));
            let joint = if place.contains('?') { '&' } else { '?' };
            let part = if part.is_empty() { String::new() } else { format!("#{part}") };
            Ok(Shown::Elsewhere(format!("{place}{joint}done={position}{part}")))
        }
        Err(problem) => explain(&act, given, &problem),
    }
}

fn category(command: &str) -> &str {
    command.split('.').next().unwrap_or_default()
}

/// Sends the command by the same way as the API.
fn send(
    act: &Act<'_>,
    given: &Fields,
    command: Command,
    stream: &str,
    occurred: Day,
    dry: bool,
) -> Result<u64, Problem> {
    let expected = match given.get("expectedRevision") {
        "" if act.stream.is_empty() => Expected::Absent,
        "" => Expected::Any,
        number => {
            Expected::Exact(number.parse().map_err(|_| Problem::malformed("expectedRevision", "0, 1, 2, …"))?)
        }
    };
    let mut envelope = Envelope::new(command, stream, occurred, "");
    envelope.expected = expected;
    let authority = given.get("authority");
    envelope.authority = (!authority.is_empty()).then(|| authority.to_owned());
    act.visit.sign(&mut envelope)?;
    let id = parse_id(given.get("commandId")).map_or_else(random_id, Ok)?;
    let request = Request::new(id, vec![envelope]);
    let request = if dry { request.dry_run() } else { request };
    let answer = act.visit.submit(request)?;
    Ok(answer.receipts.last().map(|receipt| receipt.position).unwrap_or_default())
}

/// A refusal as the form again, with everything that was typed.
fn explain(act: &Act<'_>, given: &Fields, problem: &Problem) -> Seen {
    if problem.code == "wrong-revision" && act.fields.iter().any(|field| field.kind == form::Kind::Changes) {
        return both(act, given, problem);
    }
    let words = problem.detail(act.visit.text);
    let field = problem.rejection.as_ref().and_then(|rejection| rejection.arg("field"));
    let field = field.filter(|field| act.fields.iter().any(|known| known.name == *field));
    match field {
        Some(field) => refused(act, given, vec![(field.to_owned(), words)], String::new()),
        None if problem.status.is_client_error() => {
            // Whoever comes second must know who was first, and what is possible.
            let claimed = (act.command == "project.claim")
                .then(|| super::projects::claimed_by(act.visit, &act.stream))
                .flatten();
            let mut page = page(act, given, Vec::new(), claimed.unwrap_or(words))?;
            page.conflict = meanwhile(act.visit.text, problem);
            // Whoever has seen what is there now may go on from it.
            if let Some(revision) = problem.current.as_ref().and_then(|now| now.get("revision")) {
                page.expected = revision.to_string();
            }
            Shown::with(problem.status, &page)
        }
        None => Err(problem.clone()),
    }
}

/// A correction of what others have changed since the form was opened.
fn both(act: &Act<'_>, given: &Fields, problem: &Problem) -> Seen {
    let now = act.visit.app().fields_of(&act.stream)?;
    let revision = problem.current.as_ref().and_then(|now| now.get("revision"));
    let revision = revision.map(Value::to_string).unwrap_or_default();
    let merged = conflict::merge(given, &now, &revision);
    if !merged.changes_anything() {
        let page = page(act, &merged.given, Vec::new(), act.visit.text.plain("conflict-same"))?;
        return Shown::with(problem.status, &page);
    }
    if merged.is_clear() && !given.has(conflict::MERGED) {
        return take(act.visit, &merged.given);
    }
    let (action, verb) = (format!("/do/{}", act.command), act.visit.text.command(act.command));
    conflict::show(act.visit, &action, &verb, &merged, problem)
}

/// What others recorded meanwhile, newest last.
pub(super) fn meanwhile(t: Text, problem: &Problem) -> Vec<String> {
    let events = problem.current.as_ref().and_then(|now| now.get("lastEvents")).and_then(Value::as_array);
    let told = |event: &Value| {
        let text = |name: &str| event.get(name).and_then(Value::as_str).unwrap_or_default();
        let args = [
            ("kind", t.word("kind", text("kind"))),
            ("post", text("recordedBy").to_owned()),
            ("details", super::item::details(event.get("data"), t)),
        ];
        t.get("form-meanwhile", &args.each_ref().map(|(name, value)| (*name, value.as_str())))
    };
    events.map(|events| events.iter().map(told).collect()).unwrap_or_default()
}

fn refused(act: &Act<'_>, given: &Fields, faults: Vec<(String, String)>, refusal: String) -> Seen {
    Shown::with(StatusCode::UNPROCESSABLE_ENTITY, &page(act, given, faults, refusal)?)
}

fn page(
    act: &Act<'_>,
    given: &Fields,
    faults: Vec<(String, String)>,
    refusal: String,
) -> Result<ActPage, Problem> {
    let visit = act.visit;
    let t = visit.text;
    let verb = t.command(act.command);
    let mut frame = visit.frame(&verb);
    frame.faulty = !faults.is_empty() || !refusal.is_empty();
    let fault = |name: &str| {
        faults.iter().find(|(field, _)| field == name).map(|(_, fault)| fault.clone()).unwrap_or_default()
    };
    let id = act.stream.is_empty().then(|| -> Result<FieldShown, Problem> {
        let value = match given.get("id") {
            "" => ids::next(visit, category(act.command), given)?,
            typed => typed.to_owned(),
        };
        Ok(FieldShown {
            name: "id".to_owned(),
            label: t.plain("field-id"),
            hint: t.plain("hint-id"),
            value,
            fault: fault("id"),
            widget: "line",
            ..FieldShown::default()
        })
    });
    let today = visit.app().today();
    let occurred = FieldShown {
        name: "occurredOn".to_owned(),
        label: t.plain("field-occurredOn"),
        hint: t.plain("hint-day"),
        value: if given.has("occurredOn") { given.get("occurredOn").to_owned() } else { t.day(today) },
        fault: fault("occurredOn"),
        widget: "day",
        ..FieldShown::default()
    };
    let plain: Vec<Field> =
        act.fields.iter().filter(|field| field.kind != form::Kind::Changes).cloned().collect();
    let command_id = match given.get("commandId") {
        "" => uuid(&random_id()?),
        kept => kept.to_owned(),
    };
    let expected = match given.get("expectedRevision") {
        "" => visit.revision(&act.stream),
        kept => kept.to_owned(),
    };
    const ENVELOPE: &[&str] = &[
        "csrf",
        "checked",
        "change",
        "commandId",
        "expectedRevision",
        "stream",
        "back",
        "draft-title",
        "draft-place",
    ];
    let hidden = given.pairs().filter(|(name, _)| !ENVELOPE.contains(name));
    Ok(ActPage {
        action: format!("/do/{}", act.command),
        stream: act.stream.clone(),
        id: id.transpose()?,
        occurred,
        fields: form::shown(visit, &plain, given, &faults)?,
        changes: changes(act, given)?,
        hidden: hidden.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        back: match inside(given.get("back")) {
            "" if act.stream.is_empty() => String::new(),
            "" => page_of(&act.stream),
            back => back.to_owned(),
        },
        faults,
        refusal,
        command_id,
        expected,
        checks: Vec::new(),
        verb,
        conflict: Vec::new(),
        draft: draft(act, given),
        frame,
    })
}

/// Where the draft of a form lies, and whether there is one.
fn draft(act: &Act<'_>, given: &Fields) -> DraftShown {
    let visit = act.visit;
    let key = drafts::key(act.command, &act.stream);
    let open = visit.query.get("draft") == key;
    let mut place = Fields::default();
    for name in ["stream", "back"] {
        place.put(name, given.get(name));
    }
    let place = place.link(&format!("/do/{}", act.command), &[]);
    let kept = drafts::load(visit, &key).filter(|_| !open);
    let offer = kept.map(|draft| {
        let (day, time) = draft.when(visit);
        (draft.link(), visit.text.get("drafts-offer", &[("day", &day), ("time", &time)]))
    });
    DraftShown { key, place, offer, open }
}

/// What a correction can change, as it stands now.
fn changes(act: &Act<'_>, given: &Fields) -> Result<Vec<FieldShown>, Problem> {
    if !act.fields.iter().any(|field| field.kind == form::Kind::Changes) {
        return Ok(Vec::new());
    }
    let t = act.visit.text;
    let shown = |(name, value): (String, String)| {
        let (typed, opened) = (format!("change-{name}"), format!("was-{name}"));
        let kept = |key: &str| if given.has(key) { given.get(key).to_owned() } else { value.clone() };
        FieldShown {
            label: t.word("field", &name),
            value: kept(&typed),
            // What stood there when the form was opened.
            hint: kept(&opened),
            name,
            ..FieldShown::default()
        }
    };
    Ok(act.visit.app().fields_of(&act.stream)?.into_iter().map(shown).collect())
}

fn checks(act: &Act<'_>, data: &Map<String, Value>, occurred: Day, given: &Fields) -> Vec<Checked> {
    let t = act.visit.text;
    let mut checks = vec![Checked { label: t.plain("field-occurredOn"), value: t.day(occurred) }];
    for field in act.fields {
        let typed = given.get(&field.name);
        let value = match data.get(&field.name) {
            None | Some(Value::Null) => continue,
            Some(Value::Bool(yes)) => t.plain(if *yes { "yes" } else { "value-no" }),
            Some(Value::String(code)) if code != typed && !typed.is_empty() => match code.parse::<Day>() {
                Ok(day) => t.day(day),
                Err(_) => t.named(typed, code),
            },
            Some(Value::String(text)) => text.clone(),
            Some(Value::Array(parts)) => {
                let texts =
                    parts.iter().map(|part| part.as_str().map_or_else(|| part.to_string(), str::to_owned));
                t.listed(&texts.collect::<Vec<_>>())
            }
            Some(other) => other.to_string(),
        };
        checks.push(Checked { label: t.word("field", &field.name), value });
    }
    checks
}
