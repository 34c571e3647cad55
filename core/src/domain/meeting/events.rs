//! What can be told about a meeting, and what can be asked of it.

use crate::day::Day;
use crate::domain::category::{Change, Wanted};

events! {
    /// Facts about a meeting.
    pub enum MeetingEvent in "meeting" {
        /// A meeting is planned.
        Scheduled: "meeting.scheduled", version 1 {
            /// One of the types of [`TYPES`](crate::domain::series::TYPES).
            meeting_type: String,
            /// Code of the community.
            community: String,
            /// The planned day.
            date: Day,
            /// Id of the series, where there is one.
            series: Option<String>,
            place: Option<String>,
            chair_post: Option<String>,
            recorder_post: Option<String>,
            /// 应到单位数, where it was fixed with the plan.
            expected_units: Option<u16>,
        }
        /// Members were asked for topics.
        TopicsCalled: "meeting.topics-called", version 1 { until: Option<Day> }
        /// The agenda was fixed.
        AgendaFrozen: "meeting.agenda-frozen", version 1 { routine: bool }
        /// The agenda was opened again; the notice is withdrawn.
        AgendaReopened: "meeting.agenda-reopened", version 1 { reason: String }
        /// The notice went out on this day.
        Noticed: "meeting.noticed", version 1 { urgent_reason: Option<String> }
        /// It was postponed.
        Postponed: "meeting.postponed", version 1 { date: Day, reason: Option<String> }
        /// Particulars of the plan changed.
        Planned: "meeting.planned", version 1 {
            place: Option<String>,
            chair_post: Option<String>,
            recorder_post: Option<String>,
            expected_units: Option<u16>,
        }
        /// It will not be held.
        Cancelled: "meeting.cancelled", version 1 { reason: Option<String> }
        /// It began.
        Opened: "meeting.opened", version 1 {}
        /// It was broken off for lack of a quorum or of time.
        Adjourned: "meeting.adjourned", version 1 { reason: String }
        /// It went on.
        Resumed: "meeting.resumed", version 1 {}
        /// These units were there, and so many residents' representatives.
        Attended: "meeting.attended", version 1 {
            expected_units: Option<u16>,
            units: Vec<String>,
            residents: Option<u16>,
        }
        /// Whether enough members were there, by which rule.
        QuorumDeclared: "meeting.quorum-declared", version 1 { present: u16, required: u16, rule: String }
        /// It was held on the day on which this happened.
        Held: "meeting.held", version 1 {}
        /// Minutes were drafted.
        MinutesDrafted: "meeting.minutes-drafted", version 1 { number: String }
        /// A change of the draft was asked for.
        MinutesChangeRequested: "meeting.minutes-change-requested", version 1 { reason: String }
        /// A passage of the draft was worded, or takes the ledger's own words again.
        MinutesWorded: "meeting.minutes-worded", version 1 {
            /// `opening`, `closing`, or the id of a topic of the meeting.
            passage: String,
            /// The words; none for those of the ledger.
            text: String,
        }
        /// The minutes were confirmed.
        MinutesConfirmed: "meeting.minutes-confirmed", version 1 { posts: Vec<String> }
        /// The minutes were published.
        MinutesPublished: "meeting.minutes-published", version 1 { scope: String }
        /// The file was closed.
        Archived: "meeting.archived", version 1 {}
        /// The ledger was wrong.
        Corrected: "meeting.corrected", version 1 { changes: Vec<Change>, reason: String }
    }
}

commands! {
    /// Commands about a meeting.
    pub enum MeetingCommand {
        /// Plan a meeting.
        Schedule: "meeting.schedule" {
            meeting_type: String,
            community: String,
            date: Day,
            series: Option<String>,
            place: Option<String>,
            chair_post: Option<String>,
            recorder_post: Option<String>,
            expected_units: Option<u16>,
        }
        /// Ask for topics.
        CallTopics: "meeting.call-topics" { until: Option<Day> }
        /// Fix the agenda.
        FreezeAgenda: "meeting.freeze-agenda" { #[serde(default)] routine: bool }
        /// Open the agenda again.
        ReopenAgenda: "meeting.reopen-agenda" { reason: String }
        /// Send the notice.
        Notice: "meeting.notice" { urgent_reason: Option<String> }
        /// Postpone it.
        Postpone: "meeting.postpone" { date: Day, reason: Option<String> }
        /// Change particulars of the plan.
        Plan: "meeting.plan" {
            place: Option<String>,
            chair_post: Option<String>,
            recorder_post: Option<String>,
            expected_units: Option<u16>,
        }
        /// Cancel it.
        Cancel: "meeting.cancel" { reason: Option<String> }
        /// Begin it.
        Open: "meeting.open" {}
        /// Break it off.
        Adjourn: "meeting.adjourn" { reason: String }
        /// Go on.
        Resume: "meeting.resume" {}
        /// Record who is there.
        Attend: "meeting.attend" {
            expected_units: Option<u16>,
            units: Vec<String>,
            residents: Option<u16>,
        }
        /// Declare whether there is a quorum.
        DeclareQuorum: "meeting.declare-quorum" {}
        /// Close it: it was held.
        Hold: "meeting.hold" {}
        /// Draft the minutes.
        DraftMinutes: "meeting.draft-minutes" { number: String }
        /// Ask for a change of the draft.
        RequestMinutesChange: "meeting.request-minutes-change" { reason: String }
        /// Word a passage of the draft.
        WordMinutes: "meeting.word-minutes" { passage: String, text: String }
        /// Confirm the minutes.
        ConfirmMinutes: "meeting.confirm-minutes" { #[serde(default)] posts: Vec<String> }
        /// Publish the minutes.
        PublishMinutes: "meeting.publish-minutes" { scope: String }
        /// Close the file.
        Archive: "meeting.archive" {}
        /// Correct what was entered wrongly.
        Correct: "meeting.correct" { changes: Vec<Wanted>, reason: String }
    }
}
