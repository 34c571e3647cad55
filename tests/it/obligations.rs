//! Obligations over the test counties say what the figures count, for the county, each street and each community.

use std::collections::BTreeSet;

use gongjian_core::day::{Day, Quarter};
use gongjian_projections::figures::{Evidence, Figure, Scope, report_with};
use gongjian_projections::obligations::{Filter, Obligation, State, list, matrix};
use gongjian_projections::views::Views;
use gongjian_tests::{data, import_folder, memory_ledger, views};
use serde_json::Value;

/// The obligations of a rule in a scope that are due in a quarter and in a state.
fn due(views: &Views, rule: &str, state: State, quarter: Quarter, scope: &Scope, on: Day) -> Vec<Obligation> {
    let filter = Filter { state: Some(state), ..within(scope, Filter::of_quarter(quarter)) };
    list(views, &filter.of_rule(rule), on)
}

fn within(scope: &Scope, filter: Filter) -> Filter {
    match scope {
        Scope::County => filter,
        Scope::Street(code) => Filter { street: Some(code.clone()), ..filter },
        Scope::Community(code) => Filter { community: Some(code.clone()), ..filter },
    }
}

/// Compares one scope of one quarter, judged on its last day; gives how much was compared and was not nothing.
#[track_caller]
fn compare(views: &Views, quarter: Quarter, scope: &Scope, on: Day) -> u64 {
    let on = on.min(quarter.last_day());
    let figures = report_with(views, quarter, scope, on, Evidence::None).figures;
    let all = |rule: &str, state| {
        let filter = Filter { state: Some(state), ..within(scope, Filter::default()) };
        list(views, &filter.of_rule(rule), on)
    };
    let count = |rows: Vec<Obligation>| rows.len() as u64;
    let mut seen = 0;
    let mut same = |what: &str, found: u64, figure: u64| {
        assert_eq!(found, figure, "{what} of {} in {quarter} on {on}", scope.word());
        seen += u64::from(figure > 0);
    };
    let number = |figure| figures.number(figure);
    same("R12", count(due(views, "R12", State::Met, quarter, scope, on)), number(Figure::AlliancesMet));
    let year = all("R15", State::Met).into_iter().filter(|it| it.period.is_some_and(|year| year.has(on)));
    same("R15", count(year.collect()), number(Figure::PropertyEnterprisesWithClaimThisYear));
    let with_agreement: BTreeSet<String> =
        all("R14", State::Met).into_iter().map(|obligation| obligation.subject).collect();
    same("R14", with_agreement.len() as u64, number(Figure::PropertyEnterprisesWithAgreement));
    same(
        "R16 missed",
        count(due(views, "R16", State::Missed, quarter, scope, on)),
        number(Figure::WednesdayMeetingsMissed) + number(Figure::WednesdayMeetingsUnrecorded),
    );
    same(
        "R16 exempted",
        count(due(views, "R16", State::Exempted, quarter, scope, on)),
        number(Figure::WednesdayMeetingsCancelled),
    );
    let missed = all("DUE", State::Missed);
    for (category, figure) in [
        ("decision/", Figure::DecisionsOverdue),
        ("project/", Figure::ProjectsOverdue),
        ("issue/", Figure::PropertyIssuesOverdue),
    ] {
        let of = missed.iter().filter(|it| it.subject.starts_with(category)).count();
        same(category, of as u64, number(figure));
    }
    let due_in = |state| {
        let rows = due(views, "DUE", state, quarter, scope, on);
        // What is done before its date is met already; the figures count it from that date on.
        rows.into_iter().filter(|it| it.subject.starts_with("decision/") && it.due_on <= Some(on))
    };
    let on_time = due_in(State::Met).filter(|it| !it.late).count() as u64;
    same("decisions on time", on_time, number(Figure::DecisionsDueCompletedOnTime));
    seen
}

/// Imports the folders one after the other and compares every quarter and scope of the last.
#[track_caller]
fn check(folders: &[&str]) {
    let mut writer = memory_ledger();
    for folder in folders {
        import_folder(&mut writer, folder);
    }
    let views = views(&writer);
    let expected = std::fs::read(data(folders.last().unwrap()).join("expected.json")).unwrap();
    let expected: Value = serde_json::from_slice(&expected).unwrap();
    let on: Day = expected["as_of"].as_str().unwrap().parse().unwrap();
    let mut seen = 0;
    for quarter in expected["quarters"].as_object().unwrap().keys() {
        let quarter: Quarter = quarter.parse().unwrap();
        let streets = views.registry.street.sorted();
        let communities = views.registry.community.sorted();
        let scopes = std::iter::once(Scope::County)
            .chain(streets.iter().map(|(code, _)| Scope::Street((*code).to_owned())))
            .chain(communities.iter().map(|(code, _)| Scope::Community((*code).to_owned())));
        for scope in scopes {
            seen += compare(&views, quarter, &scope, on);
        }
    }
    assert!(seen > 100, "{seen}");
}

#[test]
fn the_county_over_its_quarters() {
    check(&["wenshang-2022"]);
}

#[test]
fn counties_of_other_sizes_and_years() {
    check(&["county-2021"]);
    check(&["county-2023-mid", "county-2023"]);
}

#[test]
fn twenty_six_alliances_over_three_quarters() {
    let mut writer = memory_ledger();
    import_folder(&mut writer, "wenshang-2022");
    let views = views(&writer);
    let on = views.default_on(Day(20_000));
    let quarters = ["2022-Q1", "2022-Q2", "2022-Q3"].map(|quarter| quarter.parse::<Quarter>().unwrap());
    let map = matrix(&views, "R12", &quarters, &Scope::County, on);
    assert_eq!(map.rows.len(), 26);
    let totals: Vec<[u32; 4]> =
        map.totals.iter().map(|cell| [cell.opened, cell.met, cell.missed, cell.exempted]).collect();
    assert_eq!(totals, [[26, 15, 11, 0], [26, 24, 2, 0], [26, 22, 4, 0]]);
    assert_eq!((map.total.opened, map.total.met), (78, 61));
    // Each cell leads to the events that met it, and no event meets two.
    let met_by: usize = map.rows.iter().flat_map(|row| &row.cells).map(|cell| cell.met_by.len()).sum();
    let distinct: BTreeSet<u64> = map.total.met_by.iter().copied().collect();
    assert_eq!(met_by, distinct.len());
    // A ledger without such records is not full of duties missed.
    let rules: BTreeSet<String> =
        list(&views, &Filter::default(), on).into_iter().map(|obligation| obligation.rule).collect();
    assert_eq!(rules.iter().map(String::as_str).collect::<Vec<_>>(), ["DUE", "R12", "R14", "R15", "R16"]);
}

#[test]
fn every_id_is_its_own_and_stays_the_same() {
    let mut writer = memory_ledger();
    import_folder(&mut writer, "wenshang-2022-06-30");
    let before = views(&writer);
    let ids = |views: &Views, on: &str| -> BTreeSet<String> {
        let rows = list(views, &Filter::default(), on.parse().unwrap());
        let ids: BTreeSet<String> = rows.iter().map(|it| it.id.clone()).collect();
        assert_eq!(ids.len(), rows.len());
        ids
    };
    let june = ids(&before, "2022-06-30");
    import_folder(&mut writer, "wenshang-2022");
    let after = views(&writer);
    let september = ids(&after, "2022-09-30");
    let lost: Vec<&String> = june.difference(&september).collect();
    // What was planned may have been moved, an enterprise may have left, and a commitment is not owed where its
    // agreement was terminated; nothing else goes.
    let may_go = |id: &&String| ["R16-", "R14-", "DUE-commitment-"].iter().any(|it| id.starts_with(it));
    assert!(lost.iter().all(may_go), "{lost:?}");
    assert!(june.len() > 500 && lost.len() < june.len() / 20, "{} of {}", lost.len(), june.len());
}
