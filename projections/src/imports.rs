//! Imports of workbooks, late entries (补录) and corrections (更正).
//!
//! The first import of a ledger is its opening record (期初录入). In a later one, a fact dated before the
//! previous 截至日期 of its ledger is a late entry; a live record is late when it was taken in more than
//! rule L01's days after it happened.

use std::collections::BTreeMap;

use gongjian_core::day::Day;
use gongjian_core::domain::Event;
use gongjian_core::domain::import::{Import, ImportEvent};
use gongjian_core::domain::rule::Rule;
use gongjian_core::domain::table::Table;
use gongjian_core::record::Position;
use serde::{Deserialize, Serialize};

use crate::projection::{Projection, Recorded, fold};

/// The actor of events that an import entered.
pub const IMPORT_ACTOR: &str = "import";

/// A fact that was recorded late.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Late {
    /// The event.
    pub position: Position,
    /// Its stream.
    pub stream: Box<str>,
    /// When it happened.
    pub occurred: Day,
    /// Days from then until the ledger heard of it: until it was taken in, or until the 截至日期 of the
    /// workbook that brought it.
    pub days: i32,
    /// The previous 截至日期 of the ledger, for a fact of an import.
    pub previous_as_of: Option<Day>,
    /// The version of rule L01, for a live record.
    pub rule: Option<u16>,
}

/// A correction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// The event.
    pub position: Position,
    /// Its stream.
    pub stream: Box<str>,
    /// When it was corrected.
    pub day: Day,
}

/// 截至日期 of one kind of ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct AsOf {
    /// Of the latest import.
    now: Day,
    /// Of the one before it; none while the opening record is taken in.
    before: Option<Day>,
}

/// What is known about imports.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Imports {
    /// Imports by id.
    pub import: Table<Import>,
    as_of: BTreeMap<String, AsOf>,
    /// Facts of the county that no import entered.
    live: u64,
    late: Vec<Late>,
    corrections: Vec<Correction>,
    /// Rule L01 alone, since a read model knows only what it folded itself.
    lateness: Rule,
}

impl Imports {
    /// The last 截至日期 of a kind of ledger.
    pub fn as_of(&self, ledger: &str) -> Option<Day> {
        self.as_of.get(ledger).map(|as_of| as_of.now)
    }

    /// The latest 截至日期 of a ledger that was only ever filled by imports; `None` in any other.
    pub fn only_as_of(&self) -> Option<Day> {
        if self.live > 0 { None } else { self.as_of.values().map(|as_of| as_of.now).max() }
    }

    /// Whether facts were entered other than by imports.
    pub fn written_live(&self) -> bool {
        self.live > 0
    }

    /// Late entries, in the order of the log.
    pub fn late(&self) -> &[Late] {
        &self.late
    }

    /// How late the event at a position is, if it is.
    pub fn late_at(&self, position: Position) -> Option<&Late> {
        let place = self.late.binary_search_by_key(&position, |late| late.position).ok()?;
        self.late.get(place)
    }

    /// Corrections, in the order of the log.
    pub fn corrections(&self) -> &[Correction] {
        &self.corrections
    }
}

/// The kind of ledger that a category stands in, as an import's files name it.
pub fn ledger_of(category: &str) -> Option<&'static str> {
    Some(match category {
        "street" | "community" | "compound" | "branch" | "grid" | "unit" | "post" | "alliance"
        | "membership" | "holiday" => "registry",
        "agreement" | "commitment" => "agreements",
        "project" => "projects",
        "series" | "meeting" | "topic" | "decision" | "task" => "meetings",
        "occurrence" | "issue" => "wednesday",
        _ => return None,
    })
}

impl Projection for Imports {
    const NAME: &'static str = "imports";
    const VERSION: u32 = 1;

    fn apply(&mut self, recorded: &Recorded<'_>) {
        match recorded.event {
            Some(Event::Import(event)) => {
                let ImportEvent::Recorded(files) = event;
                for file in &files.files {
                    match self.as_of.get_mut(&file.ledger) {
                        Some(as_of) => *as_of = AsOf { now: file.as_of, before: Some(as_of.now) },
                        None => {
                            self.as_of.insert(file.ledger.clone(), AsOf { now: file.as_of, before: None });
                        }
                    }
                }
                return fold(&mut self.import, recorded, event);
            }
            Some(Event::Rule(event)) => {
                if recorded.id == "L01" {
                    gongjian_core::domain::category::Category::evolve(
                        &mut self.lateness,
                        event,
                        &recorded.at,
                    );
                }
                return;
            }
            _ => {}
        }
        let record = recorded.record;
        let category = record.kind.split('.').next().unwrap_or_default();
        let Some(ledger) = ledger_of(category) else { return };
        if record.kind.ends_with(".corrected") {
            let (position, day) = (recorded.at.position, recorded.at.occurred);
            self.corrections.push(Correction { position, stream: record.stream.into(), day });
        }
        let occurred = recorded.at.occurred;
        let (days, previous_as_of, rule) = if record.recorded_by == IMPORT_ACTOR {
            let Some(AsOf { now, before: Some(before) }) = self.as_of.get(ledger).copied() else { return };
            if occurred >= before {
                return;
            }
            (now.0.saturating_sub(occurred.0), Some(before), None)
        } else {
            self.live += 1;
            let taken_in = Day::of_micros(recorded.at.recorded_at);
            let days = taken_in.0.saturating_sub(occurred.0);
            match self.lateness.parameter("lateDays", taken_in) {
                Some((limit, version)) if i64::from(days) > i64::from(limit) => (days, None, Some(version)),
                _ => return,
            }
        };
        let (position, stream) = (recorded.at.position, record.stream.into());
        self.late.push(Late { position, stream, occurred, days, previous_as_of, rule });
    }
}
