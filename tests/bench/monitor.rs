//! A monitor on a local folder of tiles: the first look, which reads and recomputes everything, and a later one.
//!
//! `GONGJIAN_BENCH_EVENTS` sets about how many events there are (1,000,000 by default; a tiny number under
//! `cargo test`). Prints the time of the processor beside that of the clock, for machines that others share.
#![allow(missing_docs, clippy::unwrap_used, clippy::cast_precision_loss)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use gongjian_api::import::{self, Options as ImportOptions};
use gongjian_api::monitor::{Monitor, Options};
use gongjian_api::workbook::{Reading, scale};
use gongjian_core::evidence::Policy;
use gongjian_core::ledger::Writer;
use gongjian_core::log::Log;
use gongjian_core::log::storage::MemoryStorage;
use gongjian_core::published::Folder;
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

/// Seconds of all processors that this process has used, in hundredths.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<f64> = stat.split_whitespace().filter_map(|field| field.parse().ok()).collect();
    // The name, which is no number, and the state, which is a letter, come before.
    fields.get(11).zip(fields.get(12)).map_or(0.0, |(user, system)| (user + system) / 100.0)
}

fn main() {
    let tiny = std::env::args().any(|arg| arg == "--test") || cfg!(debug_assertions);
    let events = std::env::var("GONGJIAN_BENCH_EVENTS").ok().and_then(|n| n.parse().ok());
    let entries = entries(events.unwrap_or(if tiny { 1 } else { 1_000_000 }));
    let (dir, state) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let before = entries.len() - 3;
    publish(dir.path(), &entries[..before], &[]);
    let source = Folder(dir.path().to_owned());
    let monitor = Monitor::new(
        &source,
        Options {
            policy: Policy::of_log(signer().verifier().clone()).unwrap(),
            state: Some(state.path().to_owned()),
            patience: Duration::from_secs(1),
        },
    );
    let (start, busy) = (Instant::now(), processor_seconds());
    let report = monitor.round(0, |_, _| {}).unwrap();
    let (took, busy) = (start.elapsed(), processor_seconds() - busy);
    let size = report.accepted.size;
    println!(
        "monitor, first look at a folder: {size} in {took:.2?}, {:.1} k/s; {busy:.2} s of the processor, {:.1} k/s each",
        size as f64 / took.as_secs_f64() / 1e3,
        size as f64 / busy.max(0.01) / 1e3,
    );
    publish(dir.path(), &entries, &[]);
    let start = Instant::now();
    let report = monitor.round(0, |_, _| {}).unwrap();
    assert_eq!(report.known, before as u64);
    println!("monitor, a later look with 3 new events: {:.2?}", start.elapsed());
}
