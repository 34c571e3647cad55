use std::path::Path;

use gongjian_core::evidence::{Checkpoint, Ed25519Signer, MemoryTree, Proof, SignedCheckpoint, tree};
use gongjian_core::log::MerkleHash;
use gongjian_core::record::{Digest, RECORD_FORMAT, Record};

use super::*;
use crate::messages::Language;

const ORIGIN: &str = "ledger.example/governance";

fn record(position: u64) -> Vec<u8> {
    let record = Record {
        format: RECORD_FORMAT,
        position,
        previous: Digest::ZERO,
        recorded_at: 1_664_500_000_000_000,
        occurred_day: gongjian_core::day::Day(19_149),
        occurred_second: None,
        stream: format!("street/S{position}"),
        revision: 0,
        kind: "street.registered".to_owned(),
        version: 1,
        command_id: [1; 16],
        command_digest: [2; 16],
        nonce: [3; 16],
        trail: format!("street/S{position}"),
        recorded_by: "党建专干岗".to_owned(),
        account: [0; 16],
        attributed_to: None,
        assurance: 0,
        authority: None,
        payload: b"\x06\0\0\0\0\0\0\0\xe4\xb8\xad\xe9\x83\xbd".to_vec(),
    };
    record.encode().unwrap()
}

struct Case {
    entries: Vec<Vec<u8>>,
    tree: MemoryTree,
    signer: Ed25519Signer,
}

impl Case {
    fn new(size: u64) -> Case {
        let entries: Vec<Vec<u8>> = (0..size).map(record).collect();
        let mut tree = MemoryTree::default();
        tree.extend(entries.iter().map(|entry| MerkleHash::leaf(entry)));
        Case { entries, tree, signer: Ed25519Signer::from_seed(ORIGIN, &[7; 32]).unwrap() }
    }

    fn checkpoint(&self) -> SignedCheckpoint {
        let size = self.tree.size();
        let root = tree::root(&self.tree, size).unwrap();
        SignedCheckpoint::sign(Checkpoint::new(ORIGIN, size, root).unwrap(), &self.signer).unwrap()
    }

    fn proof(&self, index: u64) -> Proof {
        let hashes = tree::prove_inclusion(&self.tree, index, self.tree.size()).unwrap();
        Proof { index, hashes, extra: Vec::new(), checkpoint: self.checkpoint() }
    }

    fn trust(&self) -> Trust {
        Trust::of(&[self.signer.verifier().to_string()], None).unwrap()
    }
}

fn kind(outcome: &Outcome) -> Option<Kind> {
    outcome.fault.as_ref().map(|fault| fault.kind)
}

#[test]
fn a_proof_shows_the_event_and_who_signed() {
    let case = Case::new(5);
    let found = proof(case.proof(3).to_string().as_bytes(), &case.entries[3], &case.trust());
    assert_eq!((found.verdict(), found.fault.as_ref()), (Verdict::Sound, None));
    let told = found.told("3.tlog-proof", Language::Chinese.text());
    for words in ["位置 3", "street/S3", "党建专干岗", "中都", "签名相符", "核对无误"] {
        assert!(told.contains(words), "{words}: {told}");
    }
    assert_eq!(found.to_json("x", Language::English.text())["event"]["position"], 3);
}

#[test]
fn without_a_trusted_key_nothing_is_called_sound() {
    let case = Case::new(5);
    let found = proof(case.proof(3).to_string().as_bytes(), &case.entries[3], &Trust::nobody());
    assert_eq!((found.verdict(), found.fault.as_ref()), (Verdict::Unchecked, None));
    let told = found.told("3.tlog-proof", Language::Chinese.text());
    assert!(told.contains("没有用可信的公钥核对签名") && !told.contains("核对无误"), "{told}");
    let found = checkpoint(case.checkpoint().to_string().as_bytes(), &Trust::nobody());
    assert_eq!(found.to_json("x", Language::Chinese.text())["sound"], false);
}

#[test]
fn each_fault_has_its_kind() {
    let case = Case::new(5);
    let good = case.proof(3).to_string();
    let check = |text: &str, entry: &[u8]| kind(&proof(text.as_bytes(), entry, &case.trust()));
    let entry = &case.entries[3];
    assert_eq!(check(&good, entry), None);
    assert_eq!(check(&good, &case.entries[2]), Some(Kind::Reordered));
    let mut altered = entry.clone();
    let last = altered.len() - 1;
    altered[last] ^= 1;
    assert_eq!(check(&good, &altered), Some(Kind::Altered));
    assert_eq!(check(&good, &entry[..last]), Some(Kind::Malformed));
    assert_eq!(check(&good.replace("index 3", "index 2"), entry), Some(Kind::Reordered));
    assert_eq!(check(&good.replace("index 3", "index 9"), &record(9)), Some(Kind::Truncated));
    assert_eq!(check(&good.replace("tlog-proof@v1", "tlog-proof@v2"), entry), Some(Kind::Malformed));
    let mut short = case.proof(3);
    short.hashes.pop();
    assert_eq!(check(&short.to_string(), entry), Some(Kind::Malformed));
    // The same statement, signed by somebody else under the same name.
    let mut forged = Case::new(5);
    forged.signer = Ed25519Signer::from_seed(ORIGIN, &[8; 32]).unwrap();
    assert_eq!(check(&forged.proof(3).to_string(), entry), Some(Kind::BadSignature));
    forged.signer = Ed25519Signer::from_seed("other.example", &[8; 32]).unwrap();
    let other = Trust::of(&[forged.signer.verifier().to_string()], None).unwrap();
    assert_eq!(kind(&proof(good.as_bytes(), entry, &other)), Some(Kind::WrongOrigin));
    let policy = format!(
        "log {}\nwitness w w.example+{}\nquorum w\n",
        case.signer.verifier(),
        gongjian_core::evidence::Cosigner::from_seed("w.example", &[9; 32])
            .unwrap()
            .verifier()
            .to_string()
            .split_once('+')
            .unwrap()
            .1
    );
    let strict = Trust::by(gongjian_core::evidence::Policy::parse(policy.as_bytes()).unwrap());
    assert_eq!(kind(&proof(good.as_bytes(), entry, &strict)), Some(Kind::Unwitnessed));
}

#[test]
fn no_changed_byte_of_a_proof_is_taken_for_sound() {
    let case = Case::new(7);
    let good = case.proof(4).to_string().into_bytes();
    for at in 0..good.len() {
        for bit in [0, 3, 6] {
            let mut bad = good.clone();
            bad[at] ^= 1 << bit;
            assert_ne!(proof(&bad, &case.entries[4], &case.trust()).verdict(), Verdict::Sound, "byte {at}");
        }
    }
}

/// The codes of faults and remarks that stand in the sources, by what stands before them.
pub(crate) fn literals_after(mark: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") && !path.ends_with("tests.rs") {
                let source = std::fs::read_to_string(path).unwrap();
                let literal = |rest: &str| rest.split('"').nth(1).map(str::to_owned);
                found.extend(source.split(mark).skip(1).filter_map(literal));
            }
        }
    }
    found
}

#[test]
fn every_fault_has_a_sentence() {
    let codes = literals_after("Fault::new(Kind::");
    assert!(codes.len() > 15, "{codes:?}");
    for language in [Language::Chinese, Language::English] {
        for code in &codes {
            assert!(language.text().find(&format!("offline-{code}"), &[]).is_some(), "{code}");
        }
        for kind in Kind::ALL {
            assert!(language.text().find(&format!("offline-kind-{}", kind.code()), &[]).is_some());
        }
    }
}
