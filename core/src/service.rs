//! The writer on a thread of its own: requests go in over a bounded queue, answers come back by callback.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use crate::command::Request;
use crate::ledger::{Answer, Batch, Refused, Reply, Writer};
use crate::log::LogReader;

/// Requests that may wait; beyond it senders wait too.
const QUEUE: usize = 4_096;
/// Requests of one batch. More would make the first of them wait for the last.
const GROUP_MAX: usize = 2_560;
/// Requests without a pause, in which the world's snapshot is written: what a start after a kill folds again.
const PAUSE_AFTER: usize = 400_000;

enum Job {
    Request(Request, Reply),
    WithWriter(Box<dyn FnOnce(&mut Writer) + Send>),
    Stop,
}

/// A running ledger: send it requests, read its log.
pub struct Ledger {
    queue: SyncSender<Job>,
    reader: LogReader,
    thread: Option<JoinHandle<()>>,
}

impl Ledger {
    /// Puts a writer on its thread.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn start(writer: Writer) -> std::io::Result<Ledger> {
        let (queue, jobs) = sync_channel(QUEUE);
        let reader = writer.reader();
        let thread =
            std::thread::Builder::new().name("writer".to_owned()).spawn(move || run(writer, &jobs))?;
        Ok(Ledger { queue, reader, thread: Some(thread) })
    }

    /// A handle for reading.
    pub fn reader(&self) -> LogReader {
        self.reader.clone()
    }

    /// Sends a request; `reply` gets the answer once it is durable or refused.
    pub fn submit(&self, request: Request, reply: Reply) {
        if let Err(returned) = self.queue.send(Job::Request(request, reply))
            && let Job::Request(_, reply) = returned.0
        {
            reply(Err(Refused::Closed));
        }
    }

    /// Sends a request and waits for the answer.
    ///
    /// # Errors
    /// As [`Writer::handle`].
    pub fn record(&self, request: Request) -> Result<Answer, Refused> {
        let (answer, wait) = sync_channel(1);
        let reply = Box::new(move |result| {
            // Whoever asked may have gone; what is recorded is recorded.
            let _ = answer.send(result);
        });
        self.submit(request, reply);
        wait.recv().unwrap_or(Err(Refused::Closed))
    }

    /// Runs something on the writer's thread between two batches, and waits for it.
    ///
    /// # Errors
    /// [`Refused::Closed`] if the ledger is shutting down.
    pub fn with_writer<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Writer) -> T + Send + 'static,
    ) -> Result<T, Refused> {
        let (answer, wait) = sync_channel(1);
        let job = Job::WithWriter(Box::new(move |writer| {
            let _ = answer.send(work(writer));
        }));
        self.queue.send(job).map_err(|_| Refused::Closed)?;
        wait.recv().map_err(|_| Refused::Closed)
    }
}

impl Drop for Ledger {
    /// What was accepted before is still recorded; then the log is closed.
    fn drop(&mut self) {
        let _ = self.queue.send(Job::Stop);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the writer's thread ended in a panic");
        }
    }
}

fn run(mut writer: Writer, jobs: &Receiver<Job>) {
    let mut waiting = Waiting { jobs, held: None, until_pause: PAUSE_AFTER };
    while let Some(job) = waiting.next() {
        match job {
            Job::Stop => break,
            Job::WithWriter(work) => work(&mut writer),
            request @ Job::Request(..) => {
                waiting.held = Some(request);
                waiting.until_pause = PAUSE_AFTER;
                writer.handle_stream(|| waiting.batch());
                writer.rest();
            }
        }
    }
    writer.close();
}

/// The queue, with a job that was looked at and not done yet.
struct Waiting<'a> {
    jobs: &'a Receiver<Job>,
    held: Option<Job>,
    /// Requests until the writer is given a pause even if more wait.
    until_pause: usize,
}

impl Waiting<'_> {
    /// The next job, once there is one; `None` if nobody can send any more.
    fn next(&mut self) -> Option<Job> {
        self.held.take().or_else(|| self.jobs.recv().ok())
    }

    /// The requests that wait now, up to the first job of another sort.
    fn batch(&mut self) -> Option<Batch> {
        let mut batch = Batch::new();
        while batch.len() < GROUP_MAX.min(self.until_pause) {
            match self.held.take().or_else(|| self.jobs.try_recv().ok()) {
                Some(Job::Request(request, reply)) => batch.push((request, reply)),
                other => {
                    self.held = other;
                    break;
                }
            }
        }
        self.until_pause -= batch.len();
        (!batch.is_empty()).then_some(batch)
    }
}
