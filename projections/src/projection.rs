//! What a read model is: a pure fold of the log with a name, a version and a digest of its content.

use gongjian_core::codec::{self, CodecError};
use gongjian_core::domain::Event;
use gongjian_core::domain::category::Category;
use gongjian_core::domain::facts::At;
use gongjian_core::domain::table::Table;
use gongjian_core::event::DecodeError;
use gongjian_core::record::{Digest, Position, RecordRef};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A stored event could not be folded: the log is damaged, or the events do not follow each other.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The bytes are not those of a record.
    #[error("the event at position {expected} or later is not a record")]
    Record {
        /// Position that was expected next.
        expected: Position,
        /// What the codec met.
        #[source]
        source: CodecError,
    },
    /// The payload is not what its kind says.
    #[error("the payload of the event at position {position} cannot be read")]
    Payload {
        /// Position of the event.
        position: Position,
        /// What was met.
        #[source]
        source: DecodeError,
    },
    /// An event is missing.
    #[error("expected the event at position {expected}, got position {found}")]
    Gap {
        /// Position that was expected next.
        expected: Position,
        /// Position of the event that came.
        found: Position,
    },
}

/// A record with its payload read, owned by whoever folds it.
#[derive(Debug)]
pub struct Decoded<'a> {
    /// The envelope.
    pub record: RecordRef<'a>,
    /// The fact; `None` for a kind or version that this program does not know.
    pub event: Option<Event>,
}

impl<'a> Decoded<'a> {
    /// Reads a stored event.
    ///
    /// # Errors
    /// [`ApplyError`] if the bytes are not a record, or the payload of a known kind does not decode.
    pub fn from_bytes(bytes: &'a [u8], expected: Position) -> Result<Decoded<'a>, ApplyError> {
        let record = RecordRef::decode(bytes).map_err(|source| ApplyError::Record { expected, source })?;
        Decoded::from_record(record)
    }

    /// Reads the payload of a record.
    ///
    /// # Errors
    /// [`ApplyError::Payload`] if the payload of a known kind does not decode.
    pub fn from_record(record: RecordRef<'a>) -> Result<Decoded<'a>, ApplyError> {
        let event = match Event::decode(record.kind, record.version, record.payload) {
            Ok(event) => Some(event),
            Err(DecodeError::UnknownKind { .. }) => None,
            Err(source) => return Err(ApplyError::Payload { position: record.position, source }),
        };
        Ok(Decoded { record, event })
    }

    /// The event as read models see it.
    pub fn recorded(&self) -> Recorded<'_> {
        let record = &self.record;
        let (_, id) = record.stream.split_once('/').unwrap_or(("", record.stream));
        Recorded {
            record,
            event: self.event.as_ref(),
            at: At {
                position: record.position,
                recorded_at: record.recorded_at,
                occurred: record.occurred_day,
            },
            id,
            own_trail: record.trail == record.stream,
        }
    }
}

/// An event of the log as read models see it.
#[derive(Clone, Copy, Debug)]
pub struct Recorded<'a> {
    /// The envelope.
    pub record: &'a RecordRef<'a>,
    /// The fact; `None` for a kind or version that this program does not know.
    pub event: Option<&'a Event>,
    /// Where it stands.
    pub at: At,
    /// The id in its stream's name.
    pub id: &'a str,
    /// Its stream is the root of the matter.
    pub own_trail: bool,
}

/// A read model.
///
/// `apply` may not fail, look at a clock or depend on anything but what it has folded: two folds of the
/// same events have the same digest.
pub trait Projection: Default + Clone + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Its name, also in snapshot files.
    const NAME: &'static str;
    /// Raised whenever the fold or its layout changes, so that old snapshots are not read.
    const VERSION: u32;

    /// Folds an event in.
    fn apply(&mut self, recorded: &Recorded<'_>);

    /// The bytes of its content; equal content gives equal bytes.
    fn content(&self) -> Vec<u8> {
        // Content is texts, numbers and lists within four gigabytes; what is larger has no snapshot.
        codec::encode_snapshot(self).unwrap_or_default()
    }

    /// BLAKE3 of its content.
    fn digest(&self) -> Digest {
        Digest::of(&self.content())
    }
}

/// Folds an event into the table of its category.
pub(crate) fn fold<S: Category>(table: &mut Table<S>, recorded: &Recorded<'_>, event: &S::Event) {
    let record = recorded.record;
    table.apply(recorded.id, record.revision, record.trail, recorded.own_trail, |state| {
        state.evolve(event, &recorded.at);
    });
}
