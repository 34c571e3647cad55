//! `init`: a new ledger in an empty folder.

use clap::Args;
use serde_json::json;

use super::Common;
use super::failure::{Failure, say};
use crate::app::App;

#[derive(Args, Debug)]
pub(super) struct Init {
    /// 检查点中的账本名 / name of the log in checkpoints
    #[arg(long, value_name = "NAME")]
    origin: Option<String>,
}

pub(super) fn run(common: &Common, verb: &Init) -> Result<(), Failure> {
    let app = App::create(&common.data, verb.origin.as_deref())
        .map_err(|error| Failure::opening(common, &common.data, &error))?;
    let head = app.head();
    let made = super::user::first(common, &app)?;
    if common.json {
        let opened = app.event(0, false).ok().flatten();
        let told = json!({
            "data": common.data, "size": head.size, "digest": head.digest.to_string(), "opened": opened,
            "administrator": { "login": made.login, "password": made.password },
        });
        return say(common, &told.to_string());
    }
    let args = [
        ("dir", common.data.display().to_string()),
        ("size", head.size.to_string()),
        ("last", head.size.saturating_sub(1).to_string()),
    ];
    let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
    say(common, &common.text().get("cli-made", &args))?;
    let args = [("login", made.login.as_str()), ("value", &made.password)];
    say(common, &common.text().get("cli-user-added", &args))
}
