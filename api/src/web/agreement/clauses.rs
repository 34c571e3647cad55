//! The clauses (条款) of a new agreement: rows of a form, or what was copied from the sheet 条款 of a workbook.

use gongjian_core::day::Day;
use gongjian_core::domain::commitment::JOINTS;

use super::super::form::{self, FieldShown};
use super::super::{Fields, Visit, fields};
use super::draft::Fault;
use crate::error::Problem;
use crate::messages::Text;
use crate::workbook::cell::{self, Raw, half, is_space, name, says_nothing};
use crate::workbook::{Class, Kind, SheetSpec, Value};

/// Rows of a form at most; more come by a workbook.
pub(super) const ROWS_MAX: usize = 60;
/// Rows that an empty form offers.
const ROWS: usize = 2;
/// The fields of a row, as in the sheet.
const FIELDS: [&str; 4] = ["text", "joint", "responsible", "dueOn"];

/// A clause, understood.
#[derive(Clone, Debug)]
pub(super) struct Clause {
    /// Its row in the form, from 1.
    pub(super) row: usize,
    pub(super) text: String,
    pub(super) joint: String,
    /// Code of the unit.
    pub(super) responsible: String,
    pub(super) due: Day,
}

/// A row as it is shown.
pub(super) struct Row {
    pub(super) number: usize,
    pub(super) fields: Vec<FieldShown>,
}

/// How many rows the form has.
fn rows_of(given: &Fields) -> usize {
    given.get("rows").parse::<usize>().unwrap_or(ROWS).clamp(1, ROWS_MAX)
}

fn is_blank(given: &Fields, row: usize) -> bool {
    FIELDS.iter().all(|field| given.get(&format!("{field}-{row}")).is_empty())
}

/// A fault of a row, with its row and column.
fn told(t: Text, row: usize, field: &str, fault: &str) -> Fault {
    let args = [("row", row.to_string()), ("column", label(t, field)), ("fault", fault.to_owned())];
    let args = args.each_ref().map(|(name, value)| (*name, value.as_str()));
    (format!("{field}-{row}"), t.get("clause-fault", &args))
}

/// What the rules say of a row.
pub(super) fn fault(visit: &Visit, row: usize, problem: &Problem) -> Fault {
    let field = problem.rejection.as_ref().and_then(|rejection| rejection.arg("field")).unwrap_or_default();
    let unit = problem.rejection.as_ref().is_some_and(|rejection| rejection.arg("unit").is_some());
    let field = FIELDS.iter().find(|known| **known == field).copied();
    let field = field.unwrap_or(if unit { "responsible" } else { "text" });
    told(visit.text, row, field, &problem.detail(visit.text))
}

fn label(t: Text, field: &str) -> String {
    t.plain(&format!("clause-{field}"))
}

/// Reads every row that says something.
pub(super) fn read(visit: &Visit, given: &Fields) -> Result<Vec<Clause>, Vec<Fault>> {
    let t = visit.text;
    let (mut clauses, mut faults) = (Vec::new(), Vec::new());
    for row in (1..=rows_of(given)).filter(|row| !is_blank(given, *row)) {
        let of = |field: &str| given.get(&format!("{field}-{row}"));
        let mut fault = |field: &str, words: String| faults.push(told(t, row, field, &words));
        for field in FIELDS.iter().filter(|field| of(field).is_empty()) {
            fault(field, t.get("form-empty", &[("label", &label(t, field))]));
        }
        let joint = name(of("joint")).into_owned();
        if !joint.is_empty() && !JOINTS.contains(&joint.as_str()) {
            let allowed = t.listed(&JOINTS.iter().map(|joint| (*joint).to_owned()).collect::<Vec<_>>());
            fault("joint", t.get("clause-joint-unknown", &[("given", of("joint")), ("allowed", &allowed)]));
        }
        let responsible = match of("responsible") {
            "" => None,
            typed => form::resolve(visit, "units", typed).map_err(|words| fault("responsible", words)).ok(),
        };
        let due = match of("dueOn") {
            "" => None,
            typed => {
                let day = fields::near_day(typed, visit.app().today());
                if day.is_none() {
                    let args = [("label", label(t, "dueOn")), ("given", typed.to_owned())];
                    let args = args.each_ref().map(|(name, value)| (*name, value.as_str()));
                    fault("dueOn", t.get("form-day", &args));
                }
                day
            }
        };
        if let (Some(responsible), Some(due)) = (responsible, due) {
            clauses.push(Clause { row, text: of("text").to_owned(), joint, responsible, due });
        }
    }
    if clauses.is_empty() && faults.is_empty() {
        faults.push(("text-1".to_owned(), t.plain("clause-none")));
    }
    if faults.is_empty() { Ok(clauses) } else { Err(faults) }
}

/// The rows of the form, with what was typed; `more` empty ones at the end.
pub(super) fn shown(visit: &Visit, given: &Fields, faults: &[Fault], more: usize) -> Vec<Row> {
    let t = visit.text;
    let count = (rows_of(given) + more).min(ROWS_MAX);
    let row = |number: usize| {
        let field = |field: &&str| {
            let key = format!("{field}-{number}");
            let value = given.get(&key).to_owned();
            let choice = |word: &&str| ((*word).to_owned(), t.word("word", word), value == *word);
            let mut shown = FieldShown {
                label: label(t, field),
                fault: faults.iter().find(|(at, _)| *at == key).map(|(_, it)| it.clone()).unwrap_or_default(),
                widget: match *field {
                    "text" => "text",
                    "joint" => "choose",
                    "responsible" => "name",
                    _ => "day",
                },
                choices: if *field == "joint" { JOINTS.iter().map(choice).collect() } else { Vec::new() },
                suggest: if *field == "responsible" { "/suggest/units".to_owned() } else { String::new() },
                name: key,
                value: value.clone(),
                ..FieldShown::default()
            };
            // What is not on the list is shown as it came, so that nothing typed is lost.
            if *field == "joint" && !value.is_empty() && !JOINTS.contains(&value.as_str()) {
                shown.choices.push((value.clone(), value, true));
            }
            shown
        };
        Row { number, fields: FIELDS.iter().map(field).collect() }
    };
    (1..=count).map(row).collect()
}

/// How many rows a form has that was shown with `more` of them.
pub(super) fn count(given: &Fields, more: usize) -> usize {
    (rows_of(given) + more).min(ROWS_MAX)
}

/// What was pasted, as further rows of the form.
pub(super) struct Pasted {
    /// The form with the rows in it.
    pub(super) given: Fields,
    /// Rows that were taken.
    pub(super) rows: usize,
    /// Headers of columns that were left out.
    pub(super) left_out: Vec<String>,
    /// Rows beyond what a form holds.
    pub(super) too_many: bool,
}

/// Takes in what was pasted.
pub(super) fn paste(given: &Fields) -> Pasted {
    // As it came: a row of a merged cell begins with a tab.
    let text = given.pairs().find(|(key, _)| *key == "paste").map(|(_, text)| text).unwrap_or_default();
    let table: Vec<Vec<String>> = records(text);
    let spec = sheet();
    let headers = table.first().and_then(|row| headers(spec, row));
    let body = &table[usize::from(headers.is_some()).min(table.len())..];
    let places = headers.as_ref().map_or_else(|| guessed(spec, body), |(places, _)| *places);
    let left_out = headers.map(|(_, left_out)| left_out).unwrap_or_default();
    let mut rows: Vec<[String; 4]> = Vec::new();
    for row in 1..=rows_of(given) {
        if !is_blank(given, row) {
            rows.push(FIELDS.map(|field| given.get(&format!("{field}-{row}")).to_owned()));
        }
    }
    let before = rows.len();
    let at = |row: &[String], place: Option<usize>| {
        let text = place.and_then(|place| row.get(place)).map(|text| text.trim_matches(is_space));
        text.filter(|text| !says_nothing(text)).unwrap_or_default().to_owned()
    };
    let taken = body.iter().map(|row| places.map(|place| at(row, place)));
    rows.extend(taken.filter(|row| row.iter().any(|text| !text.is_empty())));
    let too_many = rows.len() > ROWS_MAX;
    rows.truncate(ROWS_MAX);
    let mut filled = Fields::default();
    for (key, value) in given.pairs().filter(|(key, _)| !is_row(key) && !matches!(*key, "paste" | "rows")) {
        filled.put(key, value);
    }
    filled.put("rows", &rows.len().max(1).to_string());
    for (number, row) in (1..).zip(&rows) {
        for (field, value) in FIELDS.iter().zip(row) {
            filled.put(&format!("{field}-{number}"), value);
        }
    }
    Pasted { given: filled, rows: rows.len() - before, left_out, too_many }
}

/// Whether a field belongs to a row.
pub(super) fn is_row(key: &str) -> bool {
    key.rsplit_once('-').is_some_and(|(field, row)| FIELDS.contains(&field) && row.parse::<usize>().is_ok())
}

/// Rows and cells of a copied part of a sheet; a cell in quotes may hold tabs and line breaks.
fn records(text: &str) -> Vec<Vec<String>> {
    let mut rows = vec![vec![String::new()]];
    let (mut quoted, mut begins) = (false, true);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let Some(cell) = rows.last_mut().and_then(|row| row.last_mut()) else { break };
        match letter {
            '"' if begins && !quoted => quoted = true,
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            '"' if quoted => quoted = false,
            '\t' if !quoted => {
                if let Some(row) = rows.last_mut() {
                    row.push(String::new());
                }
                begins = true;
                continue;
            }
            '\n' if !quoted => {
                rows.push(vec![String::new()]);
                begins = true;
                continue;
            }
            '\r' => {}
            other => cell.push(other),
        }
        begins = false;
    }
    rows.retain(|row| row.iter().any(|cell| !cell.trim_matches(is_space).is_empty()));
    rows
}

fn sheet() -> &'static SheetSpec {
    let sheets = Kind::Agreements.spec().sheets;
    sheets.iter().find(|sheet| sheet.name == "commitments").unwrap_or(&sheets[0])
}

/// Where the fields stand, if the row is one of headers; and the headers that are not taken.
fn headers(spec: &SheetSpec, row: &[String]) -> Option<([Option<usize>; 4], Vec<String>)> {
    let plain: Vec<String> = row.iter().map(|cell| half(cell).trim_matches(['*', ':']).to_owned()).collect();
    let column = |field: &str| {
        let header = spec.columns.iter().find(|column| column.field == field)?.header;
        plain.iter().position(|cell| cell == header)
    };
    let places = FIELDS.map(column);
    if places.iter().flatten().count() < 2 {
        return None;
    }
    let taken = |at: usize| places.contains(&Some(at));
    let known = |header: &str| matches!(header, "协议编号" | "条款序号" | "");
    let left_out = plain.iter().enumerate().filter(|(at, header)| !taken(*at) && !known(header));
    Some((places, left_out.map(|(_, header)| header.clone()).collect()))
}

/// Where the fields stand without headers: the joint is one of five words, and the others stand around it in the
/// order of the sheet.
fn guessed(spec: &SheetSpec, body: &[Vec<String>]) -> [Option<usize>; 4] {
    let is_joint = |cell: &String| JOINTS.contains(&&*name(cell));
    let joint = body.iter().find_map(|row| row.iter().position(is_joint));
    let widest = body.iter().map(Vec::len).max().unwrap_or_default();
    let index = |field: &str, kept: bool| {
        let columns = spec.columns.iter().filter(|column| !kept || column.class != Class::Person);
        columns.into_iter().position(|column| column.field == field)
    };
    // Without one right word the width tells: the four fields, or the sheet with or without persons.
    let joint = joint.or(match widest {
        0..=4 => Some(1),
        5 => Some(2),
        _ => index("joint", true),
    });
    let Some(joint) = joint else { return [None; 4] };
    let is_day = |cell: &String| {
        let text = cell.trim_matches(is_space);
        matches!(cell::parse(&Raw::Text(text.into()), crate::workbook::ValueType::Day), Ok(Value::Day(_)))
    };
    let due = (joint + 2..widest).find(|at| body.iter().any(|row| row.get(*at).is_some_and(is_day)));
    [joint.checked_sub(1), Some(joint), Some(joint + 1), due.or(Some(joint + 2))]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pasted(text: &str) -> Pasted {
        let mut given = Fields::default();
        given.put("paste", text);
        given.put("id", "XY-2022-0001");
        paste(&given)
    }

    fn row(pasted: &Pasted, row: usize) -> [String; 4] {
        FIELDS.map(|field| pasted.given.get(&format!("{field}-{row}")).to_owned())
    }

    #[test]
    fn a_sheet_is_read_by_its_headers_and_persons_are_left_out() {
        let text = "协议编号\t条款序号\t条款内容\t五联类别\t责任单位\t责任人\t联系电话\t完成时限\n\
                    XY-1\t1\t整治环境\t活动联办\t东门社区党委\t甲某\t13800000000\t2022年6月30日\n\
                    \t2\t\"共用\t会议室\n和停车场\"\t资源联享\t共建单位01\t乙某\t/\t2022-7-1\n";
        let pasted = pasted(text);
        assert_eq!(pasted.rows, 2);
        assert_eq!(pasted.left_out, ["责任人", "联系电话"]);
        assert_eq!(row(&pasted, 1), ["整治环境", "活动联办", "东门社区党委", "2022年6月30日"]);
        assert_eq!(row(&pasted, 2)[0], "共用\t会议室\n和停车场");
        assert!(pasted.given.pairs().all(|(_, value)| !value.contains("13800000000")));
        assert_eq!(pasted.given.get("id"), "XY-2022-0001");
    }

    #[test]
    fn without_headers_the_joint_tells_where_the_rest_stands() {
        let whole = "XY-1\t1\t整治环境\t活动联办\t东门社区党委\t甲某\t13800000000\t2022-06-30\t\t\t";
        assert_eq!(row(&pasted(whole), 1), ["整治环境", "活动联办", "东门社区党委", "2022-06-30"]);
        let four = "整治环境\t活动联办\t东门社区党委\t2022-06-30\n另一条\t不知道\t共建单位01\t2022-02-30";
        let both = pasted(four);
        assert_eq!(row(&both, 2), ["另一条", "不知道", "共建单位01", "2022-02-30"]);
        assert_eq!(row(&pasted("只有一格"), 1)[0], "只有一格");
        assert_eq!(pasted("").rows, 0);
    }

    #[test]
    fn rows_that_stood_there_stay_before_what_is_pasted() {
        let mut given = Fields::default();
        given.put("rows", "3");
        given.put("text-2", "原有");
        given.put("paste", "新的\t活动联办\t东门社区党委\t2022-06-30");
        let pasted = paste(&given);
        assert_eq!((row(&pasted, 1)[0].as_str(), row(&pasted, 2)[0].as_str()), ("原有", "新的"));
        assert_eq!(pasted.given.get("rows"), "2");
        let many = "甲\t活动联办\t乙\t2022-06-30\n".repeat(100);
        let mut given = Fields::default();
        given.put("paste", &many);
        assert!(paste(&given).too_many);
    }
}
