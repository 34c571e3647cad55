//! Checkpoints, tiles and proofs: what an inspector takes away and checks without this server.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use gongjian_core::checkpoints::{KeepError, Keeper};
use gongjian_core::command::Receipt;
use gongjian_core::evidence::tree::{prove_consistency, prove_inclusion};
use gongjian_core::evidence::{KeyKind, tile, tree};
use gongjian_core::evidence::{Proof, SignedCheckpoint, TileKind, TileName, TreeError, VerifierKey};
use gongjian_core::keys::{KeyFileError, KeyFolder, Seed};
use gongjian_core::ledger::{Refused, Writer};
use gongjian_core::log::{LogHashes, MerkleHash, ReadError};
use gongjian_core::record::Position;
use serde_json::{Value, json};

use super::{App, instant};
use crate::cosign::{self, Witnesses};
use crate::error::{Problem, chain};

/// How long a witness may take. Nobody waits for it but the thread that asks.
const WITNESS_PATIENCE: Duration = Duration::from_secs(5);

/// What signs and proves. A ledger whose key is not at hand still proves what was signed before.
pub(super) struct Evidence {
    hashes: Arc<LogHashes>,
    keeper: Result<Keeper, String>,
    /// Who is asked to cosign, if the folder names anybody.
    witnesses: Option<Witnesses>,
}

impl Evidence {
    /// Over a ledger in memory there is no key.
    pub(super) fn without_key(writer: &Writer) -> Evidence {
        let hashes = Arc::new(LogHashes::new(writer.reader(), None));
        Evidence { hashes, keeper: Err("a ledger in memory has no key".to_owned()), witnesses: None }
    }

    /// Opens the keeper, which compares the log with what was signed; a log that is not the one that was signed
    /// takes no more events.
    pub(super) fn open(writer: &mut Writer, dir: &Path, keys: &KeyFolder) -> Evidence {
        let hashes = Arc::new(LogHashes::new(writer.reader(), Some(dir.join("tiles"))));
        let keeper = keeper(writer, dir, keys, &hashes).map_err(|error| {
            if let Unkept::Keep(KeepError::Disowned(why)) = &error {
                tracing::error!(%why, "the ledger takes no events");
                writer.disown(*why);
            }
            chain(&error)
        });
        if let Err(why) = &keeper {
            tracing::warn!(why, "no checkpoints are signed");
        }
        let witnesses = Witnesses::open(dir, WITNESS_PATIENCE).unwrap_or_else(|error| {
            tracing::error!(error = chain(&error), "no witnesses are asked");
            None
        });
        Evidence { hashes, keeper, witnesses }
    }

    /// Asks the witnesses to cosign everything that is durable, and keeps what they sign. Returns whether all
    /// did.
    fn ask_witnesses(&self, now: u64) -> bool {
        let (Ok(keeper), Some(witnesses)) = (&self.keeper, &self.witnesses) else { return true };
        let asked = || -> Result<bool, Box<dyn std::error::Error>> {
            let signed = keeper.current()?;
            let answers = witnesses.ask(&signed, &*self.hashes, now)?;
            for answer in &answers {
                if let Err(error) = &answer.result {
                    tracing::warn!(witness = answer.witness, %error, "a witness did not cosign");
                }
            }
            let lines = cosign::lines(&answers);
            let all = lines.len() == answers.len();
            keeper.cosigned(&signed, lines, |with| witnesses.is_witnessed(with))?;
            Ok(all)
        };
        asked().unwrap_or_else(|error| {
            tracing::error!(%error, "the witnesses were not asked");
            false
        })
    }

    /// Signs what is durable and not signed yet. What stands in the way goes to the log.
    pub(super) fn sign(&self) {
        if let Ok(keeper) = &self.keeper
            && let Err(error) = keeper.current()
        {
            tracing::error!(error = chain(&error), "no checkpoint was signed");
        }
    }
}

/// Why there is no keeper.
#[derive(Debug, thiserror::Error)]
enum Unkept {
    #[error(transparent)]
    Key(#[from] KeyFileError),
    #[error(transparent)]
    Name(#[from] gongjian_core::evidence::KeyError),
    #[error(transparent)]
    Keep(#[from] KeepError),
    #[error("the key in {0} is not the one that the ledger names")]
    OtherKey(String),
    #[error("the ledger was never opened")]
    Nameless,
}

fn keeper(writer: &Writer, dir: &Path, keys: &KeyFolder, hashes: &Arc<LogHashes>) -> Result<Keeper, Unkept> {
    let ledger = writer.world().ledger.get("main").ok_or(Unkept::Nameless)?;
    let seed = keys.load()?;
    let open = |seed: &Seed| -> Result<Keeper, Unkept> {
        let signer = Box::new(seed.signer(&ledger.origin)?);
        Ok(Keeper::open(dir, ledger.log_keys()?, signer, Arc::clone(hashes))?)
    };
    if seed.public() == ledger.public_key {
        return open(&seed);
    }
    // A rotation whose event is recorded is finished before anything else is signed.
    let next = keys.begun()?.filter(|next| next.public() == ledger.public_key);
    let next = next.ok_or_else(|| Unkept::OtherKey(dir.join("keys").display().to_string()))?;
    let keeper = open(&next)?;
    let rotated = ledger.keys.last().map_or(0, |(position, _)| *position);
    keeper.hand_over(rotated, &seed.signer(&ledger.origin)?)?;
    keys.rotate()?;
    Ok(keeper)
}

/// Why a key was not rotated.
enum Unrotated {
    Refused(Refused),
    Keep(KeepError),
}

impl From<KeepError> for Unrotated {
    fn from(error: KeepError) -> Unrotated {
        Unrotated::Keep(error)
    }
}

impl From<KeepError> for Problem {
    fn from(error: KeepError) -> Problem {
        match error {
            KeepError::Disowned(why) => Problem::from(gongjian_core::ledger::Refused::Disowned(why)),
            error => Problem::internal(&error),
        }
    }
}

impl From<TreeError<ReadError>> for Problem {
    fn from(error: TreeError<ReadError>) -> Problem {
        match error {
            TreeError::Source { source, .. } => Problem::from(source),
            error => Problem::internal(&error),
        }
    }
}

impl App {
    /// The hashes of the log.
    pub(super) fn hashes(&self) -> &Arc<LogHashes> {
        &self.shared.evidence.hashes
    }

    /// The leaf of an event, also of one whose bytes were destroyed.
    pub(super) fn leaf(&self, position: Position) -> Result<MerkleHash, Problem> {
        use gongjian_core::evidence::HashSource as _;
        let (tile, place) = (position / tree::TILE_WIDTH as u64, position % tree::TILE_WIDTH as u64);
        let width = usize::try_from(place + 1).unwrap_or(tree::TILE_WIDTH);
        let leaf = self.hashes().hashes(0, tile, width)?.pop();
        leaf.ok_or_else(|| Problem::not_found(&position.to_string()))
    }

    pub(super) fn keeper(&self) -> Result<&Keeper, Problem> {
        self.shared
            .evidence
            .keeper
            .as_ref()
            .map_err(|why| Problem::new(StatusCode::SERVICE_UNAVAILABLE, "no-signature").with("why", why))
    }

    /// The line by which others know the ledger's key.
    ///
    /// # Errors
    /// [`Problem`] if the ledger's name cannot be that of a key.
    pub fn verifier_key(&self) -> Result<VerifierKey, Problem> {
        use base64::Engine as _;
        let (origin, public) = self
            .with_writer(|writer| {
                writer.world().ledger.get("main").map(|it| (it.origin.clone(), it.public_key.clone()))
            })?
            .ok_or_else(|| Problem::not_found("ledger"))?;
        let bytes = base64::engine::general_purpose::STANDARD.decode(public).ok();
        let bytes: [u8; 32] =
            bytes.and_then(|bytes| bytes.try_into().ok()).ok_or_else(|| Problem::not_found("public key"))?;
        VerifierKey::new(&origin, KeyKind::Ed25519, &bytes).map_err(|error| Problem::internal(&error))
    }

    /// Puts a new signing key in force: the seed is made, the event recorded, a checkpoint signed by both keys, the
    /// seed put in the place of the old one. After a crash the next opening finishes it, or the next call.
    ///
    /// # Errors
    /// [`Problem`] if the key is not at hand, or as for any command.
    pub fn rotate_key(&self, actor: &str, reason: &str) -> Result<Receipt, Problem> {
        self.keeper()?;
        let dir = self.dir().ok_or_else(|| Problem::not_found("keys"))?;
        let keys = KeyFolder::of(dir, super::passphrase());
        let next = keys.next().map_err(|error| Problem::internal(&error))?;
        let origin = self.verifier_key()?.name().to_owned();
        let signer = Box::new(next.signer(&origin).map_err(|error| Problem::internal(&error))?);
        let (app, public, id) = (self.clone(), next.public(), super::random_id()?);
        let (actor, reason) = (actor.to_owned(), reason.to_owned());
        // On the writer's thread, so that nothing else is recorded or signed in between.
        let rotated = self.with_writer(move |writer| {
            let keeper = app.keeper()?;
            let rotated = keeper.rotate(signer, &public, || {
                let answer = writer.rotate_key(id, &actor, &public, &reason).map_err(Unrotated::Refused)?;
                let receipt = answer.receipts.into_iter().next_back();
                let receipt = receipt.ok_or(Unrotated::Refused(Refused::Closed))?;
                Ok((receipt.position, receipt))
            });
            rotated.map_err(|error| match error {
                Unrotated::Refused(refused) => app.explain(refused),
                Unrotated::Keep(error) => Problem::from(error),
            })
        })??;
        keys.rotate().map_err(|error| Problem::internal(&error))?;
        Ok(rotated)
    }

    /// The last checkpoint that was signed, or one over everything that is durable now.
    ///
    /// A ledger with witnesses publishes what enough of them have cosigned, which lags behind by seconds, so that
    /// whoever demands cosignatures is never alarmed by one that is still on its way.
    ///
    /// # Errors
    /// [`Problem`] if there is none, or the key is not at hand.
    pub fn checkpoint(&self, fresh: bool) -> Result<SignedCheckpoint, Problem> {
        let keeper = self.keeper()?;
        let published =
            || self.has_witnesses().then(|| keeper.witnessed()).flatten().or_else(|| keeper.newest());
        match published() {
            Some(published) if !fresh => Ok(published),
            _ => Ok(keeper.current()?),
        }
    }

    /// Signs what is durable and not signed yet, if the key is at hand.
    pub fn keep_checkpoint(&self) {
        self.shared.evidence.sign();
    }

    /// Whether anybody is to be asked for cosignatures.
    pub fn has_witnesses(&self) -> bool {
        self.shared.evidence.keeper.is_ok() && self.shared.evidence.witnesses.is_some()
    }

    /// Asks the witnesses to cosign everything that is durable, and keeps what they sign. Takes as long as the
    /// slowest of them. Returns whether all cosigned.
    pub fn ask_witnesses(&self) -> bool {
        let now = self.shared.clock.now_micros() / 1_000_000;
        self.shared.evidence.ask_witnesses(u64::try_from(now).unwrap_or(0))
    }

    /// Events beyond what enough witnesses have cosigned: all of them where there are no witnesses.
    pub fn unwitnessed(&self) -> u64 {
        self.reader().size().saturating_sub(self.witnessed())
    }

    /// The size of the newest checkpoint that enough witnesses have cosigned.
    fn witnessed(&self) -> u64 {
        let evidence = &self.shared.evidence;
        let (Ok(keeper), Some(witnesses)) = (&evidence.keeper, &evidence.witnesses) else { return 0 };
        // By the policy of today, which may demand more than the one under which it was kept.
        let kept = keeper.witnessed().filter(|signed| witnesses.is_witnessed(signed));
        kept.map_or(0, |signed| signed.checkpoint().size())
    }

    /// What each witness has cosigned, and the tail that not enough of them have.
    pub fn witnesses(&self) -> Value {
        let witnesses = self.shared.evidence.witnesses.as_ref();
        let entries = witnesses.map(Witnesses::entries).unwrap_or_default();
        let time = |seconds: u64| {
            let micros = i64::try_from(seconds).ok().and_then(|seconds| seconds.checked_mul(1_000_000));
            micros.filter(|micros| *micros > 0).map(instant)
        };
        let shown = entries.into_iter().map(|entry| {
            json!({
                "witness": entry.witness,
                "key": entry.key,
                "size": entry.size,
                "cosignedAt": time(entry.cosigned_at),
                "askedAt": time(entry.asked_at),
                "error": entry.error,
            })
        });
        json!({
            "size": self.reader().size(),
            "witnessed": self.witnessed(),
            "unwitnessed": self.unwitnessed(),
            "witnesses": shown.collect::<Vec<_>>(),
        })
    }

    /// The proof that an event is in the ledger, under a checkpoint that covers it.
    ///
    /// # Errors
    /// [`Problem`], among them that there is no such event.
    pub fn proof(&self, position: Position) -> Result<Proof, Problem> {
        if position >= self.reader().size() {
            return Err(Problem::not_found(&format!("event {position}")));
        }
        let checkpoint = self.keeper()?.at_least(position + 1)?;
        let size = checkpoint.checkpoint().size();
        let hashes = prove_inclusion(&*self.shared.evidence.hashes, position, size)?;
        Ok(Proof { index: position, hashes, extra: Vec::new(), checkpoint })
    }

    /// The proof that the first `new` events begin with the first `old`.
    ///
    /// # Errors
    /// [`Problem`] if the ledger is shorter, or `old` is more than `new`.
    pub fn consistency(&self, old: u64, new: u64) -> Result<Vec<MerkleHash>, Problem> {
        if new > self.reader().size() || old > new {
            return Err(Problem::malformed("old, new", format!("0 ≤ old ≤ new ≤ {}", self.reader().size())));
        }
        Ok(prove_consistency(&*self.shared.evidence.hashes, old, new)?)
    }

    /// The content of a tile or bundle, as wide as its name says; `None` if the ledger has not come so far.
    ///
    /// # Errors
    /// [`Problem`] if the log cannot be read.
    pub fn tile(&self, name: TileName) -> Result<Option<Vec<u8>>, Problem> {
        let size = self.reader().size();
        let level = if let TileKind::Hashes(level) = name.kind { level } else { 0 };
        if tree::tile_width(size, level, name.number) < name.width() {
            return Ok(None);
        }
        match name.kind {
            TileKind::Hashes(level) => {
                use gongjian_core::evidence::HashSource as _;
                let hashes = self.shared.evidence.hashes.hashes(level, name.number, name.width())?;
                Ok(Some(tile::hash_bytes(&hashes)))
            }
            TileKind::Entries => self.bundle(name).map(Some),
        }
    }

    /// What is left of events whose bytes were destroyed, one a line, for backups.
    ///
    /// # Errors
    /// [`Problem`] if the log cannot be read.
    pub fn erased_lines(&self) -> Result<String, Problem> {
        Ok(gongjian_core::restore::erased_lines(self.reader(), self.reader().size())?)
    }

    fn bundle(&self, name: TileName) -> Result<Vec<u8>, Problem> {
        let first = name.number * tree::TILE_WIDTH as u64;
        let mut bytes = Vec::new();
        for position in first..first + name.width() as u64 {
            match self.reader().get(position) {
                Ok(Some(event)) => {
                    bytes.extend(tile::entry_bytes([&*event]).unwrap_or_default());
                }
                // What was erased has no room in the format: a length of zero (docs/FORMAT.md).
                Ok(None) | Err(ReadError::Withheld { .. }) => bytes.extend_from_slice(&[0, 0]),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(bytes)
    }
}
