//! Periods and the editions of their reports, and what came after a freeze about the time that it covers.

use gongjian_core::day::{Day, Quarter};
use gongjian_core::domain::Event;
use gongjian_core::domain::period::{Freeze, Period};
use gongjian_core::domain::report::{Edition, File, Report, id_of};
use gongjian_core::domain::table::Table;
use gongjian_core::record::Position;
use serde::{Deserialize, Serialize};

use crate::imports::ledger_of;
use crate::projection::{Projection, Recorded, fold};

/// An event that was recorded after a freeze, about the time that was frozen, or that corrects something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct After {
    /// The event.
    pub position: Position,
    /// Its stream.
    pub stream: Box<str>,
    /// Its kind, such as `agreement.signed`.
    pub kind: Box<str>,
    /// When it happened.
    pub occurred: Day,
    /// When the ledger took it in.
    pub recorded: Day,
    /// It corrects what was recorded before, whenever that happened.
    pub corrects: bool,
}

/// A file of an edition, found by its digest.
#[derive(Clone, Copy, Debug)]
pub struct Found<'p> {
    /// The report's id.
    pub id: &'p str,
    /// The report.
    pub report: &'p Report,
    /// The edition's number, from 1.
    pub number: usize,
    /// The edition.
    pub edition: &'p Edition,
    /// The file.
    pub file: &'p File,
}

/// Periods and reports.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Periods {
    /// Periods by quarter.
    pub period: Table<Period>,
    /// Reports by id.
    pub report: Table<Report>,
    /// The last day of the latest quarter that was ever frozen.
    through: Option<Day>,
    after: Vec<After>,
}

impl Periods {
    /// The freeze of a quarter that holds.
    pub fn frozen(&self, quarter: Quarter) -> Option<&Freeze> {
        self.period.get(&quarter.to_string())?.frozen()
    }

    /// The freeze of a quarter that knew up to a position, whether it still holds or not.
    pub fn freeze_at(&self, quarter: Quarter, knows: Position) -> Option<&Freeze> {
        self.period.get(&quarter.to_string())?.freezes.iter().find(|freeze| freeze.knows == knows)
    }

    /// The report of a quarter and scope.
    pub fn report_of(&self, quarter: Quarter, scope: &str) -> Option<&Report> {
        self.report.get(&id_of(quarter, scope)).filter(|report| report.scope == scope)
    }

    /// The latest quarter before `quarter` that was ever frozen, with its last freeze.
    pub fn before(&self, quarter: Quarter) -> Option<(Quarter, &Freeze)> {
        let frozen = self.period.iter().filter_map(|(id, period)| {
            let earlier = id.parse::<Quarter>().ok().filter(|earlier| *earlier < quarter)?;
            Some((earlier, period.freezes.last()?))
        });
        frozen.max_by_key(|(earlier, _)| *earlier)
    }

    /// What was recorded after a position although it belongs to an earlier, frozen time; in the order of the log.
    pub fn after(&self, position: Position) -> &[After] {
        let first = self.after.partition_point(|after| after.position <= position);
        self.after.get(first..).unwrap_or_default()
    }

    /// The files of editions that have a digest.
    pub fn files<'p>(&'p self, sha256: &'p str) -> impl Iterator<Item = Found<'p>> {
        self.report.iter().flat_map(move |(id, report)| {
            let editions = report.editions.iter().zip(1..);
            editions.flat_map(move |(edition, number)| {
                let files = edition.files.iter().filter(move |file| file.sha256 == sha256);
                files.map(move |file| Found { id, report, number, edition, file })
            })
        })
    }
}

impl Projection for Periods {
    const NAME: &'static str = "periods";
    const VERSION: u32 = 1;

    fn apply(&mut self, recorded: &Recorded<'_>) {
        match recorded.event {
            Some(Event::Period(event)) => {
                fold(&mut self.period, recorded, event);
                let quarter = recorded.id.parse::<Quarter>().ok();
                self.through = self.through.max(quarter.map(Quarter::last_day));
            }
            Some(Event::Report(event)) => fold(&mut self.report, recorded, event),
            _ => self.came_after(recorded),
        }
    }
}

impl Periods {
    fn came_after(&mut self, recorded: &Recorded<'_>) {
        let Some(through) = self.through else { return };
        let record = recorded.record;
        let corrects = record.kind.ends_with(".corrected");
        if recorded.at.occurred > through && !corrects {
            return;
        }
        if ledger_of(record.kind.split('.').next().unwrap_or_default()).is_none() {
            return;
        }
        self.after.push(After {
            position: recorded.at.position,
            stream: record.stream.into(),
            kind: record.kind.into(),
            occurred: recorded.at.occurred,
            recorded: Day::of_micros(recorded.at.recorded_at),
            corrects,
        });
    }
}
