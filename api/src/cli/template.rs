//! `template`: an empty workbook to fill in.

use std::path::PathBuf;

use clap::Args;

use super::Common;
use super::ask::write_file;
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

pub(super) fn run(common: &Common, verb: &Template) -> Result<(), Failure> {
    let kind = Kind::of_name(&verb.kind)
        .ok_or_else(|| Failure::usage(common, "cli-no-such-template", &[("kind", &verb.kind)]))?;
    let bytes = workbook::template(kind).map_err(|error| Failure::fault(common, &verb.kind, &error))?;
    write_file(common, &verb.output, &bytes)
}
