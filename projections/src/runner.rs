//! Keeps snapshots of the read models and folds what they lack.
//!
//! A snapshot is a file `DIR/snapshots/NAME-VERSION-POSITION`, POSITION being how many events it holds:
//! the BLAKE3 digest of the rest, then `previous` of the last event folded, then the content. It is
//! written beside, synced and renamed; two of each read model are kept. A file that is damaged, of another
//! version, ahead of the log or of another history is passed over: nothing is lost but time.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use gongjian_core::record::{Digest, Position, RecordRef};

use crate::projection::ApplyError;
use crate::views::Views;

/// Snapshots kept of each read model.
const KEPT: usize = 2;

/// Where events come from: the stored bytes of every event from a position on, in order; of a withheld one none.
///
/// The log implements it; a test reads a vector.
pub trait EventSource {
    /// Why reading failed.
    type Error: std::error::Error + Send + Sync + 'static;

    /// Calls `visit` with each event's bytes from `from` on, until there is none left or it says stop.
    ///
    /// # Errors
    /// Whatever the storage met.
    fn read_from(&mut self, from: Position, visit: &mut dyn FnMut(&[u8]) -> Next) -> Result<(), Self::Error>;
}

/// Whether a reader goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The next event, please.
    More,
    /// Enough.
    Stop,
}

/// Any closure `FnMut(from) -> iterator of bytes` is a source.
impl<F, I, B, E> EventSource for F
where
    F: FnMut(Position) -> I,
    I: IntoIterator<Item = Result<B, E>>,
    B: AsRef<[u8]>,
    E: std::error::Error + Send + Sync + 'static,
{
    type Error = E;

    fn read_from(&mut self, from: Position, visit: &mut dyn FnMut(&[u8]) -> Next) -> Result<(), E> {
        for bytes in self(from) {
            if visit(bytes?.as_ref()) == Next::Stop {
                break;
            }
        }
        Ok(())
    }
}

/// The read models could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum CatchUpError {
    /// The log could not be read.
    #[error("reading the log from position {from}")]
    Read {
        /// Where reading began.
        from: Position,
        /// What the storage met.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// An event could not be folded.
    #[error("folding the log into the read models")]
    Apply(#[from] ApplyError),
}

/// How a read model compares with one folded from nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// Its name.
    pub name: &'static str,
    /// Digest of what is kept.
    pub digest_kept: Digest,
    /// Digest of what was folded from position 0.
    pub digest_rebuilt: Digest,
}

impl Comparison {
    /// Whether both are the same.
    pub fn equal(&self) -> bool {
        self.digest_kept == self.digest_rebuilt
    }
}

/// The snapshots of one data folder.
#[derive(Clone, Debug)]
pub struct Runner {
    folder: PathBuf,
}

impl Runner {
    /// Snapshots in `DIR/snapshots`.
    pub fn new(data: &Path) -> Runner {
        Runner { folder: data.join("snapshots") }
    }

    /// The read models as of the end of the log: newest good snapshots, then what they lack.
    ///
    /// # Errors
    /// [`CatchUpError`]; a bad snapshot is none.
    pub fn open(&self, source: &mut impl EventSource) -> Result<Views, CatchUpError> {
        self.as_of(None, source)
    }

    /// The read models as of a position, inclusive; `None` is the end of the log.
    ///
    /// # Errors
    /// [`CatchUpError`]; a bad snapshot is none.
    pub fn as_of(
        &self,
        last: Option<Position>,
        source: &mut impl EventSource,
    ) -> Result<Views, CatchUpError> {
        let mut views = Views::default();
        let limit = last.map_or(Position::MAX, |last| last.saturating_add(1));
        let found = self.found();
        views.load(|name, version| {
            let mut candidates: Vec<_> = found
                .iter()
                .filter(|s| s.name == name && s.version == version && s.position <= limit)
                .collect();
            candidates.sort_unstable_by_key(|snapshot| std::cmp::Reverse(snapshot.position));
            candidates
                .into_iter()
                .filter_map(|snapshot| {
                    let (anchor, content) = read_snapshot(&snapshot.path)?;
                    // The last event it holds must be there and name the same predecessor.
                    (snapshot.position > 0
                        && previous_at(source, snapshot.position - 1).is_some_and(|it| it == anchor))
                    .then_some((snapshot.position, content))
                })
                .take(1)
                .collect()
        });
        catch_up(&mut views, limit, source)?;
        Ok(views)
    }

    /// Writes a snapshot of each read model, and removes all but two of each.
    ///
    /// # Errors
    /// Whatever the file system meets; older snapshots stay.
    pub fn save(&self, views: &Views) -> io::Result<()> {
        if views.position() == 0 {
            return Ok(());
        }
        fs::create_dir_all(&self.folder)?;
        views.each_content(|name, version, position, content| {
            if content.is_empty() {
                return Ok(());
            }
            let mut rest = Vec::with_capacity(content.len() + 32);
            rest.extend_from_slice(&views.anchor().0);
            rest.extend_from_slice(&content);
            let path = self.folder.join(format!("{name}-{version}-{position}"));
            let beside = self.folder.join(format!("{name}.temporary"));
            let mut file = File::create(&beside)?;
            file.write_all(&Digest::of(&rest).0)?;
            file.write_all(&rest)?;
            file.sync_all()?;
            drop(file);
            fs::rename(&beside, &path)
        })?;
        File::open(&self.folder)?.sync_all()?;
        self.prune()
    }

    /// Folds everything from position 0 beside what is kept, and compares.
    ///
    /// # Errors
    /// [`CatchUpError`].
    pub fn rebuild(
        kept: &Views,
        source: &mut impl EventSource,
    ) -> Result<(Views, Vec<Comparison>), CatchUpError> {
        let mut rebuilt = Views::default();
        catch_up(&mut rebuilt, kept.position(), source)?;
        let comparisons = kept
            .digests()
            .into_iter()
            .zip(rebuilt.digests())
            .map(|((name, digest_kept), (_, digest_rebuilt))| Comparison {
                name,
                digest_kept,
                digest_rebuilt,
            })
            .collect();
        Ok((rebuilt, comparisons))
    }

    fn found(&self) -> Vec<Snapshot> {
        let Ok(files) = fs::read_dir(&self.folder) else { return Vec::new() };
        files.filter_map(|file| Snapshot::of(file.ok()?.path())).collect()
    }

    /// Keeps the newest two of each read model; older versions go.
    fn prune(&self) -> io::Result<()> {
        let mut found = self.found();
        found
            .sort_unstable_by(|a, b| (&a.name, b.version, b.position).cmp(&(&b.name, a.version, a.position)));
        let mut kept: Option<(&str, usize)> = None;
        for snapshot in &found {
            let count = match kept {
                Some((name, count)) if name == snapshot.name => count + 1,
                _ => 1,
            };
            kept = Some((&snapshot.name, count));
            if count > KEPT {
                fs::remove_file(&snapshot.path)?;
            }
        }
        Ok(())
    }
}

/// Applies events from where the read models stand until `limit`, which is not applied.
///
/// # Errors
/// [`CatchUpError`]; the read models then stand at the last good event.
pub fn catch_up(
    views: &mut Views,
    limit: Position,
    source: &mut impl EventSource,
) -> Result<(), CatchUpError> {
    let from = views.position();
    if from >= limit {
        return Ok(());
    }
    let mut failed = None;
    source
        .read_from(from, &mut |bytes| match views.apply(bytes) {
            Ok(()) if views.position() < limit => Next::More,
            Ok(()) => Next::Stop,
            Err(error) => {
                failed = Some(error);
                Next::Stop
            }
        })
        .map_err(|source| CatchUpError::Read { from, source: Box::new(source) })?;
    failed.map_or(Ok(()), |error| Err(error.into()))
}

struct Snapshot {
    name: String,
    version: u32,
    position: Position,
    path: PathBuf,
}

impl Snapshot {
    fn of(path: PathBuf) -> Option<Snapshot> {
        let mut parts = path.file_name()?.to_str()?.split('-');
        let (name, version, position) = (parts.next()?.to_owned(), parts.next()?, parts.next()?);
        let (version, position) = (version.parse().ok()?, position.parse().ok()?);
        parts.next().is_none().then_some(Snapshot { name, version, position, path })
    }
}

/// Anchor and content of a snapshot file, or `None` if it is damaged.
fn read_snapshot(path: &Path) -> Option<(Digest, Vec<u8>)> {
    let bytes = fs::read(path).ok()?;
    let (digest, rest) = bytes.split_first_chunk::<32>()?;
    if Digest::of(rest).0 != *digest {
        return None;
    }
    let (anchor, content) = rest.split_first_chunk::<32>()?;
    Some((Digest(*anchor), content.to_vec()))
}

/// `previous` of the event at a position, if there is one.
fn previous_at(source: &mut impl EventSource, position: Position) -> Option<Digest> {
    let mut previous = None;
    source
        .read_from(position, &mut |bytes| {
            let record = RecordRef::decode(bytes).ok();
            previous = record.filter(|record| record.position == position).map(|record| record.previous);
            Next::Stop
        })
        .ok()?;
    previous
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;
    use crate::sample;

    fn source(log: &[Vec<u8>]) -> impl FnMut(Position) -> Vec<Result<Vec<u8>, Infallible>> + '_ {
        |from| log.iter().skip(from as usize).map(|bytes| Ok(bytes.clone())).collect()
    }

    fn snapshots(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder.join("snapshots"))
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn what_is_kept_equals_what_is_folded_again() {
        let log = sample::county(1_500);
        let folder = tempfile::tempdir().unwrap();
        let runner = Runner::new(folder.path());
        for length in [400, 900, 1_500] {
            let views = runner.open(&mut source(&log[..length])).unwrap();
            assert_eq!(views.position(), length as u64);
            runner.save(&views).unwrap();
            let (_, comparisons) = Runner::rebuild(&views, &mut source(&log)).unwrap();
            assert_eq!(comparisons.len(), crate::views::READ_MODELS.len());
            for comparison in comparisons {
                assert!(comparison.equal(), "{comparison:?}");
            }
        }
        let names = snapshots(folder.path());
        assert_eq!(names.len(), 2 * crate::views::READ_MODELS.len(), "{names:?}");
        assert!(names.contains(&"trails-1-1500".to_owned()) && !names.contains(&"trails-1-400".to_owned()));
    }

    #[test]
    fn a_damaged_stale_or_foreign_snapshot_is_passed_over() {
        let log = sample::county(1_000);
        let folder = tempfile::tempdir().unwrap();
        let runner = Runner::new(folder.path());
        let digests = |views: &Views| views.digests();
        let right = runner.open(&mut source(&log[..900])).unwrap();
        runner.save(&right).unwrap();
        let snapshots = folder.path().join("snapshots");

        // One byte of one file flips: that read model is folded again.
        let path = snapshots.join("registry-1-900");
        let mut bytes = fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(&path, &bytes).unwrap();
        // Another version and a file that is none are not even looked at.
        fs::rename(snapshots.join("projects-1-900"), snapshots.join("projects-0-900")).unwrap();
        fs::write(snapshots.join("nonsense"), b"?").unwrap();
        fs::write(snapshots.join("rules-1-901"), b"short").unwrap();
        assert_eq!(digests(&runner.open(&mut source(&log[..900])).unwrap()), digests(&right));

        // A log that was restored to an earlier state does not have what the snapshot holds.
        let earlier = runner.open(&mut source(&log[..500])).unwrap();
        assert_eq!(earlier.position(), 500);
        // Another history of the same length.
        let mut other = sample::Builder::default();
        for number in 0..log.len() {
            let data = serde_json::json!({ "name": format!("街道{number}") });
            other
                .act(gongjian_core::day::Day(0), &format!("street/Z{number}"), "street.register", data)
                .unwrap();
        }
        let views = runner.open(&mut source(&other.log)).unwrap();
        assert_eq!(views.registry.street.count(), other.log.len());
        assert_eq!(views.projects.project.count(), 0);
    }

    #[test]
    fn the_past_is_folded_from_a_snapshot_before_it() {
        let log = sample::county(1_000);
        let folder = tempfile::tempdir().unwrap();
        let runner = Runner::new(folder.path());
        runner.save(&runner.open(&mut source(&log[..600])).unwrap()).unwrap();
        for last in [0, 300, 599, 600, 800, 999] {
            let mut fresh = Views::default();
            catch_up(&mut fresh, last + 1, &mut source(&log)).unwrap();
            let views = runner.as_of(Some(last), &mut source(&log)).unwrap();
            assert_eq!(views.position(), last + 1);
            assert_eq!(views.digests(), fresh.digests(), "as of {last}");
        }
    }

    #[test]
    fn a_gap_or_a_damaged_event_is_an_error_and_no_panic() {
        let log = sample::county(300);
        let mut holed = log.clone();
        holed.remove(100);
        let mut views = Views::default();
        let failed = catch_up(&mut views, Position::MAX, &mut source(&holed));
        assert!(matches!(failed, Err(CatchUpError::Apply(ApplyError::Gap { expected: 100, found: 101 }))));
        assert_eq!(views.position(), 100);
        for length in [1, 50, log[5].len() - 1] {
            let mut damaged = log.clone();
            damaged[5].truncate(length);
            assert!(catch_up(&mut Views::default(), Position::MAX, &mut source(&damaged)).is_err());
        }
    }

    #[test]
    fn a_withheld_event_is_passed_over_and_what_follows_is_folded() {
        let log = sample::county(300);
        let mut withheld = log.clone();
        withheld[5].clear();
        let last = withheld.len() - 1;
        withheld[last].clear();
        let mut views = Views::default();
        catch_up(&mut views, Position::MAX, &mut source(&withheld)).unwrap();
        assert_eq!(views.position(), log.len() as u64);
        let folder = tempfile::tempdir().unwrap();
        let runner = Runner::new(folder.path());
        runner.save(&views).unwrap();
        // A snapshot behind a withheld event has nothing to be told by; it is folded again, to the same.
        assert_eq!(runner.open(&mut source(&withheld)).unwrap().digests(), views.digests());
        let mut whole = Views::default();
        catch_up(&mut whole, Position::MAX, &mut source(&log)).unwrap();
        assert_ne!(whole.digests(), views.digests());
    }
}
