//! Posts (岗位) of units: who acts, never a person.

use serde::{Deserialize, Serialize};

use super::World;
use super::category::{Category, Context, Step, absent, present, required};
use super::facts::{At, Fact};
use crate::rejection::Rejection;

events! {
    /// Facts about a post.
    pub enum PostEvent in "post" {
        /// The unit has this post from now on.
        Created: "post.created", version 1 {
            name: String,
            /// Code of the unit or community whose post it is.
            unit: String,
        }
        /// The post no longer exists.
        Abolished: "post.abolished", version 1 { reason: String }
    }
}

commands! {
    /// Commands about a post.
    pub enum PostCommand {
        /// Create a post of a unit.
        Create: "post.create" { name: String, unit: String }
        /// Abolish it.
        Abolish: "post.abolish" { reason: String }
    }
}

/// A post.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    /// Its name, such as 社区党委书记岗.
    pub name: String,
    /// Code of the unit or community whose post it is.
    pub unit: String,
    /// Since when it no longer exists.
    pub abolished: Option<Fact>,
}

fields! { Post { "name": name, "unit": unit } }

impl Category for Post {
    type Event = PostEvent;
    type Command = PostCommand;

    const STEPS: &'static [Step] = &[("post.abolish", &["active"])];

    fn word(&self) -> &str {
        if self.abolished.is_some() { "abolished" } else { "active" }
    }

    fn decide(
        world: &World,
        _: &Context<'_>,
        id: &str,
        state: Option<&Self>,
        command: &PostCommand,
    ) -> Result<PostEvent, Rejection> {
        match command {
            PostCommand::Create { name, unit } => {
                absent(id, state)?;
                required("name", name)?;
                let unit = world
                    .unit_code(unit)
                    .or_else(|refused| world.community_code(unit).map_err(|_| refused))?;
                Ok(Created { name: name.clone(), unit }.into())
            }
            PostCommand::Abolish { reason } => {
                present(id, state)?;
                required("reason", reason)?;
                Ok(Abolished { reason: reason.clone() }.into())
            }
        }
    }

    fn evolve(&mut self, event: &PostEvent, at: &At) {
        match event {
            PostEvent::Created(e) => {
                self.name.clone_from(&e.name);
                self.unit.clone_from(&e.unit);
            }
            PostEvent::Abolished(_) => self.abolished = Some(at.fact()),
        }
    }
}
