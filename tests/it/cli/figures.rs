//! `report --explain`: one figure with its definition and the events behind it; figures beside other quarters.

use gongjian_tests::cli::Ledger;
use serde_json::Value;

const Q3: [&str; 3] = ["report", "--quarter", "2022-Q3"];

fn asked<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&Q3[..], more].concat()
}

#[test]
fn a_figure_is_explained_by_the_events_that_the_report_lists() {
    let ledger = Ledger::county();
    for scope in [&[][..], &["--street", "S02"], &["--community", "东门社区"]] {
        let report = ledger.run(&asked(&[scope, &["--json"]].concat())).exits(0).json();
        for name in
            ["commitments_in_force", "property_issues_closed_by_category", "member_units", "alliances_met"]
        {
            let json = ledger.run(&asked(&[scope, &["--explain", name, "--json"]].concat())).exits(0).json();
            let figure = &report["figures"][name];
            assert_eq!((&json["value"], &json["label"]), (&figure["value"], &figure["label"]), "{name}");
            assert_eq!(json["comparisons"], report["comparisons"][name], "{name}");
            assert_eq!((&json["scope"], &json["asOf"]), (&report["scope"], &report["asOf"]), "{name}");
            let items = json["items"].as_array().unwrap();
            let positions: Vec<&Value> = items.iter().map(|item| &item["position"]).collect();
            assert_eq!(positions, figure["events"].as_array().unwrap().iter().collect::<Vec<_>>(), "{name}");
            assert_eq!((&json["total"], &json["next"]), (&items.len().into(), &Value::Null), "{name}");
            for item in items.iter().take(3) {
                let position = item["position"].to_string();
                let event = &ledger.run(&["events", "--from", &position, "--limit", "1"]).lines()[0];
                for field in ["digest", "kind", "stream", "occurredOn", "recordedAt"] {
                    assert_eq!(item[field], event[field], "{name} {field}");
                }
                assert!(!item["rows"].as_array().unwrap().is_empty());
            }
        }
    }
    // A clause counts because of its agreement: that is the row, whatever stream the event has.
    let json = ledger.run(&asked(&["--explain", "commitments_in_force", "--json"])).exits(0).json();
    let items = json["items"].as_array().unwrap();
    let of_agreements = |item: &&Value| item["stream"].as_str().unwrap().starts_with("agreement/");
    assert!(items.iter().filter(of_agreements).count() > 10);
    let rows = items.iter().flat_map(|item| item["rows"].as_array().unwrap());
    assert!(rows.clone().all(|row| row.as_str().unwrap().starts_with("commitment/")), "{json}");
    assert_eq!(
        (&json["period"]["start"], &json["period"]["end"]),
        (&"2022-07-01".into(), &"2022-09-30".into())
    );
    assert_eq!(json["kind"], "stock");
}

#[test]
fn an_explanation_reads_as_text_and_opens_as_csv() {
    let ledger = Ledger::county();
    let told =
        ledger.run(&asked(&["--explain", "decisions_due_completed_on_time", "--community", "C01"])).exits(0);
    let told = told.says("东门社区2022年第三季度").says("按期办结（decisions_due_completed_on_time）");
    let told = told.says("分母为到期事项").says("2022-07-01 至 2022-09-30").says("自年初以来");
    told.says("个事件").says("依据截至位置");
    let english = ledger
        .run(&["--lang", "en"].into_iter().chain(asked(&["--explain", "alliances"])).collect::<Vec<_>>());
    english.exits(0).says("each counted once").says("Rests on");
    let cut = ledger.run(&asked(&["--explain", "property_issues_raised", "--limit", "3"])).exits(0);
    cut.says("显示 3 条，共");
    let json = ledger
        .run(&asked(&["--explain", "property_issues_raised", "--limit", "3", "--json"]))
        .exits(0)
        .json();
    assert_eq!(json["items"].as_array().unwrap().len(), 3);
    let total = json["total"].as_u64().unwrap();
    assert!(total > 3);
    let csv = ledger.run(&asked(&["--explain", "property_issues_raised", "--format", "csv"])).exits(0);
    let table = csv.text().strip_prefix('\u{feff}').expect("a mark, so that Excel reads UTF-8");
    assert_eq!(table.matches("\r\n").count() as u64, total + 1);
    assert!(table.lines().nth(1).unwrap().starts_with("2022-Q3,county,property_issues_raised,"), "{table}");
}

#[test]
fn an_unknown_figure_is_refused_with_the_names_that_come_close() {
    let ledger = Ledger::june();
    let refused = ledger.run(&asked(&["--explain", "agreement_signed"])).exits(2);
    refused.says("“agreement_signed”").says("agreements_signed").never_says("wednesday");
    ledger.run(&asked(&["--explain", "Decisions-Overdue"])).exits(2).says("decisions_overdue");
    ledger
        .run(&asked(&["--explain", "认领"]))
        .exits(2)
        .says("projects_claimed")
        .never_says("agreements_signed");
    // What resembles nothing is told them all.
    ledger
        .run(&asked(&["--explain", "xyz"]))
        .exits(2)
        .says("alliances")
        .says("property_issues_closed_by_category");
    ledger.run(&asked(&["--limit", "3"])).exits(2).says("--explain");
    ledger.run(&asked(&["--explain", "alliances", "--community", "火星社区"])).exits(1).says("“火星社区”");
}

#[test]
fn a_report_compares_its_figures_with_other_quarters() {
    let ledger = Ledger::county();
    let of = |quarter: &str| ledger.run(&["report", "--quarter", quarter, "--json"]).exits(0).json();
    let (now, before) = (of("2022-Q3"), of("2022-Q2"));
    for (name, figure) in now["figures"].as_object().unwrap() {
        let compared = &now["comparisons"][name];
        assert_eq!(compared["previous"], before["figures"][name]["value"], "{name}");
        assert_eq!(compared["of"]["previous"].is_null(), figure["of"].is_null(), "{name}");
    }
    // Of the year before there is a last quarter only, in which the first alliances were founded.
    assert_eq!(
        now["comparisons"]["alliances"]["yearOpening"],
        of("2021-Q4")["figures"]["alliances"]["value"]
    );
    assert_eq!(of("2021-Q2")["comparisons"]["alliances"]["sinceStart"], Value::Null);
    assert!(now["communities"]["C01"]["comparisons"].is_null());
    let parts = ledger.run(&asked(&["--compare-parts", "--json"])).exits(0).json();
    let part = &parts["communities"]["C01"]["comparisons"];
    let alone = ledger.run(&asked(&["--community", "C01", "--json"])).exits(0).json();
    assert_eq!(*part, alone["comparisons"]);

    let text = ledger.run(&Q3).exits(0);
    text.says("上期")
        .says("环比")
        .says("去年同期")
        .says("同比")
        .says("自年初以来")
        .says("累计")
        .says("年初 ");
    let csv = ledger.run(&asked(&["--format", "csv"])).exits(0);
    let mut lines = csv.text().trim_start_matches('\u{feff}').lines();
    let headers: Vec<&str> = lines.next().unwrap().split(',').collect();
    let at = |header: &str| headers.iter().position(|it| *it == header).unwrap();
    let line: Vec<&str> =
        lines.find(|line| line.contains(",joint_meetings_held,")).unwrap().split(',').collect();
    assert_eq!(line.len(), headers.len());
    let compared = &now["comparisons"]["joint_meetings_held"];
    for (header, span) in [("上期", "previous"), ("自年初以来", "yearToDate"), ("累计", "sinceStart")]
    {
        assert_eq!(line[at(header)], compared[span].to_string(), "{header}");
    }
    let year = &now["balances"][0]["yearToDate"];
    assert_eq!((&year["holds"], &now["balances"][0]["sinceStart"]["opening"]), (&true.into(), &0.into()));
    assert!(csv.text().contains(",balance.agreements_in_force.year_to_date.opening,"));
}
