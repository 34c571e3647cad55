//! Which community and which street each row counts for.

use gongjian_core::domain::community::Community;
use rustc_hash::FxHashMap;

use super::compact::Compact;
use super::report::Scope;
use crate::views::Views;

/// Communities and streets in the order of their codes.
pub(super) struct Places<'v> {
    /// The communities with their codes; a bucket is an index into it, or the one after the last for what
    /// belongs to no community of the registry (which the county counts all the same).
    pub communities: Vec<(&'v str, &'v Community)>,
    /// Codes of the streets.
    pub streets: Vec<&'v str>,
    /// Index of each community's street.
    street_of: Vec<Option<u32>>,
    /// Buckets of each street.
    of_street: Vec<Vec<u32>>,
    /// Bucket of each community that rows refer to, by its number there.
    buckets: Vec<u32>,
    /// Bucket of each alliance's community, by the alliance's place.
    alliances: Vec<u32>,
    /// Places of the alliances of each community, by its number, in the order of their codes.
    alliances_of: FxHashMap<u32, Vec<u32>>,
}

impl<'v> Places<'v> {
    pub(super) fn of(views: &'v Views, compact: &Compact) -> Places<'v> {
        let registry = &views.registry;
        let streets: Vec<&str> = registry.street.sorted().into_iter().map(|(code, _)| code).collect();
        let communities: Vec<(&str, &Community)> =
            registry.community.sorted().into_iter().map(|(code, row)| (code, &row.state)).collect();
        let street_of: Vec<Option<u32>> = communities
            .iter()
            .map(|(_, community)| place(&streets, |street| street, &community.street))
            .collect();
        let mut of_street = vec![Vec::new(); streets.len()];
        for (street, bucket) in street_of.iter().zip(0..) {
            if let Some(buckets) = street.and_then(|street| of_street.get_mut(street as usize)) {
                buckets.push(bucket);
            }
        }
        let nowhere = u32::try_from(communities.len()).unwrap_or(u32::MAX);
        let mut buckets = vec![nowhere; compact.communities.count()];
        for ((code, _), bucket) in communities.iter().zip(0..) {
            let number = compact.communities.get(code);
            if let Some(place) = number.and_then(|number| buckets.get_mut(number as usize)) {
                *place = bucket;
            }
        }
        let bucket = |community: u32| buckets.get(community as usize).copied().unwrap_or(nowhere);
        let alliances = compact.alliances.iter().map(|(_, row, _)| bucket(row.rest.community)).collect();
        let mut it = Places {
            communities,
            streets,
            street_of,
            of_street,
            buckets,
            alliances,
            alliances_of: FxHashMap::default(),
        };
        for (code, _) in registry.alliance.sorted() {
            let alliance = compact.alliances.ids.get(code);
            if let Some((alliance, row)) = alliance.and_then(|it| Some((it, compact.alliances.get(it)?))) {
                it.alliances_of.entry(row.rest.community).or_default().push(alliance);
            }
        }
        it
    }

    /// How many buckets there are: every community, and nowhere.
    pub(super) fn buckets(&self) -> usize {
        self.communities.len() + 1
    }

    /// The bucket of what belongs to no community of the registry.
    pub(super) fn nowhere(&self) -> u32 {
        u32::try_from(self.communities.len()).unwrap_or(u32::MAX)
    }

    /// The bucket of a community, by its number in the rows.
    pub(super) fn community(&self, number: u32) -> u32 {
        self.buckets.get(number as usize).copied().unwrap_or_else(|| self.nowhere())
    }

    /// The bucket of an alliance's community, by the alliance's place.
    pub(super) fn alliance(&self, place: u32) -> u32 {
        self.alliances.get(place as usize).copied().unwrap_or_else(|| self.nowhere())
    }

    /// Places of the alliances of a community, by its number, in the order of their codes.
    pub(super) fn alliances_of(&self, number: u32) -> &[u32] {
        self.alliances_of.get(&number).map(Vec::as_slice).unwrap_or_default()
    }

    /// The street of a bucket.
    fn street(&self, bucket: u32) -> Option<u32> {
        self.street_of.get(bucket as usize).copied().flatten()
    }

    /// The area of a scope; `None` where there is no such street or community.
    pub(super) fn area(&self, scope: &Scope) -> Option<Area> {
        match scope {
            Scope::County => Some(Area::County),
            Scope::Street(code) => place(&self.streets, |street| street, code).map(Area::Street),
            Scope::Community(code) => place(&self.communities, |(code, _)| code, code).map(Area::Community),
        }
    }

    /// Whether what belongs to a bucket counts for an area.
    pub(super) fn lies_in(&self, bucket: u32, area: Area) -> bool {
        match area {
            Area::County => true,
            Area::Street(street) => self.street(bucket) == Some(street),
            Area::Community(community) => bucket == community,
        }
    }

    /// Every area that a bucket counts for.
    pub(super) fn areas(&self, bucket: u32) -> [Option<Area>; 3] {
        let street = self.street(bucket).map(Area::Street);
        let community = (bucket != self.nowhere()).then_some(Area::Community(bucket));
        [Some(Area::County), street, community]
    }

    /// The buckets of an area.
    pub(super) fn buckets_of(&self, area: Area) -> impl Iterator<Item = u32> + '_ {
        let (all, some): (_, &[u32]) = match area {
            Area::County => (0..self.nowhere().saturating_add(1), &[]),
            Area::Street(street) => {
                (0..0, self.of_street.get(street as usize).map(Vec::as_slice).unwrap_or_default())
            }
            Area::Community(community) => (community..community.saturating_add(1), &[]),
        };
        all.chain(some.iter().copied())
    }

    /// Streets and communities within an area, itself included.
    pub(super) fn within(&self, area: Area) -> Vec<Area> {
        let streets = (0..).take(self.streets.len()).map(Area::Street);
        let streets = streets.filter(|street| area == Area::County || area == *street);
        let communities = self.buckets_of(area).filter(|bucket| *bucket != self.nowhere());
        streets.chain(communities.map(Area::Community)).collect()
    }
}

/// Where a code stands in a list that is sorted by code.
fn place<'t, T>(sorted: &'t [T], code_of: impl Fn(&'t T) -> &'t str, code: &str) -> Option<u32> {
    u32::try_from(sorted.binary_search_by(|row| code_of(row).cmp(code)).ok()?).ok()
}

/// A scope in numbers: what a set of buckets is counted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Area {
    County,
    Street(u32),
    Community(u32),
}
