//! Every figure over other days (上期, 去年同期, 自年初以来, 累计), of every scope, against a separate program
//! (`tests/py/figures.py --comparisons`), for counties of several sizes and shapes and as of several days.

use std::path::Path;

use gongjian_core::day::Day;
use gongjian_projections::figures::{Evidence, Figure, Kind, Question, Scope, answer};
use gongjian_projections::views::Views;
use gongjian_tests::{data, import_folder, memory_ledger, run_python, views};
use serde_json::{Value, json};

const SPANS: [&str; 4] = ["previous", "lastYear", "yearToDate", "sinceStart"];

/// Imports a folder and compares its reports as of some days with what the separate program says.
#[track_caller]
fn check(folder: &Path, days: &[&str]) {
    let mut writer = memory_ledger();
    import_folder(&mut writer, folder.to_str().unwrap());
    let views = views(&writer);
    for on in days {
        let args = [folder.to_str().unwrap(), "--comparisons", "--on", on];
        let answer: Value = serde_json::from_str(&run_python("figures.py", &args)).unwrap();
        for (quarter, wanted) in answer["quarters"].as_object().unwrap() {
            compare(&views, quarter, on, wanted, &format!("{} {quarter} on {on}", folder.display()));
        }
    }
}

#[track_caller]
fn compare(views: &Views, quarter: &str, on: &str, wanted: &Value, place: &str) {
    let on: Day = on.parse().unwrap();
    let question = |scope, parts_compared| Question {
        quarter: quarter.parse().unwrap(),
        scope,
        on,
        evidence: Evidence::None,
        parts_compared,
    };
    let report = answer(views, &question(Scope::County, true));
    assert!(report.balances.iter().all(|balance| balance.closes()), "{place}: {:?}", report.balances);
    let whole = serde_json::to_value(report).unwrap();
    equal(&whole, &wanted["county"], &format!("{place} county"));
    for group in ["streets", "communities"] {
        for (code, wanted) in wanted[group].as_object().unwrap() {
            let place = format!("{place} {code}");
            equal(&whole[group][code], wanted, &place);
            let scope = match group {
                "streets" => Scope::Street(code.clone()),
                _ => Scope::Community(code.clone()),
            };
            let alone = serde_json::to_value(answer(views, &question(scope, false))).unwrap();
            equal(&alone, wanted, &format!("{place} alone"));
        }
    }
}

#[track_caller]
fn equal(found: &Value, wanted: &Value, place: &str) {
    for figure in Figure::ALL {
        let name = figure.name();
        let at = || format!("{place}: {name}");
        assert_eq!(found["figures"][name]["value"], wanted["figures"][name], "{}", at());
        let (compared, over) = (&found["comparisons"][name], &wanted["comparisons"]);
        for span in SPANS {
            assert_eq!(compared[span], over[name][span], "{} {span}", at());
            if let Kind::Of(denominator) = figure.kind() {
                assert_eq!(compared["of"][span], over[denominator.name()][span], "{} {span} of", at());
            }
        }
        assert_eq!(compared["yearOpening"], over[name]["yearOpening"], "{} yearOpening", at());
    }
    assert_eq!(found["figures"].as_object().unwrap().len(), wanted["figures"].as_object().unwrap().len());
}

#[test]
fn the_county_over_other_days() {
    check(&data("wenshang-2022"), &["2022-09-30", "2022-05-18"]);
}

#[test]
fn other_counties_over_other_days() {
    check(&data("county-2021"), &["2021-11-17", "2021-06-30", "2022-02-01"]);
    check(&data("county-2023"), &["2023-08-16"]);
}

#[test]
fn counties_of_other_shapes_over_other_days() {
    let dir = tempfile::tempdir().unwrap();
    // Seed, year, communities, streets, 截至日期, the quarter without records, and the days of the question.
    for (seed, year, communities, streets, as_of, quiet, days) in [
        ("41", "2024", "2", "1", "2024-09-10", "2", ["2024-09-10", "2024-04-01"]),
        ("42", "2022", "7", "3", "2022-12-31", "3", ["2022-12-31", "2022-10-09"]),
        ("43", "2025", "1", "1", "2025-06-30", "1", ["2025-06-30", "2025-03-31"]),
    ] {
        let folder = dir.path().join(seed);
        let to = folder.to_str().unwrap();
        let mut args =
            vec!["--seed", seed, "--year", year, "--communities", communities, "--streets", streets];
        args.extend(["--as-of", as_of, "--quiet", quiet, "--messy", "-o", to]);
        run_python("county.py", &args);
        check(&folder, &days);
        // In the quarter without records every Wednesday is without one, and nothing was held.
        let expected: Value =
            serde_json::from_slice(&std::fs::read(folder.join("expected.json")).unwrap()).unwrap();
        let of_quarter = &expected["quarters"][format!("{year}-Q{quiet}")]["county"];
        assert_eq!(of_quarter["joint_meetings_held"], json!(0));
        assert!(of_quarter["wednesday_meetings_unrecorded"].as_u64().unwrap() > 8);
        assert!(of_quarter["agreements_terminated"].is_u64());
    }
}
