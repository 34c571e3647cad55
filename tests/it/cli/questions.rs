//! `trail`, `report`, `list` and `events`: what is read out of the county.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gongjian_api::app::LISTS;
use gongjian_core::record::Digest;
use gongjian_tests::cli::{Ledger, text};
use gongjian_tests::data;
use serde_json::Value;

use crate::expect_file;

/// A text without the digests, which hold random nonces and the time of recording.
fn masked(text: &str) -> String {
    let is_digest = |word: &str| word.len() == 12 && word.chars().all(|c| c.is_ascii_hexdigit());
    let line = |line: &str| {
        let words: Vec<&str> =
            line.split(' ').map(|word| if is_digest(word) { "------------" } else { word }).collect();
        words.join(" ") + "\n"
    };
    text.lines().map(line).collect()
}

#[test]
fn the_sewage_of_the_old_waterworks_compound_is_told_from_problem_to_verification() {
    let ledger = Ledger::county();
    let matter = ledger.run(&["trail", "HY-2022-0046-J1-1"]).exits(0);
    let decision = ledger.run(&["events", "--stream", "decision/HY-2022-0046-J1-1"]).exits(0).lines();
    let verified = decision.last().unwrap()["position"].as_u64().unwrap();
    let verified_at = format!("#{verified}");
    for words in
        ["2022-06-01", "2022-06-06", "2022-07-15", "2022-07-20", "台账载明", "台账未载明", &verified_at]
    {
        assert!(matter.text().contains(words), "{words}");
    }
    for words in ["六号联席会议", "东门物业服务有限公司（U066）", "老水利局家属楼业主委员会（Y001）"]
    {
        assert!(matter.text().contains(words), "{words}");
    }
    let compound = ledger.run(&["trail", "老水利局家属楼"]).exits(0);
    let told = format!("{}{}{}", masked(matter.text()), "=".repeat(20) + "\n", masked(compound.text()));
    expect_file("trail-golden.txt", &told);
    // One matter, by whatever number of it one asks.
    for id in ["WT-2022-0000", "issue/WT-2022-0000", "topic/HY-2022-0046-Y1"] {
        let same = ledger.run(&["trail", id]).exits(0);
        assert!(same.text().contains("疏通清淤主次管道，联合相关单位实施"), "{id}");
    }
    let json = ledger.run(&["trail", "HY-2022-0046-J1-1", "--json"]).exits(0).json();
    let steps = json["matters"][0]["steps"].as_array().unwrap();
    for step in steps {
        let position = step["position"].to_string();
        let event = &ledger.run(&["events", "--from", &position, "--limit", "1"]).lines()[0];
        assert_eq!((&event["digest"], &event["stream"]), (&step["digest"], &step["stream"]));
    }
    // Before the decision was verified, nobody knew of it.
    let before = (verified - 1).to_string();
    let on = ledger.run(&["trail", "HY-2022-0046-J1-1", "--as-of", &before]).exits(0);
    assert!(!on.text().contains(&verified_at) && on.text().contains(&format!("截至位置 {before}")));
}

fn expected(folder: &str) -> Value {
    serde_json::from_slice(&std::fs::read(data(folder).join("expected.json")).unwrap()).unwrap()
}

#[track_caller]
fn assert_figures(found: &Value, wanted: &Value) {
    let wanted = wanted.as_object().unwrap();
    assert!(wanted.len() > 50);
    for (name, value) in wanted {
        assert_eq!(found["figures"][name]["value"], *value, "{name}");
    }
}

#[test]
fn a_report_has_the_right_figures_in_every_format_and_the_same_bytes_twice() {
    let ledger = Ledger::county();
    let expected = &expected("wenshang-2022")["quarters"]["2022-Q2"];
    for (flag, group, code) in [("--street", "streets", "S02"), ("--community", "communities", "C01")] {
        let report = ledger.run(&["report", "--quarter", "2022-Q2", flag, code, "--json"]).exits(0).json();
        assert_figures(&report, &expected[group][code]);
        assert_eq!(report["asOf"]["on"], "2022-09-30");
    }
    let by_name = ["report", "--quarter", "2022-Q2", "--community", "东门社区", "--format", "json"];
    assert_figures(&ledger.run(&by_name).exits(0).json(), &expected["communities"]["C01"]);
    let county = ledger.run(&["report", "--quarter", "2022-Q2", "--json"]).exits(0).json();
    assert_figures(&county, &expected["county"]);

    let csv = ledger.run(&["report", "--quarter", "2022-Q2", "--format", "csv"]).exits(0);
    let table = csv.text().strip_prefix('\u{feff}').expect("a mark, so that Excel reads UTF-8");
    assert!(table.ends_with("\r\n") && table.matches('\n').count() == table.matches("\r\n").count());
    for (group, code, name) in [("streets", "S01", "agreements_signed"), ("communities", "C14", "alliances")]
    {
        let begins = format!("2022-Q2,{},{code},", if group == "streets" { "street" } else { "community" });
        let line =
            table.lines().find(|line| line.starts_with(&begins) && line.contains(&format!(",{name},")));
        let value = line.unwrap().split(',').nth(7).unwrap();
        assert_eq!(value, expected[group][code][name].to_string(), "{group} {code} {name}");
    }
    let markdown = ledger.run(&["report", "--quarter", "2022-Q2", "--format", "md"]).exits(0);
    assert!(markdown.text().starts_with("# 全县2022年第二季度共建报告\n\n| 指标 |"));
    assert!(
        markdown.text().contains("\n### 东门社区 C01\n") && markdown.text().contains("\n### 汶上街道 S01\n")
    );

    let balances = county["balances"].as_array().unwrap();
    assert_eq!(balances.len(), 5);
    for balance in balances {
        let sum = |flows: &Value| -> u64 {
            flows.as_object().unwrap().values().map(|number| number.as_u64().unwrap()).sum()
        };
        let (opening, closing) = (&balance["opening"], &balance["closing"]);
        assert_eq!(balance["holds"], true, "{balance}");
        assert_eq!(
            opening.as_u64().unwrap() + sum(&balance["inflows"]) - sum(&balance["outflows"]),
            closing.as_u64().unwrap()
        );
        let name = balance["name"].as_str().unwrap();
        assert_eq!(county["figures"][name]["value"], *closing, "{name}");
        for (part, value) in
            [("opening", opening.to_string()), ("closing", closing.to_string()), ("holds", "相符".into())]
        {
            let begins = format!("2022-Q2,county,,,balance.{name}.{part},");
            let line = table.lines().find(|line| line.starts_with(&begins)).expect(&begins);
            assert_eq!(line.split(',').nth(7), Some(&*value), "{line}");
        }
    }
    assert_eq!(
        balances[0]["inflows"]["agreements_effective"],
        county["figures"]["agreements_effective"]["value"]
    );
    assert!(markdown.text().contains("\n## 期初期末平衡\n\n| 存量 | 期初 |"));
    ledger.run(&["report", "--quarter", "2022-Q2"]).exits(0).says("期初期末平衡").says("相符");
    // What kind of figure it is, stands there in the reader's words.
    assert!(table.contains(",党建联盟,期末,") && !table.contains(",stock,"));
    let english = ledger.run(&["--lang", "en", "report", "--quarter", "2022-Q2", "--format", "csv"]).exits(0);
    assert!(english.text().contains(",Alliances,at the end,"));

    for format in ["json", "csv", "md", "text"] {
        let args = ["report", "--quarter", "2022-Q2", "--format", format];
        let (once, twice) = (ledger.run(&args).exits(0), ledger.run(&args).exits(0));
        assert_eq!(once.out, twice.out, "{format}");
        ledger.run(&[&args[..], &["-o", "report"]].concat()).exits(0);
        // A terminal wants the line ended; a file is the answer itself.
        let ends = if format == "json" { "\n" } else { "" };
        let written = std::fs::read(ledger.folder.path().join("report")).unwrap();
        assert_eq!([&written[..], ends.as_bytes()].concat(), once.out, "{format}");
    }
    ledger.run(&["report", "--quarter", "2022-Q2", "-o", "no/such/folder"]).exits(3).says("no/such/folder");
}

#[test]
fn a_report_as_of_june_is_junes_report() {
    let ledger = Ledger::june();
    let (last, _) = ledger.head();
    let june = ledger.run(&["report", "--quarter", "2022-Q2", "--format", "csv"]).exits(0).out;
    let books: Vec<String> =
        std::fs::read_dir(data("wenshang-2022")).unwrap().map(|entry| text(&entry.unwrap().path())).collect();
    let books = books.iter().map(String::as_str).filter(|path| path.ends_with(".xlsx"));
    ledger.run(&["import"].into_iter().chain(books).collect::<Vec<_>>()).exits(0);
    let last = last.to_string();
    let then = ["report", "--quarter", "2022-Q2", "--as-of", &last, "--on", "2022-06-30"];
    let found = ledger.run(&[&then[..], &["--json"]].concat()).exits(0).json();
    assert_figures(&found, &expected("wenshang-2022-06-30")["quarters"]["2022-Q2"]["county"]);
    assert_eq!(found["asOf"]["position"].to_string(), last);
    assert_eq!(ledger.run(&[&then[..], &["--format", "csv"]].concat()).exits(0).out, june);
    // Knowledge of today, validity of June: what came in late is counted.
    let on = ["report", "--quarter", "2022-Q2", "--on", "2022-06-30", "--json"];
    assert_eq!(ledger.run(&on).exits(0).json()["asOf"]["on"], "2022-06-30");
    let now = ledger.run(&["report", "--quarter", "2022-Q2", "--json"]).exits(0).json();
    assert_figures(&now, &expected("wenshang-2022")["quarters"]["2022-Q2"]["county"]);
    let by_date = ["report", "--quarter", "2022-Q2", "--as-of", "2099-12-31", "--json"];
    assert_eq!(ledger.run(&by_date).exits(0).json(), now);
}

#[test]
fn every_list_is_told_as_table_csv_and_json() {
    let ledger = Ledger::county();
    for what in LISTS {
        let json = ledger.run(&["list", what, "--json"]).exits(0).json();
        let items = json["items"].as_array().unwrap();
        assert_eq!(json["total"], items.len(), "{what}");
        assert!(
            !items.is_empty()
                || [
                    "posts",
                    "series",
                    "tasks",
                    "documents",
                    "holders",
                    "erasures",
                    "exemptions",
                    "duties",
                    "periods",
                    "reports",
                ]
                .contains(what),
            "{what}"
        );
        let csv = ledger.run(&["list", what, "--format", "csv"]).exits(0);
        let table = csv.text().strip_prefix('\u{feff}').unwrap();
        assert_eq!(table.matches("\r\n").count(), items.len() + 1, "{what}");
        let text = ledger.run(&["list", what, "--limit", "2"]).exits(0);
        assert!(text.text().lines().count() <= 7, "{what}");
        let cut = format!("显示 2 条，共 {} 条", items.len());
        assert_eq!(text.text().contains(&cut), items.len() > 2, "{what}: {}", text.text());
        assert!(!csv.text().contains("显示 "), "{what}");
        for code in ["standing", "in-force", "recorded", "state-"] {
            assert!(!text.text().contains(code), "{what}: a state without a word: {}", text.text());
        }
    }
}

#[test]
fn lists_are_filtered_sorted_and_cut() {
    let ledger = Ledger::county();
    let list = |args: &[&str]| -> Vec<Value> {
        let json = ledger.run(&[&["list"], args, &["--json"]].concat()).exits(0).json();
        json["items"].as_array().unwrap().clone()
    };
    let all = list(&["issues"]);
    let community = list(&["issues", "--community", "C01"]);
    assert!(!community.is_empty() && community.len() < all.len());
    assert!(community.iter().all(|issue| issue["community"] == "C01"));
    assert_eq!(list(&["issues", "--community", "东门社区"]), community);
    let streets: usize = ["S01", "S02"].into_iter().map(|it| list(&["issues", "--street", it]).len()).sum();
    assert_eq!(streets, all.len());
    let verified = list(&["issues", "--state", "verified"]);
    assert_eq!(verified.len(), all.iter().filter(|issue| issue["state"] == "verified").count());
    let overdue = list(&["issues", "--overdue"]);
    assert_eq!(overdue.len(), all.iter().filter(|issue| issue["overdue"] == true).count());
    assert!(!overdue.is_empty());
    assert!(
        overdue.iter().all(|issue| {
            issue["dueOn"].as_str().unwrap() <= "2022-09-30" && issue["completedOn"].is_null()
        })
    );
    let due = list(&["issues", "--due-before", "2022-09-01"]);
    assert!(!due.is_empty() && due.iter().all(|issue| issue["dueOn"].as_str().unwrap() < "2022-09-01"));
    assert!(due.iter().all(|issue| issue["completedOn"].is_null()), "what is done is not due");
    let sewage = list(&["issues", "--category", "污水排放", "--community", "C01"]);
    assert!(sewage.iter().any(|issue| issue["id"] == "WT-2022-0000"));
    assert!(sewage.iter().all(|issue| issue["category"] == "污水排放"));
    let found = list(&["issues", "--contains", "污水主次管道"]);
    assert_eq!((found.len(), &found[0]["id"]), (1, &"WT-2022-0000".into()));
    let unit = list(&["decisions", "--unit", "东门物业服务有限公司"]);
    assert!(unit.iter().any(|decision| decision["id"] == "HY-2022-0046-J1-1"));
    let quarter = list(&["meetings", "--quarter", "2022-Q2"]);
    assert!(
        !quarter.is_empty()
            && quarter.iter().all(|meeting| {
                let date = meeting["date"].as_str().unwrap();
                ("2022-04-01"..="2022-06-30").contains(&date)
            })
    );
    let sorted = list(&["issues", "--sort", "-raisedOn"]);
    let days: Vec<&str> = sorted.iter().map(|issue| issue["raisedOn"].as_str().unwrap()).collect();
    assert!(days.is_sorted_by(|a, b| a >= b) && days.len() == all.len());
    assert_eq!(list(&["issues", "--limit", "3"]), all[..3]);
    let left = list(&["memberships", "--on", "2022-03-31"]);
    let now = list(&["memberships"]);
    assert_ne!(
        left.iter().filter(|it| it["state"] == "left").count(),
        now.iter().filter(|it| it["state"] == "left").count()
    );
}

#[test]
fn the_calendar_and_the_wednesday_sheet_can_be_asked_for() {
    let ledger = Ledger::county();
    let asked = ["list", "calendar", "--community", "C01", "--quarter", "2022-Q2", "--json"];
    let calendar = ledger.run(&asked).exits(0).json();
    let items = calendar["items"].as_array().unwrap();
    let days: Vec<&str> = items.iter().map(|entry| entry["day"].as_str().unwrap()).collect();
    assert!(days.len() > 20 && days.is_sorted(), "{days:?}");
    for kind in ["meeting", "wednesday", "due"] {
        assert!(items.iter().any(|entry| entry["kind"] == kind), "{kind}");
    }
    let told = ledger.run(&["list", "calendar", "--community", "C01", "--category", "due", "--limit", "3"]);
    told.exits(0).says("到期").says("东门社区（C01）").never_says("pending");
    let sheet = ["list", "sheet", "--community", "东门社区", "--on", "2022-06-08"];
    let json = ledger.run(&[&sheet[..], &["--json"]].concat()).exits(0).json();
    assert_eq!((&json["community"]["code"], &json["date"]), (&"C01".into(), &"2022-06-08".into()));
    let old = json["old"].as_array().unwrap();
    assert!(old.iter().any(|line| line["id"] == "WT-2022-0000"), "{json}");
    let told = ledger.run(&sheet).exits(0).says("东门社区（C01） 周三例会").says("WT-2022-0000");
    told.says("以前遗留").never_says("sheet-");
    let csv = ledger.run(&[&sheet[..], &["--format", "csv"]].concat()).exits(0);
    let lines = old.len() + json["new"].as_array().unwrap().len();
    assert_eq!(csv.text().matches("\r\n").count(), lines + 1);
    ledger.run(&["list", "sheet"]).exits(2).says("--community");
    ledger.run(&["list", "sheet", "--community", "火星社区"]).exits(1).says("“火星社区”");
    ledger.run(&["list", "sheet", "--community", "C01", "--state", "open"]).exits(2).says("state");
}

#[test]
fn what_a_list_calls_overdue_is_what_the_figures_count() {
    let ledger = Ledger::county();
    for (quarter, on) in [("2022-Q3", "2022-09-30"), ("2022-Q2", "2022-06-30"), ("2022-Q2", "2022-05-18")] {
        let report = ledger.run(&["report", "--quarter", quarter, "--on", on, "--json"]).exits(0).json();
        for (list, figure) in [
            ("issues", "property_issues_overdue"),
            ("decisions", "decisions_overdue"),
            ("projects", "projects_overdue"),
        ] {
            let listed = ledger.run(&["list", list, "--overdue", "--on", on, "--json"]).exits(0).json();
            assert_eq!(listed["total"], report["figures"][figure]["value"], "{figure} on {on}");
        }
    }
}

#[test]
fn a_list_longer_than_a_page_is_whole() {
    let ledger = Ledger::none();
    ledger.run(&["demo", "--no-serve", "--scale", "2"]).exits(0).says("共 2 个县");
    let size = ledger.head();
    let list = |args: &[&str]| {
        let json = ledger.run(&[&["list", "occurrences", "--json"], args].concat()).exits(0).json();
        (json["total"].clone(), json["items"].as_array().unwrap().clone())
    };
    let (total, all) = list(&[]);
    assert!(all.len() > 1_500 && total == all.len(), "{total} {}", all.len());
    let ids: std::collections::BTreeSet<&str> = all.iter().map(|it| it["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), all.len());
    assert_eq!(list(&["--limit", "1001"]).1, all[..1_001]);
    let csv = ledger.run(&["list", "occurrences", "--format", "csv"]).exits(0);
    assert_eq!(csv.text().matches("\r\n").count(), all.len() + 1);
    ledger.run(&["demo", "--no-serve", "--scale", "2"]).exits(0);
    assert_eq!(ledger.head(), size, "the second demonstration added something");
}

#[test]
fn events_are_json_lines_that_prove_themselves() {
    let ledger = Ledger::county();
    let (last, digest) = ledger.head();
    let all = ledger.run(&["events"]).exits(0).lines();
    assert_eq!(all.len() as u64, last + 1);
    assert!(all.iter().zip(0_u64..).all(|(event, position)| event["position"] == position));
    assert_eq!((&all[0]["kind"], &all.last().unwrap()["digest"]), (&"ledger.opened".into(), &digest.into()));
    assert_eq!(ledger.run(&["events", "--from", "100", "--limit", "5"]).lines(), all[100..105]);
    assert_eq!(ledger.run(&["events", "--from", &last.to_string()]).lines(), all[last as usize..]);
    assert!(ledger.run(&["events", "--from", &(last + 1).to_string()]).exits(0).out.is_empty());
    let stream = ledger.run(&["events", "--stream", "decision/HY-2022-0046-J1-1"]).lines();
    let kinds: Vec<&str> = stream.iter().map(|event| event["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["decision.recorded", "decision.completed", "decision.verified"]);
    assert!(stream.iter().zip(0_u64..).all(|(event, revision)| event["revision"] == revision));
    let kind = ledger.run(&["events", "--kind", "street.registered"]).lines();
    assert_eq!(kind.len(), 2);
    ledger.run(&["events", "--kind", "street.painted"]).exits(2).says("street.registered（街道登记）");
    let known = ledger.run(&["events", "--as-of", "50"]).lines();
    assert_eq!(known, all[..51]);
    for event in ledger.run(&["events", "--raw", "--from", "6271", "--limit", "20"]).lines() {
        let bytes = STANDARD.decode(event["bytes"].as_str().unwrap()).unwrap();
        assert_eq!(Digest::of(&bytes).to_string(), event["digest"].as_str().unwrap());
        assert_eq!(event["digest"], all[event["position"].as_u64().unwrap() as usize]["digest"]);
    }
}

#[test]
fn a_unit_is_found_wherever_it_took_part() {
    let ledger = Ledger::county();
    let listed = |what: &str, unit: &str| -> Vec<String> {
        let list = ledger.run(&["list", what, "--unit", unit, "--limit", "1000", "--json"]).exits(0).json();
        list["items"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    };
    assert!(listed("meetings", "U066").contains(&"HY-2022-0046".to_owned()));
    assert!(listed("meetings", "东门物业服务有限公司").contains(&"HY-2022-0046".to_owned()));
    assert!(listed("decisions", "U001").contains(&"HY-2022-0046-J1-1".to_owned()));
    assert!(!listed("meetings", "U030").contains(&"HY-2022-0046".to_owned()));
}
