//! The text of a policy: reading, with the line and the reason of what is wrong, and writing.

use std::fmt;
use std::str::FromStr;

use super::{Party, Policy, Voter};
use crate::evidence::text::from_decimal;
use crate::evidence::vkey::{KeyError, KeyKind, VerifierKey};

/// Most bytes of a policy that is accepted.
pub const POLICY_BYTES_MAX: usize = 1_000_000;

/// A policy cannot be used: the line and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the policy {fault}")]
pub struct PolicyError {
    /// Which line, from 1; the last for what is missing.
    pub line: usize,
    /// What is wrong.
    #[source]
    pub fault: PolicyFault,
}

/// What is wrong with a line of a policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyFault {
    /// More than [`POLICY_BYTES_MAX`].
    #[error("comes after {POLICY_BYTES_MAX} bytes, the most that is read")]
    TooLong,
    /// Not UTF-8, or a control character other than tab and line feed.
    #[error("has a byte that is no text")]
    NotText,
    /// The last line has no line feed.
    #[error("does not end with a line feed")]
    Unterminated,
    /// The first word is unknown.
    #[error("begins with {word:?}; known are log, witness, group and quorum")]
    Word {
        /// The word as found.
        word: String,
    },
    /// Words are missing or left over.
    #[error("should be: {form}")]
    Form {
        /// What such a line looks like.
        form: &'static str,
    },
    /// A key cannot be read.
    #[error("has a key that cannot be used: {0}")]
    Key(#[source] KeyError),
    /// A witness's key among logs, or the other way round.
    #[error("has a key of type {found}, where one of type {expected} belongs")]
    KeyKind {
        /// Type byte that belongs there.
        expected: u8,
        /// Type byte of the key.
        found: u8,
    },
    /// The same public key is on an earlier line, under whatever name.
    #[error("has the public key of {name} again")]
    SameKey {
        /// Name of the earlier key.
        name: String,
    },
    /// The name is taken, or is `none`.
    #[error("names something {name:?}, which is taken")]
    Taken {
        /// The name.
        name: String,
    },
    /// No earlier line defines the name.
    #[error("refers to {name:?}, which no earlier line defines")]
    Unknown {
        /// The name.
        name: String,
    },
    /// A witness or group counts in one group only.
    #[error("puts {name:?} into a second group")]
    SecondGroup {
        /// The name.
        name: String,
    },
    /// The number of members that must agree is not from 1 to their number.
    #[error("asks for {threshold:?} of {members} members; possible are any, all, and 1 to {members}")]
    Threshold {
        /// The word as found.
        threshold: String,
        /// Number of members.
        members: usize,
    },
    /// A second line with a quorum.
    #[error("is a second quorum")]
    SecondQuorum,
    /// No line with a quorum.
    #[error("is the last, but no line says what the quorum is")]
    NoQuorum,
}

impl Policy {
    /// Reads a policy.
    ///
    /// # Errors
    /// The first line that is wrong, and why.
    pub fn parse(bytes: &[u8]) -> Result<Policy, PolicyError> {
        let mut policy = Policy::default();
        let mut has_quorum = false;
        let mut last = 1;
        let mut read = 0;
        for (line, bytes) in (1..).zip(bytes.split_inclusive(|byte| *byte == b'\n')) {
            let at = |fault| PolicyError { line, fault };
            last = line;
            read += bytes.len();
            if read > POLICY_BYTES_MAX {
                return Err(at(PolicyFault::TooLong));
            }
            let text = bytes.strip_suffix(b"\n").ok_or(at(PolicyFault::Unterminated))?;
            let text = std::str::from_utf8(text).map_err(|_| at(PolicyFault::NotText))?;
            if text.bytes().any(|byte| (byte < b' ' && byte != b'\t') || byte == 0x7f) {
                return Err(at(PolicyFault::NotText));
            }
            policy.line(text, &mut has_quorum).map_err(at)?;
        }
        if has_quorum { Ok(policy) } else { Err(PolicyError { line: last, fault: PolicyFault::NoQuorum }) }
    }

    fn line(&mut self, text: &str, has_quorum: &mut bool) -> Result<(), PolicyFault> {
        let words: Vec<&str> = text.split([' ', '\t']).filter(|word| !word.is_empty()).collect();
        match words.as_slice() {
            [] => Ok(()),
            [word, ..] if word.starts_with('#') => Ok(()),
            ["log", key] => self.add_log(read_key(key)?, None),
            ["log", key, url] => self.add_log(read_key(key)?, Some(url)),
            ["log", ..] => Err(PolicyFault::Form { form: "log KEY [URL]" }),
            ["witness", name, key] => self.add_witness(name, read_key(key)?, None),
            ["witness", name, key, url] => self.add_witness(name, read_key(key)?, Some(url)),
            ["witness", ..] => Err(PolicyFault::Form { form: "witness NAME KEY [URL]" }),
            ["group", name, needed, members @ ..] if !members.is_empty() => {
                self.add_group(name, needed, members)
            }
            ["group", ..] => Err(PolicyFault::Form { form: "group NAME any|all|NUMBER MEMBER…" }),
            ["quorum", _] if *has_quorum => Err(PolicyFault::SecondQuorum),
            ["quorum", name] => {
                *has_quorum = true;
                self.quorum = if *name == "none" { None } else { Some(self.find(name)?) };
                Ok(())
            }
            ["quorum", ..] => Err(PolicyFault::Form { form: "quorum NAME, or quorum none" }),
            [word, ..] => Err(PolicyFault::Word { word: (*word).to_owned() }),
        }
    }

    pub(super) fn add_log(&mut self, key: VerifierKey, url: Option<&str>) -> Result<(), PolicyFault> {
        self.check_key(&key, KeyKind::Ed25519)?;
        self.logs.push(Party { name: key.name().to_owned(), key, url: url.map(str::to_owned) });
        Ok(())
    }

    fn add_witness(&mut self, name: &str, key: VerifierKey, url: Option<&str>) -> Result<(), PolicyFault> {
        self.check_key(&key, KeyKind::Cosignature)?;
        self.check_free(name)?;
        self.voters.push(Voter::Witness { name: name.to_owned(), place: self.witnesses.len() });
        self.witnesses.push(Party { name: name.to_owned(), key, url: url.map(str::to_owned) });
        Ok(())
    }

    fn add_group(&mut self, name: &str, needed: &str, members: &[&str]) -> Result<(), PolicyFault> {
        self.check_free(name)?;
        let mut places = Vec::with_capacity(members.len());
        for member in members {
            let place = self.find(member)?;
            let is_in_group = self.voters.iter().any(|voter| match voter {
                Voter::Group { members, .. } => members.contains(&place),
                Voter::Witness { .. } => false,
            });
            if is_in_group || places.contains(&place) {
                return Err(PolicyFault::SecondGroup { name: (*member).to_owned() });
            }
            places.push(place);
        }
        let needed = match needed {
            "any" => Some(1),
            "all" => Some(places.len()),
            number => from_decimal(number).and_then(|number| usize::try_from(number).ok()),
        }
        .filter(|needed| (1..=places.len()).contains(needed))
        .ok_or_else(|| PolicyFault::Threshold { threshold: needed.to_owned(), members: places.len() })?;
        self.voters.push(Voter::Group { name: name.to_owned(), needed, members: places });
        Ok(())
    }

    /// A key may stand once, among logs and witnesses together: the log's own word must not count as a
    /// witness's, nor one witness's as two.
    fn check_key(&self, key: &VerifierKey, expected: KeyKind) -> Result<(), PolicyFault> {
        if key.kind() != expected {
            return Err(PolicyFault::KeyKind { expected: expected.byte(), found: key.kind().byte() });
        }
        let earlier = self.logs.iter().chain(&self.witnesses);
        match earlier.into_iter().find(|party| party.key.public_bytes() == key.public_bytes()) {
            Some(party) => Err(PolicyFault::SameKey { name: party.name.clone() }),
            None => Ok(()),
        }
    }

    fn check_free(&self, name: &str) -> Result<(), PolicyFault> {
        if name == "none" || self.voters.iter().any(|voter| voter.name() == name) {
            return Err(PolicyFault::Taken { name: name.to_owned() });
        }
        Ok(())
    }

    fn find(&self, name: &str) -> Result<usize, PolicyFault> {
        let found = self.voters.iter().position(|voter| voter.name() == name);
        found.ok_or_else(|| PolicyFault::Unknown { name: name.to_owned() })
    }
}

fn read_key(text: &str) -> Result<VerifierKey, PolicyFault> {
    text.parse().map_err(PolicyFault::Key)
}

impl FromStr for Policy {
    type Err = PolicyError;

    fn from_str(text: &str) -> Result<Policy, PolicyError> {
        Policy::parse(text.as_bytes())
    }
}

/// The policy as text, without its comments.
impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = |party: &Party| party.url.as_ref().map_or(String::new(), |url| format!(" {url}"));
        for log in &self.logs {
            writeln!(f, "log {}{}", log.key, url(log))?;
        }
        for voter in &self.voters {
            match voter {
                Voter::Witness { name, place } => {
                    if let Some(witness) = self.witnesses.get(*place) {
                        writeln!(f, "witness {name} {}{}", witness.key, url(witness))?;
                    }
                }
                Voter::Group { name, needed, members } => {
                    write!(f, "group {name} {needed}")?;
                    let members = members.iter().filter_map(|member| self.voters.get(*member));
                    members.into_iter().try_for_each(|member| write!(f, " {}", member.name()))?;
                    writeln!(f)?;
                }
            }
        }
        writeln!(
            f,
            "quorum {}",
            self.quorum.and_then(|place| self.voters.get(place)).map_or("none", Voter::name)
        )
    }
}
