use super::super::{
    Checkpoint, CheckpointError, Note, SignError, SignedCheckpoint, VerifierKey, VerifyError,
};
use super::{DEMO, demo_signer, demo_tree, demo_witnesses, file, key, text};
use crate::evidence::{note::NoteError, tree};
use crate::log::hash::MerkleHash;

#[test]
fn the_demo_checkpoints_are_reproduced_byte_for_byte() {
    let tree = demo_tree(300);
    for (size, time) in [(256, 1_763_999_940), (300, 1_764_000_000)] {
        let root = tree::root(&tree, size).unwrap();
        let checkpoint = Checkpoint::new(DEMO, size, root).unwrap();
        let mut signed = SignedCheckpoint::sign(checkpoint, &demo_signer()).unwrap();
        let [first, second] = demo_witnesses();
        signed.put(first.cosign(signed.note().text(), time).unwrap()).unwrap();
        signed.put(second.cosign(signed.note().text(), time + 1).unwrap()).unwrap();
        assert_eq!(signed.to_string(), text(&format!("demo/cp{size}.txt")));
    }
    assert_eq!(file("demo/cp300.txt"), file("demo/log/checkpoint"));
}

#[test]
fn the_demo_cosignature_has_its_known_bytes() {
    let signed = SignedCheckpoint::parse(&file("demo/cp300.txt")).unwrap();
    let line = &signed.note().signatures()[1];
    assert_eq!(hex::encode(line.key_id()), "df1c0a35");
    assert_eq!(
        hex::encode(line.signature()),
        "00000000692481004c84b2d8871960c02b23f0568f15540f405ae6f23c07190b4ba98e1411cc1ca0dddec4740363fa7c\
         684c221b0cf8c782c39a54e7e0e8d66fba36385369fe240d"
            .replace([' ', '\n'], "")
    );
}

#[test]
fn cosignatures_tell_their_time_and_are_renewed_in_place() {
    let [first, second] = demo_witnesses();
    let mut signed = SignedCheckpoint::parse(&file("demo/cp300.txt")).unwrap();
    let text = signed.note().text().to_owned();
    signed.put(first.cosign(&text, 2_000_000_000).unwrap()).unwrap();
    let verified = signed.note().verify([first.verifier(), second.verifier()]).unwrap();
    let times: Vec<Option<u64>> = verified.iter().map(|one| one.time).collect();
    assert_eq!(times, [Some(2_000_000_000), Some(1_764_000_001)]);
    assert_eq!(signed.note().signatures().len(), 3);
    for time in [0, 1 << 63, u64::MAX] {
        assert_eq!(first.cosign(&text, time), Err(SignError::Time { time }));
    }
    assert!(first.cosign(&text, i64::MAX as u64).is_ok());
}

#[test]
fn a_cosignature_with_any_byte_changed_is_refused() {
    let signed = SignedCheckpoint::parse(&file("demo/cp300.txt")).unwrap();
    let line = signed.note().signatures()[1].clone();
    let key = key("demo/w1.vkey");
    for place in 0..line.signature().len() {
        let mut bytes = line.signature().to_vec();
        bytes[place] ^= 1;
        let mut changed = signed.clone();
        changed.put(super::super::SignatureLine::new(line.name(), line.key_id(), bytes).unwrap()).unwrap();
        assert!(matches!(changed.note().verify([&key]), Err(VerifyError::BadSignature { .. })));
    }
}

#[test]
fn a_published_checkpoint_with_four_cosignatures_verifies() {
    let keys: Vec<VerifierKey> = ["arche", "garden", "smartit", "remora", "stagemole"]
        .iter()
        .map(|name| key(&format!("published/{name}.vkey")))
        .collect();
    let signed = SignedCheckpoint::parse(&file("published/arche.cp")).unwrap();
    assert_eq!(signed.checkpoint().origin(), "arche2025h1.staging.ct.transparency.dev");
    assert_eq!(signed.checkpoint().size(), 1_432_088_532);
    // Six lines: the first is of an algorithm and key that nobody here knows.
    assert_eq!(signed.note().signatures().len(), 6);
    let verified = signed.note().verify(&keys).unwrap();
    let times: Vec<Option<u64>> = verified.iter().map(|one| one.time).collect();
    assert_eq!(times, [None, Some(0x6a12_2120), Some(0x6a12_2120), Some(0x6a12_2120), Some(0x6a12_2120)]);
    assert_eq!(signed.to_string(), text("published/arche.cp"));
}

#[test]
fn lines_of_an_algorithm_that_we_do_not_know_are_kept_and_ignored() {
    let signed = SignedCheckpoint::parse(&file("published/navigli-mldsa.cp")).unwrap();
    assert_eq!(signed.checkpoint().size(), 185_550_722);
    assert_eq!(signed.note().signatures()[2].signature().len(), 8 + 2420);
    assert_eq!(signed.note().verify([&key("published/arche.vkey")]), Err(VerifyError::Unsigned));
    assert_eq!(signed.to_string(), text("published/navigli-mldsa.cp"));
}

#[test]
fn malformed_checkpoints_are_refused_each_for_its_reason() {
    let root = "/XBlV/6Ai7zPQ+SVf3QsvAQ0Q4XwOBENMWn3c22BZOk=";
    let error = |text: String| Checkpoint::parse(&text).unwrap_err();
    assert!(Checkpoint::parse(&format!("a\n1\n{root}\n")).is_ok());
    assert_eq!(error("a\n1\n".into()), CheckpointError::TooFewLines { found: 2 });
    assert_eq!(error(String::new()), CheckpointError::TooFewLines { found: 0 });
    assert_eq!(error(format!("\n1\n{root}\n")), CheckpointError::EmptyLine { line: 1 });
    assert_eq!(error(format!("a\n1\n\n{root}\n")), CheckpointError::EmptyLine { line: 3 });
    assert_eq!(error(format!("a\n1\n{root}")), CheckpointError::TooFewLines { found: 2 });
    for size in ["bananas", "-34", "+1", "01", "18446744073709551616", " 1", "1 "] {
        assert_eq!(error(format!("a\n{size}\n{root}\n")), CheckpointError::Size { text: size.to_owned() });
    }
    for wrong in ["bananas", "AAAA", &root[..43], "/XBlV/6Ai7zPQ+SVf3QsvAQ0Q4XwOBENMWn3c22BZOl="] {
        assert_eq!(error(format!("a\n1\n{wrong}\n")), CheckpointError::Root { text: wrong.to_owned() });
    }
    assert_eq!(error(format!("a\n1\n{root}\nmore\n")), CheckpointError::ExtensionLines { found: 1 });
    assert_eq!(error(format!("a\n1\n{root}\nmore\nmore\n")), CheckpointError::ExtensionLines { found: 2 });
    assert_eq!(error(format!("a\n1\n{root}\nmore")), CheckpointError::ExtensionLines { found: 1 });
    assert_eq!(
        SignedCheckpoint::parse(b"a\n1\n").unwrap_err(),
        CheckpointError::Note(NoteError::NoSeparator)
    );
    for origin in ["", "two\nlines", "tab\t"] {
        assert!(Checkpoint::new(origin, 1, MerkleHash([0; 32])).is_err());
    }
    // A signed text with an empty line in it is a note, and no checkpoint.
    let mut note = Note::new(&format!("a\n1\n{root}\n\n")).unwrap();
    note.sign(&demo_signer()).unwrap();
    assert!(SignedCheckpoint::parse(note.to_string().as_bytes()).is_err());
}
