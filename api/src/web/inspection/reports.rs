//! The quarterly report (季度共建报告): the quarters, and one report with its figures beside those of other quarters.

use askama::Template;
use gongjian_core::command::parse_id;
use gongjian_core::day::{Day, Quarter};
use gongjian_projections::figures::{Evidence, Figure, Kind, Report, Scope, Value};
use gongjian_projections::lists::Query;
use gongjian_projections::obligations::State;

use super::super::cells::{Cell, encoded};
use super::super::{Fields, Frame, Seen, Shown, Visit};
use super::drawn::{BalanceRow, Drawn, balances, charts};
use super::editions::{EditionRow, Stands};
use super::{grouped, light, linked, numbers, record_link, short};
use crate::access::{Place, Right, may_do};
use crate::app::{Asked, Asker, HeatMap, random_id, uuid};
use crate::error::Problem;
use crate::messages::{Language, Text};
use crate::output::standing::supplement_why;
use crate::report;

/// Formats that can be taken away, with their names.
const FORMATS: &[(&str, &str)] = &[
    ("xlsx", "Excel"),
    ("docx", "Word"),
    ("pdf", "PDF"),
    ("html", "HTML"),
    ("csv", "CSV"),
    ("md", "Markdown"),
    ("json", "JSON"),
];
/// Rates that stand on top.
const HEADLINES: &[Figure] = &[
    Figure::CommitmentsDueCompletedOnTime,
    Figure::DecisionsDueCompletedOnTime,
    Figure::ProjectsDueSubmittedOnTime,
    Figure::PropertyIssuesDueCompletedOnTime,
];
/// Supplements that the page lists.
const SUPPLEMENTS: usize = 50;

/// What a page of a report is about.
pub(super) struct About {
    pub(super) quarter: Quarter,
    pub(super) scope: Scope,
    pub(super) asked: Asked,
}

/// The quarter of the path, the scope and the time of the query.
pub(super) fn about(visit: &Visit) -> Result<About, Problem> {
    let given = visit.part("quarter");
    let quarter: Quarter = given.parse().map_err(|_| Problem::not_found(given))?;
    let scope = match visit.query.get("scope").split_once('/') {
        None => Scope::County,
        Some(("street", code)) => Scope::Street(code.to_owned()),
        Some(("community", code)) => Scope::Community(code.to_owned()),
        Some(_) => return Err(Problem::not_found(visit.query.get("scope"))),
    };
    Ok(About { quarter, scope, asked: visit.asked()? })
}

/// The name of a quarter.
pub(crate) fn label(quarter: Quarter, t: Text) -> String {
    if t.language() == Language::Chinese { quarter.label() } else { quarter.to_string() }
}

struct QuarterRow {
    name: Cell,
    period: Cell,
    frozen: String,
    edition: Cell,
    published: String,
}

#[derive(Template)]
#[template(path = "reports.html")]
struct ReportsPage {
    frame: Frame,
    rows: Vec<QuarterRow>,
}

/// The quarters and how each stands.
pub(crate) fn list(visit: &Visit) -> Seen {
    let t = visit.text;
    let quarters = visit.app().quarters()?;
    let views = visit.app().views()?;
    let row = |quarter: &Quarter| {
        let period = views.periods.period.get(&quarter.to_string());
        let report = views.periods.report_of(*quarter, "county");
        let last = report.and_then(|report| report.editions.last());
        let frozen = period.and_then(|period| period.frozen());
        let published = last.and_then(|edition| edition.published.as_ref());
        let edition = match (report, last) {
            (Some(report), Some(_)) => {
                let number = report.editions.len().to_string();
                let state = t.state("report", report.state());
                let words = t.get("reports-edition", &[("number", &number), ("state", &state)]);
                let (look, shape) = if published.is_some() { ("ok", "●") } else { ("warn", "▲") };
                light(look, shape, words)
            }
            _ => Cell::default(),
        };
        QuarterRow {
            name: linked(label(*quarter, t), format!("/reports/{quarter}")),
            period: period_light(period.map(|period| period.state()), t),
            frozen: frozen.map(|freeze| t.day(freeze.frozen.on)).unwrap_or_default(),
            edition,
            published: published.map(|act| t.day(act.fact.on)).unwrap_or_default(),
        }
    };
    let rows = quarters.iter().map(row).collect();
    drop(views);
    Shown::page(&ReportsPage { frame: visit.frame(t.plain("page-reports")), rows })
}

fn period_light(state: Option<&str>, t: Text) -> Cell {
    match state {
        Some("frozen") => light("ok", "●", t.plain("reports-frozen")),
        Some(_) => light("warn", "▲", t.plain("reports-reopened")),
        None => light("info", "◐", t.plain("reports-draft")),
    }
}

/// One line of the table of figures.
struct FigureRow {
    group: String,
    name: String,
    within: bool,
    kind: String,
    value: Cell,
    cells: Vec<String>,
}

struct SupplementRow {
    quarter: String,
    kind: String,
    stream: Cell,
    occurred: String,
    recorded: String,
    why: String,
    record: Cell,
}

#[derive(Template)]
#[template(path = "report.html")]
struct ReportPage {
    frame: Frame,
    quarter: String,
    light: Cell,
    scopes: Vec<(String, String, bool)>,
    known: String,
    headlines: Vec<(String, Cell, String)>,
    rows: Vec<FigureRow>,
    nothing: String,
    balances: Vec<BalanceRow>,
    charts: Vec<Drawn>,
    records: String,
    supplements: Vec<SupplementRow>,
    supplements_total: usize,
    since: Option<Cell>,
    before: Option<Cell>,
    actions: Vec<(String, String)>,
    generate: Option<String>,
    editions: Vec<EditionRow>,
    files: Vec<(String, &'static str)>,
    as_of: String,
}

/// One report.
pub(crate) fn show(visit: &Visit) -> Seen {
    let About { quarter, scope, asked } = about(visit)?;
    let report = visit.app().report(quarter, &scope, asked, Evidence::None)?;
    Shown::page(&page(visit, &report, asked)?)
}

/// Makes an edition of a frozen quarter, away from the steps that other posts take.
pub(crate) fn take(visit: &Visit, given: &Fields) -> Seen {
    let About { quarter, scope, .. } = about(visit)?;
    let place = Place::of_scope(&*visit.app().views()?, &scope);
    may_do(&visit.caller, "report.generate", place.as_ref())?;
    let actor = visit.caller.who().map_or_else(|| visit.text.plain("post-local"), |who| who.post.clone());
    let command_id = parse_id(given.get("commandId"));
    let asker = Asker { actor, command_id, occurred_on: None, account: visit.caller.account() };
    let recorded = visit.app().record_edition(&asker, quarter, &scope)?;
    let place = visit.query.link(&format!("/reports/{quarter}"), &[]);
    let joint = if place.contains('?') { '&' } else { '?' };
    Ok(Shown::Elsewhere(format!("{place}{joint}done={}", recorded.edition.generated.fact.at)))
}

fn page(visit: &Visit, report: &Report, asked: Asked) -> Result<ReportPage, Problem> {
    let t = visit.text;
    let quarter = report.quarter;
    let period = report.standing.period.as_ref().map(|period| period.state);
    let scope = report.scope.word();
    let stands = Stands::of(visit, quarter, &scope)?;
    let place = place_name(visit, report);
    let title = t.get("report-heading", &[("quarter", &label(quarter, t)), ("place", &place)]);
    let frame = visit.frame(title).wide();
    let now = frame.as_of.is_none() && visit.query.get("on").is_empty();
    let position = report.as_of.position.map(|at| at.to_string()).unwrap_or_default();
    let digest = short(report.as_of.digest.as_deref().unwrap_or_default());
    let on = t.day(report.as_of.on);
    let generate = stands.generates && now && visit.caller.may(Right::Record);
    let supplements = &report.standing.supplements;
    Ok(ReportPage {
        quarter: quarter.to_string(),
        light: period_light(period, t),
        scopes: scopes(visit, &scope)?,
        known: t.get("report-known", &[("position", &position), ("digest", &digest), ("on", &on)]),
        headlines: headlines(visit, report),
        rows: rows(visit, report),
        nothing: nothing(report, t),
        balances: balances(report, t),
        charts: charts(visit, report)?,
        records: crate::output::report::counts(&report.records, t),
        supplements: supplements.iter().take(SUPPLEMENTS).map(|it| supplement(it, t)).collect(),
        supplements_total: supplements.len(),
        since: stands.since.filter(|_| now).map(|(from, count)| {
            let words = t.get(
                "report-since-freeze",
                &[("position", &from.to_string()), ("count", &count.to_string())],
            );
            linked(words, visit.query.link(&format!("/reports/{quarter}/differences"), &[]))
        }),
        before: before_freeze(visit, report, period, asked)?,
        actions: if now { stands.actions } else { Vec::new() },
        generate: generate.then(|| random_id().map(|id| uuid(&id))).transpose()?,
        editions: stands.editions,
        files: FORMATS.iter().map(|(format, name)| (file_link(report, format), *name)).collect(),
        as_of: visit.query.get("as-of").to_owned(),
        frame,
    })
}

fn place_name(visit: &Visit, report: &Report) -> String {
    let t = visit.text;
    let part = match &report.scope {
        Scope::County => return t.get("report-scope-county", &[("name", "")]),
        Scope::Street(code) => report.streets.get(code).map_or(code, |part| &part.name),
        Scope::Community(code) => report.communities.get(code).map_or(code, |part| &part.name),
    };
    t.get("report-scope-community", &[("name", part)])
}

/// Streets and communities to choose from.
pub(super) fn scopes(visit: &Visit, scope: &str) -> Result<Vec<(String, String, bool)>, Problem> {
    let t = visit.text;
    let mut scopes = vec![(String::new(), t.plain("scope-county"), scope == "county")];
    for (list, kind) in [("streets", "street"), ("communities", "community")] {
        let query = Query { limit: 1_000, ..Query::on(visit.app().today()) };
        for item in visit.app().list(list, &query, Asked::default())?.rows {
            let text = |name: &str| item[name].as_str().unwrap_or_default().to_owned();
            let word = format!("{kind}/{}", text("id"));
            let chosen = word == scope;
            scopes.push((word, text("name"), chosen));
        }
    }
    Ok(scopes)
}

/// The page of a figure, about the same scope and time.
fn figure_link(visit: &Visit, quarter: Quarter, figure: Figure) -> String {
    visit.query.link(&format!("/reports/{quarter}/figures/{}", figure.name()), &[("done", ""), ("lang", "")])
}

fn headlines(visit: &Visit, report: &Report) -> Vec<(String, Cell, String)> {
    let t = visit.text;
    let shown = |figure: &Figure| {
        let counted = report.figures.get(*figure);
        let value = numbers::value(&counted.value, counted.of, t);
        let verified = match figure {
            Figure::CommitmentsDueCompletedOnTime => Some(Figure::CommitmentsDueVerified),
            Figure::DecisionsDueCompletedOnTime => Some(Figure::DecisionsDueVerified),
            _ => None,
        };
        let more = verified.map(|it| {
            let count = grouped(report.figures.number(it));
            t.get("report-of-those-verified", &[("count", &count)])
        });
        let name = t.plain(&format!("report-headline-{}", figure.name().replace('_', "-")));
        (name, linked(value, figure_link(visit, report.quarter, *figure)), more.unwrap_or_default())
    };
    let mut shown: Vec<_> = HEADLINES.iter().map(shown).collect();
    // How many of the alliances met is a rate that the page makes of two figures.
    let (met, all) = (report.figures.number(Figure::AlliancesMet), report.figures.number(Figure::Alliances));
    let link = figure_link(visit, report.quarter, Figure::AlliancesMet);
    shown.push((
        t.plain("report-headline-alliances-met"),
        linked(numbers::rate(met, all, t), link),
        String::new(),
    ));
    shown
}

fn rows(visit: &Visit, report: &Report) -> Vec<FigureRow> {
    let t = visit.text;
    let mut rows = Vec::new();
    for (figure, counted) in report.figures.iter() {
        let group = report::GROUPS.iter().find(|(first, _)| *first == figure);
        let value = numbers::value(&counted.value, counted.of, t);
        rows.push(FigureRow {
            group: group.map(|(_, group)| t.plain(&format!("summary-group-{group}"))).unwrap_or_default(),
            name: report::label(figure, t),
            within: matches!(figure.kind(), Kind::Of(_)),
            kind: numbers::kind(figure, t),
            value: linked(value, figure_link(visit, report.quarter, figure)),
            cells: compared(report, figure, t),
        });
        if let Value::Breakdown(parts) = &counted.value {
            rows.extend(parts.iter().map(|(name, count)| FigureRow {
                group: String::new(),
                name: (*name).to_owned(),
                within: true,
                kind: String::new(),
                value: Cell::words(grouped(*count)),
                cells: vec![String::new(); 6],
            }));
        }
    }
    rows
}

/// 上季、环比、去年同期、同比、自年初以来、累计.
fn compared(report: &Report, figure: Figure, t: Text) -> Vec<String> {
    let now = report.figures.get(figure);
    let compared = report.comparisons.get(figure);
    let of = compared.of.as_ref();
    let change = |then: &Option<Value>| match then {
        // Of a rate the numerator alone tells nothing.
        Some(then) if now.of.is_none() => numbers::change(then.number(), now.value.number(), t),
        _ => numbers::NONE.to_owned(),
    };
    // What is counted at the end is the same over every span that ends with the quarter.
    let flows = !matches!(figure.kind(), Kind::Stock | Kind::ToDate);
    let span =
        |value: &Option<Value>, of: Option<u64>| numbers::maybe(value.as_ref().filter(|_| flows), of, t);
    vec![
        numbers::maybe(compared.previous.as_ref(), of.and_then(|of| of.previous), t),
        change(&compared.previous),
        numbers::maybe(compared.last_year.as_ref(), of.and_then(|of| of.last_year), t),
        change(&compared.last_year),
        span(&compared.year_to_date, of.and_then(|of| of.year_to_date)),
        span(&compared.since_start, of.and_then(|of| of.since_start)),
    ]
}

/// Why there is nothing to compare with, where there is nothing.
fn nothing(report: &Report, t: Text) -> String {
    let compared = report.comparisons.get(Figure::Alliances);
    let year_before = Quarter { year: report.quarter.year.saturating_sub(1), ..report.quarter };
    match (&compared.previous, &compared.last_year) {
        (None, _) => t.get("report-no-previous", &[("quarter", &label(report.quarter.previous(), t))]),
        (_, None) => t.get("report-no-last-year", &[("quarter", &label(year_before, t))]),
        _ => String::new(),
    }
}

fn supplement(it: &gongjian_projections::figures::Supplement, t: Text) -> SupplementRow {
    let late = it.days.map(|days| t.get("mark-late", &[("days", &days.to_string())]));
    let why = supplement_why(it, t);
    SupplementRow {
        quarter: label(it.quarter, t),
        kind: t.word("kind", &it.kind),
        stream: linked(it.stream.split('/').nth(1).unwrap_or_default(), super::trail_link(&it.stream)),
        occurred: t.day(it.occurred_on),
        recorded: t.day(it.recorded_on),
        why: late.unwrap_or(why),
        record: linked(it.position.to_string(), record_link(it.position)),
    }
}

/// Before a freeze: who has not met, and is not excused.
fn before_freeze(
    visit: &Visit,
    report: &Report,
    period: Option<&str>,
    asked: Asked,
) -> Result<Option<Cell>, Problem> {
    if period == Some("frozen") {
        return Ok(None);
    }
    let quarter = Some(report.quarter);
    let wanted = HeatMap { rule: None, from: quarter, to: quarter, scope: report.scope.clone() };
    let map = visit.app().heat_map(&wanted, asked)?;
    let missing = map.rows.iter().filter(|row| row.total.state == Some(State::Missed)).count();
    let key = "report-before-freeze";
    let link = format!("/obligations?rule=R12&from={0}&to={0}&sort=missing", report.quarter);
    Ok((missing > 0).then(|| linked(visit.text.get(key, &[("count", &missing.to_string())]), link)))
}

fn file_link(report: &Report, format: &str) -> String {
    let scope = report.scope.word();
    let mut link = format!("/api/v1/reports/co-building?quarter={}&format={format}", report.quarter);
    if let Some((kind, code)) = scope.split_once('/') {
        link.push_str(&format!("&{kind}={}", encoded(code)));
    }
    if let Some(position) = report.as_of.position {
        link.push_str(&format!("&asOf={position}&on={}", report.as_of.on));
    }
    link
}

/// The days of a figure in words.
pub(super) fn days(start: Day, end: Day, t: Text) -> String {
    t.get("report-days", &[("start", &t.day(start)), ("end", &t.day(end))])
}
