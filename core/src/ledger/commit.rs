//! Committing: one batch, durable; then whoever follows the log is told, and the answers are given.

use super::group::{Group, Outcome};
use super::{Answer, Refused};
use crate::domain::Event;
use crate::log::{AppendError, Log, RecordedEvent};

/// Follows the log: read models, live streams. Told only what is durable.
pub trait Follower: Send {
    /// New events, in order, the first right after the last of the call before.
    fn follow(&mut self, events: &[Followed<'_>]);
}

/// An event as followers get it.
pub struct Followed<'a> {
    /// Its bytes and place.
    pub recorded: &'a RecordedEvent,
    /// What it says.
    pub event: &'a Event,
}

/// What becomes of the requests of a group, and whether the log still takes writes.
pub(super) struct Settled {
    pub(super) answers: Vec<Result<Answer, Refused>>,
    pub(super) is_broken: bool,
}

/// The log's end, and those who follow it.
pub(super) struct Committer {
    pub(super) log: Log,
    pub(super) followers: Vec<Box<dyn Follower>>,
}

impl Committer {
    /// Makes a group part of the log, tells the followers, and finds the answers.
    pub(super) fn settle(&mut self, group: Group, outcomes: Vec<Outcome>) -> Settled {
        let Group { draft, events, .. } = group;
        let recorded = if draft.events().is_empty() {
            Vec::new()
        } else {
            match self.log.commit(draft) {
                Ok(recorded) => recorded,
                Err(error) => {
                    // The world ran ahead of what is on disk: nothing may be decided on it any more.
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "the log refuses writes from now on"
                    );
                    let unknown = matches!(error, AppendError::OutcomeUnknown(_));
                    let answers = outcomes.into_iter().map(|outcome| outcome.failed(unknown)).collect();
                    return Settled { answers, is_broken: true };
                }
            }
        };
        let followed: Vec<Followed<'_>> =
            recorded.iter().zip(&events).map(|(recorded, event)| Followed { recorded, event }).collect();
        if !followed.is_empty() {
            for follower in &mut self.followers {
                follower.follow(&followed);
            }
        }
        let first = recorded.first().map_or(0, |event| event.position);
        let answers = outcomes.into_iter().map(|outcome| outcome.answer(first, &recorded, &events)).collect();
        Settled { answers, is_broken: false }
    }
}
