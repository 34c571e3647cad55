//! Erasures (删除与脱敏): one post asks, another decides, and what is destroyed can never be read again; what stays is
//! told before anybody asks.

use askama::Template;
use axum::http::StatusCode;
use gongjian_core::command::parse_id;
use gongjian_projections::lists::Query;
use serde_json::Value;

use super::cells::{Cell, cell, encoded, place};
use super::form::FieldShown;
use super::item::{self, ItemPage, SmallForm};
use super::{Fields, Frame, Seen, Shown, Visit, matter};
use crate::access::Right;
use crate::app::{Asked, NewErasure, random_id, uuid};
use crate::error::Problem;

/// Erasures that the page lists; the rest stands in the register.
const LISTED: usize = 100;
/// Columns of the list.
const COLUMNS: &[&str] = &["id", "scope", "subject", "post", "askedOn", "decidedOn", "executedOn", "state"];

#[derive(Template)]
#[template(path = "erasure.html")]
struct Overview {
    frame: Frame,
    faults: Vec<(String, String)>,
    refusal: String,
    fields: Vec<FieldShown>,
    command_id: String,
    headers: Vec<String>,
    rows: Vec<Vec<Cell>>,
    waiting: usize,
}

/// Everything that was asked for, what waits first, and where to ask.
pub(super) fn overview(visit: &Visit) -> Seen {
    Shown::page(&overview_of(visit, &visit.query, Vec::new())?)
}

fn overview_of(visit: &Visit, given: &Fields, faults: Vec<(String, String)>) -> Result<Overview, Problem> {
    let t = visit.text;
    let on = visit.app().today();
    let query = Query { limit: LISTED, sort: Some("askedOn".to_owned()), descending: true, ..Query::on(on) };
    let mut items = visit.app().list("erasures", &query, Asked::default())?.rows;
    let state = |item: &Value| item.get("state").and_then(Value::as_str).unwrap_or_default().to_owned();
    let rank = |item: &Value| match state(item).as_str() {
        "asked" => 0,
        "approved" => 1,
        _ => 2,
    };
    items.sort_by_key(rank);
    let row = |item: &Value| {
        let shown = |name: &&str| match *name {
            "scope" => {
                Cell::words(t.word("scope", item.get("scope").and_then(Value::as_str).unwrap_or_default()))
            }
            "subject" => {
                let subject = item.get("subject").and_then(Value::as_str).unwrap_or_default();
                Cell { link: place(subject).unwrap_or_default(), ..Cell::words(subject) }
            }
            name => cell(item, name, on, t),
        };
        COLUMNS.iter().map(shown).collect()
    };
    let fault = |name: &str| {
        faults.iter().find(|(field, _)| field == name).map(|(_, fault)| fault.clone()).unwrap_or_default()
    };
    let field = |name: &str, widget: &'static str| FieldShown {
        label: t.plain(&format!("erasure-{name}")),
        hint: t.find(&format!("erasure-{name}-hint"), &[]).unwrap_or_default(),
        fault: fault(name),
        value: given.get(name).to_owned(),
        name: name.to_owned(),
        widget,
        ..FieldShown::default()
    };
    let command_id = match parse_id(given.get("commandId")) {
        Some(id) => uuid(&id),
        None => uuid(&random_id()?),
    };
    let mut frame = visit.frame(t.plain("page-erasure"));
    frame.faulty = !faults.is_empty();
    Ok(Overview {
        refusal: String::new(),
        fields: vec![field("what", "line"), field("why", "text"), field("basis", "line")],
        command_id,
        headers: COLUMNS.iter().map(|name| t.word("field", name)).collect(),
        waiting: items.iter().filter(|item| rank(item) == 0).count(),
        rows: items.iter().map(row).collect(),
        faults,
        frame,
    })
}

/// Asks for an erasure.
pub(super) fn ask(visit: &Visit, given: &Fields) -> Seen {
    let t = visit.text;
    let mut faults = Vec::new();
    for name in ["what", "why", "basis"] {
        if given.get(name).is_empty() {
            let label = t.plain(&format!("erasure-{name}"));
            faults.push((name.to_owned(), t.get("form-empty", &[("label", &label)])));
        }
    }
    if !faults.is_empty() {
        return Shown::with(StatusCode::UNPROCESSABLE_ENTITY, &overview_of(visit, given, faults)?);
    }
    let what = crate::workbook::cell::half(given.get("what")).into_owned();
    let (subject, position) = match what.parse::<u64>() {
        Ok(position) => (None, Some(position)),
        Err(_) if what.contains('/') => (Some(what), None),
        Err(_) => (Some(format!("document/{what}")), None),
    };
    let new = NewErasure {
        id: None,
        subject,
        position,
        reason: given.get("why").to_owned(),
        basis: given.get("basis").to_owned(),
    };
    let asker = visit.asker("erasure.ask", new.subject.as_deref(), parse_id(given.get("commandId")));
    match asker.and_then(|asker| visit.app().ask_erasure(&asker, new)) {
        Ok(kept) => Ok(Shown::Elsewhere(page_of(&kept.id, kept.receipt.position))),
        Err(problem) if problem.status.is_client_error() => {
            let words = problem.detail(t);
            let faults = match problem.code {
                "not-found" => {
                    vec![("what".to_owned(), t.get("erasure-unknown", &[("what", given.get("what"))]))]
                }
                _ => Vec::new(),
            };
            let mut page = overview_of(visit, given, faults)?;
            page.frame.faulty = true;
            if page.faults.is_empty() {
                page.refusal = words;
            }
            Shown::with(problem.status, &page)
        }
        Err(problem) => Err(problem),
    }
}

fn page_of(id: &str, position: u64) -> String {
    format!("/erasures/{}?done={position}", encoded(id))
}

/// Shows one erasure, with what the reader may do about it.
pub(super) fn show(visit: &Visit) -> Seen {
    Shown::page(&page(visit, visit.part("id"), "", "")?)
}

fn page(visit: &Visit, id: &str, reason: &str, fault: &str) -> Result<ItemPage, Problem> {
    let t = visit.text;
    let mut page = item::build_at(visit, "/erasures", id)?;
    let of = |name: &str| page.item.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (state, scope, subject, post) = (of("state"), of("scope"), of("subject"), of("post"));
    page.frame.title = t.get("erasure-title", &[("what", &t.word("scope", &scope)), ("subject", &subject)]);
    for fact in &mut page.facts {
        if fact.cell.words == subject {
            fact.cell.link = place(&subject).unwrap_or_default();
        }
        if fact.label == t.word("field", "scope") {
            fact.cell.words = t.word("scope", &scope);
        }
    }
    page.actions.clear();
    page.proof = matter::proof(visit, &page.stream)?;
    page.note = match state.as_str() {
        "asked" => t.get("erasure-asked", &[("post", &post)]),
        "approved" => t.plain("erasure-approved"),
        "refused" => t.plain("erasure-refused"),
        _ => t.plain("erasure-executed"),
    };
    if !visit.caller.may(Right::Erase) || page.frame.as_of.is_some() {
        return Ok(page);
    }
    let action = format!("/erasure/{}", encoded(id));
    let command_id = uuid(&random_id()?);
    match state.as_str() {
        "asked" => {
            let field = FieldShown {
                name: "reason".to_owned(),
                label: t.plain("erasure-reason"),
                hint: t.plain("erasure-reason-hint"),
                value: reason.to_owned(),
                fault: fault.to_owned(),
                widget: "text",
                ..FieldShown::default()
            };
            page.forms.push(SmallForm {
                action,
                title: t.plain("erasure-decide"),
                hint: t.plain("erasure-decide-hint"),
                fields: vec![field],
                command_id,
                buttons: vec![("approve", t.plain("erasure-approve")), ("refuse", t.plain("erasure-refuse"))],
            });
        }
        "approved" => page.forms.push(SmallForm {
            action,
            title: t.plain("erasure-carry-out"),
            hint: t.plain("erasure-execute-hint"),
            fields: Vec::new(),
            command_id,
            buttons: vec![("execute", t.plain("erasure-execute-now"))],
        }),
        _ => {}
    }
    Ok(page)
}

/// Decides, or carries out.
pub(super) fn decide(visit: &Visit, given: &Fields) -> Seen {
    let t = visit.text;
    let id = visit.part("id");
    let command = match given.get("go") {
        "approve" => "erasure.approve",
        "refuse" => "erasure.refuse",
        _ => "erasure.execute",
    };
    let asker = visit.asker(command, Some(&format!("erasure/{id}")), parse_id(given.get("commandId")))?;
    let reason = given.get("reason");
    let refused = |words: &str, status: StatusCode| {
        let mut page = page(visit, id, reason, words)?;
        page.frame.faulty = true;
        if page.forms.iter().all(|form| form.fields.is_empty()) {
            page.note = words.to_owned();
        }
        Shown::with(status, &page)
    };
    let position = match given.get("go") {
        "approve" | "refuse" => {
            let approve = given.get("go") == "approve";
            if !approve && reason.is_empty() {
                let fault = t.get("form-empty", &[("label", &t.plain("erasure-reason"))]);
                return refused(&fault, StatusCode::UNPROCESSABLE_ENTITY);
            }
            let reason = Some(reason.to_owned()).filter(|reason| !reason.is_empty());
            visit.app().decide_erasure(&asker, id, approve, reason).map(|kept| kept.receipt.position)
        }
        "execute" => visit.app().execute_erasure(&asker, id).map(|done| {
            done.get("receipt").and_then(|it| it.get("position")).and_then(Value::as_u64).unwrap_or_default()
        }),
        _ => return Err(Problem::malformed("go", "approve, refuse, execute")),
    };
    match position {
        Ok(position) => Ok(Shown::Elsewhere(page_of(id, position))),
        Err(problem) if problem.status.is_client_error() && problem.code != "not-found" => {
            refused(&problem.detail(t), problem.status)
        }
        Err(problem) => Err(problem),
    }
}
