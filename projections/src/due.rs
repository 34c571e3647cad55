//! When something is overdue (逾期): the one definition, of registers, sheets and figures alike.

use gongjian_core::day::Day;
use gongjian_core::domain::facts::Fact;

/// Due by the end of `day`, by the original date, and not done by then. More time that was granted changes
/// nothing: it is shown beside.
pub(crate) fn overdue(due_on: Option<Day>, done: Option<Fact>, day: Day) -> bool {
    is_overdue(due_on, done.map(|done| done.on), day)
}

/// The same, where only the day is at hand on which it was done.
pub(crate) fn is_overdue(due_on: Option<Day>, done_on: Option<Day>, day: Day) -> bool {
    due_on.is_some_and(|due| due <= day) && done_on.is_none_or(|done| done > day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_due_today_and_not_done_today_is_overdue() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        let done = |text: &str| Some(Fact { on: day(text), at: 7 });
        let due = Some(day("2022-06-30"));
        assert!(overdue(due, None, day("2022-06-30")));
        assert!(!overdue(due, None, day("2022-06-29")));
        assert!(!overdue(due, done("2022-06-30"), day("2022-06-30")));
        assert!(overdue(due, done("2022-07-01"), day("2022-06-30")));
        assert!(!overdue(due, done("2022-07-01"), day("2022-07-01")), "done late is done");
        assert!(!overdue(None, None, day("2022-06-30")));
    }
}
