//! Asking real witnesses on loopback ports, and false ones.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;

use gongjian_core::clock::FixedClock;
use gongjian_core::evidence::{
    Checkpoint, Cosigner, Ed25519Signer, MemoryTree, Note, SignatureLine, VerifierKey, tree,
};
use gongjian_core::log::MerkleHash;

use super::*;
use crate::witness::{Keeper, add_log, create_key, router};

const ORIGIN: &str = "ledger.example/governance";
const NOW: u64 = 1_764_000_000;

fn signer() -> Ed25519Signer {
    Ed25519Signer::from_seed(ORIGIN, &[1; 32]).unwrap()
}

fn grown(size: u64, branch: u64) -> MemoryTree {
    let mut tree = MemoryTree::default();
    let leaf = |index: u64| {
        let branch = if index < 100 { 0 } else { branch };
        MerkleHash::leaf(format!("event {index} {branch}\n").as_bytes())
    };
    tree.extend((0..size).map(leaf));
    tree
}

fn checkpoint(tree: &MemoryTree) -> SignedCheckpoint {
    let root = tree::root(tree, tree.size()).unwrap();
    SignedCheckpoint::sign(Checkpoint::new(ORIGIN, tree.size(), root).unwrap(), &signer()).unwrap()
}

/// A real witness on a port.
struct Running {
    key: VerifierKey,
    url: String,
    dir: tempfile::TempDir,
    runtime: Option<tokio::runtime::Runtime>,
}

impl Running {
    fn start(name: &str) -> Running {
        let dir = tempfile::tempdir().unwrap();
        let key = create_key(dir.path(), name).unwrap().verifier().clone();
        add_log(dir.path(), &signer().verifier().to_string(), None).unwrap();
        let clock = Arc::new(FixedClock::at(NOW as i64 * 1_000_000));
        let routes = router(Arc::new(Keeper::open(dir.path(), clock).unwrap()), "");
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        runtime.spawn(async move { axum::serve(listener, routes).await });
        Running { key, url, dir, runtime: Some(runtime) }
    }

    fn stop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(Duration::from_secs(5));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}

fn policy(parties: &[(&str, &VerifierKey, &str)], needed: &str) -> Policy {
    let mut text = format!("log {}\n", signer().verifier());
    for (name, key, url) in parties {
        text.push_str(&format!("witness {name} {key} {url}\n"));
    }
    let names: Vec<&str> = parties.iter().map(|party| party.0).collect();
    text.push_str(&format!("group q {needed} {}\nquorum q\n", names.join(" ")));
    text.parse().unwrap()
}

fn witnesses(policy: Policy, dir: &Path) -> Witnesses {
    Witnesses::new(policy, dir.join("book"), Duration::from_secs(5)).unwrap()
}

#[test]
fn two_of_three_witnesses_suffice_and_what_each_has_seen_is_known() {
    let dir = tempfile::tempdir().unwrap();
    let (one, mut two, mut three) =
        (Running::start("w.example/1"), Running::start("w.example/2"), Running::start("w.example/3"));
    let parties = [
        ("a", &one.key, one.url.as_str()),
        ("b", &two.key, two.url.as_str()),
        ("c", &three.key, three.url.as_str()),
    ];
    let policy = policy(&parties, "2");
    three.stop();
    let asking = witnesses(policy.clone(), dir.path());
    let sizes = |asking: &Witnesses| asking.entries().iter().map(|entry| entry.size).collect::<Vec<_>>();
    assert_eq!(sizes(&asking), [0, 0, 0]);

    let tree = grown(300, 0);
    let mut signed = checkpoint(&tree);
    assert!(!asking.is_witnessed(&signed));
    let answers = asking.cosign(&mut signed, &tree, NOW).unwrap();
    assert_eq!(lines(&answers).len(), 2, "{answers:?}");
    assert!(matches!(answers[2].result, Err(AskError::Fetch(FetchError::Silent { .. }))));
    assert!(asking.is_witnessed(&signed));
    assert_eq!(sizes(&asking), [300, 300, 0]);

    // What was learnt is there after a restart; without it the size is learnt from the conflict.
    two.stop();
    let asking = witnesses(policy.clone(), dir.path());
    assert_eq!(asking.entries()[0].size, 300);
    assert_eq!(asking.entries()[0].cosigned_at, NOW);
    assert!(asking.entries()[2].error.is_some());
    let tree = grown(1000, 0);
    let mut signed = checkpoint(&tree);
    assert_eq!(lines(&asking.cosign(&mut signed, &tree, NOW + 9).unwrap()).len(), 1);
    assert!(!asking.is_witnessed(&signed));
    assert_eq!(sizes(&asking), [1000, 300, 0]);
    let elsewhere = tempfile::tempdir().unwrap();
    let asking = witnesses(policy, elsewhere.path());
    assert_eq!(lines(&asking.ask(&signed, &tree, NOW).unwrap()).len(), 1);
}

#[test]
fn a_witness_refuses_another_history_and_one_that_was_set_back() {
    let dir = tempfile::tempdir().unwrap();
    let one = Running::start("w.example/1");
    let policy = policy(&[("a", &one.key, one.url.as_str())], "all");
    let asking = witnesses(policy, dir.path());
    let tree = grown(300, 0);
    asking.ask(&checkpoint(&tree), &tree, NOW).unwrap();
    let (fork, short) = (grown(400, 1), grown(200, 0));
    let answers = asking.ask(&checkpoint(&fork), &fork, NOW).unwrap();
    assert!(matches!(answers[0].result, Err(AskError::Refused { status: 422, .. })), "{answers:?}");
    assert_eq!(std::fs::read_dir(one.dir.path().join("refused")).unwrap().count(), 1);
    let answers = asking.ask(&checkpoint(&short), &short, NOW).unwrap();
    assert_eq!(answers[0].result, Err(AskError::Ahead { seen: 300, size: 200 }));
    assert_eq!(asking.entries()[0].size, 300);
}

/// A server that answers every request with the same bytes.
fn parrot(status: &'static str, body: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut seen = Vec::new();
            let mut buffer = [0; 4096];
            // The request ends with the last line of the checkpoint's only signature.
            while !seen.ends_with(b"=\n") {
                let read = stream.read(&mut buffer).unwrap_or(0);
                seen.extend_from_slice(&buffer[..read]);
                if read == 0 {
                    break;
                }
            }
            let head =
                format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            let _ = stream.write_all(head.as_bytes());
            let _ = stream.write_all(body.as_bytes());
        }
    });
    url
}

#[test]
fn wrong_answers_are_not_kept() {
    let cosigner = Cosigner::from_seed("w.example/1", &[5; 32]).unwrap();
    let other = Cosigner::from_seed("w.example/2", &[6; 32]).unwrap();
    let tree = grown(10, 0);
    let signed = checkpoint(&tree);
    let text = signed.note().text();
    let good = cosigner.cosign(text, NOW).unwrap();
    let foreign = other.cosign(text, NOW).unwrap();
    let elsewhere = cosigner.cosign(checkpoint(&grown(9, 0)).note().text(), NOW).unwrap();
    // A time of zero cannot be signed with the key of this program, so its bytes are changed instead.
    let timeless =
        SignatureLine::new(good.name(), good.key_id(), [&[0; 8], &good.signature()[8..]].concat()).unwrap();
    let ask = |status, body: String| {
        let dir = tempfile::tempdir().unwrap();
        let url = parrot(status, body);
        let policy = policy(&[("a", cosigner.verifier(), &url)], "all");
        witnesses(policy, dir.path()).ask(&signed, &tree, NOW).unwrap().remove(0).result
    };
    assert_eq!(ask("200 OK", format!("{foreign}{good}")), Ok(good.clone()));
    assert_eq!(ask("200 OK", format!("nonsense\n{good}")), Ok(good.clone()));
    assert_eq!(ask("200 OK", foreign.to_string()), Err(AskError::NoLine));
    assert_eq!(ask("200 OK", String::new()), Err(AskError::NoLine));
    assert_eq!(ask("200 OK", elsewhere.to_string()), Err(AskError::BadLine));
    assert_eq!(ask("200 OK", timeless.to_string()), Err(AskError::BadLine));
    assert_eq!(ask("409 Conflict", "11\n".to_owned()), Err(AskError::Ahead { seen: 11, size: 10 }));
    assert_eq!(ask("409 Conflict", "seven\n".to_owned()), Err(AskError::NoSize));
    assert_eq!(ask("409 Conflict", "7\n".to_owned()), Err(AskError::Restless));
    assert_eq!(
        ask("403 Forbidden", "who are you\u{7}?\nmore\n".to_owned()),
        Err(AskError::Refused { status: 403, reason: "who are you?".to_owned() })
    );
    assert!(matches!(ask("200 OK", "a".repeat(70_000)), Err(AskError::Fetch(FetchError::TooLong { .. }))));
    assert!(Note::new(text).is_ok());
}

#[test]
fn the_folder_of_a_ledger_names_its_witnesses() {
    let dir = tempfile::tempdir().unwrap();
    assert!(Witnesses::open(dir.path(), PATIENCE).unwrap().is_none());
    std::fs::write(dir.path().join(POLICY_FILE), "witness\n").unwrap();
    assert!(matches!(Witnesses::open(dir.path(), PATIENCE), Err(CosignError::Policy(_))));
    let key = Cosigner::from_seed("w.example/1", &[5; 32]).unwrap().verifier().clone();
    let text = format!("witness a {key} ftp://nowhere\nquorum a\n");
    std::fs::write(dir.path().join(POLICY_FILE), text).unwrap();
    let asking = Witnesses::open(dir.path(), PATIENCE).unwrap().unwrap();
    let tree = grown(3, 0);
    let answers = asking.ask(&checkpoint(&tree), &tree, NOW).unwrap();
    assert!(matches!(answers[0].result, Err(AskError::Fetch(FetchError::Address { .. }))));
    assert!(asking.entries()[0].error.is_some());
    // A damaged book costs one question.
    std::fs::write(dir.path().join(BOOK_FILE), "{").unwrap();
    assert_eq!(Witnesses::open(dir.path(), PATIENCE).unwrap().unwrap().entries()[0].size, 0);
}
