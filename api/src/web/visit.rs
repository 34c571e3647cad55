//! Who comes to a page, what for, and what they are shown.

use std::collections::BTreeMap;
use std::convert::Infallible;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use gongjian_core::command::{Envelope, Request};
use gongjian_core::day::Day;
use gongjian_core::ledger::Answer;

use super::{Fields, Frame};
use crate::access::guard::{Address, SessionSecret, cookie};
use crate::access::{Caller, authorise};
use crate::app::{App, Asked, Asker};
use crate::error::Problem;
use crate::http::AppState;
use crate::http::vault::may_at;
use crate::messages::{Language, Text};

/// The cookie that keeps a reader's language.
pub(crate) const LANGUAGE_COOKIE: &str = "gongjian_lang";

/// One request for a page.
pub(crate) struct Visit {
    /// The state of the server.
    pub(crate) state: AppState,
    /// Who comes.
    pub(crate) caller: Caller,
    /// Their language.
    pub(crate) text: Text,
    /// The path as it came.
    pub(crate) path: String,
    /// What stands at the `{names}` of the path.
    pub(crate) parts: BTreeMap<String, String>,
    /// The query.
    pub(crate) query: Fields,
    /// Only the part that changes is wanted.
    pub(crate) fragment: bool,
    /// It only looks.
    pub(crate) is_get: bool,
    /// The address that it comes from.
    pub(crate) address: Option<std::net::IpAddr>,
    /// The secret of its session.
    pub(crate) session: Option<String>,
    /// Headers, for what a handler needs of them.
    pub(crate) headers: HeaderMap,
}

impl FromRequestParts<AppState> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Visit, Infallible> {
        let caller = parts.extensions.get::<Caller>().cloned().unwrap_or_default();
        let names = RawPathParams::from_request_parts(parts, state).await.ok();
        let names = names.iter().flatten().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let query = Fields::of_query(parts.uri.query().unwrap_or_default());
        let is = |name: &str| parts.headers.get(name).is_some_and(|value| value == "true");
        Ok(Visit {
            state: state.clone(),
            caller,
            text: language(&query, &parts.headers).text(),
            path: parts.uri.path().to_owned(),
            parts: names,
            query,
            fragment: is("hx-request") && !is("hx-boosted") && !is("hx-history-restore-request"),
            is_get: parts.method == axum::http::Method::GET,
            address: parts.extensions.get::<Address>().map(|it| it.0),
            session: parts.extensions.get::<SessionSecret>().map(|it| it.0.clone()),
            headers: parts.headers.clone(),
        })
    }
}

/// `?lang=`, else the cookie, else Chinese: a browser that was set up in English is no wish for English.
fn language(query: &Fields, headers: &HeaderMap) -> Language {
    let asked = Language::of_tag(query.get("lang"));
    asked
        .or_else(|| cookie(headers, LANGUAGE_COOKIE).as_deref().and_then(Language::of_tag))
        .unwrap_or_default()
}

impl Visit {
    /// The ledger.
    pub(crate) fn app(&self) -> &App {
        &self.state.app
    }

    /// What stands at a `{name}` of the path; the empty text where there is none.
    pub(crate) fn part(&self, name: &str) -> &str {
        self.parts.get(name).map(String::as_str).unwrap_or_default()
    }

    /// What the question knows and as of when it is judged: `as-of`, a record number or a date, and `on`.
    ///
    /// # Errors
    /// [`Problem`] if either cannot be read.
    pub(crate) fn asked(&self) -> Result<Asked, Problem> {
        let last = match self.query.get("as-of") {
            "" => None,
            given => Some(self.app().position_of(given)?),
        };
        let on = match self.query.get("on") {
            "" => None,
            given => Some(
                super::fields::day(given).ok_or_else(|| Problem::unreadable("on", given, "2022-06-30"))?,
            ),
        };
        Ok(Asked { last, on })
    }

    /// The day as of which the page is judged: the one asked for, or the ledger's own.
    ///
    /// # Errors
    /// [`Problem`] if the log cannot be folded.
    pub(crate) fn on(&self, asked: Asked) -> Result<Day, Problem> {
        match asked.on {
            Some(on) => Ok(on),
            None => Ok(self.app().views_as_of(asked.last)?.default_on(self.app().today())),
        }
    }

    /// The frame of a page with this title.
    pub(crate) fn frame(&self, title: impl Into<String>) -> Frame {
        Frame::of(self, title.into())
    }
}

/// What somebody is shown.
pub(crate) enum Shown {
    /// A page, or a part of one.
    Html(StatusCode, String),
    /// Another page, to be fetched.
    Elsewhere(String),
    /// A file.
    File {
        /// Media type.
        media: &'static str,
        /// Its name, if it is to be saved.
        name: Option<String>,
        /// Its bytes.
        bytes: Vec<u8>,
    },
    /// Anything else, complete.
    Whole(Box<axum::response::Response>),
}

impl Shown {
    /// A template as a page.
    ///
    /// # Errors
    /// `internal` if it cannot be rendered, which no template of ours does.
    pub(crate) fn page(template: &impl askama::Template) -> Result<Shown, Problem> {
        Shown::with(StatusCode::OK, template)
    }

    /// A template with another status.
    ///
    /// # Errors
    /// `internal` if it cannot be rendered.
    pub(crate) fn with(status: StatusCode, template: &impl askama::Template) -> Result<Shown, Problem> {
        template.render().map(|html| Shown::Html(status, html)).map_err(|error| Problem::internal(&error))
    }
}

/// Who does what a form asks for.
impl Visit {
    /// Puts the caller's post and account under a command. Where nobody is known by name, as on the machine itself,
    /// the command line's word for it stands there. Whether they may give it, [`Visit::submit`] asks.
    ///
    /// # Errors
    /// None so far.
    pub(crate) fn sign(&self, envelope: &mut Envelope) -> Result<(), Problem> {
        if let Some(who) = self.caller.who() {
            who.post.clone_into(&mut envelope.actor);
            envelope.account = who.account;
        } else {
            envelope.actor = self.text.plain("post-local");
        }
        Ok(())
    }

    /// Who asks the vault for something, under the id of a form, if they may: `command` about a stream.
    ///
    /// # Errors
    /// [`Problem`] if the caller may not.
    pub(crate) fn asker(
        &self,
        command: &str,
        about: Option<&str>,
        command_id: Option<[u8; 16]>,
    ) -> Result<Asker, Problem> {
        may_at(self.app(), &self.caller, command, about)?;
        let post = self.caller.who().map(|who| who.post.clone());
        let actor = post.unwrap_or_else(|| self.text.plain("post-local"));
        Ok(Asker { actor, command_id, occurred_on: None, account: self.caller.account() })
    }

    /// Sends a request as the caller's, if they may give its commands, and waits; only from threads that may wait.
    ///
    /// # Errors
    /// [`Problem`] in the reader's terms.
    pub(crate) fn submit(&self, request: Request) -> Result<Answer, Problem> {
        let request = authorise(self.app(), &self.caller, request)?;
        tokio::runtime::Handle::current().block_on(self.app().submit(request))
    }

    /// The revision of a stream, as forms carry it; the empty text where it does not exist.
    pub(crate) fn revision(&self, stream: &str) -> String {
        let count = self.app().reader().stream(stream).len();
        count.checked_sub(1).map(|revision| revision.to_string()).unwrap_or_default()
    }
}
