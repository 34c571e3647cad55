//! What the rule book says of one meeting: its notice (M02) and its quorum (M01), for findings and pages alike.

use gongjian_core::day::Day;
use gongjian_core::domain::meeting::Meeting;
use rustc_hash::FxHashSet;

use crate::rules::Rules;

/// Who was there against who must be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quorum {
    /// Units that were there and count.
    pub present: u64,
    /// Units that were expected.
    pub expected: u64,
    /// Units that must be there.
    pub required: u64,
    /// The version of the rule, `M01@1`.
    pub rule: String,
}

impl Quorum {
    /// The quorum of a meeting by the rule in force on `on`; none where no rule says one. More than
    /// numerator/denominator of the expected units must be there; where nobody is expected, nobody can make a quorum.
    /// Of a meeting of the whole alliance only its members count, and they are expected where no number is stated;
    /// of any other meeting (`roster` is `None`) whoever came counts.
    pub fn of(rules: &Rules, meeting: &Meeting, roster: Option<&FxHashSet<&str>>, on: Day) -> Option<Quorum> {
        let parameter = |name| rules.parameter("M01", name, on);
        let ((numerator, rule), (denominator, _)) =
            (parameter("quorumNumerator")?, parameter("quorumDenominator")?);
        let members = roster.map(|roster| roster.len() as u64);
        let expected = meeting.expected_units.map(u64::from).or(members)?;
        let counts = |unit: &&String| roster.is_none_or(|roster| roster.contains(unit.as_str()));
        let present = meeting.units.iter().filter(counts).count() as u64;
        let share = (expected * u64::from(numerator)).checked_div(u64::from(denominator)).unwrap_or(0);
        Some(Quorum { present, expected, required: share + 1, rule })
    }

    /// Whether enough were there.
    pub fn is_met(&self) -> bool {
        self.present >= self.required
    }
}

/// How long before a meeting its notice went out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Days between the notice and the meeting; none where no notice is recorded.
    pub given: Option<i64>,
    /// Days that the rule wants.
    pub required: u32,
    /// The version of the rule, `M02@1`.
    pub rule: String,
}

impl Notice {
    /// The notice of a meeting that is or was on `day`; none where no rule wants one.
    pub fn of(rules: &Rules, meeting: &Meeting, day: Day) -> Option<Notice> {
        let (required, rule) = rules.parameter("M02", "noticeDays", day)?;
        let given = meeting.noticed.map(|noticed| i64::from(day.0) - i64::from(noticed.on.0));
        Some(Notice { given, required, rule })
    }

    /// Whether there was one, early enough.
    pub fn is_met(&self) -> bool {
        self.given.is_some_and(|given| given >= i64::from(self.required))
    }
}
