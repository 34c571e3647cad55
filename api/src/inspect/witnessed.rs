//! What the witnesses that a ledger names have cosigned, and when.

use std::path::Path;

use gongjian_core::checkpoints::{CHECKPOINT_FILE, WITNESSED_FILE};
use gongjian_core::evidence::bundle::TimeMark;
use gongjian_core::evidence::policy::POLICY_BYTES_MAX;
use gongjian_core::evidence::{Policy, SignedCheckpoint};

use crate::cosign::POLICY_FILE;
use crate::offline::{Fault, Kind, read_at_most};

/// The longest checkpoint.
const CHECKPOINT_MAX: u64 = 1 << 20;

/// What is known of witnesses.
#[derive(Clone, Debug, Default)]
pub struct Witnessed {
    /// How many witnesses the ledger names; `Err` if the file that names them cannot be used.
    pub named: Option<Result<usize, Fault>>,
    /// Those that have cosigned the newest checkpoint that enough of them have, or the newest that any has.
    pub cosigned: Vec<String>,
    /// Events under that checkpoint.
    pub size: u64,
    /// Whether these are enough by the ledger's own policy.
    pub is_enough: bool,
    /// What all cosignatures say about time.
    pub marks: Vec<TimeMark>,
}

/// Looks at the checkpoints in the folder of a ledger, with the keys of the witnesses that it names.
pub fn look_for_witnesses(dir: &Path) -> Witnessed {
    let file = dir.join(POLICY_FILE);
    if !file.exists() {
        return Witnessed::default();
    }
    let fault = |code| Fault::new(Kind::Malformed, code).at(POLICY_FILE);
    let read = read_at_most(&file, POLICY_BYTES_MAX as u64)
        .map_err(|_| fault("witnesses-unreadable"))
        .and_then(|bytes| Policy::parse(&bytes).map_err(|_| fault("witnesses-no-policy")));
    let policy = match read {
        Ok(policy) => policy,
        Err(fault) => return Witnessed { named: Some(Err(fault)), ..Witnessed::default() },
    };
    let mut found = Witnessed { named: Some(Ok(policy.witnesses().len())), ..Witnessed::default() };
    for file in [dir.join("tiles").join(CHECKPOINT_FILE), dir.join(WITNESSED_FILE)] {
        let Some(signed) =
            read_at_most(&file, CHECKPOINT_MAX).ok().and_then(|it| SignedCheckpoint::parse(&it).ok())
        else {
            continue;
        };
        let (size, cosigned) = (signed.checkpoint().size(), policy.cosigned(&signed));
        found.marks.extend(TimeMark::of(size, &cosigned));
        let names: Vec<String> = cosigned.into_iter().map(|one| one.witness).collect();
        let is_enough = !names.is_empty() && policy.is_quorum(&names);
        if (is_enough, names.len(), size) > (found.is_enough, found.cosigned.len(), found.size) {
            (found.cosigned, found.size, found.is_enough) = (names, size, is_enough);
        }
    }
    found
}
