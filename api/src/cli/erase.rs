//! `erase`: asked for by one post, decided by another, carried out.

use clap::{Args, Subcommand};
use serde_json::json;

use super::Common;
use super::client::encoded;
use super::document::{listed, post, told};
use super::failure::{Failure, say};

#[derive(Args, Debug)]
pub(super) struct Erase {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand, Debug)]
enum Verb {
    /// 申请删除 / ask for an erasure
    Ask(AskFor),
    /// 由另一岗位批准或不予 / decide, as another post
    Decide(Decide),
    /// 执行已批准的删除 / carry out what is approved
    Execute(Execute),
    /// 列出删除 / list erasures
    List(List),
}

#[derive(Args, Debug)]
struct AskFor {
    /// 资料、任职的编号，如 document/ZL-1 / a document or an entry of the directory
    #[arg(long, value_name = "STREAM", conflicts_with = "position", required_unless_present = "position")]
    subject: Option<String>,
    /// 整条记录的位置（将封存） / position of a whole record, which is then withheld
    #[arg(long, value_name = "N")]
    position: Option<u64>,
    /// 原因 / why
    #[arg(long)]
    reason: String,
    /// 依据：法律、文件或申请 / the law, order or request that it rests on
    #[arg(long)]
    basis: String,
    /// 删除编号 / id of the erasure
    #[arg(long)]
    id: Option<String>,
    /// 申请的岗位 / the post that asks
    #[arg(long, value_name = "POST")]
    actor: String,
}

#[derive(Args, Debug)]
struct Decide {
    /// 删除编号 / id of the erasure
    id: String,
    /// 批准 / approve
    #[arg(long, conflicts_with = "refuse", required_unless_present = "refuse")]
    approve: bool,
    /// 不予 / refuse
    #[arg(long)]
    refuse: bool,
    /// 原因；不予时必写 / why; needed for a refusal
    #[arg(long)]
    reason: Option<String>,
    /// 审批的岗位，不能是申请的岗位 / the post that decides, not the one that asked
    #[arg(long, value_name = "POST")]
    actor: String,
}

#[derive(Args, Debug)]
struct Execute {
    /// 删除编号 / id of the erasure
    id: String,
    /// 执行的岗位 / the post that carries it out
    #[arg(long, value_name = "POST")]
    actor: String,
}

#[derive(Args, Debug)]
struct List {
    /// 状态：asked、approved、refused、executed / state
    #[arg(long)]
    state: Option<String>,
}

pub(super) fn run(common: &Common, erase: &Erase) -> Result<(), Failure> {
    match &erase.verb {
        Verb::Ask(verb) => {
            let body = json!({
                "id": verb.id, "subject": verb.subject, "position": verb.position, "reason": verb.reason,
                "basis": verb.basis, "actor": verb.actor,
            });
            told(common, &post(common, "/api/v1/erasures", &body)?, "cli-erasure-asked")
        }
        Verb::Decide(verb) => {
            let path = format!("/api/v1/erasures/{}/decide", encoded(&verb.id));
            let body = json!({ "approve": verb.approve, "reason": verb.reason, "actor": verb.actor });
            let key = if verb.approve { "cli-erasure-approved" } else { "cli-erasure-refused" };
            told(common, &post(common, &path, &body)?, key)
        }
        Verb::Execute(verb) => {
            let path = format!("/api/v1/erasures/{}/execute", encoded(&verb.id));
            let done = post(common, &path, &json!({ "actor": verb.actor }))?;
            if common.json {
                return say(common, &done.to_string());
            }
            let position = done["receipt"]["position"].as_u64().map(|position| position.to_string());
            let text = common.text();
            say(
                common,
                &match position {
                    Some(position) => {
                        text.get("cli-erasure-executed", &[("id", &verb.id), ("position", &position)])
                    }
                    None => text.get("cli-erasure-again", &[("id", &verb.id)]),
                },
            )
        }
        Verb::List(verb) => listed(common, "/api/v1/erasures", &[("state", verb.state.clone())]),
    }
}
