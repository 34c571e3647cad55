//! `template`: an empty workbook to fill in. `export`: the same workbook, filled from the ledger.

use std::path::PathBuf;

use clap::Args;

use super::Common;
use super::ask::write_file;
use super::client::{Ask, Ledger};
use super::failure::Failure;
use crate::workbook::{self, Kind};

#[derive(Args, Debug)]
pub(super) struct Template {
    /// 哪一种台账：registry, agreements, meetings, wednesday, projects / which ledger
    kind: String,
    /// 写入文件 / file to write
    #[arg(short, long, value_name = "FILE.xlsx")]
    output: PathBuf,
}

#[derive(Args, Debug)]
pub(super) struct Export {
    /// 哪一种台账：registry, agreements, meetings, wednesday, projects；或 tiles / which ledger, or tiles
    kind: String,
    /// 写入文件或目录 / file or folder to write
    #[arg(short, long, value_name = "FILE.xlsx|DIR")]
    output: PathBuf,
    /// 导出 tiles 的岗位，留痕 / the post that exports tiles, which is recorded
    #[arg(long, value_name = "POST", default_value = "export")]
    actor: String,
    /// 导出 tiles 的原因，留痕 / why tiles are exported, which is recorded
    #[arg(long, default_value = "供离线核对")]
    reason: String,
}

pub(super) fn export(common: &Common, verb: &Export) -> Result<(), Failure> {
    if verb.kind == "tiles" {
        return super::evidence::export_tiles(common, &verb.output, &verb.actor, &verb.reason);
    }
    if Kind::of_name(&verb.kind).is_none() {
        return Err(Failure::usage(common, "cli-no-such-template", &[("kind", &verb.kind)]));
    }
    let ledger = Ledger::open(common)?;
    let ask = Ask::get(format!("/api/v1/workbooks/{}", verb.kind));
    let bytes = ledger.fetch(common, &ask)?;
    write_file(common, &verb.output, &bytes)
}

pub(super) fn run(common: &Common, verb: &Template) -> Result<(), Failure> {
    let kind = Kind::of_name(&verb.kind)
        .ok_or_else(|| Failure::usage(common, "cli-no-such-template", &[("kind", &verb.kind)]))?;
    let bytes = workbook::template(kind).map_err(|error| Failure::fault(common, &verb.kind, &error))?;
    write_file(common, &verb.output, &bytes)
}
