//! The forms of a meeting's page: what comes next, who is there, one more topic, and the words of the minutes.

use std::collections::BTreeSet;

use gongjian_core::domain::meeting::{Passage, Phase};

use super::super::inline::{self, Inline, Sent};
use super::super::{Visit, act, form};
use super::known::{Item, Known};
use super::title;
use crate::error::Problem;

/// The list to tick.
pub(super) struct Attendance {
    pub(super) form: Inline,
    /// Code, name, there.
    pub(super) units: Vec<(String, String, bool)>,
    /// Who was there when the form was opened.
    pub(super) was: Vec<String>,
    pub(super) more: String,
    pub(super) fields: Vec<form::FieldShown>,
}

/// A passage of the minutes to word: passage, title, words.
pub(super) struct PassageShown {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) words: String,
    pub(super) was: String,
}

/// The command that takes the meeting one step further.
pub(super) fn next_command(known: &Known) -> &'static str {
    match known.state.phase {
        Phase::Planned => "meeting.call-topics",
        Phase::CollectingTopics => "meeting.freeze-agenda",
        Phase::AgendaFrozen | Phase::Postponed => "meeting.notice",
        Phase::Notified => "meeting.open",
        Phase::InSession => "meeting.hold",
        Phase::Adjourned => "meeting.resume",
        Phase::Held => "meeting.draft-minutes",
        Phase::MinutesDraft => "meeting.confirm-minutes",
        Phase::MinutesConfirmed | Phase::Published => "meeting.archive",
        Phase::Cancelled | Phase::Archived => "",
    }
}

/// What comes next as a form, and what it waits for.
#[allow(clippy::type_complexity, reason = "a form and lines with their places")]
pub(super) fn next(
    visit: &Visit,
    known: &Known,
    sent: Option<Sent<'_>>,
) -> Result<(Option<Inline>, Vec<(String, String)>), Problem> {
    let t = visit.text;
    let command = next_command(known);
    if command.is_empty() {
        return Ok((None, Vec::new()));
    }
    if known.state.phase == Phase::InSession && known.open().next().is_some() {
        let wait = |item: &Item| {
            let number =
                item.state.number.map(|number| number.to_string()).unwrap_or_else(|| item.id.clone());
            (format!("#topic-{}", item.id), t.get("meet-waits", &[("number", &number)]))
        };
        return Ok((None, known.open().map(wait).collect()));
    }
    let mut waits = Vec::new();
    let stream = format!("meeting/{}", known.id);
    let sent = Sent::to(sent, "next");
    let mut form = Inline::new(visit, "next", "step", &stream, sent)?;
    form.primary = true;
    form.verb = t.command(command);
    form.hide("command", command);
    match command {
        "meeting.freeze-agenda" if !known.items.iter().any(|item| item.state.on_agenda_of(&known.id)) => {
            waits.push(("#propose".to_owned(), t.plain("meet-agenda-empty")));
            form.fields.push(inline::field(visit, command, "routine", "", sent)?);
        }
        "meeting.call-topics" => form.fields.push(inline::field(visit, command, "until", "", sent)?),
        "meeting.notice" => {
            form.fields.push(inline::field(visit, command, "urgentReason", "", sent)?);
        }
        "meeting.draft-minutes" => {
            let number = known.state.minutes.clone().unwrap_or_else(|| minutes_number(&known.id));
            form.fields.push(inline::field(visit, command, "number", &number, sent)?);
        }
        "meeting.confirm-minutes" => {
            let posts = [&known.state.chair_post, &known.state.recorder_post];
            let posts: Vec<&str> = posts.into_iter().flatten().map(String::as_str).collect();
            form.fields.push(inline::field(visit, command, "posts", &posts.join("\n"), sent)?);
        }
        _ => {}
    }
    let today = visit.app().today();
    let day = match command {
        "meeting.open" | "meeting.hold" | "meeting.resume" => known.on,
        _ => today,
    };
    form.fields.push(inline::day(visit, day, sent)?);
    if act::CHECKED.contains(&command) {
        // What cannot be undone is shown once more first.
        form.action = format!("/do/{command}");
        form.hide("back", &format!("/meetings/{}", known.id));
    }
    Ok((Some(form), waits))
}

/// Minutes are numbered as their meeting is.
fn minutes_number(meeting: &str) -> String {
    match meeting.strip_prefix("HY-") {
        Some(rest) => format!("JY-{rest}"),
        None => format!("JY-{meeting}"),
    }
}

pub(super) fn attendance(
    visit: &Visit,
    known: &Known,
    sent: Option<Sent<'_>>,
) -> Result<Attendance, Problem> {
    let t = visit.text;
    let stream = format!("meeting/{}", known.id);
    let sent = Sent::to(sent, "attend");
    let mut form = Inline::new(visit, "attend", "attend", &stream, sent)?;
    form.verb = t.plain("meet-attend");
    let typed: Option<BTreeSet<&str>> = sent.map(|sent| sent.given.all("units").collect());
    let there = |code: &str| match &typed {
        Some(typed) => typed.contains(code),
        None => known.state.units.iter().any(|unit| unit == code),
    };
    let units = known.units.iter().map(|(code, name)| (code.clone(), name.clone(), there(code))).collect();
    let number = |count: Option<u16>| count.map(|count| count.to_string()).unwrap_or_default();
    let expected = match (known.state.expected_units, known.state.meeting_type.as_str()) {
        (Some(units), _) => units.to_string(),
        (None, gongjian_projections::figures::JOINT) => known.members.to_string(),
        _ => String::new(),
    };
    form.hide("was-expectedUnits", &number(known.state.expected_units));
    form.hide("was-residents", &number(known.state.residents));
    let command = "meeting.attend";
    Ok(Attendance {
        units,
        was: known.state.units.clone(),
        more: sent.map(|sent| sent.given.get("more").to_owned()).unwrap_or_default(),
        fields: vec![
            inline::field(visit, command, "expectedUnits", &expected, sent)?,
            inline::field(visit, command, "residents", &number(known.state.residents), sent)?,
            inline::day(visit, known.on, sent)?,
        ],
        form,
    })
}

pub(super) fn propose(visit: &Visit, known: &Known, sent: Option<Sent<'_>>) -> Result<Inline, Problem> {
    let sent = Sent::to(sent, "propose");
    let mut form = Inline::new(visit, "propose", "propose", "", sent)?;
    form.verb = visit.text.plain("meet-propose");
    for name in ["title", "category", "proposer", "source"] {
        form.fields.push(inline::field(visit, "topic.propose", name, "", sent)?);
    }
    let day = if known.state.phase >= Phase::InSession { known.on } else { visit.app().today() };
    form.fields.push(inline::day(visit, day, sent)?);
    form.keep(visit, &title(known, visit.text));
    Ok(form)
}

/// The passages of the minutes with their words.
pub(super) fn words(
    visit: &Visit,
    known: &Known,
    sent: Option<Sent<'_>>,
) -> Result<(Inline, Vec<PassageShown>), Problem> {
    let t = visit.text;
    let sent = Sent::to(sent, "words");
    let stream = format!("meeting/{}", known.id);
    let mut form = Inline::new(visit, "words", "words", &stream, sent)?;
    form.verb = t.plain("meet-words-keep");
    form.keep(visit, &title(known, t));
    form.fields.push(inline::day(visit, visit.app().today(), sent)?);
    let topics = known.items.iter().filter(|item| item.state.on_agenda_of(&known.id));
    let topics = topics.map(|item| (item.id.clone(), item.state.title.clone()));
    let passages = std::iter::once((Passage::OPENING.to_owned(), t.plain("meet-words-opening")))
        .chain(topics)
        .chain(std::iter::once((Passage::CLOSING.to_owned(), t.plain("meet-words-closing"))));
    let shown = passages.map(|(name, title)| {
        let now = known.state.wording.of(&name).unwrap_or_default().to_owned();
        let key = format!("word-{name}");
        let typed = sent.filter(|sent| sent.given.has(&key)).map(|sent| sent.given.get(&key).to_owned());
        PassageShown { words: typed.unwrap_or_else(|| now.clone()), was: now, title, name }
    });
    Ok((form, shown.collect()))
}
