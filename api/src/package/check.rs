//! Checks a package: recomputes whatever can be recomputed and believes nothing that the package says of itself.
//!
//! What a program put into words (`说明.html`, `trail.txt`) rests on the manifest and the ledger's signature over it;
//! the events rest on the checkpoint, and documents on the commitments in events.

use std::collections::{BTreeMap, BTreeSet};

use gongjian_core::evidence::{Proof, SignedCheckpoint, Statement, VerifierKey};
use gongjian_core::layout::built_in;
use gongjian_core::log::{SCHEMA_DECLARED, is_described_elsewhere};
use gongjian_core::record::{Digest, Position, RecordRef};
use gongjian_core::schema::to_json;
use serde_json::{Value, json};

use super::archive::Files;
use super::canonical::canonical;
use super::manifest::{self, missing, sha256};
use super::vaulted::Vaulted;
use super::{
    CHECKPOINT, DOCUMENT_LIST, DOCUMENTS, LAYOUTS, LOG_KEY, MANIFEST, PAGE, SIGNATURE, STATEMENT, STORY,
    TRAIL, WITNESS_KEYS, destroyed, documents, event_path, rotated,
};
use crate::app::WholeEvent;
use crate::offline::{self, Basis, Fault, Format, Kind, Outcome, Trust};

/// Checks the files of a package.
pub fn check(files: &Files, trust: &Trust) -> Outcome {
    let mut outcome = Outcome::new(Format::Package);
    let checked = check_all(files, trust, &mut outcome);
    outcome.after(checked)
}

fn check_all(files: &Files, trust: &Trust, outcome: &mut Outcome) -> Result<(), Fault> {
    let manifest = manifest::check(files)?;
    let signed = offline::read_checkpoint(file(files, CHECKPOINT)?).map_err(|it| it.at(CHECKPOINT))?;
    let basis = Basis::of(&signed);
    let named = json!({ "origin": basis.origin, "size": basis.size, "root": basis.root });
    outcome.basis = Some(basis.clone());
    if manifest["checkpoint"] != named {
        return Err(Fault::new(Kind::Altered, "other-checkpoint").at(MANIFEST));
    }
    let Positions { events: positions, destroyed, rotations } = positions(files)?;
    let (trust, is_followed) = rotated::follow(files, rotations.into_iter(), trust, &basis.origin)?;
    let accepted = trust.accept(&signed).map_err(|it| it.at(CHECKPOINT))?;
    if is_followed {
        outcome.remarks.push("offline-key-followed");
    }
    check_statement(files, &basis.origin, &trust).map_err(|it| it.at(SIGNATURE))?;
    check_key(files, &signed)?;
    let events = Events::read(files, &positions, &signed)?;
    let said = events.check_json(files)?;
    events.check_layouts(files)?;
    events.check_chain()?;
    check_trail(files, &events, basis.size)?;
    let told = Vaulted::of(said.iter().map(|(position, said)| (*position, said)));
    if let Some(position) = told.unread.first() {
        return Err(
            Fault::new(Kind::Malformed, "document-unread").at(event_path("events", *position, "json"))
        );
    }
    outcome.destroyed = destroyed::check(files, destroyed.into_iter(), &told, &signed)?;
    outcome.documents = documents::check(files, &told)?;
    outcome.counts.push(("events", positions.len() as u64));
    outcome.accepted = accepted;
    Ok(())
}

pub(super) fn file<'f>(files: &'f Files, path: &str) -> Result<&'f [u8], Fault> {
    files.get(path).map(Vec::as_slice).ok_or_else(|| missing(path))
}

/// The ledger signed that it issued this manifest.
fn check_statement(files: &Files, origin: &str, trust: &Trust) -> Result<(), Fault> {
    let unreadable = |error| Fault::new(Kind::Malformed, "statement-unreadable").because(&error);
    let (statement, note) = Statement::parse(file(files, SIGNATURE)?).map_err(unreadable)?;
    if statement.origin() != origin {
        let fault = Fault::new(Kind::WrongOrigin, "other-origin").with("expected", origin);
        return Err(fault.with("found", statement.origin()));
    }
    if statement.what() != STATEMENT || statement.sha256() != sha256(file(files, MANIFEST)?) {
        return Err(Fault::new(Kind::Altered, "statement-other"));
    }
    trust.accept_note(&note, origin).map(drop)
}

/// The key that lies in the package is that of the checkpoint. This proves nothing; a wrong one would mislead.
fn check_key(files: &Files, signed: &SignedCheckpoint) -> Result<(), Fault> {
    let text = String::from_utf8_lossy(file(files, LOG_KEY)?);
    let wrong = || Fault::new(Kind::Altered, "key-other").at(LOG_KEY);
    let key: VerifierKey = text.trim_end().parse().map_err(|_| wrong())?;
    let is_signer = key.name() == signed.checkpoint().origin() && signed.note().verify([&key]).is_ok();
    if is_signer { Ok(()) } else { Err(wrong()) }
}

/// What a package holds, by the names of its files.
#[derive(Default)]
struct Positions {
    events: BTreeSet<Position>,
    /// Records whose bytes were destroyed.
    destroyed: BTreeSet<Position>,
    /// Rotations of the signing key.
    rotations: BTreeSet<Position>,
}

/// The positions of the events, and no file that belongs nowhere. Whether each has all its files shows when they are
/// read.
fn positions(files: &Files) -> Result<Positions, Fault> {
    const KNOWN: [&str; 10] =
        [CHECKPOINT, LAYOUTS, TRAIL, STORY, PAGE, LOG_KEY, WITNESS_KEYS, MANIFEST, SIGNATURE, DOCUMENT_LIST];
    let mut positions = Positions::default();
    let mut proofs = BTreeSet::new();
    for path in files.keys() {
        let number = path.split(['/', '.']).nth(1).and_then(|number| number.parse::<Position>().ok());
        let is_of = |folder: &str, ending: &str| {
            number.is_some_and(|number| event_path(folder, number, ending) == **path)
        };
        if is_of("events", "bin") || is_of("events", "json") {
            positions.events.extend(number);
        } else if is_of("withheld", "json") {
            positions.destroyed.extend(number);
        } else if is_of(rotated::FOLDER, "tlog-proof") {
            positions.rotations.extend(number);
        } else if is_of("proofs", "tlog-proof") {
            proofs.extend(number);
        } else if !KNOWN.contains(&path.as_str()) && !path.starts_with(DOCUMENTS) {
            return Err(Fault::new(Kind::Foreign, "file-foreign").at(path));
        }
    }
    // A proof of nothing that is here misses its event.
    positions.events.extend(proofs.difference(&positions.destroyed).copied());
    Ok(positions)
}

/// Names and types of the fields of a kind and version.
type Fields = Vec<(String, String)>;

/// The events of a package, whose bytes are under the checkpoint.
struct Events<'f> {
    records: BTreeMap<Position, (RecordRef<'f>, &'f [u8])>,
    layouts: BTreeMap<(String, u16), (Position, Fields)>,
}

impl<'f> Events<'f> {
    fn read(
        files: &'f Files,
        positions: &BTreeSet<Position>,
        signed: &SignedCheckpoint,
    ) -> Result<Events<'f>, Fault> {
        let mut events = Events { records: BTreeMap::new(), layouts: BTreeMap::new() };
        for &position in positions {
            let paths = [("events", "bin"), ("proofs", "tlog-proof")];
            let [entry, proof] = paths.map(|(folder, ending)| event_path(folder, position, ending));
            let bytes = file(files, &entry)?;
            let record = offline::read_record(bytes).map_err(|it| it.at(&entry))?;
            offline::check_place(&record, position).map_err(|it| it.at(&entry))?;
            let inclusion = |proof: &Proof| offline::check_inclusion(proof, bytes);
            check_proof(file(files, &proof)?, position, signed, inclusion).map_err(|it| it.at(&proof))?;
            if record.kind == SCHEMA_DECLARED {
                events.declare(&record).ok_or_else(|| Fault::new(Kind::Malformed, "layout").at(&entry))?;
            }
            events.records.insert(position, (record, bytes));
        }
        Ok(events)
    }

    fn declare(&mut self, record: &RecordRef<'_>) -> Option<()> {
        let declared = to_json(&built_in(record.kind, record.version)?, record.payload).ok()?;
        let word = |value: &Value| value.as_str().map(str::to_owned);
        let field = |field: &Value| Some((word(&field["name"])?, word(&field["type"])?));
        let fields = declared["fields"].as_array()?.iter().map(field).collect::<Option<Fields>>()?;
        let version = u16::try_from(declared["version"].as_u64()?).ok()?;
        self.layouts.insert((word(&declared["kind"])?, version), (record.position, fields));
        Some(())
    }

    /// The layout by which an event is read: that which the package proves to be declared.
    fn layout(&self, record: &RecordRef<'_>) -> Option<Fields> {
        if is_described_elsewhere(record.kind, record.version) {
            return built_in(record.kind, record.version);
        }
        let (at, fields) = self.layouts.get(&(record.kind.to_owned(), record.version))?;
        (*at < record.position).then(|| fields.clone())
    }

    /// What stands as JSON is what the bytes say, which is returned.
    fn check_json(&self, files: &Files) -> Result<BTreeMap<Position, Value>, Fault> {
        let mut all = BTreeMap::new();
        for (position, (record, bytes)) in &self.records {
            let path = event_path("events", *position, "json");
            let fields = self.layout(record).ok_or_else(|| {
                let fault = Fault::new(Kind::Missing, "no-layout").with("eventKind", record.kind);
                fault.with("version", record.version).at(&path)
            })?;
            let said = json!(WholeEvent::of(bytes, record, Some(&fields)));
            if canonical(&said) != file(files, &path)? {
                return Err(Fault::new(Kind::Altered, "json-other").at(&path));
            }
            all.insert(*position, said);
        }
        Ok(all)
    }

    fn check_layouts(&self, files: &Files) -> Result<(), Fault> {
        let kinds: BTreeSet<(String, u16)> = self
            .records
            .values()
            .filter(|(record, _)| !is_described_elsewhere(record.kind, record.version))
            .map(|(record, _)| (record.kind.to_owned(), record.version))
            .collect();
        let listed = kinds.iter().filter_map(|kind| {
            let (position, fields) = self.layouts.get(kind)?;
            let fields: Vec<Value> =
                fields.iter().map(|(name, kind)| json!({ "name": name, "type": kind })).collect();
            Some(json!({ "kind": kind.0, "version": kind.1, "position": position, "fields": fields }))
        });
        if canonical(&Value::Array(listed.collect())) != file(files, LAYOUTS)? {
            return Err(Fault::new(Kind::Altered, "layouts-other").at(LAYOUTS));
        }
        Ok(())
    }

    /// Where two events stand beside each other, the later names the earlier.
    fn check_chain(&self) -> Result<(), Fault> {
        for (position, (record, _)) in &self.records {
            let Some(before) = position.checked_sub(1).and_then(|before| self.records.get(&before)) else {
                continue;
            };
            let digest = Digest::of(before.1);
            if record.previous != digest {
                let fault = Fault::new(Kind::Altered, "previous").with("expected", digest);
                return Err(fault.with("found", record.previous).at(event_path("events", *position, "bin")));
            }
        }
        Ok(())
    }
}

/// A proof is that of a position, under the checkpoint of the package, and `inclusion` holds.
pub(super) fn check_proof(
    bytes: &[u8],
    position: Position,
    signed: &SignedCheckpoint,
    inclusion: impl FnOnce(&Proof) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let proof = offline::read_proof(bytes)?;
    if proof.index != position {
        let fault = Fault::new(Kind::Reordered, "proof-position").with("expected", position);
        return Err(fault.with("found", proof.index));
    }
    let (ours, named) = (signed.checkpoint(), proof.checkpoint.checkpoint());
    if ours.origin() == named.origin() && ours.size() == named.size() && ours.root() != named.root() {
        return Err(Fault::new(Kind::Forked, "two-roots")
            .with("size", ours.size())
            .with("other", CHECKPOINT));
    }
    if proof.checkpoint != *signed {
        return Err(Fault::new(Kind::Altered, "proof-checkpoint"));
    }
    inclusion(&proof)
}

/// Every step that is told has its event, and was told as of the checkpoint.
fn check_trail(files: &Files, events: &Events<'_>, size: u64) -> Result<(), Fault> {
    let malformed = || Fault::new(Kind::Malformed, "trail").at(TRAIL);
    let trail: Value = serde_json::from_slice(file(files, TRAIL)?).map_err(|_| malformed())?;
    if canonical(&trail) != file(files, TRAIL)? || trail["position"].as_u64() != size.checked_sub(1) {
        return Err(malformed());
    }
    let matters = trail["matters"].as_array().ok_or_else(malformed)?;
    for step in matters.iter().filter_map(|matter| matter["steps"].as_array()).flatten() {
        let position = step["position"].as_u64().ok_or_else(malformed)?;
        let (_, bytes) =
            events.records.get(&position).ok_or_else(|| missing(&event_path("events", position, "bin")))?;
        if step["digest"] != Digest::of(bytes).to_string() {
            return Err(Fault::new(Kind::Altered, "digest-other").with("position", position).at(TRAIL));
        }
    }
    Ok(())
}
