//! Documents as workbooks: one sheet a table, charts that a spreadsheet draws itself, and a sheet 验证.
//!
//! Words are strings, so that `=…` stays a text; counts are numbers, days are dates, and a share is a formula
//! over the two cells before it, with its result. Nothing of the machine or the moment enters the file.

use std::collections::BTreeMap;

use gongjian_core::day::Day;
use rust_xlsxwriter::{
    Chart as NativeChart, ChartFormat, ChartLine, ChartSolidFill, ChartType, Color, DocProperties,
    ExcelDateTime, Format, Formula, Url, Workbook, Worksheet, XlsxError,
};

use super::sheets::{self, Cells, Formats, Names};
use super::{Block, Chart, Document, Drawing, Identity, Link, Row, Table, Value, WriteError};
use crate::messages::Text;

/// The media type of a workbook.
pub const MEDIA: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Rows of a table's sheet above its first row: title and headers.
const HEAD_ROWS: u32 = 2;
/// The widest column, in half-width characters; longer words wrap.
const WIDTH_MAX: usize = 60;
/// The narrowest.
const WIDTH_MIN: usize = 6;
/// Pixels of a chart.
const CHART_SIZE: (u32, u32) = (900, 420);
/// Rows that a chart covers.
const CHART_ROWS: u32 = 22;
/// Half-width characters in a line of the first sheet; a little less than its width, as fonts differ.
const WORDS_PER_LINE: usize = 84;
/// Width of the first sheet, in half-width characters.
const COVER_WIDTH: f64 = 92.0;
/// Height of a line, in points.
const LINE_HEIGHT: f64 = 17.0;
/// The highest row that a spreadsheet takes, in points.
const HEIGHT_MAX: f64 = 409.0;
/// Characters that a chart's words for those who cannot see it may have.
const ALT_MAX: usize = 250;
/// Colours of series, apart in grey too.
const COLOURS: &[u32] = &[0x1F4E79, 0xC0504D, 0x7F9F3F, 0x7F6084, 0xE08A1E, 0x4BACC6];

/// The bytes of a workbook.
///
/// # Errors
/// [`WriteError::Failed`] for more rows or longer words than a workbook takes.
pub fn write(document: &Document) -> Result<Vec<u8>, WriteError> {
    build(document).map_err(|error| WriteError::Failed { format: "xlsx", cause: error.to_string() })
}

fn build(document: &Document) -> Result<Vec<u8>, XlsxError> {
    let text = document.language.text();
    let mut names = Names::default();
    let cover = names.sheet(&text.plain("document-sheet-cover"));
    let tables: Vec<(&Table, String)> =
        tables(document).map(|table| (table, names.sheet(&table.caption))).collect();
    let charts = names.sheet(&text.plain("document-sheet-charts"));
    let check = names.sheet(&text.plain("document-sheet-check"));
    let anchors = anchors(&tables);
    let formats = Formats::new();
    let mut book = Workbook::new();
    book.set_properties(&properties(document, text)?);
    front(book.add_worksheet().set_name(&cover)?, document, &tables, text, &formats)?;
    for (table, name) in &tables {
        sheet(book.add_worksheet().set_name(name)?, table, &anchors, text, &formats)?;
    }
    let drawn: Vec<&Chart> = document.blocks.iter().filter_map(chart).collect();
    if !drawn.is_empty() {
        draw(book.add_worksheet().set_name(&charts)?, &charts, &drawn, text, &formats)?;
    }
    verification(book.add_worksheet().set_name(&check)?, &document.identity, text, &formats)?;
    if let Some(position) = document.identity.position {
        book.define_name("gongjian_position", &format!("={position}"))?;
    }
    book.save_to_buffer()
}

fn tables(document: &Document) -> impl Iterator<Item = &Table> {
    document.blocks.iter().filter_map(|block| match block {
        Block::Table(table) => Some(table),
        _ => None,
    })
}

fn chart(block: &Block) -> Option<&Chart> {
    match block {
        Block::Chart(chart) => Some(chart),
        _ => None,
    }
}

/// The time in the properties is that of the last event that the document knows.
fn properties(document: &Document, text: Text) -> Result<DocProperties, XlsxError> {
    let identity = &document.identity;
    let day = Day::of_micros(identity.recorded_at);
    let (year, month, date) = day.ymd();
    let second = (identity.recorded_at.div_euclid(1_000_000) + 8 * 3_600).rem_euclid(86_400);
    let created = ExcelDateTime::from_ymd(
        u16::try_from(year).unwrap_or(1970),
        u8::try_from(month).unwrap_or(1),
        u8::try_from(date).unwrap_or(1),
    )?;
    let part = |seconds: i64| u8::try_from(seconds).unwrap_or(0);
    let created = created.and_hms(
        u16::from(part(second / 3_600)),
        part(second / 60 % 60),
        f64::from(part(second % 60)),
    )?;
    let mut properties = DocProperties::new()
        .set_title(document.title.concat())
        .set_author(text.plain("document-author"))
        .set_creation_datetime(&created);
    for (name, value) in identity.lines() {
        properties = properties.set_custom_property(format!("gongjian-{name}"), value.as_str());
    }
    Ok(properties)
}

/// Sheet and row of everything that a link can lead to.
fn anchors(tables: &[(&Table, String)]) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for (table, name) in tables {
        for (at, row) in (HEAD_ROWS + 1..).zip(&table.rows) {
            if let Some(anchor) = &row.anchor {
                let place = format!("internal:'{}'!A{at}", name.replace('\'', "''"));
                found.entry(anchor.clone()).or_insert(place);
            }
        }
    }
    found
}

/// The words of the document, and where its tables are.
fn front(
    sheet: &mut Worksheet,
    document: &Document,
    tables: &[(&Table, String)],
    text: Text,
    formats: &Formats,
) -> Result<(), XlsxError> {
    paper(sheet, false, text)?;
    sheet.set_column_width(0, COVER_WIDTH)?;
    let mut row = 0;
    for line in &document.title {
        put(sheet, &mut row, line, &formats.title)?;
    }
    let stage = document.stage.iter().map(|stage| text.get("document-stage", &[("stage", stage)]));
    for line in stage.chain(document.subtitle.iter().cloned()) {
        put(sheet, &mut row, &line, &formats.subtitle)?;
    }
    let mut sheets = tables.iter();
    for block in &document.blocks {
        match block {
            Block::Heading(_, text) => put(sheet, &mut row, text, &formats.heading)?,
            Block::Paragraph(spans) => put(sheet, &mut row, &sheets::joined(spans), &formats.wrapped)?,
            Block::Entries(entries) => {
                for (label, spans) in entries {
                    put(sheet, &mut row, &text.labelled(label, &sheets::joined(spans)), &formats.wrapped)?;
                }
            }
            Block::Note(text) => put(sheet, &mut row, text, &formats.small)?,
            Block::Signatures(lines) => {
                for line in lines {
                    put(sheet, &mut row, line, &formats.wrapped)?;
                }
            }
            // The tables stand in this order, each on a sheet of its own.
            Block::Table(table) => {
                if let Some((_, name)) = sheets.next() {
                    let count = table.rows.len().to_string();
                    let words =
                        text.get("document-sheet-leads", &[("table", &table.caption), ("rows", &count)]);
                    let place = format!("internal:'{}'!A1", name.replace('\'', "''"));
                    let url = Url::new(place).set_text(words);
                    sheet.write_url_with_format(row, 0, url, &formats.leading)?;
                    row += 1;
                }
            }
            Block::Chart(_) | Block::PageBreak => {}
        }
    }
    Ok(())
}

/// Puts a line of words into the next row, high enough for them.
fn put(sheet: &mut Worksheet, row: &mut u32, line: &str, format: &Format) -> Result<(), XlsxError> {
    sheet.write_string_with_format(*row, 0, line, format)?;
    let lines = sheets::width(line).div_ceil(WORDS_PER_LINE).max(1);
    if lines > 1 {
        sheet.set_row_height(*row, (LINE_HEIGHT * lines as f64).min(HEIGHT_MAX))?;
    }
    *row += 1;
    Ok(())
}

fn paper(sheet: &mut Worksheet, wide: bool, text: Text) -> Result<(), XlsxError> {
    sheet.set_paper_size(9);
    if wide {
        sheet.set_landscape();
    }
    sheet.set_print_fit_to_pages(1, 0);
    sheet.set_footer(format!("&C{}", text.get("document-page-of", &[("page", "&P"), ("pages", "&N")])));
    Ok(())
}

fn sheet(
    sheet: &mut Worksheet,
    table: &Table,
    anchors: &BTreeMap<String, String>,
    text: Text,
    formats: &Formats,
) -> Result<(), XlsxError> {
    let last = u16::try_from(table.columns.len().saturating_sub(1)).unwrap_or(u16::MAX);
    let wide = table.columns.iter().map(|column| usize::from(column.width)).sum::<usize>() > 90;
    paper(sheet, wide, text)?;
    sheet.write_string_with_format(0, 0, &table.caption, &formats.caption)?;
    for (at, column) in (0..).zip(&table.columns) {
        sheet.write_string_with_format(1, at, &column.header, &formats.header)?;
        let widest = table.rows.iter().filter_map(|row| row.cells.get(usize::from(at)));
        let widest = widest.map(|cell| sheets::width(&sheets::plain(&cell.value))).max().unwrap_or(0);
        let width = widest.max(sheets::width(&column.header) + 2).clamp(WIDTH_MIN, WIDTH_MAX);
        sheet.set_column_width(at, width as f64 + 1.0)?;
    }
    sheet.set_freeze_panes(HEAD_ROWS, 1)?;
    sheet.set_repeat_rows(1, 1)?;
    for (at, row) in (HEAD_ROWS..).zip(&table.rows) {
        write_row(sheet, at, row, anchors, formats)?;
    }
    let bottom = u32::try_from(table.rows.len()).unwrap_or(u32::MAX).saturating_add(1);
    if !table.rows.is_empty() && !table.columns.is_empty() {
        sheet.autofilter(1, 0, bottom, last)?;
    }
    Ok(())
}

fn write_row(
    sheet: &mut Worksheet,
    at: u32,
    row: &Row,
    anchors: &BTreeMap<String, String>,
    formats: &Formats,
) -> Result<(), XlsxError> {
    for (column, cell) in (0..).zip(&row.cells) {
        let format = formats.of(&cell.value, row.strong);
        let place = match &cell.link {
            Some(Link::Row(key)) => anchors.get(key),
            _ => None,
        };
        match (&cell.value, place) {
            (Value::Text(text), Some(place)) => {
                let url = Url::new(place).set_text(text);
                sheet.write_url_with_format(at, column, url, &formats.link)?;
            }
            (Value::Count(count) | Value::Position(count), Some(place)) => {
                sheet.write_url_with_format(
                    at,
                    column,
                    Url::new(place).set_text(count.to_string()),
                    format,
                )?;
                // The link stays; the number takes the place of its text.
                sheet.write_number_with_format(at, column, *count as f64, &formats.linked_count)?;
            }
            (value, _) => write_value(sheet, Cells { at, column, row }, value, format)?,
        }
    }
    Ok(())
}

fn write_value(
    sheet: &mut Worksheet,
    place: Cells<'_>,
    value: &Value,
    format: &Format,
) -> Result<(), XlsxError> {
    let Cells { at, column, .. } = place;
    match value {
        Value::Empty => sheet.write_blank(at, column, format)?,
        Value::Text(text) => sheet.write_string_with_format(at, column, text, format)?,
        Value::Count(count) | Value::Position(count) => {
            sheet.write_number_with_format(at, column, *count as f64, format)?
        }
        Value::Change(change) => sheet.write_number_with_format(at, column, *change as f64, format)?,
        Value::Share { whole: 0, .. } => sheet.write_blank(at, column, format)?,
        Value::Share { part, whole } => {
            let formula = place.share(*part, *whole);
            let result = sheets::quotient(*part, *whole);
            sheet.write_formula_with_format(at, column, Formula::new(formula).set_result(result), format)?
        }
        Value::Day(day) => {
            sheet.write_number_with_format(at, column, f64::from(sheets::serial(*day)), format)?
        }
    };
    Ok(())
}

/// Each chart beside its numbers.
fn draw(
    sheet: &mut Worksheet,
    name: &str,
    charts: &[&Chart],
    text: Text,
    formats: &Formats,
) -> Result<(), XlsxError> {
    paper(sheet, true, text)?;
    let widest = charts.iter().map(|chart| chart.series.len()).max().unwrap_or(0);
    let beside = u16::try_from(widest).unwrap_or(u16::MAX).saturating_add(2);
    sheet.set_column_width(0, 20)?;
    let mut top = 0;
    for chart in charts {
        let last = top + 1 + u32::try_from(chart.categories.len()).unwrap_or(0);
        sheet.write_string_with_format(top, 0, &chart.caption, &formats.heading)?;
        for (at, category) in (top + 2..).zip(&chart.categories) {
            sheet.write_string_with_format(at, 0, category, &formats.text)?;
        }
        let kind = match chart.drawing {
            Drawing::Bars => ChartType::Column,
            Drawing::Stack => ChartType::ColumnStacked,
            Drawing::Lines => ChartType::Line,
        };
        let mut native = NativeChart::new(kind);
        let words: String = chart.description.chars().take(ALT_MAX).collect();
        native.set_alt_text(words).set_width(CHART_SIZE.0).set_height(CHART_SIZE.1);
        native.y_axis().set_min(0);
        native.title().set_name(&chart.caption);
        for (column, (series, numbers)) in (1..).zip(&chart.series) {
            sheet.write_string_with_format(top + 1, column, series, &formats.header)?;
            for (at, number) in (top + 2..).zip(numbers) {
                sheet.write_number_with_format(at, column, *number as f64, &formats.count)?;
            }
            let colour = Color::RGB(COLOURS[usize::from(column - 1) % COLOURS.len()]);
            let mut format = match chart.drawing {
                Drawing::Lines => ChartFormat::new().set_line(ChartLine::new().set_color(colour)).clone(),
                _ => ChartFormat::new().set_solid_fill(ChartSolidFill::new().set_color(colour)).clone(),
            };
            native
                .add_series()
                .set_format(&mut format)
                .set_name((name, top + 1, column))
                .set_categories((name, top + 2, 0, last, 0))
                .set_values((name, top + 2, column, last, column));
        }
        if chart.series.len() == 1 {
            native.legend().set_hidden();
        }
        sheet.insert_chart(top, beside, &native)?;
        top = last.max(top + CHART_ROWS) + 2;
    }
    Ok(())
}

/// What the workbook is made of: a stable key, what it is called, and what it is.
fn verification(
    sheet: &mut Worksheet,
    identity: &Identity,
    text: Text,
    formats: &Formats,
) -> Result<(), XlsxError> {
    paper(sheet, false, text)?;
    sheet.set_column_width(0, 16)?;
    sheet.set_column_width(1, 24)?;
    sheet.set_column_width(2, 72)?;
    for (at, (key, value)) in (0..).zip(identity.lines()) {
        sheet.write_string_with_format(at, 0, key, &formats.text)?;
        sheet.write_string_with_format(at, 1, text.word("identity", key), &formats.text)?;
        sheet.write_string_with_format(at, 2, &value, &formats.wrapped)?;
    }
    Ok(())
}
