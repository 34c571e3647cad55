//! Editions of reports: which files an edition has, making them, and recording that they were made.
//!
//! Nothing here is kept. An edition is a function of the freeze, so its files are made again whenever somebody asks
//! for them, and compared with the digests in the event. Its texts are Chinese whoever asks, since the bytes must be
//! the same on every machine.

use std::cell::OnceCell;

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gongjian_core::command::{Envelope, Request};
use gongjian_core::day::Quarter;
use gongjian_core::domain::period::Freeze;
use gongjian_core::domain::report::{Edition, File, ReportCommand, id_of};
use gongjian_core::evidence::tree;
use gongjian_core::ledger::Refused;
use gongjian_core::record::Position;
use gongjian_core::rejection::Rejection;
use gongjian_projections::figures::{PeriodStanding, Report, Scope};
use gongjian_projections::periods::Periods;
use serde_json::{Value, json};

use super::read::Wanted;
use super::reports::{rules_on, written};
use super::{App, Asked, Asker};
use crate::document::{self, Document};
use crate::error::Problem;
use crate::messages::{Language, Text};
use crate::output;
use crate::package::{canonical, sha256};

pub use crate::report::TEMPLATE;

/// The language of editions, whoever asks: the bytes must be the same on every machine.
const LANGUAGE: Language = Language::Chinese;

/// What the files of an edition are made of.
pub struct Made<'a> {
    /// The ledger, for what a format shows besides the report.
    app: &'a App,
    /// The report.
    report: &'a Report,
    /// The same as a document, made once for all formats that print it.
    document: OnceCell<Document>,
}

/// How the bytes of a format are made; the language is that of editions.
enum Make {
    /// Of the report itself.
    Text(fn(&Report, Text) -> Result<Vec<u8>, Problem>),
    /// Of the document.
    Document(document::Format),
}

/// A format of an edition's files.
pub struct Format {
    /// Its name, in events and URLs, which is also what the file's name ends with.
    pub name: &'static str,
    /// Its media type.
    pub media: &'static str,
    make: Make,
}

/// Every format of an edition. Another one is a line here.
pub const FORMATS: &[Format] = &[
    Format { name: "json", media: "application/json", make: Make::Text(|report, _| json_of(report)) },
    Format {
        name: "csv",
        media: output::csv::MEDIA,
        make: Make::Text(|report, text| Ok(output::report::csv(report, text))),
    },
    Format {
        name: "md",
        media: output::MARKDOWN,
        make: Make::Text(|report, text| Ok(output::report::markdown(report, text).into_bytes())),
    },
    printed(document::Format::Xlsx),
    printed(document::Format::Html),
    printed(document::Format::Docx),
    #[cfg(feature = "pdf")]
    printed(document::Format::Pdf),
];

const fn printed(format: document::Format) -> Format {
    Format { name: format.word(), media: format.media(), make: Make::Document(format) }
}

impl<'a> Made<'a> {
    /// Of a report.
    pub fn of(app: &'a App, report: &'a Report) -> Made<'a> {
        Made { app, report, document: OnceCell::new() }
    }

    fn document(&self) -> Result<&Document, Problem> {
        match self.document.get() {
            Some(document) => Ok(document),
            None => {
                let made = self.app.document_of(self.report, LANGUAGE.text())?;
                Ok(self.document.get_or_init(|| made))
            }
        }
    }
}

/// The bytes that `GET /api/v1/reports/co-building` answers too.
fn json_of(report: &Report) -> Result<Vec<u8>, Problem> {
    serde_json::to_vec(report).map_err(|error| Problem::internal(&error))
}

impl Format {
    /// The format of a name.
    pub fn named(name: &str) -> Option<&'static Format> {
        FORMATS.iter().find(|format| format.name == name)
    }

    /// The file, in the language of editions.
    ///
    /// # Errors
    /// [`Problem`] if it cannot be made.
    pub fn file(&self, made: &Made<'_>) -> Result<Vec<u8>, Problem> {
        match self.make {
            Make::Text(make) => make(made.report, LANGUAGE.text()),
            Make::Document(format) => written(made.document()?, format, LANGUAGE.text()),
        }
    }
}

/// The name of an edition's file.
pub fn file_name(id: &str, number: usize, format: &str) -> String {
    format!("co-building-{id}-{number}.{format}")
}

/// SHA-256 of a report's canonical JSON.
pub(super) fn figures_sha256(report: &Report) -> Result<String, Problem> {
    let whole = serde_json::to_value(report).map_err(|error| Problem::internal(&error))?;
    Ok(hex::encode(sha256(&canonical(&whole))))
}

/// An edition that is recorded.
#[derive(Clone, Debug)]
pub struct RecordedEdition {
    /// The report's id.
    pub id: String,
    /// Its number, from 1.
    pub number: usize,
    /// What is recorded of it.
    pub edition: Edition,
    /// It had been recorded before.
    pub replayed: bool,
}

impl RecordedEdition {
    /// The JSON of command line and HTTP.
    pub fn to_json(&self) -> Value {
        let RecordedEdition { id, number, edition, replayed } = self;
        let file = |file: &File| {
            json!({
                "format": file.format, "name": file_name(id, *number, &file.format),
                "sha256": file.sha256, "bytes": file.bytes,
            })
        };
        json!({
            "id": id, "stream": format!("report/{id}"), "edition": number, "state": edition.state(),
            "position": edition.generated.fact.at, "replayed": replayed, "template": edition.template,
            "asOf": { "position": edition.position, "digest": edition.digest, "on": edition.on },
            "size": edition.size, "root": edition.root, "figuresSha256": edition.figures_sha256,
            "files": edition.files.iter().map(file).collect::<Vec<_>>(),
        })
    }
}

/// The edition of this program's template that is recorded for a freeze, with its number.
pub(super) fn recorded_for<'p>(
    periods: &'p Periods,
    quarter: Quarter,
    scope: &str,
    knows: Position,
) -> Option<(usize, &'p Edition)> {
    let editions = periods.report_of(quarter, scope)?.editions.iter().zip(1..);
    let own = editions.filter(|(edition, _)| edition.position == knows && edition.template == TEMPLATE);
    own.last().map(|(edition, number)| (number, edition))
}

impl App {
    /// Makes the report of a frozen quarter and records it as an edition; one that is recorded already is answered
    /// again, whoever asks on whatever day.
    ///
    /// # Errors
    /// [`Problem`]: the quarter is not frozen, a rule refuses, or the log cannot be read.
    pub fn record_edition(
        &self,
        asker: &Asker,
        quarter: Quarter,
        scope: &Scope,
    ) -> Result<RecordedEdition, Problem> {
        let (freeze, scope, number) = {
            let views = self.views()?;
            let scope = super::read::known_scope(&views, scope)?;
            let freeze = views.periods.frozen(quarter).cloned().ok_or_else(|| self.not_frozen(quarter))?;
            if let Some(recorded) = self.already(&views.periods, quarter, &scope, freeze.knows) {
                return Ok(recorded);
            }
            let editions = views.periods.report_of(quarter, &scope.word()).map_or(0, |it| it.editions.len());
            (freeze, scope, editions + 1)
        };
        let command = self.edition_command(quarter, &scope, &freeze, number)?;
        let stream = format!("report/{}", id_of(quarter, &scope.word()));
        let occurred = asker.occurred_on.unwrap_or_else(|| self.today());
        let envelope = Envelope::new(command, stream, occurred, &asker.actor);
        let envelope = Envelope { account: asker.account, ..envelope };
        let mut request = Request::new([0; 16], vec![envelope]);
        // Of the same content the same id, so that five at once are one.
        request.id = asker.command_id.unwrap_or(request.digest);
        let answer = self.shared.ledger.record(request);
        let views = self.views()?;
        let recorded = self.already(&views.periods, quarter, &scope, freeze.knows);
        match (answer, recorded) {
            (Ok(answer), Some(recorded)) => Ok(RecordedEdition { replayed: answer.replayed, ..recorded }),
            // Another post was faster by a moment.
            (Err(Refused::Rejected { rejection, .. }), Some(recorded))
                if rejection.code == "report-edition-stands" =>
            {
                Ok(recorded)
            }
            (Err(refused), _) => Err(self.explain(refused)),
            (Ok(_), None) => Err(Problem::not_found(&quarter.to_string())),
        }
    }

    fn already(
        &self,
        periods: &Periods,
        quarter: Quarter,
        scope: &Scope,
        knows: Position,
    ) -> Option<RecordedEdition> {
        let (number, edition) = recorded_for(periods, quarter, &scope.word(), knows)?;
        let id = id_of(quarter, &scope.word());
        Some(RecordedEdition { id, number, edition: edition.clone(), replayed: true })
    }

    fn not_frozen(&self, quarter: Quarter) -> Problem {
        let rejection = Rejection::new("period-not-frozen").with("quarter", quarter);
        self.explain(Refused::Rejected { index: 0, rejection })
    }

    /// What is recorded of an edition: everything that it is made of, and what came of it.
    fn edition_command(
        &self,
        quarter: Quarter,
        scope: &Scope,
        freeze: &Freeze,
        number: usize,
    ) -> Result<ReportCommand, Problem> {
        let report = self.edition_report(quarter, scope, freeze, Some(number))?;
        let mut files = Vec::with_capacity(FORMATS.len());
        let made = Made::of(self, &report);
        for format in FORMATS {
            let bytes = format.file(&made)?;
            let sha256 = hex::encode(sha256(&bytes));
            files.push(File { format: format.name.to_owned(), sha256, bytes: bytes.len() as u64 });
        }
        let size = freeze.knows.saturating_add(1);
        Ok(ReportCommand::Generate {
            quarter: quarter.to_string(),
            scope: scope.word(),
            position: freeze.knows,
            digest: report.as_of.digest.clone().unwrap_or_default(),
            on: freeze.frozen.on,
            template: TEMPLATE,
            rules: rules_on(&*self.views_as_of(Some(freeze.knows))?, quarter.last_day()),
            size,
            root: self.root_of(size)?,
            figures_sha256: figures_sha256(&report)?,
            files,
        })
    }

    /// The root of the tree over the first events, base64.
    pub(super) fn root_of(&self, size: u64) -> Result<String, Problem> {
        Ok(STANDARD.encode(tree::root(&**self.hashes(), size)?.0))
    }

    /// The report of a freeze, whether it still holds or not, as its edition prints it.
    pub(super) fn edition_report(
        &self,
        quarter: Quarter,
        scope: &Scope,
        freeze: &Freeze,
        edition: Option<usize>,
    ) -> Result<Report, Problem> {
        let asked = Asked { last: Some(freeze.knows), on: Some(freeze.frozen.on) };
        let standing = PeriodStanding {
            state: "frozen",
            frozen_at: Some(freeze.knows),
            digest: self.reader().digest(freeze.knows)?.map(|digest| digest.to_string()),
            edition,
        };
        self.report_standing(&Wanted::all(quarter, scope, asked), Some(standing))
    }

    /// A file of a recorded edition, made again; it is the one that was recorded or none.
    ///
    /// # Errors
    /// [`Problem`]: there is no such edition or format, or this program makes other bytes of it.
    pub fn edition_file(
        &self,
        id: &str,
        number: usize,
        format: &str,
    ) -> Result<(&'static str, Vec<u8>), Problem> {
        let missing = || Problem::not_found(&format!("{id}/{number}/{format}"));
        let made_by = Format::named(format).ok_or_else(missing)?;
        let (quarter, scope, freeze, edition) = {
            let views = self.views()?;
            let report = views.periods.report.get(id).ok_or_else(missing)?;
            let place = number.checked_sub(1).ok_or_else(missing)?;
            let edition = report.editions.get(place).cloned().ok_or_else(missing)?;
            let quarter: Quarter = report.quarter.parse().map_err(|_| missing())?;
            let freeze = views.periods.freeze_at(quarter, edition.position).cloned().ok_or_else(missing)?;
            (quarter, scope_from(&report.scope), freeze, edition)
        };
        let recorded = edition.files.iter().find(|file| file.format == format).ok_or_else(missing)?;
        let report = self.edition_report(quarter, &scope, &freeze, Some(number))?;
        let bytes = made_by.file(&Made::of(self, &report))?;
        if hex::encode(sha256(&bytes)) != recorded.sha256 {
            return Err(Problem::new(StatusCode::CONFLICT, "edition-differs")
                .with("edition", file_name(id, number, format))
                .with("template", edition.template)
                .with("own", TEMPLATE));
        }
        Ok((made_by.media, bytes))
    }
}

/// The scope behind its word in events and JSON.
pub(super) fn scope_from(word: &str) -> Scope {
    match word.split_once('/') {
        Some(("street", code)) => Scope::Street(code.to_owned()),
        Some((_, code)) => Scope::Community(code.to_owned()),
        None => Scope::County,
    }
}
