//! Finding anything by what people type: a number, a part of a name, a name it had before, its full pinyin or the
//! first letters of it.
//!
//! Letters are matched character by character against every reading that a character has, so a name needs no index
//! of its own and nothing is kept: slj finds 老水利局家属楼, lssq and yssq both find 乐山社区.

use std::ops::Range;

use gongjian_core::day::Day;
use gongjian_projections::registry::Kind;
use gongjian_projections::views::Views;
use pinyin::ToPinyinMulti as _;

/// What can be found, in the order in which people look: the list of the API and the category of its streams.
pub const LISTS: &[(&str, &str)] = &[
    ("units", "unit"),
    ("compounds", "compound"),
    ("communities", "community"),
    ("streets", "street"),
    ("alliances", "alliance"),
    ("branches", "branch"),
    ("grids", "grid"),
    ("posts", "post"),
    ("agreements", "agreement"),
    ("projects", "project"),
    ("topics", "topic"),
    ("decisions", "decision"),
    ("issues", "issue"),
    ("rules", "rule"),
];

/// Something that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its stream.
    pub stream: String,
    /// Its name on the day, or its title.
    pub name: String,
    /// The former name by which it was found.
    pub former: Option<String>,
    /// Which part of the name, or of the former name, matched; none where the number did.
    pub matched: Option<Range<usize>>,
    rank: u8,
}

/// What was found of one list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// The list.
    pub list: &'static str,
    /// How many there are.
    pub total: usize,
    /// The nearest of them.
    pub found: Vec<Found>,
}

/// Everything that people may mean, by list; empty lists are left out.
pub fn find(views: &Views, on: Day, typed: &str, limit: usize) -> Vec<Group> {
    let groups = LISTS.iter().map(|(list, _)| within(views, on, list, typed, limit));
    groups.filter(|group| group.total > 0).collect()
}

/// What people may mean of one list, the nearest first.
pub fn within(views: &Views, on: Day, list: &str, typed: &str, limit: usize) -> Group {
    let Some((list, category)) = LISTS.iter().find(|(name, _)| *name == list) else {
        return Group::default();
    };
    let wanted = Wanted::of(typed);
    if wanted.text.is_empty() {
        return Group::default();
    }
    let mut found = Vec::new();
    let mut look = |code: &str, names: &[&str]| {
        if let Some(it) = wanted.look(&format!("{category}/{code}"), code, names) {
            found.push(it);
        }
    };
    let registry = &views.registry;
    let mut named = |kind: Kind, code: &str| {
        // The name of the day first, then what it was called before.
        let name = registry.name(kind, code, on).unwrap_or(code);
        let former = registry.names_of(kind, code).into_iter().filter(|former| *former != name);
        look(code, &std::iter::once(name).chain(former).collect::<Vec<_>>());
    };
    match *list {
        "units" => registry.unit.iter().for_each(|(code, _)| named(Kind::Unit, code)),
        "branches" => registry.branch.iter().for_each(|(code, _)| named(Kind::Unit, code)),
        "compounds" => registry.compound.iter().for_each(|(code, _)| named(Kind::Compound, code)),
        "communities" => registry.community.iter().for_each(|(code, _)| named(Kind::Community, code)),
        "streets" => registry.street.iter().for_each(|(code, _)| named(Kind::Street, code)),
        "alliances" => registry.alliance.iter().for_each(|(code, _)| named(Kind::Alliance, code)),
        "grids" => registry.grid.iter().for_each(|(code, _)| named(Kind::Grid, code)),
        "posts" => registry.post.iter().for_each(|(code, it)| look(code, &[&it.name])),
        "agreements" => views.agreements.agreement.iter().for_each(|(code, it)| look(code, &[&it.name])),
        "projects" => views.projects.project.iter().for_each(|(code, it)| look(code, &[&it.name])),
        "topics" => views.meetings.topic.iter().for_each(|(code, it)| look(code, &[&it.title])),
        "decisions" => views.meetings.decision.iter().for_each(|(code, it)| look(code, &[&it.text])),
        "issues" => views.wednesday.issue.iter().for_each(|(code, it)| look(code, &[&it.text])),
        _ => views.rules.rule.iter().for_each(|(code, it)| look(code, &[&it.title])),
    }
    found.sort_by(|a, b| {
        (a.rank, a.name.chars().count(), &a.stream).cmp(&(b.rank, b.name.chars().count(), &b.stream))
    });
    let total = found.len();
    found.truncate(limit);
    Group { list, total, found }
}

/// What somebody typed.
struct Wanted {
    /// In lower case, at half width.
    text: String,
    /// Only Latin letters and digits, so that it may be pinyin.
    letters: bool,
}

impl Wanted {
    fn of(typed: &str) -> Wanted {
        let half = crate::workbook::cell::half(typed.trim());
        let text: String = half.chars().flat_map(char::to_lowercase).collect();
        // Spaces between syllables say nothing.
        let bare: String = text.chars().filter(|c| !c.is_whitespace() && *c != '\'').collect();
        let letters = bare.chars().all(|c| c.is_ascii_alphanumeric());
        Wanted { text: if letters { bare } else { text }, letters }
    }

    fn look(&self, stream: &str, code: &str, names: &[&str]) -> Option<Found> {
        let found = |rank, name: &str, former: Option<&str>, matched| Found {
            stream: stream.to_owned(),
            name: name.to_owned(),
            former: former.map(str::to_owned),
            matched,
            rank,
        };
        let (name, former) = names.split_first()?;
        let code = code.to_lowercase();
        if code == self.text {
            return Some(found(0, name, None, None));
        }
        if let Some((rank, range)) = self.within(name) {
            return Some(found(rank, name, None, Some(range)));
        }
        for before in former {
            if let Some((rank, range)) = self.within(before) {
                return Some(found(rank + 10, name, Some(before), Some(range)));
            }
        }
        code.contains(&self.text).then(|| found(20, name, None, None))
    }

    /// How near a name is, and which part of it matched.
    fn within(&self, name: &str) -> Option<(u8, Range<usize>)> {
        if self.letters {
            return self.sounds(name);
        }
        let lower = name.to_lowercase();
        // Where lower case changes lengths, places would not fit.
        let at = if lower.len() == name.len() { lower.find(&self.text) } else { name.find(&self.text) }?;
        let range = at..at + self.text.len();
        let rank = match () {
            () if range == (0..name.len()) => 1,
            () if at == 0 => 2,
            () => 3,
        };
        name.is_char_boundary(range.end).then_some((rank, range))
    }

    /// The part of a name that sounds as typed: full pinyin, first letters, or both in turn.
    fn sounds(&self, name: &str) -> Option<(u8, Range<usize>)> {
        for (start, _) in name.char_indices() {
            let rest = name.get(start..)?;
            if let Some(length) = sounded(rest, &self.text) {
                let rank = if start == 0 && length == name.len() { 4 } else { 5 };
                return Some((rank, start..start + length));
            }
        }
        None
    }
}

/// How many bytes of a name the letters use up, from its first character on; `None` if they do not fit.
fn sounded(name: &str, letters: &str) -> Option<usize> {
    if letters.is_empty() {
        return Some(0);
    }
    let first = name.chars().next()?;
    let rest = name.get(first.len_utf8()..)?;
    let go_on = |used: usize| {
        let left = letters.get(used..)?;
        sounded(rest, left).map(|length| length + first.len_utf8())
    };
    if first.is_ascii() {
        let same = letters.as_bytes().first() == Some(&(first.to_ascii_lowercase() as u8));
        return if same { go_on(1) } else { None };
    }
    let readings = first.to_pinyin_multi()?;
    for reading in readings {
        let plain = reading.plain();
        if letters.starts_with(plain)
            && let Some(length) = go_on(plain.len())
        {
            return Some(length);
        }
        // While somebody is still typing the last syllable, its beginning is enough.
        if plain.starts_with(letters) {
            return Some(first.len_utf8());
        }
        if letters.as_bytes().first() == plain.as_bytes().first()
            && let Some(length) = go_on(1)
        {
            return Some(length);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matched(name: &str, typed: &str) -> Option<String> {
        let found = Wanted::of(typed).look("x/X1", "X1", &[name])?;
        Some(found.matched.map_or_else(String::new, |range| name[range].to_owned()))
    }

    #[test]
    fn first_letters_and_every_reading_find_a_name() {
        assert_eq!(matched("老水利局家属楼", "slj").as_deref(), Some("水利局"));
        assert_eq!(matched("乐山社区", "lssq").as_deref(), Some("乐山社区"));
        assert_eq!(matched("乐山社区", "yssq").as_deref(), Some("乐山社区"));
        assert_eq!(matched("乐山社区", "leshan").as_deref(), Some("乐山"));
        assert_eq!(matched("东门社区", "dongmsq").as_deref(), Some("东门社区"));
        assert_eq!(matched("东门社区", "don").as_deref(), Some("东"));
        assert_eq!(matched("县直部门09单位", "bm09").as_deref(), Some("部门09"));
        assert_eq!(matched("东门社区", "xyz"), None);
    }

    #[test]
    fn parts_numbers_and_former_names_are_found() {
        assert_eq!(matched("东门社区", "门社").as_deref(), Some("门社"));
        assert_eq!(matched("东门社区", "ｘ１").as_deref(), Some(""), "the number, at full width");
        let found = Wanted::of("旧名").look("x/X1", "X1", &["新名", "旧名"]).unwrap();
        assert_eq!((found.name.as_str(), found.former.as_deref()), ("新名", Some("旧名")));
        assert_eq!(Wanted::of(" ").text, "");
    }

    #[test]
    fn nothing_that_is_typed_makes_it_panic() {
        for typed in ["İ", "ß", "'", "…", "a'b c", "\u{202e}", "ﬃ", "东'm"] {
            for name in ["İstanbul", "STRAßE", "", "东门", "é"] {
                let _ = Wanted::of(typed).look("x/1", "1", &[name]);
            }
        }
    }
}
