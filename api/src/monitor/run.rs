//! One round of a monitor.

use std::path::PathBuf;
use std::time::Duration;

use gongjian_core::checkpoints::CHECKPOINT_FILE;
use gongjian_core::evidence::bundle::TimeMark;
use gongjian_core::evidence::policy::PolicyRefusal;
use gongjian_core::evidence::{Accepted, Audit, CheckpointError, Fault, FaultKind, Policy, SignedCheckpoint};
use gongjian_core::published::{Files, Published, SourceError};
use serde_json::{Value, json};

use super::history::{self, Tiles, begins_with, check_extends, from_source};
use super::state::{State, StateError};
use super::walk::walk;
use crate::fetch::Fetcher;
use crate::witness::origin_hash;

/// How long a witness may have seen more than the log shows before that is called truncated, in seconds. The
/// answers of both may lag.
const LAG_SECONDS: u64 = 3_600;
/// Longest checkpoint of a witness that is read.
const CHECKPOINT_BYTES_MAX: u64 = 1 << 20;

/// How a monitor works.
#[derive(Clone, Debug)]
pub struct Options {
    /// Whose signatures make it believe a checkpoint.
    pub policy: Policy,
    /// Where it remembers what it saw; nowhere for a single look.
    pub state: Option<PathBuf>,
    /// How long a witness may take to tell what it has seen.
    pub patience: Duration,
}

/// A round ended without a good result.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// Something is wrong with the log.
    #[error(transparent)]
    Found(#[from] Fault),
    /// The files cannot be read now.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The monitor's own memory cannot be used.
    #[error(transparent)]
    State(#[from] StateError),
}

/// Something that is worth saying and no fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A witness does not tell what it has seen.
    SilentWitness {
        /// What the policy calls it.
        witness: String,
        /// Why.
        reason: String,
    },
    /// A witness has seen more than is shown, not long ago.
    Lag {
        /// What the policy calls it.
        witness: String,
        /// Entries that it has seen.
        size: u64,
    },
    /// No policy names a witness: the log's own word is all there is.
    NoWitness,
}

impl Notice {
    /// The stable word for programs; its sentence is under `cli-notice-CODE`.
    pub fn code(&self) -> &'static str {
        match self {
            Notice::SilentWitness { .. } => "silent-witness",
            Notice::Lag { .. } => "lag",
            Notice::NoWitness => "no-witness",
        }
    }

    /// Its arguments.
    pub fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Notice::SilentWitness { witness, reason } => {
                vec![("witness", witness.clone()), ("reason", reason.clone())]
            }
            Notice::Lag { witness, size } => vec![("witness", witness.clone()), ("size", size.to_string())],
            Notice::NoWitness => Vec::new(),
        }
    }
}

/// A good result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// What was accepted, with those who signed.
    pub accepted: Accepted,
    /// Entries that an earlier round had checked.
    pub known: u64,
    /// What is worth saying.
    pub notices: Vec<Notice>,
}

impl Report {
    /// The report for programs.
    pub fn to_json(&self) -> Value {
        let cosigned = self.accepted.cosigned.iter();
        let cosigned: Vec<Value> =
            cosigned.map(|one| json!({ "witness": one.witness, "time": one.time })).collect();
        let notices = self.notices.iter().map(|notice| {
            let args = notice.args().into_iter().map(|(name, value)| (name.to_owned(), Value::from(value)));
            let mut object: serde_json::Map<String, Value> = args.collect();
            object.insert("code".to_owned(), notice.code().into());
            Value::Object(object)
        });
        json!({
            "sound": true,
            "origin": self.accepted.origin,
            "size": self.accepted.size,
            "root": self.accepted.root.to_string(),
            "known": self.known,
            "cosigned": cosigned,
            "notices": notices.collect::<Vec<_>>(),
        })
    }
}

/// A monitor of one log.
pub struct Monitor<'s> {
    source: &'s dyn Files,
    options: Options,
}

impl<'s> Monitor<'s> {
    /// A monitor that reads from a source.
    pub fn new(source: &'s dyn Files, options: Options) -> Monitor<'s> {
        Monitor { source, options }
    }

    /// Checks what is shown now. `now` is in seconds since 1970; `progress` is called with (entries done, in all).
    ///
    /// # Errors
    /// [`Trouble`]: the first fault, or why nothing can be said.
    pub fn round(&self, now: u64, progress: impl FnMut(u64, u64)) -> Result<Report, Trouble> {
        let bytes = Published(self.source).checkpoint(CHECKPOINT_FILE).map_err(from_source)?;
        let signed = SignedCheckpoint::parse(&bytes).map_err(malformed)?;
        let (shown, unwitnessed) = self.evaluate(&signed)?;
        let mut state = match &self.options.state {
            Some(dir) => Some(State::open(dir, &shown.origin)?),
            None => None,
        };
        let tiles = history::tiles(self.source, &shown);
        let mut marks = TimeMark::of(shown.size, &shown.cosigned);
        if let Some(state) = &state {
            self.remembered(state, &signed, &shown, &tiles, &mut marks)?;
        }
        let tiles = tiles?;
        let mut notices = Vec::new();
        self.gossip(state.as_ref(), &signed, &shown, &tiles, now, &mut marks, &mut notices)?;
        if let Some(fault) = unwitnessed {
            return Err(fault.into());
        }
        let has_audit = state.as_ref().is_some_and(|state| state.audit.is_some());
        let mut audit = state.as_mut().and_then(|state| state.audit.take()).unwrap_or_else(Audit::new);
        let known = audit.size();
        walk(self.source, &tiles, &mut audit, &marks, progress)?;
        finish(&audit, &shown)?;
        if let Some(state) = &mut state
            && (!has_audit || state.checkpoint.as_ref() != Some(&signed))
        {
            state.keep(&signed, &audit)?;
        }
        Ok(Report { accepted: shown, known, notices })
    }

    /// What is signed, and, if only cosignatures are missing, that.
    fn evaluate(&self, signed: &SignedCheckpoint) -> Result<(Accepted, Option<Fault>), Trouble> {
        let policy = &self.options.policy;
        match policy.evaluate(signed) {
            Ok(accepted) => Ok((accepted, None)),
            Err(refusal @ PolicyRefusal::Quorum { .. }) => {
                let accepted = policy
                    .without_quorum()
                    .evaluate(signed)
                    .map_err(|other| refused(policy, signed, &other))?;
                Ok((accepted, Some(refused(policy, signed, &refusal))))
            }
            Err(refusal) => Err(refused(policy, signed, &refusal).into()),
        }
    }

    /// Compares with the last checkpoint, and keeps both if they cannot both be true.
    fn remembered(
        &self,
        state: &State,
        signed: &SignedCheckpoint,
        shown: &Accepted,
        tiles: &Result<Tiles<'_>, Trouble>,
        marks: &mut Vec<TimeMark>,
    ) -> Result<(), Trouble> {
        let Some(seen) = &state.checkpoint else { return Ok(()) };
        if let Ok(accepted) = self.options.policy.without_quorum().evaluate(seen) {
            marks.extend(TimeMark::of(accepted.size, &accepted.cosigned));
        }
        let before = seen.checkpoint();
        let result = match tiles {
            // Two roots of one size contradict each other whatever the tiles say.
            Err(_) if before.size() == shown.size && before.root() != shown.root => Err(Fault::new(
                FaultKind::Forked,
                0,
                "root",
                format!("{} {}", before.size(), before.root()),
                format!("{} {}", shown.size, shown.root),
            )
            .into()),
            Err(_) if before.size() > shown.size => {
                Err(Fault::new(FaultKind::Truncated, shown.size, "size", before.size(), shown.size).into())
            }
            Err(_) => Ok(()),
            Ok(tiles) => check_extends(tiles, before, state.audit.as_ref(), shown),
        };
        keep_fork(Some(state), seen, signed, result)
    }

    /// Asks the witnesses what they have seen: a log that shows another history elsewhere is found out here.
    #[expect(clippy::too_many_arguments, reason = "the parts of one round, each of another kind")]
    fn gossip(
        &self,
        state: Option<&State>,
        signed: &SignedCheckpoint,
        shown: &Accepted,
        tiles: &Tiles<'_>,
        now: u64,
        marks: &mut Vec<TimeMark>,
        notices: &mut Vec<Notice>,
    ) -> Result<(), Trouble> {
        let policy = self.options.policy.without_quorum();
        if policy.witnesses().is_empty() {
            notices.push(Notice::NoWitness);
        }
        let asked = policy.witnesses().iter().filter_map(|witness| Some((witness, witness.url.as_deref()?)));
        let fetcher = std::cell::LazyCell::new(|| Fetcher::new(self.options.patience));
        for (witness, url) in asked {
            let silent = |reason: String| Notice::SilentWitness { witness: witness.name.clone(), reason };
            let url = format!("{}/{}/checkpoint", url.trim_end_matches('/'), origin_hash(&shown.origin));
            let told = match fetcher.get(&url, CHECKPOINT_BYTES_MAX) {
                Ok(fetched) if fetched.status == 200 => SignedCheckpoint::parse(&fetched.body).ok(),
                Ok(fetched) => {
                    notices.push(silent(format!("HTTP {}", fetched.status)));
                    continue;
                }
                Err(error) => {
                    notices.push(silent(error.to_string()));
                    continue;
                }
            };
            // What is not signed by the log and by this witness says nothing about either.
            let accepted = told.as_ref().and_then(|told| policy.evaluate(told).ok());
            let accepted = accepted.filter(|accepted| {
                accepted.origin == shown.origin && accepted.cosigned.iter().any(|one| one.key == witness.key)
            });
            let (Some(told), Some(accepted)) = (told, accepted) else {
                notices.push(silent("not signed by the log and the witness".to_owned()));
                continue;
            };
            if accepted.size > shown.size {
                let time = accepted.cosigned.iter().map(|one| one.time).max().unwrap_or(0);
                if now > time.saturating_add(LAG_SECONDS) {
                    let what = format!("size ({})", witness.name);
                    return Err(Fault::new(
                        FaultKind::Truncated,
                        shown.size,
                        what,
                        accepted.size,
                        shown.size,
                    )
                    .into());
                }
                notices.push(Notice::Lag { witness: witness.name.clone(), size: accepted.size });
                continue;
            }
            let extends = if begins_with(tiles, accepted.size, accepted.root)? {
                Ok(())
            } else {
                check_extends(tiles, told.checkpoint(), None, shown)
            };
            keep_fork(state, &told, signed, extends)?;
            marks.extend(TimeMark::of(accepted.size, &accepted.cosigned));
        }
        Ok(())
    }
}

fn keep_fork(
    state: Option<&State>,
    seen: &SignedCheckpoint,
    shown: &SignedCheckpoint,
    result: Result<(), Trouble>,
) -> Result<(), Trouble> {
    if let (Some(state), Err(Trouble::Found(fault))) = (state, &result)
        && matches!(fault.kind, FaultKind::Forked | FaultKind::Truncated)
    {
        state.keep_fork(seen, shown)?;
    }
    result
}

/// What only the end can tell.
fn finish(audit: &Audit, shown: &Accepted) -> Result<(), Trouble> {
    if audit.root() != shown.root {
        return Err(Fault::new(FaultKind::Altered, 0, "root", shown.root, audit.root()).into());
    }
    audit.finish()?;
    if let Some(origin) = audit.origin().filter(|origin| *origin != shown.origin) {
        return Err(Fault::new(FaultKind::Origin, 0, "ledger.opened", &shown.origin, origin).into());
    }
    Ok(())
}

fn malformed(error: CheckpointError) -> Trouble {
    Fault::new(FaultKind::Malformed, 0, "checkpoint", "c2sp.org/tlog-checkpoint", error).into()
}

fn refused(policy: &Policy, signed: &SignedCheckpoint, refusal: &PolicyRefusal) -> Fault {
    let known = policy.logs().iter().map(|log| log.name.as_str()).collect::<Vec<_>>().join(", ");
    let size = signed.checkpoint().size();
    let fault =
        |kind, what: &str, expected: &str| Fault::new(kind, size, what, expected, refusal.to_string());
    match refusal {
        PolicyRefusal::UnknownLog { origin } => {
            Fault::new(FaultKind::Origin, size, "checkpoint", known, origin)
        }
        PolicyRefusal::Signature(_) => fault(FaultKind::Signature, "checkpoint", "c2sp.org/signed-note"),
        PolicyRefusal::NotSignedByLog { .. } => fault(FaultKind::Signature, "checkpoint", &known),
        PolicyRefusal::NotEmptyRoot => {
            fault(FaultKind::Malformed, "root", &gongjian_core::log::MerkleHash::empty().to_string())
        }
        PolicyRefusal::Quorum { needed, found, quorum } => {
            Fault::new(FaultKind::Unwitnessed, size, format!("quorum {quorum}"), needed, found)
        }
    }
}
