//! Opens a file and reads every sheet of its ledger; what is wrong is collected, not thrown.

use std::borrow::Cow;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{CellErrorType, DataRef, Dimensions, Reader as _, Xlsx, XlsxError};
use gongjian_core::day::Day;
use sha2::{Digest as _, Sha256};

use super::archive;
use super::cell::{Raw, half, name, parse};
use super::csv::{Fields, unguarded};
use super::fault::{Fault, Faults, Problem, a1};
use super::ledgers::{AS_OF, AS_OF_HINT, NOTES, REPORTING_UNIT};
use super::rows::{Ledger, Sheet, Value};
use super::spec::{Kind, LedgerSpec, SheetSpec, ValueType};
use super::table::{Columns, HEAD_ROWS, HeadRow, Table};

/// What came of reading a file.
#[derive(Clone, Debug)]
pub struct Reading {
    /// What could be read. Cells with faults are blank in it, so it is fit for an import only if there
    /// are no faults; with faults it still serves to look for more of them.
    pub ledger: Option<Ledger>,
    /// Everything wrong with the file, sheet by sheet, in order of lines.
    pub faults: Vec<Fault>,
}

impl Reading {
    /// The ledger, or the faults.
    pub fn into_result(self) -> Result<Ledger, Vec<Fault>> {
        match self.ledger {
            Some(ledger) if self.faults.is_empty() => Ok(ledger),
            _ => Err(self.faults),
        }
    }
}

/// 填报单位 and 截至日期 as stated outside the file, for CSV, which has no sheet for them.
///
/// What the file itself states goes first.
#[derive(Clone, Debug, Default)]
pub struct Stated {
    /// 填报单位.
    pub reporting_unit: Option<String>,
    /// 截至日期.
    pub as_of: Option<Day>,
}

/// Reads a workbook or a CSV file from its bytes.
pub fn read(file: &str, bytes: &[u8]) -> Reading {
    read_with(file, bytes, &Stated::default())
}

/// Reads a workbook or a CSV file, with what is stated outside of it.
pub fn read_with(file: &str, bytes: &[u8], stated: &Stated) -> Reading {
    let mut faults = Faults::new(file);
    let mut notes = Notes::default();
    let opened = match format_of(file, bytes) {
        Err(problem) => Err(problem),
        Ok(Format::Csv) => read_csv(bytes, &mut notes, &mut faults),
        // The reader of the cells calculates with positions it has not checked and panics on some
        // damaged files. Nothing outside this closure is half changed when it does.
        Ok(Format::Xlsx) => catch_unwind(AssertUnwindSafe(|| read_xlsx(bytes, &mut notes, &mut faults)))
            .unwrap_or(Err(Problem::NotAWorkbook)),
    };
    let contents = match opened {
        Ok(contents) => contents,
        Err(problem) => {
            faults.file_is(problem);
            return Reading { ledger: None, faults: faults.into_vec() };
        }
    };
    let reporting_unit = notes.reporting_unit.or_else(|| stated.reporting_unit.clone());
    let as_of = notes.as_of.or(stated.as_of);
    if reporting_unit.is_none() {
        faults.sheet_is(NOTES, Problem::ReportingUnitMissing);
    }
    if as_of.is_none() && !notes.as_of_faulty {
        faults.sheet_is(NOTES, Problem::AsOfMissing);
    }
    let ledger = Ledger {
        kind: contents.spec.kind,
        file: file.to_owned(),
        sha256: hex::encode(Sha256::digest(bytes)),
        reporting_unit: reporting_unit.unwrap_or_default(),
        as_of: as_of.unwrap_or_default(),
        sheets: contents.sheets,
        ignored: contents.ignored,
    };
    Reading { ledger: Some(ledger), faults: faults.into_vec() }
}

enum Format {
    Xlsx,
    Csv,
}

fn format_of(file: &str, bytes: &[u8]) -> Result<Format, Problem> {
    if bytes.len() as u64 > archive::FILE_MAX {
        return Err(Problem::TooLarge { limit: archive::FILE_MAX >> 20 });
    }
    // An old .xls, and a .xlsx with a password, are both OLE compound files.
    if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return Err(Problem::OldOrProtected);
    }
    if bytes.starts_with(b"PK") {
        archive::check(bytes)?;
        return Ok(Format::Xlsx);
    }
    if file.to_lowercase().ends_with(".csv") { Ok(Format::Csv) } else { Err(Problem::NotAWorkbook) }
}

struct Contents {
    spec: &'static LedgerSpec,
    sheets: Vec<Sheet>,
    ignored: Vec<String>,
}

fn read_xlsx(bytes: &[u8], notes: &mut Notes, faults: &mut Faults) -> Result<Contents, Problem> {
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(|error| match error {
        XlsxError::Password => Problem::OldOrProtected,
        _ => Problem::NotAWorkbook,
    })?;
    let titles = book.sheet_names();
    let spec = ledger_of(&titles).ok_or(Problem::UnknownLedger)?;

    if let Some(title) = titles.iter().find(|title| same_title(title, NOTES)) {
        read_notes(&mut book, title, notes, faults);
    }
    let mut sheets = Vec::new();
    for sheet in spec.sheets {
        if let Some(title) = titles.iter().find(|title| same_title(title, sheet.title)) {
            sheets.extend(read_sheet(&mut book, title, sheet, faults));
        }
    }
    let mut ignored = Vec::new();
    for title in titles {
        let own = same_title(&title, NOTES) || spec.sheets.iter().any(|s| same_title(&title, s.title));
        match elsewhere(&title) {
            _ if own => (),
            Some(ledger) => {
                faults.sheet_is(&title, Problem::SheetElsewhere { ledger: ledger.title.to_owned() });
            }
            None => ignored.push(title),
        }
    }
    Ok(Contents { spec, sheets, ignored })
}

fn same_title(title: &str, wanted: &str) -> bool {
    title == wanted || half(title) == wanted
}

/// The ledger most of whose sheets are there.
fn ledger_of(titles: &[String]) -> Option<&'static LedgerSpec> {
    let count = |spec: &LedgerSpec| {
        spec.sheets.iter().filter(|sheet| titles.iter().any(|title| same_title(title, sheet.title))).count()
    };
    let specs = Kind::ALL.into_iter().map(Kind::spec);
    specs
        .map(|spec| (count(spec), spec))
        .filter(|(n, _)| *n > 0)
        .rev()
        .max_by_key(|(n, _)| *n)
        .map(|(_, s)| s)
}

fn elsewhere(title: &str) -> Option<&'static LedgerSpec> {
    let mut specs = Kind::ALL.into_iter().map(Kind::spec);
    specs.find(|spec| spec.sheets.iter().any(|sheet| same_title(title, sheet.title)))
}

type Book<'b> = Xlsx<Cursor<&'b [u8]>>;

fn read_sheet(
    book: &mut Book<'_>,
    title: &str,
    spec: &'static SheetSpec,
    faults: &mut Faults,
) -> Option<Sheet> {
    let mut table = Table::new(spec, faults);
    let mut readable = each_cell(book, title, |line, column, raw| table.cell(line, column, raw));
    let sheet = if table.close() {
        let regions = book.merge_cells_by_sheet_name(title);
        readable &= regions.is_ok();
        // A key must not be guessed: without the regions no key reaches down.
        let regions: Vec<Dimensions> = regions.unwrap_or_default();
        table.finish(Some(&regions))
    } else {
        table.finish(Some(&[]))
    };
    if !readable {
        faults.sheet_is(spec.title, Problem::SheetUnreadable);
    }
    sheet
}

/// Gives each cell, line from 1 and column from 0, until told to stop. False if the sheet is damaged.
fn each_cell(book: &mut Book<'_>, title: &str, mut take: impl FnMut(u32, u32, Raw<'_>) -> bool) -> bool {
    let shift = if book.has_1904_epoch() { 1_462.0 } else { 0.0 };
    let Ok(mut cells) = book.worksheet_cells_reader(title) else { return false };
    loop {
        match cells.next_cell() {
            Ok(Some(cell)) => {
                let (row, column) = cell.get_position();
                if !take(row.saturating_add(1), column, raw_of(cell.get_value(), shift)) {
                    return true;
                }
            }
            Ok(None) => return true,
            Err(_) => return false,
        }
    }
}

fn raw_of<'a>(data: &'a DataRef<'_>, shift: f64) -> Raw<'a> {
    match data {
        DataRef::Empty => Raw::Empty,
        DataRef::String(text) => Raw::Text(Cow::Borrowed(text)),
        DataRef::SharedString(text) => Raw::Text(Cow::Borrowed(text)),
        DataRef::Int(number) => Raw::Number(*number as f64),
        DataRef::Float(number) => Raw::Number(*number),
        DataRef::Bool(yes) => Raw::Bool(*yes),
        DataRef::DateTime(date) if date.is_duration() => Raw::Duration,
        DataRef::DateTime(date) => Raw::Serial(date.as_f64() + shift),
        DataRef::DateTimeIso(text) => Raw::Text(Cow::Borrowed(text)),
        DataRef::DurationIso(_) => Raw::Duration,
        DataRef::Error(error) => Raw::Error(error_text(error)),
    }
}

fn error_text(error: &CellErrorType) -> &'static str {
    match error {
        CellErrorType::Div0 => "#DIV/0!",
        CellErrorType::NA => "#N/A",
        CellErrorType::Name => "#NAME?",
        CellErrorType::Null => "#NULL!",
        CellErrorType::Num => "#NUM!",
        CellErrorType::Ref => "#REF!",
        CellErrorType::Value => "#VALUE!",
        _ => "#ERROR",
    }
}

/// What 填表说明 says.
#[derive(Default)]
struct Notes {
    reporting_unit: Option<String>,
    as_of: Option<Day>,
    as_of_faulty: bool,
    /// The label whose value is still to come, and its line.
    open: Option<(&'static str, u32)>,
}

impl Notes {
    /// A label, or the value beside it; `填报单位：某某` in one cell is both.
    fn cell(&mut self, line: u32, column: u32, raw: &Raw<'_>, faults: &mut Faults) {
        if let Raw::Text(text) = raw {
            let label = half(text);
            for wanted in [REPORTING_UNIT, AS_OF] {
                let Some(rest) = label.strip_prefix(wanted) else { continue };
                self.open = Some((wanted, line));
                let value = rest.trim_start_matches(':');
                if !value.is_empty() {
                    self.value(line, column, &Raw::Text(Cow::Borrowed(value)), faults);
                }
                return;
            }
        }
        if self.open.is_some_and(|(_, at)| at == line) && !raw.is_empty() {
            self.value(line, column, raw, faults);
        }
    }

    fn value(&mut self, line: u32, column: u32, raw: &Raw<'_>, faults: &mut Faults) {
        let Some((label, _)) = self.open.take() else { return };
        if label == REPORTING_UNIT {
            if let (None, Ok(Value::Text(unit))) = (&self.reporting_unit, parse(raw, ValueType::Label)) {
                self.reporting_unit = Some(name(&unit).into_owned());
            }
            return;
        }
        match parse(raw, ValueType::Day) {
            Ok(value) => self.as_of = self.as_of.or(value.day()),
            Err(problem) => {
                self.as_of_faulty = true;
                let file = faults.file().to_owned();
                faults.add(Fault {
                    cell: a1(line, column),
                    header: AS_OF.to_owned(),
                    value: super::fault::shown(raw.shown()),
                    expected: AS_OF_HINT,
                    ..Fault::of_sheet(&file, NOTES, problem)
                });
            }
        }
    }
}

fn read_notes(book: &mut Book<'_>, title: &str, notes: &mut Notes, faults: &mut Faults) {
    let readable = each_cell(book, title, |line, column, raw| {
        notes.cell(line, column, &raw, faults);
        // What is wanted stands at the top; no need to read a sheet that goes on for ever.
        line <= 1_000
    });
    if !readable {
        faults.sheet_is(NOTES, Problem::SheetUnreadable);
    }
}

fn read_csv(bytes: &[u8], notes: &mut Notes, faults: &mut Faults) -> Result<Contents, Problem> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|_| Problem::NotUtf8)?;
    let raw = |field| {
        Raw::Text(match field {
            Cow::Borrowed(field) => Cow::Borrowed(unguarded(field)),
            Cow::Owned(field) => Cow::Owned(unguarded(&field).to_owned()),
        })
    };
    let mut head: Vec<HeadRow> = Vec::new();
    for (line, column, field) in Fields::new(text).take_while(|(line, _, _)| *line <= HEAD_ROWS) {
        let field = raw(field).into_owned();
        match head.last_mut() {
            Some((last, cells)) if *last == line => cells.push((column, field)),
            _ => head.push((line, vec![(column, field)])),
        }
    }
    let (line, spec, sheet) = sheet_of(&head).ok_or(Problem::UnknownLedger)?;
    for (above, cells) in head.iter().take_while(|(above, _)| *above < line) {
        for (column, field) in cells {
            notes.cell(*above, *column, field, faults);
        }
    }
    let mut table = Table::new(sheet, faults);
    for (line, column, field) in Fields::new(text) {
        if !table.cell(line, column, raw(field)) {
            break;
        }
    }
    table.close();
    let sheets = table.finish(None).into_iter().collect();
    Ok(Contents { spec, sheets, ignored: Vec::new() })
}

/// The sheet whose columns one of the rows names: all its keys, and more of its columns than of any other.
fn sheet_of(head: &[HeadRow]) -> Option<(u32, &'static LedgerSpec, &'static SheetSpec)> {
    let mut best: Option<(u32, &'static LedgerSpec, &'static SheetSpec)> = None;
    let mut best_score = (0, 0);
    for row in head {
        for spec in Kind::ALL.into_iter().map(Kind::spec) {
            for sheet in spec.sheets {
                let columns = Columns::of(sheet, row);
                // Among equals the smaller sheet: 编码 and 名称 alone are streets.
                let score = (columns.found(), usize::MAX - sheet.columns.len());
                if columns.found() >= 2 && columns.has_keys(sheet) && score > best_score {
                    best = Some((row.0, spec, sheet));
                    best_score = score;
                }
            }
        }
    }
    best
}
