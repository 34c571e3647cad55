//! Documents (资料): kept for a matter, listed with size and commitment, looked at with a reason that is recorded, and
//! what stays of one that was erased. Whatever was uploaded leaves only as a file to save: nothing of it runs here.

use std::path::Path;

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use gongjian_core::command::parse_id;
use gongjian_core::domain::document::{KINDS, PERSONAL};
use gongjian_core::record::Digest;
use serde_json::Value;

use super::cells::{Cell, cell, encoded, place};
use super::fields::Upload;
use super::form::{self, FieldShown};
use super::imports::plain_name;
use super::item::{self, ItemPage, SmallForm};
use super::{Fields, Frame, Seen, Shown, Visit, matter};
use crate::access::Right;
use crate::app::{Asked, NewDocument, random_id, uuid};
use crate::error::Problem;
use crate::media;

/// Bytes of one file.
const FILE_BYTES_MAX: usize = 20 << 20;
/// Files at once.
const FILES_MAX: usize = 20;
/// The kind of a photograph, which is looked at before it is kept.
const PHOTO: &str = "照片";
/// Whatever was uploaded is data: it may load nothing, run nothing and stand in no frame.
const SANDBOX: &str = "sandbox; default-src 'none'; frame-ancestors 'none'";

/// A document that was just kept.
struct Kept {
    link: Cell,
    media: String,
    size: String,
    commitment: String,
}

#[derive(Template)]
#[template(path = "document-new.html")]
struct NewPage {
    frame: Frame,
    faults: Vec<(String, String)>,
    refusal: String,
    /// The matter as it was asked for, with its page.
    matter: String,
    matter_link: String,
    matter_called: String,
    asks_matter: bool,
    kind: FieldShown,
    restricted: FieldShown,
    clean: bool,
    files_fault: String,
    clean_fault: String,
    matter_fault: String,
    command_id: String,
    kept: Vec<Kept>,
}

/// Where to choose files for a matter, and what was just kept of them.
pub(super) fn choose(visit: &Visit) -> Seen {
    if visit.asked()?.last.is_some() {
        return Err(Problem::new(StatusCode::CONFLICT, "past-ledger"));
    }
    Shown::page(&new_page(visit, &visit.query, Vec::new())?)
}

fn new_page(visit: &Visit, given: &Fields, faults: Vec<(String, String)>) -> Result<NewPage, Problem> {
    let t = visit.text;
    let fault = |name: &str| {
        faults.iter().find(|(field, _)| field == name).map(|(_, fault)| fault.clone()).unwrap_or_default()
    };
    let mut frame = visit.frame(t.plain("new-documents"));
    frame.faulty = !faults.is_empty();
    let matter_id = given.get("matter").to_owned();
    let chosen = given.get("kind");
    let choice = |kind: &&str| ((*kind).to_owned(), (*kind).to_owned(), *kind == chosen);
    let kept = visit.query.all("kept").take(FILES_MAX).filter_map(|id| kept(visit, id)).collect();
    let command_id = match parse_id(given.get("commandId")) {
        Some(id) => uuid(&id),
        None => uuid(&random_id()?),
    };
    let matter_link = place(&matter_id).unwrap_or_default();
    Ok(NewPage {
        asks_matter: matter_link.is_empty() || !fault("matter").is_empty(),
        matter_called: matter::called(visit, &matter_id),
        matter_link,
        kind: FieldShown {
            name: "kind".to_owned(),
            label: t.word("field", "kind"),
            fault: fault("kind"),
            widget: "choose",
            choices: KINDS.iter().filter(|kind| **kind != PERSONAL).map(choice).collect(),
            value: chosen.to_owned(),
            ..FieldShown::default()
        },
        restricted: FieldShown {
            name: "posts".to_owned(),
            label: t.plain("document-posts-only"),
            hint: t.plain("document-posts-hint"),
            fault: fault("posts"),
            widget: "names",
            value: given.get("posts").to_owned(),
            ..FieldShown::default()
        },
        clean: given.get("clean") == "true",
        files_fault: fault("files"),
        clean_fault: fault("clean"),
        matter_fault: fault("matter"),
        refusal: String::new(),
        command_id,
        kept,
        matter: matter_id,
        faults,
        frame,
    })
}

fn kept(visit: &Visit, id: &str) -> Option<Kept> {
    let item = visit.app().item("documents", id, Asked::default()).ok()?;
    let of = |name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let on = visit.app().today();
    Some(Kept {
        link: cell(&item, "id", on, visit.text),
        media: of("mediaType"),
        size: cell(&item, "size", on, visit.text).words,
        commitment: of("commitment"),
    })
}

/// Keeps the files, each under an id of its own that the form's id leads to, so that sending it again keeps nothing
/// twice.
pub(super) fn keep(visit: &Visit, given: &Fields) -> Seen {
    let files: Vec<&Upload> = given.files.iter().filter(|file| file.field == "files").collect();
    let faults = faults(visit, given, &files);
    if !faults.is_empty() {
        return refused(visit, given, faults, String::new(), StatusCode::UNPROCESSABLE_ENTITY);
    }
    let Some(id) = parse_id(given.get("commandId")) else {
        return Err(Problem::malformed("commandId", "UUID"));
    };
    let mut link = format!("/documents/new?matter={}", encoded(given.get("matter")));
    for (number, file) in files.iter().enumerate() {
        let new = NewDocument {
            id: None,
            matter: given.get("matter").to_owned(),
            kind: given.get("kind").to_owned(),
            field: None,
            // By the ending alone: what a browser says of a file is said by whoever sends it.
            media_type: media::type_of(Path::new(&plain_name(&file.name))).to_owned(),
            content: file.bytes.clone(),
            posts: form::names(given.get("posts")).map(str::to_owned).collect(),
            units: Vec::new(),
        };
        let matter = Some(given.get("matter"));
        let asker = visit.asker("document.add", matter, Some(id_of(id, number)));
        match asker.and_then(|asker| visit.app().keep_document(&asker, new)) {
            Ok(kept) => link.push_str(&format!("&kept={}", encoded(&kept.id))),
            Err(problem) if problem.status.is_client_error() => {
                let words = problem.detail(visit.text);
                let field = problem.rejection.as_ref().and_then(|rejection| rejection.arg("what"));
                let status = problem.status;
                return match field {
                    Some("source") => {
                        refused(visit, given, vec![("matter".to_owned(), words)], String::new(), status)
                    }
                    _ => refused(visit, given, Vec::new(), words, status),
                };
            }
            Err(problem) => return Err(problem),
        }
    }
    Ok(Shown::Elsewhere(link))
}

/// The command id of one file of a form.
fn id_of(form: [u8; 16], number: usize) -> [u8; 16] {
    let mut bytes = form.to_vec();
    bytes.extend_from_slice(&(number as u64).to_be_bytes());
    let mut id = [0; 16];
    id.copy_from_slice(&Digest::of(&bytes).0[..16]);
    id
}

fn faults(visit: &Visit, given: &Fields, files: &[&Upload]) -> Vec<(String, String)> {
    let t = visit.text;
    let mut faults = Vec::new();
    let mut fault = |field: &str, words: String| faults.push((field.to_owned(), words));
    let empty = |field: &str| t.get("form-empty", &[("label", &t.word("field", field))]);
    if given.get("matter").is_empty() {
        fault("matter", empty("matter"));
    }
    match given.get("kind") {
        "" => fault("kind", empty("kind")),
        kind if kind == PERSONAL || !KINDS.contains(&kind) => {
            let args = [("label", t.word("field", "kind")), ("given", kind.to_owned())];
            fault("kind", t.get("form-word", &args.each_ref().map(|(name, value)| (*name, value.as_str()))));
        }
        PHOTO if given.get("clean") != "true" => fault("clean", t.plain("document-look-first")),
        _ => {}
    }
    if files.is_empty() {
        fault("files", t.plain("document-no-file"));
    }
    if files.len() > FILES_MAX {
        fault("files", t.get("many-files", &[("limit", &FILES_MAX.to_string())]));
    }
    for file in files {
        let name = plain_name(&file.name);
        if file.bytes.is_empty() {
            fault("files", t.get("document-empty-file", &[("name", &name)]));
        }
        if file.bytes.len() > FILE_BYTES_MAX {
            let args = [("name", name.as_str()), ("limit", &(FILE_BYTES_MAX >> 20).to_string())];
            fault("files", t.get("document-large-file", &args));
        }
    }
    faults
}

fn refused(
    visit: &Visit,
    given: &Fields,
    faults: Vec<(String, String)>,
    refusal: String,
    status: StatusCode,
) -> Seen {
    let mut page = new_page(visit, given, faults)?;
    page.frame.faulty = true;
    page.refusal = refusal;
    Shown::with(status, &page)
}

/// Shows what is known of a document.
pub(super) fn show(visit: &Visit) -> Seen {
    Shown::page(&page(visit, "", "")?)
}

fn page(visit: &Visit, reason: &str, fault: &str) -> Result<ItemPage, Problem> {
    let t = visit.text;
    let mut page = item::build(visit)?;
    let of = |name: &str| page.item.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (state, owner) = (of("state"), of("matter"));
    let erased_by = page.item.get("erasedBy").and_then(Value::as_u64);
    page.frame.title = t.named(&of("kind"), &page.id);
    if let Some(fact) = page.facts.iter_mut().find(|fact| fact.cell.words == owner && !owner.is_empty()) {
        fact.cell.link = place(&owner).unwrap_or_default();
    }
    page.proof = matter::proof(visit, &page.stream)?;
    if state == "erased" {
        let at = erased_by.map(|at| at.to_string()).unwrap_or_default();
        page.note = t.get("document-erased", &[("position", &at)]);
    } else if visit.caller.may(Right::Vault) && page.frame.as_of.is_none() {
        let field = FieldShown {
            name: "reason".to_owned(),
            label: t.plain("document-why"),
            value: reason.to_owned(),
            fault: fault.to_owned(),
            widget: "line",
            ..FieldShown::default()
        };
        page.forms.push(SmallForm {
            action: format!("/documents/look/{}", encoded(&page.id)),
            title: t.plain("document-look"),
            hint: t.plain("document-look-hint"),
            fields: vec![field],
            command_id: String::new(),
            buttons: vec![("look", t.plain("document-look-now"))],
        });
    }
    if state != "erased" && visit.caller.may(Right::Erase) && page.frame.as_of.is_none() {
        let link = format!("/erasure?what={}", encoded(&page.stream));
        page.actions.push(item::Action { link, words: t.plain("erasure-ask") });
    }
    Ok(page)
}

/// Records that somebody looks, then gives the content as a file to save.
pub(super) fn look(visit: &Visit, given: &Fields) -> Seen {
    let id = visit.part("id");
    let reason = given.get("reason");
    if reason.is_empty() {
        let t = visit.text;
        let fault = t.get("form-empty", &[("label", &t.plain("document-why"))]);
        let mut page = page(visit, reason, &fault)?;
        page.frame.faulty = true;
        return Shown::with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    let asker = visit.asker("access.record", Some(&format!("document/{id}")), None)?;
    let shown = visit.app().show_document(&asker, id, reason)?;
    let ending = media::ending_of(&shown.media_type);
    let mut response = crate::http::typed(StatusCode::OK, "application/octet-stream", shown.content);
    let headers = response.headers_mut();
    let name = format!("attachment; filename*=UTF-8''{}.{ending}", encoded(id));
    let name = HeaderValue::from_str(&name).unwrap_or(HeaderValue::from_static("attachment"));
    headers.insert(header::CONTENT_DISPOSITION, name);
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(SANDBOX));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(Shown::Whole(Box::new(response)))
}
