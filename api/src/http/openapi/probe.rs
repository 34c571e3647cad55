//! What a command takes, found by asking the code that reads it: so the document cannot say anything else.

use gongjian_core::domain::{Command, CommandError};
use serde_json::{Map, Value, json};

/// Values to try, the first that fits tells the type; more specific ones come first.
const TRIALS: &[(&str, &str)] = &[
    ("date", "\"2022-06-06\""),
    ("text", "\"文字\""),
    ("boolean", "true"),
    ("integer", "1"),
    ("list", "[]"),
    ("object", "{}"),
];
/// More fields than any command has; stops a search that does not end.
const FIELDS_MAX: usize = 64;

/// The JSON Schema of a command's `data`.
pub(crate) fn data_schema(command: &str) -> Value {
    let (smallest, required) = smallest(command);
    let mut properties = Map::new();
    for name in fields(command, &smallest) {
        let Some((kind, _)) = kind_of(command, &smallest, &name) else { continue };
        let takes_null = error(command, with(&smallest, &name, Value::Null)).is_none();
        properties.insert(name, schema(kind, takes_null));
    }
    json!({
        "type": "object", "additionalProperties": false, "properties": properties, "required": required,
    })
}

/// The smallest data that can be read, and the names of its fields: what the refusals ask for, one by one.
pub(crate) fn smallest(command: &str) -> (Map<String, Value>, Vec<String>) {
    let (mut data, mut names) = (Map::new(), Vec::new());
    while names.len() < FIELDS_MAX
        && let Some(name) = error(command, data.clone()).as_deref().and_then(missing)
        && let Some((_, value)) = kind_of(command, &data, &name)
    {
        data.insert(name.clone(), value);
        names.push(name);
    }
    (data, names)
}

/// The names of all fields: what is written back of the smallest data.
fn fields(command: &str, smallest: &Map<String, Value>) -> Vec<String> {
    let read = Command::from_json(command, Value::Object(smallest.clone())).ok();
    let written = read.map(|command| command.to_json());
    let data = written.as_ref().and_then(|json| json.get("data")).and_then(Value::as_object);
    data.into_iter().flatten().map(|(name, _)| name.clone()).collect()
}

fn kind_of(command: &str, data: &Map<String, Value>, field: &str) -> Option<(&'static str, Value)> {
    let fits = |value: &Value| {
        let error = error(command, with(data, field, value.clone()));
        // What else is missing does not matter here.
        error.is_none_or(|error| missing(&error).is_some_and(|name| name != field))
    };
    TRIALS.iter().find_map(|(kind, text)| {
        let value: Value = serde_json::from_str(text).ok()?;
        // A date fits a text's place always, a text a date's never.
        let is_text = *kind == "date" && fits(&Value::from("文字"));
        (fits(&value) && !is_text).then_some((*kind, value))
    })
}

fn with(data: &Map<String, Value>, field: &str, value: Value) -> Map<String, Value> {
    let mut data = data.clone();
    data.insert(field.to_owned(), value);
    data
}

/// The field that a refusal misses.
fn missing(error: &str) -> Option<String> {
    let rest = error.split("missing field `").nth(1)?;
    rest.split('`').next().map(str::to_owned)
}

fn error(command: &str, data: Map<String, Value>) -> Option<String> {
    match Command::from_json(command, Value::Object(data)) {
        Ok(_) => None,
        Err(CommandError::Malformed(error)) => Some(error),
        Err(error @ CommandError::Unknown(_)) => Some(error.to_string()),
    }
}

fn schema(kind: &str, takes_null: bool) -> Value {
    let (word, extra) = match kind {
        "date" => ("string", Some(("format", json!("date")))),
        "boolean" => ("boolean", None),
        "integer" => ("integer", Some(("minimum", json!(0)))),
        "list" => ("array", Some(("items", json!({})))),
        "object" => ("object", None),
        _ => ("string", None),
    };
    let mut schema = Map::new();
    let words = if takes_null { json!([word, "null"]) } else { json!(word) };
    schema.insert("type".to_owned(), words);
    schema.extend(extra.map(|(name, value)| (name.to_owned(), value)));
    Value::Object(schema)
}

#[cfg(test)]
mod tests {
    use super::*;
    use gongjian_core::domain::command_names;

    #[test]
    fn a_command_tells_its_fields() {
        let schema = data_schema("agreement.draft");
        assert_eq!(schema["properties"]["name"], json!({ "type": "string" }));
        assert_eq!(schema["properties"]["otherParties"]["type"], "array");
        assert_eq!(schema["properties"]["evidence"]["type"], json!(["string", "null"]));
        assert_eq!(schema["required"], json!(["name", "kind", "alliance", "partyA", "partyB"]));
        let until = data_schema("agreement.amend");
        assert_eq!(until["properties"]["until"], json!({ "type": ["string", "null"], "format": "date" }));
    }

    #[test]
    fn every_field_of_every_command_has_a_type() {
        for command in command_names() {
            let (smallest, _) = smallest(command);
            let read = Command::from_json(command, Value::Object(smallest.clone()));
            assert!(read.is_ok(), "{command}: {read:?}");
            let typed = data_schema(command)["properties"].as_object().unwrap().len();
            assert_eq!(typed, fields(command, &smallest).len(), "{command}");
        }
    }
}
