//! [`Access`]: the log of accounts with the secrets beside it. Who signs in, who a session or a token is, and what
//! administrators and the accounts themselves may change.

use std::net::IpAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use axum::http::StatusCode;
use gongjian_core::accounts::events::{Granted, Opened, SignInRefused, SignedIn, SignedOut, TokenIssued};
use gongjian_core::accounts::state::Temporary;
use gongjian_core::accounts::{Account, AccountCommand, AccountId, Accounts, Book, BookError, By};
use gongjian_core::clock::Clock;
use gongjian_core::day::Day;
use gongjian_core::ledger::Refused;
use gongjian_core::log::{Report, StorageError};
use gongjian_core::rejection::Rejection;
use gongjian_projections::figures::Scope;
use gongjian_projections::views::Views;
use tokio::sync::Semaphore;

use super::command::is_scope_within;
use super::secrets::{Secrets, csrf_of};
use super::throttle::{TRIES, Throttle};
use super::{Caller, Role, Who, password};
use crate::error::Problem;

/// Passwords that are hashed at once, each in 19 MiB; and how many may wait for that.
const HASHING: usize = 2;
const WAITING: usize = 32;
/// What a token begins with, so that one that was published is known for what it is.
const TOKEN: &str = "gj_";
/// Wrong passwords of one name are told in the log at most once in so many microseconds.
const TOLD_EVERY: i64 = 60 * 1_000_000;

/// The accounts of a ledger.
pub struct Access {
    state: Mutex<State>,
    throttle: Mutex<Throttle>,
    hashing: Semaphore,
    waiting: Semaphore,
    clock: Arc<dyn Clock>,
}

struct State {
    book: Book,
    secrets: Secrets,
    /// Refused attempts of accounts, and of names without one, since they were last told, and when that was.
    refused: std::collections::BTreeMap<AccountId, (u32, i64)>,
}

/// A session that has just begun.
#[derive(Debug)]
pub struct Begun {
    /// The secret of the cookie.
    pub secret: String,
    /// Who signed in.
    pub who: Arc<Who>,
}

/// An account that was just opened, or whose password was just made.
#[derive(Clone, Debug)]
pub struct Made {
    /// The name that it signs in with.
    pub login: String,
    /// A password that must be changed at once.
    pub password: String,
}

/// What a new account is.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// The name that it signs in with.
    pub login: String,
    /// Its post.
    pub post: String,
    /// Code of the unit that it acts for.
    pub unit: Option<String>,
    /// Its first role.
    pub grant: NewGrant,
}

/// A role to be granted.
#[derive(Clone, Debug)]
pub struct NewGrant {
    /// Word of the role.
    pub role: String,
    /// Where.
    pub scope: Scope,
    /// First day; today where it says nothing.
    pub from: Option<Day>,
    /// Last day.
    pub until: Option<Day>,
    /// The document that orders it.
    pub document: Option<String>,
}

/// A token to be issued.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// What it is for.
    pub name: String,
    /// Which of the account's roles; all of them where it says nothing.
    pub roles: Vec<String>,
    /// Where; where the account may, if it says nothing.
    pub scope: Option<Scope>,
    /// Last day.
    pub until: Day,
}

impl Access {
    /// Opens the accounts of the ledger in a folder, or makes the log of accounts; without a folder they are in memory.
    ///
    /// # Errors
    /// [`BookError`], or the file of secrets cannot be read.
    pub fn open(
        dir: Option<&Path>,
        origin: &str,
        clock: Arc<dyn Clock>,
        passphrase: Option<String>,
    ) -> Result<Access, Box<dyn std::error::Error + Send + Sync>> {
        let book = match dir {
            Some(dir) => Book::open(dir, origin, Arc::clone(&clock), passphrase)?,
            None => Book::in_memory(origin, Arc::clone(&clock))?,
        };
        let state = State { book, secrets: Secrets::open(dir)?, refused: std::collections::BTreeMap::new() };
        Ok(Access {
            state: Mutex::new(state),
            throttle: Mutex::default(),
            hashing: Semaphore::new(HASHING),
            waiting: Semaphore::new(WAITING),
            clock,
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Log and file are each replaced whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn throttle(&self) -> MutexGuard<'_, Throttle> {
        self.throttle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks the accounts.
    pub fn ask<T>(&self, ask: impl FnOnce(&Accounts, Day) -> T) -> T {
        let state = self.state();
        ask(state.book.accounts(), state.book.today())
    }

    /// Asks the log of accounts.
    pub fn ask_book<T>(&self, ask: impl FnOnce(&Book) -> T) -> T {
        ask(&self.state().book)
    }

    /// Recomputes the log of accounts.
    ///
    /// # Errors
    /// [`StorageError`] if it cannot be read at all.
    pub fn verify(&self) -> Result<Report, StorageError> {
        self.state().book.verify()
    }

    /// Signs what is new in the log of accounts.
    pub fn sign(&self) {
        if let Err(error) = self.state().book.sign() {
            tracing::error!(error = crate::error::chain(&error), "the log of accounts is not signed");
        }
    }

    /// Signs in. The answer to a name that nobody has is that to a wrong password, and takes as long.
    ///
    /// # Errors
    /// `sign-in-wrong`, `sign-in-throttled`, `sign-in-locked`, `busy`.
    pub async fn sign_in(
        self: &Arc<Self>,
        login: String,
        given: String,
        address: Option<IpAddr>,
    ) -> Result<Begun, Problem> {
        let access = Arc::clone(self);
        self.hashing(move || access.sign_in_now(&login, &given, address)).await
    }

    /// Does something with passwords when it is its turn, away from the threads that serve connections.
    async fn hashing<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let busy = || Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy");
        let _place = self.waiting.try_acquire().map_err(|_| busy())?;
        let _turn = self.hashing.acquire().await.map_err(|_| busy())?;
        crate::http::aside(work).await
    }

    /// Counts a try. Returns how many are left.
    fn may_try(&self, login: &str, address: Option<IpAddr>) -> Result<u32, Problem> {
        self.throttle().begin(login, address, Instant::now()).map_err(|wait| {
            Problem::new(StatusCode::TOO_MANY_REQUESTS, "sign-in-throttled")
                .with("seconds", wait.as_secs() + 1)
        })
    }

    fn sign_in_now(&self, login: &str, given: &str, address: Option<IpAddr>) -> Result<Begun, Problem> {
        let left = self.may_try(login, address)?;
        let found = {
            let state = self.state();
            let found = state.book.accounts().by_login(login).map(|(id, account)| (id, account.is_usable()));
            found.map(|(id, usable)| (id, usable, state.secrets.password(&id)))
        };
        let kept = found.as_ref().and_then(|(_, _, kept)| kept.as_deref());
        let right = password::is_right(given, kept);
        match found {
            Some((id, true, _)) if right => {
                self.throttle().right(login, address);
                self.begin(&id, address)
            }
            // Only who knows the password learns that the account is locked.
            Some((_, false, _)) if right => Err(Problem::new(StatusCode::FORBIDDEN, "sign-in-locked")),
            found => {
                self.tell_refused(found.map(|(id, ..)| id), address);
                Err(Problem::new(StatusCode::UNAUTHORIZED, "sign-in-wrong")
                    .with("left", left)
                    .with("tries", TRIES))
            }
        }
    }

    fn begin(&self, id: &AccountId, address: Option<IpAddr>) -> Result<Begun, Problem> {
        let secret = password::secret()?;
        let now = self.clock.now_micros();
        let mut state = self.state();
        let (login, post) = state.names(id)?;
        let who = state.who(id, csrf_of(&secret))?;
        if who.roles.is_empty() {
            return Err(Problem::new(StatusCode::FORBIDDEN, "sign-in-without-role").with("login", login));
        }
        let signed_in = SignedIn { address: address.map(|address| address.to_string()) };
        state.book.note(&By { post, account: *id }, Some(id), signed_in.into())?;
        state.secrets.begin(&secret, id, now).map_err(|error| Problem::internal(&error))?;
        Ok(Begun { secret, who: Arc::new(who) })
    }

    /// Tells a wrong password in the log, at most once a minute for each account and for all strangers together.
    fn tell_refused(&self, account: Option<AccountId>, address: Option<IpAddr>) {
        let now = self.clock.now_micros();
        let mut state = self.state();
        let told = state.refused.entry(account.unwrap_or_default()).or_insert((0, i64::MIN));
        told.0 = told.0.saturating_add(1);
        if told.1 != i64::MIN && now - told.1 < TOLD_EVERY {
            return;
        }
        let times = std::mem::take(&mut told.0);
        told.1 = now;
        let by = By { post: "unknown".to_owned(), account: [0; 16] };
        let refused = SignInRefused { times, address: address.map(|address| address.to_string()) };
        if let Err(error) = state.book.note(&by, account.as_ref(), refused.into()) {
            tracing::error!(error = crate::error::chain(&error), "a refused attempt to sign in is not told");
        }
    }

    /// Ends a session.
    ///
    /// # Errors
    /// [`Problem`] if the machine fails.
    pub fn sign_out(&self, secret: &str) -> Result<(), Problem> {
        let now = self.clock.now_micros();
        let mut state = self.state();
        let Some(id) = state.secrets.session(secret, now) else { return Ok(()) };
        state.secrets.end(secret).map_err(|error| Problem::internal(&error))?;
        let (_, post) = state.names(&id)?;
        state.book.note(&By { post, account: id }, Some(&id), SignedOut {}.into())?;
        Ok(())
    }

    /// Who a session's secret belongs to.
    pub fn of_session(&self, secret: &str) -> Option<Arc<Who>> {
        let now = self.clock.now_micros();
        let mut state = self.state();
        let id = state.secrets.session(secret, now)?;
        state.who(&id, csrf_of(secret)).ok().map(Arc::new)
    }

    /// Who a token belongs to, with the roles that it has, and the scope that it was issued for: whether that still
    /// lies within the account's, is asked of the registry.
    pub fn of_token(&self, secret: &str) -> Option<(Who, Scope)> {
        let state = self.state();
        let (id, number) = state.secrets.token(secret)?;
        let mut who = state.who(&id, String::new()).ok()?;
        let today = state.book.today();
        let account = state.book.accounts().get(&id)?;
        let token = account.tokens.iter().find(|token| token.token == number)?;
        if token.revoked || token.until < today {
            return None;
        }
        // That is about the password, which a program does not know.
        who.must_change = false;
        who.roles.retain(|role| token.roles.iter().any(|word| word == role.word()));
        let scope = scope_of(&token.scope)?;
        Some((who, scope))
    }

    /// Changes one's own password; every session ends and a new one begins.
    ///
    /// # Errors
    /// `sign-in-throttled`, `password-wrong` for a wrong old one, another `password-…` for a weak new one, `busy`.
    pub async fn change_password(
        self: &Arc<Self>,
        who: &Who,
        old: String,
        new: String,
        address: Option<IpAddr>,
    ) -> Result<Begun, Problem> {
        let (access, id, login) = (Arc::clone(self), who.account, who.login.clone());
        self.hashing(move || {
            access.may_try(&login, address)?;
            let kept = access.state().secrets.password(&id);
            if !password::is_right(&old, kept.as_deref()) {
                return Err(Problem::new(StatusCode::FORBIDDEN, "password-wrong"));
            }
            access.throttle().right(&login, address);
            password::check(&login, &new)?;
            if old == new {
                return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "password-same"));
            }
            let kept = password::hash(&new)?;
            access.set_password(&id, &id, kept, false)?;
            access.begin(&id, address)
        })
        .await
    }

    fn set_password(
        &self,
        by: &AccountId,
        id: &AccountId,
        kept: String,
        temporary: bool,
    ) -> Result<(), Problem> {
        let mut state = self.state();
        let by = state.by(by);
        state.book.handle(&by, &[(*id, AccountCommand::SetPassword { temporary })])?;
        state.secrets.set_password(id, kept).map_err(|error| Problem::internal(&error))
    }

    /// Opens an account with one role and a password that must be changed.
    ///
    /// # Errors
    /// [`Problem`]: a rule refuses, or the machine fails.
    pub fn open_account(&self, by: &AccountId, new: NewAccount) -> Result<Made, Problem> {
        let made = password::random()?;
        let kept = password::hash(&made)?;
        let id = crate::app::random_id()?;
        let login = new.login.clone();
        let mut state = self.state();
        let today = state.book.today();
        let commands = [
            (id, AccountCommand::Open(Opened { login: new.login, post: new.post, unit: new.unit })),
            (id, new.grant.command(today, 1)),
            (id, AccountCommand::SetPassword { temporary: true }),
        ];
        let by = state.by(by);
        state.book.handle(&by, &commands)?;
        state.secrets.set_password(&id, kept).map_err(|error| Problem::internal(&error))?;
        Ok(Made { login, password: made })
    }

    /// Makes another password for an account, which must be changed at once.
    ///
    /// # Errors
    /// As [`Access::open_account`].
    pub fn reset_password(&self, by: &AccountId, login: &str) -> Result<Made, Problem> {
        let id = self.id(login)?;
        let made = password::random()?;
        let kept = password::hash(&made)?;
        self.set_password(by, &id, kept, true)?;
        Ok(Made { login: login.to_owned(), password: made })
    }

    /// Does something with an account by its name. What takes rights away ends its sessions.
    ///
    /// # Errors
    /// As [`Access::open_account`].
    pub fn command(&self, by: &AccountId, login: &str, command: AccountCommand) -> Result<(), Problem> {
        let id = self.id(login)?;
        let mut state = self.state();
        let by = state.by(by);
        let closes = matches!(command, AccountCommand::Close { .. });
        let revoked = match &command {
            AccountCommand::RevokeToken { token } => Some(token.clone()),
            _ => None,
        };
        let ends_sessions = revoked.is_none() && !matches!(command, AccountCommand::Unlock { .. });
        state.book.handle(&by, &[(id, command)])?;
        let mut forget = || {
            if closes || revoked.is_some() {
                state.secrets.forget_tokens(&id, revoked.as_deref())?;
            }
            // Rights that changed are those of a new session.
            if ends_sessions { state.secrets.end_all(&id) } else { Ok(()) }
        };
        forget().map_err(|error| Problem::internal(&error))
    }

    /// Grants a role. Returns the grant's number.
    ///
    /// # Errors
    /// As [`Access::open_account`].
    pub fn grant(&self, by: &AccountId, login: &str, new: NewGrant) -> Result<String, Problem> {
        let id = self.id(login)?;
        let (today, number) = self
            .ask(|accounts, today| (today, accounts.get(&id).map_or(0, |account| account.grants.len()) + 1));
        let command = new.command(today, number);
        self.command(by, login, command)?;
        Ok(number_of("G", number))
    }

    /// Issues a token. Returns its number and the token itself, which nobody can see again.
    ///
    /// # Errors
    /// As [`Access::open_account`]; `account-scope` for a scope that is not within that of the account.
    pub fn issue_token(
        &self,
        by: &AccountId,
        login: &str,
        new: NewToken,
        views: &Views,
    ) -> Result<(String, String), Problem> {
        let id = self.id(login)?;
        let secret = format!("{TOKEN}{}", password::secret()?);
        let mut state = self.state();
        let who = state.who(&id, String::new())?;
        let number = state.book.accounts().get(&id).map_or(0, |account| account.tokens.len()) + 1;
        let token = number_of("T", number);
        let scope = new.scope.unwrap_or_else(|| who.scope.clone());
        if !is_scope_within(views, &scope, &who.scope) {
            let refused = Rejection::new("account-scope").with("given", scope.word());
            return Err(BookError::Rejected(refused).into());
        }
        let roles = match new.roles.is_empty() {
            true => who.roles.iter().map(|role| role.word().to_owned()).collect(),
            false => new.roles,
        };
        let (name, until, scope) = (new.name, new.until, scope.word());
        let issued = TokenIssued { token: token.clone(), name, roles, scope, until };
        let by = state.by(by);
        state.book.handle(&by, &[(id, AccountCommand::IssueToken(issued))])?;
        state.secrets.add_token(&secret, &id, &token).map_err(|error| Problem::internal(&error))?;
        Ok((token, secret))
    }

    fn id(&self, login: &str) -> Result<AccountId, Problem> {
        let found = self.ask(|accounts, _| accounts.by_login(login).map(|(id, _)| id));
        found.ok_or_else(|| Problem::not_found(login))
    }
}

impl NewGrant {
    fn command(self, today: Day, number: usize) -> AccountCommand {
        AccountCommand::Grant(Granted {
            grant: number_of("G", number),
            role: self.role,
            scope: self.scope.word(),
            from: self.from.unwrap_or(today),
            until: self.until,
            document: self.document,
        })
    }
}

fn number_of(letter: &str, number: usize) -> String {
    format!("{letter}{number}")
}

impl State {
    fn names(&self, id: &AccountId) -> Result<(String, String), Problem> {
        let account = self.book.accounts().get(id).ok_or_else(|| Problem::not_found("account"))?;
        Ok((account.login.clone(), account.post.clone()))
    }

    fn by(&self, id: &AccountId) -> By {
        match self.book.accounts().get(id) {
            Some(account) => By { post: account.post.clone(), account: *id },
            None => By::local(),
        }
    }

    /// What an account may do today.
    fn who(&self, id: &AccountId, csrf: String) -> Result<Who, Problem> {
        let account = self.book.accounts().get(id).filter(|account| account.is_usable());
        let account = account.ok_or_else(|| Problem::new(StatusCode::FORBIDDEN, "sign-in-locked"))?;
        Ok(who_on(*id, account, self.book.today(), csrf))
    }
}

/// An account with the rights that it has on a day.
fn who_on(id: AccountId, account: &Account, day: Day, csrf: String) -> Who {
    let roles = account.grants_on(day).filter_map(|grant| Role::of_word(&grant.role)).collect();
    // All grants of an account have one scope; that is a rule of the log.
    let scope = account.grants_on(day).find_map(|grant| scope_of(&grant.scope)).unwrap_or_default();
    Who {
        account: id,
        login: account.login.clone(),
        post: account.post.clone(),
        unit: account.unit.clone(),
        roles,
        scope,
        csrf,
        must_change: account.password == Some(Temporary(true)),
    }
}

/// The scope of its word.
pub(crate) fn scope_of(word: &str) -> Option<Scope> {
    match word.split_once('/') {
        None => (word == "county").then_some(Scope::County),
        Some(("street", code)) => Some(Scope::Street(code.to_owned())),
        Some(("community", code)) => Some(Scope::Community(code.to_owned())),
        Some(_) => None,
    }
}

impl Caller {
    /// The account that asks; zeros for whoever has the folder.
    pub fn account(&self) -> AccountId {
        self.who().map_or([0; 16], |who| who.account)
    }
}

impl From<BookError> for Problem {
    fn from(error: BookError) -> Problem {
        match error {
            BookError::Rejected(rejection) => Problem::from(Refused::Rejected { index: 0, rejection }),
            error => Problem::internal(&error),
        }
    }
}
