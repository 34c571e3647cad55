//! What a quarterly report tells beside its figures: registers of the quarter, and what is late
//! (`domain.md` section 8). Rows of plain facts; how they look is no business of this module.

mod late;
mod registers;

use gongjian_core::day::{Day, Quarter};
use serde::Serialize;

use crate::figures::Scope;
use crate::registry::Kind;
use crate::views::Views;

pub use late::{Overdue, OverdueKind, RepeatPlace, overdue, repeat_places};
pub use registers::{
    DecisionRow, IssueRow, ProjectRow, WednesdayRow, WorkRow, decisions, issues, projects, wednesdays,
};

/// A quarter of a scope, judged as of a day.
#[derive(Clone, Copy)]
pub struct Frame<'v> {
    /// What is known.
    pub views: &'v Views,
    /// Which communities count.
    pub scope: &'v Scope,
    /// The quarter.
    pub quarter: Quarter,
    /// The earlier of its last day and the as-of day.
    pub end: Day,
}

/// A code and what it stands for on the last day of the frame.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Named {
    /// The code.
    pub code: String,
    /// The name.
    pub name: String,
}

impl<'v> Frame<'v> {
    /// The frame of a report.
    pub fn of(views: &'v Views, scope: &'v Scope, quarter: Quarter, on: Day) -> Frame<'v> {
        Frame { views, scope, quarter, end: quarter.last_day().min(on) }
    }

    /// Whether a community's matters belong to the scope.
    fn holds(&self, community: &str) -> bool {
        match self.scope {
            Scope::County => true,
            Scope::Street(street) => self.views.registry.street_of(community) == Some(street),
            Scope::Community(code) => community == code,
        }
    }

    /// In the quarter, by its end.
    fn has(&self, day: Day) -> bool {
        self.quarter.first_day() <= day && day <= self.end
    }

    fn named(&self, kind: Kind, code: &str) -> Named {
        let name = self.views.registry.name(kind, code, self.end).unwrap_or(code);
        Named { code: code.to_owned(), name: name.to_owned() }
    }

    fn unit(&self, code: &str) -> Named {
        self.named(Kind::Unit, code)
    }

    fn community(&self, code: &str) -> Named {
        self.named(Kind::Community, code)
    }
}
