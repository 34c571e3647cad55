//! Findings: what the rule book, or plain sense, says about facts that were recorded all the same.
//!
//! Nothing is refused and nothing undone because of a finding. Each has a code, whose text is a message of
//! the program that shows it, and cites `rule@version` where a rule of its time decided. The table of codes
//! below is the one definition of each; thresholds that no rule of the book holds are the constants after it.

mod agreements;
mod bursts;
mod meetings;
mod projects;
mod records;
mod registry;
#[cfg(test)]
mod tests;
mod texts;
mod wednesday;

use gongjian_core::day::Day;
use gongjian_core::domain::category::Change;
use gongjian_core::domain::facts::Fact;
use gongjian_core::domain::work::Work;
use gongjian_core::record::Position;
use serde::Serialize;
use serde::ser::Serializer;

use crate::views::Views;

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// 严重: a rule is broken, or a record may not be true.
    Serious,
    /// 关注: an inspector should ask.
    Attention,
    /// 提示: worth knowing.
    Note,
}

impl Severity {
    /// Every severity, the gravest first.
    pub const ALL: &'static [Severity] = &[Severity::Serious, Severity::Attention, Severity::Note];

    /// Its stable word, key of its message.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Serious => "serious",
            Severity::Attention => "attention",
            Severity::Note => "note",
        }
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $Code:ident = $word:literal, $Severity:ident;)+) => {
        /// What kind of finding it is. Its definition is its documentation here; where the county may choose
        /// a threshold, the rule that holds it is named.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($(#[$doc])* $Code,)+ }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Code] = &[$(Code::$Code),+];

            /// Its stable word, key of its message.
            pub fn word(self) -> &'static str {
                match self { $(Code::$Code => $word,)+ }
            }

            /// How much it weighs.
            pub fn severity(self) -> Severity {
                match self { $(Code::$Code => Severity::$Severity,)+ }
            }
        }
    };
}

codes! {
    /// Fewer member units were there than rule M01 wants.
    NoQuorum = "no-quorum", Serious;
    /// One account, or one post while there are no accounts, entered both that a work was done and that it
    /// was verified. An import is nobody's hand.
    OneHand = "one-hand", Serious;
    /// A project was accepted and solved no problem, or does not say how many.
    NothingSolved = "nothing-solved", Serious;
    /// A row that the ledger has is gone from a later workbook (台账缺行).
    RowMissing = "row-missing", Serious;
    /// A membership recorded later puts an earlier record in the wrong (追溯冲突).
    RetroactiveConflict = "retroactive-conflict", Serious;
    /// A quarter without as many joint meetings as rule R12 wants.
    NoJointMeeting = "no-joint-meeting", Serious;
    /// Carried over as often as rule W01 allows, and not escalated.
    NotEscalated = "not-escalated", Attention;
    /// The verifier was also a supporting unit, or a party.
    VerifierInvolved = "verifier-involved", Attention;
    /// Completed and verified on one day.
    SameDayVerification = "same-day-verification", Attention;
    /// Much of what a community completed in a quarter, it completed in the quarter's last days: at least
    /// [`BURST_MIN`] works within [`BURST_DAYS`] days, and more than one in [`BURST_SHARE`] of the quarter.
    QuarterEndBurst = "quarter-end-burst", Attention;
    /// Extended more often than rule X01 allows.
    RepeatedExtensions = "repeated-extensions", Attention;
    /// At least [`SAME_TEXT_MIN`] records of one category have the same words, spaces and marks aside. Texts
    /// with fewer than [`SAME_TEXT_LETTERS`] letters are stock phrases.
    IdenticalText = "identical-text", Attention;
    /// Recorded late (补录): live, more than rule L01's days after it happened; in a workbook, dated before
    /// the previous 截至日期.
    LateEntry = "late-entry", Attention;
    /// Corrected (更正).
    Corrected = "corrected", Attention;
    /// Minutes were confirmed later than rule M03 wants, or are not confirmed yet.
    MinutesLate = "minutes-late", Attention;
    /// Minutes are not recorded within the days of rule M03.
    NoMinutes = "no-minutes", Attention;
    /// The notice went out later than rule M02 wants.
    NoticeTooShort = "notice-too-short", Attention;
    /// No notice is recorded (M02).
    NoticeMissing = "notice-missing", Attention;
    /// A unit is responsible for a decision of a meeting that it did not attend.
    ResponsibleAbsent = "responsible-absent", Attention;
    /// A Wednesday meeting was planned and neither held nor cancelled.
    OccurrenceMissed = "wednesday-missed", Attention;
    /// An agreement took effect before it was signed.
    EffectiveBeforeSigning = "effective-before-signing", Attention;
    /// A commitment was completed after its agreement's expiry.
    DoneAfterExpiry = "done-after-expiry", Attention;
    /// An agreement was terminated after it had expired.
    TerminatedAfterExpiry = "terminated-after-expiry", Attention;
    /// A property enterprise without a co-building agreement in force (R14).
    EnterpriseWithoutAgreement = "enterprise-without-agreement", Attention;
    /// A property enterprise without as many claims in a year as rule R15 wants.
    EnterpriseWithoutClaim = "enterprise-without-claim", Attention;
    /// No Wednesday meeting is recorded for a Wednesday (R16).
    OccurrenceUnrecorded = "wednesday-unrecorded", Note;
    /// A Wednesday meeting was held on another weekday.
    OtherWeekday = "wednesday-other-weekday", Note;
    /// A Wednesday meeting was held on a public holiday.
    OnHoliday = "wednesday-on-holiday", Note;
    /// A commitment is due after its agreement's expiry.
    DueAfterExpiry = "due-after-expiry", Note;
    /// More time was granted, and the original date was kept.
    ExtensionNotNeeded = "extension-not-needed", Note;
    /// A grid with fewer or more households than rule R02 wants.
    GridHouseholds = "grid-households", Note;
    /// A grid without a leader's post, or with fewer or more members than rule R03 wants.
    GridMembers = "grid-members", Note;
}

/// The last days of a quarter, the last one included, in which a burst is looked for.
pub const BURST_DAYS: u32 = 7;
/// Fewer completed works than this are no burst.
pub const BURST_MIN: usize = 5;
/// More than one in so many of the quarter's completed works: a week is one in thirteen of a quarter.
pub const BURST_SHARE: usize = 3;
/// Letters below which a text is a stock phrase that anybody may use again; digits, marks and spaces are none.
pub const SAME_TEXT_LETTERS: usize = 12;
/// So many records with the same words are a finding; a second one may be chance.
pub const SAME_TEXT_MIN: usize = 3;

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

impl Serialize for Severity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What kind it is.
    pub code: Code,
    /// How much it weighs.
    pub severity: Severity,
    /// The stream it is about.
    pub stream: String,
    /// Code of the community, where it has one.
    pub community: Option<String>,
    /// The day on which it arose.
    pub day: Day,
    /// The event that shows it; none where the lack of one does.
    pub position: Option<Position>,
    /// Every stream that it concerns, the one it is about first.
    pub streams: Vec<String>,
    /// Every event that it rests on, in the order of the log.
    pub positions: Vec<Position>,
    /// What a correction changed.
    pub changes: Vec<Change>,
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

    /// Its id, the same on whatever later day one asks.
    pub fn id(&self) -> String {
        let place = match (self.code, self.position) {
            (_, Some(position)) => position.to_string(),
            // What holds on the day asked did not arise on it.
            (Code::EnterpriseWithoutAgreement, None) => "0".to_owned(),
            (Code::EnterpriseWithoutClaim, None) => self.arg("year").unwrap_or_default().to_owned(),
            (_, None) => self.day.to_string(),
        };
        format!("{}:{}:{place}", self.code.word(), self.stream)
    }

    /// Codes of the communities that it concerns.
    pub fn communities<'f>(&'f self, views: &'f Views) -> impl Iterator<Item = &'f str> {
        let of_streams = self.streams.iter().filter_map(|stream| views.community_of(stream));
        self.community.as_deref().into_iter().chain(of_streams)
    }

    /// Adds a fact that it rests on.
    fn rests_on(&mut self, fact: Option<Fact>) -> &mut Finding {
        self.positions.extend(fact.map(|fact| fact.at));
        self
    }
}

/// Every finding as of the day `on`: the gravest first, then by kind, day and stream.
pub fn findings(views: &Views, on: Day) -> Vec<Finding> {
    let mut out = Out { views, on, findings: Vec::new() };
    meetings::find(&mut out);
    wednesday::find(&mut out);
    agreements::find(&mut out);
    projects::find(&mut out);
    registry::find(&mut out);
    records::find(&mut out);
    texts::find(&mut out);
    bursts::find(&mut out);
    let mut findings = out.findings;
    for finding in &mut findings {
        finding.positions.extend(finding.position);
        finding.positions.sort_unstable();
        finding.positions.dedup();
    }
    findings.sort_by(|a, b| {
        let key = |it: &Finding| (it.severity, it.code, it.day);
        key(a).cmp(&key(b)).then_with(|| (&a.stream, a.position).cmp(&(&b.stream, b.position)))
    });
    findings
}

/// Where findings are gathered.
struct Out<'v> {
    views: &'v Views,
    on: Day,
    findings: Vec<Finding>,
}

impl Out<'_> {
    /// Adds a finding that an event shows, unless that event lies after the day; gives it back, if it was
    /// added, for whatever else it rests on.
    fn fact(
        &mut self,
        code: Code,
        stream: String,
        community: Option<&str>,
        fact: Fact,
        args: Vec<(&'static str, String)>,
    ) -> Option<&mut Finding> {
        self.day(code, stream, community, fact.on, Some(fact.at), args)
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
    ) -> Option<&mut Finding> {
        if day > self.on {
            return None;
        }
        let (community, streams) = (community.map(str::to_owned), vec![stream.clone()]);
        let (severity, positions, changes) = (code.severity(), Vec::new(), Vec::new());
        let finding =
            Finding { code, severity, stream, community, day, position, streams, positions, changes, args };
        self.findings.push(finding);
        self.findings.last_mut()
    }

    /// Findings about a piece of work: extensions, and who verified it when.
    fn work(&mut self, stream: &str, community: Option<&str>, work: &Work, involved: &[&str]) {
        let views = self.views;
        let named = || stream.to_owned();
        if let (Some(until), Some(due), Some(done)) = (work.extended_to, work.due_on, work.completed)
            && done.on <= due
        {
            let args = vec![("due", due.to_string()), ("until", until.to_string())];
            if let Some(finding) = self.fact(Code::ExtensionNotNeeded, named(), community, done, args) {
                finding.rests_on(views.entries.extensions(stream).last().copied());
            }
        }
        let (Some(completed), Some(verified)) = (work.completed, work.verified) else { return };
        if completed.on == verified.on
            && let Some(finding) =
                self.fact(Code::SameDayVerification, named(), community, verified, Vec::new())
        {
            finding.rests_on(Some(completed));
        }
        if let Some(hand) = views.entries.one_hand(completed.at, verified.at) {
            let args = vec![("hand", hand.to_owned())];
            if let Some(finding) = self.fact(Code::OneHand, named(), community, verified, args) {
                finding.rests_on(Some(completed));
            }
        }
        if let Some(verifier) = &work.verifier
            && involved.contains(&verifier.as_str())
        {
            let args = vec![("unit", verifier.clone())];
            self.fact(Code::VerifierInvolved, named(), community, verified, args);
        }
    }

    /// Finding about extensions granted too often. It arose when one was granted too many.
    fn extensions(&mut self, stream: &str, community: Option<&str>) {
        let views = self.views;
        let granted = views.entries.extensions(stream).iter().filter(|fact| fact.by(self.on));
        let granted: Vec<Fact> = granted.copied().collect();
        let Some(last) = granted.last() else { return };
        let Some((limit, rule)) = views.rules.parameter("X01", "extensionsMax", last.on) else { return };
        if let Some(surplus) = usize::try_from(limit).ok().and_then(|limit| granted.get(limit)) {
            let count = granted.len().to_string();
            let args = vec![("count", count), ("limit", limit.to_string()), ("rule", rule)];
            let added = self.fact(Code::RepeatedExtensions, stream.to_owned(), community, *surplus, args);
            if let Some(finding) = added {
                finding.positions.extend(granted.iter().map(|fact| fact.at));
            }
        }
    }
}
