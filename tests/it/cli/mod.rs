//! The real binary, end to end: what it prints, what it leaves in the ledger, and its exit codes.

mod damage;
mod editions;
mod figures;
mod imports;
mod inspectors;
mod obligations;
mod periods;
mod questions;
mod records;
mod serve;
mod usage;
pub(crate) mod vault;
mod witnesses;

use serde_json::{Value, json};

/// A command that registers a street, sent with this id.
pub(crate) fn street(id: u32, code: &str, name: &str) -> Value {
    json!({
        "commandId": format!("00000000-0000-4000-8000-{id:012x}"),
        "command": "street.register", "stream": format!("street/{code}"), "occurredOn": "2022-06-06",
        "actor": "党建专干岗", "data": { "name": name },
    })
}

/// A command that renames a street as its sender knows it.
fn rename(id: u32, code: &str, revision: u64, name: &str) -> Value {
    json!({
        "commandId": format!("00000000-0000-4000-8000-{id:012x}"),
        "command": "street.rename", "stream": format!("street/{code}"), "expectedRevision": revision,
        "occurredOn": "2022-06-07", "actor": "党建专干岗", "data": { "name": name },
    })
}
