//! A monitor on a local folder of tiles: the first look, which reads and recomputes everything, and a later one.
//!
//! `GONGJIAN_BENCH_EVENTS` sets about how many events there are (1,000,000 by default; a tiny number under
//! `cargo test`). Prints figures with the root of the log: another root is other work.
#![allow(missing_docs, clippy::unwrap_used, clippy::cast_precision_loss)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use gongjian_api::import::{self, Options as ImportOptions};
use gongjian_api::monitor::{FolderSource, Monitor, Options};
use gongjian_api::workbook::{Reading, scale};
use gongjian_core::evidence::Policy;
use gongjian_core::ledger::Writer;
use gongjian_core::log::Log;
use gongjian_core::log::storage::MemoryStorage;
use gongjian_tests::published::{ORIGIN, publish, signer};
use gongjian_tests::{options, workbooks};

/// As in the product.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The events of the county, again and again under other names.
fn entries(events: u64) -> Vec<Vec<u8>> {
    let log = Log::with_storage(Arc::new(MemoryStorage::default()), None).unwrap();
    let mut named = options();
    ORIGIN.clone_into(&mut named.origin);
    let mut writer = Writer::with_log(log, &named).unwrap();
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
    let reader = writer.reader();
    reader.scan(0..reader.size()).map(|pair| pair.unwrap().1.to_vec()).collect()
}

fn rate(what: &str, count: u64, took: Duration, note: &str) {
    println!("{what}: {count} in {took:.2?}, {:.1} k/s {note}", count as f64 / took.as_secs_f64() / 1e3);
}

fn main() {
    let tiny = std::env::args().any(|arg| arg == "--test") || cfg!(debug_assertions);
    let events = std::env::var("GONGJIAN_BENCH_EVENTS").ok().and_then(|n| n.parse().ok());
    let entries = entries(events.unwrap_or(if tiny { 1 } else { 1_000_000 }));
    let (dir, state) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let before = entries.len() - 3;
    publish(dir.path(), &entries[..before], &[]);
    let source = FolderSource(dir.path().to_owned());
    let monitor = Monitor::new(
        &source,
        Options {
            policy: Policy::of_log(signer().verifier().clone()).unwrap(),
            state: Some(state.path().to_owned()),
            patience: Duration::from_secs(1),
        },
    );
    let start = Instant::now();
    let report = monitor.round(0, |_, _| {}).unwrap();
    let root = format!("root {}", report.accepted.root);
    rate("monitor, first look at a folder", report.accepted.size, start.elapsed(), &root);
    publish(dir.path(), &entries, &[]);
    let start = Instant::now();
    let report = monitor.round(0, |_, _| {}).unwrap();
    assert_eq!(report.known, before as u64);
    println!("monitor, a later look with 3 new events: {:.2?}", start.elapsed());
}
