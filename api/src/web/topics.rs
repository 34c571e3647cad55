//! The backlog of topics (议题库): what was proposed or put off, how long it has waited, and the way onto an agenda
//! or off the list, so that no topic is lost.

use askama::Template;
use gongjian_core::command::Expected;
use gongjian_core::day::Day;
use gongjian_core::domain::meeting::Phase;
use gongjian_projections::light::light;
use gongjian_projections::registry::Kind;
use serde_json::json;

use super::cells::{Cell, encoded, lit};
use super::inline::{self, Inline, Refusal, Sent, Step, send};
use super::{Fields, Frame, Seen, Shown, Visit, form};
use crate::access::Right;
use crate::app::Asked;
use crate::error::Problem;

/// A topic that waits.
struct Line {
    id: String,
    link: String,
    title: String,
    about: String,
    source: Cell,
    light: Cell,
    age: String,
    from: Cell,
    place: Option<Inline>,
    refuse: Option<Inline>,
    meetings: Vec<(String, String, bool)>,
    reason: String,
}

#[derive(Template)]
#[template(path = "topics.html")]
struct TopicsPage {
    frame: Frame,
    lines: Vec<Line>,
    wrong: Vec<String>,
    new: Option<(String, String)>,
    no_meeting: bool,
}

/// Shows the backlog.
pub(super) fn show(visit: &Visit) -> Seen {
    Shown::page(&page(visit, visit.asked()?, None)?)
}

/// A state in which a topic waits for a meeting.
fn waits(state: &str) -> bool {
    matches!(state, "proposed" | "accepted" | "deferred")
}

fn page(visit: &Visit, asked: Asked, sent: Option<Sent<'_>>) -> Result<TopicsPage, Problem> {
    let t = visit.text;
    let on = visit.on(asked)?;
    let frame = visit.frame(t.plain("page-topics")).live();
    let records = visit.caller.may(Right::Record) && frame.as_of.is_none();
    let views = visit.app().views_as_of(asked.last)?;
    let name =
        |code: &str, day: Day| views.registry.name(Kind::Community, code, day).unwrap_or(code).to_owned();
    let mut coming: Vec<(Day, String, String)> = views
        .meetings
        .meeting
        .iter()
        .filter(|(_, meeting)| meeting.phase < Phase::Cancelled && meeting.held.is_none())
        .map(|(id, meeting)| {
            let community = name(&meeting.community, meeting.date);
            let args = [("community", community.as_str()), ("type", meeting.meeting_type.as_str())];
            let words = t.remarks(&[t.get("paper-meeting", &args), t.day(meeting.date), id.to_owned()]);
            (meeting.date, id.to_owned(), words)
        })
        .collect();
    coming.sort_unstable();
    let mut waiting: Vec<_> = views
        .meetings
        .topic
        .iter()
        .filter(|(_, topic)| waits(topic.state()))
        .map(|(id, topic)| (id.to_owned(), topic.clone()))
        .collect();
    drop(views);
    waiting.sort_by_key(|(id, topic)| (topic.proposed.map(|fact| fact.on), id.clone()));
    let mut lines = Vec::with_capacity(waiting.len());
    for (id, topic) in waiting {
        let state = topic.state().to_owned();
        let stream = format!("topic/{id}");
        let key = |what: &str| format!("{what}-{id}");
        let button = |what: &str, command: &str| -> Result<Option<Inline>, Problem> {
            if !records {
                return Ok(None);
            }
            let key = key(what);
            let mut form = Inline::new(visit, &key, what, &stream, Sent::to(sent, &key))?;
            form.verb = t.plain(command);
            Ok(Some(form))
        };
        let typed = |what: &str, name: &str| {
            Sent::to(sent, &key(what)).map(|sent| sent.given.get(name).to_owned()).unwrap_or_default()
        };
        let chosen = typed("place", "meeting");
        let age = topic.proposed.map(|fact| (on.0 - fact.on.0).max(0));
        let source = topic.source.as_deref().map(|stream| Cell {
            link: super::cells::place(stream).unwrap_or_default(),
            ..Cell::words(stream.rsplit('/').next().unwrap_or(stream))
        });
        let from = topic
            .meeting
            .as_ref()
            .map(|meeting| Cell { link: format!("/meetings/{}", encoded(meeting)), ..Cell::words(meeting) });
        let ends = if state == "proposed" { "topics-refuse" } else { "topics-withdraw" };
        lines.push(Line {
            link: format!("/topics/{}", encoded(&id)),
            title: topic.title.clone(),
            about: t
                .remarks(&[topic.category.clone(), t.labelled(&t.plain("field-proposer"), &topic.proposer)]),
            source: source.unwrap_or_default(),
            light: lit(light("topic", &state, None, on), "topic", &state, t),
            age: age.map(|days| t.get("topics-age", &[("days", &days.to_string())])).unwrap_or_default(),
            from: from.unwrap_or_default(),
            place: if coming.is_empty() { None } else { button("place", "topics-place")? },
            refuse: button("refuse", ends)?,
            meetings: coming
                .iter()
                .map(|(_, id, words)| (id.clone(), words.clone(), *id == chosen))
                .collect(),
            reason: typed("refuse", "reason"),
            id,
        });
    }
    Ok(TopicsPage {
        new: records.then(|| ("/do/topic.propose".to_owned(), t.command("topic.propose"))),
        no_meeting: coming.is_empty() && !lines.is_empty(),
        lines,
        wrong: Vec::new(),
        frame,
    })
}

/// Puts a topic on an agenda, or off the list.
pub(super) fn take(visit: &Visit, given: &Fields) -> Seen {
    let stream = given.get("stream");
    let id = stream.strip_prefix("topic/").unwrap_or_default();
    let topic = visit.app().views()?.meetings.topic.get(id).cloned().ok_or_else(|| Problem::not_found(id))?;
    let t = visit.text;
    let empty = |name: &str| {
        let fault = t.get("form-empty", &[("label", &t.word("field", name))]);
        again(visit, given, &Refusal::faults(vec![(name.to_owned(), fault)]))
    };
    let proposed = topic.state() == "proposed";
    let mut steps = Vec::new();
    if given.get("act") == "place" {
        let meeting = match given.get("meeting") {
            "" => return empty("meeting"),
            name => match form::resolve(visit, "meetings", name) {
                Ok(meeting) => meeting,
                Err(words) => return again(visit, given, &Refusal { words, ..Refusal::default() }),
            },
        };
        if proposed {
            steps.push(Step::new("topic.accept", stream, json!({})));
        }
        let number = {
            let views = visit.app().views()?;
            let on_agenda =
                views.meetings.topic.iter().filter(|(_, it)| it.meeting.as_deref() == Some(&meeting));
            on_agenda.filter_map(|(_, it)| it.number).max().unwrap_or(0)
        };
        let data = json!({ "meeting": meeting, "number": number.saturating_add(1) });
        steps.push(Step::new("topic.place", stream, data));
    } else {
        let reason = given.get("reason");
        if reason.is_empty() {
            return empty("reason");
        }
        let command = if proposed { "topic.reject" } else { "topic.withdraw" };
        steps.push(Step::new(command, stream, json!({ "reason": reason })));
    }
    if let Some(first) = steps.first_mut() {
        let expected: Expected = inline::expected(given)?;
        first.expected = expected;
    }
    match send(visit, given.get("commandId"), steps, visit.app().today(), false) {
        Ok(position) => Ok(Shown::Elsewhere(format!("/topics?done={position}"))),
        Err(problem) => again(visit, given, &Refusal::of(visit, problem)?),
    }
}

fn again(visit: &Visit, given: &Fields, refusal: &Refusal) -> Seen {
    let mut page = page(visit, Asked::default(), Some(Sent { given, refusal }))?;
    page.wrong = refusal.lines();
    page.wrong.extend(refusal.meanwhile.iter().cloned());
    page.frame.faulty = true;
    Shown::with(axum::http::StatusCode::UNPROCESSABLE_ENTITY, &page)
}
