//! Which role may record which command, and where. The one table.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use gongjian_core::command::{Envelope, Request};
use gongjian_core::domain::Command;
use gongjian_core::record::Assurance;
use gongjian_projections::figures::Scope;
use gongjian_projections::registry::Kind;
use gongjian_projections::views::Views;

use super::{Caller, Role, Who};
use crate::app::App;
use crate::error::Problem;

use Role::{Approver, Auditor, Liaison, Recorder, Reviewer};

/// The community enters, the street may too.
const ENTER: &[Role] = &[Recorder, Reviewer];
/// And the unit that does the work may itself, which makes it attested.
const WORK: &[Role] = &[Recorder, Reviewer, Liaison];
/// The street verifies.
const REVIEW: &[Role] = &[Reviewer];
/// The street or the county.
const JUDGE: &[Role] = &[Reviewer, Approver];
/// The county approves.
const APPROVE: &[Role] = &[Approver];
/// Everybody who records anything.
const ALL: &[Role] = &[Recorder, Reviewer, Approver, Liaison];
/// Only the ledger itself.
const NONE: &[Role] = &[];

/// Category, its commands, and who may give them. Every command stands here once.
pub(super) const TABLE: &[(&str, &[&str], &[Role])] = &[
    ("access", &["record"], &[Recorder, Reviewer, Approver, Liaison, Auditor]),
    ("agreement", &["draft", "submit", "correct"], ENTER),
    ("agreement", &["sign", "decline"], WORK),
    ("agreement", &["effect", "amend", "suspend", "resume", "terminate", "fulfil", "renew", "void"], APPROVE),
    ("alliance", &["establish", "rename", "dissolve", "correct"], APPROVE),
    ("branch", &["register", "rename", "cover", "correct"], APPROVE),
    ("commitment", &["add", "amend", "reschedule", "correct"], ENTER),
    ("commitment", &["start", "deliver"], WORK),
    ("commitment", &["verify", "return", "waive"], REVIEW),
    ("community", &["register", "rename", "count", "succeed", "correct"], APPROVE),
    ("compound", &["register", "rename", "count", "service", "correct"], APPROVE),
    ("decision", &["record", "reschedule", "supersede", "revoke", "correct"], ENTER),
    ("decision", &["request-extension", "start", "complete"], WORK),
    ("decision", &["extend", "return", "verify", "reopen"], REVIEW),
    ("document", &["add"], ALL),
    ("duty", &["perform", "correct"], ENTER),
    ("erasure", &["ask"], JUDGE),
    ("erasure", &["approve", "refuse", "execute"], APPROVE),
    ("grid", &["register", "rename", "count", "staff", "correct"], APPROVE),
    ("holder", &["name", "end"], &[Recorder, Reviewer, Approver]),
    ("holiday", &["declare", "correct"], APPROVE),
    ("import", &["record"], &[Recorder, Reviewer, Approver]),
    (
        "issue",
        &["raise", "triage", "assign", "reschedule", "carry-over", "escalate", "convert", "merge", "correct"],
        ENTER,
    ),
    ("issue", &["mark-out-of-scope"], ENTER),
    ("issue", &["progress", "fix"], WORK),
    ("issue", &["return", "verify", "close", "reopen"], REVIEW),
    ("ledger", &["open", "accept-clock", "rotate-key"], NONE),
    (
        "meeting",
        &[
            "schedule",
            "call-topics",
            "freeze-agenda",
            "reopen-agenda",
            "notice",
            "postpone",
            "plan",
            "cancel",
            "open",
            "adjourn",
            "resume",
            "attend",
            "declare-quorum",
            "hold",
            "draft-minutes",
            "request-minutes-change",
            "word-minutes",
            "publish-minutes",
            "archive",
            "correct",
        ],
        ENTER,
    ),
    ("meeting", &["confirm-minutes"], REVIEW),
    ("membership", &["admit", "end", "correct"], APPROVE),
    ("obligation", &["exempt", "withdraw-exemption"], JUDGE),
    ("occurrence", &["schedule", "reschedule", "hold", "cancel", "correct"], ENTER),
    ("occurrence", &["confirm"], REVIEW),
    ("period", &["freeze", "reopen"], APPROVE),
    ("post", &["create", "abolish"], APPROVE),
    ("project", &["propose", "reject", "list", "accept-claim", "reschedule", "link", "correct"], ENTER),
    ("project", &["claim", "release-claim", "start", "progress", "submit"], WORK),
    ("project", &["extend", "return", "accept", "close", "reopen", "suspend", "resume", "cancel"], REVIEW),
    ("report", &["generate", "review", "return"], JUDGE),
    ("report", &["approve", "publish", "issue-erratum"], APPROVE),
    ("rule", &["adopt", "amend", "repeal"], APPROVE),
    ("schema", &["declare"], NONE),
    ("series", &["define", "end"], ENTER),
    ("street", &["register", "rename", "correct"], APPROVE),
    ("task", &["assign", "reassign", "press"], ENTER),
    ("task", &["accept", "decline", "start", "report"], WORK),
    ("task", &["return", "verify", "close"], REVIEW),
    (
        "topic",
        &[
            "propose", "accept", "reject", "merge", "place", "discuss", "vote", "conclude", "withdraw",
            "correct",
        ],
        ENTER,
    ),
    ("unit", &["register", "rename", "organise", "dissolve", "correct"], APPROVE),
];

/// The roles that may give a command.
pub fn roles_for(command: &str) -> &'static [Role] {
    let (category, name) = command.split_once('.').unwrap_or((command, ""));
    let row = TABLE.iter().find(|(of, names, _)| *of == category && names.contains(&name));
    row.map_or(NONE, |(_, _, roles)| roles)
}

/// Where something belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The whole county, or nothing in particular of it.
    County,
    /// A street.
    Street(String),
    /// A community of a street.
    Community {
        /// Its code.
        community: String,
        /// Code of its street.
        street: String,
    },
}

impl Place {
    /// Whether a scope covers it.
    pub fn is_within(&self, scope: &Scope) -> bool {
        match (scope, self) {
            (Scope::County, _) => true,
            (Scope::Street(code), Place::Street(street) | Place::Community { street, .. }) => code == street,
            (Scope::Community(code), Place::Community { community, .. }) => code == community,
            _ => false,
        }
    }

    /// The place of a scope.
    pub fn of_scope(views: &Views, scope: &Scope) -> Option<Place> {
        match scope {
            Scope::County => Some(Place::County),
            Scope::Street(code) => {
                views.registry.code(Kind::Street, code).map(|it| Place::Street(it.to_owned()))
            }
            Scope::Community(code) => Place::of_community(views, code),
        }
    }

    fn of_community(views: &Views, given: &str) -> Option<Place> {
        let code = views.registry.code(Kind::Community, given)?;
        let row = views.registry.community.get(code)?;
        Some(Place::Community { community: code.to_owned(), street: row.street.clone() })
    }

    /// The place of a stream that exists; `None` where nobody knows.
    pub fn of_stream(views: &Views, stream: &str) -> Option<Place> {
        let (category, id) = stream.split_once('/')?;
        if let Some(code) = views.community_of(stream) {
            return Place::of_community(views, code);
        }
        match category {
            "street" => views.registry.street.get(id).map(|_| Place::Street(id.to_owned())),
            "report" => {
                let scope = views.periods.report.get(id)?.scope.clone();
                Place::of_scope(views, &super::desk::scope_of(&scope)?)
            }
            "holiday" | "import" | "ledger" | "period" | "post" | "rule" | "schema" | "unit" => {
                Some(Place::County)
            }
            _ => None,
        }
    }
}

/// Whether one scope lies within another; a scope that the registry does not know lies in itself and the county.
pub fn is_scope_within(views: &Views, inner: &Scope, outer: &Scope) -> bool {
    inner == outer || Place::of_scope(views, inner).is_some_and(|place| place.is_within(outer))
}

/// Fields of commands that say where something belongs, and the category that they name a stream of.
const PLACING: &[(&str, &str)] = &[
    ("community", "community"),
    ("street", "street"),
    ("alliance", "alliance"),
    ("agreement", "agreement"),
    ("meeting", "meeting"),
    ("decision", "decision"),
    ("occurrence", "occurrence"),
    ("compound", "compound"),
    ("series", "series"),
    ("subject", ""),
    ("matter", ""),
];

/// Where commands belong, those of one list after each other: a later one may name what an earlier one makes.
struct Places<'a> {
    views: &'a Views,
    made: BTreeMap<String, Place>,
}

impl Places<'_> {
    fn named(&self, category: &str, given: &str) -> Option<Place> {
        let stream = if category.is_empty() { given.to_owned() } else { format!("{category}/{given}") };
        if let Some(place) = self.made.get(&stream) {
            return Some(place.clone());
        }
        match category {
            "community" => Place::of_community(self.views, given),
            "street" => self.views.registry.code(Kind::Street, given).map(|it| Place::Street(it.to_owned())),
            "alliance" | "compound" => {
                let kind = if category == "alliance" { Kind::Alliance } else { Kind::Compound };
                let code = self.views.registry.code(kind, given)?;
                Place::of_stream(self.views, &format!("{category}/{code}"))
            }
            _ => Place::of_stream(self.views, &stream),
        }
    }

    /// Every place that a command touches; empty where nobody knows.
    fn of(&mut self, stream: &str, command: &Command) -> Vec<Place> {
        let mut found: Vec<Place> = Vec::new();
        found.extend(self.made.get(stream).cloned().or_else(|| Place::of_stream(self.views, stream)));
        let is_new = found.is_empty();
        let json = command.to_json();
        let data = &json["data"];
        for (field, category) in PLACING {
            found.extend(data[*field].as_str().and_then(|given| self.named(category, given)));
        }
        // A correction may move something elsewhere.
        for change in data["changes"].as_array().into_iter().flatten() {
            let field = change["field"].as_str().unwrap_or_default();
            let value = change["now"].as_str().unwrap_or_default();
            let category = PLACING.iter().find(|(name, _)| *name == field).map(|(_, category)| *category);
            found.extend(category.and_then(|category| self.named(category, value)));
        }
        if is_new && let Some(first) = found.first() {
            self.made.insert(stream.to_owned(), first.clone());
        }
        found
    }
}

/// Lets a request pass as that of whoever sends it, or refuses it. An account's events bear its post and pseudonym;
/// what a member unit's liaison reports is confirmed by that unit.
///
/// # Errors
/// `not-allowed`, `outside-scope`, `not-your-post`, with the place of the command in the list.
pub fn authorise(app: &App, caller: &Caller, request: Request) -> Result<Request, Problem> {
    let who = match caller {
        Caller::Local => return Ok(request),
        Caller::Nobody => return Err(Problem::new(StatusCode::UNAUTHORIZED, "sign-in-needed")),
        Caller::Account(who) => who,
    };
    let views = app.views()?;
    let mut places = Places { views: &views, made: BTreeMap::new() };
    let mut commands = request.commands;
    for (index, envelope) in commands.iter_mut().enumerate() {
        allow_one(who, envelope, &mut places).map_err(|mut problem| {
            problem.index = Some(index);
            problem
        })?;
    }
    let allowed = Request::new(request.id, commands);
    Ok(if request.dry_run { allowed.dry_run() } else { allowed })
}

fn allow_one(who: &Who, envelope: &mut Envelope, places: &mut Places<'_>) -> Result<(), Problem> {
    let command = envelope.command.name();
    let roles = granting(who, command)?;
    let touched = places.of(&envelope.stream, &envelope.command);
    // What nobody knows the place of is a matter of the county; a topic that no meeting has taken belongs nowhere yet.
    let placed = !touched.is_empty() || envelope.command.category() == "topic";
    let within = placed && touched.iter().all(|place| place.is_within(&who.scope));
    if !within && who.scope != Scope::County {
        return Err(outside(who, command));
    }
    if envelope.actor != who.post {
        return Err(not_your_post(who, &envelope.actor));
    }
    envelope.account = who.account;
    if roles == [Liaison] {
        let named = envelope.attributed_to.take();
        let own = who.unit.clone();
        if let (Some(named), Some(own)) = (&named, &own)
            && places.views.registry.code(Kind::Unit, named) != Some(own)
        {
            return Err(Problem::new(StatusCode::FORBIDDEN, "not-your-unit").with("unit", named));
        }
        envelope.attributed_to = own;
        envelope.assurance = Assurance::Attested;
    }
    Ok(())
}

/// Those of an account's roles that let it give a command.
fn granting(who: &Who, command: &str) -> Result<Vec<Role>, Problem> {
    let allowed = roles_for(command);
    let roles: Vec<Role> = who.roles.iter().copied().filter(|role| allowed.contains(role)).collect();
    if roles.is_empty() {
        return Err(Problem::new(StatusCode::FORBIDDEN, "command-not-allowed").with("command", command));
    }
    Ok(roles)
}

fn outside(who: &Who, command: &str) -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "outside-scope")
        .with("scope", who.scope.word())
        .with("command", command)
}

pub(super) fn not_your_post(who: &Who, given: &str) -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "not-your-post").with("post", &who.post).with("given", given)
}

/// Whether somebody may do what a command stands for at a place, for what has a verb of its own.
///
/// # Errors
/// As [`authorise`].
pub fn may_do(caller: &Caller, command: &str, place: Option<&Place>) -> Result<(), Problem> {
    let who = match caller {
        Caller::Local => return Ok(()),
        Caller::Nobody => return Err(Problem::new(StatusCode::UNAUTHORIZED, "sign-in-needed")),
        Caller::Account(who) => who,
    };
    granting(who, command)?;
    match place.unwrap_or(&Place::County).is_within(&who.scope) {
        true => Ok(()),
        false => Err(outside(who, command)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_stands_once_in_the_table() {
        let mut stands: Vec<String> = TABLE
            .iter()
            .flat_map(|(category, names, _)| names.iter().map(move |name| format!("{category}.{name}")))
            .collect();
        stands.sort();
        let mut known: Vec<String> =
            gongjian_core::domain::command_names().into_iter().map(str::to_owned).collect();
        known.sort();
        assert_eq!(stands, known);
    }

    #[test]
    fn who_confirms_does_not_enter_for_a_community_and_administrators_give_no_command() {
        for command in gongjian_core::accounts::verification::CONFIRMING {
            assert_eq!(roles_for(command), REVIEW, "{command}");
        }
        for (category, _, roles) in TABLE {
            // To look is to leave a trace, and nothing else that an inspector does.
            assert!(roles.iter().all(|role| ALL.contains(role) || *category == "access"), "{category}");
        }
        assert_eq!(roles_for("no.such"), NONE);
    }
}
