//! Tables: a fixed grid over the width of the text, headers that stand on every page, rows that no page cuts.

use super::body::{Body, text_width};
use super::layout::{HEI, SIZE_5, SIZE_SMALL_4, faces};
use super::xml::paragraph;
use crate::document::{Cell, Row, Table};

/// Beside the text of a cell, on either side.
const CELL_MARGIN: u32 = 70;
/// The least width of a column in half-width characters.
const WIDTH_MIN: u32 = 4;
/// Height of a row with something to be written in by hand, and of a row of a form: 10 and 8 mm.
const ROW_TO_FILL: u32 = 567;
const ROW_OF_FORM: u32 = 454;
/// How much wider than the page a table of 五号 may want to be, in percent, before the paper is turned.
const SQUEEZE: u32 = 112;

/// What the table asks for with letters of a size, in twips.
fn wanted(table: &Table, size: u32) -> u32 {
    table.columns.iter().map(|column| wanted_of(column.width, size)).sum()
}

/// A half-width character is half as wide as the letters are high: size is in half-points, a point is 20 twips.
fn wanted_of(width: u16, size: u32) -> u32 {
    u32::from(width).max(WIDTH_MIN) * size * 5 + 2 * CELL_MARGIN
}

/// Whether it needs paper turned sideways.
pub(super) fn is_wide(table: &Table) -> bool {
    !table.data_only && wanted(table, SIZE_5) > text_width(false) * SQUEEZE / 100
}

/// 小四 where it fits, 五号 where it does not.
fn size_of(table: &Table, page: u32) -> u32 {
    if wanted(table, SIZE_SMALL_4) <= page { SIZE_SMALL_4 } else { SIZE_5 }
}

/// The grid: every column its part of the page, together exactly the page.
fn grid(table: &Table, page: u32) -> Vec<u32> {
    let size = size_of(table, page);
    let all = u64::from(wanted(table, size)).max(1);
    let mut widths: Vec<u32> = table
        .columns
        .iter()
        .map(|column| {
            u32::try_from(u64::from(wanted_of(column.width, size)) * u64::from(page) / all).unwrap_or(page)
        })
        .collect();
    let left = page.saturating_sub(widths.iter().sum());
    if let Some(last) = widths.last_mut() {
        *last += left;
    }
    widths
}

/// The table as XML. One without headers is a form: every other column names what stands beside it.
pub(super) fn write(table: &Table, sideways: bool, body: &Body<'_>) -> String {
    let page = text_width(sideways);
    let (widths, size) = (grid(table, page), size_of(table, page));
    let has_header = table.columns.iter().any(|column| !column.header.is_empty());
    let writer = Rows { table, widths: &widths, size, body, has_header };
    let borders: String = ["top", "left", "bottom", "right", "insideH", "insideV"]
        .iter()
        .map(|side| format!("<w:{side} w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"auto\"/>"))
        .collect();
    let columns: String = widths.iter().map(|width| format!("<w:gridCol w:w=\"{width}\"/>")).collect();
    let mut out = format!(
        "<w:tbl><w:tblPr><w:tblW w:w=\"{page}\" w:type=\"dxa\"/><w:tblBorders>{borders}</w:tblBorders>\
         <w:tblLayout w:type=\"fixed\"/><w:tblCellMar><w:left w:w=\"{CELL_MARGIN}\" w:type=\"dxa\"/>\
         <w:right w:w=\"{CELL_MARGIN}\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr><w:tblGrid>{columns}</w:tblGrid>"
    );
    if has_header {
        out.push_str(&writer.header());
    }
    for row in &table.rows {
        out.push_str(&writer.row(row));
    }
    if table.rows.is_empty() && !has_header {
        // A table has at least one row.
        out.push_str(&writer.row(&Row::default()));
    }
    out + "</w:tbl>"
}

struct Rows<'a, 'd> {
    table: &'a Table,
    widths: &'a [u32],
    size: u32,
    body: &'a Body<'d>,
    has_header: bool,
}

impl Rows<'_, '_> {
    fn letters(&self) -> String {
        format!("<w:sz w:val=\"{0}\"/><w:szCs w:val=\"{0}\"/>", self.size)
    }

    fn cell(&self, width: u32, shape: &str, runs: &str) -> String {
        let text = paragraph("Cell", shape, runs);
        format!(
            "<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/><w:vAlign w:val=\"center\"/></w:tcPr>{text}</w:tc>"
        )
    }

    fn header(&self) -> String {
        let cells: String = self
            .table
            .columns
            .iter()
            .zip(self.widths)
            .map(|(column, width)| {
                let run = super::xml::run(&column.header, &(faces(HEI) + &self.letters()));
                self.cell(*width, "<w:keepNext/><w:jc w:val=\"center\"/>", &run)
            })
            .collect();
        format!("<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{cells}</w:tr>")
    }

    fn row(&self, row: &Row) -> String {
        let empty = Cell::default();
        let mut is_to_fill = false;
        let mut cells = String::new();
        for (at, (column, width)) in self.table.columns.iter().zip(self.widths).enumerate() {
            let cell = row.cells.get(at).unwrap_or(&empty);
            let words = cell.value.shown(self.body.text);
            // White space is room for somebody to write in.
            is_to_fill |= !words.is_empty() && words.trim().is_empty();
            let is_label = at % 2 == 0 && !self.has_header;
            let face = if row.strong || is_label { faces(HEI) } else { String::new() };
            let run = self.body.cell(&words, &(face + &self.letters()), cell.link.as_ref());
            let mark = if at == 0 { self.body.bookmark(row.anchor.as_deref()) } else { String::new() };
            let align = match (column.right, is_label) {
                (true, _) => "<w:jc w:val=\"right\"/>",
                (_, true) => "<w:jc w:val=\"center\"/>",
                _ => "",
            };
            cells.push_str(&self.cell(*width, align, &(mark + &run)));
        }
        let height = match (is_to_fill, self.has_header) {
            (true, _) => ROW_TO_FILL,
            (_, false) => ROW_OF_FORM,
            _ => 0,
        };
        let height = match height {
            0 => String::new(),
            height => format!("<w:trHeight w:val=\"{height}\" w:hRule=\"atLeast\"/>"),
        };
        format!("<w:tr><w:trPr><w:cantSplit/>{height}</w:trPr>{cells}</w:tr>")
    }
}
