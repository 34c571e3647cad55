//! Quarterly reports (季度报告): each edition of a report with its review, approval, publication and errata.
//!
//! A report is a pure function of what was frozen, so no file is kept: an edition records where the quarter was
//! frozen and the digests of what came of it, and anybody with the ledger makes the same bytes again. A quarter
//! that was reopened and frozen again has another edition; the earlier ones stay, with whatever was published.
//!
//! Only the program itself tells that an edition was made, since only it can know the digests.

use serde::{Deserialize, Serialize};

use super::World;
use super::category::{
    Category, CommandSet as _, Context, Step, choice, not_before, not_in_future, optional, present, required,
};
use super::facts::{At, Fact};
use super::period::{Freeze, quarter_of, same_post};
use crate::day::{Day, Quarter};
use crate::record::Position;
use crate::rejection::Rejection;

/// For whom a report is published.
pub const AUDIENCES: &[&str] = &["内部", "公开"];
/// The scope of a report of the whole county.
pub const COUNTY: &str = "county";

record_struct! {
    /// One file of an edition.
    pub struct File {
        /// Its format, such as `json`.
        format: String,
        /// SHA-256 of its bytes, 64 hexadecimal digits.
        sha256: String,
        /// How many bytes it has.
        bytes: u64,
    }
}

events! {
    /// Facts about a report.
    pub enum ReportEvent in "report" {
        /// An edition was made of what was frozen.
        Generated: "report.generated", version 1 {
            /// `2022-Q2`.
            quarter: String,
            /// `county`, `street/S01` or `community/C01`.
            scope: String,
            /// The last event that it counts: where the quarter is frozen.
            position: u64,
            /// BLAKE3 of that event, 64 hexadecimal digits.
            digest: String,
            /// The day as of which it is judged: the day of the freeze.
            on: Day,
            /// Version of the template.
            template: u16,
            /// The rules of the quarter, such as `R12@1`.
            rules: Vec<String>,
            /// Events up to `position`, itself included.
            size: u64,
            /// Root of the Merkle tree over them, base64.
            root: String,
            /// SHA-256 of the report's canonical JSON, 64 hexadecimal digits.
            figures_sha256: String,
            files: Vec<File>,
            /// The post that made it.
            post: String,
        }
        /// Another post looked it through.
        Reviewed: "report.reviewed", version 1 { post: String, note: Option<String> }
        /// It goes back to who made it.
        Returned: "report.returned", version 1 { post: String, reason: String }
        /// A third post approved it.
        Approved: "report.approved", version 1 { post: String }
        /// It was published.
        Published: "report.published", version 1 {
            post: String,
            /// 内部 or 公开.
            audience: String,
        }
        /// What is published says something wrong, and this is right.
        Erratum: "report.erratum", version 1 {
            post: String,
            text: String,
            /// Positions of the events that are the cause.
            causes: Vec<u64>,
        }
    }
}

commands! {
    /// Commands about a report.
    pub enum ReportCommand {
        /// Record an edition.
        Generate: "report.generate" {
            quarter: String,
            scope: String,
            position: u64,
            digest: String,
            on: Day,
            template: u16,
            rules: Vec<String>,
            size: u64,
            root: String,
            figures_sha256: String,
            files: Vec<File>,
        }
        /// Say that it was looked through.
        Review: "report.review" { note: Option<String> }
        /// Send it back.
        Return: "report.return" { reason: String }
        /// Approve it.
        Approve: "report.approve" {}
        /// Publish it.
        Publish: "report.publish" { audience: String }
        /// Say what is wrong in what is published.
        IssueErratum: "report.issue-erratum" { text: String, #[serde(default)] causes: Vec<u64> }
    }
}

/// A step of an edition, and the post that took it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// When, and the event that says it.
    pub fact: Fact,
    /// The post.
    pub post: String,
}

/// A step with a text: a return with its reason, an erratum with what is right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// When, and by which post.
    pub act: Act,
    /// What was said.
    pub text: String,
    /// Positions of the events that an erratum names as its cause.
    pub causes: Vec<Position>,
}

/// One edition of a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edition {
    /// The last event that it counts.
    pub position: Position,
    /// BLAKE3 of that event.
    pub digest: String,
    /// The day as of which it is judged.
    pub on: Day,
    /// Version of the template.
    pub template: u16,
    /// The rules of the quarter.
    pub rules: Vec<String>,
    /// Events up to `position`.
    pub size: u64,
    /// Root of the tree over them, base64.
    pub root: String,
    /// SHA-256 of the report's canonical JSON.
    pub figures_sha256: String,
    /// Its files.
    pub files: Vec<File>,
    /// Made.
    pub generated: Act,
    /// Sent back, each time.
    pub returned: Vec<Said>,
    /// Looked through, unless it was sent back since.
    pub reviewed: Option<Act>,
    /// Approved, unless it was sent back since.
    pub approved: Option<Act>,
    /// Published.
    pub published: Option<Act>,
    /// For whom.
    pub audience: Option<String>,
    /// What was wrong in it.
    pub errata: Vec<Said>,
}

impl Edition {
    /// Where it stands.
    pub fn state(&self) -> &'static str {
        match (&self.published, &self.approved, &self.reviewed) {
            (Some(_), ..) => "published",
            (_, Some(_), _) => "approved",
            (_, _, Some(_)) => "reviewed",
            _ => "generated",
        }
    }

    /// What happened to it last.
    fn last(&self) -> Fact {
        let acts = [&self.reviewed, &self.approved, &self.published].into_iter().flatten();
        let said = self.returned.iter().map(|said| &said.act);
        let facts = acts.chain(said).map(|act| act.fact);
        facts.fold(self.generated.fact, |last, fact| if fact.at > last.at { fact } else { last })
    }
}

/// A report.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// `2022-Q2`.
    pub quarter: String,
    /// `county`, `street/S01` or `community/C01`.
    pub scope: String,
    /// Its editions, the last one last; the first is number 1.
    pub editions: Vec<Edition>,
}

impl Report {
    /// Where the last edition stands.
    pub fn state(&self) -> &'static str {
        self.editions.last().map_or("generated", Edition::state)
    }
}

/// The id of a report: `2022-Q2`, `2022-Q2-S01`, `2022-Q2-C01`.
pub fn id_of(quarter: Quarter, scope: &str) -> String {
    match scope.split_once('/') {
        Some((_, code)) => format!("{quarter}-{code}"),
        None => quarter.to_string(),
    }
}

fields! { Report { "quarter": quarter, "scope": scope } }

impl Category for Report {
    type Event = ReportEvent;
    type Command = ReportCommand;

    const STEPS: &'static [Step] = &[
        ("report.generate", super::category::ANY),
        ("report.review", &["generated"]),
        ("report.return", &["generated", "reviewed", "approved"]),
        ("report.approve", &["reviewed"]),
        ("report.publish", &["approved"]),
        ("report.issue-erratum", &["published"]),
    ];

    fn word(&self) -> &str {
        self.state()
    }

    fn decide(
        world: &World,
        context: &Context<'_>,
        id: &str,
        state: Option<&Self>,
        command: &ReportCommand,
    ) -> Result<ReportEvent, Rejection> {
        use ReportCommand as C;
        not_in_future(context)?;
        if let C::Generate { .. } = command {
            return generate(world, context, id, state, command);
        }
        let edition = present(id, state)?.editions.last().ok_or_else(|| Rejection::absent(id))?;
        not_before("occurredOn", context.occurred, Some(edition.last()))?;
        let post = context.actor.to_owned();
        // An edition of what is no longer frozen may be sent back or corrected, and goes no further.
        let standing = || still_frozen(world, state, edition);
        match command {
            C::Generate { .. } => Err(Rejection::exists(id)),
            C::Review { note } => {
                optional("note", note.as_ref())?;
                standing()?;
                others(world, context, command.name(), &[("report.generate", Some(&edition.generated))])?;
                Ok(Reviewed { post, note: note.clone() }.into())
            }
            C::Return { reason } => {
                required("reason", reason)?;
                Ok(Returned { post, reason: reason.clone() }.into())
            }
            C::Approve {} => {
                standing()?;
                let before = [
                    ("report.generate", Some(&edition.generated)),
                    ("report.review", edition.reviewed.as_ref()),
                ];
                others(world, context, command.name(), &before)?;
                Ok(Approved { post }.into())
            }
            C::Publish { audience } => {
                choice("audience", audience, AUDIENCES)?;
                standing()?;
                Ok(Published { post, audience: audience.clone() }.into())
            }
            C::IssueErratum { text, causes } => {
                required("text", text)?;
                Ok(Erratum { post, text: text.clone(), causes: causes.clone() }.into())
            }
        }
    }

    fn evolve(&mut self, event: &ReportEvent, at: &At) {
        let act = |post: &str| Act { fact: at.fact(), post: post.to_owned() };
        if let ReportEvent::Generated(e) = event {
            self.quarter.clone_from(&e.quarter);
            self.scope.clone_from(&e.scope);
            return self.editions.push(Edition::of(e, act(&e.post)));
        }
        let Some(edition) = self.editions.last_mut() else { return };
        match event {
            ReportEvent::Generated(_) => {}
            ReportEvent::Reviewed(e) => edition.reviewed = Some(act(&e.post)),
            ReportEvent::Returned(e) => {
                (edition.reviewed, edition.approved) = (None, None);
                edition.returned.push(Said { act: act(&e.post), text: e.reason.clone(), causes: Vec::new() });
            }
            ReportEvent::Approved(e) => edition.approved = Some(act(&e.post)),
            ReportEvent::Published(e) => {
                edition.published = Some(act(&e.post));
                edition.audience = Some(e.audience.clone());
            }
            ReportEvent::Erratum(e) => {
                edition.errata.push(Said {
                    act: act(&e.post),
                    text: e.text.clone(),
                    causes: e.causes.clone(),
                });
            }
        }
    }
}

impl Edition {
    fn of(e: &Generated, generated: Act) -> Edition {
        Edition {
            position: e.position,
            digest: e.digest.clone(),
            on: e.on,
            template: e.template,
            rules: e.rules.clone(),
            size: e.size,
            root: e.root.clone(),
            figures_sha256: e.figures_sha256.clone(),
            files: e.files.clone(),
            generated,
            returned: Vec::new(),
            reviewed: None,
            approved: None,
            published: None,
            audience: None,
            errata: Vec::new(),
        }
    }
}

/// Whoever takes a step is none of those who took the steps before it.
fn others(
    world: &World,
    context: &Context<'_>,
    command: &str,
    before: &[(&str, Option<&Act>)],
) -> Result<(), Rejection> {
    for (earlier, act) in before {
        if act.is_some_and(|act| world.is_post(&act.post, context.actor)) {
            return Err(same_post(context, command, earlier));
        }
    }
    Ok(())
}

/// The freeze that an edition is of must hold.
fn still_frozen(world: &World, state: Option<&Report>, edition: &Edition) -> Result<(), Rejection> {
    let quarter = state.map_or("", |report| report.quarter.as_str());
    let freeze = frozen(world, quarter)?;
    if freeze.knows == edition.position {
        return Ok(());
    }
    Err(Rejection::new("report-superseded")
        .with("quarter", quarter)
        .with("position", edition.position)
        .with("frozen", freeze.knows))
}

/// The freeze of a quarter that holds now.
fn frozen<'w>(world: &'w World, quarter: &str) -> Result<&'w Freeze, Rejection> {
    let period = world.period.get(quarter);
    period
        .and_then(|period| period.frozen())
        .ok_or_else(|| Rejection::new("period-not-frozen").with("quarter", quarter))
}

/// A new edition: of the quarter and scope that the id names, of exactly what is frozen, and not of what stands.
fn generate(
    world: &World,
    context: &Context<'_>,
    id: &str,
    state: Option<&Report>,
    command: &ReportCommand,
) -> Result<ReportEvent, Rejection> {
    let ReportCommand::Generate {
        quarter,
        scope,
        position,
        digest,
        on,
        template,
        rules,
        size,
        root,
        figures_sha256,
        files,
    } = command
    else {
        return Err(Rejection::absent(id));
    };
    named(world, id, quarter, scope)?;
    let freeze = frozen(world, quarter)?;
    let of_freeze =
        *position == freeze.knows && *on == freeze.frozen.on && position.checked_add(1) == Some(*size);
    if !of_freeze {
        return Err(Rejection::new("report-position")
            .with("quarter", quarter)
            .with("frozen", freeze.knows)
            .with("on", freeze.frozen.on));
    }
    not_before("occurredOn", context.occurred, Some(freeze.frozen))?;
    digest_of("digest", digest)?;
    digest_of("figuresSha256", figures_sha256)?;
    if files.is_empty() {
        return Err(Rejection::empty("files"));
    }
    for file in files {
        required("format", &file.format)?;
        digest_of("sha256", &file.sha256)?;
    }
    required("root", root)?;
    for rule in rules {
        known_rule(world, rule)?;
    }
    let event = Generated {
        quarter: quarter.clone(),
        scope: scope.clone(),
        position: *position,
        digest: digest.clone(),
        on: *on,
        template: *template,
        rules: rules.clone(),
        size: *size,
        root: root.clone(),
        figures_sha256: figures_sha256.clone(),
        files: files.clone(),
        post: context.actor.to_owned(),
    };
    let editions = state.map_or(&[][..], |report| &report.editions);
    match editions.last() {
        Some(last) if last.stands_for(&event) => Err(Rejection::new("report-edition-stands")
            .with("quarter", quarter)
            .with("edition", editions.len())
            .with("position", last.position)),
        _ => Ok(event.into()),
    }
}

impl Edition {
    /// Whether another edition would say the same, or would take the place of one that others have looked at.
    fn stands_for(&self, other: &Generated) -> bool {
        let same = self.template == other.template
            && self.rules == other.rules
            && self.figures_sha256 == other.figures_sha256
            && self.files == other.files;
        self.position == other.position && (same || self.state() != "generated")
    }
}

/// The quarter and scope are those that the id names, and the scope is one of the registry.
fn named(world: &World, id: &str, quarter: &str, scope: &str) -> Result<(), Rejection> {
    let known = quarter_of(quarter)?;
    match scope.split_once('/') {
        None => choice("scope", scope, &[COUNTY])?,
        Some(("street", code)) if world.street.get(code).is_some() => {}
        Some(("community", code)) if world.community.get(code).is_some() => {}
        Some(("street", code)) => return Err(Rejection::unknown("street", code)),
        Some((_, code)) => return Err(Rejection::unknown("community", code)),
    }
    let expected = id_of(known, scope);
    if id == expected {
        return Ok(());
    }
    Err(Rejection::new("report-name").with("given", id).with("expected", expected))
}

/// 64 hexadecimal digits, as digests are written.
fn digest_of(field: &'static str, given: &str) -> Result<(), Rejection> {
    let shaped = given.len() == 64 && given.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if shaped { Ok(()) } else { Err(Rejection::new("digest-malformed").with("field", field)) }
}

/// A version of a rule that the rule book has.
fn known_rule(world: &World, given: &str) -> Result<(), Rejection> {
    let version = given.split_once('@').and_then(|(rule, version)| {
        let count = world.rule.get(rule)?.count;
        version.parse::<u16>().ok().filter(|version| (1..=count).contains(version))
    });
    if version.is_some() { Ok(()) } else { Err(Rejection::unknown("rule", given)) }
}
