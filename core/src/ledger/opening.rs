//! Making, opening and loading a ledger.

use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;

use super::commit::Committer;
use super::decide::Decider;
use super::{LEDGER_STREAM, LedgerError, Options, Refused, WORLD_SNAPSHOT, Writer, vaulted};
use crate::clock::ClockWatch;
use crate::codec;
use crate::command::{Envelope, Request};
use crate::day::Day;
use crate::domain::facts::At;
use crate::domain::ledger::LedgerCommand;
use crate::domain::rule::{DEFAULTS, Parameter, RuleCommand};
use crate::domain::{Event, World, kinds, schema};
use crate::event::EventKind;
use crate::evidence::SignedCheckpoint;
use crate::log::{Log, LogReader};
use crate::record::{Position, RecordRef, Revision};
use crate::snapshot::Snapshots;

impl Writer {
    /// Makes a ledger in a folder that has none: event 0, the rule book's defaults, and the signing key.
    ///
    /// # Errors
    /// [`LedgerError`], among them that there is a ledger already.
    pub fn create(dir: &Path, options: Options) -> Result<Writer, LedgerError> {
        Writer::create_continuing(dir, options, None)
    }

    /// Makes a ledger whose event 0 names the last checkpoint of the one that it continues.
    ///
    /// # Errors
    /// As [`Writer::create`].
    pub fn create_continuing(
        dir: &Path,
        options: Options,
        continues: Option<&SignedCheckpoint>,
    ) -> Result<Writer, LedgerError> {
        let public_key = options.keys(dir).create()?;
        let log = Log::create(dir, options.log)?;
        let mut writer = Writer::over(log, World::default(), Some(dir), &options);
        writer.open_first(&options.origin, &public_key, continues)?;
        Ok(writer)
    }

    /// Opens the ledger in a folder.
    ///
    /// # Errors
    /// [`LedgerError`], among them that there is none, that another process holds it, or that this program
    /// describes a kind otherwise than the log declares it.
    pub fn open(dir: &Path, options: Options) -> Result<Writer, LedgerError> {
        let snapshots = Snapshots::of(dir);
        // The snapshot is read while the log loads its indexes; only whether it fits needs both.
        let (log, early) = std::thread::scope(|scope| {
            let early = scope.spawn(|| world_snapshot(&snapshots, Position::MAX));
            (Log::open(dir, options.log), early.join().unwrap_or_default())
        });
        let log = log?;
        let size = log.reader().size();
        let fitting = early.filter(|(_, position)| *position <= size);
        let snapshot = fitting.or_else(|| world_snapshot(&snapshots, size));
        let (world, snapshot_at) = load_world(&log.reader(), snapshot)?;
        check_schemas(&world)?;
        let mut writer = Writer::over(log, world, Some(dir), &options);
        writer.snapshot_at = snapshot_at;
        if writer.reader().size() == 0 {
            // A kill between making the folder and event 0: there is nothing to lose.
            let public_key = options.keys(dir).create()?;
            writer.open_first(&options.origin, &public_key, None)?;
        }
        writer.settle_vault();
        Ok(writer)
    }

    /// A ledger over any log, for tests; an empty log is opened for the first time.
    ///
    /// # Errors
    /// As [`Writer::open`].
    pub fn with_log(log: Log, options: &Options) -> Result<Writer, LedgerError> {
        let (world, _) = load_world(&log.reader(), None)?;
        check_schemas(&world)?;
        let mut writer = Writer::over(log, world, None, options);
        if writer.reader().size() == 0 {
            let public_key = base64::engine::general_purpose::STANDARD.encode([7; 32]);
            writer.open_first(&options.origin, &public_key, None)?;
        }
        Ok(writer)
    }

    fn over(log: Log, world: World, dir: Option<&Path>, options: &Options) -> Writer {
        let is_declared =
            |kind: &EventKind| world.schema.get(&schema::stream_id(kind.name, kind.version)).is_some();
        let declared =
            kinds().iter().filter(|kind| is_declared(kind)).map(|kind| (kind.name, kind.version)).collect();
        let accepted = world.ledger.get("main").and_then(|ledger| ledger.accepted_clock);
        Writer {
            decider: Decider {
                watch: ClockWatch::new(options.outside_time, accepted),
                clock: Arc::clone(&options.clock),
                reader: log.reader(),
                declared,
                world,
                disowned: None,
                underway: std::collections::BTreeMap::new(),
            },
            committer: Committer { log, followers: Vec::new() },
            snapshots: dir.map(Snapshots::of),
            snapshot_at: 0,
            vault: vaulted::open(dir),
            broken: false,
        }
    }

    fn open_first(
        &mut self,
        origin: &str,
        public_key: &str,
        continues: Option<&SignedCheckpoint>,
    ) -> Result<(), LedgerError> {
        let today = Day::of_micros(self.decider.clock.now_micros());
        let random = |what: &str| {
            let mut bytes = [0; 16];
            getrandom::fill(&mut bytes).map(|()| bytes).map_err(|error| LedgerError::Io {
                what: what.to_owned(),
                source: std::io::Error::other(error),
            })
        };
        let open = LedgerCommand::Open {
            ledger_id: hex::encode(random("no random number for the ledger's id")?),
            origin: origin.to_owned(),
            public_key: public_key.to_owned(),
            continues: continues.map(ToString::to_string),
        };
        let mut commands = vec![Envelope::new(open, LEDGER_STREAM, today, "system")];
        for rule in DEFAULTS {
            let adopt = RuleCommand::Adopt {
                title: rule.title.to_owned(),
                source: rule.source.to_owned(),
                valid_from: None,
                parameters: rule
                    .parameters
                    .iter()
                    .map(|(name, value)| Parameter { name: (*name).to_owned(), value: *value })
                    .collect(),
            };
            commands.push(Envelope::new(adopt, format!("rule/{}", rule.id), today, "system"));
        }
        let request = Request::new(random("no random number for the first command")?, commands);
        let answer = self.handle(vec![request]).pop().unwrap_or(Err(Refused::Closed));
        answer.map(drop).map_err(|refused| LedgerError::First(Box::new(refused)))
    }
}

/// The world at the end of the log, and the position of the snapshot that it was folded from.
fn load_world(
    reader: &LogReader,
    snapshot: Option<(World, Position)>,
) -> Result<(World, Position), LedgerError> {
    let (mut world, start) = snapshot.unwrap_or_default();
    fold_world(&mut world, reader, start)?;
    Ok((world, start))
}

/// The world of the newest good snapshot at or before `limit`, and its position.
fn world_snapshot(snapshots: &Snapshots, limit: Position) -> Option<(World, Position)> {
    let (name, version) = WORLD_SNAPSHOT;
    let (position, state) = snapshots.newest(name, version, limit)?;
    let world = codec::decode_snapshot::<World>(&state)
        .inspect_err(|error| tracing::warn!(%error, "the snapshot of the world is passed over"))
        .ok()?;
    Some((world, position))
}

/// Folds everything from `start` to the end of the log into a world. Withheld events are passed over.
///
/// # Errors
/// [`LedgerError`] at the first event that cannot be read.
pub fn fold_world(world: &mut World, reader: &LogReader, start: Position) -> Result<(), LedgerError> {
    let mut failed = None;
    let read = |position: Position, bytes: &[u8]| -> Result<Option<Owned>, LedgerError> {
        if bytes.is_empty() {
            return Ok(None);
        }
        let record = RecordRef::decode(bytes).map_err(|source| LedgerError::Record { position, source })?;
        let event = Event::decode(record.kind, record.version, record.payload);
        Ok(Some(Owned {
            stream: record.stream.to_owned(),
            revision: record.revision,
            trail: record.trail.to_owned(),
            event: event.map_err(|source| LedgerError::Decode { position, source })?,
            at: At { position, recorded_at: record.recorded_at, occurred: record.occurred_day },
        }))
    };
    reader.scan_pages(start..reader.size(), read, |position, owned| {
        let folded = owned.and_then(|owned| match owned {
            Some(Owned { stream, revision, trail, event, at }) => {
                world.apply(&stream, revision, &trail, &event, &at);
                Ok(())
            }
            None => pass_over(world, reader, position),
        });
        failed = folded.err();
        failed.is_none()
    })?;
    failed.map_or(Ok(()), Err)
}

/// What the index block still says of a withheld event: its stream goes on behind it.
fn pass_over(world: &mut World, reader: &LogReader, position: Position) -> Result<(), LedgerError> {
    if let Some((stream, revision)) = reader.placed(position)? {
        world.pass_over(&stream, revision);
    }
    Ok(())
}

struct Owned {
    stream: String,
    revision: Revision,
    trail: String,
    event: Event,
    at: At,
}

/// A program that describes a kind otherwise than the log declares it would read it wrongly.
fn check_schemas(world: &World) -> Result<(), LedgerError> {
    for kind in kinds() {
        let declared = world.schema.get(&schema::stream_id(kind.name, kind.version));
        if declared.is_some_and(|declared| declared.fields != schema::declare(&kind).fields) {
            return Err(LedgerError::SchemaDiffers { kind: kind.name.to_owned(), version: kind.version });
        }
    }
    Ok(())
}
