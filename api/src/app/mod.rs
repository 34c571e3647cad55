//! The one thing behind the command line and HTTP: an open ledger, its read models, and questions to both.
//!
//! An [`App`] is cheap to clone. Commands go to the writer's thread; reads look at the log and at the read
//! models, which a follower keeps up to date.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use gongjian_core::clock::{Clock, SystemClock};
use gongjian_core::command::Request;
use gongjian_core::day::Day;
use gongjian_core::evidence::SignedCheckpoint;
use gongjian_core::keys::KeyFolder;
use gongjian_core::layout::Layouts;
use gongjian_core::ledger::{Answer, LedgerError, Options, Refused, Writer};
use gongjian_core::log::storage::MemoryStorage;
use gongjian_core::log::{Head, Log, LogReader, SCHEMA_DECLARED};
use gongjian_core::record::Position;
use gongjian_core::service::Ledger;
use serde_json::{Value, json};
use tokio::sync::{Semaphore, watch};

use crate::access::Access;
use crate::error::{Problem, chain};

mod claims;
pub mod differences;
pub mod editions;
mod erasures;
mod events;
mod evidence;
mod exports;
mod figures;
mod findings;
mod follow;
mod imports;
mod lists;
mod obligations;
mod package;
mod papers;
mod proven;
mod read;
mod reports;
mod shortfall;
mod upkeep;
pub(crate) mod vault;
mod verifying;

pub use claims::{Checked, Claim, Different, RecordedFile, Wrong};
pub use erasures::NewErasure;
pub use events::{EventFilter, EventPage, ShownEvent, WholeEvent, county_time, instant, kind_names, uuid};
pub use figures::{Behind, Definition, Page as FigurePage, Provenance, figure_named};
pub use follow::ViewsGuard;
pub use imports::Imported;
pub(crate) use imports::fault_words;
pub use lists::LISTS;
pub use obligations::HeatMap;
pub use package::Packed;
pub use proven::{Proven, Recomputed, Unfit};
pub use read::{Asked, Known};
pub use reports::written;
pub use upkeep::{AccountsFound, Rebuilt, Verification, random_id};
pub use vault::{Asker, NewDocument, NewHolder, content_of};
pub use verifying::Verified;

use evidence::Evidence;
use findings::Found;
use follow::{HeadFollower, Kept, KeptFollower};
use read::History;
use verifying::Verifying;

/// Requests that may be under way. Below the writer's queue, so that handing one over never waits.
const REQUESTS_MAX: usize = 2_048;
/// Events of the stream that a conflict shows.
const CONFLICT_EVENTS: usize = 5;

/// An open ledger. Clones share it; the last one closes it.
#[derive(Clone)]
pub struct App {
    shared: Arc<Shared>,
}

struct Shared {
    ledger: Ledger,
    reader: LogReader,
    head: watch::Receiver<u64>,
    kept: Arc<Kept>,
    history: History,
    verifying: Verifying,
    found: Found,
    evidence: Evidence,
    layouts: Layouts,
    clock: Arc<dyn Clock>,
    dir: Option<PathBuf>,
    requests: Semaphore,
    /// The accounts, opened when they are first asked for.
    access: Mutex<Option<Arc<Access>>>,
    started: Instant,
    opening: Duration,
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.evidence.sign();
        self.kept.save();
    }
}

/// Where the passphrase of sealed keys is taken from.
pub const PASSPHRASE: &str = "GONGJIAN_PASSPHRASE";

fn passphrase() -> Option<String> {
    std::env::var(PASSPHRASE).ok().filter(|passphrase| !passphrase.is_empty())
}

impl App {
    /// Makes a ledger in a folder that has none.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn create(dir: &Path, origin: Option<&str>) -> Result<App, LedgerError> {
        App::make(dir, origin, None)
    }

    /// Makes a ledger whose event 0 names the last checkpoint of the one that it continues.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn create_continuing(dir: &Path, origin: &str, old: &SignedCheckpoint) -> Result<App, LedgerError> {
        App::make(dir, Some(origin), Some(old))
    }

    fn make(
        dir: &Path,
        origin: Option<&str>,
        continues: Option<&SignedCheckpoint>,
    ) -> Result<App, LedgerError> {
        let mut options = Options::new(Arc::new(SystemClock::default()));
        if let Some(origin) = origin {
            origin.clone_into(&mut options.origin);
        }
        options.passphrase = passphrase();
        let (clock, keys) = (Arc::clone(&options.clock), options.keys(dir));
        let started = Instant::now();
        let mut writer = Writer::create_continuing(dir, options, continues)?;
        let evidence = Evidence::open(&mut writer, dir, &keys);
        App::with(writer, clock, Some(dir), evidence, started)
    }

    /// Opens the ledger in a folder.
    ///
    /// # Errors
    /// [`LedgerError`], among them that another process holds it.
    pub fn open(dir: &Path) -> Result<App, LedgerError> {
        let options = Options::new(Arc::new(SystemClock::default()));
        let (clock, keys) = (Arc::clone(&options.clock), KeyFolder::of(dir, passphrase()));
        let started = Instant::now();
        let mut writer = Writer::open(dir, options)?;
        shortfall::check(dir, writer.reader().size()).map_err(gongjian_core::log::OpenError::from)?;
        let evidence = Evidence::open(&mut writer, dir, &keys);
        App::with(writer, clock, Some(dir), evidence, started)
    }

    /// A new ledger in memory, to try something where there is none; it goes with the app.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn in_memory() -> Result<App, LedgerError> {
        let options = Options::new(Arc::new(SystemClock::default()));
        let clock = Arc::clone(&options.clock);
        let started = Instant::now();
        let log = Log::with_storage(Arc::new(MemoryStorage::default()), None)?;
        App::over(Writer::with_log(log, &options)?, clock, started)
    }

    /// An app over a ledger in memory: it has no key and signs nothing.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn over(writer: Writer, clock: Arc<dyn Clock>, started: Instant) -> Result<App, LedgerError> {
        let evidence = Evidence::without_key(&writer);
        App::with(writer, clock, None, evidence, started)
    }

    fn with(
        mut writer: Writer,
        clock: Arc<dyn Clock>,
        dir: Option<&Path>,
        evidence: Evidence,
        started: Instant,
    ) -> Result<App, LedgerError> {
        let reader = writer.reader();
        let (follower, head) = HeadFollower::new(reader.size());
        let kept = Kept::new(reader.clone(), dir);
        // The read models first: whoever hears of a new head may ask them at once.
        writer.follow(Box::new(KeptFollower(Arc::clone(&kept))));
        writer.follow(Box::new(follower));
        let ledger = Ledger::start(writer).map_err(|source| LedgerError::Io {
            what: "the system gives no thread for the writer".to_owned(),
            source,
        })?;
        Ok(App {
            shared: Arc::new(Shared {
                ledger,
                reader,
                head,
                kept,
                history: History::default(),
                verifying: Verifying::default(),
                found: Found::default(),
                evidence,
                layouts: Layouts::default(),
                clock,
                dir: dir.map(Path::to_owned),
                requests: Semaphore::new(REQUESTS_MAX),
                access: Mutex::new(None),
                started,
                opening: started.elapsed(),
            }),
        })
    }

    /// The log.
    pub fn reader(&self) -> &LogReader {
        &self.shared.reader
    }

    /// The folder, unless the ledger lives in memory.
    pub fn dir(&self) -> Option<&Path> {
        self.shared.dir.as_deref()
    }

    /// How far the log reaches.
    pub fn head(&self) -> Head {
        self.shared.reader.head()
    }

    /// The accounts of the ledger. A ledger that has no log of them gets one.
    ///
    /// # Errors
    /// `accounts-closed` if they cannot be opened.
    pub fn access(&self) -> Result<Arc<Access>, Problem> {
        let mut access = self.shared.access.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(access) = &*access {
            return Ok(Arc::clone(access));
        }
        let origin =
            self.with_writer(|writer| writer.world().ledger.get("main").map(|it| it.origin.clone()))?;
        let origin = origin.unwrap_or_default();
        let opened = Access::open(self.dir(), &origin, Arc::clone(&self.shared.clock), passphrase());
        let opened = opened.map_err(|error| {
            tracing::error!(error = chain(&*error), "the accounts cannot be opened");
            Problem::new(axum::http::StatusCode::SERVICE_UNAVAILABLE, "accounts-closed")
        })?;
        Ok(Arc::clone(access.insert(Arc::new(opened))))
    }

    /// The local day.
    pub fn today(&self) -> Day {
        Day::of_micros(self.shared.clock.now_micros())
    }

    /// Tells when the log grows. What it shows is durable.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.shared.head.clone()
    }

    /// How long opening took, and how long ago it began.
    pub fn times(&self) -> (Duration, Duration) {
        (self.shared.opening, self.shared.started.elapsed())
    }

    /// Sends a request to the writer and waits without holding a thread.
    ///
    /// # Errors
    /// [`Problem`] in the reader's terms; on a conflict it shows what is there now.
    pub async fn submit(&self, request: Request) -> Result<Answer, Problem> {
        let closing = || Problem::from(Refused::Closed);
        let permit = self.shared.requests.acquire().await.map_err(|_| closing())?;
        let (reply, answer) = tokio::sync::oneshot::channel();
        let send = Box::new(move |result| {
            // Whoever asked may have gone; what is recorded is recorded.
            let _ = reply.send(result);
        });
        self.shared.ledger.submit(request, send);
        let answer = answer.await.map_err(|_| closing())?;
        drop(permit);
        answer.map_err(|refused| self.explain(refused))
    }

    /// Does something with the writer between two batches, and waits.
    ///
    /// # Errors
    /// [`Problem`] if the ledger is closing.
    pub fn with_writer<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Writer) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        self.shared.ledger.with_writer(work).map_err(Problem::from)
    }

    /// The problem behind a refusal; a conflict shows what is there now.
    pub fn explain(&self, refused: Refused) -> Problem {
        let current = match &refused {
            Refused::WrongRevision { stream, .. } => Some(self.stream_now(stream)),
            Refused::CommandReused { position } => self.first_of_command(*position),
            _ => None,
        };
        let mut problem = Problem::from(refused);
        problem.current = current;
        problem
    }

    /// The first event of a command that begins at a position; declarations of layouts may stand before it.
    fn first_of_command(&self, position: Position) -> Option<Value> {
        let events = self.events(position, CONFLICT_EVENTS, &EventFilter::default()).ok()?;
        let first = events.items.iter().find(|event| match event {
            ShownEvent::Whole(event) => event.kind != SCHEMA_DECLARED,
            ShownEvent::Withheld { .. } => true,
        });
        first.map(|event| json!(event))
    }

    /// Where a stream stands, with its last events.
    fn stream_now(&self, stream: &str) -> Value {
        let positions = self.shared.reader.stream(stream);
        let last: Vec<ShownEvent> = positions
            .iter()
            .rev()
            .take(CONFLICT_EVENTS)
            .rev()
            .filter_map(|position| self.event(*position, false).ok().flatten())
            .collect();
        let revision = positions.len().checked_sub(1);
        json!({ "stream": stream, "revision": revision, "lastEvents": last })
    }
}
