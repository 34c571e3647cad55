//! Checking a file that says it is a report: is it one of the recorded editions, and does the ledger say the same?
//!
//! A file whose digest an edition names is unaltered; what the edition names is recomputed all the same. Any other
//! file is taken at its word about what it is a report of, and every figure of it is compared.

use std::collections::{BTreeMap, BTreeSet};

use gongjian_core::day::{Day, Quarter};
use gongjian_core::domain::facts::Fact;
use gongjian_core::domain::period::Freeze;
use gongjian_core::domain::report::{Act, Edition};
use gongjian_core::record::Position;
use gongjian_projections::figures::{Evidence, Figure, Report};
use gongjian_projections::periods::Found;
use serde::{Deserialize, Serialize};

use super::editions::{self, scope_from};
use super::read::Wanted;
use super::reports::written;
use super::{App, Asked};
use crate::document::Format;
use crate::error::Problem;
use crate::messages::Language;
use crate::offline::report::{Claimed, FigureTexts, figures_of};
use crate::package::sha256;

/// A file as it is asked about: its digest, and what a reader of its format found in it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Claim {
    /// SHA-256 of its bytes, 64 hexadecimal digits.
    pub sha256: String,
    /// What it claims; none where no reader knows its format.
    pub claimed: Option<Claimed>,
    /// Its format, where it is one of documents: then it must be what the ledger makes, to the byte.
    #[serde(default)]
    pub document: Option<String>,
}

/// The edition that a file belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordedFile {
    /// The report's id.
    pub id: String,
    /// `2022-Q2`.
    pub quarter: String,
    /// `county`, `street/S01`, `community/C01`.
    pub scope: String,
    /// The edition's number.
    pub edition: usize,
    /// How many editions there are.
    pub editions: usize,
    /// The file's format.
    pub format: String,
    /// Where the edition stands.
    pub state: String,
    /// The last event that it counts.
    pub position: Position,
    /// That event's digest.
    pub digest: String,
    /// The day as of which it is judged.
    pub on: Day,
    /// Events up to that one.
    pub size: u64,
    /// Root of the tree over them, base64.
    pub root: String,
    /// Version of the template.
    pub template: u16,
    /// The event that tells where it stands, and its day.
    pub told_at: Position,
    /// That event's day.
    pub told_on: Day,
    /// For whom it was published.
    pub audience: Option<String>,
    /// How many errata it has.
    pub errata: usize,
}

/// One figure that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Different {
    /// `county`, `street/S01`, `community/C01`.
    pub scope: String,
    /// Its name.
    pub name: String,
    /// The Chinese name.
    pub label: String,
    /// What the file says; none where it says nothing.
    pub file: Option<String>,
    /// What the ledger says; none where it knows no such figure.
    pub ledger: Option<String>,
}

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum Wrong {
    /// It is no recorded file, and says nothing of what it is a report of.
    Unidentified,
    /// It is of another ledger.
    OtherOrigin {
        /// This ledger.
        expected: String,
        /// The file's.
        found: String,
    },
    /// The ledger has not come so far.
    Beyond {
        /// The file's position.
        position: Position,
        /// Events of the ledger.
        size: u64,
    },
    /// At that position the ledger has another event: one of the two is another history.
    OtherHistory {
        /// The position.
        position: Position,
        /// The digest in the ledger.
        expected: String,
        /// The digest in the file or its edition.
        found: String,
    },
    /// The events up to the edition's have another root than was recorded.
    OtherRoot {
        /// How many events.
        size: u64,
        /// The recorded root.
        expected: String,
        /// The root now.
        found: String,
    },
    /// It is of a quarter or scope that there is not.
    NoSuchReport {
        /// The quarter.
        quarter: String,
        /// The scope.
        scope: String,
    },
    /// Figures differ.
    Figures {
        /// How many.
        count: usize,
    },
    /// The ledger counts otherwise now than when the edition was recorded.
    Recounted,
    /// It was made by another version of the layout, so that it cannot be made again.
    OtherTemplate {
        /// This program's.
        expected: u16,
        /// The file's.
        found: u16,
    },
    /// The figures that can be read are right, and still the file is not the one that the ledger makes.
    Remade,
}

/// What came of checking a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Checked {
    /// The name of the ledger.
    pub origin: Option<String>,
    /// Its events.
    pub size: u64,
    /// The edition that the file belongs to, bytes unaltered.
    pub recorded: Option<RecordedFile>,
    /// What it is a report of, by its own word, where it is no recorded file.
    pub claimed: Option<Claimed>,
    /// How many figures were recomputed and compared.
    pub compared: usize,
    /// The whole report was recomputed, byte by byte of its canonical JSON.
    pub recomputed: bool,
    /// The figures that differ, at most so many.
    pub differences: Vec<Different>,
    /// The first thing that is wrong.
    pub wrong: Option<Wrong>,
}

/// Figures that an answer names one by one.
const DIFFERENCES_MAX: usize = 200;

impl App {
    /// Checks a file.
    ///
    /// # Errors
    /// [`Problem`] if the log cannot be read; what is wrong with the file is in the answer.
    pub fn check_claim(&self, claim: &Claim) -> Result<Checked, Problem> {
        let found = {
            let views = self.views()?;
            let found = views.periods.files(&claim.sha256).next();
            found.map(|it| (RecordedFile::of(&it), it.edition.clone()))
        };
        let mut checked = Checked {
            origin: self.origin()?,
            size: self.reader().size(),
            recorded: None,
            claimed: None,
            compared: 0,
            recomputed: false,
            differences: Vec::new(),
            wrong: None,
        };
        match found {
            Some((file, edition)) => {
                checked.wrong = self.check_edition(&file, &edition, claim.claimed.as_ref(), &mut checked)?;
                checked.recorded = Some(file);
            }
            None => {
                checked.wrong = self.check_word(claim, &mut checked)?;
                // The figures were compared and would only be said again.
                let bare = |claimed: &Claimed| Claimed { figures: FigureTexts::new(), ..claimed.clone() };
                checked.claimed = claim.claimed.as_ref().map(bare);
            }
        }
        Ok(checked)
    }

    /// A recorded file: is the ledger still the one that it was made from, and does it say the same?
    fn check_edition(
        &self,
        file: &RecordedFile,
        edition: &Edition,
        claimed: Option<&Claimed>,
        checked: &mut Checked,
    ) -> Result<Option<Wrong>, Problem> {
        if let Some(wrong) = self.other_history(file.position, &file.digest)? {
            return Ok(Some(wrong));
        }
        let root = self.root_of(file.size)?;
        if root != file.root {
            let (size, expected) = (file.size, file.root.clone());
            return Ok(Some(Wrong::OtherRoot { size, expected, found: root }));
        }
        let (Some(quarter), scope) = (file.quarter.parse::<Quarter>().ok(), scope_from(&file.scope)) else {
            return Ok(Some(no_such(&file.quarter, &file.scope)));
        };
        let freeze = self.views()?.periods.freeze_at(quarter, file.position).cloned();
        let freeze = freeze.unwrap_or_else(|| freeze_of(edition));
        let report = self.edition_report(quarter, &scope, &freeze, Some(file.edition))?;
        if file.template == editions::TEMPLATE && editions::figures_sha256(&report)? == edition.figures_sha256
        {
            let figures = figures_of(&report);
            checked.compared = figures.values().map(|of_scope| of_scope.len()).sum();
            checked.recomputed = true;
            return Ok(None);
        }
        // Made by another template, or by a program that counts otherwise: the figures decide, where there are any.
        let wrong = claimed.and_then(|claimed| compare(claimed, &figures_of(&report), checked));
        Ok(wrong.or((file.template == editions::TEMPLATE).then_some(Wrong::Recounted)))
    }

    /// A file that nobody recorded: what it claims, step by step.
    fn check_word(&self, claim: &Claim, checked: &mut Checked) -> Result<Option<Wrong>, Problem> {
        let Some(claimed) = claim.claimed.as_ref() else { return Ok(Some(Wrong::Unidentified)) };
        let (Some(found), Some(position), Some(digest)) =
            (&claimed.origin, claimed.position, &claimed.digest)
        else {
            return Ok(Some(Wrong::Unidentified));
        };
        let own = checked.origin.clone().unwrap_or_default();
        if *found != own {
            return Ok(Some(Wrong::OtherOrigin { expected: own, found: found.clone() }));
        }
        if let Some(wrong) = self.other_history(position, digest)? {
            return Ok(Some(wrong));
        }
        let on = claimed.on.as_ref().and_then(|on| on.parse::<Day>().ok());
        let (Some(on), Some(quarter)) = (on, claimed.quarter.parse::<Quarter>().ok()) else {
            return Ok(Some(no_such(&claimed.quarter, &claimed.scope)));
        };
        let scope = scope_from(&claimed.scope);
        let is_scope = scope.word() == claimed.scope;
        let asked = Asked { last: Some(position), on: Some(on) };
        let format = match claim.document.as_deref() {
            Some(word) => {
                let known = Format::named(word);
                Some(known.ok_or_else(|| Problem::unreadable("document", word, Format::Xlsx.word()))?)
            }
            None => None,
        };
        // A document shows the events behind its figures.
        let evidence = if format.is_some() { Evidence::All } else { Evidence::None };
        match self.report_standing(&Wanted { evidence, ..Wanted::all(quarter, &scope, asked) }, None) {
            Ok(report) if is_scope => {
                if let Some(wrong) = compare(claimed, &figures_of(&report), checked) {
                    return Ok(Some(wrong));
                }
                match (format, claimed.template) {
                    (Some(_), Some(found)) if found != editions::TEMPLATE => {
                        Ok(Some(Wrong::OtherTemplate { expected: editions::TEMPLATE, found }))
                    }
                    (Some(format), _) => self.check_bytes(&report, format, &claim.sha256, checked),
                    // Of a file that shows no figure nothing was compared.
                    (None, _) => Ok((checked.compared == 0).then_some(Wrong::Unidentified)),
                }
            }
            Err(problem) if problem.code != "not-found" => Err(problem),
            _ => Ok(Some(no_such(&claimed.quarter, &claimed.scope))),
        }
    }

    /// Whether the ledger makes the same file of its report, in one of the languages.
    fn check_bytes(
        &self,
        report: &Report,
        format: Format,
        sha256_of_file: &str,
        checked: &mut Checked,
    ) -> Result<Option<Wrong>, Problem> {
        for language in [Language::Chinese, Language::English] {
            let made = written(&self.document_of(report, language.text())?, format, language.text())?;
            if hex::encode(sha256(&made)) == sha256_of_file {
                checked.recomputed = true;
                return Ok(None);
            }
        }
        Ok(Some(Wrong::Remade))
    }

    /// Whether the ledger has another event at a position than the one with this digest, or none.
    fn other_history(&self, position: Position, digest: &str) -> Result<Option<Wrong>, Problem> {
        let Some(own) = self.reader().digest(position)? else {
            return Ok(Some(Wrong::Beyond { position, size: self.reader().size() }));
        };
        let own = own.to_string();
        Ok((own != digest).then(|| Wrong::OtherHistory { position, expected: own, found: digest.to_owned() }))
    }
}

fn no_such(quarter: &str, scope: &str) -> Wrong {
    Wrong::NoSuchReport { quarter: quarter.to_owned(), scope: scope.to_owned() }
}

/// The freeze that an edition was made of, as far as the edition itself says.
fn freeze_of(edition: &Edition) -> Freeze {
    let frozen = Fact { on: edition.on, at: edition.size };
    Freeze { knows: edition.position, frozen, post: String::new(), reopened: None }
}

impl RecordedFile {
    fn of(found: &Found<'_>) -> RecordedFile {
        let edition = found.edition;
        let acts: [Option<&Act>; 3] =
            [edition.published.as_ref(), edition.approved.as_ref(), edition.reviewed.as_ref()];
        let told = acts.into_iter().flatten().next().unwrap_or(&edition.generated).fact;
        RecordedFile {
            id: found.id.to_owned(),
            quarter: found.report.quarter.clone(),
            scope: found.report.scope.clone(),
            edition: found.number,
            editions: found.report.editions.len(),
            format: found.file.format.clone(),
            state: edition.state().to_owned(),
            position: edition.position,
            digest: edition.digest.clone(),
            on: edition.on,
            size: edition.size,
            root: edition.root.clone(),
            template: edition.template,
            told_at: told.at,
            told_on: told.on,
            audience: edition.audience.clone(),
            errata: edition.errata.len(),
        }
    }
}

/// Compares every figure, in the order of the report.
fn compare(claimed: &Claimed, own: &FigureTexts, checked: &mut Checked) -> Option<Wrong> {
    let nothing = BTreeMap::new();
    let mut found = Vec::new();
    let scopes: BTreeSet<&String> = own.keys().chain(claimed.figures.keys()).collect();
    for scope in scopes {
        let file = claimed.figures.get(scope).unwrap_or(&nothing);
        let ledger = own.get(scope).unwrap_or(&nothing);
        let names: BTreeSet<&String> = ledger.keys().chain(file.keys()).collect();
        for name in names {
            let (said, right) = (file.get(name), ledger.get(name));
            if said.is_none() && claimed.partial {
                continue;
            }
            checked.compared += 1;
            if said != right {
                found.push(Different {
                    scope: scope.clone(),
                    name: name.clone(),
                    label: label(name),
                    file: said.cloned(),
                    ledger: right.cloned(),
                });
            }
        }
    }
    let place = |name: &str| {
        let first = name.split('.').next().unwrap_or_default();
        Figure::named(first).map_or(usize::MAX, |figure| figure as usize)
    };
    found.sort_by_key(|it| (it.scope != claimed.scope, it.scope.clone(), place(&it.name)));
    let count = found.len();
    found.truncate(DIFFERENCES_MAX);
    checked.differences = found;
    (count > 0).then_some(Wrong::Figures { count })
}

/// What people call a figure: of a part of a balance or breakdown, the figure with the part behind it.
fn label(name: &str) -> String {
    let figure = |name: &str| Figure::named(name).map(|figure| figure.chinese().to_owned());
    let parts: Vec<&str> = name.split('.').filter(|part| !matches!(*part, "balance" | "of")).collect();
    let called = parts.iter().map(|part| figure(part).unwrap_or_else(|| (*part).to_owned()));
    called.collect::<Vec<_>>().join("·")
}
