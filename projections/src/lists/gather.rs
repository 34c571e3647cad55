//! The rows of every register, from the read models.

use gongjian_core::day::Day;
use gongjian_core::domain::table::{Entry, Table};

use super::row::{Content, Row, What};
use super::{calendar, standing};
use crate::obligations::{self, Filter};
use crate::views::Views;

/// The rows of a table, or the one that is wanted.
fn rows<'v, T: Clone + Default>(
    table: &'v Table<T>,
    only: Option<&str>,
    category: &str,
    what: impl Fn(&'v T) -> What<'v>,
) -> Vec<Row<'v>> {
    rows_with(table, only, category, |_, state| what(state))
}

/// The same, made with the names of their streams.
fn rows_with<'v, T: Clone + Default>(
    table: &'v Table<T>,
    only: Option<&str>,
    category: &str,
    what: impl Fn(&str, &'v T) -> What<'v>,
) -> Vec<Row<'v>> {
    let row = |id: &str| {
        let Entry { revision, state, .. } = table.entry(id)?;
        let stream = format!("{category}/{id}");
        Some(Row { id: id.to_owned(), revision: *revision, what: what(&stream, state), stream })
    };
    match only {
        Some(id) => row(id).into_iter().collect(),
        None => table.iter().filter_map(|(id, _)| row(id)).collect(),
    }
}

/// The obligations that a filter lets pass, as rows.
pub(super) fn obligations<'v>(views: &'v Views, filter: &Filter, on: Day) -> Vec<Row<'v>> {
    obligations::list(views, filter, on)
        .into_iter()
        .map(|obligation| Row {
            id: obligation.id.clone(),
            stream: format!("obligation/{}", obligation.id),
            revision: 0,
            what: What::Obligation(Box::new(obligation)),
        })
        .collect()
}

/// Every row of a register, or `None` if there is no such register. Where only one is wanted, the rows hold it if it is
/// there; what stands in no table is gathered whole all the same.
pub(super) fn rows_of<'v>(views: &'v Views, what: &str, only: Option<&str>, on: Day) -> Option<Vec<Row<'v>>> {
    let Views { registry, agreements, projects, meetings, wednesday, .. } = views;
    Some(match what {
        "streets" => rows(&registry.street, only, "street", What::Street),
        "communities" => rows(&registry.community, only, "community", What::Community),
        "compounds" => rows(&registry.compound, only, "compound", What::Compound),
        "branches" => rows(&registry.branch, only, "branch", What::Branch),
        "grids" => rows(&registry.grid, only, "grid", What::Grid),
        "units" => rows(&registry.unit, only, "unit", What::Unit),
        "posts" => rows(&registry.post, only, "post", What::Post),
        "alliances" => rows(&registry.alliance, only, "alliance", What::Alliance),
        "memberships" => rows(&registry.membership, only, "membership", What::Membership),
        "holidays" => rows(&registry.holiday, only, "holiday", What::Holiday),
        "agreements" => rows(&agreements.agreement, only, "agreement", What::Agreement),
        "commitments" => rows(&agreements.commitment, only, "commitment", What::Commitment),
        "projects" => rows(&projects.project, only, "project", What::Project),
        "series" => rows(&meetings.series, only, "series", What::Series),
        "meetings" => rows(&meetings.meeting, only, "meeting", What::Meeting),
        "topics" => rows(&meetings.topic, only, "topic", What::Topic),
        "decisions" => rows(&meetings.decision, only, "decision", What::Decision),
        "tasks" => rows(&meetings.task, only, "task", What::Task),
        "occurrences" => rows(&wednesday.occurrence, only, "occurrence", What::Occurrence),
        "issues" => rows(&wednesday.issue, only, "issue", What::Issue),
        "rules" => rows(&views.rules.rule, only, "rule", |rule| What::Rule(rule, on)),
        "duties" => rows(&views.duties.duty, only, "duty", What::Duty),
        "exemptions" => rows(&views.duties.exemption, only, "obligation", |state| What::Exemption(state, on)),
        "obligations" => obligations(views, &Filter::default(), on),
        "imports" => rows(&views.imports.import, only, "import", What::Import),
        "documents" => rows_with(&views.documents.document, only, "document", |stream, state| {
            What::Document(state, Content::of(views, stream))
        }),
        "holders" => rows_with(&views.documents.holder, only, "holder", |stream, state| {
            What::Holder(state, Content::of(views, stream))
        }),
        "erasures" => rows(&views.documents.erasure, only, "erasure", What::Erasure),
        "periods" => rows_with(&views.periods.period, only, "period", |stream, state| {
            What::Period(state, standing::quarter_of(stream))
        }),
        "reports" => rows(&views.periods.report, only, "report", What::Report),
        "findings" => crate::findings::findings(views, on)
            .into_iter()
            .map(|finding| Row {
                id: finding.id(),
                stream: finding.stream.clone(),
                revision: 0,
                what: What::Finding(Box::new(finding)),
            })
            .collect(),
        "calendar" => calendar::calendar(views, Day::BEGINNING, Day(i32::MAX), None, on)
            .into_iter()
            .map(|entry| Row {
                // In the order of days.
                id: format!("{}:{}:{}", entry.day, entry.kind.word(), entry.stream),
                stream: entry.stream.clone(),
                revision: 0,
                what: What::Entry(Box::new(entry)),
            })
            .collect(),
        _ => return None,
    })
}
