//! `record`: commands as JSON, one or a list, atomic either way.

use std::io::Read as _;
use std::path::PathBuf;

use axum::http::Method;
use clap::Args;
use serde_json::Value;

use super::Common;
use super::client::{Ask, Ledger};
use super::failure::{Failure, print, say};
use crate::app::{random_id, uuid};

/// Letters of a digest that are shown.
const DIGEST_SHOWN: usize = 12;

#[derive(Args, Debug)]
pub(super) struct Record {
    /// 记入的岗位，命令未写时用 / the post that enters it, where a command names none
    #[arg(long, value_name = "POST")]
    actor: Option<String>,
    /// 只判断，不记入 / decide and record nothing
    #[arg(long)]
    dry_run: bool,
    /// JSON 文件，- 为标准输入 / file with JSON, `-` for the standard input
    #[arg(default_value = "-", value_name = "FILE")]
    file: PathBuf,
}

pub(super) fn run(common: &Common, verb: &Record) -> Result<(), Failure> {
    let name = verb.file.display().to_string();
    let fault = |error: std::io::Error| {
        Failure::usage(common, "cli-unreadable", &[("file", &name), ("error", &common.text().cause(&error))])
    };
    let mut bytes = Vec::new();
    if name == "-" {
        std::io::stdin().lock().read_to_end(&mut bytes).map_err(fault)?;
    } else {
        bytes = std::fs::read(&verb.file).map_err(fault)?;
    }
    let mut json: Value = serde_json::from_slice(&bytes).map_err(|error| {
        Failure::usage(common, "cli-not-json", &[("error", &common.text().cause(&error))])
    })?;
    // An id of our own, so that a lost answer can be asked for again.
    let id = uuid(&random_id().map_err(|problem| Failure::problem(common, &problem))?);
    let is_list = json.is_array();
    match &mut json {
        Value::Array(list) => {
            let id = list.iter().find_map(|one| one["commandId"].as_str().map(str::to_owned)).unwrap_or(id);
            list.iter_mut().for_each(|one| complete(one, &id, verb.actor.as_deref()));
        }
        one => complete(one, &id, verb.actor.as_deref()),
    }
    let target = if verb.dry_run { "/api/v1/commands?dryRun=true" } else { "/api/v1/commands" };
    let body = json.to_string().into_bytes();
    let ask = Ask { method: Method::POST, target: target.to_owned(), body: Some(&body) };
    let ledger = Ledger::open(common)?;
    let answer = ledger.fetch_json(common, &ask)?;
    if common.json {
        return say(common, &answer.to_string());
    }
    let receipts = if is_list { answer.as_array().cloned().unwrap_or_default() } else { vec![answer] };
    let text = common.text();
    let mut out = String::new();
    for receipt in &receipts {
        let key = match (verb.dry_run, receipt["replayed"].as_bool().unwrap_or_default()) {
            (true, _) => "cli-would-record",
            (_, true) => "cli-replayed",
            _ => "cli-recorded",
        };
        let digest = receipt["digest"].as_str().unwrap_or_default();
        let args = [
            ("position", receipt["position"].to_string()),
            ("stream", receipt["stream"].as_str().unwrap_or_default().to_owned()),
            ("revision", receipt["revision"].to_string()),
            ("kind", text.word("kind", receipt["kind"].as_str().unwrap_or_default())),
            ("digest", digest.get(..DIGEST_SHOWN).unwrap_or(digest).to_owned()),
        ];
        let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
        out.push_str(&text.get(key, &args));
        out.push('\n');
        for warning in receipt["warnings"].as_array().into_iter().flatten() {
            let detail = warning["detail"].as_str().unwrap_or_default();
            out.push_str(&text.get("cli-warning", &[("warning", detail)]));
            out.push('\n');
        }
    }
    print(common, out.as_bytes())
}

fn complete(command: &mut Value, id: &str, actor: Option<&str>) {
    let Value::Object(fields) = command else { return };
    fields.entry("commandId").or_insert_with(|| Value::from(id));
    if let Some(actor) = actor {
        fields.entry("actor").or_insert_with(|| Value::from(actor));
    }
}
