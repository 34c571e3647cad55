//! Lists: every stream of a category with its fields, as registers and the API show them.

use std::collections::BTreeMap;

use gongjian_core::domain::category::Category;
use gongjian_core::domain::facts::Fields;
use gongjian_core::domain::table::{Entry, Table};
use gongjian_core::domain::{
    agreement::Agreement, alliance::Alliance, branch::Branch, commitment::Commitment, community::Community,
    compound::Compound, decision::Decision, grid::Grid, holiday::Holiday, import::Import, issue::Issue,
    meeting::Meeting, membership::Membership, occurrence::Occurrence, post::Post, project::Project,
    rule::Rule, series::Series, street::Street, task::Task, topic::Topic, unit::Unit,
};
use gongjian_projections::registry::Kind;
use gongjian_projections::views::Views;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::App;
use crate::error::Problem;

/// Fields whose text is a count.
const COUNTS: &[&str] = &[
    "households", "population", "members", "number", "participants", "units", "residents", "expectedUnits",
    "problemsSolved",
];

/// One list.
pub struct ListSpec {
    /// Its name in URLs and on the command line.
    pub name: &'static str,
    /// The category of its streams.
    pub category: &'static str,
    /// The fields of its items that are texts, dates, counts or codes; these can be filtered and sorted by.
    pub fields: &'static [&'static str],
    /// The fields that hold codes, and of what.
    pub references: &'static [(&'static str, &'static str)],
    ids: fn(&Views) -> Vec<String>,
    text: fn(&Views, &str, &str) -> Option<String>,
    item: fn(&Views, &str) -> Option<Map<String, Value>>,
}

macro_rules! lists {
    ($($name:literal, $category:literal: $model:ident.$table:ident, $State:ident, $how:ident $(, $state:expr)?;)+) => {
        /// Every list.
        pub const LISTS: &[ListSpec] = &[$(ListSpec {
            name: $name,
            category: $category,
            fields: lists!(@fields $how, $State),
            references: <$State as Category>::REFERENCES,
            ids: |views| ids(&views.$model.$table),
            text: |views, id, field| lists!(@text $how, views.$model.$table, id, field),
            item: |views, id| {
                let entry = views.$model.$table.entry(id)?;
                #[allow(unused_mut, reason = "some categories have no states")]
                let mut item = base($category, id, entry);
                $(
                    let state: fn(&$State) -> String = $state;
                    item.insert("state".to_owned(), Value::from(state(&entry.state)));
                )?
                lists!(@item $how, $State, item, entry);
                Some(item)
            },
        }),+];
    };
    (@fields fields, $State:ident) => { <$State as Fields>::NAMES };
    (@fields whole, $State:ident) => { &[] };
    (@text fields, $table:expr, $id:expr, $field:expr) => { $table.get($id)?.get($field) };
    (@text whole, $table:expr, $id:expr, $field:expr) => {{ let _ = (&$table, $id, $field); None }};
    (@item fields, $State:ident, $item:ident, $entry:ident) => {
        for field in <$State as Fields>::NAMES {
            $item.insert((*field).to_owned(), value(field, $entry.state.get(field)));
        }
    };
    (@item whole, $State:ident, $item:ident, $entry:ident) => { whole(&mut $item, &$entry.state); };
}

lists! {
    "streets", "street": registry.street, Street, fields;
    "communities", "community": registry.community, Community, fields;
    "compounds", "compound": registry.compound, Compound, fields;
    "branches", "branch": registry.branch, Branch, fields;
    "grids", "grid": registry.grid, Grid, fields;
    "units", "unit": registry.unit, Unit, fields;
    "posts", "post": registry.post, Post, whole;
    "alliances", "alliance": registry.alliance, Alliance, fields;
    "memberships", "membership": registry.membership, Membership, fields;
    "holidays", "holiday": registry.holiday, Holiday, fields;
    "agreements", "agreement": agreements.agreement, Agreement, fields, |it| it.state().to_owned();
    "commitments", "commitment": agreements.commitment, Commitment, fields, |it| it.state().to_owned();
    "projects", "project": projects.project, Project, fields, |it| it.state().to_owned();
    "series", "series": meetings.series, Series, whole;
    "meetings", "meeting": meetings.meeting, Meeting, fields, |it| it.status().to_owned();
    "topics", "topic": meetings.topic, Topic, fields, |it| it.state().to_owned();
    "decisions", "decision": meetings.decision, Decision, fields, |it| it.state().to_owned();
    "tasks", "task": meetings.task, Task, whole, |it| it.state().to_owned();
    "occurrences", "occurrence": wednesday.occurrence, Occurrence, fields, |it| it.state().to_owned();
    "issues", "issue": wednesday.issue, Issue, fields, |it| it.state().to_owned();
    "rules", "rule": rules.rule, Rule, whole;
    "imports", "import": imports.import, Import, whole;
}

fn ids<T: Clone + Default>(table: &Table<T>) -> Vec<String> {
    table.sorted().into_iter().map(|(id, _)| id.to_owned()).collect()
}

fn base<T>(category: &str, id: &str, entry: &Entry<T>) -> Map<String, Value> {
    let stream = format!("{category}/{id}");
    let trail = entry.trail.as_deref().unwrap_or(&stream).to_owned();
    let mut item = Map::new();
    item.insert("id".to_owned(), Value::from(id));
    item.insert("revision".to_owned(), Value::from(entry.revision));
    item.insert("trail".to_owned(), Value::from(trail));
    item.insert("stream".to_owned(), Value::from(stream));
    item
}

fn value(field: &str, text: Option<String>) -> Value {
    match text {
        None => Value::Null,
        Some(text) if text.is_empty() => Value::Null,
        Some(text) if COUNTS.contains(&field) => text.parse::<u64>().map_or(Value::from(text), Value::from),
        Some(text) => Value::from(text),
    }
}

/// States without named fields show all they hold.
fn whole(item: &mut Map<String, Value>, state: &impl Serialize) {
    if let Ok(Value::Object(fields)) = serde_json::to_value(state) {
        for (name, value) in fields {
            item.entry(camel(&name)).or_insert_with(|| camel_all(value));
        }
    }
}

fn camel_all(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(camel_all).collect(),
        Value::Object(fields) => {
            Value::Object(fields.into_iter().map(|(name, value)| (camel(&name), camel_all(value))).collect())
        }
        other => other,
    }
}

fn camel(name: &str) -> String {
    let mut parts = name.split('_');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let mut letters = part.chars();
        out.extend(letters.next().into_iter().flat_map(char::to_uppercase));
        out.push_str(letters.as_str());
    }
    out
}

/// Which items of a list, in which order.
#[derive(Clone, Debug, Default)]
pub struct ListFilter {
    /// Field and text that it must have; of a list of codes, one of them.
    pub equal: Vec<(String, String)>,
    /// Field to sort by, `-` before it for the other direction; by id where there is none.
    pub sort: Option<String>,
    /// Only items after this sort key.
    pub after: Option<String>,
}

/// Some items, and the sort key of the last one if there are more.
#[derive(Clone, Debug, Default)]
pub struct ListPage {
    /// The items.
    pub items: Vec<Value>,
    /// From where to go on.
    pub next: Option<String>,
}

/// The list of a name.
///
/// # Errors
/// [`Problem`] that names every list.
pub fn list_of(name: &str) -> Result<&'static ListSpec, Problem> {
    LISTS.iter().find(|list| list.name == name).ok_or_else(|| {
        let names: Vec<&str> = LISTS.iter().map(|list| list.name).collect();
        Problem::malformed("list", names.join(", "))
    })
}

impl App {
    /// A page of a list.
    ///
    /// # Errors
    /// [`Problem`] if the log cannot be folded, or a field to sort by does not exist.
    pub fn list(&self, list: &ListSpec, filter: &ListFilter, limit: usize) -> Result<ListPage, Problem> {
        let views = self.views()?;
        let (sort, down) = match filter.sort.as_deref() {
            None | Some("id") => (None, false),
            Some("-id") => (None, true),
            Some(field) => {
                let (name, down) = field.strip_prefix('-').map_or((field, false), |name| (name, true));
                if !list.fields.contains(&name) {
                    return Err(Problem::malformed("sort", list.fields.join(", ")));
                }
                (Some(name), down)
            }
        };
        let fits = |id: &str| {
            filter.equal.iter().all(|(field, wanted)| {
                let text = (list.text)(&views, id, field).unwrap_or_default();
                text == *wanted || text.split('、').any(|part| part == wanted)
            })
        };
        // A key no field contains parts the sort value from the id, which makes it unique.
        let key = |id: &str| match sort {
            None => id.to_owned(),
            Some(field) => format!("{}\u{1f}{id}", (list.text)(&views, id, field).unwrap_or_default()),
        };
        let mut rows: Vec<(String, String)> =
            (list.ids)(&views).into_iter().filter(|id| fits(id)).map(|id| (key(&id), id)).collect();
        if sort.is_some() {
            rows.sort_unstable();
        }
        if down {
            rows.reverse();
        }
        let is_after = |key: &String| match &filter.after {
            None => true,
            Some(after) if down => key < after,
            Some(after) => key > after,
        };
        let mut page = ListPage::default();
        let mut last = None;
        for (key, id) in rows.into_iter().filter(|(key, _)| is_after(key)) {
            if page.items.len() == limit {
                page.next = last;
                break;
            }
            page.items.extend(self.item_of(list, &views, &id));
            last = Some(key);
        }
        Ok(page)
    }

    /// One item of a list.
    ///
    /// # Errors
    /// [`Problem`] if there is no such item.
    pub fn item(&self, list: &ListSpec, id: &str) -> Result<Value, Problem> {
        let views = self.views()?;
        self.item_of(list, &views, id).ok_or_else(|| Problem::not_found(&format!("{}/{id}", list.category)))
    }

    fn item_of(&self, list: &ListSpec, views: &Views, id: &str) -> Option<Value> {
        let mut item = (list.item)(views, id)?;
        let today = views.default_on(self.today());
        let mut names = BTreeMap::new();
        for (field, what) in list.references {
            let Some(kind) = kind_of(what) else { continue };
            for code in item.get(*field).and_then(Value::as_str).unwrap_or_default().split('、') {
                if let Some(name) = views.registry.name(kind, code, today) {
                    names.insert(code.to_owned(), name.to_owned());
                }
            }
        }
        if !names.is_empty() {
            item.insert("names".to_owned(), json!(names));
        }
        Some(Value::Object(item))
    }

    /// The members of an alliance on a day.
    ///
    /// # Errors
    /// [`Problem`] if there is no such alliance, or the log cannot be folded.
    pub fn roster(&self, alliance: &str, asked: super::Asked) -> Result<Value, Problem> {
        let views = self.views_as_of(asked.last)?;
        let on = asked.on.unwrap_or_else(|| views.default_on(self.today()));
        let code = views.registry.code(Kind::Alliance, alliance).ok_or_else(|| Problem::not_found(alliance))?;
        let members: Vec<Value> = views
            .registry
            .roster(code, on)
            .into_iter()
            .map(|(unit, membership)| {
                let name = views.registry.name(Kind::Unit, unit, on);
                json!({ "unit": unit, "name": name, "joinedOn": membership.joined.map(|fact| fact.on) })
            })
            .collect();
        let name = views.registry.name(Kind::Alliance, code, on);
        Ok(json!({
            "alliance": code, "name": name, "members": members,
            "asOf": { "position": views.position().checked_sub(1), "on": on },
        }))
    }
}

fn kind_of(what: &str) -> Option<Kind> {
    Some(match what {
        "street" => Kind::Street,
        "community" => Kind::Community,
        "compound" => Kind::Compound,
        "unit" => Kind::Unit,
        "alliance" => Kind::Alliance,
        "grid" => Kind::Grid,
        _ => return None,
    })
}
