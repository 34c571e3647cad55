//! JSON with one spelling, after RFC 8785: sorted names, no spaces. All our numbers are integers.

use std::collections::BTreeMap;

use serde_json::Value;

/// The bytes of a value.
pub fn canonical(value: &Value) -> Vec<u8> {
    let mut out = String::new();
    write(value, &mut out);
    out.into_bytes()
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Value::Object(fields) => {
            // Names are ASCII, so the order of bytes is that of UTF-16.
            let sorted: BTreeMap<&str, &Value> =
                fields.iter().map(|(name, value)| (name.as_str(), value)).collect();
            out.push('{');
            for (index, (name, value)) in sorted.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                out.push_str(&Value::from(name).to_string());
                out.push(':');
                write(value, out);
            }
            out.push('}');
        }
        plain => out.push_str(&plain.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_has_one_spelling() {
        let value = serde_json::json!({ "b": [1, "疏\n"], "a": { "d": null, "c": true } });
        assert_eq!(canonical(&value), r#"{"a":{"c":true,"d":null},"b":[1,"疏\n"]}"#.as_bytes());
    }
}
