//! What a payload is made of, in words that a reader without this program can use.
//!
//! A schema lists the fields of one kind and version, in order, each with a type written in a small
//! language (`docs/FORMAT.md`, section 5): `string`, `bool`, `u8`…`u64`, `i32`, `i64`, `day`, `bytes`,
//! `option<T>`, `list<T>`, and `{name:T,…}` for a record inside a record. [`to_json`] reads any payload
//! by its schema alone, so events of kinds that this program does not know can still be shown.

use serde_json::Value;

use crate::day::Day;
use crate::layout;

/// A type that may stand in a payload, and how it is written in a schema.
pub trait FieldType {
    /// Appends the type's description to `out`.
    fn describe(out: &mut String);
}

macro_rules! plain_field_types {
    ($($Type:ty => $word:literal),+ $(,)?) => {
        $(impl FieldType for $Type {
            fn describe(out: &mut String) {
                out.push_str($word);
            }
        })+
    };
}

plain_field_types! {
    String => "string", bool => "bool", u8 => "u8", u16 => "u16", u32 => "u32", u64 => "u64",
    i32 => "i32", i64 => "i64", Day => "day",
}

impl<T: FieldType> FieldType for Option<T> {
    fn describe(out: &mut String) {
        out.push_str("option<");
        T::describe(out);
        out.push('>');
    }
}

impl<T: FieldType> FieldType for Vec<T> {
    fn describe(out: &mut String) {
        out.push_str("list<");
        T::describe(out);
        out.push('>');
    }
}

/// One field of a payload: its name as shown in JSON, and its type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The name, in camelCase.
    pub name: &'static str,
    /// The type in the schema language.
    pub kind: String,
}

/// A payload did not fit its schema.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("payload does not fit its declared schema at field {field}")]
pub struct SchemaMismatch {
    /// The field that could not be read, or the schema text that is malformed.
    pub field: String,
}

/// Reads a payload by its schema into the JSON that events show as `data`.
///
/// `fields` are (name, type) pairs in the order of the bytes.
///
/// # Errors
/// [`SchemaMismatch`] if bytes are missing, left over, or not of the declared type.
pub fn to_json(fields: &[(String, String)], payload: &[u8]) -> Result<Value, SchemaMismatch> {
    layout::to_value(fields, payload)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec;

    #[test]
    fn any_payload_can_be_read_by_its_schema() {
        let fields: Vec<(String, String)> = [
            ("text", "string"),
            ("dueOn", "option<day>"),
            ("units", "list<string>"),
            ("parts", "list<{name:string,count:option<u16>}>"),
            ("done", "bool"),
        ]
        .map(|(n, k)| (n.to_owned(), k.to_owned()))
        .to_vec();
        let payload = codec::encode(&(
            "疏通",
            Some(Day(19_149)),
            vec!["U066", "U001"],
            vec![("a", Some(3u16)), ("b", None)],
            true,
        ))
        .unwrap();
        let json = to_json(&fields, &payload).unwrap();
        assert_eq!(
            json.to_string(),
            r#"{"done":true,"dueOn":"2022-06-06","parts":[{"count":3,"name":"a"},{"count":null,"name":"b"}],"text":"疏通","units":["U066","U001"]}"#
        );
        assert!(to_json(&fields, &payload[..payload.len() - 1]).is_err());
        assert!(to_json(&fields[..4], &payload).is_err());
    }
}
