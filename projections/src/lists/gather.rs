//! The rows of every register, from the read models.

use gongjian_core::day::Day;
use gongjian_core::domain::table::{Entry, Table};

use super::row::{Content, Row, What};
use super::{calendar, standing};
use crate::obligations::{self, Filter};
use crate::views::Views;

/// The rows of a table.
fn rows<'v, T: Clone + Default>(
    table: &'v Table<T>,
    category: &str,
    what: impl Fn(&'v T) -> What<'v>,
) -> Vec<Row<'v>> {
    rows_with(table, category, |_, state| what(state))
}

/// The rows of a table, made with the names of their streams.
fn rows_with<'v, T: Clone + Default>(
    table: &'v Table<T>,
    category: &str,
    what: impl Fn(&str, &'v T) -> What<'v>,
) -> Vec<Row<'v>> {
    table
        .iter()
        .filter_map(|(id, _)| table.entry(id).map(|entry| (id, entry)))
        .map(|(id, Entry { revision, state, .. })| {
            let stream = format!("{category}/{id}");
            Row { id: id.to_owned(), revision: *revision, what: what(&stream, state), stream }
        })
        .collect()
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

/// Every row of a register, or `None` if there is no such register.
pub(super) fn all<'v>(views: &'v Views, what: &str, on: Day) -> Option<Vec<Row<'v>>> {
    let Views { registry, agreements, projects, meetings, wednesday, .. } = views;
    Some(match what {
        "streets" => rows(&registry.street, "street", What::Street),
        "communities" => rows(&registry.community, "community", What::Community),
        "compounds" => rows(&registry.compound, "compound", What::Compound),
        "branches" => rows(&registry.branch, "branch", What::Branch),
        "grids" => rows(&registry.grid, "grid", What::Grid),
        "units" => rows(&registry.unit, "unit", What::Unit),
        "posts" => rows(&registry.post, "post", What::Post),
        "alliances" => rows(&registry.alliance, "alliance", What::Alliance),
        "memberships" => rows(&registry.membership, "membership", What::Membership),
        "holidays" => rows(&registry.holiday, "holiday", What::Holiday),
        "agreements" => rows(&agreements.agreement, "agreement", What::Agreement),
        "commitments" => rows(&agreements.commitment, "commitment", What::Commitment),
        "projects" => rows(&projects.project, "project", What::Project),
        "series" => rows(&meetings.series, "series", What::Series),
        "meetings" => rows(&meetings.meeting, "meeting", What::Meeting),
        "topics" => rows(&meetings.topic, "topic", What::Topic),
        "decisions" => rows(&meetings.decision, "decision", What::Decision),
        "tasks" => rows(&meetings.task, "task", What::Task),
        "occurrences" => rows(&wednesday.occurrence, "occurrence", What::Occurrence),
        "issues" => rows(&wednesday.issue, "issue", What::Issue),
        "rules" => rows(&views.rules.rule, "rule", |rule| What::Rule(rule, on)),
        "duties" => rows(&views.duties.duty, "duty", What::Duty),
        "exemptions" => rows(&views.duties.exemption, "obligation", |state| What::Exemption(state, on)),
        "obligations" => obligations(views, &Filter::default(), on),
        "imports" => rows(&views.imports.import, "import", What::Import),
        "documents" => rows_with(&views.documents.document, "document", |stream, state| {
            What::Document(state, Content::of(views, stream))
        }),
        "holders" => rows_with(&views.documents.holder, "holder", |stream, state| {
            What::Holder(state, Content::of(views, stream))
        }),
        "erasures" => rows(&views.documents.erasure, "erasure", What::Erasure),
        "periods" => rows_with(&views.periods.period, "period", |stream, state| {
            What::Period(state, standing::quarter_of(stream))
        }),
        "reports" => rows(&views.periods.report, "report", What::Report),
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
