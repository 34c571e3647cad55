//! What is left of events whose bytes were destroyed by order, so that a backup made afterwards can be restored.
//!
//! Tiles keep the leaf of such an event and nothing else. The file [`ERASED_FILE`] of a backup has a line for each:
//! position, position of the order, digest, command id (both hexadecimal), revision and stream, with a space
//! between. Nobody signs it; verification compares each line with the order, the chain and the stream.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::RestoreError;
use crate::log::{ErasedEvent, LogReader, ReadError, erasure_order};
use crate::published::SourceError;
use crate::record::{Digest, Position, RecordRef};

/// The file of a backup that has the lines.
pub const ERASED_FILE: &str = "erased";
/// Streams in which orders stand.
const ORDERS: &str = "erasure/";
/// The kind that tells that an order was carried out.
const EXECUTED: &str = "erasure.executed";

/// The lines for a log, for the first `size` events.
///
/// # Errors
/// [`ReadError`] if the log cannot be read.
pub fn erased_lines(reader: &LogReader, size: u64) -> Result<String, ReadError> {
    let mut lines = String::new();
    for order in orders(reader)? {
        if order.position < size
            && let Some(event) = reader.erased(order.position)?
        {
            let (digest, command) = (event.digest, hex::encode(event.command_id));
            let (revision, stream) = (event.revision, event.stream);
            let _ =
                writeln!(lines, "{} {} {digest} {command} {revision} {stream}", event.position, event.order);
        }
    }
    Ok(lines)
}

/// An order to destroy the bytes of an event.
pub(super) struct Order {
    /// The event.
    pub(super) position: Position,
    /// The order.
    pub(super) order: Position,
    /// Whether it was carried out.
    pub(super) is_executed: bool,
}

/// The orders in a log, in the order of the events concerned.
pub(super) fn orders(reader: &LogReader) -> Result<Vec<Order>, ReadError> {
    let mut found = Vec::new();
    for stream in reader.stream_names().into_iter().filter(|stream| stream.starts_with(ORDERS)) {
        let (mut order, mut is_executed) = (None, false);
        for position in reader.stream(&stream) {
            let Some(bytes) = reader.get(position)? else { continue };
            order = order.or(erasure_order(&bytes).map(|target| (target, position)));
            is_executed |= RecordRef::decode(&bytes).is_ok_and(|record| record.kind == EXECUTED);
        }
        found.extend(order.map(|(position, order)| Order { position, order, is_executed }));
    }
    found.sort_by_key(|order| order.position);
    Ok(found)
}

/// Reads the lines.
pub(super) fn parse(text: &[u8]) -> Result<BTreeMap<Position, ErasedEvent>, RestoreError> {
    let lines = std::str::from_utf8(text).unwrap_or("\u{fffd}").lines();
    let events = lines.map(|line| {
        let event = parse_line(line);
        event.map(|event| (event.position, event)).ok_or_else(|| {
            RestoreError::Source(SourceError::Missing { name: format!("{ERASED_FILE}: {line}") })
        })
    });
    events.collect()
}

fn parse_line(line: &str) -> Option<ErasedEvent> {
    let mut words = line.splitn(6, ' ');
    let position = words.next()?.parse().ok()?;
    let order = words.next()?.parse().ok()?;
    let (mut digest, mut command_id) = ([0; 32], [0; 16]);
    hex::decode_to_slice(words.next()?, &mut digest).ok()?;
    hex::decode_to_slice(words.next()?, &mut command_id).ok()?;
    let revision = words.next()?.parse().ok()?;
    let stream = words.next().filter(|stream| !stream.is_empty())?.to_owned();
    Some(ErasedEvent { position, order, digest: Digest(digest), stream, revision, command_id })
}
