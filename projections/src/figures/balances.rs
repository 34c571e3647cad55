//! Balances that must close: what there was, what came and went, what there is; in the quarter, since the year
//! began, and since the first event.

use serde::{Serialize, Serializer};

use super::counts::Counts;
use super::names::Figure;
use super::places::Area;
use super::tally::Numbers;

/// Flows by figure.
type Flows = Vec<(Figure, u64)>;

/// One balance of a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
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
    pub inflows: Flows,
    /// What went, by figure.
    #[serde(serialize_with = "by_name")]
    pub outflows: Flows,
    /// What there is at the end.
    pub closing: u64,
    /// Whether opening, flows and closing agree.
    pub holds: bool,
    /// 自年初以来: the same from the end of the year before; none before anything happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year_to_date: Option<Reconciled>,
    /// 累计: the same from nothing; none before anything happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since_start: Option<Reconciled>,
}

/// A balance over a longer span, which ends in the same stock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reconciled {
    /// What there was before.
    pub opening: u64,
    /// What came, by figure.
    #[serde(serialize_with = "by_name")]
    pub inflows: Flows,
    /// What went, by figure.
    #[serde(serialize_with = "by_name")]
    pub outflows: Flows,
    /// Whether opening, flows and closing agree.
    pub holds: bool,
}

impl Balance {
    /// Whether all of it agrees, over every span.
    pub fn closes(&self) -> bool {
        let longer = [&self.year_to_date, &self.since_start];
        self.holds && longer.into_iter().flatten().all(|reconciled| reconciled.holds)
    }
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

fn reconciled(line: &Line, opening: u64, span: &Numbers, closing: u64) -> Reconciled {
    let flows = |figures: &[Figure]| -> Flows {
        figures.iter().map(|figure| (*figure, span[*figure as usize])).collect()
    };
    let sum = |flows: &Flows| flows.iter().map(|(_, number)| number).sum::<u64>();
    let (inflows, outflows) = (flows(line.1), flows(line.2));
    let holds = opening + sum(&inflows) == closing + sum(&outflows);
    Reconciled { opening, inflows, outflows, holds }
}

/// The balances of an area.
pub(super) fn balances(counts: &Counts<'_>, area: Area) -> Vec<Balance> {
    let spans = &counts.spans;
    let numbers = |period| counts.numbers(&period, area);
    let (Some(now), Some(before)) = (numbers(spans.now), numbers(spans.previous)) else { return Vec::new() };
    let year = spans.year_to_date.and_then(numbers);
    let year_before = spans.year_opening.and_then(numbers);
    let since_start = spans.since_start.and_then(numbers);
    let line = |line: &Line| {
        let stock = line.0;
        let (opening, closing) = (before[stock as usize], now[stock as usize]);
        let Reconciled { opening, inflows, outflows, holds } = reconciled(line, opening, &now, closing);
        let year_opening = year_before.as_ref().map_or(0, |numbers| numbers[stock as usize]);
        Balance {
            stock,
            label: stock.chinese(),
            opening,
            inflows,
            outflows,
            closing,
            holds,
            year_to_date: year.as_ref().map(|span| reconciled(line, year_opening, span, closing)),
            since_start: since_start.as_ref().map(|span| reconciled(line, 0, span, closing)),
        }
    };
    LINES.iter().map(line).collect()
}
