//! Each state machine as a table in `matrix/CATEGORY.txt`: every state, every command, both paths.
//!
//! A story leads into each state; each command is tried there with good data. The table is the review of the
//! machine, and a refusal must name exactly the commands that the table shows as allowed.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::county::{self, sample};
use super::{Ledger, Live, Path, Step, Story, expect_file, step};
use crate::domain::command_names;

/// A story's steps, written `stream command`, with the data of [`sample`].
fn told(steps: &[&str]) -> Story {
    let mut story = county::story();
    for line in steps {
        story.tell(&parse(line));
    }
    story
}

fn parse(line: &str) -> Step {
    let (stream, name) = line.split_once(' ').unwrap();
    match name.split_once('=') {
        None => step(stream, name, sample(name)),
        Some((name, data)) => step(stream, name, serde_json::from_str(data).unwrap()),
    }
}

/// What comes of a command in a state: the next state, or the refusal.
fn outcome(story: &Story, stream: &str, name: &str, path: Path) -> String {
    let step = step(stream, name, sample(name)).by(path);
    match story.decide(&step) {
        Ok(decided) => {
            let mut after = story.clone();
            after.apply(&step, &decided);
            format!("→ {}", after.word(stream))
        }
        Err(refused) if refused.code == "state-wrong" => "–".to_owned(),
        Err(refused) => format!("! {}", refused.code),
    }
}

/// Writes the table of one category. `ways` lead into the states: later ones may begin with an earlier one.
fn table(stream: &str, ways: &[(&str, &[&str])]) {
    let category = stream.split('/').next().unwrap();
    let names: Vec<_> =
        command_names().into_iter().filter(|name| name.split('.').next() == Some(category)).collect();
    let mut text = format!(
        "# {category}: what each state allows. → next state; – not in this state (the refusal names what is\n\
         # allowed); ! refused for another reason, with its code. Live: step by step. Ledger: from an old ledger.\n"
    );
    for (state, way) in ways {
        let story = told(way);
        assert_eq!(&story.word(stream), state, "the way into {state}");
        writeln!(text, "\n{state}").unwrap();
        for name in &names {
            let (live, ledger) = (outcome(&story, stream, name, Live), outcome(&story, stream, name, Ledger));
            writeln!(text, "  {name:<32}{live:<28}{ledger}").unwrap();
        }
        if *state != "absent" {
            refusals_name_what_is_allowed(&story, stream, state, &names);
        }
    }
    expect_file(&format!("matrix/{category}.txt"), &text);
}

/// Each refusal because of the state names the stream, the state, the command, and exactly what is allowed.
fn refusals_name_what_is_allowed(story: &Story, stream: &str, state: &str, names: &[&str]) {
    let refused: Vec<_> = names
        .iter()
        .filter_map(|name| story.decide(&step(stream, name, sample(name))).err())
        .filter(|refused| refused.code == "state-wrong" && refused.arg("stream") == Some(stream))
        .collect();
    let not_allowed: BTreeSet<_> = refused.iter().filter_map(|refused| refused.arg("command")).collect();
    // The command that creates the stream is refused for another reason once it exists.
    let creating = |name: &&&str| {
        story.decide(&step(stream, name, sample(name))).is_err_and(|refused| refused.code == "stream-exists")
    };
    let allowed: BTreeSet<_> =
        names.iter().filter(|name| !not_allowed.contains(**name) && !creating(name)).copied().collect();
    for refused in &refused {
        assert_eq!(refused.arg("state"), Some(state), "{refused}");
        let named: BTreeSet<_> = refused.arg("allowed").unwrap().split_whitespace().collect();
        assert_eq!(named, allowed, "{refused}");
    }
}

const AGREEMENT: &[&str] = &["agreement/XY-1 agreement.draft", "commitment/XY-1-1 commitment.add"];
const SIGNING: &[&str] = &["agreement/XY-1 agreement.submit"];
const SIGNED: &[&str] = &[r#"agreement/XY-1 agreement.sign={"units":["P1","D1"]}"#];
const EFFECTIVE: &[&str] = &["agreement/XY-1 agreement.effect"];

fn way(parts: &[&[&'static str]]) -> Vec<&'static str> {
    parts.concat()
}

#[test]
fn agreements() {
    let draft = way(&[AGREEMENT]);
    let signing = way(&[&draft, SIGNING]);
    let signed = way(&[&signing, SIGNED]);
    let effective = way(&[&signed, EFFECTIVE]);
    let suspended = way(&[&effective, &["agreement/XY-1 agreement.suspend"]]);
    let terminated = way(&[&effective, &["agreement/XY-1 agreement.terminate"]]);
    let fulfilled =
        way(&[&effective, &["commitment/XY-1-1 commitment.waive", "agreement/XY-1 agreement.fulfil"]]);
    let voided = way(&[&draft, &["agreement/XY-1 agreement.void"]]);
    table(
        "agreement/XY-1",
        &[
            ("absent", &[]),
            ("draft", &draft),
            ("signing", &signing),
            ("signed", &signed),
            ("effective", &effective),
            ("suspended", &suspended),
            ("terminated", &terminated),
            ("fulfilled", &fulfilled),
            ("voided", &voided),
        ],
    );
}

#[test]
fn commitments() {
    let draft = way(&[&["agreement/XY-1 agreement.draft"]]);
    let open = way(&[AGREEMENT]);
    let in_progress = way(&[&open, &["commitment/XY-1-1 commitment.start"]]);
    let completed = way(&[&in_progress, &["commitment/XY-1-1 commitment.deliver"]]);
    let verified = way(&[&completed, &["commitment/XY-1-1 commitment.verify"]]);
    let waived = way(&[&open, &["commitment/XY-1-1 commitment.waive"]]);
    table(
        "commitment/XY-1-1",
        &[
            ("absent", &draft),
            ("open", &open),
            ("in-progress", &in_progress),
            ("completed", &completed),
            ("verified", &verified),
            ("waived", &waived),
        ],
    );
}

#[test]
fn projects() {
    let proposed = way(&[&["project/XM-1 project.propose"]]);
    let listed = way(&[&proposed, &["project/XM-1 project.list"]]);
    let pending = way(&[&listed, &["project/XM-1 project.claim"]]);
    let claimed = way(&[&pending, &["project/XM-1 project.accept-claim"]]);
    let started = way(&[&claimed, &["project/XM-1 project.start"]]);
    let suspended = way(&[&started, &["project/XM-1 project.suspend"]]);
    let submitted = way(&[&started, &["project/XM-1 project.submit"]]);
    let accepted = way(&[&submitted, &["project/XM-1 project.accept"]]);
    let closed = way(&[&accepted, &["project/XM-1 project.close"]]);
    let cancelled = way(&[&claimed, &["project/XM-1 project.cancel"]]);
    let rejected = way(&[&proposed, &["project/XM-1 project.reject"]]);
    table(
        "project/XM-1",
        &[
            ("absent", &[]),
            ("proposed", &proposed),
            ("listed", &listed),
            ("claim-pending", &pending),
            ("claimed", &claimed),
            ("in-progress", &started),
            ("suspended", &suspended),
            ("awaiting-acceptance", &submitted),
            ("accepted", &accepted),
            ("closed", &closed),
            ("cancelled", &cancelled),
            ("rejected", &rejected),
        ],
    );
}

const PLANNED: &[&str] = &["meeting/HY-1 meeting.schedule"];
const NOTIFIED: &[&str] = &[
    "meeting/HY-1 meeting.call-topics",
    "meeting/HY-1 meeting.freeze-agenda",
    "meeting/HY-1 meeting.notice",
];
const IN_SESSION: &[&str] = &["meeting/HY-1 meeting.open"];

#[test]
fn meetings() {
    let planned = way(&[PLANNED]);
    let collecting = way(&[&planned, &NOTIFIED[..1]]);
    let frozen = way(&[&planned, &NOTIFIED[..2]]);
    let notified = way(&[&planned, NOTIFIED]);
    let postponed = way(&[&notified, &["meeting/HY-1 meeting.postpone"]]);
    let in_session = way(&[&notified, IN_SESSION]);
    let adjourned = way(&[&in_session, &["meeting/HY-1 meeting.adjourn"]]);
    let cancelled = way(&[&planned, &["meeting/HY-1 meeting.cancel"]]);
    let held = way(&[&in_session, &["meeting/HY-1 meeting.hold"]]);
    let draft = way(&[&held, &["meeting/HY-1 meeting.draft-minutes"]]);
    let confirmed = way(&[&draft, &["meeting/HY-1 meeting.confirm-minutes"]]);
    let published = way(&[&confirmed, &["meeting/HY-1 meeting.publish-minutes"]]);
    let archived = way(&[&published, &["meeting/HY-1 meeting.archive"]]);
    table(
        "meeting/HY-1",
        &[
            ("absent", &[]),
            ("planned", &planned),
            ("collecting-topics", &collecting),
            ("agenda-frozen", &frozen),
            ("notified", &notified),
            ("postponed", &postponed),
            ("in-session", &in_session),
            ("adjourned", &adjourned),
            ("cancelled", &cancelled),
            ("held", &held),
            ("minutes-draft", &draft),
            ("minutes-confirmed", &confirmed),
            ("published", &published),
            ("archived", &archived),
        ],
    );
}

/// A meeting in session with an accepted topic on its agenda.
fn topic_in_session() -> Vec<&'static str> {
    way(&[PLANNED, &["topic/YT-1 topic.propose", "topic/YT-1 topic.accept"], NOTIFIED, IN_SESSION])
}

#[test]
fn topics() {
    let base = way(&[PLANNED]);
    let proposed = way(&[&base, &["topic/YT-1 topic.propose"]]);
    let accepted = way(&[
        &base,
        &[
            r#"topic/YT-1 topic.propose={"title":"充电贵","category":"充电贵","proposer":"居委会"}"#,
            "topic/YT-1 topic.accept",
        ],
    ]);
    let placed = topic_in_session();
    let discussed = way(&[&placed, &["topic/YT-1 topic.discuss"]]);
    let decided = way(&[&discussed, &["topic/YT-1 topic.conclude"]]);
    let deferred = way(&[&discussed, &[r#"topic/YT-1 topic.conclude={"outcome":"暂缓"}"#]]);
    let concluded = way(&[&discussed, &[r#"topic/YT-1 topic.conclude={"outcome":"仅通报"}"#]]);
    let rejected = way(&[&proposed, &["topic/YT-1 topic.reject"]]);
    let merged = way(&[&proposed, &["topic/YT-1 topic.merge"]]);
    let withdrawn = way(&[&proposed, &["topic/YT-1 topic.withdraw"]]);
    table(
        "topic/YT-1",
        &[
            ("absent", &base),
            ("proposed", &proposed),
            ("accepted", &accepted),
            ("placed", &placed),
            ("discussed", &discussed),
            ("decided", &decided),
            ("deferred", &deferred),
            ("concluded", &concluded),
            ("rejected", &rejected),
            ("merged", &merged),
            ("withdrawn", &withdrawn),
        ],
    );
}

#[test]
fn decisions() {
    let base = topic_in_session();
    let open = way(&[&base, &["decision/YD-1 decision.record"]]);
    let started = way(&[&open, &["decision/YD-1 decision.start"]]);
    let completed = way(&[&started, &["decision/YD-1 decision.complete"]]);
    let verified = way(&[&completed, &["decision/YD-1 decision.verify"]]);
    let superseded = way(&[&open, &["decision/YD-1 decision.supersede"]]);
    let revoked = way(&[&open, &["decision/YD-1 decision.revoke"]]);
    table(
        "decision/YD-1",
        &[
            ("absent", &base),
            ("open", &open),
            ("in-progress", &started),
            ("completed", &completed),
            ("verified", &verified),
            ("superseded", &superseded),
            ("revoked", &revoked),
        ],
    );
}

#[test]
fn tasks() {
    let open = way(&[&["task/RW-1 task.assign"]]);
    let accepted = way(&[&open, &["task/RW-1 task.accept"]]);
    let declined = way(&[&open, &["task/RW-1 task.decline"]]);
    let started = way(&[&accepted, &["task/RW-1 task.start"]]);
    let completed = way(&[&started, &["task/RW-1 task.report"]]);
    let verified = way(&[&completed, &["task/RW-1 task.verify"]]);
    let closed = way(&[&verified, &["task/RW-1 task.close"]]);
    table(
        "task/RW-1",
        &[
            ("absent", &[]),
            ("open", &open),
            ("accepted", &accepted),
            ("declined", &declined),
            ("in-progress", &started),
            ("completed", &completed),
            ("verified", &verified),
            ("closed", &closed),
        ],
    );
}

#[test]
fn occurrences() {
    let scheduled = way(&[&["occurrence/LH-2 occurrence.schedule"]]);
    let held = way(&[&scheduled, &["occurrence/LH-2 occurrence.hold"]]);
    let confirmed = way(&[&held, &["occurrence/LH-2 occurrence.confirm"]]);
    let cancelled = way(&[&scheduled, &["occurrence/LH-2 occurrence.cancel"]]);
    table(
        "occurrence/LH-2",
        &[
            ("absent", &[]),
            ("scheduled", &scheduled),
            ("held", &held),
            ("confirmed", &confirmed),
            ("cancelled", &cancelled),
        ],
    );
}

#[test]
fn issues() {
    let raised = way(&[&["issue/WT-1 issue.raise"]]);
    let triaged = way(&[&raised, &["issue/WT-1 issue.triage"]]);
    let assigned = way(&[&triaged, &["issue/WT-1 issue.assign"]]);
    let started = way(&[&assigned, &["issue/WT-1 issue.progress"]]);
    let escalated = way(&[&assigned, &["issue/WT-1 issue.escalate"]]);
    let converted = way(&[&escalated, &["issue/WT-1 issue.convert"]]);
    let fixed = way(&[&started, &["issue/WT-1 issue.fix"]]);
    let verified = way(&[&fixed, &["issue/WT-1 issue.verify"]]);
    let closed = way(&[&verified, &["issue/WT-1 issue.close"]]);
    let elsewhere = way(&[&raised, &["issue/WT-1 issue.mark-out-of-scope"]]);
    let merged = way(&[&raised, &["issue/WT-1 issue.merge"]]);
    table(
        "issue/WT-1",
        &[
            ("absent", &[]),
            ("raised", &raised),
            ("triaged", &triaged),
            ("assigned", &assigned),
            ("in-progress", &started),
            ("escalated", &escalated),
            ("converted", &converted),
            ("awaiting-verification", &fixed),
            ("verified", &verified),
            ("closed", &closed),
            ("out-of-scope", &elsewhere),
            ("merged", &merged),
        ],
    );
}

#[test]
fn registry() {
    table("unit/N1", &[("active", &[]), ("dissolved", &["unit/N1 unit.dissolve"])]);
    table("alliance/A1", &[("active", &[]), ("dissolved", &["alliance/A1 alliance.dissolve"])]);
    table("membership/A1-D1", &[("member", &[]), ("left", &["membership/A1-D1 membership.end"])]);
    table("post/G-1", &[("active", &[]), ("abolished", &["post/G-1 post.abolish"])]);
    table("series/DM-6", &[("active", &[]), ("ended", &["series/DM-6 series.end"])]);
}

#[test]
fn obligations() {
    let exempted = way(&[&["obligation/M01-A1-2022-Q2 obligation.exempt"]]);
    let withdrawn = way(&[&exempted, &["obligation/M01-A1-2022-Q2 obligation.withdraw-exemption"]]);
    table(
        "obligation/M01-A1-2022-Q2",
        &[("absent", &[]), ("exempted", &exempted), ("withdrawn", &withdrawn)],
    );
}

#[test]
fn erasures() {
    let asked = way(&[&["erasure/SC-1 erasure.ask"]]);
    let approved = way(&[&asked, &["erasure/SC-1 erasure.approve"]]);
    let refused = way(&[&asked, &["erasure/SC-1 erasure.refuse"]]);
    let executed = way(&[&approved, &["erasure/SC-1 erasure.execute"]]);
    table(
        "erasure/SC-1",
        &[
            ("absent", &[]),
            ("asked", &asked),
            ("approved", &approved),
            ("refused", &refused),
            ("executed", &executed),
        ],
    );
}

const PERIOD: &str = "period/2022-Q1";
const REPORT: &str = "report/2022-Q1";

#[test]
fn periods() {
    let frozen = way(&[&["period/2022-Q1 period.freeze"]]);
    let reopened = way(&[&frozen, &["period/2022-Q1 period.reopen"]]);
    table(PERIOD, &[("absent", &[]), ("frozen", &frozen), ("reopened", &reopened)]);
}

#[test]
fn reports() {
    let frozen = way(&[&["period/2022-Q1 period.freeze"]]);
    let generated = way(&[&frozen, &["report/2022-Q1 report.generate"]]);
    let reviewed = way(&[&generated, &["report/2022-Q1 report.review"]]);
    let approved = way(&[&reviewed, &["report/2022-Q1 report.approve"]]);
    let published = way(&[&approved, &["report/2022-Q1 report.publish"]]);
    table(
        REPORT,
        &[
            ("absent", &frozen),
            ("generated", &generated),
            ("reviewed", &reviewed),
            ("approved", &approved),
            ("published", &published),
        ],
    );
}
