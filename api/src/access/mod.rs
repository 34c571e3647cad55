//! Who asks, and what they may. Permission is decided here and nowhere else, by role, scope and what is asked for.

pub mod command;
pub mod desk;
pub mod guard;
pub mod password;
mod right;
mod secrets;
#[cfg(test)]
mod tests;
mod throttle;

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use gongjian_projections::figures::Scope;

use crate::error::Problem;

pub use command::{Place, authorise, may_do};
pub use desk::Access;
pub use guard::Front;
pub use right::{Right, Role};

/// An account that has proven who it is.
#[derive(Clone, Debug)]
pub struct Who {
    /// Random pseudonym of the account, as events carry it.
    pub account: [u8; 16],
    /// The name it signs in with; never a person's.
    pub login: String,
    /// The post that its events are recorded by.
    pub post: String,
    /// The unit that the post belongs to: what a member unit's liaison reports is confirmed by that unit.
    pub unit: Option<String>,
    /// What it may do.
    pub roles: Vec<Role>,
    /// Where it may do it.
    pub scope: Scope,
    /// Ties forms to this session; empty for a token.
    pub csrf: String,
    /// An administrator made its password: it must be changed before anything else.
    pub must_change: bool,
}

/// Who asks.
#[derive(Clone, Debug, Default)]
pub enum Caller {
    /// Whoever runs the program on the folder itself, or speaks to its socket: the operating system let them in.
    Local,
    /// A signed-in account or the holder of a token.
    Account(Arc<Who>),
    /// Nobody is known.
    #[default]
    Nobody,
}

impl Caller {
    /// The account, if it is one.
    pub fn who(&self) -> Option<&Who> {
        match self {
            Caller::Account(who) => Some(who),
            Caller::Local | Caller::Nobody => None,
        }
    }

    /// What an account's post is recorded as; a body that names another actor is refused.
    ///
    /// # Errors
    /// `not-your-post`.
    pub fn acts_as(&self, given: Option<&str>) -> Result<Option<String>, Problem> {
        match (self.who(), given) {
            (None, given) => Ok(given.map(str::to_owned)),
            (Some(who), Some(given)) if given != who.post => Err(command::not_your_post(who, given)),
            (Some(who), _) => Ok(Some(who.post.clone())),
        }
    }

    /// Whether it may ask for something of this kind at all; scope is asked where the thing is known.
    pub fn may(&self, right: Right) -> bool {
        match self {
            Caller::Local => true,
            Caller::Account(who) => right == Right::Open || who.roles.iter().any(|role| role.has(right)),
            Caller::Nobody => right == Right::Open,
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Caller, Infallible> {
        Ok(parts.extensions.get::<Caller>().cloned().unwrap_or_default())
    }
}
