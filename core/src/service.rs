//! The writer on a thread of its own: requests go in over a bounded queue, answers come back by callback.

use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::thread::JoinHandle;

use crate::command::Request;
use crate::ledger::{Answer, Refused, Writer};
use crate::log::LogReader;

/// Requests that may wait; beyond it senders wait too.
const QUEUE: usize = 4_096;
/// Requests of one batch. More would make the first of them wait for the last.
const GROUP_MAX: usize = 2_560;

/// Called once with the answer, from the writer's thread: hand it on, do not work there.
pub type Reply = Box<dyn FnOnce(Result<Answer, Refused>) + Send>;

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
    let mut held: Option<Job> = None;
    loop {
        let job = match held.take().map_or_else(|| jobs.recv(), Ok) {
            Ok(job) => job,
            Err(_) => break,
        };
        match job {
            Job::Stop => break,
            Job::WithWriter(work) => work(&mut writer),
            Job::Request(request, reply) => {
                let mut requests = vec![request];
                let mut replies = vec![reply];
                while requests.len() < GROUP_MAX {
                    match jobs.try_recv() {
                        Ok(Job::Request(request, reply)) => {
                            requests.push(request);
                            replies.push(reply);
                        }
                        Ok(other) => {
                            held = Some(other);
                            break;
                        }
                        Err(TryRecvError::Empty | TryRecvError::Disconnected) => break,
                    }
                }
                for (reply, answer) in replies.into_iter().zip(writer.handle(requests)) {
                    reply(answer);
                }
            }
        }
    }
    writer.close();
}
