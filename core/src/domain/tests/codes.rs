//! The list of codes and the code say the same.

use std::collections::BTreeSet;
use std::path::Path;

use crate::rejection::CODES;

/// Every source of this crate but tests and the list of codes itself.
pub fn sources(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "tests") {
                sources(&path, found);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            found.push(text.to_owned());
        }
    }
}

#[test]
fn every_code_is_used_and_every_used_code_is_listed() {
    let mut texts = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut texts);
    let mut used = BTreeSet::new();
    for text in &texts {
        for part in text.split("Rejection::new(").skip(1) {
            if let Some(literal) = part.trim_start().strip_prefix('"') {
                used.insert(literal.split('"').next().unwrap().to_owned());
            }
        }
    }
    // The gate returns its codes.
    let gate = include_str!("../../gate.rs").split("#[cfg(test)]").next().unwrap();
    used.extend(
        gate.split('"').filter(|word| word.starts_with("text-") && !word.contains('…')).map(str::to_owned),
    );
    let listed: BTreeSet<String> = CODES.iter().map(|code| (*code).to_owned()).collect();
    assert_eq!(used, listed);
    assert!(CODES.is_sorted(), "the list is in order");
}
