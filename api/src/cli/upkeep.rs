//! `verify`, `rebuild` and `clock-accept`.

use axum::http::Method;
use clap::Args;
use gongjian_core::log::{BALLAST_BYTES, SledStorage, VerifyOptions, verify as verify_log};
use serde_json::{Value, json};

use super::Common;
use super::client::{Ask, Ledger};
use super::failure::{Failure, say};
use super::progress;
use crate::app::Verification;

/// Recomputes the ledger from its bytes and says what was found.
pub(super) fn verify(common: &Common) -> Result<(), Failure> {
    let found = recomputed(common)?;
    let shown = if common.json { found.to_string() } else { told(common, &found) };
    say(common, shown.trim_end())?;
    if found["sound"].as_bool().unwrap_or_default() { Ok(()) } else { Err(Failure::found()) }
}

/// What recomputing the ledger found.
pub(super) fn recomputed(common: &Common) -> Result<Value, Failure> {
    Ok(match Ledger::open(common) {
        Ok(Ledger::Here(app)) => {
            let bar = progress::bar(common, "cli-verifying");
            let shown = bar.clone();
            let found = app.verify(None, move |done, all| {
                shown.set_length(all);
                shown.set_position(done);
            });
            bar.finish_and_clear();
            found.map_err(|problem| Failure::problem(common, &problem))?.to_json(common.text())
        }
        Ok(ledger) => {
            let spinner = progress::spinner(common, "cli-verifying");
            let ask = Ask { method: Method::POST, target: "/api/v1/verify".to_owned(), body: None };
            let found = ledger.fetch_json(common, &ask);
            spinner.finish_and_clear();
            found?
        }
        // A ledger too damaged to be opened can still be looked at, and its damage named.
        Err(failure) => without_opening(common).ok_or(failure)?.to_json(common.text()),
    })
}

/// Verifies the log's bytes alone.
fn without_opening(common: &Common) -> Option<Verification> {
    if !common.data.join("sled").join("conf").exists() {
        return None;
    }
    let storage = SledStorage::open(&common.data, BALLAST_BYTES).ok()?;
    let tiles = common.data.join("tiles");
    let options = VerifyOptions {
        ledger: Some(common.data.clone()),
        key: None,
        tiles: tiles.exists().then_some(tiles),
        opened: None,
    };
    let report = verify_log(&storage, &options, |_, _| ()).ok()?;
    if report.faults.is_empty() {
        return None;
    }
    Some(Verification {
        size: report.events,
        digest: report.digest.to_string(),
        root: report.root.to_string(),
        faults: report.faults,
        stale: Vec::new(),
        files_missing: report.files_missing,
        ..Verification::default()
    })
}

/// What was found, in words.
pub(super) fn told(common: &Common, found: &Value) -> String {
    let text = common.text();
    let word = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut lines = Vec::new();
    for fault in found["faults"].as_array().into_iter().flatten() {
        lines.push(word(&fault["detail"]));
    }
    for stale in found["snapshots"].as_array().into_iter().flatten() {
        let key = format!("cli-{}", word(&stale["code"]));
        lines.push(text.get(&key, &[("name", &word(&stale["name"]))]));
    }
    lines.extend(vault_told(common, &found["vault"]));
    lines.extend(accounts_told(common, &found["accounts"]));
    let size = found["size"].to_string();
    let key = if found["sound"].as_bool().unwrap_or_default() { "cli-sound" } else { "cli-unsound" };
    lines.push(text.get(key, &[("size", &size)]));
    lines.push(text.get("cli-digest", &[("digest", &word(&found["digest"]))]));
    lines.push(text.get("cli-root", &[("root", &word(&found["root"]))]));
    lines.join("\n")
}

/// What is in the log of accounts.
fn accounts_told(common: &Common, found: &Value) -> Vec<String> {
    let text = common.text();
    if found["closed"] == true {
        return vec![text.plain("error-accounts-closed")];
    }
    let faults = found["faults"].as_array().map(Vec::as_slice).unwrap_or_default();
    if found["sound"] == true {
        return vec![text.get("cli-accounts-sound", &[("size", &found["size"].to_string())])];
    }
    faults.iter().map(|fault| text.get("cli-accounts-fault", &[("fault", &plain(fault))])).collect()
}

/// What is in the vault: counts by status, then every failure and the proof of every erasure.
fn vault_told(common: &Common, found: &Value) -> Vec<String> {
    let text = common.text();
    let mut lines = Vec::new();
    if let Some(why) = found["closed"].as_str() {
        lines.push(text.get("cli-vault-closed", &[("why", why)]));
    }
    for item in found["items"].as_array().into_iter().flatten() {
        let args = ["subject", "position", "status"].map(|name| (name, plain(&item[name])));
        let proof = ["asked", "approved", "executed"].map(|name| (name, plain(&item["proof"][name])));
        let args: Vec<(&str, &str)> =
            args.iter().chain(&proof).map(|(name, value)| (*name, value.as_str())).collect();
        let status = text.word("vault", item["status"].as_str().unwrap_or_default());
        let key = if item["proof"].is_null() { "cli-vault-fault" } else { "cli-vault-erased" };
        let args: Vec<(&str, &str)> = args.into_iter().chain([("word", status.as_str())]).collect();
        lines.push(text.get(key, &args));
    }
    let counts = found["counts"].as_object().into_iter().flatten();
    let counts: Vec<String> =
        counts.map(|(word, count)| format!("{} {count}", text.word("vault", word))).collect();
    if !counts.is_empty() {
        lines.push(text.get("cli-vault-counts", &[("counts", &counts.join("，"))]));
    }
    if let Some(count) = found["quarantined"].as_u64().filter(|count| *count > 0) {
        lines.push(text.get("cli-vault-quarantined", &[("count", &count.to_string())]));
    }
    lines
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[derive(Args, Debug)]
pub(super) struct Rebuild {}

pub(super) fn rebuild(common: &Common, _: &Rebuild) -> Result<(), Failure> {
    let rebuilt = match Ledger::open(common)? {
        Ledger::Here(app) => {
            let bar = progress::bar(common, "cli-rebuilding");
            let rebuilt = app.rebuild(|done, all| {
                bar.set_length(all);
                bar.set_position(done);
            });
            bar.finish_and_clear();
            rebuilt.map_err(|problem| Failure::problem(common, &problem))?.to_json()
        }
        ledger @ Ledger::There(_) => {
            let spinner = progress::spinner(common, "cli-rebuilding");
            let ask = Ask { method: Method::POST, target: "/api/v1/rebuild".to_owned(), body: None };
            let rebuilt = ledger.fetch_json(common, &ask);
            spinner.finish_and_clear();
            rebuilt?
        }
    };
    let equal = rebuilt["equal"].as_bool().unwrap_or_default();
    if common.json {
        say(common, &rebuilt.to_string())?;
    } else {
        for model in rebuilt["models"].as_array().into_iter().flatten() {
            let same = model["equal"].as_bool().unwrap_or_default();
            let key = if same { "cli-model-equal" } else { "cli-model-differs-now" };
            let name = model["name"].as_str().unwrap_or_default();
            let digest = model["rebuilt"].as_str().unwrap_or_default();
            say(common, &common.text().get(key, &[("name", name), ("digest", digest)]))?;
        }
        let size = rebuilt["size"].to_string();
        say(common, &common.text().get("cli-rebuilt", &[("size", &size)]))?;
    }
    if equal { Ok(()) } else { Err(Failure::found()) }
}

#[derive(Args, Debug)]
pub(super) struct ClockAccept {
    /// 确认的岗位 / the post that accepts it
    #[arg(long, value_name = "POST")]
    actor: String,
    /// 原因 / why the clock is right
    #[arg(long)]
    reason: String,
}

pub(super) fn clock_accept(common: &Common, verb: &ClockAccept) -> Result<(), Failure> {
    let body = json!({ "actor": verb.actor, "reason": verb.reason }).to_string().into_bytes();
    let ask = Ask { method: Method::POST, target: "/api/v1/clock-accept".to_owned(), body: Some(&body) };
    let receipt = Ledger::open(common)?.fetch_json(common, &ask)?;
    if common.json {
        return say(common, &receipt.to_string());
    }
    say(common, &common.text().get("cli-clock-accepted", &[("position", &receipt["position"].to_string())]))
}
