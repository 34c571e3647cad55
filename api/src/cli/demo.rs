//! `demo`: the county of 2022, imported from its five workbooks, verified, and served.

use clap::Args;

use super::client::{Ask, Ledger, target};
use super::failure::{Failure, print, say};
use super::import::{import, told};
use super::serve::{Listen, door, serve, start_logging};
use super::{Common, progress};
use crate::app::App;
use crate::import::{Input, Options, read_all};
use crate::workbook::Reading;
use crate::workbook::scale::copy;

macro_rules! workbooks {
    ($($name:literal),+ $(,)?) => {
        /// The county's workbooks, part of the binary so that the demonstration works anywhere.
        const WORKBOOKS: &[(&str, &[u8])] =
            &[$(($name, include_bytes!(concat!("../../../tests/data/wenshang-2022/", $name)))),+];
    };
}

workbooks![
    "机构台账.xlsx",
    "党建协议台账.xlsx",
    "周三例会台账.xlsx",
    "联席会议台账.xlsx",
    "项目认领台账.xlsx"
];

/// The quarter that the demonstration shows.
const QUARTER: &str = "2022-Q3";

#[derive(Args, Debug)]
pub(super) struct Demo {
    /// 几个县 / how many counties
    #[arg(long, default_value_t = 1, value_name = "N")]
    scale: usize,
    /// 导入后不开启服务 / do not serve afterwards
    #[arg(long)]
    no_serve: bool,
    #[command(flatten)]
    listen: Listen,
}

pub(super) fn run(common: &Common, verb: &Demo) -> Result<(), Failure> {
    let door = door(common, &verb.listen)?;
    let ledger = Ledger::open_or_create(common)?;
    let inputs = WORKBOOKS
        .iter()
        .map(|(name, bytes)| Input { name: (*name).to_owned(), bytes: bytes.to_vec() })
        .collect();
    let outcome = import(common, &ledger, inputs, Options::default())?;
    if common.json {
        say(common, &outcome.to_string())?;
    } else {
        print(common, told(common, &outcome).as_bytes())?;
    }
    let Ledger::Here(app) = &ledger else {
        return say(common, &common.text().plain("cli-demo-elsewhere"));
    };
    more_counties(common, app, verb.scale)?;
    let bar = progress::bar(common, "cli-verifying");
    let shown = bar.clone();
    let found = app.verify(None, move |done, all| {
        shown.set_length(all);
        shown.set_position(done);
    });
    bar.finish_and_clear();
    let found = found.map_err(|problem| Failure::problem(common, &problem))?;
    if !found.is_sound() {
        say(common, &found.to_json(common.text()).to_string())?;
        return Err(Failure::found());
    }
    if common.json {
        say(common, &found.to_json(common.text()).to_string())?;
    } else {
        say(common, &common.text().get("cli-sound", &[("size", &found.size.to_string())]))?;
        let query = [("quarter", Some(QUARTER.to_owned())), ("format", Some("text".to_owned()))];
        let report = ledger.fetch(common, &Ask::get(target("/api/v1/reports/co-building", &query)))?;
        print(common, &report)?;
        say(common, &common.text().get("cli-demo-next", &[("dir", &common.data.display().to_string())]))?;
    }
    super::user::demonstrate(common, app)?;
    app.save_views();
    if verb.no_serve {
        return Ok(());
    }
    start_logging();
    serve(common, app.clone(), door)
}

/// The same county again and again, under other codes and names.
fn more_counties(common: &Common, app: &App, scale: usize) -> Result<(), Failure> {
    if scale < 2 {
        return Ok(());
    }
    let bar = progress::bar(common, "cli-importing");
    bar.set_length(scale as u64);
    let inputs: Vec<Input> = WORKBOOKS
        .iter()
        .map(|(name, bytes)| Input { name: (*name).to_owned(), bytes: bytes.to_vec() })
        .collect();
    let read = read_all(&inputs);
    for number in 2..=scale {
        let copies = read.iter().filter_map(|reading| {
            let ledger = Some(copy(reading.ledger.as_ref()?, number));
            Some(Reading { ledger, faults: Vec::new() })
        });
        app.import_readings(copies.collect(), Options::default(), common.text())
            .map_err(|problem| Failure::problem(common, &problem))?;
        bar.set_position(number as u64);
    }
    bar.finish_and_clear();
    if common.json {
        return Ok(());
    }
    let args = [("scale", scale.to_string()), ("size", app.head().size.to_string())];
    let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
    say(common, &common.text().get("cli-scaled", &args))
}
