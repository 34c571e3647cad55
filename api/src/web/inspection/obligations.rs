//! Duties (履职情况): by rule, who owed what in which period and what came of it; a cell leads to what met it, or to
//! what excuses it.

use askama::Template;
use gongjian_core::day::Quarter;
use gongjian_core::period::Period;
use gongjian_core::record::Position;
use gongjian_projections::figures::Scope;
use gongjian_projections::lists::{Query, states};
use gongjian_projections::obligations::{Cell as Owed, Line, Matrix, RULES, State};
use serde_json::Value;

use super::super::cells::{Cell, encoded, place};
use super::super::{Frame, Seen, Shown, Visit};
use super::{light, linked, record_link};
use crate::access::Right;
use crate::app::{Asked, HeatMap};
use crate::error::Problem;
use crate::messages::Text;

/// Rows of the register below.
const ROWS: usize = 50;

struct MapRow {
    name: Cell,
    cells: Vec<Cell>,
    total: String,
}

struct Row {
    id: Cell,
    subject: Cell,
    period: String,
    due: String,
    done: String,
    light: Cell,
}

/// A choice: value, words, chosen.
type Choice = (String, String, bool);

#[derive(Template)]
#[template(path = "obligations.html")]
struct ObligationsPage {
    frame: Frame,
    tabs: Vec<(String, String, bool)>,
    rule: String,
    title: String,
    version: Option<Cell>,
    froms: Vec<Choice>,
    tos: Vec<Choice>,
    streets: Vec<Choice>,
    columns: Vec<String>,
    map: Vec<MapRow>,
    totals: Vec<String>,
    total: String,
    sort_link: String,
    sorted: bool,
    states: Vec<Choice>,
    rows: Vec<Row>,
    rows_total: usize,
    next: String,
    narrowed: String,
    exports: String,
}

/// The page of a rule.
pub(crate) fn list(visit: &Visit) -> Seen {
    let t = visit.text;
    let asked = visit.asked()?;
    let text = |name: &str| Some(visit.query.get(name).to_owned()).filter(|text| !text.is_empty());
    let quarter = |name: &'static str| -> Result<Option<Quarter>, Problem> {
        let given = visit.query.get(name);
        let read = |_| Problem::unreadable(name, given, "2022-Q2");
        if given.is_empty() { Ok(None) } else { given.parse().map(Some).map_err(read) }
    };
    let rule = text("rule").unwrap_or_else(|| "R12".to_owned());
    let scope = text("street").map_or(Scope::County, Scope::Street);
    let wanted = HeatMap { rule: Some(rule.clone()), from: quarter("from")?, to: quarter("to")?, scope };
    let map = visit.app().heat_map(&wanted, asked)?;
    let sorted = visit.query.get("sort") == "missing";
    let (rows, rows_total, next) = register(visit, asked, &rule)?;
    let link = |changed: &[(&str, &str)]| visit.query.link("/obligations", changed);
    let quarters = visit.app().quarters()?;
    let first = map.columns.first().map(|period| period.first_day().quarter());
    let last = map.columns.last().map(|period| period.last_day().quarter());
    let choices = |chosen: Option<Quarter>| {
        let choice = |quarter: &Quarter| {
            (quarter.to_string(), super::reports::label(*quarter, t), Some(*quarter) == chosen)
        };
        quarters.iter().map(choice).collect::<Vec<Choice>>()
    };
    let tab = |id: &&str| {
        let changed = [("rule", *id), ("state", ""), ("contains", ""), ("quarter", "")];
        (link(&changed), t.plain(&format!("duty-tab-{}", id.to_lowercase())), *id == rule)
    };
    let contains = visit.query.get("contains");
    let page = ObligationsPage {
        frame: visit.frame(t.plain("page-obligations")).wide(),
        tabs: RULES.iter().map(tab).collect(),
        title: map.title.clone().unwrap_or_else(|| t.plain("heat-deadlines")),
        version: version(visit, asked, &rule)?,
        froms: choices(first),
        tos: choices(last),
        streets: streets(visit)?,
        columns: map.columns.iter().map(|period| period_name(*period, t)).collect(),
        map: map_rows(visit, &map, sorted),
        totals: map.totals.iter().map(share).collect(),
        total: share(&map.total),
        sort_link: link(&[("sort", if sorted { "" } else { "missing" })]),
        sorted,
        states: states("obligations")
            .into_iter()
            .map(|word| (word.to_owned(), t.state("obligation", word), word == visit.query.get("state")))
            .collect(),
        rows,
        rows_total,
        next,
        narrowed: if contains.is_empty() {
            String::new()
        } else {
            link(&[("contains", ""), ("quarter", "")])
        },
        exports: heat_file(visit, &map),
        rule,
    };
    Shown::page(&page)
}

fn heat_file(visit: &Visit, map: &Matrix) -> String {
    let quarters = (map.columns.first(), map.columns.last());
    let span = match quarters {
        (Some(first), Some(last)) => {
            format!("&from={}&to={}", first.first_day().quarter(), last.last_day().quarter())
        }
        _ => String::new(),
    };
    let street = match visit.query.get("street") {
        "" => String::new(),
        street => format!("&street={}", encoded(street)),
    };
    format!("/api/v1/obligations/heat-map?rule={}{span}{street}&format=csv", map.rule)
}

/// The version of the rule that applies on the day.
fn version(visit: &Visit, asked: Asked, rule: &str) -> Result<Option<Cell>, Problem> {
    let on = visit.on(asked)?;
    let views = visit.app().views_as_of(asked.last)?;
    Ok(views.rules.applies(rule, on).map(|version| linked(version, format!("/rules/{}", encoded(rule)))))
}

fn streets(visit: &Visit) -> Result<Vec<Choice>, Problem> {
    let query = Query { limit: 1_000, ..Query::on(visit.app().today()) };
    let page = visit.app().list("streets", &query, Asked::default())?;
    let given = visit.query.get("street");
    let choice = |item: &Value| {
        let text = |name: &str| item[name].as_str().unwrap_or_default().to_owned();
        (text("id"), text("name"), text("id") == given)
    };
    Ok(page.rows.iter().map(choice).collect())
}

/// A period as people call it.
pub(super) fn period_name(period: Period, t: Text) -> String {
    match period {
        Period::Quarter(quarter) => super::reports::label(quarter, t),
        Period::Day(day) => t.day(day),
        other => other.to_string(),
    }
}

fn map_rows(visit: &Visit, map: &Matrix, sorted: bool) -> Vec<MapRow> {
    let mut lines: Vec<&Line> = map.rows.iter().collect();
    if sorted {
        lines.sort_by_key(|line| std::cmp::Reverse((line.total.missed, line.total.open)));
    }
    let row = |line: &&Line| MapRow {
        name: linked(line.name.clone(), place(&line.subject).unwrap_or_default()),
        cells: line
            .cells
            .iter()
            .zip(&map.columns)
            .map(|(cell, column)| map_cell(visit, &map.rule, line, cell, *column))
            .collect(),
        total: share(&line.total),
    };
    lines.iter().map(row).collect()
}

/// Met of opened, and what was exempted beside it.
fn share(cell: &Owed) -> String {
    match (cell.opened, cell.exempted) {
        (0, 0) => "—".to_owned(),
        (opened, _) => format!("{}/{opened}", cell.met),
    }
}

/// A cell: its shape and words, and where it leads.
fn map_cell(visit: &Visit, rule: &str, line: &Line, cell: &Owed, column: Period) -> Cell {
    let t = visit.text;
    let Some(state) = cell.state else { return light("none", "–", t.plain("duty-none")) };
    let (look, shape) = look(state);
    let words = match (cell.obligations.as_slice(), state) {
        ([_], State::Met) => t.get("duty-met", &[("count", &cell.met_by.len().max(1).to_string())]),
        ([_], State::Missed) if rule == "R12" => t.plain("duty-not-held"),
        ([_], state) => t.state("obligation", state.word()),
        (_, _) => share(cell),
    };
    let link = match cell.obligations.as_slice() {
        [one] => visit.query.link(
            &format!("/obligations/{}", encoded(one)),
            &[
                ("rule", ""),
                ("from", ""),
                ("to", ""),
                ("sort", ""),
                ("street", ""),
                ("state", ""),
                ("contains", ""),
                ("quarter", ""),
            ],
        ),
        _ => {
            let code = line.subject.split('/').nth(1).unwrap_or_default();
            let quarter = match column {
                Period::Quarter(quarter) => quarter.to_string(),
                _ => String::new(),
            };
            let changed = [("contains", code), ("quarter", quarter.as_str())];
            format!("{}#rows", visit.query.link("/obligations", &changed))
        }
    };
    Cell { look, shape, link, ..Cell::words(words) }
}

fn look(state: State) -> (&'static str, &'static str) {
    match state {
        State::Met => ("ok", "●"),
        State::Missed => ("bad", "◆"),
        State::Open => ("info", "○"),
        State::Exempted => ("mute", "–"),
    }
}

fn state_light(item: &Value, t: Text) -> Cell {
    let word = item["state"].as_str().unwrap_or_default();
    let state = State::ALL.iter().find(|state| state.word() == word);
    let (look, shape) = state.map_or(("mute", "–"), |state| look(*state));
    let words = t.state("obligation", word);
    let late = item["late"].as_bool() == Some(true);
    light(look, shape, if late { t.named(&words, &t.plain("field-late")) } else { words })
}

/// The register below the map.
fn register(visit: &Visit, asked: Asked, rule: &str) -> Result<(Vec<Row>, usize, String), Problem> {
    let t = visit.text;
    let text = |name: &str| Some(visit.query.get(name).to_owned()).filter(|text| !text.is_empty());
    let mut query = Query::on(visit.app().today());
    query.category = Some(rule.to_owned());
    query.state = text("state");
    query.contains = text("contains");
    query.street = text("street");
    query.cursor = text("cursor");
    query.limit = ROWS;
    query.quarter = match visit.query.get("quarter") {
        "" => None,
        given => Some(given.parse().map_err(|_| Problem::unreadable("quarter", given, "2022-Q2"))?),
    };
    let page = visit.app().list("obligations", &query, asked)?;
    let row = |item: &Value| {
        let text = |name: &str| item[name].as_str().unwrap_or_default().to_owned();
        let number = |name: &str| item[name].as_u64().unwrap_or_default();
        let id = text("id");
        let due = text("dueOn").parse().map(|due| t.day(due)).unwrap_or_default();
        let period = text("period").parse::<Period>().map(|it| period_name(it, t)).unwrap_or_default();
        Row {
            id: linked(id.clone(), format!("/obligations/{}", encoded(&id))),
            subject: linked(text("subjectName"), place(&text("subject")).unwrap_or_default()),
            period,
            due,
            done: format!("{}/{}", number("done"), number("wanted")),
            light: state_light(item, t),
        }
    };
    let next = page.next.as_ref().map(|cursor| {
        let link = visit.query.link("/obligations", &[]);
        format!("{link}{}cursor={cursor}#rows", if link.contains('?') { '&' } else { '?' })
    });
    Ok((page.rows.iter().map(row).collect(), page.total, next.unwrap_or_default()))
}

#[derive(Template)]
#[template(path = "obligation.html")]
struct ObligationPage {
    frame: Frame,
    back: String,
    light: Cell,
    facts: Vec<(String, Cell)>,
    records: Vec<(Cell, String)>,
    excuse: Vec<(String, Cell)>,
    exempt: String,
}

/// One obligation: what met it, or what excuses it.
pub(crate) fn one(visit: &Visit) -> Seen {
    let t = visit.text;
    let asked = visit.asked()?;
    let id = visit.part("id");
    let item = visit.app().item("obligations", id, asked)?;
    let text = |name: &str| item[name].as_str().unwrap_or_default().to_owned();
    let rule = text("rule");
    let day = |name: &str| text(name).parse().map(|day| t.day(day)).unwrap_or_default();
    let subject = text("subjectName");
    let period = text("period").parse::<Period>().map(|it| period_name(it, t)).unwrap_or_default();
    let title = rule_title(visit, asked, &rule)?;
    let counts = t.get(
        "duty-done",
        &[
            ("done", &item["done"].as_u64().unwrap_or(0).to_string()),
            ("wanted", &item["wanted"].as_u64().unwrap_or(0).to_string()),
        ],
    );
    let version = match text("ruleVersion") {
        version if version.is_empty() => Cell::words(t.plain("heat-deadlines")),
        version => linked(version, format!("/rules/{}", encoded(&rule))),
    };
    let facts = [
        ("field-rule", version),
        ("duty-demands", Cell::words(title)),
        ("field-subject", linked(subject.clone(), place(&text("subject")).unwrap_or_default())),
        ("field-period", Cell::words(period.clone())),
        ("field-opensOn", Cell::words(day("opensOn"))),
        ("field-dueOn", Cell::words(day("dueOn"))),
        ("field-extendedTo", Cell::words(day("extendedTo"))),
        ("duty-count", Cell::words(counts)),
    ];
    let facts = facts.into_iter().filter(|(_, cell)| !cell.words.is_empty());
    let met: Vec<Position> =
        item["metBy"].as_array().into_iter().flatten().filter_map(Value::as_u64).collect();
    let records = met.iter().map(|at| record(visit, *at)).collect::<Result<_, _>>()?;
    let frame = visit
        .frame(t.remarks(&[subject, period].into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>()));
    let open = matches!(item["state"].as_str(), Some("missed" | "open"));
    let may = visit.caller.may(Right::Record) && frame.as_of.is_none() && open;
    let page = ObligationPage {
        back: format!("/obligations?rule={rule}"),
        light: state_light(&item, t),
        facts: facts.map(|(key, cell)| (t.plain(key), cell)).collect(),
        records,
        excuse: excuse(&item["exemptedBy"], t),
        exempt: if may {
            format!(
                "/do/obligation.exempt?stream={}&back={}",
                encoded(&format!("obligation/{id}")),
                encoded(&visit.path)
            )
        } else {
            String::new()
        },
        frame,
    };
    Shown::page(&page)
}

fn rule_title(visit: &Visit, asked: Asked, rule: &str) -> Result<String, Problem> {
    let views = visit.app().views_as_of(asked.last)?;
    Ok(views.rules.rule.get(rule).map(|rule| rule.title.clone()).unwrap_or_default())
}

/// A record in a line.
fn record(visit: &Visit, position: Position) -> Result<(Cell, String), Problem> {
    let t = visit.text;
    let cell = linked(t.get("item-record", &[("position", &position.to_string())]), record_link(position));
    let said = match visit.app().event(position, false) {
        Ok(Some(crate::app::ShownEvent::Whole(event))) => {
            let day = event.occurred_on.get(..10).and_then(|day| day.parse().ok()).map(|day| t.day(day));
            let id = event.stream.split('/').nth(1).unwrap_or_default().to_owned();
            t.remarks(&[day.unwrap_or_default(), t.word("kind", &event.kind), id])
        }
        Ok(_) => t.plain("events-withheld"),
        Err(problem) if problem.status == axum::http::StatusCode::GONE => t.plain("events-withheld"),
        Err(problem) => return Err(problem),
    };
    Ok((cell, said))
}

fn excuse(by: &Value, t: Text) -> Vec<(String, Cell)> {
    let text = |name: &str| by[name].as_str().map(str::to_owned);
    let decision = text("decision").map(|decision| {
        let link = place(&decision).or_else(|| place(&format!("decision/{decision}"))).unwrap_or_default();
        (t.plain("field-decision"), linked(decision, link))
    });
    let reason = text("reason").map(|reason| (t.plain("field-reason"), Cell::words(reason)));
    let record =
        by["position"].as_u64().map(|at| (t.plain("events-number"), linked(at.to_string(), record_link(at))));
    decision.into_iter().chain(reason).chain(record).collect()
}
