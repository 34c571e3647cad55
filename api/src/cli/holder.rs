//! `holder`: the directory of who held which post when. Names are in the vault, and each look-up is recorded.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use super::Common;
use super::client::encoded;
use super::document::{post, read, told};
use super::failure::{Failure, print, say};

#[derive(Args, Debug)]
pub(super) struct Holder {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand, Debug)]
enum Verb {
    /// 登记任职；姓名从文件或标准输入读取 / enter who holds a post; the name is read from a file
    Set(Set),
    /// 登记离任 / enter the last day
    End(End),
    /// 查阅任职名录（留痕） / look into the directory; the look-up is recorded
    List(List),
}

#[derive(Args, Debug)]
struct Set {
    /// 岗位编号或名称 / the post, by code or name
    #[arg(long, value_name = "POST")]
    post: String,
    /// 姓名所在文件，- 为标准输入；不在命令行写姓名 / file with the name, `-` for the standard input
    #[arg(long, value_name = "FILE", default_value = "-")]
    name_file: PathBuf,
    /// 任职日 / first day
    #[arg(long, value_name = "DATE")]
    from: String,
    /// 离任日 / last day
    #[arg(long, value_name = "DATE")]
    until: Option<String>,
    /// 任职编号 / id of the entry
    #[arg(long)]
    id: Option<String>,
    /// 登记的岗位 / the post that enters it
    #[arg(long, value_name = "POST")]
    actor: String,
}

#[derive(Args, Debug)]
struct End {
    /// 任职编号 / id of the entry
    id: String,
    /// 离任日 / last day
    #[arg(long, value_name = "DATE")]
    until: String,
    /// 登记的岗位 / the post that enters it
    #[arg(long, value_name = "POST")]
    actor: String,
}

#[derive(Args, Debug)]
struct List {
    /// 只看一个岗位 / one post
    #[arg(long, value_name = "POST")]
    post: Option<String>,
    /// 只看某日在任 / who held it on a day
    #[arg(long, value_name = "DATE")]
    on: Option<String>,
    /// 查阅的岗位 / the post that looks
    #[arg(long, value_name = "POST")]
    actor: String,
    /// 查阅原因 / why
    #[arg(long, value_name = "R")]
    reason: String,
}

pub(super) fn run(common: &Common, holder: &Holder) -> Result<(), Failure> {
    match &holder.verb {
        Verb::Set(verb) => set(common, verb),
        Verb::End(verb) => {
            let path = format!("/api/v1/holders/{}/end", encoded(&verb.id));
            let body = json!({ "until": verb.until, "actor": verb.actor });
            told(common, &post(common, &path, &body)?, "cli-holder-ended")
        }
        Verb::List(verb) => list(common, verb),
    }
}

fn set(common: &Common, verb: &Set) -> Result<(), Failure> {
    // Arguments are seen by every process of the machine and kept by shells.
    let name = read(common, &verb.name_file)?;
    let name = String::from_utf8(name).map_err(|error| {
        let file = verb.name_file.display().to_string();
        Failure::usage(common, "cli-unreadable", &[("file", &file), ("error", &common.text().cause(&error))])
    })?;
    let body = json!({
        "id": verb.id, "post": verb.post, "name": name.trim(), "from": verb.from, "until": verb.until,
        "actor": verb.actor,
    });
    told(common, &post(common, "/api/v1/holders", &body)?, "cli-holder-named")
}

fn list(common: &Common, verb: &List) -> Result<(), Failure> {
    let body = json!({ "post": verb.post, "on": verb.on, "actor": verb.actor, "reason": verb.reason });
    let found = post(common, "/api/v1/holders/look-up", &body)?;
    if common.json {
        return say(common, &found.to_string());
    }
    let text = common.text();
    let mut out = String::new();
    for item in found["items"].as_array().into_iter().flatten() {
        let of = |name: &str| item[name].as_str().unwrap_or_default().to_owned();
        let name = item["name"].as_str().map_or_else(|| text.plain("cli-holder-erased"), str::to_owned);
        out.push_str(&format!("{}  {}  {} – {}  {name}\n", of("id"), of("post"), of("from"), of("until")));
    }
    out.push_str(&text.get("cli-looked", &[("position", &found["recordedAt"].to_string())]));
    out.push('\n');
    print(common, out.as_bytes())
}
