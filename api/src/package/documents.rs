//! `documents.json` and the files below `documents/`: every document of the matters, what became of it, and, where
//! the reader may see it, its content with the salt that opens the commitment in the event.
//!
//! The commitment binds the content to the event, which is under the checkpoint: not even the ledger's own key makes
//! another content fit.

use std::collections::{BTreeMap, BTreeSet};

use gongjian_core::record::Position;
use gongjian_core::vault::{Commitment, SALT_BYTES, Status};
use serde_json::{Value, json};

use super::archive::Files;
use super::canonical::canonical;
use super::manifest::missing;
use super::vaulted::{Document, Vaulted, proof_json};
use super::{DOCUMENT_LIST, DOCUMENTS, event_path};
use crate::media;
use crate::offline::{Fault, Kind};

/// A content that is taken away, and what opens its commitment.
#[derive(Clone)]
pub struct Opened {
    /// The content.
    pub content: Vec<u8>,
    /// The salt of its commitment.
    pub salt: [u8; SALT_BYTES],
}

/// What a package says of one document, and whether it is so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundDocument {
    /// Position of the event that commits to it.
    pub position: Position,
    /// Its id.
    pub id: String,
    /// What it is: 扫描件, 照片, …
    pub kind: String,
    /// `disclosed`: its content is in the package and fits; `restricted`, `withheld`: it is not; `erased`, with the
    /// events that say so.
    pub status: Status,
    /// The file with its content.
    pub path: Option<String>,
}

impl FoundDocument {
    /// For programs.
    pub fn to_json(&self) -> Value {
        let erasure = match &self.status {
            Status::Erased(proof) => Some(proof_json(proof)),
            _ => None,
        };
        json!({
            "position": self.position, "id": self.id, "kind": self.kind, "status": self.status.word(),
            "path": self.path, "erasure": erasure,
        })
    }
}

/// Puts the list and the contents among the files; nothing if the events tell of no document.
pub(super) fn put(files: &mut Files, told: &Vaulted, opened: &BTreeMap<Position, Opened>) {
    if told.documents.is_empty() {
        return;
    }
    let mut listed = Vec::with_capacity(told.documents.len());
    for document in &told.documents {
        let open = opened.get(&document.position);
        let path = open.map(|open| {
            let path = event_path("documents", document.position, media::ending_of(&document.media_type));
            files.insert(path.clone(), open.content.clone());
            path
        });
        listed.push(entry(told, document, path.as_deref(), open.map(|open| &open.salt)));
    }
    files.insert(DOCUMENT_LIST.to_owned(), canonical(&Value::Array(listed)));
}

/// One document in the list.
fn entry(told: &Vaulted, document: &Document, path: Option<&str>, salt: Option<&[u8; SALT_BYTES]>) -> Value {
    let mut entry = found(told, document, path).to_json();
    entry["salt"] = json!(salt.map(hex::encode));
    entry
}

fn found(told: &Vaulted, document: &Document, path: Option<&str>) -> FoundDocument {
    FoundDocument {
        position: document.position,
        id: document.id.clone(),
        kind: document.kind.clone(),
        status: told.status(document, path.is_some()),
        path: path.map(str::to_owned),
    }
}

/// Checks every content against the commitment in its event, and the list against the events.
///
/// # Errors
/// [`Fault`]: a content that is another, that is there although it was erased, that is not there, or belongs nowhere.
pub(super) fn check(files: &Files, told: &Vaulted) -> Result<Vec<FoundDocument>, Fault> {
    let listed = match files.get(DOCUMENT_LIST) {
        Some(bytes) => Some(read(bytes)?),
        None if told.documents.is_empty() => None,
        None => return Err(missing(DOCUMENT_LIST)),
    };
    let (mut all, mut again, mut used) = (Vec::new(), Vec::new(), BTreeSet::new());
    for document in &told.documents {
        let listed = listed.as_ref().and_then(|listed| listed.get(&document.position));
        let (path, salt) = listed.map_or((None, None), |(path, salt)| (path.as_deref(), salt.as_ref()));
        if let Some(path) = path {
            check_content(files, told, document, path, salt)?;
            used.insert(path);
        }
        again.push(entry(told, document, path, salt));
        all.push(found(told, document, path));
    }
    if files.get(DOCUMENT_LIST).is_some_and(|bytes| canonical(&Value::Array(again)) != *bytes) {
        return Err(Fault::new(Kind::Altered, "documents-other").at(DOCUMENT_LIST));
    }
    match files.keys().find(|path| path.starts_with(DOCUMENTS) && !used.contains(path.as_str())) {
        Some(path) => Err(Fault::new(Kind::Foreign, "file-foreign").at(path)),
        None => Ok(all),
    }
}

fn check_content(
    files: &Files,
    told: &Vaulted,
    document: &Document,
    path: &str,
    salt: Option<&[u8; SALT_BYTES]>,
) -> Result<(), Fault> {
    let content = files.get(path).filter(|_| path.starts_with(DOCUMENTS)).ok_or_else(|| missing(path))?;
    if told.status(document, true).is_failure() {
        let fault = Fault::new(Kind::Foreign, "document-present").with("id", &document.id);
        return Err(fault.with("position", document.position).at(path));
    }
    let fits = salt.is_some_and(|salt| {
        Commitment::to(&document.path, &document.media_type, content, salt) == document.commitment
    });
    if fits && content.len() as u64 == document.size {
        return Ok(());
    }
    let fault = Fault::new(Kind::Altered, "document-mismatch").with("id", &document.id);
    Err(fault.with("position", document.position).at(path))
}

/// File and salt of each document, by the position of its event.
type Listed = BTreeMap<Position, (Option<String>, Option<[u8; SALT_BYTES]>)>;

fn read(bytes: &[u8]) -> Result<Listed, Fault> {
    let malformed = || Fault::new(Kind::Malformed, "documents").at(DOCUMENT_LIST);
    let entries: Vec<Value> = serde_json::from_slice(bytes).map_err(|_| malformed())?;
    let one = |entry: &Value| {
        let salt = match entry["salt"].as_str() {
            None => None,
            Some(digits) => {
                let mut salt = [0; SALT_BYTES];
                hex::decode_to_slice(digits, &mut salt).ok()?;
                Some(salt)
            }
        };
        Some((entry["position"].as_u64()?, (entry["path"].as_str().map(str::to_owned), salt)))
    };
    entries.iter().map(one).collect::<Option<Listed>>().ok_or_else(malformed)
}
