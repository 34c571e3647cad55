//! Accounts as people and programs meet them: the verbs, the port, TLS. Who may do what is asked of the router in
//! `api/src/access/tests`.

use std::io::Write as _;
use std::net::TcpStream;

use gongjian_tests::cli::{Ledger, text};
use gongjian_tests::data;
use gongjian_tests::http::{Server, ask, days_ahead};
use serde_json::json;

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

#[test]
fn a_new_ledger_has_a_security_administrator_and_prints_the_password_once() {
    let ledger = Ledger::none();
    let made = ledger.run(&["init", "--json"]).exits(0).json();
    let administrator = &made["administrator"];
    assert_eq!(administrator["login"], "security");
    let password = administrator["password"].as_str().unwrap().to_owned();
    ledger.run(&["user", "list"]).exits(0).says("security").says("安全管理员").never_says(&password);
    let found = ledger.run(&["verify", "--json"]).exits(0).json();
    assert_eq!(found["accounts"]["sound"], true);
    let server = Server::start(&ledger.data());
    let body = json!({ "login": "security", "password": password }).to_string();
    let begun = server.knock("POST", "/api/v1/session", &[], body.as_bytes());
    assert_eq!((begun.status, &begun.json()["mustChange"]), (200, &true.into()), "{begun:?}");
    assert!(begun.header("set-cookie").unwrap().contains("httponly"), "{begun:?}");
}

#[test]
fn accounts_are_opened_beside_a_server_and_tokens_open_the_port() {
    let ledger = Ledger::registry();
    let server = Server::start(&ledger.data());
    ledger.run(&["user", "list"]).exits(0).says("还没有账号");
    assert_eq!(server.knock("GET", "/api/v1/streets", &[], b"").status, 401);
    assert_eq!(server.knock("GET", "/healthz", &[], b"").status, 200);
    assert_eq!(server.knock("GET", "/tile/entries/000.p/5", &[], b"").status, 401, "entries are the events");
    assert_eq!(server.knock("GET", "/tile/0/000.p/5", &[], b"").status, 200, "hashes say nothing");
    let recorder = ["user", "add", "c01", "--post", "社区录入岗", "--role", "recorder", "--scope", "C01"];
    ledger.run(&recorder).exits(0).says("只显示这一次");
    ledger.run(&recorder).exits(1).says("已用过");
    ledger.run(&["user", "add", "ins", "--post", "督查岗", "--role", "auditor"]).exits(1).says("文号");
    ledger
        .run(&["user", "grant", "c01", "--role", "security-administrator"])
        .exits(1)
        .says("不能由同一账号担任");
    let until = days_ahead(30);
    let issued =
        ledger.run(&["--json", "token", "add", "c01", "录入程序", "--until", &until]).exits(0).json();
    let (number, token) = (issued["token"].as_str().unwrap(), bearer(issued["secret"].as_str().unwrap()));
    let headers = [("authorization", token.as_str())];
    assert_eq!(server.knock("GET", "/api/v1/streets", &headers, b"").status, 200);
    assert_eq!(server.knock("GET", "/api/v1/events", &headers, b"").status, 403);
    let english = [("authorization", token.as_str()), ("accept-language", "en")];
    let refused = server.knock("GET", "/api/v1/accounts", &english, b"");
    assert!(refused.body.contains("community recorder"), "{refused:?}");
    ledger.run(&["user", "lock", "c01", "--reason", "疑被盗用"]).exits(0).says("已停用");
    assert_eq!(server.knock("GET", "/api/v1/streets", &headers, b"").status, 401);
    ledger.run(&["user", "unlock", "c01", "--reason", "已核实"]).exits(0);
    ledger.run(&["token", "revoke", "c01", number]).exits(0);
    assert_eq!(server.knock("GET", "/api/v1/streets", &headers, b"").status, 401);
    ledger
        .run(&["--lang", "en", "user", "close", "c01", "--reason", "post abolished"])
        .exits(0)
        .says("closed");
    assert!(server.terminate().success());
    // Nothing of it is in the governance log, and the other one is sound.
    let events = ledger.run(&["events"]).exits(0);
    assert!(!events.text().contains("account."));
    assert_eq!(ledger.run(&["verify", "--json"]).exits(0).json()["accounts"]["sound"], true);
}

#[test]
fn no_secret_is_in_a_log_a_backup_or_an_export() {
    let ledger = Ledger::registry();
    let made =
        ["--json", "user", "add", "c01", "--post", "社区录入岗", "--role", "recorder", "--scope", "C01"];
    let password = ledger.run(&made).exits(0).json()["password"].as_str().unwrap().to_owned();
    let until = days_ahead(30);
    let issued =
        ledger.run(&["--json", "token", "add", "c01", "录入程序", "--until", &until]).exits(0).json();
    let token = issued["secret"].as_str().unwrap().to_owned();
    let backup = text(&ledger.folder.path().join("backup"));
    ledger.run(&["backup", "-o", &backup]).exits(0);
    let mut folders = vec![ledger.folder.path().to_owned()];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            if entry.path().is_dir() {
                folders.push(entry.path());
                continue;
            }
            files += 1;
            let bytes = std::fs::read(entry.path()).unwrap();
            for secret in [&password, &token] {
                let is_in = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
                assert!(!is_in, "{} holds a secret", entry.path().display());
            }
        }
    }
    assert!(files > 10);
    assert!(!std::path::Path::new(&backup).join("keys").exists());
}

#[test]
fn a_changed_log_of_accounts_is_found() {
    let ledger = Ledger::registry();
    ledger
        .run(&["user", "add", "c01", "--post", "社区录入岗", "--role", "recorder", "--scope", "C01"])
        .exits(0);
    let before = ledger.copy();
    ledger.run(&["user", "lock", "c01", "--reason", "疑被盗用"]).exits(0);
    // The log of before with the head that was signed since: somebody took the lock back.
    let accounts = |ledger: &Ledger| ledger.data().join("accounts");
    std::fs::copy(accounts(&ledger).join("keys/log.head"), accounts(&before).join("keys/log.head")).unwrap();
    let found = before.run(&["verify", "--json"]).exits(1).json();
    assert_eq!((&found["sound"], &found["accounts"]["sound"]), (&false.into(), &false.into()), "{found}");
    before.run(&["user", "list"]).exits(3).says("账号日志打不开");
    before.run(&["list", "streets"]).exits(0);
}

#[test]
fn a_server_speaks_tls_and_a_monitor_reads_through_it() {
    let ledger = Ledger::registry();
    let (cert, key) = (text(&data("tls/cert.pem")), text(&data("tls/key.pem")));
    ledger.run(&["serve", "--listen", "127.0.0.1:0", "--tls-cert", &cert]).exits(2);
    ledger
        .run(&["serve", "--listen", "127.0.0.1:0", "--tls-cert", &cert, "--tls-key", &cert])
        .exits(2)
        .says("TLS");
    let server = Server::start_with(&ledger.data(), &["--tls-cert", &cert, "--tls-key", &key]);
    let token = server.inspector();
    let vkey = server.get("/api/v1/key").body.trim_end().to_owned();
    let url = format!("https://{}", server.address);
    let state = text(&ledger.folder.path().join("state"));
    let watch = ["verify", "--url", &url, "--key", &vkey, "--state", &state, "--json"];
    let trusting = [("SSL_CERT_FILE", cert.as_str()), ("GONGJIAN_TOKEN", &token)];
    let report = ledger.run_under(&trusting, &watch).exits(0).json();
    assert_eq!(report["sound"], true);
    let size = report["size"].as_u64().unwrap();
    assert!(size > 100, "it read the entries");
    // Without the token the entries are not read, without the certificate nothing is.
    let state = text(&ledger.folder.path().join("other"));
    let watch = ["verify", "--url", &url, "--key", &vkey, "--state", &state];
    ledger.run_under(&[("SSL_CERT_FILE", cert.as_str())], &watch).exits(3);
    ledger.run_under(&[("GONGJIAN_TOKEN", token.as_str())], &watch).exits(3);
    // Whoever speaks no TLS hears nothing, and holds up nobody.
    let mut silent = TcpStream::connect(&server.address).unwrap();
    silent.write_all(b"GET /healthz HTTP/1.1\r\n\r\n").unwrap();
    assert!(ask(&server.address, "GET", "/healthz", &[], b"").is_err());
    ledger.run_under(&trusting, &["verify", "--url", &url, "--key", &vkey, "--state", &state]).exits(0);
    assert!(server.terminate().success());
}

#[test]
fn behind_a_proxy_the_cookie_is_for_https_only_and_the_address_is_the_one_that_the_proxy_saw() {
    let ledger = Ledger::none();
    let password = ledger.run(&["init", "--json"]).exits(0).json()["administrator"]["password"].clone();
    let server = Server::start_with(&ledger.data(), &["--behind-proxy"]);
    let body = json!({ "login": "security", "password": password }).to_string();
    let headers = [("x-forwarded-for", "203.0.113.9, 198.51.100.7")];
    let begun = server.knock("POST", "/api/v1/session", &headers, body.as_bytes());
    assert_eq!(begun.status, 200, "{begun:?}");
    let cookie = begun.header("set-cookie").unwrap();
    assert!(cookie.starts_with("__host-gongjian_session=") && cookie.contains("; secure"), "{cookie}");
    let traces = server.get("/api/v1/account-traces").json();
    assert_eq!(traces["items"][0]["data"]["address"], "198.51.100.7", "{traces}");
}
