//! What a sheet of a workbook needs to know about words and numbers: widths, names, formats, formulas.

use std::collections::BTreeSet;

use gongjian_core::day::Day;
use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, FormatUnderline};

use super::{Row, Span, Value};
use crate::workbook::fault::a1;

/// Characters that a sheet's name may have.
const NAME_MAX: usize = 31;
/// Days between 1899-12-30, where a spreadsheet's count starts, and 1970-01-01.
const TO_EPOCH: i32 = 25_569;

/// Names of sheets, each once.
#[derive(Default)]
pub(super) struct Names(BTreeSet<String>);

impl Names {
    /// A name for a sheet that is to be called `wanted`.
    pub(super) fn sheet(&mut self, wanted: &str) -> String {
        let clean: String = wanted.chars().filter(|it| !"[]:*?/\\'".contains(*it)).collect();
        let mut name: String = clean.chars().take(NAME_MAX).collect();
        let mut number = 2;
        while name.is_empty() || !self.0.insert(name.clone()) {
            let end = number.to_string();
            name = clean.chars().take(NAME_MAX - end.len()).collect::<String>() + &end;
            number += 1;
        }
        name
    }
}

/// A cell's place, with the row around it.
#[derive(Clone, Copy)]
pub(super) struct Cells<'a> {
    pub at: u32,
    pub column: u16,
    pub row: &'a Row,
}

impl Cells<'_> {
    /// A share as a formula: over the two cells before it if they hold its numbers, else over the numbers.
    pub(super) fn share(self, part: u64, whole: u64) -> String {
        let before = |back: u16| {
            let column = self.column.checked_sub(back)?;
            match self.row.cells.get(usize::from(column))?.value {
                Value::Count(count) => Some((count, a1(self.at + 1, u32::from(column)))),
                _ => None,
            }
        };
        match (before(2), before(1)) {
            (Some((first, part_cell)), Some((second, whole_cell))) if first == part && second == whole => {
                format!("=IF({whole_cell}=0,\"\",{part_cell}/{whole_cell})")
            }
            _ => format!("={part}/{whole}"),
        }
    }
}

/// A quotient as a spreadsheet prints it; only whole numbers go in, so that it is the same everywhere.
pub(super) fn quotient(part: u64, whole: u64) -> String {
    (part as f64 / whole as f64).to_string()
}

/// A day in a spreadsheet's count.
pub(super) fn serial(day: Day) -> i32 {
    day.0 + TO_EPOCH
}

/// Width in half-width characters: a Chinese one counts two.
pub(super) fn width(text: &str) -> usize {
    let line = |line: &str| line.chars().map(|it| if it < '\u{2e80}' { 1 } else { 2 }).sum();
    text.lines().map(line).max().unwrap_or(0)
}

/// A value as plain words.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::Empty => String::new(),
        Value::Text(text) => text.clone(),
        Value::Count(count) | Value::Position(count) => count.to_string(),
        Value::Change(change) => format!("{change:+}"),
        Value::Share { .. } => "100.0%".to_owned(),
        Value::Day(day) => day.to_string(),
    }
}

/// The words of a paragraph.
pub(super) fn joined(spans: &[Span]) -> String {
    spans.iter().map(|span| span.text.as_str()).collect()
}

/// How cells look.
pub(super) struct Formats {
    pub title: Format,
    pub subtitle: Format,
    pub heading: Format,
    pub caption: Format,
    pub header: Format,
    pub text: Format,
    pub wrapped: Format,
    pub small: Format,
    pub link: Format,
    pub leading: Format,
    pub count: Format,
    pub linked_count: Format,
    position: Format,
    change: Format,
    share: Format,
    day: Format,
    strong: [Format; 6],
}

const LINK: Color = Color::RGB(0x0005_63C1);
const SHADE: Color = Color::RGB(0x00F2_F2F2);
const RULE: Color = Color::RGB(0x00BF_BFBF);

impl Formats {
    pub(super) fn new() -> Formats {
        let cell = || Format::new().set_align(FormatAlign::VerticalCenter);
        let boxed = || cell().set_border(FormatBorder::Thin).set_border_color(RULE);
        let head = || boxed().set_bold().set_align(FormatAlign::Center).set_text_wrap();
        let text = || boxed().set_num_format("@").set_text_wrap();
        let count = || boxed().set_num_format("#,##0");
        let position = || boxed().set_num_format("0");
        let change = || boxed().set_num_format("+#,##0;-#,##0;0");
        let share = || boxed().set_num_format("0.0%");
        let day = || boxed().set_num_format("yyyy-mm-dd").set_align(FormatAlign::Left);
        let linked = |format: Format| format.set_font_color(LINK).set_underline(FormatUnderline::Single);
        Formats {
            title: cell().set_bold().set_font_size(18).set_align(FormatAlign::Center).set_text_wrap(),
            subtitle: cell().set_align(FormatAlign::Center).set_text_wrap(),
            heading: cell().set_bold().set_font_size(13),
            caption: cell().set_bold().set_font_size(14),
            header: head().set_background_color(Color::RGB(0x00F2_DCDB)),
            text: text(),
            wrapped: cell().set_text_wrap().set_num_format("@"),
            small: cell().set_text_wrap().set_font_size(9).set_font_color(Color::RGB(0x0059_5959)),
            link: linked(text()),
            leading: linked(cell()),
            count: count(),
            linked_count: linked(count()),
            position: position(),
            change: change(),
            share: share(),
            day: day(),
            strong: [text(), count(), change(), share(), day(), position()]
                .map(|it| it.set_bold().set_background_color(SHADE)),
        }
    }

    /// The format of a value.
    pub(super) fn of(&self, value: &Value, strong: bool) -> &Format {
        let (plain, at) = match value {
            Value::Empty | Value::Text(_) => (&self.text, 0),
            Value::Count(_) => (&self.count, 1),
            Value::Position(_) => (&self.position, 5),
            Value::Change(_) => (&self.change, 2),
            Value::Share { .. } => (&self.share, 3),
            Value::Day(_) => (&self.day, 4),
        };
        if strong { self.strong.get(at).unwrap_or(plain) } else { plain }
    }
}
