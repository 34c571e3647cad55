//! Checkpoints, tiles and proofs of a running ledger, and a ledger that was put back.

use gongjian_core::evidence::tree::{self, HashSource as _};
use gongjian_core::evidence::{MemoryTree, Policy, Proof, SignedCheckpoint, VerifierKey, verify_consistency};
use gongjian_core::log::MerkleHash;
use gongjian_tests::cli::Ledger;
use gongjian_tests::http::Server;

use crate::cli::street;

fn key(server: &Server) -> VerifierKey {
    server.get("/api/v1/key").body.trim_end().parse().unwrap()
}

#[test]
fn what_the_server_publishes_proves_every_event() {
    let ledger = Ledger::registry();
    let server = Server::start(&ledger.data());
    let key = key(&server);
    let policy = Policy::of_log(key.clone()).unwrap();
    let before = SignedCheckpoint::parse(&server.get("/checkpoint?fresh=true").bytes).unwrap();
    assert_eq!(server.record(&street(1, "S09", "新城街道")).status, 201);
    let last = server.record(&street(2, "S10", "老城街道")).json()["position"].as_u64().unwrap();

    // A receipt for what was just acknowledged, without waiting for the next second.
    let answer = server.get(&format!("/api/v1/proofs/{last}"));
    assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
    let receipt = Proof::parse(&answer.bytes).unwrap();
    let event = server.get(&format!("/api/v1/events/{last}?raw=true")).json();
    let bytes = base64_decode(event["bytes"].as_str().unwrap());
    assert_eq!(receipt.verify(&bytes, &policy).unwrap().accepted.size, last + 1);
    assert!(receipt.verify(&bytes[1..], &policy).is_err());

    let after = SignedCheckpoint::parse(&server.get("/checkpoint").bytes).unwrap();
    let (old, new) = (before.checkpoint(), after.checkpoint());
    assert_eq!(new.size(), last + 1);
    let lines = server.get(&format!("/api/v1/consistency?old={}&new={}", old.size(), new.size()));
    let proof: Vec<MerkleHash> =
        lines.body.lines().map(|line| MerkleHash(base64_decode(line).try_into().unwrap())).collect();
    verify_consistency(old.size(), old.root(), new.size(), new.root(), &proof).unwrap();
    assert_eq!(server.get("/api/v1/consistency?old=9&new=8").status, 400);
    assert_eq!(server.get(&format!("/api/v1/consistency?old=1&new={}", last + 2)).status, 400);
    assert_eq!(server.get(&format!("/api/v1/proofs/{}", last + 1)).status, 404);
    assert!(server.terminate().success());
}

#[test]
fn tiles_are_served_as_wide_as_they_are_asked_for_and_no_wider() {
    let ledger = Ledger::registry();
    let server = Server::start(&ledger.data());
    let checkpoint = SignedCheckpoint::parse(&server.get("/checkpoint?fresh=true").bytes).unwrap();
    let (size, root) = (checkpoint.checkpoint().size(), checkpoint.checkpoint().root());
    assert!(size > 600, "{size}");
    let mut tree = MemoryTree::default();
    for number in 0..size.div_ceil(256) {
        let width = (size - number * 256).min(256);
        let suffix = if width == 256 { String::new() } else { format!(".p/{width}") };
        let bundle = server.get(&format!("/tile/entries/{number:03}{suffix}"));
        assert_eq!(bundle.header("cache-control"), Some("private, no-cache"));
        let mut rest = &bundle.bytes[..];
        while let Some((length, behind)) = rest.split_first_chunk::<2>() {
            let (entry, behind) = behind.split_at(u16::from_be_bytes(*length).into());
            tree.push(MerkleHash::leaf(entry));
            rest = behind;
        }
        let tile = server.get(&format!("/tile/0/{number:03}{suffix}"));
        assert_eq!(tile.header("cache-control"), Some("public, max-age=31536000, immutable"));
        assert_eq!(tile.header("content-type"), Some("application/octet-stream"));
        let hashes = tree.hashes(0, number, width as usize).unwrap();
        assert_eq!(tile.bytes, hashes.iter().flat_map(|hash| hash.0).collect::<Vec<u8>>());
    }
    assert_eq!(tree.size(), size);
    assert_eq!(tree::root(&tree, size).unwrap(), root);
    assert_eq!(server.get("/tile/0/000.p/17").bytes.len(), 17 * 32, "narrow tiles of earlier sizes");
    let upper = server.get(&format!("/tile/1/000.p/{}", size / 256)).bytes;
    let hashes = tree.hashes(1, 0, (size / 256) as usize).unwrap();
    assert_eq!(upper, hashes.iter().flat_map(|hash| hash.0).collect::<Vec<u8>>());
    for none in [
        format!("/tile/0/{:03}", size / 256),
        format!("/tile/0/{:03}.p/{}", size / 256, size % 256 + 1),
        "/tile/1/000".to_owned(),
        "/tile/0/0".to_owned(),
        "/tile/0/000.p/0".to_owned(),
        "/tile/0/000.p/256".to_owned(),
        "/tile/64/000".to_owned(),
        "/tile/entries/../../keys/log.seed".to_owned(),
        "/tile/entries/%2e%2e/checkpoint".to_owned(),
    ] {
        assert_eq!(server.get(&none).status, 404, "{none}");
    }
    assert!(server.terminate().success());
}

#[test]
fn exported_tiles_are_whole_and_grow() {
    let ledger = Ledger::registry();
    let out = ledger.folder.path().join("out");
    let export = || ledger.run(&["export", "tiles", "-o", out.to_str().unwrap()]).exits(0);
    export().says("个事件与检查点");
    // Whoever takes everything away is on record.
    let recorded = ledger.run(&["events", "--kind", "access.recorded"]).exits(0).lines();
    assert_eq!(recorded.len(), 1, "{recorded:?}");
    assert_eq!(recorded[0]["data"]["what"], "导出");
    assert_eq!(recorded[0]["recordedBy"], "export");
    let read = |name: &str| std::fs::read(out.join(name)).unwrap();
    let first = SignedCheckpoint::parse(&read("checkpoint")).unwrap();
    let policy = Policy::of_log(public_key(&ledger)).unwrap();
    policy.evaluate(&first).unwrap();
    let full = read("tile/0/000");
    assert_eq!(full.len(), 8192);
    ledger.record(&street(1, "S09", "新城街道")).exits(0);
    export();
    let second = SignedCheckpoint::parse(&read("checkpoint")).unwrap();
    assert!(second.checkpoint().size() > first.checkpoint().size());
    assert_eq!(read("tile/0/000"), full);
    let width = second.checkpoint().size() % 256;
    assert_eq!(
        read(&format!("tile/0/{:03}.p/{width}", second.checkpoint().size() / 256)).len() as u64,
        width * 32
    );
}

#[test]
fn what_was_erased_goes_from_a_folder_that_is_exported_to_again() {
    let ledger = Ledger::registry();
    let out = ledger.folder.path().join("out");
    let export =
        || ledger.run(&["export", "tiles", "-o", out.to_str().unwrap(), "--actor", "档案管理岗"]).exits(0);
    ledger.record(&street(1, "S09", "误录的名称街道")).exits(0);
    let position = ledger.head().0;
    // Enough behind it that its bundle is full and would not be copied twice.
    let many: Vec<_> = (0..300)
        .map(|n| street(2, &format!("T{n:03}"), &format!("街道{n}")))
        .map(|mut one| {
            one.as_object_mut().unwrap().remove("commandId");
            one
        })
        .collect();
    ledger.record(&serde_json::json!(many)).exits(0);
    export();
    let holds = |text: &str| {
        let bundle = out.join(format!("tile/entries/{:03}", position / 256));
        let bytes = std::fs::read(bundle).unwrap();
        bytes.windows(text.len()).any(|part| part == text.as_bytes())
    };
    assert!(holds("误录的名称街道"));
    let place = position.to_string();
    let ask = [
        "erase",
        "ask",
        "--position",
        &place,
        "--actor",
        "党建专干岗",
        "--reason",
        "误录",
        "--basis",
        "街道通知",
        "--id",
        "SC-1",
    ];
    ledger.run(&ask).exits(0);
    ledger.run(&["erase", "decide", "SC-1", "--approve", "--actor", "街道书记岗"]).exits(0);
    ledger.run(&["erase", "execute", "SC-1", "--actor", "街道书记岗"]).exits(0);
    export();
    assert!(!holds("误录的名称街道"), "the old bundle is still there");
    let key = public_key(&ledger).to_string();
    ledger.run(&["verify", out.to_str().unwrap(), "--key", &key]).exits(0);
}

#[test]
fn three_lines_on_paper_name_the_root() {
    let ledger = Ledger::registry();
    let signed = ledger.run(&["checkpoint", "--json"]).exits(0).json();
    let paper = ledger.run(&["checkpoint", "--paper"]).exits(0).says("账本：").says("事件数：");
    let root = signed["root"].as_str().unwrap();
    let line = paper.text().lines().last().unwrap().to_owned();
    assert_eq!(line.trim_start_matches("树根：").replace(' ', ""), root);
}

#[test]
fn a_sealed_key_signs_only_with_its_passphrase() {
    let ledger = Ledger::none();
    let with = [("GONGJIAN_PASSPHRASE", "一段足够长的口令")];
    ledger.run_under(&with, &["init"]).exits(0);
    ledger.run_under(&with, &["checkpoint"]).exits(0);
    ledger.run(&["checkpoint"]).exits(3).says("GONGJIAN_PASSPHRASE");
    ledger.record(&street(1, "S09", "新城街道")).exits(0);
    let wrong = [("GONGJIAN_PASSPHRASE", "另一段口令")];
    ledger.run_under(&wrong, &["checkpoint"]).exits(3).says("[no-signature]");
    let signed = ledger.run_under(&with, &["checkpoint", "--json"]).exits(0).json();
    assert_eq!(signed["size"].as_u64(), Some(ledger.head().0 + 1));
}

#[test]
fn a_ledger_that_was_put_back_is_read_and_takes_nothing() {
    let ledger = Ledger::registry();
    let yesterday = ledger.copy();
    ledger.record(&street(1, "S09", "新城街道")).exits(0);
    ledger.run(&["checkpoint"]).exits(0);
    // The log of yesterday beside the head that was signed today.
    let (from, to) = (ledger.data().join("keys/log.head"), yesterday.data().join("keys/log.head"));
    std::fs::copy(from, to).unwrap();
    let refused = yesterday.record(&street(2, "S10", "老城街道")).exits(3);
    refused.says("\"log-behind\"").says("restore");
    yesterday.run(&["checkpoint"]).exits(3);
    yesterday.run(&["list", "streets"]).exits(0).says("S01");
    // The same command again at the ledger that went on is no trouble.
    ledger.record(&street(2, "S10", "老城街道")).exits(0);
}

fn public_key(ledger: &Ledger) -> VerifierKey {
    ledger.run(&["checkpoint", "--public-key"]).exits(0).text().trim_end().parse().unwrap()
}

fn base64_decode(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.decode(text).unwrap()
}
