//! Two people at one record (J6): what each of them changed, field by field. Fields that only one side touched are taken
//! over without a word; where both did, whoever comes second sees both versions and chooses.

use askama::Template;
use axum::http::StatusCode;
use gongjian_core::day::Day;
use serde_json::Value;

use super::{Fields, Frame, Seen, Shown, Visit};
use crate::error::Problem;
use crate::messages::Text;

/// Says that a form was put together with what others recorded once, without a question; not twice, or two busy people
/// could keep the program at it.
pub(super) const MERGED: &str = "merged";

/// A field that both sides changed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Both {
    name: String,
    was: String,
    now: String,
    mine: String,
}

/// What came of putting both versions together.
#[derive(Debug)]
pub(super) struct Merged {
    /// The form, with what others changed taken over.
    pub(super) given: Fields,
    both: Vec<Both>,
    /// Fields that only this form changes.
    mine: usize,
}

impl Merged {
    /// Whether nobody has to choose anything.
    pub(super) fn is_clear(&self) -> bool {
        self.both.is_empty()
    }

    /// Whether the form still changes anything.
    pub(super) fn changes_anything(&self) -> bool {
        self.mine > 0 || !self.both.is_empty()
    }
}

/// A field of a choice, as it is shown.
struct Choice {
    name: String,
    label: String,
    was: String,
    now: String,
    mine: String,
}

#[derive(Template)]
#[template(path = "conflict.html")]
struct ConflictPage {
    frame: Frame,
    title: String,
    action: String,
    choices: Vec<Choice>,
    hidden: Vec<(String, String)>,
    rest: usize,
    leave: String,
}

/// Puts a form of changes together with what stands in the ledger now: `was-F` is what stood there when the form was
/// opened, `change-F` what was typed.
pub(super) fn merge(given: &Fields, now: &[(String, String)], revision: &str) -> Merged {
    let mut merged = Fields::default();
    let (mut both, mut mine_only) = (Vec::new(), 0);
    for (key, value) in given.pairs() {
        let of_form = key.strip_prefix("was-").or_else(|| key.strip_prefix("change-"));
        let is_field = of_form.is_some_and(|field| now.iter().any(|(name, _)| name == field));
        if !is_field && !matches!(key, "expectedRevision" | MERGED) && !key.starts_with("pick-") {
            merged.put(key, value);
        }
    }
    merged.put("expectedRevision", revision);
    merged.put(MERGED, "true");
    for (name, now) in now {
        let (was, mine) = (given.get(&format!("was-{name}")), given.get(&format!("change-{name}")));
        if !given.has(&format!("change-{name}")) {
            continue;
        }
        let mut put = |typed: &str| {
            merged.put(&format!("was-{name}"), now);
            merged.put(&format!("change-{name}"), typed);
        };
        if same(mine, was) || same(mine, now) {
            // Only others touched it, or both made the same of it.
            put(now);
        } else {
            put(mine);
            if same(now, was) {
                mine_only += 1;
            } else {
                let (name, was, now, mine) = (name.clone(), was.to_owned(), now.clone(), mine.to_owned());
                both.push(Both { name, was, now, mine });
            }
        }
    }
    Merged { given: merged, both, mine: mine_only }
}

/// Whether two values say the same; days are written in many ways.
fn same(one: &str, other: &str) -> bool {
    let day = super::fields::day;
    one == other || day(one).is_some_and(|one| day(other) == Some(one))
}

/// A form that was sent from the page of a conflict, with its choices as what was typed.
pub(super) fn chosen(given: &Fields) -> Fields {
    let mut chosen = Fields::default();
    for (key, value) in given.pairs().filter(|(key, _)| !key.starts_with("pick-")) {
        let field = key.strip_prefix("change-");
        let keeps = field.is_some_and(|field| given.get(&format!("pick-{field}")) == "now");
        let value = match field {
            Some(field) if keeps => given.get(&format!("was-{field}")),
            _ => value,
        };
        chosen.put(key, value);
    }
    chosen
}

/// Both versions side by side.
pub(super) fn show(visit: &Visit, action: &str, verb: &str, merged: &Merged, problem: &Problem) -> Seen {
    let t = visit.text;
    let words = |value: &str| shown(t, value);
    let choice = |both: &Both| Choice {
        label: t.word("field", &both.name),
        was: words(&both.was),
        now: words(&both.now),
        mine: words(&both.mine),
        name: both.name.clone(),
    };
    let (post, time) = last(problem, visit.app().today());
    let mut frame = visit.frame(verb);
    frame.faulty = true;
    let fields = merged.given.pairs().filter(|(key, _)| key.starts_with("change-")).count();
    let stream = merged.given.get("stream");
    let page = ConflictPage {
        title: t.get("conflict-title", &[("post", &post), ("time", &time)]),
        action: action.to_owned(),
        choices: merged.both.iter().map(choice).collect(),
        hidden: merged
            .given
            .pairs()
            .filter(|(key, _)| !matches!(*key, "csrf" | "checked" | MERGED))
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect(),
        rest: fields.saturating_sub(merged.both.len()),
        leave: super::item::page_of(stream),
        frame,
    };
    Shown::with(StatusCode::CONFLICT, &page)
}

/// Who recorded the last change, and when.
fn last(problem: &Problem, today: Day) -> (String, String) {
    let events = problem.current.as_ref().and_then(|now| now.get("lastEvents")).and_then(Value::as_array);
    let last = events.and_then(|events| events.last());
    let text =
        |name: &str| last.and_then(|event| event.get(name)).and_then(Value::as_str).unwrap_or_default();
    let time = text("recordedAt").parse::<jiff::Timestamp>();
    let time = time.map(|time| crate::app::county_time(time.as_microsecond())).unwrap_or_default();
    // Of today the hour is enough.
    let time = match time.split_once(' ') {
        Some((day, hour)) if day == today.to_string() => hour.to_owned(),
        _ => time,
    };
    (text("recordedBy").to_owned(), time)
}

fn shown(t: Text, value: &str) -> String {
    match (value, super::fields::day(value)) {
        ("", _) => t.plain("conflict-blank"),
        (_, Some(day)) => t.day(day),
        (text, None) => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(pairs: &[(&str, &str)]) -> Fields {
        let mut fields = Fields::default();
        for (name, value) in pairs {
            fields.put(name, value);
        }
        fields
    }

    fn now(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn what_one_side_touched_is_taken_over() {
        let given = form(&[
            ("reason", "看错"),
            ("expectedRevision", "3"),
            ("was-name", "旧"),
            ("change-name", "旧"),
            ("was-text", "甲"),
            ("change-text", "乙"),
        ]);
        let merged = merge(&given, &now(&[("name", "新"), ("text", "甲")]), "4");
        assert!(merged.is_clear() && merged.changes_anything());
        assert_eq!(merged.given.get("change-name"), "新");
        assert_eq!(merged.given.get("was-name"), "新");
        assert_eq!(merged.given.get("change-text"), "乙");
        assert_eq!((merged.given.get("expectedRevision"), merged.given.get("reason")), ("4", "看错"));
    }

    #[test]
    fn what_both_touched_is_chosen() {
        let given =
            form(&[("was-dueOn", "2022-07-12"), ("change-dueOn", "2022-07-22"), ("stream", "decision/1")]);
        let merged = merge(&given, &now(&[("dueOn", "2022-07-30")]), "4");
        assert!(!merged.is_clear());
        let mut sent = merged.given.clone();
        sent.put("pick-dueOn", "now");
        let chosen = chosen(&sent);
        assert_eq!((chosen.get("was-dueOn"), chosen.get("change-dueOn")), ("2022-07-30", "2022-07-30"));
        let mut sent = merged.given;
        sent.put("pick-dueOn", "mine");
        assert_eq!(super::chosen(&sent).get("change-dueOn"), "2022-07-22");
        let same = merge(&given, &now(&[("dueOn", "2022-07-22")]), "4");
        assert!(same.is_clear() && !same.changes_anything());
    }
}
