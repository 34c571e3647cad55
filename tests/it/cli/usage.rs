//! Wrong usage, folders without a ledger, languages, templates.

use gongjian_api::workbook::{Kind, read};
use gongjian_tests::cli::Ledger;

#[test]
fn wrong_usage_exits_2_and_says_what_would_be_right() {
    let ledger = Ledger::registry();
    for args in [
        &[][..],
        &["frobnicate"],
        &["list"],
        &["list", "streets", "--colour"],
        &["report"],
        &["report", "--quarter", "2022-Q2", "--street", "S01", "--community", "C01"],
        &["report", "--quarter", "2022-Q2", "--format", "bmp"],
        &["events", "--from", "x"],
        &["import"],
        &["trail"],
        &["template", "registry"],
        &["serve", "--listen", "here"],
    ] {
        let ran = ledger.run(args).exits(2);
        assert!(ran.out.is_empty() && !ran.err.is_empty(), "{args:?}");
    }
    ledger.run(&["report", "--quarter", "2022-Q9"]).exits(2).says("“2022-Q9”").says("2022-Q2");
    ledger.run(&["report", "--quarter", "夏天"]).exits(2).says("“夏天”");
    ledger.run(&["report", "--quarter", "2022-Q2", "--on", "2022-13-01"]).exits(2).says("“2022-13-01”");
    ledger.run(&["report", "--quarter", "2022-Q2", "--as-of", "soon"]).exits(2).says("“soon”");
    ledger.run(&["list", "nothing"]).exits(2).says("没有列表“nothing”").says("agreements");
    ledger.run(&["list", "streets", "--sort", "colour"]).exits(2).says("colour");
    ledger.run(&["--lang", "fr", "list", "streets"]).exits(2).says("zh、en");
    ledger.run(&["template", "nothing", "-o", "x.xlsx"]).exits(2).says("registry、agreements");
    ledger.run(&["list", "streets", "--as-of", "5"]).exits(2).says("asOf");
    // A filter's word that can find nothing is a mistake, not an empty list.
    ledger
        .run(&["list", "issues", "--state", "nonsense"])
        .exits(2)
        .says("“nonsense”")
        .says("raised（已提出）");
    let agreements = ["list", "agreements", "--state", "held", "--json"];
    let refused = ledger.run(&agreements).exits(2).json();
    assert_eq!((&refused["code"], &refused["allowed"][3]), (&"unknown-word".into(), &"effective".into()));
    assert_eq!(refused["errors"][0]["pointer"], "state");
    ledger.run(&["list", "issues", "--category", "停车"]).exits(2).says("停车难");
    ledger.run(&["list", "findings", "--category", "late"]).exits(2).says("late-entry（");
    ledger.run(&["list", "streets", "--category", "停车"]).exits(2).says("category");
    ledger.run(&["list", "issues", "--state", "verified", "--category", "停车难"]).exits(0);
    let english = ledger.run(&["--lang", "en", "list", "tasks", "--state", "nonsense"]).exits(2);
    english.says("Known: open, accepted, declined, in-progress (in progress)");
    // Well asked, but not there.
    ledger.run(&["list", "issues", "--community", "火星社区"]).exits(1).says("“火星社区”");
    ledger.run(&["trail", "XY-1999-0001"]).exits(1).says("“XY-1999-0001”");
    ledger.run(&["report", "--quarter", "2022-Q2", "--street", "S77"]).exits(1).says("“S77”");
    ledger.run(&["report", "--quarter", "2022-Q2", "--as-of", "9999999"]).exits(1).says("9999999");
    ledger.run(&["report", "--quarter", "2022-Q2", "--as-of", "2020-01-01"]).exits(1).says("最早的记录");
    ledger.run(&["init"]).exits(1).says("已有账本");
    ledger.run(&["--help"]).exits(0).says("import");
    ledger.run(&["--version"]).exits(0).says("gongjian");
}

#[test]
fn a_folder_without_a_ledger_says_what_to_do_and_stays_as_it_was() {
    let ledger = Ledger::none();
    std::fs::create_dir(ledger.data()).unwrap();
    for args in [
        &["list", "streets"][..],
        &["events"],
        &["trail", "XY-2022-0001"],
        &["report", "--quarter", "2022-Q2"],
        &["verify"],
        &["rebuild"],
        &["serve", "--listen", "127.0.0.1:0"],
        &["clock-accept", "--actor", "系统管理岗", "--reason", "已核对"],
    ] {
        ledger.run(args).exits(2).says("没有账本").says("gongjian init --data ledger");
        let english = ledger.run(&[&["--lang", "en"], args].concat()).exits(2);
        english.says("There is no ledger in ledger. Run gongjian init").never_says("没有");
    }
    let json = ledger.run(&["list", "streets", "--json"]).exits(2).json();
    assert_eq!(json["code"], "no-ledger");
    assert_eq!(std::fs::read_dir(ledger.data()).unwrap().count(), 0, "something was left behind");
    ledger.run_with(&["record"], b"{}").exits(2).says("没有账本");
    // A file is no folder, and a folder that is not there is not made.
    let file = ledger.file("一个文件", b"x");
    gongjian_tests::cli::run_in(ledger.folder.path(), &["--data", &file, "list", "streets"], b"").exits(2);
    gongjian_tests::cli::run_in(ledger.folder.path(), &["--data", "nowhere", "verify"], b"").exits(2);
    assert!(!ledger.folder.path().join("nowhere").exists());
    // Its opening, the layout of rules, the rule book.
    let events = 2 + gongjian_core::domain::rule::DEFAULTS.len();
    ledger
        .run(&["init", "--origin", "wenshang.example/ledger"])
        .exits(0)
        .says(&format!("已在 ledger 建立账本：{events} 个事件，位置 0 至 {}", events - 1));
    assert_eq!(ledger.run(&["events"]).lines().len(), events);
    assert_eq!(
        ledger.run(&["events", "--limit", "1"]).lines()[0]["data"]["origin"],
        "wenshang.example/ledger"
    );
    ledger.run(&["list", "rules"]).exits(0).says("联席会议到会单位须过半数").says("执行中");
}

#[test]
fn every_verb_speaks_english() {
    let ledger = Ledger::county();
    let is_chinese = |c: char| ('\u{4e00}'..'\u{a000}').contains(&c);
    let english = |args: &[&str]| ledger.run(&[&["--lang", "en"], args].concat()).exits(0);
    english(&["verify"]).says(&format!("{} events", ledger.head().0 + 1));
    let report = english(&["report", "--quarter", "2022-Q2"]);
    let table: Vec<&str> = report.text().lines().filter(|line| line.contains(is_chinese)).collect();
    assert_eq!(table.iter().filter(|line| !line.contains("　")).count(), 0, "{table:?}");
    let full_width = ['（', '）', '：', '；', '〔', '〕', '、'];
    let trail = english(&["trail", "老水利局家属楼"]).says("2022-07-20").never_says("台账未载明");
    let trail = trail.says("responsible: 东门物业服务有限公司 (U066)").says("[stated by the record]");
    assert!(!trail.text().contains(full_width), "{}", trail.text());
    let meetings = english(&["list", "meetings", "--community", "C01"]).says("东门社区 (C01)");
    assert!(!meetings.text().contains(full_width), "{}", meetings.text());
    let states = english(&["list", "agreements", "--limit", "5"]);
    states.says("in effect").never_says("有效");
    let rules = english(&["rebuild"]);
    assert!(!rules.text().contains(is_chinese), "{}", rules.text());
}

#[test]
fn templates_are_workbooks_and_an_empty_one_says_what_is_missing() {
    let ledger = Ledger::registry();
    let head = ledger.head();
    for kind in Kind::ALL {
        let name = format!("{}.xlsx", kind.name());
        ledger.run(&["template", kind.name(), "-o", &name]).exits(0).says(&name);
        let bytes = std::fs::read(ledger.folder.path().join(&name)).unwrap();
        assert_eq!(read(&name, &bytes).ledger.unwrap().kind, kind);
        let empty = ledger.run(&["import", &name]).exits(1).says("什么都没有记入");
        empty.says(&format!("{name}：没有写明填报单位")).says(&format!("{name}：没有写明截至日期"));
        let again = ledger.run(&["template", kind.name(), "-o", "again.xlsx"]).exits(0);
        assert_eq!(again.err, "");
        assert_eq!(std::fs::read(ledger.folder.path().join("again.xlsx")).unwrap(), bytes);
    }
    ledger.run(&["template", "registry", "-o", "no/such/folder.xlsx"]).exits(3).says("no/such/folder.xlsx");
    assert_eq!(ledger.head(), head);
}
