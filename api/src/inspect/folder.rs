//! The folder of a ledger: what lies there that does not belong there, and who may read the keys.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// What belongs into the folder (`docs/OPERATIONS.md`).
const KNOWN: [&str; 14] = [
    "sled",
    "keys",
    "tiles",
    "snapshots",
    "ballast",
    "lock",
    "socket",
    "checkpoint.witnessed",
    "rotations",
    "witnesses",
    "witnesses.json",
    "vault",
    "vault.keys",
    "spool",
];

/// What a look at the folder found.
#[derive(Clone, Debug, Default)]
pub struct Folder {
    /// Names that do not belong there.
    pub foreign: Vec<String>,
    /// Files of keys, and whether others than the owner may reach any of them.
    pub keys: Vec<String>,
    /// Those that others may read or write, each with its rights.
    pub open: Vec<String>,
    /// Whether the seed is sealed with a passphrase; `None` without a seed.
    pub sealed: Option<bool>,
}

/// Looks at a folder. What cannot be read counts as not there.
pub fn look(dir: &Path) -> Folder {
    let mut found = Folder::default();
    for name in names(dir) {
        if !KNOWN.contains(&name.as_str()) {
            found.foreign.push(name);
        }
    }
    let keys = dir.join("keys");
    found.check("keys", &keys, 0o077);
    for name in names(&keys) {
        found.check(&format!("keys/{name}"), &keys.join(&name), 0o077);
        found.keys.push(name);
    }
    found.check("socket", &dir.join("socket"), 0o077);
    // Nobody but the owner may write what the ledger rests on.
    for name in ["sled", "sled/db", "tiles"] {
        found.check(name, &dir.join(name), 0o022);
    }
    found.sealed = fs::read(keys.join(gongjian_core::keys::SEED_FILE)).ok().map(|seed| seed.len() != 32);
    found
}

fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.map(|it| it.file_name().to_string_lossy().into_owned()).collect();
    names.sort_unstable();
    names
}

impl Folder {
    fn check(&mut self, name: &str, path: &Path, forbidden: u32) {
        let Ok(metadata) = fs::symlink_metadata(path) else { return };
        let rights = metadata.permissions().mode() & 0o777;
        if rights & forbidden != 0 || metadata.is_symlink() {
            self.open.push(format!("{name} {rights:03o}"));
        }
    }
}
