//! Attacks on what is published: the files that others fetch.

use gongjian_core::evidence::FaultKind;
use gongjian_core::evidence::tile::{entry_bytes, parse_entries};

use super::{RECEIPT, published, watched};
use crate::cli::street;
use crate::monitor::{finds, round};

#[test]
fn replay_an_old_checkpoint_the_monitor_has_seen_more() {
    let (ledger, inspector) = watched();
    let old = std::fs::read(ledger.folder.path().join("honest/checkpoint")).unwrap();
    ledger.record(&street(91, "S91", "新街道")).exits(0);
    let tiles = published(&ledger, "newer");
    inspector.looks(&tiles).unwrap();
    std::fs::write(tiles.join("checkpoint"), old).unwrap();
    let size = inspector.checkpoint.checkpoint().size();
    finds(inspector.looks(&tiles), FaultKind::Truncated, size);
}

#[test]
fn erase_an_entry_from_what_is_published_without_an_order() {
    let (ledger, inspector) = watched();
    let tiles = published(&ledger, "erased");
    let file = tiles.join(format!("tile/entries/{:03}", RECEIPT / 256));
    let bundle = std::fs::read(&file).unwrap();
    let mut entries = parse_entries(&bundle, 256).unwrap();
    entries[usize::try_from(RECEIPT % 256).unwrap()] = &[];
    std::fs::write(&file, entry_bytes(entries).unwrap()).unwrap();
    // A monitor that reads all of it; one with a memory reads only what is new.
    finds(round(&tiles, &inspector.policy(), None), FaultKind::Withheld, RECEIPT);
}

#[test]
fn edit_an_entry_in_what_is_published() {
    let (ledger, inspector) = watched();
    let tiles = published(&ledger, "edited");
    let file = tiles.join(format!("tile/entries/{:03}", RECEIPT / 256));
    let bundle = std::fs::read(&file).unwrap();
    let mut entries: Vec<Vec<u8>> = parse_entries(&bundle, 256).unwrap().into_iter().map(Vec::from).collect();
    *entries[usize::try_from(RECEIPT % 256).unwrap()].last_mut().unwrap() ^= 1;
    std::fs::write(&file, entry_bytes(entries.iter().map(Vec::as_slice)).unwrap()).unwrap();
    finds(round(&tiles, &inspector.policy(), None), FaultKind::Altered, RECEIPT);
}
