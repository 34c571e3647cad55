//! Splits CSV (RFC 4180) into fields, and undoes the neutralising apostrophe of our own exports.

use std::borrow::Cow;

/// The fields of a CSV text, as (line of the record from 1, column from 0, field).
///
/// A quote that is never closed reaches to the end of the text.
pub(super) struct Fields<'a> {
    rest: &'a str,
    line: u32,
    column: u32,
    done: bool,
}

impl<'a> Fields<'a> {
    pub(super) fn new(text: &'a str) -> Fields<'a> {
        Fields { rest: text, line: 1, column: 0, done: text.is_empty() }
    }

    fn field(&mut self) -> Cow<'a, str> {
        let Some(quoted) = self.rest.strip_prefix('"') else {
            let end = self.rest.find([',', '\n']).unwrap_or(self.rest.len());
            let (field, rest) = self.rest.split_at(end);
            self.rest = rest;
            return Cow::Borrowed(field.strip_suffix('\r').unwrap_or(field));
        };
        let mut text = String::new();
        let mut rest = quoted;
        loop {
            let Some(quote) = rest.find('"') else {
                text.push_str(rest);
                self.rest = "";
                return Cow::Owned(text);
            };
            text.push_str(&rest[..quote]);
            rest = &rest[quote + 1..];
            match rest.strip_prefix('"') {
                Some(after) => {
                    text.push('"');
                    rest = after;
                }
                None => break,
            }
        }
        // Whatever stands between the closing quote and the separator belongs to the field.
        let end = rest.find([',', '\n']).unwrap_or(rest.len());
        text.push_str(rest[..end].strip_suffix('\r').unwrap_or(&rest[..end]));
        self.rest = &rest[end..];
        Cow::Owned(text)
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = (u32, u32, Cow<'a, str>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let (line, column) = (self.line, self.column);
        let field = self.field();
        match self.rest.as_bytes().first() {
            Some(b',') => self.column += 1,
            Some(_) => {
                self.line += 1;
                self.column = 0;
            }
            None => self.done = true,
        }
        self.rest = self.rest.get(1..).unwrap_or_default();
        // A last line break ends the last record; it does not begin another.
        if self.rest.is_empty() && self.column == 0 {
            self.done = true;
        }
        Some((line, column, field))
    }
}

/// Takes off the one `'` that exports put before what a spreadsheet would run as a formula.
pub(super) fn unguarded(field: &str) -> &str {
    const TRIGGERS: &[char] = &['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠', '\''];
    match field.strip_prefix('\'') {
        Some(rest) if rest.starts_with(TRIGGERS) => rest,
        _ => field,
    }
}

/// The records of a CSV text, without the guards of our own exports.
pub fn records(text: &str) -> impl Iterator<Item = Vec<String>> {
    let mut fields = Fields::new(text).peekable();
    std::iter::from_fn(move || {
        let (line, _, first) = fields.next()?;
        let mut record = vec![unguarded(&first).to_owned()];
        while let Some((_, _, field)) = fields.next_if(|(at, ..)| *at == line) {
            record.push(unguarded(&field).to_owned());
        }
        Some(record)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_lines_of_fields() {
        let found: Vec<Vec<String>> = records("a,\"b\nc\"\r\n\"'=1\",\r\n").collect();
        assert_eq!(found, [["a", "b\nc"], ["=1", ""]]);
    }

    fn check(text: &str, right: &[(u32, u32, &str)]) {
        let fields: Vec<(u32, u32, Cow<'_, str>)> = Fields::new(text).collect();
        let fields: Vec<(u32, u32, &str)> = fields.iter().map(|(l, c, f)| (*l, *c, &**f)).collect();
        assert_eq!(fields, right, "{text:?}");
    }

    #[test]
    fn fields_quotes_and_line_ends() {
        check("", &[]);
        check("a", &[(1, 0, "a")]);
        check("a,b\r\nc,\r\n", &[(1, 0, "a"), (1, 1, "b"), (2, 0, "c"), (2, 1, "")]);
        check("\"a,\"\"b\"\"\r\nc\",d\n", &[(1, 0, "a,\"b\"\r\nc"), (1, 1, "d")]);
        check("\"open", &[(1, 0, "open")]);
        check("\"a\"b,c", &[(1, 0, "ab"), (1, 1, "c")]);
        check("\n\nx", &[(1, 0, ""), (2, 0, ""), (3, 0, "x")]);
        check("一,二", &[(1, 0, "一"), (1, 1, "二")]);
    }

    #[test]
    fn guards_come_off_once() {
        for (guarded, own) in [("'=1", "=1"), ("''=1", "'=1"), ("''", "'"), ("'a", "'a"), ("'", "'")] {
            assert_eq!(unguarded(guarded), own);
        }
    }
}
