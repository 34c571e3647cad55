//! Findings, found once for each head and day, since pages ask for those of one matter at a time.

use std::sync::{Arc, Mutex, PoisonError};

use gongjian_core::day::Day;
use gongjian_core::record::Position;
use gongjian_projections::findings::{Finding, findings};
use gongjian_projections::registry::Kind;
use gongjian_projections::views::Views;
use serde_json::Value;

use super::{App, Asked};
use crate::error::Problem;

/// What was found, with the position and the day that it knows.
type Known = (Position, Day, Arc<Vec<Finding>>);

/// The last findings that were asked for.
#[derive(Default)]
pub(super) struct Found {
    last: Mutex<Option<Known>>,
}

impl App {
    /// Every finding, the gravest first.
    ///
    /// # Errors
    /// [`Problem`] if the log cannot be folded.
    pub fn findings(&self, asked: Asked) -> Result<Arc<Vec<Finding>>, Problem> {
        let views = self.views_as_of(asked.last)?;
        let on = asked.on.unwrap_or_else(|| views.default_on(self.today()));
        let position = views.position();
        let mut last = self.shared.found.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, day, found)) = &*last
            && (*known, *day) == (position, on)
        {
            return Ok(Arc::clone(found));
        }
        let found = Arc::new(findings(&views, on));
        *last = Some((position, on, Arc::clone(&found)));
        Ok(found)
    }

    /// A finding as the list of findings has it.
    ///
    /// # Errors
    /// [`Problem`] if the log cannot be folded.
    pub fn finding_shown(&self, finding: &Finding, asked: Asked) -> Result<Value, Problem> {
        let views = self.views_as_of(asked.last)?;
        let on = asked.on.unwrap_or_else(|| views.default_on(self.today()));
        shown(&views, finding, on)
    }
}

fn shown(views: &Views, finding: &Finding, on: Day) -> Result<Value, Problem> {
    let mut item = serde_json::to_value(finding).map_err(|error| Problem::internal(&error))?;
    let name = |kind, code: &str| views.registry.name(kind, code, on).unwrap_or(code).to_owned();
    if let Some(item) = item.as_object_mut() {
        item.insert("id".to_owned(), finding.id().into());
        if let Some(unit) = finding.arg("unit") {
            item.insert("unitName".to_owned(), name(Kind::Unit, unit).into());
        }
        if let Some(community) = &finding.community {
            item.insert("communityName".to_owned(), name(Kind::Community, community).into());
        }
    }
    Ok(item)
}
