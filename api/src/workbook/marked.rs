//! The workbook that somebody sent, again, with what is wrong in red and said in a note: cells, dates and merged cells
//! are taken over, looks are not. Whoever mends the red cells can send this file instead of their own.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{Data, Dimensions, Reader as _, Xlsx};
use rust_xlsxwriter::{Color, Format, Note, Workbook, Worksheet, XlsxError};
use rustc_hash::FxHashMap;

use super::fault::Fault;

/// Cells that are written at most; what has more is not mended by hand.
const CELLS_MAX: usize = 400_000;
/// Notes of one cell.
const NOTE_MAX: usize = 1_000;
/// The highest row and column of a workbook.
const ROWS_MAX: u32 = 1_048_576;
const COLUMNS_MAX: u32 = 16_384;
/// Width of a column that nobody says anything about, in characters.
const WIDTH: f64 = 18.0;

/// A fault with what is to be said of it.
pub struct Mark<'f> {
    /// The fault.
    pub fault: &'f Fault,
    /// The words of the note.
    pub words: String,
}

/// The workbook with its faults in red; nothing if the bytes are no workbook, or more than can be mended by hand.
pub fn mark(bytes: &[u8], marks: &[Mark<'_>]) -> Option<Vec<u8>> {
    super::archive::check(bytes).ok()?;
    // As in reading: the reader of the cells panics on some damaged files, and nothing outside is half changed then.
    catch_unwind(AssertUnwindSafe(|| build(bytes, marks))).ok()?
}

fn build(bytes: &[u8], marks: &[Mark<'_>]) -> Option<Vec<u8>> {
    let mut book = Xlsx::new(Cursor::new(bytes)).ok()?;
    let mut out = Workbook::new();
    let formats = Formats::new();
    let mut left = CELLS_MAX;
    for title in book.sheet_names() {
        let range = book.worksheet_range(&title).ok()?;
        let merged = book.merge_cells_by_sheet_name(&title).unwrap_or_default();
        left = left.checked_sub(range.get_size().0.checked_mul(range.get_size().1)?)?;
        let mut wrong: FxHashMap<(u32, u32), Vec<&str>> = FxHashMap::default();
        for mark in marks.iter().filter(|mark| mark.fault.sheet == title) {
            if let Some(place) = place_of(&mark.fault.cell) {
                wrong.entry(place).or_default().push(&mark.words);
            }
        }
        let sheet = out.add_worksheet().set_name(&title).ok()?;
        copy(sheet, &range, &merged, &wrong, &formats).ok()?;
    }
    out.save_to_buffer().ok()
}

struct Formats {
    plain: Format,
    day: Format,
    wrong: Format,
    wrong_day: Format,
}

impl Formats {
    fn new() -> Formats {
        let red = || {
            Format::new()
                .set_background_color(Color::RGB(0x00FF_C7CE))
                .set_font_color(Color::RGB(0x009C_0006))
        };
        Formats {
            plain: Format::new(),
            day: Format::new().set_num_format("yyyy-mm-dd"),
            wrong: red(),
            wrong_day: red().set_num_format("yyyy-mm-dd"),
        }
    }
}

type Wrong<'w> = FxHashMap<(u32, u32), Vec<&'w str>>;

fn copy(
    sheet: &mut Worksheet,
    range: &calamine::Range<Data>,
    merged: &[Dimensions],
    wrong: &Wrong<'_>,
    formats: &Formats,
) -> Result<(), XlsxError> {
    let (top, first) = range.start().unwrap_or_default();
    let width = u16::try_from(range.end().map_or(0, |(_, last)| last).min(200)).unwrap_or(0);
    for column in 0..=width {
        sheet.set_column_width(column, WIDTH)?;
    }
    for region in merged.iter().filter(|it| it.start != it.end && is_inside(it.end)) {
        let (left, right) = (column(region.start.1), column(region.end.1));
        // Regions of a damaged file may overlap; the cells count, not the looks.
        let _ = sheet.merge_range(region.start.0, left, region.end.0, right, "", &formats.plain);
    }
    for (row, column_at, data) in range.used_cells() {
        let place = (top + u32::try_from(row).unwrap_or(0), first + u32::try_from(column_at).unwrap_or(0));
        if is_inside(place) {
            write(sheet, place, data, wrong.contains_key(&place), formats)?;
        }
    }
    for (place, words) in wrong.iter().filter(|(place, _)| is_inside(**place)) {
        let (row, at) = *place;
        let is_blank = range.get_value((row, at)).is_none_or(|data| *data == Data::Empty);
        if is_blank {
            sheet.write_blank(row, column(at), &formats.wrong)?;
        }
        let text: String = words.join("\n").chars().take(NOTE_MAX).collect();
        sheet.insert_note(row, column(at), &Note::new(text).add_author_prefix(false))?;
    }
    Ok(())
}

fn is_inside((row, column): (u32, u32)) -> bool {
    row < ROWS_MAX && column < COLUMNS_MAX
}

fn column(at: u32) -> u16 {
    u16::try_from(at).unwrap_or(u16::MAX)
}

fn write(
    sheet: &mut Worksheet,
    (row, at): (u32, u32),
    data: &Data,
    is_wrong: bool,
    formats: &Formats,
) -> Result<(), XlsxError> {
    let at = column(at);
    let plain = if is_wrong { &formats.wrong } else { &formats.plain };
    let day = if is_wrong { &formats.wrong_day } else { &formats.day };
    match data {
        Data::Empty => {}
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => {
            let text: String = text.chars().take(32_000).collect();
            sheet.write_string_with_format(row, at, text, plain)?;
        }
        Data::Int(number) => _ = sheet.write_number_with_format(row, at, *number as f64, plain)?,
        Data::Float(number) if number.is_finite() => {
            sheet.write_number_with_format(row, at, *number, plain)?;
        }
        Data::Bool(yes) => _ = sheet.write_boolean_with_format(row, at, *yes, plain)?,
        Data::DateTime(date) if date.as_f64().is_finite() => {
            sheet.write_number_with_format(row, at, date.as_f64(), day)?;
        }
        Data::Error(error) => _ = sheet.write_string_with_format(row, at, error.to_string(), plain)?,
        other => _ = sheet.write_string_with_format(row, at, other.to_string(), plain)?,
    }
    Ok(())
}

/// Row and column from 0 of a cell such as `H8`.
fn place_of(cell: &str) -> Option<(u32, u32)> {
    let letters = cell.bytes().take_while(u8::is_ascii_uppercase);
    let column = letters
        .clone()
        .fold(0_u32, |column, letter| column.saturating_mul(26).saturating_add(u32::from(letter - b'A') + 1));
    let row: u32 = cell.get(letters.count()..)?.parse().ok()?;
    Some((row.checked_sub(1)?, column.checked_sub(1)?))
}

#[cfg(test)]
mod tests {
    use super::super::fault::Problem;
    use super::super::{Kind, template};
    use super::*;

    fn fault(sheet: &str, cell: &str) -> Fault {
        Fault { cell: cell.to_owned(), ..Fault::of_sheet("甲.xlsx", sheet, Problem::NoSuchDay) }
    }

    #[test]
    fn a_marked_workbook_is_read_like_the_first() {
        let bytes = template(Kind::Agreements).unwrap();
        let wrong = fault("协议", "H8");
        let marked = mark(&bytes, &[Mark { fault: &wrong, words: "没有这一天".to_owned() }]).unwrap();
        let mut first = Xlsx::new(Cursor::new(bytes.as_slice())).unwrap();
        let mut second = Xlsx::new(Cursor::new(marked.as_slice())).unwrap();
        assert_eq!(first.sheet_names(), second.sheet_names());
        for title in first.sheet_names() {
            let (one, two) =
                (first.worksheet_range(&title).unwrap(), second.worksheet_range(&title).unwrap());
            let cells = |range: &calamine::Range<Data>| -> Vec<(usize, usize, Data)> {
                range.used_cells().map(|(row, column, data)| (row, column, data.clone())).collect()
            };
            assert_eq!(cells(&one), cells(&two), "{title}");
        }
    }

    #[test]
    fn what_is_no_workbook_cannot_be_marked() {
        assert!(mark(b"not a workbook", &[]).is_none());
        assert!(mark(b"PK\x03\x04", &[]).is_none());
    }

    #[test]
    fn cells_have_places() {
        assert_eq!(place_of("A1"), Some((0, 0)));
        assert_eq!(place_of("H8"), Some((7, 7)));
        assert_eq!(place_of("AA10"), Some((9, 26)));
        for nothing in ["", "8", "H", "H0", "h8"] {
            assert_eq!(place_of(nothing), None, "{nothing}");
        }
    }
}
