//! Is the machine well (运行状况), what is this (关于), and how is it filled in (填表说明).

use askama::Template;
use gongjian_core::day::Day;

use super::super::cells::Cell;
use super::super::{Frame, Seen, Shown, Visit};
use super::{grouped, light, linked, moment};
use crate::access::Right;
use crate::error::Problem;
use crate::messages::Text;

/// Topics of the help page, each a message of its own.
const HELP: &[&str] =
    &["days", "units", "errors", "corrections", "late", "excel", "verify", "reports", "keys", "people"];
/// Words of the glossary.
const GLOSSARY: &[&str] = &[
    "record",
    "position",
    "digest",
    "checkpoint",
    "witness",
    "assurance",
    "late",
    "corrected",
    "absent",
    "verified",
    "finding",
    "rule",
    "frozen",
];
/// Free space under which somebody should look, in parts of a hundred.
const SPACE_MIN: u64 = 10;

struct Line {
    name: String,
    light: Cell,
    said: String,
}

#[derive(Template)]
#[template(path = "status.html")]
struct StatusPage {
    frame: Frame,
    lines: Vec<Line>,
    links: bool,
}

/// How the machine is.
pub(crate) fn status(visit: &Visit) -> Seen {
    let t = visit.text;
    let lines = vec![
        taking(visit)?,
        head(visit),
        checkpoint(visit),
        witnesses(visit),
        verified(visit),
        disk(visit),
        snapshots(visit),
        running(visit),
    ];
    let page = StatusPage {
        frame: visit.frame(t.plain("page-status")),
        lines,
        links: visit.caller.may(Right::System),
    };
    Shown::page(&page)
}

fn line(t: Text, name: &str, light: Cell, said: String) -> Line {
    Line { name: t.plain(name), light, said }
}

fn fine(t: Text) -> Cell {
    light("ok", "●", t.plain("status-fine"))
}

/// Whether commands are taken.
fn taking(visit: &Visit) -> Result<Line, Problem> {
    let t = visit.text;
    if visit.app().verification_under_way().is_some() {
        // The writer is at work on it and would answer when that is done.
        return Ok(line(
            t,
            "status-taking",
            light("info", "◐", t.plain("status-busy")),
            t.plain("verify-busy"),
        ));
    }
    let trouble = visit.app().with_writer(|writer| writer.trouble())?;
    Ok(match trouble {
        None => line(t, "status-taking", fine(t), t.plain("status-taking-said")),
        Some(refused) => {
            let said = Problem::from(refused).detail(t);
            line(t, "status-taking", light("bad", "◆", t.plain("status-closed")), said)
        }
    })
}

fn head(visit: &Visit) -> Line {
    let t = visit.text;
    let head = visit.app().head();
    let (count, at) = (grouped(head.size), moment(head.recorded_at, t));
    let said = t.get("status-head-said", &[("count", &count), ("at", &at)]);
    line(t, "status-head", fine(t), said)
}

fn checkpoint(visit: &Visit) -> Line {
    let t = visit.text;
    match visit.app().checkpoint(false) {
        Ok(signed) => {
            let size = signed.checkpoint().size();
            let behind = visit.app().head().size.saturating_sub(size);
            let args = [("size", grouped(size)), ("behind", grouped(behind))];
            let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
            line(t, "status-checkpoint", fine(t), t.get("status-checkpoint-said", &args))
        }
        Err(_) => line(
            t,
            "status-checkpoint",
            light("warn", "▲", t.plain("status-look")),
            t.plain("verify-signature-none"),
        ),
    }
}

fn witnesses(visit: &Visit) -> Line {
    let t = visit.text;
    if !visit.app().has_witnesses() {
        let none = light("mute", "–", t.plain("verify-witnesses-none"));
        return line(t, "verify-witnesses", none, t.plain("verify-witnesses-none-said"));
    }
    let tail = visit.app().unwitnessed();
    let args = [("tail", grouped(tail))];
    let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
    if tail == 0 {
        return line(t, "verify-witnesses", fine(t), t.plain("verify-witnesses-all-said"));
    }
    let look = light("warn", "▲", t.plain("status-look"));
    line(t, "verify-witnesses", look, t.get("verify-witnesses-tail-said", &args))
}

fn verified(visit: &Visit) -> Line {
    let t = visit.text;
    match visit.app().last_verification() {
        None => line(
            t,
            "status-verified",
            light("mute", "–", t.plain("proof-unchecked")),
            t.plain("verify-not-yet"),
        ),
        Some(last) => {
            let seconds = format!("{:.1}", last.took.as_secs_f64());
            let said = t.get("verify-when", &[("at", &moment(last.at, t)), ("seconds", &seconds)]);
            let sound = last.found.is_sound();
            let shown = if sound { fine(t) } else { light("bad", "◆", t.plain("proof-wrong")) };
            line(t, "status-verified", shown, said)
        }
    }
}

/// Mebibytes or gibibytes.
fn size(bytes: u64) -> String {
    let mebibytes = bytes >> 20;
    if mebibytes < 10_240 {
        format!("{} MiB", grouped(mebibytes))
    } else {
        format!("{} GiB", grouped(mebibytes >> 10))
    }
}

fn disk(visit: &Visit) -> Line {
    let t = visit.text;
    let space = visit
        .app()
        .dir()
        .and_then(|dir| Some((fs2::available_space(dir).ok()?, fs2::total_space(dir).ok()?)));
    let Some((free, all)) = space else {
        return line(
            t,
            "status-disk",
            light("mute", "–", t.plain("proof-unchecked")),
            t.plain("status-disk-none"),
        );
    };
    let enough = free.saturating_mul(100) >= all.saturating_mul(SPACE_MIN);
    let shown = if enough { fine(t) } else { light("warn", "▲", t.plain("status-look")) };
    line(t, "status-disk", shown, t.get("status-disk-said", &[("free", &size(free)), ("all", &size(all))]))
}

/// Snapshots, which make opening fast and can be made again.
fn snapshots(visit: &Visit) -> Line {
    let t = visit.text;
    let entries = visit.app().dir().and_then(|dir| std::fs::read_dir(dir.join("snapshots")).ok());
    let times: Vec<i64> = entries
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let time = entry.metadata().ok()?.modified().ok()?;
            let since = time.duration_since(std::time::UNIX_EPOCH).ok()?;
            i64::try_from(since.as_micros()).ok()
        })
        .collect();
    match times.iter().max() {
        None => line(
            t,
            "status-snapshots",
            light("mute", "–", t.plain("status-none")),
            t.plain("status-snapshots-none"),
        ),
        Some(newest) => {
            let args = [("count", times.len().to_string()), ("at", moment(*newest, t))];
            let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
            line(t, "status-snapshots", fine(t), t.get("status-snapshots-said", &args))
        }
    }
}

fn running(visit: &Visit) -> Line {
    let t = visit.text;
    let (opening, up) = visit.app().times();
    let args = [
        ("version", env!("CARGO_PKG_VERSION").to_owned()),
        ("opening", format!("{:.2}", opening.as_secs_f64())),
        ("hours", (up.as_secs() / 3600).to_string()),
        ("minutes", (up.as_secs() / 60 % 60).to_string()),
    ];
    let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
    line(t, "status-running", fine(t), t.get("status-running-said", &args))
}

#[derive(Template)]
#[template(path = "about.html")]
struct AboutPage {
    frame: Frame,
    facts: Vec<(String, Cell)>,
    key: String,
}

/// What this is.
pub(crate) fn about(visit: &Visit) -> Seen {
    let t = visit.text;
    let origin = visit.app().origin()?.unwrap_or_default();
    let opened = visit.app().first_recorded().map(|day: Day| t.day(day)).unwrap_or_default();
    let facts = vec![
        (t.plain("about-version"), Cell::words(format!("gongjian {}", env!("CARGO_PKG_VERSION")))),
        (t.plain("about-license"), Cell::words(env!("CARGO_PKG_LICENSE"))),
        (t.plain("field-origin"), Cell::words(origin)),
        (t.plain("about-opened"), Cell::words(opened)),
        (t.plain("about-interface"), linked(t.plain("page-docs"), "/docs")),
    ];
    let key = super::verify::own_key(visit).map(|key| key.to_string()).unwrap_or_default();
    Shown::page(&AboutPage { frame: visit.frame(t.plain("page-about")), facts, key })
}

#[derive(Template)]
#[template(path = "help.html")]
struct HelpPage {
    frame: Frame,
    topics: Vec<(&'static str, String, String)>,
    words: Vec<(String, String)>,
}

/// How everything is filled in, and what the words mean.
pub(crate) fn help(visit: &Visit) -> Seen {
    let t = visit.text;
    let topic = |name: &&'static str| {
        (*name, t.plain(&format!("help-{name}")), t.plain(&format!("help-{name}-said")))
    };
    let word =
        |name: &&str| (t.plain(&format!("glossary-{name}")), t.plain(&format!("glossary-{name}-said")));
    Shown::page(&HelpPage {
        frame: visit.frame(t.plain("page-help")),
        topics: HELP.iter().map(topic).collect(),
        words: GLOSSARY.iter().map(word).collect(),
    })
}
