//! What every page has around it: the bar, the navigation of the reader's rights, the foot with the proof line; and
//! problems as pages.

use askama::Template;
use gongjian_core::day::Day;

use super::{Shown, Visit, assets};
use crate::access::{Caller, Right};
use crate::error::Problem;
use crate::messages::{Language, Text};

/// Letters of a digest that a reader compares.
const DIGEST_SHOWN: usize = 12;

/// An entry of the navigation: its path, its message, and who sees it. An entry without a path is a heading.
struct Entry(&'static str, &'static str, Right);

const NAVIGATION: &[Entry] = &[
    Entry("/", "page-home", Right::Own),
    Entry("", "nav-registers", Right::Read),
    Entry("/agreements", "page-agreements", Right::Read),
    Entry("/projects", "page-projects", Right::Read),
    Entry("/meetings", "page-meetings", Right::Read),
    Entry("/decisions", "page-decisions", Right::Read),
    Entry("/wednesday", "page-wednesday", Right::Read),
    Entry("/issues", "page-issues", Right::Read),
    Entry("", "nav-inspection", Right::Read),
    Entry("/obligations", "page-obligations", Right::Read),
    Entry("/findings", "page-findings", Right::Read),
    Entry("/verify", "page-verify", Right::Own),
    Entry("/events", "page-events", Right::Log),
    Entry("/reports", "page-reports", Right::Reports),
    Entry("", "nav-material", Right::Read),
    Entry("/registry", "page-registry", Right::Read),
    Entry("/rules", "page-rules", Right::Read),
    Entry("/documents", "page-documents", Right::Read),
    Entry("/import", "page-import", Right::Record),
    Entry("", "nav-administration", Right::Own),
    Entry("/accounts", "page-accounts", Right::Accounts),
    Entry("/audit", "page-audit", Right::Looks),
    Entry("/erasure", "page-erasure", Right::Erase),
    Entry("/status", "page-status", Right::Own),
];

/// A shown entry.
pub(crate) struct Link {
    /// Where it leads; empty for a heading.
    pub(crate) path: &'static str,
    /// What it says.
    pub(crate) words: String,
    /// The page is within it.
    pub(crate) here: bool,
}

/// The frame of one page.
pub(crate) struct Frame {
    /// Words in the reader's language.
    pub(crate) t: Text,
    /// The page's title.
    pub(crate) title: String,
    /// The navigation.
    pub(crate) navigation: Vec<Link>,
    /// Who is signed in, as the bar says it.
    pub(crate) who: Option<String>,
    /// For hidden fields; empty where there is no session.
    pub(crate) csrf: String,
    /// The last record that the page knows, and the beginning of its digest.
    pub(crate) head: Option<(u64, String)>,
    /// The page shows the ledger of an earlier time; nothing can be recorded from it.
    pub(crate) as_of: Option<String>,
    /// What was just recorded.
    pub(crate) done: Option<u64>,
    /// The same page in the other language.
    pub(crate) other_language: String,
    /// The page's address, to come back to.
    pub(crate) place: String,
    /// The local day.
    pub(crate) today: Day,
    /// The form has faults; the title says so first.
    pub(crate) faulty: bool,
    /// Large letters.
    pub(crate) big: bool,
    /// Wide tables are printed across.
    pub(crate) wide: bool,
    /// Page that refreshes itself while others write.
    pub(crate) live: bool,
}

impl Frame {
    /// The frame for a visit.
    pub(crate) fn of(visit: &Visit, title: String) -> Frame {
        let t = visit.text;
        let other = if t.language() == Language::Chinese { "en" } else { "zh" };
        let last = visit.asked().unwrap_or_default().last;
        let head = last.or_else(|| visit.app().head().size.checked_sub(1));
        let digest = |at| {
            let whole = crate::http::lists::digest_at(visit.app(), Some(at)).unwrap_or_default();
            whole.get(..DIGEST_SHOWN).unwrap_or_default().to_owned()
        };
        Frame {
            t,
            title,
            navigation: navigation(&visit.caller, &visit.path, t),
            who: visit.caller.who().map(|who| who.post.clone()),
            csrf: visit.caller.who().map(|who| who.csrf.clone()).unwrap_or_default(),
            head: head.map(|at| (at, digest(at))),
            as_of: last.map(|_| visit.query.get("as-of").to_owned()),
            done: visit.query.get("done").parse().ok(),
            other_language: visit.query.link(&visit.path, &[("lang", other)]),
            place: visit.query.link(&visit.path, &[("lang", ""), ("done", "")]),
            today: visit.app().today(),
            faulty: false,
            big: super::me::is_big(visit),
            wide: false,
            live: false,
        }
    }

    /// A table that is printed across the page.
    pub(crate) fn wide(mut self) -> Frame {
        self.wide = true;
        self
    }

    /// A page that says when others recorded something meanwhile; a page of an earlier time never does.
    pub(crate) fn live(mut self) -> Frame {
        self.live = self.as_of.is_none();
        self
    }

    /// A word or sentence.
    pub(crate) fn say(&self, key: &str) -> String {
        self.t.plain(key)
    }

    /// A sentence with one value in it.
    pub(crate) fn with(&self, key: &str, name: &str, value: impl std::fmt::Display) -> String {
        self.t.get(key, &[(name, &value.to_string())])
    }

    /// A sentence with two values in it.
    pub(crate) fn with2(
        &self,
        key: &str,
        name: &str,
        value: impl std::fmt::Display,
        name2: &str,
        value2: impl std::fmt::Display,
    ) -> String {
        self.t.get(key, &[(name, &value.to_string()), (name2, &value2.to_string())])
    }

    /// A day as offices write it.
    pub(crate) fn day(&self, day: &Day) -> String {
        self.t.day(*day)
    }

    /// Where an asset is.
    pub(crate) fn asset(&self, name: &str) -> &'static str {
        assets::path(name)
    }

    /// The language's tag.
    pub(crate) fn lang(&self) -> &'static str {
        self.t.language().tag()
    }
}

fn navigation(caller: &Caller, path: &str, text: Text) -> Vec<Link> {
    let mut links: Vec<Link> = Vec::new();
    for Entry(to, message, needs) in NAVIGATION {
        if !caller.may(*needs) || matches!(caller, Caller::Nobody) {
            continue;
        }
        // A heading under which nothing stands is not shown.
        if to.is_empty() && links.last().is_some_and(|link| link.path.is_empty()) {
            links.pop();
        }
        let within = path.strip_prefix(to).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let here = if *to == "/" { path == "/" } else { within && !to.is_empty() };
        links.push(Link { path: to, words: text.plain(message), here });
    }
    links
}

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage<'p> {
    frame: Frame,
    detail: String,
    code: &'p str,
    /// The visitor must sign in first.
    signs_in: bool,
}

/// A problem as a page.
///
/// # Errors
/// `internal` if the template cannot be rendered.
pub(super) fn problem(visit: &Visit, problem: &Problem) -> Result<Shown, Problem> {
    let t = visit.text;
    let page = ProblemPage {
        frame: visit.frame(problem.title(t)),
        detail: problem.detail(t),
        code: problem.code,
        signs_in: problem.code == "sign-in-needed",
    };
    Shown::with(problem.status, &page)
}
