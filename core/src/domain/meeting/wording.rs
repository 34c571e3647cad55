//! The secretary's own words in the minutes: how they begin, what was said about a topic, how they end.
//!
//! Facts (day, place, posts, who was there, what was decided by whom until when) are no words: the minutes take
//! them from the ledger, and only a correction changes them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::facts::{At, FieldText};

/// The passages of the minutes that every meeting has. The words about a topic go by the topic's id.
pub struct Passage;

impl Passage {
    /// The sentences before the first topic.
    pub const OPENING: &'static str = "opening";
    /// The sentences after the last one.
    pub const CLOSING: &'static str = "closing";

    /// Whether every meeting has this passage.
    pub fn is_common(passage: &str) -> bool {
        [Passage::OPENING, Passage::CLOSING].contains(&passage)
    }
}

/// Words by their passage. What is not there is worded by whoever prints the minutes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wording(BTreeMap<String, String>);

impl Wording {
    /// The words of a passage, if the secretary gave any.
    pub fn of(&self, passage: &str) -> Option<&str> {
        self.0.get(passage).map(String::as_str)
    }

    /// Puts words in the place of those that were there; none takes them away.
    pub fn put(&mut self, passage: &str, text: &str) {
        if text.trim().is_empty() {
            self.0.remove(passage);
        } else {
            self.0.insert(passage.to_owned(), text.to_owned());
        }
    }
}

/// Between a passage and its words where they are shown as text.
const BETWEEN: char = '：';

/// A line for each passage, its own lines joined by `\n` and a backslash doubled, so that a correction says all
/// that is right in one text.
impl FieldText for Wording {
    fn show(&self) -> String {
        let escaped = |text: &str| text.replace('\\', "\\\\").replace('\n', "\\n");
        let lines = self.0.iter().map(|(passage, text)| format!("{passage}{BETWEEN}{}", escaped(text)));
        lines.collect::<Vec<_>>().join("\n")
    }

    fn correct(&mut self, text: &str, _: &At) -> bool {
        let mut corrected = Wording::default();
        for line in text.lines().filter(|line| !line.is_empty()) {
            let Some((passage, words)) = line.split_once(BETWEEN) else { return false };
            let Some(words) = unescaped(words) else { return false };
            if passage.is_empty() || passage.contains(char::is_whitespace) || words.trim().is_empty() {
                return false;
            }
            corrected.put(passage, &words);
        }
        *self = corrected;
        true
    }

    fn is_blank(&self) -> bool {
        self.0.is_empty()
    }
}

/// Undoes what showing did; nothing if a backslash stands for nothing.
fn unescaped(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut symbols = text.chars();
    while let Some(symbol) = symbols.next() {
        out.push(match symbol {
            '\\' => match symbols.next()? {
                'n' => '\n',
                '\\' => '\\',
                _ => return None,
            },
            symbol => symbol,
        });
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::day::Day;

    #[test]
    fn what_is_shown_corrects_to_the_same() {
        let mut wording = Wording::default();
        wording.put(Passage::OPENING, "第一行\n第二行：\\n 不是换行");
        wording.put("YT-1", "会议听取了情况说明。");
        let at = At { position: 0, recorded_at: 0, occurred: Day::BEGINNING };
        let mut again = Wording::default();
        assert!(again.correct(&wording.show(), &at));
        assert_eq!(again, wording);
        assert_eq!(wording.show().lines().count(), 2);
        assert!(again.correct("", &at) && again.is_blank());
        for bad in ["没有冒号", "：无名", "opening：", "a b：字", "opening：\\", "opening：\\x"] {
            let mut kept = wording.clone();
            assert!(!kept.correct(bad, &at) && kept == wording, "{bad}");
        }
    }

    #[test]
    fn empty_words_take_the_passage_away() {
        let mut wording = Wording::default();
        wording.put(Passage::CLOSING, "散会。");
        assert_eq!(wording.of(Passage::CLOSING), Some("散会。"));
        wording.put(Passage::CLOSING, " ");
        assert_eq!(wording.of(Passage::CLOSING), None);
    }
}
