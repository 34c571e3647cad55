//! Logs as they are published: a folder with a checkpoint, tiles and bundles, made from any entries.

use std::path::Path;
use std::sync::Arc;

use gongjian_core::codec;
use gongjian_core::day::Day;
use gongjian_core::evidence::tile::{entry_bytes, hash_bytes};
use gongjian_core::evidence::tree::{self, TILE_WIDTH, level_size, tile_width};
use gongjian_core::evidence::{
    Checkpoint, Cosigner, Ed25519Signer, HashSource as _, MemoryTree, SignedCheckpoint, TileKind, TileName,
};
use gongjian_core::log::storage::MemoryStorage;
use gongjian_core::log::{ERASURE_APPROVED, Log, MerkleHash, NewEvent, SCOPE_RECORD};
use gongjian_core::record::{Digest, Record};

use crate::NOW;

/// The name of the log.
pub const ORIGIN: &str = "ledger.example/governance";

/// The log's key.
pub fn signer() -> Ed25519Signer {
    Ed25519Signer::from_seed(ORIGIN, &[1; 32]).unwrap()
}

/// A witness's key.
pub fn cosigner(number: u8) -> Cosigner {
    Cosigner::from_seed(&format!("witness.example/w{number}"), &[number + 1; 32]).unwrap()
}

fn event(stream: &str, kind: &str, recorded_at: i64, payload: Vec<u8>) -> NewEvent {
    NewEvent {
        stream: stream.to_owned(),
        kind: kind.to_owned(),
        version: 1,
        recorded_at,
        occurred_day: Day(20_000),
        occurred_second: None,
        command_id: [0; 16],
        command_digest: [0; 16],
        nonce: [7; 16],
        trail: stream.to_owned(),
        recorded_by: "import".to_owned(),
        account: [0; 16],
        attributed_to: None,
        assurance: 0,
        authority: None,
        payload,
    }
}

/// The entries of a real log of this size, one second apart, with a stream for every tenth event.
pub fn entries(size: u64) -> Vec<Vec<u8>> {
    let mut log = Log::with_storage(Arc::new(MemoryStorage::default()), None).unwrap();
    let opened = codec::encode(&("a1", ORIGIN, "00ff")).unwrap();
    let declared = codec::encode(&("note.taken", 1_u16, vec![("text", "string")])).unwrap();
    let erased = codec::encode(&(
        ERASURE_APPROVED,
        1_u16,
        vec![("position", "u64"), ("digest", "string"), ("scope", "string")],
    ));
    let mut events = vec![
        event("ledger", "ledger.opened", NOW, opened),
        event("schema/note.taken@1", "schema.declared", NOW, declared),
        event("schema/erasure.approved@1", "schema.declared", NOW, erased.unwrap()),
    ];
    events.extend((3..size).map(|number| {
        let text = codec::encode(&format!("第{number}处疏通")).unwrap();
        event(&format!("note/{}", number / 10), "note.taken", at(number), text)
    }));
    events.truncate(usize::try_from(size).unwrap());
    log.append(events).unwrap();
    let reader = log.reader();
    reader.scan(0..reader.size()).map(|pair| pair.unwrap().1.to_vec()).collect()
}

/// When event `number` of [`entries`] was recorded, in microseconds.
pub fn at(number: u64) -> i64 {
    NOW + i64::try_from(number).unwrap() * 1_000_000
}

/// The same in seconds, for cosignatures.
pub fn second(number: u64) -> u64 {
    u64::try_from(at(number) / 1_000_000).unwrap()
}

/// The order to erase an entry, as the event at the end of a log.
pub fn order(entries: &[Vec<u8>], erased: usize) -> Vec<u8> {
    let last = Record::decode(entries.last().unwrap()).unwrap();
    let target = (erased as u64, Digest::of(&entries[erased]).to_string(), SCOPE_RECORD);
    Record {
        position: entries.len() as u64,
        previous: Digest::of(entries.last().unwrap()),
        stream: "erasure/1".to_owned(),
        revision: 0,
        kind: ERASURE_APPROVED.to_owned(),
        payload: codec::encode(&target).unwrap(),
        ..last
    }
    .encode()
    .unwrap()
}

/// Changes one record and chains all behind it again, as somebody would who can also sign.
pub fn edit(entries: &mut [Vec<u8>], at: usize, change: impl FnOnce(&mut Record)) {
    let mut record = Record::decode(&entries[at]).unwrap();
    change(&mut record);
    entries[at] = record.encode().unwrap();
    chain(entries, at + 1);
}

/// Chains every record from a place on.
pub fn chain(entries: &mut [Vec<u8>], from: usize) {
    for place in from..entries.len() {
        let mut record = Record::decode(&entries[place]).unwrap();
        record.previous = Digest::of(&entries[place - 1]);
        record.position = place as u64;
        entries[place] = record.encode().unwrap();
    }
}

/// The tree over entries.
pub fn tree_of(entries: &[Vec<u8>]) -> MemoryTree {
    let mut tree = MemoryTree::default();
    tree.extend(entries.iter().map(|entry| MerkleHash::leaf(entry)));
    tree
}

/// The checkpoint over a tree, signed by the log and cosigned at the times given.
pub fn checkpoint(tree: &MemoryTree, cosigned: &[(&Cosigner, u64)]) -> SignedCheckpoint {
    let root = tree::root(tree, tree.size()).unwrap();
    let checkpoint = Checkpoint::new(ORIGIN, tree.size(), root).unwrap();
    let mut signed = SignedCheckpoint::sign(checkpoint, &signer()).unwrap();
    for (cosigner, time) in cosigned {
        let line = cosigner.cosign(signed.note().text(), *time).unwrap();
        signed.put(line).unwrap();
    }
    signed
}

/// Writes entries as a folder: bundles, tiles, checkpoint.
pub fn publish(dir: &Path, entries: &[Vec<u8>], cosigned: &[(&Cosigner, u64)]) -> SignedCheckpoint {
    publish_withheld(dir, entries, &[], cosigned)
}

/// The same, with some entries erased: their leaves stay, their bytes are gone.
pub fn publish_withheld(
    dir: &Path,
    entries: &[Vec<u8>],
    withheld: &[usize],
    cosigned: &[(&Cosigner, u64)],
) -> SignedCheckpoint {
    let tree = tree_of(entries);
    for (number, bundle) in entries.chunks(TILE_WIDTH).enumerate() {
        let first = number * TILE_WIDTH;
        let bundle = bundle.iter().enumerate().map(|(place, entry)| {
            if withheld.contains(&(first + place)) { &[][..] } else { entry.as_slice() }
        });
        let width = bundle.len();
        write(dir, TileKind::Entries, number as u64, width, &entry_bytes(bundle).unwrap());
    }
    for level in 0.. {
        let count = level_size(tree.size(), level);
        if count == 0 {
            break;
        }
        for number in 0..count.div_ceil(TILE_WIDTH as u64) {
            let width = tile_width(tree.size(), level, number);
            let hashes = tree.hashes(level, number, width).unwrap();
            write(dir, TileKind::Hashes(level), number, width, &hash_bytes(&hashes));
        }
    }
    let signed = checkpoint(&tree, cosigned);
    std::fs::write(dir.join("checkpoint"), signed.to_string()).unwrap();
    signed
}

fn write(dir: &Path, kind: TileKind, number: u64, width: usize, bytes: &[u8]) {
    let path = dir.join(TileName::of_width(kind, number, width).unwrap().path());
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}
