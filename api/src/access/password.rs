//! Passwords: what may be one, what is kept of it, and how one is made for somebody.

use argon2::{Algorithm, Argon2, Params, Version};
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::error::Problem;

/// Memory (KiB), passes and lanes of Argon2id: tens of milliseconds, and too much memory to try many at once.
const COST: (u32, u32, u32) = (19_456, 2, 1);
/// Bytes of salt and of what is derived.
const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;
/// Fewest characters, and most bytes.
const CHARS_MIN: usize = 10;
const BYTES_MAX: usize = 256;
/// Letters of passwords that are made here; none looks like another.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// Passwords and beginnings of passwords that everybody tries first.
const COMMON: &[&str] = &[
    "1234567890",
    "0123456789",
    "0987654321",
    "9876543210",
    "1q2w3e4r5t",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "password",
    "passw0rd",
    "p@ssw0rd",
    "p@ssword",
    "admin",
    "administrator",
    "root",
    "welcome",
    "letmein",
    "iloveyou",
    "woaini",
    "a123456",
    "abc123",
    "abcd1234",
    "qwe123",
    "qwer1234",
    "123qwe",
    "1qaz2wsx",
    "5201314",
    "1314520",
    "88888888",
    "66666666",
    "zaq12wsx",
    "gongjian",
    "changeme",
    "default",
    "guest",
    "test1234",
    "huawei",
    "dangjian",
    "shequ",
    "wenshang",
];

/// Refuses a password that is easy to guess.
///
/// # Errors
/// `password-short`, `password-long`, `password-login`, `password-common`.
pub fn check(login: &str, password: &str) -> Result<(), Problem> {
    let weak = |code| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code);
    if password.chars().count() < CHARS_MIN {
        return Err(weak("password-short").with("least", CHARS_MIN));
    }
    if password.len() > BYTES_MAX {
        return Err(weak("password-long").with("most", BYTES_MAX));
    }
    let lower = password.to_lowercase();
    if lower.contains(login) {
        return Err(weak("password-login"));
    }
    let kinds: std::collections::BTreeSet<char> = lower.chars().collect();
    // What is left of a common one when digits and signs at both ends are taken off.
    let core = lower.trim_matches(|c: char| !c.is_alphabetic());
    let is_common = COMMON.iter().any(|common| {
        core == *common || (lower.contains(common) && lower.replace(common, "").chars().count() < 4)
    });
    if kinds.len() < 5 || is_common || is_run(&lower) {
        return Err(weak("password-common"));
    }
    Ok(())
}

/// Whether each letter follows the one before, as in `abcdefghij`.
fn is_run(text: &str) -> bool {
    let letters: Vec<u32> = text.chars().map(u32::from).collect();
    let steps = |step: i64| {
        letters.windows(2).filter(|pair| i64::from(pair[1]) - i64::from(pair[0]) == step).count() + 2
            >= letters.len()
    };
    steps(1) || steps(-1) || steps(0)
}

/// What is kept of a password, as a PHC string.
///
/// # Errors
/// [`Problem`] if the machine has no random numbers or no memory.
pub fn hash(password: &str) -> Result<String, Problem> {
    let mut salt = [0; SALT_BYTES];
    fill(&mut salt)?;
    let derived = derive(password, &salt, COST).ok_or_else(|| unfit("argon2"))?;
    let (memory, passes, lanes) = COST;
    Ok(format!(
        "$argon2id$v=19$m={memory},t={passes},p={lanes}${}${}",
        STANDARD_NO_PAD.encode(salt),
        STANDARD_NO_PAD.encode(derived)
    ))
}

/// Whether a password is the one of which this is kept. Without one, the same work is done for nothing.
pub fn is_right(password: &str, kept: Option<&str>) -> bool {
    let parsed = kept.and_then(parse);
    let known = parsed.is_some();
    let (cost, salt, expected) = parsed.unwrap_or((COST, vec![0; SALT_BYTES], vec![0; HASH_BYTES]));
    // Hashing is bounded by length, so a long text costs no more than a right one.
    let given = if password.len() > BYTES_MAX { "" } else { password };
    let derived = derive(given, &salt, cost).unwrap_or([0; HASH_BYTES]);
    known && password.len() <= BYTES_MAX && same(&derived, &expected)
}

/// Compares without telling by its time where the first difference is.
pub fn same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |found, (a, b)| found | (a ^ b)) == 0
}

fn parse(kept: &str) -> Option<((u32, u32, u32), Vec<u8>, Vec<u8>)> {
    let mut parts = kept.strip_prefix("$argon2id$v=19$")?.split('$');
    let mut cost = parts.next()?.split(',').filter_map(|part| part.split_once('=')?.1.parse::<u32>().ok());
    let cost = (cost.next()?, cost.next()?, cost.next()?);
    let mut bytes = || STANDARD_NO_PAD.decode(parts.next()?).ok();
    Some((cost, bytes()?, bytes()?))
}

fn derive(password: &str, salt: &[u8], (memory, passes, lanes): (u32, u32, u32)) -> Option<[u8; HASH_BYTES]> {
    let bounded = memory <= 1 << 20 && passes <= 64 && lanes <= 16;
    let params = bounded.then(|| Params::new(memory, passes, lanes, Some(HASH_BYTES)).ok())??;
    let mut derived = [0; HASH_BYTES];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(password.as_bytes(), salt, &mut derived)
        .ok()?;
    Some(derived)
}

/// A password for somebody who will change it: four groups of four letters, eighty bits.
///
/// # Errors
/// [`Problem`] if the machine has no random numbers.
pub fn random() -> Result<String, Problem> {
    let mut bytes = [0; 16];
    fill(&mut bytes)?;
    let mut password = String::with_capacity(19);
    for (at, byte) in bytes.iter().enumerate() {
        if at > 0 && at % 4 == 0 {
            password.push('-');
        }
        password.push(char::from(LETTERS[usize::from(byte % 32)]));
    }
    Ok(password)
}

/// A secret of 256 bits, in hexadecimal.
///
/// # Errors
/// [`Problem`] if the machine has no random numbers.
pub fn secret() -> Result<String, Problem> {
    let mut bytes = [0; 32];
    fill(&mut bytes)?;
    Ok(hex::encode(bytes))
}

fn fill(bytes: &mut [u8]) -> Result<(), Problem> {
    getrandom::fill(bytes).map_err(|error| Problem::internal(&std::io::Error::other(error)))
}

fn unfit(what: &'static str) -> Problem {
    Problem::internal(&std::io::Error::other(what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_kept_as_what_nobody_can_read_back() {
        let password = random().unwrap();
        assert_eq!(password.len(), 19);
        check("security", &password).unwrap();
        let kept = hash(&password).unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$") && !kept.contains(&password));
        assert!(is_right(&password, Some(&kept)));
        assert!(!is_right("x", Some(&kept)) && !is_right(&password, None) && !is_right(&password, Some("x")));
        assert!(!is_right(&"x".repeat(10_000), Some(&kept)));
        assert_ne!(kept, hash(&password).unwrap());
    }

    #[test]
    fn what_everybody_tries_first_is_no_password() {
        for (password, code) in [
            ("short-one", "password-short"),
            ("1234567890", "password-common"),
            ("Password123!", "password-common"),
            ("aaaaaaaaaaaa", "password-common"),
            ("abcdefghijkl", "password-common"),
            ("woaini1314520", "password-common"),
            ("my-security-1", "password-login"),
            ("汶上县城关街道办事处审核", ""),
            ("correct horse battery", ""),
        ] {
            let found = check("security", password).map_err(|problem| problem.code);
            assert_eq!(found.err().unwrap_or_default(), code, "{password}");
        }
        assert_eq!(check("x", &"长".repeat(100)).unwrap_err().code, "password-long");
    }
}
