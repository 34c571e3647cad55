//! Whatever is asked in whatever order: no panic, no trace of a refusal, and the same world from stored bytes.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::county::{self, sample};
use super::{Ledger, Live, Step};
use crate::day::Day;
use crate::domain::{Command, command_names};

/// Ids that exist, ids that a run creates, and one that never exists.
const IDS: &[&str] = &[
    "S1",
    "C1",
    "C2",
    "X1",
    "B1",
    "G1",
    "P1",
    "W1",
    "W2",
    "D1",
    "D2",
    "O1",
    "N1",
    "A1",
    "A1-D1",
    "XY-0",
    "XY-1",
    "XY-0-1",
    "XY-1-1",
    "LH-0",
    "LH-1",
    "LH-2",
    "WT-0",
    "WT-1",
    "HY-0",
    "HY-1",
    "HY-0-Y1",
    "YT-0",
    "YT-1",
    "HY-0-J1",
    "YD-1",
    "XM-0",
    "XM-1",
    "RW-1",
    "M01",
    "M01-A1-2022-Q2",
    "LZ-1",
    "DM-6",
    "G-1",
    "2022-DW",
    "无此",
];

/// Texts that no form expects.
const TEXTS: &[&str] = &[
    "",
    " ",
    "、",
    "P1、D1",
    "电话13800001000",
    "2022-06-15",
    "9999-99-99",
    "长期",
    "是",
    "65536",
    "-1",
    "\u{0}",
    "汶上街道",
    "县水务局",
    "已议定",
    "转办",
    "暂缓",
    "联席会议",
    "党建协议",
    "物业企业",
    "issue/WT-0",
];

/// One command in a run: which, on which stream, when, by which path, and what is wrong with its data.
#[derive(Clone, Debug)]
struct Ask {
    command: prop::sample::Index,
    id: prop::sample::Index,
    own: bool,
    day: i32,
    ledger: bool,
    changes: Vec<(prop::sample::Index, prop::sample::Index, bool)>,
}

fn ask() -> impl Strategy<Value = Ask> {
    let change = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), prop::bool::weighted(0.6));
    (
        any::<prop::sample::Index>(),
        any::<prop::sample::Index>(),
        prop::bool::weighted(0.8),
        -400..400i32,
        any::<bool>(),
        vec(change, 0..3),
    )
        .prop_map(|(command, id, own, day, ledger, changes)| Ask {
            command,
            id,
            own,
            day,
            ledger,
            changes,
        })
}

/// The stream on which the good data of a category fit.
fn own_stream(category: &str) -> String {
    let id = match category {
        "agreement" => "XY-1",
        "commitment" => "XY-1-1",
        "project" => "XM-1",
        "meeting" => "HY-1",
        "topic" => "YT-1",
        "decision" => "YD-1",
        "task" => "RW-1",
        "occurrence" => "LH-2",
        "issue" => "WT-1",
        "unit" => "N1",
        "alliance" => "A1",
        "membership" => "A1-D1",
        "document" => "ZL-1",
        "erasure" => "SC-1",
        "period" | "report" => "2022-Q1",
        _ => "NEW",
    };
    format!("{category}/{id}")
}

impl Ask {
    fn step(&self) -> Step {
        let names = command_names();
        let name = names[self.command.index(names.len())];
        let category = name.split('.').next().unwrap();
        let stream = if self.own {
            own_stream(category)
        } else {
            format!("{category}/{}", IDS[self.id.index(IDS.len())])
        };
        let mut data = sample(name);
        for (field, value, known) in &self.changes {
            let Some(object) = data.as_object_mut().filter(|object| !object.is_empty()) else { break };
            let key = object.keys().nth(field.index(object.len())).unwrap().clone();
            let pool = if *known { IDS } else { TEXTS };
            let text = pool[value.index(pool.len())];
            let old = object[&key].clone();
            object[&key] = match old {
                Value::Array(_) if key == "changes" => {
                    json!([{"field": key_of(name, *value), "now": text}])
                }
                Value::Array(_) => json!([text]),
                Value::Number(_) => json!(value.index(70_000)),
                Value::Null if value.index(2) == 0 => json!(null),
                _ => json!(text),
            };
        }
        Step {
            stream,
            name: name.to_owned(),
            data,
            day: "2022-06-06".parse::<Day>().unwrap().plus(self.day),
            path: if self.ledger { Ledger } else { Live },
            post: "测试岗",
        }
    }
}

/// A field that a correction of this category may name.
fn key_of(name: &str, at: prop::sample::Index) -> &'static str {
    use crate::domain::facts::Fields;
    let names: &[&str] = match name.split('.').next().unwrap() {
        "agreement" => crate::domain::agreement::Agreement::NAMES,
        "commitment" => crate::domain::commitment::Commitment::NAMES,
        "project" => crate::domain::project::Project::NAMES,
        "meeting" => crate::domain::meeting::Meeting::NAMES,
        "topic" => crate::domain::topic::Topic::NAMES,
        "decision" => crate::domain::decision::Decision::NAMES,
        "occurrence" => crate::domain::occurrence::Occurrence::NAMES,
        "issue" => crate::domain::issue::Issue::NAMES,
        "membership" => crate::domain::membership::Membership::NAMES,
        "duty" => crate::domain::duty::Duty::NAMES,
        _ => &["name", "community", "kind", "households"],
    };
    names[at.index(names.len())]
}

/// Commands in an order that gets far, so that random ones meet every state.
const WAY: &[&str] = &[
    "agreement.draft",
    "commitment.add",
    "agreement.submit",
    "agreement.sign",
    "meeting.schedule",
    "topic.propose",
    "topic.accept",
    "meeting.call-topics",
    "meeting.freeze-agenda",
    "meeting.notice",
    "meeting.open",
    "decision.record",
    "decision.start",
    "decision.complete",
    "task.assign",
    "task.accept",
    "task.start",
    "project.propose",
    "project.list",
    "project.claim",
    "project.accept-claim",
    "project.start",
    "project.submit",
    "issue.raise",
    "issue.triage",
    "issue.assign",
    "issue.progress",
    "issue.fix",
    "occurrence.schedule",
    "topic.conclude",
    "meeting.hold",
    "meeting.draft-minutes",
    "issue.verify",
    "commitment.start",
    "commitment.deliver",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_commands_in_any_order(asks in vec(ask(), 1..80), way in vec(prop::bool::weighted(0.9), WAY.len())) {
        let mut story = county::story();
        let mut asks = asks.iter().map(Ask::step);
        let good = WAY.iter().zip(way).filter(|(_, taken)| *taken).map(|(name, _)| {
            super::step(&own_stream(name.split('.').next().unwrap()), name, sample(name))
        });
        for good in good {
            for step in asks.by_ref().take(2).chain([good]) {
                one(&mut story, &step)?;
            }
        }
        for step in asks {
            one(&mut story, &step)?;
        }
        prop_assert_eq!(story.replayed(), story.bytes());
    }

    #[test]
    fn a_refused_list_leaves_no_trace(kept in vec(ask(), 0..30), refused in vec(ask(), 1..30)) {
        let mut story = county::story();
        for ask in &kept {
            one(&mut story, &ask.step())?;
        }
        let (before, events) = (story.bytes(), story.events.len());
        story.world.begin();
        for ask in &refused {
            one(&mut story, &ask.step())?;
        }
        story.world.undo();
        story.events.truncate(events);
        prop_assert_eq!(story.bytes(), before);
        prop_assert_eq!(story.replayed(), story.bytes());
    }
}

/// Asks once: malformed data is an error, a refusal has a listed code, an event reads back as itself.
fn one(story: &mut super::Story, step: &Step) -> Result<(), TestCaseError> {
    if Command::from_json(&step.name, step.data.clone()).is_err() {
        return Ok(());
    }
    match story.decide(step) {
        Ok(decided) => {
            let kind = decided.event.kind();
            let bytes = decided.event.encode().unwrap();
            prop_assert_eq!(
                &crate::domain::Event::decode(kind.name, kind.version, &bytes).unwrap(),
                &decided.event
            );
            story.apply(step, &decided);
        }
        Err(refused) => {
            prop_assert!(crate::rejection::CODES.contains(&refused.code), "{}", refused);
        }
    }
    Ok(())
}
