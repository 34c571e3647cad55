//! Taking events out of somebody's tiles: each bundle is checked against a signed root, then appended, then compared.

use std::collections::BTreeMap;

use super::erased;
use super::source::Tiles;
use super::{RestoreError, log_keys, take_key};
use crate::checkpoints::CHECKPOINT_FILE;
use crate::evidence::tree::{TILE_WIDTH, tile_width};
use crate::evidence::{
    AuthenticTiles, HashSource as _, LogKeys, SignedCheckpoint, TileFault, VerifierKey, tree,
};
use crate::lines::Entry;
use crate::log::{Draft, ErasedEvent, Log, MerkleHash, NewEvent};
use crate::published::Files;
use crate::record::{Position, RecordRef};

/// Bundles in one commit.
const BUNDLES_A_COMMIT: u64 = 16;

/// Tiles to take events from, and what they must agree with.
pub(super) struct Taking<'a> {
    /// The last checkpoint that the ledger's key signed.
    pub(super) head: Option<&'a SignedCheckpoint>,
    /// The ledger's key, known from elsewhere.
    pub(super) key: Option<&'a VerifierKey>,
    pub(super) files: &'a dyn Files,
}

/// Tiles under a root that the source's checkpoint states.
struct Stated<'t, 'f> {
    tiles: &'t Tiles<'f>,
    checked: AuthenticTiles<&'t Tiles<'f>>,
    signed: SignedCheckpoint,
    erased: BTreeMap<Position, ErasedEvent>,
}

impl<'t, 'f> Stated<'t, 'f> {
    fn read(tiles: &'t Tiles<'f>) -> Result<Stated<'t, 'f>, RestoreError> {
        let signed = SignedCheckpoint::parse(&tiles.checkpoint(CHECKPOINT_FILE)?)?;
        let (size, root) = (signed.checkpoint().size(), signed.checkpoint().root());
        let checked = AuthenticTiles::new(tiles, size, root)?;
        let erased = erased::parse(&tiles.erased()?.unwrap_or_default())?;
        Ok(Stated { tiles, checked, signed, erased })
    }

    fn size(&self) -> u64 {
        self.signed.checkpoint().size()
    }

    /// Whether the first `size` events are those under another root.
    fn begins_with(&self, size: u64, root: MerkleHash, of: &'static str) -> Result<(), RestoreError> {
        if tree::root(&self.checked, size)? == root { Ok(()) } else { Err(RestoreError::Forked { size, of }) }
    }

    /// The entries of a bundle, each under the root.
    fn bundle(&self, number: u64) -> Result<Vec<Entry>, RestoreError> {
        let width = tile_width(self.size(), 0, number);
        let leaves = self.checked.hashes(0, number, width)?;
        let entries = self.tiles.entries(number, width)?;
        let places = number * TILE_WIDTH as u64..;
        places
            .zip(entries.into_iter().zip(leaves))
            .map(|(at, (entry, leaf))| self.found(at, entry, leaf))
            .collect()
    }

    fn found(&self, index: Position, entry: Vec<u8>, leaf: MerkleHash) -> Result<Entry, RestoreError> {
        if entry.is_empty() {
            let erased = self.erased.get(&index).cloned();
            let erased = erased.ok_or(RestoreError::Withheld { position: index })?;
            return Ok(Entry::Erased(erased, leaf));
        }
        if MerkleHash::leaf(&entry) == leaf {
            Ok(Entry::Event(entry))
        } else {
            Err(TileFault::Entry { index, is_empty: false }.into())
        }
    }

    /// The bundles with the events from a position on.
    fn from(&self, position: Position) -> std::ops::Range<u64> {
        position / TILE_WIDTH as u64..self.size().div_ceil(TILE_WIDTH as u64)
    }

    /// Adds the keys that the events from a position on name.
    fn keys_from(
        &self,
        position: Position,
        keys: &mut Option<LogKeys>,
        mut progress: impl FnMut(u64, u64),
    ) -> Result<(), RestoreError> {
        for number in self.from(position) {
            for (at, entry) in (number * TILE_WIDTH as u64..).zip(self.bundle(number)?) {
                if let Entry::Event(bytes) = entry
                    && at >= position
                {
                    take_key(keys, at, &bytes)?;
                }
            }
            progress(((number + 1) * TILE_WIDTH as u64).min(self.size()), self.size());
        }
        Ok(())
    }
}

impl Taking<'_> {
    /// Reads everything and checks it; the keys are those that its own events name.
    pub(super) fn look(
        &self,
        progress: impl FnMut(u64, u64),
    ) -> Result<(SignedCheckpoint, LogKeys), RestoreError> {
        let tiles = Tiles::of(self.files);
        let stated = Stated::read(&tiles)?;
        let mut keys = None;
        stated.keys_from(0, &mut keys, progress)?;
        let keys = keys.ok_or(RestoreError::Key(crate::evidence::KeyRefusal::Keyless))?;
        keys.check(&stated.signed)?;
        Ok((stated.signed, keys))
    }

    /// Takes what the log lacks; `begin` is called before it changes anything.
    pub(super) fn extend(
        &self,
        log: &mut Log,
        begin: impl FnOnce() -> Result<(), RestoreError>,
        mut progress: impl FnMut(u64, u64),
    ) -> Result<SignedCheckpoint, RestoreError> {
        let tiles = Tiles::of(self.files);
        let stated = Stated::read(&tiles)?;
        let (size, have) = (stated.size(), log.reader().head());
        if size < have.size {
            return Err(RestoreError::Older { size, have: have.size });
        }
        stated.begins_with(have.size, have.root, "the ledger")?;
        if let Some(head) = self.head.map(SignedCheckpoint::checkpoint).filter(|head| head.size() <= size) {
            stated.begins_with(head.size(), head.root(), "the last checkpoint that the key signed")?;
        }
        self.signer(&stated, log)?;
        begin()?;
        let mut draft = log.draft();
        for number in stated.from(have.size) {
            let first = number * TILE_WIDTH as u64;
            let entries = stated.bundle(number)?;
            let known = usize::try_from(draft.end().saturating_sub(first)).unwrap_or(usize::MAX);
            take(&mut draft, entries.get(known..).unwrap_or_default())?;
            progress(draft.end(), size);
            if (number + 1).is_multiple_of(BUNDLES_A_COMMIT) {
                log.commit(draft)?;
                draft = log.draft();
            }
        }
        log.commit(draft)?;
        Ok(stated.signed)
    }

    /// Whether a key of the ledger signed: one that the log names already, or else one that the events to come name.
    fn signer(&self, stated: &Stated<'_, '_>, log: &Log) -> Result<(), RestoreError> {
        super::check_known(&stated.signed, self.key)?;
        let have = log.reader().size();
        let mut keys = if have > 0 { Some(log_keys(&log.reader())?) } else { None };
        if keys.is_none() && stated.size() > 0 {
            let first = stated.bundle(0)?;
            let first = match first.first() {
                Some(Entry::Event(bytes)) => bytes.as_slice(),
                _ => &[],
            };
            take_key(&mut keys, 0, first)?;
        }
        let is_good = |keys: &Option<LogKeys>| {
            let keys = keys.as_ref().ok_or(RestoreError::Key(crate::evidence::KeyRefusal::Keyless))?;
            keys.check(&stated.signed).map_err(RestoreError::from)
        };
        if is_good(&keys).is_ok() {
            return Ok(());
        }
        stated.keys_from(have.max(1), &mut keys, |_, _| ())?;
        is_good(&keys)
    }
}

/// Adds entries to a draft, and in their places those of which only the leaf is left.
pub(super) fn take(draft: &mut Draft, entries: &[Entry]) -> Result<(), RestoreError> {
    let mut events: Vec<&[u8]> = Vec::with_capacity(entries.len());
    for entry in entries {
        match entry {
            Entry::Event(bytes) => events.push(bytes),
            Entry::Erased(event, leaf) => {
                take_events(draft, &std::mem::take(&mut events))?;
                draft.add_erased(event, *leaf)?;
            }
        }
    }
    take_events(draft, &events)
}

/// What the log makes of an event must be the same bytes.
fn take_events(draft: &mut Draft, entries: &[&[u8]]) -> Result<(), RestoreError> {
    let first = draft.end();
    let mut events = Vec::with_capacity(entries.len());
    for (position, entry) in (first..).zip(entries) {
        let record = RecordRef::decode(entry);
        let record = record.map_err(|error| RestoreError::NoEvent { position, what: error.to_string() })?;
        events.push(NewEvent::again(&record));
    }
    let start = draft.resume(events)?;
    let made = draft.events().get(start..).unwrap_or_default();
    for (position, (made, entry)) in (first..).zip(made.iter().zip(entries)) {
        if *made.bytes != **entry {
            let what = "it does not follow from the events before it".to_owned();
            return Err(RestoreError::NoEvent { position, what });
        }
    }
    Ok(())
}
