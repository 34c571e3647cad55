//! The workbooks of the test data, broken ones, hostile ones, and the way there and back.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value as Json;

use super::{Kind, Ledger, Problem, Reading, Stated, Value, read, read_with, register, template};

fn data(path: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data")).join(path)
}

fn bytes(path: &str) -> Vec<u8> {
    std::fs::read(data(path)).unwrap()
}

fn json(path: &str) -> Json {
    serde_json::from_slice(&bytes(path)).unwrap()
}

/// Reads a file that has no fault.
fn sound(path: &str) -> Ledger {
    read(path, &bytes(path)).into_result().unwrap_or_else(|faults| panic!("{path}: {faults:#?}"))
}

/// The faults as `sheet!cell code`.
fn told(reading: &Reading) -> Vec<String> {
    let told = |fault: &super::Fault| format!("{}!{} {}", fault.sheet, fault.cell, fault.problem.code());
    reading.faults.iter().map(told).collect()
}

const COUNTIES: [&str; 3] = ["wenshang-2022", "wenshang-2022-06-30", "wenshang-2022-05-18"];

#[test]
fn the_counties_read_without_a_fault_and_with_all_rows() {
    for county in COUNTIES {
        let expected = json(&format!("{county}/expected.json"));
        let mut counted = BTreeMap::new();
        let registry = sound(&format!("{county}/机构台账.xlsx"));
        let communities = registry.sheet("communities").unwrap();
        for field in ["households", "population"] {
            let column = communities.spec.index(field).unwrap();
            let sum: i64 = communities.rows.iter().filter_map(|row| row.value(column).int()).sum();
            assert_eq!(expected["rows"][field].as_i64(), Some(sum));
        }
        for kind in Kind::ALL {
            let ledger = sound(&format!("{county}/{}.xlsx", kind.spec().title));
            assert_eq!(ledger.kind, kind);
            assert_eq!(ledger.reporting_unit, "汶上县委组织部");
            assert_eq!(ledger.as_of.to_string(), expected["as_of"].as_str().unwrap());
            assert_eq!(ledger.sheets.len(), kind.spec().sheets.len());
            for sheet in &ledger.sheets {
                counted.insert(sheet.spec.name, sheet.rows.len() as u64);
                assert!(sheet.ignored.is_empty() && sheet.absent.is_empty() && sheet.repeated.is_empty());
                let persons = sheet.spec.columns.len() - sheet.spec.kept().count();
                assert_eq!(sheet.dropped.len(), persons, "{}", sheet.spec.title);
            }
        }
        assert_eq!(counted.remove("holidays"), Some(7));
        // A compound's Party branch is a unit, too.
        let branches = counted["branches"];
        *counted.get_mut("units").unwrap() += branches;
        for (name, rows) in counted {
            assert_eq!(expected["rows"][name].as_u64(), Some(rows), "{county} {name}");
        }
    }
}

#[test]
fn cells_are_what_they_mean() {
    let ledger = sound("wenshang-2022/党建协议台账.xlsx");
    let clauses = ledger.sheet("commitments").unwrap();
    let shown = |row: usize| -> Vec<String> {
        clauses.rows[row].cells.iter().map(|cell| cell.value.canonical()).collect()
    };
    let second = ["XY-2022-0001", "2", "党员联管：第2项共建任务", "党员联管", "东门物业服务有限公司"];
    assert_eq!(shown(1)[..5], second);
    assert_eq!(shown(1)[5..], ["", "", "2022-10-24", "2022-09-29", "", ""]);
    assert_eq!(clauses.dropped, ["责任人", "联系电话"]);
    let agreements = ledger.sheet("agreements").unwrap();
    let expires = agreements.spec.index("expiresOn").unwrap();
    assert!(agreements.rows.iter().any(|row| *row.value(expires) == Value::Open));

    let ledger = sound("wenshang-2022/联席会议台账.xlsx");
    let meetings = ledger.sheet("meetings").unwrap();
    let present = meetings.spec.index("units").unwrap();
    assert_eq!(meetings.rows[0].value(present).names().len(), 4);
    assert_eq!(meetings.rows[0].a1(present), "L3");
    let topics = ledger.sheet("topics").unwrap();
    assert!(topics.rows.iter().all(|row| row.value(0).text().is_some_and(|code| code.starts_with("HY-"))));
}

#[test]
fn drifted_files_read_without_a_fault() {
    for entry in json("drift/drift.json").as_array().unwrap() {
        sound(&format!("drift/{}", entry["file"].as_str().unwrap()));
    }
}

#[test]
fn broken_files_are_refused_at_the_cell_or_left_to_the_rules() {
    let here = ["日期不存在", "户数非数字", "编号重复", "缺列", "不是表格"];
    for entry in json("broken/broken.json").as_array().unwrap() {
        let file = entry["file"].as_str().unwrap();
        let reading = read(file, &bytes(&format!("broken/{file}")));
        let places: Vec<_> = reading.faults.iter().map(|f| (f.sheet.as_str(), f.cell.as_str())).collect();
        if here.iter().any(|name| file.starts_with(name)) {
            let place = (entry["sheet"].as_str().unwrap(), entry["cell"].as_str().unwrap());
            assert_eq!(places, [place], "{file}: {:#?}", reading.faults);
        } else {
            assert!(places.is_empty(), "{file}: {:#?}", reading.faults);
        }
    }
}

#[test]
fn a_fault_says_what_stands_there_and_what_would_be_right() {
    let reading = read("户数非数字.xlsx", &bytes("broken/户数非数字.xlsx"));
    let right = serde_json::json!({
        "file": "户数非数字.xlsx", "sheet": "网格", "cell": "D8", "header": "户数", "value": "三百多",
        "code": "not-an-integer", "expected": "整数，如 356",
    });
    assert_eq!(serde_json::to_value(&reading.faults).unwrap(), serde_json::json!([right]));
}

/// A project list of raw texts, as CSV: rows below the headers 项目编号, 项目名称, 所属社区, 提出日期.
fn project_csv(rows: &str) -> Reading {
    let text =
        format!("填报单位,县委组织部\n截至日期,2022年6月30日\n项目编号,项目名称,所属社区,提出日期\n{rows}");
    read("项目.csv", text.as_bytes())
}

#[test]
fn thirty_faults_are_thirty() {
    let rows: String = (1..=30).map(|n| format!("XM-{n},项目{n},东门社区,2022-02-30\n")).collect();
    let reading = project_csv(&rows);
    assert_eq!(reading.faults.len(), 30);
    assert_eq!(told(&reading)[29], "项目!D33 no-such-day");
}

#[test]
fn endless_faults_are_cut_off() {
    let rows: String = (0..20_000).map(|n| format!("XM-{n},项目,东门社区,某日\n")).collect();
    let reading = project_csv(&rows);
    assert_eq!(reading.faults.len(), super::fault::FAULTS_MAX + 1);
    assert_eq!(reading.faults.last().unwrap().problem.code(), "too-many-faults");
}

#[test]
fn csv_is_a_sheet_known_by_its_headers() {
    let reading = project_csv(
        "ＸＭ－１,\"污水,排放\",东门社区,2022/6/1\r\nXM-2,'=1+1,东门社区,/\r\n合计,,,\r\nXM-3,,,\r\n",
    );
    let ledger = reading.into_result().unwrap();
    let sheet = ledger.sheet("projects").unwrap();
    let shown: Vec<String> = sheet.rows.iter().map(|row| row.value(1).canonical()).collect();
    assert_eq!(shown, ["污水,排放", "=1+1"]);
    assert_eq!(sheet.rows[0].value(0).canonical(), "XM-1");
    assert!(!sheet.has(sheet.spec.index("dueOn").unwrap()));

    let stated = Stated { reporting_unit: Some("县委".into()), as_of: "2022-06-30".parse().ok() };
    let clauses = "\u{feff}协议编号,条款序号,责任人,条款内容,五联类别,责任单位,备注\n\
                   XY-1,1,王某,甲,组织联建,单位,x\n,2,王某,乙,党员联管,单位,y\n";
    let ledger = read_with("条款.csv", clauses.as_bytes(), &stated).into_result().unwrap();
    let sheet = ledger.sheet("commitments").unwrap();
    assert_eq!(sheet.rows[1].value(0).canonical(), "XY-1");
    assert_eq!((&sheet.dropped[..], &sheet.ignored[..]), (&["责任人".into()][..], &["备注".into()][..]));

    let streets = read_with("a.CSV", "编码,名称\nS01,街道".as_bytes(), &stated).into_result().unwrap();
    assert_eq!(streets.sheets[0].spec.name, "streets");
    assert_eq!(
        told(&read("a.csv", "编码,名称\nS01,街道".as_bytes())),
        ["填表说明! reporting-unit-missing", "填表说明! as-of-missing"]
    );
    assert_eq!(told(&read("a.csv", b"\xb1\xe0\xc2\xeb,x\n")), ["! not-utf8"]);
    assert_eq!(told(&read("a.csv", b"a,b\n1,2\n")), ["! unknown-ledger"]);
}

#[test]
fn the_same_number_twice_is_one_row_or_a_fault() {
    let row = "XM-1,项目,东门社区,2022-06-01\n";
    let ledger = project_csv(&row.repeat(2)).into_result().unwrap();
    assert_eq!((ledger.sheets[0].rows.len(), &ledger.sheets[0].repeated[..]), (1, &[5][..]));
    let reading = project_csv(&format!("{row}XM-1,别的,东门社区,2022-06-01\n,无号,东门社区,/\n"));
    assert_eq!(told(&reading), ["项目!A5 key-twice", "项目!A6 key-blank"]);
    assert_eq!(reading.faults[0].problem, Problem::KeyTwice { line: 4 });
}

#[test]
fn registers_read_back_and_are_the_same_bytes_every_time() {
    for kind in Kind::ALL {
        let ledger = sound(&format!("wenshang-2022/{}.xlsx", kind.spec().title));
        let rows: Vec<(&str, Vec<Vec<Value>>)> = ledger
            .sheets
            .iter()
            .map(|sheet| {
                let cells = |row: &super::Row| row.cells.iter().map(|cell| cell.value.clone()).collect();
                (sheet.spec.name, sheet.rows.iter().map(cells).collect())
            })
            .collect();
        let borrowed: Vec<(&str, &[Vec<Value>])> =
            rows.iter().map(|(name, rows)| (*name, &rows[..])).collect();
        let written = register(kind, &ledger.reporting_unit, ledger.as_of, &borrowed).unwrap();
        assert_eq!(written, register(kind, &ledger.reporting_unit, ledger.as_of, &borrowed).unwrap());
        let again = read("again.xlsx", &written).into_result().unwrap();
        assert_eq!((again.as_of, &again.reporting_unit), (ledger.as_of, &ledger.reporting_unit));
        for (sheet, (name, rows)) in again.sheets.iter().zip(&rows) {
            assert_eq!(sheet.spec.name, *name);
            assert!(sheet.dropped.is_empty(), "persons are not written");
            let read: Vec<Vec<Value>> =
                sheet.rows.iter().map(|r| r.cells.iter().map(|c| c.value.clone()).collect()).collect();
            assert_eq!(read, *rows, "{name}");
        }
    }
}

#[test]
fn texts_come_back_as_they_went() {
    let text = |text: &str| Value::Text(text.to_owned());
    let mut rows = Vec::new();
    for (n, title) in
        ["=1+1", "'=x", "+86", "@a", "_x0041_", "两行\n文字", "<a & \"b\">", "0012"].iter().enumerate()
    {
        let mut row = vec![Value::Blank; Kind::Projects.spec().sheets[0].columns.len()];
        row[0] = text(&format!("00{n}"));
        row[1] = text(title);
        row[3] = text("东门社区");
        row[6] = Value::Day("1999-12-31".parse().unwrap());
        row[13] = Value::Int(0);
        rows.push(row);
    }
    let as_of = "2022-09-30".parse().unwrap();
    let written = register(Kind::Projects, "=县委", as_of, &[("projects", &rows)]).unwrap();
    let ledger = read("x.xlsx", &written).into_result().unwrap();
    let read: Vec<Vec<Value>> =
        ledger.sheets[0].rows.iter().map(|r| r.cells.iter().map(|c| c.value.clone()).collect()).collect();
    assert_eq!(read, rows);
    assert_eq!(ledger.reporting_unit, "=县委");
}

#[test]
fn templates_are_workbooks_without_rows() {
    for kind in Kind::ALL {
        let bytes = template(kind).unwrap();
        assert_eq!(bytes, template(kind).unwrap());
        let reading = read("template.xlsx", &bytes);
        assert_eq!(told(&reading), ["填表说明! reporting-unit-missing", "填表说明! as-of-missing"]);
        let ledger = reading.ledger.unwrap();
        assert_eq!(ledger.kind, kind);
        assert!(ledger.sheets.iter().all(|sheet| sheet.rows.is_empty() && sheet.absent.is_empty()));
    }
}

/// A ZIP of parts, as a workbook is one.
fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    use std::io::Write as _;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A workbook whose sheet 项目 is this XML, perhaps with shared texts.
fn workbook(sheet: &str, shared: Option<&str>) -> Vec<u8> {
    let book = r#"<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="项目" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
    let links = r#"<Relationships><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;
    let roots = r#"<Relationships><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
    let styles = r#"<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>"#;
    let mut parts = vec![
        ("_rels/.rels", roots.as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", links.as_bytes()),
        ("xl/styles.xml", styles.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ];
    if let Some(shared) = shared {
        parts.push(("xl/sharedStrings.xml", shared.as_bytes()));
    }
    archive(&parts)
}

fn projects_xml(dimension: &str, rows: &str) -> String {
    let head: String = ["项目编号", "项目名称", "所属社区", "提出日期"]
        .iter()
        .zip('A'..)
        .map(|(text, at)| format!(r#"<c r="{at}1" t="inlineStr"><is><t>{text}</t></is></c>"#))
        .collect();
    format!(
        r#"<worksheet><dimension ref="{dimension}"/><sheetData><row r="1">{head}</row>{rows}</sheetData></worksheet>"#
    )
}

fn project_book(rows: &str) -> Reading {
    let stated = Stated { reporting_unit: Some("县委".into()), as_of: "2022-06-30".parse().ok() };
    read_with("x.xlsx", &workbook(&projects_xml("A1:D9", rows), None), &stated)
}

#[test]
fn cells_of_every_type() {
    let row = |line: u32, day: &str| {
        format!(
            r#"<row r="{line}"><c r="A{line}" t="str"><f>"XM"</f><v>XM-{line}</v></c><c r="B{line}" t="inlineStr"><is><t>甲</t></is></c><c r="C{line}" t="inlineStr"><is><t>东门社区</t></is></c>{day}</row>"#
        )
    };
    let rows = [
        row(2, r#"<c r="D2" s="1"><v>44718</v></c>"#),
        row(3, r#"<c r="D3" t="d"><v>2022-06-06T00:00:00</v></c>"#),
        row(4, r#"<c r="D4" s="1"><f>A1</f><v>44718</v></c>"#),
        row(5, r#"<c r="D5" s="1"><v>44718.5</v></c>"#),
        row(6, r#"<c r="D6" t="e"><v>#REF!</v></c>"#),
        row(7, r#"<c r="D7"><v>44718</v></c>"#),
        row(8, r#"<c r="D8" t="b"><v>1</v></c>"#),
        r#"<row r="9"><c r="A9" t="inlineStr"><is><t>合　计</t></is></c><c r="D9" t="e"><v>#REF!</v></c></row>"#.into(),
    ];
    let reading = project_book(&rows.concat());
    let right = ["D5 day-with-time", "D6 error-cell", "D7 not-a-day", "D8 not-a-day"];
    assert_eq!(told(&reading), right.map(|place| format!("项目!{place}")));
    let sheet = &reading.ledger.unwrap().sheets[0];
    let days: Vec<String> = sheet.rows.iter().map(|row| row.value(6).canonical()).collect();
    assert_eq!(days, ["2022-06-06", "2022-06-06", "2022-06-06", "", "", "", ""]);
    assert_eq!(sheet.rows[0].value(0).canonical(), "XM-2");
}

#[test]
fn huge_claims_cost_nothing() {
    let far = r#"<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#;
    let stated = Stated { reporting_unit: Some("县委".into()), as_of: "2022-06-30".parse().ok() };
    let sheet = projects_xml("A1:XFD1048576", far);
    let reading = read_with("x.xlsx", &workbook(&sheet, None), &stated);
    assert!(reading.faults.is_empty() && reading.ledger.unwrap().sheets[0].rows.is_empty());
    for claim in ["1000000000", "18446744073709551615", "99999999999999999999999"] {
        let shared = format!(r#"<sst uniqueCount = "{claim}"><si><t>a</t></si></sst>"#);
        assert_eq!(told(&read("x.xlsx", &workbook(&sheet, Some(&shared)))), ["! not-a-workbook"]);
    }
    for dimension in ["Z9:A1", "A0", "ZZZZZZZZZ9", "A99999999999999", "", "A1:B2:C3"] {
        read("x.xlsx", &workbook(&projects_xml(dimension, far), None));
    }
}

#[test]
fn bombs_are_refused_before_they_unpack() {
    let zeros = vec![b' '; 40 << 20];
    assert!(archive(&[("xl/styles.xml", &zeros)]).len() < 1 << 20);
    assert_eq!(told(&read("x.xlsx", &archive(&[("xl/styles.xml", &zeros)]))), ["! too-large"]);
    let many: Vec<(String, &[u8])> =
        (0..6).map(|n| (format!("xl/worksheets/sheet{n}.xml"), &zeros[..])).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
    assert_eq!(told(&read("x.xlsx", &archive(&many))), ["! too-large"]);
    let large = vec![b'P'; (16 << 20) + 1];
    assert_eq!(told(&read("x.xlsx", &large)), ["! too-large"]);
    assert_eq!(told(&read("x.xls", &[0xd0, 0xcf, 0x11, 0xe0, 0, 0])), ["! old-or-protected"]);

    // A size that lies: the part declares ten bytes and unpacks to forty million.
    let mut lying = workbook(&" ".repeat(40 << 20), None);
    let sizes: Vec<usize> =
        (0..lying.len() - 4).filter(|&at| lying[at..at + 4] == u32::to_le_bytes(40 << 20)).collect();
    assert!(!sizes.is_empty());
    for at in sizes {
        lying[at..at + 4].copy_from_slice(&u32::to_le_bytes(10));
    }
    assert!(!read("x.xlsx", &lying).faults.is_empty());
}

#[test]
fn damaged_files_never_panic_and_are_never_silent() {
    let whole = bytes("drift/只报一个社区.xlsx");
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap()
    };
    for cut in (0..whole.len()).step_by(whole.len() / 40) {
        assert!(!read("cut.xlsx", &whole[..cut]).faults.is_empty(), "cut at {cut}");
    }
    for _ in 0..60 {
        let mut changed = whole.clone();
        for _ in 0..1 + next() % 8 {
            let at = next() % changed.len();
            changed[at] = u8::try_from(next() % 256).unwrap();
        }
        read("changed.xlsx", &changed);
        let noise: Vec<u8> = (0..next() % 3_000).map(|_| u8::try_from(next() % 256).unwrap()).collect();
        assert!(!read("noise.xlsx", &noise).faults.is_empty());
        assert!(!read("noise.csv", &noise).faults.is_empty());
        assert!(!read("noise.xlsx", &[b"PK\x03\x04", &noise[..]].concat()).faults.is_empty());
    }
    // The XML itself, changed: what the checksum would have caught is packed anew.
    let xml = projects_xml("A1:D2", r#"<row r="2"><c r="A2" s="1" t="n"><v>44718</v></c></row>"#);
    for _ in 0..300 {
        let mut changed = xml.clone().into_bytes();
        let at = next() % changed.len();
        changed[at] = b"<>\"/:0A9 "[next() % 9];
        read("xml.xlsx", &workbook(&String::from_utf8_lossy(&changed), None));
    }
}

#[test]
fn sheets_of_another_ledger_and_missing_headers_are_told() {
    let sheet = "<worksheet><sheetData/></worksheet>";
    assert_eq!(told(&read("x.xlsx", &workbook(sheet, None)))[0], "项目! header-missing");
    assert_eq!(told(&read("x.xlsx", &archive(&[("a.txt", b"a")]))), ["! not-a-workbook"]);
}

#[test]
fn every_problem_has_a_message_in_both_languages() {
    let codes: Vec<String> = include_str!("fault.rs")
        .lines()
        .filter_map(|line| line.split_once("=> \"")?.1.strip_suffix("\",").map(str::to_owned))
        .collect();
    assert!(codes.len() > 20);
    for messages in
        [include_str!("../../messages/zh/workbook.ftl"), include_str!("../../messages/en/workbook.ftl")]
    {
        for code in &codes {
            assert!(messages.contains(&format!("\nworkbook-{code} = ")), "{code}");
        }
    }
}

#[test]
fn a_key_reaches_down_only_where_cells_are_merged() {
    let clauses = |merged: bool| {
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        sheet.set_name("条款").unwrap();
        // Columns in another order, a header with a line break, the key not in column A.
        for (row, cells) in [
            (0, ["序言", "", "", "", ""]),
            (2, ["条款\n序号", "协议编号 *", "条款内容", "责任单位", "五联类别"]),
            (3, ["1", "XY-1", "甲", "某单位", "组织联建"]),
            (5, ["２", "", "乙", "某单位", "\u{3000}组织联建"]),
            (6, ["1", "XY-2", "丙", "某单位", "组织联建"]),
        ] {
            for (at, text) in (0..).zip(cells).filter(|(_, text)| !text.is_empty()) {
                sheet.write_string(row, at, text).unwrap();
            }
        }
        if merged {
            sheet.merge_range(3, 1, 5, 1, "XY-1", &rust_xlsxwriter::Format::new()).unwrap();
        }
        let stated = Stated { reporting_unit: Some("县委".into()), as_of: "2022-06-30".parse().ok() };
        read_with("x.xlsx", &book.save_to_buffer().unwrap(), &stated)
    };
    assert_eq!(told(&clauses(false)), ["条款!B6 key-blank"]);
    let ledger = clauses(true).into_result().unwrap();
    let keys: Vec<String> = ledger.sheets[0]
        .rows
        .iter()
        .map(|row| format!("{} {} {}", row.line, row.value(0).canonical(), row.value(1).canonical()))
        .collect();
    assert_eq!(keys, ["4 XY-1 1", "6 XY-1 2", "7 XY-2 1"]);
}
