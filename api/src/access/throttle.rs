//! Guessing passwords takes long: after a few wrong ones, each try waits longer, by account and by address.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::time::{Duration, Instant};

/// Wrong tries of one name before the first wait; many people may share an address.
pub(super) const TRIES: u32 = 5;
const TRIES_OF_ADDRESS: u32 = 30;
/// The first wait; each further one is twice as long, up to the last.
const FIRST: Duration = Duration::from_secs(30);
const LAST: Duration = Duration::from_secs(15 * 60);
/// What nobody tried for so long is forgotten.
const FORGOTTEN: Duration = Duration::from_secs(3_600);
/// Names and addresses remembered at once.
const REMEMBERED: usize = 20_000;

#[derive(Clone, Copy)]
struct Tried {
    wrong: u32,
    last: Instant,
    until: Option<Instant>,
}

/// By name or by address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Who {
    Login(String),
    Address(IpAddr),
}

/// The address that tries are counted by: of IPv6 the /64, in which one machine may take any address.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        address => address,
    }
}

/// Remembers wrong tries.
#[derive(Default)]
pub(super) struct Throttle {
    tried: HashMap<Who, Tried>,
}

impl Throttle {
    /// Counts a try as wrong until [`Throttle::right`] takes it back, so that a hundred at once count as a hundred.
    /// Returns how many are left, or how long to wait.
    pub(super) fn begin(
        &mut self,
        login: &str,
        address: Option<IpAddr>,
        now: Instant,
    ) -> Result<u32, Duration> {
        // Names that cannot be one share a place.
        let login: String = login.chars().take(40).collect();
        let address = address.map(|it| (Who::Address(network(it)), TRIES_OF_ADDRESS));
        let keys = [Some((Who::Login(login), TRIES)), address];
        let keys: Vec<(Who, u32)> = keys.into_iter().flatten().collect();
        for (who, _) in &keys {
            if let Some(until) =
                self.tried.get(who).and_then(|tried| tried.until).filter(|until| *until > now)
            {
                return Err(until - now);
            }
        }
        self.make_room(now);
        let mut left = TRIES;
        for (who, tries) in keys {
            let is_login = matches!(who, Who::Login(_));
            let tried = self.tried.entry(who).or_insert(Tried { wrong: 0, last: now, until: None });
            if now.duration_since(tried.last) > FORGOTTEN {
                *tried = Tried { wrong: 0, last: now, until: None };
            }
            tried.wrong = tried.wrong.saturating_add(1);
            tried.last = now;
            if let Some(beyond) = tried.wrong.checked_sub(tries) {
                tried.until = Some(now + FIRST.saturating_mul(1 << beyond.min(10)).min(LAST));
            }
            if is_login {
                left = tries.saturating_sub(tried.wrong);
            }
        }
        Ok(left)
    }

    /// The password was right: the name starts anew, and the try was none of the address.
    pub(super) fn right(&mut self, login: &str, address: Option<IpAddr>) {
        self.tried.remove(&Who::Login(login.chars().take(40).collect()));
        if let Some(tried) = address.and_then(|it| self.tried.get_mut(&Who::Address(network(it)))) {
            tried.wrong = tried.wrong.saturating_sub(1);
            if tried.wrong < TRIES_OF_ADDRESS {
                tried.until = None;
            }
        }
    }

    /// Forgets what is old; where everything is new, what was tried least.
    fn make_room(&mut self, now: Instant) {
        if self.tried.len() < REMEMBERED {
            return;
        }
        self.tried.retain(|_, tried| now.duration_since(tried.last) <= FORGOTTEN);
        let mut least = 1;
        while self.tried.len() >= REMEMBERED && least < 64 {
            self.tried.retain(|_, tried| tried.wrong > least);
            least *= 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_are_taken_back() {
        let (mut throttle, start) = (Throttle::default(), Instant::now());
        let lefts: Vec<u32> = (0..5).map(|_| throttle.begin("a", None, start).unwrap()).collect();
        assert_eq!(lefts, [4, 3, 2, 1, 0]);
        assert_eq!(throttle.begin("a", None, start), Err(FIRST));
        assert_eq!(throttle.begin("b", None, start), Ok(4));
        let later = start + FIRST;
        assert_eq!(throttle.begin("a", None, later), Ok(0));
        assert_eq!(throttle.begin("a", None, later), Err(FIRST * 2));
        throttle.right("a", None);
        assert_eq!(throttle.begin("a", None, later), Ok(4));
        let mut at = later;
        for _ in 0..40 {
            if let Err(wait) = throttle.begin("a", None, at) {
                assert!(wait <= LAST);
                at += wait;
            }
        }
        assert_eq!(throttle.begin("a", None, at + LAST + FORGOTTEN + FIRST), Ok(4));
    }

    #[test]
    fn an_address_that_tries_many_names_waits_too() {
        let (mut throttle, start) = (Throttle::default(), Instant::now());
        let address: IpAddr = "192.0.2.1".parse().unwrap();
        for number in 0..TRIES_OF_ADDRESS {
            throttle.begin(&format!("u{number}"), Some(address), start).unwrap();
        }
        assert!(throttle.begin("another", Some(address), start).is_err());
        assert!(throttle.begin("another", Some("192.0.2.2".parse().unwrap()), start).is_ok());
        // One machine has every address of its network, and an address of IPv4 may be written as one of IPv6.
        for number in 0..TRIES_OF_ADDRESS {
            let own = format!("2001:db8::{number:x}").parse().unwrap();
            throttle.begin(&format!("v{number}"), Some(own), start).unwrap();
        }
        for (address, waits) in
            [("2001:db8::ffff:1", true), ("2001:db8:0:1::1", false), ("::ffff:192.0.2.1", true)]
        {
            let begun = throttle.begin(address, Some(address.parse().unwrap()), start);
            assert_eq!(begun.is_err(), waits, "{address}");
        }
        for number in 0..REMEMBERED * 2 {
            let _ = throttle.begin(&format!("x{number}"), None, start);
        }
        assert!(throttle.tried.len() <= REMEMBERED + 1);
    }
}
