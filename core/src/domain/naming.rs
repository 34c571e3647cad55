//! What people call the things that a refusal names by their codes.

use super::World;
use super::facts::Timeline;
use crate::rejection::Rejection;

/// Arguments of refusals that hold a code, the argument for its name, and the categories to look in.
const NAMED: &[(&str, &str, &[&str])] = &[
    ("unit", "unitName", &["unit", "branch"]),
    ("community", "communityName", &["community"]),
    ("alliance", "allianceName", &["alliance"]),
    ("owner", "ownerName", &["street", "community", "compound", "branch", "unit", "alliance"]),
    ("other", "otherName", &["agreement"]),
    ("topic", "topicName", &["topic"]),
];

impl World {
    /// A refusal with the names of what it names by codes, where the world knows them: `unitName` beside
    /// `unit`, `streamName` beside `stream`.
    pub(crate) fn with_names(&self, mut rejection: Rejection) -> Rejection {
        for &(code, name, categories) in NAMED {
            let found = rejection
                .arg(code)
                .and_then(|id| categories.iter().find_map(|category| self.name_of(category, id)));
            if let Some(found) = found.map(str::to_owned) {
                rejection = rejection.with(name, found);
            }
        }
        let stream = rejection.arg("stream").and_then(|stream| stream.split_once('/'));
        match stream.and_then(|(category, id)| self.name_of(category, id)).map(str::to_owned) {
            Some(name) => rejection.with("streamName", name),
            None => rejection,
        }
    }

    /// The latest name of a stream, where its category has names.
    fn name_of(&self, category: &str, id: &str) -> Option<&str> {
        fn latest(names: &Timeline<String>) -> Option<&str> {
            names.latest().map(String::as_str)
        }
        let name = match category {
            "street" => latest(&self.street.get(id)?.name)?,
            "community" => latest(&self.community.get(id)?.name)?,
            "compound" => latest(&self.compound.get(id)?.name)?,
            "branch" => latest(&self.branch.get(id)?.name)?,
            "unit" => latest(&self.unit.get(id)?.name)?,
            "alliance" => latest(&self.alliance.get(id)?.name)?,
            "agreement" => &self.agreement.get(id)?.name,
            "project" => &self.project.get(id)?.name,
            "topic" => &self.topic.get(id)?.title,
            _ => return None,
        };
        (!name.is_empty()).then_some(name)
    }
}
