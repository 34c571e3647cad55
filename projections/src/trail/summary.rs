//! What a matter came to, and what the record does not state about it.

use gongjian_core::day::Day;
use gongjian_core::domain::facts::Fact;
use gongjian_core::domain::project::Project;
use gongjian_core::domain::work::Work;
use serde::Serialize;

use super::matter::NotStated;
use crate::registry::Kind;
use crate::views::Views;

/// A code with the name it had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Named {
    /// The code.
    pub code: String,
    /// The name on the day in question.
    pub name: String,
}

impl Named {
    /// A code with its name on a day.
    pub fn of(views: &Views, kind: Kind, code: &str, on: Day) -> Named {
        let name = views.registry.name(kind, code, on).unwrap_or(code).to_owned();
        Named { code: code.to_owned(), name }
    }
}

/// A meeting that dealt with the matter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MeetingLine {
    /// Its stream.
    pub stream: String,
    /// 联席会议, 六号联席会议, 周三例会 …
    pub meeting_type: String,
    /// When it was held, or is planned.
    pub date: Day,
    /// Whether it was held.
    pub held: bool,
    /// 纪要编号.
    pub minutes: Option<String>,
}

/// A piece of work within the matter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkLine {
    /// Its stream.
    pub stream: String,
    /// What is to be done.
    pub text: String,
    /// Where it stands.
    pub state: String,
    /// 责任单位.
    pub responsible: Option<Named>,
    /// 配合单位.
    pub supporting: Vec<Named>,
    /// 完成时限.
    pub due_on: Option<Day>,
    /// 延期至.
    pub extended_to: Option<Day>,
    /// When the responsible unit reported it done.
    pub completed_on: Option<Day>,
    /// 核验单位.
    pub verifier: Option<Named>,
    /// When that unit confirmed it.
    pub verified_on: Option<Day>,
}

/// What a matter came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// The compound.
    pub place: Option<Named>,
    /// Its community.
    pub community: Option<Named>,
    /// Households of the compound.
    pub households: Option<u32>,
    /// The problem, in the record's words.
    pub problem: Option<String>,
    /// Its category.
    pub category: Option<String>,
    /// Who brought it up: a class, never a person.
    pub source_class: Option<String>,
    /// When it was brought up.
    pub raised_on: Option<Day>,
    /// The meetings that dealt with it.
    pub meetings: Vec<MeetingLine>,
    /// What was decided.
    pub decision: Option<String>,
    /// Who is responsible.
    pub responsible: Option<Named>,
    /// Who supports.
    pub supporting: Vec<Named>,
    /// By when.
    pub due_on: Option<Day>,
    /// When it was reported done.
    pub completed_on: Option<Day>,
    /// Who confirmed it.
    pub verifier: Option<Named>,
    /// When.
    pub verified_on: Option<Day>,
    /// Every piece of work within the matter.
    pub work: Vec<WorkLine>,
}

impl Summary {
    pub(super) fn of(views: &Views, streams: &[String], on: Day) -> Summary {
        let mut summary = Summary::default();
        for stream in streams {
            if let Some((category, id)) = stream.split_once('/') {
                summary.add(views, stream, category, id, on);
            }
        }
        summary.meetings.sort_unstable_by(|a, b| (a.date, &a.stream).cmp(&(b.date, &b.stream)));
        summary.meetings.dedup();
        // The decision tells who does what by when; without one the issue or project does.
        let order = ["decision/", "issue/", "project/", "commitment/"];
        let main =
            order.iter().find_map(|prefix| summary.work.iter().find(|line| line.stream.starts_with(prefix)));
        if let Some(main) = main.cloned() {
            summary.responsible = main.responsible;
            summary.supporting = main.supporting;
            summary.due_on = main.extended_to.max(main.due_on);
            summary.completed_on = main.completed_on;
            summary.verifier = main.verifier;
            summary.verified_on = main.verified_on;
        }
        summary
    }

    fn add(&mut self, views: &Views, stream: &str, category: &str, id: &str, on: Day) {
        match category {
            "issue" => {
                let Some(issue) = views.wednesday.issue.get(id) else { return };
                self.place(views, &issue.compound, on);
                self.problem.get_or_insert_with(|| issue.text.clone());
                self.category.get_or_insert_with(|| issue.category.clone());
                self.source_class.get_or_insert_with(|| issue.source.clone());
                self.raised_on = self.raised_on.or(issue.raised.map(|fact| fact.on));
                self.work.push(line(views, stream, &issue.text, issue.state(), &issue.work, &[], on));
                if let Some(occurrence) = views.wednesday.occurrence.get(&issue.occurrence) {
                    self.community(views, &occurrence.community, on);
                    self.meetings.push(MeetingLine {
                        stream: format!("occurrence/{}", issue.occurrence),
                        meeting_type: "周三例会".to_owned(),
                        date: occurrence.held.map_or(occurrence.planned_on, |held| held.on),
                        held: occurrence.held.is_some(),
                        minutes: None,
                    });
                }
            }
            "topic" => {
                let Some(topic) = views.meetings.topic.get(id) else { return };
                self.problem.get_or_insert_with(|| topic.title.clone());
                self.category.get_or_insert_with(|| topic.category.clone());
                self.source_class.get_or_insert_with(|| topic.proposer.clone());
                self.raised_on = self.raised_on.or(topic.proposed.map(|fact| fact.on));
                if let Some(meeting) = &topic.meeting {
                    self.meeting(views, meeting, on);
                }
            }
            "meeting" => self.meeting(views, id, on),
            "decision" => {
                let Some(decision) = views.meetings.decision.get(id) else { return };
                self.decision.get_or_insert_with(|| decision.text.clone());
                self.meeting(views, &decision.meeting, on);
                let state = decision.state();
                self.work.push(line(
                    views,
                    stream,
                    &decision.text,
                    state,
                    &decision.work,
                    &decision.supporting,
                    on,
                ));
            }
            "task" => {
                let Some(task) = views.meetings.task.get(id) else { return };
                self.work.push(line(views, stream, &task.text, task.state(), &task.work, &[], on));
            }
            "commitment" => {
                let Some(commitment) = views.agreements.commitment.get(id) else { return };
                let state = commitment.state();
                self.work.push(line(views, stream, &commitment.text, state, &commitment.work, &[], on));
            }
            "agreement" => {
                let Some(agreement) = views.agreements.agreement.get(id) else { return };
                if let Some(community) = views.registry.community_of_alliance(&agreement.alliance) {
                    self.community(views, community, on);
                }
            }
            "project" => {
                let Some(project) = views.projects.project.get(id) else { return };
                self.community(views, &project.community, on);
                if let Some(compound) = &project.compound {
                    self.place(views, compound, on);
                }
                self.problem.get_or_insert_with(|| project.name.clone());
                self.category.get_or_insert_with(|| project.category.clone());
                self.raised_on = self.raised_on.or(project.proposed.map(|fact| fact.on));
                let state = project.state();
                self.work.push(line(
                    views,
                    stream,
                    &project.name,
                    state,
                    &work_of(project),
                    &project.supporting,
                    on,
                ));
            }
            _ => {}
        }
    }

    fn place(&mut self, views: &Views, compound: &str, on: Day) {
        if self.place.is_none()
            && let Some(row) = views.registry.compound.get(compound)
        {
            self.place = Some(Named::of(views, Kind::Compound, compound, on));
            self.households = row.households.on(on).copied().flatten();
            self.community(views, &row.community, on);
        }
    }

    fn community(&mut self, views: &Views, community: &str, on: Day) {
        self.community.get_or_insert_with(|| Named::of(views, Kind::Community, community, on));
    }

    fn meeting(&mut self, views: &Views, id: &str, on: Day) {
        let Some(meeting) = views.meetings.meeting.get(id) else { return };
        self.community(views, &meeting.community, on);
        self.meetings.push(MeetingLine {
            stream: format!("meeting/{id}"),
            meeting_type: meeting.meeting_type.clone(),
            date: meeting.date,
            held: meeting.held.is_some(),
            minutes: meeting.minutes.clone(),
        });
    }

    pub(super) fn title(&self, views: &Views, root: &str, on: Day) -> String {
        let (category, id) = root.split_once('/').unwrap_or(("", root));
        let agreement = views.agreements.agreement.get(id).filter(|_| category == "agreement");
        if let Some(agreement) = agreement {
            return agreement.name.clone();
        }
        if let Some(problem) = &self.problem {
            return problem.clone();
        }
        if let Some(meeting) = self.meetings.first() {
            return format!("{} {}", meeting.meeting_type, meeting.date);
        }
        let kind = match category {
            "street" => Kind::Street,
            "community" => Kind::Community,
            "compound" => Kind::Compound,
            "alliance" => Kind::Alliance,
            "grid" => Kind::Grid,
            _ => Kind::Unit,
        };
        views.registry.name(kind, id, on).unwrap_or(id).to_owned()
    }
}

/// A project's work in the terms of any other.
pub(crate) fn work_of(project: &Project) -> Work {
    Work {
        responsible: project.claimant.clone(),
        due_on: project.due_on,
        extended_to: project.extended_to,
        extensions: project.extensions,
        started: project.started,
        completed: project.submitted,
        verifier: project.acceptor.clone(),
        verified: project.accepted,
        returns: project.returns,
    }
}

fn line(
    views: &Views,
    stream: &str,
    text: &str,
    state: &str,
    work: &Work,
    supporting: &[String],
    on: Day,
) -> WorkLine {
    let unit = |code: &String| Named::of(views, Kind::Unit, code, on);
    let day = |fact: Option<Fact>| fact.filter(|fact| fact.by(on)).map(|fact| fact.on);
    let verified_on = day(work.verified);
    WorkLine {
        stream: stream.to_owned(),
        text: text.to_owned(),
        state: state.to_owned(),
        responsible: work.responsible.as_ref().map(unit),
        supporting: supporting.iter().map(unit).collect(),
        due_on: work.due_on,
        extended_to: work.extended_to,
        completed_on: day(work.completed),
        verifier: work.verifier.as_ref().filter(|_| verified_on.is_some()).map(unit),
        verified_on,
    }
}

/// Steps that must have been taken, since a later one is stated, and that the record does not state
/// (台账未载明). What has not happened yet is none of them.
pub(super) fn not_stated(views: &Views, streams: &[String], on: Day) -> Vec<NotStated> {
    let mut missing = Vec::new();
    for stream in streams {
        let Some((category, id)) = stream.split_once('/') else { continue };
        let mut lacks = |step, later: bool, stated: bool| {
            if later && !stated {
                missing.push(NotStated { stream: stream.clone(), step });
            }
        };
        match category {
            "issue" => {
                let Some(issue) = views.wednesday.issue.get(id) else { continue };
                let (named, done) = (issue.work.responsible.is_some(), issue.work.completed_by(on));
                lacks("triaged", named || done, issue.severity.is_some());
                // An old ledger names the responsible unit and not when it was given the task.
                lacks("assigned", named || done, views.wednesday.assigned(id).is_some());
                lacks("started", done, issue.work.started.is_some());
            }
            "decision" => {
                let Some(decision) = views.meetings.decision.get(id) else { continue };
                let done = decision.work.completed_by(on);
                let meeting = views.meetings.meeting.get(&decision.meeting);
                let confirmed = meeting.and_then(|meeting| meeting.minutes_confirmed);
                lacks("minutes-confirmed", done, confirmed.is_some_and(|fact| fact.by(on)));
                lacks("started", done, decision.work.started.is_some());
            }
            "task" => {
                let Some(task) = views.meetings.task.get(id) else { continue };
                let done = task.work.completed_by(on);
                lacks("accepted", done, task.accepted.is_some());
                lacks("started", done, task.work.started.is_some());
            }
            "commitment" => {
                let Some(commitment) = views.agreements.commitment.get(id) else { continue };
                lacks("started", commitment.work.completed_by(on), commitment.work.started.is_some());
            }
            "project" => {
                let Some(project) = views.projects.project.get(id) else { continue };
                let by = |fact: Option<Fact>| fact.is_some_and(|fact| fact.by(on));
                lacks("listed", by(project.claimed), project.listed.is_some());
                let under_way = by(project.submitted) || by(project.started);
                lacks("claim-accepted", under_way, project.claim_accepted.is_some());
                lacks("started", by(project.submitted), project.started.is_some());
            }
            "agreement" => {
                let Some(agreement) = views.agreements.agreement.get(id) else { continue };
                let by = |fact: Option<Fact>| fact.is_some_and(|fact| fact.by(on));
                lacks("submitted", by(agreement.signed), agreement.submitted);
                lacks("signed", by(agreement.effective), agreement.signed.is_some());
            }
            "topic" => {
                let Some(topic) = views.meetings.topic.get(id) else { continue };
                let discussed =
                    topic.outcome.as_deref().is_some_and(|outcome| outcome != "未讨论" && outcome != "撤回");
                lacks("accepted", discussed, topic.accepted);
                lacks("discussed", discussed, topic.discussed.is_some());
            }
            _ => {}
        }
    }
    missing
}
