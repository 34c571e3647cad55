//! Layouts of payloads, compiled: what `schema.rs` puts in words, read once and then walked over many payloads.
//!
//! A [`Layout`] writes a payload as JSON text, or shows its scalars to whoever looks for some of them. [`Layouts`] are
//! those that a log declares.

mod declared;
#[cfg(test)]
mod tests;
mod text;

use crate::day::Day;
use crate::schema::SchemaMismatch;

pub use declared::{Declared, Layouts, built_in};
pub use text::{write_base64, write_display, write_text};

/// Nesting deeper than any payload has; stops a hostile schema from exhausting the stack.
const DEPTH_MAX: u32 = 16;

/// A type of the schema language.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Type {
    Text,
    Bytes,
    Bool,
    Unsigned(u8),
    Signed(u8),
    Day,
    Option(Box<Type>),
    List(Box<Type>),
    Struct(Vec<(Name, Type)>),
}

/// The name of a field, and how it stands in JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Name {
    plain: Box<str>,
    /// With quotes and colon.
    json: Box<[u8]>,
}

impl Name {
    fn new(plain: &str) -> Name {
        let mut json = Vec::with_capacity(plain.len() + 3);
        write_text(&mut json, plain);
        json.push(b':');
        Name { plain: plain.into(), json: json.into() }
    }
}

/// A value without parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scalar<'p> {
    /// `string`.
    Text(&'p str),
    /// `bytes`.
    Bytes(&'p [u8]),
    /// `bool`.
    Bool(bool),
    /// `u8` to `u64`.
    Unsigned(u64),
    /// `i32`, `i64`.
    Signed(i64),
    /// `day`.
    Day(Day),
}

/// What a walk over a payload meets.
trait Sink<'p> {
    fn null(&mut self) {}
    fn scalar(&mut self, value: Scalar<'p>);
    fn open(&mut self, _: u8) {}
    fn next(&mut self) {}
    fn close(&mut self, _: u8) {}
    fn name(&mut self, _: &Name) {}
}

/// The fields of a kind and version in the order of the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    fields: Vec<(Name, Type)>,
}

impl Layout {
    /// Compiles (name, type) pairs.
    ///
    /// # Errors
    /// [`SchemaMismatch`] with the field whose type is none.
    pub fn of(fields: &[(String, String)]) -> Result<Layout, SchemaMismatch> {
        let compile = |(name, kind): &(String, String)| {
            let whole = parse(kind, 0).filter(|(_, rest)| rest.is_empty());
            let (compiled, _) = whole.ok_or_else(|| SchemaMismatch { field: name.clone() })?;
            Ok((Name::new(name), compiled))
        };
        Ok(Layout { fields: fields.iter().map(compile).collect::<Result<_, _>>()? })
    }

    /// Writes a payload as a JSON object, its fields in the order of the layout.
    ///
    /// # Errors
    /// [`SchemaMismatch`] if bytes are missing, left over, or not of the declared type; `out` is then as before.
    pub fn write_json(&self, payload: &[u8], out: &mut Vec<u8>) -> Result<(), SchemaMismatch> {
        let start = out.len();
        out.push(b'{');
        let written = self.walk(payload, &mut Json(out));
        match written {
            Ok(()) => out.push(b'}'),
            Err(_) => out.truncate(start),
        }
        written
    }

    /// Shows the scalars of a payload, each with the name of its field: the value of a scalar field, that of an
    /// option where there is one, and each item of a list of scalars. What is deeper is passed over.
    ///
    /// # Errors
    /// [`SchemaMismatch`] as for [`Layout::write_json`]; some were shown then.
    pub fn scalars<'p, 'l>(
        &'l self,
        payload: &'p [u8],
        mut show: impl FnMut(&'l str, Scalar<'p>),
    ) -> Result<(), SchemaMismatch> {
        let mut bytes = payload;
        for (name, kind) in &self.fields {
            let mut flat = Flat { depth: 0, show: |value| show(&name.plain, value) };
            read(kind, &mut bytes, &mut flat).ok_or_else(|| mismatch(name))?;
        }
        if bytes.is_empty() { Ok(()) } else { Err(left_over()) }
    }

    fn walk<'p>(&self, payload: &'p [u8], sink: &mut impl Sink<'p>) -> Result<(), SchemaMismatch> {
        let mut bytes = payload;
        for (index, (name, kind)) in self.fields.iter().enumerate() {
            if index > 0 {
                sink.next();
            }
            sink.name(name);
            read(kind, &mut bytes, sink).ok_or_else(|| mismatch(name))?;
        }
        if bytes.is_empty() { Ok(()) } else { Err(left_over()) }
    }
}

fn mismatch(name: &Name) -> SchemaMismatch {
    SchemaMismatch { field: name.plain.to_string() }
}

fn left_over() -> SchemaMismatch {
    SchemaMismatch { field: "(trailing bytes)".to_owned() }
}

/// The type that a text begins with, and the rest.
fn parse(text: &str, depth: u32) -> Option<(Type, &str)> {
    if depth > DEPTH_MAX {
        return None;
    }
    if let Some(inner) = text.strip_prefix("option<") {
        let (inner, rest) = parse(inner, depth + 1)?;
        return Some((Type::Option(inner.into()), rest.strip_prefix('>')?));
    }
    if let Some(inner) = text.strip_prefix("list<") {
        let (inner, rest) = parse(inner, depth + 1)?;
        return Some((Type::List(inner.into()), rest.strip_prefix('>')?));
    }
    if let Some(mut inner) = text.strip_prefix('{') {
        let mut fields = Vec::new();
        loop {
            let (name, after) = inner.split_once(':')?;
            let (kind, rest) = parse(after, depth + 1)?;
            fields.push((Name::new(name), kind));
            if let Some(rest) = rest.strip_prefix('}') {
                return Some((Type::Struct(fields), rest));
            }
            inner = rest.strip_prefix(',')?;
        }
    }
    let end = text.find([',', '>', '}']).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    let kind = match word {
        "string" => Type::Text,
        "bytes" => Type::Bytes,
        "bool" => Type::Bool,
        "u8" => Type::Unsigned(1),
        "u16" => Type::Unsigned(2),
        "u32" => Type::Unsigned(4),
        "u64" => Type::Unsigned(8),
        "i32" => Type::Signed(4),
        "i64" => Type::Signed(8),
        "day" => Type::Day,
        _ => return None,
    };
    Some((kind, rest))
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (head, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*head)
}

/// A length that the bytes can still hold.
fn length(bytes: &mut &[u8]) -> Option<usize> {
    let length = usize::try_from(u64::from_le_bytes(take(bytes)?)).ok()?;
    (length <= bytes.len()).then_some(length)
}

fn string<'p>(bytes: &mut &'p [u8]) -> Option<&'p [u8]> {
    let length = length(bytes)?;
    let (head, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(head)
}

fn read<'p>(kind: &Type, bytes: &mut &'p [u8], sink: &mut impl Sink<'p>) -> Option<()> {
    let value = match kind {
        Type::Text => Scalar::Text(std::str::from_utf8(string(bytes)?).ok()?),
        Type::Bytes => Scalar::Bytes(string(bytes)?),
        Type::Bool => match take::<1>(bytes)? {
            [0] => Scalar::Bool(false),
            [1] => Scalar::Bool(true),
            _ => return None,
        },
        Type::Unsigned(1) => Scalar::Unsigned(u8::from_le_bytes(take(bytes)?).into()),
        Type::Unsigned(2) => Scalar::Unsigned(u16::from_le_bytes(take(bytes)?).into()),
        Type::Unsigned(4) => Scalar::Unsigned(u32::from_le_bytes(take(bytes)?).into()),
        Type::Unsigned(_) => Scalar::Unsigned(u64::from_le_bytes(take(bytes)?)),
        Type::Signed(4) => Scalar::Signed(i32::from_le_bytes(take(bytes)?).into()),
        Type::Signed(_) => Scalar::Signed(i64::from_le_bytes(take(bytes)?)),
        Type::Day => Scalar::Day(Day(i32::from_le_bytes(take(bytes)?))),
        Type::Option(inner) => match take::<1>(bytes)? {
            [0] => {
                sink.null();
                return Some(());
            }
            [1] => return read(inner, bytes, sink),
            _ => return None,
        },
        Type::List(inner) => {
            let length = length(bytes)?;
            sink.open(b'[');
            for index in 0..length {
                if index > 0 {
                    sink.next();
                }
                read(inner, bytes, sink)?;
            }
            sink.close(b']');
            return Some(());
        }
        Type::Struct(fields) => {
            sink.open(b'{');
            for (index, (name, kind)) in fields.iter().enumerate() {
                if index > 0 {
                    sink.next();
                }
                sink.name(name);
                read(kind, bytes, sink)?;
            }
            sink.close(b'}');
            return Some(());
        }
    };
    sink.scalar(value);
    Some(())
}

/// Writes JSON text.
struct Json<'o>(&'o mut Vec<u8>);

impl<'p> Sink<'p> for Json<'_> {
    fn null(&mut self) {
        self.0.extend_from_slice(b"null");
    }

    fn scalar(&mut self, value: Scalar<'p>) {
        match value {
            Scalar::Text(text) => write_text(self.0, text),
            Scalar::Bytes(bytes) => {
                self.0.push(b'"');
                write_base64(self.0, bytes);
                self.0.push(b'"');
            }
            Scalar::Bool(value) => self.0.extend_from_slice(if value { b"true" } else { b"false" }),
            Scalar::Unsigned(number) => write_display(self.0, &number),
            Scalar::Signed(number) => write_display(self.0, &number),
            Scalar::Day(day) => {
                self.0.push(b'"');
                write_display(self.0, &day);
                self.0.push(b'"');
            }
        }
    }

    fn open(&mut self, bracket: u8) {
        self.0.push(bracket);
    }

    fn next(&mut self) {
        self.0.push(b',');
    }

    fn close(&mut self, bracket: u8) {
        self.0.push(bracket);
    }

    fn name(&mut self, name: &Name) {
        self.0.extend_from_slice(&name.json);
    }
}

/// Shows scalars that stand in no struct, and in no list inside a list.
struct Flat<F> {
    depth: u32,
    show: F,
}

impl<'p, F: FnMut(Scalar<'p>)> Sink<'p> for Flat<F> {
    fn scalar(&mut self, value: Scalar<'p>) {
        if self.depth < 2 {
            (self.show)(value);
        }
    }

    fn open(&mut self, bracket: u8) {
        self.depth += if bracket == b'{' { 2 } else { 1 };
    }

    fn close(&mut self, bracket: u8) {
        self.depth -= if bracket == b'}' { 2 } else { 1 };
    }
}

/// Reads a payload by its schema into the JSON that events show as `data`. See [`crate::schema::to_json`].
pub(crate) fn to_value(
    fields: &[(String, String)],
    payload: &[u8],
) -> Result<serde_json::Value, SchemaMismatch> {
    let mut text = Vec::with_capacity(payload.len() * 2);
    Layout::of(fields)?.write_json(payload, &mut text)?;
    // What was just written is JSON.
    serde_json::from_slice(&text).map_err(|_| left_over())
}
