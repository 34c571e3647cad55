//! Bringing workbooks in (导入表格): choose, check, look at what would be recorded, submit all at once.

mod spool;
mod told;

use askama::Template;
use axum::http::StatusCode;
use gongjian_core::command::parse_id;

pub(in crate::web) use spool::plain_name;

use super::cells::encoded;
use super::{Fields, Frame, Seen, Shown, Visit, near};
use crate::access::may_do;
use crate::app::{Imported, ShownEvent};
use crate::document::xlsx;
use crate::error::Problem;
use crate::import::{Options, read_all};
use crate::output;
use crate::workbook::marked::{Mark, mark};
use crate::workbook::{Fault, Kind, template};
use spool::{FILES_MAX, Spool};
use told::{Counts, FaultRow};

/// Faults that one page shows; all stand in the marked workbook and in the list.
const FAULTS: usize = 200;
/// Rows gone that one page shows.
const MISSING: usize = 100;
/// Endings of files that are taken.
const ENDINGS: &[&str] = &[".xlsx", ".csv"];

/// A step as the line above shows it.
struct StepShown {
    words: String,
    here: bool,
    done: bool,
}

fn steps(visit: &Visit, here: usize) -> Vec<StepShown> {
    let words = ["choose", "check", "preview", "submit", "done"];
    let step = |(number, word): (usize, &&str)| StepShown {
        words: visit.text.plain(&format!("import-step-{word}")),
        here: number == here,
        done: number < here,
    };
    words.iter().enumerate().map(step).collect()
}

#[derive(Template)]
#[template(path = "import.html")]
struct BeginPage {
    frame: Frame,
    steps: Vec<StepShown>,
    fault: String,
    correct: String,
    /// Title, blank workbook, workbook with what the ledger has.
    books: Vec<(&'static str, String, String)>,
}

#[derive(Template)]
#[template(path = "import-check.html")]
struct CheckPage {
    frame: Frame,
    steps: Vec<StepShown>,
    path: String,
    /// Name, reporting unit, day, rows, and whether it was imported before.
    files: Vec<(String, String, String, usize, bool)>,
    faults: Vec<FaultRow>,
    total: usize,
    several: bool,
    /// Marked workbooks: link and name.
    marked: Vec<(String, String)>,
    contradicts: bool,
    correct: String,
    asks_reason: bool,
    notes: Vec<String>,
    counts: Counts,
    nothing: bool,
}

#[derive(Template)]
#[template(path = "import-done.html")]
struct DonePage {
    frame: Frame,
    steps: Vec<StepShown>,
    records: String,
    id: String,
    again: bool,
}

/// Where to choose files.
pub(super) fn begin(visit: &Visit) -> Seen {
    beginning(visit, String::new(), "")
}

fn beginning(visit: &Visit, fault: String, correct: &str) -> Seen {
    let t = visit.text;
    let book = |kind: Kind| {
        let name = kind.name();
        (kind.spec().title, format!("/import/blank/{name}"), format!("/api/v1/workbooks/{name}"))
    };
    let mut frame = visit.frame(t.plain("page-import"));
    frame.faulty = !fault.is_empty();
    let status = if fault.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = BeginPage {
        steps: steps(visit, 0),
        correct: correct.to_owned(),
        books: Kind::ALL.into_iter().map(book).collect(),
        fault,
        frame,
    };
    Shown::with(status, &page)
}

/// Takes files in; nothing is recorded yet.
pub(super) fn upload(visit: &Visit, given: &Fields) -> Seen {
    let t = visit.text;
    let files: Vec<_> = given.files.iter().filter(|file| file.field == "files").cloned().collect();
    if files.is_empty() {
        return beginning(visit, t.plain("import-no-file"), given.get("correct"));
    }
    if files.len() > FILES_MAX {
        let fault = t.get("many-files", &[("limit", &FILES_MAX.to_string())]);
        return beginning(visit, fault, given.get("correct"));
    }
    let taken = |name: &str| {
        let name = name.to_lowercase();
        ENDINGS.iter().any(|ending| name.ends_with(ending))
    };
    if let Some(file) = files.iter().find(|file| !taken(&file.name)) {
        let name = plain_name(&file.name);
        return beginning(visit, t.get("import-not-taken", &[("name", &name)]), given.get("correct"));
    }
    let reason = Some(given.get("correct").to_owned()).filter(|reason| !reason.is_empty());
    let spool = Spool::take(visit, &files, reason)?;
    Ok(Shown::Elsewhere(format!("/import/{}", spool.id)))
}

/// What is wrong with the files, or what they would record.
pub(super) fn look(visit: &Visit) -> Seen {
    let spool = Spool::open(visit, visit.part("id"))?;
    match &spool.about.import {
        Some(import) => Ok(Shown::Elsewhere(place_of_done(import, false))),
        None => check(visit, &spool, false),
    }
}

/// Files, and what an import says of them without recording anything.
fn tried(visit: &Visit, spool: &Spool, dry_run: bool) -> Result<Imported, Problem> {
    // Rows of a workbook may be about any community.
    may_do(&visit.caller, "import.record", None)?;
    let account = visit.caller.account();
    let options = Options { correct: spool.about.correct.clone(), dry_run, account };
    visit.app().import_or_faults(read_all(&spool.inputs()?), options, visit.text)
}

fn check(visit: &Visit, spool: &Spool, asks_reason: bool) -> Seen {
    let imported = tried(visit, spool, true)?;
    checked(visit, spool, imported, asks_reason)
}

fn checked(visit: &Visit, spool: &Spool, imported: Imported, asks_reason: bool) -> Seen {
    let t = visit.text;
    let path = format!("/import/{}", spool.id);
    let mut page = CheckPage {
        frame: visit.frame(t.plain("import-title")).wide(),
        steps: steps(visit, 1),
        files: Vec::new(),
        faults: Vec::new(),
        total: 0,
        several: spool.about.names.len() > 1,
        marked: Vec::new(),
        contradicts: false,
        correct: spool.about.correct.clone().unwrap_or_default(),
        asks_reason,
        notes: Vec::new(),
        counts: Counts::default(),
        nothing: false,
        path: path.clone(),
    };
    match imported {
        Imported::Faulty(faults) => {
            page.frame.faulty = true;
            page.total = faults.len();
            page.contradicts = faults.iter().any(|fault| fault.problem.code() == "conflict");
            let mut names = near::Known::default();
            let shown = faults.iter().take(FAULTS);
            page.faults = shown.map(|fault| told::row(visit, fault, &mut names)).collect();
            let workbooks = spool.about.names.iter().enumerate().filter(|(_, name)| {
                let cells = faults.iter().any(|fault| fault.file == **name && !fault.cell.is_empty());
                cells && name.to_lowercase().ends_with(".xlsx")
            });
            let link = |(number, name): (usize, &String)| (format!("{path}/marked/{number}"), name.clone());
            page.marked = workbooks.map(link).collect();
            if faults.len() > FAULTS {
                page.notes
                    .push(t.get("import-more-faults", &[("count", &(faults.len() - FAULTS).to_string())]));
            }
            Shown::with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Imported::Done(outcome) => {
            page.steps = steps(visit, 2);
            page.nothing = outcome.import.is_none();
            for file in &outcome.files {
                let day = t.day(file.as_of);
                page.files.push((file.file.clone(), file.reporting_unit.clone(), day, file.rows, file.known));
                let mut say = |key: &str, columns: &[String]| {
                    if !columns.is_empty() {
                        page.notes.push(t.get(key, &[("columns", &t.listed(columns))]));
                    }
                };
                say("import-dropped", &file.dropped);
                say("import-ignored", &file.ignored);
            }
            page.notes.extend(outcome.warnings.iter().map(|warning| warning.detail.clone()));
            page.counts = told::counts(visit, &outcome);
            page.counts.missing.truncate(MISSING);
            Shown::page(&page)
        }
    }
}

/// Submits, or decides how contradictions are taken.
pub(super) fn decide(visit: &Visit, given: &Fields) -> Seen {
    let mut spool = Spool::open(visit, visit.part("id"))?;
    if let Some(import) = &spool.about.import {
        return Ok(Shown::Elsewhere(place_of_done(import, true)));
    }
    match given.get("go") {
        "correct" if given.get("correct").is_empty() => check(visit, &spool, true),
        "correct" => {
            spool.correct(Some(given.get("correct").to_owned()))?;
            Ok(Shown::Elsewhere(format!("/import/{}", spool.id)))
        }
        "plain" => {
            spool.correct(None)?;
            Ok(Shown::Elsewhere(format!("/import/{}", spool.id)))
        }
        _ => match tried(visit, &spool, false)? {
            Imported::Done(outcome) => {
                visit.app().save_views();
                let import = outcome.import.clone();
                spool.done(import.clone())?;
                Ok(Shown::Elsewhere(place_of_done(&import.unwrap_or_default(), false)))
            }
            // The ledger has moved on since the check.
            faulty => checked(visit, &spool, faulty, false),
        },
    }
}

/// The page of an import that is recorded; the register of imports where nothing was.
fn place_of_done(import: &str, again: bool) -> String {
    match import.split_once('/') {
        Some((_, number)) => {
            format!("/import/done/{}{}", encoded(number), if again { "?again=true" } else { "" })
        }
        None => "/imports".to_owned(),
    }
}

/// What was recorded.
pub(super) fn done(visit: &Visit) -> Seen {
    let t = visit.text;
    let number = visit.part("number");
    let reader = visit.app().reader();
    let first = reader.stream(&format!("import/{number}")).first().copied();
    let first = first.ok_or_else(|| Problem::not_found(number))?;
    let Some(ShownEvent::Whole(event)) = visit.app().event(first, false)? else {
        return Err(Problem::not_found(number));
    };
    let range = parse_id(&event.command_id).and_then(|id| reader.command(&id)).unwrap_or(first..first + 1);
    let args = [("first", range.start.to_string()), ("last", (range.end - 1).to_string())];
    let args = args.each_ref().map(|(name, value)| (*name, value.as_str()));
    Shown::page(&DonePage {
        frame: visit.frame(t.plain("import-done-title")),
        steps: steps(visit, 4),
        records: t.get("import-recorded", &args),
        id: number.to_owned(),
        again: visit.query.get("again") == "true",
    })
}

/// One of the files with its faults in red.
pub(super) fn marked(visit: &Visit) -> Seen {
    let spool = Spool::open(visit, visit.part("id"))?;
    let nothing = || Problem::not_found(visit.part("file"));
    let number: usize = visit.part("file").parse().map_err(|_| nothing())?;
    let name = spool.about.names.get(number).cloned().ok_or_else(nothing)?;
    let faults = faults_of(visit, &spool)?;
    let inputs = spool.inputs()?;
    let input = inputs.get(number).ok_or_else(nothing)?;
    let own = faults.iter().filter(|fault| fault.file == name);
    let mut names = near::Known::default();
    let marks: Vec<Mark<'_>> = own
        .map(|fault| {
            let row = told::row(visit, fault, &mut names);
            Mark { fault, words: visit.text.statements(&[row.problem, row.fix]) }
        })
        .collect();
    let bytes = mark(&input.bytes, &marks).ok_or_else(nothing)?;
    let plain = name.rsplit_once('.').map_or(name.as_str(), |(plain, _)| plain);
    let name = visit.text.get("import-marked-name", &[("name", plain)]);
    Ok(Shown::File { media: xlsx::MEDIA, name: Some(format!("{name}.xlsx")), bytes })
}

fn faults_of(visit: &Visit, spool: &Spool) -> Result<Vec<Fault>, Problem> {
    match spool.about.import.is_none().then(|| tried(visit, spool, true)).transpose()? {
        Some(Imported::Faulty(faults)) => Ok(faults),
        _ => Ok(Vec::new()),
    }
}

/// Every fault as a list for a spreadsheet.
pub(super) fn faults(visit: &Visit) -> Seen {
    let t = visit.text;
    let spool = Spool::open(visit, visit.part("id"))?;
    let headers = ["file", "sheet", "cell", "given", "recorded", "problem", "fix"];
    let faults = faults_of(visit, &spool)?;
    let mut names = near::Known::default();
    let rows = output::Rows {
        headers: headers.map(|key| t.plain(&format!("import-column-{key}"))).to_vec(),
        rows: faults
            .iter()
            .map(|fault| told::row(visit, fault, &mut names).cells().map(str::to_owned).to_vec())
            .collect(),
    };
    let name = format!("{}.csv", t.plain("import-faults-name"));
    Ok(Shown::File { media: output::csv::MEDIA, name: Some(name), bytes: output::csv::write(&rows) })
}

/// A workbook to fill in.
pub(super) fn blank(visit: &Visit) -> Seen {
    let kind = Kind::of_name(visit.part("kind")).ok_or_else(|| Problem::not_found(visit.part("kind")))?;
    let bytes = template(kind).map_err(|error| Problem::internal(&error))?;
    Ok(Shown::File { media: xlsx::MEDIA, name: Some(format!("{}.xlsx", kind.spec().title)), bytes })
}
