//! Lights (红黄绿灯): how something stands, as one of five looks and a word. The one definition, for pages, reports and
//! print alike; a look is never a colour alone.

use gongjian_core::day::Day;

/// Days before a deadline from which it is told.
pub const SOON: i32 = 7;
/// The same for the end of an agreement, which takes longer to renew.
pub const SOON_AGREEMENT: i32 = 60;

/// How a light looks: shape first, colour second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// ● Done, or as it should be.
    Fine,
    /// ▲ Needs somebody soon.
    Soon,
    /// ◆ Needs somebody now.
    Bad,
    /// ◐ Under way.
    Under,
    /// ○ Not yet, or not any more.
    Quiet,
}

impl Look {
    /// Its stable word, also the class of its style.
    pub fn word(self) -> &'static str {
        match self {
            Look::Fine => "ok",
            Look::Soon => "warn",
            Look::Bad => "bad",
            Look::Under => "info",
            Look::Quiet => "mute",
        }
    }

    /// Its shape, which tells it apart without colour.
    pub fn shape(self) -> &'static str {
        match self {
            Look::Fine => "●",
            Look::Soon => "▲",
            Look::Bad => "◆",
            Look::Under => "◐",
            Look::Quiet => "○",
        }
    }
}

/// What a light says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    /// The word of the state machine.
    State,
    /// Days past the deadline.
    Overdue(i32),
    /// Days that remain.
    Remaining(i32),
}

/// A light.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Light {
    /// Its look.
    pub look: Look,
    /// What stands beside it.
    pub says: Says,
}

const FINE: &[&str] = &[
    "verified",
    "accepted",
    "closed",
    "fulfilled",
    "effective",
    "held",
    "confirmed",
    "minutes-confirmed",
    "published",
    "archived",
    "approved",
    "executed",
    "met",
    "in-force",
    "standing",
    "member",
    "decided",
    "concluded",
    "kept",
    "recorded",
    "frozen",
    "done",
];
const BAD: &[&str] = &["missed", "overdue"];
const WAITING: &[&str] = &[
    "completed",
    "awaiting-verification",
    "awaiting-acceptance",
    "signing",
    "claim-pending",
    "minutes-draft",
    "generated",
    "reviewed",
    "asked",
    "reopened",
    "expired",
];
const QUIET: &[&str] = &[
    "draft",
    "cancelled",
    "terminated",
    "voided",
    "waived",
    "rejected",
    "withdrawn",
    "merged",
    "superseded",
    "revoked",
    "out-of-scope",
    "not-yet",
    "left",
    "repealed",
    "dissolved",
    "past",
    "erased",
    "exempted",
    "planned",
    "scheduled",
    "suspended",
    "declined",
    "refused",
    "succeeded",
    "restricted",
    "converted",
];

/// The light of something in `state`, due on `due` unless it is done, on the day `on`.
///
/// Whatever is finished, or not wanted any more, is never overdue.
pub fn light(category: &str, state: &str, due: Option<Day>, on: Day) -> Light {
    let in_force = category == "agreement" && state == "effective";
    let is = |words: &[&str]| words.contains(&state);
    let over = (is(FINE) && !in_force) || is(QUIET);
    // What is done waits for somebody else: its own time is over.
    let done = is(&["completed", "awaiting-verification", "awaiting-acceptance"]);
    let left = due.filter(|_| !over && !done).map(|due| due.0.saturating_sub(on.0));
    let soon = if category == "agreement" { SOON_AGREEMENT } else { SOON };
    let look = match left {
        // An agreement that has run out is no work that somebody is late with.
        Some(left) if left < 0 && category != "agreement" => {
            return Light { look: Look::Bad, says: Says::Overdue(-left) };
        }
        Some(left) if (0..=soon).contains(&left) => {
            return Light { look: Look::Soon, says: Says::Remaining(left) };
        }
        _ if is(BAD) => Look::Bad,
        _ if is(WAITING) => Look::Soon,
        _ if is(FINE) => Look::Fine,
        _ if is(QUIET) => Look::Quiet,
        _ => Look::Under,
    };
    Light { look, says: Says::State }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn what_is_late_is_loud_and_what_is_done_is_quiet() {
        let on = day("2022-06-30");
        let late = light("decision", "open", Some(day("2022-06-29")), on);
        assert_eq!(late, Light { look: Look::Bad, says: Says::Overdue(1) });
        let soon = light("decision", "in-progress", Some(day("2022-07-07")), on);
        assert_eq!(soon, Light { look: Look::Soon, says: Says::Remaining(7) });
        let far = light("decision", "in-progress", Some(day("2022-07-08")), on);
        assert_eq!(far, Light { look: Look::Under, says: Says::State });
        for state in ["verified", "superseded", "completed", "awaiting-verification"] {
            assert_eq!(light("decision", state, Some(day("2022-01-01")), on).says, Says::State, "{state}");
        }
    }

    #[test]
    fn an_agreement_tells_its_end_two_months_ahead() {
        let on = day("2022-06-30");
        let ends = |end: &str| light("agreement", "effective", Some(day(end)), on);
        assert_eq!(ends("2022-08-29").says, Says::Remaining(60));
        assert_eq!(ends("2022-08-30"), Light { look: Look::Fine, says: Says::State });
        let over = light("agreement", "expired", Some(day("2022-06-29")), on);
        assert_eq!(over, Light { look: Look::Soon, says: Says::State });
    }
}
