//! Registers (台账): one page for all of them, told apart by a table. The address is the question: filters, order and
//! page stand in it, and the same address with `format` is the file.

use askama::Template;
use gongjian_projections::lists::{Query, Span, categories, states};

use super::cells::{Cell, cell};
use super::{Frame, Page, Seen, Show, Shown, Visit, agreement, documents, erasure, export, item, projects};
use crate::access::Right;
use crate::app::Asked;
use crate::error::Problem;
use crate::messages::Text;

/// Rows of a page.
const ROWS: usize = 50;

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
    /// Shows it another way unless `view=table` or a file is asked for.
    board: Option<Show>,
}

/// Lists every register.
pub(super) const LIST: Page = Page { path: "", needs: Right::Read, show: Some(show), take: None };

const PLACE: &[&str] = &["street", "community", "state"];
const KIND: &[&str] = &["street", "community", "state", "category"];
const NONE: &[&str] = &[];

macro_rules! register {
    ($path:literal, $list:literal, $columns:expr, $filters:expr $(, new $new:literal)? $(, item $item:path)? $(, board $board:path)?) => {
        Register {
            path: $path,
            list: $list,
            columns: &$columns,
            filters: $filters,
            new: register!(@new $($new)?),
            item: register!(@item $($item)?),
            board: register!(@board $($board)?),
        }
    };
    (@new) => { None };
    (@new $new:literal) => { Some($new) };
    (@item) => { item::show };
    (@item $item:path) => { $item };
    (@board) => { None };
    (@board $board:path) => { Some($board) };
}

/// Every register.
pub(crate) const REGISTERS: &[Register] = &[
    register!("/agreements", "agreements",
        ["id", "name", "partyB", "signedOn", "expiresOn", "state", "record"], KIND, new "/agreements/new", item agreement::show),
    register!(
        "/commitments",
        "commitments",
        ["id", "text", "responsible", "dueOn", "completedOn", "verifiedOn", "state", "record"],
        KIND
    ),
    register!("/projects", "projects",
        ["id", "name", "category", "community", "claimant", "dueOn", "state", "record"], PLACE, new "project.propose",
        item projects::show, board projects::board),
    register!("/meetings", "meetings",
        ["id", "meetingType", "community", "date", "units", "minutes", "state", "record"], KIND, new "meeting.schedule", item super::meeting::show),
    register!("/topics", "topics", ["id", "title", "category", "meeting", "outcome", "state", "record"], PLACE,
        new "topic.propose"),
    register!("/decisions", "decisions",
        ["id", "text", "responsible", "dueOn", "completedOn", "verifiedOn", "state", "record"], PLACE,
        new "decision.record", item super::next::show),
    register!("/tasks", "tasks", ["id", "text", "responsible", "dueOn", "completedOn", "verifiedOn", "state"], PLACE,
        new "task.assign", item super::next::show),
    register!("/occurrences", "occurrences",
        ["id", "community", "plannedOn", "heldOn", "reason", "state", "record"], PLACE, new "occurrence.schedule"),
    register!("/issues", "issues",
        ["id", "compound", "category", "text", "responsible", "dueOn", "carryOvers", "state"], KIND,
        new "issue.raise", item super::next::show),
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
    register!("/rules", "rules", ["id", "title", "version", "validFrom", "parameters", "source", "state"], &["state"],
        new "rule.adopt", item super::inspection::rules::show),
    register!("/imports", "imports", ["id", "rows", "missing", "state"], NONE),
    register!(
        "/documents",
        "documents",
        ["id", "kind", "matter", "mediaType", "size", "looked", "state"],
        &["state", "category"],
        new "/documents/new",
        item documents::show
    ),
    register!(
        "/erasures",
        "erasures",
        ["id", "scope", "subject", "post", "askedOn", "executedOn", "state"],
        &["state"],
        item erasure::show
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
    pub(super) value: String,
    pub(super) words: String,
    pub(super) chosen: bool,
}

/// A filter as it is shown.
pub(crate) struct FilterShown {
    pub(super) name: &'static str,
    pub(super) label: String,
    pub(super) choices: Vec<Choice>,
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
    /// It can be shown another way, at its plain path.
    board: bool,
    words: String,
    filters: Vec<FilterShown>,
    overdue: bool,
    has_overdue: bool,
    /// What is filtered by, in words, each with the address without it.
    active: Vec<(String, String)>,
    headers: Vec<Header>,
    rows: Vec<Vec<Cell>>,
    /// Ids of the rows, to tick them.
    ids: Vec<String>,
    /// How many rows were ticked before this page was made.
    picked: usize,
    total: usize,
    next: String,
    first: String,
    exports: Vec<(String, &'static str)>,
    sort: String,
    /// Other ways to look at it: address, words, whether it is this one.
    tabs: Vec<(String, String, bool)>,
}

fn show(visit: &Visit) -> Seen {
    let register = register(&visit.path).ok_or_else(|| Problem::not_found(&visit.path))?;
    // Whoever asks for rows of a kind is shown rows.
    const OF_ROWS: &[&str] = &[
        "view", "format", "state", "overdue", "due", "unit", "category", "quarter", "sort", "cursor", "pick",
    ];
    let of_rows = visit.fragment || OF_ROWS.iter().any(|name| !visit.query.get(name).is_empty());
    if let Some(board) = register.board.filter(|_| !of_rows) {
        return board(visit);
    }
    match register.list {
        "meetings" if visit.query.get("view") == "month" => return super::month::show(visit),
        "topics" if super::topics::is_wanted(&visit.query) => return super::topics::show(visit),
        _ => {}
    }
    let asked = asked(visit, register)?;
    let mut query = query_of(visit, register)?;
    if !visit.query.get("format").is_empty() {
        let filters: Vec<String> = active(visit, register).into_iter().map(|(words, _)| words).collect();
        return export::file(visit, register, register.columns, &query, asked, &filters);
    }
    query.limit = ROWS;
    let picked = export::picked(visit);
    let page = if picked.is_empty() {
        visit.app().list(register.list, &query, asked)?
    } else {
        let rows = export::rows(visit, register.list, &query, asked)?;
        gongjian_projections::lists::Page { total: rows.len(), rows, next: None }
    };
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
        board: register.board.is_some(),
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
        ids: page.rows.iter().map(id_of).collect(),
        picked: picked.len(),
        total: page.total,
        next: next.unwrap_or_default(),
        first: if visit.query.get("cursor").is_empty() { String::new() } else { link(&[]) },
        exports: [("xlsx", "Excel"), ("csv", "CSV"), ("json", "JSON")]
            .map(|(word, name)| (link(&[("format", word)]), name))
            .into(),
        sort: visit.query.get("sort").to_owned(),
        tabs: tabs(visit, register),
        frame: frame.live(),
    };
    if visit.fragment {
        let part = shown.as_list().render().map_err(|error| Problem::internal(&error))?;
        return Ok(Shown::Html(axum::http::StatusCode::OK, part));
    }
    Shown::page(&shown)
}

fn id_of(item: &serde_json::Value) -> String {
    item.get("id").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
}

/// Other ways to look at a register.
fn tabs(visit: &Visit, register: &Register) -> Vec<(String, String, bool)> {
    let tab = |to: &str, key: &str, here: bool| (to.to_owned(), visit.text.plain(key), here);
    match register.list {
        "meetings" => vec![
            tab(register.path, "view-list", true),
            tab("/meetings?view=month", "view-month", false),
            tab("/api/v1/calendar.ics", "view-calendar", false),
        ],
        "topics" => vec![tab("/topics", "view-backlog", false), tab("/topics?view=all", "view-all", true)],
        _ => Vec::new(),
    }
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

/// Some filters of a register, for pages that show it another way.
pub(super) fn filters(
    visit: &Visit,
    list: &str,
    names: &'static [&'static str],
) -> Result<Vec<FilterShown>, Problem> {
    let register = register_of(list).ok_or_else(|| Problem::not_found(list))?;
    names.iter().map(|name| filter(visit, register, name)).collect()
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
    let mut all: Vec<(String, String)> = shown.collect();
    let picked = export::picked(visit).len();
    if picked > 0 {
        let words = t.get("pick-active", &[("count", &picked.to_string())]);
        all.push((words, visit.query.link(register.path, &[("pick", "")])));
    }
    all
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

/// Where a command that makes something new begins: a page of its own where the register has one, else its form.
pub(super) fn beginning(command: &str) -> String {
    let category = command.split('.').next().unwrap_or_default();
    let page = of_category(category).and_then(|register| register.new).filter(|new| new.starts_with('/'));
    page.map_or_else(|| format!("/do/{command}"), str::to_owned)
}

/// The register whose streams are of a category.
pub(super) fn of_category(category: &str) -> Option<&'static Register> {
    REGISTERS.iter().find(|register| category_of(register.list) == category)
}
