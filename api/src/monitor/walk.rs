//! The entries that are new, in order, with all cores: read, hashed, compared, decoded.

use gongjian_core::evidence::bundle::{Bundle, Looked, TimeMark};
use gongjian_core::evidence::tile::parse_entries;
use gongjian_core::evidence::tree::{TILE_WIDTH, tile_width};
use gongjian_core::evidence::{Audit, Fault, FaultKind, HashSource as _, TileKind, TileName};
use gongjian_core::log::{MerkleHash, pipeline};
use gongjian_core::published::{Files, Published};
use gongjian_core::record::RecordRef;

use super::history::{Tiles, from_source, trouble};
use super::run::Trouble;

/// A bundle to be read, and what its leaves must come to.
struct Item {
    number: u64,
    width: usize,
    known: usize,
    expected: Expected,
}

enum Expected {
    /// The root of a full tile, as the tile above it has it.
    Root(MerkleHash),
    /// The leaves of the last tile, which are part of the right edge.
    Leaves(Vec<MerkleHash>),
}

/// The bundles from a size on, with what is expected of each.
struct Items<'t, 's> {
    tiles: &'t Tiles<'s>,
    next: u64,
    known: usize,
    parents: Vec<MerkleHash>,
    failed: bool,
}

impl Items<'_, '_> {
    fn item(&mut self) -> Result<Option<Item>, Trouble> {
        let (number, width) = (self.next, tile_width(self.tiles.size(), 0, self.next));
        if width == 0 {
            return Ok(None);
        }
        let expected = if width < TILE_WIDTH {
            Expected::Leaves(self.tiles.hashes(0, number, width).map_err(trouble)?)
        } else {
            let (above, place) = (number / TILE_WIDTH as u64, number % TILE_WIDTH as u64);
            if place == 0 || self.parents.is_empty() {
                let width = tile_width(self.tiles.size(), 1, above);
                self.parents = self.tiles.hashes(1, above, width).map_err(trouble)?;
            }
            let root = usize::try_from(place).ok().and_then(|place| self.parents.get(place));
            Expected::Root(*root.unwrap_or(&MerkleHash([0; 32])))
        };
        self.next += 1;
        Ok(Some(Item { number, width, known: std::mem::take(&mut self.known), expected }))
    }
}

impl Iterator for Items<'_, '_> {
    type Item = Result<Item, Trouble>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let item = self.item();
        self.failed = item.is_err();
        item.transpose()
    }
}

/// Reads and checks every entry from the audit's size to that of the tiles.
pub(super) fn walk(
    source: &dyn Files,
    tiles: &Tiles<'_>,
    audit: &mut Audit,
    marks: &[TimeMark],
    mut progress: impl FnMut(u64, u64),
) -> Result<(), Trouble> {
    let (start, size) = (audit.size(), tiles.size());
    if start == size {
        return Ok(());
    }
    let known = usize::try_from(start % TILE_WIDTH as u64).unwrap_or(0);
    let items = Items { tiles, next: start / TILE_WIDTH as u64, known, parents: Vec::new(), failed: false };
    let mut result = Ok(());
    let work = |item: Result<Item, Trouble>| item.and_then(|item| look(source, item, marks));
    pipeline::in_order(items, pipeline::helpers(), work, |looked| {
        result = looked.and_then(|looked| audit.take(looked).map_err(Trouble::Found));
        progress(audit.size(), size);
        result.is_ok()
    });
    result?;
    if audit.size() != size {
        // The walk ended early without a word, which only a panic of a helper could do.
        return Err(Trouble::Found(Fault::new(
            FaultKind::Missing,
            audit.size(),
            "entries",
            size,
            audit.size(),
        )));
    }
    Ok(())
}

fn look(source: &dyn Files, item: Item, marks: &[TimeMark]) -> Result<Looked, Trouble> {
    let Item { number, width, known, expected } = item;
    let bytes = Published(source).bundle(number, width).map_err(from_source)?;
    let (leaves, root) = match expected {
        Expected::Leaves(leaves) => (leaves, None),
        Expected::Root(root) => {
            let leaves = Published(source).hashes(0, number, width).map_err(from_source)?;
            if MerkleHash::root_of(&leaves) != root {
                return Err(Trouble::Found(tile_fault(number, &bytes, &leaves, root)));
            }
            (leaves, Some(root))
        }
    };
    Ok(Bundle { number, width, known, bytes: &bytes, leaves, root, marks }.look())
}

/// A tile of leaves is not the one that the log signed. The entries tell more: whether only the tile is wrong, and
/// whether somebody moved entries.
fn tile_fault(number: u64, bytes: &[u8], leaves: &[MerkleHash], root: MerkleHash) -> Fault {
    let first = number * TILE_WIDTH as u64;
    let name = TileName::full(TileKind::Hashes(0), number).path();
    let found = MerkleHash::root_of(leaves);
    let Ok(entries) = parse_entries(bytes, TILE_WIDTH) else {
        return Fault::new(FaultKind::Altered, first, name, root, found);
    };
    let computed: Vec<MerkleHash> = entries
        .iter()
        .zip(leaves)
        .map(|(entry, leaf)| if entry.is_empty() { *leaf } else { MerkleHash::leaf(entry) })
        .collect();
    let differs = (first..).zip(computed.iter().zip(leaves)).find(|(_, (computed, leaf))| computed != leaf);
    if MerkleHash::root_of(&computed) == root
        && let Some((position, (computed, leaf))) = differs
    {
        return Fault::new(FaultKind::Altered, position, name, computed, leaf);
    }
    let moved = (first..).zip(&entries).find_map(|(position, entry)| {
        let record = RecordRef::decode(entry).ok()?;
        (record.position != position).then_some((position, record.position))
    });
    match moved {
        Some((position, own)) => {
            let name = TileName::full(TileKind::Entries, number).path();
            Fault::new(FaultKind::Reordered, position, name, position, own)
        }
        None => Fault::new(FaultKind::Altered, first, name, root, found),
    }
}
