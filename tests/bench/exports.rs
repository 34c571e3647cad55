//! The log as JSON Lines and as OCEL: events a second, and how far the memory of the process grows meanwhile.
//!
//! `GONGJIAN_BENCH_EVENTS` sets about how many events there are (1,000,000 by default; a tiny number under
//! `cargo test`).
#![allow(missing_docs, clippy::unwrap_used, clippy::cast_precision_loss)]

use std::path::Path;
use std::time::Instant;

use gongjian_api::import::{self, Options as ImportOptions};
use gongjian_api::ocel;
use gongjian_api::workbook::{Reading, scale};
use gongjian_core::evidence::{Checkpoint, Ed25519Signer, LogKeys, SignedCheckpoint};
use gongjian_core::ledger::Writer;
use gongjian_core::lines::{self, Header};
use gongjian_core::log::{Log, LogOptions, LogReader};
use gongjian_tests::{options, workbooks};

/// As in the product.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The county again and again under other names.
fn fill(dir: &Path, events: u64) {
    let mut writer = Writer::create(dir, options()).unwrap();
    let readings = import::read_all(&workbooks("wenshang-2022"));
    let ledgers: Vec<_> = readings.into_iter().map(|reading| reading.into_result().unwrap()).collect();
    let mut copy = 1;
    while writer.reader().size() < events || copy == 1 {
        let readings = ledgers
            .iter()
            .map(|ledger| Reading { ledger: Some(scale::copy(ledger, copy)), faults: Vec::new() });
        let mut id = [3; 16];
        id[..8].copy_from_slice(&(copy as u64).to_be_bytes());
        import::import(&mut writer, readings.collect(), &ImportOptions::default(), id).unwrap();
        copy += 1;
    }
    writer.close();
}

/// A line of `/proc/self/status` in megabytes.
fn memory_mb(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<u64>().ok()).unwrap_or(0) / 1024
}

/// Runs an export and says how fast it was, and how far the most memory that was ever used has grown.
fn measured(what: &str, events: u64, run: impl FnOnce(&mut dyn FnMut(Vec<u8>) -> bool)) {
    // From here on, the most is that of now.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    let (before, start) = (memory_mb("VmRSS"), Instant::now());
    let mut bytes = 0;
    run(&mut |piece| {
        bytes += piece.len() as u64;
        true
    });
    let took = start.elapsed();
    let grown = memory_mb("VmHWM").saturating_sub(before);
    println!(
        "{what}: {events} in {took:.2?}, {:.1} k/s, {:.1} MB; memory {before} MB, at most {grown} MB more",
        events as f64 / took.as_secs_f64() / 1e3,
        bytes as f64 / 1e6,
    );
}

fn header(reader: &LogReader) -> Header {
    let signer = Ed25519Signer::from_seed("ledger.example/governance", &[1; 32]).unwrap();
    let public =
        base64::Engine::encode(&base64::engine::general_purpose::STANDARD, signer.verifier().public_bytes());
    let keys = LogKeys::new("ledger.example/governance", &public).unwrap();
    let head = reader.head();
    let checkpoint = Checkpoint::new("ledger.example/governance", head.size, head.root).unwrap();
    Header::over(&SignedCheckpoint::sign(checkpoint, &signer).unwrap(), &keys).unwrap()
}

fn main() {
    let tiny = std::env::args().any(|arg| arg == "--test") || cfg!(debug_assertions);
    let events = std::env::var("GONGJIAN_BENCH_EVENTS").ok().and_then(|n| n.parse().ok());
    let dir = tempfile::tempdir().unwrap();
    fill(dir.path(), events.unwrap_or(if tiny { 1 } else { 1_000_000 }));
    let log = Log::open(dir.path(), LogOptions { ballast_bytes: 0, tiles: false }).unwrap();
    let reader = log.reader();
    let size = reader.size();
    let header = header(&reader);
    for round in 1..=if tiny { 1 } else { 3 } {
        measured(&format!("JSON Lines {round}"), size, |each| lines::write(&reader, &header, each).unwrap());
        measured(&format!("OCEL {round}"), size, |each| {
            let counts = ocel::write(&reader, size, &ocel::Options::default(), each).unwrap();
            assert_eq!(counts.events, size);
        });
    }
    let options = ocel::Options {
        objects: ocel::Options::categories("issue,topic,meeting,decision").unwrap(),
        ..ocel::Options::default()
    };
    measured("OCEL of four categories", size, |each| {
        ocel::write(&reader, size, &options, each).unwrap();
    });
}
