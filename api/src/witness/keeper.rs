//! What a witness remembers of each log, and the one step in which it compares, signs and remembers.
//!
//! A request is first checked against what was seen, which takes hashing and signatures, and then committed:
//! under the lock, what was seen must still be the same, the new state is on the disk, and only then the
//! cosignature leaves. So of two requests that race, one ends in a conflict.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gongjian_core::clock::Clock;
use gongjian_core::evidence::witness::decide;
use gongjian_core::evidence::{
    AddCheckpoint, Cosigner, Refusal, Seen, SignError, SignatureLine, SignedCheckpoint, VerifierKey,
};
use gongjian_core::files;

use super::key::{KeyFileError, read_key};
use super::origin_hash;
use super::trust::{TrustError, read_logs};

/// Requests kept as evidence for each origin. More say nothing new, and the disk is not an enemy's to fill.
const EVIDENCE_MAX: usize = 256;
/// No state is longer than the longest note, and a cosignature.
const STATE_BYTES_MAX: u64 = 1 << 20;

/// The witness cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum KeeperError {
    /// The key is missing or damaged.
    #[error(transparent)]
    Key(#[from] KeyFileError),
    /// The list of logs cannot be read.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// Another process serves the folder. Two of them could sign two histories.
    #[error("another process serves this folder")]
    Locked,
    /// What was seen of a log cannot be read. Without it the witness must not sign for this log.
    #[error("{file} is damaged: restore it, or have the log's history confirmed and remove it")]
    Damaged {
        /// The file.
        file: PathBuf,
    },
    /// The file system failed.
    #[error("the witness's folder cannot be used")]
    Io(#[from] io::Error),
}

/// Why a request is not answered with a cosignature.
#[derive(Debug, thiserror::Error)]
pub enum Unanswered {
    /// The witness does not agree.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The witness could not: nothing was signed.
    #[error("the witness cannot sign now")]
    Fault(#[from] KeeperError),
    /// The clock shows no time that can be signed.
    #[error(transparent)]
    Sign(#[from] SignError),
}

/// A request that was agreed to, as long as nothing else was seen meanwhile.
#[derive(Debug)]
pub struct Checked {
    request: AddCheckpoint,
    before: Seen,
    after: Seen,
}

/// The witness of a folder.
pub struct Keeper {
    dir: PathBuf,
    cosigner: Cosigner,
    clock: Arc<dyn Clock>,
    // By origin. What is not here is on the disk, which is the truth.
    seen: Mutex<BTreeMap<String, Seen>>,
    _lock: File,
}

impl Keeper {
    /// Opens a witness's folder and holds it.
    ///
    /// # Errors
    /// [`KeeperError`].
    pub fn open(dir: &Path, clock: Arc<dyn Clock>) -> Result<Keeper, KeeperError> {
        let cosigner = read_key(dir)?;
        let lock = files::hold(&dir.join("lock"))?.ok_or(KeeperError::Locked)?;
        files::private_folder(&dir.join("seen"))?;
        files::private_folder(&dir.join("refused"))?;
        let keeper = Keeper { dir: dir.to_owned(), cosigner, clock, seen: Mutex::default(), _lock: lock };
        // Damage is better found now than by the next request.
        for log in read_logs(dir)? {
            keeper.latest(&log.origin)?;
        }
        Ok(keeper)
    }

    /// The public half of the key.
    pub fn verifier(&self) -> &VerifierKey {
        self.cosigner.verifier()
    }

    /// Cosigns the checkpoint of a request body, or says why not.
    ///
    /// # Errors
    /// [`Unanswered`].
    pub fn answer(&self, body: &[u8]) -> Result<SignatureLine, Unanswered> {
        self.commit(self.check(body)?)
    }

    /// The first half: is there anything against it?
    ///
    /// # Errors
    /// [`Unanswered`].
    pub fn check(&self, body: &[u8]) -> Result<Checked, Unanswered> {
        let request = AddCheckpoint::parse(body).map_err(Refusal::from)?;
        let origin = request.checkpoint().checkpoint().origin();
        // Read for each request, so that a log that was just added is known.
        let logs = read_logs(&self.dir).map_err(KeeperError::from)?;
        let keys: Vec<VerifierKey> =
            logs.into_iter().filter(|log| log.origin == origin).map(|log| log.key).collect();
        if keys.is_empty() {
            return Err(Refusal::UnknownLog { origin: origin.to_owned() }.into());
        }
        let before = self.seen(&mut self.states(), origin)?;
        match decide(&request, &keys, before) {
            Ok(after) => Ok(Checked { request, before, after }),
            Err(refusal) => {
                if matches!(refusal, Refusal::Inconsistent(_)) {
                    self.keep_evidence(&request, body);
                }
                Err(refusal.into())
            }
        }
    }

    /// The second half: under the lock, if nothing else was seen meanwhile, remembers and signs.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] if something was, and faults of the machine.
    pub fn commit(&self, checked: Checked) -> Result<SignatureLine, Unanswered> {
        let mut signed = checked.request.checkpoint().clone();
        let origin = signed.checkpoint().origin().to_owned();
        let mut states = self.states();
        let now = self.seen(&mut states, &origin)?;
        if now != checked.before {
            return Err(Refusal::Conflict { size: now.size }.into());
        }
        let time = u64::try_from(self.clock.now_micros() / 1_000_000).unwrap_or(0);
        let line = self.cosigner.cosign(signed.note().text(), time)?;
        signed.put(line.clone())?;
        // Until the write is known to be done, only the disk knows what is true.
        states.remove(&origin);
        files::write_whole(&self.file(&origin), signed.to_string().as_bytes(), files::PUBLIC)
            .map_err(KeeperError::from)?;
        states.insert(origin, checked.after);
        Ok(line)
    }

    /// The latest checkpoint cosigned of an origin.
    ///
    /// # Errors
    /// [`KeeperError::Damaged`] if it cannot be what was written.
    pub fn latest(&self, origin: &str) -> Result<Option<SignedCheckpoint>, KeeperError> {
        let file = self.file(origin);
        let Some(bytes) = files::read_limited(&file, STATE_BYTES_MAX)? else { return Ok(None) };
        let signed = SignedCheckpoint::parse(&bytes).ok().filter(|signed| {
            // Our own signature shows that the file is whole.
            signed.checkpoint().origin() == origin && signed.note().verify([self.verifier()]).is_ok()
        });
        signed.map(Some).ok_or(KeeperError::Damaged { file })
    }

    /// The latest checkpoint cosigned of the log whose name has this SHA-256.
    ///
    /// # Errors
    /// [`KeeperError`].
    pub fn latest_by_hash(&self, hash: &str) -> Result<Option<SignedCheckpoint>, KeeperError> {
        let logs = read_logs(&self.dir)?;
        match logs.iter().find(|log| origin_hash(&log.origin) == hash) {
            Some(log) => self.latest(&log.origin),
            None => Ok(None),
        }
    }

    fn states(&self) -> MutexGuard<'_, BTreeMap<String, Seen>> {
        // An entry is there only while it is true.
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn seen(&self, states: &mut BTreeMap<String, Seen>, origin: &str) -> Result<Seen, KeeperError> {
        if let Some(seen) = states.get(origin) {
            return Ok(*seen);
        }
        let latest = self.latest(origin)?;
        let seen = latest.map_or_else(Seen::default, |signed| Seen {
            size: signed.checkpoint().size(),
            root: signed.checkpoint().root(),
        });
        states.insert(origin.to_owned(), seen);
        Ok(seen)
    }

    fn file(&self, origin: &str) -> PathBuf {
        self.dir.join("seen").join(origin_hash(origin))
    }

    /// A trusted key signed something that does not extend what was seen: that is worth keeping, once for each
    /// checkpoint.
    fn keep_evidence(&self, request: &AddCheckpoint, body: &[u8]) {
        let checkpoint = request.checkpoint().checkpoint();
        let origin = checkpoint.origin();
        let prefix = origin_hash(origin);
        let folder = self.dir.join("refused");
        let kept = fs::read_dir(&folder).into_iter().flatten().flatten();
        let count = kept.filter(|file| file.file_name().to_string_lossy().starts_with(&prefix)).count();
        tracing::warn!(origin, size = checkpoint.size(), "a signed checkpoint does not extend what was seen");
        let root: String = checkpoint.root().to_string().chars().take(16).collect();
        let file = folder.join(format!("{prefix}-{}-{root}", checkpoint.size()));
        if count >= EVIDENCE_MAX || file.exists() {
            return;
        }
        if let Err(error) = files::write_new(&file, body, files::PRIVATE) {
            tracing::error!(origin, %error, "the evidence cannot be kept");
        }
    }
}
