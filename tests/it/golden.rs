//! Golden bytes: one sample of every kind and version, made from its declared fields alone.
//!
//! The samples stand in `tests/fixtures/kinds.txt`. A changed line is a changed format: it needs a new version of
//! the kind. A new kind adds a line; `UPDATE_EXPECT=1` writes them.

use gongjian_core::domain::{Event, kinds};
use gongjian_core::schema;

/// Bytes of a value of the type that `kind` begins with, and the rest of `kind`.
fn sample<'k>(kind: &'k str, salt: u8, out: &mut Vec<u8>) -> &'k str {
    if let Some(inner) = kind.strip_prefix("option<") {
        out.push(1);
        return sample(inner, salt, out).strip_prefix('>').unwrap();
    }
    if let Some(inner) = kind.strip_prefix("list<") {
        out.extend(2u64.to_le_bytes());
        sample(inner, salt, out);
        return sample(inner, salt + 1, out).strip_prefix('>').unwrap();
    }
    if let Some(mut inner) = kind.strip_prefix('{') {
        loop {
            let (_, after) = inner.split_once(':').unwrap();
            let rest = sample(after, salt, out);
            if let Some(rest) = rest.strip_prefix('}') {
                return rest;
            }
            inner = rest.strip_prefix(',').unwrap();
        }
    }
    let end = kind.find([',', '>', '}']).unwrap_or(kind.len());
    match &kind[..end] {
        "string" => {
            let text = format!("文{salt}");
            out.extend((text.len() as u64).to_le_bytes());
            out.extend(text.as_bytes());
        }
        "bool" => out.push(salt % 2),
        "u8" => out.push(salt),
        "u16" => out.extend((300 + u16::from(salt)).to_le_bytes()),
        "u32" => out.extend((70_000 + u32::from(salt)).to_le_bytes()),
        "u64" => out.extend((5_000_000_000 + u64::from(salt)).to_le_bytes()),
        "i64" => out.extend((-5_000_000_000 - i64::from(salt)).to_le_bytes()),
        "i32" => out.extend((-70_000 - i32::from(salt)).to_le_bytes()),
        "day" => out.extend((19_149 + i32::from(salt)).to_le_bytes()),
        other => panic!("no sample of {other}"),
    }
    &kind[end..]
}

#[test]
fn every_kind_keeps_its_bytes() {
    let mut lines = String::new();
    for kind in kinds() {
        let mut payload = Vec::new();
        let mut declared = Vec::new();
        for (salt, field) in (kind.fields)().into_iter().enumerate() {
            assert_eq!(sample(&field.kind, salt as u8, &mut payload), "");
            declared.push((field.name.to_owned(), field.kind));
        }
        let event = Event::decode(kind.name, kind.version, &payload)
            .unwrap_or_else(|error| panic!("{}: {error:?}", kind.name));
        if event.kind().version == kind.version {
            assert_eq!(event.encode().unwrap(), payload, "{}", kind.name);
        }
        let json = schema::to_json(&declared, &payload).unwrap();
        let fields: Vec<String> = declared.iter().map(|(name, kind)| format!("{name}:{kind}")).collect();
        lines += &format!(
            "{} {} {{{}}}\n  {}\n  {json}\n",
            kind.name,
            kind.version,
            fields.join(","),
            hex::encode(&payload)
        );
    }
    super::expect_file("kinds.txt", &lines);
}
