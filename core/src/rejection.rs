//! A rule's no: what was refused, by which rule, and what would be allowed.
//!
//! A [`Rejection`] carries a stable code and named arguments. The sentences that people read, Chinese and
//! English, are message files of the program that shows them; the code is their key.

use std::fmt;

use crate::day::Day;

/// Why a command was refused. Nothing changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// Stable key of the message, such as `state-wrong`.
    pub code: &'static str,
    /// Named values for the message.
    pub args: Vec<(&'static str, String)>,
}

impl Rejection {
    /// A rejection without arguments.
    pub fn new(code: &'static str) -> Rejection {
        Rejection { code, args: Vec::new() }
    }

    /// Adds a named value.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Rejection {
        self.args.push((name, value.to_string()));
        self
    }

    /// The value of an argument, for callers that branch on it.
    pub fn arg(&self, name: &str) -> Option<&str> {
        self.args.iter().find(|(n, _)| *n == name).map(|(_, v)| v.as_str())
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)?;
        for (name, value) in &self.args {
            write!(f, " {name}={value}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Rejection {}

/// Every code that [`Rejection`] can carry. A test demands a message in both languages for each.
pub const CODES: &[&str] = &[
    "access-restricted",
    "account-closed",
    "account-inspection",
    "account-liaison-unit",
    "account-login",
    "account-login-taken",
    "account-of-another",
    "account-one-scope",
    "account-own-rights",
    "account-role-held",
    "account-roles-apart",
    "account-scope",
    "account-token-role",
    "account-token-until",
    "account-tokens",
    "account-until",
    "agenda-empty",
    "agreement-needs-community",
    "agreement-not-all-signed",
    "agreement-overlaps",
    "agreement-party-signed",
    "agreement-two-parties",
    "agreement-without-commitments",
    "alliance-exists",
    "cancel-needs-reason",
    "choice-unknown",
    "commitments-open",
    "completion-missing",
    "correction-empty",
    "correction-field",
    "correction-same",
    "correction-value",
    "dates-before",
    "dates-end-before-start",
    "dates-future",
    "digest-malformed",
    "erased",
    "erasure-exists",
    "erasure-protected",
    "extension-not-later",
    "field-empty",
    "membership-overlaps",
    "minutes-need-post",
    "name-taken",
    "not-a-member",
    "not-a-party",
    "not-own-unit",
    "not-wednesday",
    "obligation-id",
    "percent-out-of-range",
    "period-not-frozen",
    "period-not-over",
    "period-unreadable",
    "progress-backwards",
    "quarter-name",
    "reason-missing",
    "reference-unknown",
    "report-edition-stands",
    "report-name",
    "report-position",
    "report-superseded",
    "rule-parameter",
    "same-account",
    "same-post",
    "same-unit",
    "state-wrong",
    "step-same-post",
    "stream-absent",
    "stream-exists",
    "stream-name",
    "text-bank-card",
    "text-dwelling",
    "text-identity-number",
    "text-mobile-number",
    "text-too-long",
    "topics-open",
    "vault-reference",
    "verifier-missing",
    "wednesday-needs-reason",
];

/// The refusals that many categories share.
impl Rejection {
    /// `given` names no `what` (unit, community, alliance …) that the registry knows.
    pub fn unknown(what: &'static str, given: &str) -> Rejection {
        Rejection::new("reference-unknown").with("what", what).with("given", given)
    }

    /// A stream's state does not allow the command; `allowed` are the commands on that stream it does allow.
    pub fn wrong_state(stream: &str, state: &str, command: &str, allowed: &[&str]) -> Rejection {
        Rejection::new("state-wrong")
            .with("stream", stream)
            .with("state", state)
            .with("command", command)
            .with("allowed", allowed.join(" "))
    }

    /// The stream is there already.
    pub fn exists(id: &str) -> Rejection {
        Rejection::new("stream-exists").with("id", id)
    }

    /// The stream is not there.
    pub fn absent(id: &str) -> Rejection {
        Rejection::new("stream-absent").with("id", id)
    }

    /// Something ends before it starts.
    pub fn ends_before_start(field: &'static str, start: Day, end: Day) -> Rejection {
        Rejection::new("dates-end-before-start").with("field", field).with("start", start).with("end", end)
    }

    /// Something happened before what it rests on.
    pub fn before(field: &'static str, day: Day, earliest: Day) -> Rejection {
        Rejection::new("dates-before").with("field", field).with("day", day).with("earliest", earliest)
    }

    /// Who did the work cannot confirm it.
    pub fn same_unit(unit: &str) -> Rejection {
        Rejection::new("same-unit").with("unit", unit)
    }

    /// A field that must say something is empty.
    pub fn empty(field: &'static str) -> Rejection {
        Rejection::new("field-empty").with("field", field)
    }

    /// A choice that is not on the list.
    pub fn choice(field: &'static str, given: &str, allowed: &[&str]) -> Rejection {
        Rejection::new("choice-unknown")
            .with("field", field)
            .with("given", given)
            .with("allowed", allowed.join("、"))
    }
}
