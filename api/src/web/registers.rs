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
    /// The category of its streams.
    pub(crate) category: &'static str,
    /// Columns, at most eight.
    pub(super) columns: &'static [&'static str],
    /// Filters beside the word that is searched.
    filters: &'static [&'static str],
    /// Where something new begins, if it begins here: a command's form, or a page.
    new: Option<&'static str>,
    /// Shows one of its items; [`item::show`] unless it has a page of its own.
    pub(crate) item: Show,
    /// The ways to look at it, where there is more than one.
    views: &'static [View],
}

/// A way to look at a register.
struct View {
    /// Its address: the register's own, or with a word for `view`.
    to: &'static str,
    /// Its message.
    words: &'static str,
    /// What stands there.
    way: Way,
}

/// What stands at the address of a view.
#[derive(Clone, Copy)]
enum Way {
    /// The rows.
    Rows,
    /// A page. One at the register's own address answers these questions; whoever asks anything else is shown rows.
    Page(Show, &'static [&'static str]),
    /// A file.
    File,
}

impl Register {
    /// The page that the address asks for instead of rows.
    fn page(&self, visit: &Visit) -> Option<Show> {
        let asks_rows = |answers: &[&str]| {
            let mut others = FILTERS.iter().chain(OF_ROWS).filter(|name| !answers.contains(*name));
            visit.fragment || others.any(|name| !visit.query.get(name).is_empty())
        };
        self.views.iter().find_map(|view| match view.way {
            Way::Page(show, answers) => {
                let wanted = match view.to.split_once("?view=") {
                    Some((_, word)) => visit.query.get("view") == word,
                    None => !asks_rows(answers),
                };
                wanted.then_some(show)
            }
            Way::Rows | Way::File => None,
        })
    }

    /// What `view` says where rows are asked for; the empty text where it need not say anything.
    fn view_of_rows(&self) -> &'static str {
        let rows = self.views.iter().find(|view| matches!(view.way, Way::Rows));
        rows.and_then(|view| view.to.split_once("?view=")).map(|(_, word)| word).unwrap_or_default()
    }
}

/// What a register can be filtered by, as the address says it.
const FILTERS: &[&str] =
    &["contains", "street", "community", "state", "category", "unit", "quarter", "due", "overdue"];
/// What else an address says of rows.
const OF_ROWS: &[&str] = &["view", "format", "sort", "cursor", "pick"];

const OF_PROJECTS: &[View] = &[
    View {
        to: "/projects",
        words: "board",
        way: Way::Page(projects::board, &["contains", "street", "community"]),
    },
    View { to: "/projects?view=table", words: "board-table", way: Way::Rows },
];
const OF_MEETINGS: &[View] = &[
    View { to: "/meetings", words: "view-list", way: Way::Rows },
    View { to: "/meetings?view=month", words: "view-month", way: Way::Page(super::month::show, &[]) },
    View { to: "/api/v1/calendar.ics", words: "view-calendar", way: Way::File },
];
const OF_TOPICS: &[View] = &[
    View { to: "/topics", words: "view-backlog", way: Way::Page(super::topics::show, &[]) },
    View { to: "/topics?view=all", words: "view-all", way: Way::Rows },
];

/// Lists every register.
pub(super) const LIST: Page = Page { path: "", needs: Right::Read, show: Some(show), take: None };

const PLACE: &[&str] = &["street", "community", "state"];
const KIND: &[&str] = &["street", "community", "state", "category"];
const NONE: &[&str] = &[];

macro_rules! register {
    ($path:literal, $list:literal, $category:literal, $columns:expr, $filters:expr
     $(, new $new:literal)? $(, item $item:path)? $(, views $views:ident)?) => {
        Register {
            path: $path,
            list: $list,
            category: $category,
            columns: &$columns,
            filters: $filters,
            new: register!(@new $($new)?),
            item: register!(@item $($item)?),
            views: register!(@views $($views)?),
        }
    };
    (@new) => { None };
    (@new $new:literal) => { Some($new) };
    (@item) => { item::show };
    (@item $item:path) => { $item };
    (@views) => { &[] };
    (@views $views:ident) => { $views };
}

/// Every register.
pub(crate) const REGISTERS: &[Register] = &[
    register!("/agreements", "agreements", "agreement",
        ["id", "name", "partyB", "signedOn", "expiresOn", "state", "record"], KIND, new "/agreements/new", item agreement::show),
    register!(
        "/commitments",
        "commitments",
        "commitment",
        ["id", "text", "responsible", "dueOn", "completedOn", "verifiedOn", "state", "record"],
        KIND
    ),
    register!("/projects", "projects", "project",
        ["id", "name", "category", "community", "claimant", "dueOn", "state", "record"], PLACE, new "project.propose",
        item projects::show, views OF_PROJECTS),
    register!("/meetings", "meetings", "meeting",
        ["id", "meetingType", "community", "date", "units", "minutes", "state", "record"], KIND, new "meeting.schedule", item super::meeting::show,
        views OF_MEETINGS),
    register!("/topics", "topics", "topic", ["id", "title", "category", "meeting", "outcome", "state", "record"], PLACE,
        new "topic.propose", views OF_TOPICS),
    register!("/decisions", "decisions", "decision",
        ["id", "text", "responsible", "dueOn", "completedOn", "verifiedOn", "state", "record"], PLACE,
        new "decision.record", item super::next::show),
    register!("/tasks", "tasks", "task", ["id", "text", "responsible", "dueOn", "completedOn", "verifiedOn", "state"], PLACE,
        new "task.assign", item super::next::show),
    register!("/occurrences", "occurrences", "occurrence",
        ["id", "community", "plannedOn", "heldOn", "reason", "state", "record"], PLACE, new "occurrence.schedule"),
    register!("/issues", "issues", "issue",
        ["id", "compound", "category", "text", "responsible", "dueOn", "carryOvers", "state"], KIND,
        new "issue.raise", item super::next::show),
    register!("/registry/streets", "streets", "street", ["id", "name"], NONE, new "street.register"),
    register!("/registry/communities", "communities", "community",
        ["id", "name", "street", "households", "population", "formation", "state"], &["street", "state"],
        new "community.register"),
    register!("/registry/compounds", "compounds", "compound",
        ["id", "name", "community", "households", "serviceMode", "enterprise"], &["street", "community"],
        new "compound.register"),
    register!("/registry/branches", "branches", "branch", ["id", "name", "community", "compounds"], &["street", "community"],
        new "branch.register"),
    register!("/registry/grids", "grids", "grid", ["id", "name", "community", "households", "leaderPost", "members"],
        &["street", "community"], new "grid.register"),
    register!("/registry/units", "units", "unit", ["id", "name", "kind", "partyOrg", "state"], &["state", "category"],
        new "unit.register"),
    register!("/registry/posts", "posts", "post", ["id", "name", "unit", "state"], &["state"], new "post.create"),
    register!("/registry/alliances", "alliances", "alliance", ["id", "name", "community", "establishedOn", "state"], PLACE,
        new "alliance.establish"),
    register!("/registry/memberships", "memberships", "membership", ["id", "alliance", "unit", "joinedOn", "leftOn", "state"], PLACE,
        new "membership.admit"),
    register!("/registry/holidays", "holidays", "holiday", ["id", "name", "startsOn", "endsOn"], NONE, new "holiday.declare"),
    register!("/registry/series", "series", "series", ["id", "meetingType", "community", "cadence", "state"], PLACE,
        new "series.define"),
    register!("/duties", "duties", "duty", ["id", "rule", "subject", "performedOn", "post", "note", "record"], &["category"],
        new "duty.perform"),
    register!("/exemptions", "exemptions", "obligation", ["id", "rule", "subject", "period", "decision", "exemptedOn", "state"],
        &["state", "category"], new "obligation.exempt"),
    register!("/rules", "rules", "rule", ["id", "title", "version", "validFrom", "parameters", "source", "state"], &["state"],
        new "rule.adopt", item super::inspection::rules::show),
    register!("/imports", "imports", "import", ["id", "rows", "missing", "state"], NONE),
    register!(
        "/documents",
        "documents",
        "document",
        ["id", "kind", "matter", "mediaType", "size", "looked", "state"],
        &["state", "category"],
        new "/documents/new",
        item documents::show
    ),
    register!(
        "/erasures",
        "erasures",
        "erasure",
        ["id", "scope", "subject", "post", "askedOn", "executedOn", "state"],
        &["state"],
        item erasure::show
    ),
    register!(
        "/periods",
        "periods",
        "period",
        ["id", "frozenOn", "frozenAt", "post", "reopenedOn", "reason", "state"],
        &["state"]
    ),
    register!(
        "/editions",
        "reports",
        "report",
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
    /// What `view` must say for its rows.
    view: &'static str,
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
    /// The ways to look at it: address, words, whether it is this one.
    tabs: Vec<(&'static str, String, bool)>,
}

fn show(visit: &Visit) -> Seen {
    let register = register(&visit.path).ok_or_else(|| Problem::not_found(&visit.path))?;
    if let Some(page) = register.page(visit) {
        return page(visit);
    }
    let asked = asked(visit, register)?;
    let mut query = query_of(visit, register)?;
    if !visit.query.get("format").is_empty() {
        let filters: Vec<String> = active(visit, register).into_iter().map(|(words, _)| words).collect();
        return export::file(visit, register, &query, asked, &filters);
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
        view: register.view_of_rows(),
        words: visit.query.get("contains").to_owned(),
        // The part that changes has none.
        filters: match visit.fragment {
            true => Vec::new(),
            false => filters_of(visit, register, register.filters)?,
        },
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
        tabs: tabs(register, t),
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

/// The ways to look at a register, of which this one shows the rows.
fn tabs(register: &Register, t: Text) -> Vec<(&'static str, String, bool)> {
    let tab = |view: &View| (view.to, t.plain(view.words), matches!(view.way, Way::Rows));
    register.views.iter().map(tab).collect()
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
    filters_of(visit, register, names)
}

fn filters_of(
    visit: &Visit,
    register: &Register,
    names: &'static [&'static str],
) -> Result<Vec<FilterShown>, Problem> {
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
            let words = states(register.list);
            words.iter().map(|word| choice((*word).to_owned(), t.state(register.category, word))).collect()
        }
        _ => {
            let words = categories(register.list).unwrap_or_default();
            words.iter().map(|word| choice((*word).to_owned(), t.word("word", word))).collect()
        }
    };
    Ok(FilterShown { name, label: t.word("field", name), choices })
}

/// What the register is filtered by, in words, and the address without each.
fn active(visit: &Visit, register: &Register) -> Vec<(String, String)> {
    let t = visit.text;
    let named = FILTERS.iter().filter(|name| !visit.query.get(name).is_empty());
    let shown = named.map(|name| {
        let given = visit.query.get(name);
        let value = match *name {
            "state" => t.state(register.category, given),
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
    REGISTERS.iter().find(|register| register.category == category)
}
