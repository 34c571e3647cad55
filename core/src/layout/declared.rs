//! The layouts that a log declares.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::Layout;
use crate::domain::kinds;
use crate::domain::schema::{SchemaEvent, stream_id};
use crate::event::DomainEvent as _;
use crate::log::{LogReader, SCHEMA_DECLARED, is_described_elsewhere};
use crate::record::RecordRef;

/// Names and types of fields, in the order of the bytes.
type Pairs = Vec<(String, String)>;

/// A layout as a log declares it.
#[derive(Clone, Debug)]
pub struct Declared {
    /// Names and types.
    pub fields: Pairs,
    /// The same, compiled; `None` if one of the types is none.
    pub layout: Option<Layout>,
}

impl Declared {
    fn new(fields: Pairs) -> Declared {
        Declared { layout: Layout::of(&fields).ok(), fields }
    }
}

/// By version.
type Versions = Vec<(u16, Option<Arc<Declared>>)>;

/// Declared layouts met so far. A layout never changes.
#[derive(Debug, Default)]
pub struct Layouts {
    known: RwLock<HashMap<Box<str>, Versions>>,
}

impl Layouts {
    /// The layout of a kind and version in a log, if it is declared there or described in `docs/FORMAT.md`.
    pub fn of(&self, reader: &LogReader, kind: &str, version: u16) -> Option<Arc<Declared>> {
        match self.known(kind, version) {
            Some(known) => known,
            None => {
                let found = declared(reader, kind, version).or_else(|| built_in(kind, version));
                self.keep(kind, version, found.map(Declared::new))
            }
        }
    }

    /// The layout of a kind and version that [`Layouts::learn`] met.
    pub fn learnt(&self, kind: &str, version: u16) -> Option<Arc<Declared>> {
        self.known(kind, version).unwrap_or_else(|| {
            let found = is_described_elsewhere(kind, version).then(|| built_in(kind, version));
            found.flatten().map(|fields| Arc::new(Declared::new(fields)))
        })
    }

    /// Takes in the declaration that an event is, if it is one.
    pub fn learn(&self, record: &RecordRef<'_>) {
        if record.kind == SCHEMA_DECLARED
            && let Some((kind, version, fields)) = declaration(record)
        {
            self.keep(&kind, version, Some(Declared::new(fields)));
        }
    }

    fn known(&self, kind: &str, version: u16) -> Option<Option<Arc<Declared>>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let versions = known.get(kind)?;
        versions.iter().find(|(known, _)| *known == version).map(|(_, layout)| layout.clone())
    }

    fn keep(&self, kind: &str, version: u16, layout: Option<Declared>) -> Option<Arc<Declared>> {
        let layout = layout.map(Arc::new);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let versions = known.entry(kind.into()).or_default();
        versions.retain(|(known, _)| *known != version);
        versions.push((version, layout.clone()));
        layout
    }
}

fn declared(reader: &LogReader, kind: &str, version: u16) -> Option<Pairs> {
    let position = *reader.stream(&format!("schema/{}", stream_id(kind, version))).first()?;
    let bytes = reader.get(position).ok()??;
    let (.., fields) = declaration(&RecordRef::decode(&bytes).ok()?)?;
    Some(fields)
}

/// Kind, version and fields that an event declares.
fn declaration(record: &RecordRef<'_>) -> Option<(String, u16, Pairs)> {
    let SchemaEvent::Declared(declared) =
        SchemaEvent::decode(record.kind, record.version, record.payload).ok()?;
    let fields = declared.fields.into_iter().map(|field| (field.name, field.r#type));
    Some((declared.kind, declared.version, fields.collect()))
}

/// The layout of a kind that this program knows; in a log, that of the kinds which `docs/FORMAT.md` describes.
pub fn built_in(kind: &str, version: u16) -> Option<Pairs> {
    let known = kinds().into_iter().find(|known| known.name == kind && known.version == version)?;
    Some((known.fields)().into_iter().map(|field| (field.name.to_owned(), field.kind)).collect())
}
