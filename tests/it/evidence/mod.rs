//! Evidence that leaves the ledger, checked where there is none.

mod files;
mod inspection;
pub(crate) mod package;
mod vaulted;

use std::path::PathBuf;

use gongjian_api::offline::Trust;
use gongjian_tests::cli::Ledger;

/// The matter of the old dormitory of the water bureau.
const GOLDEN: &str = "WT-2022-0000";

/// The county, and the line by which others know its key.
fn county() -> (Ledger, String) {
    let ledger = Ledger::county();
    let key = ledger.run(&["checkpoint", "--public-key"]).exits(0).text().trim().to_owned();
    (ledger, key)
}

fn trust(key: &str) -> Trust {
    Trust::of(&[key.to_owned()], None).unwrap()
}

/// A file beside the ledger.
fn beside(ledger: &Ledger, name: &str) -> PathBuf {
    ledger.folder.path().join(name)
}
