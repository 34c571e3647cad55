//! Reading everything: opening, decoding by page, verifying.
#![allow(missing_docs, clippy::unwrap_used, clippy::cast_precision_loss)]

mod workload;

fn main() {
    let _ = (workload::size(1), workload::OPTIONS, workload::Events::new().take(1));
}
