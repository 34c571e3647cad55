//! Work that is completed, on paper, when a quarter ends.

use std::collections::BTreeMap;

use gongjian_core::day::{Day, Quarter};
use gongjian_core::domain::facts::Fact;

use super::{BURST_DAYS, BURST_MIN, BURST_SHARE, Code, Out};
use crate::views::Views;

/// What a community completed in a quarter.
#[derive(Default)]
struct Completed {
    all: usize,
    /// In the quarter's last days.
    late: Vec<(Fact, String)>,
}

pub(super) fn find(out: &mut Out<'_>) {
    let mut quarters: BTreeMap<(&str, i32, u32), Completed> = BTreeMap::new();
    let on = out.on;
    each_completion(out.views, |community, category, id, fact| {
        let quarter = fact.on.quarter();
        // A quarter that is not over has no end yet.
        if quarter.last_day() > on {
            return;
        }
        let completed = quarters.entry((community, quarter.year, quarter.number)).or_default();
        completed.all += 1;
        if fact.on >= first_of_burst(quarter) {
            completed.late.push((fact, format!("{category}/{id}")));
        }
    });
    for ((community, year, number), mut completed) in quarters {
        let late = completed.late.len();
        if late < BURST_MIN || late * BURST_SHARE <= completed.all {
            continue;
        }
        let quarter = Quarter { year, number };
        let args = vec![
            ("quarter", quarter.to_string()),
            ("count", late.to_string()),
            ("all", completed.all.to_string()),
            ("days", BURST_DAYS.to_string()),
        ];
        let (stream, day) = (format!("community/{community}"), quarter.last_day());
        if let Some(finding) = out.day(Code::QuarterEndBurst, stream, Some(community), day, None, args) {
            completed.late.sort_unstable_by_key(|(fact, _)| fact.at);
            finding.positions.extend(completed.late.iter().map(|(fact, _)| fact.at));
            finding.streams.extend(completed.late.into_iter().map(|(_, stream)| stream));
        }
    }
}

fn first_of_burst(quarter: Quarter) -> Day {
    quarter.next().first_day().plus(-i32::try_from(BURST_DAYS).unwrap_or(0))
}

/// Every work that was completed, by its community.
fn each_completion<'v>(views: &'v Views, mut each: impl FnMut(&'v str, &str, &'v str, Fact)) {
    let mut put = |community: Option<&'v str>, category: &str, id: &'v str, completed: Option<Fact>| {
        if let (Some(community), Some(fact)) = (community, completed) {
            each(community, category, id, fact);
        }
    };
    let community_of_meeting = |meeting: &str| views.meetings.meeting.get(meeting).map(|it| &*it.community);
    for (id, commitment) in views.agreements.commitment.iter() {
        let agreement = views.agreements.agreement.get(&commitment.agreement);
        let community = agreement.and_then(|it| views.registry.community_of_alliance(&it.alliance));
        put(community, "commitment", id, commitment.work.completed);
    }
    for (id, project) in views.projects.project.iter() {
        put(Some(&project.community), "project", id, project.submitted);
    }
    for (id, decision) in views.meetings.decision.iter() {
        put(community_of_meeting(&decision.meeting), "decision", id, decision.work.completed);
    }
    for (id, task) in views.meetings.task.iter() {
        let decision = views.meetings.decision.get(&task.decision);
        let community = decision.and_then(|decision| community_of_meeting(&decision.meeting));
        put(community, "task", id, task.work.completed);
    }
    for (id, issue) in views.wednesday.issue.iter() {
        let occurrence = views.wednesday.occurrence.get(&issue.occurrence);
        put(occurrence.map(|it| &*it.community), "issue", id, issue.work.completed);
    }
}
