//! The rules that run through a whole log, checked bundle by bundle from bytes alone, and what a monitor has to
//! remember in order to go on tomorrow where it stopped today.
//!
//! Memory does not grow with the number of events but with that of streams: 24 bytes each, besides 32 bytes
//! for 256 events with which the place of a fork is found. Not checked here, because it would need memory for
//! each command: that no command id comes back later; the ledger's own `verify` does.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::bundle::{Kind, Looked, Run};
use super::fault::{Fault, FaultKind};
use super::tree::TILE_WIDTH;
use crate::codec::{self, CodecError};
use crate::log::ERASURE_APPROVED;
use crate::log::hash::{Frontier, MerkleHash};
use crate::record::{Digest, Position, Revision};

/// A kind with its version, and the names and types of its fields.
type KindVersion = (String, u16);
type Fields = Vec<(String, String)>;

/// The layout of a remembered audit.
const FORMAT: u16 = 1;

/// Everything about the entries so far that those to come are compared with.
#[derive(Clone, Debug, Default)]
pub struct Audit {
    /// The roots of the tiles of full bundles, the perfect subtrees over them, and the leaves behind them.
    roots: Vec<MerkleHash>,
    frontier: Frontier,
    rest: Vec<MerkleHash>,
    /// Digest of the last entry; `None` if it is withheld.
    digest: Option<Digest>,
    recorded_at: i64,
    /// The next revision of each stream.
    streams: FxHashMap<[u8; 16], Revision>,
    schemas: BTreeMap<KindVersion, Fields>,
    /// Withheld entries that no event has ordered yet, with the digest that the next event names.
    withheld: BTreeMap<Position, Option<Digest>>,
    /// Withheld entries whose place in their stream nobody has missed yet.
    spare: u64,
    /// The origin that event 0 names.
    origin: Option<String>,
}

/// An audit as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    format: u16,
    roots: Vec<[u8; 32]>,
    rest: Vec<[u8; 32]>,
    digest: Option<Digest>,
    recorded_at: i64,
    streams: Vec<([u8; 16], Revision)>,
    schemas: Vec<(KindVersion, Fields)>,
    withheld: Vec<(Position, Option<Digest>)>,
    spare: u64,
    origin: Option<String>,
}

impl Audit {
    /// Nothing checked yet.
    pub fn new() -> Audit {
        Audit { digest: Some(Digest::ZERO), recorded_at: i64::MIN, ..Audit::default() }
    }

    /// Number of entries checked.
    pub fn size(&self) -> u64 {
        self.frontier.size() * TILE_WIDTH as u64 + self.rest.len() as u64
    }

    /// The root over them.
    pub fn root(&self) -> MerkleHash {
        let mut right = Frontier::default();
        self.rest.iter().for_each(|leaf| right.push(*leaf));
        let subtrees = self.frontier.subtrees().iter().chain(right.subtrees()).rev();
        let root = subtrees.fold(None, |right: Option<MerkleHash>, left| {
            Some(right.map_or(*left, |right| MerkleHash::node(*left, right)))
        });
        root.unwrap_or_else(MerkleHash::empty)
    }

    /// The roots of the tiles of the full bundles.
    pub fn tile_roots(&self) -> &[MerkleHash] {
        &self.roots
    }

    /// The leaves of the entries behind the last full bundle.
    pub fn last_leaves(&self) -> &[MerkleHash] {
        &self.rest
    }

    /// The origin that event 0 names.
    pub fn origin(&self) -> Option<&str> {
        self.origin.as_deref()
    }

    /// Number of streams known.
    pub fn streams(&self) -> usize {
        self.streams.len()
    }

    /// Goes on with the next bundle, which begins where the entries so far end.
    ///
    /// # Errors
    /// The first thing that is wrong. The audit is then of no more use.
    pub fn take(&mut self, looked: Looked) -> Result<(), Fault> {
        let first = looked.first;
        if first != self.size() {
            return Err(Fault::new(FaultKind::Missing, self.size(), "entries", self.size(), first));
        }
        self.begin(&looked)?;
        for (position, digest) in &looked.withheld {
            self.withheld.insert(*position, *digest);
            self.spare += 1;
        }
        for run in &looked.runs {
            self.run(run)?;
        }
        for (position, kind) in looked.kinds {
            self.kind(position, kind)?;
        }
        if let Some(fault) = looked.fault {
            return Err(fault);
        }
        if looked.sound > 0 {
            self.digest = looked.ends.0;
            self.recorded_at = looked.ends.1.unwrap_or(self.recorded_at);
        }
        match looked.root {
            Some(root) => {
                self.roots.push(root);
                self.frontier.push(root);
                self.rest.clear();
            }
            None => self.rest = looked.leaves,
        }
        Ok(())
    }

    /// The first entry against the last before it.
    fn begin(&mut self, looked: &Looked) -> Result<(), Fault> {
        let first = looked.first;
        let Some((previous, recorded_at)) = looked.begins else { return Ok(()) };
        // Withheld entries before it in the same bundle have taken up the link.
        let is_next = looked.withheld.first().is_none_or(|(position, _)| *position != first);
        if is_next {
            match self.digest {
                Some(digest) if digest != previous => {
                    return Err(Fault::new(FaultKind::Rules, first, "previous", digest, previous));
                }
                None => {
                    if let Some(unnamed) = self.withheld.get_mut(&first.saturating_sub(1)) {
                        *unnamed = Some(previous);
                    }
                }
                Some(_) => {}
            }
        }
        if recorded_at < self.recorded_at {
            let expected = format!(">= {}", self.recorded_at);
            return Err(Fault::new(FaultKind::Rules, first, "recorded_at", expected, recorded_at));
        }
        Ok(())
    }

    fn run(&mut self, run: &Run) -> Result<(), Fault> {
        let next = self.streams.entry(run.stream).or_insert(0);
        let expected = *next;
        *next = run.first.saturating_add(run.count);
        let missed = run.first.checked_sub(expected).filter(|missed| *missed <= self.spare);
        match missed {
            Some(missed) => {
                self.spare -= missed;
                Ok(())
            }
            None => Err(Fault::new(FaultKind::Rules, run.at, "revision", expected, run.first)),
        }
    }

    fn kind(&mut self, position: Position, kind: Kind) -> Result<(), Fault> {
        match kind {
            Kind::Used(kind, version) => {
                if self.schemas.contains_key(&(kind.clone(), version)) {
                    return Ok(());
                }
                let what = format!("schema of {kind}@{version}");
                Err(Fault::new(FaultKind::Rules, position, what, "schema.declared", "-"))
            }
            Kind::Opened(origin) => {
                self.origin = Some(origin);
                Ok(())
            }
            Kind::Declared(kind, version, fields) => {
                let what = format!("schema of {kind}@{version}");
                let known = self.schemas.entry((kind, version)).or_insert_with(|| fields.clone());
                if *known == fields {
                    return Ok(());
                }
                let (expected, found) = (format!("{known:?}"), format!("{fields:?}"));
                Err(Fault::new(FaultKind::Rules, position, what, expected, found))
            }
            Kind::Erased(target, digest) => {
                // An order comes after what it orders; one that comes before is none.
                let named = self.withheld.get(&target).filter(|_| target < position);
                let Some(named) = named else { return Ok(()) };
                if let Some(named) = named.filter(|named| named.to_string() != digest) {
                    let what = format!("digest of withheld event {target}");
                    return Err(Fault::new(FaultKind::Withheld, position, what, named, digest));
                }
                self.withheld.remove(&target);
                Ok(())
            }
        }
    }

    /// What can be said only at the end of the log: every withheld entry was ordered by an event.
    ///
    /// # Errors
    /// The first withheld entry without an order.
    pub fn finish(&self) -> Result<(), Fault> {
        match self.withheld.keys().next() {
            None => Ok(()),
            Some(position) => Err(Fault::new(FaultKind::Withheld, *position, "entry", ERASURE_APPROVED, "-")),
        }
    }

    /// The audit as bytes, to be read back by [`Audit::decode`].
    ///
    /// # Errors
    /// [`CodecError::TooLarge`] beyond 4 GiB.
    pub fn encode(&self) -> Result<Vec<u8>, CodecError> {
        let bare = |hashes: &[MerkleHash]| hashes.iter().map(|hash| hash.0).collect();
        let mut streams: Vec<_> = self.streams.iter().map(|(key, next)| (*key, *next)).collect();
        streams.sort_unstable();
        codec::encode_snapshot(&Kept {
            format: FORMAT,
            roots: bare(&self.roots),
            rest: bare(&self.rest),
            digest: self.digest,
            recorded_at: self.recorded_at,
            streams,
            schemas: self.schemas.clone().into_iter().collect(),
            withheld: self.withheld.clone().into_iter().collect(),
            spare: self.spare,
            origin: self.origin.clone(),
        })
    }

    /// Reads an audit back, or `None` if these are not its bytes.
    pub fn decode(bytes: &[u8]) -> Option<Audit> {
        let kept: Kept = codec::decode_snapshot(bytes).ok()?;
        let full = |hashes: Vec<[u8; 32]>| hashes.into_iter().map(MerkleHash).collect::<Vec<_>>();
        let (roots, rest) = (full(kept.roots), full(kept.rest));
        if kept.format != FORMAT || rest.len() >= TILE_WIDTH {
            return None;
        }
        let mut frontier = Frontier::default();
        roots.iter().for_each(|root| frontier.push(*root));
        Some(Audit {
            frontier,
            roots,
            rest,
            digest: kept.digest,
            recorded_at: kept.recorded_at,
            streams: kept.streams.into_iter().collect(),
            schemas: kept.schemas.into_iter().collect(),
            withheld: kept.withheld.into_iter().collect(),
            spare: kept.spare,
            origin: kept.origin,
        })
    }
}
