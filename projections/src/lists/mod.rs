//! Registers (台账): rows to filter, sort and page through; the calendar; the Wednesday sheet.

mod calendar;
mod fields;
mod gather;
mod judged;
mod owed;
mod page;
mod row;
mod sheet;
mod standing;
mod words;

pub use calendar::{CalendarEntry, CalendarKind, calendar};
pub use page::{LIMIT_MAX, ListError, Page, Query, Span, list, one};
pub use sheet::{Sheet, SheetLine, wednesday_sheet};
pub use words::{categories, states};

/// Everything that [`list`] can list.
pub const WHATS: &[&str] = &[
    "streets",
    "communities",
    "compounds",
    "branches",
    "grids",
    "units",
    "posts",
    "alliances",
    "memberships",
    "holidays",
    "agreements",
    "commitments",
    "projects",
    "series",
    "meetings",
    "topics",
    "decisions",
    "tasks",
    "occurrences",
    "issues",
    "rules",
    "obligations",
    "exemptions",
    "duties",
    "imports",
    "documents",
    "holders",
    "erasures",
    "periods",
    "reports",
    "findings",
    "calendar",
];
