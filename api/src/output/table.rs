//! Tables for terminals; Chinese letters are two columns wide.

use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{ContentArrangement, LineStyle, Table};

use super::Rows;

/// A table as text. It is as wide as its content: what a terminal wraps can still be copied.
pub fn plain(rows: &Rows) -> String {
    let mut table = Table::new();
    // Lines between the rows would make a long list twice as long.
    table.load_style(UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none()));
    table.set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(&rows.headers);
    for row in &rows.rows {
        table.add_row(row);
    }
    let mut text = table.to_string();
    text.push('\n');
    text
}
