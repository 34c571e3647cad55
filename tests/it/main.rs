//! One integration binary, a module per subject.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod attacks;
mod checkpoints;
mod cli;
mod comparisons;
mod documents;
mod evidence;
mod exports;
mod figures;
mod findings;
mod golden;
mod interop;
mod monitor;
mod obligations;
mod pages;
mod papers;
mod properties;
mod python;
mod reports;
mod restore;
mod rotation;
mod summary;
mod tidy;

/// Compares with a file of `tests/fixtures`; `UPDATE_EXPECT=1` writes it.
#[track_caller]
fn expect_file(name: &str, found: &str) {
    let path = gongjian_tests::root().join("tests/fixtures").join(name);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, found).unwrap();
        return;
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    for (line, (expected, found)) in expected.lines().zip(found.lines()).enumerate() {
        assert_eq!(expected, found, "{} line {}", path.display(), line + 1);
    }
    assert_eq!(expected.lines().count(), found.lines().count(), "{}", path.display());
}
