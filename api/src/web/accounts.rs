//! Accounts, for whoever administers them: who there is, a new one, and everything that is done with one.

use askama::Template;
use axum::http::StatusCode;
use gongjian_core::accounts::role::ROLES;
use gongjian_core::accounts::{Account, AccountCommand};
use gongjian_core::day::Day;
use gongjian_projections::figures::Scope;
use gongjian_projections::registry::Kind;

use super::{Fields, Frame, Seen, Shown, Visit};
use crate::access::desk::{Made, NewAccount, NewGrant, scope_of};
use crate::app::county_time;
use crate::error::Problem;
use crate::http::accounts::{scope_named, unit_named};
use crate::messages::Text;

struct Row {
    login: String,
    post: String,
    unit: String,
    roles: String,
    state: String,
    last: String,
}

#[derive(Template)]
#[template(path = "accounts.html")]
struct Accounts {
    frame: Frame,
    rows: Vec<Row>,
    roles: Vec<(String, String, bool)>,
    given: Given,
    refusal: String,
    made: Option<Made>,
}

/// What was typed.
#[derive(Default)]
struct Given {
    login: String,
    post: String,
    unit: String,
    scope: String,
    until: String,
    document: String,
}

impl Given {
    fn of(fields: &Fields) -> Given {
        let get = |name: &str| fields.get(name).to_owned();
        Given {
            login: get("login"),
            post: get("post"),
            unit: get("unit"),
            scope: get("scope"),
            until: get("until"),
            document: get("document"),
        }
    }
}

/// A scope as people call it.
pub(super) fn scope_words(visit: &Visit, scope: &Scope) -> String {
    let t = visit.text;
    let (kind, code) = match scope {
        Scope::County => return t.plain("account-county"),
        Scope::Street(code) => (Kind::Street, code),
        Scope::Community(code) => (Kind::Community, code),
    };
    let today = visit.app().today();
    let views = visit.app().views().ok();
    let name = views.as_ref().and_then(|views| views.registry.name(kind, code, today));
    t.named(name.unwrap_or_default(), code)
}

fn role_choices(t: Text, chosen: &str) -> Vec<(String, String, bool)> {
    ROLES.iter().map(|(word, _)| ((*word).to_owned(), t.word("role", word), *word == chosen)).collect()
}

pub(super) fn list(visit: &Visit) -> Seen {
    page(visit, &Fields::default(), None, None)
}

fn page(visit: &Visit, given: &Fields, problem: Option<&Problem>, made: Option<Made>) -> Seen {
    let t = visit.text;
    let row = |account: &Account, today: Day| {
        let roles: Vec<&str> = account.grants_on(today).map(|grant| grant.role.as_str()).collect();
        Row {
            login: account.login.clone(),
            post: account.post.clone(),
            unit: account.unit.clone().unwrap_or_default(),
            roles: t.roles(&roles.join(" ")),
            state: t.word("account-state", account.word()),
            last: account.last_sign_in.map(county_time).unwrap_or_default(),
        }
    };
    let access = visit.app().access()?;
    let rows = access.ask(|accounts, today| accounts.all().map(|(_, account)| row(account, today)).collect());
    let mut frame = visit.frame(t.plain("page-accounts"));
    frame.faulty = problem.is_some();
    let page = Accounts {
        frame,
        rows,
        roles: role_choices(t, given.get("role")),
        given: if made.is_some() { Given::default() } else { Given::of(given) },
        refusal: problem.map(|problem| problem.detail(t)).unwrap_or_default(),
        made,
    };
    Shown::with(problem.map_or(StatusCode::OK, |problem| problem.status), &page)
}

fn new_grant(visit: &Visit, given: &Fields) -> Result<NewGrant, Problem> {
    let day = |name: &str| match given.get(name) {
        "" => Ok(None),
        text => {
            super::fields::day(text).map(Some).ok_or_else(|| Problem::unreadable(name, text, "2022-12-31"))
        }
    };
    let document = given.get("document");
    Ok(NewGrant {
        role: given.get("role").to_owned(),
        scope: scope_named(&*visit.app().views()?, Some(given.get("scope")))?,
        from: day("from")?,
        until: day("until")?,
        document: (!document.is_empty()).then(|| document.to_owned()),
    })
}

fn open(visit: &Visit, given: &Fields) -> Result<Made, Problem> {
    let grant = new_grant(visit, given)?;
    let unit = unit_named(&*visit.app().views()?, Some(given.get("unit")))?;
    let (login, post) = (given.get("login").to_owned(), given.get("post").to_owned());
    visit.app().access()?.open_account(&visit.caller.account(), NewAccount { login, post, unit, grant })
}

pub(super) fn take_list(visit: &Visit, given: &Fields) -> Seen {
    match open(visit, given) {
        Ok(made) => page(visit, given, None, Some(made)),
        Err(problem) if problem.status.is_client_error() => page(visit, given, Some(&problem), None),
        Err(problem) => Err(problem),
    }
}

struct GrantShown {
    number: String,
    role: String,
    scope: String,
    from: String,
    until: String,
    document: String,
    state: String,
    stands: bool,
}

struct TokenShown {
    number: String,
    name: String,
    until: String,
    is_good: bool,
}

#[derive(Template)]
#[template(path = "account.html")]
struct One {
    frame: Frame,
    facts: Vec<(String, String)>,
    grants: Vec<GrantShown>,
    tokens: Vec<TokenShown>,
    roles: Vec<(String, String, bool)>,
    given: Given,
    refusal: String,
    made: Option<Made>,
    is_locked: bool,
    is_closed: bool,
}

pub(super) fn one(visit: &Visit) -> Seen {
    one_page(visit, &Fields::default(), None, None)
}

fn one_page(visit: &Visit, given: &Fields, problem: Option<&Problem>, made: Option<Made>) -> Seen {
    let t = visit.text;
    let login = visit.part("login");
    let access = visit.app().access()?;
    let found =
        access.ask(|accounts, today| accounts.by_login(login).map(|(_, account)| (account.clone(), today)));
    let (account, today) = found.ok_or_else(|| Problem::not_found(login))?;
    let mut frame = visit.frame(t.get("page-account", &[("login", login)]));
    frame.faulty = problem.is_some();
    let page = One {
        frame,
        facts: facts(&account, t),
        grants: account.grants.iter().map(|grant| grant_shown(visit, grant, today)).collect(),
        tokens: account
            .tokens
            .iter()
            .map(|token| TokenShown {
                number: token.token.clone(),
                name: token.name.clone(),
                until: t.day(token.until),
                is_good: !token.revoked && today <= token.until,
            })
            .collect(),
        roles: role_choices(t, given.get("role")),
        given: Given::of(given),
        refusal: problem.map(|problem| problem.detail(t)).unwrap_or_default(),
        made,
        is_locked: account.locked.is_some(),
        is_closed: account.closed.is_some(),
    };
    Shown::with(problem.map_or(StatusCode::OK, |problem| problem.status), &page)
}

fn facts(account: &Account, t: Text) -> Vec<(String, String)> {
    let why = account.closed.as_ref().or(account.locked.as_ref());
    let state = t.word("account-state", account.word());
    let state = why.map_or_else(|| state.clone(), |why| t.labelled(&state, why));
    let none = || "—".to_owned();
    vec![
        (t.plain("field-login"), account.login.clone()),
        (t.plain("field-post"), account.post.clone()),
        (t.plain("field-unit"), account.unit.clone().unwrap_or_else(none)),
        (t.plain("account-state"), state),
        (t.plain("account-last"), account.last_sign_in.map_or_else(none, county_time)),
    ]
}

fn grant_shown(visit: &Visit, grant: &gongjian_core::accounts::Grant, today: Day) -> GrantShown {
    let t = visit.text;
    let scope = scope_of(&grant.scope).unwrap_or_default();
    let state = match (&grant.ended, grant.on(today), grant.stands(today)) {
        (Some(why), ..) => t.get("account-grant-ended", &[("reason", why)]),
        (None, true, _) => t.plain("account-grant-in-force"),
        (None, false, true) => t.plain("account-grant-later"),
        (None, false, false) => t.plain("account-grant-past"),
    };
    GrantShown {
        number: grant.grant.clone(),
        role: t.word("role", &grant.role),
        scope: scope_words(visit, &scope),
        from: t.day(grant.from),
        until: grant.until.map(|day| t.day(day)).unwrap_or_default(),
        document: grant.document.clone().unwrap_or_default(),
        state,
        stands: grant.stands(today),
    }
}

pub(super) fn take_one(visit: &Visit, given: &Fields) -> Seen {
    match done(visit, given) {
        Ok(made) => one_page(visit, &Fields::default(), None, made),
        Err(problem) if problem.status.is_client_error() => one_page(visit, given, Some(&problem), None),
        Err(problem) => Err(problem),
    }
}

fn done(visit: &Visit, given: &Fields) -> Result<Option<Made>, Problem> {
    let (login, by) = (visit.part("login"), visit.caller.account());
    let access = visit.app().access()?;
    let text = |name: &str| given.get(name).to_owned();
    let command = match given.get("do") {
        "password" => return access.reset_password(&by, login).map(Some),
        "grant" => return access.grant(&by, login, new_grant(visit, given)?).map(|_| None),
        "end-grant" => AccountCommand::EndGrant { grant: text("grant"), reason: text("reason") },
        "revoke" => AccountCommand::RevokeToken { token: text("token") },
        "lock" => AccountCommand::Lock { reason: text("reason") },
        "unlock" => AccountCommand::Unlock { reason: text("reason") },
        "close" => AccountCommand::Close { reason: text("reason") },
        other => return Err(Problem::malformed("do", other)),
    };
    access.command(&by, login, command).map(|()| None)
}
