//! What an inspector asks about (核查发现): each with how much it weighs, the rule it breaks and since when.

use askama::Template;
use gongjian_core::day::{Day, Quarter};
use gongjian_projections::findings::{Code, Finding, Severity};
use gongjian_projections::lists::Query;
use serde_json::Value;

use super::super::cells::{Cell, encoded, place};
use super::super::{Frame, Seen, Shown, Visit};
use super::{light, linked, record_link, trail_link, with_days};
use crate::app::Asked;
use crate::error::Problem;
use crate::messages::Text;
use crate::output::lists::finding as said;

/// Rows of a page.
const ROWS: usize = 50;
/// Rows of a file.
const ROWS_OF_A_FILE: usize = 100_000;

/// A choice: value, words, chosen.
type Choice = (String, String, bool);

struct Row {
    severity: Cell,
    code: Cell,
    what: Cell,
    said: String,
    rule: Cell,
    since: String,
    community: Cell,
    record: Cell,
    trail: String,
}

#[derive(Template)]
#[template(path = "findings.html")]
struct FindingsPage {
    frame: Frame,
    severities: Vec<Choice>,
    codes: Vec<Choice>,
    communities: Vec<Choice>,
    quarters: Vec<Choice>,
    words: String,
    counts: Vec<(Cell, String)>,
    rows: Vec<Row>,
    total: usize,
    filtered: bool,
    next: String,
    first: bool,
    export: String,
}

/// The filters of the address.
struct Wanted {
    severity: Option<Severity>,
    code: Option<Code>,
    community: Option<String>,
    quarter: Option<Quarter>,
    words: String,
}

fn wanted(visit: &Visit) -> Result<Wanted, Problem> {
    let query = |name: &str| Some(visit.query.get(name)).filter(|given| !given.is_empty());
    let severity = query("severity").map(|given| {
        let known = || Severity::ALL.iter().map(|it| it.word().to_owned()).collect();
        let found = Severity::ALL.iter().copied().find(|it| it.word() == given);
        found.ok_or_else(|| Problem::unknown_word("severity", given, known()))
    });
    let code = query("code").map(|given| {
        let known = || Code::ALL.iter().map(|it| it.word().to_owned()).collect();
        let found = Code::ALL.iter().copied().find(|it| it.word() == given);
        found.ok_or_else(|| Problem::unknown_word("code", given, known()).with("list", "findings"))
    });
    let quarter = query("quarter")
        .map(|given| given.parse().map_err(|_| Problem::unreadable("quarter", given, "2022-Q2")));
    Ok(Wanted {
        severity: severity.transpose()?,
        code: code.transpose()?,
        community: query("community").map(str::to_owned),
        quarter: quarter.transpose()?,
        words: visit.query.get("contains").to_owned(),
    })
}

/// The page, or the same as a file.
pub(crate) fn list(visit: &Visit) -> Seen {
    let t = visit.text;
    let asked = visit.asked()?;
    let wanted = wanted(visit)?;
    let all = visit.app().findings(asked)?;
    let passing: Vec<&Finding> = {
        let views = visit.app().views_as_of(asked.last)?;
        let within = |finding: &&Finding| {
            wanted.severity.is_none_or(|it| it == finding.severity)
                && wanted.code.is_none_or(|it| it == finding.code)
                && wanted.quarter.is_none_or(|it| it == finding.day.quarter())
                && wanted
                    .community
                    .as_deref()
                    .is_none_or(|it| finding.communities(&views).any(|code| code == it))
        };
        all.iter().filter(within).collect()
    };
    let holds = |item: &Value| {
        wanted.words.is_empty()
            || said(item, t).contains(&wanted.words)
            || item["stream"].as_str().is_some_and(|it| it.contains(&wanted.words))
    };
    let export = visit.query.get("format");
    let skip: usize = visit.query.get("cursor").parse().unwrap_or(0);
    let limit = if export.is_empty() { ROWS } else { ROWS_OF_A_FILE };
    let mut items = Vec::new();
    let mut total = 0;
    for finding in &passing {
        // Without words nothing needs to be read but what is shown.
        let shown = total >= skip && items.len() < limit;
        if !shown && wanted.words.is_empty() {
            total += 1;
            continue;
        }
        let item = visit.app().finding_shown(finding, asked)?;
        if !holds(&item) {
            continue;
        }
        if shown {
            items.push(item);
        }
        total += 1;
    }
    match export {
        "" => {}
        "csv" => {
            let bytes = crate::output::csv::write(&crate::output::lists::rows("findings", &items, t));
            return Ok(Shown::File { media: crate::output::csv::MEDIA, name: name(visit, "csv"), bytes });
        }
        "json" => {
            let bytes = serde_json::to_vec(&items).map_err(|error| Problem::internal(&error))?;
            return Ok(Shown::File { media: "application/json", name: name(visit, "json"), bytes });
        }
        given => return Err(Problem::unreadable("format", given, "csv, json")),
    }
    let next = skip + items.len();
    let link = |changed: &[(&str, &str)]| visit.query.link("/findings", changed);
    let quarters = visit.app().quarters()?;
    let page = FindingsPage {
        frame: visit.frame(t.plain("page-findings")).wide(),
        severities: Severity::ALL
            .iter()
            .map(|it| (it.word().to_owned(), t.word("severity", it.word()), wanted.severity == Some(*it)))
            .collect(),
        codes: Code::ALL
            .iter()
            .map(|it| (it.word().to_owned(), t.word("finding-title", it.word()), wanted.code == Some(*it)))
            .collect(),
        communities: communities(visit, wanted.community.as_deref())?,
        quarters: quarters
            .iter()
            .map(|it| (it.to_string(), super::reports::label(*it, t), wanted.quarter == Some(*it)))
            .collect(),
        counts: counts(visit, &all),
        rows: items.iter().map(|item| row(item, t)).collect(),
        filtered: wanted.severity.is_some()
            || wanted.code.is_some()
            || wanted.community.is_some()
            || wanted.quarter.is_some()
            || !wanted.words.is_empty(),
        words: wanted.words,
        total,
        next: if next < total {
            let link = link(&[]);
            format!("{link}{}cursor={next}", if link.contains('?') { '&' } else { '?' })
        } else {
            String::new()
        },
        first: skip == 0,
        export: link(&[("format", "csv")]),
    };
    Shown::page(&page)
}

fn name(visit: &Visit, ending: &str) -> Option<String> {
    let day = visit.app().today().to_string().replace('-', "");
    let last = visit.app().head().size.saturating_sub(1);
    Some(format!("{}_{day}_{last}.{ending}", visit.text.plain("page-findings")))
}

/// How many there are of each weight.
fn counts(visit: &Visit, all: &[Finding]) -> Vec<(Cell, String)> {
    let t = visit.text;
    let count = |severity: &Severity| {
        let count = all.iter().filter(|finding| finding.severity == *severity).count();
        let words = t.get(
            "findings-count",
            &[("severity", &t.word("severity", severity.word())), ("count", &count.to_string())],
        );
        let (look, shape) = look(severity.word());
        (light(look, shape, words), visit.query.link("/findings", &[("severity", severity.word())]))
    };
    Severity::ALL.iter().map(count).collect()
}

fn look(severity: &str) -> (&'static str, &'static str) {
    match severity {
        "serious" => ("bad", "◆"),
        "attention" => ("warn", "▲"),
        _ => ("mute", "○"),
    }
}

fn communities(visit: &Visit, chosen: Option<&str>) -> Result<Vec<Choice>, Problem> {
    let query = Query { limit: 1_000, ..Query::on(visit.app().today()) };
    let page = visit.app().list("communities", &query, Asked::default())?;
    let choice = |item: &Value| {
        let text = |name: &str| item[name].as_str().unwrap_or_default().to_owned();
        let here = chosen == Some(&text("id"));
        (text("id"), text("name"), here)
    };
    Ok(page.rows.iter().map(choice).collect())
}

fn row(item: &Value, t: Text) -> Row {
    let text = |name: &str| item[name].as_str().unwrap_or_default();
    let severity = text("severity");
    let (severity_look, shape) = look(severity);
    let stream = text("stream");
    let rule = item["args"]["rule"].as_str().unwrap_or_default();
    let rule_id = rule.split('@').next().unwrap_or_default();
    let community = text("community");
    let name = item["communityName"].as_str().unwrap_or(community);
    let position = item["position"].as_u64();
    Row {
        severity: light(severity_look, shape, t.word("severity", severity)),
        code: linked(t.word("finding-title", text("code")), format!("/findings?code={}", text("code"))),
        what: linked(
            stream.split('/').nth(1).unwrap_or(stream),
            place(stream).unwrap_or_else(|| trail_link(stream)),
        ),
        said: with_days(&said(item, t), t),
        rule: linked(
            rule,
            if rule.is_empty() { String::new() } else { format!("/rules/{}", encoded(rule_id)) },
        ),
        since: text("day").parse::<Day>().map(|day| t.day(day)).unwrap_or_default(),
        community: linked(
            name,
            place(&format!("community/{community}")).filter(|_| !community.is_empty()).unwrap_or_default(),
        ),
        record: position.map(|at| linked(at.to_string(), record_link(at))).unwrap_or_default(),
        trail: trail_link(stream),
    }
}
