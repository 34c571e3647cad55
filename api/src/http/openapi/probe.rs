//! What a command takes, found by asking the code that reads it: so the document cannot say anything else.

use gongjian_core::domain::{Command, CommandError};
use serde_json::{Map, Value, json};

/// A field that no command has.
const STRANGER: &str = "noSuchField";
/// Values to try, the first that fits tells the type; more specific ones come first.
const TRIALS: &[(&str, &str)] = &[
    ("date", "\"2022-06-06\""),
    ("text", "\"文字\""),
    ("boolean", "true"),
    ("integer", "1"),
    ("list", "[]"),
    ("object", "{}"),
];

/// The JSON Schema of a command's `data`.
pub(super) fn data_schema(command: &str) -> Value {
    let names = fields(command);
    let types: Vec<(String, &'static str, Value)> = names
        .into_iter()
        .filter_map(|name| {
            let (kind, value) = kind_of(command, &name)?;
            Some((name, kind, value))
        })
        .collect();
    let whole: Map<String, Value> = types.iter().map(|(name, _, value)| (name.clone(), value.clone())).collect();
    let mut properties = Map::new();
    let mut required = Vec::new();
    for (name, kind, _) in &types {
        let mut without = whole.clone();
        without.remove(name);
        if error(command, without).is_some_and(|error| error.contains("missing field")) {
            required.push(name.clone());
        }
        let takes_null = accepts(command, name, &Value::Null);
        properties.insert(name.clone(), schema(kind, takes_null));
    }
    json!({
        "type": "object", "additionalProperties": false, "properties": properties, "required": required,
    })
}

/// The names of the fields, as the refusal of an unknown one lists them.
fn fields(command: &str) -> Vec<String> {
    let stranger = Map::from_iter([(STRANGER.to_owned(), Value::Null)]);
    let Some(error) = error(command, stranger) else { return Vec::new() };
    // unknown field `noSuchField`, expected one of `name`, `kind`
    let expected = error.split("expected").nth(1).unwrap_or_default();
    expected.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn kind_of(command: &str, field: &str) -> Option<(&'static str, Value)> {
    TRIALS.iter().find_map(|(kind, text)| {
        let value: Value = serde_json::from_str(text).ok()?;
        // A text fits a date's place only if it is a date, and a date fits a text's place always.
        let fits = accepts(command, field, &value);
        let is_text = *kind == "date" && accepts(command, field, &Value::from("文字"));
        (fits && !is_text).then_some((*kind, value))
    })
}

/// Whether a field takes a value: what is then still missing does not matter.
fn accepts(command: &str, field: &str, value: &Value) -> bool {
    let data = Map::from_iter([(field.to_owned(), value.clone())]);
    error(command, data).is_none_or(|error| {
        error.contains("missing field") && !error.contains(&format!("missing field `{field}`"))
    })
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
            let typed = data_schema(command)["properties"].as_object().unwrap().len();
            assert_eq!(typed, fields(command).len(), "{command}");
        }
    }
}
