//! What can happen in a county, what is refused, and what the ledger remembers of it.
//!
//! One file per stream category, each with its events, commands, state and rules; start with
//! [`agreement`]. [`category`] says what a category is, [`facts`] and [`table`] hold the building blocks.
//! The list below is the only one that anybody edits to add a category.
//!
//! **Invariants** (an unknown unit, a verification by the one who did the work, an end before its start, a
//! step that the state does not allow) are refused here. **Rule-book rules** (quorum, notice, deadlines,
//! escalation) never stop a fact from being recorded; breaking one is a finding of the projections.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::codec::CodecError;
use crate::event::{DecodeError, DomainEvent, EventKind};
use crate::record::Revision;
use crate::rejection::Rejection;

#[macro_use]
pub mod category;
#[macro_use]
pub mod facts;
mod naming;
pub mod table;
pub mod work;

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) use tests::sources;

use category::{Category, CommandSet, Context};
use facts::{At, Fields};
use table::{Children, Table};

/// What a decision leads to: one event, and what its envelope should say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// The fact.
    pub event: Event,
    /// Root stream of the matter.
    pub trail: String,
    /// The unit that did it, where the fact itself says so.
    pub doer: Option<String>,
}

macro_rules! catalogue {
    ($($(#[$doc:meta])* $module:ident: $State:ident, $EventType:ident, $CommandType:ident;)+) => {
        $(pub mod $module;)+

        /// Any fact of any category.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[allow(missing_docs, reason = "each category documents its own")]
        pub enum Event {$( $State($module::$EventType), )+}

        /// Any command of any category.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[allow(missing_docs, reason = "each category documents its own")]
        pub enum Command {$( $State($module::$CommandType), )+}

        $(
            impl From<$module::$EventType> for Event {
                fn from(event: $module::$EventType) -> Event { Event::$State(event) }
            }
            impl From<$module::$CommandType> for Command {
                fn from(command: $module::$CommandType) -> Command { Command::$State(command) }
            }
        )+

        /// Every stream category, in the order of the catalogue.
        pub const CATEGORIES: &[&str] = &[$( <$module::$EventType as DomainEvent>::CATEGORY, )+];

        /// Every kind and version that this program reads.
        pub fn kinds() -> Vec<EventKind> {
            let mut kinds = Vec::new();
            $(kinds.extend_from_slice(<$module::$EventType as DomainEvent>::KINDS);)+
            kinds
        }

        /// Every command's name.
        pub fn command_names() -> Vec<&'static str> {
            let mut names = Vec::new();
            $(names.extend_from_slice(<$module::$CommandType as CommandSet>::NAMES);)+
            names
        }

        impl Event {
            /// Reads a stored payload as the current version of its kind.
            ///
            /// # Errors
            /// [`DecodeError`] if the kind is unknown or the bytes do not fit.
            pub fn decode(kind: &str, version: u16, payload: &[u8]) -> Result<Event, DecodeError> {
                let category = kind.split('.').next().unwrap_or_default();
                $(
                    if category == <$module::$EventType as DomainEvent>::CATEGORY {
                        return <$module::$EventType as DomainEvent>::decode(kind, version, payload)
                            .map(Event::$State);
                    }
                )+
                Err(DecodeError::UnknownKind { kind: kind.to_owned(), version })
            }

            /// Stored name, version and fields of this fact.
            pub fn kind(&self) -> EventKind {
                match self {$( Event::$State(event) => event.kind(), )+}
            }

            /// The payload's bytes.
            ///
            /// # Errors
            /// [`CodecError::TooLarge`] if it would not fit into a record.
            pub fn encode(&self) -> Result<Vec<u8>, CodecError> {
                match self {$( Event::$State(event) => event.encode(), )+}
            }
        }

        impl Command {
            /// The command's name.
            pub fn name(&self) -> &'static str {
                match self {$( Command::$State(command) => command.name(), )+}
            }

            /// The category whose streams the command acts on.
            pub fn category(&self) -> &'static str {
                match self {$( Command::$State(_) => <$module::$EventType as DomainEvent>::CATEGORY, )+}
            }

            /// Reads a command from its name and the JSON of its data.
            ///
            /// # Errors
            /// [`CommandError`]; a malformed one says which field is missing, unknown or of another type.
            pub fn from_json(name: &str, data: serde_json::Value) -> Result<Command, CommandError> {
                let whole = serde_json::json!({ "command": name, "data": data });
                $(
                    if <$module::$CommandType as CommandSet>::NAMES.contains(&name) {
                        return serde_json::from_value::<$module::$CommandType>(whole)
                            .map(Command::$State)
                            .map_err(|error| CommandError::Malformed(error.to_string()));
                    }
                )+
                Err(CommandError::Unknown(name.to_owned()))
            }

            /// The JSON of the command's name and data.
            pub fn to_json(&self) -> serde_json::Value {
                let value = match self {$( Command::$State(command) => serde_json::to_value(command), )+};
                // Commands hold texts, numbers, lists and days; none of them can fail to be written.
                value.unwrap_or_default()
            }
        }

        /// The state of one stream alone, folded from its own events.
        #[derive(Clone, Debug)]
        #[allow(missing_docs, reason = "each category documents its own state")]
        pub enum Thing {$( $State(Box<$module::$State>), )+}

        impl Thing {
            /// A stream of a category before its first event, or `None` if there is no such category.
            pub fn of(category: &str) -> Option<Thing> {
                $(
                    if category == <$module::$EventType as DomainEvent>::CATEGORY {
                        return Some(Thing::$State(Box::default()));
                    }
                )+
                None
            }

            /// Folds an event of the stream in; one of another category changes nothing.
            pub fn evolve(&mut self, event: &Event, at: &At) {
                match (self, event) {
                    $((Thing::$State(state), Event::$State(event)) => state.evolve(event, at),)+
                    _ => {}
                }
            }

            /// Where the stream stands, in the word of its state machine.
            pub fn word(&self) -> &str {
                match self {$( Thing::$State(state) => state.word(), )+}
            }

            /// The text of a field, or `None` where there is no such field or it says nothing.
            pub fn field(&self, name: &str) -> Option<String> {
                let text = match self {$( Thing::$State(state) => Fields::get(&**state, name), )+};
                text.filter(|text| !text.is_empty())
            }

            /// Fields that name something else in the ledger, and what they name. See [`Category::REFERENCES`].
            pub fn references(&self) -> &'static [(&'static str, &'static str)] {
                match self {$( Thing::$State(_) => <$module::$State as Category>::REFERENCES, )+}
            }
        }

        /// All that decisions rest on: the state of every stream, and the indexes that span streams.
        ///
        /// A pure fold of the log; the writer's copy may run ahead of what is committed.
        #[derive(Clone, Debug, Default, Serialize, Deserialize)]
        #[allow(missing_docs, reason = "each category documents its own state")]
        pub struct World {
            $($(#[$doc])* pub $module: Table<$module::$State>,)+
            /// `kind/name` → id, for everything that people call by name; old names stay.
            pub names: Table<String>,
            /// Stream → ids of what belongs to it (`agreement/XY-1` → its commitments).
            pub children: Children,
            /// Stream → revision of its last withheld event, whose content nobody can fold any more.
            pub withheld: BTreeMap<String, Revision>,
        }

        impl World {
            /// Turns a command on `stream` into one event, or refuses it.
            ///
            /// # Errors
            /// A [`Rejection`]; nothing changes.
            pub fn decide(
                &self,
                context: &Context<'_>,
                stream: &str,
                command: &Command,
            ) -> Result<Decided, Rejection> {
                let id = stream_id(stream, command.category())?;
                match command {$(
                    Command::$State(command) => {
                        let entry = self.$module.entry(id);
                        let state = entry.map(|entry| &entry.state);
                        if let Some(state) = state {
                            category::step(context, id, state, category::CommandSet::name(command))?;
                        }
                        let event = <$module::$State as Category>::decide(self, context, id, state, command)?;
                        let trail = match entry {
                            Some(entry) => entry.trail.as_deref().unwrap_or(stream).to_owned(),
                            None => <$module::$State as Category>::trail(self, &event)
                                .unwrap_or_else(|| stream.to_owned()),
                        };
                        let doer = <$module::$State as Category>::doer(state, &event);
                        Ok(Decided { event: event.into(), trail, doer })
                    }
                )+}
            }

            /// Folds an event in.
            pub fn apply(&mut self, stream: &str, revision: Revision, trail: &str, event: &Event, at: &At) {
                let (_, id) = stream.split_once('/').unwrap_or(("", stream));
                match event {$(
                    Event::$State(event) => {
                        <$module::$State as Category>::index(self, id, event);
                        self.$module.apply(id, revision, trail, trail == stream, |state| state.evolve(event, at));
                    }
                )+}
            }

            /// The revision of a stream's last event, or `None` if it has none.
            pub fn revision(&self, stream: &str) -> Option<Revision> {
                let (category, id) = stream.split_once('/')?;
                $(
                    if category == <$module::$EventType as DomainEvent>::CATEGORY {
                        let folded = self.$module.entry(id).map(|entry| entry.revision);
                        return folded.max(self.withheld.get(stream).copied());
                    }
                )+
                None
            }

            /// The commands that the state machine allows on a stream as it stands, step by step; guards that look at
            /// more than the state may still refuse. `None` if it does not exist.
            pub fn allowed(&self, stream: &str) -> Option<Vec<&'static str>> {
                let (category, id) = stream.split_once('/')?;
                $(
                    if category == <$module::$EventType as DomainEvent>::CATEGORY {
                        let state = &self.$module.entry(id)?.state;
                        return Some(category::allowed(state));
                    }
                )+
                None
            }

            /// The fields of a stream's state by their outside names, each as text; `None` if it does not exist.
            pub fn fields_of(&self, stream: &str) -> Option<Vec<(String, String)>> {
                let (category, id) = stream.split_once('/')?;
                $(
                    if category == <$module::$EventType as DomainEvent>::CATEGORY {
                        let state = &self.$module.entry(id)?.state;
                        return Some(facts::texts(state));
                    }
                )+
                None
            }

            /// The root stream of the matter that a stream belongs to, or `None` if it does not exist.
            pub fn trail_of(&self, stream: &str) -> Option<String> {
                let (category, id) = stream.split_once('/')?;
                $(
                    if category == <$module::$EventType as DomainEvent>::CATEGORY {
                        return self.$module.entry(id)
                            .map(|entry| entry.trail.as_deref().unwrap_or(stream).to_owned());
                    }
                )+
                None
            }

            /// From now on, what changes can be undone.
            pub fn begin(&mut self) {
                $(self.$module.begin();)+
                self.names.begin();
                self.children.begin();
            }

            /// Keeps what changed since [`World::begin`].
            pub fn keep(&mut self) {
                $(self.$module.keep();)+
                self.names.keep();
                self.children.keep();
            }

            /// Undoes what changed since [`World::begin`].
            pub fn undo(&mut self) {
                $(self.$module.undo();)+
                self.names.undo();
                self.children.undo();
            }
        }
    };
}

catalogue! {
    /// The ledger itself.
    ledger: Ledger, LedgerEvent, LedgerCommand;
    /// Declared layouts of payloads.
    schema: Schema, SchemaEvent, SchemaCommand;
    /// Rules of the rule book.
    rule: Rule, RuleEvent, RuleCommand;
    /// Imports of workbooks.
    import: Import, ImportEvent, ImportCommand;
    /// Streets (街道).
    street: Street, StreetEvent, StreetCommand;
    /// Communities (社区).
    community: Community, CommunityEvent, CommunityCommand;
    /// Residential compounds (小区).
    compound: Compound, CompoundEvent, CompoundCommand;
    /// Compound Party branches (小区党支部).
    branch: Branch, BranchEvent, BranchCommand;
    /// Grids (网格).
    grid: Grid, GridEvent, GridCommand;
    /// Units (单位).
    unit: Unit, UnitEvent, UnitCommand;
    /// Posts (岗位).
    post: Post, PostEvent, PostCommand;
    /// Party-building alliances (党建联盟).
    alliance: Alliance, AllianceEvent, AllianceCommand;
    /// Memberships of alliances (联盟成员).
    membership: Membership, MembershipEvent, MembershipCommand;
    /// Public holidays (节假日).
    holiday: Holiday, HolidayEvent, HolidayCommand;
    /// Agreements (协议).
    agreement: Agreement, AgreementEvent, AgreementCommand;
    /// Commitments of agreements (条款).
    commitment: Commitment, CommitmentEvent, CommitmentCommand;
    /// Projects (项目).
    project: Project, ProjectEvent, ProjectCommand;
    /// Meeting series (会议制度).
    series: Series, SeriesEvent, SeriesCommand;
    /// Joint meetings (联席会议).
    meeting: Meeting, MeetingEvent, MeetingCommand;
    /// Topics (议题).
    topic: Topic, TopicEvent, TopicCommand;
    /// Decisions (议定事项).
    decision: Decision, DecisionEvent, DecisionCommand;
    /// Follow-up tasks (督办任务).
    task: Task, TaskEvent, TaskCommand;
    /// Occurrences of the Wednesday meeting (周三例会).
    occurrence: Occurrence, OccurrenceEvent, OccurrenceCommand;
    /// Property issues (物业问题).
    issue: Issue, IssueEvent, IssueCommand;
    /// Duties done that have no event of their own (履职记录).
    duty: Duty, DutyEvent, DutyCommand;
    /// Exemptions from obligations (应办事项).
    obligation: Obligation, ObligationEvent, ObligationCommand;
    /// Documents and personal fields in the vault (资料).
    document: Document, DocumentEvent, DocumentCommand;
    /// Who held which post when (岗位任职).
    holder: Holder, HolderEvent, HolderCommand;
    /// Look-ups (查阅).
    access: Access, AccessEvent, AccessCommand;
    /// Erasures (删除).
    erasure: Erasure, ErasureEvent, ErasureCommand;
    /// Periods (统计期).
    period: Period, PeriodEvent, PeriodCommand;
    /// Editions of quarterly reports (季度报告).
    report: Report, ReportEvent, ReportCommand;
}

/// Commands that only the ledger itself gives; nobody may send them from outside. Those about the vault come with
/// objects and keys, and an edition of a report with digests, which their own verbs and routes look after.
pub const INTERNAL_COMMANDS: &[&str] = &[
    "ledger.open",
    "ledger.accept-clock",
    "ledger.rotate-key",
    "schema.declare",
    "import.record",
    "document.add",
    "holder.name",
    "access.record",
    "erasure.ask",
    "erasure.approve",
    "erasure.refuse",
    "erasure.execute",
    "report.generate",
];

/// A command could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// No category has such a command.
    #[error("there is no command {0:?}")]
    Unknown(String),
    /// The data does not fit; the text names the field.
    #[error("the command's data does not fit: {0}")]
    Malformed(String),
}

/// Longest id of a stream, in characters.
const ID_CHARS_MAX: usize = 120;

/// The id in a stream's name; the name must belong to `category` and hold no white space or slash.
fn stream_id<'s>(stream: &'s str, category: &str) -> Result<&'s str, Rejection> {
    stream
        .split_once('/')
        .filter(|(prefix, id)| {
            *prefix == category
                && !id.is_empty()
                && id.chars().count() <= ID_CHARS_MAX
                && !id
                    .chars()
                    .any(|c| c.is_whitespace() || c.is_control() || matches!(c, '/' | '、' | '\\' | '%'))
        })
        .map(|(_, id)| id)
        .ok_or_else(|| Rejection::new("stream-name").with("stream", stream).with("category", category))
}

impl World {
    /// Notes a withheld event: its stream goes on behind it, whatever it said.
    pub fn pass_over(&mut self, stream: &str, revision: Revision) {
        let last = self.withheld.entry(stream.to_owned()).or_insert(revision);
        *last = revision.max(*last);
    }

    /// The id behind what people write: an id of the table, or a name (also an old one) of `kind`.
    fn named(&self, kind: &'static str, given: &str, known: bool) -> Result<String, Rejection> {
        if known {
            return Ok(given.to_owned());
        }
        let mut key = String::with_capacity(kind.len() + 1 + given.len());
        key.push_str(kind);
        key.push('/');
        key.push_str(given);
        self.names.get(&key).cloned().ok_or_else(|| Rejection::unknown(kind, given))
    }

    /// Code of a street, by code or name.
    ///
    /// # Errors
    /// `reference-unknown`.
    pub fn street_code(&self, given: &str) -> Result<String, Rejection> {
        self.named("street", given, self.street.get(given).is_some())
    }

    /// Code of a community, by code or name.
    ///
    /// # Errors
    /// `reference-unknown`.
    pub fn community_code(&self, given: &str) -> Result<String, Rejection> {
        self.named("community", given, self.community.get(given).is_some())
    }

    /// Code of a compound, by code or name.
    ///
    /// # Errors
    /// `reference-unknown`.
    pub fn compound_code(&self, given: &str) -> Result<String, Rejection> {
        self.named("compound", given, self.compound.get(given).is_some())
    }

    /// Code of a unit or a compound Party branch, by code or name.
    ///
    /// # Errors
    /// `reference-unknown`.
    pub fn unit_code(&self, given: &str) -> Result<String, Rejection> {
        let known = self.unit.get(given).is_some() || self.branch.get(given).is_some();
        self.named("unit", given, known)
    }

    /// Codes of several units, in the order given, each once.
    ///
    /// # Errors
    /// `reference-unknown` for the first that is not registered.
    pub fn unit_codes(&self, given: &[String]) -> Result<Vec<String>, Rejection> {
        let mut codes = Vec::with_capacity(given.len());
        for name in given {
            let code = self.unit_code(name)?;
            if !codes.contains(&code) {
                codes.push(code);
            }
        }
        Ok(codes)
    }

    /// Code of an alliance, by code or name.
    ///
    /// # Errors
    /// `reference-unknown`.
    pub fn alliance_code(&self, given: &str) -> Result<String, Rejection> {
        self.named("alliance", given, self.alliance.get(given).is_some())
    }

    /// The code or id for what a field of `kind` names: for `units` and `compounds` a list joined by `、`. The
    /// empty text stays empty.
    ///
    /// # Errors
    /// `reference-unknown` for the first that the ledger does not know.
    pub fn resolve(&self, kind: &'static str, given: &str) -> Result<String, Rejection> {
        let id =
            |known: bool| if known { Ok(given.to_owned()) } else { Err(Rejection::unknown(kind, given)) };
        let list = |one: &dyn Fn(&str) -> Result<String, Rejection>| {
            let names = given.split('、').filter(|name| !name.is_empty());
            names.map(one).collect::<Result<Vec<_>, _>>().map(|codes| codes.join("、"))
        };
        match kind {
            _ if given.is_empty() => Ok(String::new()),
            "street" => self.street_code(given),
            "community" => self.community_code(given),
            "compound" => self.compound_code(given),
            "alliance" => self.alliance_code(given),
            "unit" => self.unit_code(given),
            "units" => list(&|name| self.unit_code(name)),
            "compounds" => list(&|name| self.compound_code(name)),
            "source" => self.source_stream(given),
            "agreement" => id(self.agreement.get(given).is_some()),
            "meeting" => id(self.meeting.get(given).is_some()),
            "topic" => id(self.topic.get(given).is_some()),
            "occurrence" => id(self.occurrence.get(given).is_some()),
            "rule" => id(self.rule.get(given).is_some()),
            "subject" => self.subject_stream(given),
            _ => id(false),
        }
    }

    /// Whether a unit is a member of the active alliance of a community on a day.
    pub fn is_member(&self, community: &str, unit: &str, day: crate::day::Day) -> bool {
        self.children_of(&format!("community/{community}")).iter().any(|alliance| {
            self.children_of(&format!("alliance/{alliance}")).iter().any(|membership| {
                self.membership
                    .get(membership)
                    .is_some_and(|m| m.alliance == *alliance && m.unit == unit && m.on(day))
            })
        })
    }

    /// The stream behind a number that people write as a source: an issue, topic, decision or project.
    ///
    /// # Errors
    /// `reference-unknown`.
    pub fn source_stream(&self, given: &str) -> Result<String, Rejection> {
        if self.trail_of(given).is_some() {
            return Ok(given.to_owned());
        }
        ["issue", "topic", "decision", "project"]
            .iter()
            .map(|category| format!("{category}/{given}"))
            .find(|stream| self.trail_of(stream).is_some())
            .ok_or_else(|| Rejection::unknown("source", given))
    }

    /// Ids of what belongs to a stream, such as the commitments of an agreement.
    pub fn children_of(&self, stream: &str) -> &[String] {
        self.children.of(stream)
    }

    /// Refuses a name that something else of the same kind has or had.
    fn free_name(&self, kind: &str, name: &str, id: &str) -> Result<(), Rejection> {
        match self.names.get(&format!("{kind}/{name}")) {
            Some(owner) if owner != id => {
                Err(Rejection::new("name-taken").with("name", name).with("owner", owner))
            }
            _ => Ok(()),
        }
    }

    fn learn_name(&mut self, kind: &str, name: &str, id: &str) {
        self.names.apply(&format!("{kind}/{name}"), 0, "", true, |owner| id.clone_into(owner));
    }

    fn learn_child(&mut self, parent: &str, child: &str) {
        self.children.add(parent, child);
    }
}
