//! A busy ledger: while one group is on its way to the disk and to the read models, the next is decided.
//!
//! At most one group is under way. The next is decided on a world that runs ahead, and laid out in a draft that
//! goes on where the one under way will end; it is handed over only once that one is durable. If that one
//! fails, the next is refused with it, since it rests on what may not be there.

use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use rustc_hash::FxHashSet;

use super::commit::Committer;
use super::decide::Decider;
use super::group::{Group, Outcome};
use super::{Answer, Refused, Writer};
use crate::command::Request;
use crate::log::Draft;

/// Called once with the answer, from a thread of the ledger: hand it on, do not work there.
pub type Reply = Box<dyn FnOnce(Result<Answer, Refused>) + Send>;

/// Requests that become one batch of the log, each with whom to answer.
pub type Batch = Vec<(Request, Reply)>;

/// A decided batch.
struct Decided {
    group: Group,
    outcomes: Vec<Outcome>,
    replies: Vec<Reply>,
}

impl Decided {
    fn give_up(self) {
        for (reply, outcome) in self.replies.into_iter().zip(self.outcomes) {
            reply(outcome.failed(false));
        }
    }
}

impl Committer {
    /// Whether the log takes more.
    fn finish(&mut self, decided: Decided) -> bool {
        let settled = self.settle(decided.group, decided.outcomes);
        for (reply, answer) in decided.replies.into_iter().zip(settled.answers) {
            reply(answer);
        }
        !settled.is_broken
    }
}

/// What was handed over to the other thread.
struct UnderWay {
    /// Where the next group goes on.
    following: Draft,
    ids: FxHashSet<[u8; 16]>,
}

impl UnderWay {
    fn hand_over(mut decided: Decided, give: &SyncSender<Decided>) -> UnderWay {
        let following = decided.group.draft.following();
        let ids = decided.group.commands.keys().copied().collect();
        // Fails only if the other thread is gone, which its silence tells.
        let _ = give.send(decided);
        UnderWay { following, ids }
    }

    fn has_one_of(&self, batch: &Batch) -> bool {
        batch.iter().any(|(request, _)| self.ids.contains(&request.id))
    }
}

impl Decider {
    /// Decides a batch; answers it right away where nothing may be written now.
    fn decide_batch(&mut self, batch: Batch, draft: Option<Draft>, read_only: bool) -> Option<Decided> {
        let (requests, replies): (Vec<Request>, Vec<Reply>) = batch.into_iter().unzip();
        match self.decide(&requests, draft, read_only) {
            Ok((group, outcomes)) => Some(Decided { group, outcomes, replies }),
            Err(answers) => {
                for (reply, answer) in replies.into_iter().zip(answers) {
                    reply(answer);
                }
                None
            }
        }
    }
}

impl Writer {
    /// Handles batch after batch until `next` has no more. What [`Writer::handle`] promises holds for each.
    pub fn handle_stream(&mut self, mut next: impl FnMut() -> Option<Batch>) {
        while let Some(batch) = next() {
            let read_only = self.is_read_only();
            let Some(decided) = self.decider.decide_batch(batch, None, read_only) else { continue };
            match next() {
                // Nothing else waits: handing over would only cost time.
                None => self.broken |= !self.committer.finish(decided),
                Some(waiting) => self.overlap(decided, waiting, &mut next),
            }
        }
    }

    /// Decides on this thread and commits on another, until nothing waits.
    fn overlap(&mut self, first: Decided, waiting: Batch, next: &mut impl FnMut() -> Option<Batch>) {
        let (give, take) = sync_channel::<Decided>(1);
        let (tell, told) = sync_channel::<bool>(1);
        let Writer { decider, committer, broken, .. } = self;
        thread::scope(|scope| {
            scope.spawn(move || {
                for decided in take {
                    if tell.send(committer.finish(decided)).is_err() {
                        break;
                    }
                }
            });
            let mut under_way = Some(UnderWay::hand_over(first, &give));
            let mut batch = Some(waiting);
            while let Some(current) = batch {
                // A request that is under way is answered from the log, so it must be there first.
                if under_way.as_ref().is_some_and(|way| way.has_one_of(&current)) {
                    *broken |= !under_way.take().is_none_or(|_| told.recv().unwrap_or(false));
                }
                let awaited = under_way.is_some();
                let decided =
                    decider.decide_batch(current, under_way.take().map(|way| way.following), *broken);
                if awaited {
                    *broken |= !told.recv().unwrap_or(false);
                }
                match decided {
                    Some(decided) if *broken => decided.give_up(),
                    decided => under_way = decided.map(|decided| UnderWay::hand_over(decided, &give)),
                }
                batch = next();
            }
            if under_way.is_some() {
                *broken |= !told.recv().unwrap_or(false);
            }
            // The other thread ends when nothing more can come.
            drop(give);
        });
    }
}
