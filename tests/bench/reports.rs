//! The county's quarterly report over a large ledger, in every format: what a reporting job waits for.
//!
//! `GONGJIAN_BENCH_EVENTS` sets about how many events there are (1,000,000 by default; a tiny number under
//! `cargo test`). Beside the report as JSON stands how long the JSON library takes to print as many bytes.
#![allow(missing_docs, clippy::unwrap_used, clippy::cast_precision_loss)]

use std::time::{Duration, Instant};

use gongjian_api::app::{App, Asked};
use gongjian_api::document::{self, Format};
use gongjian_api::import::{self, Options};
use gongjian_api::messages::Language;
use gongjian_api::workbook::{Reading, scale};
use gongjian_core::day::Quarter;
use gongjian_projections::figures::{Evidence, Scope};
use gongjian_tests::workbooks;

/// As in the product.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Median of several runs, and what the last of them made.
fn median<T>(runs: usize, mut run: impl FnMut() -> T) -> (Duration, T) {
    let mut times = Vec::new();
    let mut made = None;
    for _ in 0..runs {
        let start = Instant::now();
        made = Some(run());
        times.push(start.elapsed());
    }
    times.sort();
    (times[times.len() / 2], made.unwrap())
}

/// The county, again and again under other names.
fn fill(app: &App, events: u64) {
    let read = import::read_all(&workbooks("wenshang-2022"));
    let mut copy = 1;
    while app.reader().size() < events || copy == 1 {
        let readings = read.iter().map(|reading| Reading {
            ledger: Some(scale::copy(reading.ledger.as_ref().unwrap(), copy)),
            faults: Vec::new(),
        });
        app.import_readings(readings.collect(), Options::default(), Language::Chinese.text()).unwrap();
        copy += 1;
    }
}

fn main() {
    let tiny = std::env::args().any(|arg| arg == "--test") || cfg!(debug_assertions);
    let events = std::env::var("GONGJIAN_BENCH_EVENTS").ok().and_then(|n| n.parse().ok());
    let dir = tempfile::tempdir().unwrap();
    let app = App::create(dir.path(), Some("ledger.example/governance")).unwrap();
    fill(&app, events.unwrap_or(if tiny { 1 } else { 1_000_000 }));
    let size = app.reader().size();
    let runs = if tiny { 1 } else { 7 };
    let text = Language::Chinese.text();
    let quarter: Quarter = "2022-Q2".parse().unwrap();
    let asked = Asked::default();
    let (first, _) = median(1, || app.report(quarter, &Scope::County, asked, Evidence::None).unwrap());
    println!("first report over {size} events: {first:.2?}");
    for evidence in [Evidence::None, Evidence::Scope, Evidence::All] {
        let (took, bytes) = median(runs, || {
            let report = app.report(quarter, &Scope::County, asked, evidence).unwrap();
            serde_json::to_vec(&report).unwrap()
        });
        let value: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        let (printing, _) = median(runs, || serde_json::to_vec(&value).unwrap());
        println!(
            "report as JSON, events of {evidence:?}: {took:.2?}, {} kB; printing as much alone {printing:.2?}",
            bytes.len() / 1000
        );
    }
    for (place, scope) in [("county", Scope::County), ("community", Scope::Community("C01".to_owned()))] {
        let (took, made) = median(runs, || {
            let report = app.report(quarter, &scope, asked, Evidence::All).unwrap();
            app.document_of(&report, text).unwrap()
        });
        println!("{place}, document: {took:.2?}");
        for format in Format::ALL {
            let (took, bytes) = median(runs, || document::write(&made, *format).unwrap());
            println!("{place}, {}: {took:.2?}, {} kB", format.word(), bytes.len() / 1000);
        }
    }
}
