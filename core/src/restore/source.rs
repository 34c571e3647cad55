//! Where a backup's files come from: a folder, or whatever else has them under their names.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::PathBuf;

use super::ERASED_FILE;
use crate::evidence::note::NOTE_BYTES_MAX;
use crate::evidence::tile::{TileBytesError, parse_entries, parse_hashes};
use crate::evidence::tree::TILE_WIDTH;
use crate::evidence::{HashSource, TileKind, TileName};
use crate::log::MerkleHash;

/// The longest bundle: 256 entries of 65,535 bytes, each with its length.
const BUNDLE_BYTES_MAX: u64 = 256 * 65_537;
const HASHES_BYTES_MAX: u64 = 256 * 32;
/// Erasures of whole records are rare.
const ERASED_BYTES_MAX: u64 = 16 << 20;
/// Tiles above the leaves that are kept: each is asked for again for 256 tiles below it.
const KEPT_TILES: usize = 64;

/// Something that has the files of a log under their names: `checkpoint`, `tile/0/000`, `tile/entries/000`.
pub trait Files {
    /// The bytes of a file, of which no more than `limit` are read; `None` if it is not there.
    ///
    /// # Errors
    /// Whatever stands in the way of reading it.
    fn read(&self, name: &str, limit: u64) -> io::Result<Option<Vec<u8>>>;
}

/// A folder with the files of a log.
pub struct Folder(pub PathBuf);

impl Files for Folder {
    fn read(&self, name: &str, limit: u64) -> io::Result<Option<Vec<u8>>> {
        let file = match File::open(self.0.join(name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            file => file?,
        };
        let mut bytes = Vec::new();
        file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > limit {
            let what = format!("it has more than {limit} bytes");
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        }
        Ok(Some(bytes))
    }
}

/// A file of a backup cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// There is none of that name.
    #[error("{name} is missing")]
    Missing {
        /// Its path below the folder.
        name: String,
    },
    /// It cannot be read.
    #[error("{name} cannot be read")]
    Unreadable {
        /// Its path below the folder.
        name: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// It is not what its name says.
    #[error("{name} is malformed")]
    Malformed {
        /// Its path below the folder.
        name: String,
        /// What is wrong.
        #[source]
        source: TileBytesError,
    },
}

/// The tiles of some files, not checked; [`crate::evidence::AuthenticTiles`] checks them.
pub(super) struct Tiles<'a> {
    files: &'a dyn Files,
    kept: RefCell<BTreeMap<(usize, u64), Vec<MerkleHash>>>,
}

impl<'a> Tiles<'a> {
    pub(super) fn of(files: &'a dyn Files) -> Tiles<'a> {
        Tiles { files, kept: RefCell::default() }
    }

    pub(super) fn checkpoint(&self, name: &str) -> Result<Option<Vec<u8>>, SourceError> {
        self.read(name, NOTE_BYTES_MAX as u64)
    }

    /// What is left of events whose bytes were destroyed.
    pub(super) fn erased(&self) -> Result<Option<Vec<u8>>, SourceError> {
        self.read(ERASED_FILE, ERASED_BYTES_MAX)
    }

    fn read(&self, name: &str, limit: u64) -> Result<Option<Vec<u8>>, SourceError> {
        let unreadable = |source| SourceError::Unreadable { name: name.to_owned(), source };
        self.files.read(name, limit).map_err(unreadable)
    }

    /// A file, or the full one that took the place of a narrow one; with its name and width.
    fn wide(
        &self,
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
        match self.read(&full, limit)? {
            Some(bytes) if width < TILE_WIDTH => Ok((full, bytes, TILE_WIDTH)),
            _ => Err(SourceError::Missing { name }),
        }
    }

    /// The first `width` entries of a bundle, not checked.
    pub(super) fn entries(&self, number: u64, width: usize) -> Result<Vec<Vec<u8>>, SourceError> {
        let (name, bytes, wide) = self.wide(TileKind::Entries, number, width, BUNDLE_BYTES_MAX)?;
        let entries =
            parse_entries(&bytes, wide).map_err(|source| SourceError::Malformed { name, source })?;
        Ok(entries.into_iter().take(width).map(<[u8]>::to_vec).collect())
    }
}

impl HashSource for Tiles<'_> {
    type Error = SourceError;

    fn hashes(&self, level: usize, number: u64, width: usize) -> Result<Vec<MerkleHash>, SourceError> {
        if let Some(hashes) = self.kept.borrow().get(&(level, number)).and_then(|kept| kept.get(..width)) {
            return Ok(hashes.to_vec());
        }
        let (name, bytes, wide) = self.wide(TileKind::Hashes(level), number, width, HASHES_BYTES_MAX)?;
        let mut hashes =
            parse_hashes(&bytes, wide).map_err(|source| SourceError::Malformed { name, source })?;
        hashes.truncate(width);
        if level > 0 {
            let mut kept = self.kept.borrow_mut();
            if kept.len() >= KEPT_TILES {
                kept.pop_first();
            }
            kept.insert((level, number), hashes.clone());
        }
        Ok(hashes)
    }
}
