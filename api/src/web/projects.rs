//! Projects: the board on which units claim them, and the page of one with its claims.

use askama::Template;
use gongjian_core::day::Day;
use gongjian_projections::lists::Query;
use serde_json::Value;

use super::cells::{Cell, cell, encoded, place};
use super::item::{self, Action, Children, Fact};
use super::registers::{self, FilterShown};
use super::{Frame, Seen, Shown, Visit, matter};
use crate::access::Right;
use crate::app::{Asked, EventFilter, ShownEvent};
use crate::error::Problem;
use crate::messages::Text;

/// Cards of a column; the rest stands in the register.
const CARDS: usize = 20;
/// Events of one project that are looked at for its claims.
const EVENTS: usize = 1_000;

/// A column: its message, the states in it, the order of its cards, and what can be done with one.
struct Column {
    key: &'static str,
    states: &'static [&'static str],
    sort: &'static str,
    descending: bool,
}

const COLUMNS: &[Column] = &[
    Column { key: "board-listed", states: &["listed"], sort: "listedOn", descending: false },
    Column { key: "board-pending", states: &["claim-pending"], sort: "claimedOn", descending: false },
    Column {
        key: "board-work",
        states: &["in-progress", "claimed", "suspended"],
        sort: "dueOn",
        descending: false,
    },
    Column { key: "board-waiting", states: &["awaiting-acceptance"], sort: "submittedOn", descending: false },
    Column { key: "board-accepted", states: &["accepted", "closed"], sort: "acceptedOn", descending: true },
];

/// What a card offers, by state; the first is the likely one.
const OFFERS: &[(&str, &[&str])] = &[
    ("listed", &["project.claim"]),
    ("claim-pending", &["project.accept-claim", "project.release-claim"]),
    ("claimed", &["project.start"]),
    ("in-progress", &["project.submit"]),
    ("suspended", &["project.resume"]),
    ("awaiting-acceptance", &["project.accept", "project.return"]),
];

struct Card {
    name: String,
    link: String,
    id: String,
    facts: Vec<Cell>,
    light: Cell,
    actions: Vec<Action>,
}

struct ColumnShown {
    title: String,
    total: usize,
    cards: Vec<Card>,
    /// The register with the rest, one link a state.
    all: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "projects.html")]
struct Board {
    frame: Frame,
    words: String,
    filters: Vec<FilterShown>,
    columns: Vec<ColumnShown>,
    table: String,
    new: Option<(String, String)>,
}

/// The board.
pub(super) fn board(visit: &Visit) -> Seen {
    let t = visit.text;
    let asked = visit.asked()?;
    let on = visit.on(asked)?;
    let frame = visit.frame(t.plain("board")).wide();
    let may_record = visit.caller.may(Right::Record) && frame.as_of.is_none();
    let columns = COLUMNS.iter().map(|column| shown(visit, column, asked, on, may_record));
    let page = Board {
        words: visit.query.get("contains").to_owned(),
        filters: registers::filters(visit, "projects", &["street", "community"])?,
        columns: columns.collect::<Result<_, _>>()?,
        table: visit.query.link("/projects", &[("view", "table"), ("done", "")]),
        new: may_record.then(|| ("/do/project.propose".to_owned(), t.command("project.propose"))),
        frame,
    };
    Shown::page(&page)
}

fn shown(
    visit: &Visit,
    column: &Column,
    asked: Asked,
    on: Day,
    may_record: bool,
) -> Result<ColumnShown, Problem> {
    let t = visit.text;
    let text = |name: &str| Some(visit.query.get(name).to_owned()).filter(|text| !text.is_empty());
    let (mut total, mut cards, mut all) = (0, Vec::new(), Vec::new());
    for state in column.states {
        let query = Query {
            state: Some((*state).to_owned()),
            community: text("community"),
            street: text("street"),
            contains: text("contains"),
            sort: Some(column.sort.to_owned()),
            descending: column.descending,
            limit: CARDS,
            ..Query::on(on)
        };
        let page = visit.app().list("projects", &query, asked)?;
        total += page.total;
        if page.total > 0 {
            let link = visit.query.link("/projects", &[("view", "table"), ("state", state), ("done", "")]);
            let args = [("what", t.state("project", state)), ("total", page.total.to_string())];
            let args = args.each_ref().map(|(name, value)| (*name, value.as_str()));
            all.push((link, t.get("board-all", &args)));
        }
        let room = CARDS.saturating_sub(cards.len());
        cards.extend(page.rows.iter().take(room).map(|item| card(item, state, on, t, may_record)));
    }
    if total <= cards.len() {
        all.clear();
    }
    Ok(ColumnShown { title: t.plain(column.key), total, cards, all })
}

fn card(item: &Value, state: &str, on: Day, t: Text, may_record: bool) -> Card {
    let of = |name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let stream = of("stream");
    let facts = ["category", "community", "compound", "claimant"].iter().map(|name| cell(item, name, on, t));
    let offers = OFFERS.iter().find(|(of, _)| *of == state).map(|(_, offers)| *offers).unwrap_or_default();
    let action = |command: &&str| Action {
        link: format!("/do/{command}?stream={}&back=%2Fprojects", encoded(&stream)),
        words: t
            .find(&format!("board-{}", command.replace('.', "-")), &[])
            .unwrap_or_else(|| t.command(command)),
    };
    Card {
        name: of("name"),
        link: place(&stream).unwrap_or_default(),
        id: of("id"),
        facts: facts.filter(|fact| !fact.words.is_empty()).collect(),
        light: cell(item, "state", on, t),
        actions: if may_record { offers.iter().map(action).collect() } else { Vec::new() },
    }
}

/// Shows a project.
pub(super) fn show(visit: &Visit) -> Seen {
    let mut page = item::build(visit)?;
    let stream = page.stream.clone();
    page.facts.retain(|fact| fact.label != visit.text.word("field", "problemsSolved"));
    page.facts.extend(problems(&page.item, visit.text));
    let claims = claims(visit, &stream)?;
    if !claims.rows.is_empty() {
        page.children.push(claims);
    }
    page.children.push(matter::documents(visit, &stream)?);
    page.proof = matter::proof(visit, &stream)?;
    Shown::page(&page)
}

/// What the claimant says was solved, and apart from it what an accepted project counts.
fn problems(item: &Value, t: Text) -> Vec<Fact> {
    let Some(solved) = item.get("problemsSolved").and_then(Value::as_u64) else { return Vec::new() };
    let is_accepted = item.get("acceptedOn").is_some_and(|day| !day.is_null() && day != "");
    let count = || Cell::words(t.get("project-problems", &[("count", &solved.to_string())]));
    vec![
        Fact { label: t.plain("project-problems-stated"), cell: count() },
        Fact {
            label: t.plain("project-problems-accepted"),
            cell: if is_accepted { count() } else { Cell::words(t.plain("project-not-accepted")) },
        },
    ]
}

/// Every claim, what became of it, and the record of each.
fn claims(visit: &Visit, stream: &str) -> Result<Children, Problem> {
    let t = visit.text;
    let filter = EventFilter { stream: Some(stream.to_owned()), ..EventFilter::default() };
    let page = visit.app().events(0, EVENTS, &filter)?;
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for event in &page.items {
        let ShownEvent::Whole(event) = event else { continue };
        if !matches!(&*event.kind, "project.claimed" | "project.claim-accepted" | "project.claim-released") {
            continue;
        }
        let data = event.data.clone().unwrap_or_default();
        let of = |name: &str| data.get(name).and_then(Value::as_str).unwrap_or_default();
        let day = event.occurred_on.get(..10).and_then(|day| day.parse::<Day>().ok());
        let supporting = data.get("supporting").and_then(Value::as_array).into_iter().flatten();
        let supporting = supporting.filter_map(Value::as_str).map(|code| matter::unit(visit, code).words);
        let supporting: Vec<String> = supporting.collect();
        let due = of("dueOn").parse::<Day>().map(|day| t.day(day)).unwrap_or_default();
        let mut more: Vec<String> = Vec::new();
        let mut say = |name: &str, value: String| {
            if !value.is_empty() {
                more.push(t.labelled(&t.word("field", name), &value));
            }
        };
        say("supporting", t.listed(&supporting));
        say("dueOn", due);
        say("reason", of("reason").to_owned());
        rows.push(vec![
            Cell::words(day.map(|day| t.day(day)).unwrap_or_default()),
            Cell::words(t.word("kind", &event.kind)),
            if of("unit").is_empty() { Cell::default() } else { matter::unit(visit, of("unit")) },
            Cell::words(t.statements(&more)),
            matter::record(visit, event.position),
        ]);
    }
    let headers = ["claim-day", "claim-what", "claim-unit", "claim-more", "agreement-record"];
    Ok(Children {
        title: t.plain("project-claims"),
        headers: headers.map(|key| t.plain(key)).into(),
        rows,
        new: None,
    })
}

/// Who has a project that somebody else wants to claim, and what is possible; nothing where nobody has it.
pub(super) fn claimed_by(visit: &Visit, stream: &str) -> Option<String> {
    let id = stream.strip_prefix("project/")?;
    let item = visit.app().item("projects", id, Asked::default()).ok()?;
    let unit = item.get("claimant").and_then(Value::as_str).filter(|unit| !unit.is_empty())?;
    let day = item.get("claimedOn").and_then(Value::as_str).and_then(|day| day.parse::<Day>().ok());
    let day = day.map(|day| visit.text.day(day)).unwrap_or_default();
    let unit = matter::unit(visit, unit).words;
    Some(visit.text.get("project-claimed", &[("unit", &unit), ("day", &day)]))
}
