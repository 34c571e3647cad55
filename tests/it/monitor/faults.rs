//! Files that somebody changed without being able to sign.

use std::fs;
use std::path::Path;

use gongjian_core::evidence::FaultKind::{
    Altered, Malformed, Missing, Origin, Reordered, Signature, Unwitnessed,
};
use gongjian_core::evidence::tile::{entry_bytes, parse_entries};
use gongjian_core::evidence::{Ed25519Signer, Policy};
use gongjian_tests::published::{ORIGIN, cosigner, entries, publish, second};

use super::{finds, log_only, round, witnessed};

/// A published log of 700 entries: two full bundles and one of 188.
fn folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    publish(dir.path(), &entries(700), &[]);
    dir
}

fn flip(file: &Path, at: usize) {
    let mut bytes = fs::read(file).unwrap();
    bytes[at] ^= 1;
    fs::write(file, bytes).unwrap();
}

/// Rewrites a bundle entry by entry.
fn rewrite(file: &Path, width: usize, change: impl FnOnce(&mut Vec<Vec<u8>>)) {
    let bytes = fs::read(file).unwrap();
    let mut list: Vec<Vec<u8>> = parse_entries(&bytes, width).unwrap().iter().map(|e| e.to_vec()).collect();
    change(&mut list);
    fs::write(file, entry_bytes(list.iter().map(Vec::as_slice)).unwrap()).unwrap();
}

#[test]
fn a_sound_folder_is_sound() {
    for size in [1, 3, 255, 256, 257, 512, 700] {
        let dir = tempfile::tempdir().unwrap();
        publish(dir.path(), &entries(size), &[]);
        let report = round(dir.path(), &log_only(), None).unwrap();
        assert_eq!((report.accepted.size, report.known), (size, 0));
    }
}

#[test]
fn altered_entries_are_named() {
    for (file, width, place, position) in
        [("000", 256, 0, 0), ("001", 256, 44, 300), ("001", 256, 255, 511), ("002.p/188", 188, 187, 699)]
    {
        let dir = folder();
        rewrite(&dir.path().join("tile/entries").join(file), width, |list| {
            let last = list[place].len() - 1;
            list[place][last] ^= 1;
        });
        let fault = finds(round(dir.path(), &log_only(), None), Altered, position);
        assert_eq!(fault.what, format!("tile/entries/{file}"));
    }
    // A length, and what is left when the file is cut.
    let dir = folder();
    flip(&dir.path().join("tile/entries/001"), 0);
    finds(round(dir.path(), &log_only(), None), Altered, 256);
    let dir = folder();
    let file = dir.path().join("tile/entries/000");
    fs::write(&file, &fs::read(&file).unwrap()[..5000]).unwrap();
    finds(round(dir.path(), &log_only(), None), Altered, 0);
}

#[test]
fn altered_tiles_are_named() {
    for (file, at, position) in [
        ("tile/0/000", 0, 0),
        ("tile/0/001", 32 * 44, 300),
        ("tile/0/002.p/188", 32 * 187 + 31, 699),
        ("tile/1/000.p/2", 40, 256),
    ] {
        let dir = folder();
        flip(&dir.path().join(file), at);
        let fault = finds(round(dir.path(), &log_only(), None), Altered, position);
        assert_eq!(fault.what, file);
    }
    let dir = folder();
    fs::write(dir.path().join("tile/0/001"), b"short").unwrap();
    finds(round(dir.path(), &log_only(), None), Altered, 256);
}

#[test]
fn missing_files_are_named() {
    for (file, position) in [
        ("tile/0/000", 0),
        ("tile/0/002.p/188", 512),
        ("tile/1/000.p/2", 0),
        ("tile/entries/001", 256),
        ("tile/entries/002.p/188", 512),
        ("checkpoint", 0),
    ] {
        let dir = folder();
        fs::remove_file(dir.path().join(file)).unwrap();
        let fault = finds(round(dir.path(), &log_only(), None), Missing, position);
        assert_eq!(fault.what, file);
    }
}

#[test]
fn a_full_file_serves_for_a_narrow_one() {
    let dir = tempfile::tempdir().unwrap();
    let all = entries(1024);
    publish(dir.path(), &all, &[]);
    // The log grew while an older checkpoint is still shown.
    let elsewhere = tempfile::tempdir().unwrap();
    publish(elsewhere.path(), &all[..700], &[]);
    fs::copy(elsewhere.path().join("checkpoint"), dir.path().join("checkpoint")).unwrap();
    fs::copy(elsewhere.path().join("tile/1/000.p/2"), dir.path().join("tile/1/000.p/4")).unwrap();
    fs::create_dir_all(dir.path().join("tile/1/000.p")).unwrap();
    fs::rename(dir.path().join("tile/1/000.p/4"), dir.path().join("tile/1/000.p/2")).unwrap();
    assert_eq!(round(dir.path(), &log_only(), None).unwrap().accepted.size, 700);
}

#[test]
fn reordered_entries_are_named() {
    let dir = folder();
    rewrite(&dir.path().join("tile/entries/001"), 256, |list| list.swap(3, 9));
    finds(round(dir.path(), &log_only(), None), Reordered, 259);
    // Whoever also moves the leaves is found by the tile above.
    let file = dir.path().join("tile/0/001");
    let mut bytes = fs::read(&file).unwrap();
    for at in 0..32 {
        bytes.swap(32 * 3 + at, 32 * 9 + at);
    }
    fs::write(file, bytes).unwrap();
    finds(round(dir.path(), &log_only(), None), Reordered, 259);
    let dir = folder();
    rewrite(&dir.path().join("tile/entries/002.p/188"), 188, |list| list.swap(0, 1));
    finds(round(dir.path(), &log_only(), None), Reordered, 512);
}

#[test]
fn signatures_and_names_are_checked() {
    let dir = folder();
    let file = dir.path().join("checkpoint");
    let good = fs::read_to_string(&file).unwrap();
    fs::write(&file, good.replace("\n700\n", "\n699\n")).unwrap();
    finds(round(dir.path(), &log_only(), None), Signature, 699);
    let origin = good.replacen(ORIGIN, "ledger.example/other", 1);
    fs::write(&file, origin).unwrap();
    finds(round(dir.path(), &log_only(), None), Origin, 700);
    fs::write(&file, "nonsense").unwrap();
    finds(round(dir.path(), &log_only(), None), Malformed, 0);
    fs::write(&file, &good).unwrap();
    let stranger = Ed25519Signer::from_seed(ORIGIN, &[9; 32]).unwrap().verifier().clone();
    finds(round(dir.path(), &Policy::of_log(stranger).unwrap(), None), Signature, 700);
    // Another key that calls itself by another name does not know this log.
    let stranger = Ed25519Signer::from_seed("ledger.example/x", &[9; 32]).unwrap().verifier().clone();
    finds(round(dir.path(), &Policy::of_log(stranger).unwrap(), None), Origin, 700);
}

#[test]
fn the_policy_counts_witnesses() {
    let dir = folder();
    finds(round(dir.path(), &witnessed(), None), Unwitnessed, 700);
    publish(dir.path(), &entries(700), &[(&cosigner(2), second(700))]);
    finds(round(dir.path(), &witnessed(), None), Unwitnessed, 700);
    publish(dir.path(), &entries(700), &[(&cosigner(2), second(700)), (&cosigner(1), second(700))]);
    let report = round(dir.path(), &witnessed(), None).unwrap();
    assert_eq!(report.accepted.cosigned.len(), 1);
}
