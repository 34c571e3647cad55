//! Evidence packages: one matter, gathered from the read models and the log as of one checkpoint.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use axum::http::StatusCode;
use gongjian_core::checkpoints::{Keeper, handed_over};
use gongjian_core::command::Receipt;
use gongjian_core::day::Day;
use gongjian_core::domain::schema::stream_id;
use gongjian_core::evidence::tree::prove_inclusion;
use gongjian_core::evidence::{KeyKind, Proof, SignedCheckpoint, VerifierKey};
use gongjian_core::log::erasure_order;
use gongjian_core::record::{Position, RecordRef};
use gongjian_core::vault::Item;
use gongjian_projections::trail::Trail;
use serde_json::json;

use super::{App, Asked, Asker};
use crate::error::Problem;
use crate::messages::Text;
use crate::offline::read_at_most;
use crate::package::{self, Contents, Destroyed, Opened, Proven};

/// The file with the witnesses of a ledger.
const WITNESSES: &str = "witnesses";
/// Its most bytes.
const WITNESSES_MAX: u64 = 1 << 20;

/// A package as it is handed out.
pub struct Packed {
    /// The archive.
    pub bytes: Vec<u8>,
    /// Where the look-ups at its documents are recorded; none where it has no documents.
    pub look_ups: Vec<Receipt>,
}

impl App {
    /// Everything about one matter that somebody needs to check it elsewhere, as an archive. With somebody who looks,
    /// and why, the documents that this post may see are in it, and each look-up is an event before the answer.
    ///
    /// # Errors
    /// [`Problem`]: nothing is called so, it is too much for one package, or the key is not at hand; and as for looking
    /// at a document.
    pub fn evidence(&self, id: &str, look: Option<(&Asker, &str)>, text: Text) -> Result<Packed, Problem> {
        let keeper = self.keeper()?;
        let (checkpoint, trail) = self.settled(keeper, id)?;
        let (documents, look_ups) = match look {
            Some((asker, reason)) => self.opened(&trail, asker, reason)?,
            None => Default::default(),
        };
        let contents = self.contents(id, trail, checkpoint, documents)?;
        let files = package::build(&contents, text, |hash| keeper.attest(package::STATEMENT, hash))?;
        let bytes = package::pack(&files).map_err(|error| Problem::internal(&error))?;
        Ok(Packed { bytes, look_ups })
    }

    /// The documents of some matters that a post may see, by the positions of their events. The look-ups are recorded
    /// first.
    fn opened(
        &self,
        trail: &Trail,
        asker: &Asker,
        reason: &str,
    ) -> Result<(BTreeMap<Position, Opened>, Vec<Receipt>), Problem> {
        let documents: BTreeSet<String> = trail
            .matters
            .iter()
            .flat_map(|matter| &matter.steps)
            .filter_map(|step| step.stream.strip_prefix("document/").map(str::to_owned))
            .collect();
        let actor = asker.actor.clone();
        let (items, bytes) = self.ask_world(move |world| {
            let open = documents.iter().filter_map(|id| {
                let document = world.document.get(id)?;
                let subject = format!("document/{id}");
                let may = document.open_to(world, id, &actor).is_ok() && world.not_erased(&subject).is_ok();
                Some((Item::of(world, &subject).filter(|_| may)?, document.size))
            });
            let (items, sizes): (Vec<Item>, Vec<u64>) = open.unzip();
            (items, sizes.iter().fold(0_u64, |sum, size| sum.saturating_add(*size)))
        })?;
        if bytes > package::DOCUMENT_BYTES_MAX {
            let problem = Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "documents-too-large");
            return Err(problem.with("limit", package::DOCUMENT_BYTES_MAX >> 20));
        }
        let look_ups = self.look_at_documents(asker, &items, reason)?;
        let vault = self.vault()?;
        let mut opened = BTreeMap::new();
        for item in &items {
            let opening = vault.opening(item)?;
            opened.insert(item.position, Opened { content: opening.content.to_vec(), salt: *opening.salt });
        }
        Ok((opened, look_ups))
    }

    /// The checkpoint that a package rests on, and the matters as of it: the newest with enough cosignatures if
    /// it knows all that is known of the matters and the key that signed it is still in force, else one over
    /// everything.
    fn settled(&self, keeper: &Keeper, id: &str) -> Result<(SignedCheckpoint, Trail), Problem> {
        let newest = keeper.current()?;
        let trail = self.trail_at(id, &newest)?;
        // The manifest is signed by the key of today: one key must do for all of a package.
        let witnessed = keeper.witnessed().filter(|it| keeper.is_by_newest_key(it));
        if let Some(witnessed) = witnessed.filter(|it| it.checkpoint() != newest.checkpoint()) {
            let last = steps(&trail).next_back().unwrap_or_default();
            if witnessed.checkpoint().size() > last {
                let trail = self.trail_at(id, &witnessed)?;
                return Ok((witnessed, trail));
            }
        }
        Ok((newest, trail))
    }

    /// The matters as a checkpoint knows them. The day follows from the log, so that nothing depends on when
    /// somebody asks.
    fn trail_at(&self, id: &str, signed: &SignedCheckpoint) -> Result<Trail, Problem> {
        let last = signed.checkpoint().size().checked_sub(1).ok_or_else(|| Problem::not_found(id))?;
        let recorded = self.recorded_at(last).ok_or_else(|| Problem::not_found(id))?;
        let on = self.views_as_of(Some(last))?.default_on(Day::of_micros(recorded));
        self.trail(id, Asked { last: Some(last), on: Some(on) })
    }

    fn contents(
        &self,
        id: &str,
        trail: Trail,
        checkpoint: SignedCheckpoint,
        mut documents: BTreeMap<Position, Opened>,
    ) -> Result<Contents, Problem> {
        let mut positions: BTreeSet<Position> = steps(&trail).collect();
        let size = checkpoint.checkpoint().size();
        // These name the ledger and its keys.
        let keys = self.ask_world(|world| world.ledger.get("main").map(|it| it.keys.clone()))?;
        let named: Vec<Position> = keys.into_iter().flatten().map(|(position, _)| position).collect();
        positions.extend(named.iter().filter(|position| **position < size));
        positions.insert(0);
        if positions.len() > package::EVENTS_MAX {
            let problem = Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-many");
            return Err(problem.with("limit", package::EVENTS_MAX));
        }
        let layouts = self.declared(&positions)?;
        positions.extend(layouts.values());
        let destroyed = self.destroyed(&positions, size)?;
        documents.retain(|position, _| positions.contains(position));
        let events = positions.into_iter().map(|position| Ok((position, self.proven(position, size)?)));
        Ok(Contents {
            id: id.to_owned(),
            trail,
            key: self.verifier_key()?,
            witnesses: self.dir().map(witnesses).unwrap_or_default(),
            events: events.collect::<Result<BTreeMap<_, _>, Problem>>()?,
            layouts,
            rotations: self.rotations(&named, size)?,
            destroyed,
            documents,
            checkpoint,
        })
    }

    /// That each rotation is under the checkpoint over it which both keys signed.
    fn rotations(&self, named: &[Position], size: u64) -> Result<Vec<Proof>, Problem> {
        let handed_over = self.dir().map(handed_over).unwrap_or_default();
        let mut found = Vec::new();
        for position in named.iter().copied().filter(|position| (1..size).contains(position)) {
            let checkpoint = handed_over.iter().find(|signed| signed.checkpoint().size() > position);
            let Some(checkpoint) = checkpoint.filter(|it| it.checkpoint().size() <= size) else { continue };
            let hashes = prove_inclusion(&**self.hashes(), position, checkpoint.checkpoint().size())?;
            found.push(Proof { index: position, hashes, extra: Vec::new(), checkpoint: checkpoint.clone() });
        }
        Ok(found)
    }

    /// What is left of the records whose destruction some of the events order.
    fn destroyed(
        &self,
        of: &BTreeSet<Position>,
        size: u64,
    ) -> Result<BTreeMap<Position, Destroyed>, Problem> {
        let mut found = BTreeMap::new();
        for order in of {
            let Some(position) = erasure_order(&self.entry(*order)?) else { continue };
            let Some(left) = self.reader().erased(position)? else { continue };
            let leaf = self.leaf(position)?;
            let hashes = prove_inclusion(&**self.hashes(), position, size)?;
            found.insert(position, Destroyed { digest: left.digest, leaf, order: left.order, hashes });
        }
        Ok(found)
    }

    /// Where the layouts of some events are declared.
    fn declared(&self, of: &BTreeSet<Position>) -> Result<BTreeMap<(String, u16), Position>, Problem> {
        let mut found = BTreeMap::new();
        for position in of {
            let bytes = self.entry(*position)?;
            let record = RecordRef::decode(&bytes).map_err(|error| Problem::internal(&error))?;
            let kind = (record.kind.to_owned(), record.version);
            let stream = format!("schema/{}", stream_id(record.kind, record.version));
            // Those without a declaration are described in docs/FORMAT.md.
            if let Some(declared) = self.reader().stream(&stream).first() {
                found.insert(kind, *declared);
            }
        }
        Ok(found)
    }

    fn proven(&self, position: Position, size: u64) -> Result<Proven, Problem> {
        let shown = self.event(position, false)?.ok_or_else(|| Problem::not_found(&position.to_string()))?;
        let hashes = prove_inclusion(&**self.hashes(), position, size)?;
        Ok(Proven { bytes: self.entry(position)?, shown: json!(shown), hashes })
    }

    /// The bytes of an event.
    fn entry(&self, position: Position) -> Result<Vec<u8>, Problem> {
        let found = self.reader().get(position)?;
        found.map(|bytes| bytes.to_vec()).ok_or_else(|| Problem::not_found(&position.to_string()))
    }
}

/// The positions of the steps of a trail, in order.
fn steps(trail: &Trail) -> impl DoubleEndedIterator<Item = Position> {
    let steps = trail.matters.iter().flat_map(|matter| matter.steps.iter().map(|step| step.position));
    steps.collect::<BTreeSet<_>>().into_iter()
}

/// The keys of the ledger's witnesses, if its folder names any.
fn witnesses(dir: &Path) -> Vec<VerifierKey> {
    let bytes = read_at_most(&dir.join(WITNESSES), WITNESSES_MAX).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    let words = lines.flat_map(str::split_whitespace).filter_map(|word| word.parse::<VerifierKey>().ok());
    words.filter(|key| key.kind() == KeyKind::Cosignature).collect()
}
