//! The last verification, and the one under way: a page asks for one and never waits for it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::{App, Verification};
use crate::error::Problem;

/// A verification that came to its end.
#[derive(Clone, Debug)]
pub struct Verified {
    /// What it found.
    pub found: Verification,
    /// When it ended, UTC microseconds.
    pub at: i64,
    /// How long it took.
    pub took: Duration,
}

/// How far one has come.
#[derive(Debug, Default)]
struct Progress {
    done: AtomicU64,
    all: AtomicU64,
}

#[derive(Default)]
struct State {
    last: Option<Arc<Verified>>,
    /// Why the last one did not come to its end.
    failed: Option<Problem>,
    running: Option<Arc<Progress>>,
}

/// See the module.
#[derive(Default)]
pub(super) struct Verifying {
    state: Mutex<State>,
}

impl Verifying {
    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Keeps what one found, whoever asked for it.
    pub(super) fn keep(&self, verified: Verified) {
        self.with(|state| state.last = Some(Arc::new(verified)));
    }
}

impl App {
    /// The last verification since the ledger was opened.
    pub fn last_verification(&self) -> Option<Arc<Verified>> {
        self.shared.verifying.with(|state| state.last.clone())
    }

    /// How far the verification under way has come: records done and all; `None` where there is none.
    pub fn verification_under_way(&self) -> Option<(u64, u64)> {
        let running = self.shared.verifying.with(|state| state.running.clone())?;
        Some((running.done.load(Ordering::Relaxed), running.all.load(Ordering::Relaxed)))
    }

    /// Begins a verification away from whoever asks, unless one is under way, and waits for it no longer than
    /// `patience`.
    ///
    /// # Errors
    /// [`Problem`] if one ended within that time without a result.
    pub fn begin_verification(&self, patience: Duration) -> Result<(), Problem> {
        let fresh = Arc::new(Progress::default());
        fresh.all.store(self.reader().size(), Ordering::Relaxed);
        let begins = self.shared.verifying.with(|state| {
            let free = state.running.is_none();
            if free {
                state.running = Some(Arc::clone(&fresh));
                state.failed = None;
            }
            free
        });
        if begins {
            let app = self.clone();
            let begun = std::thread::Builder::new().spawn(move || {
                let counted = Arc::clone(&fresh);
                let found = app.verify(None, move |done, all| {
                    counted.done.store(done, Ordering::Relaxed);
                    counted.all.store(all, Ordering::Relaxed);
                });
                app.shared.verifying.with(|state| {
                    state.running = None;
                    state.failed = found.err();
                });
            });
            if let Err(error) = begun {
                self.shared.verifying.with(|state| state.running = None);
                return Err(Problem::internal(&error));
            }
        }
        let until = Instant::now() + patience;
        while self.verification_under_way().is_some() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(20));
        }
        match self.shared.verifying.with(|state| state.failed.take()) {
            Some(problem) => Err(problem),
            None => Ok(()),
        }
    }
}
