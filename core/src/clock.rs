//! The clock, given from outside so that tests own time, and the rule by which it is believed.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// How far the clock may lie behind the last event, or jump against the monotonic one, in microseconds.
pub const TOLERANCE_MICROS: i64 = 60 * 1_000_000;
/// How far a start may lie from the newest time known from outside, in microseconds.
pub const OUTSIDE_TOLERANCE_MICROS: i64 = 3_600 * 1_000_000;

/// Where the time comes from.
pub trait Clock: Send + Sync {
    /// Wall clock, UTC microseconds since 1970.
    fn now_micros(&self) -> i64;
    /// A clock that only ever goes forward, in microseconds since an arbitrary start.
    fn monotonic_micros(&self) -> i64;
}

/// The machine's clocks.
pub struct SystemClock(Instant);

impl Default for SystemClock {
    fn default() -> Self {
        SystemClock(Instant::now())
    }
}

impl Clock for SystemClock {
    fn now_micros(&self) -> i64 {
        let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(elapsed.as_micros()).unwrap_or(i64::MAX)
    }

    fn monotonic_micros(&self) -> i64 {
        i64::try_from(self.0.elapsed().as_micros()).unwrap_or(i64::MAX)
    }
}

/// A clock that stands where it was put, for tests and for reproducible demonstrations.
pub struct FixedClock {
    wall: AtomicI64,
    monotonic: AtomicI64,
}

impl FixedClock {
    /// A clock that shows `micros`.
    pub fn at(micros: i64) -> FixedClock {
        FixedClock { wall: AtomicI64::new(micros), monotonic: AtomicI64::new(0) }
    }

    /// Time passes.
    pub fn advance(&self, micros: i64) {
        self.wall.fetch_add(micros, Ordering::SeqCst);
        self.monotonic.fetch_add(micros, Ordering::SeqCst);
    }

    /// Somebody sets the wall clock; no time passes.
    pub fn set_wall(&self, micros: i64) {
        self.wall.store(micros, Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now_micros(&self) -> i64 {
        self.wall.load(Ordering::SeqCst)
    }

    fn monotonic_micros(&self) -> i64 {
        self.monotonic.load(Ordering::SeqCst)
    }
}

/// Why the clock is not believed. Writes are refused until somebody accepts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClockFault {
    /// It lies more than a minute behind the last event.
    #[error("the clock is {micros} µs behind the last event; set it, or run `gongjian clock-accept`")]
    Behind {
        /// By how much, in microseconds.
        micros: i64,
    },
    /// It moved otherwise than time did.
    #[error("the clock jumped by {micros} µs; set it, or run `gongjian clock-accept`")]
    Jumped {
        /// By how much, in microseconds; negative if backwards.
        micros: i64,
    },
    /// It lies more than an hour from the newest time known from outside.
    #[error("the clock is {micros} µs from the newest outside time; set it, or run `gongjian clock-accept`")]
    Outside {
        /// By how much, in microseconds.
        micros: i64,
    },
}

/// Watches the clock from one write to the next.
#[derive(Debug)]
pub struct ClockWatch {
    seen: Option<(i64, i64)>,
    outside: Option<i64>,
    fault: Option<ClockFault>,
    /// The clock may lie as far back as this, because somebody accepted it.
    floor: Option<i64>,
}

impl ClockWatch {
    /// Begins to watch. `outside` is the newest time known from a witness, if any: nothing gives one yet, it will
    /// come from cosignatures; `accepted` is the clock
    /// that somebody last accepted.
    pub fn new(outside: Option<i64>, accepted: Option<i64>) -> ClockWatch {
        ClockWatch { seen: None, outside, fault: None, floor: accepted }
    }

    /// The time for the next event, or why the clock is not believed.
    ///
    /// # Errors
    /// [`ClockFault`], and the same again until [`ClockWatch::accept`].
    pub fn read(&mut self, clock: &dyn Clock, last_recorded: i64) -> Result<i64, ClockFault> {
        let (now, monotonic) = (clock.now_micros(), clock.monotonic_micros());
        if let Some(fault) = self.fault.or_else(|| self.judge(now, monotonic, last_recorded)) {
            self.fault = Some(fault);
            return Err(fault);
        }
        self.seen = Some((now, monotonic));
        self.outside = None;
        Ok(now)
    }

    fn judge(&self, now: i64, monotonic: i64, last_recorded: i64) -> Option<ClockFault> {
        let last = self.floor.map_or(last_recorded, |floor| floor.min(last_recorded));
        // An empty log has no last event; its place is taken by the beginning of time.
        let behind = last.saturating_sub(now);
        if behind > TOLERANCE_MICROS {
            return Some(ClockFault::Behind { micros: behind });
        }
        if let Some((wall, steady)) = self.seen {
            let micros = now.saturating_sub(wall).saturating_sub(monotonic.saturating_sub(steady));
            if micros.saturating_abs() > TOLERANCE_MICROS {
                return Some(ClockFault::Jumped { micros });
            }
        }
        let micros = now.saturating_sub(self.outside?);
        (micros.saturating_abs() > OUTSIDE_TOLERANCE_MICROS).then_some(ClockFault::Outside { micros })
    }

    /// Somebody looked at the clock and says that it is right.
    pub fn accept(&mut self, clock: &dyn Clock) {
        let now = clock.now_micros();
        self.seen = Some((now, clock.monotonic_micros()));
        self.fault = None;
        self.outside = None;
        self.floor = Some(now);
    }

    /// What is wrong with the clock, if anything is.
    pub fn fault(&self) -> Option<ClockFault> {
        self.fault
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000_000;

    #[test]
    fn a_clock_that_goes_back_or_jumps_is_not_believed_until_accepted() {
        let clock = FixedClock::at(100 * MINUTE);
        let mut watch = ClockWatch::new(None, None);
        assert_eq!(watch.read(&clock, 100 * MINUTE), Ok(100 * MINUTE));
        clock.advance(MINUTE);
        assert_eq!(watch.read(&clock, 100 * MINUTE), Ok(101 * MINUTE));
        clock.set_wall(103 * MINUTE);
        assert_eq!(watch.read(&clock, 101 * MINUTE), Err(ClockFault::Jumped { micros: 2 * MINUTE }));
        clock.set_wall(101 * MINUTE);
        assert!(watch.read(&clock, 101 * MINUTE).is_err(), "a fault stays until somebody accepts");
        clock.set_wall(50 * MINUTE);
        watch.accept(&clock);
        assert_eq!(watch.read(&clock, 101 * MINUTE), Ok(50 * MINUTE));
    }

    #[test]
    fn a_start_far_behind_the_log_or_the_witnesses_is_not_believed() {
        let clock = FixedClock::at(100 * MINUTE);
        let behind = ClockFault::Behind { micros: 2 * MINUTE };
        assert_eq!(ClockWatch::new(None, None).read(&clock, 102 * MINUTE), Err(behind));
        assert!(ClockWatch::new(None, None).read(&clock, 101 * MINUTE).is_ok());
        assert!(ClockWatch::new(Some(161 * MINUTE), None).read(&clock, 0).is_err());
        assert!(ClockWatch::new(Some(159 * MINUTE), None).read(&clock, 0).is_ok());
    }
}
