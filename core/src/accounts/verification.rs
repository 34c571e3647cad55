//! Who did the work cannot verify it, also by account: a rule that the one writer of the governance log keeps.
//!
//! Units are compared by each category. Here the accounts are: the account that recorded that a work was done may not
//! record that it was verified, whatever unit it names. What was recorded without an account, by an import or on the
//! folder itself, has none to compare.

use crate::domain::World;
use crate::domain::facts::Fact;

/// Commands by which somebody confirms what somebody else reported.
pub const CONFIRMING: &[&str] = &[
    "commitment.verify",
    "decision.verify",
    "issue.verify",
    "occurrence.confirm",
    "project.accept",
    "task.verify",
];

/// The fact that a confirming command confirms.
pub fn confirmed_by(world: &World, command: &str, stream: &str) -> Option<Fact> {
    if !CONFIRMING.contains(&command) {
        return None;
    }
    let (category, id) = stream.split_once('/')?;
    match category {
        "commitment" => world.commitment.get(id)?.work.completed,
        "decision" => world.decision.get(id)?.work.completed,
        "issue" => world.issue.get(id)?.work.completed,
        "task" => world.task.get(id)?.work.completed,
        "occurrence" => world.occurrence.get(id)?.held,
        "project" => world.project.get(id)?.submitted,
        _ => None,
    }
}

/// The unit that acts in a decided command, where the fact or the state of the matter tells it.
pub fn acting_unit(world: &World, command: &str, stream: &str, doer: Option<&str>) -> Option<String> {
    if command == "project.release-claim" {
        let (_, id) = stream.split_once('/')?;
        return world.project.get(id)?.claimant.clone();
    }
    doer.map(str::to_owned)
}
