//! Forms of commands: their fields are found by asking the commands themselves, so a form can never ask for anything
//! else; what people type is read here, and every fault names its field.

use std::collections::BTreeMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use gongjian_core::day::Day;
use gongjian_core::domain::{
    INTERNAL_COMMANDS, agreement, commitment, duty, issue, report, series, topic, unit,
};
use gongjian_projections::lists::Query;
use serde_json::{Map, Value, json};

use super::{Fields, Seen, Shown, Visit, fields};
use crate::app::Asked;
use crate::error::Problem;
use crate::http::openapi::probe::data_schema;
use crate::messages::Text;

/// Suggestions at once.
const SUGGESTIONS: usize = 12;

/// How a field is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A line.
    Line,
    /// Several lines.
    Text,
    /// A day.
    Day,
    /// A whole number.
    Number,
    /// Yes or no.
    Flag,
    /// One of a few words.
    Words(&'static [&'static str]),
    /// Something of the registry, chosen from a list of all.
    Choose(&'static str),
    /// Something of the registry, typed with suggestions.
    Name(&'static str),
    /// Several of the registry, one a line.
    Names(&'static str),
    /// Several lines of text, each a value.
    Lines,
    /// Fields and what is right.
    Changes,
    /// Parameters of a rule, one a line.
    Parameters,
}

/// A field of a command.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    /// Its outside name.
    pub(crate) name: String,
    /// How it is asked for.
    pub(crate) kind: Kind,
    /// It may be left empty.
    pub(crate) optional: bool,
}

/// A field as it is shown.
#[derive(Clone, Debug, Default)]
pub(crate) struct FieldShown {
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) hint: String,
    pub(crate) value: String,
    pub(crate) fault: String,
    /// `line`, `text`, `day`, `number`, `flag`, `choose`, `name`, `names`.
    pub(crate) widget: &'static str,
    /// Value, words, chosen.
    pub(crate) choices: Vec<(String, String, bool)>,
    /// Where suggestions come from.
    pub(crate) suggest: String,
}

/// The order in which forms and facts name fields; what is not named comes after, by the alphabet.
const ORDER: &[&str] = &[
    "name",
    "title",
    "meetingType",
    "kind",
    "category",
    "alliance",
    "community",
    "compound",
    "occurrence",
    "agreement",
    "meeting",
    "topic",
    "decision",
    "number",
    "text",
    "joint",
    "partyA",
    "partyB",
    "otherParties",
    "unit",
    "units",
    "responsible",
    "supporting",
    "claimant",
    "proposer",
    "source",
    "date",
    "plannedOn",
    "place",
    "chairPost",
    "recorderPost",
    "expectedUnits",
    "residents",
    "participants",
    "dueOn",
    "until",
    "signedOn",
    "effectiveOn",
    "expiresOn",
    "openEnded",
    "extendedTo",
    "claimUntil",
    "completedOn",
    "verifier",
    "verifiedOn",
    "acceptor",
    "acceptedOn",
    "outcome",
    "severity",
    "to",
    "note",
    "result",
    "noteOnly",
    "reason",
];

/// Where a field stands in forms.
pub(crate) fn order(name: &str) -> (usize, String) {
    (ORDER.iter().position(|known| *known == name).unwrap_or(ORDER.len()), name.to_owned())
}

/// Names that stand for something of the registry, and how many there are of it: few are chosen, many typed.
fn reference(command: &str, name: &str) -> Option<Kind> {
    let category = command.split('.').next().unwrap_or_default();
    Some(match name {
        "community" => Kind::Choose("communities"),
        "street" => Kind::Choose("streets"),
        "alliance" => Kind::Choose("alliances"),
        "compound" => Kind::Name("compounds"),
        "compounds" => Kind::Names("compounds"),
        "responsible" | "unit" | "partyA" | "partyB" | "enterprise" => Kind::Name("units"),
        "units" | "otherParties" | "supporting" | "participants" => Kind::Names("units"),
        "successors" => Kind::Names("communities"),
        "by" if category == "decision" => Kind::Name("decisions"),
        "successor" => Kind::Name("agreements"),
        "agreement" => Kind::Name("agreements"),
        "meeting" => Kind::Name("meetings"),
        "topic" => Kind::Name("topics"),
        "decision" if category == "task" => Kind::Name("decisions"),
        "occurrence" => Kind::Name("occurrences"),
        "project" => Kind::Name("projects"),
        _ => return None,
    })
}

/// The words that a field takes.
fn words(command: &str, name: &str) -> Option<&'static [&'static str]> {
    let category = command.split('.').next().unwrap_or_default();
    Some(match (category, name) {
        ("agreement", "kind") => agreement::KINDS,
        ("commitment", "joint") => commitment::JOINTS,
        ("issue", "category") => issue::CATEGORIES,
        ("unit", "kind") => unit::KINDS,
        ("meeting" | "series", "meetingType") => series::TYPES,
        ("topic", "outcome") => topic::OUTCOMES,
        ("duty", "round") => duty::ROUNDS,
        ("report", "audience") => report::AUDIENCES,
        _ => return None,
    })
}

/// Whether a command can be sent from a form at all.
pub(crate) fn is_offered(command: &str) -> bool {
    !INTERNAL_COMMANDS.contains(&command)
}

type Known = BTreeMap<String, &'static [Field]>;

/// The fields of a command, in the order of its form. Asking the commands takes long, so each is asked once.
pub(crate) fn fields_of(command: &str) -> &'static [Field] {
    static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(Mutex::default);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(fields) = known.get(command) {
        return fields;
    }
    let schema = data_schema(command);
    let required: Vec<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let properties = schema["properties"].as_object().cloned().unwrap_or_default();
    let mut fields: Vec<Field> = properties
        .iter()
        .map(|(name, schema)| Field {
            kind: kind(command, name, schema),
            optional: !required.contains(&name.as_str()),
            name: name.clone(),
        })
        .collect();
    fields.sort_by_key(|field| order(&field.name));
    // One list a command, for the life of the program.
    let fields: &'static [Field] = Box::leak(fields.into_boxed_slice());
    known.insert(command.to_owned(), fields);
    fields
}

fn kind(command: &str, name: &str, schema: &Value) -> Kind {
    const LONG: &[&str] = &["text", "reason", "note", "summary", "result", "basis"];
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one.as_str()],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if let Some(kind) = reference(command, name) {
        return kind;
    }
    match name {
        "changes" => return Kind::Changes,
        "parameters" => return Kind::Parameters,
        _ => {}
    }
    if schema.get("format").is_some() {
        return Kind::Day;
    }
    match types.first() {
        Some(&"integer") => Kind::Number,
        Some(&"boolean") => Kind::Flag,
        Some(&"array") => Kind::Lines,
        _ => match words(command, name) {
            Some(words) => Kind::Words(words),
            None if LONG.contains(&name) => Kind::Text,
            None => Kind::Line,
        },
    }
}

/// What a form says, or what is wrong with it, field by field.
pub(crate) struct Said {
    /// The data of the command.
    pub(crate) data: Map<String, Value>,
    /// Field and fault.
    pub(crate) faults: Vec<(String, String)>,
}

/// Reads a form as the data of a command.
pub(crate) fn read(visit: &Visit, fields: &[Field], given: &Fields) -> Said {
    let mut said = Said { data: Map::new(), faults: Vec::new() };
    for field in fields {
        match value(visit, field, given) {
            Ok(Some(value)) => {
                said.data.insert(field.name.clone(), value);
            }
            Ok(None) if field.optional => {}
            Ok(None) => {
                let label = visit.text.word("field", &field.name);
                said.faults.push((field.name.clone(), visit.text.get("form-empty", &[("label", &label)])));
            }
            Err(fault) => said.faults.push((field.name.clone(), fault)),
        }
    }
    said
}

fn value(visit: &Visit, field: &Field, given: &Fields) -> Result<Option<Value>, String> {
    let text = given.get(&field.name);
    let t = visit.text;
    let label = || t.word("field", &field.name);
    let fault = |key: &str| t.get(key, &[("label", &label()), ("given", text)]);
    match field.kind {
        Kind::Flag => return Ok(Some(json!(text == "true"))),
        Kind::Changes => return changes(given, t),
        Kind::Lines => {
            let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
            return Ok((!lines.is_empty()).then(|| json!(lines)));
        }
        Kind::Parameters => return parameters(text).map(Some).map_err(|()| fault("form-parameters")),
        Kind::Names(list) => {
            let names = names(text).map(|name| resolve(visit, list, name)).collect::<Result<Vec<_>, _>>()?;
            return Ok((!names.is_empty()).then(|| json!(names)));
        }
        _ if text.is_empty() => return Ok(None),
        _ => {}
    }
    Ok(Some(match field.kind {
        Kind::Day => match fields::near_day(text, visit.app().today()) {
            Some(day) => json!(day),
            None => return Err(fault("form-day")),
        },
        Kind::Number => {
            let digits: String = crate::workbook::cell::half(text).replace(',', "");
            json!(digits.parse::<u64>().map_err(|_| fault("form-number"))?)
        }
        Kind::Name(list) | Kind::Choose(list) => json!(resolve(visit, list, text)?),
        Kind::Words(words) if !words.contains(&text) => return Err(fault("form-word")),
        _ => json!(text),
    }))
}

/// Names as people write them into one field: one a line, or in a row.
pub(crate) fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split(['\n', '、', '，', ',', '；', ';']).map(str::trim).filter(|name| !name.is_empty())
}

/// `field` and `now` side by side, as many as there are.
fn changes(given: &Fields, t: Text) -> Result<Option<Value>, String> {
    let fields =
        given.pairs().filter_map(|(name, value)| Some((name.strip_prefix("change-")?, value.trim())));
    let changes: Vec<Value> = fields
        .filter(|(field, now)| given.get(&format!("was-{field}")) != *now)
        .map(|(field, now)| {
            let day = fields::day(now).map(|day| day.to_string());
            json!({ "field": field, "now": day.unwrap_or_else(|| now.to_owned()) })
        })
        .collect();
    if changes.is_empty() { Err(t.plain("form-nothing-changed")) } else { Ok(Some(json!(changes))) }
}

fn parameters(text: &str) -> Result<Value, ()> {
    let mut all = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once(['=', '＝', '：', ':']).ok_or(())?;
        all.push(json!({ "name": name.trim(), "value": value.trim() }));
    }
    Ok(json!(all))
}

/// The code of what somebody called by code, by name, or by a name that only one has in it.
pub(crate) fn resolve(visit: &Visit, list: &str, given: &str) -> Result<String, String> {
    let found = search(visit, list, given).map_err(|problem| problem.detail(visit.text))?;
    let is = |wanted: &str| found.iter().find(|(code, name)| code == wanted || name == wanted);
    if let Some((code, _)) = is(given) {
        return Ok(code.clone());
    }
    let t = visit.text;
    match found.as_slice() {
        [(code, _)] => Ok(code.clone()),
        [] => Err(super::near::unknown(visit, list, given)),
        several => {
            let near: Vec<String> = several.iter().take(5).map(|(_, name)| name.clone()).collect();
            Err(t.get("form-near", &[("given", given), ("near", &t.listed(&near))]))
        }
    }
}

/// Codes and names that hold a text; an exact one first.
pub(crate) fn search(visit: &Visit, list: &str, given: &str) -> Result<Vec<(String, String)>, Problem> {
    let on = visit.app().today();
    let of = |item: &Value, name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let pair = |item: &Value| {
        let name =
            ["name", "title", "text"].iter().map(|field| of(item, field)).find(|name| !name.is_empty());
        let id = of(item, "id");
        (id.clone(), name.unwrap_or(id))
    };
    if let Ok(item) = visit.app().item(list, given, Asked::default()) {
        return Ok(vec![pair(&item)]);
    }
    let query = Query { contains: Some(given.to_owned()), limit: SUGGESTIONS * 4, ..Query::on(on) };
    let page = visit.app().list(list, &query, Asked::default())?;
    let mut found: Vec<(String, String)> = page.rows.iter().map(pair).collect();
    // `contains` looks at every field; a name that holds the text is nearer than a row that only mentions it.
    if found.iter().any(|(_, name)| name.contains(given)) {
        found.retain(|(_, name)| name.contains(given));
    }
    found.sort_by_key(|(_, name)| name != given);
    if found.is_empty() {
        // Nothing holds the letters themselves; they may be how a name sounds.
        let views = visit.app().views()?;
        let heard = crate::find::within(&views, on, list, given, SUGGESTIONS);
        let code = |stream: &str| stream.split_once('/').map_or(stream, |(_, id)| id).to_owned();
        found = heard.found.iter().map(|it| (code(&it.stream), it.name.clone())).collect();
    }
    Ok(found)
}

/// Suggestions while somebody types, as options.
pub(super) fn suggest(visit: &Visit) -> Seen {
    let list = super::registers::register_of(visit.part("kind"))
        .map(|register| register.list)
        .ok_or_else(|| Problem::not_found(visit.part("kind")))?;
    let typed = visit.query.pairs().map(|(_, value)| value.rsplit('\n').next().unwrap_or_default().trim());
    let typed = typed.last().unwrap_or_default();
    let found = if typed.is_empty() { Vec::new() } else { search(visit, list, typed)? };
    let mut html = String::new();
    for (code, name) in found.iter().take(SUGGESTIONS) {
        let (code, name) = (crate::output::paper::escaped(code), crate::output::paper::escaped(name));
        html.push_str(&format!("<option value=\"{name}\">{code}</option>"));
    }
    Ok(Shown::Html(axum::http::StatusCode::OK, html))
}

/// How the fields are shown, with what was typed.
pub(crate) fn shown(
    visit: &Visit,
    fields: &[Field],
    given: &Fields,
    faults: &[(String, String)],
) -> Result<Vec<FieldShown>, Problem> {
    fields.iter().map(|field| show(visit, field, given, faults)).collect()
}

fn show(
    visit: &Visit,
    field: &Field,
    given: &Fields,
    faults: &[(String, String)],
) -> Result<FieldShown, Problem> {
    let t = visit.text;
    let value = given.get(&field.name).to_owned();
    let label = t.word("field", &field.name);
    let mut shown = FieldShown {
        label: if field.optional { t.get("form-optional", &[("label", &label)]) } else { label },
        hint: hint(field, t),
        fault: faults
            .iter()
            .find(|(name, _)| *name == field.name)
            .map(|(_, fault)| fault.clone())
            .unwrap_or_default(),
        name: field.name.clone(),
        ..FieldShown::default()
    };
    shown.widget = match field.kind {
        Kind::Line => "line",
        Kind::Text | Kind::Lines | Kind::Parameters => "text",
        Kind::Day => "day",
        Kind::Number => "number",
        Kind::Flag => "flag",
        Kind::Changes => "changes",
        Kind::Name(list) => {
            shown.suggest = format!("/suggest/{list}");
            "name"
        }
        Kind::Names(list) => {
            shown.suggest = format!("/suggest/{list}");
            "names"
        }
        Kind::Words(words) => {
            let choice = |word: &&str| ((*word).to_owned(), t.word("word", word), value == *word);
            shown.choices = words.iter().map(choice).collect();
            "choose"
        }
        Kind::Choose(list) => {
            let query = Query { limit: 1_000, ..Query::on(visit.app().today()) };
            let page = visit.app().list(list, &query, Asked::default())?;
            let of = |item: &Value, name: &str| {
                item.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
            };
            let choice = |item: &Value| {
                let (id, name) = (of(item, "id"), of(item, "name"));
                let chosen = value == id || value == name;
                (id, name, chosen)
            };
            shown.choices = page.rows.iter().map(choice).collect();
            "choose"
        }
    };
    shown.value = value;
    Ok(shown)
}

fn hint(field: &Field, t: Text) -> String {
    let own = t.find(&format!("hint-{}", field.name), &[]);
    own.unwrap_or_else(|| match field.kind {
        Kind::Day => t.plain("hint-day"),
        Kind::Names(_) | Kind::Lines => t.plain("hint-names"),
        Kind::Parameters => t.plain("hint-parameters"),
        _ => String::new(),
    })
}

/// A day that a form gives, or the day it happened where it says nothing.
pub(crate) fn occurred(visit: &Visit, given: &Fields) -> Result<Day, String> {
    match given.get("occurredOn") {
        "" => Ok(visit.app().today()),
        text => fields::near_day(text, visit.app().today()).ok_or_else(|| {
            visit.text.get("form-day", &[("label", &visit.text.word("field", "occurredOn")), ("given", text)])
        }),
    }
}
