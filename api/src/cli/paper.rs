//! `paper`: something to print about a meeting, a decision, an agreement, or any matter.

use std::path::PathBuf;

use clap::Args;

use super::Common;
use super::ask::write_file;
use super::client::{Ask, Ledger, encoded, target};
use super::failure::Failure;
use crate::papers::{KINDS, Kind};

#[derive(Args, Debug)]
pub(super) struct Paper {
    /// 文书种类：notice、agenda、attendance、minutes、decision-slip、wednesday-sheet、agreement、trail / kind of paper
    kind: String,
    /// 编号：会议、议定事项、例会或社区、协议，或一件事的编号、名称 / id of what it is about
    id: String,
    /// 格式 / format
    #[arg(long, value_name = "docx|pdf|html")]
    format: Option<String>,
    /// 截至位置或日期 / known by a position or date
    #[arg(long, value_name = "POSITION|DATE")]
    as_of: Option<String>,
    /// 按哪一天判断 / judged as of a day
    #[arg(long, value_name = "DATE")]
    on: Option<String>,
    /// 写入文件 / file to write
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

pub(super) fn run(common: &Common, verb: &Paper) -> Result<(), Failure> {
    if Kind::of(&verb.kind).is_none() {
        let text = common.text();
        let kinds: Vec<String> =
            KINDS.iter().map(|kind| text.named(kind.name, &text.word("paper", kind.name))).collect();
        let args = [("kind", verb.kind.as_str()), ("kinds", &text.listed(&kinds))];
        return Err(Failure::usage(common, "cli-no-such-paper", &args));
    }
    let query = [("format", verb.format.clone()), ("asOf", verb.as_of.clone()), ("on", verb.on.clone())];
    let path = format!("/api/v1/papers/{}/{}", encoded(&verb.kind), encoded(&verb.id));
    let bytes = Ledger::open(common)?.fetch(common, &Ask::get(target(&path, &query)))?;
    write_file(common, &verb.output, &bytes)
}
