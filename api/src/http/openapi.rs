//! `/openapi.json`: the contract, made from the table of routes and from the commands themselves.

mod accounts;
mod editions;
mod heat;
pub(crate) mod probe;
mod reports;
mod schemas;
mod vaulted;

use std::sync::LazyLock;

use axum::http::{Method, StatusCode};
use gongjian_projections::figures::Figure;
use gongjian_projections::lists::{self as registers, Span};
use gongjian_projections::obligations::RULES;
use serde_json::{Map, Value, json};

use super::{Answered, Asking, Reader, json as answer, papers};
use crate::app::{LISTS, kind_names};
use crate::messages::{Language, Text};
use crate::routes::{ROUTES, Route, item_query, list_query};

/// A day, as far as a pattern can say it.
const DAY: &str = "(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])";
/// The route of the heat map.
const HEAT_MAP: &str = "heat-map";
/// A quarter.
const QUARTER: &str = "(19|20|21)[0-9]{2}-Q[1-4]";

static DOCUMENTS: LazyLock<[Value; 2]> =
    LazyLock::new(|| [Language::Chinese, Language::English].map(|language| build(language.text())));

pub(crate) async fn document(Reader(text): Reader, _: Asking) -> Answered {
    answer(StatusCode::OK, &DOCUMENTS[usize::from(text.language() == Language::English)])
}

fn build(text: Text) -> Value {
    let mut paths = Map::new();
    for route in ROUTES {
        // OpenAPI has no rest-of-the-path parameters; a slash in an id may be written as %2F or as it is.
        let path = route.path.replace("{*", "{");
        let operations = paths.entry(path).or_insert_with(|| json!({}));
        operations[route.method.as_str().to_lowercase()] = operation(route, text);
    }
    for list in LISTS {
        let (all, one) = list_operations(list, text);
        paths.entry(format!("/api/v1/{list}")).or_insert_with(|| json!({}))["get"] = all;
        paths.insert(format!("/api/v1/{list}/{{id}}"), json!({ "get": one }));
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": text.plain("api-title"),
            "version": env!("CARGO_PKG_VERSION"),
            "description": text.plain("api-description"),
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": { "schemas": schemas::all(text) },
    })
}

fn operation(route: &Route, text: Text) -> Value {
    let mut parameters: Vec<Value> = route.query.iter().map(|name| query(name, route.id, text)).collect();
    parameters.extend(in_path(route.path, text));
    if route.id == "live" {
        parameters.push(json!({
            "name": "Last-Event-ID", "in": "header", "description": text.plain("parameter-after"),
            "schema": { "type": "integer", "minimum": 0 },
        }));
    }
    let mut responses = Map::new();
    for status in route.good {
        responses.insert(status.to_string(), good(route.answer, text));
    }
    problems(&mut responses, route.bad, text);
    if route.path.starts_with("/problems/") {
        responses.insert("404".to_owned(), problem(404, text));
    }
    let mut operation = json!({
        "operationId": route.id,
        "summary": text.plain(&format!("route-{}", route.id)),
        "parameters": parameters,
        "responses": responses,
    });
    if let Some(body) = route.body {
        operation["requestBody"] = json!({
            "required": true,
            "content": { "application/json": {
                "schema": { "$ref": format!("#/components/schemas/{body}") },
                "examples": schemas::examples(body),
            } },
        });
    }
    debug_assert!(route.method == Method::GET || route.method == Method::POST);
    operation
}

fn list_operations(list: &str, text: Text) -> (Value, Value) {
    let (names, of_one) = (list_query(list), item_query(list));
    let what = text.word("list", list);
    let describe = |id: String, key: &str, names: &[&str], path: &str, schema: &str, bad: &[u16]| {
        let mut parameters: Vec<Value> = names.iter().map(|name| query(name, list, text)).collect();
        parameters.extend(in_path(path, text));
        let mut responses = Map::new();
        responses.insert("200".to_owned(), good(schema, text));
        problems(&mut responses, bad, text);
        json!({
            "operationId": id, "summary": text.get(key, &[("list", &what)]),
            "parameters": parameters, "responses": responses,
        })
    };
    (
        describe(format!("list-{list}"), "route-list", &names, "", "ListPage", &[400, 404, 500, 503]),
        describe(format!("get-{list}"), "route-item", &of_one, "{id}", "Item", &[400, 404, 500, 503]),
    )
}

fn query(name: &str, of: &str, text: Text) -> Value {
    let schema = match name {
        "from" | "to" if of == "calendar-feed" => {
            json!({ "type": "string", "pattern": format!("^({DAY})?$"), "examples": ["2022-06-30"] })
        }
        "from" | "to" if of == HEAT_MAP => {
            json!({ "type": "string", "pattern": format!("^({QUARTER})?$"), "examples": ["2022-Q1"] })
        }
        "rule" if of == HEAT_MAP || registers::categories(of).is_some_and(|known| !known.is_empty()) => {
            json!({ "type": "string", "enum": RULES })
        }
        "due" => {
            let words: Vec<&str> = Span::ALL.iter().map(|(word, _)| *word).collect();
            json!({ "type": "string", "enum": words })
        }
        "from" | "to" | "after" | "old" | "new" => json!({ "type": "integer", "minimum": 0 }),
        "limit" => json!({ "type": "integer", "minimum": 1, "maximum": 1000, "default": 100 }),
        "on" | "dueBefore" => {
            json!({ "type": "string", "pattern": format!("^({DAY})?$"), "examples": ["2022-06-30"] })
        }
        "asOf" => {
            json!({ "type": "string", "pattern": format!("^({DAY}|[0-9]{{1,15}})?$"), "examples": ["300"] })
        }
        "cursor" => json!({ "type": "string", "pattern": "^[A-Za-z0-9_-]{22,}$" }),
        "quarter" if !required(of) => {
            json!({ "type": "string", "pattern": format!("^({QUARTER})?$"), "examples": ["2022-Q3"] })
        }
        "values" => json!({ "type": "string", "enum": ["string", "native"], "default": "string" }),
        "time" => json!({ "type": "string", "enum": ["occurred", "recorded"], "default": "occurred" }),
        "objects" => json!({ "type": "string", "examples": ["issue,topic,meeting,decision"] }),
        "raw" | "dryRun" | "overdue" | "fresh" | "todos" => json!({ "type": "boolean", "default": false }),
        "quarter" => json!({ "type": "string", "pattern": format!("^{QUARTER}$"), "examples": ["2022-Q3"] }),
        "events" => json!({ "type": "string", "enum": ["all", "scope", "none"], "default": "all" }),
        "comparisons" => json!({ "type": "string", "enum": ["scope", "all"], "default": "scope" }),
        "format" => {
            let formats = formats(of);
            json!({ "type": "string", "default": formats.first(), "enum": formats })
        }
        "state" => json!({ "type": "string", "enum": registers::states(of) }),
        "kind" if of == "events" => json!({ "type": "string", "enum": kind_names() }),
        "category" | "kind" => match registers::categories(of) {
            Some(known) if !known.is_empty() => json!({ "type": "string", "enum": known }),
            _ => json!({ "type": "string" }),
        },
        _ => json!({ "type": "string" }),
    };
    json!({
        "name": name, "in": "query", "required": name == "quarter" && required(of),
        "description": text.plain(&described(name, of)), "schema": schema,
    })
}

/// Whether an operation is about one quarter.
fn required(of: &str) -> bool {
    matches!(of, "report" | "report-figure" | "differences")
}

/// The key of what a parameter means; of a heat map `from` is no position.
fn described(name: &str, of: &str) -> String {
    match name {
        "from" | "to" if of == HEAT_MAP => format!("parameter-{name}-quarter"),
        "from" | "to" if of == "calendar-feed" => format!("parameter-{name}-day"),
        _ => format!("parameter-{name}"),
    }
}

fn formats(of: &str) -> &'static [&'static str] {
    match of {
        "events" => &["json", "jsonl"],
        "paper" => papers::FORMATS,
        "trail" | "differences" => &["json", "text"],
        "report" => super::reports::FORMATS,
        _ => &["json", "text", "csv"],
    }
}

fn in_path(path: &str, text: Text) -> Vec<Value> {
    let names = path.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    names
        .map(|name| {
            let name = name.trim_start_matches('*');
            let schema = match name {
                "position" => json!({ "type": "integer", "minimum": 0 }),
                "name" => json!({ "type": "string", "enum": Figure::ALL.iter().map(|it| it.name()).collect::<Vec<_>>() }),
                "number" => json!({ "type": "integer", "minimum": 1 }),
                _ => json!({ "type": "string", "minLength": 1 }),
            };
            json!({
                "name": name, "in": "path", "required": true,
                "description": text.plain(&format!("parameter-{name}")), "schema": schema,
            })
        })
        .collect()
}

fn good(schema: &str, text: Text) -> Value {
    let description = text.plain("answer-good");
    let (media, schema) = match schema {
        media if media.contains('/') => (media, json!({ "type": "string" })),
        "object" => ("application/json", json!({ "type": "object" })),
        name => ("application/json", json!({ "$ref": format!("#/components/schemas/{name}") })),
    };
    let mut content = Map::new();
    content.insert(media.to_owned(), json!({ "schema": schema }));
    // What `format` chooses.
    let others: &[&str] = match schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        Some("EventPage") => &["application/x-ndjson"],
        Some("Trail" | "Differences") => &["text/plain"],
        Some("Report") => &[
            "text/plain",
            "text/csv",
            "text/markdown",
            crate::document::xlsx::MEDIA,
            "text/html",
            crate::document::docx::MEDIA,
            crate::document::pdf::MEDIA,
        ],
        Some("ListPage" | "Sheet" | "Provenance" | "HeatMap") => &["text/plain", "text/csv"],
        _ => &[],
    };
    for media in others {
        content.insert((*media).to_owned(), json!({ "schema": { "type": "string" } }));
    }
    json!({ "description": description, "content": content })
}

fn problems(responses: &mut Map<String, Value>, statuses: &[u16], text: Text) {
    for status in statuses {
        responses.insert(status.to_string(), problem(*status, text));
    }
}

fn problem(status: u16, text: Text) -> Value {
    json!({
        "description": text.plain(&format!("answer-{status}")),
        "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
    })
}
