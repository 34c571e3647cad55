//! What can be wrong with evidence: a kind that everybody understands, a place, and what should be there.

use serde_json::{Map, Value};

use crate::messages::{Cause, Text};

/// The kinds of faults. Their words are in the message files, under `offline-kind-CODE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Bytes are not those that were signed for.
    Altered,
    /// Something that belongs there is not there.
    Missing,
    /// Something is there that does not belong there.
    Foreign,
    /// An event stands in another place than its own.
    Reordered,
    /// There is less than was signed for.
    Truncated,
    /// Two histories are signed.
    Forked,
    /// A signature of a trusted key is wrong, or no trusted key signed.
    BadSignature,
    /// Fewer witnesses than the policy demands have cosigned.
    Unwitnessed,
    /// It is evidence of another ledger.
    WrongOrigin,
    /// It is not what it claims to be, or larger than anything that is read.
    Malformed,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 10] = [
        Kind::Altered,
        Kind::Missing,
        Kind::Foreign,
        Kind::Reordered,
        Kind::Truncated,
        Kind::Forked,
        Kind::BadSignature,
        Kind::Unwitnessed,
        Kind::WrongOrigin,
        Kind::Malformed,
    ];

    /// The stable word for programs.
    pub fn code(self) -> &'static str {
        match self {
            Kind::Altered => "altered",
            Kind::Missing => "missing",
            Kind::Foreign => "foreign",
            Kind::Reordered => "reordered",
            Kind::Truncated => "truncated",
            Kind::Forked => "forked",
            Kind::BadSignature => "bad-signature",
            Kind::Unwitnessed => "unwitnessed",
            Kind::WrongOrigin => "wrong-origin",
            Kind::Malformed => "malformed",
        }
    }
}

/// The first thing that is wrong. Its sentence is in the message files, under `offline-CODE`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {code} {args:?}", .kind.code())]
pub struct Fault {
    /// Which kind.
    pub kind: Kind,
    /// What exactly, as a key of the message files.
    pub code: &'static str,
    /// The file inside a package; empty for the file itself.
    pub place: String,
    /// What the sentence names.
    pub args: Vec<(&'static str, String)>,
    /// Why it is so, where that is known; the sentence calls it `error`.
    pub cause: Option<Cause>,
}

impl Fault {
    /// A fault without particulars.
    pub fn new(kind: Kind, code: &'static str) -> Fault {
        Fault { kind, code, place: String::new(), args: Vec::new(), cause: None }
    }

    /// Adds a named value.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Fault {
        self.args.push((name, value.to_string()));
        self
    }

    /// Adds why: the error for programs, its known cause for people.
    #[must_use]
    pub fn because(mut self, error: &(dyn std::error::Error + 'static)) -> Fault {
        self.cause = Cause::of(error);
        self.with("error", crate::error::chain(error))
    }

    /// The same with a cause that is known by its code.
    #[must_use]
    pub fn because_of(mut self, code: &'static str, error: impl ToString) -> Fault {
        self.cause = Some(Cause { code, line: 0 });
        self.with("error", error)
    }

    /// Says in which file of a package it is.
    #[must_use]
    pub fn at(mut self, place: impl Into<String>) -> Fault {
        if self.place.is_empty() {
            self.place = place.into();
        }
        self
    }

    /// The sentence, with the kind and the place before it.
    pub fn told(&self, text: Text) -> String {
        let cause = self.cause.map(|cause| text.known_cause(cause));
        let said = |name: &str| cause.as_deref().filter(|_| name == "error");
        let args = self.args.iter().map(|(name, value)| (*name, said(name).unwrap_or(value.as_str())));
        let args: Vec<(&str, &str)> = args.collect();
        let detail = text.get(&format!("offline-{}", self.code), &args);
        let kind = text.word("offline-kind", self.kind.code());
        let key = if self.place.is_empty() { "offline-fault" } else { "offline-fault-in" };
        text.get(key, &[("kind", &kind), ("place", &self.place), ("detail", &detail)])
    }

    /// The fault for programs.
    pub fn to_json(&self, text: Text) -> Value {
        let mut object = Map::new();
        for (name, value) in &self.args {
            object.insert((*name).to_owned(), Value::from(value.as_str()));
        }
        object.insert("kind".to_owned(), self.kind.code().into());
        object.insert("code".to_owned(), self.code.into());
        object.insert("detail".to_owned(), self.told(text).into());
        if !self.place.is_empty() {
            object.insert("place".to_owned(), self.place.as_str().into());
        }
        Value::Object(object)
    }
}
