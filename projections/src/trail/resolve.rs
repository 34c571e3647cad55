//! From what people write to the roots of matters.

use gongjian_core::day::Day;
use rustc_hash::FxHashSet;

use super::Subject;
use crate::registry::Kind;
use crate::views::Views;

pub(super) struct Found {
    pub roots: Vec<String>,
    pub subjects: Vec<Subject>,
}

/// Categories whose ids people write without the category.
const NUMBERED: &[&str] = &[
    "issue",
    "meeting",
    "topic",
    "decision",
    "task",
    "project",
    "agreement",
    "commitment",
    "occurrence",
    "membership",
    "series",
    "rule",
    "import",
    "holiday",
    "post",
    "duty",
    "obligation",
    "document",
    "holder",
    "erasure",
];

impl Views {
    /// The root stream of the matter that a stream belongs to, or `None` if there is no such stream.
    pub fn root_of(&self, stream: &str) -> Option<String> {
        let (category, id) = stream.split_once('/')?;
        macro_rules! entry {
            ($table:expr) => {
                $table.entry(id).map(|entry| entry.trail.as_deref().unwrap_or(stream).to_owned())
            };
        }
        let known = match category {
            "street" => entry!(self.registry.street),
            "community" => entry!(self.registry.community),
            "compound" => entry!(self.registry.compound),
            "branch" => entry!(self.registry.branch),
            "grid" => entry!(self.registry.grid),
            "unit" => entry!(self.registry.unit),
            "post" => entry!(self.registry.post),
            "alliance" => entry!(self.registry.alliance),
            "membership" => entry!(self.registry.membership),
            "holiday" => entry!(self.registry.holiday),
            "agreement" => entry!(self.agreements.agreement),
            "commitment" => entry!(self.agreements.commitment),
            "project" => entry!(self.projects.project),
            "series" => entry!(self.meetings.series),
            "meeting" => entry!(self.meetings.meeting),
            "topic" => entry!(self.meetings.topic),
            "decision" => entry!(self.meetings.decision),
            "task" => entry!(self.meetings.task),
            "occurrence" => entry!(self.wednesday.occurrence),
            "issue" => entry!(self.wednesday.issue),
            "rule" => entry!(self.rules.rule),
            "import" => entry!(self.imports.import),
            "duty" => entry!(self.duties.duty),
            "obligation" => entry!(self.duties.exemption),
            "document" => entry!(self.documents.document),
            "holder" => entry!(self.documents.holder),
            "erasure" => entry!(self.documents.erasure),
            _ => None,
        };
        // Of a stream whose only event is withheld, the erasure is left.
        known.or_else(|| self.trails.contains(stream).then(|| stream.to_owned()))
    }
}

pub(super) fn resolve(views: &Views, given: &str, on: Day) -> Option<Found> {
    if given.contains('/') {
        return Some(Found { roots: of_stream(views, given)?, subjects: Vec::new() });
    }
    for category in NUMBERED {
        if let Some(roots) = of_stream(views, &format!("{category}/{given}")) {
            return Some(Found { roots, subjects: Vec::new() });
        }
    }
    let named = views.registry.find(given);
    if named.is_empty() {
        return None;
    }
    let mut roots = Roots { views, seen: FxHashSet::default() };
    let mut subjects = Vec::new();
    for (kind, code) in named {
        roots.touching(kind, code);
        subjects.push(Subject {
            kind: kind.word(),
            code: code.to_owned(),
            name: views.registry.name(kind, code, on).unwrap_or(code).to_owned(),
            names: views.registry.names_of(kind, code).into_iter().map(str::to_owned).collect(),
        });
    }
    Some(Found { roots: roots.in_order(), subjects })
}

/// The matter of a stream; of a meeting or occurrence also the matters that it dealt with.
fn of_stream(views: &Views, stream: &str) -> Option<Vec<String>> {
    let root = views.root_of(stream)?;
    let mut roots = Roots { views, seen: FxHashSet::default() };
    match stream.split_once('/') {
        Some(("meeting", id)) => {
            for (topic, state) in views.meetings.topic.iter() {
                if state.meeting.as_deref() == Some(id) {
                    roots.add("topic", topic);
                }
            }
        }
        Some(("occurrence", id)) => {
            for (issue, state) in views.wednesday.issue.iter() {
                if state.occurrence == id {
                    roots.add("issue", issue);
                }
            }
        }
        _ => {}
    }
    roots.seen.remove(&root);
    let mut all = vec![root];
    all.extend(roots.in_order());
    Some(all)
}

struct Roots<'v> {
    views: &'v Views,
    seen: FxHashSet<String>,
}

impl Roots<'_> {
    fn add(&mut self, category: &str, id: &str) {
        let stream = format!("{category}/{id}");
        self.seen.insert(self.views.root_of(&stream).unwrap_or(stream));
    }

    /// In the order in which the matters entered the log.
    fn in_order(self) -> Vec<String> {
        let mut roots: Vec<(Option<u64>, String)> = self
            .seen
            .into_iter()
            .map(|root| (self.views.trails.positions(&root).first().copied(), root))
            .collect();
        roots.sort_unstable();
        roots.into_iter().map(|(_, root)| root).collect()
    }

    fn touching(&mut self, kind: Kind, code: &str) {
        match kind {
            Kind::Compound => self.compound(code),
            Kind::Unit => self.unit(code),
            Kind::Alliance => self.alliance(code),
            Kind::Community => self.communities(&|community| community == code),
            Kind::Street => {
                let registry = &self.views.registry;
                self.communities(&|community| registry.street_of(community) == Some(code));
            }
            Kind::Grid => {}
        }
    }

    fn compound(&mut self, code: &str) {
        let views = self.views;
        for (id, issue) in views.wednesday.issue.iter() {
            if issue.compound == code {
                self.add("issue", id);
            }
        }
        for (id, project) in views.projects.project.iter() {
            if project.compound.as_deref() == Some(code) {
                self.add("project", id);
            }
        }
        // Topics and decisions name a place only in words.
        let names = views.registry.names_of(Kind::Compound, code);
        let mentioned = |text: &str| names.iter().any(|name| text.contains(name));
        for (id, topic) in views.meetings.topic.iter() {
            if mentioned(&topic.title) {
                self.add("topic", id);
            }
        }
        for (id, decision) in views.meetings.decision.iter() {
            if mentioned(&decision.text) {
                self.add("decision", id);
            }
        }
    }

    fn unit(&mut self, code: &str) {
        let views = self.views;
        let is = |given: &Option<String>| given.as_deref() == Some(code);
        let among = |given: &[String]| given.iter().any(|unit| unit == code);
        for (id, agreement) in views.agreements.agreement.iter() {
            if agreement.parties().contains(&code) {
                self.add("agreement", id);
            }
        }
        for (id, commitment) in views.agreements.commitment.iter() {
            if is(&commitment.work.responsible) || is(&commitment.work.verifier) {
                self.add("commitment", id);
            }
        }
        for (id, project) in views.projects.project.iter() {
            if project.claims().any(|(unit, _)| unit == code)
                || among(&project.supporting)
                || is(&project.acceptor)
            {
                self.add("project", id);
            }
        }
        for (id, decision) in views.meetings.decision.iter() {
            if is(&decision.work.responsible) || is(&decision.work.verifier) || among(&decision.supporting) {
                self.add("decision", id);
            }
        }
        for (id, task) in views.meetings.task.iter() {
            if is(&task.work.responsible) || is(&task.work.verifier) {
                self.add("task", id);
            }
        }
        for (id, issue) in views.wednesday.issue.iter() {
            if is(&issue.work.responsible) || is(&issue.work.verifier) {
                self.add("issue", id);
            }
        }
        for (id, membership) in views.registry.membership.iter() {
            if membership.unit == code {
                self.add("membership", id);
            }
        }
    }

    fn alliance(&mut self, code: &str) {
        let views = self.views;
        self.add("alliance", code);
        for (id, agreement) in views.agreements.agreement.iter() {
            if agreement.alliance == code {
                self.add("agreement", id);
            }
        }
        for (id, membership) in views.registry.membership.iter() {
            if membership.alliance == code {
                self.add("membership", id);
            }
        }
        let Some(community) = views.registry.community_of_alliance(code) else { return };
        for (id, meeting) in views.meetings.meeting.iter() {
            if meeting.community == community && meeting.meeting_type == crate::figures::rows::JOINT {
                self.add("meeting", id);
            }
        }
    }

    fn communities(&mut self, within: &dyn Fn(&str) -> bool) {
        let views = self.views;
        for (id, _) in views.meetings.meeting.iter().filter(|(_, row)| within(&row.community)) {
            self.add("meeting", id);
        }
        for (id, topic) in views.meetings.topic.iter() {
            let meeting = topic.meeting.as_deref().and_then(|meeting| views.meetings.meeting.get(meeting));
            if meeting.is_some_and(|meeting| within(&meeting.community)) {
                self.add("topic", id);
            }
        }
        for (id, project) in views.projects.project.iter() {
            if within(&project.community) {
                self.add("project", id);
            }
        }
        for (id, issue) in views.wednesday.issue.iter() {
            let occurrence = views.wednesday.occurrence.get(&issue.occurrence);
            if occurrence.is_some_and(|occurrence| within(&occurrence.community)) {
                self.add("issue", id);
            }
        }
        for (id, agreement) in views.agreements.agreement.iter() {
            if views.registry.community_of_alliance(&agreement.alliance).is_some_and(within) {
                self.add("agreement", id);
            }
        }
    }
}
