//! What a payload is made of, in words that a reader without this program can use.
//!
//! A schema lists the fields of one kind and version, in order, each with a type written in a small
//! language (`docs/FORMAT.md`, section 5): `string`, `bool`, `u8`…`u64`, `i32`, `i64`, `day`, `bytes`,
//! `option<T>`, `list<T>`, and `{name:T,…}` for a record inside a record. [`to_json`] reads any payload
//! by its schema alone, so events of kinds that this program does not know can still be shown.

use base64::Engine as _;
use serde_json::{Map, Value};

use crate::day::Day;

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
    let mut reader = Reader { bytes: payload };
    let mut object = Map::new();
    for (name, kind) in fields {
        let refuse = || SchemaMismatch { field: name.clone() };
        let (value, rest) = reader.value(kind, 0).ok_or_else(refuse)?;
        if !rest.is_empty() {
            return Err(refuse());
        }
        object.insert(name.clone(), value);
    }
    if reader.bytes.is_empty() {
        Ok(Value::Object(object))
    } else {
        Err(SchemaMismatch { field: "(trailing bytes)".to_owned() })
    }
}

/// Nesting deeper than any payload has; stops a hostile schema from exhausting the stack.
const DEPTH_MAX: u32 = 16;

struct Reader<'a> {
    bytes: &'a [u8],
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.bytes.split_first_chunk::<N>()?;
        self.bytes = rest;
        Some(*head)
    }

    fn length(&mut self) -> Option<usize> {
        let length = usize::try_from(u64::from_le_bytes(self.take()?)).ok()?;
        (length <= self.bytes.len()).then_some(length)
    }

    /// Reads one value of the type that `kind` begins with; returns it and the rest of `kind`.
    fn value<'k>(&mut self, kind: &'k str, depth: u32) -> Option<(Value, &'k str)> {
        if depth > DEPTH_MAX {
            return None;
        }
        if let Some(inner) = kind.strip_prefix("option<") {
            return match self.take::<1>()?[0] {
                0 => Some((Value::Null, skip(inner)?.strip_prefix('>')?)),
                1 => {
                    let (value, rest) = self.value(inner, depth + 1)?;
                    Some((value, rest.strip_prefix('>')?))
                }
                _ => None,
            };
        }
        if let Some(inner) = kind.strip_prefix("list<") {
            let length = self.length()?;
            let mut items = Vec::new();
            let mut rest = skip(inner)?;
            for _ in 0..length {
                let (value, after) = self.value(inner, depth + 1)?;
                items.push(value);
                rest = after;
            }
            return Some((Value::Array(items), rest.strip_prefix('>')?));
        }
        if let Some(mut inner) = kind.strip_prefix('{') {
            let mut object = Map::new();
            loop {
                let (name, after) = inner.split_once(':')?;
                let (value, rest) = self.value(after, depth + 1)?;
                object.insert(name.to_owned(), value);
                if let Some(rest) = rest.strip_prefix('}') {
                    return Some((Value::Object(object), rest));
                }
                inner = rest.strip_prefix(',')?;
            }
        }
        let end = kind.find([',', '>', '}']).unwrap_or(kind.len());
        let (word, rest) = kind.split_at(end);
        let value = match word {
            "string" => {
                let length = self.length()?;
                let (text, after) = self.bytes.split_at_checked(length)?;
                self.bytes = after;
                Value::from(std::str::from_utf8(text).ok()?)
            }
            "bytes" => {
                let length = self.length()?;
                let (raw, after) = self.bytes.split_at_checked(length)?;
                self.bytes = after;
                Value::from(base64::engine::general_purpose::STANDARD.encode(raw))
            }
            "bool" => match self.take::<1>()?[0] {
                0 => Value::from(false),
                1 => Value::from(true),
                _ => return None,
            },
            "u8" => Value::from(self.take::<1>()?[0]),
            "u16" => Value::from(u16::from_le_bytes(self.take()?)),
            "u32" => Value::from(u32::from_le_bytes(self.take()?)),
            "u64" => Value::from(u64::from_le_bytes(self.take()?)),
            "i32" => Value::from(i32::from_le_bytes(self.take()?)),
            "i64" => Value::from(i64::from_le_bytes(self.take()?)),
            "day" => Value::from(Day(i32::from_le_bytes(self.take()?)).to_string()),
            _ => return None,
        };
        Some((value, rest))
    }
}

/// The rest of `kind` after the type it begins with.
fn skip(kind: &str) -> Option<&str> {
    let mut depth = 0u32;
    for (at, symbol) in kind.char_indices() {
        match symbol {
            '<' | '{' => depth += 1,
            ',' if depth == 0 => return Some(&kind[at..]),
            '>' | '}' => match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return Some(&kind[at..]),
            },
            _ => {}
        }
    }
    (depth == 0).then_some("")
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
