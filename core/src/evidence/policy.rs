//! Policies: whose signatures make an inspector believe a checkpoint (c2sp.org/tlog-policy).
//!
//! ```text
//! log ledger.example/governance+c203e20f+AYqI…
//! witness district witness.example/w1+df1c0a35+BIE5…
//! witness archive witness.example/w2+bfff2874+BO1J…
//! group both all district archive
//! quorum both
//! ```
//!
//! A witness is its public key: two names for one key are refused, and so is a log that poses as a witness.

mod text;

use super::checkpoint::SignedCheckpoint;
use super::note::VerifyError;
use super::vkey::{KeyKind, VerifierKey};
use crate::log::hash::MerkleHash;
pub use text::{POLICY_BYTES_MAX, PolicyError, PolicyFault};

/// A log or witness that the policy knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// What the policy calls it; of a log, its origin.
    pub name: String,
    /// Its key.
    pub key: VerifierKey,
    /// Where it can be reached, if the policy says.
    pub url: Option<String>,
}

/// Something that a quorum may name, in the order of definition.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Voter {
    Witness { name: String, place: usize },
    Group { name: String, needed: usize, members: Vec<usize> },
}

impl Voter {
    fn name(&self) -> &str {
        match self {
            Voter::Witness { name, .. } | Voter::Group { name, .. } => name,
        }
    }
}

/// Logs, witnesses, and how many of the witnesses must have cosigned.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Policy {
    logs: Vec<Party>,
    witnesses: Vec<Party>,
    voters: Vec<Voter>,
    /// Place of the quorum among the voters; none for `quorum none`.
    quorum: Option<usize>,
}

/// A witness whose cosignature was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cosigned {
    /// What the policy calls the witness.
    pub witness: String,
    /// Its key.
    pub key: VerifierKey,
    /// When, in seconds since 1970 by the witness's clock.
    pub time: u64,
}

/// A checkpoint that satisfies a policy, and whose signatures it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The name of the log.
    pub origin: String,
    /// Number of entries.
    pub size: u64,
    /// Root of the tree over them.
    pub root: MerkleHash,
    /// The keys of the log that signed.
    pub logs: Vec<VerifierKey>,
    /// The witnesses that cosigned, whether the quorum needed them or not.
    pub cosigned: Vec<Cosigned>,
}

/// Why a checkpoint does not satisfy a policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyRefusal {
    /// The policy has no key of a log of this name.
    #[error("the policy knows no log called {origin:?}")]
    UnknownLog {
        /// The name in the checkpoint.
        origin: String,
    },
    /// A signature by a known key is wrong, doubled or ambiguous.
    #[error("a signature is not acceptable: {0}")]
    Signature(#[source] VerifyError),
    /// The log itself has not signed, with a key of the policy.
    #[error("no known key of {origin} signed this checkpoint")]
    NotSignedByLog {
        /// The name in the checkpoint.
        origin: String,
    },
    /// The root of a log without entries is another.
    #[error("the checkpoint says that there are no entries, under a root that no empty log has")]
    NotEmptyRoot,
    /// Too few of the witnesses cosigned.
    #[error("the quorum {quorum:?} is not met: {needed} of its members must cosign, but {found} did")]
    Quorum {
        /// Name of the group or witness.
        quorum: String,
        /// Members that are needed.
        needed: usize,
        /// Members that agree.
        found: usize,
    },
}

impl Policy {
    /// The plain policy of somebody who knows one log and no witness. Such a checkpoint proves what the log
    /// said, and nothing against the log.
    ///
    /// # Errors
    /// A witness's key.
    pub fn of_log(key: VerifierKey) -> Result<Policy, PolicyFault> {
        let mut policy = Policy::default();
        policy.add_log(key, None)?;
        Ok(policy)
    }

    /// The same policy with another key of a log, as a rotation puts one in force. A key that it knows changes nothing.
    #[must_use]
    pub fn with_log(mut self, key: VerifierKey) -> Policy {
        // A key that it knows already, also as a witness's, is refused.
        let _ = self.add_log(key, None);
        self
    }

    /// The logs, in the order of the policy.
    pub fn logs(&self) -> &[Party] {
        &self.logs
    }

    /// The witnesses, in the order of the policy.
    pub fn witnesses(&self) -> &[Party] {
        &self.witnesses
    }

    /// Whether the policy asks for cosignatures at all.
    pub fn has_quorum(&self) -> bool {
        self.quorum.is_some()
    }

    /// Whether a checkpoint is to be believed. Times of cosignatures are told and not judged.
    ///
    /// # Errors
    /// The first thing that is wrong: an unknown log, a wrong signature of a known key, none by the log, too
    /// few cosignatures.
    pub fn evaluate(&self, signed: &SignedCheckpoint) -> Result<Accepted, PolicyRefusal> {
        let checkpoint = signed.checkpoint();
        let origin = checkpoint.origin();
        if !self.logs.iter().any(|log| log.name == origin) {
            return Err(PolicyRefusal::UnknownLog { origin: origin.to_owned() });
        }
        // Keys of other logs have no say here.
        let keys = self.logs.iter().filter(|log| log.name == origin).chain(&self.witnesses);
        let verified = match signed.note().verify(keys.map(|party| &party.key)) {
            Ok(verified) => verified,
            Err(VerifyError::Unsigned) => Vec::new(),
            Err(error) => return Err(PolicyRefusal::Signature(error)),
        };
        let logs: Vec<VerifierKey> = verified
            .iter()
            .filter(|one| one.key.kind() == KeyKind::Ed25519)
            .map(|one| one.key.clone())
            .collect();
        if logs.is_empty() {
            return Err(PolicyRefusal::NotSignedByLog { origin: origin.to_owned() });
        }
        if !checkpoint.is_possible() {
            return Err(PolicyRefusal::NotEmptyRoot);
        }
        let times: Vec<Option<u64>> = self
            .witnesses
            .iter()
            .map(|witness| verified.iter().find(|one| *one.key == witness.key).and_then(|one| one.time))
            .collect();
        self.check_quorum(&times)?;
        let cosigned = self.witnesses.iter().zip(&times).filter_map(|(witness, time)| {
            Some(Cosigned { witness: witness.name.clone(), key: witness.key.clone(), time: (*time)? })
        });
        Ok(Accepted {
            origin: origin.to_owned(),
            size: checkpoint.size(),
            root: checkpoint.root(),
            logs,
            cosigned: cosigned.collect(),
        })
    }

    /// The witnesses whose cosignatures a checkpoint bears, whoever signed for the log; none where one of them is wrong.
    pub fn cosigned(&self, signed: &SignedCheckpoint) -> Vec<Cosigned> {
        let verified =
            signed.note().verify(self.witnesses.iter().map(|party| &party.key)).unwrap_or_default();
        let one = |party: &Party| {
            let time = verified.iter().find(|one| *one.key == party.key)?.time?;
            Some(Cosigned { witness: party.name.clone(), key: party.key.clone(), time })
        };
        self.witnesses.iter().filter_map(one).collect()
    }

    /// The same policy without its demand for cosignatures, to look at what is signed all the same.
    pub fn without_quorum(&self) -> Policy {
        Policy { quorum: None, ..self.clone() }
    }

    /// Whether these witnesses, by the policy's names for them, are enough.
    pub fn is_quorum(&self, witnesses: &[String]) -> bool {
        let times: Vec<Option<u64>> =
            self.witnesses.iter().map(|witness| witnesses.contains(&witness.name).then_some(1)).collect();
        self.check_quorum(&times).is_ok()
    }

    /// Members come before their groups, so one pass in the order of definition decides all.
    fn check_quorum(&self, times: &[Option<u64>]) -> Result<(), PolicyRefusal> {
        let Some(quorum) = self.quorum else { return Ok(()) };
        let mut agree: Vec<bool> = Vec::with_capacity(self.voters.len());
        for (place, voter) in self.voters.iter().enumerate() {
            let (needed, found) = match voter {
                Voter::Witness { place, .. } => {
                    (1, usize::from(times.get(*place).is_some_and(Option::is_some)))
                }
                Voter::Group { needed, members, .. } => {
                    (*needed, members.iter().filter(|member| agree.get(**member) == Some(&true)).count())
                }
            };
            if place == quorum && found < needed {
                return Err(PolicyRefusal::Quorum { quorum: voter.name().to_owned(), needed, found });
            }
            agree.push(found >= needed);
        }
        Ok(())
    }
}
