//! Attacks that leave the signatures as they are: whoever runs `verify` on the machine finds them.

use gongjian_core::evidence::{ProofRefusal, VerifyError};
use gongjian_core::log::storage::Batch;
use gongjian_core::log::{SledStorage, Storage as _};
use gongjian_core::record::Digest;
use gongjian_tests::cli::Ledger;
use serde_json::json;

use super::{RECEIPT, edit, rewrite, verify_finds, watched};

#[test]
fn edit_an_event_and_recompute_nothing_verify_names_it() {
    let ledger = Ledger::county();
    let storage = SledStorage::open(&ledger.data(), 0).unwrap();
    // The last event but one of those that lie uncompressed.
    let open: Vec<(Vec<u8>, Vec<u8>)> = storage.range(&[2], &[3]).map(|pair| pair.unwrap()).collect();
    let (key, value) = &open[open.len() - 2];
    let position = u64::from_be_bytes(key[1..].try_into().unwrap());
    let (mut changed, mut batch) = (value.clone(), Batch::default());
    *changed.last_mut().unwrap() ^= 1;
    batch.put(key.clone(), changed);
    storage.commit(&batch).unwrap();
    drop(storage);
    let found = verify_finds(&ledger);
    assert!(found.contains(&("digest-of-the-event".to_owned(), position)), "{found:?} {position}");
}

#[test]
fn edit_an_event_and_recompute_all_but_the_signature_verify_finds_another_root() {
    let (ledger, inspector) = watched();
    let size = inspector.checkpoint.checkpoint().size();
    rewrite(&ledger, |records| edit(records, RECEIPT));
    let found = verify_finds(&ledger);
    // No root tells which event it was; that all before the last one signed may be it is what it says.
    assert!(found.iter().all(|fault| *fault == ("root-of-the-checkpoint".to_owned(), size - 1)), "{found:?}");
    assert_eq!(found.len(), 2, "published, and signed last");
    // Nor does the ledger go on.
    let one = json!({
        "command": "street.register", "stream": "street/S77", "actor": "党建专干岗",
        "occurredOn": "2022-09-30", "data": { "name": "某街道" },
    });
    assert_eq!(ledger.record(&one).exits(3).json()["code"], "log-forked");
    ledger.run(&["checkpoint"]).exits(3);
}

#[test]
fn drop_the_tail_verify_and_the_keeper_know_how_long_it_was() {
    let (ledger, inspector) = watched();
    let size = inspector.checkpoint.checkpoint().size();
    let left = size - 40;
    rewrite(&ledger, |records| records.truncate(usize::try_from(left).unwrap()));
    let found = verify_finds(&ledger);
    assert!(found.iter().all(|fault| *fault == ("size-of-the-checkpoint".to_owned(), left)), "{found:?}");
}

#[test]
fn edit_a_snapshot_verify_folds_again_and_names_it() {
    let ledger = Ledger::county();
    let name = "共建单位40".as_bytes();
    let mut edited = 0;
    for entry in std::fs::read_dir(ledger.data().join("snapshots")).unwrap() {
        let path = entry.unwrap().path();
        let mut content = std::fs::read(&path).unwrap().split_off(32);
        let Some(at) = content.windows(name.len()).position(|window| window == name) else { continue };
        content[at + name.len() - 1] = b'1';
        // Whoever edits can count, too: the digest of the file fits.
        std::fs::write(&path, [&Digest::of(&content).0[..], &content].concat()).unwrap();
        edited += 1;
    }
    assert!(edited > 0);
    let report = ledger.run(&["verify", "--json"]).exits(1).json();
    let codes: Vec<&str> =
        report["snapshots"].as_array().unwrap().iter().map(|it| it["code"].as_str().unwrap()).collect();
    assert!(codes.iter().any(|code| ["world-differs", "model-differs"].contains(code)), "{report}");
    assert_eq!(report["faults"], json!([]), "the log is what it was");
}

#[test]
fn forge_a_receipt_its_holder_refuses_it() {
    let (_ledger, inspector) = watched();
    let policy = inspector.policy();
    let good = &inspector.receipt;
    assert_eq!(good.verify(&inspector.entry, &policy).unwrap().index, RECEIPT);
    // Another text for the same place.
    let mut entry = inspector.entry.clone();
    *entry.last_mut().unwrap() ^= 1;
    assert!(matches!(good.verify(&entry, &policy), Err(ProofRefusal::Inclusion(_))));
    // The same text at another place.
    let mut moved = good.clone();
    moved.index += 1;
    assert!(matches!(moved.verify(&inspector.entry, &policy), Err(ProofRefusal::Inclusion(_))));
    // A checkpoint of another key under the same name.
    let stranger = gongjian_core::evidence::Ed25519Signer::from_seed(inspector.key.name(), &[9; 32]).unwrap();
    let mut forged = good.clone();
    forged.checkpoint =
        gongjian_core::evidence::SignedCheckpoint::sign(good.checkpoint.checkpoint().clone(), &stranger)
            .unwrap();
    assert!(forged.verify(&inspector.entry, &policy).is_err());
    assert_eq!(forged.checkpoint.note().verify([&inspector.key]), Err(VerifyError::Unsigned));
}
