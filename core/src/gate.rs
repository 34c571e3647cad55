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

/// What looks personal without being certain: `person` (surname with 某 or a form of address) or `plate`.
pub fn doubtful(text: &str) -> Option<&'static str> {
    let folded: Vec<char> = text.chars().map(fold).collect();
    const SURNAMES: &str = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕";
    const ADDRESSES: [&str; 6] = ["某某", "先生", "女士", "大爷", "大妈", "阿姨"];
    for (at, symbol) in folded.iter().enumerate() {
        if SURNAMES.contains(*symbol) {
            let rest: String = folded[at + 1..].iter().take(2).collect();
            if rest.starts_with('某') || ADDRESSES.iter().any(|a| rest == *a) {
                return Some("person");
            }
        }
        let plate = "鲁京津冀晋蒙辽吉黑沪苏浙皖闽赣豫鄂湘粤桂琼渝川贵云藏陕甘青宁新".contains(*symbol)
            && folded.get(at + 1).is_some_and(char::is_ascii_uppercase)
            && folded[at + 2..].iter().take_while(|c| c.is_ascii_alphanumeric()).count() >= 5;
        if plate {
            return Some("plate");
        }
    }
    None
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
        assert_eq!(doubtful("王某反映污水倒灌"), Some("person"));
        assert_eq!(doubtful("李先生反映"), Some("person"));
        assert_eq!(doubtful("鲁H12345占用通道"), Some("plate"));
        assert_eq!(doubtful("业主和物业协商"), None);
        assert_eq!(doubtful("居民安装充电桩"), None);
    }
}
