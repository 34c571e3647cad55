//! Proofs, checkpoints, copies of a ledger and lines on paper, with the built binary.

use gongjian_tests::cli::Ledger;

use super::{beside, county};

#[test]
fn a_proof_needs_its_entry_and_a_trusted_key() {
    let (ledger, key) = county();
    ledger.run(&["prove", "4021", "-o", "4021.tlog-proof", "--entry", "4021.bin"]).exits(0);
    let sound = ledger.run(&["verify", "4021.tlog-proof", "--key", &key]).exits(0);
    sound.says("位置 4021").says("签名相符").says("核对无误");
    std::fs::write(beside(&ledger, "keys.txt"), format!("# 县档案馆抄录\n{key}\n")).unwrap();
    ledger.run(&["verify", "4021.tlog-proof", "--key", "keys.txt"]).exits(0);
    std::fs::write(beside(&ledger, "policy"), format!("log {key}\nquorum none\n")).unwrap();
    ledger.run(&["verify", "4021.tlog-proof", "--policy", "policy"]).exits(0);
    let unchecked = ledger.run(&["verify", "4021.tlog-proof"]).exits(1);
    unchecked.says("没有用可信的公钥核对签名").never_says("核对无误");
    let found = ledger.run(&["verify", "4021.tlog-proof", "--key", &key, "--json"]).exits(0).json();
    assert_eq!((&found["verdict"], &found["event"]["position"]), (&"sound".into(), &4021.into()));
    assert_eq!(found["signatureChecked"], true);

    ledger.run(&["prove", "4022", "-o", "other.tlog-proof", "--entry", "other.bin"]).exits(0);
    let wrong = ledger.run(&["verify", "4021.tlog-proof", "--entry", "other.bin", "--key", &key, "--json"]);
    assert_eq!(wrong.exits(1).json()["fault"]["kind"], "reordered");
    std::fs::remove_file(beside(&ledger, "4021.bin")).unwrap();
    ledger.run(&["verify", "4021.tlog-proof", "--key", &key]).exits(2).says("--entry");
    ledger.run(&["verify", "nothing.tlog-proof"]).exits(3);
    ledger.run(&["verify", "other.tlog-proof", "--key", "no-key"]).exits(2).says("公钥或采信规则不能用");
}

#[test]
fn two_checkpoints_of_one_size_are_two_histories() {
    let (one, other) = (Ledger::none(), Ledger::none());
    let mut keys = Vec::new();
    for (ledger, name) in [(&one, "one"), (&other, "other")] {
        ledger.run(&["init"]).exits(0);
        ledger.run(&["checkpoint", "-o", name]).exits(0);
        keys.push(ledger.run(&["checkpoint", "--public-key"]).exits(0).text().trim().to_owned());
    }
    std::fs::copy(beside(&other, "other"), beside(&one, "other")).unwrap();
    let told = one.run(&["verify", "one", "other", "--key", &keys[0], "--key", &keys[1], "--json"]).exits(1);
    let lines = told.lines();
    assert_eq!((&lines[0]["verdict"], &lines[1]["fault"]["kind"]), (&"sound".into(), &"forked".into()));
}

#[test]
fn a_copy_is_recomputed_and_compared_with_its_checkpoint() {
    let (ledger, key) = county();
    ledger.run(&["checkpoint"]).exits(0);
    let copy = ledger.copy();
    // Whoever checks a copy has no key of the ledger.
    std::fs::remove_dir_all(copy.data().join("keys")).unwrap();
    let folder = copy.data().display().to_string();
    ledger.run(&["verify", &folder, "--key", &key]).exits(0).says("账本副本").says("核对无误");
    ledger.run(&["verify", &folder]).exits(1).never_says("核对无误");
    let stranger = Ledger::none();
    stranger.run(&["init"]).exits(0);
    let other = stranger.run(&["checkpoint", "--public-key"]).exits(0).text().trim().to_owned();
    let wrong = ledger.run(&["verify", &folder, "--key", &other, "--json"]).exits(1).json();
    assert_eq!(wrong["fault"]["kind"], "bad-signature");
    std::fs::remove_file(copy.data().join("tiles/checkpoint")).unwrap();
    let bare = ledger.run(&["verify", &folder, "--key", &key, "--json"]).exits(1).json();
    assert_eq!(bare["fault"]["kind"], "missing");
}

#[test]
fn three_lines_on_old_minutes_are_compared_with_the_ledger() {
    let ledger = Ledger::county();
    let printed = ledger.run(&["checkpoint", "--paper"]).exits(0);
    let mut words = vec!["verify".to_owned(), "--paper".to_owned()];
    for line in printed.text().lines() {
        words.extend(line.split_once('：').unwrap().1.split(' ').map(str::to_owned));
    }
    let run = |words: &[String]| ledger.run(&words.iter().map(String::as_str).collect::<Vec<_>>());
    run(&words).exits(0).says("与纸上相符");
    let with = |at: usize, word: &str| {
        let mut changed = words.clone();
        changed[at] = word.to_owned();
        changed.push("--json".to_owned());
        run(&changed)
    };
    let kind = |at: usize, word: &str| with(at, word).exits(1).json()["fault"]["kind"].clone();
    assert_eq!(kind(2, "other.example"), "wrong-origin");
    assert_eq!(kind(3, "9999"), "truncated");
    assert_eq!(kind(3, "7000"), "forked");
    with(3, "many").exits(2);
}
