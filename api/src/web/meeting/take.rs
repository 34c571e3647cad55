//! What is sent from a meeting's page. Two secretaries may work on one meeting: what only one of them touched is
//! taken over from both, and what both did differently is shown to the second, with everything typed kept.

use std::collections::BTreeSet;

use gongjian_core::command::Expected;
use gongjian_core::day::Day;
use gongjian_core::domain::meeting::Passage;
use serde_json::{Map, Value, json};

use super::again;
use super::known::Known;
use crate::app::Asked;
use crate::error::Problem;
use crate::web::inline::{self, Refusal, Step, send};
use crate::web::{Fields, Seen, Shown, Visit, form, ids};

/// How often it is tried again when somebody else was faster.
const TRIES: usize = 8;

/// Commands that a form of the page sends as they are.
const STEPS: &[&str] = &[
    "meeting.call-topics",
    "meeting.freeze-agenda",
    "meeting.notice",
    "meeting.open",
    "meeting.resume",
    "meeting.draft-minutes",
    "meeting.archive",
    "topic.accept",
];

/// Recorded at a position, or not for a reason.
type Taken = Result<Result<u64, Refusal>, Problem>;

/// Takes a form of the page.
pub(in crate::web) fn take(visit: &Visit, given: &Fields) -> Seen {
    let id = visit.part("id");
    let taken = match form::occurred(visit, given) {
        Err(fault) => Ok(Err(Refusal::faults(vec![("occurredOn".to_owned(), fault)]))),
        Ok(day) => match given.get("act") {
            "attend" => attend(visit, id, given, day),
            "propose" => propose(visit, id, given, day),
            "conclude" => conclude(visit, id, given, day),
            "decide" => decide(visit, id, given, day),
            "words" => words(visit, id, given, day),
            _ => step(visit, given, day),
        },
    };
    match taken? {
        Ok(position) => {
            inline::sent_off(visit, given.get("form"));
            let about = given.get("topic");
            let about = given.get("stream").strip_prefix("topic/").unwrap_or(about);
            let part = match given.get("act") {
                "conclude" | "decide" => format!("topic-{about}"),
                _ => "way".to_owned(),
            };
            let id = crate::web::cells::encoded(id);
            Ok(Shown::Elsewhere(format!("/meetings/{id}?done={position}#{part}")))
        }
        Err(refusal) => again(visit, given, &refusal),
    }
}

/// Sends, and says what came of it.
fn sent(visit: &Visit, given: &Fields, steps: Vec<Step>, day: Day) -> Taken {
    match send(visit, given.get("commandId"), steps, day, false) {
        Ok(position) => Ok(Ok(position)),
        Err(problem) => Refusal::of(visit, problem).map(Err),
    }
}

/// A command as it is.
fn step(visit: &Visit, given: &Fields, day: Day) -> Taken {
    let command = given.get("command");
    if !STEPS.contains(&command) {
        return Err(Problem::not_found(command));
    }
    let said = form::read(visit, form::fields_of(command), given);
    if !said.faults.is_empty() {
        return Ok(Err(Refusal::faults(said.faults)));
    }
    let step = Step::new(command, given.get("stream"), Value::Object(said.data));
    sent(visit, given, vec![step.expects(inline::expected(given)?)], day)
}

/// What of three values is right: theirs where ours did not change, ours where theirs did not; nothing where both
/// changed it differently.
fn merged<'v>(was: &'v str, theirs: &'v str, ours: &'v str) -> Option<&'v str> {
    match () {
        () if ours == was => Some(theirs),
        () if theirs == was || theirs == ours => Some(ours),
        () => None,
    }
}

/// Who is there: each tick is somebody's own, so both lists are joined.
fn attend(visit: &Visit, id: &str, given: &Fields, day: Day) -> Taken {
    let t = visit.text;
    let stream = format!("meeting/{id}");
    let was: BTreeSet<String> = given.all("was").map(str::to_owned).collect();
    let mut ours: BTreeSet<String> = given.all("units").map(str::to_owned).collect();
    for name in form::names(given.get("more")) {
        match form::resolve(visit, "units", name) {
            Ok(code) => drop(ours.insert(code)),
            Err(fault) => return Ok(Err(Refusal::faults(vec![("more".to_owned(), fault)]))),
        }
    }
    for _ in 0..TRIES {
        // The revision first: what the read models know then is no older.
        let revision = visit.revision(&stream);
        let known = Known::of(visit, id, Asked::default())?;
        if given.get("all") == "true" {
            ours.extend(known.units.iter().take(known.members).map(|(code, _)| code.clone()));
        }
        let theirs: BTreeSet<String> = known.state.units.iter().cloned().collect();
        let changed = |unit: &&String| was.contains(*unit) != ours.contains(*unit);
        let mut units: BTreeSet<String> = theirs.iter().filter(|unit| !changed(unit)).cloned().collect();
        units.extend(ours.iter().filter(|unit| !was.contains(*unit)).cloned());
        let mut data = Map::new();
        data.insert("units".to_owned(), json!(units));
        let mut faults = Vec::new();
        for (name, now) in
            [("expectedUnits", known.state.expected_units), ("residents", known.state.residents)]
        {
            let now = now.map(|count| count.to_string()).unwrap_or_default();
            let typed = crate::workbook::cell::half(given.get(name));
            match merged(given.get(&format!("was-{name}")), &now, &typed) {
                Some("") => {}
                Some(count) => match count.parse::<u16>() {
                    Ok(count) => drop(data.insert(name.to_owned(), json!(count))),
                    Err(_) => {
                        let label = t.word("field", name);
                        let args = [("label", label.as_str()), ("given", count)];
                        faults.push((name.to_owned(), t.get("form-number", &args)));
                    }
                },
                None => {
                    let label = t.word("field", name);
                    let args = [("label", label.as_str()), ("now", &now), ("given", &typed)];
                    faults.push((name.to_owned(), t.get("meet-both-changed", &args)));
                }
            }
        }
        if !faults.is_empty() {
            return Ok(Err(Refusal::faults(faults)));
        }
        let expected = revision.parse().map_or(Expected::Any, Expected::Exact);
        let step = Step::new("meeting.attend", &stream, Value::Object(data)).expects(expected);
        match send(visit, given.get("commandId"), vec![step], day, false) {
            Ok(position) => return Ok(Ok(position)),
            Err(problem) if problem.code == "wrong-revision" => {}
            // The same form twice: it stands there already.
            Err(problem) if problem.code == "command-reused" && units == theirs => {
                return Ok(Ok(known.state.attended.map(|fact| fact.at).unwrap_or_default()));
            }
            Err(problem) => return Refusal::of(visit, problem).map(Err),
        }
    }
    Ok(Err(Refusal { words: t.plain("meet-busy"), ..Refusal::default() }))
}

/// Something new under the first number that is free: whoever was faster has the one that was offered. The same
/// form sent twice gives what it gave the first time, if `is_there` finds it.
fn numbered(
    visit: &Visit,
    given: &Fields,
    day: Day,
    stream: &str,
    steps: impl Fn(&str) -> Result<Vec<Step>, Problem>,
    is_there: impl Fn() -> Result<bool, Problem>,
) -> Taken {
    let mut stream = stream.to_owned();
    for _ in 0..TRIES {
        let problem = match send(visit, given.get("commandId"), steps(&stream)?, day, false) {
            Ok(position) => return Ok(Ok(position)),
            Err(problem) => problem,
        };
        let arg =
            |name: &str| problem.args.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str());
        match problem.code {
            "command-reused" if is_there()? => {
                return Ok(Ok(arg("position").and_then(|at| at.parse().ok()).unwrap_or_default()));
            }
            "wrong-revision" if arg("stream") != Some(&stream) => {}
            "stream-exists" | "wrong-revision" => stream = following(&stream),
            _ => return Refusal::of(visit, problem).map(Err),
        }
    }
    Ok(Err(Refusal { words: visit.text.plain("meet-busy"), ..Refusal::default() }))
}

/// The next number: `HY-2022-0046-Y2` after `HY-2022-0046-Y1`.
fn following(id: &str) -> String {
    let (head, number) = match id.rfind(|c: char| !c.is_ascii_digit()) {
        Some(at) => id.split_at(at + id[at..].chars().next().map_or(1, char::len_utf8)),
        None => ("", id),
    };
    let digits = number.len();
    format!("{head}{:0digits$}", number.parse::<u64>().unwrap_or_default().saturating_add(1))
}

/// A topic for this meeting, taken on its agenda at once.
fn propose(visit: &Visit, id: &str, given: &Fields, day: Day) -> Taken {
    let fields: Vec<form::Field> = form::fields_of("topic.propose")
        .iter()
        .filter(|field| !["meeting", "number"].contains(&field.name.as_str()))
        .cloned()
        .collect();
    let said = form::read(visit, &fields, given);
    if !said.faults.is_empty() {
        return Ok(Err(Refusal::faults(said.faults)));
    }
    let mut data = said.data;
    data.insert("meeting".to_owned(), json!(id));
    let mut about = Fields::default();
    about.put("meeting", id);
    let first = format!("topic/{}", ids::next(visit, "topic", &about)?);
    let steps = |stream: &str| {
        let known = Known::of(visit, id, Asked::default())?;
        let last = known.items.iter().filter_map(|item| item.state.number).max().unwrap_or(0);
        let mut data = data.clone();
        data.insert("number".to_owned(), json!(last.saturating_add(1)));
        Ok(vec![
            Step::new("topic.propose", stream, Value::Object(data)).expects(Expected::Absent),
            Step::new("topic.accept", stream, json!({})),
        ])
    };
    let title = given.get("title");
    let is_there = || {
        let known = Known::of(visit, id, Asked::default())?;
        Ok(known.items.iter().any(|item| item.state.title == title))
    };
    numbered(visit, given, day, &first, steps, is_there)
}

/// The outcome of a topic; that it was discussed goes without saying.
fn conclude(visit: &Visit, id: &str, given: &Fields, day: Day) -> Taken {
    let t = visit.text;
    let stream = given.get("stream");
    let topic = stream.strip_prefix("topic/").unwrap_or_default();
    let outcome = given.get("outcome");
    let empty = |name: &str, key: &str| {
        let fault = t.get("form-empty", &[("label", &t.plain(key))]);
        Ok(Err(Refusal::faults(vec![(name.to_owned(), fault)])))
    };
    if outcome.is_empty() {
        return empty("outcome", "field-outcome");
    }
    let known = Known::of(visit, id, Asked::default())?;
    let item = known.items.iter().find(|item| item.id == topic).ok_or_else(|| Problem::not_found(topic))?;
    let mut steps = Vec::new();
    if outcome == "撤回" {
        let reason = given.get("reason");
        if reason.is_empty() {
            return empty("reason", "meet-conclude-reason");
        }
        steps.push(Step::new("topic.withdraw", stream, json!({ "reason": reason })));
    } else {
        if item.state.state() == "placed" && outcome != "未讨论" {
            steps.push(Step::new("topic.discuss", stream, json!({})));
        }
        let to = given.get("referredTo");
        let to = (!to.is_empty()).then_some(to);
        let data = json!({ "outcome": outcome, "referredTo": to });
        steps.push(Step::new("topic.conclude", stream, data));
    }
    if let Some(first) = steps.first_mut() {
        first.expected = inline::expected(given)?;
    }
    sent(visit, given, steps, day)
}

/// Something decided about a topic; a topic about which something is decided has its outcome.
fn decide(visit: &Visit, id: &str, given: &Fields, day: Day) -> Taken {
    let topic = given.get("topic").to_owned();
    let fields: Vec<form::Field> = form::fields_of("decision.record")
        .iter()
        .filter(|field| !["meeting", "topic"].contains(&field.name.as_str()))
        .cloned()
        .collect();
    let said = form::read(visit, &fields, given);
    let mut faults = said.faults;
    let mut data = said.data;
    let note_only = data.get("noteOnly") == Some(&json!(true));
    // All that is missing at once, not one by one.
    for name in ["responsible", "dueOn"] {
        let known = data.contains_key(name) || faults.iter().any(|(field, _)| field == name);
        if !known && !note_only {
            let label = visit.text.word("field", name);
            faults.push((name.to_owned(), visit.text.get("form-empty", &[("label", &label)])));
        }
    }
    if !faults.is_empty() {
        return Ok(Err(Refusal::faults(faults)));
    }
    data.insert("meeting".to_owned(), json!(id));
    data.insert("topic".to_owned(), json!(topic));
    let mut about = Fields::default();
    about.put("meeting", id);
    about.put("topic", &topic);
    let first = format!("decision/{}", ids::next(visit, "decision", &about)?);
    let found = |known: Known| known.items.into_iter().find(|item| item.id == topic);
    let steps = |decision: &str| {
        let stream = format!("topic/{topic}");
        let revision = visit.revision(&stream);
        let known = Known::of(visit, id, Asked::default())?;
        let item = found(known).ok_or_else(|| Problem::not_found(&topic))?;
        let mut steps = Vec::new();
        if item.state.state() == "placed" {
            steps.push(Step::new("topic.discuss", &stream, json!({})));
        }
        if item.state.outcome.is_none() {
            let outcome = if note_only { "仅通报" } else { "已议定" };
            steps.push(Step::new("topic.conclude", &stream, json!({ "outcome": outcome })));
        }
        // Another secretary may have entered the outcome meanwhile.
        if let Some(first) = steps.first_mut() {
            first.expected = revision.parse().map_or(Expected::Any, Expected::Exact);
        }
        let record = Step::new("decision.record", decision, Value::Object(data.clone()));
        steps.push(record.expects(Expected::Absent));
        Ok(steps)
    };
    let is_there = || {
        let item = found(Known::of(visit, id, Asked::default())?);
        let text = given.get("text");
        Ok(item.is_some_and(|item| item.decisions.iter().any(|decided| decided.state.text == text)))
    };
    numbered(visit, given, day, &first, steps, is_there)
}

/// The secretary's words, as far as they changed.
fn words(visit: &Visit, id: &str, given: &Fields, day: Day) -> Taken {
    let t = visit.text;
    let stream = format!("meeting/{id}");
    for _ in 0..TRIES {
        let revision = visit.revision(&stream);
        let known = Known::of(visit, id, Asked::default())?;
        let (mut steps, mut faults) = (Vec::new(), Vec::new());
        for (name, ours) in given.pairs() {
            let Some(passage) = name.strip_prefix("word-") else { continue };
            let (was, ours) = (given.get(&format!("was-{passage}")), ours.trim());
            let theirs = known.state.wording.of(passage).unwrap_or_default().trim();
            match merged(was, theirs, ours) {
                Some(words) if words == theirs => {}
                Some(words) => {
                    let data = json!({ "passage": passage, "text": words });
                    steps.push(Step::new("meeting.word-minutes", &stream, data));
                }
                None => {
                    let label = match passage {
                        Passage::OPENING => t.plain("meet-words-opening"),
                        Passage::CLOSING => t.plain("meet-words-closing"),
                        topic => topic.to_owned(),
                    };
                    let args = [("label", label.as_str()), ("now", theirs), ("given", ours)];
                    faults.push((format!("word-{passage}"), t.get("meet-both-changed", &args)));
                }
            }
        }
        if !faults.is_empty() {
            return Ok(Err(Refusal::faults(faults)));
        }
        let Some(first) = steps.first_mut() else {
            return Ok(Err(Refusal { words: t.plain("form-nothing-changed"), ..Refusal::default() }));
        };
        first.expected = revision.parse().map_or(Expected::Any, Expected::Exact);
        match send(visit, given.get("commandId"), steps, day, false) {
            Ok(position) => return Ok(Ok(position)),
            Err(problem) if problem.code == "wrong-revision" => {}
            Err(problem) => return Refusal::of(visit, problem).map(Err),
        }
    }
    Ok(Err(Refusal { words: t.plain("meet-busy"), ..Refusal::default() }))
}

#[cfg(test)]
mod tests {
    use super::{following, merged};

    #[test]
    fn what_only_one_side_changed_is_taken_over() {
        assert_eq!(merged("6", "6", "8"), Some("8"));
        assert_eq!(merged("6", "7", "6"), Some("7"));
        assert_eq!(merged("", "7", "7"), Some("7"));
        assert_eq!(merged("6", "7", "8"), None);
    }

    #[test]
    fn the_next_number_keeps_its_manner() {
        for (id, next) in
            [("HY-2022-0046-Y1", "HY-2022-0046-Y2"), ("YT-2022-0009", "YT-2022-0010"), ("议题9", "议题10")]
        {
            assert_eq!(following(id), next);
        }
    }
}
