//! Followers of the writer: what is told, and kept, after each commit.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, TryLockError,
};

use gongjian_core::ledger::{Followed, Follower};
use gongjian_core::log::{EventBytes, LogReader, ReadError};
use gongjian_core::record::Position;
use gongjian_projections::runner::{CatchUpError, Runner, catch_up};
use gongjian_projections::views::Views;
use tokio::sync::watch;

/// A snapshot of the read models is worth its writing after so many events.
const SNAPSHOT_EVENTS: u64 = 1_000;

/// Publishes how far the log reaches. Live streams read the log itself from where they stand, so a slow
/// reader loses nothing and holds up nobody.
pub(super) struct HeadFollower {
    head: watch::Sender<u64>,
}

impl HeadFollower {
    pub(super) fn new(size: u64) -> (HeadFollower, watch::Receiver<u64>) {
        let (head, seen) = watch::channel(size);
        (HeadFollower { head }, seen)
    }
}

impl Follower for HeadFollower {
    fn follow(&mut self, events: &[Followed<'_>]) {
        if let Some(last) = events.last() {
            self.head.send_replace(last.recorded.position + 1);
        }
    }
}

/// The read models, opened when they are first asked for.
///
/// The writer never waits for a reader: where the models are being read, it leaves the new events in
/// `pending`, and whoever looks next folds them first. So a reader always sees what was acknowledged.
pub(super) struct Kept {
    views: RwLock<Opened>,
    pending: Mutex<Vec<EventBytes>>,
    reader: LogReader,
    dir: Option<PathBuf>,
    saved: AtomicU64,
}

#[derive(Default)]
struct Opened {
    views: Views,
    /// Whether anybody has asked; before that, the models are empty.
    is_open: bool,
}

/// The read models at the end of the log.
pub struct ViewsGuard<'a>(RwLockReadGuard<'a, Opened>);

impl std::ops::Deref for ViewsGuard<'_> {
    type Target = Views;

    fn deref(&self) -> &Views {
        &self.0.views
    }
}

impl Kept {
    pub(super) fn new(reader: LogReader, dir: Option<&Path>) -> Arc<Kept> {
        Arc::new(Kept {
            views: RwLock::default(),
            pending: Mutex::new(Vec::new()),
            reader,
            dir: dir.map(Path::to_owned),
            saved: AtomicU64::new(0),
        })
    }

    /// The read models with everything that is acknowledged.
    ///
    /// # Errors
    /// [`CatchUpError`] if the log cannot be folded.
    pub(super) fn read(&self) -> Result<ViewsGuard<'_>, CatchUpError> {
        {
            let views = self.views.read().unwrap_or_else(PoisonError::into_inner);
            if views.is_open && self.pending().is_empty() {
                return Ok(ViewsGuard(views));
            }
        }
        let mut views = self.views.write().unwrap_or_else(PoisonError::into_inner);
        if views.is_open {
            self.drain(&mut views.views)?;
        } else {
            *views = Opened { views: self.open()?, is_open: true };
        }
        Ok(ViewsGuard(RwLockWriteGuard::downgrade(views)))
    }

    fn open(&self) -> Result<Views, CatchUpError> {
        let views = match &self.dir {
            Some(dir) => Runner::new(dir).open(&mut source(&self.reader))?,
            None => {
                let mut views = Views::default();
                catch_up(&mut views, Position::MAX, &mut source(&self.reader))?;
                views
            }
        };
        let newest = self.dir.as_ref().map_or(0, |dir| newest_snapshot(dir));
        self.saved.store(newest, Ordering::Relaxed);
        Ok(views)
    }

    fn pending(&self) -> MutexGuard<'_, Vec<EventBytes>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn drain(&self, views: &mut Views) -> Result<(), CatchUpError> {
        let pending = std::mem::take(&mut *self.pending());
        if pending.iter().all(|bytes| views.apply(bytes).is_ok()) {
            return Ok(());
        }
        // Something is missing; the log has it, or says what is wrong.
        catch_up(views, Position::MAX, &mut source(&self.reader))
    }

    /// Puts read models that were folded again in the place of those that differ from the log.
    pub(super) fn replace(&self, views: Views) {
        let mut kept = self.views.write().unwrap_or_else(PoisonError::into_inner);
        // What was recorded meanwhile is pending or is folded by the next reader.
        self.pending().clear();
        let mut views = views;
        match catch_up(&mut views, Position::MAX, &mut source(&self.reader)) {
            Ok(()) => *kept = Opened { views, is_open: true },
            Err(error) => tracing::error!(error = crate::error::chain(&error), "the read models stay"),
        }
    }

    /// Forgets the read models; whoever asks next has them folded from the log again.
    pub(super) fn forget(&self) {
        let mut views = self.views.write().unwrap_or_else(PoisonError::into_inner);
        self.pending().clear();
        *views = Opened::default();
        self.saved.store(0, Ordering::Relaxed);
    }

    /// Where the read models stand; `None` while nobody has asked for them.
    pub(super) fn position(&self) -> Option<Position> {
        let views = self.views.read().unwrap_or_else(PoisonError::into_inner);
        views.is_open.then(|| views.views.position())
    }

    /// Writes a snapshot of the read models if there is enough new. Failing costs time at the next start.
    pub(super) fn save(&self) {
        let (Some(dir), Some(position)) = (&self.dir, self.position()) else { return };
        if position < self.saved.load(Ordering::Relaxed) + SNAPSHOT_EVENTS {
            return;
        }
        let views = self.views.read().unwrap_or_else(PoisonError::into_inner);
        match Runner::new(dir).save(&views.views) {
            Ok(()) => self.saved.store(views.views.position(), Ordering::Relaxed),
            Err(error) => tracing::warn!(%error, "no snapshot of the read models was written"),
        }
    }
}

/// The stored bytes of the log, as the read models take them: of a withheld event none.
pub(super) fn source(
    reader: &LogReader,
) -> impl FnMut(Position) -> Box<dyn Iterator<Item = Result<EventBytes, ReadError>>> {
    let reader = reader.clone();
    let bytes = |entry| match entry {
        Ok((_, bytes)) => Ok(bytes),
        Err(ReadError::Withheld { .. }) => Ok(EventBytes::from(Vec::new())),
        Err(error) => Err(error),
    };
    move |from| Box::new(reader.scan(from..Position::MAX).map(bytes))
}

fn newest_snapshot(dir: &Path) -> Position {
    let files = std::fs::read_dir(dir.join("snapshots")).into_iter().flatten().flatten();
    files
        .filter_map(|file| {
            let name = file.file_name();
            let rest = name.to_str()?.strip_prefix("trails-")?;
            rest.split_once('-')?.1.parse().ok()
        })
        .max()
        .unwrap_or(0)
}

/// Keeps the read models up to date.
pub(super) struct KeptFollower(pub(super) Arc<Kept>);

impl Follower for KeptFollower {
    fn follow(&mut self, events: &[Followed<'_>]) {
        let kept = &self.0;
        match kept.views.try_write() {
            // Nobody has asked yet: whoever does reads the log, which holds these events already.
            Ok(views) if !views.is_open => {}
            Ok(mut views) => {
                kept.pending().extend(events.iter().map(|event| event.recorded.bytes.clone()));
                if let Err(error) = kept.drain(&mut views.views) {
                    tracing::error!(error = crate::error::chain(&error), "the read models are behind");
                }
            }
            Err(TryLockError::WouldBlock | TryLockError::Poisoned(_)) => {
                kept.pending().extend(events.iter().map(|event| event.recorded.bytes.clone()));
            }
        }
    }
}
