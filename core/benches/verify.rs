//! Reading everything: opening, scanning and decoding by page, verifying.
//!
//! `GONGJIAN_BENCH_EVENTS` sets the number of events; under `cargo test` a tiny one is used.

#![allow(missing_docs, clippy::unwrap_used, clippy::cast_possible_truncation, clippy::cast_precision_loss)]

use std::time::Instant;

use criterion::{Criterion, Throughput};
use gongjian_core::log::Log;
use gongjian_core::record::RecordRef;

mod workload;

use workload::{Events, OPTIONS, size};

fn main() {
    let events = size(1_000_000);
    let dir = tempfile::tempdir().unwrap();
    let mut log = Log::create(dir.path(), OPTIONS).unwrap();
    let mut source = Events::new();
    let mut raw = 0u64;
    let mut done = 0;
    while done < events {
        let batch = source.take(2_560.min(events - done));
        done += batch.len() as u64;
        raw += log.append(batch).unwrap().iter().map(|event| event.bytes.len() as u64).sum::<u64>();
    }
    drop(log);
    let disk = std::fs::metadata(dir.path().join("sled/db")).unwrap().len();
    println!("disk: {disk} bytes for {raw} of events, {:.0} an event", raw as f64 / events as f64);

    // The second opening: the first also lets sled read its own log and write a snapshot.
    for round in 1..=2 {
        let start = Instant::now();
        let log = Log::open(dir.path(), OPTIONS).unwrap();
        println!("open {round}: {:.2?}, of which the log {:.2?}", start.elapsed(), log.loading());
        drop(log);
    }

    let mut log = Log::open(dir.path(), OPTIONS).unwrap();
    let reader = log.reader();
    println!("indexes: {} bytes for {events} events", reader.index_bytes());
    let rate = |what: &str, start: Instant| {
        let took = start.elapsed();
        println!("{what}: {took:.2?}, {:.2} M/s", events as f64 / took.as_secs_f64() / 1e6);
    };
    let start = Instant::now();
    let mut total = 0u64;
    for item in reader.scan(0..events) {
        total += RecordRef::decode(&item.unwrap().1).unwrap().revision;
    }
    rate("scan and decode, one thread", start);
    let start = Instant::now();
    let mut again = 0u64;
    let map = |_, bytes: &[u8]| RecordRef::decode(bytes).unwrap().revision;
    reader
        .scan_pages(0..events, map, |_, revision| {
            again += revision;
            true
        })
        .unwrap();
    rate("scan and decode, all cores", start);
    assert_eq!(total, again);
    let start = Instant::now();
    let report = log.verify(None, |_, _| ()).unwrap();
    rate("verify", start);
    assert!(report.is_sound(), "{:?}", report.faults);
    println!("root {}", report.root);

    let mut criterion = Criterion::default().sample_size(10).configure_from_args();
    let mut group = criterion.benchmark_group("read");
    let part = events.min(50_000);
    group.throughput(Throughput::Elements(part));
    group.bench_function("scan_pages", |bencher| {
        bencher.iter(|| reader.scan_pages(0..part, |_, bytes| bytes.len(), |_, _| true).unwrap());
    });
    group.finish();
    criterion.final_summary();
}
