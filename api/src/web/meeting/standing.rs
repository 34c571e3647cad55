//! How a meeting stands: how far it has come, what its rules say of it, who is there, and its papers.

use std::collections::BTreeSet;

use gongjian_core::domain::meeting::Phase;

use super::super::cells::{Cell, encoded};
use super::known::Known;
use crate::messages::Text;

/// A part of the way.
pub(super) struct Stop {
    pub(super) light: Cell,
    pub(super) here: bool,
}

/// A fact with what its rule says.
pub(super) struct Check {
    pub(super) label: String,
    pub(super) words: String,
    pub(super) light: Cell,
}

/// 议程 → 通知 → 签到 → 议定 → 纪要 → 归档.
pub(super) fn stops(known: &Known, t: Text) -> Vec<Stop> {
    let state = &known.state;
    let done = [
        state.phase >= Phase::AgendaFrozen && state.phase != Phase::Cancelled,
        state.noticed.is_some(),
        state.attended.is_some(),
        state.held.is_some(),
        state.minutes_confirmed.is_some(),
        state.phase == Phase::Archived,
    ];
    let words = ["agenda", "notice", "attendance", "decisions", "minutes", "archive"];
    let last = done.iter().rposition(|done| *done);
    let here = last.map_or(0, |last| last + 1);
    let cancelled = state.cancelled.is_some();
    let stop = |(place, (word, done)): (usize, (&str, bool))| {
        let mut words = t.word("meet-stop", word);
        let (look, shape) = match place {
            _ if done => ("ok", "●"),
            _ if cancelled => ("mute", "–"),
            // Passed, but no record says so.
            _ if place < here => {
                words = t.get("meet-stop-unstated", &[("words", &words)]);
                ("mute", "–")
            }
            _ if place == here => ("info", "◐"),
            _ => ("mute", "○"),
        };
        Stop { light: Cell { look, shape, ..Cell::words(words) }, here: place == here && !cancelled }
    };
    words.into_iter().zip(done).enumerate().map(stop).collect()
}

/// A light that says whether a rule is kept.
fn rule_light(met: bool, t: Text) -> Cell {
    let (look, shape, key) =
        if met { ("ok", "●", "meet-rule-met") } else { ("warn", "▲", "meet-rule-unmet") };
    Cell { look, shape, ..Cell::words(t.plain(key)) }
}

pub(super) fn checks(known: &Known, t: Text) -> Vec<Check> {
    let state = &known.state;
    let mut checks = Vec::new();
    let mut say = |field: &str, words: String, light: Cell| {
        if !words.is_empty() {
            checks.push(Check { label: t.word("field", field), words, light });
        }
    };
    if let (Some(notice), Some(noticed)) = (&known.notice, state.noticed) {
        let args = [
            ("day", t.short_day(noticed.on)),
            ("days", notice.given.unwrap_or_default().to_string()),
            ("required", notice.required.to_string()),
            ("rule", notice.rule.clone()),
        ];
        let args = args.each_ref().map(|(name, value)| (*name, value.as_str()));
        say("noticedOn", t.get("meet-notice", &args), rule_light(notice.is_met(), t));
    }
    match (&known.quorum, state.attended) {
        (Some(quorum), Some(_)) => {
            let args = [
                ("expected", quorum.expected.to_string()),
                ("present", quorum.present.to_string()),
                ("required", quorum.required.to_string()),
                ("rule", quorum.rule.clone()),
            ];
            let args = args.each_ref().map(|(name, value)| (*name, value.as_str()));
            say("present", t.get("meet-quorum", &args), rule_light(quorum.is_met(), t));
        }
        _ => {
            let expected = state.expected_units.map(|units| units.to_string()).unwrap_or_default();
            say("expectedUnits", expected, Cell::default());
        }
    }
    let stated = |text: &Option<String>| text.clone().unwrap_or_default();
    say("residents", state.residents.map(|count| count.to_string()).unwrap_or_default(), Cell::default());
    say("place", stated(&state.place), Cell::default());
    say("chairPost", stated(&state.chair_post), Cell::default());
    say("recorderPost", stated(&state.recorder_post), Cell::default());
    say("minutes", stated(&state.minutes), Cell::default());
    say("reason", stated(&state.reason), Cell::default());
    checks
}

/// What there is to say once the minutes are confirmed.
pub(super) fn settled(known: &Known, t: Text) -> String {
    match known.state.minutes_confirmed {
        Some(confirmed) => t.get("meet-settled", &[("day", &t.day(confirmed.on))]),
        None => String::new(),
    }
}

pub(super) fn names(known: &Known) -> Vec<String> {
    let there: BTreeSet<&str> = known.state.units.iter().map(String::as_str).collect();
    known
        .units
        .iter()
        .filter(|(code, _)| there.contains(code.as_str()))
        .map(|(_, name)| name.clone())
        .collect()
}

/// The papers that make sense now.
pub(super) fn papers(known: &Known, t: Text) -> Vec<(String, String)> {
    let phase = known.state.phase;
    let mut kinds = vec!["notice", "agenda", "attendance"];
    if phase >= Phase::Held {
        kinds = vec!["minutes", "attendance", "notice"];
    }
    let paper = |kind: &&str| {
        let link = format!("/api/v1/papers/{kind}/{}?format=docx", encoded(&known.id));
        (link, t.word("paper", kind))
    };
    kinds.iter().map(paper).collect()
}
