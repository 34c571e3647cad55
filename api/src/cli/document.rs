//! `document`: keep a document or a personal field in the vault, look at it, list what there is.

use std::io::{Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::Common;
use super::client::{Ask, Ledger, encoded, target};
use super::failure::{Failure, print, say};
use crate::media;

#[derive(Args, Debug)]
pub(super) struct Document {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand, Debug)]
enum Verb {
    /// 存入资料或个人信息项 / keep a document or a personal field
    Add(Add),
    /// 查阅（留痕） / look at it; the look-up is recorded
    Show(Show),
    /// 列出资料，不含内容 / list documents without their content
    List(List),
}

#[derive(Args, Debug)]
struct Add {
    /// 所属事项，如 XY-2022-0001 / matter it belongs to
    #[arg(long, value_name = "ID")]
    matter: String,
    /// 种类：扫描件、照片、纪要、附件、个人信息 / kind
    #[arg(long, value_name = "K")]
    kind: String,
    /// 个人信息项的名称，如 签字人 / name of a personal field
    #[arg(long)]
    field: Option<String>,
    /// 文件，- 为标准输入 / file, `-` for the standard input
    #[arg(long, value_name = "F")]
    file: PathBuf,
    /// 媒体类型，如 application/pdf；不写则按文件名 / media type; by the file's name otherwise
    #[arg(long, value_name = "TYPE")]
    media_type: Option<String>,
    /// 只许这些岗位查阅 / only these posts may look
    #[arg(long, value_name = "POST", num_args = 1..)]
    restricted_to: Vec<String>,
    /// 只许这些单位的岗位查阅 / only posts of these units may look
    #[arg(long, value_name = "UNIT", num_args = 1..)]
    restricted_to_units: Vec<String>,
    /// 资料编号 / id of the document
    #[arg(long)]
    id: Option<String>,
    /// 存入的岗位 / the post that keeps it
    #[arg(long, value_name = "POST")]
    actor: String,
}

#[derive(Args, Debug)]
struct Show {
    /// 资料编号 / id of the document
    id: String,
    /// 写到文件，- 为标准输出 / file to write, `-` for the standard output
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// 查阅的岗位 / the post that looks
    #[arg(long, value_name = "POST")]
    actor: String,
    /// 查阅原因 / why
    #[arg(long, value_name = "R")]
    reason: String,
}

#[derive(Args, Debug)]
struct List {
    /// 含有文字，如事项编号 / holds this text, such as the matter's id
    #[arg(long, value_name = "TEXT")]
    contains: Option<String>,
    /// 状态：kept、restricted、erased / state
    #[arg(long)]
    state: Option<String>,
}

pub(super) fn run(common: &Common, document: &Document) -> Result<(), Failure> {
    match &document.verb {
        Verb::Add(verb) => add(common, verb),
        Verb::Show(verb) => show(common, verb),
        Verb::List(verb) => {
            let query = [("contains", verb.contains.clone()), ("state", verb.state.clone())];
            listed(common, "/api/v1/documents", &query)
        }
    }
}

fn add(common: &Common, verb: &Add) -> Result<(), Failure> {
    let content = read(common, &verb.file)?;
    let media_type = verb.media_type.clone().unwrap_or_else(|| media::type_of(&verb.file).to_owned());
    let body = json!({
        "id": verb.id, "matter": verb.matter, "kind": verb.kind, "field": verb.field,
        "mediaType": media_type, "content": STANDARD.encode(content),
        "posts": verb.restricted_to, "units": verb.restricted_to_units, "actor": verb.actor,
    });
    let kept = post(common, "/api/v1/documents", &body)?;
    told(common, &kept, "cli-document-kept")
}

fn show(common: &Common, verb: &Show) -> Result<(), Failure> {
    let body = json!({ "actor": verb.actor, "reason": verb.reason }).to_string().into_bytes();
    let target = format!("/api/v1/documents/{}/show", encoded(&verb.id));
    let ask = Ask { method: Method::POST, target, body: Some(&body) };
    let content = Ledger::open(common)?.fetch(common, &ask)?;
    if verb.output.as_os_str() == "-" {
        return print(common, &content);
    }
    write_private(common, &verb.output, &content)?;
    let file = verb.output.display().to_string();
    if common.json {
        return say(common, &json!({ "file": file, "size": content.len() }).to_string());
    }
    say(common, &common.text().get("cli-document-shown", &[("file", &file), ("id", &verb.id)]))
}

/// Writes what a post was shown. Whoever reads the disk need not be whoever may look.
pub(super) fn write_private(common: &Common, file: &Path, content: &[u8]) -> Result<(), Failure> {
    let mut options = std::fs::OpenOptions::new();
    let written = options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(file)
        .and_then(|mut out| out.write_all(content));
    written.map_err(|error| Failure::fault(common, &file.display().to_string(), &error))
}

/// The bytes of a file or of the standard input.
pub(super) fn read(common: &Common, path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = match path.to_str() {
        Some("-") => std::io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes),
        _ => std::fs::read(path),
    };
    let file = path.display().to_string();
    read.map_err(|error| {
        Failure::usage(common, "cli-unreadable", &[("file", &file), ("error", &common.text().cause(&error))])
    })
}

/// Sends a body and reads the answer.
pub(super) fn post(common: &Common, path: &str, body: &Value) -> Result<Value, Failure> {
    let body = body.to_string().into_bytes();
    let ask = Ask { method: Method::POST, target: path.to_owned(), body: Some(&body) };
    Ledger::open(common)?.fetch_json(common, &ask)
}

/// Says what was recorded, by its id and position.
pub(super) fn told(common: &Common, kept: &Value, key: &str) -> Result<(), Failure> {
    if common.json {
        return say(common, &kept.to_string());
    }
    let id = kept["id"].as_str().unwrap_or_default();
    say(common, &common.text().get(key, &[("id", id), ("position", &kept["position"].to_string())]))
}

/// A list as text, or as JSON.
pub(super) fn listed(common: &Common, path: &str, query: &[(&str, Option<String>)]) -> Result<(), Failure> {
    let format = if common.json { "json" } else { "text" };
    let limit = common.json.then(|| "1000".to_owned());
    let query = [query, &[("format", Some(format.to_owned())), ("limit", limit)]].concat();
    let answer = Ledger::open(common)?.fetch(common, &Ask::get(target(path, &query)))?;
    print(common, &answer)?;
    if common.json { print(common, b"\n") } else { Ok(()) }
}
