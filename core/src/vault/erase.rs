//! Carrying out an approved erasure, step by step; each step may be done again, and what a crash interrupted is
//! finished at the next start.
//!
//! A tombstone in key file and key backup is the first step: from then on the erasure is *begun*. Then the key is
//! destroyed and the object removed; or, of a whole record, its bytes leave the log, the engine's files, the
//! bundle beside the log, and everything that was folded from them. The event that it is done comes last.

use super::{ObjectName, Vault, VaultError};
use crate::accounts::By;
use crate::command::{Envelope, Receipt, Request};
use crate::domain::erasure::{Erasure, ErasureCommand, RECORD};
use crate::ledger::{Refused, Writer};
use crate::log::{WithholdError, WithholdStep};
use crate::record::RecordRef;

/// Who tells that an erasure is done that a start finished.
const FINISHER: &str = "system";

/// What is done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EraseStep {
    /// The order is durable and nothing is destroyed yet: the time to sign a checkpoint over it.
    Ordered,
    /// Key file and key backup say that the erasure is begun.
    Tombstone,
    /// The key leaves both.
    Key,
    /// The object is removed.
    Object,
    /// Digest and leaf take the place of the record's bytes.
    Page,
    /// The engine's files are written anew.
    Store,
    /// The bundle beside the log is replaced.
    Bundle,
    /// Snapshots go, and the world is folded again.
    Snapshots,
    /// The event is recorded.
    Event,
}

/// An erasure was not carried out, or not to its end: it is taken up again at the next start, or when asked again.
#[derive(Debug, thiserror::Error)]
pub enum EraseError {
    /// There is no such erasure.
    #[error("there is no erasure {0:?}")]
    Unknown(String),
    /// A rule says no, or the ledger takes no events.
    #[error(transparent)]
    Refused(Refused),
    /// The vault failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The record's bytes could not be destroyed.
    #[error(transparent)]
    Withhold(#[from] WithholdError),
    /// Snapshots could not be removed.
    #[error("the snapshots cannot be removed")]
    Snapshots(#[source] std::io::Error),
    /// The log could not be folded again.
    #[error("the log cannot be folded again")]
    Fold(#[source] Box<crate::ledger::LedgerError>),
    /// Whoever watches the steps stopped them.
    #[error("stopped before {0:?}")]
    Stopped(EraseStep),
}

/// Carries out an approved erasure and records that it is done. One that was done before is carried out again and
/// recorded no second time. `before` is called before each step; its error stops there.
///
/// # Errors
/// [`EraseError`]; what was done stays done.
pub fn erase(
    writer: &mut Writer,
    id: &str,
    by: &By,
    command_id: [u8; 16],
    before: &mut dyn FnMut(EraseStep) -> Result<(), EraseError>,
) -> Result<Option<Receipt>, EraseError> {
    let vault = writer.vault()?;
    let erasure =
        writer.world().erasure.get(id).cloned().ok_or_else(|| EraseError::Unknown(id.to_owned()))?;
    let is_done = erasure.executed.is_some();
    let request = told(writer, id, by, command_id, &erasure);
    if !is_done {
        // The rules are asked first: what they refuse must not begin.
        ask(writer, request.clone().dry_run())?;
    }
    before(EraseStep::Ordered)?;
    before(EraseStep::Tombstone)?;
    let object = erasure.object.as_deref().and_then(ObjectName::parse);
    vault.bury(id, object)?;
    match (erasure.scope.as_str(), object) {
        (RECORD, _) => withhold(writer, &erasure, before)?,
        (_, Some(object)) => destroy(&vault, object, before)?,
        (_, None) => {}
    }
    before(EraseStep::Event)?;
    if is_done {
        return Ok(None);
    }
    let mut receipts = ask(writer, request)?;
    Ok(receipts.pop())
}

/// Takes up every erasure that was begun and not recorded as done; returns those that failed, with the reason. For
/// the start, and for whoever puts a ledger back from a backup and opens it.
///
/// An older copy of the ledger may not know of an erasure that its key file calls begun. Its key is gone all the
/// same, and verification shows what is missing.
pub fn finish(writer: &mut Writer) -> Vec<(String, EraseError)> {
    let Ok(vault) = writer.vault() else { return Vec::new() };
    let unfinished = |id: &String| {
        let erasure = writer.world().erasure.get(id);
        erasure.is_some_and(|erasure| erasure.approved.is_some() && erasure.executed.is_none())
    };
    let begun: Vec<String> = vault.begun().into_iter().filter(unfinished).collect();
    let finisher = By { post: FINISHER.to_owned(), account: [0; 16] };
    let mut failed = Vec::new();
    for id in begun {
        let mut command_id = [0; 16];
        let finished = getrandom::fill(&mut command_id)
            .map_err(|_| EraseError::Vault(VaultError::Random))
            .and_then(|()| erase(writer, &id, &finisher, command_id, &mut |_| Ok(())));
        match finished {
            Ok(_) => tracing::warn!(erasure = id, "an erasure that was begun is finished"),
            Err(error) => failed.push((id, error)),
        }
    }
    failed
}

fn destroy(
    vault: &Vault,
    object: ObjectName,
    before: &mut dyn FnMut(EraseStep) -> Result<(), EraseError>,
) -> Result<(), EraseError> {
    before(EraseStep::Key)?;
    vault.destroy_key(object)?;
    before(EraseStep::Object)?;
    Ok(vault.remove_object(object)?)
}

fn withhold(
    writer: &mut Writer,
    erasure: &Erasure,
    before: &mut dyn FnMut(EraseStep) -> Result<(), EraseError>,
) -> Result<(), EraseError> {
    let order = erasure.approved.map_or(0, |fact| fact.at);
    // The rules judged by the stream that was named: it must be the record's own.
    if let Ok(Some(bytes)) = writer.reader().get(erasure.position)
        && RecordRef::decode(&bytes).is_ok_and(|record| record.stream != erasure.subject)
    {
        let what = "the erasure names another stream";
        return Err(WithholdError::NoOrder { position: erasure.position, order, what }.into());
    }
    writer.withhold(erasure.position, order, |step| {
        before(match step {
            WithholdStep::Page => EraseStep::Page,
            WithholdStep::Store => EraseStep::Store,
            WithholdStep::Bundle => EraseStep::Bundle,
        })
    })?;
    before(EraseStep::Snapshots)?;
    writer.fold_again()
}

/// The command that tells that an erasure is done.
fn told(writer: &Writer, id: &str, by: &By, command_id: [u8; 16], erasure: &Erasure) -> Request {
    let destroyed: &[&str] = if erasure.scope == RECORD {
        &["page", "store", "bundle", "snapshots"]
    } else {
        &["key", "key-backup", "object"]
    };
    let command =
        ErasureCommand::Execute { destroyed: destroyed.iter().map(|what| (*what).to_owned()).collect() };
    let envelope = Envelope::new(command, format!("erasure/{id}"), writer.today(), &by.post);
    Request::new(command_id, vec![Envelope { account: by.account, ..envelope }])
}

fn ask(writer: &mut Writer, request: Request) -> Result<Vec<Receipt>, EraseError> {
    let answer = writer.handle(vec![request]).pop().unwrap_or(Err(Refused::Closed));
    answer.map(|answer| answer.receipts).map_err(EraseError::Refused)
}
