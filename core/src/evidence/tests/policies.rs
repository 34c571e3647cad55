use super::super::policy::PolicyFault;
use super::super::{
    Checkpoint, Cosigner, Ed25519Signer, KeyKind, Policy, PolicyRefusal, SignedCheckpoint, VerifierKey,
    VerifyError,
};
use super::{file, key};
use crate::log::hash::MerkleHash;

fn witness(number: u8) -> Cosigner {
    Cosigner::from_seed(&format!("witness.example/{number}"), &[number; 32]).unwrap()
}

fn log() -> Ed25519Signer {
    Ed25519Signer::from_seed("log.example", &[100; 32]).unwrap()
}

/// A policy of one log and witnesses x1 x2 x3 y1 y2 y3, and what more is asked for.
fn policy(more: &str) -> Policy {
    let mut text = format!("# The county's inspectors.\n\n \tlog\t {}  \n", log().verifier());
    for (name, number) in [("x1", 1), ("x2", 2), ("x3", 3), ("y1", 4), ("y2", 5), ("y3", 6)] {
        text += &format!("witness {name} {} https://{name}.example/\n", witness(number).verifier());
    }
    (text + more).parse().unwrap()
}

fn signed_by(witnesses: &[u8]) -> SignedCheckpoint {
    let checkpoint = Checkpoint::new("log.example", 1, MerkleHash::leaf(b"")).unwrap();
    let mut signed = SignedCheckpoint::sign(checkpoint, &log()).unwrap();
    for number in witnesses {
        let line = witness(*number).cosign(signed.note().text(), 1_700_000_000 + u64::from(*number)).unwrap();
        signed.put(line).unwrap();
    }
    signed
}

#[test]
fn groups_of_groups_are_counted() {
    let policy = policy("group x 2 x1 x2 x3\ngroup y any y1 y2 y3\ngroup both all x y\nquorum both\n");
    for (witnesses, is_met) in [
        (&[][..], false),
        (&[1, 2], false),
        (&[1, 2, 3], false),
        (&[1, 4, 5, 6], false),
        (&[1, 3, 6], true),
        (&[4, 2, 1], true),
        (&[1, 2, 3, 4, 5, 6], true),
        (&[7, 8, 9], false),
    ] {
        let accepted = policy.evaluate(&signed_by(witnesses));
        assert_eq!(accepted.is_ok(), is_met, "{witnesses:?}");
        if let Ok(accepted) = accepted {
            assert_eq!(accepted.cosigned.len(), witnesses.len());
            assert_eq!(accepted.logs, [log().verifier().clone()]);
        }
    }
    let refusal = policy.evaluate(&signed_by(&[1])).unwrap_err();
    assert_eq!(refusal, PolicyRefusal::Quorum { quorum: "both".into(), needed: 2, found: 0 });
    assert_eq!(policy.witnesses()[2].url.as_deref(), Some("https://x3.example/"));
    assert_eq!(policy.logs()[0].name, "log.example");
}

#[test]
fn one_witness_or_none_may_be_the_quorum() {
    assert!(policy("quorum x2\n").evaluate(&signed_by(&[2])).is_ok());
    assert!(policy("quorum x2\n").evaluate(&signed_by(&[1])).is_err());
    let none = policy("quorum none\n");
    assert!(!none.has_quorum());
    assert_eq!(none.evaluate(&signed_by(&[])).unwrap().cosigned, []);
    assert_eq!(none.evaluate(&signed_by(&[3])).unwrap().cosigned[0].witness, "x3");
    let plain = Policy::of_log(log().verifier().clone()).unwrap();
    assert!(plain.evaluate(&signed_by(&[1])).is_ok());
    assert!(matches!(
        Policy::of_log(witness(1).verifier().clone()),
        Err(PolicyFault::KeyKind { expected: 1, found: 4 })
    ));
}

#[test]
fn the_log_must_sign_and_wrong_lines_refuse() {
    let policy = policy("quorum none\n");
    let by_other = |name: &str, seed| {
        let checkpoint = Checkpoint::new("log.example", 1, MerkleHash::leaf(b"")).unwrap();
        let other = Ed25519Signer::from_seed(name, &[seed; 32]).unwrap();
        SignedCheckpoint::sign(checkpoint, &other).unwrap()
    };
    let unsigned = PolicyRefusal::NotSignedByLog { origin: "log.example".into() };
    assert_eq!(policy.evaluate(&by_other("log.example", 101)), Err(unsigned.clone()));
    assert_eq!(policy.evaluate(&by_other("other.example", 100)), Err(unsigned.clone()));
    // A witness does not stand in for the log.
    let mut cosigned = by_other("log.example", 101);
    cosigned.put(witness(1).cosign(cosigned.note().text(), 9).unwrap()).unwrap();
    assert_eq!(policy.evaluate(&cosigned), Err(unsigned));
    // Right key, other text.
    let mut wrong = signed_by(&[1]);
    wrong.put(witness(2).cosign("another\n1\ntext\n", 9).unwrap()).unwrap();
    assert!(matches!(
        policy.evaluate(&wrong),
        Err(PolicyRefusal::Signature(VerifyError::BadSignature { .. }))
    ));
    let elsewhere = Checkpoint::new("elsewhere", 1, MerkleHash::leaf(b"")).unwrap();
    let elsewhere = SignedCheckpoint::sign(elsewhere, &log()).unwrap();
    assert!(matches!(policy.evaluate(&elsewhere), Err(PolicyRefusal::UnknownLog { .. })));
    let empty = Checkpoint::new("log.example", 0, MerkleHash::leaf(b"")).unwrap();
    let empty = SignedCheckpoint::sign(empty, &log()).unwrap();
    assert_eq!(policy.evaluate(&empty), Err(PolicyRefusal::NotEmptyRoot));
}

#[test]
fn the_log_never_counts_as_its_own_witness() {
    let own = VerifierKey::new("witness.example/own", KeyKind::Cosignature, log().verifier().public_bytes());
    let text = format!("log {}\nwitness own {}\nquorum own\n", log().verifier(), own.unwrap());
    let error = text.parse::<Policy>().unwrap_err();
    assert_eq!((error.line, error.fault), (2, PolicyFault::SameKey { name: "log.example".into() }));
}

#[test]
fn an_old_and_a_new_key_of_the_log_may_both_stand() {
    let new = Ed25519Signer::from_seed("log.example", &[102; 32]).unwrap();
    let text = format!("log {}\nlog {}\nquorum none\n", log().verifier(), new.verifier());
    let policy: Policy = text.parse().unwrap();
    let mut signed = signed_by(&[]);
    assert_eq!(policy.evaluate(&signed).unwrap().logs.len(), 1);
    signed.sign_also(&new).unwrap();
    assert_eq!(policy.evaluate(&signed).unwrap().logs.len(), 2);
}

#[test]
fn a_published_checkpoint_meets_a_policy() {
    let mut text = format!("log {}\n", key("published/arche.vkey"));
    for name in ["garden", "smartit", "remora", "stagemole"] {
        text += &format!("witness {name} {}\n", key(&format!("published/{name}.vkey")));
    }
    text += "group three 3 garden smartit remora stagemole\nquorum three\n";
    let policy: Policy = text.parse().unwrap();
    let signed = SignedCheckpoint::parse(&file("published/arche.cp")).unwrap();
    let accepted = policy.evaluate(&signed).unwrap();
    assert_eq!(accepted.cosigned.len(), 4);
    assert!(accepted.cosigned.iter().all(|one| one.time == 1_779_573_024));
    assert_eq!(policy.to_string(), text);
}

#[test]
fn wrong_lines_are_refused_each_for_its_reason() {
    let (a, b) = (witness(1), witness(2));
    let (a, b, log) = (a.verifier(), b.verifier(), log());
    let log = log.verifier();
    let known = format!("witness a {a}\nwitness b {b}\n");
    let fault = |text: &str| {
        let error = text.parse::<Policy>().unwrap_err();
        (error.line, error.fault)
    };
    let form = |text: &str| assert!(matches!(fault(text), (1, PolicyFault::Form { .. })), "{text}");
    form("log\n");
    form(&format!("log {log} url more\n"));
    form("witness\n");
    form("witness a\n");
    form(&format!("witness a {a} url more\n"));
    form("group g any\n");
    form("group\n");
    form("quorum\n");
    form("quorum a b\n");
    assert_eq!(fault(""), (1, PolicyFault::NoQuorum));
    assert_eq!(fault("# nothing\n\n"), (2, PolicyFault::NoQuorum));
    assert_eq!(fault("quorum none"), (1, PolicyFault::Unterminated));
    assert_eq!(fault("quorum none\r\n"), (1, PolicyFault::NotText));
    assert_eq!(fault("quorum none\nquorum none\n"), (2, PolicyFault::SecondQuorum));
    assert_eq!(fault("quorum a\n"), (1, PolicyFault::Unknown { name: "a".into() }));
    assert_eq!(fault("ref none\n"), (1, PolicyFault::Word { word: "ref".into() }));
    assert_eq!(fault("Quorum none\n"), (1, PolicyFault::Word { word: "Quorum".into() }));
    assert!(matches!(fault("log key\n"), (1, PolicyFault::Key(_))));
    assert!(matches!(fault(&format!("log {a}\n")), (1, PolicyFault::KeyKind { expected: 1, found: 4 })));
    assert!(matches!(
        fault(&format!("witness l {log}\n")),
        (1, PolicyFault::KeyKind { expected: 4, found: 1 })
    ));
    assert_eq!(fault(&format!("witness none {a}\n")), (1, PolicyFault::Taken { name: "none".into() }));
    assert_eq!(
        fault(&format!("witness a {a}\nwitness a {b}\n")),
        (2, PolicyFault::Taken { name: "a".into() })
    );
    let renamed = VerifierKey::new("another.example", KeyKind::Cosignature, a.public_bytes()).unwrap();
    assert_eq!(
        fault(&format!("witness a {a}\nwitness b {renamed}\n")),
        (2, PolicyFault::SameKey { name: "a".into() })
    );
    let after = |more: &str| fault(&format!("{known}{more}"));
    assert_eq!(after("group a any b\n"), (3, PolicyFault::Taken { name: "a".into() }));
    assert_eq!(after("group g any c\n"), (3, PolicyFault::Unknown { name: "c".into() }));
    assert_eq!(after("group g any none\n"), (3, PolicyFault::Unknown { name: "none".into() }));
    assert_eq!(after("group g any a a\n"), (3, PolicyFault::SecondGroup { name: "a".into() }));
    assert_eq!(after("group g any a\ngroup h any a b\n"), (4, PolicyFault::SecondGroup { name: "a".into() }));
    assert_eq!(after("group g any g\n"), (3, PolicyFault::Unknown { name: "g".into() }));
    for threshold in ["0", "3", "02", "some", "-1"] {
        let expected = PolicyFault::Threshold { threshold: threshold.into(), members: 2 };
        assert_eq!(after(&format!("group g {threshold} a b\n")), (3, expected));
    }
    assert!(matches!(Policy::parse(b"# \xff\nquorum none\n").unwrap_err().fault, PolicyFault::NotText));
}
