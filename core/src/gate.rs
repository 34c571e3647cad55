//! The gate for free text: what must never be written into a ledger that forgets nothing.
//!
//! Only what is certain is refused (an identity number with a valid checksum, a mobile number standing
//! alone, a bank card by Luhn, a full dwelling). 17号楼 alone, 居民安装充电桩 or 业主和物业协商 are ordinary
//! sentences. What merely looks like a person or a plate is a warning that somebody must confirm.

use crate::rejection::Rejection;

/// Longest free text in characters; long documents belong beside the log.
pub const TEXT_CHARS_MAX: usize = 4_000;

/// Lets a free text pass, or says why it may not be stored.
///
/// # Errors
/// A [`Rejection`] with code `text-…`; `field` names the place.
pub fn check(field: &'static str, text: &str) -> Result<(), Rejection> {
    if text.chars().count() > TEXT_CHARS_MAX {
        return Err(Rejection::new("text-too-long").with("field", field).with("limit", TEXT_CHARS_MAX));
    }
    match certain(text) {
        None => Ok(()),
        Some(code) => Err(Rejection::new(code).with("field", field)),
    }
}

/// The code of the first thing in `text` that is certainly personal.
pub fn certain(text: &str) -> Option<&'static str> {
    // Most texts hold neither a long number nor a dwelling: a look at their characters is enough.
    let digits = text.chars().filter(|c| fold(*c).is_ascii_digit()).take(11).count();
    if digits < 11 && !text.contains("单元") {
        return None;
    }
    let folded: Vec<char> = text.chars().map(fold).collect();
    for run in digit_runs(&folded) {
        let code = match run.digits.len() {
            18 if identity_number(&run.digits) => Some("text-identity-number"),
            11 if run.alone && mobile_number(&run.digits) => Some("text-mobile-number"),
            16..=19 if run.alone && luhn(&run.digits) => Some("text-bank-card"),
            _ => None,
        };
        if code.is_some() {
            return code;
        }
    }
    dwelling(&folded).then_some("text-dwelling")
}

/// Something in a free text that looks personal without being certain: a warning, never a refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// One of [`DOUBTS`].
    pub code: &'static str,
    /// The words that look so.
    pub words: String,
}

/// Every code of a [`Doubt`]: a surname with 某, a form of address or a given name; a number plate.
pub const DOUBTS: &[&str] = &["person", "plate"];

const SURNAMES: &str = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕";
const ADDRESSES: &[&str] = &["某某", "先生", "女士", "大爷", "大妈", "阿姨"];
/// Words that end in a surname: 位于某小区 is about no person.
const ORDINARY: &[&str] = &[
    "位于", "对于", "属于", "由于", "关于", "处于", "基于", "限于", "至于", "用于", "归于", "等于", "低于",
    "高于", "大于", "小于", "工程", "过程", "流程", "日程", "提高", "本周", "上周", "下周", "每周", "园林",
    "桥梁", "感谢", "也许", "允许", "如何", "任何", "为何",
];
/// Who is named before a name, and what such a person then does.
const ROLES: &[&str] = &["业主", "居民", "户主", "住户"];
const DEEDS: &[&str] = &["反映", "提出", "投诉", "来电", "要求", "表示", "家中"];
/// The first letters of provinces on number plates.
const PLATES: &str = "鲁京津冀晋蒙辽吉黑沪苏浙皖闽赣豫鄂湘粤桂琼渝川贵云藏陕甘青宁新";

/// What looks personal in a text without being certain; the first such place.
pub fn doubtful(text: &str) -> Option<Doubt> {
    let folded: Vec<char> = text.chars().map(fold).collect();
    (0..folded.len()).find_map(|at| {
        let (code, length) = match person(&folded, at) {
            Some(length) => ("person", length),
            None => ("plate", plate(&folded, at)?),
        };
        Some(Doubt { code, words: folded.get(at..at + length)?.iter().collect() })
    })
}

/// How many characters at a place look like a person.
fn person(text: &[char], at: usize) -> Option<usize> {
    if !text.get(at).is_some_and(|symbol| SURNAMES.contains(*symbol)) {
        return None;
    }
    let begins = |from: usize, words: &[&str]| {
        words.iter().any(|word| word.chars().enumerate().all(|(i, c)| text.get(from + i) == Some(&c)))
    };
    if at > 0 && begins(at - 1, ORDINARY) {
        return None;
    }
    if begins(at + 1, ADDRESSES) {
        return Some(3);
    }
    if text.get(at + 1) == Some(&'某') {
        return Some(2);
    }
    let given = text.get(at + 1..at + 3)?;
    let is_named = at >= 2 && begins(at - 2, ROLES) && begins(at + 3, DEEDS);
    let is_count = given.iter().any(|symbol| "多家人数次".contains(*symbol));
    (is_named && !is_count).then_some(3)
}

/// How many characters at a place look like a number plate.
fn plate(text: &[char], at: usize) -> Option<usize> {
    if !PLATES.contains(*text.get(at)?) || !text.get(at + 1)?.is_ascii_uppercase() {
        return None;
    }
    let rest = text.get(at + 2..)?.iter().take_while(|c| c.is_ascii_alphanumeric()).count();
    (5..=6).contains(&rest).then_some(2 + rest)
}

/// The fields of commands that are free text: what the rules give to this gate. Other fields name what is
/// registered, or are numbers and days.
pub const FREE_TEXT: &[&str] = &[
    "basis",
    "cadence",
    "category",
    "chairPost",
    "destroyed",
    "evidence",
    "field",
    "formation",
    "leaderPost",
    "mediaType",
    "name",
    "note",
    "now",
    "number",
    "participants",
    "place",
    "post",
    "posts",
    "proposer",
    "reason",
    "recorderPost",
    "referredTo",
    "result",
    "rule",
    "scope",
    "sentTo",
    "serviceMode",
    "severity",
    "source",
    "subject",
    "summary",
    "text",
    "title",
    "to",
    "topics",
    "urgentReason",
];

/// The doubts about the free texts of a command's data, each with the field that it stands in.
pub fn doubts(data: &serde_json::Value) -> Vec<(String, Doubt)> {
    let mut found = Vec::new();
    collect("", "", data, &mut found);
    found
}

fn collect(path: &str, field: &str, value: &serde_json::Value, found: &mut Vec<(String, Doubt)>) {
    use serde_json::Value;
    match value {
        Value::String(text) if FREE_TEXT.contains(&field) => {
            found.extend(doubtful(text).map(|doubt| (path.to_owned(), doubt)));
        }
        Value::Array(parts) => {
            for (index, part) in parts.iter().enumerate() {
                collect(&format!("{path}[{index}]"), field, part, found);
            }
        }
        Value::Object(fields) => {
            for (name, part) in fields {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                collect(&path, name, part, found);
            }
        }
        _ => {}
    }
}

/// Full-width letters and digits as their ordinary forms.
fn fold(symbol: char) -> char {
    match symbol {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(symbol as u32 - 0xfee0).unwrap_or(symbol),
        '\u{3000}' => ' ',
        other => other,
    }
}

struct Run {
    digits: Vec<u8>,
    /// Not part of a longer code such as `HY-2022-13800001000` or `A13800001000`.
    alone: bool,
}

/// Runs of digits; single spaces or hyphens inside long numbers do not hide them.
fn digit_runs(text: &[char]) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut at = 0;
    while at < text.len() {
        if !text[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let start = at;
        let mut digits = Vec::new();
        while at < text.len() {
            let symbol = text[at];
            if let Some(digit) = symbol.to_digit(10).filter(|_| symbol.is_ascii_digit()) {
                digits.push(digit as u8);
                at += 1;
            } else if (symbol == 'X' || symbol == 'x') && digits.len() == 17 {
                digits.push(10);
                at += 1;
            } else if matches!(symbol, ' ' | '-')
                && digits.len() >= 3
                && text.get(at + 1).is_some_and(char::is_ascii_digit)
            {
                at += 1;
            } else {
                break;
            }
        }
        let code_char =
            |c: Option<&char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/'));
        let before = start.checked_sub(1).and_then(|i| text.get(i));
        runs.push(Run { digits, alone: !code_char(before) && !code_char(text.get(at)) });
    }
    runs
}

/// GB 11643: 17 digits and a check character, a plausible date of birth inside.
fn identity_number(digits: &[u8]) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECKS: [u8; 11] = [1, 0, 10, 9, 8, 7, 6, 5, 4, 3, 2];
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(d, w)| u32::from(*d) * w).sum();
    let number =
        |range: std::ops::Range<usize>| digits[range].iter().fold(0i32, |n, d| n * 10 + i32::from(*d));
    let born = crate::day::Day::from_ymd(
        number(6..10),
        number(10..12).unsigned_abs(),
        number(12..14).unsigned_abs(),
    );
    CHECKS[(sum % 11) as usize] == digits[17] && born.is_some()
}

fn mobile_number(digits: &[u8]) -> bool {
    digits[0] == 1 && (3..=9).contains(&digits[1])
}

fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(i, d)| {
            let doubled = u32::from(*d) * if i % 2 == 1 { 2 } else { 1 };
            doubled / 10 + doubled % 10
        })
        .sum();
    // Bank cards begin with 3 to 6 (62 in China); a code of zeros is none.
    sum.is_multiple_of(10) && (3..=6).contains(&digits[0])
}

/// N号楼N单元N室 (also 栋 for 号楼, 号 or 户 for 室): a household. Less than that is a building.
fn dwelling(text: &[char]) -> bool {
    let number = |mut at: usize| {
        let start = at;
        while text.get(at).is_some_and(|c| c.is_ascii_digit() || "一二三四五六七八九十".contains(*c))
        {
            at += 1;
        }
        (at > start).then_some(at)
    };
    let word = |at: usize, words: &[&str]| {
        words.iter().find_map(|w| {
            let length = w.chars().count();
            text.get(at..at + length).filter(|s| s.iter().copied().eq(w.chars())).map(|_| at + length)
        })
    };
    (0..text.len()).any(|at| {
        let Some(building) = number(at).and_then(|at| word(at, &["号楼", "栋", "幢", "#楼"])) else {
            return false;
        };
        let Some(unit) = number(building).and_then(|at| word(at, &["单元"])) else { return false };
        number(unit).and_then(|at| word(at, &["室", "户", "号"])).is_some()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_sentences_pass() {
        for text in [
            "居民安装充电桩",
            "业主和物业协商",
            "17号楼",
            "17号楼2单元门口积水",
            "老水利局家属楼污水主次管道倒灌",
            "编号XM-2022-13800001000",
            "2022年6月6日至2022年7月22日完成第1项",
            "共投入123456789012345678元",
            "WT-2022-0000、WT-2022-0004",
        ] {
            assert_eq!(check("text", text), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_is_certainly_personal_is_refused() {
        for (text, code) in [
            ("身份证110101199003070038号", "text-identity-number"),
            ("110101 19900307 0038", "text-identity-number"),
            ("１１０１０１１９９００３０７００３８", "text-identity-number"),
            ("电话13800001000", "text-mobile-number"),
            ("电话138 0000 1000。", "text-mobile-number"),
            ("卡号6222021234567890128", "text-bank-card"),
            ("住17号楼2单元301室", "text-dwelling"),
            ("住3栋一单元201户", "text-dwelling"),
        ] {
            assert_eq!(certain(text), Some(code), "{text}");
        }
    }

    #[test]
    fn what_looks_personal_is_a_warning() {
        for (text, code, words) in [
            ("王某反映污水倒灌", "person", "王某"),
            ("3号楼李先生反映", "person", "李先生"),
            ("业主张建国反映电梯停运", "person", "张建国"),
            ("居民于某反映", "person", "于某"),
            ("鲁H12345占用通道", "plate", "鲁H12345"),
            ("鲁ＨD12345占用充电车位", "plate", "鲁HD12345"),
        ] {
            let doubt = doubtful(text);
            assert_eq!(doubt, Some(Doubt { code, words: words.to_owned() }), "{text}");
            assert!(DOUBTS.contains(&code) && check("text", text) == Ok(()), "{text}");
        }
        for text in [
            "业主和物业协商",
            "业主和业委会协商",
            "居民安装充电桩",
            "17号楼",
            "位于某小区东侧",
            "由于某种原因未完成",
            "本周某日停水",
            "业主许多人反映",
            "居民高度关注",
            "业主周末反映噪音",
            "鲁A段道路",
            "编号云XM-2022-0001",
        ] {
            assert_eq!(doubtful(text), None, "{text}");
        }
    }

    #[test]
    fn doubts_name_their_fields() {
        let data = serde_json::json!({
            "text": "王某反映", "unit": "张阿姨面馆", "changes": [{ "field": "place", "now": "李女士门口" }],
            "sentTo": ["社区", "刘大爷"],
        });
        let fields: Vec<String> = doubts(&data).into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["changes[0].now", "sentTo[1]", "text"]);
    }

    #[test]
    fn the_free_texts_are_those_that_rules_give_to_the_gate() {
        let mut texts = Vec::new();
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/domain");
        crate::domain::sources(&folder, &mut texts);
        // Of the envelope, of the ledger itself, of the rule book, of an import, of an edition, which a program makes.
        let elsewhere = ["actor", "authority", "format", "origin", "parameters", "reportingUnit", "root"];
        let mut used = std::collections::BTreeSet::new();
        for text in &texts {
            for call in ["required(\"", "optional(\""] {
                used.extend(text.split(call).skip(1).filter_map(|rest| rest.split('"').next()));
            }
        }
        used.retain(|field| !elsewhere.contains(field));
        // Through a variable or a helper.
        used.extend(["reason", "now", "place", "chairPost", "recorderPost"]);
        assert_eq!(used.into_iter().collect::<Vec<_>>(), FREE_TEXT);
    }
}
