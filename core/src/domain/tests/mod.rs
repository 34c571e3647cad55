//! The rules as given–when–then: what must have happened, what is asked for, and the event or the refusal.
//!
//! [`check`] is the only function that knows how to ask the domain. [`county`] is the small county in which
//! every story begins; [`matrix`] writes each state machine as a table into `matrix/*.txt`.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

mod agreement;
mod codes;
pub(crate) use codes::sources;
mod commitment;
mod county;
mod decision;
mod matrix;
mod meeting;
mod messages;
mod obligation;
mod period;
mod project;
mod properties;
mod registry;
mod report;
mod rule;
mod task;
mod topic;
mod vault;
mod wednesday;

use serde_json::{Value, json};

use super::category::{Context, Path};
use super::facts::At;
use super::{Command, Decided, Event, World};
use crate::codec;
use crate::day::Day;
use crate::rejection::Rejection;

pub use Path::{Ledger, Live};

/// Nothing is entered after this day.
pub const TODAY: &str = "2022-12-31";
/// The day on which what does not name another happens; a Monday.
pub const DAY: &str = "2022-06-06";

/// A command on a stream, on a day, by one of the two paths.
#[derive(Clone, Debug)]
pub struct Step {
    pub stream: String,
    pub name: String,
    pub data: Value,
    pub day: Day,
    pub path: Path,
    pub post: &'static str,
}

/// A live command of [`DAY`]. Who asks for an erasure is not who decides, and each step of a report has a post of
/// its own.
pub fn step(stream: &str, name: &str, data: Value) -> Step {
    let post = match name {
        "erasure.ask" => "申请岗",
        "period.freeze" | "report.generate" => "统计岗",
        "report.review" => "审核岗",
        "report.approve" => "审批岗",
        _ => "测试岗",
    };
    let (stream, name) = (stream.to_owned(), name.to_owned());
    Step { stream, name, data, day: DAY.parse().unwrap(), path: Live, post }
}

impl Step {
    pub fn on(mut self, day: &str) -> Step {
        self.day = day.parse().unwrap();
        self
    }

    pub fn of_post(mut self, post: &'static str) -> Step {
        self.post = post;
        self
    }

    pub fn by(mut self, path: Path) -> Step {
        self.path = path;
        self
    }
}

/// An event as it is applied: what a log would hold of it.
#[derive(Clone, Debug)]
pub struct Recorded {
    pub stream: String,
    pub revision: u64,
    pub trail: String,
    pub kind: &'static str,
    pub version: u16,
    pub payload: Vec<u8>,
    pub at: At,
}

/// A world and the events that made it.
#[derive(Clone, Default)]
pub struct Story {
    pub world: World,
    pub events: Vec<Recorded>,
}

impl Story {
    pub fn decide(&self, step: &Step) -> Result<Decided, Rejection> {
        let command = Command::from_json(&step.name, step.data.clone()).unwrap();
        let context =
            Context { today: TODAY.parse().unwrap(), occurred: step.day, path: step.path, actor: step.post };
        self.world.decide(&context, &step.stream, &command)
    }

    /// Folds a decision in, as the writer does after it was stored.
    pub fn apply(&mut self, step: &Step, decided: &Decided) {
        let position = self.events.len() as u64;
        let kind = decided.event.kind();
        let recorded = Recorded {
            stream: step.stream.clone(),
            revision: self.world.revision(&step.stream).map_or(0, |revision| revision + 1),
            trail: decided.trail.clone(),
            kind: kind.name,
            version: kind.version,
            payload: decided.event.encode().unwrap(),
            at: At {
                position,
                recorded_at: 1_000_000 * i64::try_from(position).unwrap(),
                occurred: step.day,
            },
        };
        self.world.apply(&recorded.stream, recorded.revision, &recorded.trail, &decided.event, &recorded.at);
        self.events.push(recorded);
    }

    /// A step that must be accepted.
    pub fn tell(&mut self, step: &Step) -> Decided {
        let decided = self.decide(step).unwrap_or_else(|refused| panic!("{step:?} was refused: {refused}"));
        self.apply(step, &decided);
        decided
    }

    /// The world as bytes: two equal worlds have equal ones.
    pub fn bytes(&self) -> Vec<u8> {
        codec::encode_snapshot(&self.world).unwrap()
    }

    /// The same world, folded from the stored bytes of its events.
    pub fn replayed(&self) -> Vec<u8> {
        let mut world = World::default();
        for event in &self.events {
            let read = Event::decode(event.kind, event.version, &event.payload).unwrap();
            world.apply(&event.stream, event.revision, &event.trail, &read, &event.at);
        }
        codec::encode_snapshot(&world).unwrap()
    }

    /// The word for where a stream stands.
    pub fn word(&self, stream: &str) -> String {
        use super::category::Category as _;
        let (category, id) = stream.split_once('/').unwrap();
        let world = &self.world;
        let word = match category {
            "agreement" => world.agreement.get(id).map(|state| state.word()),
            "commitment" => world.commitment.get(id).map(|state| state.word()),
            "project" => world.project.get(id).map(|state| state.word()),
            "meeting" => world.meeting.get(id).map(|state| state.word()),
            "topic" => world.topic.get(id).map(|state| state.word()),
            "decision" => world.decision.get(id).map(|state| state.word()),
            "task" => world.task.get(id).map(|state| state.word()),
            "occurrence" => world.occurrence.get(id).map(|state| state.word()),
            "issue" => world.issue.get(id).map(|state| state.word()),
            "unit" => world.unit.get(id).map(|state| state.word()),
            "alliance" => world.alliance.get(id).map(|state| state.word()),
            "membership" => world.membership.get(id).map(|state| state.word()),
            "post" => world.post.get(id).map(|state| state.word()),
            "series" => world.series.get(id).map(|state| state.word()),
            "obligation" => world.obligation.get(id).map(|state| state.word()),
            "erasure" => world.erasure.get(id).map(|state| state.word()),
            "period" => world.period.get(id).map(|state| state.word()),
            "report" => world.report.get(id).map(|state| state.word()),
            other => panic!("{other} has no state machine"),
        };
        word.unwrap_or("absent").to_owned()
    }
}

/// What should come of it.
pub enum Then<'a> {
    /// This kind of event, with at least these fields.
    Event(&'a str, Value),
    /// This code, with at least these arguments.
    Refused(&'a str, &'a [(&'a str, &'a str)]),
}

pub use Then::{Event as Accepted, Refused};

/// Given these steps after those of the county, when this one is asked for, then that comes of it.
pub fn check(given: &[Step], when: Step, then: Then<'_>) -> Story {
    let mut story = county::story();
    for step in given {
        story.tell(step);
    }
    let before = story.bytes();
    match (story.decide(&when), then) {
        (Ok(decided), Then::Event(kind, fields)) => {
            assert_eq!(decided.event.kind().name, kind, "{when:?}");
            let data = payload(&decided.event);
            for (name, value) in fields.as_object().unwrap() {
                assert_eq!(data.get(name), Some(value), "field {name} of {data} after {when:?}");
            }
            // What is begun can be undone without a trace, and what is stored folds to the same world.
            story.world.begin();
            let events = story.events.len();
            story.apply(&when, &decided);
            let after = story.bytes();
            assert_eq!(story.replayed(), after, "{when:?}");
            story.world.undo();
            assert_eq!(story.bytes(), before, "undone: {when:?}");
            story.events.truncate(events);
            story.apply(&when, &decided);
            assert_eq!(story.bytes(), after, "done again: {when:?}");
        }
        (Err(refused), Then::Refused(code, args)) => {
            assert_eq!(refused.code, code, "{refused} for {when:?}");
            for (name, value) in args {
                assert_eq!(refused.arg(name), Some(*value), "argument {name} of {refused} for {when:?}");
            }
            assert_eq!(story.bytes(), before);
        }
        (Ok(decided), Then::Refused(code, _)) => {
            panic!("{code} expected, {:?} came of {when:?}", decided.event)
        }
        (Err(refused), Then::Event(kind, _)) => panic!("{kind} expected, {refused} came of {when:?}"),
    }
    story
}

/// The payload as the JSON that events show.
pub fn payload(event: &Event) -> Value {
    let fields: Vec<_> =
        (event.kind().fields)().into_iter().map(|field| (field.name.to_owned(), field.kind)).collect();
    crate::schema::to_json(&fields, &event.encode().unwrap()).unwrap()
}

/// A correction of one field.
pub fn correct(stream: &str, field: &str, now: &str) -> Step {
    let category = stream.split('/').next().unwrap();
    let data = json!({"changes": [{"field": field, "now": now}], "reason": "录入有误"});
    step(stream, &format!("{category}.correct"), data)
}

/// A correction that is accepted shows both values.
pub fn check_corrected(given: &[Step], stream: &str, field: &str, was: &str, now: &str) -> Story {
    let category = stream.split('/').next().unwrap();
    let changes = json!({"changes": [{"field": field, "was": was, "now": now}]});
    check(given, correct(stream, field, now), Accepted(&format!("{category}.corrected"), changes))
}

/// What every correction is refused for, whatever it corrects.
pub fn check_corrections(given: &[Step], stream: &str, field: &str, now: &str) {
    let category = stream.split('/').next().unwrap();
    let name = format!("{category}.correct");
    let plain = |data| step(stream, &name, data);
    check(given, plain(json!({"changes": [], "reason": "误"})), Refused("correction-empty", &[]));
    let change = json!([{"field": field, "now": now}]);
    check(
        given,
        plain(json!({"changes": change, "reason": " "})),
        Refused("field-empty", &[("field", "reason")]),
    );
    check(given, correct(stream, "nonsense", "x"), Refused("correction-field", &[("field", "nonsense")]));
    let story =
        check(given, correct(stream, field, now), Accepted(&format!("{category}.corrected"), json!({})));
    // Nothing is left to correct: the values are the same now.
    assert_eq!(story.decide(&correct(stream, field, now)).unwrap_err().code, "correction-same");
}

/// A text file beside the tests; `UPDATE_EXPECT=1` writes it.
pub fn expect_file(name: &str, actual: &str) {
    let path = format!("{}/src/domain/tests/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, actual).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(actual, expected, "{path} differs; UPDATE_EXPECT=1 writes it");
}
