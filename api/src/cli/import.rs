//! `import`: workbooks, all together or none; or a whole log into a new ledger.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::Args;
use gongjian_core::evidence::VerifierKey;
use gongjian_core::lines::Header;
use gongjian_core::log::LogOptions;
use gongjian_core::restore::{ImportLog, RestoreError};
use serde_json::{Value, json};

use super::Common;
use super::client::{Ask, Ledger};
use super::failure::{Failure, print, say};
use super::progress;
use crate::app::App;
use crate::import::{Input, Options, Outcome, read_all};

/// Planned events that a dry run prints.
const PLAN_SHOWN: usize = 40;

#[derive(Args, Debug)]
pub(super) struct Import {
    /// 台账文件 .xlsx .csv，或 export jsonl 所得日志（导入新账本） / workbooks, or a log that was exported, into a new ledger
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// 只显示将记入什么 / show what would be recorded
    #[arg(long)]
    dry_run: bool,
    /// 以更正记入与账本不符之处，写明原因 / record contradictions as corrections, for this reason
    #[arg(long, value_name = "REASON")]
    correct: Option<String>,
    /// 日志所属账本的公钥，从别处得知 / the key of a log's ledger, known from elsewhere
    #[arg(long, value_name = "VKEY", conflicts_with = "correct")]
    key: Option<VerifierKey>,
}

/// Whether a file is a log in JSON Lines, by its first line.
fn is_log(path: &Path) -> bool {
    let mut start = Vec::new();
    let opened = File::open(path).and_then(|file| file.take(64).read_to_end(&mut start));
    opened.is_ok() && Header::begins(&start)
}

/// Puts a log back: the same bytes, and nothing decided anew.
fn import_log(common: &Common, verb: &Import, file: &Path) -> Result<(), Failure> {
    let work = ImportLog { dir: &common.data, log: LogOptions::default(), key: verb.key.as_ref(), file };
    let failed = |error| {
        let at: &Path = if matches!(error, RestoreError::Open(_)) { &common.data } else { file };
        Failure::restoring(common, at, &error)
    };
    if verb.dry_run {
        let header = work.check().map_err(failed)?;
        let (size, root) = (header.checkpoint().size(), header.checkpoint().root().to_string());
        if common.json {
            return say(common, &json!({ "dryRun": true, "size": size, "root": root }).to_string());
        }
        let args = [("size", size.to_string()), ("root", root)];
        let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
        return say(common, &common.text().get("cli-log-sound", &args));
    }
    let bar = progress::bar(common, "cli-restoring");
    let restored = work.run(|done, all| {
        bar.set_length(all);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    super::backup::told(common, &restored.map_err(failed)?)
}

pub(super) fn run(common: &Common, verb: &Import) -> Result<(), Failure> {
    let is_one = verb.files.len() == 1;
    match verb.files.iter().find(|file| is_log(file)) {
        Some(file) if is_one && verb.correct.is_none() => return import_log(common, verb, file),
        Some(_) => return Err(Failure::usage(common, "cli-log-alone", &[])),
        None if verb.key.is_some() => return Err(Failure::usage(common, "cli-log-key", &[])),
        None => {}
    }
    let mut inputs = Vec::with_capacity(verb.files.len());
    for path in &verb.files {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let bytes = std::fs::read(path).map_err(|error| {
            let shown = path.display().to_string();
            Failure::usage(
                common,
                "cli-unreadable",
                &[("file", &shown), ("error", &common.text().cause(&error))],
            )
        })?;
        inputs.push(Input { name, bytes });
    }
    let options = Options { dry_run: verb.dry_run, correct: verb.correct.clone(), ..Options::default() };
    let outcome = match Ledger::find(common)? {
        Some(ledger) => import(common, &ledger, inputs, options)?,
        None => first_import(common, &inputs, options)?,
    };
    if common.json {
        return say(common, &outcome.to_string());
    }
    print(common, told(common, &outcome).as_bytes())
}

/// Imports where there is no ledger yet. It is tried in memory first, so that what fails, or is only a trial,
/// leaves no empty ledger behind.
fn first_import(common: &Common, inputs: &[Input], options: Options) -> Result<Value, Failure> {
    let readings = read_all(inputs);
    let trial = App::in_memory().map_err(|error| Failure::opening(common, &common.data, &error))?;
    let dry = Options { dry_run: true, ..options.clone() };
    let tried = trial
        .import_readings(readings.clone(), dry, common.text())
        .map_err(|problem| Failure::problem(common, &problem))?;
    if options.dry_run {
        return as_json(common, &tried);
    }
    drop(trial);
    match Ledger::open_or_create(common)? {
        Ledger::Here(app) => app
            .import_readings(readings, options, common.text())
            .map_err(|problem| Failure::problem(common, &problem))
            .and_then(|outcome| as_json(common, &outcome)),
        // Somebody else was faster.
        there @ Ledger::There(_) => {
            let copy = |input: &Input| Input { name: input.name.clone(), bytes: input.bytes.clone() };
            import(common, &there, inputs.iter().map(copy).collect(), options)
        }
    }
}

fn as_json(common: &Common, outcome: &Outcome) -> Result<Value, Failure> {
    serde_json::to_value(outcome).map_err(|error| Failure::fault(common, "import", &error))
}

/// Imports here or over there; the outcome as JSON.
pub(super) fn import(
    common: &Common,
    ledger: &Ledger,
    inputs: Vec<Input>,
    options: Options,
) -> Result<Value, Failure> {
    let spinner = progress::spinner(common, "cli-importing");
    let outcome = match ledger {
        Ledger::Here(app) => app
            .import(&inputs, options, common.text())
            .map_err(|problem| Failure::problem(common, &problem))
            .and_then(|outcome| as_json(common, &outcome)),
        Ledger::There(_) => {
            let files: Vec<Value> = inputs
                .iter()
                .map(|input| json!({ "name": input.name, "content": STANDARD.encode(&input.bytes) }))
                .collect();
            let body = json!({ "files": files, "dryRun": options.dry_run, "correct": options.correct });
            let body = body.to_string().into_bytes();
            let target = "/api/v1/imports".to_owned();
            ledger.fetch_json(common, &Ask { method: Method::POST, target, body: Some(&body) })
        }
    };
    spinner.finish_and_clear();
    outcome
}

/// What an import did, in words.
pub(super) fn told(common: &Common, outcome: &Value) -> String {
    let text = common.text();
    let mut out = String::new();
    let mut put = |key: &str, args: &[(&str, &str)]| {
        out.push_str(&text.get(key, args));
        out.push('\n');
    };
    let list = |value: &Value| {
        let parts = value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
        text.listed(&parts.collect::<Vec<_>>())
    };
    for file in outcome["files"].as_array().into_iter().flatten() {
        let name = file["file"].as_str().unwrap_or_default();
        let (rows, as_of) = (file["rows"].to_string(), file["asOf"].as_str().unwrap_or_default());
        let unit = file["reportingUnit"].as_str().unwrap_or_default();
        let key = if file["known"].as_bool().unwrap_or_default() { "cli-file-known" } else { "cli-file" };
        put(key, &[("file", name), ("rows", &rows), ("asOf", as_of), ("unit", unit)]);
        for (field, key) in [("ignored", "cli-file-ignored"), ("dropped", "cli-file-dropped")] {
            let columns = list(&file[field]);
            if !columns.is_empty() {
                put(key, &[("columns", &columns)]);
            }
        }
    }
    for missing in outcome["missing"].as_array().into_iter().flatten() {
        put("cli-row-missing", &[("row", missing["stream"].as_str().unwrap_or_default())]);
    }
    for warning in outcome["warnings"].as_array().into_iter().flatten() {
        put("cli-warning", &[("warning", warning["detail"].as_str().unwrap_or_default())]);
    }
    let total: u64 =
        outcome["events"].as_object().into_iter().flatten().filter_map(|(_, count)| count.as_u64()).sum();
    let total = total.to_string();
    for planned in outcome["plan"].as_array().into_iter().flatten().take(PLAN_SHOWN) {
        let word = |name: &str| planned[name].as_str().unwrap_or_default();
        put(
            "cli-planned",
            &[
                ("day", word("occurredOn")),
                ("kind", &text.word("kind", word("kind"))),
                ("stream", word("stream")),
            ],
        );
    }
    match (&outcome["positions"], outcome["dryRun"].as_bool()) {
        (_, Some(true)) => put("cli-would-import", &[("count", &total)]),
        (Value::Array(ends), _) => {
            let end = |index: usize| ends.get(index).map(Value::to_string).unwrap_or_default();
            put("cli-imported", &[("count", &total), ("first", &end(0)), ("last", &end(1))]);
        }
        _ => put("cli-nothing-new", &[]),
    }
    out
}
