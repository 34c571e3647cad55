//! `events`, `list`, `trail` and `report`: questions to the ledger.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::Common;
use super::client::{Ask, Ledger, encoded, target};
use super::failure::{Failure, print, say};

/// The list that is one community's Wednesday sheet.
const SHEET: &str = "sheet";
/// Rows asked for at once.
const PAGE: &str = "1000";

#[derive(Args, Debug)]
pub(super) struct Events {
    /// 从这个位置开始 / first position
    #[arg(long, value_name = "N")]
    from: Option<u64>,
    /// 只看一个流 / one stream
    #[arg(long, value_name = "S")]
    stream: Option<String>,
    /// 只看一种 / one kind
    #[arg(long, value_name = "K")]
    kind: Option<String>,
    /// 至多多少 / at most so many
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    /// 截至位置或日期 / known by a position or date
    #[arg(long, value_name = "POSITION|DATE")]
    as_of: Option<String>,
    /// 连同原始字节 / with the record's bytes in base64
    #[arg(long)]
    raw: bool,
}

pub(super) fn events(common: &Common, verb: &Events) -> Result<(), Failure> {
    let ledger = Ledger::open(common)?;
    let query = [
        ("format", Some("jsonl".to_owned())),
        ("from", verb.from.map(|from| from.to_string())),
        ("stream", verb.stream.clone()),
        ("kind", verb.kind.clone()),
        ("limit", verb.limit.map(|limit| limit.to_string())),
        ("asOf", verb.as_of.clone()),
        ("raw", verb.raw.then(|| "true".to_owned())),
    ];
    let mut out = BufWriter::with_capacity(1 << 16, std::io::stdout().lock());
    ledger.stream(common, &Ask::get(target("/api/v1/events", &query)), &mut out)?;
    match out.flush() {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::fault(common, "stdout", &error))
        }
        _ => Ok(()),
    }
}

#[derive(Args, Debug)]
pub(super) struct List {
    /// 列什么：agreements, projects, meetings, decisions, issues, findings, calendar, sheet… / which list
    what: String,
    /// 社区 / community, by code or name
    #[arg(long)]
    community: Option<String>,
    /// 街道 / street, by code or name
    #[arg(long)]
    street: Option<String>,
    /// 状态 / state
    #[arg(long)]
    state: Option<String>,
    /// 单位 / unit, by code or name
    #[arg(long)]
    unit: Option<String>,
    /// 类别 / category, kind or type
    #[arg(long, visible_alias = "kind")]
    category: Option<String>,
    /// 此日前到期未办结 / due before this day and not done
    #[arg(long, value_name = "DATE")]
    due_before: Option<String>,
    /// 只看逾期 / only what is overdue
    #[arg(long)]
    overdue: bool,
    /// 含有文字 / holds this text
    #[arg(long, value_name = "TEXT")]
    contains: Option<String>,
    /// 季度 / quarter
    #[arg(long, value_name = "2022-Q3")]
    quarter: Option<String>,
    /// 截至位置或日期 / known by a position or date
    #[arg(long, value_name = "POSITION|DATE")]
    as_of: Option<String>,
    /// 按哪一天判断 / judged as of a day
    #[arg(long, value_name = "DATE")]
    on: Option<String>,
    /// 排序字段，前加 - 倒序 / field to sort by, `-` before it for the other direction
    #[arg(long, value_name = "FIELD", allow_hyphen_values = true)]
    sort: Option<String>,
    /// 至多多少 / at most so many
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    /// 格式 / format
    #[arg(long, value_enum)]
    format: Option<ListFormat>,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum ListFormat {
    Text,
    Json,
    Csv,
}

pub(super) fn list(common: &Common, verb: &List) -> Result<(), Failure> {
    let ledger = Ledger::open(common)?;
    let is_sheet = verb.what == SHEET;
    let path = match (is_sheet, &verb.community) {
        (false, _) => format!("/api/v1/{}", encoded(&verb.what)),
        (true, Some(community)) => format!("/api/v1/communities/{}/wednesday-sheet", encoded(community)),
        (true, None) => return Err(Failure::usage(common, "cli-sheet-needs-community", &[])),
    };
    if !is_sheet && !crate::app::LISTS.contains(&verb.what.as_str()) {
        let lists: Vec<&str> = crate::app::LISTS.iter().copied().chain([SHEET]).collect();
        let lists = lists.join(", ");
        return Err(Failure::usage(common, "cli-no-such-list", &[("list", &verb.what), ("lists", &lists)]));
    }
    let mut query = vec![
        ("community", verb.community.clone().filter(|_| !is_sheet)),
        ("street", verb.street.clone()),
        ("state", verb.state.clone()),
        ("unit", verb.unit.clone()),
        ("category", verb.category.clone()),
        ("dueBefore", verb.due_before.clone()),
        ("overdue", verb.overdue.then(|| "true".to_owned())),
        ("contains", verb.contains.clone()),
        ("quarter", verb.quarter.clone()),
        ("asOf", verb.as_of.clone()),
        ("on", verb.on.clone()),
        ("sort", verb.sort.clone()),
    ];
    let format = verb.format.unwrap_or(if common.json { ListFormat::Json } else { ListFormat::Text });
    if format != ListFormat::Json {
        let word = if format == ListFormat::Csv { "csv" } else { "text" };
        query.push(("format", Some(word.to_owned())));
        query.push(("limit", verb.limit.map(|limit| limit.to_string())));
        return print(common, &ledger.fetch(common, &Ask::get(target(&path, &query)))?);
    }
    if is_sheet {
        let mut bytes = ledger.fetch(common, &Ask::get(target(&path, &query)))?;
        bytes.push(b'\n');
        return print(common, &bytes);
    }
    let whole = all_pages(common, &ledger, &path, query, verb.limit)?;
    say(common, &whole.to_string())
}

/// Every page of a list as one answer.
fn all_pages(
    common: &Common,
    ledger: &Ledger,
    path: &str,
    mut query: Vec<(&'static str, Option<String>)>,
    limit: Option<u64>,
) -> Result<Value, Failure> {
    query.push(("limit", Some(PAGE.to_owned())));
    query.push(("cursor", None));
    let mut items: Vec<Value> = Vec::new();
    loop {
        let mut page = ledger.fetch_json(common, &Ask::get(target(path, &query)))?;
        if let Some(Value::Array(more)) = page.get_mut("items").map(Value::take) {
            items.extend(more);
        }
        let next = page["next"].as_str().map(str::to_owned);
        let full = limit.is_some_and(|limit| items.len() as u64 >= limit);
        if next.is_none() || full {
            items.truncate(limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX)));
            return Ok(json!({ "items": items, "total": page["total"], "next": null, "asOf": page["asOf"] }));
        }
        if let Some(last) = query.last_mut() {
            last.1 = next;
        }
    }
}

#[derive(Args, Debug)]
pub(super) struct Trail {
    /// 编号或名称：issue/WT-2022-0000、HY-2022-0046-J1-1、小区或单位名称 / id or name
    id: String,
    /// 截至位置或日期 / known by a position or date
    #[arg(long, value_name = "POSITION|DATE")]
    as_of: Option<String>,
    /// 按哪一天判断 / judged as of a day
    #[arg(long, value_name = "DATE")]
    on: Option<String>,
}

pub(super) fn trail(common: &Common, verb: &Trail) -> Result<(), Failure> {
    let ledger = Ledger::open(common)?;
    let format = (!common.json).then(|| "text".to_owned());
    let query = [("asOf", verb.as_of.clone()), ("on", verb.on.clone()), ("format", format)];
    let ask = Ask::get(target(&format!("/api/v1/trails/{}", encoded(&verb.id)), &query));
    let mut bytes = ledger.fetch(common, &ask)?;
    if common.json {
        bytes.push(b'\n');
    }
    print(common, &bytes)
}

#[derive(Args, Debug)]
pub(super) struct Report {
    /// 季度 / quarter
    #[arg(long, value_name = "2022-Q3")]
    quarter: String,
    /// 街道 / street, by code or name
    #[arg(long, conflicts_with = "community")]
    street: Option<String>,
    /// 社区 / community, by code or name
    #[arg(long)]
    community: Option<String>,
    /// 截至位置或日期 / known by a position or date
    #[arg(long, value_name = "POSITION|DATE")]
    as_of: Option<String>,
    /// 按哪一天判断 / judged as of a day
    #[arg(long, value_name = "DATE")]
    on: Option<String>,
    /// 格式 / format
    #[arg(long, value_enum)]
    format: Option<ReportFormat>,
    /// 写入文件 / write to a file
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum ReportFormat {
    Text,
    Json,
    Csv,
    Md,
    Xlsx,
    Html,
    Pdf,
}

pub(super) fn report(common: &Common, verb: &Report) -> Result<(), Failure> {
    let ledger = Ledger::open(common)?;
    let format = verb.format.unwrap_or(if common.json { ReportFormat::Json } else { ReportFormat::Text });
    let word = match format {
        ReportFormat::Text => "text",
        ReportFormat::Json => "json",
        ReportFormat::Csv => "csv",
        ReportFormat::Md => "md",
        ReportFormat::Xlsx => "xlsx",
        ReportFormat::Html => "html",
        ReportFormat::Pdf => "pdf",
    };
    let query = [
        ("quarter", Some(verb.quarter.clone())),
        ("street", verb.street.clone()),
        ("community", verb.community.clone()),
        ("asOf", verb.as_of.clone()),
        ("on", verb.on.clone()),
        ("format", Some(word.to_owned())),
    ];
    let ask = Ask::get(target("/api/v1/reports/co-building", &query));
    let mut bytes = ledger.fetch(common, &ask)?;
    if format == ReportFormat::Json {
        bytes.push(b'\n');
    }
    match &verb.output {
        None => print(common, &bytes),
        Some(path) => write_file(common, path, &bytes),
    }
}

/// Writes a file whole.
pub(super) fn write_file(common: &Common, path: &PathBuf, bytes: &[u8]) -> Result<(), Failure> {
    let written =
        File::create(path).and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()));
    let name = path.display().to_string();
    written.map_err(|error| Failure::fault(common, &name, &error))?;
    if common.json {
        return Ok(());
    }
    say(common, &common.text().get("cli-written", &[("file", &name)]))
}
