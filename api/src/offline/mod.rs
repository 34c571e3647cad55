//! Checking evidence without a ledger and without a network.
//!
//! Every check takes bytes and a [`Trust`], the keys that the reader has from elsewhere, and gives an
//! [`Outcome`]: what the file is, what it rests on, and the first thing that is wrong, with its [`Kind`]. What
//! fits but bears no signature by a trusted key is [`Verdict::Unchecked`] and never called sound: public keys
//! that come with the evidence prove nothing, since whoever made it up would have put his own there.
//!
//! **Architecture invariant:** *no input makes a check panic, reach the network or write a file.*

mod fault;
mod handed;
mod inspection;
mod outcome;
mod proof;
pub mod report;
#[cfg(test)]
pub(crate) mod tests;
mod trust;

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

pub use fault::{Fault, Kind};
pub use handed::{handed, looks_like};
pub use inspection::inspection;
pub use outcome::{Basis, Format, Outcome, Verdict};
pub(crate) use proof::{check_inclusion, check_leaf, check_place, read_checkpoint, read_proof, read_record};
pub use proof::{checkpoint, proof};
pub use trust::{Trust, TrustError};

/// The longest file that is read.
pub const FILE_MAX: u64 = 256 << 20;

/// What a file or folder looks like; only a look, which the check itself confirms.
pub fn format_of(path: &Path) -> io::Result<Format> {
    if path.is_dir() {
        return Ok(match path {
            dir if dir.join("sled").is_dir() => Format::Ledger,
            dir if dir.join("tile").is_dir() => Format::Tiles,
            dir if dir.join("manifest.json").is_file() => Format::Package,
            _ => Format::Unknown,
        });
    }
    let mut head = Vec::new();
    File::open(path)?.take(64).read_to_end(&mut head)?;
    Ok(looks_like(&head))
}

/// Reads a file that is not longer than `limit`.
///
/// # Errors
/// Whatever the system says, and [`io::ErrorKind::FileTooLarge`].
pub fn read_at_most(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(io::Error::from(io::ErrorKind::FileTooLarge));
    }
    Ok(bytes)
}
