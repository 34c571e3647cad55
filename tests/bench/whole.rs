//! Whole-system runs: an import beside the mere reading of its cells; the command path in bulk; a ledger of many
//! events rebuilt, verified, and opened from its snapshots.
//!
//! `GONGJIAN_BENCH_EVENTS` sets about how many events the large ledger has (1,000,000 by default; a tiny number
//! under `cargo test`). Prints figures with the root of the log: another root is other work.
#![allow(missing_docs, clippy::unwrap_used, clippy::cast_precision_loss)]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use base64::Engine as _;
use gongjian_api::import::{self, Options};
use gongjian_api::workbook::{Reading, scale};
use gongjian_core::checkpoints::Keeper;
use gongjian_core::clock::SystemClock;
use gongjian_core::command::{Envelope, Request};
use gongjian_core::day::Day;
use gongjian_core::domain::category::Path as DomainPath;
use gongjian_core::domain::issue::IssueCommand;
use gongjian_core::evidence::tree::prove_inclusion;
use gongjian_core::evidence::{Checkpoint, Ed25519Signer, LogKeys, Policy, Proof, SignedCheckpoint};
use gongjian_core::ledger::{self, Batch, Followed, Follower, Reply, Writer};
use gongjian_core::log::{Log, LogHashes, LogOptions, LogReader, NewEvent};
use gongjian_projections::runner::Runner;
use gongjian_projections::views::Views;
use gongjian_tests::workbooks;

/// As in the product.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn options(tiles: bool) -> ledger::Options {
    let mut options = ledger::Options::new(Arc::new(SystemClock::default()));
    options.log = LogOptions { ballast_bytes: 0, tiles };
    options
}

fn rate(what: &str, count: u64, took: Duration, note: &str) {
    println!("{what}: {count} in {took:.2?}, {:.1} k/s {note}", count as f64 / took.as_secs_f64() / 1e3);
}

/// Median of several runs.
fn median(runs: usize, mut run: impl FnMut() -> Duration) -> Duration {
    let mut times: Vec<Duration> = (0..runs).map(|_| run()).collect();
    times.sort();
    times[times.len() / 2]
}

/// Importing the county's workbooks beside reading their cells.
fn import_beside_reading(runs: usize) {
    let inputs = workbooks("wenshang-2022");
    let cells = median(runs, || {
        let start = Instant::now();
        for input in &inputs {
            let mut book =
                calamine::open_workbook_from_rs::<calamine::Xlsx<_>, _>(std::io::Cursor::new(&input.bytes))
                    .unwrap();
            std::hint::black_box(calamine::Reader::worksheets(&mut book));
        }
        start.elapsed()
    });
    let rows = median(runs, || {
        let start = Instant::now();
        std::hint::black_box(import::read_all(&inputs));
        start.elapsed()
    });
    let mut events = 0;
    let whole = median(runs, || {
        let dir = tempfile::tempdir().unwrap();
        let mut writer = Writer::create(dir.path(), options(false)).unwrap();
        let start = Instant::now();
        let readings = import::read_all(&inputs);
        import::import(&mut writer, readings, &Options::default(), [7; 16]).unwrap();
        let took = start.elapsed();
        events = writer.reader().size();
        took
    });
    println!(
        "import of the county ({events} events): {whole:.2?}, of it reading rows {rows:.2?}; reading its cells on one thread: {cells:.2?}; ratio {:.2}",
        whole.as_secs_f64() / cells.as_secs_f64()
    );
}

/// Folds into the read models as a server does.
struct Fold(Box<Views>);

impl Follower for Fold {
    fn follow(&mut self, events: &[Followed<'_>]) {
        for event in events {
            self.0.apply(&event.recorded.bytes).unwrap();
        }
    }
}

/// Decide, append, index, sync and fold, with prepared requests of one command each.
fn command_path(writer: &mut Writer, commands: u64) {
    let mut requests = Vec::new();
    for number in 0..commands {
        let raise = IssueCommand::Raise {
            occurrence: "LH-C01-20220601".to_owned(),
            compound: "X001".to_owned(),
            category: "污水排放".to_owned(),
            text: format!("污水主次管道倒灌，第{number}处"),
            source: "居民代表".to_owned(),
            responsible: Some("U066".to_owned()),
            due_on: Some(Day(19_195)),
        };
        let envelope = Envelope {
            path: DomainPath::Live,
            ..Envelope::new(raise, format!("issue/B-{number}"), Day(19_144), "党建专干岗")
        };
        let mut id = [9; 16];
        id[..8].copy_from_slice(&number.to_be_bytes());
        requests.push(Request::new(id, vec![envelope]));
    }
    for group in [64, 2_560] {
        let half: Vec<Request> = requests.drain(..requests.len() / 2 + requests.len() % 2).collect();
        let count = half.len() as u64;
        let recorded = Arc::new(AtomicU64::new(0));
        let reply = || -> Reply {
            let recorded = Arc::clone(&recorded);
            Box::new(move |answer| {
                recorded.fetch_add(u64::from(answer.is_ok()), Ordering::Relaxed);
            })
        };
        let mut half = half.into_iter().map(|request| (request, reply()));
        let start = Instant::now();
        writer.handle_stream(|| {
            let batch: Batch = half.by_ref().take(group).collect();
            (!batch.is_empty()).then_some(batch)
        });
        let took = start.elapsed();
        assert_eq!(recorded.load(Ordering::Relaxed), count);
        rate(&format!("command path, {group} a commit"), count, took, "(decide, append, index, sync, fold)");
    }
}

/// Imports the county again and again under other names.
fn fill(dir: &Path, events: u64) -> Writer {
    let mut writer = Writer::create(dir, options(true)).unwrap();
    let readings = import::read_all(&workbooks("wenshang-2022"));
    let ledgers: Vec<_> = readings.into_iter().map(|reading| reading.into_result().unwrap()).collect();
    let start = Instant::now();
    let mut copy = 1;
    while writer.reader().size() < events || copy == 1 {
        let readings = ledgers
            .iter()
            .map(|ledger| Reading { ledger: Some(scale::copy(ledger, copy)), faults: Vec::new() })
            .collect();
        let mut id = [3; 16];
        id[..8].copy_from_slice(&(copy as u64).to_be_bytes());
        import::import(&mut writer, readings, &Options::default(), id).unwrap();
        copy += 1;
    }
    let size = writer.reader().size();
    rate("imports of many counties", size, start.elapsed(), &format!("root {}", writer.reader().head().root));
    writer
}

fn fold(views: &mut Views, reader: &LogReader) {
    let start = views.position();
    reader
        .scan_pages(start..reader.size(), |_, bytes| bytes.to_vec(), |_, bytes| views.apply(&bytes).is_ok())
        .unwrap();
    assert_eq!(views.position(), reader.size());
}

fn rebuild(writer: &Writer) -> Views {
    let reader = writer.reader();
    let start = Instant::now();
    let mut views = Views::default();
    fold(&mut views, &reader);
    rate("rebuild of all read models", reader.size(), start.elapsed(), "");
    views
}

/// A proof of any event, made from what the ledger keeps and checked by somebody who has the bytes and a key.
fn proofs(dir: &Path, writer: &Writer, runs: u64) {
    let reader = writer.reader();
    let size = reader.size();
    let hashes = LogHashes::new(reader.clone(), Some(dir.join("tiles")));
    let signer = Ed25519Signer::from_seed("ledger.example/governance", &[1; 32]).unwrap();
    let policy = Policy::of_log(signer.verifier().clone()).unwrap();
    let checkpoint = Checkpoint::new("ledger.example/governance", size, reader.head().root).unwrap();
    let checkpoint = SignedCheckpoint::sign(checkpoint, &signer).unwrap();
    let (mut making, mut checking, mut bytes) = (Vec::new(), Vec::new(), 0);
    for run in 0..runs {
        // Far apart, so that hardly two share a tile.
        let index = run.wrapping_mul(0x9E37_79B9_7F4A_7C15) % size;
        let entry = reader.get(index).unwrap().unwrap();
        let start = Instant::now();
        let proof = prove_inclusion(&hashes, index, size).unwrap();
        making.push(start.elapsed());
        let proof = Proof { index, hashes: proof, extra: Vec::new(), checkpoint: checkpoint.clone() };
        bytes = bytes.max(proof.to_string().len() - checkpoint.to_string().len());
        let start = Instant::now();
        proof.verify(&entry, &policy).unwrap();
        checking.push(start.elapsed());
    }
    making.sort();
    checking.sort();
    let middle = making.len() / 2;
    println!(
        "proof of one event of {size}: made in {:.1?}, checked in {:.1?} (medians of {runs}), at most {bytes} bytes beside the checkpoint",
        making[middle], checking[middle]
    );
}

/// Appends of one event with and without somebody who signs the head as often as it can.
fn signing_beside_appends(runs: usize) {
    let dir = tempfile::tempdir().unwrap();
    let mut log = Log::create(dir.path(), LogOptions { ballast_bytes: 0, tiles: false }).unwrap();
    let append = |log: &mut Log, from: u64, runs: usize| {
        let mut times: Vec<Duration> = (from..)
            .take(runs)
            .map(|number| {
                let start = Instant::now();
                log.append(vec![sample(number)]).unwrap();
                start.elapsed()
            })
            .collect();
        times.sort();
        (times[times.len() / 2], times[times.len() * 99 / 100])
    };
    let (alone, alone_99) = append(&mut log, 0, runs);
    let reader = log.reader();
    let signer = Ed25519Signer::from_seed("ledger.example/governance", &[1; 32]).unwrap();
    let public = base64::engine::general_purpose::STANDARD.encode(signer.verifier().public_bytes());
    let keys = LogKeys::new("ledger.example/governance", &public).unwrap();
    let hashes = Arc::new(LogHashes::new(reader, None));
    let keeper = Keeper::open(dir.path(), keys, Box::new(signer), hashes).unwrap();
    let stop = std::sync::atomic::AtomicBool::new(false);
    let mut signed = 0;
    let (beside, beside_99) = std::thread::scope(|scope| {
        let signing = scope.spawn(|| {
            let mut signed = 0_u64;
            while !stop.load(Ordering::Relaxed) {
                keeper.current().unwrap();
                signed += 1;
                // A thousand times as often as the server does.
                std::thread::sleep(Duration::from_millis(1));
            }
            signed
        });
        let times = append(&mut log, runs as u64, runs);
        stop.store(true, Ordering::Relaxed);
        signed = signing.join().unwrap();
        times
    });
    println!(
        "one append: {alone:.1?} (99 of 100 within {alone_99:.1?}); beside {signed} signatures: {beside:.1?} ({beside_99:.1?})"
    );
}

fn sample(number: u64) -> NewEvent {
    NewEvent {
        stream: format!("test/{number}"),
        kind: "test.happened".to_owned(),
        version: 1,
        recorded_at: 1_700_000_000_000_000,
        occurred_day: Day(19_000),
        occurred_second: None,
        command_id: [0; 16],
        command_digest: [0; 16],
        nonce: [7; 16],
        trail: format!("test/{number}"),
        recorded_by: "党建专干岗".to_owned(),
        account: [0; 16],
        attributed_to: None,
        assurance: 0,
        authority: None,
        payload: vec![1; 150],
    }
}

fn memory_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<u64>().ok()).unwrap_or(0) / 1024
}

fn main() {
    let tiny = std::env::args().any(|arg| arg == "--test") || cfg!(debug_assertions);
    let events = std::env::var("GONGJIAN_BENCH_EVENTS").ok().and_then(|n| n.parse().ok());
    let events: u64 = events.unwrap_or(if tiny { 1 } else { 1_000_000 });
    import_beside_reading(if tiny { 1 } else { 15 });
    signing_beside_appends(if tiny { 50 } else { 5_000 });
    let dir = tempfile::tempdir().unwrap();
    {
        let mut writer = fill(dir.path(), events);
        let views = rebuild(&writer);
        proofs(dir.path(), &writer, if tiny { 20 } else { 2_000 });
        let raw: u64 =
            writer.reader().scan(0..writer.reader().size()).map(|pair| pair.unwrap().1.len() as u64).sum();
        writer.follow(Box::new(Fold(Box::new(views.clone()))));
        let start = Instant::now();
        let report = writer.verify(|_, _| {}).unwrap();
        assert!(report.faults.is_empty());
        rate("verify", report.events, start.elapsed(), "");
        Runner::new(dir.path()).save(&views).unwrap();
        writer.save_snapshot();
        let disk = std::fs::metadata(dir.path().join("sled/db")).unwrap().len();
        println!("disk: {:.1} MB for {:.1} MB of raw bytes", disk as f64 / 1e6, raw as f64 / 1e6);
        writer.close();
    }
    let before = memory_mb();
    let start = Instant::now();
    let opened = gongjian_api::app::App::open(dir.path()).unwrap();
    let log_and_world = start.elapsed();
    let position = opened.views().unwrap().position();
    assert_eq!(position, opened.reader().size());
    println!("open log and world: {log_and_world:.2?}");
    println!("open from snapshots: {:.2?}; memory {} MB ({before} MB before)", start.elapsed(), memory_mb());
    drop(opened);
    let mut writer = Writer::open(dir.path(), options(false)).unwrap();
    let mut views = Views::default();
    fold(&mut views, &writer.reader());
    writer.follow(Box::new(Fold(Box::new(views))));
    command_path(&mut writer, if tiny { 200 } else { 400_000 });
}
