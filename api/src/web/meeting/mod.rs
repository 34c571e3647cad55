//! One meeting, as it is run: how far it has come, notice and quorum against their rules, who is there, each topic
//! with its outcome and what was decided about it, the minutes; and what comes next, always in the page.

mod forms;
mod known;
mod standing;
mod take;
mod topics;

use askama::Template;
use gongjian_core::domain::meeting::Phase;

use self::forms::{Attendance, PassageShown, attendance, next, next_command, propose, words};
use self::known::Known;
use self::standing::{Check, Stop, checks, names, papers, settled, stops};
use self::topics::{TopicShown, topic, topic_with_forms};
use super::cells::{Cell, encoded};
use super::inline::{self, Inline, Refusal, Sent};
use super::item::{self, Step};
use super::{Fields, Frame, Seen, Shown, Visit};
use crate::access::Right;
use crate::error::Problem;
use crate::messages::Text;

pub(super) use take::take;

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
