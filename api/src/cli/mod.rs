//! The command line: every verb asks the same questions as HTTP, of this process or of a running server.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

mod ask;
mod backup;
mod claim;
mod client;
mod demo;
mod document;
mod erase;
mod evidence;
mod export;
mod failure;
mod holder;
mod import;
mod init;
mod inspect;
mod monitor;
mod paper;
mod period;
mod progress;
mod record;
mod report;
mod serve;
mod socket;
mod template;
mod upkeep;
mod user;
mod verify;
mod witness;

pub use failure::Failure;

use crate::messages::{Language, Text};

/// 共建账本：县域基层治理的事件账本。The event-sourced governance ledger of a county.
#[derive(Parser, Debug)]
#[command(name = "gongjian", version, max_term_width = 100)]
pub struct Arguments {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    verb: Verb,
}

/// What every verb takes.
#[derive(Args, Debug, Clone)]
struct Common {
    /// 以 JSON 输出 / print JSON
    #[arg(long, global = true)]
    json: bool,
    /// 语言：zh 或 en / language
    #[arg(long, global = true, env = "GONGJIAN_LANG", value_name = "LANG")]
    lang: Option<String>,
    /// 账本目录 / folder of the ledger
    #[arg(long, global = true, env = "GONGJIAN_DATA", default_value = "gongjian-data", value_name = "DIR")]
    data: PathBuf,
}

impl Common {
    fn text(&self) -> Text {
        self.lang.as_deref().and_then(Language::of_tag).unwrap_or_default().text()
    }
}

#[derive(Subcommand, Debug)]
enum Verb {
    /// 开启服务 / serve HTTP on this machine
    Serve(serve::Serve),
    /// 演示：汶上县 2022 年台账 / import a county and serve it
    Demo(demo::Demo),
    /// 建立账本 / make a ledger
    Init(init::Init),
    /// 导入台账 / import workbooks, all together or none
    Import(import::Import),
    /// 空白台账模板 / an empty workbook to fill in
    Template(template::Template),
    /// 检查点：现有全部事件的签名摘要 / sign what is there now
    Checkpoint(evidence::Checkpoint),
    /// 证明：事件在账、前后一致；一件事的证据包 / prove an event, or pack one matter as evidence
    Prove(evidence::Prove),
    /// 导出：台账工作簿、全部日志 jsonl、流程挖掘 ocel、日历 ical、树片 tiles / export a register, the log, or a feed
    Export(export::Export),
    /// 记入命令 / record commands, given as JSON
    Record(record::Record),
    /// 事件，每行一个 JSON / events as JSON lines
    Events(ask::Events),
    /// 列表 / list what the ledger knows
    List(ask::List),
    /// 一件事的来龙去脉 / one matter from problem to verification
    Trail(ask::Trail),
    /// 统计期：冻结、重开 / freeze a quarter, or reopen it
    Period(period::Period),
    /// 季度共建报告：查看、出具、审核、公布 / the quarterly report, and its editions
    Report(report::Report),
    /// 文书：会议通知、议程、签到表、纪要、交办单、例会记录单、协议页、追溯单 / papers to print
    Paper(paper::Paper),
    /// 核对账本（全部重算），或离线核对证明、检查点、证据包、账本副本 / recompute the ledger, or check evidence offline
    Verify(verify::Verify),
    /// 四性检测：真实、完整、可用、安全，出具报告 / inspect the ledger and write a signed report
    Inspect(inspect::Inspect),
    /// 备份：不含密钥，服务运行时也可 / a copy without keys, also beside a server
    Backup(backup::Backup),
    /// 从备份恢复，或补齐缺少的事件 / put a ledger back, or fetch what it lacks
    Restore(backup::Restore),
    /// 重建读模型并核对 / fold the read models again and compare
    Rebuild(upkeep::Rebuild),
    /// 资料：存入、查阅、列出 / documents in the vault
    Document(document::Document),
    /// 任职名录 / the directory of who held which post
    Holder(holder::Holder),
    /// 删除：申请、审批、执行 / erasures
    Erase(erase::Erase),
    /// 账号：开立、授权、停用 / accounts and what they may do
    User(user::User),
    /// 接口令牌 / tokens for programs
    Token(user::Token),
    /// 确认时钟正确 / say that the clock is right
    ClockAccept(upkeep::ClockAccept),
    /// 见证其他账本的检查点 / cosign the checkpoints of other ledgers
    Witness(witness::Witness),
}

/// Does what the arguments say.
///
/// # Errors
/// [`Failure`] with what to print and the exit code.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let common = &arguments.common;
    if let Some(lang) = &common.lang
        && Language::of_tag(lang).is_none()
    {
        return Err(Failure::usage(common, "cli-lang-unknown", &[("lang", lang)]));
    }
    match &arguments.verb {
        Verb::Serve(verb) => serve::run(common, verb),
        Verb::Demo(verb) => demo::run(common, verb),
        Verb::Init(verb) => init::run(common, verb),
        Verb::Import(verb) => import::run(common, verb),
        Verb::Template(verb) => template::run(common, verb),
        Verb::Checkpoint(verb) => evidence::checkpoint(common, verb),
        Verb::Prove(verb) => evidence::prove(common, verb),
        Verb::Export(verb) => export::run(common, verb),
        Verb::Record(verb) => record::run(common, verb),
        Verb::Events(verb) => ask::events(common, verb),
        Verb::List(verb) => ask::list(common, verb),
        Verb::Trail(verb) => ask::trail(common, verb),
        Verb::Period(verb) => period::run(common, verb),
        Verb::Report(verb) => report::run(common, verb),
        Verb::Paper(verb) => paper::run(common, verb),
        Verb::Verify(verb) => verify::run(common, verb),
        Verb::Inspect(verb) => inspect::run(common, verb),
        Verb::Backup(verb) => backup::backup(common, verb),
        Verb::Restore(verb) => backup::restore(common, verb),
        Verb::Rebuild(verb) => upkeep::rebuild(common, verb),
        Verb::Document(verb) => document::run(common, verb),
        Verb::Holder(verb) => holder::run(common, verb),
        Verb::Erase(verb) => erase::run(common, verb),
        Verb::User(verb) => user::user(common, verb),
        Verb::Token(verb) => user::token(common, verb),
        Verb::ClockAccept(verb) => upkeep::clock_accept(common, verb),
        Verb::Witness(verb) => witness::run(common, verb),
    }
}
