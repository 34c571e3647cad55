//! What nobody may read: hashes of passwords, tokens and sessions, in one file beside the signing key.
//!
//! `DIR/keys/accounts.json`, 0600, in no log and in no backup. Tokens and sessions are 256 random bits, of which the
//! file has the BLAKE3; passwords are Argon2id.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use gongjian_core::accounts::AccountId;
use gongjian_core::files;
use gongjian_core::record::Digest;
use serde::{Deserialize, Serialize};

/// The file in the folder of keys.
const FILE: &str = "accounts.json";
/// Longer than any county needs.
const FILE_BYTES_MAX: u64 = 64 << 20;
/// Sessions of one account at once; the oldest ends when there is one more.
const SESSIONS_MAX: usize = 16;
/// Microseconds after which a session that was not used ends, and after which every session does.
pub(super) const IDLE: i64 = 30 * 60 * 1_000_000;
pub(super) const ABSOLUTE: i64 = 12 * 3_600 * 1_000_000;
/// How far behind the file may be about when a session was last used.
const SEEN_BEHIND: i64 = 60 * 1_000_000;

/// A session, by the hash of its token.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Session {
    /// Whose, in hexadecimal.
    pub(super) account: String,
    /// When it began, UTC microseconds.
    pub(super) began: i64,
    /// When it was last used.
    pub(super) seen: i64,
}

impl Session {
    fn is_over(&self, now: i64) -> bool {
        // A clock that went back ends nothing early.
        now - self.seen > IDLE || now - self.began > ABSOLUTE
    }
}

/// A token, by its hash.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Held {
    /// Whose, in hexadecimal.
    pub(super) account: String,
    /// Its number.
    pub(super) token: String,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Content {
    passwords: BTreeMap<String, String>,
    tokens: BTreeMap<String, Held>,
    sessions: BTreeMap<String, Session>,
}

/// The file, read.
pub(super) struct Secrets {
    path: Option<PathBuf>,
    content: Content,
    /// When the file was last written because a session was used.
    written: i64,
}

/// What stands for a token or a session.
fn digest(secret: &str) -> String {
    Digest::of(secret.as_bytes()).to_string()
}

impl Secrets {
    /// Reads the file of a ledger's folder; without a folder everything is in memory.
    pub(super) fn open(ledger: Option<&Path>) -> io::Result<Secrets> {
        let path = ledger.map(|dir| dir.join("keys").join(FILE));
        let bytes =
            path.as_deref().map(|path| files::read_limited(path, FILE_BYTES_MAX)).transpose()?.flatten();
        let content = match bytes {
            Some(bytes) => serde_json::from_slice(&bytes).map_err(io::Error::other)?,
            None => Content::default(),
        };
        Ok(Secrets { path, content, written: 0 })
    }

    /// What happened with the content is in the file, or has not happened.
    fn change<T>(&mut self, change: impl FnOnce(&mut Content) -> T) -> io::Result<T> {
        let mut content = self.content.clone();
        let done = change(&mut content);
        self.write(&content)?;
        self.content = content;
        Ok(done)
    }

    fn write(&self, content: &Content) -> io::Result<()> {
        let Some(path) = &self.path else { return Ok(()) };
        if let Some(folder) = path.parent() {
            files::private_folder(folder)?;
        }
        files::write_whole(path, &serde_json::to_vec(content).map_err(io::Error::other)?, files::PRIVATE)
    }

    /// What is kept of an account's password.
    pub(super) fn password(&self, account: &AccountId) -> Option<String> {
        self.content.passwords.get(&hex::encode(account)).cloned()
    }

    /// Keeps another password; every session of the account ends.
    pub(super) fn set_password(&mut self, account: &AccountId, kept: String) -> io::Result<()> {
        let id = hex::encode(account);
        self.change(|content| {
            content.sessions.retain(|_, session| session.account != id);
            content.passwords.insert(id, kept);
        })
    }

    /// Begins a session.
    pub(super) fn begin(&mut self, secret: &str, account: &AccountId, now: i64) -> io::Result<()> {
        let id = hex::encode(account);
        self.change(|content| {
            content.sessions.retain(|_, session| !session.is_over(now));
            let mut own: Vec<(i64, String)> = content
                .sessions
                .iter()
                .filter(|(_, session)| session.account == id)
                .map(|(hash, session)| (session.seen, hash.clone()))
                .collect();
            own.sort_unstable();
            let surplus = (own.len() + 1).saturating_sub(SESSIONS_MAX);
            for (_, hash) in own.into_iter().take(surplus) {
                content.sessions.remove(&hash);
            }
            content.sessions.insert(digest(secret), Session { account: id, began: now, seen: now });
        })
    }

    /// The account of a session that is not over; it is used now.
    pub(super) fn session(&mut self, secret: &str, now: i64) -> Option<AccountId> {
        let session = self.content.sessions.get_mut(&digest(secret))?;
        if session.is_over(now) {
            return None;
        }
        let account = account_of(&session.account)?;
        session.seen = session.seen.max(now);
        if now - self.written > SEEN_BEHIND {
            self.written = now;
            if let Err(error) = self.write(&self.content) {
                tracing::warn!(%error, "when sessions were used is not kept");
            }
        }
        Some(account)
    }

    /// Ends a session.
    pub(super) fn end(&mut self, secret: &str) -> io::Result<()> {
        let hash = digest(secret);
        self.change(|content| {
            content.sessions.remove(&hash);
        })
    }

    /// Ends every session of an account.
    pub(super) fn end_all(&mut self, account: &AccountId) -> io::Result<()> {
        let id = hex::encode(account);
        if !self.content.sessions.values().any(|session| session.account == id) {
            return Ok(());
        }
        self.change(|content| content.sessions.retain(|_, session| session.account != id))
    }

    /// Keeps a token.
    pub(super) fn add_token(&mut self, secret: &str, account: &AccountId, token: &str) -> io::Result<()> {
        let held = Held { account: hex::encode(account), token: token.to_owned() };
        let hash = digest(secret);
        self.change(|content| {
            content.tokens.insert(hash, held);
        })
    }

    /// Forgets a token, or with `None` every token of an account.
    pub(super) fn forget_tokens(&mut self, account: &AccountId, token: Option<&str>) -> io::Result<()> {
        let id = hex::encode(account);
        self.change(|content| {
            content
                .tokens
                .retain(|_, held| held.account != id || token.is_some_and(|token| held.token != token));
        })
    }

    /// Whose token it is, and its number.
    pub(super) fn token(&self, secret: &str) -> Option<(AccountId, String)> {
        let held = self.content.tokens.get(&digest(secret))?;
        Some((account_of(&held.account)?, held.token.clone()))
    }
}

/// What ties a form to a session, found from the session's secret alone.
pub(super) fn csrf_of(session: &str) -> String {
    let digest = Digest::of(format!("gongjian csrf {session}").as_bytes()).to_string();
    digest.chars().take(32).collect()
}

fn account_of(hexadecimal: &str) -> Option<AccountId> {
    let mut id = [0; 16];
    hex::decode_to_slice(hexadecimal, &mut id).ok()?;
    Some(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    const ONE: AccountId = [1; 16];

    #[test]
    fn sessions_end_unused_and_in_any_case() {
        let mut secrets = Secrets::open(None).unwrap();
        secrets.begin("s", &ONE, 0).unwrap();
        let mut now = 0;
        while now + IDLE <= ABSOLUTE {
            now += IDLE;
            assert_eq!(secrets.session("s", now), Some(ONE));
        }
        assert_eq!(secrets.session("s", now + 2), None, "twelve hours are over");
        secrets.begin("t", &ONE, 0).unwrap();
        assert_eq!(secrets.session("t", IDLE + 1), None, "half an hour without use");
        assert_eq!(secrets.session("u", 0), None);
    }

    #[test]
    fn the_file_holds_no_secret_and_is_private() {
        let dir = tempfile::tempdir().unwrap();
        let mut secrets = Secrets::open(Some(dir.path())).unwrap();
        secrets.begin("a-session", &ONE, 5).unwrap();
        secrets.add_token("gj_token", &ONE, "T1").unwrap();
        let path = dir.path().join("keys").join(FILE);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(!text.contains("a-session") && !text.contains("gj_token"));
        let mut again = Secrets::open(Some(dir.path())).unwrap();
        assert_eq!(again.session("a-session", 6), Some(ONE));
        assert_eq!(again.token("gj_token"), Some((ONE, "T1".to_owned())));
        again.set_password(&ONE, "x".to_owned()).unwrap();
        assert_eq!(again.session("a-session", 6), None, "another password ends every session");
        again.forget_tokens(&ONE, Some("T2")).unwrap();
        assert!(again.token("gj_token").is_some());
        again.forget_tokens(&ONE, None).unwrap();
        assert!(again.token("gj_token").is_none());
    }
}
