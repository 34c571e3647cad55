//! How fast events fold into the read models, and how long a report over them takes.
//!
//! The county is generated from a fixed seed by the core's own commands. `cargo test` runs a tiny one, so
//! that the bench never rots; `cargo bench -- EVENTS` sets the number of events. The digest of what was
//! folded is printed with the time: another digest means that other work was measured.

use std::hint::black_box;
use std::time::Instant;

use criterion::{Criterion, Throughput};
use gongjian_core::day::Day;
use gongjian_core::record::Digest;
use gongjian_projections::figures::{Evidence, Scope, report_with};
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
    let quarter = "2022-Q2".parse().expect("a quarter");
    for (name, evidence) in [("figures", Evidence::None), ("scope", Evidence::Scope), ("all", Evidence::All)]
    {
        let started = Instant::now();
        let report = black_box(report_with(&views, quarter, &Scope::County, on, evidence));
        println!(
            "report, evidence {name}: {:?}, {} communities",
            started.elapsed(),
            report.communities.len()
        );
    }
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
    criterion.bench_function("county report", |bencher| {
        bencher.iter(|| report_with(&views, quarter, &Scope::County, on, Evidence::None));
    });
    criterion.final_summary();
}
