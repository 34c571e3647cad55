//! Another signing key: an event, a checkpoint by both keys, and a crash at each step between.

use gongjian_core::evidence::{SignedCheckpoint, VerifierKey};
use gongjian_core::keys::KeyFolder;
use gongjian_core::ledger::Writer;
use gongjian_tests::cli::Ledger;
use gongjian_tests::http::Server;

use crate::cli::street;

const ROTATE: [&str; 6] = ["checkpoint", "--rotate-key", "--actor", "系统管理岗", "--reason", "保管人调离"];

fn key(ledger: &Ledger) -> VerifierKey {
    ledger.run(&["checkpoint", "--public-key"]).exits(0).text().trim_end().parse().unwrap()
}

fn checkpoint(ledger: &Ledger) -> SignedCheckpoint {
    SignedCheckpoint::parse(&ledger.run(&["checkpoint"]).exits(0).out).unwrap()
}

fn signed_by(signed: &SignedCheckpoint, key: &VerifierKey) -> bool {
    signed.note().verify([key]).is_ok()
}

/// The rotation is finished: one event, the new key alone from the next event on, no seed waiting.
#[track_caller]
fn is_finished(ledger: &Ledger, old: &VerifierKey) {
    let new = key(ledger);
    assert_ne!(&new, old);
    let both = checkpoint(ledger);
    assert!(signed_by(&both, old) && signed_by(&both, &new), "{both}");
    ledger.run(&["verify", "--key", &old.to_string()]).exits(0);
    ledger.run(&["verify", "--key", &new.to_string()]).exits(0);
    ledger.record(&street(5, "S55", "新街道")).exits(0);
    let after = checkpoint(ledger);
    assert!(!signed_by(&after, old) && signed_by(&after, &new), "{after}");
    assert!(!ledger.data().join("keys/log.seed.next").exists());
    ledger.run(&["verify"]).exits(0);
    let rotated = ledger.run(&["events", "--kind", "ledger.key-rotated"]).exits(0);
    assert_eq!(rotated.lines().len(), 1, "{}", rotated.text());
}

#[test]
fn a_key_is_rotated_by_an_event_that_both_keys_sign_for() {
    let ledger = Ledger::registry();
    let old = key(&ledger);
    ledger.run(&ROTATE).exits(0).says("已更换签名密钥").never_says("seed");
    is_finished(&ledger, &old);
    ledger.run(&["checkpoint", "--rotate-key"]).exits(2);
    // What was restored from tiles alone knows the keys as well.
    ledger.run(&["backup", "-o", "backup"]).exits(0);
    let known = key(&ledger).to_string();
    let args = ["--data", "again", "restore", "--from", "backup", "--key", &known];
    gongjian_tests::cli::run_in(ledger.folder.path(), &args, b"").exits(0);
    // The old key is named in the log, and that is no signature by it.
    let known = old.to_string();
    let args = ["--data", "third", "restore", "--from", "backup", "--key", &known];
    gongjian_tests::cli::run_in(ledger.folder.path(), &args, b"").exits(1).says("不是这个账本的密钥");
}

#[test]
fn a_running_server_rotates_too() {
    let ledger = Ledger::registry();
    let old = key(&ledger);
    let server = Server::start(&ledger.data());
    assert_eq!(server.record(&street(1, "S09", "新城街道")).status, 201);
    ledger.run(&ROTATE).exits(0);
    assert_eq!(server.record(&street(2, "S10", "老城街道")).status, 201);
    let new = key(&ledger);
    assert!(signed_by(&checkpoint(&ledger), &new) && new != old);
    assert!(server.terminate().success());
    ledger.run(&["verify"]).exits(0);
}

/// What `verify` says of a package to somebody who has only one key.
fn sound_by(package: &std::path::Path, key: &VerifierKey) -> gongjian_tests::cli::Ran {
    let package = package.display().to_string();
    Ledger::none().run(&["verify", &package, "--key", &key.to_string()])
}

#[test]
fn packages_from_before_and_after_a_rotation_are_sound_by_the_key_that_was_in_force() {
    let ledger = Ledger::june();
    let first = key(&ledger);
    let prove = |name: &str| {
        ledger.run(&["prove", "WT-2022-0000", "-o", name]).exits(0);
        ledger.folder.path().join(name)
    };
    let before = prove("before.zip");
    ledger.run(&ROTATE).exits(0);
    let second = key(&ledger);
    // While both keys have signed the newest checkpoint, and once the new one alone has.
    let between = prove("between.zip");
    ledger.record(&street(1, "S09", "新城街道")).exits(0);
    let after = prove("after.zip");
    ledger.run(&ROTATE).exits(0);
    ledger.record(&street(2, "S10", "老城街道")).exits(0);
    let (third, last) = (key(&ledger), prove("last.zip"));
    for package in [&before, &between, &after, &last] {
        sound_by(package, &first).exits(0).says("核对无误");
    }
    sound_by(&after, &first).exits(0).says("交接检查点");
    sound_by(&after, &second).exits(0).never_says("交接检查点");
    sound_by(&last, &second).exits(0).says("交接检查点");
    sound_by(&last, &third).exits(0).never_says("交接检查点");
    // No way leads back: what was signed before a key was made is not proven by it.
    sound_by(&before, &second).exits(1);
    let stranger = Ledger::none();
    stranger.run(&["init"]).exits(0);
    sound_by(&last, &key(&stranger)).exits(1);
    // Without the checkpoints that both signed, an old key proves nothing of what came later.
    std::fs::remove_dir_all(ledger.data().join("rotations")).unwrap();
    let bare = prove("bare.zip");
    sound_by(&bare, &first).exits(1);
    sound_by(&bare, &third).exits(0);
}

#[test]
fn the_key_that_is_known_elsewhere_must_have_signed_and_not_only_be_named() {
    let ledger = Ledger::registry();
    let old = key(&ledger);
    ledger.run(&ROTATE).exits(0);
    ledger.record(&street(1, "S09", "新城街道")).exits(0);
    let new = key(&ledger);
    let server = Server::start(&ledger.data());
    let faults = |key: &VerifierKey| {
        let key = key.to_string().replace('+', "%2B");
        let found = server.try_ask("POST", &format!("/api/v1/verify?key={key}"), &[], b"").unwrap().json();
        found["faults"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["code"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert!(faults(&old).is_empty() && faults(&new).is_empty());
    std::fs::remove_dir_all(ledger.data().join("rotations")).unwrap();
    assert_eq!(faults(&old), ["a-checkpoint-that-the-key-signed"]);
    assert!(faults(&new).is_empty());
    let stranger = Ledger::none();
    stranger.run(&["init"]).exits(0);
    assert_eq!(faults(&key(&stranger)), ["key-of-the-ledger"]);
}

/// Does the first steps of a rotation as the program does them, and stops.
fn begin(ledger: &Ledger, is_recorded: bool) {
    let keys = KeyFolder::of(&ledger.data(), None);
    let next = keys.next().unwrap();
    if is_recorded {
        let mut options = gongjian_tests::options();
        options.clock = std::sync::Arc::new(gongjian_core::clock::SystemClock::default());
        let mut writer = Writer::open(&ledger.data(), options).unwrap();
        writer.rotate_key([9; 16], "系统管理岗", &next.public(), "保管人调离").unwrap();
        writer.close();
    }
}

#[test]
fn a_crash_before_the_event_leaves_the_old_key_in_force() {
    let ledger = Ledger::registry();
    let old = key(&ledger);
    begin(&ledger, false);
    assert_eq!(key(&ledger), old);
    assert!(signed_by(&checkpoint(&ledger), &old));
    ledger.run(&ROTATE).exits(0);
    is_finished(&ledger, &old);
}

#[test]
fn a_crash_before_the_checkpoint_is_made_up_for_at_the_next_start() {
    let ledger = Ledger::registry();
    let old = key(&ledger);
    begin(&ledger, true);
    is_finished(&ledger, &old);
}

#[test]
fn a_crash_before_the_seed_is_renamed_is_made_up_for_at_the_next_start() {
    let ledger = Ledger::registry();
    let old = key(&ledger);
    let keys = ledger.data().join("keys");
    let seed = std::fs::read(keys.join("log.seed")).unwrap();
    ledger.run(&ROTATE).exits(0);
    std::fs::rename(keys.join("log.seed"), keys.join("log.seed.next")).unwrap();
    std::fs::write(keys.join("log.seed"), seed).unwrap();
    is_finished(&ledger, &old);
}

#[test]
fn a_checkpoint_by_a_key_that_is_no_longer_in_force_is_a_fault() {
    let ledger = Ledger::registry();
    let keys = ledger.data().join("keys");
    let seed = <[u8; 32]>::try_from(std::fs::read(keys.join("log.seed")).unwrap()).unwrap();
    ledger.run(&ROTATE).exits(0);
    let signed = checkpoint(&ledger);
    let old = gongjian_core::evidence::Ed25519Signer::from_seed(signed.checkpoint().origin(), &seed).unwrap();
    let stolen = SignedCheckpoint::sign(signed.checkpoint().clone(), &old).unwrap();
    std::fs::write(ledger.data().join("checkpoint.witnessed"), stolen.to_string()).unwrap();
    let report = ledger.run(&["verify", "--json"]).exits(1).json();
    assert_eq!(report["faults"].as_array().unwrap().len(), 1, "{report}");
    assert_eq!(report["faults"][0]["code"], "signature-of-the-checkpoint");
}
