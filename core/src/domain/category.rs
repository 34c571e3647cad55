//! What one stream category is: its events, its commands, its state, and its rules.

use serde::{Deserialize, Serialize};

use super::World;
use super::facts::{At, Fact, Fields};
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

/// A command's name and the states that allow it.
pub type Step = (&'static str, &'static [&'static str]);

/// Every state allows it.
pub const ANY: &[&str] = &["*"];

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

    /// The state machine: each command with the states that allow it, live. A command that is not listed
    /// creates the stream. Guards that look at more than the state are in [`Category::decide`].
    const STEPS: &'static [Step] = &[];

    /// Where an old ledger, which does not state every step, may go on from other states.
    const LEDGER_STEPS: &'static [Step] = &[];

    /// The word of the state machine for where the stream stands.
    fn word(&self) -> &str {
        "present"
    }

    /// Fields that name something else in the ledger, and what they name (`units` for a list of units); a
    /// correction resolves them.
    const REFERENCES: &'static [(&'static str, &'static str)] = &[];

    /// Fields that must say something, also after a correction.
    const REQUIRED: &'static [&'static str] = &[];

    /// The kind under which the stream's names are kept, where people call it by name.
    const NAMED: Option<&'static str> = None;

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

/// Whether the state machine has such a step.
///
/// # Errors
/// `state-wrong`, which names the state and what it allows.
pub fn step<S: Category>(context: &Context<'_>, id: &str, state: &S, command: &str) -> Result<(), Rejection> {
    match states_of::<S>(context, command) {
        Some(states) if states != ANY && !states.contains(&state.word()) => {
            Err(wrong_state(context, id, state, command))
        }
        _ => Ok(()),
    }
}

/// The refusal of a command because of where a stream stands; the command may be one on another stream.
pub fn wrong_state<S: Category>(context: &Context<'_>, id: &str, state: &S, command: &str) -> Rejection {
    let stream = format!("{}/{id}", S::Event::CATEGORY);
    let allows = |name: &&str| {
        states_of::<S>(context, name).is_some_and(|states| states == ANY || states.contains(&state.word()))
    };
    let allowed: Vec<&str> = S::STEPS.iter().map(|(name, _)| *name).filter(allows).collect();
    Rejection::wrong_state(&stream, state.word(), command, &allowed)
}

/// The commands that the state machine allows where a stream stands, live.
pub(crate) fn allowed<S: Category>(state: &S) -> Vec<&'static str> {
    let allows = |states: &[&str]| states == ANY || states.contains(&state.word());
    S::STEPS.iter().filter(|(_, states)| allows(states)).map(|(name, _)| *name).collect()
}

fn states_of<S: Category>(context: &Context<'_>, command: &str) -> Option<&'static [&'static str]> {
    let find =
        |steps: &'static [Step]| steps.iter().find(|(name, _)| *name == command).map(|(_, states)| *states);
    context.from_ledger().then(|| find(S::LEDGER_STEPS)).flatten().or_else(|| find(S::STEPS))
}

/// Checks a correction against the state and fills in what the ledger said.
///
/// # Errors
/// Unknown field, a text that does not fit its type, nothing to correct, no reason, or a text that the
/// gate refuses.
pub fn corrections<S: Category + Fields>(
    world: &World,
    id: &str,
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
            Some((_, kind)) => world.resolve(kind, now)?,
            None => now.clone(),
        };
        let was = state.get(field).ok_or_else(|| {
            Rejection::new("correction-field").with("field", field).with("allowed", S::NAMES.join(" "))
        })?;
        if let Some(field) = S::REQUIRED.iter().find(|required| *required == field) {
            required(field, now)?;
        }
        if probe.correct(field, now, &at) != Some(true) {
            return Err(Rejection::new("correction-value").with("field", field).with("value", now));
        }
        if was == *now {
            return Err(Rejection::new("correction-same").with("field", field).with("value", now));
        }
        if let (Some(kind), "name") = (S::NAMED, field.as_str()) {
            world.free_name(kind, now, id)?;
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

/// A reason that must be stated live; an old ledger may have none.
///
/// # Errors
/// `reason-missing`, or the gate's refusal.
pub fn reasoned(
    context: &Context<'_>,
    command: &'static str,
    reason: Option<&String>,
) -> Result<(), Rejection> {
    optional("reason", reason)?;
    if !context.from_ledger() && !stated(reason) {
        return Err(Rejection::new("reason-missing").with("command", command));
    }
    Ok(())
}

/// Whether a text is there and says something.
pub fn stated(text: Option<&String>) -> bool {
    text.is_some_and(|text| !text.trim().is_empty())
}

/// A date that must be stated live; an old ledger may have none.
///
/// # Errors
/// `field-empty`.
pub fn dated(context: &Context<'_>, due_on: Option<Day>) -> Result<(), Rejection> {
    if due_on.is_none() && !context.from_ledger() {
        return Err(Rejection::empty("dueOn"));
    }
    Ok(())
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

/// Something cannot have happened before what it rests on.
///
/// # Errors
/// `dates-before`.
pub fn not_before(field: &'static str, day: Day, earliest: Option<Fact>) -> Result<(), Rejection> {
    match earliest {
        Some(earliest) if day < earliest.on => Err(Rejection::before(field, day, earliest.on)),
        _ => Ok(()),
    }
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

/// A corrected parent has the child too; who asks compares the child's own word.
pub(super) fn learn_corrected_parent(
    world: &mut World,
    field: &str,
    prefix: &str,
    id: &str,
    changes: &[Change],
) {
    for change in changes.iter().filter(|change| change.field == field && !change.now.is_empty()) {
        let parent = format!("{prefix}/{}", change.now);
        if !world.children_of(&parent).iter().any(|child| child == id) {
            world.learn_child(&parent, id);
        }
    }
}

/// A corrected name finds its owner too.
pub(super) fn learn_corrected_name(world: &mut World, kind: &str, id: &str, changes: &[Change]) {
    for change in changes.iter().filter(|change| change.field == "name") {
        world.learn_name(kind, &change.now, id);
    }
}
