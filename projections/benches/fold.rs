//! How fast events fold into the read models, and how long a report over them takes.
//!
//! The county is generated from a fixed seed by the core's own commands. `cargo test` runs a tiny one, so
//! that the bench never rots; `cargo bench -- EVENTS` sets the number of events. The digest of what was
//! folded is printed with the time: another digest means that other work was measured.

use std::hint::black_box;
use std::time::Instant;

use criterion::{Criterion, Throughput};
use gongjian_core::day::Day;
use gongjian_core::record::{Digest, Record};
use gongjian_projections::figures::{Evidence, Question, Scope, answer};
use gongjian_projections::findings::findings;
use gongjian_projections::views::Views;

#[path = "../src/sample.rs"]
mod sample;

const TINY: usize = 2_000;
const REAL: usize = 1_000_000;

fn fold(log: &[Vec<u8>]) -> Views {
    let mut views = Views::default();
    for bytes in log {
        views.apply(bytes).expect("the generated events follow each other");
    }
    views
}

/// A report as the interfaces give it.
fn json(views: &Views, question: &Question) -> Vec<u8> {
    serde_json::to_vec(&answer(views, question)).expect("a report is JSON")
}

/// Resident memory of this process in megabytes, where the system tells.
fn memory_mb() -> f64 {
    let pages = std::fs::read_to_string("/proc/self/statm").ok();
    let pages = pages.and_then(|text| text.split(' ').nth(1)?.parse::<f64>().ok());
    pages.unwrap_or(0.0) * 4_096.0 / 1e6
}

/// The county's report over these events: the first one, which makes the rows that figures count, later ones with
/// more and less evidence, and one after a further event.
fn reports(views: &mut Views, log: &[Vec<u8>], question: &impl Fn(Evidence) -> Question) {
    let timed = |name: &str, views: &Views, evidence: Evidence| {
        let started = Instant::now();
        let bytes = black_box(json(views, &question(evidence)));
        println!(
            "county report over {} events, {name}: {:?}, {} bytes",
            log.len(),
            started.elapsed(),
            bytes.len()
        );
    };
    let before = memory_mb();
    timed("the first after opening", views, Evidence::None);
    println!("rows that figures count: {:.1} MB more resident memory", memory_mb() - before);
    timed("values only", views, Evidence::None);
    timed("values only, again", views, Evidence::None);
    let started = Instant::now();
    black_box(answer(views, &question(Evidence::None)));
    println!("  of it without the JSON: {:?}", started.elapsed());
    timed("with the county's events", views, Evidence::Scope);
    timed("with all events", views, Evidence::All);
    // The last event once more at the next position: its stream's row is made again.
    let mut next = Record::decode(log.last().expect("there are events")).expect("a record");
    next.position += 1;
    next.revision += 1;
    let bytes = next.encode().expect("a record");
    let started = Instant::now();
    views.apply(&bytes).expect("it follows");
    println!("one more event folded: {:?}", started.elapsed());
    timed("values only, after one more event", views, Evidence::None);
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let bench = arguments.iter().any(|argument| argument == "--bench");
    let wanted = arguments.iter().find_map(|argument| argument.parse().ok());
    let events = wanted.unwrap_or(if bench { REAL } else { TINY });
    let log = sample::county(events);
    let bytes: usize = log.iter().map(Vec::len).sum();

    let started = Instant::now();
    let views = fold(&log);
    let seconds = started.elapsed().as_secs_f64();
    let rate = log.len() as f64 / seconds;
    println!("{} events, {bytes} bytes: folded in {seconds:.3} s, {rate:.0} events/s", log.len());
    let mut content = Vec::new();
    for (name, digest) in views.digests() {
        println!("  {name} {digest}");
        content.extend_from_slice(&digest.0);
    }
    println!("  all {}", Digest::of(&content));

    let on = Day::from_ymd(2022, 9, 30).expect("a date");
    let question = |evidence| Question {
        quarter: "2022-Q2".parse().expect("a quarter"),
        scope: Scope::County,
        on,
        evidence,
        parts_compared: false,
    };
    let mut views = views;
    reports(&mut views, &log, &question);
    let started = Instant::now();
    println!("findings: {} in {:?}", findings(&views, on).len(), started.elapsed());

    if !bench {
        return;
    }
    let mut criterion = Criterion::default().sample_size(10).configure_from_args();
    let some = &log[..log.len().min(200_000)];
    let mut group = criterion.benchmark_group("fold");
    group.throughput(Throughput::Elements(some.len() as u64));
    group.bench_function("read models", |bencher| bencher.iter(|| fold(black_box(some))));
    group.finish();
    criterion.bench_function("county report as JSON, values only", |bencher| {
        bencher.iter(|| json(&views, &question(Evidence::None)));
    });
    criterion.final_summary();
}
