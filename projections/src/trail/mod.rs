//! One matter from the problem to its verification: the inspector's page.
//!
//! A matter is a root stream (an issue, a topic, an agreement …) with every stream that shares its trail.
//! What it touched without belonging to it, the meetings that dealt with it and the Wednesday meeting at
//! which it was raised, is shown among its steps. A name stands for every matter that touches it.

mod matter;
mod resolve;
mod summary;

use gongjian_core::day::Day;
use gongjian_core::record::{Digest, Position};
use serde::{Serialize, Serializer};

use crate::views::Views;

pub use matter::{Content, Matter, NotStated, Step};
pub(crate) use summary::work_of;
pub use summary::{MeetingLine, Named, Summary, WorkLine};

/// Reads the stored bytes of the event at a position.
pub type Reader<'r> = dyn Fn(Position) -> Option<Vec<u8>> + 'r;

/// The matters behind an id or a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Trail {
    /// What was asked for.
    pub id: String,
    /// What the name stands for, if it was a name or a code of the registry.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub subjects: Vec<Subject>,
    /// The last event that is known here.
    pub position: Option<Position>,
    /// The day as of which it is shown.
    pub on: Day,
    /// The matters, in the order of the log.
    pub matters: Vec<Matter>,
}

/// Something of the registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Subject {
    /// `compound`, `unit`, `community`, `street`, `alliance`, `grid`.
    pub kind: &'static str,
    /// Its code.
    pub code: String,
    /// Its name on the day.
    pub name: String,
    /// Every name that it has or had, oldest first.
    pub names: Vec<String>,
}

/// A trail could not be followed.
#[derive(Debug, thiserror::Error)]
pub enum TrailError {
    /// Nothing has this id, number or name.
    #[error("nothing in the ledger is called {0:?}")]
    Unknown(String),
    /// An event of the matter could not be read.
    #[error("the event at position {0} cannot be read")]
    Unreadable(Position),
}

/// Every matter behind a stream (`issue/WT-2022-0000`), a bare number (`HY-2022-0046-J1-1`), or the exact
/// name, also an old one, of a compound, unit, community, street or alliance; as of the day `on`.
///
/// # Errors
/// [`TrailError::Unknown`] if nothing is called so, [`TrailError::Unreadable`] if `read` fails.
pub fn trail(views: &Views, id: &str, read: &Reader<'_>, on: Day) -> Result<Trail, TrailError> {
    let found = resolve::resolve(views, id.trim(), on).ok_or_else(|| TrailError::Unknown(id.to_owned()))?;
    let reader = matter::Events::new(views, read, on);
    let mut matters = Vec::with_capacity(found.roots.len());
    for root in &found.roots {
        // A matter all of whose events happened after the day is not there yet.
        if let Some(matter) = reader.matter(root)? {
            matters.push(matter);
        }
    }
    let position = views.position().checked_sub(1);
    Ok(Trail { id: id.to_owned(), subjects: found.subjects, position, on, matters })
}

fn hexadecimal<S: Serializer>(digest: &Digest, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(digest)
}
