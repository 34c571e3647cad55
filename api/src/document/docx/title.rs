//! Titles in several lines of about the same length, broken where the words allow it (7.3.1).

/// Half-width characters of 二号 in a line of the text.
const LINE: u32 = 40;
/// After these a line may well end.
const PAUSES: &str = "与和及的、，：；";
/// These do not begin a line.
const CLOSING: &str = "）】》”、，。：；！？)";
/// How far a good place may be from the middle, in half-width characters.
const REACH: u32 = 8;

/// Width in half-width characters.
pub(super) fn width(text: &str) -> u32 {
    text.chars().map(|symbol| if symbol.is_ascii() { 1 } else { 2 }).sum()
}

/// A title in as few lines as it needs, none of them a lone character.
pub(super) fn balanced(title: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = title.trim();
    while width(rest) > LINE {
        let target = width(rest) / width(rest).div_ceil(LINE);
        let Some(place) = place(rest, target) else { break };
        let (line, after) = rest.split_at(place);
        lines.push(line.trim_end().to_owned());
        rest = after.trim_start();
    }
    lines.push(rest.to_owned());
    lines
}

/// The byte at which a line of about a width ends best; `None` in a text that cannot be broken.
fn place(text: &str, target: u32) -> Option<usize> {
    let mut best = None;
    let mut so_far = 0;
    let mut before = None;
    for (at, symbol) in text.char_indices() {
        if let Some(before) = before.filter(|before| breaks(*before, symbol) && so_far <= LINE) {
            let good = PAUSES.contains(before) || before == ' ';
            let cost = so_far.abs_diff(target) + if good { 0 } else { REACH };
            if best.is_none_or(|(least, _)| cost < least) {
                best = Some((cost, at));
            }
        }
        so_far += width(symbol.encode_utf8(&mut [0; 4]));
        before = Some(symbol);
    }
    best.map(|(_, at)| at)
}

/// Whether a line may end between two characters.
fn breaks(before: char, after: char) -> bool {
    let is_word = |symbol: char| symbol.is_ascii() && symbol != ' ';
    let is_one_word = is_word(before) && is_word(after);
    let clings = CLOSING.contains(after) || "（【《“(".contains(before);
    !is_one_word && !clings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_title_is_broken_near_its_middle_after_a_pause() {
        assert_eq!(balanced("东门社区六号联席会议纪要"), ["东门社区六号联席会议纪要"]);
        let agreement = balanced("东门物业服务有限公司与东门社区党委共建协议");
        assert_eq!(agreement, ["东门物业服务有限公司与", "东门社区党委共建协议"]);
        let english = balanced("Minutes of the No. 6 joint meeting of the Dongmen community");
        assert_eq!(english.join(" "), "Minutes of the No. 6 joint meeting of the Dongmen community");
        assert!(english.iter().all(|line| width(line) <= LINE));
    }

    #[test]
    fn nothing_is_lost_of_any_title() {
        for title in ["", "　", &"甲".repeat(99), &"a".repeat(99), "（）".repeat(30).as_str()] {
            assert_eq!(balanced(title).concat(), title.trim());
        }
    }
}
