//! Attacks on what lies beside the log: whoever runs `verify` on the machine finds them, by what the log commits to.

use std::path::{Path, PathBuf};

use gongjian_tests::cli::Ledger;
use serde_json::Value;

/// A ledger with two documents in its vault.
fn with_documents() -> Ledger {
    let ledger = Ledger::june();
    for (id, text) in [("ZL-1", "原件：甲方已签字"), ("ZL-2", "另一份：乙方未签字")] {
        let file = ledger.file(&format!("{id}.txt"), text.as_bytes());
        let add = ["document", "add", "--kind", "扫描件", "--file", &file, "--id", id];
        ledger.run(&[&add[..], &["--matter", "WT-2022-0000", "--actor", "党建专干岗"]].concat()).exits(0);
    }
    ledger.run(&["verify"]).exits(0);
    ledger
}

fn objects(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(objects(&path)) } else { found.push(path) }
    }
    found
}

/// How verification counts what is in the vault.
#[track_caller]
fn found(ledger: &Ledger) -> Value {
    let report = ledger.run(&["verify", "--json"]).exits(1).json();
    assert_eq!(report["faults"], serde_json::json!([]), "the log is what it was");
    report["vault"]["counts"].clone()
}

#[test]
fn swap_a_document() {
    let ledger = with_documents();
    let files = objects(&ledger.data().join("vault/objects"));
    let contents: Vec<Vec<u8>> = files.iter().map(|file| std::fs::read(file).unwrap()).collect();
    std::fs::write(&files[0], &contents[1]).unwrap();
    std::fs::write(&files[1], &contents[0]).unwrap();
    assert_eq!(found(&ledger)["mismatch"], 2);
}

#[test]
fn take_a_document_away_without_an_erasure() {
    let ledger = with_documents();
    std::fs::remove_file(&objects(&ledger.data().join("vault/objects"))[0]).unwrap();
    assert_eq!(found(&ledger)["missing"], 1);
}

#[test]
fn put_back_what_was_erased() {
    let ledger = with_documents();
    let before = ledger.copy();
    let ask = ["erase", "ask", "--subject", "document/ZL-1", "--reason", "本人要求", "--basis", "法律"];
    ledger.run(&[&ask[..], &["--id", "SC-1", "--actor", "党建专干岗"]].concat()).exits(0);
    ledger.run(&["erase", "decide", "SC-1", "--approve", "--actor", "组织部审批岗"]).exits(0);
    ledger.run(&["erase", "execute", "SC-1", "--actor", "管理岗"]).exits(0);
    ledger.run(&["verify"]).exits(0);
    // Object and keys come back from a copy that the operator should not have.
    for folder in ["vault/objects", "keys"] {
        for file in objects(&before.data().join(folder)) {
            let name = file.strip_prefix(before.data()).unwrap();
            if name.to_string_lossy().contains("vault") {
                std::fs::copy(&file, ledger.data().join(name)).unwrap();
            }
        }
    }
    assert_eq!(found(&ledger)["present"], 1);
}

/// Whoever packs the evidence, with the ledger's own key, is found by whoever verifies the file.
#[test]
fn swap_a_document_in_a_package() {
    let look = ["--actor", "档案管理岗", "--reason", "核对原件"];
    let case = crate::evidence::package::Case::of(with_documents(), "WT-2022-0000", &look);
    let documents: Vec<String> =
        case.files.keys().filter(|path| path.starts_with("documents/")).cloned().collect();
    let swapped = case.covered(|files| {
        let (one, other) = (files[&documents[0]].clone(), files[&documents[1]].clone());
        files.insert(documents[0].clone(), other);
        files.insert(documents[1].clone(), one);
    });
    let file = case.ledger.file("swapped.zip", &gongjian_api::package::pack(&swapped).unwrap());
    let away = Ledger::none();
    let found = away.run(&["verify", &file, "--key", &case.key, "--json"]).exits(1).json();
    assert_eq!(
        (&found["fault"]["kind"], &found["fault"]["code"]),
        (&"altered".into(), &"document-mismatch".into())
    );
    away.run(&["verify", &file, "--key", &case.key]).exits(1).says("ZL-1").says("被调换");
}
