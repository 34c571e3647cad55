//! The directory (岗位任职): who held which post when. The name is in the vault, the interval in the event.

use serde::{Deserialize, Serialize};

use super::World;
use super::category::{Category, Context, Step, absent, present, required};
use super::document::reference;
use super::facts::{At, Fact};
use crate::day::Day;
use crate::rejection::Rejection;

/// The media type under which a name is kept.
pub const NAME_TYPE: &str = "text/plain; charset=utf-8";

events! {
    /// Facts about who holds a post.
    pub enum HolderEvent in "holder" {
        /// Somebody holds the post from a day on; the name is in the vault.
        Named: "holder.named", version 1 {
            /// The post, by its code where it is registered.
            post: String,
            from: Day,
            /// Last day; none while it lasts.
            until: Option<Day>,
            /// Random name of the object in the vault, 32 hexadecimal digits.
            object: String,
            /// Salted commitment to the name, 64 hexadecimal digits.
            commitment: String,
        }
        /// Since after this day somebody else holds it, or nobody.
        Ended: "holder.ended", version 1 { until: Day }
    }
}

commands! {
    /// Commands about who holds a post.
    pub enum HolderCommand {
        /// Enter who holds a post.
        Name: "holder.name" {
            post: String,
            from: Day,
            until: Option<Day>,
            object: String,
            commitment: String,
        }
        /// Enter the last day.
        End: "holder.end" { until: Day }
    }
}

/// An entry of the directory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The post.
    pub post: String,
    /// First day.
    pub from: Option<Day>,
    /// Last day.
    pub until: Option<Day>,
    /// Name of the object in the vault.
    pub object: String,
    /// Salted commitment to the name.
    pub commitment: String,
    /// The event that tells it.
    pub named: Option<Fact>,
}

fields! { Holder { "post": post } }

impl Holder {
    /// Whether the post was held on a day.
    pub fn on(&self, day: Day) -> bool {
        self.from.is_some_and(|from| from <= day) && self.until.is_none_or(|until| day <= until)
    }
}

/// The path that the commitment of a name covers.
pub fn path(id: &str) -> String {
    format!("holder/{id}")
}

impl Category for Holder {
    type Event = HolderEvent;
    type Command = HolderCommand;

    const STEPS: &'static [Step] = &[("holder.end", &["present"])];

    fn word(&self) -> &str {
        if self.until.is_some() { "ended" } else { "present" }
    }

    fn decide(
        world: &World,
        _: &Context<'_>,
        id: &str,
        state: Option<&Self>,
        command: &HolderCommand,
    ) -> Result<HolderEvent, Rejection> {
        match command {
            HolderCommand::Name { post, from, until, object, commitment } => {
                absent(id, state)?;
                required("post", post)?;
                reference("object", object, 32)?;
                reference("commitment", commitment, 64)?;
                ordered(*from, *until)?;
                Ok(Named {
                    post: world.post_code(post),
                    from: *from,
                    until: *until,
                    object: object.clone(),
                    commitment: commitment.clone(),
                }
                .into())
            }
            HolderCommand::End { until } => {
                let state = present(id, state)?;
                ordered(state.from.unwrap_or(*until), Some(*until))?;
                Ok(Ended { until: *until }.into())
            }
        }
    }

    fn evolve(&mut self, event: &HolderEvent, at: &At) {
        match event {
            HolderEvent::Named(e) => {
                self.post.clone_from(&e.post);
                self.from = Some(e.from);
                self.until = e.until;
                self.object.clone_from(&e.object);
                self.commitment.clone_from(&e.commitment);
                self.named = Some(at.fact());
            }
            HolderEvent::Ended(e) => self.until = Some(e.until),
        }
    }
}

fn ordered(from: Day, until: Option<Day>) -> Result<(), Rejection> {
    match until {
        Some(until) if until < from => Err(Rejection::ends_before_start("until", from, until)),
        _ => Ok(()),
    }
}
