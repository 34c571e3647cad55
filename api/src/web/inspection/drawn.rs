//! What a report's figures balance to, and its charts, each with its table.

use gongjian_projections::figures::{Balance, Figure, Reconciled, Report, Value};

use super::super::Visit;
use super::super::cells::Cell;
use super::reports::label;
use super::{grouped, light};
use crate::document::{Chart, Drawing, svg};
use crate::error::Problem;
use crate::messages::Text;
use crate::report;

/// Flows that stand beside those of the quarter before and of the year before.
const BESIDE: &[Figure] = &[
    Figure::AgreementsSigned,
    Figure::ProjectsClaimed,
    Figure::DecisionsRecorded,
    Figure::DecisionsVerified,
    Figure::PropertyIssuesRaised,
    Figure::PropertyIssuesClosed,
];
/// The way of a project.
const WAY: &[Figure] =
    &[Figure::ProjectsListed, Figure::ProjectsClaimed, Figure::ProjectsAccepted, Figure::ProjectsCancelled];
/// Whether one stock is what its flows make of it, over one span.
pub(super) struct BalanceRow {
    pub(super) name: String,
    pub(super) said: String,
    pub(super) light: Cell,
}

/// A chart as the page shows it.
pub(super) struct Drawn {
    pub(super) caption: String,
    pub(super) svg: String,
    pub(super) headers: Vec<String>,
    pub(super) rows: Vec<(String, Vec<String>)>,
}

/// Every balance of the report.
pub(super) fn balances(report: &Report, t: Text) -> Vec<BalanceRow> {
    let said = |opening: &str, first: u64, came: &[(Figure, u64)], went: &[(Figure, u64)], closing: u64| {
        let mut said = format!("{opening} {}", grouped(first));
        for (sign, flows) in [('+', came), ('−', went)] {
            for (figure, count) in flows {
                said.push_str(&format!(" {sign} {} {}", report::label(*figure, t), grouped(*count)));
            }
        }
        format!("{said} = {}", grouped(closing))
    };
    let fits = |holds: bool| match holds {
        true => light("ok", "●", t.plain("report-balance-yes")),
        false => light("bad", "◆", t.plain("report-balance-no")),
    };
    let mut rows = Vec::new();
    for balance in &report.balances {
        let Balance { stock, opening, inflows, outflows, closing, .. } = balance;
        let name = report::short(*stock, t);
        let first = t.plain("report-balance-before");
        rows.push(BalanceRow {
            said: said(&first, *opening, inflows, outflows, *closing),
            light: fits(balance.holds),
            name: name.clone(),
        });
        let spans =
            [("report-year-to-date", &balance.year_to_date), ("report-since-start", &balance.since_start)];
        for (key, span) in spans {
            let Some(Reconciled { opening, inflows, outflows, holds }) = span else { continue };
            rows.push(BalanceRow {
                name: t.named(&name, &t.plain(key)),
                said: said(&t.plain("report-balance-opening"), *opening, inflows, outflows, *closing),
                light: fits(*holds),
            });
        }
    }
    rows
}

/// Charts that say in their captions what they show, each with its table.
pub(super) fn charts(visit: &Visit, report: &Report) -> Result<Vec<Drawn>, Problem> {
    let t = visit.text;
    let number = |figure| report.figures.number(figure);
    let earlier = visit.app().reports_before(report)?;
    let course: Vec<&Report> = earlier.iter().chain([report]).collect();
    let names =
        |figures: &[Figure]| figures.iter().map(|figure| report::short(*figure, t)).collect::<Vec<_>>();
    let (raised, closed) = (number(Figure::PropertyIssuesRaised), number(Figure::PropertyIssuesClosed));
    let args = [("raised", grouped(raised)), ("closed", grouped(closed))];
    let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut series =
        vec![(label(report.quarter, t), BESIDE.iter().map(|it| number(*it)).collect::<Vec<u64>>())];
    let of = |pick: &dyn Fn(Figure) -> Option<Value>| {
        BESIDE.iter().map(|it| pick(*it).map(|value| value.number())).collect::<Option<Vec<u64>>>()
    };
    let previous = of(&|figure| report.comparisons.get(figure).previous);
    let last_year = of(&|figure| report.comparisons.get(figure).last_year);
    series.extend(previous.map(|numbers| (t.plain("report-previous"), numbers)));
    series.extend(last_year.map(|numbers| (t.plain("report-last-year"), numbers)));
    let beside =
        report::chart("beside", t.get("report-chart-beside", &args), Drawing::Bars, names(BESIDE), series, t);
    let (claimed, accepted) = (number(Figure::ProjectsClaimed), number(Figure::ProjectsAccepted));
    let args = [
        ("claimed", grouped(claimed)),
        ("accepted", grouped(accepted)),
        ("open", grouped(number(Figure::ProjectsOpen))),
    ];
    let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let numbers = WAY.iter().map(|figure| number(*figure)).collect();
    let way = report::chart(
        "projects",
        t.get("report-chart-projects", &args),
        Drawing::Bars,
        names(WAY),
        vec![(label(report.quarter, t), numbers)],
        t,
    );
    let mut charts = vec![beside, way];
    if course.len() > 1 {
        charts.push(report::course_of(&course, t));
    }
    charts.extend(report::closed(report, t));
    Ok(charts.iter().enumerate().map(|(at, chart)| drawn(chart, at)).collect())
}

fn drawn(chart: &Chart, at: usize) -> Drawn {
    let row = |(place, name): (usize, &String)| {
        let numbers = chart.series.iter().map(|(_, numbers)| numbers.get(place).copied().unwrap_or(0));
        (name.clone(), numbers.map(grouped).collect())
    };
    Drawn {
        caption: chart.caption.clone(),
        svg: svg::draw(chart, at),
        headers: chart.series.iter().map(|(name, _)| name.clone()).collect(),
        rows: chart.categories.iter().enumerate().map(row).collect(),
    }
}
