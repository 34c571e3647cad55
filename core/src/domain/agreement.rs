//! Party-building agreements (党建协议, 共建协议, 结对协议): one document between at least two parties.
//!
//! Draft → Signing → Signed → Effective → Terminated / Fulfilled; *expired* is derived as of a day. An old
//! ledger states only when it was signed, took effect, ends and was terminated; those facts are recorded in
//! that order and nothing between them is invented.

use serde::{Deserialize, Serialize};

use super::World;
use super::category::{
    ANY, Category, Change, Context, Step, Wanted, absent, choice, correct, corrections,
    learn_corrected_parent, not_in_future, optional, present, reasoned, required, wrong_state,
};
use super::facts::{At, Fact, FieldText};
use crate::day::Day;
use crate::rejection::Rejection;

/// 协议类型.
pub const KINDS: &[&str] = &["党建协议", "共建协议", "结对协议"];

events! {
    /// Facts about an agreement.
    pub enum AgreementEvent in "agreement" {
        /// The agreement entered the ledger: as a draft, or as an old ledger lists it.
        Recorded: "agreement.recorded", version 1 {
            name: String,
            /// One of [`KINDS`].
            kind: String,
            /// Code of the alliance it belongs to.
            alliance: String,
            /// 甲方.
            party_a: String,
            /// 乙方.
            party_b: String,
            /// 其他签约方.
            other_parties: Vec<String>,
            /// 佐证编号: where the paper lies.
            evidence: Option<String>,
        }
        /// The draft was put before the parties.
        Submitted: "agreement.submitted", version 1 {}
        /// These parties signed; an old ledger states one day for all.
        Signed: "agreement.signed", version 1 {
            units: Vec<String>,
            /// The post that signed for the unit, never a person.
            post: Option<String>,
        }
        /// A party refused to sign; the agreement is a draft again.
        Declined: "agreement.declined", version 1 { unit: String, reason: String }
        /// It is in force from the day on which this happened.
        Effected: "agreement.effected", version 1 {
            /// Last day in force.
            until: Option<Day>,
            /// 长期: it never expires. Without either, the record does not state an end.
            open_ended: bool,
        }
        /// Its text changed; all parties signed the new one.
        Amended: "agreement.amended", version 1 {
            /// 2, 3, …
            text_version: u16,
            summary: String,
            until: Option<Day>,
        }
        /// It is suspended by a decision.
        Suspended: "agreement.suspended", version 1 { reason: String, decision: Option<String> }
        /// It is in force again.
        Resumed: "agreement.resumed", version 1 {}
        /// It ended early; that day is no longer in force.
        Terminated: "agreement.terminated", version 1 { reason: Option<String>, decision: Option<String> }
        /// Everything in it was done: it was closed.
        Fulfilled: "agreement.fulfilled", version 1 {}
        /// Another agreement follows it.
        Renewed: "agreement.renewed", version 1 { successor: String }
        /// It never came to be.
        Voided: "agreement.voided", version 1 { reason: String }
        /// The ledger was wrong.
        Corrected: "agreement.corrected", version 1 { changes: Vec<Change>, reason: String }
    }
}

commands! {
    /// Commands about an agreement.
    pub enum AgreementCommand {
        /// Draft an agreement.
        Draft: "agreement.draft" {
            name: String,
            kind: String,
            alliance: String,
            party_a: String,
            party_b: String,
            #[serde(default)] other_parties: Vec<String>,
            evidence: Option<String>,
        }
        /// Put the draft before the parties.
        Submit: "agreement.submit" {}
        /// Sign for these units.
        Sign: "agreement.sign" { units: Vec<String>, post: Option<String> }
        /// Refuse to sign.
        Decline: "agreement.decline" { unit: String, reason: String }
        /// Bring it into effect.
        Effect: "agreement.effect" { until: Option<Day>, #[serde(default)] open_ended: bool }
        /// Change its text, all parties having signed again.
        Amend: "agreement.amend" { summary: String, until: Option<Day>, units: Vec<String> }
        /// Suspend it.
        Suspend: "agreement.suspend" { reason: String, decision: Option<String> }
        /// Put it in force again.
        Resume: "agreement.resume" {}
        /// Terminate it early.
        Terminate: "agreement.terminate" { reason: Option<String>, decision: Option<String> }
        /// Close it: all commitments are verified or waived.
        Fulfil: "agreement.fulfil" {}
        /// Name the agreement that follows it.
        Renew: "agreement.renew" { successor: String }
        /// Give up a draft.
        Void: "agreement.void" { reason: String }
        /// Correct what was entered wrongly.
        Correct: "agreement.correct" { changes: Vec<Wanted>, reason: String }
    }
}

/// The last day in force, or open-ended (长期).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Default)]
pub enum Expiry {
    /// 长期: never expires.
    #[default]
    Open,
    /// Last day in force.
    On(Day),
}

impl Expiry {
    fn of(until: Option<Day>) -> Expiry {
        until.map_or(Expiry::Open, Expiry::On)
    }

    /// The last day, or `None` if it never expires.
    pub fn day(self) -> Option<Day> {
        match self {
            Expiry::Open => None,
            Expiry::On(day) => Some(day),
        }
    }
}

impl Effected {
    fn expiry(&self) -> Option<Expiry> {
        match (self.until, self.open_ended) {
            (Some(last), _) => Some(Expiry::On(last)),
            (None, true) => Some(Expiry::Open),
            (None, false) => None,
        }
    }
}

impl FieldText for Expiry {
    fn show(&self) -> String {
        self.day().map_or("长期".to_owned(), |day| day.to_string())
    }
    fn correct(&mut self, text: &str, _: &At) -> bool {
        match (text, text.parse()) {
            ("长期", _) => *self = Expiry::Open,
            (_, Ok(day)) => *self = Expiry::On(day),
            _ => return false,
        }
        true
    }
    fn is_blank(&self) -> bool {
        false
    }
}

/// An agreement.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreement {
    /// 协议名称.
    pub name: String,
    /// One of [`KINDS`].
    pub kind: String,
    /// Code of its alliance.
    pub alliance: String,
    /// 甲方.
    pub party_a: String,
    /// 乙方.
    pub party_b: String,
    /// 其他签约方.
    pub other_parties: Vec<String>,
    /// 佐证编号.
    pub evidence: Option<String>,
    /// The event that entered it.
    pub recorded: Option<Fact>,
    /// Before the parties.
    pub submitted: bool,
    /// Who signed so far.
    pub signatures: Vec<String>,
    /// 签订日期: the day on which the last party signed.
    pub signed: Option<Fact>,
    /// 生效日期.
    pub effective: Option<Fact>,
    /// 到期日期.
    pub expires: Option<Expiry>,
    /// 终止日期.
    pub terminated: Option<Fact>,
    /// 终止原因.
    pub termination_reason: Option<String>,
    /// Suspended now.
    pub suspended: bool,
    /// Closed with everything done.
    pub fulfilled: Option<Fact>,
    /// Given up before it took effect.
    pub voided: Option<Fact>,
    /// The agreement that follows it.
    pub successor: Option<String>,
    /// Version of the text, from 1.
    pub text_version: u16,
}

fields! { Agreement {
    "name": name, "kind": kind, "alliance": alliance, "partyA": party_a, "partyB": party_b,
    "otherParties": other_parties, "signedOn": signed, "effectiveOn": effective, "expiresOn": expires,
    "terminatedOn": terminated, "terminationReason": termination_reason, "evidence": evidence,
} }

impl Agreement {
    /// Every party, 甲方 first.
    pub fn parties(&self) -> Vec<&str> {
        let mut parties = vec![self.party_a.as_str(), self.party_b.as_str()];
        parties.extend(self.other_parties.iter().map(String::as_str));
        parties
    }

    /// Where it stands, without regard to a day.
    pub fn state(&self) -> &'static str {
        match self {
            Agreement { voided: Some(_), .. } => "voided",
            Agreement { terminated: Some(_), .. } => "terminated",
            Agreement { fulfilled: Some(_), .. } => "fulfilled",
            Agreement { suspended: true, .. } => "suspended",
            Agreement { effective: Some(_), .. } => "effective",
            Agreement { signed: Some(_), .. } => "signed",
            Agreement { submitted: true, .. } => "signing",
            _ => "draft",
        }
    }

    /// In force on `day`: effective, and neither expired nor terminated.
    pub fn in_force(&self, day: Day) -> bool {
        self.effective.is_some_and(|fact| fact.by(day))
            && self.expires.and_then(Expiry::day).is_none_or(|last| last >= day)
            && !self.terminated.is_some_and(|fact| fact.by(day))
    }
}

impl Category for Agreement {
    type Event = AgreementEvent;
    type Command = AgreementCommand;

    const STEPS: &'static [Step] = &[
        ("agreement.submit", &["draft"]),
        ("agreement.sign", &["signing"]),
        ("agreement.decline", &["signing"]),
        ("agreement.effect", &["signed"]),
        ("agreement.amend", &["effective"]),
        ("agreement.suspend", &["effective"]),
        ("agreement.resume", &["suspended"]),
        ("agreement.terminate", &["effective", "suspended"]),
        ("agreement.fulfil", &["effective"]),
        ("agreement.renew", &["effective", "terminated", "fulfilled"]),
        ("agreement.void", &["draft", "signing", "signed"]),
        ("agreement.correct", ANY),
    ];
    // An old ledger knows no submission: it states when it was signed and when it took effect, or only one.
    const LEDGER_STEPS: &'static [Step] = &[
        ("agreement.sign", &["draft", "signing", "effective"]),
        ("agreement.effect", &["draft", "signing", "signed", "effective"]),
    ];

    fn word(&self) -> &str {
        self.state()
    }

    const REQUIRED: &'static [&'static str] = &["name", "alliance", "partyA", "partyB"];
    const REFERENCES: &'static [(&'static str, &'static str)] =
        &[("alliance", "alliance"), ("partyA", "unit"), ("partyB", "unit"), ("otherParties", "units")];

    fn decide(
        world: &World,
        context: &Context<'_>,
        id: &str,
        state: Option<&Self>,
        command: &AgreementCommand,
    ) -> Result<AgreementEvent, Rejection> {
        use AgreementCommand as C;
        if let C::Draft { name, kind, alliance, party_a, party_b, other_parties, evidence } = command {
            absent(id, state)?;
            required("name", name)?;
            optional("evidence", evidence.as_ref())?;
            let draft = Recorded {
                name: name.clone(),
                kind: kind.clone(),
                alliance: world.alliance_code(alliance)?,
                party_a: world.unit_code(party_a)?,
                party_b: world.unit_code(party_b)?,
                other_parties: world.unit_codes(other_parties)?,
                evidence: evidence.clone(),
            };
            let mut probe = Agreement::default();
            probe.record(&draft);
            probe.consistent()?;
            if !context.from_ledger() {
                one_party_of_the_community(world, &probe)?;
            }
            return Ok(draft.into());
        }
        let state = present(id, state)?;
        match command {
            C::Draft { .. } => Err(Rejection::exists(id)),
            C::Submit {} => {
                if world.children_of(&format!("agreement/{id}")).is_empty() {
                    return Err(Rejection::new("agreement-without-commitments"));
                }
                Ok(Submitted {}.into())
            }
            C::Sign { units, post } => state.decide_sign(world, context, units, post.as_ref()),
            C::Decline { unit, reason } => {
                required("reason", reason)?;
                let unit = world.unit_code(unit)?;
                state.is_party(&unit)?;
                Ok(Declined { unit, reason: reason.clone() }.into())
            }
            C::Effect { until, open_ended } => {
                // A second statement of an old ledger can only add until when it runs.
                if state.effective.is_some() && state.expires.is_some() {
                    return Err(wrong_state(context, id, state, "agreement.effect"));
                }
                let open_ended = until.is_none() && (*open_ended || !context.from_ledger());
                let effected = Effected { until: *until, open_ended };
                let effective = Some(Fact { on: context.occurred, at: 0 });
                let probe = Agreement { effective, expires: effected.expiry(), ..state.clone() };
                probe.consistent()?;
                if !context.from_ledger() {
                    probe.overlaps_none(world, id)?;
                }
                Ok(effected.into())
            }
            C::Amend { summary, until, units } => {
                required("summary", summary)?;
                let units = world.unit_codes(units)?;
                if let Some(missing) =
                    state.parties().into_iter().find(|party| !units.iter().any(|u| u == party))
                {
                    return Err(Rejection::new("agreement-not-all-signed").with("unit", missing));
                }
                let probe = Agreement { expires: Some(Expiry::of(*until)), ..state.clone() };
                probe.consistent()?;
                if !context.from_ledger() {
                    probe.overlaps_none(world, id)?;
                }
                let text_version = state.text_version.saturating_add(1);
                Ok(Amended { text_version, summary: summary.clone(), until: *until }.into())
            }
            C::Suspend { reason, decision } => {
                required("reason", reason)?;
                let decision = by_decision(world, context, decision.as_ref())?;
                Ok(Suspended { reason: reason.clone(), decision }.into())
            }
            C::Resume {} => Ok(Resumed {}.into()),
            C::Terminate { reason, decision } => {
                not_in_future(context)?;
                reasoned(context, "agreement.terminate", reason.as_ref())?;
                let decision = by_decision(world, context, decision.as_ref())?;
                let terminated = Some(Fact { on: context.occurred, at: 0 });
                Agreement { terminated, ..state.clone() }.consistent()?;
                Ok(Terminated { reason: reason.clone(), decision }.into())
            }
            C::Fulfil {} => {
                let open = world.children_of(&format!("agreement/{id}")).iter().find(|commitment| {
                    world
                        .commitment
                        .get(commitment)
                        .is_some_and(|c| c.agreement == id && c.waived.is_none() && c.work.verified.is_none())
                });
                match open {
                    Some(commitment) => {
                        Err(Rejection::new("commitments-open").with("commitment", commitment))
                    }
                    None => Ok(Fulfilled {}.into()),
                }
            }
            C::Renew { successor } => {
                let Some(next) = world.agreement.get(successor).filter(|_| successor != id) else {
                    return Err(Rejection::unknown("agreement", successor));
                };
                if next.effective.is_none() && !context.from_ledger() {
                    return Err(wrong_state(context, successor, next, "agreement.renew"));
                }
                Ok(Renewed { successor: successor.clone() }.into())
            }
            C::Void { reason } => {
                required("reason", reason)?;
                Ok(Voided { reason: reason.clone() }.into())
            }
            C::Correct { changes, reason } => {
                let changes = corrections(world, id, state, changes, reason)?;
                Ok(Corrected { changes, reason: reason.clone() }.into())
            }
        }
    }

    /// Two different parties, an end that is not before the start, no termination before it took effect.
    fn consistent(&self) -> Result<(), Rejection> {
        choice("kind", &self.kind, KINDS)?;
        let parties = self.parties();
        for (index, party) in parties.iter().enumerate() {
            if parties[..index].contains(party) {
                return Err(Rejection::new("agreement-two-parties").with("unit", party));
            }
        }
        if let (Some(effective), Some(last)) = (self.effective, self.expires.and_then(Expiry::day))
            && last < effective.on
        {
            return Err(Rejection::ends_before_start("expiresOn", effective.on, last));
        }
        match (self.effective, self.terminated) {
            (Some(effective), Some(terminated)) if terminated.on < effective.on => {
                Err(Rejection::before("terminatedOn", terminated.on, effective.on))
            }
            _ => Ok(()),
        }
    }

    fn evolve(&mut self, event: &AgreementEvent, at: &At) {
        match event {
            AgreementEvent::Recorded(e) => {
                self.record(e);
                self.recorded = Some(at.fact());
            }
            AgreementEvent::Submitted(_) => self.submitted = true,
            AgreementEvent::Signed(e) => {
                self.signatures.extend(e.units.iter().cloned());
                if self.parties().iter().all(|party| self.signatures.iter().any(|unit| unit == party)) {
                    self.signed = Some(at.fact());
                }
            }
            AgreementEvent::Declined(_) => {
                self.submitted = false;
                self.signatures.clear();
            }
            AgreementEvent::Effected(e) => {
                self.effective = Some(at.fact());
                self.expires = e.expiry();
            }
            AgreementEvent::Amended(e) => {
                self.text_version = e.text_version;
                self.expires = Some(Expiry::of(e.until));
            }
            AgreementEvent::Suspended(_) => self.suspended = true,
            AgreementEvent::Resumed(_) => self.suspended = false,
            AgreementEvent::Terminated(e) => {
                self.terminated = Some(at.fact());
                self.termination_reason.clone_from(&e.reason);
                self.suspended = false;
            }
            AgreementEvent::Fulfilled(_) => self.fulfilled = Some(at.fact()),
            AgreementEvent::Renewed(e) => self.successor = Some(e.successor.clone()),
            AgreementEvent::Voided(_) => self.voided = Some(at.fact()),
            AgreementEvent::Corrected(e) => correct(self, &e.changes, at),
        }
    }

    fn doer(_: Option<&Self>, event: &AgreementEvent) -> Option<String> {
        match event {
            AgreementEvent::Signed(e) if e.units.len() == 1 => e.units.first().cloned(),
            AgreementEvent::Declined(e) => Some(e.unit.clone()),
            _ => None,
        }
    }

    fn index(world: &mut World, id: &str, event: &AgreementEvent) {
        match event {
            AgreementEvent::Recorded(e) => {
                world.learn_child(&format!("alliance-agreements/{}", e.alliance), id);
            }
            AgreementEvent::Corrected(e) => {
                learn_corrected_parent(world, "alliance", "alliance-agreements", id, &e.changes);
            }
            _ => {}
        }
    }
}

impl Agreement {
    fn record(&mut self, e: &Recorded) {
        self.name.clone_from(&e.name);
        self.kind.clone_from(&e.kind);
        self.alliance.clone_from(&e.alliance);
        self.party_a.clone_from(&e.party_a);
        self.party_b.clone_from(&e.party_b);
        self.other_parties.clone_from(&e.other_parties);
        self.evidence.clone_from(&e.evidence);
        self.text_version = 1;
    }

    /// Between the same parties no other agreement of the kind is in force at the same time.
    fn overlaps_none(&self, world: &World, id: &str) -> Result<(), Rejection> {
        let span = |agreement: &Agreement| {
            let from = agreement.effective?.on;
            let last = agreement.expires.and_then(Expiry::day).unwrap_or(Day(i32::MAX));
            let terminated = agreement.terminated.map_or(Day(i32::MAX), |fact| fact.on.plus(-1));
            let closed = agreement.fulfilled.map_or(Day(i32::MAX), |fact| fact.on);
            Some((from, last.min(terminated).min(closed)))
        };
        let sorted = |agreement: &Agreement| {
            let mut parties: Vec<String> = agreement.parties().into_iter().map(str::to_owned).collect();
            parties.sort_unstable();
            parties
        };
        let Some((from, last)) = span(self) else { return Ok(()) };
        let parties = sorted(self);
        let other =
            world.children_of(&format!("alliance-agreements/{}", self.alliance)).iter().find(|other| {
                *other != id
                    && world.agreement.get(other).is_some_and(|other| {
                        other.kind == self.kind
                            && span(other).is_some_and(|(start, end)| start <= last && from <= end)
                            && sorted(other) == parties
                    })
            });
        match other {
            Some(other) => Err(Rejection::new("agreement-overlaps").with("other", other)),
            None => Ok(()),
        }
    }

    fn is_party(&self, unit: &str) -> Result<(), Rejection> {
        if self.parties().contains(&unit) {
            Ok(())
        } else {
            Err(Rejection::new("not-a-party").with("unit", unit))
        }
    }

    fn decide_sign(
        &self,
        world: &World,
        context: &Context<'_>,
        units: &[String],
        post: Option<&String>,
    ) -> Result<AgreementEvent, Rejection> {
        not_in_future(context)?;
        optional("post", post)?;
        if units.is_empty() {
            return Err(Rejection::empty("units"));
        }
        let units = world.unit_codes(units)?;
        for unit in &units {
            self.is_party(unit)?;
            if self.signatures.contains(unit) {
                return Err(Rejection::new("agreement-party-signed").with("unit", unit));
            }
        }
        Ok(Signed { units, post: post.cloned() }.into())
    }
}

/// One of the parties must be the community's Party organisation or a branch of a compound.
fn one_party_of_the_community(world: &World, agreement: &Agreement) -> Result<(), Rejection> {
    let party_organisation = |code: &&str| {
        world.branch.get(code).is_some()
            || world.unit.get(code).is_some_and(|unit| matches!(&*unit.kind, "社区党组织" | "街道党组织"))
    };
    if agreement.parties().iter().any(party_organisation) {
        Ok(())
    } else {
        Err(Rejection::new("agreement-needs-community"))
    }
}

/// The decision that something rests on: stated live, and in the ledger where it is stated.
pub(super) fn by_decision(
    world: &World,
    context: &Context<'_>,
    given: Option<&String>,
) -> Result<Option<String>, Rejection> {
    if given.is_none() && !context.from_ledger() {
        return Err(Rejection::empty("decision"));
    }
    known_decision(world, given)
}

/// A decision that something rests on must be in the ledger.
pub(super) fn known_decision(world: &World, given: Option<&String>) -> Result<Option<String>, Rejection> {
    match given {
        Some(decision) if world.decision.get(decision).is_none() => {
            Err(Rejection::unknown("decision", decision))
        }
        other => Ok(other.cloned()),
    }
}
