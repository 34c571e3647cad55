//! Evidence packages: one matter, gathered from the read models and the log as of one checkpoint.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use axum::http::StatusCode;
use gongjian_core::checkpoints::Keeper;
use gongjian_core::day::Day;
use gongjian_core::domain::schema::stream_id;
use gongjian_core::evidence::tree::prove_inclusion;
use gongjian_core::evidence::{KeyKind, SignedCheckpoint, VerifierKey};
use gongjian_core::record::{Position, RecordRef};
use gongjian_projections::trail::Trail;
use serde_json::json;

use super::{App, Asked};
use crate::error::Problem;
use crate::messages::Text;
use crate::offline::read_at_most;
use crate::package::{self, Contents, Files, Proven};

/// The file with the witnesses of a ledger.
const WITNESSES: &str = "witnesses";
/// Its most bytes.
const WITNESSES_MAX: u64 = 1 << 20;

impl App {
    /// Everything about one matter that somebody needs to check it elsewhere, as an archive.
    ///
    /// # Errors
    /// [`Problem`]: nothing is called so, it is too much for one package, or the key is not at hand.
    pub fn evidence(&self, id: &str, text: Text) -> Result<Vec<u8>, Problem> {
        let keeper = self.keeper()?;
        let (checkpoint, trail) = self.settled(keeper, id)?;
        let contents = self.contents(id, trail, checkpoint)?;
        let files = package::build(&contents, text, |hash| keeper.attest(package::STATEMENT, hash))?;
        package::pack(&files).map_err(|error| Problem::internal(&error))
    }

    /// The checkpoint that a package rests on, and the matters as of it: the newest with enough cosignatures if
    /// it knows all that is known of the matters, else one over everything.
    fn settled(&self, keeper: &Keeper, id: &str) -> Result<(SignedCheckpoint, Trail), Problem> {
        let newest = keeper.current()?;
        let trail = self.trail_at(id, &newest)?;
        if let Some(witnessed) = keeper.witnessed().filter(|it| it.checkpoint() != newest.checkpoint()) {
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
        let bytes = self.entry(last)?;
        let recorded = RecordRef::decode(&bytes).map_err(|error| Problem::internal(&error))?.recorded_at;
        let on = self.views_as_of(Some(last))?.default_on(Day::of_micros(recorded));
        self.trail(id, Asked { last: Some(last), on: Some(on) })
    }

    fn contents(&self, id: &str, trail: Trail, checkpoint: SignedCheckpoint) -> Result<Contents, Problem> {
        let mut positions: BTreeSet<Position> = steps(&trail).collect();
        // Event 0 names the ledger and its first key.
        positions.insert(0);
        if positions.len() > package::EVENTS_MAX {
            let problem = Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-many");
            return Err(problem.with("limit", package::EVENTS_MAX));
        }
        let layouts = self.declared(&positions)?;
        positions.extend(layouts.values());
        let size = checkpoint.checkpoint().size();
        let events = positions.into_iter().map(|position| Ok((position, self.proven(position, size)?)));
        Ok(Contents {
            id: id.to_owned(),
            trail,
            key: self.verifier_key()?,
            witnesses: self.dir().map(witnesses).unwrap_or_default(),
            events: events.collect::<Result<BTreeMap<_, _>, Problem>>()?,
            layouts,
            documents: documents(),
            checkpoint,
        })
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

/// The documents that a reader may see. A ledger without a vault has none; one with a vault names here what it
/// releases, by file name.
fn documents() -> Files {
    Files::new()
}
