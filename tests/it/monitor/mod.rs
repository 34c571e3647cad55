//! A monitor over published folders: sound ones, and one for each kind of fault.

mod entries;
mod faults;
mod histories;

use std::path::Path;
use std::time::Duration;

use gongjian_api::monitor::{Monitor, Options, Report, Trouble};
use gongjian_core::evidence::{Fault, FaultKind, Policy};
use gongjian_core::published::Folder;
use gongjian_tests::published::{cosigner, signer};

/// One round over a folder, with or without a memory. The clock says the end of time: nothing is fresh.
pub(crate) fn round(dir: &Path, policy: &Policy, state: Option<&Path>) -> Result<Report, Trouble> {
    let source = Folder(dir.to_owned());
    let options = Options {
        policy: policy.clone(),
        state: state.map(Path::to_owned),
        patience: Duration::from_secs(5),
    };
    Monitor::new(&source, options).round(u64::MAX, |_, _| {})
}

/// The fault that a round finds.
#[track_caller]
pub(crate) fn fault(result: Result<Report, Trouble>) -> Fault {
    match result {
        Err(Trouble::Found(fault)) => fault,
        other => panic!("{other:?}"),
    }
}

/// Asserts kind and position of the fault that a round finds.
#[track_caller]
pub(crate) fn finds(result: Result<Report, Trouble>, kind: FaultKind, position: u64) -> Fault {
    let fault = fault(result);
    assert_eq!((fault.kind, fault.position), (kind, position), "{fault}");
    fault
}

/// Who knows the log and no witness.
fn log_only() -> Policy {
    Policy::of_log(signer().verifier().clone()).unwrap()
}

/// Who demands the cosignature of one witness.
fn witnessed() -> Policy {
    format!("log {}\nwitness one {}\nquorum one\n", signer().verifier(), cosigner(1).verifier())
        .parse()
        .unwrap()
}
