//! `verify` of what a ledger publishes, in a folder or at an address: once, or again and again.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::Args;
use gongjian_core::evidence::Fault;
use gongjian_core::published::{Files, Folder};
use serde_json::{Value, json};

use super::Common;
use super::failure::{Failure, say};
use super::progress;
use crate::messages::Text;
use crate::monitor::{HttpSource, Monitor, Options, Report, Trouble, default_state_folder};
use crate::offline::Trust;

/// How long one file may take to come.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a monitor takes.
#[derive(Args, Debug)]
pub(super) struct Watch {
    /// 账本网址：核对它公布的检查点和分块 / address of a ledger whose tiles are verified
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// 账号令牌：读取事件原文须有 / token of an account that may read the events
    #[arg(long, env = "GONGJIAN_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    token: Option<String>,
    /// 记住上次所见的目录 / folder in which it remembers what it saw
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// 每隔若干秒再核对一次，一直运行 / verify again every so many seconds, for ever
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    every: Option<u64>,
}

impl Watch {
    /// Whether anything asks for what a ledger publishes.
    pub(super) fn is_used(&self) -> bool {
        self.url.is_some() || self.state.is_some() || self.every.is_some()
    }
}

/// Verifies the folder `tiles`, or the address that `watch` names.
pub(super) fn run(
    common: &Common,
    watch: &Watch,
    trust: &Trust,
    tiles: Option<&Path>,
) -> Result<(), Failure> {
    let Some(policy) = trust.policy().cloned() else {
        return Err(Failure::usage(common, "cli-monitor-no-key", &[]));
    };
    let source: Box<dyn Files> = match (&watch.url, tiles) {
        (Some(url), _) => Box::new(HttpSource::new(url, PATIENCE).with_token(watch.token.clone())),
        (None, Some(tiles)) => Box::new(Folder(tiles.to_owned())),
        (None, None) => return Err(Failure::usage(common, "cli-monitor-no-source", &[])),
    };
    // A folder that is looked at once need not be remembered.
    let by_default = if watch.url.is_some() || watch.every.is_some() { default_state_folder() } else { None };
    let state = watch.state.clone().or(by_default);
    let monitor = Monitor::new(&*source, Options { policy, state, patience: PATIENCE });
    let Some(every) = watch.every else { return round(common, &monitor) };
    loop {
        match round(common, &monitor) {
            // What cannot be read now may be readable later; what is wrong stays wrong.
            Err(failure) if failure.is_fault() => failure.print(),
            other => other?,
        }
        std::thread::sleep(Duration::from_secs(every));
    }
}

fn round(common: &Common, monitor: &Monitor<'_>) -> Result<(), Failure> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let bar = progress::bar(common, "cli-verifying");
    let result = monitor.round(now, |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    match result {
        Ok(report) => {
            let shown = if common.json { report.to_json().to_string() } else { told(common.text(), &report) };
            say(common, &shown)
        }
        Err(Trouble::Found(fault)) => {
            let shown = if common.json {
                fault_json(common.text(), &fault).to_string()
            } else {
                fault_told(common.text(), &fault)
            };
            say(common, &shown)?;
            Err(Failure::found())
        }
        Err(Trouble::Source(error)) => Err(Failure::fault(common, "tiles", &error)),
        Err(Trouble::State(error)) => Err(Failure::fault(common, "state", &error)),
    }
}

fn told(text: Text, report: &Report) -> String {
    let accepted = &report.accepted;
    let (size, new) = (accepted.size.to_string(), accepted.size.saturating_sub(report.known).to_string());
    let args = [("origin", accepted.origin.as_str()), ("size", &size), ("new", &new)];
    let mut lines = vec![text.get("cli-monitor-sound", &args)];
    lines.push(text.get("cli-root", &[("root", &accepted.root.to_string())]));
    for one in &accepted.cosigned {
        let seconds = i64::try_from(one.time).unwrap_or(i64::MAX);
        let time = crate::app::instant(seconds.saturating_mul(1_000_000));
        lines.push(text.get("cli-monitor-cosigned", &[("witness", &one.witness), ("time", &time)]));
    }
    for notice in &report.notices {
        let args = notice.args();
        let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
        lines.push(text.get(&format!("cli-notice-{}", notice.code()), &args));
    }
    lines.join("\n")
}

/// The sentence for a fault.
fn fault_told(text: Text, fault: &Fault) -> String {
    let position = fault.position.to_string();
    let args = [
        ("position", position.as_str()),
        ("what", &fault.what),
        ("expected", &fault.expected),
        ("found", &fault.found),
    ];
    text.get(&format!("fault-{}", fault.kind.code()), &args)
}

fn fault_json(text: Text, fault: &Fault) -> Value {
    json!({
        "sound": false,
        "kind": fault.kind.code(),
        "position": fault.position,
        "what": fault.what,
        "expected": fault.expected,
        "found": fault.found,
        "detail": fault_told(text, fault),
    })
}

#[cfg(test)]
mod tests {
    use gongjian_core::evidence::FaultKind;

    use super::*;
    use crate::messages::Language;
    use crate::monitor::Notice;

    #[test]
    fn every_fault_and_notice_has_its_sentence() {
        for language in [Language::Chinese, Language::English] {
            let text = language.text();
            for kind in FaultKind::ALL {
                let told = fault_told(text, &Fault::new(kind, 4711, "tile/0/000", "this", "that"));
                assert!(told.contains("4711") || kind == FaultKind::Malformed, "{told}");
                assert!(!told.starts_with("fault-"), "{told}");
            }
            let notices = [
                Notice::SilentWitness { witness: "w".to_owned(), reason: "r".to_owned() },
                Notice::Lag { witness: "w".to_owned(), size: 7 },
                Notice::NoWitness,
            ];
            for notice in notices {
                assert!(text.find(&format!("cli-notice-{}", notice.code()), &[]).is_some());
            }
        }
    }
}
