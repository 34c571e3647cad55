//! `import`: every broken and every drifted workbook, thirty faults at once, and files that are none.

use gongjian_api::workbook::{Kind, Ledger as Book, Value as Cell, read, register};
use gongjian_tests::cli::{Ledger, text};
use gongjian_tests::data;
use serde_json::Value;

fn cases(path: &str) -> Vec<Value> {
    serde_json::from_slice(&std::fs::read(data(path)).unwrap()).unwrap()
}

/// What a fault at this place is called in the output.
fn place(sheet: &str, cell: &str, file: &str) -> String {
    match (sheet, cell) {
        ("", _) => format!("{file}：不是 Excel 工作簿"),
        (sheet, "") => format!("工作表“{sheet}”缺少列"),
        (sheet, cell) => format!("“{sheet}”{cell}（"),
    }
}

fn refuses_every_broken_workbook(ledger: &Ledger) {
    let head = ledger.head();
    let cases = cases("broken/broken.json");
    assert_eq!(cases.len(), 12);
    for case in cases {
        let word = |name: &str| case[name].as_str().unwrap();
        let path = text(&data("broken").join(word("file")));
        let ran = ledger.run(&["import", &path]).exits(1).says("什么都没有记入");
        assert!(ran.out.is_empty());
        ran.says(&place(word("sheet"), word("cell"), word("file")));
        let json = ledger.run(&["import", "--json", &path]).exits(1).json();
        assert_eq!((&json["code"], &json["status"]), (&"workbook-faults".into(), &422.into()));
        let pointer = [word("file"), word("sheet"), word("cell")].into_iter().filter(|part| !part.is_empty());
        let pointer = pointer.collect::<Vec<_>>().join("#");
        let faults = json["errors"].as_array().unwrap();
        assert!(faults.iter().any(|fault| fault["pointer"] == *pointer), "{pointer} {json}");
        assert!(faults.iter().all(|fault| !fault["detail"].as_str().unwrap().starts_with("workbook-")));
    }
    assert_eq!(ledger.head(), head, "a broken workbook changed the ledger");
}

#[test]
fn without_a_ledger_a_trial_and_a_failure_leave_nothing_behind() {
    let ledger = Ledger::none();
    let books = text(&data("wenshang-2022/机构台账.xlsx"));
    let tried = ledger.run(&["import", "--dry-run", &books]).exits(0).says("试导入");
    tried.says("street/S01");
    let json = ledger.run(&["import", "--dry-run", "--json", &books]).exits(0).json();
    assert_eq!((&json["dryRun"], &json["positions"]), (&true.into(), &Value::Null));
    assert!(!ledger.data().exists(), "a trial made a ledger");
    let broken = text(&data("broken/未知单位.xlsx"));
    ledger.run(&["import", &broken]).exits(1).says("不存在的单位");
    ledger.run(&["import", "--dry-run", &broken]).exits(1).says("不存在的单位");
    ledger.run(&["import", "no-such-file.xlsx"]).exits(2);
    assert!(!ledger.data().exists(), "a failing import made a ledger");
    // A folder that was there stays, as empty as it was.
    std::fs::create_dir(ledger.data()).unwrap();
    ledger.run(&["import", &broken]).exits(1);
    assert_eq!(std::fs::read_dir(ledger.data()).unwrap().count(), 0);
    let done = ledger.run(&["import", "--json", &books]).exits(0).json();
    assert_eq!(done["events"], json["events"]);
    ledger.run(&["verify"]).exits(0);
}

#[test]
fn hints_of_columns_are_in_the_readers_language() {
    let ledger = Ledger::registry();
    let is_chinese = |c: char| ('\u{4e00}'..'\u{a000}').contains(&c);
    let mut hints = 0;
    for case in cases("broken/broken.json") {
        let path = text(&data("broken").join(case["file"].as_str().unwrap()));
        let ran = ledger.run(&["--lang", "en", "import", &path]).exits(1);
        for hint in ran.err.lines().filter_map(|line| line.split("Expected: ").nth(1)) {
            hints += 1;
            assert!(!hint.contains(is_chinese), "{hint}");
        }
    }
    assert!(hints > 2, "{hints}");
    let unknown = text(&data("broken/未知单位.xlsx"));
    let english = ledger.run(&["--lang", "en", "import", &unknown]).exits(1);
    english.says("Expected: the name of a unit or compound Party branch, as in the registry.");
    ledger.run(&["import", &unknown]).exits(1).says("应填：单位或小区党支部的名称，与机构台账一致。");
}

#[test]
fn broken_workbooks_after_the_registry_alone() {
    refuses_every_broken_workbook(&Ledger::registry());
}

#[test]
fn broken_workbooks_after_the_whole_county() {
    let ledger = Ledger::county();
    refuses_every_broken_workbook(&ledger);
    // A reason opens no door to what a rule refuses.
    let head = ledger.head();
    let path = text(&data("broken/身份证号.xlsx"));
    ledger.run(&["import", "--correct", "核对", &path]).exits(1).says("“问题”E7（").says("身份证号");
    assert_eq!(ledger.head(), head);
}

#[test]
fn what_failed_is_not_blamed_again_where_others_refer_to_it() {
    let ledger = Ledger::registry();
    let path = text(&data("broken/来源不存在.xlsx"));
    let json = ledger.run(&["import", "--json", &path]).exits(1).json();
    for fault in json["errors"].as_array().unwrap() {
        assert!(fault["pointer"].as_str().unwrap().contains("#议题#"), "{fault}");
    }
}

#[test]
fn drifted_workbooks_end_as_foretold() {
    let june = Ledger::june();
    let head = june.head();
    let cases = cases("drift/drift.json");
    assert_eq!(cases.len(), 8);
    for case in cases {
        let word = |name: &str| case[name].as_str();
        let name = word("file").unwrap();
        let ledger = june.copy();
        let path = text(&data("drift").join(name));
        let dry = ledger.run(&["import", "--dry-run", &path]);
        assert_eq!(ledger.head(), head, "{name}: a dry run recorded something");
        let exit = i32::try_from(case["exit"].as_i64().unwrap()).unwrap();
        let mut dry = dry.exits(exit);
        let ran = ledger.run(&["import", &path]).exits(exit);
        if let Some(cell) = word("cell") {
            ran.says(&place(word("sheet").unwrap(), cell, name)).says("账本已记为");
            dry = dry.says(&place(word("sheet").unwrap(), cell, name));
        } else {
            dry = dry.says("试导入：将记入").says("什么都没有记入").says("台账导入");
        }
        let added = ledger.head().0 - head.0;
        let kinds: Vec<Value> = ledger.run(&["events", "--from", &(head.0 + 1).to_string()]).lines();
        match word("adds").unwrap() {
            "none" => assert_eq!(ledger.head(), head, "{name}"),
            "import" => assert_eq!((added, &kinds[0]["kind"]), (1, &"import.recorded".into()), "{name}"),
            _ => assert!(added > 1, "{name} added {added}"),
        }
        let findings = ledger.run(&["list", "findings", "--category", "row-missing"]).exits(0);
        for code in case["names"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            assert!(findings.text().contains(code) && findings.text().contains("台账缺行"), "{name}");
            let missing = dry.text().lines().find(|line| line.contains("台账缺行")).unwrap();
            assert!(missing.contains(code) && !missing.contains('{'), "{missing}");
        }
        if let Some(absent) = word("absent") {
            assert!(!findings.text().contains(absent), "{name}: {}", findings.text());
        }
        if exit == 0 {
            let (after, rows) = (ledger.head(), ledger.run(&["import", &path]).exits(0));
            rows.says("早已导入，没有新内容").says("什么都没有记入");
            assert_eq!(ledger.head(), after, "{name}: the same file twice");
        }
        ledger.run(&["verify"]).exits(0);
    }
}

#[test]
fn a_renamed_unit_is_found_by_either_name() {
    let ledger = Ledger::june();
    let before = ledger.run(&["list", "units", "--json"]).json();
    let old = before["items"].as_array().unwrap().iter().find(|unit| unit["id"] == "U066").unwrap()["name"]
        .as_str()
        .unwrap()
        .to_owned();
    ledger.run(&["import", &text(&data("drift/单位更名.xlsx"))]).exits(0);
    let found = ledger.run(&["list", "units", "--json", "--on", "2022-07-01"]).json();
    let unit = found["items"].as_array().unwrap().iter().find(|unit| unit["id"] == "U066").unwrap().clone();
    assert_ne!(unit["name"], *old);
    let trail = ledger.run(&["trail", &old, "--on", "2022-07-01"]).exits(0);
    trail.says(&format!("又名：{old}")).says(unit["name"].as_str().unwrap());
    let by = |name: &str| ledger.run(&["list", "issues", "--json", "--unit", name]).json()["total"].clone();
    assert_eq!(by(&old), by(unit["name"].as_str().unwrap()));
}

#[test]
fn a_correction_keeps_both_values_in_sight() {
    let ledger = Ledger::june();
    let (last, _) = ledger.head();
    let path = text(&data("drift/签订日期不同.xlsx"));
    ledger.run(&["import", "--correct", "", &path]).exits(1);
    assert_eq!(ledger.head().0, last, "a correction without a reason was recorded");
    let refused = ledger.run(&["import", &path]).exits(1).says("--correct");
    refused.says("“2021-09-30”").says("“2022-06-08”");
    ledger.run(&["import", "--correct", "档案核对", &path]).exits(0).says("已导入 2 个事件");
    let events = ledger.run(&["events", "--kind", "agreement.corrected"]).lines();
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["data"]["reason"], "档案核对");
    let change = &events[0]["data"]["changes"][0];
    assert_eq!((&change["was"], &change["now"]), (&"2022-06-08".into(), &"2021-09-30".into()));
    let list = ledger.run(&["list", "agreements", "--json", "--contains", "XY-2022-0001"]).json();
    assert_eq!(list["items"][0]["signedOn"], "2021-09-30");
    ledger.run(&["trail", "XY-2022-0001"]).exits(0).says("更正").says("档案核对");
    let head = ledger.head();
    ledger.run(&["import", &path]).exits(0).says("没有新内容");
    ledger.run(&["import", "--correct", "再来一次", &path]).exits(0).says("没有新内容");
    assert_eq!(ledger.head(), head);
}

/// A workbook with its own rows after a change.
fn rewritten(book: &Book, change: impl Fn(&str, usize, &mut Vec<Cell>)) -> Vec<u8> {
    let mut sheets: Vec<(&str, Vec<Vec<Cell>>)> = Vec::new();
    for sheet in &book.sheets {
        let mut rows: Vec<Vec<Cell>> = Vec::new();
        for (index, row) in sheet.rows.iter().enumerate() {
            let mut cells = row.cells.iter().map(|cell| cell.value.clone()).collect();
            change(sheet.spec.name, index, &mut cells);
            rows.push(cells);
        }
        sheets.push((sheet.spec.name, rows));
    }
    let rows: Vec<(&str, &[Vec<Cell>])> = sheets.iter().map(|(name, rows)| (*name, &rows[..])).collect();
    register(book.kind, &book.reporting_unit, book.as_of, &rows).unwrap()
}

fn agreements() -> Book {
    let name = "党建协议台账.xlsx";
    read(name, &std::fs::read(data("wenshang-2022").join(name)).unwrap()).ledger.unwrap()
}

#[test]
fn thirty_faults_are_thirty_lines_each_with_its_cell() {
    let ledger = Ledger::registry();
    let head = ledger.head();
    let book = agreements();
    assert_eq!(book.kind, Kind::Agreements);
    let column = book.sheet("commitments").unwrap().spec.index("responsible").unwrap();
    let bytes = rewritten(&book, |sheet, index, cells| {
        if sheet == "commitments" && index % 3 == 0 && index < 90 {
            cells[column] = Cell::Text(format!("查无此单位{index}"));
        }
    });
    // Where they stand, by a reading of its own.
    let again = read("三十处.xlsx", &bytes).ledger.unwrap();
    let sheet = again.sheet("commitments").unwrap();
    let wanted: Vec<(String, String)> = sheet
        .rows
        .iter()
        .filter_map(|row| Some((row.a1(column), row.value(column).text()?.to_owned())))
        .filter(|(_, value)| value.starts_with("查无此单位"))
        .collect();
    assert_eq!(wanted.len(), 30);
    let file = ledger.file("三十处.xlsx", &bytes);
    let ran = ledger.run(&["import", &file]).exits(1).says("台账有 30 处问题，什么都没有记入。");
    let lines: Vec<&str> = ran.err.lines().filter(|line| line.contains("三十处.xlsx：")).collect();
    assert_eq!(lines.len(), 30);
    for ((cell, value), line) in wanted.iter().zip(lines) {
        assert!(line.contains(&format!("“条款”{cell}（责任单位）“{value}”")), "{line}");
    }
    let json = ledger.run(&["import", "--json", &file]).exits(1).json();
    let faults = json["errors"].as_array().unwrap();
    assert_eq!(faults.len(), 30);
    assert_eq!(faults[0]["pointer"], format!("三十处.xlsx#条款#{}", wanted[0].0));
    let english = ledger.run(&["--lang", "en", "import", &file]).exits(1).says("30");
    english.says(&wanted[29].0).never_says("查不到");
    assert_eq!(ledger.head(), head);
}

#[test]
fn what_looks_personal_is_told_with_its_cell_and_taken() {
    let ledger = Ledger::registry();
    let book = agreements();
    let column = book.sheet("commitments").unwrap().spec.index("text").unwrap();
    let bytes = rewritten(&book, |sheet, index, cells| match (sheet, index) {
        ("commitments", 4) => cells[column] = Cell::Text("为王某疏通管道".to_owned()),
        ("commitments", 7) => {
            cells[column] = Cell::Text("居民安装充电桩，业主和业委会协商，17号楼".to_owned())
        }
        ("commitments", 9) => cells[column] = Cell::Text("清走鲁H12345".to_owned()),
        _ => {}
    });
    let again = read("提醒.xlsx", &bytes).ledger.unwrap();
    let rows = &again.sheet("commitments").unwrap().rows;
    let file = ledger.file("提醒.xlsx", &bytes);
    let trial = ledger.run(&["import", "--dry-run", "--json", &file]).exits(0).json();
    let done = ledger.run(&["import", &file]).exits(0).says("已导入");
    let lines: Vec<&str> = done.text().lines().filter(|line| line.contains("提醒：")).collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    for (line, index, words) in [(lines[0], 4, "“王某”像是人名"), (lines[1], 9, "“鲁H12345”像是车牌号")]
    {
        let cell = format!("“条款”{}（", rows[index].a1(column));
        assert!(line.contains(&cell) && line.contains(words), "{line}");
    }
    let warnings = trial["warnings"].as_array().unwrap();
    assert_eq!((warnings.len(), &warnings[0]["code"]), (2, &"doubtful".into()));
    assert_eq!(warnings[0]["pointer"], format!("提醒.xlsx#条款#{}", rows[4].a1(column)));
    // What is known already is not told again.
    let file = ledger.file("再报.xlsx", &[&bytes[..]].concat());
    let again = ledger.run(&["import", "--json", &file]).exits(0).json();
    assert_eq!(again["warnings"].as_array().map(Vec::len), Some(0));
}

#[test]
fn the_countys_ordinary_sentences_give_no_warning() {
    let ledger = Ledger::none();
    let done = ledger.run(&["demo", "--no-serve"]).exits(0);
    done.never_says("提醒：");
}

#[test]
fn a_register_of_our_own_says_what_the_secretarys_workbook_said() {
    let ledger = Ledger::county();
    let (last, _) = ledger.head();
    let file = ledger.file("另存.xlsx", &rewritten(&agreements(), |_, _, _| {}));
    ledger.run(&["import", &file]).exits(0);
    assert_eq!(ledger.head().0, last + 1, "other bytes, same content: only the import is new");
}

#[test]
fn files_are_recorded_together_or_not_at_all() {
    let ledger = Ledger::none();
    let registry = text(&data("wenshang-2022/机构台账.xlsx"));
    let good = text(&data("wenshang-2022/党建协议台账.xlsx"));
    let bad = text(&data("broken/日期不存在.xlsx"));
    ledger.run(&["init"]).exits(0);
    let head = ledger.head();
    ledger.run(&["import", &registry, &bad]).exits(1).says("“协议”H8（");
    assert_eq!(ledger.head(), head);
    // Whatever the order, and the same file twice counts once.
    let done = ledger.run(&["import", "--json", &good, &registry, &registry]).exits(0).json();
    let known: Vec<bool> =
        done["files"].as_array().unwrap().iter().map(|file| file["known"].as_bool().unwrap()).collect();
    assert_eq!(known, [false, false, true]);
    assert_eq!(done["positions"][1], ledger.head().0);
    let dropped = done["files"][0]["dropped"].as_array().unwrap();
    assert!(dropped.contains(&"条款/责任人".into()) && dropped.contains(&"条款/联系电话".into()));
    // Persons' columns leave no trace in the ledger.
    assert!(!ledger.run(&["events"]).text().contains("王某"));
}

#[test]
fn what_is_no_file_or_no_workbook_is_said_clearly() {
    let ledger = Ledger::registry();
    let head = ledger.head();
    ledger.run(&["import", "没有这个.xlsx"]).exits(2).says("读不了 没有这个.xlsx");
    let folder = text(&data("wenshang-2022"));
    ledger.run(&["import", &folder]).exits(2).says(&folder);
    let whole = std::fs::read(data("wenshang-2022/项目认领台账.xlsx")).unwrap();
    for (name, bytes) in [
        ("空.xlsx", &b""[..]),
        ("文字.xlsx", "不是表格".as_bytes()),
        ("半截.xlsx", &whole[..whole.len() / 2]),
        ("零.xlsx", &[0; 4096]),
        ("空.csv", b""),
        ("乱.csv", b"\xff\xfe\x00a"),
        ("无关.csv", "a,b\n1,2\n".as_bytes()),
        ("旧.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    ] {
        let file = ledger.file(name, bytes);
        ledger.run(&["import", &file]).exits(1).says(&format!("{name}：")).says("什么都没有记入");
    }
    assert_eq!(ledger.head(), head);
}
