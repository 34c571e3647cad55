//! What can happen to an account. Each stands in the stream `account/PSEUDONYM`.

use crate::day::Day;

events! {
    /// Facts about an account.
    pub enum AccountEvent in "account" {
        /// A post may sign in.
        Opened: "account.opened", version 1 {
            /// The name that it signs in with.
            login: String,
            /// The post that its events are recorded by.
            post: String,
            /// Code of the unit that it acts for.
            unit: Option<String>,
        }
        /// It has a role.
        Granted: "account.granted", version 1 {
            /// Number of the grant, unique for the account.
            grant: String,
            /// Word of the role.
            role: String,
            /// Where: `county`, `street/S01` or `community/C01`.
            scope: String,
            /// First day.
            from: Day,
            /// Last day.
            until: Option<Day>,
            /// The document that orders it, such as that of an inspection.
            document: Option<String>,
        }
        /// It has that role no more.
        GrantEnded: "account.grant-ended", version 1 { grant: String, reason: String }
        /// It may not sign in for now.
        Locked: "account.locked", version 1 { reason: String }
        /// It may sign in again.
        Unlocked: "account.unlocked", version 1 { reason: String }
        /// It may not sign in ever again.
        Closed: "account.closed", version 1 { reason: String }
        /// It has another password; the password itself is nowhere.
        PasswordSet: "account.password-set", version 1 {
            /// An administrator made it, so it must be changed before anything else.
            temporary: bool,
        }
        /// A program may act for it.
        TokenIssued: "account.token-issued", version 1 {
            /// Number of the token, unique for the account.
            token: String,
            /// What it is for.
            name: String,
            /// Those of the account's roles that it has.
            roles: Vec<String>,
            /// Where it may act.
            scope: String,
            /// Last day.
            until: Day,
        }
        /// That program may not act for it any more.
        TokenRevoked: "account.token-revoked", version 1 { token: String }
        /// Somebody signed in.
        SignedIn: "account.signed-in", version 1 {
            /// The address that it came from, where there was one.
            address: Option<String>,
        }
        /// Somebody signed out.
        SignedOut: "account.signed-out", version 1 {}
        /// Somebody could not sign in. Repeated within a minute, it is counted and told once.
        SignInRefused: "account.sign-in-refused", version 1 {
            /// How often since the last time this was told.
            times: u32,
            /// The address that the last one came from.
            address: Option<String>,
        }
    }
}
