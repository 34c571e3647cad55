//! Destroying the bytes of one event by order, while its position, digest and leaf stay
//! (`docs/FORMAT.md`, section 7).
//!
//! Three steps, each of which may be done again: the event's place in its page, the engine's files without
//! what was replaced, the bundle beside the log. Whoever calls does all three, and again after a crash.

use std::path::Path;

use super::append::{AppendError, Appender, Draft};
use super::hash::{Digest, MerkleHash};
use super::index::IndexBlock;
use super::page::{Entry, HEAD_KEY, Page, Withheld, block_key, open_key, page_key};
use super::read::{LogReader, ReadError};
use super::storage::{Batch, StorageError};
use super::verify::erased;
use super::{ERASURE_APPROVED, OpenError, SCHEMA_DECLARED, SCOPE_RECORD, TilesError, tiles};
use crate::record::{Position, RecordRef, Revision};

/// An event was not withheld.
#[derive(Debug, thiserror::Error)]
pub enum WithholdError {
    /// There is no such order.
    #[error("event {order} is no order to withhold event {position}: {what}")]
    NoOrder {
        /// The event that was to be withheld.
        position: Position,
        /// What was named as the order.
        order: Position,
        /// What is missing.
        what: &'static str,
    },
    /// The log cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The storage failed; the log must be opened again, and the order carried out again.
    #[error("the page could not be written; open the ledger again and carry out the order again")]
    Storage(#[from] StorageError),
    /// The page does not compress, which has no cause but a lack of memory.
    #[error("the page could not be compressed")]
    Compression(#[source] std::io::Error),
    /// The log does not load any more.
    #[error("the log cannot be loaded after withholding")]
    Load(#[from] OpenError),
    /// A file beside the log could not be replaced.
    #[error(transparent)]
    Tiles(#[from] TilesError),
}

impl Appender {
    /// Puts digest and leaf in the place of an event's bytes. `false` if that was done before.
    ///
    /// Between two batches only: a draft that is not committed knows the open page as it was.
    pub(super) fn withhold(&mut self, position: Position, order: Position) -> Result<bool, WithholdError> {
        let reader = self.reader().clone();
        let bytes = match reader.get(position) {
            Ok(Some(bytes)) => bytes,
            Err(ReadError::Withheld { .. }) => return Ok(false),
            Ok(None) => {
                let what = "there is no event at that position";
                return Err(WithholdError::NoOrder { position, order, what });
            }
            Err(error) => return Err(error.into()),
        };
        let digest = Digest::of(&bytes);
        if position == 0 || RecordRef::decode(&bytes).is_ok_and(|record| record.kind == SCHEMA_DECLARED) {
            let what = "the log cannot be read without that event";
            return Err(WithholdError::NoOrder { position, order, what });
        }
        check_order(&reader, position, order, digest)?;
        let withheld = Withheld { digest, leaf: MerkleHash::leaf(&bytes), erased_by: order };
        let mut batch = Batch::default();
        let head = reader.state().head.encode();
        batch.expected = Some((HEAD_KEY.to_vec(), Some(head)));
        let page = match reader.sealed_page(position) {
            Ok(page) => page,
            Err(_) => seal_open(&reader, &mut batch)?,
        };
        let value = page.withhold(position, withheld).map_err(WithholdError::Compression)?;
        batch.put(page_key(page.first()), value);
        if let Err(error) = reader.storage().commit(&batch) {
            self.poison();
            return Err(error.into());
        }
        reader.reload().inspect_err(|_| self.poison())?;
        Ok(true)
    }
}

/// Seals the open page before its time: an event that is a key of its own has no place for a digest.
fn seal_open(reader: &LogReader, batch: &mut Batch) -> Result<Page, WithholdError> {
    let state = reader.state();
    let first = state.index.sealed();
    let mut rows = Vec::with_capacity(state.open.len());
    let mut raw = Vec::new();
    for (position, bytes) in (first..).zip(&state.open) {
        let record = RecordRef::decode(bytes)
            .map_err(|error| super::Corruption::new(position, "open event", "a record", error))
            .map_err(ReadError::from)?;
        rows.push((record.stream, record.revision, record.command_id));
        raw.extend_from_slice(&u16::try_from(bytes.len()).unwrap_or(0).to_be_bytes());
        raw.extend_from_slice(bytes);
        batch.remove(open_key(position));
    }
    let block = IndexBlock::of(rows.into_iter()).map_err(|(at, expected)| {
        let (position, found) = (first + at as u64, expected + 1);
        ReadError::from(super::Corruption::new(position, "revision", expected, ("at least", found)))
    })?;
    batch.put(block_key(first), block.encode().map_err(WithholdError::Compression)?);
    Ok(Page::from_raw(first, raw).map_err(ReadError::from)?)
}

/// What is left of an event whose bytes were destroyed, besides its leaf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErasedEvent {
    /// Its place.
    pub position: Position,
    /// The place of the order.
    pub order: Position,
    /// The digest of its bytes.
    pub digest: Digest,
    /// Its stream.
    pub stream: String,
    /// Its place in the stream.
    pub revision: Revision,
    /// The command that caused it.
    pub command_id: [u8; 16],
}

/// The event that the order in a record names, if the record is an order to destroy the bytes of an event.
pub fn erasure_order(record: &[u8]) -> Option<Position> {
    let record = RecordRef::decode(record).ok()?;
    let is_order = record.kind == ERASURE_APPROVED && record.version == 1;
    let order = is_order.then(|| erased(record.payload)).flatten()?;
    (order.scope == SCOPE_RECORD).then_some(order.position)
}

impl LogReader {
    /// What is left of a withheld event; `None` if its bytes are there.
    ///
    /// # Errors
    /// [`ReadError`] if its page or block cannot be read.
    pub fn erased(&self, position: Position) -> Result<Option<ErasedEvent>, ReadError> {
        let order = match self.get(position) {
            Err(ReadError::Withheld { erased_by, .. }) => erased_by,
            other => return other.map(|_| None),
        };
        let page = self.sealed_page(position)?;
        let digest = page.entries().find_map(|(at, entry)| match entry {
            Entry::Withheld(withheld) if at == position => Some(withheld.digest),
            _ => None,
        });
        let row = self.row(position)?;
        Ok(digest.zip(row).map(|(digest, (stream, revision, command_id))| ErasedEvent {
            position,
            order,
            digest,
            stream,
            revision,
            command_id,
        }))
    }
}

impl Draft {
    /// Adds what is left of an event whose bytes were destroyed, as the last of a page, which is sealed with it.
    ///
    /// # Errors
    /// [`AppendError`] if the page does not compress.
    pub(crate) fn add_erased(&mut self, event: &ErasedEvent, leaf: MerkleHash) -> Result<(), AppendError> {
        let mut rows = Vec::with_capacity(self.open.len() + 1);
        let mut raw = Vec::new();
        for bytes in &self.open {
            let record = RecordRef::decode(bytes)
                .map_err(|error| AppendError::Compression(std::io::Error::other(error)))?;
            rows.push((record.stream, record.revision, record.command_id));
            raw.extend_from_slice(&u16::try_from(bytes.len()).unwrap_or(0).to_be_bytes());
            raw.extend_from_slice(bytes);
        }
        rows.push((&event.stream, event.revision, event.command_id));
        put_withheld(&mut raw, Withheld { digest: event.digest, leaf, erased_by: event.order });
        let block = IndexBlock::of(rows.into_iter())
            .map_err(|_| AppendError::Compression(std::io::Error::other("the revisions have a gap")))?;
        let page = super::page::compress(&raw).map_err(AppendError::Compression)?;
        self.put_sealed(page, &block, event, leaf)
    }
}

/// The same that verification will demand.
fn check_order(
    reader: &LogReader,
    position: Position,
    order: Position,
    digest: Digest,
) -> Result<(), WithholdError> {
    let refuse = |what| WithholdError::NoOrder { position, order, what };
    if order <= position {
        return Err(refuse("an order comes later"));
    }
    let bytes = reader.get(order)?.ok_or_else(|| refuse("there is no event"))?;
    let record = RecordRef::decode(&bytes).map_err(|_| refuse("it is no record"))?;
    let read =
        (record.kind == ERASURE_APPROVED && record.version == 1).then(|| erased(record.payload)).flatten();
    let read = read.ok_or_else(|| refuse("it is of another kind"))?;
    if read.scope != SCOPE_RECORD {
        return Err(refuse("it erases what lies in the vault"));
    }
    if read.position != position || read.digest != digest.to_string() {
        return Err(refuse("it names another event or another digest"));
    }
    Ok(())
}

/// Writes the bundle file of a withheld event again, if there is one.
pub(super) fn rewrite_bundle(dir: &Path, reader: &LogReader, position: Position) -> Result<(), TilesError> {
    tiles::rewrite_bundle(dir, reader, position / super::page::BUNDLE_EVENTS)
}

impl Page {
    /// The stored value of this page with one event withheld.
    pub(super) fn withhold(&self, position: Position, withheld: Withheld) -> std::io::Result<Vec<u8>> {
        let mut raw = Vec::with_capacity(self.raw().len());
        for (at, entry) in self.entries() {
            match entry {
                Entry::Event(bytes) if at != position => {
                    let length = u16::try_from(bytes.len()).map_err(std::io::Error::other)?;
                    raw.extend_from_slice(&length.to_be_bytes());
                    raw.extend_from_slice(bytes);
                }
                Entry::Event(_) => put_withheld(&mut raw, withheld),
                Entry::Withheld(before) => put_withheld(&mut raw, before),
            }
        }
        super::page::compress(&raw)
    }
}

/// A length of zero, then digest, leaf and the position of the order.
fn put_withheld(raw: &mut Vec<u8>, withheld: Withheld) {
    raw.extend_from_slice(&[0, 0]);
    raw.extend_from_slice(&withheld.digest.0);
    raw.extend_from_slice(&withheld.leaf.0);
    raw.extend_from_slice(&withheld.erased_by.to_be_bytes());
}
