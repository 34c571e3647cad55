//! Balances that must close: what there was, what came and went, what there is.

use serde::Serialize;

use super::names::Figure;
use super::report::{Figures, Report};

/// One balance of a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Balance {
    /// Name of the stock.
    pub name: &'static str,
    /// Its Chinese name.
    pub label: &'static str,
    /// What there was at the end of the quarter before.
    pub opening: u64,
    /// What came, with the names of the figures.
    pub added: Vec<(&'static str, u64)>,
    /// What went.
    pub removed: Vec<(&'static str, u64)>,
    /// What there is at the end.
    pub closing: u64,
    /// Whether opening, flows and closing agree.
    pub closes: bool,
}

/// A stock, the flows that raise it, and those that lower it.
type Line = (Figure, &'static [Figure], &'static [Figure]);

const LINES: &[Line] = &[
    (
        Figure::AgreementsInForce,
        &[Figure::AgreementsEffective],
        &[Figure::AgreementsExpired, Figure::AgreementsTerminated],
    ),
    (Figure::Memberships, &[Figure::MembershipsJoined], &[Figure::MembershipsLeft]),
    (
        Figure::ProjectsOpen,
        &[Figure::ProjectsClaimed],
        &[Figure::ProjectsAccepted, Figure::ProjectsCancelled],
    ),
    (Figure::DecisionsOpen, &[Figure::DecisionsRecorded], &[Figure::DecisionsVerified]),
    (Figure::PropertyIssuesOpen, &[Figure::PropertyIssuesRaised], &[Figure::PropertyIssuesClosed]),
];

/// The balances between a quarter and the one before it, both of the same scope.
pub fn balances(before: &Report, now: &Report) -> Vec<Balance> {
    balances_of(&before.figures, &now.figures)
}

/// The balances between the figures of two quarters that follow each other.
pub fn balances_of(before: &Figures, now: &Figures) -> Vec<Balance> {
    let flows = |figures: &[Figure]| -> Vec<(&'static str, u64)> {
        figures.iter().map(|figure| (figure.name(), now.number(*figure))).collect()
    };
    let sum = |flows: &[(&str, u64)]| flows.iter().map(|(_, number)| number).sum::<u64>();
    LINES
        .iter()
        .map(|(stock, added, removed)| {
            let (opening, closing) = (before.number(*stock), now.number(*stock));
            let (added, removed) = (flows(added), flows(removed));
            let closes = opening + sum(&added) == closing + sum(&removed);
            let (name, label) = (stock.name(), stock.chinese());
            Balance { name, label, opening, added, removed, closing, closes }
        })
        .collect()
}
