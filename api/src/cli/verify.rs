//! `verify`: the ledger from its own bytes, or evidence that was taken away, without a ledger.

use std::path::{Path, PathBuf};

use clap::Args;
use gongjian_core::evidence::tree;
use gongjian_core::evidence::{HashSource, SignedCheckpoint, TileKind, TileName, tile};
use gongjian_core::log::MerkleHash;
use serde_json::json;

use super::client::{Ask, Ledger};
use super::failure::{Failure, say};
use super::monitor::{self, Watch};
use super::{Common, claim, upkeep};
use crate::offline::{self, Fault, Format, Kind, Outcome, Trust, TrustError, Verdict};

/// The longest proof, entry or checkpoint.
const SMALL_MAX: u64 = 2 << 20;

#[derive(Args, Debug)]
pub(super) struct Verify {
    /// 离线核对的文件：证明、检查点、证据包，或账本副本目录 / files to check offline; none: the ledger itself
    files: Vec<PathBuf>,
    /// 可信的公钥（一行，或存有公钥的文件），须另行取得 / a public key that you have from elsewhere, or a file of keys
    #[arg(long, value_name = "VKEY|FILE")]
    key: Vec<String>,
    /// 采信规则文件（C2SP tlog-policy） / a policy file
    #[arg(long, value_name = "FILE", conflicts_with = "key")]
    policy: Option<PathBuf>,
    /// 证明所证的事件原文；不写则找同名的 .bin / the bytes of the proven event; else the .bin beside the proof
    #[arg(long, value_name = "FILE", requires = "files")]
    entry: Option<PathBuf>,
    /// 与旧纪要上印的三行对照 / compare with the three lines on old minutes
    #[arg(long, num_args = 3..=10, value_names = ["ORIGIN", "SIZE", "ROOT"], conflicts_with = "files")]
    paper: Option<Vec<String>>,
    /// 报告应为哪个季度的 / the quarter that a report must be of
    #[arg(long, value_name = "2022-Q2", requires = "files")]
    quarter: Option<String>,
    #[command(flatten)]
    watch: Watch,
}

pub(super) fn run(common: &Common, verb: &Verify) -> Result<(), Failure> {
    let trust = Trust::of(&verb.key, verb.policy.as_deref());
    let trust = trust.map_err(|error| {
        let text = common.text();
        let error = match &error {
            TrustError::Key { given, source } => text.labelled(given, &text.cause(source)),
            TrustError::Policy { file, source } => text.labelled(file, &text.cause(source)),
            TrustError::File { file, source } => {
                text.labelled(&file.display().to_string(), &text.cause(source))
            }
        };
        Failure::usage(common, "cli-no-trust", &[("error", &error)])
    })?;
    if let Some(lines) = &verb.paper {
        return paper(common, lines);
    }
    let tiles = match verb.files.as_slice() {
        [one] if matches!(offline::format_of(one), Ok(Format::Tiles)) => Some(one.as_path()),
        _ => None,
    };
    if tiles.is_some() || verb.watch.is_used() {
        return monitor::run(common, &verb.watch, &trust, tiles);
    }
    if verb.files.is_empty() {
        return match trust.is_somebody() {
            true => conclude(common, &[(common.data.clone(), copy(common, &common.data, &trust)?)]),
            false => upkeep::verify(common),
        };
    }
    let mut outcomes = Vec::with_capacity(verb.files.len());
    for file in &verb.files {
        outcomes.push((file.clone(), check(common, verb, file, &trust)?));
    }
    compare(&mut outcomes);
    conclude(common, &outcomes)
}

/// Checks one file.
fn check(common: &Common, verb: &Verify, file: &Path, trust: &Trust) -> Result<Outcome, Failure> {
    let read = |path: &Path, limit| {
        let shown = path.display().to_string();
        offline::read_at_most(path, limit).map_err(|error| Failure::fault(common, &shown, &error))
    };
    let format = offline::format_of(file);
    let format = format.map_err(|error| Failure::fault(common, &file.display().to_string(), &error))?;
    if file.is_file() && format != Format::Proof {
        let (name, bytes) = (file.display().to_string(), read(file, offline::FILE_MAX)?);
        if let Some(outcome) = claim::check(common, &name, &bytes, verb.quarter.as_deref())? {
            return Ok(outcome);
        }
    }
    match format {
        Format::Checkpoint => Ok(offline::checkpoint(&read(file, SMALL_MAX)?, trust)),
        Format::Proof => {
            let entry = verb.entry.clone().unwrap_or_else(|| file.with_extension("bin"));
            if !entry.exists() {
                let (file, entry) = (file.display().to_string(), entry.display().to_string());
                return Err(Failure::usage(common, "cli-no-entry", &[("file", &file), ("entry", &entry)]));
            }
            Ok(offline::proof(&read(file, SMALL_MAX)?, &read(&entry, SMALL_MAX)?, trust))
        }
        Format::Ledger => copy(common, file, trust),
        Format::Package => Ok(match package(file) {
            Ok(files) => crate::package::check(&files, trust),
            Err(fault) => Outcome::new(Format::Package).after(Err(fault)),
        }),
        Format::Inspection => {
            let note = note_of(file);
            let note = note.exists().then(|| read(&note, SMALL_MAX)).transpose()?;
            Ok(offline::inspection(&read(file, offline::FILE_MAX)?, note.as_deref(), trust))
        }
        // Published tiles are checked by themselves, as a monitor does; a report is checked above.
        Format::Tiles | Format::Report | Format::Unknown => {
            let args = [("file", file.display().to_string())];
            Err(Failure::usage(common, "cli-not-checked-here", &[("file", &args[0].1)]))
        }
    }
}

/// The signature beside a report.
pub(super) fn note_of(report: &Path) -> PathBuf {
    let mut name = report.as_os_str().to_owned();
    name.push(".note");
    PathBuf::from(name)
}

/// The files of a package, packed or not.
fn package(file: &Path) -> Result<crate::package::Files, Fault> {
    if file.is_dir() {
        return crate::package::read_folder(file);
    }
    let unreadable = |error| Fault::new(Kind::Malformed, "unreadable").because(&error);
    crate::package::unpack(&offline::read_at_most(file, offline::FILE_MAX).map_err(unreadable)?)
}

/// Two checkpoints of one size under two roots, in the files of one call, are two histories.
fn compare(outcomes: &mut [(PathBuf, Outcome)]) {
    for at in 1..outcomes.len() {
        let (before, rest) = outcomes.split_at_mut(at);
        let Some((_, later)) = rest.first_mut() else { continue };
        let Some(basis) = later.basis.clone().filter(|_| later.fault.is_none()) else { continue };
        let other = before.iter().find(|(_, earlier)| {
            earlier
                .basis
                .as_ref()
                .is_some_and(|it| it.origin == basis.origin && it.size == basis.size && it.root != basis.root)
        });
        if let Some((file, _)) = other {
            let fault = Fault::new(Kind::Forked, "two-roots").with("size", basis.size);
            later.fault = Some(fault.with("other", file.display()));
        }
    }
}

/// Prints what was found, a line of JSON for each file or a paragraph.
fn conclude(common: &Common, outcomes: &[(PathBuf, Outcome)]) -> Result<(), Failure> {
    let text = common.text();
    for (file, outcome) in outcomes {
        let file = file.display().to_string();
        let shown =
            if common.json { outcome.to_json(&file, text).to_string() } else { outcome.told(&file, text) };
        say(common, &shown)?;
    }
    let all_sound = outcomes.iter().all(|(_, outcome)| outcome.verdict() == Verdict::Sound);
    if all_sound { Ok(()) } else { Err(Failure::found()) }
}

/// A whole ledger in a folder: recomputed from its bytes, and compared with the checkpoint that lies there.
fn copy(common: &Common, dir: &Path, trust: &Trust) -> Result<Outcome, Failure> {
    let common = &Common { data: dir.to_owned(), ..common.clone() };
    let mut outcome = Outcome::new(Format::Ledger);
    // Before the folder is opened: a ledger with its key at hand signs its head when it is closed.
    let published = published(dir);
    let found = upkeep::recomputed(common)?;
    let size = found["size"].as_u64().unwrap_or_default();
    outcome.counts.push(("events", size));
    if !found["sound"].as_bool().unwrap_or_default() {
        let detail = upkeep::told(common, &found);
        return Ok(outcome.after(Err(Fault::new(Kind::Altered, "ledger-unsound").with("detail", detail))));
    }
    let published = match published {
        Ok(published) => published,
        Err(fault) => return Ok(outcome.after(if trust.is_somebody() { Err(fault) } else { Ok(()) })),
    };
    Ok(with_checkpoint(common, &Ledger::open(common)?, outcome, size, &published, trust))
}

/// The checkpoint that lies in the folder of a ledger.
pub(super) fn published(dir: &Path) -> Result<Vec<u8>, Fault> {
    let missing = |_| Fault::new(Kind::Missing, "no-checkpoint").at("tiles/checkpoint");
    offline::read_at_most(&dir.join("tiles/checkpoint"), SMALL_MAX).map_err(missing)
}

/// Compares a ledger of some size with a checkpoint.
pub(super) fn with_checkpoint(
    common: &Common,
    ledger: &Ledger,
    mut outcome: Outcome,
    size: u64,
    published: &[u8],
    trust: &Trust,
) -> Outcome {
    let checked = offline::read_checkpoint(published).and_then(|signed| {
        outcome.basis = Some(offline::Basis::of(&signed));
        let accepted = trust.accept(&signed)?;
        agrees(common, ledger, size, &signed)?;
        outcome.accepted = accepted;
        Ok(())
    });
    outcome.after(checked)
}

/// Whether a ledger has the root that a checkpoint names.
fn agrees(common: &Common, ledger: &Ledger, size: u64, signed: &SignedCheckpoint) -> Result<(), Fault> {
    let checkpoint = signed.checkpoint();
    has_root(common, ledger, size, checkpoint.size(), &checkpoint.root().to_string())
}

fn has_root(common: &Common, ledger: &Ledger, size: u64, then: u64, root: &str) -> Result<(), Fault> {
    if then > size {
        return Err(Fault::new(Kind::Truncated, "fewer-events").with("expected", then).with("found", size));
    }
    let found = tree::root(Published { common, ledger }, then);
    let found = found.map_err(|error| Fault::new(Kind::Missing, "no-tiles").because_of("tiles", error))?;
    if found.to_string() == root {
        return Ok(());
    }
    Err(Fault::new(Kind::Forked, "other-root").with("size", then).with("expected", root).with("found", found))
}

/// The tiles of a ledger, asked for as anybody asks.
struct Published<'a> {
    common: &'a Common,
    ledger: &'a Ledger,
}

#[derive(Debug, thiserror::Error)]
#[error("{0} cannot be had")]
struct NoTile(String);

impl HashSource for Published<'_> {
    type Error = NoTile;

    fn hashes(&self, level: usize, number: u64, width: usize) -> Result<Vec<MerkleHash>, NoTile> {
        let path = TileName::of_width(TileKind::Hashes(level), number, width).map(|name| name.path());
        let path = path.unwrap_or_default();
        let bytes = self.ledger.fetch(self.common, &Ask::get(format!("/{path}")));
        bytes.ok().and_then(|bytes| tile::parse_hashes(&bytes, width).ok()).ok_or(NoTile(path))
    }
}

/// The three lines that `checkpoint --paper` prints, compared with the ledger.
fn paper(common: &Common, lines: &[String]) -> Result<(), Failure> {
    let usage = || Failure::usage(common, "cli-paper-unreadable", &[]);
    let [origin, size, root @ ..] = lines else { return Err(usage()) };
    let then: u64 = size.parse().map_err(|_| usage())?;
    let root = root.concat().replace(char::is_whitespace, "").to_ascii_lowercase();
    if root.len() != 64 || hex::decode(&root).is_err() {
        return Err(usage());
    }
    let found = upkeep::recomputed(common)?;
    let ledger = Ledger::open(common)?;
    let key = ledger.fetch(common, &Ask::get("/api/v1/key".to_owned()))?;
    let own = String::from_utf8_lossy(&key).split('+').next().unwrap_or_default().to_owned();
    let checked = if found["sound"] != json!(true) {
        Err(Fault::new(Kind::Altered, "ledger-unsound").with("detail", upkeep::told(common, &found)))
    } else if own != *origin {
        Err(Fault::new(Kind::WrongOrigin, "other-origin").with("expected", origin).with("found", &own))
    } else {
        has_root(common, &ledger, found["size"].as_u64().unwrap_or_default(), then, &root)
    };
    let text = common.text();
    let shown = match (&checked, common.json) {
        (Ok(()), false) => text.get("cli-paper-fits", &[("size", size)]),
        (Ok(()), true) => json!({ "sound": true, "origin": own, "size": then, "root": root }).to_string(),
        (Err(fault), false) => fault.told(text),
        (Err(fault), true) => json!({ "sound": false, "fault": fault.to_json(text) }).to_string(),
    };
    say(common, &shown)?;
    checked.map_err(|_| Failure::found())
}
