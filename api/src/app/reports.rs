//! Quarterly reports as documents, with all that they rest on.

use std::collections::BTreeSet;

use gongjian_core::day::{Day, Quarter};
use gongjian_core::evidence::tree;
use gongjian_core::record::{Position, RecordRef};
use gongjian_projections::figures::{Evidence, Report, Scope, report_with};
use gongjian_projections::registry::Kind;
use gongjian_projections::summary::Frame;
use gongjian_projections::views::Views;
use sha2::{Digest as _, Sha256};

use super::{App, Asked};
use crate::document::{Document, Identity};
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
        let report = self.report(quarter, scope, asked, Evidence::All)?;
        // The figures may know more by now; the rest of the report knows no more than they.
        let views = self.views_as_of(report.as_of.position)?;
        let on = report.as_of.on;
        let before = |count: usize| {
            let quarter = (0..count).fold(quarter, |quarter, _| quarter.previous());
            report_with(&views, quarter, &report.scope, quarter.last_day().min(on), Evidence::None)
        };
        let earlier = [before(3), before(2), before(1)];
        let material = Material {
            report: &report,
            earlier: &earlier,
            last_year: &before(4),
            frame: Frame::of(&views, &report.scope, quarter, on),
            begins: begins(&views).unwrap_or(quarter),
            events: &self.events_behind(&report)?,
            stage: Some(text.plain("document-draft")),
            place: place(&views, &report.scope, on),
            identity: self.identity_of(&report, &views)?,
        };
        Ok(report::document(&material, text))
    }

    /// The events behind the figures of a report's scope, as many as a report spells out.
    fn events_behind(&self, report: &Report) -> Result<Vec<Event>, Problem> {
        let positions: BTreeSet<Position> = report
            .figures
            .iter()
            .filter_map(|(_, counted)| counted.events.as_ref())
            .flatten()
            .copied()
            .collect();
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
    fn identity_of(&self, report: &Report, views: &Views) -> Result<Identity, Problem> {
        let size = report.as_of.position.map_or(0, |position| position.saturating_add(1));
        let root = tree::root(&**self.hashes(), size)?;
        let recorded_at =
            match report.as_of.position.map(|position| self.reader().get(position)).transpose()?.flatten() {
                Some(bytes) => {
                    RecordRef::decode(&bytes).map_err(|error| Problem::internal(&error))?.recorded_at
                }
                None => 0,
            };
        let data = serde_json::to_vec(report).map_err(|error| Problem::internal(&error))?;
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
            data_sha256: Some(hex::encode(Sha256::digest(&data))),
        })
    }
}

/// The first quarter in which anything happened that a report counts.
fn begins(views: &Views) -> Option<Quarter> {
    let signed = views.agreements.agreement.iter().filter_map(|(_, it)| it.signed);
    let held = views.meetings.meeting.iter().filter_map(|(_, it)| it.held);
    let claimed = views.projects.project.iter().filter_map(|(_, it)| it.claimed.or(it.listed));
    let wednesdays = views.wednesday.occurrence.iter().map(|(_, it)| it.planned_on);
    let days = signed.chain(held).chain(claimed).map(|fact| fact.on).chain(wednesdays);
    days.min().map(Day::quarter)
}

fn place(views: &Views, scope: &Scope, on: Day) -> Option<String> {
    let (kind, code) = match scope {
        Scope::County => return None,
        Scope::Street(code) => (Kind::Street, code),
        Scope::Community(code) => (Kind::Community, code),
    };
    Some(views.registry.name(kind, code, on).unwrap_or(code).to_owned())
}

/// The versions of the rules in force on a day.
fn rules(views: &Views, on: Day) -> Vec<String> {
    let mut rules: Vec<String> =
        views.rules.rule.iter().filter_map(|(rule, _)| views.rules.applies(rule, on)).collect();
    rules.sort_unstable();
    rules
}
