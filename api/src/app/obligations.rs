//! The heat map of obligations.

use gongjian_core::day::Quarter;
use gongjian_projections::figures::Scope;
use gongjian_projections::obligations::{Matrix, RULES, matrix};

use super::read::known_scope;
use super::{App, Asked};
use crate::error::Problem;

/// Most quarters of one heat map: ten years.
const QUARTERS_MAX: usize = 40;

/// What a heat map is about.
#[derive(Clone, Debug, Default)]
pub struct HeatMap {
    /// The rule, R12 where nobody names one.
    pub rule: Option<String>,
    /// First quarter; three before the last where nobody names one.
    pub from: Option<Quarter>,
    /// Last quarter; that of the day asked where nobody names one.
    pub to: Option<Quarter>,
    /// Street or community, by code or name.
    pub scope: Scope,
}

impl App {
    /// Subjects × periods of a rule.
    ///
    /// # Errors
    /// [`Problem`]: a rule from which no obligations follow, quarters in the wrong order or too many, an unknown
    /// name, or the log cannot be folded.
    pub fn heat_map(&self, wanted: &HeatMap, asked: Asked) -> Result<Matrix, Problem> {
        let views = self.views_as_of(asked.last)?;
        let on = asked.on.unwrap_or_else(|| views.default_on(self.today()));
        let rule = wanted.rule.as_deref().unwrap_or("R12");
        if !RULES.contains(&rule) {
            let known = RULES.iter().map(|rule| (*rule).to_owned()).collect();
            return Err(Problem::unknown_word("rule", rule, known).with("list", "obligations"));
        }
        let to = wanted.to.unwrap_or_else(|| on.quarter());
        let from = wanted.from.unwrap_or_else(|| to.previous().previous().previous());
        let quarters: Vec<Quarter> = std::iter::successors(Some(from), |quarter| Some(quarter.next()))
            .take_while(|quarter| *quarter <= to)
            .take(QUARTERS_MAX + 1)
            .collect();
        if quarters.is_empty() || quarters.len() > QUARTERS_MAX {
            return Err(Problem::malformed("to", format!("{from} … {to}: 1…{QUARTERS_MAX}")));
        }
        Ok(matrix(&views, rule, &quarters, &known_scope(&views, &wanted.scope)?, on))
    }
}
