//! The keeper over a log in memory and files in a folder.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::day::Day;
use crate::evidence::{Ed25519Signer, Policy, Proof, verify_consistency};
use crate::log::storage::MemoryStorage;
use crate::log::{Log, NewEvent};

const ORIGIN: &str = "ledger.example/governance";

fn event(number: u64) -> NewEvent {
    NewEvent {
        stream: format!("test/{number}"),
        kind: "test.happened".to_owned(),
        version: 1,
        recorded_at: 1_700_000_000_000_000,
        occurred_day: Day(19_000),
        occurred_second: None,
        command_id: [0; 16],
        command_digest: [0; 16],
        nonce: [number as u8; 16],
        trail: format!("test/{number}"),
        recorded_by: "测试岗".to_owned(),
        account: [0; 16],
        attributed_to: None,
        assurance: 0,
        authority: None,
        payload: vec![1, 2, 3],
    }
}

fn grown(log: &mut Log, to: u64) {
    let from = log.reader().size();
    log.append((from..to).map(event).collect()).unwrap();
}

fn keeper(dir: &Path, log: &Log) -> Result<Keeper, KeepError> {
    let signer = Ed25519Signer::from_seed(ORIGIN, &[1; 32]).unwrap();
    let hashes = Arc::new(LogHashes::new(log.reader(), None));
    Keeper::open(dir, LogKeys::new(ORIGIN, &public(&signer)).unwrap(), Box::new(signer), hashes)
}

fn public(signer: &Ed25519Signer) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(signer.verifier().public_bytes())
}

#[test]
fn both_keys_sign_for_a_rotation_and_the_new_one_alone_after_it() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = memory();
    grown(&mut log, 5);
    let keeper = keeper(dir.path(), &log).unwrap();
    let [old, new] = [[1; 32], [2; 32]].map(|seed| Ed25519Signer::from_seed(ORIGIN, &seed).unwrap());
    let by =
        |signed: &SignedCheckpoint, signer: &Ed25519Signer| signed.note().verify([signer.verifier()]).is_ok();
    let before = keeper.current().unwrap();
    assert!(by(&before, &old) && !by(&before, &new));
    // What is not recorded changes nothing.
    let refused: Result<(), KeepError> =
        keeper.rotate(Box::new(Ed25519Signer::from_seed(ORIGIN, &[2; 32]).unwrap()), &public(&new), || {
            Err(KeepError::Key("no".to_owned()))
        });
    assert!(refused.is_err());
    assert_eq!(keeper.current().unwrap(), before);
    let rotated: Result<(), KeepError> =
        keeper.rotate(Box::new(Ed25519Signer::from_seed(ORIGIN, &[2; 32]).unwrap()), &public(&new), || {
            grown(&mut log, 6);
            Ok((5, ()))
        });
    rotated.unwrap();
    let over = keeper.newest().unwrap();
    assert!(over.checkpoint().size() == 6 && by(&over, &old) && by(&over, &new));
    keeper.hand_over(5, &old).unwrap();
    assert_eq!(keeper.newest(), Some(over), "it is signed for already");
    grown(&mut log, 7);
    let after = keeper.current().unwrap();
    assert!(!by(&after, &old) && by(&after, &new));
}

fn memory() -> Log {
    Log::with_storage(Arc::new(MemoryStorage::default()), None).unwrap()
}

#[test]
fn a_head_is_signed_once_and_proofs_lead_to_it() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = memory();
    grown(&mut log, 70);
    let keeper = keeper(dir.path(), &log).unwrap();
    assert_eq!(keeper.newest(), None);
    let first = keeper.current().unwrap();
    assert_eq!(first.checkpoint().size(), 70);
    assert_eq!(keeper.current().unwrap(), first, "nothing new, nothing signed");
    grown(&mut log, 700);
    assert_eq!(keeper.at_least(70).unwrap(), first);
    let second = keeper.current().unwrap();
    assert_eq!(second.checkpoint().root(), log.reader().head().root);
    let published = fs::read(dir.path().join("tiles/checkpoint")).unwrap();
    assert_eq!(SignedCheckpoint::parse(&published).unwrap(), second);
    let proof = tree::prove_consistency(&**keeper.hashes(), 70, 700).unwrap();
    let (old, new) = (first.checkpoint(), second.checkpoint());
    verify_consistency(old.size(), old.root(), new.size(), new.root(), &proof).unwrap();
    let policy =
        Policy::of_log(Ed25519Signer::from_seed(ORIGIN, &[1; 32]).unwrap().verifier().clone()).unwrap();
    for index in [0, 69, 70, 255, 256, 699] {
        let hashes = tree::prove_inclusion(&**keeper.hashes(), index, 700).unwrap();
        let proof = Proof { index, hashes, extra: Vec::new(), checkpoint: second.clone() };
        let bytes = log.reader().get(index).unwrap().unwrap();
        proof.verify(&bytes, &policy).unwrap();
        assert!(proof.verify(&bytes[1..], &policy).is_err());
    }
}

#[test]
fn a_log_that_is_behind_or_another_one_is_disowned() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = memory();
    grown(&mut log, 300);
    keeper(dir.path(), &log).unwrap().current().unwrap();
    let mut yesterday = memory();
    grown(&mut yesterday, 299);
    let behind = keeper(dir.path(), &yesterday).err().unwrap();
    assert!(matches!(behind, KeepError::Disowned(Disowned::Behind { size: 299, signed: 300 })), "{behind}");
    let mut other = memory();
    other.append(vec![NewEvent { payload: vec![9], ..event(0) }]).unwrap();
    grown(&mut other, 301);
    let forked = keeper(dir.path(), &other).err().unwrap();
    assert!(matches!(forked, KeepError::Disowned(Disowned::Forked { signed: 300 })), "{forked}");
    // Having grown, the right one is still the right one.
    grown(&mut log, 301);
    keeper(dir.path(), &log).unwrap().current().unwrap();
}

#[test]
fn a_head_file_that_somebody_wrote_is_not_believed() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = memory();
    grown(&mut log, 10);
    keeper(dir.path(), &log).unwrap().current().unwrap();
    let head = dir.path().join("keys").join(HEAD_FILE);
    let text = fs::read_to_string(&head).unwrap();
    fs::write(&head, text.replacen("\n10\n", "\n9\n", 1)).unwrap();
    assert!(matches!(keeper(dir.path(), &log), Err(KeepError::Head { .. })));
}
