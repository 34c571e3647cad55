//! `backup` and `restore`: a copy of a ledger that anybody can check, and the way back.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use gongjian_core::checkpoints::{ROTATIONS_FOLDER, WITNESSED_FILE};
use gongjian_core::evidence::{SignedCheckpoint, VerifierKey};
use gongjian_core::log::LogOptions;
use gongjian_core::published::{Files, Folder};
use gongjian_core::restore::{ERASED_FILE, Restore as Work, Restored, VAULT_FOLDER, check, copy_missing};
use serde_json::json;

use super::Common;
use super::client::Ledger;
use super::evidence::copy_tiles;
use super::failure::{Failure, say};
use super::progress;
use crate::app::App;
use crate::monitor::HttpSource;

/// How long one file may take to come.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Args, Debug)]
pub(super) struct Backup {
    /// 备份目录，可反复使用 / folder of the backup; used again, only what is new is copied
    #[arg(short, long, value_name = "FOLDER")]
    output: PathBuf,
}

pub(super) fn backup(common: &Common, verb: &Backup) -> Result<(), Failure> {
    let output = &verb.output;
    let fault = |error: &io::Error| Failure::fault(common, &output.display().to_string(), error);
    // The keys of a ledger have no place in a backup, so its own folder is none.
    if ["keys", "sled"].iter().any(|name| output.join(name).exists()) {
        let folder = output.display().to_string();
        return Err(Failure::usage(common, "cli-backup-into-ledger", &[("dir", &folder)]));
    }
    let ledger = Ledger::open(common)?;
    let (files, _) = copy_tiles(common, &ledger, output)?;
    let objects = copy_missing(&common.data.join(VAULT_FOLDER), &output.join(VAULT_FOLDER));
    let objects = objects.map_err(|error| fault(&error))?;
    witnessed(&common.data, output).map_err(|error| fault(&error))?;
    let rotations = [&common.data, output].map(|dir| dir.join(ROTATIONS_FOLDER));
    copy_missing(&rotations[0], &rotations[1]).map_err(|error| fault(&error))?;
    drop(ledger);
    let signed = read_back(common, output)?;
    let (size, root) = (signed.checkpoint().size(), signed.checkpoint().root().to_string());
    if common.json {
        let told = json!({ "size": size, "root": root, "files": files, "objects": objects });
        return say(common, &told.to_string());
    }
    let (size, dir) = (size.to_string(), output.display().to_string());
    say(common, &common.text().get("cli-backed-up", &[("size", &size), ("root", &root), ("dir", &dir)]))
}

/// The last checkpoint with cosignatures; one newer than the copy says nothing about it.
fn witnessed(data: &Path, output: &Path) -> io::Result<()> {
    match fs::read(data.join(WITNESSED_FILE)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        bytes => super::evidence::put(&output.join(WITNESSED_FILE), &bytes?),
    }
}

/// What was copied is worth what it reads back as.
fn read_back(common: &Common, folder: &Path) -> Result<SignedCheckpoint, Failure> {
    let bar = progress::bar(common, "cli-verifying");
    let read = check(&Folder(folder.to_owned()), None, |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    read.map_err(|error| Failure::restoring(common, folder, &error))
}

#[derive(Args, Debug)]
pub(super) struct Restore {
    /// 备份目录 / folder of the backup
    #[arg(long, value_name = "FOLDER", required_unless_present = "tiles")]
    from: Option<PathBuf>,
    /// 更新的树片，补齐备份之后的事件 / newer tiles, for the events after the backup
    #[arg(long, value_name = "DIR|URL", conflicts_with = "new_origin")]
    tiles: Option<String>,
    /// 账号令牌：从网址读取时须有 / token of an account that may read the events, for a URL
    #[arg(long, env = "GONGJIAN_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    token: Option<String>,
    /// 从别处得知的账本公钥 / the key of the ledger, known from elsewhere
    #[arg(long, value_name = "VKEY")]
    key: Option<VerifierKey>,
    /// 密钥已失：另立新账，首个事件载明旧账的检查点 / begin a log that names the old one
    #[arg(long, value_name = "NAME", requires = "from")]
    new_origin: Option<String>,
}

pub(super) fn restore(common: &Common, verb: &Restore) -> Result<(), Failure> {
    if let (Some(from), Some(origin)) = (&verb.from, &verb.new_origin) {
        return begin_anew(common, verb, from, origin);
    }
    let tiles = verb.tiles.as_deref().map(|tiles| source(tiles, verb.token.clone()));
    let work = Work {
        dir: &common.data,
        log: LogOptions::default(),
        key: verb.key.clone(),
        backup: verb.from.as_deref(),
        tiles: tiles.as_deref(),
    };
    let bar = progress::bar(common, "cli-restoring");
    let restored = work.run(|done, all| {
        bar.set_length(all);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    told(common, &restored.map_err(|error| Failure::restoring(common, &common.data, &error))?)
}

/// Tiles in a folder, or at an address.
fn source(tiles: &str, token: Option<String>) -> Box<dyn Files> {
    if ["http://", "https://"].iter().any(|scheme| tiles.starts_with(scheme)) {
        return Box::new(Server(HttpSource::new(tiles, PATIENCE).with_token(token)));
    }
    Box::new(Folder(PathBuf::from(tiles)))
}

/// Tiles that a server offers.
struct Server(HttpSource);

impl Files for Server {
    fn read(&self, name: &str, limit: u64) -> io::Result<Option<Vec<u8>>> {
        // A server has it among its own addresses.
        let name = if name == ERASED_FILE { "api/v1/erased" } else { name };
        self.0.read(name, limit)
    }
}

pub(super) fn told(common: &Common, restored: &Restored) -> Result<(), Failure> {
    let root = restored.root.to_string();
    if common.json {
        let told = json!({
            "size": restored.size, "taken": restored.taken, "root": root, "behind": restored.behind,
        });
        return say(common, &told.to_string());
    }
    let (size, taken) = (restored.size.to_string(), restored.taken.to_string());
    let args = [("size", size.as_str()), ("taken", &taken), ("root", &root)];
    let mut lines = common.text().get("cli-restored", &args);
    if let Some(signed) = restored.behind {
        let args = [("size", size.as_str()), ("signed", &signed.to_string())];
        lines = format!("{lines}\n{}", common.text().get("cli-restored-behind", &args));
    }
    say(common, &lines)
}

/// The old folder stays as it is, evidence that any server of files can offer; its events are not copied.
fn begin_anew(common: &Common, verb: &Restore, from: &Path, origin: &str) -> Result<(), Failure> {
    let old = check(&Folder(from.to_owned()), verb.key.as_ref(), |_, _| ());
    let old = old.map_err(|error| Failure::restoring(common, from, &error))?;
    let app = App::create_continuing(&common.data, origin, &old)
        .map_err(|error| Failure::opening(common, &common.data, &error))?;
    let (old_origin, old_size) = (old.checkpoint().origin(), old.checkpoint().size().to_string());
    if common.json {
        let told = json!({
            "origin": origin, "size": app.head().size,
            "continues": { "origin": old_origin, "size": old.checkpoint().size() },
        });
        return say(common, &told.to_string());
    }
    let args = [("origin", origin), ("old", old_origin), ("size", &old_size)];
    say(common, &common.text().get("cli-continued", &args))
}
