//! What the world knows of objects in the vault.

use super::{Commitment, ObjectName};
use crate::domain::{World, document, holder};
use crate::record::Position;

/// One object as an event names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Stream of the document or of the entry of the directory.
    pub subject: String,
    /// The path that the commitment covers.
    pub path: String,
    /// Media type of the content.
    pub media_type: String,
    /// Name of the object.
    pub object: ObjectName,
    /// Commitment to the content.
    pub commitment: Commitment,
    /// Position of the event.
    pub position: Position,
    /// Only named posts and units may look.
    pub restricted: bool,
}

impl Item {
    /// What is known of a document or of an entry of the directory, by its stream.
    pub fn of(world: &World, subject: &str) -> Option<Item> {
        match subject.split_once('/')? {
            ("document", id) => Item::document(id, world.document.get(id)?),
            ("holder", id) => Item::holder(id, world.holder.get(id)?),
            _ => None,
        }
    }

    fn document(id: &str, state: &document::Document) -> Option<Item> {
        Some(Item {
            subject: format!("document/{id}"),
            path: state.path(id),
            media_type: state.media_type.clone(),
            object: ObjectName::parse(&state.object)?,
            commitment: Commitment::parse(&state.commitment)?,
            position: state.added?.at,
            restricted: state.is_restricted(),
        })
    }

    fn holder(id: &str, state: &holder::Holder) -> Option<Item> {
        Some(Item {
            subject: format!("holder/{id}"),
            path: holder::path(id),
            media_type: holder::NAME_TYPE.to_owned(),
            object: ObjectName::parse(&state.object)?,
            commitment: Commitment::parse(&state.commitment)?,
            position: state.named?.at,
            restricted: true,
        })
    }
}

/// Every object that an event names, in the order of the log.
pub fn items(world: &World) -> Vec<Item> {
    let documents = world.document.iter().filter_map(|(id, state)| Item::document(id, state));
    let holders = world.holder.iter().filter_map(|(id, state)| Item::holder(id, state));
    let mut items: Vec<Item> = documents.chain(holders).collect();
    items.sort_unstable_by_key(|item| item.position);
    items
}
