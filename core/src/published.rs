//! The files that a log publishes (c2sp.org/tlog-tiles), from anything that has them under their names: a folder, a
//! backup, an address. Nothing is checked here; [`crate::evidence::AuthenticTiles`] does.

use std::io;
use std::path::PathBuf;

use crate::evidence::note::NOTE_BYTES_MAX;
use crate::evidence::tile::{TileBytesError, parse_entries, parse_hashes};
use crate::evidence::tree::TILE_WIDTH;
use crate::evidence::{HashSource, TileKind, TileName};
use crate::files;
use crate::log::MerkleHash;

/// The longest bundle: 256 entries of 65,535 bytes, each with its length.
const BUNDLE_BYTES_MAX: u64 = 256 * 65_537;
const HASHES_BYTES_MAX: u64 = 256 * 32;

/// Something that has the files of a log under their names: `checkpoint`, `tile/0/000`, `tile/entries/000`.
pub trait Files: Sync {
    /// The bytes of a file, of which no more than `limit` are read; `None` if it is known not to be there.
    ///
    /// # Errors
    /// Whatever stands in the way of reading it.
    fn read(&self, name: &str, limit: u64) -> io::Result<Option<Vec<u8>>>;
}

/// A folder with the files of a log.
pub struct Folder(pub PathBuf);

impl Files for Folder {
    fn read(&self, name: &str, limit: u64) -> io::Result<Option<Vec<u8>>> {
        files::read_limited(&self.0.join(name), limit)
    }
}

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
    #[error("{name} cannot be read")]
    Unreadable {
        /// Its path below the log.
        name: String,
        /// What the disk or the client said.
        #[source]
        source: io::Error,
    },
    /// It is not what its name says.
    #[error("{name} is malformed")]
    Malformed {
        /// Its path below the log.
        name: String,
        /// What is wrong.
        #[source]
        source: TileBytesError,
    },
}

/// What some files hold.
#[derive(Clone, Copy)]
pub struct Published<'a>(pub &'a dyn Files);

impl Published<'_> {
    /// The bytes of a file, if it is there.
    ///
    /// # Errors
    /// [`SourceError::Unreadable`].
    pub fn read(self, name: &str, limit: u64) -> Result<Option<Vec<u8>>, SourceError> {
        let unreadable = |source| SourceError::Unreadable { name: name.to_owned(), source };
        self.0.read(name, limit).map_err(unreadable)
    }

    /// A checkpoint, as it is published under a name.
    ///
    /// # Errors
    /// [`SourceError`], also if there is none.
    pub fn checkpoint(self, name: &str) -> Result<Vec<u8>, SourceError> {
        let missing = || SourceError::Missing { name: name.to_owned() };
        self.read(name, NOTE_BYTES_MAX as u64)?.ok_or_else(missing)
    }

    /// A file, or the full one that took the place of a narrow one; with its name and width.
    fn wide(
        self,
        kind: TileKind,
        number: u64,
        width: usize,
        limit: u64,
    ) -> Result<(String, Vec<u8>, usize), SourceError> {
        let full = TileName::full(kind, number).path();
        let name = TileName::of_width(kind, number, width).map_or_else(|| full.clone(), |name| name.path());
        if let Some(bytes) = self.read(&name, limit)? {
            return Ok((name, bytes, width));
        }
        match if width < TILE_WIDTH { self.read(&full, limit)? } else { None } {
            Some(bytes) => Ok((full, bytes, TILE_WIDTH)),
            // The narrow one is what should be there.
            None => Err(SourceError::Missing { name }),
        }
    }

    /// The bytes of the first `width` entries of a bundle.
    ///
    /// # Errors
    /// [`SourceError`].
    pub fn bundle(self, number: u64, width: usize) -> Result<Vec<u8>, SourceError> {
        let (name, mut bytes, wide) = self.wide(TileKind::Entries, number, width, BUNDLE_BYTES_MAX)?;
        if wide > width {
            let entries =
                parse_entries(&bytes, wide).map_err(|source| SourceError::Malformed { name, source })?;
            let length = entries.iter().take(width).map(|entry| entry.len() + 2).sum();
            bytes.truncate(length);
        }
        Ok(bytes)
    }
}

impl HashSource for Published<'_> {
    type Error = SourceError;

    fn hashes(&self, level: usize, number: u64, width: usize) -> Result<Vec<MerkleHash>, SourceError> {
        let (name, bytes, wide) = self.wide(TileKind::Hashes(level), number, width, HASHES_BYTES_MAX)?;
        let mut hashes =
            parse_hashes(&bytes, wide).map_err(|source| SourceError::Malformed { name, source })?;
        hashes.truncate(width);
        Ok(hashes)
    }
}
