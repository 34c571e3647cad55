//! Balances that must close: what there was, what came and went, what there is.

use serde::{Serialize, Serializer};

use super::names::Figure;
use super::report::Figures;

/// One balance of a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Balance {
    /// The stock.
    #[serde(rename = "name", serialize_with = "named")]
    pub stock: Figure,
    /// Its Chinese name.
    pub label: &'static str,
    /// What there was at the end of the quarter before.
    pub opening: u64,
    /// What came, by figure.
    #[serde(serialize_with = "by_name")]
    pub inflows: Vec<(Figure, u64)>,
    /// What went, by figure.
    #[serde(serialize_with = "by_name")]
    pub outflows: Vec<(Figure, u64)>,
    /// What there is at the end.
    pub closing: u64,
    /// Whether opening, flows and closing agree.
    pub holds: bool,
}

fn named<S: Serializer>(figure: &Figure, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(figure.name())
}

fn by_name<S: Serializer>(flows: &[(Figure, u64)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(flows.iter().map(|(figure, number)| (figure.name(), number)))
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

/// The balances between the figures of two quarters that follow each other, both of the same scope.
pub(super) fn balances(before: &Figures, now: &Figures) -> Vec<Balance> {
    let flows = |figures: &[Figure]| -> Vec<(Figure, u64)> {
        figures.iter().map(|figure| (*figure, now.number(*figure))).collect()
    };
    let sum = |flows: &[(Figure, u64)]| flows.iter().map(|(_, number)| number).sum::<u64>();
    LINES
        .iter()
        .map(|(stock, inflows, outflows)| {
            let (opening, closing) = (before.number(*stock), now.number(*stock));
            let (inflows, outflows) = (flows(inflows), flows(outflows));
            let holds = opening + sum(&inflows) == closing + sum(&outflows);
            Balance { stock: *stock, label: stock.chinese(), opening, inflows, outflows, closing, holds }
        })
        .collect()
}
