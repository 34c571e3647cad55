//! Registers: every list with its filters, as the read models give them.

use std::cmp::Ordering;
use std::sync::LazyLock;

use gongjian_projections::lists::{self, LIMIT_MAX, ListError, Page, Query, Sheet, WHATS};
use gongjian_projections::registry::Kind;
use icu_collator::options::CollatorOptions;
use icu_collator::{Collator, CollatorBorrowed};
use icu_locale_core::locale;
use serde_json::{Value, json};

use super::{App, Asked};
use crate::error::Problem;

/// Fields that hold names, which people look up by how they sound.
const NAMES: &[&str] = &["name", "title"];
/// What a cursor in that order begins with.
const BY_NAME: &str = "name:";

/// Compares names as Chinese dictionaries do; plainly where that is not at hand.
fn compare(a: &str, b: &str) -> Ordering {
    static CHINESE: LazyLock<Option<CollatorBorrowed<'static>>> =
        LazyLock::new(|| Collator::try_new(locale!("zh").into(), CollatorOptions::default()).ok());
    CHINESE.as_ref().map_or_else(|| a.cmp(b), |chinese| chinese.compare(a, b).then_with(|| a.cmp(b)))
}

/// The name of every list.
pub const LISTS: &[&str] = WHATS;

impl App {
    /// A page of a list. The day of `query` counts only where `asked` names one.
    ///
    /// # Errors
    /// [`Problem`]: an unknown name, word or field, a foreign cursor, or the log cannot be folded.
    pub fn list(&self, what: &str, query: &Query, asked: Asked) -> Result<Page, Problem> {
        if let Some(field) = query.sort.as_deref().filter(|field| NAMES.contains(field)) {
            return self.list_by_name(what, field, query, asked);
        }
        let views = self.views_as_of(asked.last)?;
        let on = asked.on.unwrap_or_else(|| views.default_on(self.today()));
        lists::list(&views, what, &Query { on, ..query.clone() }).map_err(|error| problem(what, error))
    }

    /// The same in the order of names as people look them up: by pinyin, which the bytes of the letters do not give.
    fn list_by_name(&self, what: &str, field: &str, query: &Query, asked: Asked) -> Result<Page, Problem> {
        let views = self.views_as_of(asked.last)?;
        let on = asked.on.unwrap_or_else(|| views.default_on(self.today()));
        let from: usize = match query.cursor.as_deref() {
            None => 0,
            Some(cursor) => {
                let place = cursor.strip_prefix(BY_NAME).and_then(|place| place.parse().ok());
                place.ok_or_else(|| problem(what, ListError::BadCursor))?
            }
        };
        // The sort is asked for once, so that a list without such a field says so.
        let mut every = Query { on, cursor: None, limit: LIMIT_MAX, descending: false, ..query.clone() };
        let mut rows = Vec::new();
        loop {
            let page = lists::list(&views, what, &every).map_err(|error| problem(what, error))?;
            rows.extend(page.rows);
            match page.next {
                Some(next) => every.cursor = Some(next),
                None => break,
            }
        }
        drop(views);
        let name = |row: &Value| row.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
        rows.sort_by(|a, b| {
            let order = compare(&name(a), &name(b));
            if query.descending { order.reverse() } else { order }
        });
        let total = rows.len();
        let until = from.saturating_add(query.limit.clamp(1, LIMIT_MAX)).min(total);
        let rows: Vec<Value> = rows.into_iter().take(until).skip(from).collect();
        let next = (until < total).then(|| format!("{BY_NAME}{until}"));
        Ok(Page { rows, total, next })
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

#[cfg(test)]
mod tests {
    use super::compare;

    #[test]
    fn names_stand_in_the_order_of_their_pinyin() {
        let mut names = vec!["中都社区", "永续社区", "坝口社区", "东门社区", "安泰社区", "A座"];
        names.sort_by(|a, b| compare(a, b));
        // Letters of other scripts stand after them.
        assert_eq!(names, ["安泰社区", "坝口社区", "东门社区", "永续社区", "中都社区", "A座"]);
    }
}
