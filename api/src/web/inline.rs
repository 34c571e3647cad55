//! Forms within a page: several on one page, each for a command or a few at once, refused in place with everything
//! that was typed.

use gongjian_core::command::{Envelope, Expected, Request, RequestError, parse_id};
use gongjian_core::day::Day;
use gongjian_core::domain::Command;
use serde_json::Value;

use super::form::{self, Field, FieldShown, Kind};
use super::{Fields, Visit, drafts};
use crate::app::{random_id, uuid};
use crate::error::Problem;

/// How the names of drafts of forms within pages begin.
const DRAFT: &str = "page";

/// What a draft of a form within this page holds, if the address asks for it.
pub(crate) fn drafted(visit: &Visit) -> Option<Fields> {
    let wanted = visit.query.get("draft");
    Some(drafts::load(visit, wanted).filter(|draft| draft.place == visit.path)?.over(&Fields::default()))
}

/// Drafts of forms within this page that are not open: address and words.
pub(crate) fn offers<'i>(visit: &Visit, forms: impl Iterator<Item = &'i Inline>) -> Vec<(String, String)> {
    let t = visit.text;
    let closed = forms.filter(|form| !form.draft.is_empty() && form.draft != visit.query.get("draft"));
    let kept = closed.filter_map(|form| drafts::load(visit, &form.draft));
    let offer = |draft: drafts::Draft| {
        let (day, time) = draft.when(visit);
        let words = t.get("drafts-offer", &[("day", &day), ("time", &time)]);
        (draft.link(), t.labelled(&draft.title, &words))
    };
    kept.map(offer).collect()
}

/// Forgets the draft of a form within this page that was sent.
pub(crate) fn sent_off(visit: &Visit, form: &str) {
    drafts::clear(visit, &drafts::key(DRAFT, &format!("{}#{form}", visit.path)));
}

/// A form within a page.
#[derive(Clone, Debug, Default)]
pub(crate) struct Inline {
    /// Its id in the page, and how the page that takes it knows it.
    pub(crate) key: String,
    /// Where it goes.
    pub(crate) action: String,
    /// Its button.
    pub(crate) verb: String,
    /// What it says without being shown.
    pub(crate) hidden: Vec<(String, String)>,
    /// What it asks.
    pub(crate) fields: Vec<FieldShown>,
    /// Why it was not recorded.
    pub(crate) refusal: String,
    /// What others recorded meanwhile.
    pub(crate) meanwhile: Vec<String>,
    /// It is what comes next.
    pub(crate) primary: bool,
    /// The draft in which what is typed is kept; empty for none.
    pub(crate) draft: String,
}

/// Why a form within a page was not recorded.
#[derive(Clone, Debug, Default)]
pub(crate) struct Refusal {
    /// Field and fault.
    pub(crate) faults: Vec<(String, String)>,
    /// What no single field is at fault for.
    pub(crate) words: String,
    /// What others recorded meanwhile.
    pub(crate) meanwhile: Vec<String>,
}

impl Refusal {
    /// Faults of fields.
    pub(crate) fn faults(faults: Vec<(String, String)>) -> Refusal {
        Refusal { faults, ..Refusal::default() }
    }

    /// A problem of the whole.
    ///
    /// # Errors
    /// The problem itself, where nothing that was typed could mend it.
    pub(crate) fn of(visit: &Visit, problem: Problem) -> Result<Refusal, Problem> {
        if !problem.status.is_client_error() {
            return Err(problem);
        }
        let words = problem.detail(visit.text);
        let field = problem.rejection.as_ref().and_then(|rejection| rejection.arg("field"));
        let meanwhile = super::act::meanwhile(visit.text, &problem);
        Ok(match field {
            Some(field) => {
                Refusal { faults: vec![(field.to_owned(), words)], words: String::new(), meanwhile }
            }
            None => Refusal { words, meanwhile, ..Refusal::default() },
        })
    }

    /// Everything that is wrong, in lines.
    pub(crate) fn lines(&self) -> Vec<String> {
        let faults = self.faults.iter().map(|(_, fault)| fault.clone());
        faults.chain((!self.words.is_empty()).then(|| self.words.clone())).collect()
    }
}

/// What was sent with a form that is shown again.
#[derive(Clone, Copy)]
pub(crate) struct Sent<'a> {
    /// What was typed.
    pub(crate) given: &'a Fields,
    /// Why it was not recorded.
    pub(crate) refusal: &'a Refusal,
}

impl<'a> Sent<'a> {
    /// What was sent with the form of this key.
    pub(crate) fn to(sent: Option<Sent<'a>>, key: &str) -> Option<Sent<'a>> {
        sent.filter(|sent| sent.given.get("form") == key)
    }
}

/// A field as forms within pages show it.
pub(crate) fn field(
    visit: &Visit,
    command: &str,
    name: &str,
    value: &str,
    sent: Option<Sent<'_>>,
) -> Result<FieldShown, Problem> {
    let known = form::fields_of(command).iter().find(|field| field.name == name).cloned();
    let field = known.unwrap_or(Field { name: name.to_owned(), kind: Kind::Line, optional: false });
    shown(visit, &field, value, sent)
}

/// The day on which it happened.
pub(crate) fn day(visit: &Visit, day: Day, sent: Option<Sent<'_>>) -> Result<FieldShown, Problem> {
    let field = Field { name: "occurredOn".to_owned(), kind: Kind::Day, optional: false };
    shown(visit, &field, &visit.text.day(day), sent)
}

fn shown(visit: &Visit, field: &Field, value: &str, sent: Option<Sent<'_>>) -> Result<FieldShown, Problem> {
    let mut start = Fields::default();
    let typed = sent.filter(|sent| sent.given.has(&field.name)).map(|sent| sent.given.get(&field.name));
    start.put(&field.name, typed.unwrap_or(value));
    let faults = sent.map(|sent| sent.refusal.faults.as_slice()).unwrap_or_default();
    let shown = form::shown(visit, std::slice::from_ref(field), &start, faults)?;
    // In a row of a page there is no room for how days are written; the fault says it.
    Ok(shown.into_iter().next().map(|it| FieldShown { hint: String::new(), ..it }).unwrap_or_default())
}

impl Inline {
    /// A form for something about a stream; what was sent with it stands in it again.
    ///
    /// # Errors
    /// [`Problem`] if the machine has no random numbers.
    pub(crate) fn new(
        visit: &Visit,
        key: &str,
        act: &str,
        stream: &str,
        sent: Option<Sent<'_>>,
    ) -> Result<Inline, Problem> {
        let kept = sent.map(|sent| sent.given.get("commandId")).filter(|id| !id.is_empty());
        let id = match kept {
            Some(id) => id.to_owned(),
            None => uuid(&random_id()?),
        };
        let mut hidden = vec![
            ("form".to_owned(), key.to_owned()),
            ("act".to_owned(), act.to_owned()),
            ("commandId".to_owned(), id),
        ];
        if !stream.is_empty() {
            hidden.push(("stream".to_owned(), stream.to_owned()));
            hidden.push(("expectedRevision".to_owned(), visit.revision(stream)));
        }
        Ok(Inline {
            key: key.to_owned(),
            action: visit.path.clone(),
            hidden,
            refusal: sent.map(|sent| sent.refusal.words.clone()).unwrap_or_default(),
            meanwhile: sent.map(|sent| sent.refusal.meanwhile.clone()).unwrap_or_default(),
            ..Inline::default()
        })
    }

    /// Keeps what is typed as a draft until it is sent.
    pub(crate) fn keep(&mut self, visit: &Visit, title: &str) {
        self.draft = drafts::key(DRAFT, &format!("{}#{}", visit.path, self.key));
        self.hide("draft-title", &visit.text.remarks(&[title.to_owned(), self.verb.clone()]));
        self.hide("draft-place", &visit.path);
    }

    /// Says something more without showing it.
    pub(crate) fn hide(&mut self, name: &str, value: &str) {
        self.hidden.push((name.to_owned(), value.to_owned()));
    }
}

/// One command of a request.
pub(crate) struct Step {
    /// Its name.
    pub(crate) command: String,
    /// Its stream.
    pub(crate) stream: String,
    /// What it says.
    pub(crate) data: Value,
    /// What it expects there.
    pub(crate) expected: Expected,
}

impl Step {
    /// A command on a stream, however that stands.
    pub(crate) fn new(command: &str, stream: impl Into<String>, data: Value) -> Step {
        Step { command: command.to_owned(), stream: stream.into(), data, expected: Expected::Any }
    }

    /// The same, expecting something.
    #[must_use]
    pub(crate) fn expects(self, expected: Expected) -> Step {
        Step { expected, ..self }
    }
}

/// The revision that a form was opened with.
///
/// # Errors
/// [`Problem`] if it is no number.
pub(crate) fn expected(given: &Fields) -> Result<Expected, Problem> {
    match given.get("expectedRevision") {
        "" => Ok(Expected::Any),
        number => {
            let number = number.parse();
            number.map(Expected::Exact).map_err(|_| Problem::malformed("expectedRevision", "0, 1, 2, …"))
        }
    }
}

/// Sends commands as one request, by the same way as the API: all are recorded, or none. Gives the last position.
///
/// # Errors
/// [`Problem`]: a rule refuses one of them, or what it says cannot be read.
pub(crate) fn send(
    visit: &Visit,
    id: &str,
    steps: Vec<Step>,
    occurred: Day,
    dry: bool,
) -> Result<u64, Problem> {
    let mut commands = Vec::with_capacity(steps.len());
    for (index, step) in steps.into_iter().enumerate() {
        let command = Command::from_json(&step.command, step.data);
        let command = command.map_err(|source| Problem::from(RequestError::Command { index, source }))?;
        let mut envelope = Envelope::new(command, step.stream, occurred, "");
        envelope.expected = step.expected;
        visit.sign(&mut envelope)?;
        commands.push(envelope);
    }
    let request = Request::new(parse_id(id).map_or_else(random_id, Ok)?, commands);
    let answer = visit.submit(if dry { request.dry_run() } else { request })?;
    Ok(answer.receipts.last().map(|receipt| receipt.position).unwrap_or_default())
}
