//! Imports of workbooks, late entries (补录) and corrections (更正).
//!
//! The first import of a reporting unit's ledger is its opening record (期初录入) and never late. In a later
//! one, a fact dated before the previous 截至日期 of that ledger is a late entry: the workbook of that day
//! should have told it. How late is counted to the 截至日期 of the workbook that does tell it, not to the day
//! of the import, which may be years later. A live record is late when it was taken in more than rule L01's
//! days after it happened.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use gongjian_core::codec;
use gongjian_core::day::Day;
use gongjian_core::domain::Event;
use gongjian_core::domain::category::Change;
use gongjian_core::domain::import::{File, Import, ImportEvent};
use gongjian_core::domain::rule::Rule;
use gongjian_core::domain::table::Table;
use gongjian_core::record::Position;
use rustc_hash::FxHashMap;
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
    /// Its kind, such as `agreement.signed`.
    pub kind: Box<str>,
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

impl Late {
    /// The day on which the ledger heard of it: when it was taken in, or the 截至日期 of its workbook.
    pub fn heard(&self) -> Day {
        self.occurred.plus(self.days)
    }
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
    /// What was wrong and what is right.
    pub changes: Vec<Change>,
    /// Why.
    pub reason: Box<str>,
}

/// What every correction says, whatever its category.
#[derive(Deserialize)]
struct Corrected {
    changes: Vec<Change>,
    reason: String,
}

/// 截至日期 of one kind of ledger, as the import under way states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct AsOf {
    /// The latest of its files.
    now: Day,
    /// The earliest that its reporting units stated before; none while one of them gives its opening record,
    /// since nothing tells which file of one import brought a fact.
    before: Option<Day>,
}

/// How the record of one stream came to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// How late the latest of its late entries (补录) is, in days; none where nothing is late.
    pub late_days: Option<i32>,
    /// How many corrections (更正) it has.
    pub corrections: u32,
}

impl Marks {
    fn note_late(marks: &mut FxHashMap<Box<str>, Marks>, late: &Late) {
        let mark = marks.entry(late.stream.clone()).or_default();
        mark.late_days = mark.late_days.max(Some(late.days));
    }

    fn note_correction(marks: &mut FxHashMap<Box<str>, Marks>, correction: &Correction) {
        marks.entry(correction.stream.clone()).or_default().corrections += 1;
    }
}

/// What is known about imports.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Imports {
    /// Imports by id.
    pub import: Table<Import>,
    /// By kind of ledger, as of the import under way or done last.
    as_of: BTreeMap<String, AsOf>,
    /// The last 截至日期 of each reporting unit, by kind of ledger.
    reported: BTreeMap<String, BTreeMap<String, Day>>,
    /// Facts of the county that no import entered.
    live: u64,
    late: Vec<Late>,
    corrections: Vec<Correction>,
    /// Rule L01 alone, since a read model knows only what it folded itself.
    lateness: Rule,
    /// Made of the two lists above by the first question, and kept as they grow.
    #[serde(skip)]
    marks: OnceLock<FxHashMap<Box<str>, Marks>>,
}

impl Imports {
    /// The last 截至日期 of a kind of ledger.
    pub fn as_of(&self, ledger: &str) -> Option<Day> {
        self.reported.get(ledger)?.values().max().copied()
    }

    /// The latest 截至日期 of a ledger that was only ever filled by imports; `None` in any other.
    pub fn only_as_of(&self) -> Option<Day> {
        if self.live > 0 { None } else { self.reported.values().flat_map(BTreeMap::values).max().copied() }
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

    /// What a stream has of late entries and corrections: the most days late, and how many corrections.
    pub fn marks_of(&self, stream: &str) -> Marks {
        let marks = self.marks.get_or_init(|| {
            let mut marks = FxHashMap::default();
            self.late.iter().for_each(|late| Marks::note_late(&mut marks, late));
            self.corrections.iter().for_each(|correction| Marks::note_correction(&mut marks, correction));
            marks
        });
        marks.get(stream).copied().unwrap_or_default()
    }

    /// Corrections, in the order of the log.
    pub fn corrections(&self) -> &[Correction] {
        &self.corrections
    }
}

impl Imports {
    /// Takes in what an import says of its files, before the facts that they brought.
    fn begin(&mut self, files: &[File]) {
        let mut stated: BTreeMap<String, AsOf> = BTreeMap::new();
        for file in files {
            let units = self.reported.get(&file.ledger);
            let before = units.and_then(|units| units.get(&file.reporting_unit)).copied();
            stated
                .entry(file.ledger.clone())
                .and_modify(|as_of| {
                    let both = as_of.before.zip(before).map(|(one, other)| one.min(other));
                    *as_of = AsOf { now: as_of.now.max(file.as_of), before: both };
                })
                .or_insert(AsOf { now: file.as_of, before });
        }
        self.as_of = stated;
        for file in files {
            let units = self.reported.entry(file.ledger.clone()).or_default();
            // A workbook of an earlier day that comes later takes nothing back.
            let last = units.entry(file.reporting_unit.clone()).or_insert(file.as_of);
            *last = file.as_of.max(*last);
        }
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
    const VERSION: u32 = 2;

    fn apply(&mut self, recorded: &Recorded<'_>) {
        match recorded.event {
            Some(Event::Import(event)) => {
                let ImportEvent::Recorded(files) = event;
                self.begin(&files.files);
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
            // A later layout that says more is still a correction.
            let Corrected { changes, reason } = codec::decode(record.payload)
                .unwrap_or_else(|_| Corrected { changes: Vec::new(), reason: String::new() });
            let (stream, reason) = (record.stream.into(), reason.into());
            let correction = Correction { position, stream, day, changes, reason };
            if let Some(marks) = self.marks.get_mut() {
                Marks::note_correction(marks, &correction);
            }
            self.corrections.push(correction);
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
        let (position, stream, kind) = (recorded.at.position, record.stream.into(), record.kind.into());
        let late = Late { position, stream, kind, occurred, days, previous_as_of, rule };
        if let Some(marks) = self.marks.get_mut() {
            Marks::note_late(marks, &late);
        }
        self.late.push(late);
    }
}
