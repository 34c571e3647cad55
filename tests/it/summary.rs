//! The registers of a report agree with its figures, county by county, street by street, community by community.

use gongjian_core::day::{Day, Quarter};
use gongjian_projections::figures::{Evidence, Figure, Scope, report_with};
use gongjian_projections::summary::{
    self, Frame, OverdueKind, decisions, issues, overdue, projects, repeat_places, wednesdays,
};
use gongjian_projections::views::Views;
use gongjian_tests::{import_folder, memory_ledger, views};

fn agree(views: &Views, quarter: &str, scope: &Scope, on: Day) {
    let quarter: Quarter = quarter.parse().unwrap();
    let report = report_with(views, quarter, scope, on, Evidence::None);
    let frame = Frame::of(views, scope, quarter, on);
    let number = |figure: Figure| usize::try_from(report.figures.number(figure)).unwrap();
    let same = |found: usize, figure: Figure| {
        assert_eq!(found, number(figure), "{} of {} in {quarter}", figure.name(), scope.word());
    };
    same(decisions(&frame).len(), Figure::DecisionsRecorded);

    let late = overdue(&frame);
    let of = |kind: OverdueKind| late.iter().filter(|row| row.kind == kind).count();
    same(of(OverdueKind::Decision), Figure::DecisionsOverdue);
    same(of(OverdueKind::Project), Figure::ProjectsOverdue);
    same(of(OverdueKind::Issue), Figure::PropertyIssuesOverdue);
    assert!(late.iter().all(|row| row.days >= 0 && row.due_on <= frame.end));

    let claimed = projects(&frame);
    same(claimed.iter().filter(|row| quarter.first_day() <= row.claimed_on).count(), Figure::ProjectsClaimed);
    let open = |row: &&summary::ProjectRow| row.accepted_on.is_none() && row.cancelled_on.is_none();
    same(claimed.iter().filter(open).count(), Figure::ProjectsOpen);

    let sheets = wednesdays(&frame);
    let sum = |count: fn(&summary::WednesdayRow) -> usize| sheets.iter().map(count).sum::<usize>();
    same(sum(|row| usize::try_from(row.held).unwrap()), Figure::WednesdayMeetingsHeld);
    same(sum(|row| row.cancelled_on.len()), Figure::WednesdayMeetingsCancelled);
    same(sum(|row| row.missed_on.len()), Figure::WednesdayMeetingsMissed);
    same(sum(|row| row.unrecorded_on.len()), Figure::WednesdayMeetingsUnrecorded);
    same(sum(|row| usize::try_from(row.open).unwrap()), Figure::PropertyIssuesOpen);

    let raised = issues(&frame);
    same(
        raised.iter().filter(|row| quarter.first_day() <= row.raised_on).count(),
        Figure::PropertyIssuesRaised,
    );
    same(raised.iter().filter(|row| row.work.verified_on.is_none()).count(), Figure::PropertyIssuesOpen);
    for place in repeat_places(&frame) {
        assert!(place.issues.len() > 1, "{place:?}");
    }
}

#[test]
fn the_registers_of_a_report_count_what_its_figures_count() {
    let mut writer = memory_ledger();
    import_folder(&mut writer, "wenshang-2022");
    let views = views(&writer);
    let mut scopes = vec![Scope::County];
    scopes.extend(views.registry.street.sorted().iter().map(|(code, _)| Scope::Street((*code).to_owned())));
    scopes.extend(
        views.registry.community.sorted().iter().map(|(code, _)| Scope::Community((*code).to_owned())),
    );
    assert!(scopes.len() > 26);
    for (quarter, on) in [
        ("2022-Q1", "2022-09-30"),
        ("2022-Q2", "2022-09-30"),
        ("2022-Q3", "2022-09-30"),
        ("2022-Q2", "2022-05-18"),
    ] {
        for scope in &scopes {
            agree(&views, quarter, scope, on.parse().unwrap());
        }
    }
}
