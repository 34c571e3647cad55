//! The compact rows say what the tables say, whatever was recorded; comparisons say what other reports say.

use gongjian_core::day::{Day, Quarter};
use gongjian_core::domain::agreement::Expiry;
use gongjian_core::domain::facts::Fact;
use gongjian_core::domain::project::Project;

use super::random::County;
use super::*;
use crate::views::Views;

const QUARTERS: [&str; 4] = ["2021-Q3", "2022-Q1", "2022-Q2", "2022-Q4"];
const DAYS: [&str; 3] = ["2021-12-15", "2022-06-30", "2023-03-31"];

fn scopes() -> [Scope; 4] {
    [
        Scope::County,
        Scope::Street("S1".to_owned()),
        Scope::Street("S2".to_owned()),
        Scope::Community("C2".to_owned()),
    ]
}

/// Every question that a report answers.
fn questions() -> impl Iterator<Item = Question> {
    QUARTERS.into_iter().flat_map(|quarter| {
        DAYS.into_iter().flat_map(move |on| {
            scopes().into_iter().map(move |scope| Question {
                quarter: quarter.parse().unwrap(),
                scope,
                on: on.parse().unwrap(),
                evidence: Evidence::All,
                parts_compared: true,
            })
        })
    })
}

#[test]
fn rows_kept_event_by_event_are_those_made_from_the_tables() {
    for seed in [3, 1_979, 0x51f1_5e5d] {
        let mut county = County::new(seed);
        let mut views = Views::default();
        let mut told = 0;
        for round in 0..6 {
            for _ in 0..1_500 {
                county.step();
            }
            for bytes in &county.builder.log[told..] {
                // A withheld event says nothing; what follows in its stream is folded all the same.
                let withheld = county.dice.below(60) == 0;
                views.apply(if withheld { &[] } else { bytes }).unwrap();
            }
            told = county.builder.log.len();
            let mut fresh = views.clone();
            fresh.forget_compact();
            for question in questions() {
                let (kept, made) = (answer(&views, &question), answer(&fresh, &question));
                assert_eq!(kept, made, "seed {seed} round {round} {question:?}");
            }
        }
        assert!(told > 500, "{told}");
        let claimed_again = |it: &Project| !it.earlier_claims.is_empty() && it.claimed.is_some();
        assert!(views.projects.project.iter().any(|(_, it)| claimed_again(it)), "seed {seed}");
        let kinds =
            |end: &str| views.imports.corrections().iter().filter(|it| it.stream.starts_with(end)).count();
        for category in ["agreement/", "project/", "issue/", "community/"] {
            assert!(kinds(category) > 0, "seed {seed}: nothing of {category} was corrected");
        }
    }
}

#[test]
fn the_figures_are_those_of_the_tables() {
    for seed in [7, 77, 777] {
        let mut county = County::new(seed);
        (0..9_000).for_each(|_| county.step());
        let mut views = Views::default();
        county.builder.log.iter().for_each(|bytes| views.apply(bytes).unwrap());
        for question in questions() {
            let report = answer(&views, &question);
            for (figure, number) in recount(&views, &question) {
                assert_eq!(report.figures.number(figure), number, "{} {question:?}", figure.name());
            }
        }
    }
}

/// Some figures of every table, counted the long way.
fn recount(views: &Views, question: &Question) -> Vec<(Figure, u64)> {
    let (start, end) = (question.quarter.first_day(), question.quarter.last_day().min(question.on));
    let by = |fact: Option<Fact>| fact.is_some_and(|fact| fact.on <= end);
    let within = |fact: Option<Fact>| fact.is_some_and(|fact| start <= fact.on && fact.on <= end);
    let here = |stream: String| {
        let community = views.community_of(&stream);
        match &question.scope {
            Scope::County => true,
            Scope::Street(street) => {
                community.and_then(|code| views.registry.street_of(code)) == Some(street)
            }
            Scope::Community(code) => community == Some(code),
        }
    };
    let count = |numbers: Vec<bool>| numbers.into_iter().map(u64::from).sum();
    let (registry, agreements) = (&views.registry, &views.agreements);
    let members = registry
        .membership
        .iter()
        .filter(|(id, it)| here(format!("membership/{id}")) && by(it.joined) && !by(it.left));
    let members: Vec<_> = members.collect();
    let units: std::collections::BTreeSet<&str> = members.iter().map(|(_, it)| it.unit.as_str()).collect();
    let in_force = |id: &str| {
        agreements.agreement.get(id).is_some_and(|it| {
            let expired = it.expires.and_then(Expiry::day).is_some_and(|last| last < end);
            by(it.effective) && !expired && !by(it.terminated)
        })
    };
    let decisions = views.meetings.decision.iter().filter(|(id, it)| {
        here(format!("decision/{id}"))
            && views.meetings.meeting.get(&it.meeting).is_some_and(|it| by(it.held))
    });
    let issues = views.wednesday.issue.iter().filter(|(id, it)| here(format!("issue/{id}")) && by(it.raised));
    let issues: Vec<_> = issues.collect();
    vec![
        (Figure::Memberships, members.len() as u64),
        (Figure::MemberUnits, units.len() as u64),
        (
            Figure::AgreementsInForce,
            count(
                agreements
                    .agreement
                    .iter()
                    .map(|(id, _)| here(format!("agreement/{id}")) && in_force(id))
                    .collect(),
            ),
        ),
        (
            Figure::CommitmentsInForce,
            count(
                agreements
                    .commitment
                    .iter()
                    .map(|(id, it)| here(format!("commitment/{id}")) && in_force(&it.agreement))
                    .collect(),
            ),
        ),
        (
            Figure::ProjectsClaimed,
            count(
                views
                    .projects
                    .project
                    .iter()
                    .map(|(id, it)| {
                        let first = it.claims().map(|(_, claimed)| claimed).min_by_key(|fact| fact.on);
                        here(format!("project/{id}")) && within(first)
                    })
                    .collect(),
            ),
        ),
        (Figure::DecisionsOpen, count(decisions.map(|(_, it)| !by(it.work.verified)).collect())),
        (
            Figure::WednesdayMeetingsHeld,
            count(
                views
                    .wednesday
                    .occurrence
                    .iter()
                    .map(|(id, it)| here(format!("occurrence/{id}")) && within(it.held))
                    .collect(),
            ),
        ),
        (
            Figure::PropertyIssuesClosed,
            count(issues.iter().map(|(_, it)| within(it.work.verified)).collect()),
        ),
        (Figure::PropertyIssuesOpen, count(issues.iter().map(|(_, it)| !by(it.work.verified)).collect())),
    ]
}

#[test]
fn a_comparison_is_what_the_other_report_says() {
    let mut county = County::new(99);
    (0..9_000).for_each(|_| county.step());
    let mut views = Views::default();
    county.builder.log.iter().for_each(|bytes| views.apply(bytes).unwrap());
    let first = views.compact().first_day().unwrap().quarter();
    let mut had_none = 0;
    for question in questions() {
        let quarter = question.quarter;
        let found = answer(&views, &question);
        let of = |quarter: Quarter| {
            (quarter >= first)
                .then(|| report_with(&views, quarter, &question.scope, question.on, Evidence::None))
        };
        let before = of(quarter.previous());
        let year_ago = of(Quarter { year: quarter.year - 1, ..quarter });
        let year_end = of(Quarter { year: quarter.year - 1, number: 4 });
        for (figure, compared) in found.comparisons.iter() {
            let value = |report: &Option<Report>| Some(report.as_ref()?.figures.get(figure).value);
            let of = |report: &Option<Report>| report.as_ref()?.figures.get(figure).of;
            assert_eq!(compared.previous, value(&before), "{} {question:?}", figure.name());
            assert_eq!(compared.last_year, value(&year_ago), "{} {question:?}", figure.name());
            if let Some(denominators) = &compared.of {
                assert_eq!((denominators.previous, denominators.last_year), (of(&before), of(&year_ago)));
            }
            if matches!(figure.kind(), Kind::Stock | Kind::ToDate) && quarter >= first {
                let now = Some(found.figures.get(figure).value);
                assert_eq!(
                    (&compared.year_to_date, &compared.since_start),
                    (&now, &now),
                    "{}",
                    figure.name()
                );
                assert_eq!(compared.year_opening, value(&year_end), "{}", figure.name());
            }
            had_none += usize::from(compared.previous.is_none());
        }
        for (code, part) in found.streets.iter().chain(&found.communities) {
            assert!(part.comparisons.is_some(), "{code}");
        }
    }
    assert!(had_none > 0, "some quarter was the first");
}

#[test]
fn flows_of_all_quarters_lead_from_nothing_to_the_stock() {
    let mut views = Views::default();
    crate::sample::county(3_000).iter().for_each(|bytes| views.apply(bytes).unwrap());
    let on: Day = "2023-01-31".parse().unwrap();
    let last: Quarter = "2022-Q4".parse().unwrap();
    let first = views.compact().first_day().unwrap().quarter();
    let whole = report_with(&views, last, &Scope::County, on, Evidence::None);
    for balance in &whole.balances {
        assert!(balance.closes(), "{balance:?}");
        let since_start = balance.since_start.as_ref().unwrap();
        let year = balance.year_to_date.as_ref().unwrap();
        assert_eq!(since_start.opening, 0);
        let (mut quarter, mut flows, mut of_year) = (first, Vec::<(Figure, u64)>::new(), 0);
        while quarter <= last {
            let report = report_with(&views, quarter, &Scope::County, on, Evidence::None);
            let of = |figure| report.balances.iter().find(|it| it.stock == figure).unwrap();
            for (figure, number) in of(balance.stock).inflows.iter().chain(&of(balance.stock).outflows) {
                match flows.iter_mut().find(|(it, _)| it == figure) {
                    Some((_, sum)) => *sum += number,
                    None => flows.push((*figure, *number)),
                }
                of_year += if quarter.year == last.year { *number } else { 0 };
            }
            quarter = quarter.next();
        }
        let counted: Vec<(Figure, u64)> =
            since_start.inflows.iter().chain(&since_start.outflows).copied().collect();
        assert_eq!(flows, counted, "{}", balance.stock.name());
        let of_span = year.inflows.iter().chain(&year.outflows).map(|(_, number)| number);
        assert_eq!(of_year, of_span.sum::<u64>(), "{}", balance.stock.name());
    }
    // Six alliances that met in two quarters are six alliances, not twelve.
    let met = whole.comparisons.get(Figure::AlliancesMet).year_to_date.unwrap().number();
    assert_eq!(met, whole.figures.number(Figure::Alliances));
}

#[test]
fn an_event_after_a_report_makes_one_row_again_and_no_more() {
    let log = crate::sample::county(4_000);
    let mut views = Views::default();
    log[..3_000].iter().for_each(|bytes| views.apply(bytes).unwrap());
    let rows = views.compact().made;
    assert!(rows > 500, "{rows}");
    report_with(&views, quarter("2022-Q2"), &Scope::County, Day(19_200), Evidence::All);
    assert_eq!(views.compact().made, rows, "a second question makes nothing");
    for (number, bytes) in log[3_000..].iter().enumerate() {
        views.apply(bytes).unwrap();
        assert!(views.compact().made <= rows + 1 + number as u64);
    }
}

#[test]
fn an_explained_figure_has_its_value_and_the_events_of_the_report() {
    let views = crate::hand_made::county().views();
    let on = crate::hand_made::day("2022-06-30");
    for scope in [Scope::County, Scope::Street("S01".to_owned()), Scope::Community("C02".to_owned())] {
        let report = report(&views, quarter("2022-Q2"), &scope, on);
        for (figure, counted) in report.figures.iter() {
            let explained = explain(&views, figure, quarter("2022-Q2"), &scope, on).unwrap();
            assert_eq!((&explained.value, explained.of), (&counted.value, counted.of), "{}", figure.name());
            let positions: Vec<u64> = explained.events.iter().map(|event| event.position).collect();
            assert_eq!(Some(positions.as_slice()), counted.events, "{}", figure.name());
            assert!(explained.events.iter().all(|event| !event.rows.is_empty()), "{}", figure.name());
            assert_eq!(explained.compared, report.comparisons.get(figure));
        }
    }
    let explained = explain(&views, Figure::CommitmentsMade, quarter("2022-Q2"), &Scope::County, on).unwrap();
    // The clause counts because its agreement was signed.
    assert!(explained.events.iter().all(|event| event.rows == ["commitment/XY-1-T1"]), "{explained:?}");
    assert_eq!(explained.events.len(), 2);
    let nowhere = Scope::Street("S99".to_owned());
    assert_eq!(explain(&views, Figure::Alliances, quarter("2022-Q2"), &nowhere, on), None);
}

fn quarter(text: &str) -> Quarter {
    text.parse().unwrap()
}
