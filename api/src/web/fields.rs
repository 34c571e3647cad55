//! What a form or a query holds, and how people write days and numbers in it.

use std::borrow::Cow;

use gongjian_core::day::Day;

use crate::workbook::cell::{self, Raw};
use crate::workbook::{Value, ValueType};

/// A file that came with a form.
#[derive(Clone, Debug)]
pub(crate) struct Upload {
    /// The field.
    pub(crate) field: String,
    /// Its name, as the browser says.
    pub(crate) name: String,
    /// Its bytes.
    pub(crate) bytes: Vec<u8>,
}

/// Names and values in their order; a name may stand more than once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields {
    pairs: Vec<(String, String)>,
    /// Files.
    pub(crate) files: Vec<Upload>,
}

impl Fields {
    /// The fields of a query or of a form without files.
    pub(crate) fn of_query(text: &str) -> Fields {
        Fields::of_pairs(form_urlencoded::parse(text.as_bytes()).into_owned())
    }

    /// Given fields; line ends as the ledger keeps them.
    pub(crate) fn of_pairs(pairs: impl Iterator<Item = (String, String)>) -> Fields {
        let pairs = pairs.map(|(name, value)| (name, value.replace("\r\n", "\n"))).collect();
        Fields { pairs, files: Vec::new() }
    }

    /// Adds one.
    pub(crate) fn put(&mut self, name: &str, value: &str) {
        self.pairs.push((name.to_owned(), value.to_owned()));
    }

    /// A value without the spaces around it; the empty text where there is none.
    pub(crate) fn get(&self, name: &str) -> &str {
        let found = self.pairs.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.trim_matches(cell::is_space)).unwrap_or_default()
    }

    /// A value with everything around it, as a password is.
    pub(crate) fn raw(&self, name: &str) -> &str {
        self.pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// Whether the name stands there at all.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.pairs.iter().any(|(key, _)| key == name)
    }

    /// Every value of a name that says something.
    pub(crate) fn all<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f str> {
        let of_name = self.pairs.iter().filter(move |(key, _)| key == name);
        of_name.map(|(_, value)| value.trim_matches(cell::is_space)).filter(|value| !value.is_empty())
    }

    /// Everything, in order.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The query with one value changed; an empty value takes it out, and pages begin anew.
    pub(crate) fn link(&self, path: &str, changed: &[(&str, &str)]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let is_changed = |name: &str| changed.iter().any(|(key, _)| *key == name);
        for (name, value) in self.pairs().filter(|(name, value)| !is_changed(name) && !value.is_empty()) {
            if name != "cursor" {
                query.append_pair(name, value);
            }
        }
        for (name, value) in changed.iter().filter(|(_, value)| !value.is_empty()) {
            query.append_pair(name, value);
        }
        let query = query.finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }
}

/// A day as people write it: 2022年6月6日, 2022-6-6, 2022.6.6, 2022/6/6, 20220606, at any width.
pub(crate) fn day(text: &str) -> Option<Day> {
    let digits = cell::half(text);
    if let (8, Ok(number)) = (digits.len(), digits.parse::<u32>()) {
        return Day::from_ymd(i32::try_from(number / 10_000).ok()?, number / 100 % 100, number % 100);
    }
    match cell::parse(&Raw::Text(Cow::Borrowed(text)), ValueType::Day) {
        Ok(Value::Day(day)) => Some(day),
        _ => None,
    }
}

/// A day as people write it in a form, where a day near today is likely: also 6.6, 6月6日, 今天, 昨天.
pub(crate) fn near_day(text: &str, today: Day) -> Option<Day> {
    match text {
        "今天" | "today" => return Some(today),
        "昨天" | "yesterday" => return Some(today.plus(-1)),
        "明天" | "tomorrow" => return Some(today.plus(1)),
        _ => {}
    }
    let (year, ..) = today.ymd();
    let parts: Vec<&str> = text.trim_end_matches('日').split(['.', '-', '/', '月', '年']).collect();
    match parts.as_slice() {
        [month, date] => Day::from_ymd(year, cell::half(month).parse().ok()?, cell::half(date).parse().ok()?),
        _ => day(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_as_people_write_them() {
        let today = Day::from_ymd(2022, 6, 30).unwrap();
        let sixth = Day::from_ymd(2022, 6, 6);
        for text in
            ["2022年6月6日", "2022-6-6", "2022.6.6", "2022/6/6", "20220606", "6.6", "６月６日", "6月6日"]
        {
            assert_eq!(near_day(text, today), sixth, "{text}");
        }
        assert_eq!(near_day("昨天", today), Day::from_ymd(2022, 6, 29));
        for text in ["2022年2月30日", "六月", "", "6.31", "99999999"] {
            assert_eq!(near_day(text, today), None, "{text}");
        }
    }

    #[test]
    fn a_link_changes_one_thing_and_begins_at_the_first_page() {
        let fields = Fields::of_query("community=C01&sort=dueOn&cursor=ab&contains=");
        assert_eq!(fields.link("/issues", &[("sort", "-dueOn")]), "/issues?community=C01&sort=-dueOn");
        assert_eq!(fields.link("/issues", &[("community", ""), ("sort", "")]), "/issues");
    }
}
