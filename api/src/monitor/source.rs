//! Where the files of a log come from: a folder or an address.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use gongjian_core::evidence::tile::{TileBytesError, parse_entries, parse_hashes};
use gongjian_core::evidence::tree::TILE_WIDTH;
use gongjian_core::evidence::{HashSource, TileKind, TileName};
use gongjian_core::log::MerkleHash;

use crate::fetch::{FetchError, Fetcher};
use crate::files;

/// The longest bundle: 256 entries of 65,535 bytes, each with its length.
const BUNDLE_BYTES_MAX: u64 = 256 * 65_537;
const HASHES_BYTES_MAX: u64 = 256 * 32;
const CHECKPOINT_BYTES_MAX: u64 = gongjian_core::evidence::note::NOTE_BYTES_MAX as u64;

/// A file cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// There is none of that name.
    #[error("{name} is missing")]
    Missing {
        /// Its path below the log.
        name: String,
    },
    /// There may be one, but it cannot be read: no evidence of anything.
    #[error("{name} cannot be read: {reason}")]
    Unreadable {
        /// Its path below the log.
        name: String,
        /// What the disk or the client said.
        reason: String,
    },
    /// It is not what its name says.
    #[error("{name} is malformed: {fault}")]
    Malformed {
        /// Its path below the log.
        name: String,
        /// What is wrong.
        fault: TileBytesError,
    },
}

/// Something that has the files of a log under their names.
pub trait TileSource: Sync {
    /// The bytes of a file such as `checkpoint` or `tile/0/000`, of which no more than `limit` are read.
    ///
    /// # Errors
    /// [`SourceError::Missing`] only if the file is known not to be there.
    fn read(&self, name: &str, limit: u64) -> Result<Vec<u8>, SourceError>;
}

/// A folder with the files of a log.
pub struct FolderSource(pub PathBuf);

impl TileSource for FolderSource {
    fn read(&self, name: &str, limit: u64) -> Result<Vec<u8>, SourceError> {
        let unreadable =
            |error: io::Error| SourceError::Unreadable { name: name.to_owned(), reason: error.to_string() };
        let bytes = files::read_limited(&self.0.join(name), limit).map_err(unreadable)?;
        bytes.ok_or_else(|| SourceError::Missing { name: name.to_owned() })
    }
}

/// The address of a log.
pub struct HttpSource {
    url: String,
    fetcher: Fetcher,
}

impl HttpSource {
    /// The log below an address, with so much patience for each file.
    pub fn new(url: &str, patience: Duration) -> HttpSource {
        HttpSource { url: url.trim_end_matches('/').to_owned(), fetcher: Fetcher::new(patience) }
    }
}

impl TileSource for HttpSource {
    fn read(&self, name: &str, limit: u64) -> Result<Vec<u8>, SourceError> {
        let unreadable = |reason: String| SourceError::Unreadable { name: name.to_owned(), reason };
        let fetched = self
            .fetcher
            .get(&format!("{}/{name}", self.url), limit)
            .map_err(|error: FetchError| unreadable(error.to_string()))?;
        match fetched.status {
            200 => Ok(fetched.body),
            404 | 410 => Err(SourceError::Missing { name: name.to_owned() }),
            status => Err(unreadable(format!("HTTP {status}"))),
        }
    }
}

/// The checkpoint, as it is published.
pub(super) fn checkpoint(source: &dyn TileSource) -> Result<Vec<u8>, SourceError> {
    source.read("checkpoint", CHECKPOINT_BYTES_MAX)
}

/// A file, or the full one that took the place of a narrow one; with its width.
fn read_wide(
    source: &dyn TileSource,
    kind: TileKind,
    number: u64,
    width: usize,
    limit: u64,
) -> Result<(String, Vec<u8>, usize), SourceError> {
    let full = TileName::full(kind, number).path();
    let name = TileName::of_width(kind, number, width).map_or_else(|| full.clone(), |name| name.path());
    match source.read(&name, limit) {
        Err(SourceError::Missing { .. }) if width < TILE_WIDTH => match source.read(&full, limit) {
            // The narrow one is what should be there.
            Err(SourceError::Missing { .. }) => Err(SourceError::Missing { name }),
            read => Ok((full, read?, TILE_WIDTH)),
        },
        read => Ok((name, read?, width)),
    }
}

/// The first `width` hashes of a tile, not checked.
pub(super) fn hashes(
    source: &dyn TileSource,
    level: usize,
    number: u64,
    width: usize,
) -> Result<Vec<MerkleHash>, SourceError> {
    let kind = TileKind::Hashes(level);
    let (name, bytes, wide) = read_wide(source, kind, number, width, HASHES_BYTES_MAX)?;
    let mut hashes = parse_hashes(&bytes, wide).map_err(|fault| SourceError::Malformed { name, fault })?;
    hashes.truncate(width);
    Ok(hashes)
}

/// The bytes of the first `width` entries of a bundle, not checked.
pub(super) fn bundle(source: &dyn TileSource, number: u64, width: usize) -> Result<Vec<u8>, SourceError> {
    let (name, mut bytes, wide) = read_wide(source, TileKind::Entries, number, width, BUNDLE_BYTES_MAX)?;
    if wide > width {
        let entries = parse_entries(&bytes, wide).map_err(|fault| SourceError::Malformed { name, fault })?;
        let length = entries.iter().take(width).map(|entry| entry.len() + 2).sum();
        bytes.truncate(length);
    }
    Ok(bytes)
}

/// The tiles of a source, not checked; [`gongjian_core::evidence::AuthenticTiles`] checks them.
pub(super) struct Hashes<'a>(pub(super) &'a dyn TileSource);

impl HashSource for Hashes<'_> {
    type Error = SourceError;

    fn hashes(&self, level: usize, number: u64, width: usize) -> Result<Vec<MerkleHash>, SourceError> {
        hashes(self.0, level, number, width)
    }
}
