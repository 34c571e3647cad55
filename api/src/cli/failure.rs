//! Why a verb failed: what is printed, and the exit code.

use std::error::Error;
use std::path::Path;

use gongjian_core::ledger::LedgerError;
use gongjian_core::log::{OpenError, StorageError};
use gongjian_core::published::SourceError;
use gongjian_core::restore::RestoreError;
use serde_json::{Value, json};

use super::Common;
use crate::error::{Problem, chain};
use crate::messages::Text;

/// Refused, or verification failed.
const REFUSED: u8 = 1;
/// Wrong usage.
const USAGE: u8 = 2;
/// A fault of the machine.
const FAULT: u8 = 3;

/// A verb did not do what was asked.
#[derive(Debug)]
pub struct Failure {
    code: u8,
    lines: Vec<String>,
    json: Option<Value>,
}

impl Failure {
    /// The exit code of the process.
    pub fn exit_code(&self) -> u8 {
        self.code
    }

    /// Whether it is the machine's fault, so that another try may do better.
    pub(super) fn is_fault(&self) -> bool {
        self.code == FAULT
    }

    /// Prints what there is to say: JSON on the standard output where that was asked for.
    pub fn print(&self) {
        match &self.json {
            Some(json) => println!("{json}"),
            None => self.lines.iter().for_each(|line| eprintln!("{line}")),
        }
    }

    /// Something was found wrong and is printed already.
    pub(super) fn found() -> Failure {
        Failure { code: REFUSED, lines: Vec::new(), json: None }
    }

    pub(super) fn usage(common: &Common, key: &str, args: &[(&str, &str)]) -> Failure {
        Failure::said(common, USAGE, key, args)
    }

    pub(super) fn fault(common: &Common, what: &str, error: &(dyn Error + 'static)) -> Failure {
        let args = [("what", what), ("error", &common.text().cause(error))];
        Failure::said(common, FAULT, "cli-fault", &args)
    }

    /// Somebody said no, for a reason that is printed.
    pub(super) fn refused(common: &Common, key: &str, args: &[(&str, &str)]) -> Failure {
        Failure::said(common, REFUSED, key, args)
    }

    /// The machine is not as it must be, in words of the message files.
    pub(super) fn said_fault(common: &Common, key: &str, args: &[(&str, &str)]) -> Failure {
        Failure::said(common, FAULT, key, args)
    }

    fn said(common: &Common, code: u8, key: &str, args: &[(&str, &str)]) -> Failure {
        let line = common.text().get(key, args);
        let json = common.json.then(|| json!({ "code": key.trim_start_matches("cli-"), "detail": line }));
        Failure { code, lines: vec![line], json }
    }

    /// A problem of this process.
    pub(super) fn problem(common: &Common, problem: &Problem) -> Failure {
        Failure::document(common, &problem.to_json(common.text(), ""))
    }

    /// A problem document, from this process or from a server.
    pub(super) fn document(common: &Common, document: &Value) -> Failure {
        let status = document["status"].as_u64().unwrap_or(500);
        let code = match status {
            400 | 405 => USAGE,
            401..=499 => REFUSED,
            _ => FAULT,
        };
        if common.json {
            return Failure { code, lines: Vec::new(), json: Some(document.clone()) };
        }
        let text = |name: &str| document[name].as_str().unwrap_or_default().to_owned();
        let mut lines = vec![text("detail")];
        let errors = document["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        // One error that only repeats the sentence says nothing new.
        if errors.len() > 1 || document["code"] == "workbook-faults" {
            lines.extend(
                errors.iter().map(|error| format!("  {}", error["detail"].as_str().unwrap_or_default())),
            );
        }
        if let Some(index) = document["index"].as_u64().filter(|index| *index > 0) {
            lines.push(common.text().get("cli-index", &[("index", &(index + 1).to_string())]));
        }
        lines.extend(there_now(common.text(), &document["current"]));
        lines.push(format!("[{}]", text("code")));
        Failure { code, lines, json: None }
    }

    /// A ledger that cannot be opened.
    pub(super) fn opening(common: &Common, dir: &Path, error: &LedgerError) -> Failure {
        match error {
            LedgerError::Open(error) => Failure::open(common, dir, error),
            other => Failure::fault(common, &Failure::at_opening(common, dir), other),
        }
    }

    fn at_opening(common: &Common, dir: &Path) -> String {
        common.text().get("cli-opening", &[("dir", &dir.display().to_string())])
    }

    /// A log that cannot be opened.
    fn open(common: &Common, dir: &Path, error: &OpenError) -> Failure {
        let folder = dir.display().to_string();
        let args = [("dir", folder.as_str())];
        match error {
            OpenError::Missing(_) => Failure::usage(common, "cli-no-ledger", &args),
            OpenError::Exists(_) => Failure::said(common, REFUSED, "cli-ledger-exists", &args),
            OpenError::Unfinished(_) => Failure::said(common, FAULT, "cli-restore-unfinished", &args),
            OpenError::Storage(StorageError::Locked { .. }) => {
                Failure::said(common, FAULT, "cli-locked", &args)
            }
            OpenError::Corrupt(corruption) => {
                let damage = common.text().corruption(corruption);
                let args = [("dir", folder.as_str()), ("damage", &damage)];
                Failure::said(common, FAULT, "cli-damaged", &args)
            }
            OpenError::Storage(storage @ (StorageError::Engine { .. } | StorageError::Damaged { .. })) => {
                let cause = chain(storage);
                let args = [("dir", folder.as_str()), ("error", &cause)];
                Failure::said(common, FAULT, "cli-storage-damaged", &args)
            }
            OpenError::Storage(other) => Failure::fault(common, &Failure::at_opening(common, dir), other),
        }
    }
}

impl Failure {
    /// A ledger that was not restored, or a backup that does not stand up to verification.
    pub(super) fn restoring(common: &Common, folder: &Path, error: &RestoreError) -> Failure {
        let dir = folder.display().to_string();
        let refused = |key: &str, args: &[(&str, &str)]| {
            let args: Vec<(&str, &str)> = args.iter().copied().chain([("dir", dir.as_str())]).collect();
            Failure::said(common, REFUSED, key, &args)
        };
        match error {
            RestoreError::Source(SourceError::Missing { name }) => {
                refused("cli-restore-missing", &[("file", name)])
            }
            RestoreError::Source(SourceError::Malformed { name, .. }) => {
                refused("cli-restore-malformed", &[("file", name), ("error", &chain(error))])
            }
            RestoreError::Checkpoint(_) | RestoreError::Key(_) | RestoreError::OtherKey { .. } => {
                refused("cli-restore-key", &[("error", &chain(error))])
            }
            RestoreError::Tile(_) => refused("cli-restore-changed", &[("error", &chain(error))]),
            RestoreError::Line { line, source } => {
                refused("cli-import-line", &[("line", &line.to_string()), ("error", &chain(source))])
            }
            RestoreError::NoEvent { position, .. } => refused(
                "cli-restore-no-event",
                &[("position", &position.to_string()), ("error", &chain(error))],
            ),
            RestoreError::Withheld { position } => {
                refused("cli-restore-withheld", &[("position", &position.to_string())])
            }
            RestoreError::Forked { size, .. } => {
                refused("cli-restore-forked", &[("size", &size.to_string())])
            }
            RestoreError::Older { size, have } => {
                refused("cli-restore-older", &[("size", &size.to_string()), ("have", &have.to_string())])
            }
            RestoreError::Unsound(report) => {
                let first = report.faults.first().map(|fault| common.text().corruption(fault));
                refused("cli-restore-unsound", &[("damage", &first.unwrap_or_default())])
            }
            RestoreError::Open(error) => Failure::open(common, folder, error),
            RestoreError::Source(SourceError::Unreadable { .. })
            | RestoreError::Append(_)
            | RestoreError::Withhold(_)
            | RestoreError::Read(_)
            | RestoreError::Storage(_)
            | RestoreError::Keep(_)
            | RestoreError::File { .. } => Failure::fault(common, &dir, error),
        }
    }
}

/// What is there now, on a conflict: a stream with its last events, or the first event of a command.
fn there_now(text: Text, current: &Value) -> Option<String> {
    let of_stream = current["lastEvents"].as_array();
    let (key, event) = match of_stream {
        Some(events) => ("cli-now", events.last()?),
        None => ("cli-first", current),
    };
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let args = [
        ("stream", word(&event["stream"])),
        ("position", event["position"].as_u64()?.to_string()),
        ("kind", text.word("kind", event["kind"].as_str()?)),
        ("day", word(&event["occurredOn"])),
        ("at", local_time(event["recordedAt"].as_str()?)),
        ("post", text.word("post", event["recordedBy"].as_str()?)),
    ];
    let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Some(text.get(key, &args))
}

/// An instant as clocks of the county show it, to the minute.
fn local_time(instant: &str) -> String {
    let at = instant.parse::<jiff::Timestamp>();
    at.map_or_else(|_| instant.to_owned(), |at| crate::app::county_time(at.as_microsecond()))
}

/// Prints to the standard output; a reader that has gone ends the verb quietly.
pub(super) fn print(common: &Common, bytes: &[u8]) -> Result<(), Failure> {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::fault(common, "stdout", &error))
        }
        _ => Ok(()),
    }
}

/// Prints a sentence and ends the line.
pub(super) fn say(common: &Common, line: &str) -> Result<(), Failure> {
    print(common, format!("{line}\n").as_bytes())
}
