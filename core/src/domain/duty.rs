//! Duties done (履职记录): what a rule wants done and what has no event of its own, such as a visit to a
//! community, a round of assessment, or a street's property meeting.
//!
//! Held or not held, by units and posts: there is no field for a score, a ranking or a person.

use serde::{Deserialize, Serialize};

use super::World;
use super::category::{
    ANY, Category, Change, Context, Step, Wanted, absent, choice, correct, corrections, not_in_future,
    optional, present, required,
};
use super::facts::{At, Fact};
use crate::day::Day;
use crate::rejection::Rejection;

/// Categories whose streams a duty can be about.
pub const SUBJECTS: &[&str] =
    &["community", "street", "alliance", "unit", "branch", "post", "compound", "grid"];

/// Which round it was, where a rule wants several: of the month, the quarter, half a year, the year.
pub const ROUNDS: &[&str] = &["月度", "季度", "半年", "年度"];

events! {
    /// Facts about a duty.
    pub enum DutyEvent in "duty" {
        /// It was done on the day on which this happened.
        Performed: "duty.performed", version 1 {
            /// Id of the rule that wants it.
            rule: String,
            /// Stream that it was done for: a community, street, alliance, unit, branch, post, compound or grid.
            subject: String,
            /// One of [`ROUNDS`].
            round: Option<String>,
            /// What it was about, in words (班子建设, 服务阵地 …).
            topics: Vec<String>,
            /// The post that did it, by its code where it is registered.
            post: Option<String>,
            note: Option<String>,
            /// Stream of an issue, topic, decision or project to which what was found was handed over.
            handed_over: Option<String>,
        }
        /// The ledger was wrong.
        Corrected: "duty.corrected", version 1 { changes: Vec<Change>, reason: String }
    }
}

commands! {
    /// Commands about a duty.
    pub enum DutyCommand {
        /// Record that it was done.
        Perform: "duty.perform" {
            rule: String,
            subject: String,
            round: Option<String>,
            #[serde(default)] topics: Vec<String>,
            post: Option<String>,
            note: Option<String>,
            handed_over: Option<String>,
        }
        /// Correct what was entered wrongly.
        Correct: "duty.correct" { changes: Vec<Wanted>, reason: String }
    }
}

/// A duty done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duty {
    /// Id of the rule.
    pub rule: String,
    /// Stream that it was done for.
    pub subject: String,
    /// One of [`ROUNDS`].
    pub round: Option<String>,
    /// What it was about.
    pub topics: Vec<String>,
    /// The post that did it.
    pub post: Option<String>,
    /// A few words.
    pub note: Option<String>,
    /// Where what was found was handed over.
    pub handed_over: Option<String>,
    /// When it was done.
    pub performed: Option<Fact>,
}

fields! { Duty {
    "rule": rule, "subject": subject, "round": round, "topics": topics, "post": post, "note": note,
    "handedOver": handed_over, "performedOn": performed,
} }

impl Category for Duty {
    type Event = DutyEvent;
    type Command = DutyCommand;

    const STEPS: &'static [Step] = &[("duty.correct", ANY)];
    const REQUIRED: &'static [&'static str] = &["rule", "subject", "performedOn"];
    const REFERENCES: &'static [(&'static str, &'static str)] =
        &[("rule", "rule"), ("subject", "subject"), ("handedOver", "source")];

    fn decide(
        world: &World,
        context: &Context<'_>,
        id: &str,
        state: Option<&Self>,
        command: &DutyCommand,
    ) -> Result<DutyEvent, Rejection> {
        match command {
            DutyCommand::Perform { rule, subject, round, topics, post, note, handed_over } => {
                absent(id, state)?;
                not_in_future(context)?;
                for topic in topics {
                    required("topics", topic)?;
                }
                optional("post", post.as_ref())?;
                optional("note", note.as_ref())?;
                let performed = Performed {
                    rule: world.resolve("rule", rule)?,
                    subject: world.subject_stream(subject)?,
                    round: round.clone(),
                    topics: topics.clone(),
                    post: post.as_ref().map(|post| world.post_code(post)),
                    note: note.clone(),
                    handed_over: handed_over.as_ref().map(|given| world.source_stream(given)).transpose()?,
                };
                required("rule", &performed.rule)?;
                round_known(performed.round.as_deref())?;
                Ok(performed.into())
            }
            DutyCommand::Correct { changes, reason } => {
                let changes = corrections(world, id, present(id, state)?, changes, reason)?;
                Ok(Corrected { changes, reason: reason.clone() }.into())
            }
        }
    }

    fn consistent(&self) -> Result<(), Rejection> {
        round_known(self.round.as_deref())
    }

    fn evolve(&mut self, event: &DutyEvent, at: &At) {
        match event {
            DutyEvent::Performed(e) => {
                self.rule.clone_from(&e.rule);
                self.subject.clone_from(&e.subject);
                self.round.clone_from(&e.round);
                self.topics.clone_from(&e.topics);
                self.post.clone_from(&e.post);
                self.note.clone_from(&e.note);
                self.handed_over.clone_from(&e.handed_over);
                self.performed = Some(at.fact());
            }
            DutyEvent::Corrected(e) => correct(self, &e.changes, at),
        }
    }

    fn trail(world: &World, event: &DutyEvent) -> Option<String> {
        match event {
            DutyEvent::Performed(e) => world.trail_of(e.handed_over.as_deref()?),
            DutyEvent::Corrected(_) => None,
        }
    }
}

fn round_known(round: Option<&str>) -> Result<(), Rejection> {
    round.map_or(Ok(()), |round| choice("round", round, ROUNDS))
}

impl Duty {
    /// Whether it was done by the end of a day.
    pub fn by(&self, day: Day) -> bool {
        self.performed.is_some_and(|fact| fact.by(day))
    }
}

impl World {
    /// The stream behind what people write for who owes or gets something: `community/C01`, or with a name
    /// instead of the code.
    ///
    /// # Errors
    /// `choice-unknown` for a category of which nobody is such a subject, `reference-unknown` for a stream that
    /// does not exist.
    pub fn subject_stream(&self, given: &str) -> Result<String, Rejection> {
        let (category, name) = given.split_once('/').unwrap_or((given, ""));
        choice("subject", category, SUBJECTS)?;
        let code = match category {
            "community" => self.community_code(name)?,
            "street" => self.street_code(name)?,
            "alliance" => self.alliance_code(name)?,
            "compound" => self.compound_code(name)?,
            "post" => self.post_code(name),
            "unit" | "branch" => self.unit_code(name)?,
            _ => name.to_owned(),
        };
        let stream = format!("{category}/{code}");
        if self.trail_of(&stream).is_none() {
            return Err(Rejection::unknown("source", given));
        }
        Ok(stream)
    }
}
