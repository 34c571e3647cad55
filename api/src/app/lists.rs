//! Registers: every list with its filters, as the read models give them.

use gongjian_projections::lists::{self, ListError, Page, Query, Sheet, WHATS};
use gongjian_projections::registry::Kind;
use serde_json::{Value, json};

use super::{App, Asked};
use crate::error::Problem;

/// The name of every list.
pub const LISTS: &[&str] = WHATS;

impl App {
    /// A page of a list. The day of `query` counts only where `asked` names one.
    ///
    /// # Errors
    /// [`Problem`]: an unknown name, word or field, a foreign cursor, or the log cannot be folded.
    pub fn list(&self, what: &str, query: &Query, asked: Asked) -> Result<Page, Problem> {
        let views = self.views_as_of(asked.last)?;
        let on = asked.on.unwrap_or_else(|| views.default_on(self.today()));
        lists::list(&views, what, &Query { on, ..query.clone() }).map_err(|error| problem(what, error))
    }

    /// One item of a list.
    ///
    /// # Errors
    /// [`Problem`] if there is no such item.
    pub fn item(&self, what: &str, id: &str, asked: Asked) -> Result<Value, Problem> {
        let views = self.views_as_of(asked.last)?;
        let on = asked.on.unwrap_or_else(|| views.default_on(self.today()));
        lists::one(&views, what, id, on)
            .map_err(|error| problem(what, error))?
            .ok_or_else(|| Problem::not_found(id))
    }

    /// The members of an alliance on a day.
    ///
    /// # Errors
    /// [`Problem`] if there is no such alliance, or the log cannot be folded.
    pub fn roster(&self, alliance: &str, asked: Asked) -> Result<Value, Problem> {
        let views = self.views_as_of(asked.last)?;
        let on = asked.on.unwrap_or_else(|| views.default_on(self.today()));
        let registry = &views.registry;
        let code = registry.code(Kind::Alliance, alliance).ok_or_else(|| Problem::not_found(alliance))?;
        let members: Vec<Value> = registry
            .roster(code, on)
            .into_iter()
            .map(|(unit, membership)| {
                let name = registry.name(Kind::Unit, unit, on);
                json!({ "unit": unit, "unitName": name, "joinedOn": membership.joined.map(|fact| fact.on) })
            })
            .collect();
        Ok(json!({
            "alliance": code, "allianceName": registry.name(Kind::Alliance, code, on), "members": members,
            "asOf": { "position": views.position().checked_sub(1), "on": on },
        }))
    }

    /// The sheet of a community's Wednesday meeting on the day that is asked for.
    ///
    /// # Errors
    /// [`Problem`] if there is no such community, or the log cannot be folded.
    pub fn wednesday_sheet(&self, community: &str, asked: Asked) -> Result<Sheet, Problem> {
        let views = self.views_as_of(asked.last)?;
        let on = asked.on.unwrap_or_else(|| views.default_on(self.today()));
        lists::wednesday_sheet(&views, community, on).ok_or_else(|| Problem::not_found(community))
    }
}

fn problem(what: &str, error: ListError) -> Problem {
    match error {
        ListError::UnknownRegister(what) => Problem::not_found(&what),
        ListError::UnknownName { given, .. } => Problem::not_found(&given),
        ListError::UnknownWord { filter, given, known } => {
            Problem::unknown_word(filter, &given, known.iter().map(|word| (*word).to_owned()).collect())
                .with("list", what)
        }
        ListError::UnknownField(field) => Problem::malformed("sort", field),
        ListError::BadCursor => Problem::new(axum::http::StatusCode::BAD_REQUEST, "invalid-cursor"),
    }
}

/// What forms ask about one stream.
impl App {
    /// The commands that the state machine allows on a stream now.
    ///
    /// # Errors
    /// [`Problem`] if there is no such stream, or the ledger is closing.
    pub fn allowed(&self, stream: &str) -> Result<Vec<&'static str>, Problem> {
        let asked = stream.to_owned();
        self.ask_world(move |world| world.allowed(&asked))?.ok_or_else(|| Problem::not_found(stream))
    }

    /// Every field of a stream's state that a correction can change, with what it says now.
    ///
    /// # Errors
    /// [`Problem`] if there is no such stream, or the ledger is closing.
    pub fn fields_of(&self, stream: &str) -> Result<Vec<(String, String)>, Problem> {
        let asked = stream.to_owned();
        self.ask_world(move |world| world.fields_of(&asked))?.ok_or_else(|| Problem::not_found(stream))
    }
}
