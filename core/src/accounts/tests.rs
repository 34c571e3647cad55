//! Rules about accounts, the bytes of their events, and the second log through restarts.

use std::sync::Arc;

use super::decide::decide;
use super::events::*;
use super::*;
use crate::clock::FixedClock;
use crate::day::Day;
use crate::event::DomainEvent;

const TODAY: Day = Day(19_149);
const SECURITY: AccountId = [1; 16];
const STREET: AccountId = [2; 16];
const LOCAL: AccountId = [0; 16];

fn opened(login: &str, unit: Option<&str>) -> AccountEvent {
    let (login, unit) = (login.to_owned(), unit.map(str::to_owned));
    Opened { login, post: "街道审核岗".to_owned(), unit }.into()
}

fn grant(role: &str, scope: &str) -> AccountCommand {
    let (role, scope) = (role.to_owned(), scope.to_owned());
    let grant = "G1".to_owned();
    AccountCommand::Grant(Granted { grant, role, scope, from: TODAY, until: None, document: None })
}

fn granted(role: &str, scope: &str, until: Option<Day>) -> AccountEvent {
    let (role, scope) = (role.to_owned(), scope.to_owned());
    Granted { grant: format!("of-{role}"), role, scope, from: TODAY, until, document: None }.into()
}

fn given(events: &[(AccountId, AccountEvent)]) -> Accounts {
    let mut accounts = Accounts::default();
    for (id, event) in events {
        accounts.apply(&Accounts::stream(id), event, 0);
    }
    accounts
}

#[track_caller]
fn refused(accounts: &Accounts, by: AccountId, id: AccountId, command: AccountCommand, code: &str) {
    let refused = decide(accounts, TODAY, &by, &id, &command).unwrap_err();
    assert_eq!(refused.code, code, "{refused}");
}

#[test]
fn names_to_sign_in_with_are_plain_and_never_used_again() {
    let accounts =
        given(&[(STREET, opened("street", None)), (STREET, Closed { reason: "撤岗".into() }.into())]);
    let open = |login: &str| {
        AccountCommand::Open(Opened { login: login.into(), post: "社区录入岗".into(), unit: None })
    };
    for login in ["", "a", "Street", "街道", "-x", "a b", &"x".repeat(33)] {
        refused(&accounts, LOCAL, [9; 16], open(login), "account-login");
    }
    refused(&accounts, LOCAL, [9; 16], open("street"), "account-login-taken");
    refused(&accounts, LOCAL, STREET, AccountCommand::Unlock { reason: "x".into() }, "account-closed");
    assert!(decide(&accounts, TODAY, &LOCAL, &[9; 16], &open("c01.recorder")).is_ok());
}

#[test]
fn administrators_hold_nothing_else_and_nobody_grants_to_themselves() {
    let accounts = given(&[
        (SECURITY, opened("security", None)),
        (SECURITY, granted("security-administrator", "county", None)),
        (STREET, opened("street", None)),
        (STREET, granted("reviewer", "street/S01", None)),
    ]);
    for role in ["recorder", "auditor", "system-administrator", "audit-administrator"] {
        refused(&accounts, LOCAL, SECURITY, grant(role, "county"), "account-roles-apart");
        refused(&accounts, SECURITY, SECURITY, grant(role, "county"), "account-own-rights");
    }
    for role in ["auditor", "security-administrator"] {
        refused(&accounts, SECURITY, STREET, grant(role, "street/S01"), "account-roles-apart");
    }
    refused(&accounts, SECURITY, STREET, grant("recorder", "street/S02"), "account-one-scope");
    refused(&accounts, SECURITY, STREET, grant("liaison", "street/S01"), "account-liaison-unit");
    refused(&accounts, SECURITY, STREET, grant("reviewer", "street/S01"), "account-role-held");
    refused(&accounts, SECURITY, STREET, grant("king", "street/S01"), "choice-unknown");
    assert!(decide(&accounts, TODAY, &SECURITY, &STREET, &grant("recorder", "street/S01")).is_ok());
}

#[test]
fn an_inspection_names_its_document_and_its_last_day() {
    let accounts = given(&[(STREET, opened("inspector", None))]);
    let inspection = |until: Option<i32>, document: Option<&str>| {
        AccountCommand::Grant(Granted {
            grant: "G1".into(),
            role: "auditor".into(),
            scope: "county".into(),
            from: TODAY,
            until: until.map(|days| TODAY.plus(days)),
            document: document.map(str::to_owned),
        })
    };
    refused(&accounts, SECURITY, STREET, inspection(None, Some("督〔2022〕3号")), "account-inspection");
    refused(&accounts, SECURITY, STREET, inspection(Some(30), None), "account-inspection");
    refused(&accounts, SECURITY, STREET, inspection(Some(900), Some("督〔2022〕3号")), "account-inspection");
    refused(&accounts, SECURITY, STREET, inspection(Some(-1), Some("督〔2022〕3号")), "account-until");
    let event =
        decide(&accounts, TODAY, &SECURITY, &STREET, &inspection(Some(30), Some("督〔2022〕3号"))).unwrap();
    let mut accounts = accounts;
    accounts.apply(&Accounts::stream(&STREET), &event, 0);
    let account = accounts.get(&STREET).unwrap();
    assert_eq!(account.grants_on(TODAY.plus(30)).count(), 1);
    assert_eq!(account.grants_on(TODAY.plus(31)).count(), 0);
    assert_eq!(account.grants_on(TODAY.plus(-1)).count(), 0);
}

#[test]
fn a_token_is_for_oneself_and_for_no_more_than_one_has() {
    let accounts =
        given(&[(STREET, opened("street", None)), (STREET, granted("reviewer", "street/S01", None))]);
    let issue = |role: &str, days: i32| {
        AccountCommand::IssueToken(TokenIssued {
            token: "T1".into(),
            name: "上报程序".into(),
            roles: vec![role.into()],
            scope: "street/S01".into(),
            until: TODAY.plus(days),
        })
    };
    refused(&accounts, SECURITY, STREET, issue("reviewer", 30), "account-of-another");
    refused(&accounts, STREET, STREET, issue("approver", 30), "account-token-role");
    refused(&accounts, STREET, STREET, issue("reviewer", 367), "account-token-until");
    refused(&accounts, STREET, STREET, issue("reviewer", -1), "account-token-until");
    assert!(decide(&accounts, TODAY, &STREET, &STREET, &issue("reviewer", 30)).is_ok());
    let lasting = AccountCommand::SetPassword { temporary: false };
    refused(&accounts, SECURITY, STREET, lasting, "account-of-another");
}

#[test]
fn the_log_of_accounts_lasts_and_verifies() {
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(FixedClock::at(TODAY.last_micros()));
    let opened = || Book::open(dir.path(), "county.example/governance", clock.clone(), None).unwrap();
    let mut book = opened();
    let open = |login: &str| {
        AccountCommand::Open(Opened { login: login.into(), post: "安全管理岗".into(), unit: None })
    };
    let admin = grant("security-administrator", "county");
    book.handle(&By::local(), &[(SECURITY, open("security")), (SECURITY, admin)]).unwrap();
    book.note(&By::local(), None, SignInRefused { times: 3, address: None }.into()).unwrap();
    let before = book.accounts().clone();
    assert_eq!(book.origin(), "county.example/governance/accounts");
    book.sign().unwrap();
    assert!(book.verify().unwrap().is_sound());
    drop(book);
    let mut book = opened();
    assert_eq!(*book.accounts(), before);
    assert!(book.verify().unwrap().is_sound(), "{:?}", book.verify());
    assert_eq!(book.newest(1).unwrap()[0].about, None);
    // A refused list leaves nothing.
    let size = book.reader().size();
    let list = [([3; 16], open("third")), ([4; 16], open("security"))];
    assert!(matches!(book.handle(&By::local(), &list), Err(BookError::Rejected(_))));
    assert_eq!((book.reader().size(), book.accounts()), (size, &before));
}

/// Stored bytes never change: each kind with a sample, as hexadecimal.
#[test]
fn the_bytes_of_every_kind_are_what_they_were() {
    let samples: Vec<AccountEvent> = vec![
        opened("street", Some("U066")),
        granted("reviewer", "street/S01", Some(TODAY)),
        GrantEnded { grant: "G1".into(), reason: "轮岗".into() }.into(),
        Locked { reason: "疑被盗用".into() }.into(),
        Unlocked { reason: "已核实".into() }.into(),
        Closed { reason: "撤岗".into() }.into(),
        PasswordSet { temporary: true }.into(),
        TokenIssued {
            token: "T1".into(),
            name: "上报".into(),
            roles: vec!["reviewer".into()],
            scope: "county".into(),
            until: TODAY,
        }
        .into(),
        TokenRevoked { token: "T1".into() }.into(),
        SignedIn { address: Some("127.0.0.1".into()) }.into(),
        SignedOut {}.into(),
        SignInRefused { times: 3, address: None }.into(),
    ];
    let mut lines = String::new();
    for sample in &samples {
        let (kind, bytes) = (sample.kind(), sample.encode().unwrap());
        assert_eq!(AccountEvent::decode(kind.name, kind.version, &bytes).unwrap(), *sample);
        lines.push_str(&format!("{} {} {}\n", kind.name, kind.version, hex::encode(&bytes)));
    }
    assert_eq!(samples.len(), AccountEvent::KINDS.len());
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/account-kinds.txt");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(path, &lines).unwrap();
    }
    assert_eq!(lines, std::fs::read_to_string(path).unwrap());
}
