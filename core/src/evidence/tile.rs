//! Files of hashes and entries: their names and their bytes (c2sp.org/tlog-tiles).
//!
//! This is the one home of the paths. Who writes the files is `log/tiles.rs`.

use std::path::PathBuf;

use super::text::from_decimal;
use super::tree::TILE_WIDTH;
use crate::log::hash::MerkleHash;

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TileKind {
    /// 256 events with their lengths.
    Entries,
    /// 256 hashes of a level.
    Hashes(usize),
}

/// The highest level that the format has room for.
pub const LEVEL_MAX: usize = 63;

/// Which file: its kind, its number, and how much of it there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileName {
    /// What the file holds.
    pub kind: TileKind,
    /// Its number within its kind, from 0.
    pub number: u64,
    /// Entries or hashes in it: 1 to 255, or `None` for a full one.
    pub width: Option<u8>,
}

impl TileName {
    /// A full tile or bundle.
    pub fn full(kind: TileKind, number: u64) -> TileName {
        TileName { kind, number, width: None }
    }

    /// The file as a log of some size has it: `width` from 1 to 256; others make no file.
    pub fn of_width(kind: TileKind, number: u64, width: usize) -> Option<TileName> {
        match width {
            0 => None,
            TILE_WIDTH => Some(TileName::full(kind, number)),
            width => u8::try_from(width).ok().map(|width| TileName { kind, number, width: Some(width) }),
        }
    }

    /// Number of entries or hashes in it.
    pub fn width(&self) -> usize {
        self.width.map_or(TILE_WIDTH, usize::from)
    }

    /// The path below the folder or address of the log: `tile/0/x001/234`, `tile/entries/000.p/17`.
    pub fn path(&self) -> String {
        let mut path = match self.kind {
            TileKind::Entries => String::from("tile/entries"),
            TileKind::Hashes(level) => format!("tile/{level}"),
        };
        let mut groups = vec![self.number % 1000];
        let mut rest = self.number / 1000;
        while rest > 0 {
            groups.push(rest % 1000);
            rest /= 1000;
        }
        for group in groups.iter().skip(1).rev() {
            path.push_str(&format!("/x{group:03}"));
        }
        path.push_str(&format!("/{:03}", groups[0]));
        if let Some(width) = self.width {
            path.push_str(&format!(".p/{width}"));
        }
        path
    }

    /// Reads a path in its one spelling.
    pub fn parse(path: &str) -> Option<TileName> {
        let rest = path.strip_prefix("tile/")?;
        let (kind, rest) = rest.split_once('/')?;
        let kind = if kind == "entries" {
            TileKind::Entries
        } else {
            TileKind::Hashes(usize::try_from(from_decimal(kind)?).ok().filter(|level| *level <= LEVEL_MAX)?)
        };
        let (number, width) = match rest.split_once(".p/") {
            Some((number, width)) => (number, Some(u8::try_from(from_decimal(width)?).ok()?)),
            None => (rest, None),
        };
        let digits: String = number.chars().filter(|c| !matches!(c, 'x' | '/')).collect();
        let number = digits.parse().ok().filter(|_| digits.bytes().all(|b| b.is_ascii_digit()))?;
        let name = TileName { kind, number, width };
        // Compared as a path again, so that only the one right spelling passes.
        (width != Some(0) && name.path() == path).then_some(name)
    }
}

/// The path of a full bundle or tile below the folder: `tile/entries/x001/234`, `tile/0/x001/234`.
pub fn path(kind: TileKind, number: u64) -> PathBuf {
    PathBuf::from(TileName::full(kind, number).path())
}

/// Why the bytes of a file are none of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TileBytesError {
    /// A tile is so many hashes of 32 bytes.
    #[error("{expected} bytes of hashes should be there, but there are {found}")]
    Hashes {
        /// Bytes that a tile of this width has.
        expected: usize,
        /// Bytes found.
        found: usize,
    },
    /// A length in a bundle reaches beyond its end.
    #[error("entry {entry} of the bundle is cut off")]
    CutOff {
        /// Which entry of the bundle, from 0.
        entry: usize,
    },
    /// A bundle has another number of entries than its name says.
    #[error("the bundle should have {expected} entries, but has {found}")]
    Entries {
        /// Entries that a bundle of this width has.
        expected: usize,
        /// Entries found; no more are counted than one too many.
        found: usize,
    },
}

/// The bytes of a tile of hashes.
pub fn hash_bytes(hashes: &[MerkleHash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

/// Reads a tile of `width` hashes.
///
/// # Errors
/// [`TileBytesError::Hashes`] for another number of bytes.
pub fn parse_hashes(bytes: &[u8], width: usize) -> Result<Vec<MerkleHash>, TileBytesError> {
    let (hashes, rest) = bytes.as_chunks::<32>();
    if hashes.len() != width || !rest.is_empty() {
        return Err(TileBytesError::Hashes { expected: width.saturating_mul(32), found: bytes.len() });
    }
    Ok(hashes.iter().map(|hash| MerkleHash(*hash)).collect())
}

/// The bytes of a bundle, or `None` if an entry is longer than 65,535 bytes.
pub fn entry_bytes<'e>(entries: impl IntoIterator<Item = &'e [u8]>) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for entry in entries {
        bytes.extend_from_slice(&u16::try_from(entry.len()).ok()?.to_be_bytes());
        bytes.extend_from_slice(entry);
    }
    Some(bytes)
}

/// Reads a bundle of `width` entries. An empty one may be what an erasure left; see `docs/FORMAT.md`.
///
/// # Errors
/// [`TileBytesError::CutOff`] and [`TileBytesError::Entries`].
pub fn parse_entries(bytes: &[u8], width: usize) -> Result<Vec<&[u8]>, TileBytesError> {
    let mut entries = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() && entries.len() <= width {
        let cut_off = TileBytesError::CutOff { entry: entries.len() };
        let (length, behind) = rest.split_first_chunk::<2>().ok_or(cut_off)?;
        let (entry, behind) =
            behind.split_at_checked(usize::from(u16::from_be_bytes(*length))).ok_or(cut_off)?;
        entries.push(entry);
        rest = behind;
    }
    if entries.len() == width {
        Ok(entries)
    } else {
        Err(TileBytesError::Entries { expected: width, found: entries.len() })
    }
}
