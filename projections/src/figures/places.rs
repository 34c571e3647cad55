//! Which community and which street each row counts for.

use rustc_hash::FxHashMap;

use crate::views::Views;

/// Communities and streets in the order of their codes.
pub(super) struct Places<'v> {
    /// Codes of the communities; a bucket is an index into it.
    pub communities: Vec<&'v str>,
    /// Codes of the streets.
    pub streets: Vec<&'v str>,
    /// Index of each community's street.
    street_of: Vec<Option<u32>>,
    index: FxHashMap<&'v str, u32>,
    alliances: FxHashMap<&'v str, u32>,
}

impl<'v> Places<'v> {
    pub(super) fn of(views: &'v Views) -> Places<'v> {
        let registry = &views.registry;
        let streets: Vec<&str> = registry.street.sorted().into_iter().map(|(code, _)| code).collect();
        let rows = registry.community.sorted();
        let communities: Vec<&str> = rows.iter().map(|(code, _)| *code).collect();
        let street_of = rows
            .iter()
            .map(|(_, row)| {
                let place = streets.binary_search(&row.state.street.as_str()).ok()?;
                u32::try_from(place).ok()
            })
            .collect();
        let index: FxHashMap<&str, u32> = communities.iter().copied().zip(0..).collect();
        let nowhere = u32::try_from(communities.len()).unwrap_or(u32::MAX);
        let alliances = registry
            .alliance
            .iter()
            .map(|(code, alliance)| (code, index.get(&*alliance.community).copied().unwrap_or(nowhere)))
            .collect();
        Places { communities, streets, street_of, index, alliances }
    }

    /// How many buckets there are: every community, and nowhere.
    pub(super) fn buckets(&self) -> usize {
        self.communities.len() + 1
    }

    /// The bucket of what belongs to no community of the registry.
    pub(super) fn nowhere(&self) -> u32 {
        u32::try_from(self.communities.len()).unwrap_or(u32::MAX)
    }

    /// The bucket of a community.
    pub(super) fn community(&self, code: &str) -> u32 {
        self.index.get(code).copied().unwrap_or_else(|| self.nowhere())
    }

    /// The bucket of an alliance's community.
    pub(super) fn alliance(&self, code: &str) -> u32 {
        self.alliances.get(code).copied().unwrap_or_else(|| self.nowhere())
    }

    /// The street of a bucket.
    pub(super) fn street(&self, bucket: u32) -> Option<u32> {
        self.street_of.get(bucket as usize).copied().flatten()
    }
}

/// A scope in numbers: what a set of buckets is counted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Area {
    County,
    Street(u32),
    Community(u32),
}

impl Places<'_> {
    /// Every area that a bucket counts for.
    pub(super) fn areas(&self, bucket: u32) -> impl Iterator<Item = Area> + use<> {
        let street = self.street(bucket).map(Area::Street);
        let community = (bucket != self.nowhere()).then_some(Area::Community(bucket));
        [Some(Area::County), street, community].into_iter().flatten()
    }
}
