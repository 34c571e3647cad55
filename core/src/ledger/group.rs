//! Requests that will be one batch, and what becomes of each.

use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Answer, Refused};
use crate::command::{Envelope, Receipt, Request};
use crate::day::Day;
use crate::domain::{Event, schema};
use crate::event::EventKind;
use crate::log::{AppendError, Draft, NewEvent, RecordedEvent, SCHEMA_DECLARED, is_described_elsewhere};
use crate::record::{Position, Revision};

/// A decided command before it has a place.
pub(super) struct Decision {
    pub(super) kind: EventKind,
    /// Its kind is declared right before it.
    pub(super) declares: bool,
    pub(super) payload: Vec<u8>,
    pub(super) revision: Revision,
    pub(super) attributed: Option<String>,
    pub(super) decided: crate::domain::Decided,
}

/// What a request would have recorded; positions and digests are not known.
pub(super) fn trial(request: &Request, decisions: &[Decision]) -> Answer {
    let receipts = request
        .commands
        .iter()
        .zip(decisions)
        .map(|(envelope, decision)| Receipt {
            stream: envelope.stream.clone(),
            kind: decision.kind.name.to_owned(),
            position: 0,
            revision: decision.revision,
            digest: String::new(),
        })
        .collect();
    Answer { receipts, replayed: false }
}

/// What becomes of one request.
pub(super) enum Outcome {
    /// Settled without writing.
    Done(Result<Answer, Refused>),
    /// Recorded if the group is: its events' places in the group.
    InGroup { events: Range<usize>, replayed: bool },
}

impl Outcome {
    pub(super) fn failed(self, unknown: bool) -> Result<Answer, Refused> {
        match self {
            Outcome::Done(answer) => answer,
            Outcome::InGroup { .. } if unknown => Err(Refused::OutcomeUnknown),
            Outcome::InGroup { .. } => Err(Refused::ReadOnly),
        }
    }

    pub(super) fn answer(
        self,
        first: Position,
        recorded: &[RecordedEvent],
        events: &[Event],
    ) -> Result<Answer, Refused> {
        match self {
            Outcome::Done(answer) => answer,
            Outcome::InGroup { events: range, replayed } => {
                let receipts = range
                    .filter_map(|index| {
                        let event = recorded.get(index)?;
                        let kind = events.get(index)?.kind().name;
                        if kind == SCHEMA_DECLARED {
                            return None;
                        }
                        debug_assert_eq!(event.position, first + index as u64);
                        Some(Receipt {
                            stream: event.stream.clone(),
                            kind: kind.to_owned(),
                            position: event.position,
                            revision: event.revision,
                            digest: event.digest.to_string(),
                        })
                    })
                    .collect();
                Ok(Answer { receipts, replayed })
            }
        }
    }
}

/// Requests that will be one batch.
pub(super) struct Group {
    pub(super) draft: Draft,
    pub(super) now: i64,
    pub(super) today: Day,
    /// Events in the order of the draft.
    pub(super) events: Vec<Event>,
    /// Kinds that the request at hand declares.
    declared: Vec<(&'static str, u16)>,
    /// Position of the next event that is decided.
    pub(super) next: Position,
    /// Requests of this group by id: their digest, and the places of their events.
    pub(super) commands: FxHashMap<[u8; 16], ([u8; 16], Range<usize>)>,
    /// Random bytes not used yet: asking the system once for each event would cost more than hashing it.
    random: Vec<u8>,
}

/// Random bytes asked for at once.
const RANDOM_BYTES: usize = 4_096;

impl Group {
    pub(super) fn new(draft: Draft, now: i64) -> Group {
        let today = Day::of_micros(now);
        let next = draft.end();
        Group {
            draft,
            now,
            today,
            next,
            events: Vec::new(),
            declared: Vec::new(),
            commands: FxHashMap::default(),
            random: Vec::new(),
        }
    }

    fn nonce(&mut self) -> Result<[u8; 16], Refused> {
        if self.random.is_empty() {
            self.random.resize(RANDOM_BYTES, 0);
            getrandom::fill(&mut self.random).map_err(|_| Refused::ReadOnly)?;
        }
        let rest = self.random.len().saturating_sub(16);
        let nonce = self.random.get(rest..).and_then(|bytes| bytes.try_into().ok()).ok_or(Refused::ReadOnly);
        self.random.truncate(rest);
        nonce
    }

    /// Whether a kind must be declared right before the event at hand; if so it is noted as declared.
    pub(super) fn declare(&mut self, kind: &EventKind, known: &FxHashSet<(&'static str, u16)>) -> bool {
        let exempt = is_described_elsewhere(kind.name, kind.version);
        let id = (kind.name, kind.version);
        let needed = !exempt && !known.contains(&id) && !self.declared.contains(&id);
        if needed {
            self.declared.push(id);
        }
        needed
    }

    /// Forgets the request at hand.
    pub(super) fn give_up(&mut self) {
        self.declared.clear();
        self.next = self.draft.end();
    }

    /// Adds the events of one request to the draft. Returns their places in the group.
    pub(super) fn add(
        &mut self,
        decisions: Vec<Decision>,
        request: &Request,
        known: &mut FxHashSet<(&'static str, u16)>,
    ) -> Result<Range<usize>, Refused> {
        let before = self.events.len();
        let mut new = Vec::with_capacity(decisions.len() + self.declared.len());
        for (envelope, decision) in request.commands.iter().zip(decisions) {
            self.write(envelope, decision, (request.id, request.digest), &mut new)?;
        }
        let start = self.draft.add(new).map_err(|error| {
            self.events.truncate(before);
            not_taken(error)
        })?;
        self.declared(known);
        let places = start..start + self.events.len() - before;
        self.commands.insert(request.id, (request.digest, places.clone()));
        Ok(places)
    }

    /// Writes a decision as it will be recorded, the declaration of its kind right before it where it needs one.
    pub(super) fn write(
        &mut self,
        envelope: &Envelope,
        decision: Decision,
        (command_id, command_digest): ([u8; 16], [u8; 16]),
        new: &mut Vec<NewEvent>,
    ) -> Result<(), Refused> {
        if decision.declares {
            let declared = Event::from(schema::SchemaEvent::from(schema::declare(&decision.kind)));
            let stream = declaration_stream(&decision.kind);
            new.push(NewEvent {
                kind: SCHEMA_DECLARED.to_owned(),
                version: 1,
                recorded_at: self.now,
                occurred_day: self.today,
                occurred_second: None,
                command_id,
                command_digest,
                nonce: self.nonce()?,
                trail: stream.clone(),
                recorded_by: "system".to_owned(),
                account: [0; 16],
                attributed_to: None,
                assurance: 0,
                authority: None,
                stream,
                payload: declared.encode().map_err(|_| Refused::TooLarge { index: 0 })?,
            });
            self.events.push(declared);
        }
        let Decision { kind, payload, attributed, decided, .. } = decision;
        new.push(NewEvent {
            stream: envelope.stream.clone(),
            kind: kind.name.to_owned(),
            version: kind.version,
            recorded_at: self.now,
            occurred_day: envelope.occurred_day,
            occurred_second: envelope.occurred_second,
            command_id,
            command_digest,
            nonce: self.nonce()?,
            trail: decided.trail,
            recorded_by: envelope.actor.clone(),
            account: envelope.account,
            attributed_to: attributed.or(decided.doer),
            assurance: envelope.assurance.code(),
            authority: envelope.authority.clone(),
            payload,
        });
        self.events.push(decided.event);
        Ok(())
    }

    /// The kinds that the request at hand declared are known from now on.
    pub(super) fn declared(&mut self, known: &mut FxHashSet<(&'static str, u16)>) {
        known.extend(self.declared.drain(..));
    }
}

/// Why decided events were not taken into a draft.
pub(super) fn not_taken(error: AppendError) -> Refused {
    match error {
        AppendError::TooLarge { index, .. } => Refused::TooLarge { index },
        AppendError::CommandRepeated { position, .. } => Refused::CommandReused { position },
        error => {
            tracing::error!(error = &error as &dyn std::error::Error, "a decided request was not taken");
            Refused::ReadOnly
        }
    }
}

/// The stream in which a kind is declared.
pub(super) fn declaration_stream(kind: &EventKind) -> String {
    format!("schema/{}", schema::stream_id(kind.name, kind.version))
}
