//! Signing in and out, one's own account, and the accounts of others.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::{Extension, body::Bytes, extract::rejection::BytesRejection};
use gongjian_core::accounts::book::Told;
use gongjian_core::accounts::events::AccountEvent;
use gongjian_core::accounts::{Account, AccountCommand, AccountId};
use gongjian_core::day::Day;
use gongjian_core::event::DomainEvent as _;
use gongjian_projections::figures::Scope;
use gongjian_projections::registry::Kind;
use gongjian_projections::views::Views;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{Answered, AppState, Asking, Posted, aside, json as answer};
use crate::access::desk::{Begun, NewAccount, NewGrant, NewToken, scope_of};
use crate::access::guard::{Address, SessionSecret, set_cookie};
use crate::access::{Caller, Who};
use crate::app::{App, instant};
use crate::error::Problem;

/// Events of the log of accounts that are shown at most.
const SHOWN: usize = 1_000;

type Body = Result<Bytes, BytesRejection>;
type Name = Result<Path<String>, PathRejection>;
type Names = Result<Path<(String, String)>, PathRejection>;

macro_rules! bodies {
    ($($Name:ident { $($(#[$meta:meta])* $field:ident: $Type:ty),* $(,)? })+) => {$(
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        struct $Name { $($(#[$meta])* $field: $Type),* }
    )+};
}

bodies! {
    SignIn { login: String, password: String }
    Password { old: String, new: String }
    Open {
        login: String,
        post: String,
        #[serde(default)] unit: Option<String>,
        role: String,
        #[serde(default)] scope: Option<String>,
        #[serde(default)] from: Option<Day>,
        #[serde(default)] until: Option<Day>,
        #[serde(default)] document: Option<String>,
    }
    Grant {
        role: String,
        #[serde(default)] scope: Option<String>,
        #[serde(default)] from: Option<Day>,
        #[serde(default)] until: Option<Day>,
        #[serde(default)] document: Option<String>,
    }
    Token {
        name: String,
        #[serde(default)] roles: Vec<String>,
        #[serde(default)] scope: Option<String>,
        until: Day,
    }
    Reason { reason: String }
}

fn read<B: DeserializeOwned>(body: Body) -> Result<B, Problem> {
    let body = body.map_err(|rejection| super::commands::body_problem(&rejection))?;
    serde_json::from_slice(&body).map_err(|error| Problem::malformed("body", error.to_string()))
}

fn named(name: Name) -> Result<String, Problem> {
    name.map(|Path(name)| name).map_err(|error| Problem::malformed("login", error))
}

/// Whoever signed in with a password, not a program.
fn in_person(caller: &Caller) -> Result<Who, Problem> {
    let who = caller.who().ok_or_else(|| Problem::new(StatusCode::UNAUTHORIZED, "sign-in-needed"))?;
    match who.csrf.is_empty() {
        true => Err(Problem::new(StatusCode::FORBIDDEN, "token-not-enough")),
        false => Ok(who.clone()),
    }
}

/// The scope that a text names: `county`, `street/S01`, `community/C01`, or a street or community by code or name.
///
/// # Errors
/// [`Problem`] if nothing is called so.
pub(crate) fn scope_named(views: &Views, given: Option<&str>) -> Result<Scope, Problem> {
    let Some(given) = given.map(str::trim).filter(|given| !given.is_empty()) else {
        return Ok(Scope::County);
    };
    let registry = &views.registry;
    let street = |code: &str| registry.code(Kind::Street, code).map(|code| Scope::Street(code.to_owned()));
    let community =
        |code: &str| registry.code(Kind::Community, code).map(|it| Scope::Community(it.to_owned()));
    let found = match scope_of(given) {
        Some(Scope::County) => Some(Scope::County),
        Some(Scope::Street(code)) => street(&code),
        Some(Scope::Community(code)) => community(&code),
        None => community(given).or_else(|| street(given)),
    };
    found.ok_or_else(|| Problem::unreadable("scope", given, "county, S01, C01"))
}

/// Code of the unit that a text names.
///
/// # Errors
/// [`Problem`] if none is called so.
pub(crate) fn unit_named(views: &Views, given: Option<&str>) -> Result<Option<String>, Problem> {
    let Some(given) = given.map(str::trim).filter(|given| !given.is_empty()) else { return Ok(None) };
    let code = views.registry.code(Kind::Unit, given).map(str::to_owned);
    code.map(Some).ok_or_else(|| Problem::unreadable("unit", given, "U001"))
}

/// An answer that gives a browser a cookie, such as [`set_cookie`] makes.
///
/// # Errors
/// `internal` for what no header can hold, which no cookie of ours is.
pub(crate) fn with_cookie(mut response: Response, cookie: &str) -> Answered {
    let cookie = HeaderValue::from_str(cookie).map_err(|error| Problem::internal(&error))?;
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

/// The answer to whoever has just signed in.
fn with_session(state: &AppState, begun: &Begun) -> Answered {
    let response = answer(StatusCode::OK, &who_json(&begun.who))?;
    with_cookie(response, &set_cookie(state.front, Some(&begun.secret)))
}

pub(crate) async fn sign_in(
    State(state): State<AppState>,
    address: Option<Extension<Address>>,
    _: Asking,
    body: Body,
) -> Answered {
    let SignIn { login, password } = read(body)?;
    let app = state.app.clone();
    let access = aside(move || app.access()).await?;
    let address = address.map(|Extension(Address(address))| address);
    let begun = access.sign_in(login, password, address).await?;
    with_session(&state, &begun)
}

pub(crate) async fn sign_out(
    State(state): State<AppState>,
    secret: Option<Extension<SessionSecret>>,
    _: Asking,
) -> Answered {
    if let Some(Extension(SessionSecret(secret))) = secret {
        let app = state.app.clone();
        aside(move || app.access()?.sign_out(&secret)).await?;
    }
    with_cookie(answer(StatusCode::OK, &json!({ "signedOut": true }))?, &set_cookie(state.front, None))
}

pub(crate) async fn me(State(_): State<AppState>, caller: Caller, _: Asking) -> Answered {
    match caller.who() {
        Some(who) => answer(StatusCode::OK, &who_json(who)),
        None => answer(StatusCode::OK, &json!({ "local": true })),
    }
}

fn who_json(who: &Who) -> Value {
    let roles: Vec<&str> = who.roles.iter().map(|role| role.word()).collect();
    json!({
        "login": who.login, "post": who.post, "unit": who.unit, "roles": roles, "scope": who.scope.word(),
        "account": hex::encode(who.account), "csrf": who.csrf, "mustChange": who.must_change,
    })
}

pub(crate) async fn change_password(
    State(state): State<AppState>,
    caller: Caller,
    address: Option<Extension<Address>>,
    _: Asking,
    body: Body,
) -> Answered {
    let who = in_person(&caller)?;
    let Password { old, new } = read(body)?;
    let app = state.app.clone();
    let access = aside(move || app.access()).await?;
    let address = address.map(|Extension(Address(address))| address);
    let begun = access.change_password(&who, old, new, address).await?;
    with_session(&state, &begun)
}

pub(crate) async fn list(State(state): State<AppState>, _: Asking) -> Answered {
    let app = state.app;
    let items = aside(move || {
        let access = app.access()?;
        Ok(access.ask(|accounts, today| {
            accounts.all().map(|(id, account)| account_json(&id, account, today)).collect::<Vec<_>>()
        }))
    });
    answer(StatusCode::OK, &json!({ "items": items.await? }))
}

fn account_json(id: &[u8; 16], account: &Account, today: Day) -> Value {
    let grants: Vec<Value> = account
        .grants
        .iter()
        .map(|it| {
            json!({
                "grant": it.grant, "role": it.role, "scope": it.scope, "from": it.from, "until": it.until,
                "document": it.document, "ended": it.ended, "inForce": it.on(today),
            })
        })
        .collect();
    let tokens: Vec<Value> = account
        .tokens
        .iter()
        .map(|it| {
            json!({
                "token": it.token, "name": it.name, "roles": it.roles, "scope": it.scope, "until": it.until,
                "revoked": it.revoked, "inForce": !it.revoked && today <= it.until,
            })
        })
        .collect();
    json!({
        "login": account.login, "account": hex::encode(id), "post": account.post, "unit": account.unit,
        "state": account.word(), "grants": grants, "tokens": tokens,
        "lastSignIn": account.last_sign_in.map(instant),
        "temporaryPassword": account.password.map(|it| it.0),
    })
}

/// Reads a body and does something with the accounts as whoever sends it, away from the threads that serve
/// connections.
async fn work<B: DeserializeOwned + Send + 'static>(
    posted: Posted,
    status: StatusCode,
    work: impl FnOnce(&App, &AccountId, B) -> Result<Value, Problem> + Send + 'static,
) -> Answered {
    let Posted { app, caller, body } = posted;
    let body = read(body)?;
    let done = aside(move || work(&app, &caller.account(), body)).await?;
    answer(status, &done)
}

pub(crate) async fn open(posted: Posted) -> Answered {
    work(posted, StatusCode::CREATED, |app, by, body: Open| {
        let views = app.views()?;
        let Open { login, post, unit, role, scope, from, until, document } = body;
        let (unit, scope) = (unit_named(&views, unit.as_deref())?, scope_named(&views, scope.as_deref())?);
        drop(views);
        let grant = NewGrant { role, scope, from, until, document };
        let made = app.access()?.open_account(by, NewAccount { login, post, unit, grant })?;
        Ok(json!({ "login": made.login, "password": made.password }))
    })
    .await
}

pub(crate) async fn reset_password(
    State(state): State<AppState>,
    caller: Caller,
    name: Name,
    _: Asking,
) -> Answered {
    let login = named(name)?;
    let made = aside(move || state.app.access()?.reset_password(&caller.account(), &login)).await?;
    answer(StatusCode::OK, &json!({ "login": made.login, "password": made.password }))
}

/// What is done with an account for a reason, and nothing else.
macro_rules! for_a_reason {
    ($($name:ident => $Command:ident),+) => {$(
        pub(crate) async fn $name(name: Name, posted: Posted) -> Answered {
            let login = named(name)?;
            work(posted, StatusCode::OK, move |app, by, Reason { reason }| {
                app.access()?.command(by, &login, AccountCommand::$Command { reason })?;
                Ok(json!({ "login": login }))
            })
            .await
        }
    )+};
}

for_a_reason! { lock => Lock, unlock => Unlock, close => Close }

pub(crate) async fn grant(name: Name, posted: Posted) -> Answered {
    let login = named(name)?;
    work(posted, StatusCode::CREATED, move |app, by, body: Grant| {
        let Grant { role, scope, from, until, document } = body;
        let scope = scope_named(&*app.views()?, scope.as_deref())?;
        let grant = NewGrant { role, scope, from, until, document };
        let number = app.access()?.grant(by, &login, grant)?;
        Ok(json!({ "login": login, "grant": number }))
    })
    .await
}

pub(crate) async fn end_grant(names: Names, posted: Posted) -> Answered {
    let Path((login, grant)) = names.map_err(|error| Problem::malformed("login", error))?;
    work(posted, StatusCode::OK, move |app, by, Reason { reason }| {
        let command = AccountCommand::EndGrant { grant: grant.clone(), reason };
        app.access()?.command(by, &login, command)?;
        Ok(json!({ "login": login, "grant": grant }))
    })
    .await
}

async fn issue(posted: Posted, login: String) -> Answered {
    work(posted, StatusCode::CREATED, move |app, by, body: Token| {
        let Token { name, roles, scope, until } = body;
        let views = app.views()?;
        let scope = match scope {
            None => None,
            Some(given) => Some(scope_named(&views, Some(&given))?),
        };
        let new = NewToken { name, roles, scope, until };
        let (number, secret) = app.access()?.issue_token(by, &login, new, &views)?;
        Ok(json!({ "login": login, "token": number, "secret": secret }))
    })
    .await
}

pub(crate) async fn issue_own(posted: Posted) -> Answered {
    let who = in_person(&posted.caller)?;
    if who.must_change {
        return Err(Problem::new(StatusCode::FORBIDDEN, "password-temporary"));
    }
    issue(posted, who.login).await
}

pub(crate) async fn issue_token(name: Name, posted: Posted) -> Answered {
    let login = named(name)?;
    issue(posted, login).await
}

async fn revoke(state: AppState, by: [u8; 16], login: String, token: String) -> Answered {
    let command = AccountCommand::RevokeToken { token: token.clone() };
    let name = login.clone();
    aside(move || state.app.access()?.command(&by, &name, command)).await?;
    answer(StatusCode::OK, &json!({ "login": login, "token": token }))
}

pub(crate) async fn revoke_own(
    State(state): State<AppState>,
    caller: Caller,
    name: Name,
    _: Asking,
) -> Answered {
    let who = in_person(&caller)?;
    revoke(state, who.account, who.login, named(name)?).await
}

pub(crate) async fn revoke_token(
    State(state): State<AppState>,
    caller: Caller,
    names: Names,
    _: Asking,
) -> Answered {
    let Path((login, token)) = names.map_err(|error| Problem::malformed("login", error))?;
    revoke(state, caller.account(), login, token).await
}

/// Who signed in and could not, and what was done with accounts, newest first.
pub(crate) async fn traces(State(state): State<AppState>, asking: Asking) -> Answered {
    let limit = usize::try_from(asking.number("limit")?.unwrap_or(100)).unwrap_or(SHOWN).clamp(1, SHOWN);
    let items = aside(move || state.app.account_traces(limit)).await?;
    answer(StatusCode::OK, &json!({ "items": items }))
}

impl App {
    /// The newest events of the log of accounts, newest first.
    ///
    /// # Errors
    /// [`Problem`] if it cannot be read.
    pub fn account_traces(&self, limit: usize) -> Result<Vec<Value>, Problem> {
        let access = self.access()?;
        let told = access.ask_book(|book| book.newest(limit))?;
        Ok(access.ask(|accounts, _| {
            let login = |id: &[u8; 16]| accounts.get(id).map(|account| account.login.clone());
            told.iter()
                .map(|it: &Told| {
                    json!({
                        "position": it.position, "recordedAt": instant(it.recorded_at), "kind": it.event.kind().name,
                        "login": it.about.as_ref().and_then(login), "by": it.by, "byLogin": login(&it.by_account),
                        "data": data_of(&it.event),
                    })
                })
                .collect()
        }))
    }
}

/// What an event says, without what stands beside it anyway.
fn data_of(event: &AccountEvent) -> Value {
    use AccountEvent as E;
    let value = match event {
        E::Opened(e) => serde_json::to_value(e),
        E::Granted(e) => serde_json::to_value(e),
        E::GrantEnded(e) => serde_json::to_value(e),
        E::Locked(e) => serde_json::to_value(e),
        E::Unlocked(e) => serde_json::to_value(e),
        E::Closed(e) => serde_json::to_value(e),
        E::PasswordSet(e) => serde_json::to_value(e),
        E::TokenIssued(e) => serde_json::to_value(e),
        E::TokenRevoked(e) => serde_json::to_value(e),
        E::SignedIn(e) => serde_json::to_value(e),
        E::SignedOut(e) => serde_json::to_value(e),
        E::SignInRefused(e) => serde_json::to_value(e),
    };
    value.unwrap_or_default()
}
