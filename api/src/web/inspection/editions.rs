//! How far a quarter has come from draft to publication: what can be done next, and its editions.

use axum::http::StatusCode;
use gongjian_core::day::Quarter;
use gongjian_core::domain::report::{Act, Edition, File, id_of};
use gongjian_core::record::Position;

use super::super::Visit;
use super::super::cells::{Cell, encoded};
use super::{light, linked, record_link};
use crate::access::Right;
use crate::error::Problem;
use crate::messages::Text;

/// One edition as the page shows it.
pub(super) struct EditionRow {
    pub(super) number: String,
    pub(super) light: Cell,
    pub(super) known: Cell,
    pub(super) acts: String,
    pub(super) files: Vec<(String, String)>,
}

/// How far the quarter has come.
pub(super) struct Stands {
    pub(super) actions: Vec<(String, String)>,
    pub(super) generates: bool,
    pub(super) editions: Vec<EditionRow>,
    pub(super) since: Option<(Position, usize)>,
}

impl Stands {
    /// Where the report of a scope stands.
    ///
    /// # Errors
    /// [`Problem`] if the read models cannot be asked.
    pub(super) fn of(visit: &Visit, quarter: Quarter, scope: &str) -> Result<Stands, Problem> {
        let t = visit.text;
        let period_stream = format!("period/{quarter}");
        let id = id_of(quarter, scope);
        let report_stream = format!("report/{id}");
        let (editions, has_edition, frozen, since) = {
            let views = visit.app().views()?;
            let periods = &views.periods;
            let report = periods.report_of(quarter, scope);
            let editions: Vec<EditionRow> = report
                .map(|report| {
                    (1..).zip(&report.editions).map(|(number, it)| edition(&id, number, it, t)).collect()
                })
                .unwrap_or_default();
            let frozen = periods.frozen(quarter).map(|freeze| freeze.knows);
            let has = report.is_some_and(|report| {
                report.editions.last().is_some_and(|edition| Some(edition.position) == frozen)
            });
            let last = periods.period.get(&quarter.to_string()).and_then(|period| period.freezes.last());
            let since = last.map(|freeze| {
                let after = periods.after(freeze.knows);
                (
                    freeze.knows,
                    after.iter().filter(|it| it.corrects || it.occurred <= quarter.last_day()).count(),
                )
            });
            (editions, has, frozen, since)
        };
        let mut actions = Vec::new();
        if visit.caller.may(Right::Record) {
            let mut streams = vec![(period_stream, "period.freeze")];
            if !editions.is_empty() {
                streams.push((report_stream, ""));
            }
            let back = encoded(&visit.query.link(&format!("/reports/{quarter}"), &[("done", "")]));
            for (stream, first) in streams {
                let allowed = match visit.app().allowed(&stream) {
                    Ok(allowed) => allowed,
                    // A quarter that was never frozen has no stream yet.
                    Err(problem) if problem.status == StatusCode::NOT_FOUND => vec![first],
                    Err(problem) => return Err(problem),
                };
                for command in allowed.into_iter().filter(|it| !it.is_empty() && *it != "report.generate") {
                    let over = quarter.last_day() < visit.app().today();
                    if command != "period.freeze" || over {
                        let link = format!("/do/{command}?stream={}&back={back}", encoded(&stream));
                        actions.push((link, t.command(command)));
                    }
                }
            }
        }
        Ok(Stands { actions, generates: frozen.is_some() && !has_edition, editions, since })
    }
}

fn edition(id: &str, number: usize, it: &Edition, t: Text) -> EditionRow {
    let state = it.state();
    let (look, shape) = if state == "published" { ("ok", "●") } else { ("warn", "▲") };
    let acts = [
        ("reports-generated", Some(&it.generated)),
        ("reports-reviewed", it.reviewed.as_ref()),
        ("reports-approved", it.approved.as_ref()),
        ("reports-published", it.published.as_ref()),
    ];
    let told = |(key, act): (&str, Option<&Act>)| {
        let act = act?;
        Some(t.get(key, &[("day", &t.day(act.fact.on)), ("post", &act.post)]))
    };
    let acts: Vec<String> = acts.into_iter().filter_map(told).collect();
    let file = |file: &File| {
        (format!("/api/v1/reports/{}/editions/{number}/{}", encoded(id), file.format), file.format.clone())
    };
    EditionRow {
        number: t.get("reports-nth", &[("number", &number.to_string())]),
        light: light(look, shape, t.state("report", state)),
        known: linked(it.position.to_string(), record_link(it.position)),
        acts: t.remarks(&acts),
        files: it.files.iter().map(file).collect(),
    }
}
