//! Packages of the golden matter: what an honest one shows, and every way in which one can lie.

use gongjian_api::offline::{Fault, Kind, Outcome, Trust, Verdict};
use gongjian_api::package::{self, Files, check};
use gongjian_core::evidence::Statement;
use gongjian_core::keys::KeyFolder;
use gongjian_tests::cli::Ledger;

use super::{GOLDEN, beside, county, trust};

/// A package with the key that its reader trusts, and its ledger.
pub(crate) struct Case {
    pub(crate) ledger: Ledger,
    pub(crate) key: String,
    bytes: Vec<u8>,
    pub(crate) files: Files,
}

impl Case {
    fn new() -> Case {
        Case::of(county().0, GOLDEN, &[])
    }

    /// The package of a matter as it is now, with whatever else is said to `prove`.
    #[track_caller]
    pub(crate) fn of(ledger: Ledger, id: &str, more: &[&str]) -> Case {
        let key = ledger.run(&["checkpoint", "--public-key"]).exits(0).text().trim().to_owned();
        ledger.run(&[&["prove", id, "-o", "golden.zip"], more].concat()).exits(0);
        let bytes = std::fs::read(beside(&ledger, "golden.zip")).unwrap();
        let files = package::unpack(&bytes).unwrap();
        Case { ledger, key, bytes, files }
    }

    pub(crate) fn check(&self, files: &Files) -> Outcome {
        check(files, &trust(&self.key))
    }

    #[track_caller]
    pub(crate) fn fault(&self, files: &Files) -> Fault {
        self.check(files).fault.expect("something is wrong")
    }

    /// The files after a change that somebody covers up who has the ledger's key.
    pub(crate) fn covered(&self, change: impl FnOnce(&mut Files)) -> Files {
        let mut files = self.files.clone();
        change(&mut files);
        let mut manifest: serde_json::Value = serde_json::from_slice(&files["manifest.json"]).unwrap();
        let listed: Vec<serde_json::Value> = files
            .iter()
            .filter(|(path, _)| !path.starts_with("manifest."))
            .map(|(path, bytes)| {
                let hash = hex::encode(package::sha256(bytes));
                serde_json::json!({ "path": path, "bytes": bytes.len(), "sha256": hash })
            })
            .collect();
        manifest["files"] = listed.into();
        let manifest = package::canonical(&manifest);
        let signer = KeyFolder::of(&self.ledger.data(), None).load().unwrap();
        let origin = self.key.split('+').next().unwrap();
        let statement = Statement::new(origin, package::STATEMENT, package::sha256(&manifest)).unwrap();
        let note = statement.sign(&signer.signer(origin).unwrap()).unwrap();
        files.insert("manifest.json".to_owned(), manifest);
        files.insert("manifest.note".to_owned(), note.to_string().into_bytes());
        files
    }

    #[track_caller]
    pub(crate) fn covered_kind(&self, expected: (Kind, &str), change: impl FnOnce(&mut Files)) {
        let fault = self.fault(&self.covered(change));
        assert_eq!((fault.kind, fault.place.as_str()), expected, "{fault:?}");
    }
}

#[test]
fn the_golden_matter_is_sound_without_its_ledger() {
    let case = Case::new();
    let found = case.check(&case.files);
    assert_eq!((found.verdict(), &found.fault), (Verdict::Sound, &None));
    assert_eq!(check(&case.files, &Trust::nobody()).verdict(), Verdict::Unchecked);
    let zip = beside(&case.ledger, "golden.zip").display().to_string();
    let away = Ledger::none();
    away.run(&["verify", &zip, "--key", &case.key]).exits(0).says("证据包").says("核对无误");
    away.run(&["verify", &zip]).exits(1).says("没有用可信的公钥核对签名").never_says("核对无误");
    // Unpacked it is the same.
    for (path, bytes) in &case.files {
        let file = beside(&away, "unpacked").join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, bytes).unwrap();
    }
    away.run(&["verify", "unpacked", "--key", &case.key]).exits(0).says("核对无误");
    let story = String::from_utf8_lossy(&case.files["trail.txt"]).into_owned();
    let told = case.ledger.run(&["trail", GOLDEN, "--on", "2022-09-30"]).exits(0);
    assert_eq!(story, told.text());
    away.run(&["verify", &zip, "--key", "ledger.example+00000000+AAAA"]).exits(2);
}

#[test]
fn the_same_ledger_gives_the_same_bytes() {
    let case = Case::new();
    case.ledger.run(&["prove", GOLDEN, "-o", "again.zip"]).exits(0);
    assert!(std::fs::read(beside(&case.ledger, "again.zip")).unwrap() == case.bytes);
    assert!(package::pack(&case.files).unwrap() == case.bytes);
    case.ledger.run(&["prove", "no-such-matter", "-o", "x.zip"]).exits(1);
    case.ledger.run(&["prove", GOLDEN]).exits(2).says("-o");
}

#[test]
fn every_changed_file_is_named() {
    let case = Case::new();
    for path in case.files.keys() {
        let changed = |change: &dyn Fn(&mut Vec<u8>)| {
            let mut files = case.files.clone();
            change(files.get_mut(path).unwrap());
            case.fault(&files)
        };
        let half = case.files[path].len() / 2;
        let (flipped, cut) = (changed(&|bytes| bytes[half] ^= 1), changed(&|bytes| bytes.truncate(half)));
        let mut files = case.files.clone();
        files.remove(path);
        let gone = case.fault(&files);
        assert_eq!((gone.kind, &gone.place), (Kind::Missing, path));
        match path.as_str() {
            // A changed letter may still be a manifest, of other files.
            "manifest.json" => assert_eq!(cut.kind, Kind::Malformed),
            "manifest.note" => {
                let kinds = [Kind::Altered, Kind::BadSignature, Kind::Malformed, Kind::WrongOrigin];
                assert!(kinds.contains(&flipped.kind) && cut.kind == Kind::Malformed, "{flipped:?} {cut:?}");
            }
            _ => {
                assert_eq!((flipped.kind, &flipped.place), (Kind::Altered, path));
                assert_eq!((cut.kind, &cut.place), (Kind::Truncated, path));
            }
        }
    }
    for path in ["events/000001.bin", "documents/x.pdf", "运行我.exe"] {
        let mut files = case.files.clone();
        files.insert(path.to_owned(), b"x".to_vec());
        assert_eq!((case.fault(&files).kind, case.fault(&files).place.as_str()), (Kind::Foreign, path));
    }
}

#[test]
fn whoever_covers_a_change_without_the_key_is_found() {
    let case = Case::new();
    let mut files = case.covered(|files| files.get_mut("trail.txt").unwrap().push(b'!'));
    files.insert("manifest.note".to_owned(), case.files["manifest.note"].clone());
    let fault = case.fault(&files);
    assert_eq!((fault.kind, fault.place.as_str()), (Kind::Altered, "manifest.note"));
}

/// Not even the ledger's own key makes a false event true.
#[test]
fn whoever_has_the_key_cannot_lie_about_events() {
    let case = Case::new();
    let names: Vec<&String> = case.files.keys().filter(|path| path.ends_with(".bin")).collect();
    let (last, before) = (names[names.len() - 1].clone(), names[names.len() - 2].clone());
    let [json, proof] = ["json", "tlog-proof"].map(|ending| {
        let folder = if ending == "json" { "events" } else { "proofs" };
        last.replace("events", folder).replace("bin", ending)
    });
    case.covered_kind((Kind::Altered, &proof), |files| {
        let bytes = files.get_mut(&last).unwrap();
        let at = bytes.len() - 1;
        bytes[at] ^= 1;
    });
    case.covered_kind((Kind::Reordered, &last), |files| {
        let other = files[&before].clone();
        files.insert(last.clone(), other);
    });
    case.covered_kind((Kind::Altered, &json), |files| {
        let text = String::from_utf8(files[&json].clone()).unwrap();
        files.insert(json.clone(), text.replace("2022-", "2023-").into_bytes());
    });
    case.covered_kind((Kind::Missing, &json), |files| drop(files.remove(&json)));
    case.covered_kind((Kind::Missing, &proof), |files| drop(files.remove(&proof)));
    case.covered_kind((Kind::Reordered, &proof), |files| {
        let other = files[&before.replace("events", "proofs").replace("bin", "tlog-proof")].clone();
        files.insert(proof.clone(), other);
    });
    case.covered_kind((Kind::Altered, "layouts.json"), |files| {
        let text = String::from_utf8(files["layouts.json"].clone()).unwrap();
        files.insert("layouts.json".to_owned(), text.replace("\"string\"", "\"bytes\"").into_bytes());
    });
    case.covered_kind((Kind::Altered, "trail.json"), |files| {
        let text = String::from_utf8(files["trail.json"].clone()).unwrap();
        let at = text.find("\"digest\":\"").unwrap() + 10;
        let digest = if &text[at..=at] == "0" { "1" } else { "0" };
        files.insert(
            "trail.json".to_owned(),
            format!("{}{digest}{}", &text[..at], &text[at + 1..]).into_bytes(),
        );
    });
    case.covered_kind((Kind::Altered, "keys/log.vkey"), |files| {
        drop(files.insert("keys/log.vkey".to_owned(), b"x\n".to_vec()));
    });
    case.covered_kind((Kind::Foreign, "extra/x"), |files| drop(files.insert("extra/x".to_owned(), vec![1])));
}

#[test]
fn a_package_of_another_ledger_is_not_taken_for_this_one() {
    let case = Case::new();
    let other = Ledger::none();
    other.run(&["init", "--origin", "other.example"]).exits(0);
    let key = other.run(&["checkpoint", "--public-key"]).exits(0).text().trim().to_owned();
    let fault = check(&case.files, &trust(&key)).fault.unwrap();
    assert_eq!(fault.kind, Kind::WrongOrigin);
}

#[test]
fn the_page_says_what_an_inspector_needs() {
    let case = Case::new();
    let page = String::from_utf8(case.files["说明.html"].clone()).unwrap();
    for forbidden in ["<script", "http://", "https://", "src=", "url("] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    let id = case.key.split('+').nth(1).unwrap();
    super::super::expect_file("package-page.html", &without_digests(&page.replace(id, "--------")));
}

/// Letters and digits that are new in every ledger.
fn without_digests(page: &str) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
    let mut out = String::new();
    let mut word = String::new();
    for c in page.chars().chain(['\n']) {
        if is_part(c) {
            word.push(c);
            continue;
        }
        let is_group = word.len() == 8 && word.chars().all(|c| c.is_ascii_hexdigit());
        let is_random = is_group || word.len() >= 12 && word.chars().any(|c| c.is_ascii_digit());
        out.push_str(if is_random { "…" } else { &word });
        word.clear();
        out.push(c);
    }
    out
}
