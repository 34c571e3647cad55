//! Attacks with the stolen key: `verify` on the machine finds nothing, and whoever saw the honest log does.

use gongjian_core::evidence::{
    AddCheckpoint, FaultKind, Refusal, Seen, SignedCheckpoint, verify_consistency, witness,
};
use gongjian_core::log::MerkleHash;
use gongjian_tests::cli::Ledger;

use super::{
    Inspector, RECEIPT, checkpoint, edit, forget_what_was_signed, published, rewrite_and_sign, watched,
};
use crate::monitor::finds;

/// What a witness knows: the honest checkpoint.
fn witness_refuses(inspector: &Inspector, forged: &SignedCheckpoint, proof: Vec<MerkleHash>) -> Refusal {
    let known = inspector.checkpoint.checkpoint();
    let seen = Seen { size: known.size(), root: known.root() };
    let request = AddCheckpoint::new(known.size(), proof, forged.clone()).unwrap();
    witness::decide(&request, std::slice::from_ref(&inspector.key), seen).unwrap_err()
}

/// The ledger's own proof that the new log begins with the old one.
fn consistency(ledger: &Ledger, old: u64, new: u64) -> Vec<MerkleHash> {
    use base64::Engine as _;
    let (old, new) = (old.to_string(), new.to_string());
    let lines = ledger.run(&["prove", "--consistency", &old, &new]).exits(0);
    let decode = |line: &str| base64::engine::general_purpose::STANDARD.decode(line).unwrap();
    lines.text().lines().map(|line| MerkleHash(decode(line).try_into().unwrap())).collect()
}

/// The ledger goes on for a while with a false history.
fn goes_on(ledger: &Ledger) {
    let street = crate::cli::street(77, "S77", "某街道");
    ledger.record(&street).exits(0);
}

/// Everybody who saw the honest log finds the false one: monitor, holder of a receipt, witness. The monitor remembers
/// the root of every bundle, and names the one in which the first event is that was `changed`.
fn everybody_outside_finds(ledger: &Ledger, inspector: &Inspector, changed: u64) {
    ledger.run(&["verify"]).exits(0);
    let old = inspector.checkpoint.checkpoint().clone();
    let forged = checkpoint(ledger);
    let new = forged.checkpoint().clone();
    forged.note().verify([&inspector.key]).expect("the key is the ledger's own");
    // The monitor.
    finds(inspector.looks(&published(ledger, "forged")), FaultKind::Forked, changed / 256 * 256);
    // The holder of a receipt: its checkpoint is no beginning of what is signed now.
    let proof = consistency(ledger, old.size(), new.size());
    assert!(verify_consistency(old.size(), old.root(), new.size(), new.root(), &proof).is_err());
    let proven = inspector.receipt.verify(&inspector.entry, &inspector.policy()).unwrap();
    assert_eq!(proven.index, RECEIPT, "and still proves what was there");
    // The witness.
    let refusal = witness_refuses(inspector, &forged, proof);
    assert!(matches!(refusal, Refusal::Inconsistent { .. }), "{refusal:?}");
}

#[test]
fn edit_an_event_recompute_everything_and_sign_again() {
    let (ledger, inspector) = watched();
    rewrite_and_sign(&ledger, |records| edit(records, RECEIPT));
    goes_on(&ledger);
    everybody_outside_finds(&ledger, &inspector, RECEIPT);
}

#[test]
fn reorder_events_and_sign_again() {
    let (ledger, inspector) = watched();
    let mut changed = 0;
    rewrite_and_sign(&ledger, |records| {
        // Two single events of different streams and commands.
        let is_free = |at: usize| {
            let [a, b] = [&records[at], &records[at + 1]];
            a.stream != b.stream && a.command_id == b.command_id && a.kind == b.kind
        };
        let at = (1_000..).find(|at| is_free(*at)).unwrap();
        records.swap(at, at + 1);
        changed = at as u64;
    });
    goes_on(&ledger);
    everybody_outside_finds(&ledger, &inspector, changed);
}

#[test]
fn insert_an_event_and_sign_again() {
    let (ledger, inspector) = watched();
    let mut changed = 0;
    rewrite_and_sign(&ledger, |records| {
        let at = records.iter().rposition(|record| record.kind == "street.registered").unwrap();
        let mut more = records[at].clone();
        more.stream = "street/S66".to_owned();
        more.trail.clone_from(&more.stream);
        records.insert(at + 1, more);
        changed = at as u64 + 1;
    });
    everybody_outside_finds(&ledger, &inspector, changed);
}

#[test]
fn drop_the_tail_and_sign_again() {
    let (ledger, inspector) = watched();
    let size = inspector.checkpoint.checkpoint().size();
    rewrite_and_sign(&ledger, |records| records.truncate(usize::try_from(size - 40).unwrap()));
    ledger.run(&["verify"]).exits(0);
    finds(inspector.looks(&published(&ledger, "forged")), FaultKind::Truncated, size - 40);
    // A witness that saw more answers with what it saw.
    let forged = checkpoint(&ledger);
    let known = inspector.checkpoint.checkpoint();
    let request = AddCheckpoint::new(size - 40, Vec::new(), forged).unwrap();
    let seen = Seen { size, root: known.root() };
    let refusal = witness::decide(&request, std::slice::from_ref(&inspector.key), seen).unwrap_err();
    assert!(matches!(refusal, Refusal::Conflict { .. }), "{refusal:?}");
}

#[test]
fn roll_back_to_yesterdays_backup_and_its_keys_folder_and_go_on() {
    let yesterday = Ledger::county();
    let today = yesterday.copy();
    goes_on(&today);
    let seen = checkpoint(&today);
    // Today's ledger is gone; yesterday's goes on, head file and all, and nothing on the machine contradicts it.
    forget_what_was_signed(&yesterday);
    yesterday.record(&crate::cli::street(78, "S78", "别的街道")).exits(0);
    yesterday.record(&crate::cli::street(79, "S79", "第三街道")).exits(0);
    yesterday.run(&["verify"]).exits(0);
    let (old, forged) = (seen.checkpoint(), checkpoint(&yesterday));
    let new = forged.checkpoint();
    let proof = consistency(&yesterday, old.size(), new.size());
    assert!(verify_consistency(old.size(), old.root(), new.size(), new.root(), &proof).is_err());
}

#[test]
fn show_two_histories_to_two_monitors() {
    let one = Ledger::county();
    let other = one.copy();
    one.record(&crate::cli::street(81, "S81", "甲街道")).exits(0);
    other.record(&crate::cli::street(82, "S82", "乙街道")).exits(0);
    // Each is sound by itself, and signed by the same key.
    let key = one.run(&["checkpoint", "--public-key"]).exits(0).text().trim_end().to_owned();
    for ledger in [&one, &other] {
        ledger.run(&["verify", "--key", &key]).exits(0);
    }
    // Two monitors that compare what they saw, or ask one witness, hold the proof in their hands.
    let (first, second) = (checkpoint(&one), checkpoint(&other));
    assert_eq!(first.checkpoint().size(), second.checkpoint().size());
    assert_ne!(first.checkpoint().root(), second.checkpoint().root());
    let key = key.parse().unwrap();
    let seen = Seen { size: first.checkpoint().size(), root: first.checkpoint().root() };
    let request = AddCheckpoint::new(seen.size, Vec::new(), second).unwrap();
    let refusal = witness::decide(&request, std::slice::from_ref(&key), seen).unwrap_err();
    assert!(matches!(refusal, Refusal::Inconsistent { .. } | Refusal::Conflict { .. }), "{refusal:?}");
}
