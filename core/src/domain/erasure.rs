//! Erasures (删除): asked for by one post, decided by another, executed once and for ever.
//!
//! What is erased is the content of a document, a personal field or a name of the directory, whose keys are
//! destroyed, or the bytes of a whole record whose text should never have been entered: it is then *withheld*
//! (`docs/FORMAT.md`, section 7). Position, digest and leaf stay in either case, and so do these events.

use serde::{Deserialize, Serialize};

use super::World;
use super::category::{Category, CommandSet as _, Context, Step, absent, choice, present, required};
use super::document::reference;
use super::facts::{At, Fact};
use crate::rejection::Rejection;

/// A document or a personal field.
pub const DOCUMENT: &str = "document";
/// A name of the directory.
pub const HOLDER: &str = "holder";
/// A whole record. The word that makes an approval the order to withhold it (`log/verify.rs`).
pub const RECORD: &str = crate::log::SCOPE_RECORD;
/// What can be erased.
pub const SCOPES: &[&str] = &[DOCUMENT, HOLDER, RECORD];
/// Records without which the log, or what was erased of it, could not be understood.
const PROTECTED: &[&str] = &["ledger", "schema", "erasure", "document", "holder"];

events! {
    /// Facts about an erasure.
    pub enum ErasureEvent in "erasure" {
        /// A post asked for it.
        Asked: "erasure.asked", version 1 {
            /// `document`, `holder` or `record`.
            scope: String,
            /// Stream of what is to be erased.
            subject: String,
            /// Position of the event that holds the commitment, or of the record itself.
            position: u64,
            /// Digest of that event, 64 hexadecimal digits.
            digest: String,
            /// The post that asks.
            post: String,
            reason: String,
            /// The law, order or request that it rests on.
            basis: String,
        }
        /// Another post approved it. Begins with what FORMAT.md demands of an order to withhold a record.
        Approved: "erasure.approved", version 1 {
            /// Position of the event concerned.
            position: u64,
            /// Its digest, 64 hexadecimal digits.
            digest: String,
            /// `document`, `holder` or `record`.
            scope: String,
            /// Name of the object in the vault; none for a record.
            object: Option<String>,
            reason: Option<String>,
        }
        /// Another post refused it.
        Refused: "erasure.refused", version 1 { reason: String }
        /// It is done: what was destroyed.
        Executed: "erasure.executed", version 1 { destroyed: Vec<String> }
    }
}

commands! {
    /// Commands about an erasure.
    pub enum ErasureCommand {
        /// Ask for it.
        Ask: "erasure.ask" {
            scope: String,
            subject: String,
            position: u64,
            digest: String,
            reason: String,
            basis: String,
        }
        /// Approve it as another post.
        Approve: "erasure.approve" { reason: Option<String> }
        /// Refuse it as another post.
        Refuse: "erasure.refuse" { reason: String }
        /// Tell that it is done.
        Execute: "erasure.execute" { destroyed: Vec<String> }
    }
}

/// An erasure.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erasure {
    /// `document`, `holder` or `record`.
    pub scope: String,
    /// Stream of what is to be erased.
    pub subject: String,
    /// Position of the event concerned.
    pub position: u64,
    /// Its digest.
    pub digest: String,
    /// Name of the object in the vault, once approved.
    pub object: Option<String>,
    /// The post that asked.
    pub post: String,
    /// Asked for.
    pub asked: Option<Fact>,
    /// Approved.
    pub approved: Option<Fact>,
    /// Refused.
    pub refused: Option<Fact>,
    /// Done.
    pub executed: Option<Fact>,
}

fields! { Erasure { "scope": scope, "subject": subject } }

impl Erasure {
    /// Where it stands.
    pub fn state(&self) -> &'static str {
        match (self.executed, self.approved, self.refused) {
            (Some(_), ..) => "executed",
            (_, Some(_), _) => "approved",
            (_, _, Some(_)) => "refused",
            _ => "asked",
        }
    }
}

impl Category for Erasure {
    type Event = ErasureEvent;
    type Command = ErasureCommand;

    const STEPS: &'static [Step] = &[
        ("erasure.approve", &["asked"]),
        ("erasure.refuse", &["asked"]),
        ("erasure.execute", &["approved"]),
    ];

    fn word(&self) -> &str {
        self.state()
    }

    fn decide(
        world: &World,
        context: &Context<'_>,
        id: &str,
        state: Option<&Self>,
        command: &ErasureCommand,
    ) -> Result<ErasureEvent, Rejection> {
        use ErasureCommand as C;
        if let C::Ask { scope, subject, position, digest, reason, basis } = command {
            absent(id, state)?;
            choice("scope", scope, SCOPES)?;
            required("reason", reason)?;
            required("basis", basis)?;
            reference("digest", digest, 64)?;
            erasable(world, scope, subject, *position)?;
            return Ok(Asked {
                scope: scope.clone(),
                subject: subject.clone(),
                position: *position,
                digest: digest.clone(),
                post: context.actor.to_owned(),
                reason: reason.clone(),
                basis: basis.clone(),
            }
            .into());
        }
        let state = present(id, state)?;
        match command {
            C::Ask { .. } => Err(Rejection::exists(id)),
            C::Approve { reason } => {
                state.may_decide(world, context, command.name())?;
                super::category::optional("reason", reason.as_ref())?;
                Ok(Approved {
                    position: state.position,
                    digest: state.digest.clone(),
                    scope: state.scope.clone(),
                    object: world.object_of(&state.subject).map(str::to_owned),
                    reason: reason.clone(),
                }
                .into())
            }
            C::Refuse { reason } => {
                state.may_decide(world, context, command.name())?;
                required("reason", reason)?;
                Ok(Refused { reason: reason.clone() }.into())
            }
            C::Execute { destroyed } => {
                for what in destroyed {
                    required("destroyed", what)?;
                }
                Ok(Executed { destroyed: destroyed.clone() }.into())
            }
        }
    }

    fn evolve(&mut self, event: &ErasureEvent, at: &At) {
        match event {
            ErasureEvent::Asked(e) => {
                self.scope.clone_from(&e.scope);
                self.subject.clone_from(&e.subject);
                self.position = e.position;
                self.digest.clone_from(&e.digest);
                self.post.clone_from(&e.post);
                self.asked = Some(at.fact());
            }
            ErasureEvent::Approved(e) => {
                self.object.clone_from(&e.object);
                self.approved = Some(at.fact());
            }
            ErasureEvent::Refused(_) => self.refused = Some(at.fact()),
            ErasureEvent::Executed(_) => self.executed = Some(at.fact()),
        }
    }

    fn trail(world: &World, event: &ErasureEvent) -> Option<String> {
        match event {
            ErasureEvent::Asked(e) => world.trail_of(&e.subject),
            _ => None,
        }
    }

    fn index(world: &mut World, id: &str, event: &ErasureEvent) {
        if let ErasureEvent::Asked(e) = event {
            world.learn_child(&erasures_of(&e.scope, &e.subject, e.position), id);
        }
    }
}

impl Erasure {
    /// Who asked cannot decide.
    fn may_decide(&self, world: &World, context: &Context<'_>, command: &str) -> Result<(), Rejection> {
        if world.post_code(context.actor) == world.post_code(&self.post) {
            return Err(Rejection::new("same-post").with("post", context.actor).with("command", command));
        }
        Ok(())
    }
}

/// Under which name the erasures of a thing are listed. Of a record each position is a thing of its own.
fn erasures_of(scope: &str, subject: &str, position: u64) -> String {
    if scope == RECORD { format!("erasures/{position}") } else { format!("erasures/{subject}") }
}

/// Whether a thing is there, may be erased, and nobody has asked for it yet.
fn erasable(world: &World, scope: &str, subject: &str, position: u64) -> Result<(), Rejection> {
    let (category, id) = subject.split_once('/').unwrap_or((subject, ""));
    let at = match scope {
        DOCUMENT if category == DOCUMENT => world.document.get(id).and_then(|it| it.added),
        HOLDER if category == HOLDER => world.holder.get(id).and_then(|it| it.named),
        RECORD if PROTECTED.contains(&category) => {
            return Err(Rejection::new("erasure-protected").with("subject", subject));
        }
        // What stands at a position only the log knows; who executes the order compares the digest.
        RECORD if !id.is_empty() => Some(Fact { on: crate::day::Day::BEGINNING, at: position }),
        _ => None,
    };
    if at.map(|fact| fact.at) != Some(position) {
        return Err(Rejection::unknown("source", subject));
    }
    let open = world.erasures(scope, subject, position).find(|(_, erasure)| erasure.refused.is_none());
    match open {
        Some((erasure, _)) => {
            Err(Rejection::new("erasure-exists").with("subject", subject).with("erasure", erasure))
        }
        None => Ok(()),
    }
}

impl World {
    /// The erasures that were asked for of a thing, in order.
    pub fn erasures<'w>(
        &'w self,
        scope: &str,
        subject: &str,
        position: u64,
    ) -> impl Iterator<Item = (&'w str, &'w Erasure)> {
        let ids = self.children_of(&erasures_of(scope, subject, position)).iter();
        ids.filter_map(|id| self.erasure.get(id).map(|erasure| (id.as_str(), erasure)))
    }

    /// The approved erasure of a document or an entry of the directory.
    pub fn erased<'w>(&'w self, subject: &str) -> Option<(&'w str, &'w Erasure)> {
        self.erasures(DOCUMENT, subject, 0).find(|(_, erasure)| erasure.approved.is_some())
    }

    /// Refuses what is erased, or is about to be.
    ///
    /// # Errors
    /// `erased` with the erasure.
    pub fn not_erased(&self, subject: &str) -> Result<(), Rejection> {
        match self.erased(subject) {
            Some((erasure, _)) => {
                Err(Rejection::new("erased").with("subject", subject).with("erasure", erasure))
            }
            None => Ok(()),
        }
    }

    /// The object in the vault behind a stream.
    fn object_of(&self, subject: &str) -> Option<&str> {
        match subject.split_once('/')? {
            (DOCUMENT, id) => self.document.get(id).map(|it| it.object.as_str()),
            (HOLDER, id) => self.holder.get(id).map(|it| it.object.as_str()),
            _ => None,
        }
    }
}
