//! Works with a date: commitments, projects, decisions, tasks, issues (`DUE`), and the days that the rule book gives
//! property issues (R17).

use gongjian_core::day::Day;
use gongjian_core::domain::facts::Fact;
use gongjian_core::domain::obligation::DEADLINE;
use gongjian_core::domain::work::Work;

use super::{Excuse, Out, Owed};
use crate::figures::rows::both_kinds;
use crate::trail::work_of;

/// A work with a date of its own.
struct Dated<'w> {
    stream: String,
    community: Option<&'w str>,
    /// Since when it is owed.
    since: Option<Fact>,
    excuse: Option<Excuse>,
}

/// Every work with a date, judged by its original one as the figures do. It is met when the responsible unit reported
/// it done, late if after that date. What was waived, cancelled, superseded or revoked is exempted; a commitment whose
/// agreement was terminated by its date is not owed, nor is an issue that was out of scope or merged.
pub(super) fn works(out: &mut Out<'_>) {
    let views = out.views;
    let on = out.on;
    let filter = out.filter;
    let asked = |due: Option<Day>| filter.window(due);
    for (id, commitment) in views.agreements.commitment.iter().filter(|(_, it)| asked(it.work.due_on)) {
        let Some(agreement) = views.agreements.agreement.get(&commitment.agreement) else { continue };
        let due = commitment.work.due_on;
        let terminated = agreement.terminated.filter(|fact| fact.by(on));
        if !agreement.signed.is_some_and(|fact| fact.by(on))
            || terminated.zip(due).is_some_and(|(terminated, due)| terminated.on <= due)
        {
            continue;
        }
        let dated = Dated {
            stream: format!("commitment/{id}"),
            community: views.registry.community_of_alliance(&agreement.alliance),
            since: agreement.signed,
            excuse: excuse(commitment.waived, None, on),
        };
        work(out, dated, &commitment.work);
    }
    for (id, project) in views.projects.project.iter().filter(|(_, it)| asked(it.due_on)) {
        // The date was set with the claim, and goes with it.
        let Some(claimed) = project.first_claimed() else { continue };
        let dated = Dated {
            stream: format!("project/{id}"),
            community: Some(&project.community),
            since: Some(claimed),
            excuse: excuse(project.cancelled, project.cancel_reason.as_deref(), on),
        };
        work(out, dated, &work_of(project));
    }
    for (id, decision) in views.meetings.decision.iter().filter(|(_, it)| asked(it.work.due_on)) {
        let Some(meeting) = views.meetings.meeting.get(&decision.meeting) else { continue };
        // A decision dates from its meeting.
        let Some(held) = decision.recorded.and(both_kinds(meeting)) else { continue };
        let ended = decision.ended.as_ref().map(|(_, fact)| *fact);
        let dated = Dated {
            stream: format!("decision/{id}"),
            community: Some(&meeting.community),
            since: Some(held),
            excuse: excuse(ended, None, on),
        };
        work(out, dated, &decision.work);
    }
    for (id, task) in views.meetings.task.iter().filter(|(_, it)| asked(it.work.due_on)) {
        let since = views.meetings.decision.get(&task.decision).and_then(|decision| decision.recorded);
        let stream = format!("task/{id}");
        let community = views.community_of(&stream);
        let excuse = excuse(task.closed.filter(|_| task.work.completed.is_none()), None, on);
        work(out, Dated { stream, community, since, excuse }, &task.work);
    }
    let issues = views.wednesday.issue.iter().filter(|(_, it)| it.ended.is_none() && asked(it.work.due_on));
    for (id, issue) in issues {
        let stream = format!("issue/{id}");
        let community = views.community_of(&stream);
        if issue.raised.is_some() {
            work(out, Dated { stream, community, since: issue.raised, excuse: None }, &issue.work);
        }
    }
}

fn work(out: &mut Out<'_>, dated: Dated<'_>, work: &Work) {
    let Some(due) = work.due_on else { return };
    let on = out.on;
    out.judge(Owed {
        rule: DEADLINE,
        rule_version: None,
        subject: dated.stream,
        toward: None,
        communities: dated.community.map(str::to_owned).into_iter().collect(),
        unit: work.responsible.as_deref(),
        period: None,
        opens_on: dated.since.map(|fact| fact.on),
        due_on: Some(due),
        extended_to: work.extended_to,
        wanted: 1,
        done: work.completed.filter(|fact| fact.by(on)).into_iter().collect(),
        excuse: dated.excuse,
    });
}

/// The decision behind it, where there is one, is told by the event.
fn excuse(fact: Option<Fact>, reason: Option<&str>, on: Day) -> Option<Excuse> {
    let fact = fact.filter(|fact| fact.by(on))?;
    Some(Excuse { position: fact.at, decision: None, reason: reason.map(str::to_owned) })
}

/// R17, property issue: solved within so many days of being raised, by the version that applies on that day; nothing
/// where the rule sets no days (`dueDays` 0).
pub(super) fn disputes(out: &mut Out<'_>) {
    let views = out.views;
    for (id, issue) in views.wednesday.issue.iter().filter(|(_, issue)| issue.ended.is_none()) {
        let Some(raised) = issue.raised else { continue };
        let rule = views.rules.parameter("R17", "dueDays", raised.on).filter(|(days, _)| *days > 0);
        let Some((days, version)) = rule else { continue };
        let subject = format!("issue/{id}");
        let communities = views.community_of(&subject).map(str::to_owned).into_iter().collect();
        let on = out.on;
        out.judge(Owed {
            rule: "R17",
            rule_version: Some(version),
            subject,
            toward: None,
            communities,
            unit: issue.work.responsible.as_deref(),
            period: None,
            opens_on: Some(raised.on),
            due_on: Some(raised.on.plus(i32::try_from(days).unwrap_or(i32::MAX))),
            extended_to: None,
            wanted: 1,
            done: issue.work.completed.filter(|fact| fact.by(on)).into_iter().collect(),
            excuse: None,
        });
    }
}
