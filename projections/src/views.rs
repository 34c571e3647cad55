//! All read models together. The table below is the only list of them.

use std::sync::OnceLock;

use gongjian_core::day::Day;
use gongjian_core::record::{Digest, Position, RecordRef};

use crate::figures::Compact;
use crate::projection::{ApplyError, Decoded, Projection};

macro_rules! read_models {
    ($($(#[$doc:meta])* $module:ident: $Model:ident;)+) => {
        /// Every read model, each with the position it applies next.
        #[derive(Clone, Debug, Default)]
        pub struct Views {
            $($(#[$doc])* pub $module: crate::$module::$Model,)+
            progress: Progress,
            /// `previous` of the event applied last: which history this is.
            anchor: Digest,
            /// What figures count, once a report has asked for it; made from the read models and kept with them.
            compact: OnceLock<Box<Compact>>,
        }

        #[derive(Clone, Debug, Default)]
        struct Progress { $($module: Position,)+ }

        /// Name and version of every read model, in the order of the table.
        pub const READ_MODELS: &[(&str, u32)] =
            &[$((<crate::$module::$Model as Projection>::NAME, <crate::$module::$Model as Projection>::VERSION)),+];

        impl Views {
            /// Folds one event in. What a read model has applied already, it ignores.
            ///
            /// # Errors
            /// [`ApplyError`]; nothing changes.
            pub fn apply_record(&mut self, record: RecordRef<'_>) -> Result<(), ApplyError> {
                let expected = self.position();
                if record.position < expected {
                    return Ok(());
                }
                if record.position > expected {
                    return Err(ApplyError::Gap { expected, found: record.position });
                }
                let decoded = Decoded::from_record(record)?;
                let recorded = decoded.recorded();
                $(
                    if self.progress.$module == expected {
                        self.$module.apply(&recorded);
                        self.progress.$module += 1;
                    }
                )+
                self.anchor = decoded.record.previous;
                self.keep_compact(decoded.record.stream);
                Ok(())
            }

            /// Passes over a withheld event: nobody knows any more what it said.
            fn pass_over(&mut self) {
                let expected = self.position();
                $(
                    if self.progress.$module == expected {
                        self.progress.$module += 1;
                    }
                )+
            }

            /// The position that is applied next: how many events were folded.
            pub fn position(&self) -> Position {
                let mut position = Position::MAX;
                $(position = position.min(self.progress.$module);)+
                position
            }

            /// Digest of each read model's content by its name.
            pub fn digests(&self) -> Vec<(&'static str, Digest)> {
                vec![$((<crate::$module::$Model as Projection>::NAME, self.$module.digest())),+]
            }

            /// Calls `save` with name, version, next position and content of each read model.
            pub(crate) fn each_content<E>(
                &self,
                mut save: impl FnMut(&'static str, u32, Position, Vec<u8>) -> Result<(), E>,
            ) -> Result<(), E> {
                $(save(
                    <crate::$module::$Model as Projection>::NAME,
                    <crate::$module::$Model as Projection>::VERSION,
                    self.progress.$module,
                    self.$module.content(),
                )?;)+
                Ok(())
            }

            /// Fills each read model with what `load` finds for its name and version, newest first: next
            /// position and content. Content that does not decode is passed over.
            pub(crate) fn load(&mut self, mut load: impl FnMut(&str, u32) -> Vec<(Position, Vec<u8>)>) {
                self.compact = OnceLock::new();
                $(
                    let found = load(
                        <crate::$module::$Model as Projection>::NAME,
                        <crate::$module::$Model as Projection>::VERSION,
                    );
                    for (position, content) in found {
                        if let Ok(model) = gongjian_core::codec::decode_snapshot(&content) {
                            self.$module = model;
                            self.progress.$module = position;
                            break;
                        }
                    }
                )+
            }
        }
    };
}

read_models! {
    /// Streets, communities, compounds, branches, grids, units, posts, alliances, memberships, holidays.
    registry: Registry;
    /// Agreements and their commitments.
    agreements: Agreements;
    /// Projects and their claims.
    projects: Projects;
    /// Series, meetings, topics, decisions and follow-up tasks.
    meetings: Meetings;
    /// Occurrences of the Wednesday meeting and the issues raised there.
    wednesday: Wednesday;
    /// The rule book over time.
    rules: Rules;
    /// Duties done that have no event of their own, and exemptions.
    duties: Duties;
    /// Imports, late entries and corrections.
    imports: Imports;
    /// Documents, the directory and erasures.
    documents: Documents;
    /// Periods, editions of reports, and what came after freezes.
    periods: Periods;
    /// Who entered what, and which events gave more time.
    entries: Entries;
    /// Matters: root stream → positions.
    trails: Trails;
}

impl Views {
    /// Folds one stored event in. What a read model has applied already, it ignores. No bytes at all are a
    /// withheld event, as in an entry bundle; it is taken for the one that is expected.
    ///
    /// # Errors
    /// [`ApplyError`]; nothing changes.
    pub fn apply(&mut self, bytes: &[u8]) -> Result<(), ApplyError> {
        if bytes.is_empty() {
            self.pass_over();
            return Ok(());
        }
        let record = RecordRef::decode(bytes)
            .map_err(|source| ApplyError::Record { expected: self.position(), source })?;
        self.apply_record(record)
    }

    /// `previous` of the event applied last.
    pub(crate) fn anchor(&self) -> Digest {
        self.anchor
    }

    /// The day as of which figures are judged where nobody names one: in a ledger that was only ever
    /// filled by imports the latest 截至日期, otherwise `today`.
    pub fn default_on(&self, today: Day) -> Day {
        self.imports.only_as_of().unwrap_or(today)
    }

    /// What figures count, as dense rows; the first question makes them, each event keeps them.
    pub(crate) fn compact(&self) -> &Compact {
        self.compact.get_or_init(|| Box::new(Compact::of(self)))
    }

    /// Brings the rows of a stream up to date, if there are rows.
    fn keep_compact(&mut self, stream: &str) {
        if let Some(mut compact) = self.compact.take() {
            compact.touch(self, stream);
            self.compact = OnceLock::from(compact);
        }
    }

    /// Forgets the rows, so that the next question makes them again.
    #[cfg(test)]
    pub(crate) fn forget_compact(&mut self) {
        self.compact = OnceLock::new();
    }

    /// Code of the community that a stream belongs to, where it belongs to one.
    pub fn community_of(&self, stream: &str) -> Option<&str> {
        let (category, id) = stream.split_once('/')?;
        match category {
            "community" => self.registry.community.key(id),
            "compound" => self.registry.compound.get(id).map(|row| row.community.as_str()),
            "branch" => self.registry.branch.get(id).map(|row| row.community.as_str()),
            "grid" => self.registry.grid.get(id).map(|row| row.community.as_str()),
            "alliance" => self.registry.community_of_alliance(id),
            "membership" => {
                let membership = self.registry.membership.get(id)?;
                self.registry.community_of_alliance(&membership.alliance)
            }
            "agreement" => {
                let agreement = self.agreements.agreement.get(id)?;
                self.registry.community_of_alliance(&agreement.alliance)
            }
            "commitment" => {
                let commitment = self.agreements.commitment.get(id)?;
                let agreement = self.agreements.agreement.get(&commitment.agreement)?;
                self.registry.community_of_alliance(&agreement.alliance)
            }
            "project" => self.projects.project.get(id).map(|row| row.community.as_str()),
            "series" => self.meetings.series.get(id).map(|row| row.community.as_str()),
            "meeting" => self.meetings.meeting.get(id).map(|row| row.community.as_str()),
            "topic" => self.community_of_meeting(self.meetings.topic.get(id)?.meeting.as_deref()?),
            "decision" => self.community_of_meeting(&self.meetings.decision.get(id)?.meeting),
            "task" => {
                let decision = self.meetings.decision.get(&self.meetings.task.get(id)?.decision)?;
                self.community_of_meeting(&decision.meeting)
            }
            "occurrence" => self.wednesday.occurrence.get(id).map(|row| row.community.as_str()),
            "issue" => {
                let issue = self.wednesday.issue.get(id)?;
                self.wednesday.occurrence.get(&issue.occurrence).map(|row| row.community.as_str())
            }
            "duty" => self.community_of(&self.duties.duty.get(id)?.subject),
            "obligation" => {
                let exemption = self.duties.exemption.get(id)?;
                let owed_to = exemption.community.as_deref();
                owed_to.or_else(|| self.community_of(&exemption.subject))
            }
            "document" => self.community_of(&self.documents.document.get(id)?.matter),
            "report" => {
                let (_, code) = self.periods.report.get(id)?.scope.split_once("community/")?;
                self.registry.community.key(code)
            }
            "erasure" => {
                let subject = &self.documents.erasure.get(id)?.subject;
                // An erasure never stands for another one, so this ends.
                if subject.starts_with("erasure/") { None } else { self.community_of(subject) }
            }
            _ => None,
        }
    }

    fn community_of_meeting(&self, meeting: &str) -> Option<&str> {
        self.meetings.meeting.get(meeting).map(|row| row.community.as_str())
    }
}
