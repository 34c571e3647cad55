//! The bytes of records and payloads. The only file that names bincode.
//!
//! bincode 1.3.3 with every option spelled out: fixed-width little-endian integers, a length limit,
//! trailing bytes refused. Decoding is made injective by [`decode_canonical`], which encodes again
//! and compares. `docs/FORMAT.md` describes the result without naming a library.

use bincode::Options;
use serde::Serialize;
use serde::de::{Deserialize, DeserializeOwned};

/// The largest record, and so the largest payload, in bytes (`docs/FORMAT.md`, section 2).
pub const RECORD_BYTES_MAX: usize = 65_535;

/// Snapshots are larger than records; still no length in a damaged file may exhaust memory.
const SNAPSHOT_BYTES_MAX: u64 = 4 << 30;

/// Bytes that are not what their type says, or a value that is too large to be written.
#[derive(Debug, thiserror::Error)]
pub enum CodecError {
    /// The bytes do not decode: wrong length, wrong tag, not UTF-8, or trailing bytes.
    #[error("bytes do not decode")]
    Malformed(#[source] bincode::Error),
    /// The bytes decode, but a second encoding differs: two texts would mean one event.
    #[error("bytes are not canonical: encoding the decoded value gives other bytes")]
    NotCanonical,
    /// The value is longer than [`RECORD_BYTES_MAX`].
    #[error("value does not fit into {RECORD_BYTES_MAX} bytes")]
    TooLarge(#[source] bincode::Error),
}

fn options(limit: u64) -> impl Options {
    bincode::DefaultOptions::new()
        .with_fixint_encoding()
        .with_little_endian()
        .with_limit(limit)
        .reject_trailing_bytes()
}

/// The bytes of a record or payload.
///
/// # Errors
/// [`CodecError::TooLarge`] if they are more than [`RECORD_BYTES_MAX`].
pub fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>, CodecError> {
    options(RECORD_BYTES_MAX as u64).serialize(value).map_err(CodecError::TooLarge)
}

/// The value of a record or payload, borrowing from `bytes` where its type allows.
///
/// # Errors
/// [`CodecError::Malformed`] if the bytes are not those of a `T`.
pub fn decode<'de, T: Deserialize<'de>>(bytes: &'de [u8]) -> Result<T, CodecError> {
    options(RECORD_BYTES_MAX as u64).deserialize(bytes).map_err(CodecError::Malformed)
}

/// Like [`decode`], for bytes that come from outside: also demands that encoding gives the same bytes.
///
/// # Errors
/// [`CodecError::NotCanonical`] besides those of [`decode`].
pub fn decode_canonical<'de, T: Deserialize<'de> + Serialize>(bytes: &'de [u8]) -> Result<T, CodecError> {
    let value = decode(bytes)?;
    if encode(&value)? == bytes { Ok(value) } else { Err(CodecError::NotCanonical) }
}

/// The bytes of a snapshot: the same encoding with a wider limit.
///
/// # Errors
/// [`CodecError::TooLarge`] beyond 4 GiB.
pub fn encode_snapshot<T: Serialize>(value: &T) -> Result<Vec<u8>, CodecError> {
    options(SNAPSHOT_BYTES_MAX).serialize(value).map_err(CodecError::TooLarge)
}

/// The value of a snapshot.
///
/// # Errors
/// [`CodecError::Malformed`] if the bytes are not those of a `T`.
pub fn decode_snapshot<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, CodecError> {
    options(SNAPSHOT_BYTES_MAX).deserialize(bytes).map_err(CodecError::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::day::Day;

    #[test]
    fn integers_are_fixed_width_and_little_endian() {
        let value = (1u16, "共".to_owned(), Some(Day(-1)), None::<u32>, vec![2u8]);
        let bytes = encode(&value).unwrap();
        assert_eq!(hex::encode(&bytes), "01000300000000000000e585b101ffffffff00010000000000000002");
        assert_eq!(
            decode_canonical::<(u16, String, Option<Day>, Option<u32>, Vec<u8>)>(&bytes).unwrap(),
            value
        );
    }

    #[test]
    fn hostile_lengths_and_trailing_bytes_are_refused() {
        assert!(decode::<String>(&[255; 8]).is_err());
        assert!(decode::<Vec<u64>>(&[255, 255, 255, 255, 255, 255, 255, 127]).is_err());
        assert!(decode::<u8>(&[1, 2]).is_err());
        assert!(encode(&vec![0u8; RECORD_BYTES_MAX]).is_err());
    }
}
