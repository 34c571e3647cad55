//! The figures of the quarterly report (季度共建报告), for the county, each street and each community.
//!
//! [`names`] is the one home of their names. [`compact`] keeps what they count as [`dense`] rows; [`rows`],
//! [`distinct`] and [`wednesdays`] count them, in one pass for all the periods of a report; [`counts`] says which
//! these are, and wider scopes are put together from communities. A figure's events are those whose removal would
//! change it: each row is counted again without each of its facts, and [`explain()`] lists them.

mod balances;
mod compact;
mod compare;
mod counts;
mod dense;
mod distinct;
mod explain;
mod names;
mod places;
#[cfg(test)]
mod random;
mod records;
mod report;
pub(crate) mod rows;
mod standing;
mod tally;
#[cfg(test)]
mod tests;
mod values;
mod wednesdays;

pub use balances::{Balance, Reconciled};
pub(crate) use compact::Compact;
pub use compare::{Compared, Comparisons, Denominators};
pub use explain::{Counting, Explained, explain};
pub use names::{Figure, Kind};
pub use records::{Corrected, LateEntry, Records};
pub use report::{AsOf, Evidence, Part, Question, Report, Scope, answer, first_quarter, report, report_with};
pub use rows::JOINT;
pub use standing::{PeriodStanding, Standing, Supplement, supplements};
pub use values::{Counted, Figures, Value};
pub(crate) use wednesdays::unrecorded_days;
