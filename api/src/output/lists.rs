//! Lists as tables, codes with their names.

use serde_json::Value;

use super::Rows;
use crate::app::ListSpec;
use crate::messages::Text;

/// A list's items as rows.
pub fn table(list: &ListSpec, items: &[Value], text: Text) -> Rows {
    let mut columns = vec!["id"];
    let has_state = items.iter().any(|item| item.get("state").is_some_and(Value::is_string));
    if list.fields.is_empty() {
        // Lists without named fields show what is not nested.
        let first = items.first().and_then(Value::as_object);
        let plain = first.into_iter().flatten().filter(|(_, value)| !value.is_array() && !value.is_object());
        let names = plain.map(|(name, _)| name.as_str());
        columns.extend(names.filter(|name| !matches!(*name, "id" | "stream" | "trail" | "revision" | "state")));
    } else {
        columns.extend(list.fields);
    }
    if has_state {
        columns.insert(1, "state");
    }
    let headers = columns.iter().map(|name| text.word("field", name)).collect();
    let rows = items
        .iter()
        .map(|item| columns.iter().map(|name| cell(list, item, name, text)).collect())
        .collect();
    Rows { headers, rows }
}

fn cell(list: &ListSpec, item: &Value, name: &str, text: Text) -> String {
    let value = match item.get(name) {
        None | Some(Value::Null) => return String::new(),
        Some(Value::String(value)) => value.clone(),
        Some(other) => other.to_string(),
    };
    if name == "state" {
        return text.word("state", &value);
    }
    if !list.references.iter().any(|(field, _)| *field == name) {
        return value;
    }
    let names = item.get("names");
    let shown = value.split('、').map(|code| {
        let known = names.and_then(|names| names.get(code)).and_then(Value::as_str);
        known.map_or_else(|| code.to_owned(), |known| format!("{known}（{code}）"))
    });
    shown.collect::<Vec<_>>().join("、")
}
