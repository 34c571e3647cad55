//! What is in the vault, as the events tell it: documents, the directory without its names, and erasures.

use std::collections::BTreeMap;

use gongjian_core::domain::Event;
use gongjian_core::domain::access::AccessEvent;
use gongjian_core::domain::document::Document;
use gongjian_core::domain::erasure::{Erasure, ErasureEvent};
use gongjian_core::domain::holder::Holder;
use gongjian_core::domain::table::Table;
use gongjian_core::record::Position;
use serde::{Deserialize, Serialize};

use crate::projection::{Projection, Recorded, fold};

/// Documents, holders, erasures and look-ups.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Documents {
    /// Documents by id.
    pub document: Table<Document>,
    /// Entries of the directory by id.
    pub holder: Table<Holder>,
    /// Erasures by id.
    pub erasure: Table<Erasure>,
    /// Subject → position of the event that it is erased.
    erased: BTreeMap<String, Position>,
    /// Subject → how often somebody looked.
    looked: BTreeMap<String, u64>,
}

impl Documents {
    /// Where it is told that the content behind a stream is erased.
    pub fn erased_at(&self, stream: &str) -> Option<Position> {
        self.erased.get(stream).copied()
    }

    /// How often somebody looked at a thing.
    pub fn looked_at(&self, stream: &str) -> u64 {
        self.looked.get(stream).copied().unwrap_or(0)
    }

    /// How a document stands: `kept`, `restricted` or `erased`.
    pub fn status(&self, id: &str) -> Option<&'static str> {
        let document = self.document.get(id)?;
        Some(match self.erased_at(&format!("document/{id}")) {
            Some(_) => "erased",
            None if document.is_restricted() => "restricted",
            None => "kept",
        })
    }
}

impl Projection for Documents {
    const NAME: &'static str = "documents";
    const VERSION: u32 = 1;

    fn apply(&mut self, recorded: &Recorded<'_>) {
        match recorded.event {
            Some(Event::Document(event)) => fold(&mut self.document, recorded, event),
            Some(Event::Holder(event)) => fold(&mut self.holder, recorded, event),
            Some(Event::Erasure(event)) => {
                fold(&mut self.erasure, recorded, event);
                let erasure = self.erasure.get(recorded.id);
                if let (ErasureEvent::Executed(_), Some(erasure)) = (event, erasure)
                    && erasure.object.is_some()
                {
                    self.erased.insert(erasure.subject.clone(), recorded.at.position);
                }
            }
            Some(Event::Access(AccessEvent::Recorded(event))) => {
                *self.looked.entry(event.subject.clone()).or_default() += 1;
            }
            _ => {}
        }
    }
}
