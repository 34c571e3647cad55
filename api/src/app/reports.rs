//! Quarterly reports as documents, with all that they rest on.

use std::collections::BTreeSet;

use gongjian_core::day::{Day, Quarter};
use gongjian_core::evidence::tree;
use gongjian_core::record::{Position, RecordRef};
use gongjian_projections::figures::{Evidence, Report, Scope, first_quarter, report_with};
use gongjian_projections::summary::Frame;
use gongjian_projections::views::Views;
use sha2::{Digest as _, Sha256};

use super::read::place_name;
use super::{App, Asked};
use crate::document::{self, Document, Format, Identity};
use crate::error::Problem;
use crate::messages::Text;
use crate::report::{self, Event, Material};

impl App {
    /// The quarterly report of a scope as a document.
    ///
    /// # Errors
    /// [`Problem`]: the street or community is unknown, or the log cannot be read.
    pub fn report_document(
        &self,
        quarter: Quarter,
        scope: &Scope,
        asked: Asked,
        text: Text,
    ) -> Result<Document, Problem> {
        self.document_of(&self.report(quarter, scope, asked, Evidence::All)?, text)
    }

    /// A report in a format of documents. One for Word is what people go on to edit, so it says that it is a draft.
    ///
    /// # Errors
    /// [`Problem`] if the log cannot be read, or the format cannot hold it.
    pub fn report_file(&self, report: &Report, format: Format, text: Text) -> Result<Vec<u8>, Problem> {
        let mut made = self.document_of(report, text)?;
        if format == Format::Docx {
            made.stage = Some(text.plain("document-draft"));
        }
        Ok(document::write(&made, format)?)
    }

    /// A report as a document.
    ///
    /// # Errors
    /// [`Problem`] if the log cannot be read.
    pub(super) fn document_of(&self, report: &Report, text: Text) -> Result<Document, Problem> {
        let quarter = report.quarter;
        // The figures may know more by now; the rest of the report knows no more than they.
        let views = self.views_as_of(report.as_of.position)?;
        let on = report.as_of.on;
        let before = |count: usize| {
            let quarter = (0..count).fold(quarter, |quarter, _| quarter.previous());
            report_with(&views, quarter, &report.scope, quarter.last_day().min(on), Evidence::None)
        };
        let earlier = [before(3), before(2), before(1)];
        let data = serde_json::to_vec(report).map_err(|error| Problem::internal(&error))?;
        let material = Material {
            report,
            earlier: &earlier,
            frame: Frame::of(&views, &report.scope, quarter, on),
            begins: first_quarter(&views).unwrap_or(quarter),
            events: &self.events_behind(report)?,
            place: place_name(&views, &report.scope, on),
            identity: self.identity_of(report, &views, &data)?,
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
            let Some(bytes) = self.reader().get(position)? else { continue };
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

    /// What a report is made of.
    fn identity_of(&self, report: &Report, views: &Views, data: &[u8]) -> Result<Identity, Problem> {
        let size = report.as_of.position.map_or(0, |position| position.saturating_add(1));
        let root = tree::root(&**self.hashes(), size)?;
        let recorded_at =
            match report.as_of.position.map(|position| self.reader().get(position)).transpose()?.flatten() {
                Some(bytes) => {
                    RecordRef::decode(&bytes).map_err(|error| Problem::internal(&error))?.recorded_at
                }
                None => 0,
            };
        Ok(Identity {
            subject: format!("co-building/{}/{}", report.quarter, report.scope.word()),
            origin: self.verifier_key()?.name().to_owned(),
            position: report.as_of.position,
            digest: report.as_of.digest.clone().unwrap_or_default(),
            on: Some(report.as_of.on),
            size,
            root: root.to_string(),
            recorded_at,
            template: report::TEMPLATE,
            rules: rules(views, report.as_of.on),
            data_sha256: Some(hex::encode(Sha256::digest(data))),
        })
    }
}

/// The versions of the rules in force on a day.
fn rules(views: &Views, on: Day) -> Vec<String> {
    let mut rules: Vec<String> =
        views.rules.rule.iter().filter_map(|(rule, _)| views.rules.applies(rule, on)).collect();
    rules.sort_unstable();
    rules
}
