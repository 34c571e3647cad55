use super::super::note::{LineFault, NOTE_BYTES_MAX};
use super::super::{
    Ed25519Signer, KeyError, KeyKind, Note, NoteError, SignError, SignatureLine, Signer, VerifierKey,
    VerifyError,
};
use super::{key, text};

const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const ENOCH: &str = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";
const TEXT: &str =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const PETER_LINE: &str = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
const ENOCH_LINE: &str = "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n";

fn keys() -> Vec<VerifierKey> {
    vec![PETER.parse().unwrap(), ENOCH.parse().unwrap()]
}

fn malformed(bytes: impl AsRef<[u8]>) -> NoteError {
    Note::parse(bytes.as_ref()).unwrap_err()
}

#[test]
fn the_example_of_the_specification_verifies() {
    let key: VerifierKey =
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k".parse().unwrap();
    assert_eq!(
        hex::encode(key.public_bytes()),
        "e932791ae6e7a840a46164c904786426d5e7821dd8b29a00d61cae72afdd4da4"
    );
    let spec = text("published/spec.note");
    let note = Note::parse(spec.as_bytes()).unwrap();
    assert_eq!(note.text(), "This is an example message.\n");
    assert_eq!(note.verify([&key]).unwrap()[0].key, &key);
    assert_eq!(note.to_string(), spec);
}

#[test]
fn two_signers_of_another_program_are_reproduced_byte_for_byte() {
    let blob = super::super::text::from_base64("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz").unwrap();
    let peter = Ed25519Signer::from_seed("PeterNeumann", &blob[1..].try_into().unwrap()).unwrap();
    let enoch = Ed25519Signer::from_seed("EnochRoot", &[0; 32]).unwrap();
    assert_eq!(peter.verifier().to_string(), PETER);
    assert_eq!(enoch.verifier().to_string(), ENOCH);
    let mut note = Note::new(TEXT).unwrap();
    note.sign(&peter).unwrap();
    note.sign(&enoch).unwrap();
    assert_eq!(note.to_string(), format!("{TEXT}\n{PETER_LINE}{ENOCH_LINE}"));
    // Signing again replaces the line in its place.
    note.sign(&peter).unwrap();
    assert_eq!(note.to_string(), format!("{TEXT}\n{PETER_LINE}{ENOCH_LINE}"));
    assert_eq!(note.verify(&keys()).unwrap().len(), 2);
}

#[test]
fn a_real_note_verifies_whose_key_is_not_called_like_its_origin() {
    let key: VerifierKey =
        "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8".parse().unwrap();
    let note = Note::parse(text("published/gosum.cp").as_bytes()).unwrap();
    assert_eq!(note.verify([&key]).unwrap().len(), 1);
    assert!(note.text().starts_with("go.sum database tree\n"));
}

#[test]
fn malformed_notes_are_refused_each_for_its_reason() {
    let good = format!("{TEXT}\n{PETER_LINE}");
    assert!(Note::parse(good.as_bytes()).is_ok());
    assert_eq!(malformed(TEXT), NoteError::NoSeparator);
    assert_eq!(malformed(format!("{TEXT}\n")), NoteError::NoSignatures);
    assert_eq!(malformed(""), NoteError::NoSeparator);
    let fault = |line, fault| NoteError::Line { line, fault };
    assert_eq!(malformed(good.trim_end()), fault(1, LineFault::Unterminated));
    assert_eq!(malformed(format!("\u{1}{good}")), NoteError::ControlCharacter);
    assert_eq!(malformed(good.replace('\n', "\r\n")), NoteError::NoSeparator);
    assert_eq!(malformed(good.replace(" x08", " x\t08")), NoteError::ControlCharacter);
    assert_eq!(malformed([b"\xff", good.as_bytes()].concat()), NoteError::NotText);
    assert_eq!(malformed(good.replace("PeterNeumann", "Bad Name")), fault(1, LineFault::Base64));
    assert_eq!(malformed(good.replace("PeterNeumann", "Bad\u{2003}Name")), fault(1, LineFault::Name));
    assert_eq!(malformed(good.replace("PeterNeumann", "Bad+Name")), fault(1, LineFault::Name));
    assert_eq!(malformed(good.replace("PeterNeumann", "")), fault(1, LineFault::Name));
    assert_eq!(malformed(format!("{good}Unexpected line.\n")), fault(2, LineFault::Shape));
    assert_eq!(malformed(good.replace("— ", "- ")), fault(1, LineFault::Shape));
    assert_eq!(malformed(good.replace("— ", "—  ")), fault(1, LineFault::Base64));
    assert_eq!(malformed(format!("{TEXT}\n— a AAAAAA==\n")), fault(1, LineFault::TooShort));
    // The same signature in another spelling.
    assert_eq!(malformed(good.replace("nAM=", "nAN=")), fault(1, LineFault::Base64));
    assert_eq!(malformed(good.replace("nAM=", "nAM")), fault(1, LineFault::Base64));
    let many = format!("{TEXT}\n{}", PETER_LINE.repeat(101));
    assert_eq!(malformed(many), NoteError::TooManySignatures { found: 101 });
    let long = format!("{}\n\n{PETER_LINE}", "a".repeat(NOTE_BYTES_MAX));
    assert!(matches!(malformed(long), NoteError::TooLong { .. }));
}

#[test]
fn the_last_empty_line_divides() {
    let signer = Ed25519Signer::from_seed("a", &[7; 32]).unwrap();
    for text in ["\n", "one\n\ntwo\n", "ends\n\n", "\n\n\n", "a\n\n— b AAAAAAA=\n"] {
        let mut note = Note::new(text).unwrap();
        note.sign(&signer).unwrap();
        let read = Note::parse(note.to_string().as_bytes()).unwrap();
        assert_eq!(read, note);
        assert!(read.verify([signer.verifier()]).is_ok());
    }
    for wrong in ["", "no line feed", "cr\r\n", "nul\0\n"] {
        assert!(Note::new(wrong).is_err());
    }
}

#[test]
fn wrong_signatures_refuse_the_note_and_unknown_ones_do_not() {
    let inserted = PETER_LINE.replace("UgYN1", "UgYNABCD1");
    let note = Note::parse(format!("{TEXT}\n{inserted}").as_bytes()).unwrap();
    let bad = VerifyError::BadSignature { name: "PeterNeumann".into(), id: "c74f20a3".into() };
    assert_eq!(note.verify(&keys()), Err(bad.clone()));
    // A good signature does not save a note with a wrong one.
    let note = Note::parse(format!("{TEXT}\n{ENOCH_LINE}{inserted}").as_bytes()).unwrap();
    assert_eq!(note.verify(&keys()), Err(bad));
    // To those who do not know Peter, his line says nothing.
    assert_eq!(note.verify(&keys()[1..]).unwrap().len(), 1);
    assert_eq!(note.verify([]), Err(VerifyError::Unsigned));
    // Neither name nor id alone makes a line known.
    let strange = ENOCH_LINE.replace("rwz+", "rwz/");
    let renamed = ENOCH_LINE.replace("EnochRoot", "PeterNeumann");
    let note = Note::parse(format!("{TEXT}\n{strange}{renamed}{PETER_LINE}").as_bytes()).unwrap();
    assert_eq!(note.verify(&keys()).unwrap().len(), 1);
    assert_eq!(note.to_string(), format!("{TEXT}\n{strange}{renamed}{PETER_LINE}"));
}

#[test]
fn two_lines_by_one_known_key_refuse_the_note() {
    let twice = Note::parse(format!("{TEXT}\n{PETER_LINE}{ENOCH_LINE}{PETER_LINE}").as_bytes()).unwrap();
    assert!(matches!(twice.verify(&keys()), Err(VerifyError::Repeated { .. })));
    assert!(twice.verify(&keys()[1..]).is_ok());
}

#[test]
fn known_keys_that_cannot_be_told_apart_are_refused() {
    // Two keys with one id would take four thousand million attempts, so the same key stands in twice: that
    // is no ambiguity.
    let peter: VerifierKey = PETER.parse().unwrap();
    let note = Note::parse(format!("{TEXT}\n{PETER_LINE}").as_bytes()).unwrap();
    assert_eq!(note.verify([&peter, &peter]).unwrap().len(), 1);
}

#[test]
fn keys_that_are_none_are_refused_each_for_its_reason() {
    let error = |text: &str| text.parse::<VerifierKey>().unwrap_err();
    let long = "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==";
    assert_eq!(error(long), KeyError::Base64);
    let long = "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADK";
    assert_eq!(error(long), KeyError::Length { found: 35 });
    let kind = "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    assert_eq!(error(kind), KeyError::Kind { kind: 0x65 });
    assert_eq!(error(&text("published/navigli-mldsa.vkey")), KeyError::Base64);
    assert_eq!(error(text("published/navigli-mldsa.vkey").trim()), KeyError::Kind { kind: 6 });
    assert!(matches!(error(&PETER.replace("c74f", "C74F")), KeyError::Id { .. }));
    assert!(matches!(error(&PETER.replace("c74f20a3", "c74f20a4")), KeyError::OtherId { .. }));
    assert!(matches!(error(&PETER.replace("Peter", "P ter")), KeyError::Name { .. }));
    let name = "n".repeat(256);
    assert!(matches!(VerifierKey::new(&name, KeyKind::Ed25519, &[1; 32]), Err(KeyError::Name { .. })));
    // The neutral element: anybody can sign for it.
    let mut neutral = [0; 32];
    neutral[0] = 1;
    assert_eq!(VerifierKey::new("weak", KeyKind::Ed25519, &neutral), Err(KeyError::Point));
    for key in [PETER, ENOCH] {
        for begin in 0..key.len() {
            for end in begin..key.len() {
                assert!(key[begin..end].parse::<VerifierKey>().is_err(), "{}", &key[begin..end]);
            }
        }
        for place in 0..key.len() {
            for byte in 0..=127_u8 {
                let mut changed = key.as_bytes().to_vec();
                if changed[place] != byte {
                    changed[place] = byte;
                    let changed = String::from_utf8(changed).unwrap();
                    assert!(changed.parse::<VerifierKey>().is_err(), "{changed}");
                }
            }
        }
    }
}

#[test]
fn keys_of_all_kinds_print_as_they_were_read() {
    for name in [
        "demo/log.vkey",
        "demo/w1.vkey",
        "demo/w2.vkey",
        "published/arche.vkey",
        "published/garden.vkey",
        "published/oak.log.vkey",
        "published/oak.wit.vkey",
        "published/remora.vkey",
        "published/smartit.vkey",
        "published/stagemole.vkey",
        "litewitness/log.vkey",
    ] {
        assert_eq!(key(name).to_string(), text(name).trim());
    }
    assert_eq!(key("demo/log.vkey"), *super::demo_signer().verifier());
    let [first, second] = super::demo_witnesses();
    assert_eq!(key("demo/w1.vkey"), *first.verifier());
    assert_eq!(key("demo/w2.vkey"), *second.verifier());
}

#[test]
fn a_signer_of_another_algorithm_stands_beside_ours() {
    struct Other;
    impl Signer for Other {
        fn name(&self) -> &str {
            "other"
        }
        fn key_id(&self) -> [u8; 4] {
            [9; 4]
        }
        fn sign(&self, text: &[u8]) -> Result<Vec<u8>, SignError> {
            Ok(text.iter().rev().copied().collect())
        }
    }
    let mut note = Note::new(TEXT).unwrap();
    note.sign(&Other).unwrap();
    note.sign(&super::demo_signer()).unwrap();
    let read = Note::parse(note.to_string().as_bytes()).unwrap();
    assert_eq!(read.signatures()[0].signature(), TEXT.bytes().rev().collect::<Vec<_>>());
    assert_eq!(read.verify([super::demo_signer().verifier()]).unwrap().len(), 1);
}

#[test]
fn a_full_note_takes_no_more_lines() {
    let mut note = Note::new(TEXT).unwrap();
    for n in 0..100_u32 {
        note.put(SignatureLine::new("a", n.to_be_bytes(), vec![1]).unwrap()).unwrap();
    }
    note.put(SignatureLine::new("a", [0; 4], vec![2]).unwrap()).unwrap();
    let more = SignatureLine::new("b", [0; 4], vec![1]).unwrap();
    assert_eq!(note.put(more), Err(SignError::TooManySignatures));
    assert!(Note::parse(note.to_string().as_bytes()).is_ok());
}
