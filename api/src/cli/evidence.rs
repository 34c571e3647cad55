//! `checkpoint`, `prove` and `export tiles`: what is taken away and checked elsewhere.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use axum::http::Method;
use clap::Args;
use gongjian_core::evidence::tree::{self, TILE_WIDTH};
use gongjian_core::evidence::{SignedCheckpoint, TileKind, TileName, tile};
use gongjian_core::files;
use gongjian_core::restore::ERASED_FILE;
use serde_json::json;

use super::Common;
use super::ask::write_file;
use super::client::{Ask, Ledger, encoded};
use super::document::write_private;
use super::failure::{Failure, print, say};
use super::progress;

#[derive(Args, Debug)]
pub(super) struct Checkpoint {
    /// 写入文件 / file to write
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// 账本公钥（供他人核对） / the line by which others know the ledger's key
    #[arg(long)]
    public_key: bool,
    /// 印在纸质纪要上的三行 / three lines to print on paper minutes
    #[arg(long, conflicts_with = "public_key")]
    paper: bool,
    /// 更换签名密钥，记为事件 / put a new signing key in force, by an event
    #[arg(long, requires_all = ["actor", "reason"], conflicts_with_all = ["public_key", "paper", "output"])]
    rotate_key: bool,
    /// 更换密钥的岗位 / the post that rotates the key
    #[arg(long, value_name = "POST", requires = "rotate_key")]
    actor: Option<String>,
    /// 更换密钥的原因 / why the key is rotated
    #[arg(long, requires = "rotate_key")]
    reason: Option<String>,
}

fn rotate_key(common: &Common, verb: &Checkpoint) -> Result<(), Failure> {
    let body = json!({ "actor": verb.actor, "reason": verb.reason }).to_string().into_bytes();
    let ask = Ask { method: Method::POST, target: "/api/v1/rotate-key".to_owned(), body: Some(&body) };
    let ledger = Ledger::open(common)?;
    let receipt = ledger.fetch_json(common, &ask)?;
    let key = ledger.fetch(common, &Ask::get("/api/v1/key".to_owned()))?;
    let (key, position) = (String::from_utf8_lossy(&key), receipt["position"].to_string());
    if common.json {
        let told = json!({ "publicKey": key.trim_end(), "receipt": receipt });
        return say(common, &told.to_string());
    }
    let args = [("position", position.as_str()), ("key", key.trim_end())];
    say(common, &common.text().get("cli-key-rotated", &args))
}

pub(super) fn checkpoint(common: &Common, verb: &Checkpoint) -> Result<(), Failure> {
    if verb.rotate_key {
        return rotate_key(common, verb);
    }
    let ledger = Ledger::open(common)?;
    let target = if verb.public_key { "/api/v1/key" } else { "/checkpoint?fresh=true" };
    let bytes = ledger.fetch(common, &Ask::get(target.to_owned()))?;
    if let Some(file) = &verb.output {
        write_file(common, file, &bytes)?;
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    if verb.public_key {
        return said(common, verb, &text, json!({ "publicKey": text.trim_end() }));
    }
    let signed = read_checkpoint(common, &bytes)?;
    let (size, root) = (signed.checkpoint().size(), signed.checkpoint().root());
    let shown = if verb.paper { paper(common, &signed) } else { text.clone() };
    said(
        common,
        verb,
        &shown,
        json!({
            "origin": signed.checkpoint().origin(), "size": size, "root": root.to_string(), "note": text,
        }),
    )
}

fn said(common: &Common, verb: &Checkpoint, text: &str, value: serde_json::Value) -> Result<(), Failure> {
    match (common.json, &verb.output) {
        (true, _) => say(common, &value.to_string()),
        // The file has it, and a script wants silence.
        (false, Some(_)) if !verb.paper => Ok(()),
        (false, _) => print(common, text.as_bytes()),
    }
}

/// Three lines that a person can copy and compare: the root in eight groups of eight digits.
fn paper(common: &Common, signed: &SignedCheckpoint) -> String {
    let root = signed.checkpoint().root().to_string();
    let groups: Vec<String> =
        root.as_bytes().chunks(8).map(|group| String::from_utf8_lossy(group).into_owned()).collect();
    let args = [
        ("origin", signed.checkpoint().origin().to_owned()),
        ("size", signed.checkpoint().size().to_string()),
        ("root", groups.join(" ")),
    ];
    let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
    ["origin", "size", "root"].map(|line| common.text().get(&format!("cli-paper-{line}"), &args)).join("\n")
        + "\n"
}

fn read_checkpoint(common: &Common, bytes: &[u8]) -> Result<SignedCheckpoint, Failure> {
    SignedCheckpoint::parse(bytes).map_err(|error| Failure::fault(common, "checkpoint", &error))
}

#[derive(Args, Debug)]
pub(super) struct Prove {
    /// 事件位置，或一件事的编号（得证据包） / position of an event; or the id of a matter, for a package
    #[arg(value_name = "POSITION|ID", required_unless_present = "consistency")]
    what: Option<String>,
    /// 写入文件：证明（.tlog-proof）或证据包（.zip） / file to write
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// 另存事件原文 / file for the bytes of the event
    #[arg(long, value_name = "FILE", conflicts_with = "consistency")]
    entry: Option<PathBuf>,
    /// 前 N 条以前 M 条开头的证明 / prove that the first N events begin with the first M
    #[arg(long, num_args = 2, value_names = ["M", "N"], conflicts_with = "what")]
    consistency: Option<Vec<u64>>,
    /// 证据包附资料：查阅的岗位（留痕） / with documents: the post that looks; each look-up is recorded
    #[arg(long, value_name = "POST", requires = "reason", conflicts_with_all = ["consistency", "entry"])]
    actor: Option<String>,
    /// 查阅原因 / why it looks
    #[arg(long, value_name = "R", requires = "actor")]
    reason: Option<String>,
}

pub(super) fn prove(common: &Common, verb: &Prove) -> Result<(), Failure> {
    let what = verb.what.as_deref().unwrap_or_default();
    let position: Option<u64> = what.parse().ok();
    let target = match (&verb.consistency, position) {
        (Some(sizes), _) => {
            let [old, new] = [0, 1].map(|at| sizes.get(at).copied().unwrap_or_default());
            format!("/api/v1/consistency?old={old}&new={new}")
        }
        (None, Some(position)) => format!("/api/v1/proofs/{position}"),
        (None, None) if verb.output.is_none() => return Err(Failure::usage(common, "cli-package-file", &[])),
        (None, None) => format!("/api/v1/evidence/{}", encoded(what)),
    };
    let look = match (&verb.actor, position) {
        (Some(_), Some(_)) => return Err(Failure::usage(common, "cli-package-only", &[])),
        (Some(actor), None) => {
            Some(json!({ "actor": actor, "reason": verb.reason }).to_string().into_bytes())
        }
        (None, _) => None,
    };
    let ledger = Ledger::open(common)?;
    let proof = match &look {
        Some(body) => ledger.fetch(common, &Ask { method: Method::POST, target, body: Some(body) })?,
        None => ledger.fetch(common, &Ask::get(target))?,
    };
    if let (Some(file), Some(position)) = (&verb.entry, position) {
        write_file(common, file, &entry(common, &ledger, position)?)?;
    }
    match &verb.output {
        Some(file) if look.is_some() => {
            write_private(common, file, &proof)?;
            let name = file.display().to_string();
            if common.json {
                Ok(())
            } else {
                say(common, &common.text().get("cli-written", &[("file", &name)]))
            }
        }
        Some(file) => write_file(common, file, &proof),
        None => print(common, &proof),
    }
}

/// The bytes of an event as they are hashed.
fn entry(common: &Common, ledger: &Ledger, position: u64) -> Result<Vec<u8>, Failure> {
    use base64::Engine as _;
    let event = ledger.fetch_json(common, &Ask::get(format!("/api/v1/events/{position}?raw=true")))?;
    let bytes = event["bytes"].as_str().unwrap_or_default();
    base64::engine::general_purpose::STANDARD
        .decode(bytes)
        .map_err(|error| Failure::fault(common, "bytes", &error))
}

/// Copies checkpoint and tiles into a folder, as any server of files can offer them.
pub(super) fn export_tiles(common: &Common, output: &Path, actor: &str, reason: &str) -> Result<(), Failure> {
    let ledger = Ledger::open(common)?;
    let body = json!({ "actor": actor, "reason": reason }).to_string().into_bytes();
    let ask = Ask { method: Method::POST, target: "/api/v1/exports/tiles".to_owned(), body: Some(&body) };
    match ledger.fetch(common, &ask) {
        // What a damaged ledger still has must be saved, and the reader told that nothing recorded it.
        Err(failure) if failure.is_fault() => {
            eprintln!("{}", common.text().plain("cli-export-unrecorded"));
            failure.print();
        }
        recorded => drop(recorded?),
    }
    let (files, size) = copy_tiles(common, &ledger, output)?;
    let (count, size) = (files.to_string(), size.to_string());
    if common.json {
        return say(common, &json!({ "files": files, "size": size }).to_string());
    }
    say(common, &common.text().get("cli-exported-tiles", &[("files", &count), ("size", &size)]))
}

/// Brings a folder's copy up to the ledger, erasures included; returns the number of files and of events.
pub(super) fn copy_tiles(common: &Common, ledger: &Ledger, output: &Path) -> Result<(usize, u64), Failure> {
    let fault = |file: &Path, error: &io::Error| Failure::fault(common, &file.display().to_string(), error);
    erased(common, ledger, output)?;
    let note = ledger.fetch(common, &Ask::get("/checkpoint?fresh=true".to_owned()))?;
    let size = read_checkpoint(common, &note)?.checkpoint().size();
    let names = names(size);
    let bar = progress::bar(common, "cli-exporting");
    bar.set_length(names.len() as u64);
    for name in &names {
        bar.inc(1);
        let file = output.join(name.path());
        // A full tile never changes; one that is there was copied before.
        if name.width.is_none() && file.exists() {
            continue;
        }
        let bytes = ledger.fetch(common, &Ask::get(format!("/{}", name.path())))?;
        put(&file, &bytes).map_err(|error| fault(&file, &error))?;
    }
    bar.finish_and_clear();
    // Last, so that it never promises what is not there.
    let file = output.join("checkpoint");
    put(&file, &note).map_err(|error| fault(&file, &error))?;
    Ok((names.len() + 1, size))
}

/// What is left of destroyed events; bundles that still hold their bytes are copied again.
fn erased(common: &Common, ledger: &Ledger, output: &Path) -> Result<(), Failure> {
    let lines = ledger.fetch(common, &Ask::get("/api/v1/erased".to_owned()))?;
    let text = String::from_utf8_lossy(&lines);
    let positions = text.lines().filter_map(|line| line.split(' ').next()?.parse::<u64>().ok());
    let work = || -> io::Result<()> {
        if fs::read(output.join(ERASED_FILE)).unwrap_or_default() == lines {
            return Ok(());
        }
        for position in positions {
            forget_bundle(&output.join(tile::path(TileKind::Entries, position / TILE_WIDTH as u64)))?;
        }
        // Last: whoever is interrupted begins again.
        put(&output.join(ERASED_FILE), &lines)
    };
    work().map_err(|error| Failure::fault(common, &output.display().to_string(), &error))
}

/// Removes a bundle, full and partial.
fn forget_bundle(full: &Path) -> io::Result<()> {
    let mut partial = full.as_os_str().to_owned();
    partial.push(".p");
    for removed in [fs::remove_file(full), fs::remove_dir_all(partial)] {
        match removed {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// Every tile and bundle of a log of this size, bundles first.
fn names(size: u64) -> Vec<TileName> {
    let mut names = Vec::new();
    let tiles = |level: usize| tree::level_size(size, level).div_ceil(tree::TILE_WIDTH as u64);
    let mut add = |kind: TileKind, level: usize| {
        names.extend(
            (0..tiles(level)).filter_map(|n| TileName::of_width(kind, n, tree::tile_width(size, level, n))),
        );
    };
    add(TileKind::Entries, 0);
    (0..).take_while(|level| tiles(*level) > 0).for_each(|level| add(TileKind::Hashes(level), level));
    names
}

/// Writes a file whole and durably, or not at all.
pub(super) fn put(file: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    files::write_whole(file, bytes, files::PUBLIC)
}
