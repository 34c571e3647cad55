//! The topics of a meeting, each with its outcome, what was decided about it, and what can be done about it now.

use gongjian_core::domain::meeting::Phase;

use super::super::Visit;
use super::super::cells::{Cell, encoded, place};
use super::super::inline::{self, Inline, Sent};
use super::known::{Decided, Item, Known};
use crate::error::Problem;
use crate::messages::Text;

/// Something decided, as it is shown.
pub(super) struct DecisionShown {
    pub(super) id: String,
    pub(super) link: String,
    pub(super) text: String,
    pub(super) light: Cell,
    pub(super) responsible: String,
    pub(super) supporting: String,
    pub(super) due: String,
    pub(super) done: String,
    pub(super) verified: String,
}

/// A topic, as it is shown.
pub(super) struct TopicShown {
    pub(super) id: String,
    pub(super) link: String,
    pub(super) number: String,
    pub(super) title: String,
    pub(super) about: String,
    pub(super) source: Cell,
    pub(super) light: Cell,
    pub(super) outcome: String,
    pub(super) accept: Option<Inline>,
    pub(super) conclude: Option<Inline>,
    pub(super) decisions: Vec<DecisionShown>,
    pub(super) decide: Option<Inline>,
    pub(super) actions: Vec<(String, String)>,
}

pub(super) fn topic(item: &Item, t: Text) -> TopicShown {
    let state = &item.state;
    let source = state.source.as_deref().map(|stream| {
        let words = stream.rsplit('/').next().unwrap_or(stream);
        Cell { link: place(stream).unwrap_or_default(), ..Cell::words(words) }
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
pub(super) fn topic_with_forms(
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
