//! The parts of an Office file (OOXML) in one archive; the only file here that names the ZIP library.
//!
//! What is written follows from the parts alone: sorted names, no times. What is read may come from an enemy: one
//! part is asked for by name, and its size is bounded before anything is unpacked.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _, Write as _};

use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

/// Parts by their name in the archive. `[Content_Types].xml` comes first in this order, as readers like it.
pub(super) type Parts = BTreeMap<String, Vec<u8>>;

/// Packs parts: the same parts give the same bytes.
pub(super) fn pack(parts: &Parts) -> Result<Vec<u8>, ZipError> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::DEFAULT)
        .unix_permissions(0o644);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        writer.start_file(name.as_str(), options)?;
        writer.write_all(bytes)?;
    }
    Ok(writer.finish()?.into_inner())
}

/// One part as text, if there is one of at most `limit` bytes.
pub(super) fn part(bytes: &[u8], name: &str, limit: u64) -> Option<String> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let file = archive.by_name(name).ok()?;
    let mut text = String::new();
    file.take(limit + 1).read_to_string(&mut text).ok()?;
    (text.len() as u64 <= limit).then_some(text)
}
