//! `period`: a quarter frozen, so that its report stays as it is, or reopened by another post.

use axum::http::Method;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::Common;
use super::client::{Ask, Ledger, encoded, target};
use super::document::listed;
use super::failure::{Failure, say};

#[derive(Args, Debug)]
pub(super) struct Period {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand, Debug)]
enum Verb {
    /// 冻结一个季度：其报告以此前入账的为准 / freeze a quarter at what is recorded
    Freeze(Freeze),
    /// 由另一岗位重开，须写原因 / reopen it, as another post
    Reopen(Reopen),
    /// 列出统计期 / list periods
    List,
}

#[derive(Args, Debug)]
struct Freeze {
    /// 季度 / quarter
    #[arg(value_name = "2022-Q2")]
    quarter: String,
    /// 冻结的岗位 / the post that freezes it
    #[arg(long, value_name = "POST")]
    actor: String,
    /// 冻结日期，不写为今天 / day of the freeze; today otherwise
    #[arg(long, value_name = "DATE")]
    on: Option<String>,
}

#[derive(Args, Debug)]
struct Reopen {
    /// 季度 / quarter
    #[arg(value_name = "2022-Q2")]
    quarter: String,
    /// 重开的岗位，不能是冻结的岗位 / the post that reopens it, not the one that froze it
    #[arg(long, value_name = "POST")]
    actor: String,
    /// 原因 / why
    #[arg(long)]
    reason: String,
    /// 重开日期，不写为今天 / day; today otherwise
    #[arg(long, value_name = "DATE")]
    on: Option<String>,
}

pub(super) fn run(common: &Common, period: &Period) -> Result<(), Failure> {
    match &period.verb {
        Verb::Freeze(verb) => freeze(common, verb),
        Verb::Reopen(verb) => {
            let stream = format!("period/{}", verb.quarter);
            let data = json!({ "reason": verb.reason });
            let on = verb.on.as_deref();
            let receipt = tell(common, "period.reopen", &stream, &verb.actor, on, &data)?;
            let position = receipt["position"].to_string();
            let args = [("quarter", verb.quarter.as_str()), ("position", &position)];
            told(common, &receipt, "cli-period-reopened", &args)
        }
        Verb::List => listed(common, "/api/v1/periods", &[]),
    }
}

/// Freezes a quarter. One that is frozen is left as it is, so that a job may run again, or twice at once.
fn freeze(common: &Common, verb: &Freeze) -> Result<(), Failure> {
    let Freeze { quarter, actor, on } = verb;
    let ledger = Ledger::open(common)?;
    let stream = format!("period/{quarter}");
    let (frozen, replayed) = match frozen(common, &ledger, quarter)? {
        Some(position) => (position, true),
        None => {
            let data = json!({});
            match tell_to(common, &ledger, "period.freeze", &stream, actor, on.as_deref(), &data) {
                Ok(receipt) => (receipt["position"].as_u64().unwrap_or_default().saturating_sub(1), false),
                // Another run may have been faster by a moment.
                Err(refused) => (frozen(common, &ledger, quarter)?.ok_or(refused)?, true),
            }
        }
    };
    let answer = json!({ "quarter": quarter, "frozenAt": frozen, "replayed": replayed });
    let key = if replayed { "cli-period-frozen-before" } else { "cli-period-frozen" };
    told(common, &answer, key, &[("quarter", quarter), ("position", &frozen.to_string())])
}

/// Where a quarter is frozen, if it is.
fn frozen(common: &Common, ledger: &Ledger, quarter: &str) -> Result<Option<u64>, Failure> {
    let query = [("state", Some("frozen".to_owned())), ("limit", Some("1000".to_owned()))];
    let list = ledger.fetch_json(common, &Ask::get(target("/api/v1/periods", &query)))?;
    let mut items = list["items"].as_array().into_iter().flatten();
    Ok(items.find(|it| it["id"] == *quarter).and_then(|it| it["frozenAt"].as_u64()))
}

/// One line, in JSON or in words.
pub(super) fn told(common: &Common, answer: &Value, key: &str, args: &[(&str, &str)]) -> Result<(), Failure> {
    if common.json {
        return say(common, &answer.to_string());
    }
    say(common, &common.text().get(key, args))
}

/// Records one command; the answer is its receipt.
pub(super) fn tell(
    common: &Common,
    command: &str,
    stream: &str,
    actor: &str,
    on: Option<&str>,
    data: &Value,
) -> Result<Value, Failure> {
    tell_to(common, &Ledger::open(common)?, command, stream, actor, on, data)
}

fn tell_to(
    common: &Common,
    ledger: &Ledger,
    command: &str,
    stream: &str,
    actor: &str,
    on: Option<&str>,
    data: &Value,
) -> Result<Value, Failure> {
    let mut body = json!({ "command": command, "stream": stream, "actor": actor, "data": data });
    if let Some(on) = on {
        body["occurredOn"] = on.into();
    }
    let body = body.to_string().into_bytes();
    let ask = Ask { method: Method::POST, target: "/api/v1/commands".to_owned(), body: Some(&body) };
    ledger.fetch_json(common, &ask)
}

/// The path of one edition's file.
pub(super) fn file_path(id: &str, number: u64, format: &str) -> String {
    format!("/api/v1/reports/{}/editions/{number}/{}", encoded(id), encoded(format))
}
