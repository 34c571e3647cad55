//! The report itself: what is counted, for which scope, as of when.

use std::collections::BTreeMap;

use gongjian_core::day::{Day, Quarter};
use gongjian_core::domain::issue::CATEGORIES;
use gongjian_core::record::Position;
use rustc_hash::FxHashMap;
use serde::{Serialize, Serializer};

use super::balances::{Balance, balances};
use super::distinct::{self, Distinct};
use super::names::{Figure, Kind};
use super::places::{Area, Places};
use super::records::{self, Records};
use super::rows::{self, Categories};
use super::standing::Standing;
use super::tally::{Period, Tally};
use crate::registry::Kind as Named;
use crate::views::Views;

/// What a report is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// The whole county.
    #[default]
    County,
    /// One street, by its code.
    Street(String),
    /// One community, by its code.
    Community(String),
}

impl Scope {
    /// The word in JSON: `county`, `street/S01`, `community/C01`.
    pub fn word(&self) -> String {
        match self {
            Scope::County => "county".to_owned(),
            Scope::Street(code) => format!("street/{code}"),
            Scope::Community(code) => format!("community/{code}"),
        }
    }
}

/// For which scopes a report lists the events behind its figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// For none.
    None,
    /// For the report's own scope.
    Scope,
    /// For every street and community within it, too.
    #[default]
    All,
}

/// The value of a figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// A number.
    Number(u64),
    /// A breakdown: category and number, in the order of the categories.
    Breakdown(#[serde(serialize_with = "pairs")] Vec<(&'static str, u64)>),
}

fn pairs<S: Serializer>(pairs: &[(&'static str, u64)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(pairs.iter().copied())
}

impl Value {
    /// The number; of a breakdown, the sum.
    pub fn number(&self) -> u64 {
        match self {
            Value::Number(number) => *number,
            Value::Breakdown(parts) => parts.iter().map(|(_, number)| number).sum(),
        }
    }
}

/// One figure with what it is called and what it rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Counted {
    /// The value.
    pub value: Value,
    /// The Chinese name.
    pub label: &'static str,
    /// The denominator of a rate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<u64>,
    /// Positions of the events whose removal would change the value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub events: Option<Vec<Position>>,
}

/// The figures of one scope, in the order of the report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures(Vec<(Figure, Counted)>);

impl Figures {
    /// Every figure in the order of the report.
    pub fn iter(&self) -> impl Iterator<Item = (Figure, &Counted)> {
        self.0.iter().map(|(figure, counted)| (*figure, counted))
    }

    /// One figure.
    pub fn get(&self, figure: Figure) -> Option<&Counted> {
        self.0.iter().find(|(it, _)| *it == figure).map(|(_, counted)| counted)
    }

    /// The number of a figure.
    pub fn number(&self, figure: Figure) -> u64 {
        self.get(figure).map_or(0, |counted| counted.value.number())
    }
}

impl Serialize for Figures {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(figure, counted)| (figure.name(), counted)))
    }
}

/// Figures of a part of the scope.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Part {
    /// Its name on the report's day.
    pub name: String,
    /// Its figures.
    pub figures: Figures,
}

/// What a report knows, and as of when it is judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AsOf {
    /// The last event it counts; none of an empty log.
    pub position: Option<Position>,
    /// That event's digest, hexadecimal. The read models do not hash; who reads the log fills it in.
    pub digest: Option<String>,
    /// The day.
    pub on: Day,
}

/// A quarterly report of co-building (季度共建报告).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// `2022-Q2`.
    #[serde(serialize_with = "shown")]
    pub quarter: Quarter,
    /// 2022年第二季度.
    pub label: String,
    /// What it is about.
    #[serde(serialize_with = "worded")]
    pub scope: Scope,
    /// What it knows.
    pub as_of: AsOf,
    /// Figures of the scope.
    pub figures: Figures,
    /// Stocks of the scope at the end of the quarter before, what came and went, and what there is.
    pub balances: Vec<Balance>,
    /// Its late entries and corrections.
    pub records: Records,
    /// Of which ledger and freeze it is, and what came after earlier freezes. Who reads the log fills it in.
    #[serde(flatten)]
    pub standing: Standing,
    /// Figures of the streets within it, by code.
    pub streets: BTreeMap<String, Part>,
    /// Figures of the communities within it, by code.
    pub communities: BTreeMap<String, Part>,
}

fn shown<S: Serializer>(quarter: &Quarter, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(quarter)
}

fn worded<S: Serializer>(scope: &Scope, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&scope.word())
}

/// The quarterly report of a scope, judged as of the day `on`, with the events behind every figure.
pub fn report(views: &Views, quarter: Quarter, scope: &Scope, on: Day) -> Report {
    report_with(views, quarter, scope, on, Evidence::All)
}

/// The quarterly report of a scope, with as much evidence as asked for.
pub fn report_with(views: &Views, quarter: Quarter, scope: &Scope, on: Day, evidence: Evidence) -> Report {
    let period = Period::of(quarter, on);
    let places = Places::of(views);
    let counts = Counts::of(views, &places, &period, evidence != Evidence::None);
    let area = counts.area(scope);
    let wanted: Vec<Area> = counts.within(area);
    let mut events = counts.events(area, if evidence == Evidence::All { &wanted } else { &[] }, evidence);
    let day = period.end;
    let name = |kind, code: &str| views.registry.name(kind, code, day).unwrap_or(code).to_owned();
    let mut streets = BTreeMap::new();
    let mut communities = BTreeMap::new();
    for part in &wanted {
        let figures = counts.figures(Some(*part), events.remove(part));
        match part {
            Area::County => {}
            Area::Street(street) => {
                if let Some(code) = places.streets.get(*street as usize) {
                    streets.insert((*code).to_owned(), Part { name: name(Named::Street, code), figures });
                }
            }
            Area::Community(community) => {
                if let Some(code) = places.communities.get(*community as usize) {
                    let part = Part { name: name(Named::Community, code), figures };
                    communities.insert((*code).to_owned(), part);
                }
            }
        }
    }
    let own = match scope {
        Scope::County => None,
        Scope::Street(code) => streets.get(code),
        Scope::Community(code) => communities.get(code),
    };
    let figures = match own {
        Some(part) => part.figures.clone(),
        None => counts.figures(area, area.and_then(|area| events.remove(&area))),
    };
    let before = Counts::of(views, &places, &Period::of(quarter.previous(), on), false);
    let balances = balances(&before.figures(area, None), &figures);
    Report {
        quarter,
        label: quarter.label(),
        scope: scope.clone(),
        as_of: AsOf { position: views.position().checked_sub(1), digest: None, on },
        figures,
        balances,
        records: records::records(views, scope, &period),
        standing: Standing::default(),
        streets,
        communities,
    }
}

type Events = FxHashMap<Area, Vec<Vec<Position>>>;

/// Everything counted, before it is laid out by scope.
struct Counts<'p, 'v> {
    places: &'p Places<'v>,
    tally: Tally,
    distinct: Distinct,
    categories: Categories,
}

impl<'p, 'v> Counts<'p, 'v> {
    fn of(views: &'v Views, places: &'p Places<'v>, period: &Period, events: bool) -> Counts<'p, 'v> {
        let tally = || Tally::new(places.buckets(), events);
        let (mut first, mut second, mut distinct) = (tally(), tally(), Distinct::default());
        let mut categories = Categories::new();
        // The two halves read different tables and take about as long.
        std::thread::scope(|scope| {
            scope.spawn(|| {
                rows::alliances(views, places, period, &mut first);
                rows::agreements(views, places, period, &mut first);
                rows::commitments(views, places, period, &mut first);
                rows::projects(views, places, period, &mut first);
                categories = rows::issues(views, places, period, &mut first);
            });
            rows::meetings(views, places, period, &mut second);
            rows::occurrences(views, places, period, &mut second);
            distinct::unrecorded(views, places, period, &mut second);
            distinct::member_units(views, places, period, events, &mut distinct);
            distinct::alliances_met(views, places, period, events, &mut distinct);
            distinct::enterprises(views, places, period, events, &mut distinct);
        });
        first.absorb(second);
        let tally = first;
        Counts { places, tally, distinct, categories }
    }

    /// The area of a scope; `None` where there is no such street or community.
    fn area(&self, scope: &Scope) -> Option<Area> {
        let place = |codes: &[&str], code: &str| u32::try_from(codes.binary_search(&code).ok()?).ok();
        match scope {
            Scope::County => Some(Area::County),
            Scope::Street(code) => place(&self.places.streets, code).map(Area::Street),
            Scope::Community(code) => place(&self.places.communities, code).map(Area::Community),
        }
    }

    fn buckets(&self, area: Area) -> Vec<u32> {
        match area {
            Area::County => (0..=self.places.nowhere()).collect(),
            Area::Street(_) => {
                let communities = 0..self.places.nowhere();
                communities
                    .filter(|bucket| self.places.street(*bucket).map(Area::Street) == Some(area))
                    .collect()
            }
            Area::Community(community) => vec![community],
        }
    }

    /// Streets and communities within an area, itself included.
    fn within(&self, area: Option<Area>) -> Vec<Area> {
        let Some(area) = area else { return Vec::new() };
        let streets = (0..).take(self.places.streets.len()).map(Area::Street);
        let streets = streets.filter(|street| area == Area::County || area == *street);
        let communities = self.buckets(area).into_iter().filter(|bucket| *bucket != self.places.nowhere());
        streets.chain(communities.map(Area::Community)).collect()
    }

    /// Positions by figure for an area and its parts.
    fn events(&self, own: Option<Area>, parts: &[Area], evidence: Evidence) -> Events {
        let mut lists = Events::default();
        if evidence == Evidence::None {
            return lists;
        }
        for area in own.into_iter().chain(parts.iter().copied()) {
            lists.insert(area, vec![Vec::new(); Figure::COUNT]);
        }
        for (bucket, figure, at) in self.tally.events() {
            for area in self.places.areas(*bucket) {
                if let Some(list) = lists.get_mut(&area) {
                    list[*figure as usize].push(*at);
                }
            }
        }
        for ((area, figure), positions) in &self.distinct.events {
            if let Some(list) = lists.get_mut(area) {
                list[*figure as usize].extend(positions);
            }
        }
        for list in lists.values_mut().flatten() {
            list.sort_unstable();
            list.dedup();
        }
        lists
    }

    fn figures(&self, area: Option<Area>, events: Option<Vec<Vec<Position>>>) -> Figures {
        let sums = match area {
            Some(area) => self.tally.sum(self.buckets(area).into_iter()),
            None => [0; Figure::COUNT],
        };
        let number = |figure: Figure| match (figure, area) {
            (
                Figure::MemberUnits
                | Figure::AlliancesMet
                | Figure::PropertyEnterprises
                | Figure::PropertyEnterprisesWithAgreement
                | Figure::PropertyEnterprisesWithClaimThisYear,
                Some(area),
            ) => self.distinct.value(area, figure),
            _ => sums[figure as usize],
        };
        let mut events = events.map(Vec::into_iter);
        let counted = Figure::ALL.iter().map(|figure| {
            let value = match figure {
                Figure::PropertyIssuesClosedByCategory => Value::Breakdown(self.by_category(area)),
                _ => Value::Number(number(*figure)),
            };
            let of = match figure.kind() {
                Kind::Of(denominator) => Some(number(denominator)),
                _ => None,
            };
            let events = events.as_mut().and_then(Iterator::next);
            (*figure, Counted { value, label: figure.chinese(), of, events })
        });
        Figures(counted.collect())
    }

    fn by_category(&self, area: Option<Area>) -> Vec<(&'static str, u64)> {
        let mut sums = [0; CATEGORIES.len()];
        for bucket in area.into_iter().flat_map(|area| self.buckets(area)) {
            if let Some(counts) = self.categories.get(bucket as usize) {
                sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
            }
        }
        CATEGORIES.iter().copied().zip(sums).collect()
    }
}
