//! Names that are nearly what somebody typed: so that a refusal says the way out.

use std::collections::BTreeMap;

use gongjian_projections::lists::Query;
use serde_json::Value;

use super::Visit;
use crate::app::Asked;
use crate::messages::Text;

/// Names that are told at most.
const NEAR: usize = 3;
/// Characters that may differ.
const EDITS: usize = 2;
/// Names that are looked at.
const NAMES: usize = 5_000;

/// What to say of a name that nobody knows, with names that are near to it.
pub(super) fn unknown(visit: &Visit, list: &str, given: &str) -> String {
    let near = Known::default().near(visit, list, given);
    said(visit.text, list, given, &near)
}

fn said(t: Text, list: &str, given: &str, near: &[String]) -> String {
    let registry = super::registers::register_of(list).is_some_and(|it| it.path.starts_with("/registry/"));
    match (near, registry) {
        ([], false) => t.get("form-unknown", &[("given", given)]),
        ([], true) => t.get("near-none", &[("given", given)]),
        (near, _) => t.get("near-some", &[("given", given), ("near", &t.listed(near))]),
    }
}

/// The names of lists, each list read once however many names are looked for in it.
#[derive(Default)]
pub(super) struct Known(BTreeMap<String, Vec<String>>);

impl Known {
    /// Names of a list that are near to what somebody wrote.
    pub(super) fn near(&mut self, visit: &Visit, list: &str, given: &str) -> Vec<String> {
        nearest(given, self.0.entry(list.to_owned()).or_insert_with(|| names(visit, list)))
    }
}

fn names(visit: &Visit, list: &str) -> Vec<String> {
    let query = Query { limit: NAMES, ..Query::on(visit.app().today()) };
    let page = visit.app().list(list, &query, Asked::default());
    let name = |item: &Value| {
        let text = |field: &str| item.get(field).and_then(Value::as_str).filter(|text| !text.is_empty());
        ["name", "title"].iter().find_map(|field| text(field)).map(str::to_owned)
    };
    page.map(|page| page.rows.iter().filter_map(name).collect()).unwrap_or_default()
}

/// The names that differ from `given` in few characters, nearest first.
fn nearest(given: &str, names: &[String]) -> Vec<String> {
    // Of a short name nearly everything is near.
    let most = EDITS.min(given.chars().count() / 3);
    let mut near: Vec<(usize, &String)> = names
        .iter()
        .map(|name| (strsim::levenshtein(given, name), name))
        .filter(|(edits, _)| *edits <= most)
        .collect();
    near.sort();
    near.dedup();
    near.into_iter().take(NEAR).map(|(_, name)| name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_names_come_first_and_far_ones_not_at_all() {
        let names: Vec<String> =
            ["县直部门09单位", "县直部门08单位", "东门社区党委", "县直部门19单位"].map(str::to_owned).into();
        assert_eq!(nearest("县直部门9单位", &names)[0], "县直部门09单位");
        assert_eq!(nearest("县直部门99单位", &names), ["县直部门09单位", "县直部门19单位", "县直部门08单位"]);
        assert!(nearest("县", &names).is_empty());
        assert!(nearest("", &names).is_empty());
        assert!(nearest("南门社区居委会办公室", &names).is_empty());
    }
}
