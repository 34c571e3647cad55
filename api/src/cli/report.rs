//! `report`: the quarterly report, its editions, and what differs between two of them.

use std::path::{Path, PathBuf};

use axum::http::Method;
use clap::{Args, Subcommand, ValueEnum};
use gongjian_core::files;
use serde_json::{Value, json};

use super::Common;
use super::ask::write_file;
use super::client::{Ask, Ledger, encoded, target};
use super::document::listed;
use super::failure::{Failure, print};
use super::period::{file_path, tell, told};

/// The quarterly report.
const REPORT: &str = "/api/v1/reports/co-building";
/// Events asked for at once.
const PAGE: &str = "1000";

#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(super) struct Report {
    #[command(subcommand)]
    verb: Option<Verb>,
    /// 季度 / quarter
    #[arg(long, value_name = "2022-Q3", required = true)]
    quarter: Option<String>,
    /// 街道 / street, by code or name
    #[arg(long, conflicts_with = "community")]
    street: Option<String>,
    /// 社区 / community, by code or name
    #[arg(long)]
    community: Option<String>,
    /// 截至位置或日期 / known by a position or date
    #[arg(long, value_name = "POSITION|DATE", conflicts_with = "against")]
    as_of: Option<String>,
    /// 按哪一天判断 / judged as of a day
    #[arg(long, value_name = "DATE")]
    on: Option<String>,
    /// 一个指标的定义、数值和依据的事件 / one figure: definition, value, and the events behind it
    #[arg(long, value_name = "NAME", conflicts_with_all = ["against", "record"])]
    explain: Option<String>,
    /// 至多多少个事件 / at most so many events
    #[arg(long, value_name = "N", requires = "explain")]
    limit: Option<u64>,
    /// 连同各街道、社区与上期、去年同期对比 / compare the figures of every part, too
    #[arg(long, conflicts_with_all = ["explain", "against", "record"])]
    compare_parts: bool,
    /// 格式 / format
    #[arg(long, value_enum)]
    format: Option<ReportFormat>,
    /// 写入文件；出具时为目录 / write to a file; with --record to a folder
    #[arg(short, long, value_name = "FILE|DIR")]
    output: Option<PathBuf>,
    /// 出具：按冻结的数据制成各种格式并记入账本；已出具的只答复 / make the files of a frozen quarter and record the edition
    #[arg(long, requires = "actor", conflicts_with_all = ["as_of", "on", "format", "against"])]
    record: bool,
    /// 出具的岗位 / the post that makes it
    #[arg(long, value_name = "POST", requires = "record")]
    actor: Option<String>,
    /// 与截至此位置的同季报告比较，列出差异和原因 / what differs from the report known by a position
    #[arg(long, value_name = "POSITION")]
    against: Option<u64>,
}

#[derive(Subcommand, Debug)]
enum Verb {
    /// 审核：由出具以外的岗位 / review it, as another post than made it
    Review(Review),
    /// 审批：由出具、审核以外的岗位 / approve it, as a third post
    Approve(Step),
    /// 公布 / publish it
    Publish(Publish),
    /// 退回 / send it back
    Return(Return),
    /// 勘误：公布以后 / say what is wrong in what is published
    Erratum(Erratum),
    /// 列出报告 / list reports
    List,
}

#[derive(Args, Debug)]
struct Step {
    /// 报告编号：2022-Q2、2022-Q2-S01、2022-Q2-C01 / id of the report
    id: String,
    /// 办理的岗位 / the post that does it
    #[arg(long, value_name = "POST")]
    actor: String,
    /// 办理日期，不写为今天 / day; today otherwise
    #[arg(long, value_name = "DATE")]
    on: Option<String>,
}

#[derive(Args, Debug)]
struct Review {
    #[command(flatten)]
    step: Step,
    /// 审核意见 / what the reviewer says
    #[arg(long)]
    note: Option<String>,
}

#[derive(Args, Debug)]
struct Publish {
    #[command(flatten)]
    step: Step,
    /// 公布范围：内部、公开 / for whom
    #[arg(long, value_name = "内部|公开")]
    audience: String,
}

#[derive(Args, Debug)]
struct Return {
    #[command(flatten)]
    step: Step,
    /// 原因 / why
    #[arg(long)]
    reason: String,
}

#[derive(Args, Debug)]
struct Erratum {
    #[command(flatten)]
    step: Step,
    /// 何处有误、应为什么 / what is wrong, and what is right
    #[arg(long)]
    text: String,
    /// 有关事件的位置 / positions of the events that are the cause
    #[arg(long, value_name = "POSITION", num_args = 1..)]
    causes: Vec<u64>,
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
    Docx,
}

pub(super) fn run(common: &Common, report: &Report) -> Result<(), Failure> {
    let Some(verb) = &report.verb else {
        return match (report.record, report.against) {
            (true, _) => record(common, report),
            (false, Some(position)) => differences(common, report, position),
            (false, None) => show(common, report),
        };
    };
    match verb {
        Verb::Review(it) => step(common, "report.review", &it.step, &json!({ "note": it.note })),
        Verb::Approve(it) => step(common, "report.approve", it, &json!({})),
        Verb::Publish(it) => step(common, "report.publish", &it.step, &json!({ "audience": it.audience })),
        Verb::Return(it) => step(common, "report.return", &it.step, &json!({ "reason": it.reason })),
        Verb::Erratum(it) => {
            let data = json!({ "text": it.text, "causes": it.causes });
            step(common, "report.issue-erratum", &it.step, &data)
        }
        Verb::List => listed(common, "/api/v1/reports", &[]),
    }
}

fn step(common: &Common, command: &str, step: &Step, data: &Value) -> Result<(), Failure> {
    let stream = format!("report/{}", step.id);
    let receipt = tell(common, command, &stream, &step.actor, step.on.as_deref(), data)?;
    let (done, position) = (common.text().command(command), receipt["position"].to_string());
    let args = [("id", step.id.as_str()), ("done", &done), ("position", &position)];
    told(common, &receipt, "cli-report-step", &args)
}

impl Report {
    fn quarter(&self) -> String {
        self.quarter.clone().unwrap_or_default()
    }
}

fn show(common: &Common, verb: &Report) -> Result<(), Failure> {
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
        ReportFormat::Docx => "docx",
    };
    let mut query = vec![
        ("quarter", Some(verb.quarter())),
        ("street", verb.street.clone()),
        ("community", verb.community.clone()),
        ("asOf", verb.as_of.clone()),
        ("on", verb.on.clone()),
        ("format", Some(word.to_owned())),
    ];
    let mut bytes = match &verb.explain {
        Some(figure) => explained(common, &ledger, verb, figure, format, query)?,
        None => {
            query.push(("comparisons", verb.compare_parts.then(|| "all".to_owned())));
            ledger.fetch(common, &Ask::get(target(REPORT, &query)))?
        }
    };
    match &verb.output {
        // The file is the edition's, byte for byte, where one is recorded.
        Some(path) => write_file(common, path, &bytes),
        None => {
            if format == ReportFormat::Json {
                bytes.push(b'\n');
            }
            print(common, &bytes)
        }
    }
}

/// One figure with the events behind it: of JSON every page, put together.
fn explained(
    common: &Common,
    ledger: &Ledger,
    verb: &Report,
    figure: &str,
    format: ReportFormat,
    mut query: Vec<(&'static str, Option<String>)>,
) -> Result<Vec<u8>, Failure> {
    let path = format!("{REPORT}/figures/{}", encoded(figure));
    if format != ReportFormat::Json {
        query.push(("limit", verb.limit.map(|limit| limit.to_string())));
        return ledger.fetch(common, &Ask::get(target(&path, &query)));
    }
    let mut page = query.clone();
    page.extend([("limit", Some(PAGE.to_owned())), ("cursor", None)]);
    let mut whole = ledger.fetch_json(common, &Ask::get(target(&path, &page)))?;
    let most = verb.limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    let mut items = match whole["items"].take() {
        Value::Array(items) => items,
        _ => Vec::new(),
    };
    while let (Some(next), true) = (whole["next"].as_str().map(str::to_owned), items.len() < most) {
        if let Some(last) = page.last_mut() {
            last.1 = Some(next);
        }
        let mut more = ledger.fetch_json(common, &Ask::get(target(&path, &page)))?;
        if let Value::Array(more) = more["items"].take() {
            items.extend(more);
        }
        whole["next"] = more["next"].take();
    }
    items.truncate(most);
    whole["items"] = Value::Array(items);
    whole["next"] = Value::Null;
    Ok(whole.to_string().into_bytes())
}

fn differences(common: &Common, verb: &Report, position: u64) -> Result<(), Failure> {
    let ledger = Ledger::open(common)?;
    let query = [
        ("quarter", Some(verb.quarter())),
        ("street", verb.street.clone()),
        ("community", verb.community.clone()),
        ("from", Some(position.to_string())),
        ("on", verb.on.clone()),
        ("format", (!common.json).then(|| "text".to_owned())),
    ];
    let ask = Ask::get(target("/api/v1/reports/co-building/differences", &query));
    let mut bytes = ledger.fetch(common, &ask)?;
    if common.json {
        bytes.push(b'\n');
    }
    match &verb.output {
        Some(path) => write_file(common, path, &bytes),
        None => print(common, &bytes),
    }
}

/// Records the edition, then writes its files: what could not be written is written by the next run.
fn record(common: &Common, verb: &Report) -> Result<(), Failure> {
    let ledger = Ledger::open(common)?;
    let body = json!({
        "quarter": verb.quarter(), "street": verb.street, "community": verb.community,
        "actor": verb.actor.clone().unwrap_or_default(),
    });
    let body = body.to_string().into_bytes();
    let route = "/api/v1/reports/co-building/editions".to_owned();
    let ask = Ask { method: Method::POST, target: route, body: Some(&body) };
    let edition = ledger.fetch_json(common, &ask)?;
    if let Some(folder) = &verb.output {
        write_edition(common, &ledger, &edition, folder)?;
    }
    let folder = verb.output.as_ref().map(|folder| folder.display().to_string());
    let word = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let files = edition["files"].as_array().map_or(0, Vec::len).to_string();
    let args = [
        ("id", word(&edition["id"])),
        ("edition", word(&edition["edition"])),
        ("position", word(&edition["position"])),
        ("frozen", word(&edition["asOf"]["position"])),
        ("files", files),
        ("dir", folder.clone().unwrap_or_default()),
    ];
    let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let key = match (edition["replayed"].as_bool().unwrap_or_default(), folder.is_some()) {
        (false, true) => "cli-edition-written",
        (false, false) => "cli-edition-recorded",
        (true, true) => "cli-edition-written-again",
        (true, false) => "cli-edition-known",
    };
    told(common, &edition, key, &args)
}

fn write_edition(common: &Common, ledger: &Ledger, edition: &Value, folder: &Path) -> Result<(), Failure> {
    let fault =
        |path: &Path, error: std::io::Error| Failure::fault(common, &path.display().to_string(), &error);
    std::fs::create_dir_all(folder).map_err(|error| fault(folder, error))?;
    let id = edition["id"].as_str().unwrap_or_default();
    let number = edition["edition"].as_u64().unwrap_or_default();
    for file in edition["files"].as_array().into_iter().flatten() {
        let text = |name: &str| file[name].as_str().unwrap_or_default();
        let bytes = ledger.fetch(common, &Ask::get(file_path(id, number, text("format"))))?;
        let path = folder.join(text("name"));
        // Of several runs at once each has a file of its own until it is whole.
        let own = folder.join(format!("{}.{}", text("name"), std::process::id()));
        files::write_whole(&own, &bytes, files::PUBLIC).map_err(|error| fault(&own, error))?;
        std::fs::rename(&own, &path).map_err(|error| fault(&path, error))?;
    }
    Ok(())
}
