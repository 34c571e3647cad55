//! How facts were entered: through which account or post, and which events gave more time.
//!
//! States say what happened and not who typed it; inspectors ask whether one hand did both halves of a work.

use std::borrow::Cow;
use std::collections::BTreeMap;

use gongjian_core::domain::Event;
use gongjian_core::domain::decision::DecisionEvent;
use gongjian_core::domain::facts::Fact;
use gongjian_core::domain::project::ProjectEvent;
use gongjian_core::record::Position;
use serde::{Deserialize, Serialize};

use crate::imports::IMPORT_ACTOR;
use crate::projection::{Projection, Recorded};

/// Who entered what.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Entries {
    /// First position of each run of events that one account, or post where there was none, entered, and its
    /// place among `hands`. Most events come in runs, so this is far shorter than the log.
    runs: Vec<(Position, u32)>,
    /// Accounts and posts, in the order of their first event.
    hands: Vec<Box<str>>,
    /// The place of each among `hands`.
    places: BTreeMap<Box<str>, u32>,
    /// Events that granted more time and were not taken back, by stream.
    extensions: BTreeMap<Box<str>, Vec<Fact>>,
}

impl Entries {
    /// The account that entered the event at a position, or the post while there are no accounts; `import`
    /// for an import.
    pub fn hand(&self, position: Position) -> Option<&str> {
        let place = self.runs.partition_point(|(first, _)| *first <= position).checked_sub(1)?;
        let (_, hand) = self.runs.get(place)?;
        self.hands.get(usize::try_from(*hand).ok()?).map(|hand| &**hand)
    }

    /// The one account or post that entered both events live; `None` where two did, or an import did.
    pub fn one_hand(&self, first: Position, second: Position) -> Option<&str> {
        let hand = self.hand(first)?;
        (hand != IMPORT_ACTOR && self.hand(second) == Some(hand)).then_some(hand)
    }

    fn place(&mut self, hand: &str) -> u32 {
        if let Some(place) = self.places.get(hand) {
            return *place;
        }
        let place = u32::try_from(self.hands.len()).unwrap_or(u32::MAX);
        self.hands.push(hand.into());
        self.places.insert(hand.into(), place);
        place
    }

    /// The events that granted a stream more time, in the order of the log.
    pub fn extensions(&self, stream: &str) -> &[Fact] {
        self.extensions.get(stream).map(Vec::as_slice).unwrap_or_default()
    }
}

impl Projection for Entries {
    const NAME: &'static str = "entries";
    const VERSION: u32 = 1;

    fn apply(&mut self, recorded: &Recorded<'_>) {
        let record = recorded.record;
        let hand: Cow<'_, str> = if record.account == [0; 16] {
            record.recorded_by.into()
        } else {
            hex::encode(record.account).into()
        };
        let last = self.runs.last().and_then(|(_, last)| self.hands.get(usize::try_from(*last).ok()?));
        if last.is_none_or(|last| **last != *hand) {
            let place = self.place(&hand);
            self.runs.push((recorded.at.position, place));
        }
        let until = match recorded.event {
            Some(Event::Decision(DecisionEvent::Extended(event))) => event.until,
            Some(Event::Project(ProjectEvent::Extended(event))) => event.until,
            _ => return,
        };
        let granted = self.extensions.entry(record.stream.into()).or_default();
        match until {
            Some(_) => granted.push(recorded.at.fact()),
            None => drop(granted.pop()),
        }
    }
}
