//! Evidence as programs see it that nobody here wrote: a note and proof checker of Go, and a Python library for
//! transparency logs. Both accept what the core writes and refuse it with a bit changed.

use std::path::{Path, PathBuf};
use std::process::Command;

use gongjian_core::evidence::tile::{entry_bytes, hash_bytes};
use gongjian_core::evidence::tree::{level_size, prove_consistency, prove_inclusion, root, tile_width};
use gongjian_core::evidence::{
    Checkpoint, Cosigner, Ed25519Signer, HashSource as _, MemoryTree, Proof, SignedCheckpoint, TileKind,
    TileName,
};
use gongjian_core::log::MerkleHash;
use gongjian_tests::{data, root as project};
use proptest::prelude::*;
use proptest::sample::Index;

const ORIGIN: &str = "ledger.example/governance";

/// A program that checks evidence: `PROGRAM KEYS WHAT FILE…`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Checker {
    Go,
    Python,
}

impl Checker {
    const ALL: [Checker; 2] = [Checker::Go, Checker::Python];

    /// The program as `tests/run` has prepared it.
    fn command(self) -> Command {
        let prepared = |variable: &str, path: &str| {
            let path = std::env::var_os(variable).map_or_else(|| project().join(path), PathBuf::from);
            assert!(path.exists(), "{} is missing; tests/run prepares it", path.display());
            Command::new(path)
        };
        match self {
            Checker::Go => prepared("GONGJIAN_GO_EVIDENCE", "target/interop/evidence"),
            Checker::Python => {
                let mut command = prepared("GONGJIAN_PYTHON", "target/python/bin/python");
                command.arg(project().join("tests/interop/evidence.py"));
                command
            }
        }
    }

    /// Whether the program accepts the files, and what it says.
    #[track_caller]
    fn asks(self, keys: &Path, what: &str, files: &[&Path]) -> (bool, String) {
        let output = self.command().arg(keys).arg(what).args(files).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        let is_accepted = output.status.code() == Some(0);
        // A program that fell over has refused nothing.
        let verdict = if is_accepted { "accepted: " } else { "refused: " };
        assert!(said.starts_with(verdict) && errors.is_empty(), "{self:?} {what}: {said}{errors}");
        (is_accepted, said)
    }

    #[track_caller]
    fn accepts(self, keys: &Path, what: &str, files: &[&Path]) {
        let (is_accepted, said) = self.asks(keys, what, files);
        assert!(is_accepted, "{self:?} {what} {files:?}: {said}");
    }

    #[track_caller]
    fn refuses(self, keys: &Path, what: &str, files: &[&Path]) {
        let (is_accepted, said) = self.asks(keys, what, files);
        assert!(!is_accepted, "{self:?} {what} {files:?}: {said}");
    }
}

/// A log of entries that follow from a seed, with its evidence as files.
struct Evidence {
    dir: tempfile::TempDir,
    entries: Vec<Vec<u8>>,
    tree: MemoryTree,
}

impl Evidence {
    fn new(seed: u64, size: u64) -> Evidence {
        let entries: Vec<Vec<u8>> = (0..size)
            .map(|index| {
                let random = MerkleHash::leaf(&[seed.to_be_bytes(), index.to_be_bytes()].concat()).0;
                random[..usize::from(random[31]) % 33].to_vec()
            })
            .collect();
        let mut tree = MemoryTree::default();
        tree.extend(entries.iter().map(|entry| MerkleHash::leaf(entry)));
        Evidence { dir: tempfile::tempdir().unwrap(), entries, tree }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    fn checkpoint(&self, size: u64) -> SignedCheckpoint {
        let signer = Ed25519Signer::from_seed(ORIGIN, &[11; 32]).unwrap();
        let witness = Cosigner::from_seed("witness.example/district", &[12; 32]).unwrap();
        let checkpoint = Checkpoint::new(ORIGIN, size, root(&self.tree, size).unwrap()).unwrap();
        let mut signed = SignedCheckpoint::sign(checkpoint, &signer).unwrap();
        signed.put(witness.cosign(signed.note().text(), 1_790_000_000).unwrap()).unwrap();
        self.write("keys", format!("{}\n{}\n", signer.verifier(), witness.verifier()));
        signed
    }

    /// Writes what there is to check of an entry, an older size and all tiles: what to ask, and of which files.
    fn write_all(&self, index: u64, old: u64) -> Vec<(&'static str, Vec<PathBuf>)> {
        let size = self.tree.size();
        let checkpoint = self.checkpoint(size);
        let hashes = prove_inclusion(&self.tree, index, size).unwrap();
        let proof = Proof { index, hashes, extra: Vec::new(), checkpoint: checkpoint.clone() };
        let consistency: String = prove_consistency(&self.tree, old, size)
            .unwrap()
            .iter()
            .map(|hash| base64::Engine::encode(&base64::engine::general_purpose::STANDARD, hash.0) + "\n")
            .collect();
        let new = self.write("checkpoint", checkpoint.to_string());
        self.write_tiles();
        vec![
            ("checkpoint", vec![new.clone()]),
            (
                "proof",
                vec![
                    self.write("entry.tlog-proof", proof.to_string()),
                    self.write("entry.bin", &self.entries[usize::try_from(index).unwrap()]),
                ],
            ),
            (
                "consistency",
                vec![
                    self.write("older", self.checkpoint(old).to_string()),
                    new,
                    self.write("consistency", consistency),
                ],
            ),
        ]
    }

    fn write_tiles(&self) -> Vec<PathBuf> {
        let size = self.tree.size();
        let mut written = Vec::new();
        let mut level = 0;
        while level_size(size, level) > 0 {
            for number in 0..=level_size(size, level) / 256 {
                let width = tile_width(size, level, number);
                let Some(name) = TileName::of_width(TileKind::Hashes(level), number, width) else { continue };
                let hashes = self.tree.hashes(level, number, width).unwrap();
                written.push(self.write(&name.path(), hash_bytes(&hashes)));
                if level == 0 {
                    let name = TileName { kind: TileKind::Entries, ..name };
                    let first = usize::try_from(number * 256).unwrap();
                    let entries = self.entries[first..first + width].iter().map(Vec::as_slice);
                    written.push(self.write(&name.path(), entry_bytes(entries).unwrap()));
                }
            }
            level += 1;
        }
        written
    }
}

/// Changes one bit of a file while something is done.
fn with_changed_bit(path: &Path, place: Index, bit: u8, check: impl FnOnce()) {
    let good = std::fs::read(path).unwrap();
    let mut bad = good.clone();
    match bad.len() {
        // Nothing to change in an empty file, so it gets a byte.
        0 => bad.push(bit),
        length => bad[place.index(length)] ^= 1 << bit,
    }
    std::fs::write(path, bad).unwrap();
    check();
    std::fs::write(path, good).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_the_core_writes_others_accept_and_changed_they_refuse(
        seed: u64, size in prop_oneof![1..40_u64, 250..265_u64, 265..600_u64], index: Index, old: Index,
        places in prop::array::uniform4(any::<Index>()), bit in 0..8_u8,
    ) {
        let evidence = Evidence::new(seed, size);
        let count = evidence.entries.len();
        let (index, old) = (index.index(count) as u64, old.index(count) as u64 + 1);
        let keys = evidence.path("keys");
        for (what, files) in evidence.write_all(index, old) {
            let paths: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
            for checker in Checker::ALL {
                checker.accepts(&keys, what, &paths);
                for file in &files {
                    for place in places {
                        with_changed_bit(file, place, bit, || checker.refuses(&keys, what, &paths));
                    }
                }
            }
        }
        let folder = evidence.dir.path();
        Checker::Python.accepts(&keys, "tiles", &[folder]);
        for file in evidence.write_tiles() {
            // The entries of a bundle may all be empty, and its lengths then say so.
            with_changed_bit(&file, places[0], bit, || Checker::Python.refuses(&keys, "tiles", &[folder]));
        }
        Checker::Python.accepts(&keys, "tiles", &[folder]);
    }
}

/// Writes verifier keys of the known answers into one file.
fn known_keys(dir: &Path, names: &[&str]) -> PathBuf {
    let lines: Vec<String> = names
        .iter()
        .map(|name| std::fs::read_to_string(data("c2sp").join(name)).unwrap().trim().to_owned() + "\n")
        .collect();
    let path = dir.join("keys");
    std::fs::write(&path, lines.concat()).unwrap();
    path
}

#[test]
fn the_known_answers_are_accepted_by_all() {
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str| data("c2sp").join(name);
    for checker in Checker::ALL {
        let published =
            ["arche", "garden", "smartit", "remora", "stagemole"].map(|key| format!("published/{key}.vkey"));
        let keys = known_keys(dir.path(), &published.each_ref().map(String::as_str));
        checker.accepts(&keys, "checkpoint", &[&file("published/arche.cp")]);
        checker.refuses(&keys, "checkpoint", &[&file("demo/cp300.txt")]);

        let keys = known_keys(dir.path(), &["published/oak.log.vkey", "published/oak.wit.vkey"]);
        checker.accepts(&keys, "proof", &[&file("published/oak.tlog-proof"), &file("published/oak.entry")]);

        let keys = known_keys(dir.path(), &["demo/log.vkey", "demo/w1.vkey", "demo/w2.vkey"]);
        let (old, new) = (file("demo/cp256.txt"), file("demo/cp300.txt"));
        checker.accepts(&keys, "checkpoint", &[&old]);
        checker.accepts(&keys, "checkpoint", &[&new]);
        let entries = [file("demo/entry5.bin"), file("demo/entry299.bin")];
        let proofs = [file("demo/entry5.tlog-proof"), file("demo/entry299.tlog-proof")];
        checker.accepts(&keys, "proof", &[&proofs[0], &entries[0]]);
        checker.accepts(&keys, "proof", &[&proofs[1], &entries[1]]);
        checker.refuses(&keys, "proof", &[&proofs[0], &entries[1]]);
        checker.accepts(&keys, "consistency", &[&old, &new, &file("demo/cons256-300.txt")]);
        checker.refuses(&keys, "consistency", &[&new, &old, &file("demo/cons256-300.txt")]);
    }
    let keys = known_keys(dir.path(), &["demo/log.vkey", "demo/w1.vkey", "demo/w2.vkey"]);
    Checker::Python.accepts(&keys, "tiles", &[&file("demo/log")]);
}

/// What the built binary hands out of the county: a package, its checkpoint and proofs, and all tiles.
#[test]
fn the_real_ledger_is_accepted_by_all() {
    let ledger = gongjian_tests::cli::Ledger::county();
    let folder = ledger.folder.path();
    let key = ledger.run(&["checkpoint", "--public-key"]).exits(0);
    let keys = folder.join("keys");
    std::fs::write(&keys, key.text()).unwrap();
    ledger.run(&["prove", "WT-2022-0000", "-o", "golden.zip"]).exits(0);
    let files = gongjian_api::package::unpack(&std::fs::read(folder.join("golden.zip")).unwrap()).unwrap();
    for (path, bytes) in &files {
        let file = folder.join("golden").join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, bytes).unwrap();
    }
    ledger.run(&["export", "tiles", "-o", "published"]).exits(0);
    let proofs: Vec<&String> = files.keys().filter(|path| path.ends_with(".tlog-proof")).collect();
    assert!(proofs.len() > 20);
    for checker in Checker::ALL {
        checker.accepts(&keys, "checkpoint", &[&folder.join("golden/checkpoint")]);
        checker.accepts(&keys, "checkpoint", &[&folder.join("published/checkpoint")]);
        for proof in &proofs {
            let entry = proof.replace("proofs/", "events/").replace(".tlog-proof", ".bin");
            let golden = folder.join("golden");
            checker.accepts(&keys, "proof", &[&golden.join(proof), &golden.join(entry)]);
        }
        let (first, other) = (folder.join("golden").join(proofs[0]), folder.join("golden/events"));
        let last = std::fs::read_dir(other).unwrap().map(|it| it.unwrap().path());
        let last = last.filter(|it| it.extension().is_some_and(|it| it == "bin")).max().unwrap();
        checker.refuses(&keys, "proof", &[&first, &last]);
    }
    Checker::Python.accepts(&keys, "tiles", &[&folder.join("published")]);
    let bundle = folder.join("published/tile/entries/000");
    with_changed_bit(&bundle, any_place(), 0, || {
        Checker::Python.refuses(&keys, "tiles", &[&folder.join("published")]);
    });
}

/// A place in the middle of a file.
fn any_place() -> Index {
    use proptest::strategy::{Strategy as _, ValueTree as _};
    any::<Index>().new_tree(&mut proptest::test_runner::TestRunner::deterministic()).unwrap().current()
}
