//! One meeting, as it is run: how far it has come, notice and quorum against their rules, who is there, each topic
//! with its outcome and what was decided about it, the minutes; and what comes next, always in the page.

mod known;
mod take;

use std::collections::BTreeSet;

use askama::Template;
use gongjian_core::domain::meeting::{Passage, Phase};

use self::known::{Decided, Item, Known};
use super::cells::{Cell, encoded};
use super::inline::{self, Inline, Refusal, Sent};
use super::item::{self, Step};
use super::{Fields, Frame, Seen, Shown, Visit, act};
use crate::access::Right;
use crate::error::Problem;
use crate::messages::Text;

pub(super) use take::take;

/// A part of the way.
struct Stop {
    light: Cell,
    here: bool,
}

/// A fact with what its rule says.
struct Check {
    label: String,
    words: String,
    light: Cell,
}

/// The list to tick.
struct Attendance {
    form: Inline,
    /// Code, name, there.
    units: Vec<(String, String, bool)>,
    /// Who was there when the form was opened.
    was: Vec<String>,
    more: String,
    fields: Vec<super::form::FieldShown>,
}

/// Something decided, as it is shown.
struct DecisionShown {
    id: String,
    link: String,
    text: String,
    light: Cell,
    responsible: String,
    supporting: String,
    due: String,
    done: String,
    verified: String,
}

/// A topic, as it is shown.
struct TopicShown {
    id: String,
    link: String,
    number: String,
    title: String,
    about: String,
    source: Cell,
    light: Cell,
    outcome: String,
    accept: Option<Inline>,
    conclude: Option<Inline>,
    decisions: Vec<DecisionShown>,
    decide: Option<Inline>,
    actions: Vec<(String, String)>,
}

/// A passage of the minutes to word: passage, title, words.
struct PassageShown {
    name: String,
    title: String,
    words: String,
    was: String,
}

#[derive(Template)]
#[template(path = "meeting.html")]
struct MeetingPage {
    frame: Frame,
    id: String,
    date: String,
    light: Cell,
    stops: Vec<Stop>,
    checks: Vec<Check>,
    wrong: Vec<String>,
    wrong_at: String,
    /// Drafts of forms of the page: address and words.
    offers: Vec<(String, String)>,
    next: Option<Inline>,
    /// Why what comes next has to wait, and where to go first.
    waits: Vec<(String, String)>,
    settled: String,
    attendance: Option<Attendance>,
    present: Vec<String>,
    topics: Vec<TopicShown>,
    propose: Option<Inline>,
    words: Option<(Inline, Vec<PassageShown>)>,
    papers: Vec<(String, String)>,
    actions: Vec<(String, String)>,
    correct: Option<String>,
    steps: Vec<Step>,
    trail: String,
}

#[derive(Template)]
#[template(path = "present.html")]
struct Present {
    frame: Frame,
    id: String,
    date: String,
    light: Cell,
    checks: Vec<Check>,
    present: Vec<String>,
    topics: Vec<TopicShown>,
}

/// Shows a meeting; `view=present` shows it to the room.
pub(super) fn show(visit: &Visit) -> Seen {
    let known = Known::of(visit, visit.part("id"), visit.asked()?)?;
    if visit.query.get("view") == "present" {
        return present(visit, &known);
    }
    let (drafted, refusal) = (inline::drafted(visit), Refusal::default());
    let sent = drafted.as_ref().map(|given| Sent { given, refusal: &refusal });
    Shown::page(&page(visit, &known, sent)?)
}

/// The page again, with what was sent and why it was not recorded.
fn again(visit: &Visit, given: &Fields, refusal: &Refusal) -> Seen {
    let known = Known::of(visit, visit.part("id"), visit.asked()?)?;
    let mut page = page(visit, &known, Some(Sent { given, refusal }))?;
    page.wrong = refusal.lines();
    page.wrong.extend(refusal.meanwhile.iter().cloned());
    page.wrong_at = given.get("form").to_owned();
    page.frame.faulty = true;
    Shown::with(axum::http::StatusCode::UNPROCESSABLE_ENTITY, &page)
}

fn title(known: &Known, t: Text) -> String {
    t.get("paper-meeting", &[("community", &known.community), ("type", &known.state.meeting_type)])
}

fn present(visit: &Visit, known: &Known) -> Seen {
    let t = visit.text;
    Shown::page(&Present {
        frame: visit.frame(title(known, t)),
        id: known.id.clone(),
        date: super::month::with_weekday(known.state.date, t),
        light: known.light.clone(),
        checks: checks(known, t),
        present: names(known),
        topics: known.items.iter().map(|item| topic(item, t)).collect(),
    })
}

fn page(visit: &Visit, known: &Known, sent: Option<Sent<'_>>) -> Result<MeetingPage, Problem> {
    let t = visit.text;
    let frame = visit.frame(title(known, t));
    let records = visit.caller.may(Right::Record) && frame.as_of.is_none();
    let stream = format!("meeting/{}", known.id);
    let allowed = if records { visit.app().allowed(&stream)? } else { Vec::new() };
    let (next, waits) = if records { next(visit, known, sent)? } else { (None, Vec::new()) };
    let mut topics = Vec::new();
    for item in &known.items {
        topics.push(if records { topic_with_forms(visit, known, item, sent)? } else { topic(item, t) });
    }
    let back = encoded(&format!("/meetings/{}", known.id));
    let leads = |command: &str| format!("/do/{command}?stream={}&back={back}", encoded(&stream));
    let shown = |command: &&&str| {
        let here = [next_command(known), "meeting.attend", "meeting.word-minutes", "meeting.correct"];
        !here.contains(*command)
    };
    let takes_topics = known.state.phase < Phase::Cancelled;
    let propose = if records && takes_topics { Some(propose(visit, known, sent)?) } else { None };
    let words = if records && known.is_draft() { Some(words(visit, known, sent)?) } else { None };
    let decide = topics.iter().filter_map(|topic: &TopicShown| topic.decide.as_ref());
    let forms = decide.chain(&propose).chain(words.as_ref().map(|(form, _)| form));
    Ok(MeetingPage {
        offers: inline::offers(visit, forms),
        id: known.id.clone(),
        date: super::month::with_weekday(known.state.date, t),
        light: known.light.clone(),
        stops: stops(known, t),
        checks: checks(known, t),
        wrong: Vec::new(),
        wrong_at: String::new(),
        next,
        waits,
        settled: settled(known, t),
        attendance: match known.state.phase {
            Phase::InSession if records => Some(attendance(visit, known, sent)?),
            _ => None,
        },
        present: names(known),
        topics,
        propose,
        words,
        papers: papers(known, t),
        actions: allowed.iter().filter(shown).map(|command| (leads(command), t.command(command))).collect(),
        correct: allowed.contains(&"meeting.correct").then(|| leads("meeting.correct")),
        steps: item::steps(visit, &stream)?,
        trail: format!("/trails/meeting/{}", encoded(&known.id)),
        frame: frame.live(),
    })
}

/// 议程 → 通知 → 签到 → 议定 → 纪要 → 归档.
fn stops(known: &Known, t: Text) -> Vec<Stop> {
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

fn checks(known: &Known, t: Text) -> Vec<Check> {
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
fn settled(known: &Known, t: Text) -> String {
    match known.state.minutes_confirmed {
        Some(confirmed) => t.get("meet-settled", &[("day", &t.day(confirmed.on))]),
        None => String::new(),
    }
}

fn names(known: &Known) -> Vec<String> {
    let there: BTreeSet<&str> = known.state.units.iter().map(String::as_str).collect();
    known
        .units
        .iter()
        .filter(|(code, _)| there.contains(code.as_str()))
        .map(|(_, name)| name.clone())
        .collect()
}

/// The command that takes the meeting one step further.
fn next_command(known: &Known) -> &'static str {
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
fn next(
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

fn attendance(visit: &Visit, known: &Known, sent: Option<Sent<'_>>) -> Result<Attendance, Problem> {
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

fn propose(visit: &Visit, known: &Known, sent: Option<Sent<'_>>) -> Result<Inline, Problem> {
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
fn words(
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

fn topic(item: &Item, t: Text) -> TopicShown {
    let state = &item.state;
    let source = state.source.as_deref().map(|stream| {
        let words = stream.rsplit('/').next().unwrap_or(stream);
        Cell { link: super::cells::place(stream).unwrap_or_default(), ..Cell::words(words) }
    });
    TopicShown {
        id: item.id.clone(),
        link: format!("/topics/{}", encoded(&item.id)),
        number: state.number.map(|number| number.to_string()).unwrap_or_default(),
        title: state.title.clone(),
        about: t.remarks(&[state.category.clone(), t.labelled(&t.plain("field-proposer"), &state.proposer)]),
        source: source.unwrap_or_default(),
        light: item.light.clone(),
        outcome: match (&state.outcome, &state.referred_to) {
            (Some(outcome), Some(to)) => t.labelled(&t.word("word", outcome), to),
            (Some(outcome), None) => t.word("word", outcome),
            _ => String::new(),
        },
        accept: None,
        conclude: None,
        decisions: item.decisions.iter().map(|decided| decision(decided, t)).collect(),
        decide: None,
        actions: Vec::new(),
    }
}

fn decision(decided: &Decided, t: Text) -> DecisionShown {
    let work = &decided.state.work;
    let due = match (work.due_on, work.extended_to) {
        (Some(due), Some(extended)) => {
            t.get("meet-due-extended", &[("due", &t.day(due)), ("extended", &t.day(extended))])
        }
        (Some(due), None) => t.day(due),
        _ => String::new(),
    };
    DecisionShown {
        link: format!("/decisions/{}", encoded(&decided.id)),
        id: decided.id.clone(),
        text: decided.state.text.clone(),
        light: decided.light.clone(),
        responsible: decided.responsible.clone(),
        supporting: decided.supporting.clone(),
        due,
        done: work.completed.map(|fact| t.day(fact.on)).unwrap_or_default(),
        verified: work.verified.map(|fact| t.day(fact.on)).unwrap_or_default(),
    }
}

/// A topic with what can be done about it now.
fn topic_with_forms(
    visit: &Visit,
    known: &Known,
    item: &Item,
    sent: Option<Sent<'_>>,
) -> Result<TopicShown, Problem> {
    let t = visit.text;
    let mut shown = topic(item, t);
    let state = &item.state;
    let stream = format!("topic/{}", item.id);
    let back = encoded(&format!("/meetings/{}#topic-{}", known.id, item.id));
    let in_session = known.state.phase == Phase::InSession;
    let mut leads = |command: &str| {
        let link = format!("/do/{command}?stream={}&back={back}", encoded(&stream));
        shown.actions.push((link, t.command(command)));
    };
    match state.state() {
        "proposed" => {
            leads("topic.reject");
            leads("topic.merge");
            let key = format!("accept-{}", item.id);
            let mut form = Inline::new(visit, &key, "step", &stream, Sent::to(sent, &key))?;
            form.verb = t.command("topic.accept");
            form.hide("command", "topic.accept");
            shown.accept = Some(form);
        }
        "placed" | "discussed" if in_session => {
            leads("topic.vote");
            let key = format!("conclude-{}", item.id);
            let sent = Sent::to(sent, &key);
            let mut form = Inline::new(visit, &key, "conclude", &stream, sent)?;
            form.verb = t.plain("meet-conclude");
            form.fields.push(inline::field(visit, "topic.conclude", "outcome", "", sent)?);
            form.fields.push(inline::field(visit, "topic.conclude", "referredTo", "", sent)?);
            form.fields.push(inline::field(visit, "topic.withdraw", "reason", "", sent)?);
            form.fields.push(inline::day(visit, known.on, sent)?);
            for field in &mut form.fields {
                if ["referredTo", "reason"].contains(&field.name.as_str()) {
                    // One line is enough in a row of fields.
                    field.widget = "line";
                    field.label = t.plain(&format!("meet-conclude-{}", field.name));
                }
            }
            shown.conclude = Some(form);
        }
        "placed" | "accepted" => leads("topic.withdraw"),
        _ => {}
    }
    let decided = state.outcome.as_deref().is_none_or(|outcome| outcome == "已议定");
    if in_session && decided && state.on_agenda_of(&known.id) {
        let key = format!("decide-{}", item.id);
        let sent = Sent::to(sent, &key);
        let mut form = Inline::new(visit, &key, "decide", "", sent)?;
        form.verb = t.plain("meet-decide");
        form.hide("topic", &item.id);
        for name in ["text", "responsible", "supporting", "dueOn", "noteOnly"] {
            form.fields.push(inline::field(visit, "decision.record", name, "", sent)?);
        }
        // Only what is merely told needs nobody and no day.
        for field in form.fields.iter_mut().filter(|it| ["responsible", "dueOn"].contains(&it.name.as_str()))
        {
            field.label = t.word("field", &field.name);
        }
        form.fields.push(inline::day(visit, known.on, sent)?);
        form.keep(visit, &item.state.title);
        shown.decide = Some(form);
    }
    Ok(shown)
}

/// The papers that make sense now.
fn papers(known: &Known, t: Text) -> Vec<(String, String)> {
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
