//! The figures of the quarterly report (季度共建报告), for the county, each street and each community.
//!
//! [`names`] is the one home of their names; [`rows`] and [`distinct`] count them community by community,
//! and wider scopes are put together from that. A figure's events are those whose removal would change it:
//! each row is counted again without each of its facts.

mod balances;
mod distinct;
mod names;
mod places;
mod records;
mod report;
pub(crate) mod rows;
mod tally;

pub use balances::Balance;
pub(crate) use distinct::unrecorded_days;
pub use names::{Figure, Kind};
pub use records::{Corrected, LateEntry, Records};
pub use report::{AsOf, Counted, Evidence, Figures, Part, Report, Scope, Value, report, report_with};
pub use rows::JOINT;
