use std::cell::Cell;
use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::super::authentic::{AuthenticTiles, TileFault};
use super::super::tile::{
    TileBytesError, TileKind, TileName, entry_bytes, hash_bytes, parse_entries, parse_hashes,
};
use super::super::tree::{
    NoSuchTile, TILE_WIDTH, level_size, prove_consistency, prove_inclusion, root, tile_width,
};
use super::super::{HashSource, MemoryTree};
use super::{demo_tree, file};
use crate::log::hash::MerkleHash;

#[test]
fn paths_have_one_spelling() {
    for (number, expected) in [
        (0, "000"),
        (1, "001"),
        (255, "255"),
        (999, "999"),
        (1000, "x001/000"),
        (999_999, "x999/999"),
        (1_000_000, "x001/x000/000"),
        (1_234_067, "x001/x234/067"),
        (1_234_567_890, "x001/x234/x567/890"),
        (u64::MAX, "x018/x446/x744/x073/x709/x551/615"),
    ] {
        for (kind, folder) in
            [(TileKind::Entries, "entries"), (TileKind::Hashes(0), "0"), (TileKind::Hashes(63), "63")]
        {
            let name = TileName::full(kind, number);
            assert_eq!(name.path(), format!("tile/{folder}/{expected}"));
            assert_eq!(TileName::parse(&name.path()), Some(name));
            let name = TileName::of_width(kind, number, 17).unwrap();
            assert_eq!(name.path(), format!("tile/{folder}/{expected}.p/17"));
            assert_eq!(TileName::parse(&name.path()), Some(name));
        }
    }
    for wrong in [
        "",
        "tile",
        "tile/0",
        "tile/0/",
        "tile/0/0",
        "tile/0/0000",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p",
        "tile/0/000.p/",
        "tile/0/x000/001",
        "tile/0/001/000",
        "tile/0/x001/x000",
        "tile/8/0/000",
        "/tile/0/000",
        "tile/0/000/",
        "tile/data/000",
        "tile/0/+00",
        "tile/0/x018/x446/x744/x073/x709/x551/616",
        "tile/entries/000.p/1.p/1",
    ] {
        assert_eq!(TileName::parse(wrong), None, "{wrong}");
    }
    assert_eq!(TileName::of_width(TileKind::Entries, 0, 0), None);
    assert_eq!(TileName::of_width(TileKind::Entries, 0, 257), None);
    assert_eq!(TileName::of_width(TileKind::Entries, 0, 256), Some(TileName::full(TileKind::Entries, 0)));
}

#[test]
fn a_log_has_the_tiles_of_its_size() {
    let widths = |size: u64| -> Vec<(u64, usize)> {
        (0..8)
            .map(|level| level_size(size, level))
            .take_while(|count| *count > 0)
            .map(|count| (count / 256, usize::try_from(count % 256).unwrap()))
            .collect()
    };
    assert_eq!(widths(256), [(1, 0), (0, 1)]);
    assert_eq!(widths(70_000), [(273, 112), (1, 17), (0, 1)]);
    assert_eq!(tile_width(70_000, 0, 272), 256);
    assert_eq!(tile_width(70_000, 0, 273), 112);
    assert_eq!(tile_width(70_000, 0, 274), 0);
    assert_eq!(tile_width(70_000, 3, 0), 0);
    assert_eq!(tile_width(u64::MAX, 7, 0), 255);
    assert_eq!(tile_width(u64::MAX, 8, 0), 0);
    assert_eq!(tile_width(u64::MAX, usize::MAX / 8, u64::MAX), 0);
}

#[test]
fn the_files_of_the_demo_log_are_reproduced_byte_for_byte() {
    let tree = demo_tree(300);
    let entries: Vec<String> = (0..300).map(|index| format!("event {index}\n")).collect();
    for (kind, number, width) in [
        (TileKind::Hashes(0), 0, 256),
        (TileKind::Hashes(0), 1, 44),
        (TileKind::Hashes(1), 0, 1),
        (TileKind::Entries, 0, 256),
        (TileKind::Entries, 1, 44),
    ] {
        let name = TileName::of_width(kind, number, width).unwrap();
        let known = file(&format!("demo/log/{}", name.path()));
        if let TileKind::Hashes(level) = kind {
            let hashes = tree.hashes(level, number, width).unwrap();
            assert_eq!(hash_bytes(&hashes), known);
            assert_eq!(parse_hashes(&known, width).unwrap(), hashes);
        } else {
            let first = usize::try_from(number).unwrap() * TILE_WIDTH;
            let part: Vec<&[u8]> = entries[first..first + width].iter().map(String::as_bytes).collect();
            assert_eq!(entry_bytes(part.clone()).unwrap(), known);
            assert_eq!(parse_entries(&known, width).unwrap(), part);
        }
    }
    let digest = |name: &str| hex::encode(Sha256::digest(file(&format!("demo/log/{name}"))));
    assert_eq!(digest("tile/0/000"), "d81ed1b0f1b3dccd3aa1fef313748ce17672a66d598a25a42090925c55b3d89c");
    assert_eq!(digest("tile/1/000.p/1"), "458c264878beda14b78f6c12b56240bd27bc49c27dc5da894be9a8b547d6d802");
}

#[test]
fn the_larger_demo_log_has_its_known_partial_tiles() {
    let tree = demo_tree(70_000);
    for (level, number, width, known) in [
        (0, 273, 112, "52079cfc564f4cb91cd1e47b120a7200ee7acd5cc1e8724d5cb97d5a61f58577"),
        (1, 1, 17, "760a7843cd60ef9a98b501cc5276c211e232b2ae5001d7e111d8b718b6f450ec"),
        (2, 0, 1, "3901d1b6d917fae223fced18432cd7bdf3ec3829d5126cf80b2bede488017c10"),
    ] {
        let hashes = tree.hashes(level, number, width).unwrap();
        assert_eq!(hex::encode(Sha256::digest(hash_bytes(&hashes))), known);
    }
}

#[test]
fn bundles_and_tiles_of_another_shape_are_refused() {
    let two = entry_bytes([b"a".as_slice(), b""]).unwrap();
    assert_eq!(two, [0, 1, b'a', 0, 0]);
    assert_eq!(parse_entries(&two, 2).unwrap(), [b"a".as_slice(), b""]);
    assert_eq!(parse_entries(&two, 3), Err(TileBytesError::Entries { expected: 3, found: 2 }));
    assert_eq!(parse_entries(&two, 1), Err(TileBytesError::Entries { expected: 1, found: 2 }));
    assert_eq!(parse_entries(&two[..4], 2), Err(TileBytesError::CutOff { entry: 1 }));
    assert_eq!(parse_entries(&two[..2], 1), Err(TileBytesError::CutOff { entry: 0 }));
    assert_eq!(entry_bytes([vec![0; 65_536].as_slice()]), None);
    assert!(entry_bytes([vec![0; 65_535].as_slice()]).is_some());
    let wrong = |found| Err(TileBytesError::Hashes { expected: 64, found });
    assert_eq!(parse_hashes(&[0; 63], 2), wrong(63));
    assert_eq!(parse_hashes(&[0; 65], 2), wrong(65));
    assert_eq!(parse_hashes(&[0; 96], 2), wrong(96));
}

/// A source that counts, and that lies where it is told to.
struct Counting<'t> {
    tree: &'t MemoryTree,
    reads: Cell<usize>,
    lies: BTreeMap<(usize, u64), usize>,
}

impl<'t> Counting<'t> {
    fn new(tree: &'t MemoryTree) -> Counting<'t> {
        Counting { tree, reads: Cell::new(0), lies: BTreeMap::new() }
    }
}

impl HashSource for Counting<'_> {
    type Error = NoSuchTile;

    fn hashes(&self, level: usize, number: u64, width: usize) -> Result<Vec<MerkleHash>, NoSuchTile> {
        self.reads.set(self.reads.get() + 1);
        let mut hashes = self.tree.hashes(level, number, width)?;
        if let Some(place) = self.lies.get(&(level, number)).filter(|place| **place < width) {
            hashes[*place].0[0] ^= 1;
        }
        Ok(hashes)
    }
}

#[test]
fn a_proof_reads_few_tiles_however_long_the_log_is() {
    let mut tree = MemoryTree::default();
    // The leaves themselves need no hashing; only their number matters here.
    tree.extend((0..200_000_u64).map(|n| {
        let mut leaf = [0; 32];
        leaf[..8].copy_from_slice(&n.to_be_bytes());
        MerkleHash(leaf)
    }));
    for (index, size) in
        [(0, 200_000), (131_071, 200_000), (131_072, 200_000), (199_999, 200_000), (70_000, 131_073)]
    {
        let source = Counting::new(&tree);
        prove_inclusion(&source, index, size).unwrap();
        assert!(source.reads.get() <= 6, "{} tiles", source.reads.get());
        let source = Counting::new(&tree);
        prove_consistency(&source, index + 1, size).unwrap();
        assert!(source.reads.get() <= 7, "{} tiles", source.reads.get());
        let source = Counting::new(&tree);
        root(&source, size).unwrap();
        assert!(source.reads.get() <= 3, "{} tiles", source.reads.get());
    }
}

#[test]
fn any_changed_hash_in_any_tile_is_found() {
    for size in [1, 2, 255, 256, 257, 300, 511, 512, 513, 65_535, 65_536, 65_537, 65_792, 66_000, 70_000] {
        let tree = demo_tree(size);
        let root = root(&tree, size).unwrap();
        let honest = AuthenticTiles::new(&tree, size, root).unwrap();
        honest.check_all().unwrap();
        let index = size / 2;
        assert_eq!(
            prove_inclusion(&honest, index, size).unwrap(),
            prove_inclusion(&tree, index, size).unwrap()
        );
        for level in 0..3 {
            let count = level_size(size, level);
            for number in [0, 1, count / 256 / 2, (count / 256).saturating_sub(1), count / 256] {
                let width = tile_width(size, level, number);
                for place in [0, width / 2, width.saturating_sub(1)] {
                    if width == 0 {
                        continue;
                    }
                    let mut source = Counting::new(&tree);
                    source.lies.insert((level, number), place);
                    let refused = match AuthenticTiles::new(&source, size, root) {
                        Err(fault) => Err(fault),
                        Ok(tiles) => {
                            // The lie is met when the tile is read, and when all are.
                            assert!(tiles.hashes(level, number, width).is_err());
                            tiles.check_all()
                        }
                    };
                    assert!(refused.is_err(), "size {size}, tile {level}/{number}, hash {place}");
                }
            }
        }
    }
}

#[test]
fn the_trap_of_a_known_implementation_is_avoided() {
    // A log of 300: one tile at the edge of level 0, one of level 1, and the full tile under the latter.
    let tree = demo_tree(300);
    let root = root(&tree, 300).unwrap();
    let mut source = Counting::new(&tree);
    source.lies.insert((0, 0), 3);
    let tiles = AuthenticTiles::new(&source, 300, root).unwrap();
    assert_eq!(tiles.hashes(0, 0, 256), Err(TileFault::Changed { level: 0, number: 0 }));
    assert_eq!(tiles.check_all(), Err(TileFault::Changed { level: 0, number: 0 }));
    assert!(prove_inclusion(&tiles, 3, 300).is_err());
    // What does not touch the changed tile is still right.
    assert!(prove_consistency(&tiles, 256, 300).is_ok());
}

#[test]
fn entries_are_checked_against_their_leaves() {
    let tree = demo_tree(300);
    let tiles = AuthenticTiles::new(&tree, 300, root(&tree, 300).unwrap()).unwrap();
    for (number, width) in [(0, 256), (1, 44)] {
        let name = TileName::of_width(TileKind::Entries, number, width).unwrap();
        let bytes = file(&format!("demo/log/{}", name.path()));
        let mut entries = parse_entries(&bytes, width).unwrap();
        tiles.check_entries(number, &entries).unwrap();
        entries[7] = b"";
        let fault = TileFault::Entry { index: number * 256 + 7, is_empty: true };
        assert_eq!(tiles.check_entries(number, &entries), Err(fault));
        assert!(matches!(tiles.check_entries(number, &entries[1..]), Err(TileFault::Width { .. })));
    }
    assert!(tiles.check_entries(2, &[]).is_err());
}
