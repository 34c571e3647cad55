//! Rules of our own that no compiler checks.

use std::path::{Path, PathBuf};

use gongjian_tests::root;

fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    fn walk(dir: &Path, found: &mut Vec<(PathBuf, String)>) {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(folder), &mut found);
    found
}

#[test]
fn dependencies_go_one_way() {
    let manifest = |name: &str| std::fs::read_to_string(root().join(name).join("Cargo.toml")).unwrap();
    for (package, forbidden) in [
        ("core", &["gongjian-projections", "gongjian-api", "tokio", "axum", "hyper"][..]),
        ("projections", &["gongjian-api", "tokio", "axum", "hyper", "sled", "bincode"]),
        ("api", &["gongjian-tests", "sled", "bincode"]),
    ] {
        let text = manifest(package);
        for name in forbidden {
            let named = text
                .lines()
                .any(|line| line.starts_with(&format!("{name}.")) || line.starts_with(&format!("{name} ")));
            assert!(!named, "{package} depends on {name}");
        }
    }
}

#[test]
fn decisions_read_no_clock_no_disk_and_no_random_number() {
    // Nor does what others check; its time and keys come in as arguments.
    for (path, text) in sources("core/src/domain").into_iter().chain(sources("core/src/evidence")) {
        for word in ["std::time", "SystemTime", "Instant", "std::fs", "getrandom", "std::net", "std::env"] {
            // Tests may read files; decisions may not.
            if path.components().any(|part| part.as_os_str() == "tests") || path.ends_with("tests.rs") {
                continue;
            }
            assert!(!text.contains(word), "{} uses {word}", path.display());
        }
    }
}

#[test]
fn only_one_file_names_each_engine() {
    for (word, home) in [("bincode::", "codec.rs"), ("sled::", "sled_storage.rs"), ("typst::", "press.rs")] {
        let named: Vec<PathBuf> = ["core/src", "projections/src", "api/src"]
            .iter()
            .flat_map(|folder| sources(folder))
            .filter(|(_, text)| {
                text.lines().any(|line| !line.trim_start().starts_with("//") && line.contains(word))
            })
            .map(|(path, _)| path)
            .collect();
        assert!(named.iter().all(|path| path.ends_with(home)), "{word} is named in {named:?}");
    }
}

#[test]
fn no_path_of_one_machine_and_no_registry_is_written_down() {
    let listed = std::process::Command::new("git").arg("-C").arg(root()).args(["ls-files", "-z"]).output();
    let listed = listed.expect("git lists the files");
    assert!(listed.status.success() && !listed.stdout.is_empty(), "git lists the files of the checkout");
    for name in listed.stdout.split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
        let name = String::from_utf8_lossy(name).into_owned();
        let Ok(text) = std::fs::read_to_string(root().join(&name)) else { continue };
        if name == "Cargo.lock" {
            continue;
        }
        // In pieces, so that this file holds none of them either.
        for parts in [
            ["/ro", "ot/"],
            ["/ho", "me/"],
            ["crates.", "io"],
            ["pypi.", "org"],
            ["npm", "js."],
            ["deb.", "debian"],
        ] {
            let word = parts.concat();
            assert!(!text.contains(&word), "{name} holds {word}");
        }
    }
}
