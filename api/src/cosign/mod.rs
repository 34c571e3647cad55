//! The ledger asks its witnesses to cosign (c2sp.org/tlog-witness, the side of the log).
//!
//! `DIR/witnesses` is a policy (c2sp.org/tlog-policy): the witness lines with an address are asked, the quorum says
//! how many make a checkpoint witnessed. What each of them cosigned last, when, and what went wrong is kept in
//! `DIR/witnesses.json`, so that the next start asks from the right size.
//!
//! **Architecture invariant:** *a witness never stands in the way.* Recording does not wait for cosignatures; a
//! witness that is silent makes the unwitnessed tail longer, and everybody sees it.

mod ask;
mod book;
#[cfg(test)]
mod tests;

pub use ask::{Answer, AskError};
pub use book::{BookError, Entry};

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use gongjian_core::evidence::policy::PolicyError;
use gongjian_core::evidence::{HashSource, Policy, SignatureLine, SignedCheckpoint};
use gongjian_core::files;

#[cfg(test)]
use crate::fetch::FetchError;
use crate::fetch::Fetcher;
use book::Book;

/// The policy in the ledger's folder.
pub const POLICY_FILE: &str = "witnesses";
/// What is remembered of the witnesses.
pub const BOOK_FILE: &str = "witnesses.json";
/// How long a witness may take for an answer.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// The witnesses cannot be asked at all.
#[derive(Debug, thiserror::Error)]
pub enum CosignError {
    /// The policy cannot be used.
    #[error("the file `witnesses` cannot be used")]
    Policy(#[from] PolicyError),
    /// The state of the witnesses cannot be read or written.
    #[error(transparent)]
    Book(#[from] BookError),
    /// The file system failed.
    #[error("the file `witnesses` cannot be read")]
    Io(#[from] std::io::Error),
}

/// The witnesses of a ledger.
pub struct Witnesses {
    policy: Policy,
    book: Mutex<Book>,
    fetcher: Fetcher,
}

impl Witnesses {
    /// The witnesses that the folder of a ledger names, or `None` if it names none.
    ///
    /// # Errors
    /// [`CosignError`] if the file cannot be used.
    pub fn open(dir: &Path, patience: Duration) -> Result<Option<Witnesses>, CosignError> {
        let limit = gongjian_core::evidence::policy::POLICY_BYTES_MAX as u64;
        let Some(bytes) = files::read_limited(&dir.join(POLICY_FILE), limit)? else { return Ok(None) };
        let policy = Policy::parse(&bytes)?;
        Witnesses::new(policy, dir.join(BOOK_FILE), patience).map(Some)
    }

    /// The witnesses of a policy, with the file in which their state is kept.
    ///
    /// # Errors
    /// [`CosignError::Book`].
    pub fn new(policy: Policy, book: PathBuf, patience: Duration) -> Result<Witnesses, CosignError> {
        Ok(Witnesses { policy, book: Mutex::new(Book::read(book)?), fetcher: Fetcher::new(patience) })
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        // A convenience, whatever state a panic left it in.
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whose cosignatures count, and how many are needed.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Asks every witness that has an address to cosign a checkpoint, all at once, and returns what each said.
    ///
    /// Ask for the latest checkpoint only: a cosignature says that at its time nothing newer was known, and
    /// monitors hold entries against it. `tree` has the hashes of at least the checkpoint's size; `now` is in
    /// seconds since 1970. A line that is returned has been verified; add it to the checkpoint.
    ///
    /// # Errors
    /// [`BookError`] if what was learnt cannot be kept. The answers are lost then, and the next call asks again.
    pub fn ask<S>(&self, checkpoint: &SignedCheckpoint, tree: &S, now: u64) -> Result<Vec<Answer>, BookError>
    where
        S: HashSource<Error: Display> + Sync,
    {
        let fetcher = &self.fetcher;
        let answers: Vec<Answer> = std::thread::scope(|scope| {
            let asked = self.policy.witnesses().iter().filter(|witness| witness.url.is_some());
            let threads: Vec<_> = asked
                .map(|witness| {
                    let old = self.book().size(&witness.key);
                    (witness, scope.spawn(move || ask::ask(fetcher, witness, old, checkpoint, tree)))
                })
                .collect();
            let joined = threads.into_iter().map(|(witness, thread)| Answer {
                witness: witness.name.clone(),
                key: witness.key.clone(),
                result: thread.join().unwrap_or(Err(AskError::Stopped)),
            });
            joined.collect()
        });
        let mut book = self.book();
        for answer in &answers {
            book.note(answer, checkpoint.checkpoint().size(), now);
        }
        book.write()?;
        drop(book);
        Ok(answers)
    }

    /// Asks, and adds what came to the checkpoint. Returns the answers.
    ///
    /// # Errors
    /// As [`Witnesses::ask`].
    pub fn cosign<S>(
        &self,
        checkpoint: &mut SignedCheckpoint,
        tree: &S,
        now: u64,
    ) -> Result<Vec<Answer>, BookError>
    where
        S: HashSource<Error: Display> + Sync,
    {
        let answers = self.ask(checkpoint, tree, now)?;
        for line in answers.iter().filter_map(|answer| answer.result.as_ref().ok()) {
            if let Err(error) = checkpoint.put(line.clone()) {
                tracing::warn!(%error, "a cosignature does not fit the checkpoint");
            }
        }
        Ok(answers)
    }

    /// What is known of each witness of the policy.
    pub fn entries(&self) -> Vec<Entry> {
        let book = self.book();
        self.policy.witnesses().iter().map(|witness| book.entry(witness)).collect()
    }

    /// Whether enough witnesses have cosigned a checkpoint.
    pub fn is_witnessed(&self, checkpoint: &SignedCheckpoint) -> bool {
        let signed = self.policy.cosigned(checkpoint);
        self.policy.is_quorum(&signed.into_iter().map(|one| one.witness).collect::<Vec<_>>())
    }
}

/// The lines that came, without what went wrong.
pub fn lines(answers: &[Answer]) -> Vec<SignatureLine> {
    answers.iter().filter_map(|answer| answer.result.clone().ok()).collect()
}
