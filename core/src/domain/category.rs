//! What one stream category is: its events, its commands, its state, and its rules.

use serde::{Deserialize, Serialize};

use super::World;
use super::facts::{At, Fields};
use crate::day::Day;
use crate::event::DomainEvent;
use crate::gate;
use crate::rejection::Rejection;

/// Which of the two paths through a state machine a command takes (`domain.md` 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Path {
    /// Step by step, every guard enforced.
    #[default]
    Live,
    /// Facts dated on an old ledger's sheet: steps that it does not state are not invented, and guards
    /// for which a sheet has no column do not refuse.
    Ledger,
}

/// What a decision may know besides the world. There is no clock, no disk and no randomness in it.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The local day on which the ledger takes the command in.
    pub today: Day,
    /// The day on which it happened, by the record's word.
    pub occurred: Day,
    /// Live or from an old ledger.
    pub path: Path,
    /// The post that enters it, or `import`.
    pub actor: &'a str,
}

impl Context<'_> {
    /// Whether the command comes from an old ledger.
    pub fn from_ledger(&self) -> bool {
        self.path == Path::Ledger
    }
}

/// The commands of one category.
pub trait CommandSet: Sized + Clone + Serialize + for<'de> Deserialize<'de> {
    /// Every command's name, `category.imperative`.
    const NAMES: &'static [&'static str];
    /// The command's name.
    fn name(&self) -> &'static str;
}

/// One stream category: implemented on the category's state.
pub trait Category: Default + Clone + Serialize + for<'de> Deserialize<'de> {
    /// Its facts.
    type Event: DomainEvent;
    /// Its commands.
    type Command: CommandSet;

    /// Turns a command into one event, or refuses it. `state` is `None` where the stream does not exist.
    ///
    /// # Errors
    /// A [`Rejection`]: nothing changes.
    fn decide(
        world: &World,
        context: &Context<'_>,
        id: &str,
        state: Option<&Self>,
        command: &Self::Command,
    ) -> Result<Self::Event, Rejection>;

    /// Folds an event in. It may not refuse: a recorded fact already happened.
    fn evolve(&mut self, event: &Self::Event, at: &At);

    /// Root stream of the matter, where it is another stream than this one. Asked once, at its first event.
    fn trail(_world: &World, _event: &Self::Event) -> Option<String> {
        None
    }

    /// The unit that did what the event tells, where the event or the state says so.
    fn doer(_state: Option<&Self>, _event: &Self::Event) -> Option<String> {
        None
    }

    /// Fields that name something of the registry, and what they name; a correction resolves them.
    const REFERENCES: &'static [(&'static str, &'static str)] = &[];

    /// Whether the state obeys the invariants that its own fields can break; asked of a corrected state.
    ///
    /// # Errors
    /// The rejection that an ordinary command would have met.
    fn consistent(&self) -> Result<(), Rejection> {
        Ok(())
    }

    /// Keeps the indexes of the world that span streams: names and children.
    fn index(_world: &mut World, _id: &str, _event: &Self::Event) {}
}

record_struct! {
    /// One corrected field: its name and both values, as text.
    pub struct Change {
        /// The field's name.
        field: String,
        /// What the ledger said.
        was: String,
        /// What is right.
        now: String,
    }
}

/// A correction as asked for: a field and what is right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Wanted {
    /// The field's name.
    pub field: String,
    /// What is right, as text; empty removes.
    pub now: String,
}

/// Checks a correction against the state and fills in what the ledger said.
///
/// # Errors
/// Unknown field, a text that does not fit its type, nothing to correct, no reason, or a text that the
/// gate refuses.
pub fn corrections<S: Category + Fields>(
    world: &World,
    state: &S,
    wanted: &[Wanted],
    reason: &str,
) -> Result<Vec<Change>, Rejection> {
    if wanted.is_empty() {
        return Err(Rejection::new("correction-empty"));
    }
    required("reason", reason)?;
    let at = At { position: 0, recorded_at: 0, occurred: Day::BEGINNING };
    let mut probe = state.clone();
    let mut changes = Vec::with_capacity(wanted.len());
    for Wanted { field, now } in wanted {
        gate::check("now", now)?;
        let now = &match S::REFERENCES.iter().find(|(name, _)| name == field) {
            Some((_, kind)) => world.resolve_list(kind, now)?,
            None => now.clone(),
        };
        let was = state.get(field).ok_or_else(|| {
            Rejection::new("correction-field").with("field", field).with("allowed", S::NAMES.join(" "))
        })?;
        if probe.correct(field, now, &at) != Some(true) {
            return Err(Rejection::new("correction-value").with("field", field).with("value", now));
        }
        if was == *now {
            return Err(Rejection::new("correction-same").with("field", field).with("value", now));
        }
        changes.push(Change { field: field.clone(), was, now: now.clone() });
    }
    probe.consistent()?;
    Ok(changes)
}

/// Folds a correction into a state.
pub fn correct<S: Fields>(state: &mut S, changes: &[Change], at: &At) {
    for change in changes {
        // A field that a later version no longer has stays as it was; the event still shows both values.
        let _ = state.correct(&change.field, &change.now, at);
    }
}

/// A text that must say something and pass the gate.
///
/// # Errors
/// `field-empty`, or the gate's refusal.
pub fn required(field: &'static str, text: &str) -> Result<(), Rejection> {
    if text.trim().is_empty() {
        return Err(Rejection::empty(field));
    }
    gate::check(field, text)
}

/// A text that may be absent but must pass the gate.
///
/// # Errors
/// The gate's refusal.
pub fn optional(field: &'static str, text: Option<&String>) -> Result<(), Rejection> {
    text.map_or(Ok(()), |text| gate::check(field, text))
}

/// A choice from a closed list.
///
/// # Errors
/// `choice-unknown` with what is allowed.
pub fn choice(field: &'static str, given: &str, allowed: &[&str]) -> Result<(), Rejection> {
    if allowed.contains(&given) { Ok(()) } else { Err(Rejection::choice(field, given, allowed)) }
}

/// Something cannot have happened after today. An old ledger is judged by its own 截至日期, not by this clock.
///
/// # Errors
/// `dates-future`.
pub fn not_in_future(context: &Context<'_>) -> Result<(), Rejection> {
    if !context.from_ledger() && context.occurred > context.today {
        return Err(Rejection::new("dates-future")
            .with("day", context.occurred)
            .with("today", context.today));
    }
    Ok(())
}

/// The state that a command needs, or that the stream does not exist.
///
/// # Errors
/// `stream-absent`.
pub fn present<'s, S>(id: &str, state: Option<&'s S>) -> Result<&'s S, Rejection> {
    state.ok_or_else(|| Rejection::absent(id))
}

/// A new stream must not exist yet.
///
/// # Errors
/// `stream-exists`.
pub fn absent<S>(id: &str, state: Option<&S>) -> Result<(), Rejection> {
    if state.is_some() { Err(Rejection::exists(id)) } else { Ok(()) }
}

/// Declares the commands of one category: `Variant: "category.imperative" { field: Type, … }`.
#[macro_export]
macro_rules! commands {
    (
        $(#[$enum_doc:meta])*
        $vis:vis enum $Enum:ident {$(
            $(#[$doc:meta])*
            $Variant:ident: $name:literal
            { $($(#[$field_meta:meta])* $field:ident: $Type:ty),* $(,)? }
        )+}
    ) => {
        $(#[$enum_doc])*
        #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(tag = "command", content = "data", deny_unknown_fields)]
        #[allow(missing_docs, reason = "the fields are those of the event that the command leads to")]
        $vis enum $Enum {$(
            $(#[$doc])*
            #[serde(rename = $name, rename_all = "camelCase")]
            $Variant { $($(#[$field_meta])* $field: $Type),* },
        )+}

        impl $crate::domain::category::CommandSet for $Enum {
            const NAMES: &'static [&'static str] = &[$($name),+];

            fn name(&self) -> &'static str {
                match self {$( Self::$Variant { .. } => $name, )+}
            }
        }
    };
}

/// A corrected name finds its owner too.
pub(super) fn learn_corrected_name(world: &mut World, kind: &str, id: &str, changes: &[Change]) {
    for change in changes.iter().filter(|change| change.field == "name") {
        world.learn_name(kind, &change.now, id);
    }
}
