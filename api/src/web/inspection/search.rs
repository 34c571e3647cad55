//! Search: whoever types a number is there at once; whoever types a name, a part of one or its first letters sees
//! what it may be, by kind.

use askama::Template;
use gongjian_core::record::Position;

use super::super::cells::place;
use super::super::{Frame, Seen, Shown, Visit};
use super::{record_link, trail_link};
use crate::access::Right;
use crate::find::{Found, Group, LISTS, find, within};
use crate::workbook::cell::half;

/// Of each kind at first.
const NEAREST: usize = 5;
/// Of one kind, on demand.
const ALL: usize = 200;
/// Categories of streams that have a page and whose numbers nobody shares.
const NUMBERED: &[&str] = &[
    "agreement",
    "commitment",
    "project",
    "meeting",
    "topic",
    "decision",
    "task",
    "occurrence",
    "issue",
    "unit",
    "compound",
    "community",
    "street",
    "alliance",
    "branch",
    "grid",
    "rule",
    "duty",
    "document",
    "post",
    "erasure",
];

/// One line: what stands before the matched part, the part, what stands after it.
struct Line {
    id: String,
    link: String,
    trail: String,
    before: String,
    part: String,
    after: String,
    former: bool,
    name: String,
}

struct GroupShown {
    title: String,
    total: usize,
    all: String,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage {
    frame: Frame,
    typed: String,
    groups: Vec<GroupShown>,
    record: Option<Position>,
}

/// Shows what was found, or goes there.
pub(crate) fn show(visit: &Visit) -> Seen {
    let t = visit.text;
    let typed = visit.query.get("q");
    let kind = visit.query.get("kind");
    if kind.is_empty()
        && let Some(place) = exact(visit, typed)
    {
        return Ok(Shown::Elsewhere(place));
    }
    let size = visit.app().head().size;
    let number = half(typed).parse::<Position>().ok().filter(|position| *position < size);
    let groups = {
        let views = visit.app().views()?;
        let on = views.default_on(visit.app().today());
        match LISTS.iter().find(|(list, _)| *list == kind) {
            Some((list, _)) => vec![within(&views, on, list, typed, ALL)],
            None => find(&views, on, typed, NEAREST),
        }
    };
    let shown = |group: &Group| GroupShown {
        title: t.plain(&format!("page-{}", group.list)),
        total: group.total,
        all: if group.total > group.found.len() && kind.is_empty() {
            visit.query.link("/search", &[("kind", group.list)])
        } else {
            String::new()
        },
        lines: group.found.iter().map(line).collect(),
    };
    let groups = groups.iter().filter(|group| group.total > 0).map(shown).collect();
    let page = SearchPage {
        frame: visit.frame(t.plain("search-title")),
        typed: typed.to_owned(),
        groups,
        record: number.filter(|_| visit.caller.may(Right::Read)),
    };
    Shown::page(&page)
}

/// The page of what has exactly this number.
fn exact(visit: &Visit, typed: &str) -> Option<String> {
    let half = half(typed);
    let typed = half.trim();
    let reader = visit.app().reader();
    let known = |stream: &str| !reader.stream(stream).is_empty();
    if typed.contains('/') && known(typed) {
        return place(typed);
    }
    // A sign before it says that a record is meant.
    if let Some(number) = typed.strip_prefix('#').and_then(|number| number.parse::<Position>().ok()) {
        return (number < reader.size()).then(|| record_link(number));
    }
    let upper = typed.to_uppercase();
    let found =
        |id: &str| NUMBERED.iter().map(|category| format!("{category}/{id}")).find(|stream| known(stream));
    let stream = found(typed).or_else(|| found(&upper))?;
    place(&stream)
}

fn line(found: &Found) -> Line {
    let shown = found.former.as_deref().unwrap_or(&found.name);
    let (before, part, after) = match &found.matched {
        Some(range) => (
            shown.get(..range.start).unwrap_or(shown),
            shown.get(range.clone()).unwrap_or_default(),
            shown.get(range.end..).unwrap_or_default(),
        ),
        None => (shown, "", ""),
    };
    Line {
        id: found.stream.split_once('/').map_or(found.stream.as_str(), |(_, id)| id).to_owned(),
        link: place(&found.stream).unwrap_or_default(),
        trail: trail_link(&found.stream),
        before: before.to_owned(),
        part: part.to_owned(),
        after: after.to_owned(),
        former: found.former.is_some(),
        name: found.name.clone(),
    }
}
