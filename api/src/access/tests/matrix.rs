//! Every route and every command, as every role. The files are what was reviewed.

use axum::http::StatusCode;
use serde_json::json;

use super::super::{Right, Role};
use super::{House, house};
use crate::access::command::roles_for;
use crate::app::LISTS;
use crate::http::openapi::probe::smallest;
use crate::routes::ROUTES;

/// Compares with a file of `tests/fixtures`; `UPDATE_EXPECT=1` writes it.
#[track_caller]
fn expect_file(name: &str, found: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures").join(name);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, found).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    for (expected, found) in expected.lines().zip(found.lines()) {
        assert_eq!(expected, found, "{name}");
    }
    assert_eq!(expected.lines().count(), found.lines().count(), "{name}");
}

fn headings() -> String {
    let words: Vec<&str> = Role::ALL.iter().map(|(word, _)| *word).collect();
    format!("# nobody {}\n", words.join(" "))
}

async fn tokens(house: &House) -> Vec<String> {
    let mut tokens = Vec::new();
    for (word, _) in Role::ALL {
        let more = if *word == "liaison" { json!({ "unit": "D1" }) } else { json!({}) };
        tokens.push(house.token(word, word, more).await);
    }
    tokens
}

/// Whether a request got past the door.
async fn is_let_in(house: &House, token: Option<&str>, method: &str, path: &str) -> bool {
    let bearer = token.map(|token| format!("Bearer {token}"));
    let headers: Vec<(&str, &str)> = bearer.iter().map(|bearer| ("authorization", bearer.as_str())).collect();
    let got = house.ask(method, path, &headers, "{}").await;
    let refused = match got.status {
        StatusCode::UNAUTHORIZED => matches!(got.code(), "sign-in-needed"),
        StatusCode::FORBIDDEN => got.code() == "not-allowed",
        _ => false,
    };
    // A ledger in memory has no key.
    let is_key = path == "/api/v1/key";
    assert!(is_key || got.status != StatusCode::INTERNAL_SERVER_ERROR, "{method} {path} {got:?}");
    !refused
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_lets_in_whom_the_table_says() {
    let house = house();
    house.county().await;
    let tokens = tokens(&house).await;
    let mut routes: Vec<(String, String, Right)> =
        ROUTES.iter().map(|route| (route.method.to_string(), route.path.to_owned(), route.needs)).collect();
    for list in LISTS {
        routes.push(("GET".to_owned(), format!("/api/v1/{list}"), Right::Read));
        routes.push(("GET".to_owned(), format!("/api/v1/{list}/{{id}}"), Right::Read));
    }
    let mut told = headings();
    for (method, pattern, needs) in routes {
        let mut path = String::new();
        for part in pattern.split_inclusive('/') {
            let (name, slash) = part.strip_suffix('/').map_or((part, ""), |name| (name, "/"));
            path.push_str(if name.starts_with('{') { "1" } else { name });
            path.push_str(slash);
        }
        let mut marks = vec![is_let_in(&house, None, &method, &path).await];
        for token in &tokens {
            marks.push(is_let_in(&house, Some(token), &method, &path).await);
        }
        for ((word, role), mark) in Role::ALL.iter().zip(&marks[1..]) {
            assert_eq!(role.has(needs), *mark, "{method} {pattern} as {word}");
        }
        let marks: Vec<&str> = marks.iter().map(|mark| if *mark { "x" } else { "-" }).collect();
        told.push_str(&format!("{} {method} {pattern}\n", marks.join(" ")));
    }
    expect_file("rights-of-routes.txt", &told);
}

/// The table, and that the door obeys it: what a role may not give is refused before anything else is looked at.
#[tokio::test(flavor = "multi_thread")]
async fn every_command_is_for_the_roles_of_the_table() {
    let house = house();
    house.county().await;
    let tokens = tokens(&house).await;
    let mut told = headings().replace(" nobody", "");
    let mut names = gongjian_core::domain::command_names();
    names.sort_unstable();
    for command in names {
        let allowed = roles_for(command);
        let marks: Vec<&str> =
            Role::ALL.iter().map(|(_, role)| if allowed.contains(role) { "x" } else { "-" }).collect();
        told.push_str(&format!("{} {command}\n", marks.join(" ")));
        if gongjian_core::domain::INTERNAL_COMMANDS.contains(&command) {
            continue;
        }
        let category = command.split('.').next().unwrap();
        let (data, _) = smallest(command);
        for ((word, role), token) in Role::ALL.iter().zip(&tokens) {
            // A dry run of the least that can be read. What no program can fill in is malformed, which is said only to
            // whom may record.
            let body = json!({ "command": command, "stream": format!("{category}/NONE"), "data": data });
            let got = house.with_token(token, "POST", "/api/v1/commands?dryRun=true", &body).await;
            let refused = matches!(got.code(), "not-allowed" | "command-not-allowed");
            if got.code() == "malformed" && role.has(Right::Record) {
                continue;
            }
            assert_eq!(refused, !allowed.contains(role), "{command} as {word}: {got:?}");
        }
    }
    expect_file("rights-of-commands.txt", &told);
}
