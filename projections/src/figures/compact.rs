//! The compact side of the read models: what figures count, as dense arrays of small fixed rows.
//!
//! A report looks at every row of most tables; the tables' own rows are wide, full of texts, and scattered over
//! the memory. Here a row is a few numbers: the days of its facts, the events that say them, and the places of
//! the rows that it refers to. Rows are made by the first report and made again one by one as events touch their
//! streams, always from the state that the table has folded, so that a correction or a late entry needs nothing
//! of its own. A row refers to others by place, never by what they say; what they say now is looked up when it is
//! counted. Nothing here knows what is counted: that is in `rows` and `distinct`.

use gongjian_core::day::Day;
use gongjian_core::domain::agreement::{Agreement, Expiry};
use gongjian_core::domain::alliance::Alliance;
use gongjian_core::domain::category::stated;
use gongjian_core::domain::commitment::Commitment;
use gongjian_core::domain::compound::Compound;
use gongjian_core::domain::decision::Decision;
use gongjian_core::domain::issue::{CATEGORIES, Issue};
use gongjian_core::domain::meeting::Meeting;
use gongjian_core::domain::membership::Membership;
use gongjian_core::domain::occurrence::Occurrence;
use gongjian_core::domain::project::Project;
use gongjian_core::domain::work::Work;
use gongjian_core::record::Position;

use super::dense::{Codes, NOWHERE, Rows};
use super::rows::{CO_BUILDING, JOINT, LIUHAO};
use super::tally::When;
use crate::views::Views;

/// The tables that figures count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the words of the categories")]
pub(super) enum Table {
    Alliance,
    Membership,
    Compound,
    Agreement,
    Commitment,
    Project,
    Meeting,
    Decision,
    Occurrence,
    Issue,
}

impl Table {
    /// How many there are.
    pub(super) const COUNT: usize = Table::Issue as usize + 1;
}

/// The row that an event makes count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Source {
    pub table: Table,
    pub row: u32,
}

macro_rules! row {
    ($(#[$doc:meta])* $Name:ident { $($(#[$about:meta])* $field:ident: $Type:ty = $default:expr),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub(super) struct $Name { $($(#[$about])* pub $field: $Type),+ }

        impl Default for $Name {
            fn default() -> $Name {
                $Name { $($field: $default),+ }
            }
        }
    };
}

row! {
    /// Facts: established, dissolved.
    AllianceRow { community: u32 = NOWHERE }
}
row! {
    /// Facts: joined, left.
    MembershipRow { alliance: u32 = NOWHERE, unit: u32 = NOWHERE }
}
row! {
    /// Facts: signed, effective, terminated, recorded.
    AgreementRow {
        alliance: u32 = NOWHERE,
        party_b: u32 = NOWHERE,
        /// The day after its last one; never for one that is open-ended or does not say.
        lapses: When = When::NEVER,
        co_building: bool = false,
        /// There is such a stream.
        there: bool = false,
    }
}
row! {
    /// Facts: added, completed, verified.
    CommitmentRow { agreement: u32 = NOWHERE, due: When = When::NEVER }
}
row! {
    /// Facts: proposed, listed, first claimed, submitted, accepted, cancelled.
    ProjectRow {
        community: u32 = NOWHERE,
        due: When = When::NEVER,
        problems: u32 = 0,
        claims: Box<[Claim]> = Box::default(),
    }
}
row! {
    /// Facts: held, scheduled.
    MeetingRow { community: u32 = NOWHERE, kind: MeetingKind = MeetingKind::Other }
}
row! {
    /// Facts: recorded, completed, verified.
    DecisionRow { meeting: u32 = NOWHERE, due: When = When::NEVER, extended: When = When::NEVER }
}
row! {
    /// Facts: scheduled, held, cancelled.
    OccurrenceRow { community: u32 = NOWHERE, planned: When = When::NEVER, reasoned: bool = false }
}
row! {
    /// Facts: raised, completed, verified.
    IssueRow {
        occurrence: u32 = NOWHERE,
        due: When = When::NEVER,
        extended: When = When::NEVER,
        category: Option<u8> = None,
    }
}
row! {
    /// No facts: who serves a compound from when on, in that order.
    CompoundRow { community: u32 = NOWHERE, served: Box<[Served]> = Box::default() }
}

/// A unit claimed a project.
#[derive(Clone, Copy, Debug)]
pub(super) struct Claim {
    pub unit: u32,
    pub on: When,
    pub at: Position,
}

/// An enterprise serves a compound from a day on, or nobody does.
#[derive(Clone, Copy, Debug)]
pub(super) struct Served {
    pub from: When,
    pub at: Position,
    pub enterprise: Option<u32>,
}

/// The kinds of meetings that figures tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MeetingKind {
    Joint,
    Liuhao,
    Other,
}

/// Everything that figures count.
#[derive(Clone, Debug, Default)]
pub(crate) struct Compact {
    pub(super) communities: Codes,
    pub(super) units: Codes,
    pub(super) alliances: Rows<AllianceRow, 2>,
    pub(super) memberships: Rows<MembershipRow, 2>,
    pub(super) compounds: Rows<CompoundRow, 0>,
    pub(super) agreements: Rows<AgreementRow, 4>,
    pub(super) commitments: Rows<CommitmentRow, 3>,
    pub(super) projects: Rows<ProjectRow, 6>,
    pub(super) meetings: Rows<MeetingRow, 2>,
    pub(super) decisions: Rows<DecisionRow, 3>,
    pub(super) occurrences: Rows<OccurrenceRow, 3>,
    pub(super) issues: Rows<IssueRow, 3>,
    /// How many rows were made, and made again: a count of work for tests.
    pub(super) made: u64,
}

impl Compact {
    /// Every row, from the tables.
    pub(crate) fn of(views: &Views) -> Compact {
        let mut it = Compact::default();
        let (registry, agreements) = (&views.registry, &views.agreements);
        let (meetings, wednesday) = (&views.meetings, &views.wednesday);
        it.memberships.reserve(registry.membership.count());
        it.agreements.reserve(agreements.agreement.count());
        it.commitments.reserve(agreements.commitment.count());
        it.projects.reserve(views.projects.project.count());
        it.decisions.reserve(meetings.decision.count());
        it.occurrences.reserve(wednesday.occurrence.count());
        it.issues.reserve(wednesday.issue.count());
        registry.alliance.iter().for_each(|(id, state)| it.alliance(id, state));
        registry.membership.iter().for_each(|(id, state)| it.membership(id, state));
        registry.compound.iter().for_each(|(id, state)| it.compound(id, state));
        agreements.agreement.iter().for_each(|(id, state)| it.agreement(id, state));
        agreements.commitment.iter().for_each(|(id, state)| it.commitment(id, state));
        views.projects.project.iter().for_each(|(id, state)| it.project(id, state));
        meetings.meeting.iter().for_each(|(id, state)| it.meeting(id, state));
        meetings.decision.iter().for_each(|(id, state)| it.decision(id, state));
        wednesday.occurrence.iter().for_each(|(id, state)| it.occurrence(id, state));
        wednesday.issue.iter().for_each(|(id, state)| it.issue(id, state));
        it
    }

    /// Makes the row of a stream again, after an event of it was folded.
    pub(crate) fn touch(&mut self, views: &Views, stream: &str) {
        let Some((category, id)) = stream.split_once('/') else { return };
        macro_rules! again {
            ($table:expr, $put:ident) => {
                if let Some(state) = $table.get(id) {
                    self.$put(id, state);
                }
            };
        }
        match category {
            "alliance" => again!(views.registry.alliance, alliance),
            "membership" => again!(views.registry.membership, membership),
            "compound" => again!(views.registry.compound, compound),
            "agreement" => again!(views.agreements.agreement, agreement),
            "commitment" => again!(views.agreements.commitment, commitment),
            "project" => again!(views.projects.project, project),
            "meeting" => again!(views.meetings.meeting, meeting),
            "decision" => again!(views.meetings.decision, decision),
            "occurrence" => again!(views.wednesday.occurrence, occurrence),
            "issue" => again!(views.wednesday.issue, issue),
            // What else figures need, such as the street of a community, is read from the registry itself.
            _ => {}
        }
    }

    /// The earliest day on which anything happened that figures count by its day; `None` in an empty ledger.
    pub(super) fn first_day(&self) -> Option<Day> {
        let earliest = [
            self.alliances.earliest([0]),
            self.memberships.earliest([0, 1]),
            self.agreements.earliest([0, 1, 2]),
            self.commitments.earliest([1, 2]),
            self.projects.earliest([1, 2, 3, 4, 5]),
            self.meetings.earliest([0]),
            self.decisions.earliest([1, 2]),
            self.occurrences.earliest([1]),
            self.issues.earliest([0, 1, 2]),
        ];
        earliest.into_iter().min().and_then(When::day)
    }

    /// The streams of a table by their places.
    pub(super) fn streams(&self, table: Table) -> (&'static str, Vec<&str>) {
        let (category, ids) = match table {
            Table::Alliance => ("alliance", &self.alliances.ids),
            Table::Membership => ("membership", &self.memberships.ids),
            Table::Compound => ("compound", &self.compounds.ids),
            Table::Agreement => ("agreement", &self.agreements.ids),
            Table::Commitment => ("commitment", &self.commitments.ids),
            Table::Project => ("project", &self.projects.ids),
            Table::Meeting => ("meeting", &self.meetings.ids),
            Table::Decision => ("decision", &self.decisions.ids),
            Table::Occurrence => ("occurrence", &self.occurrences.ids),
            Table::Issue => ("issue", &self.issues.ids),
        };
        (category, ids.sorted())
    }

    fn alliance(&mut self, id: &str, state: &Alliance) {
        self.made += 1;
        let community = self.communities.number(&state.community);
        self.alliances.put(id, [state.established, state.dissolved], AllianceRow { community });
    }

    fn membership(&mut self, id: &str, state: &Membership) {
        self.made += 1;
        let alliance = self.alliances.place(&state.alliance);
        let unit = self.units.number(&state.unit);
        self.memberships.put(id, [state.joined, state.left], MembershipRow { alliance, unit });
    }

    fn compound(&mut self, id: &str, state: &Compound) {
        self.made += 1;
        let community = self.communities.number(&state.community);
        let served = state.enterprise.entries().iter().map(|entry| {
            let code = entry.value.as_deref().filter(|code| !code.is_empty());
            let enterprise = code.map(|code| self.units.number(code));
            Served { from: When::on(Some(entry.from)), at: entry.at, enterprise }
        });
        let served = served.collect();
        self.compounds.put(id, [], CompoundRow { community, served });
    }

    fn agreement(&mut self, id: &str, state: &Agreement) {
        self.made += 1;
        let row = AgreementRow {
            alliance: self.alliances.place(&state.alliance),
            party_b: self.units.number(&state.party_b),
            lapses: When::on(state.expires.and_then(Expiry::day).map(|last| last.plus(1))),
            co_building: state.kind == CO_BUILDING,
            there: true,
        };
        self.agreements.put(id, [state.signed, state.effective, state.terminated, state.recorded], row);
    }

    fn commitment(&mut self, id: &str, state: &Commitment) {
        self.made += 1;
        let Work { due_on, completed, verified, .. } = state.work;
        let row = CommitmentRow { agreement: self.agreements.place(&state.agreement), due: When::on(due_on) };
        self.commitments.put(id, [state.added, completed, verified], row);
    }

    fn project(&mut self, id: &str, state: &Project) {
        self.made += 1;
        let claims = state.claims().map(|(unit, fact)| Claim {
            unit: self.units.number(unit),
            on: When::of(Some(fact)),
            at: fact.at,
        });
        let claims = claims.collect();
        let claimed = state.first_claimed();
        let row = ProjectRow {
            community: self.communities.number(&state.community),
            due: When::on(state.due_on),
            problems: state.problems_solved.unwrap_or(0),
            claims,
        };
        let Project { proposed, listed, submitted, accepted, cancelled, .. } = *state;
        self.projects.put(id, [proposed, listed, claimed, submitted, accepted, cancelled], row);
    }

    fn meeting(&mut self, id: &str, state: &Meeting) {
        self.made += 1;
        let kind = match state.meeting_type.as_str() {
            JOINT => MeetingKind::Joint,
            LIUHAO => MeetingKind::Liuhao,
            _ => MeetingKind::Other,
        };
        let row = MeetingRow { community: self.communities.number(&state.community), kind };
        self.meetings.put(id, [state.held, state.scheduled], row);
    }

    fn decision(&mut self, id: &str, state: &Decision) {
        self.made += 1;
        let Work { due_on, extended_to, completed, verified, .. } = state.work;
        let row = DecisionRow {
            meeting: self.meetings.place(&state.meeting),
            due: When::on(due_on),
            extended: When::on(extended_to),
        };
        self.decisions.put(id, [state.recorded, completed, verified], row);
    }

    fn occurrence(&mut self, id: &str, state: &Occurrence) {
        self.made += 1;
        let row = OccurrenceRow {
            community: self.communities.number(&state.community),
            planned: When::on(Some(state.planned_on)),
            reasoned: stated(state.reason.as_ref()),
        };
        self.occurrences.put(id, [state.scheduled, state.held, state.cancelled], row);
    }

    fn issue(&mut self, id: &str, state: &Issue) {
        self.made += 1;
        let Work { due_on, extended_to, completed, verified, .. } = state.work;
        let category = CATEGORIES.iter().position(|category| *category == state.category);
        let row = IssueRow {
            occurrence: self.occurrences.place(&state.occurrence),
            due: When::on(due_on),
            extended: When::on(extended_to),
            category: category.and_then(|category| u8::try_from(category).ok()),
        };
        self.issues.put(id, [state.raised, completed, verified], row);
    }
}
