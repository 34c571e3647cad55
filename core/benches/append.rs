//! Durable appends: 1, 64 and 2,560 events a commit, and prepared events in bulk beside SQLite.
//!
//! `GONGJIAN_BENCH_EVENTS` sets the number of events; under `cargo test` a tiny one is used.

#![allow(missing_docs, clippy::unwrap_used, clippy::cast_possible_truncation, clippy::cast_precision_loss)]

use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, Throughput};
use gongjian_core::log::Log;

mod workload;

use workload::{Events, OPTIONS, size};

fn print(what: &str, events: u64, took: Duration, note: &str) {
    println!(
        "{what}: {events} events in {took:.2?}, {:.1} k/s; {note}",
        events as f64 / took.as_secs_f64() / 1e3
    );
}

/// Encoding, hashing, compressing, committing with a sync, one thread.
fn durable(per_commit: u64, events: u64, tiles: bool) -> f64 {
    let dir = tempfile::tempdir().unwrap();
    let mut log = Log::create(dir.path(), gongjian_core::log::LogOptions { tiles, ..OPTIONS }).unwrap();
    let mut source = Events::new();
    let mut took = Duration::ZERO;
    let mut slowest = Vec::new();
    let mut done = 0;
    while done < events {
        let batch = source.take(per_commit.min(events - done));
        done += batch.len() as u64;
        let start = Instant::now();
        log.append(batch).unwrap();
        slowest.push(start.elapsed());
        took += start.elapsed();
    }
    slowest.sort();
    let at = |share: f64| slowest[((slowest.len() - 1) as f64 * share) as usize];
    let note =
        format!("p50 {:.2?} p99 {:.2?} tiles {tiles} root {}", at(0.5), at(0.99), log.reader().head().root);
    print(&format!("durable, {per_commit} a commit"), events, took, &note);
    let start = Instant::now();
    log.close();
    let disk = std::fs::metadata(dir.path().join("sled/db")).unwrap().len();
    println!("  {:.0} bytes of disk an event", disk as f64 / events as f64);
    if tiles {
        println!("  tiles caught up {:.2?} later", start.elapsed());
    }
    events as f64 / took.as_secs_f64()
}

/// Events encoded, hashed and laid out before; only the commits are measured, in `batch` events each.
fn bulk(events: u64, batch: u64) -> (Vec<Vec<u8>>, f64) {
    let dir = tempfile::tempdir().unwrap();
    let mut log = Log::create(dir.path(), OPTIONS).unwrap();
    let mut source = Events::new();
    let mut bytes = Vec::new();
    let (mut prepared, mut took) = (Duration::ZERO, Duration::ZERO);
    for at in (0..events).step_by(batch as usize) {
        let list = source.take(batch.min(events - at));
        let mut draft = log.draft();
        let start = Instant::now();
        draft.add(list).unwrap();
        prepared += start.elapsed();
        let start = Instant::now();
        let recorded = log.commit(draft).unwrap();
        took += start.elapsed();
        bytes.extend(recorded.iter().map(|event| event.bytes.to_vec()));
    }
    print("prepare (encode, hash, compress)", events, prepared, "one thread");
    let note = format!("{batch} a commit, root {}", log.reader().head().root);
    print("bulk commit of prepared events", events, took, &note);
    drop(log);
    (bytes, events as f64 / took.as_secs_f64())
}

fn sqlite(events: &[Vec<u8>], batch: u64) -> f64 {
    let dir = tempfile::tempdir().unwrap();
    let mut db = rusqlite::Connection::open(dir.path().join("events.db")).unwrap();
    db.execute_batch(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;
         CREATE TABLE events (position INTEGER PRIMARY KEY, bytes BLOB NOT NULL);",
    )
    .unwrap();
    let start = Instant::now();
    let mut position = 0i64;
    for chunk in events.chunks(batch as usize) {
        let transaction = db.transaction().unwrap();
        {
            let mut insert = transaction.prepare_cached("INSERT INTO events VALUES (?1, ?2)").unwrap();
            for bytes in chunk {
                insert.execute((position, bytes)).unwrap();
                position += 1;
            }
        }
        transaction.commit().unwrap();
    }
    let took = start.elapsed();
    print("SQLite, WAL, synchronous=FULL", events.len() as u64, took, &format!("{batch} a transaction"));
    events.len() as f64 / took.as_secs_f64()
}

fn main() {
    let events = size(200_000);
    durable(1, events.min(4_000), false);
    durable(64, events, false);
    durable(64, events, true);
    durable(2_560, events, false);
    durable(2_560, events, true);
    let batch = 2_560.min(events / 2);
    let (bytes, ours) = bulk(events, batch);
    let theirs = sqlite(&bytes, batch);
    println!("prepared events in bulk: {:.2} of SQLite's inserts", ours / theirs);

    // The small repeated measure, for comparing one change of the code with the next.
    let mut criterion = Criterion::default().sample_size(10).configure_from_args();
    let mut group = criterion.benchmark_group("append");
    for per_commit in [1, 64] {
        group.throughput(Throughput::Elements(per_commit));
        group.bench_function(BenchmarkId::from_parameter(per_commit), |bencher| {
            let dir = tempfile::tempdir().unwrap();
            let mut log = Log::create(dir.path(), OPTIONS).unwrap();
            let mut source = Events::new();
            bencher.iter_batched(
                || source.take(per_commit),
                |batch| log.append(batch).unwrap(),
                criterion::BatchSize::PerIteration,
            );
        });
    }
    group.finish();
    criterion.final_summary();
}
