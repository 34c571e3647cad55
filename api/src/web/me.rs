//! Signing in and out, and one's own account: password, tokens, how pages look. None of it needs a script.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use gongjian_core::accounts::AccountCommand;

use super::dispatch::elsewhere;
use super::{Fields, Frame, Seen, Shown, Visit};
use crate::access::desk::{Begun, NewToken};
use crate::access::guard::{cookie, set_cookie};
use crate::access::{Caller, Who};
use crate::error::Problem;

/// The cookie that keeps the size of letters.
pub(super) const BIG_COOKIE: &str = "gongjian_big";

#[derive(Template)]
#[template(path = "sign-in.html")]
struct SignIn {
    frame: Frame,
    login: String,
    next: String,
    refusal: String,
}

pub(super) fn sign_in(visit: &Visit) -> Seen {
    if visit.caller.who().is_some() {
        return Ok(Shown::Elsewhere(visit.query.get("next").to_owned()));
    }
    sign_in_page(visit, &visit.query, None)
}

fn sign_in_page(visit: &Visit, given: &Fields, problem: Option<&Problem>) -> Seen {
    let mut frame = visit.frame(visit.text.plain("page-sign-in"));
    frame.faulty = problem.is_some();
    let refusal = problem.map(|problem| problem.detail(visit.text)).unwrap_or_default();
    let (login, next) = (given.get("login").to_owned(), given.get("next").to_owned());
    let status = problem.map_or(StatusCode::OK, |problem| problem.status);
    Shown::with(status, &SignIn { frame, login, next, refusal })
}

pub(super) fn take_sign_in(visit: &Visit, given: &Fields) -> Seen {
    let access = visit.app().access()?;
    let (login, password) = (given.get("login").to_owned(), given.raw("password").to_owned());
    let begun = tokio::runtime::Handle::current().block_on(access.sign_in(login, password, visit.address));
    match begun {
        Ok(begun) => begin(visit, &begun, given.get("next")),
        Err(problem) if problem.status.is_client_error() => sign_in_page(visit, given, Some(&problem)),
        Err(problem) => Err(problem),
    }
}

/// Sends whoever has just signed in where they wanted to go; a first password is changed before.
fn begin(visit: &Visit, begun: &Begun, next: &str) -> Seen {
    let place = if begun.who.must_change { "/me" } else { next };
    with_cookie(elsewhere(place), &set_cookie(visit.state.front, Some(&begun.secret)))
}

fn with_cookie(response: Response, cookie: &str) -> Seen {
    crate::http::accounts::with_cookie(response, cookie).map(|response| Shown::Whole(Box::new(response)))
}

pub(super) fn sign_out(visit: &Visit, _: &Fields) -> Seen {
    if let Some(secret) = &visit.session {
        visit.app().access()?.sign_out(secret)?;
    }
    with_cookie(elsewhere("/sign-in"), &set_cookie(visit.state.front, None))
}

struct TokenShown {
    number: String,
    name: String,
    roles: String,
    scope: String,
    until: String,
}

#[derive(Template)]
#[template(path = "me.html")]
struct Me {
    frame: Frame,
    /// Nobody is signed in: this is the machine itself.
    is_local: bool,
    facts: Vec<(String, String)>,
    must_change: bool,
    may_have_tokens: bool,
    tokens: Vec<TokenShown>,
    /// A token that is shown now and never again.
    secret: String,
    refusal: String,
    changed: bool,
    big: bool,
    until: String,
}

pub(super) fn show(visit: &Visit) -> Seen {
    page(visit, None, String::new(), visit.query.has("changed"))
}

fn page(visit: &Visit, problem: Option<&Problem>, secret: String, changed: bool) -> Seen {
    let t = visit.text;
    let mut frame = visit.frame(t.plain("page-me"));
    frame.faulty = problem.is_some();
    let who = visit.caller.who();
    let tokens = match who {
        Some(who) => tokens(visit, who)?,
        None => Vec::new(),
    };
    let page = Me {
        is_local: who.is_none(),
        facts: who.map(|who| facts(visit, who)).unwrap_or_default(),
        must_change: who.is_some_and(|who| who.must_change),
        may_have_tokens: who.is_some_and(|who| !who.must_change && !who.csrf.is_empty()),
        tokens,
        secret,
        refusal: problem.map(|problem| problem.detail(t)).unwrap_or_default(),
        changed,
        big: is_big(visit),
        until: visit.app().today().plus(90).to_string(),
        frame,
    };
    Shown::with(problem.map_or(StatusCode::OK, |problem| problem.status), &page)
}

/// Whether whoever comes wants large letters.
pub(super) fn is_big(visit: &Visit) -> bool {
    cookie(&visit.headers, BIG_COOKIE).is_some_and(|value| value == "1")
}

fn facts(visit: &Visit, who: &Who) -> Vec<(String, String)> {
    let t = visit.text;
    let roles: Vec<&str> = who.roles.iter().map(|role| role.word()).collect();
    vec![
        (t.plain("field-login"), who.login.clone()),
        (t.plain("field-post"), who.post.clone()),
        (t.plain("field-unit"), who.unit.clone().unwrap_or_else(|| "—".to_owned())),
        (t.plain("field-roles"), t.roles(&roles.join(" "))),
        (t.plain("field-scope"), super::accounts::scope_words(visit, &who.scope)),
    ]
}

fn tokens(visit: &Visit, who: &Who) -> Result<Vec<TokenShown>, Problem> {
    let t = visit.text;
    Ok(visit.app().access()?.ask(|accounts, today| {
        let own = accounts.get(&who.account).map(|account| account.tokens.as_slice()).unwrap_or_default();
        let good = own.iter().filter(|token| !token.revoked && today <= token.until);
        good.map(|token| TokenShown {
            number: token.token.clone(),
            name: token.name.clone(),
            roles: t.roles(&token.roles.join(" ")),
            scope: token.scope.clone(),
            until: t.day(token.until),
        })
        .collect()
    }))
}

pub(super) fn take(visit: &Visit, given: &Fields) -> Seen {
    if given.get("do") == "letters" {
        let value = if given.get("big") == "true" { "1" } else { "0" };
        let cookie = format!("{BIG_COOKIE}={value}; Path=/; SameSite=Lax; Max-Age=31536000");
        return with_cookie(elsewhere("/me"), &cookie);
    }
    let Caller::Account(who) = &visit.caller else { return show(visit) };
    if who.csrf.is_empty() {
        return Err(Problem::new(StatusCode::FORBIDDEN, "token-not-enough"));
    }
    let done = match given.get("do") {
        "password" => return password(visit, who, given),
        "token" => issue(visit, who, given),
        "revoke" => {
            let command = AccountCommand::RevokeToken { token: given.get("token").to_owned() };
            visit.app().access()?.command(&who.account, &who.login, command).map(|()| String::new())
        }
        other => Err(Problem::malformed("do", other)),
    };
    match done {
        Ok(secret) => page(visit, None, secret, false),
        Err(problem) if problem.status.is_client_error() => page(visit, Some(&problem), String::new(), false),
        Err(problem) => Err(problem),
    }
}

fn password(visit: &Visit, who: &Who, given: &Fields) -> Seen {
    let access = visit.app().access()?;
    if given.raw("new") != given.raw("again") {
        let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "password-again");
        return page(visit, Some(&problem), String::new(), false);
    }
    let (old, new) = (given.raw("old").to_owned(), given.raw("new").to_owned());
    let changing = access.change_password(who, old, new, visit.address);
    match tokio::runtime::Handle::current().block_on(changing) {
        Ok(begun) => {
            let place = if who.must_change { "/" } else { "/me?changed=true" };
            with_cookie(elsewhere(place), &set_cookie(visit.state.front, Some(&begun.secret)))
        }
        Err(problem) if problem.status.is_client_error() => page(visit, Some(&problem), String::new(), false),
        Err(problem) => Err(problem),
    }
}

fn issue(visit: &Visit, who: &Who, given: &Fields) -> Result<String, Problem> {
    if who.must_change {
        return Err(Problem::new(StatusCode::FORBIDDEN, "password-temporary"));
    }
    let until = given.get("until");
    let until = super::fields::day(until).ok_or_else(|| Problem::unreadable("until", until, "2022-12-31"))?;
    let new = NewToken { name: given.get("name").to_owned(), roles: Vec::new(), scope: None, until };
    let views = visit.app().views()?;
    visit.app().access()?.issue_token(&who.account, &who.login, new, &views).map(|(_, secret)| secret)
}
