//! One row of a register: what it says, what it refers to, and whether it is overdue.

use gongjian_core::day::{Day, Quarter};
use gongjian_core::domain::category::Category;
use gongjian_core::domain::facts::{Fact, FieldText as _, Fields};
use gongjian_core::domain::table::{Entry, Table};
use gongjian_core::domain::work::Work;
use gongjian_core::domain::{
    agreement, alliance, branch, commitment, community, compound, decision, document, duty, erasure, grid,
    holder, holiday, import, issue, meeting, membership, obligation, occurrence, period, post, project,
    report, rule, series, street, task, topic, unit,
};
use gongjian_core::record::{Position, Revision};

use super::calendar::{self, CalendarEntry};
use super::{owed, standing};
use crate::due::overdue;
use crate::findings::Finding;
use crate::obligations::{self, Filter, Obligation, State};
use crate::registry::Kind;
use crate::views::Views;

/// Which fields hold what, so that JSON has numbers and lists where they belong.
const NUMBERS: &[&str] = &[
    "households",
    "population",
    "members",
    "number",
    "expectedUnits",
    "residents",
    "problemsSolved",
    "rows",
    "version",
    "versions",
    "wanted",
    "done",
    "missing",
    "size",
    "looked",
    "erasedBy",
    "position",
    "frozenAt",
    "freezes",
    "editions",
    "template",
    "errata",
];
const LISTS: &[&str] =
    &["units", "supporting", "otherParties", "compounds", "participants", "successors", "posts", "topics"];

pub(super) fn is_number(field: &str) -> bool {
    NUMBERS.contains(&field)
}

pub(super) fn is_list(field: &str) -> bool {
    LISTS.contains(&field)
}

/// What a row stands for.
pub(super) enum What<'v> {
    Street(&'v street::Street),
    Community(&'v community::Community),
    Compound(&'v compound::Compound),
    Branch(&'v branch::Branch),
    Grid(&'v grid::Grid),
    Unit(&'v unit::Unit),
    Post(&'v post::Post),
    Alliance(&'v alliance::Alliance),
    Membership(&'v membership::Membership),
    Holiday(&'v holiday::Holiday),
    Agreement(&'v agreement::Agreement),
    Commitment(&'v commitment::Commitment),
    Project(&'v project::Project),
    Series(&'v series::Series),
    Meeting(&'v meeting::Meeting),
    Topic(&'v topic::Topic),
    Decision(&'v decision::Decision),
    Task(&'v task::Task),
    Occurrence(&'v occurrence::Occurrence),
    Issue(&'v issue::Issue),
    Rule(&'v rule::Rule, Day),
    Import(&'v import::Import),
    Document(&'v document::Document, Content),
    Holder(&'v holder::Holder, Content),
    Erasure(&'v erasure::Erasure),
    Duty(&'v duty::Duty),
    Exemption(&'v obligation::Obligation, Day),
    Obligation(Box<Obligation>),
    /// With the quarter that its stream names.
    Period(&'v period::Period, Option<Quarter>),
    Report(&'v report::Report),
    Finding(Box<Finding>),
    Entry(Box<CalendarEntry>),
}

/// What became of a content in the vault.
#[derive(Clone, Copy)]
pub(super) struct Content {
    /// Where it is told that it is erased.
    erased: Option<Position>,
    /// How often somebody looked.
    looked: u64,
}

/// A row of a register.
pub(super) struct Row<'v> {
    pub id: String,
    pub stream: String,
    pub revision: Revision,
    pub what: What<'v>,
}

/// Field names of states that core gives no names.
const POST: &[&str] = &["name", "unit"];
const SERIES: &[&str] = &["meetingType", "community", "cadence", "participants"];
const TASK: &[&str] =
    &["decision", "text", "responsible", "dueOn", "acceptedOn", "completedOn", "verifier", "verifiedOn"];
const IMPORT: &[&str] = &["ledgers", "reportingUnits", "asOf", "rows", "missing"];
const DOCUMENT: &[&str] = &[
    "matter",
    "kind",
    "field",
    "mediaType",
    "size",
    "access",
    "posts",
    "units",
    "commitment",
    "object",
    "looked",
    "erasedBy",
];
const HOLDER: &[&str] = &["post", "from", "until", "commitment", "object", "looked", "erasedBy"];
const ERASURE: &[&str] =
    &["scope", "subject", "position", "digest", "post", "askedOn", "decidedOn", "executedOn"];
const ENTRY: &[&str] = &["day", "kind", "title"];
const FINDING: &[&str] = &["code", "severity", "day", "rule"];

macro_rules! with_fields {
    ($what:expr, $state:ident => $with:expr, $($other:pat => $otherwise:expr),+ $(,)?) => {
        match $what {
            What::Street($state) => $with,
            What::Community($state) => $with,
            What::Compound($state) => $with,
            What::Branch($state) => $with,
            What::Grid($state) => $with,
            What::Unit($state) => $with,
            What::Alliance($state) => $with,
            What::Membership($state) => $with,
            What::Holiday($state) => $with,
            What::Agreement($state) => $with,
            What::Commitment($state) => $with,
            What::Project($state) => $with,
            What::Meeting($state) => $with,
            What::Topic($state) => $with,
            What::Decision($state) => $with,
            What::Occurrence($state) => $with,
            What::Issue($state) => $with,
            $($other => $otherwise),+
        }
    };
}

fn names_of<S: Fields>(_: &S) -> &'static [&'static str] {
    S::NAMES
}

fn references_of<S: Category>(_: &S) -> &'static [(&'static str, &'static str)] {
    S::REFERENCES
}

fn day(fact: Option<Fact>) -> String {
    fact.show()
}

impl What<'_> {
    /// The fields, in the order of the workbook.
    pub(super) fn names(&self) -> &'static [&'static str] {
        with_fields!(self, state => names_of(*state),
            What::Post(_) => POST,
            What::Series(_) => SERIES,
            What::Task(_) => TASK,
            What::Rule(..) => owed::RULE,
            What::Import(_) => IMPORT,
            What::Document(..) => DOCUMENT,
            What::Holder(..) => HOLDER,
            What::Erasure(_) => ERASURE,
            What::Duty(_) => duty::Duty::NAMES,
            What::Exemption(..) => owed::EXEMPTION,
            What::Obligation(_) => owed::OBLIGATION,
            What::Period(..) => standing::PERIOD,
            What::Report(_) => standing::REPORT,
            What::Finding(_) => FINDING,
            What::Entry(_) => ENTRY,
        )
    }

    /// Fields that name something of the registry, and what.
    pub(super) fn references(&self) -> &'static [(&'static str, &'static str)] {
        with_fields!(self, state => references_of(*state),
            What::Series(_) => &[("community", "community")],
            What::Task(_) => &[("responsible", "unit"), ("verifier", "unit")],
            What::Post(_) => &[("unit", "unit")],
            What::Document(..) => &[("units", "units")],
            What::Holder(..) | What::Erasure(_) | What::Period(..) | What::Report(_) => &[],
            What::Obligation(_) => &[("unit", "unit")],
            What::Duty(_) | What::Exemption(..) => &[],
            What::Rule(..) | What::Import(_) | What::Finding(_) | What::Entry(_) => &[],
        )
    }

    /// A field as text; the empty text where it is absent.
    pub(super) fn get(&self, field: &str) -> Option<String> {
        with_fields!(self, state => Fields::get(*state, field),
            What::Post(post) => match field {
                "name" => Some(post.name.clone()),
                "unit" => Some(post.unit.clone()),
                _ => None,
            },
            What::Series(series) => match field {
                "meetingType" => Some(series.meeting_type.clone()),
                "community" => Some(series.community.clone()),
                "cadence" => Some(series.cadence.show()),
                "participants" => Some(series.participants.show()),
                _ => None,
            },
            What::Task(task) => match field {
                "decision" => Some(task.decision.clone()),
                "text" => Some(task.text.clone()),
                "responsible" => Some(task.work.responsible.show()),
                "dueOn" => Some(task.work.due_on.show()),
                "acceptedOn" => Some(day(task.accepted)),
                "completedOn" => Some(day(task.work.completed)),
                "verifier" => Some(task.work.verifier.show()),
                "verifiedOn" => Some(day(task.work.verified)),
                _ => None,
            },
            What::Rule(rule, on) => owed::rule_field(rule, *on, field),
            What::Duty(duty) => Fields::get(*duty, field),
            What::Exemption(exemption, on) => owed::exemption_field(exemption, *on, field),
            What::Obligation(obligation) => owed::obligation_field(obligation, field),
            What::Import(import) => {
                let each = |text: &dyn Fn(&import::File) -> String| {
                    let mut texts: Vec<String> = import.files.iter().map(text).collect();
                    texts.dedup();
                    texts.join("、")
                };
                match field {
                    "ledgers" => Some(each(&|file| file.ledger.clone())),
                    "reportingUnits" => Some(each(&|file| file.reporting_unit.clone())),
                    "asOf" => Some(import.files.iter().map(|file| file.as_of).max().show()),
                    "rows" => Some(import.files.iter().map(|file| u64::from(file.rows)).sum::<u64>().to_string()),
                    "missing" => Some(import.missing.len().to_string()),
                    _ => None,
                }
            },
            What::Document(document, content) => match field {
                "matter" => Some(document.matter.clone()),
                "kind" => Some(document.kind.clone()),
                "field" => Some(document.field.show()),
                "mediaType" => Some(document.media_type.clone()),
                "size" => Some(document.size.to_string()),
                "access" => Some(document::ACCESS[usize::from(document.is_restricted())].to_owned()),
                "posts" => Some(document.posts.show()),
                "units" => Some(document.units.show()),
                "commitment" => Some(document.commitment.clone()),
                "object" => Some(document.object.clone()),
                _ => content.get(field),
            },
            What::Holder(holder, content) => match field {
                "post" => Some(holder.post.clone()),
                "from" => Some(holder.from.map(|day| day.to_string()).unwrap_or_default()),
                "until" => Some(holder.until.map(|day| day.to_string()).unwrap_or_default()),
                "commitment" => Some(holder.commitment.clone()),
                "object" => Some(holder.object.clone()),
                _ => content.get(field),
            },
            What::Erasure(erasure) => match field {
                "scope" => Some(erasure.scope.clone()),
                "subject" => Some(erasure.subject.clone()),
                "position" => Some(erasure.position.to_string()),
                "digest" => Some(erasure.digest.clone()),
                "post" => Some(erasure.post.clone()),
                "askedOn" => Some(day(erasure.asked)),
                "decidedOn" => Some(day(erasure.approved.or(erasure.refused))),
                "executedOn" => Some(day(erasure.executed)),
                _ => None,
            },
            What::Period(period, _) => standing::of_period(period, field),
            What::Report(report) => standing::of_report(report, field),
            What::Entry(entry) => match field {
                "day" => Some(entry.day.to_string()),
                "kind" => Some(entry.kind.word().to_owned()),
                "title" => Some(entry.title.clone()),
                _ => None,
            },
            What::Finding(finding) => match field {
                "code" => Some(finding.code.word().to_owned()),
                "severity" => Some(finding.severity.word().to_owned()),
                "day" => Some(finding.day.to_string()),
                "rule" => Some(finding.arg("rule").unwrap_or_default().to_owned()),
                _ => None,
            },
        )
    }

    /// Where it stands as of a day.
    pub(super) fn state(&self, on: Day) -> String {
        let gone =
            |fact: Option<Fact>| if fact.is_some_and(|fact| fact.by(on)) { "dissolved" } else { "standing" };
        match self {
            What::Agreement(agreement) => {
                let expired =
                    agreement.expires.and_then(agreement::Expiry::day).is_some_and(|last| last < on);
                match agreement.state() {
                    "effective" | "suspended" if expired => "expired",
                    state => state,
                }
            }
            What::Commitment(commitment) => commitment.state(),
            What::Project(project) => project.state(),
            What::Meeting(meeting) => meeting.phase.word(),
            What::Topic(topic) => topic.state(),
            What::Decision(decision) => decision.state(),
            What::Task(task) => task.state(),
            What::Occurrence(occurrence) => match occurrence.state() {
                "scheduled" if occurrence.planned_on < on => "missed",
                state => state,
            },
            What::Issue(issue) => issue.state(),
            What::Alliance(alliance) => gone(alliance.dissolved),
            What::Unit(unit) => gone(unit.dissolved),
            What::Post(post) => gone(post.abolished),
            What::Series(series) => gone(series.ended),
            What::Membership(membership) => match membership.left {
                Some(left) if left.by(on) => "left",
                _ if membership.on(on) => "member",
                _ => "not-yet",
            },
            What::Rule(rule, _) => match rule.versions.on(on) {
                Some(version) if version.repealed => "repealed",
                Some(_) => "in-force",
                None => "not-yet",
            },
            What::Document(_, content) | What::Holder(_, content) if content.erased.is_some() => "erased",
            What::Document(document, _) => {
                if document.is_restricted() {
                    "restricted"
                } else {
                    "kept"
                }
            }
            What::Holder(holder, _) => {
                if holder.on(on) {
                    "standing"
                } else {
                    "past"
                }
            }
            What::Erasure(erasure) => erasure.state(),
            What::Import(_) | What::Duty(_) => "recorded",
            What::Exemption(exemption, _) => owed::exemption_state(exemption, on),
            What::Obligation(obligation) => obligation.state.word(),
            What::Period(period, _) => period.state(),
            What::Report(report) => report.state(),
            What::Finding(finding) => finding.code.word(),
            What::Entry(entry) if entry.done => "done",
            What::Entry(_) => "pending",
            What::Community(community) if community.successors.on(on).is_some() => "succeeded",
            _ => "standing",
        }
        .to_owned()
    }

    /// When it is due, more time granted included, and whether it is done; `None` where nothing is ever due.
    pub(super) fn due(&self, on: Day) -> Option<(Day, bool)> {
        let work = |work: &Work, ended: bool| {
            let due = work.extended_to.max(work.due_on)?;
            Some((due, ended || work.completed_by(on)))
        };
        match self {
            What::Commitment(commitment) => work(&commitment.work, commitment.waived.is_some()),
            What::Decision(decision) => work(&decision.work, decision.ended.is_some()),
            What::Task(task) => work(&task.work, task.closed.is_some()),
            What::Issue(issue) => work(&issue.work, issue.ended.is_some()),
            What::Project(project) => {
                let due = project.extended_to.max(project.due_on)?;
                let ended = project.cancelled.is_some_and(|fact| fact.by(on)) || project.rejected.is_some();
                Some((due, ended || project.submitted.is_some_and(|fact| fact.by(on))))
            }
            What::Obligation(obligation) => {
                let owed = matches!(obligation.state, State::Open | State::Missed);
                obligation.due_on.map(|due| (due, !owed))
            }
            _ => None,
        }
    }

    /// Whether it is overdue as of a day; `None` where nothing is ever due.
    pub(super) fn overdue(&self, on: Day) -> Option<bool> {
        let work = |work: &Work, since: Option<Fact>| {
            work.due_on
                .map(|_| since.is_some_and(|fact| fact.by(on)) && overdue(work.due_on, work.completed, on))
        };
        match self {
            What::Commitment(commitment) => {
                work(&commitment.work, commitment.added).map(|late| late && commitment.waived.is_none())
            }
            What::Decision(decision) => work(&decision.work, decision.recorded),
            What::Issue(issue) => work(&issue.work, issue.raised),
            What::Task(task) => task
                .work
                .due_on
                .map(|_| task.closed.is_none() && overdue(task.work.due_on, task.work.completed, on)),
            What::Project(project) => {
                let cancelled = project.cancelled.is_some_and(|fact| fact.by(on));
                // The date was set with the claim, and goes with it.
                let due = project.first_claimed().and(project.due_on);
                project.due_on.map(|_| !cancelled && overdue(due, project.submitted, on))
            }
            What::Obligation(obligation) => Some(obligation.state == State::Missed),
            _ => None,
        }
    }

    /// The day by which a quarter finds it.
    pub(super) fn date(&self) -> Option<Day> {
        let of = |fact: Option<Fact>| fact.map(|fact| fact.on);
        match self {
            What::Alliance(alliance) => of(alliance.established),
            What::Membership(membership) => of(membership.joined),
            What::Holiday(holiday) => Some(holiday.from),
            What::Agreement(agreement) => of(agreement.signed.or(agreement.recorded)),
            What::Commitment(commitment) => commitment.work.due_on.or(of(commitment.added)),
            What::Project(project) => of(project.claimed.or(project.listed).or(project.proposed)),
            What::Meeting(meeting) => Some(meeting.date),
            What::Topic(topic) => of(topic.concluded.or(topic.proposed)),
            What::Decision(decision) => of(decision.recorded),
            What::Task(task) => task.work.due_on,
            What::Occurrence(occurrence) => {
                Some(occurrence.held.map_or(occurrence.planned_on, |held| held.on))
            }
            What::Issue(issue) => of(issue.raised),
            What::Import(import) => import.files.iter().map(|file| file.as_of).max(),
            What::Document(document, _) => of(document.added),
            What::Holder(holder, _) => holder.from,
            What::Erasure(erasure) => of(erasure.asked),
            What::Duty(duty) => of(duty.performed),
            What::Exemption(exemption, _) => of(owed::exemption_date(exemption)),
            What::Obligation(obligation) => obligation.due_on,
            What::Period(_, quarter) => quarter.map(Quarter::last_day),
            What::Report(report) => report.quarter.parse::<Quarter>().ok().map(Quarter::last_day),
            What::Finding(finding) => Some(finding.day),
            What::Entry(entry) => Some(entry.day),
            _ => None,
        }
    }
}

impl Content {
    fn of(views: &Views, stream: &str) -> Content {
        Content { erased: views.documents.erased_at(stream), looked: views.documents.looked_at(stream) }
    }

    fn get(self, field: &str) -> Option<String> {
        match field {
            "looked" => Some(self.looked.to_string()),
            "erasedBy" => Some(self.erased.map(|at| at.to_string()).unwrap_or_default()),
            _ => None,
        }
    }
}

impl Row<'_> {
    /// Code of its community.
    pub(super) fn community<'s>(&'s self, views: &'s Views) -> Option<&'s str> {
        match &self.what {
            What::Finding(finding) => finding.community.as_deref(),
            What::Entry(entry) => entry.community.as_deref(),
            What::Obligation(obligation) => match obligation.communities.as_slice() {
                [community] => Some(community),
                _ => None,
            },
            What::Community(_) => Some(&self.id),
            What::Compound(compound) => Some(&compound.community),
            What::Meeting(meeting) => Some(&meeting.community),
            What::Occurrence(occurrence) => Some(&occurrence.community),
            What::Project(project) => Some(&project.community),
            _ => views.community_of(&self.stream),
        }
    }

    /// Whether it belongs to a community; a finding belongs to all that it concerns.
    pub(super) fn within(&self, views: &Views, community: impl Fn(&str) -> bool) -> bool {
        match &self.what {
            What::Finding(finding) => finding.communities(views).any(community),
            What::Obligation(obligation) => obligation.communities.iter().any(|code| community(code)),
            _ => self.community(views).is_some_and(community),
        }
    }

    /// What it is sorted by where nobody says: nothing, so that the id decides, but of findings the gravest
    /// come first, those of one kind together, and obligations go by their due days, those without one last.
    pub(super) fn usual_order(&self) -> String {
        match &self.what {
            What::Finding(finding) => {
                format!("{}{:02}{}", finding.severity as u8, finding.code as u8, finding.day)
            }
            What::Obligation(obligation) => {
                obligation.due_on.map_or_else(|| "~".to_owned(), |due| due.to_string())
            }
            _ => String::new(),
        }
    }

    /// Whether a unit stands in any of its references, by its code.
    pub(super) fn involves(&self, unit: &str) -> bool {
        if let What::Finding(finding) = &self.what {
            return finding.arg("unit") == Some(unit) || finding.stream.strip_prefix("unit/") == Some(unit);
        }
        if matches!(self.what, What::Unit(_) | What::Branch(_)) && self.id == unit {
            return true;
        }
        let units = self.what.references().iter().filter(|(_, word)| matches!(*word, "unit" | "units"));
        units
            .filter_map(|(field, _)| self.what.get(field))
            .any(|codes| codes.split('、').any(|code| code == unit))
    }
}

/// The kind of the registry behind a reference's word.
pub(super) fn kind_of(word: &str) -> Kind {
    match word {
        "street" => Kind::Street,
        "community" => Kind::Community,
        "compound" | "compounds" => Kind::Compound,
        "alliance" => Kind::Alliance,
        _ => Kind::Unit,
    }
}

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
