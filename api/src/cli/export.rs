//! `export`: what the ledger knows, in the formats of other programs.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use axum::http::Method;
use clap::Args;
use serde_json::json;

use super::Common;
use super::ask::write_file;
use super::client::{Ask, Ledger, target};
use super::failure::{Failure, say};
use super::progress;
use crate::workbook::Kind;

#[derive(Args, Debug)]
pub(super) struct Export {
    /// 台账 registry, agreements, meetings, wednesday, projects；或 jsonl, ocel, ical, tiles / which ledger, or which format
    kind: String,
    /// 写入文件或目录；jsonl, ocel, ical 可用 - 表示标准输出 / file or folder to write, or - for standard output
    #[arg(short, long, value_name = "FILE|DIR|-")]
    output: PathBuf,
    /// 导出 tiles, jsonl, ocel 的岗位，留痕 / the post that takes everything away, which is recorded
    #[arg(long, value_name = "POST", default_value = "export")]
    actor: String,
    /// 导出的原因，留痕 / why everything is taken away, which is recorded
    #[arg(long, default_value = "供离线核对")]
    reason: String,
    /// ocel：只含这些类别，如 issue,topic,meeting,decision / categories of objects
    #[arg(long, value_name = "CATEGORY,…")]
    objects: Option<String>,
    /// ocel：native 时数字和真假不写成文本 / native: numbers and truth values as JSON has them
    #[arg(long, value_name = "string|native")]
    values: Option<String>,
    /// ocel：以发生时间或入账时间为准 / when it happened, or when it was recorded
    #[arg(long, value_name = "occurred|recorded")]
    time: Option<String>,
    /// ocel, ical：截至位置或日期 / known by a position or a date
    #[arg(long, value_name = "POSITION|DATE")]
    as_of: Option<String>,
    /// ical：只含一个社区 / only one community
    #[arg(long, value_name = "CODE|NAME")]
    community: Option<String>,
    /// ical：只含一个单位参加或负责的 / only what one unit attends or answers for
    #[arg(long, value_name = "CODE|NAME")]
    unit: Option<String>,
    /// ical：时限写成待办 / due dates as tasks
    #[arg(long)]
    todos: bool,
    /// ical：起始日期 / first day
    #[arg(long, value_name = "DATE")]
    from: Option<String>,
    /// ical：截止日期 / last day
    #[arg(long, value_name = "DATE")]
    to: Option<String>,
}

/// Options by the formats that take them.
fn misplaced(verb: &Export) -> Option<&'static str> {
    let of_ocel = [
        ("objects", verb.objects.is_some()),
        ("values", verb.values.is_some()),
        ("time", verb.time.is_some()),
    ];
    let of_ical = [
        ("community", verb.community.is_some()),
        ("unit", verb.unit.is_some()),
        ("todos", verb.todos),
        ("from", verb.from.is_some()),
        ("to", verb.to.is_some()),
    ];
    let as_of = [("as-of", verb.as_of.is_some())];
    let foreign: Vec<(&'static str, bool)> = match verb.kind.as_str() {
        "ocel" => of_ical.to_vec(),
        "ical" => of_ocel.to_vec(),
        _ => [of_ocel.as_slice(), &of_ical, &as_of].concat(),
    };
    foreign.into_iter().find(|(_, given)| *given).map(|(name, _)| name)
}

pub(super) fn run(common: &Common, verb: &Export) -> Result<(), Failure> {
    if let Some(option) = misplaced(verb) {
        return Err(Failure::usage(common, "cli-export-option", &[("option", option), ("kind", &verb.kind)]));
    }
    let away = json!({ "actor": verb.actor, "reason": verb.reason }).to_string().into_bytes();
    let post = |target: String| (Method::POST, target, Some(away.clone()));
    let (method, target, body) = match verb.kind.as_str() {
        "tiles" => return super::evidence::export_tiles(common, &verb.output, &verb.actor, &verb.reason),
        "jsonl" => post("/api/v1/exports/jsonl".to_owned()),
        "ocel" => {
            let query = [
                ("objects", verb.objects.clone()),
                ("values", verb.values.clone()),
                ("time", verb.time.clone()),
                ("asOf", verb.as_of.clone()),
            ];
            post(target("/api/v1/exports/ocel", &query))
        }
        "ical" => {
            let query = [
                ("community", verb.community.clone()),
                ("unit", verb.unit.clone()),
                ("todos", verb.todos.then(|| "true".to_owned())),
                ("from", verb.from.clone()),
                ("to", verb.to.clone()),
                ("asOf", verb.as_of.clone()),
            ];
            (Method::GET, target("/api/v1/calendar.ics", &query), None)
        }
        kind => return workbook(common, kind, &verb.output),
    };
    let ledger = Ledger::open(common)?;
    let ask = Ask { method, target, body: body.as_deref() };
    if verb.output.as_os_str() == "-" {
        let mut out = BufWriter::with_capacity(1 << 16, std::io::stdout().lock());
        ledger.stream(common, &ask, &mut out)?;
        return match out.flush() {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                Err(Failure::fault(common, "stdout", &error))
            }
            _ => Ok(()),
        };
    }
    let spinner = progress::spinner(common, "cli-exporting");
    let written = to_file(common, &ledger, &ask, &verb.output);
    spinner.finish_and_clear();
    let (bytes, file) = (written?, verb.output.display().to_string());
    if common.json {
        return say(common, &json!({ "file": file, "bytes": bytes }).to_string());
    }
    say(common, &common.text().get("cli-written", &[("file", &file)]))
}

fn workbook(common: &Common, kind: &str, output: &PathBuf) -> Result<(), Failure> {
    if Kind::of_name(kind).is_none() {
        return Err(Failure::usage(common, "cli-no-such-export", &[("kind", kind)]));
    }
    let ledger = Ledger::open(common)?;
    let bytes = ledger.fetch(common, &Ask::get(format!("/api/v1/workbooks/{kind}")))?;
    write_file(common, output, &bytes)
}

/// Writes an answer into a file as it comes: under another name first, so that half of one never passes for whole.
fn to_file(common: &Common, ledger: &Ledger, ask: &Ask<'_>, output: &Path) -> Result<u64, Failure> {
    let fault = |error: std::io::Error| Failure::fault(common, &output.display().to_string(), &error);
    let mut name = output.as_os_str().to_owned();
    name.push(".tmp");
    let temporary = PathBuf::from(name);
    let mut file = BufWriter::with_capacity(1 << 20, File::create(&temporary).map_err(fault)?);
    let streamed = ledger.stream(common, ask, &mut file);
    let finished = streamed.and_then(|_| {
        let file = file.into_inner().map_err(|error| fault(error.into_error()))?;
        file.sync_all().map_err(fault)?;
        let bytes = file.metadata().map_err(fault)?.len();
        std::fs::rename(&temporary, output).map_err(fault)?;
        Ok(bytes)
    });
    if finished.is_err() {
        let _ = std::fs::remove_file(&temporary);
    }
    finished
}
