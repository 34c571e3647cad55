//! The bytes of one event (`docs/FORMAT.md`, section 2): written once, never encoded again to be hashed.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::codec::{self, CodecError};
use crate::day::Day;

/// The only record format so far.
pub const RECORD_FORMAT: u16 = 1;

/// A BLAKE3 digest: the id of an event, `previous` of the next one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// `previous` of the event at position 0.
    pub const ZERO: Digest = Digest([0; 32]);

    /// The digest of an event's bytes; `b3sum` gives the same.
    pub fn of(bytes: &[u8]) -> Digest {
        Digest(*blake3::hash(bytes).as_bytes())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Place in the whole log, from 0, without gaps.
pub type Position = u64;
/// Place in one stream, from 0.
pub type Revision = u64;

/// 0: what the record states (台账载明). 1: confirmed through the unit's own account (本单位确认).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Assurance {
    /// The record states it; nobody of the unit has confirmed it.
    #[default]
    Stated,
    /// The unit that did it entered it through its own account.
    Attested,
}

impl Assurance {
    /// The byte that stands in a record.
    pub fn code(self) -> u8 {
        match self {
            Assurance::Stated => 0,
            Assurance::Attested => 1,
        }
    }

    /// The word that stands in JSON.
    pub fn word(code: u8) -> &'static str {
        match code {
            0 => "stated",
            1 => "attested",
            _ => "unknown",
        }
    }
}

/// One event as stored. Field order is the format.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// [`RECORD_FORMAT`].
    pub format: u16,
    /// Place in the log.
    pub position: Position,
    /// Digest of the event before it.
    pub previous: Digest,
    /// When the ledger took it in, UTC microseconds; never less than that of the event before it.
    pub recorded_at: i64,
    /// The local day on which it happened, by the record's word.
    pub occurred_day: Day,
    /// Second of that day (UTC+08:00), where the record states a time.
    pub occurred_second: Option<u32>,
    /// `category/id`.
    pub stream: String,
    /// Place in that stream.
    pub revision: Revision,
    /// `category.past-tense`, fixed for ever.
    pub kind: String,
    /// Version of the payload's struct.
    pub version: u16,
    /// The command that caused it.
    pub command_id: [u8; 16],
    /// First 16 bytes of the BLAKE3 of that command's canonical JSON.
    pub command_digest: [u8; 16],
    /// Random, so that a digest alone tells nothing about a short text.
    pub nonce: [u8; 16],
    /// Root stream of the matter that this event belongs to.
    pub trail: String,
    /// The post that entered it, or `import`.
    pub recorded_by: String,
    /// Random pseudonym of the account that entered it; zeros where there was none.
    pub account: [u8; 16],
    /// The unit that did what the event tells.
    pub attributed_to: Option<String>,
    /// See [`Assurance`].
    pub assurance: u8,
    /// The rule@version, meeting, decision or import that it rests on.
    pub authority: Option<String>,
    /// The kind's own struct.
    pub payload: Vec<u8>,
}

impl Record {
    /// The record's bytes.
    ///
    /// # Errors
    /// [`CodecError::TooLarge`] beyond 65,535 bytes.
    pub fn encode(&self) -> Result<Vec<u8>, CodecError> {
        codec::encode(self)
    }

    /// Reads a record.
    ///
    /// # Errors
    /// [`CodecError`] if the bytes are not those of a record.
    pub fn decode(bytes: &[u8]) -> Result<Record, CodecError> {
        codec::decode(bytes)
    }
}

/// A stored event as read in place: the fields of [`Record`], borrowed from its bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are those of Record, which documents them")]
pub struct RecordRef<'a> {
    pub format: u16,
    pub position: Position,
    pub previous: Digest,
    pub recorded_at: i64,
    pub occurred_day: Day,
    pub occurred_second: Option<u32>,
    pub stream: &'a str,
    pub revision: Revision,
    pub kind: &'a str,
    pub version: u16,
    pub command_id: [u8; 16],
    pub command_digest: [u8; 16],
    pub nonce: [u8; 16],
    pub trail: &'a str,
    pub recorded_by: &'a str,
    pub account: [u8; 16],
    pub attributed_to: Option<&'a str>,
    pub assurance: u8,
    pub authority: Option<&'a str>,
    pub payload: &'a [u8],
}

impl<'a> RecordRef<'a> {
    /// Reads a record without copying its texts.
    ///
    /// # Errors
    /// [`CodecError`] if the bytes are not those of a record.
    pub fn decode(bytes: &'a [u8]) -> Result<RecordRef<'a>, CodecError> {
        codec::decode(bytes)
    }

    /// Reads a record whose bytes come from outside: they must also be canonical.
    ///
    /// # Errors
    /// [`CodecError`] if the bytes are not those of a record, or another text of the same record.
    pub fn decode_canonical(bytes: &'a [u8]) -> Result<RecordRef<'a>, CodecError> {
        codec::decode_canonical(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) fn sample() -> Record {
        Record {
            format: RECORD_FORMAT,
            position: 7,
            previous: Digest([9; 32]),
            recorded_at: 1_654_500_000_000_000,
            occurred_day: Day(19_149),
            occurred_second: Some(52_200),
            stream: "agreement/XY-2022-0001".to_owned(),
            revision: 1,
            kind: "agreement.signed".to_owned(),
            version: 1,
            command_id: [1; 16],
            command_digest: [2; 16],
            nonce: [3; 16],
            trail: "agreement/XY-2022-0001".to_owned(),
            recorded_by: "import".to_owned(),
            account: [0; 16],
            attributed_to: Some("U066".to_owned()),
            assurance: 0,
            authority: None,
            payload: vec![1, 2, 3],
        }
    }

    #[test]
    fn a_record_reads_back_owned_and_borrowed() {
        let record = sample();
        let bytes = record.encode().unwrap();
        assert_eq!(Record::decode(&bytes).unwrap(), record);
        let borrowed = RecordRef::decode_canonical(&bytes).unwrap();
        assert_eq!(borrowed.stream, record.stream);
        assert_eq!(borrowed.payload, &record.payload[..]);
        assert_eq!(codec::encode(&borrowed).unwrap(), bytes);
    }

    /// The exit from bincode, if it must be taken: another library writes and reads the same bytes.
    #[test]
    fn another_library_agrees_on_the_bytes() {
        let record = sample();
        let bytes = record.encode().unwrap();
        type Compat = serde_wincode::SerdeCompat<Record>;
        use serde_wincode::wincode::{Deserialize as _, Serialize as _};
        assert_eq!(Compat::serialize(&record).unwrap(), bytes);
        assert_eq!(Compat::deserialize(&bytes).unwrap(), record);
    }
}
