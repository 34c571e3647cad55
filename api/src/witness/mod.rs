//! A witness for the logs of others (c2sp.org/tlog-witness): a superior office runs it on a machine of its own.
//!
//! It cosigns a checkpoint only if the log extends what it has cosigned before, so a log cannot show two
//! histories to two readers who both ask for this witness's signature. Its folder:
//!
//! | name | what it is |
//! | --- | --- |
//! | `key` | the signing key, mode 0600 |
//! | `logs` | whom it cosigns for: a key and an origin on each line |
//! | `seen/HEX` | the latest checkpoint cosigned of an origin, HEX being the SHA-256 of its name |
//! | `refused/HEX-SIZE-ROOT` | requests signed by a trusted key that do not extend what was seen: evidence of a fork |
//! | `lock` | held while the server runs |
//!
//! What to agree to is decided in [`gongjian_core::evidence::witness`]; here is what surrounds it.

mod keeper;
mod key;
mod server;
#[cfg(test)]
mod tests;
mod trust;

pub use keeper::{Checked, Keeper, KeeperError, Unanswered};
pub use key::{KeyFileError, create_key, read_key};
pub use server::router;
pub use trust::{Log, TrustError, add_log, read_logs};

use sha2::{Digest as _, Sha256};

/// What stands for an origin in file names and addresses.
pub fn origin_hash(origin: &str) -> String {
    hex::encode(Sha256::digest(origin))
}
