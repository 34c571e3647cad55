//! Followers of the writer: what is told, and kept, after each commit.

use gongjian_core::ledger::{Followed, Follower};
use tokio::sync::watch;

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
