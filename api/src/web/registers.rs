//! Registers (台账): one page for all of them, told apart by a table. The address is the question: filters, order and
//! page stand in it, and the same address with `format` is the file.

use askama::Template;
use gongjian_projections::lists::{Query, Span, categories, states};

use super::cells::{Cell, cell};
use super::{Frame, Page, Seen, Show, Shown, Visit, item};
use crate::access::Right;
use crate::app::Asked;
use crate::error::Problem;
use crate::messages::Text;
use crate::output;

/// Rows of a page.
const ROWS: usize = 50;
/// Rows of a file.
const ROWS_OF_A_FILE: usize = 100_000;

/// What a register shows.
pub(crate) struct Register {
    /// Its path; the pages of its items lie below.
    pub(crate) path: &'static str,
    /// The list of the API.
    pub(crate) list: &'static str,
    /// Columns, at most eight; the last one with `opt` hides where it is narrow.
    columns: &'static [&'static str],
    /// Filters beside the word that is searched.
    filters: &'static [&'static str],
    /// Where something new begins, if it begins here: a command's form, or a page.
    new: Option<&'static str>,
    /// Shows one of its items; [`item::show`] unless it has a page of its own.
    pub(crate) item: Show,
}

/// Lists every register.
pub(super) const LIST: Page = Page { path: "", needs: Right::Read, show: Some(show), take: None };

const PLACE: &[&str] = &["street", "community", "state"];
const KIND: &[&str] = &["street", "community", "state", "category"];
const NONE: &[&str] = &[];

macro_rules! register {
    ($path:literal, $list:literal, $columns:expr, $filters:expr $(, new $new:literal)? $(, item $item:path)?) => {
        Register {
            path: $path,
            list: $list,
            columns: &$columns,
            filters: $filters,
            new: register!(@new $($new)?),
            item: register!(@item $($item)?),
        }
    };
    (@new) => { None };
    (@new $new:literal) => { Some($new) };
    (@item) => { item::show };
    (@item $item:path) => { $item };
}

/// Every register.
pub(crate) const REGISTERS: &[Register] = &[
    register!("/agreements", "agreements",
        ["id", "name", "partyB", "signedOn", "expiresOn", "state", "record"], KIND, new "agreement.draft"),
    register!(
        "/commitments",
        "commitments",
        ["id", "text", "responsible", "dueOn", "completedOn", "verifiedOn", "state", "record"],
        KIND
    ),
    register!("/projects", "projects",
        ["id", "name", "category", "community", "claimant", "dueOn", "state", "record"], PLACE, new "project.propose"),
    register!("/meetings", "meetings",
        ["id", "meetingType", "community", "date", "units", "minutes", "state", "record"], KIND, new "meeting.schedule"),
    register!("/topics", "topics", ["id", "title", "category", "meeting", "outcome", "state", "record"], PLACE,
        new "topic.propose"),
    register!("/decisions", "decisions",
        ["id", "text", "responsible", "dueOn", "completedOn", "verifiedOn", "state", "record"], PLACE,
        new "decision.record"),
    register!("/tasks", "tasks", ["id", "text", "responsible", "dueOn", "completedOn", "verifiedOn", "state"], PLACE,
        new "task.assign"),
    register!("/occurrences", "occurrences",
        ["id", "community", "plannedOn", "heldOn", "reason", "state", "record"], PLACE, new "occurrence.schedule"),
    register!("/issues", "issues",
        ["id", "compound", "category", "text", "responsible", "dueOn", "carryOvers", "state"], KIND,
        new "issue.raise"),
    register!("/registry/streets", "streets", ["id", "name"], NONE, new "street.register"),
    register!("/registry/communities", "communities",
        ["id", "name", "street", "households", "population", "formation", "state"], &["street", "state"],
        new "community.register"),
    register!("/registry/compounds", "compounds",
        ["id", "name", "community", "households", "serviceMode", "enterprise"], &["street", "community"],
        new "compound.register"),
    register!("/registry/branches", "branches", ["id", "name", "community", "compounds"], &["street", "community"],
        new "branch.register"),
    register!("/registry/grids", "grids", ["id", "name", "community", "households", "leaderPost", "members"],
        &["street", "community"], new "grid.register"),
    register!("/registry/units", "units", ["id", "name", "kind", "partyOrg", "state"], &["state", "category"],
        new "unit.register"),
    register!("/registry/posts", "posts", ["id", "name", "unit", "state"], &["state"], new "post.create"),
    register!("/registry/alliances", "alliances", ["id", "name", "community", "establishedOn", "state"], PLACE,
        new "alliance.establish"),
    register!("/registry/memberships", "memberships", ["id", "alliance", "unit", "joinedOn", "leftOn", "state"], PLACE,
        new "membership.admit"),
    register!("/registry/holidays", "holidays", ["id", "name", "startsOn", "endsOn"], NONE, new "holiday.declare"),
    register!("/registry/series", "series", ["id", "meetingType", "community", "cadence", "state"], PLACE,
        new "series.define"),
    register!("/duties", "duties", ["id", "rule", "subject", "performedOn", "post", "note", "record"], &["category"],
        new "duty.perform"),
    register!("/exemptions", "exemptions", ["id", "rule", "subject", "period", "decision", "exemptedOn", "state"],
        &["state", "category"], new "obligation.exempt"),
    register!("/imports", "imports", ["id", "rows", "missing", "state"], NONE),
    register!(
        "/documents",
        "documents",
        ["id", "kind", "matter", "mediaType", "size", "looked", "state"],
        &["state", "category"]
    ),
    register!(
        "/erasures",
        "erasures",
        ["id", "scope", "subject", "post", "askedOn", "executedOn", "state"],
        &["state"]
    ),
    register!(
        "/periods",
        "periods",
        ["id", "frozenOn", "frozenAt", "post", "reopenedOn", "reason", "state"],
        &["state"]
    ),
    register!(
        "/editions",
        "reports",
        ["id", "scope", "editions", "position", "generatedOn", "publishedOn", "audience", "state"],
        &["state"]
    ),
];

/// The register at a path.
pub(crate) fn register(path: &str) -> Option<&'static Register> {
    let within = |register: &&Register| {
        path.strip_prefix(register.path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    REGISTERS.iter().find(within)
}

/// The register of a list of the API.
pub(crate) fn register_of(list: &str) -> Option<&'static Register> {
    REGISTERS.iter().find(|register| register.list == list)
}

/// A choice of a filter.
pub(crate) struct Choice {
    value: String,
    words: String,
    chosen: bool,
}

/// A filter as it is shown.
pub(crate) struct FilterShown {
    name: &'static str,
    label: String,
    choices: Vec<Choice>,
}

/// A column's header.
struct Header {
    words: String,
    /// The address that sorts by it; empty where it cannot be sorted by.
    sort: String,
    /// `ascending`, `descending` or nothing.
    sorted: &'static str,
}

#[derive(Template)]
#[template(path = "register.html", blocks = ["list"])]
struct RegisterPage {
    frame: Frame,
    path: &'static str,
    new: Option<(String, String)>,
    words: String,
    filters: Vec<FilterShown>,
    overdue: bool,
    has_overdue: bool,
    /// What is filtered by, in words, each with the address without it.
    active: Vec<(String, String)>,
    headers: Vec<Header>,
    rows: Vec<Vec<Cell>>,
    total: usize,
    next: String,
    first: String,
    exports: Vec<(String, &'static str)>,
    sort: String,
}

fn show(visit: &Visit) -> Seen {
    let register = register(&visit.path).ok_or_else(|| Problem::not_found(&visit.path))?;
    let asked = asked(visit, register)?;
    let mut query = query_of(visit, register)?;
    if !visit.query.get("format").is_empty() {
        return file(visit, register, query, asked);
    }
    query.limit = ROWS;
    let page = visit.app().list(register.list, &query, asked)?;
    let on = visit.on(asked)?;
    let t = visit.text;
    let row = |item| register.columns.iter().map(|name| cell(item, name, on, t)).collect();
    let link = |changed: &[(&str, &str)]| visit.query.link(register.path, changed);
    let next = page.next.map(|cursor| {
        let link = link(&[]);
        format!("{link}{}cursor={cursor}", if link.contains('?') { '&' } else { '?' })
    });
    let frame = visit.frame(t.plain(&format!("page-{}", register.list))).wide();
    let may_record = visit.caller.may(Right::Record) && frame.as_of.is_none();
    let shown = RegisterPage {
        path: register.path,
        new: register
            .new
            .filter(|command| may_record && visit.caller.may_give(command))
            .map(|command| new_link(command, t)),
        words: visit.query.get("contains").to_owned(),
        filters: register
            .filters
            .iter()
            .map(|name| filter(visit, register, name))
            .collect::<Result<_, _>>()?,
        overdue: query.overdue,
        has_overdue: register.columns.contains(&"dueOn"),
        active: active(visit, register),
        headers: register.columns.iter().map(|name| header(visit, register, name)).collect(),
        rows: page.rows.iter().map(row).collect(),
        total: page.total,
        next: next.unwrap_or_default(),
        first: if visit.query.get("cursor").is_empty() { String::new() } else { link(&[]) },
        exports: [("csv", "CSV"), ("json", "JSON")]
            .map(|(word, name)| (link(&[("format", word)]), name))
            .into(),
        sort: visit.query.get("sort").to_owned(),
        frame,
    };
    if visit.fragment {
        let part = shown.as_list().render().map_err(|error| Problem::internal(&error))?;
        return Ok(Shown::Html(axum::http::StatusCode::OK, part));
    }
    Shown::page(&shown)
}

/// What the register is asked as of; a list that cannot look back says so.
fn asked(visit: &Visit, register: &Register) -> Result<Asked, Problem> {
    let asked = visit.asked()?;
    if asked.last.is_some() && !crate::http::lists::AS_OF_LISTS.contains(&register.list) {
        return Err(
            Problem::new(axum::http::StatusCode::BAD_REQUEST, "asOfUnsupported").with("name", "as-of")
        );
    }
    Ok(asked)
}

fn query_of(visit: &Visit, register: &Register) -> Result<Query, Problem> {
    let text = |name: &str| Some(visit.query.get(name).to_owned()).filter(|text| !text.is_empty());
    let mut query = Query::on(visit.app().today());
    query.community = text("community");
    query.street = text("street");
    query.state = text("state");
    query.unit = text("unit");
    query.category = text("category");
    query.contains = text("contains");
    query.overdue = visit.query.get("overdue") == "true";
    query.quarter = match visit.query.get("quarter") {
        "" => None,
        given => Some(given.parse().map_err(|_| Problem::unreadable("quarter", given, "2022-Q2"))?),
    };
    query.due = Span::ALL.iter().find(|(word, _)| *word == visit.query.get("due")).map(|(_, span)| *span);
    query.cursor = text("cursor");
    if let Some(sort) = text("sort") {
        query.descending = sort.starts_with('-');
        let field = sort.trim_start_matches('-');
        // Only what is shown can be sorted by.
        query.sort = register.columns.iter().find(|name| **name == field).map(|name| (*name).to_owned());
    }
    Ok(query)
}

fn file(visit: &Visit, register: &Register, mut query: Query, asked: Asked) -> Seen {
    query.limit = ROWS_OF_A_FILE;
    let page = visit.app().list(register.list, &query, asked)?;
    let name = |ending: &str| {
        let title = visit.text.plain(&format!("page-{}", register.list));
        let last = visit.app().head().size.saturating_sub(1);
        let day = visit.app().today().to_string().replace('-', "");
        Some(format!("{title}_{day}_{last}.{ending}"))
    };
    let format = visit.query.get("format");
    match format {
        "csv" => {
            let bytes =
                output::csv::write(&output::lists::rows(register.list, &page.rows, visit.text)).into();
            Ok(Shown::File { media: output::csv::MEDIA, name: name("csv"), bytes })
        }
        "json" => {
            let bytes = serde_json::to_vec(&page.rows).map_err(|error| Problem::internal(&error))?;
            Ok(Shown::File { media: "application/json", name: name("json"), bytes })
        }
        given => Err(Problem::unreadable("format", given, "csv, json")),
    }
}

fn filter(visit: &Visit, register: &Register, name: &'static str) -> Result<FilterShown, Problem> {
    let given = visit.query.get(name);
    let t = visit.text;
    let choice = |value: String, words: String| Choice { chosen: value == given, value, words };
    let choices = match name {
        "street" | "community" => {
            let list = if name == "street" { "streets" } else { "communities" };
            let mut query = Query::on(visit.app().today());
            query.limit = 1_000;
            let page = visit.app().list(list, &query, Asked::default())?;
            let of = |item: &serde_json::Value, field: &str| {
                item.get(field).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
            };
            page.rows.iter().map(|item| choice(of(item, "id"), of(item, "name"))).collect()
        }
        "state" => {
            let category = category_of(register.list);
            states(register.list)
                .iter()
                .map(|word| choice((*word).to_owned(), t.state(category, word)))
                .collect()
        }
        _ => {
            let words = categories(register.list).unwrap_or_default();
            words.iter().map(|word| choice((*word).to_owned(), t.word("word", word))).collect()
        }
    };
    Ok(FilterShown { name, label: t.word("field", name), choices })
}

/// The category of the streams of a list.
fn category_of(list: &str) -> &str {
    match list {
        "branches" => "branch",
        "communities" => "community",
        "series" => "series",
        "duties" => "duty",
        "exemptions" => "obligation",
        _ => list.strip_suffix('s').unwrap_or(list),
    }
}

/// What the register is filtered by, in words, and the address without each.
fn active(visit: &Visit, register: &Register) -> Vec<(String, String)> {
    let t = visit.text;
    const KNOWN: &[&str] =
        &["contains", "street", "community", "state", "category", "unit", "quarter", "due", "overdue"];
    let named = KNOWN.iter().filter(|name| !visit.query.get(name).is_empty());
    let shown = named.map(|name| {
        let given = visit.query.get(name);
        let value = match *name {
            "state" => t.state(category_of(register.list), given),
            "overdue" => t.plain("yes"),
            "due" => t.word("span", given),
            _ => given.to_owned(),
        };
        let label = if *name == "contains" { t.plain("register-words") } else { t.word("field", name) };
        (t.labelled(&label, &value), visit.query.link(register.path, &[(name, "")]))
    });
    shown.collect()
}

/// Where something new begins, and what the button says: a command has its own name, a page is called `new-PATH`.
fn new_link(new: &str, t: Text) -> (String, String) {
    match new.strip_prefix('/') {
        Some(path) => {
            (new.to_owned(), t.plain(&format!("new-{}", path.split('/').next().unwrap_or_default())))
        }
        None => (format!("/do/{new}"), t.command(new)),
    }
}

fn header(visit: &Visit, register: &Register, name: &'static str) -> Header {
    let given = visit.query.get("sort");
    let (sorted, next) = match given.strip_prefix('-') {
        Some(field) if field == name => ("descending", name.to_owned()),
        None if given == name => ("ascending", format!("-{name}")),
        _ => ("", name.to_owned()),
    };
    let sortable = name != "record" && name != "carryOvers";
    let sort = if sortable { visit.query.link(register.path, &[("sort", &next)]) } else { String::new() };
    Header { words: visit.text.word("field", name), sort, sorted }
}

/// The register whose streams are of a category.
pub(super) fn of_category(category: &str) -> Option<&'static Register> {
    REGISTERS.iter().find(|register| category_of(register.list) == category)
}
