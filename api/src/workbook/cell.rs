//! Reads one cell as secretaries write it.
//!
//! Two normal forms. *Free text* keeps its characters: NFC, trimmed of half- and full-width spaces.
//! *Codes, numbers and dates* are folded to half width (NFKC) and lose all spaces. *Names* stand between:
//! they are text whose full-width letters and digits are folded and whose spaces beside a Chinese
//! character go, because both are typing habits and a name must find its row.

use std::borrow::Cow;

use gongjian_core::day::Day;
use unicode_normalization::{UnicodeNormalization, is_nfc, is_nfkc};

use super::fault::Problem;
use super::ledgers::OPEN;
use super::rows::Value;
use super::spec::ValueType;

/// The most characters of a cell; Excel has the same limit.
pub const TEXT_MAX: usize = 32_767;

/// Days between 1899-12-30, where Excel's count starts, and 1970-01-01.
const EXCEL_TO_EPOCH: i32 = 25_569;

/// What a file holds in a cell, before it is understood.
#[derive(Clone, Debug, PartialEq)]
pub enum Raw<'a> {
    /// Nothing.
    Empty,
    /// Text.
    Text(Cow<'a, str>),
    /// A number without a date format.
    Number(f64),
    /// A date cell: Excel's count of days in the 1900 system, with the time as fraction.
    Serial(f64),
    /// A span of time.
    Duration,
    /// TRUE or FALSE.
    Bool(bool),
    /// An error such as #REF!.
    Error(&'static str),
}

impl Raw<'_> {
    /// The same, owning its text.
    pub fn into_owned(self) -> Raw<'static> {
        match self {
            Raw::Text(text) => Raw::Text(Cow::Owned(text.into_owned())),
            Raw::Empty => Raw::Empty,
            Raw::Number(number) => Raw::Number(number),
            Raw::Serial(serial) => Raw::Serial(serial),
            Raw::Duration => Raw::Duration,
            Raw::Bool(yes) => Raw::Bool(yes),
            Raw::Error(error) => Raw::Error(error),
        }
    }

    /// Whether nothing at all is written; `/` and 无 are something here.
    pub fn is_empty(&self) -> bool {
        match self {
            Raw::Empty => true,
            Raw::Text(text) => text.trim_matches(is_space).is_empty(),
            _ => false,
        }
    }

    /// What to show in a fault: at most 80 characters.
    pub fn shown(&self) -> String {
        match self {
            Raw::Empty => String::new(),
            Raw::Text(text) => {
                let text = text.trim_matches(is_space);
                let short: String = text.chars().take(80).collect();
                if short.len() < text.len() { short + "…" } else { short }
            }
            Raw::Number(number) => number.to_string(),
            Raw::Serial(serial) => match day_of_serial(*serial) {
                Ok(day) => day.to_string(),
                Err(_) => serial.to_string(),
            },
            Raw::Duration => "[h]:mm".to_owned(),
            Raw::Bool(yes) => if *yes { "TRUE" } else { "FALSE" }.to_owned(),
            Raw::Error(error) => (*error).to_owned(),
        }
    }
}

/// Understands a cell as its column's type.
pub fn parse(raw: &Raw<'_>, value: ValueType) -> Result<Value, Problem> {
    match raw {
        Raw::Empty => return Ok(Value::Blank),
        Raw::Error(_) => return Err(Problem::ErrorCell),
        Raw::Text(text) if text.len() > TEXT_MAX && text.chars().count() > TEXT_MAX => {
            return Err(Problem::TooLong { limit: TEXT_MAX });
        }
        _ => (),
    }
    match value {
        ValueType::Day => parse_day(raw),
        ValueType::DayOrOpen => match raw {
            Raw::Text(text) if half(text) == OPEN => Ok(Value::Open),
            _ => parse_day(raw),
        },
        ValueType::Int { min, max } => parse_int(raw, min, max),
        ValueType::Choice { of, also, closed } => parse_choice(raw, of, also, closed),
        ValueType::Text => Ok(of_text(&as_text(raw), tidy)),
        ValueType::Label | ValueType::Name(_) => Ok(of_text(&as_text(raw), name)),
        ValueType::Code | ValueType::CodeOf(_) => Ok(of_text(&as_text(raw), half)),
        ValueType::Names(_) => Ok(parse_names(&as_text(raw))),
    }
}

/// Spaces that people leave around a text: half and full width, no-break, zero width, byte order mark.
pub fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200b}' | '\u{feff}' | '\u{2060}') || (c.is_control() && c != '\n')
}

/// Whether the text is printable ASCII and common Chinese characters: all three forms leave it as it is.
///
/// Most cells are; looking every character up in the Unicode tables would cost as much as unpacking.
fn is_plain(text: &str) -> bool {
    text.chars().all(|c| matches!(c, '!'..='~' | '\u{4e00}'..='\u{9fff}'))
}

/// Free text: NFC and trimmed.
pub fn tidy(text: &str) -> Cow<'_, str> {
    let text = text.trim_matches(is_space);
    if is_plain(text) || is_nfc(text) { Cow::Borrowed(text) } else { text.nfc().collect::<String>().into() }
}

/// Codes, numbers and dates: NFKC without any space.
pub fn half(text: &str) -> Cow<'_, str> {
    let text = text.trim_matches(is_space);
    if is_plain(text) || (!text.contains(is_space) && is_nfkc(text)) {
        return Cow::Borrowed(text);
    }
    text.nfkc().filter(|c| !is_space(*c)).collect::<String>().into()
}

/// Names: tidy text with letters and digits at half width and no space beside a Chinese character.
pub fn name(text: &str) -> Cow<'_, str> {
    let text = tidy(text);
    if is_plain(&text) {
        return text;
    }
    let wide = |c: char| matches!(c, '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ');
    if !text.contains(|c| wide(c) || is_space(c)) {
        return text;
    }
    let folded: Vec<char> = text
        .chars()
        .map(|c| if wide(c) { char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c) } else { c })
        .collect();
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    for c in folded {
        if is_space(c) {
            gap = true;
            continue;
        }
        if gap && c.is_ascii() && out.chars().next_back().is_some_and(|before| before.is_ascii()) {
            out.push(' ');
        }
        gap = false;
        out.push(c);
    }
    out.into()
}

/// Whether a tidy text says "nothing".
pub fn says_nothing(text: &str) -> bool {
    matches!(text, "" | "/" | "／" | "无" | "—" | "——" | "-" | "－" | "--" | "–" | "―")
}

fn of_text(text: &str, form: impl Fn(&str) -> Cow<'_, str>) -> Value {
    let text = form(text);
    if says_nothing(&text) { Value::Blank } else { Value::Text(text.into_owned()) }
}

fn as_text<'a>(raw: &'a Raw<'_>) -> Cow<'a, str> {
    match raw {
        Raw::Text(text) => Cow::Borrowed(text),
        other => Cow::Owned(other.shown()),
    }
}

fn parse_names(text: &str) -> Value {
    let mut names: Vec<String> = Vec::new();
    for part in text.split(['、', '，', ',', ';', '；', '\n']) {
        let part = name(part);
        // The same unit twice in one cell is one unit.
        if !says_nothing(&part) && !names.iter().any(|known| *known == part) {
            names.push(part.into_owned());
        }
    }
    if names.is_empty() { Value::Blank } else { Value::List(names) }
}

fn parse_choice(raw: &Raw<'_>, of: &[&str], also: &[(&str, &str)], closed: bool) -> Result<Value, Problem> {
    let text = match raw {
        Raw::Bool(yes) if of.contains(&"是") => Cow::Borrowed(if *yes { "是" } else { "否" }),
        _ => as_text(raw),
    };
    let text = name(&text);
    if let Some((_, meant)) = also.iter().find(|(other, _)| *other == text) {
        return Ok(Value::Text((*meant).to_owned()));
    }
    if says_nothing(&text) {
        return Ok(Value::Blank);
    }
    if closed && !of.contains(&&*text) {
        return Err(Problem::NotInList { allowed: of.iter().map(|&one| one.to_owned()).collect() });
    }
    Ok(Value::Text(text.into_owned()))
}

fn parse_int(raw: &Raw<'_>, min: i64, max: i64) -> Result<Value, Problem> {
    let number = match raw {
        Raw::Number(number) => {
            // Exact up to 2^53, far above any limit of the table.
            if number.fract() != 0.0 || number.abs() > 9_007_199_254_740_992.0 {
                return Err(Problem::NotAnInteger);
            }
            *number as i64
        }
        Raw::Text(text) => {
            let text = half(text);
            if says_nothing(&text) {
                return Ok(Value::Blank);
            }
            int_of_text(&text).ok_or(Problem::NotAnInteger)?
        }
        _ => return Err(Problem::NotAnInteger),
    };
    if (min..=max).contains(&number) { Ok(Value::Int(number)) } else { Err(Problem::OutOfRange { min, max }) }
}

/// Decimal digits, perhaps with a sign, with thousands separated by commas, with `.0` at the end.
fn int_of_text(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    if fraction.is_empty() || fraction.bytes().any(|b| b != b'0') {
        return None;
    }
    if !whole.contains(',') {
        return whole.parse().ok();
    }
    let mut groups = whole.split(',');
    let first = groups.next()?.trim_start_matches(['-', '+']).len();
    let grouped = (1..=3).contains(&first) && groups.all(|group| group.len() == 3);
    if grouped { whole.replace(',', "").parse().ok() } else { None }
}

fn parse_day(raw: &Raw<'_>) -> Result<Value, Problem> {
    match raw {
        Raw::Serial(serial) => day_of_serial(*serial).map(Value::Day),
        Raw::Text(text) => {
            let text = text.trim_matches(is_space);
            if says_nothing(text) { Ok(Value::Blank) } else { day_of_text(text).map(Value::Day) }
        }
        _ => Err(Problem::NotADay),
    }
}

fn day_of_serial(serial: f64) -> Result<Day, Problem> {
    let whole = serial.floor();
    // Half a second: what is left of a midnight after arithmetic on fractions of days.
    let tolerance = 0.5 / 86_400.0;
    let whole = if serial - whole > 1.0 - tolerance { whole + 1.0 } else { whole };
    if !(1.0..200_000.0).contains(&whole) || whole == 60.0 {
        // Excel counts a 29 February 1900, which never was.
        return Err(Problem::NoSuchDay);
    }
    if (serial - whole).abs() > tolerance {
        return Err(Problem::DayWithTime);
    }
    let days = whole as i32;
    let days = if days < 60 { days + 1 } else { days };
    let (year, month, day) = Day(days - EXCEL_TO_EPOCH).ymd();
    Day::from_ymd(year, month, day).ok_or(Problem::NoSuchDay)
}

/// 2022年6月6日, 2022-06-06, 2022.6.6, 2022/6/6, at any width; a time of zero may follow.
fn day_of_text(text: &str) -> Result<Day, Problem> {
    let folded: Cow<'_, str> =
        if text.is_ascii() || is_plain(text) { text.into() } else { text.nfkc().collect::<String>().into() };
    let (date, time) = match folded.find(':') {
        Some(colon) => {
            let gap = folded[..colon].rfind([' ', 'T']).ok_or(Problem::NotADay)?;
            (&folded[..gap], &folded[gap + 1..])
        }
        None => (folded.strip_suffix(['T', ' ']).unwrap_or(&folded), ""),
    };
    let date: String = date.chars().filter(|c| !is_space(*c)).collect();
    let (year, month, day) = split_date(&date).ok_or(Problem::NotADay)?;
    let day = Day::from_ymd(year, month, day).ok_or(Problem::NoSuchDay)?;
    let zero = time.bytes().all(|b| matches!(b, b'0' | b':' | b'.' | b' ' | b'Z'));
    if zero { Ok(day) } else { Err(Problem::DayWithTime) }
}

fn split_date(date: &str) -> Option<(i32, u32, u32)> {
    let separator = date.chars().find(|c| !c.is_ascii_digit())?;
    let (year, rest) = date.split_once(separator)?;
    let (month, day) = match separator {
        '年' => {
            let (month, day) = rest.split_once('月')?;
            (month, day.strip_suffix(['日', '号'])?)
        }
        '-' | '.' | '/' => rest.split_once(separator)?,
        _ => return None,
    };
    let digits = |text: &str, most: usize| {
        let fits = (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        fits.then(|| text.parse::<u32>().ok())?
    };
    if year.len() != 4 {
        return None;
    }
    Some((i32::try_from(digits(year, 4)?).ok()?, digits(month, 2)?, digits(day, 2)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workbook::spec::To;

    fn check(text: &str, value: ValueType, right: Result<Value, Problem>) {
        assert_eq!(parse(&Raw::Text(text.into()), value), right, "{text:?}");
    }

    fn day(text: &str) -> Value {
        Value::Day(text.parse().unwrap())
    }

    #[test]
    fn dates_as_secretaries_write_them() {
        for text in [
            "2022-06-06",
            "2022年6月6日",
            "2022年06月06号",
            "2022.6.6",
            "2022/6/6",
            "２０２２年６月６日",
            "２０２２－０６－０６",
            "２０２２／６／６",
            "２０２２．６．６",
            "\u{3000}2022年 6月 6日 ",
            "2022-06-06 00:00:00",
            "2022-06-06T00:00:00",
            "2022年6月6日 00：00",
        ] {
            check(text, ValueType::Day, Ok(day("2022-06-06")));
        }
        for text in ["2022-02-30", "2022年13月1日", "2022.6.31", "1822/6/6", "0000-00-00"] {
            check(text, ValueType::Day, Err(Problem::NoSuchDay));
        }
        for text in [
            "六月六日",
            "2022",
            "2022.6",
            "22.6.6",
            "6月6日",
            "2022-06/06",
            "20220606",
            "长期",
            "2022-6-6-6",
            ":",
            "T:",
            "-1-1-1",
            "2022-+6-6",
        ] {
            check(text, ValueType::Day, Err(Problem::NotADay));
        }
        check("2022-06-06 08:30", ValueType::Day, Err(Problem::DayWithTime));
        check("长 期", ValueType::DayOrOpen, Ok(Value::Open));
        for text in ["/", "无", "—", "-", "", " ", "\u{3000}", "／"] {
            check(text, ValueType::DayOrOpen, Ok(Value::Blank));
        }
    }

    #[test]
    fn date_cells_count_from_1900() {
        let read = |serial: f64| parse(&Raw::Serial(serial), ValueType::Day);
        assert_eq!(read(44_718.0), Ok(day("2022-06-06")));
        assert_eq!(read(44_717.999_999_99), Ok(day("2022-06-06")));
        assert_eq!(read(1.0), Ok(day("1900-01-01")));
        assert_eq!(read(61.0), Ok(day("1900-03-01")));
        assert_eq!(read(44_718.5), Err(Problem::DayWithTime));
        for nonsense in [0.0, -1.0, 60.0, 1e300, f64::NAN, f64::INFINITY, 150_000.0] {
            assert_eq!(read(nonsense), Err(Problem::NoSuchDay), "{nonsense}");
        }
        assert_eq!(parse(&Raw::Number(44_718.0), ValueType::Day), Err(Problem::NotADay));
    }

    #[test]
    fn whole_numbers_of_any_width() {
        let int = ValueType::Int { min: 0, max: 10_000 };
        for text in ["356", "３５６", " 356 ", "356.0", "+356"] {
            check(text, int, Ok(Value::Int(356)));
        }
        check("3,117", int, Ok(Value::Int(3_117)));
        check("/", int, Ok(Value::Blank));
        for text in ["三百多", "3.5", "356户", "3,17", "1e3", "356.", ".", "+", "99999999999999999999"] {
            check(text, int, Err(Problem::NotAnInteger));
        }
        check("-1", int, Err(Problem::OutOfRange { min: 0, max: 10_000 }));
        assert_eq!(parse(&Raw::Number(356.0), int), Ok(Value::Int(356)));
        assert_eq!(parse(&Raw::Number(356.5), int), Err(Problem::NotAnInteger));
        assert_eq!(parse(&Raw::Number(f64::NAN), int), Err(Problem::NotAnInteger));
    }

    #[test]
    fn codes_fold_and_texts_stay() {
        check("ＸＭ－２０２２－０００１ ", ValueType::Code, Ok(Value::Text("XM-2022-0001".into())));
        let text = "\u{3000}由责任单位（Ａ座）　落实 1 项。 ";
        check(text, ValueType::Text, Ok(Value::Text("由责任单位（Ａ座）　落实 1 项。".into())));
        let unit = ValueType::Name(To::Unit);
        check("共建 单位０７", unit, Ok(Value::Text("共建单位07".into())));
        check("ABC  Co", unit, Ok(Value::Text("ABC Co".into())));
        assert_eq!(parse(&Raw::Number(12.0), ValueType::Code), Ok(Value::Text("12".into())));
        let error = parse(&Raw::Error("#REF!"), ValueType::Text);
        assert_eq!(error, Err(Problem::ErrorCell));
    }

    #[test]
    fn lists_split_and_choices_close() {
        let names = ValueType::Names(To::Unit);
        let both = Value::List(vec!["甲单位".into(), "乙单位".into()]);
        for text in ["甲单位、乙单位", "甲单位，乙单位、", "甲单位; 乙单位；甲单位", "甲单位,\n乙单位"]
        {
            check(text, names, Ok(both.clone()));
        }
        check("无", names, Ok(Value::Blank));
        let choice =
            ValueType::Choice { of: &["是", "否"], also: &[("有", "是"), ("无", "否")], closed: true };
        check(" 是\u{3000}", choice, Ok(Value::Text("是".into())));
        check("无", choice, Ok(Value::Text("否".into())));
        check("/", choice, Ok(Value::Blank));
        let allowed = vec!["是".to_owned(), "否".to_owned()];
        check("也许", choice, Err(Problem::NotInList { allowed }));
        assert_eq!(parse(&Raw::Bool(false), choice), Ok(Value::Text("否".into())));
    }
}
