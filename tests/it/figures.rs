//! Every figure of every quarter, county, street and community, against answers computed by a separate program
//! (`tests/py/figures.py`) from the same rows.

use gongjian_core::day::Day;
use gongjian_projections::figures::{Scope, report};
use gongjian_tests::{data, import_folder, memory_ledger, views};
use serde_json::{Value, json};

/// Figures of our report in the shape of `expected.json`.
fn values(figures: &Value) -> Value {
    let figures = figures["figures"].as_object().unwrap();
    figures
        .iter()
        .map(|(name, figure)| (name.clone(), figure["value"].clone()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn parts(parts: &Value) -> Value {
    let parts = parts.as_object().unwrap();
    parts.iter().map(|(code, part)| (code.clone(), values(part))).collect::<serde_json::Map<_, _>>().into()
}

/// Imports the folders one after the other and compares with the right answers of the last.
#[track_caller]
pub(super) fn check(folders: &[&str]) {
    let mut writer = memory_ledger();
    for folder in folders {
        import_folder(&mut writer, folder);
    }
    let views = views(&writer);
    let last = folders.last().unwrap();
    let expected: Value =
        serde_json::from_slice(&std::fs::read(data(last).join("expected.json")).unwrap()).unwrap();
    let on: Day = expected["as_of"].as_str().unwrap().parse().unwrap();
    assert_eq!(views.default_on(Day(20_000)), on, "a ledger of imports speaks as of their 截至日期");
    let mut compared = 0;
    for (quarter, wanted) in expected["quarters"].as_object().unwrap() {
        let whole = report(&views, quarter.parse().unwrap(), &Scope::County, on);
        let json = serde_json::to_value(&whole).unwrap();
        let found = json!({
            "county": values(&json), "streets": parts(&json["streets"]), "communities": parts(&json["communities"]),
        });
        for (group, wanted) in wanted.as_object().unwrap() {
            if group == "county" {
                compared += differ(&found["county"], wanted, &format!("{folders:?} {quarter} county"));
                continue;
            }
            for (code, wanted) in wanted.as_object().unwrap() {
                compared += differ(&found[group][code], wanted, &format!("{folders:?} {quarter} {code}"));
                // The report of a part alone says the same as the part of the whole.
                let scope = match group.as_str() {
                    "streets" => Scope::Street(code.clone()),
                    _ => Scope::Community(code.clone()),
                };
                let alone =
                    serde_json::to_value(report(&views, quarter.parse().unwrap(), &scope, on)).unwrap();
                differ(&values(&alone), wanted, &format!("{folders:?} {quarter} {code} alone"));
            }
        }
    }
    assert!(compared > 100);
}

#[track_caller]
fn differ(found: &Value, wanted: &Value, place: &str) -> usize {
    let wanted = wanted.as_object().unwrap();
    let wrong: Vec<String> = wanted
        .iter()
        .filter(|(name, value)| found[name.as_str()] != **value)
        .map(|(name, value)| format!("{name}: {} instead of {value}", found[name.as_str()]))
        .collect();
    assert!(wrong.is_empty(), "{place}\n{}", wrong.join("\n"));
    wanted.len()
}

#[test]
fn the_county_in_september() {
    check(&["wenshang-2022"]);
}

#[test]
fn the_county_in_june_and_in_may() {
    check(&["wenshang-2022-06-30"]);
    check(&["wenshang-2022-05-18"]);
}

#[test]
fn month_after_month_gives_the_figures_of_the_last() {
    check(&["wenshang-2022-06-30", "wenshang-2022"]);
    check(&["wenshang-2022-05-18", "wenshang-2022-06-30", "wenshang-2022"]);
}

#[test]
fn counties_of_other_sizes_and_years() {
    check(&["county-2021"]);
    check(&["county-2023"]);
    check(&["county-2023-mid", "county-2023"]);
}
