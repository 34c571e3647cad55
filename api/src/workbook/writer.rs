//! Writes workbooks from the same table that reading follows: empty templates, and registers.
//!
//! Dates are date cells, counts are numbers, everything else is written as a string, so that `=…`
//! stays a text. Nothing of the machine or the moment enters the file: equal contents, equal bytes.
//! Columns that name persons are not written; what is not kept is not asked for.

use gongjian_core::day::Day;
use rust_xlsxwriter::{
    Color, DataValidation, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook,
    Worksheet, XlsxError,
};

use super::ledgers::{AS_OF, NOTES, OPEN, REPORTING_UNIT};
use super::rows::Value;
use super::spec::{ColumnSpec, Kind, SheetSpec, ValueType};

/// Rows of a template that have formats and drop-down lists.
const TEMPLATE_ROWS: u32 = 1_000;
/// The row of the headers, from 0; above it stands the title.
const HEADER: u32 = 1;
/// Excel takes no longer drop-down list.
const LIST_MAX: usize = 255;
/// Days between 1899-12-30, where Excel's count starts, and 1970-01-01.
const EXCEL_TO_EPOCH: i32 = 25_569;

const EXPLANATION: &str = "日期可写 2022-06-06 或 2022年6月6日；没有的写“/”或空着；多个名称用“、”隔开。\
                           列的次序可以变动，列名不能改；以“合计”开头的行之后的内容不读取。";

/// An empty workbook of a kind: titles, headers, drop-down lists, formats, and the sheet 填表说明.
pub fn template(kind: Kind) -> Result<Vec<u8>, XlsxError> {
    build(kind, "", None, &[])
}

/// A register: the rows of the sheets, by the sheets' stable names, cells in the order of the table.
///
/// Reading the bytes again gives the same values.
pub fn register(
    kind: Kind,
    reporting_unit: &str,
    as_of: Day,
    rows: &[(&str, &[Vec<Value>])],
) -> Result<Vec<u8>, XlsxError> {
    build(kind, reporting_unit, Some(as_of), rows)
}

fn build(
    kind: Kind,
    reporting_unit: &str,
    as_of: Option<Day>,
    rows: &[(&str, &[Vec<Value>])],
) -> Result<Vec<u8>, XlsxError> {
    let spec = kind.spec();
    let formats = Formats::new();
    let mut book = Workbook::new();
    // A fixed moment, or two equal workbooks would differ by the second they were made in.
    let created = ExcelDateTime::from_ymd(2022, 1, 1)?;
    book.set_properties(&DocProperties::new().set_title(spec.title).set_creation_datetime(&created));
    notes(book.add_worksheet(), reporting_unit, as_of, &formats)?;
    for sheet in spec.sheets {
        let rows = rows.iter().find(|(name, _)| *name == sheet.name).map_or(&[][..], |(_, rows)| rows);
        let title = match as_of {
            Some(day) => {
                let (year, month, date) = day.ymd();
                format!("{reporting_unit}{}台账（截至{year}年{month}月{date}日）", sheet.title)
            }
            None => format!("{}台账", sheet.title),
        };
        table(book.add_worksheet(), sheet, &title, rows, as_of.is_none(), &formats)?;
    }
    book.save_to_buffer()
}

struct Formats {
    title: Format,
    header: Format,
    text: Format,
    wrapped: Format,
    day: Format,
    count: Format,
}

impl Formats {
    fn new() -> Formats {
        let cell = || Format::new().set_align(FormatAlign::VerticalCenter);
        let centre = || cell().set_bold().set_align(FormatAlign::Center);
        Formats {
            title: centre().set_font_size(14),
            header: centre()
                .set_text_wrap()
                .set_background_color(Color::RGB(0x00F2_DCDB))
                .set_border(FormatBorder::Thin),
            text: cell().set_num_format("@"),
            wrapped: cell().set_text_wrap(),
            day: cell().set_num_format("yyyy-mm-dd"),
            count: cell().set_num_format("0"),
        }
    }

    fn of(&self, value: ValueType) -> &Format {
        match value {
            ValueType::Day | ValueType::DayOrOpen => &self.day,
            ValueType::Int { .. } => &self.count,
            _ => &self.text,
        }
    }
}

fn notes(sheet: &mut Worksheet, unit: &str, as_of: Option<Day>, formats: &Formats) -> Result<(), XlsxError> {
    sheet.set_name(NOTES)?;
    sheet.set_column_width(0, 12)?;
    sheet.set_column_width(1, 60)?;
    sheet.set_row_height(2, 40)?;
    sheet.set_paper_size(9);
    sheet.set_print_fit_to_pages(1, 0);
    for (row, label) in (0..).zip([REPORTING_UNIT, AS_OF, "说明"]) {
        sheet.write_string_with_format(row, 0, label, &formats.header)?;
    }
    if unit.is_empty() {
        sheet.write_blank(0, 1, &formats.text)?;
    } else {
        sheet.write_string_with_format(0, 1, unit, &formats.text)?;
    }
    match as_of {
        Some(day) => write_day(sheet, 1, 1, day, &formats.day)?,
        None => _ = sheet.write_blank(1, 1, &formats.day)?,
    }
    sheet.write_string_with_format(2, 1, EXPLANATION, &formats.wrapped)?;
    Ok(())
}

fn table(
    sheet: &mut Worksheet,
    spec: &'static SheetSpec,
    title: &str,
    rows: &[Vec<Value>],
    template: bool,
    formats: &Formats,
) -> Result<(), XlsxError> {
    sheet.set_name(spec.title)?;
    let mut last = 0;
    for (at, (index, column)) in (0_u16..).zip(spec.kept()) {
        last = at;
        let format = formats.of(column.value);
        let cells = rows.iter().map(|row| row.get(index).unwrap_or(&Value::Blank));
        sheet.set_column_width(at, width(column, cells.clone().take(200)))?;
        sheet.write_string_with_format(HEADER, at, column.header, &formats.header)?;
        if template {
            sheet.set_column_format(at, format)?;
        }
        for (row, value) in (HEADER + 1..).zip(cells) {
            write_value(sheet, row, at, value, format, &formats.text)?;
        }
        let end = HEADER + TEMPLATE_ROWS.max(u32::try_from(rows.len()).unwrap_or(u32::MAX - HEADER));
        validate(sheet, at, end, column)?;
    }
    // Written after the columns: a merged title may not be overwritten by a column's format.
    if last > 0 {
        sheet.merge_range(0, 0, 0, last, title, &formats.title)?;
    }
    sheet.set_row_height(0, 24)?;
    sheet.set_freeze_panes(HEADER + 1, 1)?;
    sheet.set_repeat_rows(HEADER, HEADER)?;
    sheet.set_landscape();
    sheet.set_paper_size(9);
    sheet.set_print_fit_to_pages(1, 0);
    if !template {
        let end = HEADER + u32::try_from(rows.len()).unwrap_or(0);
        sheet.autofilter(HEADER, 0, end, last)?;
    }
    Ok(())
}

fn write_value(
    sheet: &mut Worksheet,
    row: u32,
    at: u16,
    value: &Value,
    format: &Format,
    text: &Format,
) -> Result<(), XlsxError> {
    match value {
        Value::Blank => (),
        Value::Int(number) => {
            // Exact up to 2^53, far above any limit of the table.
            sheet.write_number_with_format(row, at, *number as f64, format)?;
        }
        Value::Day(day) => write_day(sheet, row, at, *day, format)?,
        Value::Open | Value::Text(_) | Value::List(_) => {
            sheet.write_string_with_format(row, at, value.canonical(), text)?;
        }
    }
    Ok(())
}

/// A date cell; a day that Excel cannot count is written as text.
fn write_day(sheet: &mut Worksheet, row: u32, at: u16, day: Day, format: &Format) -> Result<(), XlsxError> {
    let serial = day.0.saturating_add(EXCEL_TO_EPOCH);
    if serial > 60 {
        sheet.write_number_with_format(row, at, serial, format)?;
    } else {
        sheet.write_string_with_format(row, at, day.to_string(), format)?;
    }
    Ok(())
}

fn validate(sheet: &mut Worksheet, at: u16, end: u32, column: &ColumnSpec) -> Result<(), XlsxError> {
    let prompt = DataValidation::new();
    let rule = match column.value {
        ValueType::Choice { of, closed, .. } if of.join(",").chars().count() <= LIST_MAX => {
            prompt.allow_list_strings(of)?.show_error_message(closed)
        }
        _ => prompt.allow_any_value(),
    };
    let rule = rule.set_input_title(column.header)?.set_input_message(column.hint.chinese)?;
    sheet.add_data_validation(HEADER + 1, at, end, at, &rule)?;
    Ok(())
}

/// The width that shows the header and most cells: a Chinese character counts two.
fn width<'v>(column: &ColumnSpec, cells: impl Iterator<Item = &'v Value>) -> u32 {
    let wide = |text: &str| text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<u32>();
    let least = match column.value {
        ValueType::Day => 12,
        ValueType::DayOrOpen => wide(OPEN).max(12),
        ValueType::Code | ValueType::CodeOf(_) => 18,
        ValueType::Text | ValueType::Name(_) | ValueType::Names(_) => 24,
        ValueType::Label | ValueType::Choice { .. } => 16,
        ValueType::Int { .. } => 8,
    };
    let content = cells.map(|value| wide(&value.canonical())).max().unwrap_or(0);
    (least.max(wide(column.header)).max(content) + 2).clamp(8, 60)
}
