//! CSV that Excel and WPS open as it is meant: UTF-8 with a mark, CRLF, and no formula from the outside.

use super::Rows;

/// Its media type.
pub const MEDIA: &str = "text/csv; charset=utf-8; header=present";

/// The bytes of a CSV file.
pub fn write(rows: &Rows) -> Vec<u8> {
    let mut text = String::from('\u{feff}');
    for row in std::iter::once(&rows.headers).chain(&rows.rows) {
        for (index, cell) in row.iter().enumerate() {
            if index > 0 {
                text.push(',');
            }
            put(&mut text, cell);
        }
        text.push_str("\r\n");
    }
    text.into_bytes()
}

fn put(text: &mut String, cell: &str) {
    // A spreadsheet would run such a text; with an apostrophe it shows it.
    let risky = cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<f64>().is_err();
    if !risky && !cell.contains([',', '"', '\n', '\r', '\'']) {
        text.push_str(cell);
        return;
    }
    text.push('"');
    if risky {
        text.push('\'');
    }
    text.push_str(&cell.replace('"', "\"\""));
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_shown_and_not_run() {
        let rows = Rows {
            headers: vec!["名称".to_owned(), "a,b".to_owned()],
            rows: vec![vec!["=1+1".to_owned(), "-5".to_owned()], vec!["@x".to_owned(), "a\"b".to_owned()]],
        };
        let text = String::from_utf8(write(&rows)).unwrap();
        assert_eq!(text, "\u{feff}名称,\"a,b\"\r\n\"'=1+1\",-5\r\n\"'@x\",\"a\"\"b\"\r\n");
    }
}
