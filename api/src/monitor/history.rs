//! Whether what is shown extends what was seen, and where it does not.

use gongjian_core::evidence::merkle::verify_consistency;
use gongjian_core::evidence::tree::{self, TILE_WIDTH, TreeError, level_size, prove_consistency, tile_width};
use gongjian_core::evidence::{
    Accepted, Audit, AuthenticTiles, Checkpoint, Fault, FaultKind, HashSource as _, TileFault, TileKind,
    TileName,
};
use gongjian_core::log::MerkleHash;
use gongjian_core::published::{Files, Published, SourceError};

use super::run::Trouble;

/// The tiles of a source, checked against the root that is shown.
pub(super) type Tiles<'a> = AuthenticTiles<Published<'a>>;

/// The tiles of what is shown, if its right edge fits the root.
pub(super) fn tiles<'a>(source: &'a dyn Files, shown: &Accepted) -> Result<Tiles<'a>, Trouble> {
    match AuthenticTiles::new(Published(source), shown.size, shown.root) {
        Ok(tiles) => Ok(tiles),
        Err(TileFault::OtherRoot { found }) => Err(edge_fault(source, shown, found)),
        Err(fault) => Err(trouble(fault)),
    }
}

/// Which of the tiles at the right edge is wrong: one whose hash of a tile below is not that tile's root.
fn edge_fault(source: &dyn Files, shown: &Accepted, found: MerkleHash) -> Trouble {
    let altered = |position, what: String, expected: &MerkleHash, found: &MerkleHash| {
        Trouble::Found(Fault::new(FaultKind::Altered, position, what, expected, found))
    };
    for level in (1..8).rev() {
        let count = level_size(shown.size, level);
        let number = count / TILE_WIDTH as u64;
        let width = tile_width(shown.size, level, number);
        if width == 0 {
            continue;
        }
        let parents = match Published(source).hashes(level, number, width) {
            Ok(parents) => parents,
            Err(error) => return from_source(error),
        };
        for (child, parent) in (number * TILE_WIDTH as u64..).zip(&parents) {
            let children = match Published(source).hashes(level - 1, child, TILE_WIDTH) {
                Ok(children) => MerkleHash::root_of(&children),
                Err(error) => return from_source(error),
            };
            if children != *parent {
                let kind = TileKind::Hashes(level);
                let name = TileName::of_width(kind, number, width).map(|name| name.path());
                return altered(first_under(level - 1, child), name.unwrap_or_default(), &children, parent);
            }
        }
    }
    // The tiles above agree with those below; what is left is the last tile of leaves, or the checkpoint.
    let number = shown.size / TILE_WIDTH as u64;
    let width = tile_width(shown.size, 0, number);
    let name = TileName::of_width(TileKind::Hashes(0), number, width).map(|name| name.path());
    match (name, leaf_that_differs(source, number, width)) {
        (Some(name), Some((place, expected, found))) => {
            altered(number * TILE_WIDTH as u64 + place, name, &expected, &found)
        }
        _ => altered(shown.size, "checkpoint".to_owned(), &found, &shown.root),
    }
}

/// The first leaf of a tile that is not that of its entry.
fn leaf_that_differs(source: &dyn Files, number: u64, width: usize) -> Option<(u64, MerkleHash, MerkleHash)> {
    let leaves = Published(source).hashes(0, number, width).ok()?;
    let bytes = Published(source).bundle(number, width).ok()?;
    let entries = gongjian_core::evidence::tile::parse_entries(&bytes, width).ok()?;
    let pairs = (0..).zip(leaves.iter().zip(entries));
    pairs
        .filter(|(_, (_, entry))| !entry.is_empty())
        .map(|(place, (leaf, entry))| (place, MerkleHash::leaf(entry), *leaf))
        .find(|(_, expected, found)| expected != found)
}

/// The first entry under a tile.
fn first_under(level: usize, number: u64) -> u64 {
    u32::try_from(8 * (level + 1)).ok().and_then(|bits| number.checked_shl(bits)).unwrap_or(0)
}

pub(super) fn from_source(error: SourceError) -> Trouble {
    let position = |name: &str| match TileName::parse(name) {
        Some(TileName { kind: TileKind::Hashes(level), number, .. }) => first_under(level, number),
        Some(TileName { kind: TileKind::Entries, number, .. }) => first_under(0, number),
        None => 0,
    };
    match error {
        SourceError::Missing { name } => {
            let at = position(&name);
            Trouble::Found(Fault::new(FaultKind::Missing, at, name, "+", "-"))
        }
        SourceError::Malformed { name, source: fault } => {
            let at = position(&name);
            Trouble::Found(Fault::new(FaultKind::Altered, at, name, "c2sp.org/tlog-tiles", fault))
        }
        unreadable @ SourceError::Unreadable { .. } => Trouble::Source(unreadable),
    }
}

pub(super) fn trouble(fault: TileFault<SourceError>) -> Trouble {
    let name = |level, number| TileName::full(TileKind::Hashes(level), number).path();
    match fault {
        TileFault::Source(error) => from_source(error),
        TileFault::Changed { level, number } => {
            let what = name(level, number);
            let expected = name(level + 1, number / TILE_WIDTH as u64);
            let at = first_under(level, number);
            Trouble::Found(Fault::new(FaultKind::Altered, at, what, expected, "≠"))
        }
        TileFault::Width { level, number, expected, found } => {
            let at = first_under(level, number);
            Trouble::Found(Fault::new(FaultKind::Altered, at, name(level, number), expected, found))
        }
        TileFault::NoSuchTile { size, level, number, .. } => {
            Trouble::Found(Fault::new(FaultKind::Missing, size, name(level, number), "+", "-"))
        }
        TileFault::OtherRoot { found } => {
            Trouble::Found(Fault::new(FaultKind::Altered, 0, "checkpoint", found, "≠"))
        }
        TileFault::Entry { index, .. } => {
            Trouble::Found(Fault::new(FaultKind::Altered, index, "entry", "tile/0", "≠"))
        }
    }
}

/// Demands that the log that is shown extends a checkpoint that was seen.
///
/// `audit` is what is remembered of the entries under the seen checkpoint, with which the place of a fork is found.
pub(super) fn check_extends(
    tiles: &Tiles<'_>,
    seen: &Checkpoint,
    audit: Option<&Audit>,
    shown: &Accepted,
) -> Result<(), Trouble> {
    if shown.size < seen.size() {
        let differs = audit.and_then(|audit| first_difference(tiles, audit, shown.size));
        return Err(Trouble::Found(match differs {
            Some(position) => fork(position, seen, shown),
            None => Fault::new(FaultKind::Truncated, shown.size, "size", seen.size(), shown.size),
        }));
    }
    let proof = match prove_consistency(tiles, seen.size(), shown.size) {
        Ok(proof) => proof,
        Err(TreeError::Source { source, .. }) => return Err(trouble(source)),
        Err(error) => {
            return Err(Trouble::Found(Fault::new(
                FaultKind::Altered,
                seen.size(),
                "tile",
                "c2sp.org/tlog-tiles",
                error,
            )));
        }
    };
    if verify_consistency(seen.size(), seen.root(), shown.size, shown.root, &proof).is_ok() {
        return Ok(());
    }
    let position = audit.and_then(|audit| first_difference(tiles, audit, seen.size())).unwrap_or(0);
    Err(Trouble::Found(fork(position, seen, shown)))
}

fn fork(position: u64, seen: &Checkpoint, shown: &Accepted) -> Fault {
    let expected = format!("{} {}", seen.size(), seen.root());
    let found = format!("{} {}", shown.size, shown.root);
    Fault::new(FaultKind::Forked, position, "root", expected, found)
}

/// The first place at which what is shown differs from what is remembered: of the last, open bundle the very
/// entry, of the others the first of 256.
fn first_difference(tiles: &Tiles<'_>, audit: &Audit, size: u64) -> Option<u64> {
    let mut parents: Vec<MerkleHash> = Vec::new();
    for (number, root) in (0..).zip(audit.tile_roots()) {
        let (above, place) = (number / TILE_WIDTH as u64, usize::try_from(number % TILE_WIDTH as u64).ok()?);
        if (number + 1) * TILE_WIDTH as u64 > size {
            return None;
        }
        if place == 0 {
            parents = tiles.hashes(1, above, tile_width(tiles.size(), 1, above)).ok()?;
        }
        if parents.get(place)? != root {
            return Some(number * TILE_WIDTH as u64);
        }
    }
    let number = audit.tile_roots().len() as u64;
    let width = tile_width(size, 0, number).min(audit.last_leaves().len());
    let leaves = tiles.hashes(0, number, width).ok()?;
    let differs = leaves.iter().zip(audit.last_leaves()).position(|(shown, seen)| shown != seen)?;
    Some(number * TILE_WIDTH as u64 + differs as u64)
}

/// Whether the tree that is shown begins with one of this size and root.
pub(super) fn begins_with(tiles: &Tiles<'_>, size: u64, root: MerkleHash) -> Result<bool, Trouble> {
    match tree::root(tiles, size) {
        Ok(found) => Ok(found == root),
        Err(TreeError::Source { source, .. }) => Err(trouble(source)),
        Err(_) => Ok(false),
    }
}
