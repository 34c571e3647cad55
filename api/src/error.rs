//! What goes wrong, as one shape for the command line and HTTP: an RFC 9457 problem with a stable code.
//!
//! A [`Problem`] holds codes and arguments only; the words are found when it is shown, in the reader's
//! language. Inside causes go to the log, never to the reader.

use std::error::Error;

use axum::http::StatusCode;
use gongjian_core::checkpoints::Disowned;
use gongjian_core::clock::ClockFault;
use gongjian_core::command::RequestError;
use gongjian_core::domain::CommandError;
use gongjian_core::ledger::Refused;
use gongjian_core::log::ReadError;
use gongjian_core::rejection::Rejection;
use serde_json::{Map, Value, json};

use crate::document::WriteError;
use crate::messages::Text;

/// What was wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldFault {
    /// Where: a place in the body, or the name of a parameter.
    pub place: String,
    /// What would be right.
    pub detail: String,
}

/// Why something was not done.
#[derive(Clone, Debug)]
pub struct Problem(Box<Particulars>);

impl std::ops::Deref for Problem {
    type Target = Particulars;

    fn deref(&self) -> &Particulars {
        &self.0
    }
}

impl std::ops::DerefMut for Problem {
    fn deref_mut(&mut self) -> &mut Particulars {
        &mut self.0
    }
}

/// What a [`Problem`] holds.
#[derive(Clone, Debug)]
pub struct Particulars {
    /// HTTP status; the command line makes its exit code of it.
    pub status: StatusCode,
    /// Stable code.
    pub code: &'static str,
    /// Named values of the message.
    pub args: Vec<(&'static str, String)>,
    /// The rule's no, where a rule said it.
    pub rejection: Option<Rejection>,
    /// Which command of a list.
    pub index: Option<usize>,
    /// What is there now, on a conflict.
    pub current: Option<Value>,
    /// Faults of single fields.
    pub errors: Vec<FieldFault>,
    /// The words that would be right, where there are a few.
    pub known: Vec<String>,
}

impl Problem {
    /// A problem without particulars.
    pub fn new(status: StatusCode, code: &'static str) -> Problem {
        Problem(Box::new(Particulars {
            status,
            code,
            args: Vec::new(),
            rejection: None,
            index: None,
            current: None,
            errors: Vec::new(),
            known: Vec::new(),
        }))
    }

    /// Adds a named value.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Problem {
        self.args.push((name, value.to_string()));
        self
    }

    /// Something that was asked for is not there.
    pub fn not_found(what: &str) -> Problem {
        Problem::new(StatusCode::NOT_FOUND, "not-found").with("what", what)
    }

    /// A format that this program was built without.
    pub fn no_writer(format: &str) -> Problem {
        Problem::new(StatusCode::NOT_IMPLEMENTED, "no-writer").with("format", format)
    }

    /// The request cannot be read; `place` names where.
    pub fn malformed(place: &str, detail: impl ToString) -> Problem {
        let mut problem = Problem::new(StatusCode::BAD_REQUEST, "malformed").with("place", place);
        problem.args.push(("detail", detail.to_string()));
        problem.errors.push(FieldFault { place: place.to_owned(), detail: detail.to_string() });
        problem
    }

    /// A parameter that cannot be read, with one that could.
    pub fn unreadable(place: &str, given: &str, example: impl ToString) -> Problem {
        Problem::malformed(place, example).with("given", given)
    }

    /// A filter with a word that it does not know, and the words that it knows.
    pub fn unknown_word(filter: &'static str, given: &str, known: Vec<String>) -> Problem {
        let mut problem = Problem::new(StatusCode::BAD_REQUEST, "unknown-word");
        problem.errors.push(FieldFault { place: filter.to_owned(), detail: known.join(", ") });
        problem.known = known;
        problem.with("filter", filter).with("given", given)
    }

    /// The machine failed. The cause goes to the log, with its chain.
    pub fn internal(error: &(dyn Error + 'static)) -> Problem {
        tracing::error!(error = chain(error), "a request failed");
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal")
    }

    /// The sentence of this problem.
    pub fn detail(&self, text: Text) -> String {
        if let Some(rejection) = &self.rejection {
            return text.rejection(rejection);
        }
        let words = |(name, value): &(&'static str, String)| match *name {
            "command" => (*name, text.command(value)),
            "roles" => (*name, text.roles(value)),
            _ => (*name, value.clone()),
        };
        let args: Vec<(&str, String)> = self.args.iter().map(words).collect();
        let mut args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
        if self.code == "unknown-word" {
            let arg = |wanted| args.iter().find(|(name, _)| *name == wanted).map_or("", |(_, value)| *value);
            let (list, filter) = (arg("list"), arg("filter"));
            let what = text.word("parameter", filter);
            let known = text.filter_words(list, filter, &self.known);
            args.extend([("what", what.as_str()), ("known", known.as_str())]);
            let key = if known.is_empty() { "error-no-such-filter" } else { "error-unknown-word" };
            return text.get(key, &args);
        }
        if args.iter().any(|(name, _)| *name == "given") && self.code == "malformed" {
            return text.get("error-malformed-value", &args);
        }
        text.get(&format!("error-{}", self.code), &args)
    }

    /// What all problems of this code have in common.
    pub fn title(&self, text: Text) -> String {
        match self.rejection {
            Some(_) => text.plain("error-rejected.title"),
            None => text.plain(&format!("error-{}.title", self.code)),
        }
    }

    /// The problem document.
    pub fn to_json(&self, text: Text, request_id: &str) -> Value {
        let mut document = Map::new();
        let mut put = |name: &str, value: Value| document.insert(name.to_owned(), value);
        put("type", json!(format!("/problems/{}", self.code)));
        put("title", json!(self.title(text)));
        put("status", json!(self.status.as_u16()));
        put("detail", json!(self.detail(text)));
        put("code", json!(self.code));
        if !request_id.is_empty() {
            put("instance", json!(format!("urn:uuid:{request_id}")));
        }
        if let Some(rejection) = &self.rejection {
            put("rule", json!(rejection.arg("rule").unwrap_or(rejection.code)));
            let args: Map<String, Value> =
                rejection.args.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
            put("arguments", Value::Object(args));
            if let Some(allowed) = rejection.arg("allowed") {
                let list: Vec<&str> = allowed.split(['、', ' ']).filter(|word| !word.is_empty()).collect();
                put("allowed", json!(list));
            }
        }
        if let Some(index) = self.index {
            put("index", json!(index));
        }
        if let Some(current) = &self.current {
            put("current", current.clone());
        }
        if !self.known.is_empty() {
            put("allowed", json!(self.known));
        }
        if !self.errors.is_empty() {
            let errors: Vec<Value> = self
                .errors
                .iter()
                .map(|fault| json!({ "pointer": fault.place, "detail": fault.detail }))
                .collect();
            put("errors", Value::Array(errors));
        }
        Value::Object(document)
    }
}

/// An error and all its causes in one line.
pub fn chain(error: &(dyn Error + 'static)) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        // A transparent error repeats the words of its cause.
        if !line.ends_with(&next) {
            line.push_str(": ");
            line.push_str(&next);
        }
        cause = error.source();
    }
    line
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Problem {
        let unavailable = |code| Problem::new(StatusCode::SERVICE_UNAVAILABLE, code);
        match refused {
            Refused::Rejected { index, rejection } => {
                let mut problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, rejection.code);
                problem.rejection = Some(rejection);
                problem.index = Some(index);
                problem
            }
            Refused::WrongRevision { index, stream, actual } => {
                let actual = actual.map_or_else(|| "none".to_owned(), |revision| revision.to_string());
                let mut problem = Problem::new(StatusCode::CONFLICT, "wrong-revision");
                problem.index = Some(index);
                problem.with("stream", stream).with("actual", actual)
            }
            Refused::CommandReused { position } => {
                Problem::new(StatusCode::CONFLICT, "command-reused").with("position", position)
            }
            Refused::TooMany => Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-many")
                .with("limit", gongjian_core::command::EVENTS_MAX),
            Refused::TooLarge { index } => {
                let mut problem = Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "event-too-large");
                problem.index = Some(index);
                problem.with("index", index)
            }
            Refused::Clock(fault) => {
                let (code, micros) = match fault {
                    ClockFault::Behind { micros } => ("clock-behind", micros),
                    ClockFault::Jumped { micros } => ("clock-jumped", micros),
                    ClockFault::Outside { micros } => ("clock-outside", micros),
                };
                unavailable(code).with("seconds", micros / 1_000_000)
            }
            Refused::OutcomeUnknown => unavailable("outcome-unknown"),
            Refused::ReadOnly => unavailable("read-only"),
            Refused::Disowned(Disowned::Behind { size, signed }) => {
                unavailable("log-behind").with("size", size).with("signed", signed)
            }
            Refused::Disowned(Disowned::Forked { signed }) => {
                unavailable("log-forked").with("signed", signed)
            }
            Refused::Closed => unavailable("closing"),
        }
    }
}

impl From<WriteError> for Problem {
    fn from(error: WriteError) -> Problem {
        match error {
            WriteError::Glyph(character) => {
                Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "glyph").with("character", character)
            }
            WriteError::NotBuilt { format } => {
                Problem::new(StatusCode::NOT_IMPLEMENTED, "format-not-built").with("format", format)
            }
            WriteError::Failed { .. } => Problem::internal(&error),
        }
    }
}

impl From<RequestError> for Problem {
    fn from(error: RequestError) -> Problem {
        match error {
            RequestError::Field { field, what } => Problem::malformed(&field, what),
            RequestError::Command { index, source: CommandError::Unknown(name) } => {
                let rejection = Rejection::new("command-unknown").with("given", &name).with("command", name);
                let mut problem = Problem::new(StatusCode::BAD_REQUEST, "command-unknown");
                problem
                    .errors
                    .push(FieldFault { place: format!("[{index}].command"), detail: rejection.to_string() });
                problem.rejection = Some(rejection);
                problem.index = Some(index);
                problem
            }
            RequestError::Command { index, source: CommandError::Malformed(what) } => {
                let mut problem = Problem::malformed(&format!("[{index}].data"), what);
                problem.index = Some(index);
                problem
            }
        }
    }
}

impl From<ReadError> for Problem {
    fn from(error: ReadError) -> Problem {
        match error {
            ReadError::Withheld { position, erased_by } => Problem::new(StatusCode::GONE, "withheld")
                .with("position", position)
                .with("erasedBy", erased_by),
            ReadError::Corrupt(ref corruption) => {
                tracing::error!(position = corruption.position, error = %corruption, "the log is damaged");
                Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "damaged")
                    .with("position", corruption.position)
            }
            ReadError::Storage(_) => Problem::internal(&error),
        }
    }
}
