//! Whom the reader trusts. Keys that come with the evidence prove nothing about it.

use std::path::{Path, PathBuf};

use gongjian_core::evidence::note::{Note, VerifyError};
use gongjian_core::evidence::policy::{PolicyError, PolicyRefusal};
use gongjian_core::evidence::{Accepted, KeyError, KeyKind, Policy, SignedCheckpoint, VerifierKey};

use super::fault::{Fault, Kind};

/// The longest file of keys.
const KEY_FILE_MAX: u64 = 1 << 20;

/// Keys or a policy cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// It is neither a key nor a file of keys.
    #[error("{given} is neither a verifier key nor a file with one on each line: {source}")]
    Key {
        /// As given.
        given: String,
        /// Why it is no key.
        #[source]
        source: KeyError,
    },
    /// The policy, or what the keys make up, is none.
    #[error("{file} is no policy: {source}")]
    Policy {
        /// The file.
        file: String,
        /// What is wrong with it.
        #[source]
        source: PolicyError,
    },
    /// A file cannot be read.
    #[error("{file} cannot be read")]
    File {
        /// The file.
        file: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}

/// The keys that a reader has from elsewhere.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    policy: Option<Policy>,
}

impl Trust {
    /// Nobody: signatures are not checked, and nothing is called sound.
    pub fn nobody() -> Trust {
        Trust::default()
    }

    /// By a policy.
    pub fn by(policy: Policy) -> Trust {
        Trust { policy: Some(policy) }
    }

    /// Keys of logs that are at hand already.
    ///
    /// # Errors
    /// [`TrustError::Policy`] if they make up no policy.
    pub fn in_logs(keys: &[VerifierKey]) -> Result<Trust, TrustError> {
        let mut text = String::new();
        for key in keys {
            text += &format!("log {key}\n");
        }
        text += "quorum none\n";
        let named = |source| TrustError::Policy { file: "-".to_owned(), source };
        Ok(Trust::by(Policy::parse(text.as_bytes()).map_err(named)?))
    }

    /// From a policy file, or from keys, each a line or a file of lines: those of logs, and those of witnesses,
    /// whose cosignatures are checked and not demanded.
    ///
    /// # Errors
    /// [`TrustError`].
    pub fn of(keys: &[String], policy: Option<&Path>) -> Result<Trust, TrustError> {
        if let Some(file) = policy {
            let read = Policy::parse(&read(file)?);
            let named = |source| TrustError::Policy { file: file.display().to_string(), source };
            return Ok(Trust::by(read.map_err(named)?));
        }
        if keys.is_empty() {
            return Ok(Trust::nobody());
        }
        let mut text = String::new();
        let mut witnesses = 0;
        for key in keys.iter().map(|given| keys_of(given)).collect::<Result<Vec<_>, _>>()?.concat() {
            match key.kind() {
                KeyKind::Ed25519 => text += &format!("log {key}\n"),
                KeyKind::Cosignature => {
                    witnesses += 1;
                    text += &format!("witness w{witnesses} {key}\n");
                }
            }
        }
        text += "quorum none\n";
        let named = |source| TrustError::Policy { file: keys.join(", "), source };
        Ok(Trust::by(Policy::parse(text.as_bytes()).map_err(named)?))
    }

    /// The policy, if anybody is trusted.
    pub fn policy(&self) -> Option<&Policy> {
        self.policy.as_ref()
    }

    /// Whether there is a key to check signatures with.
    pub fn is_somebody(&self) -> bool {
        self.policy.is_some()
    }

    /// Whether a trusted key of its log signed a checkpoint, whoever cosigned it.
    pub fn is_signed(&self, signed: &SignedCheckpoint) -> bool {
        let accepted = self.policy.as_ref().map(|policy| policy.without_quorum().evaluate(signed));
        accepted.is_some_and(|accepted| accepted.is_ok())
    }

    /// Whether a key of a log is among those trusted; `None` where nobody is.
    pub fn knows(&self, key: &VerifierKey) -> Option<bool> {
        self.policy.as_ref().map(|policy| policy.logs().iter().any(|log| log.key == *key))
    }

    /// The same with another key of a log.
    pub fn with_log(&self, key: VerifierKey) -> Trust {
        Trust { policy: self.policy.clone().map(|policy| policy.with_log(key)) }
    }

    /// Whether a checkpoint is to be believed; `None` where nobody is trusted.
    ///
    /// # Errors
    /// [`Fault`]: whose signature is missing or wrong.
    pub fn accept(&self, signed: &SignedCheckpoint) -> Result<Option<Accepted>, Fault> {
        let Some(policy) = &self.policy else { return Ok(None) };
        policy.evaluate(signed).map(Some).map_err(|refusal| refused(&refusal))
    }

    /// Whether a trusted key of the log `origin` signed a note; `false` where nobody is trusted.
    ///
    /// # Errors
    /// [`Fault`].
    pub fn accept_note(&self, note: &Note, origin: &str) -> Result<bool, Fault> {
        let Some(policy) = &self.policy else { return Ok(false) };
        let keys: Vec<&VerifierKey> =
            policy.logs().iter().map(|log| &log.key).filter(|key| key.name() == origin).collect();
        if keys.is_empty() {
            return Err(unknown_log(origin));
        }
        match note.verify(keys.iter().copied()) {
            Ok(_) => Ok(true),
            Err(VerifyError::Unsigned) => Err(unsigned(origin)),
            Err(error) => Err(wrong_signature(&error)),
        }
    }
}

fn read(file: &Path) -> Result<Vec<u8>, TrustError> {
    super::read_at_most(file, KEY_FILE_MAX)
        .map_err(|source| TrustError::File { file: file.to_owned(), source })
}

/// A key, or the keys in a file.
fn keys_of(given: &str) -> Result<Vec<VerifierKey>, TrustError> {
    let key = |line: &str| {
        line.parse::<VerifierKey>().map_err(|source| TrustError::Key { given: given.to_owned(), source })
    };
    let file = Path::new(given);
    if !file.is_file() {
        return key(given.trim()).map(|key| vec![key]);
    }
    let text = String::from_utf8_lossy(&read(file)?).into_owned();
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(key).collect()
}

fn unknown_log(origin: &str) -> Fault {
    Fault::new(Kind::WrongOrigin, "unknown-log").with("origin", origin)
}

fn unsigned(origin: &str) -> Fault {
    Fault::new(Kind::BadSignature, "unsigned").with("origin", origin)
}

fn wrong_signature(error: &VerifyError) -> Fault {
    match error {
        VerifyError::BadSignature { name, id } => {
            Fault::new(Kind::BadSignature, "signature").with("name", name).with("id", id)
        }
        VerifyError::Repeated { name, id } | VerifyError::Ambiguous { name, id } => {
            Fault::new(Kind::BadSignature, "signature-twice").with("name", name).with("id", id)
        }
        VerifyError::Unsigned => Fault::new(Kind::BadSignature, "unsigned").with("origin", "?"),
    }
}

fn refused(refusal: &PolicyRefusal) -> Fault {
    match refusal {
        PolicyRefusal::UnknownLog { origin } => unknown_log(origin),
        PolicyRefusal::NotSignedByLog { origin } => unsigned(origin),
        PolicyRefusal::Signature(error) => wrong_signature(error),
        PolicyRefusal::NotEmptyRoot => Fault::new(Kind::Malformed, "not-empty-root"),
        PolicyRefusal::Quorum { quorum, needed, found } => Fault::new(Kind::Unwitnessed, "quorum")
            .with("quorum", quorum)
            .with("needed", needed)
            .with("found", found),
    }
}
