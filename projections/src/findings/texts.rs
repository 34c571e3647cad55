//! Records with the same words: copied from one meeting, agreement or issue to the next.

use gongjian_core::domain::facts::Fact;
use rustc_hash::FxHashMap;

use super::{Code, Out, SAME_TEXT_LETTERS, SAME_TEXT_MIN};

/// Letters of a text that a message quotes.
const QUOTED: usize = 40;

/// Records by category and by their words without spaces and marks.
type Groups<'v> = FxHashMap<(&'static str, String), Vec<(Fact, &'v str, &'v str)>>;

pub(super) fn find(out: &mut Out<'_>) {
    let views = out.views;
    let on = out.on;
    let mut groups = Groups::default();
    let mut put = |category, id, text, fact: Option<Fact>| {
        if let Some(fact) = fact.filter(|fact| fact.by(on))
            && let Some(words) = words(text)
        {
            groups.entry((category, words)).or_default().push((fact, id, text));
        }
    };
    for (id, commitment) in views.agreements.commitment.iter() {
        put("commitment", id, &commitment.text, commitment.added);
    }
    for (id, decision) in views.meetings.decision.iter() {
        put("decision", id, &decision.text, decision.recorded);
    }
    for (id, topic) in views.meetings.topic.iter() {
        put("topic", id, &topic.title, topic.proposed);
    }
    for (id, issue) in views.wednesday.issue.iter() {
        put("issue", id, &issue.text, issue.raised);
    }
    for ((category, _), mut records) in groups {
        if records.len() < SAME_TEXT_MIN {
            continue;
        }
        records.sort_unstable_by_key(|(fact, id, _)| (fact.on, fact.at, *id));
        // It arose with the record that made them so many.
        let (Some((first, id, text)), Some((last, ..))) =
            (records.first().copied(), records.get(SAME_TEXT_MIN - 1).copied())
        else {
            continue;
        };
        let streams: Vec<String> = records.iter().map(|(_, id, _)| format!("{category}/{id}")).collect();
        let mut communities: Vec<_> =
            streams.iter().filter_map(|stream| views.community_of(stream)).collect();
        communities.sort_unstable();
        communities.dedup();
        let community = if communities.len() == 1 { communities.first().copied() } else { None };
        let args = vec![
            ("text", text.chars().take(QUOTED).collect()),
            ("count", records.len().to_string()),
            ("communities", communities.len().to_string()),
        ];
        // About the first, so that its id stays the same however many follow.
        let stream = format!("{category}/{id}");
        if let Some(finding) = out.day(Code::IdenticalText, stream, community, last.on, Some(first.at), args)
        {
            finding.positions.extend(records.iter().map(|(fact, ..)| fact.at));
            finding.streams = streams;
        }
    }
}

/// A text without spaces and marks; `None` for a stock phrase.
fn words(text: &str) -> Option<String> {
    let words: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
    let letters = words.chars().filter(|c| c.is_alphabetic()).count();
    (letters >= SAME_TEXT_LETTERS).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stock_phrase_has_few_letters_and_marks_do_not_count() {
        assert_eq!(words("问题联商：第12345项任务"), None);
        assert_eq!(
            words("疏通清淤主次管道，联合相关单位实施"),
            words(" 疏通清淤主次管道 联合相关单位实施。")
        );
        assert!(words("由责任单位落实停车难第1项措施").is_some());
    }
}
