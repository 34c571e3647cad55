//! Filters, order and pages of a register.

use std::cell::OnceCell;

use gongjian_core::day::{Day, Quarter};
use gongjian_core::domain::category::Change;
use gongjian_core::period::Length;
use rustc_hash::FxHashMap;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::row::{Row, What};
use super::{fields, gather, owed, standing, words};
use crate::obligations::{self, State, subject_name};
use crate::registry::Kind;
use crate::views::Views;
use crate::wednesday::carry_overs;

/// The register that counts only what is asked of it.
const OBLIGATIONS: &str = "obligations";

/// Most rows of one page.
pub const LIMIT_MAX: usize = 10_000;

/// What is asked of a register. The default asks for everything, a hundred rows a page, by id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// Only of this community, by code or name.
    pub community: Option<String>,
    /// Only of this street, by code or name.
    pub street: Option<String>,
    /// Only in this state.
    pub state: Option<String>,
    /// Only what names this unit, by code or name.
    pub unit: Option<String>,
    /// Only of this category, kind or type; of obligations, exemptions and duties only of this rule.
    pub category: Option<String>,
    /// Only what is due within these days, done or not.
    pub due: Option<Span>,
    /// Only what is due before this day, more time granted included, and not done.
    pub due_before: Option<Day>,
    /// Only what is overdue: due by the day `on`, by the original date, and not done by then.
    pub overdue: bool,
    /// Only what holds this text in its id or any field.
    pub contains: Option<String>,
    /// Only what falls into this quarter.
    pub quarter: Option<Quarter>,
    /// Field to sort by; `id` otherwise.
    pub sort: Option<String>,
    /// Largest first.
    pub descending: bool,
    /// Rows a page.
    pub limit: usize,
    /// Where the page before ended.
    pub cursor: Option<String>,
    /// The day as of which states and names are judged.
    pub on: Day,
}

/// Days around the one asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// Monday to Sunday of its week.
    ThisWeek,
    /// The week after.
    NextWeek,
    /// Its calendar month.
    ThisMonth,
    /// Its quarter.
    ThisQuarter,
}

impl Span {
    /// Every span with its stable word.
    pub const ALL: &'static [(&'static str, Span)] = &[
        ("this-week", Span::ThisWeek),
        ("next-week", Span::NextWeek),
        ("this-month", Span::ThisMonth),
        ("this-quarter", Span::ThisQuarter),
    ];

    /// Its first and last day, around `on`.
    pub fn around(self, on: Day) -> (Day, Day) {
        let monday = on.plus(1 - i32::try_from(on.weekday()).unwrap_or(1));
        let whole = |length: Length| (length.around(on).first_day(), length.around(on).last_day());
        match self {
            Span::ThisWeek => (monday, monday.plus(6)),
            Span::NextWeek => (monday.plus(7), monday.plus(13)),
            Span::ThisMonth => whole(Length::Month),
            Span::ThisQuarter => whole(Length::Quarter),
        }
    }
}

impl Query {
    /// Everything, as of a day.
    pub fn on(on: Day) -> Query {
        Query {
            community: None,
            street: None,
            state: None,
            unit: None,
            category: None,
            due: None,
            due_before: None,
            overdue: false,
            contains: None,
            quarter: None,
            sort: None,
            descending: false,
            limit: 100,
            cursor: None,
            on,
        }
    }
}

/// One page of a register.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Page {
    /// The rows.
    pub rows: Vec<Value>,
    /// How many rows there are on all pages.
    pub total: usize,
    /// What to ask for the next page with; none on the last.
    pub next: Option<String>,
}

/// A register could not be listed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// There is no such register.
    #[error("there is no register {0:?}")]
    UnknownRegister(String),
    /// Nothing of the registry has this code or name.
    #[error("no {kind} is called {given:?}")]
    UnknownName {
        /// `community`, `street`, `unit`.
        kind: &'static str,
        /// What was given.
        given: String,
    },
    /// The register has no such state, or no such category.
    #[error("no row of the register can have the {filter} {given:?}; known: {known:?}")]
    UnknownWord {
        /// `state` or `category`.
        filter: &'static str,
        /// What was given.
        given: String,
        /// The words that the register knows; none where its rows have no such thing.
        known: Vec<&'static str>,
    },
    /// The register has no such field.
    #[error("the register has no field {0:?} to sort by")]
    UnknownField(String),
    /// The cursor is not one that this program gave.
    #[error("the cursor is not one of this register")]
    BadCursor,
}

/// A page of the register `what`.
///
/// # Errors
/// [`ListError`] for an unknown register, name, word or field, or a foreign cursor.
pub fn list(views: &Views, what: &str, query: &Query) -> Result<Page, ListError> {
    if !super::WHATS.contains(&what) {
        return Err(ListError::UnknownRegister(what.to_owned()));
    }
    words::known("state", query.state.as_ref(), || Some(words::states(what)))?;
    words::known("category", query.category.as_ref(), || words::categories(what))?;
    let after =
        query.cursor.as_deref().map(|text| Cursor::read(text).ok_or(ListError::BadCursor)).transpose()?;
    let filter = Filter::of(views, query)?;
    let rows = filter.rows(what).ok_or_else(|| ListError::UnknownRegister(what.to_owned()))?;
    let mut keyed = Vec::new();
    for row in rows {
        if filter.passes(&row) {
            keyed.push((sort_key(&row, query)?, row));
        }
    }
    let order = |a: (&str, &str), b: (&str, &str)| if query.descending { b.cmp(&a) } else { a.cmp(&b) };
    keyed.sort_unstable_by(|(a, x), (b, y)| order((a, &x.id), (b, &y.id)));
    let total = keyed.len();
    let first = match &after {
        Some(Cursor(key, id)) => {
            keyed.partition_point(|(it, row)| order((it, &row.id), (key, id)) != std::cmp::Ordering::Greater)
        }
        None => 0,
    };
    let limit = query.limit.clamp(1, LIMIT_MAX);
    let page = keyed.get(first..total.min(first.saturating_add(limit))).unwrap_or_default();
    let next = match page.last() {
        Some((key, row)) if first + page.len() < total => Some(Cursor(key.clone(), row.id.clone()).write()),
        _ => None,
    };
    let shower = Shower::of(views, query.on);
    let rows = page.iter().map(|(_, row)| shower.show(row)).collect();
    Ok(Page { rows, total, next })
}

/// One row, by its id; `None` if the register has no such row.
///
/// # Errors
/// [`ListError::UnknownRegister`].
pub fn one(views: &Views, what: &str, id: &str, on: Day) -> Result<Option<Value>, ListError> {
    // The id of an obligation begins with its rule.
    let rule = id.split('-').next().filter(|_| what == OBLIGATIONS).map(str::to_owned);
    let query = Query { category: rule, ..Query::on(on) };
    let rows = match what {
        OBLIGATIONS => Filter::of(views, &query)?.rows(what),
        _ => gather::rows_of(views, what, Some(id), on),
    };
    let rows = rows.ok_or_else(|| ListError::UnknownRegister(what.to_owned()))?;
    let shower = Shower::of(views, on);
    Ok(rows.into_iter().find(|row| row.id == id).map(|row| shower.show(&row)))
}

/// The key of the last row of a page, and its id.
struct Cursor(String, String);

impl Cursor {
    fn write(&self) -> String {
        hex::encode(format!("{}\u{0}{}", self.0, self.1))
    }

    fn read(text: &str) -> Option<Cursor> {
        let text = String::from_utf8(hex::decode(text).ok()?).ok()?;
        let (key, id) = text.split_once('\u{0}')?;
        Some(Cursor(key.to_owned(), id.to_owned()))
    }
}

fn sort_key(row: &Row<'_>, query: &Query) -> Result<String, ListError> {
    let Some(field) = query.sort.as_deref() else { return Ok(row.usual_order()) };
    let text = match field {
        "id" => return Ok(String::new()),
        // The word would sort them by the alphabet.
        "severity" => row.usual_order(),
        "stream" => row.stream.clone(),
        "state" => row.what.state(query.on),
        "revision" => format!("{:020}", row.revision),
        "due" => row.what.due(query.on).map(|(due, _)| due.to_string()).unwrap_or_default(),
        "date" => row.what.date().map(|date| date.to_string()).unwrap_or_default(),
        _ => row.what.get(field).ok_or_else(|| ListError::UnknownField(field.to_owned()))?,
    };
    Ok(match text.parse::<u64>() {
        Ok(number) if fields::is_number(field) => format!("{number:020}"),
        _ => text,
    })
}

struct Filter<'q> {
    views: &'q Views,
    query: &'q Query,
    community: Option<&'q str>,
    street: Option<&'q str>,
    unit: Option<&'q str>,
}

impl<'q> Filter<'q> {
    fn of(views: &'q Views, query: &'q Query) -> Result<Filter<'q>, ListError> {
        let code = |kind: Kind, given: &'q Option<String>| match given {
            None => Ok(None),
            Some(given) => match views.registry.code(kind, given) {
                Some(code) => Ok(Some(code)),
                None => Err(ListError::UnknownName { kind: kind.word(), given: given.clone() }),
            },
        };
        Ok(Filter {
            views,
            query,
            community: code(Kind::Community, &query.community)?,
            street: code(Kind::Street, &query.street)?,
            unit: code(Kind::Unit, &query.unit)?,
        })
    }

    /// The rows of a register, of obligations no more than can pass.
    fn rows(&self, what: &str) -> Option<Vec<Row<'q>>> {
        let Filter { views, query, .. } = self;
        if what != OBLIGATIONS {
            return gather::rows_of(views, what, None, query.on);
        }
        let owned = |code: Option<&str>| code.map(str::to_owned);
        let quarter = query.quarter.map(|quarter| (quarter.first_day(), quarter.last_day()));
        let span = query.due.map(|span| span.around(query.on));
        let filter = obligations::Filter {
            rule: query.category.clone(),
            state: State::ALL.iter().find(|it| query.state.as_deref() == Some(it.word())).copied(),
            from: quarter.map(|it| it.0).max(span.map(|it| it.0)),
            until: [quarter, span].into_iter().flatten().map(|it| it.1).min(),
            street: owned(self.street),
            community: owned(self.community),
            unit: owned(self.unit),
        };
        Some(gather::obligations(views, &filter, query.on))
    }

    fn passes(&self, row: &Row<'_>) -> bool {
        let Filter { views, query, .. } = self;
        let on = query.on;
        let in_street = |wanted: &str| match row.what {
            What::Street(_) => row.id == wanted,
            // They came through a filter of their own.
            What::Obligation(_) => true,
            What::Duty(_) | What::Exemption(..) => {
                let own = row.what.get("subject");
                own.as_deref().and_then(|it| it.strip_prefix("street/")) == Some(wanted)
                    || row.within(views, |it| views.registry.street_of(it) == Some(wanted))
            }
            _ => row.within(views, |it| views.registry.street_of(it) == Some(wanted)),
        };
        let category = || {
            ["category", "kind", "meetingType", "joint", "serviceMode", "code", "rule"]
                .iter()
                .find_map(|field| row.what.get(field))
        };
        self.community.is_none_or(|wanted| row.within(views, |it| it == wanted))
            && self.street.is_none_or(in_street)
            && self.unit.is_none_or(|wanted| row.involves(wanted))
            && query.state.as_ref().is_none_or(|wanted| row.what.state(on) == *wanted)
            && query.category.as_ref().is_none_or(|wanted| category().as_ref() == Some(wanted))
            && query.due.is_none_or(|span| {
                let (first, last) = span.around(on);
                row.what.due(on).is_some_and(|(due, _)| first <= due && due <= last)
            })
            && query
                .due_before
                .is_none_or(|day| row.what.due(on).is_some_and(|(due, done)| !done && due < day))
            && (!query.overdue || row.what.overdue(on) == Some(true))
            && query
                .quarter
                .is_none_or(|quarter| row.what.date().is_some_and(|date| date.quarter() == quarter))
            && query.contains.as_ref().is_none_or(|text| {
                row.id.contains(text.as_str())
                    || row
                        .what
                        .names()
                        .iter()
                        .any(|name| row.what.get(name).is_some_and(|it| it.contains(text.as_str())))
            })
    }
}

struct Shower<'v> {
    views: &'v Views,
    on: Day,
    /// Days of held Wednesday meetings, which only issues ask for.
    held: OnceCell<FxHashMap<&'v str, Vec<Day>>>,
}

impl<'v> Shower<'v> {
    fn of(views: &'v Views, on: Day) -> Shower<'v> {
        Shower { views, on, held: OnceCell::new() }
    }

    fn show(&self, row: &Row<'_>) -> Value {
        let mut object = Map::new();
        object.insert("id".to_owned(), row.id.clone().into());
        object.insert("stream".to_owned(), row.stream.clone().into());
        object.insert("revision".to_owned(), row.revision.into());
        object.insert("state".to_owned(), row.what.state(self.on).into());
        let references = row.what.references();
        for name in row.what.names() {
            let text = row.what.get(name).unwrap_or_default();
            if let Some((_, word)) = references.iter().find(|(field, _)| field == name) {
                object.insert(format!("{name}Name"), self.names(&text, word, fields::is_list(name)));
            }
            object.insert((*name).to_owned(), value(name, text));
        }
        if let Some(community) = row.community(self.views) {
            let on = self.on;
            let name = |kind, code| self.views.registry.name(kind, code, on).map(str::to_owned);
            object.insert("community".to_owned(), community.into());
            object.insert("communityName".to_owned(), name(Kind::Community, community).into());
            if let Some(street) = self.views.registry.street_of(community) {
                object.insert("street".to_owned(), street.into());
                object.insert("streetName".to_owned(), name(Kind::Street, street).into());
            }
        }
        if let Some(overdue) = row.what.overdue(self.on) {
            object.insert("overdue".to_owned(), overdue.into());
        }
        // How the record came to be: how late the latest of its late entries is, and how often it was corrected.
        if !matches!(row.what, What::Finding(_) | What::Entry(_) | What::Obligation(_)) {
            let marks = self.views.imports.marks_of(&row.stream);
            object.insert("lateDays".to_owned(), marks.late_days.into());
            object.insert("corrections".to_owned(), marks.corrections.into());
        }
        match &row.what {
            What::Issue(issue) => {
                let held = self.held.get_or_init(|| self.views.wednesday.held_days());
                let community = row.community(self.views).and_then(|community| held.get(community));
                let days = community.map(Vec::as_slice).unwrap_or_default();
                object.insert("carryOvers".to_owned(), carry_overs(issue, days, self.on).into());
            }
            What::Rule(rule, on) => owed::rule_more(rule, *on, &mut object),
            What::Obligation(it) => owed::obligation_more(self.views, it, self.on, &mut object),
            What::Duty(duty) => owed::duty_more(self.views, duty, self.on, &mut object),
            What::Exemption(it, on) => {
                let name = subject_name(self.views, &it.subject, *on);
                object.insert("subjectName".to_owned(), name.into());
            }
            What::Period(period, _) => {
                object.insert("history".to_owned(), standing::freezes(period));
            }
            What::Report(report) => {
                object.insert("history".to_owned(), standing::editions(report));
            }
            What::Occurrence(occurrence) => {
                object.insert("status".to_owned(), occurrence.status(self.on).into());
            }
            What::Finding(finding) => {
                object.insert("position".to_owned(), finding.position.into());
                if let Some(unit) = finding.arg("unit") {
                    let name = self.views.registry.name(Kind::Unit, unit, self.on);
                    object.insert("unit".to_owned(), unit.into());
                    object.insert("unitName".to_owned(), name.into());
                }
                object.insert("streams".to_owned(), finding.streams.clone().into());
                object.insert("positions".to_owned(), finding.positions.clone().into());
                if !finding.changes.is_empty() {
                    let change = |it: &Change| json!({ "field": it.field, "was": it.was, "now": it.now });
                    object.insert("changes".to_owned(), finding.changes.iter().map(change).collect());
                }
                let args =
                    finding.args.iter().map(|(name, value)| ((*name).to_owned(), value.clone().into()));
                object.insert("args".to_owned(), Value::Object(args.collect()));
            }
            _ => {}
        }
        Value::Object(object)
    }

    fn names(&self, codes: &str, word: &str, list: bool) -> Value {
        let kind = fields::kind_of(word);
        let name = |code: &str| self.views.registry.name(kind, code, self.on).unwrap_or(code).to_owned();
        let names = codes.split('、').filter(|code| !code.is_empty()).map(name);
        if list {
            return names.collect::<Vec<_>>().into();
        }
        let joined = names.collect::<Vec<_>>().join("、");
        if joined.is_empty() { Value::Null } else { joined.into() }
    }
}

fn value(field: &str, text: String) -> Value {
    if fields::is_list(field) {
        return text.split('、').filter(|part| !part.is_empty()).map(Value::from).collect();
    }
    match text.parse::<u64>() {
        _ if text.is_empty() => Value::Null,
        Ok(number) if fields::is_number(field) => number.into(),
        _ => text.into(),
    }
}
