//! Work on pages with all cores, results in order.

use std::sync::mpsc::sync_channel;
use std::thread;

/// How far ahead of the consumer each worker may run. Bounds memory, and keeps both sides from waiting.
const AHEAD: usize = 4;

/// Threads that help the calling one.
pub fn helpers() -> usize {
    thread::available_parallelism().map_or(1, |cores| cores.get().min(8))
}

/// Runs `work` on each item in `workers` threads and hands the results, in the order of the items, to
/// `each` on this thread, until that returns `false`.
pub fn in_order<I: Send, T: Send>(
    mut items: impl Iterator<Item = I>,
    workers: usize,
    work: impl Fn(I) -> T + Sync,
    mut each: impl FnMut(T) -> bool,
) {
    thread::scope(|scope| {
        let mut lanes = Vec::new();
        for _ in 0..workers.max(1) {
            let (give, take) = sync_channel::<I>(AHEAD);
            let (answer, result) = sync_channel::<T>(AHEAD);
            let work = &work;
            scope.spawn(move || {
                for item in take {
                    if answer.send(work(item)).is_err() {
                        break;
                    }
                }
            });
            lanes.push((give, result));
        }
        // Item n goes to lane n modulo the number of lanes, and its result is awaited there: order for free.
        let (mut given, mut taken) = (0, 0);
        loop {
            while given - taken < AHEAD * lanes.len() {
                let Some(item) = items.next() else { break };
                if lanes[given % lanes.len()].0.send(item).is_err() {
                    return;
                }
                given += 1;
            }
            if given == taken {
                return;
            }
            // A lane that hangs up has panicked; leaving the scope passes its panic on.
            let Ok(result) = lanes[taken % lanes.len()].1.recv() else { return };
            taken += 1;
            if !each(result) {
                return;
            }
        }
    });
}

#[cfg(test)]
mod tests {
    #[test]
    fn results_come_in_order_and_can_be_cut_short() {
        let mut results = Vec::new();
        super::in_order(
            0..1000,
            3,
            |n| n * 2,
            |n| {
                results.push(n);
                n < 1000
            },
        );
        assert_eq!(results, (0..=500).map(|n| n * 2).collect::<Vec<_>>());
    }
}
