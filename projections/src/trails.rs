//! Matters: which events belong together, by the root stream that each record names.

use gongjian_core::record::Position;
use rustc_hash::FxHashMap;
use serde::de::Deserializer;
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

use crate::projection::{Projection, Recorded};

/// Positions by root stream.
#[derive(Clone, Debug, Default)]
pub struct Trails {
    roots: FxHashMap<Box<str>, Vec<Position>>,
}

impl Trails {
    /// Positions of every event of a matter, in order.
    pub fn positions(&self, root: &str) -> &[Position] {
        self.roots.get(root).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether there is such a matter.
    pub fn contains(&self, root: &str) -> bool {
        self.roots.contains_key(root)
    }

    /// How many matters there are.
    pub fn count(&self) -> usize {
        self.roots.len()
    }
}

impl Projection for Trails {
    const NAME: &'static str = "trails";
    const VERSION: u32 = 1;

    fn apply(&mut self, recorded: &Recorded<'_>) {
        let trail = recorded.record.trail;
        if let Some(positions) = self.roots.get_mut(trail) {
            positions.push(recorded.at.position);
        } else {
            self.roots.insert(trail.into(), vec![recorded.at.position]);
        }
    }
}

/// In the order of the roots, so that equal content gives equal bytes.
impl Serialize for Trails {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut rows: Vec<_> = self.roots.iter().collect();
        rows.sort_unstable_by_key(|(root, _)| *root);
        serializer.collect_seq(rows)
    }
}

impl<'de> Deserialize<'de> for Trails {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Trails, D::Error> {
        let rows = Vec::<(Box<str>, Vec<Position>)>::deserialize(deserializer)?;
        Ok(Trails { roots: rows.into_iter().collect() })
    }
}
