//! What is folded from the events: every account with its grants and tokens.

use std::collections::BTreeMap;

use super::events::AccountEvent;
use super::role::{self, Sort};
use crate::day::Day;

/// Random pseudonym of an account. Zeros are nobody's.
pub type AccountId = [u8; 16];

/// Prefix of an account's stream.
const STREAM: &str = "account/";

/// A role that was granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Its number.
    pub grant: String,
    /// Word of the role.
    pub role: String,
    /// Where.
    pub scope: String,
    /// First day.
    pub from: Day,
    /// Last day.
    pub until: Option<Day>,
    /// The document that orders it.
    pub document: Option<String>,
    /// Why it was ended before its last day.
    pub ended: Option<String>,
}

impl Grant {
    /// Whether it is in force on a day.
    pub fn on(&self, day: Day) -> bool {
        self.from <= day && self.stands(day)
    }

    /// Whether it is in force on a day or will be.
    pub fn stands(&self, day: Day) -> bool {
        self.ended.is_none() && self.until.is_none_or(|until| day <= until)
    }
}

/// A program that may act for an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its number.
    pub token: String,
    /// What it is for.
    pub name: String,
    /// Those of the account's roles that it has.
    pub roles: Vec<String>,
    /// Where it may act.
    pub scope: String,
    /// Last day.
    pub until: Day,
    /// Whether it was revoked.
    pub revoked: bool,
}

/// An account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// The name that it signs in with.
    pub login: String,
    /// The post that its events are recorded by.
    pub post: String,
    /// Code of the unit that it acts for.
    pub unit: Option<String>,
    /// What it was granted, in order.
    pub grants: Vec<Grant>,
    /// Programs that may act for it, in order.
    pub tokens: Vec<Token>,
    /// Why it is locked.
    pub locked: Option<String>,
    /// Why it is closed.
    pub closed: Option<String>,
    /// Whether it has a password, and must change it first.
    pub password: Option<Temporary>,
    /// When somebody last signed in, UTC microseconds.
    pub last_sign_in: Option<i64>,
}

/// Whether a password must be changed before anything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Temporary(pub bool);

impl Account {
    /// The grants in force on a day.
    pub fn grants_on(&self, day: Day) -> impl Iterator<Item = &Grant> {
        self.grants.iter().filter(move |grant| grant.on(day))
    }

    /// Whether it may sign in and act at all.
    pub fn is_usable(&self) -> bool {
        self.locked.is_none() && self.closed.is_none()
    }

    /// Where it stands: `open`, `locked`, `closed`.
    pub fn word(&self) -> &'static str {
        match (&self.closed, &self.locked) {
            (Some(_), _) => "closed",
            (None, Some(_)) => "locked",
            (None, None) => "open",
        }
    }

    fn evolve(&mut self, event: &AccountEvent, recorded_at: i64) {
        match event {
            AccountEvent::Opened(e) => {
                self.login.clone_from(&e.login);
                self.post.clone_from(&e.post);
                self.unit.clone_from(&e.unit);
            }
            AccountEvent::Granted(e) => self.grants.push(Grant {
                grant: e.grant.clone(),
                role: e.role.clone(),
                scope: e.scope.clone(),
                from: e.from,
                until: e.until,
                document: e.document.clone(),
                ended: None,
            }),
            AccountEvent::GrantEnded(e) => {
                for grant in self.grants.iter_mut().filter(|grant| grant.grant == e.grant) {
                    grant.ended = Some(e.reason.clone());
                }
            }
            AccountEvent::Locked(e) => self.locked = Some(e.reason.clone()),
            AccountEvent::Unlocked(_) => self.locked = None,
            AccountEvent::Closed(e) => self.closed = Some(e.reason.clone()),
            AccountEvent::PasswordSet(e) => self.password = Some(Temporary(e.temporary)),
            AccountEvent::TokenIssued(e) => self.tokens.push(Token {
                token: e.token.clone(),
                name: e.name.clone(),
                roles: e.roles.clone(),
                scope: e.scope.clone(),
                until: e.until,
                revoked: false,
            }),
            AccountEvent::TokenRevoked(e) => {
                for token in self.tokens.iter_mut().filter(|token| token.token == e.token) {
                    token.revoked = true;
                }
            }
            AccountEvent::SignedIn(_) => self.last_sign_in = Some(recorded_at),
            AccountEvent::SignedOut(_) | AccountEvent::SignInRefused(_) => {}
        }
    }
}

/// Every account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accounts {
    accounts: BTreeMap<AccountId, Account>,
    logins: BTreeMap<String, AccountId>,
}

impl Accounts {
    /// The stream of an account.
    pub fn stream(id: &AccountId) -> String {
        format!("{STREAM}{}", hex::encode(id))
    }

    /// The account whose stream it is.
    pub fn id_of(stream: &str) -> Option<AccountId> {
        let mut id = [0; 16];
        hex::decode_to_slice(stream.strip_prefix(STREAM)?, &mut id).ok()?;
        Some(id)
    }

    /// An account.
    pub fn get(&self, id: &AccountId) -> Option<&Account> {
        self.accounts.get(id)
    }

    /// The account that signs in under a name.
    pub fn by_login(&self, login: &str) -> Option<(AccountId, &Account)> {
        let id = self.logins.get(login)?;
        Some((*id, self.accounts.get(id)?))
    }

    /// All of them, by the name that they sign in with.
    pub fn all(&self) -> impl Iterator<Item = (AccountId, &Account)> {
        self.logins.values().filter_map(|id| Some((*id, self.accounts.get(id)?)))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.accounts.is_empty()
    }

    /// Folds an event in. What belongs to no account changes nothing.
    pub fn apply(&mut self, stream: &str, event: &AccountEvent, recorded_at: i64) {
        let Some(id) = Accounts::id_of(stream) else { return };
        if let AccountEvent::Opened(e) = event {
            self.logins.insert(e.login.clone(), id);
            self.accounts.entry(id).or_default();
        }
        if let Some(account) = self.accounts.get_mut(&id) {
            account.evolve(event, recorded_at);
        }
    }

    /// A role that an account holds on a day or will, and that does not go together with another one.
    pub(super) fn holds_against<'a>(account: &'a Account, role: &str, today: Day) -> Option<&'a Grant> {
        account.grants.iter().find(|grant| grant.stands(today) && !role::together(&grant.role, role))
    }

    /// A grant of an account whose scope differs: all of an account's roles have one.
    pub(super) fn scoped_otherwise<'a>(account: &'a Account, scope: &str, today: Day) -> Option<&'a Grant> {
        account.grants.iter().find(|grant| {
            grant.stands(today)
                && grant.scope != scope
                && role::sort(&grant.role) != Some(Sort::Administrator)
        })
    }
}
