//! What the events of a package say of documents and erasures, read from their JSON: the same for whoever packs and
//! for whoever checks.

use std::collections::BTreeMap;

use gongjian_core::domain::document::{self, ACCESS};
use gongjian_core::domain::erasure::RECORD;
use gongjian_core::record::Position;
use gongjian_core::vault::{Broken, Commitment, Proof, Status};
use serde_json::{Value, json};

/// A document, by the event that tells of it.
pub(super) struct Document {
    pub(super) position: Position,
    pub(super) id: String,
    /// 扫描件, 照片, …
    pub(super) kind: String,
    /// The path that the commitment covers.
    pub(super) path: String,
    pub(super) media_type: String,
    pub(super) size: u64,
    pub(super) commitment: Commitment,
    /// Only named posts and units may look.
    is_restricted: bool,
}

/// An approved erasure.
pub(super) struct Order {
    asked: Position,
    pub(super) approved: Position,
    executed: Option<Position>,
    /// Digest of the event concerned, in hexadecimal.
    pub(super) digest: String,
}

impl Order {
    /// The events that prove that it was carried out.
    pub(super) fn proof(&self) -> Option<Proof> {
        Some(Proof { asked: self.asked, approved: self.approved, executed: self.executed? })
    }
}

/// Documents and erasures, by positions.
#[derive(Default)]
pub(super) struct Vaulted {
    /// In the order of the log.
    pub(super) documents: Vec<Document>,
    /// Erasures of contents, by the event that commits to the content.
    contents: BTreeMap<Position, Order>,
    /// Erasures of whole records, by their positions.
    pub(super) records: BTreeMap<Position, Order>,
    /// Events about documents that this program cannot read.
    pub(super) unread: Vec<Position>,
}

impl Vaulted {
    /// Reads events in the order of the log.
    pub(super) fn of<'v>(events: impl Iterator<Item = (Position, &'v Value)>) -> Vaulted {
        let mut found = Vaulted::default();
        let mut asked = BTreeMap::new();
        // By the stream of the erasure: what is concerned, and whether it is a whole record.
        let mut approved: BTreeMap<&str, (bool, Position)> = BTreeMap::new();
        for (position, event) in events {
            let stream = event["stream"].as_str().unwrap_or_default();
            let data = &event["data"];
            match event["kind"].as_str().unwrap_or_default() {
                "document.added" => match read_document(position, stream, data) {
                    Some(document) => found.documents.push(document),
                    None => found.unread.push(position),
                },
                "erasure.asked" => drop(asked.insert(stream, position)),
                "erasure.approved" => {
                    let of = (data["position"].as_u64(), data["digest"].as_str(), asked.get(stream));
                    let (Some(of), Some(digest), Some(asked)) = of else {
                        found.unread.push(position);
                        continue;
                    };
                    let order = Order {
                        asked: *asked,
                        approved: position,
                        executed: None,
                        digest: digest.to_owned(),
                    };
                    let is_record = data["scope"] == RECORD;
                    found.orders(is_record).insert(of, order);
                    approved.insert(stream, (is_record, of));
                }
                "erasure.executed" => {
                    let of = approved.get(stream).copied();
                    let order = of.and_then(|(is_record, of)| found.orders(is_record).get_mut(&of));
                    if let Some(order) = order {
                        order.executed = Some(position);
                    }
                }
                _ => {}
            }
        }
        found
    }

    fn orders(&mut self, is_record: bool) -> &mut BTreeMap<Position, Order> {
        if is_record { &mut self.records } else { &mut self.contents }
    }

    /// How a document stands in a package that opens it, or does not.
    pub(super) fn status(&self, document: &Document, is_open: bool) -> Status {
        let erased = self.contents.get(&document.position).and_then(Order::proof);
        match (erased, is_open) {
            (Some(_), true) => Status::Failed(Broken::Present),
            (Some(proof), false) => Status::Erased(proof),
            (None, true) => Status::Disclosed,
            (None, false) if document.is_restricted => Status::Restricted,
            (None, false) => Status::Withheld,
        }
    }
}

fn read_document(position: Position, stream: &str, data: &Value) -> Option<Document> {
    let word = |name: &str| data[name].as_str();
    let id = stream.strip_prefix("document/")?;
    Some(Document {
        position,
        id: id.to_owned(),
        kind: word("kind")?.to_owned(),
        path: document::path(id, word("field")),
        media_type: word("mediaType")?.to_owned(),
        size: data["size"].as_u64()?,
        commitment: Commitment::parse(word("commitment")?)?,
        is_restricted: word("access")? == ACCESS[1],
    })
}

/// The positions that prove an erasure, for programs.
pub(super) fn proof_json(proof: &Proof) -> Value {
    json!({ "asked": proof.asked, "approved": proof.approved, "executed": proof.executed })
}
