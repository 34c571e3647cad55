//! What other programs read of a ledger: its log as JSON Lines, its events as OCEL, its calendar.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use gongjian_tests::python;
use serde_json::Value;

mod calendar;
mod log;
mod ocel;

/// Runs a program in Python, with the interpreter that a variable names.
#[track_caller]
fn run_python(variable: &str, program: &str, args: &[&str]) -> Value {
    let interpreter = std::env::var(variable).unwrap_or_else(|_| "python3".to_owned());
    let output =
        Command::new(interpreter).arg(python(program)).args(args).stdin(Stdio::null()).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program}: {errors}");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{program}: {error} {errors}"))
}

/// A file of a test.
fn file(folder: &tempfile::TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// Digests are random with the nonces of events.
fn without_digests(text: &str) -> String {
    let mut out = String::new();
    let mut digits = String::new();
    for symbol in text.chars().chain(['\n']) {
        if symbol.is_ascii_hexdigit() && !symbol.is_ascii_uppercase() {
            digits.push(symbol);
            continue;
        }
        out.push_str(if digits.len() == 64 { "------------" } else { &digits });
        digits.clear();
        out.push(symbol);
    }
    out.pop();
    out
}
