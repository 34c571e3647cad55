//! Projects and their claims (项目认领): listed by a community, claimed by a unit, accepted by another.
//!
//! Proposed → Listed → ClaimPending → Claimed → InProgress → AwaitingAcceptance → Accepted → Closed. An old
//! ledger states proposal, listing, claim, submission, acceptance and cancellation; who accepted a claim and
//! when work began it does not state, and nobody invents it.

use serde::{Deserialize, Serialize};

use super::World;
use super::agreement::known_decision;
use super::category::{
    ANY, Category, Change, CommandSet as _, Context, Step, Wanted, absent, correct, corrections, dated,
    not_before, not_in_future, optional, present, required, stated, wrong_state,
};
use super::facts::{At, Fact};
use crate::day::Day;
use crate::rejection::Rejection;

events! {
    /// Facts about a project.
    pub enum ProjectEvent in "project" {
        /// A need or an offer was proposed as a project.
        Proposed: "project.proposed", version 1 {
            name: String,
            category: String,
            /// Code of the community.
            community: String,
            /// Code of the compound, where it has one.
            compound: Option<String>,
            /// Stream that it came from, such as `issue/WT-2022-0145`.
            source: Option<String>,
        }
        /// The proposal was not taken up.
        Rejected: "project.rejected", version 1 { reason: String }
        /// It was published for claiming.
        Listed: "project.listed", version 1 { claim_until: Option<Day> }
        /// A unit claimed it.
        Claimed: "project.claimed", version 1 {
            /// Code of the leading claimant.
            unit: String,
            /// Codes of units that support it.
            supporting: Vec<String>,
            due_on: Option<Day>,
        }
        /// The owner accepted the claim.
        ClaimAccepted: "project.claim-accepted", version 1 { unit: String, due_on: Option<Day> }
        /// The claim was turned down or given back; the project is listed again.
        ClaimReleased: "project.claim-released", version 1 { reason: String }
        /// The date changed before it was submitted.
        Rescheduled: "project.rescheduled", version 1 { due_on: Option<Day> }
        /// More time was granted; none takes it back.
        Extended: "project.extended", version 1 { until: Option<Day> }
        /// Work began.
        Started: "project.started", version 1 {}
        /// So much of it is done.
        Progressed: "project.progressed", version 1 { percent: u16, note: Option<String> }
        /// The claimant submitted it for acceptance and says how many problems it solved.
        Submitted: "project.submitted", version 1 { problems_solved: Option<u32> }
        /// It was returned for rework.
        Returned: "project.returned", version 1 { reason: String }
        /// Another unit accepted it.
        Accepted: "project.accepted", version 1 { unit: String }
        /// Nothing is left to do.
        Closed: "project.closed", version 1 {}
        /// It is under way again.
        Reopened: "project.reopened", version 1 { reason: String }
        /// It rests.
        Suspended: "project.suspended", version 1 { reason: String }
        /// It goes on.
        Resumed: "project.resumed", version 1 {}
        /// It was cancelled.
        Cancelled: "project.cancelled", version 1 { reason: Option<String>, decision: Option<String> }
        /// An issue or topic follows this project.
        Linked: "project.linked", version 1 { stream: String }
        /// The ledger was wrong.
        Corrected: "project.corrected", version 1 { changes: Vec<Change>, reason: String }
    }
}

commands! {
    /// Commands about a project.
    pub enum ProjectCommand {
        /// Propose a project.
        Propose: "project.propose" {
            name: String,
            category: String,
            community: String,
            compound: Option<String>,
            source: Option<String>,
        }
        /// Turn a proposal down.
        Reject: "project.reject" { reason: String }
        /// Publish it for claiming.
        List: "project.list" { claim_until: Option<Day> }
        /// Claim it.
        Claim: "project.claim" { unit: String, #[serde(default)] supporting: Vec<String>, due_on: Option<Day> }
        /// Accept the claim as the owner.
        AcceptClaim: "project.accept-claim" { unit: String, due_on: Option<Day> }
        /// Turn a claim down or give it back.
        ReleaseClaim: "project.release-claim" { reason: String }
        /// Change the date before it is submitted.
        Reschedule: "project.reschedule" { due_on: Option<Day> }
        /// Grant more time.
        Extend: "project.extend" { until: Option<Day> }
        /// Report that work began.
        Start: "project.start" {}
        /// Report progress.
        Progress: "project.progress" { percent: u16, note: Option<String> }
        /// Submit it for acceptance.
        Submit: "project.submit" { problems_solved: Option<u32> }
        /// Return it for rework.
        Return: "project.return" { reason: String }
        /// Accept the result as another unit.
        Accept: "project.accept" { unit: String }
        /// Close it.
        Close: "project.close" {}
        /// Open it again.
        Reopen: "project.reopen" { reason: String }
        /// Let it rest.
        Suspend: "project.suspend" { reason: String }
        /// Go on.
        Resume: "project.resume" {}
        /// Cancel it.
        Cancel: "project.cancel" { reason: Option<String>, decision: Option<String> }
        /// Tie an issue or topic to it.
        Link: "project.link" { stream: String }
        /// Correct what was entered wrongly.
        Correct: "project.correct" { changes: Vec<Wanted>, reason: String }
    }
}

/// A claim that was given back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierClaim {
    /// Code of the unit.
    pub unit: String,
    /// When it claimed.
    pub claimed: Fact,
    /// When the claim ended.
    pub released: Fact,
}

/// A project.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    /// 项目名称.
    pub name: String,
    /// 类别.
    pub category: String,
    /// Code of its community.
    pub community: String,
    /// Code of its compound.
    pub compound: Option<String>,
    /// Stream it came from.
    pub source: Option<String>,
    /// 提出日期.
    pub proposed: Option<Fact>,
    /// 发布日期.
    pub listed: Option<Fact>,
    /// 认领单位.
    pub claimant: Option<String>,
    /// Units that support it.
    pub supporting: Vec<String>,
    /// 认领日期.
    pub claimed: Option<Fact>,
    /// When the owner accepted the claim.
    pub claim_accepted: Option<Fact>,
    /// Claims that were given back, oldest first.
    pub earlier_claims: Vec<EarlierClaim>,
    /// 完成时限, the original date.
    pub due_on: Option<Day>,
    /// 延期至.
    pub extended_to: Option<Day>,
    /// How often it was extended.
    pub extensions: u16,
    /// When work began.
    pub started: Option<Fact>,
    /// How much is done.
    pub percent: u16,
    /// 提交验收日期.
    pub submitted: Option<Fact>,
    /// 解决问题数, by the claimant's word.
    pub problems_solved: Option<u32>,
    /// 验收单位.
    pub acceptor: Option<String>,
    /// 验收日期.
    pub accepted: Option<Fact>,
    /// Nothing is left to do.
    pub closed: Option<Fact>,
    /// 取消日期.
    pub cancelled: Option<Fact>,
    /// 取消原因.
    pub cancel_reason: Option<String>,
    /// The proposal was not taken up.
    pub rejected: Option<Fact>,
    /// It rests now.
    pub suspended: bool,
    /// How often it was returned or reopened.
    pub returns: u16,
}

fields! { Project {
    "name": name, "category": category, "community": community, "compound": compound, "source": source,
    "proposedOn": proposed, "listedOn": listed, "claimant": claimant, "claimedOn": claimed, "dueOn": due_on,
    "extendedTo": extended_to, "submittedOn": submitted, "problemsSolved": problems_solved,
    "acceptor": acceptor, "acceptedOn": accepted, "cancelledOn": cancelled, "cancelReason": cancel_reason,
} }

impl Project {
    /// Where it stands.
    pub fn state(&self) -> &'static str {
        match self {
            Project { cancelled: Some(_), .. } => "cancelled",
            Project { rejected: Some(_), .. } => "rejected",
            Project { closed: Some(_), .. } => "closed",
            Project { accepted: Some(_), .. } => "accepted",
            Project { suspended: true, .. } => "suspended",
            Project { submitted: Some(_), .. } => "awaiting-acceptance",
            Project { started: Some(_), .. } => "in-progress",
            Project { claim_accepted: Some(_), .. } => "claimed",
            Project { claimed: Some(_), .. } => "claim-pending",
            Project { listed: Some(_), .. } => "listed",
            _ => "proposed",
        }
    }

    /// When it was first claimed by anybody.
    pub fn first_claimed(&self) -> Option<Fact> {
        self.claims().map(|(_, claimed)| claimed).min_by_key(|fact| (fact.on, fact.at))
    }

    /// Every claim so far, oldest first.
    pub fn claims(&self) -> impl Iterator<Item = (&str, Fact)> {
        let earlier = self.earlier_claims.iter().map(|claim| (claim.unit.as_str(), claim.claimed));
        earlier.chain(self.claimant.as_deref().zip(self.claimed))
    }
}

impl Category for Project {
    type Event = ProjectEvent;
    type Command = ProjectCommand;

    const STEPS: &'static [Step] = &[
        ("project.reject", &["proposed"]),
        ("project.list", &["proposed"]),
        ("project.claim", &["listed"]),
        ("project.accept-claim", &["claim-pending"]),
        ("project.release-claim", &["claim-pending", "claimed", "in-progress"]),
        (
            "project.reschedule",
            &["proposed", "listed", "claim-pending", "claimed", "in-progress", "suspended"],
        ),
        ("project.extend", &["claim-pending", "claimed", "in-progress"]),
        ("project.start", &["claimed"]),
        ("project.progress", &["in-progress"]),
        ("project.suspend", &["in-progress"]),
        ("project.resume", &["suspended"]),
        ("project.submit", &["in-progress"]),
        ("project.return", &["awaiting-acceptance"]),
        ("project.accept", &["awaiting-acceptance"]),
        ("project.close", &["accepted"]),
        ("project.reopen", &["accepted", "closed"]),
        (
            "project.cancel",
            &[
                "proposed",
                "listed",
                "claim-pending",
                "claimed",
                "in-progress",
                "suspended",
                "awaiting-acceptance",
            ],
        ),
        ("project.link", ANY),
        ("project.correct", ANY),
    ];
    // An old ledger may state a claim and only later when the project had been listed; it does not state who
    // accepted a claim nor when work began.
    const LEDGER_STEPS: &'static [Step] = &[
        ("project.list", ANY),
        ("project.claim", &["proposed", "listed"]),
        ("project.extend", ANY),
        ("project.submit", &["claim-pending", "claimed", "in-progress"]),
    ];

    fn word(&self) -> &str {
        self.state()
    }

    const REQUIRED: &'static [&'static str] = &["name", "category", "community"];
    const REFERENCES: &'static [(&'static str, &'static str)] = &[
        ("community", "community"),
        ("compound", "compound"),
        ("claimant", "unit"),
        ("acceptor", "unit"),
        ("source", "source"),
    ];

    fn decide(
        world: &World,
        context: &Context<'_>,
        id: &str,
        state: Option<&Self>,
        command: &ProjectCommand,
    ) -> Result<ProjectEvent, Rejection> {
        use ProjectCommand as C;
        let ledger = context.from_ledger();
        if let C::Propose { name, category, community, compound, source } = command {
            absent(id, state)?;
            required("name", name)?;
            required("category", category)?;
            return Ok(Proposed {
                name: name.clone(),
                category: category.clone(),
                community: world.community_code(community)?,
                compound: compound.as_ref().map(|given| world.compound_code(given)).transpose()?,
                source: source.as_ref().map(|given| world.source_stream(given)).transpose()?,
            }
            .into());
        }
        let state = present(id, state)?;
        let on = |field, earliest| {
            not_before(field, context.occurred, earliest).and_then(|()| not_in_future(context))
        };
        match command {
            C::Propose { .. } => Err(Rejection::exists(id)),
            C::Reject { reason } => {
                required("reason", reason)?;
                Ok(Rejected { reason: reason.clone() }.into())
            }
            C::List { claim_until } => {
                if state.listed.is_some() {
                    return Err(wrong_state(context, id, state, command.name()));
                }
                on("listedOn", state.proposed)?;
                Ok(Listed { claim_until: *claim_until }.into())
            }
            C::Claim { unit, supporting, due_on } => {
                on("claimedOn", state.listed.or(state.proposed))?;
                let unit = world.unit_code(unit)?;
                if !ledger {
                    may_claim(world, context, &state.community, &unit)?;
                }
                let supporting = world.unit_codes(supporting)?;
                Ok(Claimed { unit, supporting, due_on: *due_on }.into())
            }
            C::AcceptClaim { unit, due_on } => {
                let due_on = due_on.or(state.due_on);
                if due_on.is_none() {
                    return Err(Rejection::empty("dueOn"));
                }
                let unit = world.unit_code(unit)?;
                state.not_the_claimant(&unit)?;
                Ok(ClaimAccepted { unit, due_on }.into())
            }
            C::ReleaseClaim { reason } => {
                required("reason", reason)?;
                Ok(ClaimReleased { reason: reason.clone() }.into())
            }
            C::Reschedule { due_on } => {
                dated(context, *due_on)?;
                Ok(Rescheduled { due_on: *due_on }.into())
            }
            C::Extend { until } => state.decide_extend(context, *until),
            C::Start {} => {
                on("startedOn", state.claimed)?;
                Ok(Started {}.into())
            }
            C::Progress { percent, note } => {
                optional("note", note.as_ref())?;
                if *percent > 100 {
                    return Err(Rejection::new("percent-out-of-range").with("percent", percent));
                }
                if *percent < state.percent {
                    let refused = Rejection::new("progress-backwards");
                    return Err(refused.with("percent", percent).with("before", state.percent));
                }
                Ok(Progressed { percent: *percent, note: note.clone() }.into())
            }
            C::Submit { problems_solved } => {
                on("submittedOn", state.claimed)?;
                Ok(Submitted { problems_solved: *problems_solved }.into())
            }
            C::Return { reason } => {
                required("reason", reason)?;
                Ok(Returned { reason: reason.clone() }.into())
            }
            C::Accept { unit } => {
                on("acceptedOn", state.submitted)?;
                let unit = world.unit_code(unit)?;
                state.not_the_claimant(&unit)?;
                Ok(Accepted { unit }.into())
            }
            C::Close {} => Ok(Closed {}.into()),
            C::Reopen { reason } => {
                required("reason", reason)?;
                Ok(Reopened { reason: reason.clone() }.into())
            }
            C::Suspend { reason } => {
                required("reason", reason)?;
                Ok(Suspended { reason: reason.clone() }.into())
            }
            C::Resume {} => Ok(Resumed {}.into()),
            C::Cancel { reason, decision } => {
                on("cancelledOn", state.claimed.or(state.listed).or(state.proposed))?;
                optional("reason", reason.as_ref())?;
                let decision = known_decision(world, decision.as_ref())?;
                if !ledger && (decision.is_none() || !stated(reason.as_ref())) {
                    return Err(Rejection::new("cancel-needs-reason"));
                }
                Ok(Cancelled { reason: reason.clone(), decision }.into())
            }
            C::Link { stream } => Ok(Linked { stream: world.source_stream(stream)? }.into()),
            C::Correct { changes, reason } => {
                let changes = corrections(world, id, state, changes, reason)?;
                Ok(Corrected { changes, reason: reason.clone() }.into())
            }
        }
    }

    /// Dates in order, and an acceptor that is not the claimant.
    fn consistent(&self) -> Result<(), Rejection> {
        let order = [
            ("claimedOn", self.claimed, self.listed),
            ("submittedOn", self.submitted, self.claimed),
            ("acceptedOn", self.accepted, self.submitted),
        ];
        for (field, later, earlier) in order {
            if let Some(later) = later {
                not_before(field, later.on, earlier)?;
            }
        }
        self.acceptor.as_ref().map_or(Ok(()), |unit| self.not_the_claimant(unit))
    }

    fn evolve(&mut self, event: &ProjectEvent, at: &At) {
        match event {
            ProjectEvent::Proposed(e) => {
                self.name.clone_from(&e.name);
                self.category.clone_from(&e.category);
                self.community.clone_from(&e.community);
                self.compound.clone_from(&e.compound);
                self.source.clone_from(&e.source);
                self.proposed = Some(at.fact());
            }
            ProjectEvent::Rejected(_) => self.rejected = Some(at.fact()),
            ProjectEvent::Listed(_) => self.listed = Some(at.fact()),
            ProjectEvent::Claimed(e) => {
                self.claimant = Some(e.unit.clone());
                self.supporting.clone_from(&e.supporting);
                self.claimed = Some(at.fact());
                self.due_on = e.due_on;
            }
            ProjectEvent::ClaimAccepted(e) => {
                self.claim_accepted = Some(at.fact());
                self.due_on = e.due_on;
            }
            ProjectEvent::ClaimReleased(_) => self.release(at),
            ProjectEvent::Rescheduled(e) => self.due_on = e.due_on,
            ProjectEvent::Extended(e) => {
                self.extended_to = e.until;
                self.extensions = self.extensions.saturating_add(1);
            }
            ProjectEvent::Started(_) => self.started = Some(at.fact()),
            ProjectEvent::Progressed(e) => self.percent = e.percent,
            ProjectEvent::Submitted(e) => {
                self.submitted = Some(at.fact());
                self.problems_solved = e.problems_solved;
            }
            ProjectEvent::Returned(_) | ProjectEvent::Reopened(_) => {
                self.started = Some(at.fact());
                self.submitted = None;
                self.accepted = None;
                self.acceptor = None;
                self.closed = None;
                self.returns = self.returns.saturating_add(1);
            }
            ProjectEvent::Accepted(e) => {
                self.accepted = Some(at.fact());
                self.acceptor = Some(e.unit.clone());
            }
            ProjectEvent::Closed(_) => self.closed = Some(at.fact()),
            ProjectEvent::Suspended(_) => self.suspended = true,
            ProjectEvent::Resumed(_) => self.suspended = false,
            ProjectEvent::Cancelled(e) => {
                self.cancelled = Some(at.fact());
                self.cancel_reason.clone_from(&e.reason);
            }
            ProjectEvent::Linked(e) => self.source = self.source.take().or_else(|| Some(e.stream.clone())),
            ProjectEvent::Corrected(e) => correct(self, &e.changes, at),
        }
    }

    fn trail(world: &World, event: &ProjectEvent) -> Option<String> {
        match event {
            ProjectEvent::Proposed(e) => e.source.as_ref().and_then(|source| world.trail_of(source)),
            _ => None,
        }
    }

    fn doer(state: Option<&Self>, event: &ProjectEvent) -> Option<String> {
        match event {
            ProjectEvent::Claimed(e) => Some(e.unit.clone()),
            ProjectEvent::ClaimAccepted(e) => Some(e.unit.clone()),
            ProjectEvent::Accepted(e) => Some(e.unit.clone()),
            ProjectEvent::Started(_) | ProjectEvent::Progressed(_) | ProjectEvent::Submitted(_) => {
                state.and_then(|state| state.claimant.clone())
            }
            _ => None,
        }
    }
}

impl Project {
    fn decide_extend(&self, context: &Context<'_>, until: Option<Day>) -> Result<ProjectEvent, Rejection> {
        if !context.from_ledger() {
            let due = self.extended_to.max(self.due_on);
            if let (Some(until), Some(due)) = (until, due)
                && until <= due
            {
                return Err(Rejection::new("extension-not-later").with("until", until).with("due", due));
            }
        }
        Ok(Extended { until }.into())
    }

    fn not_the_claimant(&self, unit: &str) -> Result<(), Rejection> {
        if self.claimant.as_deref() == Some(unit) { Err(Rejection::same_unit(unit)) } else { Ok(()) }
    }

    fn release(&mut self, at: &At) {
        if let (Some(unit), Some(claimed)) = (self.claimant.take(), self.claimed.take()) {
            self.earlier_claims.push(EarlierClaim { unit, claimed, released: at.fact() });
        }
        self.supporting.clear();
        self.claim_accepted = None;
        self.started = None;
        self.due_on = None;
        self.extended_to = None;
        self.percent = 0;
    }
}

/// Members of the community's alliance claim its projects; property enterprises claim anywhere (R15).
fn may_claim(world: &World, context: &Context<'_>, community: &str, unit: &str) -> Result<(), Rejection> {
    let enterprise = world.unit.get(unit).is_some_and(|unit| unit.kind == "物业企业");
    if enterprise || world.is_member(community, unit, context.occurred) {
        Ok(())
    } else {
        Err(Rejection::new("not-a-member").with("unit", unit).with("community", community))
    }
}
