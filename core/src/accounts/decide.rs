//! What may be done with accounts, and what is refused.

use super::events::{
    AccountEvent, Closed, GrantEnded, Granted, Locked, Opened, PasswordSet, TokenIssued, TokenRevoked,
    Unlocked,
};
use super::role::{self, LIAISON, ROLES, Sort};
use super::state::{Account, AccountId, Accounts};
use crate::day::Day;
use crate::domain::category::required;
use crate::rejection::Rejection;

/// Longest and shortest name to sign in with.
const LOGIN_LETTERS: std::ops::RangeInclusive<usize> = 2..=32;
/// Days that a token may be good for.
const TOKEN_DAYS_MAX: i32 = 366;
/// Days that an inspection may last.
const INSPECTION_DAYS_MAX: i32 = 366;
/// Tokens of one account that may be good at once.
const TOKENS_MAX: usize = 20;
/// Longest name of a post, unit, document or token.
const NAME_CHARS_MAX: usize = 100;

/// Something asked for about an account. What is asked for in many fields is asked for as the event that is to come.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are those of the events")]
pub enum AccountCommand {
    /// Let a post sign in.
    Open(Opened),
    /// Give it a role.
    Grant(Granted),
    /// Take a role back.
    EndGrant { grant: String, reason: String },
    /// Let nobody sign in for now.
    Lock { reason: String },
    /// Let them sign in again.
    Unlock { reason: String },
    /// Let nobody sign in ever again.
    Close { reason: String },
    /// Note that there is another password.
    SetPassword { temporary: bool },
    /// Let a program act for it.
    IssueToken(TokenIssued),
    /// Let that program act no more.
    RevokeToken { token: String },
}

/// Turns a command on the account `id` into an event, or refuses it. `by` is the account that asks; zeros for whoever
/// runs the program on the folder itself.
///
/// # Errors
/// A [`Rejection`]; nothing changes.
pub fn decide(
    accounts: &Accounts,
    today: Day,
    by: &AccountId,
    id: &AccountId,
    command: &AccountCommand,
) -> Result<AccountEvent, Rejection> {
    let asks = Asks { by, id };
    if let AccountCommand::Open(new) = command {
        may_open(accounts, id, new)?;
        return Ok(new.clone().into());
    }
    let account = accounts.get(id).ok_or_else(|| Rejection::absent(&Accounts::stream(id)))?;
    if account.closed.is_some() {
        return Err(Rejection::new("account-closed").with("login", &account.login));
    }
    match command {
        AccountCommand::Open(_) => Err(Rejection::exists(&Accounts::stream(id))),
        AccountCommand::Grant(new) => {
            asks.of_another(account)?;
            may_grant(account, today, new)?;
            Ok(new.clone().into())
        }
        AccountCommand::EndGrant { grant, reason } => {
            asks.of_another(account)?;
            short("reason", reason)?;
            let stands = account.grants.iter().any(|it| it.grant == *grant && it.stands(today));
            if !stands {
                return Err(Rejection::unknown("grant", grant));
            }
            Ok(GrantEnded { grant: grant.clone(), reason: reason.clone() }.into())
        }
        AccountCommand::Lock { reason } => {
            asks.of_another(account)?;
            short("reason", reason)?;
            Ok(Locked { reason: reason.clone() }.into())
        }
        AccountCommand::Unlock { reason } => {
            asks.of_another(account)?;
            short("reason", reason)?;
            Ok(Unlocked { reason: reason.clone() }.into())
        }
        AccountCommand::Close { reason } => {
            asks.of_another(account)?;
            short("reason", reason)?;
            Ok(Closed { reason: reason.clone() }.into())
        }
        AccountCommand::SetPassword { temporary } => {
            // Whoever knows somebody else's lasting password could act for them unnoticed.
            if !temporary {
                asks.of_own(account)?;
            }
            Ok(PasswordSet { temporary: *temporary }.into())
        }
        AccountCommand::IssueToken(new) => {
            asks.of_own(account)?;
            short("name", &new.name)?;
            may_issue(account, today, &new.roles, new.until)?;
            Ok(new.clone().into())
        }
        AccountCommand::RevokeToken { token } => {
            if !account.tokens.iter().any(|it| it.token == *token && !it.revoked) {
                return Err(Rejection::unknown("token", token));
            }
            Ok(TokenRevoked { token: token.clone() }.into())
        }
    }
}

struct Asks<'a> {
    by: &'a AccountId,
    id: &'a AccountId,
}

impl Asks<'_> {
    /// Nobody decides about their own rights.
    fn of_another(&self, account: &Account) -> Result<(), Rejection> {
        if self.by == self.id {
            return Err(Rejection::new("account-own-rights").with("login", &account.login));
        }
        Ok(())
    }

    /// Only the account itself, or whoever has the folder.
    fn of_own(&self, account: &Account) -> Result<(), Rejection> {
        if self.by != self.id && *self.by != [0; 16] {
            return Err(Rejection::new("account-of-another").with("login", &account.login));
        }
        Ok(())
    }
}

fn may_open(accounts: &Accounts, id: &AccountId, new: &Opened) -> Result<(), Rejection> {
    let login = new.login.as_str();
    if *id == [0; 16] || accounts.get(id).is_some() {
        return Err(Rejection::exists(&Accounts::stream(id)));
    }
    let fits = LOGIN_LETTERS.contains(&login.len())
        && login.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.".contains(&b))
        && login.starts_with(|c: char| c.is_ascii_alphanumeric());
    if !fits {
        return Err(Rejection::new("account-login").with("given", login));
    }
    if accounts.by_login(login).is_some() {
        // Also that of a closed one: what a name did stays with the one who did it.
        return Err(Rejection::new("account-login-taken").with("login", login));
    }
    short("post", &new.post)?;
    if let Some(unit) = &new.unit {
        short("unit", unit)?;
    }
    Ok(())
}

fn may_grant(account: &Account, today: Day, new: &Granted) -> Result<(), Rejection> {
    let Some(sort) = role::sort(&new.role) else {
        let words: Vec<&str> = ROLES.iter().map(|(word, _)| *word).collect();
        return Err(Rejection::choice("role", &new.role, &words));
    };
    if let Some(held) = Accounts::holds_against(account, &new.role, today) {
        return Err(Rejection::new("account-roles-apart").with("role", &new.role).with("held", &held.role));
    }
    if account.grants.iter().any(|it| it.role == new.role && it.stands(today)) {
        return Err(Rejection::new("account-role-held").with("role", &new.role));
    }
    if !is_scope(&new.scope) || (sort == Sort::Administrator && new.scope != "county") {
        return Err(Rejection::new("account-scope").with("given", &new.scope));
    }
    if let Some(other) = Accounts::scoped_otherwise(account, &new.scope, today) {
        return Err(Rejection::new("account-one-scope").with("scope", &new.scope).with("held", &other.scope));
    }
    if new.role == LIAISON && account.unit.is_none() {
        return Err(Rejection::new("account-liaison-unit").with("login", &account.login));
    }
    if let Some(until) = new.until
        && (until < new.from || until < today)
    {
        return Err(Rejection::new("account-until").with("until", until));
    }
    if let Some(document) = &new.document {
        short("document", document)?;
    }
    let lasts = |until: Day| until <= new.from.plus(INSPECTION_DAYS_MAX);
    if sort == Sort::Inspection && !(new.document.is_some() && new.until.is_some_and(lasts)) {
        return Err(Rejection::new("account-inspection").with("days", INSPECTION_DAYS_MAX));
    }
    Ok(())
}

fn may_issue(account: &Account, today: Day, roles: &[String], until: Day) -> Result<(), Rejection> {
    if !(today..=today.plus(TOKEN_DAYS_MAX)).contains(&until) {
        return Err(Rejection::new("account-token-until").with("days", TOKEN_DAYS_MAX));
    }
    if account.tokens.iter().filter(|it| !it.revoked && it.until >= today).count() >= TOKENS_MAX {
        return Err(Rejection::new("account-tokens").with("limit", TOKENS_MAX));
    }
    let missing = roles.iter().find(|role| !account.grants_on(today).any(|grant| grant.role == **role));
    match missing {
        Some(role) => Err(Rejection::new("account-token-role").with("role", role)),
        None if roles.is_empty() => Err(Rejection::empty("roles")),
        None => Ok(()),
    }
}

/// Whether a text names a scope: the county, a street or a community.
pub fn is_scope(scope: &str) -> bool {
    match scope.split_once('/') {
        None => scope == "county",
        Some((what, code)) => {
            matches!(what, "street" | "community")
                && (1..=40).contains(&code.chars().count())
                && !code.contains(|c: char| c.is_whitespace() || c.is_control() || c == '/')
        }
    }
}

fn short(field: &'static str, text: &str) -> Result<(), Rejection> {
    required(field, text)?;
    if text.chars().count() > NAME_CHARS_MAX || text.contains(char::is_control) {
        return Err(Rejection::new("text-too-long").with("field", field).with("limit", NAME_CHARS_MAX));
    }
    Ok(())
}
