//! Looking after the ledger: verification, rebuilding, and the clock.

use std::path::Path;
use std::time::Instant;

use gongjian_core::accounts::Book;
use gongjian_core::codec;
use gongjian_core::command::Receipt;
use gongjian_core::day::Day;
use gongjian_core::domain::World;
use gongjian_core::evidence::VerifierKey;
use gongjian_core::ledger::{Writer, fold_world};
use gongjian_core::log::{Corruption, ReadError, VerifyOptions};
use gongjian_core::record::{Digest, Position, RecordRef};
use gongjian_core::vault::{self, Checked, Proof, Status, VaultReport};
use gongjian_projections::runner::{Comparison, Runner};
use serde_json::{Value, json};

use super::follow::source;
use super::{App, Verified};
use crate::error::Problem;
use crate::messages::Text;

/// How often progress is told.
const PROGRESS_EVENTS: u64 = 4_096;

/// What a verification found.
#[derive(Clone, Debug, Default)]
pub struct Verification {
    /// Events looked at.
    pub size: u64,
    /// Digest of the last of them.
    pub digest: String,
    /// Merkle tree head over them.
    pub root: String,
    /// What is wrong in the log, in order of position.
    pub faults: Vec<Corruption>,
    /// What is wrong with what was folded from the log: name of the file or read model, and what.
    pub stale: Vec<(String, &'static str)>,
    /// Files of sealed bundles that are not there; opening writes them again.
    pub files_missing: u64,
    /// What is in the vault, and what was erased.
    pub vault: VaultReport,
    /// Why the vault could not be looked at.
    pub vault_closed: Option<String>,
    /// What was found in the log of accounts, if there is one.
    pub accounts: Option<AccountsFound>,
}

/// What a verification found in the log of accounts.
#[derive(Clone, Debug, Default)]
pub struct AccountsFound {
    /// Events looked at.
    pub size: u64,
    /// What is wrong, in order of position.
    pub faults: Vec<Corruption>,
    /// It could not be opened.
    pub is_closed: bool,
}

impl AccountsFound {
    fn is_sound(&self) -> bool {
        self.faults.is_empty() && !self.is_closed
    }

    fn to_json(&self, text: Text) -> Value {
        let faults: Vec<String> = self.faults.iter().map(|fault| text.corruption(fault)).collect();
        json!({ "sound": self.is_sound(), "size": self.size, "faults": faults, "closed": self.is_closed })
    }
}

impl Verification {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.faults.is_empty()
            && self.stale.is_empty()
            && self.vault.is_sound()
            && self.vault_closed.is_none()
            && self.accounts.as_ref().is_none_or(AccountsFound::is_sound)
    }

    /// The JSON of command line and HTTP, with its sentences in the reader's language.
    pub fn to_json(&self, text: Text) -> Value {
        let faults: Vec<Value> = self
            .faults
            .iter()
            .map(|fault| {
                json!({
                    "position": fault.position, "code": fault.what.code(), "detail": text.corruption(fault),
                    "what": text.saying(&fault.what), "expected": text.saying(&fault.expected),
                    "found": text.saying(&fault.found),
                })
            })
            .collect();
        let stale: Vec<Value> =
            self.stale.iter().map(|(name, code)| json!({ "name": name, "code": code })).collect();
        json!({
            "sound": self.is_sound(), "size": self.size, "digest": self.digest, "root": self.root,
            "faults": faults, "snapshots": stale, "filesMissing": self.files_missing,
            "vault": self.vault_json(),
            "accounts": self.accounts.as_ref().map(|accounts| accounts.to_json(text)),
        })
    }
}

impl Verification {
    /// Counts by status, every erasure with its proof, and every failure.
    fn vault_json(&self) -> Value {
        let counts: serde_json::Map<String, Value> =
            self.vault.counts().into_iter().map(|(word, count)| (word.to_owned(), json!(count))).collect();
        let named = self.vault.checked.iter().filter(|it| it.status.is_failure() || proof(it).is_some());
        let items: Vec<Value> = named
            .map(|it| {
                let status = it.status.word();
                let proof = proof(it).map(|proof| {
                    json!({ "asked": proof.asked, "approved": proof.approved, "executed": proof.executed })
                });
                json!({ "subject": it.subject, "position": it.position, "status": status, "proof": proof })
            })
            .collect();
        json!({
            "checked": self.vault.checked.len(), "counts": counts, "items": items,
            "quarantined": self.vault.quarantined, "closed": self.vault_closed,
        })
    }
}

fn proof(checked: &Checked) -> Option<Proof> {
    match checked.status {
        Status::Erased(proof) => Some(proof),
        _ => None,
    }
}

/// Read models folded again.
#[derive(Clone, Debug)]
pub struct Rebuilt {
    /// Events folded.
    pub size: u64,
    /// Each read model with the digest of what was kept and of what was folded now.
    pub models: Vec<Comparison>,
}

impl Rebuilt {
    /// Whether what was kept is what the log gives.
    pub fn is_same(&self) -> bool {
        self.models.iter().all(Comparison::equal)
    }

    /// The JSON of command line and HTTP.
    pub fn to_json(&self) -> Value {
        let models: Vec<Value> = self
            .models
            .iter()
            .map(|model| {
                json!({
                    "name": model.name, "equal": model.equal(),
                    "kept": model.digest_kept.to_string(), "rebuilt": model.digest_rebuilt.to_string(),
                })
            })
            .collect();
        json!({ "size": self.size, "equal": self.is_same(), "models": models })
    }
}

impl App {
    /// Folds the read models again from position 0 and compares; snapshots are replaced by what was folded.
    ///
    /// # Errors
    /// [`Problem`] if the log cannot be folded.
    pub fn rebuild(&self, progress: impl Fn(u64, u64)) -> Result<Rebuilt, Problem> {
        // A copy, so that nobody waits for the fold.
        let kept = self.views()?.clone();
        let size = kept.position();
        let mut from_log = source(self.reader());
        let mut counted = |from: Position| {
            let progress = &progress;
            from_log(from).inspect(move |entry| {
                if let Ok(bytes) = entry
                    && let Ok(record) = RecordRef::decode(bytes)
                    && record.position % PROGRESS_EVENTS == 0
                {
                    progress(record.position, size);
                }
            })
        };
        let (rebuilt, models) =
            Runner::rebuild(&kept, &mut counted).map_err(|error| Problem::internal(&error))?;
        progress(size, size);
        let rebuilt_answer = Rebuilt { size, models };
        if let Some(dir) = self.dir() {
            if !rebuilt_answer.is_same() {
                self.shared.kept.replace(rebuilt.clone());
            }
            Runner::new(dir).save(&rebuilt).map_err(|error| Problem::internal(&error))?;
        }
        Ok(rebuilt_answer)
    }

    /// Recomputes everything from the bytes, the snapshots and the checkpoints included. Writers wait meanwhile.
    /// `key` is the one by which the ledger is known elsewhere.
    ///
    /// # Errors
    /// [`Problem`] if the storage cannot be read; what it reads that is wrong is in the answer.
    pub fn verify(
        &self,
        key: Option<VerifierKey>,
        progress: impl FnMut(u64, u64) + Send + 'static,
    ) -> Result<Verification, Problem> {
        let started = Instant::now();
        let options =
            VerifyOptions { ledger: self.dir().map(Path::to_owned), key, ..VerifyOptions::default() };
        let checked = self.with_writer(move |writer| {
            let report = writer.verify_with(options, progress)?;
            let mut stale = Vec::new();
            let mut in_vault = Ok(VaultReport::default());
            if report.is_sound() {
                // A world that was begun from a snapshot must be the one that the log alone gives.
                let mut world = World::default();
                let folded = fold_world(&mut world, &writer.reader(), 0).is_ok();
                let same = |a: &World, b: &World| {
                    codec::encode_snapshot(a).ok().map(|bytes| Digest::of(&bytes))
                        == codec::encode_snapshot(b).ok().map(|bytes| Digest::of(&bytes))
                };
                if !folded || !same(&world, writer.world()) {
                    stale.push(("world".to_owned(), "world-differs"));
                }
                in_vault = look_into_vault(writer, &world);
            }
            Ok::<_, gongjian_core::log::StorageError>((report, stale, in_vault))
        })?;
        let (report, mut stale, in_vault) = checked.map_err(|error| Problem::internal(&error))?;
        stale.extend(self.damaged_snapshots());
        if report.faults.is_empty() {
            let rebuilt = self.compare_views()?;
            stale.extend(
                rebuilt.iter().filter(|model| !model.equal()).map(|it| (it.name.to_owned(), "model-differs")),
            );
        }
        let found = Verification {
            size: report.events,
            digest: report.digest.to_string(),
            root: hex::encode(report.root.0),
            faults: report.faults,
            stale,
            files_missing: report.files_missing,
            vault_closed: in_vault.as_ref().err().cloned(),
            vault: in_vault.unwrap_or_default(),
            accounts: self.verify_accounts()?,
        };
        self.shared.verifying.keep(Verified {
            found: found.clone(),
            at: self.shared.clock.now_micros(),
            took: started.elapsed(),
        });
        Ok(found)
    }

    /// Recomputes the log of accounts, where there is one.
    fn verify_accounts(&self) -> Result<Option<AccountsFound>, Problem> {
        if !self.dir().is_some_and(Book::exists) {
            return Ok(None);
        }
        let Ok(access) = self.access() else {
            return Ok(Some(AccountsFound { is_closed: true, ..AccountsFound::default() }));
        };
        let report = access.verify().map_err(|error| Problem::internal(&error))?;
        Ok(Some(AccountsFound { size: report.events, faults: report.faults, is_closed: false }))
    }

    /// The read models that are kept, against those that the log alone gives.
    fn compare_views(&self) -> Result<Vec<Comparison>, Problem> {
        let kept = self.views()?.clone();
        let (_, models) =
            Runner::rebuild(&kept, &mut source(self.reader())).map_err(|error| Problem::internal(&error))?;
        Ok(models)
    }

    /// Snapshot files whose digest does not fit their content.
    fn damaged_snapshots(&self) -> Vec<(String, &'static str)> {
        let Some(dir) = self.dir() else { return Vec::new() };
        let entries = std::fs::read_dir(dir.join("snapshots")).into_iter().flatten().flatten();
        let mut damaged: Vec<(String, &'static str)> = entries
            .filter(|entry| {
                let bytes = std::fs::read(entry.path()).unwrap_or_default();
                let good = bytes
                    .split_first_chunk::<32>()
                    .is_some_and(|(digest, rest)| Digest::of(rest).0 == *digest);
                // A name without a position is a file that was being written.
                let finished = entry.file_name().to_string_lossy().contains('-');
                finished && !good
            })
            .map(|entry| (entry.file_name().to_string_lossy().into_owned(), "snapshot-damaged"))
            .collect();
        damaged.sort_unstable();
        damaged
    }

    /// Somebody looked at the clock and says that it is right.
    ///
    /// # Errors
    /// [`Problem`] as for any command.
    pub fn accept_clock(&self, actor: &str, reason: &str) -> Result<Receipt, Problem> {
        let (actor, reason) = (actor.to_owned(), reason.to_owned());
        let id = random_id()?;
        let answer = self.with_writer(move |writer| writer.accept_clock(id, &actor, &reason))?;
        let mut answer = answer.map_err(|refused| self.explain(refused))?;
        answer.receipts.pop().ok_or_else(|| Problem::not_found("receipt"))
    }

    /// The day on which the first event was recorded.
    pub fn first_recorded(&self) -> Option<Day> {
        self.recorded_at(0).map(Day::of_micros)
    }

    /// When an event was recorded; of a withheld one, when the next one was whose bytes are there. There is one: the
    /// order to erase it.
    pub(super) fn recorded_at(&self, position: Position) -> Option<i64> {
        let bytes = (position..self.reader().size()).find_map(|at| match self.reader().get(at) {
            Err(ReadError::Withheld { .. }) => None,
            other => Some(other.ok().flatten()),
        })??;
        RecordRef::decode(&bytes).ok().map(|record| record.recorded_at)
    }

    /// The position that knowledge reaches on a day: the last one recorded by its end.
    pub fn last_recorded_by(&self, day: Day) -> Option<Position> {
        let limit = day.last_micros();
        let (mut low, mut high) = (0, self.reader().size());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.recorded_at(middle)? <= limit {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low.checked_sub(1)
    }
}

/// What the vault holds, against a world that was folded from the log alone; or why nobody can tell.
fn look_into_vault(writer: &Writer, world: &World) -> Result<VaultReport, String> {
    let vault = match writer.vault() {
        Ok(vault) => vault,
        // A ledger that never kept anything has nothing to look for.
        Err(_) if vault::items(world).is_empty() => return Ok(VaultReport::default()),
        Err(error) => return Err(error.to_string()),
    };
    vault::check(&vault, world, &writer.reader()).map_err(|error| crate::error::chain(&error))
}

/// A random id for a command that names none.
///
/// # Errors
/// [`Problem`] if the system gives no randomness.
pub fn random_id() -> Result<[u8; 16], Problem> {
    let mut id = [0; 16];
    getrandom::fill(&mut id).map_err(|error| Problem::internal(&std::io::Error::other(error)))?;
    // The marks of a random UUID (RFC 9562, version 4).
    id[6] = id[6] & 0x0f | 0x40;
    id[8] = id[8] & 0x3f | 0x80;
    Ok(id)
}
