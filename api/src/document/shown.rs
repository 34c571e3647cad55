//! What every printed form has in common: how values read, and where links lead.

use std::collections::BTreeMap;

use super::{Block, Document, Identity, Link, Row, Table, Value};
use crate::app::county_time;
use crate::messages::Text;

/// Words without what paper cannot show and what would disguise them: control characters become blanks, marks
/// that turn the direction of writing go. Ends of lines stay.
pub(super) fn printable(text: &str) -> String {
    text.chars()
        .filter(|it| !matches!(it, '\r' | '\u{feff}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
        .map(|it| match it {
            '\n' => '\n',
            '\u{2028}' | '\u{2029}' => '\n',
            '\u{fffe}' | '\u{ffff}' => ' ',
            it if it.is_control() => ' ',
            it => it,
        })
        .collect()
}

/// A number with its thousands apart.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A value as words.
pub(super) fn words(value: &Value, text: Text) -> String {
    match value {
        Value::Empty => String::new(),
        Value::Text(text) => printable(text),
        Value::Count(count) => grouped(*count),
        Value::Position(position) => position.to_string(),
        Value::Change(0) => "0".to_owned(),
        Value::Change(change) => {
            let sign = if *change < 0 { '-' } else { '+' };
            format!("{sign}{}", grouped(change.unsigned_abs()))
        }
        Value::Share { whole: 0, .. } => "—".to_owned(),
        Value::Share { part, whole } => {
            let share = percent(*part, *whole);
            text.get(
                "document-share",
                &[("part", &grouped(*part)), ("whole", &grouped(*whole)), ("share", &share)],
            )
        }
        Value::Day(day) => day.to_string(),
    }
}

impl Value {
    /// The words or digits of a cell.
    pub(crate) fn shown(&self, text: Text) -> String {
        match self {
            // Whoever writes it knows what its format cannot hold.
            Value::Text(words) => words.clone(),
            other => words(other, text),
        }
    }
}

/// Rounded to a tenth, halves up.
fn percent(part: u64, whole: u64) -> String {
    let whole = u128::from(whole);
    let tenths = (u128::from(part) * 2_000 + whole) / (whole * 2);
    format!("{}.{}%", tenths / 10, tenths % 10)
}

/// What a document is made of, as people read it.
pub(super) fn identity(identity: &Identity, text: Text) -> Vec<(String, String)> {
    let line = |(key, value): (&str, String)| {
        let value = match key {
            "recorded-at" => format!("{} UTC+8 ({value})", county_time(identity.recorded_at)),
            _ => value,
        };
        (text.word("identity", key), printable(&value))
    };
    identity.lines().into_iter().map(line).collect()
}

/// How a reader checks the document, in lines.
pub(super) fn notes(document: &Document, text: Text) -> Vec<String> {
    let again =
        document.command.as_ref().map(|command| text.get("document-command", &[("command", command)]));
    // `verify` knows reports, which carry their figures.
    let check = document.data.is_some().then(|| text.plain("document-verify"));
    check.into_iter().chain(again).collect()
}

/// Where links of one document lead, in one format of it.
pub(super) struct Leads<'a> {
    /// The first row of each anchor.
    rows: BTreeMap<&'a str, &'a Row>,
    site: Option<&'a str>,
}

/// A place that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Lead<'a> {
    /// A row of this document.
    Row(&'a str),
    /// An address outside.
    Address(String),
}

impl<'a> Leads<'a> {
    /// The places of a document in a format that shows the tables of which `shown` says so.
    pub(super) fn of(document: &'a Document, shown: impl Fn(&Table) -> bool) -> Leads<'a> {
        let tables = document.blocks.iter().filter_map(|block| match block {
            Block::Table(table) if shown(table) && !table.columns.is_empty() => Some(table),
            _ => None,
        });
        let mut rows = BTreeMap::new();
        for row in tables.flat_map(|table| &table.rows) {
            if let Some(key) = &row.anchor {
                rows.entry(key.as_str()).or_insert(row);
            }
        }
        Leads { rows, site: document.site.as_deref() }
    }

    /// The anchor of a row, if links lead to this one: of several with the same, to the first.
    pub(super) fn anchor(&self, row: &Row) -> Option<&'a str> {
        let (key, first) = self.rows.get_key_value(row.anchor.as_deref()?)?;
        std::ptr::eq(*first, row).then_some(*key)
    }

    /// Where a link leads; none that leads nowhere becomes one.
    pub(super) fn lead(&self, link: Option<&Link>) -> Option<Lead<'a>> {
        let address =
            |path: String| Some(Lead::Address(format!("{}{path}", self.site?.trim_end_matches('/'))));
        match link? {
            Link::Row(key) => self.rows.get_key_value(key.as_str()).map(|(key, _)| Lead::Row(key)),
            Link::Event(position) => address(format!("/api/v1/events/{position}")),
            Link::Trail(id) => address(format!("/api/v1/trails/{}?format=text", escaped_path(id))),
        }
    }
}

/// A name as it stands in an address; slashes stay.
fn escaped_path(name: &str) -> String {
    let mut out = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::Language;

    #[test]
    fn values_read_as_people_write_them() {
        let chinese = Language::Chinese.text();
        let share = |part, whole| words(&Value::Share { part, whole }, chinese);
        assert_eq!(share(2, 4), "2/4（50.0%）");
        assert_eq!(share(2, 3), "2/3（66.7%）");
        assert_eq!(share(0, 0), "—");
        assert_eq!(share(u64::MAX, u64::MAX), format!("{0}/{0}（100.0%）", grouped(u64::MAX)));
        assert_eq!(words(&Value::Share { part: 1, whole: 2 }, Language::English.text()), "1/2 (50.0%)");
        assert_eq!(words(&Value::Change(-1234), chinese), "-1,234");
        assert_eq!(words(&Value::Change(i64::MIN), chinese), "-9,223,372,036,854,775,808");
        assert_eq!(words(&Value::Change(5), chinese), "+5");
        assert_eq!(words(&Value::Count(1_000), chinese), "1,000");
        assert_eq!(words(&Value::Count(999), chinese), "999");
    }

    #[test]
    fn nothing_disguises_words() {
        assert_eq!(printable("东门\u{202e}社区\u{0}一\r\n二"), "东门社区 一\n二");
    }

    #[test]
    fn a_link_leads_somewhere_or_is_none() {
        let row = Row { anchor: Some("到期".into()), ..Row::default() };
        let columns = vec![super::super::Column::text("项", 8)];
        let table = Table { columns, rows: vec![row.clone(), row], ..Table::default() };
        let mut document = Document { blocks: vec![Block::Table(table)], ..Document::default() };
        let to = Link::Row("到期".into());
        assert_eq!(Leads::of(&document, |_| true).lead(Some(&to)), Some(Lead::Row("到期")));
        let Some(Block::Table(table)) = document.blocks.first() else { panic!("no table") };
        let anchors = Leads::of(&document, |_| true);
        assert_eq!(anchors.anchor(&table.rows[0]), Some("到期"));
        assert_eq!(anchors.anchor(&table.rows[1]), None);
        assert_eq!(Leads::of(&document, |_| false).lead(Some(&to)), None);
        assert_eq!(Leads::of(&document, |_| true).lead(Some(&Link::Row("无".into()))), None);
        assert_eq!(Leads::of(&document, |_| true).lead(Some(&Link::Event(7))), None);
        document.site = Some("https://ledger.example/".into());
        let leads = Leads::of(&document, |_| true);
        let address = |link| match leads.lead(Some(&link)) {
            Some(Lead::Address(address)) => address,
            other => panic!("{other:?}"),
        };
        assert_eq!(address(Link::Event(7)), "https://ledger.example/api/v1/events/7");
        assert_eq!(
            address(Link::Trail("HY-1 甲".into())),
            "https://ledger.example/api/v1/trails/HY-1%20%E7%94%B2?format=text"
        );
    }
}
