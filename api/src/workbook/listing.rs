//! Rows of a screen as a workbook: one sheet, a title, headers, a filter; days are dates and counts are numbers.

use gongjian_core::day::Day;
use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, XlsxError,
};

/// The row of the headers, from 0; above it stand title and footing.
const HEADER: u32 = 2;
/// The widest column, in half-width characters.
const WIDTH_MAX: usize = 60;
/// Rows that decide the widths.
const WIDTH_ROWS: usize = 500;
/// Days between 1899-12-30, where a spreadsheet's count starts, and 1970-01-01.
const TO_EPOCH: i32 = 25_569;
/// Characters of a cell that a spreadsheet takes.
const TEXT_MAX: usize = 32_000;

/// A cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Words; a text like `=1+1` stays a text.
    Text(String),
    /// A count.
    Number(i64),
    /// A day.
    Day(Day),
}

/// What is written.
#[derive(Clone, Debug)]
pub struct Listing {
    /// The title, also of the sheet.
    pub title: String,
    /// A line under it: what is filtered by, and how far the ledger reaches.
    pub footing: String,
    /// Headers of the columns.
    pub headers: Vec<String>,
    /// Rows of as many cells.
    pub rows: Vec<Vec<Entry>>,
}

/// The bytes of the workbook. Equal listings give equal bytes.
///
/// # Errors
/// [`XlsxError`] for more rows than a sheet takes.
pub fn write(listing: &Listing) -> Result<Vec<u8>, XlsxError> {
    let cell = || Format::new().set_align(FormatAlign::VerticalCenter).set_border(FormatBorder::Thin);
    let text = cell().set_text_wrap().set_num_format("@");
    let number = cell().set_num_format("#,##0");
    let day = cell().set_num_format("yyyy-mm-dd").set_align(FormatAlign::Left);
    let header = cell()
        .set_bold()
        .set_align(FormatAlign::Center)
        .set_text_wrap()
        .set_background_color(Color::RGB(0x00F2_DCDB));
    let mut book = Workbook::new();
    // A fixed moment, or two equal workbooks would differ by the second they were made in.
    let created = ExcelDateTime::from_ymd(2022, 1, 1)?;
    book.set_properties(&DocProperties::new().set_title(&listing.title).set_creation_datetime(&created));
    let sheet = book.add_worksheet();
    sheet.set_name(sheet_name(&listing.title))?;
    sheet.write_string_with_format(0, 0, &listing.title, &Format::new().set_bold().set_font_size(14))?;
    sheet.write_string(1, 0, &listing.footing)?;
    for (at, words) in (0_u16..).zip(&listing.headers) {
        let column = listing.rows.iter().take(WIDTH_ROWS).filter_map(|row| row.get(usize::from(at)));
        let widest = column.map(width).max().unwrap_or(0).max(wide(words));
        sheet.set_column_width(at, u32::try_from((widest + 2).min(WIDTH_MAX)).unwrap_or(20))?;
        sheet.write_string_with_format(HEADER, at, words, &header)?;
    }
    for (row, cells) in (HEADER + 1..).zip(&listing.rows) {
        for (at, entry) in (0_u16..).zip(cells) {
            match entry {
                Entry::Text(words) => {
                    let words: String = words.chars().take(TEXT_MAX).collect();
                    sheet.write_string_with_format(row, at, words, &text)?;
                }
                // Exact up to 2^53, far above any count.
                Entry::Number(count) => {
                    _ = sheet.write_number_with_format(row, at, *count as f64, &number)?
                }
                Entry::Day(value) => {
                    sheet.write_number_with_format(row, at, value.0.saturating_add(TO_EPOCH), &day)?;
                }
            }
        }
    }
    let last = u16::try_from(listing.headers.len().saturating_sub(1)).unwrap_or(0);
    let end = HEADER + u32::try_from(listing.rows.len()).unwrap_or(0);
    sheet.autofilter(HEADER, 0, end, last)?;
    sheet.set_freeze_panes(HEADER + 1, 1)?;
    sheet.set_repeat_rows(HEADER, HEADER)?;
    sheet.set_landscape();
    sheet.set_paper_size(9);
    sheet.set_print_fit_to_pages(1, 0);
    book.save_to_buffer()
}

/// A title as the name of a sheet.
fn sheet_name(title: &str) -> String {
    let name: String = title.chars().filter(|it| !"[]:*?/\\'".contains(*it)).take(31).collect();
    if name.is_empty() { "1".to_owned() } else { name }
}

fn wide(text: &str) -> usize {
    text.chars().map(|it| if it < '\u{2e80}' { 1 } else { 2 }).sum()
}

fn width(entry: &Entry) -> usize {
    match entry {
        Entry::Text(words) => words.lines().map(wide).max().unwrap_or(0),
        Entry::Number(count) => count.to_string().len() + 2,
        Entry::Day(_) => 10,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, Reader as _, Xlsx};

    use super::*;

    #[test]
    fn rows_are_read_back_as_what_they_are() {
        let day: Day = "2022-06-06".parse().unwrap();
        let listing = Listing {
            title: "党建协议台账".to_owned(),
            footing: "截至 12344".to_owned(),
            headers: vec!["编号".to_owned(), "签订日期".to_owned(), "条数".to_owned()],
            rows: vec![vec![Entry::Text("=1+1".to_owned()), Entry::Day(day), Entry::Number(3)]],
        };
        let bytes = write(&listing).unwrap();
        assert_eq!(bytes, write(&listing).unwrap());
        let mut book = Xlsx::new(Cursor::new(bytes.as_slice())).unwrap();
        let range = book.worksheet_range("党建协议台账").unwrap();
        assert_eq!(range.get_value((3, 0)), Some(&Data::String("=1+1".to_owned())));
        assert_eq!(range.get_value((3, 2)), Some(&Data::Float(3.0)));
        assert!(matches!(range.get_value((3, 1)), Some(Data::DateTime(_))));
        assert_eq!(sheet_name("a/b"), "ab");
    }
}
