//! The one home of the figures' names, as `metrics.md` of the county defines them.

/// What kind of number a figure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What there is at the end.
    Stock,
    /// What happened in the quarter.
    Flow,
    /// So many of another figure, which is its denominator.
    Of(Figure),
    /// Everything by the end.
    ToDate,
}

impl Kind {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Stock => "stock",
            Kind::Flow => "flow",
            Kind::Of(_) => "of",
            Kind::ToDate => "to-date",
        }
    }
}

macro_rules! figures {
    ($($Figure:ident = $name:literal, $kind:expr, $chinese:literal, $english:literal;)+) => {
        /// A figure of the quarterly report.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs, reason = "metrics.md defines each by its name")]
        pub enum Figure { $($Figure,)+ }

        impl Figure {
            /// Every figure in the order of the report.
            pub const ALL: &'static [Figure] = &[$(Figure::$Figure),+];
            /// How many there are.
            pub const COUNT: usize = Figure::ALL.len();

            /// Its name, stable for ever.
            pub fn name(self) -> &'static str {
                match self { $(Figure::$Figure => $name,)+ }
            }

            /// What kind of number it is.
            pub fn kind(self) -> Kind {
                use Kind::{Flow, Of, Stock, ToDate};
                match self { $(Figure::$Figure => $kind,)+ }
            }

            /// Its Chinese name.
            pub fn chinese(self) -> &'static str {
                match self { $(Figure::$Figure => $chinese,)+ }
            }

            /// Its English name.
            pub fn english(self) -> &'static str {
                match self { $(Figure::$Figure => $english,)+ }
            }

            /// The figure with this name.
            pub fn named(name: &str) -> Option<Figure> {
                Figure::ALL.iter().copied().find(|figure| figure.name() == name)
            }
        }
    };
}

impl Figure {
    /// The figures of which a scope is not the sum of its parts: what is counted in two is counted once in both.
    pub(super) const DISTINCT: &'static [Figure] = &[
        Figure::MemberUnits,
        Figure::AlliancesMet,
        Figure::PropertyEnterprises,
        Figure::PropertyEnterprisesWithAgreement,
        Figure::PropertyEnterprisesWithClaimThisYear,
    ];
}

figures! {
    Alliances = "alliances", Stock, "党建联盟", "Alliances";
    Memberships = "memberships", Stock, "成员关系", "Memberships";
    MemberUnits = "member_units", Stock, "成员单位", "Member units";
    MembershipsJoined = "memberships_joined", Flow, "加入", "Memberships joined";
    MembershipsLeft = "memberships_left", Flow, "退出", "Memberships left";
    AgreementsSigned = "agreements_signed", Flow, "签订协议", "Agreements signed";
    AgreementsSignedToDate = "agreements_signed_to_date", ToDate, "累计签订协议", "Agreements signed to date";
    AgreementsInForce = "agreements_in_force", Stock, "有效协议", "Agreements in force";
    AgreementsEffective = "agreements_effective", Flow, "生效协议", "Agreements that took effect";
    AgreementsExpired = "agreements_expired", Flow, "到期协议", "Agreements that expired";
    AgreementsTerminated = "agreements_terminated", Flow, "终止协议", "Agreements terminated";
    CommitmentsMade = "commitments_made", Flow, "条款", "Commitments made";
    CommitmentsMadeToDate = "commitments_made_to_date", ToDate, "累计条款", "Commitments made to date";
    CommitmentsInForce = "commitments_in_force", Stock, "有效条款", "Commitments in force";
    CommitmentsDue = "commitments_due", Flow, "到期条款", "Commitments due";
    CommitmentsDueCompletedOnTime = "commitments_due_completed_on_time", Of(Figure::CommitmentsDue), "按期完成", "Completed on time";
    CommitmentsDueVerified = "commitments_due_verified", Of(Figure::CommitmentsDue), "其中已核验", "Verified among those due";
    CommitmentsVerified = "commitments_verified", Flow, "本季核验条款", "Commitments verified in the quarter";
    ProjectsListed = "projects_listed", Flow, "发布项目", "Projects published";
    ProjectsClaimed = "projects_claimed", Flow, "认领项目", "Projects claimed";
    ProjectsClaimedToDate = "projects_claimed_to_date", ToDate, "累计认领项目", "Projects claimed to date";
    ProjectsAccepted = "projects_accepted", Flow, "验收", "Projects accepted";
    ProjectsCancelled = "projects_cancelled", Flow, "取消", "Projects cancelled";
    ProjectsOpen = "projects_open", Stock, "在办项目", "Projects under way";
    ProjectsDue = "projects_due", Flow, "到期项目", "Projects due";
    ProjectsDueSubmittedOnTime = "projects_due_submitted_on_time", Of(Figure::ProjectsDue), "按期提交", "Submitted on time";
    ProjectsOverdue = "projects_overdue", Stock, "逾期未提交", "Overdue, not submitted";
    ProjectsAwaitingAcceptance = "projects_awaiting_acceptance", Stock, "待验收", "Awaiting acceptance";
    ProblemsPreliminarilySolved = "problems_preliminarily_solved", Flow, "初步解决问题", "Problems preliminarily solved";
    ProblemsPreliminarilySolvedToDate = "problems_preliminarily_solved_to_date", ToDate, "累计初步解决问题", "Problems preliminarily solved to date";
    ProblemsSolved = "problems_solved", Flow, "验收解决问题", "Problems solved and accepted";
    PropertyEnterprises = "property_enterprises", Stock, "物业企业", "Property enterprises";
    PropertyEnterprisesWithAgreement = "property_enterprises_with_agreement", Of(Figure::PropertyEnterprises), "已签共建协议", "With a co-building agreement";
    PropertyEnterprisesWithClaimThisYear = "property_enterprises_with_claim_this_year", Of(Figure::PropertyEnterprises), "本年已认领", "With a claim this year";
    JointMeetingsHeld = "joint_meetings_held", Flow, "联席会议", "Joint meetings held";
    AlliancesMet = "alliances_met", Flow, "已召开的联盟", "Alliances that met";
    LiuhaoMeetingsHeld = "liuhao_meetings_held", Flow, "六号联席会议", "No. 6 joint meetings held";
    DecisionsRecorded = "decisions_recorded", Flow, "议定事项", "Decisions recorded";
    DecisionsDue = "decisions_due", Flow, "到期事项", "Decisions due";
    DecisionsDueCompletedOnTime = "decisions_due_completed_on_time", Of(Figure::DecisionsDue), "按期办结", "Completed on time";
    DecisionsDueCompletedWithinExtension = "decisions_due_completed_within_extension", Of(Figure::DecisionsDue), "延期内办结", "Completed within the extension";
    DecisionsDueVerified = "decisions_due_verified", Of(Figure::DecisionsDue), "其中已销号", "Verified among those due";
    DecisionsVerified = "decisions_verified", Flow, "本季销号", "Decisions verified in the quarter";
    DecisionsOpen = "decisions_open", Stock, "未销号", "Decisions open";
    DecisionsOverdue = "decisions_overdue", Stock, "逾期未办结", "Decisions overdue";
    DecisionsAwaitingVerification = "decisions_awaiting_verification", Stock, "待核验", "Decisions awaiting verification";
    WednesdayMeetingsHeld = "wednesday_meetings_held", Flow, "召开周三例会", "Wednesday meetings held";
    WednesdayMeetingsCancelled = "wednesday_meetings_cancelled", Flow, "取消例会", "Wednesday meetings cancelled";
    WednesdayMeetingsMissed = "wednesday_meetings_missed", Flow, "未召开例会", "Wednesday meetings missed";
    WednesdayMeetingsUnrecorded = "wednesday_meetings_unrecorded", Flow, "无记录例会", "Wednesday meetings without a record";
    PropertyIssuesRaised = "property_issues_raised", Flow, "提出", "Property issues raised";
    PropertyIssuesFixed = "property_issues_fixed", Flow, "办结", "Property issues fixed";
    PropertyIssuesClosed = "property_issues_closed", Flow, "核验销号", "Property issues closed";
    PropertyIssuesOpen = "property_issues_open", Stock, "未销号", "Property issues open";
    PropertyIssuesClosedToDate = "property_issues_closed_to_date", ToDate, "累计销号", "Property issues closed to date";
    PropertyIssuesDue = "property_issues_due", Flow, "到期", "Property issues due";
    PropertyIssuesDueCompletedOnTime = "property_issues_due_completed_on_time", Of(Figure::PropertyIssuesDue), "按期办结", "Completed on time";
    PropertyIssuesOverdue = "property_issues_overdue", Stock, "逾期未办结", "Property issues overdue";
    PropertyIssuesAwaitingVerification = "property_issues_awaiting_verification", Stock, "待核验", "Property issues awaiting verification";
    PropertyIssuesClosedByCategory = "property_issues_closed_by_category", Flow, "分类销号", "Property issues closed by category";
}
