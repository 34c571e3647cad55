//! Quarterly reports as documents, with all that they rest on.

use std::collections::BTreeSet;

use gongjian_core::day::{Day, Quarter};
use gongjian_core::log::ReadError;
use gongjian_core::record::{Position, RecordRef};
use gongjian_projections::figures::{Evidence, Report, Standing, first_quarter, report_with};
use gongjian_projections::summary::Frame;
use gongjian_projections::views::Views;
use sha2::{Digest as _, Sha256};

use super::App;
use super::read::place_name;
use crate::document::{self, Document, Format, Identity};
use crate::error::Problem;
use crate::messages::Text;
use crate::report::{self, Event, Material};

/// Quarters that are listed: ten years.
const QUARTERS_MAX: usize = 40;

impl App {
    /// The reports of the quarters before one, as it knows them, the latest last: no more than three, and none from
    /// before the first thing that figures count.
    ///
    /// # Errors
    /// [`Problem`] if the log cannot be folded.
    pub fn reports_before(&self, report: &Report) -> Result<Vec<Report>, Problem> {
        let views = self.views_as_of(report.as_of.position)?;
        let begins = first_quarter(&views).unwrap_or(report.quarter);
        let mut earlier = Vec::new();
        let mut quarter = report.quarter;
        for _ in 0..3 {
            quarter = quarter.previous();
            if quarter < begins {
                break;
            }
            let on = quarter.last_day().min(report.as_of.on);
            earlier.push(report_with(&views, quarter, &report.scope, on, Evidence::None));
        }
        earlier.reverse();
        Ok(earlier)
    }

    /// The quarters that have anything to report, as of a day, the latest first.
    ///
    /// # Errors
    /// [`Problem`] if the log cannot be folded.
    pub fn quarters(&self) -> Result<Vec<Quarter>, Problem> {
        let views = self.views()?;
        let last = views.default_on(self.today()).quarter();
        let Some(first) = first_quarter(&views) else { return Ok(vec![last]) };
        let before = |quarter: &Quarter| Some(quarter.previous()).filter(|it| *it >= first);
        Ok(std::iter::successors(Some(last), before).take(QUARTERS_MAX).collect())
    }

    /// A report as a document.
    ///
    /// # Errors
    /// [`Problem`] if the log cannot be read.
    pub fn document_of(&self, report: &Report, text: Text) -> Result<Document, Problem> {
        let quarter = report.quarter;
        // The figures may know more by now; the rest of the report knows no more than they.
        let views = self.views_as_of(report.as_of.position)?;
        let on = report.as_of.on;
        let before = |count: usize| {
            let quarter = (0..count).fold(quarter, |quarter, _| quarter.previous());
            report_with(&views, quarter, &report.scope, quarter.last_day().min(on), Evidence::None)
        };
        let earlier = [before(3), before(2), before(1)];
        // How the quarter stands changes while its position stays, and the bytes follow the position alone.
        let standing = Standing { period: None, ..report.standing.clone() };
        let settled = Report { standing, ..report.clone() };
        let data = serde_json::to_vec(&settled).map_err(|error| Problem::internal(&error))?;
        let subject = format!("co-building/{quarter}/{}", report.scope.word());
        let material = Material {
            report,
            earlier: &earlier,
            frame: Frame::of(&views, &report.scope, quarter, on),
            begins: first_quarter(&views).unwrap_or(quarter),
            events: &self.events_behind(report)?,
            place: place_name(&views, &report.scope, on),
            identity: Identity {
                rules: rules_on(&views, quarter.last_day().min(on)),
                data_sha256: Some(hex::encode(Sha256::digest(&data))),
                ..self.identity(subject, &views, on, report::TEMPLATE)?
            },
            data,
        };
        Ok(report::document(&material, text))
    }

    /// The events behind the figures of a report's scope, as many as a report spells out.
    fn events_behind(&self, report: &Report) -> Result<Vec<Event>, Problem> {
        let positions: BTreeSet<Position> =
            report.figures.iter().filter_map(|(_, counted)| counted.events).flatten().copied().collect();
        let mut events = Vec::new();
        for position in positions.into_iter().take(report::EVENTS_MAX) {
            // What was destroyed by an order has nothing left to spell out.
            let bytes = match self.reader().get(position) {
                Ok(Some(bytes)) => bytes,
                Ok(None) | Err(ReadError::Withheld { .. }) => continue,
                Err(error) => return Err(error.into()),
            };
            let record = RecordRef::decode(&bytes).map_err(|error| Problem::internal(&error))?;
            events.push(Event {
                position,
                digest: gongjian_core::record::Digest::of(&bytes).to_string(),
                kind: record.kind.to_owned(),
                stream: record.stream.to_owned(),
                occurred_on: record.occurred_day,
                recorded_on: Day::of_micros(record.recorded_at),
            });
        }
        Ok(events)
    }
}

/// A report in a format of documents. One for Word is what people go on to edit, so it says that it is a draft.
///
/// # Errors
/// [`Problem`] if the format cannot hold it.
pub fn written(document: &Document, format: Format, text: Text) -> Result<Vec<u8>, Problem> {
    if format != Format::Docx {
        return Ok(document::write(document, format)?);
    }
    let draft = Document { stage: Some(text.plain("document-draft")), ..document.clone() };
    Ok(document::write(&draft, format)?)
}

/// The versions of the rules in force on a day.
pub(super) fn rules_on(views: &Views, on: Day) -> Vec<String> {
    let mut rules: Vec<String> =
        views.rules.rule.iter().filter_map(|(rule, _)| views.rules.applies(rule, on)).collect();
    rules.sort_unstable();
    rules
}
