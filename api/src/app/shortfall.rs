//! What lies beside the log knows how long it was.
//!
//! sled takes a damaged segment for the torn end of its file and drops everything after it without a word. A
//! snapshot or a tile of events that are then not there any more shows it, and the ledger must not be opened:
//! the next event would take the place of a lost one.

use std::path::{Path, PathBuf};

use gongjian_core::log::Corruption;
use gongjian_core::record::Position;

/// Events in one file of entries.
const BUNDLE_EVENTS: u64 = 256;

/// Refuses a log that is shorter than what was made of it.
///
/// # Errors
/// [`Corruption`] at the end of the log.
pub(super) fn check(dir: &Path, size: u64) -> Result<(), Corruption> {
    let (known, file) =
        [newest_snapshot(dir), newest_bundle(dir)].into_iter().flatten().max().unwrap_or_default();
    if known <= size {
        return Ok(());
    }
    let expected = ("at least, by what was made of it,", format!("{known} ({})", file.display()));
    Err(Corruption::new(size, "number of events", expected, size))
}

fn newest_snapshot(dir: &Path) -> Option<(Position, PathBuf)> {
    let files = std::fs::read_dir(dir.join("snapshots")).ok()?.flatten();
    files
        .filter_map(|file| {
            // NAME-VERSION-POSITION
            let name = file.file_name();
            let mut parts = name.to_str()?.rsplit('-');
            let position = parts.next()?.parse().ok()?;
            parts.next()?.parse::<u32>().ok()?;
            Some((position, file.path()))
        })
        .max()
}

/// Full bundles are files `000` … `999`, and beyond them folders `x001` … with files below.
fn newest_bundle(dir: &Path) -> Option<(Position, PathBuf)> {
    let mut folder = dir.join("tiles").join("tile").join("entries");
    let mut number = 0;
    loop {
        let entries = std::fs::read_dir(&folder).ok()?.flatten();
        let newest = entries
            .filter_map(|entry| {
                let name = entry.file_name();
                let name = name.to_str()?;
                let digits = name.strip_prefix('x').unwrap_or(name);
                let part: u64 = (digits.len() == 3).then(|| digits.parse().ok())??;
                Some((name.starts_with('x'), part, entry.path()))
            })
            .max()?;
        number = number * 1_000 + newest.1;
        if !newest.0 {
            return Some(((number + 1) * BUNDLE_EVENTS, newest.2));
        }
        folder = newest.2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_shorter_than_its_snapshots_or_tiles_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        assert!(check(dir.path(), 0).is_ok());
        std::fs::create_dir_all(dir.path().join("snapshots")).unwrap();
        std::fs::write(dir.path().join("snapshots/world-1-300"), "").unwrap();
        std::fs::write(dir.path().join("snapshots/world.tmp"), "").unwrap();
        assert!(check(dir.path(), 300).is_ok());
        assert_eq!(check(dir.path(), 299).unwrap_err().position, 299);
        std::fs::create_dir_all(dir.path().join("tiles/tile/entries/x001")).unwrap();
        std::fs::write(dir.path().join("tiles/tile/entries/999"), "").unwrap();
        std::fs::write(dir.path().join("tiles/tile/entries/x001/002"), "").unwrap();
        assert!(check(dir.path(), 1_003 * 256).is_ok());
        assert!(check(dir.path(), 1_003 * 256 - 1).is_err());
    }
}
