use super::super::checkpoint::CheckpointError;
use super::super::note::NoteError;
use super::super::{Policy, PolicyRefusal, Proof, ProofError, ProofFileError, ProofRefusal, VerifyError};
use super::{demo_tree, file, key, text};
use crate::evidence::tree::prove_inclusion;

fn demo_policy() -> Policy {
    let lines =
        ["log ", &text("demo/log.vkey"), "\nwitness a ", &text("demo/w1.vkey"), "\nwitness b "].concat();
    [lines.as_str(), &text("demo/w2.vkey"), "\ngroup both all a b\nquorum both\n"].concat().parse().unwrap()
}

#[test]
fn the_demo_proofs_verify_and_are_reproduced_byte_for_byte() {
    let tree = demo_tree(300);
    for index in [5, 299] {
        let name = format!("demo/entry{index}.tlog-proof");
        let proof = Proof::parse(&file(&name)).unwrap();
        let entry = file(&format!("demo/entry{index}.bin"));
        let proven = proof.verify(&entry, &demo_policy()).unwrap();
        assert_eq!((proven.index, proven.accepted.size), (index, 300));
        let times: Vec<(&str, u64)> =
            proven.accepted.cosigned.iter().map(|one| (one.witness.as_str(), one.time)).collect();
        assert_eq!(times, [("a", 1_764_000_000), ("b", 1_764_000_001)]);
        assert_eq!(proof.to_string(), text(&name));
        assert_eq!(proof.hashes, prove_inclusion(&tree, index, 300).unwrap());
    }
}

#[test]
fn a_published_proof_verifies() {
    let policy = format!(
        "log {}\nwitness w {}\nquorum w\n",
        key("published/oak.log.vkey"),
        key("published/oak.wit.vkey")
    );
    let proof = Proof::parse(&file("published/oak.tlog-proof")).unwrap();
    let proven = proof.verify(&file("published/oak.entry"), &policy.parse().unwrap()).unwrap();
    assert_eq!((proven.index, proven.accepted.size), (3, 4));
    assert_eq!(proven.accepted.cosigned.len(), 1);
    assert_eq!(proof.to_string(), text("published/oak.tlog-proof"));
}

#[test]
fn the_first_wrong_thing_is_told() {
    let proof = Proof::parse(&file("demo/entry5.tlog-proof")).unwrap();
    let entry = file("demo/entry5.bin");
    assert_eq!(
        proof.verify(b"event 6\n", &demo_policy()),
        Err(ProofRefusal::Inclusion(ProofError::OtherRoot))
    );
    let other = Policy::of_log(key("published/oak.log.vkey")).unwrap();
    let unknown = PolicyRefusal::UnknownLog { origin: super::DEMO.to_owned() };
    assert_eq!(proof.verify(&entry, &other), Err(ProofRefusal::Checkpoint(unknown)));
    let index = Proof { index: 6, ..proof.clone() };
    assert_eq!(index.verify(&entry, &demo_policy()), Err(ProofRefusal::Inclusion(ProofError::OtherRoot)));
    let beyond = Proof { index: 300, ..proof.clone() };
    let no_such = ProofError::NoSuchEntry { index: 300, size: 300 };
    assert_eq!(beyond.verify(&entry, &demo_policy()), Err(ProofRefusal::Inclusion(no_such)));
    let resized = text("demo/entry5.tlog-proof").replace("\n300\n", "\n299\n");
    let refusal = Proof::parse(resized.as_bytes()).unwrap().verify(&entry, &demo_policy()).unwrap_err();
    let bad = VerifyError::BadSignature { name: super::DEMO.to_owned(), id: "c203e20f".to_owned() };
    assert_eq!(refusal, ProofRefusal::Checkpoint(PolicyRefusal::Signature(bad)));
}

#[test]
fn extra_data_are_read_and_left_out_when_there_are_none() {
    let mut proof = Proof::parse(&file("demo/entry5.tlog-proof")).unwrap();
    proof.extra = b"a note for the archive".to_vec();
    let text = proof.to_string();
    assert!(text.starts_with("c2sp.org/tlog-proof@v1\nextra YSBub3RlIGZvciB0aGUgYXJjaGl2ZQ==\nindex 5\n"));
    assert_eq!(Proof::parse(text.as_bytes()).unwrap(), proof);
    assert!(proof.verify(&file("demo/entry5.bin"), &demo_policy()).is_ok());
}

#[test]
fn malformed_files_are_refused_each_for_its_reason() {
    let good = text("demo/entry5.tlog-proof");
    let error = |text: &str| Proof::parse(text.as_bytes()).unwrap_err();
    assert_eq!(error(""), ProofFileError::Header);
    assert_eq!(error(&good.replace("@v1", "@v2")), ProofFileError::Header);
    assert_eq!(error(&good["c2sp.org/tlog-proof@v1\n".len()..]), ProofFileError::Header);
    assert_eq!(error(&good.replace("index 5", "extra ?\nindex 5")), ProofFileError::Extra);
    assert_eq!(error(&good.replace("index 5", "extra \nindex 5")), ProofFileError::Extra);
    assert_eq!(error(&good.replace("index 5", "extra AQ==\nextra AQ==\nindex 5")), ProofFileError::Index);
    assert_eq!(error(&good.replace("index 5\n", "")), ProofFileError::Index);
    for index in ["five", "-5", "05", "", "5 ", "18446744073709551616"] {
        assert_eq!(error(&good.replace("index 5", &format!("index {index}"))), ProofFileError::Index);
    }
    assert_eq!(error(&good.replace("\nxokB", "\nxok?")), ProofFileError::Hash { line: 3 });
    assert_eq!(error(&good.replace("\nxokBED", "\n")), ProofFileError::Hash { line: 3 });
    assert_eq!(error(&good.replace("index 5\n", "index 5\r\n")), ProofFileError::Index);
    let hash = "/XBlV/6Ai7zPQ+SVf3QsvAQ0Q4XwOBENMWn3c22BZOk=\n";
    let many = good.replace("index 5\n", &format!("index 5\n{}", hash.repeat(56)));
    assert_eq!(error(&many), ProofFileError::TooManyHashes);
    let long = good.replace("index 5\n", &format!("extra {}\nindex 5\n", "A".repeat(65_536)));
    assert_eq!(error(&long), ProofFileError::LongLine { line: 2 });
    let head = &good[..good.find("\n\n").unwrap() + 1];
    assert_eq!(error(head), ProofFileError::NoCheckpoint);
    assert_eq!(
        error(&format!("{head}\n")),
        ProofFileError::Checkpoint(CheckpointError::Note(NoteError::NoSeparator))
    );
    assert_eq!(Proof::parse(b"\xff\n\n").unwrap_err(), ProofFileError::NotText);
}
