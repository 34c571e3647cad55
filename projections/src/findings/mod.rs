//! Findings: what the rule book, or plain sense, says about facts that were recorded all the same.
//!
//! Nothing is refused and nothing undone because of a finding. Each has a code, whose text is a message of
//! the program that shows it, and cites `rule@version` where a rule of its time decided.

mod agreements;
mod meetings;
mod projects;
mod records;
mod registry;
mod wednesday;

use gongjian_core::day::Day;
use gongjian_core::domain::facts::Fact;
use gongjian_core::domain::work::Work;
use gongjian_core::record::Position;
use serde::Serialize;
use serde::ser::Serializer;

use crate::views::Views;

macro_rules! codes {
    ($($(#[$doc:meta])* $Code:ident = $word:literal;)+) => {
        /// What kind of finding it is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($(#[$doc])* $Code,)+ }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Code] = &[$(Code::$Code),+];

            /// Its stable word, key of its message.
            pub fn word(self) -> &'static str {
                match self { $(Code::$Code => $word,)+ }
            }
        }
    };
}

codes! {
    /// Fewer member units were there than rule M01 wants.
    NoQuorum = "no-quorum";
    /// The notice went out later than rule M02 wants.
    NoticeTooShort = "notice-too-short";
    /// No notice is recorded (M02).
    NoticeMissing = "notice-missing";
    /// Minutes are not recorded within the days of rule M03.
    NoMinutes = "no-minutes";
    /// Minutes were confirmed later than rule M03 wants, or are not confirmed yet.
    MinutesLate = "minutes-late";
    /// A unit is responsible for a decision of a meeting that it did not attend.
    ResponsibleAbsent = "responsible-absent";
    /// A quarter without as many joint meetings as rule R12 wants.
    NoJointMeeting = "no-joint-meeting";
    /// Carried over as often as rule W01 allows, and not escalated.
    NotEscalated = "not-escalated";
    /// A Wednesday meeting was held on another weekday.
    OtherWeekday = "wednesday-other-weekday";
    /// A Wednesday meeting was held on a public holiday.
    OnHoliday = "wednesday-on-holiday";
    /// A Wednesday meeting was planned and neither held nor cancelled.
    OccurrenceMissed = "wednesday-missed";
    /// No Wednesday meeting is recorded for a Wednesday (R16).
    OccurrenceUnrecorded = "wednesday-unrecorded";
    /// A commitment is due after its agreement's expiry.
    DueAfterExpiry = "due-after-expiry";
    /// A commitment was completed after its agreement's expiry.
    DoneAfterExpiry = "done-after-expiry";
    /// An agreement took effect before it was signed.
    EffectiveBeforeSigning = "effective-before-signing";
    /// An agreement was terminated after it had expired.
    TerminatedAfterExpiry = "terminated-after-expiry";
    /// More time was granted, and the original date was kept.
    ExtensionNotNeeded = "extension-not-needed";
    /// Extended more often than rule X01 allows.
    RepeatedExtensions = "repeated-extensions";
    /// The verifier was also a supporting unit, or a party.
    VerifierInvolved = "verifier-involved";
    /// Completed and verified on one day.
    SameDayVerification = "same-day-verification";
    /// A project was accepted and solved no problem.
    NothingSolved = "nothing-solved";
    /// A property enterprise without a co-building agreement in force (R14).
    EnterpriseWithoutAgreement = "enterprise-without-agreement";
    /// A property enterprise without as many claims in a year as rule R15 wants.
    EnterpriseWithoutClaim = "enterprise-without-claim";
    /// A grid with fewer or more households than rule R02 wants.
    GridHouseholds = "grid-households";
    /// A grid without a leader's post, or with fewer or more members than rule R03 wants.
    GridMembers = "grid-members";
    /// A row that the ledger has is gone from a later workbook (台账缺行).
    RowMissing = "row-missing";
    /// Recorded late (补录).
    LateEntry = "late-entry";
    /// Corrected (更正).
    Corrected = "corrected";
    /// A membership recorded later puts an earlier record in the wrong (追溯冲突).
    RetroactiveConflict = "retroactive-conflict";
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What kind it is.
    pub code: Code,
    /// The stream it is about.
    pub stream: String,
    /// Code of the community, where it has one.
    pub community: Option<String>,
    /// The day on which it arose.
    pub day: Day,
    /// The event that shows it; none where the lack of one does.
    pub position: Option<Position>,
    /// Named values for the message.
    #[serde(serialize_with = "as_map")]
    pub args: Vec<(&'static str, String)>,
}

fn as_map<S: Serializer>(args: &[(&'static str, String)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(args.iter().map(|(name, value)| (name, value)))
}

impl Finding {
    /// The value of an argument.
    pub fn arg(&self, name: &str) -> Option<&str> {
        self.args.iter().find(|(it, _)| *it == name).map(|(_, value)| value.as_str())
    }
}

/// Every finding as of the day `on`, by day, then by stream.
pub fn findings(views: &Views, on: Day) -> Vec<Finding> {
    let mut out = Out { views, on, findings: Vec::new() };
    meetings::find(&mut out);
    wednesday::find(&mut out);
    agreements::find(&mut out);
    projects::find(&mut out);
    registry::find(&mut out);
    records::find(&mut out);
    let mut findings = out.findings;
    findings
        .sort_by(|a, b| (a.day, &a.stream, a.code, a.position).cmp(&(b.day, &b.stream, b.code, b.position)));
    findings
}

/// Where findings are gathered.
struct Out<'v> {
    views: &'v Views,
    on: Day,
    findings: Vec<Finding>,
}

impl Out<'_> {
    /// Adds a finding that an event shows, unless that event lies after the day.
    fn fact(
        &mut self,
        code: Code,
        stream: String,
        community: Option<&str>,
        fact: Fact,
        args: Vec<(&'static str, String)>,
    ) {
        self.day(code, stream, community, fact.on, Some(fact.at), args);
    }

    /// Adds a finding that arose on a day.
    fn day(
        &mut self,
        code: Code,
        stream: String,
        community: Option<&str>,
        day: Day,
        position: Option<Position>,
        args: Vec<(&'static str, String)>,
    ) {
        if day <= self.on {
            let community = community.map(str::to_owned);
            self.findings.push(Finding { code, stream, community, day, position, args });
        }
    }

    /// Findings about a piece of work: extensions, and who verified it when.
    fn work(&mut self, stream: &str, community: Option<&str>, work: &Work, involved: &[&str]) {
        if let (Some(until), Some(due), Some(done)) = (work.extended_to, work.due_on, work.completed)
            && done.on <= due
        {
            let args = vec![("due", due.to_string()), ("until", until.to_string())];
            self.fact(Code::ExtensionNotNeeded, stream.to_owned(), community, done, args);
        }
        if let (Some(completed), Some(verified)) = (work.completed, work.verified)
            && completed.on == verified.on
        {
            self.fact(Code::SameDayVerification, stream.to_owned(), community, verified, Vec::new());
        }
        if let (Some(verifier), Some(verified)) = (&work.verifier, work.verified)
            && involved.contains(&verifier.as_str())
        {
            let args = vec![("unit", verifier.clone())];
            self.fact(Code::VerifierInvolved, stream.to_owned(), community, verified, args);
        }
    }

    /// Finding about extensions granted too often.
    fn extensions(&mut self, stream: &str, community: Option<&str>, extensions: u16, since: Fact) {
        if extensions == 0 {
            return;
        }
        if let Some((limit, rule)) = self.views.rules.parameter("X01", "extensionsMax", since.on)
            && u32::from(extensions) > limit
        {
            let args = vec![("count", extensions.to_string()), ("limit", limit.to_string()), ("rule", rule)];
            self.fact(Code::RepeatedExtensions, stream.to_owned(), community, since, args);
        }
    }
}
