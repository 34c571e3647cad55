//! Fixtures shared by the tests: data, ledgers, and the programs that they are tested with.
#![allow(clippy::unwrap_used, reason = "a fixture may panic")]

pub mod cli;
pub mod documents;
pub mod http;
pub mod published;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use gongjian_api::import::{self, Input, Options, Outcome};
use gongjian_core::clock::FixedClock;
use gongjian_core::ledger::{self, Writer};
use gongjian_core::log::storage::MemoryStorage;
use gongjian_core::log::{Log, LogOptions};

/// 1 October 2026 in UTC microseconds: nothing in the test data lies after it.
pub const NOW: i64 = 1_790_784_000_000_000;

/// A file or folder of the test data.
pub fn data(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(path)
}

/// A file of the test programs in Python.
pub fn python(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("py").join(name)
}

/// The interpreter that `tests/run` has prepared, or the system's.
pub fn interpreter() -> String {
    std::env::var("GONGJIAN_PYTHON").unwrap_or_else(|_| "python3".to_owned())
}

/// What a test program in Python prints.
#[track_caller]
pub fn run_python(name: &str, args: &[&str]) -> String {
    let output = std::process::Command::new(interpreter()).arg(python(name)).args(args).output().unwrap();
    assert!(output.status.success(), "{name} {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The root of the project.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Options of a ledger whose clock stands at [`NOW`].
pub fn options() -> ledger::Options {
    let mut options = ledger::Options::new(Arc::new(FixedClock::at(NOW)));
    // Tests make many ledgers; none of them needs room for a full disk.
    options.log = LogOptions { ballast_bytes: 0, tiles: true };
    options
}

/// A new ledger in memory.
pub fn memory_ledger() -> Writer {
    let log = Log::with_storage(Arc::new(MemoryStorage::default()), None).unwrap();
    Writer::with_log(log, &options()).unwrap()
}

/// The workbooks of a folder of the test data, in the order of their names.
pub fn workbooks(folder: &str) -> Vec<Input> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(data(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "xlsx"))
        .collect();
    paths.sort();
    paths
        .iter()
        .map(|path| Input {
            name: path.file_name().unwrap().to_string_lossy().into_owned(),
            bytes: std::fs::read(path).unwrap(),
        })
        .collect()
}

/// Imports a folder of the test data.
#[track_caller]
pub fn import_folder(writer: &mut Writer, folder: &str) -> Outcome {
    let mut id = [0xee; 16];
    id[..8].copy_from_slice(&writer.reader().size().to_be_bytes());
    let readings = import::read_all(&workbooks(folder));
    match import::import(writer, readings, &Options::default(), id) {
        Ok(outcome) => outcome,
        Err(error) => panic!("{folder}: {error:?}"),
    }
}

/// The read models of everything in a ledger.
pub fn views(writer: &Writer) -> gongjian_projections::views::Views {
    let mut views = gongjian_projections::views::Views::default();
    let reader = writer.reader();
    for pair in reader.scan(0..reader.size()) {
        views.apply(&pair.unwrap().1).unwrap();
    }
    views
}
