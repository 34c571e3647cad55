//! Declared layouts: `schema.declared` precedes the first event of each kind and version in the same batch, so
//! that the log can be read without this program.

use serde::{Deserialize, Serialize};

use super::World;
use super::category::{Category, Context, absent};
use super::facts::At;
use crate::event::EventKind;
use crate::rejection::Rejection;

record_struct! {
    /// A field of a declared payload.
    pub struct Declaration {
        /// Its name in JSON.
        name: String,
        /// Its type in the schema language.
        r#type: String,
    }
}

events! {
    /// Facts about layouts.
    pub enum SchemaEvent in "schema" {
        /// From here on, payloads of this kind and version have these fields in this order.
        Declared: "schema.declared", version 1 { kind: String, version: u16, fields: Vec<Declaration> }
    }
}

commands! {
    /// Commands about layouts; only the ledger itself gives them.
    pub enum SchemaCommand {
        /// Declare a layout.
        Declare: "schema.declare" { kind: String, version: u16, fields: Vec<Declaration> }
    }
}

/// A declared layout.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schema {
    /// Stored name of the kind.
    pub kind: String,
    /// Version of the payload.
    pub version: u16,
    /// Its fields in the order of the bytes.
    pub fields: Vec<Declaration>,
}

fields! { Schema { "kind": kind } }

impl Schema {
    /// The fields as [`crate::schema::to_json`] takes them.
    pub fn pairs(&self) -> Vec<(String, String)> {
        self.fields.iter().map(|field| (field.name.clone(), field.r#type.clone())).collect()
    }
}

/// Id of the stream in which a kind and version is declared.
pub fn stream_id(kind: &str, version: u16) -> String {
    format!("{kind}-{version}")
}

/// The declaration of a kind that this program knows.
pub fn declare(kind: &EventKind) -> Declared {
    let fields = (kind.fields)()
        .into_iter()
        .map(|field| Declaration { name: field.name.to_owned(), r#type: field.kind })
        .collect();
    Declared { kind: kind.name.to_owned(), version: kind.version, fields }
}

impl Category for Schema {
    type Event = SchemaEvent;
    type Command = SchemaCommand;

    fn decide(
        _: &World,
        _: &Context<'_>,
        id: &str,
        state: Option<&Self>,
        command: &SchemaCommand,
    ) -> Result<SchemaEvent, Rejection> {
        let SchemaCommand::Declare { kind, version, fields } = command;
        absent(id, state)?;
        Ok(Declared { kind: kind.clone(), version: *version, fields: fields.clone() }.into())
    }

    fn evolve(&mut self, event: &SchemaEvent, _: &At) {
        let SchemaEvent::Declared(e) = event;
        *self = Schema { kind: e.kind.clone(), version: e.version, fields: e.fields.clone() };
    }
}
