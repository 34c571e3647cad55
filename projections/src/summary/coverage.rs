//! Which alliances met in which quarter (R12): the matrix of the report.

use gongjian_core::day::Quarter;
use gongjian_core::record::Position;
use rustc_hash::FxHashMap;
use serde::{Serialize, Serializer};

use super::{Frame, Named};
use crate::figures::rows::JOINT;
use crate::registry::Kind;

/// Quarters of the matrix: the report's own and those before it.
pub const QUARTERS: usize = 4;

/// The matrix of alliances and quarters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// Its quarters, the report's own last.
    #[serde(serialize_with = "as_words")]
    pub quarters: Vec<Quarter>,
    /// Its alliances, by code.
    pub alliances: Vec<AllianceCoverage>,
}

/// The joint meetings of one alliance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AllianceCoverage {
    /// The alliance.
    pub alliance: Named,
    /// Its community.
    pub community: Named,
    /// Positions of the events that say that a meeting was held, by quarter; `None` where the alliance had no
    /// duty yet or no longer.
    pub held: Vec<Option<Vec<Position>>>,
}

fn as_words<S: Serializer>(quarters: &[Quarter], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(quarters.iter().map(Quarter::to_string))
}

/// The joint meetings of the alliances of the scope in the last four quarters. An alliance owes a meeting for
/// each quarter on whose last day (or the end of the frame) it stood.
pub fn coverage(frame: &Frame<'_>) -> Coverage {
    let mut quarters = vec![frame.quarter];
    while quarters.len() < QUARTERS {
        let earliest = quarters.last().copied().unwrap_or(frame.quarter);
        quarters.push(earliest.previous());
    }
    quarters.reverse();
    let mut held: FxHashMap<(&str, Quarter), Vec<Position>> = FxHashMap::default();
    for (_, meeting) in frame.views.meetings.meeting.iter() {
        let day = meeting.held.filter(|held| held.on <= frame.end && meeting.meeting_type == JOINT);
        if let Some(fact) = day.filter(|_| meeting.scheduled.is_some()) {
            held.entry((&meeting.community, fact.on.quarter())).or_default().push(fact.at);
        }
    }
    let registry = &frame.views.registry;
    let mut alliances = Vec::new();
    for (code, alliance) in registry.alliance.iter() {
        let stood = |quarter: &Quarter| {
            let last = quarter.last_day().min(frame.end);
            alliance.established.is_some_and(|fact| fact.on <= last)
                && alliance.dissolved.is_none_or(|fact| fact.on > last)
        };
        if !frame.holds(&alliance.community) || !quarters.iter().any(stood) {
            continue;
        }
        let of = |quarter: &Quarter| {
            let mut positions =
                held.get(&(alliance.community.as_str(), *quarter)).cloned().unwrap_or_default();
            positions.sort_unstable();
            stood(quarter).then_some(positions)
        };
        alliances.push(AllianceCoverage {
            alliance: frame.named(Kind::Alliance, code),
            community: frame.community(&alliance.community),
            held: quarters.iter().map(of).collect(),
        });
    }
    alliances.sort_by(|a, b| a.alliance.code.cmp(&b.alliance.code));
    Coverage { quarters, alliances }
}
