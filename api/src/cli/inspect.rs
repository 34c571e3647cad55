//! `inspect`: every automatic check there is, as a dated and signed report.

use std::fs;
use std::path::PathBuf;

use clap::Args;
use gongjian_core::evidence::bundle::TimeMark;
use gongjian_core::evidence::{Ed25519Signer, Signer as _, Statement};
use gongjian_core::keys::KeyFolder;
use serde_json::Value;

use super::client::{Ask, Ledger, encoded};
use super::failure::{Failure, say};
use super::{Common, progress, upkeep, verify};
use crate::inspect::{self, Found, Scan, Subject};
use crate::offline::{Format, Outcome, Trust};
use crate::package;

#[derive(Args, Debug)]
pub(super) struct Inspect {
    /// 报告写入的目录 / folder for the report
    #[arg(short, long, value_name = "FOLDER")]
    output: PathBuf,
}

pub(super) fn run(common: &Common, verb: &Inspect) -> Result<(), Failure> {
    let text = common.text();
    // Before the ledger is opened, which may sign its head and make sockets.
    let (published, folder) = (verify::published(&common.data), inspect::look(&common.data));
    let witnessed = inspect::look_for_witnesses(&common.data);
    let verified = upkeep::recomputed(common)?;
    let spinner = progress::spinner(common, "cli-inspecting");
    let ledger = Ledger::open(common)?;
    let key = key(common, &ledger)?;
    let (origin, _) = key.split_once('+').unwrap_or((&key, ""));
    let signer = signer(common, origin);
    let at_hand = signer.as_ref().map(|it| it.verifier().to_string() == key).map_err(Clone::clone);
    let trust = Trust::of(std::slice::from_ref(&key), None).unwrap_or_default();
    let size = verified["size"].as_u64().unwrap_or_default();
    let found = Found {
        scan: scan(common, &ledger, witnessed.marks.clone())?,
        witnessed,
        findings: total(common, &ledger),
        checkpoint: published.map(|note| {
            verify::with_checkpoint(common, &ledger, Outcome::new(Format::Ledger), size, &note, &trust)
        }),
        package: package(common, &ledger, &trust),
        key: at_hand.clone(),
        now: jiff::Timestamp::now().as_microsecond(),
        verified,
        folder,
    };
    spinner.finish_and_clear();
    let word = |name: &str| found.verified[name].as_str().unwrap_or_default().to_owned();
    let signer = signer.ok().filter(|_| at_hand == Ok(true));
    let subject = Subject {
        origin: origin.to_owned(),
        size,
        digest: word("digest"),
        root: word("root"),
        made: found.now,
        signed: signer.is_some(),
    };
    let report = inspect::report(&subject, &inspect::items(&found, text), text);
    write(common, verb, &report, origin, signer.as_ref())?;
    conclude(common, verb, &report)
}

/// The line by which others know the ledger's key.
fn key(common: &Common, ledger: &Ledger) -> Result<String, Failure> {
    let key = ledger.fetch(common, &Ask::get("/api/v1/key".to_owned()))?;
    Ok(String::from_utf8_lossy(&key).trim().to_owned())
}

fn signer(common: &Common, origin: &str) -> Result<Ed25519Signer, String> {
    let passphrase = std::env::var(crate::app::PASSPHRASE).ok().filter(|it| !it.is_empty());
    let seed = KeyFolder::of(&common.data, passphrase).load();
    let seed = seed.map_err(|error| crate::error::chain(&error))?;
    seed.signer(origin).map_err(|error| crate::error::chain(&error))
}

fn scan(common: &Common, ledger: &Ledger, marks: Vec<TimeMark>) -> Result<Scan, Failure> {
    let mut scan = Scan::against(marks);
    ledger.stream(common, &Ask::get("/api/v1/events?format=jsonl".to_owned()), &mut scan)?;
    Ok(scan)
}

/// How many findings there are.
fn total(common: &Common, ledger: &Ledger) -> Option<u64> {
    let ask = Ask::get("/api/v1/findings?limit=1".to_owned());
    ledger.fetch_json(common, &ask).ok()?["total"].as_u64()
}

/// Makes a package of the first matter and checks it as its reader would.
fn package(common: &Common, ledger: &Ledger, trust: &Trust) -> Option<Outcome> {
    let first = ["issues", "decisions", "projects", "agreements"].iter().find_map(|list| {
        let page = ledger.fetch_json(common, &Ask::get(format!("/api/v1/{list}?limit=1"))).ok()?;
        page["items"][0]["stream"].as_str().map(str::to_owned)
    })?;
    let target = format!("/api/v1/evidence/{}", encoded(&first));
    let bytes = ledger.fetch(common, &Ask::get(target)).ok()?;
    Some(match package::unpack(&bytes) {
        Ok(files) => package::check(&files, trust),
        Err(fault) => Outcome::new(Format::Package).after(Err(fault)),
    })
}

/// Writes the report, its signature and the page.
fn write(
    common: &Common,
    verb: &Inspect,
    report: &Value,
    origin: &str,
    signer: Option<&Ed25519Signer>,
) -> Result<(), Failure> {
    let bytes = package::canonical(report);
    let file = verb.output.join("report.json");
    let mut files = vec![(file.clone(), bytes.clone())];
    files.push((verb.output.join("report.html"), inspect::page(report, common.text()).into_bytes()));
    if let Some(signer) = signer {
        let fault = |error: &(dyn std::error::Error + 'static)| Failure::fault(common, signer.name(), error);
        let statement = Statement::new(origin, inspect::STATEMENT, package::sha256(&bytes));
        let note = statement.map_err(|error| fault(&error))?.sign(signer).map_err(|error| fault(&error))?;
        files.push((verify::note_of(&file), note.to_string().into_bytes()));
    }
    let write = || {
        fs::create_dir_all(&verb.output)?;
        // The signature of an earlier report would accuse this one.
        let _ = fs::remove_file(verify::note_of(&file));
        files.iter().try_for_each(|(file, bytes)| fs::write(file, bytes))
    };
    write().map_err(|error| Failure::fault(common, &verb.output.display().to_string(), &error))
}

fn conclude(common: &Common, verb: &Inspect, report: &Value) -> Result<(), Failure> {
    let (text, counts) = (common.text(), &report["counts"]);
    if common.json {
        say(common, &report.to_string())?;
    } else {
        for item in report["items"].as_array().into_iter().flatten().filter(|item| item["result"] != "pass") {
            let word = |name: &str| item[name].as_str().unwrap_or_default();
            let mark = text.word("inspect-mark", word("result"));
            let args =
                [("id", word("id")), ("mark", &mark), ("what", word("what")), ("detail", word("detail"))];
            say(common, &text.get("cli-inspect-item", &args))?;
        }
        let totals = ["pass", "warn", "fail", "unchecked"].map(|mark| (mark, counts[mark].to_string()));
        let totals: Vec<(&str, &str)> = totals.iter().map(|(mark, count)| (*mark, count.as_str())).collect();
        say(common, &text.get("inspect-totals", &totals))?;
        let folder = verb.output.display().to_string();
        let key = if report["signed"] == true { "cli-inspected" } else { "cli-inspected-unsigned" };
        say(common, &text.get(key, &[("folder", &folder)]))?;
    }
    if report["result"] == "fail" { Err(Failure::found()) } else { Ok(()) }
}
