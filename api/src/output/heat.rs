//! The heat map as a table: a mark, and how many of how many where there is more than one.

use gongjian_projections::obligations::{Cell, Matrix};

use super::{Rows, table};
use crate::messages::Text;

/// The table: subjects, a column for each period, and all periods together.
pub fn rows(map: &Matrix, text: Text) -> Rows {
    let mut headers = vec![text.plain("heat-subject")];
    headers.extend(map.columns.iter().map(ToString::to_string));
    headers.push(text.plain("heat-total"));
    let line = |name: String, cells: &[Cell], total: &Cell| {
        let mut row = vec![name];
        row.extend(cells.iter().map(|cell| mark(cell, text)));
        row.push(share(total, text));
        row
    };
    let mut rows: Vec<Vec<String>> = map
        .rows
        .iter()
        .map(|row| {
            let code = row.subject.split('/').nth(1).unwrap_or_default();
            line(text.named(&row.name, code), &row.cells, &row.total)
        })
        .collect();
    let mut last = vec![text.plain("heat-total")];
    last.extend(map.totals.iter().map(|cell| share(cell, text)));
    last.push(share(&map.total, text));
    rows.push(last);
    Rows { headers, rows }
}

/// The table with its heading and what the marks mean, for a terminal.
pub fn text(map: &Matrix, text: Text) -> String {
    let title = map.title.clone().unwrap_or_else(|| text.plain("heat-deadlines"));
    let args = [("rule", map.rule.as_str()), ("title", &title), ("on", &map.on.to_string())];
    format!(
        "{}\n{}{}\n",
        text.get("heat-heading", &args),
        table::plain(&rows(map, text)),
        text.plain("heat-marks")
    )
}

/// The mark of the state that asks for most attention, with the share where a mark alone would hide something.
fn mark(cell: &Cell, text: Text) -> String {
    let Some(state) = cell.state else { return String::new() };
    let mark = text.word("heat-mark", state.word());
    if cell.obligations.len() == 1 {
        return mark;
    }
    format!("{mark} {}", share(cell, text))
}

/// How many of how many, and how many were exempted beside it.
fn share(cell: &Cell, text: Text) -> String {
    let mut shown = match (cell.opened, cell.exempted) {
        (0, _) => String::new(),
        (opened, _) => format!("{}/{opened}", cell.met),
    };
    if cell.exempted > 0 {
        let exempted = text.get("heat-exempted", &[("count", &cell.exempted.to_string())]);
        shown = if shown.is_empty() { exempted } else { format!("{shown} {exempted}") };
    }
    shown
}
